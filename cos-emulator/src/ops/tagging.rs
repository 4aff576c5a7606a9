//! Tags of objects.

use crate::context::Call;
use crate::error::Error;
use crate::http::Response;
use crate::ops::receive::document;
use crate::ops::tags::{Tags, check, from_xml, to_xml};
use crate::xml;

pub(crate) fn put(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let body = document(call, false)?;
    let tags = from_xml(&xml::parse(&body, "Tagging")?)?;
    check(&tags, 10)?;
    set(call, tags)?;
    Ok(Response::new(204))
}

pub(crate) fn get(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    let version = bucket.version(call.key(), call.version())?;
    Ok(Response::new(200).xml(to_xml(&version.info.tags)))
}

pub(crate) fn delete(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    set(call, Tags::new())?;
    Ok(Response::new(204))
}

fn set(call: &Call<'_, '_>, tags: Tags) -> Result<(), Error> {
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    bucket.change(call.key(), call.version(), |version| version.info.tags = tags)
}
