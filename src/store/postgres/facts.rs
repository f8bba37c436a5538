//! What is known of an account, in one round trip.

use tokio_postgres::types::{ToSql, Type};

use super::connection::Connection;
use super::known::KnownAccount;
use crate::calendar::Day;
use crate::credit::{Chain, Limit};
use crate::store::sql::Row;
use crate::store::sql::account::{self, ALWAYS};
use crate::store::sql::card::ELSEWHERE;
use crate::store::sql::chain;
use crate::store::sql::fault::Outcome;
use crate::store::sql::value::{Col, FromValue, Value, from_json};
use crate::store::{AccountRef, Ask, Facts};

/// Columns of the account ahead of those that follow.
const ACCOUNT: usize = 27;
/// Columns of the chain.
const CHAIN: usize = chain::ROW + 1;

/// A row's columns from one on.
struct From<'a>(&'a dyn Row, usize);

impl Row for From<'_> {
    fn value(&self, at: usize) -> Outcome<Value<'_>> {
        self.0.value(self.1 + at)
    }
}

/// An account and the order that was asked about, read by one statement at one moment; `None` when there is no such
/// account, or it belongs to pools, which takes more than one, or the state is not here.
///
/// # Errors
/// Those of the server.
pub(super) fn read(
    connection: &Connection,
    ask: &Ask,
    deadline: std::time::Instant,
) -> Outcome<Option<(KnownAccount, Option<Chain>)>> {
    let (condition, name): (&str, Vec<(&(dyn ToSql + Sync), Type)>) = match &ask.account {
        AccountRef::Id(id) => ("id = $2", vec![(&id.0, Type::OID)]),
        AccountRef::Key(key) => {
            ("customer = $2 AND company = $3", vec![(&key.customer, Type::TEXT), (&key.company, Type::TEXT)])
        }
    };
    let text = format!(
        "SELECT kept.*, made.*,
             (SELECT coalesce(json_agg(json_build_array(kind, first, last, amount, share, covering) ORDER BY kind, first),
                  '[]')::text
              FROM credit_limit WHERE account = kept.id),
             EXISTS (SELECT 1 FROM pool_member WHERE account = kept.id)
         FROM (SELECT {}, facts_version FROM account
                 WHERE {condition} AND NOT EXISTS ({ELSEWHERE})) kept
             LEFT JOIN LATERAL (SELECT {} FROM chain WHERE company = kept.company AND document = $1) made ON true",
        account::COLUMNS,
        chain::COLUMNS
    );
    let mut values: Vec<(&(dyn ToSql + Sync), Type)> = vec![(&ask.document, Type::TEXT)];
    values.extend(name);
    let rows = connection.read_once(deadline, &text, &values)?;
    let Some(row) = rows.first() else { return Ok(None) };
    let row: &dyn Row = row;
    if row.get(ACCOUNT + 1 + CHAIN + 1)? {
        return Ok(None);
    }
    let mut account = account::from_row(row)?;
    account.facts.limits = from_json::<Vec<LimitRow>>(row, ACCOUNT + 1 + CHAIN)?
        .into_iter()
        .map(limit)
        .collect::<Option<_>>()
        .ok_or_else(|| crate::store::sql::fault::damaged(format_args!("a limit is not as it must be")))?;
    let chain = match row.value(ACCOUNT + 1)? {
        Value::Null => None,
        _ => Some(chain::from_row(&From(row, ACCOUNT + 1))?),
    };
    Ok(Some((KnownAccount { account, facts_version: row.get(ACCOUNT)?, contested: 0 }, chain)))
}

/// Kind, first and last day, amount, share, covering.
type LimitRow = (i64, i32, Option<i32>, Option<i64>, u32, i64);

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
