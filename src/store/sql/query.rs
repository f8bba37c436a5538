//! Reads that are no more than a query.

use std::collections::BTreeSet;

use super::Sql;
use super::account::{self, Account, AsOf};
use super::fault::Outcome;
use super::value::{Col, counter, values};
use super::{chain, limit, pool};
use crate::calendar::Instant;
use crate::credit::{AccountId, Chain, Limit};
use crate::store::{AccountKey, Counts, PolicyRecord};

pub(in crate::store) fn resolve(sql: &dyn Sql, key: &AccountKey) -> Outcome<Option<AccountId>> {
    let id: Option<Col<AccountId>> = sql.first(
        "SELECT id FROM account WHERE customer = ?1 AND company = ?2",
        values![&key.customer, &key.company],
        |row| row.get(0),
    )?;
    Ok(id.map(|id| id.0))
}

/// At most `most` accounts with numbers above `after`, as of a day and a moment; nothing is written.
pub(in crate::store) fn accounts_after(
    sql: &dyn Sql,
    after: AccountId,
    most: u32,
    as_of: AsOf,
) -> Outcome<Vec<Account>> {
    let mut accounts: Vec<Account> = sql.all(
        &format!("SELECT {} FROM account WHERE id > ?1 ORDER BY id LIMIT ?2", account::COLUMNS),
        values![Col(after), most],
        account::from_row,
    )?;
    let last = accounts.last().map_or(after, |account| account.facts.id);
    let limits: Vec<(AccountId, Limit)> = sql.all(
        "SELECT account, kind, first, last, amount, share, covering FROM credit_limit
         WHERE account > ?1 AND account <= ?2 ORDER BY account, kind, first",
        values![Col(after), Col(last)],
        |row| {
            let limit = Limit { covering: row.get(6)?, ..limit::from_row(row, 1)? };
            Ok((row.get::<Col<AccountId>>(0)?.0, limit))
        },
    )?;
    let mut limits = limits.into_iter().peekable();
    let pooled: BTreeSet<AccountId> = sql.all(
        "SELECT DISTINCT account FROM pool_member WHERE account > ?1 AND account <= ?2",
        values![Col(after), Col(last)],
        |row| row.get::<Col<AccountId>>(0).map(|id| id.0),
    )?;
    for account in &mut accounts {
        let id = account.facts.id;
        let mut own: Vec<Limit> = Vec::new();
        while let Some((owner, limit)) = limits.next_if(|(owner, _)| *owner <= id) {
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
pub(in crate::store) fn accounts_with_expired(sql: &dyn Sql, now: Instant, most: u32) -> Outcome<Vec<AccountId>> {
    let ids = sql.all(
        "SELECT id FROM account WHERE next_expiry <= ?1 ORDER BY next_expiry, id LIMIT ?2",
        values![Col(now), most],
        |row| row.get::<Col<AccountId>>(0).map(|id| id.0),
    )?;
    Ok(ids)
}

/// Which orders of a company are asked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum Waiting {
    /// Those that wait for a person.
    Held,
    /// Those that hold credit and have not begun to move.
    Active,
}

/// Orders of a company, of one customer or of all, by when they were first asked for and their number; those behind the
/// one given.
pub(in crate::store) fn orders(
    sql: &dyn Sql,
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
    let (since, document) = after.map_or((Instant(i64::MIN), ""), |chain| (chain.since, chain.document.as_str()));
    let orders = sql.all(&format!(
            "SELECT {} FROM chain
             WHERE company = ?1 AND {condition} AND (since, document) > (?2, ?3) AND (CAST(?4 AS BIGINT) IS NULL OR account = ?4)
             ORDER BY since, document LIMIT ?5",
            chain::COLUMNS
        ), values![company, Col(since), document, account, most], chain::from_row)?;
    Ok(orders)
}

pub(in crate::store) fn policy(sql: &dyn Sql, digest: &[u8; 32]) -> Outcome<Option<PolicyRecord>> {
    let found = sql.first("SELECT name, text FROM policy WHERE digest = ?1", values![digest], |row| {
        Ok(PolicyRecord { digest: *digest, name: row.get(0)?, text: row.get(1)? })
    })?;
    Ok(found)
}

pub(in crate::store) fn put_policy(sql: &dyn Sql, policy: &PolicyRecord) -> Outcome<()> {
    sql.execute(
        "INSERT INTO policy (digest, name, text) VALUES (?1, ?2, ?3) ON CONFLICT (digest) DO NOTHING",
        values![policy.digest, &policy.name, &policy.text],
    )?;
    Ok(())
}

pub(in crate::store) fn counts(sql: &dyn Sql) -> Outcome<Counts> {
    let count = |from: &str| sql.only(&format!("SELECT count(*) FROM {from}"), values![], |row| counter(row, 0));
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
