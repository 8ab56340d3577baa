//! The command line of `syn-job`.

mod args;
mod end;
mod lists;
mod logs;
mod parameters;
mod place;
mod plugin;
mod secrets;
mod show;
mod submit;

use super::common::Console;
use crate::exit::{Exit, Failure};
use crate::fetch;
use crate::tr;
use tokio::runtime::Runtime;

use args::Action;
pub use args::Args;

/// What every command needs.
struct Run<'a> {
    args: &'a Args,
    runtime: &'a Runtime,
    console: &'a Console,
}

/// Runs `syn-job`.
///
/// # Errors
/// The failure that ends the run.
pub fn run(args: Args, console: &Console) -> Result<Exit, Failure> {
    args.connect.network.apply()?;
    let Some(command) = &args.command else { return Err(Failure::usage(tr!("job-no-command"))) };
    let runtime = fetch::runtime(args.common.threads())?;
    let run = Run { args: &args, runtime: &runtime, console };
    match command {
        Action::Plugins { category, limit } => run.plugins(category, limit),
        Action::Agents { limit } => run.list_agents(limit),
        Action::List { status, action, cluster, limit } => {
            run.list(status.as_deref(), action.as_deref(), cluster, limit)
        }
        Action::Run(plugin) => run.plugin(plugin),
        Action::Get { job, wait } => run.get(job, *wait),
        Action::Logs { job, follow } => run.logs(job, *follow),
        Action::Stop { job } => run.stop(job),
        Action::Submit(submit) => run.submit(submit),
    }
}
