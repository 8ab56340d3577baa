//! `gs://BUCKET/PREFIX`: Google Cloud Storage.
//!
//! Credentials as Google's tools find them: `GOOGLE_APPLICATION_CREDENTIALS`, `gcloud auth application-default login`, the machine's
//! own account. `STORAGE_EMULATOR_HOST` names an emulator, which is asked without credentials.

use crate::sink::error::SinkError;
use crate::sink::store::environment::env;
use crate::sink::store::location::{Class, Location, client, parse, path_of};
use crate::sink::store::scheme::Scheme;
use crate::tr;
use opendal::services::Gcs;

/// `gs://`.
pub const SCHEME: Scheme = Scheme { form: "gs://BUCKET/PREFIX", location };

/// The location that a DEST names.
///
/// # Errors
/// [`SinkError::Usage`].
pub fn location(dest: &str) -> Result<Location, SinkError> {
    let url = parse(dest)?;
    if let Some(file) = env("GOOGLE_APPLICATION_CREDENTIALS").filter(|_| env("STORAGE_EMULATOR_HOST").is_none()) {
        check_credentials(&file)?;
    }
    let mut builder = Gcs::default().bucket(url.host_str().unwrap_or_default());
    if let Some(host) = env("STORAGE_EMULATOR_HOST") {
        let endpoint = if host.contains("://") { host } else { format!("http://{host}") };
        builder = builder.endpoint(endpoint.trim_end_matches('/')).skip_signature();
    }
    let op = client(builder, dest)?;
    Ok(Location::new(op, path_of(dest), dest, Class::ObjectStore))
}

/// The file that a variable names has to be what Google's tools write. Its content is a secret.
fn check_credentials(file: &str) -> Result<(), SinkError> {
    let text = std::fs::read(file).map_err(|reason| SinkError::usage(tr!("store-google-unreadable", file, reason)))?;
    let json: serde_json::Value =
        serde_json::from_slice(&text).map_err(|_| SinkError::usage(tr!("store-google-no-json", file)))?;
    match json["type"].as_str() {
        Some(_) => Ok(()),
        None => Err(SinkError::usage(tr!("store-google-no-type", file))),
    }
}
