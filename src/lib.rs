//! A blocking SDK for Tencent Cloud Object Storage (COS) that mirrors the official Python SDK: methods,
//! arguments and results have Python's names, and a script ports line for line. There is no async
//! runtime in its dependency tree.
//!
//! ```
//! use qcloud_cos::{CosConfig, CosError, CosS3Client};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let cos = cos_emulator::CosEmulator::start()?;
//! # let (secret_id, secret_key) = (cos.secret_id(), cos.secret_key());
//! # let address = std::net::SocketAddr::from(([127, 0, 0, 1], cos.port()));
//! let config = CosConfig::builder()
//!     .region("ap-guangzhou")
//!     .secret_id(secret_id)
//!     .secret_key(secret_key)
//! #   .scheme("http").connect_to(address)
//!     .build()?;
//! let client = CosS3Client::new(config)?;
//! let bucket = "examplebucket-1250000000";
//!
//! client.create_bucket(bucket).send()?;
//! client.put_object(bucket, b"abcdefg", "test.txt").storage_class("STANDARD").send()?;
//! let text = std::io::read_to_string(client.get_object(bucket, "test.txt").send()?.body)?;
//! assert_eq!(text, "abcdefg");
//!
//! match client.get_object(bucket, "missing.txt").send() {
//!     Err(CosError::Service(e)) => assert_eq!(e.get_error_code(), "NoSuchKey"),
//!     other => panic!("{other:?}"),
//! }
//! # Ok(()) }
//! ```
//!
//! # How a Python call becomes a Rust call
//!
//! Required arguments stay positional, in Python's order. Every other keyword argument is a setter with its
//! name in snake case (`EnableMD5` is `enable_md5`, `MAXThread` is `max_thread`), and `send` does the
//! request. The file `PYTHON_PARITY.md` of the project lists every method and argument.
//!
//! # Results and arguments as Python's dicts
//!
//! A call returns a [`Response`]: a struct whose fields are reached through it, and Python's dict, which is indexed as
//! there, never panics and prints. A dict argument is pasted inline as [`json!`], and its order is kept.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (_cos, client, bucket) = start()?;
//! # client.put_object(bucket, b"abcdefg", "test.txt").send()?;
//! use qcloud_cos::json;
//!
//! let response = client.list_objects(bucket).prefix("test").send()?;
//! if response["Contents"][0]["Key"] == "test.txt" && response["IsTruncated"] == "false" {
//!     println!("{} bytes", response.contents[0].size);
//! }
//! println!("{response}"); // {"Name": "examplebucket-1250000000", "EncodingType": "url", ...
//!
//! client.delete_objects(bucket, json!({"Object": [{"Key": "a.txt"}, {"Key": "b.txt"}], "Quiet": "true"})).send()?;
//! # Ok(()) }
//! ```
//!
//! # What can be relied on
//!
//! * Bodies are checked by CRC-64 in both directions, and files appear under their name only when they are
//!   complete and checked.
//! * A request is retried, by default up to 3 times, if that can help and does no harm; each attempt is
//!   signed anew. If an answer was lost and a retry could do harm, a HEAD of the object decides first.
//! * Input that cannot be right is an error that names the argument, before anything is sent. What COS decides,
//!   such as which storage classes there are, is an error of COS.
//! * Secrets show in no `Debug` output and in no log record of this crate. The HTTP library logs requests as
//!   they are once level `trace` is on; keep the targets `ureq` and `ureq_proto` above it, or switch them off.
//! * A struct that is an argument may gain fields in a minor version: end its literals in `..Default::default()`. Results
//!   and enums are `#[non_exhaustive]`.
//! * Answers are not trusted: sizes, depths and lengths are bounded before anything is believed. `SECURITY.md`
//!   of the project has the threat model and what is tested.
//!
//! # Features
//!
//! `ci`, on by default: data processing, AI recognition, meta insight, vectors and speech, which are half of Python's
//! methods.
//!
//! `coscli`, on by default: `credentials::ProfileCredentials`, which reads the file of the command line tool coscli.
//!
//! `encryption`, off by default: `CosEncryptionClient`, which encrypts objects before they leave the machine.
//!
//! `platform-verifier`, off by default: certificates are checked as the operating system does, with its authorities.

#![forbid(unsafe_code)]
#![deny(missing_docs)]
// No answer, file or argument makes this crate panic.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(test),
    deny(clippy::expect_used, clippy::panic, clippy::todo, clippy::unreachable, clippy::unwrap_used)
)]

#[cfg(feature = "ci")]
pub mod ai_recognition;
mod attempts;
#[cfg_attr(not(feature = "encryption"), allow(dead_code, reason = "nothing is encrypted then"))]
mod cipher;
mod client;
mod config;
mod control;
pub mod cos_comm;
mod credential;
mod dict;
#[cfg(feature = "encryption")]
pub mod encryption;
mod error;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
#[allow(clippy::expect_used, reason = "a target says by a panic what does not hold")]
pub mod fuzzing;
#[cfg(feature = "ci")]
pub mod intelligent_speech;
mod local;
#[cfg(feature = "ci")]
pub mod meta_insight;
mod param;
mod providers;
mod transport;
#[cfg(feature = "ci")]
pub mod vectors;
mod wire;

// The client's page in the documentation has its blocks in this order; the blank line keeps it.
pub mod sign;
mod thread_pool;
pub mod transfer;

mod ops;

#[cfg(feature = "ci")]
pub mod ci;

#[cfg(feature = "ci")]
pub use ai_recognition::AIRecognitionClient;
pub use attempts::Sent;
pub use cipher::KeyProof;
pub use client::{CosS3Client, CosS3ClientBuilder};
pub use config::{CosConfig, CosConfigBuilder};
pub use credential::{CredentialProvider, Credentials};
pub use dict::{Dict, Number};
#[cfg(feature = "encryption")]
pub use encryption::CosEncryptionClient;
pub use error::{ClientErrorKind, CosClientError, CosError, CosServiceError};
#[cfg(feature = "ci")]
pub use intelligent_speech::IntelligentSpeechClient;
#[cfg(feature = "ci")]
pub use meta_insight::MetaInsightClient;
pub use ops::argument::{Arg, DictArgument, Pairs};
pub use ops::call::Call;
pub use ops::date::get_date;
pub use ops::object::stream_body::StreamBody;
pub use ops::response::Response;
pub use ops::values::{Acl, StorageClass};
pub use param::Param;
pub use serde_json::json;
pub use thread_pool::{SimpleThreadPool, ThreadPoolResult, WorkerResult};
pub use transfer::handle::{TransferControl, TransferHandle, TransferProgress};
#[cfg(feature = "ci")]
pub use vectors::CosVectorsClient;
pub use wire::body::{Body, IntoBody};
pub use wire::copy_source::CopySource;
pub use wire::respond::Headers;

/// Access control lists of buckets and objects.
pub mod acl {
    pub use crate::ops::acl::*;
}

/// Builders, settings and results of the calls about buckets.
pub mod bucket {
    pub use crate::ops::bucket::*;
    pub use crate::ops::service::*;
}

/// Python's `qcloud_cos.cos_client`, for scripts that import from there.
pub mod cos_client {
    pub use crate::client::CosS3Client;
    pub use crate::config::CosConfig;
}

/// Python's `qcloud_cos.cos_exception`, for scripts that import from there.
pub mod cos_exception {
    pub use crate::error::{CosClientError, CosServiceError};

    /// Python's base class of both errors.
    pub type CosException = crate::error::CosError;
}

/// Python's `qcloud_cos.cos_threadpool`, for scripts that import from there.
pub mod cos_threadpool {
    pub use crate::thread_pool::SimpleThreadPool;
}

/// Credentials beyond a fixed pair: caches, chains and providers.
pub mod credentials {
    pub use crate::credential::*;
    pub use crate::providers::*;
}

/// Builders, settings and results of the calls about live channels.
pub mod live {
    pub use crate::ops::live::*;
}

/// Builders, arguments and results of the calls about uploads in parts.
pub mod multipart {
    pub use crate::ops::multipart::*;
}

/// Builders, arguments and results of the calls about objects.
pub mod object {
    pub use crate::ops::fetch::*;
    pub use crate::ops::object::*;
    pub use crate::ops::post_form::*;
    pub use crate::ops::presign::*;
}
