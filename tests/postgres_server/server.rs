//! One server: how it starts, what it is asked, and how it fails.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use super::delay::slow_sync;
use super::machine::{Folder, Port, User, children, command, parent_of, program, root, run, signal, wait_until};
use super::network::Network;
use super::tls;

/// How much a commit is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speed {
    /// As a server is sold: a commit is on the disk. For tests of failures, and for benchmarks.
    Durable,
    /// `fsync` is off: what is committed survives the end of a process, not that of the machine.
    Fast,
}

/// What a server is started with.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) speed: Speed,
    pub(crate) max_connections: u32,
    /// A disk that takes this long for each flush, and flushes nothing. The speed must be [`Speed::Durable`], since the
    /// other one never flushes.
    pub(crate) fsync_delay: Option<Duration>,
    /// Whether only connections with TLS are taken (but for the Unix socket). See [`Server::authorities`].
    pub(crate) tls: bool,
    /// Whether the server gets a network that can be cut; needs root. See [`Server::cut`].
    pub(crate) own_network: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { speed: Speed::Fast, max_connections: 100, fsync_delay: None, tls: false, own_network: false }
    }
}

/// How a server is told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Sessions are told why and ended, open transactions are rolled back, all is written out.
    Fast,
    /// Sessions are ended at once; the next start recovers.
    Immediate,
}

/// A running PostgreSQL server. It is gone, with all it wrote, when the value is dropped; if that happens because a
/// test failed, the end of its log is printed.
pub(crate) struct Server {
    user: User,
    options: Options,
    port: Port,
    /// The postmaster, while it runs.
    postmaster: Option<Child>,
    folder: Folder,
    /// After the folder, so that nobody is in it when it goes.
    network: Option<Network>,
}

impl Server {
    /// A primary with [`Options::default`].
    pub(crate) fn start() -> Self {
        Self::with(Options::default())
    }

    /// A primary that takes connections with TLS only.
    pub(crate) fn start_with_tls() -> Self {
        Self::with(Options { tls: true, ..Options::default() })
    }

    /// A primary.
    pub(crate) fn with(options: Options) -> Self {
        Self::launch(options, |server| {
            run(command("cp").args(["-a", "--reflink=auto"]).arg(template(server.user)).arg(server.data()));
        })
    }

    /// A server whose data folder is made by `fill`.
    pub(super) fn launch(options: Options, fill: impl FnOnce(&Self)) -> Self {
        let user = User::unprivileged();
        let network = options.own_network.then(Network::new);
        let mut server =
            Self { user, options, port: Port::free(), postmaster: None, folder: Folder::new(user), network };
        fill(&server);
        server.configure();
        server.start_again();
        server
    }

    /// Writes the two files of settings. What `ALTER SYSTEM` changes is in a third, which wins.
    fn configure(&self) {
        let fast = self.options.speed == Speed::Fast;
        let switch = if fast { "off" } else { "on" };
        // A server that is killed leaves its shared memory behind, unless that lies in its own folder.
        let settings = format!(
            "listen_addresses = '{}'\n\
             port = {}\n\
             unix_socket_directories = '{}'\n\
             max_connections = {}\n\
             dynamic_shared_memory_type = mmap\n\
             wal_level = replica\n\
             hot_standby = on\n\
             fsync = {switch}\n\
             full_page_writes = {switch}\n\
             wal_retrieve_retry_interval = 200ms\n\
             log_line_prefix = '%m [%p] %d %a '\n",
            self.address().ip(),
            self.address().port(),
            self.folder.path.display(),
            self.options.max_connections,
        );
        let tls = if self.options.tls {
            tls::certificates(&self.folder.path, self.user);
            "ssl = on\nssl_cert_file = '../server.pem'\nssl_key_file = '../server.key'\n"
        } else {
            ""
        };
        // `guarded` is the one user who is asked for a password; a test that wants it creates the role.
        let host = if self.options.tls { "hostssl" } else { "host" };
        let access = format!(
            "local all all trust\n\
             {host} all guarded all scram-sha-256\n\
             {host} all all all trust\n\
             {host} replication all all trust\n"
        );
        for (name, text) in [("postgresql.conf", settings + tls), ("pg_hba.conf", access)] {
            std::fs::write(self.data().join(name), text).unwrap();
        }
    }

    /// The server's own folder: `data`, `log`, the Unix socket.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder.path
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    pub(super) fn user(&self) -> User {
        self.user
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Where the server listens.
    pub(crate) fn address(&self) -> SocketAddr {
        let host = self.network.as_ref().map_or(Ipv4Addr::LOCALHOST.into(), Network::address);
        SocketAddr::new(host, self.port.number)
    }

    /// `postgresql://postgres@address:port/database`; parameters can be added after a `?`. The user is a superuser.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@{}/{database}", self.address())
    }

    /// The same over the Unix socket in the server's folder.
    pub(crate) fn socket_url(&self, database: &str) -> String {
        let folder = self.folder.path.display().to_string().replace('/', "%2F");
        format!("postgresql://postgres@{folder}:{}/{database}", self.address().port())
    }

    /// The files of two authorities: the one that signed the certificate of a server with TLS, for `localhost` and
    /// 127.0.0.1; and one that signed nothing.
    pub(crate) fn authorities(&self) -> (PathBuf, PathBuf) {
        assert!(self.options.tls, "the server has no TLS");
        tls::authorities(&self.folder.path)
    }

    /// Creates an empty database and returns its name.
    pub(crate) fn fresh_database_name(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    /// Creates an empty database and returns its URL.
    pub(crate) fn fresh_database(&self) -> String {
        self.url(&self.fresh_database_name())
    }

    /// Runs statements that must succeed, over the Unix socket. The answer is rows as lines, columns divided by `|`.
    pub(crate) fn sql(&self, database: &str, text: &str) -> String {
        psql(&self.socket_url(database), text).unwrap_or_else(|why| panic!("{text}\n{why}"))
    }

    /// Ends the server in good order or in haste. One that is paused is resumed first.
    pub(crate) fn stop(&mut self, how: Stop) {
        self.resume();
        let mut postmaster = self.postmaster.take().expect("the server is stopped already");
        signal(postmaster.id(), if how == Stop::Fast { libc::SIGINT } else { libc::SIGQUIT });
        wait_until("the server has stopped", || postmaster.try_wait().unwrap().is_some());
    }

    /// Kills the postmaster and all its children with SIGKILL. What was handed to the operating system by then is still
    /// written, and still sent; to have the end of a machine, [`Server::cut`] it off first.
    pub(crate) fn kill(&mut self) {
        // A stopped postmaster starts no child that we would miss, and does not see its children die.
        let processes = self.signal_all(libc::SIGSTOP);
        processes.iter().rev().for_each(|process| signal(*process, libc::SIGKILL));
        let mut postmaster = self.postmaster.take().unwrap();
        postmaster.wait().unwrap();
        wait_until("all processes of the server have ended", || {
            processes.iter().all(|process| parent_of(*process).is_none())
        });
    }

    /// Starts a server that was stopped or killed, on its old address, and returns when it takes connections.
    pub(crate) fn start_again(&mut self) {
        assert!(self.postmaster.is_none(), "the server is running");
        let log = OpenOptions::new().create(true).append(true).open(self.folder.join("log")).unwrap();
        let postgres = program("postgres", "postgresql");
        let mut postgres = match &self.network {
            None => self.user.command(postgres),
            Some(network) => {
                let mut command = network.command(self.user);
                command.arg(postgres);
                command
            }
        };
        postgres.arg("-D").arg(self.data());
        if let Some(delay) = self.options.fsync_delay {
            assert_eq!(self.options.speed, Speed::Durable, "a server that never flushes has no slow disk");
            postgres.env("LD_PRELOAD", slow_sync(&self.folder.path));
            postgres.env("OBLIGOR_SYNC_MICROSECONDS", delay.as_micros().to_string());
        }
        // Not in our process group: what a terminal or a time limit sends to us is the keeper's affair.
        postgres.process_group(0).stdout(log.try_clone().unwrap()).stderr(log);
        let mut child = postgres.spawn().unwrap();
        let number = child.id().to_string();
        wait_until("the server takes connections", || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!("the server ended with {status}");
            }
            // Our number is in the first line, how far it is in the eighth.
            let state = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
            let mut lines = state.lines();
            lines.next() == Some(&number) && lines.nth(6).map(str::trim_end) == Some("ready")
        });
        self.postmaster = Some(child);
    }

    /// Makes the server refuse writes, or take them again, the way a hosted one does that has run out of disk:
    /// `default_transaction_read_only` is set for all, and no session is ended. Open sessions follow with their next
    /// transaction. A client that asks for `READ WRITE` by word still gets it: what nobody can write to is a standby.
    pub(crate) fn read_only(&mut self, yes: bool) {
        let switch = if yes { "on" } else { "off" };
        self.sql("postgres", &format!("ALTER SYSTEM SET default_transaction_read_only = {switch}"));
        self.reload();
        wait_until("the server has read its settings", || {
            self.sql("postgres", "SHOW default_transaction_read_only") == switch
        });
    }

    /// Has the server read its settings again. The sessions that are open are told before a new one is let in.
    pub(super) fn reload(&self) {
        self.sql("postgres", "SELECT pg_reload_conf()");
    }

    /// Stops every process of the server where it is (SIGSTOP): the kernel still takes connections and bytes for it,
    /// but nobody answers.
    pub(crate) fn pause(&mut self) {
        self.signal_all(libc::SIGSTOP);
    }

    /// Lets a paused server go on.
    pub(crate) fn resume(&mut self) {
        self.signal_all(libc::SIGCONT);
    }

    /// Lets every packet to the server and from it vanish, without a word to either side. Its Unix socket, and so
    /// [`Server::sql`], still works.
    pub(crate) fn cut(&mut self) {
        self.own_network().cut();
    }

    /// Lets every packet from the server vanish: it gets what it is sent, does it, and nobody hears of it.
    pub(crate) fn cut_answers(&mut self) {
        self.own_network().cut_answers();
    }

    /// Undoes a cut. What was sent meanwhile arrives with the sender's next try, after at most twice the time of the cut.
    pub(crate) fn heal(&mut self) {
        self.own_network().heal();
    }

    fn own_network(&self) -> &Network {
        self.network.as_ref().expect("a server can be cut off only if it was started with `own_network`")
    }

    /// Signals the postmaster, then its children; all its processes are its children. Returns them all.
    fn signal_all(&self, number: libc::c_int) -> Vec<u32> {
        let postmaster = self.postmaster.as_ref().expect("the server is not running").id();
        signal(postmaster, number);
        let mut processes = vec![postmaster];
        processes.extend(children(postmaster));
        processes.iter().skip(1).for_each(|process| signal(*process, number));
        processes
    }

    /// The whole log.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.folder.join("log")).unwrap_or_default()).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            print_end_of_log(&self.folder.path);
        }
        if let Some(mut postmaster) = self.postmaster.take() {
            // Only now, so that nobody else can have its number; the keeper ends its children.
            signal(postmaster.id(), libc::SIGKILL);
            let _ = postmaster.wait();
        }
    }
}

/// Prints the end of the log in the folder of a server, for a test that failed.
pub(super) fn print_end_of_log(folder: &Path) {
    print_end(folder, &std::fs::read(folder.join("log")).unwrap_or_default());
}

fn print_end(folder: &Path, log: &[u8]) {
    let log = String::from_utf8_lossy(log);
    let lines: Vec<&str> = log.lines().collect();
    let end = lines[lines.len().saturating_sub(40)..].join("\n");
    eprintln!("---- end of the log in {}\n{end}\n----", folder.display());
}

/// The one server of this process for tests that do not harm it: fast, with 200 connections. It ends with the process.
/// A test that fails prints what the server's log has got since the last one.
pub(crate) fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    static SHOWN: AtomicUsize = AtomicUsize::new(0);
    SHARED.get_or_init(|| {
        let server = Server::with(Options { max_connections: 200, ..Options::default() });
        let (folder, before) = (server.folder.path.clone(), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |panic| {
            before(panic);
            let log = std::fs::read(folder.join("log")).unwrap_or_default();
            let new = log.get(SHOWN.swap(log.len(), Ordering::Relaxed)..).unwrap_or_default();
            if !new.is_empty() {
                print_end(&folder, new);
            }
        }));
        server
    })
}

/// Runs statements, each in a transaction of its own, and stops at the first that fails. The answer is rows as lines,
/// columns divided by `|`; an error is what `psql` said.
pub(crate) fn psql(url: &str, text: &str) -> Result<String, String> {
    let mut psql = command(program("psql", "postgresql-client"));
    psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url]).env("PGCLIENTENCODING", "UTF8");
    let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // One that could not connect reads nothing.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    if output.status.success() { Ok(said) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// A data folder as `initdb` makes it, made once on a machine and copied for each server.
///
/// Text is sorted as in a dictionary and not by its bytes, as on most real servers: whoever needs the order of bytes
/// must say so in SQL.
fn template(user: User) -> PathBuf {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    let made = TEMPLATE.get_or_init(|| {
        let initdb = program("initdb", "postgresql");
        let version = run(command(&initdb).arg("--version"));
        let version = version.split_whitespace().nth(2).expect("initdb says which version it is");
        // Cargo names the folder for test programs, not for the library's own tests, and not for the benchmarks.
        let folder = option_env!("CARGO_TARGET_TMPDIR").map_or_else(|| root().join("target/tmp"), PathBuf::from);
        std::fs::create_dir_all(&folder).unwrap();
        // Whoever changes what is made gives it another name.
        let name = format!("postgres-{version}-{}", user.uid);
        let template = folder.join(&name);
        // Other test programs run at the same time; whoever comes first makes it.
        let lock = File::create(folder.join(format!("{name}.lock"))).unwrap();
        lock.lock().unwrap();
        if !template.exists() {
            // The servers' user may not reach Cargo's folder, so it is made elsewhere and brought here by us.
            let place = Folder::new(user);
            let locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"];
            let mut make = user.command(&initdb);
            make.args(["--username=postgres", "--auth=trust", "--no-sync"]).args(locale);
            run(make.arg("-D").arg(place.join("made")));
            let half = folder.join(format!("{name}.half"));
            let _ = std::fs::remove_dir_all(&half);
            run(command("cp").arg("-a").arg(place.join("made")).arg(&half));
            std::fs::rename(&half, &template).unwrap();
        }
        template
    });
    made.clone()
}
