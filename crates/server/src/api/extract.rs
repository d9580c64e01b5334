//! What handlers take in: the caller, the body, and how both are refused.

use std::future::Future;
use std::io::Read;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::{PathError, QueryPayloadError};
use actix_web::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest, web};
use bytes::Bytes;
use flate2::read::GzDecoder;
use gocua_domain::account::{Action, Principal, Reach, may};
use serde::de::DeserializeOwned;

use super::problem::{Code, Problem};
use crate::app::{App, State};

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// Who calls: taken from the access token, with the role and the team the book has now.
#[derive(Clone, Debug)]
pub struct Caller(pub Principal);

impl Caller {
    /// How far the caller may go with an action.
    ///
    /// # Errors
    /// [`Code::Forbidden`] when the policy does not permit it.
    pub fn may(&self, action: Action) -> Result<Reach, Problem> {
        may(&self.0, action).ok_or_else(|| Problem::new(Code::Forbidden))
    }

    /// The ward whose book the caller works in.
    ///
    /// # Errors
    /// [`Code::Forbidden`] for an account without a ward.
    pub fn ward(&self) -> Result<&str, Problem> {
        self.0.ward.as_deref().ok_or_else(|| Problem::new(Code::Forbidden))
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = state(req);
        let token = bearer(req).map(str::to_owned);
        Box::pin(async move {
            let app = app?;
            let token = token.ok_or_else(|| Problem::new(Code::TokenInvalid))?;
            crate::auth::caller(&app, &token).await.map(Caller)
        })
    }
}

/// The access token a request shows.
pub(super) fn bearer(req: &HttpRequest) -> Option<&str> {
    req.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// The proof of a phone that delivers without a session.
pub(super) fn device_proof(req: &HttpRequest) -> Option<&str> {
    req.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Device ")
}

/// How long a body may take to arrive. The app gives a push up after thirty seconds: by then its
/// place must be free again, even if nobody told that the line is dead.
const PATIENCE: Duration = Duration::from_secs(25);

/// A JSON body of at most `LIMIT` bytes, counted after unpacking.
///
/// Not actix's own extractor: that one unpacks whatever a chunk holds before it looks at the size,
/// and says nothing of the place of a fault.
#[derive(Debug)]
pub struct Body<T, const LIMIT: usize = { 64 * 1024 }>(pub T);

impl<T: DeserializeOwned + 'static, const LIMIT: usize> FromRequest for Body<T, LIMIT> {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = header(req, CONTENT_TYPE.as_str());
        let packing = header(req, CONTENT_ENCODING.as_str());
        let announced = header(req, CONTENT_LENGTH.as_str()).parse::<usize>().unwrap_or(0);
        let payload = web::Payload::from_request(req, payload).into_inner();
        Box::pin(async move {
            if !is_json(&kind) {
                return Err(Problem::new(Code::NotJson));
            }
            if announced > LIMIT {
                return Err(Problem::new(Code::PayloadTooLarge));
            }
            let payload = payload.map_err(|e| Problem::internal(e.to_string()))?;
            let bytes = tokio::time::timeout(PATIENCE, payload.to_bytes_limited(LIMIT))
                .await
                .map_err(|_| Problem::new(Code::Timeout))?
                .map_err(|_| Problem::new(Code::PayloadTooLarge))?
                // It broke off: nobody is there to read this.
                .map_err(|_| Problem::new(Code::Timeout))?;
            parse(&unpack(bytes, &packing, LIMIT)?).map(Self)
        })
    }
}

/// Query faults name the parameter; unknown parameters of a strict type are refused.
pub fn query_fault(error: QueryPayloadError, _: &HttpRequest) -> actix_web::Error {
    let text = error.to_string();
    let name = between_backticks(&text).unwrap_or_default();
    let (code, what) = if text.contains("unknown field") {
        (Code::UnknownField, "unknown_field")
    } else if text.contains("missing field") {
        (Code::InvalidField, "missing_field")
    } else {
        (Code::InvalidField, "invalid_field")
    };
    Problem::field(code, format!("?{name}"), what).into()
}

/// A path that cannot be an id names nothing: the same answer as an id nobody has.
pub fn path_fault(_: PathError, _: &HttpRequest) -> actix_web::Error {
    Problem::new(Code::NotFound).into()
}

fn state(req: &HttpRequest) -> Result<web::Data<App>, Problem> {
    req.app_data::<State>().cloned().ok_or_else(|| Problem::internal("no application state"))
}

fn header(req: &HttpRequest, name: &str) -> String {
    let value = req.headers().get(name).and_then(|v| v.to_str().ok());
    value.unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(content_type: &str) -> bool {
    content_type.split(';').next().is_some_and(|kind| kind.trim() == "application/json")
}

/// Unpacks a body; never makes more than one byte over the limit, however much it would become.
fn unpack(bytes: Bytes, packing: &str, limit: usize) -> Result<Bytes, Problem> {
    match packing {
        "" | "identity" => Ok(bytes),
        "gzip" | "x-gzip" => {
            let mut plain = Vec::new();
            GzDecoder::new(bytes.as_ref())
                .take(limit as u64 + 1)
                .read_to_end(&mut plain)
                .map_err(|_| Problem::new(Code::MalformedJson))?;
            if plain.len() > limit {
                return Err(Problem::new(Code::PayloadTooLarge));
            }
            Ok(plain.into())
        }
        _ => Err(Problem::new(Code::NotJson).detail("Content-Encoding may be gzip or absent")),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut de = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut de).map_err(|e| body_fault(&e))?;
    de.end().map_err(|_| Problem::new(Code::MalformedJson))?;
    Ok(value)
}

/// The place and kind of a fault. Nothing of the body is repeated: it may be somebody's data.
fn body_fault(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    if error.inner().is_syntax() || error.inner().is_eof() || error.inner().is_io() {
        return Problem::new(Code::MalformedJson);
    }
    let text = error.inner().to_string();
    let pointer = pointer(error.path());
    // serde has no error kinds; its wording for these two is stable and tested below.
    if text.starts_with("unknown field") {
        return Problem::field(Code::UnknownField, pointer, "unknown_field");
    }
    if text.starts_with("missing field") {
        let name = between_backticks(&text).unwrap_or_default();
        return Problem::field(Code::InvalidField, format!("{pointer}/{name}"), "missing_field");
    }
    Problem::invalid(pointer)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

fn between_backticks(text: &str) -> Option<&str> {
    text.split('`').nth(1)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "read by the deserializer only")]
        level: u8,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "read by the deserializer only")]
        list: Vec<Inner>,
    }

    fn fault(json: &str) -> serde_json::Value {
        let problem = parse::<Outer>(json.as_bytes()).expect_err("refused");
        let body = actix_web::body::MessageBody::try_into_bytes(problem.respond(None).into_body());
        let body: serde_json::Value =
            serde_json::from_slice(&body.expect("in memory")).expect("JSON");
        serde_json::json!([body["code"], body["errors"][0]["pointer"], body["errors"][0]["code"]])
    }

    #[test]
    fn a_fault_in_the_body_is_named_by_its_place() {
        use serde_json::json;
        assert_eq!(fault(r#"{"list":[]"#), json!(["malformed_json", null, null]));
        assert_eq!(fault(r#"{"list":[]} x"#), json!(["malformed_json", null, null]));
        assert_eq!(
            fault(r#"{"list":[],"no":1}"#),
            json!(["unknown_field", "/no", "unknown_field"])
        );
        assert_eq!(
            fault(r#"{"list":[{"level":1},{"level":1,"a/b~":2}]}"#),
            json!(["unknown_field", "/list/1/a~1b~0", "unknown_field"])
        );
        assert_eq!(fault("{}"), json!(["invalid_field", "/list", "missing_field"]));
        assert_eq!(
            fault(r#"{"list":[{}]}"#),
            json!(["invalid_field", "/list/0/level", "missing_field"])
        );
        assert_eq!(
            fault(r#"{"list":[{"level":"Trần Thị Lan"}]}"#),
            json!(["invalid_field", "/list/0/level", "invalid_field"])
        );
    }

    #[test]
    fn a_bomb_is_refused_at_the_limit() {
        let mut gz = GzEncoder::new(Vec::new(), Compression::best());
        for _ in 0..64 {
            gz.write_all(&[b' '; 1024 * 1024]).expect("in memory");
        }
        let bomb = gz.finish().expect("in memory");
        assert!(bomb.len() < 100_000);
        let refused = unpack(bomb.into(), "gzip", 1024 * 1024).expect_err("too large");
        assert_eq!(refused.code(), Code::PayloadTooLarge);
        let broken = unpack(Bytes::from_static(b"no gzip"), "gzip", 10).expect_err("broken");
        assert_eq!(broken.code(), Code::MalformedJson);
        let other = unpack(Bytes::new(), "zstd", 10).expect_err("unknown");
        assert_eq!(other.code(), Code::NotJson);
    }
}
