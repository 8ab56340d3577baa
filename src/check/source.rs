//! A dataset that is not on this machine. What a check reads of it is brought into a temporary folder first, many files at once: labels
//! and documents whole, of images the bytes that tell their size and their end, of what nobody opens no more than the name.

use super::images::is_image;
use super::layout::{folder_of, leaf};
use super::picture::{self, Bytes};
use crate::path::RelPath;
use crate::stream::StreamError;
use crate::tr;
use crate::words::{Message, Worded};
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Is called with path and size (bytes) of a file.
pub type Each<'e, E> = dyn FnMut(&str, u64) -> Result<(), E> + 'e;

/// Where the files of a dataset are. Calls come from several threads at once.
pub trait Source: Sync {
    /// Why it cannot be read.
    type Error: From<StreamError> + Send;

    /// Calls `each` with path and size (bytes) of every file, in any order.
    ///
    /// # Errors
    /// The place cannot be listed; what `each` returns.
    fn list(&self, each: &mut Each<'_, Self::Error>) -> Result<(), Self::Error>;

    /// Bytes of a file, all of this range.
    ///
    /// # Errors
    /// They cannot be read.
    fn read(&self, path: &str, range: Range<u64>) -> Result<Vec<u8>, Self::Error>;
}

/// Requests under way at once: nearly all of the time is waiting.
const REQUESTS: usize = 32;
/// Bytes of a document that are asked for at once.
const BLOCK: u64 = 4 << 20;
/// The first bytes of an image that are asked for; later requests for the same image grow.
const IMAGE: u64 = 16 << 10;
/// Images up to this size come in one request.
const SMALL: u64 = 64 << 10;

/// Endings of files that no rule opens; some are larger than a dataset.
const UNOPENED: [&str; 16] = [
    "zip", "tar", "tgz", "gz", "zst", "7z", "npy", "npz", "pt", "onnx", "cache", "mp4", "avi", "mov", "mkv", "parquet",
];

/// How much of a file is brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Image,
    Name,
}

impl Part {
    fn of(path: &str) -> Self {
        let extension = leaf(path).rsplit_once('.').map_or("", |(_, ext)| ext).to_ascii_lowercase();
        // Planes of classes are decoded.
        let is_plane = folder_of(path).split('/').any(|folder| folder.starts_with("Segmentation"));
        if is_image(path) {
            return if is_plane { Self::Whole } else { Self::Image };
        }
        if UNOPENED.contains(&extension.as_str()) { Self::Name } else { Self::Whole }
    }
}

/// Brings a dataset into an empty folder. Gives what was passed over, a line each.
///
/// # Errors
/// Those of the source; [`StreamError::Write`] of the folder.
pub fn bring<S: Source>(source: &S, folder: &Path) -> Result<Vec<Message>, S::Error> {
    let (send, receive) = crossbeam_channel::bounded::<(String, u64)>(4 * REQUESTS);
    let failed = Mutex::new(None);
    let mut unread = Vec::new();
    let listed = std::thread::scope(|scope| {
        for _ in 0..REQUESTS {
            let (receive, failed) = (receive.clone(), &failed);
            scope.spawn(move || {
                for (path, length) in receive {
                    if let Err(e) = file(source, folder, &path, length) {
                        lock(failed).get_or_insert(e);
                        return;
                    }
                }
            });
        }
        drop(receive);
        let mut folders = HashSet::new();
        let listed = source.list(&mut |path, length| {
            // Nobody looks into hidden folders.
            if folder_of(path).split('/').any(|part| part.starts_with('.') && !matches!(part, "." | "..")) {
                return Ok(());
            }
            let place = RelPath::new(path).map_err(|e| e.words()).and_then(|_| {
                let into = folder_of(path).to_owned();
                let made = folders.contains(&into) || fs::create_dir_all(folder.join(&into)).is_ok();
                folders.insert(into);
                if made { Ok(()) } else { Err(tr!("check-file-folder")) }
            });
            match place {
                // Nobody receives it when they have failed.
                Ok(()) => send.send((path.to_owned(), length)).map_err(|_| StreamError::Closed.into()),
                Err(e) => {
                    unread.push(tr!("check-stored-file", ?path, e));
                    Ok(())
                }
            }
        });
        drop(send);
        listed
    });
    if let Some(e) = lock(&failed).take() {
        return Err(e);
    }
    listed.map(|()| unread)
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Brings one file: as long as it is, with holes where nobody looks.
fn file<S: Source>(source: &S, folder: &Path, path: &str, length: u64) -> Result<(), S::Error> {
    let failed = |source| StreamError::Write { name: tr!("temporary-copy", path), source };
    let open = OpenOptions::new().create(true).truncate(true).read(true).write(true).open(folder.join(path));
    let file = open.map_err(failed)?;
    file.set_len(length).map_err(failed)?;
    match Part::of(path) {
        Part::Name => Ok(()),
        Part::Whole => {
            let mut at = 0;
            while at < length {
                let end = (at + BLOCK).min(length);
                file.write_all_at(&source.read(path, at..end)?, at).map_err(failed)?;
                at = end;
            }
            Ok(())
        }
        Part::Image => {
            let first = if length <= SMALL { SMALL } else { IMAGE };
            let image = Image {
                source,
                path,
                length,
                file,
                held: RefCell::default(),
                next: Cell::new(first),
                failed: Cell::new(None),
            };
            // Whether it is one is judged when the copy is looked at: these same bytes.
            let _ = picture::look_into(&image);
            image.failed.take().map_or(Ok(()), Err)
        }
    }
}

/// An image at its source; what is read of it is kept in its copy.
struct Image<'i, S: Source> {
    source: &'i S,
    path: &'i str,
    length: u64,
    file: File,
    held: RefCell<Vec<Range<u64>>>,
    /// How much the next request asks for, at least.
    next: Cell<u64>,
    failed: Cell<Option<S::Error>>,
}

impl<S: Source> Bytes for Image<'_, S> {
    fn length(&self) -> io::Result<u64> {
        Ok(self.length)
    }

    fn read_at(&self, to: &mut [u8], at: u64) -> io::Result<usize> {
        let end = (at + to.len() as u64).min(self.length);
        let is_held = self.held.borrow().iter().any(|range| range.start <= at && end <= range.end);
        if at < end && !is_held {
            let wanted = at..(at + self.next.get()).max(end).min(self.length);
            match self.source.read(self.path, wanted.clone()) {
                Ok(bytes) => self.file.write_all_at(&bytes, at)?,
                Err(e) => {
                    self.failed.set(Some(e));
                    return Err(io::Error::other("its source failed"));
                }
            }
            self.next.set((4 * self.next.get()).min(BLOCK));
            self.held.borrow_mut().push(wanted);
        }
        FileExt::read_at(&self.file, to, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::tests::jpeg;
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[derive(Default)]
    struct Memory {
        files: BTreeMap<String, Vec<u8>>,
        sent: AtomicU64,
    }

    impl Source for Memory {
        type Error = StreamError;

        fn list(&self, each: &mut Each<'_, StreamError>) -> Result<(), StreamError> {
            self.files.iter().try_for_each(|(path, bytes)| each(path, bytes.len() as u64))
        }

        fn read(&self, path: &str, range: Range<u64>) -> Result<Vec<u8>, StreamError> {
            if path.ends_with("broken.jpg") {
                return Err(StreamError::Internal("a source that fails"));
            }
            self.sent.fetch_add(range.end - range.start, Ordering::Relaxed);
            Ok(self.files[path][range.start as usize..range.end as usize].to_vec())
        }
    }

    /// An image whose frame comes behind `before` bytes of other segments, and which has `data` bytes behind it.
    fn photograph(before: usize, data: usize, end: &[u8]) -> Vec<u8> {
        let whole = jpeg(None, true, 0);
        let segment = [&[0xff, 0xe2, 0xea, 0x60][..], &[0; 59998]].concat();
        [&whole[..2], &segment.repeat(before / segment.len()), &whole[2..], &vec![0x55; data], end].concat()
    }

    #[test]
    fn of_images_the_ends_come_and_look_as_the_whole() {
        let end = [0xff, 0xd9];
        for (name, bytes, most) in [
            ("a photograph", photograph(0, 8 << 20, &end), 20 << 10),
            ("a preview in front", photograph(600_000, 8 << 20, &end), 2 << 20),
            ("one that breaks off", photograph(0, 1 << 20, &[]), 2 << 20),
            ("zeros behind it", photograph(0, 1000, &[&end[..], &[0; 90000]].concat()), 100 << 10),
            ("a small one", photograph(0, 10, &end), 1 << 10),
            ("none", b"hello".repeat(50000), 300_000),
            ("an empty one", Vec::new(), 0),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let whole = folder.path().join("whole");
            fs::write(&whole, &bytes).unwrap();
            let files = BTreeMap::from([("images/a.jpg".to_owned(), bytes)]);
            let source = Memory { files, ..Memory::default() };
            assert!(bring(&source, folder.path()).unwrap().is_empty());
            let look = |path: &Path| picture::look(path).map_err(|e| e.to_string());
            assert_eq!(look(&folder.path().join("images/a.jpg")), look(&whole), "{name}");
            let sent = source.sent.into_inner();
            assert!(sent <= most, "{name}: {sent} bytes");
        }
    }

    #[test]
    fn documents_come_whole_and_what_nobody_opens_as_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let text = b"0 0.5 0.5 0.1 0.1\n".repeat(500_000);
        let names = ["labels/a.txt", "film.mp4", ".a.partial/log", "SegmentationClass/a.png", "decomposed-e\u{301}"];
        let files: BTreeMap<String, Vec<u8>> = names.iter().map(|name| ((*name).to_owned(), text.clone())).collect();
        let source = Memory { files, ..Memory::default() };
        assert!(bring(&source, folder.path()).unwrap().is_empty());
        for whole in ["labels/a.txt", "SegmentationClass/a.png", "decomposed-e\u{301}"] {
            assert_eq!(fs::read(folder.path().join(whole)).unwrap(), text, "{whole}");
        }
        assert_eq!(fs::metadata(folder.path().join("film.mp4")).unwrap().len(), text.len() as u64);
        assert!(!folder.path().join(".a.partial").exists());
        assert_eq!(source.sent.into_inner(), 3 * text.len() as u64);
    }

    #[test]
    fn a_source_that_fails_is_no_finding_and_odd_names_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let named = |names: &[&str]| {
            let files = names.iter().map(|name| ((*name).to_owned(), vec![0; 9])).collect();
            Memory { files, ..Memory::default() }
        };
        assert!(matches!(bring(&named(&["broken.jpg"]), folder.path()), Err(StreamError::Internal(_))));
        let many: Vec<String> = (0..1000).map(|i| format!("{i}/broken.jpg")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(matches!(bring(&named(&many), folder.path()), Err(StreamError::Internal(_))));
        let unread = bring(&named(&["a/../../b.txt", "ok.txt"]), folder.path()).unwrap();
        assert!(unread.len() == 1 && unread[0].english().contains("was not read"), "{unread:?}");
    }
}
