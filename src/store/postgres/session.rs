//! One session on the wire, and the loop that drives it.
//!
//! The session's traffic moves only while somebody waits in [`Session::run`], on that caller's thread; there is no
//! thread behind it. Every wait ends at a deadline. A session whose wait did not end well is closed, since an answer to
//! the old question may still be on its way; what was asked then may or may not have been done. The server is never
//! sent a request to cancel: one that arrives while a commit waits for a synchronous standby makes the server report a
//! commit that no standby has.
//!
//! The driver has locks of `parking_lot` inside. They never wait, since one thread at a time uses a session, so that
//! crate's table of waiters, which a fork could leave broken, is not touched.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::timeout_at;
use tokio_postgres::config::{ChannelBinding, SslMode};
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::{Address, Host};
use super::fault::{Fault, Outcome, left};
use super::socket::{Socket, tls, ways};
use crate::error::ErrorKind;

type Wire = tokio_postgres::Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

/// How long saying good-bye to the server may take.
const GOODBYE: Duration = Duration::from_millis(50);
/// The oldest server that is known to work, as its `server_version_num`.
const OLDEST_SERVER: i32 = 130_000;

/// A session.
pub(super) struct Session {
    clockwork: Clockwork,
    client: Client,
    wire: Wire,
    pub(super) notices: Notices,
}

/// What the server remarked.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Notices {
    /// The wait for a synchronous standby was cut short: what was committed may be on one machine only.
    pub(super) not_replicated: bool,
    /// A transaction was begun inside another one, or ended when there was none.
    pub(super) out_of_step: bool,
}

impl Notices {
    fn heed(&mut self, notice: &DbError) {
        // By the place in the server's source: the sentence is in the server's language.
        self.not_replicated |= notice.routine() == Some("SyncRepWaitForLSN");
        self.out_of_step |=
            [SqlState::NO_ACTIVE_SQL_TRANSACTION, SqlState::ACTIVE_SQL_TRANSACTION].contains(notice.code());
    }
}

/// How a wait ended.
pub(super) enum End<T> {
    /// With an answer.
    Answer(T),
    /// With the end of the connection.
    Gone(Fault),
    /// At the deadline.
    Late,
}

/// A tokio runtime on the caller's thread. Dropping it waits for nothing and works inside another runtime.
struct Clockwork(Option<Runtime>);

impl Clockwork {
    fn new() -> Outcome<Self> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build().map_err(|error| {
            Fault::new(ErrorKind::Undetermined, format!("the system gives no descriptor for a connection: {error}"))
        })?;
        Ok(Self(Some(runtime)))
    }

    /// Runs until the work is done or the deadline has passed; `None` then.
    fn run<T: Send>(&self, deadline: Instant, work: impl AsyncFnOnce() -> T + Send) -> Option<T> {
        let runtime = self.0.as_ref()?;
        let run = || runtime.block_on(async { timeout_at(deadline.into(), work()).await.ok() });
        if Handle::try_current().is_err() {
            return run();
        }
        // The host calls from inside a runtime of its own, and one cannot run inside another on the same thread. The
        // thread ends before this call does.
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().spawn_scoped(scope, run).ok()?;
            thread.join().ok().flatten()
        })
    }
}

impl Drop for Clockwork {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Session {
    /// Opens a session on the first host that takes writes, and tells which that was. `likely` is tried before all
    /// others.
    ///
    /// # Errors
    /// `Undetermined` when no host could be reached that does; of the kind of the hosts' errors when all of them were
    /// certain. The message names the hosts and what was wrong with each.
    pub(super) fn open(address: &Address, likely: usize, deadline: Instant) -> Outcome<(Self, usize)> {
        let mut tried: Vec<(&Host, Fault)> = Vec::new();
        let mut hosts: Vec<(usize, &Host)> = address.hosts.iter().enumerate().collect();
        hosts.sort_by_key(|(number, _)| *number != likely);
        for ((number, host), others) in hosts.into_iter().zip((1..=address.hosts.len()).rev()) {
            match Self::open_at(address, host, share(address, deadline, others)) {
                Ok(session) => return Ok((session, number)),
                Err(fault) => tried.push((host, fault)),
            }
        }
        let certain = tried.iter().map(|(_, fault)| fault.error.kind()).find(|kind| *kind != ErrorKind::Undetermined);
        let all_certain = tried.iter().all(|(_, fault)| fault.error.kind() != ErrorKind::Undetermined);
        let reasons: Vec<String> = tried.iter().map(|(host, fault)| format!("{host}: {}", fault.error)).collect();
        let mut fault = Fault::new(
            certain.filter(|_| all_certain).unwrap_or(ErrorKind::Undetermined),
            format!("no PostgreSQL server took the connection: {}", reasons.join("; ")),
        );
        fault.gone = true;
        fault.code = tried.pop().and_then(|(_, fault)| fault.code);
        Err(fault)
    }

    fn open_at(address: &Address, host: &Host, deadline: Instant) -> Outcome<Self> {
        let ways = ways(host)?;
        let needs_tls = address.needs_tls(host);
        let mut maker = tls(needs_tls.then_some(&address.roots))?;
        let mut config = Config::new();
        config
            .user(&address.user)
            .dbname(&address.database)
            .application_name(&address.application)
            .ssl_mode(if needs_tls { SslMode::Require } else { SslMode::Disable });
        if address.binding {
            config.channel_binding(ChannelBinding::Require);
        }
        if let Some(password) = &address.password {
            config.password(password.as_str());
        }
        if let Some(options) = &address.options {
            config.options(options);
        }
        let mut last = Fault::broken("its name has no address");
        for (way, others) in ways.iter().zip((1..=ways.len()).rev()) {
            let clockwork = Clockwork::new()?;
            let connect = async || {
                let socket = Socket::connect(way.clone()).await.map_err(|error| Fault::broken(&error.to_string()))?;
                let Ok(tls) = MakeTlsConnect::<Socket>::make_tls_connect(&mut maker, host.name());
                config.connect_raw(socket, tls).await.map_err(|error| Fault::opening(&error))
            };
            let deadline = share(address, deadline, others);
            last = match clockwork.run(deadline, connect) {
                Some(Ok((client, wire))) => {
                    let mut session = Self { clockwork, client, wire, notices: Notices::default() };
                    match session.check(deadline) {
                        Ok(()) => return Ok(session),
                        Err(fault) => fault,
                    }
                }
                Some(Err(fault)) => fault,
                None => Fault::late("it did not answer in time"),
            };
        }
        Err(last)
    }

    /// Makes sure, in one round trip, that the server is one that the store works on. It is also told to look after the
    /// connection as we do ([`socket`](super::socket)): what a host held that vanished without a word is free a minute
    /// later, and not after the two hours of most systems.
    fn check(&mut self, deadline: Instant) -> Outcome<()> {
        const QUESTION: &str = "SELECT pg_catalog.current_setting('server_version_num')::int4,
                    pg_catalog.pg_is_in_recovery() OR pg_catalog.current_setting('transaction_read_only') = 'on',
                    pg_catalog.current_setting('server_encoding'),
                    pg_catalog.current_setting('client_encoding'),
                    pg_catalog.current_setting('standard_conforming_strings'),
                    pg_catalog.set_config('tcp_keepalives_idle', '30', false),
                    pg_catalog.set_config('tcp_keepalives_interval', '10', false),
                    pg_catalog.set_config('tcp_keepalives_count', '3', false),
                    pg_catalog.set_config('tcp_user_timeout', '60000', false)";
        let answer = match self.run(deadline, async |client| client.query_typed(QUESTION, &[]).await) {
            End::Answer(answer) => answer?,
            End::Gone(fault) => return Err(fault),
            End::Late => return Err(Fault::late("it did not answer in time")),
        };
        let row = answer.first().ok_or_else(|| Fault::broken("it gave no answer"))?;
        let unsupported = |why: &str| Err(Fault::new(ErrorKind::Unsupported, why));
        if row.try_get::<_, i32>(0)? < OLDEST_SERVER {
            return unsupported("it is older than PostgreSQL 13; use a newer one");
        }
        if row.try_get(1)? {
            let mut fault = Fault::late("it takes no writes: it is a standby, or was made read-only");
            fault.gone = true;
            return Err(fault);
        }
        if row.try_get::<_, &str>(2)? != "UTF8" || row.try_get::<_, &str>(3)? != "UTF8" {
            return unsupported("the database is not in UTF8; create it with ENCODING 'UTF8'");
        }
        if row.try_get::<_, &str>(4)? != "on" {
            return unsupported("it has standard_conforming_strings switched off; switch it on");
        }
        Ok(())
    }

    /// Asks the server something and waits for the answer until the deadline. Everything the work asks for at once
    /// goes out at once, in that order.
    pub(super) fn run<T: Send>(&mut self, deadline: Instant, work: impl AsyncFnOnce(&Client) -> T + Send) -> End<T> {
        let Self { clockwork, client, wire, notices } = self;
        let both = async || {
            let mut wanted = pin!(work(client));
            let mut gone = None;
            poll_fn(|cx| {
                // Twice: the first time the question comes to be, the second time it has been sent.
                for _ in 0..2 {
                    if gone.is_none() {
                        gone = pump(wire, notices, cx);
                    }
                    if let Poll::Ready(answer) = wanted.as_mut().poll(cx) {
                        return Poll::Ready(End::Answer(answer));
                    }
                }
                gone.take().map_or(Poll::Pending, |fault| Poll::Ready(End::Gone(fault)))
            })
            .await
        };
        clockwork.run(deadline, both).unwrap_or(End::Late)
    }

    /// Whether the server has not closed the connection, as far as has been heard. Asks nothing.
    pub(super) fn is_alive(&mut self) -> bool {
        let Self { clockwork, wire, notices, .. } = self;
        let look = async || {
            // Lets the runtime take in what has arrived.
            tokio::task::yield_now().await;
            poll_fn(|cx| Poll::Ready(pump(wire, notices, cx))).await
        };
        matches!(clockwork.run(Instant::now() + GOODBYE, look), Some(None))
    }

    /// Ends the session politely, so that the server's log does not complain.
    pub(super) fn close(self) {
        let Self { clockwork, client, mut wire, mut notices } = self;
        drop(client);
        let end = async || poll_fn(|cx| pump(&mut wire, &mut notices, cx).map_or(Poll::Pending, Poll::Ready)).await;
        let _ = clockwork.run(Instant::now() + GOODBYE, end);
    }
}

/// Moves what can be moved; says why when the connection has ended.
fn pump(wire: &mut Wire, notices: &mut Notices, cx: &mut Context<'_>) -> Option<Fault> {
    loop {
        match wire.poll_message(cx) {
            Poll::Pending => return None,
            Poll::Ready(Some(Ok(AsyncMessage::Notice(notice)))) => notices.heed(&notice),
            Poll::Ready(Some(Ok(_))) => {}
            Poll::Ready(Some(Err(error))) => {
                let mut fault = Fault::from(error);
                fault.gone = true;
                return Some(fault);
            }
            Poll::Ready(None) => return Some(Fault::broken("closed")),
        }
    }
}

/// When the first of so many must be given up so that the others have their share of the time.
fn share(address: &Address, deadline: Instant, many: usize) -> Instant {
    let part = left(deadline) / u32::try_from(many).unwrap_or(u32::MAX).max(1);
    Instant::now() + address.connect_timeout.map_or(part, |most| part.min(most))
}
