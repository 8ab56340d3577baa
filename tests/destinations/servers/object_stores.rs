//! Servers of objects: S3, Google, Azure.

use super::{See, Server, ends_with_space, free_port, runtime, server, started};
use crate::common::programs;
use opendal::Operator;
use std::fs;
use std::process::{Child, Command};

const S3: [(&str, &str); 3] =
    [("AWS_ACCESS_KEY_ID", "AKTEST"), ("AWS_SECRET_ACCESS_KEY", "SKTEST"), ("AWS_REGION", "us-east-1")];

fn s3(dir: tempfile::TempDir, port: u16, see: See, child: Child) -> Server {
    let endpoint = format!("http://127.0.0.1:{port}");
    let mut env = S3.to_vec();
    env.push(("AWS_ENDPOINT_URL_S3", &endpoint));
    let mut server = server(dir, "s3://bucket/".to_owned(), &env, see, Some(child));
    server.endpoint = Some(endpoint);
    server
}

/// S3 that takes requests without a signature, so that what stands between may change them.
pub fn s3s_open() -> Option<Server> {
    let program = programs::find("s3s-fs")?;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir_all(data.join("bucket")).unwrap();
    let port = free_port();
    let mut command = Command::new(program);
    command.args(["--host", "127.0.0.1", "--port", &port.to_string()]).arg(&data);
    let child = started(command, port, dir.path());
    let mut server = s3(dir, port, See::Folder(data.join("bucket")), child);
    server.env.push(("AWS_NO_SIGN_REQUEST".to_owned(), "true".to_owned()));
    Some(server)
}

/// S3 with signatures checked.
pub fn s3s() -> Option<Server> {
    let program = programs::find("s3s-fs")?;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir_all(data.join("bucket")).unwrap();
    let port = free_port();
    let mut command = Command::new(program);
    command.args([
        "--host",
        "127.0.0.1",
        "--port",
        &port.to_string(),
        "--access-key",
        S3[0].1,
        "--secret-key",
        S3[1].1,
    ]);
    command.arg(&data);
    let child = started(command, port, dir.path());
    let mut server = s3(dir, port, See::Folder(data.join("bucket")), child);
    // It keeps a file of its own for each object, whose name is longer.
    server.refuses = |name| ends_with_space(name) || name.len() >= 150;
    Some(server)
}

/// S3 as moto understands it; it lists unfinished uploads.
pub fn moto() -> Option<Server> {
    let program = programs::find("moto")?;
    let dir = tempfile::tempdir().unwrap();
    let port = free_port();
    let mut command = Command::new(program);
    command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
    let child = started(command, port, dir.path());
    let endpoint = format!("http://127.0.0.1:{port}");
    provider();
    let made = runtime().block_on(async {
        let put = reqwest::Client::new().put(format!("{endpoint}/bucket")).header(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKTEST/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x",
        );
        put.send().await.unwrap().status()
    });
    assert!(made.is_success(), "{made}");
    let client = opendal::services::S3::default().bucket("bucket").endpoint(&endpoint).region("us-east-1");
    let client = client.access_key_id(S3[0].1).secret_access_key(S3[1].1).disable_config_load();
    Some(s3(dir, port, See::Client(Operator::new(client).unwrap()), child))
}

fn provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    opendal_http_transport_reqwest::install_default();
}

/// An emulator of Google Cloud Storage.
pub fn gcs() -> Option<Server> {
    let program = programs::find("gcp-storage-emulator")?;
    let dir = tempfile::tempdir().unwrap();
    let port = free_port();
    let mut command = Command::new(program);
    command.args([
        "start",
        "--host",
        "127.0.0.1",
        "--port",
        &port.to_string(),
        "--in-memory",
        "--default-bucket",
        "bucket",
    ]);
    let child = started(command, port, dir.path());
    let endpoint = format!("http://127.0.0.1:{port}");
    provider();
    let client = opendal::services::Gcs::default().bucket("bucket").endpoint(&endpoint).skip_signature();
    let see = See::Client(Operator::new(client).unwrap());
    let mut server = server(dir, "gs://bucket/".to_owned(), &[("STORAGE_EMULATOR_HOST", &endpoint)], see, Some(child));
    server.parts = false;
    Some(server)
}

/// The account that Azurite has, with its published key.
const AZURE: (&str, &str) =
    ("devstoreaccount1", "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");

/// Makes a container: PORT ACCOUNT KEY.
const CONTAINER: &str = r#"
import base64, hashlib, hmac, http.client, sys
from email.utils import formatdate
port, account, key = sys.argv[1:]
headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
text = "PUT" + 12 * "\n" + "".join(f"{k}:{v}\n" for k, v in headers.items()) + f"/{account}/{account}/box\nrestype:container"
sign = base64.b64encode(hmac.digest(base64.b64decode(key), text.encode(), hashlib.sha256)).decode()
server = http.client.HTTPConnection("127.0.0.1", int(port))
server.request("PUT", f"/{account}/box?restype=container", headers={**headers, "Authorization": f"SharedKey {account}:{sign}"})
answer = server.getresponse()
sys.exit(0 if answer.status == 201 else f"{answer.status}: {answer.read().decode()}")
"#;

/// Azurite, an emulator of Azure Blob Storage that checks signatures.
pub fn azurite() -> Option<Server> {
    let program = programs::find("azurite")?;
    let python = programs::find("pyftpdlib")?;
    let dir = tempfile::tempdir().unwrap();
    let port = free_port();
    let mut command = Command::new(program);
    command.args([
        "--blobPort",
        &port.to_string(),
        "--inMemoryPersistence",
        "--disableTelemetry",
        "--skipApiVersionCheck",
    ]);
    command.current_dir(dir.path());
    let child = started(command, port, dir.path());
    let (account, key) = AZURE;
    let made = Command::new(python).args(["-c", CONTAINER, &port.to_string(), account, key]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let endpoint = format!("http://127.0.0.1:{port}/{account}");
    provider();
    let client = opendal::services::Azblob::default().container("box").endpoint(&endpoint);
    let see = See::Client(Operator::new(client.account_name(account).account_key(key)).unwrap());
    let env = [
        ("AZURE_STORAGE_ACCOUNT", account),
        ("AZURE_STORAGE_KEY", key),
        ("AZURE_STORAGE_SERVICE_ENDPOINT", endpoint.as_str()),
    ];
    Some(server(dir, "az://box/".to_owned(), &env, see, Some(child)))
}
