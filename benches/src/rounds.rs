//! Rounds: the sides take turns, slice by slice, so that what the machine does besides falls on all of them.
//!
//! Only a ratio within a round says something. A round in which the machine changed pace does not count: the floor, the
//! least that has to be done by anybody, moved; or the same side was not as fast at the end as it was at the beginning.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::result::{Better, Contest, Floor, Pace, Ratio};

/// How far the floor may move within a round.
const FLOOR_MOVES: f64 = 1.5;
/// How far two slices of the same side may differ within a round.
const SAME_DIFFERS: f64 = 1.15;

/// How long it is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Length {
    /// Rounds that count.
    pub(crate) rounds: usize,
    /// Rounds until it is given up.
    pub(crate) most_rounds: usize,
    /// How long a side has its turn.
    pub(crate) slice: Duration,
    /// Whether this is only to see that everything runs.
    pub(crate) quick: bool,
}

impl Length {
    /// What a verdict needs.
    pub(crate) const FULL: Self = Self { rounds: 5, most_rounds: 12, slice: Duration::from_millis(1000), quick: false };
    /// To see that everything runs; nothing is made of the numbers.
    pub(crate) const QUICK: Self = Self { rounds: 2, most_rounds: 2, slice: Duration::from_millis(100), quick: true };

    /// For paths that wait for nobody: processor time moves less.
    pub(crate) fn of_a_path(self) -> Self {
        Self { slice: self.slice / 4, ..self }
    }

    /// One of two sizes of the data.
    pub(crate) fn size<T>(self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

/// One request by one caller.
pub(crate) type Call = Box<dyn FnMut() + Send>;

/// What a side did in its turn.
#[derive(Debug, Clone)]
pub(crate) struct Slice {
    /// Calls a second: of the clock on the wall, or of the thread's time on a processor.
    pub(crate) rate: f64,
    /// How long callers waited, in nanoseconds; empty where nobody waited.
    pub(crate) waits: Histogram<u64>,
}

impl Slice {
    /// Of a side that only says how fast it was.
    pub(crate) fn of_rate(rate: f64) -> Self {
        Self { rate, waits: no_waits() }
    }

    /// The longest wait in seconds; where none was noted, a call takes what it takes on average.
    fn longest(&self) -> f64 {
        if self.waits.is_empty() { 1.0 / self.rate } else { self.waits.max() as f64 / 1e9 }
    }
}

fn no_waits() -> Histogram<u64> {
    Histogram::new(3).expect("three digits")
}

/// Who takes turns.
pub(crate) struct Side<'a> {
    name: String,
    slice: Box<dyn FnMut(Duration) -> Slice + 'a>,
}

impl<'a> Side<'a> {
    /// A side with a clock of its own.
    pub(crate) fn new(name: impl Into<String>, slice: impl FnMut(Duration) -> Slice + 'a) -> Self {
        Self { name: name.into(), slice: Box::new(slice) }
    }

    /// Callers that call at the same time, by the clock on the wall.
    pub(crate) fn callers(name: impl Into<String>, mut callers: Vec<Call>) -> Self {
        Self::new(name, move |turn| together(&mut callers, turn))
    }

    /// One path, by the time that its thread is on a processor; `calls` does so many calls.
    pub(crate) fn path(name: impl Into<String>, mut calls: impl FnMut(u32) + 'a) -> Self {
        Self::new(name, move |turn| {
            const AT_ONCE: u32 = 256;
            let (end, begun) = (Instant::now() + turn, processor_time());
            let mut done = 0.0;
            while Instant::now() < end {
                calls(AT_ONCE);
                done += f64::from(AT_ONCE);
            }
            Slice::of_rate(done / (processor_time() - begun).as_secs_f64())
        })
    }

    /// A long piece of work that comes to so many items, by the clock on the wall; once, and again while its turn lasts.
    pub(crate) fn job(name: impl Into<String>, mut work: impl FnMut() -> u64 + 'a) -> Self {
        Self::timed_job(name, move || {
            let begun = Instant::now();
            let items = work();
            (items, begun.elapsed())
        })
    }

    /// The same, for work that says itself how long it took, since it needs something made before it.
    pub(crate) fn timed_job(name: impl Into<String>, mut work: impl FnMut() -> (u64, Duration) + 'a) -> Self {
        Self::new(name, move |turn| {
            let (mut items, mut taken) = (0, Duration::ZERO);
            while items == 0 || taken < turn {
                let (more, time) = work();
                items += more;
                taken += time;
            }
            Slice::of_rate(items as f64 / taken.as_secs_f64())
        })
    }
}

/// The time the calling thread was on a processor.
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a local.
    let told = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(told, 0, "there is no clock for a thread's time");
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).expect("less than a second"))
}

fn together(callers: &mut [Call], turn: Duration) -> Slice {
    let ready = Barrier::new(callers.len());
    let all = |call: &mut Call| {
        let mut waits = no_waits();
        ready.wait();
        let begun = Instant::now();
        let mut now = begun;
        while now - begun < turn {
            call();
            let before = std::mem::replace(&mut now, Instant::now());
            let wait = u64::try_from((now - before).as_nanos()).unwrap_or(u64::MAX);
            waits.record(wait).expect("it grows");
        }
        (waits.len() as f64 / (now - begun).as_secs_f64(), waits)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = callers.iter_mut().map(|call| scope.spawn(|| all(call))).collect();
        let mut whole = Slice::of_rate(0.0);
        for thread in threads {
            let (rate, waits) = thread.join().expect("a caller failed");
            whole.rate += rate;
            whole.waits.add(&waits).expect("it grows");
        }
        whole
    })
}

/// The floor of paths that wait for nobody: sums in a register.
pub(crate) fn processor() -> Side<'static> {
    Side::path("256 sums", |calls| {
        for _ in 0..calls {
            let mut sum = 1_u64;
            for number in 0..256 {
                sum = std::hint::black_box(sum.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(number));
            }
        }
    })
}

/// What is asked of two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// How many calls the one does while the other does one.
    Speed,
    /// How many times as long a call of the one takes.
    Cost,
    /// How many calls of the other, one after the other, the longest wait of the one is.
    Longest,
    /// How many times as long as the one's the other's longest wait is.
    LongestOfBoth,
    /// How many nanoseconds a call of the one takes.
    Nanoseconds,
}

struct Question {
    what: String,
    of: Of,
    ours: String,
    beside: String,
    goal: Option<f64>,
}

/// Sides that take turns, and what is asked of them.
pub(crate) struct Rounds<'a> {
    title: String,
    length: Length,
    sides: Vec<Side<'a>>,
    questions: Vec<Question>,
}

impl<'a> Rounds<'a> {
    /// Rounds that begin and end with a slice of the floor.
    pub(crate) fn new(title: impl Into<String>, length: Length, floor: Side<'a>) -> Self {
        Self { title: title.into(), length, sides: vec![floor], questions: Vec::new() }
    }

    /// Another side. The first one has a second turn at the end of a round, which says whether the machine held still.
    pub(crate) fn side(mut self, side: Side<'a>) -> Self {
        self.sides.push(side);
        self
    }

    /// Asks how many calls `ours` does while `beside` does one: more is better.
    pub(crate) fn speed(self, ours: &str, beside: &str, at_least: Option<f64>) -> Self {
        let what = format!("{ours}, times as fast as {beside}");
        self.ask(Of::Speed, what, ours, beside, at_least)
    }

    /// Asks how many times as long as one of `beside` a call of `ours` takes: less is better.
    pub(crate) fn cost(self, ours: &str, beside: &str, at_most: Option<f64>) -> Self {
        let what = format!("{ours}, times as long as {beside}");
        self.ask(Of::Cost, what, ours, beside, at_most)
    }

    /// Asks how many calls of `beside` the longest wait of `ours` is: less is better.
    pub(crate) fn longest(self, ours: &str, beside: &str, at_most: Option<f64>) -> Self {
        let what = format!("{ours}: the longest wait, in times of {beside}");
        self.ask(Of::Longest, what, ours, beside, at_most)
    }

    /// Asks how many times as long the longest wait of `beside` is: more is better.
    pub(crate) fn longest_of_both(self, ours: &str, beside: &str, at_least: Option<f64>) -> Self {
        let what = format!("{ours}: the longest wait of {beside}, in times of ours");
        self.ask(Of::LongestOfBoth, what, ours, beside, at_least)
    }

    /// Asks how many nanoseconds a call of `ours` takes. Only for what has a limit of its own: no other machine will say
    /// the same.
    pub(crate) fn nanoseconds(self, ours: &str, at_most: Option<f64>) -> Self {
        let what = format!("{ours}, nanoseconds");
        self.ask(Of::Nanoseconds, what, ours, ours, at_most)
    }

    fn ask(mut self, of: Of, what: String, ours: &str, beside: &str, goal: Option<f64>) -> Self {
        for name in [ours, beside] {
            assert!(self.sides.iter().any(|side| side.name == name), "there is no side {name:?}");
        }
        self.questions.push(Question { what, of, ours: ours.to_owned(), beside: beside.to_owned(), goal });
        self
    }

    /// Plays them, and prints what came of it.
    pub(crate) fn play(mut self) -> Contest {
        for side in &mut self.sides {
            (side.slice)(self.length.slice);
        }
        let mut counted: Vec<Vec<Slice>> = Vec::new();
        let mut uncounted = 0;
        while counted.len() < self.length.rounds && counted.len() + uncounted < self.length.most_rounds {
            let (slices, held_still) = self.round();
            if held_still || self.length.quick {
                counted.push(slices);
            } else {
                uncounted += 1;
            }
        }
        let contest = self.told(&counted, uncounted);
        contest.print();
        contest
    }

    /// One slice of each side, and whether the machine held still.
    fn round(&mut self) -> (Vec<Slice>, bool) {
        let turn = self.length.slice;
        let mut slices: Vec<Slice> = self.sides.iter_mut().map(|side| (side.slice)(turn)).collect();
        let mut still = true;
        for (at, may_differ) in [(1, SAME_DIFFERS), (0, FLOOR_MOVES)] {
            let again = (self.sides[at].slice)(turn);
            still &= differ(slices[at].rate, again.rate) <= may_differ;
            slices[at].rate = (slices[at].rate + again.rate) / 2.0;
            slices[at].waits.add(&again.waits).expect("it grows");
        }
        (slices, still)
    }

    fn told(&self, rounds: &[Vec<Slice>], uncounted: usize) -> Contest {
        let place = |name: &str| self.sides.iter().position(|side| side.name == name).expect("asked of a side");
        let course = |at: usize| rounds.iter().map(move |slices| &slices[at]);
        let paces = self.sides.iter().enumerate().map(|(at, side)| {
            let mut waits = no_waits();
            course(at).for_each(|slice| waits.add(&slice.waits).expect("it grows"));
            let milliseconds = |nanoseconds: u64| (!waits.is_empty()).then_some(nanoseconds as f64 / 1e6);
            Pace {
                name: side.name.clone(),
                per_second: median(course(at).map(|slice| slice.rate).collect()),
                p50_ms: milliseconds(waits.value_at_quantile(0.5)),
                p99_ms: milliseconds(waits.value_at_quantile(0.99)),
                longest_ms: milliseconds(waits.max()),
            }
        });
        let ratios = self.questions.iter().map(|question| {
            let (ours, beside) = (place(&question.ours), place(&question.beside));
            let pairs = course(ours).zip(course(beside));
            let found = pairs.map(|(ours, beside)| match question.of {
                Of::Speed => ours.rate / beside.rate,
                Of::Cost => beside.rate / ours.rate,
                Of::Longest => ours.longest() * beside.rate,
                Of::LongestOfBoth => beside.longest() / ours.longest(),
                Of::Nanoseconds => 1e9 / ours.rate,
            });
            let better = match question.of {
                Of::Speed | Of::LongestOfBoth => Better::More,
                Of::Cost | Of::Longest | Of::Nanoseconds => Better::Less,
            };
            Ratio::of(question.what.clone(), better, question.goal, found.collect())
        });
        let floor = (!rounds.is_empty()).then(|| Floor {
            name: self.sides[0].name.clone(),
            microseconds: 1e6 / median(course(0).map(|slice| slice.rate).collect()),
        });
        let noisy = rounds.len() < self.length.rounds;
        let (paces, ratios) =
            if rounds.is_empty() { (Vec::new(), Vec::new()) } else { (paces.collect(), ratios.collect()) };
        Contest { title: self.title.clone(), rounds: rounds.len(), uncounted, noisy, floor, paces, ratios }
    }
}

/// How many times as large the larger one is.
fn differ(one: f64, other: f64) -> f64 {
    (one / other).max(other / one)
}

/// The middle one.
pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    const FIVE: Length = Length { rounds: 5, most_rounds: 12, slice: Duration::ZERO, quick: false };

    /// A side that is as fast as it is told to be.
    fn told<'a>(name: &str, mut rate: impl FnMut() -> f64 + 'a) -> Side<'a> {
        Side::new(name, move |_| Slice::of_rate(rate()))
    }

    #[test]
    fn the_ratio_is_the_median_of_the_rounds_ratios() {
        let turns = Cell::new(0);
        let ours = || {
            turns.set(turns.get() + 1);
            [2.0, 2.0, 3.0, 4.0, 5.0, 6.0][turns.get() - 1]
        };
        let rounds = Rounds::new("a contest", FIVE, told("floor", || 1.0))
            .side(told("peer", || 0.5))
            .side(told("ours", ours))
            .speed("ours", "peer", Some(9.0))
            .cost("ours", "peer", None);
        let contest = rounds.play();
        let speed = &contest.ratios[0];
        assert_eq!((speed.least, speed.median, speed.most), (4.0, 8.0, 12.0));
        assert_eq!(contest.ratios[1].median, 0.125);
        assert!((!contest.noisy, speed.missed(), contest.rounds, contest.uncounted) == (true, true, 5, 0));
    }

    #[test]
    fn a_round_in_which_the_floor_moves_does_not_count() {
        let turns = Cell::new(0_u32);
        // The first turn is for warming up, then two in each round; the second round's differ.
        let floor = || {
            turns.set(turns.get() + 1);
            if turns.get() == 5 { 1.6 } else { 1.0 }
        };
        let contest = Rounds::new("a contest", FIVE, told("floor", floor)).side(told("ours", || 1.0)).play();
        assert_eq!((contest.rounds, contest.uncounted, contest.noisy), (5, 1, false));
    }

    #[test]
    fn a_machine_that_never_holds_still_gets_no_verdict() {
        let pace = Cell::new(1.0);
        let peer = || {
            pace.set(pace.get() * 1.2);
            pace.get()
        };
        let rounds = Rounds::new("a contest", FIVE, told("floor", || 1.0)).side(told("peer", peer));
        let contest = rounds.speed("peer", "floor", Some(1.0)).play();
        assert_eq!((contest.rounds, contest.uncounted, contest.noisy), (0, 12, true));
    }

    #[test]
    fn callers_count_their_calls_and_their_longest_wait() {
        let slow = |milliseconds| Box::new(move || std::thread::sleep(Duration::from_millis(milliseconds))) as Call;
        let slice = together(&mut [slow(5), slow(20)], Duration::from_millis(60));
        assert!(slice.waits.len() >= 4 && slice.rate < 260.0, "{slice:?}");
        assert!(slice.longest() >= 0.02, "{slice:?}");
    }
}
