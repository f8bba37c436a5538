//! Cases without a file: at each threshold of two policies and just above it, in each of their scopes.
//!
//! Nothing is random: the same two policies give the same cases. [`sample`] mixes several facts in one case, drawn by a
//! generator with a fixed seed.

use super::case::{Case, Item};
use crate::calendar::Day;
use crate::credit::{Limit, LimitKind, Month};
use crate::money::{Currency, Money};
use crate::policy::{Bucket, Checkpoint, Policy, Scope, Status, Test};

/// At most this many cases are made.
pub const MAX_CASES: usize = 100_000;
/// At most this many scopes are looked at.
const MAX_SCOPES: usize = 60;
/// Facts that a case of [`sample`] mixes.
const MIXED: u64 = 3;
/// A due day so long ago that no policy forgives it: more than grace and thresholds can be together.
const LONG_AGO: i32 = 9_000;

/// What one case is about, beside its scope.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Probe {
    /// Nothing in particular.
    Plain,
    /// Exposure with the order at a share of the limit, and so many minor units more.
    Used { share: u32, more: i64 },
    /// Another order is three times the limit, more than any tolerance; it ships after so many days.
    ShipsIn { days: i32 },
    /// So much is overdue for longer than anybody forgives.
    Overdue(Money),
    /// An item is so many days past its due day.
    Late { days: i32, amount: i64 },
    /// So many hundredths of a per cent of the open items are overdue, and so many minor units more.
    OverdueShare { share: u32, more: i64 },
    /// The order has this value.
    Value(Money),
    /// The order has this value while something is long overdue.
    ValueWhileLate(Money),
    /// The order has this value while nothing else is known.
    ValueUnknown(Money),
    /// An open item has this dunning level.
    Dunned(u8),
    /// The customer pays so many days late.
    PaysLate(u32),
    /// So many of so many invoices were disputed.
    Disputed { disputed: u32, of: u32 },
    /// The review was due so many days ago.
    ReviewDue(i32),
    /// Terms so much longer than agreed.
    Terms(u16),
    /// The order's discount.
    Discount(u32),
    /// A bucket holds this, with the order where it lands there.
    Holds(Bucket, Money),
    /// The customer's score.
    Score(i32),
    /// The account's status.
    Is(Status),
    /// No limit is on record.
    NoLimitOnRecord,
    /// The limit is none.
    Unlimited,
    /// The limit is zero.
    Zero,
    /// The limit has no last day.
    OpenEnded,
    /// The limit ended so many days ago.
    Ended(i32),
    /// Far more than the limit is owed, and credits cover it.
    Credits,
    /// Something long overdue is disputed.
    DisputedItem,
    /// The order is paid in advance.
    Prepaid,
    /// The order is in another currency, without a rate.
    OtherCurrency,
    /// The customer belongs to the own group.
    Internal,
    /// There is no such customer.
    Nobody,
}

/// A scope of a rule, as a customer and a moment that are in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Place {
    class: Option<String>,
    company: String,
    customer_for: Option<u32>,
    at: Checkpoint,
    /// More of the limit is used than this, in hundredths of a per cent.
    used: Option<u32>,
}

/// Cases that stand at the thresholds of both policies, and just above them, in each of their scopes.
pub fn grid(a: &Policy, b: &Policy, today: Day) -> Vec<Case> {
    let (places, currencies) = (places(a, b), currencies(a, b));
    let probes = probes(a, b);
    let mut cases = Vec::new();
    for place in &places {
        for probe in &probes {
            // A threshold in a currency is asked about in that currency; all else in the first.
            let currency = probe.currency().or_else(|| currencies.first().copied());
            let Some(currency) = currency else { continue };
            if cases.len() >= MAX_CASES {
                return cases;
            }
            let mut case = base(place, currency, today);
            probe.apply(&mut case, today);
            place.fill(&mut case, today);
            case.name = format!("{}{}", probe.told(), place.told());
            cases.extend(Some(case).filter(|case| fits(a, b, case, today)));
        }
    }
    cases
}

/// So many cases, at most [`MAX_CASES`] and less those whose amounts would not fit, of which each mixes several facts at or near the thresholds of both policies.
pub fn sample(a: &Policy, b: &Policy, today: Day, count: usize) -> Vec<Case> {
    let (places, currencies, probes) = (places(a, b), currencies(a, b), probes(a, b));
    let mut seed = 0x6f62_6c69_676f_7221;
    let mut next =
        |below: usize| usize::try_from(draw(&mut seed) % u64::try_from(below.max(1)).unwrap_or(1)).unwrap_or(0);
    let mut cases = Vec::new();
    for number in 1..=count.min(MAX_CASES) {
        let place = places.get(next(places.len())).cloned().unwrap_or_default();
        let Some(currency) = currencies.get(next(currencies.len())).copied() else { continue };
        let mut case = base(&place, currency, today);
        let mut told = Vec::new();
        for _ in 0..MIXED {
            let Some(probe) = probes.get(next(probes.len())) else { continue };
            if probe.currency().is_none_or(|of| of == currency) {
                probe.apply(&mut case, today);
                told.push(probe.told());
            }
        }
        place.fill(&mut case, today);
        case.name = format!("sample {number}: {}{}", told.join(", "), place.told());
        cases.extend(Some(case).filter(|case| fits(a, b, case, today)));
    }
    cases
}

/// Whether its amounts can be added. Those of a policy may be so large that twice as much is too much.
fn fits(a: &Policy, b: &Policy, case: &Case, today: Day) -> bool {
    [a, b].into_iter().all(|policy| super::answer(policy, case, today).is_ok())
}

/// SplitMix64: small, and the same on every machine.
fn draw(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A good customer with a limit of 100,000.00 or so, and an order of 100.00.
fn base(place: &Place, currency: Currency, today: Day) -> Case {
    let unit = unit(currency);
    let mut case = Case::new("", Money::new(100 * unit, currency));
    let until = today.plus(365);
    case.limits = vec![Limit { to: Some(until), ..Limit::always(LimitKind::Base, Some(100_000 * unit)) }];
    case.company.clone_from(&place.company);
    case.profile.risk_class.clone_from(&place.class);
    case.profile.customer_since = place.customer_for.map(|days| today.plus(-whole(days)));
    case.profile.next_review = Some(today.plus(30));
    case.profile.terms_days = Some(30);
    case.order.terms_days = Some(30);
    case.order.discount = Some(0);
    case.order.checkpoint = place.at;
    case.history = vec![Month { month: today.month(), paid: 100, late: 0, invoiced: 10, disputed: 0 }];
    case
}

fn unit(currency: Currency) -> i64 {
    10_i64.pow(u32::from(currency.decimals()))
}

fn whole(days: u32) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}

impl Place {
    fn of(scope: &Scope, at: Checkpoint, customer_for: Option<u32>) -> Self {
        Self {
            class: scope.classes.first().cloned(),
            company: scope.companies.first().cloned().unwrap_or_default(),
            customer_for,
            at,
            used: scope.utilisation_above,
        }
    }

    /// Uses as much of the limit as the scope asks for, if the case does not yet.
    fn fill(&self, case: &mut Case, today: Day) {
        let limit = case.limits.first().and_then(|limit| limit.amount);
        let (Some(share), Some(limit)) = (self.used, limit) else { return };
        let held = case.items.iter().map(|item| item.residual).chain(case.ordered.iter().map(|(amount, _)| *amount));
        let held: i128 = held.chain([case.delivered, case.drafted, case.order.amount.minor]).map(i128::from).sum();
        // A hundredth of a per cent more, which is the smallest step that a scope sees.
        let used = i128::from(limit) * (i128::from(share) + 1) / 10_000 + 1;
        let missing = used - held + i128::from(case.unapplied);
        if let Ok(residual @ 1..) = i64::try_from(missing) {
            case.items.push(Item { residual, due: today.plus(30), disputed: false });
        }
    }

    fn told(&self) -> String {
        let mut told = String::new();
        if let Some(class) = &self.class {
            told += &format!(", class {class}");
        }
        if !self.company.is_empty() {
            told += &format!(", company {}", self.company);
        }
        if let Some(days) = self.customer_for {
            told += &format!(", customer for {days} days");
        }
        if let Some(share) = self.used {
            told += &format!(", more than {}.{:02} % of the limit used", share / 100, share % 100);
        }
        if self.at != Checkpoint::Entry {
            told += &format!(", at {}", self.at.name());
        }
        told
    }
}

/// Everywhere the policies speak, and somewhere they say nothing in particular.
fn places(a: &Policy, b: &Policy) -> Vec<Place> {
    let mut places = vec![Place::default()];
    let mut add = |place: Place| {
        if places.len() < MAX_SCOPES && !places.contains(&place) {
            places.push(place);
        }
    };
    for policy in [a, b] {
        let scopes = policy.rules.iter().map(|rule| &rule.scope);
        for scope in scopes.chain(policy.exclusions.iter().map(|exclusion| &exclusion.scope)) {
            let points = if scope.at.is_empty() { &[Checkpoint::Entry][..] } else { &scope.at };
            for at in points {
                match scope.younger_than_days {
                    None => add(Place::of(scope, *at, None)),
                    Some(days) => {
                        add(Place::of(scope, *at, Some(days.saturating_sub(1))));
                        add(Place::of(scope, *at, Some(days)));
                    }
                }
            }
        }
        for class in &policy.classes {
            add(Place { class: Some(class.name.clone()), ..Place::default() });
        }
    }
    places
}

/// Every currency that an amount of either policy is in; euro when there is none.
fn currencies(a: &Policy, b: &Policy) -> Vec<Currency> {
    let mut currencies: Vec<Currency> = Vec::new();
    for probe in thresholds(a).into_iter().chain(thresholds(b)) {
        if let Some(currency) = probe.currency().filter(|currency| !currencies.contains(currency)) {
            currencies.push(currency);
        }
    }
    if currencies.is_empty() {
        currencies.extend(Currency::parse("EUR"));
    }
    currencies
}

fn probes(a: &Policy, b: &Policy) -> Vec<Probe> {
    let mut probes = vec![
        Probe::Plain,
        Probe::Used { share: 10_000, more: 0 },
        Probe::Used { share: 10_000, more: 1 },
        Probe::Is(Status::Watch),
        Probe::Is(Status::Hold),
        Probe::Is(Status::Stop),
        Probe::Is(Status::NoCheck),
        Probe::NoLimitOnRecord,
        Probe::Unlimited,
        Probe::Zero,
        Probe::OpenEnded,
        Probe::Credits,
        Probe::DisputedItem,
        Probe::Prepaid,
        Probe::OtherCurrency,
        Probe::Internal,
        Probe::Nobody,
    ];
    for probe in thresholds(a).into_iter().chain(thresholds(b)) {
        if !probes.contains(&probe) {
            probes.push(probe);
        }
    }
    probes
}

/// A case at every threshold of a policy, and one just above it.
fn thresholds(policy: &Policy) -> Vec<Probe> {
    let mut probes = Vec::new();
    let facts = &policy.facts;
    for days in [i32::from(facts.grace_days), i32::from(facts.grace_days) + 1] {
        probes.push(Probe::Late { days, amount: 1_000_000 });
    }
    for days in [i32::from(facts.limit_grace_days), i32::from(facts.limit_grace_days) + 1] {
        probes.extend((days > 0).then_some(Probe::Ended(days)));
    }
    if let Some(horizon) = facts.horizon_days {
        probes.extend([Probe::ShipsIn { days: horizon.into() }, Probe::ShipsIn { days: i32::from(horizon) + 1 }]);
    }
    for rule in &policy.rules {
        test(&rule.test, &mut probes);
        if let Some(share) = rule.scope.utilisation_above {
            used(share, &mut probes);
        }
        if let Some(unknown) = &rule.unknown {
            amounts(&unknown.up_to, Probe::ValueUnknown, &mut probes);
        }
    }
    for exclusion in &policy.exclusions {
        amounts(&exclusion.up_to, Probe::ValueWhileLate, &mut probes);
    }
    for class in &policy.classes {
        probes.extend([Probe::Score(class.score_from), Probe::Score(class.score_from.saturating_sub(1))]);
    }
    probes
}

fn test(test: &Test, probes: &mut Vec<Probe>) {
    match test {
        Test::OverLimit { tolerance_basis_points, .. } => {
            used(10_000_u32.saturating_add(*tolerance_basis_points), probes)
        }
        Test::Utilisation { above } => used(*above, probes),
        Test::OverdueAmount { above } => amounts(above, Probe::Overdue, probes),
        Test::OverdueDays { above, small } => {
            for days in [whole(*above), whole(*above).saturating_add(1)] {
                probes.push(Probe::Late { days, amount: 1_000_000 });
            }
            amounts(small, Probe::Overdue, probes);
        }
        Test::OverdueShare { above } => {
            probes.extend([0, 1].map(|more| Probe::OverdueShare { share: *above, more }));
        }
        Test::DocumentValue { above } => amounts(above, Probe::Value, probes),
        Test::DunningLevel { above } => {
            probes.extend([Probe::Dunned(*above), Probe::Dunned(above.saturating_add(1))]);
        }
        Test::PaymentBehaviour { above } => {
            probes.extend([Probe::PaysLate(*above), Probe::PaysLate(above.saturating_add(1))]);
        }
        Test::DisputeRate { above, at_least } => {
            probes.extend([0, 1].map(|more| Probe::Disputed { disputed: above.saturating_add(more), of: 10_000 }));
            let few = at_least.saturating_sub(1).max(1);
            probes.extend([few, *at_least].map(|count| Probe::Disputed { disputed: count, of: count }));
        }
        Test::ReviewDue { buffer_days } => {
            probes.extend([0, 1].map(|more| Probe::ReviewDue(whole(*buffer_days).saturating_add(more))));
        }
        Test::TermsChanged => probes.extend([Probe::Terms(0), Probe::Terms(1)]),
        Test::Discount { above } => probes.extend([Probe::Discount(*above), Probe::Discount(above.saturating_add(1))]),
        Test::BucketAmount { bucket, above } => amounts(above, |amount| Probe::Holds(*bucket, amount), probes),
        Test::Score { below } => probes.extend([Probe::Score(*below), Probe::Score(below.saturating_sub(1))]),
        Test::LimitOpenEnded | Test::Status { .. } | Test::Always => {}
    }
}

fn used(share: u32, probes: &mut Vec<Probe>) {
    probes.extend([0, 1].map(|more| Probe::Used { share, more }));
    probes.push(Probe::Used { share: share.saturating_mul(2), more: 0 });
}

/// Each amount, one minor unit more, and far more: by how much it is above decides what is asked for in advance.
fn amounts(amounts: &[Money], probe: impl Fn(Money) -> Probe, probes: &mut Vec<Probe>) {
    for amount in amounts {
        let far = amount.minor.saturating_mul(2).saturating_add(100 * unit(amount.currency));
        for minor in [amount.minor, amount.minor.saturating_add(1), far] {
            probes.push(probe(Money::new(minor, amount.currency)));
        }
    }
}

impl Probe {
    /// The currency a threshold is in.
    fn currency(&self) -> Option<Currency> {
        match self {
            Self::Overdue(amount)
            | Self::Value(amount)
            | Self::ValueWhileLate(amount)
            | Self::ValueUnknown(amount)
            | Self::Holds(_, amount) => Some(amount.currency),
            _ => None,
        }
    }

    /// Makes the case one about this.
    fn apply(&self, case: &mut Case, today: Day) {
        let item = |residual, days: i32| Item { residual, due: today.plus(-days), disputed: false };
        let limit = |amount| Limit { to: Some(today.plus(365)), ..Limit::always(LimitKind::Base, amount) };
        let unit = unit(case.currency);
        match self {
            Self::Plain => {}
            Self::Used { share, more } => {
                let base = case.limits.first().and_then(|limit| limit.amount).unwrap_or(0);
                let after = i128::from(base) * i128::from(*share) / 10_000 + i128::from(*more);
                let after = i64::try_from(after).unwrap_or(i64::MAX);
                // A small share leaves no room for the order that is there: then the order is what is used.
                if after < case.order.amount.minor {
                    case.order.amount.minor = after;
                }
                case.items.push(item(after.saturating_sub(case.order.amount.minor), -30));
            }
            Self::ShipsIn { days } => case.ordered.push((300_000 * unit, Some(today.plus(*days)))),
            Self::Overdue(amount) => {
                room(case, *amount);
                case.items.push(item(amount.minor, LONG_AGO));
            }
            Self::Late { days, amount } => case.items.push(item(*amount, *days)),
            Self::OverdueShare { share, more } => {
                let late = i64::from(*share).saturating_mul(unit).saturating_add(*more);
                case.items.push(item(late, LONG_AGO));
                case.items.push(item((10_000 * unit).saturating_sub(late).max(0), -30));
            }
            Self::Value(amount) => set_value(case, *amount),
            Self::ValueWhileLate(amount) => {
                set_value(case, *amount);
                case.items.push(item(100_000, LONG_AGO));
            }
            Self::ValueUnknown(amount) => {
                set_value(case, *amount);
                let (class, since) = (case.profile.risk_class.take(), case.profile.customer_since);
                case.profile =
                    crate::credit::Profile { risk_class: class, customer_since: since, ..Default::default() };
                case.history.clear();
            }
            Self::Dunned(level) => {
                case.dunning_level = *level;
                case.items.push(item(100, 0));
            }
            Self::PaysLate(days) => {
                case.history = vec![Month { late: 100 * i64::from(*days), ..history(case, today) }];
            }
            Self::Disputed { disputed, of } => {
                case.history = vec![Month { invoiced: *of, disputed: *disputed, ..history(case, today) }];
                case.items.push(item(100, -30));
            }
            Self::ReviewDue(days) => case.profile.next_review = Some(today.plus(-days)),
            Self::Terms(longer) => case.order.terms_days = Some(30_u16.saturating_add(*longer)),
            Self::Discount(share) => case.order.discount = Some(*share),
            Self::Holds(bucket, amount) => {
                room(case, *amount);
                let with_order = amount.minor.saturating_sub(case.order.amount.minor);
                match bucket {
                    Bucket::Ordered if with_order < 0 => case.order.amount.minor = amount.minor,
                    Bucket::Ordered => case.ordered.push((with_order, None)),
                    Bucket::Delivered => case.delivered = amount.minor,
                    Bucket::Drafted => case.drafted = amount.minor,
                    Bucket::Open => case.items.push(item(amount.minor, -30)),
                    Bucket::Overdue => case.items.push(item(amount.minor, LONG_AGO)),
                }
            }
            Self::Score(score) => {
                case.profile.score = Some(*score);
                case.profile.risk_class = None;
            }
            Self::Is(status) => case.status = *status,
            Self::NoLimitOnRecord => case.limits.clear(),
            Self::Unlimited => case.limits = vec![limit(None)],
            Self::Zero => case.limits = vec![limit(Some(0))],
            Self::OpenEnded => case.limits = vec![Limit::always(LimitKind::Base, Some(100_000 * unit))],
            Self::Ended(days) => {
                case.limits = vec![Limit { to: Some(today.plus(-days)), ..limit(Some(100_000 * unit)) }];
            }
            Self::Credits => {
                case.unapplied = 300_000 * unit;
                case.items.push(item(300_000 * unit, -30));
            }
            Self::DisputedItem => {
                case.items.push(Item { disputed: true, ..item(100_000_000, LONG_AGO) });
                case.limits = vec![limit(Some(100_000_000_000))];
            }
            Self::Prepaid => case.order.secured = case.order.amount.minor,
            Self::OtherCurrency => {
                let other = if case.currency.to_string() == "EUR" { "DKK" } else { "EUR" };
                if let Ok(currency) = Currency::parse(other) {
                    case.order.amount.currency = currency;
                }
            }
            Self::Internal => {
                case.profile.internal = true;
                case.limits = vec![limit(Some(0))];
            }
            Self::Nobody => case.known = false,
        }
    }

    fn told(&self) -> String {
        let share = |share: &u32| format!("{}.{:02} %", share / 100, share % 100);
        let more = |more: &i64| if *more > 0 { " and a minor unit" } else { "" };
        match self {
            Self::Plain => "an ordinary order".to_owned(),
            Self::Used { share: of, more: unit } => format!("{}{} of the limit used", share(of), more(unit)),
            Self::ShipsIn { days } => format!("another order far above the limit ships in {days} days"),
            Self::Overdue(amount) => format!("{amount} long overdue"),
            Self::Late { days, .. } => format!("an item {days} days past its due day"),
            Self::OverdueShare { share: of, more: unit } => format!("{}{} of the items overdue", share(of), more(unit)),
            Self::Value(amount) => format!("order of {amount}"),
            Self::ValueWhileLate(amount) => format!("order of {amount}, something long overdue"),
            Self::ValueUnknown(amount) => format!("order of {amount}, nothing known of the customer"),
            Self::Dunned(level) => format!("dunning level {level}"),
            Self::PaysLate(days) => format!("pays {days} days late"),
            Self::Disputed { disputed, of } => format!("{disputed} of {of} invoices disputed"),
            Self::ReviewDue(days) => format!("review due {days} days ago"),
            Self::Terms(longer) => format!("terms {longer} days longer than agreed"),
            Self::Discount(of) => format!("discount {}", share(of)),
            Self::Holds(bucket, amount) => format!("{amount} {}", bucket.name()),
            Self::Score(score) => format!("score {score}"),
            Self::Is(status) => match status {
                Status::Ok => "status ok",
                Status::Watch => "on watch",
                Status::Hold => "on hold",
                Status::Stop => "stopped",
                Status::NoCheck => "status no check",
            }
            .to_owned(),
            Self::NoLimitOnRecord => "no limit on record".to_owned(),
            Self::Unlimited => "unlimited".to_owned(),
            Self::Zero => "limit of zero".to_owned(),
            Self::OpenEnded => "limit without a last day".to_owned(),
            Self::Ended(days) => format!("limit ended {days} days ago"),
            Self::Credits => "credits for all that is owed, which is far above the limit".to_owned(),
            Self::DisputedItem => "a disputed item long overdue".to_owned(),
            Self::Prepaid => "order paid in advance".to_owned(),
            Self::OtherCurrency => "order in another currency without a rate".to_owned(),
            Self::Internal => "customer of the own group, limit of zero".to_owned(),
            Self::Nobody => "unknown customer".to_owned(),
        }
    }
}

/// An order of this value, well within the limit.
fn set_value(case: &mut Case, amount: Money) {
    case.order.amount = amount;
    room(case, amount);
}

/// Makes the limit so large that this amount does not use it up.
fn room(case: &mut Case, amount: Money) {
    for limit in &mut case.limits {
        limit.amount = limit.amount.map(|limit| limit.max(amount.minor.saturating_mul(10)));
    }
}

fn history(case: &Case, today: Day) -> Month {
    case.history.first().copied().unwrap_or(Month { month: today.month(), paid: 100, ..Month::default() })
}
