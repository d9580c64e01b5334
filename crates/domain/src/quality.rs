//! Quality without surveillance: what in somebody's latest records is worth a question, asked of the
//! volunteer first, and which households are asked again.
//!
//! It advises and never accuses. Nothing here is a score: a remark says what it is made of, is told to
//! the volunteer days before the desk, and ends with a talk. No place of a phone is known to it, only
//! the word the phone said of itself.

mod draw;
mod judge;

use serde::{Deserialize, Serialize};

pub use draw::{Candidate, VERDICT_WEIGHT, draw};
pub use judge::{Knock, MOST_KNOCKS, Sign, Spot, Usual, WINDOW_DAYS, signs};

use crate::hours::{ENOUGH_VISITS, wilson};
use crate::id::{AccountId, OpId, QualityFlagId};
use crate::note::{self, NoteFault};
use crate::time::{Day, Millis};

/// How long a closed remark, and an answered check, is kept: as long as records are looked back at.
pub const KEPT_DAYS: i64 = WINDOW_DAYS;
/// How long a phone shows a remark the desk has closed.
pub const SHOWN_CLOSED_DAYS: i64 = 7;

/// What a remark (lưu ý) is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum QualityKind {
    /// More homes coached than the time allows.
    TooFast,
    /// Recorded outside the hours in which homes are visited.
    OddHours,
    /// Nearly the same time between one record and the next.
    SameGaps,
    /// Far more often nobody met than others meet nobody in the same hours.
    NoEntry,
    /// From one place to another in less time than the way takes.
    Jumps,
    /// Recorded elsewhere, by the phone's own word.
    FarAway,
}

impl QualityKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::TooFast, Self::OddHours, Self::SameGaps, Self::NoEntry, Self::Jumps, Self::FarAway];
}

/// What the volunteer says to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// Ghi sau khi đi.
    RecordedLater,
    /// Đi hai người.
    TwoTogether,
    /// Nơi đó là như vậy.
    PlaceIsSo,
    /// Máy báo sai.
    PhoneWrong,
    /// Ghi nhầm.
    Mistake,
    /// Lý do khác.
    Other,
}

/// What the desk makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Đã rõ.
    Fine,
    /// Đã trao đổi.
    Talked,
    /// Hỏi lại các hộ: more of the next visits are asked about.
    Check,
}

/// How a household came to be asked again (hỏi lại).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckWhy {
    /// By chance alone: these say how far the whole book can be trusted.
    Random,
    /// By chance, but sooner where a remark stands: these say nothing about the book.
    Weighted,
}

/// What the household said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckAnswer {
    /// As the book says.
    Agree,
    /// Otherwise.
    Differ,
    /// Nobody could tell.
    Unknown,
}

/// Payload of `quality.explain`: the volunteer's word to an own remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Explain {
    /// The remark.
    pub flag_id: QualityFlagId,
    /// Why it was so.
    pub because: Because,
    /// In own words; at most 200 characters, and what holds for notes holds for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

impl Explain {
    /// The words as the book would keep them; none when they say nothing.
    ///
    /// # Errors
    /// What a note would be refused for.
    pub fn checked(&self) -> Result<Option<String>, NoteFault> {
        short_words(self.words.as_deref())
    }
}

/// Optional short words as the book would keep them; none when they say nothing.
///
/// # Errors
/// What a note would be refused for.
pub fn short_words(text: Option<&str>) -> Result<Option<String>, NoteFault> {
    let text = text.map(note::checked).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// A remark as far as an explanation depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlagFact {
    /// Whose records it is about.
    pub account: AccountId,
    /// Has the desk closed it?
    pub closed: bool,
    /// The word that stands, by its instant and operation.
    pub explained: Option<(Millis, OpId)>,
}

/// An explanation to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Why it was so.
    pub because: Because,
    /// In own words.
    pub words: Option<String>,
    /// When it was said.
    pub at: Millis,
    /// The operation that said it.
    pub op: OpId,
}

/// A remark as the volunteer whose records it is about is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnFlag {
    /// Identity.
    pub id: QualityFlagId,
    /// What it is about.
    pub kind: QualityKind,
    /// When it was raised.
    pub raised_at: Millis,
    /// Day of the first record it is made of.
    pub from_day: Day,
    /// Day of the last.
    pub to_day: Day,
    /// Records it is made of.
    pub count: i64,
    /// Out of how many looked at.
    pub of: i64,
    /// When the desk sees it, unless it is explained before.
    pub desk_from: Millis,
    /// When it was explained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explained_at: Option<Millis>,
    /// What the desk made of it; then it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// Does the desk see a remark by now? The volunteer had the first word, or had the time for it.
pub fn desk_sees(explained_at: Option<Millis>, desk_from: Millis, now: Millis) -> bool {
    explained_at.is_some() || now >= desk_from
}

/// What the ward has decided about asking again; data, one row each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QualityTerms {
    /// Of a hundred visits, how many are asked about by chance alone: 1 to 50.
    pub random_percent: i32,
    /// Households asked again in a day at most: 0 to 200; 0 asks nobody.
    pub checks_a_day: i32,
    /// Days a volunteer sees a remark alone: 0 to 14.
    pub days_before_desk: i32,
    /// Homes are visited from here on, in minutes since midnight.
    pub from_minute: i32,
    /// Until here, in minutes since midnight.
    pub to_minute: i32,
}

impl Default for QualityTerms {
    /// What a new ward begins with: one visit in twenty, as many as two people ask in an hour, two
    /// days, and from seven to nine.
    fn default() -> Self {
        Self {
            random_percent: 5,
            checks_a_day: 20,
            days_before_desk: 2,
            from_minute: 7 * 60,
            to_minute: 21 * 60,
        }
    }
}

impl QualityTerms {
    /// The names of the terms, in the book and on the wire.
    pub const NAMES: [&'static str; 5] =
        ["random_percent", "checks_a_day", "days_before_desk", "from_minute", "to_minute"];

    /// The amounts, in the order of the names.
    pub fn amounts(&self) -> [i32; 5] {
        [
            self.random_percent,
            self.checks_a_day,
            self.days_before_desk,
            self.from_minute,
            self.to_minute,
        ]
    }

    /// The terms of rows; what no row says is as a new ward has it.
    pub fn of<'a>(rows: impl IntoIterator<Item = (&'a str, i32)>) -> Self {
        let mut terms = Self::default();
        for (name, amount) in rows {
            match name {
                "random_percent" => terms.random_percent = amount,
                "checks_a_day" => terms.checks_a_day = amount,
                "days_before_desk" => terms.days_before_desk = amount,
                "from_minute" => terms.from_minute = amount,
                "to_minute" => terms.to_minute = amount,
                _ => {}
            }
        }
        terms
    }

    /// The name of the first term nobody may set so.
    pub fn fault(&self) -> Option<&'static str> {
        let allowed = [
            (1..=50).contains(&self.random_percent),
            (0..=200).contains(&self.checks_a_day),
            (0..=14).contains(&self.days_before_desk),
            (0..=12 * 60).contains(&self.from_minute),
            (self.from_minute + 60..=24 * 60).contains(&self.to_minute),
        ];
        allowed.iter().position(|allowed| !allowed).map(|at| Self::NAMES[at])
    }
}

/// Answers of households that were asked again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// As the book says.
    pub agree: i64,
    /// Otherwise.
    pub differ: i64,
    /// Nobody could tell.
    pub unknown: i64,
}

impl Answers {
    /// Adds so many answers.
    pub fn add(&mut self, answer: CheckAnswer, count: i64) {
        match answer {
            CheckAnswer::Agree => self.agree += count,
            CheckAnswer::Differ => self.differ += count,
            CheckAnswer::Unknown => self.unknown += count,
        }
    }

    /// The share that agrees among those who could tell, 0 to 1, with its 95 % interval; `None` while
    /// they are too few to say anything.
    pub fn share(&self) -> Option<(f64, (f64, f64))> {
        let told = self.agree + self.differ;
        let interval = wilson(self.agree, told).filter(|_| told >= ENOUGH_VISITS)?;
        Some((self.agree as f64 / told as f64, interval))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn terms_survive_their_rows_and_keep_their_limits() {
        let terms = QualityTerms { random_percent: 10, to_minute: 1200, ..Default::default() };
        let rows = QualityTerms::NAMES.into_iter().zip(terms.amounts());
        assert_eq!(QualityTerms::of(rows), terms);
        assert_eq!(QualityTerms::of([]), QualityTerms::default());
        assert_eq!(QualityTerms::default().fault(), None);
        let wrong = [
            (QualityTerms { random_percent: 0, ..terms }, "random_percent"),
            (QualityTerms { checks_a_day: 201, ..terms }, "checks_a_day"),
            (QualityTerms { days_before_desk: -1, ..terms }, "days_before_desk"),
            (QualityTerms { from_minute: 721, ..terms }, "from_minute"),
            (QualityTerms { to_minute: terms.from_minute + 59, ..terms }, "to_minute"),
        ];
        for (terms, name) in wrong {
            assert_eq!(terms.fault(), Some(name));
        }
    }

    #[test]
    fn the_volunteer_has_the_first_word_or_two_days_for_it() {
        let from = Millis(1_000);
        assert!(!desk_sees(None, from, Millis(999)));
        assert!(desk_sees(None, from, from));
        assert!(desk_sees(Some(Millis(1)), from, Millis(2)));
    }

    #[test]
    fn few_answers_are_no_share_and_who_could_not_tell_does_not_count() {
        let mut answers = Answers::default();
        answers.add(CheckAnswer::Agree, 18);
        answers.add(CheckAnswer::Differ, 1);
        answers.add(CheckAnswer::Unknown, 40);
        assert_eq!(answers.share(), None, "nineteen could tell");
        answers.add(CheckAnswer::Agree, 1);
        let (share, (low, high)) = answers.share().expect("twenty");
        assert!((share - 0.95).abs() < 1e-9 && low < share && share < high);
    }

    #[test]
    fn words_are_notes_in_short() {
        let explain = |words: Option<&str>| Explain {
            flag_id: QualityFlagId(Uuid::nil()),
            because: Because::Other,
            words: words.map(str::to_owned),
        };
        assert_eq!(explain(None).checked(), Ok(None));
        assert_eq!(explain(Some("  ")).checked(), Ok(None));
        assert_eq!(explain(Some(" ghi  sau ")).checked(), Ok(Some("ghi sau".to_owned())));
        assert_eq!(explain(Some("mật khẩu abc")).checked(), Err(NoteFault::SecretInText));
        assert_eq!(explain(Some(&"a".repeat(201))).checked(), Err(NoteFault::TextTooLong));
    }
}
