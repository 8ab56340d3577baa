//! `s3://BUCKET/PREFIX`: Amazon S3 and everything that speaks like it.
//!
//! Credentials as the AWS tools find them: environment (with session token), `~/.aws` profiles, single sign-on, container and
//! instance roles. `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` name another server, `AWS_NO_SIGN_REQUEST` asks without signature.

use crate::sink::error::SinkError;
use crate::sink::store::environment::env;
use crate::sink::store::location::{Class, Location, client, parse, path_of};
use crate::sink::store::multipart::Uploads;
use crate::sink::store::scheme::Scheme;
use crate::tr;
use opendal::services::S3;
use std::path::PathBuf;
use url::Url;

/// `s3://`.
pub const SCHEME: Scheme = Scheme { form: "s3://BUCKET/PREFIX", location };

/// The location that a DEST names.
///
/// # Errors
/// [`SinkError::Usage`].
pub fn location(dest: &str) -> Result<Location, SinkError> {
    let url = parse(dest)?;
    let bucket = url.host_str().unwrap_or_default();
    let profile = env("AWS_PROFILE");
    check_keys()?;
    if let Some(profile) = &profile {
        check_profile(profile)?;
    }
    let named = |name: &'static str| env(name).map(|value| (name, value));
    let endpoint = named("AWS_ENDPOINT_URL_S3")
        .or_else(|| named("AWS_ENDPOINT_URL"))
        .or_else(|| configured(profile.as_deref(), "endpoint_url").map(|value| ("endpoint_url", value)));
    let endpoint = endpoint.map(|(name, value)| endpoint_of(name, value)).transpose()?;
    let region =
        env("AWS_REGION").or_else(|| env("AWS_DEFAULT_REGION")).or_else(|| configured(profile.as_deref(), "region"));
    let builder = S3::default();
    let builder = if let Some(profile) = &profile { builder.profile(profile) } else { builder };
    make(builder, &Access { bucket, endpoint, region, ..Access::default() }, path_of(dest), dest)
}

/// How a bucket is reached.
#[derive(Default)]
pub struct Access<'a> {
    /// The bucket's name.
    pub bucket: &'a str,
    /// Another server than Amazon's.
    pub endpoint: Option<String>,
    /// Its region; `us-east-1` when nobody says.
    pub region: Option<String>,
    /// Key and secret, over what the environment says.
    pub keys: Option<(String, String)>,
}

/// A location in a bucket; `prefix` is its path, and `dest` is shown to the user.
///
/// # Errors
/// [`SinkError::Usage`].
pub fn make(builder: S3, access: &Access<'_>, prefix: &str, dest: &str) -> Result<Location, SinkError> {
    let region = access.region.clone().unwrap_or_else(|| "us-east-1".to_owned());
    let mut builder = builder.bucket(access.bucket).region(&region);
    // Amazon wants the bucket in the host name; other servers seldom have such names.
    let amazon = access.endpoint.as_deref().is_none_or(|e| e.contains(".amazonaws.com"));
    if let Some(endpoint) = &access.endpoint {
        builder = builder.endpoint(endpoint);
    }
    if flag("AWS_VIRTUAL_HOSTED_STYLE_REQUEST").unwrap_or(amazon && !access.bucket.contains('.')) {
        builder = builder.enable_virtual_host_style();
    }
    if let Some((key, secret)) = &access.keys {
        builder = builder.access_key_id(key).secret_access_key(secret).disable_config_load();
    }
    if flag("AWS_NO_SIGN_REQUEST").unwrap_or(false) {
        builder = builder.skip_signature();
    }
    if flag("AWS_EC2_METADATA_DISABLED").unwrap_or(false) {
        builder = builder.disable_ec2_metadata();
    }
    let op = client(builder, dest)?;
    let mut location = Location::new(op, prefix, dest, Class::ObjectStore);
    location.uploads = Uploads::new(access.bucket, access.endpoint.as_deref(), &region, access.keys.clone());
    Ok(location)
}

/// One half of a pair of keys finds its other half nowhere.
fn check_keys() -> Result<(), SinkError> {
    let (id, secret) = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
    let (missing, there) = match (env(id), env(secret)) {
        (Some(_), None) => (secret, id),
        (None, Some(_)) => (id, secret),
        _ => return Ok(()),
    };
    Err(SinkError::usage(tr!("store-s3-half", missing, there)))
}

/// The address of another server, which a variable or a setting of the profile names.
fn endpoint_of(name: &str, value: String) -> Result<String, SinkError> {
    let url = Url::parse(value.trim()).ok();
    let good = url.as_ref().is_some_and(|u| matches!(u.scheme(), "http" | "https") && u.host_str().is_some());
    if good && url.is_some_and(|u| u.username().is_empty() && u.password().is_none()) {
        return Ok(value.trim().to_owned());
    }
    let host = value.trim();
    let plain = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    let meant = if plain { format!("http://{host} or https://{host}") } else { "https://HOST".to_owned() };
    Err(SinkError::usage(tr!("store-s3-endpoint", name, meant)))
}

/// A profile that is named has to be there.
fn check_profile(profile: &str) -> Result<(), SinkError> {
    let home = |name: &str| std::env::home_dir().map(|home| home.join(".aws").join(name));
    let config = env("AWS_CONFIG_FILE").map(PathBuf::from).or_else(|| home("config"));
    let credentials = env("AWS_SHARED_CREDENTIALS_FILE").map(PathBuf::from).or_else(|| home("credentials"));
    let files: Vec<_> = [config, credentials].into_iter().flatten().collect();
    let mut known: Vec<String> = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        known.extend(profiles(&text).map(str::to_owned));
    }
    if known.iter().any(|name| name == profile) {
        return Ok(());
    }
    known.sort();
    known.dedup();
    let files: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
    let files = files.join(", ");
    Err(SinkError::usage(match known.as_slice() {
        [] => tr!("store-s3-no-profiles", ?profile, files),
        known => tr!("store-s3-profiles", ?profile, files, known = known.join(", ")),
    }))
}

/// The names of the profiles in a file.
fn profiles(text: &str) -> impl Iterator<Item = &str> {
    let sections = text.lines().filter_map(|line| line.trim().strip_prefix('[')?.split(']').next());
    sections
        .map(str::trim)
        .filter(|name| !name.starts_with("sso-session ") && !name.starts_with("services "))
        .map(|name| name.strip_prefix("profile ").map_or(name, str::trim))
}

fn flag(name: &str) -> Option<bool> {
    env(name).map(|v| !matches!(v.to_ascii_lowercase().as_str(), "0" | "false" | "no"))
}

/// A setting of a profile in `~/.aws/config`.
fn configured(profile: Option<&str>, key: &str) -> Option<String> {
    let file = env("AWS_CONFIG_FILE").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".aws/config")))?;
    setting(&std::fs::read_to_string(file).ok()?, profile.unwrap_or("default"), key)
}

fn setting(text: &str, profile: &str, key: &str) -> Option<String> {
    let mut ours = false;
    for line in text.lines().map(str::trim_end) {
        if let Some(section) = line.strip_prefix('[').and_then(|l| l.split(']').next()) {
            let section = section.trim();
            ours = section.strip_prefix("profile").map_or(section, str::trim) == profile;
        } else if ours
            && !line.starts_with([' ', '\t', '#', ';'])
            && let Some((name, value)) = line.split_once('=')
            && name.trim() == key
        {
            return Some(value.trim().to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_url() {
        for good in ["http://h:9000", "https://s3.example.org/", " https://h "] {
            assert_eq!(endpoint_of("X", good.to_owned()).unwrap(), good.trim());
        }
        for (bad, said) in [
            ("localhost:9000", "X is not the address of a server: give it as http://localhost:9000 or"),
            ("minio", "http://minio or"),
            ("ftp://h", "https://HOST"),
            ("http://", "https://HOST"),
            ("http://me:secret@h", "https://HOST"),
            ("not a url", "https://HOST"),
            ("", "https://HOST"),
            ("s3://bucket", "https://HOST"),
        ] {
            let e = endpoint_of("X", bad.to_owned()).unwrap_err().to_string();
            assert!(e.contains(said) && !e.contains("secret"), "{bad}: {e}");
        }
        let text = "[default]\nregion=x\n[profile lab]\n[ profile  a b ]\n[sso-session s]\n[dev]";
        assert_eq!(profiles(text).collect::<Vec<_>>(), ["default", "lab", "a b", "dev"]);
    }

    #[test]
    fn settings_of_a_profile() {
        let text = "[default]\nregion = eu-west-1\n# region = no\n[profile lab]\nregion=x-1\ns3 =\n  region = nested\nendpoint_url = http://h:9\n";
        assert_eq!(setting(text, "default", "region").as_deref(), Some("eu-west-1"));
        assert_eq!(setting(text, "lab", "endpoint_url").as_deref(), Some("http://h:9"));
        assert_eq!((setting(text, "default", "endpoint_url"), setting(text, "none", "region")), (None, None));
    }
}
