//! `webdavs://[USER@]HOST[:PORT]/PATH` over https, and `webdav://` over plain http: password from `WEBDAV_PASSWORD` or `~/.netrc`,
//! or a token from `WEBDAV_TOKEN`.

use crate::sink::error::SinkError;
use crate::sink::store::netrc;
use crate::sink::store::place::{Place, client, env, parse, path_of};
use crate::sink::store::put::Put;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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
    let endpoint = format!("{scheme}://{host}{port}");
    let mut builder = Webdav::default().endpoint(&endpoint);
    let mut authorization = None;
    if let Some(token) = env("WEBDAV_TOKEN") {
        builder = builder.token(&token);
        authorization = Some(format!("Bearer {token}"));
    } else if let Some(user) = asked.or_else(|| login.as_ref().map(|l| l.user.clone())) {
        let password = env("WEBDAV_PASSWORD").or(login.map(|l| l.password)).unwrap_or_default();
        builder = builder.username(&user).password(&password);
        authorization = Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))));
    }
    if path_of(dest).trim_matches('/').is_empty() {
        return Err(SinkError::Usage(format!("{dest} names no folder: give webdavs://HOST/FOLDER")));
    }
    let op = client(builder, dest)?;
    let put = Put::new(&endpoint, authorization.as_deref()).map_err(|e| SinkError::Usage(format!("{dest}: {e}")))?;
    Ok(Place { put: Some(put), ..Place::new(op, path_of(dest), dest) })
}
