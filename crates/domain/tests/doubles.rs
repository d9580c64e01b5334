//! Doubles in a made-up ward: 20,000 households of which 5 % are written twice, by another hand. At
//! least 95 of 100 are found, and at most 2 of 100 shown are none.

use std::collections::HashSet;

use gocua_domain::address::Address;
use gocua_domain::doubles::{Entry, find};
use gocua_domain::id::{GroupId, HouseholdId};
use gocua_domain::search::search_key;
use uuid::Uuid;

const HOUSEHOLDS: usize = 20_000;
const DOUBLES: usize = 1_000;
const GROUPS: usize = 48;

/// Numbers that look thrown, the same for the same seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

const FAMILIES: [(&str, usize); 14] = [
    ("Nguyễn", 38),
    ("Trần", 11),
    ("Lê", 10),
    ("Phạm", 7),
    ("Hoàng", 5),
    ("Vũ", 5),
    ("Phan", 4),
    ("Bùi", 4),
    ("Đặng", 4),
    ("Đỗ", 3),
    ("Hồ", 3),
    ("Ngô", 2),
    ("Dương", 2),
    ("Lý", 2),
];
const MIDDLES: [&str; 14] = [
    "Văn",
    "Văn",
    "Văn",
    "Thị",
    "Thị",
    "Thị",
    "Đức",
    "Hữu",
    "Xuân",
    "Minh",
    "Thị Thu",
    "Quang",
    "Ngọc",
    "Đình",
];
const GIVEN: [&str; 64] = [
    "An", "Anh", "Bình", "Bảo", "Châu", "Chiến", "Cường", "Dũng", "Dung", "Duy", "Đạt", "Đức",
    "Giang", "Hà", "Hải", "Hằng", "Hạnh", "Hiền", "Hiếu", "Hoa", "Hòa", "Hoàng", "Hồng", "Huệ",
    "Hùng", "Hưng", "Hương", "Huy", "Khánh", "Kiên", "Lan", "Loan", "Linh", "Long", "Lợi", "Mai",
    "Mạnh", "Minh", "Nam", "Nga", "Ngân", "Nghĩa", "Nhung", "Phong", "Phúc", "Phương", "Quân",
    "Quang", "Quyên", "Sơn", "Tâm", "Thanh", "Thảo", "Thắng", "Thủy", "Tiến", "Toàn", "Trang",
    "Trung", "Tú", "Tuấn", "Vân", "Việt", "Yến",
];
const STREETS: [&str; 24] = [
    "Nguyễn Trãi",
    "Nguyễn Thị Duệ",
    "Thái Học",
    "Chu Văn An",
    "Trần Hưng Đạo",
    "Kim Đồng",
    "Phạm Văn Đồng",
    "Nam Cao",
    "Phan Bội Châu",
    "Hồ Xuân Hương",
    "Hoàng Diệu",
    "Phan Chu Trinh",
    "Nguyễn Trung Trực",
    "Nguyễn Thượng Hiền",
    "Chùa Vần",
    "Triệu Quốc Đạt",
    "Hùng Vương",
    "Lạc Sơn",
    "Mật Sơn",
    "Lê Lợi",
    "Quang Trung",
    "Bạch Đằng",
    "Yết Kiêu",
    "Tôn Đức Thắng",
];
/// What people still call some of them.
const OLD: [&str; 6] =
    ["Đường Liên Xã", "Phố Ga", "Đường Tỉnh Lộ", "Phố Chợ", "Đường Kho Bạc", "Phố Cầu Đá"];
const LANDMARKS: [&str; 12] = [
    "cạnh nhà văn hóa",
    "sau cây xăng",
    "đối diện đình",
    "cạnh trường mầm non",
    "gần chợ cũ",
    "đầu đường",
    "cuối đường",
    "cạnh ao làng",
    "sau trạm y tế",
    "gần cầu",
    "cạnh sân bóng",
    "gần miếu",
];

/// A household before anybody has written it down.
#[derive(Clone)]
struct Truth {
    group: usize,
    head: String,
    /// Street, lane, number; a house without a number has a landmark.
    door: Result<(&'static str, Option<usize>, usize), (&'static str, usize)>,
    people: (i32, i32),
}

fn person(dice: &mut Dice) -> String {
    let mut at = dice.below(100);
    let family = FAMILIES.iter().find(|(_, share)| {
        let found = at < *share;
        at = at.saturating_sub(*share);
        found
    });
    let family = family.map_or("Nguyễn", |(name, _)| name);
    format!("{family} {} {}", dice.of(&MIDDLES), dice.of(&GIVEN))
}

fn ward(dice: &mut Dice) -> Vec<Truth> {
    let mut all: Vec<Truth> = Vec::with_capacity(HOUSEHOLDS);
    let mut doors = HashSet::new();
    while all.len() < HOUSEHOLDS - DOUBLES {
        let group = dice.below(GROUPS);
        let people = (1 + dice.below(6) as i32, 1 + dice.below(3) as i32);
        let village = group.is_multiple_of(3);
        let door = if village && dice.percent(40) {
            Err((dice.of(&LANDMARKS), 1 + dice.below(9)))
        } else {
            let street = STREETS[(group / 2 + dice.below(3) * 7) % STREETS.len()];
            let lane = dice.percent(60).then(|| 2 + 2 * dice.below(12));
            Ok((street, lane, 1 + dice.below(if lane.is_some() { 40 } else { 160 })))
        };
        // One door is one household, but for the few that two families share.
        if let Ok(door) = door
            && !doors.insert((group, door))
        {
            continue;
        }
        let head = person(dice);
        all.push(Truth { group, head: head.clone(), door, people });
        if door.is_ok() && dice.percent(3) {
            let other = if dice.percent(50) {
                let (kin, _) = head.rsplit_once(' ').expect("a given name");
                format!("{kin} {}", dice.of(&GIVEN))
            } else {
                person(dice)
            };
            if search_key(&other) != search_key(&head) {
                let people = (1 + dice.below(6) as i32, 1 + dice.below(3) as i32);
                all.push(Truth { group, head: other, door, people });
            }
        }
    }
    all
}

fn address(dice: &mut Dice, truth: &Truth, style: usize) -> String {
    match truth.door {
        Err((landmark, hamlet)) => format!("{landmark} xóm {hamlet}"),
        Ok((street, None, no)) => {
            if style == 0 {
                format!("Số {no}, đường {street}")
            } else {
                format!("{no} {street}")
            }
        }
        Ok((street, Some(lane), no)) => match style {
            0 => format!("Số {no}, ngõ {lane}, đường {street}"),
            1 => format!("{lane}/{no} {street}"),
            _ => format!("{no} ngõ {lane}{}{street}", dice.of(&[" ", ", ", " - "])),
        },
    }
}

fn slip(dice: &mut Dice, name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = 1 + dice.below(letters.len() - 2);
    let word = |c: char| c != ' ';
    if !word(letters[at]) || !word(letters[at + 1]) {
        return slip(dice, name);
    }
    match dice.below(4) {
        0 => letters.swap(at, at + 1),
        1 => drop(letters.remove(at)),
        2 => letters.insert(at, letters[at]),
        _ => letters[at] = dice.of(&['q', 'w', 'r', 's', 'k', 'j', 'n', 'b', 'g', 'h']),
    }
    let slipped: String = letters.into_iter().collect();
    if search_key(&slipped) == search_key(name) { slip(dice, name) } else { slipped }
}

fn initials(name: &str) -> String {
    let (rest, given) = name.rsplit_once(' ').expect("a given name");
    let short: Vec<String> = rest.split(' ').map(|w| w.chars().take(1).collect()).collect();
    format!("{}. {given}", short.join("."))
}

/// The same household by another hand.
fn again(dice: &mut Dice, truth: &Truth) -> (String, String, (Option<i32>, Option<i32>)) {
    let mut truth = truth.clone();
    let mut style = dice.below(3);
    let kind = dice.below(7);
    match kind {
        0 => truth.head = slip(dice, &truth.head.clone()),
        1 => truth.head = search_key(&truth.head),
        2 => style = 1,
        3 => truth.head = String::new(),
        4 => truth.head = truth.head.to_uppercase(),
        5 => truth.head = initials(&truth.head),
        _ => {
            if let Ok((street, ..)) = &mut truth.door {
                *street = dice.of(&OLD).split_once(' ').expect("a word for it").1;
            }
        }
    }
    if dice.percent(40) {
        truth.head = match dice.below(2) {
            0 => truth.head.to_uppercase(),
            _ => search_key(&truth.head),
        };
    }
    let people = match dice.below(20) {
        0 => (Some(truth.people.0 + 1), Some(truth.people.1)),
        1..=5 => (None, None),
        _ => (Some(truth.people.0), Some(truth.people.1)),
    };
    (truth.head.clone(), address(dice, &truth, style), people)
}

/// How many of a hundred doubles are found, and how many of a hundred pairs shown are none.
fn measure(seed: u64) -> (f64, f64) {
    let dice = &mut Dice(seed);
    let truths = ward(dice);
    let id = |n: usize| HouseholdId(Uuid::from_u128(n as u128 + 1));
    let group = |n: usize| GroupId(Uuid::from_u128(n as u128 + 1));
    let mut entries: Vec<Entry> = Vec::new();
    for truth in &truths {
        let style = dice.below(3);
        let head = (!dice.percent(1) || dice.percent(50)).then(|| truth.head.clone());
        entries.push(Entry {
            id: id(entries.len()),
            group: group(truth.group),
            head,
            address: Address::parse(&address(dice, truth, style)),
            members: Some(truth.people.0),
            adults: Some(truth.people.1),
        });
    }
    let mut doubles = HashSet::new();
    while doubles.len() < DOUBLES {
        let of = dice.below(truths.len());
        if doubles.iter().any(|(a, _)| *a == id(of)) {
            continue;
        }
        let (head, written, (members, adults)) = again(dice, &truths[of]);
        let new = id(entries.len());
        doubles.insert((id(of), new));
        entries.push(Entry {
            id: new,
            group: group(truths[of].group),
            head: (!head.is_empty()).then_some(head),
            address: Address::parse(&written),
            members,
            adults,
        });
    }
    let pairs = find(&entries);
    let right = pairs.iter().filter(|p| doubles.contains(&(p.one, p.other))).count();
    if std::env::var_os("GOCUA_SHOW").is_some() {
        let by_id = |of: HouseholdId| &entries[(of.0.as_u128() - 1) as usize];
        for pair in pairs.iter().filter(|p| !doubles.contains(&(p.one, p.other))).take(15) {
            let (a, b) = (by_id(pair.one), by_id(pair.other));
            println!(
                "none: {:?} {} | {:?} {} {:?}",
                a.head, a.address.raw, b.head, b.address.raw, pair.reasons
            );
        }
        let shown: HashSet<_> = pairs.iter().map(|p| (p.one, p.other)).collect();
        for (a, b) in doubles.iter().filter(|pair| !shown.contains(pair)).take(40) {
            let (a, b) = (by_id(*a), by_id(*b));
            println!("missed: {:?} {} | {:?} {}", a.head, a.address.raw, b.head, b.address.raw);
        }
    }
    let share = |part: usize, of: usize| 100.0 * part as f64 / of as f64;
    (share(right, doubles.len()), share(pairs.len() - right, pairs.len()))
}

#[test]
fn doubles_are_found_and_families_left_alone() {
    // Other seeds than the ones it was tried out with.
    for seed in [11, 2_026, 77_077, 31_415_926, 0xc0_ffee] {
        let (found, wrong) = measure(seed);
        println!("seed {seed}: {found:.1} of 100 found, {wrong:.2} of 100 shown are none");
        assert!(found >= 95.0, "seed {seed}: {found} of 100 found");
        assert!(wrong <= 2.0, "seed {seed}: {wrong} of 100 shown are none");
    }
}

#[test]
fn a_ward_of_one_door_is_not_compared_with_itself() {
    // A wrong list: everybody at one landmark. What so many share tells nothing, and costs nothing.
    let all: Vec<Entry> = (0..20_000)
        .map(|n| Entry {
            id: HouseholdId(Uuid::from_u128(n)),
            group: GroupId(Uuid::from_u128(1)),
            head: Some("Nguyễn Văn An".to_owned()),
            address: Address::parse("gần chợ"),
            members: None,
            adults: None,
        })
        .collect();
    assert_eq!(find(&all), []);
}
