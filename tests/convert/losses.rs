//! `--strict`, and warnings about what an export loses.

use crate::common::Ran;
use crate::common::convert::convert;
use serde_json::Value;

#[test]
fn strict_ends_at_what_is_left_out_and_names_it() {
    let row = |extra: &str, annotations: &str| {
        format!(
            "{{\"id\":1,\"file\":{{\"file_name_original\":\"a.jpg\",\"url\":\"/x\"}},\"data\":{{\"extra\":{extra},\"annotations\":{{\"image_1\":[{annotations}]}}}}}}\n"
        )
    };
    let size = r#"{"image_1":{"width":40,"height":30}}"#;
    let over_edge = r#"{"id":"a","type":"bbox","classification":"car","data":[30,5,20,10]}"#;
    let line = r#"{"id":"b","type":"polyline","classification":"car","data":[[1,2],[3,4]]}"#;
    let strict = |input: String, code: i32, says: &str| {
        convert(&["--to", "coco", "--strict"], &input).exits(code).says(says);
    };
    // Cut at the edge is written.
    strict(row(size, over_edge), 0, "CLIPPED_TO_IMAGE 1");
    // The reason is that of what is left out, not of what came before it.
    strict(row(size, &format!("{over_edge},{line}")), 3, "stdin:1: UNSUPPORTED_ANNOTATION_TYPE with --strict");
    // An item counts, also without annotations.
    strict(row("{}", ""), 3, "IMAGE_SIZE_UNKNOWN with --strict");
    strict(row(size, ""), 0, "1 item, no annotations; ");
}

#[test]
fn relative_urls_of_no_known_server_are_told() {
    let row = r#"{"id":1,"file":{"file_name_original":"a.jpg","url":"/files/a.jpg"},"data":{"extra":{"image_1":{"width":40,"height":30}},"annotations":{"image_1":[]}}}"#;
    let frame = r#"{"@stream":"begin","kind":"items","version":1,"source":{"host":"https://synapse.invalid"}}"#;
    let end = r#"{"@stream":"end","count":1}"#;
    let url = |ran: &Ran| {
        let line = ran.text().lines().find(|line| line.contains("\"image\"")).unwrap();
        serde_json::from_str::<Value>(line).unwrap()["url"].as_str().unwrap().to_owned()
    };
    let args = ["--to", "ultralytics-ndjson", "--bare"];
    let ran = convert(&args, &format!("{row}\n")).exits(0).says("relative URLs of no known server: 1");
    assert_eq!(url(&ran), "/files/a.jpg");
    let ran = convert(&args, &format!("{frame}\n{row}\n{end}\n")).exits(0);
    assert!(!ran.stderr.contains("relative"), "{ran:?}");
    assert_eq!(url(&ran), "https://synapse.invalid/files/a.jpg");
}
