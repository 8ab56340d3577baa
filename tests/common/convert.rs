//! Runs `syn-convert` and gathers the files of its output.

use super::{Ran, exe, finish, is_unframed};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;
use synpipe::file_line::RelPath;

/// The files of an export by path. An original, which is a URL, is the line `-> URL`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Runs `syn-convert` in the package's folder to its end. Lines without frames are taken as they are.
pub fn convert(args: &[&str], input: &str) -> Ran {
    let mut command = Command::new(exe("syn-convert"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(args);
    if is_unframed(input.as_bytes()) {
        command.arg("--unframed");
    }
    finish(&mut command, input.as_bytes())
}

/// Runs it with 1 and with 4 threads. Both must run to their end and write the same bytes.
#[track_caller]
pub fn converted(args: &[&str], input: &str) -> Ran {
    let one = convert(&[args, &["--threads", "1"]].concat(), input).finishes();
    convert(&[args, &["--threads", "4"]].concat(), input).finishes().writes(&one.stdout);
    one
}

/// The files of a run that ended well, all of which are text.
#[track_caller]
pub fn texts(args: &[&str], input: &str) -> BTreeMap<String, String> {
    let files = files(&converted(args, input).stdout);
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    files.into_iter().map(|(path, bytes)| (path, text(bytes))).collect()
}

/// The files of a stream of file lines. Every path must be safe, and every file whole.
#[track_caller]
pub fn files(stream: &[u8]) -> Files {
    let mut files: BTreeMap<String, (Vec<u8>, bool)> = BTreeMap::new();
    for line in stream.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        let line: Value = serde_json::from_slice(line).expect("a line of JSON");
        let Some(path) = line["path"].as_str() else { continue };
        RelPath::new(path).expect("a safe path");
        let bytes = match (&line["text"], &line["base64"], &line["url"]) {
            (Value::String(text), ..) => text.clone().into_bytes(),
            (_, Value::String(text), _) => BASE64_STANDARD.decode(text).expect("base64"),
            (.., Value::String(url)) => format!("-> {url}\n").into_bytes(),
            _ => panic!("a line without content: {line}"),
        };
        let (content, more) = files.entry(path.to_owned()).or_insert((Vec::new(), true));
        assert!(*more, "{path} goes on after its end");
        content.extend(bytes);
        *more = line["more"] == true;
    }
    let unfinished: Vec<_> = files.iter().filter(|(_, (_, more))| *more).map(|(path, _)| path).collect();
    assert!(unfinished.is_empty(), "files without an end: {unfinished:?}");
    files.into_iter().map(|(path, (bytes, _))| (path, bytes)).collect()
}

/// The summary of an export.
pub fn summary<T: AsRef<[u8]>>(files: &BTreeMap<String, T>) -> Value {
    serde_json::from_slice(files["metadata/export_summary.json"].as_ref()).expect("JSON")
}
