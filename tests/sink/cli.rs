//! Command line, frames, and the streams that are not whole.

use crate::util::*;
use std::fs;
use std::process::Stdio;

#[test]
fn item_streams_are_told_which_stage_is_missing() {
    let p = place();
    let framed = "{\"@stream\":\"begin\",\"kind\":\"items\",\"version\":1}\n{\"id\":1}\n{\"@stream\":\"end\"}\n";
    for input in [framed, "{\"id\":1,\"data\":{}}\n"] {
        p.run(&["out"], input).exits(3).one_line().says("syn-convert --to");
        p.assert_empty();
    }
}

#[test]
fn cut_streams_publish_nothing() {
    let line = text("a", "1");
    for (input, say) in [
        (format!("{BEGIN}\n{line}\n"), "cut after 1 files"),
        (format!("{BEGIN}\n"), "cut after 0 files"),
        (format!("{BEGIN}\n{line}\n{BEGIN}\n{line}\n{END}\n"), "stops in the middle"),
        (format!("{BEGIN}\n{line}\n{{\"@stream\":\"end\""), "stdin:3"),
        (String::new(), "empty"),
        ("\n\n".into(), "empty"),
        (format!("{BEGIN}\n{{\"path\":\"a\",\"text\":\"1\",\"more\":true}}\n{END}\n"), "its end is missing"),
        ("{\"@stream\":\"begin\",\"version\":99}\n".into(), "version 99"),
    ] {
        let p = place();
        p.run(&["out"], &input).exits(3).one_line().says(say);
        p.assert_empty();
    }
}

#[test]
fn the_failure_of_another_stage_keeps_its_exit_code() {
    for (exit, code) in
        [(r#","exit":5"#, 5), (r#","exit":4"#, 4), (r#","exit":143"#, 143), (r#","exit":0"#, 3), ("", 3)]
    {
        let frame = format!("{{\"@stream\":\"error\",\"code\":\"remote\",\"message\":\"HTTP 520\"{exit}}}\n");
        let p = place();
        let ran = p.run(&["out"], format!("{BEGIN}\n{}\n{frame}", text("a", "1")));
        let said = "syn-sink: error: an earlier stage failed: HTTP 520; nothing is published\n";
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(code), said));
        p.assert_empty();
    }
}

#[test]
fn whole_streams_of_every_form() {
    for (args, input) in [
        (&["out"][..], format!("{}{}", framed(&[&text("a", "1")]), framed(&[&text("b", "2")]))),
        (&["out", "--unframed"], format!("\u{feff}{}\r\n{}", text("a", "1"), text("b", "2"))),
        (&["out", "--unframed"], format!("\n{}\n\n{}\n{{\"@stream\":\"note\"}}\n", text("a", "1"), text("b", "2"))),
    ] {
        let p = place();
        p.run(args, &input).exits(0);
        assert_eq!(names(&p.path("out")), ["a", "b", "metadata/export_summary.json", "metadata/manifest.json"]);
    }
    let p = place();
    p.run(&["empty"], framed(&[])).exits(0);
    assert_eq!(names(p.dir.path()), ["empty/metadata/export_summary.json", "empty/metadata/manifest.json"]);
}

#[test]
fn compressed_input_gives_the_same_tree() {
    let p = place();
    let input = framed(&[&text("a", "1"), &text("b/c", "2")]);
    p.run(&["plain"], &input).exits(0);
    p.run(&["zst"], zstd::encode_all(input.as_bytes(), 3).unwrap()).exits(0);
    assert_eq!(tree(&p.path("plain")), tree(&p.path("zst")));
    let whole = zstd::encode_all(input.as_bytes(), 3).unwrap();
    p.run(&["cut"], &whole[..whole.len() - 5]).exits(3).says("cut short");
}

#[test]
fn a_count_that_disagrees_is_told_or_refused() {
    for (end, code, said) in [
        ("\"count\":2}", 0, "1 of 2 files came"),
        ("\"count\":2 }", 3, "counts 2 files, and only 1 came"),
        ("\"count\":0}", 3, "counts 0 files, and 1 came"),
    ] {
        let input = format!("{BEGIN}\n{}\n{{\"@stream\":\"end\",{end}\n", text("a", "1"));
        place().run(&["out"], input).exits(code).says(said);
    }
}

#[test]
fn allow_partial_publishes_what_came_and_says_what_is_torn() {
    let p = place();
    let input = format!("{BEGIN}\n{}\n{{\"path\":\"doc\",\"text\":\"half\",\"more\":true}}\n", text("a", "1"));
    p.run(&["--allow-partial", "out"], input).exits(0).says("doc is incomplete");
    assert_eq!(fs::read(p.path("out/doc")).unwrap(), b"half");
}

#[test]
fn usage_errors() {
    let p = place();
    p.run(&["--no-such-flag"], "").exits(2);
    p.run(&["--concurrency", "0", "out"], "").exits(2);
    p.run(&["-o", "x", "y"], "").exits(2).says("DEST");
    p.run(&["--base-url", "not a url", "out"], "").exits(2);
    p.run(&["/"], framed(&[])).exits(2).says("destination");
    p.run(&[".."], framed(&[])).exits(2);
    p.assert_empty();
    p.run(&["-o", "named"], framed(&[])).exits(0);
    assert!(p.path("named").is_dir());
}

#[test]
fn help_and_version_are_a_success() {
    let p = place();
    let help = p.run(&["--help"], "").exits(0);
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("Examples:") && help.contains("Exit codes:"), "{help}");
    p.run(&["--version"], "").exits(0);
}

#[test]
fn quiet_json_and_closed_standard_error() {
    let p = place();
    let ran = p.run(&["-q", "q"], framed(&[])).exits(0);
    assert_eq!(ran.stderr, "");
    let ran = p.run(&["--log-format", "json", "j"], framed(&[])).exits(0);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&ran.stderr).unwrap()["tool"], "syn-sink");
    let mut command = p.command(&["closed"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stderr(Stdio::from(writer));
    p.run_command(command, framed(&[])).exits(0);
    assert!(p.path("closed").is_dir());
}

#[test]
fn missing_parents_are_made_and_unreadable_input_is_told() {
    let p = place();
    p.run(&["a/b/c"], framed(&[&text("x", "1")])).exits(0);
    assert!(p.path("a/b/c/x").is_file());
    p.run(&["out", "missing.ndjson"], "").exits(3).says("missing.ndjson");
    fs::write(p.path("plain"), "").unwrap();
    p.run(&["plain/out"], framed(&[])).exits(6).says("plain");
}

#[test]
fn a_twenty_megabyte_line_passes_and_the_cap_holds() {
    let p = place();
    let line = text("big", &"x".repeat(20_000_000));
    p.run(&["out"], &line).exits(0);
    assert_eq!(fs::metadata(p.path("out/big")).unwrap().len(), 20_000_000);
    p.run(&["--max-line-bytes", "1000", "no"], &line).exits(3).says("--max-line-bytes");
    assert!(!p.path("no").exists());
}
