//! The ward's ground: residential groups and the tree of streets and alleys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ground::group_key;
use crate::id::GroupId;
use crate::search::search_key;

/// Does a place lie in Viet Nam, its islands and their waters included? Longitude and latitude in
/// degrees; no latitude of the country is a longitude of it.
pub fn in_viet_nam(longitude: f64, latitude: f64) -> bool {
    (102.0..=118.0).contains(&longitude) && (6.0..=23.5).contains(&latitude)
}

/// What kind of way an alley is, from the widest to the narrowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AlleyKind {
    /// Đường, phố.
    Street,
    /// Ngõ: turns off a street.
    Lane,
    /// Ngách: turns off a ngõ.
    Alley,
    /// Hẻm: turns off a ngách.
    SubAlley,
}

impl AlleyKind {
    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Street => "street",
            Self::Lane => "lane",
            Self::Alley => "alley",
            Self::SubAlley => "sub_alley",
        }
    }

    /// The Vietnamese word for it, lower case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Street => "đường",
            Self::Lane => "ngõ",
            Self::Alley => "ngách",
            Self::SubAlley => "hẻm",
        }
    }

    /// The kind it turns off, where an address names it by number; a ngõ turns off a street.
    pub fn outer(self) -> Option<Self> {
        match self {
            Self::Street | Self::Lane => None,
            Self::Alley => Some(Self::Lane),
            Self::SubAlley => Some(Self::Alley),
        }
    }

    /// The kind of a code, or `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Street, Self::Lane, Self::Alley, Self::SubAlley]
            .into_iter()
            .find(|k| k.code() == code)
    }
}

/// Who made the outline of a residential group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OutlineSource {
    /// Drawn by hand at the desk.
    Drawn,
    /// Brought in a file.
    Uploaded,
    /// Derived from the doors: every place belongs to the group of the nearest door.
    Derived,
}

impl OutlineSource {
    /// Every source.
    pub const ALL: [Self; 3] = [Self::Drawn, Self::Uploaded, Self::Derived];

    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::Uploaded => "uploaded",
            Self::Derived => "derived",
        }
    }

    /// The source of a code, or `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// Did a person give it? Such an outline is never replaced by a derived one.
    pub fn is_given(self) -> bool {
        self != Self::Derived
    }
}

/// Who said where a door is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PointSource {
    /// The register it was imported from.
    Import,
    /// Somebody at the desk.
    Desk,
}

impl PointSource {
    /// Every source.
    pub const ALL: [Self; 2] = [Self::Import, Self::Desk];

    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Desk => "desk",
        }
    }
}

/// What a residential group is called.
#[derive(Clone, Copy, Debug)]
pub struct GroupName<'a> {
    /// The group.
    pub id: GroupId,
    /// Short code.
    pub code: &'a str,
    /// Name.
    pub name: &'a str,
}

/// Which group a feature of a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// This one.
    One(GroupId),
    /// None is called so.
    None,
    /// Several are called so, or several features name this one.
    Several(Vec<GroupId>),
    /// The desk leaves the feature out.
    LeftOut,
}

/// Finds the group of each feature by what it is called (the likeliest name first): the first of its
/// names that any group has decides. `picks` (by the feature's place) decide before any name; a pick
/// of no group leaves the feature out. No group gets two features.
pub fn match_groups(
    called: &[&[String]],
    groups: &[GroupName<'_>],
    picks: &BTreeMap<usize, Option<GroupId>>,
) -> Vec<Match> {
    let keys: Vec<(GroupId, String, String)> =
        groups.iter().map(|g| (g.id, search_key(g.code), group_key(g.name))).collect();
    let so_called = |word: &String| -> Vec<GroupId> {
        let (code, name) = (search_key(word), group_key(word));
        keys.iter().filter(|(_, c, n)| *n == name || *c == code).map(|(id, ..)| *id).collect()
    };
    let mut fates: Vec<Match> = called
        .iter()
        .enumerate()
        .map(|(place, words)| match picks.get(&place) {
            Some(Some(id)) if groups.iter().any(|g| g.id == *id) => Match::One(*id),
            Some(Some(_)) => Match::None,
            Some(None) => Match::LeftOut,
            None => match words.iter().map(so_called).find(|ids| !ids.is_empty()) {
                None => Match::None,
                Some(ids) if ids.len() == 1 => Match::One(ids[0]),
                Some(ids) => Match::Several(ids),
            },
        })
        .collect();
    let mut claims: BTreeMap<GroupId, usize> = BTreeMap::new();
    for fate in &fates {
        if let Match::One(id) = fate {
            *claims.entry(*id).or_default() += 1;
        }
    }
    for fate in &mut fates {
        if let Match::One(id) = *fate
            && claims[&id] > 1
        {
            *fate = Match::Several(vec![id]);
        }
    }
    fates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_names_on_the_wire() {
        for source in OutlineSource::ALL {
            assert_eq!(serde_json::to_value(source).ok(), Some(source.code().into()));
            assert_eq!(OutlineSource::from_code(source.code()), Some(source));
        }
        for source in PointSource::ALL {
            assert_eq!(serde_json::to_value(source).ok(), Some(source.code().into()));
        }
        assert_eq!(OutlineSource::from_code("guessed"), None);
    }

    #[test]
    fn only_a_derived_outline_may_be_derived_again() {
        let given: Vec<_> = OutlineSource::ALL.into_iter().filter(|s| s.is_given()).collect();
        assert_eq!(given, [OutlineSource::Drawn, OutlineSource::Uploaded]);
    }

    #[test]
    fn a_feature_is_the_group_it_is_called_after() {
        let id = |n: u128| GroupId(uuid::Uuid::from_u128(n));
        let groups = [
            GroupName { id: id(1), code: "TDP1", name: "Tổ dân phố 1" },
            GroupName { id: id(2), code: "NINHCHAP5", name: "Ninh Chấp 5" },
            GroupName { id: id(3), code: "A", name: "Trại Sen" },
            GroupName { id: id(4), code: "B", name: "Trại Sen" },
        ];
        let words: Vec<Vec<String>> =
            [&["TDP 1"][..], &["77", "ninh chấp 5"], &["Trại Sen"], &["Đồi Thông"], &[], &["tdp1"]]
                .iter()
                .map(|w| w.iter().map(|s| (*s).to_owned()).collect())
                .collect();
        let called: Vec<&[String]> = words.iter().map(Vec::as_slice).collect();
        let both = Match::Several(vec![id(1)]);
        assert_eq!(
            match_groups(&called, &groups, &BTreeMap::new()),
            [
                both.clone(),
                Match::One(id(2)),
                Match::Several(vec![id(3), id(4)]),
                Match::None,
                Match::None,
                both,
            ]
        );
        let picks = BTreeMap::from([(0, None), (2, Some(id(4))), (3, Some(id(9)))]);
        let fates = match_groups(&called, &groups, &picks);
        assert_eq!(fates[0], Match::LeftOut);
        assert_eq!(fates[2], Match::One(id(4)));
        assert_eq!(fates[3], Match::None, "a group of nowhere");
        assert_eq!(fates[5], Match::One(id(1)), "the other feature no longer claims it");
    }
}
