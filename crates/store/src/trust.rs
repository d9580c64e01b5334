//! Badges, the codes of residential groups, and what the ward answers to a resident who asks whether
//! somebody was sent.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, JoinType,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set, Unchanged,
};
use uuid::Uuid;

use gocua_domain::account::Role;
use gocua_domain::alert::AlertView;
use gocua_domain::id::{AccountId, BadgeId, GroupId, TeamId};
use gocua_domain::pull::BADGE_DAYS;
use gocua_domain::search::search_key;
use gocua_domain::time::{Day, Millis};

use crate::alert::alerts_in_force;
use crate::db::{Store, StoreError, chunks, lock_ward, set_seq};
use crate::entity::{
    account, alley, assignment, badge, code_epoch, residential_group, shift, shift_plan, team,
    trust_term, ward,
};
use crate::names::{account_names, team_names};
use crate::roster::WALKING;

/// The term that holds the ward's duty phone.
const DUTY_PHONE: &str = "duty_phone";
/// Days a leaflet that was printed before hangs at most: its codes end then.
const LEAFLET_HANGS: i64 = gocua_domain::trust::LEAFLET_DAYS - 1;
/// Times a number is drawn for one badge before something is wrong with the dice.
const DRAWS: usize = 200;

/// A badge about to be made.
#[derive(Clone, Debug)]
pub struct FreshBadge {
    /// Six digits.
    pub number: String,
    /// What the code on it leads to.
    pub token: String,
}

/// What makes badges: another one with every call.
pub type BadgeMaker<'a> = &'a mut (dyn FnMut() -> FreshBadge + Send);

/// A badge as the desk keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadgeLine {
    /// Identity.
    pub id: BadgeId,
    /// Whose.
    pub account: AccountId,
    /// Its holder's name.
    pub name: String,
    /// Volunteer or lead.
    pub role: Role,
    /// The holder's team.
    pub team: Option<TeamId>,
    /// Six digits.
    pub number: String,
    /// What the code on it leads to.
    pub token: String,
    /// When it was made.
    pub made_at: Millis,
    /// When it was revoked, and by whom.
    pub revoked: Option<(Millis, String)>,
    /// May its holder not sign in any more?
    pub disabled: bool,
}

/// A team that is announced for today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamTonight {
    /// The team.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// Its planned evenings of today: from, to in minutes since midnight, and where they meet.
    pub plans: Vec<(i32, i32, String)>,
    /// Has one of it begun a shift today that is not over?
    pub out: bool,
    /// The groups it holds alleys in.
    pub groups: Vec<GroupId>,
}

/// How the codes of a group stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCodes {
    /// The group.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// How often its codes were changed, by the day from which they are.
    pub epochs: Epochs,
    /// The day from which leaflets printed before are wrong, until they are printed again.
    pub stale_from: Option<Day>,
}

/// How often the codes of a group were changed, by the day from which they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Epochs(BTreeMap<Day, i32>);

impl Epochs {
    /// The number that counts on a day.
    pub fn on(&self, day: Day) -> i32 {
        self.0.range(..=day).next_back().map_or(0, |(_, epoch)| *epoch)
    }
}

/// The desk's room of trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustDesk {
    /// Teams announced for today, by name.
    pub tonight: Vec<TeamTonight>,
    /// Names of all teams that are not closed.
    pub teams: Vec<(TeamId, String)>,
    /// Badges of everybody who walks, by name; of each person those in force first.
    pub badges: Vec<BadgeLine>,
    /// The ward's groups, in its order.
    pub groups: Vec<GroupCodes>,
    /// The ward's duty phone; empty when none is set.
    pub duty_phone: String,
}

/// A ward as the public page needs it; true as long as its number has not moved.
#[derive(Clone, Debug)]
pub struct TrustBoard {
    /// The ward's number it was read at.
    pub seq: i64,
    /// The day it is of.
    pub today: Day,
    /// The ward's groups, in its order.
    pub groups: Vec<(GroupId, String)>,
    /// Teams announced for today, with the groups they hold alleys in.
    pub announced: HashMap<TeamId, BTreeSet<GroupId>>,
    /// How often each group's codes were changed.
    pub epochs: HashMap<GroupId, Epochs>,
    /// Warnings in force.
    pub alerts: Vec<AlertView>,
    /// The ward's duty phone; empty when none is set.
    pub duty_phone: String,
}

/// A ward by name, with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WardNow {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The last number given out in it.
    pub seq: i64,
}

/// Which badge a resident asks about.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// A number, in a ward.
    Number(&'a str, &'a str),
    /// What the code on a badge leads to.
    Token(&'a str),
}

/// A badge that is known, whatever became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownBadge {
    /// Its ward.
    pub ward: String,
    /// Has it not been revoked?
    pub good: bool,
    /// The team its holder walks with now, unless the holder may not sign in any more.
    pub team: Option<TeamId>,
}

impl Store {
    /// Makes the badges of everybody who walks with a team and never had one. Answers how many.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn make_badges(
        &self,
        ward: &str,
        make: BadgeMaker<'_>,
        now: Millis,
    ) -> Result<usize, StoreError> {
        // Most of the time there is nothing to do, and nobody waits for the ward's lock for that.
        if without_badge(&self.read, ward).await?.is_empty() {
            return Ok(0);
        }
        let tx = self.begin().await?;
        // Two looks at once make one badge each. The ward's number stays: whoever looks is told.
        lock_ward(&tx, self.engine(), ward).await?;
        let people = without_badge(&tx, ward).await?;
        insert_badges(&tx, ward, &people, make, now).await?;
        tx.commit().await?;
        Ok(people.len())
    }

    /// Revokes a badge: from the next question on the ward does not answer for it. From tomorrow the
    /// codes of its holder's groups are other ones. Twice is once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such badge.
    pub async fn revoke_badge(
        &self,
        ward: &str,
        id: BadgeId,
        by: AccountId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let known = badge_of(&tx, ward, id).await?;
        if known.revoked_at.is_some() {
            return Ok(());
        }
        revoke_badges(&tx, ward, known.account_id, by, now).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }

    /// Takes a revocation back. Codes that were changed stay changed. Twice is once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such badge, [`StoreError::Conflict`] when its
    /// holder has another one in force.
    pub async fn restore_badge(&self, ward: &str, id: BadgeId) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let known = badge_of(&tx, ward, id).await?;
        if known.revoked_at.is_none() {
            return Ok(());
        }
        let other = badge::Entity::find()
            .filter(badge::Column::AccountId.eq(known.account_id))
            .filter(badge::Column::RevokedAt.is_null())
            .count(&tx)
            .await?;
        if other > 0 {
            return Err(StoreError::Conflict("badge in force".into()));
        }
        let row = badge::ActiveModel {
            id: Unchanged(id.0),
            revoked_at: Set(None),
            revoked_by: Set(None),
            ..Default::default()
        };
        row.update(&tx).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }

    /// Gives the holder of a badge another one; the badges the holder had are revoked, and the codes
    /// change from tomorrow if one was in force.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such badge.
    pub async fn replace_badge(
        &self,
        ward: &str,
        id: BadgeId,
        make: BadgeMaker<'_>,
        by: AccountId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let known = badge_of(&tx, ward, id).await?;
        revoke_badges(&tx, ward, known.account_id, by, now).await?;
        insert_badges(&tx, ward, &[known.account_id], make, now).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }

    /// Sets the ward's duty phone; empty takes it away.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn set_duty_phone(&self, ward: &str, phone: &str) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let row = trust_term::ActiveModel {
            ward: Set(ward.to_owned()),
            term: Set(DUTY_PHONE.to_owned()),
            value: Set(phone.to_owned()),
        };
        use trust_term::Column as T;
        let again = OnConflict::columns([T::Ward, T::Term]).update_column(T::Value).to_owned();
        trust_term::Entity::insert(row).on_conflict(again).exec_without_returning(&tx).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }

    /// Notes that the leaflets of these groups were printed: those are right again.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn leaflets_printed(
        &self,
        ward: &str,
        groups: &[GroupId],
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        code_epoch::Entity::update_many()
            .col_expr(code_epoch::Column::PrintedAt, Expr::value(now.0))
            .filter(code_epoch::Column::Ward.eq(ward))
            .filter(code_epoch::Column::GroupId.is_in(groups.iter().map(|g| g.0)))
            .exec(&tx)
            .await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }

    /// Everything the desk's room of trust shows.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn trust_desk(&self, ward: &str, now: Millis) -> Result<TrustDesk, StoreError> {
        let db = &self.read;
        let today = now.day();
        let names = team_names(db, ward).await?;
        let holds = holds(db, ward).await?;
        let out = out_today(db, ward, now).await?;
        let mut plans: BTreeMap<Uuid, Vec<(i32, i32, String)>> = BTreeMap::new();
        for plan in plans_of(db, ward, today).await? {
            let one = (plan.from_minute, plan.to_minute, plan.place);
            plans.entry(plan.team_id).or_default().push(one);
        }
        let announced: BTreeSet<Uuid> = plans.keys().chain(&out).copied().collect();
        let mut tonight: Vec<TeamTonight> = announced
            .into_iter()
            .map(|id| TeamTonight {
                id: TeamId(id),
                name: names.get(&id).cloned().unwrap_or_default(),
                plans: plans.remove(&id).unwrap_or_default(),
                out: out.contains(&id),
                groups: holds.get(&id).into_iter().flatten().map(|g| GroupId(*g)).collect(),
            })
            .collect();
        tonight.sort_by_cached_key(|t| (search_key(&t.name), t.id));
        let mut teams: Vec<(TeamId, String)> = team::Entity::find()
            .filter(team::Column::Ward.eq(ward))
            .filter(team::Column::ClosedAt.is_null())
            .all(db)
            .await?
            .into_iter()
            .map(|t| (TeamId(t.id), t.name))
            .collect();
        teams.sort_by_cached_key(|(id, name)| (search_key(name), *id));
        let mut epochs = epochs(db, ward).await?;
        let stale = stale_leaflets(db, ward, today).await?;
        let groups = groups_of(db, ward).await?;
        let groups = groups.into_iter().map(|(id, name)| GroupCodes {
            epochs: epochs.remove(&id).unwrap_or_default(),
            stale_from: stale.get(&id).copied(),
            id,
            name,
        });
        Ok(TrustDesk {
            tonight,
            teams,
            badges: self.badges(ward).await?,
            groups: groups.collect(),
            duty_phone: duty_phone(db, ward).await?,
        })
    }

    async fn badges(&self, ward: &str) -> Result<Vec<BadgeLine>, StoreError> {
        let people: HashMap<Uuid, account::Model> = account::Entity::find()
            .filter(account::Column::Ward.eq(ward))
            .filter(account::Column::Role.is_in(WALKING))
            .all(&self.read)
            .await?
            .into_iter()
            .map(|a| (a.id, a))
            .collect();
        let rows = badge::Entity::find().filter(badge::Column::Ward.eq(ward)).all(&self.read);
        let rows = rows.await?;
        let names = account_names(&self.read, rows.iter().filter_map(|b| b.revoked_by)).await?;
        let mut lines: Vec<BadgeLine> = rows
            .into_iter()
            .filter_map(|b| {
                let holder = people.get(&b.account_id)?;
                let by = || b.revoked_by.and_then(|by| names.get(&by).cloned()).unwrap_or_default();
                Some(BadgeLine {
                    id: BadgeId(b.id),
                    account: AccountId(b.account_id),
                    name: holder.name.clone(),
                    role: Role::from_code(&holder.role)?,
                    team: holder.team_id.map(TeamId),
                    made_at: Millis(b.made_at),
                    revoked: b.revoked_at.map(|at| (Millis(at), by())),
                    disabled: holder.disabled,
                    number: b.number,
                    token: b.token,
                })
            })
            .collect();
        lines.sort_by_cached_key(|b| {
            (search_key(&b.name), b.account, b.revoked.is_some(), std::cmp::Reverse(b.made_at))
        });
        Ok(lines)
    }

    /// A group of the ward by name, with how often its codes were changed.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such group.
    pub async fn group_codes(
        &self,
        ward: &str,
        group: GroupId,
    ) -> Result<(String, Epochs), StoreError> {
        let groups = groups_of(&self.read, ward).await?;
        let (_, name) =
            groups.into_iter().find(|(id, _)| *id == group).ok_or(StoreError::NotFound)?;
        let mut epochs = epochs(&self.read, ward).await?;
        Ok((name, epochs.remove(&group).unwrap_or_default()))
    }

    /// The groups a team holds alleys in, with how often the codes of each were changed.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn team_codes(
        &self,
        ward: &str,
        team: TeamId,
    ) -> Result<Vec<(GroupId, Epochs)>, StoreError> {
        let groups = groups_held(&self.read, team.0, None).await?;
        let mut epochs = epochs(&self.read, ward).await?;
        let each = groups.into_iter().map(GroupId);
        Ok(each.map(|id| (id, epochs.remove(&id).unwrap_or_default())).collect())
    }

    /// The wards of the book, with the number each has come to.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn wards_now(&self) -> Result<Vec<WardNow>, StoreError> {
        let rows: Vec<(String, String, i64)> = ward::Entity::find()
            .select_only()
            .columns([ward::Column::Code, ward::Column::Name, ward::Column::Seq])
            .order_by_asc(ward::Column::Code)
            .into_tuple()
            .all(&self.read)
            .await?;
        Ok(rows.into_iter().map(|(code, name, seq)| WardNow { code, name, seq }).collect())
    }

    /// What the public page says of a ward today.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, [`StoreError::NotFound`] for an unknown ward.
    pub async fn trust_board(&self, ward: &str, now: Millis) -> Result<TrustBoard, StoreError> {
        let db = &self.read;
        // First: what commits during the reading makes this stale and not wrong.
        let seq = self.ward_seq(ward).await?;
        let today = now.day();
        let holds = holds(db, ward).await?;
        let mut announced = out_today(db, ward, now).await?;
        announced.extend(plans_of(db, ward, today).await?.into_iter().map(|p| p.team_id));
        let groups =
            |team: &Uuid| holds.get(team).into_iter().flatten().map(|g| GroupId(*g)).collect();
        Ok(TrustBoard {
            seq,
            today,
            groups: groups_of(db, ward).await?,
            announced: announced.iter().map(|team| (TeamId(*team), groups(team))).collect(),
            epochs: epochs(db, ward).await?,
            alerts: alerts_in_force(db, ward, None, today).await?,
            duty_phone: duty_phone(db, ward).await?,
        })
    }

    /// The badge that is asked about. One statement, whatever becomes of it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn shown_badge(&self, shown: Shown<'_>) -> Result<Option<KnownBadge>, StoreError> {
        use badge::Column as B;
        let holder = badge::Entity::belongs_to(account::Entity)
            .from(B::AccountId)
            .to(account::Column::Id)
            .into();
        let badges = badge::Entity::find()
            .select_only()
            .columns([B::Ward, B::RevokedAt])
            .columns([account::Column::TeamId, account::Column::Disabled])
            .join(JoinType::InnerJoin, holder);
        let badges = match shown {
            Shown::Number(ward, number) => {
                badges.filter(B::Ward.eq(ward)).filter(B::Number.eq(number))
            }
            Shown::Token(token) => badges.filter(B::Token.eq(token)),
        };
        let row: Option<(String, Option<i64>, Option<Uuid>, bool)> =
            badges.into_tuple().one(&self.read).await?;
        Ok(row.map(|(ward, revoked, team, disabled)| KnownBadge {
            ward,
            good: revoked.is_none(),
            team: team.filter(|_| !disabled).map(TeamId),
        }))
    }
}

/// Number and token of the badge of an account that is in force.
pub(crate) async fn badge_in_force(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Option<(String, String)>, StoreError> {
    Ok(badge::Entity::find()
        .select_only()
        .columns([badge::Column::Number, badge::Column::Token])
        .filter(badge::Column::AccountId.eq(account.0))
        .filter(badge::Column::RevokedAt.is_null())
        .into_tuple()
        .one(db)
        .await?)
}

/// Revokes the badges of somebody who walks, and changes the codes of the team's groups from tomorrow.
/// Says whether any was in force; nothing changes when none was. Under the ward's lock.
pub(crate) async fn revoke_badges(
    tx: &DatabaseTransaction,
    ward: &str,
    holder: Uuid,
    by: AccountId,
    now: Millis,
) -> Result<bool, StoreError> {
    let revoked = badge::Entity::update_many()
        .col_expr(badge::Column::RevokedAt, Expr::value(now.0))
        .col_expr(badge::Column::RevokedBy, Expr::value(by.0))
        .filter(badge::Column::AccountId.eq(holder))
        .filter(badge::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    if revoked.rows_affected == 0 {
        return Ok(false);
    }
    change_codes(tx, ward, holder, now).await?;
    Ok(true)
}

/// Changes the codes of the groups somebody knows them of, from tomorrow: what is posted for today
/// stays true. Under the ward's lock.
pub(crate) async fn change_codes(
    tx: &DatabaseTransaction,
    ward: &str,
    holder: Uuid,
    now: Millis,
) -> Result<(), StoreError> {
    let team: Option<Option<Uuid>> = account::Entity::find_by_id(holder)
        .select_only()
        .column(account::Column::TeamId)
        .into_tuple()
        .one(tx)
        .await?;
    let Some(team) = team.flatten() else { return Ok(()) };
    // A phone holds codes for some days: of groups the team gave back since then too.
    let groups = groups_held(tx, team, Some(now.plus(-BADGE_DAYS * 86_400_000))).await?;
    let epochs = epochs(tx, ward).await?;
    let tomorrow = now.day().plus(1);
    let rows = groups.into_iter().map(|group| {
        let last = epochs.get(&GroupId(group)).and_then(|e| e.0.values().max()).copied();
        code_epoch::ActiveModel {
            ward: Set(ward.to_owned()),
            group_id: Set(group),
            from_day: Set(tomorrow.0),
            epoch: Set(last.unwrap_or_default() + 1),
            raised_at: Set(now.0),
            printed_at: Set(None),
        }
    });
    use code_epoch::Column as C;
    let again = OnConflict::columns([C::Ward, C::GroupId, C::FromDay])
        .update_columns([C::Epoch, C::RaisedAt, C::PrintedAt])
        .to_owned();
    for rows in chunks(rows.collect(), 6) {
        let insert = code_epoch::Entity::insert_many(rows).on_conflict(again.clone());
        insert.exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn badge_of(
    tx: &DatabaseTransaction,
    ward: &str,
    id: BadgeId,
) -> Result<badge::Model, StoreError> {
    let known = badge::Entity::find_by_id(id.0).one(tx).await?;
    known.filter(|b| b.ward == ward).ok_or(StoreError::NotFound)
}

/// Who walks with a team, may sign in and never had a badge.
async fn without_badge(db: &impl ConnectionTrait, ward: &str) -> Result<Vec<Uuid>, StoreError> {
    use sea_orm::sea_query::Query;
    let had = Query::select()
        .column(badge::Column::AccountId)
        .from(badge::Entity)
        .and_where(badge::Column::Ward.eq(ward))
        .to_owned();
    Ok(account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Ward.eq(ward))
        .filter(account::Column::Role.is_in(WALKING))
        .filter(account::Column::TeamId.is_not_null())
        .filter(account::Column::Disabled.eq(false))
        .filter(account::Column::Id.not_in_subquery(had))
        .order_by_asc(account::Column::Id)
        .into_tuple()
        .all(db)
        .await?)
}

/// Makes one badge for each; a number is never given twice in a ward.
async fn insert_badges(
    tx: &DatabaseTransaction,
    ward: &str,
    people: &[Uuid],
    make: BadgeMaker<'_>,
    now: Millis,
) -> Result<(), StoreError> {
    let mut given: BTreeSet<String> = badge::Entity::find()
        .select_only()
        .column(badge::Column::Number)
        .filter(badge::Column::Ward.eq(ward))
        .into_tuple::<String>()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    let mut rows = Vec::with_capacity(people.len());
    for person in people {
        let fresh = std::iter::repeat_with(&mut *make)
            .take(DRAWS)
            .find(|fresh| given.insert(fresh.number.clone()))
            .ok_or_else(|| StoreError::Conflict("number of a badge".into()))?;
        rows.push(badge::ActiveModel {
            id: Set(Uuid::now_v7()),
            ward: Set(ward.to_owned()),
            account_id: Set(*person),
            number: Set(fresh.number),
            token: Set(fresh.token),
            made_at: Set(now.0),
            revoked_at: Set(None),
            revoked_by: Set(None),
        });
    }
    for rows in chunks(rows, 8) {
        badge::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn groups_of(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<Vec<(GroupId, String)>, StoreError> {
    let rows: Vec<(Uuid, String)> = residential_group::Entity::find()
        .select_only()
        .columns([residential_group::Column::Id, residential_group::Column::Name])
        .filter(residential_group::Column::Ward.eq(ward))
        .filter(residential_group::Column::MergedInto.is_null())
        .order_by_asc(residential_group::Column::Position)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, name)| (GroupId(id), name)).collect())
}

/// The groups each team of a ward holds alleys in.
async fn holds(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<HashMap<Uuid, BTreeSet<Uuid>>, StoreError> {
    let rows: Vec<(Uuid, Uuid)> = held_alleys()
        .filter(assignment::Column::Ward.eq(ward))
        .filter(assignment::Column::ToAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let mut holds: HashMap<Uuid, BTreeSet<Uuid>> = HashMap::new();
    for (team, group) in rows {
        holds.entry(team).or_default().insert(group);
    }
    Ok(holds)
}

/// The groups a team holds alleys in, or held since some time.
pub(crate) async fn groups_held(
    db: &impl ConnectionTrait,
    team: Uuid,
    since: Option<Millis>,
) -> Result<BTreeSet<Uuid>, StoreError> {
    let now = assignment::Column::ToAt.is_null();
    let held = match since {
        Some(since) => now.or(assignment::Column::ToAt.gt(since.0)),
        None => now,
    };
    let rows: Vec<(Uuid, Uuid)> = held_alleys()
        .filter(assignment::Column::TeamId.eq(team))
        .filter(held)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(_, group)| group).collect())
}

/// Team and group of alleys that are or were held, each pair once.
fn held_alleys() -> sea_orm::Select<assignment::Entity> {
    let there = assignment::Entity::belongs_to(alley::Entity)
        .from(assignment::Column::AlleyId)
        .to(alley::Column::Id)
        .into();
    assignment::Entity::find()
        .select_only()
        .distinct()
        .column(assignment::Column::TeamId)
        .column(alley::Column::GroupId)
        .join(JoinType::InnerJoin, there)
}

async fn plans_of(
    db: &impl ConnectionTrait,
    ward: &str,
    day: Day,
) -> Result<Vec<shift_plan::Model>, StoreError> {
    Ok(shift_plan::Entity::find()
        .filter(shift_plan::Column::Ward.eq(ward))
        .filter(shift_plan::Column::Day.eq(day.0))
        .order_by_asc(shift_plan::Column::FromMinute)
        .order_by_asc(shift_plan::Column::Id)
        .all(db)
        .await?)
}

/// Teams of which somebody began a shift today that is not over.
async fn out_today(
    db: &impl ConnectionTrait,
    ward: &str,
    now: Millis,
) -> Result<BTreeSet<Uuid>, StoreError> {
    let midnight = now.day().start().unwrap_or(now);
    let who = shift::Entity::belongs_to(account::Entity)
        .from(shift::Column::AccountId)
        .to(account::Column::Id)
        .into();
    let rows: Vec<Option<Uuid>> = shift::Entity::find()
        .select_only()
        .distinct()
        .column(account::Column::TeamId)
        .join(JoinType::InnerJoin, who)
        .filter(shift::Column::Ward.eq(ward))
        .filter(shift::Column::OpenedAt.gte(midnight.0))
        .filter(shift::Column::ClosedAt.is_null())
        .filter(account::Column::Disabled.eq(false))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().flatten().collect())
}

async fn epochs(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<HashMap<GroupId, Epochs>, StoreError> {
    let rows = code_epoch::Entity::find().filter(code_epoch::Column::Ward.eq(ward)).all(db).await?;
    let mut epochs: HashMap<GroupId, Epochs> = HashMap::new();
    for row in rows {
        let of = epochs.entry(GroupId(row.group_id)).or_default();
        of.0.insert(Day(row.from_day), row.epoch);
    }
    Ok(epochs)
}

/// Groups whose codes were changed since their leaflets were printed, and from which day those are
/// wrong; not those whose last leaflet has run out meanwhile.
async fn stale_leaflets(
    db: &impl ConnectionTrait,
    ward: &str,
    today: Day,
) -> Result<HashMap<GroupId, Day>, StoreError> {
    let rows = code_epoch::Entity::find()
        .filter(code_epoch::Column::Ward.eq(ward))
        .filter(code_epoch::Column::FromDay.gte(today.plus(-LEAFLET_HANGS).0))
        .filter(code_epoch::Column::PrintedAt.is_null())
        .order_by_desc(code_epoch::Column::FromDay)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (GroupId(row.group_id), Day(row.from_day))).collect())
}

async fn duty_phone(db: &impl ConnectionTrait, ward: &str) -> Result<String, StoreError> {
    let term = trust_term::Entity::find_by_id((ward.to_owned(), DUTY_PHONE.to_owned()));
    Ok(term.one(db).await?.map(|t| t.value).unwrap_or_default())
}
