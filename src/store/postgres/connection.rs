//! A connection with at most one transaction on it.
//!
//! A transaction is *lazy*: [`Connection::begin`] sends nothing, and `BEGIN` and the transaction's settings travel with
//! the first statement. With [`Connection::finish`] `COMMIT` travels with the last one, so that a transaction of one
//! statement is one round trip ([`Connection::call_once`]).
//!
//! The settings are the transaction's own, since a pooler such as PgBouncer may hand each transaction to another server
//! session:
//!
//! - `statement_timeout`, `lock_timeout` and `idle_in_transaction_session_timeout` are what is left until the deadline,
//!   so that locks are not held for a caller who has left. The first two are a little less: the server's own answer
//!   keeps the connection, while our giving up costs it. (The server counts none of them during the commit itself.)
//! - `search_path` is the store's own schema, whatever else is in the database.
//! - `jit` is off: our statements are short, and to compile one takes longer than to run it.
//! - `synchronous_commit` is `on` when it would be less, in every transaction that writes: an answer is only given when
//!   it cannot be lost. The server's configuration may change while a session lives, so this is not looked up once but
//!   said each time.
//!
//! Statements have no name, so they leave nothing behind in a pooled server session. Loops may have theirs kept for the
//! length of one transaction ([`Connection::keep_statements`]).
//!
//! A commit is *done* only if the server said so, the transaction had begun, and nothing in it had failed. The driver
//! hides whether the answer to `COMMIT` was `COMMIT` or `ROLLBACK`; the server answers `ROLLBACK` only when a statement
//! failed before, and such a transaction is never asked to commit here, save in [`Connection::finish`], where the
//! statement's own error is the answer.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use futures_util::future::{join, join3};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type};
use tokio_postgres::{Client, Row, Statement};

use super::address::Address;
use super::fault::{Fault, Outcome, left, survives};
use super::forked;
use super::session::{End, Session};
use crate::error::ErrorKind;

/// The values of a statement, in order, each with its type.
pub(super) type Params<'a> = [(&'a (dyn ToSql + Sync), Type)];

/// How long a transaction whose statements have a time of their own may stay idle between them.
const LONG_IDLE: Duration = Duration::from_secs(600);
/// How long before the deadline the server is to give up, at most.
const MARGIN: Duration = Duration::from_millis(50);
/// How long a rollback may take. It is waited for only to keep the connection.
const ROLLBACK: Duration = Duration::from_millis(100);

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Read, all of it from one moment: REPEATABLE READ.
    Read,
    /// Read and write, each statement seeing what was committed before it: READ COMMITTED.
    Write,
}

/// Where the transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// There is none.
    None,
    /// The server has not heard of it yet.
    Announced,
    Open,
    /// A statement failed: nothing but a rollback, also one to a savepoint, is possible.
    Failed,
}

/// A connection. Used by one thread at a time; in a forked child every use is refused, and dropping it touches nothing.
pub(super) struct Connection {
    /// The process it was opened in.
    process: u32,
    /// Which of the address's hosts it goes to.
    pub(super) host: usize,
    /// `None` once it is broken.
    session: RefCell<Option<Session>>,
    state: Cell<State>,
    access: Cell<Access>,
    deadline: Cell<Instant>,
    /// In a long transaction: how long each statement after the first may take.
    each: Cell<Option<Duration>>,
    /// The statements kept in this transaction, while they are kept.
    kept: RefCell<Option<HashMap<String, Statement>>>,
    /// Whether the server turned out to be gone, or stands still.
    gone: Cell<bool>,
}

impl Connection {
    /// Opens a connection to the first host that takes writes; `likely` is tried before all others.
    ///
    /// # Errors
    /// `Undetermined`, `Config` or `Unsupported`, with what was wrong with each host.
    pub(super) fn open(address: &Address, likely: usize, deadline: Instant) -> Outcome<Self> {
        let (session, host) = Session::open(address, likely, deadline)?;
        Ok(Self {
            process: std::process::id(),
            host,
            session: RefCell::new(Some(session)),
            state: Cell::new(State::None),
            access: Cell::new(Access::Read),
            deadline: Cell::new(deadline),
            each: Cell::new(None),
            kept: RefCell::new(None),
            gone: Cell::new(false),
        })
    }

    /// Whether no transaction is on it and it works: it may serve the next call.
    pub(super) fn is_at_rest(&self) -> bool {
        self.state.get() == State::None && self.session.borrow().is_some()
    }

    /// Whether it can be used no more.
    pub(super) fn is_broken(&self) -> bool {
        self.session.borrow().is_none()
    }

    /// Whether the server turned out to be gone, to stand still, or to take no more writes.
    pub(super) fn is_gone(&self) -> bool {
        self.gone.get()
    }

    /// Whether the server has not closed the connection while nobody used it, as far as has been heard.
    pub(super) fn is_alive(&self) -> bool {
        self.session.borrow_mut().as_mut().is_some_and(Session::is_alive)
    }

    /// Announces a transaction that ends before the deadline. Sends nothing.
    ///
    /// The first statement travels behind `BEGIN` without waiting for its answer. Should there be no transaction, since
    /// the server was told to cancel at that very moment, a statement that names tables without their schema finds none.
    ///
    /// `each`, for long work: the deadline is then that of the first statement alone, the one that waits for locks, and
    /// every other has so much time of its own.
    ///
    /// # Errors
    /// `Forked`, or `Undetermined` when the connection is broken.
    pub(super) fn begin(&self, access: Access, deadline: Instant, each: Option<Duration>) -> Outcome<()> {
        self.own()?;
        if !self.is_at_rest() {
            return Err(unusable());
        }
        if let Some(session) = self.session.borrow_mut().as_mut() {
            session.notices = Default::default();
        }
        self.state.set(State::Announced);
        self.access.set(access);
        self.deadline.set(deadline);
        self.each.set(each);
        Ok(())
    }

    /// Runs a statement and returns its rows, all of them.
    ///
    /// # Errors
    /// The statement's; the transaction can then only be rolled back. `Undetermined` at the deadline.
    pub(super) fn query(&self, sql: &str, params: &Params<'_>) -> Outcome<Vec<Row>> {
        if let Some(statement) = self.kept(sql, params)? {
            let rows = async |client: &Client| {
                let rows = client.query_raw(&statement, params.iter().map(|(value, _)| Hidden(*value))).await?;
                rows.try_collect().await
            };
            return self.statement(rows);
        }
        self.statement(async |client| client.query_typed(sql, params).await)
    }

    /// Runs a statement and returns how many rows it changed.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub(super) fn execute(&self, sql: &str, params: &Params<'_>) -> Outcome<u64> {
        if let Some(statement) = self.kept(sql, params)? {
            let values = params.iter().map(|(value, _)| Hidden(*value));
            return self.statement(async |client| client.execute_raw(&statement, values).await);
        }
        self.statement(async |client| client.execute_typed(sql, params).await)
    }

    /// Runs commands without values and without rows, such as `SAVEPOINT a`, `ROLLBACK TO a`, or the making of tables.
    /// A successful `ROLLBACK TO` makes a failed transaction usable again.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub(super) fn command(&self, sql: &str) -> Outcome<()> {
        self.statement(async |client| client.batch_execute(sql).await)
    }

    /// From now on until the end of the transaction, statements are prepared once and kept: for loops.
    pub(super) fn keep_statements(&self) {
        self.kept.borrow_mut().get_or_insert_default();
    }

    fn kept(&self, sql: &str, params: &Params<'_>) -> Outcome<Option<Statement>> {
        match self.kept.borrow().as_ref() {
            None => return Ok(None),
            Some(kept) => {
                if let Some(statement) = kept.get(sql) {
                    return Ok(Some(statement.clone()));
                }
            }
        }
        let types: Vec<Type> = params.iter().map(|(_, kind)| kind.clone()).collect();
        let statement = self.statement(async |client| client.prepare_typed(sql, &types).await)?;
        if let Some(kept) = self.kept.borrow_mut().as_mut() {
            kept.insert(sql.to_owned(), statement.clone());
        }
        Ok(Some(statement))
    }

    /// Runs the last statement of a transaction and commits, in one round trip.
    ///
    /// # Errors
    /// The statement's; nothing was written then. `Undetermined` when the commit is not confirmed: it may or may not be
    /// done.
    pub(super) fn finish(&self, sql: &str, params: &Params<'_>) -> Outcome<Vec<Row>> {
        let prefix = self.prefix()?;
        self.forget_statements();
        let (begun, answer, committed) = self.talk(async |client| {
            join3(begin(client, prefix), client.query_typed(sql, params), client.batch_execute("COMMIT")).await
        })?;
        self.state.set(State::None);
        if begun.is_err() && answer.is_ok() {
            return Err(self.out_of_step());
        }
        // The first error is the cause of those behind it.
        let answer = begun.and(answer).map_err(|error| self.failed(error));
        let committed = committed.map_err(|error| self.failed(error));
        let rows = answer?;
        committed?;
        self.confirmed()?;
        Ok(rows)
    }

    /// One reading transaction of one statement, in one round trip.
    ///
    /// # Errors
    /// The statement's; `Undetermined` at the deadline.
    pub(super) fn read_once(&self, deadline: Instant, sql: &str, params: &Params<'_>) -> Outcome<Vec<Row>> {
        self.begin(Access::Read, deadline, None)?;
        self.finish(sql, params)
    }

    /// One writing transaction of one statement, in one round trip.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub(super) fn call_once(&self, deadline: Instant, sql: &str, params: &Params<'_>) -> Outcome<Vec<Row>> {
        self.begin(Access::Write, deadline, None)?;
        self.finish(sql, params)
    }

    /// One writing statement that is a transaction by itself, in one round trip. It runs with the session's own settings:
    /// what it calls must set those of its transaction, and wait for nothing beyond the deadline.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub(super) fn single(&self, deadline: Instant, sql: &str, params: &Params<'_>) -> Outcome<Vec<Row>> {
        self.begin(Access::Write, deadline, None)?;
        if left(deadline).is_zero() {
            self.end();
            return Err(Fault::late("the deadline passed before the PostgreSQL server was asked"));
        }
        // The driver returns when the server is ready for the next question, and that is after the commit.
        let answer = self.talk(async |client| client.query_typed(sql, params).await);
        self.end();
        let rows = answer?.map_err(|error| self.failed(error))?;
        self.confirmed()?;
        Ok(rows)
    }

    /// Commits, before the transaction's deadline.
    ///
    /// # Errors
    /// `Undetermined` when it is not confirmed: it may or may not be done. The server's, when it refused; nothing was
    /// written then.
    pub(super) fn commit(&self) -> Outcome<()> {
        self.own()?;
        match self.state.get() {
            State::Announced => {
                self.end();
                return Ok(());
            }
            State::Open => {}
            State::None | State::Failed => {
                self.rollback();
                return Err(Fault::late("a statement of the transaction had failed, so nothing was written"));
            }
        }
        self.forget_statements();
        let committed = self.talk(async |client| client.batch_execute("COMMIT").await)?;
        self.end();
        committed.map_err(|error| self.failed(error))?;
        self.confirmed()
    }

    /// Undoes the transaction. Cannot fail: when the server does not answer, the connection is closed, and that undoes
    /// it too.
    pub(super) fn rollback(&self) {
        if self.own().is_err() {
            return;
        }
        self.forget_statements();
        if matches!(self.state.get(), State::Open | State::Failed) {
            self.deadline.set(Instant::now() + ROLLBACK);
            self.each.set(None);
            if let Ok(Err(error)) = self.talk(async |client| client.batch_execute("ROLLBACK").await) {
                // A rollback that the server refuses leaves nobody knows what.
                let _ = self.failed(error);
                self.abandon();
            }
        }
        self.end();
    }

    /// The commit was answered; whether the answer can be relied upon.
    fn confirmed(&self) -> Outcome<()> {
        let notices = self.session.borrow().as_ref().map(|session| session.notices).unwrap_or_default();
        if notices.out_of_step {
            return Err(self.out_of_step());
        }
        if notices.not_replicated {
            self.abandon();
            return Err(Fault::late(
                "the server committed, but its wait for a synchronous standby was cancelled, so a failover may lose it",
            ));
        }
        Ok(())
    }

    /// Runs one statement, behind `BEGIN` when it is the first.
    fn statement<T: Send>(
        &self,
        work: impl AsyncFnOnce(&Client) -> std::result::Result<T, tokio_postgres::Error> + Send,
    ) -> Outcome<T> {
        let prefix = self.prefix()?;
        let was_failed = self.state.get() == State::Failed;
        let (begun, answer) = self.talk(async |client| join(begin(client, prefix), work(client)).await)?;
        if begun.is_err() && answer.is_ok() {
            return Err(self.out_of_step());
        }
        if !was_failed || answer.is_ok() {
            self.state.set(if begun.is_ok() && answer.is_ok() { State::Open } else { State::Failed });
        }
        begun.and(answer).map_err(|error| self.failed(error))
    }

    /// What must be sent ahead of the next statement: `BEGIN` and the settings, if it is the first.
    fn prefix(&self) -> Outcome<Option<String>> {
        self.own()?;
        match self.state.get() {
            State::None => return Err(unusable()),
            State::Open | State::Failed => return Ok(None),
            State::Announced => {}
        }
        let left = left(self.deadline.get());
        let (statement, idle) = self.each.get().map_or((left, left), |each| (each.max(left), LONG_IDLE));
        let (lock, statement) = (lock_wait(left), statement - margin(left));
        let begin = match self.access.get() {
            Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            Access::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        let synchronous = match self.access.get() {
            Access::Read => "",
            Access::Write => {
                ", pg_catalog.set_config('synchronous_commit', CASE pg_catalog.current_setting('synchronous_commit') \
                 WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true)"
            }
        };
        Ok(Some(format!(
            "{begin}; SELECT pg_catalog.set_config('lock_timeout', '{}', true), \
             pg_catalog.set_config('search_path', 'obligor, pg_temp', true), \
             pg_catalog.set_config('jit', 'off', true), \
             pg_catalog.set_config('statement_timeout', '{}', true), \
             pg_catalog.set_config('idle_in_transaction_session_timeout', '{}', true){synchronous}",
            lock,
            milliseconds(statement),
            milliseconds(idle),
        )))
    }

    /// Asks and waits. What the server answers, also an error, comes back inside; everything else breaks the
    /// connection.
    fn talk<T: Send>(&self, work: impl AsyncFnOnce(&Client) -> T + Send) -> Outcome<T> {
        self.own()?;
        let is_first = self.state.get() == State::Announced;
        let deadline = match self.each.get() {
            Some(each) if !is_first => Instant::now() + each,
            _ => self.deadline.get(),
        };
        if left(deadline).is_zero() {
            return Err(Fault::late("the deadline passed before the PostgreSQL server was asked"));
        }
        // Taken out meanwhile: whatever goes wrong, it does not come back.
        let mut session = self.session.take().ok_or_else(unusable)?;
        match session.run(deadline, work) {
            End::Answer(answer) => {
                self.session.replace(Some(session));
                Ok(answer)
            }
            End::Gone(fault) => {
                self.gone.set(true);
                Err(fault)
            }
            End::Late => {
                // A server that is well says in time that it will be late.
                self.gone.set(true);
                Err(Fault::late("the PostgreSQL server did not answer by the deadline"))
            }
        }
    }

    /// What an error means, and the end of the connection unless it survives it.
    fn failed(&self, error: tokio_postgres::Error) -> Fault {
        if !survives(&error) {
            self.abandon();
        }
        let fault = Fault::from(error);
        if fault.gone {
            self.gone.set(true);
            self.abandon();
        }
        fault
    }

    /// A statement went through although its transaction had not begun, or the server and we disagree on whether there
    /// is one: nobody knows what was written.
    fn out_of_step(&self) -> Fault {
        self.abandon();
        Fault::late("the PostgreSQL server lost track of the transaction")
    }

    /// Closes the connection without a word.
    fn abandon(&self) {
        drop(self.session.take());
    }

    fn end(&self) {
        self.state.set(State::None);
        self.forget_statements();
    }

    /// Has the server forget the kept statements, ahead of whatever is asked next.
    fn forget_statements(&self) {
        drop(self.kept.take());
    }

    fn own(&self) -> Outcome<()> {
        if self.process == std::process::id() { Ok(()) } else { Err(forked().into()) }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let (session, kept) = (self.session.take(), self.kept.take());
        if self.process != std::process::id() {
            // The parent uses these descriptors: closing them here would take its socket out of the epoll set that
            // parent and child share, and a farewell would end its session. They close when the child ends.
            std::mem::forget((session, kept));
            return;
        }
        drop(kept);
        if let Some(session) = session.filter(|_| self.state.get() == State::None) {
            session.close();
        }
    }
}

/// A value that the driver can send and not print: it hands the values of kept statements to a host's log.
struct Hidden<'a>(&'a (dyn ToSql + Sync));

impl fmt::Debug for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl ToSql for Hidden<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Sent {
        self.0.to_sql_checked(kind, out)
    }

    fn accepts(_kind: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, kind: &Type, out: &mut BytesMut) -> Sent {
        self.0.to_sql_checked(kind, out)
    }

    fn encode_format(&self, kind: &Type) -> Format {
        self.0.encode_format(kind)
    }
}

type Sent = std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

async fn begin(client: &Client, prefix: Option<String>) -> std::result::Result<(), tokio_postgres::Error> {
    match prefix {
        Some(prefix) => client.batch_execute(&prefix).await,
        None => Ok(()),
    }
}

fn unusable() -> Fault {
    Fault::new(
        ErrorKind::Undetermined,
        "the connection to the PostgreSQL server broke earlier; ask again with the same key",
    )
}

/// How long before the deadline the server is to give up, when so much is left.
fn margin(left: Duration) -> Duration {
    (left / 10).min(MARGIN)
}

/// How many milliseconds the server may wait for a lock, when so much is left until the deadline. It is to give up before
/// a statement is too late as a whole, so that it can say that it was a lock.
pub(super) fn lock_wait(left: Duration) -> u128 {
    milliseconds(left - 2 * margin(left))
}

/// For the server, which takes 0 for "for ever" and at most what fits an `int`.
fn milliseconds(duration: Duration) -> u128 {
    duration.as_millis().clamp(1, i32::MAX as u128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_not_printed() {
        assert_eq!(format!("{:?}", [Hidden(&"0101701234")]), "[…]");
    }
}
