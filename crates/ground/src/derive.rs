//! Outlines out of doors: every place of the ward belongs to the group of the door nearest to it.

use std::collections::{BTreeMap, HashMap};

use geo::{BooleanOps, Coord, LineString, MultiPolygon, Polygon, unary_union};
use spade::{DelaunayTriangulation, HasPosition, Point2, Triangulation};

use crate::shape::{Plane, Point, Shape, without};

/// Derived outlines.
#[derive(Clone, Debug, PartialEq)]
pub struct Derived<G> {
    /// The outline of each group that has a door with a place, by group.
    pub shapes: Vec<(G, Shape)>,
    /// Doors (places in the list given) that lie in no piece of their group's outline: beyond the
    /// ward, on ground kept for another group, or at the very place of a door of another group.
    pub astray: Vec<usize>,
}

/// A door on the plane.
#[derive(Clone, Copy, Debug)]
struct Site {
    at: Coord<f64>,
    /// Place of its group; `None` for the far points that close the outer cells.
    group: Option<usize>,
}

impl HasPosition for Site {
    type Scalar = f64;

    fn position(&self) -> Point2<f64> {
        Point2::new(self.at.x, self.at.y)
    }
}

/// How far outside (in widths of the ward) the points stand that close the outer cells.
const FAR: f64 = 20.0;

/// Derives the outlines of the groups the `doors` belong to: the Voronoi cells of the doors, joined
/// by group, within `ward` and outside everything `kept` for groups whose outline somebody gave.
///
/// The outlines cover the ward but for what is kept, and do not overlap.
pub fn derive<G: Copy + Ord>(ward: &Shape, kept: &[Shape], doors: &[(G, Point)]) -> Derived<G> {
    let nothing = Derived { shapes: Vec::new(), astray: (0..doors.len()).collect() };
    let Some(plane) = ward.middle().map(Plane::at) else { return nothing };
    let kept: Vec<MultiPolygon<f64>> = kept.iter().map(|s| s.flat(&plane)).collect();
    let free = without(&ward.flat(&plane), &kept);

    let mut groups: BTreeMap<G, usize> = doors.iter().map(|(g, _)| (*g, 0)).collect();
    for (n, place) in groups.values_mut().enumerate() {
        *place = n;
    }
    let cells = cells(ward, &plane, &groups, doors);
    let mut shapes = Vec::with_capacity(groups.len());
    for ((group, _), cells) in groups.into_iter().zip(cells) {
        let joined = unary_union(&cells).intersection(&free);
        shapes.extend(Shape::from_flat(&joined, &plane).map(|shape| (group, shape)));
    }
    let of_group: BTreeMap<G, &Shape> = shapes.iter().map(|(g, s)| (*g, s)).collect();
    let astray = (0..doors.len())
        .filter(|n| {
            let (group, at) = doors[*n];
            !of_group.get(&group).is_some_and(|shape| shape.contains(at))
        })
        .collect();
    Derived { shapes, astray }
}

/// The Voronoi cells of the doors, by place of their group.
fn cells<G: Copy + Ord>(
    ward: &Shape,
    plane: &Plane,
    groups: &BTreeMap<G, usize>,
    doors: &[(G, Point)],
) -> Vec<Vec<Polygon<f64>>> {
    let mut cells = vec![Vec::new(); groups.len()];
    let mut sites: Vec<Site> = Vec::with_capacity(doors.len() + 8);
    // Of doors at one place the first decides: one place cannot belong to two groups.
    let mut taken: HashMap<[u64; 2], ()> = HashMap::with_capacity(doors.len());
    for (group, [x, y]) in doors {
        let at = plane.flat(Coord { x: *x, y: *y });
        let finite = at.x.is_finite() && at.y.is_finite();
        if finite && taken.insert([at.x.to_bits(), at.y.to_bits()], ()).is_none() {
            sites.push(Site { at, group: groups.get(group).copied() });
        }
    }
    let reach = reach(ward, plane, &sites) * FAR;
    for (x, y) in [(1.0, 0.0), (0.7, 0.7), (0.0, 1.0), (-0.7, 0.7)] {
        for sign in [1.0, -1.0] {
            let at = Coord { x: x * reach * sign, y: y * reach * sign };
            sites.push(Site { at, group: None });
        }
    }
    let Ok(net) = DelaunayTriangulation::<Site>::bulk_load(sites) else { return cells };
    for face in net.voronoi_faces() {
        let Some(group) = face.as_delaunay_vertex().data().group else { continue };
        let corners: Option<Vec<Coord<f64>>> = face
            .adjacent_edges()
            .map(|edge| edge.from().position().map(|p| Coord { x: p.x, y: p.y }))
            .collect();
        if let Some(ring) = corners.filter(|c| c.len() >= 3) {
            cells[group].push(Polygon::new(LineString(ring), Vec::new()));
        }
    }
    cells
}

/// The largest distance of a corner of the ward, or of a door, from the plane's origin.
fn reach(ward: &Shape, plane: &Plane, sites: &[Site]) -> f64 {
    let [west, south, east, north] = ward.bounds().unwrap_or([0.0; 4]);
    let corners = [(west, south), (east, north)].map(|(x, y)| plane.flat(Coord { x, y }));
    corners
        .into_iter()
        .chain(sites.iter().map(|s| s.at))
        .map(|c| c.x.hypot(c.y))
        .fold(1.0, f64::max)
}
