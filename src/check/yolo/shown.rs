//! Rows of objects as shapes, for whoever draws them.

use super::rows::Head;
use crate::check::board::{Board, Class, Object, Picture};
use crate::stream::StreamError;

/// A picture whose size is not known: coordinates are shares of its sides.
pub const UNKNOWN: [u64; 2] = [1000, 1000];

/// A row of an image: its line in the label file, and its values.
pub type Line = (u64, Vec<f64>);

/// The object of a row: a box, a polygon, or a box with joints. What is no number, or is missing, has no place.
pub fn object(values: &[f64], head: Head, size: Option<[u64; 2]>, class: String) -> Object {
    let mut object = Object::new(Class::Named(class));
    let [width, height] = size.unwrap_or(UNKNOWN).map(|side| side as f64);
    if !values.iter().all(|n| n.is_finite()) {
        return object;
    }
    let pairs = |list: &[f64]| list.chunks_exact(2).flat_map(|p| [p[0] * width, p[1] * height]).collect();
    match (values, head.joints) {
        ([_, x, y, w, h], None) => object.bbox = Some(upright([*x, *y, *w, *h], width, height)),
        ([_, x, y, w, h, joints @ ..], Some((_, each))) if each == 2 || each == 3 => {
            object.bbox = Some(upright([*x, *y, *w, *h], width, height));
            let joint = |j: &[f64]| [j[0] * width, j[1] * height, j.get(2).copied().unwrap_or(2.0)];
            object.joints = joints.chunks_exact(each).flat_map(joint).collect();
        }
        ([_, points @ ..], None) if points.len() >= 6 => object.rings.push(pairs(points)),
        _ => {}
    }
    object
}

/// Left, top, width and height in pixels of a box in shares, given by its centre.
fn upright([x, y, w, h]: [f64; 4], width: f64, height: f64) -> [f64; 4] {
    [(x - w / 2.0) * width, (y - h / 2.0) * height, w * width, h * height]
}

/// The name of a class by its number, or the number.
pub fn class_name(number: Option<&f64>, names: Option<&[String]>) -> String {
    let Some(number) = number else { return String::new() };
    let known = (number.fract() == 0.0 && *number >= 0.0).then(|| names?.get(*number as usize)).flatten();
    known.cloned().unwrap_or_else(|| number.to_string())
}

/// Adds an image with the rows of its label file.
///
/// # Errors
/// [`StreamError::Write`].
pub fn add(
    board: &mut Board,
    picture: &Picture,
    rows: &[Line],
    head: Head,
    names: Option<&[String]>,
) -> Result<(), StreamError> {
    let number = board.picture(picture)?;
    for (line, values) in rows {
        let mut object = object(values, head, picture.size, class_name(values.first(), names));
        object.lines = Some([*line; 2]);
        board.object(number, &object)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_boxes_polygons_or_boxes_with_joints_in_pixels() {
        let of = |values: &[f64], joints| {
            object(values, Head { classes: None, joints }, Some([200, 100]), class_name(values.first(), None))
        };
        let plain = of(&[3.0, 0.5, 0.5, 0.25, 0.5], None);
        assert_eq!((plain.bbox, plain.class), (Some([75.0, 25.0, 50.0, 50.0]), Class::Named("3".into())));
        assert_eq!(of(&[0.0, 0.0, 0.0, 1.0, 0.0, 0.5, 1.0], None).rings, [[0.0, 0.0, 200.0, 0.0, 100.0, 100.0]]);
        let pose = of(&[0.0, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 1.0], Some((1, 3)));
        assert_eq!((pose.bbox, pose.joints), (Some([50.0, 25.0, 100.0, 50.0]), vec![50.0, 25.0, 1.0]));
        for odd in [&[][..], &[1.0], &[0.0, f64::NAN, 0.5, 0.5, 0.5], &[0.0, 0.1, 0.2, 0.3]] {
            assert!(of(odd, None).bbox.is_none(), "{odd:?}");
        }
    }
}
