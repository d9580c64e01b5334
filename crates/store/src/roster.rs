//! The teams of a ward: founded, renamed, closed; who walks with them and who leads; the evenings
//! they plan.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set, Unchanged,
};
use uuid::Uuid;

use gocua_domain::account::Role;
use gocua_domain::id::{AccountId, DeviceId, TeamId};
use gocua_domain::pull::NextEvening;
use gocua_domain::search::search_key;
use gocua_domain::time::{Day, Millis};
use gocua_domain::turf::Term;

use crate::account::end;
use crate::db::{Store, StoreError, lock_ward, set_seq};
use crate::entity::{account, device, invite, session, shift_plan, team, team_stay, turf_term};
use crate::sync::code;
use crate::trust::revoke_badges;
use crate::turf::{evenings, hands_of, terms, write_batch};

/// A team as the desk keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamLine {
    /// The team.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// Alleys it holds.
    pub alleys: i64,
    /// Active households on them.
    pub households: i64,
    /// Homes one of its people knocks at of an evening, where it is not the ward's figure.
    pub doors_per_evening: Option<i32>,
    /// Evenings planned from today on.
    pub evenings: i64,
}

/// A phone of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberPhone {
    /// What its holder calls it.
    pub name: String,
    /// When it was last heard of.
    pub last_seen_at: Millis,
    /// What it still held then.
    pub queued: i64,
    /// Has it been shut out?
    pub revoked: bool,
}

/// Somebody of a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub id: AccountId,
    /// The person's name.
    pub name: String,
    /// Volunteer or lead.
    pub role: Role,
    /// The team.
    pub team: Option<TeamId>,
    /// May it not sign in any more?
    pub disabled: bool,
    /// Its phones, the last heard of first.
    pub phones: Vec<MemberPhone>,
}

/// An evening a team means to go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftPlan {
    /// Identity, made by the desk.
    pub id: Uuid,
    /// The team.
    pub team: TeamId,
    /// The day.
    pub day: Day,
    /// Minutes since midnight: from, to.
    pub minutes: (i32, i32),
    /// Where they meet.
    pub place: String,
}

/// The teams room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    /// Teams that are not closed, by name.
    pub teams: Vec<TeamLine>,
    /// Who walks, by name; those without a team included.
    pub members: Vec<Member>,
    /// Evenings from today on, the earliest first.
    pub plans: Vec<ShiftPlan>,
    /// Homes one person knocks at of an evening.
    pub doors_per_evening: i32,
    /// Evenings of a team that has none planned.
    pub evenings: i32,
}

/// A team to be founded.
#[derive(Clone, Debug)]
pub struct NewTeam {
    /// Identity, made by the desk.
    pub id: TeamId,
    /// Its name.
    pub name: String,
}

/// What changes about a team; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct TeamChange {
    /// Its name.
    pub name: Option<String>,
    /// Homes one of its people knocks at of an evening; inner `None` is the ward's figure.
    pub doors_per_evening: Option<Option<i32>>,
}

/// How a team is closed.
#[derive(Clone, Copy, Debug)]
pub struct CloseTeam {
    /// The team.
    pub id: TeamId,
    /// Who takes its alleys: inner `None` takes them back. Nothing said: it must hold none.
    pub alleys_to: Option<Option<TeamId>>,
    /// Who takes its people. Nothing said: it must have none.
    pub members_to: Option<TeamId>,
    /// The act in which its alleys change hands.
    pub act: Uuid,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Closed, now or before.
    Done,
    /// It still holds alleys, and nobody was named for them.
    HoldsAlleys,
    /// It still has people, and no team was named for them.
    HasMembers,
    /// A team named is not of the ward, closed, or this very team.
    OtherTeam,
}

/// Roles of those who walk with a team.
pub(crate) const WALKING: [&str; 2] = ["volunteer", "team_lead"];

impl Store {
    /// Everything the teams room shows.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn roster(&self, ward: &str, now: Millis) -> Result<Roster, StoreError> {
        let db = &self.read;
        let today = now.day();
        let terms = terms(db, ward).await?;
        let planned = evenings(db, ward, today).await?;
        let own: HashMap<Uuid, Option<i32>> = team::Entity::find()
            .select_only()
            .columns([team::Column::Id, team::Column::DoorsPerEvening])
            .filter(team::Column::Ward.eq(ward))
            .into_tuple()
            .all(db)
            .await?
            .into_iter()
            .collect();
        let teams = self.teams(ward).await?.into_iter().map(|t| TeamLine {
            doors_per_evening: own.get(&t.id.0).copied().flatten(),
            evenings: planned.get(&t.id.0).copied().unwrap_or_default(),
            id: t.id,
            name: t.name,
            alleys: t.alleys,
            households: t.households,
        });
        let plans = shift_plan::Entity::find()
            .filter(shift_plan::Column::Ward.eq(ward))
            .filter(shift_plan::Column::Day.gte(today.0))
            .order_by_asc(shift_plan::Column::Day)
            .order_by_asc(shift_plan::Column::FromMinute)
            .order_by_asc(shift_plan::Column::Id)
            .all(db)
            .await?;
        let plans = plans.into_iter().map(|p| ShiftPlan {
            id: p.id,
            team: TeamId(p.team_id),
            day: Day(p.day),
            minutes: (p.from_minute, p.to_minute),
            place: p.place,
        });
        let term = |term| terms.get(&term).copied().unwrap_or_default();
        Ok(Roster {
            teams: teams.collect(),
            members: self.members(ward).await?,
            plans: plans.collect(),
            doors_per_evening: term(Term::DoorsPerEvening),
            evenings: term(Term::Evenings),
        })
    }

    async fn members(&self, ward: &str) -> Result<Vec<Member>, StoreError> {
        let people = account::Entity::find()
            .filter(account::Column::Ward.eq(ward))
            .filter(account::Column::Role.is_in(WALKING))
            .all(&self.read)
            .await?;
        let mut phones: HashMap<Uuid, Vec<MemberPhone>> = HashMap::new();
        let devices = device::Entity::find()
            .filter(device::Column::Ward.eq(ward))
            .order_by_desc(device::Column::LastSeenAt)
            .order_by_asc(device::Column::Id)
            .all(&self.read)
            .await?;
        for phone in devices {
            phones.entry(phone.account_id).or_default().push(MemberPhone {
                name: phone.name,
                last_seen_at: Millis(phone.last_seen_at),
                queued: i64::from(phone.queued),
                revoked: phone.revoked_at.is_some(),
            });
        }
        let mut members: Vec<Member> = people
            .into_iter()
            .filter_map(|a| {
                Some(Member {
                    id: AccountId(a.id),
                    role: Role::from_code(&a.role)?,
                    team: a.team_id.map(TeamId),
                    disabled: a.disabled,
                    phones: phones.remove(&a.id).unwrap_or_default(),
                    name: a.name,
                })
            })
            .collect();
        members.sort_by_key(|m| (m.disabled, m.role != Role::TeamLead, search_key(&m.name), m.id));
        Ok(members)
    }

    /// Founds a team. The same again does nothing more.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another team of the ward has this name, or the id is taken.
    pub async fn found_team(
        &self,
        ward: &str,
        new: &NewTeam,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        if let Some(known) = team::Entity::find_by_id(new.id.0).one(&tx).await? {
            let same = known.ward == ward && known.name == new.name;
            return if same { Ok(()) } else { Err(StoreError::Conflict("team".into())) };
        }
        free_name(&tx, ward, new.id, &new.name).await?;
        let row = team::ActiveModel {
            id: Set(new.id.0),
            ward: Set(ward.to_owned()),
            name: Set(new.name.clone()),
            created_at: Set(now.0),
            closed_at: Set(None),
            doors_per_evening: Set(None),
        };
        team::Entity::insert(row).exec_without_returning(&tx).await?;
        self.commit_at(tx, ward, seq).await
    }

    /// Renames a team, or says what it can do of an evening.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such open team, [`StoreError::Conflict`] when
    /// another one has the name.
    pub async fn change_team(
        &self,
        ward: &str,
        id: TeamId,
        change: &TeamChange,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        open_team(&tx, ward, id).await?.ok_or(StoreError::NotFound)?;
        let mut row = team::ActiveModel { id: Unchanged(id.0), ..Default::default() };
        if let Some(name) = &change.name {
            free_name(&tx, ward, id, name).await?;
            row.name = Set(name.clone());
        }
        if let Some(doors) = change.doors_per_evening {
            row.doors_per_evening = Set(doors);
        }
        row.update(&tx).await?;
        self.commit_at(tx, ward, seq).await
    }

    /// Closes a team: its alleys and its people go where it is said, its invitations and its planned
    /// evenings end. What it did stays its own.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such team.
    pub async fn close_team(
        &self,
        ward: &str,
        close: &CloseTeam,
        by: AccountId,
        now: Millis,
    ) -> Result<Closed, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let known = team::Entity::find_by_id(close.id.0)
            .filter(team::Column::Ward.eq(ward))
            .one(&tx)
            .await?
            .ok_or(StoreError::NotFound)?;
        if known.closed_at.is_some() {
            return Ok(Closed::Done);
        }
        for other in [close.alleys_to.flatten(), close.members_to].into_iter().flatten() {
            if other == close.id || open_team(&tx, ward, other).await?.is_none() {
                return Ok(Closed::OtherTeam);
            }
        }
        let hands = hands_of(&tx, close.id, close.alleys_to.flatten()).await?;
        if !hands.is_empty() {
            if close.alleys_to.is_none() {
                return Ok(Closed::HoldsAlleys);
            }
            write_batch(&tx, (ward, close.act, seq), &hands, by, now).await?;
        }
        let people = account::Entity::find()
            .filter(account::Column::TeamId.eq(close.id.0))
            .filter(account::Column::Disabled.eq(false))
            .all(&tx)
            .await?;
        if !people.is_empty() {
            let Some(to) = close.members_to else { return Ok(Closed::HasMembers) };
            for person in people {
                change_teams(&tx, ward, &person, to, by, now).await?;
            }
        }
        let closed = team::ActiveModel {
            id: Unchanged(close.id.0),
            closed_at: Set(Some(now.0)),
            ..Default::default()
        };
        closed.update(&tx).await?;
        invite::Entity::update_many()
            .col_expr(invite::Column::RevokedAt, Expr::value(now.0))
            .filter(invite::Column::TeamId.eq(close.id.0))
            .filter(invite::Column::RevokedAt.is_null())
            .exec(&tx)
            .await?;
        shift_plan::Entity::delete_many()
            .filter(shift_plan::Column::TeamId.eq(close.id.0))
            .filter(shift_plan::Column::Day.gte(now.day().0))
            .exec(&tx)
            .await?;
        self.commit_at(tx, ward, seq).await?;
        Ok(Closed::Done)
    }

    /// Moves somebody to another team, or makes a volunteer a lead and back. What they wrote before,
    /// and have not sent yet, counts for the team they walked with then.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such volunteer or lead, or no such open team.
    pub async fn change_member(
        &self,
        ward: &str,
        id: AccountId,
        to: Option<TeamId>,
        role: Option<Role>,
        by: AccountId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let person = walker(&tx, ward, id).await?;
        if let Some(to) = to {
            open_team(&tx, ward, to).await?.ok_or(StoreError::NotFound)?;
            change_teams(&tx, ward, &person, to, by, now).await?;
        }
        if let Some(role) = role {
            let row = account::ActiveModel {
                id: Unchanged(id.0),
                role: Set(role.code().to_owned()),
                ..Default::default()
            };
            row.update(&tx).await?;
        }
        self.commit_at(tx, ward, seq).await
    }

    /// Takes the access of somebody who left away, and shuts out the phones they signed in on last;
    /// their badge is revoked. Answers these phones. Twice is once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such volunteer or lead.
    pub async fn member_left(
        &self,
        ward: &str,
        id: AccountId,
        by: AccountId,
        now: Millis,
    ) -> Result<Vec<DeviceId>, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        walker(&tx, ward, id).await?;
        set_access(&tx, id, false).await?;
        let phones: Vec<Uuid> = device::Entity::find()
            .select_only()
            .column(device::Column::Id)
            .filter(device::Column::AccountId.eq(id.0))
            .filter(device::Column::Ward.eq(ward))
            .into_tuple()
            .all(&tx)
            .await?;
        device::Entity::update_many()
            .col_expr(device::Column::RevokedAt, Expr::value(now.0))
            .col_expr(device::Column::RevokedBy, Expr::value(by.0))
            .filter(device::Column::Id.is_in(phones.iter().copied()))
            .filter(device::Column::RevokedAt.is_null())
            .exec(&tx)
            .await?;
        revoke_badges(&tx, ward, id.0, by, now).await?;
        end(&tx, session::Column::DeviceId.is_in(phones.iter().copied()), "revoked", now).await?;
        end(&tx, session::Column::AccountId.eq(id.0), "disabled", now).await?;
        self.commit_at(tx, ward, seq).await?;
        Ok(phones.into_iter().map(DeviceId).collect())
    }

    /// Gives somebody who left their access back. Their phones stay shut out.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such volunteer or lead.
    pub async fn member_back(&self, ward: &str, id: AccountId) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        walker(&tx, ward, id).await?;
        set_access(&tx, id, true).await?;
        self.commit_at(tx, ward, seq).await
    }

    /// Plans an evening of a team, or changes one that is planned.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such open team, [`StoreError::Conflict`] when the
    /// id is another ward's.
    pub async fn plan_shift(
        &self,
        ward: &str,
        plan: &ShiftPlan,
        by: AccountId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        open_team(&tx, ward, plan.team).await?.ok_or(StoreError::NotFound)?;
        let row = shift_plan::ActiveModel {
            id: Set(plan.id),
            ward: Set(ward.to_owned()),
            team_id: Set(plan.team.0),
            day: Set(plan.day.0),
            from_minute: Set(plan.minutes.0),
            to_minute: Set(plan.minutes.1),
            place: Set(plan.place.clone()),
            by_account: Set(by.0),
            made_at: Set(now.0),
        };
        match shift_plan::Entity::find_by_id(plan.id).one(&tx).await? {
            Some(known) if known.ward != ward => {
                return Err(StoreError::Conflict("planned evening".into()));
            }
            Some(_) => {
                shift_plan::ActiveModel { id: Unchanged(plan.id), ..row }.update(&tx).await?;
            }
            None => {
                shift_plan::Entity::insert(row).exec_without_returning(&tx).await?;
            }
        }
        self.commit_at(tx, ward, seq).await
    }

    /// Calls a planned evening off. Twice is once.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn call_off_shift(&self, ward: &str, id: Uuid) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        shift_plan::Entity::delete_many()
            .filter(shift_plan::Column::Id.eq(id))
            .filter(shift_plan::Column::Ward.eq(ward))
            .exec(&tx)
            .await?;
        self.commit_at(tx, ward, seq).await
    }

    /// Sets what the ward has decided about its evenings.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn set_turf_terms(&self, ward: &str, to: &[(Term, i32)]) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        for (term, amount) in to {
            turf_term::Entity::update_many()
                .col_expr(turf_term::Column::Amount, Expr::value(*amount))
                .filter(turf_term::Column::Ward.eq(ward))
                .filter(turf_term::Column::Term.eq(code(term)))
                .exec(&tx)
                .await?;
        }
        self.commit_at(tx, ward, seq).await
    }

    /// Ends a change of the ward's teams: under a number of its own, so that open desks hear of it.
    async fn commit_at(
        &self,
        tx: DatabaseTransaction,
        ward: &str,
        seq: i64,
    ) -> Result<(), StoreError> {
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }
}

async fn open_team(
    tx: &DatabaseTransaction,
    ward: &str,
    id: TeamId,
) -> Result<Option<team::Model>, StoreError> {
    Ok(team::Entity::find_by_id(id.0)
        .filter(team::Column::Ward.eq(ward))
        .filter(team::Column::ClosedAt.is_null())
        .one(tx)
        .await?)
}

/// A name nobody would take for another team's: marks and capitals make no difference.
async fn free_name(
    tx: &DatabaseTransaction,
    ward: &str,
    id: TeamId,
    name: &str,
) -> Result<(), StoreError> {
    let teams = team::Entity::find()
        .filter(team::Column::Ward.eq(ward))
        .filter(team::Column::ClosedAt.is_null())
        .filter(team::Column::Id.ne(id.0))
        .all(tx)
        .await?;
    let key = search_key(name);
    if teams.iter().any(|t| search_key(&t.name) == key) {
        return Err(StoreError::Conflict("name of a team".into()));
    }
    Ok(())
}

/// Somebody of the ward who walks with a team.
async fn walker(
    tx: &DatabaseTransaction,
    ward: &str,
    id: AccountId,
) -> Result<account::Model, StoreError> {
    account::Entity::find_by_id(id.0)
        .filter(account::Column::Ward.eq(ward))
        .filter(account::Column::Role.is_in(WALKING))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or(StoreError::NotFound)
}

/// Writes down which team somebody leaves and when, and puts them into the other.
async fn change_teams(
    tx: &DatabaseTransaction,
    ward: &str,
    person: &account::Model,
    to: TeamId,
    by: AccountId,
    now: Millis,
) -> Result<(), StoreError> {
    let Some(from) = person.team_id.filter(|from| *from != to.0) else {
        if person.team_id.is_none() {
            join_team(tx, person.id, to).await?;
        }
        return Ok(());
    };
    // Two changes within one millisecond are one: the team in between was walked with by nobody.
    let again = team_stay::Entity::find_by_id((person.id, now.0)).count(tx).await? > 0;
    if !again {
        let stay = team_stay::ActiveModel {
            account_id: Set(person.id),
            until_at: Set(now.0),
            ward: Set(ward.to_owned()),
            team_id: Set(from),
            by_account: Set(by.0),
        };
        team_stay::Entity::insert(stay).exec_without_returning(tx).await?;
    }
    join_team(tx, person.id, to).await
}

async fn join_team(tx: &DatabaseTransaction, id: Uuid, to: TeamId) -> Result<(), StoreError> {
    let row =
        account::ActiveModel { id: Unchanged(id), team_id: Set(Some(to.0)), ..Default::default() };
    row.update(tx).await?;
    Ok(())
}

async fn set_access(tx: &DatabaseTransaction, id: AccountId, may: bool) -> Result<(), StoreError> {
    let row =
        account::ActiveModel { id: Unchanged(id.0), disabled: Set(!may), ..Default::default() };
    row.update(tx).await?;
    Ok(())
}

/// The evening a team goes out next: the first planned one that is not over.
pub(crate) async fn next_evening(
    db: &impl ConnectionTrait,
    team: TeamId,
    now: Millis,
) -> Result<Option<NextEvening>, StoreError> {
    use shift_plan::Column as C;
    let today = now.day().0;
    let still = C::Day.eq(today).and(C::ToMinute.gt(now.minute()));
    let next = shift_plan::Entity::find()
        .filter(C::TeamId.eq(team.0))
        .filter(C::Day.gt(today).or(still))
        .order_by_asc(C::Day)
        .order_by_asc(C::FromMinute)
        .order_by_asc(C::Id)
        .one(db)
        .await?;
    Ok(next.map(|plan| NextEvening {
        day: Day(plan.day),
        from_minute: plan.from_minute,
        to_minute: plan.to_minute,
        place: plan.place,
    }))
}
