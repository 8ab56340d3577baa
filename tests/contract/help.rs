//! Help that fits a terminal, and completions that offer what an option takes.

use crate::common::{exe, finish, run};
use std::process::Command;

const ALL: [&str; 4] = ["syn-fetch", "syn-filter", "syn-convert", "syn-sink"];

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

/// What bash offers for the last of these words.
fn offered(name: &str, words: &[&str]) -> Vec<String> {
    let script = run(name, &["--completions", "bash"], b"").exits(0);
    let function = format!("_{}", name.replace('-', "__"));
    let call = format!("{function} \"$0\" \"${{@: -1}}\" \"${{@: -2:1}}\" 2> /dev/null");
    let line = ["COMP_WORDS=(\"$0\" \"$@\"); COMP_CWORD=$#", &call, "printf '%s\\n' \"${COMPREPLY[@]}\""];
    let line = format!("{}\n{}", script.text(), line.join("\n"));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a-file.json"), "").unwrap();
    let ran =
        finish(Command::new("bash").args(["-c", &line, name]).args(words).current_dir(folder.path()), b"").exits(0);
    ran.text().lines().map(str::to_owned).filter(|word| !word.is_empty()).collect()
}

#[test]
fn a_shell_offers_what_an_option_takes() {
    let tools = ["bounding_box", "polygon", "polyline", "keypoint", "segmentation", "classification"];
    let cases: [(&str, &[&str], &[&str]); 20] = [
        ("syn-convert", &["--to", "y"], &["yolo"]),
        ("syn-convert", &["-t", "c"], &["coco", "csv", "createml"]),
        ("syn-convert", &["--task", "o"], &["obb"]),
        ("syn-convert", &["--color", ""], &["auto", "always", "never"]),
        ("syn-convert", &["--classes", "a"], &["a-file.json"]),
        ("syn-convert", &["--split", "c"], &["category"]),
        ("syn-convert", &["--naming", ""], &["stem", "id"]),
        ("syn-convert", &["--split-group", ""], &[]),
        ("syn-filter", &["--status", ""], &["stand_by", "in_progress", "completed", "skipped"]),
        ("syn-filter", &["--review", "re"], &["rejected"]),
        ("syn-filter", &["--category", ""], &["train", "validation", "test"]),
        ("syn-filter", &["--tool", ""], &tools),
        ("syn-filter", &["--class", ""], &[]),
        ("syn-filter", &["--log-format", ""], &["text", "json"]),
        ("syn-filter", &["--ids-from", ""], &["a-file.json"]),
        ("syn-fetch", &["--target", ""], &["assignment", "task", "ground_truth"]),
        ("syn-fetch", &["--status", "c"], &["completed"]),
        ("syn-fetch", &["--project", ""], &[]),
        ("syn-sink", &["--local-files", "c"], &["copy"]),
        ("syn-sink", &["-o", ""], &["a-file.json"]),
    ];
    for (name, words, expected) in cases {
        assert_eq!(offered(name, words), expected, "{name} {words:?}");
    }
}

#[test]
fn scripts_of_all_shells_have_the_values() {
    for shell in ["bash", "zsh", "fish"] {
        for (name, word) in [
            ("syn-convert", "ultralytics-ndjson"),
            ("syn-filter", "in_progress"),
            ("syn-filter", "bounding_box"),
            ("syn-filter", "rejected"),
            ("syn-filter", "validation"),
            ("syn-fetch", "ground_truth"),
            ("syn-fetch", "always"),
            ("syn-sink", "copy"),
        ] {
            let script = run(name, &["--completions", shell], b"").exits(0);
            assert!(script.text().contains(word), "{name} {shell} {word}");
        }
    }
}
