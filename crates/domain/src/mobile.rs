//! Evenings on which the police come to homes (thu nhận lưu động): which homes wait, in which order
//! they are walked, what came of each.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::help::HelpWhy;
use crate::id::{AlleyId, GroupId, MobileSessionId, ReferralId};
use crate::time::{Day, Millis};

/// The kind of help that enrolment at a home is counted as.
pub const ENROLMENT: &str = "H02";
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

/// A stretch that is walked, as far as the order of walking depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Identity.
    pub id: AlleyId,
    /// What it turns off.
    pub parent: Option<AlleyId>,
    /// Order among its neighbours, as text.
    pub sort: String,
}

/// A home that waits for an evening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The referral that asks for it.
    pub referral: ReferralId,
    /// Its alley.
    pub alley: AlleyId,
    /// Order along the alley, as text.
    pub sort: String,
    /// The last day of the promise.
    pub due_on: Option<Day>,
    /// Since when it waits.
    pub opened_at: Millis,
}

/// The place of each stretch on a walk that goes into every alley where it turns off, before the next
/// one of its street.
pub fn walk(ways: &[Way]) -> HashMap<AlleyId, usize> {
    let known: BTreeSet<AlleyId> = ways.iter().map(|way| way.id).collect();
    let mut off: HashMap<Option<AlleyId>, Vec<&Way>> = HashMap::new();
    for way in ways {
        off.entry(way.parent.filter(|parent| known.contains(parent))).or_default().push(way);
    }
    for turns in off.values_mut() {
        // The last one first: it is taken from a stack.
        turns.sort_by(|a, b| (&b.sort, b.id).cmp(&(&a.sort, a.id)));
    }
    let mut places = HashMap::with_capacity(ways.len());
    let mut next: Vec<&Way> = off.remove(&None).unwrap_or_default();
    while let Some(way) = next.pop() {
        places.insert(way.id, places.len());
        next.extend(off.remove(&Some(way.id)).unwrap_or_default());
    }
    places
}

/// Homes in the order they are walked: along the alleys, each alley once, each home once.
pub fn in_walking_order(ways: &[Way], mut homes: Vec<Waiting>) -> Vec<Waiting> {
    let places = walk(ways);
    let place = |home: &Waiting| places.get(&home.alley).copied().unwrap_or(usize::MAX);
    homes.sort_by(|a, b| (place(a), &a.sort, a.referral).cmp(&(place(b), &b.sort, b.referral)));
    homes
}

/// The homes of an evening that has room for so many: those that are due first, in walking order.
pub fn proposed(ways: &[Way], mut homes: Vec<Waiting>, capacity: usize) -> Vec<Waiting> {
    let due = |home: &Waiting| home.due_on.unwrap_or(Day(i32::MAX));
    homes.sort_by_key(|home| (due(home), home.opened_at, home.referral));
    homes.truncate(capacity);
    in_walking_order(ways, homes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn way(id: u128, parent: Option<u128>, sort: &str) -> Way {
        let alley = |id| AlleyId(Uuid::from_u128(id));
        Way { id: alley(id), parent: parent.map(alley), sort: sort.into() }
    }

    fn home(id: u128, alley: u128, sort: &str, due: i32) -> Waiting {
        Waiting {
            referral: ReferralId(Uuid::from_u128(id)),
            alley: AlleyId(Uuid::from_u128(alley)),
            sort: sort.into(),
            due_on: Some(Day(due)),
            opened_at: Millis(0),
        }
    }

    /// Two streets; ngõ 2 and ngõ 10 turn off the first, a ngách off ngõ 2.
    fn ways() -> Vec<Way> {
        vec![
            way(5, None, "b"),
            way(4, Some(2), "a 2/1"),
            way(3, Some(1), "a 10"),
            way(2, Some(1), "a 02"),
            way(1, None, "a"),
        ]
    }

    fn ids(homes: &[Waiting]) -> Vec<u128> {
        homes.iter().map(|home| home.referral.0.as_u128()).collect()
    }

    #[test]
    fn an_alley_is_walked_where_it_turns_off() {
        let homes = vec![
            home(1, 5, "01", 1),
            home(2, 3, "01", 1),
            home(3, 4, "02", 1),
            home(4, 4, "01", 1),
            home(5, 2, "09", 1),
            home(6, 1, "03", 1),
        ];
        assert_eq!(ids(&in_walking_order(&ways(), homes.clone())), [6, 5, 4, 3, 2, 1]);
        let mut other = homes;
        other.reverse();
        assert_eq!(ids(&in_walking_order(&ways(), other)), [6, 5, 4, 3, 2, 1], "stable");
    }

    #[test]
    fn two_homes_behind_one_door_are_walked_one_after_the_other() {
        let homes = vec![home(2, 1, "01", 1), home(1, 1, "01", 1), home(3, 9, "01", 1)];
        assert_eq!(ids(&in_walking_order(&ways(), homes)), [1, 2, 3], "an unknown alley is last");
    }

    #[test]
    fn an_alley_that_turns_off_itself_takes_nobody_round_in_circles() {
        let ways = vec![way(1, Some(2), "a"), way(2, Some(1), "b"), way(3, None, "c")];
        assert_eq!(walk(&ways).len(), 1);
        assert_eq!(in_walking_order(&ways, vec![home(1, 1, "", 1), home(2, 3, "", 1)]).len(), 2);
    }

    #[test]
    fn who_is_due_first_has_a_place_first() {
        let mut homes: Vec<_> =
            (1..=5).map(|n| home(n, 1, &format!("{n}"), 10 - n as i32)).collect();
        homes[0].due_on = None;
        assert_eq!(ids(&proposed(&ways(), homes.clone(), 2)), [4, 5]);
        assert_eq!(ids(&proposed(&ways(), homes.clone(), 9)), [1, 2, 3, 4, 5]);
        assert!(proposed(&ways(), homes, 0).is_empty());
    }

    #[test]
    fn a_result_says_why_not_and_how_many() {
        let report = |result, why, people| MobileReport {
            session_id: MobileSessionId(Uuid::nil()),
            referral_id: ReferralId(Uuid::nil()),
            result,
            why,
            people,
        };
        assert!(report(MobileResult::Captured, None, 2).fits());
        assert!(report(MobileResult::NotDone, Some(HelpWhy::Absent), 0).fits());
        for (result, why, people) in [
            (MobileResult::Captured, None, 0),
            (MobileResult::Captured, Some(HelpWhy::Other), 1),
            (MobileResult::NotDone, None, 0),
            (MobileResult::NotDone, Some(HelpWhy::Absent), 1),
            (MobileResult::Pending, None, 21),
        ] {
            assert!(!report(result, why, people).fits(), "{result:?} {why:?} {people}");
        }
    }
}
