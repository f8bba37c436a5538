//! Rows from one database to another, a piece at a time, and the proof that they are the same there.
//!
//! Rows go by their primary keys, which every database puts in the same order: numbers as numbers, text and bytes byte by
//! byte. So a copy that was broken off goes on behind the last row that arrived.

use sha2::{Digest, Sha256};

use super::Sql;
use super::fault::Outcome;
use super::tables::{Table, names};
use super::value::{Value, counter, values};

/// Rows in a piece, at most. With the columns of the widest table they must stay below the parameters a statement may
/// have: 32,766 in SQLite, 65,535 in PostgreSQL.
pub(in crate::store) const PIECE: usize = 1000;
/// Rows in the first piece of a table, at most: nobody knows yet how long they are.
const FIRST_PIECE: usize = 100;
/// Bytes of text in a piece, about. A row is never cut, so one may be longer.
const PIECE_BYTES: usize = 4 << 20;

/// A value that outlives its row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kept {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Kept {
    fn of(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Int(number) => Self::Int(number),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
        }
    }

    fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(number) => Value::Int(*number),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Null | Self::Int(_) => 0,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

/// The primary key of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Key(Vec<Kept>);

/// Some rows of a table, one behind the other.
#[derive(Debug, Default)]
pub(in crate::store) struct Piece {
    rows: usize,
    values: Vec<Kept>,
}

impl Piece {
    pub(in crate::store) fn rows(&self) -> u64 {
        u64::try_from(self.rows).unwrap_or(u64::MAX)
    }

    /// The key of the last row.
    fn last(&self, table: &Table) -> Option<Key> {
        let row = self.values.chunks(names(table.columns).count()).next_back()?;
        let value = |name| names(table.columns).position(|column| column == name).and_then(|at| row.get(at));
        names(table.key).map(|name| value(name).cloned()).collect::<Option<_>>().map(Key)
    }
}

/// A table on its way, a piece at a time.
pub(in crate::store) struct Pieces {
    table: &'static Table,
    after: Option<Key>,
    up_to: Option<Key>,
    /// Rows to ask for: fewer where they are long, so that they are not read in vain.
    most: usize,
}

impl Pieces {
    /// The rows behind one and up to another; all of them where neither is said.
    pub(in crate::store) fn new(table: &'static Table, after: Option<Key>, up_to: Option<Key>) -> Self {
        Self { table, after, up_to, most: FIRST_PIECE }
    }

    /// Reads the next piece; none at the end.
    pub(in crate::store) fn next(&mut self, sql: &dyn Sql) -> Outcome<Option<Piece>> {
        let Table { name, key, columns, .. } = self.table;
        let mut values: Vec<Value<'_>> = Vec::new();
        let mut condition = String::new();
        for (bound, sign) in [(&self.after, ">"), (&self.up_to, "<=")] {
            let Some(Key(bound)) = bound else { continue };
            let word = if values.is_empty() { "WHERE" } else { "AND" };
            condition.push_str(&format!(" {word} ({key}) {sign} ({})", places(values.len(), bound.len())));
            values.extend(bound.iter().map(Kept::value));
        }
        values.push(Value::Int(i64::try_from(self.most).unwrap_or(i64::MAX)));
        let text = format!("SELECT {columns} FROM {name}{condition} ORDER BY {key} LIMIT ?{}", values.len());
        let width = names(columns).count();
        let (mut piece, mut bytes) = (Piece::default(), 0);
        sql.rows(&text, &values, &mut |row| {
            if bytes >= PIECE_BYTES {
                return Ok(());
            }
            for at in 0..width {
                let kept = Kept::of(row.value(at)?);
                bytes += kept.bytes();
                piece.values.push(kept);
            }
            piece.rows += 1;
            Ok(())
        })?;
        let Some(last) = piece.last(self.table) else { return Ok(None) };
        self.after = Some(last);
        self.most = (piece.rows * 2).min(PIECE);
        Ok(Some(piece))
    }
}

/// The places of so many parameters behind others.
fn places(before: usize, count: usize) -> String {
    (before + 1..=before + count).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ")
}

/// Writes the rows.
pub(in crate::store) fn write(sql: &dyn Sql, table: &Table, piece: &Piece) -> Outcome<()> {
    if piece.rows == 0 {
        return Ok(());
    }
    let Table { name, columns, .. } = table;
    let width = names(columns).count();
    let rows: Vec<String> = (0..piece.rows).map(|row| format!("({})", places(row * width, width))).collect();
    let values: Vec<Value<'_>> = piece.values.iter().map(Kept::value).collect();
    sql.execute(&format!("INSERT INTO {name} ({columns}) VALUES {}", rows.join(", ")), &values)?;
    Ok(())
}

/// The key of the last row that there is.
pub(in crate::store) fn last(sql: &dyn Sql, table: &Table) -> Outcome<Option<Key>> {
    let Table { name, key, .. } = table;
    let order: Vec<String> = names(key).map(|name| format!("{name} DESC")).collect();
    let columns = names(key).count();
    sql.first(&format!("SELECT {key} FROM {name} ORDER BY {} LIMIT 1", order.join(", ")), values![], |row| {
        (0..columns).map(|at| row.value(at).map(Kept::of)).collect::<Outcome<Vec<_>>>().map(Key)
    })
}

/// How many rows there are.
pub(in crate::store) fn count(sql: &dyn Sql, table: &Table) -> Outcome<u64> {
    sql.only(&format!("SELECT count(*) FROM {}", table.name), values![], |row| counter(row, 0))
}

/// Removes all rows.
pub(in crate::store) fn empty(sql: &dyn Sql, table: &Table) -> Outcome<()> {
    sql.command(&format!("DELETE FROM {}", table.name))
}

/// What the rows of a table come to.
#[derive(Clone)]
pub(in crate::store) struct Tally {
    rows: u64,
    /// For each column that holds money its sum, whatever the currencies.
    sums: Vec<i128>,
    digest: Sha256,
}

impl Tally {
    pub(in crate::store) fn new(table: &Table) -> Self {
        Self { rows: 0, sums: vec![0; names(table.money).count()], digest: Sha256::new() }
    }

    pub(in crate::store) fn rows(&self) -> u64 {
        self.rows
    }

    pub(in crate::store) fn sums(&self) -> &[i128] {
        &self.sums
    }

    /// Whether they are the same rows, in every column.
    pub(in crate::store) fn same(&self, other: &Self) -> bool {
        let digest = |tally: &Self| tally.digest.clone().finalize();
        (self.rows, &self.sums, digest(self)) == (other.rows, &other.sums, digest(other))
    }

    /// Adds the rows of a piece.
    pub(in crate::store) fn add(&mut self, table: &Table, piece: &Piece) {
        self.rows = self.rows.saturating_add(piece.rows());
        for row in piece.values.chunks(names(table.columns).count()) {
            let mut sums = names(table.money).zip(&mut self.sums).peekable();
            for (column, value) in names(table.columns).zip(row) {
                if let Some((_, sum)) = sums.next_if(|(name, _)| *name == column) {
                    let Kept::Int(amount) = value else { continue };
                    *sum = sum.saturating_add(i128::from(*amount));
                }
            }
        }
        for value in &piece.values {
            self.note(value);
        }
    }

    /// A value goes into the digest by its kind, its length and its bytes, so that no two lists of rows look the same.
    fn note(&mut self, value: &Kept) {
        let length = u64::try_from(value.bytes()).unwrap_or(u64::MAX).to_be_bytes();
        match value {
            Kept::Null => self.digest.update([0]),
            Kept::Int(number) => {
                self.digest.update([1]);
                self.digest.update(number.to_be_bytes());
            }
            Kept::Text(text) => {
                self.digest.update([2]);
                self.digest.update(length);
                self.digest.update(text);
            }
            Kept::Bytes(bytes) => {
                self.digest.update([3]);
                self.digest.update(length);
                self.digest.update(bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::TABLES;
    use super::*;

    #[test]
    fn rows_that_differ_anywhere_do_not_tally() {
        let table = TABLES.iter().find(|table| table.name == "pool_sum").unwrap();
        let tally = |rows: &[[Kept; 4]]| {
            let mut tally = Tally::new(table);
            for row in rows {
                tally.add(table, &Piece { rows: 1, values: row.to_vec() });
            }
            tally
        };
        let text = |text: &str| Kept::Text(text.to_owned());
        let row =
            |pool, currency: &str, debit| [Kept::Int(pool), text(currency), Kept::Int(debit), Kept::Int(i64::MAX)];
        let one = tally(&[row(1, "DKK", 7), row(1, "EUR", i64::MIN)]);
        assert_eq!((one.rows(), one.sums()), (2, &[7 + i128::from(i64::MIN), 2 * i128::from(i64::MAX)][..]));
        assert!(one.same(&tally(&[row(1, "DKK", 7), row(1, "EUR", i64::MIN)])));
        let bytes = [Kept::Int(1), Kept::Bytes(b"DKK".to_vec()), Kept::Int(7), Kept::Int(i64::MAX)];
        let nothing = [Kept::Int(1), Kept::Null, Kept::Int(7), Kept::Int(i64::MAX)];
        for other in [
            vec![row(1, "DKK", 7)],
            vec![row(1, "EUR", i64::MIN), row(1, "DKK", 7)],
            vec![row(1, "DKK", i64::MIN), row(1, "EUR", 7)],
            vec![row(2, "DKK", 7), row(1, "EUR", i64::MIN)],
            vec![row(1, "", 7), row(1, "DKKEUR", i64::MIN)],
            vec![bytes, row(1, "EUR", i64::MIN)],
            vec![nothing, row(1, "EUR", i64::MIN)],
        ] {
            assert!(!one.same(&tally(&other)), "{other:?}");
        }
    }
}
