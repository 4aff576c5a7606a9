//! Buckets, and the lists of what is in them.

use qcloud_cos::CosS3Client;

use super::{Args, Called, bucket, dict, header, no_more};
use crate::inputs::{entries, number, param, rest, string};

pub(super) fn list_buckets(client: &CosS3Client, args: &Args) -> Called {
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

pub(super) fn create_bucket(client: &CosS3Client, args: &Args) -> Called {
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

pub(super) fn delete_bucket(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.delete_bucket(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

pub(super) fn head_bucket(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.head_bucket(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

pub(super) fn bucket_exists(client: &CosS3Client, args: &Args) -> Called {
    no_more(rest(args, &["Bucket"]))?;
    dict(client.bucket_exists(bucket(args)?).send()?)
}

pub(super) fn get_bucket_location(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_bucket_location(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

pub(super) fn list_objects(client: &CosS3Client, args: &Args) -> Called {
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

pub(super) fn list_objects_versions(client: &CosS3Client, args: &Args) -> Called {
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
