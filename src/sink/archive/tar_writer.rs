//! A tar archive in the POSIX format (ustar with pax records), byte for byte the same for the same files: no owner, one mode, one
//! date. Names that ustar cannot hold, and sizes from 8 GiB, stand in a pax record, which every tar of the last twenty years reads.

use std::io::{self, Read, Write};
use tar::{EntryType, Header};

/// The date of every file in an archive: 1980-01-01, the first that a zip can hold. GNU tar complains about 1970.
const DATE: u64 = 315_532_800;
/// The longest name in the header itself, bytes.
const NAME: usize = 100;
/// The first size that the eleven octal digits of the header cannot hold.
const LARGE: u64 = 1 << 33;
const BLOCK: usize = 512;

/// An archive under way. It is whole after [`finish`](TarWriter::finish) only.
#[derive(Debug)]
pub struct TarWriter<W> {
    out: W,
}

impl<W: Write> TarWriter<W> {
    /// An archive without files.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// Adds a file of this size.
    ///
    /// # Errors
    /// When the content is shorter, or the archive cannot be written.
    pub fn add(&mut self, path: &str, size: u64, content: &mut dyn Read) -> io::Result<()> {
        let mut records = Vec::new();
        if path.len() > NAME || !path.is_ascii() {
            push_record(&mut records, "path", path);
        }
        if size >= LARGE {
            push_record(&mut records, "size", &size.to_string());
        }
        if !records.is_empty() {
            self.header(path, EntryType::XHeader, records.len() as u64)?;
            self.out.write_all(&records)?;
            self.pad(records.len() as u64)?;
        }
        self.header(path, EntryType::Regular, size)?;
        if io::copy(&mut content.take(size), &mut self.out)? < size {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a scratch file is shorter than it was"));
        }
        self.pad(size)
    }

    /// Writes the end of the archive.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(&[0; 2 * BLOCK])?;
        Ok(self.out)
    }

    /// Leaves the archive in a state that every reader takes for cut, since an end without end marks is an end to some: a file
    /// is announced, and does not come.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn break_off(mut self, why: &str) -> io::Result<W> {
        self.header(why, EntryType::Regular, BLOCK as u64)?;
        Ok(self.out)
    }

    /// The size of the archive if it got a file of this size and name, and nothing else.
    pub fn size_of(path: &str, size: u64) -> u64 {
        let blocks = |n: u64| n.div_ceil(BLOCK as u64) * BLOCK as u64;
        let long = path.len() > NAME || !path.is_ascii() || size >= LARGE;
        let records = if long { BLOCK as u64 + blocks(path.len() as u64 + 40) } else { 0 };
        records + BLOCK as u64 + blocks(size)
    }

    fn header(&mut self, path: &str, kind: EntryType, size: u64) -> io::Result<()> {
        let mut header = Header::new_ustar();
        if let Some(ustar) = header.as_ustar_mut() {
            // A stand-in where a record has the name: its end, in ASCII.
            let ascii = path.bytes().map(|b| if b.is_ascii() { b } else { b'_' });
            let skip = path.len().saturating_sub(NAME);
            ustar.name.iter_mut().zip(ascii.skip(skip)).for_each(|(to, b)| *to = b);
        }
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(DATE);
        header.set_cksum();
        self.out.write_all(header.as_bytes())
    }

    fn pad(&mut self, size: u64) -> io::Result<()> {
        let over = (size % BLOCK as u64) as usize;
        if over == 0 { Ok(()) } else { self.out.write_all(&[0; BLOCK][over..]) }
    }
}

/// Appends `LENGTH KEY=VALUE\n`, where the length counts itself.
fn push_record(records: &mut Vec<u8>, key: &str, value: &str) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    records.extend_from_slice(format!("{length} {key}={value}\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_length_and_script_are_read_back() {
        let mut tar = TarWriter::new(Vec::new());
        let mut paths: Vec<String> = (1..300).map(|n| "d/".repeat(n / 2) + &"n".repeat(1 + n % 2)).collect();
        paths.extend((80..110).map(|n| "x".repeat(n)));
        paths.extend(["자연/그림 1.json", "caf\u{e9}", "%41", "-rf", " "].map(str::to_owned));
        for p in &paths {
            tar.add(p, p.len() as u64, &mut p.as_bytes()).unwrap();
        }
        let bytes = tar.finish().unwrap();
        let mut archive = ::tar::Archive::new(&bytes[..]);
        let mut got = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            assert_eq!(entry.path_bytes(), content.as_bytes());
            assert_eq!((entry.header().mtime().unwrap(), entry.header().mode().unwrap()), (DATE, 0o644));
            got.push(content);
        }
        assert_eq!(got, paths);
        let sizes: u64 = paths.iter().map(|p| TarWriter::<Vec<u8>>::size_of(p, p.len() as u64)).sum();
        assert!(sizes + 1024 >= bytes.len() as u64 && sizes <= bytes.len() as u64 + 512 * paths.len() as u64);
    }

    #[test]
    fn a_record_counts_its_own_length() {
        for n in 1..2000 {
            let mut records = Vec::new();
            push_record(&mut records, "path", &"x".repeat(n));
            let length = String::from_utf8_lossy(&records).split(' ').next().unwrap().parse::<usize>().unwrap();
            assert_eq!(length, records.len());
        }
    }

    #[test]
    fn a_size_beyond_the_header_stands_in_a_record() {
        let mut tar = TarWriter::new(Vec::new());
        let e = tar.add("big", LARGE + 5, &mut io::empty()).unwrap_err();
        assert_eq!(e.kind(), io::ErrorKind::UnexpectedEof);
        assert!(tar.out[512..].starts_with(b"19 size=8589934597\n"));
        let mut archive = ::tar::Archive::new(&tar.out[..]);
        assert_eq!(archive.entries().unwrap().next().unwrap().unwrap().size(), LARGE + 5);
    }

    #[test]
    fn what_is_broken_off_is_cut_for_every_reader() {
        let mut tar = TarWriter::new(Vec::new());
        tar.add("a", 1, &mut &b"1"[..]).unwrap();
        let bytes = tar.break_off("incomplete").unwrap();
        let mut archive = ::tar::Archive::new(&bytes[..]);
        let read = archive.entries().unwrap().map(|e| e.and_then(|mut e| e.read_to_end(&mut Vec::new())));
        assert!(read.last().unwrap().is_err());
    }
}
