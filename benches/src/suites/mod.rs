//! The suites, each a file: what takes turns, and what is wanted.

mod backtest;
mod bulk;
mod check;
mod counts;
mod durable;
mod library;
mod postgres;
mod python;

use std::process::ExitCode;
use std::time::Duration;

use crate::result::{Contest, Made};
use crate::rounds::Length;

/// What a disk takes for a flush in every suite that waits for one: as long as a block device of a cloud.
pub(crate) const FLUSH: Duration = Duration::from_millis(1);

/// A suite.
pub(crate) struct Suite {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// What a reader must know to judge the numbers.
    pub(crate) note: &'static str,
    /// Whether its process flushes to a disk that takes [`FLUSH`].
    pub(crate) slow_disk: bool,
    pub(crate) run: fn(Length, &mut Made) -> Vec<Contest>,
}

/// All of them, in the order they run.
pub(crate) const SUITES: [Suite; 7] = [
    Suite {
        name: "durable",
        about: "orders reserved in a file",
        note: "`Engine::reserve` under the standard policy, down to the recorded decision. Callers that wait together share a \
               flush. The peer keeps two rows in SQLite, in a transaction of its own for each order and a connection for \
               each caller: no decision, no order, no key.",
        slow_disk: true,
        run: durable::run,
    },
    Suite {
        name: "check",
        about: "orders checked from memory, and the library",
        note: "The engines are warm, the clock is the system's. How many customers there are does not change what is done \
               for one of them: that is the line with the same thousand customers. Who asks about any of ten million pays \
               for memory that is in no cache as well; a read of such memory stands beside it.",
        slow_disk: false,
        run: check::run,
    },
    Suite {
        name: "python",
        about: "orders checked from Python",
        note: "What the package does for its caller (exact amounts in, a decision with reasons out) is told beside the bare \
               call with ctypes. The peer asks what ERPNext asks when an order is submitted, four queries over all that a \
               customer ever had, prepared and with indexes. The C interface has no entrance that takes many identifiers \
               at once, so what such a one could do is the function in Rust. A name is looked for folded, as the books keep it; the peers \
               would find one with a slip in it, too.",
        slow_disk: false,
        run: python::run,
    },
    Suite {
        name: "bulk",
        about: "much at once",
        note: "An import checks and keeps every row, with two indexes and the sums of the accounts; COPY takes the file as it \
               is. Reckoning anew is `verify`: everything that is kept of an account, from its items and orders. The peers \
               make one sum.",
        slow_disk: false,
        run: bulk::run,
    },
    Suite {
        name: "postgres",
        about: "orders reserved in a PostgreSQL server",
        note: "A server that flushes as slowly. Callers of one host share a round trip where they want the same customer.",
        slow_disk: false,
        run: postgres::run,
    },
    Suite {
        name: "backtest",
        about: "policies tried on recorded orders",
        note: "240,000 orders that are in memory already, on one core.",
        slow_disk: false,
        run: backtest::run,
    },
    Suite {
        name: "counts",
        about: "instructions of a call",
        note: "Counted by gungraun over callgrind, the same to the last digits whatever else the machine does.",
        slow_disk: false,
        run: counts::run,
    },
];

/// What a process does that a suite started for a part of its work.
pub(crate) fn child(words: &[&str]) -> Option<ExitCode> {
    match words {
        [library::LOAD, path] => Some(library::load(path)),
        [counts::COUNT, path] => Some(counts::alone(path)),
        _ => None,
    }
}
