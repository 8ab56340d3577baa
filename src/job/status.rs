//! How a job is, and how it ended.

use super::JobError;
use crate::exit::Exit;
use serde_json::Value;

/// The five states that the platform and Ray both have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It waits.
    Pending,
    /// It runs.
    Running,
    /// It was stopped.
    Stopped,
    /// It has done what it should.
    Succeeded,
    /// It has failed.
    Failed,
}

/// The states as servers write them.
pub const STATUSES: [(&str, Status); 5] = [
    ("PENDING", Status::Pending),
    ("RUNNING", Status::Running),
    ("STOPPED", Status::Stopped),
    ("SUCCEEDED", Status::Succeeded),
    ("FAILED", Status::Failed),
];

impl Status {
    /// The status with this name, in capitals or small letters.
    pub fn of(name: &str) -> Option<Self> {
        STATUSES.iter().find(|(word, _)| word.eq_ignore_ascii_case(name.trim())).map(|(_, status)| *status)
    }

    /// Its name as servers write it.
    pub fn word(self) -> &'static str {
        STATUSES.iter().find(|(_, status)| *status == self).map_or("", |(word, _)| word)
    }

    /// Whether nothing more happens.
    pub fn is_end(self) -> bool {
        matches!(self, Self::Stopped | Self::Succeeded | Self::Failed)
    }
}

/// How a job has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Its status, which is one of the last three.
    pub status: Status,
    /// The exit code of its program, where Ray tells it; negative: the signal that killed it.
    pub code: Option<i64>,
    /// Why it failed, in the server's words; may be empty.
    pub reason: String,
}

impl End {
    /// The end in what a server says of a job; `None`: it goes on.
    ///
    /// # Errors
    /// [`JobError::Status`] for a status that is none: nobody could tell when that job ends.
    pub fn of(id: &str, job: &Value) -> Result<Option<Self>, JobError> {
        let word = job["status"].as_str().unwrap_or_default();
        let Some(status) = Status::of(word) else {
            return Err(JobError::Status { id: id.to_owned(), status: word.to_owned() });
        };
        let reason = [&job["error"]["message"], &job["error"], &job["message"]];
        let reason = reason.iter().find_map(|text| text.as_str()).unwrap_or_default();
        // Ray adds the end of the log, which the reader has seen.
        let reason = reason.lines().next().unwrap_or_default();
        let reason = reason.split(", last available logs").next().unwrap_or_default().trim().to_owned();
        let end = Self { status, code: job["driver_exit_code"].as_i64(), reason };
        Ok(status.is_end().then_some(end))
    }

    /// The exit code of a program that waited for it: that of the job's own program where it is known.
    pub fn exit(&self) -> Exit {
        match (self.status, self.code) {
            (Status::Succeeded, _) => Exit::Ok,
            (Status::Stopped, _) => Exit::Terminated,
            // A failed job never ends in success, whatever it says of its program.
            (_, None | Some(0)) => Exit::Other,
            // As shells tell of a program that was killed.
            (_, Some(code)) if code < 0 => u8::try_from(128 - code).map_or(Exit::Other, Exit::of_job),
            (_, Some(code)) => u8::try_from(code).map_or(Exit::Other, Exit::of_job),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_end_of_a_job_is_the_end_of_its_follower() {
        for (job, exit, reason) in [
            (json!({"status": "SUCCEEDED"}), Some(0), ""),
            (json!({"status": "succeeded", "driver_exit_code": 0}), Some(0), ""),
            (
                json!({"status": "STOPPED", "message": "Job was intentionally stopped."}),
                Some(143),
                "Job was intentionally stopped.",
            ),
            (
                json!({"status": "FAILED", "error": {"error_type": "timeout", "message": "시간 초과"}}),
                Some(1),
                "시간 초과",
            ),
            (json!({"status": "FAILED", "error": "no"}), Some(1), "no"),
            (
                json!({"status": "FAILED", "driver_exit_code": 7, "message": "it failed, last available logs (truncated to 20,000 chars):\nlast lines"}),
                Some(7),
                "it failed",
            ),
            (json!({"status": "FAILED", "driver_exit_code": 0}), Some(1), ""),
            (json!({"status": "FAILED", "driver_exit_code": -9}), Some(137), ""),
            (json!({"status": "FAILED", "driver_exit_code": 256}), Some(1), ""),
            (json!({"status": "FAILED", "driver_exit_code": -300}), Some(1), ""),
            (json!({"status": "FAILED", "driver_exit_code": "7"}), Some(1), ""),
            (json!({"status": "RUNNING"}), None, ""),
            (json!({"status": "PENDING", "driver_exit_code": null}), None, ""),
        ] {
            let end = End::of("x", &job).unwrap();
            assert_eq!(end.as_ref().map(|end| end.exit().code()), exit, "{job}");
            assert_eq!(end.map(|end| end.reason).unwrap_or_default(), reason, "{job}");
        }
    }

    #[test]
    fn a_status_that_is_none_is_an_error() {
        for job in [json!({}), json!({"status": null}), json!({"status": "DONE"}), json!({"status": 3}), json!([])] {
            assert!(matches!(End::of("x", &job), Err(JobError::Status { .. })), "{job}");
        }
    }
}
