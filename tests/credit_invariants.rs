//! I1 to I10: what always holds, whatever the policy, the facts and the order of events. Each finds its own smallest
//! case when it fails.
//!
//! The pure ones ask the decision directly, over random policies and facts; those about a history play a short one
//! through an engine on a store.

mod common;

use common::places::{Place, decisions};
use common::*;
use obligor::calendar::{Day, Instant};
use obligor::credit::{
    AccountFacts, AccountId, Action, Buckets, Chain, Document, Limit, LimitKind, Month, PoolFacts, PoolKind, PoolSum,
    Profile, Request, Stage, Status, act, decide,
};
use obligor::engine::{AccountName, Engine, ItemsRequest, OrderRequest, PoolRequest, PoolWire};
use obligor::money::{Currency, Money, Rate, Rounding};
use obligor::policy::{Bucket, Checkpoint, Exclusion, Policy, RiskClass, Rule, Scope, Test, Unknown};
use obligor::reason::{Code, Outcome};
use obligor::store::{AccountRecord, ItemKind};
use proptest::prelude::*;

const TODAY: Day = Day(20_779);

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn dkk(minor: i64) -> Money {
    Money::new(minor, currency("DKK"))
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

// --- Random policies and facts -----------------------------------------------------------------------------------------

fn test() -> impl Strategy<Value = Test> {
    let above = || (0..2_000_i64).prop_map(|minor| vec![dkk(minor)]);
    let share = || 0..12_000_u32;
    let bucket = proptest::sample::select(vec![
        Bucket::Ordered,
        Bucket::Delivered,
        Bucket::Drafted,
        Bucket::Open,
        Bucket::Overdue,
    ]);
    prop_oneof![
        4 => (0..3_000_u32, any::<bool>())
            .prop_map(|(tolerance_basis_points, dynamic)| Test::OverLimit { tolerance_basis_points, dynamic }),
        1 => above().prop_map(|above| Test::OverdueAmount { above }),
        1 => (0..40_u32, above()).prop_map(|(above, small)| Test::OverdueDays { above, small }),
        1 => share().prop_map(|above| Test::OverdueShare { above: above.min(10_000) }),
        1 => share().prop_map(|above| Test::Utilisation { above }),
        1 => above().prop_map(|above| Test::DocumentValue { above }),
        1 => (0..5_u8).prop_map(|above| Test::DunningLevel { above }),
        1 => (0..30_u32).prop_map(|above| Test::PaymentBehaviour { above }),
        1 => (share(), 0..4_u32).prop_map(|(above, at_least)| Test::DisputeRate { above, at_least }),
        1 => Just(Test::LimitOpenEnded),
        1 => (0..20_u32).prop_map(|buffer_days| Test::ReviewDue { buffer_days }),
        1 => Just(Test::TermsChanged),
        1 => (0..3_000_u32).prop_map(|above| Test::Discount { above }),
        1 => (bucket, above()).prop_map(|(bucket, above)| Test::BucketAmount { bucket, above }),
        1 => (0..100_i32).prop_map(|below| Test::Score { below }),
        1 => proptest::sample::select(vec![Status::Stop, Status::Hold, Status::Watch]).prop_map(|is| Test::Status { is }),
        1 => Just(Test::Always),
    ]
}

/// Outcomes that stop or alert. A rule that only approves says nothing about any other.
fn stopping() -> impl Strategy<Value = Outcome> {
    proptest::sample::select(vec![Outcome::ApproveWithAlert, Outcome::Prepay, Outcome::Hold, Outcome::Refuse])
}

fn scope() -> impl Strategy<Value = Scope> {
    let classes = prop_oneof![2 => Just(Vec::new()), 1 => Just(vec!["A".to_owned()]), 1 => Just(vec!["B".to_owned()])];
    let companies = prop_oneof![3 => Just(Vec::new()), 1 => Just(vec!["NW01".to_owned()])];
    (classes, companies, proptest::option::weighted(0.2, 0..400_u32), proptest::option::weighted(0.2, 0..12_000_u32))
        .prop_map(|(classes, companies, younger_than_days, utilisation_above)| Scope {
            classes,
            companies,
            younger_than_days,
            utilisation_above,
            at: Vec::new(),
        })
}

fn rule() -> impl Strategy<Value = Rule> {
    let unknown = proptest::option::weighted(
        0.3,
        (stopping(), 0..500_i64).prop_map(|(then, most)| Unknown { then, up_to: vec![dkk(most)] }),
    );
    (test(), stopping(), scope(), unknown, 1..10_001_u32).prop_map(|(test, then, scope, unknown, share)| Rule {
        name: "rule".to_owned(),
        test,
        then,
        release_by: Some("credit_manager".to_owned()),
        if_already_over: None,
        scope,
        unknown,
        deposit_basis_points: None,
        prepay_basis_points: share,
    })
}

fn policy() -> impl Strategy<Value = Policy> {
    let exclusion = (scope(), proptest::option::of(0..1_500_i64), any::<bool>()).prop_map(|(scope, up_to, stop)| {
        let up_to = up_to.map(dkk).into_iter().collect();
        let lifts = if stop { Outcome::Refuse } else { Outcome::Hold };
        // One that names a utilisation takes out those who owe much: whoever pays, or orders less, falls back into the rules.
        // Such a policy is not monotone, and says so itself.
        let scope = Scope { utilisation_above: None, ..scope };
        Exclusion { name: "exclusion".to_owned(), scope, up_to, rules: Vec::new(), lifts }
    });
    (
        proptest::collection::vec(rule(), 0..6),
        proptest::collection::vec(exclusion, 0..2),
        (any::<bool>(), any::<bool>(), 0..5_u16),
        (stopping(), stopping()),
    )
        .prop_map(|(rules, exclusions, (reduce, disputed, grace), (missing, expired))| {
            let mut policy = Policy::standard().unwrap();
            policy.rules = rules;
            policy.exclusions = exclusions;
            policy.classes = [("A", 60), ("B", 20)]
                .map(|(name, score_from)| RiskClass { name: name.to_owned(), score_from, proposed_limits: Vec::new() })
                .into();
            policy.facts.unapplied_credits_reduce = reduce;
            policy.facts.disputed_count_as_overdue = disputed;
            policy.facts.limit_grace_days = grace;
            policy.facts.limit_missing = missing;
            policy.facts.limit_expired = expired;
            policy
        })
}

fn buckets() -> impl Strategy<Value = Buckets> {
    let amount = || prop_oneof![1 => Just(0_i64), 2 => 0..1_200_i64];
    (amount(), amount(), amount(), amount(), amount(), amount(), amount()).prop_map(
        |(ordered, later, delivered, drafted, open, overdue, unapplied)| Buckets {
            ordered,
            later,
            delivered,
            drafted,
            open,
            overdue,
            unapplied,
        },
    )
}

fn limits() -> impl Strategy<Value = Vec<Limit>> {
    let kind =
        proptest::sample::select(vec![LimitKind::Base, LimitKind::Base, LimitKind::Temporary, LimitKind::Insured]);
    let day = || proptest::option::of(-10..10_i32).prop_map(|day| day.map(|day| TODAY.plus(day)));
    let limit = (kind, proptest::option::weighted(0.9, 0..4_000_i64), day(), day(), 1..10_001_u32, 0..3_000_i64)
        .prop_map(|(kind, amount, from, to, share, covering)| {
            let insured = kind == LimitKind::Insured;
            Limit {
                kind,
                amount: if insured { amount.or(Some(100)) } else { amount },
                from,
                to,
                share: if insured { share } else { Limit::WHOLE },
                covering: if insured { covering } else { 0 },
            }
        });
    proptest::collection::vec(limit, 0..4)
}

fn account() -> impl Strategy<Value = AccountFacts> {
    let pool = (limits(), 0..5_000_i64, 0..500_i64);
    let profile =
        (proptest::option::of(0..100_i32), proptest::option::of(0..500_i32), proptest::option::of(-20..20_i32));
    let status = proptest::sample::select(vec![Status::Ok, Status::Ok, Status::Watch, Status::Hold, Status::Stop]);
    (
        (buckets(), limits(), proptest::collection::vec(pool, 0..3)),
        (profile, proptest::option::of(0..60_u16), status),
        (0..60_i32, 0..5_u8, 0..1_000_i64),
        proptest::option::of((1..1_000_i64, 0..30_000_i64, 0..9_u32, 0..9_u32)),
    )
        .prop_map(
            |(
                (buckets, limits, pools),
                ((score, since, review), terms_days, status),
                (late, dunned, disputed),
                month,
            )| {
                let pools = pools.into_iter().enumerate().map(|(at, (limits, debit, unapplied))| PoolFacts {
                    name: format!("P{at}"),
                    kind: PoolKind::Group,
                    currency: currency("DKK"),
                    limits: limits.into_iter().filter(|limit| limit.kind != LimitKind::Insured).collect(),
                    // The account is one of its members.
                    sums: Box::new([PoolSum {
                        currency: currency("DKK"),
                        rate: None,
                        debit: debit + buckets.debit().unwrap(),
                        unapplied: unapplied + buckets.unapplied,
                    }]),
                });
                let overdue = (buckets.overdue > 0).then(|| TODAY.plus(-late));
                let history = month.map(|(paid, late, invoiced, disputed)| Month {
                    month: TODAY.month(),
                    paid,
                    late,
                    invoiced,
                    disputed: disputed.min(invoiced),
                });
                AccountFacts {
                    status,
                    buckets,
                    limits: limits.into(),
                    aged_to: TODAY.plus(-1),
                    oldest_overdue: overdue,
                    oldest_undisputed: overdue.filter(|_| disputed < buckets.overdue),
                    disputed_overdue: disputed.min(buckets.overdue),
                    dunning_level: dunned,
                    horizon_to: TODAY.plus(30),
                    profile: Profile {
                        score,
                        customer_since: since.map(|days| TODAY.plus(-days)),
                        next_review: review.map(|days| TODAY.plus(days)),
                        terms_days,
                        ..Profile::default()
                    },
                    history: history.into_iter().collect(),
                    pools: pools.collect(),
                    ..AccountFacts::new(AccountId(1), "NW01", currency("DKK"))
                }
            },
        )
}

/// A document of this amount, with terms, a discount and a day it ships.
fn document(minor: i64, (terms_days, discount, ships): (Option<u16>, Option<u32>, Option<i32>)) -> Document<'static> {
    let ships = ships.map(|days| TODAY.plus(days));
    Document { terms_days, discount, ships, ..Document::of(dkk(minor)) }
}

fn said() -> impl Strategy<Value = (Option<u16>, Option<u32>, Option<i32>)> {
    (proptest::option::of(0..90_u16), proptest::option::of(0..4_000_u32), proptest::option::of(0..60_i32))
}

fn stops(policy: &Policy, account: &AccountFacts, document: &Document<'_>) -> Outcome {
    let outcome = decide(policy, Some(account), document, TODAY).unwrap().outcome;
    // Whether somebody asked, and whether somebody is told, is no question of passing.
    if outcome.grants() { Outcome::Approve } else { outcome }
}

proptest! {
    #![proptest_config(config(4_000))]

    /// I3 for a smaller document: every kind of rule is monotone in it, and scopes and exclusions speak of the smaller one no
    /// less kindly (a rule's utilisation above, an exclusion's value up to).
    #[test]
    fn i3_what_passes_passes_smaller(
        policy in policy(), account in account(), said in said(), large in 0..3_000_i64, small in 0..3_000_i64,
    ) {
        let small = small.min(large);
        let before = stops(&policy, &account, &document(large, said));
        let after = stops(&policy, &account, &document(small, said));
        prop_assert!(after <= before, "{large}: {before:?}, {small}: {after:?}");
    }

    /// I3 for more money: what is paid on account never turns a pass into a stop.
    #[test]
    fn i3_what_passes_passes_richer(
        policy in policy(), account in account(), said in said(), minor in 1..3_000_i64, paid in 0..3_000_i64,
    ) {
        let document = document(minor, said);
        let mut richer = account.clone();
        richer.buckets.unapplied += paid;
        for pool in &mut richer.pools {
            pool.sums[0].unapplied += paid;
        }
        prop_assert!(stops(&policy, &richer, &document) <= stops(&policy, &account, &document));
    }

    /// I3 for an invoice that is paid: open or overdue, in part or in full.
    #[test]
    fn i3_what_passes_passes_when_an_invoice_is_paid(
        policy in policy(), account in account(), said in said(), minor in 1..3_000_i64, paid in 0..1_500_i64, late: bool,
    ) {
        let document = document(minor, said);
        let mut payer = account.clone();
        let bucket = if late { &mut payer.buckets.overdue } else { &mut payer.buckets.open };
        let paid = paid.min(*bucket);
        *bucket -= paid;
        payer.disputed_overdue = payer.disputed_overdue.min(payer.buckets.overdue);
        if payer.buckets.overdue == 0 {
            (payer.oldest_overdue, payer.oldest_undisputed) = (None, None);
        }
        for pool in &mut payer.pools {
            pool.sums[0].debit -= paid;
        }
        // The one rule that looks at a share of what is open: to pay what is not due makes the rest a larger share of it.
        let mut policy = policy;
        policy.rules.retain(|rule| late || !matches!(rule.test, Test::OverdueShare { .. }));
        // Paying what is overdue and not disputed leaves what is disputed, which may be all there is: still no more.
        prop_assert!(stops(&policy, &payer, &document) <= stops(&policy, &account, &document));
    }

    /// I3 for a higher limit, of the account or a pool, of whatever kind, in force or not.
    #[test]
    fn i3_what_passes_passes_with_a_higher_limit(
        policy in policy(), account in account(), said in said(), minor in 1..3_000_i64, which: usize, more in 0..3_000_i64,
        none: bool,
    ) {
        let document = document(minor, said);
        let mut higher = account.clone();
        let count = higher.limits.len() + higher.pools.iter().map(|pool| pool.limits.len()).sum::<usize>();
        let raise = |limit: &mut Limit| {
            limit.amount = limit.amount.map(|amount| amount + more).filter(|_| !none || limit.kind == LimitKind::Insured);
        };
        let all = higher.limits.iter_mut().chain(higher.pools.iter_mut().flat_map(|pool| pool.limits.iter_mut()));
        all.skip(which % count.max(1)).take(1).for_each(raise);
        prop_assert!(stops(&policy, &higher, &document) <= stops(&policy, &account, &document));
    }

    /// I6 for the decision itself: the same arguments, the same bytes.
    #[test]
    fn i6_the_same_question_has_the_same_answer(policy in policy(), account in account(), said in said(), minor: i32) {
        let document = document(minor.into(), said);
        let answer = || serde_json::to_string(&decide(&policy, Some(&account), &document, TODAY).unwrap()).unwrap();
        let told: AccountFacts = serde_json::from_str(&serde_json::to_string(&account).unwrap()).unwrap();
        prop_assert_eq!(&told, &account, "what is recorded is what was known");
        prop_assert_eq!(answer(), answer());
    }

    /// I1 and I4 along one chain: whatever is done, the parts never exceed what was asked for, what is told of the exposure
    /// is what the parts come to, and giving up leaves nothing ordered.
    #[test]
    fn i4_parts_never_exceed_the_order(
        policy in policy(), mut account in account(),
        steps in proptest::collection::vec((0..7_u8, 1..800_i64, 1..5_usize), 1..14),
    ) {
        (account.buckets, account.pools) = (Buckets::default(), Box::default());
        let stages = [Stage::Ordered, Stage::Delivered, Stage::Drafted, Stage::Invoiced, Stage::Settled];
        let mut chain: Option<Chain> = None;
        for (what, minor, to) in steps {
            let amount = Some(dkk(minor));
            let request = match what {
                0 => Request { amount, ..Request::of(Action::Reserve) },
                1 => Request { amount, ..Request::of(Action::Change) },
                2 | 3 => Request { amount, to: Some(stages[to]), ..Request::of(Action::Convert) },
                4 => Request::of(Action::Cancel),
                5 => Request { amount, ..Request::of(Action::Reopen) },
                _ => Request { checkpoint: Some(Checkpoint::Confirm), ..Request::of(Action::Pass) },
            };
            let Ok(done) = act(&policy, Some(&account), chain.as_ref(), "SO-1", &request, Instant(9), TODAY) else { continue };
            let over = done.decision.reasons.iter().any(|reason| reason.code == Code::OverDelivery);
            if let Some(after) = &done.chain {
                let held = |chain: Option<&Chain>| chain.map(|chain| chain.held(account.horizon_to)).unwrap_or_default();
                let (was, is) = (held(chain.as_ref()), held(Some(after)));
                account.buckets.ordered += is.ordered - was.ordered;
                account.buckets.delivered += is.delivered - was.delivered;
                account.buckets.drafted += is.drafted - was.drafted;
                account.buckets.open += after.invoiced - chain.as_ref().map_or(0, |chain| chain.invoiced);
                let all = after.ordered + after.moved().unwrap();
                prop_assert!(all <= after.amount, "{after:?} has more than it is");
                let grew = after.amount > chain.as_ref().map_or(0, |chain| chain.amount);
                prop_assert!(request.action != Action::Convert || !grew || over, "it grew without an alert");
                prop_assert!(request.action != Action::Cancel || after.ordered == 0);
                chain = done.chain;
            }
            let owed = account.buckets.debit().unwrap();
            prop_assert_eq!(done.decision.exposure_after, Some(dkk(owed)), "{:?}", request);
        }
    }

    /// I9: a sum is converted, not its parts; the two differ by at most one minor unit for each part.
    #[test]
    fn i9_a_sum_is_converted_once(parts in proptest::collection::vec(-100_000..100_000_i64, 1..9), rate in 1..90_000_u32) {
        let rate = Rate::parse(&format!("{}.{:04}", rate / 10_000, rate % 10_000)).unwrap();
        for rounding in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Up] {
            let convert = |minor| rate.convert(Money::new(minor, currency("EUR")), currency("DKK"), rounding).unwrap().minor;
            let (whole, apart) = (convert(parts.iter().sum()), parts.iter().map(|part| convert(*part)).sum::<i64>());
            let most = i64::try_from(parts.len()).unwrap();
            prop_assert!((whole - apart).abs() <= most, "{whole} and {apart}");
        }
        let pool = PoolFacts {
            name: "P".to_owned(),
            kind: PoolKind::Group,
            currency: currency("DKK"),
            limits: Box::default(),
            sums: Box::new([PoolSum { currency: currency("EUR"), rate: Some("7.4605".to_owned()), debit: 333, unapplied: 0 }]),
        };
        let more: i64 = parts.iter().map(|part| part.abs()).sum();
        let together = pool.exposure(true, Rounding::HalfUp, (more, currency("EUR"))).unwrap().unwrap().minor;
        let once = Rate::parse("7.4605").unwrap();
        let sum = Money::new(333 + more, currency("EUR"));
        prop_assert_eq!(together, once.convert(sum, currency("DKK"), Rounding::HalfUp).unwrap().minor);
    }
}

// --- Histories through an engine ---------------------------------------------------------------------------------------

/// What a host does to one of two customers, in a form that does not name days.
#[derive(Debug, Clone)]
enum Call {
    Reserve { document: u8, minor: i64 },
    Change { document: u8, minor: i64 },
    Convert { document: u8, to: usize, minor: Option<i64> },
    Cancel { document: u8 },
    Reopen { document: u8, minor: i64 },
    Reevaluate { document: u8 },
    Overrule { document: u8, minor: i64 },
    Limit { minor: i64 },
    Post { item: u8, minor: i64, credit: bool },
}

fn call() -> impl Strategy<Value = Call> {
    let document = || 0..4_u8;
    let minor = || 1..900_00_i64;
    prop_oneof![
        5 => (document(), minor()).prop_map(|(document, minor)| Call::Reserve { document, minor }),
        2 => (document(), minor()).prop_map(|(document, minor)| Call::Change { document, minor }),
        4 => (document(), 1..5_usize, proptest::option::of(minor()))
            .prop_map(|(document, to, minor)| Call::Convert { document, to, minor }),
        1 => document().prop_map(|document| Call::Cancel { document }),
        1 => (document(), minor()).prop_map(|(document, minor)| Call::Reopen { document, minor }),
        1 => document().prop_map(|document| Call::Reevaluate { document }),
        1 => (document(), minor()).prop_map(|(document, minor)| Call::Overrule { document, minor }),
        1 => (0..2_000_00_i64).prop_map(|minor| Call::Limit { minor }),
        1 => (0..3_u8, 0..300_00_i64, any::<bool>()).prop_map(|(item, minor, credit)| Call::Post { item, minor, credit }),
    ]
}

const STAGES: [Stage; 5] = [Stage::Ordered, Stage::Delivered, Stage::Drafted, Stage::Invoiced, Stage::Settled];

fn amount(minor: i64) -> String {
    dkk(minor).to_string()
}

/// An order of one customer: documents are the customer's own.
fn of(customer: &str, document: u8, key: &str) -> OrderRequest {
    OrderRequest {
        company: "NW01".to_owned(),
        customer: customer.to_owned(),
        document: format!("{customer}-{document}"),
        key: key.to_owned(),
        item: format!("I-{document}"),
        due: Day::parse("2027-01-31"),
        ..OrderRequest::default()
    }
}

/// Does it; returns the outcome, when it was answered.
fn play(desk: &Desk, customer: &str, call: &Call, key: &str) -> Option<Outcome> {
    let with = |document: u8, minor: i64| OrderRequest { amount: Some(dkk(minor)), ..of(customer, document, key) };
    let engine = &desk.engine;
    let answer = match call {
        Call::Reserve { document, minor } => engine.reserve(&with(*document, *minor)),
        Call::Change { document, minor } => engine.change(&with(*document, *minor)),
        Call::Convert { document, to, minor } => engine.convert(&OrderRequest {
            to: Some(STAGES[*to]),
            amount: minor.map(dkk),
            ..of(customer, *document, key)
        }),
        Call::Cancel { document } => engine.cancel(&of(customer, *document, key)),
        Call::Reopen { document, minor } => engine.reopen(&with(*document, *minor)),
        Call::Reevaluate { document } => engine.reevaluate(&of(customer, *document, key)),
        Call::Overrule { document, minor } => engine.reserve(&OrderRequest {
            overrule: true,
            user: "ann".to_owned(),
            role: "credit_manager".to_owned(),
            reason: "agreed".to_owned(),
            ..with(*document, *minor)
        }),
        Call::Limit { minor } => {
            desk.limit(customer, &amount(*minor));
            return None;
        }
        Call::Post { item, minor, credit } => {
            let kind = if *credit { ItemKind::Payment } else { ItemKind::Invoice };
            desk.item(customer, &format!("P-{item}"), kind, &amount(*minor), "2027-01-31");
            return None;
        }
    };
    answer.ok().map(|answer| answer.decision.outcome)
}

/// Everything a host can see of a customer.
fn seen(engine: &Engine, customer: &str) -> String {
    let id = engine.resolve(&key(customer)).unwrap();
    let position = engine.position_of(id).unwrap();
    let items = engine.items(&ItemsRequest { account: AccountName::Id(id), most: None }).unwrap();
    let documents =
        (0..4_u8).map(|document| engine.store().find_order("NW01", &format!("{customer}-{document}")).unwrap());
    let orders: Vec<Option<Chain>> =
        documents.map(|chain| chain.map(|chain| Chain { account: AccountId(0), ..chain })).collect();
    format!("{:?} {:?} {:?} {items:?} {orders:?}", position.facts.buckets, position.effective, position.facts.history)
}

fn pooled(desk: &Desk) {
    let rates = std::collections::BTreeMap::new();
    let pool = PoolWire { pool: "P".to_owned(), kind: PoolKind::Group, currency: currency("DKK"), rates };
    desk.engine.put_pool(&pool).unwrap();
    for customer in ["10", "11"] {
        desk.engine
            .put_account(&AccountRecord {
                key: key(customer),
                currency: currency("DKK"),
                status: Status::Ok,
                profile: None,
                pools: Some(vec!["P".to_owned()]),
            })
            .unwrap();
    }
}

/// One store or the other; of so many cases each gets about half.
fn place() -> impl Strategy<Value = Place> {
    proptest::sample::select(Place::BOTH.to_vec())
}

fn desk(place: Place) -> Desk {
    let desk = Desk::new(place);
    desk.customer("10", "1000.00 DKK");
    desk.customer("11", "700.00 DKK");
    desk
}

fn calls(most: usize) -> impl Strategy<Value = Vec<(bool, Call)>> {
    proptest::collection::vec((any::<bool>(), call()), 1..most)
}

fn customer(first: bool) -> &'static str {
    if first { "10" } else { "11" }
}

proptest! {
    #![proptest_config(config(48))]

    /// I1, I2, I5, I6 and I10 along a history.
    #[test]
    fn i1_i2_i5_i6_i10_along_a_history(place in place(), calls in calls(30)) {
        let desk = desk(place);
        pooled(&desk);
        // What may stand above the limit: what was overruled, was there when the limit fell, came from outside, or was
        // more than was ordered.
        let mut excused = [0_i64; 2];
        let position = |customer: &str| desk.engine.position_of(desk.engine.resolve(&key(customer)).unwrap()).unwrap();
        for (at, (first, call)) in calls.iter().enumerate() {
            let who = customer(*first);
            let was = position(who).exposure.minor;
            let outcome = play(&desk, who, call, &format!("K-{at}"));
            let now = position(who);
            let (owed, limit) = (now.exposure.minor, now.effective.unwrap());
            // I1: the buckets sum to the exposure.
            prop_assert_eq!(owed, now.facts.buckets.debit().unwrap() - now.facts.buckets.unapplied);
            // I2: above the limit only for a reason.
            let excuse = &mut excused[usize::from(*first)];
            let outside = matches!(call, Call::Limit { .. } | Call::Post { .. } | Call::Overrule { .. });
            let beyond = matches!(call, Call::Convert { .. });
            if owed > limit && (outside || beyond) {
                *excuse = (*excuse).max(owed - limit);
            }
            let asked = matches!(call, Call::Reserve { .. } | Call::Change { .. } | Call::Reopen { .. } | Call::Reevaluate { .. });
            prop_assert!(!(asked && owed > was && owed > limit), "{call:?} took {owed} of {limit}");
            prop_assert!(owed <= limit + *excuse || owed <= was, "{call:?}: {owed} of {limit}, {excuse} excused");
            prop_assert!(!asked || outcome.is_none_or(Outcome::grants) || owed <= was, "what was not granted took something");
            // I5: what is closed is closed, and gives nothing more.
            if let (Call::Cancel { document }, Some(_)) = (call, outcome) {
                let again = play(&desk, who, call, &format!("again {at}"));
                prop_assert_eq!(again, None, "{} was given up twice", document);
            }
            // I10: the pool's exposure is the sum of its members'.
            let pool = desk.engine.pool(&PoolRequest { pool: "P".to_owned() }).unwrap();
            let members = position("10").exposure.minor + position("11").exposure.minor;
            prop_assert_eq!(pool.exposure.map(|money| money.minor), Some(members));
        }
        // I1 once more, from the items and orders themselves; I6: every decision on record is made again, bit for bit.
        let verified = desk.engine.verify(&mut |_, _| true).unwrap();
        prop_assert!(verified.faults.is_empty(), "{:?}", verified.faults);
        for id in decisions(&desk.engine) {
            let replay = desk.engine.replay(id).unwrap();
            prop_assert!(replay.same, "decision {id} comes out otherwise: {replay:?}");
        }
    }

    /// I4: reserving and giving up is the identity; an amount reserved in two steps is the amount reserved in one.
    #[test]
    fn i4_reserving_and_giving_up_is_the_identity(
        place in place(),
        before in proptest::collection::vec(call(), 0..8), one in 1..900_00_i64, other in 1..900_00_i64,
    ) {
        let desk = desk(place);
        for (at, call) in before.iter().enumerate() {
            play(&desk, "10", call, &format!("K-{at}"));
        }
        let new = |document: &str, key: &str, minor: i64| order("10", document, key, &amount(minor));
        let there = desk.exposure("10");
        let first = desk.engine.reserve(&new("N-1", "a", one)).unwrap().decision.outcome;
        let both = first.grants()
            && desk.engine.change(&new("N-1", "b", one + other)).unwrap().decision.outcome.grants();
        let after = desk.exposure("10");
        let _ = desk.engine.cancel(&new("N-1", "c", 1));
        prop_assert_eq!(desk.exposure("10"), there.clone());
        let whole = desk.engine.reserve(&new("N-2", "d", one + other)).unwrap().decision.outcome;
        prop_assert_eq!(both, whole.grants());
        if both {
            prop_assert_eq!(desk.exposure("10"), after);
        }
    }

    /// I7: what happens to one account is no matter of another that shares nothing with it.
    #[test]
    fn i7_unrelated_accounts_do_not_matter_to_each_other(place in place(), calls in calls(24)) {
        let (mixed, apart) = (desk(place), desk(place));
        let told: Vec<(usize, Option<Outcome>)> = calls
            .iter()
            .enumerate()
            .map(|(at, (first, call))| (at, play(&mixed, customer(*first), call, &format!("K-{at}"))))
            .collect();
        let mut alone = Vec::new();
        for one in [true, false] {
            for (at, (first, call)) in calls.iter().enumerate().filter(|(_, (first, _))| *first == one) {
                alone.push((at, play(&apart, customer(*first), call, &format!("K-{at}"))));
            }
        }
        alone.sort_by_key(|(at, _)| *at);
        prop_assert_eq!(told, alone);
        for one in ["10", "11"] {
            prop_assert_eq!(seen(&mixed.engine, one), seen(&apart.engine, one));
        }
    }

    /// I8: what a check says is what the reservation that comes next gets, with its reasons and its numbers; and the same
    /// key gets the same answer once more.
    #[test]
    fn i8_a_check_is_what_the_reservation_gets(
        place in place(),
        calls in calls(16), document in 0..4_u8, minor in 1..900_00_i64, first: bool, share: bool,
    ) {
        let desk = desk(place);
        if share {
            pooled(&desk);
        }
        for (at, (first, call)) in calls.iter().enumerate() {
            play(&desk, customer(*first), call, &format!("K-{at}"));
        }
        let request = OrderRequest { amount: Some(dkk(minor)), ..of(customer(first), document, "last") };
        let checked = desk.engine.check(&request);
        let chain = desk.engine.store().find_order("NW01", &request.document).unwrap();
        let taken = match obligor::credit::action_of_a_check(chain.as_ref()) {
            Action::Change => desk.engine.change(&request),
            Action::Reopen => desk.engine.reopen(&request),
            _ => desk.engine.reserve(&request),
        };
        match (checked, taken) {
            (Ok(checked), Ok(taken)) => {
                prop_assert_eq!(&checked.decision, &taken.decision);
                let chain = desk.engine.store().find_order("NW01", &request.document).unwrap();
                let again = match obligor::credit::action_of_a_check(chain.as_ref()) {
                    _ if !taken.decision.outcome.grants() => None,
                    _ => desk.engine.reserve(&request).or_else(|_| desk.engine.change(&request)).ok(),
                };
                if let Some(again) = again.filter(|again| again.repeated) {
                    prop_assert_eq!(again.decision, taken.decision);
                }
            }
            (Err(checked), Err(taken)) => prop_assert_eq!(checked.kind(), taken.kind()),
            (checked, taken) => prop_assert!(false, "{:?} and then {:?}", checked, taken),
        }
    }
}
