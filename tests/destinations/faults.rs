//! Servers and networks that fail, and what a killed run leaves at a server.

use crate::servers::{self, Server};
use crate::suite::{BEGIN, END, MANIFEST, command, lines, ran, run, under_way, verified};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Serves an original of 14 MiB whose end never comes.
fn endless() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/big.bin", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99000000\r\n\r\n");
                let _ = stream.write_all(&vec![7; 14 * 1024 * 1024]);
                // Until the other end goes.
                let _ = stream.read(&mut [0; 1]);
            });
        }
    });
    url
}

#[track_caller]
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited in vain until {what}");
        thread::yield_now();
    }
}

/// A run that replaced a dataset was killed when its manifest was there, or the old one just gone, and the files that only the old
/// dataset had were not yet removed. Whatever comes next leaves no more than its own files.
#[test]
fn what_a_killed_run_replaced_is_removed_by_the_next() {
    let Some(server) = servers::s3s() else { return };
    let [old, new, other] = ["old", "new", "other"].map(|version| {
        let files = [("both".to_owned(), version.to_owned()), (format!("only in {version}"), String::new())];
        let input = format!("{BEGIN}{}{END}", lines(&files));
        run(&server, &[], "ds", &input).exits(0);
        let tree = server.dataset("ds");
        server.remove_dataset("ds");
        (input, tree)
    });
    for published in [true, false] {
        for args in [&["--overwrite", "--resume"][..], &["--overwrite"]] {
            for (input, tree) in [&new, &other] {
                let there = new.1.iter().filter(|(path, _)| published || *path != MANIFEST);
                there.for_each(|(path, content)| server.put(&format!("ds/{path}"), content));
                server.put("ds/only in old", b"");
                server.put(".ds.partial/claim", b"{\"staged\":true}");
                server.put(".ds.partial/placed/0001", &old.1[MANIFEST]);
                server.put(".ds.partial/placed/0002", &new.1[MANIFEST]);
                run(&server, args, "ds", input).exits(0);
                assert!(server.dataset("ds") == *tree, "{published} {args:?}: {:?}", server.dataset("ds").keys());
                assert_eq!(server.tree().len(), tree.len(), "{published} {args:?}: something is left beside it");
                server.remove_dataset("ds");
            }
        }
    }
}

#[test]
fn uploads_in_parts_are_aborted_by_signals_and_after_kills() {
    for staged in [&[][..], &["--staging-prefix", "waiting/room"]] {
        let Some(server) = servers::moto() else { return };
        aborted_by_signals_and_after_kills(&server, staged);
    }
}

fn aborted_by_signals_and_after_kills(server: &Server, staged: &[&str]) {
    let url = endless();
    for signal in ["-TERM", "-KILL"] {
        let mut child = command(server, &[&["--allow-private-urls"], staged].concat(), "ds").spawn().unwrap();
        writeln!(child.stdin.as_mut().unwrap(), "{BEGIN}{{\"path\":\"big.bin\",\"url\":\"{url}\"}}").unwrap();
        until("an upload has begun", || server.uploads() == 1);
        assert!(Command::new("/bin/kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        child.wait().unwrap();
        if signal == "-TERM" {
            assert_eq!((server.uploads(), server.tree().len()), (0, 0));
        }
    }
    assert_eq!(server.uploads(), 1);
    let other = [("a".to_owned(), "1".to_owned())];
    run(server, &[&["--resume"], staged].concat(), "ds", &format!("{BEGIN}{}{END}", lines(&other))).exits(0);
    assert_eq!((server.uploads(), server.tree().len()), (0, 3));
    verified(server, "ds");
}

#[test]
fn a_server_that_dies_is_exit_6_and_nothing_is_published() {
    let Some(mut server) = servers::s3s() else { return };
    let all: Vec<_> = (0..50).map(|i| (format!("many/{i:03}"), i.to_string())).collect();
    let mut child = under_way(&server, &["--retry-for", "1"], "ds", &lines(&all));
    server.kill();
    // The input ends well; the store cannot take the rest.
    let more: Vec<_> = (0..50).map(|i| (format!("more/{i:03}"), i.to_string())).collect();
    let _ = write!(child.stdin.take().unwrap(), "{}{END}", lines(&more));
    assert_eq!(child.wait().unwrap().code(), Some(6));
    assert!(!server.dataset("ds").contains_key("metadata/manifest.json"));
}

#[test]
fn a_server_that_dies_amid_an_upload_in_parts_is_exit_6() {
    let Some(mut server) = servers::moto() else { return };
    let mut child = command(&server, &["--allow-private-urls", "--retry-for", "1"], "ds").spawn().unwrap();
    writeln!(child.stdin.as_mut().unwrap(), "{BEGIN}{{\"path\":\"big.bin\",\"url\":\"{}\"}}", endless()).unwrap();
    until("an upload has begun", || server.uploads() == 1);
    server.kill();
    // Another file finds out: the download of the first never ends.
    let mut producer = child.stdin.take().unwrap();
    let _ = writeln!(producer, "{{\"path\":\"a\",\"text\":\"1\"}}");
    let ran = ran("syn-sink, whose server died".to_owned(), child)
        .exits(6)
        .says("s3://bucket/ds/")
        .says("Connection refused");
    ran.says("--retry-for waits longer, --resume keeps");
    drop(producer);
}

/// What stores say when they have too much to do, or too little sense.
const BURST: [(&str, &str); 5] = [
    ("503 Slow Down", "SlowDown"),
    ("500 Internal Server Error", "InternalError"),
    ("503 Slow Down\r\nRetry-After: 1", "SlowDown"),
    ("502 Bad Gateway", "BadGateway"),
    ("504 Gateway Timeout", "GatewayTimeout"),
];

/// Stands between sink and server: answers some connections with an error that passes, resets some at once, and others amid a request.
fn flaky(upstream: &str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let upstream = upstream.trim_start_matches("http://").to_owned();
    let faults = Arc::new(AtomicUsize::new(0));
    let count = faults.clone();
    thread::spawn(move || {
        for (n, client) in listener.incoming().enumerate() {
            let mut client = client.unwrap();
            match n % 4 {
                0 => drop(count.fetch_add(1, Ordering::Relaxed)),
                1 => {
                    count.fetch_add(1, Ordering::Relaxed);
                    thread::spawn(move || {
                        let _ = client.read(&mut [0; 65536]);
                        let (line, code) = BURST[n / 4 % BURST.len()];
                        let body = format!("<Error><Code>{code}</Code><Message>Again, please.</Message></Error>");
                        let head = format!("HTTP/1.1 {line}\r\nContent-Type: application/xml\r\nConnection: close\r\n");
                        let _ = write!(client, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
                    });
                }
                _ => {
                    let server = TcpStream::connect(&upstream).unwrap();
                    let budget = 6_000 * (n % 5 + 1);
                    splice(client, server, budget, count.clone());
                }
            }
        }
    });
    (address, faults)
}

/// Passes bytes both ways; cuts both ends when the client has sent as much as it may.
fn splice(client: TcpStream, server: TcpStream, budget: usize, faults: Arc<AtomicUsize>) {
    let ends = Arc::new(Mutex::new((client.try_clone().unwrap(), server.try_clone().unwrap())));
    let pass = move |mut from: TcpStream, mut to: TcpStream, mut left: usize| {
        let ends = ends.clone();
        let faults = faults.clone();
        thread::spawn(move || {
            let mut block = [0; 4096];
            while let Ok(n @ 1..) = from.read(&mut block) {
                if n > left {
                    faults.fetch_add(1, Ordering::Relaxed);
                    break;
                }
                left -= n;
                if to.write_all(&block[..n]).is_err() {
                    break;
                }
            }
            let ends = ends.lock().unwrap();
            let _ = ends.0.shutdown(std::net::Shutdown::Both);
            let _ = ends.1.shutdown(std::net::Shutdown::Both);
        })
    };
    pass(client.try_clone().unwrap(), server.try_clone().unwrap(), budget);
    pass(server, client, usize::MAX);
}

#[test]
fn resets_and_bursts_of_errors_are_outlasted() {
    let Some(mut server) = servers::s3s() else { return };
    let (proxy, faults) = flaky(server.endpoint.as_ref().unwrap());
    server.env.push(("AWS_ENDPOINT_URL_S3".to_owned(), proxy));
    let all: Vec<_> = (0..80).map(|i| (format!("many/{i:03}"), format!("{i}-").repeat(500))).collect();
    run(&server, &["--retry-for", "60"], "ds", &format!("{BEGIN}{}{END}", lines(&all))).exits(0);
    assert!(faults.load(Ordering::Relaxed) >= 5, "{faults:?} faults are too few to prove anything");
    assert_eq!(server.tree().len(), all.len() + 2);
    verified(&server, "ds");
}

#[test]
fn what_the_server_forbids_is_exit_6_and_no_secret_is_shown() {
    let Some(mut server) = servers::s3s() else { return };
    server.env.push(("AWS_SECRET_ACCESS_KEY".to_owned(), "wrong-secret-key".to_owned()));
    let ran = run(&server, &["--retry-for", "0"], "ds", &format!("{BEGIN}{END}")).exits(6).says("403");
    assert!(!ran.stderr.contains("wrong-secret-key") && !ran.stderr.contains("AKTEST"), "{}", ran.stderr);
}
