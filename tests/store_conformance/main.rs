//! What every store must do, written against the trait alone, so that each database runs the same list.
//!
//! A check is a function in one of the files beside this one, and a line in [`CHECKS`]. A database has one test here,
//! which makes an empty store for each check and hands it to [`run_check`].

mod aging_and_expiry;
mod books_and_registers;
mod kept_facts;
mod loads;
#[path = "../places/mod.rs"]
mod places;
mod pools;
mod pulse;
mod record;
mod snapshots;
mod steps;
#[path = "../store_common/mod.rs"]
mod store_common;
mod work;

use obligor::store::Store;
use places::{Home, Place};

/// A name, and a check on an empty store.
type Check = (&'static str, fn(&dyn Store));

/// The list. A new store runs all of it.
const CHECKS: &[Check] = &[
    ("a reservation holds value and is on record", steps::a_reservation_holds_value_and_is_on_record),
    ("the same key gives the same answer", steps::the_same_key_gives_the_same_answer),
    (
        "an order that is known is never decided as a new one",
        steps::an_order_that_is_known_is_never_decided_as_a_new_one,
    ),
    ("steps see those before them", steps::steps_see_those_before_them),
    ("a failing step hurts nobody", steps::a_failing_step_hurts_nobody),
    ("a list is written whole or not at all", steps::a_list_is_written_whole_or_not_at_all),
    ("unknown customers have a chain of their own", steps::unknown_customers_have_a_chain_of_their_own),
    ("a plan may only touch its own account", steps::a_plan_may_only_touch_its_own_account),
    ("a text with a nul in it is refused and hurts nobody", steps::a_text_with_a_nul_in_it_is_refused_and_hurts_nobody),
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
    ("orders come within the horizon and leave it", kept_facts::orders_come_within_the_horizon_and_leave_it),
    ("disputes are kept apart", kept_facts::disputes_are_kept_apart),
    ("the dunning level is the highest that counts", kept_facts::the_dunning_level_is_the_highest_that_counts),
    ("how it paid and disputed is remembered", kept_facts::how_it_paid_and_disputed_is_remembered),
    ("what insurers cover is kept per day of delivery", kept_facts::what_insurers_cover_is_kept_per_day_of_delivery),
    (
        "what is said of an account stays until more is said",
        kept_facts::what_is_said_of_an_account_stays_until_more_is_said,
    ),
    ("what people did to an order outlives an import", kept_facts::what_people_did_to_an_order_outlives_an_import),
    ("the exposure of a group is that of its members", pools::the_exposure_of_a_group_is_that_of_its_members),
    ("what accounts owe goes with them from pool to pool", pools::what_accounts_owe_goes_with_them_from_pool_to_pool),
    ("what ran out in a pool leaves room for the others", pools::what_ran_out_in_a_pool_leaves_room_for_the_others),
    ("a pool is what it was put as", pools::a_pool_is_what_it_was_put_as),
    ("a pool that no longer fits takes no load", pools::a_pool_that_no_longer_fits_takes_no_load),
    ("orders are worked through oldest first", work::orders_are_worked_through_oldest_first),
    ("an order that holds nothing can change its payer", work::an_order_that_holds_nothing_can_change_its_payer),
    ("an order that ran out is so for everybody", work::an_order_that_ran_out_is_so_for_everybody),
    ("overdue items are worked through", work::overdue_items_are_worked_through),
    ("limits wait for a second person", work::limits_wait_for_a_second_person),
    ("events are told until they are acknowledged", work::events_are_told_until_they_are_acknowledged),
    ("what was written is no longer current", pulse::what_was_written_is_no_longer_current),
    ("what a step left is current until it is written", pulse::what_a_step_left_is_current_until_it_is_written),
    ("policies are kept once", record::policies_are_kept_once),
    ("decisions form a chain and can be erased", record::decisions_form_a_chain_and_can_be_erased),
    ("a check can be stopped", record::a_check_can_be_stopped),
];

/// A name, and a check on an empty store that nobody has seen yet.
type OwnCheck = (&'static str, fn(&mut dyn Store));

/// The checks of what is set up before a store is shared.
const OWN_CHECKS: &[OwnCheck] = &[("every write of an account is watched", work::every_write_of_an_account_is_watched)];

/// Runs a check on a store that is empty; what it leaves must be sound.
fn run_check((name, check): &Check, store: &dyn Store) {
    println!("{name}");
    check(store);
    store_common::assert_sound(store);
}

/// Runs a check of the second list, likewise.
fn run_own_check((name, check): &OwnCheck, store: &mut dyn Store) {
    println!("{name}");
    check(store);
    store_common::assert_sound(store);
}

#[test]
fn sqlite() {
    for check in CHECKS {
        run_check(check, &Home::new(Place::File).in_file());
    }
    for check in OWN_CHECKS {
        run_own_check(check, &mut Home::new(Place::File).in_file());
    }
}

#[test]
fn postgres() {
    let mut single_trips = 0;
    for check in CHECKS {
        let home = Home::new(Place::Server);
        let store = home.in_server();
        run_check(check, &store);
        single_trips += store.single_trips();
    }
    assert!(single_trips > 20, "only {single_trips} requests went the short way");
    for check in OWN_CHECKS {
        run_own_check(check, &mut Home::new(Place::Server).in_server());
    }
}
