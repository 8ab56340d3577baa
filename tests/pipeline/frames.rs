//! What other programs do to the frames of a stream: lines are lost, doubled, put elsewhere, or come without any frame.

use crate::common::programs;
use crate::place::{Place, place, told};

/// A folder with a saved stream of 24 rows, the same in pieces, its rows alone, and two file lines made by hand.
fn saved() -> Place {
    let p = place(&[]);
    p.line("syn-fetch -q > framed; grep -v '^{\"@stream\"' framed > rows; split -l 9 framed x").exits(0);
    p.line(r#"printf '{"path":"a.txt","text":"x"}\n{"path":"b.txt","text":"y"}\n' > list"#).exits(0);
    p.line("syn-convert -q --to json framed > files; mkfifo fifo").exits(0);
    p
}

const CONVERT: &str = "syn-convert -q --images omit --to json";

/// One stage, or a pipe, at the end of a line. It ends with exit 3, says one line, and publishes nothing.
#[test]
fn lines_that_may_not_be_all_are_refused() {
    let p = saved();
    let unframed = "has no begin frame";
    for (line, words) in [
        ("cat rows | syn-convert --to json | syn-sink out", &[unframed, "has(\"@stream\")", "--unframed"][..]),
        ("cat rows | syn-convert --to coco --bare", &[unframed]),
        ("syn-convert --to json < rows | syn-sink out", &[unframed]),
        ("syn-convert --to json - < rows | syn-sink out", &[unframed]),
        ("syn-convert --to json /dev/stdin < <(cat rows) | syn-sink out", &[unframed]),
        ("syn-convert --to json <(cat rows) | syn-sink out", &["/dev/fd/", unframed]),
        ("cat rows > fifo & syn-convert --to json fifo | syn-sink out", &["fifo has no begin"]),
        ("cat rows | syn-filter -c", &[unframed, "syn-filter", "--unframed"]),
        ("cat rows | syn-filter --bare", &[unframed]),
        ("cat rows | syn-filter | syn-convert --to json | syn-sink out", &["syn-filter: error", unframed]),
        ("gzip -c rows | syn-convert --to json | syn-sink out", &[unframed]),
        ("tail -n +2 framed | syn-convert --to json | syn-sink out", &[unframed]),
        ("cat list | syn-sink out", &[unframed, "--unframed", "made by hand"]),
        ("cat list | syn-sink --dry-run out", &[unframed]),
        ("cat list | syn-convert --check - --to yolo", &[unframed]),
        ("grep -v @stream files | syn-sink out", &[unframed]),
        // Lines in the wrong place.
        (
            "sort framed | syn-convert --to json | syn-sink out",
            &["stdin:3: 24 lines stand after the end frame", "sorted"],
        ),
        ("sort framed > sorted; syn-convert --to json sorted | syn-sink out", &["sorted:3: 24 lines stand after"]),
        ("sort -r framed | syn-filter -c", &["no begin frame"]),
        ("cat framed rows | syn-convert --to json | syn-sink out", &["stdin:27: 24 lines stand after the end frame"]),
        ("cat framed rows > both; syn-filter both -c", &["both:27: 24 lines stand after the end frame"]),
        ("(head -2 rows; cat framed) > both; syn-filter both -c", &["both:1: 2 lines stand before the begin frame"]),
        ("(head -1 list; cat files) | syn-sink out", &["begin frame"]),
        ("(cat files; head -1 list) | syn-sink out", &["1 line stands after the end frame"]),
        ("cat xab xac xaa | syn-convert --to json | syn-sink out", &["no begin frame"]),
        ("syn-convert --to json xab xac xaa | syn-sink out", &["xac:1: 7 lines stand before the begin frame"]),
        ("cat xaa xac xab | syn-convert --to json | syn-sink out", &["9 lines stand after the end frame"]),
        // Lines that do not fit the count.
        (
            "cat xaa xac | syn-convert --to json | syn-sink out",
            &["counts 24 items, and only 15 came", "--allow-partial"],
        ),
        ("syn-convert --to json xaa xac | syn-sink out", &["only 15 came"]),
        ("cat xaa xab xab xac | syn-filter -c", &["counts 24 items, and 33 came", "each part once"]),
        ("cat xaa xab xab xac | syn-filter --allow-partial -c", &["33 came"]),
        ("cat xaa xab | syn-convert --to json | syn-sink out", &["no end frame"]),
        ("grep -v '\"id\":1' framed | syn-filter -c", &["counts 24 items", "syn-filter"]),
        ("(head -5 framed; tail -1 framed) | syn-convert --to json | syn-sink out", &["only 4 came"]),
        ("sed 5d framed | zstd -q | syn-filter -c", &["only 23 came"]),
        ("sed 2d files | syn-sink out", &["files, and only 51 came", "--allow-partial"]),
        ("sed '2{p;s/.json/.jso/}' files | syn-sink out", &["files, and 53 came"]),
        ("sed 2d files | syn-convert --check - --to yolo", &["came"]),
        ("jq -c . framed | sed 3p | syn-filter -c", &["counts 24 items, and 25 came"]),
    ] {
        let (_, ran) = p.pipe(line);
        let codes = std::fs::read_to_string(p.path("codes")).unwrap();
        assert!(codes.trim_end().ends_with('3'), "{line}: {codes} {ran:?}");
        assert_eq!((told(&ran, "error").len(), ran.stderr.lines().count()), (1, 1), "{line}: {ran:?}");
        for word in words {
            assert!(ran.stderr.contains(word), "{line}: {word}: {ran:?}");
        }
        assert!(!p.path("out").exists() && !ran.text().contains("\"end\""), "{line}: {ran:?}");
    }
}

#[test]
fn lines_that_are_all_are_taken() {
    let p = saved();
    p.line(&format!("{CONVERT} framed > expected")).exits(0);
    let select = r#"select(has("@stream") or (.id % 2 == 0))"#;
    let syn = format!("-L {}/scripts 'include \"syn\"; items(select(.id % 2 == 0))'", env!("CARGO_MANIFEST_DIR"));
    let python = "import sys,json\nfor l in sys.stdin:\n o=json.loads(l)\n if '@stream' in o or o['id']%2==0: print(json.dumps(o))";
    let even = p.line("jq -c 'select(.id % 2 == 0)' rows | wc -l").exits(0).text().trim().to_owned();
    for (line, says) in [
        (format!("cat framed | {CONVERT} | cmp - expected"), ""),
        (format!("zstd -qc framed | {CONVERT} | cmp - expected"), ""),
        (format!("split -l 5 framed y; cat ya? | {CONVERT} | cmp - expected"), ""),
        (format!("{CONVERT} xaa xab xac | cmp - expected"), ""),
        (format!("cat framed | tee copy | {CONVERT} | cmp - expected"), ""),
        ("jq -c . framed | syn-filter -q -c | grep -qx 24".to_owned(), ""),
        (format!("jq -c '{select}' framed | syn-filter -c | grep -qx {even}"), "of 24 items came"),
        (format!("jq -c {syn} framed | syn-filter -c | grep -qx {even}"), "of 24 items came"),
        (format!("python3 -c \"{python}\" < framed | syn-filter -c | grep -qx {even}"), "of 24 items came"),
        // As older releases have written it.
        ("sed 's/ }$/}/' framed | sed 5d | syn-filter -c | grep -qx 23".to_owned(), "23 of 24 items came"),
        ("cat xaa xac | syn-filter --allow-partial -c | grep -qx 15".to_owned(), "15 of 24 items came"),
        // Vouched for, or named.
        ("cat rows | syn-filter -q --unframed -c | grep -qx 24".to_owned(), ""),
        ("syn-filter -q -c rows | grep -qx 24".to_owned(), ""),
        ("syn-filter -q -c rows framed | grep -qx 48".to_owned(), ""),
        ("cat framed rows | syn-filter -q --unframed -c | grep -qx 48".to_owned(), ""),
        (
            "syn-convert --to json rows | syn-sink -q named".to_owned(),
            "CLASS_SCHEMA_UNAVAILABLE: there is no begin frame",
        ),
        ("cat list | syn-sink --unframed by-hand && test -f by-hand/b.txt".to_owned(), "by-hand"),
        ("syn-sink by-file list && test -f by-file/b.txt".to_owned(), "by-file"),
        // What syn-filter writes has frames, whatever it has read.
        ("syn-filter rows | syn-convert --to json | syn-sink filtered".to_owned(), "filtered"),
        ("cat rows | syn-filter --unframed | syn-convert --to json | syn-sink vouched".to_owned(), "vouched"),
        ("syn-filter -q rows framed rows | syn-filter -q -c | grep -qx 72".to_owned(), ""),
        // An option without effect is told.
        ("cat framed | syn-filter -c --unframed | grep -qx 24".to_owned(), "warning: --unframed has changed nothing"),
        ("cat files | syn-sink --unframed nothing-new".to_owned(), "warning: --unframed has changed nothing"),
    ] {
        let ran = p.line(&line).exits(0).says(says);
        assert!(!says.is_empty() || ran.stderr.is_empty(), "{ran:?}");
    }
    for line in
        ["syn-filter --unframed rows", "syn-convert --to json --unframed framed rows", "syn-sink --unframed o list"]
    {
        p.line(line).exits(2).says("--unframed is for standard input");
    }
    p.line("syn-convert --check named --unframed").exits(2).says("--unframed");
}

/// How many times a failure is told. In its own pipe once, whatever is between the stages; what was saved is told when it is read.
#[test]
fn a_failure_is_told_once_in_its_pipe_and_again_when_it_was_saved() {
    if programs::find("jq").and(programs::find("zstd")).is_none() {
        return;
    }
    let p = place(&[]);
    let fails = "SYNAPSE_ACCESS_TOKEN=syn_test_wrong syn-fetch";
    let end = "syn-convert --to json | syn-sink out";
    p.line(&format!("{fails} > saved.ndjson; {fails} | zstd -q > saved.zst")).says("error");
    for (line, errors) in [
        (format!("{fails} | {end}"), 1),
        (format!("{fails} | syn-filter | syn-filter | {end}"), 1),
        (format!("{fails} | jq -c . | {end}"), 1),
        (format!("{fails} | tee copy | {end}"), 1),
        (format!("{fails} | zstd -q | zstd -qdc | syn-filter | cat | {end}"), 1),
        (format!("{fails} | syn-convert --to json | cat | syn-sink out"), 1),
        (format!("(echo >&2; {fails}) | {end}"), 1),
        (format!("{fails} | setsid -w syn-filter | setsid -w syn-convert --to json | setsid -w syn-sink out"), 1),
        (format!("cat saved.ndjson | {end}"), 1),
        (format!("zstdcat saved.zst | {end}"), 1),
        (format!("syn-filter < saved.ndjson | {end}"), 1),
        (format!("syn-filter saved.ndjson | {end}"), 1),
        ("syn-convert --to json saved.ndjson | syn-sink out".to_owned(), 1),
        (format!("cat saved.ndjson | jq -c . | syn-filter | cat | {end}"), 1),
        (format!("sed 's/,\"run\":\"[^\"]*\"//' saved.ndjson | {end}"), 1),
        // Written and read by one script, one after the other: told at both times.
        (format!("{fails} | zstd -q > again.zst; zstdcat again.zst | {end}"), 2),
        (format!("{fails} > again.ndjson; cat again.ndjson | {end}"), 2),
    ] {
        let ran = p.line(&line);
        assert_eq!((ran.code(), told(&ran, "error").len()), (4, errors), "{ran:?}");
        assert!(!p.path("out").exists());
    }
}
