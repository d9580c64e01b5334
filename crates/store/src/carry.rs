//! Whose work a parcel may be.

use gocua_domain::account::Role;
use gocua_domain::id::{AccountId, DeviceId, TeamId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::session;
use crate::{Store, StoreError};

/// An account as the author of work written on one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Code of its ward.
    pub ward: Option<String>,
    /// Its role.
    pub role: Role,
    /// Its team.
    pub team: Option<TeamId>,
    /// Whether its access was taken away.
    pub disabled: bool,
    /// The keys (JWK) with which it has signed in on the device, newest session first: ended
    /// sessions count, the work was written while they lived.
    pub public_keys: Vec<String>,
}

impl Store {
    /// An account that has ever signed in on a device; `None` when it never did.
    ///
    /// # Errors
    /// [`StoreError::Db`] when the database fails.
    pub async fn origin(
        &self,
        device: DeviceId,
        account: AccountId,
    ) -> Result<Option<Origin>, StoreError> {
        let keys: Vec<String> = session::Entity::find()
            .filter(session::Column::DeviceId.eq(device.0))
            .filter(session::Column::AccountId.eq(account.0))
            .order_by_desc(session::Column::CreatedAt)
            .select_only()
            .column(session::Column::PublicKey)
            .into_tuple()
            .all(&self.read)
            .await?;
        if keys.is_empty() {
            return Ok(None);
        }
        // A device keeps its key, so that there is one; were there more, each is tried once.
        let mut public_keys: Vec<String> = Vec::new();
        for key in keys {
            if !public_keys.contains(&key) {
                public_keys.push(key);
            }
        }
        let account = self.profile(account).await?.account;
        Ok(Some(Origin {
            ward: account.ward,
            role: account.role,
            team: account.team,
            disabled: account.disabled,
            public_keys,
        }))
    }
}
