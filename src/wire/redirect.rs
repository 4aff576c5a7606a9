//! Where a redirect leads, for clients that follow them.

use super::host::check_host;
use super::uri::{Location, decode};

/// The next hop of a redirect.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    pub(crate) location: Location,
    pub(crate) query: Vec<(String, String)>,
    /// The same host over the same scheme: it may see signature, token and keys.
    pub(crate) trusted: bool,
}

/// Reads a `Location` header. `None`: the client does not follow it, as from https to http.
pub(crate) fn follow(from: &Location, header: &str) -> Option<Hop> {
    let (scheme, rest) = match header.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest.to_owned()),
        None if header.starts_with('/') && !header.starts_with("//") => {
            (from.scheme.clone(), from.authority.clone() + header)
        }
        None => return None,
    };
    let known = scheme == "https" || (scheme == "http" && from.scheme == "http");
    let rest = rest.split('#').next()?;
    let (target, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = target.split_once('/').unwrap_or((target, ""));
    if !known || check_host("location", authority).is_err() || !path.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let trusted = scheme == from.scheme && authority.eq_ignore_ascii_case(&from.authority);
    let location = Location {
        scheme,
        authority: authority.to_owned(),
        host_header: from.host_header.clone().filter(|_| trusted),
        path: format!("/{path}"),
        signed_path: format!("/{}", decode(path)),
    };
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decode(name), decode(&value.replace('+', " ")))
    };
    let query = query.split('&').filter(|part| !part.is_empty()).map(pair).collect();
    Some(Hop { location, query, trusted })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from() -> Location {
        Location {
            scheme: "https".into(),
            authority: "b-1.cos.r.myqcloud.com".into(),
            host_header: None,
            path: "/k".into(),
            signed_path: "/k".into(),
        }
    }

    #[test]
    fn only_the_same_host_is_trusted_and_https_stays_https() {
        let hop = follow(&from(), "https://B-1.cos.r.myqcloud.com/a%20b?x=1%2B&y").unwrap();
        assert!(hop.trusted);
        assert_eq!((hop.location.path.as_str(), hop.location.signed_path.as_str()), ("/a%20b", "/a b"));
        assert_eq!(hop.query, [("x".to_owned(), "1+".to_owned()), ("y".to_owned(), String::new())]);
        assert!(follow(&from(), "/other").unwrap().trusted);
        assert!(!follow(&from(), "https://elsewhere.example/k").unwrap().trusted);
        for refused in ["http://b-1.cos.r.myqcloud.com/k", "ftp://x/", "//x/", "https://a@b/", "relative", ""] {
            assert_eq!(follow(&from(), refused), None, "{refused}");
        }
    }
}
