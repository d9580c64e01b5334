//! What was done to the households of the register, and what the denominator gained or lost by it.
//!
//! Every act that moves a household in or out of the denominator, or from one group to another, leaves
//! its lines here in the act's own transaction. Their sum is the denominator: `verify` says so.

use std::collections::BTreeMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use uuid::Uuid;

use gocua_domain::ground::RegisterChange;
use gocua_domain::id::{AccountId, GroupId};
use gocua_domain::time::{Day, Millis};

use crate::db::{Store, StoreError, chunks};
use crate::entity::{household, register_change};
use crate::names::{account_names, group_names};
use crate::rollup::Drift;

/// The most lines one answer lists.
const LINES: u64 = 500;

/// Who changes the register, when, from which day on, and why.
#[derive(Clone, Debug)]
pub struct Act {
    /// Who; nobody when a program does it.
    pub by: Option<AccountId>,
    /// When.
    pub at: Millis,
    /// The day it is in force from; the day of the act when not said.
    pub day: Option<Day>,
    /// Why, in the ward's words.
    pub reason: Option<String>,
}

impl Act {
    /// An act of a person, in force at once.
    pub fn of(by: AccountId, at: Millis) -> Self {
        Self { by: Some(by), at, day: None, reason: None }
    }

    /// An act of a program.
    pub const fn program(at: Millis) -> Self {
        Self { by: None, at, day: None, reason: None }
    }

    /// With the ward's words for it.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// In force from a day on.
    #[must_use]
    pub fn from_day(mut self, day: Option<Day>) -> Self {
        self.day = day;
        self
    }

    pub(crate) fn day(&self) -> Day {
        self.day.unwrap_or_else(|| self.at.day())
    }
}

/// What an act did to one household in one group.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub household: Uuid,
    pub group: Uuid,
    pub delta: i32,
    pub note: Option<String>,
}

impl Line {
    pub fn new(household: Uuid, group: Uuid, delta: i32) -> Self {
        Self { household, group, delta, note: None }
    }

    /// With what it was about: a code, an alley.
    pub fn about(mut self, what: &str) -> Self {
        self.note = Some(what.to_owned());
        self
    }
}

/// Writes down what was done.
pub(crate) async fn note(
    tx: &impl ConnectionTrait,
    ward: &str,
    seq: i64,
    what: RegisterChange,
    act: &Act,
    lines: impl IntoIterator<Item = Line>,
) -> Result<(), StoreError> {
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| register_change::ActiveModel {
            household_id: Set(line.household),
            seq: Set(seq),
            group_id: Set(line.group),
            ward: Set(ward.to_owned()),
            what: Set(what.code().to_owned()),
            delta: Set(line.delta),
            day: Set(act.day().0),
            note: Set(line.note),
            reason: Set(act.reason.clone()),
            by_account: Set(act.by.map(|by| by.0)),
            at: Set(act.at.0),
        })
        .collect();
    for rows in chunks(rows, 11) {
        register_change::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The lines by which some households leave one group for another. Those that count nowhere move
/// without a line.
pub(crate) fn crossing(
    households: impl IntoIterator<Item = Uuid>,
    from: Uuid,
    to: Uuid,
) -> Vec<Line> {
    households.into_iter().flat_map(|id| [Line::new(id, from, -1), Line::new(id, to, 1)]).collect()
}

/// Do the lines add up to the denominator, group by group?
pub(crate) async fn prove(
    db: &impl ConnectionTrait,
    ward: &str,
    drifts: &mut Vec<Drift>,
) -> Result<(), StoreError> {
    use register_change::Column as C;
    let counted: Vec<(Uuid, i64)> = household::Entity::find()
        .select_only()
        .column(household::Column::GroupId)
        .column_as(household::Column::Id.count(), "n")
        .filter(household::Column::Ward.eq(ward))
        .filter(household::Column::Active.eq(true))
        .group_by(household::Column::GroupId)
        .into_tuple()
        .all(db)
        .await?;
    let told: Vec<(Uuid, i64)> = register_change::Entity::find()
        .select_only()
        .column(C::GroupId)
        .expr_as(Expr::cust("CAST(SUM(delta) AS BIGINT)"), "n")
        .filter(C::Ward.eq(ward))
        .group_by(C::GroupId)
        .into_tuple()
        .all(db)
        .await?;
    let mut both: BTreeMap<Uuid, (i64, i64)> = BTreeMap::new();
    for (group, n) in counted {
        both.entry(group).or_default().1 = n;
    }
    for (group, n) in told {
        both.entry(group).or_default().0 = n;
    }
    drifts.extend(both.into_iter().filter(|(_, (told, counted))| told != counted).map(
        |(group, (told, counted))| Drift {
            table: "register_change",
            key: group.to_string(),
            stored: told.to_string(),
            counted: counted.to_string(),
        },
    ));
    Ok(())
}

/// One act that changed the denominator of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// The ward's number of the act.
    pub seq: i64,
    /// What was done.
    pub what: RegisterChange,
    /// The group, with its name.
    pub group: (GroupId, String),
    /// Households gained, or lost when negative.
    pub delta: i64,
    /// The day it is in force from.
    pub day: Day,
    /// When it was done.
    pub at: Millis,
    /// Who did it; a program when nobody.
    pub by: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// What moved the denominator between two days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The denominator at the end of the day before the first.
    pub before: i64,
    /// The denominator at the end of the last day.
    pub after: i64,
    /// What lies between, the latest first. Their sum is the difference, unless there are more than
    /// one answer lists.
    pub lines: Vec<LedgerLine>,
    /// Are there more?
    pub more: bool,
}

#[derive(Debug, FromQueryResult)]
struct SumRow {
    seq: i64,
    what: String,
    group_id: Uuid,
    day: i32,
    at: i64,
    by_account: Option<Uuid>,
    reason: Option<String>,
    delta_sum: i64,
}

impl Store {
    /// What moved the denominator of a ward, or of one of its groups, from one day to another.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn ledger(
        &self,
        ward: &str,
        group: Option<GroupId>,
        (from, to): (Day, Day),
    ) -> Result<Ledger, StoreError> {
        use register_change::Column as C;
        let of = || {
            let mut lines = register_change::Entity::find().select_only().filter(C::Ward.eq(ward));
            if let Some(group) = group {
                lines = lines.filter(C::GroupId.eq(group.0));
            }
            lines
        };
        let sum = |lines: sea_orm::Select<register_change::Entity>| {
            lines
                .expr_as(Expr::cust("CAST(COALESCE(SUM(delta), 0) AS BIGINT)"), "n")
                .into_tuple::<i64>()
                .one(&self.read)
        };
        let before = sum(of().filter(C::Day.lt(from.0))).await?.unwrap_or_default();
        let after = sum(of().filter(C::Day.lte(to.0))).await?.unwrap_or_default();
        let mut rows: Vec<SumRow> = of()
            .columns([C::Seq, C::What, C::GroupId, C::Day, C::At, C::ByAccount, C::Reason])
            .expr_as(Expr::cust("CAST(SUM(delta) AS BIGINT)"), "delta_sum")
            .filter(C::Delta.ne(0))
            .filter(C::Day.gte(from.0))
            .filter(C::Day.lte(to.0))
            .group_by(C::Seq)
            .group_by(C::What)
            .group_by(C::GroupId)
            .group_by(C::Day)
            .group_by(C::At)
            .group_by(C::ByAccount)
            .group_by(C::Reason)
            .order_by_desc(C::Day)
            .order_by_desc(C::Seq)
            .order_by_asc(C::GroupId)
            .limit(LINES + 1)
            .into_model()
            .all(&self.read)
            .await?;
        let more = rows.len() as u64 > LINES;
        rows.truncate(LINES as usize);
        let names = account_names(&self.read, rows.iter().filter_map(|row| row.by_account)).await?;
        let groups = group_names(&self.read, ward).await?;
        let lines = rows
            .into_iter()
            .filter_map(|row| {
                Some(LedgerLine {
                    seq: row.seq,
                    what: RegisterChange::from_code(&row.what)?,
                    group: (
                        GroupId(row.group_id),
                        groups.get(&row.group_id).cloned().unwrap_or_default(),
                    ),
                    delta: row.delta_sum,
                    day: Day(row.day),
                    at: Millis(row.at),
                    by: row.by_account.and_then(|id| names.get(&id).cloned()),
                    reason: row.reason,
                })
            })
            .collect();
        Ok(Ledger { before, after, lines, more })
    }
}
