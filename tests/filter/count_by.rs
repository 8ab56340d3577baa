//! `--count-by`: counts in place of rows.

use crate::common::{Ran, run};

const BOX: &str = r#"{"tool":"bounding_box","classification":"car"}"#;
const POLYGON: &str = r#"{"tool":"polygon","classification":"bus"}"#;
const CAR_POLYGON: &str = r#"{"tool":"polygon","classification":"car"}"#;
const CLASSLESS: &str = r#"{"tool":"keypoint"}"#;

fn row(id: u64, fields: &str, annotations: &[&str]) -> String {
    format!(r#"{{"id":{id},{fields}"data":{{"annotations":{{"image_1":[{}]}}}}}}"#, annotations.join(","))
}

fn rows() -> Vec<String> {
    let kim = r#""user":{"id":7,"email":"kim@x.y","name":"Kim"},"#;
    vec![
        row(
            1,
            &format!(
                r#"{kim}"users":[7],"status_label":"completed","status_review":"completed","tags":["day",{{"id":3,"name":"wet"}}],"created":"2026-01-31T23:30:00+09:00","data_unit":{{"meta":{{"video":"b","n":10,"on":true}}}},"#
            ),
            &[BOX, BOX, POLYGON],
        ),
        row(
            2,
            r#""user":9,"status_label":"completed","status_review":null,"tags":["day","day"],"category":"train","created":"2026-02-01T00:30:00+09:00","data_unit":{"meta":{"video":"a","n":9}},"#,
            &[CAR_POLYGON, CLASSLESS],
        ),
        row(
            3,
            r#""users":[9,{"id":7,"email":"kim@x.y"}],"status_label":"skipped","tags":[],"created":"2025-12-29","data_unit":{"meta":{"video":"=1+1","category":"val"}},"#,
            &[],
        ),
        r#"{"id":4,"status_label":"completed","created":"soon","data":null}"#.to_owned(),
    ]
}

fn framed(rows: &[String]) -> String {
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    format!("{{\"@stream\":\"begin\",\"kind\":\"items\"}}\n{lines}{{\"@stream\":\"end\",\"count\":{}}}\n", rows.len())
}

fn filter(args: &[&str], input: &str) -> Ran {
    run("syn-filter", args, input.as_bytes())
}

/// The same at every number of threads.
fn counted(args: &[&str], input: &str) -> String {
    let texts = ["1", "4"].map(|threads| {
        let args = [args, &["--threads", threads]].concat();
        filter(&args, input).exits(0).text().to_owned()
    });
    assert_eq!(texts[0], texts[1], "{args:?}");
    texts[0].clone()
}

#[test]
fn every_key_counts_rows_and_annotations() {
    let cases: &[(&[&str], &str)] = &[
        (&["class"], "class,items,objects|bus,1,1|car,2,3|,3,1|total,4,5"),
        (&["tool"], "tool,items,objects|bounding_box,1,2|keypoint,1,1|polygon,2,2|,2,0|total,4,5"),
        (
            &["class,tool"],
            "class,tool,items,objects|bus,polygon,1,1|car,bounding_box,1,2|car,polygon,1,1|,keypoint,1,1|,,2,0|total,,4,5",
        ),
        // Who is named by number and in full in one row is one person.
        (&["user"], "user,items,objects|9,2,2|kim@x.y,2,3|,1,0|total,4,5"),
        (&["status"], "status,items,objects|completed,3,5|skipped,1,0|total,4,5"),
        (&["review"], "review,items,objects|completed,1,3|,3,2|total,4,5"),
        (&["tag"], "tag,items,objects|day,2,5|wet,1,3|,2,0|total,4,5"),
        (&["category"], "category,items,objects|train,1,2|val,1,0|,2,3|total,4,5"),
        // The day that the row's own offset writes; what is no date stays as it is.
        (&["created"], "created,items,objects|2025-12-29,1,0|2026-01-31,1,3|2026-02-01,1,2|soon,1,0|total,4,5"),
        (&["created:day"], "created:day,items,objects|2025-12-29,1,0|2026-01-31,1,3|2026-02-01,1,2|soon,1,0|total,4,5"),
        // 2025-12-29 is a Monday of the first week of 2026.
        (&["created:week"], "created:week,items,objects|2026-W01,1,0|2026-W05,2,5|soon,1,0|total,4,5"),
        (&["created:month"], "created:month,items,objects|2025-12,1,0|2026-01,1,3|2026-02,1,2|soon,1,0|total,4,5"),
        (&["created:year"], "created:year,items,objects|2025,1,0|2026,2,5|soon,1,0|total,4,5"),
        (&["data_unit.meta.video"], "data_unit.meta.video,items,objects|'=1+1,1,0|a,1,2|b,1,3|,1,0|total,4,5"),
        (&["data_unit.meta.n"], "data_unit.meta.n,items,objects|9,1,2|10,1,3|,2,0|total,4,5"),
        (&["data_unit.meta.on"], "data_unit.meta.on,items,objects|true,1,3|,3,2|total,4,5"),
        (&["status_label"], "status_label,items,objects|completed,3,5|skipped,1,0|total,4,5"),
        (
            &["status", "class"],
            "status,class,items,objects|completed,bus,1,1|completed,car,2,3|completed,,2,1|skipped,,1,0|total,,4,5",
        ),
        (
            &["class,tag"],
            "class,tag,items,objects|bus,day,1,1|bus,wet,1,1|car,day,2,3|car,wet,1,2|,day,1,1|,,2,0|total,,4,5",
        ),
    ];
    let input = framed(&rows());
    for (keys, expected) in cases {
        let args: Vec<&str> = keys.iter().flat_map(|key| ["--count-by", key]).collect();
        assert_eq!(counted(&args, &input), expected.replace('|', "\n") + "\n", "{keys:?}");
        // The same without frames.
        let args = [&args[..], &["--unframed"]].concat();
        assert_eq!(counted(&args, &(rows().join("\n") + "\n")), expected.replace('|', "\n") + "\n", "{keys:?}");
    }
}

#[test]
fn counts_compose_with_what_selects() {
    let input = framed(&rows());
    let cases: &[(&[&str], &str)] = &[
        (&["--status", "completed"], "completed,3,5|total,3,5"),
        (&["--status", "completed", "--not"], "skipped,1,0|total,1,0"),
        (&["--class", "bus"], "completed,1,3|total,1,3"),
        (&["--limit", "2"], "completed,2,5|total,2,5"),
        (&["--limit", "3"], "completed,2,5|skipped,1,0|total,3,5"),
        (&["--limit", "0"], "total,0,0"),
        (&["--id", "99"], "total,0,0"),
        (&["--one-per", "status_label"], "completed,1,3|skipped,1,0|total,2,3"),
        (&["--latest"], "completed,3,5|skipped,1,0|total,4,5"),
        (&["--since", "2026-01-15"], "completed,2,5|total,2,5"),
    ];
    for (args, expected) in cases {
        let args = [args, &["--count-by", "status"][..]].concat();
        let expected = format!("status,items,objects\n{}\n", expected.replace('|', "\n"));
        assert_eq!(counted(&args, &input), expected, "{args:?}");
    }
    // What edits have left of the rows is counted, also where the limit cuts.
    for (args, expected) in [
        (&["--keep-class", "car"][..], "car,2,3|,2,0|total,4,3"),
        (&["--drop-class", "car", "--limit", "2"], "bus,1,1|,1,1|total,2,2"),
        (&["--keep-tool", "polygon", "--limit", "1"], "bus,1,1|total,1,1"),
    ] {
        let args = [args, &["--count-by", "class"][..]].concat();
        let expected = format!("class,items,objects\n{}\n", expected.replace('|', "\n"));
        assert_eq!(counted(&args, &input), expected, "{args:?}");
    }
    let twice = framed(&rows()).repeat(2);
    assert!(counted(&["--latest", "--count-by", "status"], &twice).ends_with("\ntotal,4,5\n"));
    assert!(counted(&["--count-by", "status"], &twice).ends_with("\ntotal,8,10\n"));
}

#[test]
fn many_rows_are_the_same_at_any_number_of_threads() {
    let filler = "x".repeat(400);
    let many: Vec<String> = (0..9000)
        .map(|n| {
            row(n + 1, &format!(r#""part":{},"filler":"{filler}","#, n % 3), if n % 2 == 0 { &[BOX] } else { &[] })
        })
        .collect();
    let input = framed(&many);
    let all = counted(&["--count-by", "part"], &input);
    assert_eq!(all, "part,items,objects\n0,3000,1500\n1,3000,1500\n2,3000,1500\ntotal,9000,4500\n");
    let limited = counted(&["--count-by", "part", "--limit", "4001"], &input);
    assert_eq!(limited, "part,items,objects\n0,1334,667\n1,1334,667\n2,1333,667\ntotal,4001,2001\n");
}

#[test]
fn forms() {
    let input = framed(&rows());
    let json = counted(&["--count-by", "review,created:year", "--form", "json"], &input);
    let expected = concat!(
        r#"{"review":"completed","created:year":"2026","items":1,"objects":3}"#,
        "\n",
        r#"{"review":null,"created:year":"2025","items":1,"objects":0}"#,
        "\n",
        r#"{"review":null,"created:year":"2026","items":1,"objects":2}"#,
        "\n",
        r#"{"review":null,"created:year":"soon","items":1,"objects":0}"#,
        "\n",
        r#"{"total":true,"items":4,"objects":5}"#,
        "\n"
    );
    assert_eq!(json, expected);
    let table = counted(&["--count-by", "status", "--form", "table"], &input);
    assert_eq!(
        table,
        "STATUS     ITEMS  OBJECTS\ncompleted      3        5\nskipped        1        0\ntotal          4        5\n"
    );
}

#[test]
fn secrets_of_urls_are_not_counted_with() {
    let of = |sig: &str| row(1, &format!(r#""file":{{"url":"https://s/a.jpg?X-Amz-Signature={sig}"}},"#), &[]);
    let ran = filter(&["--count-by", "file.url"], &framed(&[of("abc"), of("def")])).exits(0);
    assert_eq!(ran.text(), "file.url,items,objects\nhttps://s/a.jpg,2,0\ntotal,2,0\n");
    ran.says("2 presigned URLs counted without query");
}

#[test]
fn what_cannot_be_counted_is_told() {
    let input = framed(&rows());
    for (args, code, words) in [
        (&["--count-by", "class", "-c"][..], 2, "cannot be used with --count: it prints the total"),
        (&["--count-by", "class", "--bare"], 2, "cannot be used with --bare: it writes counts, no rows"),
        (&["--count-by", "class", "--order", "descending"], 2, "cannot be used with --order"),
        (&["--form", "json"], 2, "--count-by"),
        (&["--count-by", ""], 2, "--count-by"),
        (&["--count-by", "class,class"], 2, "has class twice"),
        (&["--count-by", "class:day"], 2, "class is no date"),
        (&["--count-by", "created:mnth"], 2, "did you mean month?"),
        (&["--count-by", "created:"], 2, "day, week, month, year"),
        (&["--count-by", "items"], 2, "the name of a count"),
        (&["--count-by", "a..b"], 2, "not a field path"),
        (&["--count-by", "clas"], 3, "did you mean \"class\"?"),
        (&["--count-by", "data_unit.meta.vdeo"], 3, "did you mean \"data_unit.meta.video\"?"),
        (&["--count-by", "status,statuslabel"], 3, "did you mean"),
    ] {
        let ran = filter(args, &input).exits(code).says(words);
        assert_eq!(ran.text(), "", "{args:?}");
    }
    // A run that stops early has not seen everything.
    filter(&["--count-by", "data_unit.meta.on", "--id", "2,3", "--limit", "1"], &input).exits(0);
}

#[test]
fn lists_nested_as_deep_as_a_line_are_passed_over() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (key, field) in [("tag", "tags"), ("user", "users"), ("x", "x")] {
        let input = framed(&[row(1, &format!(r#""{field}":["a",{deep}],"#), &[])]);
        assert_eq!(counted(&["--count-by", key], &input), format!("{key},items,objects\na,1,0\ntotal,1,0\n"), "{key}");
    }
}

#[test]
fn a_row_in_too_many_lines_is_a_bad_line() {
    let list = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>().join(",");
    for (n, exit) in [(100, 0), (101, 3)] {
        let input = framed(&[row(1, &format!(r#""tags":[{}],"x":[{}],"#, list(100), list(n)), &[])]);
        let ran = filter(&["--count-by", "tag,x"], &input).exits(exit);
        assert_eq!(ran.stderr.contains("the row counts in 10100 lines, more than 10000"), exit == 3, "{}", ran.stderr);
    }
}

#[test]
fn an_input_that_is_not_whole_has_no_counts() {
    let whole = framed(&rows());
    let cut: String = whole.lines().take(3).map(|line| format!("{line}\n")).collect();
    let bad = whole.replace(r#""id":2"#, r#""id":[2]"#);
    let away = whole.replace(r#""data":null"#, r#""data":{"mode":"presigned","presigned_url":"u"}"#);
    for (input, words) in [(&cut, "cut"), (&bad, ":3: "), (&away, "(item 4)")] {
        for form in ["csv", "table", "json"] {
            let ran = filter(&["--count-by", "class", "--form", form], input).exits(3).says(words);
            assert_eq!(ran.text(), "");
        }
    }
    let partial = filter(&["--count-by", "status", "--allow-partial"], &cut).exits(0);
    assert!(partial.text().ends_with("total,2,5\n"));
    for input in [&bad, &away] {
        let skipped = filter(&["--count-by", "status", "--on-error", "skip"], input).exits(7);
        assert!(skipped.text().contains("\ntotal,3,"), "{skipped:?}");
    }
}

/// Two boxes, a polygon and a mask; the limits are those of COCO's evaluation.
fn sized() -> String {
    let row = r#"{"id":1,"split":"train","category":"test","area":1024,"data":{"annotations":{"image_1":[{"id":"a","tool":"bounding_box","classification":"car"},{"id":"b","tool":"bounding_box","classification":"car"},{"id":"p","tool":"polygon","classification":"bus"},{"id":"k","tool":"keypoint","classification":"bus"},{"id":"m","tool":"segmentation","classification":"road"}]},"annotationsData":{"image_1":[{"id":"a","coordinate":{"x":0,"y":0,"width":32,"height":32}},{"id":"b","coordinate":{"x":0,"y":0,"width":31,"height":33}},{"id":"p","coordinate":[{"x":0,"y":0},{"x":96,"y":0},{"x":96,"y":96},{"x":0,"y":96}]},{"id":"k","coordinate":{"x":1,"y":2}},{"id":"m","pixel_indices":[1,2,3]}]}}}"#;
    let text = r#"{"id":2,"category":"validation","area":"9216","data":"{\"annotations\":{\"image_1\":[{\"id\":\"a\",\"type\":\"bbox\",\"classification\":\"car\",\"data\":[0,0,100,100]}]}}"}"#;
    let rest = r#"{"id":3,"category":"train","area":"wide","data":null}"#;
    framed(&[row.to_owned(), text.to_owned(), rest.to_owned()])
}

#[test]
fn sizes_and_splits_are_counted() {
    for (keys, expected) in [
        ("size", "size,items,objects\nlarge,2,2\nmedium,1,1\nsmall,1,2\n,2,1\ntotal,3,6\n"),
        (
            "class,size,tool",
            "class,size,tool,items,objects\nbus,large,polygon,1,1\nbus,,keypoint,1,1\ncar,large,bounding_box,1,1\ncar,medium,bounding_box,1,1\ncar,small,bounding_box,1,1\nroad,small,segmentation,1,1\n,,,1,0\ntotal,,,3,6\n",
        ),
        ("area:size", "area:size,items,objects\nlarge,1,1\nmedium,1,5\nwide,1,0\ntotal,3,6\n"),
        ("split", "split,items,objects\ntrain,2,5\nval,1,1\ntotal,3,6\n"),
    ] {
        assert_eq!(counted(&["--count-by", keys], &sized()), expected, "{keys}");
    }
    for keys in ["class:size", "size:day", "created:size", "area:sizes"] {
        filter(&["--count-by", keys], &sized()).fails_with_one_line("syn-filter").exits(2);
    }
    // What is measured is what is counted.
    let objects = |keys| {
        let total = counted(&["--count-by", keys, "tests/data/sample.ndjson"], "");
        total.lines().last().unwrap().rsplit(',').next().unwrap().to_owned()
    };
    assert_eq!(objects("size"), objects("class"));
}

#[test]
fn excel_opens_the_counts() {
    let input = framed(&[row(1, "", &[r#"{"tool":"polygon","classification":"자동차"}"#])]);
    filter(&["--count-by", "class", "--excel"], &input)
        .exits(0)
        .writes("\u{feff}class,items,objects\r\n자동차,1,1\r\ntotal,1,1\r\n");
    filter(&["--count-by", "class", "--excel", "--delimiter", ";"], &input)
        .exits(0)
        .writes("\u{feff}class;items;objects\r\n자동차;1;1\r\ntotal;1;1\r\n");
    filter(&["--count-by", "class", "--delimiter", "tab"], &input)
        .exits(0)
        .writes("class\titems\tobjects\n자동차\t1\t1\ntotal\t1\t1\n");
    for args in [
        &["--count-by", "class", "--excel", "--form", "json"][..],
        &["--count-by", "class", "--delimiter", ";", "--form", "table"],
        &["--count-by", "class", "--delimiter", "x"],
        &["--excel"],
        &["--form", "json"],
    ] {
        filter(args, &input).fails_with_one_line("syn-filter").exits(2);
    }
}
