//! The conformance suite: every vector of `tests/conformance`, run through [`Engine::call`].
//!
//! What a vector is stands in `tests/conformance/README.md`. `OBLIGOR_VECTORS=T078,S012` runs only those whose id begins so.

#[path = "conformance_support/matching.rs"]
mod matching;
mod places;
#[path = "conformance_support/vectors.rs"]
mod vectors;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Mutex};

use matching::{differences, flattened, lookup};
use obligor::engine::{Config, Engine};
use obligor::reason::Code;
use places::{Home, Place, on_both};
use serde_json::{Map, Value, json};
use vectors::{Suite, Vector};

/// A vector that is being run: its engine, and what its steps keep for later ones.
struct Run {
    engine: Option<Engine>,
    home: Home,
    clock: String,
    policy: String,
    kept: Map<String, Value>,
}

impl Run {
    fn new(suite: &Suite, vector: &Vector, place: Place) -> Result<Self, String> {
        let mut run = Self {
            engine: None,
            home: Home::new(place),
            clock: vector.clock.clone(),
            policy: suite.policy(&vector.policy)?,
            kept: Map::new(),
        };
        run.reopen()?;
        Ok(run)
    }

    /// Opens the engine on the same store with the clock and the policy of now.
    fn reopen(&mut self) -> Result<(), String> {
        self.engine = None;
        let config = json!({
            "store": self.home.name(),
            "secret": format!("file:{}", self.home.key().display()),
            "create": true,
            "clock": self.clock,
            "policy_text": self.policy,
        });
        let config = Config::read(&config.to_string()).map_err(|error| error.to_string())?;
        self.engine = Some(Engine::open(&config).map_err(|error| format!("the engine does not open: {error}"))?);
        Ok(())
    }

    fn engine(&self) -> Result<&Engine, String> {
        self.engine.as_ref().ok_or_else(|| "there is no engine".to_owned())
    }

    fn steps(&mut self, suite: &Suite, steps: &[Value]) -> Result<(), String> {
        for (at, step) in steps.iter().enumerate() {
            self.step(suite, step).map_err(|why| format!("step {}: {step}\n      {why}", at + 1))?;
        }
        Ok(())
    }

    fn step(&mut self, suite: &Suite, step: &Value) -> Result<(), String> {
        if let Some(clock) = step.get("clock").and_then(Value::as_str) {
            self.clock = clock.to_owned();
            return self.reopen();
        }
        if let Some(policy) = step.get("policy") {
            self.policy = suite.policy(policy)?;
            return self.reopen();
        }
        if let Some(steps) = step.get("while_store_is_busy").and_then(Value::as_array) {
            let _busy = self.home.busy();
            return self.steps(suite, steps);
        }
        if step.get("together").is_some() {
            return self.together(step);
        }
        let answer = self.call(step)?;
        let nothing = json!({});
        let then = self.filled(step.get("then").unwrap_or(&nothing))?;
        if then.get("error").is_none()
            && let Some(error) = answer.get("error")
        {
            return Err(format!("an error instead of an answer: {error}"));
        }
        let found = differences(&then, &answer);
        if !found.is_empty() {
            return Err(format!("{}\n      answer: {answer}", found.join("\n      ")));
        }
        for (name, path) in step.get("keep").and_then(Value::as_object).into_iter().flatten() {
            let path = path.as_str().unwrap_or_default();
            let value = lookup(&answer, path).ok_or_else(|| format!("keep: the answer has no {path:?}: {answer}"))?;
            self.kept.insert(name.clone(), value.clone());
        }
        Ok(())
    }

    /// Makes one call. An error is an answer too: `{"error": {"kind": …, "message": …}}`.
    fn call(&self, step: &Value) -> Result<Value, String> {
        let operation = step.get("call").and_then(Value::as_str).ok_or("the step calls nothing")?;
        let request = self.filled(step.get("with").unwrap_or(&json!({})))?;
        asked(self.engine()?, operation, &request)
    }

    /// The value with what was kept put in, and moments as they travel.
    fn filled(&self, value: &Value) -> Result<Value, String> {
        matching::filled(value, &self.kept)
    }

    /// Steps on threads of their own that start at the same moment; `then` counts what was granted.
    fn together(&mut self, step: &Value) -> Result<(), String> {
        let times = step.get("times").and_then(Value::as_u64).unwrap_or(1);
        let mut calls = Vec::new();
        for n in 1..=times {
            for one in step.get("together").and_then(Value::as_array).into_iter().flatten() {
                let text = one.to_string().replace("{n}", &n.to_string());
                calls.push(serde_json::from_str::<Value>(&text).map_err(|error| error.to_string())?);
            }
        }
        let (barrier, done) = (Barrier::new(calls.len() + 1), AtomicBool::new(false));
        let answers = Mutex::new(Vec::new());
        let watched = std::thread::scope(|scope| {
            let this = &*self;
            let threads: Vec<_> = calls
                .iter()
                .map(|call| {
                    let (barrier, answers) = (&barrier, &answers);
                    scope.spawn(move || {
                        barrier.wait();
                        let answer = this.call(call);
                        answers.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(answer);
                    })
                })
                .collect();
            let watcher = step.get("meanwhile").map(|watch| {
                let done = &done;
                scope.spawn(move || {
                    let then = this.filled(watch.get("then").unwrap_or(&json!({})))?;
                    while !done.load(Ordering::Acquire) {
                        let answer = this.call(watch)?;
                        let found = differences(&then, &answer);
                        if !found.is_empty() {
                            return Err(format!("meanwhile: {}\n      answer: {answer}", found.join("; ")));
                        }
                    }
                    Ok(())
                })
            });
            barrier.wait();
            for thread in threads {
                let _ = thread.join();
            }
            done.store(true, Ordering::Release);
            watcher.map_or(Ok(()), |watcher| watcher.join().unwrap_or_else(|_| Err("the watcher panicked".to_owned())))
        });
        watched?;
        let answers = answers.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        let answers: Vec<Value> = answers.into_iter().collect::<Result<_, _>>()?;
        if let Some(error) = answers.iter().find_map(|answer| answer.get("error")) {
            return Err(format!("an error instead of an answer: {error}"));
        }
        let granted = answers.iter().filter(|answer| answer.get("granted") == Some(&json!(true))).count();
        let found = differences(step.get("then").unwrap_or(&json!({})), &json!({ "granted": granted }));
        if found.is_empty() { Ok(()) } else { Err(found.join("\n      ")) }
    }
}

fn asked(engine: &Engine, operation: &str, request: &Value) -> Result<Value, String> {
    match engine.call(operation, &request.to_string()) {
        Ok(text) => serde_json::from_str(&text)
            .map(flattened)
            .map_err(|error| format!("{operation} answered what is not JSON: {error}")),
        Err(error) => Ok(json!({ "error": { "kind": error.kind().name(), "message": error.message() } })),
    }
}

fn run(suite: &Suite, vector: &Vector, place: Place) -> Result<(), String> {
    let mut run = Run::new(suite, vector, place)?;
    run.steps(suite, &vector.given).map_err(|why| format!("given, {why}"))?;
    run.steps(suite, &vector.when).map_err(|why| format!("when, {why}"))?;
    let engine = run.engine()?;
    let sound = asked(engine, "verify", &json!({}))?;
    if sound.get("faults").and_then(Value::as_array).is_none_or(|faults| !faults.is_empty()) {
        return Err(format!("at the end: the store is not sound: {sound}"));
    }
    for id in places::decisions(engine) {
        let replayed = asked(engine, "decision.replay", &json!({ "decision_id": id }))?;
        if replayed.get("same") != Some(&json!(true)) {
            return Err(format!("at the end: decision {id} made again comes to something else: {replayed}"));
        }
    }
    Ok(())
}

on_both!(every_vector_holds);
fn every_vector_holds(place: Place) {
    let suite = Suite::read();
    let wanted: Option<Vec<String>> =
        std::env::var("OBLIGOR_VECTORS").ok().map(|ids| ids.split(',').map(|id| id.trim().to_owned()).collect());
    let chosen: Vec<&Vector> = suite
        .vectors
        .iter()
        .filter(|vector| wanted.as_ref().is_none_or(|ids| ids.iter().any(|id| vector.id.starts_with(id.as_str()))))
        .collect();
    assert!(!chosen.is_empty(), "no vector has such an id");
    let failures: Vec<String> = chosen
        .iter()
        .filter_map(|vector| {
            run(&suite, vector, place).err().map(|why| format!("{} ({})\n   {why}", vector.id, vector.title))
        })
        .collect();
    let mut out = std::io::stderr();
    let _ = writeln!(out, "{} of {} vectors hold", chosen.len() - failures.len(), chosen.len());
    assert!(failures.is_empty(), "{} vectors do not hold:\n\n{}\n", failures.len(), failures.join("\n\n"));
}

#[test]
fn every_case_has_a_vector_and_the_suite_adds_as_many() {
    let suite = Suite::read();
    let mut ids = BTreeSet::new();
    for vector in &suite.vectors {
        assert!(ids.insert(&vector.id), "two vectors have the id {}", vector.id);
    }
    let covered: BTreeSet<&str> = suite.vectors.iter().map(|vector| vectors::case_of(&vector.id)).collect();
    let missing: Vec<_> = suite.cases.iter().filter(|case| !covered.contains(case.as_str())).collect();
    assert!(missing.is_empty(), "cases of index.json without a vector: {missing:?}");
    let strange: Vec<_> =
        covered.iter().filter(|id| id.starts_with('T') && !suite.cases.iter().any(|case| case == *id)).collect();
    assert!(strange.is_empty(), "vectors of cases that index.json does not list: {strange:?}");
    let own = covered.iter().filter(|id| id.starts_with('S')).count();
    assert!(own >= suite.cases.len(), "{own} own vectors for {} cases", suite.cases.len());
}

#[test]
fn every_reason_is_asserted_with_what_it_carries() {
    let suite = Suite::read();
    let mut asserted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for step in suite.vectors.iter().flat_map(|vector| &vector.when) {
        matching::reasons_in(step, &mut asserted);
    }
    for code in Code::ALL {
        let fields = asserted.get(code.name());
        assert!(fields.is_some(), "no vector asserts the reason {}", code.name());
        for field in vectors::carries(*code) {
            let there = fields.is_some_and(|fields| fields.contains(*field));
            assert!(there, "no vector asserts `{field}` of the reason {}", code.name());
        }
    }
}

#[test]
fn every_file_fits_the_schema() {
    let folder = vectors::folder();
    let read = |name: &str| -> Value {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let validator = jsonschema::validator_for(&read("schema.json")).unwrap();
    let suite = Suite::read();
    for name in &suite.files {
        let file = read(name);
        let faults: Vec<String> = validator
            .iter_errors(&file)
            .map(|fault| {
                let place = fault.instance_path().to_string();
                let id = file.pointer(&format!("/{}/id", place.split('/').nth(1).unwrap_or("0")));
                format!("{} {place}: {fault}", id.unwrap_or(&Value::Null))
            })
            .collect();
        assert!(faults.is_empty(), "{name}:\n{}", faults.join("\n"));
    }
    let listed: BTreeSet<String> = suite.files.iter().cloned().collect();
    let there: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".json") && name != "index.json" && name != "schema.json")
        .collect();
    assert_eq!(listed, there, "index.json lists other files than there are");
}
