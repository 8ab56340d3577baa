//! Annotations as shapes, for whoever draws them.

use super::Pass;
use super::fields::{Annotation, Form, Scalar};
use super::mask;
use crate::check::board::{Class, Object, Picture, class_key};
use crate::check::finding::Place;
use crate::stream::StreamError;

/// Adds an image of the document.
///
/// # Errors
/// [`StreamError::Write`].
pub fn picture(pass: &mut Pass<'_>, at: &str, image: &Annotation, size: Option<[u32; 2]>) -> Result<(), StreamError> {
    if pass.out.board.is_none() {
        return Ok(());
    }
    let name = if let Scalar::Text(name) = &image.file_name { name } else { "" };
    let leaves = name.is_empty() || name.starts_with('/') || name.split('/').any(|part| part == "..");
    let path = if pass.any_image && !leaves { pass.find(name) } else { name.to_owned() };
    let mut picture = Picture::new(&path, &[]).also_at(Place::at(pass.path, at));
    (picture.size, picture.part) = (size.map(|s| s.map(u64::from)), pass.part.clone());
    if let Some(board) = &mut pass.out.board {
        let number = board.picture(&picture)?;
        pass.shown.extend(image.id.key().map(|id| (id, number)));
    }
    Ok(())
}

/// Adds an annotation to its image; one of no image is a finding only.
///
/// # Errors
/// [`StreamError::Write`].
pub fn add(pass: &mut Pass<'_>, index: u64, a: &Annotation) -> Result<(), StreamError> {
    let Some(board) = &mut pass.out.board else { return Ok(()) };
    let Some(picture) = a.image_id.key().and_then(|id| pass.shown.get(&id)) else { return Ok(()) };
    let class = match (a.category_id.key(), a.caption.is_there()) {
        (Some(id), _) => Class::Later(class_key(pass.path, id), id),
        (None, true) => Class::Named("caption".into()),
        (None, false) => Class::Named(String::new()),
    };
    let mut object = Object::new(class).at(Place::at(pass.path, &format!("annotations[{index}]")));
    if let (&[x, y, w, h], 4) = (a.bbox.values.as_slice(), a.bbox.count) {
        object.bbox = Some([x, y, w, h]);
    }
    match a.form {
        Form::Rings => {
            let mut from = 0;
            for (end, are_numbers) in &a.rings.ends {
                object.rings.extend(a.rings.values.get(from..*end).filter(|_| *are_numbers).map(<[f64]>::to_vec));
                from = *end;
            }
        }
        Form::Runs => (object.columns, object.mask) = mask::runs_of(&a.runs).unwrap_or_default(),
        Form::Absent | Form::Other => {}
    }
    if a.keypoints.values.len() == a.keypoints.count {
        object.joints.clone_from(&a.keypoints.values);
    }
    board.object(*picture, &object)
}
