//! The attributes of an object besides its bytes: headers, storage class, keys, tags.

use crate::acl::Acl;
use crate::checksum;
use crate::error::{Code, Error};
use crate::http::{Head, Response};
use crate::ops::encryption;
use crate::ops::locks;
use crate::ops::tags;
use crate::ops::text::quoted;
use crate::store::{Bucket, ObjectInfo, Version};
use crate::time;

/// Headers an object keeps, besides `x-cos-meta-*`, as answers spell them.
const KEPT: [&str; 10] = [
    "Cache-Control",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Type",
    "Expires",
    "x-cos-server-side-encryption",
    "x-cos-server-side-encryption-cos-kms-key-id",
    "x-cos-server-side-encryption-context",
    "x-cos-website-redirect-location",
];

const STORAGE_CLASSES: [&str; 9] = [
    "STANDARD",
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "ARCHIVE",
    "DEEP_ARCHIVE",
    "MAZ_STANDARD",
    "MAZ_STANDARD_IA",
    "MAZ_INTELLIGENT_TIERING",
    "MAZ_ARCHIVE",
];

const CUSTOMER_KEY: &str = "x-cos-server-side-encryption-customer";
const SOURCE_CUSTOMER_KEY: &str = "x-cos-copy-source-server-side-encryption-customer";

/// Headers that make COS act after it stored an object; the emulator does not.
const REFUSED: [&str; 5] =
    ["pic-operations", "x-cos-callback", "x-cos-callback-var", "x-cos-pic-operations", "x-cos-return-body"];

/// Refuses a request that stores an object and asks for an action that the emulator lacks.
pub(crate) fn check_supported(head: &Head) -> Result<(), Error> {
    match REFUSED.iter().find(|name| head.headers.get(name).is_some()) {
        Some(name) => {
            Err(Error::new(Code::NotImplemented, format!("The emulator does not implement the header {name}.")))
        }
        None => Ok(()),
    }
}

/// The attributes an upload's headers ask for.
pub(crate) fn from_headers(head: &Head, key: &str) -> Result<ObjectInfo, Error> {
    let storage_class = head.headers.get("x-cos-storage-class").unwrap_or("STANDARD");
    if !STORAGE_CLASSES.contains(&storage_class) {
        return Err(Error::new(Code::InvalidArgument, "invalid x-cos-storage-class"));
    }
    Ok(ObjectInfo {
        storage_class: storage_class.to_owned(),
        headers: kept_headers(head, key),
        acl: Acl::from_headers(head)?,
        tags: match head.headers.get("x-cos-tagging") {
            Some(tags) => tags::from_header(tags)?,
            None => Vec::new(),
        },
        customer_key_md5: customer_key(head, CUSTOMER_KEY)?,
        ..ObjectInfo::default()
    })
}

/// Adds the bucket's default encryption, unless the object has its own.
pub(crate) fn by_default(info: &mut ObjectInfo, bucket: &Bucket) {
    let encrypted =
        info.customer_key_md5.is_some() || info.headers.iter().any(|(name, _)| name == "x-cos-server-side-encryption");
    if !encrypted && let Some(headers) = encryption::default_of(bucket) {
        info.headers.extend(headers);
    }
}

fn kept_headers(head: &Head, key: &str) -> Vec<(String, String)> {
    let spelled = |name: &str| {
        let kept = KEPT.iter().find(|kept| kept.eq_ignore_ascii_case(name));
        let name = name.to_ascii_lowercase();
        kept.map(|kept| (*kept).to_owned()).or(name.starts_with("x-cos-meta-").then_some(name))
    };
    // An empty header counts as absent, except for the user's own metadata.
    let is_there = |name: &str, value: &str| !value.is_empty() || name.starts_with("x-cos-meta-");
    let mut kept: Vec<_> = head
        .headers
        .iter()
        .filter_map(|(name, value)| Some((spelled(name)?, value.to_owned())))
        .filter(|(name, value)| is_there(name, value))
        .collect();
    if !kept.iter().any(|(name, _)| name == "Content-Type")
        && let Some(kind) = type_of(key)
    {
        kept.push(("Content-Type".to_owned(), kind.to_owned()));
    }
    kept
}

/// The content type that the suffix of a key stands for.
fn type_of(key: &str) -> Option<&'static str> {
    mime_guess::from_path(key).first_raw()
}

/// The MD5 of a customer's key a request brings, once the three headers fit together.
fn customer_key(head: &Head, prefix: &str) -> Result<Option<String>, Error> {
    let invalid = |what: &str| Error::new(Code::InvalidArgument, format!("invalid {prefix}-{what}"));
    let get = |what| head.headers.get(&format!("{prefix}-{what}"));
    match (get("algorithm"), get("key"), get("key-MD5")) {
        (None, None, None) => Ok(None),
        (Some("AES256"), Some(key), Some(md5)) => {
            let key = checksum::from_base64(key).filter(|key| key.len() == 32);
            let key = key.ok_or_else(|| invalid("key"))?;
            if checksum::content_md5(md5) == Some(checksum::md5(&key)) {
                Ok(Some(md5.trim().to_owned()))
            } else {
                Err(invalid("key-MD5"))
            }
        }
        (Some("AES256"), None, _) => Err(invalid("key")),
        (Some("AES256"), _, None) => Err(invalid("key-MD5")),
        _ => Err(invalid("algorithm")),
    }
}

/// Fails unless the request brings the key an object or upload was made with.
pub(crate) fn check_customer_key(head: &Head, expected: Option<&str>) -> Result<(), Error> {
    check_key(head, CUSTOMER_KEY, expected)
}

/// The same for the source of a copy.
pub(crate) fn check_source_key(head: &Head, expected: Option<&str>) -> Result<(), Error> {
    check_key(head, SOURCE_CUSTOMER_KEY, expected)
}

fn check_key(head: &Head, prefix: &str, expected: Option<&str>) -> Result<(), Error> {
    match (customer_key(head, prefix)?, expected) {
        (None, None) => Ok(()),
        (Some(given), Some(expected)) if given == expected => Ok(()),
        (Some(_), Some(_)) => Err(Code::SSEContentNotMatch.into()),
        (None, Some(_)) => {
            let message = "The object was stored with a customer's key, which the request lacks.";
            Err(Error::new(Code::InvalidRequest, message))
        }
        (Some(_), None) => {
            let message = "The object was stored without a customer's key.";
            Err(Error::new(Code::InvalidRequest, message))
        }
    }
}

/// Adds the headers that say how an object is encrypted.
pub(crate) fn with_encryption(mut response: Response, info: &ObjectInfo) -> Response {
    if let Some(md5) = &info.customer_key_md5 {
        response.set(&format!("{CUSTOMER_KEY}-algorithm"), "AES256");
        response.set(&format!("{CUSTOMER_KEY}-key-MD5"), md5);
    }
    let kept = info.headers.iter();
    for (name, value) in kept.filter(|(name, _)| name.starts_with("x-cos-server-side-encryption")) {
        response.set(name, value);
    }
    response
}

/// Adds everything a download says about an object.
pub(crate) fn with_attributes(mut response: Response, bucket: &Bucket, version: &Version) -> Response {
    let info = &version.info;
    response.set("ETag", quoted(&info.etag));
    response.set("Last-Modified", time::http(info.modified));
    response.set("Accept-Ranges", "bytes");
    response.set("Content-Type", "application/octet-stream");
    response.set("x-cos-hash-crc64ecma", info.crc64);
    for (name, value) in &info.headers {
        response.set(name, value);
    }
    if info.storage_class != "STANDARD" {
        response.set("x-cos-storage-class", &info.storage_class);
    }
    if info.storage_class.ends_with("INTELLIGENT_TIERING") {
        // Nothing ever moves to another tier here.
        response.set("x-cos-storage-tier", "FREQUENT");
    }
    if let Some(id) = bucket.version_header(version) {
        response.set("x-cos-version-id", id);
    }
    if !info.tags.is_empty() {
        response.set("x-cos-tagging-count", info.tags.len());
    }
    if info.appendable {
        response.set("x-cos-object-type", "appendable");
        response.set("x-cos-next-append-position", info.size);
    }
    if let Some(until) = info.restored_until {
        let value = format!("ongoing-request=\"false\", expiry-date=\"{}\"", time::http(until));
        response.set("x-cos-restore", value);
    }
    with_encryption(locks::with_lock(response, info), info)
}
