//! Buckets, and the lists of what is in them.

use qcloud_cos::CosS3Client;

use super::{Args, Called, bucket, dict, header};
use crate::inputs::{entries, rest, string};

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
