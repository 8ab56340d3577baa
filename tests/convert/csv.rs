//! `syn-convert --to csv`, read back by the `csv` crate.

use crate::common::convert::{convert, converted, texts};
use crate::rows::{item, one_box};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A table as maps from column to cell.
fn table(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    ::csv::Reader::from_reader(bytes).deserialize().map(Result::unwrap).collect()
}

const HOSTILE: &str = "=cmd|' /C calc'!A0, \"그림\"\n둘째 줄";

#[test]
fn csv_cells_survive_whatever_is_in_them() {
    let input = one_box(7, "=한글, \"1\".jpg", json!({"class": HOSTILE, "note": "a\r\n\"b\",c", "n": 1.10}));
    for args in [&["--to", "csv", "--bare"][..], &["--to", "csv", "--bare", "--excel"]] {
        let out = converted(args, &input).stdout;
        let out = out.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&out);
        let rows = table(out);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["class"], format!("'{HOSTILE}"));
        assert_eq!(rows[0]["file_name"], "'=한글, \"1\".jpg");
        assert_eq!([&rows[0]["x"], &rows[0]["w"], &rows[0]["h"]], ["1.5", "30", "4"]);
        let attributes: Value = serde_json::from_str(&rows[0]["attributes"]).unwrap();
        assert_eq!(attributes["note"], "a\r\n\"b\",c");
    }
    // The same table through a file line.
    let bare = String::from_utf8(converted(&["--to", "csv", "--bare"], &input).stdout).unwrap();
    assert_eq!(texts(&["--to", "csv"], &input)["annotations/annotations.csv"], bare);
}

#[test]
fn a_nul_in_a_class_is_not_taken_for_a_hole() {
    let input = one_box(1, "a.jpg", json!({"class": "x\u{0}n1234y"}));
    assert_eq!(table(&converted(&["--to", "csv", "--bare"], &input).stdout)[0]["class"], "x\u{fffd}n1234y");
}

#[test]
fn excel_gets_a_byte_order_mark_and_crlf() {
    let out = converted(
        &["--to", "csv", "--bare", "--excel", "--columns", "class,item_id"],
        &one_box(7, "a.jpg", json!("차")),
    )
    .stdout;
    assert_eq!(String::from_utf8(out).unwrap(), "\u{feff}class,item_id\r\n차,7\r\n");
}

#[test]
fn excel_is_told_of_cells_that_it_cuts_and_can_read_the_report() {
    let long = |n: usize| one_box(7, "a.jpg", json!({"class": "car", "note": "가".repeat(n)}));
    for (args, input, said) in [
        (&["--excel"][..], long(32_000), false),
        (&["--excel"], long(40_000), true),
        (&["--excel", "--flatten-attributes"], long(32_767), false),
        (&["--excel", "--flatten-attributes"], long(32_768), true),
        (&["--excel", "--columns", "item_id,class"], long(40_000), false),
        (&["--excel", "--columns", "attr.note"], long(40_000), true),
        (&["--excel", "--rows", "items"], long(40_000), false),
        (&[], long(40_000), false),
    ] {
        let ran = convert(&[&["--to", "csv", "--images", "omit"], args].concat(), &input).exits(0);
        let words = "longer than the 32767 characters that Excel takes in a cell: 1 cell";
        assert_eq!(ran.stderr.contains(words), said, "{args:?} {}", ran.stderr);
    }
    let report =
        |args: &[&str]| texts(&[&["--to", "csv"], args].concat(), &long(1))["metadata/export_report.csv"].clone();
    let (plain, excel) = (report(&[]), report(&["--excel"]));
    assert!(excel.starts_with("\u{feff}item,file,") && !plain.starts_with('\u{feff}'), "{excel}");
    assert_eq!(excel.trim_start_matches('\u{feff}'), plain.replace('\n', "\r\n"));
}

#[test]
fn columns_are_picked_in_order_and_unknown_ones_refused() {
    let input = one_box(7, "a.jpg", json!({"class": "car", "색": "빨강"}));
    let two = input.clone() + &one_box(8, "b.jpg", json!({"class": "car", "nr": 5}));
    let out = converted(&["--to", "csv", "--bare", "--columns", "class,attr.색,attr.nr,item_id"], &two).stdout;
    assert_eq!(String::from_utf8(out).unwrap(), "class,attr.색,attr.nr,item_id\ncar,빨강,,7\ncar,,5,8\n");
    let out = converted(&["--to", "csv", "--bare", "--columns", "rotation"], &input).stdout;
    assert_eq!(String::from_utf8(out).unwrap(), "rotation\n\"\"\n", "an empty line would be read as no row");
    convert(&["--to", "csv", "--columns", "item_id,clas"], &input).exits(2).says("did you mean class?");
}

#[test]
fn items_are_rows_when_asked_for() {
    let heads = json!([{"id": "a", "tool": "classification", "classification": {"class": "sunny"}},
                       {"id": "b", "tool": "classification", "classification": {"class": "wet"}},
                       {"id": "c", "tool": "classification", "classification": {"class": "sunny"}}]);
    let input = item(1, "a.jpg", heads, json!([])) + &item(2, "b.jpg", json!([]), json!([]));
    let rows = table(&converted(&["--to", "csv", "--bare", "--rows", "items"], &input).stdout);
    assert_eq!(rows.len(), 2);
    assert_eq!((&*rows[0]["annotations"], &*rows[0]["classes"]), ("3", r#"["sunny","wet"]"#));
    assert_eq!((&*rows[1]["annotations"], &*rows[1]["width"]), ("0", "100"));
}

#[test]
fn every_attribute_becomes_a_sorted_column() {
    let first = one_box(1, "a.jpg", json!({"class": "car", "색": "빨강", "b": 1.25}));
    // As written, which no re-serialised number is.
    let input = first.replace("1.25", "1.10")
        + &one_box(2, "b.jpg", json!({"class": "car", "a,\"b\"": ["=x"], "b": null, "nul": "=1+1"}))
        + &one_box(3, "c.jpg", json!("car"));
    let flat = ["--to", "csv", "--bare", "--flatten-attributes", "--columns", "file_name,attributes,class"];
    let out = converted(&flat, &input).stdout;
    let header = ::csv::Reader::from_reader(&out[..]).headers().unwrap().clone();
    assert_eq!(header, vec!["file_name", "attr.a,\"b\"", "attr.b", "attr.nul", "attr.색", "class"]);
    let rows = table(&out);
    assert_eq!((&*rows[0]["attr.b"], &*rows[0]["attr.색"], &*rows[0]["attr.nul"]), ("1.10", "빨강", ""));
    assert_eq!((&*rows[1]["attr.a,\"b\""], &*rows[1]["attr.nul"]), ("[\"=x\"]", "'=1+1"));
    assert_eq!((&*rows[2]["file_name"], &*rows[2]["class"]), ("c.jpg", "car"));
    let lines = texts(&[&flat[..2], &flat[3..]].concat(), &input);
    assert_eq!(lines["annotations/annotations.csv"], String::from_utf8(out).unwrap());
}

#[test]
fn an_empty_table_has_its_header() {
    for args in [&["--to", "csv", "--bare"][..], &["--to", "csv", "--bare", "--flatten-attributes"]] {
        let empty = "{\"@stream\":\"begin\",\"kind\":\"items\"}\n{\"@stream\":\"end\",\"count\":0 }\n";
        let out = String::from_utf8(converted(args, empty).stdout).unwrap();
        assert!(out.starts_with("item_id,file_name,") && out.lines().count() == 1, "{out}");
    }
}

/// Two rows as the platform sends them, and one of hardly anything.
fn rows_of_a_platform() -> String {
    let box_of = |id: u64, class: &str| one_box(id, "a.jpg", json!({"class": class}));
    let with = |row: String, more: &str| row.replacen('{', &format!("{{{more},"), 1);
    with(
        box_of(7, "car"),
        r#""status_label":"completed","status_review":"rejected","created":"2026-01-31T18:00:00+09:00","last_reviewed":"2026-02-01T00:00:00Z",
           "user":{"id":3,"email":"kim@x.y"},"tags":[{"id":1,"name":"a;b"},{"id":2,"name":"=1+1"}],"task":{"id":70,"tags":["night","fog|rain"]},
           "score":-1.50,"nested":{"video":"v 1","list":[1,"x"]}"#
            .replace('\n', "")
            .as_str(),
    ) + &with(box_of(8, "car"), r#""tags":[],"task":71,"nested":{"video":null}"#)
}

const OF_ROWS: &str =
    "item_id,labeler,status,review,created,updated,tags,task_tags,task_id,score,nested.video,nested.list,class";

#[test]
fn rows_give_people_states_dates_tags_ids_and_any_field() {
    for args in
        [&["--rows", "annotations"][..], &["--rows", "annotations", "--delimiter", ";"], &["--flatten-attributes"]]
    {
        let args = [&["--to", "csv", "--bare", "--columns", OF_ROWS], args].concat();
        let out = converted(&args, &rows_of_a_platform()).stdout;
        let delimiter = if args.contains(&";") { b';' } else { b',' };
        let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter).from_reader(&out[..]);
        let rows: Vec<Vec<String>> = reader.deserialize().map(Result::unwrap).collect();
        let first = [
            "7",
            "kim@x.y",
            "completed",
            "rejected",
            "2026-01-31T18:00:00+09:00",
            "2026-02-01T00:00:00Z",
            "a;b|=1+1",
            r"night|fog\|rain",
            "70",
            "-1.50",
            "v 1",
            "1|x",
            "car",
        ];
        assert_eq!(rows[0][..13], first, "{args:?}");
        assert_eq!(rows[1][..13], ["8", "", "", "", "", "", "", "", "71", "", "", "", "car"], "{args:?}");
    }
    let of_items = OF_ROWS.replace(",class", ",classes");
    let ran =
        convert(&["--to", "csv", "--bare", "--rows", "items", "--columns", &of_items], &rows_of_a_platform()).exits(0);
    assert!(ran.text().contains("7,kim@x.y,completed,"), "{}", ran.text());
    ran.says("1 of 2 items without a value at nested.video: their cells are empty");
}

#[test]
fn a_field_that_no_row_has_ends_the_run_and_an_empty_column_is_told() {
    let input = rows_of_a_platform();
    for (column, near) in
        [("nested.vidoe", "did you mean \"nested.video\"?"), ("status_lable", "did you mean \"status_label\"?")]
    {
        for more in [&[][..], &["--flatten-attributes"], &["--rows", "items"]] {
            let args = [&["--to", "csv", "--columns", column], more].concat();
            convert(&args, &input).exits(3).fails_with_one_line("syn-convert").says(near);
        }
    }
    let bare = one_box(7, "a.jpg", json!("car"));
    let ran = convert(&["--to", "csv", "--columns", "labeler,tags,item_id", "--strict"], &bare).exits(0);
    let ran = ran.says("the column labeler is empty: no row has labeler, assignee, user or users");
    ran.says("the column tags is empty: no row has tags");
}

#[test]
fn the_delimiter_is_that_of_all_tables_and_cells_with_it_are_quoted() {
    let input = one_box(7, "a;b\tc,d.jpg", json!({"class": "x;y\tz,w", "a;b": "1;2\t3,4"}));
    for (typed, delimiter) in [(";", b';'), ("tab", b'\t'), ("|", b'|'), (",", b','), (":", b':'), ("\t", b'\t')] {
        for more in [&[][..], &["--excel"], &["--flatten-attributes"], &["--rows", "items", "--excel"]] {
            let all = texts(&[&["--to", "csv", "--delimiter", typed], more].concat(), &input);
            for (path, key) in [("annotations/annotations.csv", "item_id"), ("metadata/export_report.csv", "item")] {
                let text = all[path].trim_start_matches('\u{feff}');
                let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
                let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
                assert_eq!((rows.len(), &*rows[0][key]), (1, "7"), "{typed} {more:?}\n{text}");
                if path.starts_with('a') && !more.contains(&"items") {
                    assert_eq!((&*rows[0]["class"], &*rows[0]["x"]), ("x;y\tz,w", "1.5"), "{typed} {more:?}");
                    let of = if more.contains(&"--flatten-attributes") { "attr.a;b" } else { "attributes" };
                    assert!(rows[0][of].contains("1;2\t3,4") || rows[0][of].contains("1;2\\t3,4"), "{typed} {rows:?}");
                }
            }
        }
    }
    for bad in ["", "\"", "ab", "0", ".", " "] {
        convert(&["--to", "csv", "--delimiter", bad], &input).exits(2).says("--delimiter");
    }
    convert(&["--to", "coco", "--delimiter", ";"], &input).exits(2).says("--delimiter is read by --to csv");
}

#[test]
fn a_field_with_a_secret_loses_it() {
    let url = "https://b.example/a.jpg?X-Amz-Signature=s3cret&X-Amz-Expires=9";
    let input = one_box(7, "a.jpg", json!("car")).replace("https://h/7", url);
    for columns in ["item_id,file.url", "item_id,file"] {
        for more in [&[][..], &["--flatten-attributes"], &["--rows", "items"]] {
            let args = [&["--to", "csv", "--bare", "--columns", columns], more].concat();
            let ran = convert(&args, &input).exits(0).says("presigned URLs: 1, written without their query");
            assert!(ran.text().contains("https://b.example/a.jpg") && !ran.text().contains("s3cret"), "{}", ran.text());
        }
    }
}
