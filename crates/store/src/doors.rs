//! What phones ask the ward about doors, and what the ward decides: households that should leave the
//! denominator, proposed houses, doubles.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use gocua_domain::ground::RegisterChange;
use gocua_domain::id::{AccountId, AlleyId, GroupId, HouseholdId};
use gocua_domain::proposal::{DoorQuestion, DoorVerdict, asked, leaves_on};
use gocua_domain::time::{Day, Millis};
use gocua_domain::visit::Outcome;

use crate::db::{Store, StoreError, lock_ward};
use crate::desk::HouseholdRef;
use crate::entity::{door_decision, door_pair, household, household_state, proposal, visit};
use crate::ledger::{self, Act, Line};
use crate::names::{account_names, team_names};
use crate::register::{doubles_of, entry, merge_in, waits};
use crate::rollup::{self, Counting, Place};

/// A door about which the ward is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedDoor {
    /// The household.
    pub household: HouseholdRef,
    /// What is asked.
    pub question: DoorQuestion,
    /// Of a double whose other half is known: the entry to keep.
    pub of: Option<HouseholdRef>,
    /// Landmark.
    pub landmark: Option<String>,
    /// Name of the head.
    pub head: Option<String>,
    /// Visits that speak of it, whether they count or not.
    pub visits: i64,
    /// Who asks.
    pub account_name: String,
    /// Name of the team that asks.
    pub team: Option<String>,
    /// When the door was knocked, or the house proposed.
    pub at: Millis,
}

/// Doors that wait for the ward, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedDoors {
    /// The number it reaches.
    pub seq: i64,
    /// The doors.
    pub doors: Vec<AskedDoor>,
}

/// The ward's answer about one door.
#[derive(Clone, Debug)]
pub struct DoorAnswer {
    /// The household.
    pub household: HouseholdId,
    /// Yes or no.
    pub verdict: DoorVerdict,
    /// What was asked when the ward answered; whatever is asked now, when not said.
    pub question: Option<DoorQuestion>,
    /// When that was asked.
    pub at: Option<Millis>,
    /// Why, in the ward's words.
    pub reason: String,
    /// The day a household leaves from; today when not named.
    pub date: Option<Day>,
    /// Who decides.
    pub by: AccountId,
    /// When.
    pub now: Millis,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoorAnswered {
    /// In the book under this number.
    Done(i64),
    /// The day named is not in the calendar or lies ahead.
    NoSuchDay,
}

/// What is asked about one household, as far as deciding needs it.
#[derive(Clone, Debug)]
struct Question {
    asks: DoorQuestion,
    /// The visit that asks it, if a visit does.
    about: Option<Millis>,
    /// The entry to keep, of a pair.
    of: Option<Uuid>,
    at: Millis,
    account: Option<Uuid>,
    team: Option<Uuid>,
}

impl Store {
    /// Doors of a ward about which phones ask and the ward has not answered. One question a door at a
    /// time: that it is another's double comes before that it is new, and that before what its last
    /// visit found.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward.
    pub async fn asked_doors(&self, ward: &str) -> Result<AskedDoors, StoreError> {
        let seq = self.ward_seq(ward).await?;
        let questions = questions(&self.read, ward, None).await?;
        let ids: BTreeSet<Uuid> =
            questions.iter().flat_map(|(id, q)| [Some(*id), q.of]).flatten().collect();
        let refs = self.household_refs(ward, ids).await?;
        let teams = team_names(&self.read, ward).await?;
        let names = account_names(&self.read, questions.values().filter_map(|q| q.account)).await?;
        let rows: Vec<household::Model> =
            questions.keys().filter_map(|id| Some(refs.get(id)?.1.clone())).collect();
        let visits = self.visits_counted(&rows).await?;
        let mut doors: Vec<AskedDoor> = questions
            .into_iter()
            .filter_map(|(id, q)| {
                let (door, row) = refs.get(&id)?;
                Some(AskedDoor {
                    household: door.clone(),
                    question: q.asks,
                    of: q.of.and_then(|id| refs.get(&id)).map(|(of, _)| of.clone()),
                    landmark: row.landmark.clone(),
                    head: row.head_name.clone(),
                    visits: visits.get(&id).copied().unwrap_or_default(),
                    account_name: q
                        .account
                        .and_then(|id| names.get(&id).cloned())
                        .unwrap_or_default(),
                    team: q.team.and_then(|id| teams.get(&id).cloned()),
                    at: q.at,
                })
            })
            .collect();
        doors.sort_by_key(|d| (d.at, d.household.id));
        Ok(AskedDoors { seq, doors })
    }

    /// Answers what is asked about a door. Yes: a new house enters the denominator with its visits, a
    /// double whose other half is known is merged into it, any other leaves the denominator from a day on; what
    /// was counted of earlier days stays. No: a new house leaves the phones, any other stays as it is.
    /// The same answer twice changes nothing more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when nothing was ever asked about the door, [`StoreError::Conflict`]
    /// when the question was answered otherwise, or a double cannot be merged.
    pub async fn answer_door(
        &self,
        ward: &str,
        answer: &DoorAnswer,
    ) -> Result<DoorAnswered, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        match answer_in(&tx, ward, answer, seq).await? {
            Answered::Now => Ok(DoorAnswered::Done(self.close(tx, ward, seq).await?)),
            Answered::Before => Ok(DoorAnswered::Done(seq - 1)),
            Answered::NoSuchDay => Ok(DoorAnswered::NoSuchDay),
            Answered::NeverAsked => Err(StoreError::NotFound),
            Answered::Otherwise => Err(StoreError::Conflict("decided otherwise".to_owned())),
        }
    }

    /// Answers what is asked about many doors alike, in one transaction: each with a line of its own,
    /// as if it had been answered alone. What is no longer asked is left out and named.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when a household is not in the ward, [`StoreError::Conflict`] when a
    /// double cannot be merged; then nothing is answered.
    pub async fn answer_doors(
        &self,
        ward: &str,
        answers: &[DoorAnswer],
    ) -> Result<DoorsAnswered, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let (mut done, mut late) = (Vec::new(), Vec::new());
        for answer in answers {
            match answer_in(&tx, ward, answer, seq).await? {
                Answered::Now | Answered::Before => done.push(answer.household),
                Answered::NoSuchDay => return Ok(DoorsAnswered::NoSuchDay),
                Answered::NeverAsked | Answered::Otherwise => late.push(answer.household),
            }
        }
        let seq = self.close(tx, ward, seq).await?;
        Ok(DoorsAnswered::Done { seq, done, late })
    }
}

/// What became of many answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DoorsAnswered {
    /// In the book.
    Done {
        /// Under this number.
        seq: i64,
        /// Answered now, or so before.
        done: Vec<HouseholdId>,
        /// No longer asked, or answered otherwise by somebody else.
        late: Vec<HouseholdId>,
    },
    /// The day named is not in the calendar or lies ahead.
    NoSuchDay,
}

/// What became of one answer inside a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answered {
    Now,
    Before,
    Otherwise,
    NeverAsked,
    NoSuchDay,
}

/// Answers what is asked about one door, inside a write that holds the ward's lock.
async fn answer_in(
    tx: &DatabaseTransaction,
    ward: &str,
    answer: &DoorAnswer,
    seq: i64,
) -> Result<Answered, StoreError> {
    let row = entry(tx, ward, answer.household).await?;
    let asked = questions(tx, ward, Some(row.id)).await?.remove(&row.id);
    // An answer sent twice must not fall on the next question.
    let meant = |q: &Question| {
        answer.question.is_none_or(|asks| asks == q.asks) && answer.at.is_none_or(|at| at == q.at)
    };
    let Some(question) = asked.clone().filter(meant) else {
        let before = latest_decision(tx, row.id, answer.question).await?;
        return Ok(match before {
            Some(before) if before.verdict == answer.verdict.code() => Answered::Before,
            None if asked.is_none() => Answered::NeverAsked,
            _ => Answered::Otherwise,
        });
    };
    let approved = answer.verdict == DoorVerdict::Approve;
    let merges = approved && question.of.is_some();
    let leaves = approved && !merges && question.asks != DoorQuestion::NewHouse;
    let day = leaves_on(answer.date, answer.now.day());
    if day.is_none() {
        return Ok(Answered::NoSuchDay);
    }
    let day = day.filter(|_| leaves);
    let decided = door_decision::ActiveModel {
        household_id: Set(row.id),
        seq: Set(seq),
        ward: Set(ward.to_owned()),
        question: Set(question.asks.code().to_owned()),
        verdict: Set(answer.verdict.code().to_owned()),
        reason: Set(answer.reason.clone()),
        day: Set(day.map(|d| d.0)),
        about: Set(question.about.map(|at| at.0)),
        decided_by: Set(answer.by.0),
        decided_at: Set(answer.now.0),
    };
    door_decision::Entity::insert(decided).exec_without_returning(tx).await?;
    door_pair::Entity::update_many()
        .col_expr(door_pair::Column::DecidedAt, Expr::value(answer.now.0))
        .filter(door_pair::Column::HouseholdId.eq(row.id))
        .filter(door_pair::Column::DecidedAt.is_null())
        .exec(tx)
        .await?;
    let act = Act::of(answer.by, answer.now).because(answer.reason.clone()).from_day(day);
    if let Some(of) = question.of.filter(|_| merges) {
        merge_in(tx, ward, row, HouseholdId(of), &act, seq).await?;
        return Ok(Answered::Now);
    }
    let new = question.asks == DoorQuestion::NewHouse;
    if approved {
        let what = if new { RegisterChange::Approved } else { RegisterChange::Left };
        let delta = i32::from(new) - i32::from(row.active);
        let line = Line::new(row.id, row.group_id, delta).about(question.asks.code());
        ledger::note(tx, ward, seq, what, &act, [line]).await?;
        restand(tx, ward, &row, day, seq).await?;
    } else if new {
        household::Entity::update_many()
            .col_expr(household::Column::DeletedAt, Expr::value(answer.now.0))
            .col_expr(household::Column::RemovedWhy, Expr::value("refused"))
            .col_expr(household::Column::Seq, Expr::value(seq))
            .filter(household::Column::Id.eq(row.id))
            .exec(tx)
            .await?;
    }
    Ok(Answered::Now)
}

/// Puts a household into the denominator, or takes it out from a day on, and coverage along.
pub(crate) async fn restand(
    tx: &DatabaseTransaction,
    ward: &str,
    row: &household::Model,
    left_on: Option<Day>,
    seq: i64,
) -> Result<(), StoreError> {
    household::Entity::update_many()
        .col_expr(household::Column::Active, Expr::value(left_on.is_none()))
        .col_expr(household::Column::Proposed, Expr::value(false))
        .col_expr(household::Column::LeftOn, Expr::value(left_on.map(|day| day.0)))
        .col_expr(household::Column::Seq, Expr::value(seq))
        .filter(household::Column::Id.eq(row.id))
        .exec(tx)
        .await?;
    let was =
        Counting { active: row.active, left_on: row.left_on.map(Day), proposed: row.proposed };
    let is = Counting { active: left_on.is_none(), left_on, proposed: false };
    let place = Place { group: GroupId(row.group_id), alley: AlleyId(row.alley_id) };
    rollup::restand(tx, ward, (HouseholdId(row.id), place), (was, is), seq).await
}

async fn latest_decision(
    db: &impl ConnectionTrait,
    household: Uuid,
    question: Option<DoorQuestion>,
) -> Result<Option<door_decision::Model>, StoreError> {
    let mut found =
        door_decision::Entity::find().filter(door_decision::Column::HouseholdId.eq(household));
    if let Some(question) = question {
        found = found.filter(door_decision::Column::Question.eq(question.code()));
    }
    Ok(found.order_by_desc(door_decision::Column::Seq).limit(1).one(db).await?)
}

/// What is asked about the households of a ward, or about one of them, and not answered yet.
async fn questions(
    db: &impl ConnectionTrait,
    ward: &str,
    only: Option<Uuid>,
) -> Result<HashMap<Uuid, Question>, StoreError> {
    let mut asked = by_visit(db, ward, only).await?;
    asked.extend(by_proposal(db, ward, only).await?);
    asked.extend(by_pair(db, ward, only).await?);
    Ok(asked)
}

/// What is asked of which door, and since when: enough to count by.
pub(crate) async fn open_questions(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<HashMap<Uuid, (DoorQuestion, Millis)>, StoreError> {
    let mut open = unanswered(db, ward, None).await?;
    // Only of a double it matters which of two entries was knocked at.
    let doubles: HashMap<_, _> = open
        .iter()
        .filter(|(_, (asks, _))| *asks == DoorQuestion::Double)
        .map(|(id, asks)| (*id, *asks))
        .collect();
    if !doubles.is_empty() {
        let knocked = knockers(db, &doubles).await?;
        open.retain(|id, _| {
            !doubles.contains_key(id) || knocked.get(id).is_some_and(|(named, ..)| named == id)
        });
    }
    let (proposed, pairs) = (by_proposal(db, ward, None).await?, by_pair(db, ward, None).await?);
    open.extend(proposed.into_iter().chain(pairs).map(|(id, q)| (id, (q.asks, q.at))));
    Ok(open)
}

async fn by_visit(
    db: &impl ConnectionTrait,
    ward: &str,
    only: Option<Uuid>,
) -> Result<HashMap<Uuid, Question>, StoreError> {
    let open: Vec<_> = unanswered(db, ward, only).await?.into_iter().collect();
    let mut questions = HashMap::new();
    for part in open.chunks(10_000) {
        let part: HashMap<Uuid, (DoorQuestion, Millis)> = part.iter().copied().collect();
        let knocked = knockers(db, &part).await?;
        for (id, (asks, at)) in part {
            let Some(&(named, account, team)) = knocked.get(&id) else { continue };
            // That a double is one was settled when it was merged into this household.
            if asks == DoorQuestion::Double && named != id {
                continue;
            }
            let (about, account) = (Some(at), Some(account));
            questions.insert(id, Question { asks, about, of: None, at, account, team });
        }
    }
    Ok(questions)
}

/// Doors whose last visit asks something that the ward has not answered since.
async fn unanswered(
    db: &impl ConnectionTrait,
    ward: &str,
    only: Option<Uuid>,
) -> Result<HashMap<Uuid, (DoorQuestion, Millis)>, StoreError> {
    use household_state::Column as S;
    // Spelled out: an index over these few serves only a query that says so.
    let codes: Vec<String> =
        DoorQuestion::OUTCOMES.iter().map(|(outcome, _)| format!("'{}'", outcome.code())).collect();
    let mut found = household_state::Entity::find()
        .select_only()
        .columns([S::HouseholdId, S::LastOutcome, S::LastVisitAt])
        .filter(S::Ward.eq(ward))
        .filter(Expr::cust(format!("last_outcome IN ({})", codes.join(", "))));
    if let Some(id) = only {
        found = found.filter(S::HouseholdId.eq(id));
    }
    let found: Vec<(Uuid, Option<String>, Option<i64>)> = found.into_tuple().all(db).await?;
    let mut open = HashMap::new();
    for part in found.chunks(10_000) {
        let ids = || part.iter().map(|(id, ..)| *id);
        let counted: Vec<Uuid> = household::Entity::find()
            .select_only()
            .column(household::Column::Id)
            .filter(household::Column::Id.is_in(ids()))
            .filter(household::Column::Active.eq(true))
            .into_tuple()
            .all(db)
            .await?;
        let counted: BTreeSet<Uuid> = counted.into_iter().collect();
        let decided = about(db, ids().collect()).await?;
        open.extend(part.iter().filter_map(|(id, outcome, at)| {
            let asks = DoorQuestion::of(Outcome::from_code(outcome.as_deref()?)?)?;
            let at = Millis((*at)?);
            let before = decided.get(id).copied();
            (counted.contains(id) && asked(at, before)).then_some((*id, (asks, at)))
        }));
    }
    Ok(open)
}

/// The instant of the visit each household was last decided about.
async fn about(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Millis>, StoreError> {
    let rows = door_decision::Entity::find()
        .filter(door_decision::Column::HouseholdId.is_in(ids))
        .order_by_asc(door_decision::Column::Seq)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|d| Some((d.household_id, Millis(d.about?)))).collect())
}

/// At which entry the visit that asks was made, by whom and for which team.
type Knocker = (Uuid, Uuid, Option<Uuid>);

/// Who made the visits that ask. A double's visits ask for its other half.
async fn knockers(
    db: &impl ConnectionTrait,
    open: &HashMap<Uuid, (DoorQuestion, Millis)>,
) -> Result<HashMap<Uuid, Knocker>, StoreError> {
    use visit::Column as V;
    let doubles = doubles_of(db, open.keys().copied()).await?;
    let rows: Vec<Knocker> = visit::Entity::find()
        .select_only()
        .columns([V::HouseholdId, V::AccountId, V::TeamId])
        .filter(V::HouseholdId.is_in(open.keys().copied().chain(doubles.keys().copied())))
        .filter(V::WithdrawnAt.is_null())
        .filter(V::ReplacedBy.is_null())
        .order_by_asc(V::MadeAt)
        .order_by_asc(V::Id)
        .into_tuple()
        .all(db)
        .await?;
    let door = |id: Uuid| doubles.get(&id).copied().unwrap_or(id);
    // The last one stays.
    Ok(rows.into_iter().map(|knock| (door(knock.0), knock)).collect())
}

async fn by_pair(
    db: &impl ConnectionTrait,
    ward: &str,
    only: Option<Uuid>,
) -> Result<HashMap<Uuid, Question>, StoreError> {
    let mut pairs = door_pair::Entity::find()
        .filter(door_pair::Column::Ward.eq(ward))
        .filter(door_pair::Column::DecidedAt.is_null());
    if let Some(id) = only {
        pairs = pairs.filter(door_pair::Column::HouseholdId.eq(id));
    }
    // Several may say so; the last one stays.
    let pairs = pairs.order_by_asc(door_pair::Column::MadeAt).all(db).await?;
    if pairs.is_empty() {
        return Ok(HashMap::new());
    }
    let standing =
        household::Entity::find()
            .select_only()
            .columns([household::Column::Id, household::Column::Active])
            .filter(household::Column::Id.is_in(
                pairs.iter().flat_map(|p| [p.household_id, p.of_id]).collect::<BTreeSet<_>>(),
            ))
            // A pair of which one has been merged, removed or has left is settled.
            .filter(
                Condition::any().add(household::Column::Active.eq(true)).add(
                    Condition::all()
                        .add(household::Column::Proposed.eq(true))
                        .add(household::Column::DeletedAt.is_null()),
                ),
            )
            .into_tuple::<(Uuid, bool)>()
            .all(db)
            .await?;
    let standing: HashMap<Uuid, bool> = standing.into_iter().collect();
    Ok(pairs
        .into_iter()
        .filter(|p| standing.contains_key(&p.household_id))
        // Into a house that waits itself nothing can be merged: that one is decided first.
        .filter(|p| standing.get(&p.of_id) == Some(&true))
        .map(|p| {
            let question = Question {
                asks: DoorQuestion::Double,
                about: None,
                of: Some(p.of_id),
                at: Millis(p.made_at),
                account: Some(p.account_id),
                team: p.team_id,
            };
            (p.household_id, question)
        })
        .collect())
}

async fn by_proposal(
    db: &impl ConnectionTrait,
    ward: &str,
    only: Option<Uuid>,
) -> Result<HashMap<Uuid, Question>, StoreError> {
    let mut rows = household::Entity::find()
        .filter(household::Column::Ward.eq(ward))
        .filter(Expr::cust("proposed"));
    if let Some(id) = only {
        rows = rows.filter(household::Column::Id.eq(id));
    }
    let rows: Vec<Uuid> = rows.all(db).await?.into_iter().filter(waits).map(|h| h.id).collect();
    let proposals =
        proposal::Entity::find().filter(proposal::Column::HouseholdId.is_in(rows)).all(db).await?;
    Ok(proposals
        .into_iter()
        .map(|p| {
            let question = Question {
                asks: DoorQuestion::NewHouse,
                about: None,
                of: None,
                at: Millis(p.made_at),
                account: Some(p.account_id),
                team: p.team_id,
            };
            (p.household_id, question)
        })
        .collect())
}
