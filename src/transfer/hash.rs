//! Checksums of a part of a local file.

use std::fs::File;
use std::io;

use md5::{Digest, Md5};

use super::plan::PartRange;
use crate::local::read_at;
use crate::wire::crc64::Crc64;
use crate::wire::sign::hex;

/// How much is read at a time, in bytes.
const CHUNK: usize = 256 * 1024;

/// Returns the CRC-64 of a part.
pub(crate) fn crc64(file: &File, range: PartRange) -> io::Result<u64> {
    let mut crc = Crc64::new();
    each(file, range, |bytes| crc.update(bytes))?;
    Ok(crc.value())
}

/// Returns the MD5 in hex and the CRC-64 of a part.
pub(crate) fn md5_and_crc64(file: &File, range: PartRange) -> io::Result<(String, u64)> {
    let (mut md5, mut crc) = (Md5::new(), Crc64::new());
    each(file, range, |bytes| {
        md5.update(bytes);
        crc.update(bytes);
    })?;
    Ok((hex(&md5.finalize()), crc.value()))
}

fn each(file: &File, range: PartRange, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    let (mut at, end) = (range.offset, range.offset + range.len);
    while at < end {
        let wanted = buffer.len().min((end - at) as usize);
        match read_at(file, &mut buffer[..wanted], at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                take(&buffer[..read]);
                at += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
