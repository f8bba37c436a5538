//! Reads that are no more than a query.

use rusqlite::{Connection, OptionalExtension};

use super::account::{self, Account};
use super::chain;
use super::code::{Col, counter, signed};
use super::fault::Outcome;
use crate::calendar::{Day, Instant};
use crate::credit::{AccountId, Chain, Limit};
use crate::store::{AccountKey, Counts, Event, PolicyRecord};

pub(super) fn resolve(sql: &Connection, key: &AccountKey) -> Outcome<Option<AccountId>> {
    let id: Option<Col<AccountId>> = sql
        .prepare_cached("SELECT id FROM account WHERE customer = ?1 AND company = ?2")?
        .query_row([&key.customer, &key.company], |row| row.get(0))
        .optional()?;
    Ok(id.map(|id| id.0))
}

/// At most `most` accounts with numbers above `after`, as of a day and a moment; nothing is written.
pub(super) fn accounts_after(
    sql: &Connection,
    after: AccountId,
    most: u32,
    overdue_to: Day,
    now: Instant,
) -> Outcome<Vec<Account>> {
    let mut accounts = sql
        .prepare_cached(&format!("SELECT {} FROM account WHERE id > ?1 ORDER BY id LIMIT ?2", account::COLUMNS))?
        .query_map((Col(after), most), account::from_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let last = accounts.last().map_or(after, |account| account.facts.id);
    let mut limits = sql.prepare_cached(
        "SELECT account, kind, first, last, amount FROM credit_limit WHERE account > ?1 AND account <= ?2
         ORDER BY account, kind, first",
    )?;
    let mut limits = limits
        .query_map((Col(after), Col(last)), |row| {
            Ok((row.get::<_, Col<AccountId>>(0)?.0, account::limit_from_row(row, 1)?))
        })?
        .peekable();
    for account in &mut accounts {
        let id = account.facts.id;
        let mut own: Vec<Limit> = Vec::new();
        while let Some(limit) = limits.next_if(|limit| limit.as_ref().map_or(true, |(owner, _)| *owner <= id)) {
            let (owner, limit) = limit?;
            if owner == id {
                own.push(limit);
            }
        }
        account.facts.limits = own.into();
        account::bring_up(sql, &mut account.facts, overdue_to, now)?;
    }
    Ok(accounts)
}

/// Accounts with a reservation that ran out at or before `now`, the earliest first.
pub(super) fn accounts_with_expired(sql: &Connection, now: Instant, most: u32) -> Outcome<Vec<AccountId>> {
    let ids = sql
        .prepare_cached("SELECT id FROM account WHERE next_expiry <= ?1 ORDER BY next_expiry, id LIMIT ?2")?
        .query_map((Col(now), most), |row| row.get::<_, Col<AccountId>>(0).map(|id| id.0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

pub(super) fn held_orders(sql: &Connection, company: &str, most: u32) -> Outcome<Vec<Chain>> {
    let held = sql
        .prepare_cached(&format!(
            "SELECT {} FROM chain WHERE company = ?1 AND state = 0 ORDER BY since, id LIMIT ?2",
            chain::COLUMNS
        ))?
        .query_map((company, most), chain::from_row)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(held)
}

pub(super) fn policy(sql: &Connection, digest: &[u8; 32]) -> Outcome<Option<PolicyRecord>> {
    let found = sql
        .prepare_cached("SELECT name, text FROM policy WHERE digest = ?1")?
        .query_row([digest], |row| Ok(PolicyRecord { digest: *digest, name: row.get(0)?, text: row.get(1)? }))
        .optional()?;
    Ok(found)
}

pub(super) fn put_policy(sql: &Connection, policy: &PolicyRecord) -> Outcome<()> {
    sql.prepare_cached("INSERT INTO policy (digest, name, text) VALUES (?1, ?2, ?3) ON CONFLICT (digest) DO NOTHING")?
        .execute((policy.digest, &policy.name, &policy.text))?;
    Ok(())
}

pub(super) fn events(sql: &Connection, after: u64, most: u32) -> Outcome<Vec<Event>> {
    let events = sql
        .prepare_cached(
            "SELECT id, at, kind, account, document, reasons FROM event WHERE id > ?1 ORDER BY id LIMIT ?2",
        )?
        .query_map((signed(after), most), |row| {
            let reasons: String = row.get(5)?;
            Ok(Event {
                id: counter(row, 0)?,
                at: row.get::<_, Col<_>>(1)?.0,
                kind: row.get::<_, Col<_>>(2)?.0,
                account: row.get::<_, Option<Col<_>>>(3)?.map(|account| account.0),
                document: row.get(4)?,
                subject: String::new(),
                reasons: serde_json::from_str(&reasons).map_err(|e| {
                    rusqlite::Error::FromSqlConversionFailure(5, rusqlite::types::Type::Text, Box::new(e))
                })?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(events)
}

pub(super) fn counts(sql: &Connection) -> Outcome<Counts> {
    let count = |from: &str| sql.query_row(&format!("SELECT count(*) FROM {from}"), [], |row| counter(row, 0));
    Ok(Counts {
        customers: count("customer")?,
        accounts: count("account")?,
        items: count("item WHERE residual > 0")?,
        active_orders: count("chain WHERE ordered > 0 OR delivered > 0 OR drafted > 0")?,
        held_orders: count("chain WHERE state = 0")?,
        decisions: count("decision")?,
        events: count("event")?,
        companies: count("company")?,
        remarks: count("remark")?,
        lookups: count("lookup")?,
    })
}
