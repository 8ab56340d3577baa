//! Stores that lack something: conditional writes, the right to delete, patience with a wrong clock. An S3 server behind a proxy of
//! this test's own, which changes requests or answers itself.

use crate::servers::{self, Server};
use crate::suite::{BEGIN, END, Ran, command, lines, ran, run, verified};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Child;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// A request on its way.
pub struct Head {
    method: String,
    target: String,
    pub headers: Vec<(String, String)>,
}

impl Head {
    fn is_conditional(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == "if-none-match")
    }
}

/// What becomes of a request.
pub enum Verdict {
    Pass,
    /// Passed on without this header.
    Without(&'static str),
    /// Answered here: status line, headers, body.
    Answer(&'static str, String, String),
}

pub fn error(status: &'static str, code: &str, headers: &str) -> Verdict {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>said by the test</Message></Error>");
    Verdict::Answer(status, headers.to_owned(), body)
}

/// Puts a proxy before a server; the sink knows only the proxy then.
pub fn behind(mut server: Server, rule: impl Fn(&Head) -> Verdict + Send + Sync + 'static) -> Server {
    let upstream = server.endpoint.clone().unwrap().trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let rule = Arc::new(rule);
    thread::spawn(move || {
        for client in listener.incoming().map(Result::unwrap) {
            let (rule, upstream) = (rule.clone(), upstream.clone());
            thread::spawn(move || drop(pass(client, &upstream, &*rule)));
        }
    });
    server.env.push(("AWS_ENDPOINT_URL_S3".to_owned(), address));
    server
}

/// One request over each connection.
fn pass(mut client: TcpStream, upstream: &str, rule: &dyn Fn(&Head) -> Verdict) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, n)| n.parse().unwrap_or(0));
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let head = Head { method, target, headers };
    let without = match rule(&head) {
        Verdict::Pass => "",
        Verdict::Without(name) => name,
        Verdict::Answer(status, headers, body) => {
            let body = if head.method == "HEAD" { String::new() } else { body };
            let length = body.len();
            return write!(
                client,
                "HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
            );
        }
    };
    let mut text = format!("{} {} HTTP/1.1\r\nconnection: close\r\n", head.method, head.target);
    for (name, value) in head.headers.iter().filter(|(name, _)| name != without && name != "connection") {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut server = TcpStream::connect(upstream)?;
    server.write_all(format!("{text}\r\n").as_bytes())?;
    server.write_all(&body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    let at = answer.windows(2).position(|w| w == b"\r\n").map_or(0, |at| at + 2);
    client.write_all(&answer[..at])?;
    client.write_all(b"connection: close\r\n")?;
    client.write_all(&answer[at..])
}

fn files(version: &str) -> Vec<(String, String)> {
    let mut files = vec![(format!("only in {version}"), version.to_owned())];
    files.extend((0..20).map(|n| (format!("many/{n:02}"), format!("{n} of {version}"))));
    files
}

pub fn input(version: &str) -> String {
    format!("{BEGIN}{}{END}", lines(&files(version)))
}

type Rule = fn(&Head) -> Verdict;

const LACKING: [(&str, Rule, &str); 4] = [
    (
        "ignored",
        |h| if h.is_conditional() { Verdict::Without("if-none-match") } else { Verdict::Pass },
        "ignores conditional writes",
    ),
    (
        "not implemented",
        |h| if h.is_conditional() { error("501 Not Implemented", "NotImplemented", "") } else { Verdict::Pass },
        "does not know conditional writes",
    ),
    (
        "a bad request",
        |h| if h.is_conditional() { error("400 Bad Request", "InvalidArgument", "") } else { Verdict::Pass },
        "does not know conditional writes",
    ),
    (
        "without words",
        |h| {
            if h.is_conditional() {
                Verdict::Answer("501 Not Implemented", String::new(), String::new())
            } else {
                Verdict::Pass
            }
        },
        "does not know conditional writes",
    ),
];

#[test]
fn a_store_without_conditional_writes_is_written_and_that_is_said() {
    for (name, rule, said) in LACKING {
        let Some(server) = servers::s3s_open() else { return };
        let server = behind(server, rule);
        println!("{name}");
        run(&server, &[], "ds", &input("v1")).exits(0).says(said);
        verified(&server, "ds");
        run(&server, &[], "ds", &input("v2")).exits(6).says("exists already");
        run(&server, &["--resume"], "ds", &input("v1")).exits(0).says("already there, the same");
        run(&server, &["--overwrite"], "ds", &input("v2")).exits(0).says(said);
        verified(&server, "ds");
        assert_eq!(server.tree().len(), files("v2").len() + 2, "{name}: {:?}", server.tree().keys());
    }
    // One that keeps to them says nothing.
    let Some(server) = servers::s3s_open() else { return };
    let ran = run(&server, &[], "ds", &input("v1")).exits(0);
    assert!(!ran.stderr.contains("conditional"), "{}", ran.stderr);
}

fn started(server: &Server, args: &[&str], version: &str) -> Child {
    let mut child = command(server, args, "ds").spawn().unwrap();
    let text = input(version);
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child
}

#[test]
fn of_two_runs_at_once_one_ends_and_nothing_is_mixed() {
    let keeps: (&str, Rule, &str) = ("kept", |_| Verdict::Pass, "");
    for (name, rule, _) in LACKING.iter().take(1).chain([&keeps]) {
        for (args, left) in
            [(&[][..], false), (&["--overwrite"], false), (&["--overwrite"], true), (&["--resume"], true)]
        {
            for delay in [0, 400] {
                let Some(server) = servers::s3s_open() else { return };
                let server = behind(server, *rule);
                if left {
                    server.put(".ds.partial/claim", b"{\"staged\":false,\"run\":7}");
                }
                let one = started(&server, args, "v1");
                thread::sleep(Duration::from_millis(delay));
                let two = started(&server, args, "v2");
                let ends = [ran("one".into(), one), ran("two".into(), two)];
                let which = format!("{name} {args:?} {left} {delay}: {} {}", ends[0].stderr, ends[1].stderr);
                let won: Vec<_> = ends.iter().zip(["v1", "v2"]).filter(|(r, _)| r.code == Some(0)).collect();
                // The second may also have come when the first was done: then it replaces it as a whole.
                let both = won.len() == 2 && args == ["--overwrite"];
                assert!(won.len() == 1 || both, "{which}");
                // On a slow machine the run that gave up may have written one more file, which no manifest lists: that is exit 7.
                let check = run(&server, &["--verify"], "ds", "");
                assert!(matches!(check.code, Some(0 | 7)), "{which} {}", check.stderr);
                let there = server.dataset("ds");
                let is_whole = |version: &str| {
                    files(version).iter().all(|(path, text)| there.get(path).is_some_and(|got| *got == text.as_bytes()))
                };
                let version = if is_whole("v1") { "v1" } else { "v2" };
                assert!(is_whole(version), "{which}");
                assert!(won.iter().any(|(_, won)| *won == version), "{which}");
            }
        }
    }
}

fn ago(seconds: i64) -> String {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(seconds);
    format!("Date: {}\r\n", at.strftime("%a, %d %b %Y %H:%M:%S GMT"))
}

/// The first thing that a store says is explained.
#[test]
fn first_errors_are_explained() {
    let cases: Vec<(&str, Rule, &[&str])> = vec![
        (
            "another region",
            |_| error("301 Moved Permanently", "PermanentRedirect", "x-amz-bucket-region: eu-west-1\r\n"),
            &["the bucket is in the region eu-west-1: set AWS_REGION=eu-west-1"],
        ),
        (
            "another region, and no words",
            |_| Verdict::Answer("301 Moved Permanently", "x-amz-bucket-region: eu-west-1\r\n".into(), String::new()),
            &["set AWS_REGION=eu-west-1"],
        ),
        (
            "another region, told to HEAD alone",
            |_| Verdict::Answer("400 Bad Request", "x-amz-bucket-region: ap-northeast-2\r\n".into(), String::new()),
            &["set AWS_REGION=ap-northeast-2"],
        ),
        (
            "a redirect that passes",
            |_| error("307 Temporary Redirect", "TemporaryRedirect", "x-amz-bucket-region: us-west-2\r\n"),
            &["set AWS_REGION=us-west-2"],
        ),
        (
            "a region in words",
            |_| {
                let body = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is wrong; expecting 'eu-1'</Message></Error>";
                Verdict::Answer("400 Bad Request", String::new(), body.into())
            },
            &["set AWS_REGION=eu-1"],
        ),
        (
            "an expired token",
            |_| error("400 Bad Request", "ExpiredToken", ""),
            &["ExpiredToken", "have expired", "AWS_SESSION_TOKEN"],
        ),
        (
            "a token of another",
            |_| error("400 Bad Request", "InvalidToken", ""),
            &["AWS_SESSION_TOKEN does not belong"],
        ),
        (
            "a clock that is fast",
            |_| error("403 Forbidden", "RequestTimeTooSkewed", &ago(3900)),
            &["the clock of this machine is 1 h 5 min ahead of the store's"],
        ),
        (
            "a clock that is slow",
            |_| error("403 Forbidden", "RequestTimeTooSkewed", &ago(-1800)),
            &["min behind the store's: set it"],
        ),
        (
            "a wrong secret",
            |_| error("403 Forbidden", "SignatureDoesNotMatch", ""),
            &["AWS_SECRET_ACCESS_KEY does not belong to"],
        ),
        ("an unknown key", |_| error("403 Forbidden", "InvalidAccessKeyId", ""), &["AWS_ACCESS_KEY_ID"]),
        ("no bucket", |_| error("404 Not Found", "NoSuchBucket", ""), &["make it first"]),
        (
            "no right to read",
            |_| error("403 Forbidden", "AccessDenied", ""),
            &["AccessDenied", "may read there (s3:GetObject"],
        ),
        (
            "no right to list",
            |h| if h.target.contains("list-type") { error("403 Forbidden", "AccessDenied", "") } else { Verdict::Pass },
            &["may list there (s3:ListBucket)"],
        ),
        (
            "no right to write",
            |h| if h.method == "PUT" { error("403 Forbidden", "AccessDenied", "") } else { Verdict::Pass },
            &["may write there (s3:PutObject)"],
        ),
    ];
    let Some(mut server) = servers::s3s_open() else { return };
    let direct = server.endpoint.clone();
    for (name, rule, said) in cases {
        server.endpoint.clone_from(&direct);
        server = behind(server, rule);
        let ran: Ran = run(&server, &["--retry-for", "0"], "ds", &input("v1")).exits(6);
        said.iter().for_each(|words| assert!(ran.stderr.contains(words), "{name}: {words:?} is not in {}", ran.stderr));
        assert_eq!(ran.stderr.lines().count(), 1, "{name}: {}", ran.stderr);
        assert!(server.tree().is_empty(), "{name}: {:?}", server.tree().keys());
    }
}

#[test]
fn settings_that_are_not_right_are_named() {
    let Some(server) = servers::s3s_open() else { return };
    let home = server.dir.path().join(".aws");
    std::fs::create_dir_all(&home).unwrap();
    std::fs::write(home.join("config"), "[default]\nregion=us-east-1\n[profile lab]\nregion=x\n").unwrap();
    for (name, value, said) in [
        ("AWS_PROFILE", "labb", "AWS_PROFILE names \"labb\""),
        ("AWS_PROFILE", "labb", "there are default, lab"),
        ("AWS_SECRET_ACCESS_KEY", "", "AWS_SECRET_ACCESS_KEY is not set"),
        ("AWS_ACCESS_KEY_ID", "", "AWS_ACCESS_KEY_ID is not set"),
        ("AWS_ENDPOINT_URL_S3", "localhost:9000", "give it as http://localhost:9000 or https://localhost:9000"),
        ("AWS_ENDPOINT_URL_S3", "http://me:SECRET@h", "AWS_ENDPOINT_URL_S3 is not the address"),
    ] {
        let mut command = command(&server, &["--retry-for", "0"], "ds");
        command.env(name, value);
        let ran = crate::suite::finished(command, &input("v1")).exits(2).says(said);
        assert!(!ran.stderr.contains("SECRET@"), "{}", ran.stderr);
    }
    for (value, said) in
        [("http://no-such-host.invalid:9", "AWS_ENDPOINT_URL_S3"), ("http://127.0.0.1:9", "Connection refused")]
    {
        let mut command = command(&server, &["--retry-for", "0"], "ds");
        command.env("AWS_ENDPOINT_URL_S3", value);
        crate::suite::finished(command, &input("v1")).exits(6).says(said);
    }
}

#[test]
fn without_the_right_to_delete_a_complete_dataset_is_complete() {
    let denied: Rule = |h| {
        let deletes = h.method == "DELETE" || h.method == "POST" && h.target.contains("delete");
        if deletes { error("403 Forbidden", "AccessDenied", "") } else { Verdict::Pass }
    };
    for args in [&[][..], &["--staging-prefix", "waiting/room"]] {
        let Some(server) = servers::s3s_open() else { return };
        let server = behind(server, denied);
        run(&server, args, "ds", &input("v1")).exits(0).says("is complete").says("may delete there (s3:DeleteObject)");
        verified(&server, "ds");
        // What is left says that nobody is at work, so that another run may begin.
        let again: Vec<_> = args.iter().copied().chain(["--resume"]).collect();
        run(&server, &again, "ds", &input("v1")).exits(0).says("already there, the same");
        let over: Vec<_> = args.iter().copied().chain(["--overwrite"]).collect();
        run(&server, &over, "ds", &input("v2")).exits(6).says("s3:DeleteObject");
        verified(&server, "ds");
        assert!(server.dataset("ds").contains_key("only in v1"));
        run(&server, args, "other", &input("v2")).exits(0);
    }
}

/// The other stores and servers, each with what people get wrong first.
#[test]
fn other_stores_explain_their_first_errors_too() {
    let check = |server: &Server, env: &[(&str, &str)], args: &[&str], code: i32, said: &str| {
        let mut command = command(server, &[&["--retry-for", "0"], args].concat(), "ds");
        for (name, value) in env {
            if value.is_empty() {
                command.env_remove(name)
            } else {
                command.env(name, value)
            };
        }
        let ran = crate::suite::finished(command, &input("v1"));
        assert!(ran.code == Some(code) && ran.stderr.contains(said), "{said:?} {:?}: {}", ran.code, ran.stderr);
        assert!(!ran.stderr.contains("geheim") && !ran.stderr.contains("SECRET"), "{}", ran.stderr);
    };
    if let Some(mut server) = servers::azurite() {
        let no_key = "AZURE_STORAGE_KEY is not the key of an account";
        check(&server, &[("AZURE_STORAGE_KEY", "SECRET key")], &[], 2, no_key);
        check(
            &server,
            &[("AZURE_STORAGE_KEY", "U0VDUkVU")],
            &[],
            6,
            "AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN is not right",
        );
        server.base = "az://no-such-box/".to_owned();
        check(&server, &[], &[], 6, "make it first, or correct its name");
    }
    if let Some(mut server) = servers::gcs() {
        server.base = "gs://no-such-bucket/".to_owned();
        check(&server, &[], &[], 6, "no-such-bucket");
        server.base = "gs://bucket/".to_owned();
        let google = [("STORAGE_EMULATOR_HOST", ""), ("GOOGLE_APPLICATION_CREDENTIALS", "/none")];
        check(&server, &google, &[], 2, "GOOGLE_APPLICATION_CREDENTIALS names /none, which cannot be read");
    }
    if let Some(server) = servers::ftp() {
        check(
            &server,
            &[("FTP_USERNAME", "me"), ("FTP_PASSWORD", "wrong")],
            &[],
            6,
            "check FTP_USERNAME and FTP_PASSWORD",
        );
    }
    if let Some(server) = servers::ftps() {
        let certificate = server.dir.path().join("cert.pem").display().to_string();
        check(&server, &[("SSL_CERT_FILE", "")], &[], 6, "UnknownIssuer");
        check(&server, &[("SSL_CERT_FILE", "")], &["--ca-file", &certificate], 0, "files");
    }
    if let Some(server) = servers::sftp() {
        std::fs::write(server.dir.path().join("known"), "").unwrap();
        check(&server, &[], &[], 6, "connect once with `ssh` to accept it");
    }
    if let Some(server) = servers::sftp() {
        std::fs::write(server.dir.path().join("authorized"), "").unwrap();
        check(&server, &[], &[], 6, "has to work without a password");
    }
}
