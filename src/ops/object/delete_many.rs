//! Deleting many objects.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::{CosClientError, CosError, CosServiceError};
use crate::ops::argument::{Arg, DictArgument, take};
use crate::ops::options;
use crate::ops::response::Response;
use crate::wire::dict;
use crate::wire::request::{Extras, Request};
use crate::wire::respond::Headers;
use crate::wire::retry::passing;
use crate::wire::uri::Target;
use crate::wire::xml;

/// The most keys in one request.
const BATCH: usize = 1000;

impl CosS3Client {
    /// Deletes many objects. A missing object is no error. An object that COS could not delete is in the
    /// result's `error`. Keys with a temporary failure (`InternalError`, `SlowDown`) are retried in a
    /// request of their own, as often as a failed request.
    ///
    /// More than 1000 keys are sent in several requests, with one result. If one of these requests fails as a whole,
    /// each of its keys is in the result's `error`, and the other requests are still sent. If there is only one
    /// request, its failure is the error of the call. In a bucket with versioning, a retry after a lost answer leaves a
    /// second delete marker.
    ///
    /// Returns [`Response`](crate::Response)`<`[`DeleteObjectsOutput`](crate::object::DeleteObjectsOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.delete_objects(Bucket='examplebucket-1250000000', Delete={
    ///     'Object': [{'Key': 'a.txt'}, {'Key': 'b.txt'}], 'Quiet': 'true'})
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// let response = client.delete_objects(bucket, ["a.txt", "b.txt"]).send()?;
    /// assert_eq!(response.deleted.len(), 2);
    /// for error in &response.error {
    ///     eprintln!("{}: {}", error.key, error.message);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8289>
    pub fn delete_objects(&self, bucket: impl Into<String>, delete: impl Arg<Delete>) -> DeleteObjects<'_> {
        // A second deletion does no harm: a missing object counts as deleted.
        let mut request =
            Request::new("delete_objects", Method::POST, Target::bucket(bucket)).param("delete", "").idempotent();
        let delete = request.keep(take("delete", delete));
        DeleteObjects { client: self, request, delete }
    }
}

/// The objects to delete: made from a list of keys, or from Python's dict through serde:
/// `{"Object": [{"Key": "a.txt", "VersionId": "v"}], "Quiet": "true"}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Delete {
    /// The objects.
    #[serde(alias = "Objects", deserialize_with = "dict::list")]
    pub object: Vec<DeleteKey>,
    /// Whether the result holds only the objects that could not be deleted. Default: false.
    #[serde(deserialize_with = "dict::switch", skip_serializing_if = "Option::is_none")]
    pub quiet: Option<bool>,
}

/// An object to delete.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteKey {
    /// The key.
    #[serde(deserialize_with = "dict::required_text")]
    pub key: String,
    /// The version. Default: the newest, which in a bucket with versioning leaves a delete marker.
    #[serde(default, deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
}

impl<K: Into<DeleteKey>> FromIterator<K> for Delete {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        Self { object: keys.into_iter().map(Into::into).collect(), quiet: None }
    }
}

impl<K: Into<DeleteKey>> From<Vec<K>> for Delete {
    fn from(keys: Vec<K>) -> Self {
        keys.into_iter().collect()
    }
}

impl<K: Into<DeleteKey>, const N: usize> From<[K; N]> for Delete {
    fn from(keys: [K; N]) -> Self {
        keys.into_iter().collect()
    }
}

impl DictArgument for Delete {}

impl<K: Into<DeleteKey>> Arg<Delete> for Vec<K> {
    fn into_arg(self) -> Result<Delete, serde_json::Error> {
        Ok(self.into())
    }
}

impl<K: Into<DeleteKey>, const N: usize> Arg<Delete> for [K; N] {
    fn into_arg(self) -> Result<Delete, serde_json::Error> {
        Ok(self.into())
    }
}

impl From<&str> for DeleteKey {
    fn from(key: &str) -> Self {
        Self::from(key.to_owned())
    }
}

impl From<&String> for DeleteKey {
    fn from(key: &String) -> Self {
        Self::from(key.clone())
    }
}

/// The objects that could not be deleted, for another attempt.
impl From<DeleteError> for DeleteKey {
    fn from(error: DeleteError) -> Self {
        Self { key: error.key, version_id: error.version_id.filter(|version| !version.is_empty()) }
    }
}

impl From<String> for DeleteKey {
    fn from(key: String) -> Self {
        Self { key, version_id: None }
    }
}

/// Builds a [`delete_objects`](CosS3Client::delete_objects) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct DeleteObjects<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    delete: Delete,
}

impl Delete {
    /// Refuses keys that an XML document cannot hold: the objects would be gone, and the answer unreadable.
    fn check(&self) -> Result<(), CosClientError> {
        match self.object.iter().find(|object| object.key.is_empty() || !xml::holds(&object.key)) {
            Some(object) => {
                Err(CosClientError::invalid("delete", format!("the key {:?} cannot be named in XML", object.key)))
            }
            None => Ok(()),
        }
    }
}

impl DeleteObjects<'_> {
    pub(crate) fn with_extras(mut self, extras: &Extras) -> Self {
        self.request = self.request.with_extras(extras);
        self
    }

    /// Sends the request, or one for each 1000 keys.
    pub fn send(self) -> Result<Response<DeleteObjectsOutput>, CosError> {
        let Self { client, mut request, delete } = self;
        request.check()?;
        delete.check()?;
        let mut output = DeleteObjectsOutput::default();
        let mut headers = Headers::default();
        let only_one = delete.object.len() <= BATCH;
        for batch in delete.batches() {
            let mut batch = batch;
            for number in 1.. {
                let answer = client.execute(request.repeat().with_document("Delete", &batch).with_md5());
                let read = answer.and_then(|answer| {
                    let page: DeleteObjectsOutput = answer.read(|body| xml::parse("DeleteResult", body))?;
                    Ok((answer, page))
                });
                let (answer, mut page) = match read {
                    Ok(read) => read,
                    Err(error) if only_one && number == 1 => return Err(error),
                    // The results of the other requests are kept, and the remaining requests are sent.
                    Err(error) => {
                        output.error.extend(batch.object.into_iter().map(|object| DeleteError::of(object, &error)));
                        break;
                    }
                };
                // An empty <Deleted/> stands for none.
                output.deleted.extend(page.deleted.drain(..).filter(|deleted| !deleted.key.is_empty()));
                headers = answer.headers;
                let errors = attributed(page.error, &batch.object);
                let (pass, stay): (Vec<_>, Vec<_>) = errors.into_iter().partition(|error| {
                    passing(&error.code).is_some() && batch.object.iter().any(|object| error.is_of(object))
                });
                output.error.extend(stay);
                let dearest = pass.iter().filter_map(|error| passing(&error.code)).max();
                match dearest {
                    Some(worst) if client.pause_before_retry(&request, number, worst) => {
                        batch.object.retain(|object| pass.iter().any(|error| error.is_of(object)));
                    }
                    _ => {
                        output.error.extend(pass);
                        break;
                    }
                }
            }
        }
        Ok(Response::of_fields(output, headers))
    }
}

impl DeleteObjects<'_> {
    options::every!();
}

/// Puts the requested version into every error: an answer need not repeat it, and another attempt without it
/// would delete the newest version.
fn attributed(errors: Vec<DeleteError>, asked: &[DeleteKey]) -> Vec<DeleteError> {
    let mut attributed = Vec::with_capacity(errors.len());
    for error in errors {
        let objects =
            asked.iter().filter(|object| version(error.version_id.as_ref()).is_empty() && object.key == error.key);
        let versions = objects.map(|object| version(object.version_id.as_ref())).filter(|version| !version.is_empty());
        let versions: Vec<_> = versions.map(str::to_owned).collect();
        if versions.is_empty() {
            attributed.push(error);
            continue;
        }
        for version in versions {
            let of_version = DeleteError { version_id: Some(version), ..error.clone() };
            if !attributed.contains(&of_version) {
                attributed.push(of_version);
            }
        }
    }
    attributed
}

impl Delete {
    /// Cuts what is deleted into what requests can hold. Nothing to delete is still one request: what is
    /// wrong with that, COS says.
    fn batches(self) -> impl Iterator<Item = Delete> {
        let Self { object, quiet } = self;
        let count = object.len().div_ceil(BATCH).max(1);
        let mut objects = object.into_iter();
        (0..count).map(move |_| Delete { object: objects.by_ref().take(BATCH).collect(), quiet })
    }
}

/// The result of [`delete_prefix`](CosS3Client::delete_prefix). With more than 1000 keys the headers and the id are those of the last request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct DeleteObjectsOutput {
    /// The deleted objects; empty if `quiet` was set.
    pub deleted: Vec<DeletedObject>,
    /// The objects that could not be deleted, with the reasons.
    pub error: Vec<DeleteError>,
}

/// An object that was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct DeletedObject {
    /// The key.
    pub key: String,
    /// The version that was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// Whether a delete marker was written or deleted.
    #[serde(deserialize_with = "xml::boolean", skip_serializing_if = "std::ops::Not::not")]
    pub delete_marker: bool,
    /// The version id of that marker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_marker_version_id: Option<String>,
}

/// An object that could not be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct DeleteError {
    /// The key.
    pub key: String,
    /// The version that was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// COS's error code, such as `AccessDenied`.
    pub code: String,
    /// COS's description of the error.
    pub message: String,
}

impl DeleteError {
    /// Makes the error of a key from the error of its request.
    pub(crate) fn of(object: DeleteKey, why: &CosError) -> Self {
        let code = why.service().map(CosServiceError::get_error_code).unwrap_or_default().to_owned();
        let DeleteKey { key, version_id } = object;
        Self { key, version_id, code, message: why.to_string() }
    }

    fn is_of(&self, object: &DeleteKey) -> bool {
        self.key == object.key && version(self.version_id.as_ref()) == version(object.version_id.as_ref())
    }
}

/// An empty id counts as none.
pub(crate) fn version(id: Option<&String>) -> &str {
    id.map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn document(dict: Value) -> String {
        let delete: Delete = serde_json::from_value(dict).unwrap();
        String::from_utf8(xml::write("Delete", &delete).unwrap()).unwrap()
    }

    #[test]
    fn a_dict_becomes_the_document() {
        let objects = json!([{"Key": "a", "VersionId": "v"}, {"VersionId": null, "Key": " <b>\r\n"}]);
        let expected = "<Delete><Object><Key>a</Key><VersionId>v</VersionId></Object><Object>\
            <Key> &lt;b&gt;&#13;\n</Key><VersionId></VersionId></Object><Quiet>true</Quiet></Delete>";
        for quiet in [json!("true"), json!(true)] {
            let xml = document(json!({"Quiet": quiet, "Object": objects}));
            assert!(xml.ends_with(expected), "{xml}");
        }
        let one = document(json!({"Object": {"Key": "a"}}));
        assert!(one.ends_with("<Delete><Object><Key>a</Key></Object></Delete>"), "{one}");
        let refused = |dict: Value| serde_json::from_value::<Delete>(dict).unwrap_err().to_string();
        assert!(refused(json!({"Object": [], "Keys": []})).contains("Keys"));
        assert!(refused(json!({"Object": [{"VersionId": "v"}]})).contains("Key"));
    }

    #[test]
    fn batches_hold_everything_once() {
        let sizes = |count: u32| {
            let delete: Delete = (0..count).map(|n| n.to_string()).collect();
            let batches: Vec<_> = Delete { quiet: Some(true), ..delete }.batches().collect();
            assert!(batches.iter().all(|batch| batch.quiet == Some(true)));
            let keys = batches.iter().flat_map(|batch| &batch.object).map(|object| object.key.parse::<u32>().unwrap());
            assert!(keys.eq(0..count));
            batches.iter().map(|batch| batch.object.len()).collect::<Vec<_>>()
        };
        assert_eq!(sizes(0), [0]);
        assert_eq!(sizes(1000), [1000]);
        assert_eq!(sizes(2001), [1000, 1000, 1]);
    }

    #[test]
    fn parses_what_was_deleted_and_what_was_not() {
        let xml = b"<DeleteResult><Deleted><Key>a</Key><DeleteMarker>true</DeleteMarker>\
            <DeleteMarkerVersionId>m</DeleteMarkerVersionId></Deleted><Error><Key>b</Key><VersionId>v</VersionId>\
            <Code>AccessDenied</Code><Message>no</Message></Error><Deleted><Key>c</Key></Deleted></DeleteResult>";
        let output: DeleteObjectsOutput = xml::parse("DeleteResult", xml).unwrap();
        let marked = json!({"Key": "a", "DeleteMarker": true, "DeleteMarkerVersionId": "m"});
        let error = json!({"Key": "b", "VersionId": "v", "Code": "AccessDenied", "Message": "no"});
        let expected = json!({"Deleted": [marked, {"Key": "c"}], "Error": [error]});
        assert_eq!(serde_json::to_value(output).unwrap(), expected);
    }
}
