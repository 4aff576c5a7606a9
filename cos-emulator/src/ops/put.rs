//! Uploads in one request.

use crate::checksum::hex;
use crate::context::Call;
use crate::error::Error;
use crate::http::Response;
use crate::ops::receive::{check_upload, receive};
use crate::ops::text::quoted;
use crate::ops::{attributes, conditions, locks};
use crate::store::Version;

pub(crate) fn put(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    attributes::check_supported(call.head)?;
    let mut info = attributes::from_headers(call.head, call.key())?;
    let place = {
        let mut buckets = call.buckets();
        let bucket = buckets.find(call.bucket())?;
        conditions::check_overwrite(call.head, bucket, call.key())?;
        locks::check_overwrite(bucket, call.key(), call.now)?;
        attributes::by_default(&mut info, bucket);
        locks::lock_new(&mut info, call.head, bucket, call.now)?;
        bucket.place()
    };
    check_upload(call)?;
    let received = receive(call, &place)?;
    info.modified = call.now;
    info.etag = hex(&received.md5);
    info.size = received.len;
    info.crc64 = received.crc64;
    let response = Response::new(200).header("ETag", quoted(&info.etag)).header("x-cos-hash-crc64ecma", info.crc64);
    let mut response = attributes::with_encryption(response, &info);
    if info.storage_class != "STANDARD" {
        response.set("x-cos-storage-class", &info.storage_class);
    }
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    // Someone else may have been faster while the body came in.
    conditions::check_overwrite(call.head, bucket, call.key())?;
    locks::check_overwrite(bucket, call.key(), call.now)?;
    let data = received.data;
    if let Some(id) = bucket.add(call.key(), Version { info, data })? {
        response.set("x-cos-version-id", id);
    }
    Ok(response)
}
