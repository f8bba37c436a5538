//! `obligor.write_1`: what it is told, and what it answers. Its lists are explained beside it, in `functions.sql`.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Instant as Deadline;

use tokio_postgres::types::{FromSql, ToSql, Type};

use super::connection::{Connection, lock_wait};
use super::fault::{Fault, Outcome, left};
use crate::error::ErrorKind;
use crate::store::Event;
use crate::store::sql::value::{Col, ToValue, Value, to_json};

/// Numbers that the answer has for each account.
const NUMBERS: usize = 7;

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
    pub(super) aged_to: i64,
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
    accounts: Vec<Option<i64>>,
    steps: Columns<Option<i64>, 7>,
    texts: Columns<Option<Cow<'a, str>>, 4>,
    bytes: Columns<Option<Cow<'a, [u8]>>, 3>,
    events: Columns<i64, 2>,
    told: Columns<Cow<'a, str>, 3>,
    /// How many decisions each account has.
    recorded: Vec<usize>,
}

impl<'a> Call<'a> {
    pub(super) fn new() -> Self {
        Self {
            accounts: Vec::new(),
            steps: Columns::new(),
            texts: Columns::new(),
            bytes: Columns::new(),
            events: Columns::new(),
            told: Columns::new(),
            recorded: Vec::new(),
        }
    }

    /// Adds an account with its steps and events. Accounts must come by their numbers, the lowest first: that is the
    /// order in which they are locked.
    ///
    /// # Errors
    /// `Internal` when an event cannot be written.
    pub(super) fn add(&mut self, share: &Share, steps: Vec<StepRow<'a>>, events: &[&'a Event]) -> Outcome<()> {
        let count = |count: usize| i64::try_from(count).ok();
        self.accounts.extend([
            Some(share.id),
            Some(share.facts_version),
            Some(share.aged_to),
            Some(share.horizon_to),
            share.version,
            Some(share.ordered.0),
            Some(share.ordered.1),
            Some(share.later),
            Some(share.moment),
            Some(share.aged_to_since),
            Some(share.horizon_to_since),
            Some(share.more_ordered),
            Some(share.more_later),
            share.next_ship,
            share.next_expiry,
            Some(share.versions),
            count(steps.len()),
            count(events.len()),
        ]);
        self.recorded.push(steps.iter().filter(|step| step.decision.is_some()).count());
        for StepRow { key, content, granted, document, decision, order } in steps {
            let (body, salt, digest) = decision
                .map_or((None, None, None), |(body, salt, digest)| (Some(body), Some(salt), Some(digest.to_vec())));
            self.bytes.push([content.map(Cow::Borrowed), salt.map(Cow::Borrowed), digest.map(Cow::Owned)]);
            let of = |number: fn(&OrderRow) -> Option<i64>| order.as_ref().and_then(number);
            self.steps.push([
                Some(i64::from(granted)),
                of(|order| Some(order.state)),
                of(|order| Some(order.amount)),
                of(|order| Some(order.ordered)),
                of(|order| order.expires),
                of(|order| Some(order.since)),
                of(|order| order.ships),
            ]);
            let marks = order.map(|order| Cow::Owned(order.marks));
            self.texts.push([key.map(Cow::Borrowed), Some(document.into()), marks, body.map(Cow::Borrowed)]);
        }
        for event in events {
            self.events.push([event.at.0, number(&Col(event.kind))]);
            let reasons = to_json(&event.reasons)?;
            self.told.push([event.document.as_str().into(), event.subject.as_str().into(), reasons.into()]);
        }
        Ok(())
    }

    /// Sends it. Returns an answer for each account; none where the state is not here.
    ///
    /// # Errors
    /// Those of the server; `Undetermined` when it is not known whether it was done.
    pub(super) fn send(self, connection: &Connection, host: i64, deadline: Deadline) -> Outcome<Vec<Answer>> {
        let wait = lock_wait(left(deadline)).to_string();
        let (steps, texts, bytes) = (self.steps.list(), self.texts.list(), self.bytes.list());
        let (events, told) = (self.events.list(), self.told.list());
        let values: [(&(dyn ToSql + Sync), Type); 8] = [
            (&host, Type::INT8),
            (&wait, Type::TEXT),
            (&self.accounts, Type::INT8_ARRAY),
            (&steps, Type::INT8_ARRAY),
            (&texts, Type::TEXT_ARRAY),
            (&bytes, Type::BYTEA_ARRAY),
            (&events, Type::INT8_ARRAY),
            (&told, Type::TEXT_ARRAY),
        ];
        let rows = connection.single(deadline, "SELECT obligor.write_1($1, $2, $3, $4, $5, $6, $7, $8)", &values)?;
        let whole: Whole = rows.first().ok_or_else(unreadable)?.try_get(0)?;
        whole.answers(&self.recorded).ok_or_else(unreadable)
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

/// The answer about an account: what became of its steps, and how it was before.
pub(super) struct Answer {
    pub(super) became: Became,
    pub(super) version: i64,
    pub(super) ordered: i64,
    pub(super) later: i64,
    pub(super) next_ship: Option<i64>,
    pub(super) next_expiry: Option<i64>,
    pub(super) decisions: i64,
    /// The last link of its chain of decisions.
    pub(super) link: [u8; 32],
    /// The numbers of the decisions that were written.
    pub(super) ids: Vec<i64>,
}

/// The function's answer on the wire: a row of three lists.
struct Whole {
    outcomes: Vec<Option<i64>>,
    ids: Vec<i64>,
    links: Vec<Option<Vec<u8>>>,
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
            outcomes: column()?.map_or_else(|| Ok(Vec::new()), |value| FromSql::from_sql(&Type::INT8_ARRAY, value))?,
            ids: column()?.map_or_else(|| Ok(Vec::new()), |value| FromSql::from_sql(&Type::INT8_ARRAY, value))?,
            links: column()?.map_or_else(|| Ok(Vec::new()), |value| FromSql::from_sql(&Type::BYTEA_ARRAY, value))?,
        })
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::RECORD
    }
}

impl Whole {
    /// The answers, when each account had so many decisions to record, and none at all where the state is not here; `None`
    /// when the lists do not fit each other.
    fn answers(self, recorded: &[usize]) -> Option<Vec<Answer>> {
        let mut ids = self.ids.into_iter();
        let accounts = self.outcomes.chunks_exact(NUMBERS).zip(self.links);
        let answers: Option<Vec<Answer>> = accounts
            .zip(recorded)
            .map(|((numbers, link), recorded)| {
                let &[outcome, version, ordered, later, next_ship, next_expiry, decisions] = numbers else {
                    return None;
                };
                let became = match outcome? {
                    0 => Became::Written,
                    1 => Became::OthersOrdered,
                    3 => Became::Known,
                    _ => Became::FactsMoved,
                };
                let written = if became == Became::Written { *recorded } else { 0 };
                Some(Answer {
                    became,
                    version: version.unwrap_or(0),
                    ordered: ordered.unwrap_or(0),
                    later: later.unwrap_or(0),
                    next_ship,
                    next_expiry,
                    decisions: decisions.unwrap_or(0),
                    link: link.unwrap_or_default().try_into().unwrap_or_default(),
                    ids: ids.by_ref().take(written).collect(),
                })
            })
            .collect();
        answers.filter(|answers| answers.is_empty() || answers.len() == recorded.len())
    }
}

fn unreadable() -> Fault {
    Fault::new(ErrorKind::Store, "the store's functions are not as this version knows them; run `obligor migrate`")
}
