//! Account facts in memory, so that a question costs no disk.
//!
//! The store is the truth, this is a guess with an age. Nothing is ever approved *and held* on what stands here; a
//! check answered from here says so, and how old its facts are. Entries are only replaced by newer ones, and nothing is
//! thrown out: a portfolio fits in memory whole.
//!
//! Locks are the standard library's, because a process may fork while other threads hold them; a forked child never
//! comes here with its parent's engine.

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire};
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
    /// How often pools had moved before it began.
    pools: u64,
}

/// Which generation of facts this is. Taken before facts are read, and given back with them to [`Cache::put`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch {
    all: u64,
    pools: u64,
}

/// The facts in memory.
#[derive(Default)]
pub struct Cache {
    shards: Vec<RwLock<Vec<Option<Entry>>>>,
    names: RwLock<HashMap<AccountKey, AccountId>>,
    /// How often everything was forgotten.
    all: AtomicU64,
    /// How often an account that shares a limit with others was written.
    pools: AtomicU64,
}

impl Cache {
    /// An empty cache.
    pub fn new() -> Self {
        Self { shards: (0..SHARDS).map(|_| RwLock::default()).collect(), ..Self::default() }
    }

    /// Lets `look` see the entry of an account, under a lock that others may read beside. The facts of an account that
    /// belongs to pools are not shown after a pool moved: what the others of its pools hold is a part of them.
    pub fn with<R>(&self, id: AccountId, look: impl FnOnce(&Entry) -> R) -> Option<R> {
        let (shard, index) = self.place(id)?;
        let entries = shard.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(index)?.as_ref()?;
        (entry.facts.pools.is_empty() || entry.pools == self.pools.load(Acquire)).then(|| look(entry))
    }

    /// Which generation of facts this is.
    pub fn epoch(&self) -> Epoch {
        Epoch { all: self.all.load(Acquire), pools: self.pools.load(Acquire) }
    }

    /// Keeps facts that were read, unless newer ones stand there, or everything was forgotten since `epoch`.
    pub fn put(&self, facts: AccountFacts, read_at: Instant, epoch: Epoch) {
        let Some((shard, index)) = self.place(facts.id) else { return };
        let mut entries = shard.write().unwrap_or_else(PoisonError::into_inner);
        if epoch.all != self.all.load(Acquire) {
            return;
        }
        if entries.len() <= index {
            entries.resize_with(index + 1, || None);
        }
        if let Some(slot) = entries.get_mut(index) {
            let newer = slot.as_ref().is_none_or(|entry| {
                (facts.version, facts.aged_to, read_at, epoch.pools)
                    >= (entry.facts.version, entry.facts.aged_to, entry.read_at, entry.pools)
            });
            if newer {
                *slot = Some(Entry { facts, read_at, pools: epoch.pools });
            }
        }
    }

    /// Keeps facts as a write left them, likewise. What is kept of other accounts that belong to pools is not used any
    /// more if this one belongs to any.
    pub fn put_written(&self, facts: AccountFacts, read_at: Instant, mut epoch: Epoch) {
        if !facts.pools.is_empty() {
            let before = self.pools.fetch_add(1, AcqRel);
            if before == epoch.pools {
                epoch.pools = before.wrapping_add(1);
            }
        }
        self.put(facts, read_at, epoch);
    }

    /// Notes that a pool moved, or who belongs to it, other than by a write that is told to [`Cache::put_written`].
    pub fn pools_moved(&self) {
        self.pools.fetch_add(1, AcqRel);
    }

    /// Forgets every account's facts; names stay, since an account's number never changes.
    pub fn forget_all(&self) {
        self.all.fetch_add(1, AcqRel);
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

    #[test]
    fn what_others_do_to_a_pool_is_not_overlooked() {
        let cache = Cache::new();
        let shown = |id: u32| cache.with(AccountId(id), |entry| entry.facts.version);
        let before = cache.epoch();
        cache.put(pooled(1, 1), Instant(1), before);
        cache.put(facts(2, 1), Instant(1), before);
        assert_eq!((shown(1), shown(2)), (Some(1), Some(1)));
        // An account without pools says nothing of others.
        cache.put_written(facts(3, 1), Instant(1), cache.epoch());
        assert_eq!(shown(1), Some(1));
        let (first, second) = (cache.epoch(), cache.epoch());
        cache.put_written(pooled(4, 1), Instant(2), first);
        assert_eq!((shown(1), shown(2), shown(4)), (None, Some(1), Some(1)));
        // What was read before the write is not used after it, even if it comes later.
        cache.put(pooled(1, 1), Instant(2), before);
        assert_eq!(shown(1), None);
        cache.put(pooled(1, 1), Instant(2), cache.epoch());
        assert_eq!(shown(1), Some(1));
        // Of two writes at once neither knows what the other left.
        cache.put_written(pooled(5, 1), Instant(2), second);
        assert_eq!((shown(4), shown(5)), (None, None));
        cache.put(pooled(1, 1), Instant(3), cache.epoch());
        cache.pools_moved();
        assert_eq!((shown(1), shown(2)), (None, Some(1)));
    }
}
