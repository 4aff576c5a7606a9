//! The messages of an event stream (the answer of SELECT): prelude, headers, payload, two checksums.
//! Nothing is believed before its checksum is checked.

use crc_fast::{CrcAlgorithm, checksum};

use crate::error::{ClientErrorKind, CosClientError};

/// Total length, length of the headers, checksum of both.
pub(crate) const PRELUDE: usize = 12;
/// The checksum at the end.
const CHECKSUM: usize = 4;
/// The longest message that is accepted, in bytes. COS sends records in messages of up to 1 MiB.
const LIMIT: usize = 16 * 1024 * 1024;

/// The start of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Prelude {
    bytes: [u8; PRELUDE],
    headers: usize,
    /// How many bytes follow the prelude.
    pub(crate) rest: usize,
}

impl Prelude {
    /// Reads and checks a prelude; the lengths in it are within bounds then.
    pub(crate) fn parse(bytes: [u8; PRELUDE]) -> Result<Self, CosClientError> {
        check(&bytes[..8], &bytes[8..], "prelude")?;
        let (total, headers) = (number(&bytes[..4]), number(&bytes[4..8]));
        let wrong = || error(format!("a message of {total} bytes with {headers} bytes of headers"));
        if total > LIMIT {
            return Err(wrong());
        }
        let rest = total.checked_sub(PRELUDE).ok_or_else(wrong)?;
        match rest.checked_sub(CHECKSUM) {
            Some(content) if headers <= content => Ok(Self { bytes, headers, rest }),
            _ => Err(wrong()),
        }
    }
}

/// A message that is whole and checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Message {
    headers: Vec<(String, String)>,
    pub(crate) payload: Vec<u8>,
}

impl Message {
    /// Reads and checks the rest of a message after its prelude.
    pub(crate) fn parse(prelude: &Prelude, rest: &[u8]) -> Result<Self, CosClientError> {
        let content = rest.len().checked_sub(CHECKSUM).filter(|_| rest.len() == prelude.rest);
        let (content, sum) = content.and_then(|at| rest.split_at_checked(at)).ok_or_else(cut)?;
        let mut message = Vec::with_capacity(PRELUDE + content.len());
        message.extend_from_slice(&prelude.bytes);
        message.extend_from_slice(content);
        check(&message, sum, "message")?;
        let (headers, payload) = content.split_at_checked(prelude.headers).ok_or_else(cut)?;
        Ok(Self { headers: parse_headers(headers)?, payload: payload.to_vec() })
    }

    /// Returns a header's value; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Reads name and value, one pair after the other. Values other than text are skipped: COS sends none.
fn parse_headers(mut rest: &[u8]) -> Result<Vec<(String, String)>, CosClientError> {
    let mut headers = Vec::new();
    while !rest.is_empty() {
        let length = number(take(&mut rest, 1)?);
        let name = text(take(&mut rest, length)?)?;
        match number(take(&mut rest, 1)?) {
            0 | 1 => {}
            2 => drop(take(&mut rest, 1)?),
            3 => drop(take(&mut rest, 2)?),
            4 => drop(take(&mut rest, 4)?),
            5 | 8 => drop(take(&mut rest, 8)?),
            9 => drop(take(&mut rest, 16)?),
            kind @ (6 | 7) => {
                let length = number(take(&mut rest, 2)?);
                let value = take(&mut rest, length)?;
                if kind == 7 {
                    headers.push((name, text(value)?));
                }
            }
            kind => return Err(error(format!("the header {name:?} is of the unknown type {kind}"))),
        }
    }
    Ok(headers)
}

fn take<'b>(rest: &mut &'b [u8], length: usize) -> Result<&'b [u8], CosClientError> {
    let (taken, left) = rest.split_at_checked(length).ok_or_else(|| error("a header is longer than the headers"))?;
    *rest = left;
    Ok(taken)
}

fn text(bytes: &[u8]) -> Result<String, CosClientError> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|e| error("a header is not UTF-8").caused_by(e))
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

fn check(bytes: &[u8], sum: &[u8], what: &str) -> Result<(), CosClientError> {
    let found = checksum(CrcAlgorithm::Crc32IsoHdlc, bytes);
    if found == number(sum) as u64 {
        return Ok(());
    }
    let why = format!("event stream: the checksum of a {what} is {found:08x}, but {:08x} was sent", number(sum));
    Err(CosClientError::new(ClientErrorKind::Integrity, why))
}

fn error(why: impl std::fmt::Display) -> CosClientError {
    CosClientError::new(ClientErrorKind::Protocol, format!("event stream: {why}"))
}

/// A message that ends before its length.
pub(crate) fn cut() -> CosClientError {
    CosClientError::new(ClientErrorKind::Integrity, "event stream: it ended within a message")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a message as COS does.
    fn message(headers: &[u8], payload: &[u8]) -> Vec<u8> {
        let sum = |bytes: &[u8]| (checksum(CrcAlgorithm::Crc32IsoHdlc, bytes) as u32).to_be_bytes();
        let total = (PRELUDE + headers.len() + payload.len() + CHECKSUM) as u32;
        let mut bytes = [total.to_be_bytes(), (headers.len() as u32).to_be_bytes()].concat();
        bytes.extend(sum(&bytes));
        bytes.extend([headers, payload].concat());
        bytes.extend(sum(&bytes));
        bytes
    }

    fn parse(bytes: &[u8]) -> Result<Message, CosClientError> {
        let (prelude, rest) = bytes.split_first_chunk().ok_or_else(cut)?;
        Message::parse(&Prelude::parse(*prelude)?, rest)
    }

    const HEADERS: &[u8] = b"\x0d:message-type\x07\x00\x05event\x0b:event-type\x07\x00\x07Records";

    #[test]
    fn reads_headers_of_every_type_and_payload() {
        let others = b"\x01a\x00\x01b\x01\x01c\x021\x01d\x0312\x01e\x041234\x01f\x0512345678\x01g\x06\x00\x01x\
                       \x01h\x0812345678\x01i\x091234567890123456";
        let read = parse(&message(&[HEADERS, others].concat(), b"a,1\n")).unwrap();
        assert_eq!((read.header(":message-type"), read.header(":event-type")), ("event", "Records"));
        assert_eq!((read.header("g"), read.payload.as_slice()), ("", &b"a,1\n"[..]));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_seen() {
        let whole = message(HEADERS, &[7; 300]);
        for bit in 0..whole.len() * 8 {
            let mut damaged = whole.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(parse(&damaged).is_err(), "bit {bit}");
        }
        for length in 0..whole.len() {
            assert!(parse(&whole[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn lengths_are_checked_before_anything_is_taken_from_them() {
        let prelude = |total: u32, headers: u32| {
            let mut bytes = [total.to_be_bytes(), headers.to_be_bytes()].concat();
            bytes.extend((checksum(CrcAlgorithm::Crc32IsoHdlc, &bytes) as u32).to_be_bytes());
            Prelude::parse(bytes.try_into().unwrap())
        };
        for (total, headers) in [(0, 0), (12, 0), (15, 0), (16, 1), (100, 85), (16_777_217, 0), (u32::MAX, 0)] {
            assert_eq!(*prelude(total, headers).unwrap_err().kind(), ClientErrorKind::Protocol, "{total} {headers}");
        }
        assert_eq!(prelude(16, 0).unwrap().rest, 4);
        assert_eq!(prelude(16_777_216, 0).unwrap().rest, 16_777_204);
    }

    #[test]
    fn headers_that_overrun_are_refused() {
        for headers in [&b"\x09a"[..], b"\x01a", b"\x01a\x07\x00", b"\x01a\x07\x00\x09x", b"\x01a\x0a", b"\x01\xff\x00"]
        {
            assert!(parse(&message(headers, b"")).is_err(), "{headers:?}");
        }
    }
}
