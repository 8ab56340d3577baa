//! A pane of tmux with a shell in it.

use crate::common::stand_in::{SAMPLE, StandIn};
use crate::common::{exe, programs};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The token that the server wants.
pub const TOKEN: &str = "syn_test_0123456789";
/// A title as Korean users have them: wide characters, and longer than a narrow terminal.
pub const TITLE: &str = "도로 표지판과 신호등 2026 봄, 서울과 부산";
/// What the shell says when it is ready, after the exit code of the last line.
const PROMPT: &str = " ready>";

/// A shell on a terminal, in an empty folder, with a token and a server in its environment and nothing else.
pub struct Screen {
    tmux: PathBuf,
    name: String,
    folder: TempDir,
    _server: StandIn,
    _storages: tempfile::NamedTempFile,
}

impl Screen {
    /// A terminal of this size; `None` without tmux.
    pub fn open(columns: u16, rows: u16) -> Option<Self> {
        Self::open_with(columns, rows, &["--extra-projects", "20", "--title", TITLE])
    }

    /// The same, with these options of the server.
    pub fn open_with(columns: u16, rows: u16, options: &[&str]) -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let tmux = programs::find("tmux")?;
        let folder = tempfile::tempdir().unwrap();
        // A storage that is a folder of this machine.
        let storages = tempfile::NamedTempFile::new().unwrap();
        let nas = folder.path().join("nas");
        let list = serde_json::json!([{"id": 5, "name": "nas", "provider": "file_system", "configuration": {"location": nas}}]);
        std::fs::write(storages.path(), list.to_string()).unwrap();
        let file = storages.path().to_str().unwrap();
        let server = StandIn::start(&[&["--dump", SAMPLE, "--token", TOKEN, "--storages", file], options].concat());
        let name = format!("synpipe-{}-{}", std::process::id(), NUMBER.fetch_add(1, Relaxed));
        let screen = Self { tmux, name, folder, _server: server, _storages: storages };
        let programs = Path::new(exe("syn-fetch")).parent().unwrap();
        let shell = format!(
            "env -i PATH={}:/usr/bin:/bin HOME={} TERM=screen LANG=C.UTF-8 PS1='$?{PROMPT} ' SYNAPSE_HOST={} \
             SYNAPSE_ACCESS_TOKEN={TOKEN} bash --norc --noprofile",
            programs.display(),
            screen.folder.path().display(),
            screen._server.url,
        );
        let (columns, rows) = (columns.to_string(), rows.to_string());
        screen.tmux(&["-f", "/dev/null", "-u", "new-session", "-d", "-x", &columns, "-y", &rows, &shell]);
        screen.tmux(&["set-option", "-g", "history-limit", "1000"]);
        screen.wait(PROMPT);
        let folder = screen.folder.path().display().to_string();
        screen.run(&format!("cd {folder}; set -o pipefail; unset HISTFILE"));
        Some(screen)
    }

    fn tmux(&self, args: &[&str]) -> String {
        let out = Command::new(&self.tmux).args(["-L", &self.name]).args(args).output().unwrap();
        assert!(out.status.success(), "tmux {args:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }

    /// The folder that the shell is in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Types a line.
    pub fn line(&self, text: &str) {
        self.types(text);
        self.key("Enter");
    }

    /// Types a text.
    pub fn types(&self, text: &str) {
        self.tmux(&["send-keys", "-l", text]);
    }

    /// Presses a key: `Enter`, `C-c`, `Down`.
    pub fn key(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    /// Gives the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.tmux(&["resize-window", "-x", &columns.to_string(), "-y", &rows.to_string()]);
    }

    /// What is on the screen, lines of more than its width in one.
    pub fn shown(&self) -> String {
        let shown = self.tmux(&["capture-pane", "-p", "-J", "-S", "-1000"]);
        shown.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    /// What is on the screen, as it stands there.
    pub fn rows(&self) -> Vec<String> {
        self.tmux(&["capture-pane", "-p"]).lines().map(str::to_owned).collect()
    }

    /// Waits until the screen shows this, and gives the screen.
    #[track_caller]
    pub fn wait(&self, text: &str) -> String {
        const LONGEST: Duration = Duration::from_secs(60);
        const LOOK: Duration = Duration::from_millis(20);
        let began = Instant::now();
        loop {
            let shown = self.shown();
            if shown.contains(text) {
                return shown;
            }
            assert!(began.elapsed() < LONGEST, "the screen does not show {text:?}:\n{shown}");
            std::thread::sleep(LOOK);
        }
    }

    /// Waits for a question and answers it by these keys.
    #[track_caller]
    pub fn answer(&self, question: &str, keys: &[&str]) {
        self.wait(&format!("? {question}"));
        for key in keys {
            match key.strip_prefix('=') {
                Some(text) => self.types(text),
                None => self.key(key),
            }
        }
        self.wait(&format!("> {question}"));
    }

    /// Types a line, and gives what stands on the screen after it when it has ended, with its exit code.
    #[track_caller]
    pub fn run(&self, line: &str) -> (String, i32) {
        self.begin(line);
        self.end()
    }

    /// Types a line on a clear screen.
    pub fn begin(&self, line: &str) {
        self.tmux(&["send-keys", "-R"]);
        self.tmux(&["clear-history"]);
        self.line(line);
    }

    /// Waits until the line has ended; as [`Screen::run`].
    #[track_caller]
    pub fn end(&self) -> (String, i32) {
        let began = Instant::now();
        loop {
            let shown = self.shown();
            let last = shown.trim_end().rsplit('\n').next().unwrap_or_default();
            if let Some(code) = last.strip_suffix(PROMPT).and_then(|code| code.parse().ok()) {
                return (shown, code);
            }
            assert!(began.elapsed() < Duration::from_secs(60), "the line does not end:\n{shown}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether the terminal is as a shell wants it: keys are shown, and so is the cursor.
    pub fn is_sane(&self) -> bool {
        let (shown, _) = self.run("stty -a");
        let cursor = self.tmux(&["display-message", "-p", "#{cursor_flag}"]);
        shown.contains(" echo ") && shown.contains(" icanon ") && cursor.trim() == "1"
    }

    /// Names in the folder.
    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// The files below a folder, by their paths.
pub fn tree(folder: &Path) -> Vec<String> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    files.map(|file| file.path().strip_prefix(folder).unwrap().display().to_string()).collect()
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = Command::new(&self.tmux).args(["-L", &self.name, "kill-server"]).output();
    }
}
