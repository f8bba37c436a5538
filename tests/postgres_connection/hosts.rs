//! Which server is used, who is let in, and whom we believe.

use std::net::{Ipv4Addr, TcpListener};

use super::postgres_server::{Pooler, Server, Standby};
use super::*;
use crate::store::postgres::fault::Fault;

const SECRET: &str = "hunter2 & co";

fn refused(url: &str) -> Fault {
    let fault = write(&pool(url), soon(), |connection| Ok(session_of(connection))).unwrap_err();
    let all = format!("{fault:?} {}", fault.error);
    assert!(!all.contains("hunter2"), "{all}");
    fault
}

/// Where a session runs: the port of its server.
fn port(pool: &Pool) -> String {
    write(
        pool,
        soon(),
        |connection| Ok(connection.query("SELECT current_setting('port')", &[])?[0].get::<_, String>(0)),
    )
    .unwrap()
}

#[test]
fn a_socket_in_a_folder_is_as_good_as_a_network() {
    let server = postgres_server::shared();
    let pool = pool(&format!("{}?sslmode=require", server.socket_url(&server.fresh_database_name())));
    with_table(&pool, &[1]);
    assert_eq!(numbers(&pool), [1]);
}

#[test]
fn the_first_host_that_takes_writes_is_used() {
    let primary = Server::start();
    let mut standby = Standby::of(&primary);
    // The first is dead, the second says nothing, the third is a standby.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let hosts = format!("127.0.0.1:1,{},{},{}", silent.local_addr().unwrap(), standby.address(), primary.address());
    let name = primary.fresh_database_name();
    let pool = pool(&format!("postgresql://postgres@{hosts}/{name}?target_session_attrs=any&connect_timeout=1"));
    with_table(&pool, &[1]);
    assert_eq!(port(&pool), primary.address().port().to_string());
    standby.caught_up(&primary);
    drop(primary);
    let message = undetermined(LONG, |deadline| write(&pool, deadline, |connection| put(connection, 2)));
    for word in ["127.0.0.1:1:", "refused", "did not answer in time", "standby"] {
        assert!(message.contains(word), "{message}");
    }
    standby.promote();
    write(&pool, soon(), |connection| put(connection, 3)).unwrap();
    assert_eq!(port(&pool), standby.address().port().to_string());
    assert_eq!(numbers(&pool), [1, 3]);
    // Another connection is opened to it at once, and the silent host is not waited for again.
    let began = Instant::now();
    write(&pool, soon(), |_| write(&pool, soon(), |other| put(other, 4))).unwrap();
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_dead_host_leaves_time_for_the_next() {
    let server = postgres_server::shared();
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let name = server.fresh_database_name();
    let pool = pool(&format!("postgresql://postgres@{},{}/{name}", silent.local_addr().unwrap(), server.address()));
    let deadline = Instant::now() + Duration::from_secs(4);
    write(&pool, deadline, |connection| Ok(session_of(connection))).unwrap();
}

#[test]
fn a_server_that_takes_no_writes_any_more_is_left() {
    let mut server = Server::start();
    let pool = pool(&server.fresh_database());
    with_table(&pool, &[1]);
    // Several lie here.
    write(&pool, soon(), |_| write(&pool, soon(), |other| Ok(session_of(other)))).unwrap();
    server.read_only(true);
    let message = undetermined(LONG, |deadline| write(&pool, deadline, |connection| put(connection, 2)));
    assert!(message.contains("25006"), "{message}");
    // The first to find out has spoken for all.
    let message = undetermined(LONG, |deadline| write(&pool, deadline, |connection| put(connection, 2)));
    assert!(message.contains("no PostgreSQL server took the connection"), "{message}");
    server.read_only(false);
    write(&pool, soon(), |connection| put(connection, 3)).unwrap();
}

#[test]
fn a_password_is_used_and_never_shown() {
    let server = postgres_server::shared();
    let name = server.fresh_database_name();
    server.sql(&name, &format!("CREATE ROLE guarded LOGIN PASSWORD '{SECRET}'"));
    let url = |password: &str| format!("postgresql://guarded{password}@{}/{name}", server.address());
    session(&pool(&url(":hunter2%20%26%20co")));
    for (password, word) in [(":hunter2", "28P01"), ("", "password missing")] {
        let fault = refused(&url(password));
        assert_eq!(fault.error.kind(), ErrorKind::Config);
        assert!(fault.error.message().contains(word), "{}", fault.error);
    }
    let pool = pool(&url(":hunter2%20%26%20co"));
    assert!(!format!("{:?}{}", pool.address, pool.address).contains("hunter2"));
    let fault = refused(&format!("{}?channel_binding=require", url(":hunter2%20%26%20co")));
    assert!(fault.error.message().contains("channel binding"), "{}", fault.error);
}

#[test]
fn what_is_wrong_with_a_url_is_the_configurations_fault() {
    let server = postgres_server::shared();
    let fault = refused(&server.url("no_such_database"));
    assert_eq!(fault.error.kind(), ErrorKind::Config);
    assert!(fault.error.message().contains("3D000"), "{}", fault.error);
    let latin = server.fresh_database_name();
    server.sql("postgres", &format!("DROP DATABASE {latin}"));
    server.sql(
        "postgres",
        &format!(
            "CREATE DATABASE {latin} TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
        ),
    );
    let fault = refused(&server.url(&latin));
    assert_eq!(fault.error.kind(), ErrorKind::Unsupported);
    assert!(fault.error.message().contains("UTF8"), "{}", fault.error);
    let fault = refused(&format!("{}?options=-c%20standard_conforming_strings%3Doff", server.fresh_database()));
    assert_eq!(fault.error.kind(), ErrorKind::Unsupported);
    // A name that nobody has may be one tomorrow.
    let fault = refused("postgresql://u:hunter2@no-such-host.invalid/d");
    assert_eq!(fault.error.kind(), ErrorKind::Undetermined);
}

#[test]
fn tls_is_used_and_both_authority_and_name_are_verified() {
    let server = Server::start_with_tls();
    let (authority, stranger) = server.authorities();
    let name = server.fresh_database_name();
    server.sql(&name, &format!("CREATE ROLE guarded LOGIN PASSWORD '{SECRET}'"));
    let url = |host: &str, file: &std::path::Path| {
        let port = server.address().port();
        format!("postgresql://postgres@{host}:{port}/{name}?sslmode=verify-full&sslrootcert={}", file.display())
    };
    for host in ["127.0.0.1", "localhost"] {
        let pool = pool(&url(host, &authority));
        let safe = write(&pool, soon(), |connection| {
            connection.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[])
        });
        assert!(safe.unwrap()[0].get::<_, bool>(0));
    }
    // A name need not be resolved to be verified.
    session(&pool(&format!("{}&hostaddr=127.0.0.1", url("credit.test", &authority))));
    // The password is proven in a way that is bound to the certificate.
    let bound = url("localhost", &authority).replace("postgres@", "guarded:hunter2%20%26%20co@");
    session(&pool(&format!("{bound}&channel_binding=require")));
    for (url, word) in [
        (url("127.0.0.1", &stranger), "UnknownIssuer"),
        // The same server by a name that is not in its certificate.
        (url("[::ffff:127.0.0.1]", &authority), "not valid for name"),
        (format!("{}&hostaddr=127.0.0.1", url("other.test", &authority)), "not valid for name"),
        // The system trusts many, but not this authority.
        (url("127.0.0.1", "system".as_ref()), "sslrootcert"),
        (url("127.0.0.1", "/no/such/file".as_ref()), "/no/such/file"),
        (url("127.0.0.1", &server.folder().join("log")), "sslrootcert"),
        // In plain text this server takes nobody.
        (format!("postgresql://postgres@{}/{name}", server.address()), "28000"),
    ] {
        let fault = refused(&url);
        assert_eq!(fault.error.kind(), ErrorKind::Config, "{}", fault.error);
        assert!(fault.error.message().contains(word), "{word}: {}", fault.error);
    }
}

#[test]
fn a_server_without_tls_is_not_talked_to_when_tls_is_asked_for() {
    let server = postgres_server::shared();
    let fault = refused(&format!("{}?sslmode=require", server.fresh_database()));
    assert_eq!(fault.error.kind(), ErrorKind::Config);
    assert!(fault.error.message().contains("does not support TLS"), "{}", fault.error);
}

#[test]
fn a_pooler_in_transaction_mode_may_stand_between() {
    let server = postgres_server::shared();
    let pooler = Pooler::before(server.address(), 1);
    let url = pooler.url(&server.fresh_database_name());
    let (one, two) = (pool(&url), pool(&url));
    with_table(&one, &[1]);
    for number in 0..20 {
        for (pool, number) in [(&one, 100 + number), (&two, 200 + number)] {
            write(pool, soon(), |connection| {
                connection.keep_statements();
                put(connection, number)?;
                put(connection, number + 1000)
            })
            .unwrap();
            pool.with(soon(), |connection| {
                connection.call_once(soon(), "INSERT INTO t VALUES ($1)", &[(&(number + 2000), Type::INT8)])
            })
            .unwrap();
        }
    }
    assert_eq!(numbers(&two).len(), 121);
    // The pooler has one session of the server, so both used it; nothing is left in it.
    let left = write(&one, soon(), |connection| connection.query("SELECT 1 FROM pg_prepared_statements", &[]));
    assert!(left.unwrap().is_empty());
}
