//! `--latest` and `--one-per`: which of several rows stays.

use crate::common::{Ran, finish, run};
use std::fmt::Write as _;
use std::process::Command;

fn begin(project: u64, target: &str) -> String {
    format!(
        "{{\"@stream\":\"begin\",\"kind\":\"items\",\"host\":\"http://h\",\"target\":\"{target}\",\"project\":{{\"id\":{project}}}}}"
    )
}

fn stream(project: u64, target: &str, rows: &[&str]) -> String {
    let mut text = begin(project, target);
    rows.iter().for_each(|row| write!(text, "\n{row}").unwrap());
    format!("{text}\n{{\"@stream\":\"end\",\"count\":{}}}\n", rows.len())
}

/// Runs the filter on these streams, each in a file of its own, and all of them on standard input: both have to say the same.
fn filtered(args: &[&str], streams: &[&str]) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    let files: Vec<String> = (0..streams.len()).map(|n| dir.path().join(n.to_string()).display().to_string()).collect();
    files.iter().zip(streams).for_each(|(file, text)| std::fs::write(file, text).unwrap());
    let by_name = run("syn-filter", &[args, &files.iter().map(String::as_str).collect::<Vec<_>>()].concat(), b"");
    let piped = run("syn-filter", args, streams.concat().as_bytes());
    // Messages name the input.
    let rows = |ran: &Ran| {
        ran.text().lines().filter(|line| !line.contains("\"error\"")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!((piped.code(), rows(&piped)), (by_name.code(), rows(&by_name)), "{args:?} {streams:?}");
    by_name
}

/// The marks `n` of the rows that came out, in order.
fn marks(ran: &Ran) -> Vec<u64> {
    let lines = ran.text().lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines.filter_map(|row| row["n"].as_u64()).collect()
}

#[test]
fn the_newest_row_of_an_id_stays() {
    let day = |id: &str, day: u64, n: u64| {
        format!("{{\"id\":{id},\"n\":{n},\"last_labeled\":\"2026-01-{day:02}T00:00:00Z\"}}")
    };
    let a = |rows: &[String]| stream(42, "assignment", &rows.iter().map(String::as_str).collect::<Vec<_>>());
    let other = |key: &str, n: u64| {
        format!("{{\"id\":1,\"n\":{n},\"created\":\"2026-01-01\",\"{key}\":\"2026-03-01T09:00:00+09:00\"}}")
    };
    let plain = |id: &str, n: u64| format!("{{\"id\":{id},\"n\":{n}}}");
    for (streams, expected) in [
        (vec![a(&[day("2", 1, 1), day("1", 1, 2)]), a(&[day("1", 3, 3)])], vec![1, 3]),
        // The order of the dumps does not matter where dates differ.
        (vec![a(&[day("1", 3, 3)]), a(&[day("2", 1, 1), day("1", 1, 2)])], vec![3, 1]),
        // Of equals the later in the input.
        (vec![a(&[day("1", 3, 1)]), a(&[day("1", 3, 2)]), a(&[day("1", 3, 3)])], vec![3]),
        (vec![a(&[plain("1", 1)]), a(&[plain("1", 2)])], vec![2]),
        // A row without dates is older than any other.
        (vec![a(&[day("1", 3, 1)]), a(&[plain("1", 2)])], vec![1]),
        // Any date counts, in any time zone.
        (vec![a(&[other("last_reviewed", 1)]), a(&[day("1", 30, 2)])], vec![1]),
        (vec![a(&[other("reviewer_last_action_at", 1)]), a(&[day("1", 30, 2)])], vec![1]),
        (vec![a(&[other("labeler_last_action_at", 1)]), a(&[day("1", 30, 2)])], vec![1]),
        (vec![a(&[other("label_submitted", 1)]), a(&[day("1", 30, 2)])], vec![1]),
        (vec![a(&[other("unknown", 1)]), a(&[day("1", 30, 2)])], vec![2]),
        // The same dump twice, in one file and in two.
        (vec![a(&[day("1", 1, 1), day("2", 1, 2)]); 2], vec![1, 2]),
        (vec![a(&[day("1", 1, 1), day("1", 1, 2)])], vec![2]),
        // Numbers and texts are the same id; ids have any length.
        (vec![a(&[day("1", 1, 1)]), a(&[day("\"1\"", 2, 2)])], vec![2]),
        (vec![a(&[day("12345678901234567890123", 2, 1)]), a(&[day("12345678901234567890124", 1, 2)])], vec![1, 2]),
        (vec![a(&[day("\"a-1\"", 2, 1)]), a(&[day("\"a-1\"", 1, 2)])], vec![1]),
        (vec![], vec![]),
    ] {
        let streams: Vec<&str> = streams.iter().map(String::as_str).collect();
        if streams.is_empty() {
            continue;
        }
        let ran = filtered(&["--latest"], &streams).exits(0);
        assert_eq!(marks(&ran), expected, "{streams:?}");
        let counts = ran
            .text()
            .lines()
            .filter(|line| line.contains("\"end\""))
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["count"].as_u64().unwrap());
        assert_eq!(counts.sum::<u64>(), expected.len() as u64, "the end frames count what came out");
    }
}

#[test]
fn rows_of_different_lists_are_not_mixed_up() {
    let row = |n: u64| format!("{{\"id\":1,\"n\":{n}}}");
    let of_row = |n: u64, key: &str, value: &str| format!("{{\"id\":1,\"n\":{n},\"{key}\":{value}}}");
    let event = |pgh: u64, n: u64| format!("{{\"target\":\"ground_truth\",\"id\":1,\"pgh_id\":{pgh},\"n\":{n}}}");
    let other_host = stream(42, "assignment", &[&row(2)]).replace("http://h", "http://other");
    for (first, second, expected) in [
        (stream(42, "assignment", &[&row(1)]), stream(43, "assignment", &[&row(2)]), vec![1, 2]),
        (stream(42, "assignment", &[&row(1)]), stream(42, "task", &[&row(2)]), vec![1, 2]),
        (stream(42, "assignment", &[&row(1)]), other_host, vec![1, 2]),
        (stream(42, "assignment", &[&row(1)]), stream(42, "assignment", &[&row(2)]), vec![2]),
        // What a row says of itself counts more.
        (
            stream(42, "assignment", &[&of_row(1, "project", "7")]),
            stream(42, "assignment", &[&of_row(2, "project", "8")]),
            vec![1, 2],
        ),
        (
            stream(41, "assignment", &[&of_row(1, "project", "7")]),
            stream(42, "assignment", &[&of_row(2, "project", "{\"id\":7}")]),
            vec![2],
        ),
        (
            stream(42, "assignment", &[&of_row(1, "target", "\"task\"")]),
            stream(42, "assignment", &[&row(2)]),
            vec![1, 2],
        ),
        // Events of ground truth repeat the id of what they are about.
        (
            stream(42, "ground_truth", &[&event(5, 1), &event(4, 2)]),
            stream(42, "ground_truth", &[&event(5, 3)]),
            vec![2, 3],
        ),
    ] {
        let ran = filtered(&["--latest"], &[&first, &second]).exits(0);
        assert_eq!(marks(&ran), expected, "{first} {second}");
    }
}

#[test]
fn other_options_see_only_what_stays() {
    let row = |id: u64, status: &str, n: u64| {
        format!("{{\"id\":{id},\"status_label\":\"{status}\",\"created\":\"2026-01-0{n}\",\"n\":{n}}}")
    };
    let old = stream(42, "assignment", &[&row(2, "completed", 1), &row(1, "completed", 2)]);
    let new = stream(42, "assignment", &[&row(1, "stand_by", 3)]);
    let both = [old.as_str(), new.as_str()];
    for (args, expected) in [
        (&["--status", "completed"][..], vec![1]),
        (&["--status", "completed", "--not"], vec![3]),
        (&["--id", "1"], vec![3]),
        (&["--limit", "1"], vec![1]),
        (&["--since", "2026-01-03"], vec![3]),
        (&["--threads", "1"], vec![1, 3]),
        (&[], vec![1, 3]),
    ] {
        let ran = filtered(&[&["--latest"], args].concat(), &both).exits(0);
        assert_eq!(marks(&ran), expected, "{args:?}");
    }
    filtered(&["--latest"], &both).says("3 rows, 2 ids, 1 older row left out; 2 of 3 items selected");
    filtered(&["--latest", "-c"], &both).writes("2\n");
    let dir = tempfile::tempdir().unwrap();
    let ids = dir.path().join("ids");
    std::fs::write(&ids, "{\"@stream\":\"begin\",\"kind\":\"items\"}\n{\"target\":\"assignment\",\"id\":2}\n{\"@stream\":\"end\",\"count\":1}\n").unwrap();
    let ran = filtered(&["--latest", "--ids-from", ids.to_str().unwrap()], &both).exits(0);
    assert_eq!(marks(&ran), [1], "what was deleted leaves");
}

#[test]
fn damage_is_told_as_without_it() {
    let good = stream(42, "assignment", &["{\"id\":1,\"n\":1}"]);
    for (bad, code) in [
        (stream(42, "assignment", &["{\"id\":2,\"n\":2}", "{\"id\":", "{\"id\":1,\"n\":3}"]), 3),
        (stream(42, "assignment", &["{\"n\":2}"]), 3),
        (stream(42, "assignment", &["{\"id\":1,\"n\":2}"]).replace("{\"@stream\":\"end\",\"count\":1}\n", ""), 3),
        (
            format!(
                "{}\n{{\"@stream\":\"error\",\"stage\":\"fetch\",\"code\":\"remote\",\"message\":\"gone\",\"exit\":5}}\n",
                begin(42, "task")
            ),
            5,
        ),
    ] {
        for args in [&["--latest"][..], &["--one-per", "id"]] {
            filtered(args, &[&good, &bad]).exits(code);
        }
    }
    let skipped = filtered(
        &["--latest", "--on-error", "skip"],
        &[&good, &stream(42, "assignment", &["{\"id\":", "{\"id\":1,\"n\":3}"])],
    );
    assert_eq!(marks(&skipped.exits(7).says("1 bad line skipped")), [3]);
    let mut full = Command::new(crate::common::exe("syn-filter"));
    full.args(["--latest"]).env("TMPDIR", "/no/such/folder");
    finish(&mut full, good.as_bytes()).exits(6).says("/no/such/folder");
}

#[test]
fn one_row_of_a_value_stays() {
    let row = |n: u64, task: &str, review: &str, day: u64| {
        format!(
            "{{\"id\":{n},\"n\":{n},\"task\":{task},\"status_review\":\"{review}\",\"last_labeled\":\"2026-01-0{day}T00:00:00Z\"}}"
        )
    };
    let rows = [
        row(1, "7", "stand_by", 3),
        row(2, "{\"id\":7}", "completed", 1),
        row(3, "{\"id\":8,\"tags\":[]}", "stand_by", 1),
        row(4, "\"8\"", "stand_by", 2),
        row(5, "null", "completed", 1),
        row(6, "7", "completed", 2),
        "{\"id\":7,\"n\":7}".to_owned(),
    ];
    let text = stream(42, "assignment", &rows.iter().map(String::as_str).collect::<Vec<_>>());
    for (args, expected) in [
        (&["task"][..], vec![1, 3, 5, 7]),
        (&["task", "--prefer", "newest"], vec![1, 4, 5, 7]),
        (&["task", "--prefer", "oldest"], vec![2, 3, 5, 7]),
        (&["task", "--prefer", "review=completed"], vec![2, 3, 5, 7]),
        (&["task", "--prefer", "review=completed", "--prefer", "newest"], vec![4, 5, 6, 7]),
        (&["task", "--prefer", "status_review=completed", "--prefer", "newest"], vec![4, 5, 6, 7]),
        (&["task", "--prefer", "id=4", "--prefer", "id=6"], vec![4, 5, 6, 7]),
        (&["task.id"], vec![1, 2, 3, 4, 5, 6, 7]),
        (&["status_review"], vec![1, 2, 7]),
        // Only rows that the other options select are rivals.
        (&["task", "--review", "completed"], vec![2, 5]),
        (&["task", "--review", "completed", "--prefer", "newest"], vec![5, 6]),
        (&["task", "--latest"], vec![1, 3, 5, 7]),
    ] {
        let ran = filtered(&[&["--one-per"], args].concat(), &[&text]).exits(0);
        assert_eq!(marks(&ran), expected, "{args:?}");
    }
    filtered(&["--one-per", "task"], &[&text]).says("5 rows of 2 values, 3 left out, 2 without the field kept");
    for (args, code, told) in [
        (&["--one-per", "tsak"][..], 3, "did you mean \"task\"?"),
        (&["--one-per", "data_unit.meta.group"], 3, "a value at the field"),
        (&["--one-per", "0.8/0.2"], 2, "not a field path"),
        (&["--one-per", "task", "--prefer", "newst"], 2, "did you mean newest?"),
        (&["--one-per", "task", "--prefer", "review=complete"], 2, "did you mean completed?"),
        (&["--one-per", "task", "--prefer", "status=rejected"], 2, "expects one of stand_by"),
        (&["--one-per", "task", "--prefer", "best"], 2, "FIELD=VALUE"),
        (&["--prefer", "newest"], 2, "--one-per"),
        (
            &["--one-per", "task", "--prefer", "newest", "--prefer", "oldest", "--prefer", "id=1"],
            2,
            "cannot be compared",
        ),
    ] {
        filtered(args, &[&text]).exits(code).says(told);
    }
}

#[test]
fn rows_come_in_the_order_of_a_whole_export() {
    let row = |id: &str, n: u64| format!("{{\"id\":{id},\"n\":{n}}}");
    let a = |rows: &[(&str, u64)]| {
        let rows: Vec<String> = rows.iter().map(|(id, n)| row(id, *n)).collect();
        stream(42, "assignment", &rows.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let event = |pgh: u64, n: u64| format!("{{\"target\":\"ground_truth\",\"id\":9,\"pgh_id\":{pgh},\"n\":{n}}}");
    let cars = |classes: &str, rows: &[(&str, u64)]| {
        a(rows).replacen('{', &format!("{{\"@stream\":\"begin\",\"classes\":{classes},"), 1).replacen(
            "\"@stream\":\"begin\",\"kind\"",
            "\"kind\"",
            1,
        )
    };
    for (streams, args, expected) in [
        (vec![a(&[("7", 1), ("3", 2)]), a(&[("9", 3), ("5", 4), ("1", 5)])], &[][..], vec![3, 1, 4, 2, 5]),
        (vec![a(&[("7", 1), ("3", 2)]), a(&[("7", 3), ("5", 4)])], &["--latest"], vec![3, 4, 2]),
        (vec![a(&[("-7", 1), ("10", 2), ("9000000000", 3), ("0", 4)])], &[], vec![3, 2, 4, 1]),
        (vec![a(&[("1", 1), ("1", 2), ("2", 3), ("1", 4)])], &[], vec![3, 1, 2, 4]),
        (vec![a(&[("\"b\"", 1), ("\"a\"", 2), ("3", 3)])], &[], vec![3, 2, 1]),
        (vec![stream(42, "ground_truth", &[&event(4, 1), &event(8, 2)])], &[], vec![2, 1]),
        (vec![a(&[])], &[], vec![]),
        (vec![cars("[\"b\",\"a\"]", &[("1", 1)]), cars("[\"a\",\"c\"]", &[("2", 2)])], &[], vec![2, 1]),
    ] {
        let streams: Vec<&str> = streams.iter().map(String::as_str).collect();
        let ran = filtered(&[&["--order", "descending"], args].concat(), &streams).exits(0);
        assert_eq!(marks(&ran), expected, "{streams:?}");
        let frames: Vec<&str> = ran.text().lines().filter(|line| line.contains("@stream")).collect();
        assert!(frames.len() == 2 && frames[1].contains(&format!("\"count\":{}", expected.len())), "{frames:?}");
        if streams[0].contains("classes") {
            assert!(frames[0].contains("\"classes\":[\"b\",\"a\",\"c\"]"), "{frames:?}");
        }
    }
    filtered(&["--order", "descending", "--bare"], &[&a(&[("1", 1), ("2", 2)])])
        .writes("{\"id\":2,\"n\":2}\n{\"id\":1,\"n\":1}\n");
    filtered(&["--order", "descending", "-c"], &[&a(&[("1", 1)])]).writes("1\n");
    for other in [stream(43, "assignment", &[]), stream(42, "task", &[])] {
        filtered(&["--order", "descending"], &[&a(&[("1", 1)]), &other]).exits(3).says("one project and one kind");
    }
    let cut = a(&[("1", 1)]).replace("{\"@stream\":\"end\",\"count\":1}\n", "");
    let ran = filtered(&["--order", "descending"], &[&cut]).exits(3);
    assert!(ran.text().is_empty() || ran.text().contains("\"error\""), "{}", ran.text());
}
