//! Signatures without a client, for programs that send their requests by other means. Nothing in this module reads a
//! clock or sends anything.
//!
//! ```
//! use qcloud_cos::sign::Signer;
//!
//! let signer = Signer { secret_id: "AKIDEXAMPLE", secret_key: "key", start: 1760000000, end: 1760003600 };
//! let headers = [("host", "examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com")];
//! let authorization = signer.authorization("GET", "/test.txt", &[("versionId", "v1")], &headers)?;
//! assert!(authorization.starts_with("q-sign-algorithm=sha1&q-ak=AKIDEXAMPLE&q-sign-time=1760000000;1760003600&"));
//! # Ok::<(), qcloud_cos::CosClientError>(())
//! ```
//!
//! COS API: <https://cloud.tencent.com/document/product/436/7778>

use std::fmt;

use http::{HeaderMap, Method};

use crate::error::CosClientError;
use crate::wire::request::header;
use crate::wire::rtmp::{Stream, signed_query};
use crate::wire::sign::{Signature, Signer as WireSigner, ToSign};
use crate::wire::uri::encode_query;

/// Signs requests with one key for one span of time. `Debug` hides the key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signer<'a> {
    /// The id of the key.
    pub secret_id: &'a str,
    /// The key.
    pub secret_key: &'a str,
    /// The start of the signature's validity, in seconds since 1970. The SDKs use 60 seconds ago: clocks may differ.
    pub start: u64,
    /// The end of the signature's validity, in seconds since 1970.
    pub end: u64,
}

impl Signer<'_> {
    /// Computes the value of an `Authorization` header.
    ///
    /// `path` is the object's key with a leading slash, not percent-encoded. The signature covers all of `params`, and
    /// those `headers` that COS wants signed: the standard headers about content and conditions, `host`, and every
    /// header that starts with `x-cos-` or `x-ci-`. The token of temporary credentials is the header
    /// `x-cos-security-token`. A header that cannot be sent is an error.
    pub fn authorization(
        &self,
        method: &str,
        path: &str,
        params: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Result<String, CosClientError> {
        self.signed(method, path, params, headers, as_header)
    }

    /// Computes the signature as a query, which precedes the request's own parameters in a URL. The token of temporary
    /// credentials is the parameter `x-cos-security-token`.
    pub fn query(
        &self,
        method: &str,
        path: &str,
        params: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Result<String, CosClientError> {
        self.signed(method, path, params, headers, as_query)
    }

    /// Computes the `q-signature` of a form (POST Object). `policy` is JSON, not yet in Base64.
    pub fn policy(&self, policy: &str) -> String {
        self.wire().sign_policy(policy)
    }

    /// Computes the query of an RTMP URL, which pushes a stream to a live channel, with its parameters. The token of
    /// temporary credentials is the parameter `q-token`.
    pub fn rtmp_query(&self, bucket: &str, channel: &str, params: &[(&str, &str)]) -> String {
        signed_query(&self.wire(), &Stream { bucket, channel, params: &owned(params) })
    }

    fn wire(&self) -> WireSigner<'_> {
        let Self { secret_id, secret_key, start, end } = *self;
        WireSigner { secret_id, secret_key, start, end }
    }

    fn signed(
        &self,
        method: &str,
        path: &str,
        params: &[(&str, &str)],
        headers: &[(&str, &str)],
        written: fn(&Signature<'_>) -> String,
    ) -> Result<String, CosClientError> {
        let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes())
            .map_err(|e| CosClientError::invalid("method", format!("{method:?} is not an HTTP method")).caused_by(e))?;
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let (name, value) = header(name, value)?;
            map.append(name, value);
        }
        let what = ToSign { method: &method, path, query: &owned(params), headers: &map, host: None };
        Ok(written(&self.wire().sign(&what)))
    }
}

impl fmt::Debug for Signer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Signer");
        shown.field("secret_id", &self.secret_id).field("start", &self.start).field("end", &self.end);
        shown.finish_non_exhaustive()
    }
}

fn as_header(signature: &Signature<'_>) -> String {
    signature.authorization()
}

fn as_query(signature: &Signature<'_>) -> String {
    encode_query(&signature.fields())
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_official_go_sdk_expects_of_itself() {
        let signer = Signer {
            secret_id: "QmFzZTY0IGlzIGEgZ2VuZXJp",
            secret_key: "AKIDZfbOA78asKUYBcXFrJD0a1ICvR98JM",
            start: 1_480_932_292,
            end: 1_481_012_292,
        };
        let headers = [
            ("Host", "testbucket-125000000.cos.ap-guangzhou.myqcloud.com"),
            ("x-cos-content-sha1", "db8ac1c259eb89d4a131b253bacfca5f319d54f2"),
            ("x-cos-stroage-class", "nearline"),
        ];
        let expected = "q-sign-algorithm=sha1&q-ak=QmFzZTY0IGlzIGEgZ2VuZXJp&q-sign-time=1480932292;1481012292\
            &q-key-time=1480932292;1481012292&q-header-list=host;x-cos-content-sha1;x-cos-stroage-class\
            &q-url-param-list=&q-signature=ce4ac0ecbcdb30538b3fee0a97cc6389694ce53a";
        assert_eq!(signer.authorization("put", "/testfile2", &[], &headers).unwrap(), expected);
        assert!(!format!("{signer:?}").contains(signer.secret_key));
        assert!(signer.authorization("GET", "/", &[], &[("a b", "")]).is_err());
    }

    #[test]
    fn signs_as_the_official_python_sdk_was_recorded() {
        let signer = Signer {
            secret_id: "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001",
            secret_key: "ExampleSecretKeyExampleSecretKey",
            start: 1_759_999_940,
            end: 1_760_010_000,
        };
        let headers = [("content-length", "5"), ("host", "examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com")];
        let params = [("append", ""), ("position", "0")];
        let header = signer.authorization("POST", "/exampleobject", &params, &headers).unwrap();
        assert!(header.ends_with("&q-signature=3e9047a245dbe3ae29b675863e443aa5dfb8413b"), "{header}");
        let query = signer.query("POST", "/exampleobject", &params, &headers).unwrap();
        assert!(query.contains("q-sign-time=1759999940%3B1760010000"), "{query}");
    }
}
