//! Whether an outline somebody brings can be a residential group's.

use geo::{BooleanOps, Buffer, Validation};
use serde_json::Value;

use crate::shape::{Plane, Shape, ShapeFault};

/// Corners an outline may have: the finest survey of a group has fewer.
pub const MOST_CORNERS: usize = 4_000;
/// Bytes of a file of outlines: a hundred groups of a thousand corners.
pub const LARGEST_FILE: usize = 4 * 1024 * 1024;
/// How far beyond the ward's outline (metres) an outline may reach: two surveys of one border differ.
pub const NEAR_M: f64 = 250.0;
/// The smallest area (square metres): a block of flats.
const LEAST_M2: f64 = 200.0;

/// Why an outline is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no polygon.
    NotPolygon,
    /// A ring's last corner is not its first.
    NotClosed,
    /// A border crosses itself, or another ring of the same shape.
    CrossesItself,
    /// It reaches farther beyond the ward than [`NEAR_M`]: another place, or swapped coordinates.
    OutsideWard,
    /// More corners than [`MOST_CORNERS`].
    TooManyCorners,
    /// Smaller than any group.
    TooSmall,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 6] = [
        Self::NotPolygon,
        Self::NotClosed,
        Self::CrossesItself,
        Self::OutsideWard,
        Self::TooManyCorners,
        Self::TooSmall,
    ];

    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotPolygon => "not_polygon",
            Self::NotClosed => "not_closed",
            Self::CrossesItself => "crosses_itself",
            Self::OutsideWard => "outside_ward",
            Self::TooManyCorners => "too_many_corners",
            Self::TooSmall => "too_small",
        }
    }
}

/// Reads an outline and checks it against the ward's.
///
/// # Errors
/// The first [`Fault`] found.
pub fn check(geometry: &Value, ward: &Shape) -> Result<Shape, Fault> {
    let shape = Shape::read(geometry).map_err(|fault| match fault {
        ShapeFault::NotPolygon => Fault::NotPolygon,
        ShapeFault::NotClosed => Fault::NotClosed,
    })?;
    if shape.corners() > MOST_CORNERS {
        return Err(Fault::TooManyCorners);
    }
    let plane = ward.middle().map(Plane::at).ok_or(Fault::OutsideWard)?;
    // Before the crossings: what lies a continent away is better told so.
    if !shape.touches(ward) {
        return Err(Fault::OutsideWard);
    }
    let flat = shape.flat(&plane);
    if !flat.is_valid() {
        return Err(Fault::CrossesItself);
    }
    if shape.area_m2() < LEAST_M2 {
        return Err(Fault::TooSmall);
    }
    let near = ward.flat(&plane).buffer(NEAR_M);
    if geo::Area::unsigned_area(&flat.difference(&near)) > 1.0 {
        return Err(Fault::OutsideWard);
    }
    Ok(shape)
}
