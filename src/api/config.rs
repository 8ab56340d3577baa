//! `~/.synapse/config.json`: host, token and profiles, in the file that the platform's own CLI reads and writes.
//!
//! ```json
//! {"host": "https://api.synapse.sh", "access_token": "…", "agent": {},
//!  "default_environment": "prod", "environments": {"prod": {"backend_url": "…", "access_token": "…", "tenant": "…"}}}
//! ```
//!
//! The first two keys are those of `synapse login`; a profile is an entry of `environments`, as the platform's server for assistants
//! has them. What we do not know stays as it is, byte for byte.

use super::credentials::Environment;
use crate::exit::{Classified, Exit};
use crate::selection::sought;
use crate::stream::error::UnknownName;
use crate::stream::whole_file::{Place, PlaceError, WholeFile};
use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;
use std::fs::{DirBuilder, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long another login is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks whether it has ended.
const PAUSE: Duration = Duration::from_millis(20);
/// The bits of those who are not the owner.
const OTHERS: u32 = 0o077;
/// The profiles, by name.
const PROFILES: &str = "environments";
/// The name of the profile that the platform's server for assistants takes.
const DEFAULT_PROFILE: &str = "default_environment";

/// Values by key, as they stand in the file.
type Entries = IndexMap<String, Box<RawValue>>;

/// [`Entries`] of a JSON object; of a key that is there twice the last value counts, as it does for everyone.
struct Object(Entries);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Object;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut entries = Entries::new();
                while let Some((key, value)) = map.next_entry()? {
                    entries.insert(key, value);
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It is not JSON. Its text is not quoted: it may be a token.
    #[error("{}:{line}: not valid JSON: correct it, or move the file away and run `syn-fetch login`", path.display())]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Where, 1-based.
        line: usize,
    },
    /// A value is of another kind than it should be.
    #[error("{}: {what} is not a JSON object: correct it, or move the file away and run `syn-fetch login`", path.display())]
    NotObject {
        /// The file.
        path: PathBuf,
        /// The key, or the whole.
        what: String,
    },
    /// It is a link to a file of somebody else, who could read the token.
    #[error("{} is a link to {}, which belongs to another user: remove the link, and run again", path.display(), target.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// It cannot be written; what was there before is there still.
    #[error("cannot write {}: {reason}", path.display())]
    Write {
        /// The file or its folder.
        path: PathBuf,
        /// Why.
        reason: PlaceError,
    },
}

impl Classified for ConfigError {
    fn exit(&self) -> Exit {
        if matches!(self, Self::Write { .. }) { Exit::Output } else { Exit::Usage }
    }
}

/// Where the platform's CLI has the file, and so have we: below the home folder, and nowhere else.
pub fn config_path(env: Environment<'_>) -> Option<PathBuf> {
    let home = env("HOME").map(PathBuf::from).or_else(std::env::home_dir)?;
    Some(home.join(".synapse/config.json"))
}

/// What the file says.
#[derive(Debug, Default)]
pub struct Config {
    entries: Entries,
    profiles: Entries,
    /// Whether people who are not the owner may read it.
    pub is_exposed: bool,
}

/// Host and identity of one profile, as far as it has them.
#[derive(Clone, Default)]
pub struct Profile {
    /// `backend_url`.
    pub host: Option<String>,
    /// `access_token`.
    pub access_token: Option<String>,
    /// `tenant`.
    pub tenant: Option<String>,
}

/// The agent that the platform's CLI has saved, or a profile names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// Its id.
    pub id: Option<u64>,
    /// What people call it; may be empty.
    pub name: String,
    /// Its address; none: it can be reached by the platform alone.
    pub url: Option<String>,
}

impl Config {
    /// The agent of a profile, or else of the file.
    pub fn agent(&self, profile: Option<&str>) -> Option<Agent> {
        let parse = |raw: &RawValue| serde_json::from_str::<Value>(raw.get()).ok();
        let (value, prefix) = match profile {
            Some(name) => (parse(self.profiles.get(name)?)?, "agent_"),
            None => (parse(self.entries.get("agent")?)?, ""),
        };
        let text = |key: &str| value[format!("{prefix}{key}")].as_str().map(str::trim).filter(|text| !text.is_empty());
        let id = &value[format!("{prefix}id")];
        let id = id.as_u64().or_else(|| id.as_str()?.trim().parse().ok());
        let agent = Agent { id, name: text("name").unwrap_or_default().into(), url: text("url").map(str::to_owned) };
        (agent.id.is_some() || agent.url.is_some()).then_some(agent)
    }

    /// Reads the file; one that is not there, or empty, says nothing.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read(path: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let entries = entries(path)?;
        let profiles = object(path, PROFILES, entries.get(PROFILES).map(AsRef::as_ref))?;
        let mode = path.metadata().map_or(0, |there| there.mode());
        Ok(Self { entries, profiles, is_exposed: mode & OTHERS != 0 })
    }

    /// The text under a key, if there is one that is not blank.
    pub fn text(&self, key: &str) -> Option<String> {
        text(&self.entries, key)
    }

    /// The names of the profiles.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    /// The profile with this name.
    ///
    /// # Errors
    /// [`UnknownName`] with the nearest one.
    pub fn profile(&self, name: &str) -> Result<Profile, Box<UnknownName>> {
        let Some(found) = self.profiles.get(name) else {
            return Err(sought::unknown("the profile", name, &self.profiles().map(str::to_owned).collect()).into());
        };
        let found = serde_json::from_str(found.get()).map_or_else(|_| Entries::new(), |Object(found)| found);
        Ok(Profile {
            host: text(&found, "backend_url"),
            access_token: text(&found, "access_token"),
            tenant: text(&found, "tenant"),
        })
    }
}

/// What a login writes.
pub struct Login<'a> {
    /// The profile; none: what `synapse login` writes.
    pub profile: Option<&'a str>,
    /// The host as it was given.
    pub host: &'a str,
    /// The access token.
    pub token: &'a str,
    /// The tenant, when one was named.
    pub tenant: Option<&'a str>,
}

/// What happened besides.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// The file that a link led to.
    pub linked: Option<PathBuf>,
    /// A user token was there, which would have been used in place of the new token, and is removed.
    pub dropped_user_token: bool,
    /// Others could read the folder or the file, and cannot any more.
    pub closed: bool,
}

impl Login<'_> {
    /// Writes the login beside everything else that is in the file, all or nothing, readable by its owner alone.
    ///
    /// # Errors
    /// [`ConfigError`]; the file is as it was then.
    pub fn save(&self, path: &Path) -> Result<Saved, ConfigError> {
        let bad = |reason: PlaceError| ConfigError::Write { path: path.to_owned(), reason };
        let mut saved = Saved { closed: make_private_folder(path).map_err(|e| bad(e.into()))?, ..Saved::default() };
        let target = Place::file(path).map_err(bad)?;
        if target != path {
            if path.parent().and_then(owner) != owner(&target) {
                return Err(ConfigError::Foreign { path: path.to_owned(), target });
            }
            saved.linked = Some(target.clone());
        }
        // From here on no other login changes the file.
        let mut file = begin(&target).map_err(bad)?;
        let mut all = entries(&target)?;
        saved.closed |= target.metadata().is_ok_and(|there| there.mode() & OTHERS != 0);
        saved.dropped_user_token = self.put(path, &mut all)?;
        file.write_all(pretty(&all, 0).as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(|e| bad(e.into()))?;
        file.finish().map_err(|e| bad(e.into()))?;
        Ok(saved)
    }

    /// Sets the keys of the login; whether a user token had to go.
    fn put(&self, path: &Path, all: &mut Entries) -> Result<bool, ConfigError> {
        let set = |entries: &mut Entries, key: &str, value: &str| {
            entries.insert(key.to_owned(), raw(&quoted(value)));
        };
        let Some(name) = self.profile else {
            set(all, "host", self.host);
            set(all, "access_token", self.token);
            if let Some(tenant) = self.tenant {
                set(all, "tenant", tenant);
            }
            return Ok(all.shift_remove("user_token").is_some_and(|old| old.get() != "null"));
        };
        let mut profiles = object(path, PROFILES, all.get(PROFILES).map(AsRef::as_ref))?;
        let mut profile = object(path, &format!("profile {name:?}"), profiles.get(name).map(AsRef::as_ref))?;
        set(&mut profile, "backend_url", self.host);
        set(&mut profile, "access_token", self.token);
        if let Some(tenant) = self.tenant {
            set(&mut profile, "tenant", tenant);
        }
        profiles.insert(name.to_owned(), raw(&pretty(&profile, 2)));
        if text(all, DEFAULT_PROFILE).is_none() {
            set(all, DEFAULT_PROFILE, name);
        }
        all.insert(PROFILES.to_owned(), raw(&pretty(&profiles, 1)));
        Ok(false)
    }
}

/// The user whom a file belongs to.
fn owner(path: &Path) -> Option<u32> {
    path.metadata().ok().map(|there| there.uid())
}

/// Makes the folder of the file, or closes it to others; whether that had to be done.
fn make_private_folder(path: &Path) -> io::Result<bool> {
    let Some(folder) = path.parent() else { return Ok(false) };
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
        made => return made.map(|()| false),
    }
    let mode = folder.metadata()?.mode();
    // A folder of somebody else stays as it is.
    Ok(mode & OTHERS != 0 && std::fs::set_permissions(folder, Permissions::from_mode(mode & 0o700)).is_ok())
}

/// Begins the new file as soon as no other login is writing it.
fn begin(target: &Path) -> Result<WholeFile, PlaceError> {
    let until = Instant::now() + PATIENCE;
    loop {
        match WholeFile::private(target.to_owned()) {
            Err(PlaceError::Busy) if Instant::now() < until => std::thread::sleep(PAUSE),
            other => return other,
        }
    }
}

fn entries(path: &Path) -> Result<Entries, ConfigError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Entries::new()),
        Err(source) => return Err(ConfigError::Read { path: path.to_owned(), source }),
    };
    if bytes.trim_ascii().is_empty() {
        return Ok(Entries::new());
    }
    let whole: Box<RawValue> = serde_json::from_slice(&bytes)
        .map_err(|e| ConfigError::NotJson { path: path.to_owned(), line: e.line().max(1) })?;
    object(path, "the whole", Some(&whole))
}

/// The entries of an object; nothing and null have none.
fn object(path: &Path, what: &str, value: Option<&RawValue>) -> Result<Entries, ConfigError> {
    match value.map(|value| value.get()) {
        None | Some("null") => Ok(Entries::new()),
        Some(text) => serde_json::from_str(text)
            .map(|Object(entries)| entries)
            .map_err(|_| ConfigError::NotObject { path: path.to_owned(), what: what.to_owned() }),
    }
}

fn text(entries: &Entries, key: &str) -> Option<String> {
    let value: String = serde_json::from_str(entries.get(key)?.get()).ok()?;
    (!value.trim().is_empty()).then_some(value)
}

/// A text that is JSON as a value.
fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// A text as JSON in ASCII, as the platform's CLI writes it: that one reads the file in the encoding of the machine.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in Value::from(text).to_string().chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    out
}

/// An object as the platform's CLI writes it: two blanks for each level. `level`: how deep it stands.
fn pretty(entries: &Entries, level: usize) -> String {
    if entries.is_empty() {
        return "{}".to_owned();
    }
    let (inner, outer) = ("  ".repeat(level + 1), "  ".repeat(level));
    let lines: Vec<_> = entries.iter().map(|(key, value)| format!("{inner}{}: {}", quoted(key), value.get())).collect();
    format!("{{\n{}\n{outer}}}", lines.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(before: &str, profile: Option<&str>) -> Result<String, ConfigError> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(".synapse/config.json");
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        std::fs::write(&path, before).unwrap();
        let login = Login { profile, host: "https://h", token: "syn_1", tenant: profile.map(|_| "acme") };
        let done = login.save(&path);
        let after = std::fs::read_to_string(&path).unwrap();
        assert!(done.is_ok() || after == before, "{after}");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "something is left");
        done.map(|_| after)
    }

    #[test]
    fn a_login_leaves_everything_else_as_it_is() {
        let plain = "{\n  \"host\": \"https://h\",\n  \"access_token\": \"syn_1\"\n}\n";
        for before in ["", " \n", "{}", r#"{"host": 7}"#, r#"{"host":"a","host":"b","access_token":null}"#] {
            assert_eq!(saved(before, None).unwrap(), plain, "{before}");
        }
        let odd = "{\n  \"z\": [1,  2],\n  \"n\": 1.10,\n  \"big\": 123456789012345678901234567890,\n  \"a\": {\"b\":   null}";
        let after = saved(&format!("{odd}}}"), None).unwrap();
        assert_eq!(after, format!("{odd},\n  {}", plain[2..].trim_start()));
        let profile = saved(&format!("{odd}}}"), Some("\u{b3c4}\u{1f697}")).unwrap();
        let new = "\"default_environment\": \"\\ub3c4\\ud83d\\ude97\",\n  \"environments\": {\n    \"\\ub3c4\\ud83d\\ude97\": {\n      \
                   \"backend_url\": \"https://h\",\n      \"access_token\": \"syn_1\",\n      \"tenant\": \"acme\"\n    }\n  }\n}\n";
        assert_eq!(profile, format!("{odd},\n  {new}"));
        let kept = r#"{"default_environment":"x","environments":{"x":{"agent_id":3},"y":{"agent_id":4,"access_token":"old"}}}"#;
        let after: Value = serde_json::from_str(&saved(kept, Some("y")).unwrap()).unwrap();
        assert_eq!(after["default_environment"], "x");
        assert_eq!(after["environments"]["x"], serde_json::json!({"agent_id": 3}));
        assert_eq!(
            (&after["environments"]["y"]["agent_id"], &after["environments"]["y"]["access_token"]),
            (&4.into(), &"syn_1".into())
        );
    }

    #[test]
    fn what_is_no_configuration_is_left_alone_and_not_quoted() {
        for (before, profile, says) in [
            ("{\"access_token\": syn_secret}", None, ":1: not valid JSON"),
            ("{\n\"access_token\": \"syn_secret", None, ":2: not valid JSON"),
            ("[\"syn_secret\"]", None, "the whole is not a JSON object"),
            ("\"syn_secret\"", None, "not a JSON object"),
            ("{\"environments\": [\"syn_secret\"]}", Some("p"), "environments is not a JSON object"),
            ("{\"environments\": {\"p\": \"syn_secret\"}}", Some("p"), "profile \"p\" is not a JSON object"),
            ("{} {}", None, "not valid JSON"),
        ] {
            let e = saved(before, profile).unwrap_err();
            let said = e.to_string();
            assert!(said.contains(says) && !said.contains("syn_secret"), "{before}: {said}");
            assert_eq!(e.exit(), Exit::Usage);
        }
    }

    #[test]
    fn profiles_have_names() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.json");
        std::fs::write(&path, r#"{"environments":{"prod":{"backend_url":"https://p"},"staging":null,"odd":7}}"#)
            .unwrap();
        let config = Config::read(Some(&path)).unwrap();
        assert_eq!(config.profile("prod").unwrap().host.as_deref(), Some("https://p"));
        assert!(config.profile("staging").unwrap().host.is_none() && config.profile("odd").unwrap().host.is_none());
        assert_eq!(config.profile("stagin").err().unwrap().near.as_deref(), Some("staging"));
        assert_eq!(config.profile("x").err().unwrap().others, ["odd", "prod", "staging"]);
    }
}
