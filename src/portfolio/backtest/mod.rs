//! What a policy would have done over recorded orders and payments, held against another one.
//!
//! A [`Record`] is what happened, day by day. [`run`] lets it happen twice, once under each policy: an order that a policy
//! does not let through does not happen in its world, so what it would have owed is not there when the next one is asked
//! about. The questions themselves go through [`crate::credit::act()`], as those of an engine do; nothing is decided here.
//!
//! What became of each order in truth then tells what its policy's answer was worth: a loss that would have been
//! avoided, or a sale that would have been lost.

mod record;
mod report;
mod tally;
mod world;

pub use record::{AccountState, History, MAX_ACCOUNTS, MAX_CLASSES, MAX_ORDERS, NewOrder, OrderRef, Payer, Record};
pub use report::{
    Change, ClassSplit, CurrencyReport, Difference, Differences, Fate, MAX_LARGEST, MonthSplit, PolicyName, Recorded,
    Report, RuleSums, Sum, Totals,
};

use crate::calendar::Day;
use crate::error::{Result, hide_numbers};
use crate::policy::{Bucket, Policy, Test};
use world::World;

/// What is tried.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// The policy that is tried.
    pub tried: &'a Policy,
    /// The policy it is held against, such as the one in force.
    pub against: &'a Policy,
    /// Orders entered before this day went through as they did: they are exposure, are not asked about and not counted.
    pub from: Option<Day>,
    /// How many orders that the policies treat differently are listed in each currency, those of the highest value
    /// first; at most [`MAX_LARGEST`].
    pub largest: usize,
}

/// Lets the record happen under both policies.
///
/// # Errors
/// `Argument` when amounts are too large to add; the message names the order.
pub fn run(record: &Record, trial: &Trial<'_>) -> Result<Report> {
    let mut tried = World::new(record, trial.tried);
    let mut against = World::new(record, trial.against);
    let classes = play(record, trial, &mut [&mut tried, &mut against])?;
    let mut report = tally::report(record, trial, &classes, [&tried, &against])?;
    report.warnings = warnings(record, trial);
    Ok(report)
}

/// Lets the record happen under one policy, and tells how many orders it let through: for measuring.
///
/// # Errors
/// As [`run`].
pub fn grants(record: &Record, policy: &Policy) -> Result<u64> {
    let trial = Trial { tried: policy, against: policy, from: None, largest: 0 };
    let mut world = World::new(record, policy);
    play(record, &trial, &mut [&mut world])?;
    Ok((0..record.orders.len()).map(|at| u64::from(world.deal(at).outcome.grants())).sum())
}

/// Plays the happenings in their order. Returns the class of each order's account when it was entered.
fn play(record: &Record, trial: &Trial<'_>, worlds: &mut [&mut World<'_>]) -> Result<Vec<u16>> {
    use record::What;
    let mut classes = vec![0_u16; record.orders.len()];
    let mut class_now = vec![0_u16; record.accounts.len()];
    let mut names = record.class_names(trial.tried);
    for happening in &record.happenings {
        let (at, day) = (happening.at(), happening.day);
        if let What::Account(change) = happening.what {
            let (Some(state), Some(class)) = (record.states.get(change as usize), class_now.get_mut(at)) else {
                continue;
            };
            *class = names.number(
                trial.tried.class_said(state.profile.risk_class.as_deref(), state.profile.score).unwrap_or_default(),
            )?;
            worlds.iter_mut().for_each(|world| world.account_is(at, state));
            continue;
        }
        let Some(order) = record.orders.get(at) else { continue };
        if matches!(happening.what, What::Entered)
            && let (Some(class), Some(now)) = (classes.get_mut(at), class_now.get(order.payer.at()))
        {
            *class = *now;
        }
        let asked = trial.from.is_none_or(|from| order.entered >= from);
        for world in worlds.iter_mut() {
            world
                .happens(at, order, happening.what, day, asked)
                .map_err(|error| error.at(hide_numbers(&format!("order {:?}", order.number))))?;
        }
    }
    Ok(classes)
}

/// What a person should know of rules that ask for what no record tells, or this one does not.
fn warnings(record: &Record, trial: &Trial<'_>) -> Vec<String> {
    let tells = record.tells;
    let mut lacking: Vec<(&str, Vec<&str>)> = Vec::new();
    for rule in trial.tried.rules.iter().chain(&trial.against.rules) {
        let lacks = match rule.test {
            Test::DunningLevel { .. } => "dunning levels",
            Test::BucketAmount { bucket: Bucket::Drafted, .. } => "drafts of invoices",
            Test::Score { .. } if !tells.score => "scores",
            Test::Status { .. } if !tells.status => "statuses of accounts",
            Test::ReviewDue { .. } if !tells.next_review => "days of review",
            Test::DisputeRate { .. } if !tells.disputes => "disputes",
            Test::Discount { .. } if !tells.discounts => "discounts",
            Test::TermsChanged if !tells.terms => "payment terms of orders",
            _ => continue,
        };
        match lacking.iter_mut().find(|(what, _)| *what == lacks) {
            Some((_, rules)) if rules.contains(&&*rule.name) => {}
            Some((_, rules)) => rules.push(&rule.name),
            None => lacking.push((lacks, vec![&rule.name])),
        }
    }
    let told = |(what, rules): (&str, Vec<&str>)| {
        format!("the record does not tell {what}; rules that ask: {}", rules.join(", "))
    };
    lacking.into_iter().map(told).collect()
}
