//! What can go wrong between us and the database, each with what to do about it. No text here holds a password.

use crate::exit::{Advice, Classified, Exit, UsageError};
use crate::net::fault;
use crate::net::fault::{Certificate, Fault};
use crate::net::quote;
use crate::tr;
use crate::words::Message;
use std::error::Error;
use tokio_postgres::error::SqlState;

/// What the driver says when the reason is known only to its other half.
pub(super) const CLOSED: &str = "connection closed";

/// A failure of the database, or of what was asked of it.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A mistake that is known before, or without, asking.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// Something is asked for that is not read from a database.
    #[error("{0}")]
    NotHere(Message),
    /// A filter without a column.
    #[error("{0}")]
    NoFilter(Message),
    /// The database does not let us in, or lacks what is needed.
    #[error("{0}")]
    Refused(Message),
    /// The database cannot be reached, or ended the query.
    #[error("{0}")]
    Lost(Message),
    /// The connection ended in a way that may pass.
    #[error("{0}")]
    Broken(Message),
    /// A row that cannot become an item line.
    #[error("row {id}: {reason}")]
    Row {
        /// The id of the row.
        id: String,
        /// What is wrong.
        reason: Message,
    },
    /// Fewer rows came than the same snapshot counts.
    #[error("{0}")]
    Short(Message),
}

impl DatabaseError {
    /// What a failure of the driver means. `place` is the database as it may be shown.
    pub fn of(error: &tokio_postgres::Error, place: &str) -> Self {
        if let Some(told) = error.as_db_error() {
            return Self::told(told.code(), &quote(told.message()), place);
        }
        let mut reason = error.to_string();
        let mut cause = error.source();
        while let Some(c) = cause {
            let text = quote(&c.to_string());
            // Its words are about TLS and end in an address of its manual.
            let text = if text.contains("close_notify") { "the server closed it".into() } else { text };
            if !reason.contains(&text) {
                reason = format!("{reason}: {text}");
            }
            cause = c.source();
        }
        if let Some(problem) = fault::certificate(error) {
            let advice = match problem {
                Certificate::UnknownAuthority(_) => tr!("database-give-authority"),
                Certificate::SelfSigned => tr!("database-give-certificate"),
                Certificate::Expired => tr!("database-renew"),
                Certificate::NotYetValid => tr!("database-set-clock"),
                Certificate::WrongName(_) => tr!("database-other-name"),
                Certificate::Other(_) => "docs/networks.md".into(),
            };
            return Self::Refused(tr!("database-untrusted", place, reason = Fault::Certificate(problem), advice));
        }
        if reason.contains("does not support TLS") {
            return Self::Refused(tr!("database-no-tls", place));
        }
        if reason.contains("password missing") {
            return Self::Refused(tr!("database-wants-password", place));
        }
        if reason.starts_with("error connecting") || reason.starts_with("timeout") {
            return Self::Lost(tr!("database-unreachable", place, reason));
        }
        Self::Broken(tr!("database-broke", place, reason))
    }

    /// What the server says by its SQLSTATE.
    fn told(code: &SqlState, said: &str, place: &str) -> Self {
        let class = &code.code()[..2];
        match code {
            &SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
                Self::Refused(tr!("database-no-entry", place, said))
            }
            &SqlState::INSUFFICIENT_PRIVILEGE => Self::Refused(tr!("database-no-right", place, said)),
            &SqlState::QUERY_CANCELED => Self::Lost(tr!("database-ended", place, said)),
            // Connection exceptions, resources, operator's intervention, conflicts with recovery on a standby.
            _ if ["08", "53", "57", "40"].contains(&class) => {
                Self::Broken(tr!("database-said", place, said, code = code.code()))
            }
            _ => Self::Refused(tr!("database-said", place, said, code = code.code())),
        }
    }
}

impl Classified for DatabaseError {
    fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::NotHere(_) | Self::NoFilter(_) => Exit::Usage,
            Self::Refused(_) => Exit::Refused,
            Self::Lost(_) | Self::Broken(_) | Self::Short(_) => Exit::Remote,
            Self::Row { .. } => Exit::Input,
        }
    }

    fn advice(&self) -> Option<Advice> {
        match self {
            Self::NotHere(_) => Some(Advice::ExportOverApi),
            Self::NoFilter(_) => Some(Advice::FilterOverApi),
            Self::Broken(_) => Some(Advice::Resume),
            _ => None,
        }
    }
}
