//! What officers count and answer: loaded for a batch, written, forgotten again.

mod desk;
mod evenings;
mod phones;
mod queue;

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::{Expr, OnConflict, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Set, Value,
};
use uuid::Uuid;

use gocua_domain::account::Role;
use gocua_domain::help::{Channel, HelpType};
use gocua_domain::id::{
    AccountId, GroupId, HelpId, HouseholdId, LearnerId, MobileSessionId, OpId, ReferralId, TeamId,
};
use gocua_domain::referral::{Appointment, ReferralFact, ReferralKind};
use gocua_domain::sync::{Book, EveningFact, Forgotten, HelpFact, HomeFact, Op, PoliceEffects};
use gocua_domain::time::{Day, Millis};

use crate::db::{StoreError, chunks, set_each};
use crate::entity::{
    account, help_log, help_type, learner_eid, mobile_home, mobile_session, referral,
    referral_phone, residential_group,
};
use crate::people;
use crate::sync::{code, decode};

pub use desk::{NewDeskReferral, OpenedReferral};
pub use evenings::{Evening, EveningChange, Planned, WaitingHome, WaitingHomes};
pub(crate) use phones::prove;
pub(crate) use queue::book;

/// What officers' operations need to be decided.
#[derive(Default)]
pub(crate) struct Spoken {
    /// Is anything of it an officer's?
    any: bool,
    /// Is help counted?
    counts: bool,
    groups: BTreeSet<Uuid>,
    help: BTreeSet<Uuid>,
    sessions: BTreeSet<Uuid>,
}

impl Spoken {
    /// Reads the ids of a payload leniently: `decide` judges it. Says whether it is an officer's.
    pub fn of(&mut self, op: &Op, people: &mut people::Spoken) -> bool {
        let id = |key: &str| op.payload[key].as_str().and_then(|text| text.parse::<Uuid>().ok());
        match op.kind.as_str() {
            "help.log" => {
                self.counts = true;
                self.groups.extend(id("group_id"));
            }
            "help.take_back" => self.help.extend(id("help_id")),
            "referral.accept" | "referral.return" | "referral.done" => {}
            "mobile.result" => self.sessions.extend(id("session_id")),
            "eid.confirm" => people.learners.extend(id("learner_id")),
            _ => return false,
        }
        self.any = true;
        people.referrals.extend(id("referral_id"));
        true
    }

    /// The operations that wrote the counts: they say what never entered the book.
    pub fn ops(&self) -> impl Iterator<Item = Uuid> {
        self.help.iter().copied()
    }
}

/// Names the households and residents of the referrals that officers speak of, so that they are loaded
/// with all the others.
pub(crate) async fn name(
    tx: &DatabaseTransaction,
    spoken: &Spoken,
    people: &mut people::Spoken,
    households: &mut BTreeSet<Uuid>,
) -> Result<(), StoreError> {
    if !spoken.any {
        return Ok(());
    }
    if !spoken.help.is_empty() {
        let of: Vec<Option<Uuid>> = help_log::Entity::find()
            .select_only()
            .column(help_log::Column::ReferralId)
            .filter(help_log::Column::Id.is_in(spoken.help.iter().copied()))
            .into_tuple()
            .all(tx)
            .await?;
        people.referrals.extend(of.into_iter().flatten());
    }
    if people.referrals.is_empty() {
        return Ok(());
    }
    let rows: Vec<(Option<Uuid>, Option<Uuid>)> = referral::Entity::find()
        .select_only()
        .columns([referral::Column::HouseholdId, referral::Column::LearnerId])
        .filter(referral::Column::Id.is_in(people.referrals.iter().copied()))
        .into_tuple()
        .all(tx)
        .await?;
    for (household, learner) in rows {
        households.extend(household);
        people.learners.extend(learner);
    }
    Ok(())
}

/// Loads what officers' operations depend on, with one query a table. Referrals and households are in
/// the book already.
pub(crate) async fn load(
    tx: &DatabaseTransaction,
    ward: &str,
    spoken: &Spoken,
    accounts: &BTreeSet<Uuid>,
    book: &mut Book,
) -> Result<(), StoreError> {
    if !spoken.any {
        return Ok(());
    }
    let officers: Vec<Uuid> = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Id.is_in(accounts.iter().copied()))
        .filter(account::Column::Ward.eq(ward))
        .filter(account::Column::Role.eq(Role::Police.code()))
        .into_tuple()
        .all(tx)
        .await?;
    book.police.officers = officers.into_iter().map(AccountId).collect();
    if spoken.counts {
        book.police.help_types = help_types(tx, ward).await?;
    }
    if !spoken.groups.is_empty() {
        let groups: Vec<Uuid> = residential_group::Entity::find()
            .select_only()
            .column(residential_group::Column::Id)
            .filter(residential_group::Column::Id.is_in(spoken.groups.iter().copied()))
            .filter(residential_group::Column::Ward.eq(ward))
            .into_tuple()
            .all(tx)
            .await?;
        book.police.groups = groups.into_iter().map(GroupId).collect();
    }
    if !spoken.help.is_empty() {
        let rows = help_log::Entity::find()
            .filter(help_log::Column::Id.is_in(spoken.help.iter().copied()))
            .filter(help_log::Column::Ward.eq(ward))
            .all(tx)
            .await?;
        book.police.help.extend(rows.into_iter().map(|row| {
            let fact = HelpFact {
                account: AccountId(row.account_id),
                at: Millis(row.made_at),
                taken_back: row.taken_back_at.is_some(),
                of_evening: row.session_id.is_some(),
                referral: row.referral_id.map(ReferralId),
            };
            (HelpId(row.id), fact)
        }));
    }
    load_evenings(tx, ward, spoken, book).await
}

async fn load_evenings(
    tx: &DatabaseTransaction,
    ward: &str,
    spoken: &Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    if spoken.sessions.is_empty() {
        return Ok(());
    }
    let rows = mobile_session::Entity::find()
        .filter(mobile_session::Column::Id.is_in(spoken.sessions.iter().copied()))
        .filter(mobile_session::Column::Ward.eq(ward))
        .all(tx)
        .await?;
    for row in rows {
        let state = decode("state of an evening", &row.state)?;
        let evening = EveningFact { state, homes: BTreeMap::new() };
        book.police.evenings.insert(MobileSessionId(row.id), evening);
    }
    let rows = mobile_home::Entity::find()
        .filter(mobile_home::Column::SessionId.is_in(spoken.sessions.iter().copied()))
        .all(tx)
        .await?;
    for row in rows {
        let result = row.result.as_deref().map(|said| decode("result of a home", said));
        let key = row.resulted_at.zip(row.resulted_op).map(|(at, op)| (Millis(at), OpId(op)));
        let said = result.transpose()?.zip(key);
        let home = HomeFact { position: row.position, said };
        if let Some(evening) = book.police.evenings.get_mut(&MobileSessionId(row.session_id)) {
            evening.homes.insert(ReferralId(row.referral_id), home);
        }
    }
    Ok(())
}

/// What the ward counts, in its own order.
pub(crate) async fn help_types(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<Vec<HelpType>, StoreError> {
    let rows = help_type::Entity::find()
        .filter(help_type::Column::Ward.eq(ward))
        .order_by_asc(help_type::Column::Position)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| HelpType {
            code: row.code,
            vi: row.vi,
            en: row.en,
            quick: row.quick,
            crowd: row.crowd,
        })
        .collect())
}

/// A referral as the next operation depends on it; its household with doubles followed.
pub(crate) fn referral_fact(
    row: &referral::Model,
    household: Option<HouseholdId>,
) -> Result<ReferralFact, StoreError> {
    Ok(ReferralFact {
        kind: decode("kind of a referral", &row.kind)?,
        household,
        group: row.group_id.map(GroupId),
        learner: row.learner_id.map(LearnerId),
        team: row.team_id.map(TeamId),
        state: decode("state of a referral", &row.state)?,
        opened_at: Millis(row.opened_at),
        appointment: appointment(row),
        acted: row.acted_at.zip(row.acted_op).map(|(at, op)| (Millis(at), OpId(op))),
    })
}

/// The appointment of a referral, if one was made.
pub(crate) fn appointment(row: &referral::Model) -> Option<Appointment> {
    row.appointment_on.map(|on| Appointment { on: Day(on), minute: row.appointment_minute })
}

/// Codes of the kinds that go to the police.
pub(crate) fn of_police() -> impl Iterator<Item = String> {
    ReferralKind::ALL.into_iter().filter(|kind| kind.of_police()).map(|kind| code(&kind))
}

/// Writes what officers have counted and answered, with one statement a table.
pub(crate) async fn write(
    tx: &DatabaseTransaction,
    ward: &str,
    effects: &PoliceEffects,
) -> Result<(), StoreError> {
    write_help(tx, ward, effects).await?;
    write_acts(tx, effects).await?;
    if !effects.unsaid.is_empty() {
        learner_eid::Entity::delete_many()
            .filter(learner_eid::Column::OpId.is_in(effects.unsaid.iter().map(|word| word.0)))
            .exec(tx)
            .await?;
    }
    let rows: Vec<_> = effects
        .phones
        .iter()
        .map(|(id, (phone, until))| referral_phone::ActiveModel {
            referral_id: Set(id.0),
            ward: Set(ward.to_owned()),
            phone: Set(phone.clone()),
            until: Set(until.0),
        })
        .collect();
    for rows in chunks(rows, 4) {
        referral_phone::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    write_until(tx, effects).await?;
    let rows: Vec<_> = effects
        .homes
        .iter()
        .map(|((session, referral), home)| mobile_home::ActiveModel {
            session_id: Set(session.0),
            referral_id: Set(referral.0),
            ward: Set(ward.to_owned()),
            position: Set(home.position),
            result: Set(Some(code(&home.report.result))),
            why: Set(home.report.why.map(|why| code(&why))),
            people: Set(i32::try_from(home.report.people).ok()),
            resulted_at: Set(Some(home.key.0.0)),
            resulted_op: Set(Some(home.key.1.0)),
            by_account: Set(Some(home.by.0)),
        })
        .collect();
    for rows in chunks(rows, 10) {
        use mobile_home::Column as C;
        let again = OnConflict::columns([C::SessionId, C::ReferralId])
            .update_columns([C::Result, C::Why, C::People, C::ResultedAt, C::ResultedOp])
            .update_column(C::ByAccount)
            .to_owned();
        mobile_home::Entity::insert_many(rows)
            .on_conflict(again)
            .exec_without_returning(tx)
            .await?;
    }
    let rows: Vec<_> = effects
        .evenings
        .iter()
        .map(|(id, (state, seq))| (id.0.into(), vec![code(state).into(), (*seq).into()]))
        .collect();
    use mobile_session::Column as S;
    let sessions = mobile_session::Entity::update_many();
    set_each(tx, sessions, S::Id, &[S::State, S::Seq], &rows).await
}

async fn write_help(
    tx: &DatabaseTransaction,
    ward: &str,
    effects: &PoliceEffects,
) -> Result<(), StoreError> {
    let rows: Vec<_> = effects
        .help
        .iter()
        .map(|(id, new)| {
            let gone = effects.taken_back.get(id);
            let small = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
            help_log::ActiveModel {
                id: Set(id.0),
                ward: Set(ward.to_owned()),
                day: Set(new.day.0),
                made_at: Set(new.at.0),
                kind: Set(new.log.kind.clone()),
                channel: Set(code(&new.log.channel)),
                group_id: Set(new.log.group_id.map(|group| group.0)),
                age_band: Set(new.log.age_band.map(|band| code(&band))),
                result: Set(code(&new.log.result)),
                why: Set(new.log.why.map(|why| code(&why))),
                minutes: Set(new.log.minutes.map(small)),
                people: Set(small(new.log.people)),
                referral_id: Set(new.log.referral_id.map(|referral| referral.0)),
                session_id: Set(new.session.map(|session| session.0)),
                account_id: Set(new.account.0),
                device_id: Set(new.device.0),
                taken_back_at: Set(gone.map(|(at, _)| at.0)),
                seq: Set(gone.map_or(new.seq, |(_, seq)| *seq)),
            }
        })
        .collect();
    for rows in chunks(rows, 18) {
        help_log::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    let old = effects.taken_back.iter().filter(|(id, _)| !effects.help.contains_key(id));
    let rows: Vec<_> =
        old.map(|(id, (at, seq))| (id.0.into(), vec![at.0.into(), (*seq).into()])).collect();
    use help_log::Column as C;
    let counts = help_log::Entity::update_many();
    set_each(tx, counts, C::Id, &[C::TakenBackAt, C::Seq], &rows).await
}

async fn write_acts(tx: &DatabaseTransaction, effects: &PoliceEffects) -> Result<(), StoreError> {
    use referral::Column as C;
    let columns = [
        C::State,
        C::AcceptedBy,
        C::ActedAt,
        C::ActedOp,
        C::AppointmentOn,
        C::AppointmentMinute,
        C::Why,
        C::ClosedOn,
        C::Seq,
    ];
    let rows: Vec<(Value, Vec<Value>)> = effects
        .acts
        .iter()
        .map(|(id, act)| {
            let values = vec![
                code(&act.state).into(),
                act.by.0.into(),
                act.key.0.0.into(),
                act.key.1.0.into(),
                act.appointment.map(|appointment| appointment.on.0).into(),
                act.appointment.and_then(|appointment| appointment.minute).into(),
                act.why.map(|why| code(&why)).into(),
                act.closed_on.map(|day| day.0).into(),
                act.seq.into(),
            ];
            (id.0.into(), values)
        })
        .collect();
    set_each(tx, referral::Entity::update_many(), C::Id, &columns, &rows).await
}

/// Until when the numbers of these referrals may be held now.
async fn write_until(tx: &DatabaseTransaction, effects: &PoliceEffects) -> Result<(), StoreError> {
    use referral_phone::Column as C;
    let rows: Vec<_> =
        effects.until.iter().map(|(id, day)| (id.0.into(), vec![day.0.into()])).collect();
    let phones = referral_phone::Entity::update_many();
    set_each(tx, phones, C::ReferralId, &[C::Until], &rows).await
}

/// The referrals that tell of a resident, as far as a word of his reaches back.
fn telling(what: &Forgotten) -> Condition {
    Condition::all()
        .add(referral::Column::LearnerId.eq(what.learner.0))
        .add(referral::Column::OpenedAt.lte(what.upto.0))
}

/// What officers hold of a resident who no longer agrees: the number goes, and their phones hear of the
/// rest by the number of the referral.
pub(crate) async fn forget(
    tx: &DatabaseTransaction,
    what: &Forgotten,
    seq: i64,
) -> Result<(), StoreError> {
    let referrals: SelectStatement = Query::select()
        .column(referral::Column::Id)
        .from(referral::Entity)
        .cond_where(telling(what))
        .take();
    referral_phone::Entity::delete_many()
        .filter(referral_phone::Column::ReferralId.in_subquery(referrals))
        .exec(tx)
        .await?;
    referral::Entity::update_many()
        .col_expr(referral::Column::Seq, Expr::value(seq))
        .filter(telling(what))
        .exec(tx)
        .await?;
    Ok(())
}

/// Deletes the numbers of these referrals.
pub(crate) async fn forget_phones(
    tx: &DatabaseTransaction,
    ids: impl Iterator<Item = Uuid>,
) -> Result<(), StoreError> {
    referral_phone::Entity::delete_many()
        .filter(referral_phone::Column::ReferralId.is_in(ids))
        .exec(tx)
        .await?;
    Ok(())
}

/// The last day somebody of the police was at each of these households.
pub(crate) async fn helped_on(
    db: &impl ConnectionTrait,
    households: &[Uuid],
) -> Result<Vec<(Uuid, Day)>, StoreError> {
    use help_log::Column as C;
    let referrals = referral::Entity::find()
        .select_only()
        .columns([referral::Column::Id, referral::Column::HouseholdId])
        .filter(referral::Column::HouseholdId.is_in(households.iter().copied()));
    let of: Vec<(Uuid, Uuid)> = referrals.into_tuple().all(db).await?;
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let counts: Vec<(Uuid, i32)> = help_log::Entity::find()
        .select_only()
        .columns([C::ReferralId, C::Day])
        .filter(C::ReferralId.is_in(of.iter().map(|(id, _)| *id)))
        .filter(C::Channel.eq(code(&Channel::Home)))
        .filter(C::TakenBackAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let of: BTreeMap<Uuid, Uuid> = of.into_iter().collect();
    let at = |(id, day): (Uuid, i32)| Some((*of.get(&id)?, Day(day)));
    Ok(counts.into_iter().filter_map(at).collect())
}
