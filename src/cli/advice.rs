//! What to do about an error, in the words of the command line.

use crate::exit::Advice;
#[cfg(feature = "net")]
use crate::exit::Classified;

/// An error with what can be done about it, in one line.
#[cfg(feature = "net")]
pub fn with_advice<E: Classified>(error: &E) -> String {
    join(error.to_string(), error.advice())
}

/// A message, and what can be done about it.
pub fn join(message: String, advice: Option<Advice>) -> String {
    match advice {
        Some(advice) => format!("{message}; {}", words(advice)),
        None => message,
    }
}

fn words(advice: Advice) -> String {
    let fixed = match advice {
        Advice::NewToken => {
            "make a new one in Synapse (or run `synapse login`) and give it by SYNAPSE_ACCESS_TOKEN, --token-file or ~/.synapse/config.json"
        }
        Advice::GiveToken => {
            "set SYNAPSE_ACCESS_TOKEN, give --token-file FILE, or run `synapse login` (writes ~/.synapse/config.json)"
        }
        Advice::GiveHost => "give it by --host or SYNAPSE_HOST",
        Advice::GiveTenant => "give --tenant CODE or set SYNAPSE_PLUGIN_RUN_TENANT",
        Advice::AskForAccess => "ask for access to the project, or check --tenant (SYNAPSE_PLUGIN_RUN_TENANT)",
        Advice::CheckHost => "check --host (SYNAPSE_HOST) and the network",
        Advice::NameNewHost => "if you trust it, give it as --host",
        Advice::WaitLonger => "try again later, or wait longer with --retry-for",
        Advice::ListProjects => "`syn-fetch projects` lists what you can read",
        Advice::ListGroundTruth => "`syn-fetch gt-datasets` and `syn-fetch gt-versions` list what you can read",
        Advice::OrderOfArrival => "--order arrival exports it all the same",
        Advice::Resume => "run again, with --resume to continue where it ended",
        Advice::StartOver => "run again without --resume",
        Advice::SameOptions => "give the same options, or start over without --resume",
        Advice::GiveCheckpoint => "give its --checkpoint FILE",
        Advice::OtherCheckpoint => "give another name to --checkpoint",
        Advice::FilterOverApi => "leave it out, or export over the API, without --dsn",
        Advice::ExportOverApi => "export over the API, without --dsn",
        Advice::LongerLines => "raise the limit with --max-line-bytes",
        Advice::FewerThreads => {
            "allow more memory (ulimit -v) or more threads (ulimit -u), or ask for fewer (--threads)"
        }
        Advice::ConvertFirst => "put `syn-convert --to FORMAT` between",
        Advice::SinkNext => "it was converted already: give it to `syn-sink`",
        Advice::LimitUpstream(n) => {
            return format!("use --limit {n} upstream to take fewer, or --allow-partial to accept what came");
        }
        Advice::AcceptEmpty => "--allow-partial makes an empty dataset of it",
    };
    fixed.to_owned()
}
