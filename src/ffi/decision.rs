//! Decisions
//!
//! What an order came to, and why.

use std::ffi::c_char;

use super::engine::enter;
use super::error::Failure;
use super::plain::{Out, Plain, Rows};
use super::text::{self, TextOut};
use crate::credit::ChainState;
use crate::engine::{OrderAnswer, Source};
use crate::error::Error;
use crate::money::{Currency, Money};
use crate::reason::{Language, Quantity, Reason, Remedy};

/// Outcome: nobody asked, since no rule of the policy applies. Not an approval; the order may go through.
pub const OBLIGOR_OUTCOME_NOT_CHECKED: i32 = 0;
/// Outcome: the order may go through.
pub const OBLIGOR_OUTCOME_APPROVE: i32 = 1;
/// Outcome: the order may go through, and credit control is told.
pub const OBLIGOR_OUTCOME_APPROVE_WITH_ALERT: i32 = 2;
/// Outcome: the order may go through once the amount in `prepay` was paid in advance.
pub const OBLIGOR_OUTCOME_PREPAY: i32 = 3;
/// Outcome: the order waits for a person; it holds no credit meanwhile.
pub const OBLIGOR_OUTCOME_HOLD: i32 = 4;
/// Outcome: the order may not go through.
pub const OBLIGOR_OUTCOME_REFUSE: i32 = 5;

/// Level of a reason: the credit account itself.
pub const OBLIGOR_LEVEL_OWN: i32 = 1;
/// Level of a reason: the group the account belongs to.
pub const OBLIGOR_LEVEL_GROUP: i32 = 2;
/// Level of a reason: the credit segment.
pub const OBLIGOR_LEVEL_SEGMENT: i32 = 3;
/// Level of a reason: the document alone, whatever the account.
pub const OBLIGOR_LEVEL_DOCUMENT: i32 = 4;

/// Kind of a value: there is none.
pub const OBLIGOR_KIND_NONE: i32 = 0;
/// Kind of a value: minor units of the reason's `currency`.
pub const OBLIGOR_KIND_MONEY: i32 = 1;
/// Kind of a value: days.
pub const OBLIGOR_KIND_DAYS: i32 = 2;
/// Kind of a value: a number of things.
pub const OBLIGOR_KIND_COUNT: i32 = 3;
/// Kind of a value: hundredths of a per cent.
pub const OBLIGOR_KIND_BASIS_POINTS: i32 = 4;
/// Kind of a value: a civil day, in days since 1970-01-01.
pub const OBLIGOR_KIND_DAY: i32 = 5;
/// Kind of a value: a currency; its three letters as a number, the first one times 65536, the second one times 256, the
/// third one.
pub const OBLIGOR_KIND_CURRENCY: i32 = 6;

/// Remedy: there is none.
pub const OBLIGOR_REMEDY_NONE: i32 = 0;
/// Remedy: the customer pays this much of what is owed, in minor units.
pub const OBLIGOR_REMEDY_PAY: i32 = 1;
/// Remedy: the order is made smaller by this much, in minor units.
pub const OBLIGOR_REMEDY_REDUCE_BY: i32 = 2;
/// Remedy: the order waits until this day, in days since 1970-01-01.
pub const OBLIGOR_REMEDY_WAIT_UNTIL: i32 = 3;
/// Remedy: the order is made out in this currency, as for OBLIGOR_KIND_CURRENCY.
pub const OBLIGOR_REMEDY_USE_CURRENCY: i32 = 4;
/// Remedy: a person lifts the hold or stop.
pub const OBLIGOR_REMEDY_LIFT_STATUS: i32 = 5;
/// Remedy: a person sets a limit, or marks the account as having none.
pub const OBLIGOR_REMEDY_SET_LIMIT: i32 = 6;
/// Remedy: the customer is created first.
pub const OBLIGOR_REMEDY_CREATE_CUSTOMER: i32 = 7;
/// Remedy: this amount is paid in advance, in minor units.
pub const OBLIGOR_REMEDY_PREPAY: i32 = 8;
/// Remedy: the customer gives this much as a deposit or another security, in minor units.
pub const OBLIGOR_REMEDY_DEPOSIT: i32 = 9;
/// Remedy: a person who may do so releases the order.
pub const OBLIGOR_REMEDY_RELEASE: i32 = 10;
/// Remedy: the order is made out with payment terms of at most so many days.
pub const OBLIGOR_REMEDY_USE_TERMS: i32 = 11;
/// Remedy: the discount is at most this, in hundredths of a per cent.
pub const OBLIGOR_REMEDY_DISCOUNT_AT_MOST: i32 = 12;
/// Remedy: the account is reviewed and its limit renewed.
pub const OBLIGOR_REMEDY_REVIEW: i32 = 13;
/// Remedy: somebody finds out what is not known.
pub const OBLIGOR_REMEDY_FIND_OUT: i32 = 14;

/// Reason: the exposure with the order would be above the limit in force.
pub const OBLIGOR_REASON_OVER_LIMIT: i32 = 1;
/// Reason: the account has no limit in force and is not marked as having none.
pub const OBLIGOR_REASON_LIMIT_MISSING: i32 = 2;
/// Reason: more is overdue than the policy allows.
pub const OBLIGOR_REASON_OVERDUE_AMOUNT: i32 = 3;
/// Reason: the oldest overdue item is older than the policy allows.
pub const OBLIGOR_REASON_OVERDUE_DAYS: i32 = 4;
/// Reason: the account is stopped by hand; nothing new goes through.
pub const OBLIGOR_REASON_STATUS_STOP: i32 = 5;
/// Reason: the account is on hold by hand; new orders wait for a person.
pub const OBLIGOR_REASON_STATUS_HOLD: i32 = 6;
/// Reason: the account is excluded from checks by hand.
pub const OBLIGOR_REASON_STATUS_NO_CHECK: i32 = 7;
/// Reason: no such customer, or no credit account in this company.
pub const OBLIGOR_REASON_UNKNOWN_CUSTOMER: i32 = 8;
/// Reason: the order's currency is not the account's and no rate was given.
pub const OBLIGOR_REASON_CURRENCY_MISMATCH: i32 = 9;
/// Reason: the customer's own money on account covers what the limit does not.
pub const OBLIGOR_REASON_COVERED_BY_CREDIT: i32 = 10;
/// Reason: the order does not increase the exposure; such orders always go through.
pub const OBLIGOR_REASON_NOT_AN_INCREASE: i32 = 11;
/// Reason: the account is marked as having no limit.
pub const OBLIGOR_REASON_NO_LIMIT: i32 = 12;
/// Reason: the account was over its limit before this order.
pub const OBLIGOR_REASON_ALREADY_OVER_LIMIT: i32 = 13;
/// Reason: the account is watched by hand.
pub const OBLIGOR_REASON_STATUS_WATCH: i32 = 14;
/// Reason: the last limit is past its last day, and no other is in force.
pub const OBLIGOR_REASON_LIMIT_EXPIRED: i32 = 15;
/// Reason: the limit in force has no last day, and the policy asks for one.
pub const OBLIGOR_REASON_LIMIT_OPEN_ENDED: i32 = 16;
/// Reason: the day the account was to be reviewed is past.
pub const OBLIGOR_REASON_REVIEW_DUE: i32 = 17;
/// Reason: too large a share of what is open is overdue.
pub const OBLIGOR_REASON_OVERDUE_SHARE: i32 = 18;
/// Reason: too much of the limit is used, counting the order.
pub const OBLIGOR_REASON_UTILISATION: i32 = 19;
/// Reason: the order alone is too large.
pub const OBLIGOR_REASON_DOCUMENT_VALUE: i32 = 20;
/// Reason: an open item has reached too high a dunning level.
pub const OBLIGOR_REASON_DUNNING_LEVEL: i32 = 21;
/// Reason: the customer has paid too late, weighted by amount.
pub const OBLIGOR_REASON_PAYMENT_BEHAVIOUR: i32 = 22;
/// Reason: too large a share of the invoices was disputed, and something is still owed.
pub const OBLIGOR_REASON_DISPUTE_RATE: i32 = 23;
/// Reason: the order's payment terms are longer than agreed.
pub const OBLIGOR_REASON_TERMS_CHANGED: i32 = 24;
/// Reason: the order's discount is too high.
pub const OBLIGOR_REASON_DISCOUNT: i32 = 25;
/// Reason: too much is in one stage of the way from order to payment.
pub const OBLIGOR_REASON_BUCKET_AMOUNT: i32 = 26;
/// Reason: the customer's score is too low.
pub const OBLIGOR_REASON_SCORE: i32 = 27;
/// Reason: the rule speaks of everything in its scope.
pub const OBLIGOR_REASON_ALWAYS: i32 = 28;
/// Reason: a fact that a rule needs is not known.
pub const OBLIGOR_REASON_FACT_UNKNOWN: i32 = 29;
/// Reason: a person has put this very order on hold.
pub const OBLIGOR_REASON_FORCED_HOLD: i32 = 30;
/// Reason: a person has let this order through, and the release still covers it.
pub const OBLIGOR_REASON_RELEASED: i32 = 31;
/// Reason: a role that may let the order through has done so in the same call.
pub const OBLIGOR_REASON_OVERRIDDEN: i32 = 32;
/// Reason: an exclusion of the policy takes the order out of the rules.
pub const OBLIGOR_REASON_EXCLUDED: i32 = 33;
/// Reason: the customer belongs to the own group of companies.
pub const OBLIGOR_REASON_INTERNAL_CUSTOMER: i32 = 34;
/// Reason: the part that is prepaid, paid in cash or secured stays outside.
pub const OBLIGOR_REASON_SECURED: i32 = 35;
/// Reason: more was delivered or invoiced than was ordered.
pub const OBLIGOR_REASON_OVER_DELIVERY: i32 = 36;
/// Reason: a person has turned the order down.
pub const OBLIGOR_REASON_REJECTED: i32 = 37;
/// Reason: the release waits for a second person.
pub const OBLIGOR_REASON_SECOND_PERSON: i32 = 38;

/// State of an order: nothing is known of it.
pub const OBLIGOR_STATE_NONE: i32 = 0;
/// State of an order: it waits for a person and holds nothing.
pub const OBLIGOR_STATE_HELD: i32 = 1;
/// State of an order: it was refused, or waits for a prepayment, and holds nothing.
pub const OBLIGOR_STATE_DECLINED: i32 = 2;
/// State of an order: it holds credit.
pub const OBLIGOR_STATE_ACTIVE: i32 = 3;
/// State of an order: it was cancelled; what was ordered holds nothing any more, what was delivered goes on.
pub const OBLIGOR_STATE_CANCELLED: i32 = 4;
/// State of an order: it ran out; as cancelled.
pub const OBLIGOR_STATE_EXPIRED: i32 = 5;

/// Where the facts of a decision came from: memory. They are true as of `facts_at_ms`.
pub const OBLIGOR_SOURCE_MEMORY: i32 = 1;
/// Where the facts of a decision came from: the store, just then.
pub const OBLIGOR_SOURCE_STORE: i32 = 2;

/// What was decided about an order. Filled in by the library; the caller sets `struct_size` and owns it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct obligor_decision {
    /// sizeof(obligor_decision), set by the caller.
    pub struct_size: u32,
    /// What the order may do: an OBLIGOR_OUTCOME_ number. Treat one you do not know as a refusal.
    pub outcome: i32,
    /// The decision's number on record; 0 when it is not on record: a check, or a list that was not taken.
    pub decision_id: i64,
    /// By how much the exposure would grow, in minor units of `increase_currency`.
    pub increase: i64,
    /// The currency of `increase`: the account's, or the order's own when it could not be converted.
    pub increase_currency: [c_char; 4],
    /// The account's currency, that of every amount below; empty when there is no account.
    pub currency: [c_char; 4],
    /// The exposure before the order.
    pub exposure_before: i64,
    /// The exposure after it: with the increase if the order was granted, as before if not.
    pub exposure_after: i64,
    /// The account's own limit in force, with what insurers cover on top; only if `has_limit`.
    pub limit: i64,
    /// The limit less the exposure before the order; negative when it was over its limit. Only if `has_limit`.
    pub available_before: i64,
    /// The limit less the exposure after the order. Only if `has_limit`.
    pub available_after: i64,
    /// What must be paid in advance for the order to go through, with OBLIGOR_OUTCOME_PREPAY; else 0.
    pub prepay: i64,
    /// As of when the facts are those of the store, in milliseconds since 1970-01-01, UTC: when they were read, or, from
    /// memory, when it was last known that nobody had written them since.
    pub facts_at_ms: i64,
    /// 1 if there is such an account; else 0, and every amount below `currency` is 0.
    pub has_account: i32,
    /// 1 if a limit is in force; else 0, and `limit` and `available_` are 0.
    pub has_limit: i32,
    /// What has become of the order: an OBLIGOR_STATE_ number.
    pub order_state: i32,
    /// Where the facts came from: an OBLIGOR_SOURCE_ number.
    pub source: i32,
    /// 1 if this is the recorded answer to an earlier use of the same key.
    pub repeated: i32,
    /// How many reasons there are, also when there was no room for all of them.
    pub reason_count: u32,
    /// In a list: the status of this order. If it is not OBLIGOR_OK, everything above but `struct_size` is 0. Else 0.
    pub status: i32,
    /// 0.
    pub reserved: u32,
    /// The deposit or other security that the rules recommend for the order, whatever the outcome; else 0.
    pub deposit: i64,
}

/// One reason of a decision. Filled in by the library; the caller sets `struct_size` (of an array: in the first one) and
/// owns it. The reason that stops most stands first.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct obligor_reason {
    /// sizeof(obligor_reason), set by the caller.
    pub struct_size: u32,
    /// What is the matter: an OBLIGOR_REASON_ number. More may come.
    pub code: i32,
    /// On whose level: an OBLIGOR_LEVEL_ number.
    pub level: i32,
    /// What this reason alone would make of the order: an OBLIGOR_OUTCOME_ number.
    pub effect: i32,
    /// What `measured` is: an OBLIGOR_KIND_ number.
    pub measured_kind: i32,
    /// What `threshold` is: an OBLIGOR_KIND_ number.
    pub threshold_kind: i32,
    /// What would make the order pass: an OBLIGOR_REMEDY_ number.
    pub remedy_kind: i32,
    /// 0.
    pub reserved: u32,
    /// What was measured.
    pub measured: i64,
    /// What it was held against.
    pub threshold: i64,
    /// How much of the remedy, which day, which currency; 0 where that means nothing.
    pub remedy: i64,
    /// The role that may release it, as the policy names it; cut at a character if it is longer, empty if there is none.
    pub release_by: [c_char; 32],
    /// The policy's name for the rule; cut at a character if it is longer, empty for reasons no rule made.
    pub rule: [c_char; 64],
    /// The pool whose limit or exposure it speaks of, with OBLIGOR_LEVEL_GROUP and OBLIGOR_LEVEL_SEGMENT; cut at a
    /// character if it is longer, else empty.
    pub pool: [c_char; 64],
    /// The currency of `measured` and `threshold` where they are amounts: the account's or, of a pool's limit, the pool's;
    /// else empty.
    pub currency: [c_char; 4],
    /// The currency of `remedy` where it is an amount; else empty. What is paid in advance is in the account's currency
    /// even where the pool's is another.
    pub remedy_currency: [c_char; 4],
}

// SAFETY: integers and arrays of characters without padding (`abi/layout.json`), its size first.
unsafe impl Plain for obligor_decision {
    const NAME: &'static str = "obligor_decision";
    const FIRST_SIZE: usize = 120;
}

// SAFETY: as above.
unsafe impl Plain for obligor_reason {
    const NAME: &'static str = "obligor_reason";
    const FIRST_SIZE: usize = 152;
}

const _: () = assert!(size_of::<obligor_decision>() == 128 && size_of::<obligor_reason>() == 224);

/// Where decisions and their reasons go.
pub(super) struct DecisionsOut {
    decisions: Rows<obligor_decision>,
    reasons: Rows<obligor_reason>,
    reasons_each: usize,
}

impl DecisionsOut {
    /// Room for `count` decisions and `each` reasons of each.
    ///
    /// # Safety
    /// As for [`Rows::new`].
    pub(super) unsafe fn new(
        count: usize,
        decisions: *mut obligor_decision,
        reasons: *mut obligor_reason,
        each: u32,
    ) -> Result<Self, Failure> {
        let each = usize::try_from(each).unwrap_or(usize::MAX);
        let of_reasons =
            count.checked_mul(each).ok_or_else(|| Failure::argument("there is no room for that many reasons"))?;
        // SAFETY: the same promise.
        let (decisions, reasons) =
            unsafe { (Rows::new("decision", decisions, count)?, Rows::new("reasons", reasons, of_reasons)?) };
        Ok(Self { decisions, reasons, reasons_each: each })
    }

    /// Puts the answer about order `index`.
    pub(super) fn put(&self, index: usize, answer: &OrderAnswer) {
        self.decisions.put(index, &decision(answer));
        for (at, said) in answer.decision.reasons.iter().take(self.reasons_each).enumerate() {
            self.reasons.put(index * self.reasons_each + at, &reason(said));
        }
    }

    /// Puts that there is no answer about order `index`.
    pub(super) fn put_error(&self, index: usize, error: &Error) {
        let status = super::status::status_of(error.kind());
        self.decisions.put(index, &obligor_decision { status, ..obligor_decision::zeroed() });
    }
}

fn letters(currency: Currency) -> [c_char; 4] {
    let [first, second, third] = currency.code_bytes().map(|letter| c_char::from_ne_bytes([letter]));
    [first, second, third, 0]
}

fn minor(money: Option<Money>) -> i64 {
    money.map_or(0, |money| money.minor)
}

fn decision(answer: &OrderAnswer) -> obligor_decision {
    let decided = &answer.decision;
    obligor_decision {
        struct_size: 0,
        outcome: decided.outcome.number(),
        decision_id: answer.decision_id.and_then(|id| i64::try_from(id).ok()).unwrap_or(0),
        increase: decided.increase.minor,
        increase_currency: letters(decided.increase.currency),
        currency: decided.exposure_before.map_or([0; 4], |money| letters(money.currency)),
        exposure_before: minor(decided.exposure_before),
        exposure_after: minor(decided.exposure_after),
        limit: minor(decided.limit),
        available_before: minor(decided.available_before()),
        available_after: minor(decided.available_after()),
        prepay: minor(decided.prepay),
        facts_at_ms: answer.facts_at.0,
        has_account: decided.exposure_before.is_some().into(),
        has_limit: decided.limit.is_some().into(),
        order_state: match answer.state {
            None => OBLIGOR_STATE_NONE,
            Some(ChainState::Held) => OBLIGOR_STATE_HELD,
            Some(ChainState::Declined) => OBLIGOR_STATE_DECLINED,
            Some(ChainState::Active) => OBLIGOR_STATE_ACTIVE,
            Some(ChainState::Cancelled) => OBLIGOR_STATE_CANCELLED,
            Some(ChainState::Expired) => OBLIGOR_STATE_EXPIRED,
        },
        source: match answer.source {
            Source::Memory => OBLIGOR_SOURCE_MEMORY,
            Source::Store => OBLIGOR_SOURCE_STORE,
        },
        repeated: answer.repeated.into(),
        reason_count: u32::try_from(decided.reasons.len()).unwrap_or(u32::MAX),
        status: 0,
        reserved: 0,
        deposit: minor(decided.deposit),
    }
}

pub(super) fn reason(said: &Reason) -> obligor_reason {
    let (measured_kind, measured) = value(said.measured);
    let (threshold_kind, threshold) = value(said.threshold);
    let mut row = obligor_reason {
        code: said.code.number(),
        level: said.level.number(),
        effect: said.effect.number(),
        measured_kind,
        threshold_kind,
        remedy_kind: said.remedy.map_or(OBLIGOR_REMEDY_NONE, |remedy| remedy.number()),
        measured,
        threshold,
        remedy: match said.remedy {
            Some(Remedy::Pay(money) | Remedy::ReduceBy(money) | Remedy::Prepay(money) | Remedy::Deposit(money)) => {
                money.minor
            }
            Some(Remedy::UseTerms(number) | Remedy::DiscountAtMost(number)) => number,
            Some(Remedy::WaitUntil(day)) => day.0.into(),
            Some(Remedy::UseCurrency(currency)) => packed(currency),
            Some(
                Remedy::LiftStatus
                | Remedy::SetLimit
                | Remedy::CreateCustomer
                | Remedy::Release
                | Remedy::Review
                | Remedy::FindOut,
            )
            | None => 0,
        },
        ..obligor_reason::zeroed()
    };
    text::put(&mut row.release_by, said.release_by.as_deref().unwrap_or_default());
    text::put(&mut row.rule, &said.rule);
    text::put(&mut row.pool, &said.pool);
    // Both are amounts of one limit, or one of them is.
    if let Some(currency) = said.measured.and_then(currency_of).or_else(|| said.threshold.and_then(currency_of)) {
        row.currency = letters(currency);
    }
    if let Some(Remedy::Pay(money) | Remedy::ReduceBy(money) | Remedy::Prepay(money) | Remedy::Deposit(money)) =
        said.remedy
    {
        row.remedy_currency = letters(money.currency);
    }
    row
}

/// The currency an amount is in; a quantity that is none has none.
fn currency_of(quantity: Quantity) -> Option<Currency> {
    match quantity {
        Quantity::Money(money) => Some(money.currency),
        _ => None,
    }
}

fn value(quantity: Option<Quantity>) -> (i32, i64) {
    let Some(quantity) = quantity else { return (OBLIGOR_KIND_NONE, 0) };
    let value = match quantity {
        Quantity::Money(money) => money.minor,
        Quantity::Days(number) | Quantity::Count(number) | Quantity::BasisPoints(number) => number,
        Quantity::Day(day) => day.0.into(),
        Quantity::Currency(currency) => packed(currency),
    };
    (quantity.unit_number(), value)
}

/// Three letters as one number that a host can take apart.
fn packed(currency: Currency) -> i64 {
    currency.code_bytes().iter().fold(0, |sum, letter| sum << 8 | i64::from(*letter))
}

/// The language of a name; English when nothing is said.
pub(super) fn language(name: &str) -> Result<Language, Failure> {
    match name {
        "" => Ok(Language::En),
        name => Language::parse(name).ok_or_else(|| Failure::argument("language: give one of en, da, nb, sv, fi, nl")),
    }
}

/// The number of a decision as it is kept.
fn recorded(decision_id: i64) -> Result<u64, Failure> {
    u64::try_from(decision_id).ok().filter(|id| *id > 0).ok_or_else(|| {
        Failure::argument(format!("decision_id is {decision_id}; decisions on record have positive numbers"))
    })
}

export! {
    /// Explains a recorded decision in sentences, one a line: what was decided, why, and what would make it pass. The
    /// language is "en", "da", "nb", "sv", "fi" or "nl"; empty is "en". Asking only for the size changes nothing. Any
    /// thread.
    ///
    /// Errors: OBLIGOR_E_NOT_FOUND (no such decision, or its content was erased), OBLIGOR_E_BUFFER, OBLIGOR_E_ARGUMENT,
    /// OBLIGOR_E_ENCODING, OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE, and those of every call on an engine:
    /// OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_decision_explain(
        engine: u32,
        decision_id: i64,
        language: *const c_char,
        language_length: i64,
        buf: *mut c_char,
        cap: usize,
        needed: *mut usize,
    ) -> i32 {
        let out = TextOut::new(buf, cap, needed)?;
        let language = self::language(text::read_key("language", language, language_length)?)?;
        let id = recorded(decision_id)?;
        out.fill(&enter(engine)?.engine.explain(id, language)?)
    }
}

export! {
    /// Makes a recorded decision again, from the facts it was made from and under the policy of that day. `same` gets 1 if
    /// it comes out the same, byte for byte, else 0. Any thread.
    ///
    /// Errors: OBLIGOR_E_NOT_FOUND (no such decision, or its content was erased), OBLIGOR_E_ARGUMENT,
    /// OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_decision_replay(engine: u32, decision_id: i64, same: *mut i32) -> i32 {
        let out = Out::new("same", same)?;
        let id = recorded(decision_id)?;
        out.put(enter(engine)?.engine.replay(id)?.same.into());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::{Code, Level, Outcome};

    /// Every constant of this file that begins so, by its name in lower case.
    fn constants(prefix: &str) -> Vec<(String, i32)> {
        let begin = format!("pub const OBLIGOR_{prefix}_");
        let lines = include_str!("decision.rs").lines().filter_map(|line| line.strip_prefix(&begin));
        lines
            .map(|line| {
                let (name, rest) = line.split_once(": i32 = ").unwrap();
                (name.to_lowercase(), rest.trim_end_matches(';').parse().unwrap())
            })
            .collect()
    }

    #[test]
    fn the_constants_are_the_library_s_own_numbers() {
        let named = |names: Vec<(&str, i32)>| {
            names.into_iter().map(|(name, number)| (name.to_owned(), number)).collect::<Vec<_>>()
        };
        assert_eq!(constants("OUTCOME"), named(Outcome::ALL.iter().map(|it| (it.name(), it.number())).collect()));
        assert_eq!(constants("LEVEL"), named(Level::ALL.iter().map(|it| (it.name(), it.number())).collect()));
        assert_eq!(constants("REASON"), named(Code::ALL.iter().map(|it| (it.name(), it.number())).collect()));
        let (money, day) = (Money::parse("1.00 DKK").unwrap(), crate::calendar::Day(1));
        let quantities = [
            Quantity::Money(money),
            Quantity::Days(1),
            Quantity::Count(1),
            Quantity::BasisPoints(1),
            Quantity::Day(day),
            Quantity::Currency(money.currency),
        ];
        assert_eq!(
            constants("KIND")[1..],
            named(quantities.iter().map(|it| (it.unit_name(), it.unit_number())).collect())
        );
        let remedies = [
            Remedy::Pay(money),
            Remedy::ReduceBy(money),
            Remedy::WaitUntil(day),
            Remedy::UseCurrency(money.currency),
            Remedy::LiftStatus,
            Remedy::SetLimit,
            Remedy::CreateCustomer,
            Remedy::Prepay(money),
            Remedy::Deposit(money),
            Remedy::Release,
            Remedy::UseTerms(30),
            Remedy::DiscountAtMost(500),
            Remedy::Review,
            Remedy::FindOut,
        ];
        assert_eq!(constants("REMEDY")[1..], named(remedies.iter().map(|it| (it.name(), it.number())).collect()));
        assert_eq!(packed(money.currency), i64::from(b'D') << 16 | i64::from(b'K') << 8 | i64::from(b'K'));
    }
}
