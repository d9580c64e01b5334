//! A call for somebody else's help: the ward police, the bank, the family, a class.

use serde::{Deserialize, Serialize};

use crate::id::{GroupId, HouseholdId, LearnerId, OpId, ReferralId, TeamId};
use crate::time::{Day, Millis};
use crate::workday;

/// Whose help, for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReferralKind {
    /// Công an: hẹn làm mức 2.
    #[serde(rename = "POLICE_L2")]
    PoliceL2,
    /// Công an: thu nhận lưu động tại nhà.
    PoliceMobile,
    /// Công an: lấy lại mật khẩu, đổi máy.
    PoliceRecovery,
    /// Công an: sai thông tin.
    PoliceData,
    /// Công an: nghi lừa đảo.
    PoliceScam,
    /// Nhà mạng: SIM chính chủ.
    TelcoSim,
    /// Ngân hàng: mã QR.
    BankQr,
    /// Một cửa.
    OneStop,
    /// Lớp học.
    Class,
    /// Người nhà giúp.
    FamilyHelper,
    /// Việc khác.
    Other,
}

impl ReferralKind {
    /// All kinds, in the order they are offered.
    pub const ALL: [Self; 11] = [
        Self::PoliceL2,
        Self::PoliceMobile,
        Self::PoliceRecovery,
        Self::PoliceData,
        Self::PoliceScam,
        Self::TelcoSim,
        Self::BankQr,
        Self::OneStop,
        Self::Class,
        Self::FamilyHelper,
        Self::Other,
    ];

    /// Does it tell the police of somebody? Then he must have agreed to that.
    pub fn of_police(self) -> bool {
        matches!(
            self,
            Self::PoliceL2
                | Self::PoliceMobile
                | Self::PoliceRecovery
                | Self::PoliceData
                | Self::PoliceScam
        )
    }
}

/// How the time of an answer is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SlaUnit {
    /// Days on which offices work.
    WorkingDays,
    /// Days of the calendar.
    Days,
    /// Before the day is over.
    SameDay,
    /// When the next class is held: no day is known.
    NextClass,
}

impl SlaUnit {
    /// The last day on which a promise of so many, made on a day, is kept; `None` when no day is
    /// promised.
    pub fn due(self, made_on: Day, amount: u32) -> Option<Day> {
        match self {
            Self::WorkingDays => Some(workday::after(made_on, amount)),
            Self::Days => Some(made_on.plus(i64::from(amount))),
            Self::SameDay => Some(made_on),
            Self::NextClass => None,
        }
    }
}

/// Within which time an answer is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sla {
    /// Whose help, for what.
    pub code: ReferralKind,
    /// How the time is counted.
    pub unit: SlaUnit,
    /// How many; 0 where the unit says all.
    pub amount: u32,
}

impl Sla {
    /// What a new ward promises; its rows may be changed.
    pub const DEFAULTS: [Self; 11] = {
        use ReferralKind as K;
        use SlaUnit as U;
        const fn sla(code: K, unit: U, amount: u32) -> Sla {
            Sla { code, unit, amount }
        }
        [
            sla(K::PoliceL2, U::WorkingDays, 3),
            sla(K::PoliceMobile, U::Days, 15),
            sla(K::PoliceRecovery, U::WorkingDays, 3),
            sla(K::PoliceData, U::WorkingDays, 2),
            sla(K::PoliceScam, U::SameDay, 0),
            sla(K::TelcoSim, U::Days, 7),
            sla(K::BankQr, U::Days, 7),
            sla(K::OneStop, U::WorkingDays, 2),
            sla(K::Class, U::NextClass, 0),
            sla(K::FamilyHelper, U::Days, 14),
            sla(K::Other, U::Days, 7),
        ]
    };

    /// The last day on which an answer keeps the promise; `None` when no day is promised.
    pub fn due(self, opened: Millis) -> Option<Day> {
        self.unit.due(opened.day(), self.amount)
    }
}

/// How far a referral has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReferralState {
    /// Nobody has taken it up.
    New,
    /// Somebody has.
    Accepted,
    /// It is done.
    Done,
    /// It was given back with a reason.
    Returned,
    /// The team took it back, or the resident his consent.
    Cancelled,
}

/// Where a referral comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReferralSource {
    /// A team at a door.
    Door,
    /// Một cửa.
    OneStop,
    /// A class.
    Class,
}

/// Why a referral is given back to who asked. It is told to the team: nothing in it says what the
/// police know of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReturnWhy {
    /// Không gặp được người dân.
    NotReached,
    /// Người dân không còn cần.
    NotNeeded,
    /// Cần chuẩn bị giấy tờ trước.
    PapersFirst,
    /// Phải ra trụ sở.
    ComeToOffice,
    /// Không phải việc của Công an.
    NotForPolice,
    /// Trùng với việc đã chuyển.
    Twice,
    /// Lý do khác.
    Other,
}

/// When the resident is expected, or the police at the home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// The day.
    pub on: Day,
    /// The time, in minutes since midnight, if one was agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minute: Option<i32>,
}

/// How many days ahead an appointment may lie: what is agreed for next year is agreed for nothing, and
/// would keep a number to call back for as long.
pub const APPOINTMENT_DAYS: i64 = 60;

/// Why an appointment is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppointmentFault {
    /// A day that is none, or more than [`APPOINTMENT_DAYS`] ahead.
    NoSuchDay,
    /// A minute no day has.
    OutOfRange,
}

impl Appointment {
    /// May this be agreed on a day? One that is over is only late to be told.
    ///
    /// # Errors
    /// The first fault found, in the order of [`AppointmentFault`].
    pub fn checked(self, today: Day) -> Result<(), AppointmentFault> {
        if self.on.date().is_none() || self.on > today.plus(APPOINTMENT_DAYS) {
            return Err(AppointmentFault::NoSuchDay);
        }
        if self.minute.is_some_and(|minute| !(0..24 * 60).contains(&minute)) {
            return Err(AppointmentFault::OutOfRange);
        }
        Ok(())
    }
}

/// Days after the appointment on which the number to call back is deleted.
pub const PHONE_DAYS: i64 = 3;
/// A number to call back is deleted so many days after it came, when no appointment was ever made.
pub const PHONE_UNUSED_DAYS: i64 = 30;

/// The last day on which the number to call back may be held: three days after the appointment, or
/// after the day the referral was closed, whichever is first.
pub fn phone_until(opened_on: Day, appointment: Option<Day>, closed_on: Option<Day>) -> Day {
    let unused = opened_on.plus(PHONE_UNUSED_DAYS);
    let agreed = appointment.map_or(unused, |on| on.plus(PHONE_DAYS));
    closed_on.map_or(agreed, |on| agreed.min(on.plus(PHONE_DAYS)))
}

/// A number to call back as it is kept: digits alone, 8 to 15 of them; `None` when it is none.
pub fn phone_digits(text: &str) -> Option<String> {
    let spaced = |c: char| c.is_whitespace() || matches!(c, '.' | '-' | '(' | ')' | '+');
    let digits: String = text.chars().filter(|c| !spaced(*c)).collect();
    let all = digits.bytes().all(|b| b.is_ascii_digit());
    // Twelve digits are an identity card's.
    (all && (8..=15).contains(&digits.len()) && digits.len() != 12).then_some(digits)
}

/// Payload of `referral.open`; the operation's id is the referral's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReferralOpen {
    /// The door.
    pub household_id: HouseholdId,
    /// The resident; without one it is about the household only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learner_id: Option<LearnerId>,
    /// Whose help, for what.
    pub kind: ReferralKind,
    /// The number the resident agreed to be called back on; with the consent for it and a resident
    /// only. It is written down nowhere but beside the referral, and for days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Payload of `referral.accept`: an officer takes it up, or takes up again what was closed; with an
/// appointment, or without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReferralAccept {
    /// The referral.
    pub referral_id: ReferralId,
    /// When, if that was agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<Appointment>,
}

/// Payload of `referral.return`: an officer gives it back to who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReferralReturn {
    /// The referral.
    pub referral_id: ReferralId,
    /// Why.
    pub why: ReturnWhy,
}

/// Payload of `referral.done`: an officer has done what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReferralDone {
    /// The referral.
    pub referral_id: ReferralId,
}

/// Payload of `referral.cancel`: the team takes it back before anybody has taken it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReferralCancel {
    /// The door.
    pub household_id: HouseholdId,
    /// The referral.
    pub referral_id: ReferralId,
}

/// A referral as far as the next operation depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferralFact {
    /// Whose help, for what.
    pub kind: ReferralKind,
    /// The door, for one that was opened there.
    pub household: Option<HouseholdId>,
    /// The residential group, for one that was not.
    pub group: Option<GroupId>,
    /// The resident, if it is about one.
    pub learner: Option<LearnerId>,
    /// The team that opened it.
    pub team: Option<TeamId>,
    /// How far it has come.
    pub state: ReferralState,
    /// When it was opened.
    pub opened_at: Millis,
    /// The appointment that was made.
    pub appointment: Option<Appointment>,
    /// Place of the last act of an officer: an older one that arrives later changes nothing.
    pub acted: Option<(Millis, OpId)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_to_call_back_is_digits_and_goes_in_time() {
        assert_eq!(phone_digits("0000 000.001").as_deref(), Some("0000000001"));
        for not in ["", "0000", "0000 000 00a", "0000 0000 0000", "0000000000000000"] {
            assert_eq!(phone_digits(not), None, "{not}");
        }
        let until = |appointment: Option<i32>, closed: Option<i32>| {
            phone_until(Day(20261101), appointment.map(Day), closed.map(Day)).0
        };
        assert_eq!(until(None, None), 20261201, "nobody ever called");
        assert_eq!(until(Some(20261110), None), 20261113);
        assert_eq!(until(Some(20261110), Some(20261105)), 20261108, "done before its day");
        assert_eq!(until(Some(20261110), Some(20261120)), 20261113);
        assert_eq!(until(None, Some(20261102)), 20261105);
    }

    #[test]
    fn an_appointment_is_a_day_that_comes_soon() {
        let today = Day(20261101);
        let check = |on, minute| Appointment { on: Day(on), minute }.checked(today);
        assert_eq!(check(20261110, None), Ok(()));
        assert_eq!(check(20261031, Some(1439)), Ok(()), "told late");
        assert_eq!(check(20261231, Some(0)), Ok(()));
        for on in [20270101, 20261131, 0] {
            assert_eq!(check(on, None), Err(AppointmentFault::NoSuchDay), "{on}");
        }
        for minute in [-1, 1440] {
            assert_eq!(check(20261110, Some(minute)), Err(AppointmentFault::OutOfRange));
        }
    }

    #[test]
    fn every_kind_has_a_promise_and_a_day() {
        // Friday 20 November 2026, 18:00 in Viet Nam; Tuesday after is a holiday.
        let opened = Day(20261120).start().expect("a day").plus(18 * 3_600_000);
        let due: Vec<_> = Sla::DEFAULTS.iter().map(|sla| sla.due(opened).map(|d| d.0)).collect();
        assert_eq!(
            due,
            [
                Some(20261126),
                Some(20261205),
                Some(20261126),
                Some(20261125),
                Some(20261120),
                Some(20261127),
                Some(20261127),
                Some(20261125),
                None,
                Some(20261204),
                Some(20261127),
            ]
        );
        assert_eq!(Sla::DEFAULTS.map(|sla| sla.code), ReferralKind::ALL);
    }
}
