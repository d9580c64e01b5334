//! Evenings on which the police come to homes (thu nhận lưu động): which homes wait, in which order
//! they are walked, what came of each.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::help::HelpWhy;
use crate::id::{GroupId, MobileSessionId, ReferralId};
use crate::time::{Day, Millis};

/// The most homes of one evening.
pub const MAX_HOMES: usize = 60;
/// How many people of one home a result may speak of.
pub const MAX_PEOPLE: u32 = 20;
/// After so many days a home that still waits is overdue by the ward's own criterion (backlog).
pub const BACKLOG_DAYS: i64 = 30;

/// A thing to bring. The list is data that a ward may edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct KitItem {
    /// Immutable code, e.g. `CAMERA`.
    pub code: String,
    /// Name in plain Vietnamese.
    pub vi: String,
    /// Name in English.
    pub en: String,
}

/// The kit of a new ward.
pub fn kit_defaults() -> Vec<KitItem> {
    [
        ("CAMERA", "Máy ảnh, phông nền", "Camera and backdrop"),
        ("FINGERPRINT", "Máy lấy vân tay", "Fingerprint reader"),
        ("CARD_READER", "Máy đọc thẻ căn cước", "Card reader"),
        ("LAPTOP", "Máy tính, sạc đầy", "Laptop, charged"),
        ("NETWORK", "Bộ phát mạng", "Mobile network"),
        ("FORMS", "Phiếu thu nhận, bút", "Forms and pens"),
        ("BADGE", "Thẻ ngành, giấy giới thiệu", "Service card and letter"),
        ("LEAFLET", "Tờ rơi chữ to", "Large-print leaflets"),
    ]
    .into_iter()
    .map(|(code, vi, en)| KitItem { code: code.into(), vi: vi.into(), en: en.into() })
    .collect()
}

/// How far an evening has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MobileState {
    /// It is to come, or under way.
    Planned,
    /// Every home has its result.
    Held,
    /// It does not take place; its homes wait again.
    Cancelled,
}

/// What came of one home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MobileResult {
    /// Đã thu nhận: the file is taken, the referral is done.
    Captured,
    /// Chờ duyệt: the file is taken and somebody must look again; the referral stays open.
    Pending,
    /// Không thực hiện được, with a reason; the home waits again.
    NotDone,
}

/// Payload of `mobile.result`: what came of one home of an evening. A later one of the same home
/// stands for the earlier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MobileReport {
    /// The evening.
    pub session_id: MobileSessionId,
    /// The home, by the referral that asked for it.
    pub referral_id: ReferralId,
    /// What came of it.
    pub result: MobileResult,
    /// Why not, and only then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<HelpWhy>,
    /// How many people were enrolled there; 0 when none was.
    pub people: u32,
}

impl MobileReport {
    /// Does what it says fit together?
    pub fn fits(&self) -> bool {
        let not = self.result == MobileResult::NotDone;
        not == self.why.is_some() && not == (self.people == 0) && self.people <= MAX_PEOPLE
    }
}

/// A home of an evening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MobileHome {
    /// The referral, which is in the officer's queue with its place.
    pub referral_id: ReferralId,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<MobileResult>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<HelpWhy>,
    /// People enrolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    /// When that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Millis>,
}

/// An evening as officers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MobileSessionView {
    /// Identity.
    pub id: MobileSessionId,
    /// The day.
    pub day: Day,
    /// When it begins, in minutes since midnight.
    pub from_minute: i32,
    /// When it ends, in minutes since midnight.
    pub to_minute: i32,
    /// Where the officers meet; a place, nobody's name.
    pub place: String,
    /// How many homes fit into it.
    pub capacity: u32,
    /// How far it has come.
    pub state: MobileState,
    /// Residential groups its homes lie in.
    pub groups: Vec<GroupId>,
    /// Codes of the kit that is packed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub packed: BTreeSet<String>,
    /// Its homes, in the order they are walked.
    pub homes: Vec<MobileHome>,
}
