//! Residents, needs, notes and referrals: loaded for a batch, written, shown to the team that holds
//! the alley, and proved against the ledger of consents.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sea_orm::sea_query::{Expr, OnConflict, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Select, Set,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use gocua_domain::consent::{LastWord, Purpose};
use gocua_domain::edit::Mark;
use gocua_domain::eid::{EidDetails, EidSaid, EidState, Evidence, Known, PastEid, words_now};
use gocua_domain::id::{AccountId, DeviceId, HouseholdId, LearnerId, OpId, ReferralId, TeamId};
use gocua_domain::pull::{EidView, LearnerSkill, LearnerView, NeedView, NoteView, ReferralView};
use gocua_domain::referral::{ReferralSource, ReferralState, Sla};
use gocua_domain::sync::{
    Book, Forgotten, LearnerFact, NewConsent, NewEidWord, Op, PastWord, PeopleEffects, Why,
    made_at, without_words,
};
use gocua_domain::time::{Day, Millis};
use gocua_domain::visit::SkillCoached;
use gocua_domain::{help, mobile, need};

use crate::db::{StoreError, chunks};
use crate::entity::{
    consent_event, help_type, household, household_flags, household_note, kit_item, learner,
    learner_eid, quarantine, referral, referral_kind, visit_learner,
};
use crate::police;
use crate::pull::Puller;
use crate::rollup::Drift;
use crate::sync::{code, corrupt, decode};

/// What an operation about people needs to be decided.
#[derive(Default)]
pub(crate) struct Spoken {
    pub learners: BTreeSet<Uuid>,
    pub referrals: BTreeSet<Uuid>,
    /// Households whose needs or notes are written.
    pub households: BTreeSet<Uuid>,
    /// Is a referral opened?
    pub promises: bool,
}

impl Spoken {
    /// Reads the ids of a payload leniently: `decide` judges it. Returns the household it is about.
    pub fn of(&mut self, op: &Op) -> Option<Uuid> {
        let id = |key: &str| op.payload[key].as_str().and_then(|text| text.parse::<Uuid>().ok());
        match op.kind.as_str() {
            "consent.give" | "consent.withdraw" | "learner.eid" | "learner.eid_withdraw" => {
                self.learners.extend(id("learner_id"));
            }
            "household.flags" | "household.note" => self.households.extend(id("household_id")),
            "referral.open" => {
                self.learners.extend(id("learner_id"));
                self.promises = true;
            }
            "referral.cancel" => self.referrals.extend(id("referral_id")),
            _ => return None,
        }
        id("household_id")
    }
}

fn purposes_of(text: &str) -> Vec<Purpose> {
    text.split_whitespace().filter_map(Purpose::from_code).collect()
}

fn purposes_text(purposes: &[Purpose]) -> String {
    purposes.iter().map(|p| p.code()).collect::<Vec<_>>().join(" ")
}

fn json<T: DeserializeOwned>(what: &str, value: serde_json::Value) -> Result<T, StoreError> {
    serde_json::from_value(value).map_err(|_| corrupt(what))
}

/// Loads what the batches need of people, with one query a table. The doors are in the book already.
pub(crate) async fn load(
    tx: &DatabaseTransaction,
    ward: &str,
    spoken: &Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    load_learners(tx, spoken, book).await?;
    load_households(tx, spoken, book).await?;
    if !spoken.referrals.is_empty() {
        let rows = referral::Entity::find()
            .filter(referral::Column::Id.is_in(spoken.referrals.iter().copied()))
            .all(tx)
            .await?;
        for row in rows.into_iter().filter(|row| row.ward == ward) {
            let household = row.household_id.map(|id| canonical(book, id));
            let fact = police::referral_fact(&row, household)?;
            book.people.referrals.insert(ReferralId(row.id), fact);
        }
    }
    if spoken.promises {
        book.people.slas = promises(tx, ward).await?.into_iter().map(|s| (s.code, s)).collect();
    }
    Ok(())
}

fn canonical(book: &Book, household: Uuid) -> HouseholdId {
    let household = HouseholdId(household);
    book.merged.get(&household).copied().unwrap_or(household)
}

async fn load_learners(
    tx: &DatabaseTransaction,
    spoken: &Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    if spoken.learners.is_empty() {
        return Ok(());
    }
    let ids = || spoken.learners.iter().copied();
    let rows = consent_event::Entity::find()
        .filter(consent_event::Column::LearnerId.is_in(ids()))
        .all(tx)
        .await?;
    for row in rows {
        let mark = Mark {
            op: OpId(row.op_id),
            account: AccountId(row.account_id),
            device: DeviceId(row.device_id),
            device_seq: row.device_seq,
            stamp: Millis(row.stamp),
        };
        let past = PastWord::new(mark, &purposes_of(&row.purposes));
        book.people.past.entry(LearnerId(row.learner_id)).or_default().push(past);
        let word = LastWord {
            household: canonical(book, row.household_id),
            mark,
            given: row.event == GIVEN,
        };
        let last = book.people.words.entry(LearnerId(row.learner_id)).or_insert(word);
        if word.key() > last.key() {
            *last = word;
        }
    }
    for row in learner::Entity::find().filter(learner::Column::Id.is_in(ids())).all(tx).await? {
        let fact = LearnerFact {
            household: canonical(book, row.household_id),
            purposes: purposes_of(&row.purposes),
        };
        book.people.learners.insert(LearnerId(row.id), fact);
    }
    let rows = learner_eid::Entity::find()
        .filter(learner_eid::Column::LearnerId.is_in(ids()))
        .all(tx)
        .await?;
    for row in rows {
        let past = past_eid(&row)?;
        book.people.eids.entry(LearnerId(row.learner_id)).or_default().push(past);
    }
    Ok(())
}

/// What a word about a rung holds besides the rung.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum EidRest {
    /// It takes back another word; the row's own rung says nothing.
    TakesBack { takes_back: OpId, why: Why },
    /// The police say so against what was known, and why.
    Corrects { corrects: Why },
    /// What belongs to the rung.
    Stands(EidDetails),
}

/// A word of the book as the ladder reads it.
pub(crate) fn past_eid(row: &learner_eid::Model) -> Result<PastEid, StoreError> {
    let said = match eid_rest(row)? {
        EidRest::TakesBack { takes_back, .. } => EidSaid::TakesBack(takes_back),
        rest @ (EidRest::Corrects { .. } | EidRest::Stands(_)) => {
            let standing = (decode("rung", &row.state)?, decode("evidence", &row.evidence)?);
            let device = match rest {
                EidRest::Stands(details) => details.device,
                _ => None,
            };
            EidSaid::Stands(Known { standing, device })
        }
    };
    Ok(PastEid {
        mark: Mark {
            op: OpId(row.op_id),
            account: AccountId(row.account_id),
            device: DeviceId(row.device_id),
            device_seq: row.device_seq,
            stamp: Millis(row.stamp),
        },
        team: row.team_id.map(TeamId),
        said,
    })
}

fn eid_rest(row: &learner_eid::Model) -> Result<EidRest, StoreError> {
    json("details of a rung", row.details.clone())
}

/// Whose needs and notes stand, those of doubles included.
async fn load_households(
    tx: &DatabaseTransaction,
    spoken: &Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    if spoken.households.is_empty() {
        return Ok(());
    }
    let named: BTreeSet<HouseholdId> =
        spoken.households.iter().map(|id| canonical(book, *id)).collect();
    let doubles = book.merged.iter().filter(|(_, into)| named.contains(*into)).map(|(id, _)| *id);
    let ids: BTreeSet<Uuid> = doubles.chain(named.iter().copied()).map(|id| id.0).collect();
    let rows = household_flags::Entity::find()
        .filter(household_flags::Column::HouseholdId.is_in(ids.iter().copied()))
        .all(tx)
        .await?;
    for row in rows {
        let place = canonical(book, row.household_id);
        let mark = Mark {
            op: OpId(row.op_id),
            account: AccountId(row.account_id),
            device: DeviceId(row.device_id),
            device_seq: row.device_seq,
            stamp: Millis(row.stamp),
        };
        let stands = book.people.needs.entry(place).or_insert(mark);
        if mark.key() > stands.key() {
            *stands = mark;
        }
    }
    let rows = household_note::Entity::find()
        .filter(household_note::Column::HouseholdId.is_in(ids))
        .all(tx)
        .await?;
    for row in rows {
        let place = (canonical(book, row.household_id), TeamId(row.team_id));
        let mark = Mark {
            op: OpId(row.op_id),
            account: AccountId(row.account_id),
            device: DeviceId(row.device_id),
            device_seq: row.device_seq,
            stamp: Millis(row.stamp),
        };
        let stands = book.people.notes.entry(place).or_insert(mark);
        if mark.key() > stands.key() {
            *stands = mark;
        }
    }
    Ok(())
}

/// What a ward promises, in the order it offers the kinds.
pub(crate) async fn promises(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<Vec<Sla>, StoreError> {
    let rows = referral_kind::Entity::find()
        .filter(referral_kind::Column::Ward.eq(ward))
        .order_by_asc(referral_kind::Column::Position)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Sla {
                code: decode("kind of a referral", &row.code)?,
                unit: decode("unit of a promise", &row.unit)?,
                amount: row.amount.unsigned_abs(),
            })
        })
        .collect()
}

/// What a new ward promises, counts and brings along.
pub(crate) async fn found(tx: &DatabaseTransaction, ward: &str) -> Result<(), StoreError> {
    let rows = (1..).zip(Sla::DEFAULTS).map(|(position, sla)| referral_kind::ActiveModel {
        ward: Set(ward.to_owned()),
        code: Set(code(&sla.code)),
        position: Set(position),
        unit: Set(code(&sla.unit)),
        amount: Set(sla.amount as i32),
    });
    referral_kind::Entity::insert_many(rows).exec_without_returning(tx).await?;
    let rows = (1..).zip(help::defaults()).map(|(position, kind)| help_type::ActiveModel {
        ward: Set(ward.to_owned()),
        code: Set(kind.code),
        vi: Set(kind.vi),
        en: Set(kind.en),
        quick: Set(kind.quick),
        crowd: Set(kind.crowd),
        position: Set(position),
    });
    help_type::Entity::insert_many(rows).exec_without_returning(tx).await?;
    let rows = (1..).zip(mobile::kit_defaults()).map(|(position, item)| kit_item::ActiveModel {
        ward: Set(ward.to_owned()),
        code: Set(item.code),
        vi: Set(item.vi),
        en: Set(item.en),
        position: Set(position),
    });
    kit_item::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// The event of a line in which a resident agrees.
const GIVEN: &str = "given";
/// The event of a line in which he withdraws.
const WITHDRAWN: &str = "withdrawn";
/// The method of a line that the ward desk wrote for a resident.
pub(crate) const ON_BEHALF: &str = "on_behalf";

/// Writes what changes about people: first what is forgotten, then one statement a table.
pub(crate) async fn write(
    tx: &DatabaseTransaction,
    ward: &str,
    effects: &PeopleEffects,
    seq: i64,
    now: Millis,
) -> Result<(), StoreError> {
    for forgotten in &effects.forgotten {
        forget(tx, ward, forgotten, seq, now).await?;
    }
    let rows = effects.ledger.iter().map(|line| ledger_row(ward, line, now)).collect();
    for rows in chunks(rows, 20) {
        consent_event::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    write_learners(tx, ward, effects).await?;
    write_households(tx, ward, effects).await?;
    write_referrals(tx, ward, effects, seq).await?;
    if !effects.changed.is_empty() {
        household::Entity::update_many()
            .col_expr(household::Column::Seq, Expr::value(seq))
            .filter(household::Column::Id.is_in(effects.changed.iter().map(|id| id.0)))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Hard deletion: what is forgotten is in no row any more but in the ledger, which has no name.
async fn forget(
    tx: &DatabaseTransaction,
    ward: &str,
    what: &Forgotten,
    seq: i64,
    now: Millis,
) -> Result<(), StoreError> {
    let (learner, upto) = (what.learner.0, what.upto.0);
    if what.police || what.call || what.all {
        police::forget(tx, what, seq).await?;
    }
    if what.learning {
        visit_learner::Entity::delete_many()
            .filter(visit_learner::Column::LearnerId.eq(learner))
            .filter(visit_learner::Column::MadeAt.lte(upto))
            .exec(tx)
            .await?;
        learner_eid::Entity::delete_many()
            .filter(learner_eid::Column::LearnerId.eq(learner))
            .filter(learner_eid::Column::Stamp.lte(upto))
            .exec(tx)
            .await?;
    }
    if what.police || what.all {
        let mut which = Condition::all()
            .add(referral::Column::LearnerId.eq(learner))
            .add(referral::Column::OpenedAt.lte(upto));
        if !what.all {
            let police = gocua_domain::referral::ReferralKind::ALL.into_iter();
            let police = police.filter(|kind| kind.of_police()).map(|kind| code(&kind));
            which = which.add(referral::Column::Kind.is_in(police));
        }
        referral::Entity::update_many()
            .col_expr(referral::Column::State, Expr::value(code(&ReferralState::Cancelled)))
            .filter(which.clone())
            .filter(referral::Column::State.eq(code(&ReferralState::New)))
            .exec(tx)
            .await?;
        referral::Entity::update_many()
            .col_expr(referral::Column::LearnerId, Expr::value(None::<Uuid>))
            .filter(which)
            .exec(tx)
            .await?;
    }
    if what.all {
        forget_quarantined(tx, ward, what, now).await?;
    }
    Ok(())
}

/// A consent that still waits for the ward's decision is taken back with the rest: its name goes.
async fn forget_quarantined(
    tx: &DatabaseTransaction,
    ward: &str,
    what: &Forgotten,
    now: Millis,
) -> Result<(), StoreError> {
    let waiting = quarantine::Entity::find()
        .filter(quarantine::Column::Ward.eq(ward))
        .filter(quarantine::Column::Decision.is_null())
        .filter(quarantine::Column::Kind.eq("consent.give"))
        .all(tx)
        .await?;
    let learner = what.learner.to_string();
    for row in waiting {
        // By the server's clock, as the withdrawal's: the phone's own may be days ahead.
        let at = made_at(Millis(row.made_at), Millis(row.sent_at), Millis(row.received_at));
        if row.op["payload"]["learner_id"].as_str() != Some(&learner) || at > what.said {
            continue;
        }
        let op = kept_after(&row.kind, &row.op);
        quarantine::Entity::update_many()
            .col_expr(quarantine::Column::Op, Expr::value(op))
            .col_expr(quarantine::Column::Decision, Expr::value(Some(WITHDRAWN)))
            .col_expr(quarantine::Column::DecidedAt, Expr::value(Some(now.0)))
            .filter(quarantine::Column::OpId.eq(row.op_id))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// What stays of a quarantined operation once it is decided: no name and no note.
pub(crate) fn kept_after(kind: &str, op: &serde_json::Value) -> serde_json::Value {
    let mut op = op.clone();
    if let Some(payload) = op.get_mut("payload") {
        *payload = without_words(kind, payload);
    }
    op
}

fn ledger_row(ward: &str, line: &NewConsent, now: Millis) -> consent_event::ActiveModel {
    let given = line.given.as_ref();
    consent_event::ActiveModel {
        op_id: Set(line.mark.op.0),
        ward: Set(ward.to_owned()),
        household_id: Set(line.household.0),
        learner_id: Set(line.learner.0),
        event: Set(if given.is_some() { GIVEN } else { WITHDRAWN }.to_owned()),
        purposes: Set(given.map(|g| purposes_text(&g.purposes)).unwrap_or_default()),
        notice_version: Set(given.map(|g| g.notice_version.clone())),
        notice_hash: Set(given.map(|g| g.notice_hash.clone())),
        language: Set(given.map(|g| code(&g.language))),
        method: Set(match given {
            Some(given) => Some(code(&given.method)),
            None => line.on_behalf.then(|| ON_BEHALF.to_owned()),
        }),
        guardian: Set(given.is_some_and(|g| g.guardian)),
        stamp: Set(line.mark.stamp.0),
        device_made_at: Set(line.device_made_at.0),
        made_at: Set(line.at.0),
        received_at: Set(now.0),
        device_id: Set(line.mark.device.0),
        device_seq: Set(line.mark.device_seq),
        account_id: Set(line.mark.account.0),
        team_id: Set(line.sender.team.map(|t| t.0)),
        seq: Set(line.seq),
    }
}

async fn write_learners(
    tx: &DatabaseTransaction,
    ward: &str,
    effects: &PeopleEffects,
) -> Result<(), StoreError> {
    let gone: Vec<Uuid> =
        effects.learners.iter().filter(|(_, l)| l.is_none()).map(|(id, _)| id.0).collect();
    if !gone.is_empty() {
        learner::Entity::delete_many().filter(learner::Column::Id.is_in(gone)).exec(tx).await?;
    }
    let rows: Vec<_> = effects
        .learners
        .iter()
        .filter_map(|(id, learner)| {
            let learner = learner.as_ref()?;
            Some(learner::ActiveModel {
                id: Set(id.0),
                ward: Set(ward.to_owned()),
                household_id: Set(learner.household.0),
                call_name: Set(learner.call_name.clone()),
                age_band: Set(code(&learner.age_band)),
                purposes: Set(purposes_text(&learner.purposes)),
                agreed_at: Set(learner.agreed_at.0),
            })
        })
        .collect();
    for rows in chunks(rows, 7) {
        use learner::Column as C;
        let again = OnConflict::column(C::Id)
            .update_columns([C::HouseholdId, C::CallName, C::AgeBand, C::Purposes, C::AgreedAt])
            .to_owned();
        learner::Entity::insert_many(rows).on_conflict(again).exec_without_returning(tx).await?;
    }
    let rows: Vec<_> = effects
        .coached
        .iter()
        .map(|c| visit_learner::ActiveModel {
            visit_id: Set(c.visit.0),
            learner_id: Set(c.learner.0),
            ward: Set(ward.to_owned()),
            made_at: Set(c.at.0),
            skills: Set(serde_json::to_value(&c.skills).unwrap_or_default()),
        })
        .collect();
    for rows in chunks(rows, 5) {
        visit_learner::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    let rows: Vec<_> = effects
        .eids
        .iter()
        .map(|e| {
            let (standing, before, rest) = match &e.what {
                NewEidWord::Stands { standing, before, details } => {
                    (*standing, *before, EidRest::Stands(details.clone()))
                }
                NewEidWord::Confirms { state, why } => {
                    let rest = match *why {
                        Some(corrects) => EidRest::Corrects { corrects },
                        None => EidRest::Stands(EidDetails::default()),
                    };
                    ((*state, Evidence::PoliceConfirmed), false, rest)
                }
                NewEidWord::TakesBack { word, why } => {
                    let nothing = (EidState::Unknown, Evidence::SelfReport);
                    (nothing, false, EidRest::TakesBack { takes_back: *word, why: *why })
                }
            };
            learner_eid::ActiveModel {
                op_id: Set(e.mark.op.0),
                ward: Set(ward.to_owned()),
                learner_id: Set(e.learner.0),
                state: Set(code(&standing.0)),
                evidence: Set(code(&standing.1)),
                before: Set(before),
                details: Set(serde_json::to_value(&rest).unwrap_or_default()),
                stamp: Set(e.mark.stamp.0),
                device_id: Set(e.mark.device.0),
                device_seq: Set(e.mark.device_seq),
                account_id: Set(e.mark.account.0),
                team_id: Set(e.sender.team.map(|t| t.0)),
                seq: Set(e.seq),
            }
        })
        .collect();
    for rows in chunks(rows, 13) {
        learner_eid::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn write_households(
    tx: &DatabaseTransaction,
    ward: &str,
    effects: &PeopleEffects,
) -> Result<(), StoreError> {
    let rows: Vec<_> = effects
        .needs
        .iter()
        .map(|(household, stands)| household_flags::ActiveModel {
            household_id: Set(household.0),
            ward: Set(ward.to_owned()),
            flags: Set(stands.what.iter().map(code).collect::<Vec<_>>().join(" ")),
            op_id: Set(stands.mark.op.0),
            account_id: Set(stands.mark.account.0),
            device_id: Set(stands.mark.device.0),
            device_seq: Set(stands.mark.device_seq),
            stamp: Set(stands.mark.stamp.0),
        })
        .collect();
    for rows in chunks(rows, 8) {
        use household_flags::Column as C;
        let again = OnConflict::column(C::HouseholdId)
            .update_columns([C::Flags, C::OpId, C::AccountId, C::DeviceId, C::DeviceSeq, C::Stamp])
            .to_owned();
        household_flags::Entity::insert_many(rows)
            .on_conflict(again)
            .exec_without_returning(tx)
            .await?;
    }
    let rows: Vec<_> = effects
        .notes
        .iter()
        .map(|((household, team), stands)| household_note::ActiveModel {
            household_id: Set(household.0),
            team_id: Set(team.0),
            ward: Set(ward.to_owned()),
            text: Set(stands.what.clone()),
            op_id: Set(stands.mark.op.0),
            account_id: Set(stands.mark.account.0),
            device_id: Set(stands.mark.device.0),
            device_seq: Set(stands.mark.device_seq),
            stamp: Set(stands.mark.stamp.0),
        })
        .collect();
    for rows in chunks(rows, 9) {
        use household_note::Column as C;
        let again = OnConflict::columns([C::HouseholdId, C::TeamId])
            .update_columns([C::Text, C::OpId, C::AccountId, C::DeviceId, C::DeviceSeq, C::Stamp])
            .to_owned();
        household_note::Entity::insert_many(rows)
            .on_conflict(again)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

async fn write_referrals(
    tx: &DatabaseTransaction,
    ward: &str,
    effects: &PeopleEffects,
    seq: i64,
) -> Result<(), StoreError> {
    let rows: Vec<_> = effects
        .referrals
        .iter()
        .map(|(id, r)| referral::ActiveModel {
            id: Set(id.0),
            ward: Set(ward.to_owned()),
            household_id: Set(Some(r.household.0)),
            learner_id: Set(r.learner.map(|l| l.0)),
            kind: Set(code(&r.kind)),
            state: Set(code(&r.state)),
            opened_at: Set(r.opened_at.0),
            due_on: Set(r.due_on.map(|day| day.0)),
            account_id: Set(r.sender.account.0),
            team_id: Set(r.sender.team.map(|t| t.0)),
            device_id: Set(r.sender.device.0),
            seq: Set(r.seq),
            source: Set(code(&ReferralSource::Door)),
            ..Default::default()
        })
        .collect();
    for rows in chunks(rows, 13) {
        referral::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    if !effects.cancelled.is_empty() {
        let ids = || effects.cancelled.iter().map(|id| id.0);
        referral::Entity::update_many()
            .col_expr(referral::Column::State, Expr::value(code(&ReferralState::Cancelled)))
            .col_expr(referral::Column::Seq, Expr::value(seq))
            .filter(referral::Column::Id.is_in(ids()))
            .exec(tx)
            .await?;
        police::forget_phones(tx, ids()).await?;
    }
    Ok(())
}

/// What a team sees of the people of its doors.
#[derive(Default)]
pub(crate) struct DoorPeople {
    pub people: Vec<LearnerView>,
    pub flags: Vec<NeedView>,
    pub note: Option<NoteView>,
    pub referrals: Vec<ReferralView>,
    /// The day another force was last here.
    pub helped_on: Option<Day>,
}

/// The people of some doors, with a fixed number of queries however many there are. `ids` are the
/// doors and the doubles merged into them, `door` says where a double belongs, and `counts` whether a
/// visit counts.
pub(crate) async fn of_doors(
    db: &impl ConnectionTrait,
    who: &Puller,
    ids: &[Uuid],
    door: impl Fn(Uuid) -> Uuid,
    counts: impl Fn(Uuid) -> bool,
    today: Day,
) -> Result<HashMap<Uuid, DoorPeople>, StoreError> {
    let mut doors: HashMap<Uuid, DoorPeople> = HashMap::new();
    for (household, view) in learners_of(db, who, ids, counts).await? {
        doors.entry(door(household)).or_default().people.push(view);
    }
    for (household, flags) in needs_of(db, ids, &door).await? {
        let (stamp, codes) = flags;
        let until = need::until(stamp);
        if until < today {
            continue;
        }
        let flags = codes
            .split_whitespace()
            .map(|flag| Ok(NeedView { code: decode("need", flag)?, until }))
            .collect::<Result<_, StoreError>>()?;
        doors.entry(household).or_default().flags = flags;
    }
    for (household, note) in notes_of(db, who, ids, &door).await? {
        doors.entry(household).or_default().note = Some(note).filter(|n| !n.text.is_empty());
    }
    for (household, day) in police::helped_on(db, ids).await? {
        let known = &mut doors.entry(door(household)).or_default().helped_on;
        *known = (*known).max(Some(day));
    }
    let rows = referral::Entity::find()
        .filter(referral::Column::HouseholdId.is_in(ids.iter().copied()))
        .order_by_asc(referral::Column::OpenedAt)
        .order_by_asc(referral::Column::Id)
        .all(db)
        .await?;
    for row in rows {
        let Some(household) = row.household_id else { continue };
        let appointment = police::appointment(&row);
        doors.entry(door(household)).or_default().referrals.push(ReferralView {
            id: ReferralId(row.id),
            learner_id: row.learner_id.map(LearnerId),
            kind: decode("kind of a referral", &row.kind)?,
            state: decode("state of a referral", &row.state)?,
            opened_at: Millis(row.opened_at),
            due_on: row.due_on.map(Day),
            appointment,
            why: row.why.as_deref().map(|why| decode("answer to a referral", why)).transpose()?,
            answered_on: row.acted_at.map(|at| Millis(at).day()),
        });
    }
    Ok(doors)
}

/// The learners of some households, as a subquery for what hangs on them.
fn learner_ids(households: &[Uuid]) -> SelectStatement {
    Query::select()
        .column(learner::Column::Id)
        .from(learner::Entity)
        .and_where(learner::Column::HouseholdId.is_in(households.iter().copied()))
        .take()
}

async fn learners_of(
    db: &impl ConnectionTrait,
    who: &Puller,
    households: &[Uuid],
    counts: impl Fn(Uuid) -> bool,
) -> Result<Vec<(Uuid, LearnerView)>, StoreError> {
    let learners = learner::Entity::find()
        .filter(learner::Column::HouseholdId.is_in(households.iter().copied()))
        .order_by_asc(learner::Column::AgreedAt)
        .order_by_asc(learner::Column::Id)
        .all(db)
        .await?;
    if learners.is_empty() {
        return Ok(Vec::new());
    }
    let coached = visit_learner::Entity::find()
        .filter(visit_learner::Column::LearnerId.in_subquery(learner_ids(households)))
        .order_by_asc(visit_learner::Column::MadeAt)
        .order_by_asc(visit_learner::Column::VisitId)
        .all(db)
        .await?;
    let mut skills: HashMap<Uuid, BTreeMap<String, LearnerSkill>> = HashMap::new();
    for row in coached {
        if !counts(row.visit_id) {
            continue;
        }
        let known = skills.entry(row.learner_id).or_default();
        for SkillCoached { skill, level } in json::<Vec<_>>("skills coached", row.skills)? {
            let at = Millis(row.made_at);
            known.insert(skill.clone(), LearnerSkill { skill, level, at });
        }
    }
    let rungs = learner_eid::Entity::find()
        .filter(learner_eid::Column::LearnerId.in_subquery(learner_ids(households)))
        .all(db)
        .await?;
    let mut eids: HashMap<Uuid, Vec<learner_eid::Model>> = HashMap::new();
    for row in rungs {
        eids.entry(row.learner_id).or_default().push(row);
    }
    learners
        .into_iter()
        .map(|row| {
            let eid = eid_now(&eids.remove(&row.id).unwrap_or_default(), who.team)?;
            let skills = skills.remove(&row.id).unwrap_or_default().into_values().collect();
            let view = LearnerView {
                id: LearnerId(row.id),
                call_name: row.call_name,
                age_band: decode("age band", &row.age_band)?,
                purposes: purposes_of(&row.purposes),
                agreed_at: Millis(row.agreed_at),
                skills,
                eid,
            };
            Ok((row.household_id, view))
        })
        .collect()
}

/// Where a resident stands by his history; and, where the reader's team may take the last word back,
/// where he would stand then.
fn eid_now(
    rows: &[learner_eid::Model],
    team: Option<TeamId>,
) -> Result<Option<EidView>, StoreError> {
    let history = rows.iter().map(past_eid).collect::<Result<Vec<_>, _>>()?;
    let mut now = None;
    for (past, known) in words_now(&history) {
        let Some(row) = rows.iter().find(|row| row.op_id == past.mark.op.0) else { continue };
        let EidRest::Stands(details) = eid_rest(row)? else { continue };
        let ours = past.yields_to(team);
        now = Some(eid_view(past, known, details, ours, now.filter(|_| ours)));
    }
    Ok(now)
}

fn eid_view(
    past: PastEid,
    known: Known,
    details: EidDetails,
    ours: bool,
    back: Option<EidView>,
) -> EidView {
    let EidDetails { device, sim, wants_l2, blockers, integrated } = details;
    // One word back is enough to show; the next pull brings what is behind it.
    let back = back.map(|back| Box::new(EidView { ours: false, back: None, ..back }));
    let (state, evidence) = known.standing;
    let (id, at) = (past.mark.op, past.mark.stamp);
    EidView { id, state, evidence, at, device, sim, wants_l2, blockers, integrated, ours, back }
}

/// The needs that stand, by door.
async fn needs_of(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    door: impl Fn(Uuid) -> Uuid,
) -> Result<HashMap<Uuid, (Millis, String)>, StoreError> {
    let rows = household_flags::Entity::find()
        .filter(household_flags::Column::HouseholdId.is_in(ids.iter().copied()))
        .order_by_asc(household_flags::Column::Stamp)
        .order_by_asc(household_flags::Column::OpId)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (door(row.household_id), (Millis(row.stamp), row.flags)))
        .collect())
}

/// The reader's own team's notes that stand, by door.
async fn notes_of(
    db: &impl ConnectionTrait,
    who: &Puller,
    ids: &[Uuid],
    door: impl Fn(Uuid) -> Uuid,
) -> Result<HashMap<Uuid, NoteView>, StoreError> {
    let Some(team) = who.team else { return Ok(HashMap::new()) };
    let rows = household_note::Entity::find()
        .filter(household_note::Column::HouseholdId.is_in(ids.iter().copied()))
        .filter(household_note::Column::TeamId.eq(team.0))
        .order_by_asc(household_note::Column::Stamp)
        .order_by_asc(household_note::Column::OpId)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mine = row.account_id == who.account.0;
            (door(row.household_id), NoteView { text: row.text, at: Millis(row.stamp), mine })
        })
        .collect())
}

/// Proves that nobody is remembered without having agreed, and that nothing hangs on anybody who is
/// not remembered.
pub(crate) async fn prove(
    db: &impl ConnectionTrait,
    ward: &str,
    drifts: &mut Vec<Drift>,
) -> Result<(), StoreError> {
    use consent_event::Column as C;
    let lines: Vec<(Uuid, i64, Uuid, String)> = consent_event::Entity::find()
        .select_only()
        .columns([C::LearnerId, C::Stamp, C::OpId, C::Event])
        .filter(C::Ward.eq(ward))
        .order_by_asc(C::Stamp)
        .order_by_asc(C::OpId)
        .into_tuple()
        .all(db)
        .await?;
    let agreed: HashSet<Uuid> = lines
        .into_iter()
        .map(|(learner, _, _, event)| (learner, event == GIVEN))
        .collect::<HashMap<_, _>>()
        .into_iter()
        .filter_map(|(learner, given)| given.then_some(learner))
        .collect();
    let remembered: Vec<Uuid> = learner::Entity::find()
        .select_only()
        .column(learner::Column::Id)
        .filter(learner::Column::Ward.eq(ward))
        .into_tuple()
        .all(db)
        .await?;
    let remembered: HashSet<Uuid> = remembered.into_iter().collect();
    let mut tell = |table: &'static str, id: &Uuid, stored: &str, counted: &str| {
        drifts.push(Drift {
            table,
            key: id.to_string(),
            stored: stored.to_owned(),
            counted: counted.to_owned(),
        });
    };
    for id in remembered.difference(&agreed) {
        tell("learner", id, "remembered", "not agreed");
    }
    for id in agreed.difference(&remembered) {
        tell("learner", id, "missing", "agreed");
    }
    let links = [
        (
            "visit_learner",
            named(
                db,
                visit_learner::Entity::find(),
                visit_learner::Column::LearnerId,
                visit_learner::Column::Ward,
                ward,
            )
            .await?,
        ),
        (
            "learner_eid",
            named(
                db,
                learner_eid::Entity::find(),
                learner_eid::Column::LearnerId,
                learner_eid::Column::Ward,
                ward,
            )
            .await?,
        ),
        (
            "referral",
            named(
                db,
                referral::Entity::find(),
                referral::Column::LearnerId,
                referral::Column::Ward,
                ward,
            )
            .await?,
        ),
    ];
    for (table, named) in links {
        for id in named.iter().filter(|id| !remembered.contains(id)) {
            tell(table, id, "linked", "not remembered");
        }
    }
    Ok(())
}

/// Everybody a table of the ward names.
async fn named<E: EntityTrait>(
    db: &impl ConnectionTrait,
    rows: Select<E>,
    learner: E::Column,
    of: E::Column,
    ward: &str,
) -> Result<Vec<Uuid>, DbErr> {
    rows.select_only()
        .column(learner)
        .filter(of.eq(ward))
        .filter(learner.is_not_null())
        .distinct()
        .into_tuple()
        .all(db)
        .await
}
