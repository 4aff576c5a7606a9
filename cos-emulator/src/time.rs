//! Dates as COS writes them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, the form dates are stored in.
pub(crate) fn millis(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// Seconds since 1970, the form signatures use.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    millis(time) / 1000
}

pub(crate) fn from_millis(millis: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(millis)
}

/// `Wed, 28 Oct 2014 20:30:00 GMT`.
pub(crate) fn http(millis: u64) -> String {
    httpdate::fmt_http_date(from_millis(millis))
}

/// `2014-10-28T20:30:00.000Z`. COS keeps whole seconds, so the fraction is always zero.
pub(crate) fn iso_millis(millis: u64) -> String {
    iso(millis).replace('Z', ".000Z")
}

/// `2014-10-28T20:30:00Z`.
pub(crate) fn iso(millis: u64) -> String {
    humantime::format_rfc3339_seconds(from_millis(millis)).to_string()
}

/// The milliseconds since 1970 of `2014-10-28T20:30:00[.000]Z`.
pub(crate) fn from_iso(text: &str) -> Option<u64> {
    humantime::parse_rfc3339(text.trim()).ok().map(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_moment_in_every_form() {
        let moment = 784_111_777_123;
        assert_eq!(http(moment), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(iso(moment), "1994-11-06T08:49:37Z");
        assert_eq!(iso_millis(moment), "1994-11-06T08:49:37.000Z");
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(from_iso("1994-11-06T08:49:37.000Z"), Some(784_111_777_000));
        assert_eq!(from_iso("2000-02-29T00:00:00Z"), Some(951_782_400_000));
        assert_eq!(from_iso("yesterday"), None);
    }
}
