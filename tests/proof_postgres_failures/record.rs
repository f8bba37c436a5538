//! What was asked and what was answered, as the callers know it, and whether it is true.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use obligor::error::Result;
use obligor::store::{Store, Written};

use crate::postgres_server::Server;
use crate::store_common::{approved, assert_sound};
use crate::workload::{HOT, HOT_LIMIT, POOLED, POOLS};

/// How long a call may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(2);
/// How late an answer may be. A call that gives up takes a tenth of a second to undo what it began; the rest is for the
/// machine. On top comes the time for which no thread of the host's process got to run at all, which is measured.
const TOLERANCE: Duration = Duration::from_millis(500);

/// The time that all processes of a machine agree on.
pub(crate) fn now() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure is ours.
    let told = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    assert_eq!(told, 0);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

/// What is wanted of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Reserve,
    /// More for an order that has a reservation.
    More,
    Cancel,
}

/// Something that is asked for, under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) key: String,
    pub(crate) customer: String,
    pub(crate) document: String,
    pub(crate) verb: Verb,
    pub(crate) amount: i64,
}

/// What a call was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Told { granted: bool, decision: u64, repeated: bool },
    Error { kind: String, message: String },
}

impl Answer {
    pub(crate) fn of(result: &Result<Written>) -> Self {
        match result {
            Ok(written) => Self::Told {
                granted: approved(written),
                decision: written.decision.as_ref().expect("every answer is on record").id,
                repeated: written.repeated,
            },
            Err(error) => Self::Error {
                kind: error.kind().name().to_owned(),
                message: error.message().replace(['\n', '\t'], " "),
            },
        }
    }
}

/// A call, from its caller's side.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) request: Request,
    /// When it was asked, by [`now`].
    pub(crate) asked: Duration,
    pub(crate) took: Duration,
    /// For how long after the deadline the process stood still.
    pub(crate) stalled: Duration,
    pub(crate) answer: Answer,
}

impl Call {
    /// One line, for the pipe from a host.
    pub(crate) fn to_line(&self) -> String {
        let Request { key, customer, document, verb, amount } = &self.request;
        let times = [self.asked, self.took, self.stalled].map(|time| time.as_nanos().to_string()).join("\t");
        let answer = match &self.answer {
            Answer::Told { granted, decision, repeated } => format!("told\t{granted}\t{decision}\t{repeated}"),
            Answer::Error { kind, message } => format!("error\t{kind}\t{message}"),
        };
        format!("{key}\t{customer}\t{document}\t{verb:?}\t{amount}\t{times}\t{answer}")
    }

    pub(crate) fn from_line(line: &str) -> Self {
        let words: Vec<&str> = line.split('\t').collect();
        let [key, customer, document, verb, amount, asked, took, stalled, rest @ ..] = &words[..] else {
            panic!("a host said {line}");
        };
        let time = |text: &str| Duration::from_nanos(text.parse().unwrap());
        Self {
            request: Request {
                key: (*key).to_owned(),
                customer: (*customer).to_owned(),
                document: (*document).to_owned(),
                verb: match *verb {
                    "Reserve" => Verb::Reserve,
                    "More" => Verb::More,
                    _ => Verb::Cancel,
                },
                amount: amount.parse().unwrap(),
            },
            asked: time(asked),
            took: time(took),
            stalled: time(stalled),
            answer: match rest {
                ["told", granted, decision, repeated] => Answer::Told {
                    granted: granted.parse().unwrap(),
                    decision: decision.parse().unwrap(),
                    repeated: repeated.parse().unwrap(),
                },
                ["error", kind, message] => Answer::Error { kind: (*kind).to_owned(), message: (*message).to_owned() },
                _ => panic!("a host said {line}"),
            },
        }
    }

    pub(crate) fn answered(&self) -> Duration {
        self.asked + self.took
    }

    pub(crate) fn is_told(&self) -> bool {
        matches!(self.answer, Answer::Told { .. })
    }

    /// Who called, as the key begins.
    pub(crate) fn caller(&self) -> &str {
        self.request.key.rsplit_once('-').unwrap().0
    }
}

/// No call took longer than it may, and those that have no answer are undetermined. Returns how late the latest was.
pub(crate) fn assert_in_time(calls: &[Call]) -> Duration {
    for call in calls {
        let most = DEADLINE + TOLERANCE + call.stalled;
        assert!(call.took <= most, "{:?} took {:?}, and may take {most:?}: {call:?}", call.request.key, call.took);
        if let Answer::Error { kind, message } = &call.answer {
            assert_eq!(kind, "undetermined", "{message}: {call:?}");
        }
    }
    calls.iter().map(|call| call.took.saturating_sub(DEADLINE + call.stalled)).max().unwrap_or_default()
}

/// What every key came to: what was told of it first, and never anything else.
fn answers(calls: &[Call]) -> BTreeMap<&str, (&Request, bool, u64)> {
    let mut told: BTreeMap<&str, (&Request, bool, u64)> = BTreeMap::new();
    let mut in_doubt = BTreeSet::new();
    // The calls of one key follow each other, so they are in order.
    for call in calls {
        let key = call.request.key.as_str();
        match (&call.answer, told.get(key)) {
            (Answer::Error { .. }, _) => {
                in_doubt.insert(key);
            }
            (Answer::Told { granted, decision, repeated }, None) => {
                assert!(!repeated || in_doubt.contains(key), "the first answer is a repeated one: {call:?}");
                told.insert(key, (&call.request, *granted, *decision));
            }
            (Answer::Told { granted, decision, repeated }, Some((request, first, recorded))) => {
                assert_eq!((request, first, recorded), (&&call.request, granted, decision), "{call:?}");
                assert!(repeated, "what was answered was done again: {call:?}");
            }
        }
    }
    for key in in_doubt {
        assert!(told.contains_key(key), "{key} was never answered");
    }
    told
}

/// All that was answered is in the database, nothing else is, it adds up, and it is within the limits.
pub(crate) fn assert_true(calls: &[Call], server: &Server, database: &str, store: &dyn Store) {
    let told = answers(calls);
    let rows = |text: &str| -> Vec<Vec<String>> {
        let answer = server.sql(database, text);
        answer.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect()
    };
    // Keys and their answers.
    let mut kept = rows("SELECT key, granted, decision FROM obligor.request");
    let mut expected: Vec<Vec<String>> = told
        .iter()
        .map(|(key, (_, granted, decision))| {
            vec![(*key).to_owned(), i64::from(*granted).to_string(), decision.to_string()]
        })
        .collect();
    kept.sort();
    expected.sort();
    assert_same(&kept, &expected, "key, granted, decision");
    let decisions = rows("SELECT count(*) FROM obligor.decision");
    assert_eq!(decisions[0][0], told.len().to_string(), "each key has one decision");

    // Orders and what they hold.
    let mut orders: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for (request, granted, _) in told.values() {
        if *granted && request.verb != Verb::Cancel {
            *orders.entry((&request.customer, &request.document)).or_default() += request.amount;
        }
    }
    for (request, granted, _) in told.values().filter(|(request, ..)| request.verb == Verb::Cancel) {
        assert!(granted, "an order that was reserved is not there to be cancelled: {request:?}");
        orders.insert((&request.customer, &request.document), 0);
    }
    let mut kept = rows(
        "SELECT customer, document, chain.ordered FROM obligor.chain JOIN obligor.account ON account.id = account",
    );
    let mut expected: Vec<Vec<String>> = orders
        .iter()
        .map(|((customer, document), amount)| vec![(*customer).to_owned(), (*document).to_owned(), amount.to_string()])
        .collect();
    kept.sort();
    expected.sort();
    assert_same(&kept, &expected, "customer, order, what it holds");

    // Accounts and pools.
    let held = |customers: &[&str]| -> i64 {
        orders.iter().filter(|((customer, _), _)| customers.contains(customer)).map(|(_, amount)| amount).sum()
    };
    for customer in HOT {
        assert!(held(&[customer]) <= HOT_LIMIT, "{customer} holds {}", held(&[customer]));
    }
    for customer in HOT.iter().chain(&POOLED) {
        assert_eq!(crate::store_common::buckets(store, customer).ordered, held(&[customer]), "{customer}");
    }
    for (name, limit, members) in POOLS {
        let held = held(&POOLED[..members]);
        assert!(held <= limit, "{name} holds {held}");
        let pool = store.pool(name, crate::store_common::NOW).unwrap().unwrap();
        assert_eq!(pool.sums.iter().map(|sum| sum.debit).sum::<i64>(), held, "{name}");
    }
    assert_sound(store);
}

fn assert_same(kept: &[Vec<String>], expected: &[Vec<String>], what: &str) {
    let missing: Vec<_> = expected.iter().filter(|row| kept.binary_search(row).is_err()).take(10).collect();
    let extra: Vec<_> = kept.iter().filter(|row| expected.binary_search(row).is_err()).take(10).collect();
    assert!(
        kept == expected,
        "{what}: the callers know of {} and the server of {}; missing there: {missing:?}; unknown here: {extra:?}",
        expected.len(),
        kept.len()
    );
}
