//! The three tokens: access (JWT), refresh (cookie), and the device's proof (JWS).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use gocua_domain::id::{AccountId, DeviceId, SessionId};
use gocua_domain::time::Millis;
use hmac::Mac;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::secrets::{Secrets, hex, unhex};
use crate::api::problem::Problem;

/// How long an access token serves.
pub const ACCESS_MS: i64 = 15 * 60_000;
/// An access token is a few hundred bytes; longer ones are not worth decoding.
const TOKEN_MAX: usize = 2_048;
const ISSUER: &str = "gocua";
const ACCESS_AUDIENCE: &str = "gocua-api";
const ACCESS_TYPE: &str = "at+jwt";

/// What a device signs a proof for. One made for one thing is worth nothing for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A refresh, or the word that the device has wiped itself.
    Refresh,
    /// Delivering parcels.
    Deliver,
}

impl Purpose {
    fn audience(self) -> &'static str {
        match self {
            Self::Refresh => "gocua-refresh",
            Self::Deliver => "gocua-deliver",
        }
    }

    fn header_type(self) -> &'static str {
        match self {
            Self::Refresh => "gocua-refresh+jwt",
            Self::Deliver => "gocua-deliver+jwt",
        }
    }
}

/// Claims of an access token: which session, and until when. What the caller may do is not in it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Access {
    iss: String,
    aud: String,
    sub: AccountId,
    sid: SessionId,
    iat: i64,
    exp: i64,
}

impl Secrets {
    /// An access token for a session, and when it ends.
    ///
    /// # Errors
    /// [`crate::api::problem::Code::Internal`] when it cannot be signed.
    pub fn access(
        &self,
        account: AccountId,
        session: SessionId,
        now: Millis,
    ) -> Result<(String, Millis), Problem> {
        // Whole seconds, as the claim has them.
        let until = Millis((now.0 + ACCESS_MS) / 1000 * 1000);
        let claims = Access {
            iss: ISSUER.into(),
            aud: ACCESS_AUDIENCE.into(),
            sub: account,
            sid: session,
            iat: now.0 / 1000,
            exp: until.0 / 1000,
        };
        let token = jsonwebtoken::encode(&self.access_header(), &claims, &self.signing);
        Ok((token.map_err(Problem::internal)?, until))
    }

    /// The account and session of an access token that this server made and that is good now.
    pub fn read_access(&self, token: &str, now: Millis) -> Option<(AccountId, SessionId)> {
        if token.len() > TOKEN_MAX {
            return None;
        }
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[ACCESS_AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library looks at the machine's clock; time is an argument here. See below.
        rules.validate_exp = false;
        let read = jsonwebtoken::decode::<Access>(token, &self.checking, &rules).ok()?;
        // Exactly the header this server writes: nothing to be talked into by `jwk` or `crit`.
        let good = read.header == self.access_header() && now.0 / 1000 < read.claims.exp;
        good.then_some((read.claims.sub, read.claims.sid))
    }

    fn access_header(&self) -> Header {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(ACCESS_TYPE.into());
        header.kid = Some(self.key_id.clone());
        header
    }

    /// The refresh token of a rotation. It is computed, not stored: the same can be given again.
    pub fn refresh(&self, session: SessionId, rotation: i32, session_secret: &str) -> String {
        let text = refresh_text(session, rotation);
        let code = self.refresh_code(&text, session_secret).finalize().into_bytes();
        format!("{text}.{}", hex(&code))
    }

    /// Whether this server made the token, for the session with this secret.
    pub fn made(&self, shown: &ShownRefresh, session_secret: &str) -> bool {
        let text = refresh_text(shown.session, shown.rotation);
        self.refresh_code(&text, session_secret).verify_slice(&shown.code).is_ok()
    }
}

fn refresh_text(session: SessionId, rotation: i32) -> String {
    format!("{}.{rotation}", session.0.simple())
}

/// A refresh token taken apart; nothing in it is to be believed before [`Secrets::made`] says so.
#[derive(Debug, PartialEq, Eq)]
pub struct ShownRefresh {
    /// The session it names.
    pub session: SessionId,
    /// The rotation it claims.
    pub rotation: i32,
    code: Vec<u8>,
}

/// Takes a refresh token apart.
pub fn read_refresh(token: &str) -> Option<ShownRefresh> {
    let mut parts = token.split('.');
    let session = Uuid::try_parse(parts.next()?).ok().map(SessionId)?;
    let rotation = parts.next()?.parse().ok().filter(|n| *n >= 0)?;
    let code = unhex(parts.next()?)?;
    parts.next().is_none().then_some(ShownRefresh { session, rotation, code })
}

/// A device's public key as the browser exports it (JWK). Members it does not need are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceKey {
    /// `EC`
    pub kty: String,
    /// `P-256`
    pub crv: String,
    /// Base64url of 32 bytes.
    pub x: String,
    /// Base64url of 32 bytes.
    pub y: String,
}

impl DeviceKey {
    /// Whether it is a P-256 key at all.
    pub fn plausible(&self) -> bool {
        let coordinate = |c: &str| {
            c.len() == 43 && c.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        self.kty == "EC" && self.crv == "P-256" && coordinate(&self.x) && coordinate(&self.y)
    }

    /// One spelling for one key.
    pub fn canonical(&self) -> String {
        let Self { kty, crv, x, y } = self;
        format!(r#"{{"crv":"{crv}","kty":"{kty}","x":"{x}","y":"{y}"}}"#)
    }
}

/// What the device's proof says.
#[derive(Deserialize)]
struct ProofClaims {
    device_id: DeviceId,
    jti: Uuid,
}

/// The id of a proof that a device signed for this purpose, or `None`.
pub fn read_proof(
    proof: &str,
    public_key: &str,
    device: DeviceId,
    purpose: Purpose,
) -> Option<Uuid> {
    if proof.len() > TOKEN_MAX {
        return None;
    }
    let key: DeviceKey = serde_json::from_str(public_key).ok()?;
    let key = DecodingKey::from_ec_components(&key.x, &key.y).ok()?;
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_audience(&[purpose.audience()]);
    rules.set_required_spec_claims(&["aud"]);
    // A phone's clock proves nothing; the id, which serves once, does.
    rules.validate_exp = false;
    let read = jsonwebtoken::decode::<ProofClaims>(proof, &key, &rules).ok()?;
    let typ = read.header.typ.as_deref();
    let good = typ == Some(purpose.header_type()) && read.claims.device_id == device;
    good.then_some(read.claims.jti)
}

/// The device a proof names, before anybody has looked at its signature.
pub fn claimed_device(proof: &str) -> Option<DeviceId> {
    if proof.len() > TOKEN_MAX {
        return None;
    }
    let part = proof.split('.').nth(1)?;
    let claims: ProofClaims =
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
    Some(claims.device_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::from_bytes(&[9; 64])
    }

    #[test]
    fn an_access_token_serves_until_its_second() {
        let (account, session) = (AccountId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        let now = Millis(1_800_000_000_123);
        let (token, until) = secrets().access(account, session, now).expect("signed");
        assert_eq!(until, Millis(1_800_000_900_000));
        assert_eq!(secrets().read_access(&token, now), Some((account, session)));
        assert_eq!(secrets().read_access(&token, until.plus(-1)), Some((account, session)));
        assert_eq!(secrets().read_access(&token, until), None);
        assert_eq!(Secrets::from_bytes(&[8; 64]).read_access(&token, now), None);
    }

    #[test]
    fn a_refresh_token_can_be_computed_again_and_not_be_made_up() {
        let session = SessionId(Uuid::from_u128(2));
        let token = secrets().refresh(session, 3, "secret");
        assert_eq!(token, secrets().refresh(session, 3, "secret"));
        let shown = read_refresh(&token).expect("reads");
        assert_eq!((shown.session, shown.rotation), (session, 3));
        assert!(secrets().made(&shown, "secret"));
        assert!(!secrets().made(&shown, "other"));
        assert!(!Secrets::from_bytes(&[8; 64]).made(&shown, "secret"));
        let next = ShownRefresh { rotation: 4, ..read_refresh(&token).expect("reads") };
        assert!(!secrets().made(&next, "secret"));
        for wrong in
            ["", ".", "a.b.c", &token[1..], &format!("{token}.x"), &token.replace(".3.", ".-3.")]
        {
            assert!(read_refresh(wrong).is_none(), "{wrong}");
        }
    }
}
