//! The three lists of rows that can be exported.

/// Which rows are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Target {
    /// One row per assignment of a project
    #[default]
    Assignment,
    /// One row per task of a project
    Task,
    /// One row per event of a ground-truth dataset version
    #[value(name = "ground_truth")]
    GroundTruth,
}

impl Target {
    /// The name of the target in options, frames and item lines.
    pub fn word(self) -> &'static str {
        match self {
            Target::Assignment => "assignment",
            Target::Task => "task",
            Target::GroundTruth => "ground_truth",
        }
    }

    /// The path of the list that holds the rows of the target.
    pub fn path(self) -> &'static str {
        match self {
            Target::Assignment => "/sdk/assignments/",
            Target::Task => "/sdk/tasks/",
            Target::GroundTruth => "/sdk/ground_truth_events/",
        }
    }

    /// The key that is unique in the list. The `id` of a ground-truth event repeats.
    pub fn unique(self) -> &'static str {
        if self == Target::GroundTruth { "pgh_id" } else { "id" }
    }

    /// The filter that names the project or version, as the server spells it.
    pub fn scope(self) -> &'static str {
        if self == Target::GroundTruth { "ground_truth_dataset_versions" } else { "project" }
    }

    /// Rows a page to begin with; rows of tasks are heavy.
    pub fn page_size(self) -> usize {
        match self {
            Target::Task => 50,
            Target::Assignment => 100,
            Target::GroundTruth => 200,
        }
    }

    /// The parts of a row to ask for.
    pub fn expand(self) -> &'static [&'static str] {
        if self == Target::Task { &["data", "data_unit"] } else { &["data"] }
    }
}
