//! The tables with their columns, in one list, for whoever must take every row of a store into their hands.
//!
//! They stand in an order in which each comes after those it points to. Every database has these columns; what is not
//! listed is about the store itself, or one database's own business, and never leaves it.

/// Who numbers the rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Numbers {
    /// Nobody: its key comes from outside.
    None,
    /// The database.
    Given,
    /// The database, and a number that was given once is never given again.
    GivenOnce,
}

/// A table. Lists of columns are as a query names them.
#[derive(Debug)]
pub(in crate::store) struct Table {
    pub(in crate::store) name: &'static str,
    pub(in crate::store) numbers: Numbers,
    /// The primary key; nothing of it is ever missing.
    pub(in crate::store) key: &'static str,
    pub(in crate::store) columns: &'static str,
    /// The columns that hold minor units.
    pub(in crate::store) money: &'static str,
}

/// The names in a list of columns.
pub(in crate::store) fn names(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(", ").filter(|name| !name.is_empty())
}

impl Table {
    const fn new(name: &'static str, key: &'static str, columns: &'static str) -> Self {
        Self { name, numbers: Numbers::None, key, columns, money: "" }
    }

    const fn numbered(self, numbers: Numbers) -> Self {
        Self { numbers, ..self }
    }

    const fn money(self, money: &'static str) -> Self {
        Self { money, ..self }
    }
}

/// Every table that holds a part of the credit state.
pub(in crate::store) const TABLES: &[Table] = &[
    Table::new(
        "customer",
        "id",
        "id, number, name, name_key, country, legal_form, subject, street, postcode, city, phone, email",
    )
    .numbered(Numbers::Given),
    Table::new("customer_identifier", "customer, place", "customer, place, scheme, value"),
    Table::new(
        "account",
        "id",
        "id, company, customer, currency, status, ordered, later, delivered, drafted, open, overdue, unapplied, aged_to, \
         oldest_overdue, oldest_undisputed, next_due, disputed, disputed_overdue, dunning_level, horizon_to, next_ship, \
         next_expiry, profile, history, version, facts_version, decisions, chained",
    )
    .numbered(Numbers::Given)
    .money("ordered, later, delivered, drafted, open, overdue, unapplied, disputed, disputed_overdue"),
    Table::new("credit_limit", "account, kind, first", "account, kind, first, last, amount, share, covering")
        .money("amount, covering"),
    Table::new("pool", "id", "id, name, kind, currency, rates, facts_version").numbered(Numbers::Given),
    Table::new("pool_limit", "pool, kind, first", "pool, kind, first, last, amount, share").money("amount"),
    Table::new("pool_member", "account, place", "account, place, pool, next_expiry"),
    Table::new("pool_sum", "pool, currency", "pool, currency, debit, unapplied").money("debit, unapplied"),
    Table::new("limit_request", "id", "id, record, asked_by, at").numbered(Numbers::GivenOnce),
    Table::new(
        "item",
        "id",
        "id, account, number, kind, amount, residual, due, disputed, ever_disputed, dunning_level, dunning_blocked, \
         delivered, document, changed",
    )
    .numbered(Numbers::Given)
    .money("amount, residual"),
    Table::new(
        "chain",
        "id",
        "id, company, document, account, state, amount, ordered, delivered, drafted, invoiced, settled, expires, since, \
         ships, marks, changed",
    )
    .numbered(Numbers::Given)
    .money("amount, ordered, delivered, drafted, invoiced, settled"),
    Table::new("decision", "id", "id, account, sequence, body, salt, digest, chained").numbered(Numbers::Given),
    Table::new("unknown_chain", "id", "id, decisions, chained"),
    Table::new("request", "key", "key, content, granted, decision"),
    Table::new("event", "id", "id, at, kind, account, document, subject, reasons, once").numbered(Numbers::GivenOnce),
    Table::new("consumer", "name", "name, acknowledged"),
    Table::new("source", "register, name", "register, name, as_of"),
    Table::new(
        "company",
        "id",
        "id, source, scheme, value, name, country, legal_form, state, registered, street, postcode, city, phone, \
         industry, no_marketing",
    )
    .numbered(Numbers::Given),
    Table::new(
        "remark",
        "id",
        "id, source, number, scheme, value, kind, amount, currency, registered, expires",
    )
    .numbered(Numbers::Given)
    .money("amount"),
    Table::new("answer", "source, scheme, value", "source, scheme, value, body, as_of, asked, expires"),
    Table::new(
        "lookup",
        "id",
        "id, at, asked_by, on_behalf_of, purpose, basis, source, scheme, value, answer, cached, digest, copy_letter, rule",
    )
    .numbered(Numbers::GivenOnce),
    Table::new("policy", "digest", "digest, name, text"),
];
