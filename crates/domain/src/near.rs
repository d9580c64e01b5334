//! Where a phone stood when a visit was saved, in one of four words.
//!
//! The phone judges, the word travels, the position does not: see `docs/adr/0026-one-of-four-words.md`.
//! The phone's twin is `pwa/src/lib/domain/near.ts`; both run the cases of `tests/vectors/near.json`.

use serde::Deserialize;

use crate::visit::Near;

/// One position of a phone. It lives in the phone's memory and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Fix {
    /// Degrees east.
    pub lng: f64,
    /// Degrees north.
    pub lat: f64,
    /// Radius in metres inside which the phone believes itself to be.
    pub accuracy: f64,
    /// Milliseconds since it was taken.
    pub age: i64,
}

/// An older fix may be of the door before last.
pub const FRESH_MS: i64 = 120_000;

/// A coarser fix, in metres, comes from masts or the network address.
pub const COARSE_M: f64 = 100.0;

/// How far a door may stand from its point, in metres: points are rounded to four decimals (up to
/// 8 m) and mark the middle of a house, while people knock from the way.
pub const BLUR_M: f64 = 20.0;

/// No alley is taken to reach less far than this, in metres: homes without a point stand in it too.
pub const REACH_M: f64 = 100.0;

/// The word for a visit at `door`, the points of whose alley (its own among them) are `alley`, each
/// [longitude, latitude].
///
/// A radius says where the phone is two times out of three, so "surely away" doubles it. How far is
/// away depends on the alley: as far again as it reaches from this door.
pub fn judge(fix: Option<Fix>, door: Option<[f64; 2]>, alley: &[[f64; 2]]) -> Near {
    let (Some(fix), Some(door)) = (fix, door) else { return Near::Unknown };
    let sound = fix.lng.is_finite() && fix.lat.is_finite() && fix.accuracy > 0.0;
    if !sound || fix.accuracy > COARSE_M || !(0..=FRESH_MS).contains(&fix.age) {
        return Near::Unknown;
    }
    let here = [fix.lng, fix.lat];
    let doubt = fix.accuracy + BLUR_M;
    let from_door = metres(here, door);
    let nearest = alley.iter().map(|at| metres(here, *at)).fold(from_door, f64::min);
    let within = alley.iter().filter(|at| metres(here, **at) <= doubt).count();
    let reach = alley.iter().map(|at| metres(door, *at)).fold(REACH_M, f64::max);
    if from_door <= doubt && within * 2 <= alley.len() {
        Near::AtDoor
    } else if nearest <= doubt {
        Near::InAlley
    } else if nearest > 2.0 * fix.accuracy + BLUR_M + reach {
        Near::Elsewhere
    } else {
        Near::Unknown
    }
}

/// Metres in a degree of latitude.
const DEGREE_M: f64 = 111_195.0;

/// Metres between two points on a plane: right to a percent within a ward.
fn metres(a: [f64; 2], b: [f64; 2]) -> f64 {
    let east = (a[0] - b[0]) * b[1].to_radians().cos();
    east.hypot(a[1] - b[1]) * DEGREE_M
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Case {
        what: String,
        fix: Option<Fix>,
        door: Option<[f64; 2]>,
        alley: Vec<[f64; 2]>,
        near: Near,
    }

    #[test]
    fn shared_cases() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../../tests/vectors/near.json")).expect("cases");
        for word in [Near::AtDoor, Near::InAlley, Near::Elsewhere, Near::Unknown] {
            assert!(cases.iter().any(|case| case.near == word), "{word:?}");
        }
        for Case { what, fix, door, alley, near } in cases {
            assert_eq!(judge(fix, door, &alley), near, "{what}");
        }
    }

    #[test]
    fn a_worse_radius_never_accuses() {
        let alley: Vec<[f64; 2]> =
            (0..10).map(|n| [105.85, 21.03 + 0.0001 * f64::from(n)]).collect();
        for away in 0..200 {
            let at = |accuracy| {
                let fix =
                    Fix { lng: 105.85 + 0.0001 * f64::from(away), lat: 21.03, accuracy, age: 0 };
                judge(Some(fix), Some(alley[0]), &alley)
            };
            for metres in 1..120_u8 {
                if at(f64::from(metres)) != Near::Elsewhere {
                    assert_ne!(at(f64::from(metres) + 1.0), Near::Elsewhere, "{away} {metres}");
                }
            }
        }
    }
}
