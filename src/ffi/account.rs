//! Accounts
//!
//! A credit account is a customer of one company, in one currency. Its number is small and the same for as long as the
//! store lives; a host that keeps it saves the look-up by name.

use std::ffi::c_char;

use super::engine::enter;
use super::order::OBLIGOR_NO_DAY;
use super::plain::{Out, Plain, Rows};
use super::text;
use crate::credit::{AccountId, Status};
use crate::store::AccountKey;

/// Status of an account: the rules alone decide.
pub const OBLIGOR_ACCOUNT_OK: i32 = 1;
/// Status of an account: the rules decide; people look at it more often.
pub const OBLIGOR_ACCOUNT_WATCH: i32 = 2;
/// Status of an account: new orders wait for a person.
pub const OBLIGOR_ACCOUNT_HOLD: i32 = 3;
/// Status of an account: no new order goes through.
pub const OBLIGOR_ACCOUNT_STOP: i32 = 4;
/// Status of an account: it is excluded from checks.
pub const OBLIGOR_ACCOUNT_NO_CHECK: i32 = 5;

/// The position of a credit account: where its value is and what it may owe. Amounts are minor units of `currency`. Filled
/// in by the library; the caller sets `struct_size` and owns it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct obligor_account {
    /// sizeof(obligor_account), set by the caller.
    pub struct_size: u32,
    /// The account's number.
    pub account: u32,
    /// Its currency, ISO 4217.
    pub currency: [c_char; 4],
    /// The status a person gave it: an OBLIGOR_ACCOUNT_ number.
    pub status: i32,
    /// Reserved by orders that are not delivered and ship within the policy's horizon, if it has one.
    pub ordered: i64,
    /// Delivered and not invoiced.
    pub delivered: i64,
    /// On invoices that are drafts.
    pub drafted: i64,
    /// Open items that are not overdue.
    pub open: i64,
    /// Open items past their due day and the policy's days of grace.
    pub overdue: i64,
    /// The customer's own money: payments on account and credit notes that are not applied yet, as a positive number.
    pub unapplied: i64,
    /// What the customer owes and will owe, as the policy counts it.
    pub exposure: i64,
    /// The account's own limit in force, with what insurers cover on top; only if `has_limit`.
    pub limit: i64,
    /// The limit less the exposure; only if `has_limit`.
    pub available: i64,
    /// 1 if a limit is in force; else 0: none is on record, or the account is marked as having none.
    pub has_limit: i32,
    /// The earliest due day of what is overdue, in days since 1970-01-01; OBLIGOR_NO_DAY if nothing is.
    pub oldest_overdue_day: i32,
    /// When this was read: milliseconds since 1970-01-01, UTC.
    pub facts_at_ms: i64,
    /// Reserved by orders that ship beyond the policy's horizon; part of `exposure`.
    pub later: i64,
}

// SAFETY: integers and arrays of characters without padding (`abi/layout.json`), its size first.
unsafe impl Plain for obligor_account {
    const NAME: &'static str = "obligor_account";
    const FIRST_SIZE: usize = 104;
}

const _: () = assert!(size_of::<obligor_account>() == 112);

export! {
    /// The number of a customer's account in a company. Any thread.
    ///
    /// Errors: OBLIGOR_E_NOT_FOUND (no such account), OBLIGOR_E_ARGUMENT, OBLIGOR_E_ENCODING, OBLIGOR_E_UNDETERMINED,
    /// OBLIGOR_E_STORE, OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_account_resolve(
        engine: u32,
        company: *const c_char,
        company_length: i64,
        customer: *const c_char,
        customer_length: i64,
        account: *mut u32,
    ) -> i32 {
        let out = Out::new("account", account)?;
        let company = text::read_key("company", company, company_length)?;
        let customer = text::read_key("customer", customer, customer_length)?;
        let key = AccountKey {
            company: crate::engine::checked_name("company", company)?.to_owned(),
            customer: crate::engine::checked_name("customer", customer)?.to_owned(),
        };
        out.put(enter(engine)?.engine.resolve(&key)?.0);
        Ok(())
    }
}

export! {
    /// The position of an account, read from the store. Any thread.
    ///
    /// Errors: OBLIGOR_E_NOT_FOUND (no such account), OBLIGOR_E_ARGUMENT, OBLIGOR_E_UNDETERMINED, OBLIGOR_E_STORE,
    /// OBLIGOR_E_ENGINE, OBLIGOR_E_FORKED, OBLIGOR_E_INTERNAL.
    pub unsafe fn obligor_account_read(engine: u32, account: u32, position: *mut obligor_account) -> i32 {
        let out = Rows::new("position", position, 1)?;
        let position = enter(engine)?.engine.position_of(AccountId(account))?;
        let facts = &position.facts;
        let mut row = obligor_account {
            account: facts.id.0,
            status: match facts.status {
                Status::Ok => OBLIGOR_ACCOUNT_OK,
                Status::Watch => OBLIGOR_ACCOUNT_WATCH,
                Status::Hold => OBLIGOR_ACCOUNT_HOLD,
                Status::Stop => OBLIGOR_ACCOUNT_STOP,
                Status::NoCheck => OBLIGOR_ACCOUNT_NO_CHECK,
            },
            ordered: facts.buckets.ordered,
            delivered: facts.buckets.delivered,
            drafted: facts.buckets.drafted,
            open: facts.buckets.open,
            overdue: facts.buckets.overdue,
            unapplied: facts.buckets.unapplied,
            exposure: position.exposure.minor,
            limit: position.effective.unwrap_or(0),
            available: position.available.map_or(0, |available| available.minor),
            has_limit: position.effective.is_some().into(),
            oldest_overdue_day: facts.oldest_overdue.map_or(OBLIGOR_NO_DAY, |day| day.0),
            facts_at_ms: position.facts_at.0,
            later: facts.buckets.later,
            ..obligor_account::zeroed()
        };
        text::put(&mut row.currency, facts.currency.code());
        out.put(0, &row);
        Ok(())
    }
}
