//! `syn-convert`: item lines → file lines of a training-set format.
//!
//! A line's way: [`worker`] parses it (item, payload, files, split) and lets a [`format::Format`] render each of its images;
//! [`run`] takes the rendered records in input order, gives them their final names and hands them to the format's
//! [`format::Collector`].

pub mod check;
pub mod classes;
pub mod coco;
pub mod contour;
pub mod csv;
pub mod csv_cell;
pub mod csv_columns;
pub mod csv_flat;
pub mod csv_row;
pub mod files;
pub mod format;
pub mod geometry;
pub mod imagefolder;
pub mod json;
pub mod json_indent;
pub mod json_text;
pub mod keypoints;
pub mod naming;
pub mod naming_template;
pub mod number;
pub mod options;
pub mod presigned;
pub mod registry;
pub mod report;
pub mod report_files;
pub mod rle;
pub mod row;
pub mod run;
pub mod sorted;
pub mod split;
pub mod spool;
pub mod template;
pub mod two_pass;
pub mod ultralytics;
pub mod voc;
pub mod worker;
pub mod xml;
pub mod yolo;
