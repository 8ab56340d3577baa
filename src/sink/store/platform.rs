//! A storage of the platform as a destination (`--storage ID --path P`). Its configuration holds secrets: only the provider's name is
//! ever shown.

use super::Location;
use super::location::{Class, client};
use super::netrc::Login;
use super::scheme::{ftp, s3, sftp};
use crate::path::RelPath;
use crate::sink::error::SinkError;
use crate::tr;
use crate::words::Worded;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use opendal::services::{Azblob, Gcs, S3};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Where a storage leads.
#[derive(Debug)]
pub enum StorageLocation {
    /// A store or server.
    Store(Box<Location>),
    /// A folder of this machine.
    Folder(PathBuf),
}

/// The location `path` in a storage as `GET /storages/{id}/?with_configuration=true` describes it.
///
/// # Errors
/// [`SinkError::Usage`] when the provider cannot be written to from here, or its configuration lacks something.
pub fn storage(id: u64, storage: &Value, path: &str) -> Result<StorageLocation, SinkError> {
    let path =
        RelPath::new(path.trim_matches('/')).map_err(|e| SinkError::usage(tr!("storage-path", id, e = e.words())))?;
    let provider = storage["provider"].as_str().unwrap_or_default();
    let name = format!("storage {id} ({provider}): {path}");
    let config = Configuration { name: &name, value: &storage["configuration"] };
    match provider {
        "amazon_s3" | "s3" | "minio" | "digital_ocean" => bucket(provider, &config, path.as_str()),
        "gcp" | "gcs" => google(&config, path.as_str()),
        "azure" => azure(&config, path.as_str()),
        "sftp" => server(&config, path.as_str()),
        "ftp" => ftp_server(&config, path.as_str()),
        "file_system" | "local" => Ok(StorageLocation::Folder(Path::new(config.need("location")?).join(path.as_str()))),
        "synology" | "smb" => Err(SinkError::usage(tr!("storage-kind", id, provider))),
        other => Err(SinkError::usage(tr!("storage-unknown", id, ?other))),
    }
}

/// What a storage is configured with.
struct Configuration<'a> {
    name: &'a str,
    value: &'a Value,
}

impl<'a> Configuration<'a> {
    fn text(&self, key: &str) -> Option<&'a str> {
        self.value[key].as_str().filter(|v| !v.is_empty())
    }

    /// `path` below the storage's own root, which begins with a slash unless it is below the user's folder.
    fn below(&self, path: &str) -> String {
        let root = self.text("root_path").unwrap_or_default().trim_end_matches('/');
        if root.is_empty() { path.to_owned() } else { format!("{root}/{path}") }
    }

    fn need(&self, key: &str) -> Result<&'a str, SinkError> {
        self.text(key).ok_or_else(|| SinkError::usage(tr!("storage-lacks", name = self.name, key)))
    }
}

fn bucket(provider: &str, config: &Configuration<'_>, path: &str) -> Result<StorageLocation, SinkError> {
    let region = config.text("region_name").map(str::to_owned);
    let endpoint = match (config.text("endpoint_url"), &region, provider) {
        (Some(url), ..) => Some(url.to_owned()),
        (None, Some(region), "digital_ocean") => Some(format!("https://{region}.digitaloceanspaces.com")),
        (None, _, "amazon_s3" | "s3") => None,
        (None, ..) => Some(config.need("endpoint_url")?.to_owned()),
    };
    let keys = (config.need("access_key")?.to_owned(), config.need("secret_key")?.to_owned());
    let access = s3::Access { bucket: config.need("bucket_name")?, endpoint, region, keys: Some(keys) };
    s3::make(S3::default(), &access, path, config.name).map(|location| StorageLocation::Store(Box::new(location)))
}

fn google(config: &Configuration<'_>, path: &str) -> Result<StorageLocation, SinkError> {
    let credentials = match &config.value["credentials"] {
        Value::Object(map) => serde_json::to_string(map).unwrap_or_default(),
        Value::String(text) if text.trim_start().starts_with('{') => text.clone(),
        // A path on the server's own disk, or nothing.
        _ => {
            return Err(SinkError::usage(format!(
                "{}: its credentials are not in the configuration: give GOOGLE_APPLICATION_CREDENTIALS, and gs://BUCKET/PREFIX as DEST",
                config.name
            )));
        }
    };
    let builder = Gcs::default().bucket(config.need("bucket_name")?).credential(&STANDARD.encode(credentials));
    let op = client(builder.disable_vm_metadata().disable_config_load(), config.name)?;
    Ok(StorageLocation::Store(Box::new(Location::new(op, path, config.name, Class::ObjectStore))))
}

fn azure(config: &Configuration<'_>, path: &str) -> Result<StorageLocation, SinkError> {
    let container = config.text("container_name").or_else(|| config.text("bucket_name"));
    let container = container.map_or_else(|| config.need("container_name"), Ok)?;
    let builder = if let Some(text) = config.text("connection_string") {
        Azblob::from_connection_string(text)
            .map_err(|_| SinkError::usage(tr!("storage-connection", name = config.name)))?
    } else {
        let account = config.need("account_name")?;
        let endpoint = config
            .text("endpoint_url")
            .map_or_else(|| format!("https://{account}.blob.core.windows.net"), str::to_owned);
        Azblob::default().account_name(account).account_key(config.need("account_key")?).endpoint(&endpoint)
    };
    Ok(StorageLocation::Store(Box::new(Location::new(
        client(builder.container(container), config.name)?,
        path,
        config.name,
        Class::ObjectStore,
    ))))
}

/// By the keys of this machine's `ssh`: those of the configuration are files on the platform's machines, and `ssh` takes no password.
fn server(config: &Configuration<'_>, path: &str) -> Result<StorageLocation, SinkError> {
    let (host, user) = (config.need("host")?, config.need("username")?);
    if !is_plain(host) || !is_plain(user) {
        return Err(SinkError::usage(tr!("storage-host-user", name = config.name)));
    }
    let port = config.value["port"].as_u64().unwrap_or(22);
    let below = config.below(path);
    let mut location = sftp::location(&format!("sftp://{user}@{host}:{port}/{}", below.trim_start_matches('/')))?;
    config.name.clone_into(&mut location.name);
    Ok(StorageLocation::Store(Box::new(location)))
}

/// With the password of the configuration.
fn ftp_server(config: &Configuration<'_>, path: &str) -> Result<StorageLocation, SinkError> {
    let host = config.need("host")?;
    let port = config.value["port"].as_u64().map_or(Ok(ftp::PORT), u16::try_from);
    let (true, Ok(port)) = (is_plain(host), port) else {
        return Err(SinkError::usage(tr!("storage-host-port", name = config.name)));
    };
    let login = Login { user: config.need("username")?.to_owned(), password: config.need("password")?.to_owned() };
    let address = ftp::Address { host, port, secure: false, login };
    ftp::make(&address, &config.below(path), config.name).map(|location| StorageLocation::Store(Box::new(location)))
}

/// Whether a name of a host or a user is one that no program takes for an option or an address of several parts.
fn is_plain(text: &str) -> bool {
    !text.starts_with('-') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(provider: &str, configuration: Value, path: &str) -> Result<StorageLocation, SinkError> {
        storage(7, &json!({"id": 7, "provider": provider, "configuration": configuration}), path)
    }

    #[test]
    fn providers_lead_to_their_places_and_no_secret_is_shown() {
        let s3 = json!({"bucket_name": "b", "access_key": "AK", "secret_key": "SECRET", "endpoint_url": "http://h:1", "region_name": "fra1"});
        let azure = json!({"container_name": "c", "account_name": "a", "account_key": "U0VDUkVU"});
        let gcp = json!({"bucket_name": "b", "credentials": {"type": "service_account", "private_key": "SECRET"}});
        let sftp = json!({"host": "h", "username": "u", "password": "SECRET", "root_path": "/data/"});
        for (provider, config, prefix) in [
            ("amazon_s3", &s3, "x/y"),
            ("minio", &s3, "x/y"),
            ("digital_ocean", &s3, "x/y"),
            ("azure", &azure, "x/y"),
            ("gcp", &gcp, "x/y"),
            ("sftp", &sftp, "data/x/y"),
            ("ftp", &sftp, "data/x/y"),
        ] {
            let StorageLocation::Store(location) = found(provider, config.clone(), "/x/y/").unwrap() else {
                panic!("{provider}")
            };
            assert_eq!((location.prefix.as_str(), location.name), (prefix, format!("storage 7 ({provider}): x/y")));
        }
        let StorageLocation::Folder(folder) = found("file_system", json!({"location": "/data"}), "x").unwrap() else {
            panic!()
        };
        assert_eq!(folder, Path::new("/data/x"));
    }

    #[test]
    fn what_cannot_be_written_says_what_to_do() {
        for (provider, config, path, says) in [
            ("smb", json!({"password": "SECRET"}), "x", "mount it"),
            ("synology", json!({"password": "SECRET"}), "x", "mount it"),
            ("ftp", json!({"password": "SECRET"}), "x", "host"),
            ("ftp", json!({"host": "h", "username": "u", "password": "SECRET", "port": 70000}), "x", "port is not one"),
            ("ftp", json!({"host": "h:1@SECRET", "username": "u"}), "x", "not one"),
            (
                "ftp",
                json!({"host": "h", "username": "u", "password": "SECRET", "root_path": "/a\r\nDELE b"}),
                "x",
                "several lines",
            ),
            ("paper", json!({"secret_key": "SECRET"}), "x", "not known"),
            ("minio", json!({"bucket_name": "b", "secret_key": "SECRET"}), "x", "endpoint_url"),
            ("amazon_s3", json!({"bucket_name": "b", "secret_key": "SECRET"}), "x", "access_key"),
            ("amazon_s3", json!({"secret_key": "SECRET"}), "../x", "the path in storage 7"),
            (
                "gcp",
                json!({"bucket_name": "b", "credentials": "/etc/SECRET.json"}),
                "x",
                "GOOGLE_APPLICATION_CREDENTIALS",
            ),
            ("sftp", json!({"host": "-oProxyCommand=SECRET", "username": "u"}), "x", "not one"),
        ] {
            let e = found(provider, config, path).unwrap_err().to_string();
            assert!(e.contains(says) && !e.contains("SECRET"), "{e}");
        }
    }
}
