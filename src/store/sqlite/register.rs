//! What registers say, as it was imported or answered, and the log of look-ups.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::code::{Col, maybe};
use super::fault::Outcome;
use crate::calendar::Instant;
use crate::error::Error;
use crate::money::Currency;
use crate::store::{AnswerRecord, Company, IdentifierKey, LookupRecord, Put, Register, Remark};

const COMPANY: &str = "source, scheme, value, name, country, legal_form, state, registered, street, postcode, city, \
     phone, industry, no_marketing, id";

fn company_from_row(row: &Row<'_>) -> rusqlite::Result<Company> {
    Ok(Company {
        source: row.get(0)?,
        identifier: Some(IdentifierKey { scheme: row.get(1)?, value: row.get(2)? }),
        name: row.get(3)?,
        country: row.get(4)?,
        legal_form: row.get(5)?,
        state: row.get(6)?,
        registered: row.get::<_, Option<Col<_>>>(7)?.map(|day| day.0),
        street: row.get(8)?,
        postcode: row.get(9)?,
        city: row.get(10)?,
        phone: row.get(11)?,
        industry: row.get(12)?,
        no_marketing: row.get(13)?,
    })
}

fn read_company(sql: &Connection, source: &str, identifier: &IdentifierKey) -> Outcome<Option<(i64, Company)>> {
    let found = sql
        .prepare_cached(&format!("SELECT {COMPANY} FROM company WHERE source = ?1 AND scheme = ?2 AND value = ?3"))?
        .query_row((source, &identifier.scheme, &identifier.value), |row| Ok((row.get(14)?, company_from_row(row)?)))
        .optional()?;
    Ok(found)
}

/// Makes a company what it is to be. Returns its row too.
pub(super) fn put_company(sql: &Connection, company: &Company) -> Outcome<(Put, i64)> {
    let Some(identifier) = &company.identifier else {
        return Err(Error::argument("a company of a register must have its number there").into());
    };
    let kept = read_company(sql, &company.source, identifier)?;
    let row = match &kept {
        Some((row, same)) if same == company => return Ok((Put::Same, *row)),
        Some((row, _)) => Some(*row),
        None => None,
    };
    sql.prepare_cached(
        "INSERT INTO company (id, source, scheme, value, name, country, legal_form, state, registered, street, postcode,
             city, phone, industry, no_marketing)
         VALUES (:id, :source, :scheme, :value, :name, :country, :legal_form, :state, :registered, :street, :postcode,
             :city, :phone, :industry, :no_marketing)
         ON CONFLICT (id) DO UPDATE SET name = :name, country = :country, legal_form = :legal_form, state = :state,
             registered = :registered, street = :street, postcode = :postcode, city = :city, phone = :phone,
             industry = :industry, no_marketing = :no_marketing",
    )?
    .execute(named_params! {
        ":id": row,
        ":source": company.source,
        ":scheme": identifier.scheme,
        ":value": identifier.value,
        ":name": company.name,
        ":country": company.country,
        ":legal_form": company.legal_form,
        ":state": company.state,
        ":registered": maybe(company.registered),
        ":street": company.street,
        ":postcode": company.postcode,
        ":city": company.city,
        ":phone": company.phone,
        ":industry": company.industry,
        ":no_marketing": company.no_marketing,
    })?;
    Ok(match row {
        Some(row) => (Put::Changed, row),
        None => (Put::Added, sql.last_insert_rowid()),
    })
}

const REMARK: &str = "source, number, scheme, value, kind, amount, currency, registered, expires, id";

fn remark_from_row(row: &Row<'_>) -> rusqlite::Result<Remark> {
    Ok(Remark {
        source: row.get(0)?,
        number: row.get(1)?,
        subject: IdentifierKey { scheme: row.get(2)?, value: row.get(3)? },
        kind: row.get(4)?,
        amount: row.get(5)?,
        currency: row.get::<_, Option<Col<Currency>>>(6)?.map(|currency| currency.0),
        registered: row.get::<_, Col<_>>(7)?.0,
        expires: row.get::<_, Option<Col<_>>>(8)?.map(|day| day.0),
    })
}

/// Makes a remark what it is to be. Returns its row too.
pub(super) fn put_remark(sql: &Connection, remark: &Remark) -> Outcome<(Put, i64)> {
    let kept = sql
        .prepare_cached(&format!("SELECT {REMARK} FROM remark WHERE source = ?1 AND number = ?2"))?
        .query_row((&remark.source, &remark.number), |row| Ok((row.get::<_, i64>(9)?, remark_from_row(row)?)))
        .optional()?;
    let row = match &kept {
        Some((row, same)) if same == remark => return Ok((Put::Same, *row)),
        Some((row, _)) => Some(*row),
        None => None,
    };
    sql.prepare_cached(
        "INSERT INTO remark (id, source, number, scheme, value, kind, amount, currency, registered, expires)
         VALUES (:id, :source, :number, :scheme, :value, :kind, :amount, :currency, :registered, :expires)
         ON CONFLICT (id) DO UPDATE SET scheme = :scheme, value = :value, kind = :kind, amount = :amount,
             currency = :currency, registered = :registered, expires = :expires",
    )?
    .execute(named_params! {
        ":id": row,
        ":source": remark.source,
        ":number": remark.number,
        ":scheme": remark.subject.scheme,
        ":value": remark.subject.value,
        ":kind": remark.kind,
        ":amount": remark.amount,
        ":currency": maybe(remark.currency),
        ":registered": Col(remark.registered),
        ":expires": maybe(remark.expires),
    })?;
    Ok(match row {
        Some(row) => (Put::Changed, row),
        None => (Put::Added, sql.last_insert_rowid()),
    })
}

/// The name of a register's table, which is also what its sources are kept under.
pub(super) const fn table(register: Register) -> &'static str {
    match register {
        Register::Company => "company",
        Register::Debtor => "remark",
    }
}

/// How old the import of a source is; `None` when it was never imported.
fn as_of(sql: &Connection, register: Register, source: &str) -> Outcome<Option<Instant>> {
    let found: Option<Col<Instant>> = sql
        .prepare_cached("SELECT as_of FROM source WHERE register = ?1 AND name = ?2")?
        .query_row([table(register), source], |row| row.get(0))
        .optional()?;
    Ok(found.map(|at| at.0))
}

pub(super) fn company(
    sql: &Connection,
    source: &str,
    identifier: &IdentifierKey,
) -> Outcome<Option<(Instant, Option<Company>)>> {
    let Some(as_of) = as_of(sql, Register::Company, source)? else { return Ok(None) };
    Ok(Some((as_of, read_company(sql, source, identifier)?.map(|(_, company)| company))))
}

pub(super) fn remarks(
    sql: &Connection,
    source: &str,
    subject: &IdentifierKey,
) -> Outcome<Option<(Instant, Vec<Remark>)>> {
    let Some(as_of) = as_of(sql, Register::Debtor, source)? else { return Ok(None) };
    let remarks = sql
        .prepare_cached(&format!(
            "SELECT {REMARK} FROM remark WHERE source = ?1 AND scheme = ?2 AND value = ?3 ORDER BY registered, number"
        ))?
        .query_map((source, &subject.scheme, &subject.value), remark_from_row)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Some((as_of, remarks)))
}

pub(super) fn answer(sql: &Connection, source: &str, subject: &IdentifierKey) -> Outcome<Option<AnswerRecord>> {
    let found = sql
        .prepare_cached(
            "SELECT body, as_of, asked, expires FROM answer WHERE source = ?1 AND scheme = ?2 AND value = ?3",
        )?
        .query_row((source, &subject.scheme, &subject.value), |row| {
            Ok(AnswerRecord {
                source: source.to_owned(),
                subject: subject.clone(),
                body: row.get(0)?,
                as_of: row.get::<_, Col<_>>(1)?.0,
                asked: row.get::<_, Col<_>>(2)?.0,
                expires: row.get::<_, Col<_>>(3)?.0,
            })
        })
        .optional()?;
    Ok(found)
}

/// Logs a look-up and keeps its answer, if there is one.
pub(super) fn put_lookup(sql: &Connection, log: &LookupRecord, answer: Option<&AnswerRecord>) -> Outcome<()> {
    if let Some(answer) = answer {
        sql.prepare_cached(
            "INSERT INTO answer (source, scheme, value, body, as_of, asked, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (source, scheme, value) DO UPDATE SET body = excluded.body, as_of = excluded.as_of,
                 asked = excluded.asked, expires = excluded.expires",
        )?
        .execute((
            &answer.source,
            &answer.subject.scheme,
            &answer.subject.value,
            &answer.body,
            Col(answer.as_of),
            Col(answer.asked),
            Col(answer.expires),
        ))?;
    }
    sql.prepare_cached(
        "INSERT INTO lookup (at, user, on_behalf_of, purpose, basis, source, scheme, value, answer, cached, digest,
             copy_letter, rule)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute((
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
        &log.rule,
    ))?;
    Ok(())
}

pub(super) fn lookups(sql: &Connection, most: u32) -> Outcome<Vec<LookupRecord>> {
    let lookups = sql
        .prepare_cached(
            "SELECT at, user, on_behalf_of, purpose, basis, source, scheme, value, answer, cached, digest, copy_letter,
                 rule
             FROM lookup ORDER BY id DESC LIMIT ?1",
        )?
        .query_map([most], |row| {
            Ok(LookupRecord {
                at: row.get::<_, Col<_>>(0)?.0,
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
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(lookups)
}
