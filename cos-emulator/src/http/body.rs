//! Request bodies: by length or in chunks, read as they arrive.

use std::io::{self, BufRead, Read, Write};

use super::head::Head;
use super::pace::Pace;
use crate::blob::CHUNK;

/// The body of one request.
pub(crate) struct Body<'a> {
    reader: &'a mut dyn BufRead,
    /// Where to say `100 Continue`, until that has been said.
    go_ahead: Option<&'a mut dyn Write>,
    state: State,
    declared: Option<u64>,
    read: u64,
    /// In bits.
    flip_at: Option<u64>,
    pace: Option<Pace<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Length(u64),
    ChunkSize,
    Chunk(u64),
    Done,
}

/// A body whose framing cannot be understood.
#[derive(Debug)]
pub(crate) struct BodyError;

impl<'a> Body<'a> {
    pub(crate) fn new(head: &Head, reader: &'a mut dyn BufRead, writer: &'a mut dyn Write) -> Result<Self, BodyError> {
        let chunked = match head.headers.get("transfer-encoding") {
            None => false,
            Some(coding) if coding.eq_ignore_ascii_case("chunked") => true,
            Some(_) => return Err(BodyError),
        };
        let declared = match head.headers.get("content-length") {
            Some(_) if chunked => None,
            Some(length) => Some(length.parse().map_err(|_| BodyError)?),
            None => None,
        };
        let expects = head.headers.get("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"));
        Ok(Self {
            reader,
            go_ahead: expects.then_some(writer),
            state: match declared {
                _ if chunked => State::ChunkSize,
                Some(length) if length > 0 => State::Length(length),
                _ => State::Done,
            },
            declared,
            read: 0,
            flip_at: None,
            pace: None,
        })
    }

    /// The length the client announced.
    pub(crate) fn declared(&self) -> Option<u64> {
        self.declared
    }

    /// Whether the client said how long its body is, or that it comes in chunks.
    pub(crate) fn is_framed(&self) -> bool {
        self.declared.is_some() || self.state != State::Done
    }

    /// Bytes of content read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.read
    }

    /// Makes this bit arrive flipped.
    pub(crate) fn flip_at(&mut self, bit: u64) {
        self.flip_at = Some(bit);
    }

    /// Holds the body to a speed.
    pub(crate) fn pace(&mut self, pace: Pace<'a>) {
        self.pace = Some(pace);
    }

    /// Whether to read the rest of the body. It is not worth it if the rest is long, nor if the client still waits for
    /// `100 Continue`: then it may send the body or not.
    pub(crate) fn can_drain(&self, limit: u64) -> bool {
        match self.state {
            State::Done => true,
            State::Length(left) => self.go_ahead.is_none() && left <= limit,
            State::ChunkSize | State::Chunk(_) => self.go_ahead.is_none(),
        }
    }

    /// Reads the rest up to a limit; false if the connection cannot be used again.
    pub(crate) fn drain(&mut self, limit: u64) -> bool {
        if self.state == State::Done {
            return true;
        }
        let mut buffer = vec![0; CHUNK];
        let mut left = limit;
        while left > 0 {
            match self.read(&mut buffer) {
                Ok(0) => return true,
                Ok(read) => left = left.saturating_sub(read as u64),
                Err(_) => return false,
            }
        }
        false
    }

    fn read_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        let read = (&mut *self.reader).take(4096).read_line(&mut line)?;
        if read == 0 || !line.ends_with('\n') {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        let line = self.read_line()?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        if size > 0 {
            self.state = State::Chunk(size);
            return Ok(());
        }
        while !self.read_line()?.is_empty() {}
        self.state = State::Done;
        Ok(())
    }

    fn read_some(&mut self, buffer: &mut [u8], left: u64) -> io::Result<usize> {
        let piece = self.pace.map_or(usize::MAX, |pace| pace.piece());
        let want = buffer.len().min(piece).min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = self.reader.read(&mut buffer[..want])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(bit) = self.flip_at
            && (self.read..self.read + read as u64).contains(&(bit / 8))
        {
            buffer[(bit / 8 - self.read) as usize] ^= 1 << (bit % 8);
        }
        self.read += read as u64;
        if let Some(pace) = &mut self.pace {
            pace.moved(read as u64);
        }
        Ok(read)
    }
}

impl Read for Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.state != State::Done
            && let Some(writer) = self.go_ahead.take()
        {
            writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        loop {
            match self.state {
                State::Done => return Ok(0),
                State::Length(left) => {
                    let read = self.read_some(buffer, left)?;
                    self.state = match left - read as u64 {
                        0 => State::Done,
                        left => State::Length(left),
                    };
                    return Ok(read);
                }
                State::ChunkSize => self.next_chunk()?,
                State::Chunk(left) => {
                    let read = self.read_some(buffer, left)?;
                    self.state = State::Chunk(left - read as u64);
                    if left == read as u64 {
                        self.read_line()?;
                        self.state = State::ChunkSize;
                    }
                    return Ok(read);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::read_head;

    fn body(text: &str) -> (io::Result<Vec<u8>>, Vec<u8>, Vec<u8>) {
        let mut reader = text.as_bytes();
        let head = read_head(&mut reader).unwrap().unwrap();
        let mut written = Vec::new();
        let mut content = Vec::new();
        let result = Body::new(&head, &mut reader, &mut written).unwrap().read_to_end(&mut content);
        (result.map(|_| content), written, reader.to_vec())
    }

    #[test]
    fn by_length() {
        let (content, written, rest) = body("PUT / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabcNEXT");
        assert_eq!(content.unwrap(), b"abc");
        assert!(written.is_empty());
        assert_eq!(rest, b"NEXT");
    }

    #[test]
    fn in_chunks_with_trailers() {
        let (content, _, rest) = body(
            "PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nt: v\r\n\r\nNEXT",
        );
        assert_eq!(content.unwrap(), b"abc0123456789");
        assert_eq!(rest, b"NEXT");
    }

    #[test]
    fn a_cut_body_is_an_error() {
        assert!(body("PUT / HTTP/1.1\r\ncontent-length: 9\r\n\r\nabc").0.is_err());
        let chunked = "PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
        for rest in ["3\r\nabc\r\n", "3\r\nab", "zz\r\n", ""] {
            assert!(body(&format!("{chunked}{rest}")).0.is_err(), "{rest}");
        }
    }

    #[test]
    fn the_go_ahead_is_given_when_the_body_is_wanted() {
        let (content, written, _) = body("PUT / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\na");
        assert_eq!(content.unwrap(), b"a");
        assert_eq!(written, b"HTTP/1.1 100 Continue\r\n\r\n");
    }
}
