//! The servers: each with a folder, a port and a process of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::archives;
use crate::common::programs;
use opendal::Operator;
use synpipe::sink::MemoryStore;

pub type Tree = BTreeMap<String, Vec<u8>>;

/// A destination under test.
pub struct Server {
    /// What stands before the name of a dataset in DEST.
    pub base: String,
    /// What stands after it.
    pub ending: &'static str,
    /// What the sink needs in its environment.
    pub env: Vec<(String, String)>,
    pub dir: tempfile::TempDir,
    see: See,
    /// S3: where unfinished uploads are listed.
    pub endpoint: Option<String>,
    /// Whether it takes files in parts; the emulator of Google's store does not.
    pub parts: bool,
    /// Names that it cannot hold.
    pub refuses: fn(&str) -> bool,
    child: Option<Child>,
}

enum See {
    /// The server keeps files in this folder.
    Folder(PathBuf),
    /// The server is asked.
    Client(Operator),
    /// Archives with this ending are in this folder.
    Archives(PathBuf, &'static str),
    /// Datasets are in the memory of this process.
    Memory(MemoryStore),
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Server {
    /// All files at the destination, whoever made them, without looking through the sink.
    pub fn tree(&self) -> Tree {
        match &self.see {
            See::Folder(folder) => below(folder).0,
            See::Client(op) => runtime().block_on(async {
                let mut found = Tree::new();
                for entry in op.list_with("/").recursive(true).await.unwrap() {
                    if entry.metadata().is_file() {
                        found.insert(entry.path().to_owned(), op.read(entry.path()).await.unwrap().to_vec());
                    }
                }
                found
            }),
            See::Archives(folder, ending) => {
                let mut found = Tree::new();
                for (path, content) in below(folder).0 {
                    match path.strip_suffix(ending) {
                        Some(name) => {
                            let files = archives::read(&folder.join(format!("{name}{ending}")), ending);
                            found.extend(files.into_iter().map(|(p, c)| (format!("{name}/{p}"), c)));
                        }
                        None => drop(found.insert(path, content)),
                    }
                }
                found
            }
            See::Memory(store) => {
                let mut found = Tree::new();
                for name in store.names() {
                    let files = store.get(&name).unwrap();
                    found.extend(files.into_iter().map(|(p, c)| (format!("{name}/{p}"), c)));
                }
                found
            }
        }
    }

    /// Where runs have to be in this process.
    pub fn memory(&self) -> Option<&MemoryStore> {
        if let See::Memory(store) = &self.see { Some(store) } else { None }
    }

    /// The files of one dataset.
    pub fn dataset(&self, name: &str) -> Tree {
        let prefix = format!("{name}/");
        self.tree().into_iter().filter_map(|(p, c)| Some((p.strip_prefix(&prefix)?.to_owned(), c))).collect()
    }

    /// Puts a file there, past the sink.
    pub fn put(&self, path: &str, content: &[u8]) {
        match &self.see {
            See::Folder(folder) => {
                fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
                fs::write(folder.join(path), content).unwrap();
            }
            See::Client(op) => {
                let write = op.write_with(path, content.to_vec()).content_type("application/octet-stream");
                runtime().block_on(async { write.await.unwrap() });
            }
            See::Archives(folder, ending) => {
                let (name, path) = path.split_once('/').unwrap();
                archives::change(&folder.join(format!("{name}{ending}")), ending, |files| {
                    files.insert(path.to_owned(), content.to_vec());
                });
            }
            See::Memory(store) => {
                let (name, path) = path.split_once('/').unwrap();
                let mut files = store.take(name).unwrap_or_default();
                files.insert(path.to_owned(), content.to_vec());
                store.put(name, files);
            }
        }
    }

    /// Removes a dataset, past the sink.
    pub fn remove_dataset(&self, name: &str) {
        match &self.see {
            See::Folder(folder) => match fs::remove_dir_all(folder.join(name)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => panic!("{e}"),
                _ => {}
            },
            See::Client(op) => {
                for path in self.dataset(name).keys() {
                    runtime().block_on(op.delete(&format!("{name}/{path}"))).unwrap();
                }
            }
            See::Memory(store) => drop(store.take(name)),
            See::Archives(folder, ending) => match fs::remove_file(folder.join(format!("{name}{ending}"))) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => panic!("{e}"),
                _ => {}
            },
        }
    }

    /// The folders at the destination, where there are any: those in the folder of a store are its own affair.
    pub fn folders(&self) -> BTreeSet<String> {
        match &self.see {
            See::Folder(folder) if self.endpoint.is_none() => below(folder).1,
            _ => BTreeSet::new(),
        }
    }

    /// The unfinished uploads of the bucket.
    pub fn uploads(&self) -> usize {
        match (&self.see, &self.endpoint) {
            (_, None) | (See::Archives(..) | See::Memory(_), _) => 0,
            (See::Folder(bucket), _) => unfinished(bucket).len(),
            (See::Client(_), Some(endpoint)) => {
                let host = endpoint.trim_start_matches("http://");
                let mut stream = TcpStream::connect(host).unwrap();
                let head =
                    format!("GET /bucket?uploads HTTP/1.1\r\nHost: {host}\r\n{SIGNED}\r\nConnection: close\r\n\r\n");
                stream.write_all(head.as_bytes()).unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                assert!(answer.contains("ListMultipartUploadsResult"), "{answer}");
                answer.matches("<UploadId>").count()
            }
        }
    }

    /// Whether the server tells others than this test what uploads there are.
    pub fn lists_uploads(&self) -> bool {
        matches!((&self.see, &self.endpoint), (See::Client(_), Some(_)))
    }

    /// Removes unfinished uploads in the folder of the server.
    pub fn forget_uploads(&self) {
        if let See::Folder(bucket) = &self.see {
            unfinished(bucket).iter().for_each(|file| fs::remove_file(file).unwrap());
        }
    }

    /// Whether a run that fails can leave what it has done.
    pub fn keeps(&self) -> bool {
        !matches!(self.see, See::Archives(..) | See::Memory(_))
    }

    /// Whether a run that has just begun shows at the destination, and is ready for signals.
    pub fn has_begun(&self) -> bool {
        let sign = if self.keeps() { "many/001" } else { "scratch/manifest" };
        self.tree().keys().any(|p| p.ends_with(sign))
    }

    /// Stops the server at once.
    pub fn kill(&mut self) {
        let child = self.child.as_mut().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Removes a file, past the sink.
    pub fn remove(&self, path: &str) {
        match &self.see {
            See::Folder(folder) => fs::remove_file(folder.join(path)).unwrap(),
            See::Client(op) => runtime().block_on(op.delete(path)).unwrap(),
            See::Archives(folder, ending) => {
                let (name, path) = path.split_once('/').unwrap();
                archives::change(&folder.join(format!("{name}{ending}")), ending, |files| {
                    assert!(files.remove(path).is_some(), "{path}");
                });
            }
            See::Memory(store) => {
                let (name, path) = path.split_once('/').unwrap();
                let mut files = store.take(name).unwrap();
                assert!(files.remove(path).is_some(), "{path}");
                store.put(name, files);
            }
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// All files below a folder, hidden ones too, and all folders.
fn below(folder: &Path) -> (Tree, BTreeSet<String>) {
    let (mut found, mut folders) = (Tree::new(), BTreeSet::new());
    let mut todo = vec![folder.to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(&dir).unwrap().map(Result::unwrap) {
            let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            if entry.file_type().unwrap().is_dir() {
                todo.push(entry.path());
                folders.insert(name);
            } else {
                found.insert(name, fs::read(entry.path()).unwrap_or_default());
            }
        }
    }
    (found, folders)
}

/// What s3s-fs keeps of unfinished uploads, next to the folder of the bucket.
fn unfinished(bucket: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(bucket.parent().unwrap()).unwrap().map(|e| e.unwrap().path());
    all.filter(|p| p.file_name().unwrap().to_str().unwrap().starts_with(".upload")).collect()
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn started(mut command: Command, port: u16, dir: &Path) -> Child {
    let log = fs::File::create(dir.join("log")).unwrap();
    let text = format!("{command:?}");
    command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
    let mut child = command.spawn().unwrap_or_else(|e| panic!("{text}: {e}"));
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let ended = child.try_wait().unwrap();
        if ended.is_some() || start.elapsed() > Duration::from_secs(60) {
            let _ = child.kill();
            panic!("{text} does not listen ({ended:?}): {}", fs::read_to_string(dir.join("log")).unwrap());
        }
        std::thread::yield_now();
    }
    child
}

fn pairs(env: &[(&str, &str)]) -> Vec<(String, String)> {
    env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn server(dir: tempfile::TempDir, base: String, env: &[(&str, &str)], see: See, child: Option<Child>) -> Server {
    Server { base, ending: "", env: pairs(env), dir, see, endpoint: None, parts: true, refuses: ends_with_space, child }
}

/// What the client library of stores cannot ask for.
fn ends_with_space(name: &str) -> bool {
    name.ends_with(char::is_whitespace)
}

/// A folder of this machine.
pub fn local() -> Server {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    let base = format!("{}/", data.display());
    let mut server = server(dir, base, &[], See::Folder(data), None);
    server.refuses = |_| false;
    server
}

const SIGNED: &str = "Authorization: AWS4-HMAC-SHA256 Credential=AKTEST/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x";

/// Memory of this process.
pub fn memory() -> Server {
    let see = See::Memory(MemoryStore::default());
    let mut server = server(tempfile::tempdir().unwrap(), "/".to_owned(), &[], see, None);
    server.refuses = |_| false;
    server
}

/// Archives on this machine.
pub fn archive(ending: &'static str) -> Server {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    let base = format!("{}/", data.display());
    let mut server = server(dir, base, &[], See::Archives(data, ending), None);
    server.ending = ending;
    server.refuses = |_| false;
    server
}

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

pub fn provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    opendal_http_transport_reqwest::install_default();
}

/// OpenSSH, reached by the system's `ssh` with a configuration of the test.
pub fn sftp() -> Option<Server> {
    sshd("internal-sftp")
}

/// The same, of which files can only be read.
pub fn sftp_read_only() -> Option<Server> {
    sshd("internal-sftp -R")
}

fn sshd(subsystem: &str) -> Option<Server> {
    let program = programs::find("sshd")?;
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let port = free_port();
    for key in ["host", "user"] {
        let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(at(key)).status();
        assert!(made.expect("ssh-keygen").success());
    }
    fs::create_dir(at("data")).unwrap();
    fs::copy(at("user.pub"), at("authorized")).unwrap();
    let host_key = fs::read_to_string(at("host.pub")).unwrap();
    fs::write(at("known"), format!("[127.0.0.1]:{port} {host_key}")).unwrap();
    let d = dir.path().display();
    let conf = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {d}/host\nAuthorizedKeysFile {d}/authorized\nStrictModes no\nPidFile none\n\
         UsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\nMaxStartups 100\nSubsystem sftp {subsystem}\n"
    );
    fs::write(at("sshd.conf"), conf).unwrap();
    fs::write(
        at("ssh.conf"),
        format!("Host *\n IdentityFile {d}/user\n IdentitiesOnly yes\n UserKnownHostsFile {d}/known\n GlobalKnownHostsFile /dev/null\n"),
    )
    .unwrap();
    // ssh takes the home folder from the system's user list, whatever HOME says.
    fs::create_dir(at("bin")).unwrap();
    fs::write(at("bin/ssh"), format!("#!/bin/sh\nexec /usr/bin/ssh -F {d}/ssh.conf \"$@\"\n")).unwrap();
    assert!(Command::new("chmod").arg("755").arg(at("bin/ssh")).status().unwrap().success());
    // As root, sshd insists on this folder.
    let _ = fs::create_dir_all("/run/sshd");
    let mut command = Command::new(program);
    command.arg("-D").arg("-e").arg("-f").arg(at("sshd.conf"));
    let child = started(command, port, dir.path());
    let base = format!("sftp://127.0.0.1:{port}{d}/data/");
    let path = format!("{d}/bin:/usr/bin:/bin");
    let data = at("data");
    Some(server(dir, base, &[("PATH", &path)], See::Folder(data), Some(child)))
}

/// nginx with its WebDAV modules and a password.
pub fn webdav() -> Option<Server> {
    let program = programs::find("nginx")?;
    let module = programs::find("nginx's WebDAV module")?;
    let module = module.display();
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for folder in ["data", "tmp"] {
        fs::create_dir(at(folder)).unwrap();
    }
    let port = free_port();
    let d = dir.path().display();
    let user = if fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0) {
        "user root;"
    } else {
        ""
    };
    fs::write(at("users"), "me:{PLAIN}geheim\n").unwrap();
    let conf = format!(
        "{user} daemon off; master_process off; pid {d}/pid; error_log stderr; load_module {module};\n\
         events {{}}\nhttp {{ access_log off; client_max_body_size 0; client_body_temp_path {d}/tmp/b; proxy_temp_path {d}/tmp/p;\n\
         fastcgi_temp_path {d}/tmp/f; uwsgi_temp_path {d}/tmp/u; scgi_temp_path {d}/tmp/s;\n\
         server {{ listen 127.0.0.1:{port}; root {d}/data; auth_basic x; auth_basic_user_file {d}/users; location / {{\n\
         dav_methods PUT DELETE MKCOL COPY MOVE; dav_ext_methods PROPFIND OPTIONS; create_full_put_path on; }} }} }}\n"
    );
    fs::write(at("conf"), conf).unwrap();
    let mut command = Command::new(program);
    command.arg("-p").arg(dir.path()).arg("-c").arg(at("conf"));
    let child = started(command, port, dir.path());
    fs::write(at("netrc"), "machine 127.0.0.1 login me password geheim\n").unwrap();
    let (netrc, data) = (at("netrc").display().to_string(), at("data"));
    Some(server(dir, format!("webdav://127.0.0.1:{port}/"), &[("NETRC", &netrc)], See::Folder(data), Some(child)))
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

/// pyftpdlib, which has the modern commands.
pub fn ftp() -> Option<Server> {
    let python = programs::find("pyftpdlib")?;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    let port = free_port();
    let mut command = Command::new(python);
    command.args(["-m", "pyftpdlib", "-i", "127.0.0.1", "-p", &port.to_string(), "-w", "-u", "me", "-P", "geheim"]);
    command.arg("-d").arg(&data);
    let child = started(command, port, dir.path());
    let netrc = dir.path().join("netrc");
    fs::write(&netrc, "machine 127.0.0.1 login me password geheim\n").unwrap();
    let netrc = netrc.display().to_string();
    Some(server(dir, format!("ftp://127.0.0.1:{port}/"), &[("NETRC", &netrc)], See::Folder(data), Some(child)))
}

/// vsftpd, which has the old commands only; with TLS, which it wants continued from one connection to the next, and a certificate
/// that the sink trusts because the system does.
pub fn ftps() -> Option<Server> {
    let program = programs::find("vsftpd")?;
    let mut make = Command::new(programs::find("openssl")?);
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    let port = free_port();
    let d = dir.path().display();
    let (key, cert) = (format!("{d}/key.pem"), format!("{d}/cert.pem"));
    make.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]);
    make.args(["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=IP:127.0.0.1"]);
    make.args(["-keyout", &key, "-out", &cert]);
    assert!(make.stderr(Stdio::null()).status().expect("openssl").success());
    let conf = format!(
        "listen=YES\nbackground=NO\nlisten_address=127.0.0.1\nlisten_port={port}\nanonymous_enable=YES\nno_anon_password=YES\n\
         local_enable=NO\nwrite_enable=YES\nanon_upload_enable=YES\nanon_mkdir_write_enable=YES\nanon_other_write_enable=YES\n\
         anon_world_readable_only=NO\nanon_umask=022\nanon_root={d}/data\nrun_as_launching_user=YES\nallow_writeable_chroot=YES\n\
         seccomp_sandbox=NO\nsecure_chroot_dir={d}\nxferlog_enable=NO\nssl_enable=YES\nallow_anon_ssl=YES\n\
         force_anon_data_ssl=YES\nforce_anon_logins_ssl=YES\nrsa_cert_file={cert}\nrsa_private_key_file={key}\nrequire_ssl_reuse=YES\n"
    );
    fs::write(dir.path().join("conf"), conf).unwrap();
    let mut command = Command::new(program);
    command.arg(dir.path().join("conf"));
    let child = started(command, port, dir.path());
    Some(server(dir, format!("ftps://127.0.0.1:{port}/"), &[("SSL_CERT_FILE", &cert)], See::Folder(data), Some(child)))
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
