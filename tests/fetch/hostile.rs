//! Servers that the stand-in does not play: redirects, request ids, odd envelopes; and a person at a terminal.

use crate::common::fetch::{Ran, TOKEN, command, run};
use crate::common::world::World;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A server that answers each request as a function of its path and query says, and keeps the heads of all requests.
pub struct Script {
    pub url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Script {
    pub fn start(answer: impl Fn(&str, &str) -> String + Send + 'static) -> Self {
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

    pub fn fetch(&self, args: &[&str]) -> Ran {
        let patience: &[&str] = if args.contains(&"--retry-for") { &[] } else { &["--retry-for", "1"] };
        let mut command = command(&[&["--project", "1"], patience, args].concat());
        command.env("SYNAPSE_HOST", &self.url).env("SYNAPSE_ACCESS_TOKEN", TOKEN);
        run(command)
    }

    pub fn heads(&self) -> Vec<String> {
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

pub fn answer(status: &str, extra: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{extra}\r\n{body}", body.len())
}

/// A project with one assignment, whose page is what `page` makes of our own address.
pub fn with_page(page: impl Fn(&str) -> String + Send + 'static) -> Script {
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
        assert!(ran.err.contains(words) && ran.final_words().lines().count() == 1, "{}", ran.err);
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

/// A project whose list says `count` and holds these rows, whatever is asked for.
fn listing(count: &str, rows: &str) -> Script {
    let page = format!("{{\"next\":null,\"results\":[{rows}]}}");
    let probe = format!("{{\"count\":{count},\"results\":[]}}");
    Script::start(move |path, _| match path {
        p if p.starts_with("/projects/") => answer("200 OK", "", r#"{"id":1,"title":"One"}"#),
        p if p.starts_with("/sdk/") && !p.contains("expand") && !p.contains("cursor") => answer("200 OK", "", &probe),
        p if p.starts_with("/sdk/") => answer("200 OK", "", &page),
        _ => answer("404 Not Found", "", ""),
    })
}

#[test]
fn ids_of_every_kind_are_told_apart_and_come_once() {
    let rows = r#"{"id":9},{"id":"a-1"},{"id":99999999999999999999},{"id":-5},{"id":9},{"id":"a-1"},{"id":"9"}"#;
    let ran = listing("5", rows).fetch(&[]).ok();
    let ids = ["9", "\"a-1\"", "99999999999999999999", "-5", "\"9\""];
    assert_eq!(ran.items(), ids.map(|id| format!("{{\"target\":\"assignment\",\"id\":{id}}}")));
    assert_eq!(ran.must("end")["duplicates"], 2);
    let short = listing("7", rows).fetch(&[]).with_code(5);
    assert!(short.err.contains("5 rows came and the server counts 7 (it listed 2 more than once)"), "{}", short.err);
}

#[test]
fn a_list_that_keeps_no_order_is_told_or_whole_and_verified() {
    let server = listing("4", r#"{"id":3},{"id":7},{"id":5},{"id":7},{"id":1}"#);
    let told = server.fetch(&[]).with_code(5);
    assert!(told.err.contains("in order (at 7)") && told.err.contains("--order arrival"), "{}", told.err);
    let ran = server.fetch(&["--order", "arrival"]).ok();
    assert_eq!(ran.numbers("id"), [3, 7, 5, 1]);
    assert_eq!((&ran.must("end")["verified"], &ran.must("end")["duplicates"]), (&true.into(), &1.into()));
}

#[test]
fn a_count_that_is_none_is_made_up_for() {
    for count in ["\"12\"", "-1", "null", "[]", "1e400"] {
        let ran = listing(count, r#"{"id":2},{"id":1}"#).fetch(&["--retry-for", "0.2"]);
        assert_eq!(ran.ok().must("end")["verified"], true, "{count}");
    }
}

#[test]
fn rows_with_values_of_the_wrong_kind_come_as_they_are_or_are_told() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for data in ["7", "[]", "\"\"", "{\"mode\":[]}", "1e999", &deep] {
        let ran = listing("1", &format!("{{\"id\":1,\"data\":{data}}}")).fetch(&["--bare"]);
        match data {
            "\"\"" => assert!(ran.with_code(3).err.contains("row 1: its `data` is a text")),
            _ => assert_eq!(ran.ok().out, format!("{{\"target\":\"assignment\",\"id\":1,\"data\":{data}}}\n")),
        }
    }
    for row in ["null", "7", "[1]", "{\"id\":true}", "{\"id\":1,\"id\":2}", "{\"id\":{}}"] {
        let ran = listing("1", row).fetch(&[]).with_code(5);
        assert!(ran.err.contains("a row of /sdk/assignments/") && ran.err.lines().count() == 1, "{}", ran.err);
    }
}

#[test]
fn ids_at_the_ends_of_the_number_line_cost_few_requests() {
    let far = 9_000_000_000_000_000_000;
    let world = World::new([-far, -5, 3, far], 400, &[]);
    assert_eq!(world.fetch(&[]).ok().numbers("id"), [far, 3, -5, -far]);
    let requests = world.server.count("/requests/~1sdk~1assignments~1");
    assert!(requests < 200, "{requests} requests for 4 rows");
}

/// A server that begins a body and then sends `chunk` again and again, with pauses.
fn dripping(chunk: &'static [u8], pause: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                read_head(&stream);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"id\":1,\"title\":\"");
                while stream.write_all(chunk).is_ok() {
                    std::thread::sleep(pause);
                }
            });
        }
    });
    url
}

#[test]
fn a_body_without_end_is_given_up() {
    let ask = |url: &str| {
        let mut command = command(&["--project", "1", "--retry-for", "0.5", "--timeout", "0.3"]);
        command.env("SYNAPSE_HOST", url).env("SYNAPSE_ACCESS_TOKEN", TOKEN);
        run(command).with_code(5)
    };
    let slow = ask(&dripping(b"x", Duration::from_millis(20)));
    assert!(slow.err.contains("no answer for 0.3 s"), "{}", slow.err);
    static MUCH: [u8; 1 << 20] = [b'x'; 1 << 20];
    let fast = ask(&dripping(&MUCH, Duration::ZERO));
    assert!(fast.err.contains("the answer is longer than 256 MiB"), "{}", fast.err);
}

#[test]
fn a_page_that_is_too_long_is_asked_for_with_fewer_rows() {
    // 24 rows of 4 MB are more than a page may have.
    let world = World::new(1..25, 4_000_000, &[]);
    assert_eq!(world.fetch(&["--order", "arrival"]).ok().items().len(), 24);
    assert_eq!(world.fetch(&["--target", "task", "--concurrency", "1"]).ok().items().len(), 24);
}

#[test]
fn payloads_at_addresses_of_this_machines_own_network_are_refused() {
    // The host itself is at a loopback address, so its object store may be; where clouds keep their secrets it never is.
    for url in ["http://169.254.169.254/latest/meta-data", "http://[fd00:ec2::254]/x", "file:///etc/passwd"] {
        let server = with_page(move |_| {
            format!(r#"{{"next":null,"results":[{{"id":1,"data":{{"mode":"presigned","presigned_url":"{url}"}}}}]}}"#)
        });
        let ran = server.fetch(&["--limit", "1"]).with_code(3);
        assert!(ran.err.contains("row 1") && ran.err.lines().count() == 1, "{}", ran.err);
    }
    let hop = Script::start(|_, _| answer("302 Found", "Location: http://169.254.169.254/x\r\n", ""));
    let first = hop.url.clone();
    let server = with_page(move |_| {
        format!(r#"{{"next":null,"results":[{{"id":1,"data":{{"mode":"presigned","presigned_url":"{first}/o"}}}}]}}"#)
    });
    let ran = server.fetch(&[]).with_code(3);
    assert!(ran.err.contains("private address"), "{}", ran.err);
}
