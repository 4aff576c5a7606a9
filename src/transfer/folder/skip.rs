//! Which files need not be transferred.

use std::fs::File;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method};

use super::keys::argument;
use super::walk::modified;
use crate::client::CosS3Client;
use crate::ops::bucket::list::Object;
use crate::ops::object::head::{HeadObjectOutput, head_for};
use crate::ops::response::Response;
use crate::transfer::file;
use crate::transfer::plan::PartRange;
use crate::wire::request::Request;
use crate::wire::uri::Target;

/// Which files of a folder are not transferred, for they are on the other side already. In any case they
/// have the same length there; metadata and other settings of an object are not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SkipIdentical {
    /// Those with the same CRC-64. Only if the length is the same is the local file read and COS asked.
    /// An object whose CRC-64 COS does not know is transferred.
    #[default]
    Crc64,
    /// Those that are not older on the other side: no byte is read. COS knows the time in seconds, so a
    /// file of the same second is transferred again.
    ModifiedTime,
    /// None.
    Never,
}

/// A file and an object that are compared.
pub(super) struct Pair<'p> {
    pub(super) client: &'p CosS3Client,
    pub(super) bucket: &'p str,
    /// The headers that SSE-C needs.
    pub(super) headers: HeaderMap,
    pub(super) file: &'p File,
    pub(super) object: &'p Object,
}

impl Pair<'_> {
    /// Tells whether the object need not be written again. If that cannot be found out, it must be.
    pub(super) fn uploaded(self, skip: SkipIdentical) -> bool {
        match skip {
            SkipIdentical::Never => false,
            _ if !self.has_one_length() => false,
            SkipIdentical::Crc64 => self.has_one_crc64().0,
            SkipIdentical::ModifiedTime => self.times().is_some_and(|(file, object)| file < object),
        }
    }

    /// Tells whether the file need not be written again, and returns the object's headers if they were read.
    pub(super) fn downloaded(self, skip: SkipIdentical) -> (bool, Option<Response<HeadObjectOutput>>) {
        match skip {
            SkipIdentical::Never => (false, None),
            _ if !self.has_one_length() => (false, None),
            SkipIdentical::Crc64 => self.has_one_crc64(),
            SkipIdentical::ModifiedTime => {
                // The object may have been written at the end of the second that COS names.
                let second = Duration::from_secs(1);
                (self.times().is_some_and(|(file, object)| file >= object + second), None)
            }
        }
    }

    fn has_one_length(&self) -> bool {
        self.file.metadata().is_ok_and(|found| found.len() == self.object.size)
    }

    fn has_one_crc64(self) -> (bool, Option<Response<HeadObjectOutput>>) {
        let target = Target::object(self.bucket, argument(&self.object.key));
        let mut request = Request::new("head_object", Method::HEAD, target);
        request.headers = self.headers;
        let head = match head_for(self.client, request) {
            Ok(head) => head,
            Err(error) => {
                log::debug!("cannot ask for the CRC-64 of {:?}: {error}", self.object.key);
                return (false, None);
            }
        };
        let whole = PartRange { number: 1, offset: 0, len: head.content_length };
        let same = match head.crc64 {
            Some(crc64) if head.content_length == self.object.size => {
                file::crc64(self.file, whole).is_ok_and(|own| own == crc64)
            }
            _ => false,
        };
        (same, Some(head))
    }

    /// When the file and the object were last written.
    fn times(&self) -> Option<(SystemTime, SystemTime)> {
        Some((modified(self.file)?, humantime::parse_rfc3339(&self.object.last_modified).ok()?))
    }
}
