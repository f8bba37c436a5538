//! Orders
//!
//! The hot path. A check is a question and holds nothing; reserve, change, convert, cancel, reopen and pass act on an
//! order, each as one durable step, and are repeated safely with the same key. What people do to orders now and then, hold,
//! release, reject, reevaluate and transfer, and orders with lines and instalments go through obligor_call().

use std::ffi::c_char;

use super::decision::{DecisionsOut, obligor_decision, obligor_reason};
use super::engine::enter;
use super::error::Failure;
use super::plain::{Out, Plain, take, take_all};
use super::status::OBLIGOR_E_TOO_LARGE;
use super::text;
use crate::calendar::{Day, Instant};
use crate::credit::{AccountId, Stage};
use crate::engine::{Engine, MAX_LIST, OrderAnswer, OrderRequest};
use crate::error;
use crate::money::{Currency, Money};
use crate::policy::Checkpoint;

/// No day: for `due_day`, and in `oldest_overdue_day`.
pub const OBLIGOR_NO_DAY: i32 = -2147483647 - 1;

/// Flag of an order, for obligor_order_convert(): everything in the stage moves, and `amount` is not looked at.
pub const OBLIGOR_ORDER_ALL: u32 = 1;
/// Flag of an order: `secured` is said, also when it is 0. A change then takes away what was secured before.
pub const OBLIGOR_ORDER_SECURED: u32 = 2;
/// Flag of an order: `terms_days` is said, also when it is 0, which is due at once.
pub const OBLIGOR_ORDER_TERMS: u32 = 4;
/// Flag of an order: `discount_basis_points` is said, also when it is 0.
pub const OBLIGOR_ORDER_DISCOUNT: u32 = 8;
/// Flag of an order: the user lets it through whatever the rules say, as far as `role` may, and says why in `reason`; always
/// recorded. Where the role may not, the rules decide as if nobody had asked.
pub const OBLIGOR_ORDER_OVERRULE: u32 = 16;
/// Flag of an order, beside OBLIGOR_ORDER_OVERRULE: a stop of the customer is lifted too.
pub const OBLIGOR_ORDER_LIFTS_STOP: u32 = 32;

/// Stage: none given. From: the last one before `stage_to` that holds anything. To, unless it is converted: ordered.
pub const OBLIGOR_STAGE_NONE: i32 = 0;
/// Stage: ordered, not delivered.
pub const OBLIGOR_STAGE_ORDERED: i32 = 1;
/// Stage: delivered, not invoiced.
pub const OBLIGOR_STAGE_DELIVERED: i32 = 2;
/// Stage: on an invoice that is a draft.
pub const OBLIGOR_STAGE_DRAFTED: i32 = 3;
/// Stage: on a posted invoice that is not paid.
pub const OBLIGOR_STAGE_INVOICED: i32 = 4;
/// Stage: paid or credited; no longer exposure.
pub const OBLIGOR_STAGE_SETTLED: i32 = 5;

/// Checkpoint: none given; the order is asked about as it is entered.
pub const OBLIGOR_CHECKPOINT_NONE: i32 = 0;
/// Checkpoint: the order is entered, changed or reopened.
pub const OBLIGOR_CHECKPOINT_ENTRY: i32 = 1;
/// Checkpoint: it is confirmed to the customer.
pub const OBLIGOR_CHECKPOINT_CONFIRM: i32 = 2;
/// Checkpoint: its goods are picked.
pub const OBLIGOR_CHECKPOINT_PICK: i32 = 3;
/// Checkpoint: its goods leave.
pub const OBLIGOR_CHECKPOINT_SHIP: i32 = 4;
/// Checkpoint: it is invoiced. Goods that were shipped are invoiced whatever the answer.
pub const OBLIGOR_CHECKPOINT_INVOICE: i32 = 5;

/// The most orders a list may hold.
pub const OBLIGOR_MAX_LIST: u32 = 10000;

const _: () = assert!(OBLIGOR_NO_DAY == i32::MIN && OBLIGOR_MAX_LIST as usize == MAX_LIST);

/// A request about one order. Filled in by the caller, who owns it; set everything that is not used to 0.
///
/// Texts are UTF-8, ended by a NUL or filled up with blanks or NULs; a text that fills its field needs no NUL.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct obligor_order {
    /// sizeof(obligor_order).
    pub struct_size: u32,
    /// The account's number, from obligor_account_resolve(); or 0, and `company` and `customer` say it. The number is
    /// what makes a check cheap.
    pub account: u32,
    /// Minor units of `currency`. Check, reserve and change: the order's whole amount. Reopen: what is ordered again.
    /// Convert: the part that moves. Cancel: leave it and the currency empty.
    pub amount: i64,
    /// ISO 4217, such as "DKK".
    pub currency: [c_char; 4],
    /// OBLIGOR_ORDER_ flags; else 0.
    pub flags: u32,
    /// When what is ordered stops holding credit: milliseconds since 1970-01-01, UTC; 0 is never.
    pub expires_ms: i64,
    /// Convert: where the part is, an OBLIGOR_STAGE_ number. Else 0.
    pub stage_from: i32,
    /// Convert: where the part goes. Check and reserve: where the document begins, when it is not an order: a delivery
    /// without one is delivered, a draft invoice drafted, a posted one invoiced. Else 0.
    pub stage_to: i32,
    /// To invoiced: the day the item is due, in days since 1970-01-01. 0 and OBLIGOR_NO_DAY are none.
    pub due_day: i32,
    /// How long the call may take, in milliseconds; 0 is as configured.
    pub deadline_ms: u32,
    /// The company that sells.
    pub company: [c_char; 32],
    /// The customer that pays.
    pub customer: [c_char; 64],
    /// The order, as the host numbers it. A check may leave it empty and is then about a new order.
    pub document: [c_char; 64],
    /// The host's key for this very request; needed by everything but a check. The same key with the same content gets
    /// the same answer, however often it comes; with other content OBLIGOR_E_KEY_CONFLICT.
    pub key: [c_char; 64],
    /// To or from invoiced, and to settled: the open item, as the host numbers it.
    pub item: [c_char; 64],
    /// Who asks; recorded.
    pub user: [c_char; 64],
    /// Units of the account's currency for one unit of `currency`, as a decimal number such as "7.4605"; empty when they
    /// are the same.
    pub rate: [c_char; 32],
    /// The part of the amount that is prepaid, paid in cash or secured, in minor units of `currency`: it holds no credit.
    /// Not for what the customer has to their credit in the books: that counts already. 0 says nothing, and a change leaves
    /// what was secured before, unless OBLIGOR_ORDER_SECURED is set.
    pub secured: i64,
    /// The day the goods ship, in days since 1970-01-01. 0 and OBLIGOR_NO_DAY are soon.
    pub ships_day: i32,
    /// The payment terms of the order, in days, at most 65535. 0 says nothing unless OBLIGOR_ORDER_TERMS is set.
    pub terms_days: i32,
    /// The discount, in hundredths of a per cent. 0 says nothing unless OBLIGOR_ORDER_DISCOUNT is set.
    pub discount_basis_points: i32,
    /// At which moment of its life the order is asked about: an OBLIGOR_CHECKPOINT_ number; needed by obligor_order_pass().
    pub checkpoint: i32,
    /// The role in which `user` asks, as the policy names it; the host vouches for it. Needed to overrule.
    pub role: [c_char; 64],
    /// Why; needed to overrule, and recorded. A longer one goes through obligor_call().
    pub reason: [c_char; 128],
}

// SAFETY: integers and arrays of characters without padding (`abi/layout.json`), its size first.
unsafe impl Plain for obligor_order {
    const NAME: &'static str = "obligor_order";
    const FIRST_SIZE: usize = 432;
}

const _: () = assert!(size_of::<obligor_order>() == 648);

/// Which fields of an order mean something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Asked about as a new document, which may begin at a later stage.
    Begin,
    /// Asked about as it stands.
    Ask,
    /// A part of it moves between stages.
    Convert,
    /// It is given up.
    Cancel,
}

impl Kind {
    const fn flags(self) -> u32 {
        match self {
            Self::Begin | Self::Ask => {
                OBLIGOR_ORDER_SECURED
                    | OBLIGOR_ORDER_TERMS
                    | OBLIGOR_ORDER_DISCOUNT
                    | OBLIGOR_ORDER_OVERRULE
                    | OBLIGOR_ORDER_LIFTS_STOP
            }
            Self::Convert => OBLIGOR_ORDER_ALL,
            Self::Cancel => 0,
        }
    }
}

fn stage(name: &str, number: i32) -> Result<Option<Stage>, Failure> {
    Ok(Some(match number {
        OBLIGOR_STAGE_NONE => return Ok(None),
        OBLIGOR_STAGE_ORDERED => Stage::Ordered,
        OBLIGOR_STAGE_DELIVERED => Stage::Delivered,
        OBLIGOR_STAGE_DRAFTED => Stage::Drafted,
        OBLIGOR_STAGE_INVOICED => Stage::Invoiced,
        OBLIGOR_STAGE_SETTLED => Stage::Settled,
        _ => return Err(Failure::argument(format!("{name} is {number}; give an OBLIGOR_STAGE_ number"))),
    }))
}

fn checkpoint(number: i32) -> Result<Option<Checkpoint>, Failure> {
    Ok(Some(match number {
        OBLIGOR_CHECKPOINT_NONE => return Ok(None),
        OBLIGOR_CHECKPOINT_ENTRY => Checkpoint::Entry,
        OBLIGOR_CHECKPOINT_CONFIRM => Checkpoint::Confirm,
        OBLIGOR_CHECKPOINT_PICK => Checkpoint::Pick,
        OBLIGOR_CHECKPOINT_SHIP => Checkpoint::Ship,
        OBLIGOR_CHECKPOINT_INVOICE => Checkpoint::Invoice,
        _ => return Err(Failure::argument(format!("checkpoint is {number}; give an OBLIGOR_CHECKPOINT_ number"))),
    }))
}

/// A day; none where a struct full of zeros has it, too.
fn day(name: &str, number: i32) -> Result<Option<Day>, Failure> {
    match Day(number) {
        Day(0 | OBLIGOR_NO_DAY) => Ok(None),
        day if (Day::MIN..=Day::MAX).contains(&day) => Ok(Some(day)),
        _ => Err(Failure::argument(format!("{name} is {number}, which is not a day of the years 1 to 9999"))),
    }
}

/// A number of which 0 says nothing unless the flag says that it does.
fn said<T: TryFrom<i32>>(name: &str, number: i32, flagged: bool) -> Result<Option<T>, Failure> {
    if number == 0 && !flagged {
        return Ok(None);
    }
    T::try_from(number).map(Some).map_err(|_| Failure::argument(format!("{name} is {number}, which is out of range")))
}

fn request(order: &obligor_order, kind: Kind) -> Result<OrderRequest, Failure> {
    if order.flags & !kind.flags() != 0 {
        return Err(Failure::argument(format!("flags is {:#x}; a flag in it means nothing here", order.flags)));
    }
    let has = |flag| order.flags & flag != 0;
    if has(OBLIGOR_ORDER_LIFTS_STOP) && !has(OBLIGOR_ORDER_OVERRULE) {
        return Err(Failure::argument("flags lifts a stop without overruling; set OBLIGOR_ORDER_OVERRULE, too"));
    }
    let due = day("due_day", order.due_day)?;
    if kind != Kind::Convert && order.stage_from != 0 {
        return Err(Failure::argument("stage_from is for converting only; set it to 0"));
    }
    if !matches!(kind, Kind::Convert | Kind::Begin) && (order.stage_to != 0 || due.is_some()) {
        return Err(Failure::argument(
            "stage_to and due_day are for converting, and where a document begins, only; set them to 0",
        ));
    }
    if order.expires_ms < 0 {
        return Err(Failure::argument(format!("expires_ms is {}; give a moment after 1970, or 0", order.expires_ms)));
    }
    let owned = |name, field| text::field(name, field).map(str::to_owned);
    let rate = text::field("rate", &order.rate)?;
    let amount = amount(order)?;
    Ok(OrderRequest {
        account: (order.account != 0).then_some(AccountId(order.account)),
        company: owned("company", &order.company)?,
        customer: owned("customer", &order.customer)?,
        document: owned("document", &order.document)?,
        key: owned("key", &order.key)?,
        amount,
        rate: (!rate.is_empty()).then(|| rate.to_owned()),
        expires: (order.expires_ms != 0).then_some(Instant(order.expires_ms)),
        from: stage("stage_from", order.stage_from)?,
        to: stage("stage_to", order.stage_to)?,
        item: owned("item", &order.item)?,
        due,
        secured: secured(order, amount)?,
        ships: day("ships_day", order.ships_day)?,
        terms_days: said("terms_days", order.terms_days, has(OBLIGOR_ORDER_TERMS))?,
        discount_basis_points: said("discount_basis_points", order.discount_basis_points, has(OBLIGOR_ORDER_DISCOUNT))?,
        checkpoint: checkpoint(order.checkpoint)?,
        user: owned("user", &order.user)?,
        role: owned("role", &order.role)?,
        reason: owned("reason", &order.reason)?,
        overrule: has(OBLIGOR_ORDER_OVERRULE),
        lifts_stop: has(OBLIGOR_ORDER_LIFTS_STOP),
        deadline_ms: (order.deadline_ms != 0).then_some(order.deadline_ms),
        ..OrderRequest::default()
    })
}

/// What of the amount is secured; in its currency.
fn secured(order: &obligor_order, amount: Option<Money>) -> Result<Option<Money>, Failure> {
    match amount {
        _ if order.secured == 0 && order.flags & OBLIGOR_ORDER_SECURED == 0 => Ok(None),
        Some(amount) => Ok(Some(Money::new(order.secured, amount.currency))),
        None => Err(Failure::argument("secured is said, and there is no amount that it is a part of")),
    }
}

fn amount(order: &obligor_order) -> Result<Option<Money>, Failure> {
    if order.flags & OBLIGOR_ORDER_ALL != 0 {
        return Ok(None);
    }
    match text::field("currency", &order.currency)? {
        "" if order.amount == 0 => Ok(None),
        "" => Err(Failure::argument("currency is empty, and amount is not 0")),
        code => match Currency::parse(code) {
            Ok(currency) => Ok(Some(Money::new(order.amount, currency))),
            Err(error) => Err(Failure::argument(format!("currency {code:?}: {error}"))),
        },
    }
}

/// The road of every call about one order.
///
/// # Safety
/// The pointers are as the header asks.
unsafe fn one(
    engine: u32,
    order: *const obligor_order,
    (decision, reasons, reasons_cap): (*mut obligor_decision, *mut obligor_reason, u32),
    kind: Kind,
    ask: fn(&Engine, &OrderRequest) -> error::Result<OrderAnswer>,
) -> Result<(), Failure> {
    // SAFETY: the same promise.
    let order = unsafe { take("order", order)? };
    // SAFETY: the same promise.
    let out = unsafe { DecisionsOut::new(1, decision, reasons, reasons_cap)? };
    let answer = ask(&enter(engine)?.engine, &request(&order, kind)?)?;
    out.put(0, &answer);
    Ok(())
}

/// The requests of a list. One that cannot be understood is an error of the whole call, since it is a mistake in the
/// host's program and not about an order.
///
/// # Safety
/// As for [`take_all`].
unsafe fn requests(orders: *const obligor_order, count: u32) -> Result<(Vec<OrderRequest>, usize), Failure> {
    if count > OBLIGOR_MAX_LIST {
        let words = format!("the list has {count} orders; at most {OBLIGOR_MAX_LIST}");
        return Err(Failure::new(OBLIGOR_E_TOO_LARGE, words));
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    // SAFETY: the same promise.
    let orders = unsafe { take_all("orders", orders, count)? };
    let requests = orders.iter().enumerate().map(|(index, order)| {
        request(order, Kind::Begin).map_err(|failure| failure.at(format_args!("orders[{index}]")))
    });
    Ok((requests.collect::<Result<_, _>>()?, count))
}

fn put_all(out: &DecisionsOut, answers: &[error::Result<OrderAnswer>]) {
    for (index, answer) in answers.iter().enumerate() {
        match answer {
            Ok(answer) => out.put(index, answer),
            Err(error) => out.put_error(index, error),
        }
    }
}

export! {
    /// Would this order go through? Nothing is written and nothing is held. With a `document` the order is asked about as
    /// it stands in the store: one that holds credit by its difference, a closed one as reopened. Without one it is asked
    /// about as new, and answered from memory while nobody is known to have written the facts there and the policy's
    /// `memory_max_age` has not passed since that was known; what memory would not let through is asked again at the
    /// store.
    ///
    /// `reasons` has room for `reasons_cap` reasons, or is NULL with 0; `reason_count` says how many there are. Any
    /// thread.
    ///
    /// Errors: OBLIGOR_E_ARGUMENT, OBLIGOR_E_ENCODING, OBLIGOR_E_UNDETERMINED (the store had to be asked and could not
    /// be), OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL. An unknown customer is not an
    /// error: the policy says what becomes of the order.
    pub unsafe fn obligor_order_check(
        engine: u32,
        order: *const obligor_order,
        decision: *mut obligor_decision,
        reasons: *mut obligor_reason,
        reasons_cap: u32,
    ) -> i32 {
        one(engine, order, (decision, reasons, reasons_cap), Kind::Begin, Engine::check)
    }
}

export! {
    /// Asks to hold credit for an order, and holds it if the outcome grants it: one atomic, durable step. Needs `document`
    /// and `key`. An order that was held, declined or asked for prepayment can be asked about again, with a new key.
    ///
    /// `reasons` as for obligor_order_check(). Any thread.
    ///
    /// Errors: OBLIGOR_E_ARGUMENT, OBLIGOR_E_ENCODING, OBLIGOR_E_KEY_CONFLICT, OBLIGOR_E_STATE (the order holds credit
    /// already, or is closed), OBLIGOR_E_UNDETERMINED (not known whether it happened: ask again with the same key),
    /// OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_order_reserve(
        engine: u32,
        order: *const obligor_order,
        decision: *mut obligor_decision,
        reasons: *mut obligor_reason,
        reasons_cap: u32,
    ) -> i32 {
        one(engine, order, (decision, reasons, reasons_cap), Kind::Begin, Engine::reserve)
    }
}

export! {
    /// Asks for another amount for an order that holds credit. Only an increase is asked about, and if it is not granted
    /// the order stays as it was; a decrease always goes through. Needs `document` and `key`.
    ///
    /// `reasons` as for obligor_order_check(). Any thread.
    ///
    /// Errors: as for obligor_order_reserve(), and OBLIGOR_E_NOT_FOUND (the order is not known).
    pub unsafe fn obligor_order_change(
        engine: u32,
        order: *const obligor_order,
        decision: *mut obligor_decision,
        reasons: *mut obligor_reason,
        reasons_cap: u32,
    ) -> i32 {
        one(engine, order, (decision, reasons, reasons_cap), Kind::Ask, Engine::change)
    }
}

export! {
    /// Moves a part of an order on, or everything with OBLIGOR_ORDER_ALL: `stage_to` says where, delivered, drafted,
    /// invoiced or settled. Never refused for credit reasons. Needs `document` and `key`; to invoiced or settled also
    /// `item`, and a new invoice needs `due_day`.
    ///
    /// `reasons` as for obligor_order_check(). Any thread.
    ///
    /// Errors: as for obligor_order_change().
    pub unsafe fn obligor_order_convert(
        engine: u32,
        order: *const obligor_order,
        decision: *mut obligor_decision,
        reasons: *mut obligor_reason,
        reasons_cap: u32,
    ) -> i32 {
        one(engine, order, (decision, reasons, reasons_cap), Kind::Convert, Engine::convert)
    }
}

export! {
    /// Gives up what is still ordered; what was delivered goes on. Needs `document` and `key`.
    ///
    /// `reasons` as for obligor_order_check(). Any thread.
    ///
    /// Errors: as for obligor_order_change().
    pub unsafe fn obligor_order_cancel(
        engine: u32,
        order: *const obligor_order,
        decision: *mut obligor_decision,
        reasons: *mut obligor_reason,
        reasons_cap: u32,
    ) -> i32 {
        one(engine, order, (decision, reasons, reasons_cap), Kind::Cancel, Engine::cancel)
    }
}

export! {
    /// Takes an order up again that was cancelled or ran out, as a new question. Needs `document` and `key`.
    ///
    /// `reasons` as for obligor_order_check(). Any thread.
    ///
    /// Errors: as for obligor_order_change().
    pub unsafe fn obligor_order_reopen(
        engine: u32,
        order: *const obligor_order,
        decision: *mut obligor_decision,
        reasons: *mut obligor_reason,
        reasons_cap: u32,
    ) -> i32 {
        one(engine, order, (decision, reasons, reasons_cap), Kind::Ask, Engine::reopen)
    }
}

export! {
    /// An order comes to a checkpoint, such as the warehouse that is to pick it: may what is still ordered go on? If it may
    /// not, the order is held and holds no credit; what has left it already goes on whatever the answer. In the policy's days
    /// of grace after an order was let through nothing is asked. Needs `document`, `key` and `checkpoint`; `amount` is not
    /// looked at.
    ///
    /// `reasons` as for obligor_order_check(). Any thread.
    ///
    /// Errors: as for obligor_order_change(); OBLIGOR_E_STATE (the order holds no credit, so it cannot go on).
    pub unsafe fn obligor_order_pass(
        engine: u32,
        order: *const obligor_order,
        decision: *mut obligor_decision,
        reasons: *mut obligor_reason,
        reasons_cap: u32,
    ) -> i32 {
        one(engine, order, (decision, reasons, reasons_cap), Kind::Ask, Engine::pass)
    }
}

export! {
    /// Checks `count` orders, one after the other, each granted one counting for those after it. Far cheaper than `count`
    /// calls from a host that calls slowly.
    ///
    /// `orders` are `count` structs, one behind the other, and so are `decisions`; of each array the first `struct_size`
    /// is that of all. `reasons` has room for `count` times `reasons_per_order` reasons, those of order i from i times
    /// `reasons_per_order` on, or is NULL with 0. Entries beyond an order's `reason_count` are left as they are. An order
    /// that cannot be answered has its own `status`; the call is OBLIGOR_OK. Any thread.
    ///
    /// Errors: OBLIGOR_E_TOO_LARGE (more than OBLIGOR_MAX_LIST orders), OBLIGOR_E_ARGUMENT and OBLIGOR_E_ENCODING (also
    /// for a single order that is not filled in as it must be; the last error says which), OBLIGOR_E_ENGINE,
    /// OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_order_check_list(
        engine: u32,
        orders: *const obligor_order,
        count: u32,
        decisions: *mut obligor_decision,
        reasons: *mut obligor_reason,
        reasons_per_order: u32,
    ) -> i32 {
        let (requests, count) = requests(orders, count)?;
        let out = DecisionsOut::new(count, decisions, reasons, reasons_per_order)?;
        put_all(&out, &enter(engine)?.engine.check_list(&requests)?);
        Ok(())
    }
}

export! {
    /// Reserves `count` orders in order, each seeing what those before it took, in one durable step. With
    /// `all_or_nothing` (1, else 0) either every order is granted, or none is taken and nothing is recorded. `taken` gets 1
    /// if the list was taken, else 0.
    ///
    /// The arrays as for obligor_order_check_list(); each order as for obligor_order_reserve(), with a `status` of its
    /// own. The shortest `deadline_ms` is that of the call. Any thread.
    ///
    /// Errors: as for obligor_order_check_list(), and OBLIGOR_E_UNDETERMINED (not known for the whole list: ask again with
    /// the same keys) and OBLIGOR_E_STORE.
    pub unsafe fn obligor_order_reserve_list(
        engine: u32,
        orders: *const obligor_order,
        count: u32,
        all_or_nothing: i32,
        decisions: *mut obligor_decision,
        reasons: *mut obligor_reason,
        reasons_per_order: u32,
        taken: *mut i32,
    ) -> i32 {
        let out_taken = Out::new("taken", taken)?;
        let all_or_nothing = match all_or_nothing {
            0 => false,
            1 => true,
            other => return Err(Failure::argument(format!("all_or_nothing is {other}; give 0 or 1"))),
        };
        let (requests, count) = requests(orders, count)?;
        let out = DecisionsOut::new(count, decisions, reasons, reasons_per_order)?;
        let answer = enter(engine)?.engine.reserve_list(&requests, all_or_nothing)?;
        put_all(&out, &answer.answers);
        out_taken.put(answer.taken.into());
        Ok(())
    }
}

export! {
    /// Takes reservations that ran out off their accounts, for as long as `deadline_ms` allows (0 is as configured).
    /// `count` gets how many it took off, `more` gets 1 if there may be more: call again. Decisions do not wait for this
    /// call; it tidies up and tells. Any thread.
    ///
    /// Errors: OBLIGOR_E_ARGUMENT, OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED,
    /// OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_order_expire(engine: u32, deadline_ms: u32, count: *mut u32, more: *mut i32) -> i32 {
        let (out_count, out_more) = (Out::new("count", count)?, Out::new("more", more)?);
        let (count, more) = enter(engine)?.engine.expire((deadline_ms != 0).then_some(deadline_ms))?;
        out_count.put(count);
        out_more.put(more.into());
        Ok(())
    }
}
