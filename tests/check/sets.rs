//! Small datasets for the tests of layouts.

use crate::common::{Ran, run};
use crate::problems::png;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Writes files. Those that are images by their name are: of one name equal, of others not. `ROOT` stands for the folder.
pub fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    for (path, text) in files {
        let at = folder.path().join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        let name = path.rsplit('/').next().unwrap();
        let is_image = [".jpg", ".JPG", ".png"].iter().any(|ext| name.ends_with(ext)) && text.is_empty();
        let grey = name.bytes().fold(0, u8::wrapping_add);
        let bytes =
            if is_image { png(20, 16, grey, None) } else { text.replace("ROOT", root.to_str().unwrap()).into_bytes() };
        fs::write(at, bytes).unwrap();
    }
    folder
}

pub fn check(folder: &Path, more: &[&str]) -> Ran {
    run("syn-convert", &[&["--check", folder.to_str().unwrap()], more].concat(), b"")
}

/// The codes of the findings, each once, in the order of the alphabet.
pub fn codes(ran: &Ran) -> Vec<String> {
    let code =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["code"].as_str().unwrap().to_owned();
    let mut codes: Vec<String> = ran.text().lines().map(code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

pub const ROW: &str = "0 0.5 0.5 0.4 0.2\n";
pub const ROWS: &str = "0 0.5 0.5 0.4 0.2\n1 0.3 0.4 0.1 0.1\n";

macro_rules! voc {
    ($name:literal, $class:literal) => {
        concat!(
            "<annotation><filename>",
            $name,
            "</filename><size><width>20</width><height>16</height></size><object><name>",
            $class,
            "</name><bndbox><xmin>2.5</xmin><ymin>3</ymin><xmax>12</xmax><ymax>11</ymax></bndbox></object></annotation>"
        )
    };
}

/// A document of one image and one box.
macro_rules! coco {
    ($name:literal) => {
        concat!(
            r#"{"info":{},"images":[{"id":1,"file_name":""#,
            $name,
            r#"","width":20,"height":16}],"#,
            r#""annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[2,3,10,8],"area":80,"iscrowd":0}],"#,
            r#""categories":[{"id":1,"name":"car"}]}"#
        )
    };
}

pub(crate) use {coco, voc};

/// What a dataset is about, its files with their content, what is found, and the exit code.
pub type Case<'c, F> = (&'c str, F, &'c [&'c str], i32);

/// Checks datasets, and tells of all that are judged in another way.
pub fn judged<'c, F: AsRef<[(&'c str, &'c str)]>>(cases: &[Case<'c, F>]) {
    let mut wrong = Vec::new();
    for (name, files, expected, exit) in cases {
        let folder = tree(files.as_ref());
        let ran = check(folder.path(), &["--log-format", "json"]);
        if codes(&ran) != *expected || ran.code() != *exit {
            wrong.push(format!("{name}: {ran:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
