//! The command line of the stand-in.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// A stand-in for the Synapse backend: serves a saved dump over the platform's API, with faults on demand.
///
/// Prints one line, `listening on http://127.0.0.1:PORT`, and runs until it is killed. `GET /_stats` tells
/// what was asked of it, `POST /_heal` turns every fault off.
#[derive(Debug, Clone, Parser)]
#[command(name = "stand-in")]
pub struct Options {
    /// Item lines (NDJSON); `@stream` frames are skipped
    #[arg(long)]
    pub dump: PathBuf,
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// A second port, of which Ray's dashboard is known (8265)
    #[arg(long)]
    pub ray_port: Option<u16>,
    /// Jobs and their logs
    #[command(flatten)]
    pub jobs: crate::jobs::Options,
    /// Serve these image files by name; every other image is generated
    #[arg(long)]
    pub images: Option<PathBuf>,
    /// Refuse (401) API requests that do not carry this token
    #[arg(long)]
    pub token: Option<String>,
    /// Id of the one project that all rows belong to
    #[arg(long, default_value_t = 42)]
    pub project: i64,
    /// Title of the project
    #[arg(long, default_value = "Stand-in project")]
    pub title: String,
    /// Class schema: one name per line, or `auto` (from the dump), or `none`
    #[arg(long, default_value = "auto")]
    pub classes: String,
    /// List this many further (empty) projects
    #[arg(long, default_value_t = 0)]
    pub extra_projects: i64,
    /// `next_cursor` of v2 lists is an absolute URL instead of a bare token
    #[arg(long)]
    pub v2_next_url: bool,
    /// Ground-truth dataset id
    #[arg(long, default_value_t = 7)]
    pub gt_dataset: i64,
    /// Ground-truth dataset version id
    #[arg(long, default_value_t = 15)]
    pub gt_version: i64,
    /// The ground-truth dataset belongs to no project
    #[arg(long)]
    pub gt_unbound: bool,
    /// Every Nth ground-truth event repeats the id of the one before it; 0 = never
    #[arg(long, default_value_t = 7)]
    pub gt_repeat: u64,
    /// JSON array of storages to serve instead of the built-in one
    #[arg(long)]
    pub storages: Option<PathBuf>,
    /// JSON array of users to serve instead of the built-in ones
    #[arg(long)]
    pub users: Option<PathBuf>,
    /// JSON array of tags to serve instead of the built-in ones
    #[arg(long)]
    pub tags: Option<PathBuf>,
    /// Code of a tenant that the token can see
    #[arg(long, default_values_t = ["stand-in".to_owned()])]
    pub tenants: Vec<String>,
    /// How people are listed: as users with names, as members with ids only, or not at all
    #[arg(long, value_enum, default_value_t = People::Users)]
    pub people: People,

    /// Rows a page when the request does not say
    #[arg(long, default_value_t = 100)]
    pub page_size: usize,
    /// Silent cap on `page_size` (data units: 100 whatever this says)
    #[arg(long, default_value_t = 1000)]
    pub max_page_size: usize,
    /// An old server: `pagination` is ignored
    #[arg(long)]
    pub no_cursor: bool,
    /// This filter is ignored, as one that the server does not know
    #[arg(long)]
    pub ignore_filter: Vec<String>,
    /// Assignments carry no `data_unit`, as the strictest servers
    #[arg(long)]
    pub strict_rows: bool,
    /// A newer server: `files_manifest` in place of `file` and `data_unit.files`
    #[arg(long)]
    pub files_manifest: bool,
    /// `data` goes out as a JSON string
    #[arg(long)]
    pub data_string: bool,

    /// Externalise payloads when the request has `response_mode=presigned`
    #[arg(long, value_enum)]
    pub presigned: Option<Presigned>,
    /// `--presigned large`: payloads above this many bytes
    #[arg(long, default_value_t = 16384)]
    pub presigned_over: usize,
    /// Presigned URLs name this host instead of the one asked (e.g. `localhost`)
    #[arg(long)]
    pub object_host: Option<String>,
    /// A signature works this many times
    #[arg(long)]
    pub expire_after: Option<u32>,
    /// Signatures of a list walk are expired; those of a re-fetch (`id=`) work
    #[arg(long)]
    pub expire_first: bool,
    /// Answer to an expired signature
    #[arg(long, default_value_t = 403)]
    pub expire_status: u16,
    /// `data_digest` does not match the payload
    #[arg(long)]
    pub bad_digest: bool,
    /// File URLs are presigned too, and expire as payloads do
    #[arg(long)]
    pub sign_files: bool,
    /// Files come whole, whatever range is asked for
    #[arg(long)]
    pub no_ranges: bool,
    /// File URLs are relative (`/media/…`)
    #[arg(long)]
    pub relative_urls: bool,

    /// Seed of every random choice
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many seconds the clock of the server is ahead
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    pub clock_ahead: i64,
    /// Delay of every answer
    #[arg(long, default_value_t = 0)]
    pub latency_ms: u64,
    /// Further delay for every 1000 rows that a numbered page skips
    #[arg(long, default_value_t = 0)]
    pub deep_ms_per_1000: u64,
    /// The edge gives up on a numbered page after this long: 524
    #[arg(long)]
    pub edge_timeout_ms: Option<u64>,
    /// Share of answers that are 429 or 5xx (with `Retry-After: 0`)
    #[arg(long, default_value_t = 0.0)]
    pub fail_rate: f64,
    /// Use this status for `--fail-rate` instead of a mix
    #[arg(long)]
    pub fail_status: Option<u16>,
    /// Share of answers cut short
    #[arg(long, default_value_t = 0.0)]
    pub cut_rate: f64,
    /// Share of answers that are a 200 with an HTML page
    #[arg(long, default_value_t = 0.0)]
    pub html_rate: f64,
    /// Share of answers that come after `--hang-ms`
    #[arg(long, default_value_t = 0.0)]
    pub hang_rate: f64,
    /// How long a hanging answer takes
    #[arg(long, default_value_t = 60_000)]
    pub hang_ms: u64,
    /// Share of requests whose connection is reset
    #[arg(long, default_value_t = 0.0)]
    pub reset_rate: f64,
    /// No URL fails more often than this
    #[arg(long)]
    pub fault_limit: Option<u32>,
    /// Faults hit only paths that start with this (e.g. `/sdk/`, `/objects/`)
    #[arg(long, default_value = "/")]
    pub fault_path: String,
    /// 500 for ever on any page that reaches row N (counted from the start of the unfiltered list)
    #[arg(long)]
    pub die_at: Option<usize>,
    /// `count` says N more than there are
    #[arg(long, default_value_t = 0)]
    pub short: usize,
    /// Slow bodies
    #[arg(long)]
    pub bytes_per_sec: Option<u64>,
    /// Rows appear or disappear during a walk
    #[arg(long, value_enum)]
    pub mutate: Option<Mutate>,
    /// `--mutate` strikes after this many list answers
    #[arg(long, default_value_t = 3)]
    pub mutate_after: u64,
    /// The third page's `next` leads back to the second
    #[arg(long)]
    pub loop_cursor: bool,
}

/// Which payloads are externalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Presigned {
    /// Every one, as `mode: presigned`
    All,
    /// Those above `--presigned-over`, as `mode: presigned`
    Large,
    /// By turns: `mode: presigned`, `mode: inline` truncated with a URL, untouched
    Mixed,
    /// Every one truncated and without a URL: nothing can be saved
    Lost,
}

/// What happens to the list during a walk: every tenth row is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mutate {
    /// Rows that were not there appear
    Insert,
    /// Rows vanish
    Delete,
    /// Both
    Both,
}

/// How people are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum People {
    /// `/users/` and `/v2/members/`
    Users,
    /// `/v2/members/` only, as the platform's own client knows it
    Members,
    /// Neither, as an old server; it says nothing of the user and the tenants either
    None,
}
