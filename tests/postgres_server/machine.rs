//! What a server needs of the machine: programs, a user that is not root, a port, and a folder that is cleared away.

use std::ffi::OsStr;
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The program of this name, or a panic that says which Debian package brings it. Debian keeps the programs of a
/// PostgreSQL server out of the path; the newest server is taken.
pub(crate) fn program(name: &str, package: &str) -> PathBuf {
    let entries = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    let servers = versions.iter().map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = servers.chain(std::env::split_paths(&path)).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.map(|folder| folder.join(name)).find(|file| file.is_file()).unwrap_or_else(|| {
        panic!("this test needs the program `{name}`: apt-get install {package} (`cargo xtask test` does it as root)")
    })
}

/// The root of the checkout, whichever package of it the program belongs to.
pub(crate) fn root() -> &'static Path {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    folders.find(|folder| folder.join("Cargo.lock").is_file()).expect("a checkout has a Cargo.lock")
}

/// A program that reads nothing of ours: no variable of libpq, no language.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C.UTF-8").current_dir("/").stdin(Stdio::null());
    command
}

/// Runs a program that must succeed, and returns what it said.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} ended with {}\n{said}{errors}", output.status);
    said
}

/// Asks until the answer is yes.
pub(crate) fn wait_until(what: &str, mut yes: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !yes() {
        assert!(Instant::now() < end, "waited for a minute, and still not: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Who the servers run as.
#[derive(Debug, Clone, Copy)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl User {
    /// PostgreSQL refuses root. Root runs it as `postgres`, or as `nobody` where there is no such user; anybody else
    /// as himself.
    pub(crate) fn unprivileged() -> Self {
        let me = Self::myself();
        if me.uid != 0 {
            return me;
        }
        let users = std::fs::read_to_string("/etc/passwd").unwrap();
        let find = |name: &str| {
            let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut words = line.split(':').skip(2);
            Some(Self { uid: words.next()?.parse().ok()?, gid: words.next()?.parse().ok()? })
        };
        find("postgres").or_else(|| find("nobody")).expect("neither a user `postgres` nor `nobody` in /etc/passwd")
    }

    pub(crate) fn myself() -> Self {
        // SAFETY: both only read.
        unsafe { Self { uid: libc::geteuid(), gid: libc::getegid() } }
    }

    /// A program that will run as this user.
    pub(crate) fn command(self, program: impl AsRef<OsStr>) -> Command {
        let mut command = command(program);
        if Self::myself().uid == 0 {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Gives a file to this user.
    pub(crate) fn own(self, path: &Path) {
        if Self::myself().uid == 0 {
            std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid)).unwrap();
        }
    }
}

/// A free port of 127.0.0.1 that stays ours, also while the server on it is down.
///
/// The socket is bound and never listens. Connecting to it is refused as to any closed port; nobody who asks for some
/// free port gets this one; and a server that asks for it by number may have it, since both it and we say
/// `SO_REUSEADDR`.
pub(crate) struct Port {
    pub(crate) number: u16,
    held: OwnedFd,
}

impl Port {
    pub(crate) fn free() -> Self {
        // SAFETY: plain calls; the structures are ours, live through the calls, and have the sizes that are told.
        unsafe {
            let socket = libc::socket(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0);
            assert!(socket >= 0, "{}", std::io::Error::last_os_error());
            let held = OwnedFd::from_raw_fd(socket);
            let yes: libc::c_int = 1;
            let size = size_of::<libc::c_int>() as libc::socklen_t;
            let shared = libc::setsockopt(
                held.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_REUSEADDR,
                std::ptr::from_ref(&yes).cast(),
                size,
            );
            assert_eq!(shared, 0, "{}", std::io::Error::last_os_error());
            let mut address: libc::sockaddr_in = std::mem::zeroed();
            address.sin_family = libc::AF_INET as libc::sa_family_t;
            address.sin_addr.s_addr = u32::from(Ipv4Addr::LOCALHOST).to_be();
            let mut size = size_of::<libc::sockaddr_in>() as libc::socklen_t;
            let bound = libc::bind(held.as_raw_fd(), std::ptr::from_ref(&address).cast(), size);
            assert_eq!(bound, 0, "{}", std::io::Error::last_os_error());
            let told = libc::getsockname(held.as_raw_fd(), std::ptr::from_mut(&mut address).cast(), &mut size);
            assert_eq!(told, 0, "{}", std::io::Error::last_os_error());
            Self { number: u16::from_be(address.sin_port), held }
        }
    }
}

/// A shell that outlives this process and clears away after it. It begins when the value is dropped, which waits for its
/// end, and when this process ends in whatever way.
///
/// It waits for the end of a pipe from us, in a process group of its own. (A signal at the parent's death would come when
/// the *thread* ends that started the server; a test is a thread.)
pub(crate) struct Keeper(Child);

impl Keeper {
    /// A keeper that will run a script with these arguments, in a shell that is given.
    pub(crate) fn start(mut shell: Command, script: &str, arguments: &[&OsStr]) -> Self {
        shell.args(["-c", &format!("trap '' HUP INT TERM; read -r nothing; {script}"), "keeper"]).args(arguments);
        shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(shell.spawn().unwrap())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// A folder of the servers' user, with a keeper: in the end the processes that work in its subfolder `data` are killed,
/// and the folder goes.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    keeper: Keeper,
}

/// Kills until nobody is left, since a process may have started another meanwhile.
const CLEAR: &str = r#"
found=1
while [ $found = 1 ]; do
    found=0
    for process in /proc/[0-9]*; do
        if [ "$process/cwd" -ef "$1/data" ]; then
            kill -9 "${process#/proc/}" && found=1
        fi
    done
done
rm -rf "$1""#;

impl Folder {
    pub(crate) fn new(user: User) -> Self {
        // In memory where the machine has such: these tests end processes and cut networks, and no power.
        let mut folder = tempfile::Builder::new();
        folder.prefix("obligor-pg-");
        let path = folder.tempdir_in("/dev/shm").or_else(|_| folder.tempdir()).unwrap().keep();
        user.own(&path);
        Self { keeper: Keeper::start(user.command("/bin/sh"), CLEAR, &[path.as_ref()]), path }
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

/// The running processes that were started by this one, directly.
pub(crate) fn children(parent: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    processes.filter(|process| parent_of(*process) == Some(parent)).collect()
}

/// The parent of a process; none when it has ended.
pub(crate) fn parent_of(process: u32) -> Option<u32> {
    let line = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut words = line.rsplit_once(')')?.1.split_whitespace();
    if words.next()? == "Z" { None } else { words.next()?.parse().ok() }
}

/// Sends a signal to a process, which may have ended.
pub(crate) fn signal(process: u32, signal: libc::c_int) {
    // SAFETY: a plain call.
    unsafe { libc::kill(libc::pid_t::try_from(process).unwrap(), signal) };
}
