//! A folder of files that appears when it is whole, in place of an older gallery of a check and of nothing else.

use crate::check::scratch::Scratch;
use crate::exit::{Exit, Failure};
use crate::file_line::{Content, FileLine, RelPath};
use crate::stream::json;
use crate::tr;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What a gallery of a check consists of.
const OURS: [&str; 5] = ["index.html", "page", "data", "overview", "images"];
/// What a gallery says of itself in its `index.html`.
const MARK: &str = "<meta name=\"generator\" content=\"synpipe gallery\">";

/// A folder in the making.
pub struct Folder {
    /// Where it will be, an absolute path without links.
    place: PathBuf,
    making: TempDir,
}

impl Folder {
    /// Makes one beside its place.
    ///
    /// # Errors
    /// Something else is there; it cannot be written.
    pub fn create(place: &Path, scratch: &Scratch) -> Result<Self, Failure> {
        let shown = place.display().to_string();
        let failed = |e: io::Error| Failure::new(Exit::Output, tr!("check-gallery-failed", place = &shown, e));
        let place = match fs::canonicalize(place) {
            Ok(place) => place,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let name = place.file_name().ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
                let above = place.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
                fs::create_dir_all(above).map_err(failed)?;
                fs::canonicalize(above).map_err(failed)?.join(name)
            }
            Err(e) => return Err(failed(e)),
        };
        if let Some(other) = foreign(&place).map_err(failed)? {
            return Err(Failure::new(Exit::Output, tr!("check-gallery-foreign", place = &shown, other)));
        }
        let above = place.parent().unwrap_or(Path::new("/"));
        let making = scratch.beside(above).map_err(failed)?;
        fs::create_dir(making.path().join("new")).map_err(failed)?;
        Ok(Self { place, making })
    }

    /// Where it will be.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Where its files are until then.
    pub fn inside(&self) -> PathBuf {
        self.making.path().join("new")
    }

    /// Takes file lines.
    pub fn lines(&self) -> Lines {
        Lines { root: self.inside(), line: Vec::new() }
    }

    /// Lets it appear.
    ///
    /// # Errors
    /// It cannot be moved.
    pub fn finish(self) -> Result<(), Failure> {
        let Self { place, making } = self;
        let failed = |e: io::Error| {
            Failure::new(Exit::Output, tr!("check-gallery-failed", place = place.display().to_string(), e))
        };
        // Asked again: somebody may have come in between.
        if let Some(other) = foreign(&place).map_err(failed)? {
            let place = place.display().to_string();
            return Err(Failure::new(Exit::Output, tr!("check-gallery-foreign", place, other)));
        }
        let (new, old) = (making.path().join("new"), making.path().join("old"));
        let replaces = place.exists();
        if replaces {
            fs::rename(&place, &old).map_err(failed)?;
        }
        fs::rename(new, &place).map_err(|e| {
            // The older one is better than none; why the new one cannot be there is what is told.
            let _ = replaces && fs::rename(&old, &place).is_ok();
            failed(e)
        })
    }
}

/// What is at a place that is not ours: its name; `None` when there is nothing, or a gallery of a check.
fn foreign(place: &Path) -> io::Result<Option<String>> {
    match fs::symlink_metadata(place) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
        Ok(there) if !there.is_dir() => return Ok(Some(place.display().to_string())),
        Ok(_) => {}
    }
    let mut any = false;
    for entry in fs::read_dir(place)? {
        let name = entry?.file_name();
        any = true;
        if !OURS.iter().any(|ours| *ours == name) {
            return Ok(Some(name.to_string_lossy().into_owned()));
        }
    }
    let index = place.join("index.html");
    let is_ours = !any || fs::read_to_string(&index).is_ok_and(|text| text.contains(MARK));
    Ok((!is_ours).then(|| "index.html".to_owned()))
}

/// Writes the files of lines.
pub struct Lines {
    root: PathBuf,
    line: Vec<u8>,
}

impl Lines {
    fn put(&self, line: &[u8]) -> io::Result<()> {
        let wrong = |e: String| io::Error::new(io::ErrorKind::InvalidData, e);
        let line: FileLine<'_> = json::parse(line).map_err(|e| wrong(e.to_string()))?;
        let path = RelPath::new(&line.path).map_err(|e| wrong(e.to_string()))?;
        let Ok(Content::Text(text)) = line.content() else { return Err(wrong("a file without text".into())) };
        let path = self.root.join(path.as_str());
        fs::create_dir_all(path.parent().unwrap_or(&self.root))?;
        OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes())
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        let mut lines = std::mem::take(&mut self.line);
        let mut from = 0;
        while let Some(end) = memchr::memchr(b'\n', &lines[from..]) {
            self.put(&lines[from..from + end])?;
            from += end + 1;
        }
        lines.drain(..from);
        self.line = lines;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_gallery_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        fs::create_dir(at("empty")).unwrap();
        fs::create_dir(at("ours")).unwrap();
        fs::write(at("ours/index.html"), format!("<head>{MARK}")).unwrap();
        fs::create_dir(at("page")).unwrap();
        fs::write(at("page/index.html"), "<p>mine").unwrap();
        fs::create_dir(at("photos")).unwrap();
        fs::write(at("photos/a.jpg"), "").unwrap();
        fs::write(at("file"), "").unwrap();
        for (name, expected) in [
            ("nothing", None),
            ("empty", None),
            ("ours", None),
            ("page", Some("index.html")),
            ("photos", Some("a.jpg")),
        ] {
            assert_eq!(foreign(&at(name)).unwrap().as_deref(), expected, "{name}");
        }
        assert!(foreign(&at("file")).unwrap().is_some());
        let scratch = Scratch::default();
        let folder = Folder::create(&at("ours"), &scratch).unwrap();
        let mut lines = folder.lines();
        lines.write_all(b"{\"path\":\"data/head.js\",\"text\":\"a\",\"more\":true}\n{\"path\":\"data/he").unwrap();
        lines.write_all(b"ad.js\",\"text\":\"b\"}\n").unwrap();
        assert!(!at("ours/data").exists());
        folder.finish().unwrap();
        assert_eq!(fs::read_to_string(at("ours/data/head.js")).unwrap(), "ab");
        assert!(!at("ours/index.html").exists());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 5, "nothing is left beside it");
    }
}
