//! From item lines to named records, the same for all formats: workers, classes, splits, names, the run.

pub mod classes;
pub mod datasets;
pub mod fields;
pub mod item_row;
pub mod naming;
pub mod naming_template;
pub mod picture;
pub mod record;
pub mod repeats;
pub mod row_value;
pub mod run;
pub mod split;
pub mod stream_facts;
pub mod twins;
pub mod two_pass;
pub mod worker;
