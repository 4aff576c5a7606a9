//! Which bytes of an object an answer holds.

use std::fmt;

use crate::error::CosClientError;

/// The value of a `Content-Range` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContentRange {
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// The length of the object. `None` stands for `*`.
    pub(crate) total: Option<u64>,
}

impl ContentRange {
    /// Reads `bytes 0-9/100`. `None`: the text is not exactly that, or makes no sense.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let total = if total == "*" { None } else { Some(number(total)?) };
        let range = Self { first: number(first)?, last: number(last)?, total };
        (range.first <= range.last && total.is_none_or(|total| range.last < total)).then_some(range)
    }
}

impl ContentRange {
    /// Whether it answers a `Range` header. A header that is not one range of bytes cannot be compared, and passes.
    pub(crate) fn answers(&self, asked: &str) -> bool {
        let Some((first, last)) = asked.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
            return true;
        };
        let end = self.total.map(|total| total.saturating_sub(1));
        match (first, number(first), last, number(last)) {
            ("", _, _, Some(len)) => self
                .total
                .is_none_or(|total| (self.first, self.last) == (total.saturating_sub(len), total.saturating_sub(1))),
            (_, Some(first), "", _) => self.first == first && end.is_none_or(|end| self.last == end),
            (_, Some(first), _, Some(last)) => {
                self.first == first && self.last == end.map_or(last, |end| last.min(end))
            }
            _ => true,
        }
    }
}

/// Refuses a range of no bytes: a server would ignore it and send the whole object.
pub(crate) fn check_range(asked: &str) -> Result<(), CosClientError> {
    let is_range = |range: &str| match range.trim().split_once('-') {
        Some(("", last)) => number(last).is_some_and(|len| len > 0),
        Some((first, "")) => number(first).is_some(),
        Some((first, last)) => number(first).zip(number(last)).is_some_and(|(first, last)| first <= last),
        None => false,
    };
    match asked.trim().strip_prefix("bytes=") {
        Some(ranges) if ranges.split(',').all(is_range) => Ok(()),
        _ => Err(CosClientError::invalid(
            "range",
            format!("{asked:?} is not of the form bytes=0-9, bytes=10- or bytes=-5"),
        )),
    }
}

/// Digits alone: `parse` would take a plus sign, too.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for ContentRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bytes {}-{}/", self.first, self.last)?;
        match self.total {
            Some(total) => write!(f, "{total}"),
            None => f.write_str("*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for (first, last, total) in [(0, 0, Some(1)), (5, 9, None), (0, u64::MAX - 1, Some(u64::MAX))] {
            let range = ContentRange { first, last, total };
            assert_eq!(ContentRange::parse(&range.to_string()), Some(range));
        }
    }

    #[test]
    fn ranges_that_ask_for_nothing_are_refused() {
        for good in ["bytes=0-0", "bytes=0-9", "bytes=10-", "bytes=-5", "bytes=0-1, 5-6,-1", " bytes=0-1 "] {
            assert!(check_range(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "0-9",
            "bytes=",
            "bytes=-",
            "bytes=9-0",
            "bytes=a-b",
            "bytes=-0",
            "bytes=1",
            "bytes=0-1,",
            "bytes=+1-2",
        ] {
            assert!(check_range(bad).unwrap_err().to_string().starts_with("range: "), "{bad}");
        }
    }

    #[test]
    fn tells_what_was_asked_for_from_anything_else() {
        let answers = |answer: &str, asked: &str| ContentRange::parse(answer).unwrap().answers(asked);
        for (answer, asked, expected) in [
            ("bytes 5-9/100", "bytes=5-9", true),
            ("bytes 5-9/*", "bytes=5-9", true),
            ("bytes 0-4/100", "bytes=5-9", false),
            ("bytes 5-8/100", "bytes=5-9", false),
            ("bytes 5-99/100", "bytes=5-9", false),
            ("bytes 5-7/8", "bytes=5-9", true),
            ("bytes 5-7/8", "bytes=5-", true),
            ("bytes 5-6/8", "bytes=5-", false),
            ("bytes 5-7/8", "bytes=-3", true),
            ("bytes 0-7/8", "bytes=-30", true),
            ("bytes 0-2/8", "bytes=-3", false),
            ("bytes 0-2/8", "bytes=0-0,7-7", true),
            ("bytes 0-2/8", "lines=1-2", true),
            ("bytes 5-7/8", "bytes=5-99999999999999999999", true),
        ] {
            assert_eq!(answers(answer, asked), expected, "{answer} for {asked}");
        }
    }

    #[test]
    fn nonsense_is_no_range() {
        for text in [
            "",
            "bytes",
            "bytes */100",
            "bytes 0-9",
            "bytes 9-0/100",
            "bytes 0-100/100",
            "bytes +0-9/100",
            "bytes 0-9/+100",
            "bytes 0-9/ 100",
            "bytes -9/100",
            "bytes 0-9/18446744073709551616",
            "bytes=0-9/100",
            "items 0-9/100",
        ] {
            assert_eq!(ContentRange::parse(text), None, "{text}");
        }
    }
}
