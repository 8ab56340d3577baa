//! What a whole pipe says and ends with when it cannot be done.

use crate::place::{TOKEN, place};

/// Every stage that fails says one line; those behind it fail too, and nothing is left.
#[test]
fn each_stage_says_one_line_and_nothing_is_published() {
    let end = "syn-convert --to coco | syn-sink";
    // Of the reserved ports, so that no other test listens there.
    let closed = "127.0.0.1:1";
    let rows = r#"{"id":1,"data":{"annotations":{"image_1":[]}}}"#;
    for (line, codes, words) in [
        (format!("SYNAPSE_ACCESS_TOKEN=syn_test_wrong syn-fetch | {end}"), vec![4, 3, 3], "SYNAPSE_ACCESS_TOKEN"),
        (format!("syn-fetch --project 99 | {end}"), vec![4, 3, 3], "99"),
        (format!("syn-fetch --filter colour=red | {end}"), vec![2, 3, 3], "colour"),
        (format!("syn-fetch --filter project=42 --review wrong | {end}"), vec![2, 3, 3], "wrong"),
        (format!("syn-fetch --host http://{closed} --retry-for 0 | {end}"), vec![5, 3, 3], "check --host"),
        (format!("SYNAPSE_HOST=nonsense syn-fetch | {end}"), vec![2, 3, 3], "must be a URL"),
        (format!("SYNAPSE_PROJECT= syn-fetch | {end}"), vec![2, 3, 3], "--project"),
        (format!("printf '%s\\n' '{rows}' '{{bad' | {end}"), vec![0, 3, 3], "stdin:2: "),
        (format!("printf '%s\\n' '{rows}' '{{bad' | syn-filter | {end}"), vec![0, 3, 3, 3], "stdin:2: "),
        ("syn-convert --to cocoa </dev/null | syn-sink".to_owned(), vec![2, 3], "cocoa"),
        ("syn-convert </dev/null | syn-sink".to_owned(), vec![2, 3], "--to "),
        ("syn-fetch | syn-sink".to_owned(), vec![0, 3], "syn-convert"),
        (
            "printf '{\"path\":\"a\",\"text\":\"\"}\\n' | syn-convert --to coco | syn-sink".to_owned(),
            vec![0, 3, 3],
            "syn-sink",
        ),
    ] {
        let p = place(&[]);
        let (ended, ran) = p.pipe(&line);
        assert_eq!(ended, codes, "{ran:?}");
        for (stage, code) in line.split('|').zip(codes) {
            let tool = stage.split_whitespace().find(|word| word.starts_with("syn-"));
            let Some(tool) = tool.filter(|_| code != 0) else { continue };
            let said = ran.stderr.lines().filter(|l| l.starts_with(&format!("{tool}: error: "))).count();
            assert_eq!(said, 1, "{tool}: {ran:?}");
        }
        let errors = ran.stderr.lines().filter(|l| l.contains(": error: ")).count();
        let others = ran.stderr.lines().filter(|l| !l.contains(": error: ")).count();
        assert_eq!(errors, ended.iter().filter(|code| **code != 0).count(), "{ran:?}");
        assert!(others == 0 || line.starts_with("syn-fetch | syn-sink"), "{ran:?}");
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
        assert!(!ran.stderr.contains("syn_test") && !ran.stderr.contains(TOKEN), "{ran:?}");
        assert_eq!(p.names(), ["codes"], "{ran:?}");
    }
}
