//! The wards whose real outlines are embedded, and their outlines on a whole-number grid.
//!
//! Coordinates are micro-degrees (10⁻⁶ °, about 10 cm) as whole numbers, the precision that is
//! written out. All geometry is cut on this grid, so what is written is exactly what was computed.

use geo::{MultiPolygon, SimplifyVwPreserve};
use geojson::GeoJson;
use serde_json::{Value, json};

use crate::names;

/// A point in micro-degrees: (longitude, latitude).
pub(crate) type Grid = (i64, i64);

/// Micro-degrees in a degree.
pub(crate) const MICRO: f64 = 1e6;

/// cos 21.1°: a micro-degree of longitude over one of latitude, the same for all three wards.
pub(crate) const LON_SHRINK: f64 = 0.932_954;

/// Outlines longer than this are thinned: 1,600 corners are about 36 KB of GeoJSON.
const MOST_CORNERS: usize = 1_600;

/// A ward the generator can people.
#[derive(Clone, Copy, Debug)]
pub struct WardSource {
    /// Code of the General Statistics Office, e.g. `10549`.
    pub code: &'static str,
    /// Full name, e.g. `Phường Chu Văn An`.
    pub name: &'static str,
    /// Short sign that begins every household code, e.g. `CVA`.
    pub sign: &'static str,
    /// City the ward belongs to.
    pub city: &'static str,
    /// Wards it was formed from on 2025-07-01; empty where our sources do not say.
    pub former_wards: &'static [&'static str],
    /// Households at scale 1: derived from the population for Chu Văn An, a sample elsewhere.
    pub households: u32,
    /// Where houses stand densest, in degrees.
    pub(crate) centre: (f64, f64),
    /// Names of its residential groups, the walked demonstration group first.
    pub(crate) groups: &'static [names::GroupName],
    geojson: &'static str,
}

impl WardSource {
    /// Phường Chu Văn An, around the old town of Sao Đỏ.
    pub const CHU_VAN_AN: Self = Self {
        code: "10549",
        name: "Phường Chu Văn An",
        sign: "CVA",
        city: "Hải Phòng",
        former_wards: &["Sao Đỏ", "Văn An", "Chí Minh", "Thái Học", "Cộng Hòa", "Văn Đức"],
        households: 16_500,
        centre: (106.391, 21.113),
        groups: names::CHU_VAN_AN_GROUPS,
        geojson: include_str!("../boundaries/10549_chu_van_an.geojson"),
    };

    /// Phường Chí Linh. Its household count is a sample.
    pub const CHI_LINH: Self = Self {
        code: "10546",
        name: "Phường Chí Linh",
        sign: "CL",
        city: "Hải Phòng",
        former_wards: &[],
        households: 10_300,
        centre: (106.326, 21.098),
        groups: &[],
        geojson: include_str!("../boundaries/10546_chi_linh.geojson"),
    };

    /// Phường Nguyễn Trãi. Its household count is a sample.
    pub const NGUYEN_TRAI: Self = Self {
        code: "10552",
        name: "Phường Nguyễn Trãi",
        sign: "NT",
        city: "Hải Phòng",
        former_wards: &[],
        households: 8_200,
        centre: (106.44, 21.19),
        groups: &[],
        geojson: include_str!("../boundaries/10552_nguyen_trai.geojson"),
    };

    /// All wards that can be chosen.
    pub const ALL: [Self; 3] = [Self::CHU_VAN_AN, Self::CHI_LINH, Self::NGUYEN_TRAI];

    /// The ward of a code, or `None` when its outline is not embedded.
    pub fn by_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|w| w.code == code)
    }

    /// Its outline as a GeoJSON geometry, thinned to what a screen can show.
    pub fn boundary(&self) -> Value {
        polygon_json(&[self.outline()])
    }

    /// The number in the code, to part the wards' chance.
    pub(crate) fn salt(&self) -> u64 {
        self.code.bytes().fold(0, |n, b| n * 10 + u64::from(b - b'0'))
    }

    /// The outline as one counter-clockwise ring on the grid, not closed (the last corner is not the
    /// first again). The three wards have neither islands nor holes.
    pub(crate) fn outline(&self) -> Vec<Grid> {
        let Ok(GeoJson::FeatureCollection(file)) = self.geojson.parse::<GeoJson>() else {
            unreachable!("the embedded outlines are feature collections (tested for each)")
        };
        let shape = file.features.into_iter().next().and_then(|f| f.geometry);
        let shape: MultiPolygon<f64> = shape
            .and_then(|g| g.try_into().ok())
            .expect("the embedded outlines are multipolygons (tested for each)");
        let mut shape = shape.0.into_iter().next().expect("an outline has a polygon");
        // Thin by the area a corner spans, in steps, until short enough. Twelve square metres at most
        // are cut per corner: less than the width of a line on any screen.
        let mut span = 1e-10;
        while shape.exterior().0.len() > MOST_CORNERS {
            shape = shape.simplify_vw_preserve(span);
            span *= 1.5;
        }
        let mut ring: Vec<Grid> = shape
            .exterior()
            .0
            .iter()
            .map(|c| ((c.x * MICRO).round() as i64, (c.y * MICRO).round() as i64))
            .collect();
        ring.dedup();
        ring.pop();
        if twice_area(&ring) < 0 {
            ring.reverse();
        }
        ring
    }
}

/// Twice the signed area of a ring in square micro-degrees; positive when counter-clockwise.
pub(crate) fn twice_area(ring: &[Grid]) -> i64 {
    let Some(&origin) = ring.first() else { return 0 };
    ring.iter().zip(ring.iter().cycle().skip(1)).map(|(&a, &b)| cross(origin, a, b)).sum()
}

/// Twice the signed area of the triangle: positive when `c` is left of `a` → `b`.
pub(crate) fn cross(a: Grid, b: Grid, c: Grid) -> i64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

/// Is the point (in fractions of the grid) inside the ring? Even-odd rule.
pub(crate) fn inside(ring: &[Grid], x: f64, y: f64) -> bool {
    let mut odd = false;
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        let (ax, ay, bx, by) = (a.0 as f64, a.1 as f64, b.0 as f64, b.1 as f64);
        if (ay > y) != (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax) {
            odd = !odd;
        }
    }
    odd
}

/// Degrees of one grid number, as short as it can be written.
pub(crate) fn degrees(at: i64) -> f64 {
    at as f64 / MICRO
}

/// A GeoJSON `Polygon` of rings on the grid, the outer one first.
pub(crate) fn polygon_json(rings: &[Vec<Grid>]) -> Value {
    let rings: Vec<Vec<[f64; 2]>> = rings
        .iter()
        .map(|ring| {
            ring.iter().chain(ring.first()).map(|&(x, y)| [degrees(x), degrees(y)]).collect()
        })
        .collect();
    json!({ "type": "Polygon", "coordinates": rings })
}
