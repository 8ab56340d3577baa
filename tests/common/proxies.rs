//! Proxies: tinyproxy, microsocks, and one that only says who came.

use super::programs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A running proxy; killed when dropped.
pub struct Proxy {
    /// `127.0.0.1:PORT`
    pub address: String,
    child: Child,
    _dir: tempfile::TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn started(mut command: Command, port: u16, dir: tempfile::TempDir) -> Proxy {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < Duration::from_secs(30), "{command:?} does not listen");
        thread::yield_now();
    }
    Proxy { address: format!("127.0.0.1:{port}"), child, _dir: dir }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// tinyproxy, with a user and a password if they are given. `None`: not installed.
pub fn http(login: Option<(&str, &str)>) -> Option<Proxy> {
    let program = programs::find("tinyproxy")?;
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let login = login.map(|(user, password)| format!("BasicAuth {user} {password}\n")).unwrap_or_default();
    let text = format!("Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 100\nLogLevel Error\n{login}");
    std::fs::write(dir.path().join("conf"), text).unwrap();
    let mut command = Command::new(program);
    command.arg("-d").arg("-c").arg(dir.path().join("conf"));
    Some(started(command, port, dir))
}

/// microsocks, which speaks SOCKS5. `None`: not installed.
pub fn socks(login: Option<(&str, &str)>) -> Option<Proxy> {
    let program = programs::find("microsocks")?;
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let mut command = Command::new(program);
    command.args(["-i", "127.0.0.1", "-p", &port.to_string()]);
    if let Some((user, password)) = login {
        command.args(["-u", user, "-P", password]);
    }
    Some(started(command, port, dir))
}

/// A proxy that answers everything with this, and keeps what it was asked.
pub fn talking(answer: &'static str) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(String::new()));
    let all = asked.clone();
    thread::spawn(move || {
        for mut client in listener.incoming().map(Result::unwrap) {
            let mut block = [0; 65536];
            let n = client.read(&mut block).unwrap_or(0);
            all.lock().unwrap().push_str(&String::from_utf8_lossy(&block[..n]));
            let _ = client.write_all(answer.as_bytes());
        }
    });
    (address, asked)
}
