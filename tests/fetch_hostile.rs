//! Servers that the stand-in does not play: redirects, request ids, odd envelopes; and a person at a terminal.

#[path = "common/fetch.rs"]
mod fetch;
#[path = "common/stand_in.rs"]
mod stand_in;

use fetch::{Ran, TOKEN, command, run};
use stand_in::{SAMPLE, StandIn};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

/// A server that answers each request as a function of its path and query says, and keeps the heads of all requests.
struct Script {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Script {
    fn start(answer: impl Fn(&str, &str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let (kept, own) = (heads.clone(), url.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if let Some(head) = read_head(&stream) {
                    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    kept.lock().expect("no panic while held").push(head);
                    let _ = (&stream).write_all(answer(&path, &own).as_bytes());
                }
            }
        });
        Self { url, heads }
    }

    fn fetch(&self, args: &[&str]) -> Ran {
        let mut command = command(&[&["--project", "1", "--retry-for", "1"], args].concat());
        command.env("SYNAPSE_HOST", &self.url).env("SYNAPSE_ACCESS_TOKEN", TOKEN);
        run(command)
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no panic while held").clone()
    }
}

fn read_head(stream: &TcpStream) -> Option<String> {
    let mut head = String::new();
    for line in BufReader::new(stream).lines() {
        let line = line.ok()?;
        if line.is_empty() {
            return Some(head);
        }
        head.push_str(&line);
        head.push('\n');
    }
    None
}

fn answer(status: &str, extra: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{extra}\r\n{body}", body.len())
}

/// A project with one assignment, whose page is what `page` makes of our own address.
fn with_page(page: impl Fn(&str) -> String + Send + 'static) -> Script {
    Script::start(move |path, own| match path {
        p if p.starts_with("/projects/") => answer("200 OK", "", r#"{"id":1,"title":"One"}"#),
        p if p.starts_with("/sdk/") && !p.contains("expand") => answer("200 OK", "", r#"{"count":1,"results":[]}"#),
        p if p.starts_with("/sdk/") => answer("200 OK", "", &page(own)),
        _ => answer("404 Not Found", "", ""),
    })
}

#[test]
fn a_redirect_to_another_host_gets_no_token() {
    let other = Script::start(|_, _| answer("200 OK", "", r#"{"id":1,"title":"Trap"}"#));
    let to = other.url.clone();
    let server = Script::start(move |path, _| answer("302 Found", &format!("Location: {to}{path}\r\n"), ""));
    let ran = server.fetch(&[]).with_code(4);
    assert!(ran.err.contains(&format!("redirects to {}", other.url)), "{}", ran.err);
    assert!(other.heads().is_empty(), "it was followed");
}

#[test]
fn payloads_are_fetched_without_token_and_referrer_across_redirects() {
    let store = Script::start(|_, _| answer("200 OK", "", r#"{"annotations":{}}"#));
    let to = store.url.clone();
    let hop = Script::start(move |_, _| answer("307 Temporary Redirect", &format!("Location: {to}/final\r\n"), ""));
    let first = hop.url.clone();
    let server = with_page(move |_| {
        let data = format!(r#"{{"mode":"presigned","presigned_url":"{first}/o?X-Amz-Signature=s3cr3t"}}"#);
        format!(r#"{{"next":null,"results":[{{"id":1,"data":{data}}}]}}"#)
    });
    let ran = server.fetch(&[]).ok();
    assert_eq!(ran.items(), [r#"{"target":"assignment","id":1,"data":{"annotations":{}}}"#]);
    for head in hop.heads().iter().chain(&store.heads()) {
        let lower = head.to_lowercase();
        for header in ["authorization:", "synapse-", "referer:", "cookie:"] {
            assert!(!lower.contains(header), "{header} in {head}");
        }
    }
    assert!(
        !store.heads().is_empty() && server.heads().iter().all(|h| h.to_lowercase().contains("synapse-access-token"))
    );
}

#[test]
fn a_failing_presigned_url_is_told_without_its_signature() {
    let server = with_page(|own| {
        let data = format!(r#"{{"mode":"presigned","presigned_url":"{own}/gone?X-Amz-Signature=s3cr3t"}}"#);
        format!(r#"{{"next":null,"results":[{{"id":1,"data":{data}}}]}}"#)
    });
    let ran = server.fetch(&[]).with_code(4);
    assert!(ran.err.contains("/gone") && !ran.err.contains("s3cr3t") && !ran.out.contains("s3cr3t"), "{}", ran.err);
}

#[test]
fn the_request_id_is_quoted() {
    let server = Script::start(|_, _| {
        let body = r#"{"detail":"You may not.","meta":{"request_id":"req-77"}}"#;
        answer("403 Forbidden", "", body)
    });
    let ran = server.fetch(&[]).with_code(4);
    assert!(ran.err.contains("(request_id req-77)"), "{}", ran.err);
    let server =
        Script::start(|_, _| answer("418 Teapot", "X-Request-Id: abc\r\n", r#"{"detail":"short and\nstout"}"#));
    let ran = server.fetch(&[]).with_code(4);
    assert!(ran.err.contains("418") && ran.err.contains("short and stout (request_id abc)"), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1);
}

#[test]
fn rows_keep_their_bytes_and_become_one_line() {
    let row = "{\n  \"id\" : 12345678901234567,\r\n  \"n\": 1.10, \"big\": 99999999999999999999, \"u\":\"\\ud55c\\n한\",\n \"data\": {\"a\" : [1.0, 2e5]} }";
    let server = with_page(move |_| format!("{{\"next\": null,\n \"results\": [\n{row}\n]}}"));
    let ran = server.fetch(&["--bare"]).ok();
    let expected = "{\"target\":\"assignment\",  \"id\" : 12345678901234567,  \"n\": 1.10, \"big\": 99999999999999999999, \
                    \"u\":\"\\ud55c\\n한\", \"data\": {\"a\" : [1.0, 2e5]} }\n";
    assert_eq!(ran.out, expected);
}

#[test]
fn pages_that_make_no_sense_are_told() {
    for (page, words) in [
        (r#"{"next":null,"results":[{"noid":1}]}"#, "has no id"),
        (r#"{"next":"http://x/?a=1","results":[]}"#, "neither `cursor` nor `page`"),
        (r#"{"detail":"ok"}"#, "a damaged or cut answer"),
    ] {
        let server = with_page(move |_| page.to_owned());
        let ran = server.fetch(&[]).with_code(5);
        assert!(ran.err.contains(words) && ran.err.lines().count() == 1, "{}", ran.err);
    }
}

#[test]
fn next_links_to_another_name_of_the_server_are_followed_at_home() {
    let server = Script::start(|path, _| match path {
        p if p.starts_with("/projects/") => answer("200 OK", "", r#"{"id":1,"title":"One"}"#),
        p if !p.contains("expand") => answer("200 OK", "", r#"{"count":2,"results":[]}"#),
        p if p.contains("id__lt=2") || p.contains("cursor=abc") => {
            answer("200 OK", "", r#"{"next":null,"results":[{"id":1}]}"#)
        }
        _ => answer("200 OK", "", r#"{"next":"http://internal.invalid/sdk/?cursor=abc","results":[{"id":2}]}"#),
    });
    let ran = server.fetch(&["--page-size", "1"]).ok();
    assert_eq!(ran.numbers("id"), [2, 1]);
}

#[test]
fn a_person_at_a_terminal_is_asked() {
    let server = StandIn::start(&["--dump", SAMPLE, "--token", TOKEN]);
    let line = format!("{} --bare --limit 1 -o /dev/null", env!("CARGO_BIN_EXE_syn-fetch"));
    let mut child = std::process::Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env("SYNAPSE_HOST", &server.url)
        .env("SYNAPSE_ACCESS_TOKEN", TOKEN)
        .env_remove("SYNAPSE_PROJECT")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script(1) of util-linux");
    let mut screen = child.stdout.take().expect("a pipe");
    let mut seen = Vec::new();
    let mut block = [0; 512];
    while !String::from_utf8_lossy(&seen).contains("Project ID: ") {
        let n = screen.read(&mut block).expect("the screen");
        assert!(n > 0, "no question: {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&block[..n]);
    }
    let shown = String::from_utf8_lossy(&seen).into_owned();
    assert!(shown.contains("42") && shown.contains("Stand-in project"), "{shown}");
    let mut keyboard = child.stdin.take().expect("a pipe");
    keyboard.write_all(b"42\n").expect("it reads");
    let mut rest = String::new();
    screen.read_to_string(&mut rest).expect("UTF-8");
    assert!(rest.contains("1 assignment of project 42"), "{rest}");
    assert!(child.wait().expect("it ends").success());
}
