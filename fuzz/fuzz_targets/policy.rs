//! The policy file.
//!
//! What is refused is refused by the check too, with the line; what is taken can be explained in every language, is the
//! same as itself, and decides.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use obligor::calendar::Day;
use obligor::engine::policies::{CompareRequest, compared};
use obligor::error::ErrorKind;
use obligor::policy::{Policy, Severity};
use obligor::reason::Language;
use obligor_fuzz::{must_be_clear, text};

/// How many made-up orders are decided under two policies.
const ORDERS: u32 = 20;

fuzz_target!(|bytes: &[u8]| -> Corpus { text(bytes).map_or_else(|corpus| corpus, run) });

fn run(input: &str) -> Corpus {
    let (inspected, findings) = Policy::inspect(input);
    let policy = match Policy::parse(input) {
        Ok(policy) => policy,
        Err(error) => {
            must_be_clear(&error);
            assert_eq!(error.kind(), ErrorKind::Policy, "{error}");
            assert_eq!(inspected, None, "refused, and found good");
            assert!(findings.iter().any(|finding| finding.severity == Severity::Error), "{findings:?}");
            return Corpus::Keep;
        }
    };
    assert_eq!(inspected.as_ref(), Some(&policy), "taken, and found bad: {findings:?}");
    assert_eq!(policy.check(), findings);
    assert_eq!(Policy::parse(&policy.text).as_ref(), Ok(&policy));
    for language in Language::ALL {
        assert!(!policy.explain(language).trim().is_empty());
    }
    let today = Day(20_779);
    let ask = |b: Option<String>| CompareRequest { a: None, b, random: Some(ORDERS), ..CompareRequest::default() };
    let same = compared(&ask(None), Some(&policy), today).expect("a policy can be compared");
    assert!(same.pairs.iter().all(|pair| pair.a == pair.b), "it differs from itself: {same:?}");
    compared(&ask(Some("standard".to_owned())), Some(&policy), today).expect("two policies can be compared");
    Corpus::Keep
}
