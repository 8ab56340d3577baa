//! What an input is when it is not lines of JSON: known by its first bytes, or by a line that could not be read.

use std::fmt;

/// What an input, or a part of it, is instead of lines of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Data or an archive that another program unpacks; gzip and zstd are read as they are.
    Packed(Packer),
    /// zstd whose window is larger than is read (`zstd --long`).
    WideWindow,
    /// gzip or zstd that holds compressed data again.
    PackedTwice,
    /// Compressed data after plain lines.
    PackedInside,
    /// Text of this encoding, as `iconv` calls it.
    Encoded(&'static str),
    /// Lines that end with CR alone.
    CrLines,
    /// A JSON object over several lines.
    Pretty,
    /// Several JSON objects in one line.
    Joined,
    /// One JSON array.
    Array,
    /// JSON text sequences (RFC 7464): each text follows a record separator.
    Sequence,
    /// JSON within a JSON string.
    Quoted,
    /// A page of rows, as the API answers.
    Page,
    /// A line of output files.
    FileLine,
    /// A COCO document.
    Coco,
    /// The lines of a dataset in Ultralytics' NDJSON.
    Ultralytics,
    /// The manifest of a dataset.
    Manifest,
    /// The report of an export, or its summary.
    Report,
    /// Another JSON document.
    Document,
    /// CSV, or another table of text.
    Table,
    /// XML or HTML.
    Markup,
    /// YAML.
    Yaml,
    /// Bytes that are no text.
    Binary,
    /// A folder.
    Folder,
}

/// What packs data in a way that is not read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packer {
    /// `xz`
    Xz,
    /// `bzip2`
    Bzip2,
    /// `lz4`
    Lz4,
    /// `lzip`
    Lzip,
    /// `compress`
    Compress,
    /// `zip`; also the files of Excel.
    Zip,
    /// `7z`
    SevenZip,
    /// `rar`
    Rar,
    /// `tar`
    Tar,
}

/// How many bytes tell what packs them.
pub(super) const HEAD: usize = 6;
/// Keys of an object that are looked at.
const KEYS: usize = 64;

/// What packs data that begins like this. A tar has its mark later, see [`of_line`].
pub(super) fn packer(head: &[u8]) -> Option<Packer> {
    let marks: [(&[u8], Packer); 9] = [
        (b"\xfd7zXZ\0", Packer::Xz),
        (b"BZh", Packer::Bzip2),
        (b"\x04\x22\x4d\x18", Packer::Lz4),
        (b"LZIP", Packer::Lzip),
        (b"\x1f\x9d", Packer::Compress),
        (b"PK\x03\x04", Packer::Zip),
        (b"PK\x05\x06", Packer::Zip),
        (b"7z\xbc\xaf\x27\x1c", Packer::SevenZip),
        (b"Rar!\x1a", Packer::Rar),
    ];
    marks.iter().find(|(mark, _)| head.starts_with(mark)).map(|(_, packer)| *packer)
}

/// Whether data that begins like this is gzip.
pub(super) fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b])
}

/// Whether data that begins like this is zstd: a frame, or a frame to be skipped, as pzstd writes before each of its frames.
pub(super) fn is_zstd(head: &[u8]) -> bool {
    matches!(head, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// Whether an input that begins like this is one object or array over several lines.
pub(super) fn is_over_lines(head: &[u8]) -> bool {
    matches!(head, [b'{' | b'[', b'\n', ..] | [b'{' | b'[', b'\r', b'\n', ..])
}

/// What a line is that could not be read. `rest`: the line and what is known of the input behind it; `is_first`: no line came before.
/// `None`: lines of JSON, as far as can be seen, and this one has a mistake.
pub(super) fn of_line(line: &[u8], rest: &[u8], is_first: bool) -> Option<Form> {
    if packer(line).is_some() || is_gzip(line) || is_zstd(line) {
        return Some(Form::PackedInside);
    }
    if line.get(257..262) == Some(b"ustar") {
        return Some(Form::Packed(Packer::Tar));
    }
    match line {
        [b'{' | b'[' | b'"' | b'<', 0, ..] => return Some(Form::Encoded("UTF-16LE")),
        [0, b'{' | b'[' | b'"' | b'<', ..] => return Some(Form::Encoded("UTF-16BE")),
        _ if line.contains(&0) => return Some(Form::Binary),
        [0x1e, ..] => return Some(Form::Sequence),
        [b'"', .., b'"'] if line.get(1..2) == Some(b"{") => return Some(Form::Quoted),
        [b'<', ..] => return Some(Form::Markup),
        [b'{', ..] => return object(line, rest, is_first),
        [b'[', ..] => return Some(array(rest)),
        _ => {}
    }
    if is_first { text(line) } else { None }
}

/// What a line is that begins like an object.
fn object(line: &[u8], rest: &[u8], is_first: bool) -> Option<Form> {
    let head = Head::of(rest);
    // Only an input of one object over several lines has a line that ends within it.
    let goes_on = is_first && rest.len() > line.len() + 2 && matches!(line, [.., b'{' | b'[' | b',']);
    let several = line == b"{" || (goes_on && Head::of(line).end.is_none());
    match head.end {
        _ if several => Some(head.document().filter(|form| *form != Form::FileLine).unwrap_or(Form::Pretty)),
        Some(end) if end < line.len() => match line[end..].trim_ascii_start() {
            [b'{', ..] if line[end..].contains(&b'\r') => Some(Form::CrLines),
            [b'{', ..] => Some(Form::Joined),
            _ => None,
        },
        Some(_) => head.document().filter(|form| *form != Form::Document),
        None => None,
    }
}

/// What an input is that begins with an array.
fn array(rest: &[u8]) -> Form {
    let inside = rest.get(1..).unwrap_or_default().trim_ascii_start();
    match Head::of(inside).document() {
        Some(form @ (Form::Report | Form::Document)) => form,
        _ => Form::Array,
    }
}

/// What a first line of plain text is.
fn text(line: &[u8]) -> Option<Form> {
    let line = std::str::from_utf8(line).ok()?;
    let word = line.find(|c: char| !(c.is_alphanumeric() || "_-".contains(c))).unwrap_or(line.len());
    let after = &line[word..];
    if line.starts_with("---") || line.starts_with('%') || (word > 0 && (after == ":" || after.starts_with(": "))) {
        return Some(Form::Yaml);
    }
    line.contains([',', ';', '\t']).then_some(Form::Table)
}

/// The first keys of an object.
struct Head<'a> {
    keys: Vec<&'a [u8]>,
    /// Where the object ends; `None` when that is not in sight.
    end: Option<usize>,
}

impl<'a> Head<'a> {
    /// Looks through an object without minding its rules: strings and brackets are all there is.
    fn of(bytes: &'a [u8]) -> Self {
        let mut head = Self { keys: Vec::new(), end: None };
        let (mut depth, mut at, mut after_key) = (0_usize, 0, false);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    let start = at + 1;
                    at = start;
                    while bytes.get(at).is_some_and(|b| *b != b'"') {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                    if depth == 1 && !after_key && head.keys.len() < KEYS {
                        head.keys.push(bytes.get(start..at).unwrap_or_default());
                    }
                }
                b':' if depth == 1 => after_key = true,
                b',' if depth == 1 => after_key = false,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        head.end = Some(at + 1);
                        break;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        head
    }

    /// What has such keys; `None` for a row, a frame, and what cannot be told.
    fn document(&self) -> Option<Form> {
        let has = |key: &str| self.keys.contains(&key.as_bytes());
        let any = |keys: &[&str]| keys.iter().any(|key| has(key));
        if any(&["id", "@stream"]) {
            None
        } else if (has("images") && any(&["annotations", "categories", "info", "licenses"]))
            || (has("info") && has("licenses"))
        {
            Some(Form::Coco)
        } else if has("type") && any(&["class_names", "split", "annotations"]) {
            Some(Form::Ultralytics)
        } else if has("version") && has("files") {
            Some(Form::Manifest)
        } else if has("sink") || has("outcome") || (has("format") && has("items")) {
            Some(Form::Report)
        } else if has("results") && any(&["count", "next", "previous"]) {
            Some(Form::Page)
        } else if has("path") && any(&["text", "base64", "url", "file"]) {
            Some(Form::FileLine)
        } else {
            self.end.filter(|_| !self.keys.is_empty()).map(|_| Form::Document)
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Packed(packer) => return write!(f, "{packer}"),
            Self::WideWindow => "zstd data that needs a window of more than 128 MiB (`zstd --long`)",
            Self::PackedTwice => "compressed data within compressed data",
            Self::PackedInside => "compressed data after plain lines, as `cat` joins files",
            Self::Encoded(encoding) => return write!(f, "{encoding}, not UTF-8"),
            Self::CrLines => "lines that end with CR alone",
            Self::Pretty => "a JSON object over several lines, not one object a line",
            Self::Joined => "several JSON objects in one line",
            Self::Array => "a JSON array, not one object a line",
            Self::Sequence => "a JSON text sequence (RFC 7464), not one object a line",
            Self::Quoted => "JSON within a JSON string",
            Self::Page => "a page of the API, not one row a line",
            Self::FileLine => "output files, not items",
            Self::Coco => "a COCO document, not items",
            Self::Ultralytics => "a dataset in Ultralytics' NDJSON, not items",
            Self::Manifest => "the manifest of a dataset, not a stream",
            Self::Report => "the report of an export, not a stream",
            Self::Document => "a JSON document without an `id`, not one row a line",
            Self::Table => "a table of text (CSV), not lines of JSON",
            Self::Markup => "XML or HTML, not lines of JSON",
            Self::Yaml => "YAML, not lines of JSON",
            Self::Binary => "binary data, not lines of JSON",
            Self::Folder => "a folder, not a file",
        })
    }
}

impl fmt::Display for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Xz => "xz data",
            Self::Bzip2 => "bzip2 data",
            Self::Lz4 => "lz4 data",
            Self::Lzip => "lzip data",
            Self::Compress => "data of `compress`",
            Self::Zip => "a zip archive, or a file of Excel",
            Self::SevenZip => "a 7z archive",
            Self::Rar => "a rar archive",
            Self::Tar => "a tar archive",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_bad_line_is() {
        let cases: [(&str, Option<Form>); 32] = [
            ("{\n  \"id\": 1\n}\n", Some(Form::Pretty)),
            ("{\n\t\"@stream\": \"begin\"\n}\n", Some(Form::Pretty)),
            ("{ \"id\": 1, \"data\": {\n  \"a\": 1}}\n", Some(Form::Pretty)),
            ("{\"id\":1}{\"id\":2}\n", Some(Form::Joined)),
            ("{\"id\":1} {\"id\":2}\n", Some(Form::Joined)),
            ("{\"id\":1}\r{\"id\":2}\r", Some(Form::CrLines)),
            ("[{\"id\":1},{\"id\":2}]", Some(Form::Array)),
            ("[\n  {\n    \"id\": 1\n  }\n]", Some(Form::Array)),
            ("[]", Some(Form::Array)),
            ("[1,2]", Some(Form::Array)),
            ("[{\"image_id\":1,\"score\":0.5}]", Some(Form::Document)),
            ("[\n{\"item\":1,\"outcome\":\"ok\"}]", Some(Form::Report)),
            ("\u{1e}{\"id\":1}\n", Some(Form::Sequence)),
            ("\"{\\\"id\\\":1}\"\n", Some(Form::Quoted)),
            ("{\"count\":1,\"next\":null,\"results\":[{\"id\":1}]}", Some(Form::Page)),
            ("{\"path\":\"a\",\"text\":\"\"}", Some(Form::FileLine)),
            ("{\"info\":{\"id\":1},\"images\":[{\"id\":1}],\"annotations\":[]}", Some(Form::Coco)),
            ("{\n  \"images\": [\n  {\"id\": 1}", None.or(Some(Form::Pretty))),
            ("{\n  \"info\": {},\n  \"images\": [\n  {\"id\": 1}", Some(Form::Coco)),
            ("{\"type\":\"dataset\",\"task\":\"detect\",\"class_names\":{}}", Some(Form::Ultralytics)),
            ("{\"version\":1,\"files\":[\n{\"path\":\"a\"}]}", Some(Form::Manifest)),
            ("{\"sink\":{\"files\":1}}", Some(Form::Report)),
            ("{\n  \"format\": \"coco\",\n  \"items\": 2\n}", Some(Form::Report)),
            ("{\n  \"a\": 1\n}", Some(Form::Document)),
            ("id,name\n1,a", Some(Form::Table)),
            ("<?xml version=\"1.0\"?>", Some(Form::Markup)),
            ("path: data\ntrain: images", Some(Form::Yaml)),
            ("{\0\"\0i\0", Some(Form::Encoded("UTF-16LE"))),
            ("a\0b", Some(Form::Binary)),
            // Mistakes in lines of JSON.
            ("{\"id\":1,", None),
            ("{\"a\":1}", None),
            ("{\"id\":1}}", None),
        ];
        for (input, form) in cases {
            let line = input.lines().next().unwrap().as_bytes();
            assert_eq!(of_line(line.trim_ascii(), input.as_bytes(), true), form, "{input:?}");
        }
        assert_eq!(of_line(b"a,b", b"a,b", false), None);
        assert_eq!(of_line(b"BZh91AY", b"BZh91AY", false), Some(Form::PackedInside));
    }

    #[test]
    fn what_begins_like_this_is_packed() {
        for (head, packer) in [
            (&b"\xfd7zXZ\0"[..], Some(Packer::Xz)),
            (b"PK\x03\x04\x14\0", Some(Packer::Zip)),
            (b"7z\xbc\xaf\x27\x1c", Some(Packer::SevenZip)),
            (b"{\"id\"", None),
            (b"PK", None),
            (b"", None),
        ] {
            assert_eq!(super::packer(head), packer, "{head:?}");
        }
        assert!(is_zstd(b"\x50\x2a\x4d\x18\x04\0") && is_zstd(b"\x28\xb5\x2f\xfd") && !is_zstd(b"\x60\x2a\x4d\x18"));
    }
}
