//! Servers that lie: one line, and the right exit code.

use super::job;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread;

const ID: &str = "0b7e6d1c-1b2a-4c3d-8e4f-5a6b7c8d9e0f";

/// A server that answers every request with this body, and status 200 unless the body begins with another.
fn server(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).unwrap_or(0) > 2 {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap_or(0);
                }
                line.clear();
            }
            let _ = reader.read_exact(&mut vec![0; length]);
            let _ =
                write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        }
    });
    url
}

#[test]
fn answers_that_cannot_be_are_one_line_each() {
    let fast = ["--retry-for", "0.2", "--retry-pause", "0.05"];
    let platform = ["get", "--wait", ID];
    let logs = ["logs", "-f", "raysubmit_1"];
    for (body, args, code, why) in [
        (r#"{"status":"DONE"}"#, &platform[..], 5, "which is none that we know"),
        (r#"{"id":"x"}"#, &platform, 5, "which is none that we know"),
        ("[]", &platform, 5, "which is none that we know"),
        (r#"{"status":"\u001b[2J"}"#, &platform, 5, "which is none that we know"),
        ("{cut", &platform, 5, "damaged"),
        ("", &platform, 5, "empty"),
        (r#"{"status":"LOST"}"#, &logs, 5, "which is none that we know"),
        ("null", &logs, 5, "which is none that we know"),
        ("{}", &["list"], 5, "damaged"),
        ("{}", &["agents"], 5, "damaged"),
    ] {
        let url = server(body);
        let mut all: Vec<&str> = fast.iter().chain(args).copied().collect();
        if args[0] == "logs" {
            all.extend(["--ray", &url]);
        }
        let ran = job(&url, &all).exits(code).says(why);
        let errors = ran.stderr.lines().filter(|line| line.contains("error:")).count();
        assert!(errors == 1 && !ran.stderr.contains('\u{1b}'), "{ran:?}");
    }
}
