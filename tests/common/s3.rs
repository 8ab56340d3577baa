//! An S3 server of this machine, in a folder.

use super::programs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// s3s-fs with the bucket `bucket`; killed when dropped.
pub struct S3 {
    child: Child,
    _folder: tempfile::TempDir,
    /// Its address.
    pub url: String,
}

impl S3 {
    /// Starts one. `keys`: access key and secret that it wants; without, it takes requests that nobody has signed. `None`: it is not installed.
    pub fn start(keys: Option<(&str, &str)>) -> Option<Self> {
        let program = programs::find("s3s-fs")?;
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("bucket")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(program);
        if let Some((access, secret)) = keys {
            command.args(["--access-key", access, "--secret-key", secret]);
        }
        command.args(["--host", "127.0.0.1", "--port", &port.to_string()]).arg(folder.path());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "s3s-fs does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self { child, _folder: folder, url: format!("http://127.0.0.1:{port}") })
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
