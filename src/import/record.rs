//! From a row to what the store takes.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::fault::{Problem, Trouble};
use super::mapping::{Sign, ZeroLimit};
use super::row::{Row, missing};
use super::{IdentifierKeeper, Kind};
use crate::calendar::Day;
use crate::credit::{Limit, LimitKind, Status};
use crate::money::{Currency, Money};
use crate::store::{
    AccountKey, AccountRecord, Company, Customer, IdentifierKey, Item, ItemKind, LimitOwner, LimitRecord, OrderRecord,
    Remark,
};

/// What a row says.
#[derive(Debug, Clone)]
pub(super) enum Record {
    Customer(Box<Customer>, Option<Account>),
    Limit(LimitRecord),
    Item(Item),
    Order(OrderRecord),
    Company(Box<Company>),
    Remark(Remark),
}

/// The account a customer's row makes; without a status it keeps the one it has.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) key: AccountKey,
    pub(super) currency: Currency,
    pub(super) status: Option<Status>,
    pub(super) said: Said,
}

/// What a customer's row says of its account beside that; `None` is what the file does not say, and stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    risk_class: Option<Option<String>>,
    score: Option<Option<i32>>,
    customer_since: Option<Option<Day>>,
    next_review: Option<Option<Day>>,
    terms_days: Option<Option<u16>>,
    internal: Option<bool>,
    pools: Option<Vec<String>>,
}

impl Said {
    fn of(row: Row<'_>) -> Made<Self> {
        fn said<T>(row: Row<'_>, name: &'static str, read: impl FnOnce(&'static str) -> Made<T>) -> Made<Option<T>> {
            row.has(name).then(|| read(name)).transpose()
        }
        let any = (i32::MIN, i32::MAX);
        let days = (0, i32::from(u16::MAX));
        let terms = |name| Ok(row.number(name, days)?.and_then(|days| u16::try_from(days).ok()));
        Ok(Self {
            risk_class: said(row, "risk_class", |name| Ok(Some(row.code_or_empty(name)?).filter(|c| !c.is_empty())))?,
            score: said(row, "score", |name| row.number(name, any))?,
            customer_since: said(row, "customer_since", |name| row.day(name))?,
            next_review: said(row, "next_review", |name| row.day(name))?,
            terms_days: said(row, "terms_days", terms)?,
            internal: said(row, "internal", |name| row.flag(name))?,
            pools: said(row, "pools", |name| row.codes(name))?,
        })
    }

    /// Whether it says nothing.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Puts what is said in the place of what was.
    pub(super) fn amend(&self, record: &mut AccountRecord) {
        let Self { risk_class, score, customer_since, next_review, terms_days, internal, pools } = self;
        let profile = record.profile.get_or_insert_default();
        if let Some(risk_class) = risk_class {
            profile.risk_class.clone_from(risk_class);
        }
        profile.score = score.unwrap_or(profile.score);
        profile.customer_since = customer_since.unwrap_or(profile.customer_since);
        profile.next_review = next_review.unwrap_or(profile.next_review);
        profile.terms_days = terms_days.unwrap_or(profile.terms_days);
        profile.internal = internal.unwrap_or(profile.internal);
        if pools.is_some() {
            record.pools.clone_from(pools);
        }
    }
}

/// What is needed to make records beside the row.
pub(super) struct Making<'a> {
    pub(super) keeper: &'a dyn IdentifierKeeper,
    pub(super) source: &'a str,
    /// Leave out an identifier of a customer that is not one, instead of the customer.
    pub(super) drop_bad_identifiers: bool,
    /// How many were left out as invalid.
    pub(super) dropped: u64,
    /// How many were left out because nothing is known of the numbers of their country.
    pub(super) dropped_foreign: u64,
}

type Made<T> = Result<T, Trouble>;

impl Record {
    pub(super) fn make(kind: Kind, row: Row<'_>, making: &mut Making<'_>) -> Made<Self> {
        Ok(match kind {
            Kind::Customers => {
                let (customer, account) = customer(row, making)?;
                Self::Customer(Box::new(customer), account)
            }
            Kind::Limits => Self::Limit(limit(row)?),
            Kind::OpenItems => Self::Item(item(row)?),
            Kind::Orders => Self::Order(order(row)?),
            Kind::Companies => Self::Company(Box::new(company(row, making)?)),
            Kind::Remarks => Self::Remark(remark(row, making)?),
        })
    }

    /// What makes the row the only one of its kind in a file.
    pub(super) fn unique(&self) -> String {
        let of = |key: &AccountKey, rest: &str| format!("{}\u{1f}{}\u{1f}{rest}", key.company, key.customer);
        match self {
            Self::Customer(customer, None) => customer.number.clone(),
            Self::Customer(_, Some(account)) => of(&account.key, ""),
            Self::Limit(limit) => format!("{:?}{:?}{:?}", limit.owner, limit.limit.kind, limit.limit.from),
            Self::Item(item) => of(&item.key, &item.number),
            Self::Order(order) => format!("{}\u{1f}{}", order.key.company, order.document),
            Self::Company(company) => {
                company.identifier.as_ref().map(|id| format!("{}\u{1f}{}", id.scheme, id.value)).unwrap_or_default()
            }
            Self::Remark(remark) => remark.number.clone(),
        }
    }

    /// The company that sells, for a file that is everything there is.
    pub(super) fn selling_company(&self) -> Option<&str> {
        match self {
            Self::Item(item) => Some(&item.key.company),
            Self::Order(order) => Some(&order.key.company),
            _ => None,
        }
    }
}

/// The columns that can hold an identifier of a customer.
const IDENTIFIERS: [&str; 6] = ["orgnr", "vat", "personal_number", "rsin", "lei", "gln"];
/// Those of them that mean the same in every country.
const INTERNATIONAL: [&str; 2] = ["lei", "gln"];
/// The countries whose numbers are known here. A customer from elsewhere is taken without its number: it can be neither
/// checked nor, if it is a person's, recognised as one that must not be kept.
const COUNTRIES: [&str; 5] = ["DK", "NO", "SE", "FI", "NL"];

fn key(making: &Making<'_>, country: &str, column: &'static str, text: &str) -> Made<IdentifierKey> {
    making.keeper.key(country, column, text).map_err(|error| {
        let message = error.message();
        let reason = message.strip_prefix(column).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(message);
        Trouble::new(column, Problem::Identifier, reason)
    })
}

fn account_key(row: Row<'_>) -> Made<AccountKey> {
    Ok(AccountKey { company: row.code("company")?, customer: row.code("customer")? })
}

fn customer(row: Row<'_>, making: &mut Making<'_>) -> Made<(Customer, Option<Account>)> {
    let number = row.code("customer")?;
    let name = row.text("name")?;
    if name.is_empty() {
        return Err(missing("name"));
    }
    let country = row.country("country")?;
    let mut identifiers: Vec<IdentifierKey> = Vec::new();
    for column in IDENTIFIERS {
        let text = row.identifier(column)?;
        if text.is_empty() {
            continue;
        }
        if !COUNTRIES.contains(&country.as_str()) && !INTERNATIONAL.contains(&column) {
            making.dropped_foreign += 1;
            continue;
        }
        match key(making, &country, column, &text) {
            // A VAT number may be the organisation number in another dress.
            Ok(key) if identifiers.contains(&key) => {}
            Ok(key) => identifiers.push(key),
            Err(_) if making.drop_bad_identifiers => making.dropped += 1,
            Err(trouble) => return Err(trouble),
        }
    }
    let legal_form = row.text("legal_form")?;
    let customer = Customer {
        name_key: making.keeper.name_key(&name),
        subject: making.keeper.subject(&country, &legal_form, &identifiers),
        street: row.text("street")?,
        postcode: row.text("postcode")?,
        city: row.text("city")?,
        phone: row.text("phone")?,
        email: row.text("email")?,
        number,
        name,
        country,
        legal_form,
        identifiers,
    };
    let company = row.code_or_empty("company")?;
    if company.is_empty() {
        return Ok((customer, None));
    }
    let status = row
        .choice("status")?
        .and_then(|at| [Status::Ok, Status::Watch, Status::Hold, Status::Stop, Status::NoCheck].get(at).copied());
    let key = AccountKey { company, customer: customer.number.clone() };
    let currency = row.currency("currency")?;
    Ok((customer, Some(Account { key, currency, status, said: Said::of(row)? })))
}

fn limit(row: Row<'_>) -> Made<LimitRecord> {
    let pool = row.code_or_empty("pool")?;
    let owner = if pool.is_empty() {
        LimitOwner::Account(account_key(row)?)
    } else if row.code_or_empty("customer")?.is_empty() {
        LimitOwner::Pool(pool)
    } else {
        return Err(Trouble::new("pool", Problem::Subject, "a limit is a customer's or a pool's, and both are filled"));
    };
    let currency = row.currency("currency")?;
    let unlimited = row.flag("no_limit")?;
    let amount = match (row.amount("limit", currency)?, unlimited) {
        (Some(amount), false) if amount < 0 => {
            return Err(Trouble::new("limit", Problem::Negative, "a limit cannot be negative; 0 gives no credit"));
        }
        (Some(0), false) if row.reading.zero_limit == ZeroLimit::NoLimit => None,
        (Some(amount), false) => Some(amount),
        (None | Some(0), true) => None,
        (Some(_), true) => {
            return Err(Trouble::new(
                "limit",
                Problem::Limit,
                "there is a limit and no_limit says there is none: keep one",
            ));
        }
        (None, false) => {
            let reason = "is empty: write 0 for no credit, or yes in no_limit for an account without a limit";
            return Err(Trouble::new("limit", Problem::Limit, reason));
        }
    };
    let kind = match row.choice("kind")? {
        Some(1) => LimitKind::Temporary,
        Some(2) => LimitKind::Insured,
        _ => LimitKind::Base,
    };
    if kind == LimitKind::Insured && amount.is_none() {
        return Err(Trouble::new("limit", Problem::Limit, "is empty: an insured limit is what the insurer covers"));
    }
    let share = match row.percent("share")? {
        None => Limit::WHOLE,
        Some(share) if kind == LimitKind::Insured => {
            let points = share.checked_mul(Decimal::ONE_HUNDRED).filter(|points| points.fract().is_zero());
            points.and_then(|points| points.to_u32()).filter(|points| *points > 0).ok_or_else(|| {
                let reason = format!("{share} % is not a share: it is above 0, with at most two decimals");
                Trouble::new("share", Problem::Percent, reason)
            })?
        }
        Some(_) => return Err(Trouble::new("share", Problem::Limit, "only an insured limit has a share")),
    };
    let (from, to) = (row.day("from")?, row.day("to")?);
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(Trouble::new("to", Problem::Period, format!("the limit ends on {to}, before it begins on {from}")));
    }
    Ok(LimitRecord { owner, currency, limit: Limit { from, to, share, ..Limit::always(kind, amount) } })
}

fn item(row: Row<'_>) -> Made<Item> {
    let key = account_key(row)?;
    let number = row.code("number")?;
    let currency = row.currency("currency")?;
    let residual = row.amount_filled("residual", currency)?;
    let amount = row.amount("amount", currency)?.unwrap_or(residual);
    let named = row.choice("kind")?.map(|at| match at {
        0 => ItemKind::Invoice,
        1 => ItemKind::CreditNote,
        _ => ItemKind::Payment,
    });
    let shown = |minor: i64| Money::new(minor, currency);
    let contradiction = |reason: String| Trouble::new("residual", Problem::Sign, reason);

    // What is open decides the side; an item of which nothing is open is on the side it was posted on.
    let signed = if residual == 0 { amount } else { residual };
    if (residual < 0 && amount > 0) || (residual > 0 && amount < 0) {
        let reason = format!("{} is open of {}: the signs differ", shown(residual), shown(amount));
        return Err(contradiction(reason));
    }
    let credit = if named == Some(ItemKind::Payment) { ItemKind::Payment } else { ItemKind::CreditNote };
    let is_credit_kind = named.is_some_and(|kind| kind != ItemKind::Invoice);
    let owed = match row.reading.sign {
        Sign::Ledger => signed >= 0,
        Sign::Strict => {
            if is_credit_kind && signed > 0 {
                let reason = format!(
                    "{} is positive, so it is owed, and the row says it is a credit: write what the customer has to \
                     their credit with a minus, or say sign = \"kind\" for a file without signs",
                    shown(signed)
                );
                return Err(contradiction(reason));
            }
            if named == Some(ItemKind::Invoice) && signed < 0 {
                let reason = format!(
                    "{} is negative, and the row says it is an invoice: what is owed is positive",
                    shown(signed)
                );
                return Err(contradiction(reason));
            }
            !is_credit_kind && signed >= 0
        }
        Sign::Kind => is_credit_kind == (signed < 0),
        Sign::Indicator => match row.choice("debit_credit")? {
            Some(side) => (side == 0) == (signed >= 0),
            None => return Err(missing("debit_credit")),
        },
    };
    let (posted, open) = (amount.checked_abs(), residual.checked_abs());
    let (Some(amount), Some(residual)) = (posted, open) else {
        return Err(Trouble::new("residual", Problem::AmountTooLarge, "is too large an amount"));
    };
    if residual > amount {
        let reason = format!("{} is open of {}: more than was posted", shown(residual), shown(amount));
        return Err(Trouble::new("residual", Problem::Residual, reason));
    }
    let due = match row.day("due")? {
        Some(due) => due,
        None if owed => return Err(missing("due")),
        None => row.day("posted")?.ok_or_else(|| missing("due"))?,
    };
    Ok(Item {
        key,
        number,
        kind: if owed { ItemKind::Invoice } else { credit },
        currency,
        amount,
        residual,
        due,
        disputed: row.flag("disputed")?,
        dunning_level: row.level("dunning_level")?,
        dunning_blocked: row.flag("dunning_blocked")?,
        delivered: row.day("delivered")?,
        document: row.code_or_empty("document")?,
    })
}

fn order(row: Row<'_>) -> Made<OrderRecord> {
    let key = account_key(row)?;
    let document = row.code("document")?;
    let currency = row.currency("currency")?;
    let total = row.amount_not_negative("ordered", currency)?;
    if row.amount("ordered", currency)?.is_none() {
        return Err(missing("ordered"));
    }
    let invoiced = row.percent("invoiced_percent")?.unwrap_or_default();
    let invoiced = Decimal::from(total).checked_mul(invoiced).and_then(|sum| sum.checked_div(Decimal::ONE_HUNDRED));
    let invoiced = invoiced
        .and_then(|part| part.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64())
        .ok_or_else(|| Trouble::new("ordered", Problem::AmountTooLarge, "is too large an amount"))?;
    Ok(OrderRecord {
        key,
        document,
        currency,
        ordered: total.saturating_sub(invoiced),
        delivered: row.amount_not_negative("delivered", currency)?,
        drafted: row.amount_not_negative("drafted", currency)?,
        expires: row.moment("expires", true)?,
        ships: row.day("ships")?,
        since: row.moment_filled("since")?,
    })
}

fn company(row: Row<'_>, making: &Making<'_>) -> Made<Company> {
    let country = row.country("country")?;
    let number = row.identifier("orgnr")?;
    if number.is_empty() {
        return Err(missing("orgnr"));
    }
    let name = row.text("name")?;
    if name.is_empty() {
        return Err(missing("name"));
    }
    Ok(Company {
        source: making.source.to_owned(),
        identifier: Some(key(making, &country, "orgnr", &number)?),
        name,
        country,
        legal_form: row.text("legal_form")?,
        state: row.code("state")?,
        registered: row.day("registered")?,
        street: row.text("street")?,
        postcode: row.text("postcode")?,
        city: row.text("city")?,
        phone: row.text("phone")?,
        industry: row.code_or_empty("industry")?,
        no_marketing: row.flag("no_marketing")?,
    })
}

fn remark(row: Row<'_>, making: &Making<'_>) -> Made<Remark> {
    let number = row.code("number")?;
    let country = row.country("country")?;
    let (company, person) = (row.identifier("orgnr")?, row.identifier("personal_number")?);
    let subject = match (company.is_empty(), person.is_empty()) {
        (false, true) => key(making, &country, "orgnr", &company)?,
        (true, false) => key(making, &country, "personal_number", &person)?,
        (empty, _) => {
            let what = if empty { "neither is filled" } else { "both are filled" };
            let reason = format!("a remark is about an orgnr or a personal_number, and {what}");
            return Err(Trouble::new("orgnr", Problem::Subject, reason));
        }
    };
    let currency = match row.code_or_empty("currency")?.is_empty() {
        true => None,
        false => Some(row.currency("currency")?),
    };
    let amount = match currency {
        Some(currency) => row.amount("amount", currency)?,
        None if row.code_or_empty("amount")?.is_empty() => None,
        None => return Err(missing("currency")),
    };
    if amount.is_some_and(|amount| amount < 0) {
        return Err(Trouble::new("amount", Problem::Negative, "the amount of a remark cannot be negative"));
    }
    Ok(Remark {
        source: making.source.to_owned(),
        number,
        subject,
        kind: row.code("kind")?,
        currency: currency.filter(|_| amount.is_some()),
        amount,
        registered: row.day_filled("registered")?,
        expires: row.day("expires")?,
    })
}
