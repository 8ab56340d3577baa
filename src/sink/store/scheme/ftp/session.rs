//! Connections to a server, kept for the next who needs one, and what its answers mean.
//!
//! A connection goes back only when all that was asked of it was answered: one that was given up in between, by a failure or by a
//! run that is stopped, is closed.

use crate::sink::store::netrc::Login;
use opendal::{Error, ErrorKind};
use rustls::ClientConfig;
use rustls::client::Resumption;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use suppaftp::tokio::{AsyncRustlsConnector, AsyncRustlsFtpStream};
use suppaftp::types::{FileType, Response};
use suppaftp::{FtpError, FtpResult, Mode, Status};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A connection that has waited longer is asked whether it is still there.
const FRESH: Duration = Duration::from_secs(15);

/// TLS sessions of one connection that are remembered.
const SESSIONS: usize = 8;

/// A server, who we are on it, and the connections that wait.
pub struct Server {
    host: String,
    port: u16,
    login: Login,
    tls: Option<Arc<ClientConfig>>,
    /// Paths are from the server's root, not from the user's folder.
    absolute: bool,
    waiting: Mutex<Vec<(Session, Instant)>>,
}

/// One connection, logged in.
pub struct Session {
    /// The connection.
    pub ftp: AsyncRustlsFtpStream,
    /// What stands before every path; does not end in a slash.
    root: String,
    /// Whether the server has lists that are made for programs.
    pub lists: bool,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Server {
    /// Nothing is asked of it yet.
    pub fn new(host: String, port: u16, login: Login, tls: Option<Arc<ClientConfig>>, absolute: bool) -> Self {
        Self { host, port, login, tls, absolute, waiting: Mutex::default() }
    }

    /// A connection, of those that wait or a new one.
    ///
    /// # Errors
    /// What the network or the server says.
    pub async fn session(&self) -> opendal::Result<Session> {
        loop {
            let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match waiting {
                None => return self.connect().await.map_err(|e| failed(&e)),
                Some((session, since)) if since.elapsed() < FRESH => return Ok(session),
                Some((mut session, _)) => {
                    if session.ftp.noop().await.is_ok() {
                        return Ok(session);
                    }
                }
            }
        }
    }

    /// Takes back a connection on which nothing is under way.
    pub fn keep(&self, session: Session) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((session, Instant::now()));
    }

    async fn connect(&self) -> FtpResult<Session> {
        let io = FtpError::ConnectionError;
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(io)?;
        stream.set_nodelay(true).map_err(io)?;
        let version_6 = stream.peer_addr().map_err(io)?.is_ipv6();
        let mut ftp = AsyncRustlsFtpStream::connect_with_stream(stream).await?;
        if let Some(tls) = &self.tls {
            // A server may want its data connections to continue the TLS session of their own control connection, and knows no other.
            let mut tls = ClientConfig::clone(tls);
            tls.resumption = Resumption::in_memory_sessions(SESSIONS);
            let connector = AsyncRustlsConnector::from(TlsConnector::from(Arc::new(tls)));
            ftp = ftp.into_secure(connector, &self.host).await?;
        }
        ftp.login(&self.login.user, &self.login.password).await?;
        ftp.transfer_type(FileType::Binary).await?;
        // A server that does not know the question has no features.
        let features = refused(ftp.feat().await)?.unwrap_or_default();
        let can = |name: &str| features.keys().any(|k| k.trim().eq_ignore_ascii_case(name));
        if can("UTF8") {
            refused(ftp.opts("UTF8", Some("ON")).await)?;
        }
        // In this mode a server names a port only. In the old one it names an address as well, which may be any: it is not used.
        ftp.set_mode(if version_6 || can("EPSV") { Mode::ExtendedPassive } else { Mode::Passive });
        ftp.set_passive_nat_workaround(true);
        let root = if self.absolute { String::new() } else { ftp.pwd().await? };
        Ok(Session { ftp, root: root.trim_end_matches('/').to_owned(), lists: can("MLST") })
    }
}

impl Session {
    /// The server's own path for one of ours.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{}", self.root, path.trim_matches('/'))
    }

    /// Makes a folder and those above it. Whether it is there shows when it is used: servers say the same of a folder that is there
    /// already and of one that cannot be made.
    ///
    /// # Errors
    /// When the connection fails.
    pub async fn make_folders(&mut self, folder: &str) -> FtpResult<()> {
        let folder = folder.trim_matches('/');
        let ends = folder.match_indices('/').map(|(end, _)| end).chain([folder.len()]);
        for end in ends.filter(|end| *end > 0) {
            let path = self.at(&folder[..end]);
            refused(self.ftp.mkdir(&path).await)?;
        }
        Ok(())
    }

    /// Size of a file; `None`: there is no such file.
    ///
    /// # Errors
    /// What the server says.
    pub async fn size(&mut self, path: &str) -> FtpResult<Option<u64>> {
        let path = self.at(path);
        match self.ftp.size(&path).await {
            Ok(size) => Ok(Some(size as u64)),
            Err(e) if is_absent(&e) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Whether there is such a folder.
    ///
    /// # Errors
    /// When the connection fails.
    pub async fn has_folder(&mut self, folder: &str) -> FtpResult<bool> {
        let path = self.at(folder);
        Ok(refused(self.ftp.cwd(&path).await)?.is_some())
    }
}

/// The folder that holds `path`, without a slash at its end.
pub fn parent(path: &str) -> &str {
    path.trim_end_matches('/').rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// `None` when the server refused for good.
fn refused<T>(done: FtpResult<T>) -> FtpResult<Option<T>> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(e) if is_refusal(&e) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Whether the server refused for good, so that something else may be tried.
pub fn is_refusal(e: &FtpError) -> bool {
    matches!(e, FtpError::UnexpectedResponse(r) if code(r) >= 500)
}

/// Whether the server says that there is no such file. It has one number for that and for what is not allowed.
pub fn is_absent(e: &FtpError) -> bool {
    matches!(e, FtpError::UnexpectedResponse(r) if r.status == Status::FileUnavailable && !is_forbidden(r))
}

fn is_forbidden(response: &Response) -> bool {
    let text = String::from_utf8_lossy(&response.body).to_ascii_lowercase();
    response.status == Status::NotLoggedIn || ["denied", "privilege", "permission"].iter().any(|w| text.contains(w))
}

/// The number at the beginning of an answer; the library has no name for some.
fn code(response: &Response) -> u32 {
    let text = String::from_utf8_lossy(&response.body);
    text.get(..3).and_then(|n| n.parse().ok()).unwrap_or(response.status.code())
}

/// There is no such file.
pub fn absent() -> Error {
    Error::new(ErrorKind::NotFound, "the server has no such file")
}

/// As the client library tells failures: what may go well when it is tried again is marked. None says that there is no such file:
/// what a server means by that number is for the caller to find out.
pub fn failed(e: &FtpError) -> Error {
    match e {
        FtpError::UnexpectedResponse(response) => {
            let text = String::from_utf8_lossy(&response.body).trim().to_owned();
            let kind = if is_forbidden(response) { ErrorKind::PermissionDenied } else { ErrorKind::Unexpected };
            let error = Error::new(kind, format!("the server says {text}"));
            if (400..500).contains(&code(response)) { error.set_temporary() } else { error }
        }
        FtpError::ConnectionError(e) => {
            Error::new(ErrorKind::Unexpected, format!("the connection failed: {e}")).set_temporary()
        }
        FtpError::SecureError(text) => {
            let text = text.trim_start_matches("Secure error: ");
            Error::new(ErrorKind::Unexpected, format!("TLS failed: {text}"))
        }
        other => Error::new(ErrorKind::Unexpected, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> FtpError {
        let status = Status::from(text[..3].parse::<u32>().unwrap_or(0));
        FtpError::UnexpectedResponse(Response { status, body: text.as_bytes().to_vec() })
    }

    #[test]
    fn answers_are_told_apart() {
        for (text, kind, again) in [
            ("550 Remove directory operation failed.", ErrorKind::Unexpected, false),
            ("550 Permission denied.", ErrorKind::PermissionDenied, false),
            ("550 Not enough privileges.", ErrorKind::PermissionDenied, false),
            ("530 Authentication failed.", ErrorKind::PermissionDenied, false),
            ("421 Too many connections. Service temporarily unavailable.", ErrorKind::Unexpected, true),
            ("452 Insufficient storage", ErrorKind::Unexpected, true),
            ("552 Quota exceeded", ErrorKind::Unexpected, false),
        ] {
            let e = failed(&answer(text));
            assert_eq!((e.kind(), e.is_temporary()), (kind, again), "{text}");
        }
        let e = failed(&FtpError::SecureError("Secure error: invalid peer certificate: UnknownIssuer".to_owned()));
        assert!(e.message().starts_with("TLS failed: invalid peer"), "{e}");
        assert!(is_absent(&answer("550 gone")) && !is_absent(&answer("550 Permission denied")));
        assert_eq!([parent("a/b/c/"), parent("a"), parent("a/b")], ["a/b", "", "a"]);
    }
}
