//! Document chains in the store, and what they hold of their account's buckets.

use super::account::moved;
use super::fault::Outcome;
use super::load::Cause;
use super::value::{Col, from_json_or_default, maybe, to_json_unless_default, values};
use super::{Row, Sql};
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Buckets, Chain, ChainState};
use crate::error::{Error, ErrorKind};
use crate::store::Put;

/// The columns of [`from_row`], in its order, and the number of the row.
pub(in crate::store) const COLUMNS: &str = "account, document, state, amount, ordered, delivered, drafted, invoiced, settled, \
     expires, since, ships, marks, id";

/// Where the number of the row stands in [`COLUMNS`].
pub(in crate::store) const ROW: usize = 13;

pub(in crate::store) fn from_row(row: &dyn Row) -> Outcome<Chain> {
    Ok(Chain {
        account: row.get::<Col<_>>(0)?.0,
        document: row.get(1)?,
        state: row.get::<Col<_>>(2)?.0,
        amount: row.get(3)?,
        ordered: row.get(4)?,
        delivered: row.get(5)?,
        drafted: row.get(6)?,
        invoiced: row.get(7)?,
        settled: row.get(8)?,
        expires: row.get::<Option<Col<Instant>>>(9)?.map(|at| at.0),
        since: row.get::<Col<_>>(10)?.0,
        ships: row.get::<Option<Col<Day>>>(11)?.map(|day| day.0),
        marks: from_json_or_default(row, 12)?,
    })
}

/// The chain of a document, and the number of its row.
pub(in crate::store) fn read(sql: &dyn Sql, company: &str, document: &str) -> Outcome<Option<(i64, Chain)>> {
    let found = sql.first(
        &format!("SELECT {COLUMNS} FROM chain WHERE company = ?1 AND document = ?2"),
        values![company, document],
        |row| Ok((row.get(ROW)?, from_row(row)?)),
    )?;
    Ok(found)
}

/// Chains of the account whose reservation ran out at or before `now`, with their rows, the earliest first.
pub(in crate::store) fn expiring(
    sql: &dyn Sql,
    account: AccountId,
    now: Instant,
    most: u32,
) -> Outcome<Vec<(i64, Chain)>> {
    let chains = sql.all(
        &format!(
            "SELECT {COLUMNS} FROM chain WHERE account = ?1 AND state = 2 AND ordered > 0 AND expires <= ?2
             ORDER BY expires, id LIMIT ?3"
        ),
        values![Col(account), Col(now), most],
        |row| Ok((row.get(ROW)?, from_row(row)?)),
    )?;
    Ok(chains)
}

/// When the next reservation of the account runs out, of those that do so after a moment, or of all.
pub(in crate::store) fn next_expiry(
    sql: &dyn Sql,
    account: AccountId,
    after: Option<Instant>,
) -> Outcome<Option<Instant>> {
    let next: Option<Col<Instant>> = sql.only(
        "SELECT min(expires) FROM chain
             WHERE account = ?1 AND state = 2 AND ordered > 0 AND expires IS NOT NULL AND expires > ?2",
        values![Col(account), Col(after.unwrap_or(Instant(i64::MIN)))],
        |row| row.get(0),
    )?;
    Ok(next.map(|at| at.0))
}

/// What is ordered by chains that ship after the first of these days and not after the second, without those that ran
/// out at or before `now`.
pub(in crate::store) fn shipping(
    sql: &dyn Sql,
    account: AccountId,
    (after, to): (Day, Day),
    now: Instant,
) -> Outcome<i64> {
    let ordered = sql.only(
        "SELECT CAST(coalesce(sum(ordered), 0) AS BIGINT) FROM chain
             WHERE account = ?1 AND ordered > 0 AND ships > ?2 AND ships <= ?3
                 AND (state <> 2 OR expires IS NULL OR expires > ?4)",
        values![Col(account), Col(after), Col(to), Col(now)],
        |row| row.get(0),
    )?;
    Ok(ordered)
}

/// The earliest day after the horizon on which a chain of the account ships, of those that do not run out at or before a
/// moment, or of all.
pub(in crate::store) fn next_ship(
    sql: &dyn Sql,
    account: AccountId,
    horizon_to: Day,
    after: Option<Instant>,
) -> Outcome<Option<Day>> {
    let next: Option<Col<Day>> = sql.only(
        "SELECT min(ships) FROM chain
             WHERE account = ?1 AND ordered > 0 AND ships > ?2 AND (state <> 2 OR expires IS NULL OR expires > ?3)",
        values![Col(account), Col(horizon_to), Col(after.unwrap_or(Instant(i64::MIN)))],
        |row| row.get(0),
    )?;
    Ok(next.map(|day| day.0))
}

/// Reads again when a chain of the account runs out or comes near next.
pub(in crate::store) fn dates(sql: &dyn Sql, facts: &mut AccountFacts) -> Outcome<()> {
    facts.next_expiry = next_expiry(sql, facts.id, None)?;
    facts.next_ship = if facts.buckets.later == 0 { None } else { next_ship(sql, facts.id, facts.horizon_to, None)? };
    Ok(())
}

/// The same when one chain more is all that has changed. Returns the day and the moment that it brings by itself.
pub(in crate::store) fn dates_with(facts: &mut AccountFacts, chain: &Chain) -> (Option<Day>, Option<Instant>) {
    if chain.ordered <= 0 {
        return (None, None);
    }
    let ships = chain.ships.filter(|ships| *ships > facts.horizon_to);
    let expires = chain.expires.filter(|_| chain.state == ChainState::Active);
    facts.next_ship = earlier(facts.next_ship, ships);
    facts.next_expiry = earlier(facts.next_expiry, expires);
    (ships, expires)
}

/// The earlier of two, if there are any.
pub(in crate::store) fn earlier<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    one.into_iter().chain(other).min()
}

/// Whether the reservation ran out at or before a moment, and that was not noted yet.
pub(in crate::store) fn has_run_out(chain: &Chain, now: Instant) -> bool {
    chain.state == ChainState::Active && chain.ordered > 0 && chain.expires.is_some_and(|expires| expires <= now)
}

/// The chain with its reservation run out.
pub(in crate::store) fn expired(chain: &Chain) -> Chain {
    Chain { state: ChainState::Expired, ordered: 0, ..chain.clone() }
}

/// Makes the chain of a document, of which the caller has read what is kept, what it is to be, unless something newer
/// stands there, and moves the account's buckets by the difference; the caller must then read the [`dates`] again. Returns
/// the number of its row too.
///
/// # Errors
/// When the document holds something at another account, an amount is below zero, or the buckets do not fit.
pub(in crate::store) fn put(
    sql: &dyn Sql,
    company: &str,
    kept: Option<(i64, Chain)>,
    chain: &Chain,
    facts: &mut AccountFacts,
    cause: Cause,
) -> Outcome<(Put, i64)> {
    if chain.ordered < 0 || chain.delivered < 0 || chain.drafted < 0 {
        return Err(Error::argument("an amount of an order must not be below zero").into());
    }
    let held_before = match &kept {
        Some((_, other)) if other.account != chain.account && !other.is_free_to_move() => {
            return Err(Error::new(
                ErrorKind::State,
                format!(
                    "order {:?} belongs to another customer of this company; cancel it there first",
                    chain.document
                ),
            )
            .into());
        }
        Some((row, same)) if same == chain => return Ok((Put::Same, *row)),
        Some((row, _)) if cause.is_behind(sql, "chain", *row)? => return Ok((Put::Newer, *row)),
        Some((_, before)) if before.account == chain.account => facts.held_by(before),
        // What is free to move holds nothing where it was.
        Some(_) | None => Buckets::default(),
    };
    let after = moved(&facts.buckets, &held_before, &facts.held_by(chain))?;
    let row = kept.as_ref().map(|(row, _)| *row);
    let row = write(sql, company, row, chain, cause.at())?;
    facts.buckets = after;
    Ok((if kept.is_some() { Put::Changed } else { Put::Added }, row))
}

/// Writes a row, over the one with this number or as a new one. Returns its number.
pub(in crate::store) fn write(
    sql: &dyn Sql,
    company: &str,
    row: Option<i64>,
    chain: &Chain,
    at: Instant,
) -> Outcome<i64> {
    let marks = to_json_unless_default(&chain.marks)?;
    if let Some(row) = row {
        sql.execute(
            "UPDATE chain SET account = ?2, state = ?3, amount = ?4, ordered = ?5, delivered = ?6, drafted = ?7,
                 invoiced = ?8, settled = ?9, expires = ?10, since = ?11, ships = ?12, marks = ?13,
                 changed = CASE WHEN changed > ?14 THEN changed ELSE ?14 END
             WHERE id = ?1",
            values![
                row,
                Col(chain.account),
                Col(chain.state),
                chain.amount,
                chain.ordered,
                chain.delivered,
                chain.drafted,
                chain.invoiced,
                chain.settled,
                maybe(chain.expires),
                Col(chain.since),
                maybe(chain.ships),
                marks,
                Col(at)
            ],
        )?;
        return Ok(row);
    }
    sql.insert(
        "INSERT INTO chain (company, document, account, state, amount, ordered, delivered, drafted, invoiced, settled,
             expires, since, ships, marks, changed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        values![
            company,
            chain.document,
            Col(chain.account),
            Col(chain.state),
            chain.amount,
            chain.ordered,
            chain.delivered,
            chain.drafted,
            chain.invoiced,
            chain.settled,
            maybe(chain.expires),
            Col(chain.since),
            maybe(chain.ships),
            marks,
            Col(at)
        ],
    )
}
