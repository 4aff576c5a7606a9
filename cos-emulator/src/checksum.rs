//! MD5 and CRC-64 of bodies, and the CRC-64 of parts joined together.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

/// Both digests of one body, fed as it streams by.
pub(crate) struct Hasher {
    md5: Md5,
    crc64: crc64fast::Digest,
}

impl Hasher {
    pub(crate) fn new() -> Self {
        Self { md5: Md5::new(), crc64: crc64fast::Digest::new() }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.crc64.write(bytes);
    }

    pub(crate) fn finish(self) -> ([u8; 16], u64) {
        (self.md5.finalize().into(), self.crc64.sum64())
    }
}

pub(crate) fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.trim()).ok()
}

/// The 16 bytes of a Content-MD5 header, if it holds that many.
pub(crate) fn content_md5(header: &str) -> Option<[u8; 16]> {
    from_base64(header)?.try_into().ok()
}

/// The CRC-64 of A followed by B, from the CRC of each and B's length.
///
/// Appending bytes is a linear map over GF(2) on the CRC register, so the map for one zero bit is
/// squared until it spans B's length.
pub(crate) fn join_crc64(first: u64, second: u64, second_len: u64) -> u64 {
    const POLYNOMIAL: u64 = 0xC96C_5795_D787_0F42;
    if second_len == 0 {
        return first;
    }
    let mut map = [0u64; 64];
    map[0] = POLYNOMIAL;
    for (bit, row) in map.iter_mut().enumerate().skip(1) {
        *row = 1 << (bit - 1);
    }
    for _ in 0..3 {
        map = square(&map);
    }
    let mut crc = first;
    let mut left = second_len;
    while left != 0 {
        if left & 1 == 1 {
            crc = apply(&map, crc);
        }
        map = square(&map);
        left >>= 1;
    }
    crc ^ second
}

fn apply(map: &[u64; 64], vector: u64) -> u64 {
    map.iter().enumerate().filter(|(bit, _)| vector >> bit & 1 == 1).fold(0, |sum, (_, row)| sum ^ row)
}

fn square(map: &[u64; 64]) -> [u64; 64] {
    std::array::from_fn(|row| apply(map, map[row]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crc(bytes: &[u8]) -> u64 {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        hasher.finish().1
    }

    #[test]
    fn the_check_value_of_crc64_xz() {
        assert_eq!(crc(b"123456789"), 0x995D_C9BB_DF19_39FA);
        assert_eq!(crc(b""), 0);
    }

    #[test]
    fn joined_crcs_equal_the_crc_of_the_whole() {
        let bytes: Vec<u8> = (0..5000u32).map(|n| (n * 7 + n / 256) as u8).collect();
        for cut in [0, 1, 7, 2500, 4999, 5000] {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(join_crc64(crc(head), crc(tail), tail.len() as u64), crc(&bytes));
        }
    }

    #[test]
    fn content_md5_must_be_sixteen_bytes() {
        assert!(content_md5(&base64(&md5(b"x"))).is_some());
        assert!(content_md5("bm90IHNpeHRlZW4=").is_none());
        assert!(content_md5("???").is_none());
        assert_eq!(hex(&md5(b"")), "d41d8cd98f00b204e9800998ecf8427e");
    }
}
