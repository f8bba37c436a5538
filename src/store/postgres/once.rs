//! Steps of one account in one round trip.
//!
//! The plans run on the account as this process knows it, and what they want written goes to the server as one statement
//! (`obligor.write_1`), which writes it only if the facts are still true. Not every step can go this way: it must be about
//! an order that nobody knows yet, of an account without pools that needs no ageing. The others, and those whose facts
//! turned out to be old, are taken by [`locked`](super::locked).
//!
//! On an account that several hosts write at once, a decision on what is ordered would be old most of the time. So it is
//! asked twice there: once on what is known, once as if a good deal more were ordered. If both come to the same, it holds
//! for everything in between, and only then is it written on facts that may lack what others ordered in that moment.

use std::collections::BTreeSet;

use tokio_postgres::types::{ToSql, Type};

use super::connection::Connection;
use super::fault::Outcome as Answer;
use super::known::KnownAccount;
use crate::calendar::{Day, Instant};
use crate::credit::{Buckets, Chain, ChainState};
use crate::hex::hex;
use crate::store::group::Job;
use crate::store::sql::account::{Account, moved};
use crate::store::sql::decision::digest;
use crate::store::sql::value::{Col, ToValue, Value, to_json, to_json_unless_default};
use crate::store::{DecisionRecord, Effects, Event, Facts, Step, Steps, Watch, Written};

/// How much more may be ordered meanwhile, in multiples of what the steps order: the largest that changes no answer.
const SLACK: [i64; 3] = [64, 8, 1];

/// What steps come to on an account as it is known.
struct Rehearsed {
    /// The account after them.
    after: Account,
    /// Effects, events of who watches, the account after the step, and whether its version moved; for each step.
    steps: Vec<(Effects, Vec<Event>, Account, bool)>,
}

/// Whether a step can be decided on what is known of the account, without asking for more.
fn fits(step: &Step, account: &Account) -> bool {
    let (ask, facts) = (&step.ask, &account.facts);
    !ask.document.is_empty()
        && ask.item.is_empty()
        && ask.overdue_to == facts.aged_to
        && ask.horizon_to == facts.horizon_to
        && facts.next_expiry.is_none_or(|expiry| expiry > ask.now)
}

/// Runs the plans; `None` when a step is not one of those that can go this way.
fn rehearse(steps: &[&Step], known: &Account, more_ordered: i64, watch: Option<&Watch>) -> Option<Rehearsed> {
    let mut after = known.clone();
    after.facts.buckets.ordered = after.facts.buckets.ordered.checked_add(more_ordered)?;
    let mut done = Vec::with_capacity(steps.len());
    for step in steps {
        if !fits(step, &after) {
            return None;
        }
        let facts = Facts { account: Some(after.facts.clone()), key: Some(after.key.clone()), chain: None, item: None };
        let before = after.clone();
        // What fails on an order that nobody knows may not fail on the order as it stands.
        let effects = (step.plan)(&facts).ok()?;
        if !effects.items.is_empty() {
            return None;
        }
        let mut changed = false;
        if let Some(chain) = &effects.chain {
            changed = take_up(&mut after, chain, step)?;
        }
        let mut events = Vec::new();
        if changed {
            after.facts.version = after.facts.version.checked_add(1)?;
            if let Some(watch) = watch {
                events = watch(&before.facts, &after.facts, step.ask.now);
            }
        }
        done.push((effects, events, after.clone(), changed));
    }
    Some(Rehearsed { after, steps: done })
}

/// Counts a new order in its account, as the rows do. Returns whether that changed the account.
fn take_up(account: &mut Account, chain: &Chain, step: &Step) -> Option<bool> {
    let facts = &mut account.facts;
    let untouched = chain.delivered == 0 && chain.drafted == 0 && chain.invoiced == 0 && chain.settled == 0;
    if chain.account != facts.id || chain.document != step.ask.document || !untouched || chain.ordered < 0 {
        return None;
    }
    let held = facts.held_by(chain);
    let before = (facts.buckets, facts.next_ship, facts.next_expiry);
    facts.buckets = moved(&facts.buckets, &Buckets::default(), &held).ok()?;
    if chain.ordered > 0 {
        let ships: Option<Day> = chain.ships.filter(|ships| *ships > facts.horizon_to);
        facts.next_ship = facts.next_ship.into_iter().chain(ships).min();
        let expires: Option<Instant> = chain.expires.filter(|_| chain.state == ChainState::Active);
        facts.next_expiry = facts.next_expiry.into_iter().chain(expires).min();
    }
    Some(before != (facts.buckets, facts.next_ship, facts.next_expiry))
}

/// Whether two rehearsals come to the same, apart from the amounts that they measured.
fn same(a: &Rehearsed, b: &Rehearsed) -> bool {
    let kinds = |events: &[Event]| events.iter().map(|event| (event.kind, event.reasons.clone())).collect::<Vec<_>>();
    a.steps.iter().zip(&b.steps).all(|((a, a_told, _, _), (b, b_told, _, _))| {
        (a.granted, &a.chain, kinds(&a.events), kinds(a_told)) == (b.granted, &b.chain, kinds(&b.events), kinds(b_told))
    })
}

/// The parameters of `obligor.write_1`, in its order.
#[derive(Default)]
struct Parameters {
    numbers: [i64; 11],
    next: [Option<i64>; 2],
    versions: i64,
    moment: i64,
    keys: Vec<String>,
    contents: Vec<Vec<u8>>,
    grants: Vec<i64>,
    recorded: Vec<Option<i64>>,
    bodies: Vec<String>,
    salts: Vec<Vec<u8>>,
    digests: Vec<Vec<u8>>,
    asked: Vec<String>,
    documents: Vec<String>,
    states: Vec<i64>,
    amounts: Vec<i64>,
    ordereds: Vec<i64>,
    expiries: Vec<Option<i64>>,
    sinces: Vec<i64>,
    ships: Vec<Option<i64>>,
    marks: Vec<String>,
    event_moments: Vec<i64>,
    event_kinds: Vec<i64>,
    event_documents: Vec<String>,
    event_subjects: Vec<String>,
    event_reasons: Vec<String>,
}

fn number(value: &impl ToValue) -> i64 {
    match value.value() {
        Value::Int(number) => number,
        _ => 0,
    }
}

/// What steps want written; `None` when two of them are about the same order or bear the same key.
fn parameters(
    host: i64,
    steps: &[&Step],
    known: &KnownAccount,
    rehearsed: &Rehearsed,
    slack: i64,
) -> Option<Parameters> {
    let (before, after) = (&known.account.facts, &rehearsed.after.facts);
    let (was, is) = (before.buckets, after.buckets);
    let mut all = Parameters {
        numbers: [
            host,
            number(&Col(before.id)),
            known.facts_version,
            number(&Col(before.aged_to)),
            number(&Col(before.horizon_to)),
            was.ordered,
            was.ordered.checked_add(slack)?,
            was.later,
            was.later,
            is.ordered.checked_sub(was.ordered)?,
            is.later.checked_sub(was.later)?,
        ],
        next: [after.next_ship.map(|day| number(&Col(day))), after.next_expiry.map(|at| number(&Col(at)))],
        ..Parameters::default()
    };
    let (mut keys, mut documents) = (BTreeSet::new(), BTreeSet::new());
    for (step, (effects, told, _, changed)) in steps.iter().zip(&rehearsed.steps) {
        all.versions += i64::from(*changed);
        all.moment = all.moment.max(number(&Col(step.ask.now)));
        let record = effects.record.as_ref().map(|record| {
            all.bodies.push(record.body.clone());
            all.salts.push(record.salt.to_vec());
            all.digests.push(digest(&record.salt, &record.body).to_vec());
            i64::try_from(all.bodies.len()).unwrap_or(i64::MAX)
        });
        if let Some(key) = &step.ask.key {
            if !keys.insert(&key.key) {
                return None;
            }
            all.keys.push(key.key.clone());
            all.contents.push(key.content.to_vec());
            all.grants.push(i64::from(effects.granted));
            all.recorded.push(record);
        }
        if !documents.insert(&step.ask.document) {
            return None;
        }
        all.asked.push(step.ask.document.clone());
        if let Some(chain) = &effects.chain {
            all.documents.push(chain.document.clone());
            all.states.push(number(&Col(chain.state)));
            all.amounts.push(chain.amount);
            all.ordereds.push(chain.ordered);
            all.expiries.push(chain.expires.map(|at| number(&Col(at))));
            all.sinces.push(number(&Col(chain.since)));
            all.ships.push(chain.ships.map(|day| number(&Col(day))));
            all.marks.push(to_json_unless_default(&chain.marks).ok()?);
        }
        // Who watches is heard first, as where a step writes its account before it queues its own events.
        for event in told.iter().chain(&effects.events) {
            if event.account != Some(before.id) {
                return None;
            }
            all.event_moments.push(number(&Col(event.at)));
            all.event_kinds.push(number(&Col(event.kind)));
            all.event_documents.push(event.document.clone());
            all.event_subjects.push(event.subject.clone());
            all.event_reasons.push(to_json(&event.reasons).ok()?);
        }
    }
    Some(all)
}

/// What the server answers when it wrote.
struct Took {
    version: i64,
    ordered: i64,
    later: i64,
    ship: Option<i64>,
    expiry: Option<i64>,
    sequence: i64,
    ids: Vec<i64>,
    links: Vec<Vec<u8>>,
}

fn call(connection: &Connection, deadline: std::time::Instant, all: &Parameters) -> Answer<Option<Took>> {
    let mut values: Vec<(&(dyn ToSql + Sync), Type)> = Vec::with_capacity(36);
    for number in &all.numbers {
        values.push((number, Type::INT8));
    }
    for next in &all.next {
        values.push((next, Type::INT8));
    }
    let rest: [(&(dyn ToSql + Sync), Type); 23] = [
        (&all.versions, Type::INT8),
        (&all.moment, Type::INT8),
        (&all.keys, Type::TEXT_ARRAY),
        (&all.contents, Type::BYTEA_ARRAY),
        (&all.grants, Type::INT8_ARRAY),
        (&all.recorded, Type::INT8_ARRAY),
        (&all.bodies, Type::TEXT_ARRAY),
        (&all.salts, Type::BYTEA_ARRAY),
        (&all.digests, Type::BYTEA_ARRAY),
        (&all.asked, Type::TEXT_ARRAY),
        (&all.documents, Type::TEXT_ARRAY),
        (&all.states, Type::INT8_ARRAY),
        (&all.amounts, Type::INT8_ARRAY),
        (&all.ordereds, Type::INT8_ARRAY),
        (&all.expiries, Type::INT8_ARRAY),
        (&all.sinces, Type::INT8_ARRAY),
        (&all.ships, Type::INT8_ARRAY),
        (&all.marks, Type::TEXT_ARRAY),
        (&all.event_moments, Type::INT8_ARRAY),
        (&all.event_kinds, Type::INT8_ARRAY),
        (&all.event_documents, Type::TEXT_ARRAY),
        (&all.event_subjects, Type::TEXT_ARRAY),
        (&all.event_reasons, Type::TEXT_ARRAY),
    ];
    values.extend(rest);
    let places = (1..=values.len()).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ");
    let text = format!(
        "SELECT took, version, ordered, later, ship, expiry, sequence, ids, links FROM obligor.write_1({places})"
    );
    let rows = connection.call_once(deadline, &text, &values)?;
    let Some(row) = rows.first().filter(|row| row.try_get(0).unwrap_or(false)) else { return Ok(None) };
    let read = || -> Result<Took, tokio_postgres::Error> {
        Ok(Took {
            version: row.try_get(1)?,
            ordered: row.try_get(2)?,
            later: row.try_get(3)?,
            ship: row.try_get(4)?,
            expiry: row.try_get(5)?,
            sequence: row.try_get(6)?,
            ids: row.try_get::<_, Option<_>>(7)?.unwrap_or_default(),
            links: row.try_get::<_, Option<_>>(8)?.unwrap_or_default(),
        })
    };
    read().map(Some).map_err(super::fault::Fault::from)
}

/// Writes the steps of several callers in one round trip, if that can be. Returns their answers and the account as it is
/// known now; `None` when nothing was written and the steps must be decided under the account's lock.
///
/// # Errors
/// Those of the server; `Undetermined` when it is not known whether it was done.
pub(super) fn write(
    connection: &Connection,
    host: i64,
    jobs: &[Job],
    known: &KnownAccount,
    watch: Option<&Watch>,
    deadline: std::time::Instant,
) -> Answer<Option<(Vec<Steps>, KnownAccount)>> {
    let steps: Vec<&Step> = jobs.iter().flat_map(|job| &job.steps).collect();
    let Some(rehearsed) = rehearse(&steps, &known.account, 0, watch) else { return Ok(None) };
    let slack = if known.contested { slack(&steps, &known.account, &rehearsed, watch) } else { 0 };
    let Some(all) = parameters(host, &steps, known, &rehearsed, slack) else { return Ok(None) };
    let Some(took) = call(connection, deadline, &all)? else { return Ok(None) };
    Ok(Some(told(jobs, known, rehearsed, &took)))
}

/// How much more may be ordered meanwhile without another answer.
fn slack(steps: &[&Step], known: &Account, rehearsed: &Rehearsed, watch: Option<&Watch>) -> i64 {
    let asked = rehearsed.steps.iter().filter_map(|(effects, ..)| effects.chain.as_ref());
    let asked = asked.fold(0_i64, |sum, chain| sum.saturating_add(chain.amount));
    let holds = |slack: &i64| rehearse(steps, known, *slack, watch).is_some_and(|more| same(rehearsed, &more));
    SLACK.iter().filter_map(|times| asked.checked_mul(*times)).find(holds).unwrap_or(0)
}

/// The answers, with what others ordered in between.
fn told(jobs: &[Job], known: &KnownAccount, rehearsed: Rehearsed, took: &Took) -> (Vec<Steps>, KnownAccount) {
    let Rehearsed { mut after, steps } = rehearsed;
    let of_others = (
        took.ordered.saturating_sub(after.facts.buckets.ordered),
        took.later.saturating_sub(after.facts.buckets.later),
        took.version.saturating_sub(i64::try_from(after.facts.version).unwrap_or(i64::MAX)),
    );
    let as_it_is = |mut account: Account| {
        let facts = &mut account.facts;
        facts.buckets.ordered = facts.buckets.ordered.saturating_add(of_others.0);
        facts.buckets.later = facts.buckets.later.saturating_add(of_others.1);
        facts.version = facts.version.saturating_add_signed(of_others.2);
        account
    };
    let id = after.facts.id;
    let mut records = took.ids.iter().zip(&took.links);
    let mut sequence =
        u64::try_from(took.sequence).unwrap_or(0).saturating_sub(u64::try_from(took.ids.len()).unwrap_or(0));
    let mut answers = steps.into_iter().map(|(effects, _, account, _)| {
        let decision = effects.record.and_then(|record| {
            let (number, link) = records.next()?;
            sequence = sequence.saturating_add(1);
            Some(DecisionRecord {
                id: u64::try_from(*number).unwrap_or(0),
                account: Some(id),
                sequence,
                digest: hex(&digest(&record.salt, &record.body)),
                chained: hex(link),
                body: Some(record.body),
            })
        });
        Ok(Written { decision, repeated: false, account: Some(as_it_is(account).facts), stamp: None })
    });
    let answers = jobs
        .iter()
        .map(|job| Steps { written: true, answers: answers.by_ref().take(job.steps.len()).collect() })
        .collect();
    after = as_it_is(after);
    after.facts.next_ship = took.ship.and_then(|day| i32::try_from(day).ok()).map(Day);
    after.facts.next_expiry = took.expiry.map(Instant);
    let contested = known.contested || of_others != (0, 0, 0);
    (answers, KnownAccount { account: after, facts_version: known.facts_version, contested })
}
