//! What `syn-filter` selects and how it writes it.

use crate::common::{Ran, exe, finish, is_unframed, run};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Command;

const BEGIN: &str = r#"{"@stream":"begin","kind":"items","version":1,"classes":["car"],"n":1.10}"#;

const ROWS: [&str; 5] = [
    r#"{"id":1,"status_label":"completed","status_review":"completed","tags":["night"],"user":7,"created":"2026-03-01T09:00:00+09:00","category":"train","data":{"annotations":{"image_1":[{"id":"a","tool":"bounding_box","classification":{"class":"car"}}]}}}"#,
    r#"{"id":2,"status_label":"completed","status_review":"rejected","tags":[{"id":5,"name":"day"}],"created":"2026-03-31T23:59:59Z","data":{"annotations":{"image_1":[{"id":"a","type":"bbox","data":[1,2,3,4],"classification":"bus"}]}}}"#,
    r#"{ "id" : 3 , "status_label":"in_progress","n":1.10,"big":12345678901234567890123,"dup":1,"dup":2,"task":{"id":9,"tags":[5]},"data":{"images":[{"polygon":[{"classification":"car"}]}]}}"#,
    r#"{"id":"four","status_label":"stand_by","assignee":{"id":8,"email":"kim@example.com"},"data_unit":{"meta":{"category":"1. 자연"}},"data":"{\"annotations\":{\"image_1\":[]}}"}"#,
    r#"{"id":5,"status_label":"skipped","status_review":null,"created":"2026-04-01","data":null}"#,
];

fn rows() -> String {
    ROWS.map(|row| format!("{row}\n")).concat()
}

fn stream(rows: &[&str]) -> String {
    let mut out = format!("{BEGIN}\n");
    for row in rows {
        let _ = writeln!(out, "{row}");
    }
    let _ = writeln!(out, r#"{{"@stream":"end","count":{},"walk":"w1" }}"#, rows.len());
    out
}

/// Of lines without frames, which are taken as they are, those that come out are shown without the frames that they get.
fn filter(args: &[&str], stdin: impl AsRef<[u8]>) -> Ran {
    let mut command = Command::new(exe("syn-filter"));
    command.args(args).env("TZ", "KST-9");
    if !is_unframed(stdin.as_ref()) {
        return finish(&mut command, stdin.as_ref());
    }
    let mut ran = finish(command.arg("--unframed"), stdin.as_ref());
    let ours =
        |line: &&[u8]| !line.starts_with(b"{\"@stream\":\"begin\"") && !line.starts_with(b"{\"@stream\":\"end\"");
    ran.stdout = ran.stdout.split_inclusive(|b| *b == b'\n').filter(ours).flatten().copied().collect();
    ran
}

/// What stands before the error frame, which must be the last line.
fn without_error_frame(text: &str) -> &str {
    let (before, frame) = text.split_at(text.find("{\"@stream\":\"error\"").expect("an error frame"));
    assert_eq!(frame.matches('\n').count(), 1, "{frame}");
    before
}

#[test]
fn options_select() {
    let cases: &[(&[&str], &[usize])] = &[
        (&[], &[1, 2, 3, 4, 5]),
        (&["--status", "completed"], &[1, 2]),
        (&["--review", "rejected"], &[2]),
        (&["--status", "completed,skipped"], &[1, 2, 5]),
        (&["--status-label", "completed", "--status-label", "skipped"], &[1, 2, 5]),
        (&["--status-review", "completed"], &[1]),
        (&["--status-label", "completed", "--status-review", "rejected"], &[2]),
        (&["--tag", "night"], &[1]),
        (&["--tag", "5"], &[2]),
        (&["--tag", "day"], &[2]),
        // A row without a task is itself one.
        (&["--task-tag", "5"], &[2, 3]),
        (&["--category", "train"], &[1]),
        (&["--category", "1. 자연"], &[4]),
        (&["--user", "7"], &[1]),
        (&["--user", "kim@example.com"], &[4]),
        (&["--id", "3", "--id", "four"], &[3, 4]),
        (&["--since", "2026-03-02"], &[2, 5]),
        (&["--until", "2026-03-31"], &[1]),
        (&["--until", "2026-04-01"], &[1, 2, 5]),
        (&["--since", "2026-03", "--until", "2026-03"], &[1]),
        (&["--since", "2026-03-01T00:00:00Z", "--until", "2026-04-01T00:00Z"], &[1, 2, 5]),
        (&["--class", "car"], &[1, 3]),
        (&["--class", "car", "--class", "bus"], &[1, 2, 3]),
        (&["--tool", "bounding_box"], &[1, 2]),
        (&["--tool", "bbox", "--class", "bus"], &[2]),
        (&["--tool", "polygon"], &[3]),
        (&["--has-annotations"], &[1, 2, 3]),
        (&["--has-annotations=true"], &[1, 2, 3]),
        (&["--has-annotations=false"], &[4, 5]),
        (&["--status", "completed", "--not"], &[3, 4, 5]),
        (&["--status", "completed", "--class", "car", "--not"], &[2, 3, 4, 5]),
        (&["--not"], &[]),
        (&["--limit", "2"], &[1, 2]),
        (&["--limit", "0"], &[]),
        (&["--class", "car", "--limit", "1"], &[1]),
        (&["--sample", "0"], &[]),
        (&["--sample", "1.0", "--seed", "9"], &[1, 2, 3, 4, 5]),
        (&["--shard", "1/1"], &[1, 2, 3, 4, 5]),
        (&["--tag", "night", "--status", "skipped"], &[]),
    ];
    for (args, expected) in cases {
        let wanted: String = expected.iter().map(|n| format!("{}\n", ROWS[n - 1])).collect();
        for threads in ["1", "3"] {
            filter(&[*args, &["--threads", threads]].concat(), rows()).exits(0).writes(&wanted);
        }
        let count = format!("{}\n", expected.len());
        filter(&[*args, &["-c"]].concat(), rows()).exits(0).writes(count);
    }
}

#[test]
fn sample_and_its_opposite_are_everything() {
    let many: String = (0..500).map(|id| format!("{{\"id\":{id}}}\n")).collect();
    let part = filter(&["--sample", "0.3", "--seed", "7"], &many).exits(0);
    let rest = filter(&["--sample", "0.3", "--seed", "7", "--not"], &many).exits(0);
    let mut lines: Vec<&str> = part.text().lines().chain(rest.text().lines()).collect();
    assert!((100..200).contains(&part.text().lines().count()));
    lines.sort_unstable();
    let mut all: Vec<&str> = many.lines().collect();
    all.sort_unstable();
    assert_eq!(lines, all);
}

#[test]
fn ids_come_from_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (plain, json) = (path("plain", "1\nfour\n"), path("json", &stream(&ROWS[1..3])));
    filter(&["--ids-from", &plain], rows()).exits(0).writes(format!("{}\n{}\n", ROWS[0], ROWS[3]));
    filter(&["--ids-from", &json], rows()).exits(0).writes(format!("{}\n{}\n", ROWS[1], ROWS[2]));
    filter(&["--ids-from", &plain, "--ids-from", &json, "--id", "5"], rows()).exits(0).writes(rows());
    let whole = path("rows", &rows());
    filter(&["--ids-from", "-", "--bare", &whole], "5\n").exits(0).writes(format!("{}\n", ROWS[4]));

    filter(&["--ids-from", &path("bad", "{\"id\":1}\n{\"x\":1}\n")], rows()).exits(3).says("bad:2: ");
    filter(&["--ids-from", &path("cut", BEGIN)], rows()).exits(3).says("cut: the input was cut");
    filter(&["--ids-from", "/nowhere/ids"], rows()).exits(3).fails_with_one_line("syn-filter").says("/nowhere/ids");
    filter(&["--ids-from", "-"], rows()).exits(2).fails_with_one_line("syn-filter");
}

#[test]
fn frames_follow_what_is_selected() {
    let out = |rows: &[&str], count: usize| {
        let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
        format!("{BEGIN}\n{rows}{{\"@stream\":\"end\",\"count\":{count},\"walk\":\"w1\" }}\n")
    };
    let whole = stream(&ROWS);
    filter(&["--class", "car"], &whole).exits(0).writes(out(&[ROWS[0], ROWS[2]], 2));
    filter(&["--tag", "night", "--class", "bus"], &whole).exits(0).writes(out(&[], 0));
    // Streams one after the other keep their frames, each with its own count.
    let two = format!("{whole}{}", stream(&ROWS[2..3]));
    filter(&["--class", "car"], &two).exits(0).writes(out(&[ROWS[0], ROWS[2]], 2) + &out(&[ROWS[2]], 1));
    filter(&["--class", "car", "--bare"], &two).exits(0).writes(format!("{0}\n{1}\n{1}\n", ROWS[0], ROWS[2]));
    filter(&["--class", "car", "-c"], &two).exits(0).writes("3\n");
    // What this version does not know passes as it is.
    let note = "{ \"@stream\":\"note\", \"x\":1.10}\n";
    let noted = whole.replacen('\n', &format!("\n{note}"), 1);
    filter(&[], &noted).exits(0).writes(noted.as_bytes());
}

#[test]
fn a_limit_ends_the_stream_properly() {
    let whole = stream(&ROWS);
    let end = |n: usize| format!("{{\"@stream\":\"end\",\"count\":{n} }}\n");
    filter(&["--limit", "1"], &whole).exits(0).writes(format!("{BEGIN}\n{}\n{}", ROWS[0], end(1)));
    filter(&["--limit", "0"], &whole).exits(0).writes(format!("{BEGIN}\n{}", end(0)));
    let two = format!("{whole}{whole}");
    filter(&["--limit", "6"], &two).exits(0).writes(format!("{whole}{BEGIN}\n{}\n{}", ROWS[0], end(1)));
    // What follows is not read, so it cannot be wrong.
    let bad = format!("{BEGIN}\n{}\nrubbish\n", ROWS[0]);
    filter(&["--limit", "1"], &bad).exits(0).writes(format!("{BEGIN}\n{}\n{}", ROWS[0], end(1)));
    filter(&["--limit", "1", "--on-error", "skip"], &bad).exits(0);
}

#[test]
fn a_cut_stream_stays_cut() {
    let cut = format!("{BEGIN}\n{}\n", ROWS[0]);
    let told = filter(&[], &cut).exits(3).says("cut after 1 items").says("--allow-partial").says("--limit 1");
    assert_eq!(without_error_frame(told.text()), cut);
    // What comes out is cut as well: the next stage is told, and may accept it.
    let (frame, _) = told.text().split_once(",\"run\":").expect("a mark");
    let again = format!("{frame},\"run\":\"of-another-run\"}}\n");
    filter(&[], &again).exits(3).says("filter failed: the input was cut after 1 items");
    assert!(filter(&["--allow-partial"], &again).exits(0).text().ends_with("\"partial\":true }\n"));
    filter(&["-c"], &cut).exits(3).writes("");
    let end = "{\"@stream\":\"end\",\"count\":1,\"partial\":true }\n";
    filter(&["--allow-partial"], &cut).exits(0).writes(format!("{cut}{end}"));
    let next = format!("{cut}{}", stream(&ROWS));
    filter(&[], &next).exits(3).writes(&cut).says("begins before its end frame");
    let files = "{\"@stream\":\"begin\",\"kind\":\"files\",\"version\":1}\n";
    let told = filter(&[], files).exits(3).says("syn-sink");
    assert_eq!(without_error_frame(told.text()), "");
}

#[test]
fn an_error_frame_is_passed_on() {
    let error = "{\"@stream\":\"error\", \"code\":\"remote\",\"message\":\"gone\"}\n";
    let stream = format!("{BEGIN}\n{}\n{error}", ROWS[0]);
    // It is passed on as it is, with the mark of this run, in which it was told.
    let marked = |text: &str| {
        let (before, run) = text.trim_end().rsplit_once(",\"run\":\"").expect("a mark");
        assert_eq!(run.split('-').count(), 3, "{run}");
        format!("{before}}}\n")
    };
    let same = |ran: Ran, expected: &str| assert_eq!(marked(ran.text()), expected.replace("\", ", "\","), "{ran:?}");
    same(filter(&[], &stream).exits(3).says("an earlier stage failed: gone"), &stream);
    same(filter(&[], error).exits(3), error);
    let refused = error.replace("\"code\"", "\"stage\":\"fetch\",\"exit\":4,\"code\"");
    same(filter(&[], &refused).exits(4).fails_with_one_line("syn-filter").says("fetch failed: gone"), &refused);
    filter(&["--bare"], &stream).exits(3).writes(format!("{}\n", ROWS[0]));
    filter(&["--allow-partial"], &stream).exits(3);
}

#[test]
fn a_bad_line_ends_the_run_after_what_came_before() {
    let bad = r#"{"id":17,"data":{"x":[1,]}}"#;
    let input = format!("{BEGIN}\n{}\n{bad}\n{}\n", ROWS[0], ROWS[1]);
    let ran = filter(&[], &input).exits(3).says("stdin:3: ").says("(item 17)").fails_with_one_line("syn-filter");
    let lines: Vec<&str> = ran.text().lines().collect();
    assert_eq!(lines[..2], [BEGIN, ROWS[0]]);
    assert!(
        lines[2].starts_with(r#"{"@stream":"error","stage":"filter","code":"input","message":"stdin:3: "#),
        "{}",
        lines[2]
    );
    assert_eq!(lines.len(), 3);
    // Without a begin frame the next stage has nothing else to know it by.
    let unframed = format!("{}\n{bad}\n", ROWS[0]);
    let ran = filter(&[], &unframed).exits(3).says("stdin:2: ");
    assert_eq!(without_error_frame(ran.text()), format!("{}\n", ROWS[0]));
    filter(&["--bare"], &unframed).exits(3).writes(format!("{}\n", ROWS[0]));
    filter(&[], r#"{"id":1}"#.to_owned() + "\n{\"id\":2").exits(3).says("no newline").says("(item 2)");
    filter(&[], "{\"x\":1}\n").exits(3).says("no `id`");
    filter(&[], "{\"id\":1,\"@stream\":\"end\"}\n").exits(3).says("first key");
}

#[test]
fn damage_behind_the_end_frame_takes_the_end_back() {
    // The checksum of the last 8 bytes comes after every line has been read.
    let whole = stream(&ROWS);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(whole.as_bytes()).unwrap();
    let mut bytes = gz.finish().unwrap();
    let until_end = whole[..whole.trim_end().rfind('\n').unwrap() + 1].to_owned();
    filter(&[], &bytes[..bytes.len() - 1]).exits(3).writes(&until_end);
    let at = bytes.len() - 8;
    bytes[at] ^= 1;
    let ran = filter(&[], &bytes).exits(3);
    assert!(ran.text().starts_with(&until_end) && ran.text().contains("\"@stream\":\"error\""), "{ran:?}");
    // After a whole stream comes rubbish: what is published must not depend on nobody looking at exit codes.
    let ran = filter(&[], format!("{whole}rubbish\n")).exits(3);
    assert!(ran.text().lines().last().unwrap().contains("\"@stream\":\"error\""), "{ran:?}");
}

#[test]
fn bad_lines_can_be_skipped() {
    let input = format!("{BEGIN}\n{}\n{}{}\n", ROWS[0], "rubbish\n".repeat(25), ROWS[1]);
    let ran = filter(&["--on-error", "skip", "--allow-partial"], &input).exits(7).says("25 bad lines");
    assert_eq!(ran.text().lines().count(), 4, "{ran:?}");
    assert_eq!(ran.stderr.matches("; skipped").count(), 10, "{ran:?}");
    filter(&["--on-error", "skip", "-c", "-q"], "x\n{\"id\":1}\n").exits(7).writes("1\n");
}

#[test]
fn payloads_that_are_not_here_are_bad_lines_when_asked_about() {
    let away = "{\"id\":6,\"data\":{\"mode\":\"presigned\",\"presigned_url\":\"https://h/p?X-Amz-Signature=s\"}}\n";
    filter(&["--id", "6"], away).exits(0).writes(away);
    let ran = filter(&["--class", "car"], away).exits(3).says("(item 6)").says("syn-fetch");
    assert!(!ran.stderr.contains("X-Amz-Signature"), "{ran:?}");
}

#[test]
fn files_are_read_in_turn_and_output_goes_to_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (a, b, out) = (path("a"), path("b"), path("out"));
    std::fs::write(&a, format!("{}\n", ROWS[0])).unwrap();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(ROWS[1].as_bytes()).unwrap();
    std::fs::write(&b, gz.finish().unwrap()).unwrap();
    filter(&[&a, "-", &b, "--bare", "-o", &out], format!("{}\n", ROWS[2])).exits(0).writes("");
    let expected = format!("{}\n{}\n{}\n", ROWS[0], ROWS[2], ROWS[1]);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), expected);
    filter(&[&out, "-o", &out], "").exits(2).fails_with_one_line("syn-filter").says("both input and output");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), expected);
    let ran = filter(&[&a, &path("missing")], "").exits(3).says("missing");
    let (begin, row) = without_error_frame(ran.text()).split_once('\n').unwrap();
    assert!(begin.starts_with("{\"@stream\":\"begin\"") && row == format!("{}\n", ROWS[0]), "{ran:?}");
}

#[test]
fn mistakes_on_the_command_line_take_one_line() {
    let cases: &[(&[&str], &str)] = &[
        (&["--review", "complted"], "did you mean completed?"),
        (&["--status", "rejected"], "stand_by, in_progress, completed, skipped"),
        (&["--status-label", "rejected"], "stand_by, in_progress, completed, skipped"),
        (&["--since", "last week"], "2026-01-31"),
        (&["--since", "2026-04-01", "--until", "2026-03-01"], "--since is not before --until"),
        (&["--sample", "1.2"], "0.0 to 1.0"),
        (&["--seed", "2"], "--sample"),
        (&["--shard", "0/4"], "1/4"),
        (&["--limit=-1"], "--limit"),
        (&["--has-annotations=maybe"], "--has-annotations"),
        (&["--clas", "car"], "--class"),
        (&["--bare", "--count"], "--count"),
    ];
    for (args, text) in cases {
        filter(args, "").exits(2).fails_with_one_line("syn-filter").says(text);
    }
}

#[test]
fn messages_take_the_form_asked_for() {
    filter(&["--limit", "1"], rows()).exits(0).says("syn-filter: info: 1 selected, stopped there (--limit); ");
    filter(&["--class", "car"], rows()).exits(0).says("syn-filter: info: 2 of 5 items selected; ");
    assert_eq!(filter(&["-q"], rows()).exits(0).stderr, "");
    filter(&["--log-format", "json"], rows()).exits(0).says(r#""level":"info""#);
    run("syn-filter", &["--completions", "bash"], b"").exits(0);
}

#[test]
fn deep_nesting_is_an_answer_not_a_crash() {
    let deep = format!("{{\"id\":1,\"data\":{}{}}}\n", "[".repeat(200_000), "]".repeat(200_000));
    filter(&[], &deep).exits(0).writes(&deep);
    filter(&["--has-annotations=false"], &deep).exits(0).writes(&deep);
    filter(&[], "[".repeat(3_000_000)).exits(3);
}
