//! Frames of native mode: content in pieces of 64 KiB, each with a tag that proves it and its place.
//!
//! `docs/encryption-format.md` describes the format.

use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce};
use aws_lc_rs::hmac;

use super::keys::undecryptable;
use super::ledger::{Batch, Ledger, Mark};
pub(crate) use super::sealed::FRAME;
use super::sealed::{BatchCipher, stored_frames};
use crate::error::{ClientErrorKind, CosClientError};

/// How much the tag adds to a frame, in bytes.
pub(crate) const TAG: u64 = 16;
/// A full frame as it is stored, in bytes.
pub(crate) const STORED: u64 = FRAME + TAG;

/// The key of one object's frames.
pub(crate) struct FrameKey {
    key: LessSafeKey,
    /// Makes the marks of batches.
    marker: hmac::Key,
    ledger: Ledger,
}

impl FrameKey {
    pub(crate) fn new(key: LessSafeKey, marker: hmac::Key, ledger: Ledger) -> Self {
        Self { key, marker, ledger }
    }

    /// Proves and decrypts a stored frame in place, and returns its content.
    pub(crate) fn open_frame<'f>(
        &self,
        index: u64,
        last: bool,
        stored: &'f mut [u8],
    ) -> Result<&'f [u8], CosClientError> {
        match self.key.open_in_place(nonce(index, last), Aad::empty(), stored) {
            Ok(content) => Ok(content),
            Err(_) => Err(undecryptable(format!(
                "the content was altered, cut or reordered: the {} at byte {} does not fit its tag",
                if last { "last frame" } else { "frame" },
                index.saturating_mul(FRAME)
            ))),
        }
    }
}

impl BatchCipher for FrameKey {
    const TAG: usize = TAG as usize;

    fn sealed_len(&self, content: u64, ends: bool) -> u64 {
        if content == 0 && !ends { 0 } else { stored_len(content) }
    }

    /// The nonce of a frame is its index, so a retry sends the same bytes; no nonce may encrypt two contents.
    fn seal_batch(&self, batch: Batch, frames: &mut [u8]) -> Result<(), CosClientError> {
        let mut marks = hmac::Context::with_key(&self.marker);
        for number in [batch.at, batch.len, u64::from(batch.last)] {
            marks.update(&number.to_be_bytes());
        }
        let first = batch.at / FRAME;
        let count = batch.len.div_ceil(FRAME).max(1);
        for (index, frame) in (first..).zip(stored_frames(frames, TAG as usize)) {
            let last = batch.last && index + 1 == first + count;
            let (content, room) = frame.split_at_mut(frame.len() - TAG as usize);
            let tag = self.key.seal_in_place_separate_tag(nonce(index, last), Aad::empty(), content);
            let tag = tag.map_err(|_| CosClientError::new(ClientErrorKind::Body, "AES failed"))?;
            marks.update(tag.as_ref());
            room.copy_from_slice(tag.as_ref());
        }
        let mut mark = Mark::default();
        let all = marks.sign();
        mark.iter_mut().zip(all.as_ref()).for_each(|(byte, made)| *byte = *made);
        self.ledger.admit(batch, mark)
    }
}

/// One byte that marks the last frame, three zeros, and the index.
fn nonce(index: u64, last: bool) -> Nonce {
    let mut nonce = [0; 12];
    nonce[0] = u8::from(last);
    nonce[4..].copy_from_slice(&index.to_be_bytes());
    Nonce::assume_unique_for_key(nonce)
}

/// Returns the index of the last frame of content with this length.
pub(crate) fn last_frame(content: u64) -> u64 {
    content.saturating_sub(1) / FRAME
}

/// Returns the stored length of content with this length.
pub(crate) fn stored_len(content: u64) -> u64 {
    content.saturating_add(TAG.saturating_mul(last_frame(content) + 1))
}

/// Returns the length of the content of so many stored bytes; `None` if they are not whole frames.
pub(crate) fn content_len(stored: u64) -> Option<u64> {
    let rest = stored % STORED;
    if stored == 0 || (1..TAG).contains(&rest) {
        return None;
    }
    Some(stored - TAG * stored.div_ceil(STORED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::aead::{AES_256_GCM, UnboundKey};

    fn key() -> FrameKey {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).unwrap());
        FrameKey::new(key, hmac::Key::new(hmac::HMAC_SHA256, &[8; 32]), Ledger::default())
    }

    /// Seals a frame, with its tag.
    fn seal(key: &FrameKey, index: u64, last: bool, content: &[u8]) -> Result<Vec<u8>, CosClientError> {
        let mut stored = [content, &[0; TAG as usize]].concat();
        let batch = Batch { body: index * FRAME, at: index * FRAME, len: content.len() as u64, last };
        key.seal_batch(batch, &mut stored).map(|()| stored)
    }

    #[test]
    fn lengths_fit_each_other() {
        let sizes = [(0, 16), (1, 17), (FRAME - 1, STORED - 1), (FRAME, STORED), (FRAME + 1, STORED + 17)];
        for (content, stored) in sizes {
            assert_eq!((stored_len(content), content_len(stored)), (stored, Some(content)));
        }
        // Full frames and an empty last one.
        assert_eq!(content_len(STORED + TAG), Some(FRAME));
        for cut in [0, 1, 15, STORED + 1, STORED + 15] {
            assert_eq!(content_len(cut), None, "{cut}");
        }
    }

    #[test]
    fn a_frame_is_encrypted_again_only_with_the_same_content() {
        let key = key();
        for (index, last) in [(0, false), (1_000_000_000, false), (5, true)] {
            let once = seal(&key, index, last, b"content").unwrap();
            assert_eq!(seal(&key, index, last, b"content").unwrap(), once);
            for (other, ends) in [(&b"Content"[..], last), (b"content", !last), (b"", last), (b"content!", last)] {
                let error = seal(&key, index, ends, other).unwrap_err();
                assert_eq!(*error.kind(), ClientErrorKind::SourceChanged);
            }
        }
    }

    #[test]
    fn c08_a_batch_of_content_takes_one_mark() {
        let key = std::sync::Arc::new(key());
        let content = vec![7; 3 * 1024 * 1024 + 1];
        for _ in 0..2 {
            let body = crate::encryption::sealed::seal(std::sync::Arc::clone(&key), content.as_slice().into(), 0, true);
            let crate::wire::body::BodyKind::Source(mut sealed) = body.0 else { panic!("it is read while it is sent") };
            let read = std::io::copy(&mut sealed, &mut std::io::sink()).unwrap();
            assert_eq!(read, stored_len(content.len() as u64));
            assert_eq!(key.ledger.marks(), 13, "13 times 16 bytes, however often it is sent");
        }
    }

    #[test]
    fn a_frame_opens_only_in_its_place() {
        let key = key();
        let mut stored = seal(&key, 3, false, b"content").unwrap();
        for (index, last) in [(2, false), (4, false), (3, true)] {
            assert!(key.open_frame(index, last, &mut stored.clone()).is_err());
        }
        assert_eq!(key.open_frame(3, false, &mut stored).unwrap(), b"content");
    }
}
