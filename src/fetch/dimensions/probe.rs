//! The first bytes of an image, asked for as a hostile URL has to be: public addresses only, no credentials, not more than needed
//! (docs/security.md).

use super::header::{Known, Look};
use crate::api::retry::{Policy, Tries, retry_after};
use crate::exit::Advice;
use crate::net::addresses::{Reach, UrlError};
use crate::net::fault;
use crate::net::http;
use crate::net::http::{Broken, Clients};
use crate::net::retry::RetryPolicy;
use crate::tr;
use crate::words::{Message, Worded};
use reqwest::{Response, StatusCode, header};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use url::Url;

/// Bytes asked for at once: nearly every header fits.
const PIECE: u64 = 16 * 1024;
/// Pieces of one image, when the server sends those that are asked for.
const PIECES: u32 = 32;
/// Bytes of one image that are read when the server sends all of it from its beginning.
const WHOLE: usize = 1024 * 1024;
const REDIRECTS: usize = 10;
/// How long one image is tried.
const PATIENCE: Duration = Duration::from_secs(60);
/// After so many images in a row that no retry could save, the others are tried once each until one succeeds.
const GIVE_UP_AFTER: u32 = 8;

/// Asks for images.
#[derive(Debug)]
pub struct Probe {
    clients: Clients,
    own: Option<Url>,
    allow_private: bool,
    lost_in_a_row: AtomicU32,
    /// Where the user is told of requests that fail and are sent again.
    retries: Option<RetryPolicy>,
}

/// Why an image was not measured, in a few words that hold no part of the URL, and what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmeasured {
    /// What happened.
    pub reason: Message,
    /// What helps.
    pub advice: Option<Advice>,
}

impl<T: Into<Message>> From<T> for Unmeasured {
    fn from(reason: T) -> Self {
        Self { reason: reason.into(), advice: None }
    }
}

/// Why a try gave nothing.
enum Trouble {
    /// Asking again does not help.
    Final(Unmeasured),
    /// The failure may pass, at the earliest after this time.
    Passing(Unmeasured, Option<Duration>),
}

fn last(reason: impl Into<Unmeasured>) -> Trouble {
    Trouble::Final(reason.into())
}

fn out_of_reach(e: &UrlError) -> Trouble {
    let advice = matches!(e, UrlError::Private(_)).then_some(Advice::AllowPrivate);
    Trouble::Final(Unmeasured { reason: e.words(), advice })
}

impl Probe {
    /// As [`super::Dimensions::new`].
    pub fn new(own: Option<Url>, allow_private: bool) -> Self {
        Self { clients: Clients::default(), own, allow_private, lost_in_a_row: AtomicU32::new(0), retries: None }
    }

    /// The same, which tells of requests that fail.
    pub fn telling(self, retries: Option<RetryPolicy>) -> Self {
        Self { retries, ..self }
    }

    /// Width and height of the image at an address, in pixels as it is shown.
    ///
    /// # Errors
    /// [`Unmeasured`].
    pub async fn size(&self, address: &str) -> Result<(u32, u32), Unmeasured> {
        let url = match (Url::parse(address), &self.own) {
            (Ok(url), _) => url,
            (Err(_), Some(own)) => own.join(address).map_err(|_| tr!("size-bad-url"))?,
            (Err(_), None) => {
                return Err(tr!("size-relative-url").into());
            }
        };
        let mut tries = Tries::new(Policy { budget: PATIENCE, ..Policy::default() });
        let patient = self.lost_in_a_row.load(Relaxed) < GIVE_UP_AFTER;
        let mut known = Known::default();
        loop {
            let (reason, after) = match self.attempt(&url, &mut known, tries.failed > 0).await {
                Ok(size) => {
                    self.lost_in_a_row.store(0, Relaxed);
                    return Ok(size);
                }
                Err(Trouble::Final(reason)) => return Err(reason),
                Err(Trouble::Passing(reason, after)) => (reason, after),
            };
            match tries.next_pause(after, true).filter(|_| patient) {
                Some(pause) => {
                    if let Some(retries) = &self.retries {
                        let which = tr!("retry-after", seconds = tries.seconds(), budget = PATIENCE.as_secs());
                        retries.warn_failing(&url.origin().ascii_serialization(), &reason.reason, &which, pause);
                    }
                    tokio::time::sleep(pause).await;
                }
                None => {
                    self.lost_in_a_row.fetch_add(1, Relaxed);
                    return Err(reason);
                }
            }
        }
    }

    /// Asks for what is not known until the size is.
    async fn attempt(&self, url: &Url, known: &mut Known, fresh: bool) -> Result<(u32, u32), Trouble> {
        for _ in 0..PIECES {
            let from = match known.look() {
                Look::Size(width, height) => return Ok((width, height)),
                Look::None(reason) => return Err(last(reason)),
                Look::Need(from) => from,
            };
            let response = self.request(url, from, fresh).await?;
            if response.status() == StatusCode::PARTIAL_CONTENT {
                self.piece(response, from, known).await?;
            } else if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
                known.end = Some(from);
            } else {
                *known = Known::default();
                self.beginning(response, known).await?;
            }
        }
        Err(last(tr!("size-long-header")))
    }

    /// Takes a part of the file; never more of it than was asked for.
    async fn piece(&self, mut response: Response, from: u64, known: &mut Known) -> Result<(), Trouble> {
        let range = response.headers().get(header::CONTENT_RANGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let (span, total) = range.trim_start_matches("bytes ").split_once('/').unwrap_or_default();
        if span.split('-').next().and_then(|start| start.parse().ok()) != Some(from) {
            return Err(last(tr!("size-other-bytes")));
        }
        known.end = total.parse().ok();
        let mut at = from;
        while let Some(chunk) = next(&mut response).await? {
            let left = usize::try_from(from + PIECE - at).unwrap_or(0);
            known.add(at, &chunk[..chunk.len().min(left)]);
            at += chunk.len() as u64;
            if at >= from + PIECE {
                return Ok(());
            }
        }
        if at == from { Err(Trouble::Passing(tr!("size-empty").into(), None)) } else { Ok(()) }
    }

    /// Takes the file from its beginning, as far as it is needed. Then the response is dropped, and its connection with it.
    async fn beginning(&self, mut response: Response, known: &mut Known) -> Result<(), Trouble> {
        let mut at = 0;
        let mut looked = 0;
        while let Some(chunk) = next(&mut response).await? {
            known.add(at as u64, &chunk);
            at += chunk.len();
            if at - looked >= PIECE as usize {
                looked = at;
                if !matches!(known.look(), Look::Need(_)) {
                    return Ok(());
                }
            }
            if at > WHOLE {
                return Err(last(tr!("size-no-ranges")));
            }
        }
        known.end = Some(at as u64);
        Ok(())
    }

    /// The answer to a request for a piece, after redirects; each is judged anew.
    async fn request(&self, url: &Url, from: u64, fresh: bool) -> Result<Response, Trouble> {
        let mut url = url.clone();
        for _ in 0..=REDIRECTS {
            let reach = self.reach(&url);
            reach.check(&url).map_err(|e| out_of_reach(&e))?;
            let client = self.clients.get(reach, fresh).map_err(|e| last(e.words()))?;
            http::check_name(reach, &url).await.map_err(|e| out_of_reach(&e.into()))?;
            let request = client
                .get(url.clone())
                .header(header::ACCEPT_ENCODING, "identity")
                .header(header::RANGE, format!("bytes={from}-{}", from + PIECE - 1));
            let response = request.send().await.map_err(|e| broken(e, &url))?;
            let status = response.status();
            if !status.is_redirection() {
                return accept(response, status);
            }
            let target = response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok());
            match target.and_then(|t| url.join(t).ok()) {
                Some(next) => url = next,
                None => return Err(last(tr!("size-nowhere"))),
            }
        }
        Err(last(tr!("size-redirects")))
    }

    fn reach(&self, url: &Url) -> Reach {
        if self.allow_private {
            Reach::Any
        } else if self.own.as_ref().is_some_and(|own| own.origin() == url.origin()) {
            Reach::OwnServer
        } else {
            Reach::Public
        }
    }
}

fn accept(response: Response, status: StatusCode) -> Result<Response, Trouble> {
    let code = status.as_u16();
    match code {
        200 | 206 | 416 => Ok(response),
        408 | 425 | 429 | 500 | 502..=504 | 520..=524 => {
            let asked = response.headers().get(header::RETRY_AFTER).and_then(|v| v.to_str().ok());
            let after = asked.and_then(|v| retry_after(v, jiff::Timestamp::now()));
            Err(Trouble::Passing(format!("HTTP {code}").into(), after))
        }
        400 | 401 | 403 => Err(last(tr!("http-expired", code))),
        _ => match fault::of_status(code, response.url()) {
            Some(fault) => Err(Trouble::Final(Unmeasured { reason: fault.words(), advice: Some(fault.advice()) })),
            None => Err(last(format!("HTTP {code}"))),
        },
    }
}

/// The next bytes of a body.
async fn next(response: &mut Response) -> Result<Option<impl std::ops::Deref<Target = [u8]>>, Trouble> {
    let url = response.url().clone();
    response.chunk().await.map_err(|e| broken(e, &url))
}

fn broken(e: reqwest::Error, url: &Url) -> Trouble {
    match http::why(e, url) {
        Broken::Private(private) => out_of_reach(&private.into()),
        Broken::Fault(fault) => {
            let problem = Unmeasured { reason: fault.words(), advice: Some(fault.advice()) };
            if fault.may_pass() { Trouble::Passing(problem, None) } else { Trouble::Final(problem) }
        }
        Broken::Passing(reason) => Trouble::Passing(reason.into(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::sync::mpsc::{Receiver, channel};

    /// A server for one connection: sends the answer, then zeros as long as they are taken. Gives its address, and afterwards
    /// the request and the number of zeros.
    fn server(answer: &'static str) -> (String, Receiver<(String, usize)>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/image.jpg?X-Amz-Signature=secret", listener.local_addr().unwrap());
        let (tell, told) = channel();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let request: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let mut zeros = 0;
            if stream.write_all(answer.as_bytes()).is_ok() && answer.contains("Content-Type: image") {
                while stream.write_all(&[0; 4096]).is_ok() {
                    zeros += 4096;
                }
            }
            drop(stream);
            tell.send((request.join("\n").to_lowercase(), zeros)).unwrap();
        });
        (address, told)
    }

    fn size(probe: &Probe, address: &str) -> Result<(u32, u32), String> {
        tokio::runtime::Runtime::new().unwrap().block_on(probe.size(address)).map_err(|e| e.reason.to_string())
    }

    #[test]
    fn an_endless_image_is_left_when_its_header_is_read() {
        // A GIF of 3 x 2 px; and something that begins like a JPEG whose segments never end.
        let answer = "HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\n\r\nGIF89a\u{3}\0\u{2}\0";
        let (address, told) = server(answer);
        assert_eq!(size(&Probe::new(None, true), &address), Ok((3, 2)));
        let (request, zeros) = told.recv().unwrap();
        assert!(request.contains("range: bytes=0-16383") && !request.contains("token") && !request.contains("referer"));
        assert!(zeros < 32 << 20, "{zeros} bytes were taken");
    }

    #[test]
    fn private_addresses_are_asked_only_when_they_are_the_servers_own() {
        let probe = Probe::new(Some(Url::parse("http://127.0.0.1:1/").unwrap()), false);
        let told = size(&probe, "http://127.0.0.1:2/x.jpg?a=secret").unwrap_err();
        assert!(told.contains("private address") && !told.contains("secret"), "{told}");
        let told = size(&Probe::new(None, false), "http://169.254.169.254/latest").unwrap_err();
        assert!(told.contains("private address"), "{told}");
        // The own server may not send us on to another.
        let (address, asked) =
            server("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:2/\r\nContent-Length: 0\r\n\r\n");
        let probe = Probe::new(Some(Url::parse(&address).unwrap()), false);
        assert!(size(&probe, &address).unwrap_err().contains("private address"));
        asked.recv().unwrap();
        assert!(size(&Probe::new(None, true), "/media/x.jpg").unwrap_err().contains("relative URL"));
        assert!(size(&Probe::new(None, true), "file:///etc/passwd").unwrap_err().contains("only http"));
    }

    #[test]
    fn other_bytes_than_asked_for_are_not_taken() {
        let (address, _) =
            server("HTTP/1.1 206 Partial\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\nGIF89");
        assert!(size(&Probe::new(None, true), &address).unwrap_err().contains("other bytes"));
        let (address, _) = server("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(size(&Probe::new(None, true), &address), Err("HTTP 404".to_owned()));
    }
}
