//! CRC-64 as COS computes it (`x-cos-hash-crc64ecma`): CRC-64/XZ.

use crc_fast::{CrcAlgorithm, Digest, checksum_combine};

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
pub(crate) fn combine(first: u64, second: u64, second_len: u64) -> u64 {
    checksum_combine(CrcAlgorithm::Crc64Xz, first, second, second_len)
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
}
