//! The integrity check: the database itself, every kept bucket, every chain of decisions.
//!
//! It goes through the store in pieces, each read at one moment, so that others may go on writing.

use std::collections::BTreeMap;

use super::Sql;
use super::account::{self, Account, ChainEnd, moved};
use super::chain::earlier;
use super::fault::Outcome;
use super::value::{Col, counter, signed, values};
use super::{chain, decision, item, limit, pool};
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Buckets, Chain, ChainState};
use crate::store::{ItemKind, Verification};

/// Accounts in a piece. For each piece all orders are gone through once, since no index has those of an account together.
const ACCOUNTS: u32 = 5_000;
/// Decisions in a piece.
const DECISIONS: u32 = 500;

/// How many rows there are to check.
pub(in crate::store) fn total(sql: &dyn Sql) -> Outcome<u64> {
    let total =
        sql.only("SELECT (SELECT count(*) FROM account) + (SELECT count(*) FROM decision)", values![], |row| {
            counter(row, 0)
        })?;
    Ok(total)
}

/// Where a check has come to.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum Stage {
    /// The accounts behind this one.
    Accounts(AccountId),
    /// The pools behind this one.
    Pools(i64),
    /// Decisions about nobody.
    Unknown,
    /// The decisions behind this place.
    Decisions(Place),
}

impl Stage {
    pub(in crate::store) const FIRST: Self = Self::Accounts(AccountId(0));
}

/// Checks a piece. Returns where to go on, `None` at the end.
pub(in crate::store) fn piece(sql: &dyn Sql, stage: Stage, found: &mut Verification) -> Outcome<Option<Stage>> {
    Ok(match stage {
        Stage::Accounts(after) => Some(accounts(sql, after, found)?.map_or(Stage::Pools(0), Stage::Accounts)),
        Stage::Pools(after) => Some(pool::verify(sql, after, found)?.map_or(Stage::Unknown, Stage::Pools)),
        Stage::Unknown => {
            end_of_chain(sql, None, &decision::unknown_end(sql)?, found)?;
            decisions_without_account(sql, found)?;
            Some(Stage::Decisions(Place::START))
        }
        Stage::Decisions(from) => decisions(sql, from, found)?.map(Stage::Decisions),
    })
}

/// What counts of an item.
struct OpenItem {
    kind: ItemKind,
    residual: i64,
    due: Day,
    disputed: bool,
    dunning_level: u8,
    dunning_blocked: bool,
    delivered: Day,
}

/// What an account's row should say.
#[derive(Default)]
struct Sums {
    buckets: Buckets,
    too_large: bool,
    disputed: i128,
    disputed_overdue: i128,
    dunning_level: u8,
    oldest_overdue: Option<Day>,
    oldest_undisputed: Option<Day>,
    next_due: Option<Day>,
    next_ship: Option<Day>,
    next_expiry: Option<Instant>,
    /// For each limit of the account what it covers.
    covering: Vec<i128>,
}

impl Sums {
    fn add(&mut self, share: &Buckets) {
        match moved(&self.buckets, &Buckets::default(), share) {
            Ok(buckets) => self.buckets = buckets,
            Err(_) => self.too_large = true,
        }
    }

    fn item(&mut self, item: &OpenItem, account: &AccountFacts) {
        self.add(&item::share(item.kind, item.residual, item.due, account.aged_to));
        if item.kind != ItemKind::Invoice {
            return;
        }
        let residual = i128::from(item.residual);
        let overdue = item.due <= account.aged_to;
        if item.disputed {
            self.disputed += residual;
            self.disputed_overdue += if overdue { residual } else { 0 };
        } else if overdue {
            self.oldest_undisputed = earlier(self.oldest_undisputed, Some(item.due));
        }
        if overdue {
            self.oldest_overdue = earlier(self.oldest_overdue, Some(item.due));
        } else {
            self.next_due = earlier(self.next_due, Some(item.due));
        }
        if !item.dunning_blocked {
            self.dunning_level = self.dunning_level.max(item.dunning_level);
        }
        self.covering.resize(account.limits.len(), 0);
        for (covering, limit) in self.covering.iter_mut().zip(&account.limits) {
            if limit::covers(limit, item.delivered) {
                *covering += residual;
            }
        }
    }

    fn chain(&mut self, chain: &Chain, horizon_to: Day) {
        self.add(&chain.held(horizon_to));
        if let Some(ships) = chain.ships.filter(|ships| *ships > horizon_to && chain.ordered > 0) {
            self.next_ship = earlier(self.next_ship, Some(ships));
        }
        if let Some(expires) = chain.expires.filter(|_| chain.state == ChainState::Active && chain.ordered > 0) {
            self.next_expiry = earlier(self.next_expiry, Some(expires));
        }
    }
}

/// Checks the accounts behind `after`, a piece of them. Returns the last one checked, `None` at the end.
fn accounts(sql: &dyn Sql, after: AccountId, found: &mut Verification) -> Outcome<Option<AccountId>> {
    let mut accounts: BTreeMap<AccountId, (Account, Sums)> = BTreeMap::new();
    let text = format!("SELECT {} FROM account WHERE id > ?1 ORDER BY id LIMIT ?2", account::COLUMNS);
    for mut account in sql.all::<_, Vec<Account>>(&text, values![Col(after), ACCOUNTS], account::from_row)? {
        account.facts.limits = limit::of_account(sql, account.facts.id)?;
        accounts.insert(account.facts.id, (account, Sums::default()));
    }
    let Some(last) = accounts.last_key_value().map(|(id, _)| *id) else {
        let stray = sql.first("SELECT account FROM chain WHERE account > ?1", values![Col(after)], |row| {
            Ok(row.get::<Col<AccountId>>(0)?.0)
        })?;
        found.faults.extend(stray.map(without_account));
        return Ok(None);
    };

    let text = "SELECT account, kind, residual, due, disputed, dunning_level, dunning_blocked, delivered FROM item
        WHERE account > ?1 AND account <= ?2 AND residual > 0";
    sql.rows(text, values![Col(after), Col(last)], &mut |row| {
        if let Some((account, sums)) = accounts.get_mut(&row.get::<Col<AccountId>>(0)?.0) {
            let item = OpenItem {
                kind: row.get::<Col<_>>(1)?.0,
                residual: row.get(2)?,
                due: row.get::<Col<_>>(3)?.0,
                disputed: row.get(4)?,
                dunning_level: row.get(5)?,
                dunning_blocked: row.get(6)?,
                delivered: row.get::<Col<_>>(7)?.0,
            };
            sums.item(&item, &account.facts);
        }
        Ok(())
    })?;
    let text = format!("SELECT {} FROM chain WHERE account > ?1 AND account <= ?2", chain::COLUMNS);
    sql.rows(&text, values![Col(after), Col(last)], &mut |row| {
        let chain = chain::from_row(row)?;
        if let Some((account, sums)) = accounts.get_mut(&chain.account) {
            sums.chain(&chain, account.facts.horizon_to);
        } else {
            found.faults.push(without_account(chain.account));
        }
        Ok(())
    })?;

    for (account, sums) in accounts.values() {
        compare(account, sums, found);
        end_of_chain(sql, Some(account.facts.id), &account.decisions, found)?;
        found.accounts = found.accounts.saturating_add(1);
    }
    Ok(Some(last))
}

fn without_account(id: AccountId) -> String {
    format!("an order is of account {}, which is not there", id.0)
}

fn compare(account: &Account, sums: &Sums, found: &mut Verification) {
    let facts = &account.facts;
    let mut differ = |what: &str, kept: String, recomputed: String| {
        if kept != recomputed {
            found.faults.push(format!(
                "account {} (company {:?}, customer {:?}): {what} is kept as {kept}, and its items and orders come to \
                 {recomputed}",
                facts.id.0, account.key.company, account.key.customer
            ));
        }
    };
    if sums.too_large {
        differ("the total", "a number".to_owned(), "more than fits".to_owned());
        return;
    }
    let bucket = |buckets: &Buckets| {
        let Buckets { ordered, later, delivered, drafted, open, overdue, unapplied } = *buckets;
        [
            ("ordered", ordered),
            ("later", later),
            ("delivered", delivered),
            ("drafted", drafted),
            ("open", open),
            ("overdue", overdue),
            ("unapplied", unapplied),
        ]
    };
    for ((name, kept), (_, recomputed)) in bucket(&facts.buckets).into_iter().zip(bucket(&sums.buckets)) {
        differ(name, kept.to_string(), recomputed.to_string());
    }
    differ("what is disputed", facts.disputed.to_string(), sums.disputed.to_string());
    differ("what is disputed and overdue", facts.disputed_overdue.to_string(), sums.disputed_overdue.to_string());
    differ("the dunning level", facts.dunning_level.to_string(), sums.dunning_level.to_string());
    for (at, limit) in facts.limits.iter().enumerate() {
        let covering = sums.covering.get(at).copied().unwrap_or(0);
        differ("what an insured limit covers", limit.covering.to_string(), covering.to_string());
    }
    let text = |date: Option<String>| date.unwrap_or_else(|| "none".to_owned());
    let day = |day: Option<Day>| text(day.map(|day| day.to_string()));
    differ("the oldest overdue day", day(facts.oldest_overdue), day(sums.oldest_overdue));
    differ("the oldest undisputed overdue day", day(facts.oldest_undisputed), day(sums.oldest_undisputed));
    differ("the next due day", day(facts.next_due), day(sums.next_due));
    differ("the next day of shipping", day(facts.next_ship), day(sums.next_ship));
    let at = |at: Option<Instant>| text(at.map(|at| at.to_string()));
    differ("the next expiry", at(facts.next_expiry), at(sums.next_expiry));
}

/// Checks that a chain ends where its end is kept to be.
fn end_of_chain(sql: &dyn Sql, account: Option<AccountId>, kept: &ChainEnd, found: &mut Verification) -> Outcome<()> {
    let last = decision::last(sql, account)?;
    if last != *kept {
        found.faults.push(format!(
            "{}: the last decision is number {}, and number {} was recorded as the last; decisions were removed or \
             changed",
            whose(account),
            last.sequence,
            kept.sequence
        ));
    }
    Ok(())
}

/// Where the check of the decisions has come to: an account and the last link seen of its chain.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Place {
    account: i64,
    end: ChainEnd,
}

impl Place {
    const START: Self = Self { account: -1, end: ChainEnd::START };
}

/// Checks a piece of the decisions. Returns where to go on, `None` at the end.
fn decisions(sql: &dyn Sql, from: Place, found: &mut Verification) -> Outcome<Option<Place>> {
    let mut place = from;
    let mut any = false;
    sql.rows(
        "SELECT id, account, sequence, body, salt, digest, chained FROM decision
         WHERE (account, sequence) > (?1, ?2) ORDER BY account, sequence LIMIT ?3",
        values![from.account, signed(from.end.sequence), DECISIONS],
        &mut |row| {
            any = true;
            found.decisions = found.decisions.saturating_add(1);
            let id: i64 = row.get(0)?;
            let account: i64 = row.get(1)?;
            if account != place.account {
                place = Place { account, end: ChainEnd::START };
            }
            let sequence = counter(row, 2)?;
            let (body, salt): (Option<String>, Option<Vec<u8>>) = (row.get(3)?, row.get(4)?);
            let (digest, chained): ([u8; 32], [u8; 32]) = (row.get(5)?, row.get(6)?);
            match (body, salt) {
                (Some(body), Some(salt)) if decision::digest(&salt, &body) == digest => {}
                (None, None) => found.erased = found.erased.saturating_add(1),
                _ => found.faults.push(format!("decision {id}: its body was changed after it was recorded")),
            }
            if sequence != place.end.sequence.saturating_add(1) {
                found.faults.push(format!(
                    "decision {id}: it is number {sequence} of its chain, after number {}; decisions were removed",
                    place.end.sequence
                ));
            } else if decision::link(&place.end.chained, &digest) != chained {
                found.faults.push(format!("decision {id}: its place in the chain was changed after it was recorded"));
            }
            place.end = ChainEnd { sequence, chained };
            Ok(())
        },
    )?;
    Ok(any.then_some(place))
}

/// Checks that no decision names an account that is not there.
fn decisions_without_account(sql: &dyn Sql, found: &mut Verification) -> Outcome<()> {
    sql.rows(
        "SELECT DISTINCT account FROM decision
         WHERE account <> 0 AND NOT EXISTS (SELECT 1 FROM account WHERE account.id = decision.account)",
        values![],
        &mut |row| {
            let id: i64 = row.get(0)?;
            found.faults.push(format!("there are decisions about account {id}, which is not there"));
            Ok(())
        },
    )
}

fn whose(account: Option<AccountId>) -> String {
    match account {
        Some(AccountId(id)) => format!("account {id}"),
        None => "unknown customers".to_owned(),
    }
}
