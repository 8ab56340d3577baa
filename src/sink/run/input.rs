//! One file line, understood: its safe path, its content, what it promises.

use crate::file_line::{Content, FileLine};
use crate::path::RelPath;
use crate::sink::dataset::digest::Expected;
use crate::sink::originals::Source;
use crate::sink::originals::origin::Origin;
use crate::sink::originals::renew::Refresh;
use crate::stream::frame::{Kind, wrong_kind};
use crate::stream::json;
use crate::stream::json::Raw;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;
use url::Url;

/// What a line gives.
#[derive(Debug)]
pub enum Given {
    /// Content at hand: the whole file, or a part of it.
    Bytes(Vec<u8>),
    /// A local file.
    File(PathBuf),
    /// An original.
    Original(Source),
    /// An original that cannot be fetched, with the reason.
    Unfetchable(Url, String),
}

/// A line that was understood.
#[derive(Debug)]
pub struct Input {
    /// Where the file goes.
    pub path: RelPath,
    /// Its content.
    pub given: Given,
    /// What the line promises about the whole file.
    pub expected: Expected,
    /// More parts follow.
    pub more: bool,
    /// The item that it came from, as JSON.
    pub item: Option<Box<str>>,
}

/// Reads one line of a stream from `origin`.
///
/// # Errors
/// A text saying what is wrong with the line.
pub fn read(line: &[u8], origin: &Origin, files_allowed: bool) -> Result<Input, String> {
    let line: FileLine<'_> = json::parse(line).map_err(|e| explain(line, e))?;
    let path = RelPath::new(&line.path).map_err(|e| e.to_string())?;
    let expected = Expected::parse(line.bytes, line.sha256.as_deref()).map_err(|e| about(&path, &e))?;
    let content = line.content().map_err(|e| about(&path, &e))?;
    if line.more && matches!(content, Content::Url(_) | Content::File(_)) {
        return Err(about(&path, "`more` goes with text and base64 only: a url or file is a whole file"));
    }
    let given = match content {
        Content::Text(text) => Given::Bytes(text.as_bytes().to_vec()),
        Content::Base64(text) => {
            Given::Bytes(STANDARD.decode(text).map_err(|e| about(&path, &format!("not valid base64: {e}")))?)
        }
        Content::File(_) if !files_allowed => {
            return Err(about(
                &path,
                "it names a local file: give --allow-file-refs if you trust where the lines come from",
            ));
        }
        Content::File(file) => Given::File(PathBuf::from(file)),
        Content::Url(text) => {
            let refresh = line.refresh.as_ref().and_then(|r| Refresh::parse(r.text(), origin));
            original(text, origin.server.as_ref(), refresh).map_err(|e| about(&path, &e))?
        }
    };
    let item = line.item.as_ref().map(|i| i.text().into());
    Ok(Input { path, given, expected, more: line.more, item })
}

fn about(path: &RelPath, reason: &str) -> String {
    format!("{:?}: {reason}", path.as_str())
}

fn original(text: &str, base: Option<&Url>, refresh: Option<Refresh>) -> Result<Given, String> {
    let url = match (Url::parse(text), base) {
        (Ok(url), _) => url,
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => base.join(text).map_err(|_| not_a_url())?,
        (Err(url::ParseError::RelativeUrlWithoutBase), None) => {
            return Err("its URL is relative: give the server with --base-url or SYNAPSE_HOST".to_owned());
        }
        (Err(_), _) => return Err(not_a_url()),
    };
    if !matches!(url.scheme(), "http" | "https") {
        let reason = format!("only http and https URLs are fetched, not {}", url.scheme());
        return Ok(Given::Unfetchable(url, reason));
    }
    Ok(Given::Original(Source { url, own_server: base.cloned(), refresh: refresh.map(Arc::new) }))
}

fn not_a_url() -> String {
    "its URL is not valid".to_owned()
}

/// A line that is no file line: an item line, perhaps?
fn explain(line: &[u8], error: String) -> String {
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
        Ok(Item { id, data, path: None }) if id.is_some() || data.is_some() => wrong_kind(Kind::Items),
        _ => error,
    }
}
