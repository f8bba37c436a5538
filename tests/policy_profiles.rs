//! The ready policies: each behaves as the system it is named after.

use obligor::calendar::Day;
use obligor::credit::{
    AccountFacts, AccountId, Buckets, Decision, Document, Limit, LimitKind, Month, Person, Status, decide,
};
use obligor::error::ErrorKind;
use obligor::money::{Currency, Money};
use obligor::policy::{Checkpoint, Policy};
use obligor::reason::{Code, Outcome};

const TODAY: Day = Day(20_779);

fn eur(text: &str) -> i64 {
    Money::parse(&format!("{text} EUR")).unwrap().minor
}

/// An account in EUR with a base limit, with this in the buckets.
fn account(limit: &str, buckets: Buckets) -> AccountFacts {
    AccountFacts {
        limits: Box::new([Limit::always(LimitKind::Base, Some(eur(limit)))]),
        buckets,
        ..AccountFacts::new(AccountId(1), "10", Currency::parse("EUR").unwrap())
    }
}

fn owing(limit: &str, open: &str) -> AccountFacts {
    account(limit, Buckets { open: eur(open), ..Buckets::default() })
}

fn order(amount: &str) -> Document<'static> {
    Document::of(Money::parse(&format!("{amount} EUR")).unwrap())
}

fn asked(name: &str, account: &AccountFacts, document: &Document<'_>) -> Decision {
    decide(&Policy::profile(name).unwrap(), Some(account), document, TODAY).unwrap()
}

#[track_caller]
fn gets(name: &str, account: &AccountFacts, amount: &str, outcome: Outcome, codes: &[Code]) {
    gets_for(name, account, &order(amount), outcome, codes);
}

#[track_caller]
fn gets_for(name: &str, account: &AccountFacts, document: &Document<'_>, outcome: Outcome, codes: &[Code]) {
    let decision = asked(name, account, document);
    let found: Vec<_> = decision.reasons.iter().map(|reason| reason.code).collect();
    assert_eq!((decision.outcome, found.as_slice()), (outcome, codes), "{name}");
}

#[test]
fn every_profile_can_be_read_and_is_named_as_its_file() {
    let names: Vec<_> = Policy::profiles().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "standard",
            "sap_static",
            "sap_dynamic",
            "dynamics_finance",
            "business_central",
            "erpnext",
            "tryton",
            "idempiere"
        ]
    );
    for (name, title) in Policy::profiles() {
        let policy = Policy::profile(name).unwrap();
        assert_eq!((policy.name.as_str(), policy.text.as_str()), (name, Policy::profile_text(name).unwrap()));
        assert!(!title.is_empty() && policy.text.lines().all(|line| line.chars().count() <= 120), "{name}");
    }
    let error = Policy::profile("erpnxt").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.message(), "there is no profile \"erpnxt\"; did you mean \"erpnext\"?");
    assert!(Policy::profile("x").unwrap_err().message().contains("there are standard, sap_static"));
}

#[test]
fn every_profile_lets_the_limit_be_reached_and_speaks_when_it_is_passed() {
    for (name, _) in Policy::profiles() {
        let (within, over) = (owing("1000.00", "400.00"), "600.01");
        let at = asked(name, &within, &order("500.00"));
        assert_eq!(at.outcome, Outcome::Approve, "{name}");
        let above = asked(name, &within, &order(over));
        assert!(above.reasons.iter().any(|reason| reason.code == Code::OverLimit), "{name}");
        let zero = asked(name, &owing("0.00", "0.00"), &order("0.01"));
        assert!(zero.reasons.iter().any(|reason| reason.code == Code::OverLimit), "0 is zero: {name}");
        let credit_note = asked(name, &owing("0.00", "5.00"), &order("-1.00"));
        assert_eq!(credit_note.outcome, Outcome::Approve, "{name}");
    }
}

#[test]
fn the_standard_profile_asks_for_prepayment_and_watches_weak_customers() {
    let mut new = owing("100000.00", "0.00");
    gets("standard", &new, "7500.01", Outcome::Approve, &[]);
    new.profile.customer_since = Some(TODAY.plus(-89));
    gets("standard", &new, "7500.00", Outcome::Approve, &[]);
    let decision = asked("standard", &new, &order("9500.00"));
    assert_eq!((decision.outcome, decision.prepay.map(|money| money.minor)), (Outcome::Prepay, Some(eur("4750.00"))));
    new.profile.customer_since = Some(TODAY.plus(-90));
    gets("standard", &new, "9500.00", Outcome::Approve, &[]);

    let mut weak = owing("1000.00", "0.00");
    gets("standard", &weak, "801.00", Outcome::Approve, &[]);
    weak.profile.score = Some(39);
    gets("standard", &weak, "800.00", Outcome::Approve, &[]);
    gets("standard", &weak, "801.00", Outcome::ApproveWithAlert, &[Code::Utilisation]);

    let mut disputing = owing("1000.00", "10.00");
    let month = |disputed| Month { month: TODAY.month(), invoiced: 10, disputed, ..Month::default() };
    disputing.history = Box::new([month(3)]);
    gets("standard", &disputing, "1.00", Outcome::Hold, &[Code::DisputeRate]);
    disputing.history = Box::new([month(2)]);
    gets("standard", &disputing, "1.00", Outcome::Approve, &[]);

    let mut stopped = owing("1000.00", "0.00");
    stopped.status = Status::Stop;
    for checkpoint in Checkpoint::ALL {
        let outcome = asked("standard", &stopped, &Document { checkpoint, ..order("1.00") }).outcome;
        let expected = if checkpoint == Checkpoint::Invoice { Outcome::NotChecked } else { Outcome::Refuse };
        assert_eq!(outcome, expected, "{checkpoint:?}");
    }
}

/// Items 4,000, deliveries 1,000, drafts 500, orders within the horizon 3,000 and beyond it 5,000 of a limit of 10,000.
fn far_orders() -> AccountFacts {
    let buckets = Buckets {
        open: eur("4000.00"),
        delivered: eur("1000.00"),
        drafted: eur("500.00"),
        ordered: eur("3000.00"),
        later: eur("5000.00"),
        ..Buckets::default()
    };
    AccountFacts { horizon_to: TODAY.plus(30), ..account("10000.00", buckets) }
}

#[test]
fn sap_static_counts_all_orders_and_releases_for_three_days() {
    gets("sap_static", &far_orders(), "0.01", Outcome::Hold, &[Code::OverLimit, Code::AlreadyOverLimit]);
    let at_delivery = Document { checkpoint: Checkpoint::Ship, ..order("0.01") };
    assert_eq!(asked("sap_static", &far_orders(), &at_delivery).outcome, Outcome::Hold);
    let release = Policy::profile("sap_static").unwrap().release;
    assert_eq!((release.valid_days, release.deviation_basis_points), (Some(3), 1_000));
    assert!(release.may("credit_manager", "credit_representative"));
}

#[test]
fn sap_dynamic_leaves_out_what_ships_beyond_the_horizon() {
    let mut account = far_orders();
    gets("sap_dynamic", &account, "1500.00", Outcome::Approve, &[]);
    gets("sap_dynamic", &account, "1500.01", Outcome::Hold, &[Code::OverLimit]);
    let beyond = Document { ships: Some(TODAY.plus(31)), ..order("1500.01") };
    gets_for("sap_dynamic", &account, &beyond, Outcome::Approve, &[]);

    account.limits = Box::new([Limit::always(LimitKind::Base, None)]);
    gets("sap_dynamic", &account, "5000.00", Outcome::Approve, &[Code::NoLimit]);
    gets("sap_dynamic", &account, "5000.01", Outcome::Hold, &[Code::DocumentValue, Code::NoLimit]);

    let mut late = owing("10000.00", "0.00");
    late.buckets.overdue = eur("1.00");
    late.oldest_overdue = Some(TODAY.plus(-3));
    gets("sap_dynamic", &late, "1.00", Outcome::Approve, &[]);
    late.oldest_overdue = Some(TODAY.plus(-4));
    gets("sap_dynamic", &late, "1.00", Outcome::Hold, &[Code::OverdueDays]);
    late.oldest_overdue = None;
    late.dunning_level = 3;
    gets("sap_dynamic", &late, "1.00", Outcome::Hold, &[Code::DunningLevel]);
    late.dunning_level = 2;
    late.profile.next_review = Some(TODAY.plus(-5));
    gets("sap_dynamic", &late, "1.00", Outcome::Approve, &[]);
    late.profile.next_review = Some(TODAY.plus(-6));
    gets("sap_dynamic", &late, "1.00", Outcome::Hold, &[Code::ReviewDue]);
    late.profile.next_review = Some(TODAY);
    late.profile.terms_days = Some(14);
    let longer = Document { terms_days: Some(60), ..order("1.00") };
    gets_for("sap_dynamic", &late, &longer, Outcome::Hold, &[Code::TermsChanged]);
}

#[test]
fn dynamics_honours_grace_and_exclusions() {
    let mut account = owing("100000.00", "0.00");
    let ended =
        |days: i32| Limit { to: Some(TODAY.plus(-days)), ..Limit::always(LimitKind::Base, Some(eur("100000.00"))) };
    account.limits = Box::new([ended(5)]);
    gets("dynamics_finance", &account, "1.00", Outcome::Approve, &[]);
    account.limits = Box::new([ended(6)]);
    gets("dynamics_finance", &account, "1.00", Outcome::Hold, &[Code::LimitExpired]);

    let mut late = owing("100000.00", "0.00");
    late.buckets.overdue = eur("10.00");
    late.oldest_overdue = Some(TODAY.plus(-61));
    gets("dynamics_finance", &late, "1000.00", Outcome::Approve, &[]);
    late.oldest_overdue = Some(TODAY.plus(-62));
    gets("dynamics_finance", &late, "1000.00", Outcome::Hold, &[Code::OverdueDays]);
    late.profile.score = Some(70);
    gets("dynamics_finance", &late, "1000.00", Outcome::Approve, &[Code::OverdueDays, Code::Excluded]);
    gets("dynamics_finance", &late, "1000.01", Outcome::Hold, &[Code::OverdueDays]);
    late.status = Status::Stop;
    gets("dynamics_finance", &late, "1.00", Outcome::Refuse, &[Code::StatusStop, Code::OverdueDays, Code::Excluded]);

    // What is overdue counts only together with how much of the limit is used.
    let mut much = owing("100000.00", "0.00");
    much.buckets.overdue = eur("1000.01");
    gets("dynamics_finance", &much, "1.00", Outcome::Approve, &[]);
    gets("dynamics_finance", &much, "60000.00", Outcome::Hold, &[Code::OverdueAmount]);
    much.profile.internal = true;
    gets("dynamics_finance", &much, "60000.00", Outcome::NotChecked, &[Code::InternalCustomer]);
    assert_eq!(Policy::profile("dynamics_finance").unwrap().checkpoint_grace_days, 2);
}

#[test]
fn business_central_warns_and_does_not_stop() {
    let buckets = Buckets {
        open: eur("400.00"),
        delivered: eur("70.00"),
        ordered: eur("200.00"),
        drafted: eur("30.00"),
        ..Buckets::default()
    };
    gets("business_central", &account("700.01", buckets), "0.01", Outcome::Approve, &[]);
    let mut account = account("700.00", buckets);
    gets("business_central", &account, "0.01", Outcome::ApproveWithAlert, &[Code::OverLimit]);
    account.buckets.overdue = 1;
    account.oldest_overdue = Some(TODAY.plus(-1));
    let both = [Code::OverLimit, Code::AlreadyOverLimit, Code::OverdueDays];
    gets("business_central", &account, "0.01", Outcome::ApproveWithAlert, &both);
    account.limits = Box::default();
    gets("business_central", &account, "9.00", Outcome::ApproveWithAlert, &[Code::OverdueDays, Code::LimitMissing]);
    account.status = Status::Stop;
    assert_eq!(asked("business_central", &account, &order("9.00")).outcome, Outcome::Refuse);
}

#[test]
fn erpnext_refuses_at_the_limit_with_open_orders() {
    let mut account = owing("1000.00", "400.00");
    account.buckets.ordered = eur("500.00");
    gets("erpnext", &account, "100.00", Outcome::Approve, &[]);
    for checkpoint in [Checkpoint::Entry, Checkpoint::Ship, Checkpoint::Invoice] {
        let over = Document { checkpoint, ..order("100.01") };
        gets_for("erpnext", &account, &over, Outcome::Refuse, &[Code::OverLimit]);
    }
    account.limits = Box::default();
    gets("erpnext", &account, "100.01", Outcome::NotChecked, &[Code::LimitMissing]);
}

#[test]
fn tryton_refuses_at_a_marked_dunning_level_and_lets_the_privileged_pass() {
    let mut account = owing("1000000.00", "100.00");
    account.dunning_level = 1;
    gets("tryton", &account, "1.00", Outcome::Approve, &[]);
    account.dunning_level = 2;
    gets("tryton", &account, "1.00", Outcome::Refuse, &[Code::DunningLevel]);
    let person = Person {
        user: "anna".to_owned(),
        role: "credit_limit_user".to_owned(),
        reason: "agreed".to_owned(),
        ..Person::default()
    };
    let privileged = Document { overriding: Some(&person), ..order("1.00") };
    gets_for("tryton", &account, &privileged, Outcome::ApproveWithAlert, &[Code::DunningLevel, Code::Overridden]);
    let small = owing("200.00", "100.00");
    gets("tryton", &small, "150.00", Outcome::Refuse, &[Code::OverLimit]);
    gets_for(
        "tryton",
        &small,
        &Document { overriding: Some(&person), ..order("150.00") },
        Outcome::ApproveWithAlert,
        &[Code::OverLimit, Code::Overridden],
    );
}

#[test]
fn idempiere_watches_from_ninety_per_cent_and_holds_above_the_limit() {
    let account = owing("1000.00", "400.00");
    gets("idempiere", &account, "500.00", Outcome::Approve, &[]);
    gets("idempiere", &account, "500.01", Outcome::ApproveWithAlert, &[Code::Utilisation]);
    gets("idempiere", &account, "600.01", Outcome::Hold, &[Code::OverLimit, Code::Utilisation]);
    let mut by_hand = owing("1000.00", "0.00");
    for (status, outcome) in [
        (Status::Watch, Outcome::ApproveWithAlert),
        (Status::Hold, Outcome::Hold),
        (Status::Stop, Outcome::Refuse),
        (Status::NoCheck, Outcome::NotChecked),
    ] {
        by_hand.status = status;
        assert_eq!(asked("idempiere", &by_hand, &order("1.00")).outcome, outcome, "{status:?}");
    }
    // Orders count here from the start: of three of 400 the third does not pass a limit of 1,000.
    let mut ordering = owing("1000.00", "0.00");
    ordering.buckets.ordered = eur("800.00");
    assert_eq!(asked("idempiere", &ordering, &order("400.00")).outcome, Outcome::Hold);
}
