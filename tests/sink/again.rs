//! Runs to a place where something is, runs that only tell, and local files that are linked.

use crate::util::*;
use std::fs;
use std::os::unix::fs::MetadataExt;

#[test]
fn auto_number_takes_the_first_free_name_when_it_publishes() {
    let p = place();
    let input = framed(&[&text("a", "1")]);
    for (dest, names) in
        [("out", ["out", "out(1)", "out(2)"]), ("x.tar.gz", ["x.tar.gz", "x(1).tar.gz", "x(2).tar.gz"])]
    {
        for name in names {
            p.run(&["--auto-number", dest], &input).exits(0).says(&format!("to {name}"));
            assert!(p.path(name).exists(), "{name}");
        }
    }
    p.run(&["--auto-number", "--shard-size", "1MB", "s.tar"], &input).exits(0);
    p.run(&["--auto-number", "--shard-size", "1MB", "s.tar"], &input).exits(0).says("to s(1)");
    p.run(&["--auto-number", "--overwrite", "out"], &input).exits(2);
    p.run(&["--auto-number", "s3://bucket/x"], &input).exits(2).says("--auto-number");
    assert_eq!(fs::read_dir(p.dir.path()).unwrap().count(), 8);
}

#[test]
fn dry_run_tells_every_file_and_makes_nothing() {
    let p = place();
    fs::write(p.path("src.bin"), "12345").unwrap();
    let lines = [
        text("labels/1.txt", "abc"),
        r#"{"path":"doc","text":"12","more":true}"#.into(),
        r#"{"path":"images/1.jpg","url":"https://example.org/1.jpg?X-Amz-Signature=SECRET","bytes":10}"#.into(),
        r#"{"path":"images/2.jpg","url":"https://example.org/2.jpg"}"#.into(),
        r#"{"path":"copy","file":"src.bin"}"#.into(),
        r#"{"path":"doc","text":"345"}"#.into(),
    ];
    let input = framed(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let ran = p.run(&["--dry-run", "--allow-file-refs", "out"], &input).exits(0).one_line();
    let ran = ran.says("5 files").says("23 bytes").says("out").says("nothing was written");
    let told: Vec<serde_json::Value> =
        String::from_utf8(ran.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(
        serde_json::Value::from(told),
        serde_json::json!([
            {"path": "labels/1.txt", "bytes": 3, "from": "text"},
            {"path": "images/1.jpg", "bytes": 10, "from": "url", "url": "https://example.org/1.jpg"},
            {"path": "images/2.jpg", "bytes": null, "from": "url", "url": "https://example.org/2.jpg"},
            {"path": "copy", "bytes": 5, "from": "file"},
            {"path": "doc", "bytes": 5, "from": "text"},
        ])
    );
    assert_eq!(names(p.dir.path()), ["src.bin"]);
    // It fails as the run would.
    p.run(&["--dry-run", "out"], framed(&[&text("a", "1"), &text("A", "2")])).exits(3).says("given before");
    p.run(&["--dry-run", "out"], format!("{BEGIN}\n{}\n", text("a", "1"))).exits(3).says("cut");
    p.run(&["--dry-run", "out"], framed(&[r#"{"path":"a","text":"1","bytes":2}"#]))
        .exits(3)
        .says("1 byte instead of 2");
    p.run(&["--dry-run", "src.bin"], framed(&[])).exits(6).says("exists already");
    assert_eq!(names(p.dir.path()), ["src.bin"]);
}

#[test]
fn local_files_are_copied_or_linked() {
    let p = place();
    fs::write(p.path("src.bin"), "12345").unwrap();
    std::os::unix::fs::symlink("src.bin", p.path("way")).unwrap();
    let input = framed(&[r#"{"path":"d/f","file":"way","bytes":5}"#]);
    for how in ["copy", "hardlink", "symlink"] {
        p.run(&["--allow-file-refs", "--local-files", how, how], &input).exits(0).says("1 file, 5 bytes");
        let file = p.path(how).join("d/f");
        assert_eq!(fs::read(&file).unwrap(), b"12345");
        assert_eq!(file.is_symlink(), how == "symlink");
        let same = file.symlink_metadata().unwrap().ino() == fs::metadata(p.path("src.bin")).unwrap().ino();
        assert_eq!(same, how == "hardlink", "{how}");
    }
    // A link is to the file itself, by its whole name: it holds wherever the dataset is moved.
    assert_eq!(fs::read_link(p.path("symlink/d/f")).unwrap(), p.path("src.bin").canonicalize().unwrap());
    p.run(&["--allow-file-refs", "--local-files", "symlink", "x.tar"], &input).exits(2).says("--local-files copy");
    let wrong = framed(&[r#"{"path":"f","file":"way","bytes":6}"#]);
    p.run(&["--allow-file-refs", "--local-files", "hardlink", "wrong"], wrong).exits(3).says("5 bytes instead of 6");
    assert!(!p.path("wrong").exists() && !p.path("x.tar").exists());
}
