//! Several rings as one. Formats have a list of points for an object and no word for a hole: readers fill an inner ring, or take it for
//! another object. So a hole is tied to the ring around it by a bridge of no width, there and back: the area between them stays out in
//! readers that fill by the even-odd rule and in those that go by winding, and the shoelace area is right. The same joins the parts of one
//! object.

use super::{area, hull, twice_area};
use crate::dm::Rect;

/// A ring of points, pixels; the last is tied to the first.
pub type Ring = Vec<[f64; 2]>;

/// Steps after which the search for rings in rings is given up. A polygon of a person needs some thousands.
const STEPS: usize = 1 << 28;

/// Pairs of points up to which the shortest bridge is looked for.
const PAIRS: usize = 1 << 22;

/// Ties each ring that is a hole to the ring around it. A ring in a hole is a part of its own. `None` when so many rings of so many points lie
/// within each other's bounds that they cannot be told apart in reasonable time.
pub fn cut_holes(rings: Vec<Ring>) -> Option<Vec<Ring>> {
    let around = enclosing(&rings)?;
    let depth = |mut i: usize| {
        let mut depth = 0;
        while let Some(next) = around[i] {
            (i, depth) = (next, depth + 1);
        }
        depth
    };
    let is_hole: Vec<bool> = (0..rings.len()).map(|i| depth(i) % 2 == 1).collect();
    if !is_hole.contains(&true) {
        return Some(rings);
    }
    let mut parts: Vec<Option<Ring>> = rings.into_iter().map(Some).collect();
    for (i, outer) in around.iter().enumerate().filter(|(i, _)| is_hole[*i]) {
        let hole = parts[i].take().unwrap_or_default();
        if let Some(ring) = outer.and_then(|outer| parts[outer].as_mut()) {
            let turns_alike = (twice_area(ring) > 0.0) == (twice_area(&hole) > 0.0);
            tie(ring, hole, turns_alike);
        }
    }
    Some(parts.into_iter().flatten().collect())
}

/// All rings as one, each tied to those before it.
pub fn join(rings: impl IntoIterator<Item = Ring>) -> Ring {
    let mut rings = rings.into_iter();
    let mut all = rings.next().unwrap_or_default();
    let turn = twice_area(&all) > 0.0;
    for ring in rings {
        let turns_alike = turn == (twice_area(&ring) > 0.0);
        tie(&mut all, ring, !turns_alike);
    }
    all
}

/// For each ring the smallest one that it lies in.
fn enclosing(rings: &[Ring]) -> Option<Vec<Option<usize>>> {
    let bounds: Vec<Rect> = rings.iter().map(|ring| hull(ring)).collect();
    let areas: Vec<f64> = rings.iter().map(|ring| area(ring)).collect();
    let mut around = vec![None; rings.len()];
    let mut steps = 0;
    for i in 0..rings.len() {
        for j in 0..rings.len() {
            steps += 1;
            let smaller = around[i].is_none_or(|best: usize| areas[j] < areas[best]);
            if areas[j] > areas[i] && smaller && is_within(bounds[i], bounds[j]) {
                let inside = lies_in(&rings[i], &rings[j], &mut steps);
                around[i] = if inside { Some(j) } else { around[i] };
            }
            if steps > STEPS {
                return None;
            }
        }
    }
    Some(around)
}

fn is_within(inner: Rect, outer: Rect) -> bool {
    inner.x >= outer.x
        && inner.y >= outer.y
        && inner.x + inner.w <= outer.x + outer.w
        && inner.y + inner.h <= outer.y + outer.h
}

/// Whether a ring lies in another, which it may touch: no point is outside, and a point or the middle of an edge is not on the border.
fn lies_in(inner: &[[f64; 2]], outer: &[[f64; 2]], steps: &mut usize) -> bool {
    let mut place = |p| {
        *steps += outer.len();
        if *steps > STEPS { Place::Outside } else { place(p, outer) }
    };
    let mut strictly = false;
    for p in inner {
        match place(*p) {
            Place::Outside => return false,
            Place::Inside => strictly = true,
            Place::Border => {}
        }
    }
    let mut middles = edges(inner).map(|(a, b)| [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0]);
    strictly || middles.any(|middle| matches!(place(middle), Place::Inside))
}

enum Place {
    Inside,
    Border,
    Outside,
}

/// Where a point lies, by the crossings of a ray to the right.
fn place([x, y]: [f64; 2], ring: &[[f64; 2]]) -> Place {
    let mut inside = false;
    for ([ax, ay], [bx, by]) in edges(ring) {
        let cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
        let between = x >= ax.min(bx) && x <= ax.max(bx) && y >= ay.min(by) && y <= ay.max(by);
        if cross == 0.0 && between {
            return Place::Border;
        }
        if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
            inside = !inside;
        }
    }
    if inside { Place::Inside } else { Place::Outside }
}

fn edges(ring: &[[f64; 2]]) -> impl Iterator<Item = ([f64; 2], [f64; 2])> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

/// Ties a ring to another, at the two points that are closest; `backwards`: run the other way round.
fn tie(ring: &mut Ring, mut other: Ring, backwards: bool) {
    while other.len() > 1 && other.first() == other.last() {
        other.pop();
    }
    if backwards {
        other.reverse();
    }
    let (at, from) = closest(ring, &other);
    let Some(&here) = ring.get(at) else { return };
    other.rotate_left(from);
    other.push(other[0]);
    other.push(here);
    ring.splice(at + 1..at + 1, other);
}

/// Where the shortest bridge between two rings begins and ends; for large rings one from the first point of the other.
fn closest(ring: &[[f64; 2]], other: &[[f64; 2]]) -> (usize, usize) {
    let from = if ring.len().saturating_mul(other.len()) > PAIRS { 1 } else { other.len() };
    let mut best = (0, 0, f64::INFINITY);
    for (j, q) in other.iter().enumerate().take(from) {
        for (i, p) in ring.iter().enumerate() {
            let distance = (p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2);
            if distance < best.2 {
                best = (i, j, distance);
            }
        }
    }
    (best.0, best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, side: f64) -> Ring {
        vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
    }

    fn turned(mut ring: Ring) -> Ring {
        ring.reverse();
        ring
    }

    fn closed(mut ring: Ring) -> Ring {
        ring.push(ring[0]);
        ring
    }

    /// Parts, and the area of each.
    fn areas(rings: &[Ring]) -> Vec<f64> {
        cut_holes(rings.to_vec()).unwrap().iter().map(|ring| area(ring)).collect()
    }

    #[test]
    fn rings_in_rings_are_holes_whichever_way_they_run() {
        let big = square(0.0, 0.0, 10.0);
        let gap =
            vec![[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [6.0, 10.0], [6.0, 2.0], [4.0, 2.0], [4.0, 10.0], [0.0, 10.0]];
        for (rings, expected) in [
            (vec![big.clone(), square(2.0, 2.0, 3.0)], vec![91.0]),
            (vec![big.clone(), turned(square(2.0, 2.0, 3.0))], vec![91.0]),
            (vec![closed(big.clone()), closed(square(2.0, 2.0, 3.0))], vec![91.0]),
            (vec![square(2.0, 2.0, 3.0), big.clone()], vec![91.0]),
            (vec![big.clone(), square(1.0, 1.0, 2.0), square(5.0, 5.0, 4.0)], vec![80.0]),
            // An island in the hole is a part of its own.
            (vec![big.clone(), square(2.0, 2.0, 6.0), square(4.0, 4.0, 1.0)], vec![64.0, 1.0]),
            // Side by side, touching, overlapping.
            (vec![big.clone(), square(20.0, 0.0, 5.0)], vec![100.0, 25.0]),
            (vec![big.clone(), square(10.0, 0.0, 5.0)], vec![100.0, 25.0]),
            (vec![big.clone(), square(8.0, 8.0, 5.0)], vec![100.0, 25.0]),
            // A hole that touches the border; what fills a gap from outside, all its points on the border.
            (vec![big.clone(), square(0.0, 2.0, 3.0)], vec![91.0]),
            (vec![gap, vec![[4.0, 2.0], [6.0, 2.0], [6.0, 10.0], [4.0, 10.0]]], vec![84.0, 16.0]),
            (vec![big.clone(), big.clone()], vec![100.0, 100.0]),
            (vec![big], vec![100.0]),
        ] {
            assert_eq!(areas(&rings), expected, "{rings:?}");
        }
    }

    #[test]
    fn parts_are_one_ring_of_all_their_area() {
        let parts = [square(0.0, 0.0, 10.0), turned(square(20.0, 0.0, 5.0)), square(0.0, 30.0, 2.0)];
        let one = join(parts);
        assert_eq!(area(&one), 129.0);
        // The bridges are the shortest.
        assert!(one.windows(2).any(|edge| edge == [[10.0, 0.0], [20.0, 0.0]]), "{one:?}");
        assert_eq!(join([square(0.0, 0.0, 1.0)]), square(0.0, 0.0, 1.0));
    }

    #[test]
    fn what_takes_too_long_is_given_up() {
        let mut rings: Vec<Ring> = (0..30_000).map(|i| square(f64::from(i % 100), f64::from(i / 100), 0.5)).collect();
        rings.push(square(-1.0, -1.0, 400.0));
        assert!(cut_holes(rings).is_none());
    }
}
