//! Which part a process is, by the variables in which schedulers number the tasks of an array.
//!
//! A scheduler that is not here, or that numbers nothing (Ray, Dask, Spark, GNU parallel), passes `I/N` as an argument.

use crate::exit::UsageError;
use crate::tr;
use crate::words::Message;

/// How a scheduler numbers the tasks of an array.
struct Scheduler {
    /// Its name.
    name: &'static str,
    /// The variable with the number of the task.
    index: &'static str,
    /// The number of the first task, and the variable that has it, where one has.
    first: (u64, Option<&'static str>),
    /// The variable with the distance of two numbers.
    step: Option<&'static str>,
    /// The variable with the number of the last task.
    last: Option<&'static str>,
    /// The variable with the number of tasks.
    count: Option<&'static str>,
    /// What the number is for a task of no array.
    alone: Option<&'static str>,
    /// How to submit N tasks that are numbered without gaps.
    submit: &'static str,
}

const PLAIN: Scheduler =
    Scheduler { name: "", index: "", first: (0, None), step: None, last: None, count: None, alone: None, submit: "" };

/// All that are known.
const SCHEDULERS: [Scheduler; 9] = [
    Scheduler {
        name: "Kubernetes",
        index: "JOB_COMPLETION_INDEX",
        submit: "completionMode: Indexed, completions: N",
        ..PLAIN
    },
    Scheduler {
        name: "AWS Batch",
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        count: Some("AWS_BATCH_JOB_ARRAY_SIZE"),
        submit: "--array-properties size=N",
        ..PLAIN
    },
    Scheduler {
        name: "Google Cloud Batch",
        index: "BATCH_TASK_INDEX",
        count: Some("BATCH_TASK_COUNT"),
        submit: "taskCount: N",
        ..PLAIN
    },
    Scheduler {
        name: "Cloud Run jobs",
        index: "CLOUD_RUN_TASK_INDEX",
        count: Some("CLOUD_RUN_TASK_COUNT"),
        submit: "--tasks N",
        ..PLAIN
    },
    Scheduler {
        name: "Slurm",
        index: "SLURM_ARRAY_TASK_ID",
        first: (0, Some("SLURM_ARRAY_TASK_MIN")),
        step: Some("SLURM_ARRAY_TASK_STEP"),
        last: Some("SLURM_ARRAY_TASK_MAX"),
        count: Some("SLURM_ARRAY_TASK_COUNT"),
        submit: "sbatch --array=1-N",
        ..PLAIN
    },
    Scheduler {
        name: "Grid Engine",
        index: "SGE_TASK_ID",
        first: (1, Some("SGE_TASK_FIRST")),
        step: Some("SGE_TASK_STEPSIZE"),
        last: Some("SGE_TASK_LAST"),
        alone: Some("undefined"),
        submit: "qsub -t 1-N",
        ..PLAIN
    },
    Scheduler {
        name: "LSF",
        index: "LSB_JOBINDEX",
        first: (1, None),
        step: Some("LSB_JOBINDEX_STEP"),
        last: Some("LSB_JOBINDEX_END"),
        alone: Some("0"),
        submit: "bsub -J 'name[1-N]'",
        ..PLAIN
    },
    Scheduler { name: "PBS", index: "PBS_ARRAY_INDEX", first: (1, None), submit: "qsub -J 1-N", ..PLAIN },
    Scheduler { name: "Torque", index: "PBS_ARRAYID", first: (1, None), submit: "qsub -t 1-N", ..PLAIN },
];

/// A task that a scheduler has numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// The scheduler.
    pub scheduler: &'static str,
    /// The variable with its number.
    pub variable: &'static str,
    /// Which task, from 0.
    pub index: u64,
    /// Of how many.
    pub of: u64,
}

/// Reads a variable; `None` when it is not set, or set to nothing.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The task that this process is. `of`: the number of parts, where it is given.
///
/// # Errors
/// No scheduler has numbered it; variables are missing, or do not fit each other or the number that is given.
pub fn task(environment: Environment<'_>, of: Option<u64>) -> Result<Task, UsageError> {
    let mut found: Option<Task> = None;
    for scheduler in &SCHEDULERS {
        let Some(number) = environment(scheduler.index) else { continue };
        if scheduler.alone == Some(number.trim()) {
            continue;
        }
        let task = scheduler.task(environment, &number, of)?;
        match &found {
            Some(first) if (first.index, first.of) != (task.index, task.of) => {
                let (one, other) = (first.variable, task.variable);
                return Err(UsageError::new(tr!("scheduler-two", one, other)));
            }
            Some(_) => {}
            None => found = Some(task),
        }
    }
    found.ok_or_else(|| {
        let variables: Vec<String> = SCHEDULERS.iter().map(|s| format!("{} ({})", s.index, s.name)).collect();
        UsageError::new(tr!("scheduler-none", variables = variables.join(", ")))
    })
}

impl Scheduler {
    fn task(&self, environment: Environment<'_>, number: &str, given: Option<u64>) -> Result<Task, UsageError> {
        let (name, submit) = (self.name, self.submit);
        let read = |variable: &str, text: &str| {
            let bad = || UsageError::new(tr!("scheduler-no-number", name, variable, value = ?text));
            text.trim().parse::<u64>().map_err(|_| bad())
        };
        let optional = |variable: Option<&str>| {
            let value = variable.and_then(|variable| Some((variable, environment(variable)?)));
            value.map(|(variable, text)| read(variable, &text)).transpose()
        };
        let number = read(self.index, number)?;
        let (first, step) = (optional(self.first.1)?.unwrap_or(self.first.0), optional(self.step)?.unwrap_or(1).max(1));
        let gaps = || UsageError::new(tr!("scheduler-gaps", name, variable = self.index, number, first, submit));
        let place = number.checked_sub(first).ok_or_else(gaps)?;
        if !place.is_multiple_of(step) {
            return Err(gaps());
        }
        let index = place / step;
        let last = optional(self.last)?;
        let spanned =
            last.map(|last| last.checked_sub(first).map(|span| span / step + 1).ok_or_else(gaps)).transpose()?;
        let counted = optional(self.count)?;
        if let (Some(count), Some(spanned)) = (counted, spanned)
            && count != spanned
        {
            return Err(UsageError::new(tr!("scheduler-holes", name, count, spanned, submit)));
        }
        let of = match (counted.or(spanned), given) {
            (Some(says), Some(given)) if says != given => {
                return Err(UsageError::new(tr!("scheduler-contradicts", name, says, given)));
            }
            (Some(of), _) | (None, Some(of)) => of,
            (None, None) => return Err(UsageError::new(self.uncounted())),
        };
        if index >= of {
            return Err(UsageError::new(tr!("scheduler-beyond", name, variable = self.index, number, of, submit)));
        }
        Ok(Task { scheduler: name, variable: self.index, index, of })
    }

    /// What is said when the number of tasks is not known.
    fn uncounted(&self) -> Message {
        match self.count.or(self.last) {
            Some(variable) => tr!("scheduler-count-missing", name = self.name, variable),
            None => tr!("scheduler-count-never", name = self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(variables: &str, of: Option<u64>) -> String {
        let set: Vec<(&str, &str)> = variables.split_whitespace().filter_map(|pair| pair.split_once('=')).collect();
        let environment = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        match task(&environment, of) {
            Ok(task) => format!("{}/{} {}", task.index + 1, task.of, task.scheduler),
            Err(e) => e.to_string(),
        }
    }

    #[test]
    fn tasks_are_numbered_by_their_schedulers() {
        for (variables, of, expected) in [
            ("JOB_COMPLETION_INDEX=0", Some(8), "1/8 Kubernetes"),
            ("JOB_COMPLETION_INDEX=7", Some(8), "8/8 Kubernetes"),
            ("JOB_COMPLETION_INDEX=3", None, "does not tell"),
            ("JOB_COMPLETION_INDEX=8", Some(8), "there are 8 parts"),
            ("AWS_BATCH_JOB_ARRAY_INDEX=2 AWS_BATCH_JOB_ARRAY_SIZE=10", None, "3/10 AWS Batch"),
            ("AWS_BATCH_JOB_ARRAY_INDEX=2", None, "AWS_BATCH_JOB_ARRAY_SIZE is not set"),
            ("AWS_BATCH_JOB_ARRAY_INDEX=2", Some(4), "3/4 AWS Batch"),
            (
                "AWS_BATCH_JOB_ARRAY_INDEX=2 AWS_BATCH_JOB_ARRAY_SIZE=10",
                Some(4),
                "says 10 parts, and the option says 4",
            ),
            ("BATCH_TASK_INDEX=0 BATCH_TASK_COUNT=1", None, "1/1 Google Cloud Batch"),
            ("CLOUD_RUN_TASK_INDEX=4 CLOUD_RUN_TASK_COUNT=5", None, "5/5 Cloud Run jobs"),
            (
                "SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_MIN=5 SLURM_ARRAY_TASK_MAX=8 SLURM_ARRAY_TASK_COUNT=4",
                None,
                "1/4 Slurm",
            ),
            (
                "SLURM_ARRAY_TASK_ID=6 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=6 SLURM_ARRAY_TASK_COUNT=4 \
                 SLURM_ARRAY_TASK_STEP=2",
                None,
                "4/4 Slurm",
            ),
            (
                "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_COUNT=2",
                None,
                "has 2 tasks, and its numbers would be for 5",
            ),
            ("SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_COUNT=4", None, "3/4 Slurm"),
            ("SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_MIN=3", Some(4), "from 3 on"),
            ("SGE_TASK_ID=3 SGE_TASK_FIRST=1 SGE_TASK_LAST=8 SGE_TASK_STEPSIZE=1", None, "3/8 Grid Engine"),
            ("SGE_TASK_ID=6 SGE_TASK_FIRST=2 SGE_TASK_LAST=10 SGE_TASK_STEPSIZE=2", None, "3/5 Grid Engine"),
            ("SGE_TASK_ID=5 SGE_TASK_FIRST=2 SGE_TASK_LAST=10 SGE_TASK_STEPSIZE=2", None, "from 2 on"),
            ("SGE_TASK_ID=undefined SGE_TASK_LAST=undefined", None, "no scheduler"),
            ("LSB_JOBINDEX=2 LSB_JOBINDEX_END=4 LSB_JOBINDEX_STEP=1", None, "2/4 LSF"),
            ("LSB_JOBINDEX=0", None, "no scheduler"),
            ("PBS_ARRAY_INDEX=1", Some(3), "1/3 PBS"),
            ("PBS_ARRAY_INDEX=0", Some(3), "from 1 on"),
            ("PBS_ARRAYID=3", Some(3), "3/3 Torque"),
            ("PBS_ARRAYID=3", None, "does not tell"),
            ("PBS_ARRAY_INDEX=3 PBS_ARRAYID=3", Some(4), "3/4 PBS"),
            ("PBS_ARRAY_INDEX=3 JOB_COMPLETION_INDEX=1", Some(4), "contradict"),
            ("SLURM_ARRAY_TASK_ID=x", Some(4), "\"x\", which is no number"),
            ("JOB_COMPLETION_INDEX=-1", Some(4), "no number"),
            ("", None, "no scheduler"),
            ("", Some(4), "no scheduler"),
        ] {
            let told = told(variables, of);
            assert!(told.contains(expected), "{variables} {of:?}: {told}");
        }
    }
}
