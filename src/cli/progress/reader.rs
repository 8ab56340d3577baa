//! Who prints on the terminal what we write into a pipe: no line is drawn into the output of `jq`, or over a pager.

use std::path::{Path, PathBuf};

/// Programs that write nothing before their input has ended.
const AT_THE_END: [&str; 7] = ["cksum", "md5sum", "sha1sum", "sha256sum", "sort", "tac", "wc"];
/// Programs of a pipe that are followed.
const LONGEST: usize = 32;

/// Whether the last program of the pipe after us writes to a terminal and may do so at any time. Our own stages are none of these: they say
/// when they print. What cannot be told is no.
pub fn prints() -> bool {
    let processes = siblings();
    let at = |process: &str, descriptor: u8| link(&format!("/proc/{process}/fd/{descriptor}"));
    let mut output = at("self", 1);
    for _ in 0..LONGEST {
        let Some(pipe) = output.filter(|output| output.to_string_lossy().starts_with("pipe:")) else { return false };
        let reader = processes.iter().find(|process| at(process, 0).as_ref() == Some(&pipe));
        let Some(reader) = reader else { return false };
        let name = std::fs::read_to_string(format!("/proc/{reader}/comm")).unwrap_or_default();
        if AT_THE_END.contains(&name.trim()) {
            return false;
        }
        output = at(reader, 1);
        if output.as_deref().is_some_and(is_terminal) {
            return !name.starts_with("syn-");
        }
    }
    false
}

/// The processes that our parent has started, as a shell starts the programs of a pipe.
fn siblings() -> Vec<String> {
    let parent = std::os::unix::process::parent_id();
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    children.split_whitespace().map(str::to_owned).collect()
}

fn link(path: &str) -> Option<PathBuf> {
    std::fs::read_link(path).ok()
}

fn is_terminal(path: &Path) -> bool {
    path.starts_with("/dev/pts") || path.to_string_lossy().starts_with("/dev/tty")
}
