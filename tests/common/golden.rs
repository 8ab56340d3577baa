//! Trees of files that are kept in the repository. `SYNPIPE_BLESS=1` writes them anew instead of comparing (tests/README.md).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The files in `folder` must be these. Returns one text for each file that differs, is missing or is too many.
pub fn differences(folder: &Path, got: &super::convert::Files) -> Vec<String> {
    if std::env::var_os("SYNPIPE_BLESS").is_some() {
        let _ = fs::remove_dir_all(folder);
        for (path, bytes) in got {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
        return Vec::new();
    }
    let path_text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let want: BTreeMap<_, _> = super::tree(folder).into_iter().map(|(path, bytes)| (path_text(&path), bytes)).collect();
    assert!(!want.is_empty(), "there is no golden tree in {}", folder.display());
    let paths: BTreeSet<_> = want.keys().chain(got.keys()).collect();
    let differ = paths.into_iter().filter(|path| want.get(*path) != got.get(*path));
    differ
        .map(|path| {
            format!(
                "{}: {path}\n--- want\n{}\n--- got\n{}",
                folder.display(),
                start(want.get(path)),
                start(got.get(path))
            )
        })
        .collect()
}

/// As much of a file as a failure message can bear.
fn start(file: Option<&Vec<u8>>) -> String {
    file.map_or("no such file".to_owned(), |bytes| String::from_utf8_lossy(bytes).chars().take(2000).collect())
}
