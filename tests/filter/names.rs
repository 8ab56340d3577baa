//! Names that nothing in the input has: the run ends, and the nearest name is told.

use crate::common::{Ran, exe, finish};
use std::process::Command;

const BEGIN: &str = r#"{"@stream":"begin","kind":"items","version":1,"classes":["car","wagon"]}"#;

const ROWS: &str = r#"{"id":1,"status_label":"completed","tags":["night"],"user":7,"category":"train","data":{"annotations":{"image_1":[{"tool":"bounding_box","classification":"car"}]}}}
{"id":2,"status_label":"skipped","tags":[{"id":5,"name":"day"}],"task":{"tags":["urgent"]},"assignee":{"email":"kim@example.com"},"data_unit":{"meta":{"category":"자연 풍경"}},"data":{"images":[{"polygon":[{"classification":"bus"}]}]}}
"#;

fn filter(args: &[&str], stdin: &str) -> Ran {
    finish(Command::new(exe("syn-filter")).args(args), stdin.as_bytes())
}

fn framed(rows: &str) -> String {
    format!("{BEGIN}\n{rows}{{\"@stream\":\"end\",\"count\":{} }}\n", rows.lines().count())
}

#[test]
fn a_name_that_nothing_has_ends_the_run() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["--class", "carr"], &["the class \"carr\"", "did you mean \"car\"?"]),
        (&["--class", "CAR"], &["did you mean \"car\"?"]),
        (&["--class", "car,bsu"], &["the class \"bsu\"", "did you mean \"bus\"?"]),
        // Listed by the frame alone.
        (&["--class", "wagno"], &["did you mean \"wagon\"?"]),
        (&["--class", "elephant"], &["there is \"bus\", \"car\", \"wagon\""]),
        (&["--class", "carr", "--not"], &["did you mean \"car\"?"]),
        (&["--tag", "nihgt"], &["the tag \"nihgt\"", "did you mean \"night\"?"]),
        (&["--tag", "6"], &["the tag \"6\"; there is \"5\", \"day\", \"night\""]),
        (&["--task-tag", "urgnet"], &["the task tag", "did you mean \"urgent\"?"]),
        (&["--user", "kim@exmaple.com"], &["the user", "did you mean \"kim@example.com\"?"]),
        (&["--user", "7,8"], &["the user \"8\""]),
        (&["--tool", "polgon"], &["the tool \"polgon\"", "did you mean \"polygon\"?"]),
        (&["--tool", "bbox", "--tool", "polyline"], &["the tool \"polyline\""]),
        (&["--category", "trian"], &["the category \"trian\"", "did you mean \"train\"?"]),
        (&["--category", "자연풍경"], &["did you mean \"자연 풍경\"?"]),
        // Rows that something else leaves out are looked at as well.
        (&["--status", "skipped", "--class", "cra"], &["did you mean \"car\"?"]),
        (&["--class", "carr", "--limit", "5"], &["did you mean \"car\"?"]),
    ];
    for (args, words) in cases {
        for threads in ["1", "3"] {
            let ran = filter(&[*args, &["--threads", threads]].concat(), &framed(ROWS)).exits(3);
            let ran = words.iter().fold(ran.fails_with_one_line("syn-filter"), |ran, word| ran.says(word));
            let last = ran.text().lines().last().unwrap();
            assert!(last.starts_with("{\"@stream\":\"error\"") && !ran.text().contains("\"end\""), "{ran:?}");
        }
        assert!(filter(&[*args, &["-c"]].concat(), &framed(ROWS)).exits(3).text().is_empty(), "{args:?}");
        assert!(!filter(&[*args, &["--bare"]].concat(), &framed(ROWS)).exits(3).text().contains("@stream"), "{args:?}");
    }
}

#[test]
fn names_that_exist_may_select_nothing() {
    let empty: &[&[&str]] = &[
        &["--class", "wagon"],
        &["--class", "car", "--status", "skipped"],
        &["--class", "bus", "--tool", "bbox"],
        &["--tag", "5", "--class", "car"],
        &["--tag", "day", "--user", "7"],
        &["--category", "train", "--task-tag", "urgent"],
        &["--user", "kim@example.com", "--id", "1"],
        &["--tool", "polygon", "--category", "train"],
    ];
    for args in empty {
        let ran = filter(args, &framed(ROWS)).exits(0);
        assert!(ran.text().ends_with("\"count\":0 }\n") && ran.text().lines().count() == 2, "{args:?}: {ran:?}");
    }
    // A run that stops early has not seen everything, and of an input without items nothing can be said.
    filter(&["--class", "car,carr", "--limit", "1"], &framed(ROWS)).exits(0);
    filter(&["--class", "carr"], &framed("")).exits(0);
    filter(&["--tool", "polgon"], "").exits(0);
}

#[test]
fn nothing_is_published_after_an_unknown_name() {
    let dir = tempfile::tempdir().unwrap();
    let dest = dir.path().join("out");
    let out = filter(&["--class", "carr"], &framed(ROWS)).exits(3);
    let files = finish(Command::new(exe("syn-convert")).args(["--to", "json"]), out.text().as_bytes()).exits(3);
    finish(Command::new(exe("syn-sink")).arg(&dest), files.text().as_bytes()).exits(3);
    assert!(!dest.exists());
}
