//! Frames of native mode: content in pieces of 64 KiB, each with a tag that proves it and its place.
//!
//! `docs/encryption-format.md` describes the format.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce, Tag};

use super::keys::undecryptable;
use crate::error::{ClientErrorKind, CosClientError};

/// How much content a frame holds; the last one may hold less, in bytes.
pub(crate) const FRAME: u64 = 64 * 1024;
/// How much the tag adds to a frame, in bytes.
pub(crate) const TAG: u64 = 16;
/// A full frame as it is stored, in bytes.
pub(crate) const STORED: u64 = FRAME + TAG;
/// How many tags one piece of memory holds.
const BLOCK: u64 = 1024;

/// The key of one object's frames.
pub(crate) struct FrameKey {
    key: LessSafeKey,
    sealed: Mutex<Tags>,
}

impl FrameKey {
    pub(crate) fn new(key: LessSafeKey) -> Self {
        Self { key, sealed: Mutex::default() }
    }

    /// Encrypts a frame in place and returns its tag.
    ///
    /// A frame of the same index with other content, or another place in the object, is refused and stays
    /// unencrypted for the caller: the nonce is the index, and no nonce may serve twice. So a body that
    /// changed between two tries is an error, and what is sent again is what was sent before.
    pub(crate) fn seal_frame(&self, index: u64, last: bool, content: &mut [u8]) -> Result<Tag, CosClientError> {
        let failed = |_| CosClientError::new(ClientErrorKind::Body, "AES failed");
        let tag = self.key.seal_in_place_separate_tag(nonce(index, last), Aad::empty(), content).map_err(failed)?;
        let mut sealed = self.sealed.lock().unwrap_or_else(PoisonError::into_inner);
        if sealed.admit(index, &tag) {
            return Ok(tag);
        }
        content.fill(0);
        let why = format!(
            "the {} bytes at {} are others than were encrypted before for the same place: start a new upload",
            content.len(),
            index.saturating_mul(FRAME)
        );
        Err(CosClientError::new(ClientErrorKind::SourceChanged, why))
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

/// One byte that marks the last frame, three zeros, and the index.
fn nonce(index: u64, last: bool) -> Nonce {
    let mut nonce = [0; 12];
    nonce[0] = u8::from(last);
    nonce[4..].copy_from_slice(&index.to_be_bytes());
    Nonce::assume_unique_for_key(nonce)
}

/// The tags of the frames that were encrypted, by their indexes: 1/4096 of the content.
#[derive(Default)]
struct Tags(BTreeMap<u64, Vec<Option<[u8; TAG as usize]>>>);

impl Tags {
    /// Notes a tag; false if there is another one already.
    fn admit(&mut self, index: u64, tag: &Tag) -> bool {
        let Ok(tag) = <[u8; TAG as usize]>::try_from(tag.as_ref()) else { return false };
        let (block, at) = (self.0.entry(index / BLOCK).or_default(), (index % BLOCK) as usize);
        if block.len() <= at {
            block.resize(at + 1, None);
        }
        block.get_mut(at).is_some_and(|known| *known.get_or_insert(tag) == tag)
    }
}

/// Returns the index of the last frame of so much content.
pub(crate) fn last_frame(content: u64) -> u64 {
    content.saturating_sub(1) / FRAME
}

/// Returns how many bytes are stored of so much content.
pub(crate) fn stored_len(content: u64) -> u64 {
    content.saturating_add(TAG.saturating_mul(last_frame(content) + 1))
}

/// Returns how much content so many stored bytes hold; none if they are no whole frames.
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
        FrameKey::new(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).unwrap()))
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
        for (index, last) in [(0, false), (1_000_000_000_000, false), (5, true)] {
            let mut once = b"content".to_vec();
            let tag = key.seal_frame(index, last, &mut once).unwrap();
            let mut again = b"content".to_vec();
            assert_eq!(key.seal_frame(index, last, &mut again).unwrap().as_ref(), tag.as_ref());
            assert_eq!(once, again);
            for (other, ends) in [(&b"Content"[..], last), (b"content", !last), (b"", last), (b"content!", last)] {
                let mut other = other.to_vec();
                let error = key.seal_frame(index, ends, &mut other).unwrap_err();
                assert_eq!(*error.kind(), ClientErrorKind::SourceChanged);
                assert!(other.iter().all(|byte| *byte == 0), "nothing encrypted is left to send");
            }
        }
    }

    #[test]
    fn a_frame_opens_only_in_its_place() {
        let key = key();
        let mut stored = b"content".to_vec();
        let tag = key.seal_frame(3, false, &mut stored).unwrap();
        stored.extend_from_slice(tag.as_ref());
        for (index, last) in [(2, false), (4, false), (3, true)] {
            assert!(key.open_frame(index, last, &mut stored.clone()).is_err());
        }
        assert_eq!(key.open_frame(3, false, &mut stored).unwrap(), b"content");
    }
}
