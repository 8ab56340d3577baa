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
