//! The whole table of refusals, as a client sees it.

use std::fmt::Write;

use actix_web::body::MessageBody;
use gocua_server::api::problem::{Code, Problem};
use gocua_tests::on_both;

/// A change of this snapshot is a change of the contract: the app translates these codes.
#[test]
fn the_table_of_refusals() {
    let mut table = String::new();
    for code in Code::ALL {
        let response = Problem::new(*code).respond(Some("0".into()));
        let header = |name: &str| {
            response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or("-").to_owned()
        };
        let (kind, later) = (header("content-type"), header("retry-after"));
        let status = response.status().as_u16();
        let body = response.into_body().try_into_bytes().unwrap_or_default();
        let body = String::from_utf8_lossy(&body);
        let _ = writeln!(table, "{status} {kind} retry-after: {later}\n  {body}");
    }
    insta::assert_snapshot!(table);
}

on_both! {
    /// The framework's own refusals speak the same language.
    async fn refusals_of_the_framework_are_problems_too(app: &TestApp) {
        let staff = app.signed_in("ward_staff").await;
        let absent = staff.get("/api/v1/no/such/thing").await;
        assert_eq!((absent.status, absent.code()), (404, "not_found".into()));
        let method = staff.get("/api/v1/auth/login").await;
        assert_eq!((method.status, method.code()), (405, "method_not_allowed".into()));
        assert_eq!(method.header("allow"), "POST");
        // A path that can be no id is answered like an id nobody has.
        let known = staff.get(&format!("/api/v1/groups/{}/alleys", gocua_tests::fresh_id())).await;
        let odd = staff.get("/api/v1/groups/x/alleys").await;
        let bare = |mut body: serde_json::Value| { body["request_id"].take(); body };
        assert_eq!((odd.status, odd.code()), (404, "not_found".into()));
        assert_eq!(bare(odd.json()), bare(known.json()));
    }
}
