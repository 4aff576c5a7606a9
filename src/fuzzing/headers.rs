//! Values of single headers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderValue};

use super::choice;
use crate::wire::range::ContentRange;
use crate::wire::respond::{self, Headers};

/// `Content-Range`: what is read makes sense and is written as it was.
pub fn content_range(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(range) = ContentRange::parse(text) else { return };
    assert!(range.first <= range.last && range.total.is_none_or(|total| range.last < total), "{text}");
    assert_eq!(ContentRange::parse(&range.to_string()), Some(range));
    // Leading zeros are all that may be lost.
    let digits = |text: &str| text.replace(|c: char| !c.is_ascii_digit(), " ");
    let numbers = |text: &str| digits(text).split_whitespace().filter_map(|n| n.parse().ok()).collect::<Vec<u64>>();
    assert_eq!(numbers(text), numbers(&range.to_string()), "{text}");
    // It answers the request for it, and none for what lies before or behind.
    let ContentRange { first, last, .. } = range;
    assert!(range.answers(&format!("bytes={first}-{last}")), "{text}");
    assert!(first == 0 || !range.answers(&format!("bytes={}-{last}", first - 1)), "{text}");
    assert!(last == 0 || !range.answers(&format!("bytes={first}-{}", last - 1)), "{text}");
    // Whatever was asked for, there is an answer to the question.
    let _ = range.answers(text);
    let _ = range.answers(&format!("bytes=-{last}"));
}

/// `Retry-After` and dates: only a number of seconds or a later date asks for a pause.
pub fn retry_after(data: &[u8]) {
    let (length, rest) = choice(data);
    let (wanted, day) = rest.split_at(usize::from(length).min(rest.len()));
    let mut headers = HeaderMap::new();
    for (name, value) in [("retry-after", wanted), ("date", day)] {
        let Ok(value) = HeaderValue::from_bytes(value) else { return };
        headers.insert(name, value);
    }
    let headers = Headers::of(headers);
    let time = |name| httpdate::parse_http_date(&headers.text(name)).ok();
    for time in [time("retry-after"), time("date")].into_iter().flatten() {
        assert_eq!(httpdate::parse_http_date(&httpdate::fmt_http_date(time)).ok(), Some(time));
    }
    let Some(pause) = respond::retry_after(&headers) else { return };
    let until: Option<SystemTime> = time("retry-after");
    let text = headers.text("retry-after");
    match text.trim().parse() {
        Ok(seconds) => assert_eq!(pause, Duration::from_secs(seconds)),
        Err(_) => assert_eq!(time("date").and_then(|now| now.checked_add(pause)), until, "{text}"),
    }
    assert!(until.is_none_or(|until| until >= UNIX_EPOCH));
}
