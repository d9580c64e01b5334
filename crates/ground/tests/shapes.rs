//! Outlines: read, checked, derived.

use gocua_ground::{
    Derived, Fault, FileFault, MOST_WARD_CORNERS, Shape, Whose, check, derive, features,
};
use serde_json::{Value, json};

fn square(west: f64, south: f64, side: f64) -> Value {
    let (east, north) = (west + side, south + side);
    json!({
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    })
}

fn shape(geometry: &Value) -> Shape {
    Shape::read(geometry).expect("a shape")
}

/// Doors in rows over a square of 0.1 degrees, in 3 by 4 groups.
fn doors() -> Vec<(u32, [f64; 2])> {
    (0..1_200_u32)
        .map(|n| {
            let (row, place) = (n / 30, n % 30);
            let x = 106.3 + 0.1 * (f64::from(place) + 0.4 * f64::from(row % 2) + 0.2) / 30.9;
            let y = 21.0 + 0.1 * (f64::from(row) + 0.5) / 40.0;
            (place / 10 + 3 * (row / 10), [x, y])
        })
        .collect()
}

fn close(a: f64, b: f64, part: f64) -> bool {
    (a / b - 1.0).abs() < part
}

#[test]
fn derived_outlines_fill_the_ward_and_hold_their_doors() {
    let ward = shape(&square(106.3, 21.0, 0.1));
    let doors = doors();
    let Derived { shapes, astray } = derive(&ward, &[], &doors);
    assert_eq!(shapes.len(), 12);
    assert!(astray.is_empty(), "{astray:?}");
    let sum: f64 = shapes.iter().map(|(_, s)| s.area_m2()).sum();
    assert!(close(sum, ward.area_m2(), 1e-4), "{sum} of {}", ward.area_m2());
    for (group, at) in &doors {
        let holders: Vec<u32> =
            shapes.iter().filter(|(_, s)| s.contains(*at)).map(|(g, _)| *g).collect();
        assert_eq!(holders, [*group], "{at:?}");
    }
    for (group, shape) in &shapes {
        let label = shape.label().expect("a label");
        assert!(shape.contains(label), "{group}");
        assert!(
            check(&shape.write(), Whose::GroupOf(&ward)).is_ok(),
            "{group} may be brought back as a file"
        );
    }
}

#[test]
fn ground_that_somebody_gave_to_a_group_is_left_alone() {
    let ward = shape(&square(106.3, 21.0, 0.1));
    let kept = shape(&square(106.3, 21.0, 0.05));
    let doors = doors();
    let Derived { shapes, astray } = derive(&ward, std::slice::from_ref(&kept), &doors);
    let sum: f64 = shapes.iter().map(|(_, s)| s.area_m2()).sum();
    assert!(close(sum + kept.area_m2(), ward.area_m2(), 1e-4));
    assert!(!astray.is_empty());
    for n in astray {
        assert!(kept.contains(doors[n].1), "{n}");
    }
}

#[test]
fn doors_that_fit_nowhere_are_named() {
    let ward = shape(&square(106.3, 21.0, 0.1));
    let at = [106.35, 21.05];
    let doors = [(1, [106.33, 21.05]), (1, at), (2, at), (2, [106.37, 21.05]), (2, [107.0, 21.05])];
    let found = derive(&ward, &[], &doors);
    assert_eq!(found.astray, [2, 4], "the second at a place, and the one in another province");
    assert_eq!(found.shapes.len(), 2);
    let none: Derived<u32> = derive(&ward, &[], &[]);
    assert!(none.shapes.is_empty() && none.astray.is_empty());
    let alone = derive(&ward, &[], &[(1, at)]);
    assert!(close(alone.shapes[0].1.area_m2(), ward.area_m2(), 1e-6), "one door gets everything");
}

#[test]
fn an_outline_is_refused_with_what_is_wrong_with_it() {
    let ward = shape(&square(106.3, 21.0, 0.1));
    let ring = |corners: &[[f64; 2]]| json!({ "type": "Polygon", "coordinates": [corners] });
    assert!(check(&square(106.32, 21.02, 0.01), Whose::GroupOf(&ward)).is_ok());
    let refused = |geometry: &Value| check(geometry, Whose::GroupOf(&ward)).expect_err("refused");
    assert_eq!(
        refused(&json!({ "type": "Point", "coordinates": [106.3, 21.0] })),
        Fault::NotPolygon
    );
    assert_eq!(refused(&Value::Null), Fault::NotPolygon);
    assert_eq!(refused(&ring(&[])), Fault::NotClosed);
    assert_eq!(
        refused(&ring(&[[106.32, 21.02], [106.33, 21.02], [106.33, 21.03], [106.32, 21.03]])),
        Fault::NotClosed
    );
    let bow = [[106.32, 21.02], [106.33, 21.03], [106.33, 21.02], [106.32, 21.03], [106.32, 21.02]];
    assert_eq!(refused(&ring(&bow)), Fault::CrossesItself);
    assert_eq!(refused(&square(21.0, 106.3, 0.01)), Fault::OutsideWard, "swapped coordinates");
    assert_eq!(refused(&square(106.39, 21.05, 0.02)), Fault::OutsideWard, "a kilometre too far");
    assert!(
        check(&square(106.39, 21.05, 0.011), Whose::GroupOf(&ward)).is_ok(),
        "a hundred metres over"
    );
    assert_eq!(refused(&square(106.32, 21.02, 0.00005)), Fault::TooSmall);
    let many: Vec<[f64; 2]> = (0..=4_100)
        .map(|n| {
            let turn = f64::from(n % 4_100) / 4_100.0 * std::f64::consts::TAU;
            [106.35 + 0.01 * turn.cos(), 21.05 + 0.01 * turn.sin()]
        })
        .collect();
    assert_eq!(refused(&ring(&many)), Fault::TooManyCorners);
    let codes: std::collections::BTreeSet<_> = Fault::ALL.iter().map(|f| f.code()).collect();
    assert_eq!(codes.len(), Fault::ALL.len());
}

#[test]
fn a_file_names_its_features_the_way_its_maker_did() {
    let file = json!({
        "type": "FeatureCollection",
        "features": [
            { "type": "Feature", "geometry": null, "properties": { "fid": 7, "TEN": " Tổ 4 ", "dien_tich": 1.5 } },
            { "type": "Feature", "geometry": null, "properties": null },
        ],
    });
    let read = features(&file).expect("read");
    assert_eq!(read[0].called, ["Tổ 4", "7"]);
    assert!(read[1].called.is_empty());
    assert_eq!(features(&json!([])), Err(FileFault::NotFeatures));
    let mut other = file;
    other["crs"] =
        json!({ "type": "name", "properties": { "name": "urn:ogc:def:crs:EPSG::3405" } });
    assert_eq!(features(&other), Err(FileFault::OtherCoordinates));
    other["crs"] =
        json!({ "type": "name", "properties": { "name": "urn:ogc:def:crs:OGC:1.3:CRS84" } });
    assert!(features(&other).is_ok());
}

#[test]
fn a_ward_is_kept_as_it_is_but_for_heights_and_far_decimals() {
    let far = json!({"type": "Polygon", "coordinates": [[
        [106.0, 21.0, 7.5], [106.05, 21.0], [106.05, 21.000_000_000_4], [106.05, 21.040_000_000_9],
        [106.0, 21.04], [106.0, 21.0],
    ]]});
    let kept = check(&far, Whose::Ward).expect("good").write();
    assert_eq!(
        kept,
        json!({"type": "Polygon", "coordinates":
            [[[106.0, 21.0], [106.05, 21.0], [106.05, 21.04], [106.0, 21.04], [106.0, 21.0]]]})
    );
    assert_eq!(check(&kept, Whose::Ward).expect("again").write(), kept);
    let rings = |west, side| square(west, 21.0, side)["coordinates"].clone();
    let two =
        json!({"type": "MultiPolygon", "coordinates": [rings(106.0, 0.02), rings(106.1, 0.01)]});
    assert_eq!(check(&two, Whose::Ward).expect("good").write(), two);
}

#[test]
fn what_is_no_ward_is_told_apart() {
    let polygon = |ring: Value| json!({"type": "Polygon", "coordinates": [ring]});
    let fault = |geometry: &Value| check(geometry, Whose::Ward).expect_err("refused");
    assert_eq!(fault(&json!({"type": "Point", "coordinates": [106, 21]})), Fault::NotPolygon);
    assert_eq!(fault(&json!({"type": "Polygon", "coordinates": []})), Fault::NotPolygon);
    assert_eq!(fault(&json!(null)), Fault::NotPolygon);
    assert_eq!(fault(&polygon(json!([[106.0, 21.0], [106.1, 21.0]]))), Fault::NotClosed);
    let open = json!([[106.0, 21.0], [106.03, 21.0], [106.03, 21.03], [106.0, 21.03]]);
    assert_eq!(fault(&polygon(open)), Fault::NotClosed);
    assert_eq!(
        fault(&polygon(json!([["a", 21.0], [1, 2], [3, 4], ["a", 21.0]]))),
        Fault::NotPolygon
    );
    let bow =
        json!([[106.0, 21.0], [106.03, 21.03], [106.03, 21.0], [106.0, 21.03], [106.0, 21.0]]);
    assert_eq!(fault(&polygon(bow)), Fault::CrossesItself);
    let hole = json!({"type": "Polygon", "coordinates": [
        square(106.0, 21.0, 0.03)["coordinates"][0], square(106.02, 21.01, 0.03)["coordinates"][0],
    ]});
    assert_eq!(fault(&hole), Fault::CrossesItself, "a hole that reaches over the border");
    let straight = json!([
        [106.0, 21.0],
        [106.01, 21.0],
        [106.03, 21.0],
        [106.03, 21.01],
        [106.03, 21.03],
        [106.0, 21.0],
    ]);
    assert!(check(&polygon(straight), Whose::Ward).is_ok(), "corners along a straight border");
    let spike = json!([
        [106.0, 21.0],
        [106.03, 21.0],
        [106.05, 21.0],
        [106.03, 21.0],
        [106.03, 21.03],
        [106.0, 21.0],
    ]);
    assert_eq!(fault(&polygon(spike)), Fault::CrossesItself, "there and back again");
    let rings = |all: &[Value]| {
        json!({"type": "Polygon", "coordinates":
        all.iter().map(|s| s["coordinates"][0].clone()).collect::<Vec<_>>()})
    };
    let whole = square(106.0, 21.0, 0.03);
    let apart = rings(&[whole.clone(), square(106.1, 21.0, 0.01)]);
    assert_eq!(fault(&apart), Fault::CrossesItself, "a hole beside the ward");
    let nested = [whole.clone(), square(106.01, 21.01, 0.01), square(106.012, 21.012, 0.002)];
    assert_eq!(fault(&rings(&nested)), Fault::CrossesItself, "a hole in a hole");
    assert!(check(&rings(&nested[..2]), Whose::Ward).is_ok(), "a ward may have a hole");
    let parts = |all: &[&Value]| {
        json!({"type": "MultiPolygon", "coordinates":
        all.iter().map(|s| s["coordinates"].clone()).collect::<Vec<_>>()})
    };
    assert_eq!(fault(&parts(&[&whole, &nested[1]])), Fault::CrossesItself, "a part in a part");
    let island = parts(&[&rings(&nested[..2]), &nested[2]]);
    assert!(check(&island, Whose::Ward).is_ok(), "a part in a hole of the other");
    assert!(
        check(&parts(&[&whole, &square(106.03, 21.03, 0.03)]), Whose::Ward).is_ok(),
        "corner to corner"
    );
    assert_eq!(fault(&square(21.0, 106.0, 0.03)), Fault::Swapped);
    assert_eq!(fault(&square(587_000.0, 2_330_000.0, 3_000.0)), Fault::NotDegrees);
    assert_eq!(fault(&square(2.0, 48.0, 0.03)), Fault::OutsideVietNam);
    assert_eq!(fault(&square(106.0, 21.0, 0.001)), Fault::TooSmall);
    assert_eq!(fault(&square(106.0, 20.0, 1.0)), Fault::TooLarge);
    let round = |corners: usize| {
        let turn = |n: usize| n as f64 / corners as f64 * std::f64::consts::TAU;
        let mut ring: Vec<[f64; 2]> = (0..corners)
            .map(|n| [106.35 + 0.1 * turn(n).cos(), 21.05 + 0.1 * turn(n).sin()])
            .collect();
        ring.push(ring[0]);
        polygon(json!(ring))
    };
    assert!(check(&round(MOST_WARD_CORNERS - 1), Whose::Ward).is_ok());
    assert_eq!(fault(&round(MOST_WARD_CORNERS)), Fault::TooManyCorners);
}
