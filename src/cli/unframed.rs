//! `--unframed`: lines without frames, for which the user vouches; and what is said of lines that are not as a stage has written them.

use super::common::{Common, Console};
use super::progress::input::Input;
use super::progress::{Shown, show};
use super::slips;
use crate::exit::UsageError;
use crate::stream::{Came, Kind, Reader};
use crate::text::bytes;
use crate::tr;
use crate::words::Message;
use clap::Args;
use indicatif::HumanCount;
use serde_json::json;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;

/// The option.
#[derive(Clone, Copy, Debug, Default, Args)]
#[group(skip)]
pub struct Unframed {
    /// Take lines that come without a begin frame on standard input: for who knows that they are all there
    #[arg(long, hide_short_help = true, help_heading = "Damaged input")]
    pub unframed: bool,
}

impl Unframed {
    /// A reader of these files, or of standard input.
    ///
    /// # Errors
    /// [`UsageError`] when only files are read, of which none needs to be vouched for.
    pub fn reader(
        self,
        files: &[PathBuf],
        kind: Kind,
        common: &Common,
        console: &Console,
    ) -> Result<Reader, UsageError> {
        self.check(files, console)?;
        Ok(Reader::open(files, common.max_line_bytes).framed(kind, self.unframed))
    }

    /// Refuses the option where it is without effect, and names that are a slip of the pen; says what is read.
    ///
    /// # Errors
    /// As [`Unframed::reader`].
    pub fn check(self, files: &[PathBuf], console: &Console) -> Result<(), UsageError> {
        let is_file = |path: &PathBuf| path.as_os_str() != "-" && (path.is_file() || !path.exists());
        if self.unframed && !files.is_empty() && files.iter().all(is_file) {
            return Err(UsageError::new(tr!("unframed-for-stdin")));
        }
        let is_missing = |path: &&PathBuf| path.as_os_str() != "-" && !path.exists();
        if let Some(path) = files.iter().find(is_missing) {
            let arguments: Vec<_> = std::env::args().skip(1).collect();
            let slip = slips::of_input(console.tool(), &path.to_string_lossy(), &arguments);
            slip.map_or(Ok(()), |slip| Err(UsageError::new(slip)))?;
        }
        tell_inputs(files, console);
        Ok(())
    }

    /// Says what was found out about the lines.
    pub fn tell(self, came: &Came, kind: Kind, console: &Console) {
        if self.unframed && came.outside == 0 && came.streams > 0 {
            console.warn(tr!("unframed-unneeded"));
        }
        console.debug(tr!("debug-frames", streams = came.streams, outside = came.outside));
        if let Some((lines, counted)) = came.of {
            console.info(tr!(
                "left-out-between",
                lines = HumanCount(lines),
                counted = HumanCount(counted),
                kind = kind.word()
            ));
        }
    }
}

/// Shows how much of these files is read; nothing when one of them is no file: then another stage shows its progress. Metrics are told in any
/// case.
pub fn show_input(files: &[PathBuf], reader: &Reader, console: &Console) -> Shown {
    let (lines, bytes) = (reader.lines_read(), reader.bytes_read());
    console.watch(move || json!({"items": lines.load(Relaxed), "bytes_read": bytes.load(Relaxed)}));
    let sizes: Option<Vec<u64>> = files.iter().map(|path| size(path)).collect();
    match sizes.filter(|sizes| !sizes.is_empty()) {
        Some(sizes) => show(Input { read: reader.bytes_read(), total: sizes.iter().sum() }, console),
        None => Shown::default(),
    }
}

/// The size of a file; `None` when it is none.
fn size(path: &Path) -> Option<u64> {
    path.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len())
}

/// Says that these are waited for when a person has to type them.
pub fn tell_terminal(what: Message, console: &Console) {
    if std::io::stdin().is_terminal() {
        console.info(tr!("stdin-is-terminal", what));
    }
}

/// Says what is read. A person who is waited for is told in any case.
fn tell_inputs(files: &[PathBuf], console: &Console) {
    if files.is_empty() || files.iter().any(|path| path.as_os_str() == "-") {
        tell_terminal(tr!("to-type-lines"), console);
    }
    if files.is_empty() {
        console.debug(tr!("debug-reads-stdin"));
    }
    for path in files {
        console.debug(match size(path) {
            Some(size) => tr!("debug-reads-bytes", path = path.display(), size = bytes(size)),
            None => tr!("debug-reads", path = path.display()),
        });
    }
}
