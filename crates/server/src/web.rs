//! The app's files, embedded in the program.

use std::borrow::Cow;

use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    VARY,
};
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::{Embed, EmbeddedFile};

use crate::auth::secrets::hex;

/// What the app's build wrote. Debug builds read it anew from the disk on each request.
#[derive(Embed)]
#[folder = "../../pwa/dist"]
struct Dist;

/// Files under this folder carry a hash of their content in their name.
const HASHED: &str = "assets/";
/// Where the local network's phones fetch the authority to trust.
pub const AUTHORITY_PATH: &str = "/gocua-ca.crt";

const ABSENT: &str = "<!doctype html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Gõ Cửa</title></head><body>\
<h1>Không có trang này</h1><p lang=\"en\">There is no such page.</p>\
<p><a href=\"/\">Gõ Cửa</a></p></body></html>\n";

/// The answer for a path outside the API.
pub fn answer(req: &HttpRequest, authority: Option<&str>) -> HttpResponse {
    if !matches!(*req.method(), Method::GET | Method::HEAD) {
        return HttpResponse::MethodNotAllowed().insert_header((ALLOW, "GET, HEAD")).finish();
    }
    if let Some(pem) = authority.filter(|_| req.path() == AUTHORITY_PATH) {
        let kind = (CONTENT_TYPE, "application/x-x509-ca-cert");
        return HttpResponse::Ok().insert_header(kind).body(pem.to_owned());
    }
    let path = match req.path().trim_start_matches('/') {
        // The poster's address; its code stands behind the `#` and never comes here.
        "" | "join" => "index.html",
        path => path,
    };
    match find(path, accepts_brotli(req)) {
        Some((file, packed)) => serve(req, path, file, packed),
        None => HttpResponse::NotFound()
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(ABSENT),
    }
}

/// A file of the build, packed when there is a packed one and the browser takes it.
fn find(path: &str, brotli: bool) -> Option<(EmbeddedFile, bool)> {
    // In debug builds the name becomes a path on the disk; only names of the build are looked up.
    if path.split('/').any(|part| part.is_empty() || part.starts_with('.')) || path.contains('\\') {
        return None;
    }
    let packed = if brotli { Dist::get(&format!("{path}.br")) } else { None };
    match packed {
        Some(file) => Some((file, true)),
        None => Dist::get(path).map(|file| (file, false)),
    }
}

fn serve(req: &HttpRequest, path: &str, file: EmbeddedFile, packed: bool) -> HttpResponse {
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..16]));
    let known = req.headers().get(IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    let unchanged =
        known.is_some_and(|all| all.split(',').any(|t| t.trim().trim_start_matches("W/") == tag));
    let mut answer = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    let cache =
        if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    answer
        .insert_header((CACHE_CONTROL, cache))
        .insert_header((ETAG, tag))
        .insert_header((VARY, ACCEPT_ENCODING.as_str()));
    if unchanged {
        return answer.finish();
    }
    if packed {
        answer.insert_header((CONTENT_ENCODING, "br"));
    }
    answer.insert_header((CONTENT_TYPE, kind(path)));
    match file.data {
        Cow::Borrowed(bytes) => answer.body(bytes),
        Cow::Owned(bytes) => answer.body(bytes),
    }
}

fn accepts_brotli(req: &HttpRequest) -> bool {
    let accepted =
        req.headers().get(ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        parts.next() == Some("br")
            && !parts.any(|q| matches!(q, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn kind(path: &str) -> String {
    if path.ends_with(".webmanifest") {
        return "application/manifest+json".into();
    }
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    match (guess.type_().as_str(), guess.subtype().as_str()) {
        ("text", _) => format!("{guess}; charset=utf-8"),
        _ => guess.to_string(),
    }
}
