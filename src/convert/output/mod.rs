//! What formats write with: file lines, text, numbers, tables, XML, and temporary files.

pub mod csv_cell;
pub mod files;
pub mod number;
pub mod sorted;
pub mod spool;
pub mod text;
pub mod xml;
