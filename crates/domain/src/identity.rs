//! The police's monthly counts of residential groups: people from 14 years, level 2 issued, activated.
//! They are typed or pasted by hand, kept in versions, and carried forward until the next month is known.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::id::GroupId;
use crate::note::{self, NoteFault};
use crate::time::Day;

/// The most people one count may speak of: more than any residential group has.
pub const MAX_COUNT: i64 = 100_000;
/// The first month counts are kept for.
pub const FIRST_MONTH: Month = Month(202_001);

/// A month, written as the number `yyyymm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Month(pub i32);

impl Month {
    /// The month of a day.
    pub fn of(day: Day) -> Self {
        Self(day.0 / 100)
    }

    /// Does the number name a month (202613 does not)?
    pub fn real(self) -> bool {
        self.first().date().is_some()
    }

    /// Its first day.
    pub fn first(self) -> Day {
        Day(self.0 * 100 + 1)
    }

    /// Its last day; the first one when it names no month.
    pub fn last(self) -> Day {
        self.plus(1).first().plus(-1)
    }

    /// So many months later, earlier when negative.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        let n = self.0 / 100 * 12 + self.0 % 100 - 1 + months;
        Self(n.div_euclid(12) * 100 + n.rem_euclid(12) + 1)
    }
}

/// What is counted of a residential group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = IdentityCounts))]
pub struct Counts {
    /// EID_14: residents from 14 years.
    pub from_14: i64,
    /// EID_L2: of these, level 2 issued.
    pub l2_issued: i64,
    /// EID_ACT: of these, activated.
    pub activated: i64,
}

/// A field of [`Counts`], as the wire names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountField {
    /// `from_14`.
    From14,
    /// `l2_issued`.
    L2Issued,
    /// `activated`.
    Activated,
}

impl CountField {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::From14 => "from_14",
            Self::L2Issued => "l2_issued",
            Self::Activated => "activated",
        }
    }
}

/// What is wrong with a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountFault {
    /// Below nothing, or above [`MAX_COUNT`].
    OutOfRange,
    /// More than the count it is part of.
    MoreThanWhole,
}

impl CountFault {
    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::OutOfRange => "out_of_range",
            Self::MoreThanWhole => "more_than_whole",
        }
    }
}

impl Counts {
    /// Everything that is wrong with them: `0 <= activated <= l2_issued <= from_14`.
    pub fn faults(&self) -> Vec<(CountField, CountFault)> {
        let fields = [
            (CountField::From14, self.from_14, MAX_COUNT),
            (CountField::L2Issued, self.l2_issued, self.from_14),
            (CountField::Activated, self.activated, self.l2_issued),
        ];
        let fault = |(field, n, whole): (CountField, i64, i64)| {
            if !(0..=MAX_COUNT).contains(&n) {
                Some((field, CountFault::OutOfRange))
            } else if n > whole {
                Some((field, CountFault::MoreThanWhole))
            } else {
                None
            }
        };
        fields.into_iter().filter_map(fault).collect()
    }

    /// EID_ACT_RATE: activated of level 2 issued; `None` when none was issued.
    pub fn rate(&self) -> Option<f64> {
        share(self.activated, self.l2_issued)
    }

    /// The same of all from 14 years; `None` when there is nobody.
    pub fn rate_14(&self) -> Option<f64> {
        share(self.activated, self.from_14)
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.from_14 += more.from_14;
        self.l2_issued += more.l2_issued;
        self.activated += more.activated;
    }
}

/// A part of a whole, or `None` of nothing.
pub fn share(part: i64, whole: i64) -> Option<f64> {
    (whole != 0).then(|| part as f64 / whole as f64)
}

/// Where the counts of a month come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The month.
    pub month: Month,
    /// The day they hold for.
    pub as_of: Day,
    /// Where they were read, in words.
    pub source: String,
}

/// Why a month's counts cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginFault {
    /// No month, one to come, or one before [`FIRST_MONTH`].
    Month,
    /// No day, one to come, or one that is neither in the month nor in the next.
    AsOf,
    /// Nobody says where they come from.
    NoSource,
    /// The words break a rule of notes.
    Source(NoteFault),
}

impl Origin {
    /// The origin as the book would keep it. A month may be counted in the days after its end, but
    /// never before it began.
    ///
    /// # Errors
    /// The first fault, in the order of [`OriginFault`].
    pub fn checked(
        month: Month,
        as_of: Day,
        source: &str,
        today: Day,
    ) -> Result<Self, OriginFault> {
        if !month.real() || month < FIRST_MONTH || month > Month::of(today) {
            return Err(OriginFault::Month);
        }
        let near = (month.first()..=month.plus(1).last()).contains(&as_of);
        if as_of.date().is_none() || as_of > today || !near {
            return Err(OriginFault::AsOf);
        }
        let source = note::checked(source).map_err(OriginFault::Source)?;
        if source.is_empty() {
            return Err(OriginFault::NoSource);
        }
        Ok(Self { month, as_of, source })
    }
}

/// What the book knows of a group's month: the latest version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The group, which may be part of another now.
    pub group: GroupId,
    /// The counts.
    pub counts: Counts,
    /// Where they come from.
    pub origin: Origin,
}

/// A residential group that became part of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The group.
    pub group: GroupId,
    /// What it became part of.
    pub into: GroupId,
    /// The first day it was in force no more, if known.
    pub on: Option<Day>,
}

/// What stands for a group: its latest known counts, carried forward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The counts.
    pub counts: Counts,
    /// The month, the day and the source; of a sum of several those of the oldest.
    pub origin: Origin,
}

/// What stands for each group in force, on a day: the latest month whose counts hold for that day or
/// an earlier one.
///
/// A group that another one became part of is counted together: as long as its own counts are older
/// than the merge, the last ones of both are added up, and the older day is told. Counts made after
/// the merge hold for both. Where one of them was never counted, nothing stands: a part of a group is
/// not the group.
pub fn standings(known: &[Known], merged: &[Merged], on: Day) -> BTreeMap<GroupId, Standing> {
    let mut latest: BTreeMap<GroupId, &Known> = BTreeMap::new();
    for k in known.iter().filter(|k| k.origin.as_of <= on) {
        let newer = latest.get(&k.group).is_none_or(|l| l.origin.month < k.origin.month);
        if newer {
            latest.insert(k.group, k);
        }
    }
    let gone: BTreeSet<GroupId> = merged.iter().map(|m| m.group).collect();
    let mut standing = BTreeMap::new();
    let all: BTreeSet<GroupId> = latest.keys().copied().filter(|id| !gone.contains(id)).collect();
    for group in all {
        if let Some(found) = together(group, &latest, merged, 0) {
            standing.insert(group, found);
        }
    }
    standing
}

/// Merges of merges; a chain this long is a mistake of the register.
const DEEPEST: u32 = 16;

fn together(
    group: GroupId,
    latest: &BTreeMap<GroupId, &Known>,
    merged: &[Merged],
    depth: u32,
) -> Option<Standing> {
    let own = latest.get(&group)?;
    let mut sum = Standing { counts: own.counts, origin: own.origin.clone() };
    if depth == DEEPEST {
        return Some(sum);
    }
    let parts = merged.iter().filter(|m| m.into == group);
    // Counted since: the part is in it.
    for part in parts.filter(|m| m.on.is_some_and(|day| own.origin.as_of < day)) {
        let found = together(part.group, latest, merged, depth + 1)?;
        sum.counts += found.counts;
        if found.origin.as_of < sum.origin.as_of {
            sum.origin = found.origin;
        }
    }
    Some(sum)
}

/// The group in force that a group's counts and helps are told under now.
pub fn in_force_now(group: GroupId, merged: &[Merged]) -> GroupId {
    let mut at = group;
    for _ in 0..DEEPEST {
        match merged.iter().find(|m| m.group == at) {
            Some(m) => at = m.into,
            None => break,
        }
    }
    at
}

/// The counts of several groups together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CountSum {
    /// The sum over the groups that have counts.
    pub counts: Counts,
    /// Groups that have.
    pub groups: i64,
    /// Groups that have none.
    pub lacking: i64,
}

impl CountSum {
    /// The sum over what stands for each group.
    pub fn of<'a>(groups: impl IntoIterator<Item = Option<&'a Counts>>) -> Self {
        let mut sum = Self::default();
        for counts in groups {
            match counts {
                Some(counts) => {
                    sum.counts += *counts;
                    sum.groups += 1;
                }
                None => sum.lacking += 1,
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const TODAY: Day = Day(20_261_123);

    fn counts(from_14: i64, l2_issued: i64, activated: i64) -> Counts {
        Counts { from_14, l2_issued, activated }
    }

    #[test]
    fn a_month_has_an_end_and_a_next() {
        assert_eq!(Month(202_602).last(), Day(20_260_228));
        assert_eq!(Month(202_612).plus(1), Month(202_701));
        assert_eq!(Month(202_601).plus(-1), Month(202_512));
        assert_eq!(Month(202_611).plus(-23), Month(202_412));
        assert!(Month(202_612).real() && !Month(202_613).real() && !Month(202_600).real());
    }

    #[test]
    fn parts_are_no_more_than_their_whole_and_every_fault_is_told() {
        use CountFault::{MoreThanWhole, OutOfRange};
        use CountField::{Activated, From14, L2Issued};
        for good in [counts(0, 0, 0), counts(5, 5, 5), counts(MAX_COUNT, 1, 0)] {
            assert_eq!(good.faults(), [], "{good:?}");
        }
        assert_eq!(counts(10, 11, 3).faults(), [(L2Issued, MoreThanWhole)]);
        assert_eq!(counts(10, 5, 6).faults(), [(Activated, MoreThanWhole)]);
        assert_eq!(
            counts(10, 11, 12).faults(),
            [(L2Issued, MoreThanWhole), (Activated, MoreThanWhole)]
        );
        assert_eq!(counts(10, 5, -1).faults(), [(Activated, OutOfRange)]);
        assert_eq!(counts(MAX_COUNT + 1, 0, 0).faults(), [(From14, OutOfRange)]);
    }

    #[test]
    fn a_rate_of_nothing_is_none() {
        assert_eq!(counts(10, 8, 6).rate(), Some(0.75));
        assert_eq!(counts(10, 8, 6).rate_14(), Some(0.6));
        assert_eq!((counts(10, 0, 0).rate(), counts(0, 0, 0).rate_14()), (None, None));
    }

    #[test]
    fn a_month_is_counted_from_its_first_day_on_and_never_ahead() {
        let check =
            |month, as_of| Origin::checked(Month(month), Day(as_of), "Báo cáo tháng", TODAY);
        assert!(check(202_611, 20_261_101).is_ok() && check(202_611, 20_261_123).is_ok());
        assert!(check(202_610, 20_261_115).is_ok(), "counted in the month after");
        for as_of in [20_261_124, 20_261_031, 20_261_131] {
            assert_eq!(check(202_611, as_of), Err(OriginFault::AsOf), "{as_of}");
        }
        assert_eq!(check(202_609, 20_261_101), Err(OriginFault::AsOf), "two months later");
        for month in [202_612, 202_613, 201_912, 0] {
            assert_eq!(check(month, 20_261_101), Err(OriginFault::Month), "{month}");
        }
        let source =
            |text| Origin::checked(Month(202_611), Day(20_261_101), text, TODAY).map(|o| o.source);
        assert_eq!(source("  Đội   cảnh sát "), Ok("Đội cảnh sát".to_owned()));
        assert_eq!(source("  "), Err(OriginFault::NoSource));
        assert_eq!(source("mật khẩu"), Err(OriginFault::Source(NoteFault::SecretInText)));
        assert_eq!(source(&"a".repeat(201)), Err(OriginFault::Source(NoteFault::TextTooLong)));
    }

    fn id(n: u128) -> GroupId {
        GroupId(Uuid::from_u128(n))
    }

    fn known(group: u128, month: i32, as_of: i32, n: i64) -> Known {
        let origin = Origin { month: Month(month), as_of: Day(as_of), source: "a".into() };
        Known { group: id(group), counts: counts(n, n, n), origin }
    }

    fn told(known: &[Known], merged: &[Merged], on: i32) -> Vec<(u128, i64, i32)> {
        standings(known, merged, Day(on))
            .into_iter()
            .map(|(g, s)| (g.0.as_u128(), s.counts.from_14, s.origin.as_of.0))
            .collect()
    }

    #[test]
    fn the_latest_known_month_is_carried_forward_with_its_day() {
        let book = [
            known(1, 202_609, 20_260_930, 9),
            known(1, 202_611, 20_261_120, 11),
            known(2, 202_610, 20_261_102, 10),
        ];
        assert_eq!(told(&book, &[], 20_261_123), [(1, 11, 20_261_120), (2, 10, 20_261_102)]);
        assert_eq!(told(&book, &[], 20_261_119), [(1, 9, 20_260_930), (2, 10, 20_261_102)]);
        assert_eq!(told(&book, &[], 20_261_101), [(1, 9, 20_260_930)]);
        assert_eq!(told(&book, &[], 20_260_929), []);
    }

    #[test]
    fn a_merged_group_is_counted_with_the_one_it_became_part_of() {
        let merge = [Merged { group: id(2), into: id(1), on: Some(Day(20_261_015)) }];
        let before = [known(1, 202_609, 20_260_930, 7), known(2, 202_608, 20_260_831, 5)];
        assert_eq!(
            told(&before, &merge, 20_261_123),
            [(1, 12, 20_260_831)],
            "both, as of the older"
        );
        let mut since = before.to_vec();
        since.push(known(1, 202_610, 20_261_031, 13));
        assert_eq!(
            told(&since, &merge, 20_261_123),
            [(1, 13, 20_261_031)],
            "counted together since"
        );
        assert_eq!(told(&before[..1], &merge, 20_261_123), [], "a part is not the whole");
        assert_eq!(told(&before[1..], &merge, 20_261_123), [], "nor is the other part");
        // Merged on, and on again.
        let chain = [merge[0], Merged { group: id(1), into: id(3), on: Some(Day(20_261_101)) }];
        let three = [before[0].clone(), before[1].clone(), known(3, 202_609, 20_260_930, 1)];
        assert_eq!(told(&three, &chain, 20_261_123), [(3, 13, 20_260_831)]);
        assert_eq!(in_force_now(id(2), &chain), id(3));
        // A register that goes round in circles ends all the same.
        let ring = [merge[0], Merged { group: id(1), into: id(2), on: None }];
        assert_eq!(told(&before, &ring, 20_261_123), []);
        in_force_now(id(1), &ring);
    }

    #[test]
    fn a_sum_says_how_many_groups_it_lacks() {
        let sum = CountSum::of([Some(&counts(10, 8, 6)), None, Some(&counts(1, 1, 0))]);
        assert_eq!(sum, CountSum { counts: counts(11, 9, 6), groups: 2, lacking: 1 });
    }
}
