//! A household register on its way into the book: what a row of a draft holds, what a person should
//! look at before it goes in, and for how long an import can be taken back.

use serde::{Deserialize, Serialize};

use crate::address::{Address, Doubt};
use crate::edit::{MAX_MEMBERS, holds_number, tidy};
use crate::territory::in_viet_nam;
use crate::time::Millis;

/// An import can be taken back for so many days.
pub const ROLL_BACK_DAYS: i64 = 30;
/// A draft nobody finished is forgotten after so many days.
pub const DRAFT_DAYS: i64 = 14;
/// The largest file the desk may send, in bytes.
pub const MAX_FILE_BYTES: usize = 10 << 20;
/// The longest address a person may type for a row, in characters.
pub const MAX_ADDRESS: usize = 200;
/// The longest name of a head of household or of a residential group, in characters.
pub const MAX_NAME: usize = 80;

const DAY_MS: i64 = 86_400_000;
/// A run of digits this long in a file's name may be somebody's number.
const MASKED_DIGITS: usize = 6;
/// The longest name of a file that is kept, in characters.
const MAX_LABEL: usize = 80;

/// Until when an import made at this time can be taken back.
pub fn rolls_back_until(committed_at: Millis) -> Millis {
    committed_at.plus(ROLL_BACK_DAYS * DAY_MS)
}

/// Until when a draft last touched at this time is kept.
pub fn draft_ends(touched_at: Millis) -> Millis {
    touched_at.plus(DRAFT_DAYS * DAY_MS)
}

/// The name of a file as it may be kept and shown: without its folder and without long numbers.
pub fn file_label(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut label = String::new();
    let mut run = String::new();
    for c in tidy(name).chars().chain(std::iter::once('\n')) {
        if c.is_numeric() {
            run.push(c);
            continue;
        }
        label.push_str(if run.chars().count() >= MASKED_DIGITS { "…" } else { &run });
        run.clear();
        if !c.is_control() {
            label.push(c);
        }
    }
    // What is left may still spell a number with spaces or dots between its digits.
    if holds_number(&label) {
        label.retain(|c| !c.is_numeric());
    }
    label.chars().take(MAX_LABEL).collect()
}

/// A point as the book may keep it, longitude first, or `None` when it is not in Viet Nam. Sheets write
/// the two in either order; no latitude of the country is a longitude of it.
pub fn point(latitude: f64, longitude: f64) -> Option<(f64, f64)> {
    if in_viet_nam(longitude, latitude) {
        Some((longitude, latitude))
    } else if in_viet_nam(latitude, longitude) {
        Some((latitude, longitude))
    } else {
        None
    }
}

/// The text with the letters in place of digits put right (`ngõ 4O` to `ngõ 40`), or `None` when none
/// of its numbers looks like that. No house has the suffix O, I or L: painters leave them out, because
/// they read as digits.
pub fn letters_for_digits(text: &str) -> Option<String> {
    let right = |word: &str| -> Option<String> {
        let digit = |c: char| c.is_ascii_digit();
        if !word.contains(digit) || word.chars().any(|c| !digit(c) && !"oOlI".contains(c)) {
            return None;
        }
        let put: String = word
            .chars()
            .map(|c| match c {
                'o' | 'O' => '0',
                'l' | 'I' => '1',
                other => other,
            })
            .collect();
        // A number does not begin with a nought that was typed as a letter.
        (put != word && !word.starts_with(['o', 'O'])).then_some(put)
    };
    let mut out = String::with_capacity(text.len());
    let mut found = false;
    for part in text.split_inclusive([' ', '/', ',', '-']) {
        let word = part.trim_end_matches([' ', '/', ',', '-']);
        match right(word) {
            Some(put) => {
                found = true;
                out.push_str(&put);
                out.push_str(&part[word.len()..]);
            }
            None => out.push_str(part),
        }
    }
    found.then_some(out)
}

/// What a person should look at in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RowDoubt {
    /// A kept cell held what looks like an identity or telephone number. Nothing of the row was read.
    IdentityNumber,
    /// A kept cell held more text than any address or name. Nothing of the row was read.
    TextTooLong,
    /// The spreadsheet turned the house number into a date.
    DateForNumber,
    /// A letter where a digit belongs: `4O`.
    LetterForDigit,
    /// There is no address.
    NoAddress,
    /// No house number: the door will be found by its landmark.
    NoNumber,
    /// More than one house number; the first was taken.
    TwoNumbers,
    /// A number too long for a house.
    LongNumber,
    /// Lane and alley contradict each other.
    Contradiction,
    /// A part was not understood and is kept in the landmark.
    LooseText,
    /// The number of people could not be read.
    CountUnreadable,
    /// More people of 14 and older than people.
    MoreAdultsThanMembers,
    /// The name held digits and was not taken.
    DigitsInName,
    /// The coordinates could not be read, or are not in Viet Nam.
    PointUnreadable,
}

impl RowDoubt {
    /// Was the row not read at all? Then it goes nowhere until a person types it or leaves it out.
    pub fn unread(self) -> bool {
        matches!(self, Self::IdentityNumber | Self::TextTooLong)
    }

    /// Does it speak of the address, so that typing the address again answers it?
    fn of_address(self) -> bool {
        self.unread()
            || matches!(
                self,
                Self::DateForNumber
                    | Self::LetterForDigit
                    | Self::NoAddress
                    | Self::NoNumber
                    | Self::TwoNumbers
                    | Self::LongNumber
                    | Self::Contradiction
                    | Self::LooseText
            )
    }
}

/// What the parser doubts in an address. A number that the eye reads otherwise goes first.
pub fn doubts_of(address: &Address) -> Vec<RowDoubt> {
    let typed = letters_for_digits(&address.raw).map(|_| RowDoubt::LetterForDigit);
    let read = address.doubts.iter().map(|doubt| match doubt {
        Doubt::Empty => RowDoubt::NoAddress,
        Doubt::NoNumber => RowDoubt::NoNumber,
        Doubt::TwoNumbers => RowDoubt::TwoNumbers,
        Doubt::LongNumber => RowDoubt::LongNumber,
        Doubt::Contradiction => RowDoubt::Contradiction,
        Doubt::LooseText => RowDoubt::LooseText,
    });
    typed.into_iter().chain(read).collect()
}

/// One row of a register while it is looked through: nothing but what the book may hold.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftRow {
    /// The tab; `None` for CSV.
    pub sheet: Option<String>,
    /// The row number a spreadsheet program shows, from 1.
    pub row: u32,
    /// Name of the residential group.
    pub group: Option<String>,
    /// The address as it was understood; its `raw` is what the file says, or what was typed since.
    pub address: Address,
    /// What the column of landmarks says.
    pub landmark: Option<String>,
    /// Name of the head.
    pub head: Option<String>,
    /// Members.
    pub members: Option<i32>,
    /// Members from 14 years.
    pub adults: Option<i32>,
    /// The ward's own code for it.
    pub code: Option<String>,
    /// Longitude and latitude, in degrees.
    pub point: Option<(f64, f64)>,
    /// What a person should look at.
    pub doubts: Vec<RowDoubt>,
    /// The other numbers a date may have been, likeliest first.
    pub numbers: Vec<String>,
    /// Somebody looked and found it right.
    pub settled: bool,
    /// It stays out of the book.
    pub left_out: bool,
}

/// Tells the place of the row, not who lives there: rows end up in logs by way of `Debug`.
impl std::fmt::Debug for DraftRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DraftRow")
            .field("sheet", &self.sheet)
            .field("row", &self.row)
            .finish_non_exhaustive()
    }
}

/// What the book makes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RowFate {
    /// A household the book does not have.
    New,
    /// A household whose numbers of people change.
    Updated,
    /// A household the book has just so.
    Same,
    /// A household a phone proposed: it waits no longer.
    Confirmed,
    /// Another head than in the book at that door: the book stays as it is, a person asks.
    HeadDiffers,
    /// The same household as an earlier row: the earlier one is taken.
    Repeated,
    /// Nothing says of which residential group it is.
    NoGroup,
    /// The ward has no such residential group.
    UnknownGroup,
    /// Neither number, landmark nor name: nobody would find the door.
    NothingToFind,
    /// Not read, because a cell held what nobody may keep.
    Unread,
    /// Left out by a person.
    LeftOut,
}

impl RowFate {
    /// Would the row be lost without a person having said so? Then nothing is written.
    pub fn blocks(self) -> bool {
        matches!(self, Self::NoGroup | Self::UnknownGroup | Self::NothingToFind | Self::Unread)
    }

    /// Should a person look at a row of this fate before it goes in?
    pub fn needs_look(self, row: &DraftRow) -> bool {
        if row.left_out {
            return false;
        }
        self.blocks()
            || row.doubtful()
            || (!row.settled && matches!(self, Self::HeadDiffers | Self::Repeated))
    }
}

/// What a person does about a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum RowAct {
    /// It is right as it stands.
    Settle,
    /// It stays out of the book.
    LeaveOut,
    /// It goes in after all.
    TakeBack,
    /// It is written anew, whole.
    Write {
        /// Address, as one would write it on a letter.
        address: String,
        /// Name of the residential group.
        group: Option<String>,
        /// Name of the head.
        head: Option<String>,
        /// Members, 0 to 99.
        members: Option<i32>,
        /// Members from 14 years.
        adults: Option<i32>,
    },
}

/// Which part of a row cannot be kept as it was typed. The refused text is kept nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFault {
    /// Too long, or with a number of a person in it.
    Address,
    /// Too long, or with a number of a person in it.
    Group,
    /// Too long, or with digits in it.
    Head,
    /// Not from 0 to 99.
    Members,
    /// Not from 0 to the members.
    Adults,
}

impl RowFault {
    /// The field's name on the wire.
    pub fn field(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Group => "group",
            Self::Head => "head",
            Self::Members => "members",
            Self::Adults => "adults",
        }
    }
}

impl DraftRow {
    /// Was it not read, and has nobody typed it since?
    pub fn unread(&self) -> bool {
        self.doubts.iter().any(|doubt| doubt.unread())
    }

    /// Does the row itself ask for a look, apart from what the register says to it?
    pub fn doubtful(&self) -> bool {
        !self.settled && !self.left_out && !self.doubts.is_empty()
    }

    /// Addresses the row may have meant, likeliest first.
    pub fn suggestions(&self) -> Vec<String> {
        let written = &self.address.raw;
        if let (Some(open), Some(close)) = (written.find("(ngày "), written.find(')'))
            && open < close
        {
            let put = |number: &String| {
                tidy(&format!("{}{number}{}", &written[..open], &written[close + 1..]))
            };
            return self.numbers.iter().map(put).collect();
        }
        letters_for_digits(written).into_iter().collect()
    }

    /// Does what a person says about the row.
    ///
    /// # Errors
    /// The first field that cannot be kept; the row is then as it was.
    pub fn act(&mut self, act: &RowAct) -> Result<(), RowFault> {
        match act {
            RowAct::Settle => self.settled = true,
            RowAct::LeaveOut => self.left_out = true,
            RowAct::TakeBack => self.left_out = false,
            RowAct::Write { address, group, head, members, adults } => {
                let address = text(Some(address), MAX_ADDRESS).map_err(|()| RowFault::Address)?;
                let group = text(group.as_deref(), MAX_NAME).map_err(|()| RowFault::Group)?;
                let head = text(head.as_deref(), MAX_NAME).map_err(|()| RowFault::Head)?;
                if head.as_deref().is_some_and(|h| h.contains(|c: char| c.is_numeric())) {
                    return Err(RowFault::Head);
                }
                let most = i32::try_from(MAX_MEMBERS).unwrap_or(i32::MAX);
                if members.is_some_and(|n| !(0..=most).contains(&n)) {
                    return Err(RowFault::Members);
                }
                if adults.is_some_and(|n| !(0..=members.unwrap_or(most)).contains(&n)) {
                    return Err(RowFault::Adults);
                }
                let address = address.unwrap_or_default();
                if address != self.address.raw {
                    self.address = Address::parse(&address).beside(self.landmark.as_deref());
                    self.doubts.retain(|doubt| !doubt.of_address());
                    self.doubts.extend(doubts_of(&self.address));
                    self.numbers.clear();
                }
                self.doubts.retain(|doubt| {
                    use RowDoubt::{CountUnreadable, DigitsInName, MoreAdultsThanMembers};
                    !matches!(doubt, CountUnreadable | DigitsInName | MoreAdultsThanMembers)
                });
                (self.group, self.head) = (group, head);
                (self.members, self.adults) = (*members, *adults);
                // What a person typed is what a person meant, but for an address nobody can read.
                self.settled = !self.unread();
                self.left_out = false;
            }
        }
        Ok(())
    }
}

/// A tidy text of bounded length without the number of a person; `None` when nothing is left of it.
fn text(text: Option<&str>, most: usize) -> Result<Option<String>, ()> {
    let text = tidy(text.unwrap_or_default());
    if text.chars().count() > most || holds_number(&text) {
        return Err(());
    }
    Ok((!text.is_empty()).then_some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(address: &str) -> DraftRow {
        let address = Address::parse(address);
        DraftRow {
            sheet: None,
            row: 2,
            group: None,
            doubts: doubts_of(&address),
            address,
            landmark: None,
            head: None,
            members: None,
            adults: None,
            code: None,
            point: None,
            numbers: Vec::new(),
            settled: false,
            left_out: false,
        }
    }

    fn write(address: &str) -> RowAct {
        RowAct::Write {
            address: address.to_owned(),
            group: None,
            head: None,
            members: None,
            adults: None,
        }
    }

    #[test]
    fn letters_that_stand_for_digits() {
        for (written, meant) in [
            ("18 bis ngõ 4O", "18 bis ngõ 40"),
            ("số l2 đường Thử", "số 12 đường Thử"),
            ("1O/2I ngõ 5", "10/21 ngõ 5"),
        ] {
            assert_eq!(letters_for_digits(written).as_deref(), Some(meant));
        }
        for fine in ["12A/34", "Lô 05 LK2", "ngõ Lò Ô", "lô 5", "P302", "O5", "khu I"] {
            assert_eq!(letters_for_digits(fine), None, "{fine}");
        }
    }

    #[test]
    fn a_person_looks_once_but_what_would_be_lost_is_asked_again() {
        let mut clear = row("12 ngõ 5");
        assert!(!RowFate::New.needs_look(&clear));
        assert!(RowFate::Repeated.needs_look(&clear) && RowFate::HeadDiffers.needs_look(&clear));
        assert!(RowFate::NoGroup.needs_look(&clear));
        clear.settled = true;
        assert!(!RowFate::Repeated.needs_look(&clear) && RowFate::NoGroup.needs_look(&clear));
        clear.left_out = true;
        assert!(!RowFate::NoGroup.needs_look(&clear));
        assert!(RowFate::New.needs_look(&row("cạnh nhà văn hóa")), "no number");
    }

    #[test]
    fn points_are_in_viet_nam_in_either_order() {
        assert_eq!(point(21.1, 106.39), Some((106.39, 21.1)));
        assert_eq!(point(106.39, 21.1), Some((106.39, 21.1)));
        for away in [(0.0, 0.0), (21.1, 90.0), (48.8, 106.0), (f64::NAN, 106.0)] {
            assert_eq!(point(away.0, away.1), None);
        }
    }

    #[test]
    fn a_file_is_called_by_its_name_without_numbers_of_people() {
        assert_eq!(file_label("C:\\ds\\TO 5 - ho 2026.xlsx"), "TO 5 - ho 2026.xlsx");
        assert_eq!(file_label(&format!("{} ho.csv", "1".repeat(10))), "… ho.csv");
        let spaced: String = "1".repeat(10).chars().flat_map(|c| [c, ' ']).collect();
        assert!(!file_label(&format!("a {spaced}b")).contains('1'));
        assert_eq!(file_label(&"a".repeat(200)).chars().count(), 80);
    }

    #[test]
    fn terms_are_counted_in_days() {
        assert_eq!(rolls_back_until(Millis(0)), Millis(30 * DAY_MS));
        assert_eq!(draft_ends(Millis(1)), Millis(14 * DAY_MS + 1));
    }

    #[test]
    fn what_is_typed_answers_what_was_doubted() {
        let mut row = row("18 bis ngõ 4O");
        assert_eq!(row.doubts, [RowDoubt::LetterForDigit]);
        let meant = row.suggestions();
        assert_eq!(meant, ["18 bis ngõ 40"]);
        row.act(&write(&meant[0])).expect("an address");
        assert!(!row.doubtful() && row.doubts.is_empty(), "{:?}", row.doubts);
        row.act(&write("cạnh nhà văn hóa")).expect("an address");
        assert_eq!(row.doubts, [RowDoubt::NoNumber]);
        assert!(!row.doubtful(), "a person said so");
    }

    #[test]
    fn a_date_may_have_been_two_numbers() {
        let mut row = row("(ngày 12/03/2026), đường Thử");
        row.numbers = vec!["12/3".to_owned(), "3/12".to_owned()];
        assert_eq!(row.suggestions(), ["12/3, đường Thử", "3/12, đường Thử"]);
    }

    #[test]
    fn a_row_that_was_not_read_waits_until_it_is_typed_or_left_out() {
        let mut unread = row("");
        unread.doubts = vec![RowDoubt::IdentityNumber];
        unread.act(&RowAct::Settle).expect("nothing typed");
        assert!(unread.unread(), "to have looked is not to have read");
        unread.act(&RowAct::LeaveOut).expect("nothing typed");
        assert!(unread.left_out && !unread.doubtful());
        unread.act(&write("12 ngõ 5")).expect("an address");
        assert!(!unread.unread() && !unread.left_out);
    }

    #[test]
    fn what_may_not_be_kept_is_refused_by_its_field() {
        let number = "1".repeat(9);
        let mut one = row("12 ngõ 5");
        let before = one.clone();
        let say = |address: &str, head: &str, members, adults| RowAct::Write {
            address: address.to_owned(),
            group: None,
            head: Some(head.to_owned()),
            members,
            adults,
        };
        for (act, fault) in [
            (say(&number, "", None, None), RowFault::Address),
            (say(&"a ".repeat(200), "", None, None), RowFault::Address),
            (say("5", "Lê Văn 5", None, None), RowFault::Head),
            (say("5", "", Some(100), None), RowFault::Members),
            (say("5", "", Some(3), Some(4)), RowFault::Adults),
        ] {
            assert_eq!(one.act(&act), Err(fault));
            assert_eq!(one, before, "nothing is half done");
        }
        assert_eq!(one.act(&say("5", "", Some(99), Some(99))), Ok(()));
        assert_eq!(one.head, None);
    }
}
