//! What is in a folder, as servers tell it: by `MLSD`, whose form is a standard, else by `LIST`, which is meant for people.

use super::session::{Server, failed, is_refusal};
use opendal::raw::oio;
use opendal::{Error, ErrorKind, MetadataBuilder};
use std::sync::Arc;
use suppaftp::FtpResult;
use suppaftp::list::ListParser;

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    name: String,
    /// `None`: a folder.
    bytes: Option<u64>,
}

/// The contents of a folder, asked for when the first is wanted.
pub struct FtpLister {
    server: Arc<Server>,
    /// Ends in a slash.
    folder: String,
    /// `None`: not asked yet.
    lines: Option<std::vec::IntoIter<String>>,
    read: fn(&str) -> Result<Option<Found>, &'static str>,
}

impl FtpLister {
    /// Of this folder.
    pub fn new(server: Arc<Server>, folder: &str) -> Self {
        Self { server, folder: folder.to_owned(), lines: None, read: standard }
    }

    async fn ask(&mut self) -> opendal::Result<std::vec::IntoIter<String>> {
        let mut session = self.server.session().await?;
        let path = session.at(&self.folder);
        let answer: FtpResult<Vec<String>> = if session.lists {
            self.read = standard;
            session.ftp.mlsd(Some(&path)).await
        } else {
            self.read = for_people;
            // Some servers leave out names with a dot in front unless they are asked for.
            let all = format!("-a {path}");
            session.ftp.list(Some(&all)).await
        };
        let lines = match answer {
            Ok(lines) => lines,
            // Servers have several numbers for a folder that is not there.
            Err(e) if is_refusal(&e) && !session.has_folder(&self.folder).await.map_err(|e| failed(&e))? => Vec::new(),
            Err(e) => return Err(failed(&e)),
        };
        self.server.keep(session);
        Ok(lines.into_iter())
    }
}

impl oio::List for FtpLister {
    async fn next(&mut self) -> opendal::Result<Option<oio::Entry>> {
        if self.lines.is_none() {
            self.lines = Some(self.ask().await?);
            if self.folder != "/" {
                return Ok(Some(oio::Entry::new(&self.folder, MetadataBuilder::dir().build())));
            }
        }
        let below = if self.folder == "/" { "" } else { &self.folder };
        for line in self.lines.iter_mut().flatten() {
            let found = (self.read)(&line)
                .map_err(|why| Error::new(ErrorKind::Unexpected, format!("the server lists {line:?}: {why}")))?;
            match found {
                None => {}
                Some(found) if matches!(found.name.as_str(), "." | "..") => {}
                Some(found) if found.name.is_empty() || found.name.contains('/') => {
                    return Err(Error::new(ErrorKind::Unexpected, format!("the server lists {line:?}: it is no name")));
                }
                Some(Found { name, bytes: None }) => {
                    let folder = format!("{below}{name}/");
                    return Ok(Some(oio::Entry::new(&folder, MetadataBuilder::dir().build())));
                }
                Some(Found { name, bytes: Some(bytes) }) => {
                    let file = format!("{below}{name}");
                    return Ok(Some(oio::Entry::new(&file, MetadataBuilder::file(bytes).build())));
                }
            }
        }
        Ok(None)
    }
}

/// A line of `MLSD`: `type=file;size=12;modify=…; NAME`.
fn standard(line: &str) -> Result<Option<Found>, &'static str> {
    let (facts, name) = line.split_once(' ').ok_or("there is no name")?;
    let fact = |wanted: &str| {
        let mut pairs = facts.split(';').filter_map(|f| f.split_once('='));
        pairs.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    };
    let kind = fact("type").unwrap_or("file").to_ascii_lowercase();
    let bytes = match kind.as_str() {
        "cdir" | "pdir" => return Ok(None),
        "dir" => None,
        // Anything else is a file to whoever removes it.
        _ => Some(fact("size").unwrap_or("0").parse().map_err(|_| "its size is no number")?),
    };
    Ok(Some(Found { name: name.to_owned(), bytes }))
}

/// A line of `LIST`, as Unix or Windows servers write it.
fn for_people(line: &str) -> Result<Option<Found>, &'static str> {
    if line.strip_prefix("total ").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit())) {
        return Ok(None);
    }
    if let Ok(file) = ListParser::parse_dos(line) {
        let bytes = (!file.is_directory()).then_some(file.size() as u64);
        return Ok(Some(Found { name: file.name().to_owned(), bytes }));
    }
    let file = ListParser::parse_posix(line).map_err(|_| "that is not how a file is listed")?;
    let bytes = (!file.is_directory()).then_some(file.size() as u64);
    // The library takes spaces in front of a name for those of the column.
    let column = line.strip_suffix(file.name()).unwrap_or_default();
    let spaces = column.len() - column.trim_end_matches(' ').len();
    let name = " ".repeat(spaces.saturating_sub(1)) + file.name();
    Ok(Some(Found { name, bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_list_are_read() {
        let file = |name: &str, bytes| Ok(Some(Found { name: name.to_owned(), bytes }));
        assert_eq!(standard("type=file;size=12;modify=20260101000000; a b; c"), file("a b; c", Some(12)));
        assert_eq!(standard("Type=dir;Perm=el;  x"), file(" x", None));
        assert_eq!(standard("type=OS.unix=slink:/etc;size=3; l"), file("l", Some(3)));
        assert_eq!(standard("type=cdir; ."), Ok(None));
        assert_eq!(standard(" bare"), file("bare", Some(0)));
        assert!(standard("type=file;size=x; a").is_err() && standard("nonsense").is_err());
        assert_eq!(for_people("-rw-r--r--    1 0  0   7 Nov 25 04:00 그림 1.json"), file("그림 1.json", Some(7)));
        assert_eq!(for_people("drwxr-xr-x    2 0  0   4096 Nov 25  2025 .d"), file(".d", None));
        assert_eq!(for_people("-rw-r--r--    1 0  0   7 Nov 25 04:00   x y"), file("  x y", Some(7)));
        assert_eq!(for_people("04-08-14  03:09PM                  8192 a b.txt"), file("a b.txt", Some(8192)));
        assert_eq!(for_people("total 12"), Ok(None));
        assert!(for_people("?").is_err());
    }
}
