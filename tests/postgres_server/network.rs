//! A network of its own for one server, which can be cut.
//!
//! The server runs in a network namespace that a pair of virtual interfaces joins with ours. Both sides are told each
//! other's hardware address for good. A cut tells them an address that nobody has: packets are sent as before and nobody
//! takes them in. So there is no reset, no ICMP, no failing look-up of a neighbour and no interface that is down: neither
//! side can know that the other has gone, as behind a router that drops. Nothing but `ip` is needed, and root.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;

use super::machine::{Keeper, User, command, program, run};

/// What removes a network: its interfaces, then its namespace.
const REMOVE: &str = r#""$2" link del "$1"; "$2" netns del "$1""#;

/// The hardware address that nobody has.
const NOBODY: &str = "02:6f:62:6c:00:00";
/// Ours, and the server's. A network has no third one, so all networks may have the same.
const OURS: &str = "02:6f:62:6c:00:01";
const THEIRS: &str = "02:6f:62:6c:00:02";

/// The namespace and our end of the pair, which has the same name.
pub(super) struct Network {
    name: String,
    ours: Ipv4Addr,
    theirs: Ipv4Addr,
    keeper: Keeper,
}

impl Network {
    pub(super) fn new() -> Self {
        assert!(User::myself().uid == 0, "a server in a network of its own needs root: run this test as root");
        let ip = program("ip", "iproute2");
        // 198.18.0.0/15 is set aside for such tests; it is divided by four. The kernel has each name once only, so the
        // name is the claim.
        let first = RandomState::new().hash_one(std::process::id()) % 0x8000;
        for number in (first..0x8000).chain(0..first) {
            let name = format!("obligor{number}");
            let taken = command(&ip).args(["netns", "add", &name]).output().unwrap();
            if !taken.status.success() {
                let why = String::from_utf8_lossy(&taken.stderr).into_owned();
                assert!(why.contains("File exists"), "a network of its own needs the right to make one: {why}");
                continue;
            }
            let base = u32::from(Ipv4Addr::new(198, 18, 0, 0)) + 4 * number as u32;
            let keeper = Keeper::start(command("/bin/sh"), REMOVE, &[name.as_ref(), ip.as_os_str()]);
            let network = Self { name, ours: (base + 1).into(), theirs: (base + 2).into(), keeper };
            network.join();
            return network;
        }
        panic!("all networks are taken");
    }

    fn join(&self) {
        let Self { name, ours, theirs, .. } = self;
        self.ip(&format!("link add {name} address {OURS} type veth peer name eth0 address {THEIRS} netns {name}"));
        self.ip(&format!("addr add {ours}/30 dev {name}"));
        self.ip(&format!("link set {name} up"));
        self.ip(&format!("-n {name} addr add {theirs}/30 dev eth0"));
        self.ip(&format!("-n {name} link set eth0 up"));
        self.ip(&format!("-n {name} link set lo up"));
        self.reach(THEIRS, OURS);
    }

    /// Where our packets go, and where theirs go.
    fn reach(&self, from_us: &str, from_them: &str) {
        let Self { name, ours, theirs, .. } = self;
        self.ip(&format!("neigh replace {theirs} lladdr {from_us} dev {name} nud permanent"));
        self.ip(&format!("-n {name} neigh replace {ours} lladdr {from_them} dev eth0 nud permanent"));
    }

    pub(super) fn cut(&self) {
        self.reach(NOBODY, NOBODY);
    }

    pub(super) fn cut_answers(&self) {
        self.reach(THEIRS, NOBODY);
    }

    pub(super) fn heal(&self) {
        self.reach(THEIRS, OURS);
    }

    /// The server's address in it.
    pub(super) fn address(&self) -> IpAddr {
        self.theirs.into()
    }

    /// The beginning of a command that runs as a user in the network. Each program replaces the one before it, so the
    /// process is that of the last.
    pub(super) fn command(&self, user: User) -> Command {
        let mut command = command(program("ip", "iproute2"));
        command.args(["netns", "exec", &self.name]).arg(program("setpriv", "util-linux"));
        command.args([format!("--reuid={}", user.uid), format!("--regid={}", user.gid), "--clear-groups".into()]);
        command
    }

    fn ip(&self, words: &str) {
        run(command(program("ip", "iproute2")).args(words.split(' ')));
    }
}
