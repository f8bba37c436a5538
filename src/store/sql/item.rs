//! Open items in the store, and the bucket each is counted in.

use super::account::{Account, moved};
use super::fault::Outcome;
use super::load::Cause;
use super::value::{Col, values};
use super::{Row, Sql};
use super::{history, limit};
use crate::calendar::Day;
use crate::credit::{AccountFacts, AccountId, Buckets, Limit};
use crate::error::{Error, ErrorKind};
use crate::money::{Currency, MoneyError};
use crate::store::{AccountKey, Item, ItemKind, OverdueItem, Put};

/// The columns of [`from_row`], in its order, and whether the item was ever disputed.
const COLUMNS: &str = "item.id, item.number, item.kind, item.amount, item.residual, item.due, item.disputed, \
     item.dunning_level, item.document, item.dunning_blocked, item.delivered, item.ever_disputed";

/// How many columns [`COLUMNS`] are.
const COLUMN_COUNT: usize = 12;

/// An item as it is kept.
struct Kept {
    row: i64,
    item: Item,
    /// Whether it was ever disputed.
    ever_disputed: bool,
}

/// Reads a row; whose it is stands with the account.
fn from_row(row: &dyn Row, key: &AccountKey, currency: Currency) -> Outcome<Item> {
    Ok(Item {
        key: key.clone(),
        number: row.get(1)?,
        kind: row.get::<Col<_>>(2)?.0,
        currency,
        amount: row.get(3)?,
        residual: row.get(4)?,
        due: row.get::<Col<_>>(5)?.0,
        disputed: row.get(6)?,
        dunning_level: row.get(7)?,
        dunning_blocked: row.get(9)?,
        delivered: Some(row.get::<Col<_>>(10)?.0),
        document: row.get(8)?,
    })
}

/// The item counted in its bucket, when items due up to `aged_to` are overdue.
pub(in crate::store) fn share(kind: ItemKind, residual: i64, due: Day, aged_to: Day) -> Buckets {
    let none = Buckets::default();
    match kind {
        ItemKind::Invoice if due <= aged_to => Buckets { overdue: residual, ..none },
        ItemKind::Invoice => Buckets { open: residual, ..none },
        ItemKind::CreditNote | ItemKind::Payment => Buckets { unapplied: residual, ..none },
    }
}

/// The account's item with this number, closed or not.
pub(in crate::store) fn read(
    sql: &dyn Sql,
    account: AccountId,
    key: &AccountKey,
    currency: Currency,
    number: &str,
) -> Outcome<Option<Item>> {
    Ok(find(sql, account, key, currency, number)?.map(|kept| kept.item))
}

fn find(
    sql: &dyn Sql,
    account: AccountId,
    key: &AccountKey,
    currency: Currency,
    number: &str,
) -> Outcome<Option<Kept>> {
    let found = sql.first(
        &format!("SELECT {COLUMNS} FROM item WHERE account = ?1 AND number = ?2"),
        values![Col(account), number],
        |row| {
            Ok(Kept {
                row: row.get(0)?,
                item: from_row(row, key, currency)?,
                ever_disputed: row.get(COLUMN_COUNT - 1)?,
            })
        },
    )?;
    Ok(found)
}

/// The account's items that are not closed, the oldest due first.
pub(in crate::store) fn open(
    sql: &dyn Sql,
    account: AccountId,
    key: &AccountKey,
    currency: Currency,
    most: u32,
) -> Outcome<Vec<Item>> {
    let items = sql.all(
        &format!("SELECT {COLUMNS} FROM item WHERE account = ?1 AND residual > 0 ORDER BY due, number LIMIT ?2"),
        values![Col(account), most],
        |row| from_row(row, key, currency),
    )?;
    Ok(items)
}

/// Open invoices that are due on or before a day and not disputed, by account, due day and number.
pub(in crate::store) fn overdue(
    sql: &dyn Sql,
    due_to: Day,
    after: Option<&OverdueItem>,
    most: u32,
) -> Outcome<Vec<OverdueItem>> {
    let (account, due, number) = match after {
        Some(OverdueItem { account, item }) => (*account, item.due, item.number.as_str()),
        None => (AccountId(0), Day::MIN, ""),
    };
    // An account says itself whether any of its items can be meant.
    let items = sql.all(&format!(
            "SELECT {COLUMNS}, account.id, account.company, account.customer, account.currency
             FROM account CROSS JOIN item
             WHERE item.account = account.id AND account.id >= ?2 AND (account.oldest_undisputed <= ?1 OR account.next_due <= ?1)
                 AND item.kind = 0 AND item.disputed = 0 AND item.due <= ?1 AND item.residual > 0
                 AND (account.id, item.due, item.number) > (?2, ?3, ?4)
             ORDER BY account.id, item.due, item.number LIMIT ?5"
        ), values![Col(due_to), Col(account), Col(due), number, most], |row| {
            let key = AccountKey { company: row.get(COLUMN_COUNT + 1)?, customer: row.get(COLUMN_COUNT + 2)? };
            let item = from_row(row, &key, row.get::<Col<_>>(COLUMN_COUNT + 3)?.0)?;
            Ok(OverdueItem { account: row.get::<Col<_>>(COLUMN_COUNT)?.0, item })
        })?;
    Ok(items)
}

/// The part of an item that is an open and disputed debit: all of it, and what is overdue of it.
fn disputed_share(item: &Item, aged_to: Day) -> (i64, i64) {
    if !item.disputed || item.kind != ItemKind::Invoice {
        return (0, 0);
    }
    (item.residual, if item.due <= aged_to { item.residual } else { 0 })
}

/// Makes an item what it is to be, unless something newer stands there, and moves what is kept of its account; the caller
/// must then have [`items_changed`](super::account::items_changed) read the rest again. `today` is the day on which it was
/// posted, disputed or paid if it was. Returns the number of its row too.
///
/// # Errors
/// When an amount is below zero, the currency is not the account's, or the buckets do not fit.
pub(in crate::store) fn put(
    sql: &dyn Sql,
    facts: &mut AccountFacts,
    item: &Item,
    cause: Cause,
    today: Day,
) -> Outcome<(Put, i64)> {
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
    let delivered = item.delivered.or(kept.as_ref().and_then(|kept| kept.item.delivered)).unwrap_or(today);
    let item = Item { delivered: Some(delivered), ..item.clone() };
    let before = match &kept {
        Some(kept) if kept.item == item => return Ok((Put::Same, kept.row)),
        Some(kept) if cause.is_behind(sql, "item", kept.row)? => return Ok((Put::Newer, kept.row)),
        Some(kept) => Some(&kept.item),
        None => None,
    };
    let counted = count(facts, before, &item)?;
    let ever_disputed = kept.as_ref().is_some_and(|kept| kept.ever_disputed);
    let newly_disputed = item.disputed && item.kind == ItemKind::Invoice && !ever_disputed;
    let row = kept.as_ref().map(|kept| kept.row);
    let row =
        if let Some(row) = row {
            sql.execute(
                "UPDATE item SET kind = ?2, amount = ?3, residual = ?4, due = ?5, disputed = ?6, ever_disputed = ?7,
                 dunning_level = ?8, dunning_blocked = ?9, delivered = ?10, document = ?11,
                 changed = CASE WHEN changed > ?12 THEN changed ELSE ?12 END
             WHERE id = ?1",
                values![
                    row,
                    Col(item.kind),
                    item.amount,
                    item.residual,
                    Col(item.due),
                    item.disputed,
                    ever_disputed || newly_disputed,
                    item.dunning_level,
                    item.dunning_blocked,
                    Col(delivered),
                    item.document,
                    Col(cause.at())
                ],
            )?;
            row
        } else {
            sql.insert(
            "INSERT INTO item (account, number, kind, amount, residual, due, disputed, ever_disputed, dunning_level,
                 dunning_blocked, delivered, document, changed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            values![
                Col(facts.id), item.number, Col(item.kind), item.amount, item.residual, Col(item.due), item.disputed,
                newly_disputed, item.dunning_level, item.dunning_blocked, Col(delivered), item.document, Col(cause.at())
            ],
        )?
        };
    remember(facts, before, &item, newly_disputed, today);
    counted.keep(facts);
    Ok((if kept.is_some() { Put::Changed } else { Put::Added }, row))
}

/// Closes an item that is there, likewise.
pub(in crate::store) fn close(
    sql: &dyn Sql,
    account: &mut Account,
    number: &str,
    cause: Cause,
    today: Day,
) -> Outcome<()> {
    let facts = &mut account.facts;
    let open = read(sql, facts.id, &account.key, facts.currency, number)?
        .ok_or_else(|| Error::new(ErrorKind::Internal, "an item was lost in the middle of an import"))?;
    put(sql, facts, &Item { residual: 0, ..open }, cause, today).map(drop)
}

/// What is kept of an account once an item is written.
struct Counted {
    buckets: Buckets,
    disputed: i64,
    disputed_overdue: i64,
    limits: Option<Box<[Limit]>>,
}

impl Counted {
    fn keep(self, facts: &mut AccountFacts) {
        facts.buckets = self.buckets;
        facts.disputed = self.disputed;
        facts.disputed_overdue = self.disputed_overdue;
        if let Some(limits) = self.limits {
            facts.limits = limits;
        }
    }
}

/// What the sums of an account come to with an item as it is to be in the place of what it was.
fn count(facts: &AccountFacts, before: Option<&Item>, after: &Item) -> Result<Counted, MoneyError> {
    let aged_to = facts.aged_to;
    let counted = |item: &Item| share(item.kind, item.residual, item.due, aged_to);
    let (was, is) = (before.map_or((0, 0), |item| disputed_share(item, aged_to)), disputed_share(after, aged_to));
    // What is disputed is a part of what is open, so it fits where that does.
    Ok(Counted {
        buckets: moved(&facts.buckets, &before.map(counted).unwrap_or_default(), &counted(after))?,
        disputed: facts.disputed.saturating_sub(was.0).saturating_add(is.0),
        disputed_overdue: facts.disputed_overdue.saturating_sub(was.1).saturating_add(is.1),
        limits: limit::with_item(&facts.limits, before, after)?,
    })
}

/// Notes in the account's history that an invoice was posted, disputed for the first time, or paid in part.
fn remember(facts: &mut AccountFacts, before: Option<&Item>, after: &Item, newly_disputed: bool, today: Day) {
    if after.kind != ItemKind::Invoice {
        return;
    }
    let before = before.filter(|before| before.kind == ItemKind::Invoice);
    if before.is_none() || newly_disputed {
        history::note(&mut facts.history, today, |month| {
            month.invoiced = month.invoiced.saturating_add(u32::from(before.is_none()));
            month.disputed = month.disputed.saturating_add(u32::from(newly_disputed));
        });
    }
    // What is no longer invoiced was not paid.
    let paid = before.map_or(0, |before| {
        let undone = before.amount.saturating_sub(after.amount).max(0);
        before.residual.saturating_sub(after.residual).saturating_sub(undone)
    });
    if paid > 0 {
        history::pay(&mut facts.history, today, after.due, paid);
    }
}
