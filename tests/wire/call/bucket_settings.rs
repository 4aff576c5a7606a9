//! Settings of buckets.

use qcloud_cos::CosS3Client;
use qcloud_cos::acl::AccessControlPolicy;
use qcloud_cos::bucket::IntelligentTieringConfiguration;

use super::{Args, Called, bucket, dict, header, pasted};
use crate::inputs::{entries, required, rest, string};

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

pub(super) fn put_bucket_intelligenttiering_v2(client: &CosS3Client, args: &Args) -> Called {
    let configuration = pasted::<IntelligentTieringConfiguration>(args, "IntelligentTieringConfiguration")?;
    let id = args.get("Id").map(|id| string("Id", id)).transpose()?;
    let mut call = client.put_bucket_intelligenttiering_v2(bucket(args)?, configuration, id);
    setters!(call, rest(args, &["Bucket", "IntelligentTieringConfiguration", "Id"]), header, {});
    dict(call.send()?)
}

pub(super) fn put_bucket_policy(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.put_bucket_policy(bucket(args)?, required(args, "Policy")?);
    setters!(call, rest(args, &["Bucket", "Policy"]), header, {});
    dict(call.send()?)
}
