//! The households: numbers the way they are painted on walls, addresses the way registers write them.

use std::collections::BTreeSet;

use gocua_domain::id::HouseholdId;
use gocua_domain::territory::AlleyKind;

use crate::alleys::{Front, Layout};
use crate::boundary::WardSource;
use crate::dice::{Dice, Stream};
use crate::groups::{HOME, Plan};
use crate::names::STREETS;
use crate::{Alley, Group, Household, people};

/// Households of all alleys.
pub(crate) struct Roll {
    pub(crate) rows: Vec<Household>,
    /// The households of each alley: places in `rows`.
    pub(crate) of_alley: Vec<std::ops::Range<usize>>,
}

/// A door before somebody lives behind it.
enum Door {
    Number(String),
    Landmark(String),
}

/// Doors without a number.
const NO_NUMBER: f64 = 0.06;
/// Heads of household whose name the register leaves out.
const NO_NAME: f64 = 0.03;

/// Who lives behind the first doors of the walked demonstration lane.
const HOME_HEADS: &[(&str, Option<&str>)] = &[
    ("1", Some("Vũ Thị Hoa")),
    ("2", Some("Bùi Văn Nam")),
    ("3", Some("Phạm Đình Bảo")),
    ("4", Some("Hoàng Thu Hà")),
    ("5", Some("Nguyễn Văn Thắng")),
    ("6", None),
    ("7", Some("Trần Thị Lan")),
    ("8", Some("Đặng Văn Khải")),
    ("9", Some("Lê Quang Huy")),
    ("10", Some("Ngô Thị Mai")),
    ("11A", Some("Đỗ Minh Tuấn")),
];

/// Puts people behind the doors of every alley.
pub(crate) fn people(source: &WardSource, plan: &Plan, layout: &Layout, seed: u64) -> Roll {
    let mut dice = Dice::new(seed, source.salt(), Stream::Households);
    let mut roll = Roll { rows: Vec::new(), of_alley: Vec::with_capacity(layout.rows.len()) };
    let mut in_group = vec![0; plan.groups.len()];
    for (place, (alley, front)) in layout.rows.iter().zip(&layout.fronts).enumerate() {
        let group = &plan.groups[front.group];
        let home = place == layout.home_lane;
        let doors = if home {
            home_doors(group, front)
        } else {
            let mouths = layout
                .rows
                .iter()
                .filter(|a| a.parent_id == Some(alley.id))
                .filter_map(Alley::mouth)
                .collect();
            doors(source, group, alley, front, &mouths, &mut dice)
        };
        let start = roll.rows.len();
        for (i, door) in doors.into_iter().enumerate() {
            in_group[front.group] += 1;
            let (house_no, landmark) = match door {
                Door::Number(number) => (Some(number), None),
                Door::Landmark(landmark) => (None, Some(landmark)),
            };
            let fixed = HOME_HEADS.iter().find(|(no, _)| home && house_no.as_deref() == Some(no));
            let invented = people::head(&mut dice);
            let named = !dice.chance(NO_NAME);
            let head_name = match fixed {
                Some((_, name)) => name.map(str::to_owned),
                None => named.then_some(invented),
            };
            let member_count = dice.weighted(&[
                (1, 90),
                (2, 195),
                (3, 240),
                (4, 265),
                (5, 125),
                (6, 55),
                (7, 20),
                (8, 10),
            ]);
            let children = (2..member_count).filter(|_| dice.chance(0.45)).count() as u8;
            roll.rows.push(Household {
                id: HouseholdId(dice.uuid()),
                code: format!("{}-{}-{:04}", source.sign, group.code, in_group[front.group]),
                group_id: group.id,
                alley_id: alley.id,
                position: i as u32 + 1,
                address: address(house_no.as_deref(), landmark.as_deref(), alley, &mut dice),
                house_no,
                landmark,
                head_name,
                member_count,
                adult_count: member_count - children,
                point: [0.0; 2], // Given by `points::place`.
            });
        }
        roll.of_alley.push(start..roll.rows.len());
    }
    roll
}

/// The doors of the lane every demonstration walks: 1 to 10, 11A, one house without a number, and on.
fn home_doors(group: &Group, front: &Front) -> Vec<Door> {
    let mut doors: Vec<Door> = (1..=10).map(|n| Door::Number(n.to_string())).collect();
    doors.push(Door::Number("11A".to_owned()));
    doors.push(Door::Landmark(format!("sau nhà văn hóa {}", group.name)));
    let mut number = 12;
    while doors.len() < front.doors as usize {
        match number {
            17 => {} // A gap, as every lane has.
            24 => doors.extend([Door::Number("24A".to_owned()), Door::Number("24B".to_owned())]),
            n => doors.push(Door::Number(n.to_string())),
        }
        number += 1;
    }
    doors.truncate(front.doors as usize);
    doors
}

/// Doors along an alley: odd numbers on one side and even ones on the other, walked together. `mouths`
/// are the numbers at which other alleys turn off.
fn doors(
    source: &WardSource,
    group: &Group,
    alley: &Alley,
    front: &Front,
    mouths: &BTreeSet<u32>,
    dice: &mut Dice,
) -> Vec<Door> {
    let want = front.doors as usize;
    let street = alley.kind == AlleyKind::Street;
    // The market lies at the beginning of the first street; plots of a new quarter on a lane here and
    // there.
    let market = street && alley.street == STREETS[0] && front.group == HOME;
    let stalls = if market { (want / 2).min(8) } else { 0 };
    let plots = if alley.kind == AlleyKind::Lane && dice.chance(0.05) { want / 2 } else { 0 };

    let mut doors: Vec<Door> = Vec::with_capacity(want);
    let mut landmarks = BTreeSet::new();
    let mut number = front.first_number;
    while doors.len() + stalls + plots < want {
        let here = number;
        number += 1;
        if dice.chance(0.07) {
            continue; // Joined plots, a gate, an empty plot.
        }
        if dice.chance(NO_NUMBER) {
            let landmark = landmark(group, dice);
            if landmarks.insert(landmark.clone()) {
                doors.push(Door::Landmark(landmark));
                continue;
            }
        }
        match dice.between(1, 100) {
            // A house divided between children: 12A and 12B, or 12 and 12A.
            1..=3 => doors.extend(["A", "B"].map(|s| Door::Number(format!("{here}{s}")))),
            4..=7 => doors.extend(["", "A"].map(|s| Door::Number(format!("{here}{s}")))),
            // Two or three doors behind a house, too few to be an alley of their own. Where there is an
            // alley, `34/1` is its first door.
            8..=9 if street && !mouths.contains(&here) => {
                doors.extend((1..=dice.between(2, 3)).map(|n| Door::Number(format!("{here}/{n}"))))
            }
            _ => doors.push(Door::Number(here.to_string())),
        }
    }
    doors.truncate(want - stalls - plots);
    let block = dice.between(1, 6);
    doors.extend((1..=plots).map(|n| Door::Number(format!("Lô {n:02} LK{block}"))));
    let market_name = if source.sign == "CVA" { "chợ Sao Đỏ" } else { "chợ phường" };
    doors.extend((1..=stalls).map(|n| Door::Number(format!("Kiốt {n} {market_name}"))));
    doors
}

/// Where a house without a number is found.
fn landmark(group: &Group, dice: &mut Dice) -> String {
    let how = *dice.pick(&["sau", "cạnh", "đối diện", "gần"]);
    let what = *dice.pick(&[
        "trường mầm non",
        "cây xăng",
        "trạm biến áp",
        "giếng làng",
        "cổng chùa",
        "sân bóng",
        "đình làng",
        "ao làng",
        "quán nước đầu ngõ",
        "trạm y tế",
        "cây đa",
        "kho thóc cũ",
    ]);
    if dice.chance(0.3) {
        format!("{how} nhà văn hóa {}", group.name)
    } else {
        format!("{how} {what}")
    }
}

/// The address as a register writes it; every hand writes it a little differently.
fn address(
    house_no: Option<&str>,
    landmark: Option<&str>,
    alley: &Alley,
    dice: &mut Dice,
) -> String {
    let path = alley.path.iter().map(u32::to_string).collect::<Vec<_>>().join("/");
    let way = match alley.kind {
        AlleyKind::Street => String::new(),
        AlleyKind::Lane => format!("ngõ {path}"),
        AlleyKind::Alley => format!("ngách {path}"),
        AlleyKind::SubAlley => format!("hẻm {path}"),
    };
    // After a landmark alone, a bare street name could be taken for more of the landmark.
    let bare = !dice.chance(0.4) && (house_no.is_some() || !way.is_empty());
    let street = if bare { alley.street.to_owned() } else { format!("đường {}", alley.street) };
    let join = |parts: &[&str]| {
        parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(", ")
    };
    let Some(number) = house_no else {
        return join(&[landmark.unwrap_or_default(), &way, &street]);
    };
    let plain = number.starts_with(|c: char| c.is_ascii_digit());
    match (plain, way.is_empty(), dice.between(0, 9)) {
        (false, ..) => join(&[number, &way, &street]),
        (true, true, 0..=4) => format!("Số {number}, {street}"),
        (true, true, _) => format!("{number} {street}"),
        // The short writing: the mouths first, the door last.
        (true, false, 0..=2) => format!("{path}/{number} {}", alley.street),
        (true, false, 3..=5) => format!("{number} {way} {street}"),
        (true, false, _) => format!("Số {number}, {way}, {street}"),
    }
}
