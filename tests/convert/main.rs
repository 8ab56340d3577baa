//! `syn-convert` as a user meets it, format by format; golden trees; what holds for any input.

#[path = "../common/mod.rs"]
mod common;
mod declared;
mod golden;
mod properties;
mod table;
mod template;
mod voc;
mod yolo;
