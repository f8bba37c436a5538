//! Every rule a policy can have, just at and just above its threshold, and what lifts a reason again. Without a store.

mod chains;
mod edges;
mod facts;
mod lifting;
mod limits;
mod people;
mod thresholds;

use obligor::calendar::Day;
use obligor::credit::{
    AccountFacts, AccountId, Buckets, Decision, Document, Limit, LimitKind, PoolFacts, PoolKind, PoolSum, Release,
    decide,
};
use obligor::money::{Currency, Money, Rounding};
use obligor::policy::{Exclusion, Policy, Rule, Scope, Test};
use obligor::reason::{Code, Outcome, Reason, Remedy};

pub(crate) const TODAY: Day = Day(20_779);
pub(crate) const MANAGER: &str = "credit_manager";
pub(crate) const CONTROLLER: &str = "credit_controller";

pub(crate) fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

pub(crate) fn dkk(minor: i64) -> Money {
    Money::new(minor, currency("DKK"))
}

pub(crate) fn eur(minor: i64) -> Money {
    Money::new(minor, currency("EUR"))
}

pub(crate) fn rule(test: Test, then: Outcome) -> Rule {
    Rule {
        name: "rule".to_owned(),
        test,
        then,
        release_by: Some(MANAGER.to_owned()),
        if_already_over: None,
        scope: Scope::default(),
        unknown: None,
        deposit_basis_points: None,
        prepay_basis_points: 10_000,
    }
}

pub(crate) fn named(name: &str, rule: Rule) -> Rule {
    Rule { name: name.to_owned(), ..rule }
}

pub(crate) fn over_limit(tolerance_basis_points: u32) -> Test {
    Test::OverLimit { tolerance_basis_points, dynamic: false }
}

pub(crate) const DYNAMIC: Test = Test::OverLimit { tolerance_basis_points: 0, dynamic: true };

pub(crate) fn policy(rules: Vec<Rule>) -> Policy {
    let mut policy = Policy::standard().unwrap();
    policy.facts.grace_days = 0;
    policy.facts.rounding = Rounding::HalfUp;
    policy.facts.limit_missing = Outcome::Hold;
    policy.facts.limit_expired = Outcome::Refuse;
    policy.facts.currency_mismatch = Outcome::Hold;
    policy.facts.horizon_days = None;
    policy.facts.limit_grace_days = 0;
    policy.facts.disputed_count_as_overdue = true;
    policy.facts.secured_part_outside = true;
    policy.facts.internal_customers_checked = false;
    policy.facts.unapplied_credits_reduce = true;
    policy.release.ranks = vec![MANAGER.to_owned(), CONTROLLER.to_owned()];
    policy.release.valid_days = None;
    policy.release.deviation_basis_points = 0;
    policy.release.four_eyes_above = Vec::new();
    policy.checkpoint_grace_days = 0;
    policy.exclusions = Vec::new();
    policy.classes = Vec::new();
    policy.scorecard = Vec::new();
    policy.rules = rules;
    policy
}

pub(crate) fn base(amount: i64) -> Limit {
    Limit::always(LimitKind::Base, Some(amount))
}

/// A DKK account with a limit and this much in open items that are not due.
pub(crate) fn account(limit: i64, open: i64) -> AccountFacts {
    AccountFacts {
        buckets: Buckets { open, ..Buckets::default() },
        limits: Box::new([base(limit)]),
        aged_to: TODAY.plus(-1),
        version: 1,
        ..AccountFacts::new(AccountId(1), "NW01", currency("DKK"))
    }
}

pub(crate) fn pool(name: &str, kind: PoolKind, limit: i64, debit: i64) -> PoolFacts {
    PoolFacts {
        name: name.to_owned(),
        kind,
        currency: currency("DKK"),
        limits: Box::new([base(limit)]),
        sums: Box::new([PoolSum { currency: currency("DKK"), rate: None, debit, unapplied: 0 }]),
    }
}

pub(crate) fn exclusion(name: &str, scope: Scope, lifts: Outcome) -> Exclusion {
    Exclusion { name: name.to_owned(), scope, up_to: Vec::new(), rules: Vec::new(), lifts }
}

pub(crate) fn token(amount: i64, deviation: u32, to: Option<Day>, lifts_stop: bool) -> Release {
    Release {
        amount,
        deviation,
        to,
        user: "ann".to_owned(),
        role: MANAGER.to_owned(),
        reason: "agreed".to_owned(),
        lifts_stop,
        at: obligor::calendar::Instant(0),
    }
}

/// A document held against an account and a policy on a day; each part can be edited.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) policy: Policy,
    pub(crate) account: AccountFacts,
    pub(crate) document: Document<'static>,
    pub(crate) today: Day,
}

impl Scene {
    pub(crate) fn new(rules: Vec<Rule>, account: AccountFacts, minor: i64) -> Self {
        Self { policy: policy(rules), account, document: Document::of(dkk(minor)), today: TODAY }
    }

    pub(crate) fn of(test: Test, then: Outcome, account: AccountFacts, minor: i64) -> Self {
        Self::new(vec![rule(test, then)], account, minor)
    }

    pub(crate) fn order(&mut self, minor: i64) -> &mut Self {
        (self.document.increase.minor, self.document.value) = (minor, minor);
        self
    }

    pub(crate) fn decide(&self) -> Decision {
        decide(&self.policy, Some(&self.account), &self.document, self.today).unwrap()
    }

    pub(crate) fn outcome(&self) -> Outcome {
        self.decide().outcome
    }

    pub(crate) fn codes(&self) -> Vec<Code> {
        self.decide().reasons.iter().map(|reason| reason.code).collect()
    }

    pub(crate) fn reason(&self, code: Code) -> Option<Reason> {
        self.decide().reasons.into_iter().find(|reason| reason.code == code)
    }

    /// Asks for each of these orders, and says what each gets.
    pub(crate) fn gets(&mut self, wanted: &[(i64, Outcome)]) {
        for (minor, outcome) in wanted {
            self.order(*minor);
            assert_eq!(self.outcome(), *outcome, "an order of {minor}: {:?}", self.decide());
        }
    }

    /// Does what the remedy of this reason says, and nothing more.
    pub(crate) fn heal(&mut self, reason: &Reason) {
        match reason.remedy.expect("a reason that stops says what helps") {
            Remedy::Pay(money) => self.pay(money.minor),
            Remedy::ReduceBy(money) => {
                self.document.increase.minor -= money.minor;
                self.document.value -= money.minor;
            }
            Remedy::WaitUntil(day) => self.today = day,
            Remedy::Prepay(money) => {
                self.document.increase.minor -= money.minor;
                self.document.secured += money.minor;
            }
            Remedy::LiftStatus => self.account.status = obligor::credit::Status::Ok,
            Remedy::SetLimit => self.account.limits = Box::new([Limit::always(LimitKind::Base, None)]),
            Remedy::UseTerms(days) => self.document.terms_days = Some(u16::try_from(days).unwrap()),
            Remedy::DiscountAtMost(most) => self.document.discount = Some(u32::try_from(most).unwrap()),
            Remedy::Review => {
                self.account.profile.next_review = Some(self.today);
                for limit in &mut self.account.limits {
                    limit.to = Some(self.today);
                }
            }
            Remedy::Release => {
                let value = self.document.value;
                self.document.release = Some(Box::leak(Box::new(token(value, 0, Some(self.today), false))));
            }
            Remedy::UseCurrency(_) | Remedy::CreateCustomer | Remedy::FindOut | Remedy::Deposit(_) => {}
        }
    }

    /// The customer pays: first what is overdue, then what is open, and the rest is on account.
    pub(crate) fn pay(&mut self, minor: i64) {
        let buckets = &mut self.account.buckets;
        let overdue = minor.min(buckets.overdue);
        buckets.overdue -= overdue;
        let open = (minor - overdue).min(buckets.open);
        buckets.open -= open;
        buckets.unapplied += minor - overdue - open;
        if buckets.overdue == 0 {
            self.account.oldest_overdue = None;
            self.account.oldest_undisputed = None;
        }
        for pool in &mut self.account.pools {
            pool.sums[0].debit -= minor;
        }
    }

    /// The reason stops; with its remedy done to the last unit it is gone; with one unit less it is not.
    pub(crate) fn is_healed_exactly(&self, code: Code) {
        let reason = self.reason(code).unwrap_or_else(|| panic!("{code:?} is not there: {:?}", self.decide()));
        assert!(!reason.effect.grants(), "{reason:?}");
        let mut healed = self.clone();
        healed.heal(&reason);
        let left = healed.reason(code);
        assert!(left.as_ref().is_none_or(|left| left.effect.grants()), "{reason:?} leaves {left:?}");
        let one_less = |money: Money| Money::new(money.minor - 1, money.currency);
        let remedy = match reason.remedy {
            Some(Remedy::Pay(money)) => Remedy::Pay(one_less(money)),
            Some(Remedy::ReduceBy(money)) => Remedy::ReduceBy(one_less(money)),
            Some(Remedy::WaitUntil(day)) => Remedy::WaitUntil(day.plus(-1)),
            _ => return,
        };
        let mut nearly = self.clone();
        nearly.heal(&Reason { remedy: Some(remedy), ..reason });
        let left = nearly.reason(code);
        assert!(left.is_some_and(|left| !left.effect.grants()), "{remedy:?} would do");
    }
}
