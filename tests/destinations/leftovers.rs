//! What a run, or a store, that was killed leaves in a store: whose it is, and what the next run does with it.

use crate::lacking::{Verdict, behind, error, input};
use crate::servers;
use crate::suite::{MANIFEST, run, verified};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The manifest of the old dataset is gone, and files of the new one do not arrive: what the failed run leaves tells the next whose
/// files these are.
#[test]
fn a_store_that_fails_while_files_are_moved_is_healed_by_the_next_run() {
    for next in ["--overwrite", "--resume"] {
        let Some(server) = servers::s3s_open() else { return };
        let broken = Arc::new(AtomicBool::new(false));
        let fails = broken.clone();
        let server = behind(server, move |h| {
            let moves = |(name, from): &(String, String)| name == "x-amz-copy-source" && !from.contains("manifest");
            match fails.load(Ordering::Relaxed) && h.headers.iter().any(moves) {
                true => error("403 Forbidden", "AccessDenied", ""),
                false => Verdict::Pass,
            }
        });
        run(&server, &[], "ds", &input("v1")).exits(0);
        broken.store(true, Ordering::Relaxed);
        run(&server, &["--overwrite"], "ds", &input("v2")).exits(6).says("it is not whole there");
        let there = server.dataset("ds");
        assert!(!there.contains_key(MANIFEST) && there.contains_key("only in v1"), "{:?}", there.keys());
        run(&server, &[], "ds", &input("v2")).exits(6).says("was killed");
        broken.store(false, Ordering::Relaxed);
        run(&server, &[next], "ds", &input("v2")).exits(0);
        verified(&server, "ds");
        assert!(!server.dataset("ds").contains_key("only in v1"), "{next}");
        assert!(!server.tree().contains_key(".ds.partial/claim"), "{next}");
    }
}

/// Somebody's files under the prefix, after a run that was killed there.
#[test]
fn only_what_our_own_lists_name_is_removed_after_a_kill() {
    let Some(server) = servers::s3s() else { return };
    let log = "{\"path\":\"only in v0\",\"bytes\":2,\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}\n";
    for args in [&["--resume"][..], &["--overwrite"], &["--overwrite", "--resume"]] {
        server.put(".ds.partial/claim", b"{\"staged\":false,\"run\":7}");
        server.put(".ds.partial/ledger/00000001", log.as_bytes());
        server.put("ds/only in v0", b"v0");
        for mine in ["notes.txt", "photos/1.jpg", "many/mine"] {
            server.put(&format!("ds/{mine}"), b"mine");
        }
        run(&server, args, "ds", &input("v1"))
            .exits(0)
            .says("\"many/mine\", \"notes.txt\", \"photos/1.jpg\"")
            .says("stays there");
        let there = server.dataset("ds");
        assert!(!there.contains_key("only in v0"), "{args:?}: {:?}", there.keys());
        assert!(["notes.txt", "photos/1.jpg", "many/mine"].iter().all(|mine| there[*mine] == b"mine"), "{args:?}");
        assert!(!server.tree().contains_key(".ds.partial/claim"));
        // The advice fits: to overwrite would not help.
        let ran = run(&server, &[], "ds", &input("v1")).exits(6).says("which its manifest does not list");
        assert!(!ran.stderr.contains("--overwrite"), "{}", ran.stderr);
        run(&server, &["--overwrite"], "ds", &input("v2")).exits(6).says("\"notes.txt\"");
        assert!(server.dataset("ds").contains_key(MANIFEST));
        server.remove_dataset("ds");
    }
}

/// A store that died, and cannot have written who was there: what lies in the place is in no list.
#[test]
fn files_that_no_list_has_are_ours_by_their_mark() {
    for (name, server) in
        [("s3s", servers::s3s()), ("moto", servers::moto()), ("gcs", servers::gcs()), ("azurite", servers::azurite())]
    {
        let Some(server) = server else { continue };
        run(&server, &[], "ds", &input("v1")).exits(0);
        server.remove(&format!("ds/{MANIFEST}"));
        run(&server, &[], "ds", &input("v2")).exits(6).says("was killed");
        run(&server, &["--overwrite"], "ds", &input("v2")).exits(0);
        verified(&server, "ds");
        let there = server.dataset("ds");
        assert!(there.contains_key("only in v2") && !there.contains_key("only in v1"), "{name}: {:?}", there.keys());

        // Beside a dataset; the run fails before it has published, and the next one finds the same.
        run(&server, &[], "other", &input("v1")).exits(0);
        server.remove(&format!("other/{MANIFEST}"));
        let manifest = there[MANIFEST].clone();
        server.put(&format!("other/{MANIFEST}"), &manifest);
        run(&server, &["--overwrite"], "other", "{\"path\":\"a\"}").exits(3);
        run(&server, &["--overwrite"], "other", &input("v2")).exits(0);
        verified(&server, "other");
        assert!(!server.dataset("other").contains_key("only in v1"), "{name}");

        // Nobody's mark, and the mark of another place.
        server.put("ds/mine", b"mine");
        run(&server, &["--overwrite"], "ds", &input("v1")).exits(6).says("\"mine\", which its manifest does not list");
        server.remove("ds/mine");
        if server.copy("other/only in v2", "ds/copied") {
            run(&server, &["--overwrite"], "ds", &input("v1"))
                .exits(6)
                .says("\"copied\", which its manifest does not list");
        }
    }
}
