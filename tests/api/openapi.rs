//! The description of the API: complete, checked in, and a page without scripts.

use gocua_server::api;
use gocua_tests::on_both;
use serde_json::Value;

fn document() -> Value {
    serde_json::to_value(api::describe()).expect("JSON")
}

/// Every operation: method and path template.
pub fn operations() -> Vec<(String, String)> {
    let document = document();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in ["get", "put", "post", "delete", "options", "head", "patch", "trace"] {
            if item.get(method).is_some() {
                all.push((method.to_uppercase(), path.clone()));
            }
        }
    }
    all
}

#[test]
fn the_checked_in_document_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/api/openapi.json");
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        checked_in == api::docs::json(&api::describe()),
        "docs/api/openapi.json is stale: `cargo run -p gocua-server -- openapi > docs/api/openapi.json`"
    );
}

#[test]
fn every_operation_says_what_it_is_and_how_it_refuses() {
    let document = document();
    for (method, path) in operations() {
        let operation = &document["paths"][&path][method.to_lowercase()];
        assert!(operation["summary"].is_string(), "{method} {path} has no summary");
        let refusal = &operation["responses"]["default"]["content"]["application/problem+json"];
        assert!(refusal.is_object(), "{method} {path} has no refusal");
        assert_eq!(refusal["schema"]["$ref"], "#/components/schemas/Problem");
    }
}

/// A name that is referred to is there.
#[test]
fn the_document_holds_together() {
    fn references(value: &Value, all: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member.as_str().filter(|_| name == "$ref") {
                        Some(target) => all.push(target.to_owned()),
                        None => references(member, all),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, all)),
            _ => {}
        }
    }
    let document = document();
    let mut all = Vec::new();
    references(&document, &mut all);
    assert!(!all.is_empty());
    for target in all {
        let pointer = target.strip_prefix('#').expect("refers to itself");
        assert!(document.pointer(pointer).is_some(), "{target}");
    }
}

on_both! {
    async fn the_document_and_its_page_are_served(app: &TestApp) {
        let phone = app.phone();
        let served = phone.get("/api/v1/openapi.json").await;
        assert_eq!(served.header("content-type"), "application/json");
        assert_eq!(served.text(), api::docs::json(&api::describe()));
        let page = phone.get("/api/docs").await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.text().contains("<code>POST /api/v1/auth/login</code>"));
        assert_eq!(phone.get("/api/docs.css").await.header("content-type"), "text/css; charset=utf-8");
    }
}
