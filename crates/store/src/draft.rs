//! Household registers that are looked through before they go in, and their way into the book.
//!
//! A draft is rows and nothing else: the file it came from is kept nowhere. What the book makes of a
//! row is asked anew each time somebody looks, because the book moves meanwhile.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use serde_json::{Value, json};
use uuid::Uuid;

use gocua_domain::ground::group_key;
use gocua_domain::id::{AccountId, HouseholdId, ImportId};
use gocua_domain::import::{
    DRAFT_DAYS, DraftRow, ROLL_BACK_DAYS, RowAct, RowDoubt, RowFate, RowFault,
};
use gocua_domain::time::Millis;

use crate::db::{Store, StoreError, chunks, lock_ward, set_each};
use crate::entity::{
    household, register_draft, register_draft_row, register_import, register_import_change,
};
use crate::import::{Founding, ImportRow, Plan, Taken};
use crate::ledger::Act;
use crate::names::{Names, account_names};

/// A register as it was read.
#[derive(Clone, Debug)]
pub struct NewDraft {
    /// Identity, made by the desk: sent twice, it is one draft.
    pub id: ImportId,
    /// Who brought it.
    pub by: AccountId,
    /// Name of the file, without long numbers.
    pub file: String,
    /// How each sheet was read; not looked into here.
    pub sheets: Value,
    /// Its rows.
    pub rows: Vec<DraftRow>,
}

/// A draft in the list of drafts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftLine {
    /// Identity.
    pub id: ImportId,
    /// Name of the file.
    pub file: String,
    /// Who brought it.
    pub by: String,
    /// When.
    pub created_at: Millis,
    /// When somebody last worked on it.
    pub touched_at: Millis,
    /// Its rows.
    pub rows: u64,
}

/// A row and what the book makes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RowOutlook {
    /// Its place in the draft, from 0.
    pub position: usize,
    /// The row.
    pub row: DraftRow,
    /// What the book makes of it.
    pub fate: RowFate,
    /// The household of the book it speaks of.
    pub household: Option<HouseholdId>,
    /// Of a repeated row: the earlier one, by its place.
    pub first: Option<usize>,
    /// Of an updated household: members, and those from 14 years, as the book has them.
    pub was: Option<(Option<i32>, Option<i32>)>,
}

/// A draft with all its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Its line in the list.
    pub line: DraftLine,
    /// How each sheet was read.
    pub sheets: Value,
    /// Its rows.
    pub rows: Vec<RowOutlook>,
    /// Households of the groups it is about that it does not name.
    pub absent: Vec<HouseholdId>,
    /// Residential groups the ward does not have, as the rows name them.
    pub unknown_groups: Vec<String>,
    /// Those of them that will be founded.
    pub founds: Vec<String>,
    /// Streets and lanes that will be founded.
    pub alleys: usize,
}

/// A register that came into the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportLine {
    /// Identity.
    pub id: ImportId,
    /// Name of the file.
    pub file: String,
    /// Who brought it in.
    pub by: String,
    /// When.
    pub committed_at: Millis,
    /// Households added.
    pub added: i32,
    /// Proposals of phones it confirmed.
    pub confirmed: i32,
    /// Households whose numbers of people it changed.
    pub updated: i32,
    /// Households the book had just so.
    pub unchanged: i32,
    /// Rows whose head is another than the book's.
    pub heads_differ: i32,
    /// Rows that said what an earlier one had said.
    pub repeated: i32,
    /// Rows a person left out.
    pub left_out: i32,
    /// Residential groups founded.
    pub groups: i32,
    /// Streets and lanes founded.
    pub alleys: i32,
    /// Who took it back, and when.
    pub undone: Option<(String, Millis)>,
    /// Of an import taken back: what stayed, because it had been touched since.
    pub stayed: Option<i32>,
}

/// What became of the wish to bring a draft into the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commit {
    /// It is in the book.
    Done(ImportLine),
    /// So many rows would have been lost without anybody having said so: nothing was written.
    Blocked(usize),
}

impl Store {
    /// Keeps a register that was read. The same id again takes the place of what was kept under it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the id is another ward's, or of an import that is in the book.
    pub async fn keep_draft(
        &self,
        ward: &str,
        new: &NewDraft,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        lock_ward(&tx, self.engine(), ward).await?;
        let committed = register_import::Entity::find_by_id(new.id.0).count(&tx).await?;
        let before = register_draft::Entity::find_by_id(new.id.0).one(&tx).await?;
        if committed > 0 || before.as_ref().is_some_and(|draft| draft.ward != ward) {
            return Err(StoreError::Conflict("the id is taken".to_owned()));
        }
        let created_at = before.map_or(now.0, |draft| draft.created_at);
        drop_draft(&tx, new.id).await?;
        register_draft::Entity::insert(register_draft::ActiveModel {
            id: Set(new.id.0),
            ward: Set(ward.to_owned()),
            account_id: Set(new.by.0),
            file: Set(new.file.clone()),
            sheets: Set(new.sheets.clone()),
            founds: Set(json!([])),
            created_at: Set(created_at),
            touched_at: Set(now.0),
        })
        .exec_without_returning(&tx)
        .await?;
        let rows = new.rows.iter().zip(0..).map(|(row, position)| {
            Ok(register_draft_row::ActiveModel {
                draft_id: Set(new.id.0),
                position: Set(position),
                body: Set(written(row)?),
            })
        });
        let rows: Vec<_> = rows.collect::<Result<_, StoreError>>()?;
        for rows in chunks(rows, 3) {
            register_draft_row::Entity::insert_many(rows).exec_without_returning(&tx).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The drafts of a ward, the latest touched first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn drafts(&self, ward: &str) -> Result<Vec<DraftLine>, StoreError> {
        let drafts = register_draft::Entity::find()
            .filter(register_draft::Column::Ward.eq(ward))
            .order_by_desc(register_draft::Column::TouchedAt)
            .all(&self.read)
            .await?;
        let names = account_names(&self.read, drafts.iter().map(|d| d.account_id)).await?;
        let counts: Vec<(Uuid, i64)> = register_draft_row::Entity::find()
            .select_only()
            .column(register_draft_row::Column::DraftId)
            .column_as(register_draft_row::Column::Position.count(), "rows")
            .filter(register_draft_row::Column::DraftId.is_in(drafts.iter().map(|d| d.id)))
            .group_by(register_draft_row::Column::DraftId)
            .into_tuple()
            .all(&self.read)
            .await?;
        let counts: HashMap<Uuid, i64> = counts.into_iter().collect();
        Ok(drafts
            .iter()
            .map(|draft| {
                let rows = counts.get(&draft.id).copied().unwrap_or_default();
                line_of(draft, &names, u64::try_from(rows).unwrap_or_default())
            })
            .collect())
    }

    /// A draft, with what the book makes of each row today. Nothing is written.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such draft.
    pub async fn draft(&self, ward: &str, id: ImportId) -> Result<Draft, StoreError> {
        let draft = draft_of(&self.read, ward, id).await?;
        let rows = rows_of(&self.read, id).await?;
        let names = account_names(&self.read, [draft.account_id]).await?;
        let mut plan = Plan::load(&self.read, ward, 0).await?;
        let founds = founds_of(&draft);
        let rows = look(&mut plan, rows, &founds);
        let unknown: BTreeMap<String, String> = rows
            .iter()
            .filter(|r| r.fate == RowFate::UnknownGroup)
            .filter_map(|r| r.row.group.clone())
            .map(|name| (group_key(&name), name))
            .collect();
        Ok(Draft {
            line: line_of(&draft, &names, rows.len() as u64),
            sheets: draft.sheets,
            absent: plan.absent(),
            unknown_groups: unknown.into_values().collect(),
            founds: plan.report.groups_added.clone(),
            alleys: plan.report.alleys_added,
            rows,
        })
    }

    /// Does to one row of a draft what a person says.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such row. The inner error names the field that cannot
    /// be kept; the row is then as it was.
    pub async fn act_on_row(
        &self,
        ward: &str,
        id: ImportId,
        position: usize,
        act: &RowAct,
        now: Millis,
    ) -> Result<Result<(), RowFault>, StoreError> {
        use register_draft_row::Column as C;
        let tx = self.begin().await?;
        lock_ward(&tx, self.engine(), ward).await?;
        draft_of(&tx, ward, id).await?;
        let place = i32::try_from(position).map_err(|_| StoreError::NotFound)?;
        let found = register_draft_row::Entity::find_by_id((id.0, place)).one(&tx).await?;
        let mut row = read(found.ok_or(StoreError::NotFound)?.body)?;
        if let Err(fault) = row.act(act) {
            return Ok(Err(fault));
        }
        register_draft_row::Entity::update_many()
            .col_expr(C::Body, Expr::value(written(&row)?))
            .filter(C::DraftId.eq(id.0))
            .filter(C::Position.eq(place))
            .exec(&tx)
            .await?;
        touch(&tx, id, now).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Does the same to every row of a draft that asks for a look because of one doubt, or, without a
    /// doubt, to every row that would be lost. Returns how many there were.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such draft.
    pub async fn act_on_rows(
        &self,
        ward: &str,
        id: ImportId,
        doubt: Option<RowDoubt>,
        act: &RowAct,
        now: Millis,
    ) -> Result<usize, StoreError> {
        use register_draft_row::Column as C;
        let tx = self.begin().await?;
        lock_ward(&tx, self.engine(), ward).await?;
        let draft = draft_of(&tx, ward, id).await?;
        let mut plan = Plan::load(&tx, ward, 0).await?;
        let rows = look(&mut plan, rows_of(&tx, id).await?, &founds_of(&draft));
        let meant = |r: &&RowOutlook| match doubt {
            // Only what this one doubt is about: another one in the same row is looked at by itself.
            Some(doubt) => r.row.doubtful() && r.row.doubts == [doubt],
            None => r.fate.blocks(),
        };
        let meant: Vec<&RowOutlook> = rows.iter().filter(meant).collect();
        let mut bodies = Vec::new();
        for outlook in &meant {
            let mut row = outlook.row.clone();
            if row.act(act).is_err() {
                return Err(StoreError::Conflict("a row cannot be written to many".to_owned()));
            }
            let position = i32::try_from(outlook.position).unwrap_or(i32::MAX);
            bodies.push((position.into(), vec![written(&row)?.into()]));
        }
        let rows = register_draft_row::Entity::update_many().filter(C::DraftId.eq(id.0));
        set_each(&tx, rows, C::Position, &[C::Body], &bodies).await?;
        touch(&tx, id, now).await?;
        tx.commit().await?;
        Ok(meant.len())
    }

    /// Says which residential groups the draft may found: these, and no others.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such draft.
    pub async fn found_with_draft(
        &self,
        ward: &str,
        id: ImportId,
        groups: &[String],
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        lock_ward(&tx, self.engine(), ward).await?;
        draft_of(&tx, ward, id).await?;
        register_draft::Entity::update_many()
            .col_expr(register_draft::Column::Founds, Expr::value(json!(groups)))
            .filter(register_draft::Column::Id.eq(id.0))
            .exec(&tx)
            .await?;
        touch(&tx, id, now).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets a draft. One that is not there is forgotten already.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is another ward's.
    pub async fn discard_draft(&self, ward: &str, id: ImportId) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        lock_ward(&tx, self.engine(), ward).await?;
        match register_draft::Entity::find_by_id(id.0).one(&tx).await? {
            Some(draft) if draft.ward != ward => Err(StoreError::NotFound),
            Some(_) => {
                drop_draft(&tx, id).await?;
                Ok(tx.commit().await?)
            }
            None => Ok(()),
        }
    }

    /// Brings a draft into the book in one transaction, and keeps what it changed there. Asked again,
    /// it answers what it has done.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such draft; nothing is half-written.
    pub async fn commit_draft(
        &self,
        ward: &str,
        id: ImportId,
        by: AccountId,
        now: Millis,
    ) -> Result<Commit, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        if let Some(done) = register_import::Entity::find_by_id(id.0).one(&tx).await? {
            if done.ward != ward {
                return Err(StoreError::NotFound);
            }
            let names = account_names(&tx, [done.account_id]).await?;
            return Ok(Commit::Done(import_line(done, &names)));
        }
        let draft = draft_of(&tx, ward, id).await?;
        let mut plan = Plan::load(&tx, ward, seq).await?;
        let rows = look(&mut plan, rows_of(&tx, id).await?, &founds_of(&draft));
        let of_fate = |fate| rows.iter().filter(|r| r.fate == fate).count();
        let blocked = rows.iter().filter(|r| r.fate.blocks()).count();
        if blocked > 0 {
            return Ok(Commit::Blocked(blocked));
        }
        let act = Act::of(by, now);
        plan.write(&tx, &act).await?;
        let note = Note {
            id,
            file: draft.file,
            repeated: of_fate(RowFate::Repeated),
            left_out: of_fate(RowFate::LeftOut),
        };
        let line = plan.keep(&tx, note, &act).await?;
        drop_draft(&tx, id).await?;
        let names = account_names(&tx, [by.0]).await?;
        self.close(tx, ward, seq).await?;
        Ok(Commit::Done(import_line(line, &names)))
    }

    /// The imports of a ward, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn imports(&self, ward: &str) -> Result<Vec<ImportLine>, StoreError> {
        let imports = register_import::Entity::find()
            .filter(register_import::Column::Ward.eq(ward))
            .order_by_desc(register_import::Column::CommittedAt)
            .order_by_desc(register_import::Column::Seq)
            .limit(LISTED)
            .all(&self.read)
            .await?;
        let people = imports.iter().flat_map(|i| [Some(i.account_id), i.undone_by]).flatten();
        let names = account_names(&self.read, people).await?;
        Ok(imports.into_iter().map(|import| import_line(import, &names)).collect())
    }

    /// Forgets drafts nobody finished, and what imports changed that can no longer be taken back.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn forget_old_imports(&self, now: Millis) -> Result<(), StoreError> {
        const DAY_MS: i64 = 86_400_000;
        let tx = self.begin().await?;
        let drafts: Vec<Uuid> = register_draft::Entity::find()
            .select_only()
            .column(register_draft::Column::Id)
            .filter(register_draft::Column::TouchedAt.lt(now.0 - DRAFT_DAYS * DAY_MS))
            .into_tuple()
            .all(&tx)
            .await?;
        for id in drafts {
            drop_draft(&tx, ImportId(id)).await?;
        }
        let past: Vec<Uuid> = register_import::Entity::find()
            .select_only()
            .column(register_import::Column::Id)
            .filter(register_import::Column::CommittedAt.lt(now.0 - ROLL_BACK_DAYS * DAY_MS))
            .into_tuple()
            .all(&tx)
            .await?;
        register_import_change::Entity::delete_many()
            .filter(register_import_change::Column::ImportId.is_in(past))
            .exec(&tx)
            .await?;
        Ok(tx.commit().await?)
    }
}

/// Who brought a list in that came by the server's command line, where nobody signs in.
const COMMAND_LINE: &str = "gocua import";

/// Imports in the list: years of them.
const LISTED: u64 = 100;

/// What an import changed, as [`register_import_change`] names it.
pub(crate) mod what {
    /// A residential group was founded.
    pub const GROUP: &str = "group";
    /// An alley was founded.
    pub const ALLEY: &str = "alley";
    /// A household was added.
    pub const HOUSEHOLD: &str = "household";
    /// The numbers of people of a household changed.
    pub const COUNT: &str = "count";
    /// A proposal of a phone was confirmed.
    pub const PROPOSAL: &str = "proposal";
    /// A household that was in the register was put somewhere.
    pub const POINT: &str = "point";
    /// A household was named and stayed as it is.
    pub const NAMED: &str = "named";
}

/// What is told of an import beside what it changed.
pub(crate) struct Note {
    pub id: ImportId,
    /// Name of the file.
    pub file: String,
    /// Rows that said what an earlier one had said.
    pub repeated: usize,
    /// Other rows that did not come into the book.
    pub left_out: usize,
}

impl Plan {
    /// Keeps what the plan changed, so that it can be taken back.
    pub async fn keep(
        &self,
        tx: &DatabaseTransaction,
        note: Note,
        act: &Act,
    ) -> Result<register_import::Model, StoreError> {
        let number = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        let Note { id, file, repeated, left_out } = note;
        let line = register_import::Model {
            id: id.0,
            ward: self.ward.clone(),
            account_id: act.by.map(|by| by.0).unwrap_or_default(),
            file,
            committed_at: act.at.0,
            seq: self.seq,
            added: number(self.report.added),
            confirmed: number(self.report.confirmed),
            updated: number(self.report.updated),
            unchanged: number(self.report.unchanged),
            heads_differ: number(self.report.heads_differ.len()),
            repeated: number(repeated),
            left_out: number(left_out),
            groups: number(self.new_groups.len()),
            alleys: number(self.new_alleys.len()),
            undone_by: None,
            undone_at: None,
            stayed: None,
        };
        register_import::Entity::insert(register_import::ActiveModel::from(line.clone()))
            .exec_without_returning(tx)
            .await?;
        for rows in chunks(changes(id, self), 6) {
            register_import_change::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        Ok(line)
    }
}

fn changes(id: ImportId, plan: &Plan) -> Vec<register_import_change::ActiveModel> {
    let mut found: Vec<(&str, Uuid, Option<Value>, Option<Value>)> = Vec::new();
    found.extend(plan.new_groups.iter().map(|g| (what::GROUP, g.id.0, None, None)));
    found.extend(plan.new_alleys.iter().map(|a| (what::ALLEY, a.id.0, None, None)));
    found.extend(plan.new_households.iter().map(|h| (what::HOUSEHOLD, h.id.0, None, None)));
    found.extend(plan.counts.iter().map(|(h, (was, is))| {
        (what::COUNT, h.0, Some(json!([was.0, was.1])), Some(json!([is.0, is.1])))
    }));
    found.extend(
        plan.confirmed.iter().map(|(was, _)| (what::PROPOSAL, was.id, Some(proposal(was)), None)),
    );
    found.extend(plan.points.iter().map(|(h, (was, at))| {
        (what::POINT, h.0, was.as_ref().map(|was| json!(was)), Some(json!(at)))
    }));
    found.extend(plan.named.iter().map(|h| (what::NAMED, h.0, None, None)));
    found
        .into_iter()
        .zip(0..)
        .map(|((what, target, was, became), position)| register_import_change::ActiveModel {
            import_id: Set(id.0),
            position: Set(position),
            what: Set(what.to_owned()),
            target_id: Set(target),
            was: Set(was),
            became: Set(became),
        })
        .collect()
}

/// What of a proposed household the register's words take the place of.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Proposed {
    pub code: String,
    pub house_no: String,
    pub sort: String,
    pub side: Option<String>,
    pub landmark: Option<String>,
    pub head_name: Option<String>,
    pub members: Option<i32>,
    pub adults: Option<i32>,
    pub search_key: String,
    pub active: bool,
    pub left_on: Option<i32>,
}

fn proposal(was: &household::Model) -> Value {
    json!(Proposed {
        code: was.code.clone(),
        house_no: was.house_no.clone(),
        sort: was.sort.clone(),
        side: was.side.clone(),
        landmark: was.landmark.clone(),
        head_name: was.head_name.clone(),
        members: was.members,
        adults: was.adults,
        search_key: was.search_key.clone(),
        active: was.active,
        left_on: was.left_on,
    })
}

/// What the plan makes of each row, in the order of the file.
fn look(plan: &mut Plan, rows: Vec<DraftRow>, founds: &BTreeSet<String>) -> Vec<RowOutlook> {
    rows.into_iter()
        .enumerate()
        .map(|(position, row)| {
            let taken = |fate| Taken { fate, household: None, first: None };
            let Taken { fate, household, first } = if row.left_out {
                taken(RowFate::LeftOut)
            } else if row.unread() {
                taken(RowFate::Unread)
            } else {
                plan.take(position, &import_row(&row), Founding::Named(founds))
            };
            let was = household.and_then(|id| plan.counts.get(&id)).map(|(was, _)| *was);
            RowOutlook { position, row, fate, household, first, was }
        })
        .collect()
}

fn import_row(row: &DraftRow) -> ImportRow {
    ImportRow {
        place: format!("{}!{}", row.sheet.as_deref().unwrap_or("CSV"), row.row),
        group: row.group.clone(),
        address: row.address.clone(),
        head_name: row.head.clone(),
        members: row.members,
        adults: row.adults,
        code: row.code.clone(),
        point: row.point,
    }
}

async fn draft_of(
    db: &impl ConnectionTrait,
    ward: &str,
    id: ImportId,
) -> Result<register_draft::Model, StoreError> {
    let found = register_draft::Entity::find_by_id(id.0).one(db).await?;
    found.filter(|draft| draft.ward == ward).ok_or(StoreError::NotFound)
}

async fn rows_of(db: &impl ConnectionTrait, id: ImportId) -> Result<Vec<DraftRow>, StoreError> {
    let bodies: Vec<Value> = register_draft_row::Entity::find()
        .select_only()
        .column(register_draft_row::Column::Body)
        .filter(register_draft_row::Column::DraftId.eq(id.0))
        .order_by_asc(register_draft_row::Column::Position)
        .into_tuple()
        .all(db)
        .await?;
    bodies.into_iter().map(read).collect()
}

fn founds_of(draft: &register_draft::Model) -> BTreeSet<String> {
    let names = draft.founds.as_array().into_iter().flatten();
    names.filter_map(Value::as_str).map(group_key).collect()
}

fn read(body: Value) -> Result<DraftRow, StoreError> {
    serde_json::from_value(body).map_err(|_| unreadable())
}

fn written(row: &DraftRow) -> Result<Value, StoreError> {
    serde_json::to_value(row).map_err(|_| unreadable())
}

/// Without the parser's words: they may repeat what stands in the row.
pub(crate) fn unreadable() -> StoreError {
    StoreError::Db(sea_orm::DbErr::Custom("unreadable row of an import".to_owned()))
}

async fn touch(tx: &DatabaseTransaction, id: ImportId, now: Millis) -> Result<(), StoreError> {
    register_draft::Entity::update_many()
        .col_expr(register_draft::Column::TouchedAt, Expr::value(now.0))
        .filter(register_draft::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

async fn drop_draft(tx: &DatabaseTransaction, id: ImportId) -> Result<(), StoreError> {
    register_draft_row::Entity::delete_many()
        .filter(register_draft_row::Column::DraftId.eq(id.0))
        .exec(tx)
        .await?;
    register_draft::Entity::delete_by_id(id.0).exec(tx).await?;
    Ok(())
}

fn line_of(draft: &register_draft::Model, names: &Names, rows: u64) -> DraftLine {
    DraftLine {
        id: ImportId(draft.id),
        file: draft.file.clone(),
        by: names.get(&draft.account_id).cloned().unwrap_or_default(),
        created_at: Millis(draft.created_at),
        touched_at: Millis(draft.touched_at),
        rows,
    }
}

pub(crate) fn import_line(import: register_import::Model, names: &Names) -> ImportLine {
    let name = |id: Uuid| match id.is_nil() {
        true => COMMAND_LINE.to_owned(),
        false => names.get(&id).cloned().unwrap_or_default(),
    };
    ImportLine {
        id: ImportId(import.id),
        by: name(import.account_id),
        file: import.file,
        committed_at: Millis(import.committed_at),
        added: import.added,
        confirmed: import.confirmed,
        updated: import.updated,
        unchanged: import.unchanged,
        heads_differ: import.heads_differ,
        repeated: import.repeated,
        left_out: import.left_out,
        groups: import.groups,
        alleys: import.alleys,
        undone: import.undone_by.zip(import.undone_at).map(|(by, at)| (name(by), Millis(at))),
        stayed: import.stayed,
    }
}
