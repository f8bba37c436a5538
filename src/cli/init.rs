//! `obligor init`: everything a credit state needs, made where it is missing; what is there is left as it is.

use std::fs::OpenOptions;
use std::io::{ErrorKind as IoErrorKind, Write};
use std::path::{Path, PathBuf};

use comfy_table::Cell;
use obligor::engine::{PolicySource, Secret};
use obligor::error::{Error, ErrorKind, Result};
use obligor::policy::Policy;
use serde_json::json;

use crate::Done;
use crate::args::Options;
use crate::session::{self, CONFIG, Session};
use crate::show::{Look, lines};

/// The credit state that is made when no other is named.
const STORE: &str = "credit.db";
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
        config.store.clone_from(store);
    }
    if let PolicySource::File(path) = &config.policy {
        let made = write_new(path, &Policy::standard()?.text)?;
        files.push(Made { what: "policy", path: path.clone(), made });
    }
    let (store, key) = (config.store.clone(), key_of(&config.secret, &config.store));
    let (had_store, had_key) = (store.exists(), key.as_deref().is_none_or(Path::exists));
    config.create = true;
    drop(Session::with(&config, options)?);
    files.push(Made { what: "credit state", path: store, made: !had_store });
    files.extend(key.map(|path| Made { what: "key", path, made: !had_key }));
    Ok(Done::well(told(options, &files)))
}

/// The file that holds the key, if it is one of ours to make.
fn key_of(secret: &Secret, store: &Path) -> Option<PathBuf> {
    matches!(secret, Secret::BesideStore).then(|| {
        let mut name = store.as_os_str().to_owned();
        name.push(".key");
        PathBuf::from(name)
    })
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
    let store = match &options.store {
        None => PathBuf::from(STORE),
        Some(store) if beside => store.clone(),
        // Paths in the file are relative to the file; the one on the command line is not.
        Some(store) => std::path::absolute(store)
            .map_err(|error| Error::new(ErrorKind::Io, format!("{}: {error}", store.display())))?,
    };
    let store = store
        .to_str()
        .ok_or_else(|| Error::new(ErrorKind::Config, format!("--store: {} is not UTF-8", store.display())))?;
    // A JSON string is a TOML string, too.
    let store = json!(store);
    Ok(format!(
        "\
# obligor: where the credit state is, and by which rules it decides.
# Paths are relative to this file. Lines that begin with # say what holds when nothing is said.

# The credit state: one file, on a local disk. It has its key beside it, in a file that ends in .key. Keep a copy of the
# key, apart from the copies of the credit state: without it, customers are not found by their personal numbers any more.
store = {store}

# The rules. \"standard\" is the profile that comes with obligor.
policy = \"{POLICY}\"

# Where the key is instead: in an environment variable or another file. The key itself is never written here.
# secret = \"env:OBLIGOR_KEY\"
# secret = \"file:/etc/obligor/key\"

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
