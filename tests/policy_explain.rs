//! A policy in sentences: what stands in them, language by language.

use obligor::policy::Policy;
use obligor::reason::Language;

const LARGE: &str = include_str!("policies/large.toml");
const SCORECARD: &str = "[[score]]
measure = \"days_late\"
up_to = [0, 1000]
points = [80, -5]
beyond = 0
unknown = 40
";

fn said(language: Language) -> String {
    Policy::parse(&format!("{LARGE}{SCORECARD}")).unwrap().explain(language).replace('\u{a0}', " ")
}

#[test]
fn every_part_of_a_policy_is_said() {
    let text = said(Language::En);
    for sentence in [
        "1. limit: If the exposure including the order is more than 10% above the credit limit, the order is refused. \
         Orders that ship after the horizon are left out. A deposit of 30% of the order is recommended. Applies only to \
         risk classes: A. Applies only in companies: 10. Applies only to customers of less than 30 days. Applies only \
         when more than 80% of the credit limit is used with the order. Checked at: order confirmation, shipment. Nobody \
         may release it.\n",
        "2. days: If the oldest overdue invoice is more than 3 days past its due date, the order waits for a decision. \
         Remainders of up to 1.00 DKK in all do not count. Nobody may release it.\n",
        "5. value: If the order itself is above 5,000.00 DKK, the order goes through once 50% of the amount in question \
         has been paid in advance.",
        "7. slow: If the customer has paid more than 15 days late on average over the last twelve months, the order waits \
         for a decision. If the information is missing, the order goes through against payment in advance. Orders of up \
         to 1,000.00 DKK pass all the same.",
        "15. everything: If the rule applies to the order, the order goes through and credit control is alerted.\n",
        "1. small orders of good customers: All less specific rules are lifted, also those that refuse orders, and a stop \
         set by hand. Only for orders of up to 500.00 DKK.",
        "Disputed invoices do not count as overdue; they count in the exposure.\n",
        "What is prepaid, paid in cash or secured is checked like the rest.\n",
        "If the customer's credit limit has expired, the order goes through and credit control is alerted.\n",
        "A credit limit still counts for 5 days after its last day.\n",
        "Orders that ship in more than 30 days are beyond the horizon.\n",
        "All amounts are without tax.\n",
        "A: a score of 80 and above. Proposed credit limit: 50,000.00 DKK.\n",
        "A customer without a score of its own gets the sum of these points.\n",
        "Days paid late: up to 0: 80; up to 1,000: -5; above: 0; not known: 40.\n",
        "A released order may grow by up to 10%.\n",
        "A credit limit that grows by more than 50% waits for approval by a second person.\n",
        "Not in the company register: Accepted.\n",
        "data older than 0 hours cannot show that there are no remarks.\n",
        "Answers of company registers are used for up to 7 days.\n",
        "Answers of debtor registers are used for up to 1 day;",
        "Debtor registers may be used for: credit_application.",
        "An order that was let through is not checked again for 2 days.\n",
        "Reminders come 7 days before a credit limit ends or a review is due.\n",
    ] {
        assert!(text.contains(sentence), "{sentence}\n\n{text}");
    }
}

#[test]
fn each_language_has_its_own_word_order() {
    for (language, sentence) in [
        (Language::En, "If an open item has a dunning level above 2, the order waits for a decision."),
        (Language::Da, "Hvis en åben post har et højere rykkerniveau end 2, afventer ordren en afgørelse."),
        (Language::Nb, "Hvis en åpen post har et høyere purretrinn enn 2, venter ordren på en avgjørelse."),
        (Language::Sv, "Om en öppen post har högre kravnivå än 2 väntar ordern på beslut."),
        (Language::Fi, "Jos jonkin avoimen erän maksukehotustaso on yli 2, tilaus jää odottamaan päätöstä."),
        (
            Language::Nl,
            "Als een openstaande post een hoger aanmaningsniveau heeft dan 2, wacht de order op een besluit.",
        ),
    ] {
        let text = said(language);
        assert!(text.contains(&format!("6. dunned: {sentence} ")), "{text}");
    }
}

#[test]
fn what_is_nothing_is_not_said() {
    let mut text = format!("{LARGE}{SCORECARD}");
    for (there, gone) in [
        ("limit_grace_days = 5", "limit_grace_days = 0"),
        ("[checkpoints]\ngrace_days = 2", "[checkpoints]\ngrace_days = 0"),
        ("remind_days = 7", "remind_days = 0"),
        ("small = [\"1.00 DKK\"]\n", ""),
        ("proposed_limits = []", "proposed_limits = [\"7.00 DKK\"]"),
        ("debtor_max_age = \"24 h\"", "debtor_max_age = \"25 h\""),
    ] {
        assert!(text.contains(there), "{there}");
        text = text.replace(there, gone);
    }
    let told = Policy::parse(&text).unwrap().explain(Language::En).replace('\u{a0}', " ");
    for sentence in [" still counts for ", " is not checked again for ", "Reminders come ", "Remainders of up to "] {
        assert!(said(Language::En).contains(sentence) && !told.contains(sentence), "{sentence}\n\n{told}");
    }
    assert!(told.contains("\nProposed credit limit: 7.00 DKK.\n"), "{told}");
    assert!(!said(Language::En).contains("\nProposed credit limit"), "nobody is proposed nothing");
    assert!(told.contains("Answers of debtor registers are used for up to 25 hours;"), "{told}");
}

#[test]
fn what_is_not_there_is_not_said() {
    let start = LARGE.find("[[rule]]").unwrap();
    let end = LARGE.find("[customer]").unwrap();
    let head = &LARGE[..LARGE.find("limit_expired").unwrap()];
    let text = Policy::parse(&format!("{head}{}", &LARGE[end..])).unwrap().explain(Language::En);
    assert!(text.contains("The policy has no rules: orders are not checked.\n"), "{text}");
    for heading in ["\nOrders\n", "\nExclusions\n", "\nRisk classes\n", "\nReleases, limits and collection\n"] {
        assert!(!text.contains(heading), "{text}");
        assert!(said(Language::En).contains(heading));
    }
    assert!(start < end);
    let dated = LARGE.replacen("version = \"1\"", "version = \"1\"\nvalid_from = 2026-01-05", 1);
    let text = Policy::parse(&dated).unwrap().explain(Language::Nl);
    assert!(text.starts_with("Kredietbeleid large, versie 1\nGeldig vanaf 05-01-2026.\n\n"), "{text}");
}
