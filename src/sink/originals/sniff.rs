//! Whether what a server sent can be the file that was asked for: a success may hold a login page, an error in JSON, or nothing.
//!
//! What goes to a path with the extension of an image begins like an image, of whichever format: readers go by the content. The
//! same holds for other kinds of file of which every reader knows the beginning. Of all others only pages, error documents and
//! empty bodies are refused.

use std::fmt;

/// As much of the beginning is looked at, bytes.
pub const HEAD: usize = 1024;

/// What a path promises by its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An image.
    Image,
    /// A video.
    Video,
    /// A sound recording.
    Audio,
    /// A PDF document.
    Pdf,
    /// A point cloud.
    PointCloud,
    /// A page or an XML document, which begins like those that are refused elsewhere.
    Markup,
    /// Anything else.
    Other,
}

impl Kind {
    /// The kind of a path.
    pub fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default();
        match extension.as_str() {
            "jpg" | "jpeg" | "jpe" | "jfif" | "png" | "apng" | "gif" | "bmp" | "dib" | "webp" | "tif" | "tiff"
            | "jp2" | "j2k" | "j2c" | "jpx" | "jpf" | "jxl" | "heic" | "heif" | "avif" | "ico" | "cur" | "pnm"
            | "ppm" | "pgm" | "pbm" | "mpo" => Self::Image,
            "mp4" | "m4v" | "mov" | "avi" | "mkv" | "webm" => Self::Video,
            "wav" | "flac" | "ogg" | "oga" | "opus" | "m4a" => Self::Audio,
            "pdf" => Self::Pdf,
            "pcd" | "ply" | "las" | "laz" => Self::PointCloud,
            "html" | "htm" | "xhtml" | "mhtml" | "xml" | "svg" | "kml" | "gml" | "gpx" | "xmp" => Self::Markup,
            _ => Self::Other,
        }
    }

    /// Whether a file of this kind may be a page.
    pub fn may_be_page(self) -> bool {
        self == Self::Markup
    }

    fn begins(self, head: &[u8]) -> bool {
        match self {
            Self::Image => is_image(head),
            Self::Video => is_video(head),
            Self::Audio => is_audio(head),
            Self::Pdf => head.windows(5).any(|w| w == b"%PDF-"),
            Self::PointCloud => is_point_cloud(head),
            Self::Markup | Self::Other => true,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Image => "an image",
            Self::Video => "a video",
            Self::Audio => "a recording",
            Self::Pdf => "a PDF document",
            Self::PointCloud => "a point cloud",
            Self::Markup | Self::Other => "the file",
        })
    }
}

/// What came instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No bytes.
    Nothing,
    /// A page.
    Html,
    /// An XML document, and the code of the error that it tells.
    Xml(Option<String>),
    /// A JSON document.
    Json,
    /// Other text.
    Text,
    /// Data of this kind.
    Known(&'static str),
    /// Data of no kind that is known here.
    Unknown,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "an empty body",
            Self::Html => "an HTML page",
            Self::Xml(None) => "XML",
            Self::Xml(Some(code)) => return write!(f, "XML ({code})"),
            Self::Json => "JSON",
            Self::Text => "text",
            Self::Known(kind) => kind,
            Self::Unknown => "other data",
        })
    }
}

/// What came instead of a file of this kind, judged by its first [`HEAD`] bytes; `None` when it can be the file.
pub fn instead_of(kind: Kind, head: &[u8]) -> Option<Found> {
    if head.is_empty() {
        return Some(Found::Nothing);
    }
    if kind.begins(head) && matches!(kind, Kind::Image | Kind::Video | Kind::Audio | Kind::Pdf | Kind::PointCloud) {
        return None;
    }
    let found = found(head);
    match (kind, &found) {
        (Kind::Markup, Found::Xml(None) | Found::Html) => None,
        (Kind::Markup | Kind::Other, Found::Xml(Some(_))) | (Kind::Other, Found::Html) => Some(found),
        (Kind::Markup | Kind::Other, _) => None,
        _ => Some(found),
    }
}

fn is_image(head: &[u8]) -> bool {
    const BEGINNINGS: &[&[u8]] = &[
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF87a",
        b"GIF89a",
        b"II*\0",
        b"MM\0*",
        // BigTIFF.
        b"II+\0",
        b"MM\0+",
        // JPEG 2000 as a file, and as a bare code stream.
        b"\0\0\0\x0cjP  \r\n\x87\n",
        b"\xff\x4f\xff\x51",
        // JPEG XL, both ways.
        b"\0\0\0\x0cJXL \r\n\x87\n",
        b"\xff\x0a",
        b"\0\0\x01\0",
        b"\0\0\x02\0",
        // What people keep under the name of a picture all the same, and readers open.
        b"8BPS",
        b"v/1\x01",
        b"#?RADIANCE",
        b"#?RGBE",
        b"qoif",
        b"DDS ",
    ];
    BEGINNINGS.iter().any(|b| head.starts_with(b))
        || is_riff(head, &[b"WEBP"])
        || is_bmp(head)
        || is_netpbm(head)
        || has_brand(head, &["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1", "avif", "avis", "miaf"])
        || head.get(128..132) == Some(b"DICM")
}

/// `BM` alone is how words begin, too: the size of the next header is looked at.
fn is_bmp(head: &[u8]) -> bool {
    let size = head.get(14..18).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    head.starts_with(b"BM") && matches!(size, Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

fn is_netpbm(head: &[u8]) -> bool {
    matches!(head, [b'P', b'1'..=b'7' | b'F' | b'f', space, ..] if space.is_ascii_whitespace() || *space == b'#')
}

fn is_video(head: &[u8]) -> bool {
    const BOXES: &[&[u8; 4]] = &[b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"sidx", b"moof"];
    let is_picture = is_image(head);
    head.get(4..8).is_some_and(|name| name == b"ftyp" && !is_picture || BOXES.iter().any(|b| *b == name))
        || is_riff(head, &[b"AVI ", b"AVIX"])
        || [&b"\x1a\x45\xdf\xa3"[..], b"FLV\x01", b"OggS", b"\x30\x26\xb2\x75", b"\0\0\x01\xba", b"\0\0\x01\xb3"]
            .iter()
            .any(|b| head.starts_with(b))
        || head.first() == Some(&0x47) && head.get(188) == Some(&0x47)
}

fn is_audio(head: &[u8]) -> bool {
    is_riff(head, &[b"WAVE"])
        || [&b"fLaC"[..], b"OggS", b"ID3", b"FORM", b"\x1a\x45\xdf\xa3"].iter().any(|b| head.starts_with(b))
        || head.get(4..8) == Some(b"ftyp")
        || matches!(head, [0xff, second, ..] if second & 0xe0 == 0xe0)
}

fn is_point_cloud(head: &[u8]) -> bool {
    let text = head.trim_ascii_start();
    [&b"#"[..], b"VERSION", b"FIELDS", b"ply\n", b"ply\r", b"LASF"].iter().any(|b| text.starts_with(b))
}

fn is_riff(head: &[u8], forms: &[&[u8; 4]]) -> bool {
    [b"RIFF", b"RIFX", b"RF64"].iter().any(|b| head.starts_with(*b))
        && head.get(8..12).is_some_and(|form| forms.iter().any(|f| *f == form))
}

/// Whether an ISO media file has one of these brands.
fn has_brand(head: &[u8], brands: &[&str]) -> bool {
    let Some(length) = head.get(..4).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes) else { return false };
    if head.get(4..8) != Some(b"ftyp") {
        return false;
    }
    let end = head.len().min(length as usize).max(12);
    let list = head.get(8..end).unwrap_or_default();
    list.chunks_exact(4).any(|brand| brands.iter().any(|b| b.as_bytes() == brand))
}

/// What data is, for a message.
fn found(head: &[u8]) -> Found {
    if is_image(head) {
        return Found::Known("an image");
    }
    let known: &[(&[u8], &str)] = &[
        (b"%PDF-", "a PDF document"),
        (b"\x1f\x8b", "gzip data"),
        (b"\x28\xb5\x2f\xfd", "zstd data"),
        (b"PK\x03\x04", "a zip archive"),
    ];
    if let Some((_, name)) = known.iter().find(|(b, _)| head.starts_with(b)) {
        return Found::Known(name);
    }
    if is_video(head) {
        return Found::Known("a video");
    }
    let Some(text) = as_text(head) else { return Found::Unknown };
    match text.trim_start().chars().next() {
        Some('<') => markup(text.trim_start()),
        Some('{' | '[') => Found::Json,
        _ => Found::Text,
    }
}

/// The beginning as text, if it is one; it may end inside a character. Pages in UTF-16 exist.
fn as_text(head: &[u8]) -> Option<String> {
    let wide = |to: fn([u8; 2]) -> u16| {
        let units = head.get(2..).unwrap_or_default().chunks_exact(2).map(|pair| to([pair[0], pair[1]]));
        char::decode_utf16(units).map(|c| c.unwrap_or(' ')).collect()
    };
    match head {
        [0xff, 0xfe, ..] => return Some(wide(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => return Some(wide(u16::from_be_bytes)),
        _ => {}
    }
    let is_plain = !head.iter().any(|b| b.is_ascii_control() && !b.is_ascii_whitespace());
    // Pages have their encodings; other text is UTF-8, which may end inside a character here.
    let is_text = head.trim_ascii_start().starts_with(b"<")
        || std::str::from_utf8(head).map_or_else(|e| e.error_len().is_none() && e.valid_up_to() > 0, |_| true);
    (is_plain && is_text).then(|| String::from_utf8_lossy(head).trim_start_matches('\u{feff}').to_owned())
}

/// What a text that begins with `<` is.
fn markup(text: &str) -> Found {
    const PAGE: &[&str] = &[
        "html", "head", "body", "title", "script", "style", "meta", "link", "div", "center", "h1", "h2", "p", "table",
        "form", "br", "iframe", "noscript",
    ];
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        // Comments, the declaration of XML, and the type of the document come before the first element.
        let skipped = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.split_once("-->")
        } else if rest.starts_with("<?") {
            rest.split_once("?>")
        } else if let Some(kind) = rest.strip_prefix("<!") {
            let kind = kind.trim_start().to_ascii_lowercase();
            if kind.strip_prefix("doctype").is_some_and(|k| k.trim_start().starts_with("html")) {
                return Found::Html;
            }
            rest.split_once('>')
        } else {
            break;
        };
        match skipped {
            Some((_, after)) => rest = after,
            None => return Found::Xml(None),
        }
    }
    let name: String = rest.chars().skip(1).take_while(char::is_ascii_alphanumeric).collect();
    if PAGE.contains(&name.to_ascii_lowercase().as_str()) {
        return Found::Html;
    }
    Found::Xml(code(rest))
}

/// The code of an error document, as object stores write them.
fn code(text: &str) -> Option<String> {
    let root = text.strip_prefix('<')?;
    let is_error = ["Error", "ErrorResponse", "error"].iter().any(|name| {
        root.strip_prefix(name).is_some_and(|after| after.starts_with(|c: char| !c.is_ascii_alphanumeric()))
    });
    if !is_error {
        return None;
    }
    let code: String = match text.split_once("<Code>").or_else(|| text.split_once("<code>")) {
        Some((_, rest)) => {
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).take(64).collect()
        }
        None => String::new(),
    };
    Some(if code.is_empty() { "an error".to_owned() } else { code })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_an_image_is_one_whatever_its_extension() {
        let dicom = [&[0; 128][..], b"DICM"].concat();
        let bmp = [&b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"[..], &[0; 8]].concat();
        for head in [
            &b"\xff\xd8\xff\xe0\0\x10JFIF"[..],
            // Fill bytes before a marker.
            b"\xff\xd8\xff\xff\xff\xdb",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"GIF89a",
            b"GIF87a",
            &bmp,
            b"RIFF\x10\0\0\0WEBPVP8 ",
            b"II*\0\x08\0\0\0",
            b"MM\0*\0\0\0\x08",
            b"II+\0\x08\0\0\0",
            b"MM\0+\0\x08\0\0",
            b"\0\0\0\x0cjP  \r\n\x87\n",
            b"\xff\x4f\xff\x51\0",
            b"\0\0\0\x0cJXL \r\n\x87\n",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            b"\0\0\0\x1cftypmif1\0\0\0\0avifmif1",
            b"\0\0\0\x18ftypavif\0\0\0\0",
            b"\0\0\x01\0\x01\0",
            b"P6\n3 2\n255\n",
            b"P5#made by",
            b"8BPS\0\x01",
            b"v/1\x01",
            &dicom,
        ] {
            for path in ["a.jpg", "b/c.JPEG", "d.png", "e.f.webp", "g.heic", "h.tiff"] {
                assert_eq!(instead_of(Kind::of(path), head), None, "{path} {head:?}");
            }
        }
    }

    #[test]
    fn what_came_instead_is_named() {
        let html16: Vec<u8> = "\u{feff}<!DOCTYPE html>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let html = "an HTML page";
        for (path, head, found) in [
            ("a.jpg", &b""[..], Some("an empty body")),
            ("a.jpg", b"<!DOCTYPE html><html>", Some(html)),
            ("a.jpg", b"\xef\xbb\xbf\r\n  <!doctype HTML PUBLIC>", Some(html)),
            ("a.jpg", &html16, Some(html)),
            ("a.jpg", b"<!-- proxy --><html lang=ko>", Some(html)),
            ("a.jpg", b"<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"x\"><html>", Some(html)),
            ("a.jpg", b"<h1>Sign in</h1>", Some(html)),
            // A Korean page that is not UTF-8.
            ("a.jpg", b"<html><title>\xb7\xce\xb1\xd7", Some(html)),
            (
                "a.png",
                b"<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>x?sig=1</Message>",
                Some("XML (AccessDenied)"),
            ),
            ("a.png", b"<Error><Code>Expired Token?X=1</Code>", Some("XML (Expired)")),
            ("a.png", b"<rss version='2'>", Some("XML")),
            ("a.jpg", b"{\"detail\":\"no\"}", Some("JSON")),
            ("a.jpg", b" [1]", Some("JSON")),
            ("a.jpg", b"Unauthorized", Some("text")),
            ("a.jpg", b"BM is how this text begins", Some("text")),
            ("a.jpg", b"\x1f\x8b\x08\0", Some("gzip data")),
            ("a.jpg", b"PK\x03\x04", Some("a zip archive")),
            ("a.jpg", b"%PDF-1.7", Some("a PDF document")),
            ("a.jpg", b"\0\0\0\x18ftypisom\0\0\0\0", Some("a video")),
            ("a.jpg", &[0; 64], Some("other data")),
            ("a.jpg", b"\xff\xd8", Some("other data")),
            ("v.mp4", b"\xff\xd8\xff\xe0", Some("an image")),
            ("v.mp4", b"\0\0\0\x18ftypisom", None),
            ("v.mov", b"\0\0\x10\0mdat", None),
            ("v.avi", b"RIFF\x10\0\0\0AVI LIST", None),
            ("v.webm", b"{}", Some("JSON")),
            ("v.mkv", b"\x1a\x45\xdf\xa3\x01", None),
            ("s.wav", b"RIFF\x10\0\0\0WAVEfmt ", None),
            ("s.wav", b"<html>", Some(html)),
            ("s.mp3", b"\0\0\0\0", None),
            ("s.mp3", b"<html>", Some(html)),
            ("d.pdf", b"\r\n%PDF-1.4", None),
            ("d.pdf", b"<Error><Code>NoSuchKey</Code></Error>", Some("XML (NoSuchKey)")),
            ("p.pcd", b"# .PCD v0.7", None),
            ("p.pcd", b"VERSION .7\n", None),
            ("p.pcd", b"<html>", Some(html)),
            ("p.ply", b"ply\r\nformat ascii", None),
            ("p.las", b"LASF\0", None),
            ("p.bin", b"\0\0\0\0", None),
            ("p.bin", b"<html>", Some(html)),
            ("p.bin", b"", Some("an empty body")),
            ("p.csv", b"a,b\n", None),
            ("p.json", b"{}", None),
            ("p.txt", b"<note>", None),
            ("noext", b"<Error><Code>AccessDenied</Code></Error>", Some("XML (AccessDenied)")),
            ("p.svg", b"<svg xmlns='x'>", None),
            ("p.html", b"<html>", None),
            ("p.xml", b"<?xml version='1.0'?><annotation>", None),
            ("p.xml", b"<Error><Code>AccessDenied</Code></Error>", Some("XML (AccessDenied)")),
            ("folder.jpg/name", b"text", None),
        ] {
            let said = instead_of(Kind::of(path), head).map(|f| f.to_string());
            assert_eq!(said.as_deref(), found, "{path} {:?}", String::from_utf8_lossy(head));
        }
    }
}
