//! Programs that some tests need besides Rust: servers, and tools of the examples. `scripts/setup.sh` installs them.
//!
//! A test that needs one asks for it here and ends at once without it, so `cargo test` passes on a machine with nothing but Rust; it
//! says once what it left out. With `SYNPIPE_TEST_ALL=1`, which `scripts/test.sh` sets, a missing program is a failure.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Once;

/// A program by name, and where its file must be.
type Program = (&'static str, fn() -> PathBuf);

/// All programs.
const PROGRAMS: [Program; 24] = [
    ("PostgreSQL", || postgresql().join("initdb")),
    ("bash", || on_path("bash")),
    ("zsh", || on_path("zsh")),
    ("fish", || on_path("fish")),
    ("tmux", || on_path("tmux")),
    ("groff", || on_path("groff")),
    ("openssl", || on_path("openssl")),
    ("jq", || on_path("jq")),
    ("tinyproxy", || on_path("tinyproxy")),
    ("microsocks", || on_path("microsocks")),
    ("zstd", || on_path("zstd")),
    ("sshd", || on_path("sshd")),
    ("vsftpd", || on_path("vsftpd")),
    ("faketime", || on_path("faketime")),
    ("nginx", || on_path("nginx")),
    ("nginx's WebDAV module", || PathBuf::from("/usr/lib/nginx/modules/ngx_http_dav_ext_module.so")),
    ("s3s-fs", s3s),
    ("synapse", || tools().join(".venv/bin/synapse")),
    ("Ray", || tools().join(".venv-ray")),
    ("unshare", || on_path("unshare")),
    ("moto", || tools().join(".venv-servers/bin/moto_server")),
    ("gcp-storage-emulator", || tools().join(".venv-servers/bin/gcp-storage-emulator")),
    ("pyftpdlib", || tools().join(".venv-servers/bin/python")),
    ("azurite", || tools().join(".node-servers/node_modules/.bin/azurite-blob")),
];

/// The file of a program. `None` means that the test ends here: the program is not installed.
///
/// # Panics
/// Without the program when `SYNPIPE_TEST_ALL` is set; for a name that is not in the list.
pub fn find(name: &str) -> Option<PathBuf> {
    let (_, file) =
        PROGRAMS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("unknown program {name}"));
    let file = file();
    if file.exists() {
        return Some(file);
    }
    assert!(std::env::var_os("SYNPIPE_TEST_ALL").is_none(), "{name} is not installed: run scripts/setup.sh");
    say_what_is_left_out();
    None
}

/// Where `scripts/setup.sh` puts its Python and Node environments.
fn tools() -> PathBuf {
    std::env::var_os("SYNPIPE_TOOLS").map_or(PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

/// Servers are in `/usr/sbin`, where not every user's shell looks.
fn on_path(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut files = std::env::split_paths(&path).chain(["/usr/sbin".into()]).map(|folder| folder.join(program));
    files.find(|file| file.exists()).unwrap_or_default()
}

fn s3s() -> PathBuf {
    let home = std::env::home_dir().unwrap_or_default();
    std::env::var_os("CARGO_HOME").map_or(home.join(".cargo"), PathBuf::from).join("bin/s3s-fs")
}

/// The folder with the programs of the newest installed PostgreSQL, which Debian does not put on the path.
pub fn postgresql() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max();
    newest.map_or(PathBuf::new(), |version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")))
}

/// One line for all test binaries of one `cargo test`: they have the same parent, and the first of them speaks.
fn say_what_is_left_out() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let mark = Path::new(env!("CARGO_TARGET_TMPDIR")).join("left-out");
        let parent = std::os::unix::process::parent_id().to_string();
        if fs::read_to_string(&mark).is_ok_and(|spoken| spoken == parent) {
            return;
        }
        let _ = fs::write(&mark, parent);
        let missing: Vec<_> = PROGRAMS.iter().filter(|(_, file)| !file().exists()).map(|(name, _)| *name).collect();
        // Past the test harness, which shows what is printed only when a test fails.
        let _ = writeln!(
            std::io::stderr(),
            "\nleft out: tests that need {}; ./scripts/test.sh installs and runs everything",
            missing.join(", ")
        );
    });
}
