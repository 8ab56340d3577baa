//! The way to a host, with nginx in front of it as installations have it: what `syn-fetch doctor` finds, and that an export says as much.

use crate::common::fetch::{Ran, TOKEN, command, run};
use crate::common::nginx::Nginx;
use crate::common::proxies;
use crate::common::stand_in::{SAMPLE, StandIn};
use crate::common::tls;
use serde_json::Value;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::thread;

const NAMES: &str = "DNS:localhost,IP:127.0.0.1";

/// Runs `syn-fetch` against a host.
fn ask(host: &str, variables: &[(&str, &str)], args: &[&str]) -> Ran {
    let patience = ["--project", "42", "--retry-for", "1", "--timeout", "1"];
    let mut command = command(&[args, &patience].concat());
    command.env("SYNAPSE_HOST", host).env("SYNAPSE_ACCESS_TOKEN", TOKEN).envs(variables.iter().copied());
    run(command)
}

/// A server that takes calls, and does this with them.
fn server(serve: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().map(Result::unwrap).for_each(serve));
    port
}

/// Checks what the doctor finds, and that an export says as much of the same. A case: where, variables, the exit code, the checks that
/// have failed, what both say. An export has the same exit code, unless nothing is in its way.
#[track_caller]
fn judge(host: &str, variables: &[(&str, &str)], code: i32, failed: &str, says: &[&str]) {
    let ran = ask(host, variables, &["doctor"]).with_code(code);
    let checks = ran.values();
    let bad = |check: &&Value| check["status"] == "fail";
    let names: Vec<_> = checks.iter().filter(bad).filter_map(|check| check["check"].as_str()).collect();
    assert_eq!(names.join(" "), failed, "{host} {variables:?}: {}", ran.out);
    assert!(checks.iter().filter(bad).all(|check| check["cure"].is_string()), "{}", ran.out);
    let told: String =
        checks.iter().filter(bad).map(|check| format!("{}; {}", check["detail"], check["cure"])).collect();
    let export = ask(host, variables, &[]).with_code(if failed == "clock" { 0 } else { code });
    let last = export.err.lines().last().unwrap_or_default();
    for words in says {
        assert!(told.contains(words), "{host}: no {words:?} in {told}");
        assert!(failed == "clock" || last.contains(words), "{host}: no {words:?} in {last}");
    }
    for jargon in
        ["close_notify", "docs.rs", "os error", "handshake eof", "InvalidContentType", "fatal alert", "invalid HTTP"]
    {
        assert!(!told.contains(jargon) && !export.err.contains(jargon), "{told} {}", export.err);
    }
}

#[test]
fn each_fault_of_the_way_is_named_with_its_cure() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let Some(ca) = tls::authority(dir) else { return };
    tls::below_intermediate(dir, "good", NAMES);
    tls::signed(dir, "old", NAMES, [2020, 2021]);
    tls::signed(dir, "early", NAMES, [2047, 2049]);
    tls::signed(dir, "other", "DNS:other.example", [2020, 2049]);
    tls::self_signed(dir, "own", NAMES);
    let stand_in = StandIn::start(&["--dump", SAMPLE, "--token", TOKEN]);
    let late = StandIn::start(&["--dump", SAMPLE, "--token", TOKEN, "--clock-ahead", "-10800"]);
    let (silent, closing) = (server(std::mem::forget), server(|mut client| drop(client.read(&mut [0; 4096]))));
    let pass = |to: &str| format!("location / {{ proxy_pass {to}; proxy_pass_header Date; }}");
    let (to_it, to_late) = (pass(&stand_in.url), pass(&late.url));
    let to_silence = pass(&format!("http://127.0.0.1:{silent}"));
    let portal = "default_type text/html; return 200 '<html><title>Guest network</title></html>';";
    let login = "location / { return 302 /login; } location /login { default_type text/html; \
                 return 200 '<html><input type=password></html>'; }";
    let away = "return 301 https://elsewhere.example$request_uri;";
    let status = |code: u16| format!("return {code};");
    let (s401, s403, s404, s500, s503) = (status(401), status(403), status(404), status(500), status(503));

    const UNKNOWN: &[&str] =
        &["signed by CN=test-authority, which", "UnknownIssuer", "--ca-file FILE (SYNAPSE_CA_FILE)"];
    const PAGE: &[&str] = &["answers with a web page", "check --host (SYNAPSE_HOST)"];
    const REFUSED: &[&str] = &["a web page of https://localhost", "refuses it", "not the API", "check --host"];
    const AGAIN: &[&str] = &["try again later"];
    const CLOSED: &[&str] = &["the connection was closed before the answer had come", "check --host"];
    const SILENT: &[&str] = &["no answer for 1 s", "check --host"];
    const ALL: &str = "token tenant project storage";
    // Certificate (none: plain HTTP), directives, whether the authority is known; exit code, failed checks, what is said.
    type Case<'a> = (&'a str, &'a str, bool, i32, &'a str, &'a [&'a str]);
    let cases: &[Case<'_>] = &[
        ("good", &to_it, true, 0, "", &[]),
        ("", &to_it, true, 0, "", &[]),
        ("good", &to_it, false, 5, "tls", UNKNOWN),
        (
            "good-alone",
            &to_it,
            true,
            5,
            "tls",
            &["signed by CN=middle, which", "intermediate one the server has to send"],
        ),
        ("old", &to_it, true, 5, "tls", &["has expired", "operator has to renew it"]),
        ("early", &to_it, true, 5, "tls", &["is not valid yet", "set the clock of this machine"]),
        ("other", &to_it, true, 5, "tls", &["not for this host, but for other.example", "ask for the host by a name"]),
        ("own", &to_it, true, 5, "tls", &["is its own authority", "to trust exactly this certificate"]),
        (
            "good",
            "ssl_client_certificate ca.pem; ssl_verify_client on;",
            true,
            5,
            "tls",
            &["wants a certificate", "operator"],
        ),
        (
            "good",
            "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;",
            true,
            5,
            "tls",
            &["no version of TLS", "operator"],
        ),
        ("good", &to_late, true, 5, "clock", &["3 h 0 min ahead of the host", "set the clock of this machine"]),
        ("good", &to_silence, true, 5, "host", SILENT),
        ("good", portal, true, 4, "host", PAGE),
        ("", portal, true, 4, "host", PAGE),
        ("good", login, true, 4, "host", &["answers with a login page", "check --host"]),
        (
            "good",
            away,
            true,
            4,
            "host",
            &["redirects to https://elsewhere.example", "if you trust it, give it as --host"],
        ),
        ("", away, true, 4, "host", &["redirects to https://elsewhere.example", "--host"]),
        ("good", "return 444;", true, 5, "host", CLOSED),
        ("good", &s401, true, 4, "host", REFUSED),
        ("good", &s403, true, 4, "host", REFUSED),
        ("good", &s404, true, 4, "host", &["404", "check --host"]),
        ("good", &s500, true, 5, ALL, AGAIN),
        ("good", &s503, true, 5, ALL, AGAIN),
    ];
    let servers: Vec<_> = cases.iter().map(|(certificate, directives, ..)| (*certificate, *directives)).collect();
    let Some(nginx) = Nginx::start(dir, &servers) else { return };
    let host = |n: usize, scheme: &str| format!("{scheme}://localhost:{}", nginx.port(n));
    let trusts = ("SYNAPSE_CA_FILE", ca.to_str().unwrap());
    for (n, (certificate, _, is_known, code, failed, says)) in cases.iter().enumerate() {
        let scheme = if certificate.is_empty() { "http" } else { "https" };
        let variables = if *is_known { &[trusts][..] } else { &[] };
        judge(&host(n, scheme), variables, *code, failed, says);
    }

    let answers = |status: &str| format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let talks = |status: &str| format!("http://{}", proxies::talking(answers(status).leak()).0);
    let (forbids, wants) = (talks("403 Forbidden"), talks("407 Proxy Authentication Required"));
    let local = |scheme: &str, port: u16| format!("{scheme}://localhost:{port}");
    for (host, variables, code, failed, says) in [
        (host(1, "https"), vec![], 5, "tls", &["does not speak https", "or http:// if the host has none"][..]),
        (host(0, "http"), vec![], 5, "tls", &["speaks https alone", "give its address with https://"]),
        (local("https", closing), vec![], 5, "tls", &["closes the connection before TLS", "check --host"]),
        (local("http", closing), vec![], 5, "host", CLOSED),
        (local("https", silent), vec![], 5, "host", SILENT),
        (local("http", silent), vec![], 5, "host", SILENT),
        (local("https", 9), vec![], 5, "host", &["Connection refused", "check --host"]),
        ("https://no-such.invalid".into(), vec![], 5, "host", &["check --host"]),
        (
            host(0, "https"),
            vec![("HTTPS_PROXY", &*forbids)],
            5,
            "proxy",
            &["(HTTPS_PROXY) does not connect", "NO_PROXY"],
        ),
        (
            host(0, "https"),
            vec![("HTTPS_PROXY", &wants)],
            5,
            "proxy",
            &["(HTTPS_PROXY) wants a user name", "USER:PASSWORD@"],
        ),
        (host(1, "http"), vec![("HTTP_PROXY", &forbids)], 5, "proxy", &["(HTTP_PROXY) does not connect", "NO_PROXY"]),
        (
            host(1, "http"),
            vec![("HTTP_PROXY", &wants)],
            5,
            "proxy",
            &["(HTTP_PROXY) wants a user name", "USER:PASSWORD@"],
        ),
    ] {
        judge(&host, &[&variables[..], &[trusts]].concat(), code, failed, says);
    }
}
