//! The rules of a policy, held against one document: [`Question::answer`].
//!
//! Each kind of test has one method. It says whether it had anything to ask, and adds a reason when it fires.

use super::account::AccountFacts;
use super::decide::{Decision, Document, effective_limit, exempt, plain};
use super::lift::lift;
use super::limit::{Limit, last_to_end, limit_in_force};
use super::profile::Behaviour;
use crate::calendar::Day;
use crate::credit::Stage;
use crate::money::{Currency, Money, MoneyError};
use crate::policy::{Bucket, Checkpoint, Policy, Rule, Scope, Status, Test};
use crate::reason::{Code, Level, Outcome, Quantity, Reason, Remedy};

/// The highest utilisation that is told, in hundredths of a per cent: of a limit of zero, everything is too much.
const MOST_UTILISATION: i64 = 10_000_000;

type Asked = Result<bool, MoneyError>;

/// A document held against the rules.
pub(super) struct Question<'a> {
    pub(super) policy: &'a Policy,
    pub(super) account: &'a AccountFacts,
    pub(super) document: &'a Document<'a>,
    /// The exposure before and after the document.
    pub(super) owed: Money,
    pub(super) after: Money,
    pub(super) limit: Option<&'a Limit>,
    pub(super) effective: Option<i64>,
    pub(super) today: Day,
}

/// What the rules have come to so far.
#[derive(Default)]
pub(super) struct Found {
    /// Reasons, each with how specific the rule that made it is.
    pub(super) reasons: Vec<(Reason, u8)>,
    deposit: i64,
}

impl Question<'_> {
    /// Asks every rule, and sets the decision's outcome and reasons.
    pub(super) fn answer(&self, decision: &mut Decision) -> Result<(), MoneyError> {
        let mut found = Found::default();
        let mut asked = self.document.forced_hold;
        if self.document.forced_hold {
            let reason =
                Reason { remedy: Some(Remedy::Release), ..plain(Code::ForcedHold, Level::Document, Outcome::Hold) };
            found.reasons.push((reason, u8::MAX));
        }
        let document = self.document;
        let all = document.increase.minor > 0;
        let rules = if exempt(self.policy, self.account).is_some() { &[] } else { &*self.policy.rules };
        for rule in rules {
            if (all || rule.test == Test::TermsChanged) && self.speaks_of(&rule.scope) {
                asked |= self.ask(rule, &mut found)?;
            }
        }
        lift(self, &mut found);
        let mut reasons: Vec<Reason> = found.reasons.into_iter().map(|(reason, _)| reason).collect();
        decision.reasons.append(&mut reasons);
        // The sort is stable: of reasons that stop alike, the rule that stands first in the policy comes first.
        decision.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.effect));
        decision.outcome = match decision.reasons.first() {
            _ if !asked => Outcome::NotChecked,
            Some(reason) => reason.effect,
            None => Outcome::Approve,
        };
        if decision.outcome == Outcome::Prepay {
            // What was lifted is not asked for.
            let asked_for = decision.reasons.iter().filter_map(|reason| match (reason.effect, reason.remedy) {
                (Outcome::Prepay, Some(Remedy::Prepay(money))) => Some(money.minor),
                _ => None,
            });
            decision.prepay = Some(self.money(asked_for.max().unwrap_or(0)));
        }
        decision.deposit = (found.deposit > 0).then(|| self.money(found.deposit));
        Ok(())
    }

    /// Whether a rule or an exclusion with this scope speaks of the document.
    pub(super) fn speaks_of(&self, scope: &Scope) -> bool {
        let class = || self.account.class(self.policy, self.today);
        let moment = |at: Checkpoint| {
            let unsaid = matches!(at, Checkpoint::Entry | Checkpoint::Confirm);
            if scope.at.is_empty() { unsaid } else { scope.at.contains(&at) }
        };
        (scope.classes.is_empty() || class().is_some_and(|class| scope.classes.iter().any(|one| one == class)))
            && (scope.companies.is_empty() || scope.companies.iter().any(|one| **one == *self.account.company))
            && (moment(self.document.checkpoint) || self.document.stopped_at.is_some_and(moment))
            && scope.younger_than_days.is_none_or(|days| {
                self.account.profile.customer_since.is_some_and(|since| self.today.since(since) < i64::from(days))
            })
            && scope
                .utilisation_above
                .is_none_or(|above| self.utilisation().is_some_and(|used| used > i64::from(above)))
    }

    fn ask(&self, rule: &Rule, found: &mut Found) -> Asked {
        match &rule.test {
            Test::OverLimit { tolerance_basis_points, dynamic } => {
                self.over_limit(rule, *tolerance_basis_points, *dynamic, found)
            }
            Test::OverdueAmount { above } => Ok(self.overdue_amount(rule, above, found)),
            Test::OverdueDays { above, small } => Ok(self.overdue_days(rule, *above, small, found)),
            Test::OverdueShare { above } => Ok(self.overdue_share(rule, *above, found)),
            Test::Utilisation { above } => self.utilisation_above(rule, *above, found),
            Test::DocumentValue { above } => Ok(self.document_value(rule, above, found)),
            Test::DunningLevel { above } => Ok(self.dunning_level(rule, *above, found)),
            Test::PaymentBehaviour { above } => Ok(self.payment_behaviour(rule, *above, found)),
            Test::DisputeRate { above, at_least } => Ok(self.dispute_rate(rule, *above, *at_least, found)),
            Test::LimitOpenEnded => Ok(self.limit_open_ended(rule, found)),
            Test::ReviewDue { buffer_days } => Ok(self.review_due(rule, *buffer_days, found)),
            Test::TermsChanged => Ok(self.terms_changed(rule, found)),
            Test::Discount { above } => Ok(self.discount(rule, *above, found)),
            Test::BucketAmount { bucket, above } => self.bucket_amount(rule, *bucket, above, found),
            Test::Score { below } => Ok(self.score(rule, *below, found)),
            Test::Status { is } => Ok(self.status(rule, *is, found)),
            Test::Always => {
                self.fire(rule, Code::Always, None, None, Remedy::Release, self.increase(), found);
                Ok(true)
            }
        }
    }

    /// The limit can always be asked about: an account without one is told apart.
    fn over_limit(&self, rule: &Rule, tolerance: u32, dynamic: bool, found: &mut Found) -> Asked {
        let shared = self.over_pools(rule, tolerance, found)?;
        let Some(limit) = self.limit else {
            // An account without a limit of its own lives on those it shares.
            if !shared {
                self.limit_missing(rule, found);
            }
            return Ok(true);
        };
        let Some(effective) = self.effective.filter(|_| limit.amount.is_some()) else {
            if !found.has(Code::NoLimit) {
                found.push(plain(Code::NoLimit, Level::Own, Outcome::Approve), rule);
            }
            return Ok(true);
        };
        let allowed = with_tolerance(effective, tolerance)?;
        let (owed, after) = if dynamic { self.within_horizon()? } else { (self.owed.minor, self.after.minor) };
        if after > allowed && after > owed {
            let over = after.checked_sub(allowed).ok_or(MoneyError::Overflow)?;
            let increase = self.increase();
            let way_out = match self.limit_to_come(after, tolerance) {
                Some(from) => Remedy::WaitUntil(from),
                None if over < increase => Remedy::ReduceBy(self.money(over)),
                None => Remedy::Pay(self.money(over)),
            };
            let (measured, threshold) = (self.quantity(after), self.quantity(allowed));
            self.fire(rule, Code::OverLimit, measured, threshold, way_out, over.min(increase), found);
            if owed > allowed {
                let excess = owed.checked_sub(allowed).ok_or(MoneyError::Overflow)?;
                let reason = Reason {
                    measured: self.quantity(owed),
                    threshold: self.quantity(allowed),
                    remedy: Some(Remedy::Pay(self.money(excess))),
                    effect: rule.if_already_over.unwrap_or(rule.then),
                    ..self.reason(rule, Code::AlreadyOverLimit)
                };
                found.push(reason, rule);
            }
        } else if self.policy.facts.unapplied_credits_reduce
            && after.saturating_add(self.account.buckets.unapplied) > allowed
            && after <= allowed
        {
            let reason = Reason {
                measured: self.quantity(self.account.buckets.unapplied),
                threshold: self.quantity(allowed),
                rule: rule.name.clone(),
                ..plain(Code::CoveredByCredit, Level::Own, Outcome::Approve)
            };
            found.push(reason, rule);
        }
        Ok(true)
    }

    /// Holds the document against the limits the account shares. Returns whether one of them is in force.
    fn over_pools(&self, rule: &Rule, tolerance: u32, found: &mut Found) -> Asked {
        let facts = &self.policy.facts;
        let mut shared = false;
        for pool in &self.account.pools {
            let Some(limit) = limit_in_force(&pool.limits, self.today, facts.limit_grace_days) else { continue };
            let Some(amount) = limit.amount else {
                shared = true;
                continue;
            };
            shared = true;
            let of = self.account.currency;
            let exposure = |more| pool.exposure(facts.unapplied_credits_reduce, facts.rounding, (more, of));
            let (Some(before), Some(after)) = (exposure(0)?, exposure(self.increase())?) else {
                let reason = Reason {
                    remedy: Some(Remedy::UseCurrency(pool.currency)),
                    measured: Some(Quantity::Currency(of)),
                    threshold: Some(Quantity::Currency(pool.currency)),
                    pool: pool.name.clone(),
                    rule: rule.name.clone(),
                    ..plain(Code::CurrencyMismatch, pool.kind.level(), facts.currency_mismatch)
                };
                found.push(reason, rule);
                continue;
            };
            let effective = effective_limit(Some(limit), &pool.limits, self.today)?.unwrap_or(amount);
            let allowed = with_tolerance(effective, tolerance)?;
            if after.minor <= allowed || after.minor <= before.minor {
                continue;
            }
            let over = after.minor.checked_sub(allowed).ok_or(MoneyError::Overflow)?;
            let grown = after.minor.checked_sub(before.minor).ok_or(MoneyError::Overflow)?;
            let over = Money::new(over, pool.currency);
            let way_out = if over.minor < grown { Remedy::ReduceBy(over) } else { Remedy::Pay(over) };
            // What is over in the pool's currency says nothing exact about the document's: all of it is paid in advance.
            let in_advance = if pool.currency == of { over.minor.min(self.increase()) } else { self.increase() };
            if self.is_prepaid(rule, in_advance) {
                continue;
            }
            let mut reason = Reason {
                measured: Some(Quantity::Money(after)),
                threshold: Some(Quantity::Money(Money::new(allowed, pool.currency))),
                level: pool.kind.level(),
                pool: pool.name.clone(),
                ..self.reason(rule, Code::OverLimit)
            };
            reason.remedy = Some(self.remedy(rule, way_out, in_advance, found));
            found.push(reason, rule);
        }
        Ok(shared)
    }

    /// That there is no limit is said once, however many rules ask about it.
    fn limit_missing(&self, rule: &Rule, found: &mut Found) {
        let facts = &self.policy.facts;
        let expired = last_to_end(&self.account.limits, self.today).and_then(|limit| limit.to);
        let (code, effect, remedy) = match expired {
            Some(_) => (Code::LimitExpired, facts.limit_expired, Remedy::Review),
            None => (Code::LimitMissing, facts.limit_missing, Remedy::SetLimit),
        };
        if found.has(code) {
            return;
        }
        let remedy = self.remedy_of(effect, remedy, self.increase(), 10_000);
        let reason =
            Reason { effect, measured: expired.map(Quantity::Day), remedy: Some(remedy), ..self.reason(rule, code) };
        found.push(reason, rule);
    }

    /// The first day on which the limits on record would let the document through: one begins then, or one that stood in
    /// front has ended.
    fn limit_to_come(&self, after: i64, tolerance: u32) -> Option<Day> {
        let limits = &self.account.limits;
        let covers = |day: &Day| {
            limit_in_force(limits, *day, 0).is_some_and(|limit| match effective_limit(Some(limit), limits, *day) {
                Ok(Some(amount)) => with_tolerance(amount, tolerance).is_ok_and(|most| after <= most),
                Ok(None) => true,
                Err(_) => false,
            })
        };
        let moves = limits.iter().flat_map(|limit| [limit.from, limit.to.map(|to| to.plus(1))]).flatten();
        moves.filter(|day| *day > self.today).filter(covers).min()
    }

    /// The exposure before and after the document without what ships beyond the horizon.
    fn within_horizon(&self) -> Result<(i64, i64), MoneyError> {
        let owed = self.owed.minor.checked_sub(self.account.buckets.later).ok_or(MoneyError::Overflow)?;
        let beyond = self.document.ships.is_some_and(|ships| ships > self.account.horizon_to);
        let more = if beyond { 0 } else { self.increase() };
        Ok((owed, owed.checked_add(more).ok_or(MoneyError::Overflow)?))
    }

    /// How much of the effective limit is used with the document, in hundredths of a per cent; `None` without a limit.
    fn utilisation(&self) -> Option<i64> {
        let limit = i128::from(self.effective?);
        let used = i128::from(self.after.minor.max(0)) * 10_000;
        let share = match (used, limit) {
            (0, _) => 0,
            (_, ..=0) => i128::from(MOST_UTILISATION),
            _ => used / limit,
        };
        Some(i64::try_from(share).unwrap_or(MOST_UTILISATION).min(MOST_UTILISATION))
    }

    fn utilisation_above(&self, rule: &Rule, above: u32, found: &mut Found) -> Asked {
        let (Some(limit), Some(used)) = (self.effective, self.utilisation()) else { return Ok(false) };
        // The share that is told is rounded; what is compared is not.
        let over = i128::from(self.after.minor) * 10_000 > i128::from(limit) * i128::from(above);
        if over {
            let most = i128::from(limit) * i128::from(above) / 10_000;
            let most = i64::try_from(most).map_err(|_| MoneyError::Overflow)?;
            let excess = self.after.minor.checked_sub(most).ok_or(MoneyError::Overflow)?;
            let way_out = if excess < self.increase() {
                Remedy::ReduceBy(self.money(excess))
            } else {
                Remedy::Pay(self.money(excess))
            };
            let (measured, threshold) = (Quantity::BasisPoints(used), Quantity::BasisPoints(i64::from(above)));
            let wanted = excess.min(self.increase());
            self.fire(rule, Code::Utilisation, Some(measured), Some(threshold), way_out, wanted, found);
        }
        Ok(true)
    }

    /// What is overdue, as the policy counts it.
    fn overdue(&self) -> i64 {
        let all = self.account.buckets.overdue;
        if self.policy.facts.disputed_count_as_overdue {
            all
        } else {
            all.saturating_sub(self.account.disputed_overdue)
        }
    }

    fn overdue_amount(&self, rule: &Rule, above: &[Money], found: &mut Found) -> bool {
        let Some(threshold) = self.in_currency(above) else { return false };
        let overdue = self.overdue();
        if overdue > threshold {
            let way_out = Remedy::Pay(self.money(overdue.saturating_sub(threshold)));
            let (measured, threshold) = (self.quantity(overdue), self.quantity(threshold));
            self.fire(rule, Code::OverdueAmount, measured, threshold, way_out, self.increase(), found);
        }
        true
    }

    fn overdue_days(&self, rule: &Rule, above: u32, small: &[Money], found: &mut Found) -> bool {
        let oldest = if self.policy.facts.disputed_count_as_overdue {
            self.account.oldest_overdue
        } else {
            self.account.oldest_undisputed
        };
        let days = oldest.map_or(0, |due| self.today.since(due));
        let overdue = self.overdue();
        let remainder = self.in_currency(small).is_some_and(|most| overdue <= most);
        if days > i64::from(above) && !remainder {
            let way_out = Remedy::Pay(self.money(overdue));
            let (measured, threshold) = (Quantity::Days(days), Quantity::Days(i64::from(above)));
            self.fire(rule, Code::OverdueDays, Some(measured), Some(threshold), way_out, self.increase(), found);
        }
        true
    }

    fn overdue_share(&self, rule: &Rule, above: u32, found: &mut Found) -> bool {
        let overdue = i128::from(self.overdue());
        let all = i128::from(self.account.buckets.open) + i128::from(self.account.buckets.overdue);
        if overdue * 10_000 > all * i128::from(above) {
            // With x of the overdue paid, (overdue - x) * 10,000 <= (all - x) * above.
            let (excess, per) = (overdue * 10_000 - all * i128::from(above), 10_000 - i128::from(above));
            let pay = (excess + per - 1).checked_div(per).unwrap_or(overdue);
            let way_out = Remedy::Pay(self.money(i64::try_from(pay).unwrap_or(i64::MAX)));
            let share = i64::try_from(overdue * 10_000 / all.max(1)).unwrap_or(i64::MAX);
            let (measured, threshold) = (Quantity::BasisPoints(share), Quantity::BasisPoints(i64::from(above)));
            self.fire(rule, Code::OverdueShare, Some(measured), Some(threshold), way_out, self.increase(), found);
        }
        true
    }

    fn document_value(&self, rule: &Rule, above: &[Money], found: &mut Found) -> bool {
        let Some(threshold) = self.in_currency(above) else { return false };
        let value = self.document.value;
        if value > threshold {
            let over = value.saturating_sub(threshold);
            let (measured, threshold) = (self.quantity(value), self.quantity(threshold));
            let way_out = Remedy::ReduceBy(self.money(over));
            // A part paid in advance leaves the document as large as it is.
            self.fire(rule, Code::DocumentValue, measured, threshold, way_out, self.increase(), found);
        }
        true
    }

    fn dunning_level(&self, rule: &Rule, above: u8, found: &mut Found) -> bool {
        let level = self.account.dunning_level;
        if level > above {
            let way_out = Remedy::Pay(self.money(self.account.buckets.overdue));
            let count = |level| Some(Quantity::Count(i64::from(level)));
            self.fire(rule, Code::DunningLevel, count(level), count(above), way_out, self.increase(), found);
        }
        true
    }

    fn behaviour(&self) -> Behaviour {
        Behaviour::of(&self.account.history, self.today)
    }

    fn payment_behaviour(&self, rule: &Rule, above: u32, found: &mut Found) -> bool {
        let Some(days) = self.behaviour().days_late() else { return self.unknown(rule, found) };
        if days > i64::from(above) {
            let (measured, threshold) = (Quantity::Days(days), Quantity::Days(i64::from(above)));
            let increase = self.increase();
            let (measured, threshold) = (Some(measured), Some(threshold));
            self.fire(rule, Code::PaymentBehaviour, measured, threshold, Remedy::Release, increase, found);
        }
        true
    }

    /// Who disputes again and again gets no more credit until what is owed is paid; who owes nothing is not asked.
    fn dispute_rate(&self, rule: &Rule, above: u32, at_least: u32, found: &mut Found) -> bool {
        let behaviour = self.behaviour();
        let Some(rate) = behaviour.dispute_rate() else { return self.unknown(rule, found) };
        let owed = self.account.buckets.open.saturating_add(self.account.buckets.overdue);
        if rate > i64::from(above) && behaviour.disputed >= u64::from(at_least) && owed > 0 {
            let (measured, threshold) = (Quantity::BasisPoints(rate), Quantity::BasisPoints(i64::from(above)));
            let way_out = Remedy::Pay(self.money(owed));
            self.fire(rule, Code::DisputeRate, Some(measured), Some(threshold), way_out, self.increase(), found);
        }
        true
    }

    fn limit_open_ended(&self, rule: &Rule, found: &mut Found) -> bool {
        let Some(limit) = self.limit else { return false };
        if limit.to.is_none() {
            self.fire(rule, Code::LimitOpenEnded, None, None, Remedy::Review, self.increase(), found);
        }
        true
    }

    fn review_due(&self, rule: &Rule, buffer_days: u32, found: &mut Found) -> bool {
        let Some(due) = self.account.profile.next_review else { return self.unknown(rule, found) };
        if self.today.since(due) > i64::from(buffer_days) {
            let measured = Some(Quantity::Day(due));
            self.fire(rule, Code::ReviewDue, measured, None, Remedy::Review, self.increase(), found);
        }
        true
    }

    fn terms_changed(&self, rule: &Rule, found: &mut Found) -> bool {
        let Some(terms) = self.document.terms_days else { return false };
        let Some(agreed) = self.document.earlier_terms.or(self.account.profile.terms_days) else {
            return self.unknown(rule, found);
        };
        if terms > agreed {
            let days = |days| Some(Quantity::Days(i64::from(days)));
            let way_out = Remedy::UseTerms(i64::from(agreed));
            self.fire(rule, Code::TermsChanged, days(terms), days(agreed), way_out, self.increase(), found);
        }
        true
    }

    fn discount(&self, rule: &Rule, above: u32, found: &mut Found) -> bool {
        let Some(discount) = self.document.discount else { return false };
        if discount > above {
            let share = |share| Some(Quantity::BasisPoints(i64::from(share)));
            let way_out = Remedy::DiscountAtMost(i64::from(above));
            self.fire(rule, Code::Discount, share(discount), share(above), way_out, self.increase(), found);
        }
        true
    }

    fn bucket_amount(&self, rule: &Rule, bucket: Bucket, above: &[Money], found: &mut Found) -> Asked {
        let Some(threshold) = self.in_currency(above) else { return Ok(false) };
        let buckets = &self.account.buckets;
        let (there, lands_here) = match bucket {
            Bucket::Ordered => (buckets.ordered.checked_add(buckets.later), self.document.lands == Stage::Ordered),
            Bucket::Delivered => (Some(buckets.delivered), self.document.lands == Stage::Delivered),
            Bucket::Drafted => (Some(buckets.drafted), self.document.lands == Stage::Drafted),
            Bucket::Open => (buckets.open.checked_add(buckets.overdue), self.document.lands == Stage::Invoiced),
            Bucket::Overdue => (Some(buckets.overdue), false),
        };
        let more = if lands_here { self.increase() } else { 0 };
        let amount = there.and_then(|there| there.checked_add(more)).ok_or(MoneyError::Overflow)?;
        if amount > threshold {
            let over = amount.saturating_sub(threshold);
            let way_out = if over < more { Remedy::ReduceBy(self.money(over)) } else { Remedy::Pay(self.money(over)) };
            let (measured, threshold) = (self.quantity(amount), self.quantity(threshold));
            self.fire(rule, Code::BucketAmount, measured, threshold, way_out, self.increase(), found);
        }
        Ok(true)
    }

    fn score(&self, rule: &Rule, below: i32, found: &mut Found) -> bool {
        let Some(score) = self.account.score(self.policy, self.today) else { return self.unknown(rule, found) };
        if score < below {
            let count = |score| Some(Quantity::Count(i64::from(score)));
            self.fire(rule, Code::Score, count(score), count(below), Remedy::Release, self.increase(), found);
        }
        true
    }

    fn status(&self, rule: &Rule, is: Status, found: &mut Found) -> bool {
        if self.account.status == is {
            let code = match is {
                Status::Stop => Code::StatusStop,
                Status::Hold => Code::StatusHold,
                Status::Watch => Code::StatusWatch,
                // Accounts that are fine or excluded are never the reason for anything; the policy cannot ask.
                Status::Ok | Status::NoCheck => return false,
            };
            self.fire(rule, code, None, None, Remedy::LiftStatus, self.increase(), found);
        }
        true
    }

    /// A fact that the rule needs is not known: what the rule says of that. Returns whether it says anything.
    fn unknown(&self, rule: &Rule, found: &mut Found) -> bool {
        let Some(unknown) = &rule.unknown else { return false };
        let small = self.in_currency(&unknown.up_to).is_some_and(|most| self.document.value <= most);
        if !small {
            let remedy = self.remedy_of(unknown.then, Remedy::FindOut, self.increase(), 10_000);
            let reason = Reason { effect: unknown.then, remedy: Some(remedy), ..self.reason(rule, Code::FactUnknown) };
            found.push(reason, rule);
        }
        true
    }

    /// Adds the reason of a rule that fires. `in_advance` is what would have to be paid in advance at most.
    #[expect(clippy::too_many_arguments, reason = "everything a reason says, in the order it says it")]
    fn fire(
        &self,
        rule: &Rule,
        code: Code,
        measured: Option<Quantity>,
        threshold: Option<Quantity>,
        way_out: Remedy,
        in_advance: i64,
        found: &mut Found,
    ) {
        if self.is_prepaid(rule, in_advance) {
            return;
        }
        let remedy = Some(self.remedy(rule, way_out, in_advance, found));
        found.push(Reason { measured, threshold, remedy, ..self.reason(rule, code) }, rule);
    }

    /// Whether the secured part is all the prepayment that the rule would ask for.
    fn is_prepaid(&self, rule: &Rule, in_advance: i64) -> bool {
        rule.then == Outcome::Prepay && self.still_to_prepay(in_advance, rule.prepay_basis_points) == 0
    }

    /// The share of what is to be paid in advance, the secured part counted in it, that is not secured yet.
    fn still_to_prepay(&self, in_advance: i64, share: u32) -> i64 {
        let secured = self.document.secured;
        share_of(in_advance.saturating_add(secured), share).saturating_sub(secured).max(0)
    }

    fn reason(&self, rule: &Rule, code: Code) -> Reason {
        Reason { release_by: rule.release_by.clone(), rule: rule.name.clone(), ..plain(code, Level::Own, rule.then) }
    }

    /// The way out of a rule that fires, and the deposit it asks for.
    fn remedy(&self, rule: &Rule, otherwise: Remedy, in_advance: i64, found: &mut Found) -> Remedy {
        if let Some(share) = rule.deposit_basis_points {
            found.deposit = found.deposit.max(share_of(self.increase(), share));
        }
        self.remedy_of(rule.then, otherwise, in_advance, rule.prepay_basis_points)
    }

    /// The way out; where a prepayment is asked for, that is it.
    fn remedy_of(&self, effect: Outcome, otherwise: Remedy, in_advance: i64, share: u32) -> Remedy {
        if effect == Outcome::Prepay {
            Remedy::Prepay(self.money(self.still_to_prepay(in_advance, share)))
        } else {
            otherwise
        }
    }

    /// The amount in the account's currency, of one for each currency.
    pub(super) fn in_currency(&self, amounts: &[Money]) -> Option<i64> {
        in_currency(amounts, self.account.currency)
    }

    fn increase(&self) -> i64 {
        self.document.increase.minor
    }

    fn quantity(&self, minor: i64) -> Option<Quantity> {
        Some(Quantity::Money(self.money(minor)))
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.account.currency)
    }
}

impl Found {
    fn push(&mut self, reason: Reason, rule: &Rule) {
        self.reasons.push((reason, rule.scope.specificity()));
    }

    fn has(&self, code: Code) -> bool {
        self.reasons.iter().any(|(reason, _)| reason.code == code)
    }
}

/// The amount in this currency, of one for each currency.
pub(super) fn in_currency(amounts: &[Money], currency: Currency) -> Option<i64> {
    amounts.iter().find(|money| money.currency == currency).map(|money| money.minor)
}

/// A share of an amount, in hundredths of a per cent, rounded up: who asks for security asks for enough.
fn share_of(amount: i64, basis_points: u32) -> i64 {
    let product = i128::from(amount.max(0)) * i128::from(basis_points);
    i64::try_from((product + 9_999) / 10_000).unwrap_or(i64::MAX)
}

/// The limit taken higher by hundredths of a per cent of it, rounded down.
fn with_tolerance(limit: i64, basis_points: u32) -> Result<i64, MoneyError> {
    if basis_points == 0 {
        return Ok(limit);
    }
    let more = i128::from(limit) * i128::from(basis_points) / 10_000;
    i64::try_from(i128::from(limit) + more).map_err(|_| MoneyError::Overflow)
}
