//! The API's description: for programs, and as a page for people that needs no script.

use std::fmt::Write;

use actix_web::dev::ResourceDef;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, get};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Schema};

use super::problem::{Code, Problem};
use crate::app::State;

/// The description, made once.
#[derive(Debug)]
pub struct Docs {
    json: String,
    page: String,
    paths: Vec<(ResourceDef, String)>,
}

impl Docs {
    /// Writes out a document.
    pub fn new(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter().map(|(path, item)| {
            let methods: Vec<&str> = operations(item).into_iter().map(|(m, _)| m).collect();
            (ResourceDef::new(path.as_str()), methods.join(", "))
        });
        Self { json: json(document), page: render(document), paths: paths.collect() }
    }

    /// Why no route took a path of the API: it has other methods, or there is no such path.
    pub fn absent(&self, path: &str) -> Problem {
        match self.paths.iter().find(|(known, _)| known.is_match(path)) {
            Some((_, methods)) => Problem::new(Code::MethodNotAllowed).allow(methods.clone()),
            None => Problem::new(Code::NotFound),
        }
    }
}

/// The document as it is served and checked in.
pub fn json(document: &OpenApi) -> String {
    let mut json = document.to_pretty_json().unwrap_or_default();
    json.push('\n');
    json
}

/// Adds to every operation what is true of every operation: it may be refused.
pub fn complete(document: &mut OpenApi) {
    let schema = RefOr::<Schema>::Ref(Ref::from_schema_name("Problem"));
    let refusal = ResponseBuilder::new()
        .description("Refused; `code` says why")
        .content("application/problem+json", ContentBuilder::new().schema(Some(schema)).build())
        .build();
    for item in document.paths.paths.values_mut() {
        for operation in operations_mut(item) {
            operation.responses.responses.insert("default".into(), RefOr::T(refusal.clone()));
        }
    }
}

/// The API's description (OpenAPI 3.1). Needs no sign-in.
#[utoipa::path(tag = "server", security(()), responses((status = 200, content_type = "application/json", description = "OpenAPI document")))]
#[get("/openapi.json")]
pub async fn openapi(app: State) -> HttpResponse {
    text("application/json", app.docs.json.clone())
}

/// The API's description as a page.
pub async fn page(app: State) -> HttpResponse {
    text("text/html; charset=utf-8", app.docs.page.clone())
}

/// The page's style: a file of its own, because the policy permits no other.
pub async fn style() -> HttpResponse {
    text("text/css; charset=utf-8", include_str!("docs.css").to_owned())
}

fn text(kind: &'static str, body: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(body)
}

fn operations(item: &PathItem) -> Vec<(&'static str, &Operation)> {
    [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_ref().map(|o| (method, o)))
    .collect()
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete]
        .into_iter()
        .filter_map(|operation| operation.as_mut())
}

/// The page. It is drawn from the document's JSON, which is the form readers of the API know.
fn render(document: &OpenApi) -> String {
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut page = String::from(concat!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        "<title>Gõ Cửa API</title><link rel=\"stylesheet\" href=\"/api/docs.css\"></head><body><main>",
        "<h1>Gõ Cửa API</h1>",
        "<p lang=\"vi\">Bản mô tả giao diện lập trình, sinh từ mã nguồn. Mọi yêu cầu cần tiêu đề ",
        "<code>X-Gocua: 1</code>; trừ các mục ghi <b>mở</b>, cần thêm ",
        "<code>Authorization: Bearer</code>.</p>",
        "<p>Drawn from the source. Every call carries <code>X-Gocua: 1</code>; all but those marked ",
        "<b>open</b> carry <code>Authorization: Bearer</code>. For programs: ",
        "<a href=\"/api/v1/openapi.json\">openapi.json</a>.</p>\n",
    ));
    for (path, item) in members(&document["paths"]) {
        for (method, operation) in members(item) {
            render_operation(&mut page, path, method, operation);
        }
    }
    page.push_str("<h2>Types · Kiểu dữ liệu</h2>\n");
    for (name, schema) in members(&document["components"]["schemas"]) {
        render_schema(&mut page, name, schema);
    }
    render_codes(&mut page);
    page.push_str("</main></body></html>\n");
    page
}

fn render_operation(page: &mut String, path: &str, method: &str, operation: &serde_json::Value) {
    let open = operation["security"]
        .as_array()
        .is_some_and(|s| s.iter().all(|r| r == &serde_json::json!({})));
    let mark = if open { " <b>open · mở</b>" } else { "" };
    put(
        page,
        format_args!(
            "<section><h2><code>{} {}</code>{mark}</h2><p>{}</p>\n",
            escape(&method.to_uppercase()),
            escape(path),
            escape(said(operation)),
        ),
    );
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        put(
            page,
            format_args!(
                "<p><code>{}</code> ({}): {} {}</p>\n",
                escape(word(&parameter["name"])),
                escape(word(&parameter["in"])),
                kind(&parameter["schema"]),
                escape(word(&parameter["description"])),
            ),
        );
    }
    for (media, body) in members(&operation["requestBody"]["content"]) {
        put(page, format_args!("<p>Takes {} ({})</p>\n", kind(&body["schema"]), escape(media)));
    }
    for (status, response) in members(&operation["responses"]) {
        let bodies: Vec<String> =
            members(&response["content"]).map(|(_, body)| kind(&body["schema"])).collect();
        put(
            page,
            format_args!(
                "<p>{}: {} {}</p>\n",
                escape(status),
                bodies.join(" or "),
                escape(word(&response["description"])),
            ),
        );
    }
    page.push_str("</section>\n");
}

fn render_schema(page: &mut String, name: &str, schema: &serde_json::Value) {
    put(
        page,
        format_args!(
            "<section><h3 id=\"{0}\">{0}</h3><p>{1}</p>\n",
            escape(name),
            escape(word(&schema["description"])),
        ),
    );
    let needed =
        |field: &str| schema["required"].as_array().is_some_and(|r| r.iter().any(|n| n == field));
    let mut fields = members(&schema["properties"]).peekable();
    if fields.peek().is_none() {
        put(page, format_args!("<p>{}</p>\n", kind(schema)));
    } else {
        page.push_str("<table><tbody>\n");
        for (field, of) in fields {
            put(
                page,
                format_args!(
                    "<tr><th scope=\"row\"><code>{}</code></th><td>{}{}</td><td>{}</td></tr>\n",
                    escape(field),
                    kind(of),
                    if needed(field) { "" } else { " (optional)" },
                    escape(word(&of["description"])),
                ),
            );
        }
        page.push_str("</tbody></table>\n");
    }
    page.push_str("</section>\n");
}

fn render_codes(page: &mut String) {
    page.push_str("<h2>Codes · Mã từ chối</h2><table><tbody>\n");
    for code in Code::ALL {
        put(
            page,
            format_args!(
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td></tr>\n",
                code.as_str(),
                code.status().as_u16(),
                escape(code.title()),
            ),
        );
    }
    page.push_str("</tbody></table>\n");
}

/// A schema in a few words, linking to the types it names.
fn kind(schema: &serde_json::Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        return format!("<a href=\"#{0}\">{0}</a>", escape(name));
    }
    if let Some(values) = schema["enum"].as_array() {
        return values
            .iter()
            .map(|v| format!("<code>{}</code>", escape(word(v))))
            .collect::<Vec<_>>()
            .join(" ");
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(of) = schema[choice].as_array() {
            return of.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    if schema["items"].is_object() {
        return format!("list of {}", kind(&schema["items"]));
    }
    match &schema["type"] {
        serde_json::Value::Array(types) => {
            types.iter().map(|t| escape(word(t))).collect::<Vec<_>>().join(" or ")
        }
        other => escape(word(other)),
    }
}

fn members(object: &serde_json::Value) -> impl Iterator<Item = (&str, &serde_json::Value)> {
    object.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn said(operation: &serde_json::Value) -> &str {
    operation["description"].as_str().unwrap_or_else(|| word(&operation["summary"]))
}

fn word(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = page.write_fmt(text);
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_every_operation_and_code_and_needs_no_script() {
        let document = super::super::describe();
        let docs = Docs::new(&document);
        for (path, item) in &document.paths.paths {
            for (method, _) in operations(item) {
                assert!(
                    docs.page.contains(&format!("<code>{method} {path}</code>")),
                    "{method} {path}"
                );
            }
        }
        for code in Code::ALL {
            assert!(docs.page.contains(code.as_str()));
        }
        assert!(!docs.page.contains("<script") && !docs.page.contains("style=\""));
    }

    #[test]
    fn a_path_without_the_method_says_which_it_has() {
        let docs = Docs::new(&super::super::describe());
        assert_eq!(docs.absent("/api/v1/auth/login").code(), Code::MethodNotAllowed);
        assert_eq!(docs.absent("/api/v1/auth/login/x").code(), Code::NotFound);
    }

    #[test]
    fn the_document_speaks_of_this_project_alone() {
        let document = serde_json::to_value(super::super::describe()).expect("JSON");
        assert_eq!(document["openapi"].as_str().map(|v| &v[..3]), Some("3.1"));
        assert_eq!(document["info"]["title"], "Gõ Cửa");
        assert_eq!(document["info"]["license"]["name"], "Apache-2.0");
        assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    }
}
