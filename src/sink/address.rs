//! How a DEST is written, and what was probably meant by one that no destination understands: it never becomes a folder of that name.

use super::archive::format::ArchiveFormat;
use super::error::SinkError;
use super::lines;
#[cfg(feature = "stores")]
use super::store::scheme::SCHEMES;
use crate::tr;

/// What people write for a scheme, and the scheme.
const ALIASES: &[(&str, &str)] = &[
    ("s3a", "s3"),
    ("s3n", "s3"),
    ("aws", "s3"),
    ("minio", "s3"),
    ("gcs", "gs"),
    ("gcp", "gs"),
    ("google", "gs"),
    ("azure", "az"),
    ("azblob", "az"),
    ("abfs", "az"),
    ("abfss", "az"),
    ("wasb", "az"),
    ("wasbs", "az"),
    ("ssh", "sftp"),
    ("scp", "sftp"),
    ("dav", "webdav"),
    ("davs", "webdavs"),
];

/// Endings of archives and compressed files that are not written here, and what comes nearest.
const OTHER_ARCHIVES: &[(&str, &str)] = &[
    (".7z", ".zip"),
    (".rar", ".zip"),
    (".zipx", ".zip"),
    (".tzst", ".tar.zst"),
    (".taz", ".tgz"),
    (".txz", ".tar.zst"),
    (".tlz", ".tar.zst"),
    (".tbz", ".tar.zst"),
    (".tbz2", ".tar.zst"),
    (".gz", ".tar.gz"),
    (".gzip", ".tar.gz"),
    (".zst", ".tar.zst"),
    (".zstd", ".tar.zst"),
    (".xz", ".tar.zst"),
    (".lzma", ".tar.zst"),
    (".bz2", ".tar.zst"),
    (".lz", ".tar.zst"),
    (".lz4", ".tar.zst"),
];

/// Endings that a slip of one key is looked for in.
const SHORT: &[&str] = &["tar", "tgz", "zip"];

/// What stands before `://`, if DEST has it.
pub fn scheme(dest: &str) -> Option<&str> {
    let (scheme, _) = dest.split_once("://")?;
    is_word(scheme).then_some(scheme)
}

/// Checks that DEST is written as some destination is.
///
/// # Errors
/// [`SinkError::Usage`] saying what was probably meant.
pub fn check(dest: &str) -> Result<(), SinkError> {
    match scheme(dest) {
        Some(name) if is_scheme(name) => remote(name, dest),
        Some(name) => Err(unknown_scheme(name, dest)),
        None => local(dest),
    }
}

/// A path below a bucket or a host. Whoever resolves `..` may leave the bucket; whoever does not has objects that no tool shows.
fn remote(name: &str, dest: &str) -> Result<(), SinkError> {
    let rest = without_secret(&dest[name.len() + 3..]);
    let shown = format!("{name}://{rest}");
    let (host, path) = rest.split_once('/').unwrap_or((&rest, ""));
    let path = path.strip_suffix('/').unwrap_or(path);
    // `ftp://HOST//PATH` is from the root of the server.
    let (root, path) = match path.strip_prefix('/') {
        Some(path) if name.starts_with("ftp") => ("/", path),
        _ => ("", path),
    };
    components(path).map_err(|bad| {
        let plain: Vec<_> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let meant = if plain.contains(&"..") || plain.is_empty() {
            tr!("dest-as-it-is")
        } else {
            tr!("dest-mean", meant = format!("{name}://{host}/{root}{}", plain.join("/")))
        };
        SinkError::usage(tr!("dest-component", shown, ?bad, meant))
    })?;
    let last = path.rsplit('/').next().unwrap_or_default();
    if !dest.ends_with('/')
        && !lines::is_dest(last)
        && (ArchiveFormat::of(last).is_some() || other_archive(last).is_some())
    {
        return Err(SinkError::usage(tr!("dest-archive-there", shown, last)));
    }
    Ok(())
}

/// Checks the components of a path in a store. Returns the first that is no name: `.`, `..` or an empty one.
///
/// # Errors
/// The component.
pub fn components(path: &str) -> Result<(), &str> {
    let bad = |part: &&str| matches!(*part, "" | "." | "..");
    if path.is_empty() { Ok(()) } else { path.split('/').find(bad).map_or(Ok(()), Err) }
}

/// Checks that an address is that of a file or folder in a store, to be read.
///
/// # Errors
/// [`SinkError::Usage`] saying what was probably meant.
#[cfg(feature = "stores")]
pub fn check_stored(place: &str) -> Result<(), SinkError> {
    let name = scheme(place).unwrap_or_default();
    if !is_scheme(name) {
        return Err(unknown_scheme(name, place));
    }
    let rest = without_secret(&place[name.len() + 3..]);
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    let path = path.strip_prefix('/').filter(|_| name.starts_with("ftp")).unwrap_or(path);
    components(path.strip_suffix('/').unwrap_or(path))
        .map_err(|bad| SinkError::usage(tr!("dest-component-no-name", name, rest, ?bad)))
}

fn unknown_scheme(name: &str, dest: &str) -> SinkError {
    let rest = without_secret(&dest[name.len() + 3..]);
    match name.to_ascii_lowercase().as_str() {
        "file" => {
            let path = rest.strip_prefix("localhost/").map_or(rest.clone(), |path| format!("/{path}"));
            SinkError::usage(tr!("dest-file-url", path))
        }
        "http" | "https" => SinkError::usage(tr!(
            "dest-web",
            name,
            meant = format!("{}://{rest}", if name.len() == 4 { "webdav" } else { "webdavs" })
        )),
        lower => match meant_scheme(lower) {
            Some(meant) => SinkError::usage(tr!("dest-no-scheme", name, meant, rest)),
            None => SinkError::usage(tr!("dest-unknown", name, forms = super::registry::forms().join(", "))),
        },
    }
}

/// A name on this machine.
fn local(dest: &str) -> Result<(), SinkError> {
    let first = dest.split('/').next().unwrap_or_default();
    let here = tr!("dest-here", dest);
    if dest.starts_with("~/") || dest == "~" {
        return Err(SinkError::usage(tr!("dest-tilde", dest, tail = &dest[1..], here)));
    }
    if let Some((word, rest)) = dest.trim_start().split_once(':') {
        let rest = rest.trim_start_matches('/');
        let known = word.to_ascii_lowercase();
        let known = is_scheme(&known).then_some(known.clone()).or_else(|| alias(&known).map(str::to_owned));
        if let Some(meant) = known {
            return Err(SinkError::usage(tr!("dest-no-address", dest, meant = format!("{meant}://{rest}"), here)));
        }
        if word.eq_ignore_ascii_case("file") {
            return Err(SinkError::usage(tr!("dest-no-address", dest, meant = format!("/{rest}"), here)));
        }
        if first.contains(':')
            && !word.is_empty()
            && (word.contains('@') || first.trim_start().len() == word.len() + 1 && dest.contains('/'))
        {
            return Err(SinkError::usage(tr!("dest-no-address", dest, meant = format!("sftp://{word}/{rest}"), here)));
        }
    }
    if dest.contains("//") && is_scheme(&first.to_ascii_lowercase()) && dest[first.len()..].starts_with("//") {
        let rest = dest[first.len()..].trim_start_matches('/');
        return Err(SinkError::usage(tr!(
            "dest-no-address",
            dest,
            meant = format!("{}://{rest}", first.to_ascii_lowercase()),
            here
        )));
    }
    let name = dest.rsplit('/').next().unwrap_or_default();
    match other_archive(name) {
        Some((stem, ending)) => {
            let folder = &dest[..dest.len() - name.len()];
            Err(SinkError::usage(tr!("dest-no-archive", dest, meant = format!("{folder}{stem}{ending}"))))
        }
        None => Ok(()),
    }
}

/// Whether a name ends as an archive or a compressed file that is not written here: its stem, and the ending that was probably meant.
fn other_archive(name: &str) -> Option<(&str, &'static str)> {
    if ArchiveFormat::of(name).is_some() || lines::is_dest(name) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    // `.tar.xz`, and whatever else is made of a tar.
    if let Some(at) = lower.find(".tar.").filter(|at| *at > 0) {
        let near = OTHER_ARCHIVES.iter().find(|(ending, _)| lower[at + 4..] == **ending).map(|(_, near)| *near);
        return Some((&name[..at], near.filter(|near| near.starts_with(".tar")).unwrap_or(".tar.gz")));
    }
    let dot = lower.rfind('.').filter(|dot| *dot > 0)?;
    let (stem, ending) = (&name[..dot], &lower[dot..]);
    if let Some((_, near)) = OTHER_ARCHIVES.iter().find(|(other, _)| *other == ending) {
        return Some((stem, near));
    }
    let slip = SHORT.iter().find(|short| is_slip(&ending[1..], short))?;
    Some((
        stem,
        match *slip {
            "tar" => ".tar",
            "tgz" => ".tgz",
            _ => ".zip",
        },
    ))
}

/// Whether `text` is `word` with one letter more, or two in the other order.
fn is_slip(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let without = |at: usize| text[..at] == word[..at] && text[at + 1..] == word[at..];
    let swapped = |at: usize| {
        let mut letters = text.to_vec();
        letters.swap(at - 1, at);
        letters == word
    };
    text != word && (text.len() == word.len() + 1 && (1..text.len()).any(without) || (1..text.len()).any(swapped))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

#[cfg(feature = "stores")]
fn is_scheme(name: &str) -> bool {
    SCHEMES.iter().any(|scheme| scheme.name() == name)
}

#[cfg(not(feature = "stores"))]
fn is_scheme(_name: &str) -> bool {
    false
}

fn alias(name: &str) -> Option<&'static str> {
    ALIASES.iter().find(|(alias, meant)| *alias == name && is_scheme(meant)).map(|(_, meant)| *meant)
}

/// The scheme that a word in small letters was probably meant to be.
fn meant_scheme(lower: &str) -> Option<String> {
    if is_scheme(lower) {
        return Some(lower.to_owned());
    }
    if let Some(meant) = alias(lower) {
        return Some(meant.to_owned());
    }
    #[cfg(feature = "stores")]
    return SCHEMES
        .iter()
        .map(super::store::scheme::Scheme::name)
        .find(|name| is_slip(lower, name) || strsim::levenshtein(lower, name) == 1)
        .map(str::to_owned);
    #[cfg(not(feature = "stores"))]
    None
}

/// An address without the password or the signature that it may have.
fn without_secret(rest: &str) -> String {
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = match host.rsplit_once('@') {
        Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
        None => host.to_owned(),
    };
    format!("{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(dest: &str) -> String {
        check(dest).map_or_else(|e| e.to_string(), |()| String::new())
    }

    #[test]
    fn names_of_folders_and_archives_are_taken_as_they_are() {
        for dest in [
            "out",
            "out/",
            "v1.2",
            "data.2026",
            "a.b/c.d.e",
            "roads-2026-11-28T10:00:00",
            "labels.ar",
            "labels.tr",
            "x.star",
            "notes.txt.d",
            ".hidden",
            ".tar",
            "zip",
            "out.rar/",
            "./s3:/b/x",
            "./a:/b",
            "~x",
            "-",
            "out.tar",
            "OUT.TAR.GZ",
            "x.TgZ",
            "x.Zip",
            "x.tar.ZST",
            "night.ndjson.zst",
            "a/list.jsonl",
            "://x",
            "",
        ] {
            assert_eq!(said(dest), "", "{dest}");
        }
    }

    #[test]
    fn another_archive_is_told_the_nearest() {
        for (dest, meant) in [
            ("out.rar", "out.zip"),
            ("out.7z", "out.zip"),
            ("OUT.RAR", "OUT.zip"),
            ("out.tar.xz", "out.tar.zst"),
            ("out.tar.bz2", "out.tar.zst"),
            ("out.TAR.BZ2", "out.tar.zst"),
            ("out.tar.gzip", "out.tar.gz"),
            ("out.tar.gx", "out.tar.gz"),
            ("out.tar.Z", "out.tar.gz"),
            ("a/out.txz", "a/out.tar.zst"),
            ("x.tgz2", "x.tgz"),
            ("x.zipp", "x.zip"),
            ("x.zpi", "x.zip"),
            ("x.tra", "x.tar"),
            ("v1.2.gz", "v1.2.tar.gz"),
            ("night.ndjson.xz", "night.ndjson.tar.zst"),
            ("자연.7z", "자연.zip"),
        ] {
            let said = said(dest);
            assert!(said.contains(&format!("did you mean {meant}?")) && said.contains(&format!("{dest}/")), "{said}");
        }
    }

    #[cfg(feature = "stores")]
    #[test]
    fn a_slip_in_an_address_is_told_what_was_meant() {
        for (dest, meant) in [
            ("s3:/b/x", "s3://b/x"),
            ("s3:b/x", "s3://b/x"),
            (" s3://b/x", "s3://b/x"),
            ("s3//b/x", "s3://b/x"),
            ("S3://b/x", "s3://b/x"),
            ("S3:/b/x", "s3://b/x"),
            ("s4://b/x", "s3://b/x"),
            ("s33://b/x", "s3://b/x"),
            ("s3a://b/x", "s3://b/x"),
            ("gcs://b/x", "gs://b/x"),
            ("gcs:/b/x", "gs://b/x"),
            ("azure://c/x", "az://c/x"),
            ("ssh://h/x", "sftp://h/x"),
            ("sfpt://h/x", "sftp://h/x"),
            ("me@h:/srv/x", "sftp://me@h/srv/x"),
            ("me@h:x", "sftp://me@h/x"),
            ("h:/srv/x", "sftp://h/srv/x"),
            ("dav://h/x", "webdav://h/x"),
            ("http://h/x", "webdav://h/x"),
            ("https://u:SECRET@h/x?sig=SECRET", "webdavs://u@h/x"),
            ("file:///data/x", "/data/x"),
            ("file://localhost/data/x", "/data/x"),
            ("file:/data/x", "/data/x"),
            ("s3://b//x", "s3://b/x"),
            ("s3://b/a/./x/", "s3://b/a/x"),
            ("gs://b/a//x", "gs://b/a/x"),
            ("s3://AK:SECRET@b//x", "s3://AK@b/x"),
            ("ftp://h//a//x", "ftp://h//a/x"),
        ] {
            let said = said(dest);
            assert!(said.contains(&format!("did you mean {meant}?")) && !said.contains("SECRET"), "{dest}: {said}");
        }
    }

    #[cfg(feature = "stores")]
    #[test]
    fn what_has_no_nearest_is_refused_all_the_same() {
        for (dest, says) in [
            ("s3://b/a/../../other/x", "\"..\", which is no name"),
            ("s3://b/..", "\"..\", which is no name"),
            ("sftp://h/./", "\".\", which is no name"),
            ("az://c/a/..", "which is no name"),
            ("s3://b/x.zip", "give x.zip and copy it there"),
            ("s3://b/x.TAR.GZ", "archives are written on this machine only"),
            ("sftp://h/a/x.7z", "archives are written on this machine only"),
            ("gs://b/night.json.zst", "archives are written on this machine only"),
            ("gopher://h/x", "no destination is known for gopher://"),
            ("~/out", "$HOME/out"),
        ] {
            assert!(said(dest).contains(says), "{dest}: {}", said(dest));
        }
        for dest in [
            "s3://b",
            "s3://b/",
            "s3://b/a b/ü",
            "s3://b/x.zip/",
            "ftp://h//srv/x",
            "sftp://me@h:22/~/x",
            "s3://b/v1.2",
            "gs://b/night.ndjson.zst",
        ] {
            assert_eq!(said(dest), "", "{dest}");
        }
    }
}
