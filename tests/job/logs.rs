//! Logs of the platform that break, are silent, are refused: no line is lost, none comes twice.

use super::{job, lines, server, started};

#[test]
fn no_line_is_lost_and_none_comes_twice() {
    for options in [
        &[][..],
        &["--log-cut", "1"],
        &["--log-cut", "4"],
        &["--log-cut", "7", "--log-live"],
        &["--log-live"],
        &["--log-live", "--log-cut", "2"],
        &["--log-plain"],
        &["--log-plain", "--log-cut", "5"],
        &["--log-busy", "3"],
        &["--log-silent-after", "6"],
        &["--log-silent-after", "3", "--log-live"],
        &["--no-log-stream"],
        &["--no-kept-log"],
        &["--job-wait-ms", "700"],
        &["--job-line", "equal lines", "--log-cut", "5"],
        &["--job-line", "equal lines", "--log-cut", "5", "--log-live"],
        &["--fail-rate", "0.2", "--fault-path", "/jobs/"],
    ] {
        let server = server(&[&["--job-lines", "12", "--job-line-ms", "40"], options].concat());
        let id = started(&server.url);
        let ran = job(&server.url, &["--timeout", "0.4", "--retry-pause", "0.05", "logs", "-f", &id]).exits(0);
        let expected = if options.contains(&"equal lines") { "equal lines\n".repeat(12) } else { lines(12) };
        assert_eq!(ran.text(), expected, "{options:?}{ran:?}");
        // When it has ended the log is the same.
        if !options.contains(&"--no-kept-log") {
            job(&server.url, &["logs", &id]).exits(0).writes(&expected);
        }
        if !options.contains(&"--no-log-stream") && !options.contains(&"--log-cut") {
            job(&server.url, &["--timeout", "0.4", "logs", "-f", &id]).exits(0).writes(&expected);
        }
    }
}

#[test]
fn lines_that_nobody_gives_are_told_of() {
    let server = server(&["--no-kept-log", "--log-cut", "3", "--job-line-ms", "20"]);
    let ran = job(&server.url, &["logs", "-f", &started(&server.url)]).exits(0).writes(lines(3));
    ran.says("lines of it may be missing");
}

#[test]
fn a_follower_that_is_stopped_leaves_the_job() {
    use std::io::Read;
    let server = server(&["--job-lines", "10000"]);
    let id = started(&server.url);
    let mut child = super::common::spawn(&mut super::command(&server.url, &["logs", "-f", &id]));
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 5]).unwrap();
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(130));
    assert!(String::from_utf8_lossy(&out.stderr).contains("goes on"));
    assert!(job(&server.url, &["get", &id]).exits(0).text().contains("RUNNING"));
}
