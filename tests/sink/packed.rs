//! `--verify` and `--resume` on archives and shards: what is there is read as it is, and never unpacked.

use crate::util::*;
use std::fs;

const NAMES: [&str; 5] = ["x.tar", "x.tar.gz", "x.tgz", "x.tar.zst", "x.zip"];

fn input() -> String {
    let mut lines: Vec<_> = (0..50).map(|i| text(&format!("labels/{i}.txt"), &format!("{i} ").repeat(i))).collect();
    // Without repetitions, which a changed bit could turn into others that are the same.
    let big: String = (0..100_000u64).map(|i| format!("{:x}", i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32)).collect();
    lines.push(text("big.jpg", &big));
    framed(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn whole_archives_are_verified_and_cut_or_changed_ones_never() {
    let p = place();
    for name in NAMES {
        p.run(&[name], input()).exits(0);
        p.run(&["--verify", name], "").exits(0).one_line().says("52 files").says("verified");
        let whole = fs::read(p.path(name)).unwrap();
        p.run(&["--resume", name], input()).exits(0).says("already there, the same");
        assert!(fs::read(p.path(name)).unwrap() == whole, "{name}");
        // The empty blocks at the end of a tar, and what fills the last before them, say nothing about files.
        let end = whole.len() - if name == "x.tar" { 1536 } else { 1 };
        for cut in [0, 100, 600, whole.len() / 3, whole.len() / 2, end - 1] {
            fs::write(p.path(name), &whole[..cut]).unwrap();
            p.run(&["--verify", name], "").exits(3);
        }
        for at in [whole.len() / 4, whole.len() / 2, whole.len() * 3 / 4] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(p.path(name), &changed).unwrap();
            p.run(&["--verify", name], "").exits(3);
        }
        fs::remove_file(p.path(name)).unwrap();
        p.run(&["--verify", name], "").exits(3).says("no metadata/manifest.json");
    }
}

#[test]
fn what_is_no_archive_is_neither_verified_nor_touched() {
    let p = place();
    for name in NAMES {
        fs::write(p.path(name), "precious").unwrap();
        p.run(&["--verify", name], "").exits(3);
        for args in [&[name][..], &["--resume", name]] {
            p.run(args, input()).exits(6).one_line().says("exists already");
        }
        assert_eq!(fs::read(p.path(name)).unwrap(), b"precious");
    }
    for args in [["--verify", "-"], ["--resume", "-"]] {
        p.run(&args, input()).exits(2).one_line().says("standard output");
    }
    p.run(&["--keep-staging", "y.tar"], input()).exits(2).one_line().says("always starts over");
}

#[test]
fn links_and_names_that_come_twice_are_told() {
    let p = place();
    p.run(&["x.tar"], input()).exits(0);
    let bytes = fs::read(p.path("x.tar")).unwrap();
    let files = &bytes[..bytes.len() - 1024];
    let append = |name: &str, add: &dyn Fn(&mut tar::Builder<Vec<u8>>)| {
        let mut more = tar::Builder::new(Vec::new());
        add(&mut more);
        fs::write(p.path(name), [files, &more.into_inner().unwrap()].concat()).unwrap();
    };
    append("link.tar", &|tar| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        tar.append_link(&mut header, "labels/1.txt", "/etc/passwd").unwrap();
    });
    p.run(&["--verify", "link.tar"], "").exits(3).says("labels/1.txt cannot be read: it is a link");
    append("twice.tar", &|tar| {
        let mut header = tar::Header::new_gnu();
        header.set_size(2);
        tar.append_data(&mut header, "labels/1.txt", &b"1 "[..]).unwrap();
    });
    p.run(&["--verify", "twice.tar"], "").exits(7).says("labels/1.txt is there more than once");
}

#[test]
fn shards_are_verified_by_their_folder_or_by_the_name_they_were_given() {
    let p = place();
    let lines: Vec<_> = (0..40)
        .map(|i| serde_json::json!({"path": format!("{i}.txt"), "text": "x".repeat(3000), "item": i}).to_string())
        .collect();
    let input = framed(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    p.run(&["--shard-size", "50kB", "train.tar.zst"], input).exits(0);
    let shard = p.path("train/train-000001.tar.zst");
    for args in [&["--verify", "train"][..], &["--verify", "--shard-size", "50kB", "train.tar.zst"]] {
        p.run(args, "").exits(0).says("verified");
        let whole = fs::read(&shard).unwrap();
        fs::write(&shard, &whole[1..]).unwrap();
        p.run(args, "").exits(3).says("train-000001.tar.zst is not what the manifest says");
        fs::write(&shard, &whole).unwrap();
    }
}
