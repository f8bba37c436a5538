//! Random histories: whatever happens in whatever order, the kept buckets are those that items and chains come to, and a
//! file changes and closes what it must and nothing that is newer than it. And every store tells the same of the same
//! history.

mod places;
mod store_common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use obligor::calendar::{Day, Instant};
use obligor::credit::{AccountFacts, Buckets, Chain, ChainState, Limit, LimitKind, PoolFacts};
use obligor::store::pulse::Stamp;
use obligor::store::{
    AccountKey, Ask, Effects, Event, Facts, Item, ItemKind, LimitRecord, Loader, OrderRecord, Plan, Put, Step, Store,
};
use places::{Home, Place, on_both};
use proptest::prelude::*;
use store_common::*;

/// Something that happens to the store.
#[derive(Debug, Clone)]
enum Act {
    Reserve { customer: u8, document: u8, amount: i64, expires: Option<i64>, ships: Option<i32> },
    Deliver { customer: u8, document: u8, amount: i64 },
    Invoice { customer: u8, document: u8, due: i32 },
    Pay { customer: u8, number: u8, residual: i64, said: u8 },
    Join { customer: u8, pools: u8 },
    Insure { customer: u8, from: i32, days: i32 },
    Fail { customer: u8 },
    Import(File),
    Expire { most: u32 },
    Retry,
}

/// A file, which was true so many rounds ago.
#[derive(Debug, Clone)]
struct File {
    items: Vec<(u8, u8, u8, i64, i32, u8)>,
    orders: Vec<(u8, u8, i64, i64, Option<i32>)>,
    complete: bool,
    keep: bool,
    age: i64,
}

fn act() -> impl Strategy<Value = Act> {
    let who = 0..3_u8;
    let document = 0..6_u8;
    let amount = prop_oneof![0..500_i64, Just(i64::MAX / 3)];
    prop_oneof![
        4 => (
            who.clone(),
            document.clone(),
            amount.clone(),
            proptest::option::of(0..40_i64),
            proptest::option::of(0..60_i32),
        )
            .prop_map(|(customer, document, amount, expires, ships)| Act::Reserve {
                customer,
                document,
                amount,
                expires,
                ships,
            }),
        3 => (who.clone(), document.clone(), 0..300_i64)
            .prop_map(|(customer, document, amount)| Act::Deliver { customer, document, amount }),
        3 => (who.clone(), document.clone(), -40..40_i32)
            .prop_map(|(customer, document, due)| Act::Invoice { customer, document, due }),
        2 => (who.clone(), document.clone(), 0..400_i64, any::<u8>())
            .prop_map(|(customer, number, residual, said)| Act::Pay { customer, number, residual, said }),
        1 => (who.clone(), 0..4_u8).prop_map(|(customer, pools)| Act::Join { customer, pools }),
        1 => (who.clone(), -40..20_i32, 0..30_i32)
            .prop_map(|(customer, from, days)| Act::Insure { customer, from, days }),
        1 => who.clone().prop_map(|customer| Act::Fail { customer }),
        2 => (
            proptest::collection::vec((0..4_u8, 0..6_u8, 0..3_u8, amount.clone(), -40..40_i32, any::<u8>()), 0..6),
            proptest::collection::vec((0..4_u8, 0..6_u8, amount, 0..90_i64, proptest::option::of(0..60_i32)), 0..4),
            any::<bool>(),
            proptest::bool::weighted(0.8),
            -1..15_i64,
        )
            .prop_map(|(items, orders, complete, keep, age)| Act::Import(File { items, orders, complete, keep, age })),
        1 => (0..4_u32).prop_map(|most| Act::Expire { most }),
        1 => Just(Act::Retry),
    ]
}

fn name(customer: u8) -> String {
    format!("C{customer}")
}

fn document(number: u8) -> String {
    format!("SO-{number}")
}

fn kind(number: u8) -> ItemKind {
    [ItemKind::Invoice, ItemKind::CreditNote, ItemKind::Payment][usize::from(number % 3)]
}

/// What a number says of an item: whether it is disputed, how far it is dunned, when its goods were delivered.
fn saying(said: u8, item: Item) -> Item {
    let delivered = (said & 0b1_0000 != 0).then(|| TODAY.plus(-i32::from(said >> 4)));
    Item { disputed: said & 1 != 0, dunning_blocked: said & 2 != 0, dunning_level: (said >> 2) & 3, delivered, ..item }
}

/// An ask at a moment and on a day that both move on, and sometimes back, with a horizon that jumps.
fn when(customer: u8, about: &str, round: usize) -> Ask {
    let round = i32::try_from(round).unwrap();
    let grace = if round % 7 == 3 { -15 } else { 0 };
    let horizon_to = match round % 5 {
        0 => Day::MAX,
        near => TODAY.plus(round + near * 7),
    };
    Ask {
        overdue_to: TODAY.plus(round + grace),
        horizon_to,
        today: TODAY.plus(round),
        now: Instant(NOW.0 + i64::from(round)),
        ..ask(&name(customer), about)
    }
}

/// The pools of an account by a number: neither, the group, the segment, or both.
fn pools_of(pools: u8) -> Vec<&'static str> {
    ["SEGMENT", "GROUP"]
        .into_iter()
        .enumerate()
        .filter(|(at, _)| pools & (1 << at) != 0)
        .map(|(_, pool)| pool)
        .collect()
}

/// Moves what an order holds by a rule.
fn change(ask: Ask, rule: impl Fn(&mut Chain) -> Option<Item> + Send + Sync + 'static) -> Step {
    Step {
        ask,
        plan: Box::new(move |facts| {
            let Some(mut chain) = facts.chain.clone() else { return Ok(Effects::default()) };
            if facts.account.as_ref().is_none_or(|account| account.id != chain.account) {
                return Ok(Effects::default());
            }
            let items = rule(&mut chain).into_iter().collect();
            Ok(Effects { granted: true, chain: Some(chain), items, ..Effects::default() })
        }),
    }
}

fn step(act: &Act, round: usize) -> Option<Step> {
    Some(match act {
        Act::Reserve { customer, document: number, amount, expires, ships } => {
            let ships = ships.map(|days| TODAY.plus(days));
            let round_time = i64::try_from(round).unwrap();
            let expires = expires.map(|after| Instant(NOW.0 + round_time + 1 + after));
            let made = expiring_reservation(&name(*customer), &document(*number), *amount, expires);
            let plan: Plan = Box::new(move |facts| {
                let mut effects = (made.plan)(facts)?;
                if let Some(chain) = &mut effects.chain {
                    chain.ships = ships;
                }
                Ok(effects)
            });
            Step { ask: when(*customer, &document(*number), round), plan }
        }
        Act::Deliver { customer, document: number, amount } => {
            let amount = *amount;
            change(when(*customer, &document(*number), round), move |chain| {
                let moved = amount.min(chain.ordered);
                chain.ordered -= moved;
                chain.delivered += moved;
                None
            })
        }
        Act::Invoice { customer, document: number, due } => {
            let invoice = item(&name(*customer), &document(*number), ItemKind::Invoice, 0, TODAY.plus(*due));
            change(when(*customer, &document(*number), round), move |chain| {
                let amount = std::mem::take(&mut chain.delivered);
                chain.invoiced = chain.invoiced.saturating_add(amount);
                Some(Item { amount, residual: amount, ..invoice.clone() })
            })
        }
        Act::Pay { customer, number, residual, said } => {
            let paid = item(&name(*customer), &document(*number), ItemKind::Invoice, *residual, TODAY);
            let paid = saying(*said, paid);
            Step {
                ask: when(*customer, "", round),
                plan: Box::new(move |_| Ok(Effects { granted: true, items: vec![paid.clone()], ..Effects::default() })),
            }
        }
        Act::Fail { customer } => Step { ask: when(*customer, "", round), ..failing("") },
        Act::Join { .. } | Act::Insure { .. } | Act::Import(_) | Act::Expire { .. } | Act::Retry => return None,
    })
}

/// Open items and orders as they are, each under a name of its own, and whether it can be closed.
fn rows(store: &dyn Store) -> BTreeMap<String, (String, bool)> {
    let mut rows = BTreeMap::new();
    for customer in 0..3 {
        let key = AccountKey { company: COMPANY.to_owned(), customer: name(customer) };
        let id = store.resolve(&key, soon()).unwrap().unwrap();
        for item in store.items(id, 1000).unwrap() {
            rows.insert(item_name(customer, &item.number), (format!("{item:?}"), true));
        }
    }
    for number in 0..6 {
        // Before anything runs out, so that the chain is shown as it is kept.
        if let Some(chain) = store.facts(&ask(&name(0), &document(number)), soon()).unwrap().chain {
            rows.insert(order_name(number), (format!("{chain:?}"), chain.state == ChainState::Active));
        }
    }
    rows
}

fn item_name(customer: u8, number: &str) -> String {
    format!("item {number} of {customer}")
}

fn order_name(number: u8) -> String {
    format!("order {number}")
}

/// When each item and order last became what it is, as seen from outside.
#[derive(Default)]
struct History {
    rows: BTreeMap<String, (String, bool)>,
    changed: BTreeMap<String, Instant>,
    /// Orders that ran out. They changed then, and that is seen only later.
    ran_out: BTreeSet<String>,
}

impl History {
    /// Looks at what there is now, after something that happened at a moment.
    fn look(&mut self, store: &dyn Store, at: Instant) {
        let rows = rows(store);
        let names: BTreeSet<String> = self.rows.keys().chain(rows.keys()).cloned().collect();
        for name in names {
            if self.rows.get(&name) != rows.get(&name) {
                self.change(name, at);
            }
        }
        let ran_out = |row: &(String, bool)| row.0.contains("state: Expired");
        self.ran_out = rows.iter().filter(|(_, row)| ran_out(row)).map(|(name, _)| name.clone()).collect();
        self.rows = rows;
    }

    fn change(&mut self, name: String, at: Instant) {
        let changed = self.changed.entry(name).or_insert(at);
        *changed = at.max(*changed);
    }
}

fn import(store: &dyn Store, file: &File, round: usize, history: &mut History) {
    let at = later(i64::try_from(round).unwrap() - file.age);
    let mut put: BTreeMap<String, Put> = BTreeMap::new();
    let result = store.load(
        at,
        TODAY,
        &mut |load| {
            // Refused rows, of customers that are not there or too large, leave no trace.
            let mut note = |name: String, done: obligor::error::Result<Put>| {
                let Ok(done) = done else { return };
                let noted = put.entry(name).or_insert(done);
                if done != Put::Same {
                    *noted = done;
                }
            };
            for (customer, number, which, residual, due, said) in &file.items {
                let number = document(*number);
                let item = item(&name(*customer), &number, kind(*which), *residual, TODAY.plus(*due));
                note(item_name(*customer, &number), load.put_item(&saying(*said, item)));
            }
            for (customer, number, ordered, delivered, ships) in &file.orders {
                let delivered = OrderRecord {
                    delivered: *delivered,
                    ships: ships.map(|days| TODAY.plus(days)),
                    ..order(&name(*customer), &document(*number), *ordered)
                };
                note(order_name(*number), load.put_order(&delivered));
            }
            if file.complete {
                load.close_items_not_put(COMPANY, at)?;
                load.cancel_orders_not_put(COMPANY, at)?;
            }
            if file.keep { Ok(()) } else { Err(obligor::error::Error::argument("no")) }
        },
        soon(),
    );
    // A load whose accounts together are too much for their pool is not taken.
    let too_much = result.as_ref().err().is_some_and(|error| error.message().contains("the accounts of pool"));
    assert!(result.is_ok() == file.keep || too_much, "{result:?}");
    let file = &File { keep: result.is_ok(), ..file.clone() };
    let after = rows(store);
    for (name, row) in history.rows.iter().filter(|(name, _)| !file.keep || !put.contains_key(*name)) {
        let closed = file.keep && file.complete && row.1 && history.changed[name] < at;
        if closed {
            assert!(after.get(name).is_none_or(|(_, open)| !open), "{name} is older than the file and not in it");
        } else {
            assert_eq!(after.get(name), Some(row), "{name} is not for this file to change");
        }
    }
    for (name, done) in put.into_iter().filter(|_| file.keep) {
        let changed = history.changed.get(&name).copied();
        let ran_out = history.ran_out.contains(&name);
        match done {
            Put::Newer => assert_eq!(after.get(&name), history.rows.get(&name), "{name} is newer than the file"),
            Put::Same => {}
            Put::Added | Put::Changed => {
                assert!(ran_out || changed.is_none_or(|changed| changed <= at), "{name} is newer than the file");
                // It may have been changed back in the same file, which cannot be seen from outside.
                history.changed.insert(name.clone(), at);
            }
        }
        // What is closed may have changed without that being seen.
        if done == Put::Newer && history.rows.contains_key(&name) {
            assert!(changed.is_some_and(|changed| changed > at), "{name} is not newer than the file");
        }
    }
    history.look(store, at);
}

/// Plays a history. Returns what was told on its way.
fn history(place: Place, acts: &[Act]) -> Vec<String> {
    let home = Home::new(place);
    let store = &*home.store();
    let mut told = Vec::new();
    for customer in 0..3 {
        debtor(store, &name(customer), 4_000_000_000_000_000_000);
    }
    load(store, |load| {
        load.put_pool(&pool("GROUP"))?;
        load.put_pool(&pool("SEGMENT"))?;
        load.put_account(&into_pools(&name(0), &["GROUP"]))?;
        load.put_account(&into_pools(&name(1), &["SEGMENT", "GROUP"])).map(drop)
    });
    let mut last: Option<(Act, usize)> = None;
    let mut history = History::default();
    for (round, act) in acts.iter().enumerate() {
        history.look(store, later(i64::try_from(round).unwrap() - 1));
        let known = (0..3).map(|customer| Known::of(store, customer, round)).collect::<Vec<_>>();
        match act {
            Act::Import(file) => import(store, file, round, &mut history),
            Act::Expire { most } => {
                store.expire(later(i64::try_from(round).unwrap()), *most, soon()).unwrap();
            }
            Act::Join { customer, pools } => {
                let record = into_pools(&name(*customer), &pools_of(*pools));
                let mut work = |load: &mut dyn Loader| load.put_account(&record).map(drop);
                let joined = store.load(later(i64::try_from(round).unwrap()), TODAY, &mut work, soon());
                assert!(joined.is_ok() || joined.unwrap_err().message().contains("the accounts of pool"));
            }
            Act::Insure { customer, from, days } => {
                let (from, to) = (Some(TODAY.plus(*from)), Some(TODAY.plus(from + days)));
                let cover = Limit { from, to, ..Limit::always(LimitKind::Insured, Some(500)) };
                load(store, |load| {
                    load.put_limit(&LimitRecord { limit: cover, ..limit(&name(*customer), 0) }).map(drop)
                });
            }
            Act::Retry => {
                if let Some((act, round)) = &last {
                    let key = format!("k{round}");
                    let again = run(store, keyed(step(act, *round).unwrap(), &key, 1)).unwrap();
                    assert!(again.repeated);
                }
            }
            _ => {
                let seen = match act {
                    Act::Reserve { customer, document: number, .. } => {
                        Some(store.facts(&when(*customer, &document(*number), round), soon()).unwrap())
                    }
                    _ => None,
                };
                let key = format!("k{round}");
                let planned: Arc<Mutex<Vec<Facts>>> = Arc::default();
                let mut step = keyed(step(act, round).unwrap(), &key, 1);
                let (noted, plan) = (Arc::clone(&planned), step.plan);
                step.plan = Box::new(move |facts| {
                    noted.lock().unwrap().push(facts.clone());
                    plan(facts)
                });
                let written = run(store, step);
                if written.is_ok() {
                    last = Some((act.clone(), round));
                }
                if let (Ok(written), Act::Reserve { customer, amount, .. }) = (&written, act) {
                    // Reading before, what the plan saw, and writing after agree, but for what others had in its pools: that
                    // may be as of a moment before. It may be asked beside that what it would decide if more were ordered.
                    let seen = seen.unwrap();
                    let planned: Vec<Facts> = planned.lock().unwrap().drain(..).map(without_sums).collect();
                    assert!(planned.contains(&without_sums(seen.clone())), "{planned:?}, and not {seen:?}");
                    let (before, after) = (seen.account.unwrap(), written.account.clone().unwrap());
                    let granted = if approved(written) { *amount } else { 0 };
                    let ordered = |buckets: &Buckets| buckets.ordered + buckets.later;
                    assert_eq!(ordered(&before.buckets) + granted, ordered(&after.buckets));
                    assert_eq!(before.buckets.overdue, after.buckets.overdue);
                    assert_eq!(store.facts(&when(*customer, "", round), soon()).unwrap().account.unwrap(), after);
                }
            }
        }
        known.iter().for_each(|known| known.is_told_when_it_is_old(store, round));
        let accounts = the_exposure_of_each_pool_is_that_of_its_members(store, round);
        told.push(format!("{round}: after {act:?} there is {:?} in {accounts:?}", rows(store)));
    }
    assert_sound(store);
    kept_facts_are_what_items_and_chains_come_to(store);
    let events = store.events(0, 1000).unwrap();
    told.extend(events.into_iter().map(|event| format!("{:?}", Event { id: 0, ..event })));
    told
}

/// The facts without what the pools of the account come to.
fn without_sums(mut facts: Facts) -> Facts {
    facts.account.iter_mut().flat_map(|account| &mut account.pools).for_each(|pool| pool.sums = Box::default());
    facts
}

/// The facts of an account, as somebody may keep them.
struct Known {
    customer: u8,
    facts: AccountFacts,
    stamp: Stamp,
}

impl Known {
    fn of(store: &dyn Store, customer: u8, round: usize) -> Self {
        let id = store.resolve(&key(&name(customer)), soon()).unwrap().unwrap();
        let stamp = store.pulse().stamp(id);
        let facts = store.facts(&when(customer, "", round), soon()).unwrap().account.unwrap();
        assert!(store.pulse().is_current(id, &stamp, true));
        Self { customer, facts, stamp }
    }

    /// If anything of the account is otherwise now, the pulse has moved.
    fn is_told_when_it_is_old(&self, store: &dyn Store, round: usize) {
        let now = store.facts(&when(self.customer, "", round), soon()).unwrap().account.unwrap();
        let pooled = !self.facts.pools.is_empty();
        if now != self.facts {
            assert!(!store.pulse().is_current(self.facts.id, &self.stamp, pooled), "{:?} became {now:?}", self.facts);
        }
    }
}

/// I10, at every moment and for whoever asks.
fn the_exposure_of_each_pool_is_that_of_its_members(store: &dyn Store, round: usize) -> Vec<AccountFacts> {
    let accounts: Vec<AccountFacts> =
        (0..3).map(|customer| store.facts(&when(customer, "", round), soon()).unwrap().account.unwrap()).collect();
    let (as_of, mut all) = (when(0, "", round), Vec::new());
    let mut each = |_, facts| all.push(facts);
    store.all_accounts(as_of.overdue_to, as_of.horizon_to, as_of.now, &mut each).unwrap();
    assert_eq!(all, accounts, "told one by one and all at once");
    for pool in ["GROUP", "SEGMENT"] {
        let of = |account: &&AccountFacts| account.pools.iter().any(|other| other.name == pool);
        let members: Vec<&AccountFacts> = accounts.iter().filter(of).collect();
        let debit: i128 = members.iter().map(|account| i128::from(account.buckets.debit().unwrap())).sum();
        let unapplied: i128 = members.iter().map(|account| i128::from(account.buckets.unapplied)).sum();
        let told = |facts: &PoolFacts| {
            facts.sums.first().map_or((0, 0), |sum| (i128::from(sum.debit), i128::from(sum.unapplied)))
        };
        for account in members {
            let facts = account.pools.iter().find(|other| other.name == pool).unwrap();
            assert_eq!(told(facts), (debit, unapplied), "{pool}, as account {} sees it", account.id.0);
        }
        let facts = store.pool(pool, as_of.now).unwrap().unwrap();
        assert_eq!(told(&facts), (debit, unapplied), "{pool}");
    }
    accounts
}

/// What everything comes to, read as of any day, is what a fresh sum over the open items and the orders comes to.
fn kept_facts_are_what_items_and_chains_come_to(store: &dyn Store) {
    for customer in 0..3 {
        for days in [-50, -10, 0, 10, 50] {
            let (overdue_to, horizon_to) = (TODAY.plus(days), TODAY.plus(days));
            let ask = Ask { overdue_to, horizon_to, ..when(customer, "", 0) };
            let account = store.facts(&ask, soon()).unwrap().account.unwrap();
            let items = store.items(account.id, 1000).unwrap();
            let sum = |wanted: &dyn Fn(&Item) -> bool| -> i64 {
                items.iter().filter(|item| wanted(item)).map(|item| item.residual).sum()
            };
            let overdue = |item: &Item| item.kind == ItemKind::Invoice && item.due <= overdue_to;
            let disputed = |item: &Item| item.kind == ItemKind::Invoice && item.disputed;
            assert_eq!(account.buckets.overdue, sum(&overdue));
            assert_eq!(account.buckets.open, sum(&|item| item.kind == ItemKind::Invoice && !overdue(item)));
            assert_eq!(account.buckets.unapplied, sum(&|item| item.kind != ItemKind::Invoice));
            assert_eq!(account.disputed, sum(&disputed));
            assert_eq!(account.disputed_overdue, sum(&|item| disputed(item) && overdue(item)));
            let earliest =
                |wanted: &dyn Fn(&Item) -> bool| items.iter().filter(|item| wanted(item)).map(|item| item.due).min();
            assert_eq!(account.oldest_overdue, earliest(&overdue));
            assert_eq!(account.oldest_undisputed, earliest(&|item| overdue(item) && !item.disputed));
            let dunned = items.iter().filter(|item| item.kind == ItemKind::Invoice && !item.dunning_blocked);
            assert_eq!(account.dunning_level, dunned.map(|item| item.dunning_level).max().unwrap_or(0));
            for cover in account.limits.iter().filter(|limit| limit.kind == LimitKind::Insured) {
                let covered = |item: &Item| {
                    let delivered = item.delivered.unwrap();
                    item.kind == ItemKind::Invoice && cover.is_in_force(delivered)
                };
                assert_eq!(cover.covering, sum(&covered));
            }
            let chains = (0..6).filter_map(|number| store.find_order(COMPANY, &document(number)).unwrap());
            let own: Vec<Chain> = chains.filter(|chain| chain.account == account.id).collect();
            let far = |chain: &&Chain| chain.ships.is_some_and(|ships| ships > horizon_to);
            let ordered: i64 = own.iter().filter(|chain| !far(chain)).map(|chain| chain.ordered).sum();
            let later: i64 = own.iter().filter(far).map(|chain| chain.ordered).sum();
            assert_eq!((account.buckets.ordered, account.buckets.later), (ordered, later));
            let months = account.history.iter().map(|month| month.month);
            assert!(account.history.len() <= 13 && months.is_sorted());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn kept_buckets_are_what_items_and_chains_come_to(acts in proptest::collection::vec(act(), 1..40)) {
        history(Place::File, &acts);
    }
}

proptest! {
    // A server answers each of some thousand questions over a wire.
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_server_tells_the_same_of_a_history_as_a_file(acts in proptest::collection::vec(act(), 1..40)) {
        let _alone = Place::alone();
        prop_assert_eq!(history(Place::Server, &acts), history(Place::File, &acts));
    }
}

on_both!(the_number_of_items_does_not_change_what_a_step_reads);
fn the_number_of_items_does_not_change_what_a_step_reads(place: Place) {
    // Not a benchmark: the same history over few and many items answers the same.
    let home = Home::new(place);
    let store = &*home.store();
    debtor(store, "10", 1_000_000);
    debtor(store, "11", 1_000_000);
    store
        .load(
            NOW,
            TODAY,
            &mut |load| {
                for n in 0..5000 {
                    load.put_item(&item("11", &format!("I-{n}"), ItemKind::Invoice, 1, Day(n)))?;
                }
                load.put_item(&item("10", "I", ItemKind::Invoice, 5000, Day(0))).map(drop)
            },
            soon(),
        )
        .unwrap();
    let answers = ["10", "11"].map(|customer| {
        let written = run(store, reservation(customer, &format!("SO-{customer}"), 400)).unwrap();
        let account = written.account.unwrap();
        (account.buckets, account.oldest_overdue, account.next_due)
    });
    assert_eq!(answers[0], answers[1]);
    let key = AccountKey { company: COMPANY.to_owned(), customer: "11".to_owned() };
    assert_eq!(store.items(store.resolve(&key, soon()).unwrap().unwrap(), 3).unwrap().len(), 3);
    let chain = store.facts(&ask("11", "SO-11"), soon()).unwrap().chain.unwrap();
    assert_eq!((chain.state, chain.ordered), (ChainState::Active, 400));
}
