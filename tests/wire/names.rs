//! Python's `maplist`: which header a keyword argument becomes when no typed setter
//! takes it. A port writes `.header(name, value)` for it.

/// `cos_comm.maplist` without `Metadata`, whose entries are headers themselves.
const HEADERS: [(&str, &str); 44] = [
    ("ContentLength", "Content-Length"),
    ("ContentMD5", "Content-MD5"),
    ("ContentType", "Content-Type"),
    ("CacheControl", "Cache-Control"),
    ("ContentDisposition", "Content-Disposition"),
    ("ContentEncoding", "Content-Encoding"),
    ("ContentLanguage", "Content-Language"),
    ("Expires", "Expires"),
    ("ResponseContentType", "response-content-type"),
    ("ResponseContentLanguage", "response-content-language"),
    ("ResponseExpires", "response-expires"),
    ("ResponseCacheControl", "response-cache-control"),
    ("ResponseContentDisposition", "response-content-disposition"),
    ("ResponseContentEncoding", "response-content-encoding"),
    ("ACL", "x-cos-acl"),
    ("Tagging", "x-cos-tagging"),
    ("GrantFullControl", "x-cos-grant-full-control"),
    ("GrantWrite", "x-cos-grant-write"),
    ("GrantRead", "x-cos-grant-read"),
    ("StorageClass", "x-cos-storage-class"),
    ("Range", "Range"),
    ("IfMatch", "If-Match"),
    ("IfNoneMatch", "If-None-Match"),
    ("IfModifiedSince", "If-Modified-Since"),
    ("IfUnmodifiedSince", "If-Unmodified-Since"),
    ("CopySourceIfMatch", "x-cos-copy-source-If-Match"),
    ("CopySourceIfNoneMatch", "x-cos-copy-source-If-None-Match"),
    ("CopySourceIfModifiedSince", "x-cos-copy-source-If-Modified-Since"),
    ("CopySourceIfUnmodifiedSince", "x-cos-copy-source-If-Unmodified-Since"),
    ("VersionId", "versionId"),
    ("ServerSideEncryption", "x-cos-server-side-encryption"),
    ("SSEKMSKeyId", "x-cos-server-side-encryption-cos-kms-key-id"),
    ("SSEKMSContext", "x-cos-server-side-encryption-context"),
    ("SSECustomerAlgorithm", "x-cos-server-side-encryption-customer-algorithm"),
    ("SSECustomerKey", "x-cos-server-side-encryption-customer-key"),
    ("SSECustomerKeyMD5", "x-cos-server-side-encryption-customer-key-MD5"),
    ("CopySourceSSECustomerAlgorithm", "x-cos-copy-source-server-side-encryption-customer-algorithm"),
    ("CopySourceSSECustomerKey", "x-cos-copy-source-server-side-encryption-customer-key"),
    ("CopySourceSSECustomerKeyMD5", "x-cos-copy-source-server-side-encryption-customer-key-MD5"),
    ("Referer", "Referer"),
    ("PicOperations", "Pic-Operations"),
    ("TrafficLimit", "x-cos-traffic-limit"),
    ("Accept", "Accept"),
    ("AcceptEncoding", "Accept-Encoding"),
];

/// The two that came with upload callbacks.
const CALLBACKS: [(&str, &str); 2] = [("Callback", "x-cos-callback"), ("CallbackVar", "x-cos-callback-var")];

/// The header of a keyword argument, if Python knows it.
pub(crate) fn header(argument: &str) -> Option<&'static str> {
    HEADERS.iter().chain(&CALLBACKS).find(|(name, _)| *name == argument).map(|(_, header)| *header)
}
