//! Buckets themselves: creating, looking up, deleting.

use std::io;

use crate::acl::Acl;
use crate::context::{Call, Context};
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::receive::document;
use crate::ops::tags;
use crate::store::BucketInfo;
use crate::time;
use crate::xml::{self, Xml};

pub(crate) fn create(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    check_name(call.bucket())?;
    let acl = Acl::from_headers(call.head)?.unwrap_or_default();
    let body = document(call, false)?;
    let mut info = BucketInfo { name: call.bucket().to_owned(), created: call.now, acl, ..BucketInfo::default() };
    if !body.is_empty() {
        let tree = xml::parse(&body, "CreateBucketConfiguration")?;
        info.multi_zone = tree.child_text("BucketAZConfig") == Some("MAZ");
        info.metadata_acceleration = tree.child_text("BucketArchConfig") == Some("OFS");
    }
    if let Some(header) = call.header("x-cos-tagging") {
        let tags = tags::from_header(header)?;
        info.configurations.insert("tagging".to_owned(), tags::to_xml(&tags));
    }
    call.buckets().create(info)?;
    let location = format!("/{}", call.bucket());
    Ok(Response::new(200).header("Location", location))
}

/// Creates a bucket for the emulator's own user.
pub(crate) fn create_directly(context: &Context, name: &str) -> io::Result<()> {
    let invalid = |message| io::Error::new(io::ErrorKind::InvalidInput, message);
    check_name(name).map_err(|_| invalid("a bucket's name is lower-case, as in name-1250000000"))?;
    let info = BucketInfo { name: name.to_owned(), created: time::millis(context.now()), ..BucketInfo::default() };
    context.keep_bucket(name);
    let mut buckets = context.store.lock();
    if buckets.find(name).is_ok() {
        return Ok(());
    }
    buckets.create(info).map_err(|error| io::Error::other(format!("{error:?}")))
}

pub(crate) fn head(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let mut buckets = call.buckets();
    let info = &buckets.find(call.bucket())?.info;
    let mut response = Response::new(200).header("x-cos-bucket-region", &call.context.settings.region);
    if info.multi_zone {
        response = response.header("x-cos-bucket-az-type", "MAZ");
    }
    if info.metadata_acceleration {
        response = response.header("x-cos-bucket-arch", "OFS");
    }
    Ok(response)
}

pub(crate) fn delete(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    call.buckets().delete(call.bucket())?;
    Ok(Response::new(204))
}

pub(crate) fn location(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    call.check_bucket()?;
    let document = Xml::leaf("LocationConstraint", &call.context.settings.region);
    Ok(Response::new(200).xml(document))
}

/// `{name}-{appid}`: lower-case letters, digits and hyphens, at most 60 bytes.
fn check_name(name: &str) -> Result<(), Error> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let valid = name.len() <= 60
        && name.bytes().all(plain)
        && !name.starts_with('-')
        && name.rsplit_once('-').is_some_and(|(name, id)| {
            !name.is_empty() && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
        });
    if valid { Ok(()) } else { Err(Code::InvalidBucketName.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["examplebucket-1250000000", "a-1", "0-b-2"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "bucket", "Bucket-1", "-a-1", "a-", "-1", "a_b-1", "a-1x", "..", "a/b-1"] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
