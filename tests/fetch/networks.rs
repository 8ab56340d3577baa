//! The networks of companies: proxies, and certificates of authorities that nobody else knows.

use crate::common::fetch::{Ran, TOKEN, command, run};
use crate::common::proxies::{self, talking};
use crate::common::stand_in::{SAMPLE, StandIn};
use crate::common::tls;
use std::fs;
use std::path::Path;

fn server() -> StandIn {
    StandIn::start(&["--dump", SAMPLE, "--token", TOKEN])
}

/// Runs `syn-fetch` with this host and this environment. What it says holds no password.
fn fetch(host: &str, env: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = command(&[&["-p", "42", "--retry-for", "1"], args].concat());
    command.env("SYNAPSE_HOST", host).env("SYNAPSE_ACCESS_TOKEN", TOKEN).envs(env.iter().copied());
    let ran = run(command);
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    ran
}

#[track_caller]
fn fails(ran: Ran, code: i32, words: &[&str]) {
    let ran = ran.with_code(code);
    words.iter().for_each(|word| assert!(ran.err.contains(word), "no {word:?} in {}", ran.err));
    assert!(!ran.err.contains("check --host"), "{}", ran.err);
    // Retries are told before it.
    assert_eq!(ran.err.lines().filter(|line| line.contains(": error: ")).count(), 1, "{}", ran.err);
}

#[test]
fn a_proxy_that_fails_is_named_with_its_variable() {
    let server = server();
    let (closed, _) =
        talking("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let wants = format!("http://me:hunter2@{closed}");
    let (forbids, _) = talking("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let (bad, _) = talking("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let (refused, bad) = ("http://me:hunter2@127.0.0.1:9".to_owned(), format!("http://{bad}"));
    let (plain, secure) = (server.url.as_str(), "https://synapse.example");
    let unreachable = "cannot be reached: Connection refused";
    for (host, variable, value, code, words) in [
        (plain, "HTTP_PROXY", refused.as_str(), 5, &["the proxy http://127.0.0.1:9 (HTTP_PROXY)", unreachable][..]),
        (plain, "http_proxy", &refused, 5, &["(http_proxy)", unreachable, "NO_PROXY"]),
        (plain, "ALL_PROXY", &refused, 5, &["(ALL_PROXY)", unreachable]),
        (secure, "HTTPS_PROXY", &refused, 5, &["the proxy http://127.0.0.1:9 (HTTPS_PROXY)", unreachable]),
        (secure, "https_proxy", "127.0.0.1:9", 5, &["http://127.0.0.1:9 (https_proxy)", unreachable]),
        (
            secure,
            "all_proxy",
            "socks5h://me:hunter2@127.0.0.1:9",
            5,
            &["socks5h://127.0.0.1:9 (all_proxy)", "cannot be reached"],
        ),
        (plain, "ALL_PROXY", "socks4://127.0.0.1:9", 5, &["socks4://127.0.0.1:9 (ALL_PROXY)", "cannot be reached"]),
        (plain, "HTTP_PROXY", "http://no-such-proxy.invalid:3128", 5, &["no-such-proxy.invalid:3128 (HTTP_PROXY)"]),
        (plain, "HTTP_PROXY", &wants, 5, &["(HTTP_PROXY) wants a user name and a password", "USER:PASSWORD@HOST"]),
        (secure, "HTTPS_PROXY", &wants, 5, &["(HTTPS_PROXY) wants a user name and a password"]),
        (secure, "HTTPS_PROXY", &format!("http://{forbids}"), 5, &["(HTTPS_PROXY) does not connect to it"]),
        (plain, "HTTP_PROXY", &bad, 5, &["502 from the host, or from the proxy", "(HTTP_PROXY)"]),
        (plain, "HTTP_PROXY", "http://[hunter2", 2, &["HTTP_PROXY is not the address of a proxy"]),
        (secure, "ALL_PROXY", "ftp://hunter2@h", 2, &["ALL_PROXY names a proxy of the kind ftp"]),
    ] {
        println!("{host} {variable}");
        fails(fetch(host, &[(variable, value)], &[]), code, words);
    }
}

#[test]
fn exports_go_through_proxies_of_every_kind() {
    let server = server();
    let all = fetch(&server.url, &[], &[]).ok().items().len();
    let (Some(http), Some(open), Some(login)) =
        (proxies::http(Some(("me", "hunter2"))), proxies::socks(None), proxies::socks(Some(("me", "hunter2"))))
    else {
        return;
    };
    let (http, open, login) = (&http.address, &open.address, &login.address);
    for value in [
        format!("http://me:hunter2@{http}"),
        format!("me:hunter2@{http}"),
        format!("socks5://{open}"),
        format!("socks5h://{open}"),
        format!("socks5h://me:hunter2@{login}"),
    ] {
        for variable in ["HTTP_PROXY", "all_proxy"] {
            let ran = fetch(&server.url, &[(variable, &value)], &["--dimensions"]).ok();
            assert_eq!(ran.items().len(), all, "{value}");
        }
    }
    fails(
        fetch(&server.url, &[("ALL_PROXY", &format!("socks5h://me:wrong@{login}"))], &[]),
        5,
        &["socks5h://127.0.0.1", "(ALL_PROXY)"],
    );
}

#[test]
fn the_token_goes_through_no_proxy_to_a_host_in_no_proxy() {
    let server = server();
    let port = server.url.rsplit(':').next().unwrap();
    for list in [
        "*",
        "127.0.0.1",
        "10.0.0.0/8, 127.0.0.0/8",
        "x.org 127.0.0.1",
        &format!("127.0.0.1:{port}"),
        "0.0.0.0/0",
        "a,*",
    ] {
        for name in ["NO_PROXY", "no_proxy"] {
            let (address, asked) = talking("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
            let proxy = format!("http://{address}");
            fetch(&server.url, &[("HTTP_PROXY", &proxy), ("ALL_PROXY", &proxy), (name, list)], &["--dimensions"]).ok();
            assert_eq!(*asked.lock().unwrap(), "", "{name}={list}");
        }
    }
    let name = server.url.replace("127.0.0.1", "localhost");
    for list in ["localhost", ".localhost", "LOCALHOST", &format!("localhost:{port}")] {
        let (address, asked) = talking("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        fetch(&name, &[("http_proxy", &address), ("NO_PROXY", list)], &[]).ok();
        assert_eq!(*asked.lock().unwrap(), "", "{list}");
    }
    for list in ["127.0.0.2", "128.0.0.0/8", "localhost", "127.0.0.1:1"] {
        let (address, asked) = talking("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        fetch(&server.url, &[("http_proxy", &address), ("NO_PROXY", list)], &[]).with_code(5);
        assert!(asked.lock().unwrap().contains("GET http://127.0.0.1"), "{list}");
    }
}

#[test]
fn certificates_are_judged_and_trusted_on_purpose() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let Some(ca) = tls::authority(dir) else { return };
    let ca = ca.to_str().unwrap();
    let names = "DNS:localhost,IP:127.0.0.1";
    tls::signed(dir, "good", names, [2020, 2049]);
    tls::signed(dir, "old", names, [2020, 2021]);
    tls::signed(dir, "early", names, [2047, 2049]);
    tls::signed(dir, "other", "DNS:other.example,DNS:second.example", [2020, 2049]);
    tls::self_signed(dir, "own", names);
    tls::self_signed(dir, "nameless", "");
    tls::self_signed(dir, "strange", "DNS:other.example");
    fs::write(dir.join("empty.pem"), "").unwrap();
    fs::write(dir.join("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    fs::create_dir(dir.join("none")).unwrap();
    fs::create_dir(dir.join("some")).unwrap();
    fs::copy(ca, dir.join("some/ca.pem")).unwrap();
    std::process::Command::new("openssl")
        .args(["x509", "-in", ca, "-outform", "der", "-out", "ca.der"])
        .current_dir(dir)
        .status()
        .unwrap();
    let path = |name: &str| dir.join(name).display().to_string();
    let ask = |name: &str, env: &[(&str, &str)], args: &[&str]| {
        let host = format!("https://localhost:{}", tls::front(dir, name, server.authority()));
        fetch(&host, env, args)
    };
    let unknown = &["UnknownIssuer", "--ca-file FILE"][..];
    let own = &["CaUsedAsEndEntity", "to trust exactly this certificate", "--ca-file FILE"][..];
    for (name, file, code, words) in [
        ("good", "", 5, unknown),
        ("good", "ca.pem", 0, &[]),
        ("good", "ca.der", 0, &[]),
        ("good", "good.pem", 0, &[]),
        ("good", "own.pem", 5, unknown),
        ("old", "ca.pem", 5, &["the server's certificate has expired", "renew"]),
        ("old", "old.pem", 5, &["the server's certificate has expired"]),
        ("early", "ca.pem", 5, &["is not valid yet", "set the clock of this machine"]),
        ("other", "ca.pem", 5, &["is not for this host, but for other.example, second.example"]),
        ("own", "", 5, own),
        ("own", "ca.pem", 5, own),
        ("own", "own.pem", 0, &[]),
        ("nameless", "nameless.pem", 0, &[]),
        ("nameless", "own.pem", 5, own),
        ("strange", "strange.pem", 5, &["is not for this host, but for other.example"]),
        ("good", "missing.pem", 2, &["--ca-file", "missing.pem", "cannot be read"]),
        ("good", "empty.pem", 2, &["empty.pem", "holds no certificate in PEM"]),
        ("good", "broken.pem", 2, &["broken.pem", "damaged"]),
    ] {
        println!("{name} {file}");
        let file = path(file);
        let args: &[&str] = if file.ends_with('/') { &[] } else { &["--ca-file", &file] };
        let ran = ask(name, &[], args);
        if code == 0 { drop(ran.ok()) } else { fails(ran, code, words) }
    }
    for (variable, value, code, words) in [
        ("SYNAPSE_CA_FILE", "ca.pem", 0, &[][..]),
        ("SYNAPSE_CA_FILE", "missing.pem", 2, &["SYNAPSE_CA_FILE", "missing.pem"]),
        ("SSL_CERT_FILE", "ca.pem", 0, &[]),
        ("SSL_CERT_FILE", "missing.pem", 2, &["SSL_CERT_FILE", "missing.pem", "cannot be read"]),
        ("SSL_CERT_FILE", "empty.pem", 2, &["SSL_CERT_FILE", "holds no certificate in PEM"]),
        ("SSL_CERT_FILE", "", 2, &["SSL_CERT_FILE is empty"]),
        ("SSL_CERT_FILE", "none", 2, &["SSL_CERT_FILE", "cannot be read"]),
        ("SSL_CERT_DIR", "some", 0, &[]),
        ("SSL_CERT_DIR", "none", 2, &["SSL_CERT_DIR", "holds no certificate in PEM"]),
        ("SSL_CERT_DIR", "missing", 2, &["SSL_CERT_DIR", "cannot be read"]),
    ] {
        println!("{variable} {value}");
        let value = if value.is_empty() { String::new() } else { path(value) };
        let ran = ask("good", &[(variable, &value)], &[]);
        if code == 0 { drop(ran.ok()) } else { fails(ran, code, words) }
    }
    // A typed file beats the variable.
    ask("good", &[("SYNAPSE_CA_FILE", &path("missing.pem"))], &["--ca-file", ca]).ok();
    assert!(Path::new(ca).exists());
}
