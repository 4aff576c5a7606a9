//! Transfers: uploads, downloads and copies that choose their requests themselves.

use qcloud_cos::{CopySource, CosS3Client};
use serde_json::Value;

use super::{Args, Called, bucket, dict, header, key, pasted};
use crate::inputs::{Inputs, entries, flag, number, param, required, rest, string};
use crate::outcome::Stop;

/// Python's part size where a call names none, in MiB; the SDK chooses one by the size of the file.
const UPLOAD_PART: u64 = 1;
const DOWNLOAD_PART: u64 = 20;

/// Python sends up to `PartSize` in one request; the SDK's own threshold is the documents' 20 MiB.
fn threshold(args: &Args, default: u64) -> Result<u64, Stop> {
    let part_size: u64 = args.get("PartSize").map_or(Ok(default), |size| number("PartSize", size))?;
    Ok(part_size * 1024 * 1024)
}

pub(super) fn upload_file(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let path = inputs.path("LocalFilePath", required(args, "LocalFilePath")?)?;
    let mut call = client.upload_file(bucket(args)?, key(args)?, path);
    call = call.part_size(UPLOAD_PART).multipart_threshold(threshold(args, UPLOAD_PART)?);
    call = call.checkpoint_dir(inputs.folder.join("checkpoints"));
    if args.contains_key("progress_callback") {
        call = call.progress_callback(inputs.progress());
    }
    object_setters!(call, rest(args, &["Bucket", "Key", "LocalFilePath", "progress_callback"]), {
        "PartSize" => part_size(number),
        "MAXThread" => max_thread(number),
        "EnableMD5" => enable_md5(flag),
    });
    dict(call.send()?)
}

pub(super) fn upload_file_from_buffer(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let body = inputs.reader("Body", required(args, "Body")?)?;
    let mut call = client.upload_file_from_buffer(bucket(args)?, key(args)?, body);
    object_setters!(call, rest(args, &["Bucket", "Key", "Body"]), {
        "PartSize" => part_size(number),
        "MAXThread" => max_thread(number),
        "MaxBufferSize" => max_buffer_size(number),
        "EnableMD5" => enable_md5(flag),
    });
    dict(call.send()?)
}

pub(super) fn copy(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let mut call = client.copy(bucket(args)?, key(args)?, pasted::<CopySource>(args, "CopySource")?);
    // What one case leaves is none of another's.
    call = call.checkpoint_dir(inputs.folder.join("checkpoints"));
    copy_setters!(call, rest(args, &["Bucket", "Key", "CopySource"]), {
        "CopyStatus" => copy_status(string),
        "PartSize" => part_size(number),
        "MAXThread" => max_thread(number),
    });
    dict(call.send()?)
}

pub(super) fn download_file(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let path = inputs.path("DestFilePath", required(args, "DestFilePath")?)?;
    let mut call = client.download_file(bucket(args)?, key(args)?, path);
    call = call.part_size(DOWNLOAD_PART).multipart_threshold(threshold(args, DOWNLOAD_PART)?);
    if args.contains_key("progress_callback") {
        call = call.progress_callback(inputs.progress());
    }
    if let Some(folder) = args.get("DumpRecordDir").filter(|folder| !folder.is_null()) {
        call = call.dump_record_dir(inputs.path("DumpRecordDir", folder)?);
    }
    setters!(call, rest(args, &["Bucket", "Key", "DestFilePath", "progress_callback", "DumpRecordDir"]), header, {
        "PartSize" => part_size(number),
        "MAXThread" => max_thread(number),
        "EnableCRC" => enable_crc(flag),
        "KeySimplifyCheck" => key_simplify_check(flag),
        "DisableTempDestFilePath" => disable_temp_dest_file_path(flag),
        "MaxPartCount" => max_part_count(number),
        "IfMatch" => if_match(string),
        "IfNoneMatch" => if_none_match(string),
        "IfModifiedSince" => if_modified_since(string),
        "IfUnmodifiedSince" => if_unmodified_since(string),
        "ResponseCacheControl" => response_cache_control(string),
        "ResponseContentDisposition" => response_content_disposition(string),
        "ResponseContentEncoding" => response_content_encoding(string),
        "ResponseContentLanguage" => response_content_language(string),
        "ResponseContentType" => response_content_type(string),
        "ResponseExpires" => response_expires(string),
        "VersionId" => version_id(string),
        "TrafficLimit" => traffic_limit(param),
        "SSECustomerAlgorithm" => sse_customer_algorithm(string),
        "SSECustomerKey" => sse_customer_key(string),
        "SSECustomerKeyMD5" => sse_customer_key_md5(string),
    });
    call.send()?;
    // Python's returns nothing; what ours tells besides has no counterpart
    Ok(Value::Null)
}
