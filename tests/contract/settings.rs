//! Defaults of options: the file, the environment, and what comes before them.

use crate::common::{Ran, exe, finish};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

const STREAM: &[u8] = b"{\"@stream\":\"begin\",\"kind\":\"items\",\"version\":1,\"classes\":[\"car\"],\"count\":0}\n{\"@stream\":\"end\",\"count\":0}\n";

/// Runs `name args` with this file of defaults and these variables (`A=1 B=2`).
fn with(file: &Path, variables: &str, line: &str) -> Ran {
    let mut words = line.split(' ');
    let mut command = Command::new(exe(words.next().unwrap()));
    for pair in variables.split(' ').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap();
        command.env(name, value);
    }
    finish(command.args(words).env("SYNPIPE_CONFIG", file), STREAM)
}

/// The value of an option, and where it comes from.
fn shown(file: &Path, variables: &str, line: &str, option: &str) -> (String, String) {
    let ran = with(file, variables, &format!("{line} --show-config --log-format json")).exits(0);
    let lines = ran.text().lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let entry = lines.into_iter().find(|entry| entry["option"] == option).unwrap();
    let values = entry["values"].as_array().unwrap().iter().map(|value| value.as_str().unwrap());
    (values.collect::<Vec<_>>().join("|"), entry["from"].as_str().unwrap().to_owned())
}

#[test]
fn what_is_typed_comes_before_the_environment_and_that_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("synpipe.toml");
    let text = "[common]\nthreads = 3\n[syn-convert]\nto = \"coco\"\nthreads = 2\nstrict = true\n[syn-filter]\nclass = [\"car\", \"a b\"]\nquiet = true\n[syn-fetch]\nproject = 42\nhost = \"https://h.example\"\n";
    fs::write(&file, text).unwrap();
    for (variables, line, option, value, from) in [
        ("", "syn-convert", "to", "coco", "FILE:4"),
        ("SYN_CONVERT_TO=yolo", "syn-convert", "to", "yolo", "SYN_CONVERT_TO"),
        ("SYN_CONVERT_TO=", "syn-convert", "to", "coco", "FILE:4"),
        ("SYN_CONVERT_TO=yolo", "syn-convert --to voc", "to", "voc", "the command line"),
        ("", "syn-convert", "naming", "stem", "default"),
        ("", "syn-convert", "classes", "", "not set"),
        ("", "syn-convert", "threads", "2", "FILE:5"),
        ("", "syn-sink", "threads", "3", "FILE:2"),
        ("SYNPIPE_THREADS=5", "syn-sink", "threads", "5", "SYNPIPE_THREADS"),
        ("", "syn-convert", "strict", "true", "FILE:6"),
        ("SYN_CONVERT_PRETTY=1", "syn-convert", "pretty", "true", "SYN_CONVERT_PRETTY"),
        ("", "syn-filter", "class", "car|a b", "FILE:8"),
        ("", "syn-filter -v", "quiet", "false", "default"),
        ("", "syn-fetch", "project", "42", "FILE:11"),
        ("", "syn-fetch --gt-version 3", "project", "", "not set"),
        ("SYNAPSE_PROJECT=7", "syn-fetch", "project", "7", "SYNAPSE_PROJECT"),
        ("SYNAPSE_GT_VERSION=7", "syn-fetch", "project", "", "not set"),
        ("", "syn-fetch", "host", "https://h.example", "FILE:12"),
        ("SYNAPSE_HOST=https://x", "syn-fetch", "host", "", "SYNAPSE_HOST"),
    ] {
        let from = from.replace("FILE", file.to_str().unwrap());
        assert_eq!(shown(&file, variables, line, option), (value.to_owned(), from), "{variables} {line} {option}");
    }
    // The page is a file of defaults, but for what is decided for each run.
    with(&file, "", "syn-convert --show-config").exits(0).text().parse::<toml::Table>().unwrap();
}

#[test]
fn defaults_act_are_told_and_are_no_mistake_where_they_do_not_apply() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("synpipe.toml");
    fs::write(&file, "[syn-convert]\nto = \"coco\"\nvoc-base = 1\nexcel = true\n[syn-filter]\nbare = false\n").unwrap();
    let ran = with(&file, "", "syn-convert -v").exits(0).says("--to coco (").says("synpipe.toml:2)");
    assert!(ran.text().contains("categories"), "{ran:?}");
    with(&file, "", "syn-convert --to yolo -q").exits(0);
    // A default format does not narrow a check: this dataset is of another one, and is looked at.
    let dataset = folder.path().join("coco");
    fs::create_dir_all(&dataset).unwrap();
    fs::write(dataset.join("instances.json"), "{\"images\":[],\"annotations\":[],\"categories\":[]}").unwrap();
    let check = format!("syn-convert --check {}", dataset.display());
    let without = with(Path::new(""), "", &check);
    fs::write(&file, "[syn-convert]\nto = \"yolo\"\n").unwrap();
    assert_eq!(with(&file, "", &check).code(), without.code());
    fs::write(&file, "[syn-convert]\nto = \"coco\"\n").unwrap();
    let ran = with(&file, "", "syn-convert --to coco --voc-base 1").exits(2);
    ran.says("--voc-base is read by --to voc");
}

#[test]
fn a_mistake_in_the_file_names_its_line_and_what_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("synpipe.toml");
    for (text, said) in [
        ("[syn-convert]\ntos = \"coco\"\n", ":2: syn-convert has no option tos; did you mean to?"),
        ("[syn-convert]\nto = \"cocoa\"\n", ":2: unknown format \"cocoa\": did you mean coco?"),
        ("[syn-convert]\n\nto = [\"coco\"]\n", ":3: to takes another kind of value"),
        ("[syn-convert]\nstrict = \"yes\"\n", ":2: strict takes another kind of value: true, false"),
        ("[common]\nthreads = \"x\"\n", ":2: invalid value 'x' for '--threads <N>'"),
        ("[common]\nto = \"coco\"\n", ":2: to is not an option of all programs"),
        ("[syn-convert]\nallow-partial = true\n", ":2: allow-partial is decided for each run"),
        ("[syn-convert]\nunframed = true\n", ":2: unframed is decided for each run"),
        ("[syn-convert]\non-error = \"skip\"\n", ":2: on-error is decided for each run"),
        ("[common]\noutput = \"x\"\n", ":2: output is decided for each run"),
        ("[syn-convert]\naccess_token = \"s3cr3t\"\n", ":2: a secret has no place in access_token"),
        ("[syn-convrt]\nto = \"coco\"\n", ":1: syn-convrt is no section: did you mean [syn-convert]?"),
        ("to = \"coco\"\n", ":1: to is no section"),
        ("[syn-convert]\nto = coco\n", ":2: not TOML"),
    ] {
        fs::write(&file, text).unwrap();
        let ran = with(&file, "", "syn-convert").exits(2).fails_with_one_line("syn-convert").says(said);
        assert!(ran.stderr.contains("synpipe.toml") && !ran.stderr.contains("s3cr3t"), "{}", ran.stderr);
        // Pages about the program do not depend on it.
        for option in ["--help", "--version", "--man", "--completions=bash"] {
            with(&file, "", &format!("syn-convert {option}")).exits(0);
        }
    }
    fs::write(&file, "[syn-fetch]\ndsn = \"postgres://me:s3cr3t@h/db\"\n[syn-sink]\noverwrite = true\n").unwrap();
    let ran = with(&file, "", "syn-fetch").exits(2).says("a secret has no place in dsn");
    assert!(!ran.stderr.contains("s3cr3t"), "{}", ran.stderr);
    with(&file, "", "syn-sink out").exits(2).says("overwrite is decided for each run");
    with(&folder.path().join("none.toml"), "", "syn-filter").exits(2).says("cannot read").says("SYNPIPE_CONFIG");
    for (variable, said) in [
        ("SYN_CONVERT_TOS=coco", "SYN_CONVERT_TOS: syn-convert has no option tos; did you mean to?"),
        ("SYN_CONVERT_STRICT=maybe", "SYN_CONVERT_STRICT: strict takes another kind of value: true, false"),
        ("SYN_CONVERT_UNFRAMED=1", "SYN_CONVERT_UNFRAMED: unframed is decided for each run"),
    ] {
        with(Path::new(""), variable, "syn-convert").exits(2).says(said);
    }
}

#[test]
fn secrets_are_masked() {
    let ran = with(Path::new(""), "", "syn-fetch --dsn postgres://me:s3cr3t@h/db --show-config").exits(0);
    assert!(ran.text().contains("postgres://***@h/db") && !ran.text().contains("s3cr3t"), "{}", ran.text());
}

#[test]
fn the_file_is_where_xdg_has_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("synpipe.toml"), "[syn-convert]\nto = \"yolo\"\n").unwrap();
    let mut command = Command::new(exe("syn-convert"));
    command.arg("--show-config").env_remove("SYNPIPE_CONFIG").env("XDG_CONFIG_HOME", folder.path());
    assert!(finish(&mut command, b"").exits(0).text().contains("to = \"yolo\""));
}
