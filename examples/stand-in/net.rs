//! Connections that can be reset on purpose.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use crate::app::App;

/// What handlers know of the connection that a request came on.
#[derive(Debug, Clone, Default)]
pub struct Connection(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    reset: AtomicBool,
    faulted: Mutex<HashSet<String>>,
}

impl Connection {
    /// Nothing more is sent; the peer gets a RST.
    pub fn reset(&self) {
        self.0.reset.store(true, Relaxed);
    }

    /// Remembers that a request failed here.
    pub fn faulted(&self, url: &str) {
        self.0.faulted.lock().expect("no panic while held").insert(url.to_owned());
    }

    /// Whether this request failed here before.
    pub fn failed_before(&self, url: &str) -> bool {
        self.0.faulted.lock().expect("no panic while held").remove(url)
    }

    fn check(&self) -> io::Result<()> {
        if self.0.reset.load(Relaxed) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

/// Accepts connections and counts them.
#[derive(Debug)]
pub struct Door(pub TcpListener, pub Arc<App>);

impl Listener for Door {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        let (inner, addr) = Listener::accept(&mut self.0).await;
        self.1.stats.connection();
        // Small answers must not wait for the peer's delayed acknowledgement.
        let _ = inner.set_nodelay(true);
        (Stream { inner, connection: Connection::default() }, addr)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Door>> for Connection {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().connection.clone()
    }
}

/// A TCP stream that refuses to write once it is to be reset.
#[derive(Debug)]
pub struct Stream {
    inner: TcpStream,
    connection: Connection,
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.connection.check().is_err() {
            // With no linger time the kernel drops what is queued and sends RST instead of FIN.
            let _ = self.inner.set_zero_linger();
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context, buf: &mut ReadBuf) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.connection.check()?;
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
