//! Images of a dataset, and in which of its parts they are.

use super::finding::{Findings, Place};
use super::picture::Picture;
use super::rules::{
    CLASS_UNUSED, IMAGE_CUT, IMAGE_IN_TWO_PARTS, IMAGE_MISSING, IMAGE_SIZE_DIFFERS, IMAGE_TURNED, IMAGE_UNREADABLE,
    IMAGES_ABSENT, YOLO_IMAGE_SMALL,
};
use super::tree::{Image, Tree};
use crate::stream::StreamError;
use crate::tr;
use std::collections::HashMap;

/// Extensions of the files that Ultralytics takes for images.
pub const ULTRALYTICS: [&str; 13] =
    ["avif", "bmp", "dng", "heic", "heif", "jp2", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp"];

/// Whether a file is an image by its name; those are the ones that Ultralytics takes.
pub fn is_image(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ext)| ULTRALYTICS.iter().any(|known| ext.eq_ignore_ascii_case(known)))
}

/// What is known about the images of a dataset.
#[derive(Default)]
pub struct Images {
    /// There are images: one that is not there is missing.
    present: bool,
    missing: u64,
    first_missing: Option<(String, String)>,
}

impl Images {
    /// `present`: whether there is any image anywhere in the dataset.
    pub fn new(present: bool) -> Self {
        Self { present, ..Self::default() }
    }

    /// A part has records and no image. `folder`: where they would be.
    pub fn absent(&mut self, folder: &str) {
        self.missing += 1;
        self.first_missing.get_or_insert_with(|| (folder.to_owned(), String::new()));
    }

    /// Looks at the image at a path and judges it.
    ///
    /// # Errors
    /// [`StreamError`]: a finding cannot be written.
    pub fn look(
        &mut self,
        tree: &Tree,
        path: &str,
        record: &Record<'_>,
        out: &mut Findings,
    ) -> Result<(), StreamError> {
        self.judge(&tree.image(path), path, record, out)
    }

    /// Judges an image that was looked at.
    ///
    /// # Errors
    /// [`StreamError`]: a finding cannot be written.
    pub fn judge(
        &mut self,
        image: &Image,
        path: &str,
        record: &Record<'_>,
        out: &mut Findings,
    ) -> Result<(), StreamError> {
        let place = Place { path, line: None, at: record.from };
        match image {
            Image::Elsewhere => self.present = true,
            Image::Missing => {
                self.missing += 1;
                if self.present {
                    return out.add(&IMAGE_MISSING, place, tr!("check-not-here"));
                }
                // Perhaps none of them is here.
                self.first_missing.get_or_insert_with(|| (path.to_owned(), record.from.to_owned()));
            }
            Image::Unreadable(reason) => {
                self.present = true;
                out.add(&IMAGE_UNREADABLE, place, tr!("check-no-image", reason))?;
            }
            Image::Here(picture) => {
                self.present = true;
                sound(picture, place, record, out)?;
                if let Some(other) = out.pictures.add(picture.key, record.part) {
                    let message = tr!("check-two-parts", ?other, part = ?record.part);
                    out.add(&IMAGE_IN_TWO_PARTS, place, message)?;
                }
            }
        }
        Ok(())
    }

    /// Writes the finding about images that are not here, if any.
    ///
    /// # Errors
    /// [`StreamError`]: a finding cannot be written.
    pub fn finish(self, of: &str, out: &mut Findings) -> Result<(), StreamError> {
        let Some((path, from)) = self.first_missing else { return Ok(()) };
        if !self.present {
            let message = tr!("check-images-absent");
            return out.add(&IMAGES_ABSENT, Place::file(of), message);
        }
        let message = match self.missing {
            n @ 2.. => tr!("check-not-here-of", n),
            _ => tr!("check-not-here"),
        };
        out.add(&IMAGE_MISSING, Place { path: &path, line: None, at: &from }, message)
    }
}

/// Writes the finding that some of so many classes have no object, if any.
///
/// # Errors
/// [`StreamError`]: a finding cannot be written.
pub fn unused_classes(unused: &[&str], of: usize, place: Place<'_>, out: &mut Findings) -> Result<(), StreamError> {
    const SHOWN: usize = 5;
    if unused.is_empty() {
        return Ok(());
    }
    let first: Vec<String> = unused.iter().take(SHOWN).map(|name| format!("{name:?}")).collect();
    let more = unused.len().saturating_sub(SHOWN);
    let (n, names) = (unused.len(), first.join(", "));
    let message = match more {
        0 => tr!("check-unused", n, of, names),
        more => tr!("check-unused-more", n, of, names, more),
    };
    out.add(&CLASS_UNUSED, place, message)
}

/// What a dataset says about an image.
#[derive(Clone, Copy, Debug, Default)]
pub struct Record<'r> {
    /// The file, and the place in it, that names the image; empty when nothing does.
    pub from: &'r str,
    /// Width and height in pixels, as the annotations say.
    pub size: Option<[u64; 2]>,
    /// The part that it is in: `train`, `val`. Empty when that is not known.
    pub part: &'r str,
    /// Whether Ultralytics reads it, which leaves out images under 10 pixels and turns those that say so.
    pub ultralytics: bool,
}

fn sound(picture: &Picture, place: Place<'_>, record: &Record<'_>, out: &mut Findings) -> Result<(), StreamError> {
    let Record { size, ultralytics, .. } = *record;
    let (width, height, orientation) = (picture.seen.width, picture.seen.height, picture.seen.orientation);
    if picture.cut {
        out.add(&IMAGE_CUT, place, tr!("check-image-cut"))?;
    }
    if ultralytics && width.min(height) < 10 {
        let message = tr!("check-image-small", width, height);
        out.add(&YOLO_IMAGE_SMALL, place, message)?;
    }
    if let Some([w, h]) = size
        && [w, h] != [width, height]
    {
        let message = match orientation {
            1 => tr!("check-size", width, height, w, h),
            _ => tr!("check-size-turned", width, height, w, h),
        };
        return out.add(&IMAGE_SIZE_DIFFERS, place, message);
    }
    if orientation != 1 && !ultralytics {
        // Ultralytics loads images by OpenCV, which turns them.
        let message = tr!("check-image-turned", orientation);
        return out.add(&IMAGE_TURNED, place, message);
    }
    Ok(())
}

/// Which parts the pictures of a dataset are in.
#[derive(Default)]
pub struct Parts {
    /// The dataset.
    of: String,
    names: Vec<String>,
    /// The number of the first part by the key of the picture.
    first: HashMap<u64, u8>,
}

impl Parts {
    /// A dataset, or another file of the same one: pictures of another dataset are forgotten.
    pub fn begin(&mut self, dataset: &str) {
        if self.of != dataset {
            *self = Self { of: dataset.to_owned(), ..Self::default() };
        }
    }

    /// Adds a picture; gives another part that it is in.
    fn add(&mut self, key: u64, part: &str) -> Option<String> {
        let known = self.names.iter().position(|name| name == part);
        let number = known.unwrap_or_else(|| {
            self.names.push(part.to_owned());
            self.names.len() - 1
        });
        // Parts without a name cannot be told from each other; more than these are no parts.
        if part.is_empty() || number > usize::from(u8::MAX) {
            return None;
        }
        let first = usize::from(*self.first.entry(key).or_insert(number as u8));
        (first != number).then(|| self.names[first].clone())
    }
}
