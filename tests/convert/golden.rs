//! Golden trees: every folder below `tests/cases` is a run of `syn-convert`.
//!
//! `args` holds its arguments, one a line; a line `< PATH` reads that file (below the package's root) instead of `in.ndjson`.
//! `out/` holds every file of the export; an original is a file with the line `-> URL`. After a change that is meant:
//! `SYNPIPE_BLESS=1 cargo test --test convert`, then read the difference.

use crate::common::{run, tree};
use base64::Engine;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

type Tree = BTreeMap<PathBuf, Vec<u8>>;

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    // Folders of other tests have no arguments here.
    cases.retain(|case| case.join("args").exists());
    cases.sort();
    cases
}

/// What a case writes.
fn export(case: &Path) -> Tree {
    let args = fs::read_to_string(case.join("args")).unwrap();
    let other = args.lines().find_map(|line| line.strip_prefix("< "));
    let input = other.map_or(case.join("in.ndjson"), |path| Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    let args: Vec<&str> = args.lines().filter(|line| !line.starts_with("< ")).collect();
    let ran = run("syn-convert", &args, &fs::read(input).unwrap()).exits(0);
    let mut files = Tree::new();
    for line in ran.text().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let Some(path) = line["path"].as_str() else { continue };
        let bytes = match (&line["text"], &line["base64"], &line["url"]) {
            (Value::String(text), ..) => text.clone().into_bytes(),
            (_, Value::String(text), _) => base64::prelude::BASE64_STANDARD.decode(text).unwrap(),
            (.., Value::String(url)) => format!("-> {url}\n").into_bytes(),
            _ => panic!("{line}"),
        };
        files.entry(path.into()).or_default().extend(bytes);
    }
    files
}

#[test]
fn exports_are_the_golden_trees() {
    let bless = std::env::var_os("SYNPIPE_BLESS").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let (got, out) = (export(&case), case.join("out"));
        if bless {
            let _ = fs::remove_dir_all(&out);
            for (path, bytes) in &got {
                let path = out.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, bytes).unwrap();
            }
            continue;
        }
        let want: Tree = tree(&out).into_iter().collect();
        assert!(!want.is_empty(), "{} has no golden tree", case.display());
        let paths: std::collections::BTreeSet<_> = want.keys().chain(got.keys()).collect();
        for path in paths.into_iter().filter(|path| want.get(*path) != got.get(*path)) {
            let text = |tree: &Tree| {
                tree.get(path).map_or("no such file".into(), |b| {
                    String::from_utf8_lossy(b).chars().take(2000).collect::<String>()
                })
            };
            wrong.push(format!(
                "{}: {}\n--- want\n{}\n--- got\n{}",
                case.display(),
                path.display(),
                text(&want),
                text(&got)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}\n{} files differ", wrong.join("\n"), wrong.len());
}

/// Lines of `classes.txt`, which has the ids in order.
fn class_list(case: &str) -> String {
    let case = cases().into_iter().find(|path| path.ends_with(case)).unwrap();
    String::from_utf8(export(&case)[Path::new("classes.txt")].clone()).unwrap()
}

#[test]
fn two_subsets_of_a_project_have_the_same_class_ids() {
    let (first, second) = (class_list("subset-first"), class_list("subset-second"));
    assert_eq!(first, second);
    assert!(first.starts_with("truck\ncar\n자전거\n"), "the order of the begin frame: {first}");
}
