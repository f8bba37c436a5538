//! `obligor.write_1`: what it is told, and what it answers. Its lists are explained beside it, in `functions.sql`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::time::Instant as Deadline;

use tokio_postgres::types::{FromSql, ToSql, Type};

use super::connection::{Connection, lock_wait};
use super::fault::{Fault, Outcome, left};
use crate::error::ErrorKind;
use crate::money::Currency;
use crate::store::Event;
use crate::store::sql::value::{Col, ToValue, Value, to_json};

/// Lists of one length, one for each column, which go to the server as one: column after column.
struct Columns<T, const N: usize>([Vec<T>; N]);

impl<T, const N: usize> Columns<T, N> {
    fn new() -> Self {
        Self(std::array::from_fn(|_| Vec::new()))
    }

    fn push(&mut self, row: [T; N]) {
        for (column, value) in self.0.iter_mut().zip(row) {
            column.push(value);
        }
    }

    fn list(self) -> Vec<T> {
        self.0.into_iter().flatten().collect()
    }
}

/// What is to be written of an account, and if what.
pub(super) struct Share {
    pub(super) id: i64,
    pub(super) facts_version: i64,
    pub(super) horizon_to: i64,
    /// The version the account must have; any when nothing is said.
    pub(super) version: Option<i64>,
    /// From what to what may be ordered.
    pub(super) ordered: (i64, i64),
    pub(super) later: i64,
    /// The latest moment of a step.
    pub(super) moment: i64,
    pub(super) aged_to_since: i64,
    pub(super) horizon_to_since: i64,
    pub(super) more_ordered: i64,
    pub(super) more_later: i64,
    pub(super) next_ship: Option<i64>,
    pub(super) next_expiry: Option<i64>,
    pub(super) versions: i64,
}

impl Share {
    fn numbers(&self) -> [Option<i64>; 15] {
        [
            Some(self.id),
            Some(self.facts_version),
            Some(self.horizon_to),
            self.version,
            Some(self.ordered.0),
            Some(self.ordered.1),
            Some(self.later),
            Some(self.moment),
            Some(self.aged_to_since),
            Some(self.horizon_to_since),
            Some(self.more_ordered),
            Some(self.more_later),
            self.next_ship,
            self.next_expiry,
            Some(self.versions),
        ]
    }
}

/// What the sum of a pool in a currency must be.
pub(super) struct SumRow {
    pub(super) pool: i64,
    pub(super) currency: Currency,
    /// From what to what.
    pub(super) debit: (i64, i64),
    pub(super) unapplied: i64,
}

/// What a step wants written.
pub(super) struct StepRow<'a> {
    pub(super) key: Option<&'a str>,
    pub(super) content: Option<&'a [u8]>,
    pub(super) granted: bool,
    pub(super) document: &'a str,
    /// The decision on record: body, salt and digest.
    pub(super) decision: Option<(&'a str, &'a [u8], [u8; 32])>,
    pub(super) order: Option<OrderRow>,
}

/// What a step wants to become of its order.
pub(super) struct OrderRow {
    pub(super) state: i64,
    pub(super) amount: i64,
    pub(super) ordered: i64,
    pub(super) expires: Option<i64>,
    pub(super) since: i64,
    pub(super) ships: Option<i64>,
    pub(super) marks: String,
}

/// A call in the making.
pub(super) struct Call<'a> {
    about: [Option<i64>; 15],
    /// Number and facts version of each pool of the account.
    pools: BTreeMap<i64, i64>,
    sums: Columns<i64, 4>,
    currencies: Vec<Currency>,
    steps: Columns<Option<i64>, 7>,
    texts: Columns<Option<Cow<'a, str>>, 4>,
    bytes: Columns<Option<Cow<'a, [u8]>>, 3>,
    events: Columns<i64, 2>,
    told: Columns<Cow<'a, str>, 3>,
}

impl<'a> Call<'a> {
    pub(super) fn new(share: &Share) -> Self {
        Self {
            about: share.numbers(),
            pools: BTreeMap::new(),
            sums: Columns::new(),
            currencies: Vec::new(),
            steps: Columns::new(),
            texts: Columns::new(),
            bytes: Columns::new(),
            events: Columns::new(),
            told: Columns::new(),
        }
    }

    /// Adds a pool of the account. Pools are locked by their numbers, the lowest first, in whatever order they come.
    pub(super) fn pool(&mut self, id: i64, facts_version: i64) {
        self.pools.insert(id, facts_version);
    }

    /// Adds a sum of a pool; the answer tells what the sums were in the order in which they were added.
    pub(super) fn sum(&mut self, sum: SumRow) {
        self.sums.push([sum.pool, sum.debit.0, sum.debit.1, sum.unapplied]);
        self.currencies.push(sum.currency);
    }

    pub(super) fn step(&mut self, step: StepRow<'a>) {
        let (body, salt, digest) = step
            .decision
            .map_or((None, None, None), |(body, salt, digest)| (Some(body), Some(salt), Some(digest.to_vec())));
        self.bytes.push([step.content.map(Cow::Borrowed), salt.map(Cow::Borrowed), digest.map(Cow::Owned)]);
        let order = step.order.as_ref();
        self.steps.push([
            Some(i64::from(step.granted)),
            order.map(|order| order.state),
            order.map(|order| order.amount),
            order.map(|order| order.ordered),
            order.and_then(|order| order.expires),
            order.map(|order| order.since),
            order.and_then(|order| order.ships),
        ]);
        let marks = step.order.map(|order| Cow::Owned(order.marks));
        self.texts.push([step.key.map(Cow::Borrowed), Some(step.document.into()), marks, body.map(Cow::Borrowed)]);
    }

    /// Adds an event.
    ///
    /// # Errors
    /// `Internal` when it cannot be written.
    pub(super) fn event(&mut self, event: &'a Event) -> Outcome<()> {
        self.events.push([event.at.0, number(&Col(event.kind))]);
        let reasons = to_json(&event.reasons)?;
        self.told.push([event.document.as_str().into(), event.subject.as_str().into(), reasons.into()]);
        Ok(())
    }

    /// Sends it. Returns nothing where the state is not here.
    ///
    /// # Errors
    /// Those of the server; `Undetermined` when it is not known whether it was done.
    pub(super) fn send(self, connection: &Connection, host: i64, deadline: Deadline) -> Outcome<Option<Answer>> {
        let wait = lock_wait(left(deadline)).to_string();
        let pools: Vec<i64> = self.pools.keys().chain(self.pools.values()).copied().collect();
        let currencies: Vec<&str> = self.currencies.iter().map(Currency::code).collect();
        let (sums, steps, texts) = (self.sums.list(), self.steps.list(), self.texts.list());
        let (bytes, events, told) = (self.bytes.list(), self.events.list(), self.told.list());
        let values: [(&(dyn ToSql + Sync), Type); 11] = [
            (&host, Type::INT8),
            (&wait, Type::TEXT),
            (&&self.about[..], Type::INT8_ARRAY),
            (&pools, Type::INT8_ARRAY),
            (&sums, Type::INT8_ARRAY),
            (&currencies, Type::TEXT_ARRAY),
            (&steps, Type::INT8_ARRAY),
            (&texts, Type::TEXT_ARRAY),
            (&bytes, Type::BYTEA_ARRAY),
            (&events, Type::INT8_ARRAY),
            (&told, Type::TEXT_ARRAY),
        ];
        let text = "SELECT obligor.write_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let rows = connection.single(deadline, text, &values)?;
        let whole: Whole = rows.first().ok_or_else(unreadable)?.try_get(0)?;
        let Some(outcome) = whole.outcome else { return Ok(None) };
        Ok(Some(whole.answer(outcome).ok_or_else(unreadable)?))
    }
}

/// The number that stands for a value in its column.
pub(super) fn number(value: &impl ToValue) -> i64 {
    match value.value() {
        Value::Int(number) => number,
        _ => 0,
    }
}

/// What became of an account's steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    Written,
    OthersOrdered,
    FactsMoved,
    Known,
}

/// What became of an account's steps, and how it was before.
pub(super) struct Answer {
    pub(super) became: Became,
    pub(super) version: i64,
    pub(super) ordered: i64,
    pub(super) later: i64,
    pub(super) next_ship: Option<i64>,
    pub(super) next_expiry: Option<i64>,
    pub(super) decisions: i64,
    /// Debit and unapplied of the sums of its pools.
    pub(super) sums: Vec<(i64, i64)>,
    /// The decisions that were written: their numbers, and what each is in the account's chain of them.
    pub(super) written: Vec<(i64, [u8; 32])>,
}

/// The function's answer on the wire, column by column.
struct Whole {
    outcome: Option<i64>,
    numbers: Vec<Option<i64>>,
    sums: Vec<i64>,
    ids: Vec<i64>,
    links: Vec<Vec<u8>>,
}

impl<'a> FromSql<'a> for Whole {
    fn from_sql(_kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        let mut rest = raw.split_at_checked(4).ok_or("it is too short")?.1;
        let mut column = || {
            // The kind, the length, and the value; a length below zero stands for nothing.
            let (head, behind) = rest.split_at_checked(8).ok_or("it has too few columns")?;
            let length = head.last_chunk().map_or(-1, |length| i32::from_be_bytes(*length));
            let (value, behind) = match usize::try_from(length) {
                Ok(length) => {
                    let (value, behind) = behind.split_at_checked(length).ok_or("a column is cut short")?;
                    (Some(value), behind)
                }
                Err(_) => (None, behind),
            };
            rest = behind;
            Ok::<_, Box<dyn StdError + Sync + Send>>(value)
        };
        Ok(Self {
            outcome: column()?.map(|value| FromSql::from_sql(&Type::INT8, value)).transpose()?,
            numbers: list(column()?, &Type::INT8_ARRAY)?,
            sums: list(column()?, &Type::INT8_ARRAY)?,
            ids: list(column()?, &Type::INT8_ARRAY)?,
            links: list(column()?, &Type::BYTEA_ARRAY)?,
        })
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::RECORD
    }
}

/// A list; one that is missing is empty.
fn list<'a, T: FromSql<'a>>(value: Option<&'a [u8]>, kind: &Type) -> Result<Vec<T>, Box<dyn StdError + Sync + Send>> {
    value.map_or_else(|| Ok(Vec::new()), |value| FromSql::from_sql(kind, value))
}

impl Whole {
    /// The answer; `None` when the lists are not as they must be.
    fn answer(self, outcome: i64) -> Option<Answer> {
        let became = match outcome {
            0 => Became::Written,
            1 => Became::OthersOrdered,
            2 => Became::FactsMoved,
            3 => Became::Known,
            _ => return None,
        };
        let [version, ordered, later, decisions, next_ship, next_expiry] = self.numbers.try_into().ok()?;
        let links: Result<Vec<[u8; 32]>, _> = self.links.into_iter().map(TryInto::try_into).collect();
        let links = links.ok().filter(|links| links.len() == self.ids.len())?;
        Some(Answer {
            became,
            version: version.unwrap_or(0),
            ordered: ordered.unwrap_or(0),
            later: later.unwrap_or(0),
            next_ship,
            next_expiry,
            decisions: decisions.unwrap_or(0),
            sums: self.sums.chunks_exact(2).filter_map(|sum| Some((*sum.first()?, *sum.get(1)?))).collect(),
            written: self.ids.into_iter().zip(links).collect(),
        })
    }
}

fn unreadable() -> Fault {
    Fault::new(ErrorKind::Store, "the store's functions are not as this version knows them; run `obligor migrate`")
}
