//! The register over time: groups named, merged, cut and put back; households listed, set and moved;
//! many doors answered at once; and what all of it did to the denominator.

use gocua_domain::address::Address;
use gocua_domain::ground::HouseRange;
use gocua_domain::id::GroupId;
use gocua_store::{Act, Cut, ImportOptions, ImportRow};
use gocua_tests::fixture::{
    FAR_LANE, GROUP_1, GROUP_2, HOUSEHOLDS, LANE, STAFF, STREET, VOLUNTEER, WARD, account,
};
use gocua_tests::{Answer, Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};

const TODAY: i64 = 20_261_122;

async fn done(desk: &Phone, path: &str, body: Value) -> Value {
    let answer = desk.post(&format!("/api/v1{path}"), &body).await;
    assert_eq!(answer.status, 200, "{path} {body}: {}", answer.text());
    answer.json()
}

async fn refused(desk: &Phone, path: &str, body: Value) -> (u16, String) {
    let answer: Answer = desk.post(&format!("/api/v1{path}"), &body).await;
    (answer.status, answer.code())
}

async fn groups(desk: &Phone, query: &str) -> Vec<String> {
    let answer = desk.get(&format!("/api/v1/groups{query}")).await.json();
    let all = answer["groups"].as_array().cloned().unwrap_or_default();
    all.iter()
        .map(|g| format!("{} {}", g["name"].as_str().unwrap_or_default(), g["households"]))
        .collect()
}

async fn listed(desk: &Phone, body: Value) -> Vec<String> {
    let page = done(desk, "/households/list", body).await;
    let all = page["households"].as_array().cloned().unwrap_or_default();
    all.iter().map(|h| h["code"].as_str().unwrap_or_default().to_owned()).collect()
}

async fn verified(app: &TestApp) {
    let report = app.store().verify(WARD).await.expect("verifies");
    assert!(report.drifts.is_empty(), "{:?}", report.drifts);
}

fn row(group: &str, address: &str) -> ImportRow {
    ImportRow {
        place: "tờ 1!1".into(),
        group: Some(group.into()),
        address: Address::parse(address),
        head_name: Some("Lê Thị Thử".into()),
        members: None,
        adults: None,
        code: None,
        point: None,
    }
}

async fn import(app: &TestApp, rows: &[ImportRow]) -> gocua_store::ImportReport {
    let options = ImportOptions {
        act: Act::program(app.now()),
        commit: true,
        new_groups: false,
        file: String::new(),
    };
    app.store().import(WARD, rows, options).await.expect("imported")
}

on_both! {
    async fn a_renamed_group_is_found_by_both_names_and_named_as_it_was_then(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let path = format!("/groups/{GROUP_1}/name");
        let body = json!({ "name": "Thái Học 1", "aliases": ["Xóm Chùa"], "former_ward": "Sao Đỏ", "reason": "nghị quyết" });
        done(&desk, &path, body.clone()).await;
        assert_eq!(groups(&desk, "").await, ["Thái Học 1 4", "Tổ dân phố 2 2"]);
        assert_eq!(groups(&desk, "?on=20261121").await, ["Tổ dân phố 1 4", "Tổ dân phố 2 2"]);
        let report = import(app, &[row("TDP 1", "91 Kim Đồng"), row("xom chua", "93 Kim Đồng"), row("thai hoc 1", "95 Kim Đồng")]).await;
        assert_eq!((report.added, report.refused), (3, vec![]));
        for words in ["thai hoc", "xóm chùa", "Thasi Hojc"] {
            assert_eq!(listed(&desk, json!({ "q": words })).await.len(), 7, "{words}");
        }
        let taken = json!({ "name": "to dan pho 2", "reason": "nhầm" });
        assert_eq!(refused(&desk, &path, taken).await, (409, "conflict".into()));
        for (wrong, pointer) in [(json!({ "name": " ", "reason": "x" }), "/name"), (json!({ "name": "A", "reason": " " }), "/reason"),
            (json!({ "name": "A", "reason": "x", "day": TODAY + 1 }), "/day")] {
            let answer = desk.post(&format!("/api/v1{path}"), &wrong).await;
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
        }
        verified(app).await;
    }

    async fn a_merge_is_in_force_from_its_day_and_taken_back_as_if_it_had_not_been(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let path = format!("/groups/{GROUP_2}/merge");
        done(&desk, &path, json!({ "into": GROUP_1, "reason": "sáp nhập", "day": TODAY - 2 })).await;
        assert_eq!(groups(&desk, "").await, ["Tổ dân phố 1 6"]);
        assert_eq!(groups(&desk, "?on=20261119").await.len(), 2, "the day before, both");
        assert_eq!(groups(&desk, "?on=20261120").await.len(), 1);
        let ledger = desk.get(&format!("/api/v1/register/ledger?from={}&to={TODAY}", TODAY - 1)).await.json();
        let told: i64 = ledger["lines"].as_array().expect("lines").iter().map(|l| l["delta"].as_i64().expect("a number")).sum();
        assert_eq!((&ledger["after"], told), (&json!(6), 6), "{ledger}");
        let changes = desk.get("/api/v1/register/changes").await.json()["changes"].clone();
        assert_eq!((&changes[0]["kind"], &changes[0]["undoable"]), (&json!("merged"), &json!(true)));
        // What comes to the moved alley meanwhile goes back with it.
        assert_eq!(import(app, &[row("TDP 2", "9 ngõ 7 Xa")]).await.added, 1);
        let undo = format!("/register/changes/{}/undo", changes[0]["id"].as_str().expect("an id"));
        let seq = done(&desk, &undo, json!({ "reason": "nhầm" })).await;
        assert_eq!(done(&desk, &undo, json!({ "reason": "nhầm" })).await, seq, "once is enough");
        let now = groups(&desk, "").await;
        assert_eq!(now.len(), 2, "{now:?}");
        let alleys = desk.get(&format!("/api/v1/groups/{GROUP_2}/alleys")).await.json();
        assert!(alleys["alleys"].to_string().contains(&FAR_LANE.to_string()));
        verified(app).await;
    }

    async fn a_cut_through_an_alley_moves_the_houses_of_one_side_and_nobodys_work(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let mut phone = app.signed_in(VOLUNTEER).await;
        phone.knock(HOUSEHOLDS[2], app.now()).await;
        let first = phone.pull(None).await.json();
        let cursor = first["cursor"].as_str().expect("a cursor").to_owned();
        // The lane has the numbers 5 and 7.
        let path = format!("/groups/{GROUP_1}/split");
        let cut = json!({ "name": "Tổ 1B", "ranges": [{ "alley": LANE, "from": 6, "to": null, "side": "odd" }], "reason": "đông hộ" });
        let new = done(&desk, &path, cut.clone()).await["id"].clone();
        assert_eq!(groups(&desk, "").await, ["Tổ dân phố 1 3", "Tổ dân phố 2 2", "Tổ 1B 1"]);
        verified(app).await;
        let alleys = desk.get(&format!("/api/v1/groups/{}/alleys", new.as_str().expect("an id"))).await.json();
        let names: Vec<_> = alleys["alleys"].as_array().expect("alleys").iter().map(|a| a["name"].clone()).collect();
        assert_eq!(names.len(), 2, "the lane's other half and the street that leads to it: {names:?}");
        // The phone gets both halves, and a knock at either is in reach.
        let delta = phone.pull(Some(&cursor)).await.json();
        let doors = |of: &Value| of["doors"].as_array().map_or(0, Vec::len);
        let halves: Vec<usize> = delta["alleys"].as_array().expect("alleys").iter().map(doors).collect();
        assert_eq!(halves, [1, 1], "{delta}");
        app.pass(60_000);
        assert_eq!(phone.knock(HOUSEHOLDS[3], app.now()).await.json()["results"][0]["outcome"], "applied");
        assert_eq!(refused(&desk, &path, cut).await, (409, "conflict".into()), "called so already");
        for nobody in [json!({ "name": "X", "alleys": [FAR_LANE], "reason": "x" }), json!({ "name": "X", "alleys": [fresh_id()], "reason": "x" })] {
            assert_eq!(refused(&desk, &path, nobody).await, (404, "not_found".into()));
        }
        let all = json!({ "name": "X", "alleys": [STREET, LANE], "reason": "x" });
        assert_eq!(refused(&desk, &path, all).await, (409, "conflict".into()), "somebody stays");
        // A later change of the same groups goes first.
        let changes = desk.get("/api/v1/register/changes").await.json()["changes"].clone();
        let undo = |change: &Value| format!("/register/changes/{}/undo", change["id"].as_str().expect("an id"));
        done(&desk, &format!("/groups/{GROUP_2}/merge"), json!({ "into": GROUP_1, "reason": "x" })).await;
        assert_eq!(refused(&desk, &undo(&changes[0]), json!({ "reason": "x" })).await, (409, "conflict".into()));
        let later = desk.get("/api/v1/register/changes").await.json()["changes"].clone();
        done(&desk, &undo(&later[0]), json!({ "reason": "x" })).await;
        done(&desk, &undo(&changes[0]), json!({ "reason": "x" })).await;
        assert_eq!(groups(&desk, "").await, ["Tổ dân phố 1 4", "Tổ dân phố 2 2"]);
        assert_eq!(listed(&desk, json!({ "alley": LANE })).await, ["THU-0002", "THU-0003"]);
        assert_eq!(app.store().coverage(WARD).await.expect("coverage").total.visits, 2);
        verified(app).await;
    }

    async fn a_household_set_at_the_desk_reaches_the_phones_and_writes_over_nothing_unseen(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let phone = app.signed_in(VOLUNTEER).await;
        let home = HOUSEHOLDS[0];
        let cursor = phone.pull(None).await.json()["cursor"].as_str().expect("a cursor").to_owned();
        let push = |seq: i64, set: Value, at: i64| json!({ "device_id": phone.device, "app_version": "0.4.0", "sent_at": app.now(), "queued": 1,
            "ops": [{ "op_id": fresh_id(), "device_seq": seq, "made_at": at, "kind": "household.edit", "payload": { "household_id": home, "set": set } }] });
        // A phone asks for another number; the desk sets just that.
        let asks = phone.post("/api/v1/sync/push", &push(1, json!({ "house_no": "1A" }), app.now().0)).await.json();
        assert_eq!(asks["results"][0]["flags"], json!(["to_inbox"]));
        assert_eq!(listed(&desk, json!({ "asked": true })).await, ["THU-0000"]);
        let path = format!("/households/{home}/edit");
        let set = json!({ "edit_id": fresh_id(), "set": { "house_no": "1A", "members": 5 }, "was": { "house_no": "1", "members": 4 }, "reason": "tổ trưởng báo" });
        let seq = done(&desk, &path, set.clone()).await;
        assert_eq!(done(&desk, &path, set).await, seq, "sent twice it is once");
        assert!(listed(&desk, json!({ "asked": true })).await.is_empty(), "the phone is answered with it");
        let delta = phone.pull(Some(&cursor)).await.json();
        assert_eq!((&delta["doors"][0]["no"], &delta["doors"][0]["members"]), (&json!("1A"), &json!(5)));
        assert_eq!(listed(&desk, json!({ "q": "1a" })).await, ["THU-0000"]);
        // An older word of a phone that comes late loses; a newer one stands, and the desk that has not seen it is told.
        app.pass(60_000);
        let late = phone.post("/api/v1/sync/push", &push(2, json!({ "members": 3 }), app.now().0 - 120_000)).await.json();
        assert_eq!(late["results"][0]["flags"], json!(["lost_to_newer"]));
        let newer = phone.post("/api/v1/sync/push", &push(3, json!({ "members": 6 }), app.now().0)).await.json();
        assert_eq!(newer["results"][0]["outcome"], "applied");
        let blind = json!({ "edit_id": fresh_id(), "set": { "members": 2 }, "was": { "members": 5 }, "reason": "x" });
        let answer = desk.post(&format!("/api/v1{path}"), &blind).await;
        assert_eq!((answer.status, answer.json()["errors"][0]["pointer"].clone()), (409, json!("/set/members")));
        for (set, pointer) in [(json!({ "head": null }), "/set/head"), (json!({ "members": 100 }), "/set/members"), (json!({}), "/set")] {
            let body = json!({ "edit_id": fresh_id(), "set": set, "was": {}, "reason": "x" });
            assert_eq!(desk.post(&format!("/api/v1{path}"), &body).await.json()["errors"][0]["pointer"], pointer);
        }
        let card = desk.get(&format!("/api/v1/households/{home}")).await.json();
        assert_eq!(card["household"]["members"], 6);
        let whats: Vec<_> = card["deeds"].as_array().expect("deeds").iter().map(|d| d["what"].clone()).collect();
        assert_eq!(whats, [json!(null), json!("edited"), json!(null), json!("opening"), json!(null)], "{card}");
        assert_eq!(card["deeds"][1]["reason"], "tổ trưởng báo");
        verified(app).await;
    }

    async fn a_household_moved_to_another_alley_leaves_the_phones_that_held_the_old_one(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let mut one = app.signed_in(VOLUNTEER).await;
        let two = app.signed_in("volunteer2").await;
        one.knock(HOUSEHOLDS[0], app.now()).await;
        let cursor = |answer: Value| answer["cursor"].as_str().expect("a cursor").to_owned();
        let (at_one, at_two) = (cursor(one.pull(None).await.json()), cursor(two.pull(None).await.json()));
        done(&desk, &format!("/households/{}/move", HOUSEHOLDS[0]), json!({ "alley_id": FAR_LANE, "reason": "ghi nhầm ngõ" })).await;
        assert_eq!(groups(&desk, "").await, ["Tổ dân phố 1 3", "Tổ dân phố 2 3"]);
        let left = one.pull(Some(&at_one)).await.json();
        assert_eq!((&left["alleys"][0]["id"], left["alleys"][0]["doors"].as_array().map(Vec::len)), (&json!(STREET), Some(1)));
        let come = two.pull(Some(&at_two)).await.json();
        assert_eq!(come["alleys"][0]["doors"].as_array().map(Vec::len), Some(3));
        let of_two = app.store().coverage(WARD).await.expect("coverage").groups;
        assert_eq!(of_two.iter().map(|g| g.tally.visits).collect::<Vec<_>>(), [0, 1], "its visits go along");
        verified(app).await;
        let gone = format!("/households/{}/move", fresh_id());
        assert_eq!(refused(&desk, &gone, json!({ "alley_id": LANE, "reason": "x" })).await, (404, "not_found".into()));
        let nowhere = json!({ "alley_id": fresh_id(), "reason": "x" });
        assert_eq!(refused(&desk, &format!("/households/{}/move", HOUSEHOLDS[1]), nowhere).await, (404, "not_found".into()));
    }

    async fn a_renamed_alley_is_found_by_its_right_name(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        import(app, &[row("TDP 1", "3 ngõ 8 Kim Dồng")]).await;
        let alleys = desk.get(&format!("/api/v1/groups/{GROUP_1}/alleys")).await.json();
        let street = alleys["alleys"].as_array().expect("alleys").iter().find(|a| a["name"] == "Đường Kim Dồng").cloned().expect("the street");
        let path = format!("/alleys/{}/name", street["id"].as_str().expect("an id"));
        done(&desk, &path, json!({ "name": "Đường Kim Đồng Mới", "reason": "gõ sai" })).await;
        assert_eq!(listed(&desk, json!({ "q": "kim đồng mới" })).await.len(), 1, "on what turns off it too");
        let again = import(app, &[row("TDP 1", "3 ngõ 8 Kim Đồng Mới")]).await;
        assert_eq!((again.added, again.alleys_added), (0, 0));
    }

    async fn a_former_name_of_an_alley_still_leads_there(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        import(app, &[row("TDP 1", "3 ngõ 8 Lê Lợi"), row("TDP 1", "40 Lê Lợi")]).await;
        let alleys = desk.get(&format!("/api/v1/groups/{GROUP_1}/alleys")).await.json();
        let street = alleys["alleys"].as_array().expect("alleys").iter().find(|a| a["name"] == "Đường Lê Lợi").cloned().expect("the street")["id"].clone();
        let path = format!("/alleys/{}/name", street.as_str().expect("an id"));
        let found = async |q: &str| listed(&desk, json!({ "q": q })).await.len();
        done(&desk, &path, json!({ "name": "Đường Nam Cao", "reason": "nghị quyết" })).await;
        assert_eq!((found("nam cao").await, found("lê lợi").await, found("3 ngõ 8 lê lợi").await), (2, 2, 1));
        assert_eq!(found("lê lợi mới").await, 0);
        // A list that still uses the old name brings nothing twice and founds no street.
        let old = import(app, &[row("TDP 1", "3 ngõ 8 Lê Lợi"), row("TDP 1", "5 ngõ 8 Lê Lợi"), row("TDP 1", "7 Lê Lợi")]).await;
        assert_eq!((old.added, old.unchanged, old.alleys_added), (2, 1, 0), "{old:?}");
        assert_eq!((found("nam cao").await, found("lê lợi").await), (4, 4), "by the name of today as well");
        // Renamed once more, both names lead there; called as at first again, all three do.
        done(&desk, &path, json!({ "name": "Đường Tố Hữu", "reason": "nghị quyết" })).await;
        let both = import(app, &[row("TDP 1", "9 Lê Lợi"), row("TDP 1", "11 Nam Cao")]).await;
        assert_eq!((both.added, both.alleys_added), (2, 0), "{both:?}");
        assert_eq!(found("tố hữu").await, 6);
        done(&desk, &path, json!({ "name": "Đường Lê Lợi", "reason": "thôi đổi" })).await;
        let all = import(app, &[row("TDP 1", "9 Lê Lợi"), row("TDP 1", "11 Nam Cao"), row("TDP 1", "13 Tố Hữu")]).await;
        assert_eq!((all.added, all.unchanged, all.alleys_added), (1, 2, 0), "{all:?}");
        // In the other group a street of that name is another street.
        assert_eq!(import(app, &[row("TDP 2", "1 Nam Cao")]).await.alleys_added, 1);

        // The half that a cut puts into another group went by those names too.
        let range = HouseRange { alley: serde_json::from_value(street).expect("an id"), from: Some(9), to: Some(20), side: None };
        let cut = Cut { name: "Đồi Thông".into(), alleys: Vec::new(), ranges: vec![range] };
        let (new, _) = app.store().split_group(WARD, GROUP_1, &cut, &Act::of(account(STAFF), app.now())).await.expect("cut");
        let said = import(app, &[row("Đồi Thông", "15 Nam Cao"), row("Đồi Thông", "9 Tố Hữu")]).await;
        assert_eq!((said.added, said.unchanged, said.alleys_added), (1, 1, 0), "{said:?}");
        assert_eq!(listed(&desk, json!({ "group": new, "q": "nam cao" })).await.len(), 4);
        verified(app).await;
    }

    async fn the_list_comes_page_by_page_and_nobody_twice(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let rows: Vec<ImportRow> = (1..=30).map(|n| row("TDP 2", &format!("{n} Nam Cao"))).collect();
        import(app, &rows).await;
        for filter in [json!({}), json!({ "group": GROUP_2 })] {
            let (mut seen, mut after) = (Vec::new(), Value::Null);
            loop {
                let mut body = filter.clone();
                body["limit"] = json!(7);
                body["after"] = after.clone();
                let page = done(&desk, "/households/list", body).await;
                seen.extend(page["households"].as_array().expect("a page").iter().map(|h| h["id"].to_string()));
                assert_eq!(page["total"], if filter["group"].is_null() { 36 } else { 32 });
                after = page["next"].clone();
                if after.is_null() { break; }
            }
            let total = seen.len();
            seen.sort();
            seen.dedup();
            assert_eq!((seen.len(), total), (total, if filter["group"].is_null() { 36 } else { 32 }));
        }
        let alley = done(&desk, "/households/list", json!({ "q": "nam cao" })).await["households"][0]["alley"]["id"].clone();
        let mut after = Value::Null;
        let mut numbers = Vec::new();
        loop {
            let page = done(&desk, "/households/list", json!({ "alley": alley, "limit": 8, "after": after })).await;
            numbers.extend(page["households"].as_array().expect("a page").iter().map(|h| h["no"].as_str().unwrap_or_default().to_owned()));
            after = page["next"].clone();
            if after.is_null() { break; }
        }
        assert_eq!(numbers, (1..=30).map(|n| n.to_string()).collect::<Vec<_>>(), "in walking order");
        assert_eq!(listed(&desk, json!({ "status": "not_visited" })).await.len(), 36);
        assert!(listed(&desk, json!({ "status": "served" })).await.is_empty());
        assert!(listed(&desk, json!({ "no_number": true })).await.is_empty());
        assert_eq!(listed(&desk, json!({ "changed_since": TODAY })).await.len(), 30, "what came with the list");
        let wrong = desk.post("/api/v1/households/list", &json!({ "limit": 101 })).await;
        assert_eq!(wrong.json()["errors"][0]["pointer"], "/limit");
    }

    async fn behind_every_count_of_households_stand_as_many(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let told = |n: usize, outcome: &str| json!({ "op_id": fresh_id(), "device_seq": n, "made_at": app.now(), "kind": "visit.record",
            "payload": { "household_id": HOUSEHOLDS[n - 1], "outcome": outcome,
                "people": if outcome == "SERVED" { json!([{ "age_band": "18-59", "skills": [{ "skill": "SEC-01", "level": 2 }] }]) } else { json!([]) } } });
        let ops = [told(1, "SERVED"), told(2, "NOT_HOME"), told(3, "MET_DECLINED"), told(4, "NOT_FOUND")];
        let push = json!({ "device_id": phone.device, "app_version": "0", "sent_at": app.now(), "queued": 4, "ops": ops });
        assert_eq!(phone.post("/api/v1/sync/push", &push).await.status, 200);
        phone.refresh().await;
        let desk = app.signed_in(STAFF).await;
        let total = desk.get("/api/v1/coverage").await.json()["total"].clone();
        for (reached, expected) in [("visited", 3), ("contacted", 2), ("served", 1), ("revisit", 1)] {
            assert_eq!(total[format!("hh_{reached}")], expected, "{reached}");
            let page = done(&desk, "/households/list", json!({ "reached": reached })).await;
            assert_eq!(page["total"], expected, "{reached}");
            let there = done(&desk, "/households/list", json!({ "reached": reached, "group": GROUP_2 })).await;
            assert_eq!(there["total"], 0, "{reached} of the other group");
        }
        assert_eq!(done(&desk, "/households/list", json!({ "status": "not_visited" })).await["total"], 3);
        assert_eq!(refused(&desk, "/households/list", json!({ "reached": "far" })).await.0, 422);
    }

    async fn a_pair_is_shown_until_the_ward_says_it_is_two(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        import(app, &[row("TDP 2", "9 Nam Cao")]).await;
        let mut other = row("TDP 2", "9 đường Cũ");
        other.head_name = Some("LE THI THU".into());
        import(app, &[other]).await;
        let pairs = desk.get("/api/v1/register/doubles").await.json();
        assert_eq!((&pairs["total"], &pairs["pairs"][0]["reasons"]), (&json!(1), &json!(["same_name", "other_street"])));
        let pair = &pairs["pairs"][0];
        let says = |apart: bool| json!({ "one": pair["other"]["id"], "other": pair["one"]["id"], "apart": apart });
        done(&desk, "/register/doubles/apart", says(true)).await;
        done(&desk, "/register/doubles/apart", says(true)).await;
        assert_eq!(desk.get("/api/v1/register/doubles").await.json()["total"], 0);
        done(&desk, "/register/doubles/apart", says(false)).await;
        assert_eq!(desk.get("/api/v1/register/doubles").await.json()["total"], 1);
        let nobody = json!({ "one": fresh_id(), "other": HOUSEHOLDS[0], "apart": true });
        assert_eq!(refused(&desk, "/register/doubles/apart", nobody).await, (404, "not_found".into()));
    }

    async fn many_doors_are_answered_at_once_each_with_its_line_and_its_way_back(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let phone = app.signed_in(VOLUNTEER).await;
        for (n, home) in HOUSEHOLDS[..4].iter().enumerate() {
            let op = json!({ "op_id": fresh_id(), "device_seq": n + 1, "made_at": app.now(), "kind": "visit.record", "payload": { "household_id": home, "outcome": "MOVED" } });
            let body = json!({ "device_id": phone.device, "app_version": "0.4.0", "sent_at": app.now(), "queued": 1, "ops": [op] });
            assert_eq!(phone.post("/api/v1/sync/push", &body).await.status, 200);
        }
        let asked = desk.get("/api/v1/inbox/doors").await.json()["doors"].clone();
        let doors: Vec<Value> = asked.as_array().expect("doors").iter()
            .map(|d| json!({ "id": d["household"]["id"], "question": d["question"], "at": d["at"] })).collect();
        assert_eq!(doors.len(), 4);
        // One of them is answered otherwise by somebody else meanwhile.
        let path = format!("/inbox/doors/{}/decide", HOUSEHOLDS[3]);
        done(&desk, &path, json!({ "decision": "refuse", "reason": "vẫn ở" })).await;
        let answer = done(&desk, "/inbox/doors/decide", json!({ "doors": doors, "decision": "approve", "reason": "tổ trưởng xác nhận", "date": TODAY - 1 })).await;
        assert_eq!((answer["done"].as_array().map(Vec::len), &answer["late"]), (Some(3), &json!([HOUSEHOLDS[3]])));
        assert_eq!(app.store().coverage(WARD).await.expect("coverage").total.hh_total, 3);
        verified(app).await;
        let ledger = desk.get(&format!("/api/v1/register/ledger?from={}&to={TODAY}", TODAY - 1)).await.json();
        let line = ledger["lines"].as_array().expect("lines").iter().find(|l| l["what"] == "left").expect("a line");
        assert_eq!((&line["what"], &line["delta"], &line["day"], &line["reason"]), (&json!("left"), &json!(-3), &json!(TODAY - 1), &json!("tổ trưởng xác nhận")));
        done(&desk, "/households/restore", json!({ "ids": [HOUSEHOLDS[0]] })).await;
        assert_eq!(app.store().coverage(WARD).await.expect("coverage").total.hh_total, 4);
        let ledger = desk.get(&format!("/api/v1/register/ledger?from={TODAY}&to={TODAY}&group={GROUP_1}")).await.json();
        assert_eq!((&ledger["lines"][0]["what"], &ledger["lines"][0]["delta"]), (&json!("restored"), &json!(1)));
        let mixed = json!({ "doors": [{ "id": fresh_id(), "question": "moved", "at": 1 }, { "id": fresh_id(), "question": "vacant", "at": 1 }], "decision": "refuse", "reason": "x" });
        let answer = desk.post("/api/v1/inbox/doors/decide", &mixed).await;
        assert_eq!(answer.json()["errors"][0]["pointer"], "/doors", "one question at a time");
    }

    async fn a_founded_group_waits_for_its_list(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let body = json!({ "name": "Đồi Thông", "reason": "nghị quyết", "day": TODAY - 10 });
        let id: GroupId = serde_json::from_value(done(&desk, "/groups", body.clone()).await["id"].clone()).expect("an id");
        assert_eq!(refused(&desk, "/groups", body).await, (409, "conflict".into()));
        assert_eq!(import(app, &[row("KDC Đồi Thông", "3 Kim Đồng")]).await.added, 1);
        assert_eq!(groups(&desk, "").await[2], "Đồi Thông 1");
        assert_eq!(listed(&desk, json!({ "group": id })).await, ["THU-DOITHONG-0001"]);
        verified(app).await;
    }
}
