//! What a household said it needs. Only what the next visit needs to know, and never why: no health,
//! no poverty, no belief. It is forgotten half a year later.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::HouseholdId;
use crate::time::{Day, Millis};

/// Days a need is remembered.
pub const NEED_DAYS: i64 = 180;

/// A need, by the resident's own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Need {
    /// Cần hỗ trợ tại nhà.
    NeedHome,
    /// Muốn có người nhà cùng học.
    NeedFamilyPresent,
    /// Chữ to.
    PrefLargeText,
    /// Cần hướng dẫn chậm, nhắc lại.
    PrefSlow,
    /// Không có điện thoại thông minh.
    NoSmartphone,
    /// Không có mạng.
    NoInternet,
    /// Hẹn buổi tối.
    PrefEvening,
    /// Hẹn cuối tuần.
    PrefWeekend,
    /// Liên hệ qua tổ trưởng.
    ContactViaLeader,
}

/// Payload of `household.flags`: the whole set; an empty one takes all away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HouseholdFlags {
    /// The door.
    pub household_id: HouseholdId,
    /// The needs.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Need>))]
    pub flags: BTreeSet<Need>,
}

/// The last day on which needs told at an instant are shown.
pub fn until(told: Millis) -> Day {
    told.day().plus(NEED_DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_is_forgotten_after_half_a_year() {
        let told = Day(20261122).start().expect("a day");
        assert_eq!(until(told), Day(20270521));
    }
}
