//! Bodies in frames: sealed while they are sent, proven and opened while they are read.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use super::frames::{FRAME, FrameKey, STORED, TAG, content_len, stored_len};
use super::keys::undecryptable;
use super::plaintext::{Plaintext, fill};
use super::uploads::PartCipher;
use crate::cipher::{Cipher, Content, Stored, Wanted};
use crate::error::{ClientErrorKind, CosClientError};
use crate::local::{read_at, write_all_at};
use crate::wire::body::{Body, Kind, Source};

/// No part but the last may be smaller for COS, in bytes.
const SMALLEST_PART: u64 = 1024 * 1024;
/// No part has a higher number.
const LAST_NUMBER: u32 = 10_000;

impl Cipher for FrameKey {
    fn unit(&self) -> u64 {
        FRAME
    }

    fn stored_len(&self, content: u64) -> u64 {
        stored_len(content)
    }

    fn content_len(&self, stored: u64) -> u64 {
        stored.saturating_sub(TAG.saturating_mul(stored.div_ceil(STORED)))
    }

    fn seal(self: Arc<Self>, body: Body<'_>, start: u64, ends: bool) -> Body<'_> {
        if let Kind::Failed(_) = body.0 {
            // Its error is reported when the request is sent.
            return body;
        }
        let plaintext = Plaintext::new(body);
        Body::source(Sealed {
            len: plaintext.len(),
            plaintext,
            key: self,
            first: start / FRAME,
            ends,
            frame: Vec::new(),
            at: 0,
            next: 0,
            ahead: None,
            done: false,
        })
    }

    fn open(self: Arc<Self>, stored: Stored) -> Result<Content, CosClientError> {
        let plan = ReadingPlan::of(&stored)?;
        let unsealed =
            Unsealed { stored: stored.body, key: self, frame: Vec::new(), at: 0, filled: 0, failed: false, plan };
        Ok(Content { length: Some(unsealed.plan.left), body: Box::new(unsealed) })
    }

    fn open_file(&self, file: &File, stored: u64) -> io::Result<()> {
        let content = content_len(stored).ok_or_else(|| io::Error::other(cut(stored)))?;
        let last = (stored - 1) / STORED;
        let mut frame = vec![0; STORED as usize];
        for index in 0..=last {
            let (from, to) = (index * STORED, stored.min((index + 1) * STORED));
            let frame = &mut frame[..(to - from) as usize];
            if fill(&mut At { file, at: from }, frame)? < frame.len() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            // The content is shorter than what is stored, so that this overwrites only frames that were read.
            write_all_at(file, self.open_frame(index, index == last, frame).map_err(io::Error::other)?, index * FRAME)?;
        }
        file.set_len(content)
    }
}

impl PartCipher for FrameKey {
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

/// A body that is sealed while it is sent.
struct Sealed<'a> {
    plaintext: Plaintext<'a>,
    /// How much content there is, if that is known.
    len: Option<u64>,
    key: Arc<FrameKey>,
    /// The index of the first frame in the object.
    first: u64,
    /// Whether the object ends with this body.
    ends: bool,
    /// A frame as it is stored, sent up to `at`.
    frame: Vec<u8>,
    at: usize,
    /// How many frames were sealed.
    next: u64,
    /// A byte that was read to see whether another frame follows.
    ahead: Option<u8>,
    done: bool,
}

impl Sealed<'_> {
    /// Reads the content of the next frame; returns its length and whether more follows.
    fn content(&mut self) -> io::Result<(usize, bool)> {
        self.frame.resize(STORED as usize, 0);
        if let Some(len) = self.len {
            let left = len.saturating_sub(self.plaintext.position());
            let wanted = left.min(FRAME) as usize;
            let read = fill(&mut self.plaintext, &mut self.frame[..wanted])?;
            if read < wanted {
                let missing = left - read as u64;
                let why = format!("the body ended {missing} bytes before its length");
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
            }
            return Ok((wanted, left > FRAME));
        }
        let mut read = 0;
        if let Some(byte) = self.ahead.take() {
            self.frame[0] = byte;
            read = 1;
        }
        let full = FRAME as usize;
        read += fill(&mut self.plaintext, &mut self.frame[read..=full])?;
        if read > full {
            self.ahead = Some(self.frame[full]);
        }
        Ok((read.min(full), read > full))
    }

    fn seal_next(&mut self) -> io::Result<()> {
        self.at = 0;
        let (len, more) = self.content().inspect_err(|_| self.frame.clear())?;
        let last = self.ends && !more;
        self.done = !more;
        if len == 0 && !last {
            self.frame.clear();
            return Ok(());
        }
        let sealed = self.key.seal_frame(self.first + self.next, last, &mut self.frame[..len]);
        self.frame.truncate(if sealed.is_ok() { len } else { 0 });
        self.frame.extend_from_slice(sealed.map_err(io::Error::other)?.as_ref());
        self.next += 1;
        Ok(())
    }
}

impl Read for Sealed<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        while self.at >= self.frame.len() {
            if self.done {
                return Ok(0);
            }
            self.seal_next()?;
        }
        let read = (&self.frame[self.at..]).read(buf)?;
        self.at += read;
        Ok(read)
    }
}

impl Source for Sealed<'_> {
    fn remaining(&self) -> Option<u64> {
        match self.len {
            Some(0) if !self.ends => Some(0),
            len => len.map(stored_len),
        }
    }

    fn declare(&mut self, len: u64) {
        self.len.get_or_insert(len);
    }

    fn counts(&mut self, sent: bool) {
        self.plaintext.counts(sent);
    }

    fn rewind(&mut self) -> io::Result<bool> {
        let rewound = self.plaintext.rewind()?;
        if rewound {
            (self.at, self.next, self.ahead, self.done) = (0, 0, None, false);
            self.frame.clear();
        }
        Ok(rewound)
    }

    fn is_one_shot(&self) -> bool {
        self.plaintext.is_one_shot()
    }
}

/// Which frames are read of a stored body, and what of them is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ReadingPlan {
    /// How many stored bytes are skipped first.
    skipped: u64,
    /// The index of the frame that is read next, and of the one that is not read any more.
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
        // Whether only the end of the object says where the range ends.
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

/// A stored body that is proven and opened while it is read.
struct Unsealed {
    stored: Box<dyn Read + Send>,
    key: Arc<FrameKey>,
    plan: ReadingPlan,
    /// The content of a frame, between `at` and `filled`.
    frame: Vec<u8>,
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
            // Where it stands after a failure is not known.
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
