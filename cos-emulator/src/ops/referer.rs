//! Hotlink protection: from which pages an object may be fetched.

use crate::error::{Code, Error};
use crate::http::Head;
use crate::store::Bucket;
use crate::xml;

/// Fails if the bucket's list of pages keeps this download out.
///
/// A request whose signature stands in a header comes from a program, which no page can make; one whose signature
/// stands in the URL is looked at unless the list says otherwise.
pub(super) fn check(head: &Head, bucket: &Bucket) -> Result<(), Error> {
    let Some(text) = bucket.info.configurations.get("referer") else { return Ok(()) };
    let Ok(list) = xml::parse(text.as_bytes(), "RefererConfiguration") else { return Ok(()) };
    let is = |name: &str, value: &str| list.child_text(name).is_some_and(|text| text.eq_ignore_ascii_case(value));
    let in_url = head.param("q-signature").or(head.param("sign")).is_some();
    if !is("Status", "Enabled")
        || head.headers.get("authorization").is_some()
        || (in_url && is("VerifySignatureURL", "Disabled"))
    {
        return Ok(());
    }
    let allowed = match head.headers.get("referer") {
        None => is("EmptyReferConfiguration", "Allow"),
        Some(referer) => {
            let domains = list.child("DomainList").into_iter().flat_map(|list| list.all("Domain"));
            let listed = domains.map(|domain| domain.text.trim()).any(|domain| fits(domain, referer));
            listed == is("RefererType", "White-List")
        }
    };
    if allowed { Ok(()) } else { Err(Error::new(Code::AccessDenied, "You are denied by bucket referer rule")) }
}

/// Whether a page is one of a domain: with or without scheme, whatever port and path come after it. A star stands
/// for any beginning of the name, also for none.
fn fits(domain: &str, referer: &str) -> bool {
    let without_scheme = |text: &str| text.split_once("://").map_or(text, |(_, rest)| rest).to_ascii_lowercase();
    if domain.contains("://") && !referer.to_ascii_lowercase().starts_with(&domain.to_ascii_lowercase()) {
        return false;
    }
    let (domain, page) = (without_scheme(domain), without_scheme(referer));
    if let Some(suffix) = domain.strip_prefix("*.") {
        let (suffix_host, suffix_path) =
            suffix.split_once('/').map_or((suffix, None), |(host, path)| (host, Some(path)));
        let (host, path) = page.split_once('/').unwrap_or((&page, ""));
        let name = if suffix_host.contains(':') { host } else { host.split(':').next().unwrap_or(host) };
        let named = name == suffix_host || name.ends_with(&format!(".{suffix_host}"));
        return named && suffix_path.is_none_or(|start| path.starts_with(start));
    }
    page.strip_prefix(&domain)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?']) || domain.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn pages_of_a_domain() {
        for (domain, referer, expected) in [
            ("example.com", "https://example.com/123", true),
            ("example.com", "http://example.com", true),
            ("example.com", "http://example.com:8080/a", true),
            ("example.com:8080", "http://example.com/a", false),
            ("example.com", "http://example.com.evil.org/", false),
            ("*.example.com", "https://a.b.example.com/x", true),
            ("*.example.com", "https://example.com/x", true),
            ("*.example.com", "https://badexample.com/x", false),
            ("www.example.com/docs", "https://www.example.com/docs/1", true),
            ("www.example.com/docs", "https://www.example.com/other", false),
            ("10.10.10.10:8080", "http://10.10.10.10:8080/", true),
        ] {
            assert_eq!(fits(domain, referer), expected, "{domain} {referer}");
        }
    }
}
