//! What a phone is given: its team's alleys with their doors, and nothing else.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::address::Side;
use crate::alert::AlertView;
use crate::consent::Purpose;
use crate::eid::{Blocker, EidDevice, EidState, Evidence, Paper, Sim, WantsL2};
use crate::id::{
    AccountId, AlleyId, GroupId, HouseholdId, LearnerId, OpId, ReferralId, TeamId, VisitId,
};
use crate::need::Need;
use crate::notice::Notice;
use crate::officer::OfficerBook;
use crate::quality::OwnFlag;
use crate::referral::{Appointment, ReferralKind, ReferralState, ReturnWhy, Sla};
use crate::skill::Skill;
use crate::territory::AlleyKind;
use crate::time::{Day, Millis};
use crate::visit::{AgeBand, Comeback, Outcome};

/// How far a phone has read: the ward's number and the team it read for; in the middle of a large
/// answer also the last alley it was given.
///
/// Opaque to clients. A cursor of another team asks for everything again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The number read up to, once all pages are in.
    pub seq: i64,
    /// The team whose reach was read; nil for an account without a team.
    pub team: TeamId,
    /// Where an answer in pages stands.
    pub page: Option<Page>,
}

/// The place in an answer that comes in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The number the phone had read up to before the first page; `None` when it had nothing.
    pub since: Option<i64>,
    /// The last alley it was given; alleys come in the order of their ids.
    pub after: AlleyId,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let team = self.team.0.simple();
        match self.page {
            None => write!(f, "1.{}.{team}", self.seq),
            Some(Page { since, after }) => {
                let since = since.map_or_else(|| "x".to_owned(), |n| n.to_string());
                write!(f, "2.{}.{team}.{since}.{}", self.seq, after.0.simple())
            }
        }
    }
}

impl std::str::FromStr for Cursor {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        let number = |text: &str| text.parse().ok().filter(|n: &i64| *n >= 0).ok_or(());
        let parts: Vec<&str> = s.split('.').collect();
        let page = match parts[..] {
            ["1", _, _] => None,
            ["2", _, _, since, after] => Some(Page {
                since: if since == "x" { None } else { Some(number(since)?) },
                after: after.parse().map_err(|_| ())?,
            }),
            _ => return Err(()),
        };
        let team = parts[2].parse().map_err(|_| ())?;
        Ok(Self { seq: number(parts[1])?, team, page })
    }
}

/// One answer of `sync/pull`. Lists that are empty and parts that did not change are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PullAnswer {
    /// To be sent with the next pull.
    pub cursor: String,
    /// Everything comes anew: what no page of this answer brings is to be dropped, but only when the
    /// last page is in. The outbox stays. Said on the first page only.
    pub reset: bool,
    /// There are more pages: ask again at once with the new cursor.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// The ward's number this answer reaches.
    pub seq: i64,
    /// The server's clock.
    pub server_time: Millis,
    /// Who is reading; on the first page of every answer that brings anything new to the ward, since a
    /// phone may go for weeks without a reset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub me: Option<Me>,
    /// What a resident is shown before he agrees; with a reset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// What may be asked of others, and what is promised; with a reset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub referral_kinds: Vec<Sla>,
    /// The whole catalogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<Skill>,
    /// Residential groups with an alley in reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupView>,
    /// Alleys to replace, with all their doors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alleys: Vec<AlleyView>,
    /// Doors to replace inside alleys already held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doors: Vec<DoorView>,
    /// What to drop.
    #[serde(default, skip_serializing_if = "Gone::is_empty")]
    pub gone: Gone,
    /// The reader's own remarks about recording; on the first page of every answer that brings
    /// anything new to the ward. When it is there it replaces what the phone holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Vec<OwnFlag>>,
    /// Warnings of frauds in the reader's groups; on the first page of every answer that brings
    /// anything new to the ward. When it is there it replaces what the phone holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerts: Option<Vec<AlertView>>,
    /// The codes by which residents of the reader's groups tell who is announced, of today and the
    /// days after ([`BADGE_DAYS`]); with [`PullAnswer::me`], and then they replace what the phone
    /// holds: a phone may go for weeks without a reset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<DoorCode>,
    /// What an officer holds; when it is there it replaces what the phone holds. Nobody else is ever
    /// given it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub police: Option<Box<OfficerBook>>,
}

/// The code of a residential group on a day: posted in its house of culture, and on the phones of
/// those who are announced there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DoorCode {
    /// The residential group.
    pub group_id: GroupId,
    /// The day it is good on, in Asia/Ho_Chi_Minh.
    pub day: Day,
    /// Four digits.
    pub digits: String,
    /// Code of the animal shown beside them, e.g. `buffalo`.
    pub animal: String,
}

/// Days a phone holds the codes of its groups for: today, and as long as a pack of doors is good without contact.
pub const BADGE_DAYS: i64 = 5;

/// What left the reader's reach.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gone {
    /// Alleys taken back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alleys: Vec<AlleyId>,
    /// Households deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub households: Vec<HouseholdId>,
}

impl Gone {
    /// Is there nothing to drop?
    pub fn is_empty(&self) -> bool {
        self.alleys.is_empty() && self.households.is_empty()
    }
}

/// A name with its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamRef {
    /// The team.
    pub id: TeamId,
    /// Its name.
    pub name: String,
}

/// A ward by code and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WardRef {
    /// Official code.
    pub code: String,
    /// Name, e.g. `Phường Chu Văn An`.
    pub name: String,
}

/// The campaign's name and days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignRef {
    /// Its name.
    pub name: String,
    /// First day.
    pub starts_on: Day,
    /// Last day.
    pub ends_on: Day,
}

/// The reader, for the phone's own pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The account.
    pub account_id: AccountId,
    /// Display name.
    pub name: String,
    /// Role code.
    pub role: String,
    /// The ward.
    pub ward: WardRef,
    /// The team, if any.
    pub team: Option<TeamRef>,
    /// The campaign, if one runs.
    pub campaign: Option<CampaignRef>,
    /// The evening the team goes out next, if one is planned; one that is under way is still meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_evening: Option<NextEvening>,
    /// The number on the reader's badge, if the ward has given one: six digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge_no: Option<String>,
    /// What the code on the badge leads to: the end of the address at which the ward answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge_token: Option<String>,
}

/// An evening a team means to go out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NextEvening {
    /// The day.
    pub day: Day,
    /// When it begins, in minutes since midnight.
    pub from_minute: i32,
    /// When it ends, in minutes since midnight.
    pub to_minute: i32,
    /// Where they meet.
    pub place: String,
}

/// A residential group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupView {
    /// Identity.
    pub id: GroupId,
    /// Short code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Outer rings as `[longitude, latitude]` in degrees (WGS 84), thinned for a phone's sketch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outline: Vec<Vec<[f64; 2]>>,
}

/// An alley with all its doors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlleyView {
    /// Identity.
    pub id: AlleyId,
    /// Its residential group.
    pub group_id: GroupId,
    /// The way it turns off, if any.
    pub parent_id: Option<AlleyId>,
    /// Street, lane, alley or sub-alley.
    pub kind: AlleyKind,
    /// Name, e.g. `Ngõ 34, Nguyễn Trãi`.
    pub name: String,
    /// House number at whose mouth it turns off.
    pub mouth: Option<String>,
    /// Order among its siblings.
    pub sort: String,
    /// Its doors in walking order.
    pub doors: Vec<DoorView>,
}

/// A household as its team sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DoorView {
    /// Identity.
    pub id: HouseholdId,
    /// Its alley; left out inside an [`AlleyView`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alley_id: Option<AlleyId>,
    /// Register code, e.g. `CVA-THAIHOC2-0007`.
    pub code: String,
    /// House number as written; empty for a house without one.
    pub no: String,
    /// Order along the alley.
    pub sort: String,
    /// Odd or even side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub side: Option<Side>,
    /// Where its door is, if the register knows: longitude, latitude in degrees, rounded to 4
    /// decimals (about 11 m). The phone judges by it whether it is near, and sends no place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<[f64; 2]>,
    /// Landmark for a house without a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landmark: Option<String>,
    /// Name of the head, if the register has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// Members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<i32>,
    /// Members from 14 years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adults: Option<i32>,
    /// In the denominator?
    pub active: bool,
    /// Proposed by a phone, waiting for the ward?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proposed: bool,
    /// Its visits, oldest first; withdrawn ones left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<VisitView>,
    /// Residents who agreed to be remembered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<LearnerView>,
    /// What the household said it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<NeedView>,
    /// The reader's own team's note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<NoteView>,
    /// Referrals, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub referrals: Vec<ReferralView>,
    /// The day another force was last here. Who, and what for, is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helped_on: Option<Day>,
}

/// A resident who agreed to be remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LearnerView {
    /// Identity, made by the phone that asked.
    pub id: LearnerId,
    /// What the resident is called.
    pub call_name: String,
    /// Age band.
    pub age_band: AgeBand,
    /// What was agreed to.
    pub purposes: Vec<Purpose>,
    /// When.
    pub agreed_at: Millis,
    /// Skills, each as last seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<LearnerSkill>,
    /// How far with VNeID, if that was ever asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eid: Option<EidView>,
}

/// A skill as it was last seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LearnerSkill {
    /// Skill code.
    pub skill: String,
    /// Proficiency 0-4.
    pub level: u8,
    /// When.
    pub at: Millis,
}

/// How far a resident has come with VNeID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EidView {
    /// The word that stands: the operation that said it.
    pub id: OpId,
    /// The rung.
    pub state: EidState,
    /// How one knows.
    pub evidence: Evidence,
    /// When it was recorded.
    pub at: Millis,
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
    /// The reader's own team said it, and may take it back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ours: bool,
    /// Where the resident stands once it is taken back; absent when nothing was known before, and in
    /// what is itself shown so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub back: Option<Box<EidView>>,
}

/// A need, by the household's own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedView {
    /// The need.
    pub code: Need,
    /// The last day on which it is shown.
    pub until: Day,
}

/// A team's own words about a door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoteView {
    /// The words.
    pub text: String,
    /// When they were written.
    pub at: Millis,
    /// By the reader?
    pub mine: bool,
}

/// A call for somebody else's help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReferralView {
    /// Identity: the id of the operation that opened it.
    pub id: ReferralId,
    /// The resident, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learner_id: Option<LearnerId>,
    /// Whose help, for what.
    pub kind: ReferralKind,
    /// How far it has come.
    pub state: ReferralState,
    /// When it was opened.
    pub opened_at: Millis,
    /// The last day of the promise, if a day is promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Day>,
    /// The day the resident is expected, or somebody at the home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<Appointment>,
    /// Why it was given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<ReturnWhy>,
    /// The day it was last answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<Day>,
}

/// A visit as any team may see it: when, what, who; no people and no notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitView {
    /// Identity: the id of the operation that recorded it.
    pub id: VisitId,
    /// When.
    pub at: Millis,
    /// What happened.
    pub outcome: Outcome,
    /// Day and band agreed for coming back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comeback: Option<Comeback>,
    /// Name of the team that knocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The first version, when this one corrects it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<VisitId>,
    /// How many versions there are, when more than one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<i32>,
    /// Knocked by the reader?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mine: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_nonsense_is_refused() {
        let team = TeamId(uuid::Uuid::from_u128(7));
        let after = AlleyId(uuid::Uuid::from_u128(9));
        for page in [None, Some(None), Some(Some(12))] {
            let page = page.map(|since| Page { since, after });
            let cursor = Cursor { seq: 40_213, team, page };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for bad in [
            "",
            "1",
            "2.1.00000000000000000000000000000007",
            "1.-1.00000000000000000000000000000007",
            "1.x.y",
            "1.5.00000000000000000000000000000007.x.00000000000000000000000000000007",
            "2.5.00000000000000000000000000000007",
            "2.5.00000000000000000000000000000007.-1.00000000000000000000000000000007",
            "2.5.00000000000000000000000000000007.x.y",
        ] {
            assert_eq!(bad.parse::<Cursor>(), Err(()), "{bad}");
        }
    }
}
