//! A ward's campaign, its targets, and who changed them.

use gocua_domain::id::AccountId;
use gocua_domain::pull::CampaignRef;
use gocua_domain::time::{Day, Millis};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set, Unchanged,
};
use uuid::Uuid;

use crate::coverage::Target;
use crate::db::{lock_ward, set_seq};
use crate::entity::{campaign, setting_change, target};
use crate::names::account_names;
use crate::{Store, StoreError};

/// The latest changes that are shown.
const CHANGES_SHOWN: u64 = 200;

/// A target and its identity.
#[derive(Clone, Debug)]
pub struct TargetRow {
    /// Identity.
    pub id: Uuid,
    /// The target.
    pub target: Target,
}

/// A change of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// When.
    pub at: Millis,
    /// Name of who did it.
    pub by: String,
    /// What: `campaign_name`, `campaign_starts_on`, `campaign_ends_on`, `target`, `account`.
    pub kind: String,
    /// Of which: the indicator of a target, the name of an account.
    pub subject: Option<String>,
    /// What stood there; none when it is new.
    pub was: Option<String>,
    /// What stands there now; none when it is gone.
    pub becomes: Option<String>,
    /// Why, in the words of who did it.
    pub reason: String,
}

/// What a ward has set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The campaign, if one runs.
    pub campaign: Option<CampaignRef>,
    /// The targets by indicator.
    pub targets: Vec<TargetRow>,
    /// The latest changes, the newest first.
    pub changes: Vec<Changed>,
}

/// One line of the history, about to be written.
pub(crate) struct Note<'a> {
    pub kind: &'a str,
    pub subject: Option<String>,
    pub was: Option<String>,
    pub becomes: Option<String>,
    pub reason: &'a str,
}

/// Writes a line of the history.
pub(crate) async fn note(
    tx: &DatabaseTransaction,
    ward: &str,
    by: AccountId,
    now: Millis,
    note: Note<'_>,
) -> Result<(), StoreError> {
    let row = setting_change::ActiveModel {
        id: Set(Uuid::now_v7()),
        ward: Set(ward.to_owned()),
        at: Set(now.0),
        by_account: Set(by.0),
        kind: Set(note.kind.to_owned()),
        subject: Set(note.subject),
        was: Set(note.was),
        becomes: Set(note.becomes),
        reason: Set(note.reason.to_owned()),
    };
    setting_change::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The campaign that runs: of several the one that began last.
async fn running(
    on: &impl ConnectionTrait,
    ward: &str,
) -> Result<Option<campaign::Model>, StoreError> {
    Ok(campaign::Entity::find()
        .filter(campaign::Column::Ward.eq(ward))
        .order_by_desc(campaign::Column::StartsOn)
        .one(on)
        .await?)
}

fn campaign_of(row: &campaign::Model) -> CampaignRef {
    CampaignRef { name: row.name.clone(), starts_on: Day(row.starts_on), ends_on: Day(row.ends_on) }
}

/// A target in one line, as the history shows it: value, unit, day, source.
fn line(value: f64, unit: &str, due_on: i32, source: &str) -> String {
    format!("{value}|{unit}|{due_on}|{source}")
}

impl Store {
    /// What a ward has set, and its history.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn settings(&self, ward: &str) -> Result<Settings, StoreError> {
        let targets = target::Entity::find()
            .filter(target::Column::Ward.eq(ward))
            .order_by_asc(target::Column::Indicator)
            .order_by_asc(target::Column::DueOn)
            .all(&self.read)
            .await?;
        let changes = setting_change::Entity::find()
            .filter(setting_change::Column::Ward.eq(ward))
            .order_by_desc(setting_change::Column::At)
            .order_by_desc(setting_change::Column::Id)
            .limit(CHANGES_SHOWN)
            .all(&self.read)
            .await?;
        let who = account_names(&self.read, changes.iter().map(|c| c.by_account)).await?;
        Ok(Settings {
            campaign: running(&self.read, ward).await?.as_ref().map(campaign_of),
            targets: targets
                .into_iter()
                .map(|t| TargetRow {
                    id: t.id,
                    target: Target {
                        indicator: t.indicator,
                        value: t.value,
                        unit: t.unit,
                        due_on: Day(t.due_on),
                        source: t.source,
                    },
                })
                .collect(),
            changes: changes
                .into_iter()
                .map(|c| Changed {
                    at: Millis(c.at),
                    by: who.get(&c.by_account).cloned().unwrap_or_default(),
                    kind: c.kind,
                    subject: c.subject,
                    was: c.was,
                    becomes: c.becomes,
                    reason: c.reason,
                })
                .collect(),
        })
    }

    /// The campaign that runs.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn running_campaign(&self, ward: &str) -> Result<Option<CampaignRef>, StoreError> {
        Ok(running(&self.read, ward).await?.as_ref().map(campaign_of))
    }

    /// Changes the campaign, or begins one; what changed is kept. `before` is what the reason was
    /// judged by.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody changed the last day meanwhile.
    pub async fn change_campaign(
        &self,
        ward: &str,
        before: Option<&CampaignRef>,
        after: &CampaignRef,
        reason: &str,
        by: AccountId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let row = running(&tx, ward).await?;
        let was = row.as_ref().map(campaign_of);
        if was.as_ref().map(|c| c.ends_on) != before.map(|c| c.ends_on) {
            return Err(StoreError::Conflict("the campaign was changed meanwhile".into()));
        }
        let days = |day: Option<Day>| day.map(|d| d.0.to_string());
        let fields = [
            ("campaign_name", was.as_ref().map(|c| c.name.clone()), Some(after.name.clone())),
            (
                "campaign_starts_on",
                days(was.as_ref().map(|c| c.starts_on)),
                days(Some(after.starts_on)),
            ),
            ("campaign_ends_on", days(was.as_ref().map(|c| c.ends_on)), days(Some(after.ends_on))),
        ];
        for (kind, was, becomes) in fields {
            if was != becomes {
                note(&tx, ward, by, now, Note { kind, subject: None, was, becomes, reason })
                    .await?;
            }
        }
        let row = campaign::ActiveModel {
            id: row.as_ref().map_or_else(|| Set(Uuid::now_v7()), |row| Unchanged(row.id)),
            ward: Set(ward.to_owned()),
            name: Set(after.name.clone()),
            starts_on: Set(after.starts_on.0),
            ends_on: Set(after.ends_on.0),
        };
        if was.is_some() {
            campaign::Entity::update(row).exec(&tx).await?;
        } else {
            campaign::Entity::insert(row).exec_without_returning(&tx).await?;
        }
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }

    /// Writes a target: a new one, or in the place of the one with this id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the id is another ward's.
    pub async fn set_target(
        &self,
        ward: &str,
        row: &TargetRow,
        by: AccountId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let known = target::Entity::find_by_id(row.id).one(&tx).await?;
        if known.as_ref().is_some_and(|t| t.ward != ward) {
            return Err(StoreError::NotFound);
        }
        let t = &row.target;
        let was = known.as_ref().map(|k| line(k.value, &k.unit, k.due_on, &k.source));
        let becomes = Some(line(t.value, &t.unit, t.due_on.0, &t.source));
        if was == becomes && known.as_ref().is_some_and(|k| k.indicator == t.indicator) {
            return Ok(());
        }
        let subject = Some(t.indicator.clone());
        note(&tx, ward, by, now, Note { kind: "target", subject, was, becomes, reason: "" })
            .await?;
        let model = target::ActiveModel {
            id: if known.is_some() { Unchanged(row.id) } else { Set(row.id) },
            ward: Set(ward.to_owned()),
            indicator: Set(t.indicator.clone()),
            value: Set(t.value),
            unit: Set(t.unit.clone()),
            due_on: Set(t.due_on.0),
            source: Set(t.source.clone()),
        };
        if known.is_some() {
            target::Entity::update(model).exec(&tx).await?;
        } else {
            target::Entity::insert(model).exec_without_returning(&tx).await?;
        }
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }

    /// Removes a target.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the id is another ward's.
    pub async fn drop_target(
        &self,
        ward: &str,
        id: Uuid,
        by: AccountId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let known = target::Entity::find_by_id(id).one(&tx).await?;
        let known = known.filter(|t| t.ward == ward).ok_or(StoreError::NotFound)?;
        let was = Some(line(known.value, &known.unit, known.due_on, &known.source));
        let subject = Some(known.indicator);
        let gone = Note { kind: "target", subject, was, becomes: None, reason: "" };
        note(&tx, ward, by, now, gone).await?;
        target::Entity::delete_by_id(id).exec(&tx).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }
}
