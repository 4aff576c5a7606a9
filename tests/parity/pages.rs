//! What Python's documentation pages list.

/// Every method, class and function of Python's five documentation pages, with the keyword arguments
/// of its prototypes, samples and parameter tables. `A.B` is the key `B` of the dict `A`. A line that
/// is indented continues the one above.
pub(crate) const DOCUMENTED: &str = "
create_bucket: Bucket ACL GrantFullControl GrantRead GrantWrite
delete_bucket: Bucket
head_bucket: Bucket
get_bucket_location: Bucket
list_objects: Bucket Delimiter Marker MaxKeys Prefix EncodingType
list_multipart_uploads: Bucket Prefix Delimiter KeyMarker UploadIdMarker MaxUploads EncodingType
put_bucket_acl: Bucket ACL GrantFullControl GrantRead GrantWrite AccessControlPolicy
get_bucket_acl: Bucket
put_bucket_cors: Bucket CORSConfiguration CORSConfiguration.CORSRule CORSConfiguration.CORSRule.ID
    CORSConfiguration.CORSRule.MaxAgeSeconds CORSConfiguration.CORSRule.AllowedOrigin
    CORSConfiguration.CORSRule.AllowedMethod CORSConfiguration.CORSRule.AllowedHeader
    CORSConfiguration.CORSRule.ExposeHeader
get_bucket_cors: Bucket
delete_bucket_cors: Bucket
put_bucket_lifecycle: Bucket LifecycleConfiguration LifecycleConfiguration.Rule
    LifecycleConfiguration.Rule.ID LifecycleConfiguration.Rule.Filter
    LifecycleConfiguration.Rule.Status LifecycleConfiguration.Rule.Expiration
    LifecycleConfiguration.Rule.Transition LifecycleConfiguration.Rule.NoncurrentVersionExpiration
    LifecycleConfiguration.Rule.NoncurrentVersionTransition
    LifecycleConfiguration.Rule.AbortIncompleteMultipartUpload
get_bucket_lifecycle: Bucket
delete_bucket_lifecycle: Bucket
put_object: Bucket Body Key ACL GrantFullControl GrantRead GrantWrite StorageClass Expires
    CacheControl ContentType ContentDisposition ContentEncoding ContentLanguage ContentLength
    ContentMD5 Metadata EnableMD5 TrafficLimit
get_object: Bucket Key Range IfMatch IfModifiedSince IfNoneMatch IfUnmodifiedSince
    ResponseCacheControl ResponseContentDisposition ResponseContentEncoding
    ResponseContentLanguage ResponseContentType ResponseExpires VersionId TrafficLimit
get_presigned_download_url: Bucket Key Expired
delete_object: Bucket Key VersionId
delete_objects: Bucket Delete Delete.Object Delete.Object.Key Delete.Quiet Delete.Objects
    Delete.Object.VersionId
head_object: Bucket Key IfModifiedSince VersionId
create_multipart_upload: Bucket Key StorageClass Expires CacheControl ContentType
    ContentDisposition ContentEncoding ContentLanguage Metadata ACL GrantFullControl GrantRead
    GrantWrite
abort_multipart_upload: Bucket Key UploadId
upload_part: Bucket Key Body PartNumber UploadId ContentLength ContentMD5 EnableMD5 TrafficLimit
list_parts: Bucket Key UploadId MaxParts PartNumberMarker EncodingType
complete_multipart_upload: Bucket Key UploadId MultipartUpload
put_object_acl: Bucket Key ACL GrantFullControl GrantRead GrantWrite AccessControlPolicy
get_object_acl: Bucket Key
copy_object: Bucket Key CopySource CopySource.Appid CopySource.Bucket CopySource.Key
    CopySource.Region CopySource.VersionId CopyStatus ACL GrantFullControl GrantRead GrantWrite
    StorageClass Expires CacheControl ContentType ContentDisposition ContentEncoding
    ContentLanguage Metadata
upload_part_copy: Bucket Key PartNumber UploadId CopySource CopySource.Appid CopySource.Bucket
    CopySource.Key CopySource.Region CopySource.VersionId CopySourceRange CopySourceIfMatch
    CopySourceIfModifiedSince CopySourceIfNoneMatch CopySourceIfUnmodifiedSince
restore_object: Bucket Key RestoreRequest RestoreRequest.Days RestoreRequest.CASJobParameters
    RestoreRequest.CASJobParameters.Tier
upload_file: Bucket Key LocalFilePath PartSize MAXThread ACL GrantFullControl GrantRead GrantWrite
    StorageClass Expires CacheControl ContentType ContentDisposition ContentEncoding
    ContentLanguage ContentLength ContentMD5 Metadata EnableMD5 TrafficLimit progress_callback
get_auth: Method Bucket Key Expired Headers Params
get_date:
list_objects_versions: Bucket Prefix Delimiter KeyMarker VersionIdMarker MaxKeys EncodingType
select_object_content: Bucket Key Expression ExpressionType InputSerialization OutputSerialization
    RequestProgress
download_file: Bucket Key DestFilePath PartSize MAXThread EnableCRC TrafficLimit IfMatch
    IfModifiedSince IfNoneMatch IfUnmodifiedSince ResponseCacheControl ResponseContentDisposition
    ResponseContentEncoding ResponseContentLanguage ResponseContentType ResponseExpires VersionId
    MAZThread key
CosEncryptionClient.put_object: Bucket Body Key EnableMD5
CosEncryptionClient.get_object: Bucket Key
CosEncryptionClient.create_multipart_upload: Bucket Key
CosEncryptionClient.upload_part: Bucket Key Body PartNumber UploadId
CosEncryptionClient.list_parts: Bucket Key UploadId
CosEncryptionClient.complete_multipart_upload: Bucket Key UploadId MultipartUpload
CosEncryptionClient.upload_file: Bucket LocalFilePath Key PartSize MAXThread
CosConfig: Region SecretId SecretKey Token Scheme
AESProvider: aes_key aes_key_path
RSAProvider: key_pair_info
CosEncryptionClient:
put_object_from_local_file: Bucket LocalFilePath Key
append_object: Bucket Key Position Data
copy: Bucket Key CopySource CopySource.Bucket CopySource.Key CopySource.Region
    CopySource.VersionId CopyStatus PartSize MAXThread
CosS3Client:
SimpleThreadPool: add_task wait_completion get_result
CosServiceError: get_origin_msg get_digest_msg get_status_code get_error_code get_error_msg
    get_trace_id get_request_id get_resource_location
CosClientError:
StreamBody: get_raw_stream get_stream_to_file
EventStream:
RSAProvider.get_rsa_key_pair:
";
