//! The words of the command line.

use std::path::PathBuf;

use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use obligor::calendar::{Day, Instant};
use obligor::credit::Stage;
use obligor::import::{DateFormat, DecimalMark, Encoding, Kind, Thousands};
use obligor::money::{Currency, Money};
use obligor::policy::Checkpoint;
use obligor::reason::Language;
use obligor::register::Purpose;

use crate::exit;

/// Credit checks inside the ERP's own process, from a shell.
#[derive(Debug, Parser)]
#[command(name = "obligor", version, after_help = exit::HELP, max_term_width = 100)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Group)]
pub(crate) struct Options {
    /// The configuration; without it ./obligor.toml, if it is there
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub(crate) config: Option<PathBuf>,
    /// The credit state, a file or a URL, not the one the configuration names
    #[arg(long, global = true, value_name = "STORE", help_heading = "Global options")]
    pub(crate) store: Option<String>,
    /// Print the operation's JSON answer, one document
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) json: bool,
    /// The language of sentences and numbers: en, da, nb, sv, fi, nl
    #[arg(long, global = true, value_name = "TAG", value_parser = language, help_heading = "Global options")]
    pub(crate) language: Option<Language>,
    /// Colours: auto (on a terminal, unless NO_COLOR is set), always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub(crate) color: ColorChoice,
    /// Also print what the log says of things that went well
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub(crate) verbose: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a credit state, its key, a configuration and a policy, where they are missing
    Init,
    /// Import a file of an ERP or of a register
    Import(Box<Import>),
    /// Show where a customer stands: limits, exposure, open items
    Account(Account),
    /// Ask whether an order would go through; nothing is written
    Check(Check),
    /// Hold credit for an order, if it may go through
    Reserve(Priced),
    /// Ask for another amount for an order that holds credit
    Change(Priced),
    /// Move a part of an order on: delivered, drafted, invoiced, settled
    Convert(Convert),
    /// Give up what is still ordered
    Cancel(Order),
    /// Take a cancelled or expired order up again
    Reopen(Priced),
    /// List the orders that wait for a person, with why
    Held(Held),
    /// The order comes to a checkpoint: may it go on?
    Pass(Pass),
    /// Put an order on hold, whatever the rules say
    Hold(Person),
    /// Let an order through, as far as the role may
    Release(Person),
    /// Turn a waiting order down
    Reject(Person),
    /// Another customer pays for the order: the one named here
    Transfer(Priced),
    /// Ask about the waiting orders again, the oldest first
    Reevaluate(Reevaluate),
    /// Queue what is to be told ahead of time: limits that end, reviews, items for collection
    Sweep,
    /// Limits that wait for a second person
    Limits(Limits),
    /// Judge a new customer
    Validate(Validate),
    /// Ask a debtor register about a subject; logged
    Lookup(Lookup),
    /// Say why a decision is what it is, for the customer to read
    Explain(Decision),
    /// Make a decision again and compare
    Replay(Decision),
    /// Check the database, every balance and every link of the record
    Verify,
    /// Copy the credit state to a new file while it is in use
    Backup(Backup),
    /// Move a credit state to another store, or only make the tables of one
    Migrate(Migrate),
    /// Count everything
    Stats,
    /// List events
    Events(Events),
    /// Check, explain and compare policies, or show the one in force
    Policy(Policy),
    /// Do any operation, JSON in and JSON out; without a name, list them
    Call(Call),
}

#[derive(Debug, Group)]
pub(crate) struct Import {
    /// customers, limits, open_items, orders, companies or remarks
    #[arg(value_parser = kind)]
    pub(crate) kind: Kind,
    /// The file
    pub(crate) file: PathBuf,
    /// A ready mapping by its name, or a mapping file (*.toml)
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) mapping: Option<String>,
    /// Open items, orders: the file is everything there was as of --as-of; what is not in it is closed
    #[arg(long)]
    pub(crate) snapshot: bool,
    /// Take the good rows and write the bad ones to this file, which must not exist yet
    #[arg(long, value_name = "REJECTED.csv")]
    pub(crate) keep_going: Option<PathBuf>,
    /// Registers: the name of the source
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// The moment for which the file is true, such as 2026-11-22T06:00:00Z; registers and snapshots need it
    #[arg(long, value_name = "MOMENT", value_parser = instant)]
    pub(crate) as_of: Option<Instant>,
    /// utf-8, utf-16 or windows-1252; found out when nothing is said
    #[arg(long, value_parser = word::<Encoding>)]
    pub(crate) encoding: Option<Encoding>,
    /// , ; | or tab; found out when nothing is said
    #[arg(long, value_parser = delimiter)]
    pub(crate) delimiter: Option<char>,
    /// The decimal mark, . or , ; found out when nothing is said
    #[arg(long, value_parser = word::<DecimalMark>)]
    pub(crate) decimal: Option<DecimalMark>,
    /// What separates thousands: . , ' or a space
    #[arg(long, value_parser = word::<Thousands>)]
    pub(crate) thousands: Option<Thousands>,
    /// How days are written, such as dd.mm.yyyy
    #[arg(long, value_name = "FORMAT", value_parser = word::<DateFormat>)]
    pub(crate) date: Option<DateFormat>,
    /// What stands in for a column that is missing or empty
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = pair)]
    pub(crate) default: Vec<(String, String)>,
    /// Customers: leave out an identifier that is not valid, instead of the row
    #[arg(long)]
    pub(crate) drop_bad_identifiers: bool,
    /// Only read and check the file
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A credit account, by its two names.
#[derive(Debug, Group)]
pub(crate) struct Whose {
    /// The company that sells
    #[arg(long)]
    pub(crate) company: String,
    /// The customer that pays
    #[arg(long)]
    pub(crate) customer: String,
}

#[derive(Debug, Group)]
pub(crate) struct Account {
    #[command(flatten)]
    pub(crate) whose: Whose,
    /// Only the open items
    #[arg(long)]
    pub(crate) items: bool,
    /// At most so many open items
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) most: u32,
}

/// What an order is about in money.
#[derive(Debug, Group)]
pub(crate) struct Price {
    /// The amount with its currency, such as "1250.00 DKK"
    #[arg(long, value_parser = money, allow_hyphen_values = true)]
    pub(crate) amount: Money,
    /// Units of the account's currency for one unit of the amount's
    #[arg(long)]
    pub(crate) rate: Option<String>,
    /// When the order stops holding credit, such as 2026-12-24T12:00:00Z
    #[arg(long, value_name = "MOMENT", value_parser = instant)]
    pub(crate) expires: Option<Instant>,
}

#[derive(Debug, Group)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) whose: Whose,
    /// The order, if it is known already
    #[arg(long)]
    pub(crate) document: Option<String>,
    #[command(flatten)]
    pub(crate) price: Price,
}

/// A request that writes.
#[derive(Debug, Group)]
pub(crate) struct Order {
    #[command(flatten)]
    pub(crate) whose: Whose,
    /// The order, as the ERP numbers it
    #[arg(long)]
    pub(crate) document: String,
    /// The key of this request: the same key and content get the same answer
    #[arg(long)]
    pub(crate) key: String,
    /// Who asks; recorded
    #[arg(long, default_value = "")]
    pub(crate) user: String,
}

#[derive(Debug, Group)]
pub(crate) struct Priced {
    #[command(flatten)]
    pub(crate) order: Order,
    #[command(flatten)]
    pub(crate) price: Price,
}

#[derive(Debug, Group)]
pub(crate) struct Convert {
    #[command(flatten)]
    pub(crate) order: Order,
    /// The part that moves; without it everything in the stage it comes from
    #[arg(long, value_parser = money)]
    pub(crate) amount: Option<Money>,
    /// Units of the account's currency for one unit of the amount's
    #[arg(long)]
    pub(crate) rate: Option<String>,
    /// Where it goes: delivered, drafted, invoiced or settled
    #[arg(long, value_name = "STAGE", value_parser = word::<Stage>)]
    pub(crate) to: Stage,
    /// Where it comes from; without it the last stage before that holds anything
    #[arg(long, value_name = "STAGE", value_parser = word::<Stage>)]
    pub(crate) from: Option<Stage>,
    /// Invoiced, settled: the number of the open item
    #[arg(long, default_value = "")]
    pub(crate) item: String,
    /// Invoiced: the day the item is due, such as 2026-12-22
    #[arg(long, value_parser = day)]
    pub(crate) due: Option<Day>,
}

#[derive(Debug, Group)]
pub(crate) struct Held {
    /// The company that sells
    #[arg(long)]
    pub(crate) company: String,
    /// Only those of this customer
    #[arg(long)]
    pub(crate) customer: Option<String>,
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) most: u32,
}

#[derive(Debug, Group)]
pub(crate) struct Pass {
    #[command(flatten)]
    pub(crate) order: Order,
    /// entry, confirm, pick, ship or invoice
    #[arg(long, value_parser = word::<Checkpoint>)]
    pub(crate) checkpoint: Checkpoint,
}

/// What a person does to an order.
#[derive(Debug, Group)]
pub(crate) struct Person {
    #[command(flatten)]
    pub(crate) order: Order,
    /// Why; recorded
    #[arg(long)]
    pub(crate) reason: String,
    /// The role of the person, as the policy names it; a release needs it
    #[arg(long, default_value = "")]
    pub(crate) role: String,
    /// Release: lift a stop of the customer for this order too
    #[arg(long)]
    pub(crate) lifts_stop: bool,
    /// Release: how many days it is honoured; as the policy says when left out
    #[arg(long, value_name = "DAYS")]
    pub(crate) valid_days: Option<u16>,
}

#[derive(Debug, Group)]
pub(crate) struct Reevaluate {
    /// The company that sells
    #[arg(long)]
    pub(crate) company: String,
    /// Only the orders of this customer
    #[arg(long)]
    pub(crate) customer: Option<String>,
    /// Also orders that hold credit and of which nothing has left yet
    #[arg(long)]
    pub(crate) active: bool,
    /// Who asks; recorded
    #[arg(long, default_value = "")]
    pub(crate) user: String,
}

#[derive(Debug, Group)]
pub(crate) struct Limits {
    #[command(subcommand)]
    pub(crate) command: LimitsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LimitsCommand {
    /// List them
    Waiting,
    /// Let one be
    Approve(DecideLimit),
    /// Drop one
    Drop(DecideLimit),
}

#[derive(Debug, Group)]
pub(crate) struct DecideLimit {
    /// The limit's number in the list
    pub(crate) id: u64,
    /// Who decides; not who asked for it
    #[arg(long)]
    pub(crate) user: String,
}

/// Why and for whom a debtor register is asked.
#[derive(Debug, Group)]
pub(crate) struct Reason {
    /// On which legal basis, such as legitimate_interest; needed for persons
    #[arg(long, default_value = "")]
    pub(crate) basis: String,
    /// On whose behalf
    #[arg(long, value_name = "WHOM", default_value = "")]
    pub(crate) on_behalf_of: String,
    /// There is credit to be given or at risk
    #[arg(long)]
    pub(crate) credit_element: bool,
    /// The subject has barred itself from being looked up
    #[arg(long)]
    pub(crate) frozen: bool,
}

#[derive(Debug, Group)]
pub(crate) struct Validate {
    /// Its number, if the ERP has given it one
    #[arg(long, default_value = "")]
    pub(crate) customer: String,
    /// Its name
    #[arg(long, default_value = "")]
    pub(crate) name: String,
    /// The country it is registered in: DK, NO, SE, FI, NL, …
    #[arg(long)]
    pub(crate) country: String,
    /// Its legal form, as the register of the country codes or names it
    #[arg(long, value_name = "FORM", default_value = "")]
    pub(crate) legal_form: String,
    /// Its postcode
    #[arg(long, default_value = "")]
    pub(crate) postcode: String,
    /// An identifier, such as dk.cvr=13585628; may be given more than once
    #[arg(long, value_name = "SCHEME=NUMBER", value_parser = pair)]
    pub(crate) identifier: Vec<(String, String)>,
    /// The scheme of a personal number, which is read from standard input
    #[arg(long, value_name = "SCHEME")]
    pub(crate) personal_number_stdin: Option<String>,
    /// The currency it is to be given credit in
    #[arg(long, value_parser = currency)]
    pub(crate) currency: Option<Currency>,
    /// Also ask the debtor register, for this purpose
    #[arg(long, value_parser = purpose, requires = "user")]
    pub(crate) purpose: Option<Purpose>,
    /// Who asks the debtor register
    #[arg(long, requires = "purpose")]
    pub(crate) user: Option<String>,
    #[command(flatten)]
    pub(crate) reason: Reason,
}

#[derive(Debug, Group)]
#[group(skip)]
pub(crate) struct Lookup {
    #[command(flatten)]
    pub(crate) whom: Whom,
    /// The country of the number: DK, NO, SE, FI, NL
    #[arg(long, default_value = "")]
    pub(crate) country: String,
    /// What for: credit_application, credit_sale_control, debt_collection, lease, guarantee
    #[arg(long, value_parser = purpose)]
    pub(crate) purpose: Purpose,
    /// Who asks
    #[arg(long)]
    pub(crate) user: String,
    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Whom a look-up is about.
#[derive(Debug, Group)]
#[group(required = true, multiple = false)]
pub(crate) struct Whom {
    /// A customer of the books
    #[arg(long)]
    pub(crate) customer: Option<String>,
    /// An organisation's number, or its VAT number
    #[arg(long, value_name = "NUMBER", requires = "country")]
    pub(crate) orgnr: Option<String>,
    /// A person's number, which is read from standard input
    #[arg(long, requires = "country")]
    pub(crate) personal_number_stdin: bool,
}

#[derive(Debug, Group)]
pub(crate) struct Decision {
    /// The decision's number on record
    pub(crate) decision: u64,
}

#[derive(Debug, Group)]
pub(crate) struct Backup {
    /// The new file
    pub(crate) to: PathBuf,
}

#[derive(Debug, Group)]
pub(crate) struct Migrate {
    /// The store that holds the state now; without it only the tables of the new one are made, or brought up to date
    #[arg(long, value_name = "STORE")]
    pub(crate) from: Option<String>,
    /// The store to move into: a file, postgresql://user@host/database, or env:NAME or file:PATH, which say where such a
    /// URL stands
    #[arg(long, value_name = "STORE")]
    pub(crate) to: String,
    /// Leave the old store in use: a copy, to try the move out
    #[arg(long, requires = "from")]
    pub(crate) keep: bool,
}

#[derive(Debug, Group)]
pub(crate) struct Events {
    /// Only events after this one
    #[arg(long, value_name = "ID", default_value_t = 0)]
    pub(crate) after: u64,
    /// Instead: those that this reader has not acknowledged
    #[arg(long, value_name = "NAME", conflicts_with = "after")]
    pub(crate) consumer: Option<String>,
    /// First acknowledge every event up to this one
    #[arg(long, value_name = "ID", requires = "consumer")]
    pub(crate) acknowledge: Option<u64>,
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) most: u32,
}

#[derive(Debug, Group)]
pub(crate) struct Policy {
    #[command(subcommand)]
    pub(crate) command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Read a policy and tell what is wrong or odd about it, each with its line
    Check {
        /// The file, or the name of a ready policy
        file: PathBuf,
    },
    /// Say a policy in sentences, in the language of --language
    Explain {
        /// The file, or the name of a ready policy; without it the policy in force
        policy: Option<PathBuf>,
    },
    /// List the ready policies
    Profiles,
    /// Print a ready policy, to begin from
    Profile {
        /// Its name
        name: String,
    },
    /// Ask two policies about the same orders and tell where they differ
    Compare(Compare),
    /// Print the policy in force
    Show,
    /// Try a policy on recorded orders and payments, against the policy in force or another
    Try(Box<Try>),
}

#[derive(Debug, Group)]
pub(crate) struct Try {
    /// The policy, a TOML file; "standard" is the one that comes with obligor
    pub(crate) file: PathBuf,
    /// The recorded orders, a CSV file; its columns are in docs/BACKTEST.md
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) orders: PathBuf,
    /// The policy it is held against, instead of the one in force
    #[arg(long, value_name = "FILE")]
    pub(crate) against: Option<PathBuf>,
    /// Also write a page with charts, for a browser or a printer
    #[arg(long, value_name = "FILE.html")]
    pub(crate) html: Option<PathBuf>,
    /// Orders entered before this day are exposure as they were, and not counted
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) from: Option<Day>,
    /// How many orders that the policies treat differently are listed
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    pub(crate) largest: u32,
    /// utf-8, utf-16 or windows-1252; found out when nothing is said
    #[arg(long, value_parser = word::<Encoding>)]
    pub(crate) encoding: Option<Encoding>,
    /// , ; | or tab; found out when nothing is said
    #[arg(long, value_parser = delimiter)]
    pub(crate) delimiter: Option<char>,
    /// The decimal mark, . or , ; found out when nothing is said
    #[arg(long, value_parser = word::<DecimalMark>)]
    pub(crate) decimal: Option<DecimalMark>,
    /// What separates thousands: . , ' or a space
    #[arg(long, value_parser = word::<Thousands>)]
    pub(crate) thousands: Option<Thousands>,
    /// How days are written, such as dd.mm.yyyy
    #[arg(long, value_name = "FORMAT", value_parser = word::<DateFormat>)]
    pub(crate) date: Option<DateFormat>,
    /// What stands in for a column that is missing or empty
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = pair)]
    pub(crate) default: Vec<(String, String)>,
}

#[derive(Debug, Group)]
pub(crate) struct Compare {
    /// The first policy: a file, or the name of a ready policy
    pub(crate) a: PathBuf,
    /// The second
    pub(crate) b: PathBuf,
    /// Orders as CSV; without them cases at the thresholds of both policies are made
    #[arg(long, value_name = "FILE.csv", conflicts_with = "sample")]
    pub(crate) orders: Option<PathBuf>,
    /// Instead: so many cases that mix several facts, the same every time
    #[arg(long, value_name = "COUNT")]
    pub(crate) sample: Option<u32>,
    /// The day it is, such as 2026-11-22; without it today
    #[arg(long, value_parser = day)]
    pub(crate) day: Option<Day>,
    /// At most so many examples of each difference
    #[arg(long, value_name = "COUNT", default_value_t = 3)]
    pub(crate) examples: u32,
}

#[derive(Debug, Group)]
pub(crate) struct Call {
    /// The operation, such as order.check
    pub(crate) operation: Option<String>,
    /// The request; - reads it from standard input
    pub(crate) request: Option<String>,
}

fn language(text: &str) -> Result<Language, String> {
    Language::parse(text).ok_or_else(|| "there are texts in en, da, nb, sv, fi and nl".to_owned())
}

fn money(text: &str) -> Result<Money, String> {
    Money::parse(text).map_err(|error| format!("{error}; write it as \"1250.00 DKK\""))
}

fn currency(text: &str) -> Result<Currency, String> {
    Currency::parse(text).map_err(|error| error.to_string())
}

fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text).ok_or_else(|| "write a moment as 2026-11-22T08:30:00Z or 2026-11-22T09:30:00+01:00".to_owned())
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "write a day as 2026-11-22".to_owned())
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::parse(&text.replace('-', "_")).ok_or_else(|| {
        let names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        format!("a file is about one of {}", names.join(", "))
    })
}

fn purpose(text: &str) -> Result<Purpose, String> {
    Purpose::parse(text).ok_or_else(|| {
        let names: Vec<_> = Purpose::ALL.iter().map(|purpose| purpose.name()).collect();
        format!("a debtor register is asked for one of {}", names.join(", "))
    })
}

fn delimiter(text: &str) -> Result<char, String> {
    match text {
        "tab" | "\\t" | "\t" => Ok('\t'),
        "," => Ok(','),
        ";" => Ok(';'),
        "|" => Ok('|'),
        _ => Err("a delimiter is , ; | or tab".to_owned()),
    }
}

/// A word that JSON has, too: the names are those of the requests.
fn word<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as name=value".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_words_fit_together() {
        Args::command().debug_assert();
    }
}
