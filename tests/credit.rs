//! What orders get: the decision and the life of an order, without a store.

use obligor::calendar::{Day, Instant};
use obligor::credit::{
    AccountFacts, AccountId, Action, Buckets, Chain, ChainState, Document, Limit, LimitKind, Request, Stage, Status,
    act, decide,
};
use obligor::error::ErrorKind;
use obligor::money::{Currency, Money};
use obligor::policy::Policy;
use obligor::reason::{Code, Outcome, Quantity, Remedy};
use proptest::prelude::*;

const TODAY: Day = Day(20_779);

fn dkk(minor: i64) -> Money {
    Money::new(minor, Currency::parse("DKK").unwrap())
}

fn policy(rules: &str) -> Policy {
    let text = format!(
        r#"
format = 1
name = "test"
version = "1"
[facts]
grace_days = 0
unapplied_credits = "reduce"
rounding = "half_up"
memory_max_age = "5 s"
unknown_customer = "refuse"
limit_missing = "hold"
currency_mismatch = "hold"
{rules}
[customer]
invalid_identifier = "reject"
duplicate = "review"
not_in_register = "review"
not_active = "reject"
young = "prepay"
young_days = 365
remarks = "prepay"
unknown = "review"
proposed_limits = []
[register]
company_max_age = "24 h"
debtor_max_age = "24 h"
debtor_source_max_age = "7 d"
purposes = ["credit_sale"]
"#
    );
    Policy::parse(&text).unwrap()
}

fn limit_rule() -> Policy {
    policy(
        "[[rule]]\nname = \"limit\"\nwhen = \"over_limit\"\ntolerance = \"0 %\"\nthen = \"refuse\"\nrelease_by = \"credit_manager\"",
    )
}

fn account(limit: Option<Option<i64>>, open: i64) -> AccountFacts {
    let limits: Vec<Limit> = limit.map(|amount| Limit::always(LimitKind::Base, amount)).into_iter().collect();
    AccountFacts {
        buckets: Buckets { open, ..Buckets::default() },
        limits: limits.into(),
        aged_to: TODAY.plus(-1),
        version: 1,
        ..AccountFacts::new(AccountId(1), "NW01", Currency::parse("DKK").unwrap())
    }
}

fn outcome(policy: &Policy, account: &AccountFacts, minor: i64) -> Outcome {
    decide(policy, Some(account), &Document::of(dkk(minor)), TODAY).unwrap().outcome
}

#[test]
fn the_limit_may_be_reached_and_not_passed() {
    let policy = limit_rule();
    // Limit, exposure, document, outcome.
    for (limit, owed, document, expected) in [
        (Some(None), 100, 0, Outcome::Approve),
        (Some(None), 100, 100, Outcome::Approve),
        (Some(Some(200)), 100, 100, Outcome::Approve),
        (Some(Some(200)), 100, 101, Outcome::Refuse),
        (Some(Some(25_000)), 24_605, 6_420, Outcome::Refuse),
        (Some(Some(0)), 0, 1, Outcome::Refuse),
        (Some(Some(0)), 100, 0, Outcome::Approve),
        (Some(Some(0)), 100, -5, Outcome::Approve),
        (None, 0, 1, Outcome::Hold),
    ] {
        assert_eq!(outcome(&policy, &account(limit, owed), document), expected, "{limit:?} {owed} {document}");
    }
}

#[test]
fn a_reason_says_what_was_measured_and_what_would_help() {
    let policy = limit_rule();
    let decision = decide(&policy, Some(&account(Some(Some(1_000)), 900)), &Document::of(dkk(250)), TODAY).unwrap();
    assert_eq!(decision.outcome, Outcome::Refuse);
    let reason = &decision.reasons[0];
    assert_eq!(reason.code, Code::OverLimit);
    assert_eq!(reason.measured, Some(Quantity::Money(dkk(1_150))));
    assert_eq!(reason.threshold, Some(Quantity::Money(dkk(1_000))));
    assert_eq!(reason.remedy, Some(Remedy::ReduceBy(dkk(150))));
    assert_eq!(reason.release_by.as_deref(), Some("credit_manager"));
    assert_eq!(reason.rule, "limit");
    assert_eq!(decision.exposure_after, Some(dkk(900)), "a refused order holds nothing");
    assert_eq!(decision.available_before(), Some(dkk(100)));

    let over = decide(&policy, Some(&account(Some(Some(1_000)), 1_200)), &Document::of(dkk(50)), TODAY).unwrap();
    let codes: Vec<_> = over.reasons.iter().map(|r| (r.code, r.remedy)).collect();
    assert_eq!(
        codes,
        [(Code::OverLimit, Some(Remedy::Pay(dkk(250)))), (Code::AlreadyOverLimit, Some(Remedy::Pay(dkk(200)))),]
    );
}

#[test]
fn all_reasons_come_back_the_one_that_stops_most_first() {
    let policy = policy(
        r#"
[[rule]]
name = "old debts"
when = "overdue_days"
above = 30
then = "hold"
[[rule]]
name = "limit"
when = "over_limit"
tolerance = "10 %"
then = "refuse"
[[rule]]
name = "overdue"
when = "overdue_amount"
above = ["1.00 DKK"]
then = "prepay"
"#,
    );
    let mut late = account(Some(Some(1_000)), 0);
    late.buckets.overdue = 500;
    late.oldest_overdue = Some(TODAY.plus(-31));
    let decision = decide(&policy, Some(&late), &Document::of(dkk(601)), TODAY).unwrap();
    let codes: Vec<_> = decision.reasons.iter().map(|r| r.code).collect();
    assert_eq!(codes, [Code::OverLimit, Code::OverdueDays, Code::OverdueAmount]);
    assert_eq!(decision.outcome, Outcome::Refuse);

    // 10 % of tolerance: 1,100 passes the limit, and the next reason counts.
    let decision = decide(&policy, Some(&late), &Document::of(dkk(600)), TODAY).unwrap();
    assert_eq!(decision.outcome, Outcome::Hold);
    late.oldest_overdue = Some(TODAY.plus(-30));
    let decision = decide(&policy, Some(&late), &Document::of(dkk(600)), TODAY).unwrap();
    assert_eq!((decision.outcome, decision.prepay), (Outcome::Prepay, Some(dkk(600))));
}

#[test]
fn a_status_counts_only_where_a_rule_asks_for_it() {
    let asks = policy("[[rule]]\nname = \"stop\"\nwhen = \"status\"\nis = \"stop\"\nthen = \"refuse\"");
    let mut stopped = account(Some(None), 0);
    stopped.status = Status::Stop;
    assert_eq!(outcome(&asks, &stopped, 1), Outcome::Refuse);
    assert_eq!(outcome(&asks, &stopped, -1), Outcome::Approve, "a return always goes through");
    assert_eq!(outcome(&limit_rule(), &stopped, 1), Outcome::Approve);
    stopped.status = Status::NoCheck;
    assert_eq!(outcome(&asks, &stopped, 1), Outcome::NotChecked);
    assert_eq!(outcome(&policy(""), &account(Some(None), 0), 1), Outcome::NotChecked, "no rule, no approval");
}

#[test]
fn money_on_account_gives_room_and_is_named() {
    let policy = limit_rule();
    let mut rich = account(Some(Some(0)), 0);
    rich.buckets.unapplied = 500;
    let decision = decide(&policy, Some(&rich), &Document::of(dkk(500)), TODAY).unwrap();
    assert_eq!(decision.outcome, Outcome::Approve);
    assert_eq!(decision.reasons[0].code, Code::CoveredByCredit);
    assert_eq!(outcome(&policy, &rich, 501), Outcome::Refuse);
}

#[test]
fn unknown_customers_and_other_currencies_get_what_the_policy_says() {
    let policy = limit_rule();
    let decision = decide(&policy, None, &Document::of(dkk(1)), TODAY).unwrap();
    assert_eq!((decision.outcome, decision.reasons[0].code), (Outcome::Refuse, Code::UnknownCustomer));
    let eur = Money::new(1, Currency::parse("EUR").unwrap());
    let decision = decide(&policy, Some(&account(Some(None), 0)), &Document::of(eur), TODAY).unwrap();
    assert_eq!((decision.outcome, decision.reasons[0].code), (Outcome::Hold, Code::CurrencyMismatch));
}

/// An order's life on an account that is kept as a store would keep it.
struct Desk {
    policy: Policy,
    account: AccountFacts,
    chain: Option<Chain>,
}

impl Desk {
    fn new(limit: i64) -> Self {
        Self { policy: limit_rule(), account: account(Some(Some(limit)), 0), chain: None }
    }

    fn ask(&mut self, request: &Request) -> Result<Outcome, ErrorKind> {
        let done = act(&self.policy, Some(&self.account), self.chain.as_ref(), "SO-1", request, Instant(0), TODAY)
            .map_err(|error| error.kind())?;
        if let Some(chain) = done.chain {
            let before = self.chain.as_ref().map(|chain| chain.held(Day::MAX)).unwrap_or_default();
            let after = chain.held(Day::MAX);
            self.account.buckets.ordered += after.ordered - before.ordered;
            self.account.buckets.delivered += after.delivered - before.delivered;
            self.account.buckets.drafted += after.drafted - before.drafted;
            self.chain = Some(chain);
        }
        self.account.buckets.open += done.item_change;
        let owed = self.account.buckets.debit().unwrap();
        assert_eq!(done.decision.exposure_after, Some(dkk(owed)), "the decision foretells the exposure: {request:?}");
        Ok(done.decision.outcome)
    }

    fn to(&mut self, action: Action, minor: i64) -> Result<Outcome, ErrorKind> {
        self.ask(&request(action, Some(minor), None))
    }

    fn convert(&mut self, to: Stage, minor: Option<i64>) -> Result<Outcome, ErrorKind> {
        self.ask(&request(Action::Convert, minor, Some(to)))
    }
}

fn request(action: Action, minor: Option<i64>, to: Option<Stage>) -> Request {
    Request { amount: minor.map(dkk), to, ..Request::of(action) }
}

#[test]
fn an_order_moves_along_its_chain_and_counts_once() {
    let mut desk = Desk::new(1_000);
    assert_eq!(desk.to(Action::Reserve, 1_000), Ok(Outcome::Approve));
    assert_eq!(desk.to(Action::Reserve, 1_000), Err(ErrorKind::State), "twice");
    assert_eq!(desk.convert(Stage::Delivered, Some(400)), Ok(Outcome::Approve));
    assert_eq!(desk.convert(Stage::Invoiced, Some(150)), Ok(Outcome::Approve));
    assert_eq!(desk.account.buckets, Buckets { ordered: 600, delivered: 250, open: 150, ..Buckets::default() });
    assert_eq!(desk.convert(Stage::Drafted, None), Ok(Outcome::Approve), "all that was delivered");
    assert_eq!(desk.convert(Stage::Invoiced, None), Ok(Outcome::Approve));
    assert_eq!(desk.convert(Stage::Settled, Some(400)), Ok(Outcome::Approve));
    assert_eq!(desk.account.buckets, Buckets { ordered: 600, ..Buckets::default() });
    assert_eq!(desk.to(Action::Cancel, 0), Ok(Outcome::Approve));
    assert_eq!(desk.account.buckets, Buckets::default());
    assert_eq!(desk.to(Action::Cancel, 0), Err(ErrorKind::State));
    assert_eq!(desk.convert(Stage::Delivered, Some(1)), Err(ErrorKind::State));
}

#[test]
fn what_was_delivered_beyond_the_order_counts_and_is_told() {
    let mut desk = Desk::new(1_000);
    assert_eq!(desk.to(Action::Reserve, 1_000), Ok(Outcome::Approve));
    assert_eq!(desk.convert(Stage::Delivered, Some(1_200)), Ok(Outcome::ApproveWithAlert));
    assert_eq!(desk.account.buckets, Buckets { delivered: 1_200, ..Buckets::default() });
    assert_eq!(desk.chain.as_ref().unwrap().amount, 1_200);
    assert_eq!(desk.convert(Stage::Settled, Some(1)), Err(ErrorKind::State), "nothing is invoiced");
}

#[test]
fn what_is_invoiced_ahead_of_its_delivery_counts_once() {
    let mut desk = Desk::new(1_000);
    assert_eq!(desk.to(Action::Reserve, 1_000), Ok(Outcome::Approve));
    assert_eq!(desk.convert(Stage::Invoiced, Some(400)), Ok(Outcome::Approve));
    assert_eq!(desk.convert(Stage::Delivered, Some(1_000)), Ok(Outcome::Approve), "the invoiced goods among them");
    assert_eq!(desk.account.buckets, Buckets { delivered: 600, open: 400, ..Buckets::default() });
    // A draft that takes what is delivered and what is not, and is dropped again.
    let back = Request { from: Some(Stage::Drafted), ..request(Action::Convert, None, Some(Stage::Delivered)) };
    assert_eq!(desk.convert(Stage::Drafted, None), Ok(Outcome::Approve));
    assert_eq!(desk.ask(&back), Ok(Outcome::Approve));
    // An invoice that is reversed, and a payment that comes back.
    assert_eq!(desk.convert(Stage::Settled, Some(400)), Ok(Outcome::Approve));
    let returned = Request { from: Some(Stage::Settled), ..request(Action::Convert, Some(400), Some(Stage::Invoiced)) };
    assert_eq!(desk.ask(&returned), Ok(Outcome::Approve));
    let reversed = Request { from: Some(Stage::Invoiced), ..request(Action::Convert, None, Some(Stage::Ordered)) };
    assert_eq!(desk.ask(&reversed), Ok(Outcome::Approve));
    assert_eq!(desk.account.buckets, Buckets { ordered: 400, delivered: 600, ..Buckets::default() });
}

#[test]
fn a_change_is_asked_about_by_its_difference() {
    let mut desk = Desk::new(1_000);
    assert_eq!(desk.to(Action::Change, 5), Err(ErrorKind::NotFound));
    assert_eq!(desk.to(Action::Reserve, 900), Ok(Outcome::Approve));
    assert_eq!(desk.to(Action::Change, 1_001), Ok(Outcome::Refuse));
    assert_eq!(desk.chain.as_ref().unwrap().amount, 900, "a refused change changes nothing");
    assert_eq!(desk.to(Action::Change, 1_000), Ok(Outcome::Approve));
    // The limit may fall below what runs; smaller always goes, larger does not.
    desk.account.limits = Box::new([Limit::always(LimitKind::Base, Some(10))]);
    assert_eq!(desk.to(Action::Change, 500), Ok(Outcome::Approve));
    assert_eq!(desk.to(Action::Change, 501), Ok(Outcome::Refuse));
    assert_eq!(desk.convert(Stage::Delivered, Some(300)), Ok(Outcome::Approve));
    assert_eq!(desk.to(Action::Change, 299), Err(ErrorKind::State), "300 has been delivered");
}

#[test]
fn reopening_is_asked_about_as_a_new_order() {
    let mut desk = Desk::new(1_000);
    assert_eq!(desk.to(Action::Reserve, 900), Ok(Outcome::Approve));
    assert_eq!(desk.to(Action::Reopen, 900), Err(ErrorKind::State));
    assert_eq!(desk.to(Action::Cancel, 0), Ok(Outcome::Approve));
    desk.account.buckets.ordered = 900; // another order took the room
    let refused = act(
        &desk.policy,
        Some(&desk.account),
        desk.chain.as_ref(),
        "SO-1",
        &request(Action::Reopen, Some(900), None),
        Instant(0),
        TODAY,
    )
    .unwrap();
    assert_eq!((refused.decision.outcome, refused.chain), (Outcome::Refuse, None));
    desk.account.buckets.ordered = 0;
    assert_eq!(desk.to(Action::Reopen, 900), Ok(Outcome::Approve));
    assert_eq!(desk.chain.as_ref().unwrap().state, ChainState::Active);
}

#[test]
fn a_rate_converts_and_its_absence_is_told() {
    let policy = limit_rule();
    let account = account(Some(Some(9_900)), 0);
    let usd = Money::new(10_000, Currency::parse("USD").unwrap());
    let ask = |rate: Option<&str>| {
        let request =
            Request { amount: Some(usd), rate: rate.map(str::to_owned), ..request(Action::Reserve, None, None) };
        act(&policy, Some(&account), None, "SO-1", &request, Instant(0), TODAY)
    };
    assert_eq!(ask(Some("0.5")).unwrap().decision.outcome, Outcome::Approve);
    assert_eq!(ask(Some("0.5")).unwrap().chain.unwrap().ordered, 5_000);
    assert_eq!(ask(Some("2.0")).unwrap().decision.outcome, Outcome::Refuse);
    let without = ask(None).unwrap();
    assert_eq!(without.decision.outcome, Outcome::Hold);
    assert_eq!(without.chain.unwrap().ordered, 0, "what cannot be compared is not held");
    assert_eq!(ask(Some("zero")).unwrap_err().kind(), ErrorKind::Argument);
}

proptest! {
    /// I3: what passes, passes smaller; more limit or more money paid never turns a pass into a refusal.
    #[test]
    fn smaller_richer_and_higher_pass_too(
        limit in 0_i64..10_000, open in 0_i64..10_000, overdue in 0_i64..10_000, unapplied in 0_i64..10_000,
        document in 1_i64..10_000, smaller in 0_i64..10_000, more in 0_i64..10_000,
    ) {
        let policy = Policy::standard().unwrap();
        let mut account = account(Some(Some(limit)), open);
        account.buckets.overdue = overdue;
        account.buckets.unapplied = unapplied;
        let before = outcome(&policy, &account, document);
        prop_assert!(outcome(&policy, &account, smaller.min(document)) <= before.max(Outcome::Approve));
        let mut paid = account.clone();
        paid.buckets.unapplied += more;
        prop_assert!(outcome(&policy, &paid, document) <= before);
        let mut higher = account.clone();
        higher.limits[0].amount = Some(limit + more);
        prop_assert!(outcome(&policy, &higher, document) <= before);
    }

    /// Any numbers are answered or said to be too large; nothing overflows in silence.
    #[test]
    fn any_numbers_are_answered(limit: i64, open: i64, overdue: i64, unapplied: i64, document: i64, days: i32) {
        let policy = Policy::standard().unwrap();
        let mut account = account(Some(Some(limit)), open);
        account.buckets.overdue = overdue;
        account.buckets.unapplied = unapplied;
        account.oldest_overdue = Some(Day(days));
        match decide(&policy, Some(&account), &Document::of(dkk(document)), TODAY) {
            Ok(decision) if decision.outcome.grants() && document > 0 => {
                let owed = i128::from(open) + i128::from(overdue) - i128::from(unapplied) + i128::from(document);
                prop_assert!(owed <= i128::from(limit));
            }
            Ok(_) => {}
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::Argument),
        }
    }

    /// I4: reserving and cancelling is the identity, and an amount reserved in two steps is the amount reserved in one.
    #[test]
    fn reserving_in_parts_is_reserving_at_once(limit in 0_i64..2_000, one in 1_i64..1_000, other in 1_i64..1_000) {
        let mut parts = Desk::new(limit);
        let first = parts.to(Action::Reserve, one).unwrap();
        let mut whole = Desk::new(limit);
        if first == Outcome::Approve && parts.to(Action::Change, one + other).unwrap() == Outcome::Approve {
            prop_assert_eq!(whole.to(Action::Reserve, one + other), Ok(Outcome::Approve));
            prop_assert_eq!(parts.account.buckets, whole.account.buckets);
            parts.to(Action::Cancel, 0).unwrap();
            prop_assert_eq!(parts.account.buckets, Buckets::default());
        } else {
            prop_assert_eq!(whole.to(Action::Reserve, one + other), Ok(Outcome::Refuse));
        }
    }
}
