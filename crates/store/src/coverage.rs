//! Coverage as the ward's desk reads it: from the rollups only, flat in the number of visits.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use gocua_domain::coverage::{DayTally, Tally};
use gocua_domain::id::{AlleyId, GroupId, TeamId};
use gocua_domain::identity::Standing;
use gocua_domain::pull::{CampaignRef, TeamRef, WardRef};
use gocua_domain::territory::{AlleyKind, OutlineSource};
use gocua_domain::time::{Day, Millis};

use crate::db::{Store, StoreError};
use crate::entity::{
    account, alley, assignment, campaign, residential_group, rollup_alley, rollup_day,
    rollup_group, target, team, ward,
};

/// One residential group's coverage.
#[derive(Clone, Debug)]
pub struct GroupCoverage {
    /// The group.
    pub id: GroupId,
    /// Short code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Counts.
    pub tally: Tally,
    /// Latest knock.
    pub last_visit_at: Option<Millis>,
    /// Alleys of the group.
    pub alleys: i64,
    /// Of these, held by a team.
    pub alleys_assigned: i64,
    /// Names of the teams that hold some of it.
    pub teams: Vec<String>,
    /// The police's latest counts of it.
    pub identity: Option<Standing>,
}

/// A target row.
#[derive(Clone, Debug)]
pub struct Target {
    /// Indicator code.
    pub indicator: String,
    /// The figure.
    pub value: f64,
    /// `percent` or `count`.
    pub unit: String,
    /// To be reached by the end of this day.
    pub due_on: Day,
    /// Where the figure comes from.
    pub source: String,
}

/// A ward's coverage.
#[derive(Clone, Debug)]
pub struct WardCoverage {
    /// The ward.
    pub ward: WardRef,
    /// Its campaign, if one runs.
    pub campaign: Option<CampaignRef>,
    /// The number the figures reach.
    pub seq: i64,
    /// Sum of the groups.
    pub total: Tally,
    /// By residential group, in the ward's order.
    pub groups: Vec<GroupCoverage>,
    /// Figures to reach.
    pub targets: Vec<Target>,
}

/// One alley's coverage.
#[derive(Clone, Debug)]
pub struct AlleyCoverage {
    /// The alley.
    pub id: AlleyId,
    /// The way it turns off.
    pub parent_id: Option<AlleyId>,
    /// Its kind.
    pub kind: AlleyKind,
    /// Its name.
    pub name: String,
    /// Order among its siblings.
    pub sort: String,
    /// Counts; `hh_total` is its households.
    pub tally: Tally,
    /// Latest knock.
    pub last_visit_at: Option<Millis>,
    /// The team that holds it.
    pub team: Option<TeamRef>,
}

/// A ward's outline and its groups' outlines, as GeoJSON geometries.
#[derive(Clone, Debug)]
pub struct Boundaries {
    /// The ward.
    pub ward: WardRef,
    /// Its outline.
    pub outline: serde_json::Value,
    /// Groups with an outline: id, code, name, label point, geometry.
    pub groups: Vec<GroupBoundary>,
}

/// One group's outline.
#[derive(Clone, Debug)]
pub struct GroupBoundary {
    /// The group.
    pub id: GroupId,
    /// Short code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Where its label stands: longitude, latitude in degrees.
    pub label: Option<[f64; 2]>,
    /// GeoJSON geometry.
    pub geometry: serde_json::Value,
    /// Who made it.
    pub source: Option<OutlineSource>,
}

/// A team with its load.
#[derive(Clone, Debug)]
pub struct TeamLoad {
    /// The team.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// Accounts in it that may sign in.
    pub members: i64,
    /// Name of its lead.
    pub lead: Option<String>,
    /// Alleys it holds.
    pub alleys: i64,
    /// Active households on them.
    pub households: i64,
}

impl Store {
    /// A ward's coverage by residential group.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward.
    pub async fn coverage(&self, ward_code: &str) -> Result<WardCoverage, StoreError> {
        let db = &self.read;
        let (code, name, seq): (String, String, i64) = ward::Entity::find_by_id(ward_code)
            .select_only()
            .columns([ward::Column::Code, ward::Column::Name, ward::Column::Seq])
            .into_tuple()
            .one(db)
            .await?
            .ok_or(StoreError::NotFound)?;
        let mut rollups: HashMap<Uuid, rollup_group::Model> = rollup_group::Entity::find()
            .filter(rollup_group::Column::Ward.eq(ward_code))
            .all(db)
            .await?
            .into_iter()
            .map(|r| (r.group_id, r))
            .collect();
        let mut alleys: HashMap<Uuid, (i64, i64, Vec<String>)> = HashMap::new();
        let holders = self.holders(ward_code).await?;
        let places: Vec<(Uuid, Uuid)> = alley::Entity::find()
            .select_only()
            .columns([alley::Column::Id, alley::Column::GroupId])
            .filter(alley::Column::Ward.eq(ward_code))
            .into_tuple()
            .all(db)
            .await?;
        for (id, group) in places {
            let (count, assigned, teams) = alleys.entry(group).or_default();
            *count += 1;
            if let Some(team) = holders.get(&id) {
                *assigned += 1;
                if !teams.contains(&team.name) {
                    teams.push(team.name.clone());
                }
            }
        }
        let groups: Vec<(Uuid, String, String)> = residential_group::Entity::find()
            .select_only()
            .columns([
                residential_group::Column::Id,
                residential_group::Column::Code,
                residential_group::Column::Name,
            ])
            .filter(residential_group::Column::Ward.eq(ward_code))
            .filter(residential_group::Column::MergedInto.is_null())
            .order_by_asc(residential_group::Column::Position)
            .into_tuple()
            .all(db)
            .await?;
        let mut identity = self.identity_standings(ward_code).await?;
        let mut total = Tally::default();
        let groups = groups
            .into_iter()
            .map(|(id, code, name)| {
                let rollup = rollups.remove(&id);
                let tally = rollup.as_ref().map(crate::rollup::group_tally).unwrap_or_default();
                total += tally;
                let (count, assigned, mut teams) = alleys.remove(&id).unwrap_or_default();
                teams.sort();
                GroupCoverage {
                    id: GroupId(id),
                    code,
                    name,
                    tally,
                    last_visit_at: rollup.and_then(|r| r.last_visit_at).map(Millis),
                    alleys: count,
                    alleys_assigned: assigned,
                    teams,
                    identity: identity.remove(&GroupId(id)),
                }
            })
            .collect();
        Ok(WardCoverage {
            ward: WardRef { code, name },
            campaign: self.campaign(ward_code).await?,
            seq,
            total,
            groups,
            targets: self.targets(ward_code).await?,
        })
    }

    async fn campaign(&self, ward_code: &str) -> Result<Option<CampaignRef>, StoreError> {
        let row = campaign::Entity::find()
            .filter(campaign::Column::Ward.eq(ward_code))
            .order_by_desc(campaign::Column::StartsOn)
            .one(&self.read)
            .await?;
        Ok(row.map(|c| CampaignRef {
            name: c.name,
            starts_on: Day(c.starts_on),
            ends_on: Day(c.ends_on),
        }))
    }

    async fn targets(&self, ward_code: &str) -> Result<Vec<Target>, StoreError> {
        let rows = target::Entity::find()
            .filter(target::Column::Ward.eq(ward_code))
            .order_by_asc(target::Column::Indicator)
            .all(&self.read)
            .await?;
        Ok(rows
            .into_iter()
            .map(|t| Target {
                indicator: t.indicator,
                value: t.value,
                unit: t.unit,
                due_on: Day(t.due_on),
                source: t.source,
            })
            .collect())
    }

    /// Which team holds which alley now.
    pub(crate) async fn holders(
        &self,
        ward_code: &str,
    ) -> Result<HashMap<Uuid, TeamRef>, StoreError> {
        let teams: HashMap<Uuid, String> = team::Entity::find()
            .filter(team::Column::Ward.eq(ward_code))
            .all(&self.read)
            .await?
            .into_iter()
            .map(|t| (t.id, t.name))
            .collect();
        let held: Vec<(Uuid, Uuid)> = assignment::Entity::find()
            .select_only()
            .columns([assignment::Column::AlleyId, assignment::Column::TeamId])
            .filter(assignment::Column::Ward.eq(ward_code))
            .filter(assignment::Column::ToAt.is_null())
            .into_tuple()
            .all(&self.read)
            .await?;
        Ok(held
            .into_iter()
            .filter_map(|(alley, team)| {
                let name = teams.get(&team)?.clone();
                Some((alley, TeamRef { id: TeamId(team), name }))
            })
            .collect())
    }

    /// The outlines of a ward and its groups.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward.
    pub async fn boundaries(&self, ward_code: &str) -> Result<Boundaries, StoreError> {
        let row = ward::Entity::find_by_id(ward_code)
            .one(&self.read)
            .await?
            .ok_or(StoreError::NotFound)?;
        let groups = residential_group::Entity::find()
            .filter(residential_group::Column::Ward.eq(ward_code))
            .filter(residential_group::Column::MergedInto.is_null())
            .order_by_asc(residential_group::Column::Position)
            .all(&self.read)
            .await?
            .into_iter()
            .filter_map(|g| {
                Some(GroupBoundary {
                    id: GroupId(g.id),
                    label: g.label_lon.zip(g.label_lat).map(|(lon, lat)| [lon, lat]),
                    source: g.boundary_source.as_deref().and_then(OutlineSource::from_code),
                    geometry: g.boundary?,
                    code: g.code,
                    name: g.name,
                })
            })
            .collect();
        Ok(Boundaries {
            ward: WardRef { code: row.code, name: row.name },
            outline: row.boundary,
            groups,
        })
    }

    /// Counts by business day of a ward or one of its groups, oldest first, days without any left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn trend(
        &self,
        ward_code: &str,
        group: Option<GroupId>,
    ) -> Result<Vec<(Day, DayTally)>, StoreError> {
        let mut query = rollup_day::Entity::find().filter(rollup_day::Column::Ward.eq(ward_code));
        if let Some(group) = group {
            query = query.filter(rollup_day::Column::GroupId.eq(group.0));
        }
        let mut days: BTreeMap<Day, DayTally> = BTreeMap::new();
        for row in query.all(&self.read).await? {
            *days.entry(Day(row.day)).or_default() += DayTally {
                visits: row.visits,
                hh_visited: row.hh_visited,
                hh_served: row.hh_served,
            };
        }
        Ok(days.into_iter().filter(|(_, t)| *t != DayTally::default()).collect())
    }

    /// The alleys of a group with their coverage and team, in walking order.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the group is not one of the ward, or part of another now.
    pub async fn group_alleys(
        &self,
        ward_code: &str,
        group: GroupId,
    ) -> Result<Vec<AlleyCoverage>, StoreError> {
        residential_group::Entity::find_by_id(group.0)
            .filter(residential_group::Column::Ward.eq(ward_code))
            .filter(residential_group::Column::MergedInto.is_null())
            .one(&self.read)
            .await?
            .ok_or(StoreError::NotFound)?;
        let alleys = alley::Entity::find()
            .filter(alley::Column::GroupId.eq(group.0))
            .order_by_asc(alley::Column::Sort)
            .all(&self.read)
            .await?;
        self.alley_views(ward_code, alleys).await
    }

    /// Alley rows with coverage and team.
    pub(crate) async fn alley_views(
        &self,
        ward_code: &str,
        alleys: Vec<alley::Model>,
    ) -> Result<Vec<AlleyCoverage>, StoreError> {
        let mut rollups: HashMap<Uuid, rollup_alley::Model> = rollup_alley::Entity::find()
            .filter(rollup_alley::Column::AlleyId.is_in(alleys.iter().map(|a| a.id)))
            .all(&self.read)
            .await?
            .into_iter()
            .map(|r| (r.alley_id, r))
            .collect();
        let holders = self.holders(ward_code).await?;
        Ok(alleys
            .into_iter()
            .map(|a| {
                let rollup = rollups.remove(&a.id);
                AlleyCoverage {
                    id: AlleyId(a.id),
                    parent_id: a.parent_id.map(AlleyId),
                    kind: AlleyKind::from_code(&a.kind).unwrap_or(AlleyKind::Lane),
                    name: a.name,
                    sort: a.sort,
                    tally: rollup.as_ref().map(crate::rollup::alley_tally).unwrap_or_default(),
                    last_visit_at: rollup.and_then(|r| r.last_visit_at).map(Millis),
                    team: holders.get(&a.id).cloned(),
                }
            })
            .collect())
    }

    /// The ward's teams with their load, by name; closed ones left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn teams(&self, ward_code: &str) -> Result<Vec<TeamLoad>, StoreError> {
        let mut load: HashMap<Uuid, (i64, i64)> = HashMap::new();
        let holders = self.holders(ward_code).await?;
        let doors: HashMap<Uuid, i64> = rollup_alley::Entity::find()
            .select_only()
            .columns([rollup_alley::Column::AlleyId, rollup_alley::Column::HhTotal])
            .filter(rollup_alley::Column::Ward.eq(ward_code))
            .into_tuple::<(Uuid, i64)>()
            .all(&self.read)
            .await?
            .into_iter()
            .collect();
        for (alley, team) in &holders {
            let (alleys, households) = load.entry(team.id.0).or_default();
            *alleys += 1;
            *households += doors.get(alley).copied().unwrap_or(0);
        }
        let mut members: HashMap<Uuid, (i64, Option<String>)> = HashMap::new();
        let people = account::Entity::find()
            .filter(account::Column::Ward.eq(ward_code))
            .filter(account::Column::TeamId.is_not_null())
            .filter(account::Column::Disabled.eq(false))
            .all(&self.read)
            .await?;
        for person in people {
            let Some(team) = person.team_id else { continue };
            let (count, lead) = members.entry(team).or_default();
            *count += 1;
            if person.role == "team_lead" {
                *lead = Some(person.name);
            }
        }
        let teams = team::Entity::find()
            .filter(team::Column::Ward.eq(ward_code))
            .filter(team::Column::ClosedAt.is_null())
            .order_by_asc(team::Column::Name)
            .all(&self.read)
            .await?;
        Ok(teams
            .into_iter()
            .map(|t| {
                let (alleys, households) = load.remove(&t.id).unwrap_or_default();
                let (members, lead) = members.remove(&t.id).unwrap_or_default();
                TeamLoad { id: TeamId(t.id), name: t.name, members, lead, alleys, households }
            })
            .collect())
    }
}
