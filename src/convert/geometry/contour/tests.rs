use super::*;
use proptest::prelude::*;

type Outline = Vec<[u32; 2]>;
/// A picture, its outlines, whether it has a hole.
type Golden<'g> = (&'g str, &'g [&'g [[u32; 2]]], bool);

/// The runs of a picture of `#` and `.`, rows apart by spaces, and its width.
fn runs(picture: &str) -> (Vec<Run>, u32) {
    let width = picture.split(' ').next().unwrap().len();
    bitmap_runs(&picture.bytes().filter(|b| *b != b' ').map(|b| b == b'#').collect::<Vec<_>>(), width)
}

fn bitmap_runs(bitmap: &[bool], width: usize) -> (Vec<Run>, u32) {
    let mut out: Vec<Run> = Vec::new();
    for start in (0..bitmap.len()).filter(|&i| bitmap[i]).map(|i| i as u64) {
        match out.last_mut() {
            Some(run) if run.start + run.length == start => run.length += 1,
            _ => out.push(Run { start, length: 1 }),
        }
    }
    (out, width as u32)
}

fn traced((runs, width): (Vec<Run>, u32)) -> (Vec<Outline>, bool) {
    let mut contours = Contours::default();
    // A mask before must leave nothing behind.
    contours.trace(&[Run { start: 0, length: u64::from(width) }], width);
    contours.trace(&runs, width);
    (contours.polygons().map(<[_]>::to_vec).collect(), contours.has_hole())
}

#[test]
fn outlines_are_those_of_opencv() {
    // Made with `cv2.findContours(mask, RETR_EXTERNAL, CHAIN_APPROX_SIMPLE)`, then turned to the canonical start.
    let cases: &[Golden<'_>] = &[
        ("..... .###. .###. .....", &[&[[1, 1], [1, 2], [3, 2], [3, 1]]], false),
        ("##### #...# #.#.# #...# #####", &[&[[0, 0], [0, 4], [4, 4], [4, 0]]], true),
        ("#... .#.. ..#. ...#", &[], false),
        ("#.. #.. ###", &[&[[0, 0], [0, 1], [1, 2], [2, 2], [0, 2]]], false),
        (".#. ### .#.", &[&[[0, 1], [1, 0], [2, 1], [1, 2]]], false),
        ("##.... ##.... ....## ....##", &[&[[0, 0], [0, 1], [1, 1], [1, 0]], &[[4, 2], [4, 3], [5, 3], [5, 2]]], false),
        (
            "##.. ##.. ..## ..##",
            &[&[[0, 0], [0, 1], [1, 1], [2, 2], [2, 3], [3, 3], [3, 2], [2, 2], [1, 1], [1, 0]]],
            false,
        ),
        ("...## ..### .###. ###.. ##...", &[&[[0, 3], [0, 4], [1, 4], [4, 1], [4, 0], [3, 0]]], false),
    ];
    for (picture, outlines, hole) in cases {
        let (got, has_hole) = traced(runs(picture));
        assert!(got.iter().eq(outlines.iter()) && has_hole == *hole, "{picture}: {got:?} {has_hole}");
    }
}

#[test]
fn an_image_of_any_size_costs_what_its_runs_cost() {
    let side: u32 = 1 << 26;
    let all = Run { start: 0, length: u64::from(side) * u64::from(side) - 3 };
    let last = side - 1;
    let want = vec![[0, 0], [0, last], [last - 3, last], [last - 2, last - 1], [last, last - 1], [last, 0]];
    assert_eq!(traced((vec![all], side)), (vec![want], false));
}

/// Twice the signed area of the triangle `a b p`, exactly.
fn side([ax, ay]: [u32; 2], [bx, by]: [u32; 2], [px, py]: [u32; 2]) -> i64 {
    let d = |m: u32, n: u32| i64::from(m) - i64::from(n);
    d(bx, ax) * d(py, ay) - d(by, ay) * d(px, ax)
}

/// Whether a point lies in or on a closed line, by the parity of crossings.
fn covers(outline: &[[u32; 2]], p: [u32; 2]) -> bool {
    let mut inside = false;
    for (i, &a) in outline.iter().enumerate() {
        let b = outline[(i + 1) % outline.len()];
        let (low, high) = (a[1].min(b[1]), a[1].max(b[1]));
        let on_line = side(a, b, p) == 0 && (a[0].min(b[0])..=a[0].max(b[0])).contains(&p[0]);
        if on_line && (low..=high).contains(&p[1]) {
            return true;
        }
        let (from, to) = if a[1] < b[1] { (a, b) } else { (b, a) };
        inside ^= (low..high).contains(&p[1]) && side(from, to, p) > 0;
    }
    inside
}

/// The background that is connected to the outside over four neighbours.
fn outside(bitmap: &[bool], w: usize) -> Vec<bool> {
    let h = bitmap.len() / w;
    let mut open = vec![false; bitmap.len()];
    let mut todo: Vec<usize> =
        (0..bitmap.len()).filter(|i| i % w == 0 || i % w == w - 1 || i / w == 0 || i / w == h - 1).collect();
    while let Some(i) = todo.pop() {
        if bitmap[i] || std::mem::replace(&mut open[i], true) {
            continue;
        }
        let (x, y) = (i % w, i / w);
        todo.extend([(x > 0, i.wrapping_sub(1)), (x + 1 < w, i + 1)].iter().filter(|n| n.0).map(|n| n.1));
        todo.extend([(y > 0, i.wrapping_sub(w)), (y + 1 < h, i + w)].iter().filter(|n| n.0).map(|n| n.1));
    }
    open
}

fn bitmaps() -> impl Strategy<Value = (Vec<bool>, usize)> {
    (1usize..14, 1usize..14, 1u32..10).prop_flat_map(|(w, h, tenths)| {
        let pixel = prop::bool::weighted(f64::from(tenths) / 10.0);
        (prop::collection::vec(pixel, w * h), Just(w))
    })
}

proptest! {
    #[test]
    fn outlines_cover_the_mask_and_nothing_outside((bitmap, w) in bitmaps()) {
        let mut contours = Contours::default();
        let (runs, width) = bitmap_runs(&bitmap, w);
        contours.trace(&runs, width);
        // All outlines, also those of lines and single pixels.
        let all: Vec<&[[u32; 2]]> = contours.outlines.iter().map(|r| &contours.points[r.clone()]).collect();
        let open = outside(&bitmap, w);
        for (i, open) in open.iter().enumerate() {
            let p = [(i % w) as u32, (i / w) as u32];
            let covered = all.iter().any(|o| covers(o, p));
            prop_assert_eq!(covered, !open, "{:?} {:?}", p, all);
        }
        let enclosed = (0..bitmap.len()).any(|i| !bitmap[i] && !open[i]);
        prop_assert_eq!(contours.has_hole(), enclosed);
    }

    #[test]
    fn the_start_and_direction_do_not_depend_on_the_walk(
        points in prop::collection::vec([0u32..4, 0u32..4], 1..12), turn in 0usize..12, back: bool,
    ) {
        let mut first = points.clone();
        canonical(&mut first);
        let mut again = points.clone();
        again.rotate_left(turn % points.len());
        if back {
            again.reverse();
        }
        canonical(&mut again);
        prop_assert_eq!(&first, &again);
        prop_assert_eq!(first[0], *points.iter().min().unwrap());
    }
}
