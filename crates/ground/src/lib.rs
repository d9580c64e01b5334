//! Shapes on the ground: the outlines of residential groups, checked or derived from the doors.
//!
//! Everything here is arithmetic on coordinates (longitude and latitude in degrees, WGS 84). A ward
//! is a few kilometres wide, so lengths and areas are taken on a plane that touches it; the error is
//! far below a metre.

mod border;
mod check;
mod derive;
mod file;
mod shape;
mod way;

pub use check::{Fault, LARGEST_FILE, MOST_CORNERS, MOST_WARD_CORNERS, NEAR_M, Whose, check};
pub use derive::{Derived, derive};
pub use file::{Feature, FileFault, features};
pub use shape::{Point, Shape, ShapeFault};
pub use way::way;
