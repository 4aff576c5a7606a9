//! Results of jobs as structs, beside the dicts that the calls return.

use serde::{Deserialize, Serialize};

use crate::dict::Dict;

/// A job of data processing: an entry of `JobsDetail` in the answers of the `create`, `get` and `list` calls.
///
/// ```
/// use qcloud_cos::ci::Job;
/// use qcloud_cos::{CosError, CosS3Client};
///
/// # fn example(client: &CosS3Client) -> Result<(), CosError> {
/// let response = client.ci_get_media_jobs("examplebucket-1250000000", "j1").send()?;
/// for job in response["JobsDetail"].read::<Vec<Job>>()? {
///     println!("{} is {}: {}", job.job_id, job.state, job.operation["Output"]["Object"]);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct Job {
    /// The id.
    pub job_id: String,
    /// The kind of job, such as `Snapshot` or `Transcode`.
    pub tag: String,
    /// The state: `Submitted`, `Running`, `Success`, `Failed`, `Pause` or `Cancel`.
    pub state: String,
    /// The error code of a job that failed; else `Success` or empty.
    pub code: String,
    /// The description of the error.
    pub message: String,
    /// The time of creation: `2021-01-01T00:00:00+0800`.
    pub creation_time: String,
    /// The time of the start; empty before it.
    pub start_time: String,
    /// The time of the end; empty before it.
    pub end_time: String,
    /// The queue that the job is in.
    pub queue_id: String,
    /// The progress in percent, if the job reports it.
    pub progress: Option<u8>,
    /// The input, as the request had it.
    pub input: Dict,
    /// The operation, as the request had it, with what it made.
    pub operation: Dict,
}

/// The result of an audit: an entry of `JobsDetail` in the answers of the `ci_auditing_*` calls.
///
/// ```
/// use qcloud_cos::ci::AuditingResult;
/// use qcloud_cos::{CosError, CosS3Client};
///
/// # fn example(client: &CosS3Client) -> Result<(), CosError> {
/// let response = client.ci_auditing_text_query("examplebucket-1250000000", "st1").send()?;
/// for audited in response["JobsDetail"].read::<Vec<AuditingResult>>()? {
///     println!("{}: {} with score {:?}", audited.job_id, audited.label, audited.score);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct AuditingResult {
    /// The id of the job.
    pub job_id: String,
    /// The state: `Submitted`, `Snapshoting`, `Auditing`, `Success` or `Failed`.
    pub state: String,
    /// The error code of an audit that failed; else `Success` or empty.
    pub code: String,
    /// The description of the error.
    pub message: String,
    /// The key of the object, if one was audited.
    pub object: String,
    /// The URL of the file, if one was audited.
    pub url: String,
    /// The id that the caller gave the content.
    pub data_id: String,
    /// The verdict: 0 is normal, 1 is a violation, 2 needs a look by a person. `None`: there is none yet.
    pub result: Option<i32>,
    /// The kind of violation with the highest priority, such as `Porn`; `Normal` if there is none.
    pub label: String,
    /// The kind within the label.
    pub sub_label: String,
    /// The score, from 0 to 100; the higher, the more sensitive. `None`: there is none yet.
    pub score: Option<i32>,
    /// The time of creation: `2021-01-01T00:00:00+0800`.
    pub creation_time: String,
}
