//! Households at the ward's desk: the list, page by page, one household with all that was done to it,
//! and its details set in place.

use std::collections::{BTreeMap, HashMap};

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select, Set,
};
use uuid::Uuid;

use gocua_domain::coverage::Reached;
use gocua_domain::desk::Standing;
use gocua_domain::edit::{Details, EditFate, Field, Value, decide_at_desk};
use gocua_domain::ground::RegisterChange;
use gocua_domain::household::Status;
use gocua_domain::id::{AlleyId, DeviceId, GroupId, HouseholdId, OpId};
use gocua_domain::search::{search_key, second_chance};
use gocua_domain::time::{Day, Millis};

use crate::db::{Store, StoreError, lock_ward};
use crate::details::{details_of, set_details};
use crate::entity::{household, household_edit, household_state, register_change};
use crate::ledger::{self, Act, Line};
use crate::names::account_names;
use crate::register::{RegisterEntry, entry, not_undone, refused, waits};
use crate::sync::code;

/// The most deeds of one household that are listed.
const DEEDS: u64 = 100;

/// Which households to list.
#[derive(Clone, Debug, Default)]
pub struct HouseholdFilter {
    /// Words of a name, an address, a code or a group, with or without marks.
    pub words: String,
    /// Of this group.
    pub group: Option<GroupId>,
    /// Of this alley, in walking order.
    pub alley: Option<AlleyId>,
    /// Where the campaign stands with it.
    pub status: Option<Status>,
    /// That a count of households counts.
    pub reached: Option<Reached>,
    /// How it stands in the register; counted, unless said otherwise.
    pub standing: Option<Standing>,
    /// Without a house number.
    pub no_number: bool,
    /// About which a phone asks something: a new house, or two values.
    pub asked: bool,
    /// That have doubles.
    pub doubled: bool,
    /// Changed in the register from this day on.
    pub changed_since: Option<Day>,
}

/// One household of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdLine {
    /// The household.
    pub entry: RegisterEntry,
    /// Where the campaign stands with it.
    pub status: Status,
    /// Proposed by a phone and not answered.
    pub proposed: bool,
    /// Members.
    pub members: Option<i32>,
    /// Of these, from 14 years.
    pub adults: Option<i32>,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdPage {
    /// Households that fit, on all pages.
    pub total: i64,
    /// Those of this page.
    pub households: Vec<HouseholdLine>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// A household with all that was done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdCard {
    /// The household.
    pub line: HouseholdLine,
    /// When it was knocked at last.
    pub last_visit_at: Option<Millis>,
    /// The day it left the denominator from.
    pub left_on: Option<Day>,
    /// Its doubles.
    pub doubles: Vec<(HouseholdId, String)>,
    /// What was done to it, the latest first.
    pub deeds: Vec<HouseholdDeed>,
}

/// What was done to a household: by a phone to a detail, or by the ward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdDeed {
    /// What the ward did; nothing for a detail that a phone set.
    pub what: Option<RegisterChange>,
    /// Details set: what each was, and what it is.
    pub set: Vec<(Field, Value, Value, EditFate)>,
    /// What it was about.
    pub note: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who.
    pub by: Option<String>,
    /// When.
    pub at: Millis,
    /// The day it is in force from.
    pub day: Day,
}

/// Details set at the desk.
#[derive(Clone, Debug)]
pub struct DeskEdit {
    /// Made by the desk: the same twice is once.
    pub id: OpId,
    /// The new values.
    pub set: Details,
    /// What the desk showed when they were typed.
    pub was: Details,
    /// The desk's browser profile.
    pub device: DeviceId,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskEdited {
    /// In the book under this number.
    Done(i64),
    /// Somebody set this one meanwhile: nothing was written.
    Overtaken(Field),
}

impl Store {
    /// A page of the households that fit: in walking order within an alley, else by code.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn list_households(
        &self,
        ward: &str,
        filter: &HouseholdFilter,
        after: Option<&str>,
        most: u64,
    ) -> Result<HouseholdPage, StoreError> {
        let mut words = search_key(&filter.words);
        let mut fits = self.fitting(ward, filter, &words).await?;
        let mut total = household::Entity::find().filter(fits.clone()).count(&self.read).await?;
        if total == 0
            && !words.is_empty()
            && let Some(decoded) = second_chance(&filter.words)
        {
            words = decoded;
            fits = self.fitting(ward, filter, &words).await?;
            total = household::Entity::find().filter(fits.clone()).count(&self.read).await?;
        }
        let walking = filter.alley.is_some();
        let mut rows = ordered(household::Entity::find().filter(fits), walking, after)
            .limit(most + 1)
            .all(&self.read)
            .await?;
        let more = rows.len() as u64 > most;
        rows.truncate(most as usize);
        let next = rows.last().filter(|_| more).map(|h| place_of(h, walking));
        Ok(HouseholdPage {
            total: i64::try_from(total).unwrap_or(i64::MAX),
            households: self.household_lines(rows).await?,
            next,
        })
    }

    async fn fitting(
        &self,
        ward: &str,
        filter: &HouseholdFilter,
        words: &str,
    ) -> Result<Condition, StoreError> {
        use household::Column as C;
        let mut fits = Condition::all().add(C::Ward.eq(ward)).add(not_undone());
        if !words.is_empty() {
            fits = fits.add(self.holding_words(ward, words).await?);
        }
        if let Some(group) = filter.group {
            fits = fits.add(C::GroupId.eq(group.0));
        }
        if let Some(alley) = filter.alley {
            fits = fits.add(C::AlleyId.eq(alley.0));
        }
        if filter.no_number {
            fits = fits.add(C::HouseNo.eq(""));
        }
        let proposed = C::Proposed.eq(true).and(C::DeletedAt.is_null());
        if filter.asked {
            let asked = Query::select()
                .column(household_edit::Column::HouseholdId)
                .from(household_edit::Entity)
                .and_where(household_edit::Column::Ward.eq(ward))
                .and_where(household_edit::Column::Fate.eq(code(&EditFate::Asked)))
                .take();
            fits = fits.add(Condition::any().add(proposed.clone()).add(C::Id.in_subquery(asked)));
        }
        let out = || C::DeletedAt.is_not_null().or(C::LeftOn.is_not_null());
        fits = match filter.standing {
            Some(Standing::Merged) => fits.add(C::MergedInto.is_not_null()),
            Some(Standing::Removed) => fits.add(C::MergedInto.is_null()).add(out()),
            Some(Standing::Active) => fits.add(C::Active.eq(true)),
            None if filter.asked => fits.add(C::Active.eq(true).or(proposed)),
            None => fits.add(C::Active.eq(true)),
        };
        if filter.doubled {
            let doubled = Query::select()
                .column(C::MergedInto)
                .from(household::Entity)
                .and_where(C::Ward.eq(ward))
                .and_where(C::MergedInto.is_not_null())
                .take();
            fits = fits.add(C::Id.in_subquery(doubled));
        }
        if let Some(status) = filter.status {
            fits = fits.add(with_status(ward, status));
        }
        if let Some(reached) = filter.reached {
            fits = fits.add(C::Id.in_subquery(reaching(ward, reached)));
        }
        if let Some(since) = filter.changed_since.and_then(Day::start) {
            let changed = Query::select()
                .column(register_change::Column::HouseholdId)
                .from(register_change::Entity)
                .and_where(register_change::Column::Ward.eq(ward))
                .and_where(register_change::Column::At.gte(since.0))
                .and_where(register_change::Column::What.ne(RegisterChange::Opening.code()))
                .take();
            let edited = Query::select()
                .column(household_edit::Column::HouseholdId)
                .from(household_edit::Entity)
                .and_where(household_edit::Column::Ward.eq(ward))
                .and_where(household_edit::Column::Stamp.gte(since.0))
                .take();
            let any = Condition::any();
            fits = fits.add(any.add(C::Id.in_subquery(changed)).add(C::Id.in_subquery(edited)));
        }
        Ok(fits)
    }

    /// One household with all that was done to it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not in the ward.
    pub async fn household_card(
        &self,
        ward: &str,
        id: HouseholdId,
    ) -> Result<HouseholdCard, StoreError> {
        let row = household::Entity::find_by_id(id.0)
            .one(&self.read)
            .await?
            .filter(|h| h.ward == ward)
            .ok_or(StoreError::NotFound)?;
        let left_on = row.left_on.map(Day);
        let state = household_state::Entity::find_by_id(id.0).one(&self.read).await?;
        let doubles: Vec<(Uuid, String)> = household::Entity::find()
            .select_only()
            .columns([household::Column::Id, household::Column::Code])
            .filter(household::Column::MergedInto.is_not_null())
            .filter(household::Column::MergedInto.eq(id.0))
            .order_by_asc(household::Column::Code)
            .into_tuple()
            .all(&self.read)
            .await?;
        let deeds = self.deeds(id).await?;
        let line = self.household_lines(vec![row]).await?.pop().ok_or(StoreError::NotFound)?;
        Ok(HouseholdCard {
            line,
            last_visit_at: state.and_then(|s| s.last_visit_at).map(Millis),
            left_on,
            doubles: doubles.into_iter().map(|(id, code)| (HouseholdId(id), code)).collect(),
            deeds,
        })
    }

    async fn deeds(&self, id: HouseholdId) -> Result<Vec<HouseholdDeed>, StoreError> {
        let changes = register_change::Entity::find()
            .filter(register_change::Column::HouseholdId.eq(id.0))
            .order_by_desc(register_change::Column::Seq)
            .order_by_desc(register_change::Column::Delta)
            .limit(DEEDS)
            .all(&self.read)
            .await?;
        let edits = household_edit::Entity::find()
            .filter(household_edit::Column::HouseholdId.eq(id.0))
            .order_by_desc(household_edit::Column::Seq)
            .order_by_asc(household_edit::Column::Field)
            .limit(DEEDS)
            .all(&self.read)
            .await?;
        let who = changes.iter().filter_map(|c| c.by_account);
        let names =
            account_names(&self.read, who.chain(edits.iter().map(|e| e.account_id))).await?;
        // What the desk set has a line of each kind under one number; a move to another group has two.
        let mut deeds: BTreeMap<(i64, i64), HouseholdDeed> = BTreeMap::new();
        for c in changes {
            let Some(what) = RegisterChange::from_code(&c.what) else { continue };
            deeds.entry((c.at, c.seq)).or_insert_with(|| HouseholdDeed {
                what: Some(what),
                set: Vec::new(),
                note: c.note,
                reason: c.reason,
                by: c.by_account.and_then(|id| names.get(&id).cloned()),
                at: Millis(c.at),
                day: Day(c.day),
            });
        }
        for e in edits {
            let Some(field) = Field::from_code(&e.field) else { continue };
            let value = |json: Option<serde_json::Value>| {
                serde_json::from_value::<Value>(json.unwrap_or_default()).unwrap_or_default()
            };
            let fate = serde_json::from_value(serde_json::Value::String(e.fate));
            let Ok(fate) = fate else { continue };
            let at = Millis(e.stamp);
            let deed = deeds.entry((e.stamp, e.seq)).or_insert_with(|| HouseholdDeed {
                what: None,
                set: Vec::new(),
                note: None,
                reason: None,
                by: names.get(&e.account_id).cloned(),
                at,
                day: at.day(),
            });
            deed.set.push((field, value(e.was), value(e.value), fate));
        }
        Ok(deeds.into_values().rev().take(DEEDS as usize).collect())
    }

    pub(crate) async fn household_lines(
        &self,
        rows: Vec<household::Model>,
    ) -> Result<Vec<HouseholdLine>, StoreError> {
        let states: Vec<(Uuid, String)> = household_state::Entity::find()
            .select_only()
            .columns([household_state::Column::HouseholdId, household_state::Column::Status])
            .filter(household_state::Column::HouseholdId.is_in(rows.iter().map(|h| h.id)))
            .into_tuple()
            .all(&self.read)
            .await?;
        let states: HashMap<Uuid, String> = states.into_iter().collect();
        let own: Vec<_> = rows.iter().map(|h| (waits(h), h.members, h.adults)).collect();
        Ok(self
            .register_entries(rows)
            .await?
            .into_iter()
            .zip(own)
            .map(|(entry, (proposed, members, adults))| {
                let status = states.get(&entry.id.0).and_then(|code| status_of(code));
                let status = status.unwrap_or_default();
                HouseholdLine { entry, status, proposed, members, adults }
            })
            .collect())
    }

    /// Sets details of a household at the desk. Phones in reach get them with their next pull; what a
    /// phone asked to be set to the same is answered with it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not in the ward, [`StoreError::Conflict`] for a merged or
    /// removed household.
    pub async fn edit_household(
        &self,
        ward: &str,
        id: HouseholdId,
        edit: &DeskEdit,
        act: &Act,
    ) -> Result<DeskEdited, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let row = entry(&tx, ward, id).await?;
        let known = household_edit::Entity::find()
            .filter(household_edit::Column::OpId.eq(edit.id.0))
            .one(&tx)
            .await?;
        if known.is_some() {
            return Ok(DeskEdited::Done(seq - 1));
        }
        if row.merged_into.is_some() || row.deleted_at.is_some() {
            return refused("a merged or removed household is not edited");
        }
        let book = details_of(&row);
        let (mut won, mut rows) = (Details::new(), Vec::new());
        for (field, value) in &edit.set {
            let held = book.get(field).cloned().unwrap_or_default();
            let was = edit.was.get(field).cloned().unwrap_or_default();
            let Some(fate) = decide_at_desk(value, &was, &held) else {
                return Ok(DeskEdited::Overtaken(*field));
            };
            if fate == EditFate::Won {
                won.insert(*field, value.clone());
                rows.push(edit_row(ward, id, edit, (*field, &held, value), act, seq));
            }
        }
        if won.is_empty() {
            return Ok(DeskEdited::Done(seq - 1));
        }
        household_edit::Entity::insert_many(rows).exec_without_returning(&tx).await?;
        for (field, value) in &won {
            settle(&tx, id, *field, value, act).await?;
        }
        set_details(&tx, id.0, &won, seq).await?;
        let line = Line::new(row.id, row.group_id, 0);
        ledger::note(&tx, ward, seq, RegisterChange::Edited, act, [line]).await?;
        Ok(DeskEdited::Done(self.close(tx, ward, seq).await?))
    }
}

/// Proposals of phones that the desk has just written: it took them.
async fn settle(
    tx: &sea_orm::DatabaseTransaction,
    id: HouseholdId,
    field: Field,
    value: &Value,
    act: &Act,
) -> Result<(), StoreError> {
    let asked = household_edit::Entity::find()
        .filter(household_edit::Column::HouseholdId.eq(id.0))
        .filter(household_edit::Column::Field.eq(field.code()))
        .filter(household_edit::Column::Fate.eq(code(&EditFate::Asked)))
        .all(tx)
        .await?;
    let json = serde_json::to_value(value).ok();
    for row in asked.into_iter().filter(|row| row.value == json) {
        household_edit::Entity::update_many()
            .col_expr(household_edit::Column::Fate, Expr::value(code(&EditFate::Accepted)))
            .col_expr(household_edit::Column::DecidedBy, Expr::value(act.by.map(|by| by.0)))
            .col_expr(household_edit::Column::DecidedAt, Expr::value(act.at.0))
            .filter(household_edit::Column::OpId.eq(row.op_id))
            .filter(household_edit::Column::Field.eq(field.code()))
            .exec(tx)
            .await?;
    }
    Ok(())
}

fn edit_row(
    ward: &str,
    id: HouseholdId,
    edit: &DeskEdit,
    (field, was, value): (Field, &Value, &Value),
    act: &Act,
    seq: i64,
) -> household_edit::ActiveModel {
    let json = |value: &Value| serde_json::to_value(value).unwrap_or_default();
    household_edit::ActiveModel {
        op_id: Set(edit.id.0),
        field: Set(field.code().to_owned()),
        ward: Set(ward.to_owned()),
        household_id: Set(id.0),
        value: Set(Some(json(value))),
        was: Set(Some(json(was))),
        stamp: Set(act.at.0),
        device_id: Set(edit.device.0),
        // The desk numbers nothing: its edits come in the order in which they are made.
        device_seq: Set(0),
        account_id: Set(act.by.map(|by| by.0).unwrap_or_default()),
        team_id: Set(None),
        seq: Set(seq),
        fate: Set(code(&EditFate::Won)),
        decided_by: Set(None),
        decided_at: Set(None),
    }
}

fn status_of(code: &str) -> Option<Status> {
    serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
}

/// Households of a status; those nobody has knocked at have no state.
fn with_status(ward: &str, status: Status) -> Condition {
    let states = |code: &str| -> SelectStatement {
        Query::select()
            .column(household_state::Column::HouseholdId)
            .from(household_state::Entity)
            .and_where(household_state::Column::Ward.eq(ward))
            .and_where(household_state::Column::Status.eq(code))
            .take()
    };
    let of = household::Column::Id.in_subquery(states(status.code()));
    if status != Status::NotVisited {
        return Condition::all().add(of);
    }
    let any: SelectStatement = Query::select()
        .column(household_state::Column::HouseholdId)
        .from(household_state::Entity)
        .and_where(household_state::Column::Ward.eq(ward))
        .take();
    Condition::any().add(of).add(household::Column::Id.not_in_subquery(any))
}

/// Households a count counts, as [`Reached::counts`] has it, in the words of the database.
fn reaching(ward: &str, reached: Reached) -> SelectStatement {
    use household_state::Column as C;
    Query::select()
        .column(C::HouseholdId)
        .from(household_state::Entity)
        .and_where(C::Ward.eq(ward))
        .and_where(match reached {
            Reached::Visited => C::FirstVisited.is_not_null(),
            Reached::Contacted => C::FirstContacted.is_not_null(),
            Reached::Served => C::FirstServed.is_not_null(),
            Reached::Revisit => C::Revisit.eq(true),
        })
        .take()
}

/// Rows in their order, from a place on. A place is the key of the last row before it.
fn ordered(
    rows: Select<household::Entity>,
    walking: bool,
    after: Option<&str>,
) -> Select<household::Entity> {
    use household::Column as C;
    let rows = match (walking, after) {
        (true, Some(after)) => {
            let (sort, code) = after.split_once('\n').unwrap_or((after, ""));
            rows.filter(C::Sort.gt(sort).or(C::Sort.eq(sort).and(C::Code.gt(code))))
        }
        (false, Some(after)) => rows.filter(C::Code.gt(after)),
        (_, None) => rows,
    };
    if walking { rows.order_by_asc(C::Sort) } else { rows }.order_by_asc(C::Code)
}

fn place_of(h: &household::Model, walking: bool) -> String {
    if walking { format!("{}\n{}", h.sort, h.code) } else { h.code.clone() }
}
