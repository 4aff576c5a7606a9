//! The setters that calls share, in groups. A group is pasted into a builder that has a field `request`.

use http::{HeaderMap, HeaderName};

/// Writes setters from a table, two lines each: the docs, and the header or query parameter that is set. `number` is a
/// query parameter that must be a number.
macro_rules! setters {
    ($($(#[$docs:meta])* $name:ident: $kind:ident($wire:literal),)*) => {
        $($crate::ops::options::setter! { $(#[$docs])* $name: $kind($wire) })*
    };
}

/// `body` is a place in the document that is sent, `key` the object that the call is about, `path` the path of a call
/// to another service or its start, and `lower` and `capital` query parameters that are switches: `true` or `True`.
macro_rules! setter {
    ($(#[$docs:meta])* $name:ident: body($path:literal)) => {
        $(#[$docs])*
        pub fn $name(mut self, value: impl Into<$crate::dict::Dict>) -> Self {
            self.request.set_field($path, value.into());
            self
        }
    };
    ($(#[$docs:meta])* $name:ident: key($python:literal)) => {
        $(#[$docs])*
        pub fn $name(mut self, key: impl Into<String>) -> Self {
            self.request.target = self.request.target.with_key(key);
            self
        }
    };
    ($(#[$docs:meta])* $name:ident: path($python:literal)) => {
        $(#[$docs])*
        pub fn $name(mut self, path: impl AsRef<str>) -> Self {
            self.request.target = self.request.target.with_path(path.as_ref());
            self
        }
    };
    ($(#[$docs:meta])* $name:ident: $kind:ident($wire:literal)) => {
        $(#[$docs])*
        pub fn $name(mut self, value: impl $crate::param::Param) -> Self {
            if let Some(value) = $crate::param::Param::into_param(value) {
                $crate::ops::options::set!(self.request, $kind, stringify!($name), $wire, value);
            }
            self
        }
    };
}

macro_rules! set {
    ($request:expr, header, $name:expr, $wire:literal, $value:ident) => {
        $request.set_header($wire, &$value)
    };
    ($request:expr, query, $name:expr, $wire:literal, $value:ident) => {
        $request.set_query($wire, $value)
    };
    ($request:expr, lower, $name:expr, $wire:literal, $value:ident) => {
        $request.set_query($wire, $value.to_lowercase())
    };
    ($request:expr, capital, $name:expr, $wire:literal, $value:ident) => {
        $request.set_query($wire, $value.replace("true", "True").replace("false", "False"))
    };
    ($request:expr, number, $name:expr, $wire:literal, $value:ident) => {
        $request.set_number($name, $wire, &$value)
    };
}

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

        $crate::ops::options::setters! {
            /// Sets the `Referer`, for buckets with hotlink protection. Python: `Referer`. Default: none.
            referer: header("referer"),
            /// Sets the content types that are accepted. Python: `Accept`. Default: `*/*`.
            accept: header("accept"),
            /// Sets the encodings that are accepted; an encoded answer is handed out as it comes.
            /// Python: `AcceptEncoding`. Default: `identity`.
            accept_encoding: header("accept-encoding"),
        }
    };
}

/// Access control by header.
macro_rules! acl {
    () => {
        $crate::ops::options::setters! {
            /// Sets the canned ACL. Python: `ACL`. Default: private for a bucket, the bucket's for an object.
            acl: header("x-cos-acl"),
            /// Gives these accounts full control: `id="100000000001"`, separated by commas. Python:
            /// `GrantFullControl`. Default: nobody else.
            grant_full_control: header("x-cos-grant-full-control"),
            /// Gives these accounts read access: `id="100000000001"`, separated by commas. Python:
            /// `GrantRead`. Default: nobody else.
            grant_read: header("x-cos-grant-read"),
            /// Gives these accounts write access: `id="100000000001"`, separated by commas. Python:
            /// `GrantWrite`. Default: nobody else.
            grant_write: header("x-cos-grant-write"),
        }
    };
}

/// Access control by document.
macro_rules! access_control_policy {
    () => {
        /// Sets owner and grants by a policy instead of headers; an empty one is as none. Python:
        /// `AccessControlPolicy`. Default: none.
        pub fn access_control_policy(
            mut self,
            policy: impl $crate::ops::argument::Arg<$crate::ops::acl::AccessControlPolicy>,
        ) -> Self {
            match $crate::ops::argument::take("access_control_policy", policy) {
                Ok(policy) if policy == $crate::ops::acl::AccessControlPolicy::default() => {}
                Ok(policy) => self.request = self.request.with_document("AccessControlPolicy", &policy),
                Err(error) => self.request.defer(error),
            }
            self
        }
    };
}

/// What is stored with an object.
macro_rules! object_headers {
    () => {
        $crate::ops::options::setters! {
            /// Sets the `Cache-Control` that downloads will carry. Python: `CacheControl`. Default: none.
            cache_control: header("cache-control"),
            /// Sets the `Content-Disposition` that downloads will carry. Python: `ContentDisposition`.
            /// Default: none.
            content_disposition: header("content-disposition"),
            /// Sets the `Content-Encoding` that downloads will carry; the body is sent as it is. Python:
            /// `ContentEncoding`. Default: none.
            content_encoding: header("content-encoding"),
            /// Sets the `Content-Language` that downloads will carry. Python: `ContentLanguage`. Default:
            /// none.
            content_language: header("content-language"),
            /// Sets the `Content-Type` that downloads will carry. Python: `ContentType`. Default: COS's.
            content_type: header("content-type"),
            /// Sets the `Expires` that downloads will carry. Python: `Expires`. Default: none.
            expires: header("expires"),
        }

        /// Sets one entry of the object's metadata; call it again for the next. The name starts with `x-cos-meta-`:
        /// COS keeps no other, so that one is an error. Python: `Metadata={name: value}`. Default: none.
        pub fn metadata(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
            self.request.set_metadata(name.as_ref(), value.as_ref());
            self
        }

        $crate::ops::options::setters! {
            /// Sets the storage class. Python: `StorageClass`. Default: STANDARD.
            storage_class: header("x-cos-storage-class"),
            /// Sets the object's tags as a query string: `key1=value1&key2=value2`. Python: `Tagging`.
            /// Default: none.
            tagging: header("x-cos-tagging"),
            /// Sets the image processing to apply, as JSON. Python: `PicOperations`. Default: none.
            pic_operations: header("pic-operations"),
            /// Sets what COS calls after the upload: JSON in Base64. Python: `Callback`. Default: none.
            callback: header("x-cos-callback"),
            /// Sets the variables of the callback: JSON in Base64. Python: `CallbackVar`. Default: none.
            callback_var: header("x-cos-callback-var"),
        }
    };
}

/// Encryption on the server with keys that COS or KMS manages.
macro_rules! managed_encryption {
    () => {
        $crate::ops::options::setters! {
            /// Encrypts on the server: `AES256` (SSE-COS) or `cos/kms` (SSE-KMS). Python:
            /// `ServerSideEncryption`. Default: the bucket's.
            server_side_encryption: header("x-cos-server-side-encryption"),
            /// Sets the KMS key of SSE-KMS. Python: `SSEKMSKeyId`. Default: COS's own.
            sse_kms_key_id: header("x-cos-server-side-encryption-cos-kms-key-id"),
            /// Sets the encryption context of SSE-KMS: JSON in Base64. Python: `SSEKMSContext`. Default: none.
            sse_kms_context: header("x-cos-server-side-encryption-context"),
        }
    };
}

/// Encryption on the server with the caller's key (SSE-C).
macro_rules! customer_key {
    () => {
        /// Encrypts or reads with this key (SSE-C): sets algorithm, key and MD5 at once. COS does not keep the key.
        /// Python: `SSECustomerAlgorithm`, `SSECustomerKey` and `SSECustomerKeyMD5`. Default: no SSE-C.
        pub fn sse_c(mut self, key: &[u8; 32]) -> Self {
            self.request.set_customer_key("x-cos-server-side-encryption-customer", key);
            self
        }

        $crate::ops::options::setters! {
            /// Sets the algorithm of SSE-C: `AES256`. Python: `SSECustomerAlgorithm`. Default: no SSE-C.
            sse_customer_algorithm: header("x-cos-server-side-encryption-customer-algorithm"),
            /// Sets the key of SSE-C: 32 bytes in Base64. Python: `SSECustomerKey`. Default: no SSE-C.
            sse_customer_key: header("x-cos-server-side-encryption-customer-key"),
            /// Sets the MD5 of the SSE-C key, in Base64. Python: `SSECustomerKeyMD5`. Default: no SSE-C.
            sse_customer_key_md5: header("x-cos-server-side-encryption-customer-key-md5"),
        }
    };
}

/// What the source of a copy must be like, and its key where it is encrypted by SSE-C.
macro_rules! copy_source {
    () => {
        /// Reads a source that was encrypted with this key (SSE-C): sets algorithm, key and MD5 at once. Python:
        /// `CopySourceSSECustomerAlgorithm`, `CopySourceSSECustomerKey` and `CopySourceSSECustomerKeyMD5`. Default: the
        /// source is not encrypted so.
        pub fn copy_source_sse_c(mut self, key: &[u8; 32]) -> Self {
            self.request.set_customer_key("x-cos-copy-source-server-side-encryption-customer", key);
            self
        }

        $crate::ops::options::setters! {
            /// Copies only if the source has this ETag; else 412. Python: `CopySourceIfMatch`. Default: none.
            copy_source_if_match: header("x-cos-copy-source-if-match"),
            /// Copies only if the source has another ETag; else 412. Python: `CopySourceIfNoneMatch`. Default:
            /// none.
            copy_source_if_none_match: header("x-cos-copy-source-if-none-match"),
            /// Copies only if the source changed since this HTTP date; else 412. Python:
            /// `CopySourceIfModifiedSince`. Default: none.
            copy_source_if_modified_since: header("x-cos-copy-source-if-modified-since"),
            /// Copies only if the source did not change since this HTTP date; else 412. Python:
            /// `CopySourceIfUnmodifiedSince`. Default: none.
            copy_source_if_unmodified_since: header("x-cos-copy-source-if-unmodified-since"),
            /// Sets the algorithm of the source's SSE-C: `AES256`. Python: `CopySourceSSECustomerAlgorithm`.
            /// Default: the source is not encrypted so.
            copy_source_sse_customer_algorithm: header("x-cos-copy-source-server-side-encryption-customer-algorithm"),
            /// Sets the key of the source's SSE-C: 32 bytes in Base64. Python: `CopySourceSSECustomerKey`.
            /// Default: the source is not encrypted so.
            copy_source_sse_customer_key: header("x-cos-copy-source-server-side-encryption-customer-key"),
            /// Sets the MD5 of the source's SSE-C key, in Base64. Python: `CopySourceSSECustomerKeyMD5`.
            /// Default: the source is not encrypted so.
            copy_source_sse_customer_key_md5: header("x-cos-copy-source-server-side-encryption-customer-key-md5"),
        }
    };
}

/// Conditions on the object's present state.
macro_rules! conditions {
    () => {
        $crate::ops::options::setters! {
            /// Goes on only if the object has this ETag; else 412. Python: `IfMatch`. Default: none.
            if_match: header("if-match"),
            /// Goes on only if the object has another ETag; else 304, for a PUT 412. Python: `IfNoneMatch`.
            /// Default: none.
            if_none_match: header("if-none-match"),
            /// Goes on only if the object changed since this HTTP date; else 304. Python: `IfModifiedSince`.
            /// Default: none.
            if_modified_since: header("if-modified-since"),
            /// Goes on only if the object did not change since this HTTP date; else 412. Python:
            /// `IfUnmodifiedSince`. Default: none.
            if_unmodified_since: header("if-unmodified-since"),
        }
    };
}

/// What is said of the uploaded bytes.
macro_rules! content_check {
    () => {
        /// Sets the length of the body in bytes, for a reader that does not know its own. The length of any other body
        /// is known, and another number is an error. Python: `ContentLength`. Default: sent in chunks.
        pub fn content_length(mut self, bytes: impl $crate::param::Param) -> Self {
            self.request.declare_length($crate::param::Param::into_param(bytes));
            self
        }

        $crate::ops::options::setters! {
            /// Sets the MD5 of the body in Base64, which COS checks. Python: `ContentMD5`. Default: none.
            content_md5: header("content-md5"),
        }
    };
}

/// What every call that stores an object has.
macro_rules! stored_object {
    () => {
        $crate::ops::options::acl!();
        $crate::ops::options::object_headers!();
        $crate::ops::options::managed_encryption!();
        $crate::ops::options::customer_key!();
        $crate::ops::options::traffic_limit!();
        $crate::ops::options::every!();
    };
}

/// What only creates.
macro_rules! create_only {
    () => {
        $crate::ops::options::setters! {
            /// With `true` stores the object only if there is none under its key; else 409 `FileAlreadyExists`. COS
            /// ignores it in a bucket with versioning, where nothing is lost. Default: an object is replaced.
            forbid_overwrite: header("x-cos-forbid-overwrite"),
        }
    };
}

/// What every upload of a whole object has.
macro_rules! upload {
    () => {
        $crate::ops::options::create_only!();
        $crate::ops::options::conditions!();
        $crate::ops::options::content_check!();
        $crate::ops::options::stored_object!();
    };
}

/// What every copy of a whole object has.
macro_rules! copy {
    () => {
        $crate::ops::options::create_only!();
        $crate::ops::options::copy_source!();
        $crate::ops::options::conditions!();
        $crate::ops::options::stored_object!();
    };
}

/// The speed limit that COS applies.
macro_rules! traffic_limit {
    () => {
        /// Limits the speed of this request, in bit/s: 819200 to 838860800. Python: `TrafficLimit`.
        /// Default: unlimited.
        pub fn traffic_limit(mut self, bits_per_second: impl $crate::param::Param) -> Self {
            self.request.limit_traffic($crate::param::Param::into_param(bits_per_second));
            self
        }
    };
}

/// A version of an object.
macro_rules! version_id {
    () => {
        $crate::ops::options::setters! {
            /// Takes this version of the object. Python: `VersionId`. Default: the newest.
            version_id: query("versionId"),
        }
    };
}

/// What is read of an object.
macro_rules! range {
    () => {
        $crate::ops::options::setters! {
            /// Reads only these bytes: `bytes=0-10`. Python: `Range`. Default: all.
            range: header("range"),
        }
    };
}

/// The headers that the answer to a download carries.
macro_rules! response_headers {
    () => {
        $crate::ops::options::setters! {
            /// Has the answer carry this `Cache-Control`. Python: `ResponseCacheControl`. Default: as stored.
            response_cache_control: query("response-cache-control"),
            /// Has the answer carry this `Content-Disposition`. Python: `ResponseContentDisposition`.
            /// Default: as stored.
            response_content_disposition: query("response-content-disposition"),
            /// Has the answer carry this `Content-Encoding`. Python: `ResponseContentEncoding`. Default: as
            /// stored.
            response_content_encoding: query("response-content-encoding"),
            /// Has the answer carry this `Content-Language`. Python: `ResponseContentLanguage`. Default: as
            /// stored.
            response_content_language: query("response-content-language"),
            /// Has the answer carry this `Content-Type`. Python: `ResponseContentType`. Default: as stored.
            response_content_type: query("response-content-type"),
            /// Has the answer carry this `Expires`. Python: `ResponseExpires`. Default: as stored.
            response_expires: query("response-expires"),
        }
    };
}

/// Which names a listing shows.
macro_rules! names {
    () => {
        $crate::ops::options::setters! {
            /// Lists only keys that start with this. Python: `Prefix`. Default: all.
            prefix: query("prefix"),
            /// Shows keys that share a start up to this text as one common prefix, like folders for `/`.
            /// Python: `Delimiter`. Default: none.
            delimiter: query("delimiter"),
        }
    };
}

/// How the names in a listing are written.
macro_rules! encoding_type {
    () => {
        /// Leaves the names in the result percent-encoded with `"url"`. Python: `EncodingType`. Default: `""`, and
        /// names are decoded.
        pub fn encoding_type(mut self, encoding: impl $crate::param::Param) -> Self {
            match $crate::param::Param::into_param(encoding).unwrap_or_default().as_str() {
                "" => self.how.decode = true,
                "url" => self.how.decode = false,
                other => {
                    let why = format!("{other:?} is neither \"url\" nor empty");
                    self.request.defer($crate::error::CosClientError::invalid("encoding_type", why));
                }
            }
            self
        }
    };
}

/// When the pages of a listing are fetched.
macro_rules! prefetch {
    () => {
        /// Fetches the next page while one is read, from the second page on. A loop that ends early has requested at most
        /// one page for nothing. Default: true.
        pub fn prefetch(mut self, prefetch: bool) -> Self {
            self.how.prefetch = prefetch;
            self
        }
    };
}

/// Returns those headers that have these names: what a request of a transfer takes from the caller's.
pub(crate) fn chosen(headers: &HeaderMap, names: &[&'static str]) -> HeaderMap {
    names.iter().filter_map(|name| Some((HeaderName::from_static(name), headers.get(*name)?.clone()))).collect()
}

pub(crate) use {
    access_control_policy, acl, conditions, content_check, copy, copy_source, create_only, customer_key, encoding_type,
    every, managed_encryption, names, object_headers, prefetch, range, response_headers, set, setter, setters,
    stored_object, traffic_limit, upload, version_id,
};
