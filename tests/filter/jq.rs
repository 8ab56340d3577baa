//! `--where` and `--jq`: programs agree with jq, compose with the other options, and cannot hang a pipe.

use crate::common::{Ran, exe, finish, programs};
use serde_json::Value;
use std::process::Command;
use std::time::{Duration, Instant};

const ROWS: &str = "tests/data/jq/rows.ndjson";
const PROGRAMS: &str = "tests/data/jq/programs.txt";

fn filter(args: &[&str], rows: &str) -> Ran {
    let lines = rows.lines().count();
    let input = format!(
        "{{\"@stream\":\"begin\",\"kind\":\"items\",\"version\":1,\"classes\":[\"car\"]}}\n{rows}{{\"@stream\":\"end\",\"count\":{lines}}}\n"
    );
    finish(Command::new(exe("syn-filter")).args(args), input.as_bytes())
}

fn rows() -> String {
    std::fs::read_to_string(ROWS).unwrap()
}

/// The rows that come out, between the frames.
fn row_lines(ran: &Ran) -> Vec<String> {
    ran.text().lines().filter(|line| !line.starts_with("{\"@stream\"")).map(str::to_owned).collect()
}

fn values(lines: &[u8]) -> Vec<Value> {
    std::str::from_utf8(lines).unwrap().lines().map(|line| floats(serde_json::from_str(line).unwrap())).collect()
}

/// Numbers as floats: jq writes `2.0` as `2`.
fn floats(value: Value) -> Value {
    match value {
        Value::Number(n) => n.as_f64().unwrap().into(),
        Value::Array(list) => list.into_iter().map(floats).collect(),
        Value::Object(object) => object.into_iter().map(|(key, value)| (key, floats(value))).collect(),
        other => other,
    }
}

/// The file has programs, each behind `## `, and below each what it gives for the rows. Rows on which it fails give nothing, as in jq.
#[test]
fn programs_give_what_jq_gives() {
    let text = std::fs::read_to_string(PROGRAMS).unwrap();
    let jq = programs::find("jq");
    let mut blessed = String::new();
    let cases: Vec<&str> = text.split("## ").skip(1).collect();
    assert!(cases.len() >= 60, "{}", cases.len());
    for case in cases {
        let (program, expected) = case.split_once('\n').unwrap();
        let ours = finish(
            Command::new(exe("syn-filter")).args(["-q", "--bare", "--on-error", "skip", "--jq", program, ROWS]),
            b"",
        )
        .finishes();
        let written = String::from_utf8(ours.stdout.clone()).unwrap();
        blessed.push_str(&format!("## {program}\n{written}"));
        if std::env::var_os("SYNPIPE_BLESS").is_none() {
            assert_eq!(written, expected, "{program}");
        }
        if let Some(jq) = &jq {
            let theirs = Command::new(jq).args(["-c", program, ROWS]).output().unwrap();
            assert_eq!(values(&ours.stdout), values(&theirs.stdout), "{program}");
        }
        // As a question, a program selects what `select` selects of its first true answer.
        let wanted = filter(&["-q", "--on-error", "skip", "--where", program], &rows()).finishes();
        let selected = finish(
            Command::new(exe("syn-filter")).args([
                "-q",
                "--bare",
                "--on-error",
                "skip",
                "--jq",
                &format!("first(({program}) as $x | $x | select(.)) | 1"),
                ROWS,
            ]),
            b"",
        );
        assert_eq!(row_lines(&wanted).len(), selected.finishes().text().lines().count(), "{program}");
    }
    if std::env::var_os("SYNPIPE_BLESS").is_some() {
        std::fs::write(PROGRAMS, blessed).unwrap();
    }
}

/// docs/jq.md lists these.
#[test]
fn where_programs_differ_from_jq() {
    for (program, made) in [
        ("[3.5 % 2, 5 / 2, 4 / 2]", "[1.5,2.5,2.0]"),
        ("try (null | .a = 1) catch \"no\"", "\"no\""),
        ("[(1, 2) * (3, 4)]", "[3,4,6,8]"),
        ("{a: 1, b: 2, c: 3} | del(.a)", "{\"c\":3,\"b\":2}"),
        ("[limit(-1; 1, 2)]", "[]"),
    ] {
        filter(&["--jq", program, "--bare"], "{\"id\":1}\n").exits(0).writes(format!("{made}\n"));
    }
}

#[test]
fn where_writes_the_bytes_of_the_row() {
    let row = r#"{ "id" : 12345678901234567890123, "n":1.10,"e":1E400, "dup":1,"dup":2 ,"x":"\u00e9"}"#;
    let rows = format!("{row}\n{{\"id\":2,\"n\":0}}\n");
    for program in [
        ".n == 1.1",
        ".n",
        ".dup == 2",
        ".x == \"é\"",
        ".id == 12345678901234567890123",
        "select(.n > 1) | .id",
        "include \"syn\"; .n > 1",
    ] {
        let ran = filter(&["--where", program], &rows).exits(0);
        assert_eq!(row_lines(&ran)[0], row, "{program}");
    }
    let ran = filter(&["--where", ".n > 1"], &rows).exits(0).says("1 of 2 items selected");
    assert!(
        ran.text().starts_with("{\"@stream\":\"begin\"")
            && ran.text().ends_with("{\"@stream\":\"end\",\"count\":1 }\n")
    );
    filter(&["--where", ".n > 1", "--not", "--bare"], &rows).exits(0).writes("{\"id\":2,\"n\":0}\n");
    // null and false are the two values that are not true; no output is no answer.
    for (program, count) in
        [("null", 0), ("false", 0), ("0", 2), ("\"\"", 2), ("empty", 0), ("null, true", 2), ("true, error", 2)]
    {
        filter(&["--where", program, "-c"], &rows).exits(0).writes(format!("{count}\n"));
    }
}

#[test]
fn numbers_that_a_program_leaves_alone_stay_as_they_are() {
    let row = "{\"id\":12345678901234567890123,\"n\":1.10,\"e\":1E400,\"z\":-0.0,\"x\":\"\u{e9}\\u0000/\"}";
    filter(&["--jq", ".", "--bare"], &format!("{row}\n")).exits(0).writes(format!("{row}\n"));
    for (program, made) in [
        (".n + 0", "1.1"),
        (".id + 1", "12345678901234567890124"),
        (".z", "-0.0"),
        (".n = 2 | .n, .e", "2\n1E400"),
        ("3.0", "3.0"),
        ("1e3", "1e3"),
        ("100000000000000000000 | -.", "-100000000000000000000"),
    ] {
        filter(&["--jq", program, "--bare"], &format!("{row}\n")).exits(0).writes(format!("{made}\n"));
    }
}

#[test]
fn a_row_becomes_one_row_several_or_none() {
    let ran = filter(&["--jq", "select(.id < 3) | ., (.id += 100)"], &rows()).exits(0).says("4 rows made of 4 items");
    let ids: Vec<Value> = values(row_lines(&ran).join("\n").as_bytes()).iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, [1.0, 101.0, 2.0, 102.0].map(Value::from));
    assert!(ran.text().starts_with("{\"@stream\":\"begin\",\"kind\":\"items\",\"version\":1,\"classes\":[\"car\"]}\n"));
    assert!(ran.text().ends_with("{\"@stream\":\"end\",\"count\":4 }\n"));
    for (program, why) in [
        (".id", "the jq program gives a number and no row; to write any values, use --bare (item 1)"),
        (".tags", "gives a list and no row"),
        ("null", "gives null and no row"),
        ("del(.id)", "what the jq program gives is no row: the row has no `id`"),
        ("{\"@stream\":\"end\",\"count\":0}", "begins with `@stream`"),
        ("nan", "the jq program gives a number and no row"),
        (".n = nan", "what the jq program gives is no row"),
        (".name + 1", "stdin:2: the jq program fails: cannot calculate \"car park\" + 1 (item 1)"),
        ("error(\"too \\(.n)\")", "stdin:2: the jq program fails: too 3 (item 1)"),
        ("error({a: 1})", "the jq program fails: {\"a\":1} (item 1)"),
    ] {
        filter(&["--jq", program], &rows()).exits(3).says(why);
    }
    filter(&["--jq", "nan", "--bare"], &rows()).exits(3).says("a value that JSON does not have: NaN");
    filter(&["--jq", "{\"@stream\":1}", "--bare"], &rows()).exits(3).says("begins with `@stream`");
    let ran =
        filter(&["--jq", "if .id == 2 then error(\"two\") else .id end", "--bare", "--on-error", "skip"], &rows());
    ran.exits(7).writes("1\n3\n12345678\n").says("stdin:3: the jq program fails: two (item 2); skipped");
}

/// Selection, edits, then the program; what counts and limits sees what comes out.
#[test]
fn programs_compose_with_the_other_options() {
    for (args, made) in [
        (&["--id", "1,2", "--where", ".n < 1", "--jq", ".id"][..], "2\n"),
        (&["--id", "1,2", "--where", ".n < 1", "--not", "--jq", ".id"], "1\n3\n12345678\n"),
        (&["--keep-class", "road", "--jq", "[annotations.class]"], "[\"road\"]\n[]\n[]\n[]\n"),
        (&["--keep-tool", "bounding_box", "--jq", "[annotations | box | .width]"], "[30]\n[]\n[]\n[3,7]\n"),
        (&["--drop-class", "car", "--where", "any(annotations; .class == \"car\")", "--jq", ".id"], "1\n12345678\n"),
        (&["--jq", ".id, .n", "--limit", "3"], "1\n3\n2\n"),
        (&["--order", "descending", "--jq", "{id}"], "{\"id\":12345678}\n{\"id\":3}\n{\"id\":2}\n{\"id\":1}\n"),
        (&["--one-per", "status", "--where", ".n < 30", "--jq", ".id"], "1\n2\n3\n"),
        (&["--one-per", "status", "--prefer", "id=12345678", "--where", ".n > 0", "--jq", ".id"], "2\n12345678\n"),
        (&["--latest", "--where", ".id > 2", "--jq", ".id"], "3\n12345678\n"),
        (&["--has-annotations", "--jq", "[points]? // 1"], "1\n1\n"),
    ] {
        let path = std::env::temp_dir().join(format!("jq-{}.ndjson", std::process::id()));
        std::fs::write(&path, rows()).unwrap();
        let path = path.display().to_string();
        finish(Command::new(exe("syn-filter")).args(args).args(["--bare", "-q", &path]), b"").exits(0).writes(made);
        finish(Command::new(exe("syn-filter")).args(args).args(["--bare", "-q", "--threads", "3", &path]), b"")
            .exits(0)
            .writes(made);
    }
    filter(&["--jq", "., .", "-c"], &rows()).exits(0).writes("8\n");
    filter(&["--jq", ".status_label = \"x\" | ., .", "--count-by", "status", "--form", "csv"], &rows())
        .exits(0)
        .writes("status,items,objects\nx,8,8\ntotal,8,8\n");
}

#[test]
fn a_program_that_cannot_be_read_is_told_with_its_place() {
    for (program, why) in [
        (".a |", "expected term, found the end (at character 5)"),
        ("(.a", "( is not closed (at character 1)"),
        (".a\n| foo", "there is no filter foo (line 2, column 3)"),
        ("f(1; 2)", "there is no filter f with 2 arguments (at character 1)"),
        ("$x", "there is no variable $x (at character 1)"),
        ("", "expected term, found the end"),
        ("import \"a\" as a; .", "programs have no modules"),
        ("include \"other\"; .", "programs have no modules"),
        ("env.TOKEN", "the environment may hold secrets"),
        ("$ENV.TOKEN", "the environment may hold secrets"),
        ("[inputs]", "a program sees one row at a time"),
        ("input", "a program sees one row at a time"),
        ("input_filename", "not where it comes from"),
        ("debug", "no messages of its own"),
        ("halt", "cannot end the run"),
        ("halt_error", "cannot end the run"),
        ("$__loc__", "a program has no file"),
    ] {
        for option in ["--where", "--jq"] {
            filter(&[option, program], &rows()).fails_with_one_line("syn-filter").exits(2).says(why);
        }
    }
    filter(&["--row-timeout", "5"], &rows()).exits(2).says("add --where or --jq");
    filter(&["--jq-from", "nowhere.jq"], &rows()).exits(2).says("cannot read the file");
    let path = std::env::temp_dir().join(format!("program-{}.jq", std::process::id()));
    std::fs::write(&path, "# ids\n.id\n").unwrap();
    let path = path.display().to_string();
    filter(&["--jq-from", &path, "--bare"], &rows()).exits(0).writes("1\n2\n3\n12345678\n");
    filter(&["--where-from", &path, "-c"], &rows()).exits(0).writes("4\n");
}

/// None of these hangs, takes the machine's memory, or ends by a signal.
#[test]
fn a_program_without_end_ends_with_a_message() {
    const LONG: &str = "stdin:2: the jq program takes too long for this row (--row-timeout) (item 1)";
    let row = "{\"id\":1}\n";
    for (program, why) in [
        ("def f: f; f", LONG),
        ("until(false; .)", LONG),
        ("last(range(infinite))", LONG),
        ("[range(1e12)]", "the jq program takes too"),
        ("last(repeat(1))", LONG),
        ("def f: try f catch f; f", LONG),
        ("def g: try error catch (. | g); g", "the jq program"),
        ("reduce range(60) as $i (1; [., .])", LONG),
        ("reduce range(60) as $i (1; [., .]) | tojson", "the jq program takes too"),
        ("reduce range(60) as $i (1; [., .]) | last(..)", LONG),
        ("\"x\" * 1e10", "the jq program fails: a text of 1 bytes cannot be repeated 1e10 times (item 1)"),
        ("1e30 * \"x\"", "cannot be repeated"),
        (".x = \"xx\" | .x *= 1e9", "cannot be repeated"),
        ("def f: 1 + f; f", "the jq program"),
        ("def f: [f]; f", "the jq program"),
    ] {
        // A question is answered without writing the answer.
        let options = if program.ends_with("[., .])") { &["--jq"][..] } else { &["--jq", "--where"] };
        for option in options {
            let begun = Instant::now();
            filter(&[option, program, "--bare", "--row-timeout", "0.6"], row).exits(3).says(why);
            assert!(begun.elapsed() < Duration::from_secs(60), "{program}");
        }
    }
    // Other rows are not lost with it.
    let ran = filter(
        &[
            "--jq",
            "if .id == 2 then until(false; .) else .id end",
            "--bare",
            "--row-timeout",
            "0.6",
            "--on-error",
            "skip",
        ],
        &rows(),
    );
    ran.exits(7).writes("1\n3\n12345678\n").says("too long");
}

#[test]
fn rows_nested_without_end_are_no_crash() {
    for (levels, code) in [(10_000, 0), (90_000, 0), (200_000, 3)] {
        let row = format!("{{\"id\":1,\"x\":{}{}}}\n", "[".repeat(levels), "]".repeat(levels));
        for args in
            [&["--where", ".x"][..], &["--jq", "."], &["--jq", ".y = (.x | tojson | fromjson | tojson | length)"]]
        {
            let ran = filter(args, &row).exits(code);
            if code == 3 {
                ran.says("too deep for a jq program");
            }
        }
    }
}
