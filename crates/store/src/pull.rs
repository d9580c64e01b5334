//! What a phone is given: the rows of its team's alleys that are newer than its cursor.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use gocua_domain::address::Side;
use gocua_domain::id::{AccountId, AlleyId, GroupId, HouseholdId, TeamId, VisitId};
use gocua_domain::notice;
use gocua_domain::pull::{
    AlleyView, CampaignRef, Cursor, DoorView, Gone, GroupView, Me, Page, PullAnswer, TeamRef,
    VisitView, WardRef,
};
use gocua_domain::territory::AlleyKind;
use gocua_domain::time::{Day, Millis};

use crate::db::{Store, StoreError};
use crate::entity::{
    account, alley, assignment, campaign, household, household_state, residential_group, skill,
    team, visit, ward,
};
use crate::people::{self, DoorPeople};
use crate::register::doubles_of;
use crate::sync::FactRow;

/// Points kept of a group's outline on a phone; its sketch is a few hundred pixels wide.
const OUTLINE_POINTS: usize = 60;
/// Doors one answer brings at most, give or take the last alley: the work of one request is bounded,
/// and a phone that loses its line in the middle goes on from there.
const PAGE_DOORS: i64 = 3_000;

/// Who pulls.
#[derive(Clone, Debug)]
pub struct Puller {
    /// The ward.
    pub ward: String,
    /// The account.
    pub account: AccountId,
    /// Its team; without one nothing is in reach.
    pub team: Option<TeamId>,
    /// Is it an officer's? Then what was passed on to the police is.
    pub officer: bool,
}

impl Store {
    /// The last number given out in a ward.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward.
    pub async fn ward_seq(&self, ward: &str) -> Result<i64, StoreError> {
        ward::Entity::find_by_id(ward)
            .select_only()
            .column(ward::Column::Seq)
            .into_tuple()
            .one(&self.read)
            .await?
            .ok_or(StoreError::NotFound)
    }

    /// Everything in the reader's reach that is newer than the cursor; everything without one.
    ///
    /// The ward's number is read first: what commits during the reading is either in the answer and
    /// comes once more with the next pull, or comes then for the first time. Nothing is skipped.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn pull(
        &self,
        who: &Puller,
        cursor: Option<Cursor>,
        now: Millis,
    ) -> Result<PullAnswer, StoreError> {
        let db = &self.read;
        let seq = self.ward_seq(&who.ward).await?;
        let team = who.team.unwrap_or(TeamId(Uuid::nil()));
        // A cursor ahead of the book was read from a book that has been restored: begin again.
        let cursor = cursor.filter(|c| c.team == team && c.seq <= seq);
        let page = cursor.and_then(|c| c.page);
        let today = now.day();
        let span = match (cursor, page) {
            (Some(c), Some(page)) => {
                Span { since: page.since, upto: c.seq, after: Some(page.after), today }
            }
            (at, _) => Span { since: at.map(|c| c.seq), upto: seq, after: None, today },
        };
        let mut answer = PullAnswer {
            cursor: Cursor { seq: span.upto, team, page: None }.to_string(),
            reset: span.since.is_none() && span.after.is_none(),
            more: false,
            seq: span.upto,
            server_time: now,
            me: None,
            notices: Vec::new(),
            referral_kinds: Vec::new(),
            skills: Vec::new(),
            groups: Vec::new(),
            alleys: Vec::new(),
            doors: Vec::new(),
            gone: Gone::default(),
            badge: Vec::new(),
            quality: None,
            alerts: None,
            codes: Vec::new(),
            police: None,
        };
        if span.since == Some(seq) {
            return Ok(answer);
        }
        if span.after.is_none() {
            answer.me = Some(me(db, who, now).await?);
        }
        if answer.reset {
            answer.notices = notice::published().to_vec();
            answer.referral_kinds = people::promises(db, &who.ward).await?;
        }
        if span.after.is_none() {
            answer.skills = skills_since(db, &who.ward, span.since).await?;
            answer.quality = Some(crate::quality::own(db, who.account, now).await?);
            if who.officer {
                answer.police = crate::police::book(db, who, span.since, now).await?.map(Box::new);
            }
        }
        if let Some(after) = reach(db, who, team, span, &mut answer).await? {
            answer.more = true;
            let page = Some(Page { since: span.since, after });
            answer.cursor = Cursor { seq: span.upto, team, page }.to_string();
        }
        Ok(answer)
    }
}

/// What one request reads: rows newer than `since`, alleys after `after`. What commits after `upto`
/// may be in it too, and comes once more with the pull after the last page.
#[derive(Clone, Copy)]
struct Span {
    since: Option<i64>,
    upto: i64,
    after: Option<AlleyId>,
    today: Day,
}

/// The whole catalogue, if anything of it is newer.
async fn skills_since(
    db: &impl ConnectionTrait,
    ward: &str,
    since: Option<i64>,
) -> Result<Vec<gocua_domain::skill::Skill>, StoreError> {
    let newest: Option<Option<i64>> = skill::Entity::find()
        .select_only()
        .column_as(skill::Column::Seq.max(), "newest")
        .filter(skill::Column::Ward.eq(ward))
        .into_tuple()
        .one(db)
        .await?;
    if newest.flatten().is_some_and(|s| since.is_none_or(|since| s > since)) {
        crate::sync::skills(db, ward).await
    } else {
        Ok(Vec::new())
    }
}

async fn me(db: &impl ConnectionTrait, who: &Puller, now: Millis) -> Result<Me, StoreError> {
    let account =
        account::Entity::find_by_id(who.account.0).one(db).await?.ok_or(StoreError::NotFound)?;
    let ward: (String, String) = ward::Entity::find_by_id(&who.ward)
        .select_only()
        .columns([ward::Column::Code, ward::Column::Name])
        .into_tuple()
        .one(db)
        .await?
        .ok_or(StoreError::NotFound)?;
    let team = match who.team {
        Some(id) => team::Entity::find_by_id(id.0).one(db).await?,
        None => None,
    };
    let next_evening = match who.team {
        Some(team) => crate::roster::next_evening(db, team, now).await?,
        None => None,
    };
    let campaign = campaign::Entity::find()
        .filter(campaign::Column::Ward.eq(&who.ward))
        .order_by_desc(campaign::Column::StartsOn)
        .one(db)
        .await?;
    Ok(Me {
        account_id: who.account,
        name: account.name,
        role: account.role,
        ward: WardRef { code: ward.0, name: ward.1 },
        team: team.map(|t| TeamRef { id: TeamId(t.id), name: t.name }),
        campaign: campaign.map(|c| CampaignRef {
            name: c.name,
            starts_on: Day(c.starts_on),
            ends_on: Day(c.ends_on),
        }),
        next_evening,
        badge_no: None,
    })
}

/// The alleys that fit on one page, in the order of their ids, and the last of them if more follow.
async fn page_of(
    db: &impl ConnectionTrait,
    held: &BTreeSet<Uuid>,
    after: Option<AlleyId>,
) -> Result<(BTreeSet<Uuid>, Option<AlleyId>), StoreError> {
    let left: Vec<Uuid> =
        held.iter().copied().filter(|id| after.is_none_or(|after| *id > after.0)).collect();
    let counts: Vec<(Uuid, i64)> = household::Entity::find()
        .select_only()
        .column(household::Column::AlleyId)
        .column_as(household::Column::Id.count(), "doors")
        .filter(household::Column::AlleyId.is_in(left.iter().copied()))
        .group_by(household::Column::AlleyId)
        .into_tuple()
        .all(db)
        .await?;
    let counts: HashMap<Uuid, i64> = counts.into_iter().collect();
    let (mut page, mut doors) = (BTreeSet::new(), 0);
    for (n, id) in left.iter().enumerate() {
        page.insert(*id);
        doors += counts.get(id).copied().unwrap_or_default();
        if doors >= PAGE_DOORS && n + 1 < left.len() {
            return Ok((page, Some(AlleyId(*id))));
        }
    }
    Ok((page, None))
}

/// Fills in alleys, doors, groups and what is gone. Returns the last alley of the page, if more
/// follow.
async fn reach(
    db: &impl ConnectionTrait,
    who: &Puller,
    team: TeamId,
    span: Span,
    answer: &mut PullAnswer,
) -> Result<Option<AlleyId>, StoreError> {
    let since = span.since.unwrap_or(-1);
    let held = assignment::Entity::find()
        .filter(assignment::Column::TeamId.eq(team.0))
        .filter(assignment::Column::ToSeq.is_null().or(assignment::Column::ToSeq.gt(since)))
        .all(db)
        .await?;
    let (open, closed): (Vec<_>, Vec<_>) = held.into_iter().partition(|a| a.to_seq.is_none());
    let now_held: BTreeSet<Uuid> = open.iter().map(|a| a.alley_id).collect();
    if span.since.is_some() && span.after.is_none() {
        let gone: BTreeSet<Uuid> =
            closed.iter().map(|a| a.alley_id).filter(|id| !now_held.contains(id)).collect();
        answer.gone.alleys = gone.into_iter().map(AlleyId).collect();
    }
    let (page, more) = page_of(db, &now_held, span.after).await?;
    let alleys = alley::Entity::find()
        .filter(alley::Column::Id.is_in(page))
        .order_by_asc(alley::Column::Sort)
        .all(db)
        .await?;
    let newly: BTreeSet<Uuid> =
        open.iter().filter(|a| a.from_seq > since).map(|a| a.alley_id).collect();
    let (whole, kept): (Vec<_>, Vec<_>) =
        alleys.into_iter().partition(|a| a.seq > since || newly.contains(&a.id));

    let mut doors = whole_doors(db, who, &whole, span.today).await?;
    let changed = changed_doors(db, who, &kept, span, &mut answer.gone).await?;
    answer.doors = changed;
    let groups_of =
        |alleys: &[alley::Model]| alleys.iter().map(|a| a.group_id).collect::<BTreeSet<Uuid>>();
    // A group that has swallowed another looks different to those who hold only its own alleys too.
    let changed = residential_group::Column::Id
        .is_in(groups_of(&kept))
        .and(residential_group::Column::Seq.gt(since));
    answer.groups = residential_group::Entity::find()
        .filter(residential_group::Column::Id.is_in(groups_of(&whole)).or(changed))
        .order_by_asc(residential_group::Column::Position)
        .all(db)
        .await?
        .into_iter()
        .map(|g| GroupView {
            id: GroupId(g.id),
            outline: g.boundary.as_ref().map(outline).unwrap_or_default(),
            code: g.code,
            name: g.name,
        })
        .collect();
    answer.alleys = whole
        .into_iter()
        .map(|a| {
            Ok(AlleyView {
                id: AlleyId(a.id),
                group_id: GroupId(a.group_id),
                parent_id: a.parent_id.map(AlleyId),
                kind: AlleyKind::from_code(&a.kind).ok_or_else(|| unreadable("alley kind"))?,
                name: a.name,
                mouth: a.mouth,
                sort: a.sort,
                doors: doors.remove(&a.id).unwrap_or_default(),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(more)
}

fn unreadable(what: &str) -> StoreError {
    StoreError::Db(sea_orm::DbErr::Custom(format!("unreadable row: {what}")))
}

/// All doors of some alleys, in walking order.
async fn whole_doors(
    db: &impl ConnectionTrait,
    who: &Puller,
    alleys: &[alley::Model],
    today: Day,
) -> Result<HashMap<Uuid, Vec<DoorView>>, StoreError> {
    if alleys.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = household::Entity::find()
        .filter(household::Column::AlleyId.is_in(alleys.iter().map(|a| a.id)))
        .filter(household::Column::DeletedAt.is_null())
        .filter(household::Column::MergedInto.is_null())
        .order_by_asc(household::Column::Sort)
        .all(db)
        .await?;
    let mut doors: HashMap<Uuid, Vec<DoorView>> = HashMap::new();
    for (alley, view) in views(db, who, rows, today).await? {
        doors.entry(alley).or_default().push(view);
    }
    Ok(doors)
}

/// Doors of held alleys whose register entry or visits changed.
async fn changed_doors(
    db: &impl ConnectionTrait,
    who: &Puller,
    alleys: &[alley::Model],
    span: Span,
    gone: &mut Gone,
) -> Result<Vec<DoorView>, StoreError> {
    let since = span.since.unwrap_or(-1);
    if alleys.is_empty() {
        return Ok(Vec::new());
    }
    let ids = || alleys.iter().map(|a| a.id);
    let visited: Vec<Uuid> = household_state::Entity::find()
        .select_only()
        .column(household_state::Column::HouseholdId)
        .filter(household_state::Column::AlleyId.is_in(ids()))
        .filter(household_state::Column::Seq.gt(since))
        .into_tuple()
        .all(db)
        .await?;
    let rows = household::Entity::find()
        .filter(household::Column::AlleyId.is_in(ids()))
        .filter(household::Column::Seq.gt(since).or(household::Column::Id.is_in(visited)))
        .order_by_asc(household::Column::Sort)
        .all(db)
        .await?;
    let (rows, left): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|h| h.deleted_at.is_none() && h.merged_into.is_none());
    gone.households = left.into_iter().map(|h| HouseholdId(h.id)).collect();
    let mut doors = views(db, who, rows, span.today).await?;
    for (alley, view) in &mut doors {
        view.alley_id = Some(AlleyId(*alley));
    }
    Ok(doors.into_iter().map(|(_, view)| view).collect())
}

/// Households with their visits and people, as their team sees them; each with its alley.
async fn views(
    db: &impl ConnectionTrait,
    who: &Puller,
    rows: Vec<household::Model>,
    today: Day,
) -> Result<Vec<(Uuid, DoorView)>, StoreError> {
    let (mut visits, mut people) = behind_doors(db, who, &rows, today).await?;
    Ok(rows
        .into_iter()
        .map(|h| {
            let DoorPeople { people, flags, note, referrals, helped_on } =
                people.remove(&h.id).unwrap_or_default();
            let proposed = crate::register::waits(&h);
            let at = h.lon.zip(h.lat).map(|(lon, lat)| [about(lon), about(lat)]);
            let view = DoorView {
                id: HouseholdId(h.id),
                alley_id: None,
                code: h.code,
                no: h.house_no,
                sort: h.sort,
                side: h.side.as_deref().and_then(side),
                at,
                landmark: h.landmark,
                head: h.head_name,
                members: h.members,
                adults: h.adults,
                active: h.active,
                proposed,
                visits: visits.remove(&h.id).unwrap_or_default(),
                people,
                flags,
                note,
                referrals,
                helped_on,
            };
            (h.alley_id, view)
        })
        .collect())
}

/// Degrees, as a phone is given them: to about 11 m.
fn about(degrees: f64) -> f64 {
    (degrees * 1e4).round() / 1e4
}

fn side(code: &str) -> Option<Side> {
    match code {
        "odd" => Some(Side::Odd),
        "even" => Some(Side::Even),
        _ => None,
    }
}

/// Visits and people by door.
type BehindDoors = (HashMap<Uuid, Vec<VisitView>>, HashMap<Uuid, DoorPeople>);

async fn behind_doors(
    db: &impl ConnectionTrait,
    who: &Puller,
    households: &[household::Model],
    today: Day,
) -> Result<BehindDoors, StoreError> {
    let teams: BTreeMap<Uuid, String> = team::Entity::find()
        .filter(team::Column::Ward.eq(&who.ward))
        .all(db)
        .await?
        .into_iter()
        .map(|t| (t.id, t.name))
        .collect();
    let mut found: HashMap<Uuid, Vec<VisitView>> = HashMap::new();
    let mut people: HashMap<Uuid, DoorPeople> = HashMap::new();
    // Within the limit of bound values, whatever the size of the turf.
    for part in households.chunks(10_000) {
        // A double's visits stand at the household it was merged into.
        let doubles = doubles_of(db, part.iter().map(|h| h.id)).await?;
        let ids: Vec<Uuid> = part.iter().map(|h| h.id).chain(doubles.keys().copied()).collect();
        let door = |id: Uuid| doubles.get(&id).copied().unwrap_or(id);
        let visits = visit::Entity::find()
            .filter(visit::Column::HouseholdId.is_in(ids.iter().copied()))
            .filter(visit::Column::WithdrawnAt.is_null())
            .filter(visit::Column::ReplacedBy.is_null())
            .order_by_asc(visit::Column::MadeAt)
            .order_by_asc(visit::Column::Id);
        let rows = FactRow::select(visits)
            .columns([visit::Column::Corrects, visit::Column::Version])
            .into_model::<VersionedRow>()
            .all(db)
            .await?;
        let counting: HashSet<Uuid> = rows.iter().map(|row| row.fact.id).collect();
        let counts = |visit: Uuid| counting.contains(&visit);
        people.extend(people::of_doors(db, who, &ids, door, counts, today).await?);
        for VersionedRow { fact: row, corrects, version } in rows {
            let fact = row.fact()?;
            found.entry(door(row.household_id)).or_default().push(VisitView {
                id: VisitId(row.id),
                at: fact.made_at,
                outcome: fact.outcome,
                comeback: fact.comeback,
                team: row.team_id.and_then(|id| teams.get(&id).cloned()),
                of: corrects.map(VisitId),
                versions: (version > 1).then_some(version),
                mine: row.account_id == who.account.0,
            });
        }
    }
    Ok((found, people))
}

/// A visit with its place among its versions.
#[derive(Debug, FromQueryResult)]
struct VersionedRow {
    #[sea_orm(nested)]
    fact: FactRow,
    corrects: Option<Uuid>,
    version: i32,
}

/// The outer rings of a GeoJSON polygon, thinned and rounded to about a metre.
fn outline(geometry: &serde_json::Value) -> Vec<Vec<[f64; 2]>> {
    let coordinates = &geometry["coordinates"];
    let polygons: Vec<&serde_json::Value> = match geometry["type"].as_str() {
        Some("Polygon") => vec![coordinates],
        Some("MultiPolygon") => coordinates.as_array().into_iter().flatten().collect(),
        _ => Vec::new(),
    };
    let round = |v: &serde_json::Value| v.as_f64().map(|x| (x * 1e5).round() / 1e5);
    polygons
        .into_iter()
        .map(|rings| {
            let ring: Vec<[f64; 2]> = rings[0]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|p| Some([round(&p[0])?, round(&p[1])?]))
                .collect();
            let step = ring.len().div_ceil(OUTLINE_POINTS).max(1);
            ring.into_iter().step_by(step).collect()
        })
        .collect()
}
