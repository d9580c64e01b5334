//! What the book said of a session a moment ago, so that not every call asks again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use gocua_domain::account::{Principal, SESSION_IDLE_MS};
use gocua_domain::id::{AccountId, DeviceId, SessionId};
use gocua_domain::time::Millis;
use gocua_store::Session;

/// How long the book's word is taken. Ends made by this process count at once; this bounds those
/// made by another one.
const KEEP_MS: i64 = 30_000;
/// The most sessions remembered.
const KEPT: usize = 10_000;

/// A session as it was read.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who calls in it.
    pub principal: Principal,
    /// Whether the account's access was taken away.
    pub disabled: bool,
    /// Whether the device has been shut out.
    pub revoked: bool,
    ended: bool,
    ends_at: Millis,
    read_at: Millis,
}

impl Known {
    /// Whether the session has ended at this instant.
    pub fn ended_by(&self, now: Millis) -> bool {
        self.ended || now >= self.ends_at
    }
}

/// Sessions read lately.
#[derive(Debug, Default)]
pub struct Sessions(Mutex<HashMap<SessionId, Known>>);

impl Sessions {
    /// The session, if it was read a moment ago.
    pub fn get(&self, id: SessionId, now: Millis) -> Option<Known> {
        self.with(|all| all.get(&id).filter(|known| fresh(known, now)).cloned())
    }

    /// Remembers a session just read.
    pub fn keep(&self, session: Session, now: Millis) -> Known {
        let known = Known {
            ended: session.facts.ended,
            ends_at: session.facts.expires_at.min(session.facts.rotated_at.plus(SESSION_IDLE_MS)),
            disabled: session.disabled,
            revoked: session.revoked,
            read_at: now,
            principal: session.principal,
        };
        self.with(|all| {
            if all.len() >= KEPT {
                all.retain(|_, known| fresh(known, now));
            }
            if all.len() < KEPT {
                all.insert(known.principal.session, known.clone());
            }
        });
        known
    }

    /// Forgets one.
    pub fn drop(&self, id: SessionId) {
        self.with(|all| all.remove(&id));
    }

    /// Forgets an account's.
    pub fn drop_account(&self, id: AccountId) {
        self.with(|all| all.retain(|_, known| known.principal.account != id));
    }

    /// Forgets a device's.
    pub fn drop_device(&self, id: DeviceId) {
        self.with(|all| all.retain(|_, known| known.principal.device != id));
    }

    /// Forgets everybody's.
    pub fn drop_all(&self) {
        self.with(HashMap::clear);
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<SessionId, Known>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A clock set back must not make a memory young again.
fn fresh(known: &Known, now: Millis) -> bool {
    (0..KEEP_MS).contains(&(now.0 - known.read_at.0))
}
