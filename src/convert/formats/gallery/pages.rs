//! The files of the page, the same for every dataset but for where its pictures come from.

use crate::convert::output::files::Files;
use crate::stream::StreamError;

/// What stands in `index.html` where the content-security policy names the places of pictures, films and sounds.
const MEDIA: &str = "MEDIA-SOURCES";

const INDEX: &str = include_str!("page/index.html");

/// The files that `index.html` loads.
const FILES: &[(&str, &str)] = &[
    ("page/icon.svg", include_str!("page/icon.svg")),
    ("page/style.css", include_str!("page/style.css")),
    ("page/words.js", include_str!("page/words.js")),
    ("page/tools.js", include_str!("page/tools.js")),
    ("page/data.js", include_str!("page/data.js")),
    ("page/check.js", include_str!("page/check.js")),
    ("page/draw.js", include_str!("page/draw.js")),
    ("page/filters.js", include_str!("page/filters.js")),
    ("page/grid.js", include_str!("page/grid.js")),
    ("page/read.js", include_str!("page/read.js")),
    ("page/bodies.js", include_str!("page/bodies.js")),
    ("page/item.js", include_str!("page/item.js")),
    ("page/media.js", include_str!("page/media.js")),
    ("page/overview.js", include_str!("page/overview.js")),
    ("page/main.js", include_str!("page/main.js")),
];

/// Writes them. `linked`: pictures may come from other places.
///
/// # Errors
/// When the output cannot be written.
pub fn write(linked: bool, out: &mut Files) -> Result<(), StreamError> {
    // `file:` for browsers that do not take 'self' to mean the folder of a page that was opened from one.
    let media = if linked { "'self' file: https: http:" } else { "'self' file:" };
    out.plain("index.html", &INDEX.replace(MEDIA, media))?;
    FILES.iter().try_for_each(|(path, text)| out.plain(path, text))
}
