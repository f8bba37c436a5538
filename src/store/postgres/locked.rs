//! Writing under locks: what cannot be done in one round trip.
//!
//! Every transaction takes its locks in one order, so that none ever waits for another in a circle:
//!
//! 1. the lock of the *house* ([`house`](super::house)), an advisory one, shared by all who write;
//! 2. the *loads* lock, another: alone for a load and for other writes that may touch any account; shared by those that
//!    touch several accounts, or pools;
//! 3. pools, by number;
//! 4. accounts, by number.
//!
//! The chain of decisions about unknown customers comes last. What a step may touch beside its own account is known
//! before: the pools of the account, accounts of those pools whose reservations ran out, and an account that holds the
//! same order and let it run out. All of it is locked ahead, and looked at again once it is: who finds more begins anew.
//!
//! One circle is left, for hosts that are at fault: lists of several requests at the same moment that want the same keys,
//! or the same orders for other customers. The server ends it after a second, and who was ended tries again alone.
//!
//! One account that has no pools is locked by reading it, and needs no other lock. If it turns out to have pools by then,
//! what was written is not committed ([`Rows::holds_pools`]).

use std::collections::BTreeSet;

use tokio_postgres::types::Type;

use super::rows::Rows;
use crate::calendar::Instant;
use crate::error::{Error, ErrorKind};
use crate::store::sql::fault::Outcome;
use crate::store::{AccountRef, Step};

/// The key of the loads lock; `functions.sql` has the same.
pub(super) const LOADS: i64 = 0x6f62_6c67_0000_0001;

/// What steps touch.
#[derive(Debug, Default, PartialEq, Eq)]
struct Reach {
    accounts: BTreeSet<i64>,
    pools: BTreeSet<i64>,
}

impl Reach {
    fn covers(&self, other: &Self) -> bool {
        self.accounts.is_superset(&other.accounts) && self.pools.is_superset(&other.pools)
    }
}

/// Whom steps name, and which orders.
#[derive(Default)]
pub(super) struct Named {
    ids: BTreeSet<i64>,
    /// Company and customer.
    keys: BTreeSet<(String, String)>,
    documents: Vec<String>,
    now: i64,
}

impl Named {
    pub(super) fn account(who: &AccountRef, now: Instant) -> Self {
        let mut named = Self { now: now.0, ..Self::default() };
        named.add(who);
        named
    }

    pub(super) fn of<'a>(steps: impl Iterator<Item = &'a Step>) -> Self {
        let mut named = Self { now: i64::MIN, ..Self::default() };
        for step in steps {
            named.add(&step.ask.account);
            named.documents.push(step.ask.document.clone());
            named.now = named.now.max(step.ask.now.0);
        }
        named
    }

    fn add(&mut self, who: &AccountRef) {
        match who {
            AccountRef::Id(id) => self.ids.insert(id.0.into()),
            AccountRef::Key(key) => self.keys.insert((key.company.clone(), key.customer.clone())),
        };
    }

    fn reach(&self, rows: &Rows<'_>) -> Outcome<Reach> {
        let ids: Vec<i64> = self.ids.iter().copied().collect();
        let (companies, customers): (Vec<&str>, Vec<&str>) =
            self.keys.iter().map(|(company, customer)| (company.as_str(), customer.as_str())).unzip();
        let found = rows
            .connection
            .query(
                "WITH named AS (
                     SELECT id, company FROM account WHERE id = ANY ($1)
                     UNION SELECT account.id, account.company FROM unnest($2, $3) AS asked (company, customer)
                         JOIN account ON account.company = asked.company AND account.customer = asked.customer),
                 first AS (
                     SELECT id FROM named
                     UNION SELECT chain.account FROM chain
                         WHERE document = ANY ($4) AND company IN (SELECT company FROM named)
                             AND state = 2 AND ordered > 0 AND expires <= $5),
                 shared AS (SELECT DISTINCT pool FROM pool_member WHERE account IN (SELECT id FROM first)),
                 touched AS (
                     SELECT id FROM first
                     UNION SELECT account FROM pool_member
                         WHERE pool IN (SELECT pool FROM shared) AND next_expiry <= $5)
                 SELECT touched.id, pool_member.pool FROM touched LEFT JOIN pool_member ON account = touched.id",
                &[
                    (&ids, Type::INT8_ARRAY),
                    (&companies, Type::TEXT_ARRAY),
                    (&customers, Type::TEXT_ARRAY),
                    (&self.documents, Type::TEXT_ARRAY),
                    (&self.now, Type::INT8),
                ],
            )
            .map_err(|refused| rows.refused(refused))?;
        let mut reach = Reach::default();
        for row in &found {
            reach.accounts.extend(row.try_get::<_, i64>(0).ok());
            reach.pools.extend(row.try_get::<_, Option<i64>>(1).ok().flatten());
        }
        Ok(reach)
    }

    /// Locks all of it.
    ///
    /// # Errors
    /// Those of the server.
    pub(super) fn lock(&self, rows: &Rows<'_>) -> Outcome<()> {
        let reach = self.reach(rows)?;
        if self.ids.len() + self.keys.len() <= 1 && reach.accounts.len() <= 1 && reach.pools.is_empty() {
            return Ok(());
        }
        let run = |text: &str, ids: &BTreeSet<i64>| {
            let ids: Vec<i64> = ids.iter().copied().collect();
            rows.connection.query(text, &[(&ids, Type::INT8_ARRAY)]).map_err(|refused| rows.refused(refused))
        };
        rows.connection
            .query("SELECT pg_advisory_xact_lock_shared($1)", &[(&LOADS, Type::INT8)])
            .map_err(|refused| rows.refused(refused))?;
        run("SELECT id FROM pool WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE", &reach.pools)?;
        run("SELECT id FROM account WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE", &reach.accounts)?;
        if reach.covers(&self.reach(rows)?) {
            rows.hold_pools();
            return Ok(());
        }
        rows.begin_anew();
        Err(overtaken().into())
    }
}

/// The answer when the deadline passes before the right locks could be taken.
pub(super) fn overtaken() -> Error {
    Error::new(
        ErrorKind::Undetermined,
        "others changed the pools of the account until the deadline, so nothing was done; ask again with the same key",
    )
}

/// Keeps everybody out who writes accounts, but those that write one account without pools.
///
/// # Errors
/// Those of the server.
pub(super) fn alone(rows: &Rows<'_>) -> Outcome<()> {
    rows.connection
        .query("SELECT pg_advisory_xact_lock($1)", &[(&LOADS, Type::INT8)])
        .map_err(|refused| rows.refused(refused))?;
    rows.hold_pools();
    Ok(())
}
