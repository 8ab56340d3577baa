//! `--describe`: what is in a dump, on one screen.

use crate::common::{Ran, run};
use serde_json::Value;

fn filter(args: &[&str], input: &str) -> Ran {
    run("syn-filter", args, input.as_bytes())
}

/// Rows with many classes, sizes and people; the last lack everything.
fn dump(rows: usize) -> String {
    let mut out = String::from(
        r#"{"@stream":"begin","kind":"items","version":1,"target":"assignment","project":{"id":42,"title":"도로 주행"}}"#,
    );
    out.push('\n');
    for n in 0..rows {
        let (class, side, day) = (n % 14, 10 + 40 * (n % 3), 1 + n % 28);
        let person = ["이영희", "Kim", "José"][n % 3];
        let status = ["completed", "skipped"][n % 2];
        out.push_str(&format!(
            r#"{{"id":{n},"status_label":"{status}","status_review":null,"user":{{"id":{n},"name":"{person}"}},"created":"2026-03-{day:02}T10:00:00+09:00","file":{{}},"data":{{"extra":{{"image_1":{{"width":1920,"height":{}}}}},"annotations":{{"image_1":[{{"id":"a","tool":"bounding_box","classification":"신호등 {class}"}}]}},"annotationsData":{{"image_1":[{{"id":"a","coordinate":{{"x":0,"y":0,"width":{side},"height":{side}}}}}]}}}}}}"#,
            1000 + n % 20
        ));
        out.push('\n');
    }
    out.push_str("{\"id\":900001,\"data\":null}\n{\"id\":900002,\"data\":{\"mode\":\"presigned\",\"presigned_url\":\"https://x.invalid/?sig=1\"}}\n");
    out
}

fn end(rows: usize) -> String {
    format!("{{\"@stream\":\"end\",\"count\":{}}}\n", rows + 2)
}

#[test]
fn a_dump_fits_a_screen() {
    let input = format!("{}{}", dump(2800), end(2800));
    let text = filter(&["--describe"], &input).exits(0).text().to_owned();
    assert!(text.lines().count() <= 23, "{text}");
    assert!(text.lines().all(|line| unicode_columns(line) <= 79), "{text}");
    for part in [
        "rows        2,802 rows, 2,800 annotations",
        "from        project 42 도로 주행 (assignment)",
        "created     2026-03-01 to 2026-03-28",
        "status      completed 1,400, skipped 1,400, none 2\n",
        "people      이영희 934, José 933, Kim 933",
        "images      1920x1000 140, 1920x1001 140, 1920x1002 140, and 17 more",
        "tools       bounding_box 2,800",
        "areas       small 934, medium 1,866, large 0 (limits 32², 96² px²)",
        "missing     no payload 1, payload at a URL 1, no file 2, no image size 2,\n            no date 2, nobody 2\n",
        "신호등 0 ",
        "and 6 more",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert_eq!(filter(&["--describe", "--threads", "3"], &input).exits(0).text(), text);
    assert!(!text.contains("sig=1"));
}

/// Korean takes two columns a syllable.
fn unicode_columns(line: &str) -> usize {
    line.chars().map(|c| if ('\u{1100}'..='\u{d7a3}').contains(&c) { 2 } else { 1 }).sum()
}

#[test]
fn programs_read_it_as_json() {
    let input = format!("{}{}", dump(28), end(28));
    let text = filter(&["--describe", "--form", "json"], &[input.as_str(), input.as_str()].concat())
        .exits(0)
        .text()
        .to_owned();
    let all: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&all["rows"], &all["objects"], &all["whole"]), (&60.into(), &56.into(), &true.into()));
    assert_eq!(all["classes"].as_array().unwrap().len(), 14);
    assert_eq!(all["classes"][0], serde_json::json!({"name": "신호등 0", "rows": 4, "objects": 4}));
    assert_eq!(all["from"].as_array().unwrap().len(), 1);
    assert_eq!(all["missing"]["payload"], 2);
    assert_eq!(all["status"][2], serde_json::json!({"name": null, "rows": 4, "objects": 0}));
}

#[test]
fn it_describes_what_the_other_options_leave() {
    // A payload that is elsewhere cannot be asked for its classes.
    let input = format!("{}{}", dump(28), end(28))
        .replace(r#"{"mode":"presigned","presigned_url":"https://x.invalid/?sig=1"}"#, "null");
    let rows = |args: &[&str]| {
        let args = [args, &["--describe", "--form", "json", "-q"]].concat();
        let all: Value = serde_json::from_str(filter(&args, &input).exits(0).text()).unwrap();
        (all["rows"].clone(), all["objects"].clone())
    };
    assert_eq!(rows(&["--class", "신호등 3"]), (2.into(), 2.into()));
    assert_eq!(rows(&["--keep-class", "신호등 3"]), (30.into(), 2.into()));
    assert_eq!(rows(&["--limit", "5"]), (5.into(), 5.into()));
    assert_eq!(rows(&["--id", "1", "--not"]), (29.into(), 27.into()));
    #[cfg(feature = "jq")]
    assert_eq!(rows(&["--jq", "., ."]), (60.into(), 56.into()));
}

#[test]
fn a_dump_that_breaks_off_is_described_as_far_as_it_goes() {
    let input = dump(28);
    let ran = filter(&["--describe"], &input).exits(3).says("no end frame");
    assert!(ran.text().starts_with("rows        30 rows, 28 annotations; the input broke off here\n"));
    let whole = filter(&["--describe", "--allow-partial"], &input).exits(0);
    assert!(whole.text().starts_with("rows        30 rows, 28 annotations\n"));
    let json = filter(&["--describe", "--form", "json"], &format!("{input}{{\"id\":\n")).exits(3);
    assert!(json.text().contains("\"whole\":false"));
    // An empty dump is nothing special.
    let empty = "{\"@stream\":\"begin\",\"kind\":\"items\"}\n{\"@stream\":\"end\",\"count\":0}\n";
    filter(&["--describe"], empty).exits(0).writes("rows        0 rows, 0 annotations\n");
    for args in [
        &["--describe", "-c"][..],
        &["--describe", "--form", "csv"],
        &["--describe", "--count-by", "class"],
        &["--describe", "--bare"],
    ] {
        filter(args, empty).fails_with_one_line("syn-filter").exits(2);
    }
}

#[test]
fn it_is_korean_for_people_and_the_same_in_every_file() {
    let input = format!("{}{}", dump(2800), end(2800));
    let english = filter(&["--describe"], &input).exits(0).text().to_owned();
    assert!(english.contains("annotations"), "{english}");
    let korean = filter(&["--describe", "--lang", "ko"], &input).exits(0).text().to_owned();
    assert!(korean.lines().all(|line| unicode_columns(line) <= 79), "{korean}");
    for part in [
        "행          행 2,802개, 어노테이션 2,800개",
        "출처        프로젝트 42 도로 주행 (assignment)",
        "작업 상태   completed 1,400, skipped 1,400, 없음 2\n",
        "외 6개",
    ] {
        assert!(korean.contains(part), "{part} in\n{korean}");
    }
}
