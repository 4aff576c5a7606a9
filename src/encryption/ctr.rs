//! The cipher of Python's format: AES-256-CTR, which keeps the length.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_256, EncryptingKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf;
use zeroize::Zeroizing;

use super::keys::{DataKey, apply_ctr, ctr_key, undecryptable};
use super::ledger::{Batch, Ledger, Mark};
use super::sealed::{self, BatchCipher};
use super::uploads::PartCipher;
use crate::cipher::{Cipher, Content, Stored};
use crate::error::{ClientErrorKind, CosClientError};
use crate::local::{read_at, write_all_at};
use crate::wire::body::Body;

/// The block of AES, in bytes.
pub(crate) const BLOCK: u64 = 16;
/// How much of a file is decrypted at a time, in bytes.
const CHUNK: usize = 256 * 1024;

/// The key stream of one object.
pub(crate) struct CtrKey {
    key: EncryptingKey,
    start: u128,
    /// Makes the marks of batches: nothing in the format itself shows that the content differs.
    marker: LessSafeKey,
    ledger: Ledger,
}

impl CtrKey {
    pub(crate) fn new(data: &DataKey) -> Result<Self, CosClientError> {
        let all = || {
            let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, b"qcloud-cos marks v1").extract(&data.key[..]);
            let marker = UnboundKey::from(secret.expand(&[&data.iv[..]], &AES_256_GCM)?);
            Ok((ctr_key(&AES_256, &data.key[..])?, LessSafeKey::new(marker)))
        };
        let (key, marker) = all().map_err(|_: Unspecified| undecryptable("the key of the content cannot be used"))?;
        Ok(Self { key, start: u128::from_be_bytes(*data.iv), marker, ledger: Ledger::default() })
    }

    /// Encrypts or decrypts bytes that start at `offset` of the object.
    fn apply(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let applied = apply_ctr(&self.key, self.start, bytes, offset);
        applied.map_err(|_| io::Error::other(undecryptable("AES failed")))
    }
}

impl BatchCipher for CtrKey {
    const TAG: usize = 0;

    fn sealed_len(&self, content: u64, _: bool) -> u64 {
        content
    }

    fn seal_batch(&self, batch: Batch, content: &mut [u8]) -> Result<(), CosClientError> {
        let failed = |_| CosClientError::new(ClientErrorKind::Body, "AES failed");
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&batch.at.to_be_bytes());
        // GMAC. Two contents under one nonce would reveal the key to a reader of both marks. The second mark never
        // leaves the process.
        let nonce = Nonce::assume_unique_for_key(nonce);
        let made = self.marker.seal_in_place_separate_tag(nonce, Aad::from(&*content), &mut []).map_err(failed)?;
        let mut mark = Mark::default();
        mark.iter_mut().zip(made.as_ref()).for_each(|(byte, made)| *byte = *made);
        self.ledger.admit(batch, mark)?;
        apply_ctr(&self.key, self.start, content, batch.at).map_err(failed)
    }
}

impl Cipher for CtrKey {
    fn content_len(&self, stored: u64) -> u64 {
        stored
    }

    fn seal(self: Arc<Self>, body: Body<'_>, start: u64, ends: bool) -> Body<'_> {
        sealed::seal(self, body, start, ends)
    }

    fn open(self: Arc<Self>, stored: Stored) -> Result<Content, CosClientError> {
        if stored.wanted.is_some() {
            let why = "the object was replaced by one of another mode while it was looked up";
            return Err(CosClientError::new(ClientErrorKind::ObjectChanged, why));
        }
        let body = Unsealed { stored: stored.body, key: self, at: stored.extent.first.unwrap_or(0) };
        Ok(Content { body: Box::new(body), length: stored.length })
    }

    fn open_file(&self, file: &File, stored: u64) -> io::Result<()> {
        let mut buffer = Zeroizing::new(vec![0; CHUNK]);
        let mut at = 0;
        while at < stored {
            let wanted = usize::try_from(stored - at).map_or(buffer.len(), |left| left.min(buffer.len()));
            match read_at(file, &mut buffer[..wanted], at) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => {
                    self.apply(&mut buffer[..read], at)?;
                    write_all_at(file, &buffer[..read], at)?;
                    at += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl PartCipher for CtrKey {
    fn unit(&self) -> u64 {
        BLOCK
    }

    fn ends_with(&self, _: u32, content: u64) -> bool {
        !content.is_multiple_of(BLOCK)
    }

    fn marks_end(&self) -> bool {
        false
    }
}

/// A body that is decrypted while it is read.
struct Unsealed {
    stored: Box<dyn Read + Send>,
    key: Arc<CtrKey>,
    at: u64,
}

impl Read for Unsealed {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.stored.read(buf)?;
        self.key.apply(&mut buf[..read], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn is_the_published_vector() {
        // NIST SP 800-38A, F.5.5
        let key = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
        let data = DataKey::from_parts(&key, &hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")).unwrap();
        let mut block = hex("6bc1bee22e409f96e93d7e117393172a");
        CtrKey::new(&data).unwrap().apply(&mut block, 0).unwrap();
        assert_eq!(block, hex("601ec313775789a5b7a7f504bbf3d228"));
    }

    #[test]
    fn any_split_gives_the_same_bytes_also_where_the_counter_wraps() {
        let key = CtrKey::new(&DataKey::from_parts(&[7; 32], &[0xff; 16]).unwrap()).unwrap();
        let mut whole: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        let plain = whole.clone();
        key.apply(&mut whole, 0).unwrap();
        for split in [0, 1, 15, 16, 17, 31, 32, 4095, 4096, 4097, 10_000] {
            let mut parts = plain.clone();
            let (a, b) = parts.split_at_mut(split);
            key.apply(b, split as u64).unwrap();
            key.apply(a, 0).unwrap();
            assert_eq!(parts, whole, "split at {split}");
        }
    }

    #[test]
    fn a_key_stream_serves_for_one_content() {
        let key = CtrKey::new(&DataKey::from_parts(&[7; 32], &[0; 16]).unwrap()).unwrap();
        let seal = |at, content: &[u8]| {
            let mut bytes = content.to_vec();
            let batch = Batch { body: at, at, len: content.len() as u64, last: false };
            key.seal_batch(batch, &mut bytes).map(|()| bytes)
        };
        let once = seal(16, b"content").unwrap();
        assert_eq!(seal(16, b"content").unwrap(), once);
        for (at, other) in [(16, &b"Content"[..]), (16, b"content!"), (0, b"a whole block and one more")] {
            assert_eq!(*seal(at, other).unwrap_err().kind(), ClientErrorKind::SourceChanged);
        }
    }
}
