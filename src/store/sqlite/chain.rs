//! Document chains in the store, and what they hold of their account's buckets.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::account::moved;
use super::code::{Col, from_json_or_default, maybe, to_json_unless_default};
use super::fault::Outcome;
use super::load::Cause;
use crate::calendar::{Day, Instant};
use crate::credit::{AccountFacts, AccountId, Buckets, Chain, ChainState};
use crate::error::{Error, ErrorKind};
use crate::store::Put;

/// The columns of [`from_row`], in its order, and the number of the row.
pub(super) const COLUMNS: &str = "account, document, state, amount, ordered, delivered, drafted, invoiced, settled, \
     expires, since, ships, marks, id";

/// Where the number of the row stands in [`COLUMNS`].
pub(super) const ROW: usize = 13;

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Chain> {
    Ok(Chain {
        account: row.get::<_, Col<_>>(0)?.0,
        document: row.get(1)?,
        state: row.get::<_, Col<_>>(2)?.0,
        amount: row.get(3)?,
        ordered: row.get(4)?,
        delivered: row.get(5)?,
        drafted: row.get(6)?,
        invoiced: row.get(7)?,
        settled: row.get(8)?,
        expires: row.get::<_, Option<Col<Instant>>>(9)?.map(|at| at.0),
        since: row.get::<_, Col<_>>(10)?.0,
        ships: row.get::<_, Option<Col<Day>>>(11)?.map(|day| day.0),
        marks: from_json_or_default(row, 12)?,
    })
}

/// The chain of a document, and the number of its row.
pub(super) fn read(sql: &Connection, company: &str, document: &str) -> Outcome<Option<(i64, Chain)>> {
    let found = sql
        .prepare_cached(&format!("SELECT {COLUMNS} FROM chain WHERE company = ?1 AND document = ?2"))?
        .query_row((company, document), |row| Ok((row.get(ROW)?, from_row(row)?)))
        .optional()?;
    Ok(found)
}

/// Chains of the account whose reservation ran out at or before `now`, with their rows, the earliest first.
pub(super) fn expiring(sql: &Connection, account: AccountId, now: Instant, most: u32) -> Outcome<Vec<(i64, Chain)>> {
    let chains = sql
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM chain WHERE account = ?1 AND state = 2 AND ordered > 0 AND expires <= ?2
             ORDER BY expires, id LIMIT ?3"
        ))?
        .query_map((Col(account), Col(now), most), |row| Ok((row.get(ROW)?, from_row(row)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(chains)
}

/// When the next reservation of the account runs out, of those that do so after a moment, or of all.
pub(super) fn next_expiry(sql: &Connection, account: AccountId, after: Option<Instant>) -> Outcome<Option<Instant>> {
    let next: Option<Col<Instant>> = sql
        .prepare_cached(
            "SELECT min(expires) FROM chain
             WHERE account = ?1 AND state = 2 AND ordered > 0 AND expires IS NOT NULL AND expires > ?2",
        )?
        .query_row((Col(account), Col(after.unwrap_or(Instant(i64::MIN)))), |row| row.get(0))?;
    Ok(next.map(|at| at.0))
}

/// What is ordered by chains that ship after the first of these days and not after the second, without those that ran
/// out at or before `now`.
pub(super) fn shipping(sql: &Connection, account: AccountId, (after, to): (Day, Day), now: Instant) -> Outcome<i64> {
    let ordered = sql
        .prepare_cached(
            "SELECT coalesce(sum(ordered), 0) FROM chain
             WHERE account = ?1 AND ordered > 0 AND ships > ?2 AND ships <= ?3
                 AND (state <> 2 OR expires IS NULL OR expires > ?4)",
        )?
        .query_row((Col(account), Col(after), Col(to), Col(now)), |row| row.get(0))?;
    Ok(ordered)
}

/// The earliest day after the horizon on which a chain of the account ships, of those that do not run out at or before a
/// moment, or of all.
pub(super) fn next_ship(
    sql: &Connection,
    account: AccountId,
    horizon_to: Day,
    after: Option<Instant>,
) -> Outcome<Option<Day>> {
    let next: Option<Col<Day>> = sql
        .prepare_cached(
            "SELECT min(ships) FROM chain
             WHERE account = ?1 AND ordered > 0 AND ships > ?2 AND (state <> 2 OR expires IS NULL OR expires > ?3)",
        )?
        .query_row((Col(account), Col(horizon_to), Col(after.unwrap_or(Instant(i64::MIN)))), |row| row.get(0))?;
    Ok(next.map(|day| day.0))
}

/// Reads again when a chain of the account runs out or comes near next.
pub(super) fn dates(sql: &Connection, facts: &mut AccountFacts) -> Outcome<()> {
    facts.next_expiry = next_expiry(sql, facts.id, None)?;
    facts.next_ship = if facts.buckets.later == 0 { None } else { next_ship(sql, facts.id, facts.horizon_to, None)? };
    Ok(())
}

/// Whether the reservation ran out at or before a moment, and that was not noted yet.
pub(super) fn has_run_out(chain: &Chain, now: Instant) -> bool {
    chain.state == ChainState::Active && chain.ordered > 0 && chain.expires.is_some_and(|expires| expires <= now)
}

/// The chain with its reservation run out.
pub(super) fn expired(chain: &Chain) -> Chain {
    Chain { state: ChainState::Expired, ordered: 0, ..chain.clone() }
}

/// Makes the chain of a document, of which the caller has read what is kept, what it is to be, unless something newer
/// stands there, and moves the account's buckets by the difference; the caller must then read the [`dates`] again. Returns
/// the number of its row too.
///
/// # Errors
/// When the document holds something at another account, an amount is below zero, or the buckets do not fit.
pub(super) fn put(
    sql: &Connection,
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
pub(super) fn write(sql: &Connection, company: &str, row: Option<i64>, chain: &Chain, at: Instant) -> Outcome<i64> {
    sql.prepare_cached(
        "INSERT INTO chain (id, company, document, account, state, amount, ordered, delivered, drafted, invoiced,
             settled, expires, since, ships, marks, changed)
         VALUES (:id, :company, :document, :account, :state, :amount, :ordered, :delivered, :drafted, :invoiced,
             :settled, :expires, :since, :ships, :marks, :at)
         ON CONFLICT (id) DO UPDATE SET account = :account, state = :state, amount = :amount, ordered = :ordered,
             delivered = :delivered, drafted = :drafted, invoiced = :invoiced, settled = :settled, expires = :expires,
             since = :since, ships = :ships, marks = :marks, changed = max(changed, :at)",
    )?
    .execute(named_params! {
        ":id": row,
        ":company": company,
        ":document": chain.document,
        ":account": Col(chain.account),
        ":state": Col(chain.state),
        ":amount": chain.amount,
        ":ordered": chain.ordered,
        ":delivered": chain.delivered,
        ":drafted": chain.drafted,
        ":invoiced": chain.invoiced,
        ":settled": chain.settled,
        ":expires": maybe(chain.expires),
        ":since": Col(chain.since),
        ":ships": maybe(chain.ships),
        ":marks": to_json_unless_default(&chain.marks)?,
        ":at": Col(at),
    })?;
    Ok(row.unwrap_or_else(|| sql.last_insert_rowid()))
}
