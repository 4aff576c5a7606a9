//! Settings of buckets.

use qcloud_cos::{AccessControlPolicy, CorsConfiguration, CosS3Client, LifecycleConfiguration};

use super::{Args, Called, bucket, dict, header, pasted, text};
use crate::inputs::{entries, rest, string};

pub(super) fn put_bucket_acl(client: &CosS3Client, args: &Args) -> Called {
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

pub(super) fn get_bucket_acl(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_bucket_acl(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

pub(super) fn put_bucket_cors(client: &CosS3Client, args: &Args) -> Called {
    let rules: CorsConfiguration = pasted(args, "CORSConfiguration")?;
    let mut call = client.put_bucket_cors(bucket(args)?, rules);
    setters!(call, rest(args, &["Bucket", "CORSConfiguration"]), header, {});
    dict(call.send()?)
}

pub(super) fn get_bucket_cors(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_bucket_cors(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

pub(super) fn delete_bucket_cors(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.delete_bucket_cors(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

pub(super) fn put_bucket_lifecycle(client: &CosS3Client, args: &Args) -> Called {
    let rules: LifecycleConfiguration = pasted(args, "LifecycleConfiguration")?;
    let mut call = client.put_bucket_lifecycle(bucket(args)?, rules);
    setters!(call, rest(args, &["Bucket", "LifecycleConfiguration"]), header, {});
    dict(call.send()?)
}

pub(super) fn get_bucket_lifecycle(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_bucket_lifecycle(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

pub(super) fn delete_bucket_lifecycle(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.delete_bucket_lifecycle(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}

pub(super) fn put_bucket_versioning(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.put_bucket_versioning(bucket(args)?, text(args, "Status")?);
    setters!(call, rest(args, &["Bucket", "Status"]), header, {});
    dict(call.send()?)
}

pub(super) fn get_bucket_versioning(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_bucket_versioning(bucket(args)?);
    setters!(call, rest(args, &["Bucket"]), header, {});
    dict(call.send()?)
}
