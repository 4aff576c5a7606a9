//! Multipart uploads.

use qcloud_cos::{CopySource, CosS3Client, MultipartUpload};

use super::{Args, Called, bucket, dict, header, key, pasted, text};
use crate::inputs::{Inputs, entries, flag, number, param, required, rest, string};
use crate::outcome::Stop;

pub(super) fn create_multipart_upload(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.create_multipart_upload(bucket(args)?, key(args)?);
    object_setters!(call, rest(args, &["Bucket", "Key"]), {});
    dict(call.send()?)
}

pub(super) fn upload_part(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let body = inputs.body("Body", required(args, "Body")?)?;
    let part = number("PartNumber", required(args, "PartNumber")?)?;
    let mut call = client.upload_part(bucket(args)?, key(args)?, body, part, text(args, "UploadId")?);
    setters!(call, rest(args, &["Bucket", "Key", "Body", "PartNumber", "UploadId"]), header, {
        "EnableMD5" => enable_md5(flag),
        "ContentLength" => content_length(number),
        "ContentMD5" => content_md5(string),
        "TrafficLimit" => traffic_limit(number),
        "SSECustomerAlgorithm" => sse_customer_algorithm(string),
        "SSECustomerKey" => sse_customer_key(string),
        "SSECustomerKeyMD5" => sse_customer_key_md5(string),
    });
    dict(call.send()?)
}

pub(super) fn upload_part_copy(client: &CosS3Client, args: &Args) -> Called {
    let part = number("PartNumber", required(args, "PartNumber")?)?;
    let (id, source) = (text(args, "UploadId")?, pasted::<CopySource>(args, "CopySource")?);
    let mut call = client.upload_part_copy(bucket(args)?, key(args)?, part, id, source);
    setters!(call, rest(args, &["Bucket", "Key", "PartNumber", "UploadId", "CopySource"]), header, {
        "CopySourceRange" => copy_source_range(string),
        "TrafficLimit" => traffic_limit(number),
        "SSECustomerAlgorithm" => sse_customer_algorithm(string),
        "SSECustomerKey" => sse_customer_key(string),
        "SSECustomerKeyMD5" => sse_customer_key_md5(string),
        "CopySourceIfMatch" => copy_source_if_match(string),
        "CopySourceIfNoneMatch" => copy_source_if_none_match(string),
        "CopySourceIfModifiedSince" => copy_source_if_modified_since(string),
        "CopySourceIfUnmodifiedSince" => copy_source_if_unmodified_since(string),
        "CopySourceSSECustomerAlgorithm" => copy_source_sse_customer_algorithm(string),
        "CopySourceSSECustomerKey" => copy_source_sse_customer_key(string),
        "CopySourceSSECustomerKeyMD5" => copy_source_sse_customer_key_md5(string),
    });
    dict(call.send()?)
}

pub(super) fn list_parts(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.list_parts(bucket(args)?, key(args)?, text(args, "UploadId")?);
    setters!(call, rest(args, &["Bucket", "Key", "UploadId"]), header, {
        "MaxParts" => max_parts(number),
        "PartNumberMarker" => part_number_marker(number),
        "EncodingType" => encoding_type(string),
    });
    dict(call.send()?)
}

pub(super) fn complete_multipart_upload(client: &CosS3Client, args: &Args) -> Called {
    // a pasted Python dict; one that lacks a field is refused, as in Python, before anything is sent
    let parts = match args.get("MultipartUpload") {
        Some(parts) => serde_json::from_value(parts.clone()).map_err(|error| Stop::Refused(error.to_string()))?,
        None => MultipartUpload::default(),
    };
    let mut call = client.complete_multipart_upload(bucket(args)?, key(args)?, text(args, "UploadId")?, parts);
    setters!(call, rest(args, &["Bucket", "Key", "UploadId", "MultipartUpload"]), header, {});
    dict(call.send()?)
}

pub(super) fn abort_multipart_upload(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.abort_multipart_upload(bucket(args)?, key(args)?, text(args, "UploadId")?);
    setters!(call, rest(args, &["Bucket", "Key", "UploadId"]), header, {});
    dict(call.send()?)
}

pub(super) fn list_multipart_uploads(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.list_multipart_uploads(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {
        "Prefix" => prefix(param),
        "Delimiter" => delimiter(param),
        "KeyMarker" => key_marker(param),
        "UploadIdMarker" => upload_id_marker(param),
        "MaxUploads" => max_uploads(number),
        "EncodingType" => encoding_type(string),
    });
    dict(call.send()?)
}
