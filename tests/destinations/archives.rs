//! Archives, read and changed without the sink.

use crate::servers::Tree;
use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::Path;

/// The files in an archive.
pub fn read(path: &Path, ending: &str) -> Tree {
    let bytes = fs::read(path).unwrap();
    let tar = match ending {
        ".zip" => {
            let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
            let mut found = Tree::new();
            for i in 0..zip.len() {
                let mut file = zip.by_index(i).unwrap();
                let mut content = Vec::new();
                file.read_to_end(&mut content).unwrap();
                found.insert(file.name().unwrap().to_string(), content);
            }
            return found;
        }
        ".tar.zst" => zstd::decode_all(&bytes[..]).unwrap(),
        _ => bytes,
    };
    let mut archive = tar::Archive::new(&tar[..]);
    let files = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (String::from_utf8(entry.path_bytes().into_owned()).unwrap(), content)
    });
    files.collect()
}

/// Writes the archive again with other files, as a user would who unpacks and packs it; makes one when there is none.
pub fn change(path: &Path, ending: &str, change: impl FnOnce(&mut Tree)) {
    let mut files = if path.exists() { read(path, ending) } else { Tree::new() };
    change(&mut files);
    if ending == ".zip" {
        let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
        for (name, content) in &files {
            zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap();
        return;
    }
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in &files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        tar.append_data(&mut header, format!("./{name}"), &content[..]).unwrap();
    }
    let bytes = tar.into_inner().unwrap();
    fs::write(path, if ending == ".tar.zst" { zstd::encode_all(&bytes[..], 1).unwrap() } else { bytes }).unwrap();
}
