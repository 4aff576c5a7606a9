//! Where a request goes: region, endpoint and bucket to host, key to path, and the one
//! percent-encoder that the signature and the URL share.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

pub(crate) use super::address::{Addressing, Module, ServiceHost, bucket_name, region_endpoint};
use super::host::is_ipv6;
use crate::error::{ClientErrorKind, CosClientError};

/// RFC 3986 "unreserved": the characters that neither a query value nor a signed value encodes.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The same with `/` left alone: the path of an object.
const PATH: &AsciiSet = &VALUE.remove(b'/');

/// Percent-encodes a name or value of a query, a signed header or a signed parameter.
pub(crate) fn encode(value: &str) -> Cow<'_, str> {
    utf8_percent_encode(value, VALUE).into()
}

/// Percent-encodes bytes that may not be UTF-8, for the signature of a raw header value.
pub(crate) fn encode_bytes(value: &[u8]) -> Cow<'_, str> {
    percent_encoding::percent_encode(value, VALUE).into()
}

/// Percent-encodes a key inside a header: all but letters, digits and `-_.~/`.
pub(crate) fn encode_key(key: &str) -> Cow<'_, str> {
    utf8_percent_encode(key, PATH).into()
}

/// Undoes the encoding of keys in listings (`encoding-type=url`); `+` is a plus sign there.
pub(crate) fn decode(value: &str) -> String {
    percent_decode_str(value).decode_utf8_lossy().into_owned()
}

/// The same of a name that must come out as it is: what is no text is not turned into another name.
pub(crate) fn decode_name(value: &str) -> Result<String, CosClientError> {
    let text = percent_decode_str(value).decode_utf8().map(std::borrow::Cow::into_owned);
    text.map_err(|e| {
        let why = format!("the answer holds a name that is not UTF-8: {value:?}");
        CosClientError::answered(ClientErrorKind::Protocol, why).caused_by(e)
    })
}

/// Writes a query as `a=1&b=`, in the order given.
pub(crate) fn encode_query<N: AsRef<str>, V: AsRef<str>>(query: &[(N, V)]) -> String {
    let lengths = query.iter().map(|(name, value)| name.as_ref().len() + value.as_ref().len() + 2);
    let mut text = String::with_capacity(lengths.sum());
    for (name, value) in query {
        if !text.is_empty() {
            text.push('&');
        }
        text.extend(utf8_percent_encode(name.as_ref(), VALUE));
        text.push('=');
        text.extend(utf8_percent_encode(value.as_ref(), VALUE));
    }
    text
}

/// The bucket, object or service that a request addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The account: all its buckets.
    Service,
    Bucket {
        bucket: String,
    },
    Object {
        bucket: String,
        key: String,
    },
    /// An object at a host that the settings do not know: the source of a copy.
    Elsewhere {
        host: String,
        key: String,
    },
    /// A path at the host of another service, such as data processing.
    Other {
        host: ServiceHost,
        path: String,
    },
}

impl Target {
    pub(crate) fn bucket(bucket: impl Into<String>) -> Self {
        Self::Bucket { bucket: bucket.into() }
    }

    pub(crate) fn object(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self::Object { bucket: bucket.into(), key: key.into() }
    }

    /// A path, with or without its leading slash, at the host of another service.
    pub(crate) fn other(host: ServiceHost, path: impl Into<String>) -> Self {
        Self::Other { host, path: path.into() }
    }

    /// The same with another object of the bucket; an empty key means the bucket.
    #[cfg(feature = "ci")]
    pub(crate) fn with_key(&self, key: impl Into<String>) -> Self {
        match (self, key.into()) {
            (Self::Bucket { bucket } | Self::Object { bucket, .. }, key) if key.is_empty() => Self::bucket(bucket),
            (Self::Bucket { bucket } | Self::Object { bucket, .. }, key) => Self::object(bucket, key),
            (other, _) => other.clone(),
        }
    }

    /// The same with another path. One that ends in `/` is put before the id that ends the old one.
    #[cfg(feature = "ci")]
    pub(crate) fn with_path(&self, path: &str) -> Self {
        match self {
            Self::Other { host, path: old } => {
                let id = old.rsplit('/').next().filter(|_| path.ends_with('/')).unwrap_or_default();
                Self::other(host.clone(), [path, id].concat())
            }
            other => other.clone(),
        }
    }

    /// Returns the header that carries the token of temporary credentials.
    pub(crate) fn token_header(&self) -> &'static str {
        match self {
            Self::Other { host, .. } => host.token_header(),
            _ => "x-cos-security-token",
        }
    }

    /// Returns how an error names the target: the bucket, or bucket and key; empty for the account.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Service => String::new(),
            Self::Bucket { bucket } => bucket.clone(),
            Self::Object { bucket, key } => format!("{bucket}/{}", key.strip_prefix('/').unwrap_or(key)),
            Self::Elsewhere { key, .. } => key.clone(),
            Self::Other { path, .. } => path.clone(),
        }
    }

    /// Returns the bucket and the key of an object.
    pub(crate) fn names(&self) -> Result<(&str, &str), CosClientError> {
        match self {
            Self::Object { bucket, key } => Ok((bucket, key)),
            _ => Err(CosClientError::invalid("key", "is missing")),
        }
    }
}

/// A target resolved to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) scheme: String,
    /// Host and port of the URL: where the connection goes.
    pub(crate) authority: String,
    /// The `Host` header where it differs from the URL's host: behind an IP.
    pub(crate) host_header: Option<String>,
    /// The encoded path, with its leading slash.
    pub(crate) path: String,
    /// The path that is signed: the key as it is, with a leading slash.
    pub(crate) signed_path: String,
}

impl Location {
    /// Returns the URL without its query.
    pub(crate) fn url(&self) -> String {
        [self.scheme.as_str(), "://", &self.authority, &self.path].concat()
    }

    /// Returns the host that is signed.
    pub(crate) fn signed_host(&self) -> String {
        self.host_header.clone().unwrap_or_else(|| self.url_host())
    }

    /// Returns the host of the URL without its port, which the official SDK does not sign either.
    pub(crate) fn url_host(&self) -> String {
        without_port(&self.authority).to_ascii_lowercase()
    }

    /// Moves `{bucket-appid}.cos.{region}.myqcloud.com` to the same host under `tencentcos.cn`.
    /// Returns whether the host was of that form; any other is left alone.
    pub(crate) fn switch_domain(&mut self) -> bool {
        match backup_domain(&self.authority) {
            Some(backup) => {
                self.authority = backup;
                true
            }
            None => false,
        }
    }
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !host.is_empty() => host,
        _ => authority,
    }
}

fn backup_domain(host: &str) -> Option<String> {
    let stem = host.strip_suffix(".myqcloud.com")?;
    let (bucket, region) = stem.split_once(".cos.")?;
    let (name, appid) = bucket.rsplit_once('-')?;
    let lower = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase());
    let mut parts: Vec<&str> = region.split('-').collect();
    if parts.last() == Some(&"1") {
        parts.pop();
    }
    let named = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !appid.is_empty()
        && appid.bytes().all(|b| b.is_ascii_digit());
    // Accelerated, internal and custom hosts have no twin under the other domain.
    let regional = matches!(parts.len(), 2 | 3) && parts.iter().all(|part| lower(part));
    (named && regional).then(|| format!("{stem}.tencentcos.cn"))
}

/// Resolves a target; an error names the bucket or the key.
pub(crate) fn locate(addressing: &Addressing, target: &Target, endpoint: &str) -> Result<Location, CosClientError> {
    let host = match target {
        // Neither domain nor IP stand for the account, as in the official SDK.
        Target::Service => {
            return Ok(Location {
                scheme: addressing.scheme.clone(),
                authority: addressing.service.clone(),
                host_header: None,
                path: "/".to_owned(),
                signed_path: "/".to_owned(),
            });
        }
        // A custom domain stands for the client's own bucket only.
        Target::Elsewhere { host, .. } => host.clone(),
        Target::Other { host, .. } => host.resolve(addressing)?,
        Target::Bucket { bucket } | Target::Object { bucket, .. } => {
            let bucket = bucket_name(bucket, addressing.appid.as_deref())?;
            if endpoint.strip_prefix(&bucket).is_some_and(|rest| rest.starts_with('.')) {
                let why =
                    format!("{endpoint:?} begins with the bucket, which is put before it: leave it out, or use domain");
                return Err(CosClientError::invalid("endpoint", why));
            }
            let bucket_host = [&bucket, ".", endpoint].concat();
            addressing.domain.clone().unwrap_or(bucket_host)
        }
    };
    let (path, signed_path) = match target {
        Target::Object { key, .. } | Target::Elsewhere { key, .. } => key_path(key)?,
        Target::Other { path, .. } if !path.trim_start_matches('/').is_empty() => key_path(path)?,
        _ => ("/".to_owned(), "/".to_owned()),
    };
    let (authority, host_header) = match &addressing.ip {
        Some(ip) => {
            let ip = if is_ipv6(ip) && !ip.starts_with('[') { format!("[{ip}]") } else { ip.clone() };
            let authority = addressing.port.map_or(ip.clone(), |port| format!("{ip}:{port}"));
            (authority, Some(host))
        }
        None => (host, None),
    };
    Ok(Location { scheme: addressing.scheme.clone(), authority, host_header, path, signed_path })
}

/// Returns the encoded path of a key and the path that is signed for it.
///
/// One leading slash of the key is dropped, as the official SDK does. `.` and `..` must not stand
/// alone between slashes: proxies and HTTP libraries would resolve them, and a DELETE of `a/..`
/// would reach the bucket. The slash beside them is therefore sent as `%2F`.
fn key_path(key: &str) -> Result<(String, String), CosClientError> {
    if key.is_empty() {
        return Err(CosClientError::invalid("key", "is empty"));
    }
    let name = key.strip_prefix('/').unwrap_or(key);
    if name.is_empty() || name == "." || name == ".." {
        return Err(CosClientError::invalid("key", format!("{key:?} would address the bucket")));
    }
    let mut path = encode_key(name).replace("./", ".%2F");
    if let Some((before, last @ ("." | ".."))) = path.rsplit_once('/') {
        path = format!("{before}%2F{last}");
    }
    Ok((["/", &path].concat(), ["/", name].concat()))
}

/// Refuses a key that names the bucket once `.` and `..` are resolved (Python's `KeySimplifyCheck`).
pub(crate) fn check_key_simplified(key: &str) -> Result<(), CosClientError> {
    let mut depth = 0_usize;
    for segment in key.split('/') {
        match segment {
            ".." => depth = depth.saturating_sub(1),
            "" | "." => {}
            _ => depth += 1,
        }
    }
    if depth == 0 {
        // What never is a key is refused for that.
        key_path(key)?;
        let why = format!("{key:?} resolves to \"/\"; key_simplify_check(false) allows it");
        return Err(CosClientError::invalid("key", why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(key: &str) -> String {
        key_path(key).map_or_else(|e| e.to_string(), |(path, _)| path)
    }

    #[test]
    fn keys_keep_every_byte_and_no_dot_segment_stands_alone() {
        for (key, expected) in [
            ("a b+c%d", "/a%20b%2Bc%25d"),
            ("/lead", "/lead"),
            ("//double", "//double"),
            ("dir/", "/dir/"),
            ("./x", "/.%2Fx"),
            ("a/../b", "/a/..%2Fb"),
            ("a/..", "/a%2F.."),
            ("a/b/.", "/a/b%2F."),
            ("//..", "/%2F.."),
            ("../..", "/..%2F.."),
            ("a./b", "/a.%2Fb"),
            ("..a", "/..a"),
        ] {
            assert_eq!(path(key), expected, "{key}");
            let segments: Vec<_> = expected.split('/').collect();
            assert!(!segments.contains(&".") && !segments.contains(&".."), "{expected}");
        }
    }

    #[test]
    fn keys_that_would_be_the_bucket_are_refused_by_name() {
        for key in ["", "/", ".", "..", "/.", "/.."] {
            assert!(path(key).starts_with("key: "), "{key:?} gave {}", path(key));
        }
    }

    #[test]
    fn simplified_keys() {
        assert!(check_key_simplified("a/../").is_err());
        assert!(check_key_simplified("//").is_err());
        assert!(check_key_simplified("a/./b").is_ok());
    }

    #[test]
    fn backup_domain_only_for_plain_regional_hosts() {
        let bucket = "examplebucket-1250000000";
        let switched = backup_domain(&format!("{bucket}.cos.ap-guangzhou.myqcloud.com"));
        assert_eq!(switched.unwrap(), format!("{bucket}.cos.ap-guangzhou.tencentcos.cn"));
        for stem in ["a-1.cos.ap-b-1", "a-2-1.cos.ap-b", "a-1.cos.ap-b-c"] {
            assert_eq!(backup_domain(&format!("{stem}.myqcloud.com")), Some(format!("{stem}.tencentcos.cn")));
        }
        for stem in ["a-1.cos.ap-B", "a-1.cos.ap--b", "a-1.cos.ap-b-2", "A-1.cos.ap-b", "-1.cos.ap-b", "a-.cos.ap-b"] {
            assert_eq!(backup_domain(&format!("{stem}.myqcloud.com")), None, "{stem}");
        }
        for host in [
            format!("{bucket}.cos.accelerate.myqcloud.com"),
            format!("{bucket}.cos-internal.ap-guangzhou.myqcloud.com"),
            format!("{bucket}.cos.ap-guangzhou.tencentcos.cn"),
            "files.example.com".to_owned(),
            "noappid.cos.ap-guangzhou.myqcloud.com".to_owned(),
            "a-1x.cos.ap-guangzhou.myqcloud.com".to_owned(),
            "127.0.0.1:80".to_owned(),
        ] {
            assert_eq!(backup_domain(&host), None, "{host}");
        }
    }

    #[test]
    fn services_have_hosts_of_their_own() {
        let bucket = || "b-1".to_owned();
        let hosts = [
            (ServiceHost::Ci { bucket: bucket() }, "b-1.ci.ap-a.myqcloud.com", "b-1.ci.example"),
            (ServiceHost::CiRegion, "ci.ap-a.myqcloud.com", "ci.example"),
            (ServiceHost::CiAccount, "1.ci.ap-a.myqcloud.com", "1.ci.example"),
            (ServiceHost::Pic { bucket: bucket() }, "b-1.pic.ap-a.myqcloud.com", "b-1.ci.example"),
            (ServiceHost::Vectors, "vectors.ap-a.coslake.com", "vectors.ap-a.coslake.com"),
            (ServiceHost::Migration, "ap-a.migration.myqcloud.com", "ap-a.migration.myqcloud.com"),
        ];
        for (host, usual, with_endpoint) in hosts {
            let mut addressing = Addressing {
                scheme: "https".into(),
                appid: Some("1".into()),
                region: Some("ap-a".into()),
                endpoint_ci: Some("ci.ap-a.myqcloud.com".into()),
                ..Addressing::default()
            };
            let target = Target::other(host.clone(), "/jobs/a,b");
            let url = |addressing: &Addressing| locate(addressing, &target, "").unwrap().url();
            assert_eq!(url(&addressing), format!("https://{usual}/jobs/a%2Cb"));
            let root = locate(&addressing, &Target::other(host.clone(), "/"), "").unwrap();
            assert_eq!((root.path.as_str(), root.signed_path.as_str()), ("/", "/"));
            addressing.endpoint_ci = Some("ci.example".into());
            addressing.own_endpoint_ci = true;
            assert_eq!(url(&addressing), format!("https://{with_endpoint}/jobs/a%2Cb"));
            addressing.ip = Some("10.0.0.1".into());
            let behind = locate(&addressing, &target, "").unwrap();
            assert_eq!((behind.url_host().as_str(), behind.signed_host().as_str()), ("10.0.0.1", with_endpoint));
            addressing.domain = Some("custom.example".into());
            assert_eq!(locate(&addressing, &target, "").unwrap().signed_host(), "custom.example");
            let nowhere = Addressing { scheme: "https".into(), ..Addressing::default() };
            let error = locate(&nowhere, &target, "").unwrap_err().to_string();
            assert!(error.starts_with("region: ") || error.starts_with("appid: "), "{error}");
        }
    }

    #[test]
    fn an_ip_takes_the_place_of_the_host_and_the_host_stays_what_is_signed() {
        for (ip, port, authority) in
            [("10.0.0.1", Some(80), "10.0.0.1:80"), ("::1", None, "[::1]"), ("[::1]", Some(80), "[::1]:80")]
        {
            let addressing = Addressing {
                scheme: "https".into(),
                appid: Some("1".into()),
                ip: Some(ip.into()),
                port,
                ..Addressing::default()
            };
            for bucket in ["a", "a-1"] {
                let location = locate(&addressing, &Target::object(bucket, "k"), "cos.ap-a.myqcloud.com").unwrap();
                assert_eq!(location.url(), format!("https://{authority}/k"));
                assert_eq!(location.signed_host(), "a-1.cos.ap-a.myqcloud.com");
                assert_eq!(location.url_host(), authority.trim_end_matches(":80"));
            }
        }
    }
}
