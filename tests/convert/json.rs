//! `syn-convert --to json`, read back by a JSON parser.

use crate::common::convert::{convert, texts};
use crate::rows::{PAYLOAD, verbatim};
use serde_json::Value;

#[test]
fn json_is_the_payload_byte_for_byte_also_out_of_a_string() {
    let string = serde_json::to_string(PAYLOAD).unwrap();
    let input = verbatim(1, "그림.mp4", PAYLOAD, "") + &verbatim(2, "b.mp4", &string, "");
    let out = texts(&["--to", "json", "--images", "omit"], &input);
    assert_eq!(out["annotations/그림.json"], PAYLOAD);
    assert_eq!(out["annotations/b.json"], PAYLOAD);
}

#[test]
fn pretty_json_keeps_numbers_and_key_order() {
    let out = texts(&["--to", "json", "--pretty"], &verbatim(1, "a.mp4", PAYLOAD, ""));
    let text = &out["annotations/a.json"];
    assert!(text.contains("\"n\": 1.10,\n") && text.contains("\"big\": 12345678901234567890123\n"), "{text}");
    assert!(text.find("\"z\": 1").unwrap() < text.find("\"a\": []").unwrap(), "{text}");
    let parse = |t: &str| serde_json::from_str::<Value>(t).unwrap();
    assert_eq!(parse(text), parse(PAYLOAD));
    convert(&["--to", "jsonl", "--pretty"], "").exits(2);
}

#[test]
fn folders_are_named_with_the_exact_value_when_it_can_be_a_name() {
    let row = |id, category: &str| {
        verbatim(id, &format!("{id}.jpg"), "{}", &format!(",\"data_unit\":{{\"meta\":{{\"category\":{category}}}}}"))
    };
    let input = [
        row(1, "\"1. 자연\""),
        row(2, "\"../../etc\""),
        row(3, "null"),
        row(4, "\"..\""),
        row(5, "7"),
        row(6, "\" \""),
        row(7, "\"a\\u0000b\""),
    ]
    .concat();
    let out = texts(&["--to", "json", "--by", "data_unit.meta.category"], &input);
    let paths: Vec<&str> = out.keys().map(String::as_str).filter(|p| p.starts_with("annotations/")).collect();
    for want in ["1. 자연/1", ".._.._etc/2", "unassigned/3", "7/5", "unassigned/6", "a_b/7"] {
        assert!(paths.contains(&&*format!("annotations/{want}.json")), "{want} is not in {paths:?}");
    }
    assert_eq!(paths.len(), 7, "{paths:?}");
}

#[test]
fn a_file_for_each_class_and_none_over_another() {
    let input = verbatim(1, "v.mp4", PAYLOAD, "") + &verbatim(2, "v_설명.mp4", "{}", "");
    let out = texts(&["--to", "json", "--per-class"], &input);
    let paths: Vec<&str> = out.keys().map(String::as_str).filter(|p| p.starts_with("annotations/")).collect();
    // "a/b" and "A_B" are one file name where case does not count, and item 2 wants a name that item 1 has.
    assert_eq!(
        paths,
        [
            "annotations/v_A_B__1.json",
            "annotations/v_a_b.json",
            "annotations/v_설명.json",
            "annotations/v_설명__2.json"
        ]
    );
    assert!(paths[..3].iter().all(|p| out[*p] == PAYLOAD));
}
