//! How often a call crosses the network, shown by a relay that counts.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::*;

/// A relay that counts how often the client spoke after the server had, which is how often it waited for an answer.
struct Counter {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    turns: u32,
    server_spoke_last: bool,
}

impl Counter {
    fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (address, seen) = (listener.local_addr().unwrap(), Arc::<Mutex<Seen>>::default());
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(server).unwrap();
                relay(client.try_clone().unwrap(), server.try_clone().unwrap(), Arc::clone(&shared), true);
                relay(server, client, Arc::clone(&shared), false);
            }
        });
        Self { address, seen }
    }

    fn turns(&self, work: impl FnOnce()) -> u32 {
        let before = self.seen.lock().unwrap().turns;
        work();
        self.seen.lock().unwrap().turns - before
    }
}

fn relay(mut from: TcpStream, mut to: TcpStream, seen: Arc<Mutex<Seen>>, from_client: bool) {
    std::thread::spawn(move || {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut bytes) {
            {
                let mut seen = seen.lock().unwrap();
                if from_client && seen.server_spoke_last {
                    seen.turns += 1;
                }
                seen.server_spoke_last = !from_client;
            }
            if to.write_all(&bytes[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
}

#[test]
fn a_call_takes_as_many_round_trips_as_it_must() {
    let server = postgres_server::shared();
    let counter = Counter::before(server.address());
    let pool = pool(&url(counter.address, &server.fresh_database_name()));
    with_table(&pool, &[]);
    let once = |number: i64| {
        let insert = "INSERT INTO t VALUES ($1) RETURNING n";
        let rows = pool.with(soon(), |connection| connection.call_once(soon(), insert, &[(&number, Type::INT8)]));
        assert_eq!(rows.unwrap().len(), 1);
    };
    once(1);
    for number in 2..10 {
        assert_eq!(counter.turns(|| once(number)), 1);
    }
    // BEGIN goes with the first statement; COMMIT goes alone, or with the last.
    let steps = |count: i64, finish: bool| {
        counter.turns(|| {
            let done: Outcome<()> = pool.with(soon(), |connection| {
                connection.begin(Access::Write, soon(), None)?;
                for _ in 1..count {
                    connection.query("SELECT 1", &[])?;
                }
                if finish {
                    connection.finish("SELECT 1", &[])?;
                    return Ok(());
                }
                connection.query("SELECT 1", &[])?;
                connection.commit()
            });
            done.unwrap();
        })
    };
    assert_eq!((steps(1, false), steps(2, false), steps(2, true), steps(3, true)), (2, 3, 2, 3));
    // Nothing is asked for a transaction that does nothing.
    assert_eq!(counter.turns(|| write(&pool, soon(), |_| Ok(())).unwrap()), 0);
    // A kept statement costs one more, once.
    let kept = |count: i64| {
        counter.turns(|| {
            write(&pool, soon(), |connection| {
                connection.keep_statements();
                for number in 0..count {
                    put(connection, 100 + number)?;
                }
                connection.command("DELETE FROM t WHERE n >= 100")
            })
            .unwrap();
        })
    };
    // That they are forgotten may travel ahead of the commit, by itself.
    let (one, five) = (kept(1), kept(5));
    assert!((4..=5).contains(&one) && (8..=9).contains(&five), "{one} and {five}");
}

#[test]
fn the_largest_requests_and_answers_pass() {
    let pool = fresh();
    let text = "å€𝄞".repeat(2_000_000);
    let echo = pool
        .with(soon(), |connection| connection.call_once(soon(), "SELECT $1 || $1", &[(&text, Type::TEXT)]))
        .unwrap();
    assert!(echo[0].get::<_, &str>(0) == text.repeat(2));
}
