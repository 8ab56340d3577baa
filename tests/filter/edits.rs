//! Annotations that go out of rows, and everything else that stays as it was.

use crate::common::{Ran, exe, finish};
use serde_json::Value;
use std::process::Command;

pub const BEGIN: &str = r#"{"@stream":"begin","kind":"items","version":1,"classes":["car", "bus" ,"road"],"n":1.10}"#;

pub fn filter(args: &[&str], rows: &[&str]) -> Ran {
    let end = format!(r#"{{"@stream":"end","count":{} }}"#, rows.len());
    let lines: String = [&[BEGIN], rows, &[&end]].concat().iter().map(|line| format!("{line}\n")).collect();
    finish(Command::new(exe("syn-filter")).args(args), lines.as_bytes())
}

/// The one row that comes out.
pub fn edited(args: &[&str], row: &str) -> String {
    filter(args, &[row]).exits(0).text().lines().nth(1).unwrap().to_owned()
}

pub const SPLIT: &str = r#"{ "id":1, "n" : 1.10,"data": {"extra":{"image_1":{"width":640,"height":480}},"annotations":{"image_1":[ {"id":"a","tool":"bounding_box","classification":{"class":"car"}} , {"id":"b","tool":"polygon","classification":{"class":" road "}},{"id":"m","tool":"segmentation","classification":"bus"},{"id":"r","tool":"relation","classification":{"class":"on"}}],"image_2":[{"id":"a","tool":"bounding_box","classification":"road"}]},"annotationsData":{"image_1":[{"id":"m","pixel_indices":[1,2]},{"id":"a","coordinate":{"x":1.0,"y":2e0}},{"id":"b","coordinate":[]},{"id":"r","annotationId":"a","targetAnnotationId":"b"}],"image_2":[{"id":"a","coordinate":{}}]},"relations":{"image_1":[{"id":"r","annotationId":"a","targetAnnotationId":"b"}]},"annotationGroups":{"image_1":[{"id":"g","annotationIds":["a", "b"]},{"id":"h","annotationIds":["m"]},{"id":"k","annotationList":[{"annotationId":"a","children":[{"annotationId":"m"},{"annotationId":"b","children":[]}]}]},{"id":"e","annotationIds":[]}]}},"dup":1,"dup":2}"#;
pub const FLAT: &str = r#"{"id":2,"data":{"annotations":{"image_1":[{"id":"a","type":"bbox","data":[1,2,3,4],"classification":"car"},{"id":"b","type":"polygon","data":[[1,2]],"classification":"road"},{"id":"m","type":"segmentation","data":[1],"classification":"bus"},{"id":"r","type":"relation","data":["a","b"],"classification":"on"}]}}}"#;
pub const TWO: &str = r#"{"id":3,"data":{"classification":{"bounding_box":["car"]},"images":[{"bounding_box":[{"id":"a","classification":"car","data":[5,6,7,8],"group_id":"g"}],"polygon":[{"id":"b","classification":"road","data":[[1,2]]}],"segmentation":[{"id":"m","classification":"bus","data":[0]}],"relation":[{"id":"r","classification":"on","data":["a","b"]}]}]}}"#;

pub fn wrapped() -> String {
    let two: Value = serde_json::from_str(TWO).unwrap();
    let split: Value = serde_json::from_str(SPLIT).unwrap();
    let mut meta = split["data"].clone();
    meta["annotations"].as_object_mut().unwrap().remove("image_2");
    meta["annotationsData"].as_object_mut().unwrap().remove("image_2");
    format!(r#"{{"id":4,"data":{{"annotation_data":{},"annotation_meta":{meta}}}}}"#, two["data"])
}

pub fn as_text() -> String {
    let start = FLAT.find(r#"{"annotations""#).unwrap();
    let payload = &FLAT[start..FLAT.len() - 1];
    // Escapes that a writer need not have chosen, in front of what goes.
    let literal = serde_json::to_string(payload).unwrap().replacen('{', r#"{\"k\":\"\u00e9\ud83d\ude00\/é\","#, 1);
    format!(r#"{{"id":5,"data":{literal}}}"#)
}

/// Ids of every list that names annotations, at any depth.
fn ids(row: &str) -> Vec<String> {
    fn walk(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    match (key.as_str(), value) {
                        ("id" | "annotationId" | "targetAnnotationId", Value::String(id)) => out.push(id.clone()),
                        ("annotationIds", Value::Array(list)) => {
                            out.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                        }
                        _ => walk(value, out),
                    }
                }
            }
            Value::Array(list) => list.iter().for_each(|value| walk(value, out)),
            _ => {}
        }
    }
    let row: Value = serde_json::from_str(row).unwrap();
    let mut out = Vec::new();
    match &row["data"] {
        Value::String(text) => walk(&serde_json::from_str(text).unwrap(), &mut out),
        data => walk(data, &mut out),
    }
    out.sort();
    out.dedup();
    out
}

#[test]
fn what_goes_goes_everywhere_in_every_dialect() {
    let (wrapped, text) = (wrapped(), as_text());
    let cases: &[(&[&str], &str)] = &[
        (&["--keep-class", "car,road,on"], "a b r"),
        (&["--keep-class", "car"], "a"),
        (&["--keep-class", "bus,on"], "m"),
        (&["--drop-class", "car"], "b m"),
        (&["--drop-class", "bus"], "a b r"),
        (&["--drop-class", "on"], "a b m"),
        (&["--drop-class", "car,bus,road,on"], ""),
        (&["--keep-tool", "bbox,segmentation"], "a m"),
        (&["--keep-tool", "relation"], ""),
        (&["--keep-tool", "polygon", "--drop-class", "car"], "b"),
        (&["--keep-tool", "bounding_box,polygon,relation"], "a b r"),
    ];
    let split_1 = SPLIT.replace(r#","image_2":[{"id":"a","tool":"bounding_box","classification":"road"}]"#, "");
    let split_1 = split_1.replace(r#","image_2":[{"id":"a","coordinate":{}}]"#, "");
    for row in [&split_1, FLAT, TWO, &wrapped, &text] {
        for (args, expected) in cases {
            let out = edited(args, row);
            let mut found = ids(&out);
            // Groups: of two members, of one, of the older shape, and one that was empty before.
            let groups: Vec<String> = found.extract_if(.., |id| "ghke".contains(id.as_str())).collect();
            assert_eq!(found.join(" "), *expected, "{args:?} {row}\n{out}");
            if row.contains("annotationGroups") {
                assert!(groups.contains(&"e".to_owned()), "{out}");
                assert_eq!(groups.contains(&"h".to_owned()), expected.contains('m'), "{args:?} {out}");
                let pair = expected.contains(['a', 'b']);
                assert_eq!(groups.contains(&"g".to_owned()), pair, "{args:?} {out}");
            }
        }
    }
}

#[test]
fn what_stays_keeps_its_bytes() {
    let gone = edited(&["--keep-class", "car"], SPLIT);
    let expected = SPLIT
        .replace(r#" , {"id":"b","tool":"polygon","classification":{"class":" road "}},{"id":"m","tool":"segmentation","classification":"bus"},{"id":"r","tool":"relation","classification":{"class":"on"}}"#, "")
        .replace(r#"{"id":"a","tool":"bounding_box","classification":"road"}"#, "")
        .replace(r#"{"id":"m","pixel_indices":[1,2]},"#, "")
        .replace(r#",{"id":"b","coordinate":[]},{"id":"r","annotationId":"a","targetAnnotationId":"b"}"#, "")
        .replace(r#"{"id":"a","coordinate":{}}"#, "")
        .replace(r#"{"id":"r","annotationId":"a","targetAnnotationId":"b"}"#, "")
        .replace(r#"["a", "b"]"#, r#"["a"]"#)
        .replace(r#"{"id":"h","annotationIds":["m"]},"#, "")
        .replace(r#"{"annotationId":"m"},{"annotationId":"b","children":[]}"#, "");
    assert_eq!(gone, expected);
    // Members below one that goes take its place.
    let kept = edited(&["--drop-class", "car"], SPLIT);
    assert!(kept.contains(r#""annotationList":[{"annotationId":"m"},{"annotationId":"b","children":[]}]"#), "{kept}");
    // Of the same id in two media only one goes.
    assert!(edited(&["--keep-class", "road"], SPLIT).contains(r#""image_2":[{"id":"a","coordinate":{}}]"#));
    // The text around an edit keeps the escapes that its writer chose.
    let text = edited(&["--keep-class", "bus"], &as_text());
    assert!(text.contains(r#"{\"k\":\"\u00e9\ud83d\ude00\/é\",\"annotations\":{\"image_1\":[{\"id\":\"m\""#), "{text}");
    assert!(text.ends_with(r#"\"classification\":\"bus\"}]}}"}"#), "{text}");
}

#[test]
fn rows_without_anything_to_remove_are_as_they_were() {
    let rows = [SPLIT, "{\"id\":6}  \r", r#"{"id":7,"data":null}"#, FLAT, r#" {"id":8,"data":{"annotations":{}}}"#];
    let expected: String = rows.iter().map(|row| format!("{}\n", row.trim_end_matches('\r'))).collect();
    for threads in ["1", "3"] {
        let ran = filter(&["--keep-class", "car,bus,road,on", "--bare", "--threads", threads], &rows).exits(0);
        assert_eq!(ran.text(), expected);
    }
}

#[test]
fn the_order_is_selection_then_edits() {
    // A row is selected by what it was, also by what goes; what is not selected is not edited.
    let ran = filter(&["--class", "car", "--drop-class", "car", "--id", "2"], &[SPLIT, FLAT]).exits(0);
    assert!(ran.text().lines().count() == 3 && !ran.text().contains("car"), "{ran:?}");
    let ran = filter(&["--class", "car", "--not", "--drop-class", "car"], &[SPLIT, FLAT]).exits(0);
    assert_eq!(ran.text().lines().count(), 2);
    let ran = filter(&["--drop-class", "car,bus,road,on", "--limit", "1"], &[FLAT, SPLIT])
        .exits(0)
        .says("4 annotations removed");
    // The class list follows, the row stays.
    let lines: Vec<&str> = ran.text().lines().collect();
    assert_eq!(lines[0], r#"{"@stream":"begin","kind":"items","version":1,"classes":[],"n":1.10}"#);
    assert_eq!(lines[1], r#"{"id":2,"data":{"annotations":{"image_1":[]}}}"#);
    let ran =
        filter(&["--drop-class", "bus"], &[FLAT, SPLIT]).exits(0).says("2 of 2 items selected, 2 annotations removed");
    assert!(
        ran.text().starts_with(r#"{"@stream":"begin","kind":"items","version":1,"classes":["car", "road"],"n":1.10}"#)
    );
}

#[test]
fn edits_work_with_the_other_options() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["--order", "descending"], &["3", "2"]),
        (&["--latest"], &["2", "3"]),
        (&["--one-per", "id"], &["2", "3"]),
        (&["--limit", "1"], &["2"]),
        (&["--class", "car", "--sample", "1.0"], &["2", "3"]),
    ];
    for (args, expected) in cases {
        let ran = filter(&[args, &["--drop-class", "bus"][..]].concat(), &[FLAT, TWO]).exits(0);
        let lines: Vec<Value> = ran.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0]["classes"], serde_json::json!(["car", "road"]), "{args:?}");
        let rows = &lines[1..lines.len() - 1];
        assert_eq!(rows.iter().map(|row| row["id"].to_string()).collect::<Vec<_>>(), *expected, "{args:?}");
        assert!(!ran.text().contains("\"m\"") && ran.text().contains("\"r\""), "{args:?} {ran:?}");
    }
}

#[test]
fn mistakes_are_said() {
    let cases: &[(&[&str], &str, i32, &str)] = &[
        (&["--keep-class", "carr"], FLAT, 3, "did you mean \"car\"?"),
        (&["--drop-class", "car,rod"], FLAT, 3, "did you mean \"road\"?"),
        (&["--keep-tool", "polgon"], FLAT, 3, "did you mean \"polygon\"?"),
        (&["--keep-class", "car", "--not"], FLAT, 0, "0 of 1 item selected"),
        (&["--keep-class", "car", "-c"], FLAT, 2, "--count counts rows"),
        (&["--keep-class", "car", "--drop-class", "bus"], FLAT, 2, "cannot be used with"),
        (
            &["--keep-class", "car"],
            r#"{"id":9,"data":{"annotations":[{"id":"a"}]}}"#,
            3,
            "`annotations` in its payload is not an object (item 9)",
        ),
        (
            &["--keep-class", "car"],
            r#"{"id":9,"data":{"images":{"polygon":[]}}}"#,
            3,
            "`images` in its payload is not a list (item 9)",
        ),
        (&["--keep-class", "car"], r#"{"id":9,"data":[1]}"#, 3, "`data` in its payload is not an object (item 9)"),
        (&["--keep-class", "car"], r#"{"id":9,"data":{"mode":"presigned","presigned_url":"u"}}"#, 3, "at a URL"),
    ];
    for (args, row, code, words) in cases {
        filter(args, &[row]).exits(*code).says(words);
    }
    let bad = r#"{"id":9,"data":{"images":5}}"#;
    let ran = filter(&["--keep-class", "car", "--on-error", "skip"], &[FLAT, bad, FLAT]).exits(7);
    assert!(ran.text().lines().count() == 4 && !ran.text().contains("\"id\":9"), "{ran:?}");
}

#[test]
fn payloads_nested_without_end_are_bad_lines() {
    let n = 20_000;
    let members = format!("{}{}", r#"{"annotationId":"z","children":["#.repeat(n), "]}".repeat(n));
    let halves = format!("{}{{}}{}", r#"{"annotation_data":"#.repeat(n), "}".repeat(n));
    for (row, why) in [
        (
            SPLIT.replace(r#"{"id":"e","annotationIds":[]}"#, &format!(r#"{{"annotationList":[{members}]}}"#)),
            "nested too deeply",
        ),
        (format!(r#"{{"id":9,"data":{halves}}}"#), "nested too deeply"),
        (r#"{"id":9,"data":{"annotation_data":{"annotation_data":{}}}}"#.to_owned(), "within another half"),
    ] {
        filter(&["--drop-class", "car"], &[&row]).exits(3).says(why);
    }
}
