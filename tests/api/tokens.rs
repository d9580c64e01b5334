//! Access tokens nobody should accept. Every one of them gets the same answer.

use gocua_domain::id::SessionId;
use gocua_tests::fixture::{VOLUNTEER, account};
use gocua_tests::{START, TestApp, fresh_id, on_both};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// The harness's root secret; the server's keys are derived from it, so none of them is this.
const ROOT: [u8; 64] = [0x5a; 64];

/// Base64url without padding, as JWTs have it.
fn b64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            text.push(char::from(DIGITS[(n >> (18 - 6 * digit) & 63) as usize]));
        }
    }
    text
}

fn unsigned(header: &Value, claims: &Value, signature: &str) -> String {
    let part = |v: &Value| b64(v.to_string().as_bytes());
    format!("{}.{}.{signature}", part(header), part(claims))
}

/// The parts of a good token, to spoil one at a time.
struct Forge {
    good: String,
    header: Header,
    claims: Value,
}

impl Forge {
    fn new(good: &str) -> Self {
        let (sub, sid) = gocua_tests::secrets().read_access(good, START).expect("good");
        let (iat, exp) = (START.0 / 1000, START.0 / 1000 + 900);
        let claims = json!({"iss": "gocua", "aud": "gocua-api", "sub": sub, "sid": sid, "iat": iat, "exp": exp});
        let header = jsonwebtoken::decode_header(good).expect("a JWT");
        Self { good: good.to_owned(), header, claims }
    }

    /// Signed with a key this server does not have.
    fn foreign(&self, header: &Header, claims: &Value, secret: &[u8]) -> String {
        jsonwebtoken::encode(header, claims, &EncodingKey::from_secret(secret)).expect("signs")
    }

    fn with_header(&self, change: impl Fn(&mut Value)) -> Value {
        let mut header = serde_json::to_value(&self.header).expect("JSON");
        change(&mut header);
        header
    }

    fn with_claim(&self, name: &str, value: Value) -> Value {
        let mut claims = self.claims.clone();
        claims[name] = value;
        claims
    }

    fn signature(&self) -> &str {
        self.good.rsplit('.').next().unwrap_or_default()
    }

    /// Tokens that keep the good signature over something else, or have none.
    fn spoiled(&self) -> Vec<String> {
        let mut all = Vec::new();
        let (head, body) = (self.with_header(|_| ()), &self.claims);
        for alg in [
            "none", "None", "NONE", "nOnE", "HS384", "HS512", "RS256", "ES256", "PS256", "",
            "HS256 ",
        ] {
            let header = self.with_header(|h| h["alg"] = json!(alg));
            all.push(unsigned(&header, body, ""));
            all.push(unsigned(&header, body, self.signature()));
        }
        let kids =
            ["../../../../dev/null", "' OR 1=1 --", "0", "", "\0", "https://example.invalid/key"];
        for kid in kids {
            all.push(unsigned(
                &self.with_header(|h| h["kid"] = json!(kid)),
                body,
                self.signature(),
            ));
        }
        let link = json!("https://example.invalid/keys.json");
        for (name, value) in [
            ("jku", link.clone()),
            ("x5u", link),
            ("jwk", json!({"kty": "oct", "k": b64(&ROOT)})),
            ("crit", json!(["exp"])),
            ("typ", json!("JWT")),
            ("typ", json!("gocua-refresh+jwt")),
            ("cty", json!("JWT")),
            ("zip", json!("DEF")),
            ("b64", json!(false)),
        ] {
            let header = self.with_header(|h| h[name] = value.clone());
            all.push(unsigned(&header, body, self.signature()));
        }
        for (name, value) in [
            ("sub", json!(account("admin"))),
            ("sid", json!(fresh_id())),
            ("exp", json!(9_999_999_999_i64)),
            ("role", json!("admin")),
        ] {
            all.push(unsigned(&head, &self.with_claim(name, value), self.signature()));
        }
        all
    }

    /// Well-formed tokens under keys of others: random, empty, and the public parts of this server.
    fn forged(&self) -> Vec<String> {
        let kid = self.header.kid.clone().unwrap_or_default();
        let mut all = Vec::new();
        for secret in [&ROOT[..], b"", b"secret", &[0; 64], kid.as_bytes(), b"gocua"] {
            all.push(self.foreign(&self.header, &self.claims, secret));
        }
        for alg in [Algorithm::HS384, Algorithm::HS512] {
            let header = Header { alg, ..self.header.clone() };
            all.push(self.foreign(&header, &self.claims, &ROOT));
        }
        all
    }

    /// What is no token at all.
    fn broken(&self) -> Vec<String> {
        let good = self.good.as_str();
        let mut all: Vec<String> = ["", ".", "..", "...", "a.b.c", "null", "{}", "Bearer"]
            .into_iter()
            .map(str::to_owned)
            .collect();
        all.extend([
            good[1..].to_owned(),
            good[..good.len() - 1].to_owned(),
            format!("{good}."),
            format!(".{good}"),
            format!("{good}.{good}"),
            format!("{good}="),
            format!("{good} {good}"),
            good.replace('.', ".."),
            good.to_uppercase(),
            good.chars().rev().collect(),
            good.split('.').take(2).collect::<Vec<_>>().join("."),
            b64(good.as_bytes()),
            "A".repeat(60_000),
            format!("{}.{}", "A".repeat(30_000), good),
            unsigned(&json!([]), &json!([]), self.signature()),
            unsigned(&json!({"alg": {"alg": "none"}}), &self.claims, ""),
        ]);
        all
    }
}

/// Claims signed with the server's own key, and still wrong.
fn own_key(app: &TestApp) -> Vec<String> {
    let secrets = gocua_tests::secrets();
    let token = |account, session, at| secrets.access(account, session, at).expect("signs").0;
    let someone = account(VOLUNTEER);
    vec![
        // A session that never was, and one of the account nil.
        token(someone, SessionId(fresh_id()), app.now()),
        token(someone, SessionId(uuid::Uuid::nil()), app.now()),
        // Good a quarter of an hour ago, and made in 1970.
        token(someone, SessionId(fresh_id()), app.now().plus(-900_000)),
        token(someone, SessionId(fresh_id()), gocua_domain::time::Millis(0)),
    ]
}

on_both! {
    async fn hostile_access_tokens_all_get_the_same_answer(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let good = phone.access.clone().expect("signed in");
        let forge = Forge::new(&good);
        let mut corpus = [forge.spoiled(), forge.forged(), forge.broken(), own_key(app)].concat();
        // Somebody else's session under one's own name.
        let other = app.signed_in("volunteer2").await.access.expect("signed in");
        let (_, session) = gocua_tests::secrets().read_access(&other, START).expect("good");
        let stolen = gocua_tests::secrets().access(account(VOLUNTEER), session, START);
        corpus.push(stolen.expect("signs").0);
        assert!(corpus.len() >= 60, "{}", corpus.len());
        let mut bodies = std::collections::BTreeSet::new();
        for token in corpus {
            phone.access = None;
            let shown = token.chars().take(300).collect::<String>();
            let request = phone.request("GET", "/api/v1/me");
            let Ok(value) = reqwest::header::HeaderValue::from_str(&format!("Bearer {token}")) else {
                continue;
            };
            let answer = gocua_tests::phone::finish(request.header("authorization", value)).await;
            assert_eq!(answer.status, 401, "{shown}");
            let mut body = answer.json();
            body["request_id"] = json!(null);
            bodies.insert(body.to_string());
        }
        assert_eq!(bodies.len(), 1, "{bodies:?}");
        phone.access = Some(good);
        assert_eq!(phone.get("/api/v1/me").await.status, 200);
    }

    async fn only_the_bearer_scheme_is_a_way_in(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let good = phone.access.take().expect("signed in");
        for value in ["", "Bearer", "Bearer ", &good, &format!("bearer {good}"), &format!("Basic {good}"),
            &format!("Bearer  {good}"), &format!("Bearer {good} ")[..].replace(' ', "\t")]
        {
            let request = phone.request("GET", "/api/v1/me").header("authorization", value);
            assert_eq!(gocua_tests::phone::finish(request).await.code(), "token_invalid", "{value}");
        }
        let in_query = phone.get(&format!("/api/v1/me?access_token={good}")).await;
        assert_eq!(in_query.code(), "token_invalid");
    }
}
