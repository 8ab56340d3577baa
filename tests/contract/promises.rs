//! What every binary does, whatever it is for. A row of [`STAGES`] says what a binary reads and writes; the tests below take
//! each row whose kind they are about.

use crate::common::{Ran, exe, feed, finish, run, shell, spawn, tree};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use synpipe::stream::Kind;

/// What a binary is, as far as the contract is concerned.
struct Stage {
    name: &'static str,
    /// What it reads from standard input or files; `None`: it does not read a stream.
    reads: Option<Kind>,
    /// Arguments that make it work on a stream; `DEST` stands for a path that does not exist yet. Input files may follow them.
    args: &'static [&'static str],
    /// A line in is a line out at once, on standard output.
    line_by_line: bool,
    /// What it does not know in a line comes out again.
    keeps_unknown_keys: bool,
    /// It writes its result to standard output.
    to_stdout: bool,
    /// Its exit code for an input without a single line.
    empty: i32,
    /// It has `--on-error skip`.
    can_skip: bool,
}

const STAGES: &[Stage] = &[
    Stage {
        name: "syn-fetch",
        reads: None,
        args: &[],
        line_by_line: false,
        keeps_unknown_keys: false,
        to_stdout: true,
        empty: 0,
        can_skip: false,
    },
    Stage {
        name: "syn-filter",
        reads: Some(Kind::Items),
        args: &[],
        line_by_line: true,
        keeps_unknown_keys: true,
        to_stdout: true,
        empty: 0,
        can_skip: true,
    },
    Stage {
        name: "syn-convert",
        reads: Some(Kind::Items),
        args: &["--to", "jsonl", "--bare", "--images", "omit", "--report", "none"],
        line_by_line: true,
        keeps_unknown_keys: false,
        to_stdout: true,
        empty: 3,
        can_skip: true,
    },
    Stage {
        name: "syn-convert",
        reads: Some(Kind::Items),
        args: &["--to", "json"],
        line_by_line: true,
        keeps_unknown_keys: false,
        to_stdout: true,
        empty: 3,
        can_skip: true,
    },
    Stage {
        name: "syn-sink",
        reads: Some(Kind::Files),
        args: &["DEST"],
        line_by_line: false,
        keeps_unknown_keys: false,
        to_stdout: false,
        empty: 3,
        can_skip: false,
    },
];

/// A run and what it left at `DEST`.
type Outcome = (Ran, Vec<(std::path::PathBuf, Vec<u8>)>);

impl Stage {
    fn readers() -> impl Iterator<Item = &'static Stage> {
        STAGES.iter().filter(|stage| stage.reads.is_some())
    }

    fn writers() -> impl Iterator<Item = &'static Stage> {
        Self::readers().filter(|stage| stage.to_stdout)
    }

    fn args(&self, dest: &Path) -> Vec<String> {
        self.args.iter().map(|arg| arg.replace("DEST", dest.to_str().unwrap())).collect()
    }

    /// Runs it with these further arguments.
    fn run(&self, more: &[&str], stdin: &[u8]) -> Outcome {
        let dir = tempfile::tempdir().unwrap();
        let dest = dir.path().join("dest");
        let ran = finish(Command::new(exe(self.name)).args(self.args(&dest)).args(more), stdin);
        (ran, tree(&dest))
    }

    /// Runs it through a shell line, in which `"$@"` is its command line.
    fn shell(&self, line: &str, more: &[&str], stdin: &[u8]) -> Ran {
        let dir = tempfile::tempdir().unwrap();
        let args = self.args(&dir.path().join("dest"));
        let own = args.iter().map(String::as_str);
        let all: Vec<&str> = std::iter::once(exe(self.name)).chain(own).chain(more.iter().copied()).collect();
        shell(line, &all, stdin)
    }

    /// A line of the kind it reads, about `bytes` long.
    fn line(&self, n: usize, bytes: usize) -> String {
        let padding = "x".repeat(bytes);
        match self.reads {
            Some(Kind::Files) => format!("{{\"path\":\"a/{n}.txt\",\"text\":\"{padding}\"}}\n"),
            _ => format!(
                "{{\"id\":{n},\"data\":{{\"annotations\":{{\"image_1\":[]}}}},\"file\":{{\"url\":\"http://127.0.0.1:9/{n}.jpg\",\
                 \"file_name_original\":\"{n}.jpg\",\"meta\":{{\"width\":10,\"height\":10}}}},\"note\":\"{padding}\"}}\n"
            ),
        }
    }

    fn begin(&self) -> String {
        let word = self.reads.map_or("items", Kind::word);
        format!("{{\"@stream\":\"begin\",\"kind\":\"{word}\",\"version\":1,\"classes\":[\"car\"]}}\n")
    }

    /// A whole stream of `n` lines.
    fn stream(&self, n: usize) -> String {
        let lines: String = (0..n).map(|i| self.line(i, 20)).collect();
        format!("{}{lines}{}", self.begin(), end(n))
    }
}

fn end(n: usize) -> String {
    format!("{{\"@stream\":\"end\",\"count\":{n} }}\n")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

#[test]
fn help_and_version() {
    for stage in STAGES {
        let help = run(stage.name, &["--help"], b"").exits(0);
        for word in ["Usage:", "Examples:", "Common options:", stage.name] {
            assert!(help.text().contains(word), "{word} in {help:?}");
        }
        run(stage.name, &["--version"], b"").exits(0).writes(format!("{} {}\n", stage.name, env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn an_unknown_option_is_a_usage_error() {
    for stage in STAGES {
        run(stage.name, &["--no-such-option"], b"").exits(2).fails_with_one_line(stage.name).says("--no-such-option");
        run(stage.name, &["--threads", "none"], b"").exits(2).fails_with_one_line(stage.name).says("--threads");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    for stage in Stage::writers().filter(|stage| stage.line_by_line) {
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new(exe(stage.name));
        let mut child = spawn(command.args(stage.args(&dir.path().join("dest"))));
        // Far more than a pipe and the program's own buffers hold.
        feed(&mut child, stage.stream(100_000).into_bytes());
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut String::new()).unwrap();
        drop(stdout);
        let out = child.wait_with_output().unwrap();
        assert_eq!((out.status.code(), String::from_utf8_lossy(&out.stderr)), (Some(0), "".into()), "{}", stage.name);
    }
}

#[test]
fn help_into_a_closed_pipe_is_no_failure() {
    for stage in STAGES {
        shell("\"$1\" --help | true", &[exe(stage.name)], b"").exits(0).writes("");
    }
}

#[test]
fn a_full_disk_is_exit_6_and_names_the_output() {
    for stage in Stage::writers() {
        let ran = stage.shell("exec \"$@\" > /dev/full", &[], stage.stream(3).as_bytes());
        ran.exits(6).fails_with_one_line(stage.name).says("stdout").says("No space left");
        let (ran, _) = stage.run(&["-o", "/nowhere/out"], stage.stream(1).as_bytes());
        ran.exits(6).fails_with_one_line(stage.name).says("/nowhere/out");
    }
}

#[test]
fn empty_input_has_its_answer() {
    for stage in Stage::readers() {
        for input in [&b""[..], b"\n\n", b"\xef\xbb\xbf"] {
            stage.run(&[], input).0.exits(stage.empty);
        }
        stage.run(&[], stage.stream(0).as_bytes()).0.exits(0);
    }
}

#[test]
fn the_same_lines_written_in_other_ways_give_the_same() {
    for stage in Stage::readers() {
        let plain = stage.stream(50);
        let (expected, files) = stage.run(&[], plain.as_bytes());
        let expected = expected.exits(0);
        let others = [
            format!("\u{feff}{plain}").into_bytes(),
            plain.replace('\n', "\r\n").into_bytes(),
            plain.replace('\n', "\n\n").into_bytes(),
            plain.trim_end().into(),
            format!("\u{feff}{}", plain.replace('\n', "\r\n").trim_end()).into_bytes(),
            gzip(plain.as_bytes()),
            zstd(plain.as_bytes()),
            gzip(format!("\u{feff}{plain}").as_bytes()),
            // Members and frames may follow each other, as `cat a.gz b.gz` makes them.
            [gzip(&plain.as_bytes()[..99]), gzip(&plain.as_bytes()[99..])].concat(),
            [zstd(&plain.as_bytes()[..99]), zstd(&plain.as_bytes()[99..])].concat(),
        ];
        for input in others {
            for threads in ["1", "4"] {
                let (ran, got) = stage.run(&["--threads", threads], &input);
                ran.exits(0).writes(&expected.stdout);
                assert_eq!(got, files);
            }
        }
    }
}

#[test]
fn compressed_input_is_known_by_content_not_by_name() {
    for stage in Stage::readers() {
        let dir = tempfile::tempdir().unwrap();
        let plain = stage.stream(5);
        let (expected, files) = stage.run(&[], plain.as_bytes());
        for (name, bytes) in [
            ("a.ndjson", zstd(plain.as_bytes())),
            ("b.zst", gzip(plain.as_bytes())),
            ("c.gz", plain.clone().into_bytes()),
        ] {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let (ran, got) = stage.run(&[path.to_str().unwrap()], b"");
            ran.exits(0).writes(&expected.stdout);
            assert_eq!(got, files, "{name}");
        }
    }
}

#[test]
fn cut_input_is_exit_3_and_publishes_nothing() {
    for stage in Stage::readers() {
        let plain = stage.stream(50);
        let mut torn = vec![(plain.as_bytes()[..plain.len() / 2].to_vec(), "")];
        torn.push((format!("{}{}", stage.begin(), stage.line(0, 20)).into_bytes(), "no end frame"));
        for whole in [gzip(plain.as_bytes()), zstd(plain.as_bytes())] {
            torn.push((whole[..whole.len() / 2].to_vec(), "cut short"));
            torn.push((whole[..whole.len() - 3].to_vec(), "cut short"));
        }
        for (input, reason) in torn {
            let (ran, files) = stage.run(&[], &input);
            let ran = ran.exits(3).says(reason).fails_with_one_line(stage.name);
            assert!(!ran.text().contains("\"@stream\":\"end\""), "{ran:?}");
            assert!(files.is_empty(), "{files:?}");
        }
    }
}

#[test]
fn bad_input_is_exit_3_and_says_where() {
    for stage in Stage::readers() {
        let bad = |text: &str| format!("{}{}{text}\n{}", stage.begin(), stage.line(0, 20), end(2));
        let cases = [
            (bad("{\"id\":1,"), "stdin:3: "),
            (bad("rubbish"), "stdin:3: "),
            (stage.begin().replace("\"version\":1", "\"version\":2"), "stdin:1: "),
            (stage.begin().replace(stage.reads.unwrap().word(), "nonsense"), "nonsense"),
        ];
        for (input, text) in cases {
            let (ran, files) = stage.run(&[], input.as_bytes());
            ran.exits(3).says(text).fails_with_one_line(stage.name);
            assert!(files.is_empty(), "{files:?}");
        }
        let (ran, _) = stage.run(&["/nowhere/in"], b"");
        ran.exits(3).fails_with_one_line(stage.name).says("/nowhere/in");
        let long = stage.line(0, 400_000);
        stage.run(&["--max-line-bytes", "1000"], long.as_bytes()).0.exits(3).says("--max-line-bytes");
    }
}

#[test]
fn skipped_lines_are_exit_7() {
    for stage in Stage::readers().filter(|stage| stage.can_skip) {
        let input = format!("{}{}rubbish\n{}", stage.begin(), stage.line(0, 20), end(2));
        stage.run(&["--on-error", "skip"], input.as_bytes()).0.exits(7).says("stdin:3: ");
    }
}

#[test]
fn a_stream_of_the_other_kind_names_the_stage_to_use() {
    for stage in Stage::readers() {
        let (kind, word) = match stage.reads {
            Some(Kind::Items) => ("files", "syn-sink"),
            _ => ("items", "syn-convert"),
        };
        let input = format!("{{\"@stream\":\"begin\",\"kind\":\"{kind}\",\"version\":1}}\n");
        stage.run(&[], input.as_bytes()).0.exits(3).fails_with_one_line(stage.name).says(word);
    }
}

#[test]
fn a_line_of_20_mb_is_a_line() {
    for stage in Stage::readers() {
        let input = format!("{}{}{}", stage.begin(), stage.line(0, 20_000_000), end(1));
        let (ran, _) = stage.run(&[], input.as_bytes());
        let ran = ran.exits(0);
        if stage.keeps_unknown_keys {
            assert!(ran.stdout.len() >= 20_000_000);
        }
    }
}

#[test]
fn a_closed_standard_error_changes_nothing() {
    for stage in Stage::readers() {
        let closed = "exec \"$@\" 2>&-";
        stage.shell(closed, &[], b"rubbish\n").exits(3);
        stage.shell(closed, &[], stage.stream(3).as_bytes()).exits(0);
        stage.shell(closed, &["--no-such-option"], b"").exits(2);
    }
}

#[test]
fn a_slow_producer_is_answered_at_once() {
    for stage in Stage::readers().filter(|stage| stage.line_by_line) {
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new(exe(stage.name));
        let mut child = spawn(command.args(stage.args(&dir.path().join("dest"))).arg("--unframed"));
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        for n in 0..3 {
            stdin.write_all(stage.line(n, 20).as_bytes()).unwrap();
            let mut line = String::new();
            // Standard input stays open: this returns only when the line was flushed.
            stdout.read_line(&mut line).unwrap();
            assert!(line.ends_with('\n'), "{}: {line:?}", stage.name);
        }
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn sigterm_ends_it_and_nothing_is_published() {
    for stage in Stage::readers() {
        let dir = tempfile::tempdir().unwrap();
        let dest = dir.path().join("dest");
        let mut command = Command::new(exe(stage.name));
        let mut child = spawn(command.args(stage.args(&dest)));
        let mut stdin = child.stdin.take().unwrap();
        // More than a pipe holds: when the last byte is taken, the program is at work. Standard output must not fill up.
        let mut stdout = child.stdout.take().unwrap();
        let output = std::thread::spawn(move || {
            let mut all = Vec::new();
            stdout.read_to_end(&mut all).map(|_| all)
        });
        let lines: String = (0..2000).map(|n| stage.line(n, 100)).collect();
        stdin.write_all(format!("{}{lines}", stage.begin()).as_bytes()).unwrap();
        let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).stdin(Stdio::null()).status().unwrap();
        assert!(kill.success());
        let status = child.wait().unwrap();
        drop(stdin);
        assert!(status.signal() == Some(15) || status.code() == Some(143), "{}: {status:?}", stage.name);
        let output = String::from_utf8(output.join().unwrap().unwrap()).unwrap();
        assert!(!output.contains("\"@stream\":\"end\""), "{}: {output}", stage.name);
        // Nothing half made is left either.
        assert_eq!(tree(dir.path()), [], "{}", stage.name);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "{}", stage.name);
    }
}

#[test]
fn a_failure_that_no_other_code_describes_is_exit_1() {
    // Less memory than the stacks of so many threads. The other two start theirs later, and as many as they need.
    for stage in STAGES.iter().filter(|s| ["syn-filter", "syn-convert"].contains(&s.name)) {
        let ran = stage.shell("ulimit -v 250000; exec \"$@\"", &["--threads", "1000"], b"");
        ran.exits(1).fails_with_one_line(stage.name).says("cannot start a thread").says("ulimit -v");
    }
}

#[test]
fn completions_are_printed() {
    for stage in STAGES {
        for name in ["bash", "zsh", "fish"] {
            let ran = run(stage.name, &["--completions", name], b"").exits(0);
            assert!(ran.text().contains(stage.name), "{ran:?}");
        }
    }
}
