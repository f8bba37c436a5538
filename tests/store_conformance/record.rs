//! What is kept for those who ask later: the policies that decided, the chain of decisions, and the check of it all.

use obligor::error::ErrorKind;
use obligor::store::{PolicyRecord, Store};

use crate::store_common::*;

pub(crate) fn policies_are_kept_once(store: &dyn Store) {
    let policy = PolicyRecord { digest: [1; 32], name: "Nord".to_owned(), text: "version = 1".to_owned() };
    for _ in 0..2 {
        store.put_policy(&policy, soon()).unwrap();
    }
    assert_eq!(store.policy(&[1; 32]).unwrap(), Some(policy));
    assert_eq!(store.policy(&[2; 32]).unwrap(), None);
}

pub(crate) fn decisions_form_a_chain_and_can_be_erased(store: &dyn Store) {
    debtor(store, "10", 1000);
    for n in 0..5 {
        run(store, reservation("10", &format!("SO-{n}"), 1)).unwrap();
    }
    let before = store.decision(3).unwrap().unwrap();
    store.erase_decision(3, soon()).unwrap();
    let after = store.decision(3).unwrap().unwrap();
    assert_eq!(after.body, None);
    assert_eq!((after.digest, after.chained), (before.digest, before.chained));
    let found = store.verify(&mut |_, _| true).unwrap();
    assert_eq!((found.accounts, found.decisions, found.erased), (1, 5, 1));
    assert_eq!(store.erase_decision(99, soon()).unwrap_err().kind(), ErrorKind::NotFound);
}

pub(crate) fn a_check_can_be_stopped(store: &dyn Store) {
    debtor(store, "10", 1000);
    assert_eq!(store.verify(&mut |_, _| false).unwrap_err().kind(), ErrorKind::State);
}
