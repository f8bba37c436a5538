//! Customers in the store.

use super::fault::Outcome;
use super::value::{ToValue, Value, values};
use super::{Row, Sql};
use crate::store::{Customer, IdentifierKey, Put};

/// Customers with one name that are told, at most.
const NAMESAKES: u32 = 100;

const COLUMNS: &str =
    "number, name, name_key, country, legal_form, subject, street, postcode, city, phone, email, customer.id";

fn from_row(row: &dyn Row) -> Outcome<(i64, Customer)> {
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
fn query(sql: &dyn Sql, condition: &str, values: &[Value<'_>]) -> Outcome<Vec<(i64, Customer)>> {
    let text = format!("SELECT {COLUMNS} FROM customer WHERE {condition}");
    let mut customers: Vec<(i64, Customer)> = sql.all(&text, values, from_row)?;
    for (id, customer) in &mut customers {
        customer.identifiers = sql.all(
            "SELECT scheme, value FROM customer_identifier WHERE customer = ?1 ORDER BY place",
            values![*id],
            |row| Ok(IdentifierKey { scheme: row.get(0)?, value: row.get(1)? }),
        )?;
    }
    Ok(customers)
}

pub(in crate::store) fn exists(sql: &dyn Sql, number: &str) -> Outcome<bool> {
    let found = sql.first("SELECT 1 FROM customer WHERE number = ?1", values![number], |_| Ok(()))?;
    Ok(found.is_some())
}

pub(in crate::store) fn read(sql: &dyn Sql, number: &str) -> Outcome<Option<Customer>> {
    Ok(query(sql, "number = ?1", values![number])?.pop().map(|(_, customer)| customer))
}

pub(in crate::store) fn by_identifier(sql: &dyn Sql, identifier: &IdentifierKey) -> Outcome<Vec<Customer>> {
    let found = query(
        sql,
        "id IN (SELECT customer FROM customer_identifier WHERE scheme = ?1 AND value = ?2) ORDER BY number",
        values![identifier.scheme, identifier.value],
    )?;
    Ok(found.into_iter().map(|(_, customer)| customer).collect())
}

pub(in crate::store) fn by_name(sql: &dyn Sql, name_key: &str, country: &str) -> Outcome<Vec<Customer>> {
    let found =
        query(sql, "name_key = ?1 AND country = ?2 ORDER BY number LIMIT ?3", values![name_key, country, NAMESAKES])?;
    Ok(found.into_iter().map(|(_, customer)| customer).collect())
}

/// Makes a customer what it is to be.
pub(in crate::store) fn put(sql: &dyn Sql, customer: &Customer) -> Outcome<Put> {
    let kept = query(sql, "number = ?1", values![customer.number])?.pop();
    if kept.as_ref().is_some_and(|(_, same)| same == customer) {
        return Ok(Put::Same);
    }
    sql.together(|| write(sql, kept.as_ref(), customer))?;
    Ok(if kept.is_some() { Put::Changed } else { Put::Added })
}

fn write(sql: &dyn Sql, kept: Option<&(i64, Customer)>, customer: &Customer) -> Outcome<()> {
    let id = sql.put(
        "customer",
        kept.map(|(id, _)| *id),
        &[
            ("number", customer.number.value()),
            ("name", customer.name.value()),
            ("name_key", customer.name_key.value()),
            ("country", customer.country.value()),
            ("legal_form", customer.legal_form.value()),
            ("subject", customer.subject.value()),
            ("street", customer.street.value()),
            ("postcode", customer.postcode.value()),
            ("city", customer.city.value()),
            ("phone", customer.phone.value()),
            ("email", customer.email.value()),
        ],
    )?;
    match kept {
        Some((_, kept)) if kept.identifiers == customer.identifiers => return Ok(()),
        Some(_) => drop(sql.execute("DELETE FROM customer_identifier WHERE customer = ?1", values![id])?),
        None => {}
    }
    for (place, identifier) in (0_i64..).zip(&customer.identifiers) {
        sql.execute(
            "INSERT INTO customer_identifier (customer, place, scheme, value) VALUES (?1, ?2, ?3, ?4)",
            values![id, place, identifier.scheme, identifier.value],
        )?;
    }
    Ok(())
}
