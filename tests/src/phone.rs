//! A phone: a device key, a cookie jar of one cookie, and the calls the app makes.

use std::io::Write;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use flate2::Compression;
use flate2::write::GzEncoder;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Method, header};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fresh_id;

/// The cookie the server keeps its refresh token in.
pub const COOKIE: &str = "__Host-gocua";

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: header::HeaderMap,
    /// The body, unpacked by nobody.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header as text; empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// The code of a refusal, after a look at its form.
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let body = self.json();
        assert_eq!(body["status"], self.status);
        assert_eq!(body["request_id"], self.header("x-request-id"));
        body["code"].as_str().expect("a code").to_owned()
    }

    /// The refresh cookie this answer sets: `None` when it sets none.
    pub fn cookie(&self) -> Option<String> {
        let set = self.headers.get(header::SET_COOKIE)?.to_str().ok()?;
        let value = set.strip_prefix(COOKIE)?.strip_prefix('=')?;
        Some(value.split(';').next().unwrap_or_default().to_owned())
    }
}

/// An ECDSA P-256 key as a browser makes it.
pub struct DeviceKey(EncodingKey);

impl DeviceKey {
    /// A new key.
    pub fn new() -> Self {
        let pkcs8 =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Self(EncodingKey::from_ec_der(pkcs8.expect("a key").as_ref()))
    }

    /// Its public half, as a browser exports it.
    pub fn public(&self) -> Value {
        let jwk = Jwk::from_encoding_key(&self.0, Algorithm::ES256).expect("a public key");
        let jwk = serde_json::to_value(jwk).expect("JSON");
        json!({"kty": "EC", "crv": "P-256", "x": jwk["x"], "y": jwk["y"],
               "ext": true, "key_ops": ["verify"]})
    }

    /// Signs claims under a `typ`.
    pub fn sign(&self, typ: &str, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(typ.into());
        jsonwebtoken::encode(&header, claims, &self.0).expect("signs")
    }
}

impl Default for DeviceKey {
    fn default() -> Self {
        Self::new()
    }
}

/// A phone with the app open.
pub struct Phone {
    http: reqwest::Client,
    url: String,
    /// Id of the browser profile.
    pub device: Uuid,
    /// Its key.
    pub key: DeviceKey,
    /// The refresh token it holds.
    pub cookie: Option<String>,
    /// The access token it holds.
    pub access: Option<String>,
    device_seq: i64,
}

impl Phone {
    /// A phone out of the box.
    pub fn new(url: &str) -> Self {
        Self {
            http: reqwest::Client::builder().no_proxy().build().expect("a client"),
            url: url.to_owned(),
            device: fresh_id(),
            key: DeviceKey::new(),
            cookie: None,
            access: None,
            device_seq: 0,
        }
    }

    /// A call as the app makes it, left open for a test to spoil.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request =
            self.http.request(method, format!("{}{path}", self.url)).header("X-Gocua", "1");
        if let Some(access) = &self.access {
            request = request.bearer_auth(access);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, format!("{COOKIE}={cookie}"));
        }
        request
    }

    /// Sends a call and keeps the cookie that comes back.
    pub async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let answer = finish(request).await;
        if let Some(cookie) = answer.cookie() {
            self.cookie = Some(cookie).filter(|c| !c.is_empty());
        }
        answer
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        finish(self.request("GET", path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        finish(self.request("POST", path).json(body)).await
    }

    /// The body of a sign-in on this phone.
    pub fn login_body(&self, login: &str, password: &str) -> Value {
        json!({"login": login, "password": password, "device": {
            "device_id": self.device, "public_key": self.key.public(), "name": "Máy thử"
        }})
    }

    /// The body of joining a team on this phone.
    pub fn join_body(&self, code: &str, name: &str) -> Value {
        json!({"code": code, "name": name, "device": {
            "device_id": self.device, "public_key": self.key.public(), "name": "Máy thử"
        }})
    }

    /// Joins a team, and keeps what it got.
    pub async fn join(&mut self, code: &str, name: &str) -> Answer {
        let body = self.join_body(code, name);
        let answer = self.send(self.request("POST", "/api/v1/auth/join").json(&body)).await;
        self.keep_access(&answer);
        answer
    }

    /// Signs in, and keeps what it got.
    pub async fn login(&mut self, login: &str, password: &str) -> Answer {
        let body = self.login_body(login, password);
        let answer = self.send(self.request("POST", "/api/v1/auth/login").json(&body)).await;
        self.keep_access(&answer);
        answer
    }

    /// A proof of this phone under a fresh id.
    pub fn proof(&self) -> String {
        self.proof_with(fresh_id())
    }

    /// A proof of this phone under a chosen id.
    pub fn proof_with(&self, jti: Uuid) -> String {
        let claims = json!({"aud": "gocua-refresh", "device_id": self.device, "jti": jti});
        self.key.sign("gocua-refresh+jwt", &claims)
    }

    /// A proof that it delivers, under a fresh id.
    pub fn delivery_proof(&self) -> String {
        let claims = json!({"aud": "gocua-deliver", "device_id": self.device, "jti": fresh_id()});
        self.key.sign("gocua-deliver+jwt", &claims)
    }

    /// POST without a session, under a proof of the test's making.
    pub async fn post_proven(&self, path: &str, proof: &str, body: &Value) -> Answer {
        let request = self.http.post(format!("{}{path}", self.url)).header("X-Gocua", "1");
        let request = request.header(header::AUTHORIZATION, format!("Device {proof}"));
        finish(request.json(body)).await
    }

    /// Refreshes, and keeps what it got.
    pub async fn refresh(&mut self) -> Answer {
        let proof = self.proof();
        let answer = self.refresh_with(&proof).await;
        if let Some(cookie) = answer.cookie() {
            self.cookie = Some(cookie);
        }
        self.keep_access(&answer);
        answer
    }

    /// Refreshes with a proof of the test's making; what comes back is lost on the way.
    pub async fn refresh_with(&self, proof: &str) -> Answer {
        self.post("/api/v1/auth/refresh", &json!({"proof": proof})).await
    }

    /// Records a visit and pushes it, packed as the app packs it.
    pub async fn knock(
        &mut self,
        household: gocua_domain::id::HouseholdId,
        now: gocua_domain::time::Millis,
    ) -> Answer {
        self.device_seq += 1;
        let push = crate::fixture::visit(self.device, self.device_seq, household, now);
        self.push_packed(push.to_string().as_bytes()).await
    }

    /// Pushes bytes, gzipped.
    pub async fn push_packed(&self, body: &[u8]) -> Answer {
        let mut gz = GzEncoder::new(Vec::new(), Compression::best());
        gz.write_all(body).expect("in memory");
        let request = self
            .request("POST", "/api/v1/sync/push")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_ENCODING, "gzip")
            .body(gz.finish().expect("in memory"));
        finish(request).await
    }

    /// Everything the phone may hold, or what changed since a cursor.
    pub async fn pull(&self, cursor: Option<&str>) -> Answer {
        match cursor {
            None => self.get("/api/v1/sync/pull").await,
            Some(cursor) => self.get(&format!("/api/v1/sync/pull?cursor={cursor}")).await,
        }
    }

    fn keep_access(&mut self, answer: &Answer) {
        if answer.status == 200 {
            self.access = answer.json()["access_token"].as_str().map(str::to_owned);
        }
    }
}

/// Sends a request and waits for all of the answer.
pub async fn finish(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await.expect("the answer arrives").to_vec();
    Answer { status, headers, body }
}
