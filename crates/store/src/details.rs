//! Details of a household as the register keeps them, read and written field by field.

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, Set};
use uuid::Uuid;

use gocua_domain::desk::{rekey, renumber};
use gocua_domain::edit::{Details, Field, Value};

use crate::db::StoreError;
use crate::entity::household;

/// The details of a household.
pub(crate) fn details_of(row: &household::Model) -> Details {
    [
        (Field::Landmark, Value::text(row.landmark.as_deref())),
        (Field::Members, Value::number(row.members)),
        (Field::Adults, Value::number(row.adults)),
        (Field::HouseNo, Value::text(Some(&row.house_no))),
        (Field::Head, Value::text(row.head_name.as_deref())),
    ]
    .into()
}

/// Sets some details of a household under a new number, with what is derived from them: its place
/// along the alley, its side, and the text that search looks in.
pub(crate) async fn set_details(
    tx: &impl ConnectionTrait,
    id: Uuid,
    details: &Details,
    seq: i64,
) -> Result<(), StoreError> {
    let mut row = household::Entity::find_by_id(id).one(tx).await?.ok_or(StoreError::NotFound)?;
    let before = row.clone();
    for (field, value) in details {
        let text = match value {
            Value::Text(text) => Some(text.clone()),
            Value::Nothing | Value::Number(_) => None,
        };
        let number = match value {
            Value::Number(n) => i32::try_from(*n).ok(),
            Value::Nothing | Value::Text(_) => None,
        };
        match field {
            Field::Landmark => row.landmark = text,
            Field::Members => row.members = number,
            Field::Adults => row.adults = number,
            Field::HouseNo => row.house_no = text.unwrap_or_default(),
            Field::Head => row.head_name = text,
        }
    }
    if row.house_no != before.house_no {
        let (sort, side) = renumber(&before.house_no, &before.sort, &row.house_no);
        (row.sort, row.side) = (sort, side.map(|side| crate::sync::code(&side)));
    }
    // Word by word: the address as the register wrote it stays findable.
    for (old, new) in [
        (&before.landmark, &row.landmark),
        (&Some(before.house_no), &Some(row.house_no.clone())),
        (&before.head_name, &row.head_name),
    ] {
        if old != new {
            let (old, new) =
                (old.as_deref().unwrap_or_default(), new.as_deref().unwrap_or_default());
            row.search_key = rekey(&row.search_key, old, new);
        }
    }
    household::ActiveModel {
        id: Set(id),
        landmark: Set(row.landmark.clone()),
        members: Set(row.members),
        adults: Set(row.adults),
        house_no: Set(row.house_no.clone()),
        head_name: Set(row.head_name.clone()),
        side: Set(row.side.clone()),
        sort: Set(row.sort.clone()),
        search_key: Set(row.search_key.clone()),
        seq: Set(seq),
        ..Default::default()
    }
    .update(tx)
    .await?;
    Ok(())
}
