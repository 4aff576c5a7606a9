//! A body on its way into a cipher.

use std::io::{self, Read};

use crate::wire::body::{Body, BodyKind};

/// Reads a body of any kind.
pub(crate) struct Plaintext<'a> {
    kind: BodyKind<'a>,
    read: u64,
}

impl<'a> Plaintext<'a> {
    pub(crate) fn new(body: Body<'a>) -> Self {
        Self { kind: body.0, read: 0 }
    }

    /// Returns the length in bytes, if it is known.
    pub(crate) fn len(&self) -> Option<u64> {
        match &self.kind {
            BodyKind::None | BodyKind::Failed(_) => Some(0),
            BodyKind::Bytes(bytes) => Some(bytes.len() as u64),
            BodyKind::Source(source) => source.remaining(),
        }
    }

    /// Tells the body whether the bytes read from now on are sent.
    pub(crate) fn counts(&mut self, sent: bool) {
        if let BodyKind::Source(source) = &mut self.kind {
            source.counts(sent);
        }
    }

    /// Goes back to the start; false if this body cannot be read again.
    pub(crate) fn rewind(&mut self) -> io::Result<bool> {
        let rewound = match &mut self.kind {
            BodyKind::Source(source) => source.rewind()?,
            _ => true,
        };
        if rewound {
            self.read = 0;
        }
        Ok(rewound)
    }

    pub(crate) fn is_one_shot(&self) -> bool {
        matches!(&self.kind, BodyKind::Source(source) if source.is_one_shot())
    }
}

impl Read for Plaintext<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.kind {
            BodyKind::None | BodyKind::Failed(_) => 0,
            BodyKind::Bytes(bytes) => {
                let at = usize::try_from(self.read).map_or(bytes.len(), |at| at.min(bytes.len()));
                (&bytes[at..]).read(buf)?
            }
            BodyKind::Source(source) => source.read(buf)?,
        };
        self.read += read as u64;
        Ok(read)
    }
}

/// Fills a buffer as far as `reader` reaches; fewer bytes mean its end.
pub(crate) fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
