//! Where the doors are: rows of houses around the middle of each group, walked to and fro, so that
//! neighbours in an alley are neighbours on the ground.

use crate::Household;
use crate::boundary::{Grid, LON_SHRINK, MICRO, WardSource, degrees, inside};
use crate::dice::{Dice, Stream};
use crate::groups::Plan;

/// From door to door along a row, in micro-degrees of latitude (about 14 m, both sides together).
const ALONG: f64 = 126.0;
/// From row to row (about 45 m).
const ACROSS: f64 = 405.0;
/// How far a door stands off the middle of the way (about 5 m).
const OFF: f64 = 45.0;

/// Gives every household its place. `households` are group after group, in the order of the plan.
pub(crate) fn place(source: &WardSource, plan: &Plan, households: &mut [Household], seed: u64) {
    let mut dice = Dice::new(seed, source.salt(), Stream::Points);
    let mut rest = households;
    for (group, rings) in plan.groups.iter().zip(&plan.rings) {
        let doors = rest.iter().take_while(|h| h.group_id == group.id).count();
        let (own, others) = rest.split_at_mut(doors);
        rest = others;
        let [lon, lat] = group.label_point;
        let middle = (lon * MICRO * LON_SHRINK, lat * MICRO);
        let slope = dice.fraction(-1.0, 1.0);
        let length = (1.0 + slope * slope).sqrt();
        let turn = (1.0 / length, slope / length);
        let slots = slots(rings, middle, turn, doors);
        for (n, (household, slot)) in own.iter_mut().zip(slots).enumerate() {
            let side = if n % 2 == 0 { OFF } else { -OFF };
            let along = dice.fraction(-20.0, 20.0);
            let off = (turn.0 * along - turn.1 * side, turn.1 * along + turn.0 * side);
            let near = (slot.0 + off.0, slot.1 + off.1);
            let at = if within(rings, near) { near } else { slot };
            household.point =
                [degrees((at.0 / LON_SHRINK).round() as i64), degrees(at.1.round() as i64)];
        }
    }
}

fn within(rings: &[Vec<Grid>], (x, y): (f64, f64)) -> bool {
    let [outer, holes @ ..] = rings else { return false };
    // The place as it is written, so that rounding carries nobody over the border.
    let (x, y) = ((x / LON_SHRINK).round(), y.round());
    inside(outer, x, y) && !holes.iter().any(|hole| inside(hole, x, y))
}

/// So many places inside the outline, those nearest to the middle, row after row.
fn slots(
    rings: &[Vec<Grid>],
    middle: (f64, f64),
    turn: (f64, f64),
    doors: usize,
) -> Vec<(f64, f64)> {
    let outer = rings.first().map_or(&[][..], Vec::as_slice);
    // A crowded group has its doors closer together; the room is used from the start.
    let room = area(outer) * 0.8 / (doors.max(1) as f64 * ALONG * ACROSS);
    let mut scale = room.sqrt().min(1.0);
    let widest = outer
        .iter()
        .map(|&(x, y)| (x as f64 * LON_SHRINK - middle.0).hypot(y as f64 - middle.1))
        .fold(0.0, f64::max);
    let mut radius = (doors as f64 * ALONG * ACROSS).sqrt() * scale * 0.7;
    loop {
        let (along, across) = (ALONG * scale, ACROSS * scale);
        let mut found: Vec<(f64, i64, f64, (f64, f64))> = Vec::new();
        let rows = (radius / across) as i64;
        let places = (radius / along) as i64;
        for row in -rows..=rows {
            for place in -places..=places {
                let (u, v) = (place as f64 * along, row as f64 * across);
                let at = (middle.0 + u * turn.0 - v * turn.1, middle.1 + u * turn.1 + v * turn.0);
                let gap = u * u + v * v;
                if gap <= radius * radius && within(rings, at) {
                    let walked = if row % 2 == 0 { u } else { -u };
                    found.push((gap, row, walked, at));
                }
            }
        }
        if found.len() >= doors {
            found.sort_by(|a, b| a.0.total_cmp(&b.0));
            found.truncate(doors);
            found.sort_by(|a, b| a.1.cmp(&b.1).then(a.2.total_cmp(&b.2)));
            return found.into_iter().map(|slot| slot.3).collect();
        }
        if radius > widest {
            scale *= 0.8;
        }
        radius *= 1.4;
    }
}

/// What a ring encloses, in square micro-degrees of latitude.
fn area(ring: &[Grid]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    let twice: f64 =
        ring.iter().zip(next).map(|(a, b)| a.0 as f64 * b.1 as f64 - b.0 as f64 * a.1 as f64).sum();
    twice.abs() / 2.0 * LON_SHRINK
}
