//! Steps of one account in one round trip.
//!
//! The plans run on the account as this process knows it, and what they want written goes to the server as one statement
//! ([`call`](super::call)), which writes it only if the facts are still true. Not every step can go this way: it must be
//! about an order that nobody knows yet, of an account of which nothing falls due or runs out in that moment, nor in its
//! pools. The others are taken by [`locked`](super::locked). When the facts turned out to be old, the plans run again on
//! those that came with the answer.
//!
//! Where several hosts write at once, a decision on what is ordered would be old most of the time. So it is asked twice
//! there: once on what is known, once as if a good deal more were ordered. If both come to the same, it holds for
//! everything in between, and only then is it written on facts that may lack what others ordered since: in the last
//! moments, as what is known must be young for it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant as Deadline};

use super::call::{Answer, Became, Call, OrderRow, Share, StepRow, SumRow, number};
use super::connection::Connection;
use super::fault::Outcome;
use super::known::KnownAccount;
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, Buckets, Chain, PoolSum};
use crate::hex::hex;
use crate::store::group::Job;
use crate::store::sql::account::{Account, moved};
use crate::store::sql::chain::{self, earlier};
use crate::store::sql::decision::digest;
use crate::store::sql::pool;
use crate::store::sql::value::{Col, to_json_unless_default};
use crate::store::{AccountRef, DecisionRecord, Effects, Event, Facts, Step, Steps, Watch, Written};

/// How much more may be ordered meanwhile, in multiples of what the steps order: the largest that changes no answer.
const SLACK: [i64; 3] = [64, 8, 1];

/// How old what is known may be where a decision may lack what others ordered since.
const YOUNG: Duration = Duration::from_secs(10);

/// What steps come to on an account as it is known.
struct Rehearsed {
    /// The account after them.
    after: Account,
    /// The first day that something of theirs ships, and the first moment that something of theirs runs out.
    next: (Option<Day>, Option<Instant>),
    steps: Vec<Rehearsal>,
}

/// What one step comes to.
struct Rehearsal {
    effects: Effects,
    /// The events of who watches.
    told: Vec<Event>,
    /// The facts after it.
    facts: AccountFacts,
    /// Whether it moved the account's version.
    changed: bool,
}

/// What became of steps that were to be written in one round trip.
pub(super) enum Came {
    /// They were written.
    Written {
        answers: Vec<Steps>,
        /// The account as it is known now.
        now: KnownAccount,
        /// Whether others had written it since it was known, or had used its pools.
        others_wrote: bool,
    },
    /// Nothing was written, since others ordered or gave up. The account as it is.
    OthersOrdered(KnownAccount),
    /// Nothing was written, since other facts moved.
    FactsMoved,
    /// Nothing was written. The steps cannot go this way.
    Elsewhere,
}

/// Whether a step can be decided on what is known of the account, without asking for more.
fn fits(step: &Step, account: &Account) -> bool {
    let (ask, facts) = (&step.ask, &account.facts);
    let names_it = match &ask.account {
        AccountRef::Id(id) => *id == facts.id,
        AccountRef::Key(key) => *key == account.key,
    };
    names_it
        && !ask.document.is_empty()
        && ask.item.is_empty()
        && facts.holds_at(ask.overdue_to, ask.horizon_to, ask.now)
}

/// Runs the plans; `None` when a step is not one of those that can go this way.
fn rehearse(steps: &[&Step], known: &Account, more_ordered: i64, watch: Option<&Watch>) -> Option<Rehearsed> {
    let mut after = known.clone();
    after.facts.buckets.ordered = after.facts.buckets.ordered.checked_add(more_ordered)?;
    pool::tell_own(&mut after).ok()?;
    let (mut next, mut done) = ((None, None), Vec::with_capacity(steps.len()));
    for step in steps {
        if !fits(step, &after) {
            return None;
        }
        // The days it is brought up to are no change of their own, and stay as they were where nothing else is written.
        let kept_days = (after.facts.aged_to, after.facts.horizon_to);
        (after.facts.aged_to, after.facts.horizon_to) = (step.ask.overdue_to, step.ask.horizon_to);
        let before = after.facts.clone();
        let facts = Facts { account: Some(after.facts.clone()), key: Some(after.key.clone()), chain: None, item: None };
        // What fails on an order that nobody knows may not fail on the order as it stands.
        let effects = (step.plan)(&facts).ok()?;
        if !effects.items.is_empty() {
            return None;
        }
        if let Some(chain) = &effects.chain {
            take_up(&mut after.facts, chain, step, &mut next)?;
            pool::tell_own(&mut after).ok()?;
        }
        let changed = after.facts != before;
        let mut told = Vec::new();
        if changed {
            after.facts.version = after.facts.version.checked_add(1)?;
            if let Some(watch) = watch {
                told = watch(&before, &after.facts, step.ask.now);
            }
        }
        let facts = after.facts.clone();
        if !changed && effects.record.is_none() {
            (after.facts.aged_to, after.facts.horizon_to) = kept_days;
        }
        done.push(Rehearsal { effects, told, facts, changed });
    }
    Some(Rehearsed { after, next, steps: done })
}

/// Counts a new order in its account, as the rows do.
fn take_up(
    facts: &mut AccountFacts,
    chain: &Chain,
    step: &Step,
    next: &mut (Option<Day>, Option<Instant>),
) -> Option<()> {
    let untouched = chain.delivered == 0 && chain.drafted == 0 && chain.invoiced == 0 && chain.settled == 0;
    if chain.account != facts.id || chain.document != step.ask.document || !untouched || chain.ordered < 0 {
        return None;
    }
    let held = facts.held_by(chain);
    facts.buckets = moved(&facts.buckets, &Buckets::default(), &held).ok()?;
    let (ships, expires) = chain::dates_with(facts, chain);
    *next = (earlier(next.0, ships), earlier(next.1, expires));
    Some(())
}

/// Whether two rehearsals come to the same, apart from the amounts that they measured.
fn same(a: &Rehearsed, b: &Rehearsed) -> bool {
    let kinds = |events: &[Event]| events.iter().map(|event| (event.kind, event.reasons.clone())).collect::<Vec<_>>();
    let all = |one: &Rehearsal| (one.effects.granted, kinds(&one.effects.events), kinds(&one.told));
    a.steps.iter().zip(&b.steps).all(|(a, b)| all(a) == all(b) && a.effects.chain == b.effects.chain)
}

/// Makes a call of what steps want written; `None` when two of them are about the same order or bear the same key. With
/// slack, others may have ordered so much meanwhile; without, nobody may have written the account.
fn call<'a>(
    steps: &[&'a Step],
    known: &KnownAccount,
    rehearsed: &'a Rehearsed,
    slack: Option<i64>,
) -> Option<Call<'a>> {
    let (before, after) = (&known.account.facts, &rehearsed.after.facts);
    let (was, is) = (before.buckets, after.buckets);
    let with_slack = |amount: i64| Some((amount, amount.checked_add(slack.unwrap_or(0))?));
    let mut call = Call::new(&Share {
        id: before.id.0.into(),
        facts_version: known.facts_version,
        horizon_to: before.horizon_to.0.into(),
        version: if slack.is_none() { Some(i64::try_from(before.version).ok()?) } else { None },
        ordered: with_slack(was.ordered)?,
        later: was.later,
        moment: steps.iter().map(|step| step.ask.now.0).max()?,
        aged_to_since: after.aged_to.0.into(),
        horizon_to_since: after.horizon_to.0.into(),
        more_ordered: is.ordered.checked_sub(was.ordered)?,
        more_later: is.later.checked_sub(was.later)?,
        next_ship: rehearsed.next.0.map(|day| day.0.into()),
        next_expiry: rehearsed.next.1.map(|at| at.0),
        versions: i64::try_from(rehearsed.steps.iter().filter(|one| one.changed).count()).ok()?,
    });
    for ((id, version), facts) in known.account.pools.iter().zip(&known.pools_versions).zip(&before.pools) {
        call.pool(*id, *version);
        for &PoolSum { currency, debit, unapplied, .. } in &facts.sums {
            // What others order is in the account's own currency here.
            let debit = if currency == before.currency { with_slack(debit)? } else { (debit, debit) };
            call.sum(SumRow { pool: *id, currency, debit, unapplied });
        }
    }
    let (mut keys, mut documents) = (BTreeSet::new(), BTreeSet::new());
    for (step, Rehearsal { effects, .. }) in steps.iter().zip(&rehearsed.steps) {
        let key = step.ask.key.as_ref();
        if key.is_some_and(|key| !keys.insert(&key.key)) || !documents.insert(&step.ask.document) {
            return None;
        }
        let order = match &effects.chain {
            None => None,
            Some(chain) => Some(OrderRow {
                state: number(&Col(chain.state)),
                amount: chain.amount,
                ordered: chain.ordered,
                expires: chain.expires.map(|at| at.0),
                since: chain.since.0,
                ships: chain.ships.map(|day| day.0.into()),
                marks: to_json_unless_default(&chain.marks).ok()?,
            }),
        };
        let record = effects.record.as_ref();
        call.step(StepRow {
            key: key.map(|key| key.key.as_str()),
            content: key.map(|key| key.content.as_slice()),
            granted: effects.granted,
            document: &step.ask.document,
            decision: record.map(|new| (new.body.as_str(), new.salt.as_slice(), digest(&new.salt, &new.body))),
            order,
        });
    }
    // Who watches is heard first, as where a step writes its account before it queues its own events.
    for event in rehearsed.steps.iter().flat_map(|one| one.told.iter().chain(&one.effects.events)) {
        if event.account != Some(before.id) {
            return None;
        }
        call.event(event).ok()?;
    }
    Some(call)
}

/// Writes the steps of several callers in one round trip, if that can be; `others_write` says whether other hosts were
/// seen to write not long ago.
///
/// # Errors
/// Those of the server; `Undetermined` when it is not known whether it was done.
pub(super) fn write(
    connection: &Connection,
    host: i64,
    jobs: &[Job],
    known: &KnownAccount,
    watch: Option<&Watch>,
    others_write: bool,
    deadline: Deadline,
) -> Outcome<Came> {
    let steps: Vec<&Step> = jobs.iter().flat_map(|job| &job.steps).collect();
    let Some(rehearsed) = rehearse(&steps, &known.account, 0, watch) else { return Ok(Came::Elsewhere) };
    let asked = Deadline::now();
    let young = asked.saturating_duration_since(known.at) <= YOUNG;
    let slack = (others_write && young).then(|| slack(&steps, &known.account, &rehearsed, watch));
    let Some(call) = call(&steps, known, &rehearsed, slack) else { return Ok(Came::Elsewhere) };
    let Some(answer) = call.send(connection, host, deadline)? else { return Ok(Came::Elsewhere) };
    Ok(match answer.became {
        Became::Written => told(jobs, known, rehearsed, &answer, asked),
        Became::OthersOrdered => Came::OthersOrdered(as_it_is(known, &answer, asked)),
        Became::FactsMoved => Came::FactsMoved,
        Became::Known => Came::Elsewhere,
    })
}

/// How much more may be ordered meanwhile without another answer.
fn slack(steps: &[&Step], known: &Account, rehearsed: &Rehearsed, watch: Option<&Watch>) -> i64 {
    let asked = rehearsed.steps.iter().filter_map(|one| one.effects.chain.as_ref());
    let asked = asked.fold(0_i64, |sum, chain| sum.saturating_add(chain.amount));
    let holds = |slack: &i64| rehearse(steps, known, *slack, watch).is_some_and(|more| same(rehearsed, &more));
    SLACK.iter().filter_map(|times| asked.checked_mul(*times)).find(holds).unwrap_or(0)
}

/// The account as the server has it, when only orders came and went.
fn as_it_is(known: &KnownAccount, answer: &Answer, asked: Deadline) -> KnownAccount {
    let mut account = known.account.clone();
    let facts = &mut account.facts;
    facts.version = u64::try_from(answer.version).unwrap_or(0);
    (facts.buckets.ordered, facts.buckets.later) = (answer.ordered, answer.later);
    facts.next_ship = answer.next_ship.and_then(|day| i32::try_from(day).ok()).map(Day);
    facts.next_expiry = answer.next_expiry.map(Instant);
    for (sum, kept) in sums(facts).zip(&answer.sums) {
        (sum.debit, sum.unapplied) = *kept;
    }
    pool::told_as_counted(&mut account);
    KnownAccount { account, at: asked, ..known.clone() }
}

/// The sums of all pools of an account, as they are asked for.
fn sums(facts: &mut AccountFacts) -> impl Iterator<Item = &mut PoolSum> {
    facts.pools.iter_mut().flat_map(|pool| &mut pool.sums)
}

/// The answers, with what others ordered in between.
fn told(jobs: &[Job], known: &KnownAccount, rehearsed: Rehearsed, answer: &Answer, asked: Deadline) -> Came {
    let met = as_it_is(known, answer, asked).account.facts;
    let was = &known.account.facts;
    let others_wrote = (met.version, met.buckets, &met.pools) != (was.version, was.buckets, &was.pools);
    let (ordered, later) = (met.buckets.ordered - was.buckets.ordered, met.buckets.later - was.buckets.later);
    let versions = met.version.wrapping_sub(was.version);
    let were = was.pools.iter().flat_map(|pool| &pool.sums);
    let in_pools: Vec<i64> = were.zip(&answer.sums).map(|(was, now)| now.0 - was.debit).collect();
    let with_others = |mut facts: AccountFacts| {
        facts.buckets.ordered = facts.buckets.ordered.saturating_add(ordered);
        facts.buckets.later = facts.buckets.later.saturating_add(later);
        facts.version = facts.version.wrapping_add(versions);
        facts.next_ship = earlier(met.next_ship, rehearsed.next.0);
        facts.next_expiry = earlier(met.next_expiry, rehearsed.next.1);
        for (sum, more) in sums(&mut facts).zip(&in_pools) {
            sum.debit = sum.debit.saturating_add(*more);
        }
        facts
    };
    let Rehearsed { after, steps, .. } = rehearsed;
    let mut written = answer.written.iter();
    let mut sequence = u64::try_from(answer.decisions).unwrap_or(0);
    let mut answers = steps.into_iter().map(|Rehearsal { effects, facts, .. }| {
        let decision = effects.record.and_then(|record| {
            let (id, chained) = written.next()?;
            sequence = sequence.saturating_add(1);
            Some(DecisionRecord {
                id: u64::try_from(*id).unwrap_or(0),
                account: Some(facts.id),
                sequence,
                digest: hex(&digest(&record.salt, &record.body)),
                chained: hex(chained),
                body: Some(record.body),
            })
        });
        Ok(Written { decision, repeated: false, account: Some(with_others(facts)), stamp: None })
    });
    let answers = jobs
        .iter()
        .map(|job| Steps { written: true, answers: answers.by_ref().take(job.steps.len()).collect() })
        .collect();
    let mut account = Account { facts: with_others(after.facts), ..after };
    pool::told_as_counted(&mut account);
    Came::Written { answers, now: KnownAccount { account, at: asked, ..known.clone() }, others_wrote }
}
