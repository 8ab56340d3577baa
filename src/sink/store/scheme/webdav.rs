//! `webdavs://[USER@]HOST[:PORT]/PATH` over https, and `webdav://` over plain http: password from `WEBDAV_PASSWORD` or `~/.netrc`,
//! or a token from `WEBDAV_TOKEN`.

use crate::sink::error::SinkError;
use crate::sink::store::environment::env;
use crate::sink::store::location::{Class, Location, client, parse, path_of};
use crate::sink::store::netrc;
use crate::sink::store::put::Put;
use crate::sink::store::scheme::Scheme;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use opendal::services::Webdav;

/// `webdav://`, plain http.
pub const WEBDAV: Scheme = Scheme { form: "webdav://HOST/FOLDER", location };
/// `webdavs://`, https.
pub const WEBDAVS: Scheme = Scheme { form: "webdavs://HOST/FOLDER", location };

/// The location that a DEST names.
///
/// # Errors
/// [`SinkError::Usage`].
pub fn location(dest: &str) -> Result<Location, SinkError> {
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
        return Err(SinkError::usage(format!("{dest} names no folder: give webdavs://HOST/FOLDER")));
    }
    let op = client(builder, dest)?;
    let put = Put::new(&endpoint, authorization.as_deref()).map_err(|e| SinkError::usage(format!("{dest}: {e}")))?;
    Ok(Location { put: Some(put), ..Location::new(op, path_of(dest), dest, Class::FileServer) })
}
