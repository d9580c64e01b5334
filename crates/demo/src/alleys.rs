//! The tree of streets and alleys: streets run through groups, ngõ turn off streets, ngách off ngõ,
//! hẻm off ngách, each named by the house number at its mouth.

use std::collections::BTreeSet;

use gocua_domain::id::{AlleyId, GroupId};
use gocua_domain::territory::AlleyKind;

use crate::Alley;
use crate::boundary::{LON_SHRINK, WardSource};
use crate::dice::{Dice, Stream};
use crate::groups::{HOME, Plan};
use crate::names::STREETS;

/// Fewest and most doors of an alley: shorter is not worth a turf, longer not walked in an evening.
const DOORS: (u32, u32) = (10, 60);
/// Fewest and most alleys of a group.
const ALLEYS: (u32, u32) = (6, 14);

/// The walked demonstration alley: ngõ 34 with 46 doors and its ngách 34/5 with 12.
pub(crate) const HOME_LANE: (u32, u32) = (34, 46);
const HOME_ALLEY: (u32, u32) = (5, 12);

/// Alleys and how many doors each has to get.
pub(crate) struct Layout {
    pub(crate) rows: Vec<Alley>,
    /// Doors and house numbers of each row.
    pub(crate) fronts: Vec<Front>,
    /// Place of the walked demonstration alley.
    pub(crate) home_lane: usize,
}

/// The house fronts along one alley.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Front {
    /// Place of its group.
    pub(crate) group: usize,
    /// Doors to make.
    pub(crate) doors: u32,
    /// The first house number: streets go on counting from one group to the next.
    pub(crate) first_number: u32,
}

/// An alley in the making. Parents come before children.
struct Draft {
    kind: AlleyKind,
    street: usize,
    parent: Option<usize>,
    path: Vec<u32>,
    doors: u32,
    first_number: u32,
    /// Nothing more may turn off here.
    closed: bool,
}

/// Numbers used by `doors` houses on two sides: a few numbers are skipped.
fn span(doors: u32) -> u32 {
    doors + doors / 6 + 6
}

/// Lays out the alleys of all groups.
pub(crate) fn lay_out(source: &WardSource, plan: &Plan, seed: u64) -> Layout {
    let mut dice = Dice::new(seed, source.salt(), Stream::Streets);
    let streets = streets_of_groups(plan, &mut dice);
    let mut dice = Dice::new(seed, source.salt(), Stream::Alleys);
    // The next free house number of each street.
    let mut next_number = vec![1; STREETS.len()];
    let mut layout = Layout { rows: Vec::new(), fronts: Vec::new(), home_lane: 0 };
    for (group, streets) in streets.iter().enumerate() {
        let drafts = drafts(group == HOME, plan.sizes[group], streets, &mut next_number, &mut dice);
        append(&mut layout, group, plan.groups[group].id, drafts, &mut dice);
    }
    layout.home_lane = layout
        .rows
        .iter()
        .position(|a| a.path == [HOME_LANE.0] && a.street == STREETS[0])
        .unwrap_or_default();
    layout
}

/// Which streets run through which group: each street is a line through the ward, and a group takes
/// the lines that pass nearest. A group named after a street lies on it.
fn streets_of_groups(plan: &Plan, dice: &mut Dice) -> Vec<Vec<usize>> {
    let place = |i: usize| {
        let [x, y] = plan.groups[i].label_point;
        (x * LON_SHRINK, y)
    };
    let lines: Vec<((f64, f64), (f64, f64))> = STREETS
        .iter()
        .map(|_| (place(dice.index(plan.groups.len())), place(dice.index(plan.groups.len()))))
        .collect();
    plan.groups
        .iter()
        .enumerate()
        .map(|(i, group)| {
            let at = place(i);
            let mut near: Vec<usize> = (0..STREETS.len()).collect();
            near.sort_by(|&a, &b| gap(at, lines[a]).total_cmp(&gap(at, lines[b])));
            let stem = group.name.trim_end_matches(|c: char| c == ' ' || c.is_ascii_digit());
            let own =
                if i == HOME { Some(0) } else { STREETS.iter().position(|s| s.ends_with(stem)) };
            let count = dice.weighted(&[(1, 3), (2, 5), (3, 2)]);
            let mut mine: Vec<usize> = own.into_iter().collect();
            mine.extend(near.into_iter().filter(|&s| Some(s) != own));
            mine.truncate(if i == HOME { 2 } else { count });
            mine
        })
        .collect()
}

/// Distance from a point to a segment.
fn gap(p: (f64, f64), (a, b): ((f64, f64), (f64, f64))) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let long = dx * dx + dy * dy;
    let t = if long > 0.0 {
        (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / long).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (x, y) = (p.0 - a.0 - dx * t, p.1 - a.1 - dy * t);
    x * x + y * y
}

/// The alleys of one group of `households`: streets first, each child after its parent.
fn drafts(
    home: bool,
    households: u32,
    streets: &[usize],
    next_number: &mut [u32],
    dice: &mut Dice,
) -> Vec<Draft> {
    let wanted = (households / dice.between(26, 38)).clamp(ALLEYS.0, ALLEYS.1);
    // Small wards have small groups: fewer alleys rather than empty ones.
    let count = wanted.min(households / DOORS.0).max(1) as usize;
    let streets = &streets[..streets.len().min(count.div_ceil(3))];
    let mut doors = share_doors(households, count, home, dice);

    let mut drafts: Vec<Draft> = Vec::with_capacity(count);
    for &street in streets {
        let doors = doors.pop().unwrap_or(DOORS.0);
        // The mouth of the home lane, 34, must be on this stretch.
        let room =
            if home && drafts.is_empty() { span(doors).max(HOME_LANE.0 + 6) } else { span(doors) };
        let first_number = next_number[street];
        next_number[street] += room;
        drafts.push(Draft {
            kind: AlleyKind::Street,
            street,
            parent: None,
            path: Vec::new(),
            doors,
            first_number,
            closed: false,
        });
    }
    if home {
        let street = streets[0];
        let lane = drafts.len();
        for (kind, parent, path, doors) in [
            (AlleyKind::Lane, 0, vec![HOME_LANE.0], HOME_LANE.1),
            (AlleyKind::Alley, lane, vec![HOME_LANE.0, HOME_ALLEY.0], HOME_ALLEY.1),
        ] {
            drafts.push(Draft {
                kind,
                street,
                parent: Some(parent),
                path,
                doors,
                first_number: 1,
                closed: true,
            });
        }
    }
    // Wide ways first: they are the longer ones, and narrow ones need something to turn off.
    let mut kinds: Vec<AlleyKind> = doors
        .iter()
        .map(|_| {
            dice.weighted(&[
                (AlleyKind::Lane, 56),
                (AlleyKind::Alley, 31),
                (AlleyKind::SubAlley, 13),
            ])
        })
        .collect();
    kinds.sort_by_key(|k| match k {
        AlleyKind::Street | AlleyKind::Lane => 0,
        AlleyKind::Alley => 1,
        AlleyKind::SubAlley => 2,
    });
    for kind in kinds {
        let doors = doors.pop().unwrap_or(DOORS.0);
        let (kind, parent, mouth) = turn_off(&drafts, kind, dice);
        let mut path = drafts[parent].path.clone();
        path.push(mouth);
        let street = drafts[parent].street;
        drafts.push(Draft {
            kind,
            street,
            parent: Some(parent),
            path,
            doors,
            first_number: 1,
            closed: false,
        });
    }
    drafts
}

/// Splits the households over `count` alleys within [`DOORS`]; the home group's two fixed alleys are
/// left out of the result. Long fronts come last, give or take, where wide ways take theirs.
fn share_doors(households: u32, count: usize, home: bool, dice: &mut Dice) -> Vec<u32> {
    let (count, households) = if home {
        (count.max(4) - 2, households - HOME_LANE.1 - HOME_ALLEY.1)
    } else {
        (count, households)
    };
    let mut doors = vec![DOORS.0.min(households / count as u32); count];
    let mut left = households - doors.iter().sum::<u32>();
    while left > 0 {
        // Some alleys are simply longer than others: later ones have a second chance now and then.
        let at = dice.index(count);
        let at = if dice.chance(0.4) { at.max(dice.index(count)) } else { at };
        if doors[at] < DOORS.1 {
            let more = dice.between(1, 4).min(left).min(DOORS.1 - doors[at]);
            doors[at] += more;
            left -= more;
        }
    }
    let mut doors: Vec<(u32, u32)> =
        doors.into_iter().map(|d| (d + dice.between(0, 12), d)).collect();
    doors.sort_unstable();
    doors.into_iter().map(|(_, d)| d).collect()
}

/// Finds a parent for an alley of the wanted kind (or the next wider kind) and a free mouth on it.
fn turn_off(drafts: &[Draft], kind: AlleyKind, dice: &mut Dice) -> (AlleyKind, usize, u32) {
    let taken = |parent: usize| -> BTreeSet<u32> {
        drafts
            .iter()
            .filter(|d| d.parent == Some(parent))
            .filter_map(|d| d.path.last().copied())
            .collect()
    };
    let mut ladder = vec![(AlleyKind::Lane, AlleyKind::Street)];
    if kind != AlleyKind::Lane {
        ladder.insert(0, (AlleyKind::Alley, AlleyKind::Lane));
    }
    if kind == AlleyKind::SubAlley {
        ladder.insert(0, (AlleyKind::SubAlley, AlleyKind::Alley));
    }
    for (kind, off) in ladder {
        let parents: Vec<usize> =
            (0..drafts.len()).filter(|&d| drafts[d].kind == off && !drafts[d].closed).collect();
        if parents.is_empty() {
            continue;
        }
        let parent = *dice.pick(&parents);
        let draft = &drafts[parent];
        let taken = taken(parent);
        // Mouths keep some doors apart, and off the very first and last door.
        let free: Vec<u32> = (draft.first_number + 2..draft.first_number + draft.doors.max(8))
            .filter(|m| taken.iter().all(|t| t.abs_diff(*m) > 1))
            .collect();
        if !free.is_empty() {
            return (kind, parent, *dice.pick(&free));
        }
    }
    // A crowded street: the next number no alley has taken.
    let taken = taken(0);
    let mouth = (drafts[0].first_number..).find(|m| !taken.contains(m)).unwrap_or(u32::MAX);
    (AlleyKind::Lane, 0, mouth)
}

/// Adds the drafts of a group in natural order: street by street, each child after its parent.
fn append(
    layout: &mut Layout,
    group: usize,
    group_id: GroupId,
    drafts: Vec<Draft>,
    dice: &mut Dice,
) {
    let key = |d: &Draft| {
        let order =
            drafts.iter().position(|s| s.parent.is_none() && s.street == d.street).unwrap_or(0);
        let mut key = format!("g{:03}s{order:02}", group + 1);
        for mouth in &d.path {
            key.push_str(&format!("n{mouth:05}"));
        }
        key
    };
    let ids: Vec<AlleyId> = drafts.iter().map(|_| AlleyId(dice.uuid())).collect();
    let mut order: Vec<(String, usize)> =
        drafts.iter().enumerate().map(|(i, d)| (key(d), i)).collect();
    order.sort();
    for (sort_key, i) in order {
        let draft = &drafts[i];
        layout.fronts.push(Front { group, doors: draft.doors, first_number: draft.first_number });
        layout.rows.push(Alley {
            id: ids[i],
            group_id,
            parent_id: draft.parent.map(|p| ids[p]),
            kind: draft.kind,
            street: STREETS[draft.street],
            path: draft.path.clone(),
            label: label(draft),
            sort_key,
        });
    }
}

fn label(draft: &Draft) -> String {
    let street = STREETS[draft.street];
    let path = draft.path.iter().map(u32::to_string).collect::<Vec<_>>().join("/");
    match draft.kind {
        AlleyKind::Street => format!("Đường {street}"),
        AlleyKind::Lane => format!("Ngõ {path}, {street}"),
        AlleyKind::Alley => format!("Ngách {path}"),
        AlleyKind::SubAlley => format!("Hẻm {path}"),
    }
}
