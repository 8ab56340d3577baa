//! A stand-in with made-up rows, for tests of the walk.

use super::fetch::{Ran, TOKEN, fetch};
use super::stand_in::StandIn;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A folder with a dump of made-up rows, and a server for it.
pub struct World {
    /// The folder.
    pub folder: tempfile::TempDir,
    /// The server.
    pub server: StandIn,
}

impl World {
    /// `ids` in any order, each row about `size` bytes.
    pub fn new(ids: impl IntoIterator<Item = i64>, size: usize, args: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let dump = folder.path().join("source.ndjson");
        let mut text = String::new();
        for (n, id) in ids.into_iter().enumerate() {
            let pad = "x".repeat(size.saturating_sub(300) + n * 37 % 200);
            let task = 1_000_000 + id;
            let _ = writeln!(
                text,
                "{{\"id\":{id},\"data\":{{\"assignmentId\":{id},\"annotations\":{{}},\"pad\":\"{pad}\"}},\"file\":{{\"url\":\"x\",\"file_name_original\":\"{id}.jpg\"}},\"task\":{{\"id\":{task}}},\"created\":\"2026-01-0{}T00:00:00Z\",\"last_labeled\":\"2026-02-0{}T00:00:00Z\"}}",
                1 + n % 9,
                1 + n % 7
            );
        }
        std::fs::write(&dump, text).expect("the dump");
        let dump = dump.to_str().expect("UTF-8").to_owned();
        let server = StandIn::start(&[&["--dump", &dump, "--token", TOKEN], args].concat());
        Self { folder, server }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn fetch(&self, args: &[&str]) -> Ran {
        fetch(&self.server, &[&["--project", "42"], args].concat())
    }
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

pub fn dense() -> Vec<i64> {
    (1000..2200).collect()
}

/// Dense, sparse and lonely places.
pub fn uneven() -> Vec<i64> {
    let far = (0..40).map(|n| 5_000_000 + n * n * 977);
    (1..400).chain((900..3000).step_by(7)).chain(far).chain([9_000_000_000]).collect()
}

pub fn descending(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids
}
