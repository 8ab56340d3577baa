//! The area of several rings together, which may overlap: readers paint a pixel once, however many rings it lies in.

use super::Rect;
use super::ring::{area, hull};

/// Sides of all rings up to which overlaps are looked for; each pair of sides may cross, and each crossing is looked at.
const SIDES: usize = 256;

/// The area that at least one of the rings covers, square pixels. A ring covers what readers fill of it, by the even-odd rule. Rings of
/// more than 256 sides together count as if they did not overlap.
pub fn area_of<'r>(rings: impl Iterator<Item = &'r [[f64; 2]]> + Clone) -> f64 {
    let sum: f64 = rings.clone().map(area).sum();
    let sides: usize = rings.clone().map(<[_]>::len).sum();
    if sides > SIDES || !any_overlap(rings.clone()) {
        return sum;
    }
    let covered = covered(&rings.collect::<Vec<_>>());
    // Rings that lie beside each other keep the number that they have each by itself.
    if covered < sum * (1.0 - 1e-9) { covered } else { sum }
}

fn any_overlap<'r>(rings: impl Iterator<Item = &'r [[f64; 2]]>) -> bool {
    let hulls: Vec<Rect> = rings.map(hull).collect();
    let apart = |a: &Rect, b: &Rect| a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
    hulls.iter().enumerate().any(|(i, a)| hulls[..i].iter().any(|b| !apart(a, b)))
}

/// Cut into strips at every corner and crossing: within a strip no two sides cross, so what its middle covers is what it covers.
fn covered(rings: &[&[[f64; 2]]]) -> f64 {
    let sides: Vec<[[f64; 2]; 2]> = rings.iter().flat_map(|ring| sides(ring)).collect();
    let mut cuts: Vec<f64> = sides.iter().map(|side| side[0][1]).collect();
    for (i, a) in sides.iter().enumerate() {
        cuts.extend(sides[..i].iter().filter_map(|b| crossing(a, b)));
    }
    cuts.sort_by(f64::total_cmp);
    let mut spans: Vec<[f64; 2]> = Vec::new();
    let mut total = 0.0;
    for strip in cuts.windows(2).filter(|strip| strip[1] > strip[0]) {
        let middle = f64::midpoint(strip[0], strip[1]);
        spans.clear();
        for ring in rings {
            let mut at: Vec<f64> = sides_at(ring, middle).collect();
            at.sort_by(f64::total_cmp);
            spans.extend(at.chunks_exact(2).map(|pair| [pair[0], pair[1]]));
        }
        spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let mut end = f64::NEG_INFINITY;
        let mut width = 0.0;
        for [from, to] in &spans {
            width += (to - from.max(end)).max(0.0);
            end = end.max(*to);
        }
        total += width * (strip[1] - strip[0]);
    }
    total
}

fn sides(ring: &[[f64; 2]]) -> impl Iterator<Item = [[f64; 2]; 2]> + '_ {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| [*a, *b])
}

/// Where the sides of a ring cut a row.
fn sides_at(ring: &[[f64; 2]], y: f64) -> impl Iterator<Item = f64> + '_ {
    sides(ring)
        .filter(move |[a, b]| (a[1] > y) != (b[1] > y))
        .map(move |[a, b]| a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]))
}

/// The row in which two sides cross.
fn crossing([a, b]: &[[f64; 2]; 2], [c, d]: &[[f64; 2]; 2]) -> Option<f64> {
    let (first, second) = ([b[0] - a[0], b[1] - a[1]], [d[0] - c[0], d[1] - c[1]]);
    let turn = first[0] * second[1] - first[1] * second[0];
    if turn == 0.0 {
        return None;
    }
    let between = [c[0] - a[0], c[1] - a[1]];
    let t = (between[0] * second[1] - between[1] * second[0]) / turn;
    let u = (between[0] * first[1] - between[1] * first[0]) / turn;
    let within = (0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&u);
    within.then(|| a[1] + t * first[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, side: f64) -> Vec<[f64; 2]> {
        vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
    }

    #[test]
    fn what_rings_have_in_common_counts_once() {
        let diamond = vec![[10.0, 0.0], [20.0, 10.0], [10.0, 20.0], [0.0, 10.0]];
        let other_way: Vec<_> = square(0.0, 0.0, 10.0).into_iter().rev().collect();
        for (rings, expected) in [
            (vec![square(0.0, 0.0, 10.0)], 100.0),
            (vec![square(0.0, 0.0, 10.0), square(20.0, 0.0, 10.0)], 200.0),
            (vec![square(0.0, 0.0, 10.0), square(10.0, 0.0, 10.0)], 200.0),
            (vec![square(0.0, 0.0, 10.0), square(5.0, 5.0, 10.0)], 175.0),
            (vec![square(0.0, 0.0, 10.0), square(0.0, 0.0, 10.0)], 100.0),
            (vec![square(0.0, 0.0, 10.0), other_way], 100.0),
            (vec![square(0.0, 0.0, 10.0), square(5.0, 0.0, 10.0), square(0.0, 5.0, 10.0)], 200.0),
            (vec![square(0.0, 0.0, 20.0), diamond.clone()], 400.0),
            (vec![square(5.0, 5.0, 10.0), diamond], 200.0),
            // Their hulls overlap, they do not.
            (vec![vec![[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]], vec![[10.0, 10.0], [10.0, 1.0], [1.0, 10.0]]], 90.5),
        ] {
            let got = area_of(rings.iter().map(Vec::as_slice));
            assert!((got - expected).abs() < 1e-9, "{rings:?}: {got}, not {expected}");
        }
    }

    #[test]
    fn many_sides_are_added() {
        let ring: Vec<[f64; 2]> =
            (0..200).map(|i| f64::from(i) / 200.0 * std::f64::consts::TAU).map(|a| [a.cos(), a.sin()]).collect();
        let one = area(&ring);
        assert_eq!(area_of([&ring[..], &ring].into_iter()), 2.0 * one);
    }
}
