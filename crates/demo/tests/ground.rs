//! The ground: outlines fit, groups fill the ward exactly, the tree of alleys holds together.

use std::collections::{BTreeMap, BTreeSet};

use geo::{
    Area, BooleanOps, BoundingRect, Contains, Coord, Intersects, LineString, Point, Polygon,
    Validation,
};
use gocua_demo::{DemoWard, Provenance, Scale, WardSource, build};
use gocua_domain::territory::AlleyKind;
use gocua_domain::time::Millis;
use serde_json::Value;

/// 2026-11-22 20:15 in Viet Nam, a Sunday.
const NOW: Millis = Millis(1_795_353_300_000);

fn scale(factor: f64) -> Scale {
    Scale::new(factor).expect("a scale of the tests")
}

/// In micro-degrees, so that whole numbers come out.
fn polygon(shape: &Value) -> Polygon<f64> {
    assert_eq!(shape["type"], "Polygon");
    let mut rings = shape["coordinates"].as_array().expect("rings").iter().map(|ring| {
        LineString(
            ring.as_array()
                .expect("a ring")
                .iter()
                .map(|c| {
                    let degree = |i: usize| (c[i].as_f64().expect("a number") * 1e6).round();
                    Coord { x: degree(0), y: degree(1) }
                })
                .collect(),
        )
    });
    let outer = rings.next().expect("an outer ring");
    Polygon::new(outer, rings.collect())
}

fn groups_fill_the_ward(source: WardSource, seed: u64, scale: Scale) {
    let ward = build(source, seed, scale, NOW);
    let what = format!("ward {} seed {seed} scale {}", source.code, scale.factor());
    let outline = polygon(&ward.ward.boundary);
    assert!(outline.is_valid(), "{what}: outline");
    let shapes: Vec<Polygon<f64>> = ward.groups.iter().map(|g| polygon(&g.boundary)).collect();

    for (group, shape) in ward.groups.iter().zip(&shapes) {
        assert!(shape.is_valid(), "{what}: {} {:?}", group.code, shape.validation_errors());
        let [lon, lat] = group.label_point;
        assert!(
            shape.contains(&Point::new(lon * 1e6, lat * 1e6)),
            "{what}: label of {}",
            group.code
        );
        let least = outline.unsigned_area() / shapes.len() as f64 / 60.0;
        assert!(shape.unsigned_area() > least, "{what}: {} is a sliver", group.code);
        let (a, p) = (shape.unsigned_area(), perimeter(shape));
        assert!(a / (p * p) > 0.008, "{what}: {} is a thread ({})", group.code, a / (p * p));
    }
    let sum: f64 = shapes.iter().map(Area::unsigned_area).sum();
    let off = (sum / outline.unsigned_area() - 1.0).abs();
    assert!(off < 0.001, "{what}: areas are off by {off}");

    // Every side of a group is the reverse of exactly one side of a neighbour, or on the outline.
    let mut sides: BTreeMap<[i64; 4], usize> = BTreeMap::new();
    for (i, shape) in shapes.iter().enumerate() {
        for ring in std::iter::once(shape.exterior()).chain(shape.interiors()) {
            for line in ring.lines() {
                let side = [line.start.x, line.start.y, line.end.x, line.end.y].map(|v| v as i64);
                assert!(sides.insert(side, i).is_none(), "{what}: a side belongs to two groups");
            }
        }
    }
    let mut outer = 0.0;
    for &[ax, ay, bx, by] in sides.keys() {
        if !sides.contains_key(&[bx, by, ax, ay]) {
            outer += ((bx - ax) as f64).hypot((by - ay) as f64);
        }
    }
    let whole = perimeter(&outline);
    assert!(
        (outer / whole - 1.0).abs() < 1e-3,
        "{what}: lone sides of {outer}, outline of {whole}"
    );

    for (i, a) in shapes.iter().enumerate() {
        for b in &shapes[..i] {
            let near =
                a.bounding_rect().zip(b.bounding_rect()).is_some_and(|(a, b)| a.intersects(&b));
            if near {
                let shared = a.intersection(b).unsigned_area();
                assert!(shared < 100.0, "{what}: two groups overlap by {shared}");
            }
        }
    }
}

fn perimeter(shape: &Polygon<f64>) -> f64 {
    shape.exterior().lines().map(|l| (l.end.x - l.start.x).hypot(l.end.y - l.start.y)).sum()
}

#[test]
fn groups_fill_every_ward_exactly() {
    for source in WardSource::ALL {
        groups_fill_the_ward(source, 7, Scale::FULL);
        groups_fill_the_ward(source, 7, Scale::MIN);
    }
}

#[test]
fn groups_fill_the_ward_for_many_seeds() {
    for seed in 0..12 {
        groups_fill_the_ward(
            WardSource::ALL[seed as usize % 3],
            seed,
            scale(0.05 + 0.04 * seed as f64),
        );
    }
}

#[test]
fn outlines_and_groups_stay_small() {
    for source in WardSource::ALL {
        let ward = build(source, 1, Scale::FULL, NOW);
        let outline = ward.ward.boundary.to_string();
        assert!(outline.len() <= 40 * 1024, "{}: outline of {} bytes", source.code, outline.len());
        let groups: usize = ward.groups.iter().map(|g| g.boundary.to_string().len()).sum();
        assert!(groups <= 120 * 1024, "{}: groups of {groups} bytes", source.code);
        let longest = number_lengths(&outline).max().expect("an outline has numbers");
        assert!(longest <= "106.123456".len(), "more than six decimals");
    }
}

fn number_lengths(text: &str) -> impl Iterator<Item = usize> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.').map(str::len)
}

#[test]
fn the_outline_is_the_published_one() {
    // Area by the published figures, km²; a degree of latitude is 110.75 km at 21.1° N.
    for (source, km2) in WardSource::ALL.into_iter().zip([40.86, 26.79, 76.28]) {
        let ward = build(source, 1, Scale::MIN, NOW);
        let square = polygon(&ward.ward.boundary).unsigned_area() / 1e12;
        let area = square * 110.75 * 110.75 * 0.9351;
        assert!((area / km2 - 1.0).abs() < 0.01, "{}: {area} km²", source.code);
    }
    assert!(WardSource::by_code("10549").is_some());
    assert!(WardSource::by_code("00001").is_none());
}

#[test]
fn groups_have_their_names() {
    let ward = build(WardSource::CHU_VAN_AN, 1, Scale::FULL, NOW);
    assert_eq!(ward.groups.len(), 48);
    let codes: BTreeSet<&str> = ward.groups.iter().map(|g| g.code.as_str()).collect();
    assert_eq!(codes.len(), 48);
    assert!(codes.contains("THAIHOC2") && codes.contains("NINHCHAP5") && codes.contains("KY"));
    assert!(codes.iter().all(|c| c.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())));
    assert_eq!(ward.groups.iter().filter(|g| g.provenance == Provenance::Verified).count(), 12);

    let other = build(WardSource::CHI_LINH, 1, Scale::FULL, NOW);
    assert_eq!(other.groups[2].name, "Tổ dân phố 3");
    assert_eq!(other.groups[2].code, "TDP3");
    assert!(other.groups.iter().all(|g| g.provenance == Provenance::Sample));
}

#[test]
fn alleys_form_a_tree_within_their_group() {
    for (seed, factor) in (0..).zip([0.02, 0.03, 0.0727, 0.0729, 0.3, 1.0]) {
        for source in WardSource::ALL {
            alleys_are_sound(&build(source, seed, scale(factor), NOW));
        }
    }
}

fn alleys_are_sound(ward: &DemoWard) {
    let mut seen = BTreeMap::new();
    let mut sort_keys = Vec::new();
    for alley in &ward.alleys {
        match alley.parent_id {
            None => {
                assert_eq!(alley.kind, AlleyKind::Street);
                assert_eq!(alley.label, format!("Đường {}", alley.street));
                assert!(alley.path.is_empty());
            }
            Some(parent) => {
                let parent: &&gocua_demo::Alley = seen.get(&parent).expect("parents come first");
                assert_eq!(parent.group_id, alley.group_id);
                assert_eq!(parent.street, alley.street);
                assert_eq!(alley.path[..alley.path.len() - 1], parent.path);
                let off = match alley.kind {
                    AlleyKind::Street => panic!("a street turns off nothing"),
                    AlleyKind::Lane => AlleyKind::Street,
                    AlleyKind::Alley => AlleyKind::Lane,
                    AlleyKind::SubAlley => AlleyKind::Alley,
                };
                assert_eq!(parent.kind, off, "{}", alley.label);
            }
        }
        seen.insert(alley.id, alley);
        sort_keys.push(&alley.sort_key);
    }
    assert!(sort_keys.is_sorted_by(|a, b| a < b), "natural order, no two alike");
    let ways: BTreeSet<(&str, &[u32])> = ward
        .alleys
        .iter()
        .filter(|a| !a.path.is_empty())
        .map(|a| (a.street, a.path.as_slice()))
        .collect();
    let named = ward.alleys.iter().filter(|a| !a.path.is_empty()).count();
    assert_eq!(ways.len(), named, "no two ngõ of one street share a number");
    for kind in [AlleyKind::Street, AlleyKind::Lane, AlleyKind::Alley] {
        assert!(ward.alleys.iter().any(|a| a.kind == kind), "{kind:?}");
    }

    let mut doors: BTreeMap<_, u32> = BTreeMap::new();
    for household in &ward.households {
        *doors.entry(household.alley_id).or_default() += 1;
    }
    for alley in &ward.alleys {
        let doors = doors.get(&alley.id).copied().unwrap_or_default();
        assert!((10..=60).contains(&doors), "{} has {doors} doors", alley.label);
    }
    for group in &ward.groups {
        let alleys = ward.alleys.iter().filter(|a| a.group_id == group.id).count();
        assert!((6..=14).contains(&alleys), "{} has {alleys} alleys", group.code);
    }
}

#[test]
fn a_whole_ward_has_every_kind_of_alley() {
    let ward = build(WardSource::CHU_VAN_AN, 1, Scale::FULL, NOW);
    let count = |kind| ward.alleys.iter().filter(|a| a.kind == kind).count();
    assert!(count(AlleyKind::SubAlley) >= 15, "{}", count(AlleyKind::SubAlley));
    assert!(count(AlleyKind::Alley) >= 60, "{}", count(AlleyKind::Alley));
    assert!(count(AlleyKind::Lane) > count(AlleyKind::Alley));
}
