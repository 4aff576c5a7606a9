//! Signatures and URLs; nothing is sent.

use qcloud_cos::CosS3Client;

use super::{Args, Called, bucket, dict, key, no_more, text, unknown};
use crate::inputs::{entries, flag, number, rest};

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

pub(super) fn get_auth(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_auth(text(args, "Method")?, bucket(args)?, key(args)?);
    signing!(call, rest(args, &["Method", "Bucket", "Key"]));
    dict(call.sign()?)
}

pub(super) fn get_presigned_url(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_presigned_url(bucket(args)?, key(args)?, text(args, "Method")?);
    signing!(call, rest(args, &["Method", "Bucket", "Key"]));
    dict(call.sign()?)
}

pub(super) fn get_presigned_download_url(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_presigned_download_url(bucket(args)?, key(args)?);
    signing!(call, rest(args, &["Bucket", "Key"]));
    dict(call.sign()?)
}

pub(super) fn get_object_url(client: &CosS3Client, args: &Args) -> Called {
    no_more(rest(args, &["Bucket", "Key"]))?;
    dict(client.get_object_url(bucket(args)?, key(args)?)?)
}

pub(super) fn get_rtmp_signed_url(client: &CosS3Client, args: &Args) -> Called {
    let mut call = client.get_rtmp_signed_url(bucket(args)?, text(args, "ChannelName")?);
    for (name, value) in rest(args, &["Bucket", "ChannelName"]) {
        call = match name {
            "Expire" => call.expire(number(name, value)?),
            "Params" => call.params(entries(name, value)?),
            other => return Err(unknown(other)),
        };
    }
    dict(call.sign()?)
}
