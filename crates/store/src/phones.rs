//! Phones shut out, and phones that say they have wiped themselves.

use gocua_domain::id::{AccountId, DeviceId, TeamId};
use gocua_domain::time::Millis;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    Unchanged,
};
use uuid::Uuid;

use crate::account::{end, remember};
use crate::db::{lock_ward, set_seq};
use crate::entity::{account, device, session};
use crate::trust::revoke_badges;
use crate::{Store, StoreError};

/// What became of a phone's word that it has wiped itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wipe {
    /// Noted now.
    Noted,
    /// This very proof was noted before.
    Before,
    /// The proof has served for something else.
    Used,
}

impl Store {
    /// Shuts a phone out: its sessions end, and nobody signs in on it again. What it wrote before
    /// stays welcome in sealed parcels; the accounts on it stay what they are, but the badge of its
    /// holder is revoked with it. Twice is once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward (or the team, when one is named) has no such phone.
    pub async fn revoke_phone(
        &self,
        ward: &str,
        team: Option<TeamId>,
        id: DeviceId,
        by: AccountId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        let seq = lock_ward(&txn, self.engine(), ward).await? + 1;
        let phone = device::Entity::find_by_id(id.0).lock_exclusive().one(&txn).await?;
        let phone =
            phone.filter(|d| d.ward.as_deref() == Some(ward)).ok_or(StoreError::NotFound)?;
        if let Some(team) = team {
            let holder = account::Entity::find_by_id(phone.account_id).one(&txn).await?;
            if holder.and_then(|a| a.team_id) != Some(team.0) {
                return Err(StoreError::NotFound);
            }
        }
        let mut badge = false;
        if phone.revoked_at.is_none() {
            let revoked = device::ActiveModel {
                id: Unchanged(id.0),
                revoked_at: Set(Some(now.0)),
                revoked_by: Set(Some(by.0)),
                ..Default::default()
            };
            revoked.update(&txn).await?;
            // It shows its holder's badge, and the codes of the days to come.
            badge = revoke_badges(&txn, ward, phone.account_id, by, now).await?;
        }
        end(&txn, session::Column::DeviceId.eq(id.0), "revoked", now).await?;
        // The other phones are to hear of the codes; of a desk shut out nobody need hear.
        if badge {
            set_seq(&txn, ward, seq).await?;
        }
        txn.commit().await?;
        if badge {
            self.writers.announce(ward, seq);
        }
        Ok(())
    }

    /// The keys (JWK) with which anybody has signed in on a device.
    ///
    /// # Errors
    /// [`StoreError::Db`] when the database fails.
    pub async fn device_keys(&self, id: DeviceId) -> Result<Vec<String>, StoreError> {
        Ok(session::Entity::find()
            .select_only()
            .column(session::Column::PublicKey)
            .distinct()
            .filter(session::Column::DeviceId.eq(id.0))
            .into_tuple()
            .all(&self.read)
            .await?)
    }

    /// The ward a device was last used in; `None` when nobody knows the device, or it belongs to none.
    /// Being shut out changes nothing of it.
    ///
    /// # Errors
    /// [`StoreError::Db`] when the database fails.
    pub async fn device_ward(&self, id: DeviceId) -> Result<Option<String>, StoreError> {
        Ok(device::Entity::find_by_id(id.0).one(&self.read).await?.and_then(|d| d.ward))
    }

    /// Notes that a device has wiped itself, under a proof whose signature the caller checked. A proof
    /// serves once, for a wipe or for a refresh.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when nobody ever signed in on the device.
    pub async fn note_wiped(
        &self,
        id: DeviceId,
        proof: Uuid,
        unsent: i32,
        now: Millis,
    ) -> Result<Wipe, StoreError> {
        let txn = self.begin().await?;
        let phone = device::Entity::find_by_id(id.0).lock_exclusive().one(&txn).await?;
        let phone = phone.ok_or(StoreError::NotFound)?;
        let sessions = session::Entity::find()
            .filter(session::Column::DeviceId.eq(id.0))
            .order_by_desc(session::Column::CreatedAt)
            .order_by_asc(session::Column::Id)
            .all(&txn)
            .await?;
        let newest = sessions.first().ok_or(StoreError::NotFound)?;
        let shown = proof.simple().to_string();
        let seen = |s: &session::Model| {
            s.last_proof.as_deref().unwrap_or_default().split(' ').any(|p| p == shown)
        };
        if sessions.iter().any(seen) {
            return Ok(if phone.wiped_at.is_some() { Wipe::Before } else { Wipe::Used });
        }
        let remembered = session::ActiveModel {
            id: Unchanged(newest.id),
            last_proof: Set(Some(remember(
                newest.last_proof.as_deref().unwrap_or_default(),
                proof,
            ))),
            ..Default::default()
        };
        remembered.update(&txn).await?;
        let wiped = device::ActiveModel {
            id: Unchanged(id.0),
            wiped_at: Set(Some(now.0)),
            wiped_unsent: Set(Some(unsent)),
            ..Default::default()
        };
        wiped.update(&txn).await?;
        // It holds nothing any more with which anybody could go on.
        end(&txn, session::Column::DeviceId.eq(id.0), "wiped", now).await?;
        txn.commit().await?;
        Ok(Wipe::Noted)
    }
}
