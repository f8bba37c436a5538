//! What an order may do in its life, as one pure function: [`act`].
//!
//! Reserve, change, convert, cancel, reopen, pass, hold, release, reject and reevaluate all come through here, for real
//! and as a simulation. Only increases are asked about; what makes the exposure smaller, and what moves value along the
//! chain, always goes through. What does not fit the state of the chain is an error that says what fits.
//!
//! Conversions are in `convert.rs`, what people and later stages do to an order in `work.rs`.

use serde::{Deserialize, Serialize};

use super::account::AccountFacts;
use super::chain::{Chain, ChainState, Marks, Stage, Wanted};
use super::decide::{Decision, Document, Person, decide};
use crate::calendar::{Day, Instant};
use crate::error::{Error, ErrorKind, Result};
use crate::money::{Money, Rate};
use crate::policy::{Checkpoint, Policy};
use crate::reason::Outcome;

/// What is asked of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A new order, or one that was held, declined or prepaid: hold credit for its amount.
    Reserve,
    /// Another amount for an order that holds credit; asked about by the difference.
    Change,
    /// A part moves on: delivered, drafted, invoiced, settled; or back.
    Convert,
    /// What is still ordered is given up.
    Cancel,
    /// An order that was cancelled or ran out is taken up again; asked about as a new one.
    Reopen,
    /// It comes to a checkpoint: may what is still ordered go on?
    Pass,
    /// A person puts it on hold, whatever the rules say.
    Hold,
    /// A person lets it through.
    Release,
    /// A person turns it down.
    Reject,
    /// It is asked about again, as it stands, since something has changed.
    Reevaluate,
}

/// A request about an order, without the host's names for things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What is asked.
    pub action: Action,
    /// Reserve and change: the order's whole amount. Reopen: what is ordered again. Convert: the part that moves;
    /// `None` moves everything in `from`. Otherwise not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Units of the account's currency for one unit of the amount's, as text so that it is exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    /// When what is ordered stops holding credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
    /// Convert: where the part is; `None` is the last stage before `to` that holds anything, and those before it for what
    /// is missing there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Stage>,
    /// Convert: where the part goes. Reserve: where the document begins, when it is not an order: a delivery without one
    /// is `delivered`, a draft invoice `drafted`, a posted one `invoiced`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Stage>,
    /// Reserve, change, reopen: the part of the amount that is prepaid, paid in cash or secured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secured: Option<Money>,
    /// The day the goods ship.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ships: Option<Day>,
    /// The payment terms, in days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms_days: Option<u16>,
    /// The discount, in hundredths of a per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<u32>,
    /// Pass: which checkpoint. Otherwise the moment it is asked at, entry when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Checkpoint>,
    /// Hold, release, reject: who does it. Otherwise a person who overrides the rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
}

impl Request {
    /// A request with nothing but its action.
    pub const fn of(action: Action) -> Self {
        Self {
            action,
            amount: None,
            rate: None,
            expires: None,
            from: None,
            to: None,
            secured: None,
            ships: None,
            terms_days: None,
            discount: None,
            checkpoint: None,
            person: None,
        }
    }
}

/// What an action comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// The decision.
    pub decision: Decision,
    /// The chain as it is to be; `None` leaves it as it is.
    pub chain: Option<Chain>,
    /// How much the open item named in the request grows (invoiced) or shrinks (settled).
    pub item_change: i64,
}

/// Works out what `request` comes to for the order `document` on this account. Pure.
///
/// # Errors
/// `State` when the order's state does not allow it, `Argument` when the request lacks something or is too large,
/// `Forbidden` when a person may not do it.
pub fn act(
    policy: &Policy,
    account: Option<&AccountFacts>,
    chain: Option<&Chain>,
    document: &str,
    request: &Request,
    now: Instant,
    today: Day,
) -> Result<Act> {
    let Some(account) = account else {
        if request.action == Action::Reserve {
            let increase = request.amount.ok_or_else(no_amount)?;
            return Ok(Act {
                decision: decide(policy, None, &Document::of(increase), today)?,
                chain: None,
                item_change: 0,
            });
        }
        return Err(Error::new(ErrorKind::NotFound, "there is no such customer account, so it has no orders"));
    };
    // An order that holds nothing at its old account can be asked for anew by another: the payer has changed.
    let chain = chain
        .filter(|chain| chain.account == account.id || request.action != Action::Reserve || !chain.is_free_to_move());
    if let Some(chain) = chain.filter(|chain| chain.account != account.id) {
        return Err(Error::new(
            ErrorKind::State,
            format!(
                "order {document:?} belongs to another account (number {}): cancel it there and reserve it anew here",
                chain.account.0
            ),
        ));
    }
    let scene = Scene { policy, account, document, request, now, today };
    let Some(chain) = chain else {
        if request.action == Action::Reserve {
            return scene.hold(scene.fresh(), scene.amount()?);
        }
        return Err(Error::new(ErrorKind::NotFound, format!("order {document:?} is not known: reserve it first")));
    };
    let closed = matches!(chain.state, ChainState::Cancelled | ChainState::Expired);
    match request.action {
        Action::Reserve if chain.state == ChainState::Active => {
            Err(scene.state(chain, "is reserved already: change it instead"))
        }
        Action::Reserve | Action::Change if closed => Err(scene.state(chain, "is closed: reopen it instead")),
        Action::Change if chain.state == ChainState::Active => scene.change(chain),
        Action::Reserve | Action::Change => scene.hold(chain.clone(), scene.amount()?),
        Action::Convert => scene.convert(chain),
        Action::Cancel if closed => Err(scene.state(chain, "is closed already")),
        Action::Cancel => scene.cancel(chain),
        Action::Reopen if closed => scene.reopen(chain),
        Action::Reopen => Err(scene.state(chain, "is not closed: reserve or change it instead")),
        Action::Pass => scene.pass(chain),
        Action::Hold | Action::Release | Action::Reject | Action::Reevaluate if closed => {
            Err(scene.state(chain, "is closed: reopen it first"))
        }
        Action::Hold => scene.force_hold(chain),
        Action::Release => scene.release(chain),
        Action::Reject => scene.reject(chain),
        Action::Reevaluate => scene.reevaluate(chain),
    }
}

fn no_amount() -> Error {
    Error::argument("the request needs an amount")
}

pub(super) fn overflow() -> Error {
    Error::argument("the amounts of this order are too large to add")
}

/// Everything an action may look at.
pub(super) struct Scene<'a> {
    pub(super) policy: &'a Policy,
    pub(super) account: &'a AccountFacts,
    pub(super) document: &'a str,
    pub(super) request: &'a Request,
    pub(super) now: Instant,
    pub(super) today: Day,
}

/// What an order asks to hold.
pub(super) struct Amount {
    /// The whole of it, in the account's currency; in its own when there is no rate to convert it with.
    pub(super) whole: Money,
    /// The part that is prepaid, paid in cash or secured, in the same currency.
    pub(super) secured: i64,
}

impl Scene<'_> {
    fn fresh(&self) -> Chain {
        Chain {
            account: self.account.id,
            document: self.document.to_owned(),
            state: ChainState::Declined,
            amount: 0,
            ordered: 0,
            delivered: 0,
            drafted: 0,
            invoiced: 0,
            settled: 0,
            expires: None,
            since: self.now,
            ships: None,
            marks: Marks::default(),
        }
    }

    pub(super) fn state(&self, chain: &Chain, matter: &str) -> Error {
        let state = match chain.state {
            ChainState::Held => "held",
            ChainState::Declined => "declined",
            ChainState::Active => "active",
            ChainState::Cancelled => "cancelled",
            ChainState::Expired => "expired",
        };
        Error::new(ErrorKind::State, format!("order {:?} ({state}) {matter}", self.document))
    }

    fn left_already(&self, chain: &Chain, moved: i64) -> Error {
        self.state(chain, &format!("cannot be made smaller than what has left it already, {}", self.money(moved)))
    }

    /// The request's amount, and what of it is secured. Of the two only the difference counts as credit, so it is what is
    /// converted and rounded once.
    pub(super) fn amount(&self) -> Result<Amount> {
        let amount = self.request.amount.ok_or_else(no_amount)?;
        let secured = match self.request.secured.filter(|_| self.policy.facts.secured_part_outside) {
            None => 0,
            Some(secured) if secured.currency != amount.currency => {
                return Err(Error::argument("secured: it is in another currency than the amount"));
            }
            Some(secured) if secured.minor < 0 => return Err(Error::argument("secured: it may not be below zero")),
            Some(secured) => secured.minor.min(amount.minor.max(0)),
        };
        let whole = self.converted(amount)?;
        let on_credit = amount.minor.checked_sub(secured).ok_or_else(overflow)?;
        let on_credit = self.converted(Money::new(on_credit, amount.currency))?;
        let secured = if secured == 0 { 0 } else { whole.minor.checked_sub(on_credit.minor).ok_or_else(overflow)? };
        Ok(Amount { whole, secured })
    }

    /// The amount in the account's currency; in its own when there is no rate to convert it with.
    pub(super) fn converted(&self, amount: Money) -> Result<Money> {
        let Some(rate) = self.request.rate.as_deref().filter(|_| amount.currency != self.account.currency) else {
            return Ok(amount);
        };
        Rate::parse(rate)
            .and_then(|rate| rate.convert(amount, self.account.currency, self.policy.facts.rounding))
            .map_err(|error| Error::argument(format!("rate {rate:?}: {error}")))
    }

    /// The document as this request and what is known of the chain describe it.
    pub(super) fn document<'c>(&'c self, chain: &'c Chain, increase: Money, amount: &Amount) -> Document<'c> {
        Document {
            value: amount.whole.minor,
            secured: amount.secured,
            lands: self.begins(chain),
            ships: self.request.ships.or(chain.ships),
            terms_days: self.wanted(chain).terms_days,
            earlier_terms: chain.marks.terms_days,
            discount: self.wanted(chain).discount,
            checkpoint: self.request.checkpoint.unwrap_or_default(),
            stopped_at: chain.marks.waits_for.and_then(|wanted| wanted.checkpoint),
            forced_hold: chain.marks.forced_hold.is_some(),
            release: chain.marks.release.as_ref(),
            // Who releases an order does not override the rules beside it.
            overriding: self.request.person.as_ref().filter(|_| self.request.action != Action::Release),
            ..Document::of(increase)
        }
    }

    /// Where the document begins: as its reservation says, and from then on as it did.
    fn begins(&self, chain: &Chain) -> Stage {
        let said = self.request.to.filter(|_| self.request.action == Action::Reserve);
        said.or(chain.marks.begins).unwrap_or(Stage::Ordered)
    }

    /// With what the order is asked for: as the request says, or, while it waits, as it was before.
    fn wanted(&self, chain: &Chain) -> Wanted {
        let before = chain.marks.waits_for.unwrap_or_default();
        Wanted {
            terms_days: self.request.terms_days.or(before.terms_days),
            discount: self.request.discount.or(before.discount),
            checkpoint: before.checkpoint,
        }
    }

    /// The order waits, or is turned down: what it was asked for with is kept, and why.
    pub(super) fn keep_waiting(&self, chain: &mut Chain, decision: &Decision) {
        let mut wanted = self.wanted(chain);
        if self.request.action == Action::Pass {
            wanted.checkpoint = self.request.checkpoint;
        }
        chain.marks.waits_for = Some(wanted).filter(|wanted| *wanted != Wanted::default());
        chain.marks.reasons.clone_from(&decision.reasons);
    }

    pub(super) fn decide(&self, document: &Document<'_>) -> Result<Decision> {
        decide(self.policy, Some(self.account), document, self.today)
    }

    /// What happens without being asked about: a decrease, a move along the chain.
    pub(super) fn unasked(&self, increase: i64) -> Result<Decision> {
        let mut decision = self.decide(&Document::of(self.money(0)))?;
        decision.increase = self.money(increase);
        decision.exposure_after = decision.exposure_before.map(|owed| self.plus(owed, increase)).transpose()?;
        Ok(decision)
    }

    /// An order that holds nothing where it begins asks to hold what is not there yet of `amount`.
    pub(super) fn hold(&self, mut chain: Chain, amount: Amount) -> Result<Act> {
        let moved = chain.moved().ok_or_else(overflow)?;
        let wanted = amount.whole.minor.checked_sub(amount.secured).and_then(|on_credit| on_credit.checked_sub(moved));
        let wanted = Money::new(wanted.ok_or_else(overflow)?, amount.whole.currency);
        if moved > 0 && wanted.minor < 0 && wanted.currency == self.account.currency {
            return Err(self.left_already(&chain, moved));
        }
        let lands = self.begins(&chain);
        if lands == Stage::Settled {
            return Err(Error::argument("to: nothing begins settled"));
        }
        let ran_out = |expires: Instant| expires <= self.now;
        if self.request.expires.or(chain.expires).is_some_and(ran_out) {
            return Err(self.state(&chain, "has run out: ask for it with a later moment"));
        }
        let mut decision = self.decide(&self.document(&chain, wanted, &amount))?;
        chain.ordered = 0;
        chain.marks.begins = Some(lands).filter(|stage| *stage != Stage::Ordered);
        chain.expires = self.request.expires.or(chain.expires);
        chain.ships = self.request.ships.or(chain.ships);
        let mut held = 0;
        if wanted.currency != self.account.currency {
            // What cannot be compared cannot be held either.
            chain.amount = 0;
            chain.marks.without_rate = Some(amount.whole);
            chain.state = if decision.outcome == Outcome::Hold { ChainState::Held } else { ChainState::Declined };
        } else {
            chain.amount = amount.whole.minor;
            chain.marks.secured = amount.secured;
            chain.marks.without_rate = None;
            chain.state = match decision.outcome {
                outcome if outcome.grants() => ChainState::Active,
                Outcome::Hold => ChainState::Held,
                // Who waits, waits until a person or the rules let it through, or a person turns it down.
                _ if self.request.action == Action::Reevaluate && chain.state == ChainState::Held => ChainState::Held,
                _ => ChainState::Declined,
            };
        }
        if decision.outcome.grants() && chain.state == ChainState::Active {
            // A return order takes nothing away before its credit note is posted.
            held = wanted.minor.max(0);
            let there = chain.at(lands).checked_add(held).ok_or_else(overflow)?;
            *chain.at_mut(lands) = there;
            chain.marks.terms_days = self.wanted(&chain).terms_days.or(chain.marks.terms_days);
            self.let_through(&mut chain);
        } else {
            self.keep_waiting(&mut chain, &decision);
        }
        decision.exposure_after = decision.exposure_before.map(|owed| self.plus(owed, held)).transpose()?;
        let item_change = if lands == Stage::Invoiced { held } else { 0 };
        Ok(Act { decision, chain: Some(chain), item_change })
    }

    /// Notes that the rules, or a person, let the order through today.
    pub(super) fn let_through(&self, chain: &mut Chain) {
        chain.marks.passed = Some(self.today);
        chain.marks.reasons.clear();
        chain.marks.awaiting = None;
        chain.marks.forced_hold = None;
        chain.marks.waits_for = None;
        let covered = chain.marks.release.as_ref().is_some_and(|release| release.covers(chain.amount, self.today));
        if !covered {
            chain.marks.release = None;
        }
    }

    /// An order that holds credit gets another amount; the difference is asked about.
    fn change(&self, before: &Chain) -> Result<Act> {
        let mut amount = self.amount()?;
        if self.request.secured.is_none() {
            amount.secured = before.marks.secured.min(amount.whole.minor.max(0));
        }
        if amount.whole.currency != self.account.currency {
            let document = self.document(before, amount.whole, &amount);
            return Ok(Act { decision: self.decide(&document)?, chain: None, item_change: 0 });
        }
        let on_credit = |whole: i64, secured: i64| whole.checked_sub(secured).ok_or_else(overflow);
        let difference = on_credit(amount.whole.minor, amount.secured)?
            .checked_sub(on_credit(before.amount, before.marks.secured)?)
            .ok_or_else(overflow)?;
        let begins = self.begins(before);
        if begins == Stage::Invoiced && difference != 0 {
            return Err(self.state(before, "is a posted invoice: post a credit note, or another invoice"));
        }
        let there = before.at(begins).checked_add(difference).ok_or_else(overflow)?;
        if there < 0 && before.amount > 0 {
            let moved = before.amount.saturating_sub(before.at(begins));
            return Err(self.left_already(before, moved));
        }
        let earlier = before.marks.terms_days.or(self.account.profile.terms_days);
        let longer = self.request.terms_days.zip(earlier).is_some_and(|(terms, earlier)| terms > earlier);
        let mut document = self.document(before, self.money(difference), &amount);
        document.longer_terms = longer;
        let mut decision = self.decide(&document)?;
        if !decision.outcome.grants() {
            decision.exposure_after = decision.exposure_before;
            return Ok(Act { decision, chain: None, item_change: 0 });
        }
        let mut chain = Chain {
            amount: amount.whole.minor,
            expires: self.request.expires,
            ships: self.request.ships.or(before.ships),
            ..before.clone()
        };
        *chain.at_mut(begins) = there.max(0);
        chain.marks.secured = amount.secured;
        chain.marks.terms_days = self.request.terms_days.or(chain.marks.terms_days);
        if difference > 0 {
            self.let_through(&mut chain);
        }
        let held = chain.at(begins).checked_sub(before.at(begins)).ok_or_else(overflow)?;
        decision.exposure_after = decision.exposure_before.map(|owed| self.plus(owed, held)).transpose()?;
        Ok(Act { decision, chain: Some(chain), item_change: 0 })
    }

    /// A closed order asks to hold credit again, beside what has left it already.
    fn reopen(&self, before: &Chain) -> Result<Act> {
        let mut amount = self.amount()?;
        let moved = before.moved().ok_or_else(overflow)?;
        amount.whole.minor = amount.whole.minor.checked_add(moved).ok_or_else(overflow)?;
        let fresh = Marks { ahead: before.marks.ahead, begins: before.marks.begins, ..Marks::default() };
        let mut act = self.hold(Chain { marks: fresh, expires: None, ..before.clone() }, amount)?;
        // A refused reopening leaves the order closed, as it was.
        act.chain = act.chain.filter(|chain| chain.state != ChainState::Declined);
        Ok(act)
    }

    fn cancel(&self, before: &Chain) -> Result<Act> {
        // A draft that belongs to no order is given up as an order is.
        let drafted = if self.begins(before) == Stage::Drafted { before.drafted } else { 0 };
        let freed = before.ordered.checked_add(drafted).and_then(i64::checked_neg).ok_or_else(overflow)?;
        let decision = self.unasked(freed)?;
        let mut chain = Chain { state: ChainState::Cancelled, ordered: 0, expires: None, ..before.clone() };
        chain.drafted -= drafted;
        chain.marks = Marks { ahead: before.marks.ahead, begins: before.marks.begins, ..Marks::default() };
        Ok(Act { decision, chain: Some(chain), item_change: 0 })
    }

    pub(super) fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.account.currency)
    }

    pub(super) fn plus(&self, owed: Money, minor: i64) -> Result<Money> {
        owed.checked_add(self.money(minor)).map_err(|_| overflow())
    }
}

/// Whether this order is asked about as new, given what is known of it: what a check without a written order means.
pub fn action_of_a_check(chain: Option<&Chain>) -> Action {
    match chain.map(|chain| chain.state) {
        Some(ChainState::Active) => Action::Change,
        Some(ChainState::Cancelled | ChainState::Expired) => Action::Reopen,
        Some(ChainState::Held | ChainState::Declined) | None => Action::Reserve,
    }
}
