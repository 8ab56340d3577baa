//! `--where`: a jq program is asked about each row.

use crate::filter::Selection;
use crate::filter::jq::program::{Program, from_file};
use crate::filter::jq::{Limits, Question};
use crate::tr;
use crate::words::Message;
use std::time::Duration;

/// The longest time for a row, seconds.
const LONGEST: f64 = 86_400.0;

/// The options of this predicate.
#[derive(Clone, Debug, Default, clap::Args, serde::Serialize)]
#[group(skip)]
pub struct Args {
    /// Rows for which this jq program gives anything but false and null: '.n > 2', 'any(annotations; .class == "car")'
    #[arg(
        long = "where",
        value_name = "PROGRAM",
        allow_hyphen_values = true,
        conflicts_with = "where_from",
        help_heading = "Selection"
    )]
    #[serde(rename = "where")]
    text: Option<Program>,
    /// The program of --where from a file
    #[arg(long, value_name = "FILE", value_parser = from_file, help_heading = "Selection", hide_short_help = true)]
    where_from: Option<Program>,
    /// The longest time that a jq program may take for one row [default: 10]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Damaged input", hide_short_help = true)]
    #[serde(skip)]
    row_timeout: Option<Duration>,
}

impl Args {
    /// The selection with this predicate, if the option is given.
    pub fn join(&self, selection: Selection) -> Selection {
        match self.text.as_ref().or(self.where_from.as_ref()) {
            Some(program) => selection.with_question(Question::new(program.clone(), self.limits())),
            None => selection,
        }
    }

    /// What jq programs of this run may take.
    pub fn limits(&self) -> Limits {
        self.row_timeout.map_or_else(Limits::default, |time| Limits { time })
    }

    /// Whether a time is given, and no program that it could be for.
    pub fn is_time_idle(&self) -> bool {
        self.row_timeout.is_some() && self.text.is_none() && self.where_from.is_none()
    }
}

fn seconds(text: &str) -> Result<Duration, Message> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.1..=LONGEST).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err(tr!("row-timeout-expects", most = LONGEST.to_string())),
    }
}
