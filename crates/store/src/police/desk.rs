//! Residents who ask at the one-stop desk or in a class, passed on to the police: a slip with six
//! characters, and nobody's name.

use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use gocua_domain::id::{AccountId, DeviceId, GroupId, ReferralId};
use gocua_domain::officer::GroupName;
use gocua_domain::referral::{
    Appointment, ReferralKind, ReferralSource, ReferralState, ReturnWhy, Sla,
};
use gocua_domain::time::{Day, Millis};
use gocua_domain::visit::AgeBand;

use crate::db::{Store, StoreError, lock_ward, set_seq};
use crate::entity::{referral, residential_group};
use crate::people::promises;
use crate::sync::{code, decode};

use super::appointment;

/// Days a referral stays on the desk's list.
const LISTED_DAYS: i64 = 30;

/// A resident whom a desk passes on.
#[derive(Clone, Debug)]
pub struct NewDeskReferral {
    /// Identity, made by the desk: sent again it is the same one.
    pub id: ReferralId,
    /// For what.
    pub kind: ReferralKind,
    /// Where the resident asked: never a door.
    pub source: ReferralSource,
    /// His residential group.
    pub group: GroupId,
    /// Age band, if told.
    pub age_band: Option<AgeBand>,
    /// Who passes him on.
    pub by: AccountId,
    /// On which device.
    pub device: DeviceId,
    /// Slips to choose from: the first that no open referral has.
    pub slips: Vec<String>,
}

/// A referral as the desk that opened it sees it.
#[derive(Clone, Debug)]
pub struct OpenedReferral {
    /// Identity.
    pub id: ReferralId,
    /// For what.
    pub kind: ReferralKind,
    /// Where the resident asked.
    pub source: ReferralSource,
    /// His residential group.
    pub group: Option<GroupId>,
    /// Age band, if told.
    pub age_band: Option<AgeBand>,
    /// How far it has come.
    pub state: ReferralState,
    /// When it was opened.
    pub opened_at: Millis,
    /// The last day of the promise.
    pub due_on: Option<Day>,
    /// What the resident brings.
    pub slip: String,
    /// The appointment, if one was made.
    pub appointment: Option<Appointment>,
    /// Why it was given back.
    pub why: Option<ReturnWhy>,
}

fn opened(row: referral::Model) -> Result<OpenedReferral, StoreError> {
    Ok(OpenedReferral {
        id: ReferralId(row.id),
        kind: decode("kind of a referral", &row.kind)?,
        source: decode("source of a referral", &row.source)?,
        group: row.group_id.map(GroupId),
        age_band: row.age_band.as_deref().map(|band| decode("age band", band)).transpose()?,
        state: decode("state of a referral", &row.state)?,
        opened_at: Millis(row.opened_at),
        due_on: row.due_on.map(Day),
        appointment: appointment(&row),
        why: row.why.as_deref().map(|why| decode("answer to a referral", why)).transpose()?,
        slip: row.slip.unwrap_or_default(),
    })
}

impl Store {
    /// Passes a resident on to the police. The same twice is once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such residential group, [`StoreError::Conflict`]
    /// when the id is something else's, [`StoreError::Busy`] when every slip is taken.
    pub async fn open_desk_referral(
        &self,
        ward: &str,
        new: &NewDeskReferral,
        now: Millis,
    ) -> Result<OpenedReferral, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        if let Some(known) = referral::Entity::find_by_id(new.id.0).one(&tx).await? {
            if known.ward != ward || known.slip.is_none() {
                return Err(StoreError::Conflict("referral".into()));
            }
            return opened(known);
        }
        residential_group::Entity::find_by_id(new.group.0)
            .filter(residential_group::Column::Ward.eq(ward))
            .filter(residential_group::Column::MergedInto.is_null())
            .one(&tx)
            .await?
            .ok_or(StoreError::NotFound)?;
        let promise = promises(&tx, ward).await?.into_iter().find(|sla| sla.code == new.kind);
        let row = referral::ActiveModel {
            id: Set(new.id.0),
            ward: Set(ward.to_owned()),
            kind: Set(code(&new.kind)),
            state: Set(code(&ReferralState::New)),
            opened_at: Set(now.0),
            due_on: Set(promise.and_then(|sla: Sla| sla.due(now)).map(|day| day.0)),
            account_id: Set(new.by.0),
            device_id: Set(new.device.0),
            seq: Set(seq),
            source: Set(code(&new.source)),
            group_id: Set(Some(new.group.0)),
            age_band: Set(new.age_band.map(|band| code(&band))),
            slip: Set(Some(free_slip(&tx, ward, &new.slips).await?)),
            ..Default::default()
        };
        referral::Entity::insert(row).exec_without_returning(&tx).await?;
        let row = referral::Entity::find_by_id(new.id.0).one(&tx).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        opened(row.ok_or(StoreError::NotFound)?)
    }

    /// The residents whom desks and classes have passed on in the last 30 days, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn desk_referrals(
        &self,
        ward: &str,
        now: Millis,
    ) -> Result<Vec<OpenedReferral>, StoreError> {
        use referral::Column as C;
        let rows = referral::Entity::find()
            .filter(C::Ward.eq(ward))
            .filter(C::Source.ne(code(&ReferralSource::Door)))
            .filter(C::OpenedAt.gte(now.plus(-LISTED_DAYS * 86_400_000).0))
            .order_by_desc(C::OpenedAt)
            .order_by_desc(C::Id)
            .all(&self.read)
            .await?;
        rows.into_iter().map(opened).collect()
    }

    /// The residential groups of a ward, by code.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn desk_groups(&self, ward: &str) -> Result<Vec<GroupName>, StoreError> {
        let rows = residential_group::Entity::find()
            .filter(residential_group::Column::Ward.eq(ward))
            .filter(residential_group::Column::MergedInto.is_null())
            .order_by_asc(residential_group::Column::Code)
            .all(&self.read)
            .await?;
        let named = |g: residential_group::Model| GroupName {
            id: GroupId(g.id),
            code: g.code,
            name: g.name,
        };
        Ok(rows.into_iter().map(named).collect())
    }
}

/// The first of these slips that no open referral of the ward has.
async fn free_slip(
    tx: &DatabaseTransaction,
    ward: &str,
    slips: &[String],
) -> Result<String, StoreError> {
    use referral::Column as C;
    let open = [ReferralState::New, ReferralState::Accepted].map(|state| code(&state));
    let taken: Vec<Option<String>> = referral::Entity::find()
        .select_only()
        .column(C::Slip)
        .filter(C::Ward.eq(ward))
        .filter(C::Slip.is_in(slips.iter().cloned()))
        .filter(C::State.is_in(open))
        .into_tuple()
        .all(tx)
        .await?;
    let free = slips.iter().find(|slip| !taken.iter().flatten().any(|taken| taken == *slip));
    free.cloned().ok_or(StoreError::Busy)
}
