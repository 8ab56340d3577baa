//! Certificates of the tests' own, made by the command `openssl`, and servers that show them.

use super::programs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread;

/// Runs `openssl` in a folder.
fn openssl(dir: &Path, args: &str) {
    let done = Command::new("openssl").args(args.split(' ')).current_dir(dir).output().unwrap();
    assert!(done.status.success(), "openssl {args}: {}", String::from_utf8_lossy(&done.stderr));
}

/// How the command `openssl ca` is set up, with the names of one certificate.
fn settings(names: &str) -> String {
    format!(
        "[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=.\ndatabase=index.txt\nrand_serial=yes\ncertificate=ca.pem\nprivate_key=ca.key\n\
         default_md=sha256\npolicy=p\nx509_extensions=e\nunique_subject=no\n[p]\ncommonName=supplied\n[e]\nsubjectAltName={names}\n\
         basicConstraints=CA:FALSE\n"
    )
}

/// An authority of the test's own in `ca.pem`, and its file; `None` without `openssl`.
pub fn authority(dir: &Path) -> Option<PathBuf> {
    programs::find("openssl")?;
    openssl(dir, "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650 -subj /CN=test-authority");
    fs::write(dir.join("index.txt"), "").unwrap();
    Some(dir.join("ca.pem"))
}

/// A certificate `NAME.pem` with its key `NAME.key`, signed by [`authority`], for these names and from one year to another.
pub fn signed(dir: &Path, name: &str, names: &str, years: [u32; 2]) {
    openssl(dir, &format!("req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}"));
    fs::write(dir.join("ca.conf"), settings(names)).unwrap();
    let [from, to] = years.map(|year| format!("{year}0101000000Z"));
    openssl(
        dir,
        &format!("ca -batch -config ca.conf -in {name}.csr -out {name}.pem -notext -startdate {from} -enddate {to}"),
    );
}

/// A certificate below an intermediate authority of [`authority`]: `NAME.pem` with the intermediate, `NAME-alone.pem` without.
pub fn below_intermediate(dir: &Path, name: &str, names: &str) {
    fs::write(dir.join("middle.ext"), "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n").unwrap();
    fs::write(dir.join("leaf.ext"), format!("basicConstraints=CA:FALSE\nsubjectAltName={names}\n")).unwrap();
    let leaf = format!("{name}-alone");
    for (name, file, by, ext) in [("middle", "middle", "ca", "middle"), (name, &*leaf, "middle", "leaf")] {
        openssl(dir, &format!("req -newkey rsa:2048 -nodes -keyout {file}.key -out {file}.csr -subj /CN={name}"));
        let sign = format!("x509 -req -in {file}.csr -CA {by}.pem -CAkey {by}.key -CAcreateserial -days 365");
        openssl(dir, &format!("{sign} -extfile {ext}.ext -out {file}.pem"));
    }
    let read = |file: &str| fs::read_to_string(dir.join(file)).unwrap();
    fs::write(dir.join(format!("{name}.pem")), read(&format!("{leaf}.pem")) + &read("middle.pem")).unwrap();
    fs::copy(dir.join(format!("{leaf}.key")), dir.join(format!("{name}.key"))).unwrap();
}

/// A certificate as people make it: its own authority. `names`: none, or as in `subjectAltName`.
pub fn self_signed(dir: &Path, name: &str, names: &str) {
    let extension = if names.is_empty() { String::new() } else { format!(" -addext subjectAltName={names}") };
    let make = "req -x509 -newkey rsa:2048 -nodes -days 30";
    openssl(dir, &format!("{make} -keyout {name}.key -out {name}.pem -subj /CN={name}{extension}"));
}

/// A server that shows a certificate and passes all requests on to another that knows no TLS. Its port.
pub fn front(dir: &Path, name: &str, upstream: &str) -> u16 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let chain: Vec<_> =
        CertificateDer::pem_file_iter(dir.join(format!("{name}.pem"))).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(dir.join(format!("{name}.key"))).unwrap();
    let config = Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let upstream = upstream.to_owned();
    thread::spawn(move || {
        for client in listener.incoming().map(Result::unwrap) {
            let (config, upstream) = (config.clone(), upstream.clone());
            thread::spawn(move || {
                let secure = StreamOwned::new(ServerConnection::new(config).unwrap(), client);
                drop(pass(secure, &upstream));
            });
        }
    });
    port
}

/// One request over each connection.
fn pass(client: StreamOwned<ServerConnection, TcpStream>, upstream: &str) -> std::io::Result<()> {
    let mut reader = BufReader::new(client);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(n) = lower.strip_prefix("content-length:") {
            length = n.trim().parse().unwrap_or(0);
        }
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut server = TcpStream::connect(upstream)?;
    server.write_all(format!("{head}connection: close\r\n\r\n").as_bytes())?;
    server.write_all(&body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    let mut client = reader.into_inner();
    client.write_all(&answer)?;
    client.conn.send_close_notify();
    client.flush()
}
