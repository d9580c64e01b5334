//! Warnings of frauds that are about: published and withdrawn by the ward, read by phones and by
//! everybody.

use std::collections::BTreeSet;

use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, Set, Unchanged,
};
use uuid::Uuid;

use gocua_domain::alert::{AlertView, ScamKind};
use gocua_domain::id::{AccountId, AlertId, GroupId};
use gocua_domain::time::{Day, Millis};

use crate::db::{Store, StoreError, lock_ward, set_seq};
use crate::entity::{residential_group, scam_alert};
use crate::names::account_names;
use crate::sync::{code, decode};

/// Days the desk still sees a warning that is over.
const KEPT_DAYS: i64 = 30;

/// A warning to be published; its words are checked ([`gocua_domain::alert::checked`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAlert {
    /// Identity, made by the desk.
    pub id: AlertId,
    /// What the fraud pretends.
    pub kind: ScamKind,
    /// In plain words.
    pub words: String,
    /// The groups it is about; empty: the whole ward.
    pub groups: BTreeSet<GroupId>,
    /// The last day it is shown.
    pub until: Day,
}

/// A warning as the desk keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertLine {
    /// The warning.
    pub alert: AlertView,
    /// Name of who published it.
    pub by: String,
    /// When.
    pub published_at: Millis,
    /// When it was taken back.
    pub withdrawn_at: Option<Millis>,
}

impl Store {
    /// Warnings in force, and those that were over within 30 days, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn alerts(&self, ward: &str, now: Millis) -> Result<Vec<AlertLine>, StoreError> {
        let since = now.day().plus(-KEPT_DAYS);
        let rows = scam_alert::Entity::find()
            .filter(scam_alert::Column::Ward.eq(ward))
            .filter(scam_alert::Column::UntilDay.gte(since.0))
            .order_by_desc(scam_alert::Column::PublishedAt)
            .order_by_asc(scam_alert::Column::Id)
            .all(&self.read)
            .await?;
        let names = account_names(&self.read, rows.iter().map(|row| row.by_account)).await?;
        rows.into_iter()
            .map(|row| {
                Ok(AlertLine {
                    by: names.get(&row.by_account).cloned().unwrap_or_default(),
                    published_at: Millis(row.published_at),
                    withdrawn_at: row.withdrawn_at.map(Millis),
                    alert: view(row)?,
                })
            })
            .collect()
    }

    /// Publishes a warning. The same again does nothing more; what is published is not rewritten.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one of the groups is not the ward's or has ended,
    /// [`StoreError::Conflict`] when the id stands for another warning.
    pub async fn publish_alert(
        &self,
        ward: &str,
        new: &NewAlert,
        by: AccountId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        if let Some(known) = scam_alert::Entity::find_by_id(new.id.0).one(&tx).await? {
            let ours = known.ward == ward;
            let known = view(known)?;
            let same = (known.kind, &known.words, &known.groups, known.until)
                == (new.kind, &new.words, &new.groups, new.until);
            let taken = || StoreError::Conflict("warning".into());
            return if ours && same { Ok(()) } else { Err(taken()) };
        }
        use residential_group::Column as G;
        let groups = residential_group::Entity::find()
            .filter(G::Ward.eq(ward))
            .filter(G::MergedInto.is_null())
            .filter(G::Id.is_in(new.groups.iter().map(|g| g.0)))
            .count(&tx)
            .await?;
        if usize::try_from(groups).ok() != Some(new.groups.len()) {
            return Err(StoreError::NotFound);
        }
        let row = scam_alert::ActiveModel {
            id: Set(new.id.0),
            ward: Set(ward.to_owned()),
            kind: Set(code(&new.kind)),
            words: Set(new.words.clone()),
            groups: Set(serde_json::to_value(&new.groups).unwrap_or_default()),
            from_day: Set(now.day().0),
            until_day: Set(new.until.0),
            by_account: Set(by.0),
            published_at: Set(now.0),
            withdrawn_at: Set(None),
            withdrawn_by: Set(None),
            seq: Set(seq),
        };
        scam_alert::Entity::insert(row).exec_without_returning(&tx).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }

    /// Takes a warning back. Twice is once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such warning.
    pub async fn withdraw_alert(
        &self,
        ward: &str,
        id: AlertId,
        by: AccountId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let known = scam_alert::Entity::find_by_id(id.0).one(&tx).await?;
        let known = known.filter(|row| row.ward == ward).ok_or(StoreError::NotFound)?;
        if known.withdrawn_at.is_some() {
            return Ok(());
        }
        let row = scam_alert::ActiveModel {
            id: Unchanged(id.0),
            withdrawn_at: Set(Some(now.0)),
            withdrawn_by: Set(Some(by.0)),
            seq: Set(seq),
            ..Default::default()
        };
        row.update(&tx).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }
}

/// Warnings a reader is shown on a day, the newest first: those of the whole ward and those of the
/// reader's groups. Whoever looks after the whole ward names no groups and is shown all.
pub(crate) async fn alerts_in_force(
    db: &impl ConnectionTrait,
    ward: &str,
    groups: Option<&BTreeSet<Uuid>>,
    today: Day,
) -> Result<Vec<AlertView>, StoreError> {
    use scam_alert::Column as A;
    let rows = scam_alert::Entity::find()
        .filter(A::Ward.eq(ward))
        .filter(A::WithdrawnAt.is_null())
        .filter(A::UntilDay.gte(today.0).and(A::FromDay.lte(today.0)))
        .order_by_desc(A::PublishedAt)
        .order_by_asc(A::Id)
        .all(db)
        .await?;
    let mut alerts = rows.into_iter().map(view).collect::<Result<Vec<_>, _>>()?;
    if let Some(mine) = groups {
        alerts.retain(|a| a.groups.is_empty() || a.groups.iter().any(|g| mine.contains(&g.0)));
    }
    Ok(alerts)
}

fn view(row: scam_alert::Model) -> Result<AlertView, StoreError> {
    Ok(AlertView {
        id: AlertId(row.id),
        kind: decode("kind of a warning", &row.kind)?,
        words: row.words,
        groups: serde_json::from_value(row.groups)
            .map_err(|e| StoreError::Db(sea_orm::DbErr::Json(e.to_string())))?,
        from: Day(row.from_day),
        until: Day(row.until_day),
    })
}
