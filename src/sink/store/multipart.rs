//! UnfinishedUploads multipart uploads of an S3 bucket: what a killed run has left is found and aborted. The client library aborts what it
//! has begun, and cannot list what another process began.

use super::client::Io;
use super::environment::env;
use crate::net::retry::RetryPolicy;
use crate::sink::error::SinkError;
use quick_xml::events::Event;
use reqsign_aws_v4::{Credential, DefaultCredentialProvider, RequestSigner, StaticCredentialProvider};
use reqsign_core::{Context, HttpSend, OsEnv, ProvideCredentialChain, Signer};
use reqsign_file_read_tokio::TokioFileRead;
use reqwest::{Client, Method, StatusCode};
use std::fmt;
use url::Url;

/// Uploads listed and aborted in one go; what is left is found by the next look.
const ROUNDS: usize = 100;

/// A bucket, to be asked about unfinished uploads.
#[derive(Clone)]
pub struct Uploads {
    bucket: Url,
    region: String,
    keys: Option<(String, String)>,
}

impl fmt::Debug for Uploads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uploads").field("bucket", &self.bucket.as_str()).finish_non_exhaustive()
    }
}

impl Uploads {
    /// The uploads of a bucket. `endpoint`: another server than Amazon's, with or without scheme; `keys`: key and secret, instead of
    /// the credentials of the environment. `None` when the address of the bucket is not valid.
    pub fn new(bucket: &str, endpoint: Option<&str>, region: &str, keys: Option<(String, String)>) -> Option<Self> {
        let server = endpoint.map_or_else(|| format!("https://s3.{region}.amazonaws.com"), str::to_owned);
        let server = if server.contains("://") { server } else { format!("https://{server}") };
        let bucket = Url::parse(&format!("{}/{bucket}", server.trim_end_matches('/'))).ok()?;
        Some(Self { bucket, region: region.to_owned(), keys })
    }

    /// Aborts the uploads whose key begins with `prefix`, and is one that `chosen` takes.
    async fn abort_below(&self, prefix: &str, chosen: impl Fn(&str) -> bool) -> Result<Listing, String> {
        let builder = crate::net::http::builder().map_err(|e| e.to_string())?;
        let client = builder.build().map_err(|e| e.without_url().to_string())?;
        let signer = self.signer(&client);
        for _ in 0..ROUNDS {
            let mut url = self.bucket.clone();
            url.query_pairs_mut().append_pair("uploads", "").append_pair("prefix", prefix);
            let (status, text) = send(&client, signer.as_ref(), Method::GET, url).await?;
            match status {
                StatusCode::OK => {}
                // Not every server can list them, and not everybody may.
                StatusCode::FORBIDDEN | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
                    return Ok(Listing::Refused(status.as_u16()));
                }
                status => return Err(format!("HTTP {} for the list of unfinished uploads", status.as_u16())),
            }
            let uploads: Vec<_> = read(&text)?.into_iter().filter(|(key, _)| chosen(key)).collect();
            if uploads.is_empty() {
                break;
            }
            for (key, id) in uploads {
                let mut url = self.bucket.clone();
                if let Ok(mut path) = url.path_segments_mut() {
                    path.extend(key.split('/'));
                }
                url.query_pairs_mut().append_pair("uploadId", &id);
                let (status, _) = send(&client, signer.as_ref(), Method::DELETE, url).await?;
                if !status.is_success() && status != StatusCode::NOT_FOUND {
                    return Err(format!("HTTP {} when an unfinished upload of {key} was aborted", status.as_u16()));
                }
            }
        }
        Ok(Listing::All)
    }

    fn signer(&self, client: &Client) -> Option<Signer<Credential>> {
        if env("AWS_NO_SIGN_REQUEST").is_some() {
            return None;
        }
        let mut chain = ProvideCredentialChain::new().push(DefaultCredentialProvider::new());
        if let Some((key, secret)) = &self.keys {
            chain = chain.push_front(StaticCredentialProvider::new(key, secret));
        }
        let context =
            Context::new().with_file_read(TokioFileRead).with_env(OsEnv).with_http_send(Sender(client.clone()));
        Some(Signer::new(context, chain, RequestSigner::new("s3", &self.region)))
    }
}

/// Whether the server has listed its unfinished uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// All of them, and they are aborted.
    All,
    /// It refused, with this status.
    Refused(u16),
}

/// Where unfinished uploads of a dataset may be.
pub struct UnfinishedUploads<'a> {
    /// The bucket; `None` for a store without multipart uploads.
    pub uploads: Option<&'a Uploads>,
    /// The prefixes of the dataset and of its work folder.
    pub prefixes: [String; 2],
    /// The dataset, for messages.
    pub name: &'a str,
}

impl UnfinishedUploads<'_> {
    /// Aborts all of them.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn abort(&self, io: &Io) -> Result<Listing, SinkError> {
        let Some(uploads) = self.uploads else { return Ok(Listing::All) };
        for prefix in &self.prefixes {
            let done =
                io.clean(uploads.abort_below(prefix, |_| true)).unwrap_or_else(|| Err("no answer in time".to_owned()));
            match done.map_err(|reason| SinkError::store(self.name, reason))? {
                Listing::All => {}
                refused => return Ok(refused),
            }
        }
        Ok(Listing::All)
    }

    /// Aborts those of one file, whose key is the second of the prefixes.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn abort_of_file(&self, io: &Io) -> Result<(), SinkError> {
        let (Some(uploads), [_, file]) = (self.uploads, &self.prefixes) else { return Ok(()) };
        let done = io.clean(uploads.abort_below(file, |key| key == file));
        done.unwrap_or(Ok(Listing::All)).map(drop).map_err(|reason| SinkError::store(self.name, reason))
    }

    /// Aborts those that a killed run has left, and warns when they cannot be listed.
    ///
    /// # Errors
    /// [`SinkError::Store`].
    pub fn abort_leftovers(&self, io: &Io, retry: &RetryPolicy) -> Result<(), SinkError> {
        if let Listing::Refused(status) = self.abort(io)? {
            retry.warn(format!(
                "{}: the server does not list unfinished uploads (HTTP {status}): if the killed run had any, they keep using space; abort \
                 them with the server's own tools, or by a lifecycle rule of the bucket",
                self.name
            ));
        }
        Ok(())
    }
}

async fn send(
    client: &Client,
    signer: Option<&Signer<Credential>>,
    method: Method,
    url: Url,
) -> Result<(StatusCode, String), String> {
    // A space is %20 in a signature.
    let address = url.as_str().replace('+', "%20");
    let request = http::Request::builder().method(method).uri(address).body(()).map_err(|e| e.to_string())?;
    let (mut parts, ()) = request.into_parts();
    if let Some(signer) = signer {
        signer.sign(&mut parts, None).await.map_err(|e| e.to_string())?;
    }
    let request =
        reqwest::Request::try_from(http::Request::from_parts(parts, "")).map_err(|e| e.without_url().to_string())?;
    let response = client.execute(request).await.map_err(|e| e.without_url().to_string())?;
    let status = response.status();
    Ok((status, response.text().await.map_err(|e| e.without_url().to_string())?))
}

/// Key and id of every upload in an answer.
fn read(xml: &str) -> Result<Vec<(String, String)>, String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut found = Vec::new();
    let (mut key, mut id, mut text) = (String::new(), String::new(), String::new());
    loop {
        match reader.read_event().map_err(|e| format!("the list of unfinished uploads: {e}"))? {
            Event::Start(_) => text.clear(),
            Event::Text(t) => text.push_str(&t),
            Event::GeneralRef(r) => {
                let entity = format!("&{};", &*r);
                text.push_str(&quick_xml::escape::unescape(&entity).map_err(|e| e.to_string())?);
            }
            Event::End(tag) => match tag.local_name().as_ref() {
                "Key" => key = std::mem::take(&mut text),
                "UploadId" => id = std::mem::take(&mut text),
                "Upload" => found.push((std::mem::take(&mut key), std::mem::take(&mut id))),
                _ => {}
            },
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// What the credential chain asks the network with.
#[derive(Debug)]
struct Sender(Client);

impl HttpSend for Sender {
    async fn http_send(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> reqsign_core::Result<http::Response<bytes::Bytes>> {
        let failed = |e: reqwest::Error| {
            reqsign_core::Error::unexpected("a credential server did not answer").with_source(e.without_url())
        };
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let response: http::Response<reqwest::Body> = self.0.execute(request).await.map_err(failed)?.into();
        let (parts, body) = response.into_parts();
        let body = reqwest::Response::from(http::Response::new(body)).bytes().await.map_err(failed)?;
        Ok(http::Response::from_parts(parts, body))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_a_list() {
        let xml = "<?xml version=\"1.0\"?><ListMultipartUploadsResult><Bucket>b</Bucket><KeyMarker/><Upload><Key>a &amp; b/c</Key>\
                   <UploadId>1</UploadId><Owner><ID>x</ID></Owner></Upload><Upload><UploadId>2</UploadId><Key>d</Key></Upload></ListMultipartUploadsResult>";
        let found = super::read(xml).unwrap();
        assert_eq!(found, [("a & b/c".to_owned(), "1".to_owned()), ("d".to_owned(), "2".to_owned())]);
        assert!(super::read("<a").is_err());
    }
}
