//! The command-line program `obligor`: the engine, for people and scripts.
//!
//! A command is one operation of the engine: its words become the JSON request, and what is shown is made of the JSON
//! answer. With `--json` the answer is printed as it is, so that a script sees what a host program sees. A command makes
//! its whole text first and prints it at the end; nothing is printed half.
#![forbid(unsafe_code)]

mod account;
mod args;
mod backtest;
mod backtest_chart;
mod backtest_page;
mod backtest_text;
mod customer;
mod exit;
mod import;
mod init;
mod migrate;
mod orders;
mod policy;
mod record;
mod session;
mod show;
mod work;

use std::io::{ErrorKind as IoErrorKind, Read, Write};
use std::process::ExitCode;

use clap::Parser;
use obligor::engine::Engine;
use obligor::error::{Error, ErrorKind, Result};

use args::{Args, Command, Options};
use session::Session;

/// What a command has to say, and the program's exit code.
pub(crate) struct Done {
    text: String,
    code: u8,
}

impl Done {
    /// A text, and that all is well.
    pub(crate) fn well(text: impl Into<String>) -> Self {
        Self::with(text, exit::OK)
    }

    /// A text, and an exit code.
    pub(crate) fn with(text: impl Into<String>, code: u8) -> Self {
        let mut text = text.into();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        Self { text, code }
    }
}

fn main() -> ExitCode {
    // Answers of clap itself (help, version, mistakes in the words) are printed by it, with its code 2 for mistakes.
    let args = Args::parse();
    let done = run(&args).and_then(|done| print(&done.text).map(|()| done.code));
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // Nobody may be listening; the exit code still tells.
            let _ = writeln!(std::io::stderr(), "obligor: {error}");
            ExitCode::from(exit::of(error.kind()))
        }
    }
}

fn run(args: &Args) -> Result<Done> {
    let options = &args.options;
    let open = || Session::open(options);
    match &args.command {
        Command::Init => init::init(options),
        Command::Import(import) => import::import(&open()?, import),
        Command::Account(account) => account::show(&open()?, account),
        Command::Check(check) => orders::check(&open()?, check),
        Command::Reserve(order) => orders::priced(&open()?, "order.reserve", order),
        Command::Change(order) => orders::priced(&open()?, "order.change", order),
        Command::Reopen(order) => orders::priced(&open()?, "order.reopen", order),
        Command::Convert(convert) => orders::convert(&open()?, convert),
        Command::Cancel(order) => orders::cancel(&open()?, order),
        Command::Held(held) => work::held(&open()?, held),
        Command::Pass(pass) => work::pass(&open()?, pass),
        Command::Hold(person) => work::person(&open()?, "order.hold", person),
        Command::Release(person) => work::person(&open()?, "order.release", person),
        Command::Reject(person) => work::person(&open()?, "order.reject", person),
        Command::Transfer(order) => orders::priced(&open()?, "order.transfer", order),
        Command::Reevaluate(words) => work::reevaluate(&open()?, words),
        Command::Sweep => work::sweep(&open()?),
        Command::Limits(limits) => work::limits(&open()?, limits),
        Command::Validate(validate) => customer::validate(&open()?, validate),
        Command::Lookup(lookup) => customer::lookup(&open()?, lookup),
        Command::Explain(decision) => record::explain(&open()?, decision.decision),
        Command::Replay(decision) => record::replay(&open()?, decision.decision),
        Command::Verify => record::verify(&open()?),
        Command::Backup(backup) => record::backup(&open()?, &backup.to),
        Command::Migrate(words) => migrate::migrate(options, words),
        Command::Stats => record::stats(&open()?),
        Command::Events(events) => record::events(&open()?, events),
        Command::Policy(policy) => policy::policy(options, policy),
        Command::Call(call) => raw(options, call),
    }
}

/// Any operation, JSON in and JSON out.
fn raw(options: &Options, call: &args::Call) -> Result<Done> {
    let Some(operation) = &call.operation else {
        return Ok(Done::well(Engine::operations().collect::<Vec<_>>().join("\n")));
    };
    let request = match call.request.as_deref() {
        None => String::new(),
        Some("-") => {
            let most =
                u64::try_from(obligor::engine::operations::MAX_REQUEST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
            let mut text = String::new();
            std::io::stdin().lock().take(most).read_to_string(&mut text).map_err(|error| {
                Error::new(ErrorKind::Io, format!("the request cannot be read from standard input: {error}"))
            })?;
            text
        }
        Some(text) => text.to_owned(),
    };
    Session::open(options)?.call_text(operation, &request).map(Done::well)
}

/// Prints a text. A reader that went away (`obligor events | head`) is no error: what was done is done.
fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != IoErrorKind::BrokenPipe => Err(Error::new(
            ErrorKind::Io,
            format!("it was done, but the answer cannot be printed: {error}; ask again with the same key to see it"),
        )),
        _ => Ok(()),
    }
}
