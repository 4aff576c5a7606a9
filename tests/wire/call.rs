//! Turns a case's call and its keyword arguments into the builder calls of a Rust port.
//!
//! One function a method. A keyword argument goes to the setter of its name; one that
//! Python would turn into a header and for which the builder has no setter goes to
//! `.header(..)`, as in a port. Anything else is unknown, and an unknown call or argument
//! fails its case.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qcloud_cos::{
    AccessControlPolicy, CopySource, CorsConfiguration, CosS3Client, Delete, LifecycleConfiguration, MultipartUpload,
    RestoreRequest, SelectEvent,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::inputs::{Inputs, entries, flag, number, param, required, rest, string};
use crate::names;
use crate::outcome::{self, Stop};

type Args = Map<String, Value>;
type Called = Result<Value, Stop>;

/// The methods that the harness can call.
pub(crate) const HERE: [&str; 48] = [
    "abort_multipart_upload",
    "append_object",
    "bucket_exists",
    "change_object_storage_class",
    "complete_multipart_upload",
    "copy",
    "copy_object",
    "create_bucket",
    "create_multipart_upload",
    "delete_bucket",
    "delete_bucket_cors",
    "delete_bucket_lifecycle",
    "delete_object",
    "delete_objects",
    "download_file",
    "get_auth",
    "get_bucket_acl",
    "get_bucket_cors",
    "get_bucket_lifecycle",
    "get_bucket_location",
    "get_bucket_versioning",
    "get_object",
    "get_object_acl",
    "get_object_url",
    "get_presigned_download_url",
    "get_presigned_url",
    "head_bucket",
    "head_object",
    "list_buckets",
    "list_multipart_uploads",
    "list_objects",
    "list_objects_versions",
    "list_parts",
    "object_exists",
    "put_bucket_acl",
    "put_bucket_cors",
    "put_bucket_lifecycle",
    "put_bucket_versioning",
    "put_object",
    "put_object_acl",
    "put_object_from_local_file",
    "restore_object",
    "select_object_content",
    "update_object_meta",
    "upload_file",
    "upload_file_from_buffer",
    "upload_part",
    "upload_part_copy",
];

/// Sends the arguments to setters by name, and the rest to `.header(..)`. `$meta` is what
/// takes an entry of `Metadata`: `metadata`, or `header` where a builder has no metadata.
macro_rules! setters {
    ($call:ident, $rest:expr, $meta:ident, { $($name:literal => $setter:ident($kind:ident)),* $(,)? }) => {
        for (name, value) in $rest {
            $call = match name {
                $($name => $call.$setter($kind(name, value)?),)*
                "Referer" => $call.referer(string(name, value)?),
                "Accept" => $call.accept(string(name, value)?),
                "AcceptEncoding" => $call.accept_encoding(string(name, value)?),
                "Metadata" => {
                    for (name, value) in entries(name, value)? {
                        $call = $call.$meta(name, value);
                    }
                    $call
                }
                _ => $call.header(header(name)?, string(name, value)?),
            };
        }
    };
}

/// `setters!` with the headers of an object that is being written.
macro_rules! object_setters {
    ($call:ident, $rest:expr, { $($own:tt)* }) => {
        setters!($call, $rest, metadata, {
            $($own)*
            "ACL" => acl(string),
            "GrantFullControl" => grant_full_control(string),
            "GrantRead" => grant_read(string),
            "GrantWrite" => grant_write(string),
            "StorageClass" => storage_class(string),
            "Expires" => expires(string),
            "CacheControl" => cache_control(string),
            "ContentType" => content_type(string),
            "ContentDisposition" => content_disposition(string),
            "ContentEncoding" => content_encoding(string),
            "ContentLanguage" => content_language(string),
            "ContentLength" => content_length(number),
            "ContentMD5" => content_md5(string),
            "Tagging" => tagging(string),
            "ServerSideEncryption" => server_side_encryption(string),
            "SSEKMSKeyId" => sse_kms_key_id(string),
            "SSEKMSContext" => sse_kms_context(string),
            "SSECustomerAlgorithm" => sse_customer_algorithm(string),
            "SSECustomerKey" => sse_customer_key(string),
            "SSECustomerKeyMD5" => sse_customer_key_md5(string),
            "PicOperations" => pic_operations(string),
            "Callback" => callback(string),
            "CallbackVar" => callback_var(string),
            "TrafficLimit" => traffic_limit(number),
            "IfMatch" => if_match(string),
            "IfNoneMatch" => if_none_match(string),
            "IfModifiedSince" => if_modified_since(string),
            "IfUnmodifiedSince" => if_unmodified_since(string),
        })
    };
}

/// `setters!` with the headers of a copy that is being written, and what its source must be like.
macro_rules! copy_setters {
    ($call:ident, $rest:expr, { $($own:tt)* }) => {
        setters!($call, $rest, metadata, {
            $($own)*
            "ACL" => acl(string),
            "GrantFullControl" => grant_full_control(string),
            "GrantRead" => grant_read(string),
            "GrantWrite" => grant_write(string),
            "StorageClass" => storage_class(string),
            "Expires" => expires(string),
            "CacheControl" => cache_control(string),
            "ContentType" => content_type(string),
            "ContentDisposition" => content_disposition(string),
            "ContentEncoding" => content_encoding(string),
            "ContentLanguage" => content_language(string),
            "Tagging" => tagging(string),
            "ServerSideEncryption" => server_side_encryption(string),
            "SSEKMSKeyId" => sse_kms_key_id(string),
            "SSEKMSContext" => sse_kms_context(string),
            "SSECustomerAlgorithm" => sse_customer_algorithm(string),
            "SSECustomerKey" => sse_customer_key(string),
            "SSECustomerKeyMD5" => sse_customer_key_md5(string),
            "TrafficLimit" => traffic_limit(number),
            "CopySourceIfMatch" => copy_source_if_match(string),
            "CopySourceIfNoneMatch" => copy_source_if_none_match(string),
            "CopySourceIfModifiedSince" => copy_source_if_modified_since(string),
            "CopySourceIfUnmodifiedSince" => copy_source_if_unmodified_since(string),
            "CopySourceSSECustomerAlgorithm" => copy_source_sse_customer_algorithm(string),
            "CopySourceSSECustomerKey" => copy_source_sse_customer_key(string),
            "CopySourceSSECustomerKeyMD5" => copy_source_sse_customer_key_md5(string),
        })
    };
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
    match method {
        "abort_multipart_upload" => abort_multipart_upload(client, args),
        "append_object" => append_object(client, args, inputs),
        "bucket_exists" => bucket_exists(client, args),
        "change_object_storage_class" => change_object_storage_class(client, args),
        "complete_multipart_upload" => complete_multipart_upload(client, args),
        "copy" => copy(client, args, inputs),
        "copy_object" => copy_object(client, args),
        "create_bucket" => create_bucket(client, args),
        "create_multipart_upload" => create_multipart_upload(client, args),
        "delete_bucket" => delete_bucket(client, args),
        "delete_bucket_cors" => delete_bucket_cors(client, args),
        "delete_bucket_lifecycle" => delete_bucket_lifecycle(client, args),
        "delete_object" => delete_object(client, args),
        "delete_objects" => delete_objects(client, args),
        "download_file" => download_file(client, args, inputs),
        "get_auth" => get_auth(client, args),
        "get_bucket_acl" => get_bucket_acl(client, args),
        "get_bucket_cors" => get_bucket_cors(client, args),
        "get_bucket_lifecycle" => get_bucket_lifecycle(client, args),
        "get_bucket_location" => get_bucket_location(client, args),
        "get_bucket_versioning" => get_bucket_versioning(client, args),
        "get_object" => get_object(client, args),
        "get_object_acl" => get_object_acl(client, args),
        "get_object_url" => get_object_url(client, args),
        "get_presigned_download_url" => get_presigned_download_url(client, args),
        "get_presigned_url" => get_presigned_url(client, args),
        "head_bucket" => head_bucket(client, args),
        "head_object" => head_object(client, args),
        "list_buckets" => list_buckets(client, args),
        "list_multipart_uploads" => list_multipart_uploads(client, args),
        "list_objects" => list_objects(client, args),
        "list_objects_versions" => list_objects_versions(client, args),
        "list_parts" => list_parts(client, args),
        "object_exists" => object_exists(client, args),
        "put_bucket_acl" => put_bucket_acl(client, args),
        "put_bucket_cors" => put_bucket_cors(client, args),
        "put_bucket_lifecycle" => put_bucket_lifecycle(client, args),
        "put_bucket_versioning" => put_bucket_versioning(client, args),
        "put_object" => put_object(client, args, inputs),
        "put_object_acl" => put_object_acl(client, args),
        "put_object_from_local_file" => put_object_from_local_file(client, args, inputs),
        "restore_object" => restore_object(client, args),
        "select_object_content" => select_object_content(client, args),
        "update_object_meta" => update_object_meta(client, args),
        "upload_file" => upload_file(client, args, inputs),
        "upload_file_from_buffer" => upload_file_from_buffer(client, args, inputs),
        "upload_part" => upload_part(client, args, inputs),
        "upload_part_copy" => upload_part_copy(client, args),
        other => Err(Stop::Unknown(format!("the method {other}"))),
    }
}

// ------------------------------------------------------------------ buckets

fn list_buckets(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.list_buckets();
    setters!(call, rest(args, &[]), header, {
        "TagKey" => tag_key(param),
        "TagValue" => tag_value(param),
        "Region" => region(param),
        "CreateTime" => create_time(number),
        "Range" => range(param),
        "Marker" => marker(param),
        "MaxKeys" => max_keys(number),
    });
    dict(call.send()?)
}

fn create_bucket(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.create_bucket(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {
        "BucketAZConfig" => bucket_az_config(string),
        "BucketArchConfig" => bucket_arch_config(string),
        "ACL" => acl(string),
        "GrantFullControl" => grant_full_control(string),
        "GrantRead" => grant_read(string),
        "GrantWrite" => grant_write(string),
    });
    dict(call.send()?)
}

fn delete_bucket(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.delete_bucket(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

fn head_bucket(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.head_bucket(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

fn bucket_exists(client: &CosS3Client, args: &Args) -> Called {
    no_more(rest(args, &["Bucket"]))?;
    dict(client.bucket_exists(bucket(args)?).send()?)
}

fn get_bucket_location(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_bucket_location(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

fn list_objects(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.list_objects(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {
        "Prefix" => prefix(param),
        "Delimiter" => delimiter(param),
        "Marker" => marker(param),
        "MaxKeys" => max_keys(number),
        "EncodingType" => encoding_type(string),
    });
    dict(call.send()?)
}

// ------------------------------------------------------------------ settings of buckets

fn put_bucket_acl(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.put_bucket_acl(bucket(args)?);
    call = call.access_control_policy(pasted::<AccessControlPolicy>(args, "AccessControlPolicy")?);
    setters!(call, rest(args, &["Bucket", "AccessControlPolicy"]), header, {
        "ACL" => acl(string),
        "GrantFullControl" => grant_full_control(string),
        "GrantRead" => grant_read(string),
        "GrantWrite" => grant_write(string),
    });
    dict(call.send()?)
}

fn get_bucket_acl(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_bucket_acl(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

fn put_bucket_cors(client: &CosS3Client, args: &Args) -> Called {
    let rules: CorsConfiguration = pasted(args, "CORSConfiguration")?;
    let mut call = client.put_bucket_cors(bucket(args)?, rules);
    setters!(call, rest(args, &["Bucket", "CORSConfiguration"]), header, {});
    dict(call.send()?)
}

fn get_bucket_cors(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_bucket_cors(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

fn delete_bucket_cors(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.delete_bucket_cors(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

fn put_bucket_lifecycle(client: &CosS3Client, args: &Args) -> Called {
    let rules: LifecycleConfiguration = pasted(args, "LifecycleConfiguration")?;
    let mut call = client.put_bucket_lifecycle(bucket(args)?, rules);
    setters!(call, rest(args, &["Bucket", "LifecycleConfiguration"]), header, {});
    dict(call.send()?)
}

fn get_bucket_lifecycle(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_bucket_lifecycle(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

fn delete_bucket_lifecycle(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.delete_bucket_lifecycle(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

fn put_bucket_versioning(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.put_bucket_versioning(bucket(args)?, text(args, "Status")?);
    setters!(call, rest(args, &["Bucket", "Status"]), header, {});
    dict(call.send()?)
}

fn get_bucket_versioning(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_bucket_versioning(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

fn list_objects_versions(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.list_objects_versions(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {
        "Prefix" => prefix(param),
        "Delimiter" => delimiter(param),
        "KeyMarker" => key_marker(param),
        "VersionIdMarker" => version_id_marker(param),
        "MaxKeys" => max_keys(number),
        "EncodingType" => encoding_type(string),
    });
    dict(call.send()?)
}

// ------------------------------------------------------------------ objects

fn put_object(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let body = inputs.body("Body", required(args, "Body")?)?;
    let mut call = client.put_object(bucket(args)?, body, key(args)?);
    object_setters!(call, rest(args, &["Bucket", "Body", "Key"]), { "EnableMD5" => enable_md5(flag), });
    dict(call.send()?)
}

fn put_object_from_local_file(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let path = inputs.path("LocalFilePath", required(args, "LocalFilePath")?)?;
    let mut call = client.put_object_from_local_file(bucket(args)?, path, key(args)?);
    object_setters!(call, rest(args, &["Bucket", "LocalFilePath", "Key"]), { "EnableMD5" => enable_md5(flag), });
    dict(call.send()?)
}

fn get_object(client: &CosS3Client, args: &Args) -> Called {
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
        "TrafficLimit" => traffic_limit(number),
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

fn head_object(client: &CosS3Client, args: &Args) -> Called {
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

fn object_exists(client: &CosS3Client, args: &Args) -> Called {
    no_more(rest(args, &["Bucket", "Key"]))?;
    dict(client.object_exists(bucket(args)?, key(args)?).send()?)
}

fn delete_object(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.delete_object(bucket(args)?, key(args)?);
    setters!(call, rest(args, &["Bucket", "Key"]), header, { "VersionId" => version_id(string) });
    dict(call.send()?)
}

fn delete_objects(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.delete_objects(bucket(args)?, pasted::<Delete>(args, "Delete")?);
    setters!(call, rest(args, &["Bucket", "Delete"]), header, {});
    dict(call.send()?)
}

fn append_object(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let data = inputs.body("Data", required(args, "Data")?)?;
    let position = number("Position", required(args, "Position")?)?;
    let mut call = client.append_object(bucket(args)?, key(args)?, position, data);
    object_setters!(call, rest(args, &["Bucket", "Key", "Position", "Data"]), {});
    dict(call.send()?)
}

fn restore_object(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.restore_object(bucket(args)?, key(args)?, pasted::<RestoreRequest>(args, "RestoreRequest")?);
    setters!(call, rest(args, &["Bucket", "Key", "RestoreRequest"]), header, { "VersionId" => version_id(string) });
    dict(call.send()?)
}

fn put_object_acl(client: &CosS3Client, args: &Args) -> Called {
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

fn get_object_acl(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_object_acl(bucket(args)?, key(args)?);
    setters!(call, rest(args, &["Bucket", "Key"]), header, {});
    dict(call.send()?)
}

fn copy_object(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.copy_object(bucket(args)?, key(args)?, pasted::<CopySource>(args, "CopySource")?);
    copy_setters!(call, rest(args, &["Bucket", "Key", "CopySource"]), { "CopyStatus" => copy_status(string), });
    dict(call.send()?)
}

fn change_object_storage_class(client: &CosS3Client, args: &Args) -> Called {
    no_more(rest(args, &["Bucket", "Key", "StorageClass"]))?;
    dict(client.change_object_storage_class(bucket(args)?, key(args)?, text(args, "StorageClass")?).send()?)
}

fn update_object_meta(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.update_object_meta(bucket(args)?, key(args)?);
    copy_setters!(call, rest(args, &["Bucket", "Key"]), {});
    dict(call.send()?)
}

fn select_object_content(client: &CosS3Client, args: &Args) -> Called {
    let (input, output) = (pasted(args, "InputSerialization")?, pasted(args, "OutputSerialization")?);
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
        call = call.request_progress(pasted(args, "RequestProgress")?);
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

// ------------------------------------------------------------------ multipart uploads

fn create_multipart_upload(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.create_multipart_upload(bucket(args)?, key(args)?);
    object_setters!(call, rest(args, &["Bucket", "Key"]), {});
    dict(call.send()?)
}

fn upload_part(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
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

fn upload_part_copy(client: &CosS3Client, args: &Args) -> Called {
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

fn list_parts(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.list_parts(bucket(args)?, key(args)?, text(args, "UploadId")?);
    setters!(call, rest(args, &["Bucket", "Key", "UploadId"]), header, {
        "MaxParts" => max_parts(number),
        "PartNumberMarker" => part_number_marker(number),
        "EncodingType" => encoding_type(string),
    });
    dict(call.send()?)
}

fn complete_multipart_upload(client: &CosS3Client, args: &Args) -> Called {
    // a pasted Python dict; one that lacks a field is refused, as in Python, before anything is sent
    let parts = match args.get("MultipartUpload") {
        Some(parts) => serde_json::from_value(parts.clone()).map_err(|error| Stop::Refused(error.to_string()))?,
        None => MultipartUpload::default(),
    };
    let mut call = client.complete_multipart_upload(bucket(args)?, key(args)?, text(args, "UploadId")?, parts);
    setters!(call, rest(args, &["Bucket", "Key", "UploadId", "MultipartUpload"]), header, {});
    dict(call.send()?)
}

fn abort_multipart_upload(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.abort_multipart_upload(bucket(args)?, key(args)?, text(args, "UploadId")?);
    setters!(call, rest(args, &["Bucket", "Key", "UploadId"]), header, {});
    dict(call.send()?)
}

fn list_multipart_uploads(client: &CosS3Client, args: &Args) -> Called {
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

// ------------------------------------------------------------------ transfers

/// Python sends up to `PartSize` in one request; the SDK's own threshold is the documents' 20 MiB.
fn threshold(args: &Args, default: u64) -> Result<u64, Stop> {
    let part_size: u64 = args.get("PartSize").map_or(Ok(default), |size| number("PartSize", size))?;
    Ok(part_size * 1024 * 1024)
}

fn upload_file(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let path = inputs.path("LocalFilePath", required(args, "LocalFilePath")?)?;
    let mut call = client.upload_file(bucket(args)?, key(args)?, path).multipart_threshold(threshold(args, 1)?);
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

fn upload_file_from_buffer(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let body = inputs.reader("Body", required(args, "Body")?)?;
    let mut call = client.upload_file_from_buffer(bucket(args)?, key(args)?, body);
    object_setters!(call, rest(args, &["Bucket", "Key", "Body"]), {
        "PartSize" => part_size(number),
        "MAXThread" => max_thread(number),
        "MaxBufferSize" => max_buffer_size(number),
    });
    dict(call.send()?)
}

fn copy(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
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

fn download_file(client: &CosS3Client, args: &Args, inputs: &mut Inputs) -> Called {
    let path = inputs.path("DestFilePath", required(args, "DestFilePath")?)?;
    let mut call = client.download_file(bucket(args)?, key(args)?, path).multipart_threshold(threshold(args, 20)?);
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
        "TrafficLimit" => traffic_limit(number),
        "SSECustomerAlgorithm" => sse_customer_algorithm(string),
        "SSECustomerKey" => sse_customer_key(string),
        "SSECustomerKeyMD5" => sse_customer_key_md5(string),
    });
    call.send()?;
    // Python's returns nothing; what ours tells besides has no counterpart
    Ok(Value::Null)
}

// ------------------------------------------------------------------ signatures and URLs

/// The arguments that `get_auth` and the presigned URLs share; they have no `**kwargs`.
macro_rules! signing {
    ($call:ident, $rest:expr) => {
        for (name, value) in $rest {
            $call = match name {
                "Expired" => $call.expired(number(name, value)?),
                "Headers" => $call.headers(entries(name, value)?),
                "Params" => $call.params(entries(name, value)?),
                "SignHost" => $call.sign_host(flag(name, value)?),
                "UseCiEndPoint" => $call.use_ci_end_point(flag(name, value)?),
                other => return Err(unknown(other)),
            };
        }
    };
}

fn get_auth(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_auth(text(args, "Method")?, bucket(args)?, key(args)?);
    signing!(call, rest(args, &["Method", "Bucket", "Key"]));
    dict(call.sign()?)
}

fn get_presigned_url(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_presigned_url(bucket(args)?, key(args)?, text(args, "Method")?);
    signing!(call, rest(args, &["Method", "Bucket", "Key"]));
    dict(call.sign()?)
}

fn get_presigned_download_url(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_presigned_download_url(bucket(args)?, key(args)?);
    signing!(call, rest(args, &["Bucket", "Key"]));
    dict(call.sign()?)
}

fn get_object_url(client: &CosS3Client, args: &Args) -> Called {
    no_more(rest(args, &["Bucket", "Key"]))?;
    dict(client.get_object_url(bucket(args)?, key(args)?)?)
}
