//! A resident agrees to be remembered, or no longer does. Nobody under 14 is ever asked.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::edit::{Mark, holds_digits, tidy};
use crate::id::{HouseholdId, LearnerId, OpId};
use crate::notice;
use crate::time::Millis;
use crate::visit::AgeBand;

/// The longest name one is called by, in characters.
pub const MAX_CALL_NAME: usize = 30;
/// So many digits are more than a name needs.
const NAME_DIGITS: usize = 4;

/// What a resident may agree to, each by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The skills learned are kept, so that the next visit goes on from there.
    Learn,
    /// The ward police may be told, to arrange an appointment.
    Refer,
    /// A number to call back may be kept until the appointment is over.
    Call,
}

impl Purpose {
    /// The code on the wire, in the book and in the hash of a notice.
    pub fn code(self) -> &'static str {
        match self {
            Self::Learn => "learn",
            Self::Refer => "refer",
            Self::Call => "call",
        }
    }

    /// The purpose of a code, or `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Learn, Self::Refer, Self::Call].into_iter().find(|p| p.code() == code)
    }
}

/// Language of the notice that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

/// How the resident himself agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// With a finger on the volunteer's screen.
    Tap,
    /// On paper.
    Paper,
}

/// Payload of `consent.give`. Sent again for the same learner it is a newer choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConsentGive {
    /// The door.
    pub household_id: HouseholdId,
    /// The resident, by an id the phone made.
    pub learner_id: LearnerId,
    /// What the resident is called; 1 to 30 characters.
    pub call_name: String,
    /// Age band, as told; from 14 years.
    pub age_band: AgeBand,
    /// What was agreed to; each once.
    pub purposes: Vec<Purpose>,
    /// Version of the notice that was shown.
    pub notice_version: String,
    /// Its hash.
    pub notice_hash: String,
    /// Its language.
    pub language: Language,
    /// How the resident agreed.
    pub method: Method,
    /// A parent or guardian stood by and agreed too; needed from 14 to 17 years.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guardian: bool,
}

/// Payload of `consent.withdraw`: the person is forgotten, what was counted stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConsentWithdraw {
    /// The door.
    pub household_id: HouseholdId,
    /// The resident.
    pub learner_id: LearnerId,
}

/// Why a consent cannot enter the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentFault {
    /// No name, no purpose, or one purpose twice.
    Malformed,
    /// A name longer than [`MAX_CALL_NAME`].
    TextTooLong,
    /// A name with a number in it.
    NumberInText,
    /// Nobody under 14 is registered.
    TooYoung,
    /// From 14 to 17 a parent or guardian agrees too.
    GuardianNeeded,
    /// Nobody was ever shown such a notice.
    UnknownNotice,
}

impl ConsentGive {
    /// The name as the book would keep it.
    ///
    /// # Errors
    /// The first fault found, in the order of [`ConsentFault`].
    pub fn checked(&self) -> Result<String, ConsentFault> {
        let name = tidy(&self.call_name);
        let purposes: BTreeSet<_> = self.purposes.iter().collect();
        let twice = purposes.len() < self.purposes.len();
        if name.is_empty() || self.purposes.is_empty() || twice {
            return Err(ConsentFault::Malformed);
        }
        if name.chars().count() > MAX_CALL_NAME {
            return Err(ConsentFault::TextTooLong);
        }
        if holds_digits(&name, NAME_DIGITS) {
            return Err(ConsentFault::NumberInText);
        }
        match (self.age_band, self.guardian) {
            (AgeBand::Child, _) => return Err(ConsentFault::TooYoung),
            (AgeBand::Youth, false) => return Err(ConsentFault::GuardianNeeded),
            _ => {}
        }
        if !notice::known(&self.notice_version, self.language, &self.notice_hash) {
            return Err(ConsentFault::UnknownNotice);
        }
        Ok(name)
    }
}

/// The last word of a resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastWord {
    /// Where the resident lives.
    pub household: HouseholdId,
    /// Its place in time.
    pub mark: Mark,
    /// Agreed, or withdrew?
    pub given: bool,
}

impl LastWord {
    /// What orders the words of one resident. Of two said at one instant the one that withdraws
    /// counts: nobody is remembered who may have said no.
    pub fn key(&self) -> (Millis, bool, OpId) {
        (self.mark.stamp, !self.given, self.mark.op)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn shared_vectors() {
        let file: Value = serde_json::from_str(include_str!("../../../tests/vectors/consent.json"))
            .expect("cases");
        let published = notice::published();
        for (told, notice) in file["notices"].as_array().expect("notices").iter().zip(published) {
            assert_eq!(*told, serde_json::to_value(notice).expect("a notice"));
        }
        let cases = file["cases"].as_array().expect("cases");
        assert!(cases.len() > 20);
        for case in cases {
            let shown = &published[0];
            let mut payload = json!({
                "household_id": Uuid::from_u128(1), "learner_id": Uuid::from_u128(2),
                "call_name": "bác Lan", "age_band": "60-79", "purposes": ["learn"],
                "notice_version": shown.version, "notice_hash": shown.hash,
                "language": "vi", "method": "tap"
            });
            for (key, value) in case["with"].as_object().expect("fields") {
                payload[key] = value.clone();
            }
            let got = match crate::sync::read::<ConsentGive>(&payload)
                .and_then(|give| give.checked().map_err(Into::into))
            {
                Ok(name) => json!({ "ok": name }),
                Err(reason) => json!({ "fault": reason.code() }),
            };
            assert_eq!(got, case["gives"], "{}", case["with"]);
        }
    }
}
