//! Rounds: the sides take turns, second by second, so that what the machine does besides falls on all of them.
//!
//! Only a ratio within a round says something. A round in which the machine changed pace does not count: the time of one
//! commit moved, or the same peer was not as fast at the end as it was at the beginning.

use std::sync::Barrier;
use std::time::{Duration, Instant};

/// Rounds that count.
const ROUNDS: usize = 5;
/// Rounds until it is given up.
const MOST_ROUNDS: usize = 20;
/// How long callers call at a time.
const SLICE: Duration = Duration::from_secs(1);
/// How far the time of one commit may move within a round.
const FLOOR_MOVES: f64 = 1.5;
/// How far two slices of the same peer may differ within a round.
const SAME_DIFFERS: f64 = 1.15;

/// One request by one caller.
pub(crate) type Call = Box<dyn FnMut() + Send>;

/// Callers that do the same.
pub(crate) struct Side {
    name: &'static str,
    callers: Vec<Call>,
}

/// Who is compared with us, and how many times as fast as they we want to be.
pub(crate) struct Peer {
    side: Side,
    wanted: f64,
}

/// What a comparison came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Met,
    Missed,
    /// The machine did not hold still long enough.
    Noisy,
}

/// What callers did in a slice.
#[derive(Clone, Copy, Default)]
struct Slice {
    calls_per_second: f64,
    longest: Duration,
}

/// A side's slices of all rounds that count.
#[derive(Default)]
struct Course {
    rates: Vec<f64>,
    longest: Duration,
}

impl Side {
    pub(crate) fn new(name: &'static str, callers: Vec<Call>) -> Self {
        Self { name, callers }
    }

    pub(crate) fn at_least(self, wanted: f64) -> Peer {
        Peer { side: self, wanted }
    }

    fn slice(&mut self) -> Slice {
        let ready = Barrier::new(self.callers.len());
        let all = |call: &mut Call| {
            ready.wait();
            let begun = Instant::now();
            let (mut now, mut calls, mut longest) = (begun, 0.0, Duration::ZERO);
            while now - begun < SLICE {
                call();
                let before = std::mem::replace(&mut now, Instant::now());
                longest = longest.max(now - before);
                calls += 1.0;
            }
            Slice { calls_per_second: calls / (now - begun).as_secs_f64(), longest }
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = self.callers.iter_mut().map(|call| scope.spawn(|| all(call))).collect();
            let slices = threads.into_iter().map(|thread| thread.join().expect("a caller failed"));
            slices.fold(Slice::default(), |sum, one| Slice {
                calls_per_second: sum.calls_per_second + one.calls_per_second,
                longest: sum.longest.max(one.longest),
            })
        })
    }
}

impl Course {
    fn add(&mut self, slices: &[Slice]) {
        self.rates.push(mean(slices));
        self.longest = slices.iter().fold(self.longest, |longest, slice| longest.max(slice.longest));
    }
}

/// Compares us with peers, prints a line for each, and says what came of it. `floor` does the least that is durable.
pub(crate) fn compare(what: &str, mut ours: Side, mut peers: Vec<Peer>, mut floor: impl FnMut()) -> Verdict {
    let mut floor = || {
        let mut times: Vec<f64> = (0..100)
            .map(|_| {
                let begun = Instant::now();
                floor();
                begun.elapsed().as_secs_f64()
            })
            .collect();
        median(&mut times)
    };
    ours.slice();
    for peer in &mut peers {
        peer.side.slice();
    }
    let mut floors = Vec::new();
    let mut our_course = Course::default();
    let mut courses: Vec<Course> = peers.iter().map(|_| Course::default()).collect();
    let mut noisy = 0;
    while floors.len() < ROUNDS && floors.len() + noisy < MOST_ROUNDS {
        let before = floor();
        let (mut our_slices, mut slices) = (Vec::new(), Vec::new());
        for peer in &mut peers {
            slices.push(vec![peer.side.slice()]);
            our_slices.push(ours.slice());
        }
        slices[0].push(peers[0].side.slice());
        let after = floor();
        let again = slices[0][0].calls_per_second / slices[0][1].calls_per_second;
        if differ(before / after) > FLOOR_MOVES || differ(again) > SAME_DIFFERS {
            noisy += 1;
            continue;
        }
        floors.push((before + after) / 2.0);
        our_course.add(&our_slices);
        for (course, slices) in courses.iter_mut().zip(&slices) {
            course.add(slices);
        }
    }
    println!("{what}");
    if floors.len() < ROUNDS {
        println!("  NOISY: only {} of {MOST_ROUNDS} rounds counted", floors.len());
        return Verdict::Noisy;
    }
    println!(
        "  one commit takes {:.2} ms; {noisy} of {} rounds did not count",
        median(&mut floors) * 1000.0,
        ROUNDS + noisy
    );
    line(ours.name, &mut our_course, "");
    let mut verdict = Verdict::Met;
    for (peer, course) in peers.iter().zip(&mut courses) {
        let mut ratios: Vec<f64> =
            our_course.rates.iter().zip(&course.rates).map(|(ours, theirs)| ours / theirs).collect();
        let (ratio, wanted) = (median(&mut ratios), peer.wanted);
        let missed = ratio < wanted;
        verdict = verdict.max(if missed { Verdict::Missed } else { Verdict::Met });
        let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
        let word = if missed { "MISSED" } else { "met" };
        let said = format!("{ratio:.2} times ({least:.2} to {most:.2}), at least {wanted:.2} wanted: {word}");
        line(peer.side.name, course, &said);
    }
    verdict
}

fn line(name: &str, course: &mut Course, said: &str) {
    let longest = course.longest.as_secs_f64() * 1000.0;
    println!("  {name:<46} {:>7.0}/s  longest {longest:>6.1} ms  {said}", median(&mut course.rates.clone()));
}

fn mean(slices: &[Slice]) -> f64 {
    slices.iter().map(|slice| slice.calls_per_second).sum::<f64>() / slices.len() as f64
}

/// How many times as large the larger is.
fn differ(ratio: f64) -> f64 {
    ratio.max(1.0 / ratio)
}

/// The middle one; sorts them.
fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
