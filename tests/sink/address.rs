//! A DEST that no destination understands ends the run with what was probably meant, and never becomes a folder of that name.

use crate::util::*;
use std::fs;

#[test]
fn what_is_not_understood_makes_nothing() {
    for (dest, says) in [
        ("out.rar", "did you mean out.zip?"),
        ("out.7z", "did you mean out.zip?"),
        ("out.tar.xz", "did you mean out.tar.zst?"),
        ("OUT.TAR.BZ2", "did you mean OUT.tar.zst?"),
        ("x.tgz2", "did you mean x.tgz?"),
        ("a/out.txz", "did you mean a/out.tar.zst?"),
        ("night.json.gz", "did you mean night.json.tar.gz?"),
        ("s3:/b/x", "did you mean s3://b/x?"),
        ("S3://b/x", "did you mean s3://b/x?"),
        ("s3//b/x", "did you mean s3://b/x?"),
        ("gcs://b/x", "did you mean gs://b/x?"),
        ("http://h/x", "did you mean webdav://h/x?"),
        ("https://h/x", "did you mean webdavs://h/x?"),
        ("file:///data/x", "did you mean /data/x?"),
        ("me@host:/srv/x", "did you mean sftp://me@host/srv/x?"),
        ("s3://b/x.zip", "archives are written on this machine only"),
        ("s3://b/a/../../other/x", "which is no name"),
        ("s3://b/./x", "did you mean s3://b/x?"),
        ("s3://b/a//x", "did you mean s3://b/a/x?"),
        ("~/out", "the shell has not replaced the ~"),
    ] {
        for args in [&[][..], &["--overwrite"], &["--dry-run"], &["--shard-size", "1GB"]] {
            let p = place();
            let all: Vec<_> = args.iter().copied().chain([dest]).collect();
            p.run(&all, framed(&[&text("a", "1")])).exits(2).one_line().says(says);
            p.assert_empty();
        }
        place().run(&["--verify", dest], "").exits(2).one_line().says(says);
    }
    let p = place();
    p.run(&["--staging-prefix", "a/../b", "s3://b/x"], framed(&[])).exits(2).says("\"..\"");
}

#[test]
fn names_with_dots_are_folders_and_endings_count_in_any_case() {
    let p = place();
    for (dest, is_folder) in [
        ("v1.2", true),
        ("data.2026", true),
        ("out.rar/", true),
        ("s3.backup", true),
        ("roads-10:00:00", true),
        ("labels.tr", true),
        ("./s3:", true),
        ("OUT.TAR.GZ", false),
        ("Out.Zip", false),
        ("x.TGZ", false),
        ("x.tar.ZST", false),
    ] {
        p.run(&[dest], framed(&[&text("a", "1")])).exits(0);
        assert_eq!(fs::metadata(p.path(dest)).unwrap().is_dir(), is_folder, "{dest}");
        p.run(&["--verify", dest], "").exits(0);
    }
}
