//! `--where` and `--jq`: jq programs on rows, in this process.
//!
//! * [`program`]: a text becomes a program, or an error that says where in the text; [`instrument`]: the checks that go into it;
//!   [`library`]: what programs may call;
//!   [`reads`]: the keys of a row that a program looks at
//! * [`run`]: a program on one row; [`question`]: one whose answer selects the row; [`rewrite`]: one whose
//!   outputs take the row's place
//! * [`guard`]: limits of time, memory and depth, as a running program sees them; [`watched`]: threads with deep stacks, and who watches them
//!
//! A program is written by the user, a row is not: neither may hang the pipe, take the machine's memory or end the process. What a program
//! does by its own definitions is checked from inside ([`instrument`]); what a built-in filter does for too long is seen from outside and
//! ends the run ([`watched`]).

mod guard;
mod instrument;
mod library;
pub mod program;
mod question;
mod reads;
mod rewrite;
mod run;
pub mod watched;

pub use guard::Guard;
pub use question::Question;
pub use rewrite::{Args, Rewrite};
pub use watched::{Limits, on_deep_stack};
