//! The ground: outlines of residential groups and who made them, where doors are, and the days of the
//! time slider.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sea_query::{Expr, Func};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult,
    JoinType, QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde_json::Value;
use uuid::Uuid;

use gocua_domain::id::{AlleyId, GroupId, HouseholdId};
use gocua_domain::territory::{AlleyKind, OutlineSource, PointSource};
use gocua_domain::time::{Day, Millis};
use gocua_ground::{Derived, Point, Shape, derive};

use crate::db::{Store, StoreError, lock_ward, set_seq};
use crate::entity::{alley, household, household_state, residential_group, rollup_day, ward};

/// A residential group and its outline, as the desk keeps them.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundLine {
    /// The group.
    pub id: GroupId,
    /// Short code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Who made its outline; `None` without one.
    pub source: Option<OutlineSource>,
    /// When it was drawn, brought or derived; `None` for what the ward began with.
    pub made_at: Option<Millis>,
    /// Its area in square metres; 0 without an outline.
    pub area_m2: f64,
    /// Active households.
    pub doors: i64,
    /// Of these, with a place.
    pub placed: i64,
}

/// The outlines of a ward.
#[derive(Clone, Debug, PartialEq)]
pub struct GroundTold {
    /// The ward's number.
    pub seq: i64,
    /// Its area in square metres.
    pub area_m2: f64,
    /// Its groups, in the ward's order.
    pub groups: Vec<GroundLine>,
}

/// An outline somebody gives to a group, checked.
#[derive(Clone, Debug)]
pub struct NewOutline {
    /// The group.
    pub group: GroupId,
    /// The outline.
    pub shape: Shape,
}

/// What deriving outlines did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroundReport {
    /// Groups whose outline is new or another now.
    pub derived: Vec<GroupId>,
    /// Groups whose outline somebody gave: left alone.
    pub kept: Vec<GroupId>,
    /// Groups without an outline because none of their doors has a place.
    pub without: Vec<GroupId>,
    /// Register codes of doors that lie in no piece of their group's outline.
    pub astray: Vec<String>,
}

/// A door on the map: no name, no id.
#[derive(Clone, Debug, PartialEq)]
pub struct DoorMark {
    /// Longitude, latitude in degrees.
    pub at: Point,
    /// House number as written; empty without one.
    pub house_no: String,
    /// Status code.
    pub status: String,
    /// Its alley: a place in [`DoorMarks::ways`].
    pub way: usize,
}

/// An alley on the map.
#[derive(Clone, Debug, PartialEq)]
pub struct DoorWay {
    /// The alley.
    pub id: AlleyId,
    /// Its kind.
    pub kind: AlleyKind,
    /// Its name.
    pub name: String,
    /// Along its doors; a single place for an alley of one door.
    pub line: Vec<Point>,
}

/// The doors of a group that have a place, and its alleys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DoorMarks {
    /// Doors in walking order.
    pub doors: Vec<DoorMark>,
    /// Alleys with at least one of them.
    pub ways: Vec<DoorWay>,
    /// Active households of the group without a place.
    pub unplaced: i64,
}

/// Counts of one group on one business day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayLine {
    /// The day.
    pub day: Day,
    /// The group.
    pub group: GroupId,
    /// Visits made that day.
    pub visits: i64,
    /// Households first visited that day.
    pub hh_visited: i64,
    /// Households whose adult was first met that day.
    pub hh_contacted: i64,
    /// Households first served that day.
    pub hh_served: i64,
}

#[derive(Debug, FromQueryResult)]
struct DoorRow {
    id: Uuid,
    group_id: Uuid,
    alley_id: Uuid,
    code: String,
    house_no: String,
    lon: Option<f64>,
    lat: Option<f64>,
}

/// Active households that count, as places.
fn doors_of(which: Condition) -> sea_orm::Select<household::Entity> {
    use household::Column as C;
    household::Entity::find()
        .select_only()
        .columns([C::Id, C::GroupId, C::AlleyId, C::Code, C::HouseNo, C::Lon, C::Lat])
        .filter(which)
        .filter(C::Active.eq(true))
        .filter(C::Proposed.eq(false))
}

/// The groups of a ward that stand, in its order.
async fn groups_of(
    db: &impl ConnectionTrait,
    ward_code: &str,
) -> Result<Vec<residential_group::Model>, StoreError> {
    Ok(residential_group::Entity::find()
        .filter(residential_group::Column::Ward.eq(ward_code))
        .filter(residential_group::Column::MergedInto.is_null())
        .order_by_asc(residential_group::Column::Position)
        .all(db)
        .await?)
}

fn source_of(row: &residential_group::Model) -> Option<OutlineSource> {
    row.boundary.as_ref()?;
    row.boundary_source.as_deref().and_then(OutlineSource::from_code)
}

async fn write_outline(
    tx: &DatabaseTransaction,
    group: Uuid,
    outline: Option<(&Shape, OutlineSource)>,
    now: Millis,
    seq: i64,
) -> Result<(), StoreError> {
    let label = outline.and_then(|(shape, _)| shape.label());
    residential_group::Entity::update(residential_group::ActiveModel {
        id: Set(group),
        boundary: Set(outline.map(|(shape, _)| shape.write())),
        label_lon: Set(label.map(|l| l[0])),
        label_lat: Set(label.map(|l| l[1])),
        boundary_source: Set(outline.map(|(_, source)| source.code().to_owned())),
        boundary_at: Set(outline.map(|_| now.0)),
        // Phones show the outline of their groups.
        seq: Set(seq),
        ..Default::default()
    })
    .exec(tx)
    .await?;
    Ok(())
}

impl Store {
    /// The outline of a ward.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward.
    pub async fn ward_outline(&self, ward_code: &str) -> Result<Value, StoreError> {
        ward::Entity::find_by_id(ward_code)
            .select_only()
            .column(ward::Column::Boundary)
            .into_tuple()
            .one(&self.read)
            .await?
            .ok_or(StoreError::NotFound)
    }

    /// The outlines of a ward's groups, as the desk keeps them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward.
    pub async fn ground(&self, ward_code: &str) -> Result<GroundTold, StoreError> {
        use household::Column as C;
        let area = |v: &Value| Shape::read(v).map_or(0.0, |shape| shape.area_m2());
        let seq = self.ward_seq(ward_code).await?;
        let outline = self.ward_outline(ward_code).await?;
        let counts: HashMap<Uuid, (i64, i64)> = household::Entity::find()
            .select_only()
            .column(C::GroupId)
            .column_as(C::Id.count(), "doors")
            .column_as(Expr::expr(Func::count(Expr::col(C::Lon))), "placed")
            .filter(C::Ward.eq(ward_code))
            .filter(C::Active.eq(true))
            .filter(C::Proposed.eq(false))
            .group_by(C::GroupId)
            .into_tuple::<(Uuid, i64, i64)>()
            .all(&self.read)
            .await?
            .into_iter()
            .map(|(group, doors, placed)| (group, (doors, placed)))
            .collect();
        let groups = groups_of(&self.read, ward_code)
            .await?
            .into_iter()
            .map(|g| {
                let (doors, placed) = counts.get(&g.id).copied().unwrap_or_default();
                GroundLine {
                    id: GroupId(g.id),
                    source: source_of(&g),
                    made_at: g.boundary_at.map(Millis),
                    area_m2: g.boundary.as_ref().map_or(0.0, area),
                    code: g.code,
                    name: g.name,
                    doors,
                    placed,
                }
            })
            .collect();
        Ok(GroundTold { seq, area_m2: area(&outline), groups })
    }

    /// Gives outlines to groups, all or none. What was there is replaced: the caller has shown what.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one of them is no group of the ward, or part of another now.
    pub async fn set_outlines(
        &self,
        ward_code: &str,
        outlines: &[NewOutline],
        source: OutlineSource,
        now: Millis,
    ) -> Result<i64, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward_code).await? + 1;
        let standing: BTreeSet<Uuid> =
            groups_of(&tx, ward_code).await?.into_iter().map(|g| g.id).collect();
        for outline in outlines {
            if !standing.contains(&outline.group.0) {
                return Err(StoreError::NotFound);
            }
            write_outline(&tx, outline.group.0, Some((&outline.shape, source)), now, seq).await?;
        }
        set_seq(&tx, ward_code, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward_code, seq);
        Ok(seq)
    }

    /// Says where a household's door is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is no household of the ward.
    pub async fn place_door(
        &self,
        ward_code: &str,
        id: HouseholdId,
        point: Point,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let done = household::Entity::update_many()
            .col_expr(household::Column::Lon, Expr::value(point[0]))
            .col_expr(household::Column::Lat, Expr::value(point[1]))
            .col_expr(household::Column::PointSource, Expr::value(PointSource::Desk.code()))
            .filter(household::Column::Id.eq(id.0))
            .filter(household::Column::Ward.eq(ward_code))
            .exec(&tx)
            .await?;
        if done.rows_affected == 0 {
            return Err(StoreError::NotFound);
        }
        Ok(tx.commit().await?)
    }

    /// Takes a group's outline away, so that the next deriving makes one out of its doors.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is no group of the ward.
    pub async fn drop_outline(
        &self,
        ward_code: &str,
        group: GroupId,
        now: Millis,
    ) -> Result<i64, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward_code).await? + 1;
        if !groups_of(&tx, ward_code).await?.iter().any(|g| g.id == group.0) {
            return Err(StoreError::NotFound);
        }
        write_outline(&tx, group.0, None, now, seq).await?;
        set_seq(&tx, ward_code, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward_code, seq);
        Ok(seq)
    }

    /// Derives the outline of every group that nobody gave one, from its doors. An outline that came
    /// from a person or a file is never touched, and its ground goes to nobody else.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward; [`StoreError::Conflict`] when its own outline
    /// cannot be read.
    pub async fn derive_outlines(
        &self,
        ward_code: &str,
        now: Millis,
    ) -> Result<GroundReport, StoreError> {
        let doors = doors_of(Condition::all().add(household::Column::Ward.eq(ward_code)))
            .order_by_asc(household::Column::Id)
            .into_model::<DoorRow>()
            .all(&self.read)
            .await?;
        let outline = Shape::read(&self.ward_outline(ward_code).await?)
            .map_err(|fault| StoreError::Conflict(format!("the ward's outline: {fault}")))?;
        let groups = groups_of(&self.read, ward_code).await?;
        let given =
            |g: &residential_group::Model| source_of(g).is_some_and(OutlineSource::is_given);
        let kept: BTreeSet<Uuid> = groups.iter().filter(|g| given(g)).map(|g| g.id).collect();
        let shapes: Vec<Shape> = groups
            .iter()
            .filter(|g| kept.contains(&g.id))
            .filter_map(|g| Shape::read(g.boundary.as_ref()?).ok())
            .collect();
        let (codes, places): (Vec<String>, Vec<(Uuid, Point)>) = doors
            .into_iter()
            .filter(|d| !kept.contains(&d.group_id))
            .filter_map(|d| Some((d.code, (d.group_id, [d.lon?, d.lat?]))))
            .unzip();
        // A second of arithmetic for a whole ward: not on the thread that serves others.
        let found = tokio::task::spawn_blocking(move || derive(&outline, &shapes, &places))
            .await
            .map_err(|e| StoreError::Db(sea_orm::DbErr::Custom(e.to_string())))?;
        let mut report = self.write_derived(ward_code, &found, now).await?;
        report.astray = found.astray.iter().filter_map(|n| codes.get(*n).cloned()).collect();
        Ok(report)
    }

    async fn write_derived(
        &self,
        ward_code: &str,
        found: &Derived<Uuid>,
        now: Millis,
    ) -> Result<GroundReport, StoreError> {
        let shapes: BTreeMap<Uuid, &Shape> = found.shapes.iter().map(|(g, s)| (*g, s)).collect();
        let mut report = GroundReport::default();
        let mut erased = false;
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward_code).await? + 1;
        for group in groups_of(&tx, ward_code).await? {
            // Somebody may have given it one while this was computed.
            if source_of(&group).is_some_and(OutlineSource::is_given) {
                report.kept.push(GroupId(group.id));
                continue;
            }
            match shapes.get(&group.id) {
                Some(shape) if group.boundary.as_ref() == Some(&shape.write()) => {}
                Some(shape) => {
                    let outline = Some((*shape, OutlineSource::Derived));
                    write_outline(&tx, group.id, outline, now, seq).await?;
                    report.derived.push(GroupId(group.id));
                }
                None => {
                    if group.boundary.is_some() {
                        write_outline(&tx, group.id, None, now, seq).await?;
                        erased = true;
                    }
                    report.without.push(GroupId(group.id));
                }
            }
        }
        if report.derived.is_empty() && !erased {
            return Ok(report);
        }
        set_seq(&tx, ward_code, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward_code, seq);
        Ok(report)
    }

    /// The doors of a group that have a place, with number and status, and its alleys.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the group is not one of the ward.
    pub async fn door_marks(
        &self,
        ward_code: &str,
        group: GroupId,
    ) -> Result<DoorMarks, StoreError> {
        use household::Column as C;
        let db = &self.read;
        residential_group::Entity::find_by_id(group.0)
            .filter(residential_group::Column::Ward.eq(ward_code))
            .one(db)
            .await?
            .ok_or(StoreError::NotFound)?;
        let ways = alley::Entity::find()
            .filter(alley::Column::GroupId.eq(group.0))
            .order_by_asc(alley::Column::Sort)
            .all(db)
            .await?;
        let statuses: HashMap<Uuid, String> = household_state::Entity::find()
            .select_only()
            .columns([household_state::Column::HouseholdId, household_state::Column::Status])
            .filter(household_state::Column::GroupId.eq(group.0))
            .into_tuple()
            .all(db)
            .await?
            .into_iter()
            .collect();
        let rows = doors_of(Condition::all().add(C::GroupId.eq(group.0)))
            .order_by_asc(C::AlleyId)
            .order_by_asc(C::Sort)
            .into_model::<DoorRow>()
            .all(db)
            .await?;
        let mut by_alley: HashMap<Uuid, Vec<DoorRow>> = HashMap::new();
        for row in rows {
            by_alley.entry(row.alley_id).or_default().push(row);
        }
        let mut marks = DoorMarks::default();
        for way in ways {
            let mut line = Vec::new();
            for row in by_alley.remove(&way.id).unwrap_or_default() {
                let Some(at) = row.lon.zip(row.lat).map(|(lon, lat)| [lon, lat]) else {
                    marks.unplaced += 1;
                    continue;
                };
                line.push(at);
                let status = statuses.get(&row.id).map_or("not_visited", String::as_str);
                marks.doors.push(DoorMark {
                    at,
                    house_no: row.house_no,
                    status: status.to_owned(),
                    way: marks.ways.len(),
                });
            }
            if !line.is_empty() {
                marks.ways.push(DoorWay {
                    id: AlleyId(way.id),
                    kind: AlleyKind::from_code(&way.kind).unwrap_or(AlleyKind::Lane),
                    name: way.name,
                    line: gocua_ground::way(&line),
                });
            }
        }
        Ok(marks)
    }

    /// Counts by business day and group, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn days(&self, ward_code: &str) -> Result<Vec<DayLine>, StoreError> {
        let mut lines: BTreeMap<(Day, GroupId), DayLine> = BTreeMap::new();
        let line = |day: Day, group: GroupId| DayLine {
            day,
            group,
            visits: 0,
            hh_visited: 0,
            hh_contacted: 0,
            hh_served: 0,
        };
        let rows = rollup_day::Entity::find()
            .filter(rollup_day::Column::Ward.eq(ward_code))
            .all(&self.read)
            .await?;
        for row in rows {
            let (day, group) = (Day(row.day), GroupId(row.group_id));
            let to = lines.entry((day, group)).or_insert_with(|| line(day, group));
            (to.visits, to.hh_visited, to.hh_served) = (row.visits, row.hh_visited, row.hh_served);
        }
        // No rollup keeps first meetings by day; the states of the doors do, one row a household.
        let met: Vec<(Uuid, Option<i32>, i64)> = household_state::Entity::find()
            .select_only()
            .column(household_state::Column::GroupId)
            .column(household_state::Column::FirstContacted)
            .column_as(household_state::Column::HouseholdId.count(), "met")
            .join_rev(
                JoinType::InnerJoin,
                household::Entity::belongs_to(household_state::Entity)
                    .from(household::Column::Id)
                    .to(household_state::Column::HouseholdId)
                    .into(),
            )
            .filter(household_state::Column::Ward.eq(ward_code))
            .filter(household_state::Column::FirstContacted.is_not_null())
            .filter(household::Column::Active.eq(true))
            .filter(household::Column::Proposed.eq(false))
            .group_by(household_state::Column::GroupId)
            .group_by(household_state::Column::FirstContacted)
            .into_tuple()
            .all(&self.read)
            .await?;
        for (group, day, met) in met {
            let Some(day) = day.map(Day) else { continue };
            let group = GroupId(group);
            lines.entry((day, group)).or_insert_with(|| line(day, group)).hh_contacted = met;
        }
        Ok(lines.into_values().collect())
    }
}
