//! Uploads in parts.

use crate::blob::Data;
use crate::checksum::{hex, join_crc64, md5};
use crate::context::Call;
use crate::encode;
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ids;
use crate::ops::receive::{check_upload, document, receive};
use crate::ops::text::{number, quoted, unquoted};
use crate::ops::{attributes, conditions, locks};
use crate::store::{ObjectInfo, Part, PartInfo, Upload, UploadInfo, Version};
use crate::xml::{self, Element, Xml};

const MAX_PARTS: u32 = 10_000;

pub(crate) fn initiate(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let mut object = attributes::from_headers(call.head, call.key())?;
    {
        let mut buckets = call.buckets();
        let bucket = buckets.find(call.bucket())?;
        attributes::by_default(&mut object, bucket);
        locks::lock_new(&mut object, call.head, bucket, call.now)?;
    }
    let response = attributes::with_encryption(Response::new(200), &object);
    let info = UploadInfo { id: ids::upload_id(), key: call.key().to_owned(), initiated: call.now, object };
    let mut xml = Xml::root("InitiateMultipartUploadResult");
    xml.text("Bucket", call.bucket()).text("Key", call.key()).text("UploadId", &info.id);
    call.buckets().find(call.bucket())?.start_upload(info)?;
    Ok(response.xml(xml.finish()))
}

pub(crate) fn upload_part(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let number = part_number(call)?;
    let id = call.param("uploadId").unwrap_or_default().to_owned();
    let (place, object) = {
        let mut buckets = call.buckets();
        let bucket = buckets.find(call.bucket())?;
        let upload = bucket.upload(call.key(), &id)?;
        (bucket.place(), upload.info.object.clone())
    };
    attributes::check_customer_key(call.head, object.customer_key_md5.as_deref())?;
    check_upload(call)?;
    let received = receive(call, &place)?;
    let info = PartInfo { number, modified: call.now, md5: received.md5, size: received.len, crc64: received.crc64 };
    let data = received.data;
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    bucket.add_part(call.key(), &id, Part { info, data })?;
    let response =
        Response::new(200).header("ETag", quoted(hex(&received.md5))).header("x-cos-hash-crc64ecma", received.crc64);
    Ok(attributes::with_encryption(response, &object))
}

/// The part a request is about.
pub(crate) fn part_number(call: &Call<'_, '_>) -> Result<u32, Error> {
    match number("partNumber", call.param("partNumber").unwrap_or_default())? {
        number @ 1..=MAX_PARTS => Ok(number),
        _ => Err(Error::new(Code::InvalidArgument, "partNumber must be from 1 to 10000")),
    }
}

pub(crate) fn abort(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let id = call.param("uploadId").unwrap_or_default();
    call.buckets().find(call.bucket())?.drop_upload(call.key(), id)?;
    Ok(Response::new(204))
}

pub(crate) fn complete(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    attributes::check_supported(call.head)?;
    let id = call.param("uploadId").unwrap_or_default().to_owned();
    call.buckets().find(call.bucket())?.upload(call.key(), &id)?;
    let body = document(call, false)?;
    let named = named_parts(&xml::parse(&body, "CompleteMultipartUpload")?)?;
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    let upload = bucket.upload(call.key(), &id)?;
    let version = assemble(upload, &named, call.context.settings.min_part_size, call.now)?;
    conditions::check_overwrite(call.head, bucket, call.key())?;
    locks::check_overwrite(bucket, call.key(), call.now)?;
    let info = version.info.clone();
    let version_id = bucket.finish_upload(call.key(), &id, version)?;
    let mut xml = Xml::root("CompleteMultipartUploadResult");
    xml.text("Location", location(call))
        .text("Bucket", call.bucket())
        .text("Key", call.key())
        .text("ETag", quoted(&info.etag));
    let mut response = Response::new(200).xml(xml.finish()).header("x-cos-hash-crc64ecma", info.crc64);
    if let Some(id) = version_id {
        response.set("x-cos-version-id", id);
    }
    Ok(attributes::with_encryption(response, &info))
}

/// The parts a completion names: numbers and `ETag`s, in ascending order.
fn named_parts(tree: &Element) -> Result<Vec<(u32, String)>, Error> {
    let malformed = || Error::from(Code::MalformedXML);
    let mut named: Vec<(u32, String)> = Vec::new();
    for part in tree.all("Part") {
        let number = part.child_text("PartNumber").and_then(|number| number.parse().ok());
        let etag = part.child_text("ETag").ok_or_else(malformed)?;
        named.push((number.ok_or_else(malformed)?, unquoted(etag).to_owned()));
    }
    if named.is_empty() {
        return Err(malformed());
    }
    if !named.is_sorted_by(|one, other| one.0 < other.0) {
        return Err(Code::InvalidPartOrder.into());
    }
    Ok(named)
}

fn assemble(upload: &Upload, named: &[(u32, String)], min_part_size: u64, now: u64) -> Result<Version, Error> {
    let mut data = Data::default();
    let mut md5s = Vec::new();
    let mut crc64 = 0;
    for (index, (number, etag)) in named.iter().enumerate() {
        let part = upload.parts.get(number).ok_or(Code::InvalidPart)?;
        if !etag.eq_ignore_ascii_case(&hex(&part.info.md5)) {
            return Err(Code::InvalidPart.into());
        }
        if part.info.size < min_part_size && index + 1 < named.len() {
            return Err(Code::EntityTooSmall.into());
        }
        data.append(&part.data);
        md5s.extend_from_slice(&part.info.md5);
        crc64 = join_crc64(crc64, part.info.crc64, part.info.size);
    }
    let info = ObjectInfo {
        modified: now,
        etag: format!("{}-{}", hex(&md5(&md5s)), named.len()),
        size: data.len(),
        crc64,
        ..upload.info.object.clone()
    };
    Ok(Version { info, data })
}

fn location(call: &Call<'_, '_>) -> String {
    let key = encode::path(call.key());
    let bucket = if call.target.path_style { format!("/{}", call.bucket()) } else { String::new() };
    let scheme = if call.head.secure { "https" } else { "http" };
    format!("{scheme}://{}{bucket}/{key}", call.head.host())
}
