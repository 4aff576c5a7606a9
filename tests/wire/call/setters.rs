//! The setters of a builder, by the names of their keyword arguments.

/// Sends the arguments to setters by name, and the rest to `.header(..)`. `$meta` is what
/// takes an entry of `Metadata`: `metadata`, or `header` where a builder has no metadata.
macro_rules! setters {
    ($call:ident, $rest:expr, $meta:ident, { $($name:literal => $setter:ident($kind:ident)),* $(,)? }) => {
        for (name, value) in $rest {
            $call = match name {
                $($name => $call.$setter($kind(name, value)?),)*
                "Referer" => $call.referer(string(name, value)?),
                "Accept" => $call.accept(string(name, value)?),
                "AcceptEncoding" => $call.accept_encoding(string(name, value)?),
                "Metadata" => {
                    for (name, value) in entries(name, value)? {
                        $call = $call.$meta(name, value);
                    }
                    $call
                }
                _ => $call.header(header(name)?, string(name, value)?),
            };
        }
    };
}

/// `setters!` with the headers of an object that is being written.
macro_rules! object_setters {
    ($call:ident, $rest:expr, { $($own:tt)* }) => {
        setters!($call, $rest, metadata, {
            $($own)*
            "ACL" => acl(string),
            "GrantFullControl" => grant_full_control(string),
            "GrantRead" => grant_read(string),
            "GrantWrite" => grant_write(string),
            "StorageClass" => storage_class(string),
            "Expires" => expires(string),
            "CacheControl" => cache_control(string),
            "ContentType" => content_type(string),
            "ContentDisposition" => content_disposition(string),
            "ContentEncoding" => content_encoding(string),
            "ContentLanguage" => content_language(string),
            "ContentLength" => content_length(param),
            "ContentMD5" => content_md5(string),
            "Tagging" => tagging(string),
            "ServerSideEncryption" => server_side_encryption(string),
            "SSEKMSKeyId" => sse_kms_key_id(string),
            "SSEKMSContext" => sse_kms_context(string),
            "SSECustomerAlgorithm" => sse_customer_algorithm(string),
            "SSECustomerKey" => sse_customer_key(string),
            "SSECustomerKeyMD5" => sse_customer_key_md5(string),
            "PicOperations" => pic_operations(string),
            "Callback" => callback(string),
            "CallbackVar" => callback_var(string),
            "TrafficLimit" => traffic_limit(param),
            "IfMatch" => if_match(string),
            "IfNoneMatch" => if_none_match(string),
            "IfModifiedSince" => if_modified_since(string),
            "IfUnmodifiedSince" => if_unmodified_since(string),
        })
    };
}

/// `setters!` with the headers of a copy that is being written, and what its source must be like.
macro_rules! copy_setters {
    ($call:ident, $rest:expr, { $($own:tt)* }) => {
        setters!($call, $rest, metadata, {
            $($own)*
            "ACL" => acl(string),
            "GrantFullControl" => grant_full_control(string),
            "GrantRead" => grant_read(string),
            "GrantWrite" => grant_write(string),
            "StorageClass" => storage_class(string),
            "Expires" => expires(string),
            "CacheControl" => cache_control(string),
            "ContentType" => content_type(string),
            "ContentDisposition" => content_disposition(string),
            "ContentEncoding" => content_encoding(string),
            "ContentLanguage" => content_language(string),
            "Tagging" => tagging(string),
            "ServerSideEncryption" => server_side_encryption(string),
            "SSEKMSKeyId" => sse_kms_key_id(string),
            "SSEKMSContext" => sse_kms_context(string),
            "SSECustomerAlgorithm" => sse_customer_algorithm(string),
            "SSECustomerKey" => sse_customer_key(string),
            "SSECustomerKeyMD5" => sse_customer_key_md5(string),
            "TrafficLimit" => traffic_limit(param),
            "CopySourceIfMatch" => copy_source_if_match(string),
            "CopySourceIfNoneMatch" => copy_source_if_none_match(string),
            "CopySourceIfModifiedSince" => copy_source_if_modified_since(string),
            "CopySourceIfUnmodifiedSince" => copy_source_if_unmodified_since(string),
            "CopySourceSSECustomerAlgorithm" => copy_source_sse_customer_algorithm(string),
            "CopySourceSSECustomerKey" => copy_source_sse_customer_key(string),
            "CopySourceSSECustomerKeyMD5" => copy_source_sse_customer_key_md5(string),
        })
    };
}

/// A keyword argument of data processing that no setter takes: what an answer shall carry is a part of the query.
macro_rules! further {
    ($call:ident, $name:ident, $value:ident, $splits:expr) => {
        match $name {
            "Metadata" => {
                for (name, value) in entries($name, $value)? {
                    $call = $call.header(name, value);
                }
                $call
            }
            _ if $name.starts_with("Response") && $splits => $call.query(header($name)?, string($name, $value)?),
            _ => $call.header(header($name)?, string($name, $value)?),
        }
    };
}
