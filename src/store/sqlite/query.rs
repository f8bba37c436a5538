//! Reads that are no more than a query.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension};

use super::account::{self, Account, AsOf};
use super::code::{Col, counter};
use super::fault::Outcome;
use super::{chain, limit, pool};
use crate::calendar::Instant;
use crate::credit::{AccountId, Chain, Limit};
use crate::store::{AccountKey, Counts, PolicyRecord};

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
    as_of: AsOf,
) -> Outcome<Vec<Account>> {
    let mut accounts = sql
        .prepare_cached(&format!("SELECT {} FROM account WHERE id > ?1 ORDER BY id LIMIT ?2", account::COLUMNS))?
        .query_map((Col(after), most), account::from_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let last = accounts.last().map_or(after, |account| account.facts.id);
    let mut limits = sql.prepare_cached(
        "SELECT account, kind, first, last, amount, share, covering FROM credit_limit
         WHERE account > ?1 AND account <= ?2 ORDER BY account, kind, first",
    )?;
    let mut limits = limits
        .query_map((Col(after), Col(last)), |row| {
            let limit = Limit { covering: row.get(6)?, ..limit::from_row(row, 1)? };
            Ok((row.get::<_, Col<AccountId>>(0)?.0, limit))
        })?
        .peekable();
    let pooled: BTreeSet<AccountId> = sql
        .prepare_cached("SELECT DISTINCT account FROM pool_member WHERE account > ?1 AND account <= ?2")?
        .query_map((Col(after), Col(last)), |row| row.get::<_, Col<AccountId>>(0).map(|id| id.0))?
        .collect::<rusqlite::Result<_>>()?;
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
        if pooled.contains(&id) {
            pool::read_all(sql, account)?;
        }
        account::tell(sql, account, as_of)?;
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

/// Which orders of a company are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Waiting {
    /// Those that wait for a person.
    Held,
    /// Those that hold credit and have not begun to move.
    Active,
}

/// Orders of a company, of one customer or of all, by when they were first asked for and their number; those behind the
/// one given.
pub(super) fn orders(
    sql: &Connection,
    which: Waiting,
    company: &str,
    customer: Option<&str>,
    after: Option<&Chain>,
    most: u32,
) -> Outcome<Vec<Chain>> {
    let account = match customer {
        None => None,
        Some(customer) => {
            let key = AccountKey { company: company.to_owned(), customer: customer.to_owned() };
            let Some(id) = resolve(sql, &key)? else { return Ok(Vec::new()) };
            Some(Col(id))
        }
    };
    let condition = match which {
        Waiting::Held => "state = 0",
        Waiting::Active => {
            "state = 2 AND ordered > 0 AND delivered = 0 AND drafted = 0 AND invoiced = 0 AND settled = 0"
        }
    };
    let (since, document) =
        after.map_or((Instant(i64::MIN), ""), |chain| (chain.since, chain.document.as_str()));
    let orders = sql
        .prepare_cached(&format!(
            "SELECT {} FROM chain
             WHERE company = ?1 AND {condition} AND (since, document) > (?2, ?3) AND (?4 IS NULL OR account = ?4)
             ORDER BY since, document LIMIT ?5",
            chain::COLUMNS
        ))?
        .query_map((company, Col(since), document, account, most), chain::from_row)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(orders)
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
