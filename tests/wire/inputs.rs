//! Turns the tagged values of a case into Rust values.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use qcloud_cos::Body;
use serde_json::{Map, Value};

use crate::case::{gen_bytes, text, unbase64};
use crate::outcome::Stop;

/// The inputs of one case: its folder, what it may write, and its progress calls.
pub(crate) struct Inputs {
    pub(crate) folder: PathBuf,
    files: usize,
    /// Names and paths of `$dest` values.
    pub(crate) destinations: Vec<(String, PathBuf)>,
    progress: Arc<Mutex<Vec<(u64, u64)>>>,
}

/// The one tag of a value, and what it holds.
fn tag(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_object()?;
    let (name, inner) = map.iter().next()?;
    (map.len() == 1 && name.starts_with('$')).then_some((name.as_str(), inner))
}

impl Inputs {
    pub(crate) fn new(folder: &Path) -> Inputs {
        Inputs { folder: folder.to_owned(), files: 0, destinations: Vec::new(), progress: Arc::default() }
    }

    fn file(&mut self, data: &[u8]) -> io::Result<PathBuf> {
        self.files += 1;
        let path = self.folder.join(format!("in{}", self.files));
        std::fs::write(&path, data)?;
        Ok(path)
    }

    /// A body, of the kind that a port of the Python call would use.
    pub(crate) fn body(&mut self, name: &str, value: &Value) -> Result<Body<'static>, Stop> {
        if let Value::String(text) = value {
            return Ok(Body::text(text.clone()));
        }
        let refused = || Stop::Refused(format!("{name}={value}"));
        let (tag, inner) = tag(value).ok_or_else(refused)?;
        Ok(match tag {
            "$bytes_b64" => unbase64(inner).into(),
            "$bytes_gen" => gen_bytes(inner).into(),
            "$file_b64" => File::open(self.file(&unbase64(inner))?)?.into(),
            "$file_gen" => File::open(self.file(&gen_bytes(inner))?)?.into(),
            "$file_at" => {
                let mut file = File::open(self.file(&unbase64(&inner["b64"]))?)?;
                file.seek(SeekFrom::Start(inner["offset"].as_u64().unwrap_or_default()))?;
                file.into()
            }
            "$bytesio_b64" => Body::seekable(Cursor::new(unbase64(inner))),
            "$bytesio_gen" => Body::seekable(Cursor::new(gen_bytes(inner))),
            "$chunks_b64" => {
                let chunks: Vec<_> = inner.as_array().into_iter().flatten().map(unbase64).collect();
                Body::reader(Chunks { chunks: chunks.into_iter(), rest: Cursor::default() })
            }
            _ => return Err(refused()),
        })
    }

    /// Something to read, for a call that takes any reader.
    pub(crate) fn reader(&mut self, name: &str, value: &Value) -> Result<Box<dyn Read + Send>, Stop> {
        let refused = || Stop::Refused(format!("{name}={value} has no read"));
        let (tag, inner) = tag(value).ok_or_else(refused)?;
        Ok(match tag {
            "$file_b64" => Box::new(File::open(self.file(&unbase64(inner))?)?),
            "$file_gen" => Box::new(File::open(self.file(&gen_bytes(inner))?)?),
            "$bytesio_b64" => Box::new(Cursor::new(unbase64(inner))),
            "$bytesio_gen" => Box::new(Cursor::new(gen_bytes(inner))),
            _ => return Err(refused()),
        })
    }

    /// A path: of a file with given content, to write to, or as it stands.
    pub(crate) fn path(&mut self, name: &str, value: &Value) -> Result<PathBuf, Stop> {
        if let Value::String(path) = value {
            return Ok(path.into());
        }
        let refused = || Stop::Refused(format!("{name}={value}"));
        let (tag, inner) = tag(value).ok_or_else(refused)?;
        Ok(match tag {
            "$path_b64" => self.file(&unbase64(inner))?,
            "$path_gen" => self.file(&gen_bytes(inner))?,
            "$tmpdir" => self.folder.join(text(inner)),
            "$dest" => {
                let name = text(inner);
                let path = self.folder.join(name);
                if !self.destinations.iter().any(|(known, _)| known == name) {
                    self.destinations.push((name.to_owned(), path.clone()));
                }
                path
            }
            _ => return Err(refused()),
        })
    }

    /// A progress callback that notes its calls.
    pub(crate) fn progress(&self) -> impl Fn(u64, u64) + Send + Sync + 'static {
        let calls = Arc::clone(&self.progress);
        move |done, total| calls.lock().unwrap_or_else(PoisonError::into_inner).push((done, total))
    }

    /// The largest progress call, as `record.py` keeps it.
    pub(crate) fn last_progress(&self) -> Option<(u64, u64)> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).iter().max().copied()
    }
}

/// Reads the items of an iterator of byte strings one after the other.
struct Chunks {
    chunks: std::vec::IntoIter<Vec<u8>>,
    rest: Cursor<Vec<u8>>,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.rest.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.chunks.next() {
                Some(chunk) => self.rest = Cursor::new(chunk),
                None => return Ok(0),
            }
        }
    }
}

/// Text, as a setter that takes text wants it.
pub(crate) fn string(name: &str, value: &Value) -> Result<String, Stop> {
    match value {
        Value::String(text) => Ok(text.clone()),
        other => Err(Stop::Refused(format!("{name}={other} is not text"))),
    }
}

/// What Python writes into a query: text, or a number in decimal.
pub(crate) fn param(name: &str, value: &Value) -> Result<String, Stop> {
    match value {
        Value::Number(number) => Ok(number.to_string()),
        other => string(name, other),
    }
}

/// A number; a port of `TrafficLimit="819200"` writes `traffic_limit(819200)`.
pub(crate) fn number<T: TryFrom<u64>>(name: &str, value: &Value) -> Result<T, Stop> {
    let number = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let number = number.and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| Stop::Refused(format!("{name}={value} is not such a number")))
}

pub(crate) fn flag(name: &str, value: &Value) -> Result<bool, Stop> {
    value.as_bool().ok_or_else(|| Stop::Refused(format!("{name}={value} is not a bool")))
}

/// The entries of a dict of text (`Metadata`, `Params`, `Headers`), in order.
pub(crate) fn entries(name: &str, value: &Value) -> Result<Vec<(String, String)>, Stop> {
    let map = value.as_object().ok_or_else(|| Stop::Refused(format!("{name}={value} is not a dict")))?;
    map.iter().map(|(key, value)| Ok((key.clone(), param(key, value)?))).collect()
}

/// The keyword arguments of a call besides its positional ones. `None` in Python leaves
/// an argument at its default, and so it does here.
pub(crate) fn rest<'a>(
    args: &'a Map<String, Value>,
    positional: &'a [&str],
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    args.iter()
        .map(|(name, value)| (name.as_str(), value))
        .filter(|(name, value)| !positional.contains(name) && !value.is_null())
}

/// An argument that the call must have.
pub(crate) fn required<'a>(args: &'a Map<String, Value>, name: &str) -> Result<&'a Value, Stop> {
    args.get(name).ok_or_else(|| Stop::Refused(format!("{name} is missing")))
}
