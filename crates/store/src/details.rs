//! Details of a household as the register keeps them, read and written field by field.

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, Set};
use uuid::Uuid;

use gocua_domain::address::{Address, HouseNo};
use gocua_domain::edit::{Details, Field, Value};
use gocua_domain::search::search_key;

use crate::db::StoreError;
use crate::entity::{alley, household, residential_group};

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
    let row = household::Entity::find_by_id(id).one(tx).await?.ok_or(StoreError::NotFound)?;
    let before = row.clone();
    let mut row = row;
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
        let house = HouseNo::parse(&row.house_no);
        row.side = house.as_ref().and_then(HouseNo::side).map(|s| crate::sync::code(&s));
        row.sort = resort(&before.sort, &before.house_no, &row.house_no);
    }
    let alley = alley::Entity::find_by_id(row.alley_id).one(tx).await?;
    let group = residential_group::Entity::find_by_id(row.group_id).one(tx).await?;
    let words = [
        row.head_name.as_deref(),
        Some(row.house_no.as_str()),
        alley.as_ref().map(|a| a.name.as_str()),
        row.landmark.as_deref(),
        group.as_ref().map(|g| g.name.as_str()),
    ];
    let words: Vec<&str> = words.into_iter().flatten().filter(|w| !w.is_empty()).collect();
    household::ActiveModel {
        id: Set(id),
        landmark: Set(row.landmark.clone()),
        members: Set(row.members),
        adults: Set(row.adults),
        house_no: Set(row.house_no.clone()),
        head_name: Set(row.head_name.clone()),
        side: Set(row.side.clone()),
        sort: Set(row.sort.clone()),
        search_key: Set(search_key(&words.join(" "))),
        seq: Set(seq),
        ..Default::default()
    }
    .update(tx)
    .await?;
    Ok(())
}

/// The sort key of a door whose number changes: what stands before the number, the lanes that lead
/// there, stays.
fn resort(old_sort: &str, old_no: &str, new_no: &str) -> String {
    let key = |no: &str| {
        let house = HouseNo::parse(no);
        let landmark = house.is_none().then(|| no.to_owned()).filter(|no| !no.is_empty());
        Address { house, landmark, ..Address::default() }.sort_key()
    };
    let (old, new) = (key(old_no), key(new_no));
    // The first letter says what kind of door it is; the lanes follow it.
    let lanes = old_sort.get(1..).and_then(|rest| rest.strip_suffix(old.get(1..)?));
    let (kind, number) = new.split_at(1);
    format!("{kind}{}{number}", lanes.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_with_a_new_number_stays_in_its_lane() {
        let sort = |text: &str| Address::parse(text).sort_key();
        for (before, old, new, after) in [
            ("5 ngõ 34 Nguyễn Trãi", "5", "7", "7 ngõ 34 Nguyễn Trãi"),
            ("5 ngách 2 ngõ 34 Nguyễn Trãi", "5", "11A", "11A ngách 2 ngõ 34 Nguyễn Trãi"),
            ("12 Nguyễn Trãi", "12", "10", "10 Nguyễn Trãi"),
        ] {
            assert_eq!(resort(&sort(before), old, new), sort(after), "{before}");
        }
    }
}
