//! Keys under which map programs read the ward's coverage.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use gocua_domain::id::{AccountId, LayerKeyId};
use gocua_domain::time::Millis;

use crate::db::{Store, StoreError};
use crate::entity::layer_key;

/// A key to be made.
#[derive(Clone, Debug)]
pub struct NewLayerKey {
    /// Identity.
    pub id: LayerKeyId,
    /// The ward.
    pub ward: String,
    /// What it is for, in the ward's words.
    pub label: String,
    /// The name it signs in under.
    pub login: String,
    /// Keyed hash of the key.
    pub key_tag: String,
    /// Who makes it.
    pub by: AccountId,
    /// When.
    pub now: Millis,
}

/// A key in force, as the desk sees it. The key itself is known to nobody but who got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerKeyLine {
    /// Identity.
    pub id: LayerKeyId,
    /// The ward.
    pub ward: String,
    /// What it is for.
    pub label: String,
    /// The name it signs in under.
    pub login: String,
    /// Keyed hash of the key.
    pub key_tag: String,
    /// When it was made.
    pub made_at: Millis,
}

fn line(row: layer_key::Model) -> LayerKeyLine {
    LayerKeyLine {
        id: LayerKeyId(row.id),
        ward: row.ward,
        label: row.label,
        login: row.login,
        key_tag: row.key_tag,
        made_at: Millis(row.made_at),
    }
}

impl Store {
    /// Writes a key down.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when its login is taken.
    pub async fn add_layer_key(&self, new: &NewLayerKey) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        layer_key::Entity::insert(layer_key::ActiveModel {
            id: Set(new.id.0),
            ward: Set(new.ward.clone()),
            label: Set(new.label.clone()),
            login: Set(new.login.clone()),
            key_tag: Set(new.key_tag.clone()),
            made_by: Set(new.by.0),
            made_at: Set(new.now.0),
            revoked_at: Set(None),
        })
        .exec_without_returning(&tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// The keys of a ward that are in force, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn layer_keys(&self, ward: &str) -> Result<Vec<LayerKeyLine>, StoreError> {
        let rows = layer_key::Entity::find()
            .filter(layer_key::Column::Ward.eq(ward))
            .filter(layer_key::Column::RevokedAt.is_null())
            .order_by_desc(layer_key::Column::MadeAt)
            .all(&self.read)
            .await?;
        Ok(rows.into_iter().map(line).collect())
    }

    /// The key in force with this login.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn layer_key(&self, login: &str) -> Result<Option<LayerKeyLine>, StoreError> {
        let row = layer_key::Entity::find()
            .filter(layer_key::Column::Login.eq(login))
            .filter(layer_key::Column::RevokedAt.is_null())
            .one(&self.read)
            .await?;
        Ok(row.map(line))
    }

    /// Takes a key back; nothing is read under it any more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is no key of the ward that is in force.
    pub async fn revoke_layer_key(
        &self,
        ward: &str,
        id: LayerKeyId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let done = layer_key::Entity::update_many()
            .col_expr(layer_key::Column::RevokedAt, Expr::value(now.0))
            .filter(layer_key::Column::Id.eq(id.0))
            .filter(layer_key::Column::Ward.eq(ward))
            .filter(layer_key::Column::RevokedAt.is_null())
            .exec(&tx)
            .await?;
        if done.rows_affected == 0 {
            return Err(StoreError::NotFound);
        }
        Ok(tx.commit().await?)
    }
}
