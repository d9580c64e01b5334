//! What the ward desk reads of phones and decides for them.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    Unchanged,
};
use serde_json::Value;
use uuid::Uuid;

use gocua_domain::account::Role;
use gocua_domain::desk::{Keep, Needs, PhoneFacts, REJECTED_WINDOW_MS, Verdict};
use gocua_domain::edit::{self, EditFate, Field};
use gocua_domain::id::{AccountId, DeviceId, HouseholdId, OpId, TeamId};
use gocua_domain::pull::TeamRef;
use gocua_domain::time::Millis;

use crate::db::{Store, StoreError, lock_ward};
use crate::details::{details_of, set_details};
use crate::entity::{
    account, device, held_op, household, household_edit, op, quarantine, sync_fault,
};
use crate::names::{account_names, team_names};
use crate::sync::code;

/// One phone, as the desk looks after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneLine {
    /// The browser profile.
    pub device: DeviceId,
    /// What its holder calls it.
    pub name: String,
    /// Who signed in on it last.
    pub account: (AccountId, String),
    /// The team of that account.
    pub team: Option<TeamRef>,
    /// Version of the app, if it ever said one.
    pub app_version: Option<String>,
    /// What is known of its syncs.
    pub facts: PhoneFacts,
    /// Operations waiting for the ward's decision.
    pub kept: i64,
    /// Operations rejected lately, by reason.
    pub rejected: Vec<(String, i64)>,
    /// The last failed sync the server saw: when, and how it failed.
    pub last_failure: Option<(Millis, String)>,
    /// The worst thing that is true of it; nothing once it has been shut out.
    pub needs: Needs,
    /// When it was shut out.
    pub revoked_at: Option<Millis>,
    /// When it proved that it had wiped itself, and how much unsent work it held then.
    pub wiped: Option<(Millis, i64)>,
}

/// A household by name and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdRef {
    /// The household.
    pub id: HouseholdId,
    /// Register code.
    pub code: String,
    /// House number; empty without one.
    pub house_no: String,
    /// Name of its alley.
    pub alley: String,
    /// Name of its residential group.
    pub group: String,
}

/// One field for which the book and a phone say different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwoValues {
    /// The operation.
    pub op_id: OpId,
    /// The field.
    pub field: Field,
    /// The household.
    pub household: HouseholdRef,
    /// What the book says.
    pub book: Option<String>,
    /// What the phone says.
    pub phone: Option<String>,
    /// Name of the sender's team.
    pub team: Option<String>,
    /// When it was written.
    pub at: Millis,
}

/// An operation the ward must look at before it may count.
#[derive(Clone, Debug, PartialEq)]
pub struct QuarantinedOp {
    /// The operation.
    pub op_id: OpId,
    /// Why it waits.
    pub why: String,
    /// Its kind.
    pub kind: String,
    /// The household it speaks of.
    pub household: Option<HouseholdRef>,
    /// Outcome of the visit it records.
    pub outcome: Option<String>,
    /// Details it sets.
    pub set: Option<Value>,
    /// Name of its author.
    pub account_name: String,
    /// Name of the sender's team.
    pub team: Option<String>,
    /// When it was written.
    pub at: Millis,
}

/// What phones ask the ward to decide.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbox {
    /// The number it reaches.
    pub seq: i64,
    /// Fields with two values, the oldest question first.
    pub two_values: Vec<TwoValues>,
    /// Quarantined operations, the oldest first.
    pub quarantine: Vec<QuarantinedOp>,
}

/// What is written of a released operation.
const RELEASED: &str = "released";
/// What is written of a dismissed one.
const DISMISSED: &str = "dismissed";

/// Counts by device.
type Counts = HashMap<Uuid, i64>;

impl Store {
    /// The phones of a ward, or of one of its teams, those that need the ward most first. Desks and
    /// others that do not walk are no phones, unless work of theirs waits.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn phones(
        &self,
        ward: &str,
        team: Option<TeamId>,
        now: Millis,
    ) -> Result<Vec<PhoneLine>, StoreError> {
        let mut people = account::Entity::find().filter(account::Column::Ward.eq(ward));
        if let Some(team) = team {
            people = people.filter(account::Column::TeamId.eq(team.0));
        }
        let people: HashMap<Uuid, account::Model> =
            people.all(&self.read).await?.into_iter().map(|a| (a.id, a)).collect();
        let mut devices =
            device::Entity::find().filter(device::Column::Ward.eq(ward)).all(&self.read).await?;
        devices.retain(|d| people.contains_key(&d.account_id));
        let teams = team_names(&self.read, ward).await?;
        let held = self.held_counts(ward).await?;
        let kept = self.kept_counts(ward).await?;
        let mut rejected = self.rejected_counts(&devices, now).await?;
        let faults = self.last_faults(ward).await?;
        let mut lines: Vec<PhoneLine> = devices
            .into_iter()
            .filter_map(|d| {
                let person = people.get(&d.account_id)?;
                let rejected = rejected.remove(&d.id).unwrap_or_default();
                let faults = faults.get(&d.id).map(Vec::as_slice).unwrap_or_default();
                let facts = PhoneFacts {
                    last_seen_at: Millis(d.last_seen_at),
                    queued: i64::from(d.queued),
                    held: held.get(&d.id).copied().unwrap_or_default(),
                    rejected: rejected.iter().map(|(_, count)| count).sum(),
                    failed: i64::from(d.failed),
                    refused_at: faults
                        .iter()
                        .find(|(_, kind)| kind == "refused_session")
                        .map(|(at, _)| *at),
                };
                let kept = kept.get(&d.id).copied().unwrap_or_default();
                let walks =
                    matches!(Role::from_code(&person.role), Some(Role::Volunteer | Role::TeamLead));
                let work = facts.queued + facts.held + facts.rejected + kept;
                (walks || work > 0).then(|| PhoneLine {
                    device: DeviceId(d.id),
                    name: d.name,
                    account: (AccountId(person.id), person.name.clone()),
                    team: person.team_id.and_then(|id| {
                        Some(TeamRef { id: TeamId(id), name: teams.get(&id)?.clone() })
                    }),
                    app_version: d.app_version,
                    kept,
                    rejected,
                    last_failure: faults.iter().max().cloned(),
                    needs: match d.revoked_at {
                        Some(_) => Needs::Nothing,
                        None => facts.needs(now),
                    },
                    revoked_at: d.revoked_at.map(Millis),
                    wiped: d
                        .wiped_at
                        .map(|at| (Millis(at), i64::from(d.wiped_unsent.unwrap_or_default()))),
                    facts,
                })
            })
            .collect();
        lines.sort_by(|a, b| {
            let rank = |p: &PhoneLine| (p.needs, p.facts.queued, p.facts.failed);
            rank(b).cmp(&rank(a)).then_with(|| {
                (a.facts.last_seen_at, a.device).cmp(&(b.facts.last_seen_at, b.device))
            })
        });
        Ok(lines)
    }

    async fn held_counts(&self, ward: &str) -> Result<Counts, StoreError> {
        let rows: Vec<(Uuid, i64)> = held_op::Entity::find()
            .select_only()
            .column(held_op::Column::DeviceId)
            .column_as(held_op::Column::OpId.count(), "ops")
            .filter(held_op::Column::Ward.eq(ward))
            .group_by(held_op::Column::DeviceId)
            .into_tuple()
            .all(&self.read)
            .await?;
        Ok(rows.into_iter().collect())
    }

    async fn kept_counts(&self, ward: &str) -> Result<Counts, StoreError> {
        let rows: Vec<(Uuid, i64)> = quarantine::Entity::find()
            .select_only()
            .column(quarantine::Column::DeviceId)
            .column_as(quarantine::Column::OpId.count(), "ops")
            .filter(quarantine::Column::Ward.eq(ward))
            .filter(quarantine::Column::Decision.is_null())
            .group_by(quarantine::Column::DeviceId)
            .into_tuple()
            .all(&self.read)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// Operations rejected lately, by device and reason, the most frequent reason first.
    async fn rejected_counts(
        &self,
        devices: &[device::Model],
        now: Millis,
    ) -> Result<HashMap<Uuid, Vec<(String, i64)>>, StoreError> {
        let mut rows: Vec<(Uuid, Option<String>, i64)> = op::Entity::find()
            .select_only()
            .columns([op::Column::DeviceId, op::Column::Reason])
            .column_as(op::Column::OpId.count(), "ops")
            .filter(op::Column::DeviceId.is_in(devices.iter().map(|d| d.id)))
            // Spelled out: an index over the few rejected ones serves only a query that says so.
            .filter(Expr::cust("outcome = 'rejected'"))
            .filter(op::Column::ReceivedAt.gt(now.0 - REJECTED_WINDOW_MS))
            // What the phone has put right or let go of since is history.
            .filter(Expr::cust(
                "received_at > COALESCE((SELECT d.clear_at FROM device d WHERE d.id = op.device_id), 0)",
            ))
            .group_by(op::Column::DeviceId)
            .group_by(op::Column::Reason)
            .into_tuple()
            .all(&self.read)
            .await?;
        rows.sort_by(|(_, a, n), (_, b, m)| m.cmp(n).then_with(|| a.cmp(b)));
        let mut counts: HashMap<Uuid, Vec<(String, i64)>> = HashMap::new();
        for (device, reason, count) in rows {
            counts.entry(device).or_default().push((reason.unwrap_or_default(), count));
        }
        Ok(counts)
    }

    /// When each phone last failed to sync, by how it failed.
    async fn last_faults(
        &self,
        ward: &str,
    ) -> Result<HashMap<Uuid, Vec<(Millis, String)>>, StoreError> {
        let rows =
            sync_fault::Entity::find().filter(sync_fault::Column::Ward.eq(ward)).all(&self.read);
        let mut faults: HashMap<Uuid, Vec<(Millis, String)>> = HashMap::new();
        for row in rows.await? {
            faults.entry(row.device_id).or_default().push((Millis(row.last_at), row.kind));
        }
        Ok(faults)
    }

    /// What waits for the ward's decision.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward.
    pub async fn inbox(&self, ward: &str) -> Result<Inbox, StoreError> {
        let seq = self.ward_seq(ward).await?;
        let asked = household_edit::Entity::find()
            .filter(household_edit::Column::Ward.eq(ward))
            .filter(household_edit::Column::Fate.eq(code(&EditFate::Asked)))
            .order_by_asc(household_edit::Column::Seq)
            .order_by_asc(household_edit::Column::Field)
            .all(&self.read)
            .await?;
        let waiting = quarantine::Entity::find()
            .filter(quarantine::Column::Ward.eq(ward))
            .filter(quarantine::Column::Decision.is_null())
            .order_by_asc(quarantine::Column::Seq)
            .all(&self.read)
            .await?;
        let doors = self
            .household_refs(
                ward,
                asked
                    .iter()
                    .map(|e| e.household_id)
                    .chain(waiting.iter().filter_map(|q| q.household_id))
                    .collect(),
            )
            .await?;
        let teams = team_names(&self.read, ward).await?;
        let team = |id: Option<Uuid>| id.and_then(|id| teams.get(&id).cloned());
        let authors = account_names(&self.read, waiting.iter().map(|q| q.account_id)).await?;
        let two_values = asked
            .into_iter()
            .filter_map(|e| {
                let (door, row) = doors.get(&e.household_id)?;
                let field = Field::from_code(&e.field)?;
                Some(TwoValues {
                    op_id: OpId(e.op_id),
                    field,
                    household: door.clone(),
                    book: identity(row, field),
                    phone: e.value.as_ref().and_then(Value::as_str).map(str::to_owned),
                    team: team(e.team_id),
                    at: Millis(e.stamp),
                })
            })
            .collect();
        let quarantine = waiting
            .into_iter()
            .map(|q| {
                let payload = &q.op["payload"];
                let outcome = payload["outcome"].as_str().or(payload["record"]["outcome"].as_str());
                QuarantinedOp {
                    op_id: OpId(q.op_id),
                    household: q
                        .household_id
                        .and_then(|id| doors.get(&id))
                        .map(|(door, _)| door.clone()),
                    outcome: outcome.map(str::to_owned),
                    set: Some(&payload["set"]).filter(|set| set.is_object()).cloned(),
                    account_name: authors.get(&q.account_id).cloned().unwrap_or_default(),
                    team: team(q.team_id),
                    at: Millis(q.made_at),
                    why: q.why,
                    kind: q.kind,
                }
            })
            .collect();
        Ok(Inbox { seq, two_values, quarantine })
    }

    /// Households of the ward by name and place, beside their rows.
    pub(crate) async fn household_refs(
        &self,
        ward: &str,
        ids: BTreeSet<Uuid>,
    ) -> Result<HashMap<Uuid, (HouseholdRef, household::Model)>, StoreError> {
        let rows = household::Entity::find()
            .filter(household::Column::Id.is_in(ids))
            .filter(household::Column::Ward.eq(ward))
            .all(&self.read)
            .await?;
        let places = self.places(&rows).await?;
        Ok(rows
            .into_iter()
            .map(|h| {
                let door = HouseholdRef {
                    id: HouseholdId(h.id),
                    code: h.code.clone(),
                    house_no: h.house_no.clone(),
                    alley: places.alley(h.alley_id),
                    group: places.group(h.group_id),
                };
                (h.id, (door, h))
            })
            .collect())
    }

    /// Ends a question between two values: the book's stays, or the phone's is written and every
    /// phone in reach gets the door. Deciding the same twice changes nothing more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward was never asked this, [`StoreError::Conflict`] when it
    /// has decided otherwise.
    pub async fn decide_two_values(
        &self,
        ward: &str,
        (op, field): (OpId, Field),
        keep: Keep,
        by: AccountId,
        now: Millis,
    ) -> Result<i64, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let asked = household_edit::Entity::find_by_id((op.0, field.code().to_owned()))
            .one(&tx)
            .await?
            .filter(|e| e.ward == ward)
            .ok_or(StoreError::NotFound)?;
        let fate = match keep {
            Keep::Book => EditFate::Declined,
            Keep::Phone => EditFate::Accepted,
        };
        if asked.decided_at.is_some() {
            return decided_before(asked.fate == code(&fate), seq - 1);
        }
        if asked.fate != code(&EditFate::Asked) {
            return Err(StoreError::NotFound);
        }
        household_edit::ActiveModel {
            op_id: Unchanged(asked.op_id),
            field: Unchanged(asked.field),
            fate: Set(code(&fate)),
            decided_by: Set(Some(by.0)),
            decided_at: Set(Some(now.0)),
            ..Default::default()
        }
        .update(&tx)
        .await?;
        if let (Keep::Phone, Some(value)) = (keep, asked.value) {
            let value = serde_json::from_value(value).unwrap_or_default();
            set_details(&tx, asked.household_id, &[(field, value)].into(), seq).await?;
        }
        self.close(tx, ward, seq).await
    }

    /// Decides a quarantined operation: it counts after all (a removed household comes back for it),
    /// or stays out of the book for good. Deciding the same twice changes nothing more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when no such operation waits in the ward, [`StoreError::Conflict`]
    /// when it was decided otherwise.
    pub async fn decide_quarantine(
        &self,
        ward: &str,
        op: OpId,
        verdict: Verdict,
        by: AccountId,
        now: Millis,
    ) -> Result<i64, StoreError> {
        if verdict == Verdict::Release {
            return match self.release_quarantined(ward, op, by, now).await {
                Ok(_) => self.ward_seq(ward).await,
                Err(StoreError::NotFound) => {
                    let kept = quarantine::Entity::find_by_id(op.0).one(&self.read).await?;
                    let before = kept.filter(|q| q.ward == ward).and_then(|q| q.decision);
                    let before = before.ok_or(StoreError::NotFound)?;
                    decided_before(before == RELEASED, self.ward_seq(ward).await?)
                }
                Err(other) => Err(other),
            };
        }
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let kept = quarantine::Entity::find_by_id(op.0)
            .one(&tx)
            .await?
            .filter(|q| q.ward == ward)
            .ok_or(StoreError::NotFound)?;
        if let Some(before) = &kept.decision {
            return decided_before(before == DISMISSED, seq - 1);
        }
        quarantine::ActiveModel {
            op_id: Unchanged(kept.op_id),
            op: Set(crate::people::kept_after(&kept.kind, &kept.op)),
            decision: Set(Some(DISMISSED.to_owned())),
            decided_by: Set(Some(by.0)),
            decided_at: Set(Some(now.0)),
            ..Default::default()
        }
        .update(&tx)
        .await?;
        self.close(tx, ward, seq).await
    }
}

/// The answer to a decision made before.
fn decided_before(the_same: bool, seq: i64) -> Result<i64, StoreError> {
    if the_same { Ok(seq) } else { Err(StoreError::Conflict("decided otherwise".to_owned())) }
}

/// What the book says in a field of words.
fn identity(row: &household::Model, field: Field) -> Option<String> {
    match details_of(row).remove(&field) {
        Some(edit::Value::Text(text)) => Some(text),
        _ => None,
    }
}
