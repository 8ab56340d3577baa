//! Originals: downloads against a server that fails in every way.

use crate::server::*;
use crate::util::*;
use std::fs;

const SECRET: &str = "X-Amz-Signature=5ec2e7";

pub fn line(path: &str, url: &str) -> String {
    serde_json::json!({"path": path, "url": url}).to_string()
}

/// Runs with this server as the stream's own, so that its loopback address is allowed.
pub fn run(p: &Place, server: &Server, args: &[&str], lines: &[String]) -> Ran {
    let begin = format!(r#"{{"@stream":"begin","kind":"files","source":{{"host":"{}"}}}}"#, server.url(""));
    let body: String = lines.iter().map(|l| format!("{l}\n")).collect();
    let ran = p.run(args, format!("{begin}\n{body}{END}\n"));
    assert!(!ran.stderr.contains("5ec2e7"), "a secret is shown{ran}");
    for (name, content) in tree(p.dir.path()) {
        assert!(!String::from_utf8_lossy(&content).contains("5ec2e7"), "a secret is in {name}");
    }
    ran
}

#[test]
fn relative_and_absolute_urls_are_fetched_without_credentials() {
    let server = Server::start(|r| ok(format!("content of {}", &r.target[..3]).as_bytes()));
    let p = place();
    let lines: Vec<_> = (0..50).map(|i| line(&format!("a/{i}.bin"), &format!("/m/{i}?{SECRET}"))).collect();
    let more = [line("images/b.bin", &server.url(&format!("/b?{SECRET}")))];
    run(&p, &server, &["out"], &[&lines[..], &more].concat()).exits(0).one_line().says("51 files").says("51 originals");
    assert_eq!(fs::read(p.path("out/a/7.bin")).unwrap(), b"content of /m/");
    assert_eq!(fs::read(p.path("out/images/b.bin")).unwrap(), b"content of /b?");
    for request in server.seen() {
        assert!(request.target.contains(SECRET), "the query is part of the request");
        for name in ["authorization", "synapse-access-token", "cookie", "referer"] {
            assert!(!request.headers.contains_key(name), "{request:?}");
        }
    }
}

#[test]
fn an_origin_that_goes_on_failing_is_told_once() {
    let server = Server::start(|r| if r.nth < 2 { status(503) } else { ok(b"at last") });
    let p = place();
    let lines: Vec<_> = (0..6).map(|i| line(&format!("{i}.bin"), &format!("/{i}?{SECRET}"))).collect();
    let ran = run(&p, &server, &["out"], &lines).exits(0).says("6 originals");
    let said: Vec<_> = ran.stderr.lines().collect();
    assert_eq!(said.len(), 2, "{ran}");
    assert!(
        said[0].starts_with(&format!("syn-sink: warning: {}: HTTP 503; trying again (after ", server.url(""))),
        "{ran}"
    );
}

#[test]
fn passing_failures_are_retried_over_a_fresh_connection() {
    let body = b"0123456789".repeat(1000);
    let answer = body.clone();
    let server = Server::start(move |r| match (&r.target[..2], r.nth) {
        ("/5", 0) => status(503),
        ("/5", 1) => status(524),
        ("/r", 0) => Answer::Send(429, vec![("Retry-After", "1".into())], vec![]),
        ("/h", 0) => Answer::Hang,
        ("/c", 0) => Answer::Cut(vec![], answer.clone(), 4321),
        ("/p", 0) => Answer::Send(200, vec![("Content-Type", "text/html; charset=utf-8".into())], b"<html>".to_vec()),
        _ => ok(&answer),
    });
    let p = place();
    let lines: Vec<_> = ["/5", "/r", "/h", "/c", "/p"].iter().map(|t| line(&format!("x{t}.bin"), t)).collect();
    run(&p, &server, &["out"], &lines).exits(0).says("5 originals");
    for t in ["/5", "/r", "/h", "/c", "/p"] {
        assert!(fs::read(p.path(&format!("out/x{t}.bin"))).unwrap() == body, "{t}");
        let mut connections: Vec<_> = server.seen_for(t).iter().map(|r| r.connection).collect();
        assert!(connections.len() > 1, "{t}");
        connections.dedup();
        assert_eq!(connections.len(), server.seen_for(t).len(), "{t} was retried over a connection that had failed");
    }
}

#[test]
fn a_broken_body_goes_on_where_it_broke() {
    let body: Vec<u8> = (0..100_000u32).flat_map(u32::to_le_bytes).collect();
    let all = body.clone();
    let server = Server::start(move |r| {
        let etag = ("ETag", "\"v1\"".to_owned());
        match r.headers.get("range").and_then(|v| v.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok()) {
            _ if r.target == "/changed" && r.nth > 0 => ok(b"another version"),
            Some(from) => {
                assert_eq!(r.headers["if-range"], "\"v1\"");
                let range = format!("bytes {from}-{}/{}", all.len() - 1, all.len());
                Answer::Send(206, vec![("Content-Range", range), etag], all[from..].to_vec())
            }
            None => Answer::Cut(vec![etag], all.clone(), 250_000),
        }
    });
    let p = place();
    run(&p, &server, &["out"], &[line("same", "/same"), line("changed", "/changed")]).exits(0);
    assert!(fs::read(p.path("out/same")).unwrap() == body);
    assert_eq!(fs::read(p.path("out/changed")).unwrap(), b"another version");
}

#[test]
fn failed_originals_are_listed_and_the_rest_is_published() {
    let server = Server::start(|r| match &r.target[..5] {
        "/gone" => status(404),
        "/expi" => status(403),
        "/down" => status(500),
        _ => ok(b"fine"),
    });
    let p = place();
    let lines: Vec<_> = ["/gone", "/fine", "/expired", "/down"]
        .iter()
        .map(|t| line(&format!("i{t}"), &format!("{t}?{SECRET}")))
        .collect();
    let other = [line("evil", "file:///etc/passwd"), text("label", "x")];
    let ran = run(&p, &server, &["--retry-for", "1", "out"], &[&lines[..], &other].concat()).exits(7);
    let ran = ran
        .says("i/gone: HTTP 404")
        .says("i/expired: HTTP 403")
        .says("HTTP 500")
        .says("4 originals could not be downloaded");
    let sink = &summary(&p.path("out"))["sink"];
    assert_eq!(sink["originals"], serde_json::json!({"ok": 1, "failed": 4}), "{ran}");
    assert_eq!(
        sink["failures"][0],
        serde_json::json!({"path": "i/gone", "url": server.url("/gone"), "reason": "HTTP 404"})
    );
    assert_eq!(sink["failures"].as_array().unwrap().len(), 4);
    assert!(sink["failures"][3]["reason"].as_str().unwrap().contains("only http and https"));
    assert_eq!(names(&p.path("out")), ["i/fine", "label", "metadata/export_summary.json", "metadata/manifest.json"]);
    assert_eq!(server.seen_for(&format!("/gone?{SECRET}")).len(), 1, "a 404 is not retried");
}

#[test]
fn the_summary_does_not_depend_on_timing() {
    let server = Server::start(|r| if r.target.ends_with('3') { status(404) } else { ok(r.target.as_bytes()) });
    let p = place();
    let lines: Vec<_> = (0..60).map(|i| line(&format!("{i}"), &format!("/{i}"))).collect();
    run(&p, &server, &["one", "--concurrency", "1"], &lines).exits(7);
    run(&p, &server, &["many", "--concurrency", "16"], &lines).exits(7);
    assert_eq!(tree(&p.path("one")), tree(&p.path("many")));
}

#[test]
fn strict_makes_a_failed_original_fatal() {
    let server = Server::start(|_| status(404));
    let p = place();
    let ran = run(&p, &server, &["--strict", "out"], &[text("a", "1"), line("b", &format!("/x?{SECRET}"))]);
    ran.exits(5).one_line().says("HTTP 404").says("--strict");
    p.assert_empty();
    run(&p, &server, &["--strict", "out"], &[line("b", "ftp://h/x")]).exits(5).says("only http and https");
    p.assert_empty();
}

#[test]
fn size_and_hash_are_verified() {
    let server = Server::start(|_| ok(b"abc"));
    let p = place();
    let right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let with = |path: &str, key: &str, value: serde_json::Value| {
        serde_json::json!({"path": path, "url": "/x", key: value}).to_string()
    };
    let lines = [
        with("size", "bytes", 3.into()),
        with("hash", "sha256", right.into()),
        with("long", "bytes", 2.into()),
        with("short", "bytes", 4.into()),
        with("other", "sha256", "0".repeat(64).into()),
    ];
    run(&p, &server, &["out"], &lines).exits(7).says("longer than").says("3 bytes instead of 4").says("SHA-256");
    assert_eq!(names(&p.path("out")), ["hash", "metadata/export_summary.json", "metadata/manifest.json", "size"]);
}

#[test]
fn redirects_are_followed_to_http_only_and_not_into_the_private_network() {
    let other = Server::start(|_| ok(b"inner service"));
    let inner = other.url("/admin");
    let metadata = "http://169.254.169.254/latest/meta-data";
    let server = Server::start(move |r| match r.target.as_str() {
        "/near" => redirect("/there"),
        "/file" => redirect("file:///etc/passwd"),
        "/inner" => redirect(&inner),
        "/name" => redirect(&inner.replace("127.0.0.1", "localhost")),
        "/cloud" => redirect(metadata),
        "/loop" => redirect("/loop"),
        "/nowhere" => Answer::Send(302, vec![], vec![]),
        _ => ok(b"there"),
    });
    let p = place();
    let targets = ["/near", "/file", "/inner", "/name", "/cloud", "/loop", "/nowhere"];
    let lines: Vec<_> = targets.iter().map(|t| line(&format!("r{t}"), t)).collect();
    let ran = run(&p, &server, &["out"], &lines).exits(7).says("r/file: only http").says("r/loop: more than 10");
    let ran = ran
        .says("r/inner: the URL leads to a private address")
        .says("r/name: the URL leads to a private")
        .says("r/cloud: the URL leads");
    assert_eq!(names(&p.path("out")), ["metadata/export_summary.json", "metadata/manifest.json", "r/near"], "{ran}");
    assert!(other.seen().is_empty(), "the inner service was asked: {:?}", other.seen());
    run(&p, &server, &["--allow-private-urls", "open"], &lines[..3]).exits(7);
    assert_eq!(fs::read(p.path("open/r/inner")).unwrap(), b"inner service");
}

#[test]
fn private_addresses_are_refused_unless_they_are_the_streams_own_server() {
    let server = Server::start(|_| ok(b"x"));
    let p = place();
    let lines = [line("a", &server.url("/a")), line("b", &server.url("/b").replace("127.0.0.1", "localhost"))];
    let input = framed(&[&lines[0], &lines[1]]);
    p.run(&["out"], &input).exits(7).says("a: the URL leads to a private address").says("--allow-private-urls");
    assert!(server.seen().is_empty());
    p.run(&["mine", "--base-url", &server.url("")], &input).exits(7).says("b: the URL leads");
    let mut command = p.command(&["env"]);
    command.env("SYNAPSE_HOST", server.url(""));
    p.run_command(command, &input).exits(7);
    p.run(&["all", "--allow-private-urls"], &input).exits(0);
    assert_eq!(names(&p.path("all")), ["a", "b", "metadata/export_summary.json", "metadata/manifest.json"]);
    assert_eq!(names(&p.path("env")), ["a", "metadata/export_summary.json", "metadata/manifest.json"]);
    // Not even a stream may open the cloud's metadata service.
    let begin = r#"{"@stream":"begin","kind":"files","source":{"host":"http://169.254.169.254"}}"#;
    p.run(&["cloud"], format!("{begin}\n{}\n{END}\n", line("c", "/latest"))).exits(7).says("private address");
    p.run(&["user"], framed(&[&line("c", "http://user:pass@example.org/x")])).exits(7).says("user name or password");
}

#[test]
fn an_unreachable_server_is_told_once_per_original_and_given_up_on() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let p = place();
    let lines: Vec<_> =
        (0..40).map(|i| line(&format!("{i}"), &format!("http://127.0.0.1:{port}/{i}?{SECRET}"))).collect();
    let input = framed(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let ran = p.run(&["--allow-private-urls", "--retry-for", "2", "out"], input).exits(7).says("Connection refused");
    assert!(ran.stderr.contains("the summary lists them") && !ran.stderr.contains("5ec2e7"), "{ran}");
    assert_eq!(summary(&p.path("out"))["sink"]["failures"].as_array().unwrap().len(), 40);
}

#[test]
fn originals_that_fail_are_retried_side_by_side() {
    let server = Server::start(|_| Answer::Hang);
    let p = place();
    let lines: Vec<_> = (0..8).map(|i| line(&format!("{i}"), &server.url(&format!("/{i}")))).collect();
    let input = framed(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    p.run(&["--allow-private-urls", "--retry-for", "2", "out"], input).exits(7);
    let seen = server.seen();
    let first_retry = seen.iter().position(|request| request.nth > 0).expect("a second try");
    assert!(first_retry > 1, "the first original was tried again before any other was asked for: {seen:?}");
}

/// Runs with a token for this server, from which the stream says it is.
fn run_with_token(p: &Place, api: &Server, host: &str, args: &[&str], lines: &[String]) -> Ran {
    let begin = format!(
        r#"{{"@stream":"begin","kind":"files","target":"task","project":{{"id":42}},"source":{{"host":"{}"}}}}"#,
        api.url("")
    );
    let body: String = lines.iter().map(|l| format!("{l}\n")).collect();
    let mut command = p.command(args);
    command.env("SYNAPSE_HOST", host).env("SYNAPSE_ACCESS_TOKEN", "syn_TOKEN5ec2e7");
    let ran = p.run_command(command, format!("{begin}\n{body}{END}\n"));
    assert!(!ran.stderr.contains("5ec2e7"), "a secret is shown{ran}");
    ran
}

fn expired(path: &str, id: u64) -> String {
    serde_json::json!({"path": path, "url": format!("/f/{id}?{SECRET}&n=0"), "item": id,
        "refresh": {"target": "task", "id": id, "file": "image_1"}})
    .to_string()
}

#[test]
fn an_expired_url_is_issued_anew_by_the_api_and_the_token_goes_nowhere_else() {
    let server = Server::start(|r| {
        if r.target.starts_with("/sdk/tasks/") {
            assert_eq!(r.headers["synapse-access-token"], "Token syn_TOKEN5ec2e7");
            let id = r.target.split("id=").nth(1).unwrap().split('&').next().unwrap();
            assert!(r.target.contains("project=42") && r.target.contains("expand=data_unit"), "{}", r.target);
            let url = format!("/f/{id}?{SECRET}&n={}", r.nth + 1);
            let rows = serde_json::json!({"count": 1, "next": null, "results": [{"id": id.parse::<u64>().unwrap(),
                "data_unit": {"files": {"other": {"url": "/x", "is_primary": true}, "image_1": {"url": url}}}}]});
            return Answer::Send(200, vec![("Content-Type", "application/json".into())], rows.to_string().into_bytes());
        }
        assert!(!r.headers.contains_key("synapse-access-token"), "the token was sent for a file");
        match &r.target[..4] {
            // The third new URL of the first is good, the first of the second; the third's never.
            "/f/1" if r.target.ends_with("n=3") => ok(b"one"),
            "/f/2" if r.target.ends_with("n=1") => ok(b"two"),
            _ => status(403),
        }
    });
    let p = place();
    let lines = [expired("a", 1), expired("b", 2), expired("c", 3)];
    run_with_token(&p, &server, &server.url(""), &["out"], &lines).exits(7).says("c: HTTP 403");
    assert_eq!(fs::read(p.path("out/a")).unwrap(), b"one");
    assert_eq!(fs::read(p.path("out/b")).unwrap(), b"two");
    let asked = server.seen().iter().filter(|r| r.target.contains("id=3")).count();
    assert_eq!(asked, 3, "a URL is issued anew three times at most");
    // Of a stream that says it is from elsewhere, nothing is asked at all.
    let before = server.seen().len();
    let other = Server::start(|_| status(403));
    run_with_token(&p, &other, &server.url(""), &["o2"], &lines[..1]).exits(7).says("set SYNAPSE_HOST");
    assert_eq!(server.seen().len(), before);
    assert!(other.seen().iter().all(|r| !r.headers.contains_key("synapse-access-token")));
    // Without a token it is as it was.
    run(&p, &server, &["o3"], &lines[..1])
        .exits(7)
        .says("a: HTTP 403 (an expired URL?); a new URL could not be obtained");
}

#[test]
fn originals_that_are_too_large_are_left_out_and_too_many_bytes_end_the_run() {
    let server = Server::start(|r| match r.target.as_str() {
        "/large" => ok(&[7; 1001]),
        _ => ok(&[7; 1000]),
    });
    let p = place();
    let lines = [line("a", "/a"), line("large", "/large"), line("b", "/b")];
    let ran = run(&p, &server, &["--max-file-bytes", "1kB", "out"], &lines).exits(7);
    ran.says("large: it is larger than --max-file-bytes 1000");
    assert_eq!(names(&p.path("out")), ["a", "b", "metadata/export_summary.json", "metadata/manifest.json"]);
    run(&p, &server, &["--max-total-bytes", "3001", "fits"], &lines).exits(0);
    run(&p, &server, &["--max-total-bytes", "3000", "over"], &lines).exits(3).one_line().says("--max-total-bytes 3000");
    assert!(!p.path("over").exists());
    run(&p, &server, &["--max-file-bytes", "nonsense", "x"], &lines).exits(2).says("1GB");
}

#[test]
fn a_body_that_does_not_fit_its_md5_is_asked_for_again() {
    let server = Server::start(|r| {
        let headers =
            vec![("ETag", "\"900150983cd24fb0d6963f7d28e17f72\"".to_owned()), ("x-amz-request-id", "1".into())];
        let body: &[u8] = if r.nth == 0 || r.target == "/bad" { b"abd" } else { b"abc" };
        Answer::Send(200, headers, body.to_vec())
    });
    let p = place();
    let ran = run(&p, &server, &["out"], &[line("a", "/good"), line("b", "/bad")]).exits(7);
    assert_eq!(fs::read(p.path("out/a")).unwrap(), b"abc", "{ran}");
    ran.says("b: it is not what the server's MD5 announced");
    assert_eq!(server.seen_for("/bad").len(), 3);
}
