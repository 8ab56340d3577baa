//! The four stages in a real pipe, against the stand-in backend. `cargo build --bins --example stand-in` comes first when only
//! this file is tested.

mod common;
#[path = "pipeline/killed.rs"]
mod killed;
#[path = "pipeline/place.rs"]
mod place;
#[path = "pipeline/readme.rs"]
mod readme;
#[path = "pipeline/refusals.rs"]
mod refusals;
#[path = "pipeline/secrets.rs"]
mod secrets;
#[path = "common/stand_in.rs"]
mod stand_in;
#[path = "pipeline/whole.rs"]
mod whole;
