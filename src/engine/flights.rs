//! One request for many who wait for the same answer.
//!
//! Whoever boards first is the pilot and asks; the others wait for what it brings. A flight stays listed until the pilot
//! drops its ticket, so that it can put the answer where latecomers look first. No lock is held while the pilot asks. A
//! pilot that comes back without an answer (its call failed or panicked) leaves the others to try themselves.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::Instant as Deadline;

use crate::store::IdentifierKey;

/// Which source is asked about whom.
pub(super) type FlightKey = (String, IdentifierKey);

/// The requests under way.
pub(super) struct Flights<T> {
    open: Mutex<HashMap<FlightKey, Arc<Flight<T>>>>,
}

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self { open: Mutex::default() }
    }
}

struct Flight<T> {
    pilot: ThreadId,
    state: Mutex<State<T>>,
    changed: Condvar,
}

enum State<T> {
    Flying,
    Landed(T),
    Lost,
}

/// What became of boarding.
pub(super) enum Boarding<'a, T> {
    /// Nobody else asks: ask, then [`Pilot::land`].
    Pilot(Pilot<'a, T>),
    /// Somebody else asked; this is what came of it.
    Passenger(T),
    /// The wait took longer than allowed, or this very thread is asking already.
    Nobody,
}

/// The ticket of the one who asks.
pub(super) struct Pilot<'a, T> {
    flights: &'a Flights<T>,
    key: FlightKey,
    flight: Arc<Flight<T>>,
}

impl<T: Clone> Flights<T> {
    /// Boards the flight for this question, waiting for another's answer until the deadline.
    pub(super) fn board(&self, key: &FlightKey, deadline: Deadline) -> Boarding<'_, T> {
        let me = std::thread::current().id();
        loop {
            let flight = {
                let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
                match open.get(key) {
                    Some(flight) => Arc::clone(flight),
                    None => {
                        let flight =
                            Arc::new(Flight { pilot: me, state: Mutex::new(State::Flying), changed: Condvar::new() });
                        open.insert(key.clone(), Arc::clone(&flight));
                        return Boarding::Pilot(Pilot { flights: self, key: key.clone(), flight });
                    }
                }
            };
            if flight.pilot == me {
                // The host's callback asked us the question it is answering: waiting would be for ever.
                return Boarding::Nobody;
            }
            let mut state = flight.state.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                match &*state {
                    State::Landed(what) => return Boarding::Passenger(what.clone()),
                    State::Lost => break,
                    State::Flying => {
                        let left = deadline.saturating_duration_since(Deadline::now());
                        if left.is_zero() {
                            return Boarding::Nobody;
                        }
                        let wait = flight.changed.wait_timeout(state, left);
                        (state, _) = wait.unwrap_or_else(PoisonError::into_inner);
                    }
                }
            }
        }
    }
}

impl<T> Pilot<'_, T> {
    /// Gives the answer to all who wait.
    pub(super) fn land(&self, what: T) {
        *self.flight.state.lock().unwrap_or_else(PoisonError::into_inner) = State::Landed(what);
        self.flight.changed.notify_all();
    }
}

impl<T> Drop for Pilot<'_, T> {
    fn drop(&mut self) {
        // Off the list first: who finds the flight lost must not find it again.
        self.flights.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
        let mut state = self.flight.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Flying) {
            *state = State::Lost;
        }
        drop(state);
        self.flight.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    fn key() -> FlightKey {
        ("bureau".into(), IdentifierKey { scheme: "no.orgnr".into(), value: "974760673".into() })
    }

    fn soon(milliseconds: u64) -> Deadline {
        Deadline::now() + Duration::from_millis(milliseconds)
    }

    #[test]
    fn many_wait_for_one() {
        let (flights, asked, start) = (Flights::default(), AtomicU32::new(0), Barrier::new(16));
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    start.wait();
                    match flights.board(&key(), soon(10_000)) {
                        Boarding::Pilot(pilot) => {
                            asked.fetch_add(1, Ordering::SeqCst);
                            std::thread::sleep(Duration::from_millis(200));
                            pilot.land(42);
                        }
                        Boarding::Passenger(what) => assert_eq!(what, 42),
                        Boarding::Nobody => panic!("the wait was long enough"),
                    }
                });
            }
        });
        assert_eq!(asked.into_inner(), 1);
        assert!(flights.open.lock().unwrap().is_empty());
    }

    #[test]
    fn a_lost_pilot_is_replaced() {
        let flights: Flights<u32> = Flights::default();
        let Boarding::Pilot(lost) = flights.board(&key(), soon(0)) else { panic!() };
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| matches!(flights.board(&key(), soon(10_000)), Boarding::Pilot(_)));
            std::thread::sleep(Duration::from_millis(50));
            drop(lost);
            assert!(waiting.join().unwrap());
        });
    }

    #[test]
    fn nobody_waits_past_the_deadline_or_for_itself() {
        let flights: Flights<u32> = Flights::default();
        let Boarding::Pilot(_pilot) = flights.board(&key(), soon(0)) else { panic!() };
        assert!(matches!(flights.board(&key(), soon(60_000)), Boarding::Nobody), "its own thread");
        std::thread::scope(|scope| {
            let waited = scope.spawn(|| matches!(flights.board(&key(), soon(30)), Boarding::Nobody));
            assert!(waited.join().unwrap());
        });
        let other = ("bureau".to_owned(), IdentifierKey { scheme: "dk.cvr".into(), value: "1".into() });
        assert!(matches!(flights.board(&other, soon(0)), Boarding::Pilot(_)));
    }
}
