//! The columns of each kind of file: the one table that the reader goes by and `docs/IMPORT.md` is written from.

use std::fmt::Write as _;

use super::Kind;

/// A column that a file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in a file without a mapping.
    pub name: &'static str,
    /// Whether the file must have it.
    pub need: Need,
    /// What is written in it.
    pub holds: Holds,
    /// What it means.
    pub meaning: &'static str,
}

/// Whether a file must have a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The file must have it, or a default must be given for it.
    Always,
    /// The file must have it, or a default must be given for it, unless it has this other column.
    Unless(&'static str),
    /// The file may leave it out.
    Optional,
}

/// What is written in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A number or code of the host, on one line.
    Code,
    /// Free text; runs of spaces and line breaks become one space.
    Text,
    /// A decimal amount in the row's currency.
    Amount,
    /// A percentage from 0 to 100.
    Percent,
    /// A civil day.
    Day,
    /// A moment, or a day.
    Moment,
    /// Yes or no.
    Flag,
    /// A whole number from 0 to 255.
    Level,
    /// A whole number.
    Number,
    /// Units of one currency for one of another.
    Rate,
    /// Codes of the host with `|` between them.
    Codes,
    /// An ISO 4217 code.
    Currency,
    /// An ISO 3166 alpha-2 code.
    Country,
    /// A number of a company or a person; never shown in errors.
    Identifier,
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl Holds {
    fn name(self) -> String {
        match self {
            Self::Code => "code".to_owned(),
            Self::Text => "text".to_owned(),
            Self::Amount => "amount".to_owned(),
            Self::Percent => "percent".to_owned(),
            Self::Day => "day".to_owned(),
            Self::Moment => "moment".to_owned(),
            Self::Flag => "flag".to_owned(),
            Self::Level => "level".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Rate => "rate".to_owned(),
            Self::Codes => "codes".to_owned(),
            Self::Currency => "currency".to_owned(),
            Self::Country => "country".to_owned(),
            Self::Identifier => "identifier".to_owned(),
            Self::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        }
    }
}

pub(super) const fn must(name: &'static str, holds: Holds, meaning: &'static str) -> Column {
    Column { name, need: Need::Always, holds, meaning }
}

pub(super) const fn may(name: &'static str, holds: Holds, meaning: &'static str) -> Column {
    Column { name, need: Need::Optional, holds, meaning }
}

const fn must_unless(other: &'static str, name: &'static str, holds: Holds, meaning: &'static str) -> Column {
    Column { name, need: Need::Unless(other), holds, meaning }
}

const COMPANY: Column = must("company", Holds::Code, "The company that sells, as the ERP codes it.");
const PAYER: Column = must("customer", Holds::Code, "The number of the customer that pays (bill-to, not sold-to).");
const CURRENCY: Column = must("currency", Holds::Currency, "The currency of the amounts; the account's currency.");
const ORGNR: &str = "CVR, organisasjonsnummer, organisationsnummer, Y-tunnus or KvK-nummer, by the country.";
const PERSONAL: &str = "The personal number of the country. Kept only as a keyed hash.";

const CUSTOMERS: &[Column] = &[
    must("customer", Holds::Code, "The ERP's number of the customer."),
    must("name", Holds::Text, "The name."),
    must("country", Holds::Country, "The country it is registered in."),
    may("legal_form", Holds::Text, "The legal form, as the register of the country codes it."),
    may("street", Holds::Text, "Street and number."),
    may("postcode", Holds::Text, "Postcode."),
    may("city", Holds::Text, "Town."),
    may("phone", Holds::Text, "Telephone."),
    may("email", Holds::Text, "E-mail."),
    may("orgnr", Holds::Identifier, ORGNR),
    may("vat", Holds::Identifier, "VAT number of the country."),
    may("personal_number", Holds::Identifier, PERSONAL),
    may("rsin", Holds::Identifier, "Dutch RSIN."),
    may("lei", Holds::Identifier, "Legal entity identifier."),
    may("gln", Holds::Identifier, "Global location number."),
    may("company", Holds::Code, "The company that sells. With it the row makes the credit account, too."),
    may("currency", Holds::Currency, "The account's currency; needed with `company`."),
    may(
        "status",
        Holds::Choice(&["ok", "watch", "hold", "stop", "no_check"]),
        "The account's status. Without the column, or empty, an account keeps the status it has.",
    ),
    may(
        "risk_class",
        Holds::Code,
        "The risk class it is given. Empty: none; without the column it keeps the one it has.",
    ),
    may("score", Holds::Number, "Its score, the higher the better. Empty: unknown; without the column as it was."),
    may("customer_since", Holds::Day, "The day it became a customer, likewise."),
    may("next_review", Holds::Day, "The day by which the account is to be reviewed, likewise."),
    may("terms_days", Holds::Number, "The payment terms agreed, in days, likewise."),
    may("internal", Holds::Flag, "Whether it belongs to the own group of companies. Without the column as it was."),
    may(
        "pools",
        Holds::Codes,
        "The pools it belongs to, the widest first, with vertical bars between them; they must be there. Empty: none; \
         without the column it stays where it is.",
    ),
];

const LIMITS: &[Column] = &[
    must_unless("pool", "company", Holds::Code, "The company that sells, as the ERP codes it."),
    must_unless(
        "pool",
        "customer",
        Holds::Code,
        "The customer's number. If it has no account in the company, the row makes it.",
    ),
    may(
        "pool",
        Holds::Code,
        "Instead of `customer`: the pool whose limit it is; it must be there. `company` is not read.",
    ),
    must("currency", Holds::Currency, "The currency of the limit; the account's or pool's currency."),
    may("limit", Holds::Amount, "The limit. 0 is zero: no credit."),
    may("no_limit", Holds::Flag, "Yes: the account has no limit, and `limit` is empty."),
    may(
        "kind",
        Holds::Choice(&["base", "temporary", "insured"]),
        "A temporary limit replaces the base limit while it lasts; an insured one comes on top. Empty is base.",
    ),
    may("share", Holds::Percent, "Insured: how much of the limit counts. Empty is all of it."),
    may("from", Holds::Day, "The first day it is in force; empty is always."),
    may("to", Holds::Day, "The last day it is in force; empty is for ever."),
];

const OPEN_ITEMS: &[Column] = &[
    COMPANY,
    PAYER,
    must("number", Holds::Code, "The item's number; unique in the account."),
    CURRENCY,
    must(
        "residual",
        Holds::Amount,
        "What is still open, tax included. Positive is owed, negative is the customer's credit. 0 closes the item.",
    ),
    may("amount", Holds::Amount, "The amount it was posted with, same sign; empty is the residual."),
    may(
        "kind",
        Holds::Choice(&["invoice", "credit_note", "payment"]),
        "What it is. Empty: an invoice if owed, a credit note if not.",
    ),
    may(
        "debit_credit",
        Holds::Choice(&["debit", "credit"]),
        "Which side an amount without a sign is on; used when the mapping says `sign = \"indicator\"`.",
    ),
    must("due", Holds::Day, "The day it is due. May be empty for a credit that has `posted`."),
    may("posted", Holds::Day, "The day it was posted; stands in for an empty `due` of a credit."),
    may("disputed", Holds::Flag, "Whether the customer disputes it."),
    may("dunning_level", Holds::Level, "The dunning level it has reached."),
    may("dunning_blocked", Holds::Flag, "Whether it is blocked for dunning: its level counts for nothing then."),
    may(
        "delivered",
        Holds::Day,
        "The day its goods were delivered, which says whose cover an insured item has. Empty: as it was; at first the \
         day of the file.",
    ),
    may("document", Holds::Code, "The order it belongs to."),
];

const ORDERS: &[Column] = &[
    COMPANY,
    PAYER,
    must("document", Holds::Code, "The order's number; unique in the company."),
    CURRENCY,
    must("ordered", Holds::Amount, "Ordered and not delivered, tax included."),
    may(
        "invoiced_percent",
        Holds::Percent,
        "How much of `ordered` is invoiced already; that part is taken off, rounded half up.",
    ),
    may("delivered", Holds::Amount, "Delivered and not invoiced."),
    may("drafted", Holds::Amount, "On invoices that are drafts."),
    must("since", Holds::Moment, "When the order was entered."),
    may(
        "expires",
        Holds::Moment,
        "When what is ordered stops holding credit; a day counts to its end. Empty is never.",
    ),
    may(
        "ships",
        Holds::Day,
        "The day its goods ship, for a check that looks no further than a horizon. Empty is soon.",
    ),
];

const COMPANIES: &[Column] = &[
    must("country", Holds::Country, "The country of the register."),
    must("orgnr", Holds::Identifier, ORGNR),
    must("name", Holds::Text, "The name."),
    must(
        "state",
        Holds::Code,
        "`active`, `bankrupt`, `liquidating`, `restructuring`, `dissolved`, or as the register says.",
    ),
    may("legal_form", Holds::Text, "The legal form, as the register codes it."),
    may("registered", Holds::Day, "The day it was registered."),
    may("street", Holds::Text, "Street and number."),
    may("postcode", Holds::Text, "Postcode."),
    may("city", Holds::Text, "Town."),
    may("phone", Holds::Text, "Telephone."),
    may("industry", Holds::Code, "Industry code."),
    may("no_marketing", Holds::Flag, "Whether it must not be used for marketing."),
];

const REMARKS: &[Column] = &[
    must("number", Holds::Code, "The remark's number in the register."),
    must("country", Holds::Country, "The country of the subject's number."),
    may("orgnr", Holds::Identifier, "The company it is about. A row has this or `personal_number`, not both."),
    may("personal_number", Holds::Identifier, PERSONAL),
    must("kind", Holds::Code, "What it is, as the register codes it."),
    may("amount", Holds::Amount, "The amount, if the register tells it."),
    may("currency", Holds::Currency, "The currency of the amount; needed with it."),
    must("registered", Holds::Day, "The day it was registered."),
    may("expires", Holds::Day, "The day from which it must not be used any more."),
];

impl Kind {
    /// The columns of such a file.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Customers => CUSTOMERS,
            Self::Limits => LIMITS,
            Self::OpenItems => OPEN_ITEMS,
            Self::Orders => ORDERS,
            Self::Companies => COMPANIES,
            Self::Remarks => REMARKS,
        }
    }

    /// The column with this name.
    pub fn column(self, name: &str) -> Option<&'static Column> {
        self.columns().iter().find(|column| column.name == name)
    }
}

/// The columns of every kind as Markdown, for the manual.
pub fn documentation() -> String {
    let mut text = String::new();
    for kind in Kind::ALL {
        let _ = write!(
            text,
            "### `{}`\n\n{}\n\n| column | | holds | meaning |\n|---|---|---|---|\n",
            kind.name(),
            kind.about()
        );
        list(kind.columns(), &mut text);
        text.push('\n');
    }
    text
}

/// One row of a table in Markdown for each column.
pub(super) fn list(columns: &[Column], text: &mut String) {
    for column in columns {
        let need = match column.need {
            Need::Always => "required".to_owned(),
            Need::Unless(other) => format!("required without `{other}`"),
            Need::Optional => String::new(),
        };
        let _ = writeln!(text, "| `{}` | {need} | {} | {} |", column.name, column.holds.name(), column.meaning);
    }
}
