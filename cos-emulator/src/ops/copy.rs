//! Copies: of an object, or into a part.

use std::io;

use crate::blob::{Data, Place};
use crate::checksum::{Hasher, hex};
use crate::context::Call;
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::conditions::{Verdict, check_overwrite, judge};
use crate::ops::get::is_frozen;
use crate::ops::multipart::part_number;
use crate::ops::text::quoted;
use crate::ops::{attributes, locks};
use crate::store::{ObjectInfo, Part, PartInfo, Version};
use crate::target::Target;
use crate::time;
use crate::xml::Xml;

/// The most a single copy may take.
const MAX_COPY: u64 = 5 * 1024 * 1024 * 1024;

/// The object a copy reads.
struct Source {
    version: Version,
    version_id: Option<String>,
    bucket: String,
    key: String,
}

fn source(call: &Call<'_, '_>) -> Result<Source, Error> {
    let header = call.header("x-cos-copy-source").unwrap_or_default();
    let domains = &call.context.settings.domains;
    let (bucket_name, key, id) = Target::of_copy_source(header, domains)?;
    let mut buckets = call.buckets();
    let bucket = buckets.find(&bucket_name)?;
    let version = bucket.version(&key, id.as_deref())?.clone();
    let info = &version.info;
    attributes::check_source_key(call.head, info.customer_key_md5.as_deref())?;
    if judge(call.head, "x-cos-copy-source-", info) != Verdict::Proceed {
        return Err(Code::PreconditionFailed.into());
    }
    if is_frozen(info, call.now) {
        return Err(Code::InvalidObjectState.into());
    }
    if info.symlink_target.is_some() {
        return Err(Error::new(Code::NotImplemented, "The emulator does not copy symlinks."));
    }
    Ok(Source { version_id: bucket.version_header(&version), version, bucket: bucket_name, key })
}

pub(crate) fn copy_object(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let source = source(call)?;
    let mut info = attributes::from_headers(call.head, call.key())?;
    let replaces = match call.header("x-cos-metadata-directive").unwrap_or("Copy") {
        "Copy" => false,
        "Replaced" => true,
        _ => return Err(Error::new(Code::InvalidArgument, "invalid x-cos-metadata-directive")),
    };
    let old = &source.version.info;
    if source.version.data.len() > MAX_COPY {
        return Err(Error::new(Code::InvalidRequest, "The source is larger than 5 GB."));
    }
    let onto_itself = source.bucket == call.bucket() && source.key == call.key();
    if onto_itself && !replaces && source.version_id.is_none() && !changes_anything(call, old) {
        let message = "This copy would change nothing: it copies an object onto itself.";
        return Err(Error::new(Code::InvalidRequest, message));
    }
    if !replaces {
        let encryption = info.headers.into_iter();
        let mut headers: Vec<_> =
            encryption.filter(|(name, _)| name.starts_with("x-cos-server-side-encryption")).collect();
        headers.extend(old.headers.iter().filter(|(name, _)| !name.starts_with("x-cos-server-side")).cloned());
        info.headers = headers;
    }
    if call.header("x-cos-tagging").is_none() && call.header("x-cos-tagging-directive") != Some("Replaced") {
        info.tags.clone_from(&old.tags);
    }
    info.modified = call.now;
    info.etag.clone_from(&old.etag);
    info.size = old.size;
    info.crc64 = old.crc64;
    let place = {
        let mut buckets = call.buckets();
        let bucket = buckets.find(call.bucket())?;
        attributes::by_default(&mut info, bucket);
        locks::lock_new(&mut info, call.head, bucket, call.now)?;
        bucket.place()
    };
    let data = source.version.data.duplicate(&place)?;
    let mut response = Response::new(200).header("x-cos-hash-crc64ecma", info.crc64);
    let document = result("CopyObjectResult", &info.etag, info.crc64, call.now);
    response = attributes::with_encryption(response.xml(document), &info);
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    check_overwrite(call.head, bucket, call.key())?;
    locks::check_overwrite(bucket, call.key(), call.now)?;
    if let Some(id) = bucket.add(call.key(), Version { info, data })? {
        response.set("x-cos-version-id", id);
    }
    if let Some(id) = source.version_id {
        response.set("x-cos-copy-source-version-id", id);
    }
    Ok(response)
}

fn changes_anything(call: &Call<'_, '_>, old: &ObjectInfo) -> bool {
    call.header("x-cos-storage-class").is_some_and(|class| class != old.storage_class)
        || call.header("x-cos-server-side-encryption").is_some()
        || call.header("x-cos-acl").is_some()
}

pub(crate) fn upload_part_copy(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let number = part_number(call)?;
    let id = call.param("uploadId").unwrap_or_default().to_owned();
    let (place, object) = {
        let mut buckets = call.buckets();
        let bucket = buckets.find(call.bucket())?;
        let upload = bucket.upload(call.key(), &id)?;
        (bucket.place(), upload.info.object.clone())
    };
    attributes::check_customer_key(call.head, object.customer_key_md5.as_deref())?;
    let source = source(call)?;
    let size = source.version.info.size;
    // The official SDK sends the header without a value when no range is asked for.
    let (offset, len) = match call.header("x-cos-copy-source-range").filter(|range| !range.is_empty()) {
        Some(range) => part_range(range, size)?,
        None => (0, size),
    };
    let (data, md5, crc64) = cut(&source.version.data, offset, len, &place)?;
    let info = PartInfo { number, modified: call.now, md5, size: len, crc64 };
    let document = result("CopyPartResult", &hex(&md5), crc64, call.now);
    let mut response = Response::new(200).xml(document).header("x-cos-hash-crc64ecma", crc64);
    if let Some(id) = source.version_id {
        response.set("x-cos-copy-source-version-id", id);
    }
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    bucket.add_part(call.key(), &id, Part { info, data })?;
    Ok(attributes::with_encryption(response, &object))
}

/// A copy's range must be given in full and lie inside the source.
fn part_range(header: &str, size: u64) -> Result<(u64, u64), Error> {
    let invalid = || Error::from(Code::InvalidRange);
    let (first, last) = header.strip_prefix("bytes=").and_then(|range| range.split_once('-')).ok_or_else(invalid)?;
    let first: u64 = first.parse().map_err(|_| invalid())?;
    let last: u64 = last.parse().map_err(|_| invalid())?;
    if first > last || last >= size {
        return Err(invalid());
    }
    Ok((first, last - first + 1))
}

fn cut(data: &Data, offset: u64, len: u64, place: &Place) -> io::Result<(Data, [u8; 16], u64)> {
    let mut writer = place.writer(Some(len))?;
    let mut hasher = Hasher::new();
    data.for_each_chunk(offset, len, |chunk| {
        hasher.update(chunk);
        writer.write(chunk)
    })?;
    let (md5, crc64) = hasher.finish();
    Ok((writer.finish(), md5, crc64))
}

fn result(name: &'static str, etag: &str, crc64: u64, now: u64) -> String {
    let mut xml = Xml::root(name);
    xml.text("ETag", quoted(etag)).text("CRC64", crc64).text("LastModified", time::iso(now));
    xml.finish()
}
