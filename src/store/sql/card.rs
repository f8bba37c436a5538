//! A store's card: which store it is, where its state came from, and where it went.
//!
//! A state lives in one store at a time. While it is on its way the new store is not complete, and once it has gone the
//! old one is nobody's any more; whoever opens either, or has it open, is told so instead of an answer.

use super::fault::Outcome;
use super::value::{Col, values};
use super::{Row, Sql};
use crate::calendar::Instant;
use crate::error::{Error, ErrorKind};

/// Tells a store from every other but copies of its own file.
pub(in crate::store) type Identity = [u8; 16];

/// Where a state came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Came {
    pub(in crate::store) identity: Identity,
    /// The store's name, without a password.
    pub(in crate::store) from: String,
    pub(in crate::store) began: Instant,
    /// When it was all there.
    pub(in crate::store) done: Option<Instant>,
}

/// Where a state went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Went {
    pub(in crate::store) identity: Identity,
    /// The store's name, without a password.
    pub(in crate::store) to: String,
    pub(in crate::store) at: Instant,
}

/// What a store says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Card {
    pub(in crate::store) identity: Identity,
    pub(in crate::store) came: Option<Came>,
    pub(in crate::store) went: Option<Went>,
}

pub(in crate::store) fn read(sql: &dyn Sql) -> Outcome<Card> {
    let columns = "identity, came_identity, came_from, came_began, came_done, went_identity, went_to, went_at";
    sql.only(&format!("SELECT {columns} FROM store WHERE id = 0"), values![], |row| {
        let came = || -> Outcome<Came> {
            let done = row.get::<Option<Col<Instant>>>(4)?.map(|at| at.0);
            Ok(Came { identity: row.get(1)?, from: row.get(2)?, began: moment(row, 3)?, done })
        };
        let went = || -> Outcome<Went> { Ok(Went { identity: row.get(5)?, to: row.get(6)?, at: moment(row, 7)? }) };
        Ok(Card {
            identity: row.get(0)?,
            came: row.get::<Option<Identity>>(1)?.map(|_| came()).transpose()?,
            went: row.get::<Option<Identity>>(5)?.map(|_| went()).transpose()?,
        })
    })
}

fn moment(row: &dyn Row, at: usize) -> Outcome<Instant> {
    Ok(row.get::<Col<Instant>>(at)?.0)
}

/// Finds a row when the state is not here, or not all of it.
pub(in crate::store) const ELSEWHERE: &str =
    "SELECT 1 FROM store WHERE went_at IS NOT NULL OR (came_began IS NOT NULL AND came_done IS NULL)";

/// Makes sure that the state is here, all of it. Every transaction of a store that is in use begins with this.
///
/// # Errors
/// `Config`: the configuration names a store that is not complete, or was left.
pub(in crate::store) fn usable(sql: &dyn Sql) -> Outcome<()> {
    if sql.first(ELSEWHERE, values![], |_| Ok(()))?.is_none() {
        return Ok(());
    }
    let card = read(sql)?;
    Err(Error::new(ErrorKind::Config, refusal(&card)).into())
}

/// Why a store cannot be used.
fn refusal(card: &Card) -> String {
    match card {
        Card { went: Some(went), .. } => {
            format!("this credit state moved to {} on {}; name that store in the configuration", went.to, went.at)
        }
        Card { came: Some(came), .. } => format!(
            "the move of a credit state from {} into this store, begun on {}, was not finished; run obligor migrate \
             again",
            came.from, came.began
        ),
        _ => "this store says that it cannot be used, and not why".to_owned(),
    }
}

/// A state begins to come, or goes on to.
pub(in crate::store) fn comes(sql: &dyn Sql, from: &Identity, name: &str, at: Instant, run: &Identity) -> Outcome<()> {
    sql.execute(
        "UPDATE store SET came_identity = ?1, came_from = ?2, came_began = coalesce(came_began, ?3), came_run = ?4
             WHERE id = 0",
        values![from, name, Col(at), run],
    )?;
    Ok(())
}

/// Makes sure that no other run has taken over.
///
/// # Errors
/// `State`.
pub(in crate::store) fn is_run(sql: &dyn Sql, run: &Identity) -> Outcome<()> {
    let ours = sql.first("SELECT 1 FROM store WHERE came_run = ?1", values![run], |_| Ok(()))?;
    ours.ok_or_else(|| Error::new(ErrorKind::State, "another run of this move was started, and goes on with it").into())
}

/// It is all there.
pub(in crate::store) fn came(sql: &dyn Sql, at: Instant) -> Outcome<()> {
    sql.execute("UPDATE store SET came_done = ?1 WHERE id = 0", values![Col(at)])?;
    Ok(())
}

/// It goes.
pub(in crate::store) fn goes(sql: &dyn Sql, to: &Identity, name: &str, at: Instant) -> Outcome<()> {
    sql.execute(
        "UPDATE store SET went_identity = ?1, went_to = ?2, went_at = ?3 WHERE id = 0",
        values![to, name, Col(at)],
    )?;
    Ok(())
}
