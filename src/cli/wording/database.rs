//! Errors of a database.

use crate::postgres::DatabaseError;
use crate::tr;
use crate::words::{Message, Worded};

impl Worded for DatabaseError {
    fn words(&self) -> Message {
        match self {
            Self::Usage(e) => e.words(),
            Self::NotHere(told)
            | Self::NoFilter(told)
            | Self::Refused(told)
            | Self::Lost(told)
            | Self::Broken(told)
            | Self::Short(told) => told.into(),
            Self::Row { id, reason } => tr!("api-row", id, reason),
        }
    }
}
