//! Codes that were ever released are understood for ever: old phones and old books are full of them.
//!
//! `tests/vectors/codes.json` says which release brought which; a code is added there, never changed.

use std::collections::{BTreeMap, BTreeSet};

use gocua_domain::account::Role;
use gocua_domain::alert::ScamKind;
use gocua_domain::consent::Purpose;
use gocua_domain::edit::Field;
use gocua_domain::ground::{GroundChange, RegisterChange};
use gocua_domain::help::{Channel, HelpResult, HelpWhy};
use gocua_domain::import::RowDoubt;
use gocua_domain::mobile::{MobileResult, MobileState};
use gocua_domain::quality::{Because, CheckAnswer, CheckWhy, QualityKind, Verdict};
use gocua_domain::referral::{ReferralSource, ReturnWhy};
use gocua_domain::report::OpenWhy;
use gocua_domain::sync::{Flag, OpOutcome, Reason, Why};
use gocua_domain::territory::{AlleyKind, OutlineSource, PointSource};
use gocua_domain::time::TimeBand;
use gocua_domain::trust::Animal;
use gocua_domain::turf::{TurfLeft, TurfWhy};
use gocua_domain::visit::{AgeBand, Near, Outcome};
use gocua_ground::Fault;
use gocua_tests::fixture::VOLUNTEER;
use gocua_tests::{Engine, TestApp, fresh_id};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

type Codes = BTreeSet<String>;

/// Every code released, by what it is a code of.
fn released() -> BTreeMap<String, Codes> {
    let releases: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        serde_json::from_str(include_str!("../vectors/codes.json")).expect("codes");
    let mut all: BTreeMap<String, Codes> = BTreeMap::new();
    for (release, kinds) in releases {
        for (of, codes) in kinds {
            for code in codes {
                let new = all.entry(of.clone()).or_default().insert(code.clone());
                assert!(new, "{of} {code} stands twice, the second time under {release}");
            }
        }
    }
    all
}

/// The codes a type reads, as it names them itself when asked for one it does not know.
fn read_by<T: DeserializeOwned>() -> Codes {
    let told =
        serde_json::from_value::<T>(json!("no such code")).err().expect("refused").to_string();
    let (_, expected) = told.split_once("expected ").expect("the codes");
    let codes: Codes = expected.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    for code in &codes {
        assert!(serde_json::from_value::<T>(json!(code)).is_ok(), "{code}");
    }
    codes
}

/// The kinds of operation the book decides on.
fn kinds() -> Codes {
    include_str!("../../crates/domain/src/sync/decide.rs")
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix('"')?.split_once("\" =>"))
        .map(|(kind, _)| kind.to_owned())
        .collect()
}

#[test]
fn every_released_code_is_understood_and_every_code_is_listed() {
    let today: BTreeMap<&str, Codes> = [
        ("outcome", read_by::<Outcome>()),
        ("age_band", read_by::<AgeBand>()),
        ("time_band", read_by::<TimeBand>()),
        ("alley_kind", read_by::<AlleyKind>()),
        ("op_outcome", read_by::<OpOutcome>()),
        ("reason", read_by::<Reason>()),
        ("flag", read_by::<Flag>()),
        ("role", Role::ALL.map(|role| role.code().to_owned()).into()),
        ("why", read_by::<Why>()),
        ("edit_field", read_by::<Field>()),
        ("skill", gocua_demo::default_skills().into_iter().map(|skill| skill.code).collect()),
        ("op_kind", kinds()),
        ("row_doubt", read_by::<RowDoubt>()),
        ("turf_why", read_by::<TurfWhy>()),
        ("turf_left", read_by::<TurfLeft>()),
        ("purpose", read_by::<Purpose>()),
        ("referral_source", read_by::<ReferralSource>()),
        ("return_why", read_by::<ReturnWhy>()),
        ("channel", read_by::<Channel>()),
        ("help_result", read_by::<HelpResult>()),
        ("help_why", read_by::<HelpWhy>()),
        ("mobile_state", read_by::<MobileState>()),
        ("mobile_result", read_by::<MobileResult>()),
        ("scam_kind", read_by::<ScamKind>()),
        ("open_why", read_by::<OpenWhy>()),
        ("animal", Animal::ALL.map(|animal| animal.code().to_owned()).into()),
        ("ground_change", read_by::<GroundChange>()),
        ("register_change", read_by::<RegisterChange>()),
        ("outline_source", read_by::<OutlineSource>()),
        ("outline_fault", Fault::ALL.map(|fault| fault.code().to_owned()).into()),
        ("point_source", read_by::<PointSource>()),
        ("near", read_by::<Near>()),
        ("quality_kind", read_by::<QualityKind>()),
        ("quality_because", read_by::<Because>()),
        ("quality_verdict", read_by::<Verdict>()),
        ("check_why", read_by::<CheckWhy>()),
        ("check_answer", read_by::<CheckAnswer>()),
    ]
    .into();
    let released = released();
    assert_eq!(released.keys().collect::<Vec<_>>(), today.keys().collect::<Vec<_>>());
    for (of, codes) in &today {
        let gone: Vec<_> = released[*of].difference(codes).collect();
        assert!(gone.is_empty(), "{of}: released and no longer understood: {gone:?}");
        let new: Vec<_> = codes.difference(&released[*of]).collect();
        assert!(
            new.is_empty(),
            "{of}: not in tests/vectors/codes.json, add under its release: {new:?}"
        );
    }
    assert!(released["role"].iter().all(|code| Role::from_code(code).is_some()));
}

#[actix_web::test]
async fn every_released_kind_of_operation_is_known_to_the_server() {
    let app = TestApp::start(Engine::Sqlite).await;
    let phone = app.signed_in(VOLUNTEER).await;
    let mut kinds: Vec<String> = released()["op_kind"].iter().cloned().collect();
    kinds.push("visit.unheard_of".into());
    let op = |(n, kind): (usize, &String)| {
        json!({
            "op_id": fresh_id(), "device_seq": n + 1, "made_at": app.now(), "kind": kind, "payload": {}
        })
    };
    let ops: Vec<Value> = kinds.iter().enumerate().map(op).collect();
    let push = json!({
        "device_id": phone.device, "app_version": "0.1.0", "sent_at": app.now(),
        "queued": ops.len(), "ops": ops
    });
    let answer = phone.post("/api/v1/sync/push", &push).await.json();
    let reasons = answer["results"].as_array().expect("results").iter().map(|r| &r["reason"]);
    for (kind, reason) in kinds.iter().zip(reasons) {
        let unknown = kind == "visit.unheard_of";
        assert_eq!(reason == "unknown_kind", unknown, "{kind}: {reason}");
    }
}
