//! The integrity check: the database itself, every kept bucket, every chain of decisions.
//!
//! It goes through the store in pieces, each read at one moment, so that others may go on writing.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::account::{self, Account, ChainEnd, moved};
use super::code::{Col, counter, signed};
use super::fault::Outcome;
use super::{decision, item};
use crate::calendar::{Day, Instant};
use crate::credit::{AccountId, Buckets};
use crate::store::{ItemKind, Verification};

/// Accounts or decisions in a piece.
const PIECE: u32 = 500;

/// How many rows there are to check.
pub(super) fn total(sql: &Connection) -> Outcome<u64> {
    let total =
        sql.query_row("SELECT (SELECT count(*) FROM account) + (SELECT count(*) FROM decision)", [], |row| {
            counter(row, 0)
        })?;
    Ok(total)
}

/// Lets SQLite check the file.
pub(super) fn file(sql: &Connection, found: &mut Verification) -> Outcome<()> {
    let mut check = sql.prepare("PRAGMA integrity_check")?;
    let mut rows = check.query([])?;
    while let Some(row) = rows.next()? {
        let fault: String = row.get(0)?;
        if fault != "ok" {
            found.faults.push(format!("the database file is damaged: {fault}"));
        }
    }
    let mut check = sql.prepare("PRAGMA foreign_key_check")?;
    let mut rows = check.query([])?;
    while let Some(row) = rows.next()? {
        let (table, id): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
        let id = id.map_or_else(String::new, |id| format!(" {id}"));
        found.faults.push(format!("{table}{id} points to a row that is not there"));
    }
    Ok(())
}

/// What an account's row should say.
#[derive(Default)]
struct Sums {
    buckets: Buckets,
    too_large: bool,
    oldest_overdue: Option<Day>,
    next_due: Option<Day>,
    next_expiry: Option<Instant>,
}

impl Sums {
    fn add(&mut self, share: &Buckets) {
        match moved(&self.buckets, &Buckets::default(), share) {
            Ok(buckets) => self.buckets = buckets,
            Err(_) => self.too_large = true,
        }
    }
}

fn earlier<T: Ord>(a: Option<T>, b: T) -> Option<T> {
    Some(match a {
        Some(a) => a.min(b),
        None => b,
    })
}

/// Checks the accounts behind `after`, a piece of them. Returns the last one checked, `None` at the end.
pub(super) fn accounts(sql: &Connection, after: AccountId, found: &mut Verification) -> Outcome<Option<AccountId>> {
    let accounts = sql
        .prepare_cached(&format!("SELECT {} FROM account WHERE id > ?1 ORDER BY id LIMIT ?2", account::COLUMNS))?
        .query_map((Col(after), PIECE), account::from_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let Some(last) = accounts.last().map(|account| account.facts.id) else { return Ok(None) };
    let mut sums: BTreeMap<AccountId, Sums> = BTreeMap::new();
    let aged: BTreeMap<AccountId, Day> =
        accounts.iter().map(|account| (account.facts.id, account.facts.aged_to)).collect();

    let mut items = sql.prepare_cached(
        "SELECT account, kind, residual, due FROM item NOT INDEXED
         WHERE account > ?1 AND account <= ?2 AND residual > 0",
    )?;
    let mut rows = items.query((Col(after), Col(last)))?;
    while let Some(row) = rows.next()? {
        let id = row.get::<_, Col<AccountId>>(0)?.0;
        let (kind, due) = (row.get::<_, Col<ItemKind>>(1)?.0, row.get::<_, Col<Day>>(3)?.0);
        let aged_to = aged.get(&id).copied().unwrap_or(Day::MIN);
        let sum = sums.entry(id).or_default();
        sum.add(&item::share(kind, row.get(2)?, due, aged_to));
        if kind == ItemKind::Invoice && due <= aged_to {
            sum.oldest_overdue = earlier(sum.oldest_overdue, due);
        } else if kind == ItemKind::Invoice {
            sum.next_due = earlier(sum.next_due, due);
        }
    }
    let mut chains = sql.prepare_cached(
        "SELECT account, ordered, delivered, drafted, CASE WHEN state = 2 AND ordered > 0 THEN expires END FROM chain
         WHERE account > ?1 AND account <= ?2",
    )?;
    let mut rows = chains.query((Col(after), Col(last)))?;
    while let Some(row) = rows.next()? {
        let sum = sums.entry(row.get::<_, Col<AccountId>>(0)?.0).or_default();
        let (ordered, delivered, drafted) = (row.get(1)?, row.get(2)?, row.get(3)?);
        sum.add(&Buckets { ordered, delivered, drafted, ..Buckets::default() });
        if let Some(expires) = row.get::<_, Option<Col<Instant>>>(4)? {
            sum.next_expiry = earlier(sum.next_expiry, expires.0);
        }
    }

    let nothing = Sums::default();
    for account in &accounts {
        compare(account, sums.get(&account.facts.id).unwrap_or(&nothing), found);
        end_of_chain(sql, Some(account.facts.id), &account.decisions, found)?;
        found.accounts = found.accounts.saturating_add(1);
    }
    Ok(Some(last))
}

fn compare(account: &Account, sums: &Sums, found: &mut Verification) {
    let facts = &account.facts;
    let mut differ = |what: &str, kept: String, recomputed: String| {
        found.faults.push(format!(
            "account {} (company {:?}, customer {:?}): {what} is kept as {kept}, and its items and orders come to \
             {recomputed}",
            facts.id.0, account.key.company, account.key.customer
        ));
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
        if kept != recomputed {
            differ(name, kept.to_string(), recomputed.to_string());
        }
    }
    let mut dates = |what: &str, kept: Option<String>, recomputed: Option<String>| {
        if kept != recomputed {
            let text = |date: Option<String>| date.unwrap_or_else(|| "none".to_owned());
            differ(what, text(kept), text(recomputed));
        }
    };
    let day = |day: Option<Day>| day.map(|day| day.to_string());
    dates("the oldest overdue day", day(facts.oldest_overdue), day(sums.oldest_overdue));
    dates("the next due day", day(facts.next_due), day(sums.next_due));
    let at = |at: Option<Instant>| at.map(|at| at.to_string());
    dates("the next expiry", at(facts.next_expiry), at(sums.next_expiry));
}

/// Checks that a chain ends where its end is kept to be.
pub(super) fn end_of_chain(
    sql: &Connection,
    account: Option<AccountId>,
    kept: &ChainEnd,
    found: &mut Verification,
) -> Outcome<()> {
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
pub(super) struct Place {
    account: i64,
    end: ChainEnd,
}

impl Place {
    pub(super) const START: Self = Self { account: -1, end: ChainEnd::START };
}

/// Checks a piece of the decisions. Returns where to go on, `None` at the end.
pub(super) fn decisions(sql: &Connection, from: Place, found: &mut Verification) -> Outcome<Option<Place>> {
    let mut links = sql.prepare_cached(
        "SELECT id, account, sequence, body, salt, digest, chained FROM decision
         WHERE (account, sequence) > (?1, ?2) ORDER BY account, sequence LIMIT ?3",
    )?;
    let mut rows = links.query((from.account, signed(from.end.sequence), PIECE))?;
    let mut place = from;
    let mut any = false;
    while let Some(row) = rows.next()? {
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
    }
    Ok(any.then_some(place))
}

/// Checks that no decision names an account that is not there.
pub(super) fn decisions_without_account(sql: &Connection, found: &mut Verification) -> Outcome<()> {
    let mut orphans = sql.prepare_cached(
        "SELECT DISTINCT account FROM decision
         WHERE account <> 0 AND NOT EXISTS (SELECT 1 FROM account WHERE account.id = decision.account)",
    )?;
    let mut rows = orphans.query([])?;
    while let Some(row) = rows.next()? {
        found.faults.push(format!("there are decisions about account {}, which is not there", row.get::<_, i64>(0)?));
    }
    Ok(())
}

fn whose(account: Option<AccountId>) -> String {
    match account {
        Some(AccountId(id)) => format!("account {id}"),
        None => "unknown customers".to_owned(),
    }
}
