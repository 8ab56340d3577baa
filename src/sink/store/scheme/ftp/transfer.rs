//! Content on its way to a server or from it.

use super::session::{Server, Session, absent, failed, is_absent, is_refusal, parent};
use bytes::Bytes;
use opendal::raw::{RpRead, oio};
use opendal::{Buffer, BytesRange, Error, ErrorKind, Metadata, MetadataBuilder};
use std::sync::Arc;
use suppaftp::tokio::{AsyncRustlsStream, TransferStream};
use suppaftp::{FtpError, FtpResult};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

type Stream = TransferStream<AsyncRustlsStream>;

/// A file up to this size is sent when it is complete, and sent again when that fails.
const SMALL: usize = 1024 * 1024;
/// Bytes read at once.
const BLOCK: usize = 256 * 1024;

/// A file on its way to the server.
pub struct FtpWriter {
    server: Arc<Server>,
    path: String,
    /// What waits until the file is complete.
    small: Vec<u8>,
    /// The connections of a file that is larger.
    open: Option<(Session, Stream)>,
    /// Something went wrong in the middle of a file: what comes after it would be at the wrong place.
    broken: bool,
}

impl FtpWriter {
    /// Nothing is sent yet.
    pub fn new(server: Arc<Server>, path: &str) -> Self {
        Self { server, path: path.to_owned(), small: Vec::new(), open: None, broken: false }
    }

    /// Begins to send, and makes the folders above the file if it cannot be made without.
    async fn begin(&self) -> opendal::Result<(Session, Stream)> {
        let mut session = self.server.session().await?;
        let stream = start(&mut session, &self.path).await.map_err(|e| failed(&e))?;
        Ok((session, stream))
    }

    /// Sends, and breaks the file when that fails.
    async fn send(&mut self, bytes: &[u8]) -> opendal::Result<()> {
        let Some((_, stream)) = self.open.as_mut().filter(|_| !self.broken) else {
            return Err(Error::new(ErrorKind::Unexpected, "the connection failed in the middle of the file"));
        };
        self.broken = true;
        // Not to be tried again: how much of it has arrived cannot be known.
        let sent = stream.write_all(bytes).await;
        sent.map_err(|e| failed(&FtpError::ConnectionError(e)).set_permanent())?;
        self.broken = false;
        Ok(())
    }
}

async fn start(session: &mut Session, path: &str) -> FtpResult<Stream> {
    let full = session.at(path);
    match session.ftp.put_with_stream(&full).await {
        Err(e) if is_refusal(&e) && !parent(path).is_empty() => {
            session.make_folders(parent(path)).await?;
            session.ftp.put_with_stream(&full).await
        }
        done => done,
    }
}

impl oio::Write for FtpWriter {
    async fn write(&mut self, content: Buffer) -> opendal::Result<()> {
        if self.open.is_none() && self.small.len() + content.len() <= SMALL {
            content.for_each(|block| self.small.extend_from_slice(&block));
            return Ok(());
        }
        if self.open.is_none() {
            self.open = Some(self.begin().await?);
            let first = std::mem::take(&mut self.small);
            self.send(&first).await?;
        }
        for block in content {
            self.send(&block).await?;
        }
        Ok(())
    }

    async fn close(&mut self) -> opendal::Result<Metadata> {
        if self.broken {
            return Err(Error::new(ErrorKind::Unexpected, "the connection failed in the middle of the file"));
        }
        let (session, end) = match self.open.take() {
            Some((session, stream)) => {
                self.broken = true;
                // The answer to a whole file may be lost, and the file be there: its size tells.
                (session, stream.finish().await.map_err(|e| failed(&e).set_permanent()))
            }
            None => {
                let (session, mut stream) = self.begin().await?;
                let sent = stream.write_all(&self.small).await.map_err(FtpError::ConnectionError);
                (session, async { sent.and(stream.finish().await) }.await.map_err(|e| failed(&e)))
            }
        };
        end?;
        self.broken = false;
        self.server.keep(session);
        Ok(MetadataBuilder::unknown().build())
    }

    async fn abort(&mut self) -> opendal::Result<()> {
        self.small = Vec::new();
        let Some((mut session, stream)) = self.open.take() else { return Ok(()) };
        // To the server the file ends here. Only when it has said so will nothing come after the removal.
        let ended = stream.finish().await;
        match ended {
            Err(FtpError::UnexpectedResponse(_)) | Ok(()) => {}
            Err(e) => return Err(failed(&e)),
        }
        let path = session.at(&self.path);
        session.ftp.rm(&path).await.map_err(|e| failed(&e))?;
        self.server.keep(session);
        Ok(())
    }
}

/// A file, or a part of it, on its way from the server.
pub struct FtpReader {
    server: Arc<Server>,
    path: String,
}

impl FtpReader {
    /// Nothing is asked yet.
    pub fn new(server: Arc<Server>, path: &str) -> Self {
        Self { server, path: path.to_owned() }
    }
}

impl oio::StreamRead for FtpReader {
    async fn open(&self, range: BytesRange) -> opendal::Result<(RpRead, Box<dyn oio::ReadStreamDyn>)> {
        let mut session = self.server.session().await?;
        let path = session.at(&self.path);
        let fail = |e: FtpError| failed(&e);
        let offset =
            usize::try_from(range.offset()).map_err(|_| Error::new(ErrorKind::RangeNotSatisfied, "too far"))?;
        session.ftp.resume_transfer(offset).await.map_err(fail)?;
        let stream = match session.ftp.retr_as_stream(&path).await {
            Ok(stream) => stream,
            Err(e) if is_absent(&e) && session.size(&self.path).await.map_err(fail)?.is_none() => {
                self.server.keep(session);
                return Err(absent());
            }
            Err(e) => return Err(fail(e)),
        };
        let left = range.size().unwrap_or(u64::MAX);
        let incoming = Incoming { server: self.server.clone(), open: Some((session, stream)), left };
        Ok((RpRead::default(), Box::new(incoming)))
    }
}

/// Content that arrives.
struct Incoming {
    server: Arc<Server>,
    open: Option<(Session, Stream)>,
    left: u64,
}

impl oio::ReadStream for Incoming {
    async fn read(&mut self) -> opendal::Result<Buffer> {
        let Some((session, mut stream)) = self.open.take() else { return Ok(Buffer::new()) };
        let fail = |e| failed(&FtpError::ConnectionError(e));
        // One more than is wanted shows whether the file ends here.
        let wanted = usize::try_from(self.left).unwrap_or(BLOCK).clamp(1, BLOCK);
        let mut block = vec![0; wanted];
        let n = stream.read(&mut block).await.map_err(fail)?;
        if n == 0 {
            stream.finish().await.map_err(|e| failed(&e))?;
            self.server.keep(session);
            return Ok(Buffer::new());
        }
        if self.left == 0 {
            // The server would keep sending: the connection is closed.
            return Ok(Buffer::new());
        }
        self.left -= n as u64;
        block.truncate(n);
        self.open = Some((session, stream));
        Ok(Buffer::from(Bytes::from(block)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::store::netrc::Login;
    use opendal::raw::oio::Write as _;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{Shutdown, TcpListener};

    /// A server of the old kind that says its data connections are at another machine. Returns its port, and gives back what came.
    fn liar() -> (u16, std::thread::JoinHandle<Vec<u8>>) {
        let (control, data) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
        let port = data.local_addr().unwrap().port();
        let at = control.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut out, _) = control.accept().unwrap();
            out.write_all(b"220 hello\r\n").unwrap();
            let mut came = Vec::new();
            for command in BufReader::new(out.try_clone().unwrap()).lines().map(Result::unwrap) {
                let passive = format!("227 Entering Passive Mode (192,0,2,1,{},{}).", port / 256, port % 256);
                let answer = match command.split(' ').next().unwrap() {
                    "USER" => "331 password?",
                    "PASS" => "230 welcome",
                    "TYPE" => "200 yes",
                    "PWD" => "257 \"/\" is it",
                    "PASV" => &passive,
                    "STOR" => {
                        out.write_all(b"150 go on\r\n").unwrap();
                        data.accept().unwrap().0.read_to_end(&mut came).unwrap();
                        out.write_all(b"226 done\r\n").unwrap();
                        out.shutdown(Shutdown::Both).unwrap();
                        break;
                    }
                    _ => "502 unknown",
                };
                write!(out, "{answer}\r\n").unwrap();
            }
            came
        });
        (at, server)
    }

    #[test]
    fn answers_that_name_another_machine_are_not_followed() {
        let (port, came) = liar();
        let login = Login { user: "me".to_owned(), password: "x".to_owned() };
        let server = Arc::new(Server::new("127.0.0.1".to_owned(), port, login, None, false));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut writer = FtpWriter::new(server, "a");
            writer.write(Buffer::from("hello")).await.unwrap();
            writer.close().await.unwrap();
        });
        assert_eq!(came.join().unwrap(), b"hello");
    }
}
