//! The contract. Every check sees the destination past the sink, by [`Server::tree`].

use crate::common::{end, feed};
use crate::in_process;
use crate::servers::{Server, Tree};
use std::fmt::Write as _;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub const BEGIN: &str = "{\"@stream\":\"begin\",\"kind\":\"files\",\"version\":1}\n";
pub const END: &str = "{\"@stream\":\"end\"}\n";
pub const MANIFEST: &str = "metadata/manifest.json";
const SUMMARY: &str = "metadata/export_summary.json";

/// A finished run.
pub struct Ran {
    /// The command line, for failures.
    pub command: String,
    pub code: Option<i32>,
    pub stderr: String,
}

impl Ran {
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.command, self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}\n{}", self.command, self.stderr);
        self
    }

    #[track_caller]
    pub fn says(self, what: &str) -> Self {
        assert!(self.stderr.contains(what), "does not say {what:?}: {}\n{}", self.command, self.stderr);
        self
    }
}

pub fn command(server: &Server, args: &[&str], dataset: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syn-sink"));
    command
        .args(args)
        .arg(format!("{}{dataset}{}", server.base, server.ending))
        .env_clear()
        .env("HOME", server.dir.path());
    command.envs(server.env.iter().map(|(k, v)| (k, v)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub fn run(server: &Server, args: &[&str], dataset: &str, input: &str) -> Ran {
    if let Some(store) = server.memory() {
        return in_process::run(store, args, dataset, input);
    }
    finished(command(server, args, dataset), input)
}

/// Runs a command of [`command`] to its end.
pub fn finished(mut command: Command, input: &str) -> Ran {
    let shown = format!("{command:?}");
    let mut child = command.spawn().unwrap();
    // The sink may refuse before it has read all.
    feed(&mut child, input.as_bytes().to_vec());
    ran(shown, child)
}

/// Waits for the end of a run.
pub fn ran(command: String, child: Child) -> Ran {
    let out = end(child);
    Ran { command, code: out.status.code(), stderr: String::from_utf8_lossy(&out.stderr).into_owned() }
}

pub fn verified(server: &Server, dataset: &str) {
    run(server, &["--verify"], dataset, "").exits(0).says("verified");
}

/// A dataset: names that are hard to hold, an empty file, one of several parts.
fn files(version: &str) -> Vec<(String, String)> {
    let mut files = vec![
        ("labels/1.txt".to_owned(), format!("one {version}\n")),
        ("labels/a b+c%2F&=;'(1).txt".to_owned(), "odd".to_owned()),
        ("자연/그림 1.json".to_owned(), "{}".to_owned()),
        ("deep/1/2/3/4/5/6/7/8/9/x".to_owned(), version.to_owned()),
        ("empty".to_owned(), String::new()),
        (format!("only-in-{version}"), version.to_owned()),
    ];
    files.extend((0..40).map(|i| (format!("many/{i:03}"), format!("{i} {version}"))));
    files
}

pub fn large() -> String {
    "0123456789abcdef".repeat(12 * 65_536)
}

pub fn lines(files: &[(String, String)]) -> String {
    files.iter().fold(String::new(), |mut all, (path, text)| {
        writeln!(all, "{}", serde_json::json!({"path": path, "text": text})).unwrap();
        all
    })
}

fn whole(files: &[(String, String)]) -> String {
    format!("{BEGIN}{}{END}", lines(files))
}

#[track_caller]
fn holds(tree: &Tree, files: &[(String, String)]) {
    let mut expected: Vec<_> = files.iter().map(|(p, _)| p.as_str()).chain([MANIFEST, SUMMARY]).collect();
    expected.sort_unstable();
    assert_eq!(tree.keys().map(String::as_str).collect::<Vec<_>>(), expected);
    for (path, text) in files {
        assert!(tree[path] == text.as_bytes(), "{path} differs");
    }
}

pub fn publishes_all_that_came(server: &Server) {
    let mut all = files("v1");
    if server.parts {
        all.push(("large.bin".to_owned(), large()));
    }
    run(server, &[], "sub/ds", &whole(&all)).exits(0);
    // Nothing but the dataset: no claim, no ledger, no leftovers.
    assert_eq!(server.tree().len(), all.len() + 2, "{:?}", server.tree().keys());
    holds(&server.dataset("sub/ds"), &all);
    verified(server, "sub/ds");
    let manifest: serde_json::Value = serde_json::from_slice(&server.dataset("sub/ds")[MANIFEST]).unwrap();
    assert_eq!(manifest["count"], all.len() as u64 + 1);
}

pub fn a_cut_input_leaves_nothing(server: &Server) {
    for (input, code) in [
        (format!("{BEGIN}{}", lines(&files("v1"))), 3),
        (
            format!(
                "{BEGIN}{}{}",
                lines(&files("v1")),
                "{\"@stream\":\"error\",\"code\":\"remote\",\"message\":\"x\"}\n"
            ),
            3,
        ),
        (format!("{BEGIN}{}{{\"path\":\"../x\",\"text\":\"\"}}\n{END}", lines(&files("v1"))), 3),
    ] {
        run(server, &[], "ds", &input).exits(code);
        assert_eq!(server.tree().into_keys().collect::<Vec<_>>(), Vec::<String>::new());
    }
    run(server, &["--verify"], "ds", "").exits(3).says("manifest");
}

pub fn what_is_there_is_refused_or_found_the_same(server: &Server) {
    let (one, two) = (files("v1"), files("v2"));
    run(server, &[], "ds", &whole(&one)).exits(0);
    let before = server.tree();
    run(server, &[], "ds", &whole(&one)).exits(6).says("exists already");
    run(server, &["--resume"], "ds", &whole(&one)).exits(0).says("already there, the same");
    run(server, &["--resume"], "ds", &whole(&two)).exits(6).says("not the same");
    run(server, &["--resume"], "ds", &whole(&one[1..])).exits(6).says("not the same");
    assert!(server.tree() == before);
    // What is there and is no dataset is not touched either.
    server.put("mine/precious", b"1");
    for args in [&[][..], &["--resume"], &["--overwrite"]] {
        let ran = run(server, args, "mine", &whole(&one)).exits(6);
        // The file is named, unless it is in an archive; what would not help is not advised.
        let ran = if server.ending.is_empty() { ran.says("\"precious\"") } else { ran.says("no archive of syn-sink") };
        assert!(!ran.stderr.contains("--overwrite"), "{}", ran.stderr);
    }
    assert_eq!(server.dataset("mine").into_keys().collect::<Vec<_>>(), ["precious"]);
}

pub fn overwrite_replaces_the_whole_or_nothing(server: &Server) {
    let (one, two) = (files("v1"), files("v2"));
    run(server, &["--overwrite"], "ds", &whole(&one)).exits(0);
    let before = server.tree();
    holds(&server.dataset("ds"), &one);
    run(server, &["--overwrite"], "ds", &format!("{BEGIN}{}", lines(&two))).exits(3);
    assert!(server.tree() == before);
    run(server, &["--overwrite"], "ds", &whole(&two)).exits(0);
    holds(&server.dataset("ds"), &two);
    assert_eq!(server.tree().len(), two.len() + 2, "{:?}", server.tree().keys());
    verified(server, "ds");
}

/// Only what a manifest of ours lists is replaced; whatever else is there ends the run, and nothing is touched.
pub fn foreign_files_survive_overwrite(server: &Server) {
    let (one, two) = (files("v1"), files("v2"));
    run(server, &[], "ds", &whole(&one)).exits(0);
    for (path, named) in [
        ("ds/notes.txt", "\"notes.txt\", which its manifest does not list"),
        ("ds/labels/mine.txt", "\"labels/mine.txt\", \"notes.txt\", which"),
        ("ds/metadata/mine.json", "\"metadata/mine.json\", \"notes.txt\", which"),
        ("ds/many/044", "\"many/044\", \"metadata/mine.json\" and 1 more, which"),
    ] {
        server.put(path, b"mine");
        let before = server.tree();
        run(server, &["--overwrite"], "ds", &whole(&two)).exits(6).says(named);
        assert!(server.tree() == before, "{path}");
    }
    for path in ["ds/notes.txt", "ds/labels/mine.txt", "ds/metadata/mine.json", "ds/many/044"] {
        server.remove(path);
    }
    run(server, &["--overwrite"], "ds", &whole(&two)).exits(0);
    // A manifest that is not whole lists nothing.
    server.put("ds/metadata/manifest.json", b"{\"version\":1,\"files\":[");
    let before = server.tree();
    run(server, &["--overwrite"], "ds", &whole(&one)).exits(6);
    assert!(server.tree() == before);
}

/// What trainers and desktops leave inside a dataset does not keep it from being replaced every night.
pub fn caches_go_with_the_dataset(server: &Server) {
    let (one, two) = (files("v1"), files("v2"));
    run(server, &[], "ds", &whole(&one)).exits(0);
    // nginx lists no names with a dot in front.
    let hidden: &[&str] =
        if server.base.starts_with("webdav") { &[] } else { &[".DS_Store", "many/.ipynb_checkpoints/x.ipynb"] };
    for path in [&["labels/train.cache", "desktop.ini"], hidden].concat() {
        server.put(&format!("ds/{path}"), b"cache");
    }
    let ran = run(server, &["--overwrite"], "ds", &whole(&two)).exits(0);
    if server.memory().is_none() {
        ran.says("\"desktop.ini\"").says("caches of other programs");
    }
    holds(&server.dataset("ds"), &two);
    verified(server, "ds");
    // Beside other files they do not count, and where there is no dataset they are somebody's.
    server.put("ds/Thumbs.db", b"x");
    server.put("ds/notes.txt", b"mine");
    run(server, &["--overwrite"], "ds", &whole(&one)).exits(6).says("\"notes.txt\", which");
}

pub fn what_is_kept_is_taken_up(server: &Server) {
    let all = files("v1");
    let cut = format!("{BEGIN}{}", lines(&all[..30]));
    if server.keeps() {
        run(server, &["--keep-staging"], "ds", &cut).exits(3);
        assert!(!server.tree().is_empty(), "nothing was kept");
    } else {
        run(server, &["--keep-staging"], "ds", &cut).exits(2).says("always starts over");
    }
    run(server, &["--verify"], "ds", "").exits(3);
    // It ends complete although the second run is cut as well, and although the export has changed in between.
    run(server, &["--resume"], "ds", &format!("{BEGIN}{}", lines(&all[..35]))).exits(3);
    let other = files("v2");
    run(server, &["--resume"], "ds", &whole(&other)).exits(0);
    holds(&server.dataset("ds"), &other);
    assert_eq!(server.tree().len(), other.len() + 2, "{:?}", server.tree().keys());
    verified(server, "ds");
}

pub fn verify_finds_what_is_wrong(server: &Server) {
    run(server, &[], "ds", &whole(&files("v1"))).exits(0);
    server.put("ds/extra", b"?");
    run(server, &["--verify"], "ds", "").exits(7).says("extra is not in the manifest");
    server.put("ds/labels/1.txt", b"one v2\n");
    run(server, &["--verify"], "ds", "").exits(3).says("labels/1.txt is not what the manifest says");
    server.remove("ds/many/007");
    run(server, &["--verify"], "ds", "").exits(3).says("many/007 is missing").says("missing or wrong: 2 files");
    server.put("ds/metadata/manifest.json", b"{\"version\":1,\"files\":[");
    run(server, &["--verify"], "ds", "").exits(3).says("manifest");
}

/// Names that somebody gives to an image, or would like to see in a path.
fn names() -> Vec<String> {
    let plain = [
        "e\u{301}.txt",
        "\u{1112}\u{1161}\u{11ab}.txt",
        "🛣\u{fe0f}.png",
        "a\u{200b}b",
        "%41.txt",
        "%2e%2e/%2Fx",
        "100%",
        "a%00b",
        " leading",
        "in  side",
        "trailing ",
        "no-break\u{a0}",
        "folder /x",
        "trailing.",
        ".hidden/.x",
        "...",
        "..a/b..",
        "CON",
        "aux.txt/nul",
        "ab:c",
        "a*b\"<>|",
        "q?x=1&y",
        "#frag",
        "a+b=c",
        "-rf",
        "--help/-x",
        "~",
        "~root/x",
        "$(id) `id`",
        "a;b&&c",
        "[x]{y}",
        "@h/us:p@h",
        "metadata/x",
        "&amp;<x>",
        "'",
        "x -> y",
        "S_IFREG/-rw-r--r-- 1 a b 3 Nov 25 04:00 z",
    ];
    let mut names: Vec<_> = plain.map(str::to_owned).into();
    names.extend([
        "n".repeat(255),
        "각".repeat(85),
        format!("{}x", "d/".repeat(100)),
        format!("{0}/{0}/{0}", "m".repeat(250)),
    ]);
    names
}

/// Each name arrives as it is, in NFC, or is an error that names it before anything is published.
pub fn names_arrive_or_are_refused(server: &Server) {
    let content = |name: &String| (name.clone(), format!("content of {name}"));
    let (refused, held): (Vec<_>, Vec<_>) = names().into_iter().partition(|name| (server.refuses)(name));
    let held: Vec<_> = held.iter().map(content).collect();
    run(server, &[], "ds", &whole(&held)).exits(0);
    let nfc = |name: &str| synpipe::file_line::RelPath::new(name).unwrap().as_str().to_owned();
    let arrived: Vec<_> = held.iter().map(|(name, text)| (nfc(name), text.clone())).collect();
    holds(&server.dataset("ds"), &arrived);
    verified(server, "ds");
    run(server, &["--resume"], "ds", &whole(&held)).exits(0).says("already there, the same");
    server.remove_dataset("ds");
    for name in refused {
        let ran = run(server, &["--retry-for", "1"], "ds", &whole(&[content(&name)]));
        assert_ne!(ran.code, Some(0), "{name:?} is held");
        // A name in quotes is escaped.
        let quoted = format!("{name:?}");
        let shown = ran.stderr.contains(&name) || ran.stderr.contains(quoted.trim_matches('"'));
        assert!(shown, "{name:?} is not named: {}", ran.stderr);
        assert_eq!(server.tree().into_keys().collect::<Vec<_>>(), Vec::<String>::new(), "left");
    }
    // What no destination takes, since some system could not tell them apart, or a list of names not show them.
    for (one, two) in [
        ("a/X.txt", "a/x.txt"),
        ("\u{e9}", "e\u{301}"),
        ("a\nb", "c"),
        ("a\tb", "c"),
        ("a\u{7f}b", "c"),
        ("a\\b", "c"),
        ("a/C:x", "c"),
    ] {
        let pair = [one, two].map(|n| (n.to_owned(), "1".to_owned()));
        run(server, &[], "ds", &whole(&pair)).exits(3);
        assert_eq!(server.tree().into_keys().collect::<Vec<_>>(), Vec::<String>::new());
    }
}

/// Somebody else has put a file there whose name is no text.
pub fn foreign_names_are_told(server: &Server, folder: &std::path::Path) {
    use std::os::unix::ffi::OsStrExt;
    run(server, &[], "ds", &whole(&files("v1"))).exits(0);
    std::fs::write(folder.join("ds").join(std::ffi::OsStr::from_bytes(b"f\xff\x1b[31m")), "?").unwrap();
    run(server, &["--verify"], "ds", "").exits(7).says("not in the manifest");
    run(server, &["--resume"], "ds", &whole(&files("v1"))).exits(0);
    run(server, &["--overwrite"], "ds", &whole(&files("v2"))).exits(6).says("which its manifest does not list");
    run(server, &["--verify"], "ds", "").exits(7);
}

/// A run that has written something and waits for more.
pub fn under_way(server: &Server, args: &[&str], dataset: &str, lines: &str) -> Child {
    let mut child = command(server, args, dataset).spawn().unwrap();
    write!(child.stdin.as_mut().unwrap(), "{BEGIN}{lines}").unwrap();
    let start = Instant::now();
    while !server.has_begun() {
        assert!(start.elapsed() < Duration::from_secs(30), "it writes nothing: {:?}", server.tree().keys());
        std::thread::yield_now();
    }
    child
}

pub fn signals_leave_nothing_and_kills_are_resumed(server: &Server) {
    let all = files("v1");
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let mut child = under_way(server, &[], "ds", &lines(&all));
        let producer = child.stdin.take();
        assert!(Command::new("/bin/kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        ran(format!("syn-sink, {signal}"), child).exits(code).says("nothing was published");
        drop(producer);
        assert_eq!(server.tree().into_keys().collect::<Vec<_>>(), Vec::<String>::new());
    }
    let mut child = under_way(server, &[], "ds", &lines(&all));
    child.kill().unwrap();
    child.wait().unwrap();
    run(server, &["--verify"], "ds", "").exits(3);
    run(server, &["--resume"], "ds", &whole(&all)).exits(0);
    holds(&server.dataset("ds"), &all);
    assert_eq!(server.tree().len(), all.len() + 2, "{:?}", server.tree().keys());
    verified(server, "ds");
}
