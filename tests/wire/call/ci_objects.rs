//! Data processing that takes a file, writes one, or has arguments of its own kind.

use qcloud_cos::CosS3Client;
use serde_json::Value;

use super::ci::{FORM, flat, given};
use super::{Args, Called, bucket, ci_results as result, header, key, text, unknown};
use crate::inputs::{Inputs, entries, flag, param, required, rest, string};

pub(super) const CI: &[&str] = &[
    "ci_auditing_submit_common",
    "ci_download_compress_image",
    "ci_get_object",
    "ci_process",
    "ci_put_object",
    "ci_put_object_from_local_file",
    "ci_put_object_from_local_file_and_get_qrcode",
    "get_object_sensitive_content_recognition",
];

macro_rules! put {
    ($call:ident, $args:ident, $body:literal) => {{
        let mut call = $call;
        object_setters!(call, rest($args, &["Bucket", $body, "Key"]), { "EnableMD5" => enable_md5(flag), });
        result::pair(call.send()?, $args)
    }};
}

pub(super) fn call(client: &CosS3Client, method: &str, args: &Args, inputs: &mut Inputs) -> Called {
    match method {
        "ci_put_object" => {
            let body = inputs.body("Body", required(args, "Body")?)?;
            let call = client.ci_put_object(bucket(args)?, body, key(args)?);
            put!(call, args, "Body")
        }
        "ci_put_object_from_local_file" => {
            let path = inputs.path("LocalFilePath", required(args, "LocalFilePath")?)?;
            let call = client.ci_put_object_from_local_file(bucket(args)?, path, key(args)?);
            put!(call, args, "LocalFilePath")
        }
        "ci_put_object_from_local_file_and_get_qrcode" => {
            let path = inputs.path("LocalFilePath", required(args, "LocalFilePath")?)?;
            let call = client.ci_put_object_from_local_file_and_get_qrcode(bucket(args)?, path, key(args)?);
            put!(call, args, "LocalFilePath")
        }
        "ci_get_object" | "ci_download_compress_image" => {
            let path = inputs.path("DestImagePath", required(args, "DestImagePath")?)?;
            let mut call = if method == "ci_get_object" {
                client.ci_get_object(bucket(args)?, key(args)?, path, text(args, "Rule")?)
            } else {
                client.ci_download_compress_image(bucket(args)?, key(args)?, path, text(args, "CompressType")?)
            };
            for (name, value) in rest(args, &["Bucket", "Key", "DestImagePath", "Rule", "CompressType"]) {
                call = match name {
                    "VersionId" => call.version_id(string(name, value)?),
                    _ => further!(call, name, value, true),
                };
            }
            result::plain(call.send()?, args)
        }
        "ci_process" => {
            let mut call = client.ci_process(bucket(args)?, key(args)?, text(args, "CiProcess")?);
            for (name, value) in rest(args, &["Bucket", "Key", "CiProcess"]) {
                call = match name {
                    "Params" => call.params(value.clone()),
                    _ if FORM.contains(&name) => call,
                    _ => further!(call, name, value, true),
                };
            }
            result::processed(call.send()?, args)
        }
        "get_object_sensitive_content_recognition" => {
            let mut call = client.get_object_sensitive_content_recognition(bucket(args)?);
            for (name, value) in rest(args, &["Bucket"]) {
                call = match name {
                    "Key" => call.key(string(name, value)?),
                    "DetectType" => call.detect_type(param(name, value)?),
                    "Interval" => call.interval(flat(name, value)?),
                    "MaxFrames" => call.max_frames(flat(name, value)?),
                    "BizType" => call.biz_type(flat(name, value)?),
                    "DetectUrl" => call.detect_url(flat(name, value)?),
                    "LargeImageDetect" => call.large_image_detect(flat(name, value)?),
                    "DataId" => call.data_id(flat(name, value)?),
                    "Async" => call.r#async(flat(name, value)?),
                    "CallBack" => call.call_back(flat(name, value)?),
                    "VersionId" => call.version_id(string(name, value)?),
                    _ => further!(call, name, value, true),
                };
            }
            result::plain(call.send()?, args)
        }
        "ci_auditing_submit_common" => {
            let kinds = required(args, "DetectType")?;
            let kinds = (!kinds.is_null()).then(|| flat("DetectType", kinds)).transpose()?;
            let key = args.get("Key").and_then(Value::as_str).unwrap_or_default();
            let mut call = client.ci_auditing_submit_common(bucket(args)?, key, kinds, text(args, "Type")?);
            for (name, value) in rest(args, &["Bucket", "Key", "DetectType", "Type"]) {
                call = match name {
                    "Url" => call.url(given(name, value)?),
                    "BizType" => call.biz_type(given(name, value)?),
                    "Conf" => call.conf(given(name, value)?),
                    "Input" => call.input(given(name, value)?),
                    "UserInfo" => call.user_info(given(name, value)?),
                    "DataId" => call.data_id(given(name, value)?),
                    "RequestType" => call.request_type(given(name, value)?),
                    "StorageConf" => call.storage_conf(given(name, value)?),
                    "Encryption" => call.encryption(given(name, value)?),
                    _ => further!(call, name, value, true),
                };
            }
            result::plain(call.send()?, args)
        }
        other => Err(unknown(other)),
    }
}
