//! Data processing: pictures, media, documents, auditing, speech and files.
//!
//! Its methods are those of [`CosS3Client`](crate::CosS3Client), with Python's names. Documents come back as a
//! [`Response`](crate::Response), Python's dict; the processed content of an object comes back as a [`StreamOutput`]. A
//! dict that a call sends is pasted: `json!({..})`, and its order is kept.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (cos, client, bucket) = start()?;
//! # let answer = "<Response><JobsDetail><JobId>j1</JobId><State>Submitted</State></JobsDetail></Response>";
//! # let answer = cos_emulator::Answer::new(200).header("Content-Type", "application/xml").body(answer);
//! # cos.answer(cos_emulator::Match::any(), answer.header("x-ci-request-id", "id"));
//! use qcloud_cos::json;
//!
//! let job = json!({
//!     "Tag": "Snapshot",
//!     "Input": {"Object": "test.mp4"},
//!     "Operation": {
//!         "Snapshot": {"Mode": "Interval", "Start": "1", "Count": "1"},
//!         "Output": {"Bucket": bucket, "Region": "ap-guangzhou", "Object": "shot-${Number}.jpg"},
//!     },
//! });
//! let response = client.ci_create_media_jobs(bucket, job).send()?;
//! let id = response["JobsDetail"][0]["JobId"].to_string();
//! println!("{}", client.ci_get_media_jobs(bucket, id).send()?["JobsDetail"][0]["State"]);
//! # Ok(()) }
//! ```
//!
//! A POST starts work that is paid for: after a lost answer it is not retried.

pub(crate) mod auditing;
pub(crate) mod auditing_common;
pub(crate) mod auditing_jobs;
pub(crate) mod batch_jobs;
pub(crate) mod buckets;
pub(crate) mod call;
pub(crate) mod detect_type;
pub(crate) mod document;
pub(crate) mod files;
pub(crate) mod image;
pub(crate) mod image_info;
pub(crate) mod media;
pub(crate) mod media_jobs;
pub(crate) mod objects;
pub(crate) mod options;
pub(crate) mod queues;
pub(crate) mod recognition;
pub(crate) mod results;
pub(crate) mod sensitive_content;
pub(crate) mod speech;
pub(crate) mod speech_templates;
pub(crate) mod templates;
pub(crate) mod workflow;

pub use auditing::*;
pub use auditing_common::*;
pub use auditing_jobs::*;
pub use batch_jobs::*;
pub use buckets::*;
pub use call::StreamOutput;
pub use detect_type::CiDetectType;
pub use document::*;
pub use files::*;
pub use image::*;
pub use image_info::*;
pub use media::*;
pub use media_jobs::*;
pub use objects::*;
pub use queues::*;
pub use recognition::*;
pub use results::{AuditingResult, Job};
pub use sensitive_content::*;
pub use speech::*;
pub use speech_templates::*;
pub use templates::*;
pub use workflow::*;
