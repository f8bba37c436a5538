//! An engine that was opened for one command, and how its answers are to be shown.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use obligor::engine::{Config, Engine, LogLevel, StorePlace};
use obligor::error::{Error, ErrorKind, Result};
use obligor::reason::Language;
use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Done;
use crate::args::Options;
use crate::show::Look;

/// The configuration that is used when none is named.
pub(crate) const CONFIG: &str = "obligor.toml";

/// One command's engine.
pub(crate) struct Session {
    pub(crate) engine: Engine,
    pub(crate) look: Look,
    json: bool,
    language: Option<Language>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Session {
    /// Opens what the options name.
    pub(crate) fn open(options: &Options) -> Result<Self> {
        Self::with(&config(options)?, options)
    }

    /// Opens what a configuration names.
    pub(crate) fn with(config: &Config, options: &Options) -> Result<Self> {
        let engine = Engine::open(config)?;
        let log = Arc::new(Mutex::new(Vec::new()));
        let (lines, verbose) = (Arc::clone(&log), options.verbose);
        // Lines are kept until the command ends, so that they do not tear a progress bar. What failed is the command's
        // own answer or error, and need not be said twice.
        engine.set_log(Some(Arc::new(move |level, line: &str| {
            if level == LogLevel::Warning || (verbose && level == LogLevel::Info) {
                lines.lock().push(line.to_owned());
            }
        })));
        Ok(Self { engine, look: Look::new(options), json: options.json, language: options.language, log })
    }

    /// The language of sentences: English when nothing is said.
    pub(crate) fn language(&self) -> Language {
        self.language.unwrap_or_default()
    }

    /// Whether the answer is wanted as JSON.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// The language to ask for: sentences are put into JSON only when somebody asks for a language.
    pub(crate) fn asked_language(&self) -> Option<Language> {
        if self.json { self.language } else { Some(self.language()) }
    }

    /// Does an operation.
    pub(crate) fn call_text(&self, operation: &str, request: &str) -> Result<String> {
        self.engine.call(operation, request)
    }

    /// Does an operation and shows its answer: as it is with `--json`, else as `show` words it. `show` is asked for the
    /// exit code either way.
    pub(crate) fn tell<T: DeserializeOwned>(
        &self,
        operation: &str,
        request: &Value,
        show: impl FnOnce(&T) -> Result<Done>,
    ) -> Result<Done> {
        let answer = self.call_text(operation, &request.to_string())?;
        let read = serde_json::from_str(&answer)
            .map_err(|error| Error::new(ErrorKind::Internal, format!("{operation}: {error}")))?;
        let shown = show(&read)?;
        Ok(if self.json { Done::with(answer, shown.code) } else { shown })
    }

    /// Shows what an operation with a progress bar came to, likewise.
    pub(crate) fn told<T: Serialize>(&self, answer: &T, shown: Done) -> Result<Done> {
        told(self.json, answer, shown)
    }
}

/// The same, without a session.
pub(crate) fn told<T: Serialize>(json: bool, answer: &T, shown: Done) -> Result<Done> {
    if !json {
        return Ok(shown);
    }
    let text = serde_json::to_string(answer)
        .map_err(|error| Error::new(ErrorKind::Internal, format!("the answer cannot be written: {error}")))?;
    Ok(Done::with(text, shown.code))
}

/// What the log had to say goes to standard error when the command has ended, however it ended.
impl Drop for Session {
    fn drop(&mut self) {
        let mut err = std::io::stderr().lock();
        for line in self.log.lock().drain(..) {
            let _ = writeln!(err, "obligor: {line}");
        }
    }
}

/// The configuration that the options name.
pub(crate) fn config(options: &Options) -> Result<Config> {
    let here = Path::new(CONFIG);
    let mut config = match (&options.config, &options.store) {
        (Some(path), _) => read(path)?,
        (None, _) if here.exists() => read(here)?,
        (None, Some(store)) => Config::at(StorePlace::read(store, Path::new(""))?),
        (None, None) => {
            return Err(Error::new(
                ErrorKind::Config,
                "there is no obligor.toml in this folder: run `obligor init` to make one, or name one with --config",
            ));
        }
    };
    if let Some(store) = &options.store {
        config.store = StorePlace::read(store, Path::new(""))?;
    }
    Ok(config)
}

/// Reads a configuration file.
pub(crate) fn read(path: &Path) -> Result<Config> {
    let text = path
        .to_str()
        .ok_or_else(|| Error::new(ErrorKind::Config, format!("--config: {} is not UTF-8", path.display())))?;
    // The name of a file may begin like a JSON document; a path never does.
    if text.trim_start().starts_with('{') { Config::read(&format!("./{text}")) } else { Config::read(text) }
}

/// A progress bar on standard error; hidden when that is no terminal.
pub(crate) fn progress(of: u64, style: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(of), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
