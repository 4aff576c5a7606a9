//! Forms of `multipart/form-data`: fields, then a file that is read as it arrives.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use crate::blob::CHUNK;

/// The most that all fields together may hold.
const MAX_FIELDS: usize = 1024 * 1024;
const MAX_LINE: u64 = 16 * 1024;

/// A form whose fields were read, up to its file.
pub(crate) struct Form<R> {
    /// In the order sent.
    pub(crate) fields: Vec<(String, String)>,
    /// The name that the file has on the client's machine.
    pub(crate) file_name: String,
    reader: BufReader<R>,
    delimiter: Vec<u8>,
    /// Bytes that began like the delimiter and belong to the part.
    pending: VecDeque<u8>,
    done: bool,
}

/// The boundary that a `Content-Type` names.
pub(crate) fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.eq_ignore_ascii_case("boundary") && !value.is_empty()).then_some(value)
    })
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

impl<R: Read> Form<R> {
    /// Reads the fields before the file. Fields after the file are ignored, as at COS.
    pub(crate) fn read(body: R, boundary: &str) -> io::Result<Self> {
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        let reader = BufReader::with_capacity(CHUNK, body);
        let mut form = Self {
            fields: Vec::new(),
            file_name: String::new(),
            reader,
            delimiter,
            pending: VecDeque::new(),
            done: false,
        };
        // The first boundary may have a preamble before it.
        loop {
            match form.line()? {
                line if line == format!("--{boundary}") => break,
                line if line == format!("--{boundary}--") => return Err(invalid("the form is empty")),
                _ => {}
            }
        }
        let mut left = MAX_FIELDS;
        loop {
            let (name, file_name) = form.part_head()?;
            form.done = false;
            if name.eq_ignore_ascii_case("file") {
                form.file_name = file_name.unwrap_or_default();
                return Ok(form);
            }
            let mut value = Vec::new();
            (&mut form).take(left as u64 + 1).read_to_end(&mut value)?;
            left = left.checked_sub(value.len()).ok_or_else(|| invalid("the fields are too large"))?;
            let value = String::from_utf8(value).map_err(|_| invalid("a field is not UTF-8"))?;
            form.fields.push((name, value));
            if form.line()?.starts_with("--") {
                return Err(invalid("the form has no file"));
            }
        }
    }

    /// The first value of a field, whatever its case.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(have, _)| have.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        (&mut self.reader).take(MAX_LINE).read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        line.pop_if(|last| *last == b'\r');
        String::from_utf8(line).map_err(|_| invalid("a line is not UTF-8"))
    }

    /// The name of the next part, and of its file.
    fn part_head(&mut self) -> io::Result<(String, Option<String>)> {
        let mut found = None;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return found.ok_or_else(|| invalid("a part has no name"));
            }
            let Some((header, value)) = line.split_once(':') else { continue };
            if header.eq_ignore_ascii_case("content-disposition") {
                let parameter = |name: &str| {
                    let start = value.find(&format!(" {name}=\""))? + name.len() + 3;
                    let rest = &value[start..];
                    Some(rest[..rest.find('"')?].replace("%22", "\""))
                };
                found = parameter("name").map(|name| (name, parameter("filename")));
            }
        }
    }
}

impl<R: Read> Read for Form<R> {
    /// Reads the part at hand, and passes over the delimiter after it.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.done || buffer.is_empty() {
            return Ok(0);
        }
        if !self.pending.is_empty() {
            return self.pending.read(buffer);
        }
        let have = self.reader.fill_buf()?;
        let first = self.delimiter[0];
        let safe = have.iter().position(|byte| *byte == first).unwrap_or(have.len());
        if safe > 0 {
            let read = safe.min(buffer.len());
            buffer[..read].copy_from_slice(&have[..read]);
            self.reader.consume(read);
            return Ok(read);
        }
        if have.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // What may be the delimiter is read byte by byte, since the buffer may hold only its beginning.
        let mut matched = 0;
        while matched < self.delimiter.len() {
            let next = *self.reader.fill_buf()?.first().ok_or(io::ErrorKind::UnexpectedEof)?;
            if next != self.delimiter[matched] {
                break;
            }
            matched += 1;
            self.reader.consume(1);
        }
        if matched == self.delimiter.len() {
            self.done = true;
            return Ok(0);
        }
        // No delimiter begins within another's beginning: its first byte occurs in it once.
        self.pending.extend(&self.delimiter[..matched]);
        self.pending.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out one byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            buffer[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    const TEXT: &str = "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na b\r\n--b\r\n\
        content-disposition: form-data; name=\"file\"; filename=\"x.txt\"\r\nContent-Type: a/b\r\n\r\n\
        one\r\n--a? \r\r\n-\r\n--b--\r\n";

    #[test]
    fn fields_and_a_file() {
        for slow in [false, true] {
            let reader: Box<dyn Read> = if slow { Box::new(Slow(TEXT.as_bytes())) } else { Box::new(TEXT.as_bytes()) };
            let mut form = Form::read(reader, "b").unwrap();
            assert_eq!((form.field("KEY"), form.file_name.as_str()), (Some("a b"), "x.txt"));
            let mut file = String::new();
            form.read_to_string(&mut file).unwrap();
            assert_eq!(file, "one\r\n--a? \r\r\n-");
        }
    }

    #[test]
    fn a_form_that_is_cut_or_has_no_file_is_refused() {
        let without = "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na\r\n--b--\r\n";
        for text in ["", "--b\r\n", "--b--\r\n", without, &TEXT[..60]] {
            assert!(Form::read(text.as_bytes(), "b").is_err(), "{text}");
        }
        let cut = TEXT.split("one").next().unwrap();
        let mut form = Form::read(cut.as_bytes(), "b").unwrap();
        assert!(form.read_to_end(&mut Vec::new()).is_err());
    }

    #[test]
    fn boundaries() {
        assert_eq!(boundary("multipart/form-data; boundary=x"), Some("x"));
        assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; boundary=\"x y\""), Some("x y"));
        assert_eq!(boundary("application/x-www-form-urlencoded"), None);
    }
}
