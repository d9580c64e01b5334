//! Connections and the shape of a write.

use std::time::Duration;

use sea_orm::sea_query::{CaseStatement, Expr};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection,
    DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect, RuntimeErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait, UpdateMany, Value,
};

use gocua_migrations::{Migrator, MigratorTrait};
use sqlx::Connection;

use crate::entity::ward;
use crate::sync::Writers;

/// Which database holds the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one file.
    Sqlite,
    /// A server, where a city runs one.
    Postgres,
}

/// What a caller can do something about. The cause is logged, never shown.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such row, or none in the caller's reach.
    #[error("not found")]
    NotFound,
    /// A rule of the schema was broken (the name of the rule).
    #[error("conflict: {0}")]
    Conflict(String),
    /// The database is busy or away; later may work.
    #[error("the database is busy")]
    Busy,
    /// Anything else.
    #[error("database: {0}")]
    Db(#[source] DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if let Some(rule) = error.sql_err() {
            return Self::Conflict(rule.to_string());
        }
        match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Busy,
            DbErr::RecordNotFound(_) | DbErr::RecordNotUpdated => Self::NotFound,
            DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e))
                if passing(e) =>
            {
                tracing::warn!(cause = %e, "the database is busy or away");
                Self::Busy
            }
            _ => Self::Db(error),
        }
    }
}

/// Is it the database's state and not the statement that failed, so that later may work?
///
/// The line matters: a statement the database refuses is booked as refused for good, and that must
/// never happen to good work because the disk was full or the server was being restarted.
fn passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(e) => e.code().is_some_and(|code| is_state(&code)),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// Does a code of either database speak of the database's state? PostgreSQL's have five characters,
/// SQLite's are numbers of at most four digits.
fn is_state(code: &str) -> bool {
    match code.parse::<u32>() {
        // BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOLFS,
        // NOTADB. Extended codes carry the primary one in their low byte.
        Ok(number) if code.len() < 5 => {
            matches!(number & 0xff, 5..=11 | 13..=15 | 22 | 26)
        }
        // Classes: connection, read-only, rollback (deadlock), resources (disk full), prerequisites,
        // operator, system, internal (a quota, a file that may not grow, a damaged page). 42501: its
        // files have become read-only.
        _ => {
            let classes = ["08", "25", "40", "53", "55", "57", "58", "XX"];
            code == "42501" || classes.iter().any(|class| code.starts_with(class))
        }
    }
}

/// The ward's book. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) read: DatabaseConnection,
    write: DatabaseConnection,
    engine: Engine,
    pub(crate) writers: Writers,
}

/// The oldest SQLite without the WAL-reset corruption (fixed in 3.51.3).
const SQLITE_FLOOR: &str = "3.51.3";

impl Store {
    /// Opens the database of a URL: `sqlite:path/to/file` (made when missing) or `postgres://..`.
    ///
    /// SQLite runs with one writer connection and a pool of readers, in WAL mode and with
    /// `synchronous=FULL`: a receipt is a promise, so a commit is on disk before it is answered.
    ///
    /// # Errors
    /// [`StoreError::Db`] when the database cannot be opened or is too old to trust.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let engine = if url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres };
        let (read, write) = match engine {
            Engine::Sqlite => {
                let write = sqlite(url, 1, WRITER_CACHE).await?;
                (sqlite(url, 4, READER_CACHE).await?, write)
            }
            Engine::Postgres => {
                let mut options = ConnectOptions::new(url);
                options
                    .max_connections(10)
                    .acquire_timeout(Duration::from_secs(5))
                    .test_before_acquire(false)
                    .sqlx_logging(false)
                    .map_sqlx_postgres_opts(|options| options.statement_cache_capacity(STATEMENTS));
                let pool = Database::connect(options).await?;
                (pool.clone(), pool)
            }
        };
        let store = Self { read, write, engine, writers: Writers::default() };
        store.check_trust().await?;
        Ok(store)
    }

    /// Which database this is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Db`] when a step fails; that step is then undone.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        Ok(Migrator::up(&self.write, None).await?)
    }

    /// Undoes every migration: for the schema test.
    ///
    /// # Errors
    /// [`StoreError::Db`] when a step fails.
    pub async fn migrate_down(&self) -> Result<(), StoreError> {
        Ok(Migrator::down(&self.write, None).await?)
    }

    /// Begins a write. Dropping the transaction takes everything back; an error inside must leave by
    /// `?`, never be caught: PostgreSQL would then commit nothing and say Ok.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            // DEFERRED reads first and then fails to upgrade under contention, whatever the timeout.
            sqlite_transaction_mode: (self.engine == Engine::Sqlite)
                .then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.write.begin_with_options(options).await?)
    }

    /// Refuses a database that cannot keep the promise of a receipt.
    async fn check_trust(&self) -> Result<(), StoreError> {
        let distrust = |what: String| StoreError::Db(DbErr::Custom(what));
        match self.engine {
            Engine::Sqlite => {
                let version = self.setting("SELECT sqlite_version()").await?;
                if numbers(&version) < numbers(SQLITE_FLOOR) {
                    return Err(distrust(format!("SQLite {version} is older than {SQLITE_FLOOR}")));
                }
            }
            Engine::Postgres => {
                for name in ["fsync", "full_page_writes", "synchronous_commit"] {
                    let value = self.setting(&format!("SHOW {name}")).await?;
                    if value == "off" {
                        return Err(distrust(format!("PostgreSQL runs with {name}=off")));
                    }
                }
            }
        }
        Ok(())
    }

    async fn setting(&self, sql: &str) -> Result<String, StoreError> {
        let row = self
            .read
            .query_one_raw(sea_orm::Statement::from_string(self.read.get_database_backend(), sql))
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok(row.try_get_by_index(0)?)
    }
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').filter_map(|n| n.parse().ok()).collect()
}

/// Pages the one writer keeps, in KiB (SQLite's way to say so is a negative number): the hot ends of
/// the indexes of a million visits.
const WRITER_CACHE: i32 = -32_768;
/// Pages each reader keeps: the operating system keeps the file for all of them, so a large cache in
/// each would only hold it four times more.
const READER_CACHE: i32 = -4_096;
/// Prepared statements a connection keeps. A list of another length is another statement, and one
/// that writes hundreds of rows weighs hundreds of kilobytes; the short ones, asked all the time,
/// stay in a small cache as well as in a large one.
const STATEMENTS: usize = 48;

async fn sqlite(url: &str, connections: u32, cache: i32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_pool_opts(|pool| {
            // On a full disk SQLite takes a transaction back by itself. sqlx then believes for ever
            // that it is in one, and every later "commit" would only end a savepoint, with nothing on
            // disk. Such a connection is closed, and another one opened.
            pool.after_release(|connection, _| {
                Box::pin(async move {
                    // What was begun to be taken back is taken back before this is answered.
                    connection.ping().await?;
                    Ok(!connection.is_in_transaction())
                })
            })
        })
        .map_sqlx_sqlite_opts(move |options| {
            options
                .create_if_missing(true)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                .statement_cache_capacity(STATEMENTS)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("cache_size", cache.to_string())
                .pragma("trusted_schema", "OFF")
                .pragma("cell_size_check", "ON")
                // Who is forgotten is not to be found in the file's free pages either.
                .pragma("secure_delete", "ON")
        });
    Database::connect(options).await
}

/// Takes the ward's lock and reads its sequence number.
///
/// Every write of a ward passes here first: on PostgreSQL the row lock, on SQLite the one writer.
/// So numbers are given in commit order, none is skipped, and what was read stays true until commit.
pub(crate) async fn lock_ward(
    tx: &DatabaseTransaction,
    engine: Engine,
    ward: &str,
) -> Result<i64, StoreError> {
    let mut query = ward::Entity::find_by_id(ward).select_only().column(ward::Column::Seq);
    if engine == Engine::Postgres {
        query = query.lock_exclusive();
    }
    query.into_tuple().one(tx).await?.ok_or(StoreError::NotFound)
}

/// Writes the ward's sequence number back; the last statement before the commit.
pub(crate) async fn set_seq(
    tx: &DatabaseTransaction,
    ward: &str,
    seq: i64,
) -> Result<(), StoreError> {
    ward::Entity::update_many()
        .col_expr(ward::Column::Seq, Expr::value(seq))
        .filter(ward::Column::Code.eq(ward))
        .exec(tx)
        .await?;
    Ok(())
}

/// Cuts rows into statements that stay under the databases' limit of bound values.
pub(crate) fn chunks<T>(mut rows: Vec<T>, columns: usize) -> impl Iterator<Item = Vec<T>> {
    let size = 30_000 / columns;
    std::iter::from_fn(move || {
        if rows.is_empty() {
            return None;
        }
        let rest = rows.split_off(size.min(rows.len()));
        Some(std::mem::replace(&mut rows, rest))
    })
}

/// Rows of one [`set_each`] statement: each is compared with every other.
const SET_AT_ONCE: usize = 100;

/// Sets columns of many rows, each to its own values, in few statements. `key` tells the rows of
/// `update` apart; a row's values stand in the order of `columns`.
pub(crate) async fn set_each<E: EntityTrait>(
    tx: &DatabaseTransaction,
    update: UpdateMany<E>,
    key: E::Column,
    columns: &[E::Column],
    rows: &[(Value, Vec<Value>)],
) -> Result<(), StoreError> {
    for rows in rows.chunks(SET_AT_ONCE) {
        let mut update = update.clone().filter(key.is_in(rows.iter().map(|(id, _)| id.clone())));
        for (n, column) in columns.iter().enumerate() {
            let mut each = CaseStatement::new();
            for (id, values) in rows {
                each = each.case(key.eq(id.clone()), Expr::value(values[n].clone()));
            }
            update = update.col_expr(*column, each.into());
        }
        update.exec(tx).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_state;

    #[test]
    fn a_full_disk_or_a_restart_says_nothing_about_the_statement() {
        let sqlite =
            ["5", "13", "261", "517", "520", "522", "778", "1034", "1546", "2570", "4874", "11"];
        let postgres = [
            "53100", "53300", "57P01", "57P02", "57P03", "08006", "40P01", "58030", "25006",
            "XX000", "42501",
        ];
        for code in sqlite.into_iter().chain(postgres) {
            assert!(is_state(code), "{code}");
        }
    }

    #[test]
    fn a_statement_that_breaks_a_rule_is_refused_for_good() {
        let sqlite = ["1", "18", "19", "20", "25", "787", "1299", "1555", "2067"];
        let postgres = ["22001", "22021", "23502", "23503", "23505", "42P01", "42804", "54000"];
        for code in sqlite.into_iter().chain(postgres) {
            assert!(!is_state(code), "{code}");
        }
    }
}
