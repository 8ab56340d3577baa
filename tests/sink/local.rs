//! A local folder: what appears, when, and what stays as it was.

use crate::util::*;
use std::fs;

#[test]
fn the_dataset_appears_with_its_summary() {
    let p = place();
    let lines =
        [text("labels/train/0001.txt", "0 0.5 0.5 0.2 0.1\n"), r#"{"path":"m/1.png","base64":"iVBORw0="}"#.into()];
    let ran = p.run(&["out/"], framed(&[&lines[0], &lines[1]])).exits(0).one_line().says("2 files, 23 bytes to out");
    let files = tree(&p.path("out"));
    assert_eq!(files["labels/train/0001.txt"], b"0 0.5 0.5 0.2 0.1\n", "{ran}");
    assert_eq!(files["m/1.png"], b"\x89PNG\r");
    assert_eq!(files.len(), 4);
    let sink = serde_json::json!({"files": 2, "bytes": 23, "originals": {"ok": 0, "failed": 0}, "failures": []});
    assert_eq!(summary(&p.path("out"))["sink"], sink);
    assert_eq!(fs::read_dir(p.dir.path()).unwrap().count(), 1, "{ran}");
}

#[test]
fn the_default_destination_and_files_as_arguments() {
    let p = place();
    fs::write(p.path("a.ndjson"), framed(&[&text("a", "1")])).unwrap();
    fs::write(p.path("b.ndjson"), framed(&[&text("b", "2")])).unwrap();
    p.run(&[], text("x", "y")).exits(0).says("to export_output");
    p.run(&["two", "a.ndjson", "b.ndjson"], "").exits(0);
    assert_eq!(names(&p.path("two")), ["a", "b", "metadata/export_summary.json", "metadata/manifest.json"]);
}

#[test]
fn converts_summary_is_completed_and_otherwise_untouched() {
    let p = place();
    let came = r#"{"z": 1.10, "id": 12345678901234567890123}"#;
    let part = |t: &str, more: bool| {
        serde_json::json!({"path": "metadata/export_summary.json", "text": t, "more": more}).to_string()
    };
    let (first, second) = came.split_at(9);
    p.run(&["out"], framed(&[&part(first, true), &text("a", "1"), &part(second, false)])).exits(0);
    let got = fs::read_to_string(p.path("out/metadata/export_summary.json")).unwrap();
    assert!(got.starts_with(r#"{"z": 1.10, "id": 12345678901234567890123,"sink":{"files":2,"bytes":1,"#), "{got}");
    p.run(&["bad"], framed(&[&text("metadata/export_summary.json", "[]")])).exits(3).says("not a JSON object");
}

#[test]
fn parts_interleave_over_many_paths() {
    let p = place();
    let mut lines = Vec::new();
    for round in 0..3 {
        for i in 0..2000 {
            let more = if round < 2 { r#","more":true"# } else { "" };
            lines.push(format!(r#"{{"path":"d{}/f{i}","text":"{round}-{i};"{more}}}"#, i % 7));
        }
    }
    let mut command = p.command(&["out"]);
    // Far fewer open files than paths.
    limit(&mut command, "-n 64");
    p.run_command(command, framed(&lines.iter().map(String::as_str).collect::<Vec<_>>())).exits(0);
    let files = tree(&p.path("out"));
    assert_eq!(files.len(), 2002);
    for i in 0..2000 {
        assert_eq!(files[&format!("d{}/f{i}", i % 7)], format!("0-{i};1-{i};2-{i};").as_bytes());
    }
}

#[test]
fn a_large_document_in_parts_comes_out_whole() {
    let p = place();
    let piece = "x".repeat(500_000);
    let mut lines: Vec<_> = (0..40)
        .flat_map(|i| {
            [format!(r#"{{"path":"doc.json","text":"{i}:{piece}","more":true}}"#), text(&format!("f{i}"), "")]
        })
        .collect();
    lines.push(r#"{"path":"doc.json","text":"end"}"#.into());
    p.run(&["out"], framed(&lines.iter().map(String::as_str).collect::<Vec<_>>())).exits(0);
    let expected: String = (0..40).map(|i| format!("{i}:{piece}")).collect::<String>() + "end";
    assert!(fs::read_to_string(p.path("out/doc.json")).unwrap() == expected);
}

#[test]
fn an_existing_destination_is_refused_and_untouched() {
    let p = place();
    fs::create_dir(p.path("out")).unwrap();
    fs::write(p.path("out/mine"), "mine").unwrap();
    p.run(&["out/"], framed(&[&text("a", "1")])).exits(6).one_line().says("\"mine\"").says("another name");
    assert_eq!(names(p.dir.path()), ["out/mine"]);
    fs::write(p.path("file"), "").unwrap();
    p.run(&["file"], framed(&[])).exits(6);
    p.run(&["--overwrite", "file"], framed(&[])).exits(2).says("not a folder");
}

#[test]
fn overwrite_replaces_as_a_whole_and_only_at_the_end() {
    let p = place();
    p.run(&["out"], framed(&[&text("old", "1"), &text("both", "old")])).exits(0);
    p.run(&["--overwrite", "out"], format!("{BEGIN}\n{}\n", text("new", "2"))).exits(3);
    assert_eq!(
        names(p.dir.path()),
        ["out/both", "out/metadata/export_summary.json", "out/metadata/manifest.json", "out/old"]
    );
    p.run(&["--overwrite", "out"], framed(&[&text("new", "2"), &text("both", "new")])).exits(0);
    assert_eq!(
        names(p.dir.path()),
        ["out/both", "out/metadata/export_summary.json", "out/metadata/manifest.json", "out/new"]
    );
    assert_eq!(fs::read(p.path("out/both")).unwrap(), b"new");
}

#[test]
fn overwrite_spares_the_current_folder_and_links() {
    let p = place();
    fs::create_dir(p.path("real")).unwrap();
    fs::write(p.path("real/mine"), "mine").unwrap();
    std::os::unix::fs::symlink("real", p.path("link")).unwrap();
    let here = p.dir.path().to_str().unwrap();
    p.run(&["--overwrite", here], framed(&[])).exits(2).says("current");
    p.run(&["--overwrite", "."], framed(&[])).exits(2);
    p.run(&["--overwrite", "link/"], framed(&[])).exits(2).says("not a folder");
    p.run(&["link/"], framed(&[])).exits(6);
    assert_eq!(fs::read(p.path("real/mine")).unwrap(), b"mine");
}

#[test]
fn local_files_need_the_flag() {
    let p = place();
    fs::write(p.path("src.bin"), b"\x00\xff").unwrap();
    let line = r#"{"path":"a/b","file":"src.bin","bytes":2}"#;
    p.run(&["out"], framed(&[line])).exits(3).says("--allow-file-refs");
    p.run(&["--allow-file-refs", "out"], framed(&[line])).exits(0);
    assert_eq!(fs::read(p.path("out/a/b")).unwrap(), b"\x00\xff");
    p.run(&["--allow-file-refs", "o2"], framed(&[r#"{"path":"a","file":"missing"}"#])).exits(3).says("missing");
    p.run(&["--allow-file-refs", "o3"], framed(&[r#"{"path":"a","file":"/dev/zero"}"#])).exits(3).says("regular file");
    assert!(!p.path("o2").exists() && !p.path("o3").exists());
}

#[test]
fn sizes_and_hashes_of_given_content_are_verified() {
    let p = place();
    p.run(&["o1"], framed(&[r#"{"path":"a","text":"abc","bytes":4}"#])).exits(3).says("3 bytes instead of 4");
    let zero = "0".repeat(64);
    p.run(&["o2"], framed(&[&format!(r#"{{"path":"a","text":"abc","sha256":"{zero}"}}"#)])).exits(3).says("SHA-256");
    p.run(&["o3"], framed(&[r#"{"path":"a","text":"abc","sha256":"xyz"}"#])).exits(3).says("64 hexadecimal");
    let right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let parts = [
        r#"{"path":"a","text":"a","more":true}"#.to_owned(),
        format!(r#"{{"path":"a","text":"bc","sha256":"{right}"}}"#),
    ];
    p.run(&["o4"], framed(&[&parts[0], &parts[1]])).exits(0);
    assert_eq!(fs::read_dir(p.dir.path()).unwrap().count(), 1);
}

/// Runs the command under a limit of the shell's `ulimit`.
pub fn limit(command: &mut std::process::Command, limit: &str) {
    let inner: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|a| format!("'{}'", a.to_str().unwrap()))
        .collect();
    let mut shell = std::process::Command::new("/bin/bash");
    shell.arg("-c").arg(format!("ulimit {limit}; exec {}", inner.join(" ")));
    shell.current_dir(command.get_current_dir().unwrap()).env_clear();
    shell.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    *command = shell;
}

#[test]
fn the_manifest_lists_every_other_file_in_input_order_and_cannot_be_given() {
    let p = place();
    let lines = [text("b/2", "two"), text("a", ""), text("b/1", "x")];
    p.run(&["out"], framed(&lines.iter().map(String::as_str).collect::<Vec<_>>())).exits(0);
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(p.path("out/metadata/manifest.json")).unwrap()).unwrap();
    let paths: Vec<_> = manifest["files"].as_array().unwrap().iter().map(|f| f["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["b/2", "a", "b/1", "metadata/export_summary.json"]);
    assert_eq!((&manifest["files"][0]["bytes"], &manifest["count"]), (&3.into(), &4.into()));
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(manifest["files"][1]["sha256"], empty);
    for taken in ["metadata/manifest.json", "metadata/Manifest.json"] {
        p.run(&["no"], framed(&[&text(taken, "{}")])).exits(3).says("metadata/manifest.json");
    }
    p.run(&["gopher://h/x"], framed(&[])).exits(2).one_line().says("gopher://");
}
