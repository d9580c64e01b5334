//! What phones ask the ward about doors: a house the register lacks, a household that should leave
//! the denominator, two entries for one house. Nothing of it counts before the ward has said yes.

use serde::{Deserialize, Serialize};

use crate::edit::{self, EditFault, Field, Value};
use crate::id::{AlleyId, HouseholdId};
use crate::time::{Day, Millis};
use crate::visit::Outcome;

/// The longest reason of a decision, in characters.
pub const MAX_REASON: usize = 200;

/// Payload of `household.propose`: a house the register does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Propose {
    /// Made on the phone, and the household's for ever.
    pub household_id: HouseholdId,
    /// Where it stands; must be in reach.
    pub alley_id: AlleyId,
    /// House number as written on the door.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub house_no: Option<String>,
    /// What it is found by without a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landmark: Option<String>,
    /// Name of the head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
}

/// The words of a proposed household as the book keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProposedWords {
    /// House number; empty without one.
    pub house_no: String,
    /// Landmark.
    pub landmark: Option<String>,
    /// Name of the head.
    pub head: Option<String>,
}

impl Propose {
    /// The words as the book would keep them: composed, trimmed, spaces single.
    ///
    /// # Errors
    /// The fault of the first text at fault; [`EditFault::WrongKind`] with neither number nor
    /// landmark: nobody would find the door.
    pub fn checked(&self) -> Result<ProposedWords, EditFault> {
        let text = |field, text: &Option<String>| match Value::text(text.as_deref()) {
            Value::Nothing => Ok(None),
            value => match edit::check(field, &value)? {
                Value::Text(text) => Ok(Some(text)),
                Value::Nothing | Value::Number(_) => Ok(None),
            },
        };
        let house_no = text(Field::HouseNo, &self.house_no)?.unwrap_or_default();
        let landmark = text(Field::Landmark, &self.landmark)?;
        let head = text(Field::Head, &self.head)?;
        if house_no.is_empty() && landmark.is_none() {
            return Err(EditFault::WrongKind);
        }
        Ok(ProposedWords { house_no, landmark, head })
    }
}

/// The register code of a proposed household, unique like its id: `MOI-` (mới) and the end of the id.
pub fn proposal_code(id: HouseholdId) -> String {
    let text = id.0.simple().to_string().to_uppercase();
    format!("MOI-{}-{}", &text[22..27], &text[27..])
}

/// Payload of `household.same_as`: two entries of the register look like one house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SameAs {
    /// The entry that is one too many.
    pub household_id: HouseholdId,
    /// The entry to keep.
    pub of: HouseholdId,
}

/// What the ward is asked about one door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DoorQuestion {
    /// A house the register does not have.
    NewHouse,
    /// The household moved away.
    Moved,
    /// Nobody lives there.
    Vacant,
    /// Nobody finds the house.
    NotFound,
    /// A shop, an office.
    NonResidential,
    /// The same house stands in the register twice.
    Double,
}

impl DoorQuestion {
    /// Outcomes that ask the ward something, each with its question.
    pub const OUTCOMES: [(Outcome, Self); 5] = [
        (Outcome::Moved, Self::Moved),
        (Outcome::Vacant, Self::Vacant),
        (Outcome::NotFound, Self::NotFound),
        (Outcome::NonResidential, Self::NonResidential),
        (Outcome::Duplicate, Self::Double),
    ];

    /// The question a household's last visit asks, if any.
    pub fn of(outcome: Outcome) -> Option<Self> {
        Self::OUTCOMES.into_iter().find(|(asks, _)| *asks == outcome).map(|(_, question)| question)
    }

    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::NewHouse => "new_house",
            Self::Moved => "moved",
            Self::Vacant => "vacant",
            Self::NotFound => "not_found",
            Self::NonResidential => "non_residential",
            Self::Double => "double",
        }
    }
}

/// The ward's answer about a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DoorVerdict {
    /// It is as the phone says.
    Approve,
    /// It is not; the register stays as it was.
    Refuse,
}

impl DoorVerdict {
    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refuse => "refuse",
        }
    }
}

/// Is a household's last visit a question that the ward has not answered? `about` is the instant of
/// the visit the ward's latest answer was about. An older visit that arrives late asks nothing again.
pub fn asked(last_visit: Millis, about: Option<Millis>) -> bool {
    about.is_none_or(|about| last_visit > about)
}

/// The day a household leaves the denominator from: the day named, or today. `None` when the day is
/// not in the calendar or lies ahead: coverage says what is, not what will be.
pub fn leaves_on(named: Option<Day>, today: Day) -> Option<Day> {
    let day = named.unwrap_or(today);
    (day.date().is_some() && day <= today).then_some(day)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn propose(house_no: &str, landmark: &str, head: &str) -> Propose {
        let some = |text: &str| Some(text.to_owned());
        Propose {
            household_id: HouseholdId(Uuid::from_u128(1)),
            alley_id: AlleyId(Uuid::from_u128(2)),
            house_no: some(house_no),
            landmark: some(landmark),
            head: some(head),
        }
    }

    #[test]
    fn a_proposed_house_can_be_found_again_and_holds_nobodys_number() {
        let words = propose(" 12  B ", "", "  ").checked().expect("fine");
        assert_eq!((words.house_no.as_str(), words.landmark, words.head), ("12 B", None, None));
        let landmark = propose("", "sau nhà văn hóa", "Lê Thị Mới").checked().expect("fine");
        assert_eq!(landmark.landmark.as_deref(), Some("sau nhà văn hóa"));
        assert_eq!(propose(" ", "", "Lê Thị Mới").checked(), Err(EditFault::WrongKind));
        assert_eq!(propose(&"9".repeat(21), "", "").checked(), Err(EditFault::TextTooLong));
        assert_eq!(propose("1", &"a".repeat(81), "").checked(), Err(EditFault::TextTooLong));
        let number = "1".repeat(edit::NUMBER_DIGITS);
        assert_eq!(propose("1", "", &number).checked(), Err(EditFault::NumberInText));
    }

    #[test]
    fn a_code_of_a_proposal_is_its_ids() {
        let id = HouseholdId(Uuid::from_u128(0x0123_4567_89ab_cdef));
        assert_eq!(proposal_code(id), "MOI-6789A-BCDEF");
        assert_ne!(proposal_code(id), proposal_code(HouseholdId(Uuid::from_u128(7))));
    }

    #[test]
    fn five_outcomes_ask_and_the_others_do_not() {
        let asking: Vec<_> = Outcome::ALL.into_iter().filter_map(DoorQuestion::of).collect();
        assert_eq!(asking.len(), DoorQuestion::OUTCOMES.len());
        assert_eq!(DoorQuestion::of(Outcome::Served), None);
        for (_, question) in DoorQuestion::OUTCOMES {
            assert_eq!(serde_json::to_value(question).expect("a code"), question.code());
        }
        for verdict in [DoorVerdict::Approve, DoorVerdict::Refuse] {
            assert_eq!(serde_json::to_value(verdict).expect("a code"), verdict.code());
        }
    }

    #[test]
    fn only_a_later_visit_asks_again() {
        assert!(asked(Millis(5), None));
        assert!(asked(Millis(6), Some(Millis(5))));
        assert!(!asked(Millis(5), Some(Millis(5))));
        assert!(!asked(Millis(4), Some(Millis(5))));
    }

    #[test]
    fn nobody_leaves_tomorrow_or_on_a_day_that_is_none() {
        let today = Day(20261122);
        assert_eq!(leaves_on(None, today), Some(today));
        assert_eq!(leaves_on(Some(Day(20261101)), today), Some(Day(20261101)));
        assert_eq!(leaves_on(Some(Day(20261123)), today), None);
        assert_eq!(leaves_on(Some(Day(20260231)), today), None);
    }
}
