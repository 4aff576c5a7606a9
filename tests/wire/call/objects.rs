//! Objects, their copies, and queries of them.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qcloud_cos::acl::AccessControlPolicy;
use qcloud_cos::object::{InputSerialization, OutputSerialization, RequestProgress, SelectEvent};
use qcloud_cos::{CopySource, CosS3Client};
use serde_json::json;

use super::{Args, Called, bucket, dict, header, key, no_more, pasted, text};
use crate::inputs::{Inputs, entries, flag, number, param, required, rest, string};
use crate::outcome::{self, Stop};

pub(super) fn put_object(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let body = inputs.body("Body", required(args, "Body")?)?;
    let mut call = client.put_object(bucket(args)?, body, key(args)?);
    object_setters!(call, rest(args, &["Bucket", "Body", "Key"]), { "EnableMD5" => enable_md5(flag), });
    dict(call.send()?)
}

pub(super) fn put_object_from_local_file(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let path = inputs.path("LocalFilePath", required(args, "LocalFilePath")?)?;
    let mut call = client.put_object_from_local_file(bucket(args)?, path, key(args)?);
    object_setters!(call, rest(args, &["Bucket", "LocalFilePath", "Key"]), { "EnableMD5" => enable_md5(flag), });
    dict(call.send()?)
}

pub(super) fn get_object(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_object(bucket(args)?, key(args)?);
    setters!(call, rest(args, &["Bucket", "Key"]), header, {
        "KeySimplifyCheck" => key_simplify_check(flag),
        "Range" => range(string),
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
    let mut output = call.send()?;
    let mut result = dict(&output)?;
    let mut data = Vec::new();
    output.body.read_to_end(&mut data)?;
    result["Body"] = json!({"$stream_b64": STANDARD.encode(data)});
    Ok(result)
}

pub(super) fn head_object(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.head_object(bucket(args)?, key(args)?);
    setters!(call, rest(args, &["Bucket", "Key"]), header, {
        "IfMatch" => if_match(string),
        "IfNoneMatch" => if_none_match(string),
        "IfModifiedSince" => if_modified_since(string),
        "IfUnmodifiedSince" => if_unmodified_since(string),
        "VersionId" => version_id(string),
        "SSECustomerAlgorithm" => sse_customer_algorithm(string),
        "SSECustomerKey" => sse_customer_key(string),
        "SSECustomerKeyMD5" => sse_customer_key_md5(string),
    });
    dict(call.send()?)
}

pub(super) fn append_object(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let data = inputs.body("Data", required(args, "Data")?)?;
    let position: u64 = number("Position", required(args, "Position")?)?;
    let mut call = client.append_object(bucket(args)?, key(args)?, position, data);
    object_setters!(call, rest(args, &["Bucket", "Key", "Position", "Data"]), {});
    dict(call.send()?)
}

pub(super) fn put_object_acl(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.put_object_acl(bucket(args)?, key(args)?);
    call = call.access_control_policy(pasted::<AccessControlPolicy>(args, "AccessControlPolicy")?);
    setters!(call, rest(args, &["Bucket", "Key", "AccessControlPolicy"]), header, {
        "ACL" => acl(string),
        "GrantFullControl" => grant_full_control(string),
        "GrantRead" => grant_read(string),
        "GrantWrite" => grant_write(string),
    });
    dict(call.send()?)
}

pub(super) fn copy_object(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.copy_object(bucket(args)?, key(args)?, pasted::<CopySource>(args, "CopySource")?);
    copy_setters!(call, rest(args, &["Bucket", "Key", "CopySource"]), { "CopyStatus" => copy_status(string), });
    dict(call.send()?)
}

pub(super) fn change_object_storage_class(client: &CosS3Client, args: &Args) -> Called {
    no_more(rest(args, &["Bucket", "Key", "StorageClass"]))?;
    dict(client.change_object_storage_class(bucket(args)?, key(args)?, text(args, "StorageClass")?).send()?)
}

pub(super) fn update_object_meta(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.update_object_meta(bucket(args)?, key(args)?);
    copy_setters!(call, rest(args, &["Bucket", "Key"]), {});
    dict(call.send()?)
}

pub(super) fn select_object_content(client: &CosS3Client, args: &Args) -> Called {
    let input: InputSerialization = pasted(args, "InputSerialization")?;
    let output: OutputSerialization = pasted(args, "OutputSerialization")?;
    let (sql, kind) = (text(args, "Expression")?, text(args, "ExpressionType")?);
    let mut call = client.select_object_content(bucket(args)?, key(args)?, sql, kind, input, output);
    let positional = [
        "Bucket",
        "Key",
        "Expression",
        "ExpressionType",
        "InputSerialization",
        "OutputSerialization",
        "RequestProgress",
    ];
    if args.get("RequestProgress").is_some_and(|progress| !progress.is_null()) {
        call = call.request_progress(pasted::<RequestProgress>(args, "RequestProgress")?);
    }
    setters!(call, rest(args, &positional), header, {});
    let mut events = Vec::new();
    for event in call.send()?.payload {
        events.push(match event {
            Ok(SelectEvent::Records(data)) => json!({"Records": {"Payload": {"$bytes_b64": STANDARD.encode(data)}}}),
            Ok(SelectEvent::Stats(stats)) => json!({"Stats": {"Details": stats}}),
            Ok(SelectEvent::Progress(stats)) => json!({"Progress": {"Details": stats}}),
            Ok(SelectEvent::Cont) => json!({"Cont": {}}),
            Ok(SelectEvent::End) => json!({"End": {}}),
            Ok(other) => return Err(Stop::Unknown(format!("the event {other:?}"))),
            Err(error) => {
                let then = outcome::recorded(&error);
                return Ok(json!({"Payload": {"$events": events, "$then": then}}));
            }
        });
    }
    Ok(json!({"Payload": {"$events": events}}))
}
