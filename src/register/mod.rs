//! Registers: what the law lets us ask them, how long their answers may be used, and how an answer reads.
//!
//! A look-up in a debtor register passes the [`LookupGate`] first. What comes back is a [`DebtorAnswer`]: *clear*, *remarks*,
//! or *unknown because …*; a remark is dropped on the day [`retention()`] names, wherever it was kept meanwhile. Both are
//! pure, and both go by dated rows of data, so that a rule can be read, tested on its boundary days and replaced.

mod answer;
mod law;
mod retention;
pub mod sources;
mod state;

pub use answer::{DebtorAnswer, DebtorRemark, WhyUnknown};
pub use law::{Denied, Gate, LookupGate, Need, Purpose, RULES, Rule};
pub use retention::{RETENTION_RULES, RemarkKind, Retention, RetentionRule, retention};
pub use state::CompanyState;
