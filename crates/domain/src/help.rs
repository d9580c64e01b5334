//! Identity help (hỗ trợ định danh) as the ward police count it: what kind, where, for which age, and
//! how it went. No name, no number and no case is in it; there is no field for one.

use serde::{Deserialize, Serialize};

use crate::id::{GroupId, HelpId, ReferralId};
use crate::time::{Day, Millis};
use crate::visit::AgeBand;

/// The most people one count may speak of; an awareness session fills a hall, not a stadium.
pub const MAX_PEOPLE: u32 = 500;
/// The longest help, in minutes.
pub const MAX_MINUTES: u32 = 600;
/// How many days back a forgotten count may still be written.
pub const OLDEST_DAYS: i64 = 31;

/// One kind of help (H01 to H15). The catalogue is data that a ward may edit, never a list in code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HelpType {
    /// Immutable code, e.g. `H03`.
    pub code: String,
    /// Name in plain Vietnamese.
    pub vi: String,
    /// Name in English.
    pub en: String,
    /// Offered first at a busy desk.
    #[serde(default)]
    pub quick: bool,
    /// Given to many at once: a count of it says how many were there.
    #[serde(default)]
    pub crowd: bool,
}

/// Where help was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = HelpChannel))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Trụ sở.
    Office,
    /// Tại nhà.
    Home,
    /// Điểm lưu động.
    MobilePoint,
    /// Điện thoại.
    Phone,
}

impl Channel {
    /// All, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Office, Self::Home, Self::MobilePoint, Self::Phone];
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HelpResult {
    /// Xong.
    Done,
    /// Chờ.
    Waiting,
    /// Không thực hiện được.
    NotDone,
}

/// Why it could not be done. None of them says anything about a person's health or means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HelpWhy {
    /// Thiếu giấy tờ.
    PapersMissing,
    /// Không có ở nhà, không đến.
    Absent,
    /// Máy hoặc mạng lỗi.
    Equipment,
    /// SIM không chính chủ.
    SimOtherName,
    /// Thông tin sai lệch, phải điều chỉnh trước.
    DataMismatch,
    /// Không thu nhận được ảnh hoặc vân tay.
    NotReadable,
    /// Người dân chưa muốn làm.
    NotWanted,
    /// Phải làm ở trụ sở.
    OfficeOnly,
    /// Lý do khác.
    Other,
}

/// Payload of `help.log`: one count. The operation's id is the count's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HelpLog {
    /// Kind, by its code in the catalogue.
    pub kind: String,
    /// Where.
    pub channel: Channel,
    /// The residential group of the resident, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// Age band, if told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_band: Option<AgeBand>,
    /// How it went.
    pub result: HelpResult,
    /// Why not, and only then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<HelpWhy>,
    /// How long it took, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// How many people: 1 unless the kind is for many.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub people: u32,
    /// The day, when it is not the day of writing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
    /// The referral it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral_id: Option<ReferralId>,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(n: &u32) -> bool {
    *n == 1
}

/// Payload of `help.take_back`: a count of the same account was a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HelpTakeBack {
    /// The count.
    pub help_id: HelpId,
}

/// Why a count cannot enter the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpFault {
    /// The catalogue has no such kind.
    UnknownKind,
    /// A reason without a failure, or a failure without a reason.
    WhyMismatch,
    /// Nobody, or more than [`MAX_PEOPLE`], or many where the kind is for one.
    TooManyPeople,
    /// Longer than [`MAX_MINUTES`].
    OutOfRange,
    /// A day that is none, is still to come, or is too long ago.
    NoSuchDay,
}

impl HelpLog {
    /// The day this count belongs to, when all of it may enter the book.
    ///
    /// # Errors
    /// The first fault found, in the order of [`HelpFault`].
    pub fn checked(&self, types: &[HelpType], at: Millis) -> Result<Day, HelpFault> {
        let kind = types.iter().find(|t| t.code == self.kind).ok_or(HelpFault::UnknownKind)?;
        if (self.result == HelpResult::NotDone) != self.why.is_some() {
            return Err(HelpFault::WhyMismatch);
        }
        let most = if kind.crowd { MAX_PEOPLE } else { 1 };
        if self.people == 0 || self.people > most {
            return Err(HelpFault::TooManyPeople);
        }
        if self.minutes.is_some_and(|minutes| minutes > MAX_MINUTES) {
            return Err(HelpFault::OutOfRange);
        }
        let written = at.day();
        let day = self.day.unwrap_or(written);
        if day.date().is_none() || day > written || day < written.plus(-OLDEST_DAYS) {
            return Err(HelpFault::NoSuchDay);
        }
        Ok(day)
    }
}

/// What an officer's own counts of a day add up to, of one kind, channel and result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HelpDay {
    /// The day.
    pub day: Day,
    /// Kind, by its code.
    pub kind: String,
    /// Where.
    pub channel: Channel,
    /// How it went.
    pub result: HelpResult,
    /// Counts.
    pub n: i64,
    /// People.
    pub people: i64,
    /// Minutes, of those counts that say how long they took.
    pub minutes: i64,
}

/// What a new ward counts: code, Vietnamese, English, offered first, for many.
const DEFAULTS: [(&str, &str, &str, bool, bool); 15] = [
    ("H01", "Thu nhận mức 2 tại trụ sở", "Level 2 enrolment at the station", true, false),
    ("H02", "Thu nhận lưu động tại nhà", "Mobile enrolment at home", true, false),
    ("H03", "Kích hoạt tài khoản", "Activation", true, false),
    ("H04", "Lấy lại mật khẩu", "Password or passcode recovery", true, false),
    ("H05", "Đổi thiết bị", "Change of device", true, false),
    ("H06", "Khóa, mở khóa tài khoản", "Lock or unlock", false, false),
    ("H07", "Đổi số điện thoại tài khoản", "Change of the account's phone", false, false),
    ("H08", "Cấp, đổi thẻ căn cước", "Identity card issued or renewed", false, false),
    ("H09", "Điều chỉnh thông tin dân cư", "Correction of resident data", false, false),
    ("H10", "Tích hợp giấy tờ", "Papers brought into the app", true, false),
    ("H11", "Thủ tục cư trú trực tuyến", "Online residence procedures", true, false),
    ("H12", "Tài khoản cho trẻ dưới 14", "Account of a child under 14", false, false),
    ("H13", "Tư vấn nghi lừa đảo", "Advice on a suspected fraud", true, false),
    ("H14", "Tuyên truyền an toàn", "Awareness session", false, true),
    ("H15", "Hướng dẫn SIM chính chủ", "SIM in one's own name", false, false),
];

/// The catalogue of a new ward (field catalogue B4); its rows may be changed.
pub fn defaults() -> Vec<HelpType> {
    DEFAULTS
        .into_iter()
        .map(|(code, vi, en, quick, crowd)| HelpType {
            code: code.to_owned(),
            vi: vi.to_owned(),
            en: en.to_owned(),
            quick,
            crowd,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(with: impl FnOnce(&mut HelpLog)) -> Result<Day, HelpFault> {
        let mut log = HelpLog {
            kind: "H03".into(),
            channel: Channel::Office,
            group_id: None,
            age_band: None,
            result: HelpResult::Done,
            why: None,
            minutes: None,
            people: 1,
            day: None,
            referral_id: None,
        };
        with(&mut log);
        let now = Day(20261123).start().expect("a day").plus(9 * 3_600_000);
        log.checked(&defaults(), now)
    }

    #[test]
    fn one_tap_is_one_count_of_today() {
        let tap = serde_json::json!({"kind": "H03", "channel": "office", "result": "done"});
        let tap: HelpLog = serde_json::from_value(tap).expect("a count");
        assert_eq!(tap.people, 1);
        assert_eq!(log(|_| ()), Ok(Day(20261123)));
        assert_eq!(log(|l| l.day = Some(Day(20261101))), Ok(Day(20261101)));
    }

    #[test]
    fn what_a_count_may_not_say() {
        assert_eq!(log(|l| l.kind = "H99".into()), Err(HelpFault::UnknownKind));
        assert_eq!(log(|l| l.result = HelpResult::NotDone), Err(HelpFault::WhyMismatch));
        assert_eq!(log(|l| l.why = Some(HelpWhy::Absent)), Err(HelpFault::WhyMismatch));
        assert_eq!(log(|l| l.people = 2), Err(HelpFault::TooManyPeople));
        assert_eq!(log(|l| l.people = 0), Err(HelpFault::TooManyPeople));
        assert_eq!(log(|l| l.minutes = Some(601)), Err(HelpFault::OutOfRange));
        for day in [Day(20261124), Day(20261022), Day(20260231)] {
            assert_eq!(log(|l| l.day = Some(day)), Err(HelpFault::NoSuchDay), "{day:?}");
        }
        let hall = |people| {
            log(|l| {
                l.kind = "H14".into();
                l.people = people;
            })
        };
        assert!(hall(25).is_ok() && hall(500).is_ok());
        assert_eq!(hall(501), Err(HelpFault::TooManyPeople));
    }

    #[test]
    fn nothing_of_a_person_fits_into_a_count() {
        for field in ["name", "cccd", "phone", "note", "words"] {
            let mut tap = serde_json::json!({"kind": "H03", "channel": "office", "result": "done"});
            tap[field] = "x".into();
            assert!(serde_json::from_value::<HelpLog>(tap).is_err(), "{field}");
        }
    }
}
