//! The register in the ward's hands: whatever is merged, removed or joined can be taken back, and the
//! figures follow every time.

use gocua_domain::coverage::Tally;
use gocua_domain::desk::RemovalReason;
use gocua_domain::id::{DeviceId, HouseholdId, OpId, VisitId};
use gocua_domain::sync::{Op, OpOutcome, PushRequest, Sender};
use gocua_domain::time::Millis;
use gocua_store::{Act, Batch, ImportOptions, ImportRow, Removal, StoreError};
use gocua_tests::fixture::{
    self, FAR_LANE, GROUP_1, GROUP_2, HOUSEHOLDS, STAFF, TEAM_1, TEAM_2, VOLUNTEER, WARD,
};
use gocua_tests::{Engine, Phone, START, TestApp, fresh_id, on_both};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

/// Every row of a table as text, some columns left out, in an order of their own.
async fn rows(app: &TestApp, table: &str, without: &[&str]) -> Vec<String> {
    use sqlx::{AssertSqlSafe, Connection};
    let chosen = |columns: Vec<String>, text: fn(&str) -> String| {
        assert!(!columns.is_empty(), "{table} has columns");
        let kept = columns.iter().filter(|c| !without.contains(&c.as_str()));
        kept.map(|c| text(c)).collect::<Vec<_>>().join(" || ' ' || ")
    };
    if app.store().engine() == Engine::Postgres {
        let mut db = sqlx::PgConnection::connect(app.database_url()).await.expect("connects");
        let columns = sqlx::query_scalar(
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = $1 ORDER BY 1",
        );
        let columns = columns.bind(table).fetch_all(&mut db).await.expect("columns");
        let line = chosen(columns, |c| format!("quote_nullable(\"{c}\"::text)"));
        let sql = AssertSqlSafe(format!("SELECT {line} FROM \"{table}\" ORDER BY 1"));
        sqlx::query_scalar(sql).fetch_all(&mut db).await.expect("rows")
    } else {
        let mut db = sqlx::SqliteConnection::connect(app.database_url()).await.expect("connects");
        let columns = sqlx::query_scalar("SELECT name FROM pragma_table_info($1) ORDER BY 1");
        let columns = columns.bind(table).fetch_all(&mut db).await.expect("columns");
        let line = chosen(columns, |c| format!("quote(\"{c}\")"));
        let sql = AssertSqlSafe(format!("SELECT {line} FROM \"{table}\" ORDER BY 1"));
        sqlx::query_scalar(sql).fetch_all(&mut db).await.expect("rows")
    }
}

/// Everything the register must leave as it was once a change is taken back; numbers of changes go on.
async fn history(app: &TestApp) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for table in ["visit", "op", "household", "household_state", "alley", "rollup_day"] {
        all.push(rows(app, table, if table == "op" { &[] } else { &["seq"] }).await);
    }
    all
}

async fn total(app: &TestApp) -> Tally {
    app.store().coverage(WARD).await.expect("coverage").total
}

async fn verified(app: &TestApp) {
    let report = app.store().verify(WARD).await.expect("verifies");
    assert!(report.drifts.is_empty(), "{:#?}", report.drifts);
}

fn cursor(answer: &Value) -> String {
    answer["cursor"].as_str().expect("a cursor").to_owned()
}

/// What became of the one operation pushed.
fn fate(answer: &gocua_tests::Answer) -> Value {
    answer.json()["results"][0].clone()
}

async fn change(desk: &Phone, path: &str, body: Value) -> i64 {
    let answer = desk.post(path, &body).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()["seq"].as_i64().expect("a number")
}

async fn merge(desk: &Phone, double: HouseholdId, into: HouseholdId) -> i64 {
    change(desk, &format!("/api/v1/households/{double}/merge"), json!({ "into": into })).await
}

async fn unmerge(desk: &Phone, double: HouseholdId) -> i64 {
    change(desk, &format!("/api/v1/households/{double}/unmerge"), json!({})).await
}

async fn remove(desk: &Phone, ids: &[HouseholdId]) -> gocua_tests::Answer {
    desk.post("/api/v1/households/remove", &json!({ "ids": ids, "why": "demolished" })).await
}

/// A register of a new group, one household a row, doors 1 to `count` of its own ground.
fn register(group: &str, count: usize) -> Vec<ImportRow> {
    (1..=count)
        .map(|n| ImportRow {
            place: format!("tờ 1!{n}"),
            group: Some(group.to_owned()),
            address: gocua_domain::address::Address::parse(&n.to_string()),
            head_name: Some(format!("Phạm Thị Thử {n}")),
            members: Some(3),
            adults: Some(2),
            code: None,
            point: None,
        })
        .collect()
}

const WET: ImportOptions =
    ImportOptions { act: Act::program(START), commit: true, new_groups: true, file: String::new() };

async fn found(app: &TestApp, query: &str) -> Vec<(HouseholdId, String)> {
    let found = app.store().find_households(WARD, query).await.expect("found");
    found.into_iter().map(|h| (h.id, h.code)).collect()
}

on_both! {
    async fn a_double_counts_once_and_unmerging_leaves_the_book_as_it_was(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        for household in [HOUSEHOLDS[0], HOUSEHOLDS[1], HOUSEHOLDS[0]] {
            assert_eq!(fate(&phone.knock(household, app.now()).await)["outcome"], "applied");
        }
        let (before, counted) = (history(app).await, total(app).await);
        let since = cursor(&phone.pull(None).await.json());

        let seq = merge(&desk, HOUSEHOLDS[0], HOUSEHOLDS[1]).await;
        assert_eq!(app.store().ward_seq(WARD).await.expect("seq"), seq);
        let merged = total(app).await;
        assert_eq!((merged.hh_total, merged.hh_visited, merged.visits), (5, 1, 3));
        verified(app).await;
        let delta = phone.pull(Some(&since)).await.json();
        assert_eq!(delta["gone"]["households"], json!([HOUSEHOLDS[0]]));
        let door = delta["doors"].as_array().and_then(|d| d.iter().find(|d| d["id"] == json!(HOUSEHOLDS[1])));
        assert_eq!(door.expect("the other one")["visits"].as_array().map(Vec::len), Some(3));
        assert_eq!(merge(&desk, HOUSEHOLDS[0], HOUSEHOLDS[1]).await, seq, "once is enough");

        let since = cursor(&delta);
        let back = unmerge(&desk, HOUSEHOLDS[0]).await;
        assert!(back > seq);
        assert_eq!(history(app).await, before);
        assert_eq!(total(app).await, counted);
        let delta = phone.pull(Some(&since)).await.json();
        let mut visits: Vec<(Value, usize)> = delta["doors"].as_array().expect("doors").iter()
            .map(|d| (d["id"].clone(), d["visits"].as_array().map_or(0, Vec::len))).collect();
        visits.sort_by_key(|(id, _)| id.to_string());
        assert_eq!(visits, [(json!(HOUSEHOLDS[0]), 2), (json!(HOUSEHOLDS[1]), 1)]);
        assert!(delta["gone"].is_null(), "{delta}");
        assert_eq!(unmerge(&desk, HOUSEHOLDS[0]).await, back);
    }

    /// The two halves of a double may have been given to two teams.
    async fn a_double_in_another_groups_alley_moves_its_visits_there(app: &TestApp) {
        let mut one = app.signed_in(VOLUNTEER).await;
        let two = app.signed_in("volunteer2").await;
        let desk = app.signed_in(STAFF).await;
        one.knock(HOUSEHOLDS[2], app.now()).await;
        let before = history(app).await;
        let (since_1, since_2) =
            (cursor(&one.pull(None).await.json()), cursor(&two.pull(None).await.json()));
        merge(&desk, HOUSEHOLDS[2], HOUSEHOLDS[4]).await;
        let groups = app.store().coverage(WARD).await.expect("coverage").groups;
        let counted: Vec<_> = groups.iter().map(|g| (g.tally.hh_total, g.tally.visits)).collect();
        assert_eq!(counted, [(3, 0), (2, 1)]);
        let delta = one.pull(Some(&since_1)).await.json();
        assert_eq!(delta["gone"]["households"], json!([HOUSEHOLDS[2]]));
        let delta = two.pull(Some(&since_2)).await.json();
        assert_eq!(delta["doors"][0]["id"], json!(HOUSEHOLDS[4]));
        assert_eq!(delta["doors"][0]["visits"][0]["outcome"], "NOT_HOME");

        // Knocked before the phone knew of the merge: honest work, whoever holds the other alley.
        app.pass(60_000);
        let late = fate(&one.knock(HOUSEHOLDS[2], app.now()).await);
        assert_eq!(late["outcome"], "applied", "{late}");
        verified(app).await;
        let groups = app.store().coverage(WARD).await.expect("coverage").groups;
        assert_eq!(groups[1].tally.visits, 2);
        unmerge(&desk, HOUSEHOLDS[2]).await;
        let groups = app.store().coverage(WARD).await.expect("coverage").groups;
        let counted: Vec<_> = groups.iter().map(|g| (g.tally.hh_total, g.tally.visits)).collect();
        assert_eq!(counted, [(4, 2), (2, 0)], "the late knock was at the door of the double");
        assert_eq!(before[2], history(app).await[2], "the households are as they were");
        verified(app).await;
    }

    async fn what_cannot_be_taken_back_is_not_merged(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let [a, b, c, d, ..] = HOUSEHOLDS;
        let path = |id: HouseholdId| format!("/api/v1/households/{id}/merge");
        let itself = desk.post(&path(a), &json!({ "into": a })).await;
        assert_eq!((itself.status, itself.code()), (422, "invalid_field".into()));
        assert_eq!(itself.json()["errors"][0]["pointer"], "/into");
        let nobody = HouseholdId(fresh_id());
        assert_eq!(desk.post(&path(a), &json!({ "into": nobody })).await.code(), "not_found");
        assert_eq!(desk.post(&path(nobody), &json!({ "into": a })).await.code(), "not_found");
        merge(&desk, a, b).await;
        let before = (history(app).await, app.store().ward_seq(WARD).await.expect("seq"));
        for (double, into, why) in [
            (a, c, "merged elsewhere"), (c, a, "into a double"), (b, c, "it has doubles"),
        ] {
            let answer = desk.post(&path(double), &json!({ "into": into })).await;
            assert_eq!((answer.status, answer.code()), (409, "conflict".into()), "{why}");
        }
        assert_eq!(remove(&desk, &[a]).await.code(), "conflict", "a double is told apart first");
        assert_eq!((history(app).await, app.store().ward_seq(WARD).await.expect("seq")), before);
        // Two doubles of one household are no chain.
        merge(&desk, c, b).await;
        assert_eq!(total(app).await.hh_total, 4);
        assert_eq!(remove(&desk, &[d]).await.status, 200);
        for (double, into) in [(d, b), (b, d)] {
            assert_eq!(desk.post(&path(double), &json!({ "into": into })).await.code(), "conflict");
        }
        // The household the doubles count for leaves, and comes back, with them.
        assert_eq!(remove(&desk, &[b]).await.status, 200);
        verified(app).await;
        unmerge(&desk, c).await;
        verified(app).await;
        assert_eq!(total(app).await.hh_total, 3);
    }

    async fn removed_households_leave_the_figures_and_come_back_as_they_were(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        phone.knock(HOUSEHOLDS[0], app.now()).await;
        let (before, counted) = (history(app).await, total(app).await);
        let since = cursor(&phone.pull(None).await.json());

        let answer = remove(&desk, &[HOUSEHOLDS[0], HOUSEHOLDS[2], HOUSEHOLDS[0]]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let left = total(app).await;
        assert_eq!((left.hh_total, left.hh_visited, left.visits), (4, 0, 1));
        let delta = phone.pull(Some(&since)).await.json();
        let mut gone = delta["gone"]["households"].as_array().cloned().expect("gone");
        gone.sort_by_key(Value::to_string);
        assert_eq!(gone, [json!(HOUSEHOLDS[0]), json!(HOUSEHOLDS[2])]);
        // A reason is kept; a second removal changes neither it nor the time.
        let state = app.store().find_households(WARD, "THU-0000").await.expect("found").remove(0);
        assert_eq!(state.standing, gocua_domain::desk::Standing::Removed);
        let kept = rows(app, "household", &[]).await;
        assert!(kept.iter().any(|row| row.contains("'demolished'")));
        app.pass(60_000);
        assert_eq!(remove(&desk, &[HOUSEHOLDS[0]]).await.status, 200);
        assert_eq!(rows(app, "household", &[]).await, kept);

        let since = cursor(&delta);
        let ids = json!({ "ids": [HOUSEHOLDS[0], HOUSEHOLDS[2], HOUSEHOLDS[5]] });
        let seq = change(&desk, "/api/v1/households/restore", ids.clone()).await;
        assert_eq!(history(app).await, before);
        assert_eq!(total(app).await, counted);
        let delta = phone.pull(Some(&since)).await.json();
        assert_eq!(delta["doors"].as_array().map(Vec::len), Some(2));
        assert_eq!(change(&desk, "/api/v1/households/restore", ids).await, seq);
        let unknown = json!({ "ids": [HOUSEHOLDS[1], fresh_id()], "why": "error" });
        assert_eq!(desk.post("/api/v1/households/remove", &unknown).await.code(), "not_found");
        assert_eq!(total(app).await, counted, "all of them or none");
    }

    async fn a_mass_removal_is_refused_and_a_days_share_is_not(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        app.store().import(WARD, &register("Trại Sen", 60), WET).await.expect("import");
        let ids: Vec<HouseholdId> = app.store().find_households(WARD, "pham thi thu").await
            .expect("found").into_iter().map(|h| h.id).collect();
        assert_eq!(ids.len(), 20);
        let before = total(app).await;
        let too_many: Vec<HouseholdId> = ids.iter().copied().chain([HOUSEHOLDS[0]]).collect();
        let answer = remove(&desk, &too_many).await;
        assert_eq!((answer.status, answer.code()), (422, "mass_removal".into()));
        assert_eq!(total(app).await, before, "nothing was removed");
        assert_eq!(remove(&desk, &ids).await.status, 200);
        app.pass(24 * HOUR - 1);
        let desk = app.signed_in(STAFF).await;
        assert_eq!(remove(&desk, &HOUSEHOLDS[..1]).await.code(), "mass_removal");
        // What came back is not counted as gone.
        change(&desk, "/api/v1/households/restore", json!({ "ids": [ids[0]] })).await;
        assert_eq!(remove(&desk, &HOUSEHOLDS[..1]).await.status, 200);
        assert_eq!(remove(&desk, &ids[..1]).await.code(), "mass_removal");
        app.pass(1);
        assert_eq!(remove(&desk, &ids[..1]).await.status, 200);
        verified(app).await;
    }

    async fn a_merged_group_goes_into_the_other_with_all_it_has(app: &TestApp) {
        let mut phone = app.signed_in("volunteer2").await;
        let desk = app.signed_in(STAFF).await;
        phone.knock(HOUSEHOLDS[4], app.now()).await;
        let visits = rows(app, "visit", &[]).await;
        let since = cursor(&phone.pull(None).await.json());
        let path = |id| format!("/api/v1/groups/{id}/merge");
        let seq = change(&desk, &path(GROUP_2), json!({ "into": GROUP_1, "reason": "sắp xếp lại" })).await;
        assert_eq!(change(&desk, &path(GROUP_2), json!({ "into": GROUP_1, "reason": "sắp xếp lại" })).await, seq);

        let book = app.store().coverage(WARD).await.expect("coverage");
        let groups: Vec<_> = book.groups.iter()
            .map(|g| (g.id, g.tally.hh_total, g.tally.visits, g.alleys, g.teams.len())).collect();
        assert_eq!(groups, [(GROUP_1, 6, 1, 3, 2)]);
        assert_eq!(app.store().trend(WARD, Some(GROUP_2)).await.expect("trend"), []);
        assert_eq!(app.store().trend(WARD, Some(GROUP_1)).await.expect("trend").len(), 1);
        let shapes = desk.get("/api/v1/coverage/boundary").await.json();
        let shapes = shapes["features"].as_array().expect("features");
        assert_eq!(shapes.len(), 2, "the ward and one group");
        assert_eq!(shapes[1]["geometry"]["type"], "MultiPolygon");
        assert_eq!(desk.get(&format!("/api/v1/groups/{GROUP_2}/alleys")).await.code(), "not_found");
        let alleys = desk.get(&format!("/api/v1/groups/{GROUP_1}/alleys")).await.json();
        assert_eq!(alleys["alleys"].as_array().map(Vec::len), Some(3));
        assert_eq!(rows(app, "visit", &[]).await, visits, "history stays as it was written");
        verified(app).await;

        let delta = phone.pull(Some(&since)).await.json();
        assert_eq!(delta["alleys"][0]["id"], json!(FAR_LANE));
        assert_eq!(delta["alleys"][0]["group_id"], json!(GROUP_1));
        assert_eq!(delta["groups"][0]["outline"].as_array().map(Vec::len), Some(2));
        assert_eq!(fate(&phone.knock(HOUSEHOLDS[5], app.now()).await)["outcome"], "applied");
        verified(app).await;

        for (from, into, status, code) in [
            (GROUP_1, GROUP_1, 422, "invalid_field"),
            (GROUP_1, GROUP_2, 409, "conflict"),
            (GROUP_1, gocua_domain::id::GroupId(fresh_id()), 404, "not_found"),
        ] {
            let body = json!({ "into": into, "reason": "sắp xếp lại" });
            let answer = desk.post(&path(from), &body).await;
            assert_eq!((answer.status, answer.code()), (status, code.into()));
        }
    }

    async fn whoever_looked_after_a_merged_group_looks_after_the_other(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        change(&desk, &format!("/api/v1/groups/{GROUP_1}/merge"), json!({ "into": GROUP_2, "reason": "sắp xếp lại" })).await;
        let coordinator = app.signed_in("tdp_coordinator").await;
        let seen = coordinator.get("/api/v1/coverage").await.json();
        assert_eq!(seen["groups"][0]["id"], json!(GROUP_2));
        assert_eq!(seen["total"]["hh_total"], 6);
    }

    /// The register is what the ward decided, not what the file still says.
    async fn an_import_brings_nothing_back_and_knows_merged_groups(app: &TestApp) {
        let store = app.store();
        let file = register("Trại Sen", 12);
        store.import(WARD, &file, WET).await.expect("import");
        let doors = found(app, "pham thi thu 12").await;
        let gone = doors.iter().map(|(id, _)| *id).collect::<Vec<_>>();
        assert_eq!(gone.len(), 1, "{doors:?}");
        let removed = store.remove_households(WARD, &gone, RemovalReason::Demolished, &Act::program(app.now())).await;
        assert!(matches!(removed, Ok(Removal::Done(_))), "{removed:?}");
        let [(a, _), (b, _)] = [found(app, "pham thi thu 5").await.remove(0), found(app, "pham thi thu 6").await.remove(0)];
        store.merge_households(WARD, a, b, &Act::program(app.now())).await.expect("merged");
        let before = total(app).await;
        let again = store.import(WARD, &file, WET).await.expect("import again");
        assert_eq!((again.added, again.unchanged, again.refused.len()), (0, 12, 0), "{again:?}");
        assert_eq!(total(app).await, before);
        // A new household does not get the code of the one that left.
        let longer = store.import(WARD, &register("Trại Sen", 13), WET).await.expect("import");
        assert_eq!(longer.added, 1, "{longer:?}");

        let group = store.coverage(WARD).await.expect("coverage").groups.pop().expect("Trại Sen").id;
        store.merge_groups(WARD, group, GROUP_1, &Act::program(app.now())).await.expect("merged");
        let moved = store.import(WARD, &register("Trại Sen", 14), WET).await.expect("import");
        assert_eq!((moved.added, moved.groups_added.len(), moved.alleys_added), (1, 0, 0), "{moved:?}");
        let groups = store.coverage(WARD).await.expect("coverage").groups;
        assert_eq!(groups.len(), 2, "no group of the old name");
        verified(app).await;
    }

    /// A street that runs through two groups is two alleys; after their merge its doors are still known.
    async fn an_import_knows_the_doors_of_a_street_two_groups_shared(app: &TestApp) {
        let store = app.store();
        let street = |group: &str, first: usize| {
            let mut rows = register(group, 4);
            for (row, no) in rows.iter_mut().zip(first..) {
                let lane = if no % 2 == 0 { "" } else { " ngõ 9" };
                row.address = gocua_domain::address::Address::parse(&format!("{no}{lane} Nguyễn Trãi"));
            }
            rows
        };
        let (one, other) = (street("Trại Sen", 10), street("Trại Hồng", 20));
        for file in [&one, &other] {
            assert_eq!(store.import(WARD, file, WET).await.expect("import").added, 4);
        }
        let groups = store.coverage(WARD).await.expect("coverage").groups;
        let [.., from, into] = groups.as_slice() else { panic!("four groups: {groups:?}") };
        store.merge_groups(WARD, from.id, into.id, &Act::program(app.now())).await.expect("merged");
        for file in [&one, &other] {
            let again = store.import(WARD, file, WET).await.expect("import again");
            assert_eq!((again.added, again.unchanged, again.alleys_added), (0, 4, 0), "{again:?}");
        }
    }

    async fn the_desk_finds_a_household_by_what_it_has_at_hand(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        app.store().import(WARD, &register("Trại Sen", 30), WET).await.expect("import");
        let ask = async |q: &str| {
            let answer = desk.post("/api/v1/households/search", &json!({ "q": q })).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            answer.json()["households"].as_array().cloned().expect("households")
        };
        let all = ask("phạm thị thử").await;
        assert_eq!(all.len(), 20, "no more than a screen of them");
        let one = ask("PHAM Thử trại-sen 30").await;
        assert_eq!(one.len(), 1);
        assert_eq!(one[0]["head"], "Phạm Thị Thử 30");
        assert_eq!((&one[0]["no"], &one[0]["state"]), (&json!("30"), &json!("active")));
        assert_eq!(one[0]["group"]["name"], "Trại Sen");
        assert!(ask("trại sen không có").await.is_empty(), "every word must be there");
        assert_eq!(ask("traij sen").await.len(), 20, "the keyboard's Vietnamese mode was off");
        let by_code = ask(one[0]["code"].as_str().expect("a code")).await;
        assert_eq!(by_code, one);
        for nothing in ["", "  ", "%", "_", "'", "-- ;"] {
            assert!(ask(nothing).await.is_empty(), "{nothing:?}");
        }
        let mut phone = app.signed_in(VOLUNTEER).await;
        phone.knock(HOUSEHOLDS[0], app.now()).await;
        phone.knock(HOUSEHOLDS[1], app.now()).await;
        merge(&desk, HOUSEHOLDS[0], HOUSEHOLDS[1]).await;
        remove(&desk, &[HOUSEHOLDS[2]]).await;
        let thu = ask("thu-00 nguyen").await;
        let lines: Vec<Value> = thu.iter()
            .map(|h| json!([h["code"], h["state"], h["visits"], h["merged_into"]["code"]])).collect();
        assert_eq!(json!(lines), json!([
            ["THU-0001", "active", 2, null],
            ["THU-0003", "active", 0, null],
            ["THU-0004", "active", 0, null],
            ["THU-0005", "active", 0, null],
            ["THU-0000", "merged", 1, "THU-0001"],
            ["THU-0002", "removed", 0, null],
        ]));
    }

    async fn what_left_the_register_is_listed_the_latest_first(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let listed = async |what: Value| -> Vec<Value> {
            let answer = desk.post("/api/v1/households/search", &what).await.json();
            answer["households"].as_array().expect("households").iter().map(|h| h["code"].clone()).collect()
        };
        for household in &HOUSEHOLDS[..2] {
            assert_eq!(remove(&desk, &[*household]).await.status, 200);
        }
        merge(&desk, HOUSEHOLDS[2], HOUSEHOLDS[3]).await;
        assert_eq!(listed(json!({ "state": "removed" })).await, ["THU-0001", "THU-0000"]);
        assert_eq!(listed(json!({ "state": "merged" })).await, ["THU-0002"]);
        for nothing in [json!({}), json!({ "q": "" }), json!({ "state": "active" })] {
            assert!(listed(nothing.clone()).await.is_empty(), "{nothing}");
        }
        unmerge(&desk, HOUSEHOLDS[2]).await;
        assert!(listed(json!({ "state": "merged" })).await.is_empty());
    }

    async fn the_figures_hold_whatever_the_order_of_visits_and_changes(app: &TestApp) {
        for seed in 1..=SEEDS {
            let app = TestApp::start(app.store().engine()).await;
            let mut walk = Walk::new(&app, seed);
            for step in 0..STEPS {
                let done = walk.step().await;
                walk.check(&format!("seed {seed}, step {step} ({done})")).await;
            }
            for household in HOUSEHOLDS {
                app.store().unmerge_household(WARD, household, &Act::program(app.now())).await.expect("told apart");
            }
            app.store().restore_households(WARD, &HOUSEHOLDS, &Act::program(app.now())).await.expect("restored");
            walk.check(&format!("seed {seed}, all undone")).await;
            assert_eq!(total(&app).await.hh_total, 6, "seed {seed}");
        }
    }
}

const SEEDS: u64 = 3;
const STEPS: usize = 50;

/// A walk through the book that one number decides: visits and changes of the register in any order.
struct Walk<'a> {
    app: &'a TestApp,
    dice: u64,
    now: Millis,
    devices: [(DeviceId, i64); 2],
    /// Visits in the book: who made each (0 or 1), and whether it still counts.
    visits: Vec<(VisitId, usize, bool)>,
}

impl<'a> Walk<'a> {
    fn new(app: &'a TestApp, seed: u64) -> Self {
        let device = || (DeviceId(fresh_id()), 0);
        let dice = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self { app, dice, now: app.now(), devices: [device(), device()], visits: Vec::new() }
    }

    /// SplitMix64.
    fn roll(&mut self, sides: usize) -> usize {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    fn door(&mut self) -> HouseholdId {
        HOUSEHOLDS[self.roll(HOUSEHOLDS.len())]
    }

    /// No rollup row has drifted, and no visit is lost or counted twice.
    async fn check(&self, what: &str) {
        let report = self.app.store().verify(WARD).await.expect("verifies");
        assert!(report.drifts.is_empty(), "{what}: {:#?}", report.drifts);
        let standing = self.visits.iter().filter(|(.., counts)| *counts).count() as i64;
        assert_eq!(total(self.app).await.visits, standing, "{what}");
    }

    async fn step(&mut self) -> String {
        self.now = self.now.plus(60_000);
        match self.roll(16) {
            0..=4 => self.knock().await,
            5 => self.withdraw().await,
            6 | 7 => self.correct().await,
            8..=10 => {
                let (of, to) = (self.door(), self.door());
                let done =
                    self.app.store().merge_households(WARD, of, to, &Act::program(self.now)).await;
                said(&format!("merge {of} into {to}"), &done.map(drop))
            }
            11 => {
                let of = self.door();
                let done =
                    self.app.store().unmerge_household(WARD, of, &Act::program(self.now)).await;
                said(&format!("unmerge {of}"), &done.map(drop))
            }
            12 | 13 => {
                let ids = [self.door(), self.door()];
                let why = RemovalReason::Error;
                let done = self
                    .app
                    .store()
                    .remove_households(WARD, &ids, why, &Act::program(self.now))
                    .await;
                said(&format!("remove {ids:?}"), &done.map(drop))
            }
            14 => {
                let ids = [self.door(), self.door()];
                let done =
                    self.app.store().restore_households(WARD, &ids, &Act::program(self.now)).await;
                said(&format!("restore {ids:?}"), &done.map(drop))
            }
            // Once joined the groups stay so: late enough to have had a life of their own.
            _ => {
                let joins = self.roll(6) == 0;
                let (from, into) =
                    if self.roll(2) == 0 { (GROUP_1, GROUP_2) } else { (GROUP_2, GROUP_1) };
                if !joins {
                    return "rest".to_owned();
                }
                let done =
                    self.app.store().merge_groups(WARD, from, into, &Act::program(self.now)).await;
                said(&format!("merge group {from} into {into}"), &done.map(drop))
            }
        }
    }

    async fn knock(&mut self) -> String {
        let outcomes = ["SERVED", "NOT_HOME", "MET_DECLINED", "VACANT", "MET_NO_NEED", "NOT_FOUND"];
        let (door, outcome) = (self.door(), outcomes[self.roll(outcomes.len())]);
        let who = usize::from(HOUSEHOLDS[4..].contains(&door));
        let payload = json!({ "household_id": door, "outcome": outcome });
        let (op, fate) = self.push(who, "visit.record", payload).await;
        if fate == OpOutcome::Applied {
            self.visits.push((VisitId(op.0), who, true));
        }
        format!("{outcome} at {door}: {fate:?}")
    }

    async fn withdraw(&mut self) -> String {
        let Some(at) = self.visit() else { return "nothing to withdraw".to_owned() };
        let (visit, who, _) = self.visits[at];
        let (_, fate) = self.push(who, "visit.withdraw", json!({ "visit_id": visit })).await;
        if fate == OpOutcome::Applied {
            self.visits[at].2 = false;
        }
        format!("withdraw {visit}: {fate:?}")
    }

    async fn correct(&mut self) -> String {
        let Some(at) = self.visit() else { return "nothing to correct".to_owned() };
        let (visit, who, _) = self.visits[at];
        let door = self.door();
        let record = json!({ "household_id": door, "outcome": "PARTIAL" });
        let payload = json!({ "visit_id": visit, "why": "wrong_door", "record": record });
        let (_, fate) = self.push(who, "visit.correct", payload).await;
        format!("correct {visit} to {door}: {fate:?}")
    }

    fn visit(&mut self) -> Option<usize> {
        (!self.visits.is_empty()).then(|| self.roll(self.visits.len()))
    }

    async fn push(&mut self, who: usize, kind: &str, payload: Value) -> (OpId, OpOutcome) {
        let (device, seq) = &mut self.devices[who];
        *seq += 1;
        let op_id = OpId(fresh_id());
        let op = Op {
            op_id,
            device_seq: *seq,
            made_at: self.now,
            after: None,
            kind: kind.to_owned(),
            payload,
        };
        let sender = Sender {
            account: fixture::account([VOLUNTEER, "volunteer2"][who]),
            device: *device,
            team: Some([TEAM_1, TEAM_2][who]),
            disabled: false,
        };
        let push = PushRequest {
            device_id: *device,
            app_version: "0.2.0".to_owned(),
            sent_at: self.now,
            queued: 1,
            failed: 0,
            ops: vec![op.into()],
        };
        let batch = Batch { ward: WARD.to_owned(), sender, push, now: self.now, carried: false };
        let answer = self.app.store().push(batch).await.expect("pushed");
        (op_id, answer.results[0].outcome)
    }
}

/// A change that went through or was refused for a reason the register has; anything else is a fault.
fn said(what: &str, done: &Result<(), StoreError>) -> String {
    match done {
        Ok(()) => what.to_owned(),
        Err(StoreError::Conflict(why)) => format!("{what}: refused, {why}"),
        Err(other) => panic!("{what}: {other}"),
    }
}
