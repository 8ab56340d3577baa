//! One file line, understood: its safe path, its content, what it promises.

use super::content::Content;
use super::line_error::LineError;
use crate::file_line;
use crate::file_line::FileLine;
use crate::path::RelPath;
use crate::sink::dataset::digest::Expected;
use crate::sink::originals::Source;
use crate::sink::originals::origin::Origin;
use crate::sink::originals::reason::Reason;
use crate::sink::originals::renew::Refresh;
use crate::stream::json;
use crate::stream::json::Raw;
use crate::tr;
use crate::words::Message;
use crate::words::Worded;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;
use url::Url;

/// A line that was understood.
#[derive(Debug)]
pub struct Input {
    /// Path of the file in the dataset.
    pub path: RelPath,
    /// Content of the file, or of a part of it.
    pub content: Content,
    /// What the line promises about the whole file.
    pub expected: Expected,
    /// More parts follow.
    pub more: bool,
    /// The item that the file was made from, as JSON.
    pub item: Option<Box<str>>,
}

/// Reads one line of a stream from `origin`. `files_allowed`: the line may name a local file.
///
/// # Errors
/// [`LineError`], in words that name the path.
pub fn read(line: &[u8], origin: &Origin, files_allowed: bool) -> Result<Input, LineError> {
    let line: FileLine<'_> = json::parse(line).map_err(|e| explain(line, e))?;
    let path = RelPath::new(&line.path).map_err(|e| LineError::Malformed(e.words()))?;
    let expected =
        Expected::parse(line.bytes, line.sha256.as_deref()).map_err(|_| about(&path, tr!("line-no-sha256")))?;
    let content = line.content().map_err(|e| about(&path, e))?;
    if line.more && matches!(content, file_line::Content::Url(_) | file_line::Content::File(_)) {
        return Err(about(&path, tr!("line-more-text")));
    }
    let content = match content {
        file_line::Content::Text(text) => Content::Bytes(text.as_bytes().to_vec()),
        file_line::Content::Base64(text) => {
            Content::Bytes(STANDARD.decode(text).map_err(|e| about(&path, tr!("line-no-base64", reason = e)))?)
        }
        file_line::Content::File(_) if !files_allowed => return Err(LineError::LocalFile { path: path.into() }),
        file_line::Content::File(file) => Content::File(PathBuf::from(file)),
        file_line::Content::Url(text) => {
            let refresh = line.refresh.as_ref().and_then(|r| Refresh::parse(r.text(), origin));
            original(&path, text, origin.server.as_ref(), refresh)?
        }
    };
    let item = line.item.as_ref().map(|i| i.text().into());
    Ok(Input { path, content, expected, more: line.more, item })
}

fn about(path: &RelPath, reason: impl Into<Message>) -> LineError {
    LineError::Malformed(tr!("stream-line", place = ?path.as_str(), reason = reason.into()))
}

fn original(path: &RelPath, text: &str, base: Option<&Url>, refresh: Option<Refresh>) -> Result<Content, LineError> {
    let not_a_url = || about(path, tr!("line-url-invalid"));
    let url = match (Url::parse(text), base) {
        (Ok(url), _) => url,
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => base.join(text).map_err(|_| not_a_url())?,
        (Err(url::ParseError::RelativeUrlWithoutBase), None) => {
            return Err(LineError::RelativeUrl { path: path.as_str().to_owned() });
        }
        (Err(_), _) => return Err(not_a_url()),
    };
    if !matches!(url.scheme(), "http" | "https") {
        let reason = tr!("url-scheme", scheme = url.scheme());
        return Ok(Content::Unfetchable(url, Reason::Other(reason)));
    }
    Ok(Content::Original(Source { url, own_server: base.cloned(), refresh: refresh.map(Arc::new) }))
}

/// Names the mistake when a line that is not a file line looks like an item line.
fn explain(line: &[u8], error: json::ParseError) -> LineError {
    #[derive(Deserialize)]
    struct Item<'a> {
        #[serde(borrow)]
        id: Option<Raw<'a>>,
        #[serde(borrow)]
        data: Option<Raw<'a>>,
        #[serde(borrow)]
        path: Option<Raw<'a>>,
    }
    match json::parse::<Item<'_>>(line) {
        Ok(Item { id, data, path: None }) if id.is_some() || data.is_some() => {
            LineError::Malformed(tr!("line-of-items"))
        }
        _ => LineError::Malformed(error.into()),
    }
}
