//! Symlinks: small objects that name another object of their bucket; a download returns that object.

use percent_encoding::percent_decode_str;

use crate::checksum::{Hasher, hex};
use crate::context::{Call, Principal};
use crate::encode;
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::attributes::{self, from_headers};
use crate::ops::text::quoted;
use crate::ops::{conditions, locks};
use crate::store::{Bucket, Version};
use crate::time;

/// The object that a request means: the one under its key, or where that is a symlink its target's latest version.
/// A sender who may read the link must also be allowed to read the target.
pub(super) fn follow<'a>(bucket: &'a Bucket, version: &'a Version, principal: Principal) -> Result<&'a Version, Error> {
    let Some(target) = &version.info.symlink_target else { return Ok(version) };
    let found = bucket.version(target, None)?;
    if found.info.symlink_target.is_some() {
        return Err(Error::new(Code::InvalidArgument, "The target of the symlink is a symlink."));
    }
    let acl = found.info.acl.as_ref().unwrap_or(&bucket.info.acl);
    if principal == Principal::Anonymous && !acl.opens("READ") {
        return Err(Code::AccessDenied.into());
    }
    Ok(found)
}

pub(crate) fn put(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let header = call.header("x-cos-symlink-target");
    let header = header.ok_or_else(|| Error::new(Code::InvalidArgument, "The request lacks x-cos-symlink-target."))?;
    let invalid = || Error::new(Code::InvalidArgument, "invalid x-cos-symlink-target");
    let target = percent_decode_str(header).decode_utf8().map_err(|_| invalid())?;
    let target = target.strip_prefix('/').unwrap_or(&target).to_owned();
    if target.is_empty() {
        return Err(invalid());
    }
    let mut info = from_headers(call.head, &target)?;
    let mut hasher = Hasher::new();
    hasher.update(target.as_bytes());
    let (md5, crc64) = hasher.finish();
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    conditions::check_overwrite(call.head, bucket, call.key())?;
    locks::check_overwrite(bucket, call.key(), call.now)?;
    let mut writer = bucket.place().writer(Some(target.len() as u64))?;
    writer.write(target.as_bytes())?;
    info.modified = call.now;
    info.etag = hex(&md5);
    info.size = target.len() as u64;
    info.crc64 = crc64;
    info.symlink_target = Some(target);
    attributes::by_default(&mut info, bucket);
    let mut response = Response::new(200).header("ETag", quoted(&info.etag)).header("x-cos-hash-crc64ecma", crc64);
    let data = writer.finish();
    if let Some(id) = bucket.add(call.key(), Version { info, data })? {
        response.set("x-cos-version-id", id);
    }
    Ok(response)
}

pub(crate) fn get(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    let version = bucket.version(call.key(), call.version())?;
    let info = &version.info;
    let target = info.symlink_target.as_ref();
    let target = target.ok_or_else(|| Error::new(Code::InvalidArgument, "The object is not a symlink."))?;
    let mut response = Response::new(200)
        .header("x-cos-symlink-target", encode::path(target))
        .header("ETag", quoted(&info.etag))
        .header("Last-Modified", time::http(info.modified));
    if let Some(id) = bucket.version_header(version) {
        response.set("x-cos-version-id", id);
    }
    Ok(response)
}
