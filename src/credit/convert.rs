//! A part of an order moves: on along its chain, or back when a document is undone. Never refused for credit reasons.

use super::act::{Act, Scene, overflow};
use super::chain::{Chain, ChainState, Stage};
use super::decide::plain;
use crate::error::{Error, Result};
use crate::reason::{Code, Level, Outcome, Quantity, Reason};

/// The stages that a part can come from on its way to `to`, the nearest first.
fn on_the_way(to: Stage) -> &'static [Stage] {
    match to {
        Stage::Ordered => &[],
        Stage::Delivered => &[Stage::Ordered],
        Stage::Drafted => &[Stage::Delivered, Stage::Ordered],
        Stage::Invoiced => &[Stage::Drafted, Stage::Delivered, Stage::Ordered],
        Stage::Settled => &[Stage::Invoiced],
    }
}

/// Whether a document can be undone this way, or goods come back: only when it is asked for by name.
fn off_the_way(from: Stage, to: Stage) -> bool {
    from > to && !(from == Stage::Settled && to != Stage::Invoiced)
        // Goods that come back, or a draft that is dropped with them, are settled without an invoice.
        || to == Stage::Settled && matches!(from, Stage::Delivered | Stage::Drafted)
}

impl Scene<'_> {
    /// A part moves. The exposure stays, unless it is settled, was settled, or is more than there was.
    pub(super) fn convert(&self, before: &Chain) -> Result<Act> {
        let to = self.request.to.ok_or_else(|| {
            Error::argument("a conversion needs the stage it goes to: delivered, drafted, invoiced or settled")
        })?;
        let sources: Vec<Stage> = match self.request.from {
            Some(from) if on_the_way(to).contains(&from) || off_the_way(from, to) => vec![from],
            Some(from) => return Err(Error::argument(format!("nothing goes from {from:?} to {to:?} in one step"))),
            None if to == Stage::Ordered => {
                return Err(Error::argument(
                    "from: what goes back to ordered comes from a stage that must be named; change or reopen the order \
                     for more",
                ));
            }
            None => on_the_way(to).to_vec(),
        };
        let holds_nothing = |matter: &str| self.state(before, matter);
        if to == Stage::Ordered && before.state != ChainState::Active {
            return Err(holds_nothing("holds no credit, so nothing can go back to it: reopen it first"));
        }
        let first = *sources.iter().find(|stage| before.at(**stage) > 0).or(sources.first()).unwrap_or(&Stage::Ordered);
        let wanted = match self.request.amount {
            None => before.at(first),
            Some(amount) => {
                let amount = self.converted(amount)?;
                if amount.currency != self.account.currency {
                    return Err(Error::argument(format!(
                        "the amount is in {}, the account in {}: give a rate",
                        amount.currency, self.account.currency
                    )));
                }
                amount.minor
            }
        };
        if wanted <= 0 {
            return Err(self.state(before, &format!("has nothing {} to convert", stage_name(first))));
        }
        let mut chain = before.clone();
        let mut missing = wanted;
        for from in sources.iter().copied() {
            let part = missing.min(before.at(from));
            if part <= 0 {
                continue;
            }
            if from == Stage::Ordered && before.state != ChainState::Active {
                return Err(holds_nothing("holds no credit, so nothing of it can be delivered or invoiced"));
            }
            take(&mut chain, from, part)?;
            add(&mut chain, to, part)?;
            if from == Stage::Ordered && matches!(to, Stage::Drafted | Stage::Invoiced) {
                chain.marks.ahead = chain.marks.ahead.checked_add(part).ok_or_else(overflow)?;
            } else if to == Stage::Ordered && matches!(from, Stage::Drafted | Stage::Invoiced) {
                chain.marks.ahead -= part.min(chain.marks.ahead);
            }
            if from != Stage::Settled && off_the_way(from, to) && chain.at(from) == 0 {
                // The document is undone as a whole, the secured part of it too.
                *secured_at(&mut chain, from) = 0;
            }
            missing -= part;
        }
        // More than there was can only be said of a part of which nothing is left before.
        let nothing_left = on_the_way(to).iter().all(|stage| chain.at(*stage) == 0);
        let onward = on_the_way(to).contains(&Stage::Ordered) && self.request.from.is_none_or(|from| from < to);
        if missing > 0 && onward && nothing_left {
            if before.state != ChainState::Active {
                return Err(holds_nothing("holds no credit, so nothing of it can be delivered or invoiced"));
            }
            missing = outside_credit(&mut chain, to, missing);
        } else if missing > 0 {
            return Err(self.state(
                before,
                &format!(
                    "has only {} {}, not {}",
                    self.money(wanted.saturating_sub(missing)),
                    stage_name(first),
                    self.money(wanted)
                ),
            ));
        }
        // What is still missing was delivered or invoiced beyond the order.
        add(&mut chain, to, missing)?;
        chain.amount = chain.amount.checked_add(missing).ok_or_else(overflow)?;
        let arrived = |stage| chain.at(stage).checked_sub(before.at(stage)).ok_or_else(overflow);
        let (invoiced, settled) = (arrived(Stage::Invoiced)?, arrived(Stage::Settled)?);
        let increase = missing.checked_sub(settled).ok_or_else(overflow)?;
        let mut decision = self.unasked(increase)?;
        if missing > 0 {
            decision.outcome = Outcome::ApproveWithAlert;
            let measured = Some(Quantity::Money(self.money(missing)));
            decision.reasons =
                vec![Reason { measured, ..plain(Code::OverDelivery, Level::Document, Outcome::ApproveWithAlert) }];
        }
        Ok(Act { decision, chain: Some(chain), item_change: invoiced })
    }
}

/// What moves without holding credit: goods that were invoiced ahead of their delivery, and the secured part of the
/// order. Returns what is left.
fn outside_credit(chain: &mut Chain, to: Stage, mut missing: i64) -> i64 {
    if to == Stage::Delivered {
        let part = missing.min(chain.marks.ahead);
        chain.marks.ahead -= part;
        missing -= part;
    }
    let secured = chain.marks.secured;
    let moved = secured_at(chain, to);
    let part = missing.min(secured.saturating_sub(*moved).max(0));
    *moved += part;
    missing - part
}

/// How much of the secured part has come to a stage.
fn secured_at(chain: &mut Chain, stage: Stage) -> &mut i64 {
    let [delivered, drafted, invoiced] = &mut chain.marks.secured_moved;
    match stage {
        Stage::Delivered => delivered,
        Stage::Drafted => drafted,
        _ => invoiced,
    }
}

fn take(chain: &mut Chain, from: Stage, part: i64) -> Result<()> {
    *chain.at_mut(from) = chain.at(from).checked_sub(part).ok_or_else(overflow)?;
    Ok(())
}

fn add(chain: &mut Chain, to: Stage, part: i64) -> Result<()> {
    *chain.at_mut(to) = chain.at(to).checked_add(part).ok_or_else(overflow)?;
    Ok(())
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
