//! Room for temporary files: spools of the conversion, parts of uploads.

use super::Check;
use crate::exit::Exit;
use crate::text::bytes;
use crate::tr;
use crate::words::Worded;
use rustix::fs::statvfs;
use std::io::Write;

/// Less than this is soon full.
const LITTLE: u64 = 1 << 30;
/// Less than this is full.
const FULL: u64 = 16 << 20;
/// Written for a try, bytes.
const TRY: usize = 64 << 10;

/// Writes a little, and looks at what is left.
pub(super) fn check() -> Check {
    let folder = std::env::temp_dir();
    let name = folder.display().to_string();
    let cure = tr!("doctor-make-room");
    let tried = tempfile::tempfile().and_then(|mut file| file.write_all(&[0; TRY]).and_then(|()| file.sync_all()));
    if let Err(e) = tried {
        return Check::bad("disk", Exit::Output, tr!("doctor-no-file", folder = name, reason = e.words()), cure);
    }
    let free = match statvfs(&folder) {
        Ok(room) => room.f_bavail.saturating_mul(room.f_frsize),
        Err(e) => return Check::skipped("disk", tr!("doctor-free-unknown", folder = name, reason = e.to_string())),
    };
    let detail = tr!("doctor-free", folder = name, free = bytes(free));
    match free {
        0..FULL => Check::bad("disk", Exit::Output, detail, cure),
        FULL..LITTLE => Check::doubtful("disk", detail, cure),
        _ => Check::good("disk", detail),
    }
}
