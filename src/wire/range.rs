//! Which bytes of an object an answer holds.

use std::fmt;

/// The value of a `Content-Range` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContentRange {
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// The length of the object; none for `*`.
    pub(crate) total: Option<u64>,
}

impl ContentRange {
    /// Reads `bytes 0-9/100`; none for anything that is not exactly that or makes no sense.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let total = if total == "*" { None } else { Some(number(total)?) };
        let range = Self { first: number(first)?, last: number(last)?, total };
        (range.first <= range.last && total.is_none_or(|total| range.last < total)).then_some(range)
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
