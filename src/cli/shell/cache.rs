//! Names of projects, people and tags as `syn-fetch projects` and its like have listed them last, for completion: no shell waits for a
//! server. A folder a host below `$XDG_CACHE_HOME/synpipe`, readable by its owner alone; ids, titles and e-mail addresses, no secrets.

use serde_json::{Value, json};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use url::Url;

/// Entries of a list that are kept.
pub const ENTRIES: usize = 10_000;
/// Bytes of a list that are read.
const BYTES: u64 = 4 << 20;
/// Keys of what a server lists: the first that an entry has counts.
const IDS: [&str; 3] = ["user_id", "id", "index"];
const NAMES: [&str; 3] = ["title", "name", "username"];

/// One entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id, or its place in the list.
    pub id: String,
    /// What people call it; may be empty.
    pub name: String,
    /// The address of a person; may be empty.
    pub email: String,
}

/// The file of a list of a host; `None` when nothing says where caches are.
fn file(host: &Url, list: &str) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let root = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
    let host = host.as_str().split_once("://").map_or("", |(_, rest)| rest);
    let plain = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() || ".-".contains(c) { c } else { '_' }).collect()
    };
    Some(root.join("synpipe").join(plain(host.trim_end_matches('/'))).join(format!("{}.ndjson", plain(list))))
}

/// Keeps a list, one JSON object a line as `syn-fetch` prints it. An empty list is kept, too.
///
/// # Errors
/// The file could not be written. The list is printed all the same, so a caller has nothing to do but tell.
pub fn keep(host: &Url, list: &str, lines: &[String]) -> io::Result<()> {
    let Some(file) = file(host, list) else { return Ok(()) };
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut out = tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o600)).tempfile_in(folder)?;
    for entry in lines.iter().take(ENTRIES).filter_map(|line| Entry::of(&serde_json::from_str(line).ok()?)) {
        writeln!(out, "{}", json!({"id": entry.id, "name": entry.name, "email": entry.email}))?;
    }
    out.persist(file)?;
    Ok(())
}

/// A list as it was kept last; empty when it never was.
pub fn load(host: &Url, list: &str) -> Vec<Entry> {
    let Some(file) = file(host, list).and_then(|file| std::fs::File::open(file).ok()) else { return Vec::new() };
    let mut text = String::new();
    // A file that is no text, or too long, was not written here.
    let _ = io::Read::read_to_string(&mut io::Read::take(file, BYTES), &mut text);
    text.lines().filter_map(|line| Entry::of(&serde_json::from_str(line).ok()?)).collect()
}

impl Entry {
    fn of(entry: &Value) -> Option<Self> {
        let text = |key: &str| match &entry[key] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let first = |keys: &[&str]| keys.iter().map(|key| text(key)).find(|text| !text.is_empty()).unwrap_or_default();
        let (id, name, email) = (first(&IDS), first(&NAMES), text("email"));
        (!id.is_empty()).then_some(Self { id, name, email })
    }
}
