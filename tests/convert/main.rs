//! `syn-convert` as a user meets it, format by format; golden trees; what holds for any input.

// A test that cannot go on fails by a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod by;
mod category_ids;
#[path = "../common/mod.rs"]
mod common;
mod cookbook;
mod csv;
mod declared;
mod dry_run;
mod geometry_random;
mod geometry_table;
mod golden;
mod imagefolder;
mod json;
mod keypoint_box;
mod losses;
mod names;
mod naming;
mod parts;
mod properties;
mod readers;
mod repeats;
mod rows;
mod split;
mod template;
mod ultralytics_ndjson;
mod voc;
mod yolo;
