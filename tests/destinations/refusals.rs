//! Servers that go on failing, refuse, or say nothing at all: what the user hears, and when it ends.

use crate::servers::{self, Server};
use crate::suite::{BEGIN, END, Ran, lines, run, under_way, verified};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What a server does with every request.
#[derive(Clone, Copy)]
enum Bad {
    Says(&'static str, &'static str),
    /// Takes the request, closes its own side, and keeps the other open.
    HalfClosed,
    /// Takes the request, and says nothing.
    Silent,
}

/// An S3 server that is no good.
fn bad(how: Bad) -> Server {
    counted(how).0
}

/// The same, with the number of its connections.
fn counted(how: Bad) -> (Server, Arc<AtomicUsize>) {
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    let mut server = servers::local();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 65536]);
                match how {
                    Bad::Says(line, code) => {
                        let body = format!("<Error><Code>{code}</Code><Message>No.</Message></Error>");
                        let head = "Content-Type: application/xml\r\nConnection: close\r\nContent-Length:";
                        let _ = write!(stream, "HTTP/1.1 {line}\r\n{head} {}\r\n\r\n{body}", body.len());
                    }
                    Bad::HalfClosed => {
                        let _ = stream.shutdown(Shutdown::Write);
                        let _ = stream.read(&mut [0; 1]);
                    }
                    // Until the other end goes.
                    Bad::Silent => drop(stream.read(&mut [0; 1])),
                }
            });
        }
    });
    server.base = "s3://bucket/".to_owned();
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "AKTEST"),
        ("AWS_SECRET_ACCESS_KEY", "SKTEST"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL_S3", &endpoint),
    ] {
        server.env.push((name.to_owned(), value.to_owned()));
    }
    (server, connections)
}

/// Lines on standard error, none of which shows a key.
fn said(ran: &Ran) -> Vec<&str> {
    assert!(["AKTEST", "SKTEST", "Signature"].iter().all(|s| !ran.stderr.contains(s)), "{}", ran.stderr);
    ran.stderr.lines().collect()
}

fn nothing() -> String {
    format!("{BEGIN}{END}")
}

#[test]
fn a_store_that_goes_on_failing_is_told_once() {
    for line in ["503 Slow Down", "503 Slow Down\r\nRetry-After: 1", "500 Internal Server Error"] {
        let server = bad(Bad::Says(line, "SlowDown"));
        let ran = run(&server, &["--retry-for", "2"], "ds", &nothing()).exits(6);
        let said = said(&ran);
        assert_eq!(said.len(), 2, "{said:?}");
        let status = &line[..3];
        let begins =
            format!("syn-sink: warning: s3://bucket/ds: HTTP {status}, SlowDown: No.; trying again (1 of 2, next in ");
        assert!(said[0].starts_with(&begins), "{said:?}");
        let begins = format!("syn-sink: error: s3://bucket/ds: HTTP {status}, SlowDown: No.; try again when it");
        assert!(said[1].starts_with(&begins), "{said:?}");
    }
    let server = bad(Bad::Says("503 Slow Down", "SlowDown"));
    let ran = run(&server, &["--retry-for", "2", "--log-format", "json"], "ds", &nothing()).exits(6);
    let first: serde_json::Value = serde_json::from_str(said(&ran)[0]).unwrap();
    assert_eq!(first["level"], "warning");
    assert!(first["message"].as_str().unwrap().contains("trying again (1 of 2"), "{first}");
    let ran = run(&server, &["--retry-for", "2", "--quiet"], "ds", &nothing()).exits(6);
    assert_eq!(said(&ran).len(), 1);
}

#[test]
fn a_store_that_half_closes_or_says_nothing_is_given_up_in_time() {
    for (how, reason) in
        [(Bad::HalfClosed, "connection closed"), (Bad::Silent, "operation timeout reached; trying again (1 of 2")]
    {
        let (server, connections) = counted(how);
        let ran = run(&server, &["--retry-for", "2"], "ds", &nothing()).exits(6).says(reason);
        let ran = ran.says("--retry-for waits longer");
        let tries = connections.load(Ordering::Relaxed);
        assert!((2..=3).contains(&tries), "{tries} tries within two seconds of patience");
        assert_eq!(said(&ran).len(), 2);
    }
}

#[test]
fn what_is_refused_says_what_to_do() {
    for (line, code, words) in [
        (
            "403 Forbidden",
            "AccessDenied",
            "HTTP 403, AccessDenied: No.; check the credentials, and whether they may read",
        ),
        ("404 Not Found", "NoSuchBucket", "NoSuchBucket: No.; make it first, or correct its name"),
    ] {
        let server = bad(Bad::Says(line, code));
        let ran = run(&server, &[], "ds", &nothing()).exits(6).says("error: s3://bucket/ds").says(words);
        assert_eq!(said(&ran).len(), 1);
    }
}

#[test]
fn a_server_of_files_that_may_only_be_read_is_exit_6() {
    let Some(server) = servers::sftp_read_only() else { return };
    let ran = run(&server, &["--retry-for", "0"], "ds", &format!("{BEGIN}{}{END}", lines(&[("a".into(), "1".into())])));
    let ran = ran.exits(6).says(&format!("error: {}", server.base)).says("check the path, the credentials");
    assert_eq!(said(&ran).len(), 1);
    assert!(server.tree().is_empty() && server.folders().is_empty());
}

#[test]
fn uploads_that_the_server_does_not_list_are_told() {
    let Some(server) = servers::s3s() else { return };
    let all: Vec<_> = (0..20).map(|i| (format!("many/{i:03}"), i.to_string())).collect();
    let mut child = under_way(&server, &[], "ds", &lines(&all));
    child.kill().unwrap();
    child.wait().unwrap();
    let ran = run(&server, &["--resume"], "ds", &format!("{BEGIN}{}{END}", lines(&all))).exits(0);
    let ran = ran.says("warning: s3://bucket/ds: the server does not list unfinished uploads (HTTP 501)");
    assert_eq!(said(&ran).len(), 2);
    verified(&server, "ds");
}
