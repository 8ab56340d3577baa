//! `webdavs://[USER@]HOST[:PORT]/PATH` over https, and `webdav://` over plain http: password from `WEBDAV_PASSWORD` or `~/.netrc`,
//! or a token from `WEBDAV_TOKEN`.

use super::netrc;
use super::place::{Place, client, env, parse, path_of};
use crate::sink::error::SinkError;
use opendal::services::Webdav;

/// The place that a DEST names.
///
/// # Errors
/// [`SinkError::Usage`].
pub fn place(dest: &str) -> Result<Place, SinkError> {
    let url = parse(dest)?;
    let host = url.host_str().unwrap_or_default();
    let scheme = if url.scheme() == "webdavs" { "https" } else { "http" };
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    let asked = Some(url.username()).filter(|u| !u.is_empty()).map(str::to_owned).or_else(|| env("WEBDAV_USERNAME"));
    let login = netrc::login(host, asked.as_deref());
    let mut builder = Webdav::default().endpoint(&format!("{scheme}://{host}{port}"));
    if let Some(token) = env("WEBDAV_TOKEN") {
        builder = builder.token(&token);
    } else if let Some(user) = asked.or_else(|| login.as_ref().map(|l| l.user.clone())) {
        builder =
            builder.username(&user).password(&env("WEBDAV_PASSWORD").or(login.map(|l| l.password)).unwrap_or_default());
    }
    if path_of(dest).trim_matches('/').is_empty() {
        return Err(SinkError::Usage(format!("{dest} names no folder: give webdavs://HOST/FOLDER")));
    }
    let op = client(builder, dest)?;
    Ok(Place::new(op, path_of(dest), dest))
}
