//! What is said while a server fails: the first failure of a kind at once, with its reason and how long it is tried again.

use crate::common::fetch::{TOKEN, command, run};
use crate::hostile::{Script, answer, with_page};
use std::time::{Duration, Instant};

#[test]
fn the_first_failure_of_a_kind_is_told_at_once_and_not_again() {
    let html = "<html><title>Please wait</title></html>";
    for (status, extra, body, reason) in [
        ("429 Too Many Requests", "", "", "HTTP 429"),
        ("429 Too Many Requests", "Retry-After: 1\r\n", r#"{"detail":"slow down"}"#, "HTTP 429 slow down"),
        ("500 Internal Server Error", "", "<html>login", "HTTP 500"),
        ("502 Bad Gateway", "", html, "HTTP 502"),
        ("503 Service Unavailable", "", "", "HTTP 503"),
        ("504 Gateway Timeout", "", "", "HTTP 504"),
        ("408 Request Timeout", "", "", "HTTP 408"),
        ("524 A Timeout Occurred", "", "", "HTTP 524"),
        ("200 OK", "", "{\"id\":", "a damaged or cut answer"),
        ("200 OK", "", "", "an empty answer"),
    ] {
        let server = Script::start(move |_, _| answer(status, extra, body));
        let ran = server.fetch(&["--retry-for", "3", "--retry-pause", "0.1"]).with_code(5);
        let told: Vec<_> =
            ran.err.lines().filter(|line| line.contains("; trying again (after 0 s of 3, next in")).collect();
        let [line] = told[..] else { panic!("{status}: {}", ran.err) };
        assert!(line.starts_with(&format!("syn-fetch: warning: {}: {reason}", server.url)), "{line}");
        assert_eq!(ran.err.lines().count(), 2, "{}", ran.err);
    }
}

#[test]
fn hosts_that_cannot_be_reached_are_told_as_well() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let plain = Script::start(|_, _| answer("200 OK", "", ""));
    let tls = plain.url.replace("http:", "https:");
    for host in [format!("http://127.0.0.1:{port}"), tls, "http://no-such-host.invalid".to_owned()] {
        let mut command = command(&["--project", "1", "--retry-for", "1.5", "--retry-pause", "0.1"]);
        command.env("SYNAPSE_HOST", &host).env("SYNAPSE_ACCESS_TOKEN", TOKEN);
        let ran = run(command).with_code(5);
        let told = ran
            .err
            .lines()
            .filter(|line| line.contains(&format!("warning: {host}: ")) && line.contains("trying again"));
        assert!((1..=2).contains(&told.count()), "{}", ran.err);
        assert!(ran.err.lines().last().is_some_and(|line| line.contains("error: cannot reach")), "{}", ran.err);
    }
}

#[test]
fn a_login_page_is_refused_at_once_and_another_site_soon() {
    let login = "<html><form action=/login><input type=password></form></html>";
    let site = "<html><h1>Welcome to nginx!</h1></html>";
    for (server, words) in [
        (Script::start(move |_, _| answer("200 OK", "", login)), "a login page"),
        (Script::start(move |_, _| answer("200 OK", "Content-Type: text/html\r\n", site)), "a web page"),
        (
            Script::start(move |path, _| match path {
                "/login" => answer("200 OK", "", login),
                _ => answer("302 Found", "Location: /login\r\n", ""),
            }),
            "a login page",
        ),
        // Its session ends in the middle.
        (with_page(move |_| login.to_owned()), "a login page"),
    ] {
        let began = Instant::now();
        let ran = server.fetch(&["--retry-for", "600"]).with_code(4);
        assert!(ran.err.contains(words) && ran.err.contains("check --host"), "{}", ran.err);
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }
    let server = Script::start(|_, _| answer("302 Found", "Location: https://sso.invalid/login\r\n", ""));
    let ran = server.fetch(&["--retry-for", "600"]).with_code(4);
    assert!(ran.err.contains("redirects to https://sso.invalid"), "{}", ran.err);
}

#[test]
fn verbose_tells_every_retry() {
    let server = Script::start(|_, _| answer("503 Busy", "", ""));
    let ran = server.fetch(&["-v", "--retry-for", "2", "--retry-pause", "0.1"]).with_code(5);
    assert!(ran.err.matches("; trying again (").count() >= 3, "{}", ran.err);
}
