//! Who else has to do with the two stores while one moves: other processes, other runs, and a kill.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Deadline};

use obligor::engine::StorePlace;
use obligor::error::ErrorKind;
use obligor::store::Counts;
use obligor::store::moving::{Became, Doing};

use crate::store_common::*;
use crate::street::*;

/// Waits for a file, and for what it says.
fn wait_for(path: &Path) -> String {
    let until = Deadline::now() + Duration::from_secs(60);
    loop {
        match std::fs::read_to_string(path) {
            // Written under another name and renamed, so it is whole.
            Ok(text) => return text,
            Err(_) if Deadline::now() < until => std::thread::sleep(Duration::from_millis(2)),
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
}

fn say(path: &Path, text: &str) {
    let half = path.with_extension("half");
    std::fs::write(&half, text).unwrap();
    std::fs::rename(half, path).unwrap();
}

/// Another process, which has a store open and answers questions: `ask-N` is asked, `told-N` is what it says.
struct Neighbour {
    child: std::process::Child,
    folder: PathBuf,
    asked: u32,
}

impl Neighbour {
    /// `test` is the test that must begin with [`Neighbour::is_it`].
    fn moves_in(test: &str, house: &Street) -> Self {
        let folder = house.folder.path().to_owned();
        let child = child::start(test, folder.to_str().unwrap(), &told(&house.from));
        Self { child, folder, asked: 0 }
    }

    fn ask(&mut self, question: &str) -> String {
        self.asked += 1;
        say(&self.folder.join(format!("ask-{}", self.asked)), question);
        wait_for(&self.folder.join(format!("told-{}", self.asked)))
    }

    fn moves_out(self) {
        say(&self.folder.join(format!("ask-{}", self.asked + 1)), "leave");
        child::finish(self.child);
    }

    /// Whether this process is one; it has answered all questions then.
    fn is_it() -> bool {
        let Some((folder, place)) = child::role() else { return false };
        let store = open_at(&place.into(), false).unwrap();
        let folder = PathBuf::from(folder);
        let soon = |milliseconds| Deadline::now() + Duration::from_millis(milliseconds);
        let id = store.resolve(&key("10"), soon(20_000)).unwrap().unwrap();
        store.heard(NOW, 1000, soon(20_000)).unwrap();
        let mut stamp = store.pulse().stamp(id);
        for n in 1.. {
            let answer = match wait_for(&folder.join(format!("ask-{n}"))).as_str() {
                "read" => store.facts(&ask("10", ""), soon(20_000)).map(drop),
                "list" => store.limit_requests(10).map(drop),
                how @ ("write" | "write at length") => {
                    let deadline = soon(if how == "write" { 300 } else { 20_000 });
                    store
                        .step(vec![reservation("10", &format!("N-{n}"), 1)], false, deadline)
                        .and_then(|steps| steps.answers.into_iter().next().unwrap())
                        .map(drop)
                }
                "record" => store.erase_decision(1, soon(300)),
                "load" => store.load(NOW, TODAY, &mut |load| load.put_limit(&limit("11", 8)).map(drop), soon(300)),
                // An account that nobody has written since it was last remembered.
                "remember" => {
                    stamp = store.pulse().stamp(id);
                    Ok(())
                }
                "memory" => match store.heard(later(60_000 * n), 1000, soon(20_000)) {
                    Some(_) if store.pulse().is_current(id, &stamp, true) => Ok(()),
                    _ => Err(obligor::error::Error::new(ErrorKind::State, "forgotten")),
                },
                _ => break,
            };
            let told = match answer {
                Ok(()) => "done".to_owned(),
                Err(error) => format!("{:?}: {error}", error.kind()),
            };
            say(&folder.join(format!("told-{n}")), &told);
        }
        true
    }
}

#[test]
fn whoever_has_the_old_store_open_can_only_read_meanwhile_and_not_even_that_afterwards() {
    if Neighbour::is_it() {
        return;
    }
    let name = "others::whoever_has_the_old_store_open_can_only_read_meanwhile_and_not_even_that_afterwards";
    for &pair in PAIRS {
        let house = Street::new(pair);
        let mut neighbour = Neighbour::moves_in(name, &house);
        assert_eq!(neighbour.ask("memory"), "done");
        let mut seen = Vec::new();
        let moved = house.run(false, &mut |progress| {
            if seen.last() != Some(&progress.doing) {
                seen.push(progress.doing);
                for read in ["read", "list", "memory"] {
                    assert_eq!(neighbour.ask(read), "done");
                }
                for write in ["write", "record", "load"] {
                    let told = neighbour.ask(write);
                    assert!(told.starts_with("Undetermined"), "{write}: {told}");
                }
                assert_eq!(neighbour.ask("remember"), "done");
            }
            true
        });
        assert_eq!(moved.unwrap().became, Became::Moved);
        assert_eq!(seen, [Doing::Copying, Doing::Comparing, Doing::Verifying]);
        assert_eq!(neighbour.ask("memory"), "State: forgotten");
        for question in ["write", "record", "load", "read", "list"] {
            let told = neighbour.ask(question);
            assert!(told.starts_with("Config: this credit state moved to"), "{question}: {told}");
        }
        neighbour.moves_out();
        house.arrived();
    }
}

#[test]
fn others_go_on_writing_while_a_copy_is_made_of_one_moment() {
    if Neighbour::is_it() {
        return;
    }
    for &pair in PAIRS {
        let house = Street::new(pair);
        let mut neighbour =
            Neighbour::moves_in("others::others_go_on_writing_while_a_copy_is_made_of_one_moment", &house);
        assert_eq!(neighbour.ask("read"), "done");
        let mut seen = Vec::new();
        let moved = house.run(true, &mut |progress| {
            if seen.last() != Some(&progress.table) {
                seen.push(progress.table);
                assert_eq!(neighbour.ask("write at length"), "done");
            }
            true
        });
        assert_eq!(moved.unwrap().became, Became::Copied);
        house.arrived();
        assert_eq!(neighbour.ask("write at length"), "done");
        neighbour.moves_out();
    }
}

#[test]
fn what_was_written_just_before_is_moved_too() {
    for &pair in PAIRS {
        let house = Street::new(pair);
        // Writers that go on as long as they may: each order that was granted must arrive.
        let (mut granted, mut moved) = (Vec::new(), None);
        if pair.0 == Land::Postgres {
            let store = open_at(&house.from, false).unwrap();
            std::thread::scope(|scope| {
                let writers: Vec<_> = ["10", "12", "13"]
                    .into_iter()
                    .map(|customer| {
                        let store = &store;
                        scope.spawn(move || {
                            let mut granted = Vec::new();
                            let began = Deadline::now();
                            for n in 0.. {
                                assert!(began.elapsed() < Duration::from_secs(100), "nobody told the writer");
                                let document = format!("W-{customer}-{n}");
                                match run(&**store, reservation(customer, &document, 1)) {
                                    Ok(written) if approved(&written) => granted.push(document),
                                    Ok(_) => {}
                                    Err(error) => {
                                        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
                                        break;
                                    }
                                }
                            }
                            granted
                        })
                    })
                    .collect();
                std::thread::sleep(Duration::from_millis(200));
                moved = Some(house.whole(false));
                granted = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
            });
            assert_eq!(moved.unwrap().unwrap().became, Became::Moved);
            assert!(granted.len() > 3, "{granted:?}");
            let store = open_at(&house.to, false).unwrap();
            assert_sound(&*store);
            for document in granted {
                assert!(store.find_order(COMPANY, &document).unwrap().is_some(), "{document} is lost");
            }
        }
    }
}

#[test]
fn two_runs_do_not_fill_one_store() {
    let house = Street::new((Land::Postgres, Land::Postgres));
    let mut other = None;
    let first = house.run(true, &mut |progress| {
        if progress.doing == Doing::Comparing && other.is_none() {
            other = Some(house.whole(true));
        }
        true
    });
    assert_eq!(other.unwrap().unwrap().became, Became::Copied);
    let error = first.unwrap_err();
    assert!(error.kind() == ErrorKind::State && error.message().contains("another run"), "{error}");
    house.arrived();
}

#[test]
fn an_engine_in_the_same_process_is_in_the_way_of_a_file() {
    let house = Street::new((Land::Sqlite, Land::Sqlite));
    let store = open_at(&house.from, false).unwrap();
    assert_eq!(house.whole(false).unwrap_err().kind(), ErrorKind::InUse);
    drop(store);
    house.whole(false).unwrap();
}

#[test]
fn a_mover_that_is_killed_loses_nothing() {
    let name = "others::a_mover_that_is_killed_loses_nothing";
    if let Some((to, from)) = child::role() {
        move_between(&from.into(), &to.into(), false, &mut |_| true).unwrap();
        return;
    }
    for &pair in PAIRS {
        let house = Street::new(pair);
        let mut finished = false;
        for round in 1..=12 {
            let mut child = child::start(name, told(&house.to).to_str().unwrap(), &told(&house.from));
            std::thread::sleep(Duration::from_millis(round * 25));
            child.kill().unwrap();
            let code = child.wait().unwrap();
            let old = open_at(&house.from, false);
            // Tables without rows are a store too, and not this state.
            let new = open_at(&house.to, false).is_ok_and(|store| store.counts().unwrap() != Counts::default());
            assert!(old.is_err() || !new, "a state can be used in two places");
            if code.success() {
                assert!(old.is_err() && new);
                finished = true;
                break;
            }
        }
        if !finished {
            assert!(matches!(house.whole(false).unwrap().became, Became::Moved | Became::MovedBefore));
        }
        refused(&house.from);
        house.arrived();
    }
}

#[test]
fn a_server_is_backed_up_into_a_file() {
    let street = Street::new((Land::Postgres, Land::Sqlite));
    let StorePlace::File(path) = &street.to else { panic!("{:?}", street.to) };
    let store = open_at(&street.from, false).unwrap();
    store.backup(path).unwrap();
    street.arrived();
    assert_eq!(store.backup(path).unwrap_err().kind(), ErrorKind::Io, "what is there is never overwritten");
    drop(store);
    // It can be moved back into a server.
    let back = Street { from: street.to.clone(), to: Land::Postgres.place(street.folder.path(), ""), ..street };
    assert_eq!(back.whole(false).unwrap().became, Became::Moved);
    back.arrived();
}
