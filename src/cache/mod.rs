//! Account facts in memory, so that a question costs no disk.
//!
//! The store is the truth, this is a guess with an age. Nothing is ever approved *and held* on what stands here; a
//! check answered from here says so, and how old its facts are. Entries are only replaced by newer ones, and nothing is
//! thrown out: a portfolio fits in memory whole.
//!
//! Locks are the standard library's, because a process may fork while other threads hold them; a forked child never
//! comes here with its parent's engine.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::calendar::Instant;
use crate::credit::{AccountFacts, AccountId};
use crate::store::AccountKey;

/// How many parts the accounts are spread over, so that screens do not queue for one lock. A power of two.
const SHARDS: usize = 64;

/// The facts of one account, and when the store was asked for them.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The facts.
    pub facts: AccountFacts,
    /// When they were read: just before the read began.
    pub read_at: Instant,
}

/// The facts in memory.
#[derive(Default)]
pub struct Cache {
    shards: Vec<RwLock<Vec<Option<Entry>>>>,
    names: RwLock<HashMap<AccountKey, AccountId>>,
    epoch: std::sync::atomic::AtomicU64,
}

impl Cache {
    /// An empty cache.
    pub fn new() -> Self {
        Self { shards: (0..SHARDS).map(|_| RwLock::default()).collect(), ..Self::default() }
    }

    /// Lets `look` see the entry of an account, under a lock that others may read beside.
    pub fn with<R>(&self, id: AccountId, look: impl FnOnce(&Entry) -> R) -> Option<R> {
        let (shard, index) = self.place(id)?;
        let entries = shard.read().unwrap_or_else(PoisonError::into_inner);
        entries.get(index)?.as_ref().map(look)
    }

    /// Which generation of facts this is. Taken before facts are read, and given back with them to [`Cache::put`].
    pub fn epoch(&self) -> u64 {
        self.epoch.load(std::sync::atomic::Ordering::Acquire)
    }

    /// Keeps facts, unless newer ones stand there, or everything was forgotten since `epoch`.
    pub fn put(&self, facts: AccountFacts, read_at: Instant, epoch: u64) {
        let Some((shard, index)) = self.place(facts.id) else { return };
        let mut entries = shard.write().unwrap_or_else(PoisonError::into_inner);
        if epoch != self.epoch() {
            return;
        }
        if entries.len() <= index {
            entries.resize_with(index + 1, || None);
        }
        if let Some(slot) = entries.get_mut(index) {
            let newer = slot.as_ref().is_none_or(|entry| {
                (facts.version, facts.aged_to, read_at) >= (entry.facts.version, entry.facts.aged_to, entry.read_at)
            });
            if newer {
                *slot = Some(Entry { facts, read_at });
            }
        }
    }

    /// Forgets every account's facts; names stay, since an account's number never changes.
    pub fn forget_all(&self) {
        self.epoch.fetch_add(1, std::sync::atomic::Ordering::AcqRel);
        for shard in &self.shards {
            shard.write().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    /// The number of the account with this name, if it was ever resolved.
    pub fn id_of(&self, key: &AccountKey) -> Option<AccountId> {
        self.names.read().unwrap_or_else(PoisonError::into_inner).get(key).copied()
    }

    /// Remembers the number of the account with this name.
    pub fn name(&self, key: AccountKey, id: AccountId) {
        self.names.write().unwrap_or_else(PoisonError::into_inner).insert(key, id);
    }

    fn place(&self, id: AccountId) -> Option<(&RwLock<Vec<Option<Entry>>>, usize)> {
        let id = usize::try_from(id.0).ok()?;
        Some((self.shards.get(id % SHARDS)?, id / SHARDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::credit::{Buckets, Status};
    use crate::money::Currency;

    fn facts(id: u32, version: u64) -> AccountFacts {
        AccountFacts {
            id: AccountId(id),
            currency: Currency::parse("DKK").unwrap(),
            status: Status::Ok,
            buckets: Buckets::default(),
            limits: Box::new([]),
            aged_to: Day(1),
            oldest_overdue: None,
            next_due: None,
            next_expiry: None,
            version,
        }
    }

    #[test]
    fn older_facts_never_replace_newer_ones() {
        let cache = Cache::new();
        let epoch = cache.epoch();
        cache.put(facts(70, 2), Instant(5), epoch);
        cache.put(facts(70, 1), Instant(9), epoch);
        assert_eq!(cache.with(AccountId(70), |e| (e.facts.version, e.read_at)), Some((2, Instant(5))));
        cache.put(facts(70, 2), Instant(9), epoch);
        assert_eq!(cache.with(AccountId(70), |e| e.read_at), Some(Instant(9)));
        assert!(cache.with(AccountId(6), |_| ()).is_none());
    }

    #[test]
    fn facts_read_before_everything_was_forgotten_are_not_kept() {
        let cache = Cache::new();
        let epoch = cache.epoch();
        cache.forget_all();
        cache.put(facts(1, 1), Instant(1), epoch);
        assert!(cache.with(AccountId(1), |_| ()).is_none());
    }
}
