//! The log of a Ray job until the job ends. Ray gives it over a websocket, each time from its first line; where that does not get
//! through, it is asked for again and again. What was told is a beginning of the log, so its length says what is new.

use super::super::status::End;
use super::super::{JobError, Log, pause};
use super::{Ray, path};
use crate::api::ApiError;
use futures_util::StreamExt;
use reqwest::StatusCode;
use reqwest::header::{CONNECTION, HeaderMap, HeaderValue, UPGRADE};
use std::time::Duration;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::protocol::Role;

impl Ray {
    /// Writes the log of a job as it grows, until the job ends. A connection that is silent for `silence` is opened again.
    ///
    /// # Errors
    /// [`JobError`].
    pub async fn follow(&self, id: &str, silence: Duration, log: Log<'_>) -> Result<End, JobError> {
        let mut told = Told { bytes: 0, log };
        let (mut idle, mut is_open) = (0, true);
        loop {
            let before = told.bytes;
            if is_open {
                is_open = self.listen(id, silence, &mut told).await?;
            }
            let end = End::of(id, &self.get(id).await?)?;
            // What the connection did not bring; of a job that waits there is none yet.
            if !is_open || end.is_some() {
                match self.log(id).await {
                    Ok(text) => told.beginning(text.as_bytes(), 0)?,
                    // A node that is gone has taken its log along; how the job ended is known.
                    Err(JobError::Api(ApiError::GaveUp { .. })) if end.is_some() => {}
                    Err(e) => return Err(e),
                }
            }
            if let Some(end) = end {
                return Ok(end);
            }
            idle = if told.bytes > before { 0 } else { idle + 1 };
            pause(idle).await;
        }
    }

    /// Listens to one connection until it ends, breaks, or is silent; whether there was one.
    async fn listen(&self, id: &str, silence: Duration, told: &mut Told<'_>) -> Result<bool, JobError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert("sec-websocket-version", HeaderValue::from_static("13"));
        if let Ok(key) = HeaderValue::from_str(&generate_key()) {
            headers.insert("sec-websocket-key", key);
        }
        let opened = match self.client.upgrade(&path(id, "/logs/tail"), &headers).await {
            Ok(opened) if opened.status() == StatusCode::SWITCHING_PROTOCOLS => opened,
            // A proxy that knows no websockets, or an older dashboard.
            Ok(_) | Err(ApiError::NotFound { .. } | ApiError::Refused { .. } | ApiError::Forbidden { .. }) => {
                return Ok(false);
            }
            Err(e) => return Err(e.into()),
        };
        let Ok(connection) = opened.upgrade().await else { return Ok(false) };
        let mut socket = WebSocketStream::from_raw_socket(connection, Role::Client, None).await;
        let mut at = 0;
        // Its end says nothing of the job's: that is asked.
        while let Ok(Some(Ok(message))) = tokio::time::timeout(silence, socket.next()).await {
            let part = match &message {
                Message::Text(text) => text.as_bytes(),
                Message::Binary(bytes) => bytes,
                Message::Close(_) => break,
                _ => continue,
            };
            told.beginning(part, at)?;
            at += part.len();
        }
        Ok(true)
    }
}

/// How much of the log was told.
struct Told<'a> {
    bytes: usize,
    log: Log<'a>,
}

impl Told<'_> {
    /// Tells what is new in a part of the log that begins at this byte of it.
    fn beginning(&mut self, part: &[u8], at: usize) -> Result<(), JobError> {
        if let Some(new) = self.bytes.checked_sub(at).and_then(|known| part.get(known..)).filter(|new| !new.is_empty())
        {
            (self.log)(new)?;
            self.bytes = at + part.len();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_log_is_told_once() {
        let mut text = Vec::new();
        let mut log = |part: &[u8]| {
            text.extend_from_slice(part);
            Ok(())
        };
        let mut told = Told { bytes: 0, log: &mut log };
        for connection in [&["ab", "c\n"][..], &["a"], &["abc\nd"], &["abc", "\nde\n"], &[]] {
            let mut at = 0;
            for part in connection {
                told.beginning(part.as_bytes(), at).unwrap();
                at += part.len();
            }
        }
        told.beginning(b"abc\nde\nf\n", 0).unwrap();
        told.beginning(b"abc\n", 0).unwrap();
        assert_eq!(text, b"abc\nde\nf\n");
    }
}
