//! How the register changes over time: what may be done to residential groups and to households, on
//! which days a group is in force, and which houses of an alley go along when it is cut.

use serde::{Deserialize, Serialize};

use crate::address::{Address, Side};
use crate::id::AlleyId;
use crate::search::search_key;
use crate::time::Day;

/// The longest name of a group or an alley, in characters.
pub const MAX_NAME: usize = 80;
/// The most other names one group has.
pub const MAX_ALIASES: usize = 12;

/// What was done to the ground: to a residential group or an alley.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum GroundChange {
    /// A group was founded.
    Founded,
    /// A group got another name; the old one stays as an alias.
    Renamed,
    /// A group became part of another.
    Merged,
    /// Alleys of a group became a group of their own.
    Split,
    /// An alley got another name.
    AlleyRenamed,
}

impl GroundChange {
    /// Every change.
    pub const ALL: [Self; 5] =
        [Self::Founded, Self::Renamed, Self::Merged, Self::Split, Self::AlleyRenamed];

    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Founded => "founded",
            Self::Renamed => "renamed",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::AlleyRenamed => "alley_renamed",
        }
    }

    /// The change of a code, or `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.code() == code)
    }

    /// Does it move households between groups, and can it be taken back?
    pub fn moves(self) -> bool {
        matches!(self, Self::Merged | Self::Split)
    }
}

/// What was done to one household in the register. Each that moves the denominator says by how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RegisterChange {
    /// Counted already when the book began to write down why.
    Opening,
    /// Came with a list of households.
    Imported,
    /// A house that a phone found, approved by the ward.
    Approved,
    /// Left the denominator with the ward's approval: moved, vacant, not found, no home.
    Left,
    /// Found to be a double of another.
    Merged,
    /// Told apart again.
    Unmerged,
    /// Taken out of the register.
    Removed,
    /// Brought back.
    Restored,
    /// Its group became part of another.
    GroupMerged,
    /// Its alley went to a new group.
    GroupSplit,
    /// A merge or a split of its group was taken back.
    GroupRestored,
    /// Moved to another alley.
    Moved,
    /// Its details were set at the ward's desk.
    Edited,
    /// The list of households it came with was taken back.
    ImportUndone,
}

impl RegisterChange {
    /// Every change.
    pub const ALL: [Self; 14] = [
        Self::Opening,
        Self::Imported,
        Self::Approved,
        Self::Left,
        Self::Merged,
        Self::Unmerged,
        Self::Removed,
        Self::Restored,
        Self::GroupMerged,
        Self::GroupSplit,
        Self::GroupRestored,
        Self::Moved,
        Self::Edited,
        Self::ImportUndone,
    ];

    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Imported => "imported",
            Self::Approved => "approved",
            Self::Left => "left",
            Self::Merged => "merged",
            Self::Unmerged => "unmerged",
            Self::Removed => "removed",
            Self::Restored => "restored",
            Self::GroupMerged => "group_merged",
            Self::GroupSplit => "group_split",
            Self::GroupRestored => "group_restored",
            Self::Moved => "moved",
            Self::Edited => "edited",
            Self::ImportUndone => "import_undone",
        }
    }

    /// The change of a code, or `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.code() == code)
    }
}

/// Was a group in force on a day? It is from its first day on, and no more from its last; days nobody
/// wrote down do not bound it.
pub fn in_force(from: Option<Day>, to: Option<Day>, on: Day) -> bool {
    from.is_none_or(|from| from <= on) && to.is_none_or(|to| on < to)
}

/// Houses of one alley that go along when a group is cut: from one number to another, on one side or
/// on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HouseRange {
    /// The alley.
    pub alley: AlleyId,
    /// The first number; from the beginning when not said.
    pub from: Option<u32>,
    /// The last number; to the end when not said.
    pub to: Option<u32>,
    /// One side only.
    pub side: Option<Side>,
}

impl HouseRange {
    /// Is the house of this number one of them? A house without a number of its own stays where it is,
    /// and so does every room, lot and kiosk when a side is asked for: they have none.
    pub fn holds(&self, house_no: &str) -> bool {
        let Some(house) = Address::parse(house_no).house else { return false };
        let number = house.door().number;
        self.from.is_none_or(|from| from <= number)
            && self.to.is_none_or(|to| number <= to)
            && self.side.is_none_or(|side| house.side() == Some(side))
    }
}

/// A group's name as it is compared: folded, without the words for "residential group".
pub fn group_key(name: &str) -> String {
    let folded = search_key(name);
    for word in ["to dan pho so ", "to dan pho ", "khu dan cu ", "khu pho ", "tdp ", "kdc "] {
        if let Some(rest) = folded.strip_prefix(word) {
            return rest.to_owned();
        }
    }
    // `Tổ 5` is `Tổ dân phố 5`; before a name the word may be part of it.
    match folded.strip_prefix("to ").map(|rest| rest.strip_prefix("so ").unwrap_or(rest)) {
        Some(number) if number.bytes().all(|b| b.is_ascii_digit()) => number.to_owned(),
        _ => folded,
    }
}

/// A street's name as it is compared: folded, without the words for "street".
pub fn way_name(name: &str) -> String {
    let folded = search_key(name);
    for word in ["duong ", "pho ", "ngo ", "ngach ", "hem "] {
        if let Some(rest) = folded.strip_prefix(word) {
            return rest.to_owned();
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_group_is_known_without_the_words_for_it() {
        for (name, key) in [
            ("Tổ dân phố số 5", "5"),
            ("TDP 5", "5"),
            ("tổ 5", "5"),
            ("Tổ số 12", "12"),
            ("Khu dân cư Thái Học 2", "thai hoc 2"),
            // A name that happens to begin with the word.
            ("Tô Hiệu", "to hieu"),
        ] {
            assert_eq!(group_key(name), key, "{name}");
        }
    }

    #[test]
    fn a_group_is_in_force_from_its_first_day_and_no_more_from_its_last() {
        let (first, last) = (Some(Day(20261101)), Some(Day(20261115)));
        for (from, to, on, expected) in [
            (first, last, 20261031, false),
            (first, last, 20261101, true),
            (first, last, 20261114, true),
            (first, last, 20261115, false),
            (None, last, 20200101, true),
            (first, None, 20301231, true),
            (None, None, 20200101, true),
            // Founded and taken back on one day: never.
            (first, first, 20261101, false),
        ] {
            assert_eq!(in_force(from, to, Day(on)), expected, "{from:?} {to:?} {on}");
        }
    }

    #[test]
    fn a_range_holds_numbers_of_a_side_and_no_house_without_one() {
        let all = HouseRange { alley: AlleyId(Uuid::nil()), from: None, to: None, side: None };
        let some = HouseRange { from: Some(10), to: Some(20), ..all };
        let odd = HouseRange { side: Some(Side::Odd), ..some };
        for (no, in_all, in_some, in_odd) in [
            ("9", true, false, false),
            ("10", true, true, false),
            ("11", true, true, true),
            ("11A", true, true, true),
            ("20", true, true, false),
            ("21", true, false, false),
            // The door's own number counts, not the lane's.
            ("12/34", true, false, false),
            ("34/15", true, true, true),
            ("P15", true, true, false),
            ("", false, false, false),
            ("cạnh đình", false, false, false),
        ] {
            assert_eq!(
                (all.holds(no), some.holds(no), odd.holds(no)),
                (in_all, in_some, in_odd),
                "{no}"
            );
        }
    }

    #[test]
    fn names_are_compared_without_the_words_for_what_they_name() {
        assert_eq!(group_key("TDP Thái Học 2"), group_key("thai hoc 2"));
        assert_eq!(group_key("Khu dân cư Kỳ"), "ki");
        assert_eq!(way_name("Đường Nguyễn Trãi"), "nguyen trai");
        assert_eq!(way_name("Ngõ Giếng Mát"), "gieng mat");
    }

    #[test]
    fn codes_are_spelled_alike_in_the_book_and_on_the_wire() {
        for change in GroundChange::ALL {
            assert_eq!(serde_json::to_value(change).expect("a word"), change.code());
            assert_eq!(GroundChange::from_code(change.code()), Some(change));
        }
        for change in RegisterChange::ALL {
            assert_eq!(serde_json::to_value(change).expect("a word"), change.code());
            assert_eq!(RegisterChange::from_code(change.code()), Some(change));
        }
    }
}
