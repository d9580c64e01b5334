//! Accounts, the devices they sign in on, and the sessions that join the two.

use gocua_domain::account::{
    Lockout, Principal, Proof, Refresh, Role, SESSION_MAX_MS, SessionFacts, refresh,
};
use gocua_domain::id::{AccountId, DeviceId, GroupId, SessionId, TeamId};
use gocua_domain::time::Millis;
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::entity::{account, device, session, team, ward};
use crate::{Store, StoreError};

/// How many proofs a session remembers. An older one could only serve somebody who also holds the
/// cookie of this moment, and refreshes are a quarter of an hour apart.
const PROOFS_KEPT: usize = 64;

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Identity.
    pub id: AccountId,
    /// Code of the ward; an administrator has none.
    pub ward: Option<String>,
    /// The team it walks with.
    pub team: Option<TeamId>,
    /// The residential group it looks after.
    pub group: Option<GroupId>,
    /// The name typed at sign-in, as [`gocua_domain::account::login_key`] writes it.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// PHC string of the password.
    pub password_hash: String,
    /// Whether it may not sign in any more.
    pub disabled: bool,
    /// Wrong passwords in a row.
    pub lockout: Lockout,
    /// When it was made.
    pub created_at: Millis,
}

/// An account with the names its owner sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The account.
    pub account: Account,
    /// Name of the ward.
    pub ward_name: Option<String>,
    /// Name of the team.
    pub team_name: Option<String>,
}

/// A login about to become a session.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Identity, made by the caller.
    pub id: SessionId,
    /// Who signs in.
    pub account: AccountId,
    /// Ward of the account.
    pub ward: Option<String>,
    /// The browser profile.
    pub device: DeviceId,
    /// What the person calls it.
    pub device_name: String,
    /// The device's public key, one spelling for one key.
    pub public_key: String,
    /// What the refresh tokens are made from.
    pub secret: String,
    /// When.
    pub now: Millis,
}

/// What became of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Signed in; these sessions of the same browser ended with it.
    Session(Vec<SessionId>),
    /// The device id is known with another key: it belongs to another browser.
    OtherKey,
    /// The device has been shut out.
    Revoked,
}

/// A session with its account, as every call needs them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who calls in it.
    pub principal: Principal,
    /// Whether the account may not sign in any more.
    pub disabled: bool,
    /// Whether the device has been shut out.
    pub revoked: bool,
    /// Whether it can still be used.
    pub facts: SessionFacts,
    /// The device's public key (JWK).
    pub public_key: String,
    /// What the refresh tokens are made from.
    pub secret: String,
}

impl Store {
    /// Adds accounts, or changes nothing when one of the logins is taken.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a login or id is taken.
    pub async fn add_accounts(&self, accounts: Vec<Account>) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        for chunk in accounts.chunks(1_000) {
            account::Entity::insert_many(chunk.iter().map(active))
                .exec_without_returning(&txn)
                .await?;
        }
        Ok(txn.commit().await?)
    }

    /// The account of a login (see [`gocua_domain::account::login_key`]).
    ///
    /// # Errors
    /// [`StoreError::Db`] when the database fails.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>, StoreError> {
        let found = account::Entity::find()
            .filter(account::Column::Login.eq(login))
            .one(&self.read)
            .await?;
        found.map(parse).transpose()
    }

    /// An account with the names of its ward and team.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such account.
    pub async fn profile(&self, id: AccountId) -> Result<Profile, StoreError> {
        let found = account::Entity::find_by_id(id.0).one(&self.read).await?;
        let account = parse(found.ok_or(StoreError::NotFound)?)?;
        let ward_name = match &account.ward {
            Some(code) => {
                ward::Entity::find_by_id(code.clone()).one(&self.read).await?.map(|w| w.name)
            }
            None => None,
        };
        let team_name = match account.team {
            Some(id) => team::Entity::find_by_id(id.0).one(&self.read).await?.map(|t| t.name),
            None => None,
        };
        Ok(Profile { account, ward_name, team_name })
    }

    /// Counts an attempt to sign in, before the password is looked at. The milliseconds to wait when
    /// the account is locked; such an attempt is not counted.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such account.
    pub async fn count_attempt(
        &self,
        id: AccountId,
        now: Millis,
    ) -> Result<Option<i64>, StoreError> {
        let txn = self.begin().await?;
        let found = account::Entity::find_by_id(id.0).lock_exclusive().one(&txn).await?;
        let lockout = parse(found.ok_or(StoreError::NotFound)?)?.lockout;
        if let Some(wait) = lockout.wait(now) {
            return Ok(Some(wait));
        }
        set_lockout(&txn, id, lockout.attempt(now)).await?;
        txn.commit().await?;
        Ok(None)
    }

    /// Forgets the attempts of an account whose password was right.
    ///
    /// # Errors
    /// [`StoreError::Db`] when the database fails.
    pub async fn forget_attempts(&self, id: AccountId) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        set_lockout(&txn, id, Lockout::default()).await?;
        Ok(txn.commit().await?)
    }

    /// Whether an account has signed in on this device, and was the last to do so.
    ///
    /// # Errors
    /// [`StoreError::Db`] when the database fails.
    pub async fn knows_device(&self, id: AccountId, device: DeviceId) -> Result<bool, StoreError> {
        let found = device::Entity::find_by_id(device.0).one(&self.read).await?;
        Ok(found.is_some_and(|d| d.account_id == id.0))
    }

    /// Signs in: notes the device and begins the session. A browser has one session at a time.
    ///
    /// # Errors
    /// [`StoreError::Db`] when the database fails.
    pub async fn open_session(&self, new: &NewSession) -> Result<Opened, StoreError> {
        let txn = self.begin().await?;
        let opened = open_in(&txn, new).await?;
        if matches!(opened, Opened::Session(_)) {
            txn.commit().await?;
        }
        Ok(opened)
    }

    /// A session and its account, ended ones included.
    ///
    /// # Errors
    /// [`StoreError::Db`] when the database fails.
    pub async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let Some(row) = session::Entity::find_by_id(id.0).one(&self.read).await? else {
            return Ok(None);
        };
        let found = account::Entity::find_by_id(row.account_id).one(&self.read).await?;
        let account = parse(found.ok_or(StoreError::NotFound)?)?;
        let device = device::Entity::find_by_id(row.device_id).one(&self.read).await?;
        Ok(Some(Session {
            facts: facts(&row),
            revoked: device.is_some_and(|d| d.revoked_at.is_some()),
            disabled: account.disabled,
            principal: Principal {
                account: account.id,
                role: account.role,
                ward: account.ward,
                team: account.team,
                group: account.group,
                device: DeviceId(row.device_id),
                session: id,
            },
            public_key: row.public_key,
            secret: row.secret,
        }))
    }

    /// Judges a refresh token (authenticated by the caller) and does what the verdict says.
    /// `proof` is the id of a proof whose signature the caller checked, `None` when it was wrong.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such session.
    pub async fn refresh_session(
        &self,
        id: SessionId,
        rotation: i32,
        proof: Option<Uuid>,
        now: Millis,
    ) -> Result<Refresh, StoreError> {
        let txn = self.begin().await?;
        let row = session::Entity::find_by_id(id.0).lock_exclusive().one(&txn).await?;
        let row = row.ok_or(StoreError::NotFound)?;
        let seen = row.last_proof.clone().unwrap_or_default();
        let worth = match proof {
            None => Proof::Invalid,
            Some(jti) if seen.split(' ').any(|p| p == jti.simple().to_string()) => Proof::Replayed,
            Some(_) => Proof::Fresh,
        };
        let verdict = refresh(&facts(&row), rotation, worth, now);
        let noted = proof.map(|jti| remember(&seen, jti));
        match verdict {
            Refresh::Rotate(to) => {
                let rotated = session::ActiveModel {
                    id: Unchanged(id.0),
                    rotation: Set(to),
                    rotated_at: Set(now.0),
                    last_proof: Set(noted),
                    ..Default::default()
                };
                rotated.update(&txn).await?;
            }
            Refresh::Repeat(_) => {
                let again = session::ActiveModel {
                    id: Unchanged(id.0),
                    last_proof: Set(noted),
                    ..Default::default()
                };
                again.update(&txn).await?;
            }
            Refresh::Reused => {
                end(&txn, session::Column::Id.eq(id.0), "refresh_reused", now).await?
            }
            Refresh::Expired => end(&txn, session::Column::Id.eq(id.0), "expired", now).await?,
            Refresh::ProofInvalid | Refresh::Ended => return Ok(verdict),
        }
        txn.commit().await?;
        Ok(verdict)
    }

    /// Ends a session; nothing happens when it has ended.
    ///
    /// # Errors
    /// [`StoreError::Db`] when the database fails.
    pub async fn end_session(
        &self,
        id: SessionId,
        why: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        end(&txn, session::Column::Id.eq(id.0), why, now).await?;
        Ok(txn.commit().await?)
    }

    /// Takes an account's access away, or gives it back. Its sessions end with its access.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such account.
    pub async fn set_disabled(
        &self,
        id: AccountId,
        disabled: bool,
        now: Millis,
    ) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        let changed = account::Entity::update_many()
            .col_expr(account::Column::Disabled, Expr::value(disabled))
            .filter(account::Column::Id.eq(id.0))
            .exec(&txn)
            .await?;
        if changed.rows_affected == 0 {
            return Err(StoreError::NotFound);
        }
        if disabled {
            end(&txn, session::Column::AccountId.eq(id.0), "disabled", now).await?;
        }
        Ok(txn.commit().await?)
    }
}

/// Begins a session, unless the device is another browser's or shut out. What was written is the
/// caller's to commit.
pub(crate) async fn open_in(
    txn: &DatabaseTransaction,
    new: &NewSession,
) -> Result<Opened, StoreError> {
    let before = session::Entity::find()
        .filter(session::Column::DeviceId.eq(new.device.0))
        .order_by_desc(session::Column::CreatedAt)
        .all(txn)
        .await?;
    if before.first().is_some_and(|s| s.public_key != new.public_key) {
        return Ok(Opened::OtherKey);
    }
    let device = device::Entity::find_by_id(new.device.0).one(txn).await?;
    if device.is_some_and(|d| d.revoked_at.is_some()) {
        return Ok(Opened::Revoked);
    }
    let replaced: Vec<Uuid> =
        before.iter().filter(|s| s.ended_at.is_none()).map(|s| s.id).collect();
    end(txn, session::Column::Id.is_in(replaced.clone()), "replaced", new.now).await?;
    note_device(txn, new).await?;
    let row = session::ActiveModel {
        id: Set(new.id.0),
        ward: Set(new.ward.clone()),
        account_id: Set(new.account.0),
        device_id: Set(new.device.0),
        public_key: Set(new.public_key.clone()),
        secret: Set(new.secret.clone()),
        rotation: Set(0),
        rotated_at: Set(new.now.0),
        last_proof: Set(None),
        created_at: Set(new.now.0),
        expires_at: Set(new.now.plus(SESSION_MAX_MS).0),
        ended_at: Set(None),
        ended_why: Set(None),
    };
    session::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(Opened::Session(replaced.into_iter().map(SessionId).collect()))
}

fn facts(row: &session::Model) -> SessionFacts {
    SessionFacts {
        rotation: row.rotation,
        rotated_at: Millis(row.rotated_at),
        expires_at: Millis(row.expires_at),
        ended: row.ended_at.is_some(),
    }
}

/// The proofs of a session with one more, the oldest dropped.
pub(crate) fn remember(seen: &str, jti: Uuid) -> String {
    let mut proofs: Vec<String> = seen.split_whitespace().map(str::to_owned).collect();
    proofs.push(jti.simple().to_string());
    proofs.split_off(proofs.len().saturating_sub(PROOFS_KEPT)).join(" ")
}

fn parse(row: account::Model) -> Result<Account, StoreError> {
    let role = Role::from_code(&row.role)
        .ok_or_else(|| StoreError::Db(sea_orm::DbErr::Type(format!("role {}", row.role))))?;
    Ok(Account {
        id: AccountId(row.id),
        ward: row.ward,
        team: row.team_id.map(TeamId),
        group: row.group_id.map(GroupId),
        login: row.login,
        name: row.name,
        role,
        password_hash: row.password_hash,
        disabled: row.disabled,
        lockout: Lockout {
            failures: row.failures.unsigned_abs(),
            locked_until: row.locked_until.map(Millis),
        },
        created_at: Millis(row.created_at),
    })
}

fn active(of: &Account) -> account::ActiveModel {
    account::ActiveModel {
        id: Set(of.id.0),
        ward: Set(of.ward.clone()),
        team_id: Set(of.team.map(|t| t.0)),
        group_id: Set(of.group.map(|g| g.0)),
        login: Set(of.login.clone()),
        name: Set(of.name.clone()),
        role: Set(of.role.code().to_owned()),
        password_hash: Set(of.password_hash.clone()),
        disabled: Set(of.disabled),
        failures: Set(i32::try_from(of.lockout.failures).unwrap_or(i32::MAX)),
        locked_until: Set(of.lockout.locked_until.map(|m| m.0)),
        created_at: Set(of.created_at.0),
        invite_id: Set(None),
    }
}

async fn set_lockout(
    txn: &DatabaseTransaction,
    id: AccountId,
    lockout: Lockout,
) -> Result<(), StoreError> {
    let row = account::ActiveModel {
        id: Unchanged(id.0),
        failures: Set(i32::try_from(lockout.failures).unwrap_or(i32::MAX)),
        locked_until: Set(lockout.locked_until.map(|m| m.0)),
        ..Default::default()
    };
    row.update(txn).await?;
    Ok(())
}

async fn note_device(txn: &DatabaseTransaction, new: &NewSession) -> Result<(), StoreError> {
    let row = device::ActiveModel {
        id: Set(new.device.0),
        ward: Set(new.ward.clone()),
        account_id: Set(new.account.0),
        name: Set(new.device_name.clone()),
        app_version: Set(None),
        queued: Set(0),
        last_seen_at: Set(new.now.0),
        created_at: Set(new.now.0),
        failed: Set(0),
        clear_at: Set(None),
        revoked_at: Set(None),
        revoked_by: Set(None),
        wiped_at: Set(None),
        wiped_unsent: Set(None),
    };
    // The last to sign in on a shared phone is who it is counted for; what it still holds stays.
    let known = OnConflict::column(device::Column::Id)
        .update_columns([
            device::Column::Ward,
            device::Column::AccountId,
            device::Column::Name,
            device::Column::LastSeenAt,
            // Whoever signs in on a wiped phone fills it again.
            device::Column::WipedAt,
            device::Column::WipedUnsent,
        ])
        .to_owned();
    device::Entity::insert(row).on_conflict(known).exec_without_returning(txn).await?;
    Ok(())
}

/// Ends the sessions of a kind that have not ended.
pub(crate) async fn end(
    on: &impl ConnectionTrait,
    which: sea_orm::sea_query::SimpleExpr,
    why: &str,
    now: Millis,
) -> Result<(), StoreError> {
    session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(now.0))
        .col_expr(session::Column::EndedWhy, Expr::value(why))
        .filter(which)
        .filter(session::Column::EndedAt.is_null())
        .exec(on)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_remembers_its_last_proofs() {
        let all = (0..70).fold(String::new(), |seen, n| remember(&seen, Uuid::from_u128(n)));
        let kept: Vec<&str> = all.split(' ').collect();
        assert_eq!(kept.len(), PROOFS_KEPT);
        assert_eq!(kept.first().copied(), Some(Uuid::from_u128(6).simple().to_string()).as_deref());
    }
}
