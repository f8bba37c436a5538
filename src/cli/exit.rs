//! Exit codes: one number for one meaning.
//!
//! Below 30 are errors, with the numbers of the status codes in `include/obligor.h`; from 30 on are answers that are not
//! a plain yes, as 30 and the outcome's number. An answer is never an error, and an error never an answer.

use obligor::error::ErrorKind;
use obligor::policy::Verdict;
use obligor::reason::Outcome;

/// Done; for an order: it may go through.
pub(crate) const OK: u8 = 0;
/// The order waits for a prepayment; the customer pays in advance.
pub(crate) const PREPAY: u8 = 33;
/// The order, or the customer, waits for a person.
pub(crate) const HOLD: u8 = 34;
/// The order may not go through; the customer is rejected.
pub(crate) const REFUSE: u8 = 35;
/// The debtor register holds payment remarks.
pub(crate) const REMARKS: u8 = 36;
/// The debtor register was not asked or could not answer: neither clear nor remarks.
pub(crate) const UNKNOWN: u8 = 37;
/// The record is not sound, a decision came out otherwise, or something in a policy cannot be meant.
pub(crate) const FAULTS: u8 = 38;
/// The good rows were taken, and the bad ones written to the file named.
pub(crate) const REJECTED: u8 = 39;

/// The code for a kind of error. 2 is a mistake in the words of the command line, and told by clap.
pub(crate) const fn of(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Argument => 1,
        ErrorKind::NotFound => 4,
        ErrorKind::KeyConflict => 5,
        ErrorKind::State => 6,
        ErrorKind::TooLarge => 7,
        ErrorKind::Config => 8,
        ErrorKind::Policy => 9,
        ErrorKind::Undetermined => 10,
        ErrorKind::Store => 11,
        ErrorKind::TooNew => 12,
        ErrorKind::InUse => 13,
        ErrorKind::Unsupported => 14,
        ErrorKind::Io => 15,
        ErrorKind::Forbidden => 16,
        ErrorKind::Forked => 17,
        ErrorKind::Internal => 18,
        ErrorKind::Cancelled => 20,
    }
}

/// The code for the outcome of an order. *Not checked* lets the order through, as the account is meant to.
pub(crate) const fn of_outcome(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::NotChecked | Outcome::Approve | Outcome::ApproveWithAlert => OK,
        Outcome::Prepay => PREPAY,
        Outcome::Hold => HOLD,
        Outcome::Refuse => REFUSE,
    }
}

/// The code for the verdict on a new customer.
pub(crate) const fn of_verdict(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Accept => OK,
        Verdict::Prepay => PREPAY,
        Verdict::Review => HOLD,
        Verdict::Reject => REFUSE,
    }
}

/// The answers, for the help text.
pub(crate) const HELP: &str = "\
Exit codes:
  0      done; the order may go through, the customer is accepted, the register is clear
  1..20  an error, by its kind: 1 wrong request, 2 wrong command line, 4 not found, 5 key used,
         6 wrong state, 8 configuration, 9 policy, 10 undetermined (ask again with the same key) …
  33 prepay   34 hold or review   35 refuse or reject   36 remarks   37 unknown
  38 faults found   39 rows rejected
All of them are in docs/PROGRAM.md.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_thirty_and_the_number_of_the_outcome() {
        for outcome in Outcome::ALL.into_iter().filter(|outcome| !outcome.grants()) {
            assert_eq!(i32::from(of_outcome(outcome)), 30 + outcome.number());
        }
    }

    #[test]
    fn every_code_is_in_the_manual() {
        let manual = include_str!("../../docs/PROGRAM.md");
        let errors = [
            ErrorKind::Argument,
            ErrorKind::NotFound,
            ErrorKind::KeyConflict,
            ErrorKind::State,
            ErrorKind::TooLarge,
            ErrorKind::Config,
            ErrorKind::Policy,
            ErrorKind::Undetermined,
            ErrorKind::Store,
            ErrorKind::TooNew,
            ErrorKind::InUse,
            ErrorKind::Unsupported,
            ErrorKind::Io,
            ErrorKind::Forbidden,
            ErrorKind::Forked,
            ErrorKind::Internal,
            ErrorKind::Cancelled,
        ];
        for kind in errors {
            let row = format!("| {} | {} |", of(kind), kind.name());
            assert!(manual.contains(&row), "docs/PROGRAM.md lacks the row {row}");
        }
        for code in [OK, 2, PREPAY, HOLD, REFUSE, REMARKS, UNKNOWN, FAULTS, REJECTED] {
            assert!(manual.contains(&format!("\n| {code} | ")), "docs/PROGRAM.md lacks the code {code}");
        }
    }
}
