//! `az://CONTAINER/PREFIX`: Azure Blob Storage.
//!
//! `AZURE_STORAGE_CONNECTION_STRING`; or `AZURE_STORAGE_ACCOUNT` with `AZURE_STORAGE_KEY` or `AZURE_STORAGE_SAS_TOKEN`, the names
//! that `az storage` reads; or what Azure's own tools find (service principal, managed identity). `AZURE_STORAGE_SERVICE_ENDPOINT`
//! names another server.

use crate::sink::error::SinkError;
use crate::sink::store::environment::env;
use crate::sink::store::location::{Class, Location, client, parse, path_of};
use crate::sink::store::scheme::Scheme;
use crate::tr;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use opendal::services::Azblob;

/// `az://`.
pub const SCHEME: Scheme = Scheme { form: "az://CONTAINER/PREFIX", location };

/// The location that a DEST names.
///
/// # Errors
/// [`SinkError::Usage`].
pub fn location(dest: &str) -> Result<Location, SinkError> {
    let url = parse(dest)?;
    let mut builder = match env("AZURE_STORAGE_CONNECTION_STRING") {
        Some(text) => Azblob::from_connection_string(&text).map_err(|_| SinkError::usage(tr!("azure-connection")))?,
        None => Azblob::default(),
    };
    builder = builder.container(url.host_str().unwrap_or_default());
    let either = |a: &str, b: &str| env(a).or_else(|| env(b));
    if let Some(account) = either("AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME") {
        builder = builder.account_name(&account);
        if env("AZURE_STORAGE_SERVICE_ENDPOINT").is_none() {
            builder = builder.endpoint(&format!("https://{account}.blob.core.windows.net"));
        }
    }
    if let Some(key) = either("AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY") {
        if STANDARD.decode(&key).is_err() {
            return Err(SinkError::usage(tr!("azure-key")));
        }
        builder = builder.account_key(&key);
    }
    if let Some(token) = env("AZURE_STORAGE_SAS_TOKEN") {
        builder = builder.sas_token(&token);
    }
    if let Some(endpoint) = env("AZURE_STORAGE_SERVICE_ENDPOINT") {
        builder = builder.endpoint(&endpoint);
    }
    let op = client(builder, dest).map_err(|e| SinkError::usage(tr!("azure-give", e)))?;
    Ok(Location::new(op, path_of(dest), dest, Class::ObjectStore))
}
