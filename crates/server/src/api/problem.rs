//! Refusals: RFC 9457 problem details with a code from one closed table.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use gocua_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $wire:literal $status:ident $title:literal),+ $(,)?) => {
        /// Why a request was refused. The app translates every one of them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $name,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The code on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire),+ }
            }

            /// The HTTP status it goes with.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),+ }
            }

            /// One line for a reader of logs; the app shows its own words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title),+ }
            }
        }
    };
}

codes! {
    /// Login or password wrong: the same whether the login exists or not.
    InvalidCredentials = "invalid_credentials" UNAUTHORIZED "Login or password is wrong",
    /// Too many wrong passwords in a row.
    AccountLocked = "account_locked" TOO_MANY_REQUESTS "Too many failed sign-ins, wait",
    /// The account's access was taken away.
    AccountDisabled = "account_disabled" FORBIDDEN "The account is disabled",
    /// The session has ended: sign in.
    SessionExpired = "session_expired" UNAUTHORIZED "The session has ended",
    /// The refresh token is too old: sign in.
    RefreshExpired = "refresh_expired" UNAUTHORIZED "The session has expired",
    /// An old refresh token came back: the session was ended.
    RefreshReused = "refresh_reused" UNAUTHORIZED "An old refresh token was used, the session was ended",
    /// The device's signature is wrong or was used before: make a new one.
    ProofInvalid = "proof_invalid" UNAUTHORIZED "The device proof is not valid",
    /// No access token, or not one that is good now: refresh.
    TokenInvalid = "token_invalid" UNAUTHORIZED "The access token is missing or not valid",
    /// The device has been shut out: seal what is unsent, wipe, and say so.
    DeviceRevoked = "device_revoked" UNAUTHORIZED "The device has been shut out",
    /// No invitation has this code, or none that still brings anybody in.
    CodeUnknown = "code_unknown" NOT_FOUND "No invitation with this code is in force",
    /// The caller may not do this.
    Forbidden = "forbidden" FORBIDDEN "Not permitted",
    /// No such thing, or none the caller may know of.
    NotFound = "not_found" NOT_FOUND "Not found",
    /// The path exists, with other methods.
    MethodNotAllowed = "method_not_allowed" METHOD_NOT_ALLOWED "Method not allowed",
    /// More bytes than the operation takes, packed or unpacked.
    PayloadTooLarge = "payload_too_large" PAYLOAD_TOO_LARGE "The body is too large",
    /// The body is of another type than JSON, or packed in an unknown way.
    NotJson = "not_json" UNSUPPORTED_MEDIA_TYPE "The body must be JSON",
    /// The body, or the request itself, cannot be read.
    MalformedJson = "malformed_json" BAD_REQUEST "The request cannot be read",
    /// A field this server does not know.
    UnknownField = "unknown_field" UNPROCESSABLE_ENTITY "Unknown field",
    /// A field that is missing or holds what it may not.
    InvalidField = "invalid_field" UNPROCESSABLE_ENTITY "A field is not valid",
    /// Another device than the session's, or another browser's device id.
    DeviceMismatch = "device_mismatch" FORBIDDEN "The device is not the session's",
    /// The thing changed meanwhile, or exists already.
    Conflict = "conflict" CONFLICT "Conflict",
    /// More households would leave the register than may go in a day.
    MassRemoval = "mass_removal" UNPROCESSABLE_ENTITY "Too many households would leave the register at once",
    /// The file is no household list this server can read; the field `/file` says why.
    UnreadableFile = "unreadable_file" UNPROCESSABLE_ENTITY "The file cannot be read as a household list",
    /// Slow down.
    TooManyRequests = "too_many_requests" TOO_MANY_REQUESTS "Too many requests",
    /// The request did not arrive in time.
    Timeout = "timeout" REQUEST_TIMEOUT "The request took too long",
    /// The server cannot do it now; later it can.
    Unavailable = "unavailable" SERVICE_UNAVAILABLE "Try again later",
    /// The server's fault; its log knows more under the request id.
    Internal = "internal" INTERNAL_SERVER_ERROR "Internal error",
}

impl Code {
    /// The code of a refusal the framework made by itself.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::TokenInvalid,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Self::Timeout,
            StatusCode::CONFLICT => Self::Conflict,
            StatusCode::PAYLOAD_TOO_LARGE => Self::PayloadTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::NotJson,
            StatusCode::UNPROCESSABLE_ENTITY => Self::InvalidField,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            other if other.is_client_error() => Self::MalformedJson,
            _ => Self::Internal,
        }
    }
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer into the body, or the name of the query parameter after `?`.
    pub pointer: String,
    /// `unknown_field`, `missing_field` or `invalid_field`; of a file, why it cannot be read.
    /// `unknown_field`, `missing_field` or `invalid_field`; `changed` for what is not as the caller
    /// believed.
    pub code: &'static str,
}

/// The body of every refusal (`application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Always `about:blank`: the code says what it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// One line of English.
    pub title: &'static str,
    /// The HTTP status again.
    pub status: u16,
    /// Why, for programs.
    pub code: Code,
    /// More about it, where it helps; never anybody's data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'static str>,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Quote it when asking for help: the log has the same id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Seconds to wait before trying again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

/// Seconds after which a client that was told "later" may come back, unless something says better.
const RETRY_SECONDS: u32 = 2;

/// A refusal on its way out. The cause goes to the log, never to the client.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: Option<&'static str>,
    errors: Vec<FieldError>,
    retry_after: Option<u32>,
    allow: Option<String>,
    challenge: &'static str,
    cause: Option<String>,
}

impl Problem {
    /// A refusal with nothing more to say than its code.
    pub fn new(code: Code) -> Self {
        let retry_after =
            matches!(code.status().as_u16(), 408 | 429 | 503).then_some(RETRY_SECONDS);
        Self {
            code,
            detail: None,
            errors: Vec::new(),
            retry_after,
            allow: None,
            challenge: "Bearer",
            cause: None,
        }
    }

    /// The server's own fault; the cause is for the log.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self { cause: Some(cause.to_string()), ..Self::new(Code::Internal) }
    }

    /// A field that is at fault.
    pub fn field(code: Code, pointer: impl Into<String>, what: &'static str) -> Self {
        Self { errors: vec![FieldError { pointer: pointer.into(), code: what }], ..Self::new(code) }
    }

    /// A field whose content is refused.
    pub fn invalid(pointer: impl Into<String>) -> Self {
        Self::field(Code::InvalidField, pointer, "invalid_field")
    }

    /// One more field that is at fault.
    #[must_use]
    pub fn also(mut self, pointer: impl Into<String>, what: &'static str) -> Self {
        self.errors.push(FieldError { pointer: pointer.into(), code: what });
        self
    }

    /// More about it; a fixed text, so that nobody's data can slip in.
    #[must_use]
    pub fn detail(mut self, detail: &'static str) -> Self {
        self.detail = Some(detail);
        self
    }

    /// How long to wait, in milliseconds, rounded up to whole seconds.
    #[must_use]
    pub fn retry_after_ms(mut self, ms: i64) -> Self {
        self.retry_after = u32::try_from((ms.max(0) + 999) / 1000).ok();
        self
    }

    /// Says that a name and a key are wanted (HTTP Basic), as map programs send them.
    #[must_use]
    pub fn basic(mut self) -> Self {
        self.challenge = r#"Basic realm="gocua", charset="UTF-8""#;
        self
    }

    /// The methods the path does have.
    #[must_use]
    pub fn allow(mut self, methods: String) -> Self {
        self.allow = Some(methods);
        self
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What the log should hold, if anything.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The answer, under the id of its request.
    pub fn respond(&self, request_id: Option<String>) -> HttpResponse {
        let status = self.code.status();
        let mut response = HttpResponse::build(status);
        response.insert_header((CONTENT_TYPE, "application/problem+json"));
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        if let Some(methods) = &self.allow {
            response.insert_header(("Allow", methods.as_str()));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, self.challenge));
        }
        let body = ProblemBody {
            kind: "about:blank",
            title: self.code.title(),
            status: status.as_u16(),
            code: self.code,
            detail: self.detail,
            errors: self.errors.clone(),
            request_id,
            retry_after: self.retry_after,
        };
        response.body(serde_json::to_vec(&body).unwrap_or_default())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    /// The edge (see `app`) answers once more with the request's id.
    fn error_response(&self) -> HttpResponse {
        self.respond(None)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::new(Code::NotFound),
            StoreError::Conflict(_) => Self::new(Code::Conflict),
            StoreError::Busy => Self::new(Code::Unavailable),
            StoreError::Db(cause) => Self::internal(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_spelled_the_same_everywhere() {
        for code in Code::ALL {
            let wire = serde_json::to_value(code).expect("a code is a string");
            assert_eq!(wire, code.as_str());
        }
    }

    #[test]
    fn only_what_may_be_tried_again_says_when() {
        for code in Code::ALL {
            let retryable = [408, 429, 503].contains(&code.status().as_u16());
            let says = Problem::new(*code).respond(None).headers().contains_key(RETRY_AFTER);
            assert_eq!(says, retryable, "{code:?}");
        }
    }

    #[test]
    fn the_cause_stays_inside() {
        let problem = Problem::internal("SELECT secret FROM book");
        assert_eq!(problem.cause(), Some("SELECT secret FROM book"));
        let shown = format!("{problem} {:?}", problem.respond(None).into_body());
        assert!(!shown.contains("secret"), "{shown}");
    }
}
