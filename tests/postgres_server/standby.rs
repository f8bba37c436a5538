//! A second server that follows the first.

use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU32, Ordering};

use super::machine::{program, run, wait_until};
use super::server::{Options, Server};

/// A server that streams from a primary and answers reads until it is promoted. It is a [`Server`] in all else.
pub(crate) struct Standby {
    server: Server,
    /// What it calls itself at the primary.
    name: String,
}

impl Standby {
    /// A standby of a running primary, with the primary's options; it has no network of its own. It reaches the primary
    /// as any client does: whoever cuts the primary's network cuts it off too.
    pub(crate) fn of(primary: &Server) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("standby_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let options = Options { own_network: false, ..primary.options().clone() };
        let server = Server::launch(options, |standby| {
            let mut copy = standby.user().command(program("pg_basebackup", "postgresql"));
            copy.arg("-D").arg(standby.data()).args(["-X", "stream", "--checkpoint=fast", "--no-sync", "-R"]);
            run(copy.args(["-d", &format!("{}?application_name={name}", primary.url("postgres"))]));
        });
        let standby = Self { server, name };
        wait_until("the primary streams to the standby", || {
            let state = format!("SELECT state FROM pg_stat_replication WHERE application_name = '{}'", standby.name);
            primary.sql("postgres", &state) == "streaming"
        });
        standby
    }

    /// Makes every commit of the primary wait for this standby. It waits until it is heard of, also when the standby is
    /// gone.
    pub(crate) fn synchronous(&self, primary: &Server) {
        primary.sql("postgres", &format!("ALTER SYSTEM SET synchronous_standby_names = '{}'", self.name));
        primary.reload();
        wait_until("the standby is synchronous", || {
            let state = format!("SELECT sync_state FROM pg_stat_replication WHERE application_name = '{}'", self.name);
            primary.sql("postgres", &state) == "sync"
        });
    }

    /// Waits until reads see all that is committed on the primary now.
    pub(crate) fn caught_up(&self, primary: &Server) {
        let position = primary.sql("postgres", "SELECT pg_current_wal_flush_lsn()");
        wait_until("the standby has caught up", || {
            self.sql("postgres", &format!("SELECT pg_last_wal_replay_lsn() >= '{position}'")) == "t"
        });
    }

    /// Makes it a primary, which waits for no standby. The old primary is not told: that is what makes two of them.
    pub(crate) fn promote(&mut self) {
        self.sql("postgres", "ALTER SYSTEM RESET synchronous_standby_names");
        self.reload();
        assert_eq!(self.sql("postgres", "SELECT pg_promote(true, 60)"), "t", "the standby did not become a primary");
    }
}

impl Deref for Standby {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl DerefMut for Standby {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}

/// A URL of several servers; the client takes the first that lets it write.
pub(crate) fn writable_url(addresses: &[SocketAddr], database: &str) -> String {
    let addresses: Vec<String> = addresses.iter().map(SocketAddr::to_string).collect();
    format!("postgresql://postgres@{}/{database}?target_session_attrs=read-write", addresses.join(","))
}
