//! Time as the campaign counts it: whole milliseconds, and days that begin at midnight in Viet Nam.
//!
//! SQLite keeps nanoseconds and PostgreSQL microseconds; a whole number of milliseconds is the same
//! in both, on the wire and on the phone.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// Asia/Ho_Chi_Minh is UTC+7 all year: no daylight saving since 1975.
const HO_CHI_MINH_OFFSET_MS: i64 = 7 * 3_600_000;

/// Milliseconds of a day; every day has as many, for want of daylight saving.
const DAY_MS: i64 = 86_400_000;

/// Nobody knocks before 08:00, in minutes since midnight.
pub const KNOCK_FROM: i32 = 480;

/// Nobody knocks from 21:00 on, in minutes since midnight.
pub const KNOCK_TO: i32 = 1260;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// The instant of a chrono timestamp, cut to whole milliseconds.
    pub fn from_utc(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_millis())
    }

    /// The instant `ms` milliseconds later (earlier when negative).
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    fn local(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.saturating_add(HO_CHI_MINH_OFFSET_MS))
            .unwrap_or_default()
    }

    /// The business day this instant falls on in Asia/Ho_Chi_Minh.
    pub fn day(self) -> Day {
        Day::from_date(self.local().date_naive())
    }

    /// Minutes since midnight in Asia/Ho_Chi_Minh.
    pub fn minute(self) -> i32 {
        let at = self.local();
        (at.hour() * 60 + at.minute()) as i32
    }

    /// The time band of a knock made at this instant.
    ///
    /// The catalogue leaves gaps (11:30-13:30, 17:30-18:00); a knock in a gap belongs to the band
    /// whose edge is nearer, so that every knock has exactly one band.
    pub fn band(self) -> TimeBand {
        if self.weekend() { TimeBand::Weekend } else { self.part_of_day() }
    }

    /// Morning, afternoon or evening, on a weekend too: never [`TimeBand::Weekend`].
    pub fn part_of_day(self) -> TimeBand {
        match self.minute() {
            0..=749 => TimeBand::Morning,
            750..=1064 => TimeBand::Afternoon,
            _ => TimeBand::Evening,
        }
    }

    /// Does it fall on a Saturday or a Sunday?
    pub fn weekend(self) -> bool {
        matches!(self.local().weekday(), Weekday::Sat | Weekday::Sun)
    }
}

/// A business day in Asia/Ho_Chi_Minh, written as the number `yyyymmdd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// The day of a calendar date.
    pub fn from_date(date: NaiveDate) -> Self {
        Self(date.year() * 10_000 + date.month() as i32 * 100 + date.day() as i32)
    }

    /// The calendar date, or `None` when the number names no real day (20260231).
    pub fn date(self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(
            self.0 / 10_000,
            (self.0 / 100 % 100).unsigned_abs(),
            (self.0 % 100).unsigned_abs(),
        )
    }

    /// The first instant of the day, or `None` when the day is not real.
    pub fn start(self) -> Option<Millis> {
        let midnight = self.date()?.and_hms_opt(0, 0, 0)?.and_utc();
        Some(Millis(midnight.timestamp_millis() - HO_CHI_MINH_OFFSET_MS))
    }

    /// The day `n` days after; the same number when it names no real day.
    #[must_use]
    pub fn plus(self, n: i64) -> Self {
        self.start().map_or(self, |start| start.plus(n * DAY_MS).day())
    }

    /// Saturday or Sunday?
    pub fn weekend(self) -> bool {
        self.date().is_some_and(|date| matches!(date.weekday(), Weekday::Sat | Weekday::Sun))
    }
}

/// When in the day or week a door was knocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TimeBand {
    /// Weekday morning.
    #[serde(rename = "M")]
    Morning,
    /// Weekday afternoon.
    #[serde(rename = "A")]
    Afternoon,
    /// Weekday evening.
    #[serde(rename = "E")]
    Evening,
    /// Saturday or Sunday.
    #[serde(rename = "W")]
    Weekend,
}

impl TimeBand {
    /// All bands, in the order of the day and the week.
    pub const ALL: [Self; 4] = [Self::Morning, Self::Afternoon, Self::Evening, Self::Weekend];

    /// When the band is over, in minutes since midnight.
    pub fn ends(self) -> i32 {
        match self {
            Self::Morning => 690,
            Self::Afternoon => 1050,
            Self::Evening | Self::Weekend => KNOCK_TO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: &str) -> Millis {
        Millis::from_utc(s.parse().expect("test timestamp"))
    }

    #[test]
    fn the_business_day_begins_at_midnight_in_viet_nam() {
        assert_eq!(at("2026-11-21T16:59:59.999Z").day(), Day(20261121));
        assert_eq!(at("2026-11-21T17:00:00Z").day(), Day(20261122));
        // 00:30 and 06:30 local, both still the day before in UTC.
        assert_eq!(at("2026-11-21T17:30:00Z").day(), Day(20261122));
        assert_eq!(at("2026-11-21T23:30:00Z").day(), Day(20261122));
        assert_eq!(Day(20261122).start(), Some(at("2026-11-21T17:00:00Z")));
        assert_eq!(Day(20260231).start(), None);
    }

    #[test]
    fn every_knock_has_one_band() {
        assert_eq!(at("2026-11-17T02:10:00Z").band(), TimeBand::Morning); // Tue 09:10
        assert_eq!(at("2026-11-17T05:29:00Z").band(), TimeBand::Morning); // 12:29
        assert_eq!(at("2026-11-17T05:30:00Z").band(), TimeBand::Afternoon);
        assert_eq!(at("2026-11-17T10:44:00Z").band(), TimeBand::Afternoon); // 17:44
        assert_eq!(at("2026-11-17T10:45:00Z").band(), TimeBand::Evening);
        assert_eq!(at("2026-11-22T02:10:00Z").band(), TimeBand::Weekend);
        assert_eq!(at("2026-11-22T02:10:00Z").part_of_day(), TimeBand::Morning);
        assert_eq!(at("2026-11-22T12:10:00Z").part_of_day(), TimeBand::Evening);
        assert!(at("2026-11-22T02:10:00Z").weekend() && !at("2026-11-17T02:10:00Z").weekend());
        // Saturday begins at midnight in Viet Nam.
        assert!(at("2026-11-20T17:00:00Z").weekend() && !at("2026-11-20T16:59:59Z").weekend());
    }
}
