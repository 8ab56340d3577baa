//! A DEST that ends in `.ndjson` or `.jsonl`: the lines as they came, as one file, when they are all there.

use crate::util::*;
use std::fs;
use std::io::{Read, Write};

const ITEMS: &str = "{\"@stream\":\"begin\",\"kind\":\"items\",\"version\":1,\"shard\":{\"index\":2,\"of\":3}}\n\
                     {\"id\":1, \"data\":{\"a\":1.10}}\r\n{\"id\":2}\n{\"@stream\":\"end\",\"count\":2}\n";

fn unpacked(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match name.rsplit('.').next() {
        Some("gz") => flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).unwrap(),
        Some("zst") => zstd::Decoder::new(bytes).unwrap().read_to_end(&mut out).unwrap(),
        _ => (&mut &*bytes).read_to_end(&mut out).unwrap(),
    };
    out
}

#[test]
fn lines_of_both_kinds_go_into_one_file_as_they_came() {
    let files = framed(&[&text("a", "1"), "{\"path\":\"b\",\"url\":\"http://h/b\"}"]);
    for input in [ITEMS, &files] {
        for name in ["a.ndjson", "b.jsonl", "c.ndjson.gz", "new/d.jsonl.zst"] {
            let p = place();
            p.run(&[name], input).exits(0).one_line().says("2 lines").says(name);
            let there = fs::read(p.path(name)).unwrap();
            assert!(unpacked(name, &there) == input.as_bytes(), "{name}");
            // Nothing else is there, and the same lines change nothing.
            assert_eq!(names(p.dir.path()), [name]);
            p.run(&[name], input).exits(0).one_line().says("already there, the same");
            p.run(&["-o", name], input).exits(0).one_line().says("already there, the same");
            p.run(&["--dry-run", name], input).exits(0).one_line().says("2 lines would go to");
            assert!(fs::read(p.path(name)).unwrap() == there, "{name}");
        }
    }
}

#[test]
fn the_bytes_do_not_depend_on_how_the_lines_come() {
    let p = place();
    let lines: String =
        (0..40_000).map(|i: u64| format!("{{\"id\":{i},\"x\":{}}}\n", i.wrapping_mul(i) % 9973)).collect();
    let input =
        format!("{{\"@stream\":\"begin\",\"kind\":\"items\"}}\n{lines}{{\"@stream\":\"end\",\"count\":40000}}\n");
    for name in ["a.ndjson.zst", "a.ndjson.gz"] {
        p.run(&[name], &input).exits(0);
        let mut child = p.command(&[name]).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let (first, rest) = input.split_at(7);
        stdin.write_all(first.as_bytes()).unwrap();
        for piece in rest.as_bytes().chunks(99_991) {
            std::thread::sleep(std::time::Duration::from_millis(2));
            stdin.write_all(piece).unwrap();
        }
        drop(stdin);
        p.wait(child).exits(0).says("already there, the same");
    }
}

#[test]
fn a_stream_that_is_not_whole_leaves_nothing() {
    let cut = ITEMS.rsplit_once("{\"@stream\"").unwrap().0;
    let failed = format!(
        "{cut}{{\"@stream\":\"error\",\"stage\":\"fetch\",\"code\":\"remote\",\"message\":\"gone\",\"exit\":5}}\n"
    );
    let less = ITEMS.replace("\"count\":2", "\"count\":3 ");
    for (input, code) in [
        ("", 3),
        (cut, 3),
        (&failed, 5),
        (&less, 3),
        ("{\"id\":1}\nhello\n", 3),
        ("{\"@stream\":\"begin\",\"version\":2}\n", 3),
    ] {
        let p = place();
        p.run(&["a.ndjson.zst"], input).exits(code).one_line();
        p.assert_empty();
        // What was there stays.
        p.run(&["a.ndjson.zst"], ITEMS).exits(0);
        let there = fs::read(p.path("a.ndjson.zst")).unwrap();
        p.run(&["--overwrite", "a.ndjson.zst"], input).exits(code).one_line();
        assert!(fs::read(p.path("a.ndjson.zst")).unwrap() == there && names(p.dir.path()).len() == 1);
    }
    // A reader of what came is told the same again.
    let p = place();
    p.run(&["--allow-partial", "a.ndjson"], cut).exits(0).says("2 lines");
    assert_eq!(fs::read_to_string(p.path("a.ndjson")).unwrap(), cut);
    p.run(&["b.ndjson", "a.ndjson"], "").exits(3).says("no end frame");
    let bare = "{\"id\":1}\n";
    p.run_command(p.command(&["c.ndjson"]), bare).exits(3).says("no begin frame");
    p.run(&["c.ndjson"], bare).exits(0);
}

#[test]
fn what_is_there_is_replaced_only_on_request_and_only_lines() {
    let other = ITEMS.replace("1.10", "1.1");
    for name in ["a.ndjson", "a.jsonl.zst", "a.ndjson.gz"] {
        let p = place();
        p.run(&[name], ITEMS).exits(0);
        p.run(&[name], &other).exits(6).one_line().says("exists already").says("--overwrite");
        assert!(unpacked(name, &fs::read(p.path(name)).unwrap()) == ITEMS.as_bytes());
        p.run(&["--auto-number", name], &other).exits(0).says("a(1)");
        p.run(&["--overwrite", name], &other).exits(0).says("2 lines");
        assert!(unpacked(name, &fs::read(p.path(name)).unwrap()) == other.as_bytes());
        for content in ["precious\n", "{\"level\":\"info\"}\n", "\u{1f}\u{8b}not gzip"] {
            fs::write(p.path(name), content).unwrap();
            for option in [&[][..], &["--overwrite"]] {
                let args: Vec<_> = option.iter().copied().chain([name]).collect();
                p.run(&args, ITEMS).exits(6).one_line().says("exists already, and is a file of something else");
            }
            assert_eq!(fs::read_to_string(p.path(name)).unwrap(), content);
        }
        fs::remove_file(p.path(name)).unwrap();
        fs::create_dir(p.path(name)).unwrap();
        p.run(&[name], ITEMS).exits(6).one_line().says("is not a file");
        p.run(&["--overwrite", name], ITEMS).exits(2).one_line().says("is not a file");
    }
    // With a slash it is a folder.
    let p = place();
    p.run(&["a.ndjson/"], framed(&[&text("x", "1")])).exits(0);
    assert!(p.path("a.ndjson/x").is_file());
}

#[test]
fn options_of_datasets_are_told() {
    for option in [
        &["--resume"][..],
        &["--keep-staging"],
        &["--shard-size", "1MB"],
        &["--staging-prefix", "x"],
        &["--verify"],
        &["--strict"],
        &["--concurrency", "3"],
        &["--base-url", "http://h"],
        &["--allow-file-refs"],
        &["--allow-private-urls"],
        &["--max-file-bytes", "1MB"],
        &["--max-total-bytes", "1MB"],
    ] {
        let p = place();
        let args: Vec<_> = option.iter().copied().chain(["a.ndjson"]).collect();
        p.run_command(p.command(&args), ITEMS).exits(2).one_line().says(option[0]).says("leave it out");
        p.assert_empty();
    }
    let p = place();
    p.run(&["a.ndjson"], ITEMS).exits(0);
    p.run(&["--overwrite", "a.ndjson", "a.ndjson"], "").exits(2).one_line().says("replaced by itself");
    p.run(&["b.ndjson.gz", "a.ndjson"], "").exits(0).says("2 lines");
}
