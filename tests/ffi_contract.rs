//! What holds for every export: outputs are untouched unless the call succeeds, and nothing a host hands in is more than
//! an error.
#![allow(unsafe_code, reason = "the exports are called as C calls them")]

mod ffi_host;

use std::cell::RefCell;
use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::LazyLock;

use ffi_host::{Host, answer, ask, call, decision, last_error, order, reason, resolve};
use obligor::ffi::account::*;
use obligor::ffi::call::*;
use obligor::ffi::customer::*;
use obligor::ffi::debtor::*;
use obligor::ffi::decision::*;
use obligor::ffi::engine::*;
use obligor::ffi::error::*;
use obligor::ffi::import::*;
use obligor::ffi::order::*;
use obligor::ffi::reason::*;
use obligor::ffi::source::*;
use obligor::ffi::status::*;
use obligor::ffi::upkeep::*;
use obligor::ffi::version::*;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

static HOST: LazyLock<Host> = LazyLock::new(Host::new);

const GUARD: u8 = 0xA5;

/// Room for an output, at an odd address, with guards on both sides; or NULL.
struct Room {
    bytes: Vec<u8>,
    before: Vec<u8>,
    at: usize,
    is_null: bool,
}

impl Room {
    const MARGIN: usize = 16;

    fn new(content: &[u8], is_null: bool) -> Self {
        let mut bytes = vec![GUARD; content.len() + 2 * Self::MARGIN];
        let at = Self::MARGIN + usize::from(bytes.as_ptr().addr().is_multiple_of(2));
        bytes[at..at + content.len()].copy_from_slice(content);
        Self { before: bytes.clone(), bytes, at, is_null }
    }

    /// Structs that are garbage but for their size.
    fn rows(struct_size: u32, length: usize, is_null: bool) -> Self {
        let mut content = vec![GUARD; length.max(4)];
        content[..4].copy_from_slice(&struct_size.to_ne_bytes());
        Self::new(&content, is_null)
    }

    fn at<T>(&mut self) -> *mut T {
        if self.is_null { null_mut() } else { self.bytes[self.at..].as_mut_ptr().cast() }
    }

    fn is_untouched(&self) -> bool {
        self.bytes == self.before
    }

    /// Whether nothing was written from `length` bytes on, or before the room.
    fn is_untouched_but_for(&self, length: usize) -> bool {
        let end = self.at + length;
        self.bytes[..self.at] == self.before[..self.at] && self.bytes[end..] == self.before[end..]
    }
}

/// A host that does anything.
#[derive(Debug, Clone)]
struct Arguments {
    export: usize,
    engine: u32,
    texts: [(Option<Vec<u8>>, i64); 2],
    order: Vec<u8>,
    order_is_null: bool,
    sizes: [u32; 2],
    nulls: [bool; 4],
    cap: usize,
    number: i64,
    count: u32,
}

const EXPORTS: usize = 28;

/// The sizes of order, decision, reason and account now. What they were in the first version is in their tests.
const SIZES: [usize; 4] = [
    size_of::<obligor_order>(),
    size_of::<obligor_decision>(),
    size_of::<obligor_reason>(),
    size_of::<obligor_account>(),
];

/// Calls one export and gives its status, its outputs (and whether they are `needed`, which is always written), and how
/// far each may be written when it succeeds.
fn run(given: &Arguments) -> (i32, Vec<(Room, usize)>) {
    let text = |which: usize| {
        let (bytes, length) = &given.texts[which];
        (bytes.as_ref().map_or(null(), |bytes| bytes.as_ptr().cast::<c_char>()), *length)
    };
    let ((a, a_length), (b, b_length)) = (text(0), text(1));
    let (engine, cap, number, count) = (given.engine, given.cap, given.number, given.count);
    let engine_or_stale = if engine == HOST.engine { 0 } else { engine };
    let low = i32::try_from(number.rem_euclid(1 << 31)).unwrap_or(0);
    let [null_a, null_b, null_c, null_d] = given.nulls;
    // SAFETY: garbage is what is tested; every pointer is NULL or to as many bytes as the arguments say.
    unsafe {
        let order = given.order.as_ptr().cast::<obligor_order>();
        let order = if given.order_is_null { null() } else { order };
        let rows = usize::try_from(count).unwrap().clamp(1, 4);
        let width = |size: u32| usize::try_from(size).unwrap().min(4096);
        let mut decisions = Room::rows(given.sizes[0], width(given.sizes[0]) * rows, null_a);
        let mut reasons = Room::rows(given.sizes[1], width(given.sizes[1]) * rows, null_b);
        let mut buf = Room::new(&vec![GUARD; cap], null_a);
        let mut needed = 0xA5A5_usize;
        let needed = if null_b { null_mut() } else { &raw mut needed };
        let mut small = [Room::new(&[GUARD; 4], null_c), Room::new(&[GUARD; 4], null_d)];
        let four = |rooms: [Room; 2]| rooms.map(|room| (room, 4)).into();
        let texts = |status, buf| (status, vec![(buf, cap)]);
        let one = |ask: ffi_host::Ask, mut decisions: Room, mut reasons: Room| {
            let status = ask(engine, order, decisions.at(), reasons.at(), count.min(4));
            let (decision, reason) = (width(given.sizes[0]).min(SIZES[1]), width(given.sizes[1]) * rows);
            (status, vec![(decisions, decision), (reasons, reason)])
        };
        match given.export {
            0 => texts(obligor_status_text(low, buf.at(), cap, needed), buf),
            1 => texts(obligor_last_error(buf.at(), cap, needed), buf),
            2 => (obligor_open(a, a_length, small[0].at()), four(small)),
            3 => (obligor_close(engine_or_stale), Vec::new()),
            4 => (obligor_log(engine, None, null_mut()), Vec::new()),
            5 => (obligor_account_resolve(engine, a, a_length, b, b_length, small[0].at()), four(small)),
            6 => {
                let status = obligor_account_read(engine, count, decisions.at());
                (status, vec![(decisions, width(given.sizes[0]).min(SIZES[3]))])
            }
            7 => one(obligor_order_check, decisions, reasons),
            8 => one(obligor_order_reserve, decisions, reasons),
            9 => one(obligor_order_change, decisions, reasons),
            10 => one(obligor_order_convert, decisions, reasons),
            11 => one(obligor_order_cancel, decisions, reasons),
            12 => one(obligor_order_reopen, decisions, reasons),
            13 => {
                // The order stands alone, so a list of it has one or none.
                let count = count.min(1);
                let status = obligor_order_check_list(engine, order, count, decisions.at(), reasons.at(), 1);
                (status, vec![(decisions, width(given.sizes[0])), (reasons, width(given.sizes[1]))])
            }
            14 => {
                let count = count.min(1);
                let (at, most) = (small[0].at(), low % 3);
                let status =
                    obligor_order_reserve_list(engine, order, count, most, decisions.at(), reasons.at(), 1, at);
                let mut outputs = vec![(decisions, width(given.sizes[0])), (reasons, width(given.sizes[1]))];
                outputs.extend(small.map(|room| (room, 4)));
                (status, outputs)
            }
            15 => (obligor_order_expire(engine, 1, small[0].at(), small[1].at()), four(small)),
            16 => texts(obligor_decision_explain(engine, number, a, a_length, buf.at(), cap, needed), buf),
            17 => (obligor_decision_replay(engine, number, small[0].at()), four(small)),
            18 => texts(obligor_customer_validate(engine, a, a_length, buf.at(), cap, needed), buf),
            19 => texts(obligor_debtor_lookup(engine, a, a_length, buf.at(), cap, needed), buf),
            20 => texts(obligor_import(engine, a, a_length, None, null_mut(), buf.at(), cap, needed), buf),
            21 => (obligor_source_register(engine, a, a_length, None, null_mut()), Vec::new()),
            22 => texts(obligor_verify(engine, None, null_mut(), buf.at(), cap, needed), buf),
            // A path that cannot be written: the tests leave nothing behind.
            23 => (obligor_backup(engine, c"/no/such/folder/copy.db".as_ptr(), -1), Vec::new()),
            24 => texts(obligor_call(engine, a, a_length, b, b_length, buf.at(), cap, needed), buf),
            25 => texts(obligor_answer(engine, buf.at(), cap, needed), buf),
            26 => one(obligor_order_pass, decisions, reasons),
            _ => {
                let mut said = reason();
                let most = u32::try_from(SIZES[2]).unwrap();
                (said.struct_size, said.code, said.level, said.remedy_kind) =
                    (given.sizes[1].min(most), i32::try_from(count).unwrap(), 1, low % 16);
                let said = if null_c { null() } else { &raw const said };
                texts(obligor_reason_text(said, c"DKK".as_ptr(), -1, a, a_length, buf.at(), cap, needed), buf)
            }
        }
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "NW01",
        "1001",
        "1003  ",
        "en",
        "stats",
        "order.check",
        "{}",
        "{\"company\":\"NW01\"}",
        "",
        "account.get",
        "{\"account\":1}",
        "nowhere.toml",
        "{\"store\":\"\"}",
    ]);
    prop_oneof![known.prop_map(|text| text.as_bytes().to_vec()), prop::collection::vec(any::<u8>(), 0..80)]
}

/// Bytes, and a length that goes with them: their own, -1 with a NUL behind them, or nonsense that reads nothing.
fn any_text() -> impl Strategy<Value = (Option<Vec<u8>>, i64)> {
    (prop::option::weighted(0.95, bytes()), 0..8_u8, any::<i64>()).prop_map(|(bytes, how, odd)| {
        let own = bytes.as_ref().map_or(0, |bytes| i64::try_from(bytes.len()).unwrap());
        match how {
            0 => (
                bytes.map(|mut bytes| {
                    bytes.push(0);
                    bytes
                }),
                -1,
            ),
            1 => (bytes, if odd < 0 { odd.min(-2) } else { i64::MAX - odd % 1000 }),
            _ => (bytes, own),
        }
    })
}

fn any_order() -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((0..SIZES[0], any::<u8>()), 0..3);
    let numbers = prop::sample::select(vec![0, 1, -1, 2, 2, 2, 2, 3, i32::MIN, i32::MAX]);
    let flags = prop::sample::select(vec![0_u32, 0, 1, 1, 2, 16, 62, u32::MAX]);
    let ours = u32::try_from(SIZES[0]).unwrap();
    let size = prop_oneof![
        9 => Just(ours),
        2 => prop::sample::select(vec![ours + 8, ours - 1, 432, 431, 4, 0, u32::MAX])
    ];
    let customer = prop::sample::select(vec!["1003", "1003", "1003", "1001", "9999", ""]);
    let given = (edits, size, customer, numbers, flags, any::<bool>(), any::<u16>(), 0..7_i32);
    given.prop_map(|(edits, size, customer, number, flags, plain, key, checkpoint)| {
        let mut order =
            order(customer, &format!("{customer}-{}", key % 2), &format!("k{key}"), i64::from(number).abs() % 5000);
        order.checkpoint = checkpoint;
        if !plain {
            order.stage_to = number;
            order.flags = flags;
            ffi_host::put(&mut order.item, "I1");
            order.due_day = 20_000;
        }
        order.struct_size = size;
        // SAFETY: the struct is integers and characters without padding. The 8 bytes more are what a newer host has.
        let mut bytes = unsafe { std::slice::from_raw_parts((&raw const order).cast::<u8>(), SIZES[0]) }.to_vec();
        bytes.extend([0; 8]);
        if !plain {
            for (at, value) in edits.into_iter().filter(|(at, _)| *at >= 4) {
                bytes[at] = value;
            }
        }
        bytes
    })
}

fn any_arguments() -> impl Strategy<Value = Arguments> {
    let engine =
        prop_oneof![8 => Just(None), 1 => any::<u32>().prop_map(|it| Some(it & 0x00FF_00FF)), 1 => Just(Some(0))];
    let good = || prop::sample::select(vec![152_u32, 224, 232, 4096]);
    let size = || prop_oneof![4 => good(), 1 => prop::sample::select(vec![120, 104, 119, 4, 0, 4097, u32::MAX])];
    let nulls = prop::array::uniform4(prop::bool::weighted(0.05));
    let number = prop_oneof![2 => 1..30_i64, 1 => any::<i64>(), 1 => Just(i64::MIN)];
    let sensible = prop::sample::select(vec![("NW01", "1001"), ("stats", "{}"), ("en", "")])
        .prop_map(|(a, b)| [a, b].map(|text| (Some(text.as_bytes().to_vec()), i64::try_from(text.len()).unwrap())));
    let texts = prop_oneof![1 => sensible, 2 => [any_text().boxed(), any_text().boxed()]];
    let sizes = [size(), size()];
    (0..EXPORTS, engine, texts, any_order(), prop::bool::weighted(0.05), sizes, nulls, 0..600_usize, number, 0..6_u32)
        .prop_map(|(export, engine, texts, order, order_is_null, sizes, nulls, cap, number, count)| Arguments {
            export,
            engine: engine.unwrap_or(HOST.engine),
            texts,
            order,
            order_is_null,
            sizes,
            nulls,
            cap,
            number,
            count,
        })
}

#[test]
fn outputs_are_untouched_unless_the_call_succeeds() {
    let config = ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() };
    // How often each export succeeded and failed: a property that only ever sees one of the two proves nothing.
    let seen = RefCell::new([[0_u32; 2]; EXPORTS]);
    let tried = TestRunner::new(config).run(&any_arguments(), |given| {
        let (status, outputs) = run(&given);
        prop_assert!(STATUSES.iter().any(|(code, ..)| *code == status), "status {}", status);
        prop_assert_ne!(status, OBLIGOR_E_INTERNAL, "{}", last_error());
        for (room, most) in &outputs {
            if status == OBLIGOR_OK {
                prop_assert!(room.is_untouched_but_for(*most));
            } else {
                prop_assert!(room.is_untouched(), "status {} and something was written", status);
            }
        }
        seen.borrow_mut()[given.export][usize::from(status == OBLIGOR_OK)] += 1;
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
    for (export, [failed, succeeded]) in seen.into_inner().into_iter().enumerate() {
        assert!(failed > 0, "export {export} never failed");
        let cannot = [2, 3, 18, 19, 20, 23].contains(&export);
        assert!(cannot || succeeded > 0, "export {export} never succeeded");
    }
}

#[test]
fn the_property_s_list_of_exports_is_whole() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("abi/exports.txt");
    let recorded = std::fs::read_to_string(path).unwrap();
    // The three about the version take nothing and cannot fail.
    assert_eq!(recorded.lines().filter(|line| line.contains(": int32_t (")).count(), EXPORTS);
    // SAFETY: they take nothing.
    unsafe {
        assert_eq!(obligor_abi_version(), OBLIGOR_ABI_VERSION);
        assert_eq!(obligor_version_number(), OBLIGOR_VERSION_NUMBER);
        assert_eq!(std::ffi::CStr::from_ptr(obligor_version()).to_str(), Ok(OBLIGOR_VERSION));
    }
}

#[test]
fn null_where_something_is_needed_is_an_argument_error() {
    let engine = HOST.engine;
    let asked = order("1001", "", "", 1);
    let (mut decided, mut why, mut number, mut needed) = (decision(), reason(), 0_i32, 0_usize);
    let (mut handle, mut buf) = (0_u32, [0 as c_char; 8]);
    let (order_at, decision_at, reason_at) = (&raw const asked, &raw mut decided, &raw mut why);
    let key = c"NW01".as_ptr();
    // SAFETY: NULL or a pointer to a local.
    let refused = unsafe {
        [
            obligor_open(null(), -1, &raw mut handle),
            obligor_open(null(), 5, &raw mut handle),
            obligor_open(key, -1, null_mut()),
            obligor_order_check(engine, null(), decision_at, null_mut(), 0),
            obligor_order_check(engine, order_at, null_mut(), null_mut(), 0),
            obligor_order_check(engine, order_at, decision_at, null_mut(), 1),
            obligor_order_check_list(engine, null(), 1, decision_at, reason_at, 1),
            obligor_order_check_list(engine, order_at, 1, null_mut(), reason_at, 1),
            obligor_order_reserve_list(engine, order_at, 1, 0, decision_at, null_mut(), 0, null_mut()),
            obligor_order_expire(engine, 0, null_mut(), &raw mut number),
            obligor_order_expire(engine, 0, &raw mut handle, null_mut()),
            obligor_account_resolve(engine, null(), -1, key, -1, &raw mut handle),
            obligor_account_resolve(engine, key, -1, key, -1, null_mut()),
            obligor_account_read(engine, 1, null_mut()),
            obligor_decision_replay(engine, 1, null_mut()),
            obligor_decision_explain(engine, 1, null(), 3, buf.as_mut_ptr(), 8, &raw mut needed),
            obligor_call(engine, key, -1, null(), -1, buf.as_mut_ptr(), 8, &raw mut needed),
            obligor_call(engine, key, -1, null(), 0, null_mut(), 8, &raw mut needed),
            obligor_call(engine, key, -1, null(), 0, buf.as_mut_ptr(), 8, null_mut()),
            obligor_answer(engine, null_mut(), 1, &raw mut needed),
            obligor_last_error(null_mut(), 1, &raw mut needed),
            obligor_status_text(0, buf.as_mut_ptr(), 8, null_mut()),
            obligor_source_register(engine, null(), -1, None, null_mut::<c_void>()),
            obligor_backup(engine, null(), -1),
        ]
    };
    for (at, status) in refused.into_iter().enumerate() {
        assert_eq!(status, OBLIGOR_E_ARGUMENT, "call {at}");
    }
    // Nothing at all is a valid empty list, and an empty text.
    // SAFETY: nothing is read or written.
    unsafe {
        assert_eq!(obligor_order_check_list(engine, null(), 0, null_mut(), null_mut(), 0), OBLIGOR_OK);
        assert_eq!(
            obligor_decision_explain(engine, 1 << 40, null(), 0, null_mut(), 0, &raw mut needed),
            OBLIGOR_E_NOT_FOUND
        );
    }
}

#[test]
fn every_size_of_buffer_gets_all_or_nothing() {
    let whole = |cap: usize, fill: &dyn Fn(*mut c_char, usize, *mut usize) -> i32| {
        let mut room = Room::new(&vec![GUARD; cap], false);
        let mut needed = usize::MAX;
        let status = fill(room.at(), cap, &raw mut needed);
        let written = if status == OBLIGOR_OK { needed } else { 0 };
        assert!(room.is_untouched_but_for(written), "cap {cap}");
        (status, needed, room.bytes[room.at..room.at + written].to_vec())
    };
    // SAFETY: the room is as large as it says.
    let status_text = |at: *mut c_char, cap, needed| unsafe { obligor_status_text(OBLIGOR_E_STORE, at, cap, needed) };
    let stats = |at: *mut c_char, cap, needed| {
        // SAFETY: as above.
        unsafe { obligor_call(HOST.engine, c"policy.get".as_ptr(), -1, null(), 0, at, cap, needed) }
    };
    // SAFETY: as above.
    let kept = |at: *mut c_char, cap, needed| unsafe { obligor_answer(HOST.engine, at, cap, needed) };
    let (status, size, _) = whole(0, &status_text);
    assert_eq!(status, OBLIGOR_E_BUFFER);
    for cap in 0..=size + 2 {
        let (status, needed, text) = whole(cap, &status_text);
        assert_eq!((status, needed), (if cap < size { OBLIGOR_E_BUFFER } else { OBLIGOR_OK }, size));
        assert_eq!(text.last().copied(), (cap >= size).then_some(0));
    }
    let (_, size, _) = whole(0, &stats);
    for cap in (0..=size + 2).step_by(61).chain(size - 2..=size + 2) {
        let (status, needed, text) = whole(cap, &stats);
        assert_eq!((status, needed), (if cap < size { OBLIGOR_E_BUFFER } else { OBLIGOR_OK }, size));
        if cap < size {
            assert_eq!(whole(size - 1, &kept).0, OBLIGOR_E_BUFFER);
            let (status, needed, text) = whole(size, &kept);
            assert_eq!((status, needed, text.len()), (OBLIGOR_OK, size, size));
        } else {
            assert!(serde_json::from_slice::<serde_json::Value>(&text[..size - 1]).is_ok());
        }
        assert_eq!(whole(size, &kept).0, OBLIGOR_E_NOT_FOUND);
    }
}

#[test]
fn every_number_of_an_enumeration_is_known_or_refused() {
    let edges = [i32::MIN, i32::MIN + 1, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 255, 256, 65536, i32::MAX - 1, i32::MAX];
    let mut asked = order("1001", "E1", "e1", 100);
    ask(obligor_order_reserve, HOST.engine, &asked).unwrap();
    ffi_host::put(&mut asked.key, "e2");
    for number in edges {
        for to_not_from in [true, false] {
            let mut moved = order("1001", "E1", &format!("e{number}{to_not_from}"), 1);
            (moved.stage_from, moved.stage_to) = if to_not_from { (0, number) } else { (number, 2) };
            let answer = ask(obligor_order_convert, HOST.engine, &moved).map(drop);
            if !(0..=5).contains(&number) {
                assert_eq!(answer, Err(OBLIGOR_E_ARGUMENT), "{number}");
                assert!(last_error().contains("stage_"), "{}", last_error());
            }
        }
        asked.stage_to = number;
        let answer = ask(obligor_order_check, HOST.engine, &asked).map(drop);
        assert_eq!(answer, if (0..=5).contains(&number) { Ok(()) } else { Err(OBLIGOR_E_ARGUMENT) });
        // A check may say where a document begins; what changes an order as it stands may not.
        let change = ask(obligor_order_change, HOST.engine, &asked).map(drop);
        assert_eq!(change.is_ok(), number == 0, "{number}");
        asked.stage_to = 0;
        asked.flags = u32::from_ne_bytes(number.to_ne_bytes());
        let answer = ask(obligor_order_check, HOST.engine, &asked).map(drop);
        // Said, though zero: what is secured, the terms, or both.
        let known = matches!(number, 0 | 2 | 4 | 6);
        assert_eq!(answer, if known { Ok(()) } else { Err(OBLIGOR_E_ARGUMENT) }, "{number}");
        asked.flags = 0;
        asked.checkpoint = number;
        let answer = ask(obligor_order_check, HOST.engine, &asked).map(drop);
        assert_eq!(answer, if (0..=5).contains(&number) { Ok(()) } else { Err(OBLIGOR_E_ARGUMENT) }, "{number}");
        asked.checkpoint = 0;
        let (mut decided, mut taken) = (decision(), 7);
        // SAFETY: the pointers are to locals.
        let status = unsafe {
            obligor_order_reserve_list(
                HOST.engine,
                &raw const asked,
                0,
                number,
                &raw mut decided,
                null_mut(),
                0,
                &raw mut taken,
            )
        };
        assert_eq!(status, if matches!(number, 0 | 1) { OBLIGOR_OK } else { OBLIGOR_E_ARGUMENT });
        let mut needed = 0;
        // SAFETY: as above.
        assert_eq!(unsafe { obligor_status_text(number, null_mut(), 0, &raw mut needed) }, OBLIGOR_E_BUFFER);
        assert!(needed > 1);
    }
}

#[test]
fn amounts_days_and_moments_at_their_edges_are_answered() {
    for currency in ["DKK", "JPY", "KWD", "dkk", "XXX", "D", "\u{e6}K"] {
        for amount in [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX] {
            let mut asked = order("1003", "", "", amount);
            ffi_host::put(&mut asked.currency, currency);
            let answer = ask(obligor_order_check, HOST.engine, &asked);
            let known = ["DKK", "JPY", "KWD"].contains(&currency);
            match answer {
                Ok((decided, _)) => {
                    assert!(known);
                    assert_eq!(decided.increase, amount);
                }
                Err(status) => assert_eq!(status, OBLIGOR_E_ARGUMENT),
            }
            assert!(known || answer.is_err());
        }
    }
    for (field, values) in [("due", vec![i32::MAX, i32::MIN + 1]), ("expires", vec![-1])] {
        for value in values {
            let mut asked = order("1003", "X", "x", 1);
            asked.stage_to = OBLIGOR_STAGE_INVOICED;
            match field {
                "due" => asked.due_day = value,
                _ => asked.expires_ms = i64::from(value),
            }
            assert_eq!(ask(obligor_order_convert, HOST.engine, &asked).err(), Some(OBLIGOR_E_ARGUMENT));
            assert!(last_error().contains(field), "{}", last_error());
        }
    }
}

#[test]
fn a_caller_with_a_wider_struct_keeps_its_bytes() {
    let asked = order("1002", "", "", 100);
    for size in [128_u32, 136, 4096] {
        let mut room = Room::rows(size, usize::try_from(size).unwrap(), false);
        // SAFETY: the room is as large as it says.
        let status = unsafe { obligor_order_check(HOST.engine, &raw const asked, room.at(), null_mut(), 0) };
        assert_eq!(status, OBLIGOR_OK);
        assert!(room.is_untouched_but_for(128));
        assert_eq!(room.bytes[room.at..room.at + 4], size.to_ne_bytes());
    }
    let mut room = Room::rows(119, 120, false);
    // SAFETY: as above.
    let status = unsafe { obligor_order_check(HOST.engine, &raw const asked, room.at(), null_mut(), 0) };
    assert_eq!(status, OBLIGOR_E_ARGUMENT);
    assert!(room.is_untouched() && last_error().contains("sizeof(obligor_decision)"), "{}", last_error());
}

#[test]
fn a_list_is_answered_row_by_row() {
    let host = Host::new();
    let orders = [order("1001", "A", "a", 600_00), order("1001", "", "b", 1), order("1001", "B", "c", 600_00)];
    let (mut decisions, mut reasons, mut taken) = ([decision(); 3], [reason(); 6], -1);
    // SAFETY: the arrays are as long as they say.
    let status = unsafe {
        obligor_order_reserve_list(
            host.engine,
            orders.as_ptr(),
            3,
            0,
            decisions.as_mut_ptr(),
            reasons.as_mut_ptr(),
            2,
            &raw mut taken,
        )
    };
    assert_eq!((status, taken), (OBLIGOR_OK, 1));
    assert_eq!(decisions.map(|it| it.status), [OBLIGOR_OK, OBLIGOR_E_ARGUMENT, OBLIGOR_OK]);
    assert_eq!(decisions.map(|it| it.outcome), [OBLIGOR_OUTCOME_APPROVE, 0, OBLIGOR_OUTCOME_REFUSE]);
    assert_eq!((decisions[1].decision_id, decisions[1].facts_at_ms), (0, 0));
    let why = &reasons[4];
    assert_eq!((why.code, why.measured, why.threshold), (OBLIGOR_REASON_OVER_LIMIT, 1200_00, 1000_00));
    assert_eq!((why.remedy_kind, why.remedy), (OBLIGOR_REMEDY_REDUCE_BY, 200_00));
    assert_eq!((reasons[0].code, reasons[1].code, reasons[2].code), (0, 0, 0));
    // All or nothing: the order that is not granted keeps the other from being taken.
    let again = [order("1003", "C", "d", 1), order("1001", "D", "e", 600_00)];
    // SAFETY: as above.
    let status = unsafe {
        obligor_order_reserve_list(
            host.engine,
            again.as_ptr(),
            2,
            1,
            decisions.as_mut_ptr(),
            null_mut(),
            0,
            &raw mut taken,
        )
    };
    assert_eq!((status, taken), (OBLIGOR_OK, 0));
    assert_eq!((decisions[0].decision_id, decisions[1].decision_id), (0, 0));
    // An older host's narrower struct in the middle of a list is told, and nothing is done.
    let mut uneven = [order("1003", "E", "f", 1); 2];
    uneven[1].struct_size = 432;
    // SAFETY: as above.
    let status =
        unsafe { obligor_order_check_list(host.engine, uneven.as_ptr(), 2, decisions.as_mut_ptr(), null_mut(), 0) };
    assert_eq!(status, OBLIGOR_E_ARGUMENT);
    assert!(last_error().contains("orders[1]"), "{}", last_error());
    // SAFETY: too long a list is not read.
    let status = unsafe {
        obligor_order_check_list(
            host.engine,
            uneven.as_ptr(),
            OBLIGOR_MAX_LIST + 1,
            decisions.as_mut_ptr(),
            null_mut(),
            0,
        )
    };
    assert_eq!(status, OBLIGOR_E_TOO_LARGE);
}

#[test]
fn structs_and_json_come_to_the_same() {
    let host = Host::new();
    let account = resolve(host.engine, "NW01", "1001").unwrap();
    let asked = order("1001", "A", "a", 1200_00);
    let (typed, reasons) = ask(obligor_order_check, host.engine, &asked).unwrap();
    let request = serde_json::json!({ "account": account, "document": "A", "amount": "1200.00 DKK" }).to_string();
    let told: serde_json::Value =
        serde_json::from_str(&call(host.engine, "order.check", &request, 65536).unwrap()).unwrap();
    let decided = &told["decision"];
    assert_eq!(decided["outcome"], "refuse");
    assert_eq!(typed.outcome, OBLIGOR_OUTCOME_REFUSE);
    assert_eq!(decided["limit"], "1000.00 DKK");
    assert_eq!((typed.limit, typed.available_before, typed.available_after), (1000_00, 1000_00, 1000_00));
    assert_eq!(decided["reasons"][0]["code"], "over_limit");
    assert_eq!(
        (reasons[0].code, reasons.len()),
        (OBLIGOR_REASON_OVER_LIMIT, decided["reasons"].as_array().unwrap().len())
    );
    assert!(answer(host.engine, 1).is_err());
}
