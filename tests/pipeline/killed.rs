//! A stage that is killed in the middle: nothing is published, and the stages behind it fail.

use crate::common::{exe, tree};
use crate::place::{Place, place};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const STAGES: [(&str, &[&str]); 4] = [
    ("syn-fetch", &["--page-size", "1", "--concurrency", "1"]),
    ("syn-filter", &[]),
    ("syn-convert", &["--to", "yolo", "--task", "segment"]),
    ("syn-sink", &["out"]),
];
const SINK: usize = 3;

/// A pipe of all four, the output of one the input of the next. Standard error of each goes to a file of its name.
fn start(place: &Place) -> Vec<Child> {
    let mut children: Vec<Child> = Vec::new();
    for (name, args) in STAGES {
        let input = children.last_mut().map_or(Stdio::null(), |before| Stdio::from(before.stdout.take().unwrap()));
        let mut command = place.command(exe(name));
        command.args(args).stdin(input).stderr(std::fs::File::create(place.path(name)).unwrap());
        command.stdout(if name == "syn-sink" { Stdio::null() } else { Stdio::piped() });
        children.push(command.spawn().unwrap());
    }
    children
}

/// The folders in which the sink makes its dataset.
fn staging(place: &Place) -> Vec<String> {
    place.names().into_iter().filter(|name| name.starts_with(".out.partial-")).collect()
}

/// Waits until the sink has written a file, while the backend still has rows to give.
fn wait_for_the_middle(place: &Place) {
    let begun = Instant::now();
    let written =
        |name: &String| tree(&place.path(name).join("tree")).iter().any(|(path, _)| path.starts_with("labels"));
    while !staging(place).iter().any(written) {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing came: {:?}", tree(place.dir.path()));
        std::thread::yield_now();
    }
    assert!(!place.path("out").exists());
}

/// The exit code as a shell counts.
fn code(status: ExitStatus) -> i32 {
    status.code().or(status.signal().map(|n| 128 + n)).unwrap()
}

/// Ends one stage in the middle, and looks at what the others make of it.
fn end_one(victim: usize, signal: &str, expected: i32) {
    let p = place(&["--latency-ms", "200"]);
    let mut children = start(&p);
    wait_for_the_middle(&p);
    let name = STAGES[victim].0;
    let pid = children[victim].id().to_string();
    assert!(p.command("kill").args([signal, &pid]).status().unwrap().success());
    let codes: Vec<i32> = children.iter_mut().map(|child| code(child.wait().unwrap())).collect();
    let said: Vec<_> = STAGES.iter().map(|(name, _)| std::fs::read_to_string(p.path(name)).unwrap()).collect();
    let told = format!("{name} {signal}: {codes:?} {said:#?}");
    assert_eq!(codes[victim], expected, "{told}");
    for after in victim + 1..STAGES.len() {
        assert_eq!(codes[after], 3, "{told}");
        // The first to see the cut says so; those behind it are told.
        let first = after == victim + 1;
        assert_eq!(said[after].lines().count(), usize::from(first), "{told}");
        assert!(!first || said[after].starts_with(&format!("{}: error: ", STAGES[after].0)), "{told}");
    }
    for before in 0..victim {
        // A reader that goes away is no failure.
        assert_eq!((codes[before], said[before].as_str()), (0, ""), "{told}");
    }
    assert!(!p.path("out").exists(), "{told}");
    if victim == SINK && signal == "-KILL" {
        // Nothing could tidy up. What is left is hidden, and the next run to this place removes it.
        assert_eq!(staging(&p).len(), 1, "{told}");
        p.server.heal();
        p.line("syn-fetch --limit 1 | syn-convert --to yolo --task segment | syn-sink out").exits(0);
        assert!(p.path("out").is_dir());
    }
    assert_eq!(staging(&p), Vec::<String>::new(), "{told}");
}

#[test]
fn kill_9_of_any_stage() {
    for victim in 0..STAGES.len() {
        end_one(victim, "-KILL", 137);
    }
}

#[test]
fn sigterm_of_any_stage() {
    for victim in 0..STAGES.len() {
        end_one(victim, "-TERM", 143);
    }
}

/// The sink waits for a server that does not answer, or fails for minutes, while a stage before it is killed.
#[test]
fn a_cut_ends_downloads_that_hang_or_are_tried_again() {
    let hang = ["--hang-rate", "1", "--hang-ms", "600000", "--fault-path", "/files/"];
    let fail = ["--fail-rate", "1", "--fail-status", "503", "--fault-path", "/files/"];
    for (faults, victim, expected) in
        [(&hang, 0, 3), (&hang, 1, 3), (&hang, 2, 3), (&fail, 0, 3), (&fail, 2, 3), (&hang, SINK, 143)]
    {
        let p = place(&[&["--latency-ms", "200"], &faults[..]].concat());
        let mut children = start(&p);
        let begun = Instant::now();
        while p.server.count("/requests/~1files~1") == 0 {
            assert!(begun.elapsed() < Duration::from_secs(60), "no original was asked for: {}", p.server.stats());
            std::thread::sleep(Duration::from_millis(20));
        }
        let pid = children[victim].id().to_string();
        assert!(p.command("kill").args(["-TERM", &pid]).status().unwrap().success());
        let killed = Instant::now();
        assert_eq!(code(children[SINK].wait().unwrap()), expected, "{faults:?}");
        assert!(killed.elapsed() < Duration::from_secs(10), "{victim} of {faults:?}: {:?}", killed.elapsed());
        for child in &mut children[..SINK] {
            let _ = child.kill();
            child.wait().unwrap();
        }
        assert!(!p.path("out").exists() && staging(&p).is_empty());
    }
}
