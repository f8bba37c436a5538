//! What an order may do in its life, as one pure function: [`act`].
//!
//! Reserve, change, convert, cancel and reopen all come through here, for real and as a simulation. Only increases are
//! asked about; what makes the exposure smaller, and what moves value along the chain, always goes through. What does
//! not fit the state of the chain is an error that says what fits.

use serde::{Deserialize, Serialize};

use super::account::AccountFacts;
use super::chain::{Chain, ChainState, Stage};
use super::decide::{Decision, Document, decide};
use crate::calendar::{Day, Instant};
use crate::error::{Error, ErrorKind, Result};
use crate::money::{Money, Rate};
use crate::policy::Policy;
use crate::reason::Outcome;

/// What is asked of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A new order, or one that was held, declined or prepaid: hold credit for its amount.
    Reserve,
    /// Another amount for an order that holds credit; asked about by the difference.
    Change,
    /// A part moves on: delivered, drafted, invoiced, settled.
    Convert,
    /// What is still ordered is given up.
    Cancel,
    /// An order that was cancelled or ran out is taken up again; asked about as a new one.
    Reopen,
}

/// A request about an order, without the host's names for things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What is asked.
    pub action: Action,
    /// Reserve and change: the order's whole amount. Reopen: what is ordered again. Convert: the part that moves;
    /// `None` moves everything in `from`. Cancel: not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Units of the account's currency for one unit of the amount's, as text so that it is exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    /// When what is ordered stops holding credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
    /// Convert: where the part is; `None` is the last stage before `to` that holds anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Stage>,
    /// Convert: where the part goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Stage>,
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
/// `State` when the order's state does not allow it, `Argument` when the request lacks something or is too large.
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
                decision: decide(policy, None, &Document { increase }, today)?,
                chain: None,
                item_change: 0,
            });
        }
        return Err(Error::new(ErrorKind::NotFound, "there is no such customer account, so it has no orders"));
    };
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
    match (request.action, chain) {
        (Action::Reserve, None) => scene.hold(scene.fresh(), scene.amount()?),
        (Action::Reserve, Some(chain)) => match chain.state {
            ChainState::Held | ChainState::Declined => scene.hold(chain.clone(), scene.amount()?),
            ChainState::Active => Err(scene.state(chain, "is reserved already: change it instead")),
            ChainState::Cancelled | ChainState::Expired => Err(scene.state(chain, "is closed: reopen it instead")),
        },
        (_, None) => Err(Error::new(ErrorKind::NotFound, format!("order {document:?} is not known: reserve it first"))),
        (Action::Change, Some(chain)) => match chain.state {
            ChainState::Active => scene.change(chain),
            ChainState::Held | ChainState::Declined => scene.hold(chain.clone(), scene.amount()?),
            ChainState::Cancelled | ChainState::Expired => Err(scene.state(chain, "is closed: reopen it instead")),
        },
        (Action::Convert, Some(chain)) => scene.convert(chain),
        (Action::Cancel, Some(chain)) => match chain.state {
            ChainState::Cancelled | ChainState::Expired => Err(scene.state(chain, "is closed already")),
            _ => scene.cancel(chain),
        },
        (Action::Reopen, Some(chain)) => match chain.state {
            ChainState::Cancelled | ChainState::Expired => scene.reopen(chain),
            _ => Err(scene.state(chain, "is not closed: reserve or change it instead")),
        },
    }
}

fn no_amount() -> Error {
    Error::argument("the request needs an amount")
}

fn overflow() -> Error {
    Error::argument("the amounts of this order are too large to add")
}

/// Everything an action may look at.
struct Scene<'a> {
    policy: &'a Policy,
    account: &'a AccountFacts,
    document: &'a str,
    request: &'a Request,
    now: Instant,
    today: Day,
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
        }
    }

    fn state(&self, chain: &Chain, matter: &str) -> Error {
        let state = match chain.state {
            ChainState::Held => "held",
            ChainState::Declined => "declined",
            ChainState::Active => "active",
            ChainState::Cancelled => "cancelled",
            ChainState::Expired => "expired",
        };
        Error::new(ErrorKind::State, format!("order {:?} ({state}) {matter}", self.document))
    }

    /// The request's amount in the account's currency; in its own when there is no rate to convert it with.
    fn amount(&self) -> Result<Money> {
        let amount = self.request.amount.ok_or_else(no_amount)?;
        let Some(rate) = self.request.rate.as_deref().filter(|_| amount.currency != self.account.currency) else {
            return Ok(amount);
        };
        Rate::parse(rate)
            .and_then(|rate| rate.convert(amount, self.account.currency, self.policy.facts.rounding))
            .map_err(|error| Error::argument(format!("rate {rate:?}: {error}")))
    }

    fn decide(&self, increase: Money) -> Result<Decision> {
        decide(self.policy, Some(self.account), &Document { increase }, self.today)
    }

    /// An order that holds nothing yet asks to hold `amount`.
    fn hold(&self, mut chain: Chain, amount: Money) -> Result<Act> {
        let mut decision = self.decide(amount)?;
        chain.amount = amount.minor;
        chain.ordered = 0;
        chain.expires = self.request.expires;
        chain.state = match decision.outcome {
            // What cannot be compared cannot be held either.
            _ if amount.currency != self.account.currency => {
                chain.amount = 0;
                if decision.outcome == Outcome::Hold { ChainState::Held } else { ChainState::Declined }
            }
            outcome if outcome.grants() => {
                // A return order takes nothing away before its credit note is posted.
                chain.ordered = amount.minor.max(0);
                ChainState::Active
            }
            Outcome::Hold => ChainState::Held,
            _ => ChainState::Declined,
        };
        decision.exposure_after = decision.exposure_before.map(|owed| self.plus(owed, chain.ordered)).transpose()?;
        Ok(Act { decision, chain: Some(chain), item_change: 0 })
    }

    /// An order that holds credit gets another amount; the difference is asked about.
    fn change(&self, before: &Chain) -> Result<Act> {
        let amount = self.amount()?;
        if amount.currency != self.account.currency {
            return Ok(Act { decision: self.decide(amount)?, chain: None, item_change: 0 });
        }
        let difference = amount.minor.checked_sub(before.amount).ok_or_else(overflow)?;
        let ordered = before.ordered.checked_add(difference).ok_or_else(overflow)?;
        if ordered < 0 && difference < 0 && before.amount > 0 {
            let moved = before.amount.saturating_sub(before.ordered);
            return Err(self.state(
                before,
                &format!("cannot be made smaller than what has left it already, {}", self.money(moved)),
            ));
        }
        let mut decision = self.decide(self.money(difference))?;
        if !decision.outcome.grants() {
            return Ok(Act { decision, chain: None, item_change: 0 });
        }
        let chain =
            Chain { amount: amount.minor, ordered: ordered.max(0), expires: self.request.expires, ..before.clone() };
        let held = chain.ordered.checked_sub(before.ordered).ok_or_else(overflow)?;
        decision.exposure_after = decision.exposure_before.map(|owed| self.plus(owed, held)).transpose()?;
        Ok(Act { decision, chain: Some(chain), item_change: 0 })
    }

    /// A closed order asks to hold credit again, beside what has left it already.
    fn reopen(&self, before: &Chain) -> Result<Act> {
        let amount = self.amount()?;
        let moved = [before.delivered, before.drafted, before.invoiced, before.settled]
            .into_iter()
            .try_fold(0_i64, i64::checked_add)
            .ok_or_else(overflow)?;
        let mut act = self.hold(before.clone(), amount)?;
        if let Some(chain) = &mut act.chain {
            chain.amount = chain.amount.checked_add(moved).ok_or_else(overflow)?;
        }
        // A refused reopening leaves the order closed, as it was.
        act.chain = act.chain.filter(|chain| chain.state != ChainState::Declined);
        Ok(act)
    }

    fn cancel(&self, before: &Chain) -> Result<Act> {
        let mut decision = self.decide(self.money(0))?;
        let freed = before.ordered.checked_neg().ok_or_else(overflow)?;
        decision.increase = self.money(freed);
        decision.exposure_after = decision.exposure_before.map(|owed| self.plus(owed, freed)).transpose()?;
        let chain = Chain { state: ChainState::Cancelled, ordered: 0, expires: None, ..before.clone() };
        Ok(Act { decision, chain: Some(chain), item_change: 0 })
    }

    /// A part moves along the chain. The exposure stays, until the part is settled.
    fn convert(&self, before: &Chain) -> Result<Act> {
        let to = self.request.to.ok_or_else(|| {
            Error::argument("a conversion needs the stage it goes to: delivered, drafted, invoiced or settled")
        })?;
        let before_to: &[Stage] = match to {
            Stage::Ordered => {
                return Err(Error::argument("nothing is converted to ordered: change or reopen the order"));
            }
            Stage::Delivered => &[Stage::Ordered],
            Stage::Drafted => &[Stage::Delivered, Stage::Ordered],
            Stage::Invoiced => &[Stage::Drafted, Stage::Delivered, Stage::Ordered],
            Stage::Settled => &[Stage::Invoiced],
        };
        let from = match self.request.from {
            Some(from) if before_to.contains(&from) => from,
            Some(from) => return Err(Error::argument(format!("nothing goes from {from:?} to {to:?} in one step"))),
            None => *before_to.iter().find(|stage| before.at(**stage) > 0).unwrap_or(&before_to[0]),
        };
        if from == Stage::Ordered && before.state != ChainState::Active {
            return Err(self.state(before, "holds no credit, so nothing of it can be delivered or invoiced"));
        }
        let there = before.at(from);
        let part = match self.request.amount {
            None => there,
            Some(_) => {
                let amount = self.amount()?;
                if amount.currency != self.account.currency {
                    return Err(Error::argument(format!(
                        "the amount is in {}, the account in {}: give a rate",
                        amount.currency, self.account.currency
                    )));
                }
                amount.minor
            }
        };
        if part <= 0 {
            return Err(self.state(before, &format!("has nothing {} to convert", stage_name(from))));
        }
        if part > there {
            return Err(self.state(
                before,
                &format!(
                    "has only {} {}, not {}: change the order first if more was delivered or invoiced",
                    self.money(there),
                    stage_name(from),
                    self.money(part)
                ),
            ));
        }
        let mut chain = before.clone();
        *chain.at_mut(from) = there.checked_sub(part).ok_or_else(overflow)?;
        let arrived = chain.at(to).checked_add(part).ok_or_else(overflow)?;
        *chain.at_mut(to) = arrived;
        let mut decision = self.decide(self.money(0))?;
        let mut item_change = 0;
        if to == Stage::Invoiced {
            item_change = part;
        } else if to == Stage::Settled {
            item_change = part.checked_neg().ok_or_else(overflow)?;
            decision.increase = self.money(item_change);
            decision.exposure_after = decision.exposure_before.map(|owed| self.plus(owed, item_change)).transpose()?;
        }
        Ok(Act { decision, chain: Some(chain), item_change })
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.account.currency)
    }

    fn plus(&self, owed: Money, minor: i64) -> Result<Money> {
        owed.checked_add(self.money(minor)).map_err(|_| overflow())
    }
}

/// The stage as a word in a sentence.
fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Ordered => "ordered",
        Stage::Delivered => "delivered",
        Stage::Drafted => "drafted",
        Stage::Invoiced => "invoiced",
        Stage::Settled => "settled",
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
