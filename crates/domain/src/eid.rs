//! How far a resident has come with VNeID, step by step, as told or seen at the door.
//!
//! A volunteer records; only the police capture, confirm and lock. A step of the ladder is news, and
//! counts with whatever evidence it has; a jump overwrites what was known before, and needs evidence
//! no weaker than that.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::edit::Mark;
use crate::id::{HouseholdId, LearnerId, OpId};
use crate::time::Millis;

/// A rung of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EidState {
    /// Chưa hỏi, không rõ.
    #[serde(rename = "UNKNOWN")]
    Unknown,
    /// Chưa thuộc diện.
    #[serde(rename = "NOT_ELIGIBLE")]
    NotEligible,
    /// Chưa có, hết hạn hoặc mất thẻ căn cước chip.
    #[serde(rename = "NO_CARD")]
    NoCard,
    /// Có thẻ, chưa có tài khoản.
    #[serde(rename = "CARD_ONLY")]
    CardOnly,
    /// Mức 1.
    #[serde(rename = "LEVEL1")]
    Level1,
    /// Đã thu nhận hồ sơ mức 2, chờ duyệt: the police only.
    #[serde(rename = "L2_CAPTURED")]
    L2Captured,
    /// Đã được duyệt, chưa kích hoạt.
    #[serde(rename = "L2_ISSUED")]
    L2Issued,
    /// Đã kích hoạt, đăng nhập được.
    #[serde(rename = "L2_ACTIVE")]
    L2Active,
    /// Đang dùng.
    #[serde(rename = "L2_IN_USE")]
    L2InUse,
    /// Mất quyền vào.
    #[serde(rename = "ACCESS_LOST")]
    AccessLost,
    /// Đang khóa: the police only.
    #[serde(rename = "LOCKED")]
    Locked,
}

impl EidState {
    /// Only the police may say so.
    pub fn of_police(self) -> bool {
        matches!(self, Self::L2Captured | Self::Locked)
    }

    /// A volunteer may say so only of what was on the resident's screen.
    fn to_be_seen(self) -> bool {
        matches!(self, Self::L2Issued | Self::L2Active)
    }

    /// Is `to` the next rung, or one the ladder leads back to?
    pub fn leads_to(self, to: Self) -> bool {
        use EidState as S;
        match self {
            S::Unknown => true,
            S::NotEligible => matches!(to, S::NoCard | S::CardOnly | S::Level1),
            S::NoCard => matches!(to, S::CardOnly | S::L2Captured),
            S::CardOnly => matches!(to, S::Level1 | S::L2Captured),
            S::Level1 => matches!(to, S::L2Captured),
            S::L2Captured => matches!(to, S::L2Issued | S::CardOnly),
            S::L2Issued => matches!(to, S::L2Active),
            S::L2Active => matches!(to, S::L2InUse | S::AccessLost | S::Locked),
            S::L2InUse => matches!(to, S::AccessLost | S::Locked),
            S::AccessLost => matches!(to, S::L2Active | S::L2InUse | S::Locked),
            S::Locked => matches!(to, S::L2Active | S::L2InUse | S::AccessLost),
        }
    }
}

/// How one knows, from the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The resident says so.
    SelfReport,
    /// It was on the resident's own screen.
    SeenOnScreen,
    /// The police say so.
    PoliceConfirmed,
}

/// What the resident has to work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EidDevice {
    /// No phone.
    None,
    /// A phone with keys.
    Feature,
    /// A smartphone of the family.
    SharedSmartphone,
    /// The resident's own smartphone.
    OwnSmartphone,
}

/// In whose name the SIM card is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sim {
    /// The resident's.
    OwnName,
    /// A relative's.
    RelativeName,
    /// Nobody knows.
    Unknown,
}

/// Does the resident want level 2?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WantsL2 {
    /// Yes.
    Yes,
    /// Not now.
    Later,
    /// No.
    No,
}

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Blocker {
    /// No phone to do it with.
    NoDevice,
    /// No chip card.
    NoCard,
    /// The SIM card is in another's name.
    SimOtherName,
    /// The phone is too old.
    OldPhone,
    /// Getting there is hard.
    Mobility,
    /// A forgotten password or passcode (which nobody writes down here).
    ForgotSecret,
    /// The code went to a device that is gone.
    OldDeviceCode,
    /// The face is not recognised.
    FaceFail,
    /// The chip cannot be read.
    NfcFail,
    /// The data are wrong.
    DataMismatch,
    /// Afraid of fraud.
    FearScam,
    /// Does not want to.
    NotInterested,
    /// Not in the country.
    Abroad,
}

/// Papers brought into the app. Only that they are, never what they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Paper {
    /// Health insurance.
    Bhyt,
    /// Driving licence.
    Gplx,
    /// Vehicle registration.
    DangKyXe,
    /// Dependants.
    NguoiPhuThuoc,
    /// Social security account.
    AnSinh,
    /// Health book.
    SoSucKhoe,
    /// Digital signature.
    ChuKySo,
}

/// What belongs to the rung: a picture of the whole; what is left out is not known, or no more so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EidDetails {
    /// What the resident has to work with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<EidDevice>,
    /// In whose name the SIM card is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sim: Option<Sim>,
    /// Does the resident want level 2?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wants_l2: Option<WantsL2>,
    /// What stands in the way.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Blocker>))]
    pub blockers: BTreeSet<Blocker>,
    /// Papers brought into the app.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Paper>))]
    pub integrated: BTreeSet<Paper>,
}

/// Payload of `learner.eid`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LearnerEid {
    /// The door.
    pub household_id: HouseholdId,
    /// The resident.
    pub learner_id: LearnerId,
    /// The rung.
    pub state: EidState,
    /// How one knows.
    pub evidence: Evidence,
    /// "Đã có từ trước, thấy trên máy": it was so before, and has been seen now. Allows a jump.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub before: bool,
    /// What the resident has to work with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<EidDevice>,
    /// In whose name the SIM card is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sim: Option<Sim>,
    /// Does the resident want level 2?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wants_l2: Option<WantsL2>,
    /// What stands in the way.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Blocker>))]
    pub blockers: BTreeSet<Blocker>,
    /// Papers brought into the app.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Paper>))]
    pub integrated: BTreeSet<Paper>,
}

/// Why a rung cannot enter the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EidFault {
    /// Only the police may say so.
    NotYoursToSet,
    /// Nothing known before leads there.
    NoSuchStep,
    /// It would overwrite what is known better, or must be seen on the screen to be said at all.
    WeakerEvidence,
}

/// Where a resident stands, and how one knows.
pub type Standing = (EidState, Evidence);

impl LearnerEid {
    /// Checks what a volunteer says, whatever was known before.
    ///
    /// # Errors
    /// [`EidFault::NotYoursToSet`], then [`EidFault::WeakerEvidence`].
    pub fn checked(&self) -> Result<(), EidFault> {
        if self.state.of_police() || self.evidence == Evidence::PoliceConfirmed {
            return Err(EidFault::NotYoursToSet);
        }
        if self.state.to_be_seen() && self.evidence < Evidence::SeenOnScreen {
            return Err(EidFault::WeakerEvidence);
        }
        Ok(())
    }

    /// Where the resident stands after a volunteer has said this, given what was known before.
    /// Saying the same rung again weakens nothing: the better evidence stays.
    ///
    /// # Errors
    /// Those of [`checked`](Self::checked), then [`EidFault::NoSuchStep`], then
    /// [`EidFault::WeakerEvidence`] for a jump.
    pub fn after(&self, known: Option<Standing>) -> Result<Standing, EidFault> {
        self.checked()?;
        let Some((from, evidence)) = known else { return Ok((self.state, self.evidence)) };
        if from == self.state {
            return Ok((from, evidence.max(self.evidence)));
        }
        if from.leads_to(self.state) {
            return Ok((self.state, self.evidence));
        }
        if !self.before || self.evidence != Evidence::SeenOnScreen {
            return Err(EidFault::NoSuchStep);
        }
        if self.evidence < evidence {
            return Err(EidFault::WeakerEvidence);
        }
        Ok((self.state, self.evidence))
    }

    /// What belongs to the rung.
    pub fn details(&self) -> EidDetails {
        EidDetails {
            device: self.device,
            sim: self.sim,
            wants_l2: self.wants_l2,
            blockers: self.blockers.clone(),
            integrated: self.integrated.clone(),
        }
    }
}

/// One rung in the history of a resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastEid {
    /// Its place in time.
    pub mark: Mark,
    /// Where the resident stood then.
    pub standing: Standing,
}

/// What was known just before a place in the history, whatever has arrived since.
pub fn known_before(history: &[PastEid], key: (Millis, OpId)) -> Option<Standing> {
    history
        .iter()
        .filter(|past| past.mark.key() < key)
        .max_by_key(|past| past.mark.key())
        .map(|past| past.standing)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::sync::Reason;

    #[test]
    fn shared_vectors() {
        let cases: Vec<Value> =
            serde_json::from_str(include_str!("../../../tests/vectors/eid.json")).expect("cases");
        assert!(cases.len() > 40);
        for case in cases {
            let mut sent = json!({
                "household_id": Uuid::from_u128(1), "learner_id": Uuid::from_u128(2)
            });
            for (key, value) in case["sent"].as_object().expect("fields") {
                sent[key] = value.clone();
            }
            let known: Option<Standing> =
                serde_json::from_value(case["known"].clone()).expect("known");
            let got = match crate::sync::read::<LearnerEid>(&sent)
                .and_then(|eid| eid.after(known).map_err(Reason::from))
            {
                Ok(standing) => json!({ "ok": standing }),
                Err(reason) => json!({ "fault": reason.code() }),
            };
            assert_eq!(got, case["gives"], "{} {}", case["known"], case["sent"]);
        }
    }
}
