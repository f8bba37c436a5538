//! Decisions on record: one chain for each account, and one for those about unknown customers.
//!
//! The digest of a decision is SHA-256 over its salt and body; each link of the chain is SHA-256 over the link before
//! and the digest. So a body can be erased, and what is left still proves that nothing else was changed. The end of
//! each chain is kept apart from its links: a chain that was cut short shows.

use sha2::{Digest, Sha256};

use super::account::ChainEnd;
use super::fault::Outcome;
use super::value::{Col, counter, given, signed, values};
use super::{Row, Sql};
use crate::credit::AccountId;
use crate::error::{Error, ErrorKind};
use crate::hex::hex;
use crate::store::{DecisionRecord, NewDecision};

const COLUMNS: &str = "id, account, sequence, body, digest, chained";

/// The number under which decisions about unknown customers are kept.
const UNKNOWN: AccountId = AccountId(0);

fn from_row(row: &dyn Row) -> Outcome<DecisionRecord> {
    Ok(DecisionRecord {
        id: counter(row, 0)?,
        account: Some(row.get::<Col<AccountId>>(1)?.0).filter(|account| *account != UNKNOWN),
        sequence: counter(row, 2)?,
        body: row.get(3)?,
        digest: hex(&row.get::<[u8; 32]>(4)?),
        chained: hex(&row.get::<[u8; 32]>(5)?),
    })
}

/// The digest of a decision.
pub(in crate::store) fn digest(salt: &[u8], body: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(body).finalize().into()
}

/// The next link of a chain.
pub(in crate::store) fn link(before: &[u8; 32], digest: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update(before).chain_update(digest).finalize().into()
}

/// Adds a decision to the end of a chain and moves the end.
pub(in crate::store) fn append(
    sql: &dyn Sql,
    account: Option<AccountId>,
    end: &mut ChainEnd,
    new: &NewDecision,
) -> Outcome<DecisionRecord> {
    let digest = digest(&new.salt, &new.body);
    let chained = link(&end.chained, &digest);
    let sequence = end.sequence.saturating_add(1);
    let id = sql.insert(
        "INSERT INTO decision (account, sequence, body, salt, digest, chained) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        values![Col(account.unwrap_or(UNKNOWN)), signed(sequence), new.body, new.salt, digest, chained],
    )?;
    *end = ChainEnd { sequence, chained };
    Ok(DecisionRecord {
        id: given(id)?,
        account,
        sequence,
        body: Some(new.body.clone()),
        digest: hex(&digest),
        chained: hex(&chained),
    })
}

/// The end of the chain about unknown customers.
pub(in crate::store) fn unknown_end(sql: &dyn Sql) -> Outcome<ChainEnd> {
    sql.only(
        &format!("SELECT decisions, chained FROM unknown_chain WHERE id = 0{}", sql.lock_rows()),
        values![],
        |row| Ok(ChainEnd { sequence: counter(row, 0)?, chained: row.get(1)? }),
    )
}

/// Writes the end of the chain about unknown customers.
pub(in crate::store) fn write_unknown_end(sql: &dyn Sql, end: &ChainEnd) -> Outcome<()> {
    sql.execute(
        "UPDATE unknown_chain SET decisions = ?1, chained = ?2 WHERE id = 0",
        values![signed(end.sequence), end.chained],
    )?;
    Ok(())
}

/// The decision with this number.
pub(in crate::store) fn read(sql: &dyn Sql, id: u64) -> Outcome<Option<DecisionRecord>> {
    let found = sql.first(&format!("SELECT {COLUMNS} FROM decision WHERE id = ?1"), values![signed(id)], from_row)?;
    Ok(found)
}

/// The decisions of an account, the newest first.
pub(in crate::store) fn of_account(sql: &dyn Sql, account: AccountId, most: u32) -> Outcome<Vec<DecisionRecord>> {
    let decisions = sql.all(
        &format!("SELECT {COLUMNS} FROM decision WHERE account = ?1 ORDER BY sequence DESC LIMIT ?2"),
        values![Col(account), most],
        from_row,
    )?;
    Ok(decisions)
}

/// The last link of a chain as it stands among the decisions.
pub(in crate::store) fn last(sql: &dyn Sql, account: Option<AccountId>) -> Outcome<ChainEnd> {
    let last = sql.first(
        "SELECT sequence, chained FROM decision WHERE account = ?1 ORDER BY sequence DESC LIMIT 1",
        values![Col(account.unwrap_or(UNKNOWN))],
        |row| Ok(ChainEnd { sequence: counter(row, 0)?, chained: row.get(1)? }),
    )?;
    Ok(last.unwrap_or(ChainEnd::START))
}

/// Takes body and salt away.
///
/// # Errors
/// `NotFound`.
pub(in crate::store) fn erase(sql: &dyn Sql, id: u64) -> Outcome<()> {
    let rows = sql.execute("UPDATE decision SET body = NULL, salt = NULL WHERE id = ?1", values![signed(id)])?;
    if rows == 0 {
        return Err(Error::new(ErrorKind::NotFound, format!("there is no decision {id}")).into());
    }
    Ok(())
}
