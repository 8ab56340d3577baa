//! Inputs that are something else than lines of JSON: each ends the run with one line that says what it is and what helps.

use crate::common::{Ran, exe, finish};
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// The programs that read lines, with arguments before a file; `DEST` stands for a path that does not exist yet.
const READERS: [(&str, &[&str]); 4] = [
    ("syn-filter", &[]),
    ("syn-convert", &["--to", "json", "--images", "omit"]),
    ("syn-sink", &["DEST"]),
    ("syn-fetch", &["--project", "1", "--host", "http://127.0.0.1:9", "--retry-for", "1", "--ids-from"]),
];

/// Runs a reader with the input as a file, or as standard input.
fn read(name: &str, args: &[&str], folder: &Path, file: Option<&Path>, stdin: &[u8]) -> Ran {
    let dest = folder.join("dest");
    let mut command = Command::new(exe(name));
    command.args(args.iter().map(|arg| arg.replace("DEST", dest.to_str().unwrap())));
    match file {
        Some(file) => command.arg(file),
        None if name == "syn-fetch" => command.arg("-"),
        None => &mut command,
    };
    let ran = finish(command.env("SYNAPSE_ACCESS_TOKEN", "t"), stdin);
    assert!(!dest.exists(), "{ran:?}");
    ran
}

/// A zstd frame made by hand: its header asks for a window of 2 to the power of `log`, and its one block is `text` as it is.
fn zstd_frame(log: u8, text: &[u8]) -> Vec<u8> {
    let block = (u32::try_from(text.len()).unwrap() << 3 | 1).to_le_bytes();
    [&[0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3], &block[..3], text].concat()
}

fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes_of).collect()
}

fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    tar.append_data(&mut header, name, content).unwrap();
    tar.into_inner().unwrap()
}

#[test]
fn an_input_that_is_something_else_is_told_with_what_helps() {
    // Rows and output files at once, for all readers.
    let rows = "{\"id\":1,\"path\":\"a\",\"text\":\"\"}\n{\"id\":2,\"path\":\"b\",\"text\":\"\"}\n";
    let gzip = |bytes: &[u8]| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    };
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    let pretty = "{\n  \"id\": 1,\n  \"path\": \"a\",\n  \"data\": {}\n}\n";
    let cases: [(Vec<u8>, &str); 32] = [
        (b"\xfd7zXZ\0\0\x04abc".to_vec(), "`xz -dc FILE |`"),
        (b"BZh91AY&SY".to_vec(), "`bzip2 -dc FILE |`"),
        (b"\x04\x22\x4d\x18abcdef".to_vec(), "`lz4 -dc FILE |`"),
        (b"LZIP\x01abcdef".to_vec(), "`lzip -dc FILE |`"),
        (b"\x1f\x9d\x90abcdef".to_vec(), "`gzip -dc FILE |`"),
        (b"PK\x03\x04\x14\0\0\0".to_vec(), "`unzip -p FILE |`"),
        (b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), "`7z e -so FILE |`"),
        (b"Rar!\x1a\x07\x01\0".to_vec(), "`unrar p -inul FILE |`"),
        (tar("dump.ndjson", rows.as_bytes()), "`tar -xOf FILE |`"),
        (gzip(&tar("dump.ndjson", rows.as_bytes())), "`tar -xOf FILE |`"),
        (zstd_frame(31, rows.as_bytes()), "`zstd -dc --long=31 FILE |`"),
        (gzip(&zstd(rows.as_bytes())), "unpack it once before"),
        (zstd(&gzip(rows.as_bytes())), "unpack it once before"),
        (
            [b"{\"@stream\":\"begin\"}\n", rows.as_bytes(), &gzip(rows.as_bytes())].concat(),
            "as arguments, each by itself",
        ),
        (utf16(&format!("\u{feff}{rows}"), u16::to_le_bytes), "`iconv -f UTF-16 -t UTF-8 FILE |`"),
        (utf16(&format!("\u{feff}{rows}"), u16::to_be_bytes), "`iconv -f UTF-16 -t UTF-8 FILE |`"),
        (utf16(rows, u16::to_le_bytes), "`iconv -f UTF-16LE -t UTF-8 FILE |`"),
        (utf16(rows, u16::to_be_bytes), "`iconv -f UTF-16BE -t UTF-8 FILE |`"),
        (rows.replace('\n', "\r").into(), "`tr '\\r' '\\n' < FILE |`"),
        (pretty.into(), "`jq -c . FILE |`"),
        (zstd(pretty.as_bytes()), "`jq -c . FILE |`"),
        (rows.replace('\n', " ").into(), "`jq -c . FILE |`"),
        (format!("[{}]", rows.replace("}\n{", "},{")).into(), "`jq -c '.[]' FILE |`"),
        (format!("[\n{pretty}]\n").into(), "`jq -c '.[]' FILE |`"),
        ("\u{1e}{\"id\":1}\n\u{1e}{\"id\":2}\n".into(), "`jq -c --seq . FILE | tr -d '\\036' |`"),
        ("{\"count\":2,\"next\":null,\"results\":[{\"id\":1}]}".into(), "`jq -c '.results[]' FILE |`"),
        ("{\"info\":{},\"images\":[{\"id\":1}],\"annotations\":[]}".into(), "`syn-convert --check FILE`"),
        ("{\n \"info\": {},\n \"images\": [{\"id\": 1}]\n}".into(), "`syn-convert --check FILE`"),
        ("{\"version\":1,\"files\":[\n{\"path\":\"a\",\"bytes\":1}\n]}".into(), "`syn-sink --verify DEST`"),
        ("{\n  \"format\": \"coco\",\n  \"items\": 2\n}".into(), "give the dump that the export was made from"),
        ("id,name,created\n1,a,b\n".into(), "rows come from `syn-fetch`"),
        (b"<html>\n<body>".to_vec(), "rows come from `syn-fetch`"),
    ];
    for (input, help) in cases {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("input");
        std::fs::write(&file, &input).unwrap();
        for (name, args) in READERS {
            for ran in
                [read(name, args, folder.path(), Some(&file), b""), read(name, args, folder.path(), None, &input)]
            {
                ran.exits(3).fails_with_one_line(name).says(help);
            }
        }
    }
}

#[test]
fn a_folder_as_input_is_told() {
    for (name, args) in READERS {
        let folder = tempfile::tempdir().unwrap();
        let ran = read(name, args, folder.path(), Some(folder.path()), b"");
        ran.exits(3).fails_with_one_line(name).says("a folder, not a file").says("/*.ndjson");
    }
}

#[test]
fn compressed_data_of_any_make_is_read() {
    let rows: String = (0..50).map(|n| format!("{{\"id\":{n},\"data\":{{}}}}\n")).collect();
    let whole = format!("{{\"@stream\":\"begin\",\"kind\":\"items\"}}\n{rows}{{\"@stream\":\"end\",\"count\":50 }}\n");
    let (first, second) = whole.as_bytes().split_at(700);
    let skip = |content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap().to_le_bytes();
        [&b"\x50\x2a\x4d\x18"[..], &length, content].concat()
    };
    let frame = |text: &[u8]| zstd_frame(20, text);
    let gzip = |bytes: &[u8]| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    };
    let with_marks = whole.replacen("{\"id\":0,", "\u{feff}{\"id\":0,", 1);
    for (what, input) in [
        // pzstd: each frame follows one to be skipped, with its length.
        ("pzstd", [skip(b"\x10\0\0\0"), frame(first), skip(b"\x10\0\0\0"), frame(second)].concat()),
        ("skipped last", [frame(whole.as_bytes()), skip(b"note")].concat()),
        ("skipped alone", [skip(b""), skip(b"note"), frame(whole.as_bytes())].concat()),
        ("other magic of skipped", [&[0x5f, 0x2a, 0x4d, 0x18, 0, 0, 0, 0], &frame(whole.as_bytes())[..]].concat()),
        ("a window of 128 MiB", zstd_frame(27, whole.as_bytes())),
        ("members with an empty one", [gzip(first), gzip(b""), gzip(second)].concat()),
        ("frames with an empty one", [frame(first), frame(b""), frame(second)].concat()),
        ("a mark at the start and within", format!("\u{feff}{with_marks}").into()),
        ("a mark before the end frame", whole.replace("{\"@stream\":\"end", "\u{feff}{\"@stream\":\"end").into()),
        ("blank lines and CR LF", format!("\r\n\n{}", whole.replace('\n', "\r\n")).into()),
    ] {
        let ran = finish(&mut Command::new(exe("syn-filter")), &input).exits(0);
        assert_eq!(ran.text(), whole, "{what}");
    }
    let twice = format!("\u{feff}{whole}\u{feff}{whole}");
    let ran = finish(&mut Command::new(exe("syn-filter")), twice.as_bytes()).exits(0).says("100 of 100 items");
    assert!(!ran.text().contains('\u{feff}'), "{ran:?}");
}
