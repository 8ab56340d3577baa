//! Starts and stops a real PostgreSQL with the tables of an installation, on loopback, with TLS.

use super::programs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// The password of [`READER`] and of the owner; no output may ever hold it.
pub const PASSWORD: &str = "p:w\\d 31337";
/// A role that may read.
pub const READER: &str = "reader";
/// The tables that are read, as far as they are documented.
pub const TABLES: &str = "
    CREATE TABLE annotation_task (id bigint PRIMARY KEY, project_id integer NOT NULL, data_unit_id bigint, workshop_id bigint, data jsonb);
    CREATE TABLE hitl_assignment (id bigint PRIMARY KEY, task_id bigint NOT NULL, status_label varchar(32), status_review varchar(32), data jsonb);
    CREATE TABLE data_collection_dataunit (id bigint PRIMARY KEY, data_collection_id bigint, meta jsonb, files jsonb);
    CREATE INDEX ON annotation_task (project_id); CREATE INDEX ON hitl_assignment (task_id);
    CREATE ROLE reader LOGIN PASSWORD 'p:w\\d 31337';
    GRANT SELECT ON annotation_task, hitl_assignment, data_collection_dataunit TO reader;";

/// A running server; stopped when dropped.
pub struct Postgres {
    server: Child,
    /// Its port on 127.0.0.1.
    pub port: u16,
    folder: TempDir,
    bin: PathBuf,
}

impl Postgres {
    /// Starts a server with [`TABLES`] in the database `synapse`. `None` where PostgreSQL or openssl is not installed.
    pub fn start() -> Option<Self> {
        programs::find("PostgreSQL")?;
        programs::find("openssl")?;
        let bin = programs::postgresql();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().join("data");
        let root = std::fs::metadata("/proc/self").expect("/proc").uid() == 0;
        // The server refuses to run as root.
        let owner = root.then(|| (id("-u"), id("-g")));
        let own = |path: &Path| owner.iter().for_each(|(uid, gid)| chown(path, Some(*uid), Some(*gid)).expect("chown"));
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).expect("chmod");
        std::fs::create_dir(&data).expect("mkdir");
        let pwfile = folder.path().join("pwfile");
        std::fs::write(&pwfile, PASSWORD).expect("write");
        certificates(folder.path());
        for path in [&data, &pwfile, &folder.path().join("server.key"), &folder.path().join("server.pem")] {
            own(path);
        }
        let as_owner = |program: &str| {
            let mut command = match owner {
                Some((uid, gid)) => {
                    let mut command = Command::new("setpriv");
                    command.args([format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".into()]);
                    command.arg(bin.join(program));
                    command
                }
                None => Command::new(bin.join(program)),
            };
            command.env("LC_ALL", "C.UTF-8").current_dir("/");
            command
        };
        let mut initdb = as_owner("initdb");
        initdb
            .args(["-U", "owner", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync", "--pwfile"])
            .arg(&pwfile)
            .arg(&data);
        succeed(initdb.output().expect("initdb starts"));
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let mut server = as_owner("postgres");
        server.arg("-D").arg(&data).args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k", ""]);
        for setting in ["fsync=off", "ssl=on", "ssl_cert_file=../server.pem", "ssl_key_file=../server.key"] {
            server.args(["-c", setting]);
        }
        let mut server = server.stderr(Stdio::piped()).spawn().expect("postgres starts");
        let mut log = BufReader::new(server.stderr.take().expect("stderr is piped"));
        let mut line = String::new();
        let mut all = String::new();
        while !line.contains("ready to accept connections") {
            line.clear();
            assert!(log.read_line(&mut line).expect("its log") > 0, "PostgreSQL did not start: {all}");
            all.push_str(&line);
        }
        // A full pipe would stop the server.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let made = Self { server, port, folder, bin };
        made.psql("postgres", "CREATE DATABASE synapse");
        made.sql(TABLES);
        Some(made)
    }

    /// Runs SQL as the owner; what it prints, unaligned.
    pub fn sql(&self, sql: &str) -> String {
        self.psql("synapse", sql)
    }

    fn psql(&self, database: &str, sql: &str) -> String {
        let mut command = Command::new(self.bin.join("psql"));
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "owner", "-d", database]);
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"]).env("PGPASSWORD", PASSWORD);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("psql starts");
        child.stdin.take().expect("stdin is piped").write_all(sql.as_bytes()).expect("psql reads");
        succeed(child.wait_with_output().expect("psql ends"))
    }

    /// A DSN of the reader, without a password.
    pub fn dsn(&self, options: &str) -> String {
        format!("postgres://{READER}@127.0.0.1:{}/synapse{options}", self.port)
    }

    /// The certificate of the authority that signed the server's.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A folder for files of a test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The server's own way to stop at once; a kill would leave its processes to find out by themselves.
        let _ = Command::new("kill").args(["-QUIT", &self.server.id().to_string()]).status();
        let _ = self.server.wait();
    }
}

/// A number of the user `postgres`, which its package makes.
fn id(what: &str) -> u32 {
    let out = succeed(Command::new("id").args([what, "postgres"]).output().expect("id starts"));
    out.trim().parse().expect("a number")
}

/// An authority, and a certificate that it signed for 127.0.0.1 alone.
fn certificates(folder: &Path) {
    let openssl = |args: &str| {
        let made = Command::new("openssl").args(args.split(' ')).current_dir(folder).output();
        succeed(made.expect("openssl starts"))
    };
    std::fs::write(folder.join("ext"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").expect("write");
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=test-authority"));
    openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=test-server"));
    openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out server.pem");
    std::fs::set_permissions(folder.join("server.key"), PermissionsExt::from_mode(0o600)).expect("chmod");
}

fn succeed(output: Output) -> String {
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}
