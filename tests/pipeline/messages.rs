//! What the programs say, in one file to be read from top to bottom: `tests/cases/messages.txt`. Each command line is run against the stand-in
//! backend, and what it prints on standard error, with its exit code, is compared. `SYNPIPE_BLESS=1` writes the file anew; read the difference.

use crate::common::korean;
use crate::place::{place, server, without_times};
use std::fmt::Write as _;

/// Command lines by what they are about. `rows` are saved rows, `cut` lacks its end, `bare` has no frames, `out` is a dataset, `photos` a folder
/// that is none.
const LINES: &[(&str, &[&str])] = &[
    (
        "Mistakes on the command line",
        &[
            "syn-fetch --projct 42",
            "syn-fetch --project ''",
            "syn-fetch -p 42 --gt-version 15",
            "env -u SYNAPSE_PROJECT syn-fetch",
            "env -u SYNAPSE_ACCESS_TOKEN syn-fetch",
            "syn-fetch --status complete",
            "syn-fetch --since tomorow",
            "syn-fetch --since 2026-05 --until 2026-04",
            "syn-fetch --shard 3/2",
            "syn-fetch --shard 2/3@",
            "syn-fetch --shard auto",
            "JOB_COMPLETION_INDEX=3 syn-fetch --shard auto",
            "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=4 syn-filter --shard auto/8 rows",
            "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=4 syn-filter -c --shard auto rows",
            "syn-fetch --shard-bounds 3 --shard 1/3",
            "syn-fetch --dump rows --status completed",
            "syn-fetch --dump -",
            "syn-fetch projects --dump rows",
            "syn-fetch --allow-partial",
            "syn-fetch -p 42 --sample 200",
            "syn-fetch -p 42 --seed 3",
            "syn-fetch --timeout 0",
            "syn-fetch --retry-for 2s",
            "syn-fetch --concurrency 0",
            "syn-fetch --target tasks",
            "syn-fetch --filter status",
            "syn-fetch --filter colour=red",
            "syn-fetch doctor --limit 3",
            "syn-fetch --quiet --verbose",
            "syn-fetch projects --archived",
            "syn-fetch --quiet=yes",
            "syn-filter --limit",
            "syn-filter --limit 1 --limit 2 rows",
            "syn-filter -- --limt rows",
            "syn-filter rows --limt=3 -x",
            "syn-filter --where '.id >' rows",
            "syn-filter --where env rows",
            "syn-filter --where-from missing rows",
            "syn-filter --row-timeout 0 --where .id rows",
            "syn-filter --review complet rows",
            "syn-filter --sample 1.2 rows",
            "syn-filter --seed 2 rows",
            "syn-filter --limit=-1 rows",
            "syn-filter --prefer newest rows",
            "syn-filter --count-by class --bare rows",
            "syn-filter --count-by class:day rows",
            "syn-filter rows -o rows",
            "syn-convert rows",
            "syn-convert --to YOLO rows",
            "syn-convert --to xlsx rows",
            "syn-convert --to coco --excel rows",
            "syn-convert --to yolo --keypoints person17 rows",
            "syn-convert --to jsonl --bare --naming id rows",
            "syn-convert --to coco --split 0.8,0.3 rows",
            "syn-convert --to coco --class-map car rows",
            "syn-convert --to template rows",
            "syn-convert --to coco --naming stm rows",
            "syn-convert --to csv --columns colour rows",
            "syn-convert --check out --split 0.8/0.2",
            "syn-sink --resume --overwrite out2 list",
            "syn-sink out.rar list",
            "syn-sink S3://bucket/x list",
            "syn-sink s3:/bucket/x list",
            "syn-sink s3://bucket/../x list",
            "syn-sink a/../b list",
            "syn-sink bucket.example:/x list",
            "syn-sink --storage 11 list",
            "syn-sink --verify --overwrite out",
        ],
    ),
    (
        "Streams",
        &[
            "syn-filter < bare",
            "syn-convert --to coco < bare",
            "syn-sink out2 < /dev/null",
            "syn-filter < cut",
            "syn-convert --to coco < cut",
            "head -5 rows | syn-convert --to coco",
            "(head -3 rows; tail -n 2 rows) | syn-convert --to coco",
            "sort rows | syn-convert --to coco",
            "cat rows bare | syn-filter -c",
            "syn-sink out2 < rows",
            "syn-convert --to coco < list",
            "syn-filter missing",
            "syn-filter .",
            "printf '{\"id\":1\\n' | syn-filter --unframed",
            "printf 'a,b\\n' | syn-filter",
            "printf '[{\"id\":1}]\\n' | syn-filter",
            "printf '{\\n\"id\": 1}\\n' | syn-filter",
            "gzip -c rows | head -c 300 | syn-filter -c",
            "syn-filter rows > /dev/full",
            "syn-filter rows >&-",
            "syn-filter rows -o /dev/full",
            "syn-filter rows -o missing/x",
            r#"printf '{"id":1,"data":{"annotations":7}}\n' | syn-filter --unframed --class car"#,
            r#"printf '{"id":1,"data":"{"}\n' | syn-filter --unframed --class car"#,
            r#"printf '{"id":1} x\n' | syn-filter --unframed --class car"#,
            r#"printf '{"id":tru}\n' | syn-filter --unframed --class car"#,
            r#"printf '{"data":{}}\n' | syn-filter --unframed"#,
            r#"printf '{"id":1,"data":{"presigned_url":"u"}}\n' | syn-filter --unframed --class car"#,
            r#"printf '{"@stream":"begin","version":9}\n' | syn-filter"#,
            "syn-filter --jq .id rows",
            "syn-filter --where 'error(\"no\")' rows",
            "syn-filter -q --describe ${SPEAK-} rows >&2",
            "syn-convert -q --to yolo --polygons box --images omit rows | syn-convert -q --check - ${SPEAK-} >&2",
            "syn-convert -q --to coco --images omit rows | sed 's/category_id/categori/' | syn-convert -q --check - ${SPEAK-} >&2",
        ],
    ),
    (
        "The server",
        &[
            "SYNAPSE_ACCESS_TOKEN=wrong syn-fetch | syn-filter | syn-convert --to coco | syn-sink out2",
            "syn-fetch --host http://127.0.0.1:9 --retry-for 0 | syn-filter | syn-convert --to coco | syn-sink out2",
            "syn-fetch --host ftp://example.org",
            "syn-fetch -p 4242",
            "syn-fetch -p 'Stret scenes'",
            "syn-fetch --gt-version 999",
            "syn-fetch --user nobody",
            "syn-fetch --user 'Same Name'",
            "syn-fetch --tag chekced",
            "syn-fetch --class persn",
            "syn-fetch --limit 1 --checkpoint c.json -o night",
            "syn-fetch --checkpoint photos/1.jpg -o night",
            "syn-fetch --checkpoint c.json > night",
            "syn-fetch -o photos",
            "syn-fetch --resume -o photos/1.jpg",
            "syn-fetch --dump missing",
            "syn-fetch --dump 'missing-*'",
            "syn-fetch --dump photos",
            "syn-fetch --dump bare",
            "syn-fetch -q --shard 1/2 > half; syn-fetch --dump half",
            "syn-fetch --dump half --allow-partial",
            "syn-fetch --dump half rows",
            "head -3 half > less; syn-fetch --dump half less",
        ],
    ),
    (
        "Names that nothing has",
        &[
            "syn-filter --class persn -c rows",
            "syn-filter --tag nihgt -c rows",
            "syn-filter --tool polygn -c rows",
            "syn-filter --one-per task.idd rows",
            "syn-filter --count-by clas rows",
            "syn-convert --to coco --split data_unit.mta.video rows",
            "syn-convert --to coco --split 0.8/0.2 --split-group data_unit.mta.video rows",
            "syn-convert --to coco --class-map persn=human rows",
            "syn-convert --to json --by categry rows",
        ],
    ),
    (
        "What a run says at its end",
        &[
            "syn-filter --class person -c rows",
            "syn-filter --latest -c rows rows",
            "syn-convert --to yolo rows",
            "syn-convert --to coco rows rows",
            "syn-convert --to coco --split 0.99/0.01 rows",
            "syn-convert --to coco --strict --task segment rows",
            "syn-convert --to yolo --strict rows",
            "syn-convert --to coco bare",
            "syn-convert --to voc rows",
        ],
    ),
    (
        "Destinations",
        &[
            "syn-sink list out",
            "syn-sink out list",
            "syn-sink --overwrite photos list",
            "syn-sink photos list",
            "syn-sink --verify photos",
            "syn-sink --verify missing",
            "syn-sink --resume photos list",
            "printf '{\"path\":\"../x\",\"text\":\"\"}\\n' | syn-sink --unframed out2",
            "printf '{\"path\":\"x\"}\\n' | syn-sink --unframed out2",
            "printf '{\"path\":\"x\",\"file\":\"rows\"}\\n' | syn-sink --unframed out2",
            "printf '{\"path\":\"x\",\"url\":\"http://10.0.0.1/x\"}\\n' | syn-sink --unframed out3",
            "syn-convert --check photos",
            "syn-convert --check missing",
            "syn-sink --resume out.tar list",
            "syn-sink --staging-prefix x out2 list",
            "syn-sink --auto-number s3://bucket/x list",
            "syn-sink --overwrite photos/1.jpg list",
            "syn-sink --overwrite - list",
            "syn-sink --verify - < /dev/null",
            "mkdir x.zip; syn-sink x.zip list; rmdir x.zip",
            "syn-sink --shard-size 1MB --resume out2 list",
            "syn-sink --shard-size 1MB out2.zip list",
            "syn-sink --shard-size 1MB s3://bucket/x list",
            "ln -s nowhere dangling; syn-sink --overwrite dangling list; rm dangling",
            "syn-convert -q --to coco --images omit rows | head -c 300 | syn-sink out2",
            "syn-convert -q --to coco --images omit rows | syn-sink --local-files hardlink out2.tar",
            "syn-sink --max-file-bytes 10 --storage 1 list",
        ],
    ),
    (
        "Lines that the sink cannot use",
        &[
            r#"printf '{"path":"a","text":""}\n{"path":"a/b","text":""}\n' | syn-sink --unframed out2"#,
            r#"printf '{"path":"a/b","text":""}\n{"path":"a","text":""}\n' | syn-sink --unframed out2"#,
            r#"printf '{"path":"metadata/manifest.json","text":""}\n' | syn-sink --unframed out2"#,
            r#"printf '{"path":"metadata/export_summary.json","text":"[]"}\n' | syn-sink --unframed out2"#,
            r#"printf '{"path":"a","text":"x","more":true}\n{"path":"a","url":"http://h/x"}\n' | syn-sink --unframed out2"#,
            r#"printf '{"path":"a","url":"/x"}\n' | syn-sink --unframed out2"#,
            r#"printf '{"path":"a","url":"ftp://h/x"}\n' | syn-sink --unframed out2"#,
            r#"printf '{"path":"a","url":"http://user:secret@h/x"}\n' | syn-sink --unframed out2"#,
            r#"printf '{"path":"a","text":"x","bytes":2}\n' | syn-sink --unframed out2"#,
            r#"printf '{"path":"a","text":"x","sha256":"12"}\n' | syn-sink --unframed out2"#,
            r#"printf '{"path":"a","text":"x","sha256":"%064d"}\n' 0 | syn-sink --unframed out2"#,
            r#"printf '{"path":"a","base64":"?"}\n' | syn-sink --unframed out2"#,
            r#"printf '{"path":"a","file":"out/annotations/instances_all.json"}\n' | syn-sink --unframed --allow-file-refs --overwrite out"#,
            r#"printf '{"path":"a","file":"missing"}\n' | syn-sink --unframed --allow-file-refs out2"#,
            r#"printf '{"path":"A","text":""}\n{"path":"a","text":"x"}\n' | syn-sink --unframed out2"#,
            r#"printf '{"path":"CON","text":""}\n{"path":"b ","text":""}\n' | syn-sink --unframed out2"#,
            r#"printf '{"path":1}\n' | syn-sink --unframed out2"#,
            r#"printf '{"id":1}\n' | syn-sink --unframed out2"#,
            r#"syn-sink --max-line-bytes 64 out2 list"#,
        ],
    ),
    (
        "Files that are written",
        &[
            "mkfifo pipe; ln -s pipe link; syn-filter rows -o link; rm pipe link",
            "syn-filter rows -o night.zip",
            "syn-filter rows -o .",
            "syn-fetch --checkpoint c.json -o night; syn-fetch -p 42 --status completed --checkpoint c.json -o night2",
            "syn-fetch -q --checkpoint c.json -o night; echo '{' > c.json; syn-fetch --checkpoint c.json -o night",
            "syn-fetch -q --checkpoint c.json -o night; syn-fetch --target task --checkpoint c.json -o night",
            "syn-convert -q --to coco --images omit rows | syn-sink --checkpoint c.json out2",
            "(syn-fetch -q --checkpoint c.json; syn-fetch -q --status completed --checkpoint d.json) | syn-convert -q --to coco --images omit | \
             syn-sink --checkpoint c.json out2",
            "syn-fetch -q --target task --checkpoint c.json -o night; syn-fetch -q --checkpoint d.json | \
             syn-convert -q --to coco --images omit | syn-sink --checkpoint c.json out2",
            "syn-fetch -q --checkpoint c.json | head -5 | syn-convert -q --to coco --images omit --allow-partial | syn-sink --checkpoint c.json out2",
            "TMPDIR=/nowhere syn-convert --to coco rows",
            "TMPDIR=/nowhere syn-sink out2.zip list",
            "syn-filter --max-line-bytes 64 rows",
            "syn-convert --to coco --classes missing rows",
            "syn-convert --to coco --classes photos/1.jpg --keypoints missing rows",
        ],
    ),
];

/// Servers that do not what they should, and what is said of them. All of what the first words say of the stand-in is in its `--help`.
const SERVERS: &[(&[&str], &str)] = &[
    (&["--html-rate", "1"], "syn-fetch --retry-for 0"),
    (&["--fail-rate", "1", "--fail-status", "500"], "syn-fetch --retry-for 0"),
    (&["--fail-rate", "1", "--fail-status", "429"], "syn-fetch --retry-for 0"),
    (&["--fail-rate", "1", "--fail-status", "403"], "syn-fetch --retry-for 0"),
    (&["--fail-rate", "1", "--fail-status", "302"], "syn-fetch --retry-for 0"),
    (&["--reset-rate", "1"], "syn-fetch --retry-for 0"),
    (&["--cut-rate", "1"], "syn-fetch --retry-for 0"),
    (&["--hang-rate", "1", "--hang-ms", "60000"], "syn-fetch --retry-for 0 --timeout 0.2"),
    (&["--loop-cursor", "--page-size", "5"], "syn-fetch"),
    (&["--short", "1"], "syn-fetch --retry-for 0"),
    (&["--bad-digest", "--presigned", "all"], "syn-fetch --retry-for 0"),
    (&["--data-string"], "syn-fetch"),
    (&["--ignore-filter", "last_labeled__gte"], "syn-fetch --since 2026-01"),
    (&["--presigned", "lost"], "syn-fetch"),
    (&["--die-at", "3", "--page-size", "5"], "syn-fetch --retry-for 0"),
    (&["--mutate", "delete", "--page-size", "5"], "syn-fetch"),
];

const SETUP: &str = "
syn-fetch -q > rows
grep -v @stream rows > bare
head -n 9 rows > cut
syn-convert -q --to coco --images omit rows > list
syn-sink -q out list
mkdir photos
echo x > photos/1.jpg
";

/// What differs from run to run, left out.
fn settled(text: &str, host: &str, folder: &str) -> String {
    let text = text.replace(host, "HOST").replace(host.trim_start_matches("http://"), "HOST").replace(folder, "FOLDER");
    // What bash says of a locale that the machine has not.
    let mut lines: Vec<String> = text.lines().filter(|line| !line.contains("setlocale")).map(without_times).collect();
    // The stages of a pipe write at the same time.
    lines.sort();
    lines.iter().fold(String::new(), |text, line| text + "  " + line + "\n")
}

/// All messages, with the locale of `environment`.
fn collected(environment: &str) -> String {
    let p = place(&["--title", "Street scenes"]);
    p.line(&format!("set -e{SETUP}")).exits(0);
    let folder = p.dir.path().display().to_string();
    let mut text = String::new();
    for (about, lines) in LINES {
        let _ = writeln!(text, "# {about}\n");
        for line in *lines {
            let ran = p.line(&format!("{environment}{line}"));
            let said = settled(&ran.stderr, &p.server.url, &folder);
            assert!(!said.trim().is_empty(), "nothing is said: {line}");
            let _ = writeln!(text, "$ {line}\n{said}  exit {}\n", ran.code());
            // Nothing of one line is left for the next.
            p.line("rm -rf out2 out3 night night.* .night* c.json c.json.* d.json d.json.*");
        }
    }
    let _ = writeln!(text, "# Servers that do not what they should\n");
    for (args, line) in SERVERS {
        let faulty = server(args);
        let ran = p.line(&format!("{environment}SYNAPSE_HOST={} {line} > /dev/null", faulty.url));
        let said = settled(&ran.stderr, &faulty.url, &folder);
        let _ = writeln!(text, "$ {line}    # {}\n{said}  exit {}\n", args.join(" "), ran.code());
    }
    text
}

/// Compares with a file of `tests/cases`, or writes it.
fn as_in(file: &str, text: &str) {
    let path = format!("{}/tests/cases/{file}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("SYNPIPE_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    for (got, want) in text.lines().zip(expected.lines()) {
        assert_eq!(got, want, "{path}");
    }
    assert_eq!(text.len(), expected.len(), "{path}");
}

#[test]
fn all_messages_are_those_of_the_file() {
    as_in("messages.txt", &collected(""));
}

/// English in messages for people who read Korean: what a server or a library said, which is quoted as it is.
const SAID: &[&str] = &[
    // The JSON library, of a summary that other programs have written.
    "invalid type: sequence, expected a map at line",
    // The HTTP library, of a body that stops.
    "end of file before message length reached",
    // The server's own words.
    "Internal server error",
];

#[test]
fn all_messages_are_in_korean() {
    let text = collected("export LC_ALL=ko_KR.UTF-8 SPEAK=--lang=ko; ");
    as_in("messages.ko.txt", &text);
    let messages = || text.lines().filter_map(|line| line.strip_prefix("  syn-"));
    let left: Vec<_> = messages().filter_map(|line| korean::lacks(line, SAID).map(|why| (why, line))).collect();
    assert!(left.is_empty(), "{left:#?}");
    for said in SAID {
        assert!(text.contains(said), "nothing says this by now: {said}");
    }
}
