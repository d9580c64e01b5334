//! A shift: from the first door of an evening to the last. The server keeps when it began and ended,
//! and nothing else of it.

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ShiftId};
use crate::time::Millis;

/// The most people who walk one alley together.
pub const MOST_PEOPLE: u8 = 9;

/// Payload of `shift.open`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenShift {
    /// Made on the phone.
    pub shift_id: ShiftId,
    /// How many share the alley, 1 to [`MOST_PEOPLE`]; the phone splits it by that. Not kept.
    pub people: u8,
}

/// Payload of `shift.close`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CloseShift {
    /// The shift.
    pub shift_id: ShiftId,
}

/// A shift as the book keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Whose.
    pub account: AccountId,
    /// When it began.
    pub opened_at: Millis,
    /// When it ended.
    pub closed_at: Option<Millis>,
}
