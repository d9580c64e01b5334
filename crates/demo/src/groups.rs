//! The residential groups: how many, how large, where, and under which names.

use gocua_domain::id::GroupId;
use unicode_normalization::UnicodeNormalization;

use crate::boundary::{Grid, LON_SHRINK, MICRO, WardSource, degrees, polygon_json};
use crate::dice::{Dice, Stream};
use crate::names::{self, Provenance};
use crate::partition::{self, Cell};
use crate::{Group, Scale};

/// Households of an ordinary group; groups are made until this is met.
const HOUSEHOLDS_A_GROUP: f64 = 343.0;
/// A ward of fewer groups would show neither a map nor a split of work.
const FEWEST_GROUPS: usize = 3;
/// The demonstration group needs room for its lane and at least four more alleys.
const FEWEST_HOUSEHOLDS: u32 = 330;

/// The place of the group that is walked in demonstrations.
pub(crate) const HOME: usize = 0;

/// The groups and what later steps need to know about them.
pub(crate) struct Plan {
    pub(crate) groups: Vec<Group>,
    /// Households to make in each group.
    pub(crate) sizes: Vec<u32>,
    /// Rings of each group's outline, the outer one first.
    pub(crate) rings: Vec<Vec<Vec<Grid>>>,
}

/// Plans the groups of a ward. The first one is the group that is walked in demonstrations.
pub(crate) fn plan(source: &WardSource, outline: &[Grid], seed: u64, scale: Scale) -> Plan {
    let total =
        ((f64::from(source.households) * scale.factor()).round() as u32).max(FEWEST_HOUSEHOLDS);
    let count = ((f64::from(total) / HOUSEHOLDS_A_GROUP).round() as usize).max(FEWEST_GROUPS);
    let mut dice = Dice::new(seed, source.salt(), Stream::Groups);
    let sizes = sizes(total, count, &mut dice);
    let mut cells: Vec<Option<Cell>> =
        partition::cut(outline, count, source.centre, seed, source.salt())
            .into_iter()
            .map(Some)
            .collect();
    // A crooked outline may swallow a cell whole; every cell that is there becomes a group.
    debug_assert_eq!(cells.len(), count, "each seed keeps a cell");

    let mut ids = Dice::new(seed, source.salt(), Stream::Ids);
    let mut rings = Vec::with_capacity(cells.len());
    let groups = (0..cells.len())
        .map(|i| {
            let known = source.groups.get(i);
            let anchor = known
                .and_then(|g| names::former_ward_anchor(g.former_ward))
                .unwrap_or(source.centre);
            let cell = take_nearest(&mut cells, anchor);
            let (name, code) = match known {
                Some(g) => (g.name.to_owned(), slug(g.name)),
                None => (format!("Tổ dân phố {}", i + 1), format!("TDP{}", i + 1)),
            };
            rings.push(cell.rings.clone());
            Group {
                id: GroupId(ids.uuid()),
                ordinal: i as u32 + 1,
                code,
                name,
                provenance: known.map_or(Provenance::Sample, |g| g.provenance),
                former_ward: known.map(|g| g.former_ward),
                boundary: polygon_json(&cell.rings),
                label_point: [degrees(cell.label.0), degrees(cell.label.1)],
            }
        })
        .collect();
    Plan { groups, sizes, rings }
}

/// `Ninh Chấp 5` → `NINHCHAP5`. Not the search key, which would read *Kỳ* as *ki*.
fn slug(name: &str) -> String {
    let plain = name.nfd().map(|c| if matches!(c, 'đ' | 'Đ') { 'D' } else { c });
    plain.filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Group sizes between 7/8 and 7/6 of the mean (300 to 400 in a whole ward) that add up to `total`.
fn sizes(total: u32, count: usize, dice: &mut Dice) -> Vec<u32> {
    let mean = f64::from(total) / count as f64;
    let (low, high) = ((mean * 0.875).floor() as u32, (mean * 1.165).floor() as u32);
    let mut sizes: Vec<u32> = (0..count).map(|_| dice.between(low, high)).collect();
    sizes[HOME] = (mean * 1.02).round() as u32;
    // Move single households until the sum is right; the home group keeps its size.
    while let sum = sizes.iter().sum::<u32>()
        && sum != total
    {
        let at = 1 + dice.index(count - 1);
        if sum < total && sizes[at] < high {
            sizes[at] += 1;
        } else if sum > total && sizes[at] > low {
            sizes[at] -= 1;
        }
    }
    sizes
}

/// Takes the cell whose label lies nearest to the place (degrees).
fn take_nearest(cells: &mut [Option<Cell>], place: (f64, f64)) -> Cell {
    let gap = |cell: &Cell| {
        let (x, y) = (cell.label.0 as f64 - place.0 * MICRO, cell.label.1 as f64 - place.1 * MICRO);
        x * x * LON_SHRINK * LON_SHRINK + y * y
    };
    let nearest = cells
        .iter_mut()
        .filter(|c| c.is_some())
        .min_by(|a, b| match (a.as_ref(), b.as_ref()) {
            (Some(a), Some(b)) => gap(a).total_cmp(&gap(b)),
            _ => std::cmp::Ordering::Equal,
        })
        .and_then(Option::take);
    nearest.expect("there are as many cells as groups")
}
