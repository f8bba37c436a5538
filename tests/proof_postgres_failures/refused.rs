//! A server that lets nobody in, or not to its tables: who must act is told what to do, and no secret is shown.

use std::time::{Duration, Instant};

use obligor::error::{Error, ErrorKind};
use obligor::store::Store;
use obligor::store::postgres::{Options as Opening, PostgresStore, migrate};

use crate::postgres_server::{Server, shared};
use crate::store_common::*;
use crate::workload::{carry_out, found, purchase};

const SECRET: &str = "Secret-4711";

fn open(url: &str, create: bool) -> Result<PostgresStore, Error> {
    PostgresStore::open(url, Opening { create, wait: Duration::from_secs(5) })
}

/// The error has this kind, says one of these words, and nothing that is secret.
#[track_caller]
fn assert_told(error: &Error, kind: ErrorKind, words: &[&str]) {
    assert_eq!(error.kind(), kind, "{error}");
    for word in words {
        assert!(error.message().contains(word), "{word:?} is not in: {error}");
    }
    assert!(!format!("{error} {error:?}").contains(SECRET), "the password is shown: {error}");
}

/// A step on the store, which must fail.
#[track_caller]
fn refused(store: &PostgresStore) -> Error {
    let step = keyed(purchase("hot-0", "SO-refused", 1), "refused", 1);
    carry_out(store, step, Instant::now() + Duration::from_secs(5)).unwrap_err()
}

#[test]
fn a_wrong_password_or_database_is_the_configurations_fault() {
    let server = Server::start();
    let database = server.fresh_database_name();
    server.sql("postgres", "CREATE ROLE guarded LOGIN PASSWORD 'right'");
    let url =
        |password: &str, database: &str| server.url(database).replace("postgres@", &format!("guarded{password}@"));
    let wrong = open(&url(&format!(":{SECRET}"), &database), false).err().unwrap();
    assert_told(&wrong, ErrorKind::Config, &["password", "pg_hba.conf", "28P01"]);
    let none = open(&url("", &database), false).err().unwrap();
    assert_told(&none, ErrorKind::Config, &["password"]);
    let missing = open(&url(":right", "nowhere"), false).err().unwrap();
    assert_told(&missing, ErrorKind::Config, &["no such database", "3D000"]);
    let nobody = server.url(&database).replace("postgres@", &format!("nobody:{SECRET}@"));
    assert_told(&open(&nobody, false).err().unwrap(), ErrorKind::Config, &["user"]);
    assert_told(&migrate(&nobody, Duration::from_secs(5)).unwrap_err(), ErrorKind::Config, &["user"]);

    // A password that is changed under an open store: what is open goes on, and what is opened is refused.
    let store = found(&server, &database, &server.url(&database));
    server.sql(
        &database,
        "GRANT USAGE ON SCHEMA obligor TO guarded; GRANT ALL ON ALL TABLES IN SCHEMA obligor TO guarded",
    );
    let guarded = open(&url(":right", &database), false).unwrap();
    run(&guarded, purchase("hot-0", "SO-1", 1)).unwrap();
    server.sql("postgres", &format!("ALTER ROLE guarded PASSWORD '{SECRET}'"));
    run(&guarded, purchase("hot-0", "SO-2", 1)).unwrap();
    server.sql("postgres", "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'guarded'");
    assert_told(&refused(&guarded), ErrorKind::Config, &["password"]);
    server.sql("postgres", "ALTER ROLE guarded PASSWORD 'right'");
    run(&guarded, purchase("hot-0", "SO-3", 1)).unwrap();
    assert_eq!(buckets(&store, "hot-0").ordered, 3);
}

#[test]
fn tables_that_are_not_there_are_to_be_made_by_who_may() {
    let url = shared().fresh_database();
    let missing = open(&url, false).err().unwrap();
    assert_told(&missing, ErrorKind::NotFound, &["obligor migrate", "create"]);
    let database = url.rsplit_once('/').unwrap().1;
    shared().sql("postgres", &format!("CREATE ROLE clerk_{database} LOGIN"));
    let clerk = url.replace("postgres@", &format!("clerk_{database}:{SECRET}@"));
    for error in [open(&clerk, true).err().unwrap(), migrate(&clerk, Duration::from_secs(5)).unwrap_err()] {
        assert_told(&error, ErrorKind::Io, &["obligor migrate", "42501"]);
    }
    let store = found(shared(), database, &url);
    // Each right is missed by itself.
    let clerks = format!("TO clerk_{database}");
    for (grant, at_open) in
        [("", true), ("USAGE ON SCHEMA obligor", true), ("SELECT ON ALL TABLES IN SCHEMA obligor", false)]
    {
        if !grant.is_empty() {
            shared().sql(database, &format!("GRANT {grant} {clerks}"));
        }
        let error = match open(&clerk, false) {
            Err(error) => {
                assert!(at_open, "{error}");
                error
            }
            Ok(store) => {
                assert!(!at_open, "it was opened without the right to read");
                assert_eq!(store.customer("hot-0").unwrap().unwrap().number, "hot-0");
                refused(&store)
            }
        };
        assert_told(&error, ErrorKind::Io, &["obligor migrate", "42501"]);
    }
    shared().sql(database, &format!("GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA obligor {clerks}"));
    run(&open(&clerk, false).unwrap(), purchase("hot-0", "SO-1", 1)).unwrap();
    assert_eq!(buckets(&store, "hot-0").ordered, 1);
    shared().sql(database, &format!("DROP OWNED BY clerk_{database}; DROP ROLE clerk_{database}"));
}

#[test]
fn tables_that_go_or_are_newer_are_told_of() {
    let server = shared();
    let database = server.fresh_database_name();
    let url = server.url(&database);
    let store = found(server, &database, &url);
    run(&store, purchase("hot-0", "SO-1", 1)).unwrap();
    server.sql(&database, "UPDATE obligor.version SET version = 1000");
    assert_told(&open(&url, false).err().unwrap(), ErrorKind::TooNew, &["1000", "newer library"]);
    assert_told(&migrate(&url, Duration::from_secs(5)).unwrap_err(), ErrorKind::TooNew, &["newer library"]);
    server.sql(&database, "ALTER TABLE obligor.account DROP COLUMN decisions");
    assert_told(&refused(&store), ErrorKind::Store, &["obligor migrate"]);
    server.sql(&database, "DROP SCHEMA obligor CASCADE");
    assert_told(&refused(&store), ErrorKind::Store, &["obligor migrate"]);
    assert_told(&store.customer("hot-0").unwrap_err(), ErrorKind::Store, &["obligor migrate"]);
    let load = store.load(NOW, TODAY, &mut |load| put_debtor(load, "new", 1), soon()).unwrap_err();
    assert_told(&load, ErrorKind::Store, &["obligor migrate"]);
}
