//! A body that is encrypted while it is sent, batch by batch.

use std::io::{self, Read};
use std::sync::Arc;

use zeroize::{Zeroize as _, Zeroizing};

use super::ledger::{BATCH, Batch};
use super::plaintext::{Plaintext, fill};
use crate::error::CosClientError;
use crate::wire::body::{Body, BodyKind, BodySource};

/// How much content is encrypted at a time, in bytes; the last frame of a body may be shorter.
pub(crate) const FRAME: u64 = 64 * 1024;

/// Encrypts batches of an object.
pub(crate) trait BatchCipher: Send + Sync {
    /// The number of bytes that storing adds to a frame.
    const TAG: usize;

    /// Returns the length of the stored body of this much content; `ends` if the content ends with it.
    fn sealed_len(&self, content: u64, ends: bool) -> u64;

    /// Encrypts a batch in place. The room for its tag follows each frame. A batch that differs from the content that
    /// was encrypted before at the same place is refused.
    fn seal_batch(&self, batch: Batch, frames: &mut [u8]) -> Result<(), CosClientError>;
}

/// Cuts a batch into its frames, each with the room for its tag. An empty batch is one empty frame.
pub(crate) fn stored_frames(batch: &mut [u8], tag: usize) -> impl Iterator<Item = &mut [u8]> {
    batch.chunks_mut(FRAME as usize + tag)
}

/// Encrypts a body that starts at `start` of the content, which ends with it if `ends`.
pub(crate) fn seal<'a, C: BatchCipher + 'a>(key: Arc<C>, body: Body<'a>, start: u64, ends: bool) -> Body<'a> {
    if let BodyKind::Failed(_) = body.0 {
        // Its error is reported when the request is sent.
        return body;
    }
    let plaintext = Plaintext::new(body);
    Body::source(Sealed {
        len: plaintext.len(),
        plaintext,
        key,
        start,
        ends,
        batch: Zeroizing::default(),
        at: 0,
        next: 0,
        ahead: None,
        done: false,
    })
}

struct Sealed<'a, C> {
    plaintext: Plaintext<'a>,
    /// How much content there is, if that is known.
    len: Option<u64>,
    key: Arc<C>,
    start: u64,
    ends: bool,
    /// A batch as it is stored, sent up to `at`.
    batch: Zeroizing<Vec<u8>>,
    at: usize,
    /// How much content was sealed.
    next: u64,
    /// A byte that was read ahead, to see whether another batch follows.
    ahead: Option<u8>,
    done: bool,
}

impl<C: BatchCipher> Sealed<'_, C> {
    /// Reads the content of the next batch, with room for the tags; returns its length and whether more follows.
    fn content(&mut self) -> io::Result<(u64, bool)> {
        let left = self.len.map(|len| len.saturating_sub(self.next));
        let wanted = left.unwrap_or(BATCH).min(BATCH);
        let stride = FRAME as usize + C::TAG;
        let frames = wanted.div_ceil(FRAME).max(1);
        // The bytes that it still holds are encrypted.
        self.batch.resize(wanted as usize + frames as usize * C::TAG, 0);
        let mut read = 0;
        if let (Some(byte), Some(first)) = (self.ahead.take(), self.batch.first_mut()) {
            *first = byte;
            read = 1;
        }
        while read < wanted {
            let (frame, within) = (read / FRAME, (read % FRAME) as usize);
            let room = (wanted - frame * FRAME).min(FRAME) as usize;
            let at = frame as usize * stride;
            let filled = fill(&mut self.plaintext, &mut self.batch[at + within..at + room])?;
            read += filled as u64;
            if filled < room - within {
                break;
            }
        }
        if let Some(left) = left {
            if read < wanted {
                let why = format!("the body ended {} bytes before its length", left - read);
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
            }
            return Ok((read, left > wanted));
        }
        let mut byte = [0];
        if read == wanted && fill(&mut self.plaintext, &mut byte)? > 0 {
            self.ahead = Some(byte[0]);
        }
        byte.zeroize();
        Ok((read, self.ahead.is_some()))
    }

    fn seal_next(&mut self) -> io::Result<()> {
        self.at = 0;
        let (len, more) = self.content().inspect_err(|_| self.batch.zeroize())?;
        self.done = !more;
        let last = self.ends && !more;
        if len == 0 && self.key.sealed_len(0, last) == 0 {
            self.batch.clear();
            return Ok(());
        }
        self.batch.truncate(len as usize + len.div_ceil(FRAME).max(1) as usize * C::TAG);
        let batch = Batch { body: self.start, at: self.start + self.next, len, last };
        let sealed = self.key.seal_batch(batch, &mut self.batch);
        sealed.inspect_err(|_| self.batch.zeroize()).map_err(io::Error::other)?;
        self.next += len;
        Ok(())
    }
}

impl<C: BatchCipher> BodySource for Sealed<'_, C> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        while self.at >= self.batch.len() {
            if self.done {
                return Ok(0);
            }
            self.seal_next()?;
        }
        let read = (&self.batch[self.at..]).read(buf)?;
        self.at += read;
        Ok(read)
    }

    fn remaining(&self) -> Option<u64> {
        self.len.map(|len| self.key.sealed_len(len, self.ends))
    }

    fn declare(&mut self, len: u64) -> Option<u64> {
        Some(*self.len.get_or_insert(len))
    }

    fn counts(&mut self, sent: bool) {
        self.plaintext.counts(sent);
    }

    fn rewind(&mut self) -> io::Result<bool> {
        let rewound = self.plaintext.rewind()?;
        if rewound {
            (self.at, self.next, self.ahead, self.done) = (0, 0, None, false);
            self.batch.zeroize();
        }
        Ok(rewound)
    }

    fn is_one_shot(&self) -> bool {
        self.plaintext.is_one_shot()
    }
}
