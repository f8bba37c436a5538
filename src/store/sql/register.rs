//! What registers say, as it was imported or answered, and the log of look-ups.

use super::fault::Outcome;
use super::value::{Col, ToValue, maybe, values};
use super::{Row, Sql};
use crate::calendar::Instant;
use crate::error::Error;
use crate::money::Currency;
use crate::store::{AnswerRecord, Company, IdentifierKey, LookupRecord, Put, Register, Remark};

const COMPANY: &str = "source, scheme, value, name, country, legal_form, state, registered, street, postcode, city, \
     phone, industry, no_marketing, id";

fn company_from_row(row: &dyn Row) -> Outcome<Company> {
    Ok(Company {
        source: row.get(0)?,
        identifier: Some(IdentifierKey { scheme: row.get(1)?, value: row.get(2)? }),
        name: row.get(3)?,
        country: row.get(4)?,
        legal_form: row.get(5)?,
        state: row.get(6)?,
        registered: row.get::<Option<Col<_>>>(7)?.map(|day| day.0),
        street: row.get(8)?,
        postcode: row.get(9)?,
        city: row.get(10)?,
        phone: row.get(11)?,
        industry: row.get(12)?,
        no_marketing: row.get(13)?,
    })
}

fn read_company(sql: &dyn Sql, source: &str, identifier: &IdentifierKey) -> Outcome<Option<(i64, Company)>> {
    let found = sql.first(
        &format!("SELECT {COMPANY} FROM company WHERE source = ?1 AND scheme = ?2 AND value = ?3"),
        values![source, &identifier.scheme, &identifier.value],
        |row| Ok((row.get(14)?, company_from_row(row)?)),
    )?;
    Ok(found)
}

/// Makes a company what it is to be. Returns its row too.
pub(in crate::store) fn put_company(sql: &dyn Sql, company: &Company) -> Outcome<(Put, i64)> {
    let Some(identifier) = &company.identifier else {
        return Err(Error::argument("a company of a register must have its number there").into());
    };
    let kept = read_company(sql, &company.source, identifier)?;
    let row = match &kept {
        Some((row, same)) if same == company => return Ok((Put::Same, *row)),
        Some((row, _)) => Some(*row),
        None => None,
    };
    let id = sql.put(
        "company",
        row,
        &[
            ("source", company.source.value()),
            ("scheme", identifier.scheme.value()),
            ("value", identifier.value.value()),
            ("name", company.name.value()),
            ("country", company.country.value()),
            ("legal_form", company.legal_form.value()),
            ("state", company.state.value()),
            ("registered", maybe(company.registered).value()),
            ("street", company.street.value()),
            ("postcode", company.postcode.value()),
            ("city", company.city.value()),
            ("phone", company.phone.value()),
            ("industry", company.industry.value()),
            ("no_marketing", company.no_marketing.value()),
        ],
    )?;
    Ok((if row.is_some() { Put::Changed } else { Put::Added }, id))
}

const REMARK: &str = "source, number, scheme, value, kind, amount, currency, registered, expires, id";

fn remark_from_row(row: &dyn Row) -> Outcome<Remark> {
    Ok(Remark {
        source: row.get(0)?,
        number: row.get(1)?,
        subject: IdentifierKey { scheme: row.get(2)?, value: row.get(3)? },
        kind: row.get(4)?,
        amount: row.get(5)?,
        currency: row.get::<Option<Col<Currency>>>(6)?.map(|currency| currency.0),
        registered: row.get::<Col<_>>(7)?.0,
        expires: row.get::<Option<Col<_>>>(8)?.map(|day| day.0),
    })
}

/// Makes a remark what it is to be. Returns its row too.
pub(in crate::store) fn put_remark(sql: &dyn Sql, remark: &Remark) -> Outcome<(Put, i64)> {
    let kept = sql.first(
        &format!("SELECT {REMARK} FROM remark WHERE source = ?1 AND number = ?2"),
        values![&remark.source, &remark.number],
        |row| Ok((row.get::<i64>(9)?, remark_from_row(row)?)),
    )?;
    let row = match &kept {
        Some((row, same)) if same == remark => return Ok((Put::Same, *row)),
        Some((row, _)) => Some(*row),
        None => None,
    };
    let id = sql.put(
        "remark",
        row,
        &[
            ("source", remark.source.value()),
            ("number", remark.number.value()),
            ("scheme", remark.subject.scheme.value()),
            ("value", remark.subject.value.value()),
            ("kind", remark.kind.value()),
            ("amount", remark.amount.value()),
            ("currency", maybe(remark.currency).value()),
            ("registered", Col(remark.registered).value()),
            ("expires", maybe(remark.expires).value()),
        ],
    )?;
    Ok((if row.is_some() { Put::Changed } else { Put::Added }, id))
}

/// The name of a register's table, which is also what its sources are kept under.
pub(in crate::store) const fn table(register: Register) -> &'static str {
    match register {
        Register::Company => "company",
        Register::Debtor => "remark",
    }
}

/// How old the import of a source is; `None` when it was never imported.
fn as_of(sql: &dyn Sql, register: Register, source: &str) -> Outcome<Option<Instant>> {
    let found: Option<Col<Instant>> = sql.first(
        "SELECT as_of FROM source WHERE register = ?1 AND name = ?2",
        values![table(register), source],
        |row| row.get(0),
    )?;
    Ok(found.map(|at| at.0))
}

pub(in crate::store) fn company(
    sql: &dyn Sql,
    source: &str,
    identifier: &IdentifierKey,
) -> Outcome<Option<(Instant, Option<Company>)>> {
    let Some(as_of) = as_of(sql, Register::Company, source)? else { return Ok(None) };
    Ok(Some((as_of, read_company(sql, source, identifier)?.map(|(_, company)| company))))
}

pub(in crate::store) fn remarks(
    sql: &dyn Sql,
    source: &str,
    subject: &IdentifierKey,
) -> Outcome<Option<(Instant, Vec<Remark>)>> {
    let Some(as_of) = as_of(sql, Register::Debtor, source)? else { return Ok(None) };
    let remarks = sql.all(
        &format!(
            "SELECT {REMARK} FROM remark WHERE source = ?1 AND scheme = ?2 AND value = ?3 ORDER BY registered, number"
        ),
        values![source, &subject.scheme, &subject.value],
        remark_from_row,
    )?;
    Ok(Some((as_of, remarks)))
}

pub(in crate::store) fn answer(sql: &dyn Sql, source: &str, subject: &IdentifierKey) -> Outcome<Option<AnswerRecord>> {
    let found = sql.first(
        "SELECT body, as_of, asked, expires FROM answer WHERE source = ?1 AND scheme = ?2 AND value = ?3",
        values![source, &subject.scheme, &subject.value],
        |row| {
            Ok(AnswerRecord {
                source: source.to_owned(),
                subject: subject.clone(),
                body: row.get(0)?,
                as_of: row.get::<Col<_>>(1)?.0,
                asked: row.get::<Col<_>>(2)?.0,
                expires: row.get::<Col<_>>(3)?.0,
            })
        },
    )?;
    Ok(found)
}

/// Logs a look-up and keeps its answer, if there is one.
pub(in crate::store) fn put_lookup(sql: &dyn Sql, log: &LookupRecord, answer: Option<&AnswerRecord>) -> Outcome<()> {
    if let Some(answer) = answer {
        sql.execute("INSERT INTO answer (source, scheme, value, body, as_of, asked, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (source, scheme, value) DO UPDATE SET body = excluded.body, as_of = excluded.as_of,
                 asked = excluded.asked, expires = excluded.expires", values![&answer.source, &answer.subject.scheme, &answer.subject.value, &answer.body, Col(answer.as_of), Col(answer.asked), Col(answer.expires)])?;
    }
    sql.execute(
        "INSERT INTO lookup (at, asked_by, on_behalf_of, purpose, basis, source, scheme, value, answer, cached, digest,
             copy_letter, rule)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        values![
            Col(log.at),
            &log.user,
            &log.on_behalf_of,
            &log.purpose,
            &log.basis,
            &log.source,
            &log.subject.scheme,
            &log.subject.value,
            &log.answer,
            log.cached,
            &log.digest,
            log.copy_letter,
            &log.rule
        ],
    )?;
    Ok(())
}

pub(in crate::store) fn lookups(sql: &dyn Sql, most: u32) -> Outcome<Vec<LookupRecord>> {
    let lookups = sql.all(
        "SELECT at, asked_by, on_behalf_of, purpose, basis, source, scheme, value, answer, cached, digest, copy_letter,
                 rule
             FROM lookup ORDER BY id DESC LIMIT ?1",
        values![most],
        |row| {
            Ok(LookupRecord {
                at: row.get::<Col<_>>(0)?.0,
                user: row.get(1)?,
                on_behalf_of: row.get(2)?,
                purpose: row.get(3)?,
                basis: row.get(4)?,
                source: row.get(5)?,
                subject: IdentifierKey { scheme: row.get(6)?, value: row.get(7)? },
                answer: row.get(8)?,
                cached: row.get(9)?,
                digest: row.get(10)?,
                copy_letter: row.get(11)?,
                rule: row.get(12)?,
            })
        },
    )?;
    Ok(lookups)
}
