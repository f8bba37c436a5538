//! What PostgreSQL's errors mean to the caller.
//!
//! The kinds that matter are those of every store: no answer now ([`ErrorKind::Undetermined`]: ask again), damaged or
//! not ours ([`ErrorKind::Store`]), and a place that a person must mend ([`ErrorKind::Config`] when the URL, the
//! password or a certificate is wrong, [`ErrorKind::Io`] when the user lacks a right).
//!
//! A server's own sentence may quote rows, so none is repeated: an error shows our advice, the SQLSTATE, and the name of
//! a constraint.

use std::error::Error as _;
use std::time::Duration;

use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::error::{Error, ErrorKind};

/// An error inside the store: PostgreSQL's own errors turn into it, and it turns into ours at the store's edge.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) error: Error,
    /// The server's code, when the server answered. Our functions raise codes of their own.
    pub(super) code: Option<SqlState>,
    /// Whether the transaction was rolled back only because of what others did at the same time, so that the same
    /// transaction may be tried again at once.
    pub(super) retry: bool,
    /// Whether the server is gone or no longer takes writes: other connections to it are no better.
    pub(super) gone: bool,
}

/// What the functions of this room return.
pub(super) type Outcome<T> = std::result::Result<T, Fault>;

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self { error, code: None, retry: false, gone: false }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        fault.error
    }
}

impl From<Fault> for crate::store::sql::fault::Fault {
    fn from(fault: Fault) -> Self {
        Self(fault.error)
    }
}

impl Fault {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error::new(kind, message).into()
    }

    /// The deadline passed, or will before anything could be done. Whether it was done is open.
    pub(super) fn late(what: &str) -> Self {
        Self::new(ErrorKind::Undetermined, format!("{what}; ask again with the same key"))
    }

    /// The connection broke. Whether the last request was done is open.
    pub(super) fn broken(why: &str) -> Self {
        let mut fault = Self::late(&format!("the connection to the PostgreSQL server broke ({why})"));
        fault.gone = true;
        fault
    }

    /// An error while a connection is being opened: what is not the server's answer and not the network is the URL's
    /// fault, such as a missing password or a certificate that nobody vouches for.
    pub(super) fn opening(error: &tokio_postgres::Error) -> Self {
        let cause = error.source();
        let Some(io) = cause.and_then(|cause| cause.downcast_ref::<std::io::Error>()) else {
            return match (error.as_db_error(), cause) {
                (Some(answer), _) => answer.into(),
                (None, Some(cause)) => Self::new(ErrorKind::Config, format!("{error}: {cause}")),
                (None, None) => Self::broken(&error.to_string()),
            };
        };
        match io.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>()) {
            Some(tls @ (rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented)) => Self::new(
                ErrorKind::Config,
                format!(
                    "{tls}; name the authority that signed the server's certificate by sslrootcert=FILE in the URL"
                ),
            ),
            _ => Self::broken(&io.to_string()),
        }
    }
}

/// Whether a connection on which the server answered this still works.
pub(super) fn survives(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|answer| answer.parsed_severity() == Some(Severity::Error))
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(answer) = error.as_db_error() {
            return answer.into();
        }
        match error.source() {
            _ if error.is_closed() => Self::broken("closed"),
            Some(cause) if cause.is::<std::io::Error>() => Self::broken(&cause.to_string()),
            // The cause may quote a value.
            _ => {
                Self::new(ErrorKind::Store, format!("the store's tables are not as this version knows them ({error})"))
            }
        }
    }
}

impl From<&DbError> for Fault {
    fn from(answer: &DbError) -> Self {
        let code = answer.code();
        let taken_meanwhile = answer.constraint().is_some_and(|name| RACED.contains(&name));
        let meaning = if taken_meanwhile { &SqlState::T_R_SERIALIZATION_FAILURE } else { code };
        let Meaning { kind, advice, retry, gone } = Meaning::of(meaning);
        let constraint = answer.constraint().map(|name| format!(", constraint {name}")).unwrap_or_default();
        let error = Error::new(kind, format!("{advice} (PostgreSQL: SQLSTATE {}{constraint})", code.code()));
        Self { error, code: Some(code.clone()), retry, gone }
    }
}

struct Meaning {
    kind: ErrorKind,
    advice: &'static str,
    retry: bool,
    gone: bool,
}

/// What two requests may want at the same time although each looked first: a key, and the number of an order. The second
/// looks again.
const RACED: [&str; 2] = ["request_pkey", "chain_company_document_key"];

const MIGRATE: &str = "the store's tables are missing or of another version; run `obligor migrate`";

impl Meaning {
    fn of(code: &SqlState) -> Self {
        let is = |kind, advice| Self { kind, advice, retry: false, gone: false };
        let undetermined = |advice| is(ErrorKind::Undetermined, advice);
        let (class, _) = code.code().split_at_checked(2).unwrap_or(("", ""));
        match code.code() {
            "40001" | "40P01" => {
                Self { retry: true, ..undetermined("other requests were in the way; ask again with the same key") }
            }
            "55P03" => {
                undetermined("somebody else held what had to be locked until the deadline; ask again with the same key")
            }
            "57014" => undetermined("the server had not finished at the deadline; ask again with the same key"),
            "25P03" | "25P04" => Self {
                gone: true,
                ..undetermined(
                    "the server ended a transaction that took longer than the deadline; ask again with the \
                                same key",
                )
            },
            "25006" => Self {
                gone: true,
                ..undetermined(
                    "the server takes no writes: it is a standby, or was made read-only; ask again with \
                                the same key",
                )
            },
            "57P01" | "57P02" | "57P03" | "57P05" => Self {
                gone: true,
                ..undetermined("the server is starting, stopping or ended the session; ask again with the same key")
            },
            "53100" => undetermined("the server's disk is full; make room, then ask again with the same key"),
            "53300" => undetermined(
                "the server has no connection left for this user; raise its max_connections or lower connections= in \
                 the URL, then ask again with the same key",
            ),
            "28P01" | "28000" => is(
                ErrorKind::Config,
                "the server does not let this user in; mend user and password in the store's URL, sslmode=, or the \
                 server's pg_hba.conf",
            ),
            "3D000" => is(ErrorKind::Config, "the server has no such database; create it, or mend the store's URL"),
            "42501" => is(
                ErrorKind::Io,
                "the user may not do this in the database; let `obligor migrate` grant the rights (docs/OPERATIONS.md)",
            ),
            "42P01" | "42703" | "42883" | "42704" | "3F000" => is(ErrorKind::Store, MIGRATE),
            "XX001" | "XX002" => is(
                ErrorKind::Store,
                "the server says that its files are damaged; stop writing to it and restore a backup or fail over",
            ),
            "54000" => is(ErrorKind::TooLarge, "the request is larger than the server takes"),
            // What we send is UTF-8, so it can only be this.
            "22021" => is(ErrorKind::Argument, "a text has the character U+0000, which cannot be kept"),
            "22P05" => is(
                ErrorKind::Unsupported,
                "a text cannot be kept there: it has a NUL character in it, or the database is not UTF8",
            ),
            _ => match class {
                "08" => Self {
                    gone: true,
                    ..undetermined("the connection to the PostgreSQL server broke; ask again with the same key")
                },
                "53" | "58" => undetermined("the server lacks memory, files or disk; ask again with the same key"),
                "0A" => is(ErrorKind::Unsupported, "the server cannot do this; use a newer PostgreSQL"),
                "22" | "23" | "42" => is(
                    ErrorKind::Store,
                    "the store holds something that this version does not write; run a verification",
                ),
                _ => undetermined("the server could not do it; ask again with the same key, and see the server's log"),
            },
        }
    }
}

/// How long is left until the deadline; nothing when it has passed.
pub(super) fn left(deadline: std::time::Instant) -> Duration {
    deadline.saturating_duration_since(std::time::Instant::now())
}
