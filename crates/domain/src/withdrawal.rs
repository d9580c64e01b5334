//! A resident asks the ward to be forgotten, by telephone, at the desk or by letter. Staff answers and
//! stops within days that the law names; how many is data of the ward.

use serde::{Deserialize, Serialize};

use crate::referral::SlaUnit;
use crate::time::Day;

/// How far back a request may have been received: a letter lies on a desk, not in a drawer.
pub const OLDEST_RECEIPT_DAYS: i64 = 30;

/// How the resident asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By telephone.
    Phone,
    /// At the ward's desk.
    InPerson,
    /// By letter.
    Letter,
}

/// What the ward owes a resident who withdraws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// To tell him that his request has come and what follows.
    Answer,
    /// To stop, and to erase.
    Stop,
}

/// Within which time the ward owes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// What.
    pub duty: Duty,
    /// How the time is counted.
    pub unit: SlaUnit,
    /// How many.
    pub amount: u32,
}

impl Term {
    /// What a new ward begins with; its rows may be changed. Source: decree 356/2025/NĐ-CP, article 5:
    /// an answer within two working days, a withdrawal carried out within fifteen days.
    pub const DEFAULTS: [Self; 2] = [
        Self { duty: Duty::Answer, unit: SlaUnit::WorkingDays, amount: 2 },
        Self { duty: Duty::Stop, unit: SlaUnit::Days, amount: 15 },
    ];

    /// The last day on which a duty is done in time, by the ward's terms. A ward without a row for it
    /// has what the law says.
    pub fn due(terms: &[Self], duty: Duty, received: Day) -> Option<Day> {
        let mut all = terms.iter().chain(&Self::DEFAULTS);
        all.find(|term| term.duty == duty).and_then(|term| term.unit.due(received, term.amount))
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The resident was forgotten.
    Erased,
    /// A team at the door had done it between the look and the act.
    AlreadyGone,
    /// Nobody of that name is remembered at this household.
    NobodyHere,
    /// The resident thought better of it.
    KeepsConsent,
    /// Opened for the wrong household, or twice.
    Mistake,
}

impl Ending {
    /// May the desk close a request with it, forgetting nobody?
    pub fn without_effect(self) -> bool {
        matches!(self, Self::NobodyHere | Self::KeepsConsent | Self::Mistake)
    }
}

/// The day a request counts from: today when none is named. `None` for a day that is no day, lies
/// ahead, or further back than [`OLDEST_RECEIPT_DAYS`].
pub fn received_on(named: Option<Day>, today: Day) -> Option<Day> {
    let day = named.unwrap_or(today);
    day.date()?;
    (day <= today && day >= today.plus(-OLDEST_RECEIPT_DAYS)).then_some(day)
}

/// What is owed next in an open request, and until when.
pub fn next_due(
    answered: bool,
    answer_due: Option<Day>,
    stop_due: Option<Day>,
) -> (Duty, Option<Day>) {
    if answered { (Duty::Stop, stop_due) } else { (Duty::Answer, answer_due) }
}

/// Is it late on this day? On the last day it is not.
pub fn late(due: Option<Day>, today: Day) -> bool {
    due.is_some_and(|due| today > due)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_counts_working_days_for_the_answer_and_all_days_for_the_end() {
        // Sunday 22 November 2026; Tuesday is the day of culture.
        let received = Day(20_261_122);
        assert_eq!(Term::due(&Term::DEFAULTS, Duty::Answer, received), Some(Day(20_261_125)));
        assert_eq!(Term::due(&Term::DEFAULTS, Duty::Stop, received), Some(Day(20_261_207)));
    }

    #[test]
    fn a_ward_may_promise_more_than_the_law() {
        let own = [Term { duty: Duty::Stop, unit: SlaUnit::SameDay, amount: 0 }];
        assert_eq!(Term::due(&own, Duty::Stop, Day(20_261_122)), Some(Day(20_261_122)));
        assert_eq!(
            Term::due(&own, Duty::Answer, Day(20_261_122)),
            Some(Day(20_261_125)),
            "what it does not name stays as the law has it"
        );
    }

    #[test]
    fn a_request_counts_from_the_day_it_came_which_is_never_tomorrow() {
        let today = Day(20_261_122);
        assert_eq!(received_on(None, today), Some(today));
        assert_eq!(received_on(Some(today), today), Some(today));
        assert_eq!(received_on(Some(Day(20_261_120)), today), Some(Day(20_261_120)));
        assert_eq!(received_on(Some(Day(20_261_023)), today), Some(Day(20_261_023)));
        assert_eq!(received_on(Some(Day(20_261_022)), today), None, "a month and a day ago");
        assert_eq!(received_on(Some(Day(20_261_123)), today), None);
        assert_eq!(received_on(Some(Day(20_261_131)), today), None, "no such day");
    }

    #[test]
    fn the_answer_is_owed_first_and_the_last_day_is_in_time() {
        let (answer, stop) = (Some(Day(20_261_125)), Some(Day(20_261_207)));
        assert_eq!(next_due(false, answer, stop), (Duty::Answer, answer));
        assert_eq!(next_due(true, answer, stop), (Duty::Stop, stop));
        assert!(!late(answer, Day(20_261_125)));
        assert!(late(answer, Day(20_261_126)));
        assert!(!late(None, Day(20_991_231)));
    }

    #[test]
    fn only_an_ending_that_forgets_nobody_may_be_chosen() {
        let may = [
            (Ending::Erased, false),
            (Ending::AlreadyGone, false),
            (Ending::NobodyHere, true),
            (Ending::KeepsConsent, true),
            (Ending::Mistake, true),
        ];
        for (ending, chosen) in may {
            assert_eq!(ending.without_effect(), chosen, "{ending:?}");
        }
    }
}
