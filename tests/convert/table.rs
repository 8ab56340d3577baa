//! `syn-convert --to csv|json|imagefolder`: read back by the `csv` crate and by a JSON parser.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

struct Ran {
    code: i32,
    stdout: Vec<u8>,
    stderr: String,
}

/// Runs syn-convert to its end.
fn convert(args: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_syn-convert"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A run that refuses its arguments closes its input early.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let out = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    let stderr = String::from_utf8(out.stderr).unwrap();
    Ran { code: out.status.code().unwrap(), stdout: out.stdout, stderr }
}

/// Runs with 1 and 4 threads, expects success and the same bytes.
fn ok(args: &[&str], input: &str) -> Vec<u8> {
    let one = convert(&[args, &["--threads", "1"]].concat(), input);
    let four = convert(&[args, &["--threads", "4"]].concat(), input);
    assert_eq!(one.code, 0, "{args:?}: {}", one.stderr);
    assert!(one.stdout == four.stdout, "{args:?}: 1 and 4 threads differ");
    one.stdout
}

/// The texts of file lines by path; `url` lines as `url:` and the address.
fn files(stdout: &[u8]) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, (String, bool)> = BTreeMap::new();
    for line in std::str::from_utf8(stdout).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let Some(path) = line["path"].as_str() else { continue };
        synpipe::path::RelPath::new(path).unwrap();
        let more = line["more"] == true;
        let text = match line["url"].as_str() {
            Some(url) => format!("url:{url}"),
            None => line["text"].as_str().unwrap().to_owned(),
        };
        let file = files.entry(path.to_owned()).or_insert((String::new(), true));
        assert!(file.1, "{path} goes on after its end");
        file.0.push_str(&text);
        file.1 = more;
    }
    assert!(files.values().all(|f| !f.1), "a file has no end");
    files.into_iter().map(|(path, (text, _))| (path, text)).collect()
}

/// A table as maps from column to cell.
fn table(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(bytes).deserialize().map(Result::unwrap).collect()
}

/// An item in dialect S with these heads and geometries under `image_1`.
fn item(id: u64, name: &str, heads: Value, data: Value) -> String {
    let row = json!({"id": id, "data": {"extra": {"image_1": {"width": 100, "height": 50}},
        "annotations": {"image_1": heads}, "annotationsData": {"image_1": data}},
        "file": {"file_name_original": name, "url": format!("https://h/{id}")}});
    format!("{row}\n")
}

fn one_box(id: u64, name: &str, classification: Value) -> String {
    let heads = json!([{"id": "a", "tool": "bounding_box", "classification": classification}]);
    item(id, name, heads, json!([{"id": "a", "coordinate": {"x": 1.5, "y": 2, "width": 30, "height": 4}}]))
}

const HOSTILE: &str = "=cmd|' /C calc'!A0, \"그림\"\n둘째 줄";

#[test]
fn csv_cells_survive_whatever_is_in_them() {
    let input = one_box(7, "=한글, \"1\".jpg", json!({"class": HOSTILE, "note": "a\r\n\"b\",c", "n": 1.10}));
    for args in [&["--to", "csv", "--bare"][..], &["--to", "csv", "--bare", "--excel"]] {
        let out = ok(args, &input);
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
    let bare = String::from_utf8(ok(&["--to", "csv", "--bare"], &input)).unwrap();
    assert_eq!(files(&ok(&["--to", "csv"], &input))["annotations/annotations.csv"], bare);
}

#[test]
fn a_nul_in_a_class_is_not_taken_for_a_hole() {
    let input = one_box(1, "a.jpg", json!({"class": "x\u{0}n1234y"}));
    assert_eq!(table(&ok(&["--to", "csv", "--bare"], &input))[0]["class"], "x\u{fffd}n1234y");
}

#[test]
fn excel_gets_a_byte_order_mark_and_crlf() {
    let out =
        ok(&["--to", "csv", "--bare", "--excel", "--columns", "class,item_id"], &one_box(7, "a.jpg", json!("차")));
    assert_eq!(String::from_utf8(out).unwrap(), "\u{feff}class,item_id\r\n차,7\r\n");
}

#[test]
fn columns_are_picked_in_order_and_unknown_ones_refused() {
    let input = one_box(7, "a.jpg", json!({"class": "car", "색": "빨강"}));
    let out = ok(&["--to", "csv", "--bare", "--columns", "class,attr.색,attr.none,item_id"], &input);
    assert_eq!(String::from_utf8(out).unwrap(), "class,attr.색,attr.none,item_id\ncar,빨강,,7\n");
    let out = ok(&["--to", "csv", "--bare", "--columns", "rotation"], &input);
    assert_eq!(String::from_utf8(out).unwrap(), "rotation\n\"\"\n", "an empty line would be read as no row");
    let ran = convert(&["--to", "csv", "--columns", "item_id,clas"], &input);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("did you mean class?"), "{}", ran.stderr);
}

#[test]
fn items_are_rows_when_asked_for() {
    let heads = json!([{"id": "a", "tool": "classification", "classification": {"class": "sunny"}},
                       {"id": "b", "tool": "classification", "classification": {"class": "wet"}},
                       {"id": "c", "tool": "classification", "classification": {"class": "sunny"}}]);
    let input = item(1, "a.jpg", heads, json!([])) + &item(2, "b.jpg", json!([]), json!([]));
    let rows = table(&ok(&["--to", "csv", "--bare", "--rows", "items"], &input));
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
    let out = ok(&flat, &input);
    let header = csv::Reader::from_reader(&out[..]).headers().unwrap().clone();
    assert_eq!(header, vec!["file_name", "attr.a,\"b\"", "attr.b", "attr.nul", "attr.색", "class"]);
    let rows = table(&out);
    assert_eq!((&*rows[0]["attr.b"], &*rows[0]["attr.색"], &*rows[0]["attr.nul"]), ("1.10", "빨강", ""));
    assert_eq!((&*rows[1]["attr.a,\"b\""], &*rows[1]["attr.nul"]), ("[\"=x\"]", "'=1+1"));
    assert_eq!((&*rows[2]["file_name"], &*rows[2]["class"]), ("c.jpg", "car"));
    let lines = files(&ok(&[&flat[..2], &flat[3..]].concat(), &input));
    assert_eq!(lines["annotations/annotations.csv"], String::from_utf8(out).unwrap());
}

#[test]
fn an_empty_table_has_its_header() {
    for args in [&["--to", "csv", "--bare"][..], &["--to", "csv", "--bare", "--flatten-attributes"]] {
        let empty = "{\"@stream\":\"begin\",\"kind\":\"items\"}\n{\"@stream\":\"end\",\"count\":0}\n";
        let out = String::from_utf8(ok(args, empty)).unwrap();
        assert!(out.starts_with("item_id,file_name,") && out.lines().count() == 1, "{out}");
    }
}

/// A row whose `data` is written as it stands.
fn verbatim(id: u64, name: &str, data: &str, more: &str) -> String {
    format!("{{\"id\":{id},\"data\":{data},\"file\":{{\"file_name_original\":\"{name}\"}}{more}}}\n")
}

const PAYLOAD: &str = r#"{ "annotations":{"video_1":[{"id":"a","tool":"classification","classification":{"class":"설명","n":1.10,"big":12345678901234567890123}},{"id":"b","tool":"classification","classification":{"class":"a/b"}},{"id":"c","tool":"classification","classification":{"class":"A_B"}}]} ,"z":1,"a":[ ]}"#;

#[test]
fn json_is_the_payload_byte_for_byte_also_out_of_a_string() {
    let string = serde_json::to_string(PAYLOAD).unwrap();
    let input = verbatim(1, "그림.mp4", PAYLOAD, "") + &verbatim(2, "b.mp4", &string, "");
    let out = files(&ok(&["--to", "json", "--images", "omit"], &input));
    assert_eq!(out["annotations/그림.json"], PAYLOAD);
    assert_eq!(out["annotations/b.json"], PAYLOAD);
}

#[test]
fn pretty_json_keeps_numbers_and_key_order() {
    let out = files(&ok(&["--to", "json", "--pretty"], &verbatim(1, "a.mp4", PAYLOAD, "")));
    let text = &out["annotations/a.json"];
    assert!(text.contains("\"n\": 1.10,\n") && text.contains("\"big\": 12345678901234567890123\n"), "{text}");
    assert!(text.find("\"z\": 1").unwrap() < text.find("\"a\": []").unwrap(), "{text}");
    let parse = |t: &str| serde_json::from_str::<Value>(t).unwrap();
    assert_eq!(parse(text), parse(PAYLOAD));
    let ran = convert(&["--to", "jsonl", "--pretty"], "");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
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
    let out = files(&ok(&["--to", "json", "--by", "data_unit.meta.category"], &input));
    let paths: Vec<&str> = out.keys().map(String::as_str).filter(|p| p.starts_with("annotations/")).collect();
    for want in ["1. 자연/1", ".._.._etc/2", "unassigned/3", "7/5", "unassigned/6", "a_b/7"] {
        assert!(paths.contains(&&*format!("annotations/{want}.json")), "{want} is not in {paths:?}");
    }
    assert_eq!(paths.len(), 7, "{paths:?}");
}

#[test]
fn a_file_for_each_class_and_none_over_another() {
    let input = verbatim(1, "v.mp4", PAYLOAD, "") + &verbatim(2, "v_설명.mp4", "{}", "");
    let out = files(&ok(&["--to", "json", "--per-class"], &input));
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

fn classified(id: u64, name: &str, classes: &[&str]) -> String {
    let heads: Vec<Value> = classes
        .iter()
        .enumerate()
        .map(|(i, class)| json!({"id": i.to_string(), "tool": "classification", "classification": {"class": class}}))
        .collect();
    item(id, name, heads.into(), json!([]))
}

#[test]
fn images_go_into_the_folder_of_their_one_class() {
    let input = [
        classified(1, "a.jpg", &["고양이"]),
        classified(2, "a.jpg", &["고양이", "고양이"]),
        classified(3, "c.jpg", &["고양이", "dog"]),
        classified(4, "d.jpg", &[]),
        classified(5, "e.jpg", &["../../x"]),
        one_box(6, "f.jpg", json!("car")),
    ]
    .concat();
    let out = files(&ok(&["--to", "imagefolder", "--report", "summary"], &input));
    let hostile: Vec<&String> = out.keys().filter(|p| p.starts_with("train/.") || p.ends_with("e.jpg")).collect();
    assert_eq!(hostile.len(), 1, "{hostile:?}");
    for (path, id) in [
        ("train/고양이/a.jpg", 1),
        ("train/고양이/a__2.jpg", 2),
        ("unassigned/c.jpg", 3),
        ("unassigned/d.jpg", 4),
        (hostile[0], 5),
        ("unassigned/f.jpg", 6),
    ] {
        assert_eq!(out.get(path).map(String::as_str), Some(&*format!("url:https://h/{id}")), "{path} in {out:?}");
    }
    let summary: Value = serde_json::from_str(&out["metadata/export_summary.json"]).unwrap();
    assert_eq!(summary["skipped"], json!({"UNSUPPORTED_ANNOTATION_TYPE": 1, "CLASS_AMBIGUOUS": 2}));
    assert_eq!(summary["annotations"]["written"], 4);

    let out = files(&ok(&["--to", "imagefolder", "--split", "id", "--background", "omit"], &input));
    assert!(out.contains_key("1/고양이/a.jpg") && !out.contains_key("unassigned/4/d.jpg"), "{out:?}");
    let ran = convert(&["--to", "imagefolder", "--images", "omit"], &input);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}

/// Output file by item, for one naming.
fn names(args: &[&str], input: &str) -> BTreeMap<String, String> {
    let out = files(&ok(&[&["--to", "json", "--images", "omit"], args].concat(), input));
    let report: Vec<Value> = serde_json::from_str(&out["metadata/export_report.json"]).unwrap();
    let name = |r: &Value| (r["item"].to_string(), r["file"].as_str().unwrap_or("none").to_owned());
    let by_item: BTreeMap<_, _> = report.iter().map(name).collect();
    let mut written: Vec<_> = out.keys().filter(|p| p.starts_with("annotations/")).collect();
    written.sort();
    let mut reported: Vec<_> = by_item.values().collect();
    reported.sort();
    assert_eq!(written, reported, "the report names the files that are there");
    by_item
}

#[test]
fn names_of_two_passes_do_not_depend_on_the_order() {
    let row = |id: &str, name: &str| {
        format!("{}\n", json!({"id": 0, "data": {}, "file": {"file_name_original": name}}))
            .replace("\"id\":0", &format!("\"id\":{id}"))
    };
    let rows = [
        row("10", "그림.jpg"),
        row("9", "그림.png"),
        row("\"x\"", "그림.jpg"),
        row("100", "A.jpg"),
        row("20", "a.jpg"),
        // A name of its own that is also the name item 100 would get.
        row("7", "a__100.jpg"),
        row("3", "only.jpg"),
    ];
    let want = BTreeMap::from(
        [
            ("\"x\"", "그림__x"),
            ("10", "그림__10"),
            ("9", "그림"),
            ("20", "a"),
            ("100", "A__100_2"),
            ("7", "a__100"),
            ("3", "only"),
        ]
        .map(|(id, name)| (id.to_owned(), format!("annotations/{name}.json"))),
    );
    let two = ["--naming-pass", "two"];
    let mut orders = vec![rows.to_vec(), rows.iter().rev().cloned().collect::<Vec<_>>()];
    for cut in 1..rows.len() {
        orders.push([&rows[cut..], &rows[..cut]].concat());
    }
    for order in &orders {
        assert_eq!(names(&two, &order.concat()), want);
    }
    // In one pass the first has the name.
    let one = names(&[], &rows.concat());
    assert_eq!((&*one["10"], &*one["9"]), ("annotations/그림.json", "annotations/그림__9.json"));
}

#[test]
fn two_passes_write_what_one_does_where_names_are_unique() {
    let input: String =
        (0..500).map(|i| one_box(i, &format!("{i}.jpg"), json!({"class": format!("c{}", i % 7)}))).collect();
    let input = input + "{\"id\":9999,\"data\":{\"annotations\":{\"video_1\":[]}}}\n";
    for format in ["json", "coco", "yolo", "csv", "imagefolder"] {
        let args = ["--to", format, "--split", "0.5/0.5"];
        let two = ok(&[&args[..], &["--naming-pass", "two"]].concat(), &input);
        assert!(ok(&args, &input) == two, "{format}");
    }
}

#[test]
fn stems_come_from_a_template() {
    let input = one_box(1, "그림.jpg", json!("car")) + &one_box(2, "b/그림.jpg", json!("car"));
    let out = names(&["--naming", "{{ stem }}_{{ id }}"], &input);
    assert_eq!(out["2"], "annotations/그림_2.json");
    let out = names(&["--naming", "{{ item.file.url }}"], &input);
    assert_eq!(out["1"], "annotations/https___h_1.json");

    let ran = convert(&["--to", "json", "--naming", "{{ item.nothing }}"], &input);
    assert!(ran.code == 3 && ran.stderr.contains("stdin:1: item 1: "), "{} {}", ran.code, ran.stderr);
    let skip = ["--to", "json", "--naming", "{{ item.nothing }}", "--on-error", "skip"];
    let ran = convert(&skip, &input);
    assert!(ran.code == 7 && ran.stderr.contains("2 annotations: 0 written, 0 skipped, 2 failed"), "{}", ran.stderr);
    for bad in ["{{ stem", "stm"] {
        let ran = convert(&["--to", "json", "--naming", bad], &input);
        assert_eq!(ran.code, 2, "{bad}: {}", ran.stderr);
    }
}

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
        let ran = convert(&["--to", "coco", "--strict"], &input);
        assert!(ran.code == code && ran.stderr.contains(says), "{}: {}", ran.code, ran.stderr);
    };
    // Cut at the edge is written.
    strict(row(size, over_edge), 0, "CLIPPED_TO_IMAGE 1");
    // The reason is that of what is left out, not of what came before it.
    strict(row(size, &format!("{over_edge},{line}")), 3, "stdin:1: UNSUPPORTED_ANNOTATION_TYPE with --strict");
    // An item counts, also without annotations.
    strict(row("{}", ""), 3, "IMAGE_SIZE_UNKNOWN with --strict");
    strict(row(size, ""), 0, "0 failed");
}

#[test]
fn relative_urls_of_no_known_server_are_told() {
    let row = r#"{"id":1,"file":{"file_name_original":"a.jpg","url":"/files/a.jpg"},"data":{"extra":{"image_1":{"width":40,"height":30}},"annotations":{"image_1":[]}}}"#;
    let frame = r#"{"@stream":"begin","kind":"items","version":1,"source":{"host":"https://synapse.invalid"}}"#;
    let end = r#"{"@stream":"end","count":1}"#;
    let url = |ran: &Ran| {
        let text = String::from_utf8(ran.stdout.clone()).unwrap();
        let line = text.lines().find(|line| line.contains("\"image\"")).unwrap();
        serde_json::from_str::<Value>(line).unwrap()["url"].as_str().unwrap().to_owned()
    };
    let args = ["--to", "ultralytics-ndjson", "--bare"];
    let ran = convert(&args, &format!("{row}\n"));
    assert!(ran.code == 0 && ran.stderr.contains("1 URLs are relative and of no known server"), "{}", ran.stderr);
    assert_eq!(url(&ran), "/files/a.jpg");
    let ran = convert(&args, &format!("{frame}\n{row}\n{end}\n"));
    assert!(ran.code == 0 && !ran.stderr.contains("relative"), "{}", ran.stderr);
    assert_eq!(url(&ran), "https://synapse.invalid/files/a.jpg");
}
