//! Pools: what the accounts that share a limit come to together.
//!
//! A pool's sums are those of its accounts' rows, moved by the difference whenever a row is written. So they cost the
//! same for two accounts and for a thousand, and a reservation that ran out counts until its account is written again: a
//! step takes such reservations out of the other accounts of its pools first, and a read tells the sums as if it had.

use super::account::{Account, leap};
use super::fault::{Fault, Outcome};
use super::value::{Col, from_json, maybe, to_json, values};
use super::{Row, Sql};
use super::{Writing, limit, step};
use crate::calendar::Instant;
use crate::credit::{AccountId, Limit, MAX_POOLS, PoolFacts, PoolSum};
use crate::error::{Error, ErrorKind};
use crate::money::{Currency, MoneyError, Rate};
use crate::store::{AccountKey, AccountRef, PoolRecord, Put, Verification};

/// A pool's own row.
pub(in crate::store) struct Pool {
    pub(in crate::store) id: i64,
    pub(in crate::store) record: PoolRecord,
}

const COLUMNS: &str = "pool.id, pool.name, pool.kind, pool.currency, pool.rates";

fn from_row(row: &dyn Row) -> Outcome<Pool> {
    Ok(Pool {
        id: row.get(0)?,
        record: PoolRecord {
            name: row.get(1)?,
            kind: row.get::<Col<_>>(2)?.0,
            currency: row.get::<Col<_>>(3)?.0,
            rates: from_json(row, 4)?,
        },
    })
}

/// The pool with this name.
pub(in crate::store) fn read(sql: &dyn Sql, name: &str) -> Outcome<Option<Pool>> {
    let found = sql.first(&format!("SELECT {COLUMNS} FROM pool WHERE name = ?1"), values![name], from_row)?;
    Ok(found)
}

/// The pool with this name, which must be there.
///
/// # Errors
/// `NotFound`.
pub(in crate::store) fn known(sql: &dyn Sql, name: &str) -> Outcome<Pool> {
    read(sql, name)?
        .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no pool {name:?}; put the pool first")).into())
}

/// Makes a pool what it is to be.
pub(in crate::store) fn put(sql: &dyn Sql, record: &PoolRecord) -> Outcome<Put> {
    if record.name.is_empty() {
        return Err(Error::argument("a pool needs a name").into());
    }
    let mut rates = record.rates.clone();
    rates.sort_by(|(a, _), (b, _)| a.code().cmp(b.code()));
    for (currency, rate) in &rates {
        Rate::parse(rate)
            .map_err(|error| Error::argument(format!("pool {:?}, rate of {currency}: {error}", record.name)))?;
        if *currency == record.currency {
            return Err(Error::argument(format!(
                "pool {:?}: it is kept in {currency}, which needs no rate",
                record.name
            ))
            .into());
        }
    }
    if rates.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0)) {
        return Err(Error::argument(format!("pool {:?}: a currency has two rates", record.name)).into());
    }
    let record = PoolRecord { rates, ..record.clone() };
    let kept = read(sql, &record.name)?;
    if kept.as_ref().is_some_and(|kept| kept.record == record) {
        return Ok(Put::Same);
    }
    if let Some(kept) = kept.as_ref().filter(|kept| kept.record.currency != record.currency) {
        let used: bool = sql.only("SELECT EXISTS (SELECT 1 FROM pool_member WHERE pool = ?1) OR EXISTS (SELECT 1 FROM pool_limit WHERE pool = ?1)", values![kept.id], |row| row.get(0),)?;
        if used {
            return Err(Error::new(
                ErrorKind::State,
                format!(
                    "pool {:?} has accounts or limits in {}; its currency cannot change to {}",
                    record.name, kept.record.currency, record.currency
                ),
            )
            .into());
        }
    }
    sql.execute(
        "INSERT INTO pool (name, kind, currency, rates, facts_version) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, currency = excluded.currency, rates = excluded.rates,
             facts_version = pool.facts_version + excluded.facts_version",
        values![&record.name, Col(record.kind), Col(record.currency), to_json(&record.rates)?, leap()],
    )?;
    Ok(if kept.is_some() { Put::Changed } else { Put::Added })
}

/// What is known of a pool: its limits, and its sums with their rates. The sum of the currency `own` is told although it
/// is zero, so that its rate is known.
pub(in crate::store) fn facts(sql: &dyn Sql, pool: &Pool, own: Option<Currency>) -> Outcome<PoolFacts> {
    let sums: Vec<Sum> = sql.all(
        "SELECT currency, debit, unapplied FROM pool_sum WHERE pool = ?1 ORDER BY currency",
        values![pool.id],
        |row| Ok((row.get::<Col<_>>(0)?.0, row.get(1)?, row.get(2)?)),
    )?;
    Ok(put_together(&pool.record, limit::of_pool(sql, pool.id)?, sums, own))
}

/// A currency, and what the accounts that are kept in it come to: debit buckets and unapplied credits.
pub(in crate::store) type Sum = (Currency, i64, i64);

/// The facts of a pool from its rows, which come in the order of their keys. See [`facts`].
pub(in crate::store) fn put_together(
    record: &PoolRecord,
    limits: Box<[Limit]>,
    mut sums: Vec<Sum>,
    own: Option<Currency>,
) -> PoolFacts {
    if let Some(own) = own.filter(|own| sums.iter().all(|(currency, ..)| currency != own)) {
        sums.insert(sums.partition_point(|(currency, ..)| currency.code() < own.code()), (own, 0, 0));
    }
    let rate_of =
        |currency: Currency| record.rates.iter().find(|(other, _)| *other == currency).map(|(_, rate)| rate.clone());
    let sum = |(currency, debit, unapplied)| PoolSum { currency, rate: rate_of(currency), debit, unapplied };
    PoolFacts {
        name: record.name.clone(),
        kind: record.kind,
        currency: record.currency,
        limits,
        sums: sums.into_iter().map(sum).collect(),
    }
}

/// Reads the pools of an account, whose row is what their sums hold of it.
pub(in crate::store) fn read_all(sql: &dyn Sql, account: &mut Account) -> Outcome<()> {
    let pools: Vec<Pool> = sql.all(
        &format!(
            "SELECT {COLUMNS} FROM pool_member JOIN pool ON pool.id = pool_member.pool
             WHERE pool_member.account = ?1 ORDER BY pool_member.place"
        ),
        values![Col(account.facts.id)],
        from_row,
    )?;
    account.pools = pools.iter().map(|pool| pool.id).collect();
    let own = Some(account.facts.currency);
    account.facts.pools = pools.iter().map(|pool| facts(sql, pool, own)).collect::<Outcome<_>>()?;
    account.counted = counted(account)?;
    Ok(())
}

/// What the sums of its pools hold of an account.
pub(in crate::store) fn counted(account: &Account) -> Result<(i64, i64), MoneyError> {
    Ok((account.facts.buckets.debit()?, account.facts.buckets.unapplied))
}

/// Notes that the sums in memory hold what the account has come to.
pub(in crate::store) fn told_as_counted(account: &mut Account) {
    // An account that was written has sums that fit.
    account.counted = counted(account).unwrap_or_default();
}

/// Tells the sums in memory with what the account has come to since they were read.
pub(in crate::store) fn tell_own(account: &mut Account) -> Outcome<()> {
    if account.pools.is_empty() {
        return Ok(());
    }
    let now = counted(account)?;
    let (debit, unapplied) = (now.0.saturating_sub(account.counted.0), now.1.saturating_sub(account.counted.1));
    for pool in &mut account.facts.pools {
        for sum in pool.sums.iter_mut().filter(|sum| sum.currency == account.facts.currency) {
            sum.debit = sum.debit.checked_add(debit).ok_or_else(|| too_large(&pool.name))?;
            sum.unapplied = sum.unapplied.checked_add(unapplied).ok_or_else(|| too_large(&pool.name))?;
        }
    }
    account.counted = now;
    Ok(())
}

/// Tells the sums of a pool as if what ran out in its accounts, but not in `except`, had been taken out.
pub(in crate::store) fn tell_run_out(
    sql: &dyn Sql,
    id: i64,
    pool: &mut PoolFacts,
    except: AccountId,
    now: Instant,
) -> Outcome<()> {
    sql.rows(
        "SELECT account.currency, chain.ordered
         FROM pool_member CROSS JOIN account CROSS JOIN chain
         WHERE pool_member.pool = ?1 AND pool_member.next_expiry IS NOT NULL AND pool_member.next_expiry <= ?2
             AND pool_member.account <> ?3 AND account.id = pool_member.account AND chain.account = account.id
             AND chain.state = 2 AND chain.ordered > 0 AND chain.expires IS NOT NULL AND chain.expires <= ?2",
        values![id, Col(now), Col(except)],
        &mut |row| {
            let (currency, ordered) = (row.get::<Col<Currency>>(0)?.0, row.get::<i64>(1)?);
            for sum in pool.sums.iter_mut().filter(|sum| sum.currency == currency) {
                sum.debit = sum.debit.saturating_sub(ordered);
            }
            Ok(())
        },
    )
}

/// Takes what ran out in the other accounts of this account's pools out of them. Returns whether there was any.
pub(in crate::store) fn expire_others(to: Writing<'_>, account: &Account, now: Instant) -> Outcome<bool> {
    if account.pools.is_empty() {
        return Ok(false);
    }
    let mut others: Vec<AccountId> = Vec::new();
    for pool in &account.pools {
        to.sql.rows(
            "SELECT account FROM pool_member
             WHERE pool = ?1 AND next_expiry IS NOT NULL AND next_expiry <= ?2 AND account <> ?3 ORDER BY account",
            values![pool, Col(now), Col(account.facts.id)],
            &mut |row| {
                others.push(row.get::<Col<AccountId>>(0)?.0);
                Ok(())
            },
        )?;
    }
    others.sort_unstable();
    others.dedup();
    for other in &others {
        step::expire(to, &AccountRef::Id(*other), now, u32::MAX)?;
    }
    Ok(!others.is_empty())
}

/// The pools an account is to belong to.
///
/// # Errors
/// `NotFound` for a name that is no pool's, `Argument` for one that is there twice or for too many.
pub(in crate::store) fn checked(sql: &dyn Sql, names: &[String]) -> Outcome<Vec<Pool>> {
    if names.len() > MAX_POOLS {
        let count = names.len();
        return Err(Error::argument(format!("pools: {count} are too many for one account, at most {MAX_POOLS}")).into());
    }
    let twice = names.iter().enumerate().find(|(at, name)| names.iter().take(*at).any(|other| other == *name));
    if let Some((_, name)) = twice {
        return Err(Error::argument(format!("pools: {name:?} is there twice")).into());
    }
    names.iter().map(|name| known(sql, name)).collect()
}

/// Makes these the pools of an account, in this order, and moves what its row holds between them. The row must be as it
/// was in `kept`.
///
/// # Errors
/// As [`checked`], before anything was done; `Argument` when a sum no longer fits.
pub(in crate::store) fn join(sql: &dyn Sql, kept: &Account, names: &[String]) -> Outcome<()> {
    let pools = checked(sql, names)?;
    sql.together(|| move_to(sql, kept, &pools))
}

fn move_to(sql: &dyn Sql, kept: &Account, pools: &[Pool]) -> Outcome<()> {
    let (debit, unapplied) = counted(kept)?;
    let currency = kept.facts.currency;
    let id = kept.facts.id;
    for left in kept.pools.iter().filter(|id| pools.iter().all(|pool| pool.id != **id)) {
        move_sum(sql, *left, currency, -i128::from(debit), -i128::from(unapplied))?;
    }
    for entered in pools.iter().filter(|pool| !kept.pools.contains(&pool.id)) {
        move_sum(sql, entered.id, currency, debit.into(), unapplied.into())?;
    }
    sql.execute("DELETE FROM pool_member WHERE account = ?1", values![Col(id)])?;
    for (place, pool) in (0_i64..).zip(pools) {
        sql.execute(
            "INSERT INTO pool_member (account, place, pool, next_expiry) VALUES (?1, ?2, ?3, ?4)",
            values![Col(id), place, pool.id, maybe(kept.facts.next_expiry)],
        )?;
    }
    Ok(())
}

/// Moves the sums of an account's pools by what its row is to become, and has its next expiry known to them.
pub(in crate::store) fn count(sql: &dyn Sql, before: &Account, after: &Account) -> Outcome<()> {
    let (was, is) = (counted(before)?, counted(after)?);
    let same_currency = before.facts.currency == after.facts.currency;
    for pool in &after.pools {
        if same_currency {
            let (debit, unapplied) = (i128::from(is.0) - i128::from(was.0), i128::from(is.1) - i128::from(was.1));
            move_sum(sql, *pool, after.facts.currency, debit, unapplied)?;
        } else {
            move_sum(sql, *pool, before.facts.currency, -i128::from(was.0), -i128::from(was.1))?;
            move_sum(sql, *pool, after.facts.currency, is.0.into(), is.1.into())?;
        }
    }
    if before.facts.next_expiry != after.facts.next_expiry {
        sql.execute(
            "UPDATE pool_member SET next_expiry = ?2 WHERE account = ?1",
            values![Col(after.facts.id), maybe(after.facts.next_expiry)],
        )?;
    }
    Ok(())
}

fn move_sum(sql: &dyn Sql, pool: i64, currency: Currency, debit: i128, unapplied: i128) -> Outcome<()> {
    if debit == 0 && unapplied == 0 {
        return Ok(());
    }
    let (kept_debit, kept_unapplied): (i64, i64) = sql
        .first(
            "SELECT debit, unapplied FROM pool_sum WHERE pool = ?1 AND currency = ?2",
            values![pool, Col(currency)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .unwrap_or_default();
    let sum = |kept: i64, more: i128| i64::try_from(i128::from(kept) + more).ok();
    let (Some(debit), Some(unapplied)) = (sum(kept_debit, debit), sum(kept_unapplied, unapplied)) else {
        let name: String = sql.only("SELECT name FROM pool WHERE id = ?1", values![pool], |row| row.get(0))?;
        return Err(too_large(&name));
    };
    if debit == 0 && unapplied == 0 {
        sql.execute("DELETE FROM pool_sum WHERE pool = ?1 AND currency = ?2", values![pool, Col(currency)])?;
    } else {
        sql.execute(
            "INSERT INTO pool_sum (pool, currency, debit, unapplied) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (pool, currency) DO UPDATE SET debit = excluded.debit, unapplied = excluded.unapplied",
            values![pool, Col(currency), debit, unapplied],
        )?;
    }
    Ok(())
}

fn too_large(pool: &str) -> Fault {
    Error::argument(format!("amount too large: with it what the accounts of pool {pool:?} owe cannot be kept")).into()
}

/// The accounts of a pool, by company and customer.
pub(in crate::store) fn accounts(sql: &dyn Sql, name: &str, most: u32) -> Outcome<Vec<AccountKey>> {
    let keys = sql.all(
        "SELECT account.company, account.customer
             FROM pool JOIN pool_member ON pool_member.pool = pool.id JOIN account ON account.id = pool_member.account
             WHERE pool.name = ?1 ORDER BY account.company, account.customer LIMIT ?2",
        values![name, most],
        |row| Ok(AccountKey { company: row.get(0)?, customer: row.get(1)? }),
    )?;
    Ok(keys)
}

/// A pool as it stands at a moment: what ran out is left out.
pub(in crate::store) fn as_of(sql: &dyn Sql, name: &str, now: Instant) -> Outcome<Option<PoolFacts>> {
    let Some(pool) = read(sql, name)? else { return Ok(None) };
    let mut facts = facts(sql, &pool, None)?;
    tell_run_out(sql, pool.id, &mut facts, AccountId(0), now)?;
    facts.sums = facts.sums.into_iter().filter(|sum| (sum.debit, sum.unapplied) != (0, 0)).collect();
    Ok(Some(facts))
}

/// Checks the pool behind `after` against its accounts. Returns it, `None` at the end.
pub(in crate::store) fn verify(sql: &dyn Sql, after: i64, found: &mut Verification) -> Outcome<Option<i64>> {
    let next =
        sql.first(&format!("SELECT {COLUMNS} FROM pool WHERE id > ?1 ORDER BY id LIMIT 1"), values![after], from_row)?;
    let Some(pool) = next else { return Ok(None) };
    let mut sums: std::collections::BTreeMap<String, (i128, i128)> = std::collections::BTreeMap::new();
    let name = &pool.record.name;
    sql.rows(
        "SELECT account.currency, account.ordered, account.later, account.delivered, account.drafted, account.open,
             account.overdue, account.unapplied, account.next_expiry IS DISTINCT FROM pool_member.next_expiry, account.id
         FROM pool_member JOIN account ON account.id = pool_member.account WHERE pool_member.pool = ?1",
        values![pool.id],
        &mut |row| {
            let (debit, unapplied) = sums.entry(row.get(0)?).or_default();
            for at in 1..7 {
                *debit += i128::from(row.get::<i64>(at)?);
            }
            *unapplied += i128::from(row.get::<i64>(7)?);
            if row.get(8)? {
                let id: i64 = row.get(9)?;
                found.faults.push(format!("pool {name:?}: the next expiry of account {id} is not known to it"));
            }
            Ok(())
        },
    )?;
    sums.retain(|_, sum| *sum != (0, 0));
    let kept = facts(sql, &pool, None)?.sums;
    let kept: std::collections::BTreeMap<String, (i128, i128)> = kept
        .iter()
        .map(|sum| (sum.currency.code().to_owned(), (i128::from(sum.debit), i128::from(sum.unapplied))))
        .collect();
    if kept != sums {
        found.faults.push(format!("pool {name:?}: its sums are kept as {kept:?}, and its accounts come to {sums:?}"));
    }
    Ok(Some(pool.id))
}
