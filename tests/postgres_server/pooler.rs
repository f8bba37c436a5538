//! A PgBouncer before a server.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::Child;

use super::machine::{Folder, Port, User, program, wait_until};
use super::server::print_end_of_log;

/// A PgBouncer in transaction mode: a connection of the server is the client's for one transaction, and what a session
/// keeps (settings, prepared statements, advisory locks) is anybody's. It is gone when the value is dropped.
pub(crate) struct Pooler {
    port: Port,
    process: Child,
    folder: Folder,
}

impl Pooler {
    /// A pooler that has at most `connections` to each database of the server at this address.
    pub(crate) fn before(server: SocketAddr, connections: u32) -> Self {
        let user = User::unprivileged();
        let (folder, port) = (Folder::new(user), Port::free());
        let settings = format!(
            "[databases]\n\
             * = host={} port={}\n\
             [pgbouncer]\n\
             listen_addr = 127.0.0.1\n\
             listen_port = {}\n\
             unix_socket_dir =\n\
             auth_type = trust\n\
             auth_file = users\n\
             admin_users = postgres\n\
             pool_mode = transaction\n\
             default_pool_size = {connections}\n\
             max_client_conn = 1000\n",
            server.ip(),
            server.port(),
            port.number,
        );
        // The folder that the keeper looks into for processes.
        let data = folder.join("data");
        std::fs::create_dir(&data).unwrap();
        std::fs::write(data.join("settings"), settings).unwrap();
        std::fs::write(data.join("users"), "\"postgres\" \"\"\n").unwrap();
        user.own(&data);
        let log = File::create(folder.join("log")).unwrap();
        let mut pgbouncer = user.command(program("pgbouncer", "pgbouncer"));
        pgbouncer.arg("settings").current_dir(&data).process_group(0).stdout(log.try_clone().unwrap()).stderr(log);
        let process = pgbouncer.spawn().unwrap();
        let mut pooler = Self { port, process, folder };
        wait_until("the pooler takes connections", || {
            if let Some(status) = pooler.process.try_wait().unwrap() {
                panic!("the pooler ended with {status}");
            }
            TcpStream::connect(pooler.address()).is_ok()
        });
        pooler
    }

    /// Where the pooler listens.
    pub(crate) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port.number).into()
    }

    /// The URL of a database of the server, through the pooler. The database `pgbouncer` is the pooler's own console.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@{}/{database}", self.address())
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        if std::thread::panicking() {
            print_end_of_log(&self.folder.path);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
