//! An account: reading it, bringing it up to a day and a moment, writing it back.
//!
//! The row keeps the buckets and the dates at which they must be looked at again, so bringing an account up reads
//! only the items and chains that cross a date. Reading does the same sums and writes nothing.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::chain;
use super::code::{Col, counter, maybe, signed};
use super::fault::Outcome;
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Buckets, Chain, Limit};
use crate::error::{Error, ErrorKind};
use crate::money::MoneyError;
use crate::store::{AccountKey, AccountRef};

/// What `first` is for a limit that was always in force.
pub(super) const ALWAYS: i32 = i32::MIN;

/// The end of a chain of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChainEnd {
    pub(super) sequence: u64,
    pub(super) chained: [u8; 32],
}

impl ChainEnd {
    /// Before the first decision.
    pub(super) const START: Self = Self { sequence: 0, chained: [0; 32] };
}

/// An account as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) key: AccountKey,
    pub(super) facts: AccountFacts,
    pub(super) decisions: ChainEnd,
}

/// The columns of [`from_row`], in its order.
pub(super) const COLUMNS: &str = "id, company, customer, currency, status, ordered, delivered, drafted, open, overdue, \
     unapplied, aged_to, oldest_overdue, next_due, next_expiry, version, decisions, chained";

/// Reads a row; the limits stand in another table.
pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Account> {
    let day = |at: usize| row.get::<_, Option<Col<Day>>>(at).map(|day| day.map(|day| day.0));
    Ok(Account {
        key: AccountKey { company: row.get(1)?, customer: row.get(2)? },
        facts: AccountFacts {
            id: row.get::<_, Col<AccountId>>(0)?.0,
            currency: row.get::<_, Col<_>>(3)?.0,
            status: row.get::<_, Col<_>>(4)?.0,
            buckets: Buckets {
                ordered: row.get(5)?,
                later: 0,
                delivered: row.get(6)?,
                drafted: row.get(7)?,
                open: row.get(8)?,
                overdue: row.get(9)?,
                unapplied: row.get(10)?,
            },
            limits: Box::default(),
            aged_to: row.get::<_, Col<Day>>(11)?.0,
            oldest_overdue: day(12)?,
            next_due: day(13)?,
            next_expiry: row.get::<_, Option<Col<Instant>>>(14)?.map(|at| at.0),
            version: counter(row, 15)?,
            ..AccountFacts::new(AccountId(0), &row.get::<_, String>(1)?, row.get::<_, Col<_>>(3)?.0)
        },
        decisions: ChainEnd { sequence: counter(row, 16)?, chained: row.get(17)? },
    })
}

/// Reads an account with its limits, as it stands.
pub(super) fn read(sql: &Connection, who: &AccountRef) -> Outcome<Option<Account>> {
    let found = match who {
        AccountRef::Id(id) => {
            sql.prepare_cached(&format!("SELECT {COLUMNS} FROM account WHERE id = ?1"))?.query_row([Col(*id)], from_row)
        }
        AccountRef::Key(key) => sql
            .prepare_cached(&format!("SELECT {COLUMNS} FROM account WHERE customer = ?1 AND company = ?2"))?
            .query_row([&key.customer, &key.company], from_row),
    };
    let Some(mut account) = found.optional()? else { return Ok(None) };
    account.facts.limits = limits(sql, account.facts.id)?;
    Ok(Some(account))
}

pub(super) fn limits(sql: &Connection, id: AccountId) -> Outcome<Box<[Limit]>> {
    let limits = sql
        .prepare_cached("SELECT kind, first, last, amount FROM credit_limit WHERE account = ?1 ORDER BY kind, first")?
        .query_map([Col(id)], |row| limit_from_row(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(limits)
}

/// Reads `kind, first, last, amount`, which begin at column `at`.
pub(super) fn limit_from_row(row: &Row<'_>, at: usize) -> rusqlite::Result<Limit> {
    Ok(Limit {
        from: Some(row.get::<_, i32>(at + 1)?).filter(|first| *first != ALWAYS).map(Day),
        to: row.get::<_, Option<Col<Day>>>(at + 2)?.map(|day| day.0),
        ..Limit::always(row.get::<_, Col<_>>(at)?.0, row.get(at + 3)?)
    })
}

/// Brings the facts up to a day and a moment, in memory. Returns the rows and chains that ran out, as they are now to
/// be.
pub(super) fn bring_up(
    sql: &Connection,
    facts: &mut AccountFacts,
    overdue_to: Day,
    now: Instant,
) -> Outcome<Vec<(i64, Chain)>> {
    let mut expired = Vec::new();
    if facts.next_expiry.is_some_and(|expiry| expiry <= now) {
        for (row, before) in chain::expiring(sql, facts.id, now, u32::MAX)? {
            let after = chain::expired(&before);
            facts.buckets = moved(&facts.buckets, &facts.held_by(&before), &facts.held_by(&after))?;
            expired.push((row, after));
        }
        facts.next_expiry = chain::next_expiry(sql, facts.id, Some(now))?;
    }
    age(sql, facts, overdue_to)?;
    Ok(expired)
}

/// Moves what fell due between `open` and `overdue`; back again when the day is earlier than before, as when the days
/// of grace are raised.
fn age(sql: &Connection, facts: &mut AccountFacts, to: Day) -> Outcome<()> {
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
    let fell_due: i64 = sql
        .prepare_cached(
            "SELECT coalesce(sum(residual), 0) FROM item
             WHERE account = ?1 AND kind = 0 AND due > ?2 AND due <= ?3 AND residual > 0",
        )?
        .query_row((Col(facts.id), Col(from.min(to)), Col(from.max(to))), |row| row.get(0))?;
    let change = if to > from { fell_due } else { -fell_due };
    let none = Buckets::default();
    let shift = Buckets { open: -change, overdue: change, ..none };
    facts.buckets = moved(&facts.buckets, &none, &shift)?;
    due_dates(sql, facts)
}

/// Reads again which due days come next.
pub(super) fn due_dates(sql: &Connection, facts: &mut AccountFacts) -> Outcome<()> {
    let day = |query: &str| -> Outcome<Option<Day>> {
        let day: Option<Col<Day>> =
            sql.prepare_cached(query)?.query_row((Col(facts.id), Col(facts.aged_to)), |row| row.get(0))?;
        Ok(day.map(|day| day.0))
    };
    facts.oldest_overdue =
        day("SELECT min(due) FROM item WHERE account = ?1 AND kind = 0 AND residual > 0 AND due <= ?2")?;
    facts.next_due = day("SELECT min(due) FROM item WHERE account = ?1 AND kind = 0 AND residual > 0 AND due > ?2")?;
    Ok(())
}

/// The buckets without `before` and with `after`.
///
/// # Errors
/// When a bucket or the sum of the debit buckets no longer fits.
pub(super) fn moved(buckets: &Buckets, before: &Buckets, after: &Buckets) -> Result<Buckets, MoneyError> {
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

/// Writes the account back if anything changed, and moves its version if its facts did. The day it was aged to is no
/// change of its own: aging again from the earlier day comes to the same.
pub(super) fn write(sql: &Connection, before: &Account, after: &mut Account) -> Outcome<()> {
    let unaged = AccountFacts { aged_to: before.facts.aged_to, ..after.facts.clone() };
    if unaged != before.facts {
        after.facts.version = before.facts.version.checked_add(1).ok_or(MoneyError::Overflow)?;
    } else if after.decisions == before.decisions {
        return Ok(());
    }
    let facts = &after.facts;
    let rows = sql
        .prepare_cached(
            "UPDATE account SET currency = :currency, status = :status, ordered = :ordered, delivered = :delivered,
                 drafted = :drafted, open = :open, overdue = :overdue, unapplied = :unapplied, aged_to = :aged_to,
                 oldest_overdue = :oldest_overdue, next_due = :next_due, next_expiry = :next_expiry,
                 version = :version, decisions = :decisions, chained = :chained
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":id": Col(facts.id),
            ":currency": Col(facts.currency),
            ":status": Col(facts.status),
            ":ordered": facts.buckets.ordered,
            ":delivered": facts.buckets.delivered,
            ":drafted": facts.buckets.drafted,
            ":open": facts.buckets.open,
            ":overdue": facts.buckets.overdue,
            ":unapplied": facts.buckets.unapplied,
            ":aged_to": Col(facts.aged_to),
            ":oldest_overdue": maybe(facts.oldest_overdue),
            ":next_due": maybe(facts.next_due),
            ":next_expiry": maybe(facts.next_expiry),
            ":version": signed(facts.version),
            ":decisions": signed(after.decisions.sequence),
            ":chained": after.decisions.chained,
        })?;
    if rows != 1 {
        return Err(Error::new(ErrorKind::Internal, "an account was gone in the middle of a step").into());
    }
    Ok(())
}
