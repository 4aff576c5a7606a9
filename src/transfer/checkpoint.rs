//! The text of a checkpoint: what is transferred in its first line, what is done in the others. Pure.
//!
//! Each line carries its own CRC-64, so that it can be appended when a part is done: a line that was cut
//! short or damaged ends what is believed, and nothing before it is lost.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::wire::crc64::Crc64;

/// How long the checksum at the start of a line is, in hex digits.
const DIGITS: usize = 16;

/// What of a checkpoint can be believed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parsed<H, E> {
    pub(crate) head: H,
    pub(crate) entries: Vec<E>,
    /// How many bytes of the text these are.
    pub(crate) len: usize,
}

/// Returns a value as a line.
pub(crate) fn line(value: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string(value)?;
    Ok(format!("{:0DIGITS$x} {json}\n", crc64(json.as_bytes())))
}

/// Reads a checkpoint; none if not even its first line is whole.
pub(crate) fn parse<H: DeserializeOwned, E: DeserializeOwned>(text: &[u8]) -> Option<Parsed<H, E>> {
    let (head, mut len) = next(text)?;
    let mut entries = Vec::new();
    while let Some((entry, more)) = next(text.get(len..)?) {
        entries.push(entry);
        len += more;
    }
    Some(Parsed { head, entries, len })
}

/// Reads the first line; none if it is not whole.
fn next<T: DeserializeOwned>(text: &[u8]) -> Option<(T, usize)> {
    let len = text.iter().position(|byte| *byte == b'\n')?;
    let (sum, json) = text.get(..len)?.split_at_checked(DIGITS)?;
    let json = json.strip_prefix(b" ")?;
    let sum = u64::from_str_radix(str::from_utf8(sum).ok()?, 16).ok()?;
    (sum == crc64(json)).then_some(())?;
    Some((serde_json::from_slice(json).ok()?, len + 1))
}

fn crc64(json: &[u8]) -> u64 {
    let mut crc = Crc64::new();
    crc.update(json);
    crc.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        let entries = [line(&1).unwrap(), line(&22).unwrap(), line(&333).unwrap()];
        line(&"head\n").unwrap() + &entries.concat()
    }

    #[test]
    fn a_checkpoint_comes_back_as_it_was() {
        let text = text();
        let parsed = parse(text.as_bytes());
        assert_eq!(parsed, Some(Parsed { head: "head\n".to_owned(), entries: vec![1, 22, 333], len: text.len() }));
    }

    #[test]
    fn nothing_is_believed_from_a_damaged_line_on() {
        let whole = text().into_bytes();
        let intact = parse::<String, u32>(&whole).unwrap();
        let head = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                // Upper case digits are the same checksum.
                let Some(parsed) = parse::<String, u32>(&damaged).filter(|parsed| *parsed != intact) else {
                    assert!(at < head || damaged[at].eq_ignore_ascii_case(&whole[at]), "byte {at}, bit {bit}");
                    continue;
                };
                assert!(at >= head && parsed.len <= at, "byte {at}, bit {bit}: {parsed:?}");
                assert!(intact.entries.starts_with(&parsed.entries), "byte {at}, bit {bit}: {parsed:?}");
            }
            let cut = parse::<String, u32>(&whole[..at]);
            assert_eq!(cut.is_some(), at >= head, "cut at {at}");
            assert!(cut.is_none_or(|cut| cut.len <= at && intact.entries.starts_with(&cut.entries)), "cut at {at}");
        }
    }
}
