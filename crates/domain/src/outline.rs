//! The outline of a ward as somebody brings it: a GeoJSON geometry, looked over before it is kept.

use serde_json::{Value, json};

/// The most corners of an outline: twenty times what our own maps draw.
pub const CORNERS_MAX: usize = 20_000;
/// Where Viet Nam lies with its islands, in degrees: west, south, east, north.
const VIET_NAM: [f64; 4] = [102.0, 6.0, 118.0, 24.0];
/// No ward is smaller than this, in square kilometres: a court or a market drawn by mistake.
const AREA_MIN: f64 = 0.02;
/// None is larger: a province drawn by mistake.
const AREA_MAX: f64 = 2_000.0;
/// Kilometres in a degree of latitude.
const DEGREE_KM: f64 = 111.2;
/// Decimals that are kept: 10⁻⁶ ° is about 10 cm.
const GRID: f64 = 1e6;

/// What is wrong with an outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Neither a polygon nor several.
    NotPolygon,
    /// A ring with fewer than three corners, or a corner that is no pair of numbers.
    BadRing,
    /// More corners than [`CORNERS_MAX`].
    TooManyCorners,
    /// Latitude stands before longitude.
    Swapped,
    /// Metres of a map projection (VN-2000) instead of degrees.
    NotDegrees,
    /// Somewhere else.
    OutsideVietNam,
    /// Too small for a ward.
    TooSmall,
    /// Too large for a ward.
    TooLarge,
}

impl Fault {
    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotPolygon => "not_polygon",
            Self::BadRing => "bad_ring",
            Self::TooManyCorners => "too_many_corners",
            Self::Swapped => "swapped",
            Self::NotDegrees => "not_degrees",
            Self::OutsideVietNam => "outside_viet_nam",
            Self::TooSmall => "too_small",
            Self::TooLarge => "too_large",
        }
    }
}

type Ring = Vec<[f64; 2]>;

/// The geometry as the book keeps it: rings closed, six decimals, no heights.
///
/// # Errors
/// What is wrong with it, the first that is found.
pub fn outline(geometry: &Value) -> Result<Value, Fault> {
    let coordinates = &geometry["coordinates"];
    let kind = geometry["type"].as_str().unwrap_or_default();
    let polygons: Vec<Vec<Ring>> = match kind {
        "Polygon" => vec![polygon(coordinates)?],
        "MultiPolygon" => list(coordinates)
            .ok_or(Fault::NotPolygon)?
            .iter()
            .map(polygon)
            .collect::<Result<_, _>>()?,
        _ => return Err(Fault::NotPolygon),
    };
    if polygons.is_empty() {
        return Err(Fault::NotPolygon);
    }
    let corners: Vec<[f64; 2]> = polygons.iter().flatten().flatten().copied().collect();
    if corners.len() > CORNERS_MAX {
        return Err(Fault::TooManyCorners);
    }
    stands_in_viet_nam(&corners)?;
    // Holes are none of the ward's ground, but a hole never makes a province of a ward.
    let area: f64 = polygons.iter().filter_map(|rings| rings.first()).map(|ring| area(ring)).sum();
    if area < AREA_MIN {
        return Err(Fault::TooSmall);
    }
    if area > AREA_MAX {
        return Err(Fault::TooLarge);
    }
    Ok(match kind {
        "Polygon" => json!({ "type": kind, "coordinates": polygons[0] }),
        _ => json!({ "type": kind, "coordinates": polygons }),
    })
}

fn list(value: &Value) -> Option<&Vec<Value>> {
    value.as_array().filter(|list| !list.is_empty())
}

fn polygon(value: &Value) -> Result<Vec<Ring>, Fault> {
    list(value).ok_or(Fault::NotPolygon)?.iter().map(ring).collect()
}

fn ring(value: &Value) -> Result<Ring, Fault> {
    let mut ring: Ring = value
        .as_array()
        .ok_or(Fault::BadRing)?
        .iter()
        .map(|at| {
            let number = |n: usize| at.get(n).and_then(Value::as_f64).filter(|n| n.is_finite());
            let on_grid = |n: f64| (n * GRID).round() / GRID;
            Ok([
                on_grid(number(0).ok_or(Fault::BadRing)?),
                on_grid(number(1).ok_or(Fault::BadRing)?),
            ])
        })
        .collect::<Result<_, _>>()?;
    ring.dedup();
    if let (Some(first), Some(last)) = (ring.first().copied(), ring.last().copied())
        && first != last
    {
        ring.push(first);
    }
    if ring.len() < 4 { Err(Fault::BadRing) } else { Ok(ring) }
}

fn stands_in_viet_nam(corners: &[[f64; 2]]) -> Result<(), Fault> {
    let [west, south, east, north] = VIET_NAM;
    let within =
        |lon: f64, lat: f64| (west..=east).contains(&lon) && (south..=north).contains(&lat);
    if corners.iter().all(|[x, y]| within(*x, *y)) {
        return Ok(());
    }
    if corners.iter().all(|[x, y]| within(*y, *x)) {
        return Err(Fault::Swapped);
    }
    if corners.iter().any(|[x, y]| x.abs() > 180.0 || y.abs() > 180.0) {
        return Err(Fault::NotDegrees);
    }
    Err(Fault::OutsideVietNam)
}

/// Square kilometres inside a ring, on a plane: right to a percent for a ward.
fn area(ring: &[[f64; 2]]) -> f64 {
    let Some([x0, y0]) = ring.first().copied() else { return 0.0 };
    let width = DEGREE_KM * y0.to_radians().cos();
    let twice: f64 = ring
        .windows(2)
        .map(|pair| {
            let [a, b] = [pair[0], pair[1]];
            (a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0)
        })
        .sum();
    twice.abs() / 2.0 * width * DEGREE_KM
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, south: f64, side: f64) -> Value {
        let (east, north) = (west + side, south + side);
        json!([[west, south], [east, south], [east, north], [west, north], [west, south]])
    }

    fn fault(geometry: &Value) -> Fault {
        outline(geometry).expect_err("refused")
    }

    #[test]
    fn a_ward_is_kept_as_it_is_but_for_heights_and_far_decimals() {
        let open = json!({"type": "Polygon", "coordinates":
            [[[106.0, 21.0, 7.5], [106.05, 21.0], [106.05, 21.040_000_000_9], [106.0, 21.04]]]});
        let kept = outline(&open).expect("good");
        assert_eq!(
            kept,
            json!({"type": "Polygon", "coordinates":
                [[[106.0, 21.0], [106.05, 21.0], [106.05, 21.04], [106.0, 21.04], [106.0, 21.0]]]})
        );
        assert_eq!(outline(&kept).expect("again"), kept);
        let two = json!({"type": "MultiPolygon",
            "coordinates": [[square(106.0, 21.0, 0.02)], [square(106.1, 21.0, 0.01)]]});
        assert_eq!(outline(&two).expect("good"), two);
    }

    #[test]
    fn what_is_no_outline_is_told_apart() {
        let polygon = |ring: Value| json!({"type": "Polygon", "coordinates": [ring]});
        assert_eq!(fault(&json!({"type": "Point", "coordinates": [106, 21]})), Fault::NotPolygon);
        assert_eq!(fault(&json!({"type": "Polygon", "coordinates": []})), Fault::NotPolygon);
        assert_eq!(fault(&json!(null)), Fault::NotPolygon);
        assert_eq!(fault(&polygon(json!([[106.0, 21.0], [106.1, 21.0]]))), Fault::BadRing);
        assert_eq!(fault(&polygon(json!([["a", 21.0], [1, 2], [3, 4], [5, 6]]))), Fault::BadRing);
        assert_eq!(fault(&polygon(square(21.0, 106.0, 0.03))), Fault::Swapped);
        assert_eq!(fault(&polygon(square(587_000.0, 2_330_000.0, 3_000.0))), Fault::NotDegrees);
        assert_eq!(fault(&polygon(square(2.0, 48.0, 0.03))), Fault::OutsideVietNam);
        assert_eq!(fault(&polygon(square(106.0, 21.0, 0.001))), Fault::TooSmall);
        assert_eq!(fault(&polygon(square(106.0, 20.0, 1.0))), Fault::TooLarge);
        let many: Vec<[f64; 2]> =
            (0..=CORNERS_MAX).map(|n| [106.0 + n as f64 * 1e-5, 21.0 + (n % 2) as f64]).collect();
        assert_eq!(fault(&polygon(json!(many))), Fault::TooManyCorners);
    }
}
