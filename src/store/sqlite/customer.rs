//! Customers in the store.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::batch::together;
use super::fault::Outcome;
use crate::store::{Customer, IdentifierKey, Put};

/// Customers with one name that are told, at most.
const NAMESAKES: u32 = 100;

const COLUMNS: &str =
    "number, name, name_key, country, legal_form, subject, street, postcode, city, phone, email, customer.id";

fn from_row(row: &Row<'_>) -> rusqlite::Result<(i64, Customer)> {
    let customer = Customer {
        number: row.get(0)?,
        name: row.get(1)?,
        name_key: row.get(2)?,
        country: row.get(3)?,
        legal_form: row.get(4)?,
        subject: row.get(5)?,
        street: row.get(6)?,
        postcode: row.get(7)?,
        city: row.get(8)?,
        phone: row.get(9)?,
        email: row.get(10)?,
        identifiers: Vec::new(),
    };
    Ok((row.get(11)?, customer))
}

/// Reads customers with their identifiers.
fn query(sql: &Connection, condition: &str, parameters: impl rusqlite::Params) -> Outcome<Vec<(i64, Customer)>> {
    let mut customers = sql
        .prepare_cached(&format!("SELECT {COLUMNS} FROM customer WHERE {condition}"))?
        .query_map(parameters, from_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut identifiers =
        sql.prepare_cached("SELECT scheme, value FROM customer_identifier WHERE customer = ?1 ORDER BY place")?;
    for (id, customer) in &mut customers {
        customer.identifiers = identifiers
            .query_map([*id], |row| Ok(IdentifierKey { scheme: row.get(0)?, value: row.get(1)? }))?
            .collect::<rusqlite::Result<_>>()?;
    }
    Ok(customers)
}

pub(super) fn exists(sql: &Connection, number: &str) -> Outcome<bool> {
    let found =
        sql.prepare_cached("SELECT 1 FROM customer WHERE number = ?1")?.query_row([number], |_| Ok(())).optional()?;
    Ok(found.is_some())
}

pub(super) fn read(sql: &Connection, number: &str) -> Outcome<Option<Customer>> {
    Ok(query(sql, "number = ?1", [number])?.pop().map(|(_, customer)| customer))
}

pub(super) fn by_identifier(sql: &Connection, identifier: &IdentifierKey) -> Outcome<Vec<Customer>> {
    let found = query(
        sql,
        "id IN (SELECT customer FROM customer_identifier WHERE scheme = ?1 AND value = ?2) ORDER BY number",
        [&identifier.scheme, &identifier.value],
    )?;
    Ok(found.into_iter().map(|(_, customer)| customer).collect())
}

pub(super) fn by_name(sql: &Connection, name_key: &str, country: &str) -> Outcome<Vec<Customer>> {
    let found = query(sql, "name_key = ?1 AND country = ?2 ORDER BY number LIMIT ?3", (name_key, country, NAMESAKES))?;
    Ok(found.into_iter().map(|(_, customer)| customer).collect())
}

/// Makes a customer what it is to be.
pub(super) fn put(sql: &Connection, customer: &Customer) -> Outcome<Put> {
    let kept = query(sql, "number = ?1", [&customer.number])?.pop();
    if kept.as_ref().is_some_and(|(_, same)| same == customer) {
        return Ok(Put::Same);
    }
    together(sql, || write(sql, kept.as_ref(), customer))?;
    Ok(if kept.is_some() { Put::Changed } else { Put::Added })
}

fn write(sql: &Connection, kept: Option<&(i64, Customer)>, customer: &Customer) -> Outcome<()> {
    sql.prepare_cached(
        "INSERT INTO customer (id, number, name, name_key, country, legal_form, subject, street, postcode, city, phone,
             email)
         VALUES (:id, :number, :name, :name_key, :country, :legal_form, :subject, :street, :postcode, :city, :phone,
             :email)
         ON CONFLICT (id) DO UPDATE SET name = :name, name_key = :name_key, country = :country,
             legal_form = :legal_form, subject = :subject, street = :street, postcode = :postcode, city = :city,
             phone = :phone, email = :email",
    )?
    .execute(named_params! {
        ":id": kept.map(|(id, _)| *id),
        ":number": customer.number,
        ":name": customer.name,
        ":name_key": customer.name_key,
        ":country": customer.country,
        ":legal_form": customer.legal_form,
        ":subject": customer.subject,
        ":street": customer.street,
        ":postcode": customer.postcode,
        ":city": customer.city,
        ":phone": customer.phone,
        ":email": customer.email,
    })?;
    let id = match kept {
        Some((_, kept)) if kept.identifiers == customer.identifiers => return Ok(()),
        Some((id, _)) => {
            sql.prepare_cached("DELETE FROM customer_identifier WHERE customer = ?1")?.execute([id])?;
            *id
        }
        None => sql.last_insert_rowid(),
    };
    let mut insert =
        sql.prepare_cached("INSERT INTO customer_identifier (customer, place, scheme, value) VALUES (?1, ?2, ?3, ?4)")?;
    for (place, identifier) in (0_i64..).zip(&customer.identifiers) {
        insert.execute((id, place, &identifier.scheme, &identifier.value))?;
    }
    Ok(())
}
