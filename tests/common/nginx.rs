//! nginx as it stands in front of an installation.

use super::programs;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running nginx; killed when dropped.
pub struct Nginx {
    child: Child,
    ports: Vec<u16>,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Nginx {
    /// Starts one server for each of these: the certificate `NAME.pem` and key `NAME.key` in the folder, or nothing for plain HTTP; and
    /// the directives of the server. `None`: not installed.
    pub fn start(dir: &Path, servers: &[(&str, &str)]) -> Option<Self> {
        let program = programs::find("nginx")?;
        let listeners: Vec<_> = servers.iter().map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let ports: Vec<_> = listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
        drop(listeners);
        let d = dir.display();
        let blocks = servers.iter().zip(&ports).map(|((name, directives), port)| match *name {
            "" => format!("server {{ listen 127.0.0.1:{port}; {directives} }}\n"),
            name => format!(
                "server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {d}/{name}.pem; ssl_certificate_key {d}/{name}.key; {directives} }}\n"
            ),
        });
        let user = if fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0) { "user root;" } else { "" };
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {d}/tmp-{kind};\n"));
        let conf = format!(
            "{user} daemon off; master_process off; pid {d}/pid; error_log {d}/error.log;\nevents {{}}\nhttp {{ access_log off;\n{}{} }}\n",
            temporary.concat(),
            blocks.collect::<String>()
        );
        fs::write(dir.join("nginx.conf"), conf).unwrap();
        let mut command = Command::new(program);
        command.arg("-p").arg(dir).arg("-c").arg(dir.join("nginx.conf")).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let start = Instant::now();
        while ports.iter().any(|port| TcpStream::connect(("127.0.0.1", *port)).is_err()) {
            let is_over = child.try_wait().unwrap().is_some() || start.elapsed() > Duration::from_secs(30);
            assert!(!is_over, "nginx: {}", fs::read_to_string(dir.join("error.log")).unwrap_or_default());
            std::thread::yield_now();
        }
        Some(Self { child, ports })
    }

    /// `127.0.0.1`'s port of the server with this number.
    pub fn port(&self, n: usize) -> u16 {
        self.ports[n]
    }
}
