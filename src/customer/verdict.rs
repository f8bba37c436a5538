//! What is to become of a new customer.
//!
//! Every check that did not pass leads to a verdict that the policy names; the most severe one wins. One thing the policy
//! cannot do: have a person rejected by a machine alone. Whoever is, or may be, a natural person gets *review* where the
//! policy says *reject*, and the answer says so (Regulation (EU) 2016/679 art. 22 as read in CJEU C-634/21, 7 December
//! 2023: a result on which the decision draws strongly is itself the automated decision).

use serde::{Deserialize, Serialize};

use super::{Because, Check, CheckCode, CheckResult, Subject};
use crate::money::{Currency, Money};
use crate::policy::{CustomerPolicy, Verdict};

/// The rule that turns a rejection of a person into a review.
const HUMAN_RULE: &str = "GDPR-22";

/// What a check that did not pass leads to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cause {
    /// Which check.
    pub code: CheckCode,
    /// What came of it.
    pub result: CheckResult,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
    /// What the policy makes of it, before a person is protected from rejection.
    pub leads_to: Verdict,
}

/// How the customer is to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Terms {
    /// On account, within the limit.
    OnAccount,
    /// In advance.
    Prepayment,
}

/// What is proposed for a customer that can be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Proposal {
    /// How it is to pay.
    pub terms: Terms,
    /// How much it may owe; none when it pays in advance, or the policy proposes no limit in the currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Money>,
}

/// A verdict with its causes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Judgement {
    /// What is to become of the customer.
    pub verdict: Verdict,
    /// Every check that did not pass, the most severe first.
    pub causes: Vec<Cause>,
    /// The rule that made a review of a rejection, if one did: a person has to decide, and may reject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub human_rule: Option<String>,
    /// What is proposed; none when a person has to decide, or the customer is rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
}

/// Judges a new customer by its checks. `currency` is the one it is to be given credit in; without it the first limit of
/// the policy is proposed. A customer about whom nothing was checked gets what *unknown* leads to.
pub fn judge(policy: &CustomerPolicy, subject: Subject, checks: &[Check], currency: Option<Currency>) -> Judgement {
    let mut causes: Vec<Cause> = checks
        .iter()
        .filter_map(|check| {
            let leads_to = leads_to(policy, check)?;
            Some(Cause { code: check.code, result: check.result, because: check.because, leads_to })
        })
        .collect();
    // Stable: causes of the same weight stay in the order they were found in.
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.leads_to));
    let nothing_checked = if checks.is_empty() { policy.unknown } else { Verdict::Accept };
    let worst = causes.first().map_or(nothing_checked, |cause| cause.leads_to);
    let spared = worst == Verdict::Reject && subject.may_be_person();
    let verdict = if spared { Verdict::Review } else { worst };
    let proposal = match verdict {
        Verdict::Accept => Some(Proposal { terms: Terms::OnAccount, limit: proposed_limit(policy, currency) }),
        Verdict::Prepay => Some(Proposal { terms: Terms::Prepayment, limit: None }),
        Verdict::Review | Verdict::Reject => None,
    };
    Judgement { verdict, causes, human_rule: spared.then(|| HUMAN_RULE.to_owned()), proposal }
}

/// What the policy makes of one check; `None` for one that passed.
fn leads_to(policy: &CustomerPolicy, check: &Check) -> Option<Verdict> {
    match check.result {
        CheckResult::Pass => None,
        CheckResult::Unknown => Some(policy.unknown),
        CheckResult::Fail => Some(match check.code {
            CheckCode::IdentifierSyntax | CheckCode::IdentifierKind => policy.invalid_identifier,
            CheckCode::Duplicate => policy.duplicate,
            CheckCode::RegisterExistence => policy.not_in_register,
            CheckCode::RegisterState => policy.not_active,
            // A name that differs proves nothing: it is never more than something a person should look at.
            CheckCode::RegisterNameMatch => policy.unknown,
            CheckCode::YoungCompany => policy.young,
            CheckCode::DebtorRegister => policy.remarks,
        }),
    }
}

fn proposed_limit(policy: &CustomerPolicy, currency: Option<Currency>) -> Option<Money> {
    policy.proposed_limits.iter().find(|limit| currency.is_none_or(|wanted| limit.currency == wanted)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dkk() -> Currency {
        Currency::parse("DKK").unwrap()
    }

    fn policy() -> CustomerPolicy {
        CustomerPolicy {
            invalid_identifier: Verdict::Reject,
            duplicate: Verdict::Review,
            not_in_register: Verdict::Reject,
            not_active: Verdict::Reject,
            young: Verdict::Prepay,
            young_days: 365,
            remarks: Verdict::Reject,
            unknown: Verdict::Review,
            proposed_limits: vec![Money::new(5_000_000, dkk()), Money::new(800_000, Currency::parse("EUR").unwrap())],
        }
    }

    #[test]
    fn a_customer_that_passes_is_offered_the_limit_of_its_currency() {
        let checks = [Check::pass(CheckCode::IdentifierSyntax, "identifier")];
        let judged = judge(&policy(), Subject::Company, &checks, Currency::parse("EUR").ok());
        assert_eq!((judged.verdict, judged.causes.len()), (Verdict::Accept, 0));
        assert_eq!(judged.proposal.unwrap().limit.unwrap().minor, 800_000);
        assert_eq!(judge(&policy(), Subject::Company, &checks, None).proposal.unwrap().limit.unwrap().currency, dkk());
        let nok = judge(&policy(), Subject::Company, &checks, Currency::parse("NOK").ok()).proposal.unwrap();
        assert_eq!((nok.terms, nok.limit), (Terms::OnAccount, None));
    }

    #[test]
    fn the_most_severe_wins_and_all_are_told() {
        let checks = [
            Check::fail(CheckCode::YoungCompany, Because::Young, "cvr"),
            Check::unknown(CheckCode::DebtorRegister, Because::SourceFailed, "rki"),
            Check::fail(CheckCode::RegisterState, Because::Bankrupt, "cvr"),
        ];
        let judged = judge(&policy(), Subject::Company, &checks, None);
        assert_eq!((judged.verdict, judged.proposal), (Verdict::Reject, None));
        let codes: Vec<_> = judged.causes.iter().map(|cause| (cause.code, cause.leads_to)).collect();
        assert_eq!(
            codes,
            [
                (CheckCode::RegisterState, Verdict::Reject),
                (CheckCode::DebtorRegister, Verdict::Review),
                (CheckCode::YoungCompany, Verdict::Prepay)
            ]
        );
        let young = judge(&policy(), Subject::Company, &checks[..1], None);
        assert_eq!(young.proposal, Some(Proposal { terms: Terms::Prepayment, limit: None }));
    }

    #[test]
    fn a_person_is_reviewed_where_a_company_is_rejected() {
        let checks = [Check::fail(CheckCode::DebtorRegister, Because::Remarks, "rki")];
        for (subject, verdict) in [
            (Subject::PrivatePerson, Verdict::Review),
            (Subject::SoleTrader, Verdict::Review),
            (Subject::Unknown, Verdict::Review),
            (Subject::Partnership, Verdict::Reject),
            (Subject::Company, Verdict::Reject),
        ] {
            let judged = judge(&policy(), subject, &checks, None);
            assert_eq!(judged.verdict, verdict, "{subject:?}");
            assert_eq!(judged.human_rule.is_some(), verdict == Verdict::Review);
            assert_eq!(judged.causes[0].leads_to, Verdict::Reject, "the cause is told as the policy has it");
        }
    }

    #[test]
    fn nothing_checked_is_unknown_not_accepted() {
        assert_eq!(judge(&policy(), Subject::Company, &[], None).verdict, Verdict::Review);
    }

    fn verdict() -> impl Strategy<Value = Verdict> {
        prop_oneof![Just(Verdict::Accept), Just(Verdict::Prepay), Just(Verdict::Review), Just(Verdict::Reject)]
    }

    fn any_policy() -> impl Strategy<Value = CustomerPolicy> {
        proptest::array::uniform7(verdict()).prop_map(|v| CustomerPolicy {
            invalid_identifier: v[0],
            duplicate: v[1],
            not_in_register: v[2],
            not_active: v[3],
            young: v[4],
            remarks: v[5],
            unknown: v[6],
            ..policy()
        })
    }

    fn any_check() -> impl Strategy<Value = Check> {
        (
            proptest::sample::select(CheckCode::ALL),
            proptest::sample::select(CheckResult::ALL),
            proptest::sample::select(Because::ALL),
        )
            .prop_map(|(code, result, because)| Check { result, ..Check::fail(code, because, "s") })
    }

    proptest! {
        #[test]
        fn no_policy_has_a_person_rejected_by_machine(
            policy in any_policy(),
            checks in proptest::collection::vec(any_check(), 0..8),
            person in proptest::sample::select(&[Subject::PrivatePerson, Subject::SoleTrader, Subject::Unknown][..]),
        ) {
            let judged = judge(&policy, person, &checks, None);
            prop_assert_ne!(judged.verdict, Verdict::Reject);
            prop_assert_eq!(judged.human_rule.is_some(), judge(&policy, Subject::Company, &checks, None).verdict == Verdict::Reject);
        }

        #[test]
        fn another_check_never_makes_it_better(
            policy in any_policy(),
            checks in proptest::collection::vec(any_check(), 1..8),
            one_more in any_check(),
        ) {
            let before = judge(&policy, Subject::Company, &checks, None);
            let mut checks = checks;
            checks.push(one_more);
            let after = judge(&policy, Subject::Company, &checks, None);
            prop_assert!(after.verdict >= before.verdict);
            prop_assert_eq!(after.proposal.is_some(), after.verdict < Verdict::Review);
        }
    }
}
