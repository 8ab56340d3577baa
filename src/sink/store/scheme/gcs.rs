//! `gs://BUCKET/PREFIX`: Google Cloud Storage.
//!
//! Credentials as Google's tools find them: `GOOGLE_APPLICATION_CREDENTIALS`, `gcloud auth application-default login`, the machine's
//! own account. `STORAGE_EMULATOR_HOST` names an emulator, which is asked without credentials.

use crate::sink::error::SinkError;
use crate::sink::store::environment::env;
use crate::sink::store::location::{Class, Location, client, parse, path_of};
use crate::sink::store::scheme::Scheme;
use opendal::services::Gcs;

/// `gs://`.
pub const SCHEME: Scheme = Scheme { form: "gs://BUCKET/PREFIX", location };

/// The location that a DEST names.
///
/// # Errors
/// [`SinkError::Usage`].
pub fn location(dest: &str) -> Result<Location, SinkError> {
    let url = parse(dest)?;
    let mut builder = Gcs::default().bucket(url.host_str().unwrap_or_default());
    if let Some(host) = env("STORAGE_EMULATOR_HOST") {
        let endpoint = if host.contains("://") { host } else { format!("http://{host}") };
        builder = builder.endpoint(endpoint.trim_end_matches('/')).skip_signature();
    }
    let op = client(builder, dest)?;
    Ok(Location::new(op, path_of(dest), dest, Class::ObjectStore))
}
