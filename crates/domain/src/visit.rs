//! A visit: one knock on one door, its outcome and what was coached, without names.

use serde::{Deserialize, Serialize};

use crate::id::{HouseholdId, LearnerId, TeamId, VisitId};
use crate::skill::Skills;
use crate::time::{Day, Millis, TimeBand};

/// What happened at the door. Codes are immutable: a phone half a year old still sends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// Đã hướng dẫn.
    Served,
    /// Hướng dẫn dở, hẹn lại.
    Partial,
    /// Đã hướng dẫn, không đồng ý lưu thông tin.
    ServedNoData,
    /// Đã gặp, cả nhà đã thạo.
    MetNoNeed,
    /// Đã gặp, từ chối.
    MetDeclined,
    /// Hẹn lịch khác.
    Appointment,
    /// Chỉ có trẻ em ở nhà: không vào.
    OnlyMinor,
    /// Vắng nhà.
    NotHome,
    /// Nhà khóa lâu ngày, không có người ở (a proposal until the ward confirms).
    Vacant,
    /// Đã chuyển đi (a proposal until the ward confirms).
    Moved,
    /// Không tìm thấy địa chỉ.
    NotFound,
    /// Trùng hộ.
    Duplicate,
    /// Không phải nhà ở.
    NonResidential,
    /// Không an toàn.
    Unsafe,
}

impl Outcome {
    /// All outcomes, in catalogue order.
    pub const ALL: [Self; 14] = [
        Self::Served,
        Self::Partial,
        Self::ServedNoData,
        Self::MetNoNeed,
        Self::MetDeclined,
        Self::Appointment,
        Self::OnlyMinor,
        Self::NotHome,
        Self::Vacant,
        Self::Moved,
        Self::NotFound,
        Self::Duplicate,
        Self::NonResidential,
        Self::Unsafe,
    ];

    /// The immutable code on the wire and in the book, e.g. `NOT_HOME`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Served => "SERVED",
            Self::Partial => "PARTIAL",
            Self::ServedNoData => "SERVED_NO_DATA",
            Self::MetNoNeed => "MET_NO_NEED",
            Self::MetDeclined => "MET_DECLINED",
            Self::Appointment => "APPOINTMENT",
            Self::OnlyMinor => "ONLY_MINOR",
            Self::NotHome => "NOT_HOME",
            Self::Vacant => "VACANT",
            Self::Moved => "MOVED",
            Self::NotFound => "NOT_FOUND",
            Self::Duplicate => "DUPLICATE",
            Self::NonResidential => "NON_RESIDENTIAL",
            Self::Unsafe => "UNSAFE",
        }
    }

    /// The outcome of a code, or `None` when the code is not in the catalogue.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.code() == code)
    }

    /// Was an adult of the household met?
    pub fn contact(self) -> bool {
        self.served() || matches!(self, Self::MetNoNeed | Self::MetDeclined | Self::Appointment)
    }

    /// Was somebody coached?
    pub fn served(self) -> bool {
        matches!(self, Self::Served | Self::Partial | Self::ServedNoData)
    }

    /// Does the visit count the household as visited? (indicator HH_VISITED)
    pub fn visited(self) -> bool {
        !matches!(self, Self::NotFound | Self::Duplicate | Self::NonResidential)
    }

    /// Did somebody try and meet no adult, so that another hour may succeed?
    pub fn missed(self) -> bool {
        matches!(self, Self::NotHome | Self::OnlyMinor)
    }

    /// Does the door look empty, for the ward to confirm?
    pub fn empty(self) -> bool {
        matches!(self, Self::Vacant | Self::Moved)
    }

    /// Was there a home at which nobody of age was met? What is no home, or another's entry, is
    /// neither met nor unmet.
    pub fn unmet(self) -> bool {
        self.missed() || self.empty() || matches!(self, Self::NotFound | Self::Unsafe)
    }

    /// Không vào được: unmet for another reason than that nobody was at home this time, so that the
    /// household can still say whether somebody came.
    pub fn shut(self) -> bool {
        self.unmet() && self != Self::NotHome
    }
}

/// Where the phone was when a visit was recorded, as the phone itself judged it. No place leaves the
/// phone, only this word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Near {
    /// Tại cửa.
    AtDoor,
    /// Trong ngõ.
    InAlley,
    /// Nơi khác.
    Elsewhere,
    /// The phone looked and could not say.
    Unknown,
}

/// A word of a newer app is no reason to send a visit back: it is as if the phone had said nothing.
fn near_kindly<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Near>, D::Error> {
    let said = serde_json::Value::deserialize(deserializer)?;
    Ok(Near::deserialize(said).ok())
}

/// Age bands; never a birth date. 6-13 is counted and never registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AgeBand {
    /// From 6 to 13 years.
    #[serde(rename = "6-13")]
    Child,
    /// From 14 to 17 years.
    #[serde(rename = "14-17")]
    Youth,
    /// From 18 to 59 years.
    #[serde(rename = "18-59")]
    Adult,
    /// From 60 to 79 years.
    #[serde(rename = "60-79")]
    Senior,
    /// 80 years and over.
    #[serde(rename = "80+")]
    Elder,
}

impl AgeBand {
    /// Does the person count for COACH_60?
    pub fn from_60(self) -> bool {
        matches!(self, Self::Senior | Self::Elder)
    }
}

/// One skill coached to one person, with the level seen afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkillCoached {
    /// Skill code of the campaign's catalogue, e.g. `SEC-01`.
    pub skill: String,
    /// Proficiency 0-4 (0 chưa biết .. 4 hướng dẫn được người khác).
    pub level: u8,
}

/// One person coached, without a name.
///
/// The book keeps `learner_id` apart from the visit, so that the visit stays as counts when the
/// person changes his mind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonCoached {
    /// Age band, as told.
    pub age_band: AgeBand,
    /// Skills coached on this visit; each at most once.
    pub skills: Vec<SkillCoached>,
    /// The resident, if one who agreed to be remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learner_id: Option<LearnerId>,
}

/// When to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comeback {
    /// The day agreed.
    pub on: Day,
    /// The time band agreed.
    pub band: TimeBand,
}

/// What a phone records at a door: the payload of `visit.record`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitRecord {
    /// The door.
    pub household_id: HouseholdId,
    /// What happened.
    pub outcome: Outcome,
    /// Who was coached; empty unless the outcome is a served one. At most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<PersonCoached>,
    /// When to come back; only with APPOINTMENT (needed) or PARTIAL (optional).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comeback: Option<Comeback>,
    /// Where the phone was; absent: the app did not say. A correction that does not say keeps what
    /// was said at the door.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "near_kindly")]
    pub near: Option<Near>,
}

/// The most people one visit may coach; more is a class, not a visit.
pub const MAX_PEOPLE: usize = 20;

/// Why a record cannot enter the book. The phone keeps such a record and shows the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitFault {
    /// People coached on a visit whose outcome says nobody was.
    PeopleWithoutService,
    /// More than [`MAX_PEOPLE`] people.
    TooManyPeople,
    /// A skill code the campaign does not have.
    UnknownSkill,
    /// One skill twice for one person.
    SkillTwice,
    /// A level above 4.
    LevelOutOfRange,
    /// An appointment without a day, or a day with an outcome that makes none.
    ComebackMismatch,
    /// A day that is not in the calendar.
    NoSuchDay,
}

impl VisitRecord {
    /// Checks the record against the campaign's skills.
    ///
    /// # Errors
    /// The first fault found, in the order of [`VisitFault`].
    pub fn check(&self, skills: &Skills) -> Result<(), VisitFault> {
        if !self.people.is_empty() && !self.outcome.served() {
            return Err(VisitFault::PeopleWithoutService);
        }
        if self.people.len() > MAX_PEOPLE {
            return Err(VisitFault::TooManyPeople);
        }
        for person in &self.people {
            for (i, coached) in person.skills.iter().enumerate() {
                if !skills.has(&coached.skill) {
                    return Err(VisitFault::UnknownSkill);
                }
                if person.skills[..i].iter().any(|s| s.skill == coached.skill) {
                    return Err(VisitFault::SkillTwice);
                }
                if coached.level > 4 {
                    return Err(VisitFault::LevelOutOfRange);
                }
            }
        }
        match (self.outcome, self.comeback) {
            (Outcome::Appointment, None) => Err(VisitFault::ComebackMismatch),
            (Outcome::Appointment | Outcome::Partial, Some(c)) if c.on.date().is_none() => {
                Err(VisitFault::NoSuchDay)
            }
            (Outcome::Appointment | Outcome::Partial, _) | (_, None) => Ok(()),
            (_, Some(_)) => Err(VisitFault::ComebackMismatch),
        }
    }

    /// Coaching occurrences (COACH_OCC): one for each person and skill.
    pub fn coach_occ(&self) -> i64 {
        self.people.iter().map(|p| p.skills.len() as i64).sum()
    }
}

/// What the book keeps of one visit, as far as coverage and status depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitFact {
    /// Identity; breaks ties between visits of the same instant.
    pub id: VisitId,
    /// When the door was knocked, corrected for the phone's clock.
    pub made_at: Millis,
    /// What happened.
    pub outcome: Outcome,
    /// The team that knocked.
    pub team: Option<TeamId>,
    /// Coaching occurrences.
    pub coach_occ: i64,
    /// People coached.
    pub people: i64,
    /// Of these, from 60 years.
    pub people_60: i64,
    /// Agreed day and band to come back.
    pub comeback: Option<Comeback>,
    /// Taken back by its author (undo); kept, and counted nowhere.
    pub withdrawn: bool,
}
