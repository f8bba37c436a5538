//! The decision, and the words it is made of. Pure: no I/O, no clock, no locks.
//!
//! [`decide`] is the one gate. A check, a reservation, a change and a replay all ask it with facts, a document and a
//! day, and so they cannot disagree about the same facts.

mod account;
mod chain;
mod decide;
mod limit;

pub use account::{AccountFacts, AccountId, Buckets, Status};
pub use chain::{Chain, ChainState, Stage};
pub use decide::{Decision, Document, decide};
pub use limit::{Limit, LimitKind, limit_in_force};
