//! Warnings of frauds that are about (cảnh báo lừa đảo): published by an officer, shown on phones and
//! to everybody who asks at the ward's public page.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::edit::{holds_number, tidy};
use crate::id::{AlertId, GroupId};
use crate::time::Day;

/// The longest warning, in characters: what one reads standing.
pub const MAX_WORDS: usize = 400;
/// How long a warning stands at most, in days.
pub const MAX_DAYS: i64 = 60;

/// What the fraud pretends (field catalogue, section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScamKind {
    /// Giả công an, cán bộ phường gọi "cập nhật VNeID".
    FakeOfficer,
    /// Đường dẫn, ứng dụng giả.
    FakeApp,
    /// Đòi phí qua đường dẫn.
    SmallFee,
    /// Bảo nhìn vào camera.
    CameraFace,
    /// Giả điện lực, bảo hiểm, thuế, ngân hàng, giáo viên.
    FakeService,
    /// Biên lai chuyển khoản giả, mã QR bị dán đè.
    FakeTransfer,
    /// Việc nhẹ lương cao, đầu tư.
    EasyMoney,
    /// "Con cấp cứu", mượn tiền qua tài khoản bị chiếm.
    FamilyCrisis,
    /// Kiểu khác.
    Other,
}

impl ScamKind {
    /// All, in the order of the catalogue.
    pub const ALL: [Self; 9] = [
        Self::FakeOfficer,
        Self::FakeApp,
        Self::SmallFee,
        Self::CameraFace,
        Self::FakeService,
        Self::FakeTransfer,
        Self::EasyMoney,
        Self::FamilyCrisis,
        Self::Other,
    ];
}

/// A warning as phones and the public page show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlertView {
    /// Identity.
    pub id: AlertId,
    /// What the fraud pretends.
    pub kind: ScamKind,
    /// In plain words.
    pub words: String,
    /// The residential groups it is about; empty: the whole ward.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<GroupId>))]
    pub groups: BTreeSet<GroupId>,
    /// The day it was published.
    pub from: Day,
    /// The last day it is shown.
    pub until: Day,
}

/// Why a warning cannot be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertFault {
    /// It says nothing.
    Empty,
    /// It is longer than [`MAX_WORDS`].
    TextTooLong,
    /// It holds the number of a person.
    NumberInText,
    /// A last day that is none, is past, or is more than [`MAX_DAYS`] away.
    NoSuchDay,
}

/// The words of a warning as the book would keep them. It may speak of passwords and codes, which a
/// note may not: that is what it warns of.
///
/// # Errors
/// The first fault found, in the order of [`AlertFault`].
pub fn checked(words: &str, until: Day, today: Day) -> Result<String, AlertFault> {
    let words = tidy(words);
    if words.is_empty() {
        return Err(AlertFault::Empty);
    }
    if words.chars().count() > MAX_WORDS {
        return Err(AlertFault::TextTooLong);
    }
    if holds_number(&words) {
        return Err(AlertFault::NumberInText);
    }
    if until.date().is_none() || until < today || until > today.plus(MAX_DAYS) {
        return Err(AlertFault::NoSuchDay);
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_speaks_of_codes_but_never_of_a_persons_number() {
        let today = Day(20261123);
        let check = |words: &str, until| checked(words, Day(until), today);
        let good = " Có người giả công an đòi mã OTP.  Bác cúp máy, gọi 156. ";
        assert_eq!(
            check(good, 20261130).as_deref(),
            Ok("Có người giả công an đòi mã OTP. Bác cúp máy, gọi 156.")
        );
        assert_eq!(check("  ", 20261130), Err(AlertFault::Empty));
        assert_eq!(check(&"a".repeat(401), 20261130), Err(AlertFault::TextTooLong));
        assert_eq!(check("gọi 0000 000 001", 20261130), Err(AlertFault::NumberInText));
        for until in [20261122, 20270123, 20261131] {
            assert_eq!(check("Cẩn thận", until), Err(AlertFault::NoSuchDay), "{until}");
        }
        assert!(check("Cẩn thận", 20261123).is_ok() && check("Cẩn thận", 20270122).is_ok());
    }
}
