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
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    // The fixed-width HTTP date holds the calendar fields: "Sun, 06 Nov 1994 08:49:37 GMT".
    let date = http(millis);
    let month = MONTHS.find(&date[8..11]).map_or(1, |at| at / 3 + 1);
    format!("{}-{month:02}-{}T{}Z", &date[12..16], &date[5..7], &date[17..25])
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
    }
}
