//! Storages of the platform, by the stand-in's configuration of them.

use crate::common::stand_in::{SAMPLE, StandIn};
use crate::servers;
use crate::suite::{BEGIN, END, command, finished, lines, run};

#[test]
fn a_storage_is_written_and_verified_and_its_configuration_never_shown() {
    let Some(mut server) = servers::s3s() else { return };
    let Some(ftp) = servers::ftp() else { return };
    let ftp_port: u16 = ftp.base.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
    let list = serde_json::json!([
        {"id": 3, "name": "lab", "provider": "minio", "configuration": {
            "bucket_name": "bucket", "access_key": "AKTEST", "secret_key": "SKTEST", "endpoint_url": server.endpoint}},
        {"id": 6, "name": "old", "provider": "ftp", "configuration": {
            "host": "127.0.0.1", "port": ftp_port, "username": "me", "password": "geheim", "root_path": "/lab"}},
        {"id": 7, "name": "locked", "provider": "ftp", "configuration": {
            "host": "127.0.0.1", "port": ftp_port, "username": "me", "password": "SKTEST"}},
        {"id": 4, "name": "nas", "provider": "synology", "configuration": {"password": "SKTEST"}},
    ]);
    let file = server.dir.path().join("storages.json");
    std::fs::write(&file, list.to_string()).unwrap();
    let stand_in = StandIn::start(&["--dump", SAMPLE, "--token", "syn_test", "--storages", file.to_str().unwrap()]);
    server.env = vec![
        ("SYNAPSE_HOST".to_owned(), stand_in.url.clone()),
        ("SYNAPSE_ACCESS_TOKEN".to_owned(), "syn_test".to_owned()),
    ];
    let input = format!("{BEGIN}{}{END}", lines(&[("a/b".to_owned(), "1".to_owned())]));
    let on = |args: &[&str]| {
        let command = command(&server, args, "");
        // Standard input in the place of DEST, which a storage takes.
        let given: Vec<_> = command.get_args().map(std::ffi::OsStr::to_owned).collect();
        let mut plain = std::process::Command::new(command.get_program());
        plain.args(&given[..given.len() - 1]).env_clear().envs(server.env.iter().cloned());
        plain
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        let ran = finished(plain, &input);
        assert!(
            !ran.stderr.contains("SKTEST") && !ran.stderr.contains("AKTEST") && !ran.stderr.contains("geheim"),
            "{}",
            ran.stderr
        );
        ran
    };
    on(&["--storage", "3", "--path", "exports/ds"]).exits(0).says("storage 3 (minio): exports/ds");
    assert_eq!(server.dataset("exports/ds").len(), 3);
    on(&["--storage", "3", "--path", "exports/ds", "--verify"]).exits(0).says("verified");
    on(&["--storage", "3", "--path", "exports/ds"]).exits(6).says("exists already");
    on(&["--storage", "3", "--path", "exports/ds", "--resume"]).exits(0);
    on(&["--storage", "6", "--path", "exports/ds"]).exits(0).says("storage 6 (ftp): exports/ds");
    assert_eq!(ftp.dataset("lab/exports/ds").len(), 3);
    on(&["--storage", "6", "--path", "exports/ds", "--verify"]).exits(0).says("verified");
    on(&["--storage", "7", "--path", "exports/ds"]).exits(6).says("530");
    on(&["--storage", "4", "--path", "x"]).exits(2).says("mount it");
    on(&["--storage", "5", "--path", "x"]).exits(4);
    on(&["--storage", "3"]).exits(2);
    server.env.retain(|(k, _)| k != "SYNAPSE_ACCESS_TOKEN");
    let ran = run(&server, &["--storage", "3", "--path", "x"], "", "").exits(2);
    assert!(ran.stderr.contains("token"), "{}", ran.stderr);
}
