//! Anything may be done to the register in any order: after every act the lines of the ledger add up to
//! the denominator and the rollups to a recount, and everything undone in reverse leaves the book as it
//! was.
//!
//! `GOCUA_SHUFFLES` sets how many sequences a database goes through, `GOCUA_SEED` where they begin.

use std::collections::BTreeMap;

use gocua_domain::address::{Address, Side};
use gocua_domain::desk::{RemovalReason, Standing};
use gocua_domain::edit::{Details, Field, Value};
use gocua_domain::ground::HouseRange;
use gocua_domain::id::{AlleyId, GroupId, HouseholdId, ImportId, OpId};
use gocua_domain::proposal::{DoorQuestion, DoorVerdict};
use gocua_domain::time::Day;
use gocua_store::{
    Act, Cut, DeskEdit, DeskEdited, DoorAnswer, DoorAnswered, DoorsAnswered, HouseholdFilter,
    HouseholdLine, ImportOptions, ImportRow, Naming, Removal, StoreError,
};
use gocua_tests::fixture::{self, STAFF, TEAM_1, VOLUNTEER, WARD};
use gocua_tests::{Engine, Phone, TestApp, fresh_id};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection};
use uuid::Uuid;

/// Acts of one sequence.
const ACTS: usize = 32;
const ALWAYS: (Day, Day) = (Day(19_000_101), Day(21_001_231));

/// How an act is taken back.
#[derive(Debug)]
enum Undo {
    Unmerge(HouseholdId),
    Restore(Vec<HouseholdId>),
    Ground,
    Move(HouseholdId, AlleyId),
    Edit(HouseholdId, Details, Details),
    Rename(GroupId, String),
    Import(ImportId),
}

struct Shuffle<'a> {
    app: &'a TestApp,
    dice: ChaCha8Rng,
    phone: Phone,
    device_seq: i64,
    undo: Vec<Undo>,
    done: Vec<String>,
}

/// A household without what visits say of it.
type Kept = (String, Uuid, Uuid, String, Option<String>, Option<String>, Option<i32>, Option<i32>);
type Standings = (Kept, Standing, Option<HouseholdId>);

impl Shuffle<'_> {
    fn act(&self) -> Act {
        Act::of(fixture::account(STAFF), self.app.now()).because("thử xáo trộn")
    }

    fn one<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        if all.is_empty() { None } else { Some(all[self.dice.random_range(0..all.len())].clone()) }
    }

    async fn all(&self) -> Vec<HouseholdLine> {
        let mut all = Vec::new();
        for standing in [Standing::Active, Standing::Merged, Standing::Removed] {
            let filter = HouseholdFilter { standing: Some(standing), ..HouseholdFilter::default() };
            let mut after: Option<String> = None;
            loop {
                let page = self
                    .app
                    .store()
                    .list_households(WARD, &filter, after.as_deref(), 60)
                    .await
                    .expect("a page");
                all.extend(page.households);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        all
    }

    async fn active(&mut self) -> Option<HouseholdLine> {
        let all = self.all().await;
        let active: Vec<_> =
            all.into_iter().filter(|h| h.entry.standing == Standing::Active).collect();
        self.one(&active)
    }

    async fn groups(&self) -> Vec<(GroupId, String)> {
        let groups = self.app.store().coverage(WARD).await.expect("coverage").groups;
        groups.into_iter().map(|g| (g.id, g.name)).collect()
    }

    async fn alleys(&self, group: GroupId) -> Vec<AlleyId> {
        let alleys = self.app.store().group_alleys(WARD, group).await.expect("alleys");
        alleys.into_iter().map(|a| a.id).collect()
    }

    /// One act, and how it is taken back if it is one that can be.
    async fn step(&mut self) -> Option<Undo> {
        let store = self.app.store();
        let act = self.act();
        let groups = self.groups().await;
        let kind = self.dice.random_range(0..12);
        match kind {
            0 | 1 => {
                let door = self.active().await?;
                let outcomes =
                    ["NOT_HOME", "SERVED", "MOVED", "VACANT", "NOT_FOUND", "MET_NO_NEED"];
                let outcome = self.one(&outcomes)?;
                self.device_seq += 1;
                let op = json!({ "op_id": fresh_id(), "device_seq": self.device_seq,
                    "made_at": self.app.now(), "kind": "visit.record",
                    "payload": { "household_id": door.entry.id, "outcome": outcome } });
                let body = json!({ "device_id": self.phone.device, "app_version": "0.4.0",
                    "sent_at": self.app.now(), "queued": 1, "ops": [op] });
                assert_eq!(self.phone.post("/api/v1/sync/push", &body).await.status, 200);
                None
            }
            2 => {
                let (_, name) = self.one(&groups)?;
                let mut rows: Vec<ImportRow> =
                    (0..self.dice.random_range(1..6)).map(|_| row(&mut self.dice, &name)).collect();
                // Homes the register has already come with the list too, now with a place.
                for _ in 0..4 {
                    let known = self.active().await?.entry;
                    rows.push(ImportRow {
                        group: Some(known.group.1),
                        head_name: known.head,
                        code: Some(known.code),
                        ..row(&mut self.dice, "")
                    });
                }
                store.import(WARD, &rows, wet(act)).await.expect("imported");
                self.hold_everything().await;
                Some(Undo::Import(store.imports(WARD).await.expect("imports").first()?.id))
            }
            3 => {
                let (a, b) = (self.active().await?.entry.id, self.active().await?.entry.id);
                allowed(store.merge_households(WARD, a, b, &act).await)?;
                Some(Undo::Unmerge(a))
            }
            4 => {
                let ids = vec![self.active().await?.entry.id, self.active().await?.entry.id];
                let why = RemovalReason::Demolished;
                match allowed(store.remove_households(WARD, &ids, why, &act).await)? {
                    Removal::Done(_) => Some(Undo::Restore(ids)),
                    Removal::TooMany => None,
                }
            }
            5 | 6 => {
                let asked = store.asked_doors(WARD).await.expect("asked").doors;
                let first = self.one(&asked)?;
                let many = kind == 6;
                let chosen: Vec<_> = asked
                    .iter()
                    .filter(|d| if many { d.question == first.question } else { *d == &first })
                    .filter(|d| d.question != DoorQuestion::NewHouse && d.of.is_none())
                    .collect();
                let verdict = self.one(&[DoorVerdict::Approve, DoorVerdict::Refuse])?;
                let answers: Vec<DoorAnswer> = chosen
                    .iter()
                    .map(|d| DoorAnswer {
                        household: d.household.id,
                        verdict,
                        question: Some(d.question),
                        at: Some(d.at),
                        reason: "tổ trưởng xác nhận".into(),
                        date: None,
                        by: fixture::account(STAFF),
                        now: self.app.now(),
                    })
                    .collect();
                if many {
                    let DoorsAnswered::Done { done, late, .. } =
                        store.answer_doors(WARD, &answers).await.expect("answered")
                    else {
                        panic!("today is a day")
                    };
                    assert_eq!((done.len(), late), (answers.len(), Vec::new()));
                } else {
                    let done = store.answer_door(WARD, answers.first()?).await.expect("answered");
                    assert!(matches!(done, DoorAnswered::Done(_)));
                }
                let ids = answers.iter().map(|a| a.household).collect();
                (verdict == DoorVerdict::Approve).then_some(Undo::Restore(ids))
            }
            7 => {
                let (from, into) = (self.one(&groups)?.0, self.one(&groups)?.0);
                allowed(store.merge_groups(WARD, from, into, &act).await)?;
                Some(Undo::Ground)
            }
            8 => {
                let (group, _) = self.one(&groups)?;
                let mut alleys = self.alleys(group).await;
                let cut_one = self.one(&alleys)?;
                alleys.retain(|a| *a != cut_one && self.dice.random_bool(0.3));
                let side = self.one(&[None, Some(Side::Odd), Some(Side::Even)])?;
                let from = self.dice.random_range(1..20);
                let ranges = vec![HouseRange { alley: cut_one, from: Some(from), to: None, side }];
                let name = format!("Tổ mới {}", self.done.len());
                let cut = Cut { name, alleys, ranges };
                allowed(store.split_group(WARD, group, &cut, &act).await)?;
                Some(Undo::Ground)
            }
            9 => {
                let door = self.active().await?;
                let (group, _) = self.one(&groups)?;
                let alleys = self.alleys(group).await;
                let to = self.one(&alleys)?;
                let from = door.entry.alley.0;
                allowed(store.move_household(WARD, door.entry.id, to, &act).await)?;
                (from != to).then_some(Undo::Move(door.entry.id, from))
            }
            10 => {
                let door = self.active().await?;
                let members = Value::Number(self.dice.random_range(1..9));
                let landmark = Value::Text(format!("cạnh cây số {}", self.done.len()));
                let set: Details = [(Field::Members, members), (Field::Landmark, landmark)].into();
                let was: Details = [
                    (Field::Members, Value::number(door.members)),
                    (Field::Landmark, Value::text(door.entry.landmark.as_deref())),
                ]
                .into();
                self.edit(door.entry.id, set.clone(), was.clone()).await;
                Some(Undo::Edit(door.entry.id, was, set))
            }
            _ => {
                let (group, name) = self.one(&groups)?;
                let new = format!("{name} {}", self.done.len());
                self.rename(group, &new).await;
                Some(Undo::Rename(group, name))
            }
        }
    }

    async fn edit(&self, household: HouseholdId, set: Details, was: Details) {
        let edit = DeskEdit {
            id: OpId(fresh_id()),
            set,
            was,
            device: gocua_domain::id::DeviceId(self.phone.device),
        };
        let done = self.app.store().edit_household(WARD, household, &edit, &self.act()).await;
        assert!(matches!(done.expect("edited"), DeskEdited::Done(_)), "nobody else was faster");
    }

    async fn rename(&self, group: GroupId, name: &str) {
        let naming = Naming { name: name.into(), aliases: Vec::new(), former_ward: None };
        self.app.store().name_group(WARD, group, &naming, &self.act()).await.expect("renamed");
    }

    async fn take_back(&mut self, undo: Undo) {
        let (store, act) = (self.app.store(), self.act());
        match undo {
            Undo::Unmerge(id) => {
                store.unmerge_household(WARD, id, &act).await.expect("apart");
            }
            Undo::Restore(ids) => {
                store.restore_households(WARD, &ids, &act).await.expect("restored");
            }
            Undo::Ground => {
                let changes = store.ground_changes(WARD).await.expect("changes");
                let last = changes.iter().find(|c| c.kind.moves() && c.undone_at.is_none());
                let last = last.expect("a change");
                assert!(last.undoable, "the latest can always be taken back");
                store.undo_ground(WARD, last.id, &act).await.expect("taken back");
            }
            Undo::Move(id, alley) => {
                store.move_household(WARD, id, alley, &act).await.expect("moved back");
            }
            Undo::Edit(id, set, was) => self.edit(id, set, was).await,
            Undo::Rename(id, name) => self.rename(id, &name).await,
            Undo::Import(id) => {
                let by = fixture::account(STAFF);
                store.undo_import(WARD, id, by, self.app.now()).await.expect("taken back");
            }
        }
    }

    /// The volunteer's team holds every alley, so that every knock is in reach.
    async fn hold_everything(&self) {
        for (group, _) in self.groups().await {
            let alleys = self.app.store().group_alleys(WARD, group).await.expect("alleys");
            for alley in alleys.iter().filter(|a| a.team.is_none()) {
                let by = fixture::account(STAFF);
                self.app
                    .store()
                    .assign(WARD, alley.id, Some(TEAM_1), false, by, self.app.now())
                    .await
                    .expect("assigned");
            }
        }
    }

    /// What must always hold.
    async fn holds(&self, thoroughly: bool) {
        let store = self.app.store();
        let coverage = store.coverage(WARD).await.expect("coverage");
        let ledger = store.ledger(WARD, None, ALWAYS).await.expect("ledger");
        let told: i64 = ledger.lines.iter().map(|line| line.delta).sum();
        let all = &self.done;
        assert_eq!(ledger.after, coverage.total.hh_total, "{all:#?}");
        assert!(ledger.more || told == ledger.after - ledger.before, "{all:#?}");
        if thoroughly {
            for group in &coverage.groups {
                let lines = store.ledger(WARD, Some(group.id), ALWAYS).await.expect("ledger");
                assert_eq!(lines.after, group.tally.hh_total, "{} {all:#?}", group.name);
            }
            let report = store.verify(WARD).await.expect("verifies");
            assert!(report.drifts.is_empty(), "{:#?} after {all:#?}", report.drifts);
        }
    }

    async fn book(&self) -> Vec<(HouseholdId, Standings)> {
        let mut all: Vec<_> = self
            .all()
            .await
            .into_iter()
            .map(|h| {
                let e = h.entry;
                let kept = (
                    e.code,
                    e.alley.0.0,
                    e.group.0.0,
                    e.house_no,
                    e.landmark,
                    e.head,
                    h.members,
                    h.adults,
                );
                (e.id, (kept, e.standing, e.merged_into.map(|(id, _)| id)))
            })
            .collect();
        all.sort_by_key(|(id, _)| *id);
        all
    }
}

fn wet(act: Act) -> ImportOptions {
    ImportOptions { act, commit: true, new_groups: true, file: String::new() }
}

/// A household of a list, at a door that may be there already.
fn row(dice: &mut ChaCha8Rng, group: &str) -> ImportRow {
    let (lane, no) = (dice.random_range(0..4), dice.random_range(1..40));
    let street = ["Kim Đồng", "Nam Cao"][dice.random_range(0..2)];
    let address =
        if lane == 0 { format!("{no} {street}") } else { format!("{}/{no} {street}", lane * 2) };
    ImportRow {
        place: "tờ 1!1".into(),
        group: Some(group.to_owned()),
        address: Address::parse(&address),
        head_name: Some(format!("Phạm Thị Thử {}", dice.random_range(0..500))),
        members: None,
        adults: None,
        code: None,
        point: dice.random_bool(0.7).then(|| {
            let mut degree = |from: f64| from + f64::from(dice.random_range(0..900)) / 100_000.0;
            (degree(106.0), degree(21.0))
        }),
    }
}

/// Where each household stands, and who said so.
async fn points(
    app: &TestApp,
) -> BTreeMap<HouseholdId, (Option<f64>, Option<f64>, Option<String>)> {
    let from =
        |id: &str| AssertSqlSafe(format!("SELECT {id}, lon, lat, point_source FROM household"));
    let url = app.database_url();
    type Line = (String, Option<f64>, Option<f64>, Option<String>);
    let lines: Vec<Line> = match app.store().engine() {
        Engine::Sqlite => {
            let mut db = sqlx::SqliteConnection::connect(url).await.expect("opens");
            sqlx::query_as(from("hex(id)")).fetch_all(&mut db).await.expect("rows")
        }
        Engine::Postgres => {
            let mut db = sqlx::PgConnection::connect(url).await.expect("opens");
            sqlx::query_as(from("id::text")).fetch_all(&mut db).await.expect("rows")
        }
    };
    lines
        .into_iter()
        .map(|(id, lon, lat, source)| {
            (HouseholdId(Uuid::parse_str(&id).expect("an id")), (lon, lat, source))
        })
        .collect()
}

/// What may be refused is refused by a conflict and by nothing else.
fn allowed<T>(done: Result<T, StoreError>) -> Option<T> {
    match done {
        Ok(done) => Some(done),
        Err(StoreError::Conflict(_)) => None,
        Err(other) => panic!("{other}"),
    }
}

async fn shuffle(engine: Engine, seed: u64) {
    let app = &TestApp::start(engine).await;
    let phone = app.signed_in(VOLUNTEER).await;
    let dice = ChaCha8Rng::seed_from_u64(seed);
    let mut shuffle =
        Shuffle { app, dice, phone, device_seq: 0, undo: Vec::new(), done: Vec::new() };
    let rows: Vec<ImportRow> =
        (0..60).map(|n| row(&mut shuffle.dice, ["Tổ dân phố 1", "Kỳ", "Tường"][n % 3])).collect();
    app.store().import(WARD, &rows, wet(shuffle.act())).await.expect("imported");
    shuffle.hold_everything().await;
    let before = shuffle.book().await;
    let stood = points(app).await;
    let named = shuffle.groups().await;
    for n in 0..ACTS {
        // Short enough for the phone to stay signed in.
        app.pass(10_000);
        if shuffle.dice.random_bool(0.1)
            && let Some(undo) = shuffle.undo.pop()
        {
            shuffle.done.push(format!("back: {undo:?}"));
            shuffle.take_back(undo).await;
        } else {
            let undo = shuffle.step().await;
            shuffle.done.push(format!("{undo:?}"));
            shuffle.undo.extend(undo);
        }
        shuffle.holds(n % 8 == 7).await;
    }
    while let Some(undo) = shuffle.undo.pop() {
        shuffle.done.push(format!("back: {undo:?}"));
        shuffle.take_back(undo).await;
        shuffle.holds(false).await;
    }
    shuffle.holds(true).await;
    let after = shuffle.book().await;
    for (id, was) in &before {
        let is = after.iter().find(|(other, _)| other == id).map(|(_, is)| is);
        assert_eq!(is, Some(was), "seed {seed}: {:#?}", shuffle.done);
    }
    let stand = points(app).await;
    for (id, was) in &stood {
        assert_eq!(stand.get(id), Some(was), "seed {seed}: {id:?} {:#?}", shuffle.done);
    }
    assert_eq!(shuffle.groups().await, named, "seed {seed}: {:#?}", shuffle.done);
}

fn seeds() -> std::ops::Range<u64> {
    let set = |name: &str, or: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or)
    };
    let first = set("GOCUA_SEED", 2_026);
    first..first + set("GOCUA_SHUFFLES", 2)
}

#[actix_web::test]
async fn anything_undone_in_reverse_leaves_the_book_as_it_was_sqlite() {
    for seed in seeds() {
        shuffle(Engine::Sqlite, seed).await;
    }
}

#[actix_web::test]
async fn anything_undone_in_reverse_leaves_the_book_as_it_was_postgres() {
    for seed in seeds() {
        shuffle(Engine::Postgres, seed).await;
    }
}
