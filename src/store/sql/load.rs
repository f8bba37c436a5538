//! A long write: an import, on the caller's thread, in one transaction.
//!
//! Each row moves the buckets of its account in memory, by the same sums as a step, and so a row whose amount does not
//! fit is refused by itself. The accounts are written back together, at the latest when there are [`ACCOUNTS`] of them.
//! Which rows this load has put is noted in bit maps by row number, not in the rows: to import the same file again
//! writes nothing.

use std::collections::HashMap;

use super::Sql;
use super::account::{self, Account};
use super::fault::Outcome;
use super::register::table;
use super::value::{Col, to_json_unless_default, values};
use super::{Writing, chain, customer, item, limit, pool, register};
use crate::calendar::{Day, Instant};
use crate::credit::{Buckets, Chain, ChainState, Marks, Profile, Status};
use crate::error::{Error, ErrorKind, Result};
use crate::money::{Currency, MoneyError};
use crate::store::{
    AccountKey, AccountRecord, AccountRef, Company, Customer, Item, LimitOwner, LimitRecord, Loader, OrderRecord,
    PoolRecord, Put, Register, Remark,
};

/// Accounts kept in memory before they are written back.
const ACCOUNTS: usize = 200_000;

/// What makes an item or a chain what it is to be.
#[derive(Clone, Copy)]
pub(in crate::store) enum Cause {
    /// A request, or time itself, at a moment. It knows what stands there and has the last word.
    Request(Instant),
    /// Data that was true at a moment. It knows nothing of what was done after it.
    Data(Instant),
}

impl Cause {
    pub(in crate::store) fn at(self) -> Instant {
        let (Self::Request(at) | Self::Data(at)) = self;
        at
    }

    /// Whether the row of `item` or `chain` is newer and must be left alone.
    pub(in crate::store) fn is_behind(self, sql: &dyn Sql, table: &str, row: i64) -> Outcome<bool> {
        let Self::Data(at) = self else { return Ok(false) };
        let newer =
            sql.only(&format!("SELECT changed > ?2 FROM {table} WHERE id = ?1"), values![row, Col(at)], |found| {
                found.get(0)
            })?;
        Ok(newer)
    }
}

/// Row numbers, 4096 to a piece.
#[derive(Default)]
pub(in crate::store) struct Seen(HashMap<i64, [u64; 64]>);

impl Seen {
    pub(in crate::store) fn add(&mut self, row: i64) {
        let (piece, word, bit) = Self::place(row);
        if let Some(word) = self.0.entry(piece).or_insert([0; 64]).get_mut(word) {
            *word |= bit;
        }
    }

    pub(in crate::store) fn has(&self, row: i64) -> bool {
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
    /// Whether items changed, so that what is known of them beside their sums must be read again.
    items: bool,
    /// Whether chains changed, so that their dates must be read again.
    chains: bool,
}

/// The [`Loader`] of every database.
pub(in crate::store) struct RowLoader<'a> {
    sql: &'a dyn Sql,
    to: Writing<'a>,
    /// The moment of the data.
    at: Instant,
    /// The civil day of that moment.
    today: Day,
    touched: Vec<Touched>,
    /// Company → customer → place in `touched`.
    places: HashMap<String, HashMap<String, usize>>,
    items: Seen,
    chains: Seen,
    companies: Seen,
    remarks: Seen,
}

impl<'a> RowLoader<'a> {
    pub(in crate::store) fn new(to: Writing<'a>, at: Instant, today: Day) -> Self {
        Self {
            sql: to.sql,
            to,
            at,
            today,
            touched: Vec::new(),
            places: HashMap::new(),
            items: Seen::default(),
            chains: Seen::default(),
            companies: Seen::default(),
            remarks: Seen::default(),
        }
    }

    /// Writes the accounts back.
    pub(in crate::store) fn flush(&mut self) -> Outcome<()> {
        self.places.clear();
        for Touched { before, mut after, items, chains } in self.touched.drain(..) {
            if items {
                account::items_changed(self.sql, &mut after.facts)?;
            }
            if chains {
                chain::dates(self.sql, &mut after.facts)?;
            }
            account::write(self.to, &before, &mut after, self.at)?;
        }
        Ok(())
    }

    /// The account in memory, from the store if it is not there yet.
    fn touch(&mut self, key: &AccountKey) -> Outcome<&mut Touched> {
        match self.find(key)? {
            Some(place) => self.at(place),
            None => Err(account::unknown(key).into()),
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
        let Some(place) = self.find(&record.key)? else { return self.new_account(record) };
        let touched = self.at(place)?;
        let kept = &touched.after.facts;
        let profile = record.profile.as_ref().filter(|profile| **profile != kept.profile);
        let same_pools = |names: &&Vec<String>| kept.pools.iter().map(|pool| &pool.name).eq(names.iter());
        let pools = record.pools.as_ref().filter(|names| !same_pools(names));
        if (kept.currency, kept.status) == (record.currency, record.status) && profile.is_none() && pools.is_none() {
            return Ok(Put::Same);
        }
        if kept.currency != record.currency {
            let pending: bool = sql.only(
                "SELECT EXISTS (SELECT 1 FROM chain WHERE account = ?1 AND state IN (0, 2))",
                values![Col(kept.id)],
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
        }
        if let Some(names) = pools {
            // Its row is as it was before this load; its pools are those that an earlier row of it may have given it.
            let row = Account { pools: touched.after.pools.clone(), ..touched.before.clone() };
            pool::join(sql, &row, names)?;
        }
        let after = &mut touched.after;
        if after.facts.currency != record.currency {
            // An amount of the old currency is no limit in the new one, and no weight among amounts of the new one.
            sql.execute("DELETE FROM credit_limit WHERE account = ?1", values![Col(after.facts.id)])?;
            after.facts.limits = Box::default();
            for month in &mut after.facts.history {
                (month.paid, month.late) = (0, 0);
            }
        }
        after.facts.currency = record.currency;
        after.facts.status = record.status;
        if let Some(profile) = profile.cloned() {
            after.facts.profile = profile;
        }
        if pools.is_some() {
            pool::read_all(sql, after)?;
        }
        Ok(Put::Changed)
    }

    fn new_account(&mut self, record: &AccountRecord) -> Outcome<Put> {
        let sql = self.sql;
        if !customer::exists(sql, &record.key.customer)? {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("there is no customer {:?}; put the customer first", record.key.customer),
            )
            .into());
        }
        let pools = record.pools.as_deref().unwrap_or_default();
        pool::checked(sql, pools)?;
        sql.execute(
            "INSERT INTO account (company, customer, currency, status, aged_to, horizon_to, profile, version,
                 facts_version)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8)",
            values![
                &record.key.company,
                &record.key.customer,
                Col(record.currency),
                Col(record.status),
                Col(Day::MIN),
                Col(Day::MAX),
                to_json_unless_default(record.profile.as_ref().unwrap_or(&Profile::default()))?,
                account::leap()
            ],
        )?;
        if !pools.is_empty() {
            pool::join(sql, &account::known(sql, &record.key)?, pools)?;
        }
        Ok(Put::Added)
    }

    fn amend(&mut self, key: &AccountKey, currency: Currency, amend: &dyn Fn(&mut AccountRecord)) -> Outcome<Put> {
        let mut record = match self.find(key)? {
            Some(place) => {
                let facts = &self.at(place)?.after.facts;
                AccountRecord {
                    key: key.clone(),
                    currency,
                    status: facts.status,
                    profile: Some(facts.profile.clone()),
                    pools: Some(facts.pools.iter().map(|pool| pool.name.clone()).collect()),
                }
            }
            None => AccountRecord {
                key: key.clone(),
                currency,
                status: Status::Ok,
                profile: Some(Profile::default()),
                pools: Some(Vec::new()),
            },
        };
        amend(&mut record);
        self.account(&record)
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
        match &record.owner {
            LimitOwner::Account(key) => limit::put(sql, &mut self.touch(key)?.after.facts, record),
            LimitOwner::Pool(name) => limit::put_of_pool(sql, name, record),
        }
    }

    fn item(&mut self, record: &Item) -> Outcome<Put> {
        let (sql, at, today) = (self.sql, self.at, self.today);
        let touched = self.touch(&record.key)?;
        let (put, row) = item::put(sql, &mut touched.after.facts, record, Cause::Data(at), today)?;
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
        // What another account has left behind is no part of it.
        let before = kept.as_ref().map(|(_, chain)| chain).filter(|chain| chain.account == facts.id);
        let (invoiced, settled) = before.map_or((0, 0), |chain| (chain.invoiced, chain.settled));
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
            ships: record.ships,
            marks: before.map_or_else(Marks::default, |chain| still_said(&chain.marks)),
        };
        let (put, row) = chain::put(sql, &record.key.company, kept, &chain, facts, Cause::Data(at))?;
        touched.chains |= matches!(put, Put::Added | Put::Changed);
        self.chains.add(row);
        Ok(put)
    }

    fn close_items(&mut self, company: &str, taken_at: Instant) -> Outcome<u64> {
        let mut not_put: Vec<(String, String)> = Vec::new();
        self.sql.rows(
            "SELECT item.id, account.customer, item.number
             FROM account JOIN item ON item.account = account.id
             WHERE account.company = ?1 AND item.residual > 0 AND item.changed < ?2",
            values![company, Col(taken_at)],
            &mut |row| {
                if !self.items.has(row.get(0)?) {
                    not_put.push((row.get(1)?, row.get(2)?));
                }
                Ok(())
            },
        )?;
        let closed = u64::try_from(not_put.len()).unwrap_or(u64::MAX);
        let (sql, today) = (self.sql, self.today);
        for (customer, number) in not_put {
            let touched = self.touch(&AccountKey { company: company.to_owned(), customer })?;
            item::close(sql, &mut touched.after, &number, Cause::Data(taken_at), today)?;
            touched.items = true;
        }
        Ok(closed)
    }

    /// An order that the ERP no longer lists is delivered and invoiced, or cancelled: what was ordered ends, and what
    /// was delivered is on posted invoices, which are open items.
    fn cancel_orders(&mut self, company: &str, taken_at: Instant) -> Outcome<u64> {
        let mut not_put: Vec<(i64, String, Chain)> = Vec::new();
        self.sql.rows(
            &format!(
                "SELECT {}, (SELECT customer FROM account WHERE id = chain.account)
                 FROM chain WHERE company = ?1 AND state = 2 AND changed < ?2",
                chain::COLUMNS
            ),
            values![company, Col(taken_at)],
            &mut |row| {
                let id = row.get(chain::ROW)?;
                if !self.chains.has(id) {
                    not_put.push((id, row.get(chain::ROW + 1)?, chain::from_row(row)?));
                }
                Ok(())
            },
        )?;
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
            chain::put(sql, company, Some((id, kept)), &after, &mut touched.after.facts, Cause::Data(taken_at))?;
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
        self.sql.execute("DELETE FROM answer WHERE source = ?1", values![source])?;
        self.sql.execute(
            "INSERT INTO source (register, name, as_of) VALUES (?1, ?2, ?3)
             ON CONFLICT (register, name) DO UPDATE SET as_of = excluded.as_of",
            values![table(register), source, Col(as_of)],
        )?;
        Ok(dropped)
    }

    /// Runs one call, in its turn.
    fn call<T>(&mut self, mut work: impl FnMut(&mut Self) -> Outcome<T>) -> Result<T> {
        let (sql, mut result) = (self.sql, None);
        sql.turn(&mut || {
            result = Some(work(self)?);
            Ok(())
        })?;
        result.ok_or_else(|| Error::new(ErrorKind::Internal, "a call of a load was not carried out"))
    }
}

/// What people did to an order that the ERP has as it is now: nothing waits for them any more, and what it holds credit
/// for is all that it says.
fn still_said(marks: &Marks) -> Marks {
    Marks { secured: 0, ahead: 0, awaiting: None, reasons: Vec::new(), ..marks.clone() }
}

fn drop_rows(sql: &dyn Sql, table: &str, source: &str, seen: &Seen) -> Outcome<u64> {
    let mut not_put: Vec<i64> = Vec::new();
    sql.rows(&format!("SELECT id FROM {table} WHERE source = ?1"), values![source], &mut |row| {
        let id = row.get(0)?;
        if !seen.has(id) {
            not_put.push(id);
        }
        Ok(())
    })?;
    let delete = format!("DELETE FROM {table} WHERE id = ?1");
    for id in &not_put {
        sql.execute(&delete, values![id])?;
    }
    Ok(u64::try_from(not_put.len()).unwrap_or(u64::MAX))
}

impl Loader for RowLoader<'_> {
    fn put_customer(&mut self, customer: &Customer) -> Result<Put> {
        self.call(|load| customer::put(load.sql, customer))
    }

    fn put_account(&mut self, account: &AccountRecord) -> Result<Put> {
        self.call(|load| load.account(account))
    }

    fn ensure_account(&mut self, key: &AccountKey, currency: Currency) -> Result<Put> {
        self.call(|load| load.ensure(key, currency))
    }

    fn amend_account(
        &mut self,
        key: &AccountKey,
        currency: Currency,
        amend: &dyn Fn(&mut AccountRecord),
    ) -> Result<Put> {
        self.call(|load| load.amend(key, currency, amend))
    }

    fn put_pool(&mut self, pool: &PoolRecord) -> Result<Put> {
        self.call(|load| pool::put(load.sql, pool))
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
