//! Open items in the store, and the bucket each is counted in.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::account::moved;
use super::code::Col;
use super::fault::Outcome;
use super::load::Cause;
use crate::calendar::Day;
use crate::credit::{AccountFacts, AccountId, Buckets};
use crate::error::Error;
use crate::money::Currency;
use crate::store::{AccountKey, Item, ItemKind, Put};

const COLUMNS: &str = "id, number, kind, amount, residual, due, disputed, dunning_level, document";

/// Reads a row; whose it is stands with the account.
fn from_row(row: &Row<'_>, key: &AccountKey, currency: Currency) -> rusqlite::Result<Item> {
    Ok(Item {
        key: key.clone(),
        number: row.get(1)?,
        kind: row.get::<_, Col<_>>(2)?.0,
        currency,
        amount: row.get(3)?,
        residual: row.get(4)?,
        due: row.get::<_, Col<_>>(5)?.0,
        disputed: row.get(6)?,
        dunning_level: row.get(7)?,
        dunning_blocked: false,
        delivered: None,
        document: row.get(8)?,
    })
}

/// The item counted in its bucket, when items due up to `aged_to` are overdue.
pub(super) fn share(kind: ItemKind, residual: i64, due: Day, aged_to: Day) -> Buckets {
    let none = Buckets::default();
    match kind {
        ItemKind::Invoice if due <= aged_to => Buckets { overdue: residual, ..none },
        ItemKind::Invoice => Buckets { open: residual, ..none },
        ItemKind::CreditNote | ItemKind::Payment => Buckets { unapplied: residual, ..none },
    }
}

/// The account's item with this number, closed or not.
pub(super) fn read(
    sql: &Connection,
    account: AccountId,
    key: &AccountKey,
    currency: Currency,
    number: &str,
) -> Outcome<Option<Item>> {
    let found = find(sql, account, key, currency, number)?;
    Ok(found.map(|(_, item)| item))
}

fn find(
    sql: &Connection,
    account: AccountId,
    key: &AccountKey,
    currency: Currency,
    number: &str,
) -> Outcome<Option<(i64, Item)>> {
    let found = sql
        .prepare_cached(&format!("SELECT {COLUMNS} FROM item WHERE account = ?1 AND number = ?2"))?
        .query_row((Col(account), number), |row| Ok((row.get(0)?, from_row(row, key, currency)?)))
        .optional()?;
    Ok(found)
}

/// The account's items that are not closed, the oldest due first.
pub(super) fn open(
    sql: &Connection,
    account: AccountId,
    key: &AccountKey,
    currency: Currency,
    most: u32,
) -> Outcome<Vec<Item>> {
    let items = sql
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM item WHERE account = ?1 AND residual > 0 ORDER BY due, number LIMIT ?2"
        ))?
        .query_map((Col(account), most), |row| from_row(row, key, currency))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(items)
}

/// Makes an item what it is to be, unless something newer stands there, and moves the buckets of its account, whose due
/// dates the caller must then read again. Returns the number of its row too.
///
/// # Errors
/// When an amount is below zero, the currency is not the account's, or the buckets do not fit.
pub(super) fn put(sql: &Connection, facts: &mut AccountFacts, item: &Item, cause: Cause) -> Outcome<(Put, i64)> {
    if item.amount < 0 || item.residual < 0 {
        return Err(Error::argument(format!(
            "item {:?}: the amount and what is open of it must not be below zero; the kind says which way it counts",
            item.number
        ))
        .into());
    }
    if item.currency != facts.currency {
        return Err(Error::argument(format!(
            "item {:?} is in {}, and the account is kept in {}",
            item.number, item.currency, facts.currency
        ))
        .into());
    }
    let kept = find(sql, facts.id, &item.key, item.currency, &item.number)?;
    let counted = |item: &Item| share(item.kind, item.residual, item.due, facts.aged_to);
    let counted_before = match &kept {
        Some((row, same)) if same == item => return Ok((Put::Same, *row)),
        Some((row, _)) if cause.is_behind(sql, "item", *row)? => return Ok((Put::Newer, *row)),
        Some((_, before)) => counted(before),
        None => Buckets::default(),
    };
    let buckets = moved(&facts.buckets, &counted_before, &counted(item))?;
    let row = kept.as_ref().map(|(row, _)| *row);
    sql.prepare_cached(
        "INSERT INTO item (id, account, number, kind, amount, residual, due, disputed, dunning_level, document,
             changed)
         VALUES (:id, :account, :number, :kind, :amount, :residual, :due, :disputed, :dunning_level, :document, :at)
         ON CONFLICT (id) DO UPDATE SET kind = :kind, amount = :amount, residual = :residual, due = :due,
             disputed = :disputed, dunning_level = :dunning_level, document = :document,
             changed = max(changed, :at)",
    )?
    .execute(named_params! {
        ":id": row,
        ":account": Col(facts.id),
        ":number": item.number,
        ":kind": Col(item.kind),
        ":amount": item.amount,
        ":residual": item.residual,
        ":due": Col(item.due),
        ":disputed": item.disputed,
        ":dunning_level": item.dunning_level,
        ":document": item.document,
        ":at": Col(cause.at()),
    })?;
    facts.buckets = buckets;
    Ok((if kept.is_some() { Put::Changed } else { Put::Added }, row.unwrap_or_else(|| sql.last_insert_rowid())))
}
