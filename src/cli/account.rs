//! Where a customer stands, and which orders wait for a person.

use comfy_table::{Cell, CellAlignment, Color};
use obligor::calendar::Day;
use obligor::credit::{AccountId, LimitKind, Status};
use obligor::engine::wire::{ItemWire, PositionWire};
use obligor::error::Result;
use obligor::store::{AccountRecord, ItemKind};
use serde_json::json;

use crate::Done;
use crate::args::Account;
use crate::session::Session;
use crate::show::{Look, count, lines, marked, moment, right};

pub(crate) fn show(session: &Session, account: &Account) -> Result<Done> {
    let name = json!({ "company": account.whose.company, "customer": account.whose.customer });
    let about_items = json!({ "account": name, "most": account.most });
    let items = || {
        session.tell("account.items", &about_items, |items: &Vec<ItemWire>| {
            Ok(Done::well(item_table(session.look, items)))
        })
    };
    if account.items {
        return items();
    }
    session.tell("account.get", &json!({ "account": name }), |position: &PositionWire| {
        if session.json() {
            return Ok(Done::well(""));
        }
        let text =
            [position_table(session.look, account, position), limit_table(session.look, position), items()?.text];
        Ok(Done::well(text.join("\n")))
    })
}

fn position_table(look: Look, account: &Account, position: &PositionWire) -> String {
    let mut table = look.bare();
    table.add_row(["Account".to_owned(), format!("{} in {}", account.whose.customer, account.whose.company)]);
    table.add_row([Cell::new("Status"), status(position.status)]);
    for (name, amount) in [
        ("Ordered", position.ordered),
        ("Delivered, not invoiced", position.delivered),
        ("On draft invoices", position.drafted),
        ("Open, not overdue", position.open),
        ("Overdue", position.overdue),
        ("Credits not applied", position.unapplied),
        ("Exposure", position.exposure),
    ] {
        table.add_row([Cell::new(name), look.money(amount)]);
    }
    let limit = match position.limit {
        None if position.no_limit => right("no limit"),
        None => right("none in force"),
        Some(limit) => look.money(limit),
    };
    table.add_row([Cell::new("Limit in force"), limit]);
    table.add_row([Cell::new("Available"), look.maybe(position.available)]);
    if let Some(day) = position.oldest_overdue {
        let days = position.today.since(day);
        let late = format!("due {}, {} ago", look.language.day(day), count(days.unsigned_abs(), "day", "days"));
        table.add_row([Cell::new("Oldest overdue"), right(late)]);
    }
    table.add_row([Cell::new("Read"), right(moment(position.facts_at))]);
    lines(&table)
}

/// A kind of limit in a word.
pub(crate) fn limit_kind(kind: LimitKind) -> &'static str {
    match kind {
        LimitKind::Base => "base",
        LimitKind::Temporary => "temporary",
        LimitKind::Insured => "insured",
    }
}

fn limit_table(look: Look, position: &PositionWire) -> String {
    if position.limits.is_empty() {
        return "No limits on record.\n".to_owned();
    }
    let mut table = look.table(&["Limit", "Amount", "From", "To", ""]);
    for limit in &position.limits {
        let kind = limit_kind(limit.kind);
        let amount = limit.limit.map_or_else(|| right("no limit"), |amount| look.money(amount));
        let end = |day: Option<Day>| Cell::new(day.map_or_else(String::new, |day| look.language.day(day)));
        let in_force = if limit.in_force { "in force" } else { "" };
        table.add_row([Cell::new(kind), amount, end(limit.from), end(limit.to), Cell::new(in_force)]);
    }
    lines(&table)
}

fn item_table(look: Look, items: &[ItemWire]) -> String {
    if items.is_empty() {
        return "No open items.\n".to_owned();
    }
    let mut table = look.table(&["Item", "Kind", "Due", "Open", "Posted with", "Dunning", "Order", ""]);
    for item in items {
        let kind = match item.kind {
            ItemKind::Invoice => "invoice",
            ItemKind::CreditNote => "credit note",
            ItemKind::Payment => "payment",
        };
        table.add_row([
            Cell::new(&item.number),
            Cell::new(kind),
            Cell::new(look.language.day(item.due)),
            look.money(item.residual),
            look.money(item.amount),
            right(item.dunning_level),
            Cell::new(&item.document),
            Cell::new(if item.disputed { "disputed" } else { "" }),
        ]);
    }
    lines(&table)
}

fn status(status: Status) -> Cell {
    match status {
        Status::Ok => right("ok"),
        Status::Watch => marked("watch", Color::Yellow),
        Status::Hold => marked("hold", Color::Magenta),
        Status::Stop => marked("stop", Color::Red),
        Status::NoCheck => marked("no check", Color::Yellow),
    }
    .set_alignment(CellAlignment::Right)
}

/// The account of this number, as people name it.
pub(crate) fn named(session: &Session, id: AccountId) -> Result<Option<AccountRecord>> {
    session.engine.store().account(id)
}
