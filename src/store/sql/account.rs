//! An account: reading it, bringing it up to a day and a moment, writing it back.
//!
//! The row keeps the buckets and the dates at which they must be looked at again, so bringing an account up reads
//! only the items and chains that cross a date. Reading does the same sums and writes nothing.

use super::fault::Outcome;
use super::value::{Col, counter, from_json_or_default, maybe, signed, to_json_unless_default, values};
use super::{Row, Sql};
use super::{Writing, chain, event, limit, pool};
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Buckets, Chain};
use crate::error::{Error, ErrorKind};
use crate::money::MoneyError;
use crate::store::{AccountKey, AccountRef, Ask};

/// What `first` is for a limit that was always in force.
pub(in crate::store) const ALWAYS: i32 = i32::MIN;

/// The end of a chain of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct ChainEnd {
    pub(in crate::store) sequence: u64,
    pub(in crate::store) chained: [u8; 32],
}

impl ChainEnd {
    /// Before the first decision.
    pub(in crate::store) const START: Self = Self { sequence: 0, chained: [0; 32] };
}

/// An account as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Account {
    pub(in crate::store) key: AccountKey,
    pub(in crate::store) facts: AccountFacts,
    pub(in crate::store) decisions: ChainEnd,
    /// The rows of its pools, in the order of those in `facts`.
    pub(in crate::store) pools: Box<[i64]>,
    /// Debit buckets and unapplied credits of it in the sums of the pools in `facts`.
    pub(in crate::store) counted: (i64, i64),
}

/// As of when facts are told.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct AsOf {
    pub(in crate::store) overdue_to: Day,
    pub(in crate::store) horizon_to: Day,
    pub(in crate::store) now: Instant,
}

impl AsOf {
    pub(in crate::store) fn of(ask: &Ask) -> Self {
        Self { overdue_to: ask.overdue_to, horizon_to: ask.horizon_to, now: ask.now }
    }
}

/// The columns of [`from_row`], in its order.
pub(in crate::store) const COLUMNS: &str = "id, company, customer, currency, status, ordered, delivered, drafted, open, overdue, \
     unapplied, aged_to, oldest_overdue, next_due, next_expiry, version, decisions, chained, later, oldest_undisputed, \
     disputed, disputed_overdue, dunning_level, horizon_to, next_ship, profile, history";

/// Reads a row; limits and pools stand in other tables.
pub(in crate::store) fn from_row(row: &dyn Row) -> Outcome<Account> {
    let day = |at: usize| row.get::<Option<Col<Day>>>(at).map(|day| day.map(|day| day.0));
    let key = AccountKey { company: row.get(1)?, customer: row.get(2)? };
    Ok(Account {
        facts: AccountFacts {
            id: row.get::<Col<AccountId>>(0)?.0,
            company: key.company.as_str().into(),
            currency: row.get::<Col<_>>(3)?.0,
            status: row.get::<Col<_>>(4)?.0,
            buckets: Buckets {
                ordered: row.get(5)?,
                later: row.get(18)?,
                delivered: row.get(6)?,
                drafted: row.get(7)?,
                open: row.get(8)?,
                overdue: row.get(9)?,
                unapplied: row.get(10)?,
            },
            limits: Box::default(),
            aged_to: row.get::<Col<Day>>(11)?.0,
            oldest_overdue: day(12)?,
            next_due: day(13)?,
            oldest_undisputed: day(19)?,
            disputed: row.get(20)?,
            disputed_overdue: row.get(21)?,
            dunning_level: row.get(22)?,
            horizon_to: row.get::<Col<Day>>(23)?.0,
            next_ship: day(24)?,
            next_expiry: row.get::<Option<Col<Instant>>>(14)?.map(|at| at.0),
            profile: from_json_or_default(row, 25)?,
            history: from_json_or_default(row, 26)?,
            pools: Box::default(),
            version: counter(row, 15)?,
        },
        key,
        decisions: ChainEnd { sequence: counter(row, 16)?, chained: row.get(17)? },
        pools: Box::default(),
        counted: (0, 0),
    })
}

/// Reads an account with its limits and pools, as it stands.
pub(in crate::store) fn read(sql: &dyn Sql, who: &AccountRef) -> Outcome<Option<Account>> {
    let found = match who {
        AccountRef::Id(id) => sql.first(
            &format!("SELECT {COLUMNS} FROM account WHERE id = ?1{}", sql.lock_rows()),
            values![Col(*id)],
            from_row,
        )?,
        AccountRef::Key(key) => sql.first(
            &format!("SELECT {COLUMNS} FROM account WHERE customer = ?1 AND company = ?2{}", sql.lock_rows()),
            values![key.customer, key.company],
            from_row,
        )?,
    };
    let Some(mut account) = found else { return Ok(None) };
    account.facts.limits = limit::of_account(sql, account.facts.id)?;
    pool::read_all(sql, &mut account)?;
    Ok(Some(account))
}

/// Reads an account that must be there.
///
/// # Errors
/// `NotFound`.
pub(in crate::store) fn known(sql: &dyn Sql, key: &AccountKey) -> Outcome<Account> {
    read(sql, &AccountRef::Key(key.clone()))?.ok_or_else(|| unknown(key).into())
}

/// There is no such account.
pub(in crate::store) fn unknown(key: &AccountKey) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("company {:?} has no account for customer {:?}; put the account first", key.company, key.customer),
    )
}

/// Tells an account as if it and the other accounts of its pools had been brought up; nothing is written.
pub(in crate::store) fn tell(sql: &dyn Sql, account: &mut Account, as_of: AsOf) -> Outcome<()> {
    bring_up(sql, &mut account.facts, as_of)?;
    pool::tell_own(account)?;
    let id = account.facts.id;
    for (row, pool) in account.pools.iter().zip(&mut account.facts.pools) {
        pool::tell_run_out(sql, *row, pool, id, as_of.now)?;
    }
    Ok(())
}

/// Brings the facts up to a day and a moment, in memory. Returns the rows and chains that ran out, as they are now to
/// be.
pub(in crate::store) fn bring_up(sql: &dyn Sql, facts: &mut AccountFacts, as_of: AsOf) -> Outcome<Vec<(i64, Chain)>> {
    let mut expired = Vec::new();
    if facts.next_expiry.is_some_and(|expiry| expiry <= as_of.now) {
        for (row, before) in chain::expiring(sql, facts.id, as_of.now, u32::MAX)? {
            let after = chain::expired(&before);
            facts.buckets = moved(&facts.buckets, &facts.held_by(&before), &facts.held_by(&after))?;
            expired.push((row, after));
        }
        facts.next_expiry = chain::next_expiry(sql, facts.id, Some(as_of.now))?;
        if facts.next_ship.is_some() {
            facts.next_ship = chain::next_ship(sql, facts.id, facts.horizon_to, Some(as_of.now))?;
        }
    }
    age(sql, facts, as_of.overdue_to)?;
    look_ahead(sql, facts, as_of.horizon_to, as_of.now)?;
    Ok(expired)
}

/// Moves what fell due between `open` and `overdue`; back again when the day is earlier than before, as when the days
/// of grace are raised.
fn age(sql: &dyn Sql, facts: &mut AccountFacts, to: Day) -> Outcome<()> {
    let from = facts.aged_to;
    facts.aged_to = to;
    let crossed = if to > from {
        facts.next_due.is_some_and(|due| due <= to)
    } else {
        facts.oldest_overdue.is_some() && to < from
    };
    if !crossed {
        return Ok(());
    }
    let (undisputed, disputed): (i64, i64) = sql.only(
        "SELECT (SELECT CAST(coalesce(sum(residual), 0) AS BIGINT) FROM item
                     WHERE account = ?1 AND kind = 0 AND disputed = 0 AND due > ?2 AND due <= ?3 AND residual > 0),
                    (SELECT CAST(coalesce(sum(residual), 0) AS BIGINT) FROM item
                     WHERE account = ?1 AND kind = 0 AND disputed = 1 AND due > ?2 AND due <= ?3 AND residual > 0)",
        values![Col(facts.id), Col(from.min(to)), Col(from.max(to))],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let fell_due = undisputed.checked_add(disputed).ok_or(MoneyError::Overflow)?;
    let sign = if to > from { 1 } else { -1 };
    let none = Buckets::default();
    let shift = Buckets { open: -sign * fell_due, overdue: sign * fell_due, ..none };
    facts.buckets = moved(&facts.buckets, &none, &shift)?;
    facts.disputed_overdue = facts.disputed_overdue.checked_add(sign * disputed).ok_or(MoneyError::Overflow)?;
    due_dates(sql, facts)
}

/// Moves what ships within the horizon now between `later` and `ordered`, likewise.
fn look_ahead(sql: &dyn Sql, facts: &mut AccountFacts, to: Day, now: Instant) -> Outcome<()> {
    let from = facts.horizon_to;
    facts.horizon_to = to;
    let crossed = if to > from { facts.next_ship.is_some_and(|ships| ships <= to) } else { to < from };
    if !crossed {
        return Ok(());
    }
    let came_near = chain::shipping(sql, facts.id, (from.min(to), from.max(to)), now)?;
    if came_near == 0 && to < from {
        return Ok(());
    }
    let change = if to > from { came_near } else { -came_near };
    let none = Buckets::default();
    let shift = Buckets { ordered: change, later: -change, ..none };
    facts.buckets = moved(&facts.buckets, &none, &shift)?;
    facts.next_ship = chain::next_ship(sql, facts.id, to, Some(now))?;
    Ok(())
}

/// Reads again what is known of the account's items beside their sums.
pub(in crate::store) fn items_changed(sql: &dyn Sql, facts: &mut AccountFacts) -> Outcome<()> {
    facts.dunning_level = sql.only(
        "SELECT coalesce(max(dunning_level), 0) FROM item
             WHERE account = ?1 AND residual > 0 AND kind = 0 AND dunning_blocked = 0 AND dunning_level > 0",
        values![Col(facts.id)],
        |row| row.get(0),
    )?;
    due_dates(sql, facts)
}

/// Reads again which due days come next.
fn due_dates(sql: &dyn Sql, facts: &mut AccountFacts) -> Outcome<()> {
    let days = sql.only(
        "SELECT (SELECT min(due) FROM item
                     WHERE account = ?1 AND kind = 0 AND disputed = 0 AND residual > 0 AND due <= ?2),
                    (SELECT min(due) FROM item
                     WHERE account = ?1 AND kind = 0 AND disputed = 1 AND residual > 0 AND due <= ?2),
                    (SELECT min(due) FROM item
                     WHERE account = ?1 AND kind = 0 AND disputed = 0 AND residual > 0 AND due > ?2),
                    (SELECT min(due) FROM item
                     WHERE account = ?1 AND kind = 0 AND disputed = 1 AND residual > 0 AND due > ?2)",
        values![Col(facts.id), Col(facts.aged_to)],
        |row| {
            let day = |at: usize| row.get::<Option<Col<Day>>>(at).map(|day| day.map(|day| day.0));
            Ok([day(0)?, day(1)?, day(2)?, day(3)?])
        },
    )?;
    let [undisputed, disputed, next_undisputed, next_disputed] = days;
    facts.oldest_undisputed = undisputed;
    facts.oldest_overdue = chain::earlier(undisputed, disputed);
    facts.next_due = chain::earlier(next_undisputed, next_disputed);
    Ok(())
}

/// The buckets without `before` and with `after`.
///
/// # Errors
/// When a bucket or the sum of the debit buckets no longer fits.
pub(in crate::store) fn moved(buckets: &Buckets, before: &Buckets, after: &Buckets) -> Result<Buckets, MoneyError> {
    let exchange = |kept: i64, before: i64, after: i64| {
        i64::try_from(i128::from(kept) - i128::from(before) + i128::from(after)).map_err(|_| MoneyError::Overflow)
    };
    let result = Buckets {
        ordered: exchange(buckets.ordered, before.ordered, after.ordered)?,
        later: exchange(buckets.later, before.later, after.later)?,
        delivered: exchange(buckets.delivered, before.delivered, after.delivered)?,
        drafted: exchange(buckets.drafted, before.drafted, after.drafted)?,
        open: exchange(buckets.open, before.open, after.open)?,
        overdue: exchange(buckets.overdue, before.overdue, after.overdue)?,
        unapplied: exchange(buckets.unapplied, before.unapplied, after.unapplied)?,
    };
    result.debit()?;
    Ok(result)
}

/// Whether anything of an account changed that moves its version. The days it was brought up to are no change of their
/// own: bringing it up again from the earlier days comes to the same. What others do to its pools is none of it either.
fn differ(before: &Account, after: &Account) -> bool {
    let orders = |account: &Account| {
        let AccountFacts { buckets, next_ship, next_expiry, .. } = &account.facts;
        (buckets.ordered, buckets.later, *next_ship, *next_expiry)
    };
    orders(before) != orders(after) || facts_differ(before, after)
}

/// The same, without what moves when orders come and go: what a policy needs to know beside them.
fn facts_differ(before: &Account, after: &Account) -> bool {
    let AccountFacts {
        id: _,
        company: _,
        currency,
        status,
        buckets,
        limits,
        aged_to: _,
        oldest_overdue,
        next_due,
        oldest_undisputed,
        disputed_overdue,
        disputed,
        dunning_level,
        horizon_to: _,
        next_ship: _,
        next_expiry: _,
        profile,
        history,
        pools: _,
        version: _,
    } = &after.facts;
    let kept = &before.facts;
    let buckets = Buckets { ordered: kept.buckets.ordered, later: kept.buckets.later, ..*buckets };
    (currency, status, buckets, limits) != (&kept.currency, &kept.status, kept.buckets, &kept.limits)
        || (oldest_overdue, next_due, oldest_undisputed)
            != (&kept.oldest_overdue, &kept.next_due, &kept.oldest_undisputed)
        || (disputed_overdue, disputed, dunning_level) != (&kept.disputed_overdue, &kept.disputed, &kept.dunning_level)
        || (profile, history) != (&kept.profile, &kept.history)
        || after.pools != before.pools
}

/// By how much the version of an account's facts moves. It is a random number: two servers that went different ways, as
/// after a failover that lost something, must not come to the same version with different facts.
pub(in crate::store) fn leap() -> i64 {
    i64::from(getrandom::u32().unwrap_or_default() >> 1).saturating_add(1)
}

/// Writes the account back if anything changed. If its facts did, its version moves, its pools are counted again, and
/// who watches is asked.
pub(in crate::store) fn write(to: Writing<'_>, before: &Account, after: &mut Account, at: Instant) -> Outcome<()> {
    let sql = to.sql;
    let changed = differ(before, after);
    if changed {
        after.facts.version = before.facts.version.checked_add(1).ok_or(MoneyError::Overflow)?;
    } else if after.decisions == before.decisions {
        return Ok(());
    }
    let facts = &after.facts;
    let rows = sql.execute(
        "UPDATE account SET currency = ?2, status = ?3, ordered = ?4, later = ?5,
                 delivered = ?6, drafted = ?7, open = ?8, overdue = ?9, unapplied = ?10,
                 aged_to = ?11, oldest_overdue = ?12, oldest_undisputed = ?13,
                 next_due = ?14, disputed = ?15, disputed_overdue = ?16,
                 dunning_level = ?17, horizon_to = ?18, next_ship = ?19,
                 next_expiry = ?20, version = ?21, decisions = ?22, chained = ?23,
                 facts_version = facts_version + ?24
             WHERE id = ?1",
        values![
            Col(facts.id),
            Col(facts.currency),
            Col(facts.status),
            facts.buckets.ordered,
            facts.buckets.later,
            facts.buckets.delivered,
            facts.buckets.drafted,
            facts.buckets.open,
            facts.buckets.overdue,
            facts.buckets.unapplied,
            Col(facts.aged_to),
            maybe(facts.oldest_overdue),
            maybe(facts.oldest_undisputed),
            maybe(facts.next_due),
            facts.disputed,
            facts.disputed_overdue,
            facts.dunning_level,
            Col(facts.horizon_to),
            maybe(facts.next_ship),
            maybe(facts.next_expiry),
            signed(facts.version),
            signed(after.decisions.sequence),
            after.decisions.chained,
            if facts_differ(before, after) { leap() } else { 0 }
        ],
    )?;
    if rows != 1 {
        return Err(Error::new(ErrorKind::Internal, "an account was gone in the middle of a step").into());
    }
    if !changed {
        return Ok(());
    }
    to.touched.note(facts.id, !(before.pools.is_empty() && after.pools.is_empty()));
    if (&facts.profile, &facts.history) != (&before.facts.profile, &before.facts.history) {
        let (profile, history) = (to_json_unless_default(&facts.profile)?, to_json_unless_default(&facts.history)?);
        sql.execute(
            "UPDATE account SET profile = ?2, history = ?3 WHERE id = ?1",
            values![Col(facts.id), profile, history],
        )?;
    }
    limit::write_covering(sql, &before.facts, facts)?;
    if !after.pools.is_empty() {
        pool::count(sql, before, after)?;
        pool::read_all(sql, after)?;
    }
    if let Some(watch) = to.watch {
        for told in watch(&before.facts, &after.facts, at) {
            event::queue(sql, &told)?;
        }
    }
    Ok(())
}
