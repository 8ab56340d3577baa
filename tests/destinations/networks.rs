//! Stores and originals behind the proxies of a company, and behind certificates of its own.

use crate::common::proxies::{self, talking};
use crate::common::tls;
use crate::servers::{self, Server};
use crate::suite::{BEGIN, END, Ran, command, finished, lines, verified};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

const IMAGE: &[u8] = b"GIF89a\x01\0\x01\0";

/// Serves one image, whatever is asked. Its address.
fn images() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut client in listener.incoming().map(Result::unwrap) {
            let _ = client.read(&mut [0; 65536]);
            let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", IMAGE.len());
            let _ = client.write_all(&[head.as_bytes(), IMAGE].concat());
        }
    });
    address
}

fn sink(server: &Server, env: &[(&str, &str)], args: &[&str], input: &str) -> Ran {
    let patience: &[&str] = if args.contains(&"--retry-for") { &[] } else { &["--retry-for", "0"] };
    let mut command = command(server, &[patience, args].concat(), "ds");
    command.envs(env.iter().copied());
    let ran = finished(command, input);
    assert!(!ran.stderr.contains("hunter2") && !ran.stderr.contains("SECRET"), "{}", ran.stderr);
    ran
}

fn text() -> String {
    format!("{BEGIN}{}{END}", lines(&[("a".to_owned(), "1".to_owned())]))
}

fn original(url: &str) -> String {
    format!("{BEGIN}{}\n{END}", serde_json::json!({"path": "a.gif", "url": format!("{url}?X-Amz-Signature=SECRET")}))
}

#[test]
fn a_store_is_written_through_a_proxy_and_the_proxy_that_fails_is_named() {
    let Some(server) = servers::s3s() else { return };
    let (Some(http), Some(socks)) = (proxies::http(None), proxies::socks(Some(("me", "hunter2")))) else { return };
    let (login, _) = talking("HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let (endpoint, _) = talking("");
    let secure = format!("https://{endpoint}");
    for value in [format!("http://{}", http.address), format!("socks5h://me:hunter2@{}", socks.address)] {
        // tinyproxy closes each connection; one that was kept may be gone.
        sink(&server, &[("HTTP_PROXY", &value)], &["--overwrite", "--retry-for", "20"], &text()).exits(0);
        verified(&server, "ds");
    }
    for (env, code, words) in [
        (
            &[("HTTP_PROXY", "http://me:hunter2@127.0.0.1:9")][..],
            6,
            "the proxy http://127.0.0.1:9 (HTTP_PROXY) cannot be reached",
        ),
        (&[("ALL_PROXY", "socks5://127.0.0.1:9")], 6, "the proxy socks5://127.0.0.1:9 (ALL_PROXY) cannot be reached"),
        (&[("HTTP_PROXY", "http://127.0.0.1:9")], 6, "correct or unset that variable, or list the host in NO_PROXY"),
        (
            &[("HTTPS_PROXY", &login), ("AWS_ENDPOINT_URL_S3", &secure)],
            6,
            "(HTTPS_PROXY) wants a user name and a password",
        ),
        (&[("HTTP_PROXY", "gopher://hunter2@h")], 2, "HTTP_PROXY names a proxy of the kind gopher"),
        (&[("HTTP_PROXY", "http://127.0.0.1:9"), ("NO_PROXY", "127.0.0.0/8")], 0, ""),
        (&[("HTTP_PROXY", "http://127.0.0.1:9"), ("no_proxy", "*")], 0, ""),
        (&[("HTTP_PROXY", "http://127.0.0.1:9"), ("REQUEST_METHOD", "GET")], 0, ""),
    ] {
        let ran = sink(&server, env, &["--overwrite"], &text());
        assert!(ran.code == Some(code) && ran.stderr.contains(words), "{env:?} {:?}: {}", ran.code, ran.stderr);
    }
}

#[test]
fn originals_keep_to_their_addresses_behind_a_proxy() {
    let server = servers::local();
    let there = images();
    let port = there.rsplit(':').next().unwrap();
    let Some(proxy) = proxies::http(None) else { return };
    let proxy = format!("http://{}", proxy.address);
    let by_name = proxy.replace("127.0.0.1", "localhost");
    let refused = "http://127.0.0.1:9";
    let private = "the URL leads to a private address; give --allow-private-urls";
    for (value, url, args, code, words) in [
        (proxy.as_str(), format!("http://{there}/x"), &["--allow-private-urls", "--retry-for", "20"][..], 0, ""),
        (&by_name, format!("http://{there}/x"), &["--allow-private-urls", "--retry-for", "20"], 0, ""),
        (&proxy, format!("http://{there}/x"), &[], 7, private),
        (&proxy, format!("http://localhost:{port}/x"), &[], 7, private),
        (&proxy, "http://169.254.169.254/latest".to_owned(), &[], 7, private),
        (&proxy, "http://[::1]/x".to_owned(), &[], 7, private),
        (&by_name, format!("{by_name}/x"), &[], 7, private),
        // A name that only the proxy could know is the proxy's to judge, and the proxy may have any address.
        (&by_name, "http://no-such-host.invalid/x".to_owned(), &[], 7, "HTTP 5"),
        (
            refused,
            "http://93.184.216.34/x".to_owned(),
            &[],
            7,
            "the proxy http://127.0.0.1:9 (http_proxy) cannot be reached",
        ),
        ("socks5://127.0.0.1:9", format!("http://localhost:{port}/x"), &[], 7, private),
    ] {
        println!("{value} {url}");
        server.remove_dataset("ds");
        let ran = sink(&server, &[("http_proxy", value)], args, &original(&url));
        assert!(ran.code == Some(code) && ran.stderr.contains(words), "{value} {url} {:?}: {}", ran.code, ran.stderr);
    }
}

#[test]
fn certificates_of_stores_and_originals_are_judged() {
    let Some(server) = servers::s3s() else { return };
    let local = servers::local();
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    if tls::authority(dir).is_none() {
        return;
    }
    let names = "DNS:localhost,IP:127.0.0.1";
    tls::signed(dir, "good", names, [2020, 2049]);
    tls::signed(dir, "old", names, [2020, 2021]);
    tls::signed(dir, "other", "DNS:other.example", [2020, 2049]);
    tls::self_signed(dir, "own", names);
    let (store, images) = (server.endpoint.clone().unwrap().replace("http://", ""), images());
    for (name, file, words) in [
        ("good", "", "(UnknownIssuer); if it is an authority of your own, give its certificate with --ca-file FILE"),
        ("good", "ca.pem", ""),
        ("old", "ca.pem", "the server's certificate has expired; its operator has to renew it"),
        ("other", "ca.pem", "not for this host, but for other.example; ask for the host by a name"),
        ("own", "", "(CaUsedAsEndEntity); to trust exactly this certificate"),
        ("own", "own.pem", ""),
    ] {
        let file = dir.join(file).display().to_string();
        let trust: &[&str] = if file.ends_with('/') { &[] } else { &["--ca-file", &file] };
        let endpoint = format!("https://127.0.0.1:{}", tls::front(dir, name, &store));
        // No certificate gets better by waiting.
        let args = [&["--overwrite", "--retry-for", "60"], trust].concat();
        let mut command = command(&server, &args, "ds");
        command.env("AWS_ENDPOINT_URL_S3", &endpoint);
        let ran = finished(command, &text());
        let code = if words.is_empty() { 0 } else { 6 };
        assert!(ran.code == Some(code) && ran.stderr.contains(words), "{name} {file} {:?}: {}", ran.code, ran.stderr);
        let url = format!("https://localhost:{}/x", tls::front(dir, name, &images));
        local.remove_dataset("ds");
        let ran = sink(&local, &[], &[&["--allow-private-urls"], trust].concat(), &original(&url));
        let code = if words.is_empty() { 0 } else { 7 };
        assert!(ran.code == Some(code) && ran.stderr.contains(words), "{name} {file} {:?}: {}", ran.code, ran.stderr);
    }
    for (variable, value) in [("SSL_CERT_FILE", "missing.pem"), ("SYNAPSE_CA_FILE", "missing.pem")] {
        let value = dir.join(value).display().to_string();
        sink(&server, &[(variable, &value)], &["--overwrite"], &text()).exits(2).says(variable);
    }
}
