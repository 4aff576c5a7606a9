//! Settings of buckets.

use qcloud_cos::CosS3Client;
use qcloud_cos::acl::AccessControlPolicy;

use super::{Args, Called, bucket, dict, header, pasted};
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
