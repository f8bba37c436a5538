//! The stable names and numbers of reasons, and their sentences in every language.

use std::fmt::Write;
use std::path::Path;

use obligor::calendar::Day;
use obligor::money::{Currency, Money};
use obligor::reason::{Code, Language, Level, Outcome, Quantity, Reason, Remedy};

const GOLDEN: &str = "tests/golden/reasons.txt";

fn money(text: &str) -> Money {
    Money::parse(text).unwrap()
}

fn amount(text: &str) -> Option<Quantity> {
    Some(Quantity::Money(money(text)))
}

/// A reason as the decision makes one for this code, on the level and with the remedy it comes with.
fn example(code: Code) -> Reason {
    let currency = |code| Quantity::Currency(Currency::parse(code).unwrap());
    let plain = |level, effect| Reason {
        code,
        level,
        pool: String::new(),
        effect,
        measured: None,
        threshold: None,
        remedy: None,
        release_by: None,
        rule: String::new(),
    };
    let own = |effect| plain(Level::Own, effect);
    match code {
        Code::OverLimit => Reason {
            measured: amount("115200.00 DKK"),
            threshold: amount("100000.00 DKK"),
            remedy: Some(Remedy::ReduceBy(money("15200.00 DKK"))),
            release_by: Some("credit_manager".to_owned()),
            ..own(Outcome::Refuse)
        },
        Code::LimitMissing => Reason { remedy: Some(Remedy::SetLimit), ..own(Outcome::Hold) },
        Code::OverdueAmount => Reason {
            measured: amount("1250000 JPY"),
            threshold: amount("1000000 JPY"),
            remedy: Some(Remedy::Pay(money("250000 JPY"))),
            ..own(Outcome::Hold)
        },
        Code::OverdueDays => Reason {
            measured: Some(Quantity::Days(31)),
            threshold: Some(Quantity::Days(1)),
            remedy: Some(Remedy::Prepay(money("840.50 EUR"))),
            ..own(Outcome::Prepay)
        },
        Code::StatusStop => Reason { remedy: Some(Remedy::LiftStatus), ..own(Outcome::Refuse) },
        Code::StatusHold => Reason {
            remedy: Some(Remedy::WaitUntil(Day::parse("2026-12-01").unwrap())),
            release_by: Some("credit_controller".to_owned()),
            ..own(Outcome::Hold)
        },
        Code::StatusNoCheck => own(Outcome::NotChecked),
        Code::UnknownCustomer => Reason { remedy: Some(Remedy::CreateCustomer), ..own(Outcome::Refuse) },
        Code::CurrencyMismatch => Reason {
            measured: Some(currency("SEK")),
            threshold: Some(currency("DKK")),
            remedy: Some(Remedy::UseCurrency(Currency::parse("DKK").unwrap())),
            ..plain(Level::Document, Outcome::Hold)
        },
        Code::CoveredByCredit => {
            Reason { measured: amount("3000.000 KWD"), threshold: amount("0.000 KWD"), ..own(Outcome::Approve) }
        }
        Code::NotAnIncrease => plain(Level::Document, Outcome::Approve),
        Code::NoLimit => own(Outcome::Approve),
        Code::AlreadyOverLimit => Reason {
            measured: amount("1200000.00 NOK"),
            threshold: amount("1000000.00 NOK"),
            remedy: Some(Remedy::Pay(money("200000.00 NOK"))),
            ..plain(Level::Group, Outcome::Refuse)
        },
        Code::StatusWatch => plain(Level::Segment, Outcome::ApproveWithAlert),
        _ => later_example(code),
    }
}

/// The same for the codes from 15 on.
fn later_example(code: Code) -> Reason {
    let day = |text| Some(Quantity::Day(Day::parse(text).unwrap()));
    let (days, count) = (|number| Some(Quantity::Days(number)), |number| Some(Quantity::Count(number)));
    let share = |number| Some(Quantity::BasisPoints(number));
    let said = |level, effect, measured, threshold, remedy| Reason {
        code,
        level,
        pool: String::new(),
        effect,
        measured,
        threshold,
        remedy,
        release_by: None,
        rule: String::new(),
    };
    let own = |effect, measured, threshold, remedy| said(Level::Own, effect, measured, threshold, remedy);
    let document = |effect, measured, remedy| said(Level::Document, effect, measured, None, remedy);
    let released = Some(Remedy::Release);
    match code {
        Code::LimitExpired => own(Outcome::Hold, day("2026-10-31"), None, Some(Remedy::Review)),
        Code::LimitOpenEnded => own(Outcome::ApproveWithAlert, None, None, Some(Remedy::Review)),
        Code::ReviewDue => own(Outcome::Hold, day("2026-09-30"), days(14), Some(Remedy::Review)),
        Code::OverdueShare => own(Outcome::Hold, share(4_250), share(2_500), Some(Remedy::Pay(money("9100.00 DKK")))),
        Code::Utilisation => Reason {
            release_by: Some("credit_manager".to_owned()),
            ..own(Outcome::Hold, share(11_520), share(9_000), released)
        },
        Code::DocumentValue => {
            let over = Some(Remedy::ReduceBy(money("25000.00 SEK")));
            own(Outcome::Hold, amount("125000.00 SEK"), amount("100000.00 SEK"), over)
        }
        Code::DunningLevel => own(Outcome::Hold, count(3), count(2), released),
        Code::PaymentBehaviour => own(Outcome::Prepay, days(22), days(15), Some(Remedy::Deposit(money("3000.00 DKK")))),
        Code::DisputeRate => own(Outcome::Hold, share(3_333), share(2_000), released),
        Code::TermsChanged => own(Outcome::Hold, days(60), days(30), Some(Remedy::UseTerms(30))),
        Code::Discount => own(Outcome::Hold, share(1_500), share(1_000), Some(Remedy::DiscountAtMost(1_000))),
        Code::BucketAmount => own(Outcome::Hold, amount("80000.00 DKK"), amount("50000.00 DKK"), released),
        Code::Score => own(Outcome::Hold, count(31), count(40), released),
        Code::Always => own(Outcome::Hold, None, None, released),
        Code::FactUnknown => own(Outcome::Hold, None, None, Some(Remedy::FindOut)),
        Code::ForcedHold => document(Outcome::Hold, None, released),
        Code::Released => document(Outcome::Approve, None, None),
        Code::Overridden => document(Outcome::ApproveWithAlert, None, None),
        Code::Excluded => document(Outcome::Approve, None, None),
        Code::InternalCustomer => own(Outcome::NotChecked, None, None, None),
        Code::Secured => document(Outcome::Approve, amount("5000.00 DKK"), None),
        Code::OverDelivery => document(Outcome::ApproveWithAlert, amount("120.00 DKK"), None),
        Code::Rejected => document(Outcome::Refuse, None, None),
        Code::SecondPerson => document(Outcome::Hold, None, released),
        _ => unreachable!("{code:?} has its example above"),
    }
}

/// Set `OBLIGOR_BLESS=1` to write the file anew; read what changed before committing it.
#[test]
fn sentences_are_as_they_were_agreed() {
    let mut text =
        String::from("# Every code in every language. Written by: OBLIGOR_BLESS=1 cargo test --test reason\n");
    for code in Code::ALL {
        let reason = example(*code);
        writeln!(text, "\n{} {} -> {}", code.number(), code.name(), reason.effect.name()).unwrap();
        for language in Language::ALL {
            let (title, sentence) = (code.title(language), reason.sentence(language));
            writeln!(text, "  {} [{title}] {sentence}", language.tag()).unwrap();
        }
    }
    for (heading, words) in [
        ("outcomes", Outcome::ALL.map(|value| Language::ALL.map(|l| value.text(l)).join(" | ")).to_vec()),
        ("levels", Level::ALL.map(|value| Language::ALL.map(|l| value.text(l)).join(" | ")).to_vec()),
    ] {
        writeln!(text, "\n{heading}\n  {}", words.join("\n  ")).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(GOLDEN);
    if std::env::var_os("OBLIGOR_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &text).unwrap();
    }
    let agreed = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    for (now, then) in text.lines().zip(agreed.lines()) {
        assert_eq!(now, then, "differs from {GOLDEN}; if that is meant, run with OBLIGOR_BLESS=1");
    }
    assert_eq!(text, agreed, "differs from {GOLDEN}; if that is meant, run with OBLIGOR_BLESS=1");
}

#[test]
fn a_sentence_says_what_is_the_matter_and_what_to_do() {
    let reason = example(Code::OverLimit);
    let matter = "Exposure with this order would be 115,200.00 DKK; the credit limit allows 100,000.00 DKK.";
    let remedy = "To pass: reduce the order by 15,200.00 DKK, or pay 15,200.00 DKK.";
    let release = "May be released by: credit_manager.";
    assert_eq!(reason.sentence(Language::En), format!("{matter} {remedy} {release}"));
    let short = Reason { remedy: None, release_by: None, ..reason.clone() };
    assert_eq!(short.sentence(Language::En), matter);
    let passes = Reason { effect: Outcome::ApproveWithAlert, ..reason.clone() };
    assert_eq!(passes.sentence(Language::En), matter, "what passes needs no remedy");
    let group = Reason { level: Level::Group, ..short.clone() };
    assert_eq!(group.sentence(Language::En), format!("Group: {matter}"));
    // A role is text of the policy's author: it is shown, never read as a placeholder.
    let odd = Reason { release_by: Some("{measured}".to_owned()), ..short.clone() };
    assert!(odd.sentence(Language::En).ends_with("May be released by: {measured}."));
    let bare = Reason { threshold: None, ..short };
    assert_eq!(bare.sentence(Language::En), "Over the credit limit.");
    assert_eq!(bare.sentence(Language::Fi), "Luottoraja ylittyy.");
}

#[test]
fn quantities_carry_their_units() {
    let day = Quantity::Day(Day::parse("2026-11-22").unwrap());
    for (quantity, english, finnish) in [
        (Quantity::Days(1), "1 day", "1 päivä"),
        (Quantity::Days(0), "0 days", "0 päivää"),
        (Quantity::Days(1_000), "1,000 days", "1\u{a0}000 päivää"),
        (Quantity::Count(12_345), "12,345", "12\u{a0}345"),
        (Quantity::BasisPoints(1_250), "12.5%", "12,5\u{a0}%"),
        (day, "2026-11-22", "22.11.2026"),
        (Quantity::Currency(Currency::parse("SEK").unwrap()), "SEK", "SEK"),
    ] {
        assert_eq!(quantity.text(Language::En), english);
        assert_eq!(quantity.text(Language::Fi), finnish);
    }
}

/// These numbers are in C programs that were compiled years ago. This list only ever grows.
#[test]
fn numbers_never_change() {
    let outcomes = Outcome::ALL.map(|outcome| (outcome.number(), outcome.name()));
    let expected =
        [(0, "not_checked"), (1, "approve"), (2, "approve_with_alert"), (3, "prepay"), (4, "hold"), (5, "refuse")];
    assert_eq!(outcomes, expected);

    let levels = Level::ALL.map(|level| (level.number(), level.name()));
    assert_eq!(levels, [(1, "own"), (2, "group"), (3, "segment"), (4, "document")]);

    let codes: Vec<(i32, &str)> = Code::ALL.iter().map(|code| (code.number(), code.name())).collect();
    let expected = [
        (1, "over_limit"),
        (2, "limit_missing"),
        (3, "overdue_amount"),
        (4, "overdue_days"),
        (5, "status_stop"),
        (6, "status_hold"),
        (7, "status_no_check"),
        (8, "unknown_customer"),
        (9, "currency_mismatch"),
        (10, "covered_by_credit"),
        (11, "not_an_increase"),
        (12, "no_limit"),
        (13, "already_over_limit"),
        (14, "status_watch"),
        (15, "limit_expired"),
        (16, "limit_open_ended"),
        (17, "review_due"),
        (18, "overdue_share"),
        (19, "utilisation"),
        (20, "document_value"),
        (21, "dunning_level"),
        (22, "payment_behaviour"),
        (23, "dispute_rate"),
        (24, "terms_changed"),
        (25, "discount"),
        (26, "bucket_amount"),
        (27, "score"),
        (28, "always"),
        (29, "fact_unknown"),
        (30, "forced_hold"),
        (31, "released"),
        (32, "overridden"),
        (33, "excluded"),
        (34, "internal_customer"),
        (35, "secured"),
        (36, "over_delivery"),
        (37, "rejected"),
        (38, "second_person"),
    ];
    assert_eq!(codes, expected);

    let euro = money("1.00 EUR");
    let quantities = [
        Quantity::Money(euro),
        Quantity::Days(1),
        Quantity::Count(1),
        Quantity::BasisPoints(1),
        Quantity::Day(Day::EPOCH),
        Quantity::Currency(euro.currency),
    ];
    let units = quantities.map(|quantity| (quantity.unit_number(), quantity.unit_name()));
    let expected = [(1, "money"), (2, "days"), (3, "count"), (4, "basis_points"), (5, "day"), (6, "currency")];
    assert_eq!(units, expected);

    let remedies = [
        Remedy::Pay(euro),
        Remedy::ReduceBy(euro),
        Remedy::WaitUntil(Day::EPOCH),
        Remedy::UseCurrency(euro.currency),
        Remedy::LiftStatus,
        Remedy::SetLimit,
        Remedy::CreateCustomer,
        Remedy::Prepay(euro),
        Remedy::Deposit(euro),
        Remedy::Release,
        Remedy::UseTerms(30),
        Remedy::DiscountAtMost(500),
        Remedy::Review,
        Remedy::FindOut,
    ];
    let expected = [
        (1, "pay"),
        (2, "reduce_by"),
        (3, "wait_until"),
        (4, "use_currency"),
        (5, "lift_status"),
        (6, "set_limit"),
        (7, "create_customer"),
        (8, "prepay"),
        (9, "deposit"),
        (10, "release"),
        (11, "use_terms"),
        (12, "discount_at_most"),
        (13, "review"),
        (14, "find_out"),
    ];
    assert_eq!(remedies.map(|remedy| (remedy.number(), remedy.name())), expected);

    // The names are the ones JSON has, too.
    let key = |json: serde_json::Value| match json {
        serde_json::Value::String(name) => name,
        other => other.as_object().unwrap().keys().next().unwrap().clone(),
    };
    for outcome in Outcome::ALL {
        assert_eq!(key(serde_json::to_value(outcome).unwrap()), outcome.name());
    }
    for level in Level::ALL {
        assert_eq!(key(serde_json::to_value(level).unwrap()), level.name());
    }
    for quantity in quantities {
        assert_eq!(key(serde_json::to_value(quantity).unwrap()), quantity.unit_name());
    }
    for remedy in remedies {
        assert_eq!(key(serde_json::to_value(remedy).unwrap()), remedy.name());
    }
}
