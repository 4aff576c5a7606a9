//! Which proxy a request goes through, by the rules of Python's `requests`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::host::check_host;
use crate::error::CosClientError;

/// The variables of CGI and of certificate bundles.
const CGI: &str = "REQUEST_METHOD";
const CA_BUNDLES: [&str; 2] = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

/// A proxy that speaks HTTP.
#[derive(PartialEq, Eq)]
pub(crate) struct Proxy {
    /// Whether the connection to the proxy itself is encrypted.
    pub(crate) tls: bool,
    /// In brackets if it is an address of IPv6.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The value of `Proxy-Authorization`.
    pub(crate) authorization: Option<Zeroizing<String>>,
}

impl Proxy {
    /// Reads `host:port`, or a URL that may have a user and a password.
    fn parse(field: &str, url: &str) -> Result<Self, CosClientError> {
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            other => {
                let why = format!(
                    "{other} proxies are not supported, only http and https: name another one, or exempt the host in \
                     NO_PROXY, or call no_proxy()"
                );
                return Err(CosClientError::invalid(field, why));
            }
        };
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, authority),
        };
        // The message must not repeat the URL: it may hold a password.
        let bad = || CosClientError::invalid(field, "is not the URL of a proxy");
        check_host(field, address).map_err(|_| bad())?;
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                (host, port.parse().map_err(|_| bad())?)
            }
            _ => (address, if tls { 443 } else { 80 }),
        };
        let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() };
        Ok(Self { tls, host: host.to_ascii_lowercase(), port, authorization: user.map(authorization) })
    }

    /// Returns host and port, for messages and connections.
    pub(crate) fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address())
    }
}

/// Returns the header of `user:password`, each percent-encoded.
fn authorization(user: &str) -> Zeroizing<String> {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let decode = |text: &str| Zeroizing::new(percent_decode_str(text).decode_utf8_lossy().into_owned());
    let pair = Zeroizing::new(format!("{}:{}", *decode(name), *decode(password)));
    // Python encodes as Latin-1 what fits.
    let latin: Option<Zeroizing<Vec<u8>>> =
        pair.chars().map(|c| u8::try_from(c).ok()).collect::<Option<_>>().map(Zeroizing::new);
    let bytes = latin.unwrap_or_else(|| Zeroizing::new(pair.as_bytes().to_vec()));
    Zeroizing::new(format!("Basic {}", BASE64_STANDARD.encode(&*bytes)))
}

/// Where requests go: directly, or through which proxy.
#[derive(Clone, Default)]
pub(crate) struct Routes {
    /// By scheme, `all`, or one of them with `://` and a host; with the name of the setting.
    proxies: BTreeMap<String, (String, Setting)>,
    /// What `requests` reads of the exceptions, and what Python's library does.
    exceptions: [Option<String>; 2],
}

/// A proxy, or the text that is none: it is refused when a request needs it.
#[derive(Clone)]
enum Setting {
    Proxy(Arc<Proxy>),
    Unusable(String),
}

impl Routes {
    /// Takes the proxies that the program names. Exceptions of the environment do not count for them.
    pub(crate) fn given<S: AsRef<str>>(proxies: &[(S, S)]) -> Result<Self, CosClientError> {
        let mut routes = Self::default();
        for (key, url) in proxies {
            let key = key.as_ref().to_ascii_lowercase();
            let scheme = key.split("://").next().unwrap_or_default();
            if !matches!(scheme, "http" | "https" | "all") {
                return Err(CosClientError::invalid("proxies", format!("{key:?} is neither http nor https nor all")));
            }
            let proxy = Proxy::parse("proxies", url.as_ref())?;
            routes.proxies.insert(key, ("proxies".to_owned(), Setting::Proxy(Arc::new(proxy))));
        }
        Ok(routes)
    }

    /// Takes the proxies that the environment names.
    pub(crate) fn of(variables: &[(String, String)]) -> Self {
        let mut found: BTreeMap<String, (&str, &str)> = BTreeMap::new();
        let named = |suffix: fn(&str) -> bool| {
            variables.iter().filter_map(move |(name, value)| {
                let (start, end) = name.split_at_checked(name.len().checked_sub(6)?)?;
                (!start.is_empty() && suffix(end))
                    .then(|| (start.to_ascii_lowercase(), (name.as_str(), value.as_str())))
            })
        };
        for (key, setting) in named(|end| end.eq_ignore_ascii_case("_proxy")) {
            if !setting.1.is_empty() {
                found.insert(key, setting);
            }
        }
        // In CGI, a visitor's `Proxy` header becomes HTTP_PROXY.
        if variables.iter().any(|(name, _)| name == CGI) {
            found.remove("http");
        }
        for (key, setting) in named(|end| end == "_proxy") {
            if setting.1.is_empty() {
                found.remove(&key);
            } else {
                found.insert(key, setting);
            }
        }
        let variable = |wanted: &str| {
            let set = variables.iter().find(|(name, _)| name == wanted);
            set.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
        };
        let exceptions = [
            variable("no_proxy").or_else(|| variable("NO_PROXY")),
            found.remove("no").map(|(_, value)| value.to_owned()),
        ];
        let proxies = found.into_iter().map(|(key, (name, url))| {
            let setting = match Proxy::parse(name, url) {
                Ok(proxy) => Setting::Proxy(Arc::new(proxy)),
                Err(error) => {
                    let text = error.to_string();
                    Setting::Unusable(text.strip_prefix(&format!("{name}: ")).unwrap_or_default().to_owned())
                }
            };
            (key, (name.to_owned(), setting))
        });
        Self { proxies: proxies.collect(), exceptions }
    }

    /// Returns the proxy for a URL's scheme, host and port, if it has one. A proxy that cannot be used is an error that
    /// names its setting.
    pub(crate) fn find(
        &self,
        scheme: &str,
        host: &str,
        port: Option<u16>,
    ) -> Result<Option<Arc<Proxy>>, CosClientError> {
        if self.proxies.is_empty() {
            return Ok(None);
        }
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        if self.is_exempt(&host, port) {
            return Ok(None);
        }
        let keys = [format!("{scheme}://{host}"), scheme.to_owned(), format!("all://{host}"), "all".to_owned()];
        match keys.iter().find_map(|key| self.proxies.get(key)) {
            Some((_, Setting::Proxy(proxy))) => Ok(Some(Arc::clone(proxy))),
            Some((name, Setting::Unusable(why))) => Err(CosClientError::invalid(name.as_str(), why)),
            None => Ok(None),
        }
    }

    fn is_exempt(&self, host: &str, port: Option<u16>) -> bool {
        let [of_requests, of_library] = &self.exceptions;
        of_requests.as_ref().is_some_and(|list| is_listed(list, host, port))
            || of_library.as_ref().is_some_and(|list| is_below(list, host))
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.proxies.keys()).finish()
    }
}

/// Whether `requests` exempts a host: an address that is listed or in a network that is, or a name that is listed
/// or below one that is.
fn is_listed(list: &str, host: &str, port: Option<u16>) -> bool {
    let list = list.replace(' ', "");
    let mut entries = list.split(',').filter(|entry| !entry.is_empty());
    if let Some(address) = ipv4(host) {
        return entries.any(|entry| match network(entry) {
            Some((network, mask)) => address & mask == network & mask,
            None => entry == host,
        });
    }
    let with_port = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    entries.any(|entry| {
        let entry = entry.trim_start_matches('.');
        is_within(host, entry) || is_within(&with_port, entry)
    })
}

/// Whether Python's library exempts a host: one that is listed, or below one that is.
fn is_below(list: &str, host: &str) -> bool {
    let mut entries = list.split(',').map(|entry| entry.trim().trim_start_matches('.').to_lowercase());
    list == "*" || entries.any(|entry| !entry.is_empty() && is_within(host, &entry))
}

/// Whether a host is this domain or below it.
fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Reads `address/bits`.
fn network(text: &str) -> Option<(u32, u32)> {
    let (address, bits) = text.split_once('/')?;
    let bits: u32 = bits.parse().ok().filter(|bits| (1..=32).contains(bits))?;
    Some((ipv4(address)?, u32::MAX << (32 - bits)))
}

/// Reads an address as the C library does: up to four numbers, of which the last one fills what is left.
fn ipv4(text: &str) -> Option<u32> {
    let number = |text: &str| {
        let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(digits) => (digits, 16),
            None if text.len() > 1 && text.starts_with('0') => (text, 8),
            None => (text, 10),
        };
        if digits.starts_with('+') { None } else { u32::from_str_radix(digits, radix).ok() }
    };
    let parts: Vec<u32> = text.split('.').map(number).collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    let left = 4_u32.checked_sub(u32::try_from(first.len()).ok()?).filter(|left| *left > 0)?;
    if first.iter().any(|part| *part > 255) || u64::from(*last) >= 1 << (8 * left) {
        return None;
    }
    let start = first.iter().fold(0_u64, |start, part| (start << 8) | u64::from(*part));
    u32::try_from((start << (8 * left)) | u64::from(*last)).ok()
}

/// Returns the file or folder of certificates that the environment names, and the variable that does.
pub(crate) fn ca_bundle(variables: &[(String, String)]) -> Option<(&'static str, String)> {
    CA_BUNDLES.into_iter().find_map(|wanted| {
        let (_, value) = variables.iter().find(|(name, value)| name == wanted && !value.is_empty())?;
        Some((wanted, value.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(text: &str) -> Vec<(String, String)> {
        text.split('|').filter_map(|pair| pair.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
    }

    /// Returns the proxy's address, `direct`, or the setting that is refused.
    fn route(environment: &str, url: &str) -> String {
        let (scheme, authority) = url.split_once("://").unwrap();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().unwrap())),
            _ => (authority, None),
        };
        match Routes::of(&variables(environment)).find(scheme, host, port) {
            Ok(Some(proxy)) => proxy.address(),
            Ok(None) => "direct".to_owned(),
            Err(error) => error.to_string().split(':').next().unwrap().to_owned(),
        }
    }

    #[test]
    fn the_environment_is_read_as_requests_reads_it() {
        let (http, https) = ("http://b.cos.example.com", "https://b.cos.example.com");
        for (environment, url, expected) in [
            ("", https, "direct"),
            ("HTTPS_PROXY=http://h:1", https, "h:1"),
            ("HTTPS_PROXY=http://h:1", http, "direct"),
            ("HTTP_PROXY=http://h:1", https, "direct"),
            ("HTTP_PROXY=http://h:1", http, "h:1"),
            ("https_proxy=http://l:1|HTTPS_PROXY=http://u:1", https, "l:1"),
            ("HTTPS_PROXY=http://u:1|https_proxy=http://l:1", https, "l:1"),
            ("HTTPS_PROXY=http://u:1|https_proxy=", https, "direct"),
            ("HTTPS_PROXY=", https, "direct"),
            ("ALL_PROXY=http://a:1", https, "a:1"),
            ("ALL_PROXY=http://a:1|HTTPS_PROXY=http://h:1", https, "h:1"),
            ("all_proxy=socks5://a:1|https_proxy=http://h:1|http_proxy=http://h:1", https, "h:1"),
            ("all_proxy=socks5://a:1", https, "all_proxy"),
            ("all_proxy=socks5://a:1|no_proxy=example.com", https, "direct"),
            ("HTTPS_PROXY=h:1", https, "h:1"),
            ("HTTPS_PROXY=127.0.0.1:1", https, "127.0.0.1:1"),
            ("HTTPS_PROXY=https://h", https, "h:443"),
            ("HTTPS_PROXY=http://h", https, "h:80"),
            ("HTTPS_PROXY=HTTP://H:1/path", https, "h:1"),
            ("HTTPS_PROXY=http://[::1]:1", https, "[::1]:1"),
            ("HTTPS_PROXY=http://", https, "HTTPS_PROXY"),
            ("HTTPS_PROXY=http://h:x", https, "HTTPS_PROXY"),
            ("REQUEST_METHOD=GET|HTTP_PROXY=http://evil:1", http, "direct"),
            ("REQUEST_METHOD=GET|http_proxy=http://own:1|HTTP_PROXY=http://evil:1", http, "own:1"),
            ("REQUEST_METHOD=GET|HTTPS_PROXY=http://h:1", https, "h:1"),
        ] {
            assert_eq!(route(environment, url), expected, "{environment} for {url}");
        }
    }

    #[test]
    fn exceptions_are_domains_addresses_and_networks() {
        for (exceptions, host, direct) in [
            ("example.com", "example.com", true),
            ("example.com", "b.example.com", true),
            ("example.com", "badexample.com", false),
            ("example.com", "example.com.evil.net", false),
            (".example.com", "b.example.com", true),
            (".example.com", "example.com", true),
            ("EXAMPLE.com", "b.example.com", true),
            ("other.net, example.com", "b.example.com", true),
            ("other.net ,, ", "b.example.com", false),
            ("*", "b.example.com", true),
            ("*.example.com", "b.example.com", false),
            ("a,*", "b.example.com", false),
            ("example.com:8080", "b.example.com:8080", true),
            ("example.com:8080", "b.example.com:80", false),
            ("example.com:8080", "b.example.com", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.1:9", true),
            ("127.0.0.1:9", "127.0.0.1:9", false),
            ("127.0.0.0/8", "127.9.9.9:9", true),
            ("127.0.0.0/8", "128.0.0.1", false),
            ("10/8", "10.1.2.3", false),
            ("10.0/8", "10.1.2.3", true),
            ("10.0.0.0/0", "10.1.2.3", false),
            ("10.0.0.0/33", "10.1.2.3", false),
            ("10.1.2.3/32", "10.1.2.3", true),
            ("0.0.0.0/1", "127.0.0.1", true),
            ("127.", "127.0.0.1", false),
            ("::1", "[::1]:9", true),
        ] {
            let seen = route(&format!("http_proxy=http://h:1|no_proxy={exceptions}"), &format!("http://{host}"));
            assert_eq!(seen == "direct", direct, "{exceptions:?} for {host}: {seen}");
        }
        assert_eq!(route("http_proxy=http://h:1|no_proxy=|NO_PROXY=example.com", "http://example.com"), "direct");
        assert_eq!(route("http_proxy=http://h:1|no_proxy=a|NO_PROXY=example.com", "http://example.com"), "h:1");
    }

    #[test]
    fn users_and_passwords_are_decoded_once_and_do_not_show() {
        let proxy = Proxy::parse("proxies", "http://u%40ser:p%3A%2525ss@h:1").unwrap();
        let encoded = proxy.authorization.as_ref().unwrap().strip_prefix("Basic ").unwrap().to_owned();
        assert_eq!(BASE64_STANDARD.decode(encoded).unwrap(), b"u@ser:p:%25ss");
        assert_eq!(format!("{proxy:?}"), "h:1");
        let error = Routes::given(&[("https", "http://user:hushhush@[not a host/")]).unwrap_err().to_string();
        assert_eq!(error, "proxies: is not the URL of a proxy");
        let latin = Proxy::parse("proxies", "http://%C3%A9:%C3%A9@h:1").unwrap();
        assert_eq!(**latin.authorization.as_ref().unwrap(), format!("Basic {}", BASE64_STANDARD.encode(b"\xe9:\xe9")));
    }

    #[test]
    fn given_proxies_are_for_schemes_and_hosts() {
        let routes =
            Routes::given(&[("https", "h:1"), ("https://special.example.com", "s:1"), ("all", "a:1")]).unwrap();
        let find = |scheme: &str, host: &str| routes.find(scheme, host, None).unwrap().unwrap().address();
        assert_eq!(find("https", "b.example.com"), "h:1");
        assert_eq!(find("https", "special.example.com"), "s:1");
        assert_eq!(find("http", "special.example.com"), "a:1");
        assert!(Routes::given(&[("ftp", "h:1")]).is_err());
        assert!(Routes::given(&[("http", "socks5://h:1")]).unwrap_err().to_string().contains("socks5"));
    }

    #[test]
    fn the_environment_names_the_certificates() {
        assert_eq!(ca_bundle(&variables("CURL_CA_BUNDLE=c")), Some(("CURL_CA_BUNDLE", "c".to_owned())));
        let both = variables("CURL_CA_BUNDLE=c|REQUESTS_CA_BUNDLE=r");
        assert_eq!(ca_bundle(&both), Some(("REQUESTS_CA_BUNDLE", "r".to_owned())));
        assert_eq!(
            ca_bundle(&variables("CURL_CA_BUNDLE=c|REQUESTS_CA_BUNDLE=")).map(|found| found.0),
            Some("CURL_CA_BUNDLE")
        );
        assert_eq!(ca_bundle(&variables("A=b")), None);
    }
}
