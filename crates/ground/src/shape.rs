//! One shape: a polygon or several, read from and written as GeoJSON.

use geo::{
    Area, BooleanOps, BoundingRect, Contains, Coord, CoordsIter, InteriorPoint, Intersects,
    LineString, MapCoords, MultiPolygon, Polygon, unary_union,
};
use serde_json::{Value, json};

/// A place: longitude, latitude in degrees.
pub type Point = [f64; 2];

/// Metres of a degree of latitude.
const DEGREE_M: f64 = 110_950.0;
/// Decimals of a degree that are written out: about 10 cm.
const MICRO: f64 = 1e6;
/// Pieces smaller than this (square metres) are what rounding leaves of a border, and are dropped.
const CRUMB_M2: f64 = 1.0;

/// Why something is no shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeFault {
    /// Neither a Polygon nor a MultiPolygon, or its coordinates are no numbers.
    #[error("not a polygon")]
    NotPolygon,
    /// A ring's last corner is not its first.
    #[error("a ring is not closed")]
    NotClosed,
}

/// Polygons on the ground.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape(pub(crate) MultiPolygon<f64>);

/// The plane that touches the ground at a place: metres east and north of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plane {
    origin: Coord<f64>,
    shrink: f64,
}

impl Plane {
    pub(crate) fn at(origin: Point) -> Self {
        let shrink = origin[1].to_radians().cos();
        Self { origin: Coord { x: origin[0], y: origin[1] }, shrink }
    }

    pub(crate) fn flat(&self, c: Coord<f64>) -> Coord<f64> {
        Coord {
            x: (c.x - self.origin.x) * self.shrink * DEGREE_M,
            y: (c.y - self.origin.y) * DEGREE_M,
        }
    }

    pub(crate) fn round(&self, c: Coord<f64>) -> Coord<f64> {
        Coord { x: c.x / DEGREE_M / self.shrink + self.origin.x, y: c.y / DEGREE_M + self.origin.y }
    }
}

impl Shape {
    /// Reads a GeoJSON geometry.
    ///
    /// # Errors
    /// [`ShapeFault`] when it is no polygon, or one of its rings is open.
    pub fn read(geometry: &Value) -> Result<Self, ShapeFault> {
        let list = match geometry["type"].as_str() {
            Some("Polygon") => vec![polygon(&geometry["coordinates"])?],
            Some("MultiPolygon") => geometry["coordinates"]
                .as_array()
                .ok_or(ShapeFault::NotPolygon)?
                .iter()
                .map(polygon)
                .collect::<Result<_, _>>()?,
            _ => return Err(ShapeFault::NotPolygon),
        };
        if list.is_empty() {
            return Err(ShapeFault::NotPolygon);
        }
        Ok(Self(MultiPolygon(list)))
    }

    /// The GeoJSON geometry, six decimals.
    pub fn write(&self) -> Value {
        let ring = |r: &LineString<f64>| -> Vec<Point> { r.0.iter().map(|c| [c.x, c.y]).collect() };
        let rings = |p: &Polygon<f64>| -> Vec<Vec<Point>> {
            std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect()
        };
        match self.0.0.as_slice() {
            [one] => json!({ "type": "Polygon", "coordinates": rings(one) }),
            many => {
                let all: Vec<_> = many.iter().map(rings).collect();
                json!({ "type": "MultiPolygon", "coordinates": all })
            }
        }
    }

    /// West, south, east, north in degrees.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        let rect = self.0.bounding_rect()?;
        Some([rect.min().x, rect.min().y, rect.max().x, rect.max().y])
    }

    /// Does the place lie in it?
    pub fn contains(&self, point: Point) -> bool {
        self.0.contains(&geo::Point::new(point[0], point[1]))
    }

    /// Do the two share any place?
    pub fn touches(&self, other: &Self) -> bool {
        self.0.intersects(&other.0)
    }

    /// Its area in square metres.
    pub fn area_m2(&self) -> f64 {
        self.middle().map_or(0.0, |at| self.flat(&Plane::at(at)).unsigned_area())
    }

    /// A place well inside, for its label: in the largest piece.
    pub fn label(&self) -> Option<Point> {
        let largest = self
            .0
            .iter()
            .max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()))?
            .interior_point()?;
        Some([tidy(largest.x()), tidy(largest.y())])
    }

    /// How many corners it has.
    pub fn corners(&self) -> usize {
        self.0.coords_count()
    }

    /// With six decimals, and without corners that are then the same as the one before.
    pub(crate) fn tidied(&self) -> Self {
        let tidy = self.0.map_coords(|c| Coord { x: tidy(c.x), y: tidy(c.y) });
        let polygons = tidy.into_iter().map(|p| {
            let (outer, holes) = p.into_inner();
            Polygon::new(single(outer), holes.into_iter().map(single).collect())
        });
        Self(polygons.collect())
    }

    pub(crate) fn middle(&self) -> Option<Point> {
        let [west, south, east, north] = self.bounds()?;
        Some([west.midpoint(east), south.midpoint(north)])
    }

    pub(crate) fn flat(&self, plane: &Plane) -> MultiPolygon<f64> {
        self.0.map_coords(|c| plane.flat(c))
    }

    /// From the plane back, without crumbs, six decimals; `None` when nothing is left.
    pub(crate) fn from_flat(flat: &MultiPolygon<f64>, plane: &Plane) -> Option<Self> {
        let list: Vec<Polygon<f64>> = flat
            .iter()
            .filter(|p| p.unsigned_area() >= CRUMB_M2)
            .map(|p| {
                p.map_coords(|c| {
                    let c = plane.round(c);
                    Coord { x: tidy(c.x), y: tidy(c.y) }
                })
            })
            .map(|p| {
                let (outer, holes) = p.into_inner();
                let holes = holes.into_iter().map(single).filter(|h| h.0.len() > 3);
                Polygon::new(single(outer), holes.collect())
            })
            .filter(|p| p.exterior().0.len() > 3)
            .collect();
        (!list.is_empty()).then_some(Self(MultiPolygon(list)))
    }
}

/// What is left of `whole` without all of `parts`.
pub(crate) fn without(whole: &MultiPolygon<f64>, parts: &[MultiPolygon<f64>]) -> MultiPolygon<f64> {
    if parts.is_empty() {
        return whole.clone();
    }
    whole.difference(&unary_union(parts))
}

/// Corners that rounding made one.
fn single(mut ring: LineString<f64>) -> LineString<f64> {
    ring.0.dedup();
    ring
}

fn tidy(degrees: f64) -> f64 {
    (degrees * MICRO).round() / MICRO
}

fn polygon(rings: &Value) -> Result<Polygon<f64>, ShapeFault> {
    let mut rings = rings
        .as_array()
        .ok_or(ShapeFault::NotPolygon)?
        .iter()
        .map(ring)
        .collect::<Result<Vec<_>, _>>()?
        .into_iter();
    let outer = rings.next().ok_or(ShapeFault::NotPolygon)?;
    Ok(Polygon::new(outer, rings.collect()))
}

fn ring(corners: &Value) -> Result<LineString<f64>, ShapeFault> {
    let corners = corners
        .as_array()
        .ok_or(ShapeFault::NotPolygon)?
        .iter()
        .map(|c| {
            let number = |n: usize| c.get(n).and_then(Value::as_f64).filter(|v| v.is_finite());
            let (x, y) = number(0).zip(number(1)).ok_or(ShapeFault::NotPolygon)?;
            Ok(Coord { x, y })
        })
        .collect::<Result<Vec<_>, ShapeFault>>()?;
    // `Polygon::new` would close it silently, and a line somebody never ended is no border.
    if corners.len() < 4 || corners.first() != corners.last() {
        return Err(ShapeFault::NotClosed);
    }
    Ok(LineString(corners))
}
