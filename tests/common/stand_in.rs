//! Starts and stops the stand-in backend (`examples/stand-in`).
//!
//! ```ignore
//! use crate::common::stand_in::{SAMPLE, StandIn};
//!
//! let server = StandIn::start(&["--dump", SAMPLE, "--token", "syn_test", "--fail-rate", "0.1"]);
//! // … run something against server.url …
//! assert_eq!(server.stats()["leaked_tokens"], 0);
//! ```
//!
//! `cargo test` builds the example; after `cargo test --test NAME` on a clean tree it has to be built by hand.

use super::exe;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// 24 rows made of COCO val2017: polygons, crowd masks, person keypoints.
pub const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sample.ndjson");

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct StandIn {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    child: Child,
}

impl StandIn {
    /// Starts the server with these arguments on a free port and waits until it listens.
    pub fn start(arguments: &[&str]) -> Self {
        let binary = binary();
        assert!(binary.exists(), "{} is not built: cargo build --example stand-in", binary.display());
        let mut child = Command::new(&binary)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut line).expect("the first line of the server");
        match line.trim().strip_prefix("listening on ") {
            Some(url) => StandIn { url: url.to_owned(), child },
            None => {
                // Reap it, so that a failed start leaves no process behind.
                let _ = child.kill();
                let status = child.wait();
                panic!("stand-in {arguments:?} did not start: {status:?}, said {line:?}");
            }
        }
    }

    /// The counts of `GET /_stats`.
    pub fn stats(&self) -> Value {
        let (status, body) = self.exchange("GET", "/_stats");
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).expect("stats are JSON")
    }

    /// One count by JSON pointer, 0 when absent: `count("/requests/~1sdk~1tasks~1")`, `count("/leaked_tokens")`.
    pub fn count(&self, pointer: &str) -> u64 {
        self.stats().pointer(pointer).and_then(Value::as_u64).unwrap_or(0)
    }

    /// What requests brought that do something, of `GET /_calls`.
    pub fn calls(&self) -> Value {
        serde_json::from_str(&self.exchange("GET", "/_calls").1).expect("calls are JSON")
    }

    /// Turns every fault off, for tests that resume.
    pub fn heal(&self) {
        assert_eq!(self.exchange("POST", "/_heal").0, 200);
    }

    /// `host:port`
    pub fn authority(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// A request without a client, so that tests without a runtime can ask too.
    fn exchange(&self, method: &str, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.authority()).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a valid timeout");
        let host = self.authority();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            .expect("the server reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the server answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        (status, body.to_owned())
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn binary() -> PathBuf {
    let folder = Path::new(exe("syn-convert")).parent().expect("binaries have a folder");
    folder.join("examples/stand-in")
}
