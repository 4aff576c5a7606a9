//! All settings of a bucket at once.

use std::thread::{Builder, Scope, ScopedJoinHandle};

use http::Method;
use serde::Serialize;

use crate::client::CosS3Client;
use crate::error::{ClientErrorKind, CosClientError, CosError, CosServiceError};
use crate::ops::acl::GetAclOutput;
use crate::ops::bucket::cors::CorsConfiguration;
use crate::ops::bucket::encryption::ServerSideEncryptionConfiguration;
use crate::ops::bucket::lifecycle::LifecycleConfiguration;
use crate::ops::bucket::logging::BucketLoggingStatus;
use crate::ops::bucket::object_lock::ObjectLockConfiguration;
use crate::ops::bucket::replication::ReplicationConfiguration;
use crate::ops::bucket::tagging::Tagging;
use crate::ops::bucket::tiering::ListIntelligentTieringOutput;
use crate::ops::bucket::versioning::VersioningConfiguration;
use crate::ops::bucket::website::WebsiteConfiguration;
use crate::ops::call::Call;
use crate::ops::options;
use crate::ops::response::Response;
use crate::wire::request::{Extras, Request};
use crate::wire::uri::{Target, locate};

impl CosS3Client {
    /// Reads the settings of a bucket at once, by twelve requests in parallel. A setting that is not there is `None`.
    ///
    /// One that COS refuses to tell is `None` as well, as in Python; `errors` of the result says why. That there is no
    /// such bucket, or no answer at all, is an error of the call.
    ///
    /// Python: `response = client.get_bucket_meta(Bucket='examplebucket-1250000000')`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// client.put_bucket_versioning(bucket, "Enabled").send()?;
    /// let meta = client.get_bucket_meta(bucket).send()?;
    /// assert_eq!(meta["Versioning"]["Status"], "Enabled");
    /// assert!(meta.website.is_none());
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn get_bucket_meta(&self, bucket: impl Into<String>) -> GetBucketMeta<'_> {
        let bucket = bucket.into();
        let request = Request::new("get_bucket_meta", Method::HEAD, Target::bucket(&bucket));
        GetBucketMeta { client: self, bucket, request }
    }
}

/// Builds the requests of [`get_bucket_meta`](CosS3Client::get_bucket_meta).
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct GetBucketMeta<'a> {
    client: &'a CosS3Client,
    bucket: String,
    /// What goes with each of the requests.
    request: Request<'a>,
}

impl GetBucketMeta<'_> {
    /// Sends the requests. Returns [`Response`]`<`[`GetBucketMetaOutput`]`>`, with the headers of `head_bucket`.
    pub fn send(mut self) -> Result<Response<GetBucketMetaOutput>, CosError> {
        self.request.check()?;
        let (client, bucket, extras) = (self.client, &self.bucket, &self.request.extras());
        let addressing = client.get_conf().addressing();
        let url = locate(&addressing, &self.request.target, &addressing.endpoint)?.url();
        let mut meta = GetBucketMetaOutput { bucket_url: url.trim_end_matches('/').to_owned(), ..Default::default() };
        let headers = std::thread::scope(|scope| {
            let head = ask(scope, client.head_bucket(bucket), extras)?;
            let website = ask(scope, client.get_bucket_website(bucket), extras)?;
            let object_lock = ask(scope, client.get_bucket_object_lock(bucket), extras)?;
            let acl = ask(scope, client.get_bucket_acl(bucket), extras)?;
            let logging = ask(scope, client.get_bucket_logging(bucket), extras)?;
            let lifecycle = ask(scope, client.get_bucket_lifecycle(bucket), extras)?;
            let replication = ask(scope, client.get_bucket_replication(bucket), extras)?;
            let encryption = ask(scope, client.get_bucket_encryption(bucket), extras)?;
            let cors = ask(scope, client.get_bucket_cors(bucket), extras)?;
            let versioning = ask(scope, client.get_bucket_versioning(bucket), extras)?;
            let tiering = ask(scope, client.list_bucket_intelligenttiering_configurations(bucket), extras)?;
            let tagging = ask(scope, client.get_bucket_tagging(bucket), extras)?;
            let headers = answer(head)?.headers;
            let errors = &mut meta.errors;
            meta.website = setting("Website", website, errors)?;
            meta.object_lock = setting("ObjectLock", object_lock, errors)?;
            meta.acl = setting("ACL", acl, errors)?;
            meta.logging = setting("Logging", logging, errors)?;
            meta.lifecycle = setting("Lifecycle", lifecycle, errors)?;
            meta.replication = setting("Replication", replication, errors)?;
            meta.encryption = setting("Encryption", encryption, errors)?;
            meta.cors = setting("CORS", cors, errors)?;
            meta.versioning = setting("Versioning", versioning, errors)?;
            meta.intelligent_tiering = setting("IntelligentTiering", tiering, errors)?;
            meta.tagging = setting("Tagging", tagging, errors)?;
            Ok::<_, CosError>(headers)
        })?;
        meta.location = headers.text("x-cos-bucket-region");
        meta.ofs = headers.text("x-cos-bucket-arch") == "OFS";
        meta.maz = headers.text("x-cos-bucket-az-type") == "MAZ";
        Ok(Response::of_fields(meta, headers))
    }
}

impl GetBucketMeta<'_> {
    options::every!();
}

type Asked<'s, T> = ScopedJoinHandle<'s, Result<T, CosError>>;

/// Sends a request on a thread of its own.
fn ask<'s, 'e, T: Send + 's>(
    scope: &'s Scope<'s, 'e>,
    mut call: Call<'s, T>,
    extras: &Extras,
) -> Result<Asked<'s, T>, CosError> {
    call.request = call.request.with_extras(extras);
    let thread = Builder::new().spawn_scoped(scope, move || call.send());
    Ok(thread.map_err(|e| {
        CosClientError::new(ClientErrorKind::Transport, format!("no thread for the request: {e}")).caused_by(e)
    })?)
}

fn answer<T>(asked: Asked<'_, T>) -> Result<T, CosError> {
    asked.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Returns a setting, if there is one; an answer that tells nothing is kept among the errors.
fn setting<T>(
    name: &'static str,
    asked: Asked<'_, T>,
    errors: &mut Vec<(&'static str, CosServiceError)>,
) -> Result<Option<T>, CosError> {
    match answer(asked) {
        Ok(setting) => Ok(Some(setting)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(CosError::Service(error)) => {
            errors.push((name, *error));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The settings of a bucket; each is what its own method returns.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetBucketMetaOutput {
    /// The URL of the bucket.
    pub bucket_url: String,
    /// Whether the bucket has metadata acceleration.
    #[serde(rename = "OFS")]
    pub ofs: bool,
    /// Whether the bucket is kept in several zones.
    #[serde(rename = "MAZ")]
    pub maz: bool,
    /// The region.
    pub location: String,
    /// How new objects are encrypted.
    pub encryption: Option<Response<ServerSideEncryptionConfiguration>>,
    /// Who may do what.
    #[serde(rename = "ACL")]
    pub acl: Option<Response<GetAclOutput>>,
    /// The website.
    pub website: Option<Response<WebsiteConfiguration>>,
    /// Where the access log goes.
    pub logging: Option<Response<BucketLoggingStatus>>,
    /// Which other origins may use the bucket.
    #[serde(rename = "CORS")]
    pub cors: Option<Response<CorsConfiguration>>,
    /// Whether versions are kept.
    pub versioning: Option<Response<VersioningConfiguration>>,
    /// The rules of the intelligent tiering.
    pub intelligent_tiering: Option<Response<ListIntelligentTieringOutput>>,
    /// What becomes of objects in time.
    pub lifecycle: Option<Response<LifecycleConfiguration>>,
    /// The tags.
    pub tagging: Option<Response<Tagging>>,
    /// The object lock.
    pub object_lock: Option<Response<ObjectLockConfiguration>>,
    /// To where objects are copied.
    pub replication: Option<Response<ReplicationConfiguration>>,
    /// Why a setting is `None` that may be there, by its name in Python's dict: what COS answered but 404. Python hides
    /// it.
    #[serde(skip)]
    pub errors: Vec<(&'static str, CosServiceError)>,
}
