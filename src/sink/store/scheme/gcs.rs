//! `gs://BUCKET/PREFIX`: Google Cloud Storage.
//!
//! Credentials as Google's tools find them: `GOOGLE_APPLICATION_CREDENTIALS`, `gcloud auth application-default login`, the machine's
//! own account. `STORAGE_EMULATOR_HOST` names an emulator, which is asked without credentials.

use crate::sink::error::SinkError;
use crate::sink::store::place::{Place, client, env, parse, path_of};
use opendal::services::Gcs;

/// The place that a DEST names.
///
/// # Errors
/// [`SinkError::Usage`].
pub fn place(dest: &str) -> Result<Place, SinkError> {
    let url = parse(dest)?;
    let mut builder = Gcs::default().bucket(url.host_str().unwrap_or_default());
    if let Some(host) = env("STORAGE_EMULATOR_HOST") {
        let endpoint = if host.contains("://") { host } else { format!("http://{host}") };
        builder = builder.endpoint(endpoint.trim_end_matches('/')).skip_signature();
    }
    let op = client(builder, dest)?;
    Ok(Place::new(op, path_of(dest), dest))
}
