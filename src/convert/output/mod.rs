//! What formats write with: text in the form of the run, parts of records, file lines, long documents, numbers, tables, XML, and
//! temporary files.

pub mod csv_cell;
pub mod document;
pub mod files;
pub mod hole;
pub mod layout;
pub mod number;
pub mod parts;
pub mod sorted;
pub mod spool;
pub mod text;
pub mod xml;
