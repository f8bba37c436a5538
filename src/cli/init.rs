//! `obligor init`: everything a credit state needs, made where it is missing; what is there is left as it is.

use std::fs::OpenOptions;
use std::io::{ErrorKind as IoErrorKind, Write};
use std::path::{Path, PathBuf};

use comfy_table::Cell;
use obligor::engine::{Config, PolicySource, Secret, StorePlace, make_key};
use obligor::error::{Error, ErrorKind, Result};
use obligor::policy::Policy;
use serde_json::json;

use crate::Done;
use crate::args::Options;
use crate::session::{self, CONFIG, Session};
use crate::show::{Look, lines};

/// The credit state that is made when no other is named.
const STORE: &str = "credit.db";
/// The key that is made for a store in a server.
const KEY: &str = "obligor.key";
/// The policy that is written beside the configuration.
const POLICY: &str = "policy.toml";

/// A file, and whether this command made it.
struct Made {
    what: &'static str,
    path: PathBuf,
    made: bool,
}

pub(crate) fn init(options: &Options) -> Result<Done> {
    let file = options.config.clone().unwrap_or_else(|| CONFIG.into());
    let mut files = Vec::new();
    let made = write_new(&file, &configuration(&file, options)?)?;
    files.push(Made { what: "configuration", path: file.clone(), made });
    let mut config = session::read(&file)?;
    if let Some(store) = &options.store {
        config.store = StorePlace::read(store, Path::new(""))?;
    }
    if let PolicySource::File(path) = &config.policy {
        let made = write_new(path, &Policy::standard()?.text)?;
        files.push(Made { what: "policy", path: path.clone(), made });
    }
    let key = key_of(&config);
    let had_key = key.as_deref().is_none_or(Path::exists);
    let store = match &config.store {
        StorePlace::File(path) => Some((path.clone(), path.exists())),
        StorePlace::Server(_) => None,
    };
    if let (StorePlace::Server(_), Some(key)) = (&config.store, &key) {
        make_key(key)?;
    }
    config.create = true;
    drop(Session::with(&config, options)?);
    files.extend(store.map(|(path, was_there)| Made { what: "credit state", path, made: !was_there }));
    files.extend(key.map(|path| Made { what: "key", path, made: !had_key }));
    Ok(Done::well(told(options, &files)))
}

/// The file that holds the key, if it is one of ours to make.
fn key_of(config: &Config) -> Option<PathBuf> {
    match (&config.secret, &config.store) {
        (Secret::BesideStore, StorePlace::File(store)) => {
            let mut name = store.as_os_str().to_owned();
            name.push(".key");
            Some(name.into())
        }
        (Secret::File(path), StorePlace::Server(_)) => Some(path.clone()),
        _ => None,
    }
}

/// Writes a file that is not there yet. Returns whether it was written.
fn write_new(path: &Path, text: &str) -> Result<bool> {
    let io =
        |error: std::io::Error| Error::new(ErrorKind::Io, format!("{} cannot be written: {error}", path.display()));
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map(|()| true).map_err(io),
        Err(error) if error.kind() == IoErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(io(error)),
    }
}

/// The configuration as it is written: what is used, and what else there is.
fn configuration(file: &Path, options: &Options) -> Result<String> {
    let beside = file.parent().is_none_or(|folder| folder.as_os_str().is_empty());
    let named = options.store.as_deref().unwrap_or(STORE);
    let at_server = matches!(StorePlace::read(named, Path::new(""))?, StorePlace::Server(_));
    let store = if at_server || beside || options.store.is_none() {
        named.to_owned()
    } else {
        // Paths in the file are relative to the file; the one on the command line is not.
        let path =
            std::path::absolute(named).map_err(|error| Error::new(ErrorKind::Io, format!("{named}: {error}")))?;
        let text = path.to_str().map(str::to_owned);
        text.ok_or_else(|| Error::new(ErrorKind::Config, format!("--store: {} is not UTF-8", path.display())))?
    };
    // The hosts of a server share one key, so it stands in a file that can be taken along.
    let secret = if at_server { format!("secret = \"file:{KEY}\"") } else { format!("# secret = \"file:{KEY}\"") };
    // A JSON string is a TOML string, too.
    let store = json!(store);
    Ok(format!(
        "\
# obligor: where the credit state is, and by which rules it decides.
# Paths are relative to this file. Lines that begin with # say what holds when nothing is said.

# The credit state: one file on a local disk, or a database in a PostgreSQL server, as postgresql://user@host/database. A
# URL with a password stands elsewhere: write env:NAME or file:PATH.
# Personal numbers are hashed with a key. A file has it beside it, in a file that ends in .key; the hosts of a server share
# one. Keep a copy of it, apart from the copies of the credit state: without it, customers are not found by their personal
# numbers any more.
store = {store}

# The rules. \"standard\" is the profile that comes with obligor.
policy = \"{POLICY}\"

# Where the key is instead: in an environment variable or another file. The key itself is never written here.
# secret = \"env:OBLIGOR_KEY\"
{secret}

# How far clocks stand ahead of UTC where the company is; decides when a day begins. Denmark in winter is 60.
# utc_offset_minutes = 0

# How long a call may take, in milliseconds. What takes longer is undetermined: neither approved nor refused.
# deadline_ms = 5000

# Whose time it is; a moment such as \"2026-11-22T08:00:00Z\" stands still, for demonstrations.
# clock = \"system\"

# Which registers are asked about customers of a country: the names of the sources they were imported as.
# [registers.DK]
# company = \"companies\"
# debtor = \"remarks\"
"
    ))
}

fn told(options: &Options, files: &[Made]) -> String {
    if options.json {
        let one =
            |made: &Made| json!({ "what": made.what, "path": made.path.display().to_string(), "made": made.made });
        return json!({ "files": files.iter().map(one).collect::<Vec<_>>() }).to_string();
    }
    let mut table = Look::new(options).bare();
    for made in files {
        let became = if made.made { "made" } else { "was there" };
        table.add_row([Cell::new(became), Cell::new(made.what), Cell::new(made.path.display())]);
    }
    lines(&table)
}
