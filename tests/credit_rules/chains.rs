//! An order's amounts: how they are asked for, moved on, moved back, given up; and what the open item and the exposure
//! come to. Without people.

use super::*;
use obligor::calendar::Instant;
use obligor::credit::{Act, Action, Chain, ChainState, Person, Request, Stage, act, action_of_a_check};
use obligor::error::{ErrorKind, Result};
use obligor::reason::Quantity;

/// One order on an account that is kept as a store would keep it.
pub(super) struct Desk {
    pub(super) policy: Policy,
    pub(super) account: AccountFacts,
    pub(super) chain: Option<Chain>,
    pub(super) today: Day,
    pub(super) now: Instant,
}

impl Desk {
    pub(super) fn new(limit: i64) -> Self {
        Self {
            policy: policy(vec![rule(over_limit(0), Outcome::Hold)]),
            account: account(limit, 0),
            chain: None,
            today: TODAY,
            now: Instant(1_000),
        }
    }

    /// An order of this amount that holds credit.
    pub(super) fn reserved(minor: i64) -> Self {
        let mut desk = Self::new(minor);
        assert_eq!(desk.to(Action::Reserve, minor), Outcome::Approve);
        desk
    }

    pub(super) fn try_ask(&mut self, request: &Request) -> Result<Act> {
        let chain = self.chain.as_ref();
        let done = act(&self.policy, Some(&self.account), chain, "SO-1", request, self.now, self.today)?;
        let before = self.account.buckets.debit().unwrap();
        if let Some(chain) = &done.chain {
            let held = |chain: &Chain| chain.held(self.account.horizon_to);
            let (was, is) = (self.chain.as_ref().map(held).unwrap_or_default(), held(chain));
            let buckets = &mut self.account.buckets;
            buckets.ordered += is.ordered - was.ordered;
            buckets.later += is.later - was.later;
            buckets.delivered += is.delivered - was.delivered;
            buckets.drafted += is.drafted - was.drafted;
            self.chain = Some(chain.clone());
        }
        self.account.buckets.open += done.item_change;
        let owed = self.account.buckets.debit().unwrap() - self.account.buckets.unapplied;
        assert_eq!(done.decision.exposure_after, Some(dkk(owed)), "the decision foretells the exposure: {request:?}");
        assert_eq!(done.decision.exposure_before, Some(dkk(before - self.account.buckets.unapplied)));
        Ok(done)
    }

    pub(super) fn ask(&mut self, request: &Request) -> Outcome {
        self.try_ask(request).unwrap().decision.outcome
    }

    pub(super) fn to(&mut self, action: Action, minor: i64) -> Outcome {
        self.ask(&amount(action, minor))
    }

    /// Moves a part; returns the chain's ordered, delivered, drafted, invoiced, settled.
    fn convert(&mut self, from: Option<Stage>, to: Stage, minor: Option<i64>) -> [i64; 5] {
        self.ask(&moving(from, to, minor));
        self.at()
    }

    pub(super) fn at(&self) -> [i64; 5] {
        let chain = self.chain.as_ref().unwrap();
        [chain.ordered, chain.delivered, chain.drafted, chain.invoiced, chain.settled]
    }

    pub(super) fn order(&self) -> &Chain {
        self.chain.as_ref().unwrap()
    }

    pub(super) fn fails(&mut self, request: &Request) -> ErrorKind {
        let before = self.chain.clone();
        let kind = self.try_ask(request).unwrap_err().kind();
        assert_eq!(self.chain, before, "an error changes nothing");
        kind
    }
}

pub(super) fn amount(action: Action, minor: i64) -> Request {
    Request { amount: Some(dkk(minor)), ..Request::of(action) }
}

pub(super) fn moving(from: Option<Stage>, to: Stage, minor: Option<i64>) -> Request {
    Request { from, to: Some(to), amount: minor.map(dkk), ..Request::of(Action::Convert) }
}

use Stage::{Delivered, Drafted, Invoiced, Ordered, Settled};

#[test]
fn an_order_moves_on_and_counts_once() {
    let mut desk = Desk::new(1_000);
    assert_eq!(desk.to(Action::Reserve, 1_000), Outcome::Approve);
    assert_eq!(desk.convert(None, Delivered, Some(400)), [600, 400, 0, 0, 0]);
    assert_eq!(desk.convert(None, Drafted, Some(150)), [600, 250, 150, 0, 0]);
    assert_eq!(desk.convert(None, Invoiced, None), [600, 250, 0, 150, 0], "all that is drafted");
    assert_eq!(desk.convert(None, Invoiced, Some(350)), [500, 0, 0, 500, 0], "delivered first, then ordered");
    assert_eq!(desk.order().marks.ahead, 100);
    assert_eq!(desk.convert(None, Settled, Some(200)), [500, 0, 0, 300, 200]);
    assert_eq!(desk.fails(&moving(Some(Delivered), Invoiced, Some(1))), ErrorKind::State, "some is ordered still");
    assert_eq!(desk.fails(&moving(None, Settled, Some(301))), ErrorKind::State);
    assert_eq!(desk.fails(&moving(None, Delivered, Some(0))), ErrorKind::State);
    assert_eq!(desk.fails(&moving(None, Delivered, Some(-1))), ErrorKind::State);
    assert_eq!(desk.convert(None, Drafted, None), [0, 0, 500, 300, 200], "all of the nearest that holds anything");
    assert_eq!(desk.fails(&moving(None, Drafted, None)), ErrorKind::State, "nothing is left");
}

#[test]
fn the_open_item_grows_with_what_is_invoiced_and_shrinks_with_what_is_settled() {
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 1_000);
    let mut item = |request| desk.try_ask(&request).unwrap().item_change;
    assert_eq!(item(moving(None, Delivered, Some(600))), 0);
    assert_eq!(item(moving(None, Invoiced, Some(500))), 500);
    assert_eq!(item(moving(None, Settled, Some(200))), -200);
    assert_eq!(item(moving(Some(Settled), Invoiced, Some(50))), 50, "a payment comes back");
    assert_eq!(item(moving(Some(Invoiced), Delivered, Some(10))), -10, "an invoice is reversed");
    assert_eq!(item(moving(Some(Delivered), Settled, Some(100))), 0, "goods come back");
}

#[test]
fn what_is_undone_goes_back_only_when_it_is_named() {
    let steps = [Ordered, Delivered, Drafted, Invoiced, Settled];
    let allowed = |from: Stage, to: Stage| match (from, to) {
        (Settled, Invoiced) => true,
        (Settled, _) => false,
        (Delivered | Drafted | Invoiced, Settled) => true,
        (Ordered, Settled) => false,
        (from, to) => from != to,
    };
    for from in steps {
        for to in steps {
            let mut desk = Desk::new(1_000);
            desk.to(Action::Reserve, 500);
            let chain = desk.chain.as_mut().unwrap();
            (chain.ordered, chain.delivered, chain.drafted, chain.invoiced, chain.settled) = (100, 100, 100, 100, 100);
            desk.account.buckets =
                Buckets { ordered: 100, delivered: 100, drafted: 100, open: 100, ..Buckets::default() };
            let request = moving(Some(from), to, Some(40));
            if allowed(from, to) {
                let before = desk.account.buckets.debit().unwrap();
                let increase = desk.try_ask(&request).unwrap().decision.increase.minor;
                let at = desk.order();
                assert_eq!((at.at(from), at.at(to)), (60, 140), "{from:?} to {to:?}");
                assert_eq!(desk.account.buckets.debit().unwrap() - before, increase);
                let expected = if to == Settled {
                    -40
                } else if from == Settled {
                    40
                } else {
                    0
                };
                assert_eq!(increase, expected, "{from:?} to {to:?}");
                if from > to {
                    assert_eq!(desk.fails(&moving(Some(from), to, Some(61))), ErrorKind::State, "only what is there");
                }
            } else {
                assert_eq!(desk.fails(&request), ErrorKind::Argument, "{from:?} to {to:?}");
            }
        }
    }
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 500);
    assert_eq!(desk.fails(&moving(None, Ordered, Some(1))), ErrorKind::Argument);
    assert_eq!(desk.fails(&Request { to: None, ..moving(None, Ordered, Some(1)) }), ErrorKind::Argument);
}

#[test]
fn nothing_goes_back_to_an_order_that_holds_nothing() {
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 500);
    desk.convert(None, Delivered, Some(300));
    desk.to(Action::Cancel, 0);
    assert_eq!(desk.fails(&moving(Some(Delivered), Ordered, Some(100))), ErrorKind::State);
    assert_eq!(desk.fails(&moving(None, Delivered, Some(100))), ErrorKind::State, "an order that is closed");
    assert_eq!(desk.convert(None, Invoiced, Some(300)), [0, 0, 0, 300, 0], "what left it goes on");
    assert_eq!(desk.fails(&moving(None, Invoiced, Some(1))), ErrorKind::State);
}

#[test]
fn what_is_beyond_the_order_passes_with_an_alert_and_counts() {
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 1_000);
    let done = desk.try_ask(&moving(None, Delivered, Some(1_200))).unwrap();
    assert_eq!(done.decision.outcome, Outcome::ApproveWithAlert);
    let reason = &done.decision.reasons[0];
    assert_eq!((reason.code, reason.measured), (Code::OverDelivery, Some(Quantity::Money(dkk(200)))));
    assert_eq!((done.decision.increase, done.decision.reasons.len()), (dkk(200), 1));
    assert_eq!((desk.at(), desk.order().amount), ([0, 1_200, 0, 0, 0], 1_200));
    assert_eq!(desk.convert(None, Invoiced, Some(1_201)), [0, 0, 0, 1_201, 0]);
    assert_eq!(desk.fails(&moving(None, Settled, Some(1_202))), ErrorKind::State, "nobody pays more than was invoiced");
}

#[test]
fn what_was_invoiced_ahead_moves_nothing_when_it_is_delivered() {
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 1_000);
    assert_eq!(desk.convert(None, Invoiced, Some(400)), [600, 0, 0, 400, 0]);
    assert_eq!(desk.convert(None, Delivered, Some(1_000)), [0, 600, 0, 400, 0]);
    assert_eq!((desk.order().amount, desk.order().marks.ahead), (1_000, 0));
    assert_eq!(desk.convert(None, Delivered, Some(1)), [0, 601, 0, 400, 0], "now it is more than was ordered");
    // A draft ahead of its delivery, likewise; a part of it at a time.
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 1_000);
    desk.convert(None, Drafted, Some(1_000));
    assert_eq!(desk.convert(None, Delivered, Some(300)), [0, 0, 1_000, 0, 0]);
    assert_eq!(desk.order().marks.ahead, 700);
    assert_eq!(desk.convert(None, Delivered, Some(800)), [0, 100, 1_000, 0, 0]);
}

#[test]
fn an_invoice_ahead_that_is_reversed_is_ahead_no_more() {
    for stage in [Invoiced, Drafted] {
        let mut desk = Desk::new(1_000);
        desk.to(Action::Reserve, 1_000);
        desk.convert(None, stage, Some(400));
        desk.convert(Some(stage), Ordered, Some(300));
        assert_eq!((desk.at()[0], desk.order().marks.ahead), (900, 100), "{stage:?}");
        desk.convert(None, Delivered, Some(1_000));
        assert_eq!(desk.at()[1], 900);
        let more = desk.try_ask(&moving(None, Delivered, Some(50))).unwrap().decision;
        assert_eq!((more.outcome, more.increase), (Outcome::ApproveWithAlert, dkk(50)), "{stage:?}");
    }
    // Goods that come back were not ahead.
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 1_000);
    desk.convert(None, Invoiced, Some(400));
    desk.convert(None, Delivered, Some(600));
    desk.convert(Some(Delivered), Ordered, Some(100));
    assert_eq!(desk.order().marks.ahead, 400);
}

#[test]
fn the_secured_part_holds_no_credit() {
    let mut desk = Desk::new(700);
    let secured = |minor, secured| Request { secured: Some(dkk(secured)), ..amount(Action::Reserve, minor) };
    assert_eq!(desk.fails(&secured(1_000, -1)), ErrorKind::Argument);
    assert_eq!(desk.fails(&Request { secured: Some(eur(1)), ..amount(Action::Reserve, 5) }), ErrorKind::Argument);
    assert_eq!(desk.ask(&secured(1_000, 299)), Outcome::Hold);
    assert_eq!(desk.ask(&secured(1_000, 300)), Outcome::Approve);
    assert_eq!((desk.at()[0], desk.order().amount, desk.order().marks.secured), (700, 1_000, 300));
    assert_eq!(desk.to(Action::Change, 1_000), Outcome::Approve, "the same amount, the same part");
    assert_eq!(desk.at()[0], 700);
    assert_eq!(desk.ask(&Request { secured: Some(dkk(200)), ..amount(Action::Change, 1_000) }), Outcome::Hold);
    assert_eq!(desk.ask(&Request { secured: Some(dkk(400)), ..amount(Action::Change, 1_000) }), Outcome::Approve);
    assert_eq!(desk.at()[0], 600);
    assert_eq!(desk.convert(None, Delivered, Some(1_000)), [0, 600, 0, 0, 0]);
    assert_eq!(desk.convert(None, Invoiced, Some(1_000)), [0, 0, 0, 600, 0]);
    assert_eq!(desk.convert(None, Invoiced, Some(1)), [0, 0, 0, 601, 0], "beyond the secured part");
    assert_eq!(desk.convert(None, Delivered, Some(1)), [0, 1, 0, 601, 0], "likewise");

    let mut desk = Desk::new(0);
    assert_eq!(desk.ask(&secured(500, 900)), Outcome::NotChecked, "no more is secured than there is");
    assert_eq!((desk.order().marks.secured, desk.at()[0], desk.order().state), (500, 0, ChainState::Active));
    let mut desk = Desk::new(0);
    assert_eq!(desk.ask(&secured(-5, 9)), Outcome::Approve);
    assert_eq!(desk.order().marks.secured, 0);
    let mut desk = Desk::new(0);
    desk.policy.facts.secured_part_outside = false;
    assert_eq!(desk.ask(&secured(500, 500)), Outcome::Hold);
}

#[test]
fn the_whole_is_converted_once_and_so_is_what_is_left_without_the_secured_part() {
    let mut desk = Desk::new(100_000);
    let usd = |minor| Money::new(minor, currency("USD"));
    let request = |minor, secured: Option<i64>| Request {
        amount: Some(usd(minor)),
        secured: secured.map(usd),
        rate: Some("6.5".to_owned()),
        ..Request::of(Action::Reserve)
    };
    desk.ask(&request(101, Some(50)));
    // 101 × 6.5 is 656.5, 51 × 6.5 is 331.5.
    assert_eq!((desk.order().amount, desk.order().marks.secured, desk.at()[0]), (657, 325, 332));
    let bad = Request { rate: Some("zero".to_owned()), ..request(1, None) };
    desk.chain = None;
    assert_eq!(desk.fails(&bad), ErrorKind::Argument);
    let own = Request { amount: Some(dkk(7)), ..bad };
    assert_eq!(desk.ask(&own), Outcome::Approve, "the own currency needs no rate");
    let move_on = Request { amount: Some(usd(1)), ..moving(None, Delivered, None) };
    assert_eq!(desk.fails(&move_on), ErrorKind::Argument);
    assert_eq!(desk.ask(&Request { rate: Some("2".to_owned()), ..move_on }), Outcome::Approve);
    assert_eq!(desk.at(), [5, 2, 0, 0, 0]);
    // A change without a rate cannot be compared, and changes nothing.
    let change = Request { action: Action::Change, rate: None, ..request(1, None) };
    let done = desk.try_ask(&change).unwrap();
    assert_eq!((done.decision.outcome, done.chain), (Outcome::Hold, None));
}

#[test]
fn an_order_that_cannot_be_compared_holds_nothing_until_it_can() {
    for (outcome, state) in [(Outcome::Hold, ChainState::Held), (Outcome::Refuse, ChainState::Declined)] {
        let mut desk = Desk::new(1_000);
        desk.policy.facts.currency_mismatch = outcome;
        let foreign = Request { amount: Some(eur(100)), ..Request::of(Action::Reserve) };
        assert_eq!(desk.ask(&foreign), outcome);
        assert_eq!((desk.order().state, desk.order().amount, desk.at()[0]), (state, 0, 0));
        // Nothing is known of its value, so nobody and nothing lets it through as it stands.
        let again = desk.try_ask(&Request::of(Action::Reevaluate)).unwrap();
        assert_eq!(again.decision.outcome, outcome, "{:?}", again.decision);
        assert_eq!(again.decision.reasons[0].code, Code::CurrencyMismatch);
        assert_eq!(desk.order().state, state);
        assert_eq!(desk.fails(&by(Action::Release, MANAGER)), ErrorKind::State);
        assert_eq!(desk.ask(&Request { rate: Some("7.5".to_owned()), ..foreign }), Outcome::Approve);
        assert_eq!((desk.order().state, desk.order().amount), (ChainState::Active, 750));
    }
}

pub(super) fn by(action: Action, role: &str) -> Request {
    let person =
        Person { user: "ann".to_owned(), role: role.to_owned(), reason: "agreed".to_owned(), ..Person::default() };
    Request { person: Some(person), ..Request::of(action) }
}

#[test]
fn a_change_is_asked_about_by_its_difference() {
    let mut desk = Desk::new(1_000);
    assert_eq!(desk.fails(&amount(Action::Change, 5)), ErrorKind::NotFound);
    desk.to(Action::Reserve, 900);
    let refused = desk.try_ask(&amount(Action::Change, 1_001)).unwrap();
    assert_eq!((refused.decision.outcome, refused.chain), (Outcome::Hold, None));
    assert_eq!(refused.decision.increase, dkk(101));
    assert_eq!(desk.to(Action::Change, 1_000), Outcome::Approve);
    desk.account.limits[0].amount = Some(10);
    assert_eq!(desk.to(Action::Change, 500), Outcome::Approve, "a decrease always passes");
    assert_eq!(desk.to(Action::Change, 500), Outcome::Approve);
    assert_eq!(desk.to(Action::Change, 501), Outcome::Hold);
    desk.convert(None, Delivered, Some(300));
    assert_eq!(desk.fails(&amount(Action::Change, 299)), ErrorKind::State, "300 has left it");
    assert_eq!(desk.to(Action::Change, 300), Outcome::Approve);
    assert_eq!(desk.at(), [0, 300, 0, 0, 0]);
    assert_eq!(desk.fails(&amount(Action::Reserve, 300)), ErrorKind::State, "it is reserved already");
    assert_eq!(desk.fails(&Request::of(Action::Change)), ErrorKind::Argument);
}

#[test]
fn a_change_carries_along_what_the_order_carries() {
    let mut desk = Desk::new(1_000);
    let ships = Some(TODAY.plus(90));
    let first = Request { ships, terms_days: Some(14), expires: Some(Instant(9_000)), ..amount(Action::Reserve, 100) };
    desk.account.horizon_to = TODAY.plus(30);
    desk.ask(&first);
    assert_eq!(desk.account.buckets.later, 100);
    assert_eq!((desk.order().ships, desk.order().marks.terms_days), (ships, Some(14)));
    assert_eq!((desk.order().marks.passed, desk.order().expires), (Some(TODAY), Some(Instant(9_000))));
    desk.today = TODAY.plus(1);
    desk.to(Action::Change, 90);
    assert_eq!((desk.order().ships, desk.order().marks.terms_days), (ships, Some(14)));
    assert_eq!(desk.order().marks.passed, Some(TODAY), "a decrease is not asked about");
    desk.ask(&Request { ships: Some(TODAY), terms_days: Some(10), ..amount(Action::Change, 95) });
    assert_eq!((desk.order().ships, desk.order().marks.terms_days), (Some(TODAY), Some(10)));
    assert_eq!((desk.order().marks.passed, desk.account.buckets.ordered), (Some(TODAY.plus(1)), 95));
}

#[test]
fn longer_terms_are_asked_about_by_every_change() {
    let mut desk = Desk::new(1_000);
    desk.policy.rules.push(rule(Test::TermsChanged, Outcome::Hold));
    let terms = |minor, terms_days| Request { terms_days, ..amount(Action::Change, minor) };
    desk.account.profile.terms_days = Some(30);
    assert_eq!(desk.to(Action::Reserve, 100), Outcome::Approve);
    assert_eq!(desk.ask(&terms(50, Some(31))), Outcome::Hold, "longer than agreed");
    assert_eq!(desk.order().amount, 100);
    assert_eq!(desk.ask(&terms(90, Some(30))), Outcome::Approve);
    desk.account.profile.terms_days = Some(5);
    assert_eq!(desk.ask(&terms(80, Some(30))), Outcome::Approve, "it was let through with 30");
    assert_eq!(desk.ask(&terms(70, Some(31))), Outcome::Hold);
    desk.account.limits[0].amount = Some(0);
    desk.policy.rules[1].then = Outcome::ApproveWithAlert;
    assert_eq!(desk.ask(&terms(60, Some(31))), Outcome::ApproveWithAlert, "the limit is not asked");
    assert_eq!((desk.order().amount, desk.order().marks.terms_days), (60, Some(31)));
}

#[test]
fn a_return_order_takes_nothing_away_before_its_credit_note() {
    let mut desk = Desk::new(1_000);
    assert_eq!(desk.to(Action::Reserve, -300), Outcome::Approve);
    assert_eq!((desk.at()[0], desk.order().amount, desk.order().state), (0, -300, ChainState::Active));
    assert_eq!(desk.to(Action::Change, -400), Outcome::Approve);
    assert_eq!((desk.at()[0], desk.order().amount), (0, -400));
    assert_eq!(desk.to(Action::Cancel, 0), Outcome::Approve);
}

#[test]
fn a_document_can_begin_later_than_as_an_order() {
    for (to, at, item) in [
        (Ordered, [5, 0, 0, 0, 0], 0),
        (Delivered, [0, 5, 0, 0, 0], 0),
        (Drafted, [0, 0, 5, 0, 0], 0),
        (Invoiced, [0, 0, 0, 5, 0], 5),
    ] {
        let mut desk = Desk::new(5);
        let begin = |minor| Request { to: Some(to), ..amount(Action::Reserve, minor) };
        assert_eq!(desk.ask(&begin(6)), Outcome::Hold);
        let done = desk.try_ask(&begin(5)).unwrap();
        assert_eq!((done.item_change, desk.at()), (item, at), "{to:?}");
    }
    let begin = Request { to: Some(Settled), ..amount(Action::Reserve, 5) };
    assert_eq!(Desk::new(5).fails(&begin), ErrorKind::Argument);
    // Where it begins counts for the rule about that bucket.
    let mut desk = Desk::new(1_000);
    desk.policy.rules[0].test = Test::BucketAmount { bucket: obligor::policy::Bucket::Delivered, above: vec![dkk(9)] };
    assert_eq!(desk.ask(&Request { to: Some(Delivered), ..amount(Action::Reserve, 10) }), Outcome::Hold);
    assert_eq!(desk.to(Action::Reserve, 10), Outcome::Hold, "it stays where it was to begin");
    desk.chain = None;
    assert_eq!(desk.to(Action::Reserve, 10), Outcome::Approve);
}

#[test]
fn a_document_that_begins_later_is_changed_and_given_up_there() {
    for (to, given_up) in [(Delivered, [0, 70, 0, 0, 0]), (Drafted, [0; 5])] {
        let mut desk = Desk::new(100);
        desk.ask(&Request { to: Some(to), ..amount(Action::Reserve, 60) });
        assert_eq!(desk.to(Action::Change, 101), Outcome::Hold);
        assert_eq!(desk.to(Action::Change, 70), Outcome::Approve);
        assert_eq!((desk.order().at(to), desk.at()[0]), (70, 0));
        assert_eq!(desk.to(Action::Cancel, 0), Outcome::Approve);
        assert_eq!(desk.at(), given_up, "goods that have left are not given up");
    }
    let mut desk = Desk::new(100);
    desk.ask(&Request { to: Some(Invoiced), ..amount(Action::Reserve, 60) });
    assert_eq!(desk.fails(&amount(Action::Change, 61)), ErrorKind::State, "a posted invoice is not made larger");
    assert_eq!(desk.to(Action::Change, 60), Outcome::Approve);
}

#[test]
fn what_has_run_out_is_not_taken_up_as_it_is() {
    let mut desk = Desk::new(100);
    let until = |expires| Request { expires: Some(Instant(expires)), ..amount(Action::Reserve, 101) };
    assert_eq!(desk.fails(&until(1_000)), ErrorKind::State, "it would hold nothing from the beginning");
    assert_eq!(desk.ask(&until(1_001)), Outcome::Hold);
    desk.account.limits[0].amount = Some(101);
    desk.now = Instant(1_001);
    assert_eq!(desk.fails(&by(Action::Release, MANAGER)), ErrorKind::State);
    let waits = desk.order().clone();
    assert_eq!(desk.ask(&Request::of(Action::Reevaluate)), Outcome::Hold);
    assert_eq!(desk.order().state, ChainState::Expired, "it does not wait any longer");
    desk.chain = Some(waits);
    assert_eq!(desk.ask(&until(1_002)), Outcome::Approve);
}

#[test]
fn a_closed_order_is_asked_about_as_new() {
    let mut desk = Desk::new(1_000);
    assert_eq!(desk.fails(&amount(Action::Reopen, 5)), ErrorKind::NotFound);
    desk.ask(&Request { expires: Some(Instant(9_999)), terms_days: Some(9), ..amount(Action::Reserve, 900) });
    assert_eq!(desk.fails(&amount(Action::Reopen, 900)), ErrorKind::State);
    desk.convert(None, Invoiced, Some(200));
    desk.to(Action::Cancel, 0);
    assert_eq!((desk.at(), desk.order().state), ([0, 0, 0, 200, 0], ChainState::Cancelled));
    assert_eq!((desk.order().expires, desk.order().marks.terms_days, desk.order().marks.ahead), (None, None, 200));
    assert_eq!(desk.fails(&Request::of(Action::Cancel)), ErrorKind::State);
    for action in [Action::Reserve, Action::Change] {
        assert_eq!(desk.fails(&amount(action, 5)), ErrorKind::State);
    }
    desk.policy.rules[0].then = Outcome::Refuse;
    assert_eq!(desk.to(Action::Reopen, 801), Outcome::Refuse);
    assert_eq!(desk.order().state, ChainState::Cancelled, "a refused reopening leaves it closed");
    assert_eq!(desk.to(Action::Reopen, 800), Outcome::Approve);
    assert_eq!((desk.at(), desk.order().amount), ([800, 0, 0, 200, 0], 1_000));
    assert_eq!((desk.order().state, desk.order().marks.ahead), (ChainState::Active, 200));
    desk.chain.as_mut().unwrap().state = ChainState::Expired;
    desk.chain.as_mut().unwrap().ordered = 0;
    desk.account.buckets.ordered = 0;
    desk.policy.rules[0].then = Outcome::Hold;
    assert_eq!(desk.to(Action::Reopen, 801), Outcome::Hold);
    assert_eq!(desk.order().state, ChainState::Held);
}

#[test]
fn an_order_of_another_account_is_left_alone_until_it_holds_nothing() {
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 100);
    desk.account.id = AccountId(2);
    for action in [Action::Reserve, Action::Change, Action::Convert, Action::Cancel] {
        assert_eq!(desk.fails(&amount(action, 100)), ErrorKind::State, "{action:?}");
    }
    let chain = desk.chain.as_mut().unwrap();
    (chain.state, chain.ordered) = (ChainState::Cancelled, 0);
    assert_eq!(desk.fails(&amount(Action::Change, 100)), ErrorKind::State, "only a reserve takes it over");
    for stage in [Delivered, Drafted, Invoiced] {
        *desk.chain.as_mut().unwrap().at_mut(stage) = 1;
        assert!(!desk.order().is_free_to_move());
        assert_eq!(desk.fails(&amount(Action::Reserve, 100)), ErrorKind::State, "{stage:?}");
        *desk.chain.as_mut().unwrap().at_mut(stage) = 0;
    }
    desk.chain.as_mut().unwrap().settled = 7;
    desk.account.buckets = Buckets::default();
    assert_eq!(desk.to(Action::Reserve, 100), Outcome::Approve);
    assert_eq!((desk.order().account, desk.order().since, desk.at()[4]), (AccountId(2), Instant(1_000), 0));
}

#[test]
fn without_an_account_only_a_new_order_is_answered() {
    let policy = policy(Vec::new());
    let ask = |request: &Request| act(&policy, None, None, "SO-1", request, Instant(0), TODAY);
    let done = ask(&amount(Action::Reserve, 5)).unwrap();
    assert_eq!((done.decision.outcome, done.chain), (policy.facts.unknown_customer, None));
    assert_eq!(ask(&Request::of(Action::Reserve)).unwrap_err().kind(), ErrorKind::Argument);
    assert_eq!(ask(&amount(Action::Change, 5)).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_check_asks_what_would_be_asked_next() {
    let mut desk = Desk::new(1_000);
    assert_eq!(action_of_a_check(None), Action::Reserve);
    desk.to(Action::Reserve, 5);
    for (state, action) in [
        (ChainState::Active, Action::Change),
        (ChainState::Cancelled, Action::Reopen),
        (ChainState::Expired, Action::Reopen),
        (ChainState::Held, Action::Reserve),
        (ChainState::Declined, Action::Reserve),
    ] {
        desk.chain.as_mut().unwrap().state = state;
        assert_eq!(action_of_a_check(desk.chain.as_ref()), action);
    }
}

#[test]
fn every_part_of_an_order_is_in_one_place() {
    let mut desk = Desk::new(1_000);
    desk.to(Action::Reserve, 1);
    let chain = desk.chain.as_mut().unwrap();
    (chain.ordered, chain.delivered, chain.drafted, chain.invoiced, chain.settled) = (1, 2, 4, 8, 16);
    for (stage, amount) in [(Ordered, 1), (Delivered, 2), (Drafted, 4), (Invoiced, 8), (Settled, 16)] {
        assert_eq!(chain.at(stage), amount);
        assert_eq!(*chain.at_mut(stage), amount);
    }
    assert_eq!(chain.moved(), Some(30));
    assert_eq!(chain.held(TODAY), Buckets { ordered: 1, delivered: 2, drafted: 4, ..Buckets::default() });
    chain.ships = Some(TODAY.plus(1));
    assert_eq!(chain.held(TODAY), Buckets { later: 1, delivered: 2, drafted: 4, ..Buckets::default() });
    assert_eq!(chain.held(TODAY.plus(1)).ordered, 1);
    chain.settled = i64::MAX;
    assert_eq!(chain.moved(), None);
}
