//! The campaign a ward runs and the figures it is to reach: what may be written, and what is suggested.

use crate::pull::CampaignRef;
use crate::time::Day;

/// The longest name of a campaign, in characters.
pub const NAME_MAX: usize = 120;
/// The longest a campaign lasts, in days.
pub const DAYS_MAX: i64 = 1_100;
/// The longest source of a target, in characters.
pub const SOURCE_MAX: usize = 200;
/// The longest reason for a change, in characters.
pub const REASON_MAX: usize = 300;
/// The most targets of a ward.
pub const TARGETS_MAX: usize = 40;
/// The largest count a target may ask for.
const COUNT_MAX: f64 = 10_000_000.0;

/// What a target's value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Percent, 0 to 100.
    Percent,
    /// A number of things.
    Count,
}

impl Unit {
    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Count => "count",
        }
    }
}

/// The indicators a target can be set for, with what each counts, in the order they are offered.
pub const INDICATORS: [(&str, Unit); 18] = [
    ("COV_VISIT", Unit::Percent),
    ("COV_SERVED", Unit::Percent),
    ("ADULT_BASIC", Unit::Percent),
    ("CONFIRM_VNEID", Unit::Percent),
    ("EID_ACT_RATE", Unit::Percent),
    ("SESS_RATE", Unit::Percent),
    ("SCHOOL_RATE", Unit::Percent),
    ("MKT_QR_RATE", Unit::Percent),
    ("MKT_TXN_RATE", Unit::Percent),
    ("GDS_RATE", Unit::Percent),
    ("HH_VISITED", Unit::Count),
    ("HH_SERVED", Unit::Count),
    ("COACH_PER", Unit::Count),
    ("COACH_60", Unit::Count),
    ("COACH_OCC", Unit::Count),
    ("CLASS_N", Unit::Count),
    ("MODEL_N", Unit::Count),
    ("AMB_N", Unit::Count),
];

/// What an indicator counts; `None` for one nobody knows.
pub fn unit_of(indicator: &str) -> Option<Unit> {
    INDICATORS.into_iter().find(|(code, _)| *code == indicator).map(|(_, unit)| unit)
}

/// A row a ward may take over: nobody's order to it, but where others stand or what was asked above.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suggestion {
    /// The indicator.
    pub indicator: &'static str,
    /// The value; none where no figure is known.
    pub value: Option<f64>,
    /// By when; none means by the end of the campaign.
    pub due_on: Option<Day>,
    /// Where the value comes from.
    pub source: &'static str,
}

const fn suggested(
    indicator: &'static str,
    value: Option<f64>,
    due_on: Option<Day>,
    source: &'static str,
) -> Suggestion {
    Suggestion { indicator, value, due_on, source }
}

/// The suggested rows (domain dossier B8).
pub const SUGGESTED: [Suggestion; 8] = [
    suggested("COV_SERVED", None, None, "chờ kế hoạch của phường"),
    suggested("ADULT_BASIC", Some(100.0), Some(Day(20261231)), "KH 01-KH/BCĐTW ngày 21/3/2025"),
    suggested(
        "CONFIRM_VNEID",
        Some(60.0),
        Some(Day(20261231)),
        "tham khảo Tây Ninh; phường tự đặt",
    ),
    suggested(
        "SESS_RATE",
        Some(100.0),
        Some(Day(20260514)),
        "Công văn của Đảng ủy phường, tháng 4/2026",
    ),
    suggested(
        "SCHOOL_RATE",
        Some(100.0),
        Some(Day(20261231)),
        "Công văn của Đảng ủy phường, tháng 4/2026",
    ),
    suggested(
        "MODEL_N",
        Some(2.0),
        Some(Day(20261231)),
        "Công văn của Đảng ủy phường, tháng 4/2026",
    ),
    suggested("EID_ACT_RATE", None, None, "chờ kế hoạch của phường"),
    suggested("GDS_RATE", Some(70.0), None, "mức tham khảo của nơi khác; phường tự đặt"),
];

/// What is wrong, and with which field.
pub type Fault = (&'static str, &'static str);

/// A campaign as the book keeps it.
///
/// # Errors
/// The field at fault and why.
pub fn campaign(name: &str, starts_on: Day, ends_on: Day) -> Result<CampaignRef, Fault> {
    let name = text(name, 1, NAME_MAX).map_err(|why| ("name", why))?;
    let from = starts_on.date().ok_or(("starts_on", "no_such_day"))?;
    let to = ends_on.date().ok_or(("ends_on", "no_such_day"))?;
    let days = to.signed_duration_since(from).num_days();
    if days < 0 {
        return Err(("ends_on", "before_start"));
    }
    if days > DAYS_MAX {
        return Err(("ends_on", "too_long"));
    }
    Ok(CampaignRef { name, starts_on, ends_on })
}

/// The unit and the source of a target that may be written.
///
/// # Errors
/// The field at fault and why.
pub fn target(
    indicator: &str,
    value: f64,
    due_on: Day,
    source: &str,
) -> Result<(Unit, String), Fault> {
    let unit = unit_of(indicator).ok_or(("indicator", "unknown_indicator"))?;
    let fits = match unit {
        Unit::Percent => (0.0..=100.0).contains(&value),
        Unit::Count => (0.0..=COUNT_MAX).contains(&value) && value.fract() == 0.0,
    };
    if !fits {
        return Err(("value", "out_of_range"));
    }
    due_on.date().ok_or(("due_on", "no_such_day"))?;
    let source = text(source, 0, SOURCE_MAX).map_err(|why| ("source", why))?;
    Ok((unit, source))
}

/// The reason for a change: asked for when the last day moves, since figures are judged by it.
///
/// # Errors
/// The field at fault and why.
pub fn reason(before: &CampaignRef, after: &CampaignRef, reason: &str) -> Result<String, Fault> {
    let least = usize::from(before.ends_on != after.ends_on);
    text(reason, least, REASON_MAX).map_err(|why| ("reason", why))
}

/// A text as the book keeps it: one space between words, none around.
fn text(typed: &str, least: usize, most: usize) -> Result<String, &'static str> {
    let kept = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if kept.chars().any(char::is_control) {
        return Err("invalid_field");
    }
    match kept.chars().count() {
        n if n < least => Err("missing_field"),
        n if n > most => Err("too_long"),
        _ => Ok(kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: Day = Day(20261101);
    const TO: Day = Day(20261220);

    #[test]
    fn a_campaign_has_a_name_and_days_in_order() {
        let good = campaign("  Đi từng ngõ,  gõ từng nhà ", FROM, TO).expect("good");
        assert_eq!(good.name, "Đi từng ngõ, gõ từng nhà");
        assert!(campaign("Một ngày", FROM, FROM).is_ok());
        let fault = |name: &str, from, to| campaign(name, from, to).expect_err("refused");
        assert_eq!(fault(" ", FROM, TO), ("name", "missing_field"));
        assert_eq!(fault(&"ă".repeat(NAME_MAX + 1), FROM, TO), ("name", "too_long"));
        assert_eq!(fault("a\u{7}b", FROM, TO), ("name", "invalid_field"));
        assert_eq!(fault("a", Day(20261131), TO), ("starts_on", "no_such_day"));
        assert_eq!(fault("a", FROM, Day(0)), ("ends_on", "no_such_day"));
        assert_eq!(fault("a", TO, FROM), ("ends_on", "before_start"));
        assert_eq!(fault("a", FROM, Day(20301101)), ("ends_on", "too_long"));
    }

    #[test]
    fn a_target_has_a_known_indicator_and_a_value_that_can_be_reached() {
        let (unit, source) = target("COV_SERVED", 80.0, TO, " KH  01 ").expect("good");
        assert_eq!((unit, source.as_str()), (Unit::Percent, "KH 01"));
        assert!(target("MODEL_N", 2.0, TO, "").is_ok());
        let fault =
            |indicator: &str, value, due| target(indicator, value, due, "").expect_err("refused");
        assert_eq!(fault("COV", 80.0, TO), ("indicator", "unknown_indicator"));
        for (indicator, value) in [
            ("COV_SERVED", 100.1),
            ("COV_SERVED", -0.1),
            ("COV_SERVED", f64::NAN),
            ("MODEL_N", 2.5),
            ("MODEL_N", -1.0),
            ("MODEL_N", 1e9),
        ] {
            assert_eq!(
                fault(indicator, value, TO),
                ("value", "out_of_range"),
                "{indicator} {value}"
            );
        }
        assert_eq!(fault("MODEL_N", 2.0, Day(20260230)), ("due_on", "no_such_day"));
        assert_eq!(
            target("MODEL_N", 2.0, TO, &"a".repeat(SOURCE_MAX + 1)),
            Err(("source", "too_long"))
        );
    }

    #[test]
    fn what_is_suggested_could_be_written() {
        for row in SUGGESTED {
            assert!(
                target(
                    row.indicator,
                    row.value.unwrap_or(0.0),
                    row.due_on.unwrap_or(TO),
                    row.source
                )
                .is_ok(),
                "{row:?}"
            );
        }
    }

    #[test]
    fn a_moved_deadline_needs_a_reason_and_nothing_else_does() {
        let before = campaign("Một", FROM, TO).expect("good");
        let renamed = campaign("Hai", FROM, TO).expect("good");
        let later = campaign("Một", FROM, Day(20261231)).expect("good");
        assert_eq!(reason(&before, &renamed, " "), Ok(String::new()));
        assert_eq!(reason(&before, &later, " "), Err(("reason", "missing_field")));
        assert_eq!(reason(&before, &later, "theo công văn"), Ok("theo công văn".into()));
        assert_eq!(
            reason(&before, &renamed, &"a".repeat(REASON_MAX + 1)),
            Err(("reason", "too_long"))
        );
    }
}
