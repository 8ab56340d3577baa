//! Standard streams that are closed or full, limits of the system, and signals: nothing is lost without a word.

use crate::common::{exe, run, shell, tree};
use std::io::Write;
use std::process::{Command, Stdio};

/// Programs that write their result to standard output, with arguments that make them do so on [`INPUT`].
const WRITERS: [(&str, &[&str]); 5] = [
    ("syn-filter", &[]),
    ("syn-filter", &["-c"]),
    ("syn-convert", &["--to", "jsonl", "--images", "omit"]),
    ("syn-convert", &["--to", "csv", "--bare", "--images", "omit"]),
    ("syn-sink", &["-"]),
];

const ALL: [&str; 4] = ["syn-fetch", "syn-filter", "syn-convert", "syn-sink"];

fn input(name: &str) -> String {
    let (kind, line) = match name {
        "syn-sink" => ("files", "{\"path\":\"a.txt\",\"text\":\"x\"}"),
        _ => ("items", "{\"id\":1,\"data\":{}}"),
    };
    format!(
        "{{\"@stream\":\"begin\",\"kind\":\"{kind}\",\"classes\":[]}}\n{line}\n{{\"@stream\":\"end\",\"count\":1}}\n"
    )
}

#[test]
fn output_that_would_be_lost_is_exit_6() {
    let lines = [
        ("exec \"$@\" >&-", "standard output is closed"),
        ("exec \"$@\" 2>&- >&-", ""),
        ("exec \"$@\" 1< /dev/null", ""),
        ("exec \"$@\" > /dev/full", "No space left"),
        ("exec \"$@\" 1<> /dev/null", "-o FILE"),
    ];
    for (name, args) in WRITERS {
        for (line, reason) in lines {
            let all: Vec<&str> = std::iter::once(exe(name)).chain(args.iter().copied()).collect();
            shell(line, &all, input(name).as_bytes()).exits(6).says(reason);
        }
        let all: Vec<&str> = std::iter::once(exe(name)).chain(args.iter().copied()).collect();
        shell("exec \"$@\" > /dev/null", &all, input(name).as_bytes()).exits(0);
    }
    for name in ALL {
        for option in ["--help", "-h", "--version"] {
            shell("exec \"$@\" 1<> /dev/null", &[exe(name), option], b"").exits(0);
            shell("exec \"$@\" > /dev/full", &[exe(name), option], b"").exits(6).fails_with_one_line(name);
        }
        for shell_name in ["bash", "zsh", "fish"] {
            let args = [exe(name), "--completions", shell_name];
            shell("exec \"$@\" > /dev/full", &args, b"").exits(6).fails_with_one_line(name);
        }
    }
}

#[test]
fn an_input_that_is_closed_is_exit_3() {
    for (name, args) in WRITERS {
        let all: Vec<&str> = std::iter::once(exe(name)).chain(args.iter().copied()).collect();
        shell("exec \"$@\" <&-", &all, b"").exits(3).fails_with_one_line(name).says("standard input is closed");
    }
    let ids = ["--project", "1", "--host", "http://127.0.0.1:9", "--ids-from", "-"];
    let all: Vec<&str> = std::iter::once(exe("syn-fetch")).chain(ids).collect();
    shell("SYNAPSE_ACCESS_TOKEN=t exec \"$@\" <&-", &all, b"").exits(3).says("standard input is closed");
}

#[test]
fn a_closed_standard_error_loses_no_output() {
    for (name, args) in WRITERS {
        let expected = run(name, args, input(name).as_bytes()).exits(0);
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let all: Vec<&str> = [exe(name), out.to_str().unwrap()].into_iter().chain(args.iter().copied()).collect();
        let line = "program=$1; out=$2; shift 2; exec \"$program\" \"$@\" 2>&- > \"$out\"";
        shell(line, &all, input(name).as_bytes()).exits(0);
        assert_eq!(std::fs::read(&out).unwrap(), expected.stdout, "{name}");
    }
}

#[test]
fn a_limit_of_file_sizes_is_exit_6() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let rows: String = (0..50_000).map(|n| format!("{{\"id\":{n},\"data\":{{}}}}\n")).collect();
    let files: String =
        (0..50_000).map(|n| format!("{{\"path\":\"{n}\",\"text\":\"{}\"}}\n", "x".repeat(50))).collect();
    let out = out.to_str().unwrap();
    for (name, args, input) in [
        ("syn-filter", &["-o", out][..], &rows),
        ("syn-filter", &[], &rows),
        ("syn-convert", &["--to", "jsonl", "--images", "omit", "-o", out], &rows),
        ("syn-convert", &["--to", "coco", "--images", "omit"], &rows),
        ("syn-sink", &["dest.tar"], &files),
        ("syn-sink", &["dest"], &format!("{{\"path\":\"a\",\"text\":\"{}\"}}\n", "x".repeat(1 << 20))),
        ("syn-sink", &["-"], &files),
    ] {
        let place = folder.path().to_str().unwrap();
        let all: Vec<&str> = [place, exe(name)].into_iter().chain(args.iter().copied()).collect();
        let line = "cd \"$1\"; shift; ulimit -f 100; exec \"$@\" > big";
        let begin =
            format!("{{\"@stream\":\"begin\",\"kind\":\"{}\"}}\n", if name == "syn-sink" { "files" } else { "items" });
        let end = format!("{{\"@stream\":\"end\",\"count\":{}}}\n", input.lines().count());
        shell(line, &all, format!("{begin}{input}{end}").as_bytes())
            .exits(6)
            .fails_with_one_line(name)
            .says("too large");
        for (path, _) in tree(folder.path()) {
            assert!(path.to_str().is_some_and(|p| ["big", "out"].contains(&p)), "{name} left {path:?}");
        }
    }
}

#[test]
fn signals_end_a_sink_without_a_trace() {
    for (signal, code) in [("HUP", 129), ("INT", 130), ("QUIT", 131), ("TERM", 143)] {
        for dest in ["dest", "dest.tar.zst"] {
            let folder = tempfile::tempdir().unwrap();
            let mut child = Command::new(exe("syn-sink"))
                .arg(folder.path().join(dest))
                .stdin(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut stdin = child.stdin.take().unwrap();
            let lines: String =
                (0..2000).map(|n| format!("{{\"path\":\"{n}\",\"text\":\"{}\"}}\n", "x".repeat(99))).collect();
            // More than a pipe holds: when the last byte is taken, the program is at work.
            stdin.write_all(format!("{{\"@stream\":\"begin\",\"kind\":\"files\"}}\n{lines}").as_bytes()).unwrap();
            let pid = child.id().to_string();
            assert!(Command::new("kill").args([format!("-{signal}"), pid]).status().unwrap().success());
            assert_eq!(child.wait().unwrap().code(), Some(code), "{signal} {dest}");
            drop(stdin);
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{signal} {dest}");
        }
    }
}

#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let dest = folder.path().join("dest");
    // The stage before ends after the signal, which finds the sink waiting for input.
    let line = "trap '' HUP; { printf '%s' \"$3\"; sleep 0.3; kill -HUP $(cat \"$2.pid\"); printf '%s' \"$4\"; } | \
                { sh -c 'echo $$ > \"$2.pid\"; exec \"$1\" \"$2\"' sh \"$1\" \"$2\"; }";
    let (begin, end) = ("{\"@stream\":\"begin\",\"kind\":\"files\"}\n", "{\"@stream\":\"end\",\"count\":0}\n");
    shell(line, &[exe("syn-sink"), dest.to_str().unwrap(), begin, end], b"").exits(0);
    assert!(dest.join("metadata/manifest.json").exists());
}
