//! The options of `gallery`.

use clap::ValueEnum;

/// The options of `gallery`.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Where the page finds the originals
    #[arg(long, value_name = "WHERE", default_value = "dataset", hide_short_help = true, help_heading = "Formats")]
    pub link: Link,
}

/// Where a page finds the originals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Link {
    /// Beside the page, in `images/`.
    #[default]
    Dataset,
    /// At their URLs, without the query of presigned ones; no original is written.
    Url,
    /// At their URLs, presigned ones whole: they expire, and are a secret until then.
    PresignedUrl,
}
