//! Multipart uploads.

use qcloud_cos::{CopySource, CosS3Client};

use super::{Args, Called, bucket, dict, header, key, pasted, text};
use crate::inputs::{Inputs, entries, flag, number, param, required, rest, string};

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
        "ContentLength" => content_length(param),
        "ContentMD5" => content_md5(string),
        "TrafficLimit" => traffic_limit(param),
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
        "TrafficLimit" => traffic_limit(param),
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
