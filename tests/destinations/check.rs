//! `syn-convert --check` of datasets in stores and on servers: the same findings as for the folder.

use crate::common::{self, Ran, exe};
use crate::servers::{self, Server};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

fn check(place: &str, server: &Server, args: &[&str]) -> Ran {
    let mut command = Command::new(exe("syn-convert"));
    command.args(["--check", place]).args(args);
    for (name, value) in &server.env {
        command.env(name, value);
    }
    common::finish(&mut command, b"")
}

/// A PNG of this size, with so many bytes of noise.
fn png(width: u32, seed: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, 16);
    encoder.set_color(png::ColorType::Grayscale);
    let mut state = seed;
    let noise = (0..width * 16).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    encoder.write_header().unwrap().write_image_data(&noise.collect::<Vec<_>>()).unwrap();
    bytes
}

/// The layouts of other tools, in a folder and at the server; the place of each.
fn put(server: &Server, folder: &Path) -> Vec<String> {
    let text = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/layouts.json")).unwrap();
    let layouts: Vec<Value> = serde_json::from_slice(&text).unwrap();
    let mut names = Vec::new();
    for (i, layout) in layouts.iter().enumerate() {
        for (j, (path, text)) in layout["files"].as_object().unwrap().iter().enumerate() {
            let text = text.as_str().unwrap();
            let is_image = text.is_empty() && (path.ends_with(".jpg") || path.ends_with(".png"));
            let mut content = if is_image { png(if j % 3 == 0 { 9000 } else { 20 }, j as u32) } else { text.into() };
            // Some break off.
            if is_image && j % 4 == 0 {
                content.truncate(content.len() - 20);
            }
            let path = format!("{i}/{path}");
            if text.contains("ROOT") || (server.refuses)(&path) {
                continue;
            }
            let at = folder.join(&path);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            fs::write(at, &content).unwrap();
            server.put(&path, &content);
        }
        names.push(i.to_string());
    }
    names
}

fn findings_are_those_of_the_folder(server: &Server) {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for name in put(server, folder.path()) {
        for form in [&["--log-format", "json"][..], &["--output-format", "sarif"]] {
            let here = check(folder.path().join(&name).to_str().unwrap(), server, form);
            let there = check(&format!("{}{name}", server.base), server, form);
            // All but the time.
            let said = |ran: &Ran| {
                ran.stderr
                    .split_once("checked ")
                    .and_then(|(_, said)| said.rsplit_once(", in "))
                    .map(|(said, _)| said.to_owned())
            };
            // A link out of what was given is followed in a folder alone.
            let leaves = there.stderr.contains("outside of what was given");
            if !leaves && (here.stdout != there.stdout || here.code() != there.code() || said(&here) != said(&there)) {
                wrong.push(format!("{name}: {here:?}\n{there:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn findings_are_those_of_the_folder_in_s3() {
    if let Some(server) = servers::s3s() {
        findings_are_those_of_the_folder(&server);
    }
}

#[test]
fn findings_are_those_of_the_folder_at_a_server_of_files() {
    if let Some(server) = servers::webdav() {
        findings_are_those_of_the_folder(&server);
    }
}

#[test]
fn archives_and_documents_in_a_store_are_read() {
    let Some(server) = servers::s3s() else { return };
    let document = br#"{"info": {}, "images": [{"id": 1, "file_name": "a.png", "width": 20, "height": 16},
        {"id": 2, "file_name": "b.png", "width": 20, "height": 16}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5], "area": 25, "iscrowd": 0}],
        "categories": [{"id": 1, "name": "car"}]}"#;
    server.put("coco/annotations/instances_val.json", document);
    server.put("coco/val/a.png", &png(20, 1));
    server.put("coco/val/notes.txt", b"not for the check");
    let mut tar = tar::Builder::new(Vec::new());
    for (path, content) in [("annotations/instances_val.json", &document[..]), ("val/a.png", &png(20, 1))] {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, content).unwrap();
    }
    let tar = zstd::encode_all(&tar.into_inner().unwrap()[..], 1).unwrap();
    server.put("packed/coco.tar.zst", &tar);
    for place in ["coco", "coco/", "coco/annotations/instances_val.json", "packed/coco.tar.zst"] {
        let ran = check(&format!("s3://bucket/{place}"), &server, &[]);
        assert!(ran.stderr.contains("checked coco (2 images, 1 annotation): 1 rejected"), "{place}: {ran:?}");
        assert!(String::from_utf8_lossy(&ran.stdout).contains("val/b.png"), "{place}: {ran:?}");
        assert_eq!(ran.code(), 3, "{place}: {ran:?}");
    }
}

#[test]
fn a_store_that_does_not_give_a_dataset_is_told_and_no_secret_is() {
    let Some(mut server) = servers::s3s() else { return };
    server.put("x/a.txt", b"0 0.5 0.5 0.1 0.1");
    for (place, code, said) in [
        ("s3://bucket/none", 3, "nothing is there under this name"),
        ("s3://nowhere/x/", 6, "NoSuchBucket"),
        ("s3://bucket/../x", 2, "which is no name"),
        ("s4://bucket/x", 2, "did you mean s3://bucket/x?"),
        ("https://u:SKTEST@h/x?sig=SKTEST", 2, "did you mean webdavs://u@h/x?"),
        ("gopher://h/x", 2, "no destination is known for gopher://"),
    ] {
        let ran = check(place, &server, &[]);
        assert!(ran.stderr.contains(said) && !ran.stderr.contains("SKTEST"), "{place}: {ran:?}");
        assert_eq!((ran.code(), ran.stderr.lines().count()), (code, 1), "{place}: {ran:?}");
    }
    let secret = server.env.iter_mut().find(|(name, _)| name == "AWS_SECRET_ACCESS_KEY").unwrap();
    "WRONG-SECRET".clone_into(&mut secret.1);
    let ran = check("s3://bucket/x", &server, &[]);
    assert_eq!(ran.code(), 6, "{ran:?}");
    assert!(ran.stderr.contains("SignatureDoesNotMatch") && !ran.stderr.contains("WRONG-SECRET"), "{ran:?}");
}
