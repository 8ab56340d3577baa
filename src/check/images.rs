//! Images of a dataset, by their first bytes.

use super::finding::{Findings, Place};
use super::rules::{IMAGE_MISSING, IMAGE_SIZE_DIFFERS, IMAGE_TURNED, IMAGE_UNREADABLE, YOLO_IMAGE_SMALL};
use super::tree::{Image, Tree};
use crate::image::Seen;
use crate::stream::StreamError;

/// Extensions of the files that Ultralytics takes for images.
pub const ULTRALYTICS: [&str; 13] =
    ["avif", "bmp", "dng", "heic", "heif", "jp2", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp"];

/// Whether Ultralytics takes the file for an image.
pub fn is_ultralytics_image(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ext)| ULTRALYTICS.iter().any(|known| ext.eq_ignore_ascii_case(known)))
}

/// What is known about the images of a dataset.
#[derive(Default)]
pub struct Images {
    here: u64,
    missing: u64,
    first_missing: Option<(String, String)>,
    absent: bool,
}

impl Images {
    /// A folder has no image.
    pub fn absent(&mut self) {
        self.absent = true;
    }

    /// Checks the image at a path. `size`: its width and height in pixels, as the annotations say. `ultralytics`: whether an image under 10
    /// pixels is a finding.
    ///
    /// # Errors
    /// [`StreamError`]: a finding cannot be written.
    pub fn look(
        &mut self,
        tree: &Tree,
        path: &str,
        size: Option<[u64; 2]>,
        ultralytics: bool,
        out: &mut Findings,
    ) -> Result<(), StreamError> {
        self.look_from(tree, path, "", size, ultralytics, out)
    }

    /// As [`Images::look`], for an image that the file `from` names; findings are placed there.
    ///
    /// # Errors
    /// [`StreamError`]: a finding cannot be written.
    pub fn look_from(
        &mut self,
        tree: &Tree,
        path: &str,
        from: &str,
        size: Option<[u64; 2]>,
        ultralytics: bool,
        out: &mut Findings,
    ) -> Result<(), StreamError> {
        match tree.image(path) {
            Image::Elsewhere => self.here += 1,
            Image::Missing => {
                self.missing += 1;
                if self.here == 0 {
                    // Perhaps none of them is here.
                    self.first_missing.get_or_insert_with(|| (path.to_owned(), from.to_owned()));
                } else {
                    missing(path, from, out)?;
                }
            }
            Image::Unreadable(reason) => {
                self.here += 1;
                out.add(&IMAGE_UNREADABLE, Place::file(path), &format!("it is no image: {reason}"))?;
            }
            Image::Here(Seen { width, height, orientation }) => {
                self.here += 1;
                if ultralytics && width.min(height) < 10 {
                    let message = format!("{width} x {height} pixels: images under 10 pixels are dropped");
                    out.add(&YOLO_IMAGE_SMALL, Place::file(path), &message)?;
                }
                if let Some([w, h]) = size
                    && [w, h] != [width, height]
                {
                    let shown = if orientation == 1 { "" } else { " when turned as its EXIF says" };
                    let message = format!("the image is {width} x {height}{shown}, its annotations are for {w} x {h}");
                    out.add(&IMAGE_SIZE_DIFFERS, Place::file(path), &message)?;
                } else if orientation != 1 && !ultralytics {
                    // Ultralytics loads images by OpenCV, which turns them.
                    let message = format!(
                        "its EXIF orientation is {orientation}: Pillow and torchvision load it as it is stored"
                    );
                    out.add(&IMAGE_TURNED, Place::file(path), &message)?;
                }
            }
        }
        Ok(())
    }

    /// Writes the finding about images that could not be checked, if any.
    ///
    /// # Errors
    /// [`StreamError`]: a finding cannot be written.
    pub fn finish(self, of: &str, out: &mut Findings) -> Result<(), StreamError> {
        if self.here == 0 {
            if self.missing > 0 || self.absent {
                out.notes.push(format!("{of}: the images are not here: they were not checked"));
            }
            return Ok(());
        }
        match self.first_missing {
            Some((path, from)) => {
                let others = self.missing - 1;
                let more = if others > 0 { format!(" (of {} missing images)", self.missing) } else { String::new() };
                out.add(&IMAGE_MISSING, Place { path: &path, line: None, at: &from }, &format!("it is not here{more}"))
            }
            None => Ok(()),
        }
    }
}

fn missing(path: &str, from: &str, out: &mut Findings) -> Result<(), StreamError> {
    out.add(&IMAGE_MISSING, Place { path, line: None, at: from }, "it is not here")
}
