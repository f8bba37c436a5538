//! What people and later stages do to an order: pass a checkpoint, hold, release, reject, ask again.

use super::account::AccountFacts;
use super::act::{Act, Amount, Scene, overflow};
use super::chain::{Chain, ChainState, Release};
use super::decide::{Decision, Person, decide, plain};
use super::lift::may_release;
use crate::error::{Error, ErrorKind, Result};
use crate::money::Money;
use crate::policy::Status;
use crate::reason::{Code, Level, Outcome, Reason, Remedy};

impl Scene<'_> {
    /// The order comes to a checkpoint. What is still ordered is asked about as if it were not there yet; what has left
    /// it goes on whatever the answer. In the days of grace after it was let through nothing is asked, unless a person has
    /// stopped the customer meanwhile.
    pub(super) fn pass(&self, before: &Chain) -> Result<Act> {
        if self.request.checkpoint.is_none() {
            return Err(Error::argument("checkpoint: say which: entry, confirm, pick, ship or invoice"));
        }
        if before.state != ChainState::Active {
            return Err(self.state(before, "holds no credit, so it cannot go on"));
        }
        let grace = i64::from(self.policy.checkpoint_grace_days);
        let fresh = before.marks.passed.is_some_and(|day| grace > 0 && self.today.since(day) <= grace);
        if before.ordered == 0 || (fresh && self.account.status != Status::Stop) {
            return Ok(Act { decision: self.unasked(0)?, chain: None, item_change: 0 });
        }
        self.ask_again(before)
    }

    /// The order is asked about again since something has changed: a held one whether it may go through now, one that
    /// holds credit whether it still may. A person's hold stays, and what was shipped is never asked about.
    pub(super) fn reevaluate(&self, before: &Chain) -> Result<Act> {
        match before.state {
            ChainState::Active if before.ordered > 0 => self.ask_again(before),
            ChainState::Active => Ok(Act { decision: self.unasked(0)?, chain: None, item_change: 0 }),
            _ if before.marks.without_rate.is_some() => self.as_it_waits(before),
            // What ran out while it waited does not wait any longer, and nobody asks for it.
            _ if before.expires.is_some_and(|expires| expires <= self.now) => {
                let chain = Chain { state: ChainState::Expired, ..before.clone() };
                Ok(Act { chain: Some(chain), ..self.as_it_waits(before)? })
            }
            _ => self.hold(before.clone(), self.amount_of(before)),
        }
    }

    /// Nothing has changed for the order: why it waits is told again.
    fn as_it_waits(&self, before: &Chain) -> Result<Act> {
        let mut decision = self.unasked(0)?;
        decision.outcome = before.marks.reasons.first().map_or(Outcome::Hold, |reason| reason.effect);
        decision.reasons.clone_from(&before.marks.reasons);
        Ok(Act { decision, chain: None, item_change: 0 })
    }

    fn ask_again(&self, before: &Chain) -> Result<Act> {
        let without = self.without(before)?;
        let ordered = self.money(before.ordered);
        let amount = self.amount_of(before);
        let document = self.document(before, ordered, &amount);
        let mut decision = decide(self.policy, Some(&without), &document, self.today)?;
        let mut chain = before.clone();
        if decision.outcome.grants() {
            self.let_through(&mut chain);
        } else {
            chain.state = ChainState::Held;
            chain.ordered = 0;
            self.keep_waiting(&mut chain, &decision);
        }
        // Told as the account stands: the order was in its exposure before.
        let before_it = decision.exposure_before;
        let held = if decision.outcome.grants() { 0 } else { ordered.minor.checked_neg().ok_or_else(overflow)? };
        decision.exposure_before = before_it.map(|owed| self.plus(owed, ordered.minor)).transpose()?;
        decision.exposure_after = decision.exposure_before.map(|owed| self.plus(owed, held)).transpose()?;
        decision.increase = self.money(held);
        Ok(Act { decision, chain: Some(chain), item_change: 0 })
    }

    /// The account as it would be if nothing of the order were ordered.
    fn without(&self, chain: &Chain) -> Result<AccountFacts> {
        let mut account = self.account.clone();
        let held = account.held_by(chain);
        account.buckets.ordered = account.buckets.ordered.checked_sub(held.ordered).ok_or_else(overflow)?;
        account.buckets.later = account.buckets.later.checked_sub(held.later).ok_or_else(overflow)?;
        for pool in &mut account.pools {
            for sum in pool.sums.iter_mut().filter(|sum| sum.currency == self.account.currency) {
                sum.debit = sum.debit.checked_sub(chain.ordered).ok_or_else(overflow)?;
            }
        }
        Ok(account)
    }

    /// A person puts the order on hold. It stays there until a person releases it.
    pub(super) fn force_hold(&self, before: &Chain) -> Result<Act> {
        let person = self.person()?;
        let mut chain = before.clone();
        let freed = chain.ordered.checked_neg().ok_or_else(overflow)?;
        let mut decision = self.unasked(freed)?;
        decision.outcome = Outcome::Hold;
        let reason =
            Reason { remedy: Some(Remedy::Release), ..plain(Code::ForcedHold, Level::Document, Outcome::Hold) };
        decision.reasons = vec![reason];
        chain.state = ChainState::Held;
        chain.ordered = 0;
        chain.marks.forced_hold = Some(person.reason.clone());
        chain.marks.release = None;
        chain.marks.awaiting = None;
        chain.marks.reasons.clone_from(&decision.reasons);
        Ok(Act { decision, chain: Some(chain), item_change: 0 })
    }

    /// A person lets the order through. Everything that stops it must be theirs to release; a stop is only lifted if they
    /// say so; where the policy asks for a second person, the first one's release waits for theirs.
    pub(super) fn release(&self, before: &Chain) -> Result<Act> {
        let person = self.person()?;
        if person.role.is_empty() {
            return Err(Error::argument("role: a release needs the role of the person who gives it"));
        }
        if before.marks.without_rate.is_some() {
            return Err(self.state(before, "has no amount in the account's currency: ask for it again with a rate"));
        }
        let amount = self.amount_of(before);
        let value = amount.whole.minor;
        let holds = before.state == ChainState::Active;
        let without = if holds { self.without(before)? } else { self.account.clone() };
        let moved = before.moved().ok_or_else(overflow)?;
        let wanted = value.checked_sub(amount.secured).and_then(|on_credit| on_credit.checked_sub(moved));
        let wanted = self.money(wanted.ok_or_else(overflow)?);
        let mut unreleased = self.document(before, wanted, &amount);
        (unreleased.release, unreleased.overriding) = (None, None);
        let asked = decide(self.policy, Some(&without), &unreleased, self.today)?;
        let stops = || asked.reasons.iter().filter(|reason| !reason.effect.grants());
        if let Some(reason) = stops().find(|reason| !may_release(self.policy, &person.role, reason)) {
            return Err(self.may_not(person, reason));
        }
        if !person.lifts_stop && stops().any(|reason| reason.code == Code::StatusStop) {
            return Err(Error::new(
                ErrorKind::Forbidden,
                format!(
                    "order {:?} is stopped with its customer: lift the stop, or say that the release lifts it",
                    self.document
                ),
            ));
        }
        let release = Release {
            amount: value,
            deviation: person.deviation.unwrap_or(self.policy.release.deviation_basis_points),
            to: person
                .valid_days
                .or(self.policy.release.valid_days)
                .map(|days| self.today.plus(i32::from(days).saturating_sub(1).max(0))),
            user: person.user.clone(),
            role: person.role.clone(),
            reason: person.reason.clone(),
            lifts_stop: person.lifts_stop,
            at: self.now,
        };
        let two = super::rules::in_currency(&self.policy.release.four_eyes_above, self.account.currency);
        if two.is_some_and(|most| value > most) {
            match &before.marks.awaiting {
                // A first release speaks of the amount it was given for, and for as long as it was given.
                Some(first) if !first.covers(value, self.today) => return self.await_second(before, asked, release),
                None => return self.await_second(before, asked, release),
                Some(first) if first.user == release.user => {
                    return Err(Error::new(
                        ErrorKind::Forbidden,
                        format!("order {:?} was released by the same person: a second one must", self.document),
                    ));
                }
                Some(_) => {}
            }
        }
        let mut chain = before.clone();
        chain.marks.forced_hold = None;
        chain.marks.awaiting = None;
        chain.marks.release = Some(release);
        if holds {
            chain.marks.passed = Some(self.today);
            return Ok(Act { decision: self.unasked(0)?, chain: Some(chain), item_change: 0 });
        }
        self.hold(chain, amount)
    }

    fn await_second(&self, before: &Chain, mut decision: Decision, release: Release) -> Result<Act> {
        let reason =
            Reason { remedy: Some(Remedy::Release), ..plain(Code::SecondPerson, Level::Document, Outcome::Hold) };
        decision.reasons.push(reason);
        decision.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.effect));
        decision.outcome = decision.reasons.first().map_or(Outcome::Hold, |reason| reason.effect);
        let there = self.unasked(0)?;
        (decision.exposure_before, decision.exposure_after) = (there.exposure_before, there.exposure_after);
        let mut chain = before.clone();
        chain.marks.awaiting = Some(release);
        if chain.state != ChainState::Active {
            chain.state = ChainState::Held;
            chain.marks.reasons.clone_from(&decision.reasons);
        }
        Ok(Act { decision, chain: Some(chain), item_change: 0 })
    }

    fn may_not(&self, person: &Person, reason: &Reason) -> Error {
        let by = match &reason.release_by {
            Some(role) => format!("that is for {role:?}"),
            None => "the policy lets nobody release that".to_owned(),
        };
        Error::new(
            ErrorKind::Forbidden,
            format!("order {:?}: role {:?} may not release {}: {by}", self.document, person.role, reason.code.name()),
        )
    }

    /// A person turns a waiting order down.
    pub(super) fn reject(&self, before: &Chain) -> Result<Act> {
        self.person()?;
        if before.state != ChainState::Held {
            return Err(self.state(before, "does not wait for anybody, so it cannot be rejected"));
        }
        let mut decision = self.unasked(0)?;
        decision.outcome = Outcome::Refuse;
        decision.reasons = vec![plain(Code::Rejected, Level::Document, Outcome::Refuse)];
        let mut chain = Chain { state: ChainState::Declined, ..before.clone() };
        chain.marks.release = None;
        chain.marks.forced_hold = None;
        chain.marks.awaiting = None;
        chain.marks.reasons.clone_from(&decision.reasons);
        Ok(Act { decision, chain: Some(chain), item_change: 0 })
    }

    /// The person of a request that needs one, and why.
    fn person(&self) -> Result<&Person> {
        let person = self.request.person.as_ref().filter(|person| !person.user.is_empty());
        let person = person.ok_or_else(|| Error::argument("user: say who does this; it is recorded"))?;
        if person.reason.is_empty() {
            return Err(Error::argument("reason: say why; it is recorded"));
        }
        Ok(person)
    }

    /// What the order stands for as it was last asked about.
    fn amount_of(&self, chain: &Chain) -> Amount {
        Amount { whole: Money::new(chain.amount, self.account.currency), secured: chain.marks.secured }
    }
}
