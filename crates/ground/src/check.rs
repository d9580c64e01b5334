//! Whether an outline somebody brings can be a ward's, or a residential group's: one rule for set-up,
//! for files, and for what is drawn at the desk.

use geo::{BooleanOps, Buffer, CoordsIter};
use gocua_domain::territory::in_viet_nam;
use serde_json::Value;

use crate::border;
use crate::shape::{Plane, Shape, ShapeFault};

/// Corners an outline of a ward may have: twenty times what our own maps draw.
pub const MOST_WARD_CORNERS: usize = 20_000;
/// Corners an outline of a group may have: the finest survey of one has fewer.
pub const MOST_CORNERS: usize = 4_000;
/// Bytes of a file of outlines: a hundred groups of a thousand corners.
pub const LARGEST_FILE: usize = 4 * 1024 * 1024;
/// How far beyond the ward's outline (metres) a group's may reach: two surveys of one border differ.
pub const NEAR_M: f64 = 250.0;
/// The smallest area of a group (square metres): a block of flats.
const LEAST_M2: f64 = 200.0;
/// The smallest area of a ward (square metres): less is a court or a market drawn by mistake.
const LEAST_WARD_M2: f64 = 20_000.0;
/// The largest (square metres): more is a province drawn by mistake.
const MOST_WARD_M2: f64 = 2e9;

/// Whose border an outline is to be.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// A ward's: somewhere in Viet Nam.
    Ward,
    /// A residential group's of the ward with this outline.
    GroupOf(&'a Shape),
}

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
    /// More corners than [`MOST_CORNERS`], of a ward than [`MOST_WARD_CORNERS`].
    TooManyCorners,
    /// Smaller than any group, or any ward.
    TooSmall,
    /// Larger than any ward.
    TooLarge,
    /// Latitude stands before longitude.
    Swapped,
    /// Metres of a map projection (VN-2000) instead of degrees.
    NotDegrees,
    /// In another country.
    OutsideVietNam,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 10] = [
        Self::NotPolygon,
        Self::NotClosed,
        Self::CrossesItself,
        Self::OutsideWard,
        Self::TooManyCorners,
        Self::TooSmall,
        Self::TooLarge,
        Self::Swapped,
        Self::NotDegrees,
        Self::OutsideVietNam,
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
            Self::TooLarge => "too_large",
            Self::Swapped => "swapped",
            Self::NotDegrees => "not_degrees",
            Self::OutsideVietNam => "outside_viet_nam",
        }
    }
}

/// Reads an outline and checks it; what comes back has six decimals, no heights, and no corner twice
/// in a row.
///
/// # Errors
/// The first [`Fault`] found.
pub fn check(geometry: &Value, whose: Whose<'_>) -> Result<Shape, Fault> {
    let shape = Shape::read(geometry).map_err(|fault| match fault {
        ShapeFault::NotPolygon => Fault::NotPolygon,
        ShapeFault::NotClosed => Fault::NotClosed,
    })?;
    let (corners, least, most) = match whose {
        Whose::Ward => (MOST_WARD_CORNERS, LEAST_WARD_M2, MOST_WARD_M2),
        Whose::GroupOf(_) => (MOST_CORNERS, LEAST_M2, f64::INFINITY),
    };
    if shape.corners() > corners {
        return Err(Fault::TooManyCorners);
    }
    // Before the crossings: what lies a continent away is better told so.
    match whose {
        Whose::Ward => stands_in_viet_nam(&shape)?,
        Whose::GroupOf(ward) if !shape.touches(ward) => return Err(Fault::OutsideWard),
        Whose::GroupOf(_) => {}
    }
    let shape = shape.tidied();
    let plane = shape.middle().map(Plane::at).ok_or(Fault::NotPolygon)?;
    let flat = shape.flat(&plane);
    if border::crosses_itself(&flat) {
        return Err(Fault::CrossesItself);
    }
    let area = geo::Area::unsigned_area(&flat);
    if area < least {
        return Err(Fault::TooSmall);
    }
    if area > most {
        return Err(Fault::TooLarge);
    }
    if let Whose::GroupOf(ward) = whose {
        let near = ward.flat(&plane).buffer(NEAR_M);
        if geo::Area::unsigned_area(&flat.difference(&near)) > 1.0 {
            return Err(Fault::OutsideWard);
        }
    }
    Ok(shape)
}

fn stands_in_viet_nam(shape: &Shape) -> Result<(), Fault> {
    let corners: Vec<_> = shape.0.coords_iter().collect();
    if corners.iter().all(|c| in_viet_nam(c.x, c.y)) {
        Ok(())
    } else if corners.iter().all(|c| in_viet_nam(c.y, c.x)) {
        Err(Fault::Swapped)
    } else if corners.iter().any(|c| c.x.abs() > 180.0 || c.y.abs() > 180.0) {
        Err(Fault::NotDegrees)
    } else {
        Err(Fault::OutsideVietNam)
    }
}
