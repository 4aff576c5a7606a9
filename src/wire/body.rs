//! The body of a request: bytes, or a source that is read while it is sent.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

/// The body of a request: bytes, a file, or the content of a reader.
///
/// Made by `into()` from bytes (`&[u8]`, `&[u8; N]`, `Vec<u8>`, `&Vec<u8>`, `Cow`), from a [`File`](std::fs::File) and from
/// a reference to one, or by one of the functions here from text and from any [`Read`]. Bytes, files and seekable bodies
/// can be sent again when a request is retried; the others cannot, once a byte of them was read.
///
/// ```
/// use qcloud_cos::Body;
///
/// let from_bytes: Body = b"hello".into();
/// let from_text = Body::text("hello");
/// let from_stream = Body::reader(std::io::stdin());
/// ```
pub struct Body<'a>(pub(crate) BodyKind<'a>);

pub(crate) enum BodyKind<'a> {
    /// Nothing is sent; `Content-Length: 0` where the method expects a body.
    None,
    Bytes(Cow<'a, [u8]>),
    Source(Box<dyn BodySource + 'a>),
    /// The body could not be made; reported when the request is sent.
    Failed(io::Error),
}

/// A body that is read while it is sent.
///
/// It is no [`Read`], all of whose methods would be compiled for every kind of body; a `dyn BodySource` is one.
pub(crate) trait BodySource: Send {
    /// Reads as [`Read::read`] does.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize>;
    /// How many bytes are still to come, if that is known.
    fn remaining(&self) -> Option<u64>;
    /// Passes on the declared length, for sources that must know where to stop. Returns the length of the content, if it
    /// is known by then.
    fn declare(&mut self, _len: u64) -> Option<u64> {
        self.remaining()
    }
    /// Tells whether the bytes that are read from now on are sent, for sources that count those. At first they are.
    fn counts(&mut self, _sent: bool) {}
    /// Rewinds the body. False: the body can be read only once.
    fn rewind(&mut self) -> io::Result<bool>;
    /// Whether reading it uses it up.
    fn is_one_shot(&self) -> bool {
        false
    }
}

impl Read for dyn BodySource + '_ {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        BodySource::read(self, buf)
    }
}

impl<'a> Body<'a> {
    /// Sends a text, as UTF-8.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        match text.into() {
            Cow::Borrowed(text) => text.as_bytes().into(),
            Cow::Owned(text) => text.into_bytes().into(),
        }
    }

    /// Sends the bytes of `reader` until its end. The length is unknown, so they go out in chunks
    /// (`Transfer-Encoding: chunked`), and the request is not retried once a byte was read.
    pub fn reader(reader: impl Read + Send + 'a) -> Self {
        Self(BodyKind::Source(Box::new(OneShot { reader, len: None, pulled: false })))
    }

    /// Sends exactly `len` bytes of `reader`; a reader that ends before that is an error.
    pub fn sized_reader(reader: impl Read + Send + 'a, len: u64) -> Self {
        Self(BodyKind::Source(Box::new(OneShot { reader: reader.take(len), len: Some(len), pulled: false })))
    }

    /// Sends the content of `reader` from its current position on, as Python does with a file or a
    /// `BytesIO`. The length is found by seeking, and the request can be repeated. What claims to be empty and is not,
    /// such as a file of `/proc`, is read to its end and sent in chunks.
    pub fn seekable(mut reader: impl Read + Seek + Send + 'a) -> Self {
        match measure(&mut reader) {
            Ok((start, len)) => {
                let reader = reader.take(len.unwrap_or(u64::MAX));
                Self(BodyKind::Source(Box::new(Seekable { reader, start, len })))
            }
            Err(error) => Self(BodyKind::Failed(error)),
        }
    }

    pub(crate) fn source(source: impl BodySource + 'a) -> Self {
        Self(BodyKind::Source(Box::new(source)))
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self.0, BodyKind::None)
    }

    pub(crate) fn is_one_shot(&self) -> bool {
        matches!(&self.0, BodyKind::Source(source) if source.is_one_shot())
    }

    /// Returns the length in bytes, if it is known.
    pub(crate) fn len(&self) -> Option<u64> {
        match &self.0 {
            BodyKind::None | BodyKind::Failed(_) => Some(0),
            BodyKind::Bytes(bytes) => Some(bytes.len() as u64),
            BodyKind::Source(source) => source.remaining(),
        }
    }

    /// Passes on the length that the caller declared. Returns the length of the content, if it is known.
    pub(crate) fn declare(&mut self, len: u64) -> Option<u64> {
        match &mut self.0 {
            BodyKind::Source(source) => source.declare(len),
            BodyKind::None | BodyKind::Bytes(_) => self.len(),
            BodyKind::Failed(_) => None,
        }
    }

    /// Rewinds the body. False: this body cannot be read again.
    pub(crate) fn rewind(&mut self) -> io::Result<bool> {
        match &mut self.0 {
            BodyKind::None | BodyKind::Bytes(_) | BodyKind::Failed(_) => Ok(true),
            BodyKind::Source(source) => source.rewind(),
        }
    }
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({:?} bytes)", self.len())
    }
}

impl<'a> From<&'a [u8]> for Body<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self(BodyKind::Bytes(Cow::Borrowed(bytes)))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Body<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

impl From<Vec<u8>> for Body<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self(BodyKind::Bytes(Cow::Owned(bytes)))
    }
}

impl<'a> From<&'a Vec<u8>> for Body<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        bytes.as_slice().into()
    }
}

impl<'a> From<Cow<'a, [u8]>> for Body<'a> {
    fn from(bytes: Cow<'a, [u8]>) -> Self {
        Self(BodyKind::Bytes(bytes))
    }
}

/// What a call takes as its body: bytes, an open [`File`](std::fs::File) or a reference to one, the body of a download,
/// or a [`Body`].
///
/// Text is no body, because a key is text, too: with the two swapped, the text would become the object's name.
/// `b"text"`, `text.as_bytes()` and [`Body::text`] say what is meant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no body",
    label = "expected bytes, a `File` or a `Body`",
    note = "the orders are put_object(bucket, body, key), upload_part(bucket, key, body, ..), append_object(bucket, key, position, data)",
    note = "text becomes a body by `b\"text\"`, `text.as_bytes()` or `Body::text(text)`",
    note = "a reader becomes a body by `Body::reader(reader)`, a file by its path by `put_object_from_local_file`"
)]
pub trait IntoBody<'a> {
    /// Returns the body.
    #[doc(hidden)]
    fn into_body(self) -> Body<'a>;
}

impl<'a> IntoBody<'a> for Body<'a> {
    fn into_body(self) -> Self {
        self
    }
}

macro_rules! bodies {
    ($($kind:ty,)*) => {
        $(impl<'a> $crate::wire::body::IntoBody<'a> for $kind {
            fn into_body(self) -> $crate::wire::body::Body<'a> {
                self.into()
            }
        })*
    };
}

pub(crate) use bodies;

bodies! { &'a [u8], Vec<u8>, &'a Vec<u8>, Cow<'a, [u8]>, }

impl<'a, const N: usize> IntoBody<'a> for &'a [u8; N] {
    fn into_body(self) -> Body<'a> {
        self.into()
    }
}

struct OneShot<R> {
    reader: R,
    len: Option<u64>,
    pulled: bool,
}

impl<R: Read + Send> BodySource for OneShot<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.pulled = true;
        self.reader.read(buf)
    }

    fn remaining(&self) -> Option<u64> {
        self.len
    }

    fn rewind(&mut self) -> io::Result<bool> {
        Ok(!self.pulled)
    }

    fn is_one_shot(&self) -> bool {
        true
    }
}

struct Seekable<R> {
    reader: io::Take<R>,
    start: u64,
    len: Option<u64>,
}

/// Returns a reader's position and the number of bytes after it, if the reader can tell.
fn measure(reader: &mut (impl Read + Seek)) -> io::Result<(u64, Option<u64>)> {
    let start = reader.stream_position()?;
    // Files that the system generates while they are read cannot seek to their end, or have it at the start.
    let end = reader.seek(SeekFrom::End(0)).unwrap_or(start);
    reader.seek(SeekFrom::Start(start))?;
    if end > start {
        return Ok((start, Some(end - start)));
    }
    let more = loop {
        match reader.read(&mut [0]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => break read? > 0,
        }
    };
    reader.seek(SeekFrom::Start(start))?;
    Ok((start, if more { None } else { Some(0) }))
}

impl<R: Read + Seek + Send> BodySource for Seekable<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buf)
    }

    fn remaining(&self) -> Option<u64> {
        self.len
    }

    fn rewind(&mut self) -> io::Result<bool> {
        self.reader.get_mut().seek(SeekFrom::Start(self.start))?;
        self.reader.set_limit(self.len.unwrap_or(u64::MAX));
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn read(body: &mut Body<'_>) -> String {
        let BodyKind::Source(source) = &mut body.0 else { panic!("not a stream") };
        let mut text = String::new();
        source.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_seekable_body_starts_where_it_stood_and_rewinds_to_there() {
        let mut cursor = Cursor::new(b"0123456789".to_vec());
        cursor.set_position(4);
        let mut body = Body::seekable(cursor);
        assert_eq!(body.len(), Some(6));
        assert_eq!(read(&mut body), "456789");
        assert!(body.rewind().unwrap());
        assert_eq!(read(&mut body), "456789");
    }

    #[test]
    fn a_one_shot_body_can_be_repeated_only_before_the_first_byte() {
        let mut body = Body::reader(&b"abc"[..]);
        assert_eq!(body.len(), None);
        assert!(body.rewind().unwrap());
        assert_eq!(read(&mut body), "abc");
        assert!(!body.rewind().unwrap());
    }
}
