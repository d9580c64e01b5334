//! The campaign, its targets and its skills: data a ward edits, shipped as a start.

use chrono::Days;
pub use gocua_domain::campaign::Unit;
use gocua_domain::skill::Skill;
use gocua_domain::time::Day;

/// A campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// Name as announced.
    pub name: String,
    /// First day.
    pub starts_on: Day,
    /// Last day.
    pub ends_on: Day,
}

/// A target: a value an indicator is to reach by a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Code of the indicator, e.g. `COV_SERVED`.
    pub indicator: &'static str,
    /// The value to reach.
    pub value: f64,
    /// What the value counts.
    pub unit: Unit,
    /// The last day.
    pub due_on: Day,
    /// Where the value comes from; `mẫu` says that no official number is known.
    pub source: &'static str,
}

/// How long the demonstration campaign has run when it is shown.
pub(crate) const DAYS_RUN: u64 = 21;

/// All 27 skills a campaign starts with, the six most used at the door marked `quick`.
pub fn default_skills() -> Vec<Skill> {
    serde_json::from_str(include_str!("../catalogue/skills.json"))
        .expect("the embedded catalogue parses (tested)")
}

/// The campaign as of `today`: it began three weeks ago and ends before the last quarterly report of
/// 2026, or four weeks from today when that is past.
pub(crate) fn campaign(today: Day) -> Campaign {
    let date = today.date().unwrap_or_default();
    let starts_on = Day::from_date(date.checked_sub_days(Days::new(DAYS_RUN)).unwrap_or(date));
    let report = Day(20261220);
    let later = Day::from_date(date.checked_add_days(Days::new(28)).unwrap_or(date));
    Campaign {
        name: "Đi từng ngõ, gõ từng nhà – quý IV/2026".to_owned(),
        starts_on,
        ends_on: if report > today { report } else { later },
    }
}

/// Targets: those ordered from above, and one sample for coverage.
pub(crate) fn targets(campaign: &Campaign) -> Vec<Target> {
    let year_end = Day(20261231);
    let percent = |indicator, value, due_on, source| Target {
        indicator,
        value,
        unit: Unit::Percent,
        due_on,
        source,
    };
    vec![
        percent("COV_SERVED", 80.0, campaign.ends_on, "mẫu"),
        percent("ADULT_BASIC", 100.0, year_end, "KH 01-KH/BCĐTW ngày 21/3/2025"),
        percent("CONFIRM_VNEID", 60.0, year_end, "mẫu (tham khảo Tây Ninh)"),
        percent("SESS_RATE", 100.0, Day(20260514), "Công văn của Đảng ủy phường, tháng 4/2026"),
        percent("SCHOOL_RATE", 100.0, year_end, "Công văn của Đảng ủy phường, tháng 4/2026"),
        Target {
            indicator: "MODEL_N",
            value: 2.0,
            unit: Unit::Count,
            due_on: year_end,
            source: "Công văn của Đảng ủy phường, tháng 4/2026",
        },
    ]
}
