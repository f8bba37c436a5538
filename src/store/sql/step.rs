//! One step: expire → age → facts → plan → effects → chain of decisions.

use super::Sql;
use super::account::{self, Account, AsOf};
use super::fault::{Outcome, damaged};
use super::load::Cause;
use super::value::{signed, values};
use super::{Writing, chain, decision, event, item, pool};
use crate::calendar::Instant;
use crate::credit::{AccountId, Chain};
use crate::error::{Error, ErrorKind};
use crate::store::{AccountRef, Ask, Effects, Event, EventKind, Facts, Item, Put, RequestKey, Step, Written};

/// What a step came to, and whether it counts as granted in a list that is all or nothing.
pub(in crate::store) struct Answer {
    pub(in crate::store) written: Written,
    pub(in crate::store) granted: bool,
}

/// Runs a step inside the caller's savepoint.
pub(in crate::store) fn run(to: Writing<'_>, step: &Step) -> Outcome<Answer> {
    let (sql, Step { ask, plan }) = (to.sql, step);
    // The account first: to read it may be to wait for another host that does this very request.
    let found = account::read(sql, &ask.account)?;
    if let Some(answer) = repeated(sql, ask)? {
        return Ok(answer);
    }
    let Some(mut before) = found else {
        return run_without_account(sql, step);
    };
    if pool::expire_others(to, &before, ask.now)? {
        pool::read_all(sql, &mut before)?;
    }
    let mut after = before.clone();
    for (row, expired) in account::bring_up(sql, &mut after.facts, AsOf::of(ask))? {
        chain::write(sql, &before.key.company, Some(row), &expired, expired.expires.unwrap_or(ask.now))?;
        event::queue(sql, &expiry(after.facts.id, &expired.document, ask.now))?;
    }
    pool::tell_own(&mut after)?;
    let kept_chain = match ask.document.as_str() {
        "" => None,
        document => match chain::read(sql, &before.key.company, document)? {
            Some((_, other)) if other.account != before.facts.id && chain::has_run_out(&other, ask.now) => {
                expire(to, &AccountRef::Id(other.account), ask.now, u32::MAX)?;
                chain::read(sql, &before.key.company, document)?
            }
            kept => kept,
        },
    };
    let facts = Facts {
        account: Some(after.facts.clone()),
        key: Some(before.key.clone()),
        chain: kept_chain.as_ref().map(|(_, chain)| chain.clone()),
        item: asked_item(sql, &before, ask)?,
    };
    let effects = plan(&facts)?;
    apply(sql, &mut after, kept_chain, &effects, ask)?;
    let decision = match &effects.record {
        Some(new) => Some(decision::append(sql, Some(after.facts.id), &mut after.decisions, new)?),
        None => None,
    };
    account::write(to, &before, &mut after, ask.now)?;
    let written = Written { decision, repeated: false, account: Some(after.facts), stamp: None };
    remember(sql, ask, &effects, &written)?;
    Ok(Answer { written, granted: effects.granted })
}

/// A step about a customer that has no account: all it can do is to put the answer on record.
fn run_without_account(sql: &dyn Sql, step: &Step) -> Outcome<Answer> {
    let Step { ask, plan } = step;
    let effects = plan(&facts_without_account(sql, ask)?)?;
    if effects.chain.is_some() || !effects.items.is_empty() {
        return Err(misplanned("wants value written where there is no account"));
    }
    let decision = match &effects.record {
        Some(new) => {
            let mut end = decision::unknown_end(sql)?;
            let record = decision::append(sql, None, &mut end, new)?;
            decision::write_unknown_end(sql, &end)?;
            Some(record)
        }
        None => None,
    };
    let written = Written { decision, repeated: false, account: None, stamp: None };
    remember(sql, ask, &effects, &written)?;
    Ok(Answer { written, granted: effects.granted })
}

/// The item an ask is about, if the account has it.
fn asked_item(sql: &dyn Sql, account: &Account, ask: &Ask) -> Outcome<Option<Item>> {
    match ask.item.as_str() {
        "" => Ok(None),
        number => item::read(sql, account.facts.id, &account.key, account.facts.currency, number),
    }
}

/// What is known where there is no account: the key asked for, and a document that may be another customer's.
fn facts_without_account(sql: &dyn Sql, ask: &Ask) -> Outcome<Facts> {
    let AccountRef::Key(key) = &ask.account else {
        return Ok(Facts { account: None, key: None, chain: None, item: None });
    };
    let chain = told(sql, &key.company, ask)?;
    Ok(Facts { account: None, key: Some(key.clone()), chain, item: None })
}

fn apply(
    sql: &dyn Sql,
    account: &mut Account,
    kept_chain: Option<(i64, Chain)>,
    effects: &Effects,
    ask: &Ask,
) -> Outcome<()> {
    let (id, cause) = (account.facts.id, Cause::Request(ask.now));
    if let Some(chain) = &effects.chain {
        if chain.account != id {
            return Err(misplanned("wants the chain of another account written"));
        }
        let kept_chain = match kept_chain {
            Some(kept) if kept.1.document == chain.document => Some(kept),
            _ => chain::read(sql, &account.key.company, &chain.document)?,
        };
        let (put, _) = chain::put(sql, &account.key.company, kept_chain, chain, &mut account.facts, cause)?;
        if put == Put::Added {
            chain::dates_with(&mut account.facts, chain);
        } else {
            chain::dates(sql, &mut account.facts)?;
        }
    }
    for item in &effects.items {
        if item.key != account.key {
            return Err(misplanned("wants an item of another account written"));
        }
        item::put(sql, &mut account.facts, item, cause, ask.today)?;
    }
    if !effects.items.is_empty() {
        account::items_changed(sql, &mut account.facts)?;
    }
    Ok(())
}

fn misplanned(what: &str) -> super::fault::Fault {
    Error::new(ErrorKind::Internal, format!("the plan of a request {what}; this is a fault of the library")).into()
}

/// The recorded answer, if the key of this request was used before.
fn repeated(sql: &dyn Sql, ask: &Ask) -> Outcome<Option<Answer>> {
    let Some(RequestKey { key, content }) = &ask.key else { return Ok(None) };
    let Some((kept, granted, id)) = sql.first(
        &format!("SELECT content, granted, decision FROM request WHERE key = ?1{}", sql.secure_rows()),
        values![key],
        |row| Ok((row.get::<[u8; 32]>(0)?, row.get(1)?, row.get::<Option<i64>>(2)?)),
    )?
    else {
        return Ok(None);
    };
    if kept != *content {
        return Err(Error::new(
            ErrorKind::KeyConflict,
            format!("the key {key:?} was used before for a request with other content; take a new key"),
        )
        .into());
    }
    let decision = match id.and_then(|id| u64::try_from(id).ok()) {
        Some(id) => match decision::read(sql, id)? {
            None => return Err(damaged(format_args!("decision {id}, which answered the key {key:?}, is gone"))),
            found => found,
        },
        None => None,
    };
    let account = facts(sql, ask)?.account;
    Ok(Some(Answer { written: Written { decision, repeated: true, account, stamp: None }, granted }))
}

/// Keeps the key of a request with its answer.
fn remember(sql: &dyn Sql, ask: &Ask, effects: &Effects, written: &Written) -> Outcome<()> {
    for event in &effects.events {
        event::queue(sql, event)?;
    }
    if let Some(RequestKey { key, content }) = &ask.key {
        let decision = written.decision.as_ref().map(|decision| signed(decision.id));
        sql.execute(
            "INSERT INTO request (key, content, granted, decision) VALUES (?1, ?2, ?3, ?4)",
            values![key, content, effects.granted, decision],
        )?;
    }
    Ok(())
}

/// Takes reservations of one account that ran out, at most `most`, out of it. Returns how many.
pub(in crate::store) fn expire(to: Writing<'_>, who: &AccountRef, now: Instant, most: u32) -> Outcome<u32> {
    let sql = to.sql;
    let Some(before) = account::read(sql, who)? else { return Ok(0) };
    let mut after = before.clone();
    let id = before.facts.id;
    let mut count = 0;
    for (row, chain) in chain::expiring(sql, id, now, most)? {
        let expired = chain::expired(&chain);
        // It changed when it ran out, not when that was noticed: data from between the two is the newer.
        let cause = Cause::Request(expired.expires.unwrap_or(now));
        chain::put(sql, &before.key.company, Some((row, chain)), &expired, &mut after.facts, cause)?;
        event::queue(sql, &expiry(id, &expired.document, now))?;
        count += 1;
    }
    chain::dates(sql, &mut after.facts)?;
    account::write(to, &before, &mut after, now)?;
    Ok(count)
}

/// The event of a reservation that ran out.
fn expiry(account: AccountId, document: &str, at: Instant) -> Event {
    Event {
        id: 0,
        at,
        kind: EventKind::Expired,
        account: Some(account),
        document: document.to_owned(),
        subject: String::new(),
        reasons: Vec::new(),
    }
}

/// The facts of an ask, as if the account had been brought up; nothing is written.
pub(in crate::store) fn facts(sql: &dyn Sql, ask: &Ask) -> Outcome<Facts> {
    let Some(mut account) = account::read(sql, &ask.account)? else {
        return facts_without_account(sql, ask);
    };
    account::tell(sql, &mut account, AsOf::of(ask))?;
    let chain = told(sql, &account.key.company, ask)?;
    let item = asked_item(sql, &account, ask)?;
    Ok(Facts { account: Some(account.facts), key: Some(account.key), chain, item })
}

/// The chain of the document an ask is about, whosever it is, as if it had been expired if it ran out.
fn told(sql: &dyn Sql, company: &str, ask: &Ask) -> Outcome<Option<Chain>> {
    if ask.document.is_empty() {
        return Ok(None);
    }
    let kept = chain::read(sql, company, &ask.document)?.map(|(_, chain)| chain);
    Ok(kept.map(|chain| if chain::has_run_out(&chain, ask.now) { chain::expired(&chain) } else { chain }))
}
