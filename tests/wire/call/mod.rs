//! Turns a case's call and its keyword arguments into the builder calls of a Rust port.
//!
//! One function a method, in the file of its resource. A keyword argument goes to the setter
//! of its name; one that Python would turn into a header and for which the builder has no
//! setter goes to `.header(..)`, as in a port. Anything else is unknown, and an unknown call
//! or argument fails its case.

#[macro_use]
mod setters;

mod bucket_settings;
mod buckets;
mod ci;
mod ci_objects;
mod ci_results;
mod live;
mod multipart;
mod objects;
mod plain;
mod signing;
mod transfers;

use qcloud_cos::CosS3Client;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::inputs::{Inputs, required, string};
use crate::names;
use crate::outcome::Stop;

type Args = Map<String, Value>;
type Called = Result<Value, Stop>;

/// The methods that need more than a row of `plain`.
const OTHERS: &[&str] = &[
    "append_object",
    "change_object_storage_class",
    "copy",
    "copy_object",
    "create_bucket",
    "create_multipart_upload",
    "download_file",
    "get_auth",
    "get_object",
    "get_object_url",
    "get_presigned_download_url",
    "get_presigned_url",
    "get_rtmp_signed_url",
    "get_vod_playlist",
    "head_object",
    "post_vod_playlist",
    "put_bucket_acl",
    "put_bucket_intelligenttiering_v2",
    "put_bucket_policy",
    "put_object",
    "put_object_acl",
    "put_object_from_local_file",
    "select_object_content",
    "update_object_meta",
    "upload_file",
    "upload_file_from_buffer",
    "upload_part",
    "upload_part_copy",
];

/// Whether the harness can call a method.
pub(crate) fn knows(method: &str) -> bool {
    plain::PLAIN.contains(&method)
        || ci::CI.contains(&method)
        || ci_objects::CI.contains(&method)
        || OTHERS.contains(&method)
}

/// The header that a keyword argument becomes when no setter takes it.
fn header(name: &str) -> Result<&'static str, Stop> {
    names::header(name).ok_or_else(|| Stop::Unknown(format!("the argument {name}")))
}

fn unknown(name: &str) -> Stop {
    Stop::Unknown(format!("the argument {name}"))
}

/// For methods without `**kwargs`.
fn no_more<'a>(mut rest: impl Iterator<Item = (&'a str, &'a Value)>) -> Result<(), Stop> {
    rest.next().map_or(Ok(()), |(name, _)| Err(unknown(name)))
}

/// A result as Python's dict.
fn dict(output: impl Serialize) -> Called {
    serde_json::to_value(output).map_err(|error| Stop::Io(error.into()))
}

/// A pasted Python dict; `{}` where Python has it for a default. One with an unknown name is refused.
fn pasted<T: DeserializeOwned>(args: &Args, name: &str) -> Result<T, Stop> {
    let value = args.get(name).filter(|value| !value.is_null()).cloned().unwrap_or_else(|| json!({}));
    serde_json::from_value(value).map_err(|error| Stop::Refused(format!("{name}: {error}")))
}

fn text(args: &Args, name: &str) -> Result<String, Stop> {
    string(name, required(args, name)?)
}

fn bucket(args: &Args) -> Result<String, Stop> {
    text(args, "Bucket")
}

fn key(args: &Args) -> Result<String, Stop> {
    text(args, "Key")
}

/// Calls a method.
pub(crate) fn call(client: &CosS3Client, method: &str, args: &Args, inputs: &mut Inputs) -> Called {
    if let Some(called) = plain::call(client, method, args) {
        return called;
    }
    if let Some(called) = ci::call(client, method, args) {
        return called;
    }
    if ci_objects::CI.contains(&method) {
        return ci_objects::call(client, method, args, inputs);
    }
    match method {
        "append_object" => objects::append_object(client, args, inputs),
        "change_object_storage_class" => objects::change_object_storage_class(client, args),
        "copy" => transfers::copy(client, args, inputs),
        "copy_object" => objects::copy_object(client, args),
        "create_bucket" => buckets::create_bucket(client, args),
        "create_multipart_upload" => multipart::create_multipart_upload(client, args),
        "download_file" => transfers::download_file(client, args, inputs),
        "get_auth" => signing::get_auth(client, args),
        "get_object" => objects::get_object(client, args),
        "get_object_url" => signing::get_object_url(client, args),
        "get_presigned_download_url" => signing::get_presigned_download_url(client, args),
        "get_presigned_url" => signing::get_presigned_url(client, args),
        "get_rtmp_signed_url" => signing::get_rtmp_signed_url(client, args),
        "get_vod_playlist" => live::get_vod_playlist(client, args),
        "post_vod_playlist" => live::post_vod_playlist(client, args),
        "head_object" => objects::head_object(client, args),
        "put_bucket_acl" => bucket_settings::put_bucket_acl(client, args),
        "put_bucket_intelligenttiering_v2" => bucket_settings::put_bucket_intelligenttiering_v2(client, args),
        "put_bucket_policy" => bucket_settings::put_bucket_policy(client, args),
        "put_object" => objects::put_object(client, args, inputs),
        "put_object_acl" => objects::put_object_acl(client, args),
        "put_object_from_local_file" => objects::put_object_from_local_file(client, args, inputs),
        "select_object_content" => objects::select_object_content(client, args),
        "update_object_meta" => objects::update_object_meta(client, args),
        "upload_file" => transfers::upload_file(client, args, inputs),
        "upload_file_from_buffer" => transfers::upload_file_from_buffer(client, args, inputs),
        "upload_part" => multipart::upload_part(client, args, inputs),
        "upload_part_copy" => multipart::upload_part_copy(client, args),
        other => Err(Stop::Unknown(format!("the method {other}"))),
    }
}
