//! Help that fits a terminal.

use crate::common::{exe, finish};
use std::process::Command;

const ALL: [&str; 5] = ["syn-fetch", "syn-filter", "syn-convert", "syn-sink", "syn-job"];

/// The help at a width.
fn help(name: &str, option: &str, columns: usize) -> String {
    let ran = finish(Command::new(exe(name)).arg(option).env("COLUMNS", columns.to_string()), b"").exits(0);
    ran.text().to_owned()
}

/// The options that a help names at the start of a line.
fn options(help: &str) -> Vec<&str> {
    let named =
        help.lines().filter_map(|line| line.trim_start().strip_prefix("--").or(line.split_once(", --").map(|l| l.1)));
    named.filter_map(|rest| rest.split([' ', '.', ',']).next()).collect()
}

#[test]
fn help_fits_a_terminal_and_its_short_form_is_short() {
    for name in ALL {
        for columns in [80, 100] {
            for option in ["-h", "--help"] {
                for line in help(name, option, columns).lines() {
                    assert!(line.chars().count() <= columns, "{name} {option}: {line}");
                    assert_eq!(line, line.trim_end(), "{name} {option}");
                }
            }
        }
        let (short, long) = (help(name, "-h", 80), help(name, "--help", 80));
        assert!(2 * options(&short).len() <= 3 * options(&long).len() && short.len() < long.len() / 2 + 1000, "{name}");
        assert!(short.contains(&format!("{name} --help")) && !short.contains("Exit codes:"), "{short}");
        for option in options(&short) {
            assert!(options(&long).contains(&option), "{name} --{option}");
        }
        // Each option is in one group, and each group has a name.
        let groups: Vec<_> = long.lines().filter(|line| line.ends_with(':') && !line.starts_with(' ')).collect();
        assert!(groups.len() > 4 && groups.contains(&"Common options:"), "{groups:?}");
    }
}

#[test]
fn options_of_formats_stand_under_the_formats_that_read_them() {
    let help = help("syn-convert", "--help", 100);
    let groups: Vec<&str> = help.split("\n\n").filter(|group| group.starts_with("Only for --to ")).collect();
    for (option, formats) in [
        ("--task", "yolo, ultralytics-ndjson"),
        ("--category-start", "coco"),
        ("--roles", "coco"),
        ("--voc-base", "voc"),
        ("--excel", "csv"),
        ("--per-class", "json"),
        ("--template", "template"),
        ("--presigned", "ultralytics-ndjson"),
    ] {
        let group = groups.iter().find(|group| group.contains(&format!("  {option}"))).unwrap();
        assert!(group.starts_with(&format!("Only for --to {formats}:\n")), "{option}: {group}");
    }
}
