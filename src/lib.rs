//! A blocking SDK for Tencent Cloud Object Storage (COS) that mirrors the official Python SDK: methods,
//! arguments and results have Python's names, and a script ports line for line. There is no async
//! runtime in its dependency tree.
//!
//! ```
//! use cos_emulator::CosEmulator;
//! use qcloud_cos::{CosConfig, CosError, CosS3Client};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let cos = CosEmulator::start()?; // a local COS; leave it, `scheme`, `ip` and `port` out for the real one
//! let config = CosConfig::builder()
//!     .region("ap-guangzhou")
//!     .secret_id(cos.secret_id())
//!     .secret_key(cos.secret_key())
//!     .scheme("http").ip("127.0.0.1").port(cos.port())
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
//! # What can be relied on
//!
//! * Bodies are checked by CRC-64 in both directions, and files appear under their name only when they are
//!   complete and checked.
//! * A request is repeated, by default up to 3 times, where that can help and does no harm; each attempt is
//!   signed anew. Where an answer got lost and a repetition could do harm, a look at the object comes first.
//! * Input that cannot be right is an error that names the argument, before anything is sent. What COS decides,
//!   such as which storage classes there are, is an error of COS.
//! * Secrets show in no `Debug` output and in no log record of this crate. The HTTP library logs requests as
//!   they are once level `trace` is on; keep the targets `ureq` and `ureq_proto` above it, or switch them off.
//! * Answers are not trusted: sizes, depths and lengths are bounded before anything is believed. `SECURITY.md`
//!   of the project has the threat model and what is tested.
//!
//! # Features
//!
//! `encryption`, off by default: `CosEncryptionClient`, which encrypts objects before they leave the machine.

#![forbid(unsafe_code)]
#![deny(missing_docs)]
// No answer, file or argument makes this crate panic.
#![cfg_attr(
    not(test),
    deny(clippy::expect_used, clippy::panic, clippy::todo, clippy::unreachable, clippy::unwrap_used)
)]

mod attempts;
#[cfg_attr(not(feature = "encryption"), allow(dead_code, reason = "nothing is encrypted then"))]
mod cipher;
mod client;
mod config;
mod control;
mod credentials;
#[cfg(feature = "encryption")]
mod encryption;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
#[allow(clippy::expect_used, reason = "a target says by a panic what does not hold")]
pub mod fuzzing;
mod local;
mod ops;
mod providers;
mod thread_pool;
mod transfer;
mod transport;
mod wire;

pub use attempts::Sent;
pub use cipher::KeyProof;
pub use client::{CosS3Client, CosS3ClientBuilder};
pub use config::{CosConfig, CosConfigBuilder};
pub use credentials::{CachedCredentials, CredentialProvider, Credentials, EnvironmentCredentials, ExposedCredentials};
#[cfg(feature = "encryption")]
pub use encryption::{
    AESProvider, CosEncryptionClient, EncryptionMode, Provider, RSAKeyPair, RSAKeyPairPath, RSAProvider, RsaKeys,
};
pub use error::{ClientErrorKind, CosClientError, CosError, CosServiceError};
pub use ops::acl::{AccessControlList, AccessControlPolicy, Grant, Grantee, PolicyOwner};
pub use ops::bucket::acl::{GetBucketAcl, GetBucketAclOutput, PutBucketAcl};
pub use ops::bucket::base::{BucketExists, CreateBucket, DeleteBucket, HeadBucket, HeadBucketOutput};
pub use ops::bucket::cors::{
    CorsConfiguration, CorsRule, DeleteBucketCors, GetBucketCors, GetBucketCorsOutput, PutBucketCors,
};
pub use ops::bucket::lifecycle::{
    AbortIncompleteMultipartUpload, DeleteBucketLifecycle, GetBucketLifecycle, GetBucketLifecycleOutput, LifecycleAnd,
    LifecycleConfiguration, LifecycleExpiration, LifecycleFilter, LifecycleRule, LifecycleTag, LifecycleTransition,
    NoncurrentVersionExpiration, NoncurrentVersionTransition, PutBucketLifecycle,
};
pub use ops::bucket::list::{CommonPrefix, ListObjects, ListObjectsOutput, Object, Owner};
pub use ops::bucket::location::{GetBucketLocation, GetBucketLocationOutput};
pub use ops::bucket::versioning::{GetBucketVersioning, GetBucketVersioningOutput, PutBucketVersioning};
pub use ops::bucket::versions::{DeleteMarker, ListObjectsVersions, ListObjectsVersionsOutput, ObjectVersion};
pub use ops::date::get_date;
pub use ops::multipart::complete::{CompleteMultipartUpload, CompleteMultipartUploadOutput, MultipartUpload, Part};
pub use ops::multipart::create::{AbortMultipartUpload, CreateMultipartUpload, CreateMultipartUploadOutput};
pub use ops::multipart::list_parts::{ListParts, ListPartsOutput, ListedPart};
pub use ops::multipart::list_uploads::{ListMultipartUploads, ListMultipartUploadsOutput, Upload};
pub use ops::multipart::upload_part::UploadPart;
pub use ops::multipart::upload_part_copy::UploadPartCopy;
pub use ops::object::acl::{GetObjectAcl, GetObjectAclOutput, PutObjectAcl};
pub use ops::object::append::{AppendObject, AppendObjectOutput};
pub use ops::object::copy::{CopyObject, CopyObjectOutput};
pub use ops::object::delete::{DeleteObject, DeleteObjectOutput};
pub use ops::object::delete_many::{Delete, DeleteError, DeleteKey, DeleteObjects, DeleteObjectsOutput, DeletedObject};
pub use ops::object::event_stream::{EventStream, SelectEvent, SelectStats};
pub use ops::object::get::{GetObject, GetObjectOutput};
pub use ops::object::head::{HeadObject, HeadObjectOutput, ObjectExists};
pub use ops::object::put::{PutObject, PutObjectOutput};
pub use ops::object::restore::{CasJobParameters, RestoreObject, RestoreRequest};
pub use ops::object::select::{
    CsvInput, CsvOutput, InputSerialization, JsonInput, JsonOutput, OutputSerialization, ParquetInput, RequestProgress,
    SelectObjectContent, SelectObjectContentOutput,
};
pub use ops::object::stream_body::StreamBody;
pub use ops::presign::{GetAuth, GetPresignedUrl};
pub use ops::service::{Bucket, Buckets, ListBuckets, ListBucketsOutput};
pub use ops::values::{Acl, StorageClass};
pub use providers::chain::CredentialChain;
pub use providers::instance::InstanceRoleCredentials;
pub use providers::policy::{StsPolicy, StsStatement};
pub use providers::profile::ProfileCredentials;
pub use providers::sts::{AssumeRoleCredentials, FederationTokenCredentials};
pub use thread_pool::{SimpleThreadPool, ThreadPoolResult, WorkerResult};
pub use transfer::copy::{CopyOutput, CopyTransfer};
pub use transfer::download::{DownloadFile, DownloadFileOutput};
pub use transfer::folder::delete::{DeletePrefix, DeletePrefixReport};
pub use transfer::folder::download::DownloadDirectory;
pub use transfer::folder::report::{DirectoryReport, FileOutcome, FileResult};
pub use transfer::folder::skip::SkipIdentical;
pub use transfer::folder::upload::UploadDirectory;
pub use transfer::handle::{TransferControl, TransferHandle, TransferProgress};
pub use transfer::upload::{UploadFile, UploadFileOutput};
pub use transfer::upload_buffer::UploadFileFromBuffer;
pub use wire::body::Body;
pub use wire::copy_source::CopySource;
pub use wire::respond::Headers;
