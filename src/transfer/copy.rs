//! Copying an object of any size, in one request or in parallel parts.

use std::collections::HashMap;
use std::path::PathBuf;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use rayon::ThreadPool;
use serde::Serialize;

use super::handle::TransferHandle;
use super::multipart::checkpoint::{self, Earlier, SavedPart, UploadCheckpoint, UploadIdentity};
use super::multipart::session::{Destination, Done, OpenUpload};
use super::multipart::{MultipartUpload, OnFailure, PartSource, missing};
use super::pin;
use super::plan::{Plan, part_size_bytes};
use super::pool::{StopSignal, check_threads, run, threads};
use crate::client::CosS3Client;
use crate::error::{CosClientError, CosError};
use crate::ops::argument::{Arg, take};
use crate::ops::bucket::tagging::Tagging;
use crate::ops::multipart::complete::CompleteMultipartUploadOutput;
use crate::ops::multipart::list_parts::ListedPart;
use crate::ops::object::copy::CopyObjectOutput;
use crate::ops::object::head::{HeadObjectOutput, head_for};
use crate::ops::options;
use crate::ops::response::Response;
use crate::ops::values::StorageClass;
use crate::wire::copy_source::{CopySource, ResolvedSource};
use crate::wire::headers;
use crate::wire::request::Request;
use crate::wire::uri::{Target, encode_query};
use crate::wire::xml;

/// The start of the metadata that the user gave an object.
const OWN_METADATA: &str = "x-cos-meta-";

impl CosS3Client {
    /// Copies an object of any size, on COS's side.
    ///
    /// The source is looked up first. One request copies it within a region and storage class, and up to
    /// the configuration's `copy_part_threshold_size` (5 GiB) otherwise. Anything else is copied in parts,
    /// several at a time; these must all come from the same version of the source, else nothing is
    /// completed. Metadata and tags are kept in both cases, unless `copy_status("Replaced")` says otherwise. A copy in parts
    /// asks for the tags if there are any; a caller who may not read them copies without them, which the log says.
    /// Conditions on the source are asked when it is looked up. A copy in parts that broke
    /// off is resumed by the next call, also of a later process; one that was refused deletes its parts.
    ///
    /// Returns [`Response`](crate::Response)`<`[`CopyOutput`](crate::transfer::CopyOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.copy(Bucket='examplebucket-1250000000', Key='copy.bin',
    ///     CopySource={'Bucket': 'sourcebucket-1250000000', 'Key': 'big.bin', 'Region': 'ap-beijing'},
    ///     MAXThread=10)
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.create_bucket("sourcebucket-1250000000").send()?;
    /// # client.put_object("sourcebucket-1250000000", b"abcdefg", "big.bin").send()?;
    /// use qcloud_cos::CopySource;
    ///
    /// let source = CopySource::new("sourcebucket-1250000000", "big.bin", "ap-guangzhou");
    /// let response = client.copy("examplebucket-1250000000", "copy.bin", source).max_thread(10).send()?;
    /// println!("{}", response.etag);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10881>
    pub fn copy<'a>(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        copy_source: impl Arg<CopySource>,
    ) -> CopyTransfer<'a> {
        let mut request = Request::new("copy", Method::PUT, Target::object(bucket, key));
        let copy_source = take("copy_source", copy_source).unwrap_or_else(|error| {
            request.defer(error);
            CopySource::default()
        });
        CopyTransfer {
            client: self.clone(),
            request,
            copy_source,
            replaced: false,
            part_size: 10,
            max_thread: 5,
            resume: true,
            discard_on_cancel: false,
            checkpoint_dir: None,
        }
    }
}

/// Builds a [`copy`](CosS3Client::copy) transfer.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct CopyTransfer<'a> {
    client: CosS3Client,
    request: Request<'a>,
    copy_source: CopySource,
    replaced: bool,
    part_size: u64,
    max_thread: usize,
    resume: bool,
    discard_on_cancel: bool,
    checkpoint_dir: Option<PathBuf>,
}

impl CopyTransfer<'_> {
    /// Sets whether the copy keeps the metadata of the source (`Copy`) or gets the metadata that is set here
    /// (`Replaced`). Python: `CopyStatus`. Default: `Copy`.
    pub fn copy_status(mut self, status: impl AsRef<str>) -> Self {
        match status.as_ref() {
            "Copy" => self.replaced = false,
            "Replaced" => self.replaced = true,
            other => {
                let why = format!("{other:?} is neither Copy nor Replaced");
                self.request.defer(CosClientError::invalid("copy_status", why));
            }
        }
        self
    }

    /// Sets the size of a part in MiB, 1 to 5120. A source of more than 10,000 such parts gets larger ones.
    /// Python: `PartSize`. Default: 10.
    pub fn part_size(mut self, mib: u64) -> Self {
        self.part_size = mib;
        self
    }

    /// Sets how many parts are copied at a time. Python: `MAXThread`. Default: 5.
    pub fn max_thread(mut self, threads: usize) -> Self {
        self.max_thread = threads;
        self
    }

    /// Keeps a checkpoint of a copy in parts, and resumes one that broke off. Default: true; otherwise the
    /// parts of a copy that fails are deleted.
    pub fn resume(mut self, resume: bool) -> Self {
        self.resume = resume;
        self
    }

    /// Deletes the parts when the transfer is cancelled through its handle, instead of keeping them for the
    /// next call. Default: false.
    pub fn discard_on_cancel(mut self, discard: bool) -> Self {
        self.discard_on_cancel = discard;
        self
    }

    /// Keeps the checkpoint of a copy in parts in this folder, which is created if need be. Default: the
    /// folder `qcloud_cos` in `$XDG_STATE_HOME`, `~/.local/state` or, on Windows, `%LOCALAPPDATA%`.
    pub fn checkpoint_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.checkpoint_dir = Some(folder.into());
        self
    }

    /// Copies the object.
    pub fn send(mut self) -> Result<Response<CopyOutput>, CosError> {
        self.request.check()?;
        let part_size = part_size_bytes(self.part_size)?;
        check_threads(self.max_thread)?;
        let control = self.client.transfer_control();
        self.client = self.client.steered_by(&control);
        let config = self.client.get_conf();
        let addressing = config.addressing();
        let source = self.copy_source.resolve(&addressing)?;
        let head = self.head(&source)?;
        let class = self.request.headers.get("x-cos-storage-class").and_then(|class| class.to_str().ok());
        let same_class =
            class.unwrap_or(StorageClass::Standard.as_str()).eq_ignore_ascii_case(head.storage_class.as_str());
        let near = source.endpoint == addressing.endpoint && same_class;
        if near || head.length().is_none_or(|length| length < config.copy_part_threshold_size()) {
            return self.copy_whole();
        }
        self.copy_parts(&StopSignal::new(&control), &source, &head, Plan::upload(head.content_length, part_size))
    }

    /// Looks the source up, where it is.
    fn head(&self, source: &ResolvedSource) -> Result<Response<HeadObjectOutput>, CosError> {
        let target = Target::Elsewhere { host: source.host.clone(), key: format!("/{}", source.key) };
        let mut head = Request::new("copy", Method::HEAD, target);
        if !source.version_id.is_empty() {
            head = head.param("versionId", source.version_id.as_str());
        }
        for (ours, theirs) in headers::COPY_SOURCE {
            if let Some(value) = self.request.headers.get(ours) {
                head.headers.insert(HeaderName::from_static(theirs), value.clone());
            }
        }
        // Of a copy COS answers each condition that fails by the same.
        head_for(&self.client, head).map_err(|error| match error {
            CosError::Service(error) if error.status == 304 => error.failed_condition().into(),
            other => other,
        })
    }

    /// Returns the headers that the copy is made with: what the source has is kept where the caller says nothing else.
    fn kept(&self, head: &Response<HeadObjectOutput>) -> HeaderMap {
        let mut headers = self.request.headers.clone();
        if self.replaced {
            return headers;
        }
        for (name, _) in head
            .headers
            .iter()
            .filter(|(name, _)| name.starts_with(OWN_METADATA) || headers::KEPT_BY_COPY.contains(name))
        {
            let value = head.headers.get_bytes(name).and_then(|value| HeaderValue::from_bytes(value).ok());
            if let (Ok(name), Some(value)) = (HeaderName::from_bytes(name.as_bytes()), value) {
                headers.entry(name).or_insert(value);
            }
        }
        headers
    }

    /// Returns the tags of the source as a header, if a copy in one request would keep them.
    fn kept_tags(
        &self,
        source: &ResolvedSource,
        head: &Response<HeadObjectOutput>,
    ) -> Result<Option<HeaderValue>, CosError> {
        let says = |name: &str| self.request.headers.get(name);
        let replaced = self.replaced && says(headers::TAGGING_DIRECTIVE).is_none_or(|directive| directive != "Copy");
        if replaced
            || says(headers::TAGGING).is_some()
            || says(headers::TAGGING_DIRECTIVE).is_some_and(|directive| directive != "Copy")
            || head.headers.number("x-cos-tagging-count").is_none_or(|count| count == 0)
        {
            return Ok(None);
        }
        let target = Target::Elsewhere { host: source.host.clone(), key: format!("/{}", source.key) };
        let mut get = Request::new("copy", Method::GET, target).param("tagging", "");
        if !source.version_id.is_empty() {
            get = get.param("versionId", source.version_id.as_str());
        }
        let tagging: Tagging = match self.client.execute(get) {
            Ok(answer) => answer.read(|body| xml::parse("Tagging", body))?,
            Err(CosError::Service(error)) if error.get_status_code() == 403 => {
                log::warn!("the copy of {:?} has no tags, because they may not be read: {error}", source.key);
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let tags: Vec<_> = tagging.tag_set.tag.into_iter().map(|tag| (tag.key, tag.value)).collect();
        Ok(HeaderValue::from_str(&encode_query(&tags)).ok())
    }

    fn copy_whole(&self) -> Result<Response<CopyOutput>, CosError> {
        let Self { client, request, copy_source, replaced, .. } = self;
        let (bucket, key) = request.target.names()?;
        let copy = client.copy_object(bucket, key, copy_source.clone()).with_headers(request.headers.clone());
        let copied = copy.copy_status(if *replaced { "Replaced" } else { "Copy" }).send()?;
        Ok(copied.into())
    }

    fn copy_parts(
        &self,
        stop: &StopSignal,
        source: &ResolvedSource,
        head: &Response<HeadObjectOutput>,
        plan: Plan,
    ) -> Result<Response<CopyOutput>, CosError> {
        let Self { client, request, copy_source, .. } = self;
        let (bucket, key) = request.target.names()?;
        let mut headers = options::chosen(&request.headers, &headers::COPY_PART);
        pin(&mut headers, headers::COPY_SOURCE_IF_MATCH, &head.etag);
        let pool = threads(self.max_thread.min(plan.count()))?;
        let identity = UploadIdentity {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            source: format!("{}/{}?{}", source.host, source.key, source.version_id),
            state: format!("{} {}", head.etag, head.last_modified),
            size: head.content_length,
            part_size: plan.part_size(),
            options: checkpoint::options(&request.headers),
        };
        let (checkpoint, earlier) =
            UploadCheckpoint::open(identity, self.resume, self.checkpoint_dir.as_deref(), false);
        let mut kept = self.kept(head);
        if let Some(tags) = self.kept_tags(source, head)? {
            kept.insert(headers::TAGGING, tags);
        }
        let to = Destination { client, bucket, key, headers: &kept };
        let multipart = MultipartUpload {
            to,
            checkpoint,
            on_failure: OnFailure::AbortIfRefused,
            discard_on_cancel: self.discard_on_cancel,
            crc64: head.crc64,
        };
        let resumes = matches!(earlier, Some(Earlier::Begun | Earlier::Upload { .. }));
        let parts = CopyParts { to, head, copy_source, headers, pool: &pool, stop, plan, resumes };
        Ok(multipart.run(&parts, earlier)?.into())
    }
}

impl CopyTransfer<'_> {
    options::copy!();
}

impl CopyTransfer<'static> {
    /// Starts the copy on threads of its own and returns its handle.
    pub fn start(self) -> Result<TransferHandle<Response<CopyOutput>>, CosError> {
        TransferHandle::start(move |control| Self { client: self.client.steered_by(control), ..self }.send())
    }
}

/// An object, as it is now, as the source of an upload's parts.
struct CopyParts<'t> {
    to: Destination<'t>,
    head: &'t Response<HeadObjectOutput>,
    copy_source: &'t CopySource,
    headers: HeaderMap,
    pool: &'t ThreadPool,
    stop: &'t StopSignal,
    plan: Plan,
    /// An earlier call started the upload, so that others may know it.
    resumes: bool,
}

impl<'t> PartSource<'t> for CopyParts<'t> {
    fn send_missing(
        &self,
        upload: &OpenUpload<'t>,
        there: &[Done],
        checkpoint: &UploadCheckpoint,
    ) -> Result<Vec<Done>, CosError> {
        let Destination { client, bucket, key, .. } = self.to;
        run(self.pool, self.stop, missing(self.plan, there).into_iter(), |part| {
            let last = part.offset + part.len - 1;
            let copy = client.upload_part_copy(bucket, key, part.number, &upload.id, self.copy_source);
            let copy = copy.copy_source_range(format!("bytes={}-{last}", part.offset));
            let copied = copy.with_headers(self.headers.clone()).send();
            let copied = copied.map_err(|error| error.or_changed("the source changed while it was copied"))?;
            let done = Done::new(part.number, copied.etag.as_str(), copied.crc64, part.len);
            checkpoint.part(&done);
            Ok(done)
        })
    }

    fn restart(&self) -> bool {
        self.stop.reset();
        self.resumes
    }

    /// Takes only an upload that we began. One that has parts is somebody else's.
    fn find_unrecorded(&self, begun: bool) -> Result<Option<(OpenUpload<'t>, Vec<Done>)>, CosError> {
        let Some(upload) = (if begun { self.to.newest()? } else { None }) else { return Ok(None) };
        let empty = upload.parts()?.is_some_and(|parts| parts.is_empty());
        Ok(empty.then(|| (upload, Vec::new())))
    }

    /// Takes the parts that the checkpoint knows, if they were copied from the source as it is now.
    fn usable_parts(
        &self,
        upload: &OpenUpload<'t>,
        same: bool,
        recorded: &HashMap<u32, SavedPart>,
    ) -> Result<Option<Vec<Done>>, CosError> {
        if !same {
            upload.abort();
            return Ok(None);
        }
        let Some(listed) = upload.parts()? else { return Ok(None) };
        let known = |part: &ListedPart| recorded.get(&part.part_number).filter(|saved| saved.etag == part.etag);
        let done = |part: ListedPart| {
            let crc64 = known(&part)?.crc64;
            Some(Done::new(part.part_number, part.etag, crc64, part.size))
        };
        Ok(Some(listed.into_iter().filter_map(done).collect()))
    }

    fn completed(&self, _: &HashMap<u32, SavedPart>) -> Result<Option<(u64, Option<u64>)>, CosError> {
        Ok(Some((self.head.content_length, self.head.crc64)))
    }
}

/// An object that was copied. Python's dict of it holds the headers of the last answer and the ETag, for a copy by one
/// request when it was written, and for a copy in parts bucket, key and location.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CopyOutput {
    /// The answer to a copy in one request.
    #[serde(flatten)]
    pub copied: Option<CopyObjectOutput>,
    /// The answer to the completion of a copy in parts.
    #[serde(flatten)]
    pub completed: Option<CompleteMultipartUploadOutput>,
    /// The ETag, with its quotes.
    #[serde(skip)]
    pub etag: String,
    /// The version that was written, in a bucket with versioning.
    #[serde(skip)]
    pub version_id: Option<String>,
    /// The CRC-64 that COS computed of the copy; `None` if COS did not tell it.
    #[serde(skip)]
    pub crc64: Option<u64>,
}

impl From<Response<CopyObjectOutput>> for Response<CopyOutput> {
    fn from(copied: Response<CopyObjectOutput>) -> Self {
        copied.map(|copied| CopyOutput {
            etag: copied.etag.clone(),
            version_id: copied.version_id.clone(),
            crc64: copied.crc64,
            copied: Some(copied),
            completed: None,
        })
    }
}

impl From<Response<CompleteMultipartUploadOutput>> for Response<CopyOutput> {
    fn from(completed: Response<CompleteMultipartUploadOutput>) -> Self {
        completed.map(|completed| CopyOutput {
            etag: completed.etag.clone(),
            version_id: completed.version_id.clone(),
            crc64: completed.crc64,
            copied: None,
            completed: Some(completed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_pinned_but_not_over_the_callers_condition() {
        let mut headers = HeaderMap::new();
        pin(&mut headers, headers::COPY_SOURCE_IF_MATCH, "");
        assert!(headers.is_empty());
        pin(&mut headers, headers::COPY_SOURCE_IF_MATCH, "\"e\"");
        assert_eq!(headers[headers::COPY_SOURCE_IF_MATCH], "\"e\"");
        pin(&mut headers, headers::COPY_SOURCE_IF_MATCH, "\"other\"");
        assert_eq!(headers[headers::COPY_SOURCE_IF_MATCH], "\"e\"");
    }
}
