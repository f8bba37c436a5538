//! A long write: an import, on the caller's thread, in one transaction.
//!
//! Each row moves the buckets of its account in memory, by the same sums as a step, and so a row whose amount does not
//! fit is refused by itself. The accounts are written back together, at the latest when there are [`ACCOUNTS`] of them.
//! Which rows this load has put is noted in bit maps by row number, not in the rows: to import the same file again
//! writes nothing.

use std::collections::HashMap;

use rusqlite::Connection;

use super::account::{self, ALWAYS, Account};
use super::code::{Col, maybe};
use super::fault::Outcome;
use super::guard::forked;
use super::register::table;
use super::{chain, customer, fork_gate, item, register};
use crate::calendar::{Day, Instant};
use crate::credit::{Buckets, Chain, ChainState, Marks, Status};
use crate::error::{Error, ErrorKind, Result};
use crate::money::{Currency, MoneyError};
use crate::store::{
    AccountKey, AccountRecord, AccountRef, Company, Customer, Item, ItemKind, LimitOwner, LimitRecord, Loader,
    OrderRecord, Put, Register, Remark,
};

/// Accounts kept in memory before they are written back.
const ACCOUNTS: usize = 50_000;

/// What makes an item or a chain what it is to be.
#[derive(Clone, Copy)]
pub(super) enum Cause {
    /// A request, or time itself, at a moment. It knows what stands there and has the last word.
    Request(Instant),
    /// Data that was true at a moment. It knows nothing of what was done after it.
    Data(Instant),
}

impl Cause {
    pub(super) fn at(self) -> Instant {
        let (Self::Request(at) | Self::Data(at)) = self;
        at
    }

    /// Whether the row of `item` or `chain` is newer and must be left alone.
    pub(super) fn is_behind(self, sql: &Connection, table: &str, row: i64) -> Outcome<bool> {
        let Self::Data(at) = self else { return Ok(false) };
        let newer = sql
            .prepare_cached(&format!("SELECT changed > ?2 FROM {table} WHERE id = ?1"))?
            .query_row((row, Col(at)), |found| found.get(0))?;
        Ok(newer)
    }
}

/// Row numbers, 4096 to a piece.
#[derive(Default)]
pub(super) struct Seen(HashMap<i64, [u64; 64]>);

impl Seen {
    pub(super) fn add(&mut self, row: i64) {
        let (piece, word, bit) = Self::place(row);
        if let Some(word) = self.0.entry(piece).or_insert([0; 64]).get_mut(word) {
            *word |= bit;
        }
    }

    pub(super) fn has(&self, row: i64) -> bool {
        let (piece, word, bit) = Self::place(row);
        self.0.get(&piece).and_then(|words| words.get(word)).is_some_and(|word| word & bit != 0)
    }

    fn place(row: i64) -> (i64, usize, u64) {
        let within = row.rem_euclid(4096);
        (row.div_euclid(4096), usize::try_from(within / 64).unwrap_or(0), 1 << (within % 64))
    }
}

/// An account as it was when the load came to it, and as it is to be.
struct Touched {
    before: Account,
    after: Account,
    /// Whether items changed, so that the due dates must be read again.
    items: bool,
    /// Whether chains changed, so that the next expiry must be read again.
    chains: bool,
}

/// The [`Loader`] of the SQLite store.
pub(super) struct SqliteLoader<'a> {
    sql: &'a Connection,
    /// The moment of the data.
    at: Instant,
    process: u32,
    touched: Vec<Touched>,
    /// Company → customer → place in `touched`.
    places: HashMap<String, HashMap<String, usize>>,
    items: Seen,
    chains: Seen,
    companies: Seen,
    remarks: Seen,
}

impl<'a> SqliteLoader<'a> {
    pub(super) fn new(sql: &'a Connection, at: Instant) -> Self {
        Self {
            sql,
            at,
            process: std::process::id(),
            touched: Vec::new(),
            places: HashMap::new(),
            items: Seen::default(),
            chains: Seen::default(),
            companies: Seen::default(),
            remarks: Seen::default(),
        }
    }

    /// Writes the accounts back.
    pub(super) fn flush(&mut self) -> Outcome<()> {
        self.places.clear();
        for Touched { before, mut after, items, chains } in self.touched.drain(..) {
            if items {
                account::due_dates(self.sql, &mut after.facts)?;
            }
            if chains {
                after.facts.next_expiry = chain::next_expiry(self.sql, after.facts.id, None)?;
            }
            account::write(self.sql, &before, &mut after)?;
        }
        Ok(())
    }

    /// The account in memory, from the store if it is not there yet.
    fn touch(&mut self, key: &AccountKey) -> Outcome<&mut Touched> {
        match self.find(key)? {
            Some(place) => self.at(place),
            None => Err(Error::new(
                ErrorKind::NotFound,
                format!(
                    "company {:?} has no account for customer {:?}; put the account first",
                    key.company, key.customer
                ),
            )
            .into()),
        }
    }

    fn at(&mut self, place: usize) -> Outcome<&mut Touched> {
        self.touched
            .get_mut(place)
            .ok_or_else(|| Error::new(ErrorKind::Internal, "an account was lost in the middle of an import").into())
    }

    fn find(&mut self, key: &AccountKey) -> Outcome<Option<usize>> {
        let known = self.places.get(&key.company).and_then(|customers| customers.get(&key.customer));
        if let Some(place) = known {
            return Ok(Some(*place));
        }
        let Some(account) = account::read(self.sql, &AccountRef::Key(key.clone()))? else { return Ok(None) };
        if self.touched.len() >= ACCOUNTS {
            self.flush()?;
        }
        let place = self.touched.len();
        self.touched.push(Touched { after: account.clone(), before: account, items: false, chains: false });
        self.places.entry(key.company.clone()).or_default().insert(key.customer.clone(), place);
        Ok(Some(place))
    }

    fn account(&mut self, record: &AccountRecord) -> Outcome<Put> {
        let sql = self.sql;
        let Some(place) = self.find(&record.key)? else {
            if !customer::exists(sql, &record.key.customer)? {
                return Err(Error::new(
                    ErrorKind::NotFound,
                    format!("there is no customer {:?}; put the customer first", record.key.customer),
                )
                .into());
            }
            sql.prepare_cached(
                "INSERT INTO account (company, customer, currency, status, aged_to, version)
                 VALUES (?1, ?2, ?3, ?4, ?5, 1)",
            )?
            .execute((
                &record.key.company,
                &record.key.customer,
                Col(record.currency),
                Col(record.status),
                Col(Day::MIN),
            ))?;
            return Ok(Put::Added);
        };
        let kept = &mut self.at(place)?.after.facts;
        if (kept.currency, kept.status) == (record.currency, record.status) {
            return Ok(Put::Same);
        }
        if kept.currency != record.currency {
            let pending: bool = sql.query_row(
                "SELECT EXISTS (SELECT 1 FROM chain WHERE account = ?1 AND state IN (0, 2))",
                [Col(kept.id)],
                |row| row.get(0),
            )?;
            if pending || kept.buckets != Buckets::default() {
                return Err(Error::new(
                    ErrorKind::State,
                    format!(
                        "the account of customer {:?} holds value in {}; settle it before its currency changes to {}",
                        record.key.customer, kept.currency, record.currency
                    ),
                )
                .into());
            }
            // An amount of the old currency is no limit in the new one.
            sql.execute("DELETE FROM credit_limit WHERE account = ?1", [Col(kept.id)])?;
            kept.limits = Box::default();
        }
        kept.currency = record.currency;
        kept.status = record.status;
        Ok(Put::Changed)
    }

    fn ensure(&mut self, key: &AccountKey, currency: Currency) -> Outcome<Put> {
        if let Some(place) = self.find(key)? {
            let kept = self.at(place)?.after.facts.currency;
            if kept == currency {
                return Ok(Put::Same);
            }
            return Err(Error::argument(format!(
                "the account of customer {:?} is kept in {kept}, not in {currency}",
                key.customer
            ))
            .into());
        }
        self.account(&AccountRecord { key: key.clone(), currency, status: Status::Ok, profile: None, pools: None })
    }

    fn limit(&mut self, record: &LimitRecord) -> Outcome<Put> {
        let sql = self.sql;
        let limit = record.limit;
        let LimitOwner::Account(key) = &record.owner else {
            return Err(Error::argument("there is no such pool").into());
        };
        let facts = &mut self.touch(key)?.after.facts;
        if facts.currency != record.currency {
            return Err(Error::argument(format!(
                "the limit is in {}, and the account is kept in {}",
                record.currency, facts.currency
            ))
            .into());
        }
        if limit.amount.is_some_and(|amount| amount < 0) {
            return Err(Error::argument("a limit must not be below zero").into());
        }
        if limit.from.zip(limit.to).is_some_and(|(from, to)| from > to) {
            return Err(Error::argument("a limit must not end before it begins").into());
        }
        let place = facts.limits.iter().position(|kept| (kept.kind, kept.from) == (limit.kind, limit.from));
        let kept = place.and_then(|place| facts.limits.get(place)).copied();
        if kept == Some(limit) {
            return Ok(Put::Same);
        }
        sql.prepare_cached(
            "INSERT INTO credit_limit (account, kind, first, last, amount) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (account, kind, first) DO UPDATE SET last = excluded.last, amount = excluded.amount",
        )?
        .execute((
            Col(facts.id),
            Col(limit.kind),
            limit.from.map_or(ALWAYS, |day| day.0),
            maybe(limit.to),
            limit.amount,
        ))?;
        facts.limits = account::limits(sql, facts.id)?;
        Ok(if kept.is_some() { Put::Changed } else { Put::Added })
    }

    fn item(&mut self, record: &Item) -> Outcome<Put> {
        let (sql, at) = (self.sql, self.at);
        let touched = self.touch(&record.key)?;
        let (put, row) = item::put(sql, &mut touched.after.facts, record, Cause::Data(at))?;
        touched.items |= matches!(put, Put::Added | Put::Changed);
        self.items.add(row);
        Ok(put)
    }

    fn order(&mut self, record: &OrderRecord) -> Outcome<Put> {
        let (sql, at) = (self.sql, self.at);
        let touched = self.touch(&record.key)?;
        let facts = &mut touched.after.facts;
        if facts.currency != record.currency {
            return Err(Error::argument(format!(
                "order {:?} is in {}, and the account is kept in {}",
                record.document, record.currency, facts.currency
            ))
            .into());
        }
        let kept = chain::read(sql, &record.key.company, &record.document)?;
        let (invoiced, settled) = kept.as_ref().map_or((0, 0), |(_, chain)| (chain.invoiced, chain.settled));
        let amount = [record.ordered, record.delivered, record.drafted, invoiced, settled]
            .into_iter()
            .try_fold(0_i64, i64::checked_add)
            .ok_or(MoneyError::Overflow)?;
        let chain = Chain {
            account: facts.id,
            document: record.document.clone(),
            state: ChainState::Active,
            amount,
            ordered: record.ordered,
            delivered: record.delivered,
            drafted: record.drafted,
            invoiced,
            settled,
            expires: record.expires,
            since: record.since,
            ships: None,
            marks: Marks::default(),
        };
        let (put, row) = chain::put(sql, &record.key.company, kept, &chain, &mut facts.buckets, Cause::Data(at))?;
        touched.chains |= matches!(put, Put::Added | Put::Changed);
        self.chains.add(row);
        Ok(put)
    }

    fn close_items(&mut self, company: &str, taken_at: Instant) -> Outcome<u64> {
        let mut not_put: Vec<(i64, String, ItemKind, i64, Day)> = Vec::new();
        {
            let mut open = self.sql.prepare_cached(
                "SELECT item.id, account.customer, item.kind, item.residual, item.due
                 FROM account JOIN item ON item.account = account.id
                 WHERE account.company = ?1 AND item.residual > 0 AND item.changed < ?2",
            )?;
            let mut rows = open.query((company, Col(taken_at)))?;
            while let Some(row) = rows.next()? {
                let id = row.get(0)?;
                if !self.items.has(id) {
                    let (kind, due) = (row.get::<_, Col<_>>(2)?.0, row.get::<_, Col<_>>(4)?.0);
                    not_put.push((id, row.get(1)?, kind, row.get(3)?, due));
                }
            }
        }
        let closed = u64::try_from(not_put.len()).unwrap_or(u64::MAX);
        let sql = self.sql;
        for (id, customer, kind, residual, due) in not_put {
            let touched = self.touch(&AccountKey { company: company.to_owned(), customer })?;
            let facts = &mut touched.after.facts;
            let counted = item::share(kind, residual, due, facts.aged_to);
            facts.buckets = account::moved(&facts.buckets, &counted, &Buckets::default())?;
            touched.items = true;
            sql.prepare_cached("UPDATE item SET residual = 0, changed = ?2 WHERE id = ?1")?
                .execute((id, Col(taken_at)))?;
        }
        Ok(closed)
    }

    /// An order that the ERP no longer lists is delivered and invoiced, or cancelled: what was ordered ends, and what
    /// was delivered is on posted invoices, which are open items.
    fn cancel_orders(&mut self, company: &str, taken_at: Instant) -> Outcome<u64> {
        let mut not_put: Vec<(i64, String, Chain)> = Vec::new();
        {
            let mut active = self.sql.prepare_cached(&format!(
                "SELECT {}, (SELECT customer FROM account WHERE id = chain.account)
                 FROM chain WHERE company = ?1 AND state = 2 AND changed < ?2",
                chain::COLUMNS
            ))?;
            let mut rows = active.query((company, Col(taken_at)))?;
            while let Some(row) = rows.next()? {
                let id = row.get(11)?;
                if !self.chains.has(id) {
                    not_put.push((id, row.get(12)?, chain::from_row(row)?));
                }
            }
        }
        let cancelled = u64::try_from(not_put.len()).unwrap_or(u64::MAX);
        let sql = self.sql;
        for (id, customer, kept) in not_put {
            let touched = self.touch(&AccountKey { company: company.to_owned(), customer })?;
            let invoiced = [kept.invoiced, kept.delivered, kept.drafted]
                .into_iter()
                .try_fold(0_i64, i64::checked_add)
                .ok_or(MoneyError::Overflow)?;
            let after =
                Chain { state: ChainState::Cancelled, ordered: 0, delivered: 0, drafted: 0, invoiced, ..kept.clone() };
            let buckets = &mut touched.after.facts.buckets;
            chain::put(sql, company, Some((id, kept)), &after, buckets, Cause::Data(taken_at))?;
            touched.chains = true;
        }
        Ok(cancelled)
    }

    fn finish(&mut self, register: Register, source: &str, as_of: Instant) -> Outcome<u64> {
        let seen = match register {
            Register::Company => &self.companies,
            Register::Debtor => &self.remarks,
        };
        let dropped = drop_rows(self.sql, table(register), source, seen)?;
        self.sql.execute("DELETE FROM answer WHERE source = ?1", [source])?;
        self.sql.execute(
            "INSERT INTO source (register, name, as_of) VALUES (?1, ?2, ?3)
             ON CONFLICT (register, name) DO UPDATE SET as_of = excluded.as_of",
            (table(register), source, Col(as_of)),
        )?;
        Ok(dropped)
    }

    /// Runs one call inside the gate, in the process the load began in.
    fn call<T>(&mut self, work: impl FnOnce(&mut Self) -> Outcome<T>) -> Result<T> {
        if self.process != std::process::id() {
            return Err(forked());
        }
        let _pass = fork_gate::enter();
        work(self).map_err(Error::from)
    }
}

fn drop_rows(sql: &Connection, table: &str, source: &str, seen: &Seen) -> Outcome<u64> {
    let mut not_put: Vec<i64> = Vec::new();
    {
        let mut all = sql.prepare(&format!("SELECT id FROM {table} WHERE source = ?1"))?;
        let mut rows = all.query([source])?;
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            if !seen.has(id) {
                not_put.push(id);
            }
        }
    }
    let mut delete = sql.prepare(&format!("DELETE FROM {table} WHERE id = ?1"))?;
    for id in &not_put {
        delete.execute([id])?;
    }
    Ok(u64::try_from(not_put.len()).unwrap_or(u64::MAX))
}

impl Loader for SqliteLoader<'_> {
    fn put_customer(&mut self, customer: &Customer) -> Result<Put> {
        self.call(|load| customer::put(load.sql, customer))
    }

    fn put_account(&mut self, account: &AccountRecord) -> Result<Put> {
        self.call(|load| load.account(account))
    }

    fn ensure_account(&mut self, key: &AccountKey, currency: Currency) -> Result<Put> {
        self.call(|load| load.ensure(key, currency))
    }

    fn put_limit(&mut self, limit: &LimitRecord) -> Result<Put> {
        self.call(|load| load.limit(limit))
    }

    fn put_item(&mut self, item: &Item) -> Result<Put> {
        self.call(|load| load.item(item))
    }

    fn put_order(&mut self, order: &OrderRecord) -> Result<Put> {
        self.call(|load| load.order(order))
    }

    fn put_company(&mut self, company: &Company) -> Result<Put> {
        self.call(|load| {
            let (put, row) = register::put_company(load.sql, company)?;
            load.companies.add(row);
            Ok(put)
        })
    }

    fn put_remark(&mut self, remark: &Remark) -> Result<Put> {
        self.call(|load| {
            let (put, row) = register::put_remark(load.sql, remark)?;
            load.remarks.add(row);
            Ok(put)
        })
    }

    fn close_items_not_put(&mut self, company: &str, taken_at: Instant) -> Result<u64> {
        self.call(|load| load.close_items(company, taken_at))
    }

    fn cancel_orders_not_put(&mut self, company: &str, taken_at: Instant) -> Result<u64> {
        self.call(|load| load.cancel_orders(company, taken_at))
    }

    fn finish_source(&mut self, register: Register, source: &str, as_of: Instant) -> Result<u64> {
        self.call(|load| load.finish(register, source, as_of))
    }
}
