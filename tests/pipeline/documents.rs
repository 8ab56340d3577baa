//! Every `sh` block of README.md and of the documents for users is run, from top to bottom in one folder, and what a `text` block
//! behind it promises to print is compared. A line with `# not run` is left out.

use crate::common::s3::S3;
use crate::common::stand_in::{SAMPLE, StandIn};
use crate::common::{exe, programs};
use crate::place::{Place, TOKEN, place, without_times};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// A fenced block.
struct Block {
    language: String,
    /// Number of its first line.
    line: usize,
    text: String,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (number, line) in markdown.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(language) => {
                open = !open;
                if open {
                    found.push(Block { language: language.trim().into(), line: number + 2, text: String::new() });
                }
            }
            None if open => {
                let block = found.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            None => {}
        }
    }
    found
}

/// The commands of a block: after a `$ ` when it has such lines (the others are output), else every line.
fn commands(block: &Block) -> String {
    let prompted = block.text.lines().any(|line| line.starts_with("$ "));
    let lines = block.text.lines().filter_map(|line| if prompted { line.strip_prefix("$ ") } else { Some(line) });
    lines.filter(|line| !line.contains("# not run")).map(|line| format!("{line}\n")).collect()
}

/// Messages sorted (the stages write at the same time), with figures that differ from run to run left out.
fn comparable(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(without_times).collect();
    lines.sort();
    lines
}

/// Runs the document in the folder of `place`, with these further variables. Gives the number of blocks that were run.
fn walk(document: &str, place: &Place, variables: &[(&str, String)]) -> usize {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(document)).unwrap();
    let all = blocks(&text);
    let mut run = 0;
    for (i, block) in all.iter().enumerate().filter(|(_, block)| block.language == "sh") {
        let script = commands(block);
        if script.trim().is_empty() {
            continue;
        }
        run += 1;
        eprintln!("{document}:{}", block.line);
        let exports: String = variables.iter().map(|(name, value)| format!("export {name}='{value}'\n")).collect();
        let ran = place.line(&format!("set -e\n{exports}{script}")).exits(0);
        if let Some(promised) = all.get(i + 1).filter(|next| next.language == "text") {
            let printed = format!("{}{}", ran.stderr, ran.text());
            assert_eq!(comparable(&printed), comparable(&promised.text), "{document}:{}", promised.line);
        }
    }
    run
}

/// A folder, and a backend whose rows have been labelled by three people.
fn labelled_place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let people = ["kim@example.com", "이영희", "park@example.com"];
    let sample = std::fs::read_to_string(SAMPLE).unwrap();
    let rows = sample.lines().enumerate().map(|(i, line)| {
        let mut row: Value = serde_json::from_str(line).unwrap();
        if row.get("id").is_some() {
            row["labelers"] = json!([people[i % people.len()]]);
        }
        format!("{row}\n")
    });
    let dump = dir.path().join(".rows.ndjson");
    std::fs::write(&dump, rows.collect::<String>()).unwrap();
    let server = StandIn::start(&["--dump", dump.to_str().unwrap(), "--token", TOKEN, "--title", "Street scenes"]);
    Place { dir, server }
}

#[test]
fn every_command_of_the_readme_works_and_says_what_is_printed_there() {
    if programs::find("jq").and(programs::find("zstd")).is_none() {
        return;
    }
    let run = walk("README.md", &place(&["--title", "Street scenes"]), &[]);
    assert!(run >= 3, "README.md has only {run} blocks to run");
}

#[test]
fn an_ml_engineer_has_a_balanced_yolo_set() {
    assert!(walk("docs/guides/ml-engineer.md", &labelled_place(), &[]) >= 5);
}

#[test]
fn what_a_dump_is_asked_and_fetched_works_as_written() {
    let p = labelled_place();
    std::fs::copy(p.path(".rows.ndjson"), p.path("dump.ndjson")).unwrap();
    assert!(walk("docs/counts.md", &p, &[]) >= 2);
    assert!(walk("docs/jq.md", &p, &[]) >= 1);
    std::fs::rename(p.path("dump.ndjson"), p.path("picked.ndjson")).unwrap();
    assert!(walk("docs/fetch.md", &p, &[]) >= 5);
}

#[test]
fn a_project_manager_has_counts_and_a_zip() {
    assert!(walk("docs/guides/project-manager.md", &labelled_place(), &[]) >= 4);
}

#[test]
fn a_data_engineer_has_a_dataset_that_follows_a_project() {
    let Some(store) = store() else { return };
    let p = labelled_place();
    let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/nightly.sh");
    std::fs::copy(scripts, p.path("nightly.sh")).unwrap();
    assert!(walk("docs/guides/data-engineer.md", &p, &store.variables) >= 4);
}

#[test]
fn a_coding_assistant_follows_the_skill() {
    if programs::find("jq").is_none() {
        return;
    }
    assert!(walk("docs/skill/SKILL.md", &labelled_place(), &[]) >= 8);
}

#[test]
fn the_map_of_the_export_guide_names_options_that_exist() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/export-guide.md")).unwrap();
    let mut options = std::collections::BTreeSet::new();
    for tool in ["syn-fetch", "syn-filter", "syn-convert", "syn-sink"] {
        let help = Command::new(exe(tool)).arg("--help").output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        options.extend(help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).map(str::to_owned));
    }
    let code = text.split('`').skip(1).step_by(2);
    let named: Vec<&str> = code.flat_map(str::split_whitespace).filter(|word| word.starts_with("--")).collect();
    assert!(named.len() > 40, "{named:?}");
    for word in named {
        let option = word.split(['=', '[']).next().unwrap();
        assert!(options.contains(option), "docs/export-guide.md names {option}");
    }
}

/// A store, and the variables by which its client finds it.
struct Store {
    _server: S3,
    variables: Vec<(&'static str, String)>,
}

fn store() -> Option<Store> {
    let server = S3::start(Some(("AKTEST", "SKTEST")))?;
    let variables = vec![
        ("AWS_ACCESS_KEY_ID", "AKTEST".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "SKTEST".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ENDPOINT_URL", server.url.clone()),
    ];
    Some(Store { _server: server, variables })
}
