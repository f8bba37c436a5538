//! An engine over a real store, with a clock that the test moves and a bureau that the test answers for.

#![allow(dead_code, reason = "each test binary uses a part of it")]

#[path = "../places/mod.rs"]
pub(crate) mod places;

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use obligor::calendar::{Clock, Instant};
use obligor::engine::{CustomerAnswer, CustomerRequest, Engine, ImportRequest, Keeper, LookupAnswer, LookupRequest};
use obligor::error::Error;
use obligor::import::Control;
use obligor::policy::Policy;
use places::{Home, Place};

/// A Norwegian test person of Tenor, no real one.
pub(crate) const PERSON: &str = "10915596784";

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// A clock that the test moves.
#[derive(Clone)]
pub(crate) struct Hands(Arc<AtomicI64>);

impl Hands {
    pub(crate) fn set(&self, moment: &str) {
        self.0.store(at(moment).0, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

/// A credit department's desk.
pub(crate) struct Desk {
    pub(crate) clock: Hands,
    pub(crate) engine: Arc<Engine>,
    pub(crate) home: Home,
}

impl Desk {
    pub(crate) fn new(place: Place) -> Self {
        Self::with_policy(place, |text| text)
    }

    /// A desk whose policy is the standard one, changed.
    pub(crate) fn with_policy(place: Place, change: impl Fn(String) -> String) -> Self {
        let home = Home::new(place);
        let clock = Hands(Arc::new(AtomicI64::new(at("2026-11-22T12:00:00Z").0)));
        let standard = Policy::standard().unwrap().text.clone();
        let changed = change(standard.clone());
        let policy = Policy::parse(&changed).unwrap();
        let engine = Engine::with(
            home.store(),
            Arc::new(policy),
            Box::new(clock.clone()),
            Keeper::new(&[7; 32]).unwrap(),
            0,
            Duration::from_secs(10),
        );
        Self { clock, engine: Arc::new(engine.unwrap()), home }
    }

    pub(crate) fn import(&self, kind: &str, source: &str, as_of: &str, text: &str) {
        let request = ImportRequest {
            kind: kind.to_owned(),
            text: Some(text.to_owned()),
            source: source.to_owned(),
            as_of: (!as_of.is_empty()).then(|| as_of.to_owned()),
            ..ImportRequest::default()
        };
        self.engine.import(&request, &mut |_| Control::Continue).unwrap();
    }

    pub(crate) fn validate(&self, request: &str) -> CustomerAnswer {
        self.engine.validate_customer(&serde_json::from_str::<CustomerRequest>(request).unwrap()).unwrap()
    }

    pub(crate) fn lookup(&self, request: &str) -> LookupAnswer {
        self.try_lookup(request).unwrap()
    }

    pub(crate) fn try_lookup(&self, request: &str) -> Result<LookupAnswer, Error> {
        self.engine.lookup_debtor(&serde_json::from_str::<LookupRequest>(request).unwrap())
    }

    /// Lets a bureau of this name answer, and counts how often it is asked.
    pub(crate) fn bureau(
        &self,
        name: &str,
        answer: impl Fn(&str) -> Result<String, String> + Send + Sync + 'static,
    ) -> Bureau {
        let bureau = Bureau::default();
        let (asked, last) = (Arc::clone(&bureau.asked), Arc::clone(&bureau.last));
        let callback = Box::new(move |request: &str| {
            asked.fetch_add(1, Ordering::SeqCst);
            *last.lock().unwrap() = request.to_owned();
            answer(request)
        });
        self.engine.set_source(name, Some(callback)).unwrap();
        bureau
    }
}

/// What a bureau was asked.
#[derive(Default)]
pub(crate) struct Bureau {
    pub(crate) asked: Arc<AtomicU32>,
    pub(crate) last: Arc<Mutex<String>>,
}

impl Bureau {
    pub(crate) fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Whether the text stands anywhere in the bytes.
pub(crate) fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
