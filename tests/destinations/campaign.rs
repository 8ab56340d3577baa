//! Signals and kills at random moments. Whatever the moment: what is there has a manifest only if it is whole, SIGINT and SIGTERM
//! leave neither files nor folders nor unfinished uploads of the run, and `--resume` ends whole after each of them.
//!
//! `SYNPIPE_KILLS=100` is the number of moments at each destination, a third of them for each signal; `SYNPIPE_SEED` chooses other ones.

use crate::servers::{self, Server, Tree};
use crate::suite::{BEGIN, END, MANIFEST, command, lines, run, verified};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const SIGNALS: [(&str, Option<i32>); 3] = [("-INT", Some(130)), ("-TERM", Some(143)), ("-KILL", None)];

pub fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|n| n.parse().unwrap_or_else(|_| panic!("{name} is not a number: {n}")))
}

/// A reproducible source of moments (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % n
    }
}

/// How the dataset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    New,
    /// In the place of another one.
    Overwrite,
    /// In a store, by way of a prefix of its own.
    Staged,
}

impl Mode {
    fn args(self) -> &'static [&'static str] {
        match self {
            Self::New => &[],
            Self::Overwrite => &["--overwrite"],
            Self::Staged => &["--staging-prefix", "waiting/room"],
        }
    }
}

/// All that a run may leave.
#[derive(PartialEq, Eq)]
struct Left {
    tree: Tree,
    folders: BTreeSet<String>,
    uploads: usize,
    scratch: usize,
}

/// A dataset: what is fed, and what must be there.
struct Dataset {
    input: String,
    tree: Tree,
}

struct Campaign {
    server: Server,
    modes: &'static [Mode],
    new: Dataset,
    old: Dataset,
    /// How long a run takes here.
    whole: Duration,
    random: Random,
}

/// Runs the campaign: small files of this number, and one that goes to a store in three parts.
fn campaign(server: Option<Server>, modes: &'static [Mode], files: usize, rounds: u64) {
    let Some(server) = server else { return };
    let rounds = setting("SYNPIPE_KILLS").unwrap_or(rounds);
    let seed = setting("SYNPIPE_SEED").unwrap_or(1);
    let mut campaign = Campaign::new(server, modes, files, seed);
    let (mut stopped, mut done) = (0, 0);
    for round in 0..rounds {
        let mode = modes[campaign.random.below(modes.len() as u64) as usize];
        let (signal, code) = SIGNALS[(round % 3) as usize];
        // A third of them while the destination is being opened.
        let latest = if campaign.random.below(3) == 0 { 100 } else { 1050 };
        let moment = campaign.whole * campaign.random.below(latest) as u32 / 1000;
        let which = format!("round {round} of seed {seed}: {mode:?}, {signal} after {moment:?}");
        if campaign.round(mode, signal, code, moment, &which) { done += 1 } else { stopped += 1 }
    }
    println!("{}: {stopped} runs were stopped, {done} were done before", campaign.server.base);
    assert!(rounds < 20 || stopped > rounds / 4, "{stopped} of {rounds} stopped runs are too few to prove anything");
}

impl Campaign {
    fn new(mut server: Server, modes: &'static [Mode], files: usize, seed: u64) -> Self {
        let scratch = server.dir.path().join("scratch");
        fs::create_dir(&scratch).unwrap();
        server.env.push(("TMPDIR".to_owned(), scratch.display().to_string()));
        let mut whole = Duration::ZERO;
        let [old, new] = ["old", "new"].map(|version| {
            let input = input(files, version);
            let start = Instant::now();
            run(&server, &[], "ds", &input).exits(0);
            whole = start.elapsed();
            let tree = server.dataset("ds");
            server.remove_dataset("ds");
            Dataset { input, tree }
        });
        Self { server, modes, new, old, whole, random: Random(seed) }
    }

    /// One run that is stopped, and the one after it. Returns whether the first was done before its moment.
    fn round(&self, mode: Mode, signal: &str, code: Option<i32>, moment: Duration, which: &str) -> bool {
        let server = &self.server;
        if mode == Mode::Overwrite {
            run(server, &[], "ds", &self.old.input).exits(0);
        }
        let before = self.left();
        let mut child = command(server, mode.args(), "ds").spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let text = self.new.input.clone();
        let feeder = thread::spawn(move || drop(stdin.write_all(text.as_bytes())));
        // Not a wait for something: the moment itself.
        thread::sleep(moment);
        assert!(Command::new("/bin/kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let out = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(!said.contains("panicked"), "{which}: {said}");
        let after = self.left();
        self.never_a_part(&after.tree, mode, which);
        let done = match out.status.code() {
            Some(0) => {
                assert!(server.dataset("ds") == self.new.tree, "{which}: it said that it was done: {said}");
                true
            }
            // By the signal itself, before there was anything to clean up; or KILL.
            None => {
                assert!(code.is_none() || after == before, "{which}: {}", after.beyond(&before));
                false
            }
            got => {
                assert!(got == code, "{which}: {got:?}: {said}");
                assert!(after == before, "{which}: {} is left; {said}", after.beyond(&before));
                false
            }
        };
        let args: Vec<_> = mode.args().iter().copied().chain(["--resume"]).collect();
        run(server, &args, "ds", &self.new.input).exits(0);
        verified(server, "ds");
        assert!(server.dataset("ds") == self.new.tree, "{which}: what the run after it published");
        server.remove_dataset("ds");
        let end = self.left();
        assert!(end.tree.is_empty(), "{which}: {:?} is left by the run after it", end.tree.keys());
        // s3s-fs does not list unfinished uploads: nobody can abort what a killed run has left there.
        if self.modes.contains(&Mode::Staged) && !server.lists_uploads() {
            server.forget_uploads();
        } else {
            assert_eq!(end.uploads, 0, "{which}");
        }
        // What a killed run had in the scratch folder of this machine is for those who clean it.
        for rest in fs::read_dir(server.dir.path().join("scratch")).unwrap().map(Result::unwrap) {
            fs::remove_dir_all(rest.path()).unwrap();
        }
        done
    }

    /// Where there is a manifest, there is all that it lists, and nothing else but what the dataset before it had.
    fn never_a_part(&self, tree: &Tree, mode: Mode, which: &str) {
        let Some(manifest) = tree.get(&format!("ds/{MANIFEST}")) else { return };
        let (this, other) =
            if *manifest == self.new.tree[MANIFEST] { (&self.new, &self.old) } else { (&self.old, &self.new) };
        assert!(*manifest == this.tree[MANIFEST], "{which}: a manifest of nobody");
        for (path, content) in &this.tree {
            assert!(tree.get(&format!("ds/{path}")) == Some(content), "{which}: {path} is not what the manifest lists");
        }
        for path in tree.keys().filter_map(|p| p.strip_prefix("ds/")) {
            let known = this.tree.contains_key(path) || mode == Mode::Overwrite && other.tree.contains_key(path);
            assert!(known, "{which}: {path} is in no manifest");
        }
    }

    fn left(&self) -> Left {
        let scratch = self.server.dir.path().join("scratch");
        Left {
            tree: self.server.tree(),
            folders: self.server.folders(),
            uploads: self.server.uploads(),
            scratch: fs::read_dir(scratch).unwrap().count(),
        }
    }
}

impl Left {
    /// What is here and was not there, for messages.
    fn beyond(&self, before: &Self) -> String {
        let files: Vec<_> = self.tree.iter().filter(|(p, c)| before.tree.get(*p) != Some(c)).map(|(p, _)| p).collect();
        let gone: Vec<_> = before.tree.keys().filter(|p| !self.tree.contains_key(*p)).collect();
        let folders: Vec<_> = self.folders.difference(&before.folders).collect();
        let Self { uploads, scratch, .. } = self;
        format!(
            "files {files:?}, gone {gone:?}, folders {folders:?}, {uploads} uploads, {scratch} in the scratch folder"
        )
    }
}

fn input(files: usize, version: &str) -> String {
    let mut all: Vec<_> = (0..files).map(|i| (format!("many/{i:03}"), format!("{version}{i}-").repeat(50))).collect();
    all.insert(files / 2, ("large.bin".to_owned(), "0123456789abcdef".repeat(11 * 65_536)));
    all.insert(0, (format!("only in {version}"), String::new()));
    format!("{BEGIN}{}{END}", lines(&all))
}

const FOLDERS: &[Mode] = &[Mode::New, Mode::Overwrite];
const STORES: &[Mode] = &[Mode::New, Mode::Overwrite, Mode::Staged];

#[test]
fn random_moments_local() {
    campaign(Some(servers::local()), FOLDERS, 120, 6);
}

#[test]
fn random_moments_s3s() {
    campaign(servers::s3s(), STORES, 60, 6);
}

#[test]
fn random_moments_moto() {
    campaign(servers::moto(), STORES, 30, 3);
}

#[test]
fn random_moments_sftp() {
    campaign(servers::sftp(), FOLDERS, 60, 3);
}

#[test]
fn random_moments_webdav() {
    campaign(servers::webdav(), FOLDERS, 60, 3);
}

#[test]
fn random_moments_ftp() {
    campaign(servers::ftp(), FOLDERS, 60, 3);
}

#[test]
fn random_moments_tar() {
    campaign(Some(servers::archive(".tar")), FOLDERS, 120, 6);
}

#[test]
fn random_moments_azurite() {
    campaign(servers::azurite(), STORES, 30, 3);
}
