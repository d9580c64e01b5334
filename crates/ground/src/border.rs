//! Whether borders are drawn so that what they hold is clear.

use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{Contains, InteriorPoint, Line, LineString, MultiPolygon, Polygon};

/// A stretch of a border between two corners.
struct Stretch {
    line: Line<f64>,
    /// The ring it is of, its place in it, and how many stretches the ring has.
    of: (usize, usize, usize),
    west: f64,
    east: f64,
}

/// Does a border cross or touch itself, or run across another one of the same shape? Rings of one
/// shape may touch in a corner. Sorted from west to east, a stretch meets only its neighbours: an
/// outline of twenty thousand corners is looked over at once.
pub(crate) fn crosses_itself(shape: &MultiPolygon<f64>) -> bool {
    let rings = shape.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    let mut stretches: Vec<Stretch> = rings.enumerate().flat_map(stretches_of).collect();
    stretches.sort_by(|a, b| a.west.total_cmp(&b.west));
    let crossed = stretches.iter().enumerate().any(|(n, a)| {
        let near = stretches[n + 1..].iter().take_while(|b| b.west <= a.east);
        near.filter(|b| level(&a.line, &b.line)).any(|b| cross(a, b))
    });
    crossed || misplaced(shape)
}

fn stretches_of((ring, line): (usize, &LineString<f64>)) -> Vec<Stretch> {
    let of = line.lines().len();
    line.lines()
        .enumerate()
        .map(|(n, line)| {
            let (west, east) = (line.start.x.min(line.end.x), line.start.x.max(line.end.x));
            Stretch { line, of: (ring, n, of), west, east }
        })
        .collect()
}

/// Do the two share a latitude?
fn level(a: &Line<f64>, b: &Line<f64>) -> bool {
    a.start.y.min(a.end.y) <= b.start.y.max(b.end.y)
        && b.start.y.min(b.end.y) <= a.start.y.max(a.end.y)
}

fn cross(a: &Stretch, b: &Stretch) -> bool {
    let next = |x: &Stretch, y: &Stretch| (x.of.1 + 1) % x.of.2 == y.of.1;
    match line_intersection(a.line, b.line) {
        None => false,
        Some(LineIntersection::Collinear { .. }) => true,
        Some(LineIntersection::SinglePoint { is_proper, .. }) => {
            is_proper || a.of.0 == b.of.0 && !next(a, b) && !next(b, a)
        }
    }
}

/// With no border crossed: does a hole lie outside its polygon, or one polygon or hole in another?
fn misplaced(shape: &MultiPolygon<f64>) -> bool {
    let alone = |ring: &LineString<f64>| Polygon::new(ring.clone(), Vec::new());
    overlap(&shape.0)
        || shape.iter().any(|polygon| {
            let whole = alone(polygon.exterior());
            let holes: Vec<_> = polygon.interiors().iter().map(alone).collect();
            holes.iter().any(|hole| !holds(&whole, hole)) || overlap(&holes)
        })
}

fn overlap(polygons: &[Polygon<f64>]) -> bool {
    polygons
        .iter()
        .enumerate()
        .any(|(n, a)| polygons[n + 1..].iter().any(|b| holds(a, b) || holds(b, a)))
}

fn holds(outer: &Polygon<f64>, inner: &Polygon<f64>) -> bool {
    inner.interior_point().is_some_and(|at| outer.contains(&at))
}
