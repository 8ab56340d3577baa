//! Which images of a row have no size: in the order of backend.md §6, `data.extra.<media>`, the file's `meta`, `data_unit.meta`.

use crate::api::Target;
use crate::dm::Arena;
use crate::dm::payload;
use crate::dm::payload::MediaKind;
use crate::fetch::source::Filled;
use crate::item;
use crate::item::{DataUnit, FileRef, Item, KeepRaw};
use crate::stream::json::Raw;

/// An image whose size is not known.
#[derive(Debug, PartialEq, Eq)]
pub struct Image {
    /// The media key of the image.
    pub media: String,
    /// The URL of the image as the row has it; may be relative.
    pub url: Option<String>,
}

/// The images of a row to look at. A row that cannot be understood has none: that is for the stages that follow to say.
pub fn of(filled: &Filled, target: Target) -> Vec<Image> {
    let mut line = Vec::new();
    filled.row.write_line(target, filled.data.as_deref(), None, &mut line);
    item::parse(&line, KeepRaw).map(|item| of_item(&item)).unwrap_or_default()
}

fn of_item(item: &Item<'_, Raw<'_>>) -> Vec<Image> {
    let unit = item.data_unit.as_ref().and_then(Raw::read_borrowed::<DataUnit<'_>>).unwrap_or_default();
    let files = item::files(item, &unit);
    let mut arena = Arena::default();
    let data = item.data.as_ref().map(|raw| raw.text().as_bytes());
    let payload = data.and_then(|data| payload::read(data, &mut arena).ok()).unwrap_or_default();
    let unit_has = unit.meta.as_ref().and_then(item::dimensions).is_some();
    let image = |media: &str, file: Option<&FileRef<'_>>| {
        // The unit's own size is that of its only image; with several it says nothing about each.
        if file.is_some_and(|f| f.size.is_some()) || (unit_has && media.ends_with("_1")) {
            return None;
        }
        Some(Image { media: media.to_owned(), url: file.and_then(|f| f.url.as_ref()).map(|url| url.to_string()) })
    };
    if payload.media.is_empty() {
        let file = item::primary(&files, true).filter(|f| f.is_image());
        return file.and_then(|file| image("image_1", Some(file))).into_iter().collect();
    }
    let media = payload.media.iter().enumerate();
    let images = media.filter(|(_, media)| media.kind == MediaKind::Image && media.size.is_none());
    images.filter_map(|(n, media)| image(&media.key, item::file_of(&files, &media.key, n == 0, true))).collect()
}
