//! A new customer: who it is before the law, whether it is in the books already, and what is to become of it.
//!
//! Everything here is a pure function. The engine asks the store and the registers and lays what they said before
//! [`judge`] as a list of [`Check`]s: each is *passed*, *failed* or *unknown because …*, and each names its source and how
//! old the source's answer was. "The register is down" can so never be read as "nothing found".

mod check;
mod name;
mod subject;
mod text;
mod verdict;

pub use check::{Because, Check, CheckCode, CheckResult, Evidence};
pub use name::{Likeness, compare_names, name_key};
pub use subject::{Number, Subject, SubjectKind, SubjectSource, derive_subject, legal_form};
pub use verdict::{Cause, Judgement, Proposal, Terms, judge};
