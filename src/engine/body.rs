//! The record of one decision: what was asked, what was known, and what it came to.

use serde::{Deserialize, Serialize};

use super::order_request::{Instalment, instalment};
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, Act, Action, Chain, ChainState, Decision, Request, Stage, act};
use crate::error::{Error, ErrorKind, Result};
use crate::money::Money;
use crate::policy::Policy;
use crate::reason::Outcome;
use crate::store::{AccountKey, Event, EventKind, Item, ItemKind};

/// The format of recorded decisions; moves when replaying needs to tell old from new.
pub(super) const BODY_FORMAT: u32 = 1;

/// Everything a decision was made from and what came of it: the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    pub asked: Asked,
    pub came_to: CameTo,
}

/// What was asked, when, under which policy, and what was known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    pub format: u32,
    pub at: Instant,
    pub today: Day,
    /// `None` only when an unknown account was asked for by its number.
    pub key: Option<AccountKey>,
    pub user: String,
    pub request_key: String,
    pub document: String,
    pub item: String,
    pub due: Option<Day>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instalments: Vec<Instalment>,
    pub request: Request,
    /// The digest of the policy, in hexadecimal.
    pub policy: String,
    pub account: Option<AccountFacts>,
    pub chain: Option<Chain>,
    pub open_item: Option<Item>,
}

/// What was decided, and what the order and the item are since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CameTo {
    pub decision: Decision,
    pub chain: Option<Chain>,
    /// Open items as they are to be from now on.
    pub open_items: Vec<Item>,
}

/// What a host is told of a recorded decision. Most of a body is not that, and what is not read costs little.
#[derive(Deserialize)]
pub(super) struct Told {
    asked: ToldAsked,
    came_to: ToldCameTo,
}

#[derive(Deserialize)]
struct ToldAsked {
    at: Instant,
    chain: Option<ToldChain>,
}

#[derive(Deserialize)]
struct ToldCameTo {
    decision: Decision,
    chain: Option<ToldChain>,
}

#[derive(Deserialize)]
struct ToldChain {
    state: ChainState,
}

impl Told {
    pub(super) fn read(body: &str) -> Result<Self> {
        serde_json::from_str(body).map_err(unreadable)
    }

    /// When it was decided.
    pub(super) fn at(&self) -> Instant {
        self.asked.at
    }

    /// What has become of the order; `None` when nothing is known of it.
    pub(super) fn state(&self) -> Option<ChainState> {
        self.came_to.chain.as_ref().or(self.asked.chain.as_ref()).map(|chain| chain.state)
    }

    pub(super) fn decision(self) -> Decision {
        self.came_to.decision
    }
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::new(ErrorKind::Store, format!("a recorded decision cannot be read: {error}"))
}

impl Body {
    pub(super) fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(unreadable)
    }

    pub(super) fn write(&self) -> Result<String> {
        serde_json::to_string(self)
            .map_err(|error| Error::new(ErrorKind::Internal, format!("a decision cannot be written: {error}")))
    }

    /// What people are told of it.
    pub(super) fn event(&self) -> Option<Event> {
        let decision = &self.came_to.decision;
        let kind = match decision.outcome {
            _ if self.asked.request.action == Action::Reject => EventKind::Rejected,
            outcome if outcome.grants() && self.was_waiting() => EventKind::Released,
            _ if self.asked.request.action == Action::Reevaluate && !self.changes() => return None,
            Outcome::NotChecked | Outcome::Approve => return None,
            Outcome::ApproveWithAlert => EventKind::Alert,
            Outcome::Prepay => EventKind::PrepayAsked,
            Outcome::Hold => EventKind::Held,
            Outcome::Refuse => EventKind::Refused,
        };
        Some(Event {
            id: 0,
            at: self.asked.at,
            kind,
            account: self.asked.account.as_ref().map(|account| account.id),
            document: self.asked.document.clone(),
            subject: String::new(),
            reasons: decision.reasons.iter().map(|reason| reason.code.name().to_owned()).collect(),
        })
    }

    /// Whether the order is another since: a question that the engine asks by itself is recorded only then.
    pub(super) fn changes(&self) -> bool {
        let state = |chain: &Option<Chain>| chain.as_ref().map(|chain| chain.state);
        self.came_to.chain.is_some() && state(&self.asked.chain) != state(&self.came_to.chain)
    }

    /// Whether the order waited for a person, or was turned down, until this decision.
    fn was_waiting(&self) -> bool {
        let waited = |chain: &Chain| matches!(chain.state, ChainState::Held | ChainState::Declined);
        let holds = |chain: &Chain| chain.state == ChainState::Active;
        self.asked.chain.as_ref().is_some_and(waited) && self.came_to.chain.as_ref().is_some_and(holds)
    }
}

impl Asked {
    /// What it comes to under this policy. The one place where decisions that count are made; a replay makes them here
    /// again.
    pub(super) fn come_to(&self, policy: &Policy) -> Result<CameTo> {
        let (account, chain) = (self.account.as_ref(), self.chain.as_ref());
        let act = act(policy, account, chain, &self.document, &self.request, self.at, self.today)?;
        Ok(CameTo { open_items: self.items_after(&act)?, chain: act.chain, decision: act.decision })
    }

    /// What the open items are after a part was invoiced, settled, or came back.
    fn items_after(&self, act: &Act) -> Result<Vec<Item>> {
        let (Some(account), true) = (&self.account, act.item_change != 0) else { return Ok(Vec::new()) };
        let large = || Error::argument("the amount of the open item is too large");
        match &self.open_item {
            Some(item) if !self.instalments.is_empty() => {
                Err(Error::new(ErrorKind::State, format!("open item {:?} is there already", item.number)))
            }
            Some(item) if item.kind != ItemKind::Invoice => {
                Err(Error::new(ErrorKind::State, format!("open item {:?} is a credit, not an invoice", item.number)))
            }
            Some(item) => {
                let residual = item.residual.checked_add(act.item_change).ok_or_else(large)?;
                if residual < 0 {
                    let (open, number) = (Money::new(item.residual, account.currency), &item.number);
                    return Err(Error::new(ErrorKind::State, format!("only {open} of open item {number:?} is open")));
                }
                // A payment, or one that was taken back, leaves the invoice as large as it was.
                let posted = match (self.request.from, self.request.to) {
                    (Some(Stage::Settled), _) | (_, Some(Stage::Settled)) => 0,
                    // More is invoiced, or an invoice is undone: that is no payment.
                    _ => act.item_change,
                };
                let amount = item.amount.checked_add(posted).ok_or_else(large)?.max(residual);
                Ok(vec![Item { residual, amount, due: self.due.unwrap_or(item.due), ..item.clone() }])
            }
            None if act.item_change < 0 => {
                Err(Error::new(ErrorKind::NotFound, format!("open item {:?} is not known", self.item)))
            }
            None => self.new_items(account, act.item_change),
        }
    }

    /// The open items of a new invoice: one, or one for each instalment.
    fn new_items(&self, account: &AccountFacts, amount: i64) -> Result<Vec<Item>> {
        if self.item.is_empty() {
            return Err(Error::argument("item: say which open item the invoice is, and when it is due"));
        }
        let key = self.key.clone().ok_or_else(|| Error::new(ErrorKind::Internal, "an account without a name"))?;
        let item = |number: String, amount: i64, due: Day| Item {
            key: key.clone(),
            number,
            kind: ItemKind::Invoice,
            currency: account.currency,
            amount,
            residual: amount,
            due,
            disputed: false,
            dunning_level: 0,
            dunning_blocked: false,
            delivered: Some(self.today),
            document: self.document.clone(),
        };
        if self.instalments.is_empty() {
            let due = self.due.ok_or_else(|| Error::argument("due: a new invoice needs the day it is due"))?;
            return Ok(vec![item(self.item.clone(), amount, due)]);
        }
        let base = self.item.strip_suffix("/1").unwrap_or(&self.item);
        let mut items = Vec::with_capacity(self.instalments.len());
        for (at, part) in self.instalments.iter().enumerate() {
            if part.amount.currency != account.currency || part.amount.minor <= 0 {
                let message = format!("instalments[{at}]: give an amount above zero in {}", account.currency);
                return Err(Error::argument(message));
            }
            items.push(item(instalment(base, at + 1), part.amount.minor, part.due));
        }
        let sum = items
            .iter()
            .try_fold(0_i64, |sum, item| sum.checked_add(item.amount))
            .ok_or_else(|| Error::argument("instalments: they are too large to add"))?;
        if sum != amount {
            let [sum, amount] = [sum, amount].map(|minor| Money::new(minor, account.currency));
            return Err(Error::argument(format!("instalments: they come to {sum}, and {amount} is invoiced")));
        }
        Ok(items)
    }
}
