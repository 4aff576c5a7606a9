//! Objects that grow.

use crate::checksum::{hex, join_crc64, md5};
use crate::context::Call;
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::receive::{check_upload, receive};
use crate::ops::text::quoted;
use crate::ops::{attributes, locks};
use crate::store::{Version, Versioning};

pub(crate) fn append(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let position = call.param("position").unwrap_or_default().trim();
    let position: u64 = position.parse().map_err(|_| Code::AppendPositionErr)?;
    let mut info = attributes::from_headers(call.head, call.key())?;
    let place = {
        let mut buckets = call.buckets();
        let bucket = buckets.find(call.bucket())?;
        if bucket.info.versioning == Versioning::Enabled {
            let message = "Objects of a bucket with versioning enabled cannot be appended to.";
            return Err(Error::new(Code::InvalidRequest, message));
        }
        check_position(bucket.latest(call.key()), position)?;
        locks::check_overwrite(bucket, call.key(), call.now)?;
        attributes::by_default(&mut info, bucket);
        bucket.place()
    };
    check_upload(call)?;
    let received = receive(call, &place)?;
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    let existing = bucket.latest(call.key());
    check_position(existing, position)?;
    let len = position + received.len;
    let crc64 = match existing {
        Some(version) => join_crc64(version.info.crc64, received.crc64, received.len),
        None => received.crc64,
    };
    // No digest of all the bytes at hand: COS, too, gives appendable objects an opaque ETag.
    let etag = hex(&md5(format!("{len}-{crc64}").as_bytes()));
    if existing.is_some() {
        bucket.change(call.key(), None, |version| {
            version.data.append(&received.data);
            version.info.size = len;
            version.info.crc64 = crc64;
            version.info.etag.clone_from(&etag);
            version.info.modified = call.now;
        })?;
    } else {
        info.appendable = true;
        info.size = len;
        info.crc64 = crc64;
        info.etag.clone_from(&etag);
        info.modified = call.now;
        let data = received.data;
        bucket.add(call.key(), Version { info, data })?;
    }
    Ok(Response::new(200)
        .header("ETag", quoted(etag))
        .header("x-cos-hash-crc64ecma", crc64)
        .header("x-cos-next-append-position", len))
}

fn check_position(existing: Option<&Version>, position: u64) -> Result<(), Error> {
    let length = match existing {
        Some(version) if !version.info.appendable => return Err(Code::ObjectNotAppendable.into()),
        Some(version) => version.info.size,
        None => 0,
    };
    if position == length {
        return Ok(());
    }
    Err(Error::from(Code::PositionNotEqualToLength).with("x-cos-next-append-position", length.to_string()))
}
