//! Methods without keyword arguments of their own kind: one row each.
//!
//! A row names the positional arguments, as text or as a dict of a type, and after them the keyword arguments that have
//! a setter. What every call takes (`Referer`, ...) needs no mention.

use qcloud_cos::CosS3Client;
use qcloud_cos::bucket::*;
use qcloud_cos::live::LiveChannelConfiguration;
use qcloud_cos::multipart::MultipartUpload;
use qcloud_cos::object::{Delete, FetchTaskConfiguration, RestoreRequest};

use super::{Args, Called, dict, header, no_more, pasted, text};
use crate::inputs::{entries, number, param, rest, string};

macro_rules! plain {
    (@argument $args:ident $name:ident) => { text($args, stringify!($name))? };
    (@argument $args:ident $name:ident $Type:ty) => { pasted::<$Type>($args, stringify!($name))? };
    ($($method:ident($($name:ident $(: $Type:ty)?),*) { $($own:tt)* })*) => {
        pub(super) const PLAIN: &[&str] = &[$(stringify!($method)),*];

        pub(super) fn call(client: &CosS3Client, method: &str, args: &Args) -> Option<Called> {
            // These two take no further keyword argument in Python.
            if ["bucket_exists", "object_exists"].contains(&method)
                && let Err(unknown) = no_more(rest(args, &["Bucket", "Key"]))
            {
                return Some(Err(unknown));
            }
            match method {
                $(stringify!($method) => Some((|| {
                    let mut call = client.$method($(plain!(@argument args $name $($Type)?)),*);
                    setters!(call, rest(args, &[$(stringify!($name)),*]), header, { $($own)* });
                    dict(call.send()?)
                })()),)*
                _ => None,
            }
        }
    };
}

plain! {
    abort_multipart_upload(Bucket, Key, UploadId) {}
    bucket_exists(Bucket) {}
    complete_multipart_upload(Bucket, Key, UploadId, MultipartUpload: MultipartUpload) {}
    delete_bucket(Bucket) {}
    delete_bucket_cors(Bucket) {}
    delete_bucket_domain(Bucket) {}
    delete_bucket_domain_certificate(Bucket, DomainName) {}
    delete_bucket_encryption(Bucket) {}
    delete_bucket_inventory(Bucket, Id) {}
    delete_bucket_lifecycle(Bucket) {}
    delete_bucket_origin(Bucket) {}
    delete_bucket_policy(Bucket) {}
    delete_bucket_referer(Bucket) {}
    delete_bucket_replication(Bucket) {}
    delete_bucket_response_control(Bucket) {}
    delete_bucket_tagging(Bucket) {}
    delete_bucket_website(Bucket) {}
    delete_live_channel(Bucket, ChannelName) {}
    delete_object(Bucket, Key) { "VersionId" => version_id(string) }
    delete_object_tagging(Bucket, Key) { "VersionId" => version_id(string) }
    delete_objects(Bucket, Delete: Delete) {}
    get_async_fetch_task(Bucket, TaskId) {}
    get_bucket_acl(Bucket) {}
    get_bucket_cors(Bucket) {}
    get_bucket_domain(Bucket) {}
    get_bucket_domain_certificate(Bucket, DomainName) {}
    get_bucket_encryption(Bucket) {}
    get_bucket_intelligenttiering(Bucket) {}
    get_bucket_intelligenttiering_v2(Bucket, Id) {}
    get_bucket_inventory(Bucket, Id) {}
    get_bucket_lifecycle(Bucket) {}
    get_bucket_location(Bucket) {}
    get_bucket_logging(Bucket) {}
    get_bucket_meta(Bucket) {}
    get_bucket_object_lock(Bucket) {}
    get_bucket_origin(Bucket) {}
    get_bucket_policy(Bucket) {}
    get_bucket_referer(Bucket) {}
    get_bucket_replication(Bucket) {}
    get_bucket_response_control(Bucket) {}
    get_bucket_tagging(Bucket) {}
    get_bucket_versioning(Bucket) {}
    get_bucket_website(Bucket) {}
    get_live_channel_history(Bucket, ChannelName) {}
    get_live_channel_info(Bucket, ChannelName) {}
    get_live_channel_status(Bucket, ChannelName) {}
    get_object_acl(Bucket, Key) {}
    get_object_tagging(Bucket, Key) { "VersionId" => version_id(string) }
    get_symlink(Bucket, SymlinkName) { "VersionId" => version_id(string) }
    head_bucket(Bucket) {}
    list_bucket_intelligenttiering_configurations(Bucket) {}
    list_bucket_inventory_configurations(Bucket) { "ContinuationToken" => continuation_token(param) }
    list_buckets() {
        "TagKey" => tag_key(param), "TagValue" => tag_value(param), "Region" => region(param),
        "CreateTime" => create_time(param), "Range" => range(param), "Marker" => marker(param),
        "MaxKeys" => max_keys(param),
    }
    list_live_channel(Bucket) {
        "MaxKeys" => max_keys(param), "Prefix" => prefix(param), "Marker" => marker(param),
    }
    list_multipart_uploads(Bucket) {
        "Prefix" => prefix(param), "Delimiter" => delimiter(param), "KeyMarker" => key_marker(param),
        "UploadIdMarker" => upload_id_marker(param), "MaxUploads" => max_uploads(param),
        "EncodingType" => encoding_type(string),
    }
    list_objects(Bucket) {
        "Prefix" => prefix(param), "Delimiter" => delimiter(param), "Marker" => marker(param),
        "MaxKeys" => max_keys(param), "EncodingType" => encoding_type(string),
    }
    list_objects_versions(Bucket) {
        "Prefix" => prefix(param), "Delimiter" => delimiter(param), "KeyMarker" => key_marker(param),
        "VersionIdMarker" => version_id_marker(param), "MaxKeys" => max_keys(param),
        "EncodingType" => encoding_type(string),
    }
    list_parts(Bucket, Key, UploadId) {
        "MaxParts" => max_parts(param), "PartNumberMarker" => part_number_marker(param),
        "EncodingType" => encoding_type(string),
    }
    object_exists(Bucket, Key) {}
    post_bucket_inventory(Bucket, Id, InventoryConfiguration: InventoryConfiguration) {}
    put_async_fetch_task(Bucket, FetchTaskConfiguration: FetchTaskConfiguration) {}
    put_bucket_cors(Bucket, CORSConfiguration: CorsConfiguration) {}
    put_bucket_domain(Bucket, DomainConfiguration: DomainConfiguration) {}
    put_bucket_domain_certificate(Bucket, DomainCertificateConfiguration: DomainCertificate) {}
    put_bucket_encryption(Bucket, ServerSideEncryptionConfiguration: ServerSideEncryptionConfiguration) {}
    put_bucket_intelligenttiering(Bucket, IntelligentTieringConfiguration: IntelligentTieringConfiguration) {}
    put_bucket_inventory(Bucket, Id, InventoryConfiguration: InventoryConfiguration) {}
    put_bucket_lifecycle(Bucket, LifecycleConfiguration: LifecycleConfiguration) {}
    put_bucket_logging(Bucket, BucketLoggingStatus: BucketLoggingStatus) {}
    put_bucket_object_lock(Bucket, ObjectLockConfiguration: ObjectLockConfiguration) {}
    put_bucket_origin(Bucket, OriginConfiguration: OriginConfiguration) {}
    put_bucket_referer(Bucket, RefererConfiguration: RefererConfiguration) {}
    put_bucket_replication(Bucket, ReplicationConfiguration: ReplicationConfiguration) {}
    put_bucket_response_control(Bucket, ResponseControlConfiguration: ResponseControlConfiguration) {}
    put_bucket_tagging(Bucket, Tagging: Tagging) {}
    put_bucket_versioning(Bucket, Status) {}
    put_bucket_website(Bucket, WebsiteConfiguration: WebsiteConfiguration) {}
    put_live_channel(Bucket, ChannelName, LiveChannelConfiguration: LiveChannelConfiguration) { "Expire" => expire(number), "PreSignExpire" => pre_sign_expire(number) }
    put_live_channel_switch(Bucket, ChannelName, Switch) {}
    put_object_tagging(Bucket, Key, Tagging: Tagging) { "VersionId" => version_id(string) }
    put_symlink(Bucket, SymlinkName, SymlinkTarget) { "ACL" => acl(string) }
    restore_object(Bucket, Key, RestoreRequest: RestoreRequest) { "VersionId" => version_id(string) }
}
