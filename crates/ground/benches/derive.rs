//! How long the outlines of a whole ward take to derive: 16,500 doors in 48 groups.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gocua_ground::{Shape, derive};
use serde_json::json;

fn outlines(c: &mut Criterion) {
    let ring = [[106.3, 21.0], [106.4, 21.0], [106.4, 21.1], [106.3, 21.1], [106.3, 21.0]];
    let ward = Shape::read(&json!({ "type": "Polygon", "coordinates": [ring] })).expect("a shape");
    // Doors along rows, eight by six groups: regular enough to be the same on every machine.
    let doors: Vec<(u32, [f64; 2])> = (0..16_500_u32)
        .map(|n| {
            let (row, place) = (n / 150, n % 150);
            let x = 106.3 + 0.1 * (f64::from(place) + 0.3 * f64::from(row % 3) + 0.1) / 151.0;
            let y = 21.0 + 0.1 * (f64::from(row) + 0.5 + 0.2 * f64::from(place % 2)) / 111.0;
            (place * 8 / 150 + 8 * (row * 6 / 110), [x, y])
        })
        .collect();
    let mut group = c.benchmark_group("ground");
    group.sample_size(10);
    group.bench_function("derive 16,500 doors", |b| {
        b.iter(|| derive(black_box(&ward), &[], &doors))
    });
    group.finish();
}

criterion_group!(benches, outlines);
criterion_main!(benches);
