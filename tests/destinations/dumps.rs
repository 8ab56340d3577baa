//! `syn-fetch --dump` of parts in stores and on servers: by address, by pattern, by folder; the stream is that of the files.

use crate::common::{self, Ran, exe};
use crate::servers::{self, Server};
use std::fmt::Write as _;
use std::process::Command;

fn join(server: &Server, args: &[&str]) -> Ran {
    let mut command = Command::new(exe("syn-fetch"));
    command.env_clear().envs(server.env.iter().map(|(name, value)| (name, value))).arg("--dump").args(args);
    common::finish(&mut command, b"")
}

/// Part I of three; long enough that a store gives it in several blocks.
fn part(index: usize) -> String {
    let mut out = format!(
        "{{\"@stream\":\"begin\",\"kind\":\"items\",\"version\":1,\"target\":\"assignment\",\"query\":{{\"project\":\"42\"}},\
         \"shard\":{{\"index\":{index},\"of\":3,\"bounds\":[1000,2000]}},\"count\":900}}\n"
    );
    for n in (0..900).rev() {
        let id = (index - 1) * 1000 + n;
        let _ = writeln!(out, "{{\"id\":{id},\"data\":{{\"noise\":\"{}\"}}}}", noise(id));
    }
    out + "{\"@stream\":\"end\",\"count\":900,\"expected\":900,\"duplicates\":0,\"added\":0,\"vanished\":0 }\n"
}

/// Text that does not shrink by much.
fn noise(seed: usize) -> String {
    let mut state = seed as u64 + 1;
    let next = |state: &mut u64| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{:08x}", *state >> 32)
    };
    (0..60).map(|_| next(&mut state)).collect()
}

fn parts_are_joined_where_they_lie(server: &Server) {
    let folder = tempfile::tempdir().unwrap();
    for index in 1..=3 {
        let text = part(index);
        server.put(&format!("run/part-{index}.ndjson.zst"), &zstd::encode_all(text.as_bytes(), 1).unwrap());
        server.put(&format!("plain/part-{index}.ndjson"), text.as_bytes());
        std::fs::write(folder.path().join(format!("part-{index}.ndjson")), text).unwrap();
    }
    server.put("run/notes.txt", b"not a dump");
    let here = join(server, &[folder.path().to_str().unwrap()]);
    assert_eq!((here.code(), here.stdout.split(|b| *b == b'\n').count()), (0, 2703), "{}", here.stderr);
    let base = &server.base;
    let at = |name: &str| format!("{base}{name}");
    for places in [
        vec![at("run/part-*.ndjson.zst")],
        vec![at("run/part-[123].ndjson.*")],
        vec![at("run/")],
        vec![at("plain/part-?.ndjson")],
        vec![at("run/part-2.ndjson.zst"), at("plain/part-3.ndjson"), at("run/part-1.ndjson.zst")],
    ] {
        let there = join(server, &places.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(there.code() == 0 && there.stdout == here.stdout, "{places:?}: {}", there.stderr);
    }
    for (places, code, said) in [
        (vec![at("run/part-[12].*")], 3, "1 of 3 parts is missing: 3/3"),
        (vec![at("run/part-*"), at("plain/part-2.ndjson")], 0, "are the same, and one of them is read"),
        (vec![at("run/nothing.ndjson")], 3, "nothing is there under this name"),
        (vec![at("run/nothing-*")], 3, "nothing is called"),
        (vec![at("none/")], 3, "nothing is called"),
    ] {
        let there = join(server, &places.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(there.code() == code && there.stderr.contains(said), "{places:?}: {there:?}");
        assert!(code == 0 || there.stderr.lines().count() == 1, "{places:?}: {}", there.stderr);
    }
    let torn = zstd::encode_all(part(3).as_bytes(), 1).unwrap();
    server.put("torn/part-3.ndjson.zst", &torn[..torn.len() / 2]);
    let there = join(server, &[&at("run/part-[12]*"), &at("torn/")]);
    assert!(there.code() == 3 && there.stderr.contains("torn/part-3.ndjson.zst"), "{there:?}");
}

#[test]
fn parts_in_s3() {
    if let Some(server) = servers::s3s() {
        parts_are_joined_where_they_lie(&server);
    }
}

#[test]
fn parts_in_google_cloud_storage() {
    if let Some(server) = servers::gcs() {
        parts_are_joined_where_they_lie(&server);
    }
}

#[test]
fn parts_in_azure() {
    if let Some(server) = servers::azurite() {
        parts_are_joined_where_they_lie(&server);
    }
}

#[test]
fn parts_at_a_server_of_files() {
    if let Some(server) = servers::webdav() {
        parts_are_joined_where_they_lie(&server);
    }
}

#[test]
fn a_store_that_refuses_has_its_exit_code_and_no_secret_is_told() {
    let Some(mut server) = servers::s3s() else { return };
    server.put("run/part-1.ndjson", part(1).as_bytes());
    for (place, code, said) in [
        ("s3://nowhere/x.ndjson", 3, "nothing is there under this name"),
        ("s3://nowhere/x-*", 4, "NoSuchBucket"),
        ("s3://bucket/../x", 2, "which is no name"),
        ("s4://bucket/x", 2, "did you mean s3://bucket/x?"),
        ("gopher://h/x", 2, "no destination is known for gopher://"),
    ] {
        let ran = join(&server, &[place]);
        assert!(ran.stderr.contains(said), "{place}: {ran:?}");
        assert_eq!((ran.code(), ran.stderr.lines().count()), (code, 1), "{place}: {ran:?}");
    }
    let secret = server.env.iter_mut().find(|(name, _)| name == "AWS_SECRET_ACCESS_KEY").unwrap();
    "WRONG-SECRET".clone_into(&mut secret.1);
    let ran = join(&server, &["s3://bucket/run/part-1.ndjson"]);
    assert!(ran.code() == 4 && !ran.stderr.contains("WRONG-SECRET"), "{ran:?}");
}
