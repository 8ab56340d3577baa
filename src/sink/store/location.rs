//! The location of a dataset in a store: the client, the prefix, and what kind of store it is.

use super::client::Io;
use super::multipart::UnfinishedUploads;
use super::transport;
use crate::net::retry::RetryPolicy;
use crate::sink::error::SinkError;
use opendal::{Builder, Operator};
use url::Url;

/// The two classes of stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Objects, each of which appears whole or not at all; a listing has all of them.
    ObjectStore,
    /// Files in folders that people list, and that a broken connection may leave incomplete; a listing may lack some.
    FileServer,
}

/// A folder or prefix in a store.
#[derive(Clone, Debug)]
pub struct Location {
    /// The client, without layers.
    pub op: Operator,
    /// The dataset's prefix, without a slash at either end; empty for a whole bucket.
    pub prefix: String,
    /// The destination as the user wrote it, without a slash at its end: for messages.
    pub name: String,
    /// Objects or files.
    pub class: Class,
    /// Lists and aborts unfinished uploads; only buckets have them.
    pub uploads: Option<super::multipart::Uploads>,
    /// Sends a large file in one request, to a server that takes it no other way.
    pub put: Option<super::put::Put>,
}

impl Location {
    /// A location that `op` can reach; `name` is shown to the user.
    pub fn new(op: Operator, prefix: &str, name: &str, class: Class) -> Self {
        let prefix = prefix.trim_matches('/').to_owned();
        Self { op, prefix, name: name.trim_end_matches('/').to_owned(), class, uploads: None, put: None }
    }

    /// The client with retries.
    ///
    /// # Errors
    /// [`SinkError::Write`] when the system gives no threads.
    pub fn io(&self, retry: &RetryPolicy) -> Result<Io, SinkError> {
        let io = Io::new(self.op.clone(), &self.name, &self.prefix, retry);
        Ok(io.map_err(|e| SinkError::write(self.name.clone(), e))?.with_put(self.put.clone()))
    }

    /// The folder of the dataset: empty, or ending in a slash.
    pub fn folder(&self) -> String {
        if self.prefix.is_empty() { String::new() } else { format!("{}/", self.prefix) }
    }

    /// The full path of a file of the dataset.
    pub fn file(&self, path: &str) -> String {
        format!("{}{path}", self.folder())
    }

    /// The work folder: next to the dataset, or where the user says. Ends in a slash.
    pub fn work(&self, staging_prefix: Option<&str>) -> String {
        if let Some(prefix) = staging_prefix.map(|p| p.trim_matches('/')).filter(|p| !p.is_empty()) {
            return format!("{prefix}/");
        }
        match self.prefix.rsplit_once('/') {
            Some((parent, name)) => format!("{parent}/.{name}.partial/"),
            None => format!(".{}.partial/", self.prefix),
        }
    }

    /// Whether files lie in folders that people list.
    pub fn is_file_server(&self) -> bool {
        self.class == Class::FileServer
    }

    /// The unfinished uploads of the dataset, and of its work folder (which ends in a slash).
    pub fn unfinished_uploads(&self, work: &str) -> UnfinishedUploads<'_> {
        UnfinishedUploads {
            uploads: self.uploads.as_ref(),
            prefixes: [self.folder(), work.to_owned()],
            name: &self.name,
        }
    }

    /// Whether files can be moved or copied within the store.
    pub fn can_move(&self, io: &Io) -> bool {
        let can = io.op().info().capability();
        can.rename || can.copy
    }
}

/// The parts of a DEST with a scheme: host (or bucket) and path.
///
/// # Errors
/// [`SinkError::Usage`] when there is no host, or a password in it.
pub fn parse(dest: &str) -> Result<Url, SinkError> {
    let (scheme, rest) = dest.split_once("://").unwrap_or(("", dest));
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) {
        return Err(SinkError::usage(format!(
            "a password has no place on a command line, where every user of the machine can read it: give {scheme}://HOST/PATH, and \
             the password as docs/destinations.md says"
        )));
    }
    if rest.contains(['?', '#']) {
        return Err(SinkError::usage(format!("{scheme}://{authority}/…: a destination has neither ? nor #")));
    }
    let url = Url::parse(dest).ok().filter(|u| u.host_str().is_some_and(|h| !h.is_empty()));
    url.ok_or_else(|| {
        SinkError::usage(format!("{scheme}://{authority} names no host or bucket: give {scheme}://NAME/PATH"))
    })
}

/// The path below host or bucket as the user wrote it: no `%` escapes are read in it.
pub fn path_of(dest: &str) -> &str {
    let rest = dest.split_once("://").map_or(dest, |(_, rest)| rest);
    rest.split_once('/').map_or("", |(_, path)| path)
}

/// The client that a builder makes.
///
/// # Errors
/// [`SinkError::Usage`] saying what is missing.
pub fn client(builder: impl Builder, dest: &str) -> Result<Operator, SinkError> {
    transport::install()?;
    Operator::new(builder).map_err(|e| SinkError::usage(format!("{dest}: {}", super::error::reason(&e))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_on_the_command_line_is_refused_and_not_repeated() {
        for dest in ["sftp://u:secret@h/x", "s3://AK:secret@b/x", "webdav://u:secret@h:1/x@y"] {
            let e = parse(dest).unwrap_err().to_string();
            assert!(e.contains("password") && !e.contains("secret"), "{e}");
        }
        assert!(parse("sftp://user@h:22/x").is_ok() && parse("s3://b/a:b@c").is_ok());
        for bad in ["s3://", "s3:///x", "s3://b/x?y", "s3://b/x#y"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_work_folder_lies_next_to_the_dataset() {
        let op = Operator::new(opendal::services::Memory::default()).unwrap();
        let work = |prefix: &str| Location::new(op.clone(), prefix, "x", Class::FileServer).work(None);
        assert_eq!([work("a/b/"), work("/a"), work("")], ["a/.b.partial/", ".a.partial/", "..partial/"]);
        assert_eq!(Location::new(op.clone(), "a", "x", Class::FileServer).work(Some("/tmp/x/")), "tmp/x/");
        assert_eq!(path_of("s3://b/a%20b/ü/"), "a%20b/ü/");
    }
}
