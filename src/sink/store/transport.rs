//! How the client library of stores asks: with the proxies and the certificates of this process.

use super::error;
use crate::exit::UsageError;
use crate::net::http;
use http_types::{Request, Response};
use opendal::{Buffer, HttpBody, HttpTransport, HttpTransporter};
use opendal_http_transport_reqwest::ReqwestTransport;
use std::sync::OnceLock;

use ::http as http_types;

/// Requests that are not sent again when that cannot help.
struct Transport(ReqwestTransport);

impl HttpTransport for Transport {
    async fn fetch(&self, request: Request<Buffer>) -> opendal::Result<Response<HttpBody>> {
        self.0.fetch(request).await.map_err(|e| match error::fault_of(&e) {
            Some(fault) if !fault.may_pass() => e.set_permanent(),
            _ => e,
        })
    }
}

/// Makes all stores ask that way. Only the first call does anything.
///
/// # Errors
/// [`UsageError`] when proxies or certificates are not as the environment says.
pub fn install() -> Result<(), UsageError> {
    static DONE: OnceLock<Result<(), UsageError>> = OnceLock::new();
    DONE.get_or_init(|| {
        let client = http::builder()?.build();
        let client = client.map_err(|e| UsageError::new(format!("cannot set up connections: {}", e.without_url())))?;
        HttpTransporter::install_default(Transport(ReqwestTransport::new(client)));
        Ok(())
    })
    .clone()
}
