//! Parcels: unsent work that its phone sealed for this server, so that another phone can carry it
//! here without being able to read or change it.
//!
//! HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. What is inside
//! is signed by the phone that wrote it: the seal keeps readers out, the signature tells the writer.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use gocua_domain::id::{AccountId, DeviceId};
use gocua_domain::sync::{MAX_OPS, OLDEST_OP_MS, PushRequest};
use gocua_domain::time::Millis;
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::DhP256HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, Serializable, single_shot_open};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::secrets::hex;
use super::token::DeviceKey;

const INFO: &[u8] = b"gocua-parcel-1";
const AUDIENCE: &str = "gocua-parcel";
const TYPE: &str = "gocua-parcel+jwt";
/// The longest `ct`, in characters.
const PARCEL_MAX: usize = 512 * 1024;

/// The key that opens parcels.
pub struct Seal {
    /// Names the key: parcels outlive a server's secrets.
    kid: String,
    public: String,
    private: <DhP256HkdfSha256 as Kem>::PrivateKey,
}

/// What a phone needs to seal work for this server.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SealView {
    /// Name of the key.
    pub kid: String,
    /// The public key: an uncompressed point of P-256, base64url.
    pub key: String,
}

/// A parcel as it travels.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The key it was sealed for.
    pub kid: String,
    /// The encapsulated key, base64url.
    pub enc: String,
    /// The sealed content, base64url; at most 512 KiB.
    pub ct: String,
}

/// Why a parcel was not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// Cut off, changed on the way, or not what a phone seals.
    Unreadable,
    /// Sealed for another server, or for this one before it lost its secrets.
    UnknownKey,
    /// Not signed by a phone on which this account has signed in.
    NotSigned,
    /// Of another ward.
    OtherWard,
}

/// A parcel's content, whose author is only claimed.
#[derive(Debug)]
pub struct Opened {
    /// Who says to have written it.
    pub account: AccountId,
    /// On which phone.
    pub device: DeviceId,
    jws: String,
}

/// What the phone says of its work.
#[derive(Debug, Deserialize)]
struct Claims {
    sent_at: Millis,
    /// By how much the phone's clock was behind the server's when they last spoke.
    #[serde(default)]
    clock_off: i64,
    app_version: String,
    ops: Value,
}

#[derive(Deserialize)]
struct Author {
    device_id: DeviceId,
    account_id: AccountId,
}

impl Seal {
    /// The key pair of a server, out of its secrets.
    pub(super) fn from_seed(seed: &[u8]) -> Self {
        let (private, public) = DhP256HkdfSha256::derive_keypair(seed);
        let public = public.to_bytes();
        Self {
            kid: hex(&Sha256::digest(public)[..8]),
            public: BASE64_URL_SAFE_NO_PAD.encode(public),
            private,
        }
    }

    /// What phones are told.
    pub fn view(&self) -> SealView {
        SealView { kid: self.kid.clone(), key: self.public.clone() }
    }

    /// Opens a parcel. Who wrote it is not known before [`Opened::signed`].
    ///
    /// # Errors
    /// [`Refused::UnknownKey`], [`Refused::Unreadable`].
    pub fn open(&self, sealed: &Sealed) -> Result<Opened, Refused> {
        if sealed.kid != self.kid {
            return Err(Refused::UnknownKey);
        }
        if sealed.ct.len() > PARCEL_MAX {
            return Err(Refused::Unreadable);
        }
        let unreadable = || Refused::Unreadable;
        let bytes = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let enc = bytes(&sealed.enc).ok_or_else(unreadable)?;
        let enc = <DhP256HkdfSha256 as Kem>::EncappedKey::from_bytes(&enc);
        let plain = single_shot_open::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
            &OpModeR::Base,
            &self.private,
            &enc.map_err(|_| Refused::Unreadable)?,
            INFO,
            &bytes(&sealed.ct).ok_or_else(unreadable)?,
            self.kid.as_bytes(),
        );
        let jws = plain.ok().and_then(|p| String::from_utf8(p).ok()).ok_or_else(unreadable)?;
        let Author { device_id, account_id } = payload(&jws).ok_or_else(unreadable)?;
        Ok(Opened { account: account_id, device: device_id, jws })
    }
}

impl Opened {
    /// The batch inside, if one of these keys signed it. The keys are those with which the account
    /// has signed in on the phone.
    ///
    /// A push's `sent_at` tells how far the phone's clock is off at that moment. A parcel lay about
    /// for hours or days, so its age says nothing: what counts is the difference the phone saw when
    /// it last spoke to the server, or at least as much as makes it sealed before it arrived.
    ///
    /// # Errors
    /// [`Refused::NotSigned`], [`Refused::Unreadable`].
    pub fn signed(&self, keys: &[String], now: Millis) -> Result<PushRequest, Refused> {
        let claims = keys.iter().find_map(|key| self.verify(key)).ok_or(Refused::NotSigned)?;
        let off = claims.clock_off.min(now.0.saturating_sub(claims.sent_at.0));
        // A clock further off than the oldest work may be is told apart no more.
        let off = off.clamp(-OLDEST_OP_MS, OLDEST_OP_MS);
        let ops = claims.ops.as_array().map_or(0, Vec::len);
        if !(1..=MAX_OPS).contains(&ops) {
            return Err(Refused::Unreadable);
        }
        let push = json!({
            "device_id": self.device,
            "app_version": claims.app_version,
            "sent_at": now.0.saturating_sub(off),
            "queued": ops,
            "ops": claims.ops,
        });
        serde_json::from_value(push).map_err(|_| Refused::Unreadable)
    }

    fn verify(&self, public_key: &str) -> Option<Claims> {
        let key: DeviceKey = serde_json::from_str(public_key).ok()?;
        let key = DecodingKey::from_ec_components(&key.x, &key.y).ok()?;
        let mut rules = Validation::new(Algorithm::ES256);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["aud"]);
        // Work does not go stale, and a phone's clock proves nothing.
        rules.validate_exp = false;
        let read = jsonwebtoken::decode::<Claims>(&self.jws, &key, &rules).ok()?;
        (read.header.typ.as_deref() == Some(TYPE)).then_some(read.claims)
    }
}

/// The payload of a JWS whose signature nobody has looked at.
fn payload<T: DeserializeOwned>(jws: &str) -> Option<T> {
    let part = jws.split('.').nth(1)?;
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::secrets::unhex;

    /// RFC 9180, appendix A.3: `DeriveKeyPair` of DHKEM(P-256, HKDF-SHA256).
    #[test]
    fn the_key_pair_is_the_one_the_rfc_derives() {
        let seed = "668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550";
        let public = "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a82\
                      6a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0";
        let seal = Seal::from_seed(&unhex(seed).expect("hexadecimal"));
        let key = BASE64_URL_SAFE_NO_PAD.decode(seal.view().key).expect("base64url");
        assert_eq!(hex(&key), public);
        assert_eq!(seal.view().kid, hex(&Sha256::digest(&key)[..8]));
    }
}
