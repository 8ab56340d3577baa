//! `--unframed`: lines without frames, for which the user vouches; and what is said of lines that are not as a stage has written them.

use super::common::{Common, Console};
use crate::exit::UsageError;
use crate::stream::{Came, Kind, Reader};
use clap::Args;
use std::path::PathBuf;

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
    pub fn reader(self, files: &[PathBuf], kind: Kind, common: &Common) -> Result<Reader, UsageError> {
        self.check(files)?;
        Ok(Reader::open(files, common.max_line_bytes).framed(kind, self.unframed))
    }

    /// Refuses the option where it is without effect.
    ///
    /// # Errors
    /// As [`Unframed::reader`].
    pub fn check(self, files: &[PathBuf]) -> Result<(), UsageError> {
        let is_file = |path: &PathBuf| path.as_os_str() != "-" && (path.is_file() || !path.exists());
        if self.unframed && !files.is_empty() && files.iter().all(is_file) {
            return Err(UsageError::new("--unframed is for standard input: a file is taken with or without frames"));
        }
        Ok(())
    }

    /// Says what was found out about the lines.
    pub fn tell(self, came: &Came, kind: Kind, console: &Console) {
        if self.unframed && came.outside == 0 && came.streams > 0 {
            console.warn("--unframed has changed nothing: the input has its frames");
        }
        if let Some((lines, counted)) = came.of {
            let word = kind.word();
            console.info(&format!("{lines} of {counted} {word} came: a program in between has left out the others"));
        }
    }
}
