//! The C interface: any bytes in its structs, any sizes, lengths, numbers and texts.
//!
//! An input is a few calls. Every struct and text lies in memory of exactly its size, so that the sanitizer sees a byte too
//! far. No call panics inside, nothing is written where a call fails, and a text that fits is ended by a NUL.
#![no_main]

use std::ffi::{c_char, c_void};

use libfuzzer_sys::fuzz_target;
use obligor::ffi::account::{obligor_account, obligor_account_read, obligor_account_resolve};
use obligor::ffi::call::{obligor_answer, obligor_call};
use obligor::ffi::customer::obligor_customer_validate;
use obligor::ffi::debtor::obligor_debtor_lookup;
use obligor::ffi::decision::{obligor_decision, obligor_decision_explain, obligor_decision_replay, obligor_reason};
use obligor::ffi::engine::{obligor_close, obligor_open};
use obligor::ffi::error::obligor_last_error;
use obligor::ffi::import::obligor_import;
use obligor::ffi::order::{
    obligor_order, obligor_order_cancel, obligor_order_change, obligor_order_check, obligor_order_check_list,
    obligor_order_convert, obligor_order_expire, obligor_order_pass, obligor_order_reopen, obligor_order_reserve,
    obligor_order_reserve_list,
};
use obligor::ffi::reason::obligor_reason_text;
use obligor::ffi::source::obligor_source_register;
use obligor::ffi::status::{OBLIGOR_E_BUFFER, OBLIGOR_E_INTERNAL, OBLIGOR_OK, obligor_status_text};
use obligor::ffi::upkeep::obligor_verify;
use obligor_fuzz::{fresh, names_a_file};

/// The most calls of an input.
const CALLS: usize = 12;
/// What is in memory that nobody may write.
const GUARD: u8 = 0xA5;
/// The largest size of a struct that the library believes.
const MAX_STRUCT_SIZE: u32 = 4096;

fuzz_target!(|bytes: &[u8]| {
    let (config, mut engine) = (fresh(), 0);
    // SAFETY: the pointers are to locals.
    let opened = unsafe { obligor_open(config.as_ptr().cast(), length(config.len()), &raw mut engine) };
    assert_eq!(opened, OBLIGOR_OK, "{}", last_error());
    let mut input = Input(bytes);
    let _ended = (0..CALLS).try_for_each(|_| one(engine, &mut input));
    // SAFETY: it takes no pointer.
    assert_eq!(unsafe { obligor_close(engine) }, OBLIGOR_OK);
});

/// One call.
fn one(engine: u32, input: &mut Input<'_>) -> Option<()> {
    let choice = input.byte()?;
    // Now and then an engine that there is not.
    let forged = input.byte()? == 255;
    let handle = if forged { input.u32()? } else { engine };
    // SAFETY, of every call here: each pointer is NULL, or to memory that has the size that its length, its struct_size or
    // its type says.
    let status = match choice % 19 {
        0..=6 => order(handle, choice % 19, input)?,
        7 | 8 => list(handle, choice % 19 == 8, input)?,
        9 => reason(input)?,
        10 => account(handle, input)?,
        11 => resolve(handle, input)?,
        12 => call(handle, input)?,
        13 => explain(handle, input)?,
        14 => replay(handle, input)?,
        15 => status_text(input)?,
        16 => request(handle, input)?,
        17 => source(handle, input)?,
        _ => expire(handle, input)?,
    };
    assert!(status != OBLIGOR_E_INTERNAL, "call {choice} panicked inside: {}", last_error());
    let needs_an_engine = !matches!(choice % 19, 9 | 15);
    assert!(
        !forged || handle == engine || !needs_an_engine || status != OBLIGOR_OK,
        "an engine there is not took a call"
    );
    if status != OBLIGOR_OK {
        assert!(!last_error().is_empty(), "status {status} without a word");
    }
    Some(())
}

/// What is left of an input; when nothing is, the calls end.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn below(&mut self, most: usize) -> Option<usize> {
        self.byte().map(|byte| usize::from(byte) % most)
    }

    fn u32(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*bytes))
    }

    /// Mostly a number of one byte.
    fn small(&mut self) -> Option<i32> {
        match self.byte()? {
            255 => self.u32().map(u32::cast_signed),
            byte => Some(byte.into()),
        }
    }

    /// Mostly the size it has.
    fn size(&mut self, own: u32) -> Option<u32> {
        match self.byte()? {
            255 => self.u32(),
            254 => Some(own.saturating_add(self.byte()?.into())),
            253 => Some(own.saturating_sub(self.byte()?.into())),
            _ => Some(own),
        }
    }

    /// As many bytes as two bytes say, or what there is.
    fn text(&mut self) -> Option<&'a [u8]> {
        let length = usize::from(self.byte()?) | usize::from(self.byte()?) << 8;
        let (text, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        Some(text)
    }
}

/// Memory of exactly a size, with a struct in it that begins with that size.
struct Room(Box<[u8]>);

impl Room {
    /// As many structs of one size as asked for, filled with the input's bytes. A size that no library believes has no
    /// memory behind it.
    fn take<T>(input: &mut Input<'_>, count: usize) -> Option<Self> {
        let own = u32::try_from(size_of::<T>()).unwrap_or_default();
        let size = input.size(own)?;
        let width = if (4..=MAX_STRUCT_SIZE).contains(&size) { size as usize } else { 4 };
        let mut bytes = vec![0; width * count].into_boxed_slice();
        for row in bytes.chunks_exact_mut(width) {
            let filled = input.text()?;
            for (to, from) in row[4..].iter_mut().zip(filled) {
                *to = *from;
            }
            row[..4].copy_from_slice(&size.to_ne_bytes());
        }
        if count > 1 && input.byte()? == 255 {
            // One that does not have the size of the first, and never more memory than it has.
            let at = width * (count - 1);
            bytes[at..at + 4].copy_from_slice(&input.u32()?.to_ne_bytes());
        }
        Some(Self(bytes))
    }

    /// As many structs of one size, guarded, for the library to fill.
    fn guarded<T>(input: &mut Input<'_>, count: usize) -> Option<Self> {
        let own = u32::try_from(size_of::<T>()).unwrap_or_default();
        let size = input.size(own)?;
        let width = if (4..=MAX_STRUCT_SIZE).contains(&size) { size as usize } else { 4 };
        let mut bytes = vec![GUARD; width * count].into_boxed_slice();
        for row in bytes.chunks_exact_mut(width) {
            row[..4].copy_from_slice(&size.to_ne_bytes());
        }
        Some(Self(bytes))
    }

    fn get<T>(&self) -> *const T {
        if self.0.is_empty() { std::ptr::null() } else { self.0.as_ptr().cast() }
    }

    fn put<T>(&mut self) -> *mut T {
        if self.0.is_empty() { std::ptr::null_mut() } else { self.0.as_mut_ptr().cast() }
    }

    /// What a failed call must not touch.
    fn copy(&self) -> Box<[u8]> {
        self.0.clone()
    }
}

/// A text with its length, in memory of exactly that size.
struct Text {
    bytes: Box<[u8]>,
    length: i64,
}

impl Text {
    fn take(input: &mut Input<'_>) -> Option<Self> {
        let mut bytes = input.text()?.to_vec();
        let length = match input.byte()? {
            255 => {
                bytes.push(0);
                -1
            }
            // Lengths that are none, or that no text has.
            at @ 251..=254 => [-2, i64::MIN, i64::MAX, 64 << 20 | 1][usize::from(at - 251)],
            _ => length(bytes.len()),
        };
        Some(Self { bytes: bytes.into_boxed_slice(), length })
    }

    fn at(&self) -> *const c_char {
        if self.length == 0 { std::ptr::null() } else { self.bytes.as_ptr().cast() }
    }
}

/// A buffer for a text, guarded, and what is said to be needed.
struct Answer {
    buf: Box<[u8]>,
    needed: usize,
}

impl Answer {
    fn take(input: &mut Input<'_>) -> Option<Self> {
        let cap = [65_536, 4096, 64, 2, 1, 0][input.below(6)?];
        Some(Self { buf: vec![GUARD; cap].into_boxed_slice(), needed: usize::MAX })
    }

    fn at(&mut self) -> *mut c_char {
        if self.buf.is_empty() { std::ptr::null_mut() } else { self.buf.as_mut_ptr().cast() }
    }

    /// A text and its NUL and nothing behind them, or nothing at all.
    fn judge(&self, status: i32) {
        match status {
            OBLIGOR_OK => {
                let (text, rest) = self.buf.split_at(self.needed);
                assert_eq!(text.last(), Some(&0), "no NUL");
                assert!(std::str::from_utf8(text).is_ok(), "an answer that is not UTF-8");
                assert!(rest.iter().all(|byte| *byte == GUARD), "written behind the answer");
            }
            _ => {
                assert!(self.buf.iter().all(|byte| *byte == GUARD), "status {status}, and something was written");
                assert!(status != OBLIGOR_E_BUFFER || self.needed > self.buf.len(), "it would have had room");
            }
        }
    }
}

fn order(engine: u32, which: u8, input: &mut Input<'_>) -> Option<i32> {
    type Ask = unsafe extern "C" fn(u32, *const obligor_order, *mut obligor_decision, *mut obligor_reason, u32) -> i32;
    let ask: Ask = match which {
        0 => obligor_order_check,
        1 => obligor_order_reserve,
        2 => obligor_order_change,
        3 => obligor_order_convert,
        4 => obligor_order_cancel,
        5 => obligor_order_reopen,
        _ => obligor_order_pass,
    };
    let order = Room::take::<obligor_order>(input, 1)?;
    let mut decision = Room::guarded::<obligor_decision>(input, 1)?;
    let rows = input.below(4)?;
    let mut reasons = Room::guarded::<obligor_reason>(input, rows)?;
    let before = (decision.copy(), reasons.copy());
    let cap = u32::try_from(rows).unwrap_or_default();
    // SAFETY: see `one`.
    let status = unsafe { ask(engine, order.get(), decision.put(), reasons.put(), cap) };
    untouched(status, &before, (&decision, &reasons));
    Some(status)
}

fn untouched(status: i32, before: &(Box<[u8]>, Box<[u8]>), now: (&Room, &Room)) {
    if status != OBLIGOR_OK {
        assert_eq!((&*before.0, &*before.1), (&*now.0.0, &*now.1.0), "status {status}, and something was written");
    }
}

/// Several orders, checked or reserved.
fn list(engine: u32, reserves: bool, input: &mut Input<'_>) -> Option<i32> {
    let (count, each) = (input.below(5)?, input.below(3)?);
    let orders = Room::take::<obligor_order>(input, count)?;
    let mut decisions = Room::guarded::<obligor_decision>(input, count)?;
    let mut reasons = Room::guarded::<obligor_reason>(input, count * each)?;
    let before = (decisions.copy(), reasons.copy());
    let (n, each) = (u32::try_from(count).unwrap_or_default(), u32::try_from(each).unwrap_or_default());
    let (at, first, texts) = (orders.get(), decisions.put(), reasons.put());
    let mut taken = i32::MIN;
    let status = if reserves {
        let all = input.small()?;
        // SAFETY: see `one`.
        unsafe { obligor_order_reserve_list(engine, at, n, all, first, texts, each, &raw mut taken) }
    } else {
        // SAFETY: see `one`.
        unsafe { obligor_order_check_list(engine, at, n, first, texts, each) }
    };
    untouched(status, &before, (&decisions, &reasons));
    assert!(if reserves && status == OBLIGOR_OK { matches!(taken, 0 | 1) } else { taken == i32::MIN });
    Some(status)
}

fn reason(input: &mut Input<'_>) -> Option<i32> {
    let row = Room::take::<obligor_reason>(input, 1)?;
    let (currency, language, mut out) = (Text::take(input)?, Text::take(input)?, Answer::take(input)?);
    let (buf, cap) = (out.at(), out.buf.len());
    // SAFETY: see `one`.
    let status = unsafe {
        obligor_reason_text(
            row.get(),
            currency.at(),
            currency.length,
            language.at(),
            language.length,
            buf,
            cap,
            &raw mut out.needed,
        )
    };
    out.judge(status);
    Some(status)
}

fn account(engine: u32, input: &mut Input<'_>) -> Option<i32> {
    let mut position = Room::guarded::<obligor_account>(input, 1)?;
    let before = position.copy();
    let number = input.small()?.cast_unsigned();
    // SAFETY: see `one`.
    let status = unsafe { obligor_account_read(engine, number, position.put()) };
    assert!(status == OBLIGOR_OK || before == position.0, "status {status}, and something was written");
    Some(status)
}

fn resolve(engine: u32, input: &mut Input<'_>) -> Option<i32> {
    let (company, customer, mut account) = (Text::take(input)?, Text::take(input)?, u32::MAX);
    // SAFETY: see `one`.
    let status = unsafe {
        obligor_account_resolve(engine, company.at(), company.length, customer.at(), customer.length, &raw mut account)
    };
    assert!(status == OBLIGOR_OK || account == u32::MAX);
    Some(status)
}

fn call(engine: u32, input: &mut Input<'_>) -> Option<i32> {
    let (operation, text) = (Text::take(input)?, Text::take(input)?);
    if std::str::from_utf8(&text.bytes).is_ok_and(names_a_file) {
        return None;
    }
    let mut out = Answer::take(input)?;
    let (buf, cap) = (out.at(), out.buf.len());
    // SAFETY: see `one`.
    let status = unsafe {
        obligor_call(engine, operation.at(), operation.length, text.at(), text.length, buf, cap, &raw mut out.needed)
    };
    out.judge(status);
    if status == OBLIGOR_E_BUFFER {
        // What was done is not lost for want of room.
        let mut again = Answer { buf: vec![GUARD; out.needed].into_boxed_slice(), needed: 0 };
        let buf = again.at();
        // SAFETY: see `one`.
        let fetched = unsafe { obligor_answer(engine, buf, out.needed, &raw mut again.needed) };
        assert_eq!(fetched, OBLIGOR_OK, "{}", last_error());
        again.judge(fetched);
        assert_eq!(again.needed, out.needed);
    }
    Some(status)
}

fn explain(engine: u32, input: &mut Input<'_>) -> Option<i32> {
    let id = i64::from(input.small()?);
    let (language, mut out) = (Text::take(input)?, Answer::take(input)?);
    let (buf, cap) = (out.at(), out.buf.len());
    // SAFETY: see `one`.
    let status =
        unsafe { obligor_decision_explain(engine, id, language.at(), language.length, buf, cap, &raw mut out.needed) };
    out.judge(status);
    Some(status)
}

fn replay(engine: u32, input: &mut Input<'_>) -> Option<i32> {
    let id = i64::from(input.small()?);
    let mut same = i32::MIN;
    // SAFETY: see `one`.
    let status = unsafe { obligor_decision_replay(engine, id, &raw mut same) };
    assert_eq!(same, if status == OBLIGOR_OK { 1 } else { i32::MIN }, "a decision comes out the same");
    Some(status)
}

fn status_text(input: &mut Input<'_>) -> Option<i32> {
    let (code, mut out) = (input.small()?, Answer::take(input)?);
    let (buf, cap) = (out.at(), out.buf.len());
    // SAFETY: see `one`.
    let status = unsafe { obligor_status_text(code, buf, cap, &raw mut out.needed) };
    out.judge(status);
    Some(status)
}

/// The functions with a request and an answer in JSON.
fn request(engine: u32, input: &mut Input<'_>) -> Option<i32> {
    let (which, text) = (input.below(4)?, Text::take(input)?);
    if std::str::from_utf8(&text.bytes).is_ok_and(names_a_file) {
        return None;
    }
    let mut out = Answer::take(input)?;
    let (at, length, buf, cap, needed) = (text.at(), text.length, out.at(), out.buf.len(), &raw mut out.needed);
    // SAFETY: see `one`.
    let status = unsafe {
        match which {
            0 => obligor_customer_validate(engine, at, length, buf, cap, needed),
            1 => obligor_debtor_lookup(engine, at, length, buf, cap, needed),
            2 => obligor_import(engine, at, length, None, std::ptr::null_mut(), buf, cap, needed),
            _ => obligor_verify(engine, None, std::ptr::null_mut(), buf, cap, needed),
        }
    };
    out.judge(status);
    Some(status)
}

/// A register whose answer is the input's, also one that lies about what it wrote.
fn source(engine: u32, input: &mut Input<'_>) -> Option<i32> {
    let (status, lie, name) = (input.small()?, input.small()?, Text::take(input)?);
    let claimed = if lie == 0 { None } else { usize::try_from(lie).ok() };
    let told = Told { status, claimed, answer: input.text()?.to_vec() };
    let user = Box::into_raw(Box::new(told)).cast::<c_void>();
    // SAFETY: see `one`.
    let registered = unsafe { obligor_source_register(engine, name.at(), name.length, Some(tell), user) };
    let request = r#"{"country":"DK","orgnr":"13585628","purpose":"credit_sale_control","user":"anna","basis":"legitimate_interest","credit_element":true}"#;
    let mut out = Answer { buf: vec![GUARD; 4096].into_boxed_slice(), needed: 0 };
    let (buf, cap) = (out.at(), out.buf.len());
    // SAFETY: see `one`.
    let asked = unsafe {
        obligor_debtor_lookup(engine, request.as_ptr().cast(), length(request.len()), buf, cap, &raw mut out.needed)
    };
    out.judge(asked);
    assert!(asked != OBLIGOR_E_INTERNAL, "{}", last_error());
    // SAFETY: the name is taken back before what it points to goes; where it was refused, nothing was kept.
    unsafe {
        obligor_source_register(engine, name.at(), name.length, None, std::ptr::null_mut());
        drop(Box::from_raw(user.cast::<Told>()));
    }
    Some(registered)
}

struct Told {
    status: i32,
    claimed: Option<usize>,
    answer: Vec<u8>,
}

/// What C would write as a callback: the answer of the input, and a size that may be a lie.
unsafe extern "C" fn tell(
    request: *const c_char,
    request_length: usize,
    buf: *mut c_char,
    cap: usize,
    needed: *mut usize,
    user: *mut c_void,
) -> i32 {
    // SAFETY: what the header promises of each pointer; `user` is the `Told` that was given with the callback.
    unsafe {
        let told = &*user.cast::<Told>();
        assert_eq!(request.add(request_length).read(), 0, "the request has no NUL");
        let size = told.answer.len().min(cap);
        buf.cast::<u8>().copy_from_nonoverlapping(told.answer.as_ptr(), size);
        needed.write(told.claimed.unwrap_or(size + 1));
        told.status
    }
}

fn expire(engine: u32, input: &mut Input<'_>) -> Option<i32> {
    let (deadline, mut count, mut more) = (input.small()?.cast_unsigned(), u32::MAX, i32::MIN);
    // SAFETY: see `one`.
    let status = unsafe { obligor_order_expire(engine, deadline, &raw mut count, &raw mut more) };
    assert!(if status == OBLIGOR_OK { matches!(more, 0 | 1) } else { (count, more) == (u32::MAX, i32::MIN) });
    Some(status)
}

fn length(bytes: usize) -> i64 {
    i64::try_from(bytes).expect("no more than there is memory")
}

/// What the library last said to this thread.
fn last_error() -> String {
    let (mut buf, mut needed) = (vec![0_u8; 4096], 0);
    // SAFETY: the pointers are to locals.
    let status = unsafe { obligor_last_error(buf.as_mut_ptr().cast(), buf.len(), &raw mut needed) };
    assert_eq!(status, OBLIGOR_OK);
    buf.truncate(needed.saturating_sub(1));
    String::from_utf8(buf).expect("an error is UTF-8")
}
