//! Originals that are none: successes that hold something else than the file, or only half of it.

use crate::originals::{line, run};
use crate::server::*;
use crate::util::*;
use std::fs;

/// A whole JPEG of 64 x 48 px, as far as a reader of markers can tell.
fn jpeg() -> Vec<u8> {
    let quantization = [&[0xff, 0xdb, 0, 67, 0][..], &[1; 64]].concat();
    let frame = [0xff, 0xc0, 0, 11, 8, 0, 48, 0, 64, 1, 1, 0x11, 0];
    let scan = [&[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0][..], &[0x55; 3000], &[0xff, 0xd9]].concat();
    [&[0xff, 0xd8][..], &quantization, &frame, &scan].concat()
}

fn png() -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = png::Encoder::new(&mut out, 64, 48).write_header().unwrap();
    writer.write_image_data(&[3; 64 * 48]).unwrap();
    writer.finish().unwrap();
    out
}

fn typed(kind: &str, body: &str) -> Answer {
    Answer::Send(200, vec![("Content-Type", kind.to_owned())], body.as_bytes().to_vec())
}

/// A body that ends where the connection does.
fn endless(body: &[u8]) -> Answer {
    Answer::Raw([&b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n"[..], body].concat())
}

fn chunked(body: &[u8], end: &str) -> Answer {
    let head = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n", body.len());
    Answer::Raw([head.as_bytes(), body, b"\r\n", end.as_bytes()].concat())
}

#[test]
fn what_is_not_the_file_is_a_failed_original_that_says_what_came() {
    let server = Server::start(|r| {
        let jpeg = jpeg();
        match r.target.trim_start_matches('/').split('?').next().unwrap() {
            "empty" => ok(b""),
            "html" => typed("text/html; charset=utf-8", "<!DOCTYPE html><title>Sign in</title>"),
            "html-as-jpeg" => typed("image/jpeg", "\n<HTML><body>502"),
            "page-after-redirect" => redirect("/login?next=5ec2e7"),
            "login" => typed("text/html", "<html><form>"),
            "json" => typed("application/json", "{\"detail\":\"Not found.\"}"),
            "xml" => typed(
                "application/xml",
                "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Resource>/x?X-Amz-Signature=5ec2e7</Resource></Error>",
            ),
            "text" => typed("text/plain", "upstream connect error"),
            "gzip" => ok(b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
            "encoded" => Answer::Send(200, vec![("Content-Encoding", "gzip".into())], b"\x1f\x8b\x08\0".to_vec()),
            "video" => ok(b"\0\0\0\x18ftypisom\0\0\0\0"),
            "zeros" => ok(&[0; 512]),
            "cut-jpeg" => endless(&jpeg[..1500]),
            "cut-png" => endless(&png()[..png().len() - 14]),
            "cut-chunks" => chunked(&jpeg[..1500], ""),
            "part" => {
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", jpeg.len());
                Answer::Raw([head.as_bytes(), &jpeg[..1500]].concat())
            }
            "unasked-206" => Answer::Send(206, vec![("Content-Range", "bytes 0-99/3088".into())], jpeg[..100].to_vec()),
            "good" => ok(&jpeg),
            "good-png" => ok(&png()),
            "good-endless" => endless(&[&jpeg[..], b"what the camera adds"].concat()),
            "good-chunks" => chunked(&jpeg, "0\r\n\r\n"),
            "good-as-html" => typed("text/html", "GIF89a\x01"),
            "good-bmp" => ok(&[&b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"[..], &[0; 50]].concat()),
            "good-text" => ok(b"lidar 1 2 3"),
            other => panic!("{other}"),
        }
    });
    let p = place();
    let cases = [
        ("empty", "a.jpg", Some("an empty body instead of an image")),
        ("empty", "none.bin", Some("an empty body instead of the file")),
        ("html", "b.jpg", Some("an HTML page instead of an image")),
        ("html", "b.bin", Some("an HTML page instead of the file")),
        ("html-as-jpeg", "c.JPG", Some("an HTML page instead of an image")),
        ("page-after-redirect", "d.png", Some("an HTML page instead of an image")),
        ("json", "e.jpeg", Some("JSON instead of an image")),
        ("xml", "f.jpg", Some("XML (AccessDenied) instead of an image")),
        ("xml", "f.dat", Some("XML (AccessDenied) instead of the file")),
        ("text", "g.webp", Some("text instead of an image")),
        ("gzip", "h.tif", Some("gzip data instead of an image")),
        ("encoded", "h2.jpg", Some("compressed")),
        ("video", "i.jpg", Some("a video instead of an image")),
        ("zeros", "j.bmp", Some("other data instead of an image")),
        ("json", "k.mp4", Some("JSON instead of a video")),
        ("html", "l.pcd", Some("an HTML page instead of a point cloud")),
        ("text", "m.pdf", Some("text instead of a PDF")),
        ("good", "n.mp4", Some("an image instead of a video")),
        ("cut-jpeg", "o.jpg", Some("breaks off before its end")),
        ("cut-png", "p.png", Some("breaks off before its end")),
        ("cut-chunks", "q.jpg", Some("")),
        ("part", "r.jpg", Some("")),
        ("unasked-206", "s.jpg", Some("another part than was asked for")),
        ("good", "ok1.jpg", None),
        ("good-png", "ok2.jpg", None),
        ("good-endless", "ok3.jpg", None),
        ("good-chunks", "ok4.jpeg", None),
        ("good-as-html", "ok5.gif", None),
        ("good-bmp", "ok6.jpg", None),
        ("good-text", "ok7.bin", None),
        ("html", "ok8.html", None),
        ("json", "ok9.json", None),
    ];
    let lines: Vec<_> =
        cases.iter().map(|(at, path, _)| line(path, &format!("/{at}?X-Amz-Signature=5ec2e7"))).collect();
    run(&p, &server, &["--retry-for", "5", "--concurrency", "32", "out"], &lines).exits(7);
    let sink = summary(&p.path("out"))["sink"].clone();
    for (_, path, reason) in cases {
        let failed = sink["failures"].as_array().unwrap().iter().find(|f| f["path"] == path);
        let said = failed.map(|f| f["reason"].as_str().unwrap());
        assert_eq!(said.is_some(), reason.is_some(), "{path}: {said:?}");
        assert!(said.unwrap_or_default().contains(reason.unwrap_or_default()), "{path}: {said:?}");
        assert_eq!(p.path("out").join(path).exists(), reason.is_none(), "{path}");
    }
    // A body that is no image is asked for three times, no matter how long others are tried.
    assert_eq!(server.seen_for("/json?X-Amz-Signature=5ec2e7").len(), 3 + 3 + 1);
}

#[test]
fn a_page_that_passes_is_outlasted_and_parts_are_put_together() {
    let server = Server::start(|r| {
        let jpeg = jpeg();
        let from = r.headers.get("range").and_then(|v| v.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
        match (r.target.as_str(), r.nth, from) {
            ("/page", 0, _) => ok(b"<html>busy"),
            ("/empty", 0 | 1, _) => ok(b""),
            // Each answer holds a little more, and says so.
            ("/parts", _, Some(from)) => {
                let end = jpeg.len().min(from + 1000);
                let range = format!("bytes {from}-{}/{}", end - 1, jpeg.len());
                Answer::Send(206, vec![("Content-Range", range), ("ETag", "\"1\"".into())], jpeg[from..end].to_vec())
            }
            ("/parts", ..) => Answer::Cut(vec![("ETag", "\"1\"".into())], jpeg.clone(), 1000),
            _ => ok(&jpeg),
        }
    });
    let p = place();
    run(&p, &server, &["out"], &["page", "empty", "parts"].map(|n| line(&format!("{n}.jpg"), &format!("/{n}"))))
        .exits(0);
    for name in ["page", "empty", "parts"] {
        assert!(fs::read(p.path(&format!("out/{name}.jpg"))).unwrap() == jpeg(), "{name}");
    }
}

#[test]
fn a_size_of_zero_that_the_line_gives_and_the_users_own_content_are_believed() {
    let server = Server::start(|_| ok(b""));
    let p = place();
    fs::write(p.path("mine.jpg"), "my own").unwrap();
    let lines = [
        serde_json::json!({"path": "empty.txt", "url": "/e", "bytes": 0}).to_string(),
        text("own.jpg", "what the user says"),
        serde_json::json!({"path": "also.png", "base64": "bm8="}).to_string(),
        serde_json::json!({"path": "file.jpg", "file": "mine.jpg"}).to_string(),
    ];
    run(&p, &server, &["--allow-file-refs", "out"], &lines).exits(0);
}

/// A killed run has left a page under the name of an image, and its log says that all is well.
#[test]
fn what_an_earlier_run_has_left_is_looked_at_again() {
    let server = Server::start(|_| ok(&jpeg()));
    let p = place();
    // The input is cut: with --resume what has arrived stays.
    p.run(&["--resume", "out"], format!("{BEGIN}\n{}\n{}\n", text("1.bin", "a"), text("2.bin", "b"))).exits(3);
    let staging = fs::read_dir(p.dir.path()).unwrap().map(|e| e.unwrap().path());
    let staging = staging.into_iter().find(|p| p.to_str().unwrap().contains(".out.partial")).unwrap();
    let page = b"<html>login</html>";
    let log = staging.join("ledger");
    let known = fs::read_to_string(&log).unwrap();
    let sha = synpipe_sha(page);
    let forged: String = known
        .lines()
        .map(|l| {
            if l.contains("1.bin") {
                format!("{{\"path\":\"1.jpg\",\"bytes\":{},\"sha256\":\"{sha}\"}}\n", page.len())
            } else {
                format!("{l}\n")
            }
        })
        .collect();
    fs::write(&log, forged).unwrap();
    fs::remove_file(staging.join("tree/1.bin")).unwrap();
    fs::write(staging.join("tree/1.jpg"), page).unwrap();
    run(&p, &server, &["--resume", "out"], &[line("1.jpg", "/image"), line("2.bin", "/text2")]).exits(0);
    assert!(fs::read(p.path("out/1.jpg")).unwrap() == jpeg());
    assert_eq!(server.seen_for("/text2").len(), 0, "what is well is not asked for again");
}

fn synpipe_sha(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
