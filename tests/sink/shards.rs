//! `--shard-size`: tars of about one size that never cut an item, beside them what belongs to no item.

use crate::server::{Server, ok, status};
use crate::util::*;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

fn item(id: usize, path: &str, text: &str) -> String {
    serde_json::json!({"path": path, "text": text, "item": id}).to_string()
}

fn input(items: usize) -> String {
    let mut lines = vec![text("classes.txt", "car\n")];
    for i in 0..items {
        lines.push(item(i, &format!("labels/{i:04}.txt"), &"x".repeat(1000 + i % 7)));
        lines.push(item(i, &format!("images/{i:04}.jpg"), &"y".repeat(3000)));
    }
    lines.push(text("annotations/all.json", "{}"));
    framed(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

fn entries(shard: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = fs::read(shard).unwrap();
    let bytes = if shard.extension().unwrap() == "zst" { zstd::decode_all(&bytes[..]).unwrap() } else { bytes };
    let mut archive = tar::Archive::new(&bytes[..]);
    let read = |entry: std::io::Result<tar::Entry<'_, _>>| {
        let mut entry: tar::Entry<'_, &[u8]> = entry.unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (String::from_utf8(entry.path_bytes().into_owned()).unwrap(), content)
    };
    archive.entries().unwrap().map(read).collect()
}

fn shards(folder: &Path) -> Vec<String> {
    names(folder).into_iter().filter(|n| n.contains(".tar")).collect()
}

#[test]
fn items_stay_whole_and_in_order_and_sizes_are_kept() {
    let p = place();
    p.run(&["plain"], input(100)).exits(0);
    p.run(&["--shard-size", "50kB", "set/train.tar"], input(100)).exits(0).says("202 files");
    let folder = p.path("set/train");
    let shards = shards(&folder);
    let expected: Vec<_> = (0..shards.len()).map(|n| format!("train-{n:06}.tar")).collect();
    assert!(shards == expected && shards.len() > 10, "{shards:?}");
    let mut all = BTreeMap::new();
    let mut order = Vec::new();
    for shard in &shards {
        assert!(fs::metadata(folder.join(shard)).unwrap().len() <= 50_000 + 1024, "{shard}");
        let files = entries(&folder.join(shard));
        for pair in files.chunks(2) {
            assert_eq!(pair[0].0[7..11], pair[1].0[7..11], "an item is cut: {shard}");
        }
        order.extend(files.iter().map(|f| f.0.clone()));
        all.extend(files);
    }
    let expected: Vec<_> =
        (0..100).flat_map(|i| [format!("labels/{i:04}.txt"), format!("images/{i:04}.jpg")]).collect();
    assert_eq!(order, expected);
    // Shards and what lies beside them are the tree, but for the manifest.
    for (path, content) in tree(&folder) {
        if !path.contains(".tar") {
            all.insert(path, content);
        }
    }
    let mut plain = tree(&p.path("plain"));
    let (own, _) = (all.remove("metadata/manifest.json").unwrap(), plain.remove("metadata/manifest.json"));
    assert!(all == plain);
    // It lists what lies in the folder.
    let own: serde_json::Value = serde_json::from_slice(&own).unwrap();
    let listed: Vec<_> = own["files"].as_array().unwrap().iter().map(|f| f["path"].as_str().unwrap()).collect();
    let beside = ["classes.txt", "annotations/all.json", "metadata/export_summary.json"];
    assert_eq!(listed, [&shards.iter().map(String::as_str).collect::<Vec<_>>()[..], &beside].concat());
}

#[test]
fn the_same_at_any_concurrency_in_any_format_and_under_any_name() {
    let mut seen = Vec::new();
    for concurrency in ["1", "16"] {
        let p = place();
        p.run(&["--shard-size", "20KiB", "--concurrency", concurrency, "a.tar.zst"], input(40)).exits(0);
        p.run(&["--shard-size", "20KiB", "--concurrency", concurrency, "b/"], input(40)).exits(0);
        assert_eq!(shards(&p.path("a"))[0], "a-000000.tar.zst");
        assert_eq!(shards(&p.path("b"))[0], "b-000000.tar");
        seen.push(tree(p.dir.path()));
    }
    assert!(seen[0] == seen[1]);
}

#[test]
fn an_item_larger_than_a_shard_has_one_of_its_own_and_a_lost_original_leaves_no_trace() {
    let server =
        Server::start(
            |r| if r.target == "/lost" { status(404) } else { ok(&[&b"\xff\xd8\xff"[..], &[7; 9000]].concat()) },
        );
    let p = place();
    let url = |id: usize, path: &str, target: &str| {
        serde_json::json!({"path": path, "url": server.url(target), "item": id}).to_string()
    };
    let lines = [
        item(1, "1.txt", "a"),
        url(1, "1.jpg", "/lost"),
        item(2, "2.txt", "b"),
        url(2, "2.jpg", "/there"),
        item(3, "3.txt", "c"),
    ];
    let input = framed(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    p.run(&["--allow-private-urls", "--shard-size", "4kB", "x.tar"], input).exits(7);
    let files = |n: usize| {
        let shard = entries(&p.path(&format!("x/x-{n:06}.tar")));
        shard.into_iter().map(|f| f.0).collect::<Vec<_>>()
    };
    assert_eq!(
        (files(0), files(1), files(2)),
        (vec!["1.txt".to_owned()], vec!["2.txt".into(), "2.jpg".into()], vec!["3.txt".into()])
    );
    assert!(!p.path("x/x-000003.tar").exists());
}

#[test]
fn all_or_nothing_and_what_cannot_be_cut() {
    let p = place();
    let cut = input(50);
    p.run(&["--shard-size", "20kB", "x.tar"], &cut[..cut.len() - END.len() - 1]).exits(3).one_line();
    p.assert_empty();
    for dest in ["x.zip", "-", "s3://bucket/x"] {
        p.run(&["--shard-size", "20kB", dest], input(1)).exits(2).one_line().says("--shard-size");
    }
    p.run(&["--shard-size", "0", "x.tar"], input(1)).exits(2);
    p.assert_empty();
    p.run(&["--shard-size", "20kB", "x.tar"], input(9)).exits(0);
    p.run(&["--shard-size", "20kB", "x.tar"], input(9)).exits(6).says("exists already");
    p.run(&["--shard-size", "1GB", "--overwrite", "x.tar"], input(9)).exits(0);
    assert_eq!(shards(&p.path("x")), ["x-000000.tar"]);
}
