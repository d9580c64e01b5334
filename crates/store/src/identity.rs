//! The police's monthly counts of residential groups, and the rows their report is made of.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use gocua_domain::help::{HelpResult, HelpType};
use gocua_domain::id::{AccountId, GroupId, ReferralId};
use gocua_domain::identity::{Counts, Known, Merged, Month, Origin, Standing, standings};
use gocua_domain::mobile::MobileState;
use gocua_domain::referral::{ReferralKind, ReferralState};
use gocua_domain::report::{HelpRow, Period, ReferralRow, Rows};
use gocua_domain::time::{Day, Millis};

use crate::db::{Store, StoreError, chunks, lock_ward, set_seq};
use crate::entity::{
    help_log, help_type, household, identity_count, mobile_home, mobile_session, referral,
    residential_group, ward,
};
use crate::names::account_names;
use crate::sync::{code, decode};

/// A day after all others: what stands, whatever it holds for.
const EVER: Day = Day(99_991_231);

/// Counts of a group and month as somebody entered them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountLine {
    /// The counts.
    pub counts: Counts,
    /// The month, the day they hold for, the source.
    pub origin: Origin,
    /// 1, 2, 3 .. of this group and month.
    pub version: i32,
    /// Name of whoever entered them.
    pub by: String,
    /// When.
    pub at: Millis,
}

/// A residential group with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCounts {
    /// The group.
    pub id: GroupId,
    /// Short code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Other names it is known by, those of groups that became part of it with them.
    pub aliases: Vec<String>,
    /// What was entered for the month: the latest version.
    pub own: Option<CountLine>,
    /// What stands for the month, carried forward from an earlier one if need be.
    pub standing: Option<Standing>,
}

/// The counts of a ward, seen from one month.
#[derive(Clone, Debug)]
pub struct IdentityBook {
    /// Groups in force, in the ward's order.
    pub groups: Vec<GroupCounts>,
    /// Months with counts, the latest first.
    pub months: Vec<Month>,
    /// The ward's number.
    pub seq: i64,
}

/// A month's counts to be written down.
#[derive(Clone, Debug)]
pub struct NewCounts {
    /// The month, the day they hold for, the source.
    pub origin: Origin,
    /// Counts by group.
    pub rows: Vec<(GroupId, Counts)>,
    /// Who enters them.
    pub by: AccountId,
}

/// What a report is made of, with the names it needs.
#[derive(Clone, Debug)]
pub struct ReportRows {
    /// Name of the ward, and of its city.
    pub office: (String, String),
    /// Groups in force: identity, code and name.
    pub groups: Vec<(GroupId, String, String)>,
    /// Kinds of help.
    pub help_types: Vec<HelpType>,
    /// The rows.
    pub rows: Rows,
}

fn origin(row: &identity_count::Model) -> Origin {
    Origin { month: Month(row.month), as_of: Day(row.as_of), source: row.source.clone() }
}

fn counts(row: &identity_count::Model) -> Counts {
    Counts { from_14: row.from_14, l2_issued: row.l2_issued, activated: row.activated }
}

/// The latest version of each group and month.
fn latest(rows: Vec<identity_count::Model>) -> BTreeMap<(Uuid, i32), identity_count::Model> {
    let mut latest: BTreeMap<(Uuid, i32), identity_count::Model> = BTreeMap::new();
    for row in rows {
        let key = (row.group_id, row.month);
        if latest.get(&key).is_none_or(|l| l.version < row.version) {
            latest.insert(key, row);
        }
    }
    latest
}

fn known(latest: &BTreeMap<(Uuid, i32), identity_count::Model>) -> Vec<Known> {
    let of = |row: &identity_count::Model| Known {
        group: GroupId(row.group_id),
        counts: counts(row),
        origin: origin(row),
    };
    latest.values().map(of).collect()
}

async fn all_of(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<Vec<identity_count::Model>, StoreError> {
    let rows = identity_count::Entity::find().filter(identity_count::Column::Ward.eq(ward));
    Ok(rows.all(db).await?)
}

/// Groups that became part of others.
async fn merged(db: &impl ConnectionTrait, ward: &str) -> Result<Vec<Merged>, StoreError> {
    use residential_group::Column as G;
    let rows: Vec<(Uuid, Uuid, Option<i32>)> = residential_group::Entity::find()
        .select_only()
        .columns([G::Id, G::MergedInto, G::ValidTo])
        .filter(G::Ward.eq(ward))
        .filter(G::MergedInto.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, into, on)| Merged { group: GroupId(id), into: GroupId(into), on: on.map(Day) })
        .collect())
}

impl Store {
    /// What stands for each group of a ward now.
    pub(crate) async fn identity_standings(
        &self,
        ward: &str,
    ) -> Result<BTreeMap<GroupId, Standing>, StoreError> {
        let known = known(&latest(all_of(&self.read, ward).await?));
        Ok(standings(&known, &merged(&self.read, ward).await?, EVER))
    }

    /// The counts of a month, and what stands for the groups that have none of it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward.
    pub async fn identity_counts(
        &self,
        ward: &str,
        month: Month,
        today: Day,
    ) -> Result<IdentityBook, StoreError> {
        let seq = self.ward_seq(ward).await?;
        let lines = self.groups_on(ward, today, true).await?;
        let merged = merged(&self.read, ward).await?;
        let mut latest = latest(all_of(&self.read, ward).await?);
        let known = known(&latest);
        let months: BTreeSet<Month> = known.iter().map(|k| k.origin.month).collect();
        let earlier: Vec<Known> = known.into_iter().filter(|k| k.origin.month <= month).collect();
        let standings = standings(&earlier, &merged, EVER);
        let names = account_names(&self.read, latest.values().map(|row| row.entered_by)).await?;
        let mut parts: HashMap<GroupId, Vec<String>> = HashMap::new();
        for gone in lines.iter().filter(|line| line.merged_into.is_some()) {
            let into = gocua_domain::identity::in_force_now(gone.id, &merged);
            let names = parts.entry(into).or_default();
            names.push(gone.name.clone());
            names.extend(gone.aliases.iter().cloned());
        }
        let groups = lines.into_iter().filter(|line| line.merged_into.is_none());
        let groups = groups
            .map(|line| {
                let mut aliases = line.aliases;
                aliases.extend(parts.remove(&line.id).unwrap_or_default());
                GroupCounts {
                    own: latest.remove(&(line.id.0, month.0)).map(|row| told(&row, &names)),
                    standing: standings.get(&line.id).cloned(),
                    id: line.id,
                    code: line.code,
                    name: line.name,
                    aliases,
                }
            })
            .collect();
        Ok(IdentityBook { groups, months: months.into_iter().rev().collect(), seq })
    }

    /// All versions of a group's counts: the latest month first, of a month the latest version.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the group is not one of the ward.
    pub async fn identity_history(
        &self,
        ward: &str,
        group: GroupId,
    ) -> Result<Vec<CountLine>, StoreError> {
        use identity_count::Column as C;
        residential_group::Entity::find_by_id(group.0)
            .filter(residential_group::Column::Ward.eq(ward))
            .one(&self.read)
            .await?
            .ok_or(StoreError::NotFound)?;
        let rows = identity_count::Entity::find()
            .filter(C::Ward.eq(ward))
            .filter(C::GroupId.eq(group.0))
            .order_by_desc(C::Month)
            .order_by_desc(C::Version)
            .all(&self.read)
            .await?;
        let names = account_names(&self.read, rows.iter().map(|row| row.entered_by)).await?;
        Ok(rows.iter().map(|row| told(row, &names)).collect())
    }

    /// Writes a month's counts down as new versions, all of them or none. What says nothing new is no
    /// version: sending the same twice is once. Answers the ward's number.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when a group is not in force in the ward.
    pub async fn save_identity_counts(
        &self,
        ward: &str,
        new: &NewCounts,
        at: Millis,
    ) -> Result<i64, StoreError> {
        use identity_count::Column as C;
        use residential_group::Column as G;
        let tx = self.begin().await?;
        let before = lock_ward(&tx, self.engine(), ward).await?;
        let ids: BTreeSet<Uuid> = residential_group::Entity::find()
            .select_only()
            .column(G::Id)
            .filter(G::Ward.eq(ward))
            .filter(G::MergedInto.is_null())
            .into_tuple::<Uuid>()
            .all(&tx)
            .await?
            .into_iter()
            .collect();
        if new.rows.iter().any(|(group, _)| !ids.contains(&group.0)) {
            return Err(StoreError::NotFound);
        }
        let there = identity_count::Entity::find()
            .filter(C::Ward.eq(ward))
            .filter(C::Month.eq(new.origin.month.0))
            .all(&tx)
            .await?;
        let there = latest(there);
        let seq = before + 1;
        let rows: Vec<_> = new
            .rows
            .iter()
            .filter_map(|(group, told)| {
                let last = there.get(&(group.0, new.origin.month.0));
                let same =
                    |row: &identity_count::Model| counts(row) == *told && origin(row) == new.origin;
                (!last.is_some_and(same)).then(|| identity_count::ActiveModel {
                    ward: Set(ward.to_owned()),
                    group_id: Set(group.0),
                    month: Set(new.origin.month.0),
                    version: Set(last.map_or(0, |row| row.version) + 1),
                    from_14: Set(told.from_14),
                    l2_issued: Set(told.l2_issued),
                    activated: Set(told.activated),
                    as_of: Set(new.origin.as_of.0),
                    source: Set(new.origin.source.clone()),
                    entered_by: Set(new.by.0),
                    entered_at: Set(at.0),
                    seq: Set(seq),
                })
            })
            .collect();
        if rows.is_empty() {
            return Ok(before);
        }
        identity_count::Entity::insert_many(rows).exec_without_returning(&tx).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(seq)
    }

    /// The rows of a report: each table is asked once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward.
    pub async fn report_rows(&self, ward: &str, period: Period) -> Result<ReportRows, StoreError> {
        use residential_group::Column as G;
        let place: (String, String) = ward::Entity::find_by_id(ward)
            .select_only()
            .columns([ward::Column::Name, ward::Column::City])
            .into_tuple()
            .one(&self.read)
            .await?
            .ok_or(StoreError::NotFound)?;
        let groups: Vec<(Uuid, String, String)> = residential_group::Entity::find()
            .select_only()
            .columns([G::Id, G::Code, G::Name])
            .filter(G::Ward.eq(ward))
            .filter(G::MergedInto.is_null())
            .order_by_asc(G::Position)
            .into_tuple()
            .all(&self.read)
            .await?;
        let groups: Vec<_> =
            groups.into_iter().map(|(id, code, name)| (GroupId(id), code, name)).collect();
        let merged = merged(&self.read, ward).await?;
        let known = known(&latest(all_of(&self.read, ward).await?));
        let standings = standings(&known, &merged, period.to);
        Ok(ReportRows {
            office: place,
            help_types: self.help_types_of(ward).await?,
            rows: Rows {
                groups: groups.iter().map(|(id, ..)| *id).collect(),
                merged,
                standings,
                help: self.help_rows(ward, period).await?,
                referrals: self.referral_rows(ward, period).await?,
                sessions: self.evenings_held(ward, period).await?,
            },
            groups,
        })
    }

    async fn help_types_of(&self, ward: &str) -> Result<Vec<HelpType>, StoreError> {
        let rows = help_type::Entity::find()
            .filter(help_type::Column::Ward.eq(ward))
            .order_by_asc(help_type::Column::Position)
            .all(&self.read)
            .await?;
        Ok(rows
            .into_iter()
            .map(|t| HelpType { code: t.code, vi: t.vi, en: t.en, quick: t.quick, crowd: t.crowd })
            .collect())
    }

    async fn help_rows(&self, ward: &str, period: Period) -> Result<Vec<HelpRow>, StoreError> {
        use help_log::Column as H;
        type Row = (i32, String, String, Option<Uuid>, String, i64, i64);
        let rows: Vec<Row> = help_log::Entity::find()
            .select_only()
            .columns([H::Day, H::Kind, H::Channel, H::GroupId])
            .column_as(Expr::col(H::Result), "came_of_it")
            .column_as(H::Id.count(), "counts")
            .column_as(H::People.sum(), "heads")
            .filter(H::Ward.eq(ward))
            .filter(H::Day.between(period.from.0, period.to.0))
            .filter(H::TakenBackAt.is_null())
            .group_by(H::Day)
            .group_by(H::Kind)
            .group_by(H::Channel)
            .group_by(H::GroupId)
            .group_by(H::Result)
            .into_tuple()
            .all(&self.read)
            .await?;
        rows.into_iter()
            .map(|(day, kind, channel, group, result, n, people)| {
                Ok(HelpRow {
                    day: Day(day),
                    kind,
                    channel: decode("channel of a help", &channel)?,
                    group: group.map(GroupId),
                    result: decode("result of a help", &result)?,
                    n,
                    people,
                })
            })
            .collect()
    }

    /// Referrals to the police that were open in the period, or opened or closed in it.
    async fn referral_rows(
        &self,
        ward: &str,
        period: Period,
    ) -> Result<Vec<ReferralRow>, StoreError> {
        use referral::Column as R;
        let police = ReferralKind::ALL.into_iter().filter(|kind| kind.of_police());
        let open = [ReferralState::New, ReferralState::Accepted].map(|state| code(&state));
        let after = period.to.plus(1).start().map_or(i64::MAX, |end| end.0);
        let begins = period.from.start().map_or(0, |start| start.0);
        let rows = referral::Entity::find()
            .filter(R::Ward.eq(ward))
            .filter(R::Kind.is_in(police.map(|kind| code(&kind))))
            .filter(R::OpenedAt.lt(after))
            .filter(
                Condition::any()
                    .add(R::State.is_in(open))
                    .add(R::ClosedOn.gte(period.from.0))
                    .add(R::OpenedAt.gte(begins)),
            )
            .all(&self.read)
            .await?;
        let doors: BTreeSet<Uuid> =
            rows.iter().filter(|r| r.group_id.is_none()).filter_map(|r| r.household_id).collect();
        let mut groups: HashMap<Uuid, Uuid> = HashMap::new();
        for part in chunks(doors.into_iter().collect(), 1) {
            let found: Vec<(Uuid, Uuid)> = household::Entity::find()
                .select_only()
                .columns([household::Column::Id, household::Column::GroupId])
                .filter(household::Column::Id.is_in(part))
                .into_tuple()
                .all(&self.read)
                .await?;
            groups.extend(found);
        }
        let tried = self.last_attempts(ward).await?;
        rows.into_iter()
            .map(|r| {
                let of_door = r.household_id.and_then(|door| groups.get(&door).copied());
                Ok(ReferralRow {
                    id: ReferralId(r.id),
                    kind: decode("kind of a referral", &r.kind)?,
                    state: decode("state of a referral", &r.state)?,
                    group: r.group_id.or(of_door).map(GroupId),
                    opened_on: Millis(r.opened_at).day(),
                    due_on: r.due_on.map(Day),
                    closed_on: r.closed_on.map(Day),
                    appointed: r.appointment_on.is_some(),
                    tried: tried.get(&r.id).map(|why| decode("why of a help", why)).transpose()?,
                })
            })
            .collect()
    }

    /// Why the last help of a referral failed, of those where the last one did.
    async fn last_attempts(&self, ward: &str) -> Result<HashMap<Uuid, String>, StoreError> {
        use help_log::Column as H;
        let rows: Vec<(Uuid, String, Option<String>)> = help_log::Entity::find()
            .select_only()
            .column(H::ReferralId)
            .column_as(Expr::col(H::Result), "came_of_it")
            .column(H::Why)
            .filter(H::Ward.eq(ward))
            .filter(H::ReferralId.is_not_null())
            .filter(H::TakenBackAt.is_null())
            .order_by_asc(H::MadeAt)
            .order_by_asc(H::Id)
            .into_tuple()
            .all(&self.read)
            .await?;
        let not_done = code(&HelpResult::NotDone);
        let mut last = HashMap::new();
        for (referral, result, why) in rows {
            match why.filter(|_| result == not_done) {
                Some(why) => last.insert(referral, why),
                None => last.remove(&referral),
            };
        }
        Ok(last)
    }

    /// The days of evenings that brought a result.
    async fn evenings_held(&self, ward: &str, period: Period) -> Result<Vec<Day>, StoreError> {
        use mobile_session::Column as S;
        let with_result = Query::select()
            .column(mobile_home::Column::SessionId)
            .from(mobile_home::Entity)
            .and_where(Expr::col(mobile_home::Column::Ward).eq(ward))
            .and_where(Expr::col(mobile_home::Column::Result).is_not_null())
            .to_owned();
        let days: Vec<i32> = mobile_session::Entity::find()
            .select_only()
            .column(S::Day)
            .filter(S::Ward.eq(ward))
            .filter(S::Day.between(period.from.0, period.to.0))
            .filter(S::State.ne(code(&MobileState::Cancelled)))
            .filter(S::Id.in_subquery(with_result))
            .into_tuple()
            .all(&self.read)
            .await?;
        Ok(days.into_iter().map(Day).collect())
    }
}

fn told(row: &identity_count::Model, names: &crate::names::Names) -> CountLine {
    CountLine {
        counts: counts(row),
        origin: origin(row),
        version: row.version,
        by: names.get(&row.entered_by).cloned().unwrap_or_default(),
        at: Millis(row.entered_at),
    }
}
