//! A small HTTP server on a free loopback port that does exactly what a test says, wrong things too.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// Path and query.
    pub target: String,
    /// Headers by lower-case name.
    pub headers: HashMap<String, String>,
    /// Which connection it came over.
    pub connection: usize,
    /// How many requests for this target came before.
    pub nth: usize,
}

/// What to do about it.
pub enum Answer {
    /// A status, header lines and a body with its right length.
    Send(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// The length of the body is told, but only so many bytes are sent before the connection breaks.
    Cut(Vec<(&'static str, String)>, Vec<u8>, usize),
    /// These bytes, head and all; then the connection is closed.
    Raw(Vec<u8>),
    /// Nothing: the connection is closed.
    Hang,
    /// The head and some bytes, then silence until the client goes away.
    Stall(Vec<u8>),
}

pub fn ok(body: &[u8]) -> Answer {
    Answer::Send(200, vec![], body.to_vec())
}

pub fn status(code: u16) -> Answer {
    Answer::Send(code, vec![], b"no".to_vec())
}

pub fn redirect(to: &str) -> Answer {
    Answer::Send(302, vec![("Location", to.to_owned())], vec![])
}

pub struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// The thread ends with the test process.
    pub fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (answer, all) = (Arc::new(answer), seen.clone());
        thread::spawn(move || {
            for (connection, stream) in listener.incoming().enumerate() {
                let (answer, all) = (answer.clone(), all.clone());
                thread::spawn(move || serve(stream.unwrap(), connection, &*answer, &all));
            }
        });
        Self { port, seen }
    }

    pub fn url(&self, target: &str) -> String {
        format!("http://127.0.0.1:{}{target}", self.port)
    }

    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    pub fn seen_for(&self, target: &str) -> Vec<Request> {
        self.seen().into_iter().filter(|r| r.target == target).collect()
    }
}

fn serve(stream: TcpStream, connection: usize, answer: &dyn Fn(&Request) -> Answer, all: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut out = stream;
    while let Some(request) = read_request(&mut reader, connection, all) {
        let head = |code: u16, headers: &[(&str, String)], length: usize| {
            let lines: String = headers.iter().map(|(k, v)| format!("{k}: {v}\r\n")).collect();
            format!("HTTP/1.1 {code} X\r\nContent-Length: {length}\r\n{lines}\r\n")
        };
        let sent = match answer(&request) {
            Answer::Send(code, headers, body) => {
                let head = head(code, &headers, body.len());
                out.write_all(head.as_bytes()).and_then(|()| out.write_all(&body))
            }
            Answer::Cut(headers, body, n) => {
                let _ = out.write_all(head(200, &headers, body.len()).as_bytes());
                let _ = out.write_all(&body[..n]);
                let _ = out.shutdown(Shutdown::Both);
                return;
            }
            Answer::Raw(bytes) => {
                let _ = out.write_all(&bytes);
                let _ = out.shutdown(Shutdown::Both);
                return;
            }
            Answer::Hang => {
                let _ = out.shutdown(Shutdown::Both);
                return;
            }
            Answer::Stall(some) => {
                let _ = out.write_all(head(200, &[], some.len() + 1).as_bytes());
                let _ = out.write_all(&some);
                let _ = reader.read_line(&mut String::new());
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

fn read_request(reader: &mut impl BufRead, connection: usize, all: &Mutex<Vec<Request>>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
    let target = line.split(' ').nth(1)?.to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let mut all = all.lock().unwrap();
    let nth = all.iter().filter(|r| r.target == target).count();
    let request = Request { target, headers, connection, nth };
    all.push(request.clone());
    Some(request)
}
