//! A file of lines at every server: whole or not there, one object, and two attempts at once harmless.

use crate::servers::{self, Server};
use crate::suite::{BEGIN, END, command, finished, run};
use std::fmt::Write as _;
use std::io::Write;

type Start = fn() -> Option<Server>;

const SERVERS: [(&str, Start); 7] = [
    ("s3s", servers::s3s),
    ("moto", servers::moto),
    ("gcs", servers::gcs),
    ("azurite", servers::azurite),
    ("sftp", servers::sftp),
    ("ftp", servers::ftp),
    ("webdav", servers::webdav),
];

const NAME: &str = "run/part-3.ndjson.zst";

/// So many lines that can hardly be compressed.
fn input(lines: u64) -> String {
    let mut all = BEGIN.to_owned();
    for i in 0..lines {
        let _ = write!(all, "{{\"path\":\"{i}\",\"text\":\"");
        for j in 0..64 {
            let _ = write!(all, "{:016x}", (i * 64 + j + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31));
        }
        all.push_str("\"}\n");
    }
    all + END
}

fn unpacked(bytes: &[u8]) -> String {
    String::from_utf8(zstd::decode_all(bytes).unwrap()).unwrap()
}

#[test]
fn lines_are_one_object_everywhere() {
    for (name, start) in SERVERS {
        let Some(server) = start() else { continue };
        // What is larger than a part of an upload, where there are parts.
        let (v1, v2) = (input(if server.parts { 9_000 } else { 100 }), input(3));
        let only = |expected: &str| {
            let tree = server.tree();
            assert_eq!(tree.keys().map(String::as_str).collect::<Vec<_>>(), [NAME], "{name}");
            assert!(unpacked(&tree[NAME]) == expected, "{name}");
        };
        run(&server, &[], NAME, v1.strip_suffix(END).unwrap()).exits(3).says("no end frame");
        assert!(server.tree().is_empty(), "{name}: {:?}", server.tree().keys());
        run(&server, &[], NAME, &v1).exits(0).says("lines");
        only(&v1);
        run(&server, &[], NAME, &v1).exits(0).says("already there, the same");
        run(&server, &[], NAME, &v2).exits(6).says("exists already");
        only(&v1);
        run(&server, &["--overwrite"], NAME, &v2).exits(0);
        only(&v2);
        let other = "run/notes.ndjson.zst";
        server.put(other, b"precious");
        run(&server, &["--overwrite"], other, &v1).exits(6).says("something else");
        assert_eq!(server.tree()[other], b"precious", "{name}");
        assert_eq!(server.uploads(), 0, "{name}");
    }
}

#[test]
fn two_attempts_at_once_are_harmless() {
    for (name, start) in SERVERS {
        let Some(server) = start() else { continue };
        let all = input(if server.parts { 9_000 } else { 100 });
        let mut attempts: Vec<_> = (0..3).map(|_| command(&server, &[], NAME).spawn().unwrap()).collect();
        for attempt in &mut attempts {
            attempt.stdin.as_mut().unwrap().write_all(all.strip_suffix(END).unwrap().as_bytes()).unwrap();
        }
        for attempt in &mut attempts {
            attempt.stdin.take().unwrap().write_all(END.as_bytes()).unwrap();
        }
        for attempt in attempts {
            let out = attempt.wait_with_output().unwrap();
            assert_eq!(out.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&out.stderr));
        }
        let tree = server.tree();
        assert_eq!(tree.keys().map(String::as_str).collect::<Vec<_>>(), [NAME], "{name}");
        assert!(unpacked(&tree[NAME]) == all, "{name}");
        finished(command(&server, &[], NAME), &all).exits(0).says("already there, the same");
        assert_eq!(server.uploads(), 0, "{name}");
    }
}
