//! The way to one server: finding it, a connected socket, and TLS.
//!
//! Names are resolved by the system, on the caller's own thread, since this library starts none. A silent name server
//! can so hold up a call past its deadline for as long as the system asks it; hosts whose addresses the URL says
//! (`hostaddr`) never do.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::{Host, Place, Roots};
use super::fault::{Fault, Outcome};
use crate::error::ErrorKind;

/// A connection that is quiet for this long is asked whether it still stands, …
const QUIET: Duration = Duration::from_secs(30);
/// … and again after this long, …
const ASK_AGAIN: Duration = Duration::from_secs(10);
/// … and given up when so many questions were not answered.
#[cfg(not(windows))]
const QUESTIONS: u32 = 3;

/// Where a server can be reached.
#[derive(Debug, Clone)]
pub(super) enum Way {
    Net(SocketAddr),
    Folder(PathBuf),
}

/// Every way to a host, in the order to try them.
pub(super) fn ways(host: &Host) -> Outcome<Vec<Way>> {
    match &host.place {
        Place::Folder(folder) => Ok(vec![Way::Folder(folder.join(format!(".s.PGSQL.{}", host.port)))]),
        Place::Net(name) => {
            if let Some(address) = host.address {
                return Ok(vec![Way::Net((address, host.port).into())]);
            }
            let found: Vec<Way> = (name.as_str(), host.port)
                .to_socket_addrs()
                .map_err(|error| Fault::broken(&format!("its name cannot be resolved: {error}")))?
                .map(Way::Net)
                .collect();
            if found.is_empty() { Err(Fault::broken("its name has no address")) } else { Ok(found) }
        }
    }
}

/// A connected socket.
///
/// Dropped, it ends the connection itself and not just this descriptor of it, so that the server notices although a
/// forked child has a copy.
pub(super) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    /// Connects.
    pub(super) async fn connect(way: Way) -> io::Result<Self> {
        match way {
            Way::Net(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                let socket = SockRef::from(&stream);
                let keepalive = TcpKeepalive::new().with_time(QUIET).with_interval(ASK_AGAIN);
                #[cfg(not(windows))]
                let keepalive = keepalive.with_retries(QUESTIONS);
                socket.set_tcp_keepalive(&keepalive)?;
                // Questions are only asked while nothing is on its way; this is for what is.
                #[cfg(target_os = "linux")]
                socket.set_tcp_user_timeout(Some(QUIET + ASK_AGAIN * QUESTIONS))?;
                Ok(Self::Tcp(stream))
            }
            #[cfg(unix)]
            Way::Folder(path) => Ok(Self::Unix(UnixStream::connect(path).await?)),
            #[cfg(not(unix))]
            Way::Folder(path) => {
                let why = format!("{} is a socket in the file system, which only Unix has", path.display());
                Err(io::Error::new(io::ErrorKind::Unsupported, why))
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let socket = match &*self {
            Self::Tcp(stream) => SockRef::from(stream),
            #[cfg(unix)]
            Self::Unix(stream) => SockRef::from(stream),
        };
        let _ = socket.shutdown(std::net::Shutdown::Both);
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(cx, into),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(cx, from),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_write(cx, from),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

/// What makes TLS connections; `None` trusts nobody, for a connection without TLS.
///
/// The files are read each time: connections are opened rarely, and a renewed authority counts at once.
pub(super) fn tls(roots: Option<&Roots>) -> Outcome<MakeRustlsConnect> {
    let mut trusted = RootCertStore::empty();
    match roots {
        None => {}
        Some(Roots::System) => {
            trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if trusted.is_empty() {
                return Err(Fault::new(
                    ErrorKind::Config,
                    "the system names no authority to trust; name one by sslrootcert=FILE in the store's URL",
                ));
            }
        }
        Some(Roots::File(path)) => {
            let refused = |why: &dyn std::fmt::Display| {
                Fault::new(ErrorKind::Config, format!("sslrootcert {} cannot be used: {why}", path.display()))
            };
            for certificate in CertificateDer::pem_file_iter(path).map_err(|error| refused(&error))? {
                let certificate = certificate.map_err(|error| refused(&error))?;
                trusted.add(certificate).map_err(|error| refused(&error))?;
            }
            if trusted.is_empty() {
                return Err(refused(&"it holds no certificate"));
            }
        }
    }
    // The provider is named, since a host that uses rustls itself may have set another for the process.
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::new(ErrorKind::Unsupported, error.to_string()))?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
