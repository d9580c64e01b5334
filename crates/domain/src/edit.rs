//! Details of a household, edited field by field by several phones that do not hear each other.
//!
//! What anybody may see at the door (landmark, how many live there) goes to the later writer, by a
//! stamp that orders edits the same way whatever order they arrive in. What says *who* and *where*
//! (head of household, house number) is never overwritten: two values go to the ward's inbox.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::id::{AccountId, DeviceId, HouseholdId, OpId};
use crate::time::Millis;

/// The longest landmark or name, in characters.
pub const MAX_TEXT: usize = 80;
/// The longest house number, in characters.
pub const MAX_HOUSE_NO: usize = 20;
/// The most people one household may have; a dormitory is many households.
pub const MAX_MEMBERS: i64 = 99;
/// So many digits are a phone number or an identity number, which have no place in these fields.
pub const NUMBER_DIGITS: usize = 9;

/// A detail that a phone may edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// What the door is found by when its number does not help.
    Landmark,
    /// People living there.
    Members,
    /// Of these, from 14 years.
    Adults,
    /// House number as written on the door.
    HouseNo,
    /// Name of the head of household.
    Head,
}

impl Field {
    /// All fields.
    pub const ALL: [Self; 5] =
        [Self::Landmark, Self::Members, Self::Adults, Self::HouseNo, Self::Head];

    /// The code on the wire and in the book.
    pub fn code(self) -> &'static str {
        match self {
            Self::Landmark => "landmark",
            Self::Members => "members",
            Self::Adults => "adults",
            Self::HouseNo => "house_no",
            Self::Head => "head",
        }
    }

    /// The field of a code, or `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.code() == code)
    }

    /// Does it say who or where? Then the ward decides between two values.
    pub fn identity(self) -> bool {
        matches!(self, Self::HouseNo | Self::Head)
    }
}

/// The value of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Value {
    /// Not known.
    #[default]
    Nothing,
    /// A count.
    Number(i64),
    /// Words.
    Text(String),
}

impl Value {
    /// The value of an optional text; an empty one says nothing.
    pub fn text(text: Option<&str>) -> Self {
        match text.map(str::trim).filter(|t| !t.is_empty()) {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Nothing,
        }
    }

    /// The value of an optional count.
    pub fn number(n: Option<i32>) -> Self {
        n.map_or(Self::Nothing, |n| Self::Number(i64::from(n)))
    }
}

/// Values by field.
pub type Details = BTreeMap<Field, Value>;

/// Payload of `household.edit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HouseholdEdit {
    /// The door.
    pub household_id: HouseholdId,
    /// The new values.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub set: Details,
    /// What the phone showed when they were typed, of the same fields.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub was: Details,
}

/// Why an edit cannot enter the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditFault {
    /// It sets nothing.
    NothingToChange,
    /// A text is longer than its field.
    TextTooLong,
    /// A text holds a phone or identity number.
    NumberInText,
    /// A count no household has.
    OutOfRange,
    /// Words where a count belongs, or the reverse, or nothing where something must stand.
    WrongKind,
}

impl HouseholdEdit {
    /// The values as the book would keep them: composed, trimmed, spaces single.
    ///
    /// # Errors
    /// An [`EditFault`] of the first field at fault, in the order of [`Field`].
    pub fn checked(&self) -> Result<Details, EditFault> {
        if self.set.is_empty() {
            return Err(EditFault::NothingToChange);
        }
        self.set.iter().map(|(field, value)| Ok((*field, check(*field, value)?))).collect()
    }
}

/// A value as the book would keep it.
pub(crate) fn check(field: Field, value: &Value) -> Result<Value, EditFault> {
    match (field, value) {
        (Field::Members | Field::Adults, Value::Number(n)) => {
            if (0..=MAX_MEMBERS).contains(n) {
                Ok(value.clone())
            } else {
                Err(EditFault::OutOfRange)
            }
        }
        (Field::Landmark | Field::Members | Field::Adults, Value::Nothing) => Ok(Value::Nothing),
        (Field::Landmark | Field::HouseNo | Field::Head, Value::Text(text)) => {
            let text = tidy(text);
            let most = if field == Field::HouseNo { MAX_HOUSE_NO } else { MAX_TEXT };
            if text.chars().count() > most {
                return Err(EditFault::TextTooLong);
            }
            if holds_number(&text) {
                return Err(EditFault::NumberInText);
            }
            match (field, text.is_empty()) {
                (Field::Landmark, true) => Ok(Value::Nothing),
                (_, true) => Err(EditFault::WrongKind),
                (_, false) => Ok(Value::Text(text)),
            }
        }
        _ => Err(EditFault::WrongKind),
    }
}

/// Composed characters, no control characters, single spaces.
pub(crate) fn tidy(text: &str) -> String {
    let composed: String = text.nfc().map(|c| if c.is_control() { ' ' } else { c }).collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Does a text hold [`NUMBER_DIGITS`] digits that belong together, spaces, dots and dashes between
/// them left aside?
pub fn holds_number(text: &str) -> bool {
    holds_digits(text, NUMBER_DIGITS)
}

/// The same for any count of digits.
pub(crate) fn holds_digits(text: &str, most: usize) -> bool {
    let mut run = 0;
    for c in text.chars() {
        if c.is_numeric() {
            run += 1;
            if run >= most {
                return true;
            }
        } else if !matches!(c, ' ' | '.' | '-' | '\u{a0}') {
            run = 0;
        }
    }
    false
}

/// One earlier edit of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastEdit {
    /// The operation.
    pub op: OpId,
    /// Its author.
    pub account: AccountId,
    /// Its device.
    pub device: DeviceId,
    /// Its number on that device.
    pub device_seq: i64,
    /// Its stamp.
    pub stamp: Millis,
    /// What it set.
    pub value: Value,
    /// What became of it.
    pub fate: EditFate,
}

/// What became of one field of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditFate {
    /// It became the value.
    Won,
    /// A later edit stands; this value is only remembered.
    Lost,
    /// The book said so already.
    Same,
    /// The ward is asked: two values.
    Asked,
    /// The ward took it.
    Accepted,
    /// The ward kept its own.
    Declined,
}

/// The stamp of an edit: its instant, but after what the same account wrote before it on the same
/// device, so that a clock set back does not let an older value win, and before what it wrote after it
/// there, so that one the ward has kept back and lets in later wins over nothing newer. What another
/// account left on the phone is no measure: it may come after newer work.
pub fn stamp(
    at: Millis,
    by: (AccountId, DeviceId),
    device_seq: i64,
    history: &[PastEdit],
) -> Millis {
    between(at, history.iter().filter(|e| (e.account, e.device) == by), device_seq, |e| {
        (e.device_seq, e.stamp)
    })
}

/// An instant, moved after what the author wrote before and before what he wrote after.
fn between<'a, T: 'a>(
    at: Millis,
    own: impl Iterator<Item = &'a T> + Clone,
    device_seq: i64,
    place: impl Fn(&T) -> (i64, Millis),
) -> Millis {
    let before = own.clone().map(&place).filter(|p| p.0 < device_seq).map(|p| p.1).max();
    let after = own.map(&place).filter(|p| p.0 > device_seq).map(|p| p.1).min();
    let at = before.map_or(at, |last| at.max(last.plus(1)));
    after.map_or(at, |next| at.min(next.plus(-1)))
}

/// Who wrote something where, and its place among what others wrote of the same thing. Of two, the
/// one with the higher `(stamp, op)` stands, whatever the order of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The operation.
    pub op: OpId,
    /// Its author.
    pub account: AccountId,
    /// Its device.
    pub device: DeviceId,
    /// Its number on that device.
    pub device_seq: i64,
    /// Its stamp, as [`stamp`] makes them.
    pub stamp: Millis,
}

impl Mark {
    /// This writing with its stamp set right by what stands, as [`stamp`] does with a whole history.
    /// Where only the one that stands is known, a clock set back is mended unless somebody else wrote
    /// in between; then that one stands.
    #[must_use]
    pub fn among<'a>(self, standing: impl IntoIterator<Item = &'a Self>) -> Self {
        let own: Vec<&Self> = standing
            .into_iter()
            .filter(|m| (m.account, m.device) == (self.account, self.device))
            .collect();
        let stamp =
            between(self.stamp, own.into_iter(), self.device_seq, |m| (m.device_seq, m.stamp));
        Self { stamp, ..self }
    }

    /// What orders writings of one thing.
    pub fn key(&self) -> (Millis, OpId) {
        (self.stamp, self.op)
    }
}

/// Decides one field of one edit: its fate, given what the book says and the history of the field.
///
/// For fields that are not identity the value that stands in the end is the one of the highest
/// `(stamp, op)`, whatever the order of arrival.
pub fn decide_field(
    field: Field,
    value: &Value,
    key: (Millis, OpId),
    book: &Value,
    history: &[PastEdit],
) -> EditFate {
    if field.identity() {
        return match book {
            Value::Nothing => EditFate::Won,
            known if known == value => EditFate::Same,
            _ if history.iter().any(|e| e.fate == EditFate::Asked && e.value == *value) => {
                EditFate::Same
            }
            _ => EditFate::Asked,
        };
    }
    if history.iter().any(|e| (e.stamp, e.op) > key) {
        EditFate::Lost
    } else if book == value {
        EditFate::Same
    } else {
        EditFate::Won
    }
}

/// Decides one field of an edit made at the ward's desk, `was` being what the desk showed when it was
/// typed. The desk is who is asked about two values, so its word stands for who and where too; but a
/// value it has not seen, a phone's that came meanwhile, it does not write over: `None`.
pub fn decide_at_desk(value: &Value, was: &Value, book: &Value) -> Option<EditFate> {
    if book == value { Some(EditFate::Same) } else { (book == was).then_some(EditFate::Won) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn edit(set: serde_json::Value) -> Result<Details, EditFault> {
        let edit: HouseholdEdit = serde_json::from_value(
            serde_json::json!({"household_id": Uuid::from_u128(1), "set": set}),
        )
        .expect("an edit");
        edit.checked()
    }

    #[test]
    fn shared_vectors() {
        let cases: Vec<serde_json::Value> =
            serde_json::from_str(include_str!("../../../tests/vectors/edit.json")).expect("cases");
        assert!(cases.len() > 20);
        for case in cases {
            let got = match edit(case["set"].clone()) {
                Ok(details) => serde_json::json!({ "ok": details }),
                Err(fault) => {
                    serde_json::json!({ "fault": crate::sync::Reason::from(fault).code() })
                }
            };
            assert_eq!(got, case["gives"], "{}", case["set"]);
        }
    }

    #[test]
    fn identity_is_filled_when_empty_and_asked_about_when_not() {
        let text = |t: &str| Value::Text(t.to_owned());
        let key = (Millis(5), OpId(Uuid::from_u128(9)));
        let fate = |value: &Value, book: &Value, history: &[PastEdit]| {
            decide_field(Field::Head, value, key, book, history)
        };
        assert_eq!(fate(&text("Lan"), &Value::Nothing, &[]), EditFate::Won);
        assert_eq!(fate(&text("Lan"), &text("Lan"), &[]), EditFate::Same);
        assert_eq!(fate(&text("Lan"), &text("Hoa"), &[]), EditFate::Asked);
        let asked = PastEdit {
            op: OpId(Uuid::from_u128(1)),
            account: AccountId(Uuid::from_u128(1)),
            device: DeviceId(Uuid::from_u128(1)),
            device_seq: 1,
            stamp: Millis(1),
            value: text("Lan"),
            fate: EditFate::Asked,
        };
        assert_eq!(fate(&text("Lan"), &text("Hoa"), &[asked]), EditFate::Same, "asked once");
    }

    #[test]
    fn the_desk_writes_over_what_it_has_seen_and_nothing_else() {
        let text = |t: &str| Value::Text(t.to_owned());
        let fate = |value: &str, was: &str, book: &str| {
            decide_at_desk(&text(value), &text(was), &text(book))
        };
        assert_eq!(fate("14", "12", "12"), Some(EditFate::Won));
        assert_eq!(fate("14", "12", "14"), Some(EditFate::Same), "a phone was first, and right");
        assert_eq!(fate("14", "12", "13"), None, "a phone was first, with something else");
        assert_eq!(decide_at_desk(&Value::Nothing, &text("x"), &text("x")), Some(EditFate::Won));
        assert_eq!(
            decide_at_desk(&text("x"), &Value::Nothing, &Value::Nothing),
            Some(EditFate::Won)
        );
    }

    /// Arrives in the given order; each device's own edits in their own order. Returns the value.
    fn arrive(edits: &[(u128, i64, i64)], order: &[usize]) -> Value {
        let (mut history, mut book) = (Vec::<PastEdit>::new(), Value::Nothing);
        let mut taken = vec![false; edits.len()];
        for wanted in order {
            // The device's oldest edit that has not arrived.
            let device = edits[*wanted].0;
            let next = (0..edits.len()).find(|i| !taken[*i] && edits[*i].0 == device);
            let Some(next) = next else { continue };
            taken[next] = true;
            let (device, at, n) = edits[next];
            let device = DeviceId(Uuid::from_u128(device));
            let op = OpId(Uuid::from_u128(1_000 + next as u128));
            let value = Value::Number(n);
            let account = AccountId(Uuid::from_u128(1));
            let device_seq = next as i64;
            let stamp = stamp(Millis(at), (account, device), device_seq, &history);
            let fate = decide_field(Field::Members, &value, (stamp, op), &book, &history);
            if fate == EditFate::Won {
                book = value.clone();
            }
            history.push(PastEdit { op, account, device, device_seq, stamp, value, fate });
        }
        book
    }

    #[test]
    fn work_parked_on_a_phone_gets_no_younger_by_what_the_next_user_sent_first() {
        let device = DeviceId(Uuid::from_u128(1));
        let [first, second] = [1, 2].map(|n| AccountId(Uuid::from_u128(n)));
        let (op, value) = (OpId(Uuid::from_u128(9)), Value::Number(3));
        let (stamp_of, fate) = (Millis(50), EditFate::Won);
        let sent =
            PastEdit { op, account: second, device, device_seq: 1, stamp: stamp_of, value, fate };
        assert_eq!(stamp(Millis(40), (first, device), 2, std::slice::from_ref(&sent)), Millis(40));
        assert_eq!(stamp(Millis(40), (second, device), 2, &[sent]), Millis(51));
    }

    /// The ward lets in what it had kept back, after newer work of the same phone.
    #[test]
    fn an_edit_let_in_late_wins_over_nothing_its_author_wrote_after_it() {
        let (account, device) = (AccountId(Uuid::from_u128(1)), DeviceId(Uuid::from_u128(1)));
        let past = |device_seq, at| PastEdit {
            op: OpId(Uuid::from_u128(device_seq as u128)),
            account,
            device,
            device_seq,
            stamp: Millis(at),
            value: Value::Number(device_seq),
            fate: EditFate::Won,
        };
        let history = [past(1, 10), past(3, 30)];
        let late = |at| stamp(Millis(at), (account, device), 2, &history);
        assert_eq!([late(5), late(20), late(40)], [11, 20, 29].map(Millis));
        let (value, book) = (Value::Number(2), Value::Number(3));
        let key = (late(40), OpId(Uuid::from_u128(2)));
        assert_eq!(decide_field(Field::Members, &value, key, &book, &history), EditFate::Lost);
    }

    proptest! {
        #[test]
        fn the_value_in_the_end_does_not_depend_on_the_order_of_arrival(
            edits in prop::collection::vec((1u128..4, 0i64..50, 0i64..9), 1..24),
            seed in any::<u64>(),
        ) {
            let forward: Vec<usize> = (0..edits.len()).collect();
            let mut shuffled = forward.clone();
            let mut state = seed | 1;
            for i in (1..shuffled.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                shuffled.swap(i, (state >> 33) as usize % (i + 1));
            }
            prop_assert_eq!(arrive(&edits, &forward), arrive(&edits, &shuffled));
        }
    }
}
