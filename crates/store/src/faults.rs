//! What the server noticed of phones beside the book: syncs that failed, and what a phone says of
//! itself. Gathered in memory by the caller and written here in batches, never inside a sync.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use uuid::Uuid;

use gocua_domain::id::DeviceId;
use gocua_domain::time::Millis;

use crate::db::{Store, StoreError, chunks};
use crate::entity::{device, sync_fault};

/// How a sync failed, as the server saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// The server could not do it then: the database busy or away, too many full pulls.
    Busy,
    /// The phone asked too often, or twice at a time.
    TooMany,
    /// The request could not be read.
    Malformed,
    /// The session has ended, the account is disabled, or the device is another.
    RefusedSession,
    /// The phone hung up before it had sent or received everything.
    Aborted,
    /// The server's own fault.
    Internal,
}

impl Fault {
    /// Every way to fail.
    pub const ALL: [Self; 6] = [
        Self::Busy,
        Self::TooMany,
        Self::Malformed,
        Self::RefusedSession,
        Self::Aborted,
        Self::Internal,
    ];

    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::TooMany => "too_many",
            Self::Malformed => "malformed",
            Self::RefusedSession => "refused_session",
            Self::Aborted => "aborted",
            Self::Internal => "internal",
        }
    }
}

/// Failed syncs of one phone in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultCount {
    /// The phone.
    pub device: DeviceId,
    /// The ward of its account.
    pub ward: String,
    /// How they failed.
    pub fault: Fault,
    /// How many.
    pub count: i64,
    /// The last of them.
    pub last_at: Millis,
}

/// What a phone said of itself; what it did not say stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneNote {
    /// The phone.
    pub device: DeviceId,
    /// Version of the app on it.
    pub app_version: Option<String>,
    /// Operations waiting on it.
    pub queued: Option<i32>,
    /// Syncs that failed since the last that succeeded.
    pub failed: Option<i32>,
    /// Rejected operations that lie on it, whoever made them.
    pub rejected: Option<i32>,
    /// When it said so.
    pub at: Millis,
}

/// Being heard of is written down again only when this much time has passed.
const SEEN_EVERY_MS: i64 = 60_000;

impl Store {
    /// Adds failed syncs to those known.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; nothing was added then.
    pub async fn note_faults(&self, counts: &[FaultCount]) -> Result<(), StoreError> {
        use sync_fault::Column as C;
        // One row a phone and kind, in one order: a statement may not touch a row twice, and two
        // servers over one database must not wait for each other crosswise.
        let mut sum: HashMap<(Uuid, &str), FaultCount> = HashMap::new();
        for count in counts {
            let same = sum.entry((count.device.0, count.fault.code()));
            same.and_modify(|known| {
                known.count += count.count;
                known.last_at = known.last_at.max(count.last_at);
            })
            .or_insert_with(|| count.clone());
        }
        let mut rows: Vec<_> = sum.into_iter().collect();
        rows.sort_by_key(|(key, _)| *key);
        if rows.is_empty() {
            return Ok(());
        }
        let rows = rows.into_iter().map(|((device, kind), count)| sync_fault::ActiveModel {
            device_id: Set(device),
            kind: Set(kind.to_owned()),
            ward: Set(count.ward),
            count: Set(count.count),
            last_at: Set(count.last_at.0),
        });
        let merge = OnConflict::columns([C::DeviceId, C::Kind])
            .update_columns([C::Ward, C::LastAt])
            .value(C::Count, Expr::cust("sync_fault.count + excluded.count"))
            .to_owned();
        let tx = self.begin().await?;
        for rows in chunks(rows.collect(), 5) {
            let insert = sync_fault::Entity::insert_many(rows).on_conflict(merge.clone());
            insert.exec_without_returning(&tx).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Writes down what phones said of themselves, where it is news: something changed, or the phone
    /// was last heard of a while ago. Answers how many rows were written.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; nothing was written then.
    pub async fn note_phones(&self, notes: &[PhoneNote]) -> Result<usize, StoreError> {
        let latest: HashMap<Uuid, &PhoneNote> = notes.iter().map(|n| (n.device.0, n)).collect();
        let mut news = Vec::new();
        for ids in chunks(latest.keys().copied().collect(), 1) {
            let known = device::Entity::find().filter(device::Column::Id.is_in(ids));
            for row in known.all(&self.read).await? {
                news.extend(latest.get(&row.id).and_then(|note| heard(row, note)));
            }
        }
        if news.is_empty() {
            return Ok(0);
        }
        news.sort_by_key(|row| row.id.clone().take());
        let written = news.len();
        // What a push wrote meanwhile is newer and stays.
        let merge = OnConflict::column(device::Column::Id)
            .update_columns([
                device::Column::AppVersion,
                device::Column::Queued,
                device::Column::Failed,
                device::Column::LastSeenAt,
                device::Column::ClearAt,
            ])
            .action_and_where(Expr::cust("device.last_seen_at <= excluded.last_seen_at"))
            .to_owned();
        let tx = self.begin().await?;
        for rows in chunks(news, 14) {
            let insert = device::Entity::insert_many(rows).on_conflict(merge.clone());
            insert.exec_without_returning(&tx).await?;
        }
        tx.commit().await?;
        Ok(written)
    }

    /// Failed syncs of a ward's phones as the server counted them, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn sync_faults(&self, ward: &str) -> Result<Vec<FaultCount>, StoreError> {
        let rows = sync_fault::Entity::find()
            .filter(sync_fault::Column::Ward.eq(ward))
            .order_by_desc(sync_fault::Column::LastAt)
            .limit(MOST_FAULTS)
            .all(&self.read)
            .await?;
        // A kind of a later version is no reason to show nothing.
        let known = |kind: &str| Fault::ALL.into_iter().find(|f| f.code() == kind);
        let count = |row: sync_fault::Model| {
            Some(FaultCount {
                device: DeviceId(row.device_id),
                fault: known(&row.kind)?,
                ward: row.ward,
                count: row.count,
                last_at: Millis(row.last_at),
            })
        };
        Ok(rows.into_iter().filter_map(count).collect())
    }
}

/// More phones and kinds than a ward has.
const MOST_FAULTS: u64 = 20_000;

/// A version as it may stand in a column: short, and without what PostgreSQL refuses.
fn plain(version: &str) -> String {
    version.chars().filter(|c| !c.is_control()).take(32).collect()
}

/// The row as it should be, if that differs from what it is.
fn heard(row: device::Model, note: &PhoneNote) -> Option<device::ActiveModel> {
    let version = note.app_version.as_deref().map(plain).or(row.app_version.clone());
    let (queued, failed) = (note.queued.unwrap_or(row.queued), note.failed.unwrap_or(row.failed));
    let clear_at = match note.rejected {
        Some(0) => Some(note.at.0),
        Some(_) => None,
        None => row.clear_at,
    };
    let changed = (&version, queued, failed, clear_at.is_some())
        != (&row.app_version, row.queued, row.failed, row.clear_at.is_some());
    let due = note.at.0 - row.last_seen_at >= SEEN_EVERY_MS;
    (note.at.0 >= row.last_seen_at && (changed || due)).then_some(device::ActiveModel {
        id: Set(row.id),
        ward: Set(row.ward),
        account_id: Set(row.account_id),
        name: Set(row.name),
        app_version: Set(version),
        queued: Set(queued),
        last_seen_at: Set(note.at.0),
        created_at: Set(row.created_at),
        failed: Set(failed),
        clear_at: Set(clear_at),
        revoked_at: Set(row.revoked_at),
        revoked_by: Set(row.revoked_by),
        wiped_at: Set(row.wiped_at),
        wiped_unsent: Set(row.wiped_unsent),
    })
}
