//! Where the credit state lives when it lives in a PostgreSQL server: the URL of the configuration, understood.
//!
//! `postgresql://user:password@host-a:5432,host-b:5433/database?sslmode=require`. The hosts are tried in order, and the
//! first that accepts writes is used: `target_session_attrs=read-write` is always meant, whatever the URL says. A host
//! that is a folder, percent-encoded as `%2Fvar%2Frun%2Fpostgresql`, holds a Unix socket. User and database must be
//! named. Beside that the URL may say:
//!
//! | parameter | meaning |
//! |---|---|
//! | `host`, `port` | more hosts, as comma-separated lists |
//! | `hostaddr` | the hosts' addresses, a list as long as all hosts, with nothing between the commas for those that are to be asked for. Where an address is said, no name server is asked, which could hold a call up past its deadline; the certificate must still bear the name. |
//! | `sslmode` | `prefer` when nothing is said: TLS for every host but `localhost`, loopback addresses and Unix sockets, which are reached in plain text. `require` (also written `verify-ca` or `verify-full`): TLS for `localhost` too. `disable`: never. |
//! | `sslrootcert` | a PEM file with the authorities to trust, in place of the system's; `system` for the system's |
//! | `channel_binding` | `prefer` when nothing is said; `require`: only a server that proves to know the password too, over TLS |
//! | `connect_timeout` | the longest time for one host, in seconds; the call's deadline counts too |
//! | `application_name` | how the server's lists call these sessions; `obligor` when nothing is said |
//! | `options` | settings for the session, as `-c name=value` |
//! | `connections` | how many connections one engine opens at most |
//!
//! Nothing falls back from TLS to plain text, and whenever TLS is used, the certificate and the host's name in it are
//! verified.
//!
//! The URL may hold a password, so it is kept out of configuration files: those name where it is, as `env:NAME` or
//! `file:PATH`. No error and no `Debug` shows more of it than hosts and database.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};

/// The connections one engine opens at most when the URL does not say.
pub(super) const CONNECTIONS: usize = 8;
/// The most connections that the URL may ask for.
const MAX_CONNECTIONS: usize = 100;
/// The most hosts one URL may name.
const MAX_HOSTS: usize = 16;
/// The port of a host that is named without one.
const PORT: u16 = 5432;
/// How the server's lists call our sessions.
const APPLICATION: &str = "obligor";

/// A URL, understood.
pub(super) struct Address {
    pub(super) hosts: Vec<Host>,
    pub(super) user: String,
    pub(super) password: Option<Zeroizing<String>>,
    pub(super) database: String,
    pub(super) roots: Roots,
    /// Whether the server must bind the proof of the password to the TLS connection.
    pub(super) binding: bool,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) application: String,
    pub(super) options: Option<String>,
    /// The most connections that are open at a time.
    pub(super) connections: usize,
    tls: Tls,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) place: Place,
    pub(super) port: u16,
    /// The address of a name, where it need not be asked for.
    pub(super) address: Option<IpAddr>,
}

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// By name or by number.
    Net(String),
    /// By a socket in this folder.
    Folder(PathBuf),
}

/// Whose signature on a certificate is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Roots {
    /// Those the system trusts.
    System,
    /// Those in a PEM file.
    File(PathBuf),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tls {
    Never,
    OffThisMachine,
    Always,
}

fn bad(message: impl fmt::Display) -> Error {
    Error::new(ErrorKind::Config, format!("store: the PostgreSQL URL {message}"))
}

/// The text behind the scheme, when the text is such a URL.
fn behind_scheme(text: &str) -> Option<&str> {
    text.strip_prefix("postgresql://").or_else(|| text.strip_prefix("postgres://"))
}

impl Address {
    /// Whether the text is a PostgreSQL URL and not the path of a file.
    pub(super) fn is_url(text: &str) -> bool {
        behind_scheme(text).is_some()
    }

    /// Reads a URL.
    ///
    /// # Errors
    /// `Config`. Nothing of the URL is repeated but the names of parameters.
    pub(super) fn parse(url: &str) -> Result<Self> {
        let rest = behind_scheme(url.trim()).ok_or_else(|| bad("must begin with postgresql://"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        // A password with such a sign in it would be cut there, and its rest be taken for something that is shown.
        if database.contains(['@', '/']) || query.contains('@') {
            return Err(bad("has a sign in its user, password or parameters that must be percent-encoded"));
        }
        let (who, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = match who.split_once(':') {
            Some((user, password)) => (user, Some(Zeroizing::new(decode(password)?.into_owned()))),
            None => (who, None),
        };
        let mut address = Self {
            hosts: Vec::new(),
            user: decode(user)?.into_owned(),
            password,
            database: decode(database)?.into_owned(),
            roots: Roots::System,
            binding: false,
            connect_timeout: None,
            application: APPLICATION.to_owned(),
            options: None,
            connections: CONNECTIONS,
            tls: Tls::OffThisMachine,
        };
        for host in hosts.split(',').filter(|_| !hosts.is_empty()) {
            address.hosts.push(Host::parse(host)?);
        }
        address.read_parameters(query)?;
        if address.user.is_empty() {
            return Err(bad("names no user"));
        }
        if address.database.is_empty() {
            return Err(bad("names no database"));
        }
        if address.hosts.is_empty() {
            return Err(bad("names no host"));
        }
        if address.hosts.len() > MAX_HOSTS {
            return Err(bad(format!("names more than {MAX_HOSTS} hosts")));
        }
        Ok(address)
    }

    fn read_parameters(&mut self, query: &str) -> Result<()> {
        let (mut hosts, mut ports, mut addresses) = (String::new(), String::new(), String::new());
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').ok_or_else(|| bad("has a parameter without a value"))?;
            let value = decode(value)?;
            match name {
                "host" => hosts = value.into_owned(),
                "port" => ports = value.into_owned(),
                "hostaddr" => addresses = value.into_owned(),
                "sslmode" => {
                    self.tls = match &*value {
                        "disable" => Tls::Never,
                        "prefer" => Tls::OffThisMachine,
                        "require" | "verify-ca" | "verify-full" => Tls::Always,
                        _ => return Err(bad("may say sslmode=disable, prefer or require")),
                    };
                }
                "sslrootcert" => {
                    self.roots =
                        if value == "system" { Roots::System } else { Roots::File(PathBuf::from(value.into_owned())) };
                }
                "channel_binding" => {
                    self.binding = match &*value {
                        "require" => true,
                        "prefer" => false,
                        _ => return Err(bad("may say channel_binding=prefer or require")),
                    };
                }
                "connect_timeout" => {
                    let seconds: u32 = number(name, &value)?;
                    self.connect_timeout = (seconds > 0).then(|| Duration::from_secs(seconds.into()));
                }
                "application_name" => self.application = value.into_owned(),
                "options" => self.options = Some(value.into_owned()),
                "connections" => {
                    self.connections = number(name, &value)?;
                    if !(1..=MAX_CONNECTIONS).contains(&self.connections) {
                        return Err(bad(format!("may say connections=1 to {MAX_CONNECTIONS}")));
                    }
                }
                // Only a server that accepts writes is ever used.
                "target_session_attrs" => {}
                _ => {
                    return Err(bad("has an unknown parameter; known are host, port, hostaddr, sslmode, \
                                    sslrootcert, channel_binding, connect_timeout, application_name, options, \
                                    connections and target_session_attrs"));
                }
            }
        }
        self.add_hosts(&hosts, &ports)?;
        self.add_addresses(&addresses)
    }

    fn add_hosts(&mut self, hosts: &str, ports: &str) -> Result<()> {
        let ports: Vec<&str> = ports.split(',').collect();
        let hosts: Vec<&str> = hosts.split(',').filter(|host| !host.is_empty()).collect();
        if ports.len() > 1 && ports.len() != hosts.len() {
            return Err(bad("must name one port, or one for each host"));
        }
        for (host, port) in hosts.iter().zip(ports.iter().cycle()) {
            let port = if port.is_empty() { PORT } else { self::port(port)? };
            self.hosts.push(Host { place: Place::parse(host)?, port, address: None });
        }
        Ok(())
    }

    fn add_addresses(&mut self, addresses: &str) -> Result<()> {
        let addresses: Vec<&str> = addresses.split(',').collect();
        if addresses == [""] {
            return Ok(());
        }
        if addresses.len() != self.hosts.len() {
            return Err(bad("must name as many in hostaddr as there are hosts"));
        }
        for (host, address) in self.hosts.iter_mut().zip(addresses).filter(|(_, address)| !address.is_empty()) {
            host.address = Some(address.parse().map_err(|_| bad("has something in hostaddr that is no address"))?);
        }
        Ok(())
    }

    /// Whether this host must be talked to in TLS.
    pub(super) fn needs_tls(&self, host: &Host) -> bool {
        match self.tls {
            // A socket in a folder has no TLS, and nobody outside this machine can listen.
            _ if matches!(host.place, Place::Folder(_)) => false,
            Tls::Never => false,
            Tls::OffThisMachine => !host.is_this_machine(),
            Tls::Always => true,
        }
    }
}

/// Hosts and database, nothing else.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgresql://")?;
        for (i, host) in self.hosts.iter().enumerate() {
            write!(f, "{}{host}", if i == 0 { "" } else { "," })?;
        }
        write!(f, "/{}", self.database)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Host {
    fn parse(text: &str) -> Result<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']').ok_or_else(|| bad("has a [ without a ]"))?;
                (host, rest.strip_prefix(':').or(Some("").filter(|_| rest.is_empty())))
            }
            None => text.split_once(':').map_or((text, Some("")), |(host, port)| (host, Some(port))),
        };
        let port = match port.ok_or_else(|| bad("has a host that cannot be read"))? {
            "" => PORT,
            port => self::port(port)?,
        };
        Ok(Self { place: Place::parse(&decode(host)?)?, port, address: None })
    }

    /// The name that its certificate must bear.
    pub(super) fn name(&self) -> &str {
        match &self.place {
            Place::Net(name) => name,
            Place::Folder(_) => "localhost",
        }
    }

    /// Whether nothing that is sent to it leaves this machine, by its name alone.
    fn is_this_machine(&self) -> bool {
        match &self.place {
            Place::Folder(_) => true,
            Place::Net(name) => {
                name.eq_ignore_ascii_case("localhost")
                    || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
            }
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Net(name) if name.contains(':') => write!(f, "[{name}]:{}", self.port),
            Place::Net(name) => write!(f, "{name}:{}", self.port),
            Place::Folder(folder) => write!(f, "{}:{}", folder.display(), self.port),
        }
    }
}

impl Place {
    fn parse(host: &str) -> Result<Self> {
        if host.is_empty() {
            return Err(bad("has a host without a name"));
        }
        if host.starts_with('/') {
            if cfg!(unix) {
                return Ok(Self::Folder(PathBuf::from(host)));
            }
            return Err(bad("names a socket in a folder, which this system does not have"));
        }
        Ok(Self::Net(host.to_owned()))
    }
}

fn decode(text: &str) -> Result<Cow<'_, str>> {
    percent_decode_str(text).decode_utf8().map_err(|_| bad("is not UTF-8 once decoded"))
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T> {
    value.parse().map_err(|_| bad(format!("needs a whole number for {name}")))
}

fn port(text: &str) -> Result<u16> {
    number("port", text).and_then(|port| if port == 0 { Err(bad("has the port 0")) } else { Ok(port) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "hunter2";

    fn refused(url: &str) -> String {
        let error = Address::parse(url).expect_err(url);
        assert_eq!(error.kind(), ErrorKind::Config);
        error.message().to_owned()
    }

    #[test]
    fn a_whole_url_is_understood() {
        let address = Address::parse(
            "postgresql://ob%40l:p%3A%2F%40%3F@a.example,[::1]:6000,%2Frun%2Fpg/credit%20state?host=b,c&port=7000\
             &connect_timeout=3&application_name=till%204&options=-c%20work_mem%3D8MB&connections=3\
             &sslrootcert=/etc/ca.pem&target_session_attrs=any",
        )
        .unwrap();
        assert_eq!(address.user, "ob@l");
        assert_eq!(address.password.as_deref().map(String::as_str), Some("p:/@?"));
        assert_eq!(address.connect_timeout, Some(Duration::from_secs(3)));
        assert_eq!(address.application, "till 4");
        assert_eq!(address.options.as_deref(), Some("-c work_mem=8MB"));
        assert_eq!(address.connections, 3);
        assert_eq!(address.roots, Roots::File("/etc/ca.pem".into()));
        assert_eq!(
            format!("{address} {address:?}"),
            "postgresql://a.example:5432,[::1]:6000,/run/pg:5432,b:7000,c:7000/credit state ".repeat(2).trim_end()
        );
    }

    #[test]
    fn a_host_may_have_its_address_said() {
        let url = "postgresql://u@a.example,b.example:6000/d?host=c.example&hostaddr=10.0.0.1,,::1";
        let address = Address::parse(url).unwrap();
        let said: Vec<_> = address.hosts.iter().map(|host| host.address.map(|address| address.to_string())).collect();
        assert_eq!(said, [Some("10.0.0.1".to_owned()), None, Some("::1".to_owned())]);
        // Whether to use TLS is decided by the name, which others may answer to.
        assert!(address.hosts.iter().all(|host| address.needs_tls(host)));
    }

    #[test]
    fn tls_is_for_every_host_that_is_not_this_machine() {
        let needs = |mode: &str| {
            let url = format!("postgresql://u@db.example,10.0.0.1,localhost,127.0.0.2,[::1],%2Frun/d{mode}");
            let address = Address::parse(&url).unwrap();
            address.hosts.iter().map(|host| address.needs_tls(host)).collect::<Vec<_>>()
        };
        assert_eq!(needs(""), [true, true, false, false, false, false]);
        assert_eq!(needs("?sslmode=prefer"), needs(""));
        assert_eq!(needs("?sslmode=disable"), [false; 6]);
        for mode in ["require", "verify-ca", "verify-full"] {
            assert_eq!(needs(&format!("?sslmode={mode}")), [true, true, true, true, true, false]);
        }
    }

    #[test]
    fn mistakes_are_named_and_nothing_secret_is_repeated() {
        for (url, word) in [
            ("http://u:hunter2@h/d", "postgresql://"),
            ("postgresql://h/d", "user"),
            ("postgresql://u:hunter2@h", "database"),
            ("postgresql://u:hunter2@/d", "host"),
            ("postgresql://u:hunter2@h:0/d", "port"),
            ("postgresql://u:hunter2@h:hunter2/d", "port"),
            ("postgresql://u:hunter2@[::1/d", "["),
            ("postgresql://u:hunter2@[::1]hunter2/d", "host"),
            ("postgresql://u:hunter2@h,,g/d", "host"),
            ("postgresql://u:hunter2%ff@h/d", "UTF-8"),
            ("postgresql://u:hunter2@h/d?hunter2=1", "unknown parameter"),
            ("postgresql://u:hunter2@h/d?hunter2", "without a value"),
            ("postgresql://u:hunter2@h/d?sslmode=allow", "sslmode"),
            ("postgresql://u:hunter2@h/d?connect_timeout=hunter2", "connect_timeout"),
            ("postgresql://u:hunter2@h/d?connections=0", "connections"),
            ("postgresql://u:hunter2@h/d?host=a,b,c&port=1,2", "one port"),
            ("postgresql://u:hunter2@h/d?hostaddr=10.0.0.1,10.0.0.2", "as many"),
            ("postgresql://u:hunter2@h/d?hostaddr=hunter2", "no address"),
            // A password that was not encoded.
            ("postgresql://u:12/hunter2@h/d", "percent-encoded"),
            ("postgresql://u:12?hunter2@h/d", "percent-encoded"),
            ("postgresql://u:12?a=hunter2@h/d", "percent-encoded"),
        ] {
            let message = refused(url);
            assert!(message.contains(word), "{url}: {message}");
            assert!(!message.contains(SECRET), "{message}");
        }
        let many = vec!["h"; MAX_HOSTS + 1].join(",");
        assert!(refused(&format!("postgresql://u@{many}/d")).contains("16 hosts"));
    }

    #[test]
    fn a_path_is_not_a_url() {
        assert!(Address::is_url("postgres://h") && Address::is_url("postgresql://h"));
        assert!(!Address::is_url("/var/credit.db") && !Address::is_url("postgresql.db"));
    }
}
