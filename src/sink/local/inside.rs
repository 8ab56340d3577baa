//! A folder that no other can take the place of: a mount point, as a container's volume is, the current folder, or one whose parent
//! may not be written to. Its dataset grows in a staging folder inside it, and is moved out entry by entry, `metadata/` with the
//! manifest last.
//!
//! A run that stops amid that leaves what it takes to undo it: [`undo`] gives the folder the old dataset back, or makes it empty.

use super::staging::{self, OLD};
use crate::sink::dataset::manifest;
use rustix::fs::{Access, access};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Names of the entries that are being moved out, in a staging folder: from then on all of the old dataset is in [`OLD`].
const MOVING: &str = "moving";
/// The old dataset, when the new one is complete.
const REPLACED: &str = "replaced";
/// What is taken back, in a staging folder.
const UNDONE: &str = "undone";
/// What some file systems have in their top folder.
pub const LOST_AND_FOUND: &str = "lost+found";

/// Whether the dataset of this folder has to grow inside it.
pub fn is_needed(dest: &Path) -> bool {
    dest.symlink_metadata().is_ok_and(|meta| meta.is_dir())
        && (is_mount_point(dest)
            || super::holds_somebody(dest)
            || access(staging::parent_of(dest), Access::WRITE_OK).is_err())
}

#[cfg(target_os = "linux")]
fn is_mount_point(folder: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    statx(CWD, folder, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty())
        .is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(not(target_os = "linux"))]
fn is_mount_point(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| path.symlink_metadata().map(|meta| meta.dev()).ok();
    device(folder) != device(&staging::parent_of(folder))
}

/// The entries of a folder that belong to its dataset: neither staging folders of `dest` nor what the file system has there.
///
/// # Errors
/// The system's reason.
pub fn entries(folder: &Path, dest: &Path) -> io::Result<Vec<OsString>> {
    let prefix = staging::prefix_for(dest);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if name != LOST_AND_FOUND && !name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes()) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Moves the dataset in `tree`, its manifest included, out of the staging folder into `dest`, in the place of all that is there.
///
/// # Errors
/// The system's reason; [`undo`] must be called then.
pub fn publish(dest: &Path, staging: &Path, tree: &Path) -> io::Result<()> {
    let old = staging.join(OLD);
    fs::create_dir(&old)?;
    // Without its manifest the old dataset is none; so it goes first.
    let (last, mut there) = metadata_apart(entries(dest, dest)?);
    there.splice(0..0, last);
    move_all(dest, &old, &there)?;
    let (last, new) = metadata_apart(entries(tree, dest)?);
    write_names(staging, &new)?;
    move_all(tree, dest, &new)?;
    File::open(dest)?.sync_all()?;
    move_all(tree, dest, last.as_slice())?;
    File::open(dest)?.sync_all()
}

/// Takes back what a run has begun to publish and not completed. Returns whether the staging folder may be deleted.
pub fn undo(dest: &Path, staging: &Path) -> bool {
    restore(dest, staging).is_ok()
}

fn restore(dest: &Path, staging: &Path) -> io::Result<()> {
    let moving = staging.join(MOVING);
    match fs::read(&moving) {
        // It is complete. The staging folder may be deleted in any order, and by several runs: the old dataset must not come back.
        Ok(_) if dest.join(manifest::PATH).symlink_metadata().is_ok() => {
            return match fs::rename(staging.join(OLD), staging.join(REPLACED)) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
                _ => Ok(()),
            };
        }
        Ok(text) => {
            let undone = staging.join(UNDONE);
            fs::create_dir_all(&undone)?;
            let names: Vec<OsString> =
                serde_json::from_slice::<Vec<String>>(&text)?.into_iter().map(Into::into).collect();
            let moved: Vec<_> = names.into_iter().filter(|name| dest.join(name).symlink_metadata().is_ok()).collect();
            move_all(dest, &undone, &moved)?;
            fs::remove_file(&moving)?;
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(e),
    }
    let old = staging.join(OLD);
    if old.symlink_metadata().is_err() {
        return Ok(());
    }
    let (last, names) = metadata_apart(entries(&old, dest)?);
    move_all(&old, dest, &names)?;
    move_all(&old, dest, last.as_slice())
}

/// The folder of the manifest, and the other names.
fn metadata_apart(names: Vec<OsString>) -> (Option<OsString>, Vec<OsString>) {
    let folder = manifest::PATH.split('/').next().unwrap_or_default();
    let (mut last, rest): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name == OsStr::new(folder));
    (last.pop(), rest)
}

fn move_all(from: &Path, to: &Path, names: &[OsString]) -> io::Result<()> {
    names.iter().try_for_each(|name| fs::rename(from.join(name), to.join(name)))
}

/// Writes the names, all of them or none.
fn write_names(staging: &Path, names: &[OsString]) -> io::Result<()> {
    let names: Vec<_> = names.iter().map(|name| name.to_string_lossy()).collect();
    let growing: PathBuf = staging.join("moving-growing");
    let mut file = File::create_new(&growing)?;
    file.write_all(&serde_json::to_vec(&names)?)?;
    file.sync_all()?;
    fs::rename(growing, staging.join(MOVING))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path, names: &[&str]) {
        for name in names {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, *name).unwrap();
        }
    }

    fn there(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            entries(folder, folder).unwrap().into_iter().map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// A run stopped after any number of its moves gives the old dataset back, also when the undoing was stopped, too.
    #[test]
    fn whatever_was_moved_is_undone() {
        let (old, new) = (["a", "b/x", "metadata/manifest.json"], ["b/y", "c", "metadata/manifest.json"]);
        for done in 0..=6 {
            let place = tempfile::tempdir().unwrap();
            let dest = place.path().join("out");
            let staging = dest.join(".out.partial-x");
            let (tree, aside) = (staging.join("tree"), staging.join(OLD));
            files(&dest, &old);
            files(&dest, &["lost+found/1"]);
            files(&tree, &new);
            fs::create_dir(&aside).unwrap();
            for name in ["metadata", "a", "b"].iter().take(done) {
                fs::rename(dest.join(name), aside.join(name)).unwrap();
            }
            if done >= 3 {
                write_names(&staging, &["b".into(), "c".into()]).unwrap();
            }
            for name in ["b", "c", "metadata"].iter().take(done.saturating_sub(3)) {
                fs::rename(tree.join(name), dest.join(name)).unwrap();
            }
            assert!(undo(&dest, &staging) && undo(&dest, &staging), "{done}");
            let expected = if done == 6 { ["b", "c", "metadata"] } else { ["a", "b", "metadata"] };
            assert_eq!(there(&dest), expected, "{done}");
            assert_eq!(dest.join("b/x").exists(), done != 6, "{done}");
        }
    }

    #[test]
    fn a_dataset_takes_the_place_of_the_old_one() {
        for old in [&[][..], &["a", "b/x", "metadata/manifest.json"]] {
            let place = tempfile::tempdir().unwrap();
            let dest = place.path().join("out");
            let staging = dest.join(".out.partial-x");
            files(&dest, old);
            files(&staging.join("tree"), &["b/y", "metadata/manifest.json"]);
            publish(&dest, &staging, &staging.join("tree")).unwrap();
            assert!(undo(&dest, &staging));
            // Killed while it deleted the staging folder.
            fs::remove_file(staging.join(MOVING)).unwrap();
            assert!(undo(&dest, &staging));
            assert_eq!(there(&dest), ["b", "metadata"]);
            assert!(dest.join("b/y").exists() && !dest.join("b/x").exists());
        }
    }
}
