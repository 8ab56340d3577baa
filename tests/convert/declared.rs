//! What follows from the declarations of formats: refusals, hints, warnings, exit codes.

use crate::common::convert::{convert, files, summary};
use crate::common::run;
use serde_json::Value;
use synpipe::convert::{Declaration, FORMATS};

/// The names of the formats of which something holds.
fn names(of: impl Fn(&Declaration) -> bool) -> Vec<&'static str> {
    FORMATS.iter().filter(|format| of(format)).map(|format| format.name).collect()
}

/// A row with an image of one box, in a category.
fn image(id: u32, category: &str) -> String {
    format!(
        r#"{{"id":{id},"file":{{"file_name_original":"{id}.jpg","url":"https://h/{id}.jpg"}},"category":"{category}","data":{{
        "extra":{{"image_1":{{"width":100,"height":60}}}},
        "annotations":{{"image_1":[{{"id":"b","tool":"bounding_box","classification":{{"class":"car"}}}}]}},
        "annotationsData":{{"image_1":[{{"id":"b","coordinate":{{"x":1,"y":1,"width":9,"height":9}}}}]}}}}}}"#
    )
    .replace('\n', "")
        + "\n"
}

const VIDEO: &str = r#"{"id":9,"file":{"file_name_original":"9.mp4","url":"https://h/9.mp4"},"data":{"annotations":{"video_1":[]}}}
"#;

#[test]
fn options_that_a_format_does_not_read_are_refused() {
    let rotated = format!("--rotated is read by --to {};", names(|f| f.reads("rotated")).join(", "));
    let bare = format!("formats of one document ({})", names(|f| f.document.is_some()).join(", "));
    let cases: [(&[&str], &str); 7] = [
        (&["--to", "coco", "--excel"], "--excel is read by --to csv; --to coco has no use for it"),
        (&["--to", "yolo", "--per-class"], "--per-class is read by --to json; --to yolo has no use for it"),
        (&["--to", "csv", "--rotated", "best"], &rotated),
        (&["--to", "jsonl", "--pretty"], "--pretty is read by --to json;"),
        (&["--to", "coco", "--bare", "--split", "0.8/0.2"], "does not say which split"),
        (&["--to", "yolo", "--bare"], &bare),
        (&["--check", "nowhere", "--split", "0.8/0.2", "--images", "fetch"], "--split, --images is for converting"),
    ];
    for (args, message) in cases {
        run("syn-convert", args, b"").exits(2).says(message);
    }
}

#[test]
fn names_of_formats_that_are_near_are_offered() {
    for (name, meant) in [("YOLO", "yolo"), ("pascal-voc", "voc"), ("xlsx", "csv"), ("cocoa", "coco")] {
        run("syn-convert", &["--to", name], b"")
            .exits(2)
            .fails_with_one_line("syn-convert")
            .says(&format!("did you mean {meant}?"));
    }
}

#[test]
fn a_dataset_of_media_that_a_format_cannot_hold_is_no_success() {
    let args = ["--to", "coco"];
    let ran = convert(&args, VIDEO).exits(7).fails_with_one_line("syn-convert");
    let ran = ran.says(
        "coco has no place for anything in the input; what has: video 1 (--to csv, gallery, template, json, jsonl)",
    );
    // The stages behind it are told, and publish nothing.
    let last: Value = serde_json::from_str(ran.text().lines().last().unwrap()).unwrap();
    assert_eq!((&last["@stream"], &last["stage"], &last["exit"]), (&"error".into(), &"convert".into(), &7.into()));
    // Annotations of a video are told with the video, not with their tool, which coco holds in images.
    let boxed = image(9, "train").replace("image_1", "video_1").replace(".jpg", ".mp4");
    let ran = convert(&args, &boxed).exits(7).says("what has: video 1 (--to csv, gallery, template, json, jsonl)\n");
    assert!(!ran.stderr.contains("bounding_box"), "{}", ran.stderr);
    convert(&["--to", "csv"], VIDEO).exits(0);
    let mixed = image(1, "train") + VIDEO;
    let ran = convert(&args, &(mixed + &boxed)).exits(0);
    let ran = ran.says("coco has no place for some media, which are left out: video 2");
    assert!(!ran.stderr.contains("for their tool") && !ran.stderr.contains("place for  ("), "{}", ran.stderr);
}

#[test]
fn splits_that_readers_do_not_look_for_are_said() {
    let input = image(1, "train") + &image(2, "rain");
    let args = ["--to", "yolo", "--split", "category"];
    convert(&args, &input).exits(0).says("look for the splits train, val and test only, and not for rain");
    let args = ["--to", "ultralytics-ndjson", "--split", "category"];
    convert(&args, &input).exits(3).says("item 2 is in split \"rain\"");
    let ran = convert(&["--to", "coco", "--split", "category"], &input).exits(0);
    assert!(!ran.stderr.contains("look for"), "{}", ran.stderr);
}

#[test]
fn a_run_that_writes_no_annotation_is_no_success_and_names_the_formats_that_could() {
    let input = image(1, "train").replace("bounding_box", "classification");
    let ran = convert(&["--to", "coco"], &input).exits(7).fails_with_one_line("syn-convert");
    ran.says("what has: classification 1 (--to csv, imagefolder, gallery, template, json, jsonl)");
    let outline = r#""coordinate":[{"x":1,"y":1},{"x":9,"y":1},{"x":9,"y":9}]"#;
    let input = image(1, "train")
        .replace("bounding_box", "polygon")
        .replace(r#""coordinate":{"x":1,"y":1,"width":9,"height":9}"#, outline);
    let ran = convert(&["--to", "yolo"], &input).exits(7);
    let ran = ran.says("polygon 1 (--to coco, yolo --task segment, yolo --polygons box, ");
    // One way of each other format.
    ran.says(", ultralytics-ndjson --task segment, voc, csv, createml --polygons box, gallery, template,");
    // Images that really have no annotations are a dataset, but one without anything is none.
    let empty = image(1, "train").replace(r#"{"id":"b","tool":"bounding_box","classification":{"class":"car"}}"#, "");
    let empty = empty.replace(r#"{"id":"b","coordinate":{"x":1,"y":1,"width":9,"height":9}}"#, "");
    convert(&["--to", "coco"], &empty).exits(0);
    convert(&["--to", "coco", "--background", "omit"], &empty).exits(7).says("nothing is written");
    // Of an image without a size it is not the format that is wrong.
    let input = image(1, "train").replace(r#""width":100,"height":60"#, "");
    let ran = convert(&["--to", "yolo"], &input).exits(7);
    ran.says("the input has bounding_box 1\n");
}

#[test]
fn images_whose_annotations_were_all_left_out_can_be_left_out() {
    let lost = image(2, "train").replace("bounding_box", "polyline");
    let none = image(3, "train").replace(r#"{"id":"b","tool":"bounding_box","classification":{"class":"car"}}"#, "");
    let none = none.replace(r#"{"id":"b","coordinate":{"x":1,"y":1,"width":9,"height":9}}"#, "");
    let input = image(1, "train") + &lost + &none;
    for format in ["coco", "yolo", "ultralytics-ndjson", "voc", "createml"] {
        let images = |background: &str| {
            let ran = convert(&["--to", format, "--background", background], &input).exits(0);
            let summary = summary(&files(&ran.stdout));
            (summary["images"].as_u64().unwrap(), summary["images_emptied"].clone(), ran)
        };
        let (n, emptied, ran) = images("include");
        assert_eq!((n, emptied["written"].as_u64()), (3, Some(1)), "{format}");
        ran.says("1 image has annotations, none of which was written, and became background: `--background unlabeled`");
        let (n, emptied, ran) = images("unlabeled");
        assert_eq!((n, emptied["left_out"].as_u64()), (2, Some(1)), "{format}");
        ran.says("left out with all their annotations: 1 image");
        assert_eq!(images("omit").0, 1, "{format}");
    }
}

#[test]
fn a_category_of_number_0_is_told() {
    let told = "Datumaro reads the class with number 0 as none";
    convert(&["--to", "coco", "--category-start", "0"], &image(1, "train")).exits(0).says(told);
    let ran = convert(&["--to", "coco"], &image(1, "train")).exits(0);
    assert!(!ran.stderr.contains(told), "{}", ran.stderr);
}
