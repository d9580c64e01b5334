//! What accounts, teams and groups are called, for answers that tell who did what and where.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select};
use uuid::Uuid;

use crate::db::StoreError;
use crate::entity::{account, residential_group, team};

/// Names by id.
pub(crate) type Names = HashMap<Uuid, String>;

/// Names of these accounts.
pub(crate) async fn account_names(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<Names, StoreError> {
    let ids: BTreeSet<Uuid> = ids.into_iter().collect();
    let rows = account::Entity::find().filter(account::Column::Id.is_in(ids));
    read(db, rows, [account::Column::Id, account::Column::Name]).await
}

/// Names of all teams of a ward, those that are closed included.
pub(crate) async fn team_names(db: &impl ConnectionTrait, ward: &str) -> Result<Names, StoreError> {
    let rows = team::Entity::find().filter(team::Column::Ward.eq(ward));
    read(db, rows, [team::Column::Id, team::Column::Name]).await
}

/// Names of all groups of a ward, those that ended included.
pub(crate) async fn group_names(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<Names, StoreError> {
    let rows = residential_group::Entity::find().filter(residential_group::Column::Ward.eq(ward));
    read(db, rows, [residential_group::Column::Id, residential_group::Column::Name]).await
}

async fn read<E: EntityTrait>(
    db: &impl ConnectionTrait,
    rows: Select<E>,
    columns: [E::Column; 2],
) -> Result<Names, StoreError> {
    let rows: Vec<(Uuid, String)> =
        rows.select_only().columns(columns).into_tuple().all(db).await?;
    Ok(rows.into_iter().collect())
}
