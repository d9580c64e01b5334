//! Cuts a ward's outline into residential groups that fit each other exactly.
//!
//! Cells are Voronoi cells of relaxed seeds, denser where houses stand denser, with wavering edges.
//! The cut is done once, as one planar graph on the whole-number grid, and each group's ring is read
//! off that graph: neighbours therefore share every corner of their common border, and there can be
//! neither gap nor overlap. (Clipping each cell by itself would leave both.)

use std::collections::{BTreeMap, HashMap};

use crate::boundary::{Grid, LON_SHRINK, cross, inside, twice_area};
use crate::dice::{Dice, Stream};

/// One cell of the partition.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// Rings on the grid, not closed: the outer one counter-clockwise, then holes clockwise.
    pub(crate) rings: Vec<Vec<Grid>>,
    /// A point well inside, for a label.
    pub(crate) label: Grid,
}

/// Points tried per cell when seeds are relaxed.
const CLOUD_PER_CELL: usize = 90;
/// Rounds of relaxation: enough to even the cells out, few enough to keep them irregular.
const ROUNDS: usize = 8;
/// How much denser the centre of the town is than the fields.
const TOWN_DENSITY: f64 = 16.0;
/// Half width of the dense town, in micro-degrees of latitude (about 1.3 km).
const TOWN_RADIUS: f64 = 12_000.0;
/// Length of one straight piece of a wavering edge, in micro-degrees (about 120 m).
const STRIDE: f64 = 1_100.0;

/// A point of the plane: longitude shrunk so that distances are true, in micro-degrees of latitude.
type Plane = (f64, f64);

/// Three seeds whose cells meet in a corner, in ascending order.
type Corner = [usize; 3];

/// Cuts the counter-clockwise `outline` into `count` cells, denser around `centre` (degrees).
pub(crate) fn cut(
    outline: &[Grid],
    count: usize,
    centre: (f64, f64),
    seed: u64,
    salt: u64,
) -> Vec<Cell> {
    let centre = (centre.0 * 1e6 * LON_SHRINK, centre.1 * 1e6);
    let mut dice = Dice::new(seed, salt, Stream::Seeds);
    let seeds = relaxed_seeds(outline, count, centre, &mut dice);
    let mut dice = Dice::new(seed, salt, Stream::Edges);
    let borders = borders(&seeds, &mut dice);
    let graph = Graph::new(outline, &borders);
    graph.cells(seeds.len())
}

fn to_plane((x, y): Grid) -> Plane {
    (x as f64 * LON_SHRINK, y as f64)
}

fn to_grid((x, y): Plane) -> Grid {
    ((x / LON_SHRINK).round() as i64, y.round() as i64)
}

fn gap2(a: Plane, b: Plane) -> f64 {
    (a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1)
}

/// Seeds inside the outline, spread as evenly as houses are dense (Lloyd's relaxation over a cloud of
/// points drawn with that density).
fn relaxed_seeds(outline: &[Grid], count: usize, centre: Plane, dice: &mut Dice) -> Vec<Plane> {
    let (low, high) = bounds(outline);
    let mut cloud: Vec<Plane> = Vec::with_capacity(count * CLOUD_PER_CELL);
    while cloud.len() < count * CLOUD_PER_CELL {
        let x = dice.fraction(low.0 as f64, high.0 as f64);
        let y = dice.fraction(low.1 as f64, high.1 as f64);
        let at = (x * LON_SHRINK, y);
        let far = 1.0 + gap2(at, centre) / (TOWN_RADIUS * TOWN_RADIUS);
        let density = (1.0 + (TOWN_DENSITY - 1.0) / (far * far)) / TOWN_DENSITY;
        if dice.chance(density) && inside(outline, x, y) {
            cloud.push(at);
        }
    }
    let mut seeds: Vec<Plane> = cloud.iter().step_by(CLOUD_PER_CELL).copied().collect();
    for _ in 0..ROUNDS {
        let mut sums = vec![(0.0, 0.0, 0.0); seeds.len()];
        for &point in &cloud {
            let sum = &mut sums[nearest(&seeds, point)];
            *sum = (sum.0 + point.0, sum.1 + point.1, sum.2 + 1.0);
        }
        for (seed, sum) in seeds.iter_mut().zip(sums) {
            if sum.2 > 0.0 {
                *seed = (sum.0 / sum.2, sum.1 / sum.2);
            }
        }
    }
    seeds
}

fn nearest(seeds: &[Plane], point: Plane) -> usize {
    let mut best = (0, f64::INFINITY);
    for (i, &seed) in seeds.iter().enumerate() {
        let gap = gap2(seed, point);
        if gap < best.1 {
            best = (i, gap);
        }
    }
    best.0
}

fn bounds(ring: &[Grid]) -> (Grid, Grid) {
    ring.iter().fold(((i64::MAX, i64::MAX), (i64::MIN, i64::MIN)), |(low, high), &(x, y)| {
        ((low.0.min(x), low.1.min(y)), (high.0.max(x), high.1.max(y)))
    })
}

/// The common border of two cells: a line from corner to corner, `left` and `right` of its direction.
struct Border {
    left: usize,
    right: usize,
    line: Vec<Grid>,
}

/// All borders between cells, wavering, each computed once for both its cells.
fn borders(seeds: &[Plane], dice: &mut Dice) -> Vec<Border> {
    let real = seeds.len();
    let mut all = seeds.to_vec();
    let (low, high) =
        seeds.iter().fold(((f64::MAX, f64::MAX), (f64::MIN, f64::MIN)), |(l, h), s| {
            ((l.0.min(s.0), l.1.min(s.1)), (h.0.max(s.0), h.1.max(s.1)))
        });
    let middle = ((low.0 + high.0) / 2.0, (low.1 + high.1) / 2.0);
    let reach = ((high.0 - low.0) + (high.1 - low.1)).max(10_000.0) * 4.0;
    // Far seeds all around close the outer cells; their borders lie beyond any point of the ward. The
    // ring is not regular, so that no four seeds lie on one circle.
    let compass = [
        (1.0, 0.03),
        (0.72, 0.69),
        (0.02, 1.04),
        (-0.7, 0.73),
        (-1.03, -0.01),
        (-0.71, -0.68),
        (0.01, -1.01),
        (0.68, -0.74),
    ];
    all.extend(compass.iter().map(|c| (middle.0 + c.0 * reach, middle.1 + c.1 * reach)));

    let mut ends: BTreeMap<(usize, usize), Vec<Corner>> = BTreeMap::new();
    for cell in 0..real {
        for (other, from, to) in cell_edges(&all, cell) {
            if cell < other && other < real {
                ends.insert((cell, other), vec![from, to]);
            }
        }
    }
    let corners: BTreeMap<Corner, Plane> = ends
        .values()
        .flatten()
        .map(|&c| (c, circumcentre(all[c[0]], all[c[1]], all[c[2]])))
        .collect();
    ends.iter()
        .map(|(&(a, b), ends)| {
            let (from, to) = (corners[&ends[0]], corners[&ends[1]]);
            Border {
                left: a,
                right: b,
                line: waver(from, to, all[a], all[b], (middle, reach / 4.0), dice),
            }
        })
        .collect()
}

/// The edges of one cell, counter-clockwise: the neighbour across, and the corners at both ends.
fn cell_edges(seeds: &[Plane], cell: usize) -> Vec<(usize, Corner, Corner)> {
    let me = seeds[cell];
    let mut others: Vec<usize> = (0..seeds.len()).filter(|&s| s != cell).collect();
    others.sort_by(|&a, &b| gap2(me, seeds[a]).total_cmp(&gap2(me, seeds[b])));
    // A huge square; each edge remembers the seed across it (`usize::MAX`: the square itself).
    let far = 1e9;
    let mut ring: Vec<(Plane, usize)> = [(-far, -far), (far, -far), (far, far), (-far, far)]
        .map(|c| ((me.0 + c.0, me.1 + c.1), usize::MAX))
        .to_vec();
    for other in others {
        let it = seeds[other];
        let reach = ring.iter().map(|(p, _)| gap2(me, *p)).fold(0.0, f64::max);
        if gap2(me, it) > 4.0 * reach {
            break; // Everything that follows is too far to cut.
        }
        let (mx, my) = ((me.0 + it.0) / 2.0, (me.1 + it.1) / 2.0);
        let side = |p: Plane| (p.0 - mx) * (it.0 - me.0) + (p.1 - my) * (it.1 - me.1);
        let mut cut: Vec<(Plane, usize)> = Vec::with_capacity(ring.len() + 1);
        for (i, &(a, across)) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()].0;
            let (sa, sb) = (side(a), side(b));
            let meet = || {
                let t = sa / (sa - sb);
                (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
            };
            match (sa <= 0.0, sb <= 0.0) {
                (true, true) => cut.push((a, across)),
                // The edge leaves the half plane: from here on `other` is across.
                (true, false) => cut.extend([(a, across), (meet(), other)]),
                (false, true) => cut.push((meet(), across)),
                (false, false) => {}
            }
        }
        ring = cut;
    }
    let across: Vec<usize> = ring.iter().map(|e| e.1).collect();
    let turn = |x: usize, y: usize| {
        let mut corner = [cell, x, y];
        corner.sort_unstable();
        corner
    };
    (0..across.len())
        .map(|i| {
            let before = across[(i + across.len() - 1) % across.len()];
            let after = across[(i + 1) % across.len()];
            (across[i], turn(before, across[i]), turn(across[i], after))
        })
        .collect()
}

fn circumcentre(a: Plane, b: Plane, c: Plane) -> Plane {
    // Relative to `a`, or the squares would eat the precision.
    let (bx, by) = (b.0 - a.0, b.1 - a.1);
    let (cx, cy) = (c.0 - a.0, c.1 - a.1);
    let d = 2.0 * (bx * cy - by * cx);
    let (b2, c2) = (bx * bx + by * by, cx * cx + cy * cy);
    (a.0 + (cy * b2 - by * c2) / d, a.1 + (bx * c2 - cx * b2) / d)
}

/// A wavering line between two corners.
///
/// The offset at any place stays within the two triangles spanned by the edge and the seeds at its
/// sides. The triangles of different edges do not overlap, so no two borders can ever cross.
fn waver(
    from: Plane,
    to: Plane,
    left: Plane,
    right: Plane,
    home: (Plane, f64),
    dice: &mut Dice,
) -> Vec<Grid> {
    let length = gap2(from, to).sqrt();
    if length < 2.0 {
        return vec![to_grid(from), to_grid(to)];
    }
    let (ux, uy) = ((to.0 - from.0) / length, (to.1 - from.1) / length);
    let along_of = |p: Plane| (p.0 - from.0) * ux + (p.1 - from.1) * uy;
    // Corners of far seeds lie many wards away: waver only where the ward can be.
    let (middle, radius) = home;
    let begin = (along_of(middle) - radius).clamp(0.0, length);
    let end = (along_of(middle) + radius).clamp(0.0, length);
    let span = end - begin;
    let pieces = ((span / STRIDE).ceil() as usize).max(1);
    let half = gap2(left, right).sqrt() / 2.0;
    let foot = along_of(left);
    let amplitude = dice.fraction(0.07, 0.16) * span.min(6.0 * STRIDE);
    let heights = ridge(pieces, dice);
    let mut line = vec![to_grid(from)];
    for (i, height) in heights.iter().enumerate() {
        let along = begin + span * (i + 1) as f64 / pieces as f64;
        let mut room = f64::MAX;
        if foot > 0.0 {
            room = room.min(along * half / foot);
        }
        if length - foot > 0.0 {
            room = room.min((length - along) * half / (length - foot));
        }
        let offset = (height * amplitude).clamp(-0.6 * room, 0.6 * room);
        let at = (from.0 + ux * along - uy * offset, from.1 + uy * along + ux * offset);
        line.push(to_grid(at));
    }
    line.push(to_grid(to));
    line.dedup();
    line
}

/// Heights between −1 and 1 at the `pieces - 1` inner places of a line that is 0 at both ends.
fn ridge(pieces: usize, dice: &mut Dice) -> Vec<f64> {
    let mut heights = vec![0.0; pieces + 1];
    // Halving: each middle lies between its ends, give or take less and less.
    let mut spans = vec![(0, pieces, 1.0)];
    while let Some((lo, hi, rough)) = spans.pop() {
        let mid = (lo + hi) / 2;
        if mid == lo {
            continue;
        }
        let even = (heights[lo] + heights[hi]) / 2.0;
        heights[mid] = (even + dice.fraction(-rough, rough)).clamp(-1.0, 1.0);
        // A long border wavers along its whole length, a short one only once.
        let rough = if hi - lo > 12 { rough } else { rough * 0.55 };
        spans.push((lo, mid, rough));
        spans.push((mid, hi, rough));
    }
    heights[1..pieces].to_vec()
}

/// A directed side of a stretch between two corners of the map.
#[derive(Clone, Copy, Debug)]
struct Half {
    from: usize,
    to: usize,
    /// The cell on its left, as far as the border says so.
    cell: Option<usize>,
}

/// The planar map: outline and borders, cut where they meet. Half-edge `2k` has the twin `2k + 1`.
struct Graph {
    nodes: Vec<Grid>,
    halves: Vec<Half>,
    /// Half-edges leaving each node, counter-clockwise.
    leaving: Vec<Vec<usize>>,
    /// Half-edges along the outside of the outline: their left is not the ward.
    outside: Vec<bool>,
}

impl Graph {
    fn new(outline: &[Grid], borders: &[Border]) -> Self {
        let mut nodes = Nodes::default();
        let sides = outline.len();
        // Where borders cross the outline, as (place along the side, node).
        let mut on_side: Vec<Vec<(f64, usize)>> = vec![Vec::new(); sides];
        let mut halves: Vec<Half> = Vec::new();
        let mut outside: Vec<bool> = Vec::new();
        let mut inner: Vec<(usize, usize, usize, usize)> = Vec::new();

        for border in borders {
            let mut chain: Vec<(usize, bool)> = Vec::new(); // node, does it lie on the outline
            for piece in border.line.windows(2) {
                let (a, b) = (piece[0], piece[1]);
                let mut meets: Vec<(f64, usize)> = Vec::new();
                for side in 0..sides {
                    let (c, d) = (outline[side], outline[(side + 1) % sides]);
                    if let Some((along, place, at)) = meeting(a, b, c, d) {
                        let node = nodes.id(at);
                        meets.push((along, node));
                        on_side[side].push((place, node));
                    }
                }
                meets.sort_by(|x, y| x.0.total_cmp(&y.0));
                chain.push((nodes.id(a), false));
                chain.extend(meets.into_iter().map(|(_, node)| (node, true)));
            }
            if let Some(&last) = border.line.last() {
                chain.push((nodes.id(last), false));
            }
            chain.dedup_by(|b, a| {
                let same = a.0 == b.0;
                a.1 |= same && b.1;
                same
            });
            // Between two meetings with the outline the border is wholly inside or wholly outside.
            let mut start = 0;
            for i in 1..chain.len() {
                if !chain[i].1 && i + 1 < chain.len() {
                    continue;
                }
                let run = &chain[start..=i];
                if run_inside(outline, &nodes.points, run) {
                    inner.extend(
                        run.windows(2).map(|p| (p[0].0, p[1].0, border.left, border.right)),
                    );
                }
                start = i;
            }
        }

        for (side, meets) in on_side.iter_mut().enumerate() {
            meets.sort_by(|x, y| x.0.total_cmp(&y.0));
            let mut last = nodes.id(outline[side]);
            let end = nodes.id(outline[(side + 1) % sides]);
            for node in meets.iter().map(|m| m.1).chain([end]) {
                if node != last {
                    halves.push(Half { from: last, to: node, cell: None });
                    halves.push(Half { from: node, to: last, cell: None });
                    outside.extend([false, true]);
                    last = node;
                }
            }
        }
        for (from, to, left, right) in inner {
            // Which cell lies left depends on the direction the border was walked in.
            halves.push(Half { from, to, cell: Some(left) });
            halves.push(Half { from: to, to: from, cell: Some(right) });
            outside.extend([false, false]);
        }

        let nodes = nodes.points;
        let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
        for (h, half) in halves.iter().enumerate() {
            leaving[half.from].push(h);
        }
        for (node, out) in leaving.iter_mut().enumerate() {
            out.sort_by(|&a, &b| {
                by_direction(nodes[node], nodes[halves[a].to], nodes[halves[b].to])
            });
        }
        Self { nodes, halves, leaving, outside }
    }

    /// The half-edge that follows `h` around the face on its left, among those for which `keep` holds.
    fn next(&self, h: usize, keep: impl Fn(usize) -> bool) -> usize {
        let twin = h ^ 1;
        let out = &self.leaving[self.halves[h].to];
        let at = out.iter().position(|&o| o == twin).unwrap_or(0);
        (1..=out.len())
            .map(|step| out[(at + out.len() - step) % out.len()])
            .find(|&o| keep(o))
            .unwrap_or(twin)
    }

    /// Reads the cells off the map; pieces a crooked outline has cut off join their neighbour.
    fn cells(&self, count: usize) -> Vec<Cell> {
        let mut face_of = vec![usize::MAX; self.halves.len()];
        let mut faces: Vec<Face> = Vec::new();
        for start in 0..self.halves.len() {
            if self.outside[start] || face_of[start] != usize::MAX {
                continue;
            }
            let mut ring = Vec::new();
            let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
            let mut h = start;
            loop {
                face_of[h] = faces.len();
                ring.push(self.nodes[self.halves[h].from]);
                if let Some(cell) = self.halves[h].cell {
                    *votes.entry(cell).or_default() += 1;
                }
                h = self.next(h, |_| true);
                if h == start {
                    break;
                }
            }
            let cell = votes.into_iter().max_by_key(|v| v.1).map_or(0, |v| v.0);
            faces.push(Face { cell, area: twice_area(&ring), settled: false });
        }
        self.join_pieces(&face_of, &mut faces, count);
        (0..count).filter_map(|cell| self.trace(cell, &face_of, &faces)).collect()
    }

    /// Keeps the largest face of each cell and gives the others to the neighbour with which they share
    /// the longest border.
    fn join_pieces(&self, face_of: &[usize], faces: &mut [Face], count: usize) {
        for cell in 0..count {
            let largest =
                (0..faces.len()).filter(|&f| faces[f].cell == cell).max_by_key(|&f| faces[f].area);
            if let Some(largest) = largest {
                faces[largest].settled = true;
            }
        }
        loop {
            let mut best: Option<(f64, usize, usize)> = None;
            let mut shared: BTreeMap<(usize, usize), f64> = BTreeMap::new();
            for (h, half) in self.halves.iter().enumerate() {
                if self.outside[h] || self.outside[h ^ 1] {
                    continue;
                }
                let (mine, theirs) = (face_of[h], face_of[h ^ 1]);
                if !faces[mine].settled && faces[theirs].settled {
                    let long =
                        gap2(to_plane(self.nodes[half.from]), to_plane(self.nodes[half.to])).sqrt();
                    *shared.entry((mine, faces[theirs].cell)).or_default() += long;
                }
            }
            for ((face, cell), long) in shared {
                if best.is_none_or(|b| long > b.0) {
                    best = Some((long, face, cell));
                }
            }
            let Some((_, face, cell)) = best else { return };
            faces[face].cell = cell;
            faces[face].settled = true;
        }
    }

    /// The rings of one cell: every half-edge with the cell on its left and something else across.
    fn trace(&self, cell: usize, face_of: &[usize], faces: &[Face]) -> Option<Cell> {
        let belongs = |h: usize| !self.outside[h] && faces[face_of[h]].cell == cell;
        let edge = |h: usize| belongs(h) && !belongs(h ^ 1);
        let mut seen = vec![false; self.halves.len()];
        let mut rings: Vec<Vec<Grid>> = Vec::new();
        for start in (0..self.halves.len()).filter(|&h| edge(h)) {
            if seen[start] {
                continue;
            }
            let mut ring = Vec::new();
            let mut h = start;
            while !seen[h] {
                seen[h] = true;
                ring.push(self.nodes[self.halves[h].from]);
                h = self.next(h, edge);
            }
            rings.push(ring);
        }
        rings.sort_by_key(|r| -twice_area(r));
        let label = rings.first().map(|r| label_point(r))?;
        Some(Cell { rings, label })
    }
}

/// A face of the map.
struct Face {
    cell: usize,
    area: i64,
    settled: bool,
}

/// Corners of the map by place.
#[derive(Default)]
struct Nodes {
    points: Vec<Grid>,
    ids: HashMap<Grid, usize>,
}

impl Nodes {
    fn id(&mut self, at: Grid) -> usize {
        *self.ids.entry(at).or_insert_with(|| {
            self.points.push(at);
            self.points.len() - 1
        })
    }
}

/// Where the segments meet: place along the first, place along the second, the grid point.
///
/// The sides of the test are exact; only the meeting point is rounded to the grid.
fn meeting(a: Grid, b: Grid, c: Grid, d: Grid) -> Option<(f64, f64, Grid)> {
    if a.0.max(b.0) < c.0.min(d.0)
        || c.0.max(d.0) < a.0.min(b.0)
        || a.1.max(b.1) < c.1.min(d.1)
        || c.1.max(d.1) < a.1.min(b.1)
    {
        return None;
    }
    let (c_side, d_side) = (wide_cross(a, b, c), wide_cross(a, b, d));
    let (a_side, b_side) = (wide_cross(c, d, a), wide_cross(c, d, b));
    if c_side.signum() * d_side.signum() > 0 || a_side.signum() * b_side.signum() > 0 {
        return None;
    }
    if a_side == b_side || c_side == d_side {
        return None; // On one line: the neighbouring segments meet it.
    }
    let along = a_side as f64 / (a_side - b_side) as f64;
    let place = c_side as f64 / (c_side - d_side) as f64;
    let at = (
        (c.0 as f64 + (d.0 - c.0) as f64 * place).round() as i64,
        (c.1 as f64 + (d.1 - c.1) as f64 * place).round() as i64,
    );
    Some((along, place, at))
}

/// [`cross`] with room for the far ends of borders outside the ward.
fn wide_cross(a: Grid, b: Grid, c: Grid) -> i128 {
    let wide = |v: i64| i128::from(v);
    wide(b.0 - a.0) * wide(c.1 - a.1) - wide(b.1 - a.1) * wide(c.0 - a.0)
}

/// Does a run of a border between two meetings lie inside? Asked at the middle of its longest piece,
/// where rounding matters least.
fn run_inside(outline: &[Grid], points: &[Grid], run: &[(usize, bool)]) -> bool {
    let longest = run.windows(2).map(|p| (points[p[0].0], points[p[1].0])).max_by(|x, y| {
        gap2(to_plane(x.0), to_plane(x.1)).total_cmp(&gap2(to_plane(y.0), to_plane(y.1)))
    });
    longest
        .is_some_and(|(a, b)| inside(outline, (a.0 + b.0) as f64 / 2.0, (a.1 + b.1) as f64 / 2.0))
}

/// Orders directions from `node` counter-clockwise, starting east. Exact: no angles are computed.
fn by_direction(node: Grid, a: Grid, b: Grid) -> std::cmp::Ordering {
    let lower = |p: Grid| (p.1, p.0) < (node.1, node.0);
    lower(a).cmp(&lower(b)).then_with(|| 0.cmp(&cross(node, a, b)))
}

/// The point of a coarse grid that lies deepest inside the ring.
fn label_point(ring: &[Grid]) -> Grid {
    const STEPS: i64 = 18;
    let (low, high) = bounds(ring);
    let mut best = (-1.0, low);
    for i in 1..STEPS {
        for j in 1..STEPS {
            let at = (low.0 + (high.0 - low.0) * i / STEPS, low.1 + (high.1 - low.1) * j / STEPS);
            if !inside(ring, at.0 as f64, at.1 as f64) {
                continue;
            }
            let p = to_plane(at);
            let depth = ring
                .iter()
                .zip(ring.iter().cycle().skip(1))
                .map(|(&a, &b)| gap_to_segment(p, to_plane(a), to_plane(b)))
                .fold(f64::MAX, f64::min);
            if depth > best.0 {
                best = (depth, at);
            }
        }
    }
    best.1
}

fn gap_to_segment(p: Plane, a: Plane, b: Plane) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let long = dx * dx + dy * dy;
    let t = if long > 0.0 {
        (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / long).clamp(0.0, 1.0)
    } else {
        0.0
    };
    gap2(p, (a.0 + dx * t, a.1 + dy * t))
}
