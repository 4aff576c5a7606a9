//! The cipher of native mode: bodies in frames, which are proven and decrypted while they are read.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::frames::{FRAME, FrameKey, STORED, TAG, content_len};
use super::keys::undecryptable;
use super::plaintext::fill;
use super::sealed;
use super::uploads::PartCipher;
use crate::cipher::{Cipher, Content, Stored, Wanted};
use crate::client::response::body_error;
use crate::error::{ClientErrorKind, CosClientError};
use crate::local::{read_at, write_all_at};
use crate::wire::body::Body;

/// No part but the last may be smaller for COS, in bytes.
const SMALLEST_PART: u64 = 1024 * 1024;
/// No part has a higher number.
const LAST_NUMBER: u32 = 10_000;

impl Cipher for FrameKey {
    fn content_len(&self, stored: u64) -> u64 {
        stored.saturating_sub(TAG.saturating_mul(stored.div_ceil(STORED)))
    }

    fn seal(self: Arc<Self>, body: Body<'_>, start: u64, ends: bool) -> Body<'_> {
        sealed::seal(self, body, start, ends)
    }

    fn open(self: Arc<Self>, stored: Stored) -> Result<Content, CosClientError> {
        let plan = ReadingPlan::of(&stored)?;
        let frame = Zeroizing::default();
        let mut unsealed = Unsealed { stored: stored.body, key: self, frame, at: 0, filled: 0, failed: false, plan };
        // A caller does not read an empty body, so its end must be proven now.
        if plan.left == 0 {
            unsealed.open_next().map_err(body_error)?;
        }
        Ok(Content { length: Some(plan.left), body: Box::new(unsealed) })
    }

    fn open_file(&self, file: &File, stored: u64) -> io::Result<()> {
        let content = content_len(stored).ok_or_else(|| io::Error::other(cut(stored)))?;
        let last = (stored - 1) / STORED;
        let mut frame = Zeroizing::new(vec![0; STORED as usize]);
        for index in 0..=last {
            let (from, to) = (index * STORED, stored.min((index + 1) * STORED));
            let frame = &mut frame[..(to - from) as usize];
            if fill(&mut At { file, at: from }, frame)? < frame.len() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            // The content is shorter than the stored bytes, so this overwrites only frames that were read.
            write_all_at(file, self.open_frame(index, index == last, frame).map_err(io::Error::other)?, index * FRAME)?;
        }
        file.set_len(content)
    }
}

impl PartCipher for FrameKey {
    fn unit(&self) -> u64 {
        FRAME
    }

    fn ends_with(&self, number: u32, content: u64) -> bool {
        !content.is_multiple_of(FRAME) || content < SMALLEST_PART || number >= LAST_NUMBER
    }

    fn marks_end(&self) -> bool {
        true
    }
}

fn cut(stored: u64) -> CosClientError {
    undecryptable(format!("the object was cut or extended: its {stored} stored bytes are no whole frames"))
}

/// Reads a file from a position on.
struct At<'f> {
    file: &'f File,
    at: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = read_at(self.file, buf, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// The frames of a stored body to read, and the part of their content to hand out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ReadingPlan {
    /// How many stored bytes are skipped first.
    skipped: u64,
    /// The index of the next frame, and of the first frame that is not read.
    next: u64,
    end: u64,
    /// The last frame of the object, and the length of the object as it is stored.
    last: u64,
    stored: u64,
    /// Whether the body ends with the last frame that is read.
    exact: bool,
    /// How much content of the first frame is not handed out.
    hidden: usize,
    /// How much content is still to be handed out.
    left: u64,
}

impl ReadingPlan {
    fn of(stored: &Stored) -> Result<Self, CosClientError> {
        let protocol = |why: &str| CosClientError::new(ClientErrorKind::Protocol, why);
        let total = stored.extent.total.ok_or_else(|| protocol("the answer does not say how long the object is"))?;
        let content = content_len(total).ok_or_else(|| cut(total))?;
        let out = |what: String| CosClientError::invalid("range", format!("{what} of an object of {content} bytes"));
        // Whether the range ends where the object ends.
        let (from, to, open_ended) = match stored.wanted {
            None if stored.extent.first.is_none() => (0, content, true),
            None => {
                let why = "the object was replaced by one of another mode while it was looked up";
                return Err(CosClientError::new(ClientErrorKind::ObjectChanged, why));
            }
            Some(Wanted::From(first, _)) if first >= content => return Err(out(format!("starts at byte {first}"))),
            Some(Wanted::From(first, Some(last))) if last < content => (first, last + 1, false),
            Some(Wanted::From(first, _)) => (first, content, true),
            Some(Wanted::Last(len)) if len == 0 || content == 0 => return Err(out(format!("is the last {len} bytes"))),
            Some(Wanted::Last(len)) => (content.saturating_sub(len), content, true),
        };
        let first = stored.extent.first.unwrap_or(0);
        let body_end = stored.length.map(|length| first.saturating_add(length));
        let last = (total - 1) / STORED;
        let next = from / FRAME;
        // A reader that reaches the end also opens the last frame, which proves that it is the end.
        let to_the_end = open_ended || (to == content && body_end.is_none_or(|end| end >= total));
        let end = if to_the_end { last + 1 } else { to.saturating_sub(1) / FRAME + 1 };
        let needed = total.min(end.saturating_mul(STORED));
        let skipped = next.saturating_mul(STORED).checked_sub(first);
        let skipped = skipped.filter(|_| body_end.is_none_or(|end| end >= needed));
        let skipped = skipped.ok_or_else(|| protocol("the answer is another range than the one asked for"))?;
        Ok(Self {
            skipped,
            next,
            end,
            last,
            stored: total,
            exact: body_end.is_none_or(|end| end == needed),
            hidden: (from % FRAME) as usize,
            left: to - from,
        })
    }
}

/// A stored body that is proven and decrypted while it is read.
struct Unsealed {
    stored: Box<dyn Read + Send>,
    key: Arc<FrameKey>,
    plan: ReadingPlan,
    /// The content of a frame, between `at` and `filled`.
    frame: Zeroizing<Vec<u8>>,
    at: usize,
    filled: usize,
    failed: bool,
}

impl Unsealed {
    fn open_next(&mut self) -> io::Result<()> {
        let plan = self.plan;
        if plan.skipped > 0 {
            let skipped = io::copy(&mut self.stored.by_ref().take(plan.skipped), &mut io::sink())?;
            self.plan.skipped -= skipped;
            if skipped < plan.skipped {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        // Nothing of a frame may be handed out before it is proven.
        (self.at, self.filled) = (0, 0);
        let mut frame = std::mem::take(&mut self.frame);
        frame.resize(STORED as usize, 0);
        let filled = self.open_into(&mut frame)?;
        (self.frame, self.plan.hidden) = (frame, 0);
        let at = plan.hidden.min(filled);
        // A reader that takes just the bytes it expects does not read once more: the end is proven before the last
        // of them, also where an empty frame marks it.
        if (filled - at) as u64 >= plan.left && self.plan.next < plan.end {
            self.open_into(&mut [0; TAG as usize])?;
        }
        (self.at, self.filled) = (at, filled);
        Ok(())
    }

    /// Reads, proves and opens the next frame; returns how much content it holds.
    fn open_into(&mut self, frame: &mut [u8]) -> io::Result<usize> {
        let plan = self.plan;
        let len = (plan.stored - plan.next * STORED).min(STORED) as usize;
        let Some(frame) = frame.get_mut(..len) else { return Err(io::Error::other(cut(plan.stored))) };
        if fill(&mut self.stored, frame)? < len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // Before the last frame is handed out, the body is read to its end, where length and CRC-64 are checked.
        if plan.next + 1 == plan.end && plan.exact && fill(&mut self.stored, &mut [0])? > 0 {
            return Err(io::Error::other(undecryptable("stored bytes follow the last frame")));
        }
        let content = self.key.open_frame(plan.next, plan.next == plan.last, frame).map_err(io::Error::other)?;
        self.plan.next += 1;
        Ok(content.len())
    }
}

impl Read for Unsealed {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        while self.at >= self.filled && self.plan.next < self.plan.end {
            // After a failure the position in the body is unknown.
            if std::mem::replace(&mut self.failed, true) {
                return Err(io::Error::other(undecryptable("an error before made the rest unreadable")));
            }
            self.open_next()?;
            self.failed = false;
        }
        let ready = &self.frame[self.at..self.filled];
        let read = ready.len().min(buf.len()).min(usize::try_from(self.plan.left).unwrap_or(usize::MAX));
        buf[..read].copy_from_slice(&ready[..read]);
        self.at += read;
        self.plan.left -= read as u64;
        Ok(read)
    }
}
