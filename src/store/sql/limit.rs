//! Limits of accounts and pools, and those that wait for a second person.

use super::account::{self, ALWAYS};
use super::fault::Outcome;
use super::value::{Col, counter, from_json, given, maybe, signed, to_json, values};
use super::{Row, Sql};
use super::{Writing, pool};
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Limit, LimitKind};
use crate::error::{Error, ErrorKind};
use crate::money::{Currency, MoneyError};
use crate::store::{Item, ItemKind, LimitOwner, LimitRecord, LimitRequest, Put};

pub(in crate::store) fn of_account(sql: &dyn Sql, id: AccountId) -> Outcome<Box<[Limit]>> {
    let limits = sql.all(
        "SELECT kind, first, last, amount, share, covering FROM credit_limit WHERE account = ?1 ORDER BY kind, first",
        values![Col(id)],
        |row| Ok(Limit { covering: row.get(5)?, ..from_row(row, 0)? }),
    )?;
    Ok(limits)
}

pub(in crate::store) fn of_pool(sql: &dyn Sql, pool: i64) -> Outcome<Box<[Limit]>> {
    let limits = sql.all(
        "SELECT kind, first, last, amount, share FROM pool_limit WHERE pool = ?1 ORDER BY kind, first",
        values![pool],
        |row| from_row(row, 0),
    )?;
    Ok(limits)
}

/// Reads `kind, first, last, amount, share`, which begin at column `at`.
pub(in crate::store) fn from_row(row: &dyn Row, at: usize) -> Outcome<Limit> {
    Ok(Limit {
        from: Some(row.get::<i32>(at + 1)?).filter(|first| *first != ALWAYS).map(Day),
        to: row.get::<Option<Col<Day>>>(at + 2)?.map(|day| day.0),
        share: row.get(at + 4)?,
        ..Limit::always(row.get::<Col<_>>(at)?.0, row.get(at + 3)?)
    })
}

/// Whether a limit can be, of an account or pool that is kept in `kept_in`.
fn check(record: &LimitRecord, kept_in: Currency) -> Outcome<()> {
    let limit = &record.limit;
    let wrong = |message: String| Err(Error::argument(message).into());
    if record.currency != kept_in {
        let owner = match &record.owner {
            LimitOwner::Account(_) => "account",
            LimitOwner::Pool(_) => "pool",
        };
        return wrong(format!("the limit is in {}, and the {owner} is kept in {kept_in}", record.currency));
    }
    if limit.amount.is_some_and(|amount| amount < 0) {
        return wrong("a limit must not be below zero".to_owned());
    }
    if limit.from.zip(limit.to).is_some_and(|(from, to)| from > to) {
        return wrong("a limit must not end before it begins".to_owned());
    }
    let insured = limit.kind == LimitKind::Insured;
    if insured && limit.amount.is_none() {
        return wrong("an insured limit needs an amount: what the insurer covers".to_owned());
    }
    let whole = limit.share == Limit::WHOLE;
    if limit.share == 0 || limit.share > Limit::WHOLE || !(insured || whole) {
        return wrong(format!(
            "the share of a limit is from 1 to {} hundredths of a per cent, and all of it where it is not insured",
            Limit::WHOLE
        ));
    }
    Ok(())
}

/// Whether this limit keeps what it covers when it has ended, and of these goods.
pub(in crate::store) fn covers(limit: &Limit, delivered: Day) -> bool {
    let begun = limit.from.is_none_or(|from| from <= delivered);
    limit.kind == LimitKind::Insured && begun && limit.to.is_some_and(|to| delivered <= to)
}

/// Makes a limit of an account what it is to be, in the table and in its facts.
pub(in crate::store) fn put(sql: &dyn Sql, facts: &mut AccountFacts, record: &LimitRecord) -> Outcome<Put> {
    check(record, facts.currency)?;
    let mut limit = Limit { covering: 0, ..record.limit };
    let same = |kept: &&mut Limit| (kept.kind, kept.from) == (limit.kind, limit.from);
    let kept = facts.limits.iter_mut().find(same);
    if kept.as_ref().is_some_and(|kept| Limit { covering: 0, ..**kept } == limit) {
        return Ok(Put::Same);
    }
    if let Some(to) = limit.to.filter(|_| limit.kind == LimitKind::Insured) {
        limit.covering = sql.only(
            "SELECT CAST(coalesce(sum(residual), 0) AS BIGINT) FROM item
                 WHERE account = ?1 AND kind = 0 AND residual > 0 AND delivered >= ?2 AND delivered <= ?3",
            values![Col(facts.id), limit.from.map_or(ALWAYS, |day| day.0), Col(to)],
            |row| row.get(0),
        )?;
    }
    sql.execute(
        "INSERT INTO credit_limit (account, kind, first, last, amount, share, covering)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (account, kind, first) DO UPDATE SET last = excluded.last, amount = excluded.amount,
             share = excluded.share, covering = excluded.covering",
        values![
            Col(facts.id),
            Col(limit.kind),
            limit.from.map_or(ALWAYS, |day| day.0),
            maybe(limit.to),
            limit.amount,
            limit.share,
            limit.covering
        ],
    )?;
    if let Some(kept) = kept {
        *kept = limit;
        return Ok(Put::Changed);
    }
    let mut limits = std::mem::take(&mut facts.limits).into_vec();
    limits.push(limit);
    limits.sort_by_key(|limit| (limit.kind, limit.from));
    facts.limits = limits.into();
    Ok(Put::Added)
}

/// Makes a limit of a pool what it is to be.
pub(in crate::store) fn put_of_pool(sql: &dyn Sql, name: &str, record: &LimitRecord) -> Outcome<Put> {
    let pool = pool::known(sql, name)?;
    check(record, pool.record.currency)?;
    let limit = Limit { covering: 0, ..record.limit };
    let limits = of_pool(sql, pool.id)?;
    let kept = limits.iter().find(|kept| (kept.kind, kept.from) == (limit.kind, limit.from));
    if kept == Some(&limit) {
        return Ok(Put::Same);
    }
    sql.execute(
        "INSERT INTO pool_limit (pool, kind, first, last, amount, share) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (pool, kind, first) DO UPDATE SET last = excluded.last, amount = excluded.amount,
             share = excluded.share",
        values![
            pool.id,
            Col(limit.kind),
            limit.from.map_or(ALWAYS, |day| day.0),
            maybe(limit.to),
            limit.amount,
            limit.share
        ],
    )?;
    sql.execute("UPDATE pool SET facts_version = facts_version + ?2 WHERE id = ?1", values![pool.id, account::leap()])?;
    Ok(if kept.is_some() { Put::Changed } else { Put::Added })
}

/// The limits of an account with what the insured ones still cover moved by what an item was and is to be; `None` when
/// none of them is insured.
pub(in crate::store) fn with_item(
    limits: &[Limit],
    before: Option<&Item>,
    after: &Item,
) -> Result<Option<Box<[Limit]>>, MoneyError> {
    if limits.iter().all(|limit| limit.kind != LimitKind::Insured) {
        return Ok(None);
    }
    let covered = |limit: &Limit, item: Option<&Item>| {
        let item = item.filter(|item| item.kind == ItemKind::Invoice);
        item.filter(|item| item.delivered.is_some_and(|day| covers(limit, day))).map_or(0, |item| item.residual)
    };
    let moved = |limit: &Limit| {
        let change = i128::from(covered(limit, Some(after))) - i128::from(covered(limit, before));
        let covering = i64::try_from(i128::from(limit.covering) + change).map_err(|_| MoneyError::Overflow)?;
        Ok(Limit { covering, ..*limit })
    };
    limits.iter().map(moved).collect::<Result<_, _>>().map(Some)
}

/// Writes what the insured limits of an account cover, where that has changed.
pub(in crate::store) fn write_covering(sql: &dyn Sql, before: &AccountFacts, after: &AccountFacts) -> Outcome<()> {
    for limit in after.limits.iter().filter(|limit| limit.kind == LimitKind::Insured && !before.limits.contains(limit))
    {
        sql.execute(
            "UPDATE credit_limit SET covering = ?4 WHERE account = ?1 AND kind = ?2 AND first = ?3",
            values![Col(after.id), Col(limit.kind), limit.from.map_or(ALWAYS, |day| day.0), limit.covering],
        )?;
    }
    Ok(())
}

/// Keeps a limit that waits. Returns its number.
pub(in crate::store) fn put_request(sql: &dyn Sql, request: &LimitRequest) -> Outcome<u64> {
    if request.user.is_empty() {
        return Err(Error::argument("a limit that waits for a second person needs the name of the first").into());
    }
    let kept_in = match &request.record.owner {
        LimitOwner::Account(key) => account::known(sql, key)?.facts.currency,
        LimitOwner::Pool(name) => pool::known(sql, name)?.record.currency,
    };
    check(&request.record, kept_in)?;
    given(sql.insert(
        "INSERT INTO limit_request (record, asked_by, at) VALUES (?1, ?2, ?3)",
        values![to_json(&request.record)?, request.user, Col(request.at)],
    )?)
}

fn request_from_row(row: &dyn Row) -> Outcome<LimitRequest> {
    Ok(LimitRequest {
        id: counter(row, 0)?,
        record: from_json(row, 1)?,
        user: row.get(2)?,
        at: row.get::<Col<_>>(3)?.0,
    })
}

/// The limits that wait, the oldest first.
pub(in crate::store) fn requests(sql: &dyn Sql, most: u32) -> Outcome<Vec<LimitRequest>> {
    let requests = sql.all(
        "SELECT id, record, asked_by, at FROM limit_request ORDER BY id LIMIT ?1",
        values![most],
        request_from_row,
    )?;
    Ok(requests)
}

/// Decides a limit that waits: puts it if it is approved, and takes it off the list.
pub(in crate::store) fn decide_request(
    to: Writing<'_>,
    id: u64,
    user: &str,
    approve: bool,
    now: Instant,
) -> Outcome<LimitRequest> {
    let sql = to.sql;
    let request = sql
        .first(
            "SELECT id, record, asked_by, at FROM limit_request WHERE id = ?1",
            values![signed(id)],
            request_from_row,
        )?
        .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("no limit waits under number {id}")))?;
    if user.is_empty() {
        return Err(Error::argument("who decides a limit must be named").into());
    }
    if approve && request.user == user {
        return Err(Error::new(
            ErrorKind::Forbidden,
            format!("{user:?} asked for limit {id}, so another person must approve it"),
        )
        .into());
    }
    match &request.record.owner {
        _ if !approve => {}
        LimitOwner::Pool(name) => {
            put_of_pool(sql, name, &request.record)?;
        }
        LimitOwner::Account(key) => {
            let before = account::known(sql, key)?;
            let mut after = before.clone();
            put(sql, &mut after.facts, &request.record)?;
            account::write(to, &before, &mut after, now)?;
        }
    }
    sql.execute("DELETE FROM limit_request WHERE id = ?1", values![signed(id)])?;
    Ok(request)
}
