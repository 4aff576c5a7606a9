//! CRC-64 as COS computes it (`x-cos-hash-crc64ecma`): CRC-64/XZ.

use crc_fast::{CrcAlgorithm, Digest};

/// The polynomial without its term x^64; the highest bit is x^0.
const POLYNOMIAL: u64 = 0xc96c_5795_d787_0f42;
const X_TO_THE_8TH: u64 = 1 << (63 - 8);

/// The running CRC-64 of a stream of bytes.
pub(crate) struct Crc64(Digest);

impl Crc64 {
    pub(crate) fn new() -> Self {
        Self(Digest::new(CrcAlgorithm::Crc64Xz))
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    pub(crate) fn value(&self) -> u64 {
        self.0.finalize()
    }
}

/// Returns the CRC-64 of `first` followed by `second`, of which the CRC and the length are known.
///
/// Every byte that follows multiplies the checksum so far by x^8. The library's own function is a hundred
/// times slower, which for a thousand parts is as long as sending them.
pub(crate) fn combine(first: u64, second: u64, second_len: u64) -> u64 {
    let (mut product, mut power, mut left) = (first, X_TO_THE_8TH, second_len);
    while left > 0 {
        if left & 1 == 1 {
            product = multiply(product, power);
        }
        power = multiply(power, power);
        left >>= 1;
    }
    product ^ second
}

/// Multiplies two polynomials modulo that of the checksum; the highest bit is x^0.
fn multiply(a: u64, mut b: u64) -> u64 {
    let mut product = 0;
    for power in 0..64 {
        if a << power >> 63 == 1 {
            product ^= b;
        }
        b = (b >> 1) ^ if b & 1 == 1 { POLYNOMIAL } else { 0 };
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crc(data: &[u8]) -> u64 {
        let mut crc = Crc64::new();
        crc.update(data);
        crc.value()
    }

    #[test]
    fn is_the_catalogued_check_value() {
        assert_eq!(crc(b"123456789"), 0x995d_c9bb_df19_39fa);
        assert_eq!(crc(b""), 0);
    }

    #[test]
    fn combining_equals_one_pass_at_every_split() {
        let data: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for split in [0, 1, 7, 8, 255, 256, 999, 1000] {
            let (a, b) = data.split_at(split);
            assert_eq!(combine(crc(a), crc(b), b.len() as u64), crc(&data), "split at {split}");
        }
    }

    #[test]
    fn combining_equals_the_librarys_for_any_lengths() {
        for shift in 0..40 {
            for len in [1_u64 << shift, (1 << shift) - 1, 0x5555_5555_5555 >> shift] {
                let (first, second) = (crc(&len.to_le_bytes()), crc(&[shift]));
                let expected = crc_fast::checksum_combine(CrcAlgorithm::Crc64Xz, first, second, len);
                assert_eq!(combine(first, second, len), expected, "{len}");
            }
        }
    }
}
