//! The records of an object, read one after the other.

use std::cell::Cell;
use std::io::{self, BufReader, Cursor, Read};
use std::rc::Rc;

use csv::{ReaderBuilder, StringRecord, Terminator};
use flate2::read::MultiGzDecoder;
use serde_json::Value as Json;

use super::request::{CsvInput, Header, Input};
use super::value::Value;
use crate::error::{Code, Error};

/// One record.
pub(super) enum Row {
    Csv { fields: StringRecord, names: Option<Rc<StringRecord>> },
    Json(Json),
}

/// One step of the way to a value within a record.
#[derive(Debug)]
pub(super) enum Step {
    Name { name: String, exact: bool },
    Index(usize),
}

impl Step {
    fn is(&self, other: &str) -> bool {
        match self {
            Self::Name { name, exact: true } => name == other,
            Self::Name { name, exact: false } => name.eq_ignore_ascii_case(other),
            Self::Index(_) => false,
        }
    }

    /// The position that `_1`, `_2`... stand for, counted from 0.
    fn position(&self) -> Option<Result<usize, Error>> {
        let Self::Name { name, .. } = self else { return None };
        let number: usize = name.strip_prefix('_')?.parse().ok()?;
        Some(number.checked_sub(1).ok_or_else(|| Code::InvalidColumnIndex.into()))
    }
}

impl Row {
    /// The value a path leads to.
    pub(super) fn get(&self, path: &[Step]) -> Result<Value, Error> {
        match self {
            Self::Csv { fields, names } => {
                let [step] = path else {
                    return Err(Code::EvaluatorBindingDoesNotExist.into());
                };
                let named = names.as_ref().and_then(|names| names.iter().position(|name| step.is(name)));
                let position = match (named, step.position()) {
                    (Some(position), _) => position,
                    (None, Some(position)) => position?,
                    (None, None) => return Err(Code::EvaluatorBindingDoesNotExist.into()),
                };
                Ok(fields.get(position).map_or(Value::Missing, |field| Value::Text(field.to_owned())))
            }
            Self::Json(json) => {
                let mut at = json;
                for (depth, step) in path.iter().enumerate() {
                    let position = step.position().filter(|_| depth == 0);
                    let found = match (at, step) {
                        (Json::Array(items), Step::Index(index)) => items.get(*index),
                        (Json::Object(members), Step::Name { name, .. }) => {
                            let by_position = || position.and_then(|at| members.values().nth(at.ok()?));
                            let loosely = || members.iter().find(|(have, _)| step.is(have)).map(|(_, value)| value);
                            members.get(name).or_else(loosely).or_else(by_position)
                        }
                        _ => None,
                    };
                    match found {
                        Some(value) => at = value,
                        None => return Ok(Value::Missing),
                    }
                }
                Ok(Value::from_json(at))
            }
        }
    }

    /// All values with their names.
    pub(super) fn all(&self) -> Vec<(String, Value)> {
        let by_position = |at: usize| format!("_{}", at + 1);
        match self {
            Self::Csv { fields, names } => {
                let name = |at| names.as_ref().and_then(|names| names.get(at)).map(str::to_owned);
                let named = |(at, field): (usize, &str)| {
                    (name(at).unwrap_or_else(|| by_position(at)), Value::Text(field.to_owned()))
                };
                fields.iter().enumerate().map(named).collect()
            }
            Self::Json(Json::Object(members)) => {
                members.iter().map(|(name, value)| (name.clone(), Value::from_json(value))).collect()
            }
            Self::Json(other) => vec![(by_position(0), Value::from_json(other))],
        }
    }
}

/// The records in some bytes; `each` makes the items of arrays records of their own.
pub(super) fn read(
    bytes: Vec<u8>,
    gzip: bool,
    input: &Input,
    each: bool,
    processed: Rc<Cell<u64>>,
) -> Box<dyn Iterator<Item = Result<Row, Error>> + '_> {
    let bytes = Cursor::new(bytes);
    let plain: Box<dyn Read> = if gzip { Box::new(MultiGzDecoder::new(bytes)) } else { Box::new(bytes) };
    let counted = Counted { inner: plain, count: processed };
    match input {
        Input::Csv(format) => Box::new(csv_rows(counted, format)),
        Input::Json => Box::new(json_rows(counted, each)),
    }
}

fn csv_rows(from: impl Read, format: &CsvInput) -> impl Iterator<Item = Result<Row, Error>> {
    let by_line = format.record_delimiter.is_none();
    // The reader's comments end with a line, whatever ends a record.
    let comments = format.comments.filter(|_| !by_line);
    let terminator = format.record_delimiter.map_or(Terminator::CRLF, Terminator::Any);
    let reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(terminator)
        .delimiter(format.field_delimiter)
        .quoting(format.quote.is_some())
        .quote(format.quote.unwrap_or(b'"'))
        .double_quote(format.escape.is_none())
        .escape(format.escape)
        .comment(format.comments.filter(|_| by_line))
        .from_reader(from);
    let mut records = reader.into_records();
    let delimiter = char::from(format.record_delimiter.unwrap_or(b'\n'));
    let quoted_delimiters = format.quoted_delimiters;
    let mut header = format.header;
    let mut names = None;
    std::iter::from_fn(move || {
        loop {
            let fields = match records.next()? {
                Ok(fields) => fields,
                Err(error) => return Some(Err(csv_error(&error))),
            };
            let first = fields.get(0).and_then(|field| field.bytes().next());
            if comments.is_some() && comments == first {
                continue;
            }
            if !quoted_delimiters && fields.iter().any(|field| field.contains(delimiter)) {
                let message = "A quoted field contains the record delimiter.";
                return Some(Err(Error::new(Code::CSVParsingError, message)));
            }
            match header {
                Header::None => return Some(Ok(Row::Csv { fields, names: names.clone() })),
                Header::Use => names = Some(Rc::new(fields)),
                Header::Ignore => {}
            }
            header = Header::None;
        }
    })
}

fn json_rows(from: impl Read, each: bool) -> impl Iterator<Item = Result<Row, Error>> {
    let values = serde_json::Deserializer::from_reader(BufReader::new(from)).into_iter::<Json>();
    values.flat_map(move |value| match value {
        Ok(Json::Array(items)) if each => items.into_iter().map(|item| Ok(Row::Json(item))).collect(),
        Ok(value) => vec![Ok(Row::Json(value))],
        Err(error) => vec![Err(json_error(error))],
    })
}

fn csv_error(error: &csv::Error) -> Error {
    match error.kind() {
        csv::ErrorKind::Io(error) => unreadable(error),
        csv::ErrorKind::Utf8 { .. } => Code::InvalidTextEncoding.into(),
        _ => Error::new(Code::CSVParsingError, error.to_string()),
    }
}

fn json_error(error: serde_json::Error) -> Error {
    if error.is_io() { unreadable(&error.into()) } else { Error::new(Code::JSONParsingError, error.to_string()) }
}

/// The result of decompression.
fn unreadable(error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        Code::TruncatedInput.into()
    } else {
        Code::InvalidCompressionFormat.into()
    }
}

/// Counts what passes.
struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}
