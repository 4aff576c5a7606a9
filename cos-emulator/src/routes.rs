//! The operation of a request.

use crate::auth::Access;
use crate::context::Operation;
use crate::error::{Code, Error};
use crate::http::Head;
use crate::ops;
use crate::target::Target;

/// Query parameters that turn a request into one about something else than a bucket's objects or
/// an object's content.
const SUB_RESOURCES: [&str; 39] = [
    "acl",
    "append",
    "cors",
    "delete",
    "domain",
    "domaincertificate",
    "encryption",
    "intelligent-tiering",
    "intelligenttiering",
    "inventory",
    "lifecycle",
    "live",
    "location",
    "logging",
    "object-lock",
    "origin",
    "policy",
    "referer",
    "replication",
    "response-control",
    "restore",
    "retention",
    "select",
    "symlink",
    "tagging",
    "uploadId",
    "uploads",
    "versioning",
    "versions",
    "vod",
    "website",
    // Known to COS, and refused here.
    "accelerate",
    "callback",
    "ci-process",
    "imageMogr2",
    "imageView2",
    "notification",
    "policyStatus",
    "torrent",
];

/// The operation, and the access to data that it needs.
pub(crate) fn route(head: &Head, target: &Target) -> Result<(Access, Operation), Error> {
    let sub = sub_resource(head);
    let sub = sub.as_deref();
    let found = if target.bucket.is_none() {
        service(&head.method, sub)
    } else if target.key.is_empty() {
        bucket(&head.method, sub)
    } else {
        object(head, sub)
    };
    found.ok_or_else(|| {
        let about = sub.map_or_else(String::new, |sub| format!(" with ?{sub}"));
        let message = format!("The emulator does not implement {}{about} here.", head.method);
        Error::new(Code::NotImplemented, message)
    })
}

fn service(method: &str, sub: Option<&str>) -> Option<(Access, Operation)> {
    match (method, sub) {
        ("GET", None) => Some((Access::Owner, ops::service::list_buckets)),
        _ => None,
    }
}

fn bucket(method: &str, sub: Option<&str>) -> Option<(Access, Operation)> {
    let operation: Operation = match (method, sub) {
        ("GET", None) => return Some((Access::ListBucket, ops::list::list_objects)),
        ("HEAD", None) => return Some((Access::ListBucket, ops::bucket::head)),
        ("GET", Some("versions")) => return Some((Access::ListBucket, ops::versions::list)),
        ("GET", Some("uploads")) => ops::uploads::list_uploads,
        ("PUT", None) => ops::bucket::create,
        ("DELETE", None) => ops::bucket::delete,
        ("POST", Some("delete")) => ops::delete::delete_objects,
        ("GET", Some("location")) => ops::bucket::location,
        ("PUT", Some("acl")) => ops::acl::put_bucket,
        ("GET", Some("acl")) => ops::acl::get_bucket,
        ("GET", Some("live")) => ops::live::list,
        ("PUT", Some("versioning")) => ops::versions::put_status,
        ("GET", Some("versioning")) => ops::versions::get_status,
        (_, Some(sub)) => return Some((Access::Owner, ops::configuration::operation(method, sub)?)),
        _ => return None,
    };
    Some((Access::Owner, operation))
}

fn object(head: &Head, sub: Option<&str>) -> Option<(Access, Operation)> {
    let write = Access::WriteObject;
    let copies = head.headers.get("x-cos-copy-source").is_some();
    Some(match (head.method.as_str(), sub) {
        ("GET" | "HEAD", None) => (Access::ReadObject, ops::get::get),
        ("PUT", None) if copies => (write, ops::copy::copy_object),
        ("PUT", None) => (write, ops::put::put),
        ("DELETE", None) => (write, ops::delete::delete_object),
        ("PUT", Some("live")) => (Access::Owner, ops::live::put),
        ("GET", Some("live")) => (Access::Owner, ops::live::get),
        ("DELETE", Some("live")) => (Access::Owner, ops::live::delete),
        ("GET", Some("vod")) => (Access::Owner, ops::live::get_playlist),
        ("POST", Some("vod")) => (Access::Owner, ops::live::post_playlist),
        ("PUT", Some("symlink")) => (write, ops::symlink::put),
        ("GET", Some("symlink")) => (Access::ReadObject, ops::symlink::get),
        ("PUT", Some("retention")) => (Access::Owner, ops::locks::put_retention),
        ("GET", Some("retention")) => (Access::Owner, ops::locks::get_retention),
        ("POST", Some("append")) => (write, ops::append::append),
        ("POST", Some("uploads")) => (write, ops::multipart::initiate),
        ("PUT", Some("uploadId")) if copies => (write, ops::copy::upload_part_copy),
        ("PUT", Some("uploadId")) => (write, ops::multipart::upload_part),
        ("POST", Some("uploadId")) => (write, ops::multipart::complete),
        ("DELETE", Some("uploadId")) => (write, ops::multipart::abort),
        ("GET", Some("uploadId")) => (Access::Owner, ops::uploads::list_parts),
        ("POST", Some("select")) => (Access::ReadObject, ops::select::select),
        ("POST", Some("restore")) => (Access::Owner, ops::restore::restore),
        ("PUT", Some("acl")) => (Access::Owner, ops::acl::put_object),
        ("GET", Some("acl")) => (Access::Owner, ops::acl::get_object),
        ("PUT", Some("tagging")) => (Access::Owner, ops::tagging::put),
        ("GET", Some("tagging")) => (Access::Owner, ops::tagging::get),
        ("DELETE", Some("tagging")) => (Access::Owner, ops::tagging::delete),
        _ => return None,
    })
}

/// The sub-resource a query names. A parameter without a value that means nothing else counts as
/// one, so that the emulator never silently ignores a request that COS would act on.
pub(crate) fn sub_resource(head: &Head) -> Option<String> {
    let names = || head.query.iter().map(|(name, value)| (name.as_str(), value));
    let known = names().find(|(name, _)| SUB_RESOURCES.contains(name));
    let strange = || names().find(|(name, value)| value.is_empty() && !is_plain(name));
    known.or_else(strange).map(|(name, _)| name.to_owned())
}

fn is_plain(name: &str) -> bool {
    const PLAIN: [&str; 20] = [
        "prefix",
        "delimiter",
        "marker",
        "max-keys",
        "encoding-type",
        "key-marker",
        "upload-id-marker",
        "max-uploads",
        "version-id-marker",
        "part-number-marker",
        "max-parts",
        "partNumber",
        "position",
        "versionId",
        "sign",
        "region",
        "tagkey",
        "tagvalue",
        "create-time",
        "range",
    ];
    PLAIN.contains(&name) || ["q-", "x-cos-", "response-"].iter().any(|prefix| name.starts_with(prefix))
}
