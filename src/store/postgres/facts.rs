//! What is known of an account, in one round trip.

use tokio_postgres::types::{ToSql, Type};

use super::connection::Connection;
use super::known::KnownAccount;
use crate::calendar::Day;
use crate::credit::{Chain, Limit, PoolFacts};
use crate::money::Currency;
use crate::store::sql::Row;
use crate::store::sql::account::{self, ALWAYS};
use crate::store::sql::card::ELSEWHERE;
use crate::store::sql::fault::{Fault, Outcome, damaged};
use crate::store::sql::value::{Col, FromValue, Value, from_json};
use crate::store::sql::{chain, pool};
use crate::store::{AccountRef, Ask, Facts, PoolRecord};

/// Columns of the account ahead of those that follow.
const ACCOUNT: usize = 27;
/// Where the lists of limits and pools begin, behind the account, its facts version and the chain.
const LISTS: usize = ACCOUNT + 1 + chain::ROW + 1;

/// A row's columns from one on.
struct From<'a>(&'a dyn Row, usize);

impl Row for From<'_> {
    fn value(&self, at: usize) -> Outcome<Value<'_>> {
        self.0.value(self.1 + at)
    }
}

/// An account and the order that was asked about, read by one statement at one moment; `None` when there is no such
/// account, or something ran out in its pools, which takes more than one, or the state is not here.
///
/// # Errors
/// Those of the server.
pub(super) fn read(
    connection: &Connection,
    ask: &Ask,
    deadline: std::time::Instant,
) -> Outcome<Option<(KnownAccount, Option<Chain>)>> {
    let (condition, name): (&str, Vec<(&(dyn ToSql + Sync), Type)>) = match &ask.account {
        AccountRef::Id(id) => ("id = $3", vec![(&id.0, Type::OID)]),
        AccountRef::Key(key) => {
            ("customer = $3 AND company = $4", vec![(&key.customer, Type::TEXT), (&key.company, Type::TEXT)])
        }
    };
    let text = format!(
        "SELECT kept.*, made.*,
             (SELECT coalesce(json_agg(json_build_array(kind, first, last, amount, share, covering) ORDER BY kind, first),
                  '[]')::text
              FROM credit_limit WHERE account = kept.id),
             (SELECT coalesce(json_agg(json_build_array(pool.id, name, kind, currency, rates, facts_version,
                  (SELECT coalesce(json_agg(json_build_array(kind, first, last, amount, share, 0) ORDER BY kind, first),
                       '[]')
                   FROM pool_limit WHERE pool_limit.pool = pool.id),
                  (SELECT coalesce(json_agg(json_build_array(currency, debit, unapplied) ORDER BY currency), '[]')
                   FROM pool_sum WHERE pool_sum.pool = pool.id)) ORDER BY place), '[]')::text
              FROM pool_member JOIN pool ON pool.id = pool_member.pool WHERE account = kept.id),
             EXISTS (SELECT 1 FROM pool_member own JOIN pool_member other ON other.pool = own.pool
                 WHERE own.account = kept.id AND other.account <> kept.id AND other.next_expiry <= $2)
         FROM (SELECT {}, facts_version FROM account
                 WHERE {condition} AND NOT EXISTS ({ELSEWHERE})) kept
             LEFT JOIN LATERAL (SELECT {} FROM chain WHERE company = kept.company AND document = $1) made ON true",
        account::COLUMNS,
        chain::COLUMNS
    );
    let mut values: Vec<(&(dyn ToSql + Sync), Type)> = vec![(&ask.document, Type::TEXT), (&ask.now.0, Type::INT8)];
    values.extend(name);
    let asked = std::time::Instant::now();
    let rows = connection.read_once(deadline, &text, &values)?;
    let Some(row) = rows.first() else { return Ok(None) };
    let row: &dyn Row = row;
    if row.get(LISTS + 2)? {
        return Ok(None);
    }
    let mut account = account::from_row(row)?;
    let own = Some(account.facts.currency);
    account.facts.limits = limits(from_json(row, LISTS)?).ok_or_else(|| unreadable("limit"))?;
    let kept: Vec<PoolRow> = from_json(row, LISTS + 1)?;
    account.pools = kept.iter().map(|pool| pool.0).collect();
    let pools_versions = kept.iter().map(|pool| pool.5).collect();
    let pools: Option<Box<[PoolFacts]>> = kept.into_iter().map(|kept| pool_facts(kept, own)).collect();
    account.facts.pools = pools.ok_or_else(|| unreadable("pool"))?;
    pool::told_as_counted(&mut account);
    let chain = match row.value(ACCOUNT + 1)? {
        Value::Null => None,
        _ => Some(chain::from_row(&From(row, ACCOUNT + 1))?),
    };
    Ok(Some((KnownAccount { account, facts_version: row.get(ACCOUNT)?, pools_versions, at: asked }, chain)))
}

fn unreadable(what: &str) -> Fault {
    damaged(format_args!("a {what} is not as it must be"))
}

/// Kind, first and last day, amount, share, covering.
type LimitRow = (i64, i32, Option<i32>, Option<i64>, u32, i64);

fn limits(rows: Vec<LimitRow>) -> Option<Box<[Limit]>> {
    rows.into_iter().map(limit).collect()
}

fn limit((kind, first, last, amount, share, covering): LimitRow) -> Option<Limit> {
    let kind = Col::from_value(Value::Int(kind))?.0;
    Some(Limit {
        from: Some(first).filter(|first| *first != ALWAYS).map(Day),
        to: last.map(Day),
        share,
        covering,
        ..Limit::always(kind, amount)
    })
}

/// Number, name, kind, currency, rates, facts version, limits, sums.
type PoolRow = (i64, String, i64, String, String, i64, Vec<LimitRow>, Vec<(String, i64, i64)>);

fn pool_facts((_, name, kind, currency, rates, _, kept, sums): PoolRow, own: Option<Currency>) -> Option<PoolFacts> {
    let currency_of = |code: &str| Col::from_value(Value::Text(code)).map(|currency| currency.0);
    let record = PoolRecord {
        name,
        kind: Col::from_value(Value::Int(kind))?.0,
        currency: currency_of(&currency)?,
        rates: serde_json::from_str(&rates).ok()?,
    };
    let sums: Option<Vec<pool::Sum>> =
        sums.into_iter().map(|(code, debit, unapplied)| Some((currency_of(&code)?, debit, unapplied))).collect();
    Some(pool::put_together(&record, limits(kept)?, sums?, own))
}

/// The facts of an ask, if one statement could tell them all: the account needs no ageing, and no item was asked for.
pub(super) fn told(known: &KnownAccount, kept: Option<Chain>, ask: &Ask) -> Option<Facts> {
    let facts = &known.account.facts;
    if !ask.item.is_empty() || !facts.holds_at(ask.overdue_to, ask.horizon_to, ask.now) {
        return None;
    }
    let mut facts = facts.clone();
    (facts.aged_to, facts.horizon_to) = (ask.overdue_to, ask.horizon_to);
    let chain = kept.filter(|_| !ask.document.is_empty());
    let chain = chain.map(|chain| if chain::has_run_out(&chain, ask.now) { chain::expired(&chain) } else { chain });
    Some(Facts { account: Some(facts), key: Some(known.account.key.clone()), chain, item: None })
}
