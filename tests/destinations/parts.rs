//! A dataset from several runs, `--part I/N` and `--join N`: the same as from one, byte for byte, whatever happens to the runs.
//! `SYNPIPE_KILLS` and `SYNPIPE_SEED` make the kills a campaign.

use crate::campaign::setting;
use crate::common::end;
use crate::servers::{self, Server, Tree};
use crate::suite::{BEGIN, END, Ran, large, verified};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

type Start = fn() -> Option<Server>;

const SERVERS: [(&str, Start); 5] = [
    ("local", || Some(servers::local())),
    ("s3s", servers::s3s),
    ("moto", servers::moto),
    ("gcs", servers::gcs),
    ("azurite", servers::azurite),
];

/// Originals by their path; `/gone…` are not there, and `/large…` are sent in parts.
fn originals() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let first = lines.next().unwrap_or_else(|| Ok(String::new())).unwrap_or_default();
                while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
                let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
                let (status, body) = match &target {
                    gone if gone.starts_with("/gone") => ("404 Not Found", "no".to_owned()),
                    big if big.starts_with("/large") => ("200 OK", large()),
                    other => ("200 OK", format!("content of {other}\n").repeat(40)),
                };
                let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
            });
        }
    });
    url
}

/// A list with originals, some of which are gone, text of one and of several lines, and a summary.
fn list(url: &str, files: usize, with_large: bool) -> String {
    let mut all = BEGIN.to_owned();
    let _ = writeln!(all, "{{\"path\":\"annotations.json\",\"text\":\"[\",\"more\":true}}");
    for i in 0..files {
        let _ = writeln!(all, "{{\"path\":\"labels/{i}.txt\",\"text\":\"{i}\\n\",\"item\":{i}}}");
        let name = if i % 11 == 5 { format!("gone{i}") } else { format!("image{i}") };
        let _ = writeln!(all, "{{\"path\":\"images/{}/{i}.bin\",\"url\":\"{url}/{name}\",\"item\":{i}}}", i % 3);
        let _ = writeln!(all, "{{\"path\":\"annotations.json\",\"text\":\"{i},\",\"more\":true}}");
    }
    // A folder without files, and an original of several parts of an upload.
    let _ = writeln!(all, "{{\"path\":\"only gone/1.bin\",\"url\":\"{url}/gone\"}}");
    if with_large {
        let _ = writeln!(all, "{{\"path\":\"images/large.bin\",\"url\":\"{url}/large\"}}");
    }
    let _ = writeln!(all, "{{\"path\":\"metadata/export_summary.json\",\"text\":\"{{\\\"items\\\":{files}}}\\n\"}}");
    let _ = writeln!(all, "{{\"path\":\"annotations.json\",\"text\":\"0]\"}}");
    all + END
}

fn dest(server: &Server, dataset: &str) -> String {
    format!("{}{dataset}{}", server.base, server.ending)
}

fn start(server: &Server, args: &[&str]) -> (String, Child) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syn-sink"));
    command.args(args).env_clear().env("HOME", server.dir.path());
    command.envs(server.env.iter().map(|(k, v)| (k, v)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    (format!("{args:?}"), command.spawn().unwrap())
}

fn wait((command, child): (String, Child)) -> Ran {
    let out = end(child);
    Ran { command, code: out.status.code(), stderr: String::from_utf8_lossy(&out.stderr).into_owned() }
}

fn sink(server: &Server, args: &[&str]) -> Ran {
    wait(start(server, args))
}

/// A server, a list of it, and what an undivided run makes of the list.
struct Case {
    name: &'static str,
    server: Server,
    list: String,
    whole: Tree,
}

fn cases(files: usize) -> Vec<Case> {
    let url = originals();
    let cases = SERVERS.iter().filter_map(|(name, start)| {
        let server = start()?;
        let path = server.dir.path().join("list.ndjson");
        fs::write(&path, list(&url, files, server.parts)).unwrap();
        let list = path.display().to_string();
        sink(&server, &["--allow-private-urls", &dest(&server, "whole"), &list]).exits(7);
        let whole = server.dataset("whole");
        assert!(whole.contains_key("metadata/manifest.json"));
        Some(Case { name, server, list, whole })
    });
    cases.collect()
}

impl Case {
    fn part(&self, part: u32, of: u32, dataset: &str) -> (String, Child) {
        let (part, dest) = (format!("{part}/{of}"), dest(&self.server, dataset));
        start(&self.server, &["--allow-private-urls", "--part", &part, &self.list, &dest])
    }

    fn bring(&self, part: u32, of: u32, dataset: &str) -> Ran {
        let ran = wait(self.part(part, of, dataset));
        assert!(matches!(ran.code, Some(0 | 7)), "{}: {}\n{}", self.name, ran.command, ran.stderr);
        ran
    }

    fn join(&self, of: u32, dataset: &str) -> Ran {
        sink(&self.server, &["--join", &of.to_string(), &self.list, &dest(&self.server, dataset)])
    }

    /// The dataset equals that of one run, and nothing else is there.
    fn is_whole(&self, dataset: &str, which: &str) {
        let there = self.server.dataset(dataset);
        let names = |tree: &Tree| tree.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&there), names(&self.whole), "{} {which}", self.name);
        for (path, content) in &there {
            assert!(*content == self.whole[path], "{} {which}: {path}", self.name);
        }
        let all = self.server.tree();
        let left: Vec<_> = all
            .keys()
            .filter(|path| !["whole/", &format!("{dataset}/")].iter().any(|d| path.starts_with(*d)))
            .collect();
        assert!(left.is_empty(), "{} {which}: {left:?}", self.name);
        if self.server.lists_uploads() {
            assert_eq!(self.server.uploads(), 0, "{} {which}", self.name);
        }
    }
}

#[test]
fn parts_in_any_order_equal_the_whole() {
    for case in cases(24) {
        for (of, order) in [(1, vec![1]), (2, vec![2, 1]), (3, vec![2, 3, 1]), (8, vec![5, 8, 1, 3, 7, 2, 6, 4])] {
            let ds = format!("ds{of}");
            for part in order {
                assert!(!case.server.dataset(&ds).contains_key("metadata/manifest.json"));
                case.bring(part, of, &ds).says(&format!("part {part}/{of}: "));
                // Once more changes nothing.
                case.bring(part, of, &ds).says("is there already");
            }
            case.join(of, &ds).exits(7).says("could not be downloaded");
            case.is_whole(&ds, &ds);
            // A join twice, and a part that comes late.
            case.join(of, &ds).exits(7).says("already there, the same");
            case.bring(of, of, &ds).says("already there, the same");
            case.is_whole(&ds, "late");
            verified(&case.server, &ds);
            // Folders without files as well.
            let below = |name: &str| {
                let folders = case.server.folders().into_iter();
                folders.filter_map(|f| f.strip_prefix(&format!("{name}/")).map(str::to_owned)).collect::<Vec<_>>()
            };
            assert_eq!(below(&ds), below("whole"));
            case.server.remove_dataset(&ds);
        }
    }
}

#[test]
fn attempts_at_once_are_harmless() {
    for case in cases(16) {
        let runs: Vec<_> = (1..=3).flat_map(|part| [part, part]).map(|part| case.part(part, 3, "ds")).collect();
        for run in runs {
            let ran = wait(run);
            assert!(matches!(ran.code, Some(0 | 7)), "{}: {}\n{}", case.name, ran.command, ran.stderr);
        }
        let joins: Vec<_> =
            (0..2).map(|_| start(&case.server, &["--join", "3", &case.list, &dest(&case.server, "ds")])).collect();
        joins.into_iter().for_each(|join| drop(wait(join).exits(7)));
        case.is_whole("ds", "at once");
    }
}

#[test]
fn what_is_missing_or_of_another_run_is_told() {
    for case in cases(12) {
        let (server, at) = (&case.server, dest(&case.server, "ds"));
        let other = server.dir.path().join("other.ndjson").display().to_string();
        fs::write(&other, fs::read_to_string(&case.list).unwrap().replacen("labels/0.txt", "labels/zero.txt", 1))
            .unwrap();
        case.join(3, "ds").exits(3).says("not there yet: 1, 2, 3 of 3 parts").says("syn-sink --part 1/3 ");
        case.bring(1, 3, "ds");
        case.bring(3, 3, "ds");
        case.join(3, "ds")
            .exits(3)
            .says("not there yet: 2 of 3 parts")
            .says(&format!("syn-sink --allow-private-urls --part 2/3 {} {at}", case.list));
        let private = ["--allow-private-urls"];
        for (args, says) in [
            (["--part", "2/4", &case.list, &at], "parts of 3"),
            (["--part", "2/3", &other, &at], "parts of another list"),
            (["--part", "1/3", &other, &at], "parts of another list"),
            (["--join", "4", &case.list, &at], "parts of 3"),
            (["--join", "3", &other, &at], "parts of another list"),
        ] {
            let given: &[&str] = if args[0] == "--part" { &private } else { &[] };
            sink(server, &[given, &args].concat()).exits(6).says(says).says("choose another DEST");
        }
        sink(server, &["--part", "2/3", &case.list, &at]).exits(6).says("parts with another --max-file-bytes");
        if case.name != "local" {
            sink(server, &["--allow-private-urls", &at, &case.list]).exits(6).says("was killed");
        }
        case.bring(2, 3, "ds");
        // Somebody's file is named, and stays.
        if case.name != "local" {
            server.put("ds/notes.txt", b"mine");
            case.join(3, "ds").exits(6).says("notes.txt");
            assert_eq!(server.dataset("ds")["notes.txt"], b"mine");
            server.remove("ds/notes.txt");
        }
        case.join(3, "ds").exits(7);
        case.is_whole("ds", "told");
        if case.name != "local" {
            // An undivided run replaces what unfinished parts have left.
            case.bring(1, 2, "left");
            sink(server, &["--allow-private-urls", "--overwrite", &dest(server, "left"), &case.list]).exits(7);
            assert!(server.dataset("left") == case.whole, "{}", case.name);
            server.remove_dataset("left");
        }
        for args in [["--part", "1/3", &other, &at], ["--join", "3", &other, &at]] {
            sink(server, &args).exits(6).says("labels/zero.txt is not the same in it");
        }
        case.is_whole("ds", "after others");
    }
}

#[test]
fn parts_killed_at_any_moment_become_the_whole() {
    let rounds = setting("SYNPIPE_KILLS").unwrap_or(1);
    let mut moment = setting("SYNPIPE_SEED").unwrap_or(1);
    for case in cases(40) {
        for round in 0..rounds {
            for part in 1..=3 {
                for _ in 0..2 {
                    moment = moment.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                    let (_, mut child) = case.part(part, 3, "ds");
                    let wait = Duration::from_millis(moment >> 32 & 0x1ff);
                    let start = Instant::now();
                    while start.elapsed() < wait && child.try_wait().unwrap().is_none() {
                        thread::sleep(Duration::from_millis(2));
                    }
                    let _ = child.kill();
                    child.wait().unwrap();
                }
                case.bring(part, 3, "ds");
            }
            let (_, mut child) = start(&case.server, &["--join", "3", &case.list, &dest(&case.server, "ds")]);
            thread::sleep(Duration::from_millis(moment >> 40 & 0xff));
            let _ = child.kill();
            child.wait().unwrap();
            case.join(3, "ds").exits(7);
            case.is_whole("ds", &format!("round {round}"));
            verified(&case.server, "ds");
            case.server.remove_dataset("ds");
        }
    }
}
