//! `ftp://[USER@]HOST[:PORT]/PATH`, and `ftps://` for the same with TLS from the first command on (explicit: `AUTH TLS`). PATH is
//! below the folder in which the server receives the user; `//PATH` is from the server's root. User name and password from
//! `FTP_USERNAME` and `FTP_PASSWORD` or `~/.netrc`, else `anonymous`.
//!
//! The protocol has neither parts nor conditions, and whoever breaks off leaves a piece that looks whole to the server: so a dataset
//! grows in its work folder, every file's size is asked for after it was sent, and one rename makes it appear.
//!
//! [`session`]: connections; [`service`]: the client library's view of them; [`transfer`]: content on its way; [`listing`]: what is
//! in a folder.

pub mod listing;
pub mod service;
pub mod session;
pub mod transfer;

use crate::net::tls;
use crate::sink::error::SinkError;
use crate::sink::store::environment::env;
use crate::sink::store::location::{Class, Location, client, parse, path_of};
use crate::sink::store::netrc;
use crate::sink::store::netrc::Login;
use crate::sink::store::scheme::Scheme;
use crate::tr;
use service::FtpBuilder;
use session::Server;
use std::sync::Arc;

/// The port where nothing is said.
pub const PORT: u16 = 21;

/// `ftp://`.
pub const FTP: Scheme = Scheme { form: "ftp://HOST/FOLDER", location };
/// `ftps://`.
pub const FTPS: Scheme = Scheme { form: "ftps://HOST/FOLDER", location };

/// The location that a DEST names.
///
/// # Errors
/// [`SinkError::Usage`].
pub fn location(dest: &str) -> Result<Location, SinkError> {
    let url = parse(dest)?;
    let host = url.host_str().unwrap_or_default();
    let asked = Some(url.username()).filter(|u| !u.is_empty()).map(str::to_owned).or_else(|| env("FTP_USERNAME"));
    let entry = netrc::login(host, asked.as_deref());
    let password = env("FTP_PASSWORD").or(entry.as_ref().map(|l| l.password.clone()));
    let login = match (asked.or(entry.map(|l| l.user)), password) {
        (Some(user), Some(password)) => Login { user, password },
        (Some(user), None) => Login { user, password: String::new() },
        (None, _) => Login { user: "anonymous".to_owned(), password: "anonymous@".to_owned() },
    };
    make(
        &Address { host, port: url.port().unwrap_or(PORT), secure: url.scheme() == "ftps", login },
        path_of(dest),
        dest,
    )
}

/// Which server, and who to be there.
pub struct Address<'a> {
    /// Name or address; of version 6 in brackets, or not.
    pub host: &'a str,
    /// Port.
    pub port: u16,
    /// With TLS.
    pub secure: bool,
    /// User name and password.
    pub login: Login,
}

/// A place on a server; `name` is what the user knows it by.
///
/// # Errors
/// [`SinkError::Usage`].
pub fn make(address: &Address<'_>, path: &str, name: &str) -> Result<Location, SinkError> {
    if path.trim_matches('/').is_empty() {
        return Err(SinkError::usage(format!("{name} names no folder: give ftp://HOST/FOLDER")));
    }
    // A command ends with its line.
    if [address.login.user.as_str(), &address.login.password, path].iter().any(|t| t.contains(['\r', '\n', '\0'])) {
        return Err(SinkError::usage(tr!("ftp-lines", name)));
    }
    let host = address.host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let tls = if address.secure { Some(Arc::new(tls::platform::client_config()?)) } else { None };
    let server = Server::new(host, address.port, address.login.clone(), tls, path.starts_with('/'));
    Ok(Location::new(client(FtpBuilder::of(server), name)?, path, name, Class::FileServer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_a_folder_and_never_shows_who_we_are() {
        for (dest, prefix) in [
            ("ftp://h/a b/ds", "a b/ds"),
            ("ftp://me@h:2121/ds/", "ds"),
            ("ftps://h//srv/ds", "srv/ds"),
            ("ftp://[::1]:2121/%41", "%41"),
        ] {
            assert_eq!(location(dest).map(|p| p.prefix).map_err(|e| e.to_string()).as_deref(), Ok(prefix), "{dest}");
        }
        for dest in ["ftp://h", "ftp://h/", "ftps://h//"] {
            assert!(location(dest).is_err_and(|e| e.to_string().contains("names no folder")), "{dest}");
        }
        let login = Login { user: "me".to_owned(), password: "SECRET\r\nDELE x".to_owned() };
        let e = make(&Address { host: "h", port: 21, secure: false, login }, "x", "ftp://h/x").map(|p| p.name);
        assert!(e.as_ref().is_err_and(|e| !e.to_string().contains("SECRET")), "{e:?}");
    }
}
