//! `syn-convert`: item lines → file lines of a training-set format.
//!
//! A line's way: [`engine::worker`] parses it (item, payload, files, split) and lets a [`format::Format`] render each of its
//! images; [`engine::run`] takes the rendered records in input order, gives them their final names and hands them to the format's
//! [`format::Collector`].
//!
//! * [`declaration`], [`mod@format`], [`formats`]: what a format says of itself, what it does, and which there are
//! * [`engine`]: what is the same for all formats
//! * [`geometry`]: boxes, rings, joints and masks against the image
//! * [`output`]: what formats write with; [`report`]: what is counted, and who is told

pub mod declaration;
pub mod engine;
pub mod format;
pub mod formats;
pub mod geometry;
pub mod options;
pub mod output;
pub mod report;
