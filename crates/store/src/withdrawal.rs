//! Residents who ask the ward to be forgotten: the request, the look at who is remembered at a
//! household, and the carrying out, which erases as a phone's withdrawal does.

use std::collections::BTreeSet;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use gocua_domain::id::{AccountId, DeviceId, HouseholdId, LearnerId, WithdrawalId};
use gocua_domain::sync::{Book, Effects, OnBehalf, withdraw_on_behalf};
use gocua_domain::time::{Day, Millis};
use gocua_domain::visit::AgeBand;
use gocua_domain::withdrawal::{Channel, Duty, Ending, Term};

use crate::db::{Store, StoreError, lock_ward};
use crate::desk::HouseholdRef;
use crate::entity::{
    consent_event, household, learner, learner_eid, quarantine, referral, visit_learner,
    withdrawal, withdrawal_look, withdrawal_term,
};
use crate::names::account_names;
use crate::people::{self, Spoken};
use crate::register::entry;
use crate::rollup::Drift;
use crate::sync::{code, decode};

/// How many requests that have ended are told, the latest first.
const ENDED_TOLD: u64 = 200;

/// A request as it comes in.
#[derive(Clone, Debug)]
pub struct NewWithdrawal {
    /// Made by the desk's page: sent twice, it is one request.
    pub id: WithdrawalId,
    /// Where the resident lives.
    pub household: HouseholdId,
    /// How he asked.
    pub channel: Channel,
    /// The day the ward heard of it.
    pub received_on: Day,
    /// Who wrote it down.
    pub by: AccountId,
    /// When.
    pub now: Millis,
}

/// Carrying a request out.
#[derive(Clone, Copy, Debug)]
pub struct CarryOut {
    /// The request.
    pub id: WithdrawalId,
    /// Who is to be forgotten.
    pub learner: LearnerId,
    /// Who does it.
    pub by: AccountId,
    /// On which device.
    pub device: DeviceId,
    /// When.
    pub now: Millis,
}

/// Somebody remembered at a household: just enough to find the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resident {
    /// The resident.
    pub id: LearnerId,
    /// What he is called.
    pub call_name: String,
    /// Age band.
    pub age_band: AgeBand,
}

/// Somebody of the desk did something with a request.
pub type Deed = (String, Millis);

/// How a request ended, and what was erased with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithdrawalTold {
    /// How.
    pub ending: Ending,
    /// Who did it, and when.
    pub by: Deed,
    /// Visits that keep their counts and name nobody any more.
    pub visits: i32,
    /// Steps with VNeID that were erased.
    pub rungs: i32,
    /// Referrals that name nobody any more.
    pub referrals: i32,
}

/// A request, as the desk goes by it. It names nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithdrawalLine {
    /// The request.
    pub id: WithdrawalId,
    /// Counted in the ward from 1.
    pub number: i32,
    /// Where the resident lives.
    pub household: HouseholdRef,
    /// How he asked.
    pub channel: Channel,
    /// The day the ward heard of it.
    pub received_on: Day,
    /// Who wrote it down, and when.
    pub opened: Deed,
    /// The last day for the answer.
    pub answer_due: Option<Day>,
    /// The last day for the end.
    pub stop_due: Option<Day>,
    /// Who told the resident, and when.
    pub answered: Option<Deed>,
    /// Who looked at the names of the household, and when.
    pub looks: Vec<Deed>,
    /// How it ended, if it has.
    pub ended: Option<WithdrawalTold>,
}

/// What a new ward owes its residents.
pub(crate) async fn found(tx: &DatabaseTransaction, ward: &str) -> Result<(), StoreError> {
    let rows = Term::DEFAULTS.map(|term| withdrawal_term::ActiveModel {
        ward: Set(ward.to_owned()),
        duty: Set(code(&term.duty)),
        unit: Set(code(&term.unit)),
        amount: Set(term.amount as i32),
    });
    withdrawal_term::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

async fn terms(db: &impl ConnectionTrait, ward: &str) -> Result<Vec<Term>, StoreError> {
    let rows = withdrawal_term::Entity::find()
        .filter(withdrawal_term::Column::Ward.eq(ward))
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Term {
                duty: decode("duty of a ward", &row.duty)?,
                unit: decode("unit of a term", &row.unit)?,
                amount: row.amount.unsigned_abs(),
            })
        })
        .collect()
}

impl Store {
    /// The requests of a ward: the open ones in the order they are due, then those that have ended, the
    /// latest first. Beside them the number they reach.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward.
    pub async fn withdrawals(&self, ward: &str) -> Result<(i64, Vec<WithdrawalLine>), StoreError> {
        use withdrawal::Column as W;
        let seq = self.ward_seq(ward).await?;
        let mut open = withdrawal::Entity::find()
            .filter(W::Ward.eq(ward))
            .filter(W::EndedAt.is_null())
            .all(&self.read)
            .await?;
        open.sort_by_key(|w| {
            let due = if w.answered_at.is_some() { w.stop_due } else { w.answer_due };
            (due.unwrap_or(i32::MAX), w.number)
        });
        let ended = withdrawal::Entity::find()
            .filter(W::Ward.eq(ward))
            .filter(W::EndedAt.is_not_null())
            .order_by_desc(W::EndedAt)
            .order_by_desc(W::Number)
            .limit(ENDED_TOLD)
            .all(&self.read)
            .await?;
        open.extend(ended);
        Ok((seq, self.told(ward, open).await?))
    }

    /// Opens a request; the days it is due follow from the ward's terms. The same one twice is one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the household is not of the ward, [`StoreError::Conflict`] when
    /// the id is another request's.
    pub async fn open_withdrawal(
        &self,
        ward: &str,
        new: &NewWithdrawal,
    ) -> Result<WithdrawalLine, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        if let Some(before) = withdrawal::Entity::find_by_id(new.id.0).one(&tx).await? {
            let same = before.ward == ward && before.household_id == new.household.0;
            let before = same.then_some(before).ok_or_else(taken)?;
            tx.rollback().await?;
            return self.told_one(ward, before).await;
        }
        let household = entry(&tx, ward, new.household).await?;
        let terms = terms(&tx, ward).await?;
        let last: Option<i32> = withdrawal::Entity::find()
            .select_only()
            .column_as(withdrawal::Column::Number.max(), "last")
            .filter(withdrawal::Column::Ward.eq(ward))
            .into_tuple()
            .one(&tx)
            .await?
            .flatten();
        let due = |duty| Term::due(&terms, duty, new.received_on).map(|day| day.0);
        let row = withdrawal::Model {
            id: new.id.0,
            ward: ward.to_owned(),
            number: last.unwrap_or_default() + 1,
            household_id: household.id,
            channel: code(&new.channel),
            received_on: new.received_on.0,
            opened_by: new.by.0,
            opened_at: new.now.0,
            answer_due: due(Duty::Answer),
            stop_due: due(Duty::Stop),
            answered_by: None,
            answered_at: None,
            ending: None,
            ended_by: None,
            ended_at: None,
            visits: 0,
            rungs: 0,
            referrals: 0,
        };
        let new = withdrawal::ActiveModel::from(row.clone()).reset_all();
        withdrawal::Entity::insert(new).exec_without_returning(&tx).await?;
        self.close(tx, ward, seq).await?;
        self.told_one(ward, row).await
    }

    /// Who is remembered at the household of an open request. The look is written down before anything
    /// is shown.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown request, [`StoreError::Conflict`] when it has ended.
    pub async fn look_at_residents(
        &self,
        ward: &str,
        id: WithdrawalId,
        by: AccountId,
        now: Millis,
    ) -> Result<Vec<Resident>, StoreError> {
        let tx = self.begin().await?;
        let row = request(&tx, ward, id).await?;
        if row.ended_at.is_some() {
            return Err(ended());
        }
        let (_, entries) = home(&tx, ward, row.household_id).await?;
        let residents = residents(&tx, &entries).await?;
        let look = withdrawal_look::ActiveModel {
            withdrawal_id: Set(row.id),
            account_id: Set(by.0),
            looked_at: Set(now.0),
            ward: Set(ward.to_owned()),
            shown: Set(residents.len() as i32),
        };
        withdrawal_look::Entity::insert(look)
            .on_conflict_do_nothing()
            .exec_without_returning(&tx)
            .await?;
        tx.commit().await?;
        Ok(residents)
    }

    /// Writes down that the resident was told. The first time stands; an ended request needs no answer
    /// any more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown request.
    pub async fn answer_withdrawal(
        &self,
        ward: &str,
        id: WithdrawalId,
        by: AccountId,
        now: Millis,
    ) -> Result<WithdrawalLine, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let mut row = request(&tx, ward, id).await?;
        if row.answered_at.is_some() || row.ended_at.is_some() {
            tx.rollback().await?;
            return self.told_one(ward, row).await;
        }
        (row.answered_by, row.answered_at) = (Some(by.0), Some(now.0));
        save(&tx, &row).await?;
        self.close(tx, ward, seq).await?;
        self.told_one(ward, row).await
    }

    /// Carries a request out: the resident is forgotten by the rule that a phone's withdrawal follows,
    /// every phone in reach hears of it with its next pull, and the request keeps counts. The same
    /// twice is once, whoever was first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown request, or when nobody at its household has this id;
    /// [`StoreError::Conflict`] when it ended otherwise, or with somebody else.
    pub async fn carry_out_withdrawal(
        &self,
        ward: &str,
        act: &CarryOut,
    ) -> Result<WithdrawalLine, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await?;
        let mut row = request(&tx, ward, act.id).await?;
        if row.ended_at.is_some() {
            let line = consent_event::Entity::find_by_id(row.id).one(&tx).await?;
            let same = line.is_some_and(|line| line.learner_id == act.learner.0);
            tx.rollback().await?;
            return if same { self.told_one(ward, row).await } else { Err(ended()) };
        }
        let (household, entries) = home(&tx, ward, row.household_id).await?;
        let mut book = Book { seq, ..Book::default() };
        let doubles = entries.iter().filter(|id| **id != household);
        book.merged.extend(doubles.map(|id| (HouseholdId(*id), HouseholdId(household))));
        let spoken = Spoken { learners: [act.learner.0].into(), ..Spoken::default() };
        people::load(&tx, ward, &spoken, &mut book).await?;
        let of_home = residents(&tx, &entries).await?.into_iter().any(|r| r.id == act.learner);
        if !of_home && !book.people.words.contains_key(&act.learner) {
            return Err(StoreError::NotFound);
        }
        let asked = OnBehalf {
            request: act.id,
            account: act.by,
            device: act.device,
            household: HouseholdId(household),
            learner: act.learner,
            at: act.now,
        };
        let links = Links::of(&tx, act.learner).await?;
        let mut effects = Effects::default();
        let remembered = withdraw_on_behalf(&mut book, &mut effects, &asked)
            .map_err(|_| StoreError::NotFound)?;
        people::write(&tx, ward, &effects.people, book.seq, act.now).await?;
        let ending = if remembered || of_home { Ending::Erased } else { Ending::AlreadyGone };
        end(&mut row, ending, act.by, act.now);
        (row.visits, row.rungs, row.referrals) = (links.visits, links.rungs, links.referrals);
        save(&tx, &row).await?;
        self.close(tx, ward, book.seq).await?;
        self.told_one(ward, row).await
    }

    /// Ends a request without forgetting anybody. The same twice is once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown request, [`StoreError::Conflict`] when it ended
    /// otherwise.
    pub async fn close_withdrawal(
        &self,
        ward: &str,
        id: WithdrawalId,
        why: Ending,
        (by, now): (AccountId, Millis),
    ) -> Result<WithdrawalLine, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let mut row = request(&tx, ward, id).await?;
        if row.ended_at.is_some() {
            tx.rollback().await?;
            let same = row.ending.as_deref() == Some(&code(&why));
            return if same { self.told_one(ward, row).await } else { Err(ended()) };
        }
        end(&mut row, why, by, now);
        save(&tx, &row).await?;
        self.close(tx, ward, seq).await?;
        self.told_one(ward, row).await
    }

    async fn told_one(
        &self,
        ward: &str,
        row: withdrawal::Model,
    ) -> Result<WithdrawalLine, StoreError> {
        self.told(ward, vec![row]).await?.pop().ok_or(StoreError::NotFound)
    }

    async fn told(
        &self,
        ward: &str,
        rows: Vec<withdrawal::Model>,
    ) -> Result<Vec<WithdrawalLine>, StoreError> {
        let doors =
            self.household_refs(ward, rows.iter().map(|w| w.household_id).collect()).await?;
        let looks = withdrawal_look::Entity::find()
            .filter(withdrawal_look::Column::WithdrawalId.is_in(rows.iter().map(|w| w.id)))
            .order_by_asc(withdrawal_look::Column::LookedAt)
            .all(&self.read)
            .await?;
        let hands = |w: &withdrawal::Model| [Some(w.opened_by), w.answered_by, w.ended_by];
        let mut ids: BTreeSet<Uuid> = rows.iter().flat_map(hands).flatten().collect();
        ids.extend(looks.iter().map(|look| look.account_id));
        let names = account_names(&self.read, ids).await?;
        let deed = |by: Uuid, at: i64| (names.get(&by).cloned().unwrap_or_default(), Millis(at));
        rows.into_iter()
            .filter_map(|row| Some((doors.get(&row.household_id)?.0.clone(), row)))
            .map(|(household, row)| {
                let ended = match (&row.ending, row.ended_by, row.ended_at) {
                    (Some(ending), Some(by), Some(at)) => Some(WithdrawalTold {
                        ending: decode("ending of a request", ending)?,
                        by: deed(by, at),
                        visits: row.visits,
                        rungs: row.rungs,
                        referrals: row.referrals,
                    }),
                    _ => None,
                };
                let of_row = looks.iter().filter(|look| look.withdrawal_id == row.id);
                Ok(WithdrawalLine {
                    id: WithdrawalId(row.id),
                    number: row.number,
                    household,
                    channel: decode("channel of a request", &row.channel)?,
                    received_on: Day(row.received_on),
                    opened: deed(row.opened_by, row.opened_at),
                    answer_due: row.answer_due.map(Day),
                    stop_due: row.stop_due.map(Day),
                    answered: row.answered_by.zip(row.answered_at).map(|(by, at)| deed(by, at)),
                    looks: of_row.map(|look| deed(look.account_id, look.looked_at)).collect(),
                    ended,
                })
            })
            .collect()
    }
}

fn taken() -> StoreError {
    StoreError::Conflict("another request has this id".to_owned())
}

fn ended() -> StoreError {
    StoreError::Conflict("ended otherwise".to_owned())
}

fn end(row: &mut withdrawal::Model, ending: Ending, by: AccountId, now: Millis) {
    row.ending = Some(code(&ending));
    (row.ended_by, row.ended_at) = (Some(by.0), Some(now.0));
    if ending == Ending::Mistake {
        return;
    }
    // Whoever is told that it is done needs no word that it will be.
    row.answered_by = row.answered_by.or(Some(by.0));
    row.answered_at = row.answered_at.or(Some(now.0));
}

async fn save(tx: &DatabaseTransaction, row: &withdrawal::Model) -> Result<(), StoreError> {
    use withdrawal::Column as W;
    withdrawal::Entity::update_many()
        .col_expr(W::AnsweredBy, Expr::value(row.answered_by))
        .col_expr(W::AnsweredAt, Expr::value(row.answered_at))
        .col_expr(W::Ending, Expr::value(row.ending.clone()))
        .col_expr(W::EndedBy, Expr::value(row.ended_by))
        .col_expr(W::EndedAt, Expr::value(row.ended_at))
        .col_expr(W::Visits, Expr::value(row.visits))
        .col_expr(W::Rungs, Expr::value(row.rungs))
        .col_expr(W::Referrals, Expr::value(row.referrals))
        .filter(W::Id.eq(row.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// A request of the ward.
async fn request(
    tx: &DatabaseTransaction,
    ward: &str,
    id: WithdrawalId,
) -> Result<withdrawal::Model, StoreError> {
    let found = withdrawal::Entity::find_by_id(id.0).one(tx).await?;
    found.filter(|w| w.ward == ward).ok_or(StoreError::NotFound)
}

/// A household with doubles followed, and every entry of the register that is it. That it has left the
/// register does not matter: who asks to be forgotten is forgotten.
async fn home(
    tx: &DatabaseTransaction,
    ward: &str,
    named: Uuid,
) -> Result<(Uuid, Vec<Uuid>), StoreError> {
    let row = entry(tx, ward, HouseholdId(named)).await?;
    let household = row.merged_into.unwrap_or(row.id);
    let doubles: Vec<Uuid> = household::Entity::find()
        .select_only()
        .column(household::Column::Id)
        .filter(household::Column::MergedInto.is_not_null())
        .filter(household::Column::MergedInto.eq(household))
        .into_tuple()
        .all(tx)
        .await?;
    Ok((household, doubles.into_iter().chain([household]).collect()))
}

/// Who is remembered at these entries, and whose consent waits there for the ward's decision: his name
/// is in the book too.
async fn residents(
    tx: &DatabaseTransaction,
    entries: &[Uuid],
) -> Result<Vec<Resident>, StoreError> {
    let rows = learner::Entity::find()
        .filter(learner::Column::HouseholdId.is_in(entries.iter().copied()))
        .order_by_asc(learner::Column::AgreedAt)
        .order_by_asc(learner::Column::Id)
        .all(tx)
        .await?;
    let mut found = rows
        .into_iter()
        .map(|row| {
            let age_band = decode("age band", &row.age_band)?;
            Ok(Resident { id: LearnerId(row.id), call_name: row.call_name, age_band })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    let waiting = quarantine::Entity::find()
        .filter(quarantine::Column::HouseholdId.is_in(entries.iter().copied()))
        .filter(quarantine::Column::Decision.is_null())
        .filter(quarantine::Column::Kind.eq("consent.give"))
        .order_by_asc(quarantine::Column::Seq)
        .all(tx)
        .await?;
    for row in waiting {
        let said = &row.op["payload"];
        let id = said["learner_id"].as_str().and_then(|id| id.parse().ok());
        let band = said["age_band"].as_str().and_then(|band| decode("age band", band).ok());
        let (Some(id), Some(age_band)) = (id, band) else { continue };
        if found.iter().all(|r| r.id != id) {
            let call_name = said["call_name"].as_str().unwrap_or_default().to_owned();
            found.push(Resident { id, call_name, age_band });
        }
    }
    Ok(found)
}

/// What hangs on a resident.
struct Links {
    visits: i32,
    rungs: i32,
    referrals: i32,
}

impl Links {
    async fn of(tx: &DatabaseTransaction, learner: LearnerId) -> Result<Self, StoreError> {
        let visits = visit_learner::Entity::find()
            .filter(visit_learner::Column::LearnerId.eq(learner.0))
            .count(tx)
            .await?;
        let rungs = learner_eid::Entity::find()
            .filter(learner_eid::Column::LearnerId.eq(learner.0))
            .count(tx)
            .await?;
        let referrals = referral::Entity::find()
            .filter(referral::Column::LearnerId.eq(learner.0))
            .count(tx)
            .await?;
        let small = |n: u64| i32::try_from(n).unwrap_or(i32::MAX);
        Ok(Self { visits: small(visits), rungs: small(rungs), referrals: small(referrals) })
    }
}

/// Proves that every request carried out has its line in the ledger of consents.
pub(crate) async fn prove(
    db: &impl ConnectionTrait,
    ward: &str,
    drifts: &mut Vec<Drift>,
) -> Result<(), StoreError> {
    let carried_out = [code(&Ending::Erased), code(&Ending::AlreadyGone)];
    let done: Vec<Uuid> = withdrawal::Entity::find()
        .select_only()
        .column(withdrawal::Column::Id)
        .filter(withdrawal::Column::Ward.eq(ward))
        .filter(withdrawal::Column::Ending.is_in(carried_out))
        .into_tuple()
        .all(db)
        .await?;
    if done.is_empty() {
        return Ok(());
    }
    let lines: Vec<Uuid> = consent_event::Entity::find()
        .select_only()
        .column(consent_event::Column::OpId)
        .filter(consent_event::Column::Ward.eq(ward))
        .filter(consent_event::Column::Method.eq(people::ON_BEHALF))
        .into_tuple()
        .all(db)
        .await?;
    let lines: BTreeSet<Uuid> = lines.into_iter().collect();
    for id in done.iter().filter(|id| !lines.contains(id)) {
        drifts.push(Drift {
            table: "withdrawal",
            key: id.to_string(),
            stored: "carried out".to_owned(),
            counted: "no line in the ledger".to_owned(),
        });
    }
    Ok(())
}
