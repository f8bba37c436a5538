//! What is bought: the accounts and their limits, and the steps of the requests.

use obligor::credit::{Chain, ChainState};
use obligor::store::postgres::{Options, PostgresStore};
use obligor::store::{Effects, Facts, LimitOwner, LimitRecord, NewDecision, Step, Store};

use crate::postgres_server::Server;
use crate::record::{Request, Verb};
use crate::store_common::*;

/// Customers with a limit of their own, …
pub(crate) const HOT: [&str; 3] = ["hot-0", "hot-1", "hot-2"];
/// … which is this.
pub(crate) const HOT_LIMIT: i64 = 3000;
/// Customers who share limits.
pub(crate) const POOLED: [&str; 4] = ["pooled-0", "pooled-1", "pooled-2", "pooled-3"];
/// The pools, their limits, and how many of the pooled customers belong to them.
pub(crate) const POOLS: [(&str, i64, usize); 2] = [("GROUP", 4000, 4), ("MAIN", 1500, 2)];

/// Makes tables, customers and limits in an empty database. From then on the server itself refuses to go above a limit.
pub(crate) fn found(server: &Server, database: &str, url: &str) -> PostgresStore {
    let store = PostgresStore::open(url, Options { create: true, ..Options::default() }).unwrap();
    load(&store, |load| {
        for (name, amount, _) in POOLS {
            load.put_pool(&pool(name))?;
            load.put_limit(&LimitRecord { owner: LimitOwner::Pool(name.to_owned()), ..limit("", amount) })?;
        }
        for customer in HOT {
            put_debtor(load, customer, HOT_LIMIT)?;
        }
        for (number, customer) in POOLED.into_iter().enumerate() {
            put_debtor(load, customer, 1_000_000)?;
            let pools = POOLS.iter().filter(|(_, _, members)| number < *members);
            load.put_account(&into_pools(customer, &pools.map(|(name, _, _)| *name).collect::<Vec<_>>()))?;
        }
        Ok(())
    });
    let of_accounts = format!("customer NOT LIKE 'hot-%' OR ordered BETWEEN 0 AND {HOT_LIMIT}");
    server.sql(database, &format!("ALTER TABLE obligor.account ADD CONSTRAINT within_limit CHECK ({of_accounts})"));
    for (name, amount, _) in POOLS {
        let pool = server.sql(database, &format!("SELECT id FROM obligor.pool WHERE name = '{name}'"));
        let of_pools = format!("pool <> {pool} OR debit BETWEEN 0 AND {amount}");
        server.sql(database, &format!("ALTER TABLE obligor.pool_sum ADD CONSTRAINT within_{name} CHECK ({of_pools})"));
    }
    store
}

/// The step of a request.
pub(crate) fn step(request: &Request) -> Step {
    let Request { key, customer, document, verb, amount } = request;
    let step = match verb {
        Verb::Reserve | Verb::More => purchase(customer, document, *amount),
        Verb::Cancel => Step { ask: ask(customer, document), plan: Box::new(cancelled) },
    };
    keyed(step, key, 1)
}

/// Reserves if the account's limit and those of all its pools leave room.
pub(crate) fn purchase(customer: &str, document: &str, amount: i64) -> Step {
    let mut step = reservation(customer, document, amount);
    let within_own_limit = step.plan;
    step.plan = Box::new(move |facts| {
        let mut pools = facts.account.iter().flat_map(|account| &account.pools);
        let fits = pools.all(|pool| {
            let owed: i64 = pool.sums.iter().map(|sum| sum.debit).sum();
            pool.limits.first().and_then(|limit| limit.amount).is_none_or(|limit| owed + amount <= limit)
        });
        if fits { within_own_limit(facts) } else { Ok(Effects { record: told("refuse"), ..Effects::default() }) }
    });
    step
}

/// Frees what an order holds. That there is no such order is a refusal.
fn cancelled(facts: &Facts) -> obligor::error::Result<Effects> {
    let Some(chain) = facts.chain.as_ref().filter(|chain| chain.ordered > 0) else {
        return Ok(Effects { record: told("refuse"), ..Effects::default() });
    };
    let chain = Chain { state: ChainState::Cancelled, ordered: 0, ..chain.clone() };
    Ok(Effects { granted: true, chain: Some(chain), record: told("approve"), ..Effects::default() })
}

fn told(outcome: &str) -> Option<NewDecision> {
    Some(NewDecision { body: format!("{{\"outcome\":\"{outcome}\"}}"), salt: [7; 16] })
}

/// Asks for something by a deadline.
pub(crate) fn carry_out(
    store: &dyn Store,
    step: Step,
    deadline: std::time::Instant,
) -> obligor::error::Result<obligor::store::Written> {
    let mut steps = store.step(vec![step], false, deadline)?;
    assert_eq!(steps.answers.len(), 1);
    steps.answers.remove(0)
}
