//! What makes the programs at home in a shell: completions and man pages, both from the declaration of the command line.

#[cfg(feature = "net")]
pub mod cache;
pub mod complete;
pub mod completions;
mod dump;
mod line;
pub mod man;
mod reply;
mod values;

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    /// The command lines of all programs.
    pub fn commands() -> Vec<Command> {
        vec![
            crate::cli::convert::grouped(crate::cli::convert::Args::command()),
            crate::cli::filter::Args::command(),
            #[cfg(feature = "net")]
            crate::cli::fetch::Fetch::command(),
            #[cfg(feature = "net")]
            crate::cli::sink::Args::command(),
        ]
    }
}
