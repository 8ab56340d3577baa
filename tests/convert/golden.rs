//! Golden trees: every folder below `tests/cases` that has a file `args` is a run of `syn-convert`.
//!
//! `args` holds its arguments, one a line; a line `< PATH` reads that file (below the package's root) instead of `in.ndjson`.
//! `out/` holds every file of the export; an original is a file with the line `-> URL`. tests/README.md says how to bless a change.

use crate::common::convert::{Files, convert, files};
use crate::common::golden::differences;
use std::fs;
use std::path::{Path, PathBuf};
use synpipe::convert::FORMATS;

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    // Folders of other tests have no arguments here.
    cases.retain(|case| case.join("args").exists());
    cases.sort();
    cases
}

/// The arguments of a case, and the path of its input where that is not its own.
fn arguments(case: &Path) -> (Vec<String>, Option<String>) {
    let text = fs::read_to_string(case.join("args")).unwrap();
    let (input, args): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with("< "));
    (args.into_iter().map(str::to_owned).collect(), input.first().map(|line| line[2..].to_owned()))
}

/// What a case writes.
fn export(case: &Path) -> Files {
    let (args, other) = arguments(case);
    let input = other.map_or(case.join("in.ndjson"), |path| Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    files(&convert(&args, &fs::read_to_string(input).unwrap()).exits(0).stdout)
}

#[test]
fn exports_are_the_golden_trees() {
    let wrong: Vec<_> = cases().iter().flat_map(|case| differences(&case.join("out"), &export(case))).collect();
    assert!(wrong.is_empty(), "{}\n{} files differ", wrong.join("\n"), wrong.len());
}

#[test]
fn every_format_has_a_golden_tree() {
    let all: Vec<_> = cases().iter().map(|case| arguments(case).0).collect();
    let has_case = |format: &str| all.iter().any(|args| args.windows(2).any(|pair| pair == ["--to", format]));
    // Those of `template` are the commands of the cookbook, in template.rs.
    let missing: Vec<_> =
        FORMATS.iter().map(|f| f.name).filter(|name| *name != "template" && !has_case(name)).collect();
    assert!(missing.is_empty(), "no folder below tests/cases has --to {missing:?}");
}

/// Lines of `classes.txt`, which has the ids in order.
fn class_list(case: &str) -> String {
    let case = cases().into_iter().find(|path| path.ends_with(case)).unwrap();
    String::from_utf8(export(&case)["classes.txt"].clone()).unwrap()
}

#[test]
fn two_subsets_of_a_project_have_the_same_class_ids() {
    let (first, second) = (class_list("subset-first"), class_list("subset-second"));
    assert_eq!(first, second);
    assert!(first.starts_with("truck\ncar\n자전거\n"), "the order of the begin frame: {first}");
}
