//! Which households of a register look like one household written twice.
//!
//! Two entries are never compared just because both exist: each is put under a few keys (its door, its
//! numbers with the given name, its full name in the group, its landmark), and only what shares a key
//! is looked at. A pair is shown when the name *and* the place speak for it, each in one of a few ways
//! that can be told to a person. Families that share one door have different heads: they are no pair.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::address::{Address, HouseKind, Mark, Mouth};
use crate::id::{GroupId, HouseholdId};
use crate::search::{is_syllable, search_key, second_chance};

/// A key that more entries share says nothing about any two of them ("cạnh nhà văn hóa").
const MOST_ALIKE: usize = 64;

/// A household as far as telling doubles needs it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The household.
    pub id: HouseholdId,
    /// Its residential group.
    pub group: GroupId,
    /// Name of the head.
    pub head: Option<String>,
    /// Its address, with the ways that lead to it.
    pub address: Address,
    /// Members, if known.
    pub members: Option<i32>,
    /// Of these, from 14 years.
    pub adults: Option<i32>,
}

/// Two households that may be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The one with the smaller id.
    pub one: HouseholdId,
    /// The other one.
    pub other: HouseholdId,
    /// How much speaks for it, up to 100.
    pub score: u8,
    /// What speaks for it: the name first, then the place.
    pub reasons: Vec<Likeness>,
}

/// What two entries have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The head has the same name, marks and capitals aside.
    SameName,
    /// The names differ by a slip of the finger.
    NameTypo,
    /// One name is shortened: initials, a word left out.
    NameShortened,
    /// One of them names no head.
    NameMissing,
    /// The same door.
    SameDoor,
    /// The same numbers the other way round: `12/34`, `34/12`.
    NumbersTurned,
    /// The same numbers, on a street of another name: an old one perhaps.
    OtherStreet,
    /// The same number but for a letter: `12`, `12A`.
    NearNumber,
    /// The same landmark.
    SameLandmark,
}

/// The pairs among these households, the likeliest first.
pub fn find(entries: &[Entry]) -> Vec<Pair> {
    let folded: Vec<Folded> = entries.iter().map(Folded::of).collect();
    let mut blocks: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, entry) in folded.iter().enumerate() {
        for key in entry.keys() {
            blocks.entry(key).or_default().push(at);
        }
    }
    let mut doors: HashMap<String, usize> = HashMap::new();
    // Per group: where a street runs through several, each may have begun its numbers anew.
    let door = |entry: &Folded| format!("{}|{}", entry.group, entry.door_key());
    for entry in &folded {
        *doors.entry(door(entry)).or_default() += 1;
    }
    let mut seen: HashSet<(usize, usize)> = HashSet::new();
    let mut pairs = Vec::new();
    for block in blocks.values().filter(|block| (2..=MOST_ALIKE).contains(&block.len())) {
        for (n, a) in block.iter().enumerate() {
            for b in &block[n + 1..] {
                if !seen.insert((*a, *b)) {
                    continue;
                }
                let (x, y) = (&folded[*a], &folded[*b]);
                let at_the_door =
                    if door(x) == door(y) { doors.get(&door(x)).copied() } else { None };
                let Some((score, reasons)) = judge(x, y, at_the_door) else { continue };
                let (x, y) = (entries[*a].id, entries[*b].id);
                pairs.push(Pair { one: x.min(y), other: x.max(y), score, reasons });
            }
        }
    }
    pairs.sort_by_key(|p| (std::cmp::Reverse(p.score), p.one, p.other));
    pairs
}

/// An entry as it is compared.
struct Folded {
    group: GroupId,
    /// The words of the head's name.
    name: Vec<String>,
    /// The street, without the word for it; empty on a group's own ground.
    street: String,
    /// Names and numbers from the street to the door; empty without a number.
    place: Vec<String>,
    /// The same without the letter after the last number.
    bare: Vec<String>,
    house: bool,
    landmark: String,
    people: (Option<i32>, Option<i32>),
}

impl Folded {
    fn of(entry: &Entry) -> Self {
        let (place, bare) = place_of(&entry.address);
        Self {
            group: entry.group,
            name: name_of(entry.head.as_deref().unwrap_or_default()),
            street: crate::ground::way_name(entry.address.street.as_deref().unwrap_or_default()),
            place,
            bare,
            house: entry.address.house.as_ref().is_some_and(|h| h.kind == HouseKind::House),
            landmark: search_key(entry.address.landmark.as_deref().unwrap_or_default()),
            people: (entry.members, entry.adults),
        }
    }

    fn sorted_place(&self) -> String {
        let mut place = self.place.clone();
        place.sort();
        place.join(">")
    }

    /// One door: its street (or its group, on the group's own ground) and the numbers to it; without
    /// a number, its landmark.
    fn door_key(&self) -> String {
        if self.place.is_empty() {
            return format!("l|{}|{}", self.group, self.landmark);
        }
        let ground =
            if self.street.is_empty() { self.group.to_string() } else { self.street.clone() };
        format!("d|{ground}|{}", self.sorted_place())
    }

    fn keys(&self) -> Vec<String> {
        let mut keys = Vec::with_capacity(4);
        if !self.place.is_empty() {
            keys.push(self.door_key());
        }
        if let Some(given) = self.name.last() {
            if !self.place.is_empty() {
                keys.push(format!("p|{}|{}|{given}", self.group, self.sorted_place()));
            }
            if self.name.len() > 1 {
                keys.push(format!("n|{}|{}", self.group, self.name.join(" ")));
            }
        }
        if !self.landmark.is_empty() {
            keys.push(format!("l|{}|{}", self.group, self.landmark));
        }
        keys
    }
}

/// The words of a name: folded, read as Telex where they are no words, without what people are called
/// by before it.
fn name_of(head: &str) -> Vec<String> {
    let key = search_key(head);
    let typed = key.split(' ').any(|word| word.len() > 2 && !is_syllable(word));
    let key = typed.then(|| second_chance(head)).flatten().unwrap_or(key);
    let mut words: Vec<String> =
        key.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if words.len() > 1 && matches!(words[0].as_str(), "ong" | "ba" | "bac" | "anh" | "chi" | "co") {
        words.remove(0);
    }
    words
}

/// The ways and numbers to a door, and the same without the letter after the last number.
fn place_of(address: &Address) -> (Vec<String>, Vec<String>) {
    let Some(house) = &address.house else { return (Vec::new(), Vec::new()) };
    let marks: Vec<&Mark> = std::iter::once(&house.head).chain(&house.tail).collect();
    let ways: Vec<String> = address
        .lane
        .iter()
        .map(|node| match &node.mouth {
            Mouth::Number(mark) => mark.to_string().to_lowercase(),
            Mouth::Name(name) => crate::ground::way_name(name),
        })
        .collect();
    let doors: Vec<String> = marks.iter().map(|mark| mark.to_string().to_lowercase()).collect();
    // `12/34` on the door of a lane at 12 says the lane a second time.
    let said = &doors[..doors.len() - 1];
    let own = if ways.ends_with(said) { &doors[said.len()..] } else { &doors[..] };
    let mut place: Vec<String> = ways;
    if house.kind != HouseKind::House {
        let block = search_key(house.block.as_deref().unwrap_or_default());
        place.push(format!("{:?} {block}", house.kind));
    }
    place.extend(own.iter().cloned());
    let mut bare = place.clone();
    if let (Some(last), Some(mark)) = (bare.last_mut(), marks.last()) {
        *last = mark.number.to_string();
    }
    (place, bare)
}

/// `at_the_door`: how many entries there are at the door that both stand at.
fn judge(a: &Folded, b: &Folded, at_the_door: Option<usize>) -> Option<(u8, Vec<Likeness>)> {
    use Likeness::{
        NameMissing, NameShortened, NameTypo, NearNumber, NumbersTurned, OtherStreet, SameDoor,
        SameLandmark, SameName,
    };
    let (name, place) = (names(&a.name, &b.name)?, places(a, b)?);
    let near = a.group == b.group;
    // Across groups only what is the same to the letter: every group may have a number 12.
    let score = match (name, place) {
        (SameName, SameDoor) => Some(if near { 100 } else { 80 }),
        _ if !near => None,
        // A landmark is wide: two of one name may well live beside it.
        (SameName | NameTypo | NameShortened, SameLandmark) if !people_agree(a, b) => None,
        (SameName, NumbersTurned | SameLandmark) => Some(85),
        (SameName, OtherStreet) => Some(80),
        (SameName, NearNumber) => Some(75),
        (NameTypo, SameDoor) => Some(90),
        (NameTypo, SameLandmark) => Some(75),
        (NameShortened, SameDoor) => Some(85),
        (NameShortened, SameLandmark) => Some(70),
        // Whose door it is cannot be told where many live; where a few do, the counts of people must
        // be the same, and where two are written down, they must not contradict each other.
        _ if !match at_the_door {
            Some(2) => people_agree(a, b),
            Some(3..=4) => a.people == b.people && a.people.0.is_some() && a.people.1.is_some(),
            _ => false,
        } =>
        {
            None
        }
        (NameMissing, SameDoor) => (a.house && b.house).then_some(65),
        (NameMissing, SameLandmark) => Some(60),
        _ => None,
    }?;
    Some((score, vec![name, place]))
}

/// Can the numbers of people be those of one household? A child more or less is a year gone by; when
/// members and adults differ both, they are other people.
fn people_agree(a: &Folded, b: &Folded) -> bool {
    let agree = |x: Option<i32>, y: Option<i32>| x.is_none() || y.is_none() || x == y;
    agree(a.people.0, b.people.0) || agree(a.people.1, b.people.1)
}

/// How two places are alike, if they are.
fn places(a: &Folded, b: &Folded) -> Option<Likeness> {
    if a.place.is_empty() || b.place.is_empty() {
        let same = !a.landmark.is_empty() && a.landmark == b.landmark;
        return same.then_some(Likeness::SameLandmark);
    }
    let one_street = streets(a, b);
    if a.place == b.place {
        return Some(if one_street { Likeness::SameDoor } else { Likeness::OtherStreet });
    }
    if one_street && a.place.iter().eq(b.place.iter().rev()) {
        return Some(Likeness::NumbersTurned);
    }
    (one_street && a.bare == b.bare).then_some(Likeness::NearNumber)
}

/// One street, perhaps with a slip of the finger; on a group's own ground, one group.
fn streets(a: &Folded, b: &Folded) -> bool {
    if a.street.is_empty() || b.street.is_empty() {
        return a.group == b.group;
    }
    if a.street == b.street || a.street.replace(' ', "") == b.street.replace(' ', "") {
        return true;
    }
    // `nguyen trai 1` and `nguyen trai 2` are two streets.
    let digits = |s: &str| s.chars().filter(char::is_ascii_digit).collect::<String>();
    a.group == b.group
        && digits(&a.street) == digits(&b.street)
        && a.street.len() >= 6
        && slips(&a.street, &b.street) <= 2
}

/// How two names are alike, if they are.
fn names(a: &[String], b: &[String]) -> Option<Likeness> {
    if a.is_empty() || b.is_empty() {
        return Some(Likeness::NameMissing);
    }
    if a == b || a.concat() == b.concat() {
        return Some(Likeness::SameName);
    }
    if a.len() == b.len() {
        let apart: Vec<usize> = (0..a.len()).filter(|n| a[*n] != b[*n]).collect();
        let last = a.len() - 1;
        if !apart.contains(&last) && apart.iter().all(|n| short_for(&a[*n], &b[*n])) {
            return Some(Likeness::NameShortened);
        }
        let [at] = apart[..] else { return None };
        // Brothers at one door are Hung and Hong; Hugn is a slip, because nobody is called so.
        let slip = slips(&a[at], &b[at]) == 1
            && (at != last || !is_syllable(&a[at]) || !is_syllable(&b[at]));
        return slip.then_some(Likeness::NameTypo);
    }
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let given = short.last() == long.last();
    let family = short.len() == 1 || short.first() == long.first();
    let rest = short.iter().all(|word| long.contains(word));
    (given && family && rest).then_some(Likeness::NameShortened)
}

/// `n`, `ng` for `nguyen`: what is no word by itself and begins the other one.
fn short_for(a: &str, b: &str) -> bool {
    let begins = |short: &str, long: &str| {
        short.len() <= 2 && (short.len() == 1 || !is_syllable(short)) && long.starts_with(short)
    };
    begins(a, b) || begins(b, a)
}

/// Slips of the finger between two words: a letter more, less, another one, or two changed round.
fn slips(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let other = usize::from(a[i - 1] != b[j - 1]);
            let mut least =
                (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + other);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn entry(n: u128, group: u128, head: &str, address: &str) -> Entry {
        Entry {
            id: HouseholdId(Uuid::from_u128(n)),
            group: GroupId(Uuid::from_u128(group)),
            head: (!head.is_empty()).then(|| head.to_owned()),
            address: Address::parse(address),
            members: None,
            adults: None,
        }
    }

    fn told(a: (&str, &str), b: (&str, &str)) -> Option<Vec<Likeness>> {
        let pairs = find(&[entry(1, 1, a.0, a.1), entry(2, 1, b.0, b.1)]);
        pairs.into_iter().next().map(|pair| pair.reasons)
    }

    #[test]
    fn what_is_written_twice_is_told_with_its_reasons() {
        use Likeness::{
            NameMissing, NameShortened, NameTypo, NearNumber, NumbersTurned, OtherStreet, SameDoor,
            SameLandmark, SameName,
        };
        let home = ("Nguyễn Văn Hùng", "34 ngõ 12 Nguyễn Trãi");
        for (other, reasons) in [
            (("NGUYEN VAN HUNG", "Số 34, ngõ 12, đường Nguyễn Trãi"), [SameName, SameDoor]),
            (("Nguyễn Văn Hùng", "12/34 Nguyễn Trãi"), [SameName, SameDoor]),
            (("Nguyễn Văn Hùng", "34/12 Nguyễn Trãi"), [SameName, NumbersTurned]),
            (("Nguyeenx Vawn Hungf", "12/34 Nguyễn Trãi"), [SameName, SameDoor]),
            (("Nguyễn Văn Hugn", "34 ngõ 12 Nguyễn Trãi"), [NameTypo, SameDoor]),
            (("Nguyn Văn Hùng", "34 ngõ 12 Nguyễn Trãi"), [NameTypo, SameDoor]),
            (("N.V. Hùng", "34 ngõ 12 Nguyễn Trãi"), [NameShortened, SameDoor]),
            (("Ng Văn Hùng", "34 ngõ 12 Nguyễn Trãi"), [NameShortened, SameDoor]),
            (("ông Hùng", "34 ngõ 12 Nguyễn Trãi"), [NameShortened, SameDoor]),
            (("", "34 ngõ 12 Nguyễn Trãi"), [NameMissing, SameDoor]),
            (("Nguyễn Văn Hùng", "34 ngõ 12 đường Sao Đỏ"), [SameName, OtherStreet]),
            (("Nguyễn Văn Hùng", "34 ngõ 12 Nguyễn Trải"), [SameName, SameDoor]),
            (("Nguyễn Văn Hùng", "34A ngõ 12 Nguyễn Trãi"), [SameName, NearNumber]),
        ] {
            assert_eq!(told(home, other), Some(reasons.to_vec()), "{other:?}");
            assert_eq!(told(other, home), Some(reasons.to_vec()), "{other:?}, the other way round");
        }
        let by_landmark =
            told(("Lê Thị Hoa", "cạnh nhà văn hóa"), ("LE THI HOA", "cạnh nhà văn hoá"));
        assert_eq!(by_landmark, Some(vec![SameName, SameLandmark]));
    }

    #[test]
    fn two_families_at_one_door_and_people_of_one_name_are_no_doubles() {
        let home = ("Nguyễn Văn Hùng", "34 ngõ 12 Nguyễn Trãi");
        for other in [
            ("Nguyễn Văn Hồng", "34 ngõ 12 Nguyễn Trãi"),
            ("Nguyễn Văn Huân", "34 ngõ 12 Nguyễn Trãi"),
            ("Trần Thị Lan", "34 ngõ 12 Nguyễn Trãi"),
            ("Nguyễn Văn Hùng", "36 ngõ 12 Nguyễn Trãi"),
            ("Nguyễn Văn Hùng", "34 ngõ 14 Nguyễn Trãi"),
            ("Nguyễn Văn Hugn", "34 ngõ 12 đường Sao Đỏ"),
            ("", "34 ngõ 12 đường Sao Đỏ"),
            ("Nguyễn Văn Hùng", "cạnh nhà văn hóa"),
        ] {
            assert_eq!(told(home, other), None, "{other:?}");
        }
        assert_eq!(told(("Hồ Văn An", "3 Kỳ"), ("Hoàng Văn An", "3 Kỳ")), None);
        let streets =
            [entry(1, 1, "Lê Văn An", "3 Nguyễn Trãi"), entry(2, 2, "Lê Văn An", "3 Kim Đồng")];
        assert_eq!(find(&streets), [], "another group's number 3");
    }

    #[test]
    fn who_has_no_name_belongs_to_the_only_other_family_at_the_door() {
        let families = [
            entry(1, 1, "Lê Văn An", "3 Kỳ"),
            entry(2, 1, "Trần Văn Bình", "3 Kỳ"),
            entry(3, 1, "", "3 Kỳ"),
        ];
        assert_eq!(find(&families), []);
        assert_eq!(find(&[families[0].clone(), families[2].clone()]).len(), 1);
        let counted = |members, mut e: Entry| {
            e.members = Some(members);
            e
        };
        let grown = |adults, mut e: Entry| {
            e.adults = Some(adults);
            e
        };
        let apart = [counted(4, families[0].clone()), counted(2, families[2].clone())];
        assert_eq!(find(&apart).len(), 1, "two have left, perhaps");
        let apart = apart.map(|e| grown(e.members.unwrap_or_default() - 1, e));
        assert_eq!(find(&apart), [], "three grown people are not one");
    }

    #[test]
    fn a_lane_said_twice_is_one_lane() {
        let mut short = entry(1, 1, "Lê Văn An", "34 ngõ 12 Nguyễn Trãi");
        let long = Address::parse("12/34 Nguyễn Trãi");
        short.address.house = long.house.clone();
        let pairs = find(&[short, entry(2, 1, "Lê Văn An", "12/34 Nguyễn Trãi")]);
        assert_eq!(pairs[0].reasons, [Likeness::SameName, Likeness::SameDoor]);
    }

    #[test]
    fn slips_count_letters_and_letters_changed_round() {
        for (a, b, n) in [
            ("hung", "hugn", 1),
            ("hung", "hung", 0),
            ("an", "", 2),
            ("lan", "loan", 1),
            ("abcd", "badc", 2),
        ] {
            assert_eq!(slips(a, b), n, "{a} {b}");
        }
    }
}
