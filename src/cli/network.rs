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
    /// The file with certificates that are trusted besides, or in place of, those of the system: what names it, and its name.
    pub fn added(&self) -> Option<String> {
        let of_variable = |name: &str| {
            let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
            Some(format!("{name} {value}"))
        };
        let typed = self.ca_file.as_ref().map(|file| format!("--ca-file {}", file.display()));
        typed.or_else(|| ["SYNAPSE_CA_FILE", "SSL_CERT_FILE", "SSL_CERT_DIR"].iter().find_map(|name| of_variable(name)))
    }

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
