//! The platform's own CLI against the stand-in, and `syn-job` against the same: the same states, the same lines. Its ports are fixed,
//! so all of it runs in a network namespace of its own.

use super::TOKEN;
use crate::common::{exe, finish, programs, stand_in::SAMPLE};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const SCRIPT: &str = r#"
set -euo pipefail
ip link set lo up
"$STAND_IN" --dump "$SAMPLE" --token "$SYNAPSE_ACCESS_TOKEN" --ray-port 8265 --job-line-ms 100 >url &
server=$!
trap 'kill $server' EXIT
until [[ -s url ]]; do sleep 0.05; done
export SYNAPSE_HOST=$(sed 's/.* //' url)
mkdir -p .synapse script
cat >.synapse/config.json <<JSON
{"host":"$SYNAPSE_HOST","access_token":"$SYNAPSE_ACCESS_TOKEN","agent":{"id":3,"name":"stand-in","url":"http://127.0.0.1:8000"}}
JSON
chmod 600 .synapse/config.json
id=0b7e6d1c-1b2a-4c3d-8e4f-000000000001
"$SYNAPSE" plugin run export --plugin yolo-export --mode remote --params '{"name":"n","storage":1,"path":"p","target":"task","filter":{"project":42}}' >their.run 2>&1
"$SYNAPSE" plugin job logs -f $id >their.follow 2>&1
"$SYN_JOB" logs -f $id >our.follow
"$SYNAPSE" plugin job logs $id >their.logs 2>&1
"$SYN_JOB" logs $id >our.logs
"$SYNAPSE" plugin job get $id >their.get 2>&1
"$SYN_JOB" get $id >our.get
cat >script/hello.py <<'PY'
import sys
for n in range(4):
    print(f"hello {n}", flush=True)
sys.exit(0)
PY
# Ray's own client is what sends it, from an environment of its own.
export PYTHONPATH=$(echo "$RAY"/lib/python3*/site-packages)
"$SYNAPSE" script submit script/hello.py >their.submit 2>&1
job=raysubmit_000000000000ABC0
"$SYN_JOB" logs -f $job >our.script 2>our.script.err
"$SYNAPSE" script logs $job >their.script 2>&1
"$SYN_JOB" get $job >our.script.get
"$SYNAPSE" script stop $job >their.stop 2>&1 || true
"$SYN_JOB" stop $job 2>our.stop
curl -s "$SYNAPSE_HOST/_calls" >calls
"#;

/// Whether a namespace can be made here.
fn has_namespaces() -> bool {
    Command::new("unshare").args(["-rn", "true"]).status().is_ok_and(|status| status.success())
}

#[test]
fn both_clients_tell_the_same() {
    let found = (programs::find("synapse"), programs::find("Ray"), programs::find("unshare"));
    let (Some(synapse), Some(ray), Some(_)) = found else { return };
    if !has_namespaces() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let stand_in = Path::new(exe("syn-job")).parent().unwrap().join("examples/stand-in");
    let mut command = Command::new("unshare");
    command.args(["-rn", "bash", "-c", SCRIPT]).current_dir(folder.path()).env("HOME", folder.path());
    command
        .env("STAND_IN", stand_in)
        .env("SAMPLE", SAMPLE)
        .env("SYN_JOB", exe("syn-job"))
        .env("SYNAPSE", synapse)
        .env("RAY", ray);
    command.env("SYNAPSE_ACCESS_TOKEN", TOKEN).env("COLUMNS", "200").env("NO_COLOR", "1");
    let ran = finish(&mut command, b"").exits(0);
    let read =
        |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_else(|e| panic!("{name}: {e}{ran:?}"));

    let lines = super::lines(5);
    assert_eq!((read("our.follow"), read("our.logs")), (lines.clone(), lines.clone()));
    for name in ["their.follow", "their.logs"] {
        let told: String =
            read(name).lines().filter(|line| line.starts_with("line ")).map(|line| format!("{line}\n")).collect();
        assert_eq!(told, lines, "{name}: {}", read(name));
    }
    let ours: Value = serde_json::from_str(&read("our.get")).unwrap();
    assert_eq!(ours["status"], "SUCCEEDED");
    assert!(read("their.get").contains("SUCCEEDED"), "{}", read("their.get"));

    let hello: String = (0..4).map(|n| format!("hello {n}\n")).collect();
    assert_eq!(read("our.script"), hello, "{}", read("our.script.err"));
    assert!(read("their.script").contains(&hello), "{}", read("their.script"));
    let ours: Value = serde_json::from_str(&read("our.script.get")).unwrap();
    assert_eq!(ours["status"], "SUCCEEDED");
    // Their record has the token in clear; ours of it does not.
    assert!(read("calls").contains(TOKEN) && !read("our.script.get").contains(TOKEN), "{}", read("calls"));
    assert!(read("our.stop").contains("had ended before"), "{}", read("our.stop"));
}
