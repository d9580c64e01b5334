//! Pairs of the register that look like one household, and those of which the ward has said that they
//! are two.

use std::collections::{HashMap, HashSet};

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use uuid::Uuid;

use gocua_domain::address::{Address, Mark, Mouth, PathNode};
use gocua_domain::doubles::{Entry, Likeness, find};
use gocua_domain::ground::way_name;
use gocua_domain::id::{GroupId, HouseholdId};
use gocua_domain::territory::AlleyKind;

use crate::alleys::{Way, ways};
use crate::db::{Store, StoreError, lock_ward};
use crate::entity::{household, not_double};
use crate::ledger::Act;
use crate::register::{RegisterEntry, entry};

/// The most pairs one answer lists.
const LISTED: usize = 100;

/// Two households that may be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LikelyPair {
    /// One of them.
    pub one: RegisterEntry,
    /// The other one.
    pub other: RegisterEntry,
    /// How much speaks for it, up to 100.
    pub score: u8,
    /// What speaks for it.
    pub reasons: Vec<Likeness>,
}

impl Store {
    /// Households in force that look like doubles and of which the ward has not said that they are
    /// two: how many pairs, and the likeliest of them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn likely_doubles(&self, ward: &str) -> Result<(usize, Vec<LikelyPair>), StoreError> {
        let rows = household::Entity::find()
            .filter(household::Column::Ward.eq(ward))
            .filter(household::Column::Active.eq(true))
            .all(&self.read)
            .await?;
        let ways = ways(&self.read, ward).await?;
        let apart: HashSet<(Uuid, Uuid)> = not_double::Entity::find()
            .filter(not_double::Column::Ward.eq(ward))
            .all(&self.read)
            .await?
            .into_iter()
            .map(|row| (row.one_id, row.other_id))
            .collect();
        let entries: Vec<Entry> = rows.iter().map(|h| compared(h, &ways)).collect();
        // A second of arithmetic in a large ward; nobody else waits for it.
        let mut pairs = tokio::task::spawn_blocking(move || find(&entries))
            .await
            .map_err(|e| StoreError::Db(sea_orm::DbErr::Custom(e.to_string())))?;
        pairs.retain(|p| !apart.contains(&(p.one.0, p.other.0)));
        let total = pairs.len();
        pairs.truncate(LISTED);
        let mut by_id: HashMap<Uuid, household::Model> =
            rows.into_iter().map(|h| (h.id, h)).collect();
        let wanted: HashSet<Uuid> = pairs.iter().flat_map(|p| [p.one.0, p.other.0]).collect();
        let wanted = wanted.into_iter().filter_map(|id| by_id.remove(&id)).collect();
        let shown: HashMap<HouseholdId, RegisterEntry> =
            self.register_entries(wanted).await?.into_iter().map(|e| (e.id, e)).collect();
        let pairs = pairs
            .into_iter()
            .filter_map(|p| {
                Some(LikelyPair {
                    one: shown.get(&p.one)?.clone(),
                    other: shown.get(&p.other)?.clone(),
                    score: p.score,
                    reasons: p.reasons,
                })
            })
            .collect();
        Ok((total, pairs))
    }

    /// The ward says that two households are two: they are not shown as a pair again. Said otherwise,
    /// they may be.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one of them is not in the ward.
    pub async fn set_apart(
        &self,
        ward: &str,
        (a, b): (HouseholdId, HouseholdId),
        apart: bool,
        act: &Act,
    ) -> Result<i64, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        entry(&tx, ward, a).await?;
        entry(&tx, ward, b).await?;
        let (one, other) = (a.min(b), a.max(b));
        if apart {
            let row = not_double::ActiveModel {
                one_id: Set(one.0),
                other_id: Set(other.0),
                ward: Set(ward.to_owned()),
                by_account: Set(act.by.map(|by| by.0).unwrap_or_default()),
                at: Set(act.at.0),
            };
            not_double::Entity::insert(row)
                .on_conflict(
                    OnConflict::columns([not_double::Column::OneId, not_double::Column::OtherId])
                        .do_nothing()
                        .to_owned(),
                )
                .exec_without_returning(&tx)
                .await?;
        } else {
            not_double::Entity::delete_by_id((one.0, other.0)).exec(&tx).await?;
        }
        self.close(tx, ward, seq).await
    }
}

/// A household as it is compared: its number, with the ways of its alley before it.
fn compared(h: &household::Model, ways: &HashMap<Uuid, Way>) -> Entry {
    let (lane, street) = path_of(h.alley_id, ways);
    let own = Address::parse(&h.house_no);
    let address = Address {
        house: own.house,
        lane: lane.into_iter().chain(own.lane).collect(),
        street,
        landmark: h.landmark.clone(),
        ..Address::default()
    };
    Entry {
        id: HouseholdId(h.id),
        group: GroupId(h.group_id),
        head: h.head_name.clone(),
        address,
        members: h.members,
        adults: h.adults,
    }
}

/// The ways that lead to the doors of an alley, and its street.
fn path_of(alley: Uuid, ways: &HashMap<Uuid, Way>) -> (Vec<PathNode>, Option<String>) {
    let (mut lane, mut street) = (Vec::new(), None);
    let mut at = Some(alley);
    while let Some((kind, name, mouth, parent)) = at.and_then(|id| ways.get(&id)) {
        if *kind == AlleyKind::Street {
            street = Some(way_name(name));
            break;
        }
        let mouth = match mouth.as_deref().and_then(Mark::parse) {
            Some(mark) => Mouth::Number(mark),
            None => Mouth::Name(name.clone()),
        };
        lane.push(PathNode { kind: *kind, mouth });
        at = parent.filter(|_| lane.len() < 8);
    }
    lane.reverse();
    (lane, street)
}
