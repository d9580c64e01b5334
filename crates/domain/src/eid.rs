//! How far a resident has come with VNeID, step by step, as told or seen at the door.
//!
//! A volunteer records; only the police capture, confirm and lock. A step of the ladder is news, and
//! counts with whatever evidence it has; a jump overwrites what was known before, and needs evidence
//! no weaker than that.
//!
//! There are two tracks. Volunteers' words are judged by volunteers' words alone, as if the police had
//! never spoken: a phone that must not know what the police said decides as the server does. What the
//! police say stands beside them, and [`standing`] takes both together for officers, desk and figures.
//!
//! A word said by mistake is taken back by the team that said it, at any time: the resident then
//! stands where the words that are left put him. Both words stay in the history.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::edit::Mark;
use crate::id::{HouseholdId, LearnerId, OpId, ReferralId, TeamId};
use crate::sync::Why;
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

    /// The app opens on a screen: nobody stands here without a phone that has one.
    fn opens(self) -> bool {
        matches!(self, Self::L2Active | Self::L2InUse)
    }

    /// How high the rung is. Who lost the way in, or is locked out, stands where activation is the next
    /// step up.
    fn height(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::NotEligible => 1,
            Self::NoCard => 2,
            Self::CardOnly => 3,
            Self::Level1 => 4,
            Self::L2Captured => 5,
            Self::L2Issued | Self::AccessLost | Self::Locked => 6,
            Self::L2Active => 7,
            Self::L2InUse => 8,
        }
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

impl EidDevice {
    /// Can VNeID be opened on it?
    fn opens_vneid(self) -> bool {
        matches!(self, Self::SharedSmartphone | Self::OwnSmartphone)
    }
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
    /// The resident has no phone on which the app could open.
    NeedsSmartphone,
}

/// Payload of `learner.eid_withdraw`: a word about a rung was a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EidWithdraw {
    /// The door.
    pub household_id: HouseholdId,
    /// The resident.
    pub learner_id: LearnerId,
    /// The operation that said it.
    pub eid_id: OpId,
    /// Why.
    pub why: Why,
}

/// Payload of `eid.confirm`: an officer says where the resident of a referral stands. Its evidence is
/// always that of the police.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EidConfirm {
    /// The referral through which the police know of the resident.
    pub referral_id: ReferralId,
    /// The resident.
    pub learner_id: LearnerId,
    /// The rung.
    pub state: EidState,
    /// Why, when the ladder does not lead there from what was known: a correction. The history stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

/// Where a resident stands, and how one knows.
pub type Standing = (EidState, Evidence);

impl LearnerEid {
    /// Checks what a volunteer says, whatever was known before.
    ///
    /// # Errors
    /// [`EidFault::NotYoursToSet`], then [`EidFault::WeakerEvidence`], then
    /// [`EidFault::NeedsSmartphone`].
    pub fn checked(&self) -> Result<(), EidFault> {
        self.said_of(self.device)
    }

    fn said_of(&self, device: Option<EidDevice>) -> Result<(), EidFault> {
        if self.state.of_police() || self.evidence == Evidence::PoliceConfirmed {
            return Err(EidFault::NotYoursToSet);
        }
        if self.state.to_be_seen() && self.evidence < Evidence::SeenOnScreen {
            return Err(EidFault::WeakerEvidence);
        }
        if self.state.opens() && device.is_some_and(|device| !device.opens_vneid()) {
            return Err(EidFault::NeedsSmartphone);
        }
        Ok(())
    }

    /// Where the resident stands after a volunteer has said this, given what was known before.
    /// Saying the same rung again weakens nothing: the better evidence stays. Of the device, what was
    /// known holds until another is named: leaving it out gives nobody a smartphone.
    ///
    /// # Errors
    /// Those of [`checked`](Self::checked), then [`EidFault::NoSuchStep`], then
    /// [`EidFault::WeakerEvidence`] for a jump.
    pub fn after(&self, known: Option<Known>) -> Result<Standing, EidFault> {
        self.said_of(self.device.or(known.and_then(|known| known.device)))?;
        let Some(Known { standing: (from, evidence), .. }) = known else {
            return Ok((self.state, self.evidence));
        };
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

/// What the next word about a resident is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Where he stands.
    pub standing: Standing,
    /// What he has to work with, as far as that was said.
    pub device: Option<EidDevice>,
}

/// One word in the history of a resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastEid {
    /// Its place in time.
    pub mark: Mark,
    /// The team that said it; the police have none.
    pub team: Option<TeamId>,
    /// What was said.
    pub said: EidSaid,
}

/// What a word in the history says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EidSaid {
    /// Where the resident stands from then on.
    Stands(Known),
    /// An earlier word of the team was a mistake.
    TakesBack(OpId),
}

impl PastEid {
    /// May a team take this word back? Its own, and never one that says what only the police may.
    pub fn yields_to(&self, team: Option<TeamId>) -> bool {
        let EidSaid::Stands(Known { standing: (state, evidence), .. }) = self.said else {
            return false;
        };
        team.is_some()
            && self.team == team
            && !state.of_police()
            && evidence != Evidence::PoliceConfirmed
    }

    /// Is it a word of the police? They walk with no team.
    pub fn of_police(&self) -> bool {
        self.team.is_none()
    }

    /// Was this word taken back by one of these?
    pub fn taken_back<'a>(&self, by: impl IntoIterator<Item = &'a Self>) -> bool {
        by.into_iter().any(|other| {
            other.said == EidSaid::TakesBack(self.mark.op) && self.yields_to(other.team)
        })
    }
}

/// Where a resident stands, all words taken together, and when that was said.
///
/// A word of the police always stands. A volunteer's stands over another volunteer's; over what the
/// police confirmed only if it was seen on the screen and is further up the ladder. It depends on what
/// was said, never on the order in which it arrived.
pub fn standing(history: &[PastEid]) -> Option<(Standing, Millis)> {
    standing_before(history, END)
}

/// The same, just before a place in the history.
pub fn standing_before(history: &[PastEid], key: (Millis, OpId)) -> Option<(Standing, Millis)> {
    words(history, key, |_| true).into_iter().fold(None, |stands, (past, known)| {
        let said = (known.standing, past.mark.stamp);
        match stands {
            Some((before, _)) if !past.of_police() && !moves(before, known.standing) => stands,
            _ => Some(said),
        }
    })
}

/// Does a volunteer's word change what stood before it?
fn moves((from, known): Standing, (to, seen): Standing) -> bool {
    known < Evidence::PoliceConfirmed
        || (seen >= Evidence::SeenOnScreen && to.height() > from.height())
}

/// After every word that can be said.
const END: (Millis, OpId) = (Millis(i64::MAX), OpId(uuid::Uuid::max()));

/// The words of volunteers that hold just before a place in the history, the last one last: those taken back by
/// then do not. Depends on what was said, never on the order in which it arrived.
pub fn words_before(history: &[PastEid], key: (Millis, OpId)) -> Vec<(PastEid, Known)> {
    words(history, key, |past| !past.of_police())
}

fn words(
    history: &[PastEid],
    key: (Millis, OpId),
    which: impl Fn(&PastEid) -> bool,
) -> Vec<(PastEid, Known)> {
    let by_then = || history.iter().filter(|past| past.mark.key() < key);
    let mut words: Vec<_> = by_then()
        .filter(|past| which(past))
        .filter_map(|past| match past.said {
            EidSaid::Stands(known) if !past.taken_back(by_then()) => Some((*past, known)),
            _ => None,
        })
        .collect();
    words.sort_by_key(|(past, _)| past.mark.key());
    words
}

/// The words of volunteers that hold now, the last one last.
pub fn words_now(history: &[PastEid]) -> Vec<(PastEid, Known)> {
    words_before(history, END)
}

/// What volunteers knew just before a place in the history, whatever has arrived since.
pub fn known_before(history: &[PastEid], key: (Millis, OpId)) -> Option<Known> {
    words_before(history, key).last().map(|(_, known)| *known)
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
            let device = serde_json::from_value(case["device"].clone()).expect("a device");
            let known = known.map(|standing| Known { standing, device });
            let got = match crate::sync::read::<LearnerEid>(&sent)
                .and_then(|eid| eid.after(known).map_err(Reason::from))
            {
                Ok(standing) => json!({ "ok": standing }),
                Err(reason) => json!({ "fault": reason.code() }),
            };
            assert_eq!(got, case["gives"], "{} {}", case["known"], case["sent"]);
        }
    }

    #[test]
    fn shared_histories() {
        let file = include_str!("../../../tests/vectors/eid-history.json");
        let cases: Vec<Value> = serde_json::from_str(file).expect("cases");
        assert!(cases.len() > 10);
        let id = |value: &Value| u128::from(value.as_u64().expect("a number"));
        let reader = Some(TeamId(Uuid::from_u128(1)));
        for case in cases {
            let words = case["said"].as_array().expect("words").iter();
            let mut history: Vec<PastEid> = words
                .map(|word| PastEid {
                    mark: Mark {
                        op: OpId(Uuid::from_u128(id(&word["id"]))),
                        account: crate::id::AccountId(Uuid::nil()),
                        device: crate::id::DeviceId(Uuid::nil()),
                        device_seq: 1,
                        stamp: Millis(word["at"].as_i64().expect("an instant")),
                    },
                    team: Some(TeamId(Uuid::from_u128(u128::from(word["team"] == "a")))),
                    said: match word.get("takes_back") {
                        Some(of) => EidSaid::TakesBack(OpId(Uuid::from_u128(id(of)))),
                        None => EidSaid::Stands(Known {
                            standing: serde_json::from_value(json!([
                                word["state"],
                                word["evidence"]
                            ]))
                            .expect("a standing"),
                            device: None,
                        }),
                    },
                })
                .collect();
            // Whatever order they came in.
            for _ in 0..history.len().max(1) {
                let words = words_now(&history);
                let last = words.last();
                let ours = last.is_some_and(|(past, _)| past.yields_to(reader));
                let before = words.len().checked_sub(2).and_then(|at| words.get(at));
                let got = json!({
                    "why": case["why"], "said": case["said"], "ours": ours,
                    "stands": last.map(|(_, known)| known.standing),
                    "back": before.filter(|_| ours).map(|(_, known)| known.standing),
                });
                assert_eq!(got, case);
                if let Some(first) = history.first().copied() {
                    history.remove(0);
                    history.push(first);
                }
            }
        }
    }

    fn history(said: &Value) -> Vec<PastEid> {
        let id = |value: &Value| u128::from(value.as_u64().expect("a number"));
        let words = said.as_array().expect("words").iter();
        words
            .map(|word| PastEid {
                mark: Mark {
                    op: OpId(Uuid::from_u128(id(&word["id"]))),
                    account: crate::id::AccountId(Uuid::nil()),
                    device: crate::id::DeviceId(Uuid::nil()),
                    device_seq: 1,
                    stamp: Millis(word["at"].as_i64().expect("an instant")),
                },
                team: (word["by"] != "police")
                    .then(|| TeamId(Uuid::from_u128(1 + u128::from(word["by"] == "a")))),
                said: match word.get("takes_back") {
                    Some(of) => EidSaid::TakesBack(OpId(Uuid::from_u128(id(of)))),
                    None => EidSaid::Stands(Known {
                        standing: serde_json::from_value(json!([word["state"], word["evidence"]]))
                            .expect("a standing"),
                        device: None,
                    }),
                },
            })
            .collect()
    }

    #[test]
    fn where_one_stands_by_all_words_together() {
        let file = include_str!("../../../tests/vectors/eid-standing.json");
        let cases: Vec<Value> = serde_json::from_str(file).expect("cases");
        assert!(cases.len() > 15);
        for case in cases {
            let mut history = history(&case["said"]);
            for _ in 0..history.len().max(1) {
                let stands = standing(&history);
                let got = json!({
                    "why": case["why"], "said": case["said"],
                    "stands": stands.map(|(stands, _)| stands), "at": stands.map(|(_, at)| at),
                });
                assert_eq!(got, case);
                if let Some(first) = history.first().copied() {
                    history.remove(0);
                    history.push(first);
                }
            }
            // Volunteers go on as if the police had said nothing.
            let theirs: Vec<_> = history.iter().filter(|past| !past.of_police()).copied().collect();
            assert_eq!(words_now(&history), words_now(&theirs), "{}", case["why"]);
        }
    }

    #[test]
    fn weaker_evidence_never_overwrites_what_the_police_confirmed() {
        use EidState as S;
        let all = [
            S::Unknown,
            S::NotEligible,
            S::NoCard,
            S::CardOnly,
            S::Level1,
            S::L2Captured,
            S::L2Issued,
            S::L2Active,
            S::L2InUse,
            S::AccessLost,
            S::Locked,
        ];
        let word = |at: i64, team: Option<u128>, standing| PastEid {
            mark: Mark {
                op: OpId(Uuid::from_u128(at.unsigned_abs().into())),
                account: crate::id::AccountId(Uuid::nil()),
                device: crate::id::DeviceId(Uuid::nil()),
                device_seq: 1,
                stamp: Millis(at),
            },
            team: team.map(|team| TeamId(Uuid::from_u128(team))),
            said: EidSaid::Stands(Known { standing, device: None }),
        };
        for from in all {
            for to in all {
                for evidence in [Evidence::SelfReport, Evidence::SeenOnScreen] {
                    let police = word(1, None, (from, Evidence::PoliceConfirmed));
                    let theirs = word(2, Some(1), (to, evidence));
                    let moved = evidence == Evidence::SeenOnScreen && to.height() > from.height();
                    let stands =
                        if moved { (to, evidence) } else { (from, Evidence::PoliceConfirmed) };
                    for history in [[police, theirs], [theirs, police]] {
                        let (got, _) = standing(&history).expect("somewhere");
                        assert_eq!(got, stands, "{from:?} {to:?} {evidence:?}");
                    }
                }
            }
        }
    }
}
