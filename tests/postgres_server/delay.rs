//! Latency for benchmarks: of the disk, and of the network.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use super::machine::{command, program, root, run};

/// Compiles `slow_sync.c` into a folder. A process that loads it first (`LD_PRELOAD`) flushes in the microseconds of
/// `OBLIGOR_SYNC_MICROSECONDS`.
pub(crate) fn slow_sync(folder: &Path) -> PathBuf {
    let source = root().join("tests/postgres_server/slow_sync.c");
    let library = folder.join("slow_sync.so");
    let words = ["-std=gnu99", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"];
    run(command(program("cc", "gcc libc6-dev")).args(words).arg(&library).arg(source));
    library
}

/// A relay in this process that hands on every byte so much later that a round trip takes `delay` longer, half of it on
/// each way. How much can be on its way at once is not limited, so neither is the throughput. Opening a connection takes
/// no longer than without it. Its own threads cost up to half a millisecond a trip. When the value is
/// dropped the connections are ended.
pub(crate) struct DelayProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    over: AtomicBool,
    streams: Mutex<Vec<Weak<TcpStream>>>,
}

impl DelayProxy {
    /// A relay to the server (or the pooler) at this address.
    pub(crate) fn before(server: SocketAddr, delay: Duration) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (address, shared) = (listener.local_addr().unwrap(), Arc::<Shared>::default());
        let ours = Arc::clone(&shared);
        let listening = spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if ours.over.load(Ordering::SeqCst) {
                    return;
                }
                // A server that is down is a connection that is closed.
                if let Ok(server) = TcpStream::connect(server) {
                    let ends = [client, server].map(Arc::new);
                    let mut streams = ours.streams.lock().unwrap_or_else(PoisonError::into_inner);
                    streams.retain(|stream| stream.strong_count() > 0);
                    streams.extend(ends.iter().map(Arc::downgrade));
                    drop(streams);
                    relay(&ends[0], &ends[1], delay / 2);
                    relay(&ends[1], &ends[0], delay / 2);
                }
            }
        });
        Self { address, shared, listening: Some(listening) }
    }

    /// Where the relay listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a database, through the relay.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@{}/{database}", self.address)
    }
}

impl Drop for DelayProxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes the thread that listens.
        let _ = TcpStream::connect(self.address);
        let _ = self.listening.take().map(JoinHandle::join);
        let streams = self.shared.streams.lock().unwrap_or_else(PoisonError::into_inner);
        for stream in streams.iter().filter_map(Weak::upgrade) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// One way: a thread reads and notes when each piece is due, another waits for that and writes.
fn relay(from: &Arc<TcpStream>, to: &Arc<TcpStream>, later: Duration) {
    let (queue, pieces) = mpsc::channel::<(Instant, Vec<u8>)>();
    let (source, from, to) = (Arc::clone(from), Arc::clone(from), Arc::clone(to));
    to.set_nodelay(true).unwrap();
    spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        loop {
            // The end, and an end by an error, is a piece of no bytes.
            let bytes = (&*source).read(&mut buffer).unwrap_or(0);
            if queue.send((Instant::now() + later, buffer[..bytes].to_vec())).is_err() || bytes == 0 {
                return;
            }
        }
    });
    spawn(move || {
        for (due, bytes) in pieces {
            sleep(due.saturating_duration_since(Instant::now()));
            if bytes.is_empty() || (&*to).write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
        let _ = from.shutdown(Shutdown::Read);
    });
}
