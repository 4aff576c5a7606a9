//! Deleting all objects whose keys have one start.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use http::Method;

use super::keys::argument;
use super::schedule::each;
use crate::client::CosS3Client;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::ops::object::delete_many::{Delete, DeleteError, DeleteKey, version};
use crate::ops::options;
use crate::transfer::handle::TransferHandle;
use crate::transfer::pool::threads;
use crate::wire::request::{Extras, Request};
use crate::wire::uri::Target;

impl CosS3Client {
    /// Deletes all objects whose keys start with `prefix`, 1000 in a request and several requests at a time.
    ///
    /// The prefix is taken as it is: `logs` also stands for `logs-of-today/1`, `logs/` does not. An empty
    /// one is refused, unless [`whole_bucket`](DeletePrefix::whole_bucket) is set. There is no way back,
    /// except in a bucket with versioning.
    ///
    /// `send` returns a [`DeletePrefixReport`]: the number of deleted objects, and an error for each key that could not
    /// be deleted, which does not stop the others. An error of the call itself means that the bucket cannot be listed;
    /// the objects deleted until then stay deleted, and the call can be repeated.
    ///
    /// Beyond Python, whose pages list the bucket and delete page by page.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.put_object(bucket, b"x", "logs/1.log").send()?;
    /// let report = client.delete_prefix(bucket, "logs/").send()?;
    /// assert!(report.is_complete());
    /// assert_eq!(report.deleted, 1);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8289>
    pub fn delete_prefix<'a>(&self, bucket: impl Into<String>, prefix: impl Into<String>) -> DeletePrefix<'a> {
        let request = Request::new("delete_prefix", Method::POST, Target::object(bucket, prefix));
        DeletePrefix { client: self.clone(), request, whole_bucket: false, versions: false, max_thread: 5 }
    }
}

/// Builds a [`delete_prefix`](CosS3Client::delete_prefix) call.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct DeletePrefix<'a> {
    client: CosS3Client,
    request: Request<'a>,
    whole_bucket: bool,
    versions: bool,
    max_thread: usize,
}

/// The result of [`delete_prefix`](CosS3Client::delete_prefix).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
#[must_use = "keys may have failed"]
pub struct DeletePrefixReport {
    /// How many objects were deleted, or with `versions` how many versions and delete markers.
    pub deleted: u64,
    /// The keys that could not be deleted, and why, in their order. If a request failed as a whole,
    /// each of its keys is here with that error.
    pub error: Vec<DeleteError>,
}

impl DeletePrefixReport {
    /// Tells whether no key failed.
    pub fn is_complete(&self) -> bool {
        self.error.is_empty()
    }

    fn failed(&mut self, object: DeleteKey, why: &CosError) {
        self.error.push(DeleteError::of(object, why));
    }
}

impl DeletePrefix<'_> {
    /// Allows an empty prefix, which stands for all objects of the bucket. Default: false.
    pub fn whole_bucket(mut self, allow: bool) -> Self {
        self.whole_bucket = allow;
        self
    }

    /// Deletes all versions and delete markers, for good. Default: false; in a bucket with versioning,
    /// each object gets a delete marker.
    pub fn versions(mut self, versions: bool) -> Self {
        self.versions = versions;
        self
    }

    /// Sets how many requests are on their way at a time. Default: 5.
    pub fn max_thread(mut self, threads: usize) -> Self {
        self.max_thread = threads;
        self
    }

    /// Deletes the objects.
    pub fn send(mut self) -> Result<DeletePrefixReport, CosError> {
        self.request.check()?;
        let control = self.client.transfer_control();
        self.client = self.client.steered_by(&control);
        let (bucket, prefix) = self.request.target.names()?;
        if prefix.is_empty() && !self.whole_bucket {
            let why = "is empty, which stands for the whole bucket; whole_bucket(true) allows it";
            return Err(CosClientError::invalid("prefix", why).into());
        }
        let pool = threads(self.max_thread)?;
        let deletes = Deletes { client: &self.client, bucket, extras: self.request.extras() };
        let output = Mutex::new(DeletePrefixReport::default());
        each(
            &pool,
            &control,
            |hand_out| {
                // A page is deleted when the next one has come, which starts after its last key.
                let mut page: Option<Vec<DeleteKey>> = None;
                for next in pages(&self.client, bucket, prefix, self.versions) {
                    let next = next?;
                    check_prefix(&next, prefix)?;
                    page.replace(next).map_or(Ok(()), &mut *hand_out)?;
                }
                page.map_or(Ok(()), hand_out)
            },
            |page: Vec<DeleteKey>| {
                let done = deletes.delete(page);
                let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
                output.deleted += done.deleted;
                output.error.extend(done.error);
            },
        )?;
        let mut output = output.into_inner().unwrap_or_else(PoisonError::into_inner);
        output.error.sort_by(|a, b| (&a.key, &a.version_id).cmp(&(&b.key, &b.version_id)));
        Ok(output)
    }
}

impl DeletePrefix<'_> {
    options::every!();
}

impl DeletePrefix<'static> {
    /// Starts to delete on threads of its own and returns a handle.
    pub fn start(self) -> Result<TransferHandle<DeletePrefixReport>, CosError> {
        TransferHandle::start(move |control| Self { client: self.client.steered_by(control), ..self }.send())
    }
}

/// Lists the keys to delete, page by page.
fn pages<'c>(
    client: &'c CosS3Client,
    bucket: &str,
    prefix: &str,
    versions: bool,
) -> Box<dyn Iterator<Item = Result<Vec<DeleteKey>, CosError>> + 'c> {
    if versions {
        let pages = client.list_objects_versions(bucket).prefix(prefix).pages();
        return Box::new(pages.map(|page| {
            let page = page?;
            let page = page.into_inner();
            let versions = page.version.into_iter().map(|version| (version.key, version.version_id));
            let markers = page.delete_marker.into_iter().map(|marker| (marker.key, marker.version_id));
            let named = versions.chain(markers);
            Ok(named.map(|(key, version)| DeleteKey { key, version_id: Some(version) }).collect())
        }));
    }
    let pages = client.list_objects(bucket).prefix(prefix).pages();
    Box::new(pages.map(|page| Ok(page?.into_inner().contents.into_iter().map(|object| object.key.into()).collect())))
}

/// Refuses a list with keys that were not asked for: a gateway may leave the query out, and then it is the bucket's.
fn check_prefix(listed: &[DeleteKey], prefix: &str) -> Result<(), CosError> {
    match listed.iter().find(|object| !object.key.starts_with(prefix)) {
        Some(object) => {
            let why = format!(
                "the list for prefix {prefix:?} names {:?}: nothing of it is deleted, since the prefix was ignored",
                object.key
            );
            Err(CosClientError::answered(ClientErrorKind::Protocol, why).into())
        }
        None => Ok(()),
    }
}

/// What all requests share.
struct Deletes<'t> {
    client: &'t CosS3Client,
    bucket: &'t str,
    extras: Extras,
}

impl Deletes<'_> {
    fn delete(&self, page: Vec<DeleteKey>) -> DeletePrefixReport {
        let (many, single): (Vec<_>, Vec<_>) = page.into_iter().partition(|object| is_in_xml(&object.key));
        let mut output = DeletePrefixReport::default();
        for object in single {
            match self.delete_one(&object) {
                Ok(()) => output.deleted += 1,
                Err(error) => output.failed(object, &error),
            }
        }
        if many.is_empty() {
            return output;
        }
        let delete = || {
            let request = self.client.delete_objects(self.bucket, Delete::from(many.clone()));
            request.with_extras(&self.extras).send()
        };
        match delete() {
            Ok(answer) => {
                let asked: HashSet<_> =
                    many.iter().map(|object| name(&object.key, object.version_id.as_ref())).collect();
                // An answer need not repeat the version, nor name a key only once.
                let deleted: HashSet<_> =
                    answer.deleted.iter().map(|done| name(&done.key, done.version_id.as_ref())).collect();
                let failed: HashSet<_> =
                    answer.error.iter().map(|error| name(&error.key, error.version_id.as_ref())).collect();
                let silent = CosClientError::new(ClientErrorKind::Protocol, "COS did not say what became of it");
                let silent = CosError::from(silent);
                for object in &many {
                    let (whole, bare) = (name(&object.key, object.version_id.as_ref()), (object.key.as_str(), ""));
                    let is_in = |names: &HashSet<_>| names.contains(&whole) || names.contains(&bare);
                    if is_in(&failed) {
                        continue;
                    }
                    if is_in(&deleted) {
                        output.deleted += 1;
                    } else {
                        output.failed(object.clone(), &silent);
                    }
                }
                let stranger = |error: &&DeleteError| {
                    let whole = name(&error.key, error.version_id.as_ref());
                    !asked.contains(&whole) && !asked.iter().any(|(key, _)| *key == error.key)
                };
                if let Some(error) = answer.error.iter().find(stranger) {
                    log::warn!("the answer names a key that was not to be deleted: {:?}", error.key);
                }
                output.error.extend(answer.into_inner().error);
            }
            Err(error) => many.into_iter().for_each(|object| output.failed(object, &error)),
        }
        output
    }

    fn delete_one(&self, object: &DeleteKey) -> Result<(), CosError> {
        let target = Target::object(self.bucket, argument(&object.key));
        let mut request = Request::new("delete_object", Method::DELETE, target).with_extras(&self.extras);
        if let Some(version) = &object.version_id {
            request.set_query("versionId", version);
        }
        self.client.execute(request).map(|_| ())
    }
}

/// What tells one object from another.
fn name<'n>(key: &'n str, version_id: Option<&'n String>) -> (&'n str, &'n str) {
    (key, version(version_id))
}

/// Whether a document can name the key: XML has no control characters.
fn is_in_xml(key: &str) -> bool {
    !key.contains(|c: char| {
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}')
    })
}
