//! `syn-fetch --dimensions`: sizes that no record tells, read from the images, and the labels that come of them.

use crate::common;
use crate::common::fetch::{Ran, TOKEN};
use crate::common::stand_in::{SAMPLE, StandIn};
use serde_json::{Value, json};
use std::path::Path;

/// The headers of a JPEG, with an EXIF orientation and some bytes that a reader has to jump over.
fn jpeg(width: u16, height: u16, orientation: u8, padding: usize) -> Vec<u8> {
    let [[w1, w2], [h1, h2]] = [width.to_be_bytes(), height.to_be_bytes()];
    let segment = |marker: u8, body: &[u8]| {
        let length = (body.len() as u16 + 2).to_be_bytes();
        [&[0xff, marker][..], &length, body].concat()
    };
    let exif = [b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[orientation, 0, 0]].concat();
    let mut out = vec![0xff, 0xd8];
    out.extend(segment(0xe1, &exif));
    (0..padding).for_each(|_| out.extend(segment(0xe2, &[1; 65_000])));
    out.extend(segment(0xc0, &[8, h1, h2, w1, w2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]));
    out.extend([0xff, 0xda, 0, 2, 0xff, 0xd9]);
    out
}

/// Takes every size out of a row.
fn strip(row: &mut Value) {
    row["data"].as_object_mut().expect("a payload").remove("extra");
    row["file"].as_object_mut().expect("a file").remove("meta");
    for file in row["data_unit"]["files"].as_object_mut().expect("files").values_mut() {
        file.as_object_mut().expect("a file").remove("meta");
    }
    let meta = row["data_unit"]["meta"].as_object_mut().expect("meta");
    meta.remove("width");
    meta.remove("height");
}

/// The sample without any size, and its images: every third is stored turned, every fourth has long headers.
fn without_sizes(folder: &Path) -> StandIn {
    let images = folder.join("images");
    std::fs::create_dir(&images).expect("mkdir");
    let mut dump = String::new();
    for (n, line) in std::fs::read_to_string(SAMPLE).expect("the sample").lines().enumerate() {
        let mut row: Value = serde_json::from_str(line).expect("a row");
        let size = &row["data"]["extra"]["image_1"];
        let side = |key: &str| size[key].as_u64().expect("a size") as u16;
        let (w, h) = (side("width"), side("height"));
        let (w, h, orientation) = if n % 3 == 0 { (h, w, 5 + (n / 3 % 4) as u8) } else { (w, h, 1 + (n % 4) as u8) };
        let name = row["file"]["file_name_original"].as_str().expect("a name");
        std::fs::write(images.join(name), jpeg(w, h, orientation, if n % 4 == 0 { 3 } else { 0 })).expect("write");
        strip(&mut row);
        dump += &format!("{row}\n");
    }
    let path = folder.join("dump.ndjson");
    std::fs::write(&path, dump).expect("write");
    let (path, images) = (path.to_str().expect("UTF-8"), images.to_str().expect("UTF-8"));
    StandIn::start(&["--dump", path, "--images", images, "--token", TOKEN])
}

fn export(server: &StandIn, args: &[&str]) -> Ran {
    common::fetch::fetch(server, &[&["--project", "42"], args].concat()).ok()
}

/// The label files that a stream becomes, with their text.
fn labels(stream: &str, code: i32) -> Vec<(String, String)> {
    let args = ["--to", "yolo", "--task", "segment", "--images", "omit"];
    let ran = common::run("syn-convert", &args, stream.as_bytes()).exits(code);
    let files = ran.text().lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let labels = files.filter_map(|file| {
        let path = file["path"].as_str().filter(|path| path.starts_with("labels/") && path.ends_with(".txt"))?;
        Some((path.to_owned(), file["text"].as_str()?.to_owned()))
    });
    labels.collect()
}

#[test]
fn labels_are_those_of_a_project_that_knows_its_sizes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (known, unknown) = (StandIn::start(&["--dump", SAMPLE, "--token", TOKEN]), without_sizes(folder.path()));
    let expected = labels(&export(&known, &[]).out, 0);
    assert_eq!(expected.len(), 24);
    let plain = export(&unknown, &[]);
    let args = ["--to", "yolo", "--images", "omit"];
    let skipped = common::run("syn-convert", &args, plain.out.as_bytes()).exits(7);
    assert!(skipped.text().contains("IMAGE_SIZE_UNKNOWN"), "{skipped:?}");
    assert_eq!(labels(&plain.out, 7), []);
    for target in ["assignment", "task"] {
        let measured = export(&unknown, &["--dimensions", "--target", target]);
        let expected_here =
            if target == "task" { labels(&export(&known, &["--target", target]).out, 0) } else { expected.clone() };
        assert_eq!(labels(&measured.out, 0), expected_here, "{target}");
        assert!(!measured.err.contains("measured"), "{}", measured.err);
    }
    assert_eq!(unknown.count("/leaked_tokens"), 0, "a token went where images lie");
    // The rows themselves are as they were, but for the new key at their end.
    let measured = export(&unknown, &["--dimensions", "--bare"]);
    for (line, before) in measured.items().iter().zip(plain.items()) {
        let (row, added) = line.split_once(",\"dimensions\":").expect("sizes");
        assert_eq!(format!("{row}}}"), before);
        let sizes: Value = serde_json::from_str(added.strip_suffix('}').expect("the end of the row")).expect("JSON");
        assert!(sizes["image_1"]["width"].as_u64().is_some_and(|w| w > 64), "{sizes}");
    }
}

#[test]
fn images_whose_size_is_told_are_left_alone() {
    let server = StandIn::start(&["--dump", SAMPLE, "--token", TOKEN]);
    let (plain, measured) = (export(&server, &["--bare"]), export(&server, &["--bare", "--dimensions"]));
    assert_eq!(plain.out, measured.out);
    assert_eq!(server.count("/requests/~1files~1"), 0, "images were asked for");
}

#[test]
fn images_that_cannot_be_had_are_counted_and_cost_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |n: u64, name: &str| json!({"id": n, "data": {"annotations": {"image_1": []}}, "file": {"url": "x", "file_name_original": name}});
    let images = folder.path().join("images");
    std::fs::create_dir(&images).expect("mkdir");
    std::fs::write(images.join("text.jpg"), "this is no picture, whatever it is called").expect("write");
    std::fs::write(images.join("cut.jpg"), &jpeg(10, 10, 1, 0)[..30]).expect("write");
    let rows = [
        file(1, "text.jpg"),
        file(2, "cut.jpg"),
        file(3, "made.png"),
        file(4, "side.json"),
        json!({"id": 5, "data": null}),
    ];
    let dump = folder.path().join("dump.ndjson");
    std::fs::write(&dump, rows.map(|row| format!("{row}\n")).concat()).expect("write");
    let (dump, images) = (dump.to_str().expect("UTF-8"), images.to_str().expect("UTF-8"));
    for ranges in [true, false] {
        let mut args = vec!["--dump", dump, "--images", images, "--token", TOKEN];
        args.extend((!ranges).then_some("--no-ranges"));
        let ran = export(&StandIn::start(&args), &["--dimensions"]);
        let sizes: Vec<Value> = ran.values().iter().map(|row| row["dimensions"].clone()).collect();
        assert_eq!(
            sizes,
            [json!(null), json!(null), json!({"image_1": {"width": 64, "height": 48}}), json!(null), json!(null)]
        );
        let told = "3 of 4 images without a size could not be measured, and their rows have none (a damaged image: 2; not an image of a known format: 1)";
        assert!(ran.err.contains(told), "{}", ran.err);
    }
}
