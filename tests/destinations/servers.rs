//! The servers: each with a folder, a port and a process of its own.

mod file_servers;
mod object_stores;

pub use file_servers::{ftp, ftps, sftp, sftp_read_only, webdav};
pub use object_stores::{azurite, gcs, moto, s3s, s3s_open};

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::archives;
use base64::Engine;
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
                if self.endpoint.is_some() {
                    forget_metadata(folder, path);
                }
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

    /// Copies a file within the server, with all that it keeps of it; whether there is a way.
    pub fn copy(&self, from: &str, to: &str) -> bool {
        let See::Client(op) = &self.see else { return false };
        runtime().block_on(op.copy(from, to)).unwrap();
        true
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

/// What s3s-fs keeps of an object that was written before, next to the folder of the bucket.
fn forget_metadata(bucket: &Path, path: &str) {
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let bucket_name = encode(bucket.file_name().unwrap().to_str().unwrap());
    let name = format!(".bucket-{bucket_name}.object-{}.metadata.json", encode(path));
    match fs::remove_file(bucket.with_file_name(name)) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => panic!("{e}"),
        _ => {}
    }
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
