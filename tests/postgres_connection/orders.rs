//! Orders in one round trip: what the server is told is written only if all is as it must be, and refused by the reason that
//! it is not. One order is written by another statement than several, and both must come to the same.

use super::*;
use crate::store::postgres::call::{Answer, Became, Call, OrderRow, Share, StepRow};
use crate::store::postgres::schema::bring_up;
use crate::store::sql::decision::link;

const HOST: i64 = 7;
const DIGESTS: [[u8; 32]; 2] = [[1; 32], [2; 32]];

/// An account, with an order of another account's and its key beside it.
const STATE: &str = "
    INSERT INTO customer (number, name, name_key, country, legal_form, subject, street, postcode, city, phone, email)
        SELECT n, n, n, 'DK', '', '', '', '', '', '', '' FROM unnest(ARRAY['10', '20']) AS n;
    INSERT INTO account (company, customer, currency, status, ordered, later, aged_to, horizon_to, next_ship, next_expiry,
            version, facts_version)
        VALUES ('NORD', '10', 'DKK', 0, 100, 10, 1, 20, 25, 1000, 5, 3), ('NORD', '20', 'DKK', 0, 0, 0, 1, 20, NULL, NULL, 1, 1);
    INSERT INTO chain (company, document, account, state, amount, ordered, delivered, drafted, invoiced, settled, since, marks,
            changed)
        VALUES ('NORD', 'SO-before', 2, 2, 1, 1, 0, 0, 0, 0, 0, '', 0);
    INSERT INTO request (key, content, granted) VALUES ('key-before', '', 1);";

/// Everything that an order is written to, but for numbers that are given out whether they are used or not.
const ROWS: &str = "SELECT concat_ws(' ',
    (SELECT string_agg(concat_ws(',', t.id, ordered, later, aged_to, horizon_to, next_ship, next_expiry, version, facts_version,
        decisions, encode(t.chained, 'hex')), ';' ORDER BY t.id) FROM account t),
    (SELECT string_agg(concat_ws(',', company, document, account, state, amount, ordered, delivered, drafted, invoiced, settled,
        expires, since, ships, marks, changed), ';' ORDER BY document) FROM chain),
    (SELECT string_agg(concat_ws(',', account, sequence, body, convert_from(salt, 'UTF8'), encode(digest, 'hex'),
        encode(chained, 'hex')), ';' ORDER BY sequence) FROM decision),
    (SELECT string_agg(concat_ws(',', key, content, granted, d.sequence), ';' ORDER BY key)
        FROM request r LEFT JOIN decision d ON d.id = r.decision),
    (SELECT string_agg(concat_ws(',', host, account, pooled), ';') FROM change))";

/// What is so of the account of [`STATE`], and what is wanted of it.
fn share() -> Share {
    Share {
        id: 1,
        facts_version: 3,
        horizon_to: 20,
        version: Some(5),
        ordered: (100, 100),
        later: 10,
        moment: 999,
        aged_to_since: 2,
        horizon_to_since: 24,
        more_ordered: 50,
        more_later: 7,
        next_ship: Some(30),
        next_expiry: Some(2000),
        versions: 1,
    }
}

/// An order: its key, if it has one, and its number.
type Named<'a> = (Option<&'a str>, &'a str);

/// Orders that nobody knows.
fn fresh_orders(many: usize) -> Vec<Named<'static>> {
    [(Some("key-1"), "SO-1"), (Some("key-2"), "SO-2")][..many].to_vec()
}

fn ask(pool: &Pool, share: &Share, orders: &[Named<'_>]) -> Option<Answer> {
    let mut call = Call::new(share);
    for ((key, document), digest) in orders.iter().zip(DIGESTS) {
        call.step(StepRow {
            key: *key,
            content: Some(b"content"),
            granted: true,
            document,
            decision: Some(("body", b"salt", digest)),
            order: Some(OrderRow {
                state: 2,
                amount: 25,
                ordered: 25,
                expires: Some(2000),
                since: 999,
                ships: Some(30),
                marks: String::new(),
            }),
        });
    }
    pool.with(soon(), |connection| call.send(connection, HOST, soon())).unwrap()
}

/// That an answer tells the account as [`STATE`] has it.
fn tells_what_was(answer: &Answer) -> bool {
    (answer.version, answer.ordered, answer.later, answer.decisions) == (5, 100, 10, 0)
        && (answer.next_ship, answer.next_expiry) == (Some(25), Some(1000))
}

fn told(pool: &Pool, question: &str) -> String {
    write(pool, soon(), |connection| Ok(connection.query(question, &[])?[0].get(0))).unwrap()
}

fn filled() -> Pool {
    let pool = fresh();
    write(&pool, soon(), |connection| {
        bring_up(connection)?;
        connection.command(STATE)
    })
    .unwrap();
    pool
}

#[test]
fn what_is_not_as_it_must_be_is_told_and_nothing_is_written() {
    type Change = fn(&mut Share, &mut Named<'static>);
    let refused: [(Became, &str, Change); 13] = [
        (Became::FactsMoved, "no account", |share, _| share.id = 9),
        (Became::FactsMoved, "facts", |share, _| share.facts_version = 4),
        (Became::FactsMoved, "the horizon", |share, _| share.horizon_to = 19),
        (Became::FactsMoved, "something ran out", |share, _| share.moment = 1000),
        (Became::FactsMoved, "something ships", |share, _| share.horizon_to_since = 25),
        (Became::OthersOrdered, "the version", |share, _| share.version = Some(4)),
        (Became::OthersOrdered, "more is ordered", |share, _| share.ordered = (0, 99)),
        (Became::OthersOrdered, "less is ordered", |share, _| share.ordered = (101, 200)),
        (Became::OthersOrdered, "what ships later", |share, _| share.later = 11),
        (Became::Known, "the key", |_, order| order.0 = Some("key-before")),
        (Became::Known, "the order", |_, order| order.1 = "SO-before"),
        (Became::Known, "the order, without a key", |_, order| *order = (None, "SO-before")),
        (Became::FactsMoved, "facts come first", |share, order| {
            (share.facts_version, share.version, order.1) = (4, Some(4), "SO-before");
        }),
    ];
    let pool = filled();
    let before = told(&pool, ROWS);
    for many in [1, 2] {
        for (became, what, change) in refused {
            let (mut share, mut orders) = (share(), fresh_orders(many));
            change(&mut share, &mut orders[many - 1]);
            let answer = ask(&pool, &share, &orders).unwrap();
            assert_eq!((answer.became, answer.written.len()), (became, 0), "{many}: {what}");
            assert!(what == "no account" || tells_what_was(&answer), "{many}: {what}");
            assert_eq!(told(&pool, ROWS), before, "{many}: {what}");
        }
        write(&pool, soon(), |connection| connection.command("UPDATE store SET went_at = 1")).unwrap();
        assert!(ask(&pool, &share(), &fresh_orders(many)).is_none(), "{many}: the state is not here");
        assert_eq!(told(&pool, ROWS), before, "{many}: the state is not here");
        write(&pool, soon(), |connection| connection.command("UPDATE store SET went_at = NULL")).unwrap();
    }
}

#[test]
fn what_is_as_it_must_be_is_written_by_either_statement() {
    let first = link(&[0; 32], &DIGESTS[0]);
    let links = [first, link(&first, &DIGESTS[1])];
    for many in [1, 2] {
        for share in [share(), Share { version: None, ordered: (0, 100), ..share() }] {
            let pool = filled();
            let answer = ask(&pool, &share, &fresh_orders(many)).unwrap();
            assert_eq!(answer.became, Became::Written);
            assert!(tells_what_was(&answer));
            assert_eq!(answer.written.iter().map(|(_, link)| *link).collect::<Vec<_>>(), links[..many]);
            let rows = told(&pool, ROWS);
            let wanted = format!("1,150,17,2,24,25,1000,6,3,{many},{}", crate::hex::hex(&links[many - 1]));
            assert!(rows.starts_with(&wanted), "{rows}\n{wanted}");
            for (at, (key, document)) in fresh_orders(many).into_iter().enumerate() {
                let key = key.unwrap();
                let (digest, link) = (crate::hex::hex(&DIGESTS[at]), crate::hex::hex(&links[at]));
                let parts = [
                    format!("NORD,{document},1,2,25,25,0,0,0,0,2000,999,30,,999"),
                    format!("1,{},body,salt,{digest},{link}", at + 1),
                    format!("{key},\\x636f6e74656e74,1,{}", at + 1),
                ];
                for part in parts {
                    assert!(rows.contains(&part), "{rows}\n{part}");
                }
                let id = told(&pool, &format!("SELECT decision::text FROM request WHERE key = '{key}'"));
                assert_eq!(id, answer.written[at].0.to_string());
            }
            assert!(rows.ends_with(" 7,1,0"), "one change is noted: {rows}");
            // Asked once more it is known, or others ordered; nothing is written again.
            assert_ne!(ask(&pool, &share, &fresh_orders(many)).unwrap().became, Became::Written);
            assert_eq!(told(&pool, ROWS), rows);
        }
    }
}

#[test]
fn without_a_key_none_is_kept() {
    let pool = filled();
    let answer = ask(&pool, &share(), &[(None, "SO-1")]).unwrap();
    assert_eq!((answer.became, answer.written.len()), (Became::Written, 1));
    assert_eq!(told(&pool, "SELECT string_agg(key, ' ') FROM request"), "key-before");
}

#[test]
fn what_is_planned_while_the_tables_are_empty_is_right_for_large_ones() {
    // Pages that the statements read of the tables and their indexes, as the session has told the server.
    const PAGES: &str = "SELECT sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::text
        FROM pg_statio_user_tables WHERE schemaname = 'obligor'";
    const MORE: &str =
        "INSERT INTO chain (company, document, account, state, amount, ordered, delivered, drafted, invoiced,
            settled, since, marks, changed)
        SELECT 'NORD', 'SO-old-' || n, 2, 3, 1, 0, 0, 0, 0, 0, 0, '', 0 FROM generate_series(1, 20000) AS n;
        INSERT INTO request (key, content, granted) SELECT 'key-old-' || n, '', 1 FROM generate_series(1, 20000) AS n;";
    // Nobody but us reads them, or tells the planner how large they are.
    const LEFT_ALONE: &str = "ALTER TABLE chain SET (autovacuum_enabled = off); ANALYZE;
        ALTER TABLE request SET (autovacuum_enabled = off)";
    // Whether to plan once for all is found out in the first five.
    const TIMES: i64 = 8;
    for many in [1, 2] {
        let pool = filled();
        write(&pool, soon(), |connection| connection.command(LEFT_ALONE)).unwrap();
        let pages = || -> i64 {
            told(&pool, "SELECT pg_stat_force_next_flush()::text");
            told(&pool, PAGES).parse().unwrap()
        };
        let share = Share { version: None, ordered: (0, 100_000), more_later: 0, horizon_to_since: 20, ..share() };
        let mut numbers = 1_u32..;
        let mut write_some = || {
            let before = pages();
            for _ in 0..TIMES {
                let names: Vec<String> = numbers.by_ref().take(many).map(|number| format!("new-{number}")).collect();
                let orders: Vec<Named<'_>> = names.iter().map(|name| (Some(name.as_str()), name.as_str())).collect();
                assert_eq!(ask(&pool, &share, &orders).unwrap().became, Became::Written);
            }
            pages() - before
        };
        let few = write_some();
        write(&pool, soon(), |connection| connection.command(MORE)).unwrap();
        let many_rows = write_some();
        assert!(many_rows < 2 * few, "{many}: {few} pages before, {many_rows} with twenty thousand orders");
    }
}
