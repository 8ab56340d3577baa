//! The options of every binary that opens connections.

use crate::exit::UsageError;
use crate::net::tls;
use clap::Args;
use std::path::PathBuf;

/// Whom to trust besides the authorities of the system.
#[derive(Clone, Debug, Default, Args)]
pub struct Network {
    /// Trust the certificates in FILE as well: those of your own authorities, or of a single server [env: SYNAPSE_CA_FILE]
    #[arg(long, value_name = "FILE", global = true, help_heading = "Connection")]
    ca_file: Option<PathBuf>,
}

impl Network {
    /// Trusts what option or variable name, in all connections of this process.
    ///
    /// # Errors
    /// [`UsageError`] naming the file that cannot be used.
    pub fn apply(&self) -> Result<(), UsageError> {
        let variable = || std::env::var_os("SYNAPSE_CA_FILE").filter(|v| !v.is_empty()).map(PathBuf::from);
        match (&self.ca_file, variable()) {
            (Some(file), _) => tls::trust(file, "--ca-file"),
            (None, Some(file)) => tls::trust(&file, "SYNAPSE_CA_FILE"),
            (None, None) => Ok(()),
        }
    }
}
