//! A program that is asked about rows.

use super::guard::Guard;
use super::program::Program;
use super::watched::{Deep, Limits};
use crate::tr;
use crate::words::Message;
use std::sync::{Mutex, PoisonError};

/// A program whose answer selects rows.
pub struct Question {
    program: Program,
    limits: Limits,
    /// Where it runs when it is asked on a thread that does not run programs.
    aside: Mutex<Option<Aside>>,
}

type Aside = Deep<Vec<u8>, Result<bool, Message>>;

impl Question {
    /// A question with its limits.
    pub fn new(program: Program, limits: Limits) -> Self {
        Self { program, limits, aside: Mutex::default() }
    }

    /// Its limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Whether the program wants this row.
    ///
    /// # Errors
    /// One line of text: it fails on this row, or was stopped.
    pub fn wants(&self, row: &[u8]) -> Result<bool, Message> {
        if Guard::of_thread().is_some() {
            return self.program.is_true(row);
        }
        let mut aside = self.aside.lock().unwrap_or_else(PoisonError::into_inner);
        let deep = match aside.take() {
            Some(deep) => deep,
            None => {
                let program = self.program.clone();
                let deep = Deep::start(self.limits, move |row: Vec<u8>| program.is_true(&row));
                deep.map_err(|reason| tr!("jq-no-thread", reason))?
            }
        };
        // A thread that does not stop is left behind; another row gets another one.
        let wants = deep.call(row.to_vec(), row.len())?;
        *aside = Some(deep);
        wants
    }
}
