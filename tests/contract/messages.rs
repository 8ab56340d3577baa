//! Messages on standard error: for people one line each, for programs JSON with time, stage and numbers.

use crate::common::{Ran, exe, finish, run};
use serde_json::Value;
use std::process::Command;

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stderr.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

/// A program, its arguments, its input, its exit code, and fields of its last line.
type Case<'c> = (&'c str, &'c [&'c str], &'c str, i32, &'c [(&'c str, Value)]);

const ITEMS: &str = "{\"@stream\":\"begin\",\"kind\":\"items\",\"classes\":[]}\n{\"id\":1,\"data\":{}}\n{\"@stream\":\"end\",\"count\":1}\n";
const FILES: &str =
    "{\"@stream\":\"begin\",\"kind\":\"files\"}\n{\"path\":\"a\",\"text\":\"x\"}\n{\"@stream\":\"end\",\"count\":1}\n";

#[test]
fn json_messages_have_time_stage_and_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let dest = folder.path().join("dest").display().to_string();
    let other = folder.path().join("other").display().to_string();
    let cases: [Case; 10] = [
        ("syn-filter", &[], ITEMS, 0, &[("selected", 1.into()), ("items", 1.into())]),
        ("syn-filter", &["-c"], ITEMS, 0, &[("selected", 1.into()), ("bad_lines", 0.into())]),
        ("syn-convert", &["--to", "json", "--images", "omit"], ITEMS, 0, &[("items", 1.into()), ("lossy", 0.into())]),
        ("syn-convert", &["--check", &dest], "", 3, &[("code", "input".into()), ("exit", 3.into())]),
        ("syn-sink", &[&dest], FILES, 0, &[("files", 1.into()), ("originals", 0.into())]),
        ("syn-sink", &["--verify", &dest], "", 0, &[("verified", 2.into()), ("bad", 0.into())]),
        ("syn-sink", &["--dry-run", &other], FILES, 0, &[("files", 1.into())]),
        ("syn-sink", &[&dest], FILES, 6, &[("code", "output".into()), ("exit", 6.into())]),
        ("syn-filter", &["--no-such-option"], ITEMS, 2, &[("code", "usage".into()), ("exit", 2.into())]),
        ("syn-fetch", &["--project", "", "--host", "http://127.0.0.1:9"], "", 2, &[("code", "usage".into())]),
    ];
    for (name, args, input, code, fields) in cases {
        let ran = run(name, &[args, &["--log-format", "json"][..]].concat(), input.as_bytes()).exits(code);
        let lines = lines(&ran);
        let last = lines.last().unwrap_or_else(|| panic!("{ran:?}"));
        for line in &lines {
            let time = line["time"].as_str().unwrap();
            assert!(time.len() == 24 && time.ends_with('Z') && time.as_bytes()[10] == b'T', "{time}");
            assert_eq!((&line["tool"], &line["stage"]), (&name.into(), &name[4..].into()), "{line}");
            assert!(line["level"] == "progress" || line["message"].is_string(), "{line}");
        }
        for (field, value) in fields {
            assert_eq!(&last[field], value, "{name} {args:?}: {last}");
        }
    }
}

#[test]
fn one_of_a_thing_is_singular() {
    let folder = tempfile::tempdir().unwrap();
    let dest = folder.path().join("dest").display().to_string();
    for (name, args, input, said) in [
        ("syn-filter", &[][..], ITEMS, "1 of 1 item selected; "),
        ("syn-convert", &["--to", "json", "--images", "omit"], ITEMS, "1 item, no annotations; "),
        ("syn-convert", &["--to", "csv", "--bare", "--images", "omit"], ITEMS, "1 item, no annotations; "),
        ("syn-sink", &["--dry-run", &dest], FILES, "1 file, 1 byte would go to"),
        ("syn-sink", &[&dest], FILES, "1 file, 1 byte to"),
        ("syn-sink", &["--verify", &dest], "", "2 files, 78 bytes verified in"),
    ] {
        let ran = run(name, args, input.as_bytes()).exits(0).says(said);
        assert!(!ran.stderr.contains("0 renamed"), "{ran:?}");
    }
}

#[test]
fn colour_and_hidden_characters() {
    let bad = "{\"@stream\":\"begin\",\"kind\":\"items\"}\n{\"id\":1,\"data\":{}}\n";
    for (variables, colour) in [
        (&[][..], false),
        (&[("CLICOLOR_FORCE", "1")], true),
        (&[("CLICOLOR_FORCE", "0")], false),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")], true),
    ] {
        let mut command = Command::new(exe("syn-filter"));
        let ran = finish(command.envs(variables.iter().copied()), bad.as_bytes()).exits(3);
        assert_eq!(ran.stderr.contains('\u{1b}'), colour, "{variables:?} {ran:?}");
    }
    for name in ["a\u{202e}b", "a\u{1b}[2Jb", "a\nb", "a\u{2066}b"] {
        for format in ["text", "json"] {
            let ran = run("syn-filter", &["--log-format", format, &format!("/nowhere/{name}")], b"").exits(3);
            assert!(ran.stderr.contains("a b") || ran.stderr.contains("a [2Jb"), "{ran:?}");
            assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
        }
    }
}
