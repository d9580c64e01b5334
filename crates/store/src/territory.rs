//! The ward's ground: founding a ward, giving alleys to teams.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde_json::Value;
use uuid::Uuid;

use gocua_domain::address::Side;
use gocua_domain::ground::RegisterChange;
use gocua_domain::id::{AccountId, AlleyId, DeviceId, GroupId, HouseholdId, TeamId, VisitId};
use gocua_domain::pull::CampaignRef;
use gocua_domain::skill::Skill;
use gocua_domain::territory::{AlleyKind, OutlineSource, PointSource};
use gocua_domain::time::Millis;
use gocua_domain::visit::VisitRecord;

use crate::coverage::{AlleyCoverage, Target};
use crate::db::{Store, StoreError, chunks, lock_ward, set_seq};
use crate::entity::{
    account, alley, assignment, campaign, household, residential_group, skill, target, team, visit,
    ward,
};
use crate::ledger::{self, Act};

/// Everything a ward begins with.
#[derive(Clone, Debug)]
pub struct NewWard {
    /// Official code.
    pub code: String,
    /// Name.
    pub name: String,
    /// City.
    pub city: String,
    /// GeoJSON geometry of its outline.
    pub boundary: Value,
    /// Is it made up, for trying things out?
    pub demo: bool,
    /// Its residential groups.
    pub groups: Vec<NewGroup>,
    /// Its streets and alleys, parents before children.
    pub alleys: Vec<NewAlley>,
    /// Its households.
    pub households: Vec<NewHousehold>,
    /// Its teams.
    pub teams: Vec<(TeamId, String)>,
    /// Its accounts.
    pub accounts: Vec<NewAccount>,
    /// Which team holds which alley, since when.
    pub assignments: Vec<(AlleyId, TeamId, Millis)>,
    /// Its catalogue, in its own order.
    pub skills: Vec<Skill>,
    /// Its campaign, if one runs.
    pub campaign: Option<CampaignRef>,
    /// Figures to reach.
    pub targets: Vec<Target>,
    /// Visits made before the book began.
    pub visits: Vec<PastVisit>,
}

/// A residential group to begin with.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// Identity.
    pub id: GroupId,
    /// Short code.
    pub code: String,
    /// Name.
    pub name: String,
    /// GeoJSON geometry.
    pub boundary: Option<Value>,
    /// Where its label stands: longitude, latitude in degrees.
    pub label: Option<[f64; 2]>,
}

/// An alley to begin with.
#[derive(Clone, Debug)]
pub struct NewAlley {
    /// Identity.
    pub id: AlleyId,
    /// Its group.
    pub group: GroupId,
    /// The way it turns off.
    pub parent: Option<AlleyId>,
    /// Its kind.
    pub kind: AlleyKind,
    /// Its name.
    pub name: String,
    /// House number at its mouth.
    pub mouth: Option<String>,
    /// Order among its siblings.
    pub sort: String,
}

/// A household to begin with.
#[derive(Clone, Debug)]
pub struct NewHousehold {
    /// Identity.
    pub id: HouseholdId,
    /// Register code, unique in the ward.
    pub code: String,
    /// Its group.
    pub group: GroupId,
    /// Its alley.
    pub alley: AlleyId,
    /// House number as written; empty without one.
    pub house_no: String,
    /// Order along the alley.
    pub sort: String,
    /// Side of the alley.
    pub side: Option<Side>,
    /// Landmark.
    pub landmark: Option<String>,
    /// Name of the head.
    pub head_name: Option<String>,
    /// Members.
    pub members: Option<i32>,
    /// Members from 14 years.
    pub adults: Option<i32>,
    /// Folded text that search looks in.
    pub search_key: String,
    /// Where its door is: longitude, latitude in degrees, where the register says so.
    pub point: Option<[f64; 2]>,
}

/// An account to begin with.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Identity.
    pub id: AccountId,
    /// What is typed to sign in.
    pub login: String,
    /// Display name.
    pub name: String,
    /// Role code.
    pub role: String,
    /// Its team.
    pub team: Option<TeamId>,
    /// Its group.
    pub group: Option<GroupId>,
    /// argon2id hash of the password, in PHC form.
    pub password_hash: String,
}

/// A visit made before the book began.
#[derive(Clone, Debug)]
pub struct PastVisit {
    /// Identity.
    pub id: VisitId,
    /// The author.
    pub account: AccountId,
    /// The author's team.
    pub team: TeamId,
    /// The device.
    pub device: DeviceId,
    /// When.
    pub made_at: Millis,
    /// What was recorded.
    pub record: VisitRecord,
}

pub(crate) fn side_code(side: Side) -> &'static str {
    match side {
        Side::Odd => "odd",
        Side::Even => "even",
    }
}

pub(crate) fn household_row(ward: &str, h: &NewHousehold, seq: i64) -> household::ActiveModel {
    household::ActiveModel {
        id: Set(h.id.0),
        ward: Set(ward.to_owned()),
        group_id: Set(h.group.0),
        alley_id: Set(h.alley.0),
        code: Set(h.code.clone()),
        house_no: Set(h.house_no.clone()),
        sort: Set(h.sort.clone()),
        side: Set(h.side.map(|s| side_code(s).to_owned())),
        landmark: Set(h.landmark.clone()),
        head_name: Set(h.head_name.clone()),
        members: Set(h.members),
        adults: Set(h.adults),
        search_key: Set(h.search_key.clone()),
        active: Set(true),
        deleted_at: Set(None),
        seq: Set(seq),
        merged_into: Set(None),
        removed_why: Set(None),
        proposed: Set(false),
        left_on: Set(None),
        lon: Set(h.point.map(|p| p[0])),
        lat: Set(h.point.map(|p| p[1])),
        point_source: Set(h.point.map(|_| PointSource::Import.code().to_owned())),
    }
}

pub(crate) fn alley_row(ward: &str, a: &NewAlley, seq: i64) -> alley::ActiveModel {
    alley::ActiveModel {
        id: Set(a.id.0),
        ward: Set(ward.to_owned()),
        group_id: Set(a.group.0),
        parent_id: Set(a.parent.map(|p| p.0)),
        kind: Set(a.kind.code().to_owned()),
        name: Set(a.name.clone()),
        mouth: Set(a.mouth.clone()),
        sort: Set(a.sort.clone()),
        seq: Set(seq),
    }
}

pub(crate) fn group_row(
    ward: &str,
    g: &NewGroup,
    position: i32,
    seq: i64,
) -> residential_group::ActiveModel {
    residential_group::ActiveModel {
        id: Set(g.id.0),
        ward: Set(ward.to_owned()),
        code: Set(g.code.clone()),
        name: Set(g.name.clone()),
        search_key: Set(gocua_domain::search::search_key(&g.name)),
        position: Set(position),
        boundary: Set(g.boundary.clone()),
        label_lon: Set(g.label.map(|l| l[0])),
        label_lat: Set(g.label.map(|l| l[1])),
        seq: Set(seq),
        merged_into: Set(None),
        valid_from: Set(None),
        valid_to: Set(None),
        former_ward: Set(None),
        // What a ward begins with was brought in a file, whoever made it.
        boundary_source: Set(g.boundary.as_ref().map(|_| OutlineSource::Uploaded.code().into())),
        boundary_at: Set(None),
    }
}

impl Store {
    /// Wards in the book, by code.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn wards(&self) -> Result<Vec<String>, StoreError> {
        Ok(ward::Entity::find()
            .select_only()
            .column(ward::Column::Code)
            .order_by_asc(ward::Column::Code)
            .into_tuple()
            .all(&self.read)
            .await?)
    }

    /// Wards whose people are made up, by code.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn demo_wards(&self) -> Result<Vec<String>, StoreError> {
        Ok(ward::Entity::find()
            .select_only()
            .column(ward::Column::Code)
            .filter(ward::Column::Demo.eq(true))
            .order_by_asc(ward::Column::Code)
            .into_tuple()
            .all(&self.read)
            .await?)
    }

    /// Households in the register of a ward, inactive ones included.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn household_count(&self, ward: &str) -> Result<u64, StoreError> {
        Ok(household::Entity::find()
            .filter(household::Column::Ward.eq(ward))
            .count(&self.read)
            .await?)
    }

    /// Writes a whole ward in one transaction, rollups included. `step` is told what comes next.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the ward or one of its codes and logins exists; nothing is
    /// written then.
    pub async fn found(
        &self,
        new: &NewWard,
        now: Millis,
        step: impl FnMut(&'static str) + Send,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = self.found_in(&tx, new, now, step).await?;
        tx.commit().await?;
        self.writers.announce(&new.code, seq);
        Ok(())
    }

    /// Writes a whole ward; to commit and to announce its number is the caller's.
    pub(crate) async fn found_in(
        &self,
        tx: &sea_orm::DatabaseTransaction,
        new: &NewWard,
        now: Millis,
        mut step: impl FnMut(&'static str) + Send,
    ) -> Result<i64, StoreError> {
        let code = new.code.as_str();
        let seq = 1;
        step("ward");
        ward::Entity::insert(ward::ActiveModel {
            code: Set(new.code.clone()),
            name: Set(new.name.clone()),
            city: Set(new.city.clone()),
            boundary: Set(new.boundary.clone()),
            seq: Set(0),
            demo: Set(new.demo),
            created_at: Set(now.0),
        })
        .exec_without_returning(tx)
        .await?;
        let rows: Vec<_> =
            new.groups.iter().zip(1..).map(|(g, n)| group_row(code, g, n, seq)).collect();
        for rows in chunks(rows, 16) {
            residential_group::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        let rows = new.alleys.iter().map(|a| alley_row(code, a, seq)).collect();
        for rows in chunks(rows, 9) {
            alley::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        step("households");
        let rows = new.households.iter().map(|h| household_row(code, h, seq)).collect();
        for rows in chunks(rows, 23) {
            household::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        let counted = new.households.iter().map(|h| ledger::Line::new(h.id.0, h.group.0, 1));
        // A register that was walked before it came here was in force when the first went out.
        let first_visit = new.visits.iter().map(|v| v.made_at.day()).min();
        let (what, act) = (RegisterChange::Opening, Act::program(now).from_day(first_visit));
        ledger::note(tx, code, seq, what, &act, counted).await?;
        step("people");
        self.found_people(tx, new, now, seq).await?;
        crate::people::found(tx, code).await?;
        crate::withdrawal::found(tx, code).await?;
        crate::turf::found(tx, code).await?;
        step("visits");
        found_visits(tx, new, seq).await?;
        step("coverage");
        crate::rollup::rebuild_in(tx, code, seq).await?;
        set_seq(tx, code, seq).await?;
        Ok(seq)
    }

    async fn found_people(
        &self,
        tx: &sea_orm::DatabaseTransaction,
        new: &NewWard,
        now: Millis,
        seq: i64,
    ) -> Result<(), StoreError> {
        let code = new.code.as_str();
        let rows: Vec<_> = new
            .teams
            .iter()
            .map(|(id, name)| team::ActiveModel {
                id: Set(id.0),
                ward: Set(code.to_owned()),
                name: Set(name.clone()),
                created_at: Set(now.0),
                closed_at: Set(None),
                doors_per_evening: Set(None),
            })
            .collect();
        for rows in chunks(rows, 6) {
            team::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        let rows: Vec<_> = new
            .accounts
            .iter()
            .map(|a| account::ActiveModel {
                id: Set(a.id.0),
                ward: Set(Some(code.to_owned())),
                team_id: Set(a.team.map(|t| t.0)),
                group_id: Set(a.group.map(|g| g.0)),
                login: Set(a.login.clone()),
                name: Set(a.name.clone()),
                role: Set(a.role.clone()),
                password_hash: Set(a.password_hash.clone()),
                disabled: Set(false),
                failures: Set(0),
                locked_until: Set(None),
                created_at: Set(now.0),
                invite_id: Set(None),
            })
            .collect();
        for rows in chunks(rows, 13) {
            account::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        let rows: Vec<_> = new
            .assignments
            .iter()
            .map(|(alley, team, since)| assignment_row(code, *alley, *team, *since, seq, None))
            .collect();
        for rows in chunks(rows, 9) {
            assignment::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        let rows: Vec<_> = new
            .skills
            .iter()
            .zip(1..)
            .map(|(s, position)| skill::ActiveModel {
                ward: Set(code.to_owned()),
                code: Set(s.code.clone()),
                vi: Set(s.vi.clone()),
                en: Set(s.en.clone()),
                core: Set(s.core),
                quick: Set(s.quick),
                position: Set(position),
                seq: Set(seq),
            })
            .collect();
        for rows in chunks(rows, 8) {
            skill::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        if let Some(c) = &new.campaign {
            campaign::Entity::insert(campaign::ActiveModel {
                id: Set(Uuid::now_v7()),
                ward: Set(code.to_owned()),
                name: Set(c.name.clone()),
                starts_on: Set(c.starts_on.0),
                ends_on: Set(c.ends_on.0),
            })
            .exec_without_returning(tx)
            .await?;
        }
        let rows: Vec<_> = new
            .targets
            .iter()
            .map(|t| target::ActiveModel {
                id: Set(Uuid::now_v7()),
                ward: Set(code.to_owned()),
                indicator: Set(t.indicator.clone()),
                value: Set(t.value),
                unit: Set(t.unit.clone()),
                due_on: Set(t.due_on.0),
                source: Set(t.source.clone()),
            })
            .collect();
        for rows in chunks(rows, 7) {
            target::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        Ok(())
    }

    /// Gives alleys to a team, or takes them back (`team` none). Work done under the old assignment
    /// stays acceptable: the period is closed, not deleted.
    ///
    /// With `with_children`, the alleys that turn off it come along. Returns the named alley as it
    /// now is and the ward's new number.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the alley or the team is not one of the ward.
    pub async fn assign(
        &self,
        ward_code: &str,
        alley_id: AlleyId,
        team_id: Option<TeamId>,
        with_children: bool,
        by: AccountId,
        now: Millis,
    ) -> Result<(AlleyCoverage, i64), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward_code).await? + 1;
        let root = alley::Entity::find_by_id(alley_id.0)
            .filter(alley::Column::Ward.eq(ward_code))
            .one(&tx)
            .await?
            .ok_or(StoreError::NotFound)?;
        if let Some(team_id) = team_id {
            team::Entity::find_by_id(team_id.0)
                .filter(team::Column::Ward.eq(ward_code))
                .filter(team::Column::ClosedAt.is_null())
                .one(&tx)
                .await?
                .ok_or(StoreError::NotFound)?;
        }
        let siblings: Vec<(Uuid, Option<Uuid>)> = alley::Entity::find()
            .select_only()
            .columns([alley::Column::Id, alley::Column::ParentId])
            .filter(alley::Column::GroupId.eq(root.group_id))
            .into_tuple()
            .all(&tx)
            .await?;
        let chosen = if with_children { branch(root.id, &siblings) } else { [root.id].into() };
        let open = assignment::Entity::find()
            .filter(assignment::Column::AlleyId.is_in(chosen.iter().copied()))
            .filter(assignment::Column::ToAt.is_null())
            .all(&tx)
            .await?;
        let keep: BTreeSet<Uuid> = open
            .iter()
            .filter(|a| Some(TeamId(a.team_id)) == team_id)
            .map(|a| a.alley_id)
            .collect();
        let close: Vec<Uuid> =
            open.iter().filter(|a| !keep.contains(&a.alley_id)).map(|a| a.id).collect();
        if !close.is_empty() {
            assignment::Entity::update_many()
                .col_expr(assignment::Column::ToAt, Expr::value(now.0))
                .col_expr(assignment::Column::ToSeq, Expr::value(seq))
                .filter(assignment::Column::Id.is_in(close))
                .exec(&tx)
                .await?;
        }
        if let Some(team_id) = team_id {
            let rows: Vec<_> = chosen
                .iter()
                .filter(|id| !keep.contains(id))
                .map(|id| assignment_row(ward_code, AlleyId(*id), team_id, now, seq, Some(by)))
                .collect();
            for rows in chunks(rows, 9) {
                assignment::Entity::insert_many(rows).exec_without_returning(&tx).await?;
            }
        }
        set_seq(&tx, ward_code, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward_code, seq);
        let mut views = self.alley_views(ward_code, vec![root]).await?;
        Ok((views.pop().ok_or(StoreError::NotFound)?, seq))
    }
}

pub(crate) fn assignment_row(
    ward: &str,
    alley: AlleyId,
    team: TeamId,
    since: Millis,
    seq: i64,
    by: Option<AccountId>,
) -> assignment::ActiveModel {
    assignment::ActiveModel {
        id: Set(Uuid::now_v7()),
        ward: Set(ward.to_owned()),
        alley_id: Set(alley.0),
        team_id: Set(team.0),
        from_at: Set(since.0),
        from_seq: Set(seq),
        to_at: Set(None),
        to_seq: Set(None),
        by_account: Set(by.map(|a| a.0)),
    }
}

/// An alley with everything that turns off it.
fn branch(root: Uuid, alleys: &[(Uuid, Option<Uuid>)]) -> BTreeSet<Uuid> {
    let mut chosen = BTreeSet::from([root]);
    loop {
        let before = chosen.len();
        for (id, parent) in alleys {
            if parent.is_some_and(|p| chosen.contains(&p)) {
                chosen.insert(*id);
            }
        }
        if chosen.len() == before {
            return chosen;
        }
    }
}

async fn found_visits(
    tx: &sea_orm::DatabaseTransaction,
    new: &NewWard,
    seq: i64,
) -> Result<(), StoreError> {
    let places: HashMap<HouseholdId, (GroupId, AlleyId)> =
        new.households.iter().map(|h| (h.id, (h.group, h.alley))).collect();
    let rows: Vec<_> = new
        .visits
        .iter()
        .filter_map(|v| {
            let (group, alley) = places.get(&v.record.household_id)?;
            let people = (!v.record.people.is_empty())
                .then(|| serde_json::to_value(&v.record.people).unwrap_or_default());
            let (occ, count, from_60) = crate::sync::count_people(people.as_ref());
            Some(visit::ActiveModel {
                id: Set(v.id.0),
                ward: Set(new.code.clone()),
                household_id: Set(v.record.household_id.0),
                group_id: Set(group.0),
                alley_id: Set(alley.0),
                team_id: Set(Some(v.team.0)),
                account_id: Set(v.account.0),
                device_id: Set(v.device.0),
                outcome: Set(v.record.outcome.code().to_owned()),
                made_at: Set(v.made_at.0),
                device_made_at: Set(v.made_at.0),
                received_at: Set(v.made_at.0),
                coach_occ: Set(occ as i32),
                people_count: Set(count as i32),
                people_60: Set(from_60 as i32),
                people: Set(people),
                comeback_on: Set(v.record.comeback.map(|c| c.on.0)),
                comeback_band: Set(v.record.comeback.map(|c| crate::sync::code(&c.band))),
                flags: Set(String::new()),
                withdrawn_at: Set(None),
                seq: Set(seq),
                corrects: Set(None),
                version: Set(1),
                replaced_by: Set(None),
                why: Set(None),
                extra: Set(None),
                near: Set(v.record.near.map(|near| crate::sync::code(&near))),
            })
        })
        .collect();
    for rows in chunks(rows, 27) {
        visit::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}
