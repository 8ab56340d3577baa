//! What a whole pipe says and ends with when it cannot be done.

use crate::place::{TOKEN, place};

/// The stage that fails first says why, once, and every stage behind it ends with its exit code. Of a command line that is no command
/// line (`options`) the next stage knows only that its input is empty, which is said once more.
#[test]
fn one_failure_is_one_message_and_one_exit_code() {
    let end = "syn-convert --to coco | syn-sink";
    // Of the reserved ports, so that no other test listens there.
    let closed = "127.0.0.1:1";
    let rows = r#"{"id":1,"data":{"annotations":{"image_1":[]}}}"#;
    let begin = r#"{"@stream":"begin","kind":"items","version":1}"#;
    let options = |line: String, words| (line, vec![2, 3, 3], 2, words);
    for (line, codes, errors, words) in [
        (format!("SYNAPSE_ACCESS_TOKEN=syn_test_wrong syn-fetch | {end}"), vec![4, 4, 4], 1, "SYNAPSE_ACCESS_TOKEN"),
        (
            format!("SYNAPSE_ACCESS_TOKEN=syn_test_wrong syn-fetch | syn-filter --review completed | {end}"),
            vec![4, 4, 4, 4],
            1,
            "SYNAPSE_ACCESS_TOKEN",
        ),
        (format!("syn-fetch --project 99 | {end}"), vec![4, 4, 4], 1, "99"),
        (format!("syn-fetch --filter colour=red | {end}"), vec![2, 2, 2], 1, "colour"),
        options(format!("syn-fetch --filter project=42 --review wrong | {end}"), "wrong"),
        options(format!("syn-fetch --no-such-option | {end}"), "no-such-option"),
        (format!("syn-fetch --host http://{closed} --retry-for 0 | {end}"), vec![5, 5, 5], 1, "check --host"),
        (
            format!("syn-fetch --host http://{closed} --retry-for 0 | syn-filter | {end}"),
            vec![5, 5, 5, 5],
            1,
            "check --host",
        ),
        (format!("SYNAPSE_HOST=nonsense syn-fetch | {end}"), vec![2, 2, 2], 1, "must be a URL"),
        (format!("SYNAPSE_PROJECT= syn-fetch | {end}"), vec![2, 2, 2], 1, "--project"),
        (format!("printf '%s\\n' '{begin}' '{rows}' '{{bad' | {end}"), vec![0, 3, 3], 1, "stdin:3: "),
        (format!("printf '%s\\n' '{begin}' '{rows}' '{{bad' | syn-filter | {end}"), vec![0, 3, 3, 3], 1, "stdin:3: "),
        (format!("syn-filter nowhere.ndjson | {end}"), vec![3, 3, 3], 1, "nowhere.ndjson"),
        ("syn-convert --to coco nowhere.ndjson | syn-sink".to_owned(), vec![3, 3], 1, "nowhere.ndjson"),
        ("syn-convert --to cocoa </dev/null | syn-sink".to_owned(), vec![2, 3], 2, "cocoa"),
        ("syn-convert </dev/null | syn-sink".to_owned(), vec![2, 2], 1, "--to "),
        ("syn-convert --to yolo --excel </dev/null | syn-sink".to_owned(), vec![2, 2], 1, "--excel"),
        ("syn-fetch | syn-sink".to_owned(), vec![0, 3], 1, "syn-convert"),
        (
            "printf '{\"path\":\"a\",\"text\":\"\"}\\n' | syn-convert --unframed --to coco | syn-sink".to_owned(),
            vec![0, 3, 3],
            1,
            "give it to `syn-sink`",
        ),
    ] {
        let p = place(&[]);
        let (ended, ran) = p.pipe(&line);
        assert_eq!(ended, codes, "{ran:?}");
        let said = ran.stderr.lines().filter(|l| l.contains(": error: ")).count();
        assert_eq!(said, errors, "{ran:?}");
        assert!(ran.stderr.lines().count() == said || line.starts_with("syn-fetch | syn-sink"), "{ran:?}");
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
        assert!(!ran.stderr.contains("syn_test") && !ran.stderr.contains(TOKEN), "{ran:?}");
        assert_eq!(p.names(), ["codes"], "{ran:?}");
    }
}
