//! Quality without surveillance: remarks about recording and households asked again. All of it is
//! looked at beside the push, never in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use gocua_domain::coverage::HourTally;
use gocua_domain::id::{
    AccountId, AlleyId, HouseholdId, OpId, QualityCheckId, QualityFlagId, VisitId,
};
use gocua_domain::quality::{
    Answers, Because, Candidate, CheckAnswer, CheckWhy, FlagFact, KEPT_DAYS, Knock, MOST_KNOCKS,
    OwnFlag, QualityKind, QualityTerms, SHOWN_CLOSED_DAYS, Sign, Spot, Usual, VERDICT_WEIGHT,
    Verdict, WINDOW_DAYS, desk_sees, draw, signs,
};
use gocua_domain::sync::{Book, Effects, Flag};
use gocua_domain::time::{Day, Millis, TimeBand};
use gocua_domain::visit::{Near, Outcome};

use crate::db::{Store, StoreError, chunks, lock_ward, set_seq};
use crate::entity::{
    account, household, quality_check, quality_day, quality_flag, quality_look, quality_term, visit,
};
use crate::names::{account_names, team_names};
use crate::rollup::Drift;
use crate::sync::{code, corrupt, decode};

const DAY_MS: i64 = 86_400_000;
/// A look begins this much before the end of the last one: a visit is numbered before it is written.
const OVERLAP_MS: i64 = 10 * 60_000;
/// Days that are caught up with when the server has been away.
const CATCH_UP_DAYS: i64 = 7;

/// What a look through the ward's records did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// People whose records were looked at.
    pub looked_at: usize,
    /// Remarks raised.
    pub raised: usize,
    /// Households to be asked again.
    pub drawn: usize,
    /// Remarks and checks whose time was over.
    pub erased: u64,
}

/// A remark as the desk sees it.
#[derive(Clone, Debug)]
pub struct DeskFlag {
    /// Identity.
    pub id: QualityFlagId,
    /// What it is about.
    pub kind: QualityKind,
    /// Whose records.
    pub account_name: String,
    /// Name of the team at the time.
    pub team_name: Option<String>,
    /// When it was raised.
    pub raised_at: Millis,
    /// Day of the first record looked at, and of the last.
    pub days: (Day, Day),
    /// Records it is made of.
    pub count: i64,
    /// Out of how many.
    pub of: i64,
    /// What the volunteer said, and when.
    pub explained: Option<(Millis, Because, Option<String>)>,
    /// What the desk made of it, and when.
    pub closed: Option<(Millis, Verdict, Option<String>)>,
}

/// A household to be asked again. Who was there is not told: whoever asks should not know.
#[derive(Clone, Debug)]
pub struct Check {
    /// Identity.
    pub id: QualityCheckId,
    /// The household.
    pub household: HouseholdId,
    /// House number, or the landmark of a house without one.
    pub address: String,
    /// Name of its residential group.
    pub group_name: String,
    /// Name of its alley.
    pub alley_name: String,
    /// Day of the visit.
    pub day: Day,
    /// Part of the day or the week.
    pub band: TimeBand,
    /// What the book says happened.
    pub outcome: Outcome,
    /// People coached, by the book.
    pub people_count: i64,
    /// How it was drawn.
    pub why: CheckWhy,
    /// On which day.
    pub drawn_on: Day,
    /// What the household said, on which day, and in words.
    pub answer: Option<(CheckAnswer, Day, Option<String>)>,
}

/// All the desk sees of it.
#[derive(Clone, Debug)]
pub struct Quality {
    /// Remarks: open ones first, then those closed lately.
    pub flags: Vec<DeskFlag>,
    /// Checks: open ones first, then those answered lately.
    pub checks: Vec<Check>,
    /// Answers to those drawn by chance alone.
    pub random: Answers,
    /// Answers to the others.
    pub weighted: Answers,
    /// What the ward has decided.
    pub terms: QualityTerms,
    /// Open remarks that only the volunteers see so far.
    pub waiting_first: u64,
}

/// The desk closes a remark.
#[derive(Clone, Debug)]
pub struct Closing {
    /// What it makes of it.
    pub verdict: Verdict,
    /// In words.
    pub words: Option<String>,
    /// Who does.
    pub by: AccountId,
}

/// The desk writes down what a household said.
#[derive(Clone, Debug)]
pub struct Reply {
    /// What.
    pub answer: CheckAnswer,
    /// In words.
    pub words: Option<String>,
    /// Who asked.
    pub by: AccountId,
}

/// Loads the remarks that are explained.
pub(crate) async fn load(
    tx: &DatabaseTransaction,
    ward: &str,
    spoken: &BTreeSet<Uuid>,
    book: &mut Book,
) -> Result<(), StoreError> {
    if spoken.is_empty() {
        return Ok(());
    }
    let rows = quality_flag::Entity::find()
        .filter(quality_flag::Column::Id.is_in(spoken.iter().copied()))
        .filter(quality_flag::Column::Ward.eq(ward))
        .all(tx)
        .await?;
    for row in rows {
        let fact = FlagFact {
            account: AccountId(row.account_id),
            closed: row.closed_at.is_some(),
            explained: row.explained_at.map(Millis).zip(row.explained_op.map(OpId)),
        };
        book.remarks.insert(QualityFlagId(row.id), fact);
    }
    Ok(())
}

/// Writes explanations; an open check goes with a visit that is taken back, and on to the newest
/// version of one that is corrected.
pub(crate) async fn write(tx: &DatabaseTransaction, effects: &Effects) -> Result<(), StoreError> {
    use quality_check::Column as C;
    use quality_flag::Column as F;
    for (id, said) in &effects.explained {
        quality_flag::Entity::update_many()
            .col_expr(F::Because, Expr::value(code(&said.because)))
            .col_expr(F::Words, Expr::value(said.words.clone()))
            .col_expr(F::ExplainedAt, Expr::value(said.at.0))
            .col_expr(F::ExplainedOp, Expr::value(said.op.0))
            .filter(F::Id.eq(id.0))
            .exec(tx)
            .await?;
    }
    for (visit, newest) in &effects.replaced {
        quality_check::Entity::update_many()
            .col_expr(C::VisitId, Expr::value(newest.0))
            .filter(C::VisitId.eq(visit.0))
            .exec(tx)
            .await?;
    }
    if !effects.withdrawn.is_empty() {
        quality_check::Entity::delete_many()
            .filter(C::VisitId.is_in(effects.withdrawn.keys().map(|id| id.0)))
            .filter(C::Answer.is_null())
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// What a volunteer is told of the own records.
pub(crate) async fn own(
    db: &impl ConnectionTrait,
    account: AccountId,
    now: Millis,
) -> Result<Vec<OwnFlag>, StoreError> {
    use quality_flag::Column as F;
    let lately = now.0 - SHOWN_CLOSED_DAYS * DAY_MS;
    let rows = quality_flag::Entity::find()
        .filter(F::AccountId.eq(account.0))
        .filter(F::ClosedAt.is_null().or(F::ClosedAt.gt(lately)))
        .order_by_asc(F::RaisedAt)
        .order_by_asc(F::Kind)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(OwnFlag {
                id: QualityFlagId(row.id),
                kind: decode("kind of a remark", &row.kind)?,
                raised_at: Millis(row.raised_at),
                from_day: Day(row.from_day),
                to_day: Day(row.to_day),
                count: i64::from(row.count),
                of: i64::from(row.out_of),
                desk_from: Millis(row.desk_from),
                explained_at: row.explained_at.map(Millis),
                verdict: verdict_of(row.verdict.as_deref())?,
            })
        })
        .collect()
}

fn verdict_of(text: Option<&str>) -> Result<Option<Verdict>, StoreError> {
    text.map(|text| decode("verdict of a remark", text)).transpose()
}

/// Open remarks the desk sees: [`desk_sees`] as a condition.
fn seen_by_desk(now: Millis) -> Condition {
    use quality_flag::Column as F;
    Condition::all()
        .add(F::ClosedAt.is_null())
        .add(F::ExplainedAt.is_not_null().or(F::DeskFrom.lte(now.0)))
}

/// How many remarks and checks wait for the desk, and since when.
pub(crate) async fn waiting(
    db: &impl ConnectionTrait,
    ward: &str,
    now: Millis,
) -> Result<[(i64, Option<Millis>); 2], StoreError> {
    use quality_check::Column as C;
    use quality_flag::Column as F;
    let flags: Option<(i64, Option<i64>)> = quality_flag::Entity::find()
        .select_only()
        .column_as(F::Id.count(), "open")
        .column_as(F::RaisedAt.min(), "oldest")
        .filter(F::Ward.eq(ward))
        .filter(seen_by_desk(now))
        .into_tuple()
        .one(db)
        .await?;
    let checks: Option<(i64, Option<i32>)> = quality_check::Entity::find()
        .select_only()
        .column_as(C::Id.count(), "open")
        .column_as(C::DrawnOn.min(), "oldest")
        .filter(C::Ward.eq(ward))
        .filter(C::Answer.is_null())
        .into_tuple()
        .one(db)
        .await?;
    let (flags, checks) = (flags.unwrap_or_default(), checks.unwrap_or_default());
    Ok([(flags.0, flags.1.map(Millis)), (checks.0, checks.1.and_then(|day| Day(day).start()))])
}

async fn terms(db: &impl ConnectionTrait, ward: &str) -> Result<QualityTerms, StoreError> {
    let rows =
        quality_term::Entity::find().filter(quality_term::Column::Ward.eq(ward)).all(db).await?;
    Ok(QualityTerms::of(rows.iter().map(|row| (row.term.as_str(), row.amount))))
}

/// Answers of all checks, those erased included: by chance alone, and the others.
async fn answers(db: &impl ConnectionTrait, ward: &str) -> Result<(Answers, Answers), StoreError> {
    use quality_check::Column as C;
    let (mut random, mut weighted) = (Answers::default(), Answers::default());
    let rows: Vec<(String, String, i64)> = quality_check::Entity::find()
        .select_only()
        .column(C::Why)
        .column_as(Expr::col(C::Answer), "answer")
        .column_as(C::Id.count(), "answers")
        .filter(C::Ward.eq(ward))
        .filter(C::Answer.is_not_null())
        .group_by(C::Why)
        .group_by(C::Answer)
        .into_tuple()
        .all(db)
        .await?;
    let mut of = |why: &str, answer, count| -> Result<(), StoreError> {
        match decode("why of a check", why)? {
            CheckWhy::Random => random.add(answer, count),
            CheckWhy::Weighted => weighted.add(answer, count),
        }
        Ok(())
    };
    for (why, answer, count) in rows {
        of(&why, decode("answer of a check", &answer)?, count)?;
    }
    let days =
        quality_day::Entity::find().filter(quality_day::Column::Ward.eq(ward)).all(db).await?;
    for day in days {
        of(&day.why, CheckAnswer::Agree, i64::from(day.agree))?;
        of(&day.why, CheckAnswer::Differ, i64::from(day.differ))?;
        of(&day.why, CheckAnswer::Unknown, i64::from(day.unknown))?;
    }
    Ok((random, weighted))
}

impl Store {
    /// Everything the desk sees.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn quality(&self, ward: &str, now: Millis) -> Result<Quality, StoreError> {
        let (random, weighted) = answers(&self.read, ward).await?;
        let (flags, waiting_first) = self.desk_flags(ward, now).await?;
        Ok(Quality {
            flags,
            checks: self.desk_checks(ward, now).await?,
            random,
            weighted,
            terms: terms(&self.read, ward).await?,
            waiting_first,
        })
    }

    /// What a volunteer is told of the own records: open remarks, and those closed in the last week.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn own_remarks(
        &self,
        account: AccountId,
        now: Millis,
    ) -> Result<Vec<OwnFlag>, StoreError> {
        own(&self.read, account, now).await
    }

    /// What households that were drawn by chance alone said: how far the book can be trusted.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn check_agreement(&self, ward: &str) -> Result<Answers, StoreError> {
        Ok(answers(&self.read, ward).await?.0)
    }

    async fn desk_flags(
        &self,
        ward: &str,
        now: Millis,
    ) -> Result<(Vec<DeskFlag>, u64), StoreError> {
        use quality_flag::Column as F;
        let lately = now.0 - KEPT_DAYS * DAY_MS;
        let rows = quality_flag::Entity::find()
            .filter(F::Ward.eq(ward))
            .filter(Condition::any().add(seen_by_desk(now)).add(F::ClosedAt.gt(lately)))
            .order_by_asc(F::RaisedAt)
            .order_by_asc(F::Id)
            .all(&self.read)
            .await?;
        let open = quality_flag::Entity::find()
            .filter(F::Ward.eq(ward))
            .filter(F::ClosedAt.is_null())
            .count(&self.read)
            .await?;
        let names = account_names(&self.read, rows.iter().map(|row| row.account_id)).await?;
        let teams = team_names(&self.read, ward).await?;
        let mut flags = Vec::with_capacity(rows.len());
        for row in rows {
            let explained = match (row.explained_at, &row.because) {
                (Some(at), Some(because)) => {
                    Some((Millis(at), decode("word to a remark", because)?, row.words))
                }
                _ => None,
            };
            let verdict = verdict_of(row.verdict.as_deref())?;
            flags.push(DeskFlag {
                id: QualityFlagId(row.id),
                kind: decode("kind of a remark", &row.kind)?,
                account_name: names.get(&row.account_id).cloned().unwrap_or_default(),
                team_name: row.team_id.and_then(|id| teams.get(&id).cloned()),
                raised_at: Millis(row.raised_at),
                days: (Day(row.from_day), Day(row.to_day)),
                count: i64::from(row.count),
                of: i64::from(row.out_of),
                explained,
                closed: row
                    .closed_at
                    .zip(verdict)
                    .map(|(at, verdict)| (Millis(at), verdict, row.verdict_words)),
            });
        }
        flags.sort_by_key(|f| f.closed.as_ref().map_or(i64::MIN, |(at, ..)| -at.0));
        let seen = flags.iter().filter(|f| f.closed.is_none()).count() as u64;
        Ok((flags, open.saturating_sub(seen)))
    }

    async fn desk_checks(&self, ward: &str, now: Millis) -> Result<Vec<Check>, StoreError> {
        use quality_check::Column as C;
        let lately = now.0 - KEPT_DAYS * DAY_MS;
        let rows = quality_check::Entity::find()
            .filter(C::Ward.eq(ward))
            .filter(C::Answer.is_null().or(C::AnsweredAt.gt(lately)))
            .order_by_asc(C::DrawnOn)
            .order_by_asc(C::Id)
            .all(&self.read)
            .await?;
        use visit::Column as V;
        let visits: Vec<(Uuid, Uuid, i64, String, i32)> = visit::Entity::find()
            .select_only()
            .columns([V::Id, V::HouseholdId, V::MadeAt, V::Outcome, V::PeopleCount])
            .filter(V::Id.is_in(rows.iter().map(|row| row.visit_id)))
            .into_tuple()
            .all(&self.read)
            .await?;
        let doors = self.household_refs(ward, visits.iter().map(|v| v.1).collect()).await?;
        let visits: HashMap<Uuid, _> = visits.into_iter().map(|v| (v.0, v)).collect();
        let mut checks = Vec::with_capacity(rows.len());
        for row in rows {
            let Some((_, household, at, outcome, people)) = visits.get(&row.visit_id) else {
                continue;
            };
            let Some((door, home)) = doors.get(household) else { continue };
            let number = Some(door.house_no.clone()).filter(|no| !no.is_empty());
            let answered = row.answer.as_deref().zip(row.answered_at);
            checks.push(Check {
                id: QualityCheckId(row.id),
                household: door.id,
                address: number.or_else(|| home.landmark.clone()).unwrap_or_default(),
                group_name: door.group.clone(),
                alley_name: door.alley.clone(),
                day: Millis(*at).day(),
                band: Millis(*at).band(),
                outcome: Outcome::from_code(outcome).ok_or_else(|| corrupt("outcome"))?,
                people_count: i64::from(*people),
                why: decode("why of a check", &row.why)?,
                drawn_on: Day(row.drawn_on),
                answer: match answered {
                    Some((answer, at)) => {
                        Some((decode("answer", answer)?, Millis(at).day(), row.words))
                    }
                    None => None,
                },
            });
        }
        checks.sort_by_key(|c| c.answer.is_some());
        Ok(checks)
    }

    /// Closes a remark. The same twice is once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a remark the desk does not see (yet), [`StoreError::Conflict`] when
    /// it was closed otherwise.
    pub async fn close_flag(
        &self,
        ward: &str,
        id: QualityFlagId,
        closing: &Closing,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let row = quality_flag::Entity::find_by_id(id.0).one(&tx).await?;
        let sees = |row: &quality_flag::Model| {
            desk_sees(row.explained_at.map(Millis), Millis(row.desk_from), now)
        };
        let row = row.filter(|row| row.ward == ward && (row.closed_at.is_some() || sees(row)));
        let row = row.ok_or(StoreError::NotFound)?;
        if let Some(verdict) = &row.verdict {
            let same = *verdict == code(&closing.verdict);
            return if same { Ok(()) } else { Err(StoreError::Conflict("quality_flag".into())) };
        }
        let mut row: quality_flag::ActiveModel = row.into();
        row.verdict = Set(Some(code(&closing.verdict)));
        row.verdict_words = Set(closing.words.clone());
        row.closed_by = Set(Some(closing.by.0));
        row.closed_at = Set(Some(now.0));
        row.update(&tx).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }

    /// Writes down what a household said; the latest word stands.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when nobody asks about such a visit.
    pub async fn answer_check(
        &self,
        ward: &str,
        id: QualityCheckId,
        reply: &Reply,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let row = quality_check::Entity::find_by_id(id.0).one(&tx).await?;
        let row = row.filter(|row| row.ward == ward).ok_or(StoreError::NotFound)?;
        let mut row: quality_check::ActiveModel = row.into();
        row.answer = Set(Some(code(&reply.answer)));
        row.words = Set(reply.words.clone());
        row.answered_by = Set(Some(reply.by.0));
        row.answered_at = Set(Some(now.0));
        row.update(&tx).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }

    /// Sets the ward's terms. They hold from now on; what is raised and drawn stays as it is.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn set_quality_terms(
        &self,
        ward: &str,
        terms: &QualityTerms,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let rows = QualityTerms::NAMES.into_iter().zip(terms.amounts());
        let rows = rows.map(|(term, amount)| quality_term::ActiveModel {
            ward: Set(ward.to_owned()),
            term: Set(term.to_owned()),
            amount: Set(amount),
        });
        use quality_term::Column as T;
        let again = OnConflict::columns([T::Ward, T::Term]).update_column(T::Amount).to_owned();
        quality_term::Entity::insert_many(rows)
            .on_conflict(again)
            .exec_without_returning(&tx)
            .await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }

    /// Looks through what came in since the last look, raises remarks, draws once a day whom to ask
    /// again, and erases what is kept no longer. `below(n)` throws a number from 0 to n - 1.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; the next call does it again.
    pub async fn watch_quality(
        &self,
        ward: &str,
        now: Millis,
        below: &mut (dyn FnMut(u64) -> u64 + Send),
    ) -> Result<Watched, StoreError> {
        let look = quality_look::Entity::find_by_id(ward).one(&self.read).await?;
        let since = look.as_ref().map_or(i64::MIN, |look| look.looked_at - OVERLAP_MS);
        let people = self.recorded_since(ward, since).await?;
        let yesterday = now.day().plus(-1);
        let drawn_to = look.and_then(|look| look.drawn_to).map(Day);
        if people.is_empty() && drawn_to >= Some(yesterday) {
            return Ok(Watched::default());
        }
        let found = self.look_through(ward, &people, now).await?;
        let mut done = Watched { looked_at: people.len(), ..Watched::default() };
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        done.raised = raise(&tx, ward, found, now).await?;
        // Read again under the lock: two servers over one book draw once.
        let drawn_to = quality_look::Entity::find_by_id(ward).one(&tx).await?;
        let drawn_to = drawn_to.and_then(|look| look.drawn_to).map(Day);
        if drawn_to < Some(yesterday) {
            let first = drawn_to
                .map_or(yesterday, |day| Ord::max(day.plus(1), now.day().plus(-CATCH_UP_DAYS)));
            let mut day = first;
            while day <= yesterday {
                done.drawn += draw_day(&tx, ward, (day, now), below).await?;
                day = day.plus(1);
            }
            done.erased = erase(&tx, ward, now).await?;
        }
        let row = quality_look::ActiveModel {
            ward: Set(ward.to_owned()),
            looked_at: Set(now.0),
            drawn_to: Set(Some(Ord::max(drawn_to, Some(yesterday)).unwrap_or(yesterday).0)),
        };
        use quality_look::Column as L;
        let again =
            OnConflict::column(L::Ward).update_columns([L::LookedAt, L::DrawnTo]).to_owned();
        quality_look::Entity::insert(row).on_conflict(again).exec_without_returning(&tx).await?;
        let changed = done.raised + done.drawn > 0 || done.erased > 0;
        if changed {
            set_seq(&tx, ward, seq).await?;
        }
        tx.commit().await?;
        if changed {
            self.writers.announce(ward, seq);
        }
        Ok(done)
    }

    /// Whose visits came in after an instant, with the team.
    async fn recorded_since(
        &self,
        ward: &str,
        since: i64,
    ) -> Result<Vec<(Uuid, Option<Uuid>)>, StoreError> {
        let came = Query::select()
            .expr(Expr::value(1))
            .from(visit::Entity)
            .and_where(
                Expr::col((visit::Entity, visit::Column::AccountId))
                    .equals((account::Entity, account::Column::Id)),
            )
            .and_where(Expr::col((visit::Entity, visit::Column::ReceivedAt)).gt(since))
            .take();
        Ok(account::Entity::find()
            .select_only()
            .columns([account::Column::Id, account::Column::TeamId])
            .filter(account::Column::Ward.eq(ward))
            .filter(Expr::exists(came))
            .order_by_asc(account::Column::Id)
            .into_tuple()
            .all(&self.read)
            .await?)
    }

    /// What in these people's latest records is worth a question and is not asked yet.
    async fn look_through(
        &self,
        ward: &str,
        people: &[(Uuid, Option<Uuid>)],
        now: Millis,
    ) -> Result<Vec<(Uuid, Option<Uuid>, Sign)>, StoreError> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let terms = terms(&self.read, ward).await?;
        let mut usual: BTreeMap<_, HourTally> = BTreeMap::new();
        for ((_, slot), tally) in crate::rollup::hours(&self.read, ward).await? {
            *usual.entry(slot).or_default() += tally;
        }
        let usual = Usual(usual);
        let mut found = Vec::new();
        for (account, team) in people {
            let knocks = self.knocks_of(*account, now).await?;
            let mut spoken: HashMap<QualityKind, Millis> = HashMap::new();
            let mut open: BTreeSet<QualityKind> = BTreeSet::new();
            for (kind, closed) in kinds_of(&self.read, *account).await? {
                match closed {
                    None => drop(open.insert(kind)),
                    Some(at) => {
                        let last = spoken.entry(kind).or_insert(at);
                        *last = Ord::max(*last, at);
                    }
                }
            }
            let signs = signs(&knocks, |kind| spoken.get(&kind).copied(), &terms, &usual, now);
            let new = signs.into_iter().filter(|sign| !open.contains(&sign.kind));
            found.extend(new.map(|sign| (*account, *team, sign)));
        }
        Ok(found)
    }

    /// Somebody's latest records that count, as the rules need them. Those whose time had to be made up
    /// say nothing about time, and are left out.
    async fn knocks_of(&self, account: Uuid, now: Millis) -> Result<Vec<Knock>, StoreError> {
        use visit::Column as V;
        let oldest = now.0 - WINDOW_DAYS * DAY_MS;
        let rows: Vec<KnockRow> = visit::Entity::find()
            .select_only()
            .columns([V::HouseholdId, V::AlleyId, V::Outcome, V::MadeAt, V::Near, V::Flags])
            .filter(V::AccountId.eq(account))
            .filter(V::ReceivedAt.gt(oldest))
            .filter(V::ReceivedAt.lte(now.0))
            .filter(V::WithdrawnAt.is_null())
            .filter(V::ReplacedBy.is_null())
            .order_by_desc(V::ReceivedAt)
            .limit(2 * MOST_KNOCKS as u64)
            .into_model()
            .all(&self.read)
            .await?;
        let alleys: BTreeSet<Uuid> = rows.iter().map(|row| row.alley_id).collect();
        use household::Column as H;
        let doors: Vec<(Uuid, Uuid, Option<f64>, Option<f64>)> = household::Entity::find()
            .select_only()
            .columns([H::Id, H::AlleyId, H::Lon, H::Lat])
            .filter(H::AlleyId.is_in(alleys))
            .order_by_asc(H::Sort)
            .into_tuple()
            .all(&self.read)
            .await?;
        let (mut spots, mut next) = (HashMap::new(), HashMap::new());
        for (id, alley, lon, lat) in doors {
            let order = next.entry(alley).or_insert(0_i64);
            spots.insert(
                id,
                Spot { alley: AlleyId(alley), order: *order, at: lon.zip(lat).map(Into::into) },
            );
            *order += 1;
        }
        let made_up = code(&Flag::ClockClamped);
        rows.iter()
            .filter(|row| row.flags.split_whitespace().all(|flag| flag != made_up))
            .map(|row| {
                // A household that has moved since was visited where it was.
                let gone = Spot { alley: AlleyId(row.alley_id), order: 0, at: None };
                Ok(Knock {
                    at: Millis(row.made_at),
                    spot: spots.get(&row.household_id).copied().unwrap_or(gone),
                    outcome: Outcome::from_code(&row.outcome).ok_or_else(|| corrupt("outcome"))?,
                    near: row
                        .near
                        .as_deref()
                        .map(|near| decode::<Near>("near", near))
                        .transpose()?,
                })
            })
            .collect()
    }
}

/// The columns of a visit the rules depend on.
#[derive(FromQueryResult)]
struct KnockRow {
    household_id: Uuid,
    alley_id: Uuid,
    outcome: String,
    made_at: i64,
    near: Option<String>,
    flags: String,
}

/// Somebody's remarks: what about, and when they were closed.
async fn kinds_of(
    db: &impl ConnectionTrait,
    account: Uuid,
) -> Result<Vec<(QualityKind, Option<Millis>)>, StoreError> {
    use quality_flag::Column as F;
    let rows: Vec<(String, Option<i64>)> = quality_flag::Entity::find()
        .select_only()
        .columns([F::Kind, F::ClosedAt])
        .filter(F::AccountId.eq(account))
        .into_tuple()
        .all(db)
        .await?;
    rows.into_iter()
        .map(|(kind, closed)| Ok((decode("kind of a remark", &kind)?, closed.map(Millis))))
        .collect()
}

/// Writes remarks that are not open yet.
async fn raise(
    tx: &DatabaseTransaction,
    ward: &str,
    found: Vec<(Uuid, Option<Uuid>, Sign)>,
    now: Millis,
) -> Result<usize, StoreError> {
    use quality_flag::Column as F;
    if found.is_empty() {
        return Ok(0);
    }
    let open: Vec<(Uuid, String)> = quality_flag::Entity::find()
        .select_only()
        .columns([F::AccountId, F::Kind])
        .filter(F::Ward.eq(ward))
        .filter(F::ClosedAt.is_null())
        .into_tuple()
        .all(tx)
        .await?;
    let open: BTreeSet<(Uuid, String)> = open.into_iter().collect();
    let desk_from = now.plus(i64::from(terms(tx, ward).await?.days_before_desk) * DAY_MS);
    let rows: Vec<_> = found
        .into_iter()
        .filter(|(account, _, sign)| !open.contains(&(*account, code(&sign.kind))))
        .map(|(account, team, sign)| quality_flag::ActiveModel {
            id: Set(Uuid::now_v7()),
            ward: Set(ward.to_owned()),
            account_id: Set(account),
            team_id: Set(team),
            kind: Set(code(&sign.kind)),
            count: Set(sign.count as i32),
            out_of: Set(sign.of as i32),
            from_day: Set(sign.from_day.0),
            to_day: Set(sign.to_day.0),
            raised_at: Set(now.0),
            desk_from: Set(desk_from.0),
            because: Set(None),
            words: Set(None),
            explained_at: Set(None),
            explained_op: Set(None),
            verdict: Set(None),
            verdict_words: Set(None),
            closed_by: Set(None),
            closed_at: Set(None),
        })
        .collect();
    let raised = rows.len();
    for rows in chunks(rows, 19) {
        quality_flag::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(raised)
}

/// Draws from the visits that came in on a day, and writes down whom to ask.
async fn draw_day(
    tx: &DatabaseTransaction,
    ward: &str,
    (day, now): (Day, Millis),
    below: &mut (dyn FnMut(u64) -> u64 + Send),
) -> Result<usize, StoreError> {
    use visit::Column as V;
    let (Some(from), Some(to)) = (day.start(), day.plus(1).start()) else { return Ok(0) };
    let here = Query::select()
        .column(account::Column::Id)
        .from(account::Entity)
        .and_where(account::Column::Ward.eq(ward))
        .take();
    let asked_before =
        Query::select().column(quality_check::Column::VisitId).from(quality_check::Entity).take();
    let askable = Outcome::ALL.into_iter().filter(|o| o.contact() || o.shut()).map(Outcome::code);
    let rows: Vec<(Uuid, Uuid)> = visit::Entity::find()
        .select_only()
        .columns([V::Id, V::AccountId])
        .filter(V::AccountId.in_subquery(here))
        .filter(V::ReceivedAt.gte(from.0))
        .filter(V::ReceivedAt.lt(to.0))
        .filter(V::Ward.eq(ward))
        .filter(V::WithdrawnAt.is_null())
        .filter(V::ReplacedBy.is_null())
        .filter(V::Outcome.is_in(askable))
        .filter(V::Id.not_in_subquery(asked_before))
        .order_by_asc(V::Id)
        .into_tuple()
        .all(tx)
        .await?;
    let weights = weights(tx, ward, now).await?;
    let candidates: Vec<Candidate> = rows
        .into_iter()
        .map(|(id, account)| Candidate {
            visit: VisitId(id),
            weight: weights.get(&account).copied().unwrap_or_default(),
        })
        .collect();
    let drawn = draw(&candidates, &terms(tx, ward).await?, below);
    let count = drawn.len();
    let rows: Vec<_> = drawn
        .into_iter()
        .map(|(visit, why)| quality_check::ActiveModel {
            id: Set(Uuid::now_v7()),
            ward: Set(ward.to_owned()),
            visit_id: Set(visit.0),
            why: Set(code(&why)),
            drawn_on: Set(now.day().0),
            answer: Set(None),
            words: Set(None),
            answered_by: Set(None),
            answered_at: Set(None),
        })
        .collect();
    for rows in chunks(rows, 9) {
        quality_check::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(count)
}

/// Whose visits are sooner asked about: one for each remark that is open, more where the desk has said
/// to ask.
async fn weights(
    tx: &DatabaseTransaction,
    ward: &str,
    now: Millis,
) -> Result<HashMap<Uuid, u32>, StoreError> {
    use quality_flag::Column as F;
    let rows: Vec<(Uuid, Option<i64>)> = quality_flag::Entity::find()
        .select_only()
        .columns([F::AccountId, F::ClosedAt])
        .filter(F::Ward.eq(ward))
        .filter(Condition::any().add(F::ClosedAt.is_null()).add(
            F::Verdict.eq(code(&Verdict::Check)).and(F::ClosedAt.gt(now.0 - KEPT_DAYS * DAY_MS)),
        ))
        .into_tuple()
        .all(tx)
        .await?;
    let mut weights = HashMap::new();
    for (account, closed) in rows {
        *weights.entry(account).or_default() += if closed.is_some() { VERDICT_WEIGHT } else { 1 };
    }
    Ok(weights)
}

/// Erases what is kept no longer: closed remarks, and answered checks, of which the counts stay.
async fn erase(tx: &DatabaseTransaction, ward: &str, now: Millis) -> Result<u64, StoreError> {
    use quality_check::Column as C;
    use quality_flag::Column as F;
    let oldest = now.0 - KEPT_DAYS * DAY_MS;
    let flags = quality_flag::Entity::delete_many()
        .filter(F::Ward.eq(ward))
        .filter(F::ClosedAt.lte(oldest))
        .exec(tx)
        .await?;
    let old = quality_check::Entity::find()
        .filter(C::Ward.eq(ward))
        .filter(C::AnsweredAt.lte(oldest))
        .all(tx)
        .await?;
    let mut counts: BTreeMap<(i32, String), Answers> = BTreeMap::new();
    for row in &old {
        let answer = decode("answer of a check", row.answer.as_deref().unwrap_or_default())?;
        counts.entry((row.drawn_on, row.why.clone())).or_default().add(answer, 1);
    }
    for ((day, why), more) in counts {
        let key = (ward.to_owned(), day, why.clone());
        let kept = quality_day::Entity::find_by_id(key).one(tx).await?;
        let sum = |kept: Option<i32>, more: i64| Set(kept.unwrap_or_default() + more as i32);
        let row = quality_day::ActiveModel {
            ward: Set(ward.to_owned()),
            day: Set(day),
            why: Set(why),
            agree: sum(kept.as_ref().map(|k| k.agree), more.agree),
            differ: sum(kept.as_ref().map(|k| k.differ), more.differ),
            unknown: sum(kept.as_ref().map(|k| k.unknown), more.unknown),
        };
        use quality_day::Column as D;
        let again = OnConflict::columns([D::Ward, D::Day, D::Why])
            .update_columns([D::Agree, D::Differ, D::Unknown])
            .to_owned();
        quality_day::Entity::insert(row).on_conflict(again).exec_without_returning(tx).await?;
    }
    if !old.is_empty() {
        quality_check::Entity::delete_many()
            .filter(C::Id.is_in(old.iter().map(|row| row.id)))
            .exec(tx)
            .await?;
    }
    Ok(flags.rows_affected + old.len() as u64)
}

/// A check stands on a visit of its ward, an open one on a visit that counts; nobody has two open
/// remarks of a kind; what is answered or closed says how and when.
pub(crate) async fn prove(
    db: &impl ConnectionTrait,
    ward: &str,
    drifts: &mut Vec<Drift>,
) -> Result<(), StoreError> {
    let mut tell = |table: &'static str, key: String, stored: &str, counted: &str| {
        drifts.push(Drift { table, key, stored: stored.to_owned(), counted: counted.to_owned() });
    };
    let checks =
        quality_check::Entity::find().filter(quality_check::Column::Ward.eq(ward)).all(db).await?;
    use visit::Column as V;
    let mut visits: HashMap<Uuid, (String, bool)> = HashMap::new();
    for part in checks.chunks(10_000) {
        let rows: Vec<(Uuid, String, Option<i64>, Option<Uuid>)> = visit::Entity::find()
            .select_only()
            .columns([V::Id, V::Ward, V::WithdrawnAt, V::ReplacedBy])
            .filter(V::Id.is_in(part.iter().map(|check| check.visit_id)))
            .into_tuple()
            .all(db)
            .await?;
        visits.extend(rows.into_iter().map(|(id, of, withdrawn, replaced)| {
            (id, (of, withdrawn.is_none() && replaced.is_none()))
        }));
    }
    for check in &checks {
        let counts = match visits.get(&check.visit_id) {
            Some((of, live)) if of == ward => *live || check.answer.is_some(),
            _ => false,
        };
        if !counts {
            tell("quality_check", check.id.to_string(), "to be asked", "no visit that counts");
        }
        if check.answer.is_some() != check.answered_at.is_some() {
            tell("quality_check", check.id.to_string(), "answered", "by half");
        }
    }
    let flags =
        quality_flag::Entity::find().filter(quality_flag::Column::Ward.eq(ward)).all(db).await?;
    let mut open = BTreeSet::new();
    for flag in flags {
        if flag.closed_at.is_none() && !open.insert((flag.account_id, flag.kind.clone())) {
            tell("quality_flag", flag.id.to_string(), "open", "another of its kind is open");
        }
        if flag.closed_at.is_some() != flag.verdict.is_some() {
            tell("quality_flag", flag.id.to_string(), "closed", "by half");
        }
    }
    Ok(())
}
