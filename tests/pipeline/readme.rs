//! Every `sh` block of README.md is run, and what it promises to print is compared.

use crate::common::programs;
use crate::place::{place, without_times};

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

#[test]
fn every_command_of_the_readme_works_and_says_what_is_printed_there() {
    if programs::find("jq").and(programs::find("zstd")).is_none() {
        return;
    }
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let p = place(&["--title", "Street scenes"]);
    let all = blocks(&readme);
    let mut run = 0;
    for (i, block) in all.iter().enumerate().filter(|(_, block)| block.language == "sh") {
        let script = commands(block);
        if script.trim().is_empty() {
            continue;
        }
        run += 1;
        let ran = p.line(&format!("set -e\n{script}")).exits(0);
        if let Some(promised) = all.get(i + 1).filter(|next| next.language == "text") {
            let printed = format!("{}{}", ran.stderr, ran.text());
            assert_eq!(comparable(&printed), comparable(&promised.text), "README.md:{}", promised.line);
        }
    }
    assert!(run >= 3, "README.md has only {run} blocks to run");
}
