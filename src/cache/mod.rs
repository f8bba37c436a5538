//! Account facts in memory, so that a question costs no disk.
//!
//! The store is the truth, and this is what was read of it: an entry is shown only while the store's [`Pulse`] says that
//! nobody, in any process it hears of, has written the account since. Nothing is ever approved *and held* on what stands
//! here; a check answered from here says so, and as of when. Nothing is thrown out: a portfolio fits in memory whole.
//!
//! Locks are the standard library's, because a process may fork while other threads hold them; a forked child never
//! comes here with its parent's engine.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::calendar::Instant;
use crate::credit::{AccountFacts, AccountId};
use crate::store::pulse::{Pulse, Stamp};

/// How many parts the accounts are spread over, so that screens do not queue for one lock. A power of two.
const SHARDS: usize = 64;

/// The facts of one account, and when the store was asked for them.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The facts.
    pub facts: AccountFacts,
    /// When they were read: just before the read began.
    pub read_at: Instant,
    /// What the pulse showed of them.
    stamp: Stamp,
}

impl Entry {
    /// Whether nobody wrote them since. What the others of its pools hold is a part of the facts of an account that
    /// belongs to any.
    fn is_current(&self, pulse: &Pulse) -> bool {
        pulse.is_current(self.facts.id, &self.stamp, !self.facts.pools.is_empty())
    }
}

/// The accounts of one company, by the customer.
type Customers = HashMap<Box<str>, AccountId>;

/// The facts in memory.
#[derive(Default)]
pub struct Cache {
    shards: Vec<RwLock<Vec<Option<Entry>>>>,
    /// By the company, of which there are few.
    names: RwLock<HashMap<Box<str>, Customers>>,
}

impl Cache {
    /// An empty cache.
    pub fn new() -> Self {
        Self { shards: (0..SHARDS).map(|_| RwLock::default()).collect(), ..Self::default() }
    }

    /// Lets `look` see the entry of an account that is current, under a lock that others may read beside.
    pub fn with<R>(&self, pulse: &Pulse, id: AccountId, look: impl FnOnce(&Entry) -> R) -> Option<R> {
        let (shard, index) = self.place(id)?;
        let entries = shard.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(index)?.as_ref()?;
        entry.is_current(pulse).then(|| look(entry))
    }

    /// Keeps facts with the stamp that was taken before they were read, or that came with them when they were written.
    /// Those that are no longer current are not kept.
    pub fn put(&self, pulse: &Pulse, facts: AccountFacts, read_at: Instant, stamp: Stamp) {
        let Some((shard, index)) = self.place(facts.id) else { return };
        let entry = Entry { facts, read_at, stamp };
        if !entry.is_current(pulse) {
            return;
        }
        let mut entries = shard.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() <= index {
            entries.resize_with(index + 1, || None);
        }
        if let Some(slot) = entries.get_mut(index) {
            *slot = Some(entry);
        }
    }

    /// The number of a customer's account in a company, if it was ever resolved.
    pub fn id_of(&self, company: &str, customer: &str) -> Option<AccountId> {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        names.get(company)?.get(customer).copied()
    }

    /// Remembers the number of a customer's account in a company. It never changes.
    pub fn name(&self, company: &str, customer: &str, id: AccountId) {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        match names.get_mut(company) {
            Some(customers) => customers.insert(customer.into(), id),
            None => names.entry(company.into()).or_default().insert(customer.into(), id),
        };
    }

    fn place(&self, id: AccountId) -> Option<(&RwLock<Vec<Option<Entry>>>, usize)> {
        let id = usize::try_from(id.0).ok()?;
        Some((self.shards.get(id % SHARDS)?, id / SHARDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::{PoolFacts, PoolKind};
    use crate::money::Currency;

    fn facts(id: u32, version: u64) -> AccountFacts {
        AccountFacts { version, ..AccountFacts::new(AccountId(id), "NORD", Currency::parse("DKK").unwrap()) }
    }

    fn pooled(id: u32, version: u64) -> AccountFacts {
        let pool = PoolFacts {
            name: "GROUP".to_owned(),
            kind: PoolKind::Group,
            currency: Currency::parse("DKK").unwrap(),
            limits: Box::default(),
            sums: Box::default(),
        };
        AccountFacts { pools: Box::new([pool]), ..facts(id, version) }
    }

    /// A cache and the pulse of the store it is of.
    struct Desk {
        cache: Cache,
        pulse: Pulse,
    }

    impl Desk {
        fn new() -> Self {
            Self { cache: Cache::new(), pulse: Pulse::new() }
        }

        fn stamp(&self, id: u32) -> Stamp {
            self.pulse.stamp(AccountId(id))
        }

        fn put(&self, facts: AccountFacts, read_at: i64, stamp: Stamp) {
            self.cache.put(&self.pulse, facts, Instant(read_at), stamp);
        }

        fn shown(&self, id: u32) -> Option<(u64, i64)> {
            self.cache.with(&self.pulse, AccountId(id), |entry| (entry.facts.version, entry.read_at.0))
        }
    }

    #[test]
    fn what_is_kept_is_shown() {
        let desk = Desk::new();
        desk.put(facts(70, 2), 5, desk.stamp(70));
        assert_eq!((desk.shown(70), desk.shown(6), desk.shown(134)), (Some((2, 5)), None, None));
        desk.put(facts(70, 2), 9, desk.stamp(70));
        assert_eq!(desk.shown(70), Some((2, 9)));
    }

    #[test]
    fn a_customer_has_an_account_in_each_company() {
        let cache = Cache::new();
        for (at, (company, customer)) in [("10", "4711"), ("20", "4711"), ("10", "4712")].into_iter().enumerate() {
            assert_eq!(cache.id_of(company, customer), None);
            let id = AccountId(u32::try_from(at).unwrap());
            cache.name(company, customer, id);
            assert_eq!(cache.id_of(company, customer), Some(id));
        }
        assert_eq!(cache.id_of("10", "4711"), Some(AccountId(0)));
        assert_eq!((cache.id_of("104", "711"), cache.id_of("30", "4711")), (None, None));
    }

    #[test]
    fn what_was_written_since_is_neither_shown_nor_kept() {
        let desk = Desk::new();
        let (first, other) = (desk.stamp(1), desk.stamp(2));
        desk.put(facts(1, 1), 9, first);
        desk.put(facts(2, 1), 9, other);
        desk.pulse.moved(AccountId(1), false);
        assert_eq!((desk.shown(1), desk.shown(2)), (None, Some((1, 9))));
        desk.put(facts(1, 1), 10, first);
        assert_eq!(desk.shown(1), None);
        desk.put(facts(1, 2), 3, desk.stamp(1));
        desk.put(facts(1, 1), 11, first);
        assert_eq!(desk.shown(1), Some((2, 3)));
        desk.pulse.all_moved();
        assert_eq!((desk.shown(1), desk.shown(2)), (None, None));
    }

    #[test]
    fn what_others_do_to_a_pool_is_not_overlooked() {
        let desk = Desk::new();
        let (before, alone) = (desk.stamp(1), desk.stamp(2));
        desk.put(pooled(1, 1), 1, before);
        desk.put(facts(2, 1), 1, alone);
        // An account without pools says nothing of others.
        desk.pulse.moved(AccountId(3), false);
        assert_eq!((desk.shown(1), desk.shown(2)), (Some((1, 1)), Some((1, 1))));
        desk.pulse.moved(AccountId(4), true);
        assert_eq!((desk.shown(1), desk.shown(2)), (None, Some((1, 1))));
        // What was read before the write is not used after it, even if it comes later.
        desk.put(pooled(1, 1), 2, before);
        assert_eq!(desk.shown(1), None);
        desk.put(pooled(1, 1), 2, desk.stamp(1));
        assert_eq!(desk.shown(1), Some((1, 2)));
    }
}
