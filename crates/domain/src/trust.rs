//! How a resident tells that whoever stands at the door was sent: a number on a badge, a code of the
//! residential group for the day, and a ward that answers yes or no.

use crate::edit::tidy;
use crate::pull::DoorCode;

/// Digits of a badge's number.
pub const BADGE_DIGITS: usize = 6;
/// The least number of a badge: one that begins with a nought is written down wrong.
pub const LEAST_BADGE: u64 = 100_000;
/// How many numbers there are.
pub const BADGE_NUMBERS: u64 = 900_000;
/// Digits of a group's code.
pub const CODE_DIGITS: usize = 4;
/// Days one leaflet holds codes for.
pub const LEAFLET_DAYS: i64 = 7;
/// How far ahead the first day of a leaflet may lie, in days: who sees a leaflet knows its codes.
pub const LEAFLET_AHEAD: i64 = 14;
/// The longest duty phone, in characters.
pub const MAX_PHONE: usize = 60;

macro_rules! animals {
    ($($(#[$doc:meta])* $name:ident = $code:literal $vi:literal $en:literal),+ $(,)?) => {
        /// The animal that stands beside the digits of a code: who cannot read them tells the picture.
        /// A released code never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Animal { $($(#[$doc])* $name,)+ }

        impl Animal {
            /// All, in the order they are shown to choose from.
            pub const ALL: [Self; 16] = [$(Self::$name),+];

            /// The code in answers.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// As a resident calls it.
            pub fn vi(self) -> &'static str {
                match self { $(Self::$name => $vi),+ }
            }

            /// In English.
            pub fn en(self) -> &'static str {
                match self { $(Self::$name => $en),+ }
            }
        }
    };
}

animals! {
    /// Con trâu.
    Buffalo = "buffalo" "con trâu" "buffalo",
    /// Con gà.
    Rooster = "rooster" "con gà" "rooster",
    /// Con mèo.
    Cat = "cat" "con mèo" "cat",
    /// Con chó.
    Dog = "dog" "con chó" "dog",
    /// Con lợn.
    Pig = "pig" "con lợn" "pig",
    /// Con ngựa.
    Horse = "horse" "con ngựa" "horse",
    /// Con vịt.
    Duck = "duck" "con vịt" "duck",
    /// Con cá.
    Fish = "fish" "con cá" "fish",
    /// Con cua.
    Crab = "crab" "con cua" "crab",
    /// Con ốc.
    Snail = "snail" "con ốc" "snail",
    /// Con rùa.
    Turtle = "turtle" "con rùa" "turtle",
    /// Con ong.
    Bee = "bee" "con ong" "bee",
    /// Con bướm.
    Butterfly = "butterfly" "con bướm" "butterfly",
    /// Con thỏ.
    Rabbit = "rabbit" "con thỏ" "rabbit",
    /// Con voi.
    Elephant = "elephant" "con voi" "elephant",
    /// Con khỉ.
    Monkey = "monkey" "con khỉ" "monkey",
}

impl Animal {
    /// The animal of a code, or `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|animal| animal.code() == code)
    }
}

/// How many codes there are: four digits with each animal.
const CODES: u32 = 10_000 * Animal::ALL.len() as u32;

/// The digits and the animal that stand for an authentication code. All are alike likely: of the
/// numbers in it the first is taken that does not lie in the rest a division would leave.
pub fn code_of(mac: &[u8; 32]) -> (String, Animal) {
    let (words, _) = mac.as_chunks::<4>();
    let mut numbers = words.iter().map(|word| u32::from_be_bytes(*word));
    let fair = u32::MAX / CODES * CODES;
    // That none of eight will do happens once in 10^37.
    let number =
        numbers.clone().find(|n| *n < fair).or(numbers.next_back()).unwrap_or_default() % CODES;
    let animal = Animal::ALL[(number / 10_000) as usize % Animal::ALL.len()];
    (format!("{:04}", number % 10_000), animal)
}

/// The digits somebody typed, without what stands between them; `None` when they are not so many.
pub fn digits(typed: &str, count: usize) -> Option<String> {
    let typed: String = typed.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '·')).collect();
    (typed.len() == count && typed.bytes().all(|b| b.is_ascii_digit())).then_some(typed)
}

/// A code as a resident read it off a leaflet or a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadCode {
    /// Four digits.
    pub digits: String,
    /// The animal, if it was chosen.
    pub animal: Option<Animal>,
}

impl ReadCode {
    /// Is it this one? An animal nobody chose is not held against the digits.
    pub fn is(&self, code: &DoorCode) -> bool {
        self.digits == code.digits && self.animal.is_none_or(|a| a.code() == code.animal)
    }
}

/// What is known of somebody whose badge is asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visitor {
    /// There is such a badge, and it has not been revoked.
    pub badge: bool,
    /// Its holder may sign in and walks with a team.
    pub member: bool,
    /// That team is announced for today: an evening is planned, or one of it began a shift today.
    pub announced: bool,
    /// The team holds alleys in the residential group; `None` when none was named.
    pub in_group: Option<bool>,
    /// The code is the group's of today; `None` when none was shown.
    pub code: Option<bool>,
}

impl Visitor {
    /// Does the ward say yes? Everything that is known must speak for it.
    pub fn expected(self) -> bool {
        self.badge
            && self.member
            && self.announced
            && self.in_group.unwrap_or(true)
            && self.code.unwrap_or(true)
    }
}

/// The ward's duty phone as the book keeps it, or `None` when it is none: at least three digits, in a
/// line of plain text. Empty takes it away.
pub fn duty_phone(typed: &str) -> Option<String> {
    let text = tidy(typed);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.chars().all(|c| c.is_alphanumeric() || " .-+(),/:".contains(c));
    (text.is_empty() || (digits >= 3 && plain && text.chars().count() <= MAX_PHONE)).then_some(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::id::GroupId;
    use crate::time::Day;

    #[test]
    fn a_code_is_four_digits_and_an_animal_all_alike_likely() {
        let mac = |n: u32| {
            let mut mac = [0xff; 32];
            mac[..4].copy_from_slice(&n.to_be_bytes());
            mac
        };
        assert_eq!(code_of(&mac(0)), ("0000".into(), Animal::Buffalo));
        assert_eq!(code_of(&mac(14_729)), ("4729".into(), Animal::Rooster));
        assert_eq!(code_of(&mac(CODES + 7)), ("0007".into(), Animal::Buffalo));
        let fair = u32::MAX / CODES * CODES;
        assert_eq!(code_of(&mac(fair - 1)), ("9999".into(), Animal::Monkey));
        // A number in the rest gives way to the next one.
        let mut rest = mac(fair);
        rest[4..8].copy_from_slice(&23_u32.to_be_bytes());
        assert_eq!(code_of(&rest), ("0023".into(), Animal::Buffalo));
        let mut seen: BTreeMap<Animal, u32> = BTreeMap::new();
        for n in 0..CODES {
            *seen.entry(code_of(&mac(n)).1).or_default() += 1;
        }
        assert!(seen.len() == 16 && seen.values().all(|n| *n == 10_000), "{seen:?}");
    }

    #[test]
    fn every_animal_has_its_own_code_and_words() {
        for animal in Animal::ALL {
            assert_eq!(Animal::from_code(animal.code()), Some(animal));
            assert!(animal.vi().starts_with("con ") && !animal.en().is_empty());
        }
        assert_eq!(Animal::from_code("dragon"), None);
    }

    #[test]
    fn what_is_typed_is_read_with_patience() {
        assert_eq!(digits(" 417 208 ", 6).as_deref(), Some("417208"));
        assert_eq!(digits("417.208", 6).as_deref(), Some("417208"));
        for wrong in ["", "41720", "4172081", "41720a", "４17208"] {
            assert_eq!(digits(wrong, 6), None, "{wrong}");
        }
        let code = DoorCode {
            group_id: GroupId(uuid::Uuid::nil()),
            day: Day(20261123),
            digits: "4729".into(),
            animal: "buffalo".into(),
        };
        let read = |digits: &str, animal| ReadCode { digits: digits.into(), animal };
        assert!(read("4729", None).is(&code) && read("4729", Some(Animal::Buffalo)).is(&code));
        assert!(!read("4729", Some(Animal::Cat)).is(&code) && !read("4728", None).is(&code));
    }

    #[test]
    fn one_thing_that_speaks_against_it_is_a_no() {
        let good = Visitor {
            badge: true,
            member: true,
            announced: true,
            in_group: Some(true),
            code: Some(true),
        };
        assert!(good.expected());
        assert!(Visitor { in_group: None, code: None, ..good }.expected());
        for bad in [
            Visitor { badge: false, ..good },
            Visitor { member: false, ..good },
            Visitor { announced: false, ..good },
            Visitor { in_group: Some(false), ..good },
            Visitor { code: Some(false), ..good },
            Visitor::default(),
        ] {
            assert!(!bad.expected(), "{bad:?}");
        }
    }

    #[test]
    fn a_duty_phone_is_a_line_with_digits_or_nothing() {
        assert_eq!(duty_phone("  156 ").as_deref(), Some("156"));
        assert_eq!(duty_phone("Trực ban: 0000 000 001").as_deref(), Some("Trực ban: 0000 000 001"));
        assert_eq!(duty_phone("").as_deref(), Some(""));
        for wrong in ["gọi phường", "<b>156</b>", &"1".repeat(61)] {
            assert_eq!(duty_phone(wrong), None, "{wrong}");
        }
    }
}
