//! Rows of objects as Ultralytics judges them, from a label file or from a list of its NDJSON.
//!
//! The reader judges an image's rows together: one that it does not take costs the image. Coordinates are normalised.

use crate::check::finding::{Findings, Place, Rule};
use crate::check::rules::{
    LABEL_BOX_OVER_EDGE, LABEL_CLASS_INVALID, LABEL_CLASS_UNKNOWN, LABEL_COLUMNS, LABEL_DUPLICATE, LABEL_EDGE,
    LABEL_EMPTY, LABEL_HIDDEN_JOINT, LABEL_MIXED, LABEL_NOT_A_NUMBER, LABEL_OUT_OF_RANGE, LABEL_POINT_OUTSIDE,
    LABEL_VISIBILITY,
};
use crate::stream::StreamError;
use crate::tr;
use crate::words::Message;
use std::collections::HashMap;

/// What the rows are judged by.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Number of classes; `None` when any number will do.
    pub classes: Option<u64>,
    /// Joints and values a joint, of pose datasets.
    pub joints: Option<(usize, usize)>,
}

/// A row: where it stands and its values.
pub struct Row<'r> {
    /// `FILE:LINE`, for findings.
    pub place: Place<'r>,
    /// The values of the row, or the text of the first one that is not a number.
    pub values: Result<&'r [f64], String>,
}

/// What an image's rows are taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Boxes.
    Boxes,
    /// Polygons.
    Polygons,
    /// Boxes with joints.
    Poses,
}

/// What the rows of an image are, or of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows.
    pub objects: u64,
    /// They are taken for polygons.
    pub polygons: bool,
    /// They have joints.
    pub poses: bool,
    /// Boxes without joints.
    pub boxes: u64,
    /// Boxes whose third and fourth value are above the first and the second, as those of corners are.
    ascending: u64,
    /// Boxes that reach over the edge of the image, and would not if their values were corners.
    over_edge: u64,
}

impl Summary {
    /// Adds those of another image.
    pub fn add(&mut self, other: &Self) {
        self.objects += other.objects;
        self.polygons |= other.polygons;
        self.poses |= other.poses;
        self.boxes += other.boxes;
        self.ascending += other.ascending;
        self.over_edge += other.over_edge;
    }

    /// Whether the boxes were written as two corners: all of them could be, and many make no sense as centre and size.
    pub fn are_corners(&self) -> bool {
        self.boxes >= 3 && self.ascending == self.boxes && 3 * self.over_edge >= self.boxes
    }

    fn add_box(&mut self, [x, y, w, h]: [f64; 4]) {
        self.boxes += 1;
        self.ascending += u64::from(w > x && h > y && w <= 1.01 && h <= 1.01);
        let over = |c: f64, side: f64| c - side / 2.0 < -ROUNDING || c + side / 2.0 > 1.0 + ROUNDING;
        self.over_edge += u64::from(over(x, w) || over(y, h));
    }
}

/// Beyond the edge by more than what six decimals can add.
const ROUNDING: f64 = 2e-6;

/// Checks the rows of an image.
///
/// # Errors
/// [`StreamError`]: a finding cannot be written.
pub fn check(rows: &[Row<'_>], head: Head, out: &mut Findings) -> Result<Summary, StreamError> {
    let width = |row: &Row<'_>| row.values.as_ref().map_or(0, |values| values.len());
    let kind = match head.joints {
        Some(_) => Kind::Poses,
        None if rows.iter().any(|row| width(row) > 6) => Kind::Polygons,
        None => Kind::Boxes,
    };
    let mut summary = Summary { objects: rows.len() as u64, ..Summary::default() };
    (summary.polygons, summary.poses) = (kind == Kind::Polygons, kind == Kind::Poses);
    let mut seen = Seen::default();
    for (number, row) in rows.iter().enumerate() {
        let mut say = |rule: &'static Rule, message: Message| out.add(rule, row.place, message);
        let values = match &row.values {
            Ok(values) => values,
            Err(text) => {
                say(&LABEL_NOT_A_NUMBER, tr!("label-no-number", ?text))?;
                continue;
            }
        };
        if let Some(bad) = values.iter().find(|n| !n.is_finite()) {
            say(&LABEL_NOT_A_NUMBER, tr!("label-not-finite", bad))?;
            continue;
        }
        if let Some((rule, message)) = columns(kind, values.len(), head) {
            say(rule, message)?;
            continue;
        }
        class(values[0], head, &mut say)?;
        let bounds = match kind {
            Kind::Polygons => polygon(&values[1..], &mut say)?,
            _ => [values[1], values[2], values[3], values[4]],
        };
        if kind == Kind::Boxes {
            summary.add_box(bounds);
        }
        extent(kind, bounds, &mut say)?;
        if let (Kind::Poses, Some((_, each))) = (kind, head.joints) {
            joints(&values[5..], each, &mut say)?;
        }
        if seen.is_again(rows, number, values) {
            say(&LABEL_DUPLICATE, tr!("label-duplicate"))?;
        }
    }
    Ok(summary)
}

/// The rows that are not the first of their kind.
#[derive(Default)]
struct Seen {
    /// The first row with a hash.
    rows: Vec<(u64, usize)>,
    /// The same of many rows.
    many: HashMap<u64, usize>,
}

impl Seen {
    /// So many rows are looked through one by one.
    const FEW: usize = 32;

    /// Whether a row has the values of one before it, as floats of 32 bits.
    fn is_again(&mut self, rows: &[Row<'_>], number: usize, values: &[f64]) -> bool {
        let bits = |n: &f64| (*n as f32).to_bits();
        let hash = values
            .iter()
            .fold(0_u64, |hash, n| (hash ^ u64::from(bits(n))).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29));
        let known = self.rows.iter().find(|(other, _)| *other == hash).map(|(_, first)| *first);
        let Some(first) = known.or_else(|| self.many.get(&hash).copied()) else {
            if self.rows.len() < Self::FEW {
                self.rows.push((hash, number));
            } else {
                self.many.insert(hash, number);
            }
            return false;
        };
        let same = |row: &Row<'_>| row.values.as_ref().is_ok_and(|v| v.iter().map(bits).eq(values.iter().map(bits)));
        // Nearly always the first; two rows with one hash are looked for in all.
        same(&rows[first]) || rows[..number].iter().any(same)
    }
}

/// What is wrong with the number of values.
fn columns(kind: Kind, n: usize, head: Head) -> Option<(&'static Rule, Message)> {
    let (rule, wanted) = match (kind, head.joints) {
        (Kind::Poses, Some((joints, each))) if n != 5 + joints * each => {
            (&LABEL_COLUMNS, tr!("label-needs-joints", joints, each, values = 5 + joints * each))
        }
        (Kind::Polygons, _) if n == 5 => (&LABEL_MIXED, tr!("label-other-polygons")),
        (Kind::Polygons, _) if n < 7 || n.is_multiple_of(2) => (&LABEL_COLUMNS, tr!("label-needs-pairs")),
        (Kind::Boxes, _) if n != 5 => (&LABEL_COLUMNS, tr!("label-needs-five")),
        _ => return None,
    };
    Some((rule, tr!("label-columns", n, wanted)))
}

type Say<'s> = dyn FnMut(&'static Rule, Message) -> Result<(), StreamError> + 's;

fn class(n: f64, head: Head, say: &mut Say<'_>) -> Result<(), StreamError> {
    if n < 0.0 || n.fract() != 0.0 {
        return say(&LABEL_CLASS_INVALID, tr!("label-class-invalid", n));
    }
    match head.classes {
        Some(classes) if n >= classes as f64 => say(&LABEL_CLASS_UNKNOWN, tr!("label-class-unknown", n, classes)),
        _ => Ok(()),
    }
}

/// Checks a polygon's points; gives the box around it, `xc yc w h`, which the reader makes of them and judges.
fn polygon(points: &[f64], say: &mut Say<'_>) -> Result<[f64; 4], StreamError> {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for point in points.chunks_exact(2) {
        for axis in 0..2 {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    let (w, h) = (high[0] - low[0], high[1] - low[1]);
    let around = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0, w, h];
    let outside = points.iter().find(|n| !(-ROUNDING..=1.0 + ROUNDING).contains(*n));
    // Of a turned rectangle, four points, a corner may lie outside: the object reaches over the edge.
    let turned =
        points.len() == 8 && (0..2).all(|i| (points[i] + points[i + 4] - points[i + 2] - points[i + 6]).abs() < 4e-6);
    if turned && outside.is_some() {
        say(&LABEL_BOX_OVER_EDGE, tr!("label-corner-outside"))?;
        return Ok(around);
    }
    // The reader judges the box around the polygon only.
    if let Some(n) = outside.filter(|_| !around.iter().any(|n| !(-0.01..=1.01).contains(n))) {
        say(&LABEL_POINT_OUTSIDE, tr!("label-point-outside", n))?;
    }
    Ok(around)
}

/// Checks a box `xc yc w h`, or that around a polygon.
fn extent(kind: Kind, [xc, yc, w, h]: [f64; 4], say: &mut Say<'_>) -> Result<(), StreamError> {
    let values = [xc, yc, w, h];
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low < -0.01 || w < 0.0 || h < 0.0 {
        say(&LABEL_OUT_OF_RANGE, tr!("label-negative", n = w.min(h).min(low)))
    } else if high > 1.01 && kind == Kind::Poses {
        say(&LABEL_POINT_OUTSIDE, tr!("label-above-kept", high))
    } else if high > 1.01 {
        say(&LABEL_OUT_OF_RANGE, tr!("label-above", high))
    } else if low < 0.0 || high > 1.0 + ROUNDING {
        let n = if low < 0.0 { low } else { high };
        say(&LABEL_EDGE, tr!("label-edge", n))
    } else if w == 0.0 || h == 0.0 {
        say(&LABEL_EMPTY, tr!("label-empty"))
    } else if kind != Kind::Polygons
        && [(xc, w), (yc, h)].iter().any(|(c, side)| c - side / 2.0 < -ROUNDING || c + side / 2.0 > 1.0 + ROUNDING)
    {
        say(&LABEL_BOX_OVER_EDGE, tr!("label-over-edge"))
    } else {
        Ok(())
    }
}

/// Checks joints of two or three values each.
fn joints(values: &[f64], each: usize, say: &mut Say<'_>) -> Result<(), StreamError> {
    for (i, joint) in values.chunks_exact(each).enumerate() {
        let (low, high) = (joint[0].min(joint[1]), joint[0].max(joint[1]));
        if low < -0.01 || high > 1.01 {
            let n = if low < -0.01 { low } else { high };
            say(&LABEL_OUT_OF_RANGE, tr!("label-joint-range", joint = i + 1, n))?;
        } else if low < 0.0 || high > 1.0 + ROUNDING {
            say(&LABEL_EDGE, tr!("label-joint-edge", joint = i + 1))?;
        }
        let Some(v) = joint.get(2) else { continue };
        if ![0.0, 1.0, 2.0].contains(v) {
            say(&LABEL_VISIBILITY, tr!("label-joint-visibility", joint = i + 1, v))?;
        } else if *v == 0.0 && (joint[0] != 0.0 || joint[1] != 0.0) {
            say(&LABEL_HIDDEN_JOINT, tr!("label-joint-hidden", joint = i + 1))?;
        }
    }
    Ok(())
}
