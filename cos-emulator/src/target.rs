//! The target of a request: service, bucket or object.

use std::net::IpAddr;

use crate::error::{Code, Error};
use crate::http::Head;

/// COS's limit on the UTF-8 length of a key.
const MAX_KEY: usize = 850;

/// The addressed resource. No bucket means the service, an empty key the bucket itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) bucket: Option<String>,
    pub(crate) key: String,
    /// Whether the bucket is in the path rather than in the host name.
    pub(crate) path_style: bool,
    /// Whether the host is that of the bucket's website.
    pub(crate) website: bool,
}

impl Target {
    /// `domains` maps custom host names to buckets.
    pub(crate) fn of(head: &Head, domains: &[(String, String)]) -> Result<Self, Error> {
        let path = head.path.as_deref().ok_or(Code::InvalidURI)?;
        let path = path.strip_prefix('/').ok_or(Code::InvalidURI)?;
        let host = without_port(head.host());
        let custom = domains.iter().find(|(domain, _)| domain.eq_ignore_ascii_case(host));
        let target = match custom.map(|(_, bucket)| bucket.as_str()).or(bucket_of(host)) {
            Some(bucket) => Self {
                bucket: Some(bucket.to_owned()),
                key: path.to_owned(),
                path_style: false,
                website: host.split('.').nth(1) == Some("cos-website"),
            },
            None if path.is_empty() => Self::default(),
            None => {
                let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
                Self { bucket: Some(bucket.to_owned()), key: key.to_owned(), path_style: true, website: false }
            }
        };
        if target.key.len() > MAX_KEY {
            return Err(Code::KeyTooLong.into());
        }
        Ok(target)
    }

    /// The source of a copy: `{host}/{key}[?versionId=…]`, key and id percent-encoded. In place of the host may
    /// stand the bucket alone, with or without a slash before it.
    pub(crate) fn of_copy_source(
        source: &str,
        domains: &[(String, String)],
    ) -> Result<(String, String, Option<String>), Error> {
        let invalid = || Error::new(Code::InvalidArgument, "invalid x-cos-copy-source");
        let (place, query) = source.split_once('?').unwrap_or((source, ""));
        let (host, path) = place.trim_start_matches('/').split_once('/').ok_or_else(invalid)?;
        let key = percent_encoding::percent_decode_str(path).decode_utf8().map_err(|_| invalid())?;
        let is_bucket = !host.contains(['.', ':']) && host != "localhost";
        let host = without_port(host);
        let custom = domains.iter().find(|(domain, _)| domain.eq_ignore_ascii_case(host));
        let bucket = custom.map(|(_, bucket)| bucket.as_str()).or(is_bucket.then_some(host)).or(bucket_of(host));
        let version = query
            .strip_prefix("versionId=")
            .map(|id| percent_encoding::percent_decode_str(id).decode_utf8_lossy().into_owned());
        let (bucket, key) = match bucket {
            Some(bucket) => (bucket, &*key),
            // A host without a bucket: the path names it, as in path-style requests.
            None => key.split_once('/').ok_or_else(invalid)?,
        };
        if key.is_empty() {
            return Err(invalid());
        }
        Ok((bucket.to_owned(), key.to_owned(), version))
    }
}

/// Whether a host is that of data processing, image styles, meta insight or vectors.
pub(crate) fn is_processing(host: &str) -> bool {
    let mut labels = without_port(host).split('.');
    let (first, second) = (labels.next(), labels.next());
    first == Some("ci") || matches!(second, Some("ci" | "pic")) || is_vectors(host)
}

/// Whether a host is that of vector buckets.
pub(crate) fn is_vectors(host: &str) -> bool {
    host.starts_with("vectors.") && host.contains(".coslake.com")
}

/// The header that carries the token of a temporary key.
pub(crate) fn token_header(host: &str) -> &'static str {
    let mut labels = without_port(host).split('.').take(2);
    if labels.any(|label| label == "ci") { "x-ci-security-token" } else { "x-cos-security-token" }
}

/// A host without its port.
pub(crate) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Whether a host, without its port, is this server's own address rather than a name that stands for something at COS.
pub(crate) fn is_own_address(host: &str) -> bool {
    host == "localhost" || is_ip(host)
}

fn is_ip(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

/// The bucket a host name begins with, if it does.
fn bucket_of(host: &str) -> Option<&str> {
    if is_ip(host) {
        return None;
    }
    let (label, rest) = host.split_once('.')?;
    let endpoint = matches!(label, "cos" | "service" | "cos-internal");
    (!endpoint && !label.is_empty() && !rest.is_empty()).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::read_head;

    fn target(host: &str, path: &str) -> Result<Target, Error> {
        let text = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let head = read_head(&mut text.as_bytes()).unwrap().unwrap();
        Target::of(&head, &[("files.example.com".into(), "b-1".into())])
    }

    fn found(host: &str, path: &str) -> (Option<String>, String) {
        let target = target(host, path).unwrap();
        (target.bucket, target.key)
    }

    #[test]
    fn the_host_names_the_bucket() {
        for host in [
            "b-1.cos.ap-guangzhou.myqcloud.com",
            "b-1.cos.ap-guangzhou.myqcloud.com:9000",
            "b-1.localhost:9000",
            "b-1.127.0.0.1:9000",
            "files.example.com:80",
        ] {
            assert_eq!(found(host, "//a/../b"), (Some("b-1".into()), "/a/../b".into()), "{host}");
            assert_eq!(found(host, "/"), (Some("b-1".into()), String::new()), "{host}");
        }
    }

    #[test]
    fn the_path_names_the_bucket() {
        for host in [
            "127.0.0.1:9000",
            "[::1]:9000",
            "localhost",
            "cos.ap-guangzhou.myqcloud.com",
            "service.cos.myqcloud.com",
            "",
        ] {
            assert_eq!(found(host, "/b-1/a//b/"), (Some("b-1".into()), "a//b/".into()), "{host}");
            assert_eq!(found(host, "/b-1"), (Some("b-1".into()), String::new()), "{host}");
            assert_eq!(found(host, "/"), (None, String::new()), "{host}");
        }
    }

    #[test]
    fn keys_have_a_limit() {
        let host = "b-1.localhost";
        assert!(target(host, &format!("/{}", "k".repeat(850))).is_ok());
        let error = target(host, &format!("/{}", "k".repeat(851))).unwrap_err();
        assert_eq!(error.code(), Some(Code::KeyTooLong));
        assert_eq!(target(host, "/%ff").unwrap_err().code(), Some(Code::InvalidURI));
    }

    #[test]
    fn copy_sources() {
        let parse = |source| Target::of_copy_source(source, &[]);
        assert_eq!(
            parse("b-1.cos.r.myqcloud.com/a%20%3F/b?versionId=x%2B").unwrap(),
            ("b-1".into(), "a ?/b".into(), Some("x+".into()))
        );
        assert_eq!(parse("127.0.0.1:9000/b-1/k").unwrap(), ("b-1".into(), "k".into(), None));
        for source in
            ["/b-1/a/k", "b-1/a/k", "/b-1.cos.r.myqcloud.com/a/k", "localhost/b-1/a/k", "localhost:9000/b-1/a/k"]
        {
            assert_eq!(parse(source).unwrap(), ("b-1".into(), "a/k".into(), None), "{source}");
        }
        assert!(parse("b-1.cos.r.myqcloud.com/").is_err());
        assert!(parse("nonsense").is_err());
    }
}
