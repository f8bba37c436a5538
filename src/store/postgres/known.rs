//! Accounts as this process last knew them: what a step is decided on before the server has been asked.
//!
//! It is a guess. What is written on its strength is written only if the server finds the facts to be still true, so an
//! entry may be old, and may be thrown away at any time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant as Moment;

use crate::credit::AccountId;
use crate::store::group::Queue;
use crate::store::sql::account::Account;
use crate::store::{AccountKey, AccountRef, lock};

/// Accounts that are kept, at most; when there are more, all are forgotten and learnt again.
const MOST: usize = 20_000;

/// Queues that are kept; when there are more, those in which nobody waits go.
const MOST_QUEUES: usize = 1_000;

/// An account as it was last known.
#[derive(Debug, Clone)]
pub(super) struct KnownAccount {
    pub(super) account: Account,
    /// Moves with everything but orders that come and go.
    pub(super) facts_version: i64,
    /// Those of its pools, in their order: each moves with everything of the pool but its sums.
    pub(super) pools_versions: Box<[i64]>,
    /// When the server was asked for it, or wrote it.
    pub(super) at: Moment,
}

/// What a process knows of the accounts it writes.
#[derive(Default)]
pub(super) struct Known {
    accounts: Mutex<HashMap<AccountId, KnownAccount>>,
    names: Mutex<HashMap<AccountKey, AccountId>>,
    queues: Mutex<HashMap<AccountId, Arc<Queue>>>,
}

impl Known {
    /// Takes an account out: until it is kept again, it is not known.
    pub(super) fn take(&self, id: AccountId) -> Option<KnownAccount> {
        lock(&self.accounts).remove(&id)
    }

    pub(super) fn keep(&self, known: KnownAccount) {
        self.name(known.account.key.clone(), known.account.facts.id);
        let mut accounts = lock(&self.accounts);
        if accounts.len() >= MOST {
            accounts.clear();
        }
        accounts.insert(known.account.facts.id, known);
    }

    /// Keeps an account that was read, unless it is known as it was later.
    pub(super) fn meet(&self, known: KnownAccount) {
        let version = known.account.facts.version;
        let held = lock(&self.accounts).get(&known.account.facts.id).map(|held| held.account.facts.version);
        if held.is_none_or(|held| held < version) {
            self.keep(known);
        }
    }

    pub(super) fn name(&self, key: AccountKey, id: AccountId) {
        let mut names = lock(&self.names);
        if !names.contains_key(&key) {
            if names.len() >= 10 * MOST {
                names.clear();
            }
            names.insert(key, id);
        }
    }

    /// The number of an account, if it was met before.
    pub(super) fn id_of(&self, who: &AccountRef) -> Option<AccountId> {
        match who {
            AccountRef::Id(id) => Some(*id),
            AccountRef::Key(key) => lock(&self.names).get(key).copied(),
        }
    }

    /// Where the callers that want the same account written wait for each other.
    pub(super) fn queue(&self, id: AccountId) -> Arc<Queue> {
        Arc::clone(lock(&self.queues).entry(id).or_insert_with(|| Arc::new(Queue::impatient())))
    }

    /// Drops the queue again if nobody else is in it. One that was busy is kept for the next callers, who are likely to
    /// come, with others of its kind.
    pub(super) fn leave(&self, id: AccountId, queue: Arc<Queue>) {
        let mut queues = lock(&self.queues);
        drop(queue);
        let unused = |queue: &Arc<Queue>| Arc::strong_count(queue) == 1;
        if queues.get(&id).is_some_and(|queue| unused(queue) && !queue.is_busy()) {
            queues.remove(&id);
        }
        if queues.len() > MOST_QUEUES {
            queues.retain(|_, queue| !unused(queue));
        }
    }
}
