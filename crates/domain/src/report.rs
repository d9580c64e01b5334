//! The police's report of a period: T2 by residential group, help by kind and channel, homes that wait
//! for a mobile session, and referrals in figures. Pure sums over rows of the book; no row names anybody.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::help::{Channel, HelpResult, HelpWhy};
use crate::id::{GroupId, ReferralId};
use crate::identity::{CountSum, Counts, Merged, Standing, in_force_now, share};
use crate::mobile::BACKLOG_DAYS;
use crate::referral::{ReferralKind, ReferralState};
use crate::time::Day;

/// The longest period, in days: a year of reports and what is left of it.
pub const MAX_DAYS: i64 = 400;
/// The kind of help that is an activation.
const ACTIVATION: &str = "H03";
/// The kinds that give somebody back what was lost.
const RECOVERY: [&str; 2] = ["H04", "H05"];
/// The kind that is an enrolment at a home.
const MOBILE: &str = "H02";

/// From which day to which, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Period {
    /// The first day.
    pub from: Day,
    /// The last day: the figures hold for its end.
    pub to: Day,
}

/// Which end of a period is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodFault {
    /// The first day is none, or more than [`MAX_DAYS`] before the last.
    From,
    /// The last day is none, is before the first, or is still to come.
    To,
}

impl Period {
    /// A period that is over, or goes on today.
    ///
    /// # Errors
    /// The first fault, in the order of [`PeriodFault`].
    pub fn checked(from: Day, to: Day, today: Day) -> Result<Self, PeriodFault> {
        if from.date().is_none() {
            return Err(PeriodFault::From);
        }
        if to.date().is_none() || to > today || to < from {
            return Err(PeriodFault::To);
        }
        if from < to.plus(-MAX_DAYS) {
            return Err(PeriodFault::From);
        }
        Ok(Self { from, to })
    }

    fn holds(&self, day: Day) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// Counts of identity help, added up by the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpRow {
    /// The day.
    pub day: Day,
    /// Kind, by its code.
    pub kind: String,
    /// Where.
    pub channel: Channel,
    /// The group, if it was said.
    pub group: Option<GroupId>,
    /// How it went.
    pub result: HelpResult,
    /// Counts.
    pub n: i64,
    /// People.
    pub people: i64,
}

/// A referral to the police.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferralRow {
    /// Identity, to find the reason of its delay.
    pub id: ReferralId,
    /// For what.
    pub kind: ReferralKind,
    /// How far it has come.
    pub state: ReferralState,
    /// The group, if it is known.
    pub group: Option<GroupId>,
    /// The day it was opened.
    pub opened_on: Day,
    /// The last day of the promise.
    pub due_on: Option<Day>,
    /// The day it was closed.
    pub closed_on: Option<Day>,
    /// Is a day agreed?
    pub appointed: bool,
    /// Why the last attempt failed.
    pub tried: Option<HelpWhy>,
}

impl ReferralRow {
    /// Did it wait at the end of a day?
    fn open_on(&self, day: Day) -> bool {
        let open = matches!(self.state, ReferralState::New | ReferralState::Accepted);
        self.opened_on <= day && (open || self.closed_on.is_some_and(|closed| closed > day))
    }

    fn why(&self) -> OpenWhy {
        match (self.tried, self.state, self.appointed) {
            (Some(_), ..) => OpenWhy::Tried,
            (None, ReferralState::New, _) => OpenWhy::NotTaken,
            (None, _, true) => OpenWhy::DaySet,
            (None, _, false) => OpenWhy::NoDay,
        }
    }
}

/// Why a referral is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OpenWhy {
    /// Chưa tiếp nhận.
    NotTaken,
    /// Đã tiếp nhận, chưa hẹn ngày.
    NoDay,
    /// Đã hẹn ngày.
    DaySet,
    /// Đã làm nhưng chưa được, vì một lý do.
    Tried,
}

/// So many referrals are open for a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenReason {
    /// How far it has come.
    pub why: OpenWhy,
    /// Why the last attempt failed, of those that were tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried: Option<HelpWhy>,
    /// How many.
    pub n: i64,
}

/// A line of T2: the counts, and what was done in the period.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct T2Work {
    /// EID_HELP of H03: activations helped with.
    pub activation: i64,
    /// EID_HELP of H04 and H05: passwords and devices.
    pub recovery: i64,
    /// MOBILE_PER: people enrolled at home.
    pub mobile: i64,
    /// Referrals to the police opened in the period.
    pub referred: i64,
    /// REF_OPEN: referrals still open at its end.
    pub open: i64,
    /// Why, the most frequent first.
    pub reasons: Vec<OpenReason>,
}

/// A line of T2 of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct T2Row {
    /// The group in force.
    pub group: GroupId,
    /// What stands for it at the end of the period.
    pub standing: Option<Standing>,
    /// What was done.
    pub work: T2Work,
}

/// A cell of help by kind, channel and result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HelpCell {
    /// Kind, by its code.
    pub kind: String,
    /// Where.
    pub channel: Channel,
    /// How it went.
    pub result: HelpResult,
    /// Counts.
    pub n: i64,
    /// People: as many, unless the kind is for many.
    pub people: i64,
}

/// A home that has waited for a mobile session longer than [`BACKLOG_DAYS`]. It does not say which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Waiting {
    /// The group in force, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// Since when.
    pub opened_on: Day,
    /// Days, at the end of the period.
    pub days: i64,
    /// Why.
    pub why: OpenWhy,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried: Option<HelpWhy>,
}

/// Upper ends of the ages of open referrals, in days; the last class has none.
pub const AGES: [i64; 4] = [3, 7, 15, 30];

/// Referrals of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReferralFigures {
    /// For what.
    pub kind: ReferralKind,
    /// Opened in the period.
    pub opened: i64,
    /// Open at its end.
    pub open: i64,
    /// Of these, past the day promised.
    pub overdue: i64,
    /// Of the open ones: 0 to 3, 4 to 7, 8 to 15, 16 to 30 and more days old.
    pub ages: [i64; 5],
    /// Done in the period.
    pub done: i64,
    /// Given back in the period.
    pub returned: i64,
    /// Done in the period with a promise.
    pub promised: i64,
    /// Of these, done in time: REF_SLA is their share.
    pub in_time: i64,
}

impl ReferralFigures {
    fn of(kind: ReferralKind) -> Self {
        Self {
            kind,
            opened: 0,
            open: 0,
            overdue: 0,
            ages: [0; 5],
            done: 0,
            returned: 0,
            promised: 0,
            in_time: 0,
        }
    }

    /// REF_SLA: done in time of those done with a promise; `None` when there is none.
    pub fn in_time_share(&self) -> Option<f64> {
        share(self.in_time, self.promised)
    }
}

/// All of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The period.
    pub period: Period,
    /// By residential group, in the order given.
    pub rows: Vec<T2Row>,
    /// What was done for residents whose group nobody said.
    pub unplaced: T2Work,
    /// What was done in the whole ward.
    pub work: T2Work,
    /// The counts of all groups that have some.
    pub sum: CountSum,
    /// Help by kind, channel and result.
    pub help: Vec<HelpCell>,
    /// MOBILE_SES: evenings held in the period.
    pub sessions: i64,
    /// Homes that wait too long, the oldest first.
    pub backlog: Vec<Waiting>,
    /// Referrals by kind, those without any left out.
    pub referrals: Vec<ReferralFigures>,
    /// Referrals together; its kind says nothing.
    pub all_referrals: ReferralFigures,
}

/// What a report is made of.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Groups in force, in the ward's order.
    pub groups: Vec<GroupId>,
    /// Groups that became part of others.
    pub merged: Vec<Merged>,
    /// What stands for each group at the end of the period.
    pub standings: BTreeMap<GroupId, Standing>,
    /// Identity help of the period.
    pub help: Vec<HelpRow>,
    /// Referrals to the police.
    pub referrals: Vec<ReferralRow>,
    /// Days on which evenings were held.
    pub sessions: Vec<Day>,
}

#[derive(Default)]
struct Tally {
    work: T2Work,
    reasons: BTreeMap<(OpenWhy, Option<HelpWhy>), i64>,
}

impl Tally {
    fn help(&mut self, row: &HelpRow) {
        // What could not be done is no help; it stands in the table of results.
        if row.result == HelpResult::NotDone {
            return;
        }
        match row.kind.as_str() {
            ACTIVATION => self.work.activation += row.people,
            MOBILE => self.work.mobile += row.people,
            kind if RECOVERY.contains(&kind) => self.work.recovery += row.people,
            _ => {}
        }
    }

    fn referral(&mut self, row: &ReferralRow, period: Period) {
        self.work.referred += i64::from(period.holds(row.opened_on));
        if row.open_on(period.to) {
            self.work.open += 1;
            *self.reasons.entry((row.why(), row.tried)).or_default() += 1;
        }
    }

    fn done(self) -> T2Work {
        let reasons = self.reasons.into_iter();
        let mut reasons: Vec<_> =
            reasons.map(|((why, tried), n)| OpenReason { why, tried, n }).collect();
        // The order of the reasons decides between equals.
        reasons.sort_by_key(|reason| -reason.n);
        T2Work { reasons, ..self.work }
    }
}

fn days_between(from: Day, to: Day) -> i64 {
    match (from.date(), to.date()) {
        (Some(from), Some(to)) => (to - from).num_days(),
        _ => 0,
    }
}

fn add_referral(figures: &mut ReferralFigures, row: &ReferralRow, period: Period) {
    figures.opened += i64::from(period.holds(row.opened_on));
    if row.open_on(period.to) {
        figures.open += 1;
        figures.overdue += i64::from(row.due_on.is_some_and(|due| due < period.to));
        let age = days_between(row.opened_on, period.to);
        let class = AGES.iter().position(|end| age <= *end).unwrap_or(AGES.len());
        if let Some(n) = figures.ages.get_mut(class) {
            *n += 1;
        }
    }
    let Some(closed) = row.closed_on.filter(|day| period.holds(*day)) else { return };
    match row.state {
        ReferralState::Done => {
            figures.done += 1;
            if let Some(due) = row.due_on {
                figures.promised += 1;
                figures.in_time += i64::from(closed <= due);
            }
        }
        ReferralState::Returned => figures.returned += 1,
        _ => {}
    }
}

impl Report {
    /// The report of a period. Rows of a group that became part of another are told under that one.
    pub fn of(period: Period, rows: &Rows) -> Self {
        let now = |group: GroupId| in_force_now(group, &rows.merged);
        let known: HashMap<GroupId, usize> =
            rows.groups.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let place = |group: Option<GroupId>| group.and_then(|id| known.get(&now(id)).copied());
        let mut tallies: Vec<Tally> = rows.groups.iter().map(|_| Tally::default()).collect();
        let (mut unplaced, mut all) = (Tally::default(), Tally::default());
        let mut cells: BTreeMap<(String, Channel, HelpResult), (i64, i64)> = BTreeMap::new();
        for row in rows.help.iter().filter(|row| period.holds(row.day)) {
            let at = place(row.group).and_then(|at| tallies.get_mut(at));
            at.unwrap_or(&mut unplaced).help(row);
            all.help(row);
            let cell = cells.entry((row.kind.clone(), row.channel, row.result)).or_default();
            *cell = (cell.0 + row.n, cell.1 + row.people);
        }
        let mut kinds: Vec<_> = ReferralKind::ALL.map(ReferralFigures::of).into();
        let mut together = ReferralFigures::of(ReferralKind::Other);
        let mut backlog = Vec::new();
        for row in &rows.referrals {
            let at = place(row.group).and_then(|at| tallies.get_mut(at));
            at.unwrap_or(&mut unplaced).referral(row, period);
            all.referral(row, period);
            add_referral(&mut together, row, period);
            if let Some(figures) = kinds.iter_mut().find(|f| f.kind == row.kind) {
                add_referral(figures, row, period);
            }
            let days = days_between(row.opened_on, period.to);
            let mobile = row.kind == ReferralKind::PoliceMobile && row.open_on(period.to);
            if mobile && days > BACKLOG_DAYS {
                backlog.push(Waiting {
                    group_id: row.group.map(now),
                    opened_on: row.opened_on,
                    days,
                    why: row.why(),
                    tried: row.tried,
                });
            }
        }
        backlog.sort_by_key(|w| (w.opened_on, w.group_id));
        let standing = |id: &GroupId| rows.standings.get(id).cloned();
        let of_counts = rows.groups.iter().map(|id| rows.standings.get(id).map(|s| &s.counts));
        Self {
            period,
            sum: CountSum::of(of_counts),
            rows: rows
                .groups
                .iter()
                .zip(tallies)
                .map(|(id, tally)| T2Row { group: *id, standing: standing(id), work: tally.done() })
                .collect(),
            unplaced: unplaced.done(),
            work: all.done(),
            help: cells
                .into_iter()
                .map(|((kind, channel, result), (n, people))| HelpCell {
                    kind,
                    channel,
                    result,
                    n,
                    people,
                })
                .collect(),
            sessions: rows.sessions.iter().filter(|day| period.holds(**day)).count() as i64,
            backlog,
            referrals: kinds
                .into_iter()
                .filter(|f| f.opened + f.open + f.done + f.returned > 0)
                .collect(),
            all_referrals: together,
        }
    }

    /// What stands in the row of a group, or nothing.
    pub fn counts_of(row: &T2Row) -> Option<Counts> {
        row.standing.as_ref().map(|s| s.counts)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const PERIOD: Period = Period { from: Day(20_261_101), to: Day(20_261_123) };

    fn group(n: u128) -> GroupId {
        GroupId(Uuid::from_u128(n))
    }

    fn help(day: i32, kind: &str, of: Option<u128>, result: HelpResult, people: i64) -> HelpRow {
        let (channel, group) = (Channel::Office, of.map(group));
        HelpRow { day: Day(day), kind: kind.into(), channel, group, result, n: 1, people }
    }

    fn referral(opened: i32, state: ReferralState, closed: Option<i32>) -> ReferralRow {
        ReferralRow {
            id: ReferralId(Uuid::from_u128(7)),
            kind: ReferralKind::PoliceMobile,
            state,
            group: Some(group(1)),
            opened_on: Day(opened),
            due_on: Some(Day(opened).plus(15)),
            closed_on: closed.map(Day),
            appointed: false,
            tried: None,
        }
    }

    fn report(help: Vec<HelpRow>, referrals: Vec<ReferralRow>) -> Report {
        let merged = vec![Merged { group: group(9), into: group(1), on: None }];
        let groups = vec![group(1), group(2)];
        Report::of(PERIOD, &Rows { groups, merged, help, referrals, ..Rows::default() })
    }

    #[test]
    fn a_period_ends_today_at_the_latest_and_is_a_year_long_at_most() {
        let today = Day(20_261_123);
        let check = |from, to| Period::checked(Day(from), Day(to), today).map(|p| p.to.0);
        assert_eq!(check(20_261_123, 20_261_123), Ok(20_261_123));
        assert_eq!(check(20_251_215, 20_261_123), Ok(20_261_123));
        assert_eq!(check(20_251_001, 20_261_123), Err(PeriodFault::From));
        assert_eq!(check(20_261_131, 20_261_123), Err(PeriodFault::From));
        for to in [20_261_124, 20_261_031, 20_261_131] {
            assert_eq!(check(20_261_101, to), Err(PeriodFault::To), "{to}");
        }
    }

    #[test]
    fn help_stands_in_its_column_and_under_the_group_of_today() {
        use HelpResult::{Done, NotDone, Waiting};
        let r = report(
            vec![
                help(20_261_101, "H03", Some(1), Done, 1),
                help(20_261_123, "H03", Some(9), Waiting, 1),
                help(20_261_110, "H03", Some(1), NotDone, 1),
                help(20_261_110, "H04", Some(2), Done, 1),
                help(20_261_110, "H05", Some(2), Done, 1),
                help(20_261_110, "H02", None, Done, 3),
                help(20_261_110, "H14", Some(2), Done, 40),
                help(20_261_031, "H03", Some(1), Done, 1),
            ],
            vec![],
        );
        let work = |w: &T2Work| (w.activation, w.recovery, w.mobile);
        assert_eq!(work(&r.rows[0].work), (2, 0, 0));
        assert_eq!(work(&r.rows[1].work), (0, 2, 0));
        assert_eq!(work(&r.unplaced), (0, 0, 3), "nobody said whose");
        assert_eq!(work(&r.work), (2, 2, 3), "the whole is the sum of its lines");
        let cells: Vec<_> =
            r.help.iter().map(|c| (c.kind.as_str(), c.result, c.n, c.people)).collect();
        assert_eq!(
            cells,
            [
                ("H02", Done, 1, 3),
                ("H03", Done, 1, 1),
                ("H03", Waiting, 1, 1),
                ("H03", NotDone, 1, 1),
                ("H04", Done, 1, 1),
                ("H05", Done, 1, 1),
                ("H14", Done, 1, 40),
            ]
        );
    }

    #[test]
    fn what_is_open_is_told_with_its_reason_and_as_it_was_on_the_day() {
        use ReferralState::{Accepted, Cancelled, Done, New, Returned};
        let day_set = ReferralRow { appointed: true, ..referral(20_261_120, Accepted, None) };
        let tried =
            ReferralRow { tried: Some(HelpWhy::Absent), ..referral(20_261_001, Accepted, None) };
        let r = report(
            vec![],
            vec![
                referral(20_261_120, New, None),
                referral(20_261_121, New, None),
                day_set,
                referral(20_261_124, New, None),
                tried,
                // Closed after the period: it was open at its end.
                referral(20_261_105, Done, Some(20_261_124)),
                referral(20_261_105, Done, Some(20_261_123)),
                referral(20_261_001, Returned, Some(20_261_110)),
                referral(20_261_105, Cancelled, None),
            ],
        );
        let work = &r.rows[0].work;
        assert_eq!((work.referred, work.open), (6, 5));
        let reasons: Vec<_> = work.reasons.iter().map(|w| (w.why, w.tried, w.n)).collect();
        assert_eq!(
            reasons,
            [
                (OpenWhy::NotTaken, None, 2),
                (OpenWhy::NoDay, None, 1),
                (OpenWhy::DaySet, None, 1),
                (OpenWhy::Tried, Some(HelpWhy::Absent), 1),
            ]
        );
        assert_eq!(r.backlog.len(), 1, "only what is older than thirty days");
        assert_eq!((r.backlog[0].days, r.backlog[0].tried), (53, Some(HelpWhy::Absent)));
        let all = r.all_referrals;
        assert_eq!((all.opened, all.open, all.overdue, all.done, all.returned), (6, 5, 2, 1, 1));
        assert_eq!(all.ages, [3, 0, 0, 1, 1]);
        assert_eq!((all.promised, all.in_time, all.in_time_share()), (1, 0, Some(0.0)));
        assert_eq!(r.referrals.len(), 1, "kinds nobody asked for are left out");
    }

    #[test]
    fn ages_and_backlog_change_on_the_day() {
        let aged = |days: i64| {
            let row = referral(PERIOD.to.plus(-days).0, ReferralState::New, None);
            let r = report(vec![], vec![row]);
            let class = r.all_referrals.ages.iter().position(|n| *n == 1).expect("one");
            (class, r.backlog.len())
        };
        let classes: Vec<_> =
            [0, 3, 4, 7, 8, 15, 16, 30, 31].into_iter().map(|days| aged(days).0).collect();
        assert_eq!(classes, [0, 0, 1, 1, 2, 2, 3, 3, 4]);
        assert_eq!((aged(30).1, aged(31).1), (0, 1));
        // Due on the last day of the period is not overdue yet.
        let due = |on: i32| {
            let row = ReferralRow {
                due_on: Some(Day(on)),
                ..referral(20_261_120, ReferralState::New, None)
            };
            report(vec![], vec![row]).all_referrals.overdue
        };
        assert_eq!((due(20_261_123), due(20_261_122)), (0, 1));
    }

    #[test]
    fn a_share_of_nothing_is_none() {
        assert_eq!(report(vec![], vec![]).all_referrals.in_time_share(), None);
    }
}
