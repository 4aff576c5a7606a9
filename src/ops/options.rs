//! The setters that operations share, in groups. A group is pasted into a builder that has a field
//! `request`; there is nothing in it that could not have been typed there.

use http::{HeaderMap, HeaderName};

/// What every builder has.
macro_rules! every {
    () => {
        /// Sets any request header, for what has no setter of its own. It is signed where COS signs it.
        pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
            self.request.set_header(name.as_ref(), value.as_ref());
            self
        }

        /// Sets any query parameter, for what has no setter of its own. It is signed.
        pub fn query(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
            self.request.set_query(name.as_ref(), value);
            self
        }

        /// Sets the `Referer`, for buckets with hotlink protection. Python: `Referer`. Default: none.
        pub fn referer(mut self, referer: impl AsRef<str>) -> Self {
            self.request.set_header("referer", referer.as_ref());
            self
        }

        /// Sets the content types that are accepted. Python: `Accept`. Default: `*/*`.
        pub fn accept(mut self, accept: impl AsRef<str>) -> Self {
            self.request.set_header("accept", accept.as_ref());
            self
        }

        /// Sets the encodings that are accepted; an encoded answer is handed out as it comes.
        /// Python: `AcceptEncoding`. Default: `identity`.
        pub fn accept_encoding(mut self, encoding: impl AsRef<str>) -> Self {
            self.request.set_header("accept-encoding", encoding.as_ref());
            self
        }
    };
}

/// Access control by header.
macro_rules! acl {
    () => {
        /// Sets the canned ACL. Python: `ACL`. Default: private for a bucket, the bucket's for an object.
        pub fn acl(mut self, acl: impl Into<$crate::Acl>) -> Self {
            self.request.set_header("x-cos-acl", acl.into().as_str());
            self
        }

        /// Gives these accounts full control: `id="100000000001"`, separated by commas. Python:
        /// `GrantFullControl`. Default: nobody else.
        pub fn grant_full_control(mut self, grantees: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-grant-full-control", grantees.as_ref());
            self
        }

        /// Gives these accounts read access: `id="100000000001"`, separated by commas. Python:
        /// `GrantRead`. Default: nobody else.
        pub fn grant_read(mut self, grantees: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-grant-read", grantees.as_ref());
            self
        }

        /// Gives these accounts write access: `id="100000000001"`, separated by commas. Python:
        /// `GrantWrite`. Default: nobody else.
        pub fn grant_write(mut self, grantees: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-grant-write", grantees.as_ref());
            self
        }
    };
}

/// Access control by document.
macro_rules! access_control_policy {
    () => {
        /// Sets owner and grants by a policy instead of headers; an empty one is as none. Python:
        /// `AccessControlPolicy`. Default: none.
        pub fn access_control_policy(mut self, policy: impl Into<$crate::AccessControlPolicy>) -> Self {
            let policy = policy.into();
            if policy != $crate::AccessControlPolicy::default() {
                self.request = self.request.with_document("AccessControlPolicy", &policy);
            }
            self
        }
    };
}

/// What is stored with an object.
macro_rules! object_headers {
    () => {
        /// Sets the `Cache-Control` that downloads will carry. Python: `CacheControl`. Default: none.
        pub fn cache_control(mut self, value: impl AsRef<str>) -> Self {
            self.request.set_header("cache-control", value.as_ref());
            self
        }

        /// Sets the `Content-Disposition` that downloads will carry. Python: `ContentDisposition`.
        /// Default: none.
        pub fn content_disposition(mut self, value: impl AsRef<str>) -> Self {
            self.request.set_header("content-disposition", value.as_ref());
            self
        }

        /// Sets the `Content-Encoding` that downloads will carry; the body is sent as it is. Python:
        /// `ContentEncoding`. Default: none.
        pub fn content_encoding(mut self, value: impl AsRef<str>) -> Self {
            self.request.set_header("content-encoding", value.as_ref());
            self
        }

        /// Sets the `Content-Language` that downloads will carry. Python: `ContentLanguage`. Default:
        /// none.
        pub fn content_language(mut self, value: impl AsRef<str>) -> Self {
            self.request.set_header("content-language", value.as_ref());
            self
        }

        /// Sets the `Content-Type` that downloads will carry. Python: `ContentType`. Default: COS's.
        pub fn content_type(mut self, value: impl AsRef<str>) -> Self {
            self.request.set_header("content-type", value.as_ref());
            self
        }

        /// Sets the `Expires` that downloads will carry. Python: `Expires`. Default: none.
        pub fn expires(mut self, value: impl AsRef<str>) -> Self {
            self.request.set_header("expires", value.as_ref());
            self
        }

        /// Sets one entry of the object's metadata; call it again for the next. The name is sent as it is,
        /// so it starts with `x-cos-meta-`. Python: `Metadata={name: value}`. Default: none.
        pub fn metadata(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
            self.request.set_header(name.as_ref(), value.as_ref());
            self
        }

        /// Sets the storage class. Python: `StorageClass`. Default: STANDARD.
        pub fn storage_class(mut self, class: impl Into<$crate::StorageClass>) -> Self {
            self.request.set_header("x-cos-storage-class", class.into().as_str());
            self
        }

        /// Sets the object's tags as a query string: `key1=value1&key2=value2`. Python: `Tagging`.
        /// Default: none.
        pub fn tagging(mut self, tags: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-tagging", tags.as_ref());
            self
        }

        /// Sets the image processing to apply, as JSON. Python: `PicOperations`. Default: none.
        pub fn pic_operations(mut self, operations: impl AsRef<str>) -> Self {
            self.request.set_header("pic-operations", operations.as_ref());
            self
        }

        /// Sets what COS calls after the upload: JSON in Base64. Python: `Callback`. Default: none.
        pub fn callback(mut self, callback: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-callback", callback.as_ref());
            self
        }

        /// Sets the variables of the callback: JSON in Base64. Python: `CallbackVar`. Default: none.
        pub fn callback_var(mut self, variables: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-callback-var", variables.as_ref());
            self
        }
    };
}

/// Encryption on the server with keys that COS or KMS manages.
macro_rules! managed_encryption {
    () => {
        /// Encrypts on the server: `AES256` (SSE-COS) or `cos/kms` (SSE-KMS). Python:
        /// `ServerSideEncryption`. Default: the bucket's.
        pub fn server_side_encryption(mut self, algorithm: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-server-side-encryption", algorithm.as_ref());
            self
        }

        /// Sets the KMS key of SSE-KMS. Python: `SSEKMSKeyId`. Default: COS's own.
        pub fn sse_kms_key_id(mut self, key_id: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-server-side-encryption-cos-kms-key-id", key_id.as_ref());
            self
        }

        /// Sets the encryption context of SSE-KMS: JSON in Base64. Python: `SSEKMSContext`. Default: none.
        pub fn sse_kms_context(mut self, context: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-server-side-encryption-context", context.as_ref());
            self
        }
    };
}

/// Encryption on the server with the caller's key (SSE-C).
macro_rules! customer_key {
    () => {
        /// Sets the algorithm of SSE-C: `AES256`. Python: `SSECustomerAlgorithm`. Default: no SSE-C.
        pub fn sse_customer_algorithm(mut self, algorithm: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-server-side-encryption-customer-algorithm", algorithm.as_ref());
            self
        }

        /// Sets the key of SSE-C: 32 bytes in Base64. Python: `SSECustomerKey`. Default: no SSE-C.
        pub fn sse_customer_key(mut self, key: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-server-side-encryption-customer-key", key.as_ref());
            self
        }

        /// Sets the MD5 of the SSE-C key, in Base64. Python: `SSECustomerKeyMD5`. Default: no SSE-C.
        pub fn sse_customer_key_md5(mut self, md5: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-server-side-encryption-customer-key-md5", md5.as_ref());
            self
        }
    };
}

/// What the source of a copy must be like, and its key where it is encrypted by SSE-C.
macro_rules! copy_source {
    () => {
        /// Copies only if the source has this ETag; else 412. Python: `CopySourceIfMatch`. Default: none.
        pub fn copy_source_if_match(mut self, etag: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-copy-source-if-match", etag.as_ref());
            self
        }

        /// Copies only if the source has another ETag; else 412. Python: `CopySourceIfNoneMatch`. Default:
        /// none.
        pub fn copy_source_if_none_match(mut self, etag: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-copy-source-if-none-match", etag.as_ref());
            self
        }

        /// Copies only if the source changed since this HTTP date; else 412. Python:
        /// `CopySourceIfModifiedSince`. Default: none.
        pub fn copy_source_if_modified_since(mut self, date: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-copy-source-if-modified-since", date.as_ref());
            self
        }

        /// Copies only if the source did not change since this HTTP date; else 412. Python:
        /// `CopySourceIfUnmodifiedSince`. Default: none.
        pub fn copy_source_if_unmodified_since(mut self, date: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-copy-source-if-unmodified-since", date.as_ref());
            self
        }

        /// Sets the algorithm of the source's SSE-C: `AES256`. Python: `CopySourceSSECustomerAlgorithm`.
        /// Default: the source is not encrypted so.
        pub fn copy_source_sse_customer_algorithm(mut self, algorithm: impl AsRef<str>) -> Self {
            let name = "x-cos-copy-source-server-side-encryption-customer-algorithm";
            self.request.set_header(name, algorithm.as_ref());
            self
        }

        /// Sets the key of the source's SSE-C: 32 bytes in Base64. Python: `CopySourceSSECustomerKey`.
        /// Default: the source is not encrypted so.
        pub fn copy_source_sse_customer_key(mut self, key: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-copy-source-server-side-encryption-customer-key", key.as_ref());
            self
        }

        /// Sets the MD5 of the source's SSE-C key, in Base64. Python: `CopySourceSSECustomerKeyMD5`.
        /// Default: the source is not encrypted so.
        pub fn copy_source_sse_customer_key_md5(mut self, md5: impl AsRef<str>) -> Self {
            self.request.set_header("x-cos-copy-source-server-side-encryption-customer-key-md5", md5.as_ref());
            self
        }
    };
}

/// Conditions on the object's present state.
macro_rules! conditions {
    () => {
        /// Goes on only if the object has this ETag; else 412. Python: `IfMatch`. Default: none.
        pub fn if_match(mut self, etag: impl AsRef<str>) -> Self {
            self.request.set_header("if-match", etag.as_ref());
            self
        }

        /// Goes on only if the object has another ETag; else 304, for a PUT 412. Python: `IfNoneMatch`.
        /// Default: none.
        pub fn if_none_match(mut self, etag: impl AsRef<str>) -> Self {
            self.request.set_header("if-none-match", etag.as_ref());
            self
        }

        /// Goes on only if the object changed since this HTTP date; else 304. Python: `IfModifiedSince`.
        /// Default: none.
        pub fn if_modified_since(mut self, date: impl AsRef<str>) -> Self {
            self.request.set_header("if-modified-since", date.as_ref());
            self
        }

        /// Goes on only if the object did not change since this HTTP date; else 412. Python:
        /// `IfUnmodifiedSince`. Default: none.
        pub fn if_unmodified_since(mut self, date: impl AsRef<str>) -> Self {
            self.request.set_header("if-unmodified-since", date.as_ref());
            self
        }
    };
}

/// What is said of the uploaded bytes.
macro_rules! content_check {
    () => {
        /// Sets the length of the body in bytes, for a reader that does not know its own; ignored for all
        /// other bodies, as in Python. Python: `ContentLength`. Default: sent in chunks.
        pub fn content_length(mut self, bytes: u64) -> Self {
            self.request.declared_length = Some(bytes);
            self
        }

        /// Sets the MD5 of the body in Base64, which COS checks. Python: `ContentMD5`. Default: none.
        pub fn content_md5(mut self, md5: impl AsRef<str>) -> Self {
            self.request.set_header("content-md5", md5.as_ref());
            self
        }
    };
}

/// The speed limit that COS applies.
macro_rules! traffic_limit {
    () => {
        /// Limits the speed of this request, in bit/s: 819200 to 838860800. Python: `TrafficLimit`.
        /// Default: unlimited.
        pub fn traffic_limit(mut self, bits_per_second: u64) -> Self {
            if (819_200..=838_860_800).contains(&bits_per_second) {
                self.request.set_header("x-cos-traffic-limit", &bits_per_second.to_string());
            } else {
                let why = format!("{bits_per_second} is not within 819200..=838860800 bit/s");
                self.request.defer($crate::error::CosClientError::invalid("traffic_limit", why));
            }
            self
        }
    };
}

/// A version of an object.
macro_rules! version_id {
    () => {
        /// Takes this version of the object. Python: `VersionId`. Default: the newest.
        pub fn version_id(mut self, version_id: impl Into<String>) -> Self {
            self.request.set_query("versionId", version_id);
            self
        }
    };
}

/// What is read of an object.
macro_rules! range {
    () => {
        /// Reads only these bytes: `bytes=0-10`. Python: `Range`. Default: all.
        pub fn range(mut self, range: impl AsRef<str>) -> Self {
            self.request.set_header("range", range.as_ref());
            self
        }
    };
}

/// The headers that the answer to a download carries.
macro_rules! response_headers {
    () => {
        /// Has the answer carry this `Cache-Control`. Python: `ResponseCacheControl`. Default: as stored.
        pub fn response_cache_control(mut self, value: impl Into<String>) -> Self {
            self.request.set_query("response-cache-control", value);
            self
        }

        /// Has the answer carry this `Content-Disposition`. Python: `ResponseContentDisposition`.
        /// Default: as stored.
        pub fn response_content_disposition(mut self, value: impl Into<String>) -> Self {
            self.request.set_query("response-content-disposition", value);
            self
        }

        /// Has the answer carry this `Content-Encoding`. Python: `ResponseContentEncoding`. Default: as
        /// stored.
        pub fn response_content_encoding(mut self, value: impl Into<String>) -> Self {
            self.request.set_query("response-content-encoding", value);
            self
        }

        /// Has the answer carry this `Content-Language`. Python: `ResponseContentLanguage`. Default: as
        /// stored.
        pub fn response_content_language(mut self, value: impl Into<String>) -> Self {
            self.request.set_query("response-content-language", value);
            self
        }

        /// Has the answer carry this `Content-Type`. Python: `ResponseContentType`. Default: as stored.
        pub fn response_content_type(mut self, value: impl Into<String>) -> Self {
            self.request.set_query("response-content-type", value);
            self
        }

        /// Has the answer carry this `Expires`. Python: `ResponseExpires`. Default: as stored.
        pub fn response_expires(mut self, value: impl Into<String>) -> Self {
            self.request.set_query("response-expires", value);
            self
        }
    };
}

/// Which names a listing shows.
macro_rules! names {
    () => {
        /// Lists only keys that start with this. Python: `Prefix`. Default: all.
        pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
            self.request.set_query("prefix", prefix);
            self
        }

        /// Shows keys that share a start up to this text as one common prefix, like folders for `/`.
        /// Python: `Delimiter`. Default: none.
        pub fn delimiter(mut self, delimiter: impl Into<String>) -> Self {
            self.request.set_query("delimiter", delimiter);
            self
        }
    };
}

/// How the names in a listing are written.
macro_rules! encoding_type {
    () => {
        /// Leaves the names in the result percent-encoded: `"url"`, the only value. Python:
        /// `EncodingType`. Default: names are decoded.
        pub fn encoding_type(mut self, encoding: impl AsRef<str>) -> Self {
            if encoding.as_ref() == "url" {
                self.decode = false;
            } else {
                let why = format!("{:?} is not \"url\"", encoding.as_ref());
                self.request.defer($crate::error::CosClientError::invalid("encoding_type", why));
            }
            self
        }
    };
}

/// Returns those headers that have these names: what a request of a transfer takes from the caller's.
pub(crate) fn chosen(headers: &HeaderMap, names: &[&'static str]) -> HeaderMap {
    names.iter().filter_map(|name| Some((HeaderName::from_static(name), headers.get(*name)?.clone()))).collect()
}

pub(crate) use {
    access_control_policy, acl, conditions, content_check, copy_source, customer_key, encoding_type, every,
    managed_encryption, names, object_headers, range, response_headers, traffic_limit, version_id,
};
