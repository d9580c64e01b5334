//! What an officer's phone is given: the queue, the evenings, the own counts. Nothing of it is in what
//! a volunteer's phone is given, and no visit, note or need of a door is in it.

use serde::{Deserialize, Serialize};

use crate::alert::AlertView;
use crate::eid::{EidState, Evidence};
use crate::help::{HelpDay, HelpType};
use crate::id::{AlleyId, GroupId, HouseholdId, LearnerId, MobileSessionId, ReferralId};
use crate::mobile::{KitItem, MobileSessionView};
use crate::referral::{Appointment, ReferralKind, ReferralSource, ReferralState, ReturnWhy};
use crate::time::{Day, Millis};
use crate::visit::AgeBand;

/// Days of own counts an officer's phone holds: this month and the one before.
pub const OWN_DAYS: i64 = 62;
/// How long closed referrals and evenings stay on it, in days.
pub const CLOSED_DAYS: i64 = 14;

/// All an officer's phone holds of the book. It comes whole whenever something of it has changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfficerBook {
    /// The ward's residential groups.
    pub groups: Vec<GroupName>,
    /// Kinds of help.
    pub help_types: Vec<HelpType>,
    /// What to bring to an evening.
    pub kit: Vec<KitItem>,
    /// Days this year and the next on which offices do not work, weekends left out.
    pub holidays: Vec<Day>,
    /// Referrals to the police: open ones, and those closed within [`CLOSED_DAYS`]; what is due first
    /// comes first.
    pub queue: Vec<QueueItem>,
    /// Evenings to come, and those of the last [`CLOSED_DAYS`].
    pub sessions: Vec<MobileSessionView>,
    /// The reader's own counts of the last [`OWN_DAYS`].
    pub days: Vec<HelpDay>,
    /// Warnings in force, of the whole ward.
    pub alerts: Vec<AlertView>,
}

/// A residential group by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = OfficerGroup))]
pub struct GroupName {
    /// Identity.
    pub id: GroupId,
    /// Short code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A referral as officers see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueItem {
    /// Identity.
    pub id: ReferralId,
    /// For what.
    pub kind: ReferralKind,
    /// Where it comes from.
    pub source: ReferralSource,
    /// How far it has come.
    pub state: ReferralState,
    /// When it was opened.
    pub opened_at: Millis,
    /// The last day of the promise, if a day is promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Day>,
    /// Its residential group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// The slip of one that was not opened at a door: six letters and digits the resident brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slip: Option<String>,
    /// The door, for one that was opened there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door: Option<QueueDoor>,
    /// The resident, if it is about one who agreed that the police be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<QueuePerson>,
    /// Age band, of one that is about nobody by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_band: Option<AgeBand>,
    /// The appointment, if one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<Appointment>,
    /// Why it was given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<ReturnWhy>,
    /// When an officer last did something about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acted_at: Option<Millis>,
    /// Taken up by the reader?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mine: bool,
    /// The evening it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<MobileSessionId>,
}

/// The door of a referral.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueDoor {
    /// The household.
    pub household_id: HouseholdId,
    /// Its alley.
    pub alley_id: AlleyId,
    /// The alley's name.
    pub alley: String,
    /// House number, or the landmark of a house without one.
    pub house: String,
    /// Order along the alleys: to be compared as text within one ward.
    pub sort: String,
    /// The team that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The day a team was last at the door: the other force, and nothing of what it wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visited_on: Option<Day>,
}

/// The resident of a referral.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueuePerson {
    /// Identity.
    pub learner_id: LearnerId,
    /// What the resident is called.
    pub call_name: String,
    /// Age band.
    pub age_band: AgeBand,
    /// The number to call back, while it may be held: until three days after the appointment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Where the resident stands with VNeID, all words taken together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eid: Option<OfficerEid>,
}

/// Where a resident stands with VNeID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfficerEid {
    /// The rung.
    pub state: EidState,
    /// How one knows.
    pub evidence: Evidence,
    /// When it was said.
    pub at: Millis,
}
