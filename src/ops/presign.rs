//! Signatures and URLs for others to use. Nothing here is sent.

use std::time::UNIX_EPOCH;

use http::Method;

use crate::client::CosS3Client;
use crate::credential::Credentials;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::ops::argument::Pairs;
use crate::wire::request::Request;
use crate::wire::sign::{Signature, ToSign};
use crate::wire::uri::{Location, Target, encode_query, locate};

/// # Signatures
impl CosS3Client {
    /// Computes the `Authorization` header of a request that someone else sends.
    ///
    /// The key `"/"` stands for the bucket itself, for what is done to buckets. An empty key is an error, as in Python; an
    /// anonymous client's signature is empty.
    ///
    /// Returns `String`.
    ///
    /// Python:
    /// ```python
    /// authorization = client.get_auth(Method='PUT', Bucket='examplebucket-1250000000', Key='test.txt', Expired=600)
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7778>
    pub fn get_auth(&self, method: impl AsRef<str>, bucket: impl Into<String>, key: impl Into<String>) -> GetAuth<'_> {
        GetAuth { signing: Signing::new(self, "get_auth", method.as_ref(), bucket, key) }
    }

    /// Makes a URL that lets anyone who has it send one kind of request until it expires. The key `"/"` stands
    /// for the bucket itself.
    ///
    /// With temporary credentials the URL carries their token, signed, so that it works as it is, and ends no later
    /// than they do, where that is known.
    ///
    /// Returns `String`.
    ///
    /// Python:
    /// ```python
    /// url = client.get_presigned_url(Bucket='examplebucket-1250000000', Key='test.txt', Method='PUT', Expired=120)
    /// ```
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let config = qcloud_cos::CosConfig::builder().region("ap-beijing").secret_id("AKIDEXAMPLE").secret_key("k").build()?;
    /// # let client = qcloud_cos::CosS3Client::new(config)?;
    /// let url = client.get_presigned_url("examplebucket-1250000000", "test.txt", "PUT").expired(120).sign()?;
    /// assert!(url.starts_with("https://examplebucket-1250000000.cos.ap-beijing.myqcloud.com/test.txt?q-sign-algorithm=sha1&"));
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/14116>
    pub fn get_presigned_url(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        method: impl AsRef<str>,
    ) -> GetPresignedUrl<'_> {
        GetPresignedUrl { signing: Signing::new(self, "get_presigned_url", method.as_ref(), bucket, key) }
    }

    /// Makes a URL that lets anyone who has it download an object until it expires.
    ///
    /// Returns `String`.
    ///
    /// Python:
    /// ```python
    /// url = client.get_presigned_download_url(Bucket='examplebucket-1250000000', Key='test.txt')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/14116>
    pub fn get_presigned_download_url(&self, bucket: impl Into<String>, key: impl Into<String>) -> GetPresignedUrl<'_> {
        GetPresignedUrl { signing: Signing::new(self, "get_presigned_download_url", "GET", bucket, key) }
    }

    /// Returns the URL of an object, without a signature.
    ///
    /// Python:
    /// ```python
    /// url = client.get_object_url(Bucket='examplebucket-1250000000', Key='test.txt')
    /// ```
    pub fn get_object_url(&self, bucket: impl Into<String>, key: impl Into<String>) -> Result<String, CosError> {
        let addressing = self.get_conf().addressing();
        Ok(locate(&addressing, &Target::object(bucket, key), &addressing.endpoint)?.url())
    }
}

/// What a signature is computed from.
#[derive(Debug)]
struct Signing<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    expired: u64,
    valid_from: Option<u64>,
    sign_host: Option<bool>,
    ci: bool,
}

impl<'a> Signing<'a> {
    fn new(
        client: &'a CosS3Client,
        operation: &'static str,
        method: &str,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> Self {
        let key = key.into();
        // As the documents have it, for what is done to a bucket.
        let target = if key == "/" { Target::bucket(bucket) } else { Target::object(bucket, key) };
        let request = match Method::from_bytes(method.to_ascii_uppercase().as_bytes()) {
            Ok(method) => Request::new(operation, method, target),
            Err(error) => {
                let mut request = Request::new(operation, Method::GET, target);
                let why = format!("{method:?} is not an HTTP method");
                request.defer(CosClientError::invalid("method", why).caused_by(error));
                request
            }
        };
        Self { client, request, expired: 300, valid_from: None, sign_host: None, ci: false }
    }

    fn locate(&mut self) -> Result<Location, CosError> {
        self.request.check()?;
        if self.expired == 0 {
            return Err(CosClientError::invalid("expired", "must be at least 1").into());
        }
        let addressing = self.client.get_conf().addressing();
        let endpoint = match (self.ci, &addressing.endpoint_ci) {
            (true, Some(endpoint)) => endpoint,
            (true, None) => return Err(CosClientError::invalid("endpoint_ci", "is required, or a region").into()),
            (false, _) => &addressing.endpoint,
        };
        Ok(locate(&addressing, &self.request.target, endpoint)?)
    }

    /// Returns for how many seconds from now the signature is valid: no longer than the credentials are.
    fn valid_for(&self, credentials: &Credentials) -> Result<u64, CosError> {
        let Some(end) = credentials.expires_at() else { return Ok(self.expired) };
        let end = end.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        match end.saturating_sub(self.client.now()) {
            0 => Err(CosClientError::new(ClientErrorKind::Credentials, "the credentials have expired").into()),
            left => Ok(self.expired.min(left)),
        }
    }

    fn signature<'c>(&self, location: &Location, credentials: &'c Credentials) -> Result<Signature<'c>, CosError> {
        let valid_for = self.valid_for(credentials)?;
        let fixed = &self.client.get_conf().fixed;
        // Behind an IP the official SDK signs the IP here, and the Host header only when it sends.
        let host = location.url_host();
        let what = ToSign {
            method: &self.request.method,
            path: &location.signed_path,
            query: if fixed.sign_params { &self.request.query } else { &[] },
            headers: &self.request.headers,
            host: self.sign_host.unwrap_or(fixed.sign_host).then_some(host.as_str()),
        };
        let mut signer = self.client.signer(credentials, valid_for);
        if let Some(start) = self.valid_from {
            (signer.start, signer.end) = (start, start.saturating_add(self.expired));
            if let Some(end) = credentials.expires_at().and_then(|end| end.duration_since(UNIX_EPOCH).ok()) {
                signer.end = signer.end.min(end.as_secs());
            }
            if signer.end <= self.client.now() {
                let why = format!("ends the signature {} seconds ago", self.client.now() - signer.end);
                return Err(CosClientError::invalid("valid_from", why).into());
            }
        }
        Ok(signer.sign(&what))
    }
}

/// What both builders have.
macro_rules! signing_setters {
    () => {
        /// Sets for how many seconds from now the signature is valid; it ends earlier if temporary credentials are
        /// known to. Python: `Expired`. Default: 300.
        pub fn expired(mut self, seconds: u64) -> Self {
            self.signing.expired = seconds;
            self
        }

        /// Fixes the start of the signature, in seconds since 1970; it ends `expired` seconds later. The same arguments
        /// then give the same signature, so that browsers and caches know a URL again: start at the last full hour,
        /// and let it expire after two. A signature that has ended is an error. Default: 60 seconds ago.
        pub fn valid_from(mut self, seconds: u64) -> Self {
            self.signing.valid_from = Some(seconds);
            self
        }

        /// Signs a header, which the request then has to carry. Python: `Headers`. Default: none but the host.
        pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
            self.signing.request.set_header(name.as_ref(), value.as_ref());
            self
        }

        /// Signs several headers, which the request then has to carry: `json!({..})` or pairs. Python:
        /// `Headers={...}`. Default: none but the host.
        pub fn headers(mut self, headers: impl Pairs) -> Self {
            match headers.into_pairs() {
                Ok(pairs) => pairs.iter().for_each(|(name, value)| self.signing.request.set_header(name, value)),
                Err(why) => self.signing.request.defer(CosClientError::invalid("headers", why)),
            }
            self
        }

        /// Adds a query parameter and signs it. Python: `Params`. Default: none.
        pub fn param(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
            self.signing.request.set_query(name.as_ref(), value);
            self
        }

        /// Adds several query parameters and signs them: `json!({..})` or pairs. Python: `Params={...}`. Default:
        /// none.
        pub fn params(mut self, params: impl Pairs) -> Self {
            match params.into_pairs() {
                Ok(pairs) => pairs.into_iter().for_each(|(name, value)| self.signing.request.set_query(&name, value)),
                Err(why) => self.signing.request.defer(CosClientError::invalid("params", why)),
            }
            self
        }

        /// Signs the host, so that the signature holds for it alone. Python: `SignHost`. Default: the
        /// configuration's.
        pub fn sign_host(mut self, sign: bool) -> Self {
            self.signing.sign_host = Some(sign);
            self
        }

        /// Signs for the host of Cloud Infinite. Python: `UseCiEndPoint`. Default: false.
        pub fn use_ci_end_point(mut self, ci: bool) -> Self {
            self.signing.ci = ci;
            self
        }
    };
}

/// Builds a [`get_auth`](CosS3Client::get_auth) signature.
#[derive(Debug)]
#[must_use = "nothing is signed before `sign`"]
pub struct GetAuth<'a> {
    signing: Signing<'a>,
}

impl GetAuth<'_> {
    signing_setters!();

    /// Computes the signature, as [`sign`](Self::sign).
    pub fn send(self) -> Result<String, CosError> {
        self.sign()
    }

    /// Computes the signature. Nothing is sent.
    pub fn sign(mut self) -> Result<String, CosError> {
        let location = self.signing.locate()?;
        let credentials = self.signing.client.get_conf().credentials()?;
        let signature = credentials.as_ref().map(|credentials| self.signing.signature(&location, credentials));
        Ok(signature.transpose()?.map_or_else(String::new, |signature| signature.authorization()))
    }
}

/// Builds a [`get_presigned_url`](CosS3Client::get_presigned_url) or
/// [`get_presigned_download_url`](CosS3Client::get_presigned_download_url).
#[derive(Debug)]
#[must_use = "nothing is signed before `sign`"]
pub struct GetPresignedUrl<'a> {
    signing: Signing<'a>,
}

impl GetPresignedUrl<'_> {
    signing_setters!();

    /// Makes the URL, as [`sign`](Self::sign).
    pub fn send(self) -> Result<String, CosError> {
        self.sign()
    }

    /// Makes the URL. Nothing is sent. An anonymous client's URL is the plain one.
    pub fn sign(mut self) -> Result<String, CosError> {
        const TOKEN: &str = "x-cos-security-token";
        let location = self.signing.locate()?;
        let credentials = self.signing.client.get_conf().credentials()?;
        let mut query = String::new();
        if let Some(credentials) = &credentials {
            let given = |query: &str| query.eq_ignore_ascii_case(TOKEN);
            if let Some(token) =
                credentials.token().filter(|_| !self.signing.request.query.iter().any(|(k, _)| given(k)))
            {
                self.signing.request.set_query(TOKEN, token);
            }
            let signature = self.signing.signature(&location, credentials)?;
            let fields = signature.fields();
            let mut params = self.signing.request.query.iter().map(|(name, _)| name);
            // COS would choose one of two parameters with the same name.
            if let Some(name) = params.find(|name| fields.iter().any(|(field, _)| name.eq_ignore_ascii_case(field))) {
                return Err(CosClientError::invalid("params", format!("{name:?} is set by the signature")).into());
            }
            query = encode_query(&fields);
        }
        if !self.signing.request.query.is_empty() {
            if !query.is_empty() {
                query.push('&');
            }
            query += &encode_query(&self.signing.request.query);
        }
        let separator = if query.is_empty() { "" } else { "?" };
        Ok([&location.url(), separator, &query].concat())
    }
}
