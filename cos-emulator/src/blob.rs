//! Stored bytes: in memory or in a file, and joined into the data of an object.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Size of the buffers that bodies are moved with: large enough that system calls do not dominate.
pub(crate) const CHUNK: usize = 256 * 1024;

/// A run of bytes that never changes once it is written.
#[derive(Debug)]
pub(crate) enum Blob {
    Memory(Vec<u8>),
    File(FileBlob),
}

/// A file that disappears with its last user unless something refers to it on disk.
///
/// This way an aborted upload leaves nothing behind, and a download goes on while the object it
/// reads is replaced.
#[derive(Debug)]
pub(crate) struct FileBlob {
    path: PathBuf,
    len: u64,
    kept: AtomicBool,
}

impl Drop for FileBlob {
    fn drop(&mut self) {
        if !self.kept.load(Ordering::Relaxed) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Blob {
    /// A blob that is already on disk, as a record there says.
    pub(crate) fn existing(path: PathBuf) -> io::Result<Self> {
        Ok(Self::File(FileBlob { len: fs::metadata(&path)?.len(), path, kept: AtomicBool::new(true) }))
    }

    fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File(file) => file.len,
        }
    }
}

/// The bytes of an object: one blob, or several put end to end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Data(Vec<Arc<Blob>>);

impl Data {
    pub(crate) fn new(blobs: Vec<Arc<Blob>>) -> Self {
        Self(blobs)
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.iter().map(|blob| blob.len()).sum()
    }

    pub(crate) fn append(&mut self, other: &Data) {
        self.0.extend(other.0.iter().cloned());
    }

    /// File names of the blobs, for the record on disk.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0
            .iter()
            .filter_map(|blob| match &**blob {
                Blob::Memory(_) => None,
                Blob::File(file) => Some(file.path.file_name()?.to_string_lossy().into_owned()),
            })
            .collect()
    }

    /// Says whether records on disk refer to this data.
    pub(crate) fn keep(&self, kept: bool) {
        for blob in &self.0 {
            if let Blob::File(file) = &**blob {
                file.kept.store(kept, Ordering::Relaxed);
            }
        }
    }

    /// The same bytes with a life of their own.
    pub(crate) fn duplicate(&self, place: &Place) -> io::Result<Self> {
        let copy = |blob: &Arc<Blob>| match &**blob {
            Blob::Memory(_) => Ok(Arc::clone(blob)),
            Blob::File(file) => {
                let path = place.fresh_path();
                fs::hard_link(&file.path, &path).or_else(|_| fs::copy(&file.path, &path).map(|_| ()))?;
                Ok(Arc::new(Blob::File(FileBlob { path, len: file.len, kept: AtomicBool::new(false) })))
            }
        };
        self.0.iter().map(copy).collect::<io::Result<_>>().map(Self)
    }

    /// Sends a range somewhere; if that is a socket, the standard library hands files to the kernel.
    pub(crate) fn copy_to<W: Write>(&self, offset: u64, len: u64, to: &mut W) -> io::Result<()> {
        self.for_each_piece(offset, len, |blob, start, len| match blob {
            Blob::Memory(bytes) => to.write_all(&bytes[start as usize..(start + len) as usize]),
            Blob::File(file) => {
                let mut source = File::open(&file.path)?;
                source.seek(SeekFrom::Start(start))?;
                match io::copy(&mut source.take(len), to)? {
                    copied if copied == len => Ok(()),
                    _ => Err(io::ErrorKind::UnexpectedEof.into()),
                }
            }
        })
    }

    /// Hands over a range in pieces the callee may change.
    pub(crate) fn for_each_chunk(
        &self,
        offset: u64,
        len: u64,
        mut each: impl FnMut(&mut [u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut buffer = Vec::new();
        self.for_each_piece(offset, len, |blob, start, len| match blob {
            Blob::Memory(bytes) => {
                for chunk in bytes[start as usize..(start + len) as usize].chunks(CHUNK) {
                    buffer.clear();
                    buffer.extend_from_slice(chunk);
                    each(&mut buffer)?;
                }
                Ok(())
            }
            Blob::File(file) => {
                let mut source = File::open(&file.path)?;
                source.seek(SeekFrom::Start(start))?;
                let mut left = len;
                while left > 0 {
                    buffer.resize(left.min(CHUNK as u64) as usize, 0);
                    source.read_exact(&mut buffer)?;
                    each(&mut buffer)?;
                    left -= buffer.len() as u64;
                }
                Ok(())
            }
        })
    }

    fn for_each_piece(
        &self,
        mut offset: u64,
        mut len: u64,
        mut each: impl FnMut(&Blob, u64, u64) -> io::Result<()>,
    ) -> io::Result<()> {
        for blob in &self.0 {
            if len == 0 {
                break;
            }
            if offset >= blob.len() {
                offset -= blob.len();
                continue;
            }
            let piece = len.min(blob.len() - offset);
            each(blob, offset, piece)?;
            len -= piece;
            offset = 0;
        }
        Ok(())
    }
}

/// Where the blobs of a bucket are written.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Memory,
    Directory(PathBuf),
}

impl Place {
    fn fresh_path(&self) -> PathBuf {
        match self {
            Self::Memory => PathBuf::new(),
            Self::Directory(dir) => dir.join(crate::ids::unique()),
        }
    }

    /// Starts a blob; `expected` is its length, if known.
    pub(crate) fn writer(&self, expected: Option<u64>) -> io::Result<BlobWriter> {
        // A client may announce more than it sends: reserve a moderate amount only.
        const MOST_RESERVED: u64 = 64 * 1024 * 1024;
        match self {
            Self::Memory => {
                let reserve = expected.unwrap_or(0).min(MOST_RESERVED) as usize;
                Ok(BlobWriter::Memory(Vec::with_capacity(reserve)))
            }
            Self::Directory(_) => {
                let path = self.fresh_path();
                let file = File::create_new(&path)?;
                let blob = FileBlob { path, len: 0, kept: AtomicBool::new(false) };
                Ok(BlobWriter::File(file, blob))
            }
        }
    }
}

/// A blob being written.
pub(crate) enum BlobWriter {
    Memory(Vec<u8>),
    File(File, FileBlob),
}

impl BlobWriter {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Memory(buffer) => buffer.extend_from_slice(bytes),
            Self::File(file, blob) => {
                file.write_all(bytes)?;
                blob.len += bytes.len() as u64;
            }
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Data {
        let blob = match self {
            Self::Memory(mut buffer) => {
                buffer.shrink_to_fit();
                Blob::Memory(buffer)
            }
            Self::File(_, blob) => Blob::File(blob),
        };
        Data(vec![Arc::new(blob)])
    }
}

/// Deletes blobs a crash left behind: those no record names.
pub(crate) fn sweep(dir: &Path, named: &std::collections::HashSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if !named.contains(entry.file_name().to_string_lossy().as_ref()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
