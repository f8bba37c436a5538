//! What every store must do, written against the trait alone, so that each database runs the same list.
//!
//! A check is a function in one of the files beside this one, and a line in [`CHECKS`]. A database has one test here,
//! which makes an empty store for each check and hands it to [`run_check`].

mod aging_and_expiry;
mod books_and_registers;
mod loads;
mod record;
mod snapshots;
mod steps;
#[path = "../store_common/mod.rs"]
mod store_common;

use obligor::store::Store;

/// A name, and a check on an empty store.
type Check = (&'static str, fn(&dyn Store));

/// The list. A new store runs all of it.
const CHECKS: &[Check] = &[
    ("a reservation holds value and is on record", steps::a_reservation_holds_value_and_is_on_record),
    ("the same key gives the same answer", steps::the_same_key_gives_the_same_answer),
    ("steps see those before them", steps::steps_see_those_before_them),
    ("a failing step hurts nobody", steps::a_failing_step_hurts_nobody),
    ("a list is written whole or not at all", steps::a_list_is_written_whole_or_not_at_all),
    ("unknown customers have a chain of their own", steps::unknown_customers_have_a_chain_of_their_own),
    ("a plan may only touch its own account", steps::a_plan_may_only_touch_its_own_account),
    ("amounts that do not fit are refused", steps::amounts_that_do_not_fit_are_refused),
    ("items age both ways", aging_and_expiry::items_age_both_ways),
    ("reservations run out", aging_and_expiry::reservations_run_out),
    ("expire is bounded and tells", aging_and_expiry::expire_is_bounded_and_tells),
    ("what ran out changed when it ran out", aging_and_expiry::what_ran_out_changed_when_it_ran_out),
    ("importing twice changes nothing", loads::importing_twice_changes_nothing),
    ("a bad row leaves no trace", loads::a_bad_row_leaves_no_trace),
    ("a failed load leaves no trace", loads::a_failed_load_leaves_no_trace),
    ("an account keeps its currency while it holds value", loads::an_account_keeps_its_currency_while_it_holds_value),
    ("what a load does not put can be closed", snapshots::what_a_load_does_not_put_can_be_closed),
    (
        "what changed since a list was made is not closed by it",
        snapshots::what_changed_since_a_list_was_made_is_not_closed_by_it,
    ),
    ("older data leaves newer rows alone", snapshots::older_data_leaves_newer_rows_alone),
    ("customers are found", books_and_registers::customers_are_found),
    ("registers know what they were told", books_and_registers::registers_know_what_they_were_told),
    ("held orders wait in line", books_and_registers::held_orders_wait_in_line),
    ("all accounts come with their limits", books_and_registers::all_accounts_come_with_their_limits),
    ("policies are kept once", record::policies_are_kept_once),
    ("decisions form a chain and can be erased", record::decisions_form_a_chain_and_can_be_erased),
    ("a check can be stopped", record::a_check_can_be_stopped),
];

/// Runs a check on a store that is empty; what it leaves must be sound.
fn run_check((name, check): &Check, store: &dyn Store) {
    println!("{name}");
    check(store);
    store_common::assert_sound(store);
}

#[test]
fn sqlite() {
    for check in CHECKS {
        let fresh = store_common::fresh();
        run_check(check, &fresh.store);
    }
}
