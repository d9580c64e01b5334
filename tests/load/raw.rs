//! The database's own limit: the rows a push writes, without a server, an ORM, a look at what is
//! there, or a decision. One connection, one transaction a batch, one statement a table.

use std::time::Duration;

use gocua_demo::DemoWard;
use gocua_domain::coverage::{Counted, Coverage, Tally};
use gocua_domain::household::HouseholdState;
use gocua_domain::id::{AlleyId, GroupId};
use gocua_domain::time::{Millis, TimeBand};
use gocua_domain::visit::VisitFact;
use gocua_store::Engine;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::book::{Shelf, WARD};
use crate::machine::tick;
use crate::phones::op_id;

/// Kinds of columns.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// UUID.
    Uuid,
    /// Text.
    Text,
    /// 32-bit number.
    Int,
    /// 64-bit number.
    Big,
    /// Yes or no.
    Bool,
    /// JSON.
    Json,
}

/// The columns of a visit.
pub const VISIT_COLUMNS: [(&str, Kind); 21] = [
    ("id", Kind::Uuid),
    ("ward", Kind::Text),
    ("household_id", Kind::Uuid),
    ("group_id", Kind::Uuid),
    ("alley_id", Kind::Uuid),
    ("team_id", Kind::Uuid),
    ("account_id", Kind::Uuid),
    ("device_id", Kind::Uuid),
    ("outcome", Kind::Text),
    ("made_at", Kind::Big),
    ("device_made_at", Kind::Big),
    ("received_at", Kind::Big),
    ("coach_occ", Kind::Int),
    ("people_count", Kind::Int),
    ("people_60", Kind::Int),
    ("people", Kind::Json),
    ("comeback_on", Kind::Int),
    ("comeback_band", Kind::Text),
    ("flags", Kind::Text),
    ("withdrawn_at", Kind::Big),
    ("seq", Kind::Big),
];
const OP_COLUMNS: [(&str, Kind); 12] = [
    ("op_id", Kind::Uuid),
    ("ward", Kind::Text),
    ("device_id", Kind::Uuid),
    ("device_seq", Kind::Big),
    ("account_id", Kind::Uuid),
    ("kind", Kind::Text),
    ("fingerprint", Kind::Big),
    ("outcome", Kind::Text),
    ("seq", Kind::Big),
    ("reason", Kind::Text),
    ("flags", Kind::Text),
    ("received_at", Kind::Big),
];
const STATE_COLUMNS: [(&str, Kind); 15] = [
    ("household_id", Kind::Uuid),
    ("ward", Kind::Text),
    ("group_id", Kind::Uuid),
    ("alley_id", Kind::Uuid),
    ("status", Kind::Text),
    ("revisit", Kind::Bool),
    ("visits", Kind::Big),
    ("last_outcome", Kind::Text),
    ("last_visit_at", Kind::Big),
    ("first_visited", Kind::Int),
    ("first_contacted", Kind::Int),
    ("first_served", Kind::Int),
    ("comeback_on", Kind::Int),
    ("comeback_band", Kind::Text),
    ("seq", Kind::Big),
];
const DAY_COLUMNS: [(&str, Kind); 6] = [
    ("group_id", Kind::Uuid),
    ("day", Kind::Int),
    ("ward", Kind::Text),
    ("visits", Kind::Big),
    ("hh_visited", Kind::Big),
    ("hh_served", Kind::Big),
];

const HOUR_COLUMNS: [(&str, Kind); 7] = [
    ("group_id", Kind::Uuid),
    ("band", Kind::Text),
    ("weekend", Kind::Bool),
    ("ward", Kind::Text),
    ("visits", Kind::Big),
    ("contacts", Kind::Big),
    ("missed", Kind::Big),
];

/// A value of a row.
#[derive(Clone, Debug)]
pub enum Cell {
    /// UUID.
    Uuid(Uuid),
    /// Text.
    Text(Option<String>),
    /// 32-bit number.
    Int(Option<i32>),
    /// 64-bit number.
    Big(Option<i64>),
    /// Yes or no.
    Bool(bool),
    /// JSON.
    Json(Option<Value>),
}

fn text(value: &str) -> Cell {
    Cell::Text(Some(value.to_owned()))
}

/// The rows of one statement, and what becomes of those that are there.
#[derive(Debug)]
pub struct Rows {
    table: &'static str,
    columns: Vec<(&'static str, Kind)>,
    merge: String,
    rows: Vec<Vec<Cell>>,
}

/// The rows of one batch.
pub type Batch = Vec<Rows>;

fn rollup(table: &'static str, key: &'static str, counts: Vec<(Uuid, Tally)>, at: Millis) -> Rows {
    let mut columns = vec![
        (key, Kind::Uuid),
        ("ward", Kind::Text),
        ("seq", Kind::Big),
        ("last_visit_at", Kind::Big),
    ];
    columns.extend(Tally::FIELDS.iter().map(|f| (*f, Kind::Big)));
    let sums: Vec<_> =
        Tally::FIELDS.iter().map(|f| format!("{f} = {table}.{f} + excluded.{f}")).collect();
    let merge = format!(
        "ON CONFLICT ({key}) DO UPDATE SET seq = excluded.seq, \
         last_visit_at = excluded.last_visit_at, {}",
        sums.join(", ")
    );
    let rows = counts
        .into_iter()
        .map(|(id, tally)| {
            let mut row =
                vec![Cell::Uuid(id), text(WARD), Cell::Big(Some(2)), Cell::Big(Some(at.0))];
            row.extend(tally.values().into_iter().map(|n| Cell::Big(Some(n))));
            row
        })
        .collect();
    Rows { table, columns, merge, rows }
}

/// The rows of one batch after another, of `size` visits each, alley after alley as a phone walks.
pub fn batches(ward: &DemoWard, size: usize, count: usize, now: Millis) -> Vec<Batch> {
    let records = &ward.visits;
    (0..count)
        .map(|n| {
            let doors = ward.households.iter().cycle().skip(n * size).take(size);
            let mut coverage = Coverage::default();
            let (mut visits, mut ops, mut states) = (Vec::new(), Vec::new(), Vec::new());
            for (i, door) in doors.enumerate() {
                let past = &records[(n * size + i) % records.len()];
                let (id, seq) = (op_id(now), (n * size + i) as i64);
                let record = &past.record;
                let fact = VisitFact {
                    id: id.into(),
                    made_at: now,
                    outcome: record.outcome,
                    team: Some(past.team_id),
                    coach_occ: record.coach_occ(),
                    people: record.people.len() as i64,
                    people_60: 0,
                    comeback: record.comeback,
                    withdrawn: false,
                };
                let state = HouseholdState::derive(std::slice::from_ref(&fact));
                let visits_of_door = [fact];
                let counted = Counted {
                    group: door.group_id,
                    alley: door.alley_id,
                    active: true,
                    left_on: None,
                    proposed: false,
                    visits: &visits_of_door,
                };
                coverage.count(&counted, 1);
                let people = (!record.people.is_empty())
                    .then(|| serde_json::to_value(&record.people).expect("JSON"));
                let on = record.comeback.map(|c| c.on.0);
                let band = record.comeback.map(|_| "E".to_owned());
                visits.push(vec![
                    Cell::Uuid(id),
                    text(WARD),
                    Cell::Uuid(door.id.0),
                    Cell::Uuid(door.group_id.0),
                    Cell::Uuid(door.alley_id.0),
                    Cell::Uuid(past.team_id.0),
                    Cell::Uuid(past.account_id.0),
                    Cell::Uuid(past.device_id.0),
                    text(record.outcome.code()),
                    Cell::Big(Some(now.0)),
                    Cell::Big(Some(now.0)),
                    Cell::Big(Some(now.0)),
                    Cell::Int(Some(record.coach_occ() as i32)),
                    Cell::Int(Some(record.people.len() as i32)),
                    Cell::Int(Some(0)),
                    Cell::Json(people),
                    Cell::Int(on),
                    Cell::Text(band.clone()),
                    text(""),
                    Cell::Big(None),
                    Cell::Big(Some(seq)),
                ]);
                ops.push(vec![
                    Cell::Uuid(id),
                    text(WARD),
                    Cell::Uuid(past.device_id.0),
                    Cell::Big(Some(1_000_000 + seq)),
                    Cell::Uuid(past.account_id.0),
                    text("visit.record"),
                    Cell::Big(Some(seq)),
                    text("applied"),
                    Cell::Big(Some(seq)),
                    Cell::Text(None),
                    text(""),
                    Cell::Big(Some(now.0)),
                ]);
                states.push(vec![
                    Cell::Uuid(door.id.0),
                    text(WARD),
                    Cell::Uuid(door.group_id.0),
                    Cell::Uuid(door.alley_id.0),
                    text(state.status.code()),
                    Cell::Bool(state.revisit),
                    Cell::Big(Some(state.visits)),
                    Cell::Text(state.last_outcome.map(|o| o.code().to_owned())),
                    Cell::Big(Some(now.0)),
                    Cell::Int(state.first_visited.map(|d| d.0)),
                    Cell::Int(state.first_contacted.map(|d| d.0)),
                    Cell::Int(state.first_served.map(|d| d.0)),
                    Cell::Int(on),
                    Cell::Text(band),
                    Cell::Big(Some(seq)),
                ]);
            }
            let groups = coverage.groups.iter().map(|(GroupId(id), t)| (*id, *t)).collect();
            let alleys = coverage.alleys.iter().map(|(AlleyId(id), t)| (*id, *t)).collect();
            let days = coverage.days.iter().map(|((group, day), t)| {
                vec![
                    Cell::Uuid(group.0),
                    Cell::Int(Some(day.0)),
                    text(WARD),
                    Cell::Big(Some(t.visits)),
                    Cell::Big(Some(t.hh_visited)),
                    Cell::Big(Some(t.hh_served)),
                ]
            });
            let hours = coverage.hours.iter().map(|((group, slot), t)| {
                let band = match slot.band {
                    TimeBand::Morning => "M",
                    TimeBand::Afternoon => "A",
                    TimeBand::Evening | TimeBand::Weekend => "E",
                };
                vec![
                    Cell::Uuid(group.0),
                    text(band),
                    Cell::Bool(slot.weekend),
                    text(WARD),
                    Cell::Big(Some(t.visits)),
                    Cell::Big(Some(t.contacts)),
                    Cell::Big(Some(t.missed)),
                ]
            });
            let merge_state: Vec<_> =
                STATE_COLUMNS.iter().skip(2).map(|(c, _)| format!("{c} = excluded.{c}")).collect();
            let rows = |table, columns: &[(&'static str, Kind)], merge: String, rows| Rows {
                table,
                columns: columns.to_vec(),
                merge,
                rows,
            };
            vec![
                rows("visit", &VISIT_COLUMNS, String::new(), visits),
                rows("op", &OP_COLUMNS, String::new(), ops),
                rows(
                    "household_state",
                    &STATE_COLUMNS,
                    format!("ON CONFLICT (household_id) DO UPDATE SET {}", merge_state.join(", ")),
                    states,
                ),
                rollup("rollup_group", "group_id", groups, now),
                rollup("rollup_alley", "alley_id", alleys, now),
                rows(
                    "rollup_day",
                    &DAY_COLUMNS,
                    "ON CONFLICT (group_id, day) DO UPDATE SET \
                     visits = rollup_day.visits + excluded.visits, \
                     hh_visited = rollup_day.hh_visited + excluded.hh_visited, \
                     hh_served = rollup_day.hh_served + excluded.hh_served"
                        .to_owned(),
                    days.collect(),
                ),
                rows(
                    "rollup_hour",
                    &HOUR_COLUMNS,
                    "ON CONFLICT (group_id, band, weekend) DO UPDATE SET \
                     visits = rollup_hour.visits + excluded.visits, \
                     contacts = rollup_hour.contacts + excluded.contacts, \
                     missed = rollup_hour.missed + excluded.missed"
                        .to_owned(),
                    hours.collect(),
                ),
            ]
        })
        .collect()
}

impl Rows {
    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// As SQLite likes it: a list of rows.
    async fn insert_sqlite(&self, db: &mut SqliteConnection) {
        let row = format!("({})", vec!["?"; self.columns.len()].join(", "));
        let sql = format!(
            "INSERT INTO {} ({}) VALUES {} {}",
            self.table,
            self.names(),
            vec![row; self.rows.len()].join(", "),
            self.merge
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for cell in self.rows.iter().flatten() {
            query = match cell {
                Cell::Uuid(v) => query.bind(v.as_bytes().as_slice()),
                Cell::Text(v) => query.bind(v),
                Cell::Int(v) => query.bind(v),
                Cell::Big(v) => query.bind(v),
                Cell::Bool(v) => query.bind(v),
                Cell::Json(v) => query.bind(v.as_ref().map(Value::to_string)),
            };
        }
        query.execute(db).await.expect("rows are written");
    }

    /// As PostgreSQL likes it: an array a column.
    async fn insert_postgres(&self, db: &mut PgConnection) {
        let kind = |kind: &Kind| match kind {
            Kind::Uuid | Kind::Text => "text",
            Kind::Int => "int4",
            Kind::Big => "int8",
            Kind::Bool => "bool",
            Kind::Json => "text",
        };
        let cast = |kind: &Kind| match kind {
            Kind::Uuid => "::uuid",
            Kind::Json => "::jsonb",
            _ => "",
        };
        let of = |f: &dyn Fn(usize, &Kind) -> String| {
            let each = self.columns.iter().enumerate().map(|(n, (_, kind))| f(n + 1, kind));
            each.collect::<Vec<_>>().join(", ")
        };
        let sql = format!(
            "INSERT INTO {} ({}) SELECT {} FROM UNNEST({}) AS r({}) {}",
            self.table,
            self.names(),
            of(&|n, k| format!("c{n}{}", cast(k))),
            of(&|n, k| format!("${n}::{}[]", kind(k))),
            of(&|n, _| format!("c{n}")),
            self.merge
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (n, (_, kind)) in self.columns.iter().enumerate() {
            let column = self.rows.iter().map(|row| &row[n]);
            query = match kind {
                Kind::Uuid | Kind::Text | Kind::Json => query.bind(
                    column
                        .map(|c| match c {
                            Cell::Uuid(v) => Some(v.to_string()),
                            Cell::Text(v) => v.clone(),
                            Cell::Json(v) => v.as_ref().map(Value::to_string),
                            _ => None,
                        })
                        .collect::<Vec<_>>(),
                ),
                Kind::Int => query.bind(
                    column
                        .map(|c| if let Cell::Int(v) = c { *v } else { None })
                        .collect::<Vec<_>>(),
                ),
                Kind::Big => query.bind(
                    column
                        .map(|c| if let Cell::Big(v) = c { *v } else { None })
                        .collect::<Vec<_>>(),
                ),
                Kind::Bool => {
                    query.bind(column.map(|c| matches!(c, Cell::Bool(true))).collect::<Vec<_>>())
                }
            };
        }
        query.execute(db).await.expect("rows are written");
    }
}

/// Writes batches into a fresh book and tells how long it took, each batch durable.
pub async fn write(shelf: &Shelf, batches: &[Batch]) -> Duration {
    let book = shelf.copy().await;
    let url = shelf.url(&book);
    let seq = format!("UPDATE ward SET seq = seq + 50 WHERE code = '{WARD}'");
    let began;
    match shelf.engine {
        Engine::Sqlite => {
            let mut db = SqliteConnection::connect(&url).await.expect("opens");
            for pragma in ["journal_mode = WAL", "synchronous = FULL", "cache_size = -32768"] {
                db.execute(AssertSqlSafe(format!("PRAGMA {pragma}"))).await.expect("is set");
            }
            began = tick();
            for batch in batches {
                db.execute("BEGIN IMMEDIATE").await.expect("begins");
                for rows in batch {
                    rows.insert_sqlite(&mut db).await;
                }
                db.execute(AssertSqlSafe(seq.clone())).await.expect("counts");
                db.execute("COMMIT").await.expect("is durable");
            }
        }
        Engine::Postgres => {
            let mut db = PgConnection::connect(&url).await.expect("opens");
            began = tick();
            for batch in batches {
                db.execute("BEGIN").await.expect("begins");
                for rows in batch {
                    rows.insert_postgres(&mut db).await;
                }
                db.execute(AssertSqlSafe(seq.clone())).await.expect("counts");
                db.execute("COMMIT").await.expect("is durable");
            }
        }
    }
    let took = began.elapsed();
    shelf.remove(&book).await;
    took
}
