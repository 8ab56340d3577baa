//! No token and no presigned query string in anything that a run prints or leaves on disk.

use crate::common::{Ran, tree};
use crate::place::{Place, TOKEN, place};

const SECRETS: [&str; 2] = [TOKEN, "X-Amz-Signature"];

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn assert_clean(place: &Place, ran: &Ran) {
    for secret in SECRETS {
        assert!(!ran.stderr.contains(secret) && !holds(&ran.stdout, secret), "{secret}: {ran:?}");
        for (path, bytes) in tree(place.dir.path()) {
            assert!(!holds(&bytes, secret), "{secret} is in {}", path.display());
        }
    }
}

#[test]
fn a_presigned_run_leaves_no_secret_behind() {
    for signed in [&["--presigned", "all"][..], &["--presigned", "mixed", "--sign-files"]] {
        let p = place(signed);
        // A document of ultralytics-ndjson is a list of addresses to download from: with `--images omit` it has none.
        let formats = [
            "json",
            "jsonl",
            "coco",
            "yolo --task segment",
            "voc",
            "csv",
            "gallery",
            "gallery --link url",
            "ultralytics-ndjson --task segment --images omit",
        ];
        for (n, format) in formats.iter().enumerate() {
            let line = format!("syn-fetch -vv | syn-filter -vv | syn-convert -vv --to {format} | syn-sink -vv out{n}");
            let ran = p.line(&line).exits(0);
            assert_clean(&p, &ran);
        }
        assert!(
            p.server.count("/requests/~1objects~1") > 0 || signed.contains(&"--sign-files"),
            "{}",
            p.server.stats()
        );
    }
}

#[test]
fn payloads_are_saved_without_the_address_they_came_from() {
    let p = place(&["--presigned", "all"]);
    let ran = p.line("syn-fetch -vv -o dump.ndjson").exits(0);
    assert_clean(&p, &ran);
    assert!(p.path("dump.ndjson").metadata().unwrap().len() > 100_000);
}

#[test]
fn a_failure_that_is_about_an_address_does_not_quote_its_signature() {
    for faults in [
        // Originals that cannot be had.
        &["--sign-files", "--expire-after", "0"][..],
        // Payloads that cannot be had.
        &["--presigned", "all", "--expire-after", "0"],
        &["--presigned", "all", "--bad-digest"],
        &["--presigned", "lost"],
        &["--presigned", "all", "--fail-rate", "1", "--fail-status", "500", "--fault-path", "/objects/"],
    ] {
        let p = place(faults);
        let line = "syn-fetch -vv --retry-for 1 | syn-convert -vv --to coco | syn-sink -vv --retry-for 1 out";
        let (codes, ran) = p.pipe(line);
        assert!(codes.iter().any(|code| *code != 0), "{faults:?}: {codes:?} {ran:?}");
        assert_clean(&p, &ran);
    }
}
