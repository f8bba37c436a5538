//! What else one could do in a PostgreSQL server: statements that are prepared once, a connection for each caller.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use postgres::{Client, NoTls};

use crate::dice::Dice;
use crate::portfolio::{AMOUNT, COMPANY, LIMIT, customer};
use crate::postgres_server::Server;
use crate::rounds::Call;

/// The least that holds credit at all: two rows.
const TWO_ROWS: &str = "
    CREATE SCHEMA two_rows;
    CREATE TABLE two_rows.account (
        id BIGINT PRIMARY KEY,
        credit_limit BIGINT NOT NULL,
        reserved BIGINT NOT NULL
    ) WITH (fillfactor = 70);
    CREATE TABLE two_rows.reservation (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account BIGINT NOT NULL,
        document TEXT NOT NULL,
        amount BIGINT NOT NULL
    );";

/// Tables as the store's, with the store's accounts and limits as they are now, and nothing ordered.
const SAME_ROWS: &str = "
    CREATE SCHEMA same_rows;
    CREATE TABLE same_rows.account (LIKE obligor.account INCLUDING ALL) WITH (fillfactor = 70);
    CREATE TABLE same_rows.credit_limit (LIKE obligor.credit_limit INCLUDING ALL);
    CREATE TABLE same_rows.chain (LIKE obligor.chain INCLUDING ALL,
        FOREIGN KEY (account) REFERENCES same_rows.account (id));
    CREATE TABLE same_rows.decision (LIKE obligor.decision INCLUDING ALL);
    CREATE TABLE same_rows.request (LIKE obligor.request INCLUDING ALL);
    CREATE UNLOGGED TABLE same_rows.change (LIKE obligor.change INCLUDING ALL);
    INSERT INTO same_rows.account SELECT * FROM obligor.account;
    UPDATE same_rows.account SET ordered = 0;
    INSERT INTO same_rows.credit_limit SELECT * FROM obligor.credit_limit;";

/// Makes the peers' tables, once the store is full.
pub(crate) fn make(server: &Server, database: &str, accounts: u32) {
    server.sql(database, TWO_ROWS);
    server.sql(
        database,
        &format!("INSERT INTO two_rows.account SELECT id, {LIMIT}, 0 FROM generate_series(0, {}) AS id", accounts - 1),
    );
    server.sql(database, SAME_ROWS);
    server.sql(database, "VACUUM ANALYZE");
}

/// Makes sure that the peers did what they were timed for; `same` is how many orders [`same_rows`] was timed for.
pub(crate) fn check(server: &Server, database: &str, same: u64) {
    let two = "SELECT (SELECT sum(reserved) FROM two_rows.account) = (SELECT sum(amount) FROM two_rows.reservation)";
    assert_eq!(server.sql(database, two), "t", "the two rows do not agree");
    let written = "SELECT (SELECT sum(ordered) FROM same_rows.account), (SELECT sum(ordered) FROM same_rows.chain),
            (SELECT count(*) FROM same_rows.chain), (SELECT count(*) FROM same_rows.decision),
            (SELECT count(*) FROM same_rows.request), (SELECT count(*) FROM same_rows.change)";
    let ordered = same * AMOUNT.unsigned_abs();
    let expected = format!("{ordered}|{ordered}|{same}|{same}|{same}|{same}");
    assert_eq!(
        server.sql(database, written),
        expected,
        "the peer did not write all rows of the orders it was timed for"
    );
}

fn connect(url: &str) -> Client {
    Client::connect(url, NoTls).expect("a connection")
}

/// One statement: the update that holds only if there is room, and the reservation.
pub(crate) fn conditional_update(url: &str, caller: u32, accounts: u32) -> Call {
    let mut client = connect(url);
    let statement = client
        .prepare(
            "WITH held AS (
                 UPDATE two_rows.account SET reserved = reserved + $2
                 WHERE id = $1 AND reserved + $2 <= credit_limit RETURNING id)
             INSERT INTO two_rows.reservation (account, document, amount) SELECT id, $3, $2 FROM held",
        )
        .expect("a statement");
    let mut dice = Dice(caller.into());
    let mut number = 0_u64;
    Box::new(move || {
        number += 1;
        let (account, document) = (i64::from(dice.below(accounts)), format!("SO-{caller}-{number}"));
        let rows = client.execute(&statement, &[&account, &AMOUNT, &document]).expect("an answer");
        assert_eq!(rows, 1, "there is room for all");
    })
}

/// Read under a lock, decide, write.
pub(crate) fn select_for_update(url: &str, caller: u32, accounts: u32) -> Call {
    let mut client = connect(url);
    let mut prepare = |text: &str| client.prepare(text).expect("a statement");
    let read = prepare("SELECT reserved, credit_limit FROM two_rows.account WHERE id = $1 FOR UPDATE");
    let update = prepare("UPDATE two_rows.account SET reserved = reserved + $2 WHERE id = $1");
    let insert = prepare("INSERT INTO two_rows.reservation (account, document, amount) VALUES ($1, $2, $3)");
    let mut dice = Dice(caller.into());
    let mut number = 0_u64;
    Box::new(move || {
        number += 1;
        let (account, document) = (i64::from(dice.below(accounts)), format!("SO-{caller}-{number}"));
        let mut transaction = client.transaction().expect("a transaction");
        let row = transaction.query_one(&read, &[&account]).expect("an account");
        let (reserved, limit): (i64, i64) = (row.get(0), row.get(1));
        assert!(reserved + AMOUNT <= limit, "there is room for all");
        transaction.execute(&update, &[&account, &AMOUNT]).expect("an update");
        transaction.execute(&insert, &[&account, &document, &AMOUNT]).expect("a reservation");
        transaction.commit().expect("a commit");
    })
}

/// One statement that writes the rows that the store writes: account, order, decision in its chain, request and change.
/// `body` is what is put on record of a decision; each order is counted in `done`.
pub(crate) fn same_rows(url: &str, caller: u32, accounts: u32, body: &str, done: &Arc<AtomicU64>) -> Call {
    let mut client = connect(url);
    let statement = client
        .prepare(
            "WITH held AS (
                 UPDATE same_rows.account a
                 SET ordered = ordered + $3, version = version + 1, decisions = decisions + 1,
                     chained = sha256(chained || $6)
                 WHERE customer = $2 AND company = $1 AND ordered + $3 <=
                     (SELECT amount FROM same_rows.credit_limit l WHERE l.account = a.id AND l.kind = 0)
                 RETURNING id, decisions, chained),
             decided AS (
                 INSERT INTO same_rows.decision (account, sequence, body, salt, digest, chained)
                 SELECT id, decisions, $4, $5, $6, chained FROM held RETURNING id, account, sequence, chained),
             asked AS (
                 INSERT INTO same_rows.request (key, content, granted, decision) SELECT $7, $6, 1, id FROM decided),
             noted AS (
                 INSERT INTO same_rows.change (host, account, pooled) SELECT 1, account, 0 FROM decided),
             made AS (
                 INSERT INTO same_rows.chain (company, document, account, state, amount, ordered, delivered, drafted,
                     invoiced, settled, since, marks, changed)
                 SELECT $1, $8, account, 2, $3, $3, 0, 0, 0, 0, 0, '', 0 FROM decided)
             SELECT id, sequence, chained FROM decided",
        )
        .expect("a statement");
    let mut dice = Dice(caller.into());
    let mut number = 0_u64;
    let (body, done) = (body.to_owned(), Arc::clone(done));
    let (salt, digest) = ([7_u8; 16], [7_u8; 32]);
    Box::new(move || {
        number += 1;
        let (document, key) = (format!("SO-{caller}-{number}"), format!("key-{caller}-{number}"));
        let who = customer(dice.below(accounts));
        let rows = client
            .query(&statement, &[&COMPANY, &who, &AMOUNT, &body, &&salt[..], &&digest[..], &key, &document])
            .expect("an answer");
        assert_eq!(rows.len(), 1, "there is room for all");
        done.fetch_add(1, Ordering::Relaxed);
    })
}
