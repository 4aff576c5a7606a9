//! The cipher of Python's format: AES-256-CTR, as many bytes as there were.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use super::keys::DataKey;
use super::plaintext::Plaintext;
use super::uploads::PartCipher;
use crate::cipher::{Cipher, Content, Stored};
use crate::error::{ClientErrorKind, CosClientError};
use crate::local::{read_at, write_all_at};
use crate::wire::body::{Body, BodyKind, BodySource};

/// The block of AES, in bytes.
const BLOCK: u64 = 16;
/// How much of a file is decrypted at a time, in bytes.
const CHUNK: usize = 256 * 1024;

impl Cipher for DataKey {
    fn unit(&self) -> u64 {
        BLOCK
    }

    fn stored_len(&self, content: u64) -> u64 {
        content
    }

    fn content_len(&self, stored: u64) -> u64 {
        stored
    }

    fn seal(self: Arc<Self>, body: Body<'_>, start: u64, _: bool) -> Body<'_> {
        match body.0 {
            // Its error is reported when the request is sent.
            BodyKind::Failed(_) => body,
            _ => Body::source(Sealed { plaintext: Plaintext::new(body), key: self, start }),
        }
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
        let mut buffer = vec![0; CHUNK];
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

impl PartCipher for DataKey {
    fn ends_with(&self, _: u32, content: u64) -> bool {
        !content.is_multiple_of(BLOCK)
    }

    fn marks_end(&self) -> bool {
        false
    }
}

/// A body that is encrypted while it is sent.
struct Sealed<'a> {
    plaintext: Plaintext<'a>,
    key: Arc<DataKey>,
    /// Where in the object the body starts.
    start: u64,
}

impl Read for Sealed<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let at = self.start + self.plaintext.position();
        let read = self.plaintext.read(buf)?;
        self.key.apply(&mut buf[..read], at)?;
        Ok(read)
    }
}

impl BodySource for Sealed<'_> {
    fn remaining(&self) -> Option<u64> {
        self.plaintext.len()
    }

    fn counts(&mut self, sent: bool) {
        self.plaintext.counts(sent);
    }

    fn rewind(&mut self) -> io::Result<bool> {
        self.plaintext.rewind()
    }

    fn is_one_shot(&self) -> bool {
        self.plaintext.is_one_shot()
    }
}

/// A body that is decrypted while it is read.
struct Unsealed {
    stored: Box<dyn Read + Send>,
    key: Arc<DataKey>,
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
