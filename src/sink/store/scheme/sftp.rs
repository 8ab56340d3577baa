//! `sftp://[USER@]HOST[:PORT]/PATH`: a server reached by the system's own `ssh`, so that `~/.ssh/config`, keys, agents, jump hosts
//! and known hosts are as they are for every other use of it. `/~/PATH` is below the home folder.

use crate::sink::error::SinkError;
use crate::sink::store::location::{Class, Location, client, parse, path_of};
use crate::sink::store::scheme::Scheme;
use opendal::services::Sftp;

/// `sftp://`.
pub const SCHEME: Scheme = Scheme { form: "sftp://HOST/FOLDER", location };

/// The location that a DEST names.
///
/// # Errors
/// [`SinkError::Usage`].
pub fn location(dest: &str) -> Result<Location, SinkError> {
    let url = parse(dest)?;
    let host = url.host_str().unwrap_or_default();
    let user = if url.username().is_empty() { String::new() } else { format!("{}@", url.username()) };
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    let path = path_of(dest);
    let (root, path) = path.strip_prefix("~/").map_or(("/", path), |below| ("", below));
    if path.trim_matches('/').is_empty() {
        return Err(SinkError::usage(format!("{dest} names no folder: give sftp://HOST/FOLDER")));
    }
    let builder = Sftp::default().endpoint(&format!("ssh://{user}{host}{port}")).root(root);
    let op = client(builder, dest)?;
    Ok(Location::new(op, path, dest, Class::FileServer))
}
