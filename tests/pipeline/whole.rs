//! Pipes that run to their end, and what other programs between the stages do to them.

use crate::common::programs;
use crate::common::stand_in::StandIn;
use crate::common::tree;
use crate::place::{Place, place, told};
use serde_json::Value;
use std::path::PathBuf;

/// A COCO document that a run has left.
fn coco(place: &Place, path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(place.path(path)).unwrap()).unwrap()
}

fn len(document: &Value, key: &str) -> usize {
    document[key].as_array().unwrap().len()
}

/// Names of the categories, by rising number.
fn categories(document: &Value) -> Vec<&str> {
    document["categories"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect()
}

/// A tree that must hold something.
fn full_tree(place: &Place, name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let found = tree(&place.path(name));
    assert!(found.len() > 24, "{name}: {} files", found.len());
    found
}

#[test]
fn the_line_without_any_argument() {
    let p = place(&[]);
    let ran = p.line("syn-fetch | syn-convert --to coco | syn-sink").exits(0).writes("");
    let [warning] = told(&ran, "warning")[..] else { panic!("{ran:?}") };
    assert!(warning.contains("KEYPOINT_GROUP_INVALID"), "{warning}");
    assert_eq!((told(&ran, "info").len(), ran.stderr.lines().count()), (3, 4), "{ran:?}");
    assert_eq!(p.names(), ["export_output"]);
    let instances = coco(&p, "export_output/annotations/instances.json");
    assert_eq!(len(&instances, "images"), 24);
    let persons = coco(&p, "export_output/annotations/person_keypoints.json");
    let written = len(&instances, "annotations") + len(&persons, "annotations");
    assert!(written > 200, "{written}");
    // Both ends of the last arrow count alike; the manifest is not one of the files that it lists.
    let files = format!(" {} files", tree(&p.path("export_output")).len() - 1);
    assert_eq!(ran.stderr.matches(&files).count(), 2, "{files}: {ran:?}");
    for image in instances["images"].as_array().unwrap() {
        let name = image["file_name"].as_str().unwrap();
        assert!(p.path("export_output/images").join(name).metadata().unwrap().len() > 0, "{name}");
    }
}

#[test]
fn the_line_without_frames_warns_about_the_class_order_once() {
    let p = place(&[]);
    let ran = p.line("syn-fetch --bare | syn-convert --unframed --to coco | syn-sink").exits(0);
    let warnings = told(&ran, "warning").into_iter().filter(|warning| warning.contains("--classes"));
    let [warning] = warnings.collect::<Vec<_>>()[..] else { panic!("{ran:?}") };
    assert!(warning.starts_with("syn-convert: "), "{warning}");
    let bare = coco(&p, "export_output/annotations/instances.json");
    let mut sorted = categories(&bare);
    sorted.sort_unstable();
    assert_eq!(categories(&bare), sorted);
    // The order can be given back, and then nothing is missing.
    p.line("syn-fetch classes > classes.ndjson").exits(0);
    let ran = p
        .line("syn-fetch --bare | syn-convert --unframed --to coco --classes classes.ndjson | syn-sink given")
        .exits(0);
    assert!(!ran.stderr.contains("--classes"), "{ran:?}");
    p.line("syn-fetch | syn-convert --to coco | syn-sink framed").exits(0);
    let (given, framed) = ("given/annotations/instances.json", "framed/annotations/instances.json");
    assert_eq!(coco(&p, given), coco(&p, framed));
}

#[test]
fn jq_between_the_stages_keeps_the_frames_or_is_vouched_for() {
    if programs::find("jq").is_none() {
        return;
    }
    let p = place(&[]);
    let select = r#"select(.status_review=="completed")"#;
    let dropped = format!("syn-fetch | jq -c '{select}' | syn-convert --to coco");
    let ran = p.line(&format!("{dropped} | syn-sink dropped")).exits(3);
    assert_eq!((told(&ran, "error").len(), p.path("dropped").exists()), (1, false), "{ran:?}");
    let ran = p.line(&format!("{dropped} --unframed | syn-sink dropped")).exits(0);
    let [warning] = told(&ran, "warning")[..] else { panic!("{ran:?}") };
    assert!(warning.contains("there is no begin frame"), "{warning}");
    let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts");
    let program = format!("jq -c -L {scripts} 'include \"syn\"; items({select})'");
    let ran = p.line(&format!("syn-fetch | {program} | syn-convert --to coco | syn-sink kept")).exits(0);
    // The end frame counts the lines that were sent; that fewer came is told, and is no failure.
    assert!(told(&ran, "warning").is_empty() && ran.stderr.contains(" of 24 items came: "), "{ran:?}");
    let by_hand = r#"jq -c 'select(has("@stream") or (.status_review=="completed"))'"#;
    p.line(&format!("syn-fetch | {by_hand} | syn-convert --to coco | syn-sink by-hand")).exits(0);
    p.line("syn-fetch | syn-filter --status-review completed | syn-convert --to coco | syn-sink ours").exits(0);
    let [dropped, kept, by_hand, ours] =
        ["dropped", "kept", "by-hand", "ours"].map(|name| coco(&p, &format!("{name}/annotations/instances.json")));
    assert_eq!((&kept, &by_hand), (&ours, &ours));
    assert!(len(&dropped, "images") > 0 && len(&dropped, "images") < 24);
    assert_eq!(len(&dropped, "images"), len(&ours, "images"));
    assert_eq!(len(&dropped, "annotations"), len(&ours, "annotations"));
    assert_ne!(categories(&dropped), categories(&ours));
}

#[test]
fn a_saved_dump_gives_the_same_tree_as_the_direct_pipe() {
    if programs::find("zstd").is_none() {
        return;
    }
    let p = place(&[]);
    let convert = "syn-convert --to yolo --task segment --split 0.8/0.2";
    p.line(&format!("syn-fetch | {convert} | syn-sink direct")).exits(0);
    let direct = full_tree(&p, "direct");
    assert!(direct.iter().any(|(path, text)| path.starts_with("labels/train") && !text.is_empty()));
    p.line("syn-fetch -o dump; zstd -q dump; zstd -q -3 dump -o again.zst").exits(0);
    for threads in [1, 4] {
        let saved = format!("syn-fetch --threads {threads} | {convert} --threads {threads} | syn-sink direct{threads}");
        p.line(&saved).exits(0);
        assert!(full_tree(&p, &format!("direct{threads}")) == direct, "direct pipe, {threads} threads");
        for dump in ["dump", "dump.zst"] {
            let out = format!("{dump}{threads}.out");
            p.line(&format!("{convert} --threads {threads} {dump} | syn-sink --threads {threads} {out}")).exits(0);
            assert!(full_tree(&p, &out) == direct, "{dump}, {threads} threads");
        }
    }
    p.line(&format!("{convert} dump > files; syn-sink from-files files")).exits(0);
    assert!(full_tree(&p, "from-files") == direct, "saved file lines");
}

#[test]
fn streams_may_follow_each_other_and_their_classes_are_merged() {
    let p = place(&[]);
    for (name, classes) in [("a", "zebra\nperson\n"), ("b", "person\nunicorn\nbottle\n")] {
        std::fs::write(p.path(name), classes).unwrap();
        let server: StandIn = crate::place::server(&["--classes", p.path(name).to_str().unwrap()]);
        let review = if name == "a" { "completed" } else { "rejected" };
        p.line(&format!("syn-fetch --host {} --review {review} -o {name}.ndjson", server.url)).exits(0);
    }
    let convert = "syn-convert --to yolo --task segment --images omit";
    p.line(&format!("cat a.ndjson b.ndjson | {convert} | syn-sink both")).exits(0);
    p.line(&format!("{convert} a.ndjson b.ndjson | syn-sink named")).exits(0);
    assert_eq!(tree(&p.path("both")), tree(&p.path("named")));
    let classes = std::fs::read_to_string(p.path("both/classes.txt")).unwrap();
    assert!(classes.starts_with("zebra\nperson\nunicorn\nbottle\n"), "{classes}");
    let is_label = |path: &PathBuf| path.starts_with("labels") && path.extension().is_some_and(|e| e == "txt");
    let labels = |name: &str| tree(&p.path(name)).iter().filter(|(path, _)| is_label(path)).count();
    p.line(&format!("{convert} a.ndjson | syn-sink first; {convert} b.ndjson | syn-sink second")).exits(0);
    assert!(labels("first") > 0 && labels("second") > 0);
    assert_eq!(labels("both"), labels("first") + labels("second"));
}

#[test]
fn signatures_that_expired_on_the_way_are_issued_anew() {
    let p = place(&["--sign-files", "--expire-first"]);
    for (n, way) in
        ["--to coco", "--to yolo --task segment", "--to json --naming template:'{{ stem }}'"].iter().enumerate()
    {
        let target = if n == 1 { "--target task" } else { "" };
        let ran = p.line(&format!("syn-fetch {target} | syn-convert {way} | syn-sink out{n}")).exits(0);
        assert!(ran.stderr.contains("(24 originals)"), "{way}: {ran:?}");
    }
    // Without the hint nothing can be done.
    let ran = p.line("syn-fetch | syn-convert --to coco | sed 's/,\"refresh\":{[^}]*}//' | syn-sink without").exits(7);
    assert!(ran.stderr.contains("(an expired URL?)"), "{ran:?}");
}
