//! Datasets in the layouts of other tools: each is found, read to its last file, and nothing is said of it that its reader does not do.
//! They are in `tests/data/layouts.json`; `scripts/check_layouts.py` asks the readers of the same ones.

use crate::sets::{check, codes, tree};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A layout.
#[derive(Deserialize)]
pub struct Layout {
    /// The tool that writes it, and how.
    pub name: String,
    /// Texts by path; images have none, and `ROOT` stands for the folder.
    pub files: BTreeMap<String, String>,
    /// What is said to be read of it.
    pub read: String,
    /// The findings.
    pub codes: Vec<String>,
    /// The exit code.
    pub exit: i32,
}

impl Layout {
    /// Paths and texts.
    pub fn files(&self) -> Vec<(&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()
    }
}

/// All of them.
pub fn layouts() -> Vec<Layout> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/layouts.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn every_layout_is_read_whole_and_nothing_is_made_up() {
    let mut wrong = Vec::new();
    for layout in layouts() {
        let folder = tree(&layout.files());
        let ran = check(folder.path(), &["--log-format", "json"]);
        let read = ran.stderr.contains(&format!("checked {}:", layout.read));
        if codes(&ran) != layout.codes || ran.code() != layout.exit || !read {
            wrong.push(format!("{}: {ran:?}", layout.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
