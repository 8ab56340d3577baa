//! Archives: the same tree as a folder, the same bytes every time, all or nothing; and the tar on standard output, which says
//! when it is not whole.

use crate::server::{Answer, Server, ok, status};
use crate::util::*;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

const NAMES: [&str; 5] = ["x.tar", "x.tar.gz", "x.tgz", "x.tar.zst", "x.zip"];

/// A dataset with what is hard: long and Korean names, empty and large files, hundreds of small ones.
fn input() -> String {
    let deep = "d/".repeat(120) + "deep.txt";
    let long = "n".repeat(250) + ".txt";
    let odd = ["자연/그림 1.json", &deep, &long, "%2e%2e/x", "-rf", "CON", "trailing. ", "e\u{301}.txt"];
    let mut lines: Vec<_> = odd.iter().map(|o| text(o, o)).collect();
    lines.extend((0..300).map(|i| text(&format!("labels/{i}.txt"), &format!("{i} 0.5 0.5\n").repeat(i % 9))));
    lines.push(text("big.jpg", &"0123456789abcdef".repeat(200_000)));
    lines.extend((0..100).map(|i| text(&format!("after/{i}"), "x")));
    framed(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What is in an archive: names in their order, and the tree.
pub fn contents(path: &Path) -> (Vec<String>, BTreeMap<String, Vec<u8>>) {
    let name = path.to_str().unwrap();
    let bytes = fs::read(path).unwrap();
    if name.ends_with(".zip") {
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let read = |zip: &mut zip::ZipArchive<_>, i| {
            let mut file = zip.by_index(i).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            assert_eq!(file.unix_mode(), Some(0o100_644));
            (file.name().unwrap().to_string(), content)
        };
        let files: Vec<_> = (0..zip.len()).map(|i| read(&mut zip, i)).collect();
        return (files.iter().map(|f| f.0.clone()).collect(), files.into_iter().collect());
    }
    let bytes = match name.rsplit('.').next().unwrap() {
        "zst" => zstd::decode_all(&bytes[..]).unwrap(),
        "gz" | "tgz" => {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
            plain
        }
        _ => bytes,
    };
    assert!(bytes.ends_with(&[0; 1024]), "{name} has no end");
    let mut archive = tar::Archive::new(&bytes[..]);
    let files: Vec<(String, Vec<u8>)> = archive
        .entries()
        .unwrap()
        .map(|entry| {
            let mut entry = entry.unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (String::from_utf8(entry.path_bytes().into_owned()).unwrap(), content)
        })
        .collect();
    (files.iter().map(|f| f.0.clone()).collect(), files.into_iter().collect())
}

#[test]
fn every_archive_holds_what_a_folder_holds_in_input_order() {
    let p = place();
    let input = input();
    p.run(&["out"], &input).exits(0);
    let folder = tree(&p.path("out"));
    let order: Vec<String> = input
        .lines()
        .filter_map(|l| {
            let path = serde_json::from_str::<serde_json::Value>(l).unwrap()["path"].as_str()?.to_owned();
            Some(synpipe::file_line::RelPath::new(&path).unwrap().as_str().to_owned())
        })
        .chain(["metadata/export_summary.json".into(), "metadata/manifest.json".into()])
        .collect();
    for name in NAMES {
        p.run(&[name], &input).exits(0).one_line().says("409 files").says(name);
        let (names, tree) = contents(&p.path(name));
        assert_eq!(names, order, "{name}");
        assert!(tree == folder, "{name}");
    }
    let piped = p.run(&["-"], &input).exits(0).says("a tar on standard output");
    assert!(piped.stdout == fs::read(p.path("x.tar")).unwrap());
    assert_eq!(fs::read_dir(p.dir.path()).unwrap().count(), 1 + NAMES.len());
}

#[test]
fn the_same_lines_give_the_same_bytes_at_any_concurrency() {
    let input = input();
    for name in NAMES {
        let mut all = Vec::new();
        for concurrency in ["1", "3", "64"] {
            let p = place();
            p.run(&["--concurrency", concurrency, name], &input).exits(0);
            all.push(fs::read(p.path(name)).unwrap());
        }
        assert!(all.windows(2).all(|w| w[0] == w[1]), "{name}");
    }
}

#[test]
fn originals_that_arrive_in_any_order_stand_in_input_order_and_lost_ones_leave_no_trace() {
    // The first waits until all others were asked for.
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = asked.clone();
    let server = Server::start(move |r| {
        use std::sync::atomic::Ordering::SeqCst;
        count.fetch_add(1, SeqCst);
        if r.target == "/0" {
            until("the others were asked for", || count.load(SeqCst) == 40);
        }
        if r.target.ends_with('7') { status(404) } else { ok(r.target.repeat(100_000).as_bytes()) }
    });
    let p = place();
    let lines: Vec<_> = (0..40)
        .map(|i| serde_json::json!({"path": format!("{i}.bin"), "url": server.url(&format!("/{i}"))}).to_string())
        .collect();
    let input = framed(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    for name in ["x.tar", "x.zip"] {
        asked.store(0, std::sync::atomic::Ordering::SeqCst);
        p.run(&["--allow-private-urls", "--concurrency", "4", name], &input)
            .exits(7)
            .says("4 originals could not be downloaded");
        let (names, tree) = contents(&p.path(name));
        let expected: Vec<_> = (0..40).filter(|i| i % 10 != 7).map(|i| format!("{i}.bin")).collect();
        assert_eq!(names[..36], expected, "{name}");
        assert!(tree["39.bin"] == "/39".repeat(100_000).as_bytes());
    }
}

#[test]
fn an_existing_archive_is_refused_or_replaced_as_a_whole() {
    let p = place();
    fs::create_dir(p.path("folder.tar")).unwrap();
    p.run(&["folder.tar"], framed(&[])).exits(6).says("exists already");
    p.run(&["--overwrite", "folder.tar"], framed(&[])).exits(2).says("not a file");
    for name in NAMES {
        fs::write(p.path(name), "mine").unwrap();
        p.run(&[name], framed(&[&text("a", "1")])).exits(6).one_line().says("exists already");
        p.run(&["--overwrite", name], framed(&[&text("a", "1")])).exits(6).says("no archive of syn-sink");
        assert_eq!(fs::read(p.path(name)).unwrap(), b"mine");
        fs::remove_file(p.path(name)).unwrap();
        p.run(&["--overwrite", name], framed(&[&text("a", "0")])).exits(0);
        p.run(&[name], framed(&[&text("a", "1")])).exits(6).one_line().says("--overwrite");
        p.run(&["--overwrite", name], framed(&[&text("a", "1")])).exits(0);
        assert_eq!(contents(&p.path(name)).1["a"], b"1");
    }
    assert_eq!(fs::read_dir(p.dir.path()).unwrap().count(), 1 + NAMES.len());
}

#[test]
fn a_cut_stream_or_a_full_disk_leaves_no_archive() {
    for name in NAMES {
        let p = place();
        let input = input();
        p.run(&[name], &input[..input.len() - END.len() - 1]).exits(3).one_line().says("cut");
        p.assert_empty();
        let mut command = p.command(&[name]);
        crate::local::limit(&mut command, "-f 16");
        p.run_command(command, &input).exits(6).one_line().says("File too large");
        p.assert_empty();
    }
}

#[test]
fn a_tar_on_standard_output_that_is_not_whole_is_cut_for_every_reader() {
    let p = place();
    let line = text("a", "1");
    let ran = p.run(&["-"], format!("{BEGIN}\n{line}\n")).exits(3).one_line();
    let mut reader = Command::new("tar").args(["-t"]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    reader.stdin.take().unwrap().write_all(&ran.stdout).unwrap();
    assert!(!reader.wait().unwrap().success(), "GNU tar takes it for whole");
    let mut archive = tar::Archive::new(&ran.stdout[..]);
    let read = archive.entries().unwrap().map(|e| e.and_then(|mut e| e.read_to_end(&mut Vec::new())));
    assert!(read.last().unwrap().is_err());
    p.assert_empty();
}

#[test]
fn standard_output_that_is_full_or_closed() {
    let p = place();
    let mut command = p.command(&["-"]);
    command.stdout(fs::File::options().write(true).open("/dev/full").unwrap());
    p.run_command(command, input()).exits(6).one_line().says("No space left");
    let mut command = p.command(&["-"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stdout(Stdio::from(writer));
    let ran = p.run_command(command, input()).exits(0);
    assert_eq!(ran.stderr, "", "{ran}");
}

#[test]
fn a_reader_that_does_not_read_does_not_keep_a_signal_from_ending_the_run() {
    let p = place();
    let temp = p.path("temp");
    fs::create_dir(&temp).unwrap();
    let mut child = p.command(&["-"]).env("TMPDIR", &temp).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || drop(stdin.write_all(input().as_bytes())));
    // The first bytes are there, and nobody takes the rest.
    let mut first = [0; 512];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    assert!(Command::new("/bin/kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    feeder.join().unwrap();
    assert_eq!(names(&temp), Vec::<String>::new());
}

#[test]
fn a_download_that_stalls_with_others_waiting_for_it_is_ended_by_a_signal() {
    let server = Server::start(|r| if r.target == "/0" { Answer::Stall(b"some".to_vec()) } else { ok(&[7; 100_000]) });
    let p = place();
    let mut child = p.command(&["--allow-private-urls", "x.tar"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{BEGIN}").unwrap();
    for i in 0..30 {
        writeln!(stdin, r#"{{"path":"{i}","url":"{}"}}"#, server.url(&format!("/{i}"))).unwrap();
    }
    until("all were asked for", || server.seen().len() >= 30);
    assert!(Command::new("/bin/kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    p.wait(child).exits(130).one_line();
    p.assert_empty();
}

#[test]
fn sigkill_at_many_moments_never_shows_a_part_of_an_archive() {
    let input = input();
    for (name, rounds) in [("x.tar", 12), ("x.zip", 12)] {
        let p = place();
        p.run(&[name], &input).exits(0);
        let whole = fs::read(p.path(name)).unwrap();
        for round in 0..rounds {
            let mut child = p.command(&["--overwrite", name]).spawn().unwrap();
            let mut stdin = child.stdin.take().unwrap();
            let _ = stdin.write_all(&input.as_bytes()[..input.len() * round / (rounds - 1)]);
            if round % 2 == 0 {
                drop(stdin);
            }
            child.kill().unwrap();
            child.wait().unwrap();
            assert!(fs::read(p.path(name)).unwrap() == whole, "{name}, round {round}");
        }
        p.run(&["--overwrite", name], &input).exits(0);
        assert_eq!(names(p.dir.path()), [name]);
    }
}
