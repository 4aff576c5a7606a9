//! All settings of a bucket at once.

use std::panic::resume_unwind;
use std::thread::Builder;

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
use crate::wire::respond::Headers;
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
        let mut headers = Headers::default();
        let mut head = client.head_bucket(bucket);
        head.request = head.request.with_extras(extras);
        let read_headers = || {
            headers = head.send()?.headers;
            Ok(None)
        };
        meta.errors = ask_all(vec![
            Box::new(read_headers),
            setting("Website", client.get_bucket_website(bucket), extras, &mut meta.website),
            setting("ObjectLock", client.get_bucket_object_lock(bucket), extras, &mut meta.object_lock),
            setting("ACL", client.get_bucket_acl(bucket), extras, &mut meta.acl),
            setting("Logging", client.get_bucket_logging(bucket), extras, &mut meta.logging),
            setting("Lifecycle", client.get_bucket_lifecycle(bucket), extras, &mut meta.lifecycle),
            setting("Replication", client.get_bucket_replication(bucket), extras, &mut meta.replication),
            setting("Encryption", client.get_bucket_encryption(bucket), extras, &mut meta.encryption),
            setting("CORS", client.get_bucket_cors(bucket), extras, &mut meta.cors),
            setting("Versioning", client.get_bucket_versioning(bucket), extras, &mut meta.versioning),
            setting(
                "IntelligentTiering",
                client.list_bucket_intelligenttiering_configurations(bucket),
                extras,
                &mut meta.intelligent_tiering,
            ),
            setting("Tagging", client.get_bucket_tagging(bucket), extras, &mut meta.tagging),
        ])?;
        meta.location = headers.text("x-cos-bucket-region");
        meta.ofs = headers.text("x-cos-bucket-arch") == "OFS";
        meta.maz = headers.text("x-cos-bucket-az-type") == "MAZ";
        Ok(Response::of_fields(meta, headers))
    }
}

impl GetBucketMeta<'_> {
    options::every!();
}

/// A request whose answer finds its place by itself; an answer that tells nothing is returned.
type Question<'q> = Box<dyn FnOnce() -> Result<Option<(&'static str, CosServiceError)>, CosError> + Send + 'q>;

/// A setting, if there is one, goes to `place`.
fn setting<'q, T: Send + 'q>(
    name: &'static str,
    mut call: Call<'q, T>,
    extras: &Extras,
    place: &'q mut Option<T>,
) -> Question<'q> {
    call.request = call.request.with_extras(extras);
    Box::new(move || {
        match call.send() {
            Ok(setting) => *place = Some(setting),
            Err(error) if error.is_not_found() => {}
            Err(CosError::Service(error)) => return Ok(Some((name, *error))),
            Err(error) => return Err(error),
        }
        Ok(None)
    })
}

/// Sends every request on a thread of its own.
fn ask_all(questions: Vec<Question<'_>>) -> Result<Vec<(&'static str, CosServiceError)>, CosError> {
    std::thread::scope(|scope| {
        let no_thread = |e: std::io::Error| {
            CosClientError::new(ClientErrorKind::Transport, format!("no thread for the request: {e}")).caused_by(e)
        };
        let start = |question| Builder::new().spawn_scoped(scope, question).map_err(no_thread);
        let threads: Vec<_> = questions.into_iter().map(start).collect::<Result<_, _>>()?;
        let answers = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        answers.filter_map(Result::transpose).collect()
    })
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
