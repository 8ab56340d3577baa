//! Completions in bash, zsh and fish themselves, and man pages in groff.

use crate::common::stand_in::{SAMPLE, StandIn};
use crate::common::{exe, finish, programs, run};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

const ALL: [&str; 5] = ["syn-fetch", "syn-filter", "syn-convert", "syn-sink", "syn-job"];
const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// Class names that a shell would do something with, were they not quoted; and what of them is typed.
const HOSTILE: [(&str, &str); 12] = [
    ("$(touch pwned)", "'$"),
    ("`touch pwned`", "'`"),
    ("; touch pwned", "';"),
    ("; touch pwned", "\";"),
    ("it's $HOME", "i"),
    ("it's $HOME", "'i"),
    ("it's $HOME", "\"i"),
    ("\"quoted\" !x", "'\""),
    ("a b !x & c", "a"),
    ("자동차, 빨강", "자"),
    ("*", "'*"),
    ("{a,b}=\\", "'{"),
];

/// A shell with all programs on its path, in a folder of its own.
fn in_shell(shell: &str, folder: &Path) -> Command {
    let programs = Path::new(exe("syn-filter")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(shell);
    command.current_dir(folder).env("PATH", path).env("HOME", folder).env("XDG_CACHE_HOME", folder.join("cache"));
    command.env("LC_ALL", "C.UTF-8").env("TERM", "xterm").env_remove("SYNAPSE_HOST");
    command
}

/// What a shell offers at the end of a line: what it would put there, `files` for its own list of files.
fn offered(shell: &str, folder: &Path, line: &str) -> Vec<String> {
    let tool = line.split(' ').next().unwrap();
    let script = run(tool, &["--completions", shell], b"").exits(0);
    let file = folder.join(format!(".{tool}.{shell}"));
    fs::write(&file, &script.stdout).unwrap();
    let function = tool.replace('-', "_");
    let call = match shell {
        "bash" => format!(
            "source {0}\ncompopt() {{ [[ $2 != default ]] || files=1; }}\nCOMP_LINE=$1 COMP_POINT=${{#1}} COMP_TYPE=9\n\
             _{function}\n[[ -z $files ]] || echo files\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
            file.display()
        ),
        // What compsys would give to the function, and to what it calls.
        "zsh" => format!(
            "compdef() {{ }}\nsource {0}\n_files() {{ print files }}\ncompset() {{ }}\ncompadd() {{ print -rl -- \"${{(@q)values}}\" }}\n\
             words=(\"${{(@z)1}}\"); [[ $1 != *' ' ]] || words+=('')\nCURRENT=$#words PREFIX=$words[-1]\n_{tool}",
            file.display()
        ),
        // Its own files are asked for in a folder that has one.
        _ => {
            format!("source {0}; function __fish_complete_path; echo files; end; complete -C $argv[1]", file.display())
        }
    };
    let mut command = in_shell(shell, folder);
    command.args(match shell {
        "bash" => &["--norc", "-c"][..],
        "zsh" => &["-f", "-c"],
        _ => &["--no-config", "-c"],
    });
    command.arg(call);
    if shell != "fish" {
        command.arg(shell);
    }
    let ran = finish(command.arg(line), b"");
    let lines = ran.text().lines().map(|line| line.split('\t').next().unwrap().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

/// The shells that are installed.
fn shells() -> impl Iterator<Item = &'static str> {
    SHELLS.into_iter().filter(|shell| programs::find(shell).is_some())
}

fn dump(classes: &[&str]) -> String {
    let begin = json!({"@stream": "begin", "kind": "items", "version": 1, "classes": classes});
    format!("{begin}\n{{\"@stream\":\"end\",\"count\":0}}\n")
}

/// The options that a help names at the start of a line.
fn options(help: &str) -> Vec<&str> {
    let named =
        help.lines().filter_map(|line| line.trim_start().strip_prefix("--").or(line.split_once(", --").map(|l| l.1)));
    named.filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next()).collect()
}

#[test]
fn every_option_is_offered_by_every_shell_and_is_in_the_man_page() {
    let folder = tempfile::tempdir().unwrap();
    for tool in ALL {
        let help = run(tool, &["--help"], b"").exits(0);
        // Lines of the examples begin with options, too.
        let own = help.text().split("Examples:").next().unwrap();
        let named: Vec<String> = options(own).iter().map(|option| format!("--{option}")).collect();
        assert!(named.len() > 15, "{named:?}");
        for shell in shells() {
            let offered = offered(shell, folder.path(), &format!("{tool} --"));
            let lacking: Vec<_> = named.iter().filter(|option| !offered.contains(option)).collect();
            assert!(lacking.is_empty(), "{shell} {tool}: {lacking:?} not in {offered:?}");
        }
        let page = run(tool, &["--man"], b"").exits(0);
        for option in named {
            let line = format!("\\fB{}\\fR", option.replace('-', "\\-"));
            assert!(page.text().contains(&line), "{tool} {option}");
        }
    }
}

#[test]
fn man_pages_are_set_without_a_warning_at_80_columns() {
    if programs::find("groff").is_none() {
        return;
    }
    for tool in ALL {
        let page = run(tool, &["--man"], b"").exits(0);
        let set = ["-ww", "-man", "-Tutf8", "-P-c", "-rLL=80n"];
        let ran = finish(Command::new("groff").args(set), &page.stdout).exits(0);
        assert_eq!(ran.stderr, "", "{tool}");
        let plain = |line: &str| line.chars().count();
        let long: Vec<_> = ran.text().lines().filter(|line| plain(&without_overstrikes(line)) > 80).collect();
        assert!(long.is_empty(), "{tool}: {long:?}");
        assert!(ran.text().contains("…") || tool == "syn-sink", "{tool}");
    }
}

/// A line of groff without what makes it bold or underlined.
fn without_overstrikes(line: &str) -> String {
    let mut out = String::new();
    for c in line.chars() {
        match c {
            '\u{8}' => _ = out.pop(),
            c => out.push(c),
        }
    }
    out
}

#[test]
fn a_shell_offers_what_an_option_takes() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("night.ndjson"), dump(&["car", "cab", "bus"])).unwrap();
    let tools = ["bounding_box", "polygon", "polyline", "keypoint", "segmentation", "classification"];
    let cases: [(&str, &[&str]); 25] = [
        ("syn-convert --to y", &["yolo"]),
        ("syn-convert --to=y", &["yolo"]),
        ("syn-convert -t c", &["coco", "csv", "createml"]),
        ("syn-convert --task o", &["obb"]),
        ("syn-convert --color ", &["auto", "always", "never"]),
        ("syn-convert --classes ", &["files"]),
        ("syn-convert --split c", &["category"]),
        ("syn-convert --naming ", &["stem", "id"]),
        ("syn-convert --split-group ", &[]),
        ("syn-convert ", &["files"]),
        ("syn-filter --status ", &["stand_by", "in_progress", "completed", "skipped"]),
        ("syn-filter --status completed,s", &["completed,stand_by", "completed,skipped"]),
        ("syn-filter --status-label c", &["completed"]),
        ("syn-filter --review re", &["rejected"]),
        ("syn-filter --tool ", &tools),
        ("syn-filter --class ca", &["car", "cab"]),
        ("syn-filter --class cab,", &["cab,car", "cab,bus"]),
        ("syn-filter night.ndjson --class b", &["bus"]),
        ("syn-filter <night.ndjson --class b", &["bus"]),
        ("syn-filter --log-format ", &["text", "json"]),
        ("syn-filter --ids-from ", &["files"]),
        ("syn-fetch --target a", &["assignment"]),
        ("syn-fetch gt-v", &["gt-versions"]),
        ("syn-sink --local-files c", &["copy"]),
        ("syn-sink -o ", &["files"]),
    ];
    for shell in shells() {
        for (line, expected) in cases {
            let word = line.rsplit_once(' ').unwrap().1;
            let option = word.split_once('=').map_or("", |(option, _)| option);
            let offered = offered(shell, folder.path(), line);
            // bash completes what follows the `=`.
            let whole = |value: &&str| {
                if option.is_empty() || shell == "bash" { (*value).to_owned() } else { format!("{option}={value}") }
            };
            let expected: Vec<String> = expected.iter().map(whole).collect();
            assert_eq!(offered, expected, "{shell}: {line}");
        }
    }
}

/// A terminal with a shell in it.
struct Terminal {
    socket: String,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = Command::new("tmux").args(["-L", &self.socket, "kill-server"]).output();
    }
}

impl Terminal {
    fn start(shell: &str, folder: &Path) -> Self {
        let socket = format!("synpipe-{}-{shell}", std::process::id());
        let (start, prompt, teach) = match shell {
            "bash" => ("bash --norc --noprofile -i", "PS1='ready> '", "source <(syn-filter --completions bash)"),
            "zsh" => (
                "zsh -f -i",
                "PS1='ready> '; autoload -U compinit; compinit -D",
                "source <(syn-filter --completions zsh)",
            ),
            _ => (
                "fish --no-config -i",
                "function fish_prompt; echo -n 'ready> '; end; set -U fish_autosuggestion_enabled 0",
                "syn-filter --completions fish | source",
            ),
        };
        let mut command = in_shell("tmux", folder);
        command.args(["-L", &socket, "-f", "/dev/null", "new-session", "-d", "-x", "150", "-y", "50", start]);
        finish(&mut command, b"").exits(0);
        let terminal = Self { socket };
        terminal.line(&format!("{prompt}; {teach}; clear"));
        terminal.until(|screen| screen.starts_with("ready>"));
        terminal
    }

    fn keys(&self, keys: &[&str]) {
        let tmux = ["-L", &self.socket, "send-keys"];
        assert!(Command::new("tmux").args(tmux).args(keys).status().unwrap().success());
    }

    fn line(&self, text: &str) {
        self.keys(&["-l", "--", text]);
        self.keys(&["Enter"]);
    }

    fn screen(&self) -> String {
        let shown = Command::new("tmux").args(["-L", &self.socket, "capture-pane", "-p", "-J"]).output().unwrap();
        String::from_utf8(shown.stdout).unwrap()
    }

    /// Waits for what is shown.
    #[track_caller]
    fn until(&self, is_there: impl Fn(&str) -> bool) {
        let end = Instant::now() + Duration::from_secs(60);
        while !is_there(&self.screen()) {
            assert!(Instant::now() < end, "{}", self.screen());
            sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn hostile_names_are_words_and_nothing_else_to_a_shell() {
    if programs::find("tmux").is_none() {
        return;
    }
    for shell in shells() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("night.ndjson"), dump(&HOSTILE.map(|(class, _)| class))).unwrap();
        let terminal = Terminal::start(shell, folder.path());
        for (class, typed) in HOSTILE {
            // To tmux a `;` at the end is its own.
            terminal.keys(&["-l", "--", &format!("syn-filter --class {}", typed.replace(';', "\\;"))]);
            // The shell takes the keys one after the other, however long it thinks about one.
            terminal.keys(&["Tab", "C-a"]);
            terminal.keys(&["-l", "--", "printf '<%s>\\n' "]);
            terminal.keys(&["C-e", "Enter"]);
            let shown = format!("<--class>\n<{}>\n", class.replace(',', "\\,"));
            terminal.until(|screen| screen.contains(&shown));
            terminal.line("clear");
            terminal.until(|screen| screen.trim() == "ready>");
        }
        assert!(!folder.path().join("pwned").exists(), "{shell}");
    }
}

#[test]
fn names_that_were_listed_are_offered_without_asking_the_server_again() {
    let server = StandIn::start(&["--dump", SAMPLE, "--token", "s3cr3t"]);
    let folder = tempfile::tempdir().unwrap();
    for list in ["projects", "tags", "users"] {
        let mut command = Command::new(exe("syn-fetch"));
        command.args([list, "--host", &server.url]).env("SYNAPSE_ACCESS_TOKEN", "s3cr3t");
        finish(command.env("XDG_CACHE_HOME", folder.path().join("cache")), b"").exits(0);
    }
    let asked = server.stats()["requests"].clone();
    for entry in walkdir::WalkDir::new(folder.path().join("cache")).into_iter().map(Result::unwrap) {
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{entry:?}");
        if entry.file_type().is_file() {
            assert!(!fs::read_to_string(entry.path()).unwrap().contains("s3cr3t"));
        }
    }
    for shell in shells() {
        for option in ["project", "tag", "user", "reviewer", "task-tag"] {
            let line = format!("syn-fetch --host {} --{option} ", server.url);
            assert!(!offered(shell, folder.path(), &line).is_empty(), "{shell} {line}");
        }
        assert_eq!(offered(shell, folder.path(), &format!("syn-fetch --host {} -p S", server.url)).len(), 1, "{shell}");
        assert!(offered(shell, folder.path(), "syn-fetch --host http://elsewhere -p ").is_empty(), "{shell}");
    }
    assert_eq!(server.stats()["requests"], asked);
}
