//! What a team tells the ward besides visits, on its way into the book: proposed households, pairs of
//! doubles, shifts.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use gocua_domain::address::{Address, Side};
use gocua_domain::desk::renumber;
use gocua_domain::id::{AccountId, AlleyId, GroupId, ShiftId};
use gocua_domain::proposal::proposal_code;
use gocua_domain::search::search_key;
use gocua_domain::shift::Shift;
use gocua_domain::sync::{Book, Effects, NewProposal};
use gocua_domain::time::Millis;

use crate::db::{StoreError, chunks};
use crate::entity::{alley, door_pair, household, proposal, shift};
use crate::territory::{NewHousehold, household_row};

/// Loads the alleys houses are proposed in, and the shifts that are spoken of.
pub(crate) async fn load(
    tx: &DatabaseTransaction,
    ward: &str,
    (alleys, shifts): (&BTreeSet<Uuid>, &BTreeSet<Uuid>),
    book: &mut Book,
) -> Result<(), StoreError> {
    if !alleys.is_empty() {
        let rows: Vec<(Uuid, Uuid)> = alley::Entity::find()
            .select_only()
            .columns([alley::Column::Id, alley::Column::GroupId])
            .filter(alley::Column::Id.is_in(alleys.iter().copied()))
            .filter(alley::Column::Ward.eq(ward))
            .into_tuple()
            .all(tx)
            .await?;
        book.alleys.extend(rows.into_iter().map(|(id, group)| (AlleyId(id), GroupId(group))));
    }
    if !shifts.is_empty() {
        let rows = shift::Entity::find().filter(shift::Column::Id.is_in(shifts.iter().copied()));
        for row in rows.all(tx).await? {
            let shift = Shift {
                account: AccountId(row.account_id),
                opened_at: Millis(row.opened_at),
                closed_at: row.closed_at.map(Millis),
            };
            book.shifts.insert(ShiftId(row.id), shift);
        }
    }
    Ok(())
}

/// Writes what was decided, with one statement a table.
pub(crate) async fn write(
    tx: &DatabaseTransaction,
    ward: &str,
    effects: &Effects,
) -> Result<(), StoreError> {
    if !effects.proposals.is_empty() {
        write_proposals(tx, ward, &effects.proposals).await?;
    }
    let rows: Vec<_> = effects
        .pairs
        .iter()
        .map(|p| door_pair::ActiveModel {
            op_id: Set(p.op_id.0),
            ward: Set(ward.to_owned()),
            household_id: Set(p.household.0),
            of_id: Set(p.of.0),
            account_id: Set(p.sender.account.0),
            team_id: Set(p.sender.team.map(|t| t.0)),
            made_at: Set(p.at.0),
            decided_at: Set(None),
        })
        .collect();
    for rows in chunks(rows, 8) {
        door_pair::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    let rows: Vec<_> = effects
        .shifts
        .iter()
        .map(|(id, s)| shift::ActiveModel {
            id: Set(id.0),
            ward: Set(ward.to_owned()),
            account_id: Set(s.account.0),
            opened_at: Set(s.opened_at.0),
            closed_at: Set(s.closed_at.map(|at| at.0)),
        })
        .collect();
    let known =
        OnConflict::column(shift::Column::Id).update_column(shift::Column::ClosedAt).to_owned();
    for rows in chunks(rows, 5) {
        let insert = shift::Entity::insert_many(rows).on_conflict(known.clone());
        insert.exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn write_proposals(
    tx: &DatabaseTransaction,
    ward: &str,
    proposals: &[NewProposal],
) -> Result<(), StoreError> {
    let alleys: BTreeSet<Uuid> = proposals.iter().map(|p| p.alley.0).collect();
    let names: Vec<(Uuid, String)> = alley::Entity::find()
        .select_only()
        .columns([alley::Column::Id, alley::Column::Name])
        .filter(alley::Column::Id.is_in(alleys.iter().copied()))
        .into_tuple()
        .all(tx)
        .await?;
    let names: BTreeMap<Uuid, String> = names.into_iter().collect();
    let mut neighbours = BTreeMap::new();
    for alley in alleys {
        neighbours.insert(alley, neighbour(tx, alley).await?);
    }
    let rows: Vec<_> = proposals
        .iter()
        .map(|p| {
            let neighbour = neighbours.get(&p.alley.0).and_then(Option::as_ref);
            let (sort, side) = place(&p.words.house_no, neighbour);
            let name = names.get(&p.alley.0).map(String::as_str).unwrap_or_default();
            let words = [
                p.words.head.as_deref().unwrap_or_default(),
                &p.words.house_no,
                name,
                p.words.landmark.as_deref().unwrap_or_default(),
            ];
            let new = NewHousehold {
                id: p.household,
                code: proposal_code(p.household),
                group: p.group,
                alley: p.alley,
                house_no: p.words.house_no.clone(),
                sort,
                side,
                landmark: p.words.landmark.clone(),
                head_name: p.words.head.clone(),
                members: None,
                adults: None,
                search_key: search_key(&words.join(" ")),
                point: None,
            };
            household::ActiveModel {
                active: Set(false),
                proposed: Set(true),
                ..household_row(ward, &new, p.seq)
            }
        })
        .collect();
    for rows in chunks(rows, 23) {
        household::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    let rows: Vec<_> = proposals
        .iter()
        .map(|p| proposal::ActiveModel {
            household_id: Set(p.household.0),
            ward: Set(ward.to_owned()),
            op_id: Set(p.op_id.0),
            account_id: Set(p.sender.account.0),
            team_id: Set(p.sender.team.map(|t| t.0)),
            made_at: Set(p.at.0),
        })
        .collect();
    for rows in chunks(rows, 6) {
        proposal::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Number and order key of a door of an alley that has a number, if one has.
async fn neighbour(
    tx: &DatabaseTransaction,
    alley: Uuid,
) -> Result<Option<(String, String)>, StoreError> {
    use household::Column as C;
    Ok(household::Entity::find()
        .select_only()
        .columns([C::HouseNo, C::Sort])
        .filter(C::AlleyId.eq(alley))
        .filter(C::HouseNo.ne(""))
        .order_by_asc(C::Sort)
        .order_by_asc(C::Id)
        .limit(1)
        .into_tuple()
        .one(tx)
        .await?)
}

/// Order key and side of a new door. The key begins with the ways that lead to the alley; the number
/// alone does not tell them, a neighbour's key does.
fn place(house_no: &str, neighbour: Option<&(String, String)>) -> (String, Option<Side>) {
    match neighbour {
        Some((no, sort)) => renumber(no, sort, house_no),
        None => {
            let address = Address::parse(house_no);
            (address.sort_key(), address.side())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_door_stands_between_its_neighbours() {
        let key = |no: &str| Address::parse(&format!("số {no} ngõ 12 Đường Thử")).sort_key();
        let neighbour = ("5".to_owned(), key("5"));
        let (sort, side) = place("7B", Some(&neighbour));
        assert!(key("7") < sort && sort < key("9"), "{sort}");
        assert_eq!(side, Some(Side::Odd));
        assert_eq!(place("7B", None).1, Some(Side::Odd));
    }
}
