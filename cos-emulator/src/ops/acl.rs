//! Reading and replacing access control lists.

use crate::acl::Acl;
use crate::context::Call;
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::receive::document;
use crate::xml;

pub(crate) fn put_bucket(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    call.check_bucket()?;
    let acl = wanted(call)?.unwrap_or_default();
    call.buckets().find(call.bucket())?.update(|info| info.acl = acl)?;
    Ok(Response::new(200))
}

pub(crate) fn get_bucket(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let mut buckets = call.buckets();
    let acl = &buckets.find(call.bucket())?.info.acl;
    Ok(Response::new(200).xml(acl.to_xml()))
}

pub(crate) fn put_object(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    call.buckets().find(call.bucket())?.version(call.key(), call.version())?;
    let acl = wanted(call)?;
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    bucket.change(call.key(), call.version(), |version| version.info.acl = acl)?;
    Ok(Response::new(200))
}

pub(crate) fn get_object(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    let version = bucket.version(call.key(), call.version())?;
    let response = Response::new(200);
    Ok(match &version.info.acl {
        Some(acl) => response.xml(acl.to_xml()),
        None => response.header("x-cos-acl", "default").xml(Acl::default().to_xml()),
    })
}

/// The list a request asks for, in its body or its headers.
fn wanted(call: &mut Call<'_, '_>) -> Result<Option<Acl>, Error> {
    let body = document(call, false)?;
    if body.is_empty() {
        return Acl::from_headers(call.head);
    }
    if Acl::is_in_headers(call.head) {
        let message = "The access control list is given by headers and by the body; only one of them may be.";
        return Err(Error::new(Code::InvalidRequest, message));
    }
    let policy = xml::parse(&body, "AccessControlPolicy")?;
    Acl::from_xml(&policy).map(Some)
}
