//! Checks of host names, addresses and ports.

use core::net::Ipv6Addr;

use crate::error::CosClientError;

/// Refuses what is not `host` or `host:port`: a stray scheme, path, user or line break would send
/// signed requests elsewhere.
pub(crate) fn check_host(field: &str, host: &str) -> Result<(), CosClientError> {
    if host.is_empty() {
        return Err(CosClientError::invalid(field, "is empty"));
    }
    // An address of IPv6 needs its brackets only before a port.
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !is_ipv6(host) => (name, Some(port)),
        _ => (host, None),
    };
    let fits = if name.contains([':', '[']) { is_ipv6(name) } else { is_name(name, b".-_") && !name.contains("..") };
    if !fits || port.is_some_and(|port| !is_port(port)) {
        let why = format!("{host:?} must be a host name with an optional port, without scheme and path");
        return Err(CosClientError::invalid(field, why));
    }
    Ok(())
}

/// Refuses texts that are no address to connect to, and a port of 0 or two ports.
pub(crate) fn check_ip(ip: Option<&str>, port: Option<u16>) -> Result<(), CosClientError> {
    if port == Some(0) {
        return Err(CosClientError::invalid("port", "must be at least 1"));
    }
    let Some(ip) = ip else { return Ok(()) };
    check_host("ip", ip)?;
    if port.is_some() && ip.contains(':') && !is_ipv6(ip) {
        return Err(CosClientError::invalid("ip", format!("{ip:?} has a port, and port sets one, too")));
    }
    Ok(())
}

pub(crate) fn is_ipv6(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    inner.parse::<Ipv6Addr>().is_ok()
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Letters and digits, and `inner` characters anywhere but at the ends.
pub(super) fn is_name(name: &str, inner: &[u8]) -> bool {
    let bytes = name.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    ends.iter().all(|end| end.is_some_and(u8::is_ascii_alphanumeric))
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || inner.contains(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_with_more_than_a_host_are_refused() {
        for bad in [
            "",
            "a@b",
            "http://a",
            "a/b",
            "a?b",
            "a#b",
            "a\\b",
            "a b",
            "a\r\nb",
            "a\0",
            "ä.example",
            ":80",
            "a:",
            "a:0",
            "a:65536",
            "a:+80",
            "a:80:80",
            "a:b",
            "[",
            "[::1",
            "[::1]x",
            "[::1]:",
            "[a]",
            "[1.2.3.4]",
            "-a",
            "a-",
            ".a",
            "a.",
            "a..b",
            "a%2eb",
            "a:80@b",
        ] {
            assert!(check_host("domain", bad).is_err(), "{bad:?}");
        }
        for good in ["files.example.com:8080", "localhost", "127.0.0.1:1", "::1", "[::1]", "[::1]:65535", "a_b.c-d"] {
            assert!(check_host("domain", good).is_ok(), "{good:?}");
        }
    }
}
