//! The decision, and the words it is made of. Pure: no I/O, no clock, no locks.
//!
//! [`decide()`] is the one gate, and [`act()`] is what an order does at it: a check, a reservation, a change and a replay
//! all go through the same two functions with facts, a request and a day, and so they cannot disagree.

mod account;
mod act;
mod chain;
mod convert;
mod decide;
pub mod explain;
mod lift;
mod limit;
mod pool;
mod profile;
mod rules;
mod score;
mod work;

pub use account::{AccountFacts, AccountId, Buckets};
pub use act::{Act, Action, Request, act, action_of_a_check};
pub use chain::{Chain, ChainState, Marks, Release, Stage, Wanted};
pub use decide::{Decision, Document, Person, decide, effective_limit, exposure};
pub use limit::{Limit, LimitKind, insured, last_to_end, limit_in_force};
pub use pool::{MAX_POOLS, PoolFacts, PoolKind, PoolSum};
pub use profile::{Behaviour, MONTHS, Month, Profile, dso};

pub use crate::policy::Status;
