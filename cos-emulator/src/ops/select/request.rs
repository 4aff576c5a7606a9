//! The `SelectRequest` document.

use std::cell::Cell;
use std::rc::Rc;

use crate::error::{Code, Error};
use crate::xml::Element;

/// As in COS.
const LONGEST_EXPRESSION: usize = 256 * 1024;

/// The content of a request.
pub(super) struct Request {
    pub(super) expression: String,
    pub(super) gzip: bool,
    pub(super) input: Input,
    pub(super) output: Output,
    pub(super) with_progress: bool,
}

/// How the object is laid out.
pub(super) enum Input {
    Csv(CsvInput),
    /// Lines and documents are read alike: as JSON values one after the other.
    Json,
}

pub(super) struct CsvInput {
    pub(super) header: Header,
    /// `None` takes a line feed, a carriage return, or both in that order.
    pub(super) record_delimiter: Option<u8>,
    pub(super) field_delimiter: u8,
    pub(super) quote: Option<u8>,
    /// `None` when the quote escapes itself.
    pub(super) escape: Option<u8>,
    pub(super) comments: Option<u8>,
    pub(super) quoted_delimiters: bool,
}

/// The role of the first record of a CSV object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// A record.
    None,
    /// The names of the columns.
    Use,
    /// To be skipped.
    Ignore,
}

/// How the result is laid out.
pub(super) enum Output {
    Csv(CsvOutput),
    Json { record_delimiter: String },
}

pub(super) struct CsvOutput {
    pub(super) always_quote: bool,
    pub(super) record_delimiter: String,
    pub(super) field_delimiter: String,
    pub(super) quote: String,
    pub(super) escape: String,
}

/// The number of bytes read from the object, and their number after decompression.
pub(super) struct Totals {
    pub(super) scanned: u64,
    pub(super) processed: Rc<Cell<u64>>,
}

impl Request {
    pub(super) fn from_xml(tree: &Element) -> Result<Self, Error> {
        let expression = required(tree, "Expression")?.text.clone();
        if expression.len() > LONGEST_EXPRESSION {
            return Err(Code::ExpressionTooLong.into());
        }
        if !required(tree, "ExpressionType")?.text.trim().eq_ignore_ascii_case("SQL") {
            return Err(Code::InvalidExpressionType.into());
        }
        let input = required(tree, "InputSerialization")?;
        Ok(Self {
            expression,
            gzip: is_gzip(input)?,
            input: Input::from_xml(input)?,
            output: Output::from_xml(required(tree, "OutputSerialization")?)?,
            with_progress: match tree.child("RequestProgress") {
                Some(progress) => flag(progress, "Enabled", false)?,
                None => false,
            },
        })
    }
}

impl Input {
    fn from_xml(input: &Element) -> Result<Self, Error> {
        if input.child("Parquet").is_some() {
            return Err(Error::new(Code::NotImplemented, "The emulator does not read Parquet."));
        }
        match (input.child("CSV"), input.child("JSON")) {
            (Some(csv), None) => CsvInput::from_xml(csv).map(Self::Csv),
            (None, Some(json)) => match json.child_text("Type") {
                Some(kind) if one_of(kind, &["LINES", "DOCUMENT"]) => Ok(Self::Json),
                _ => Err(Code::InvalidJsonType.into()),
            },
            (Some(_), Some(_)) => Err(Code::ObjectSerializationConflict.into()),
            (None, None) => Err(missing("CSV or JSON")),
        }
    }
}

impl CsvInput {
    fn from_xml(csv: &Element) -> Result<Self, Error> {
        let header = match csv.child_text("FileHeaderInfo").unwrap_or("NONE") {
            kind if kind.eq_ignore_ascii_case("NONE") => Header::None,
            kind if kind.eq_ignore_ascii_case("USE") => Header::Use,
            kind if kind.eq_ignore_ascii_case("IGNORE") => Header::Ignore,
            _ => return Err(Code::InvalidFileHeaderInfo.into()),
        };
        let quote = byte(csv, "QuoteCharacter", "\"")?;
        Ok(Self {
            header,
            record_delimiter: match text(csv, "RecordDelimiter", "\n") {
                "\n" | "\r\n" => None,
                _ => byte(csv, "RecordDelimiter", "\n")?,
            },
            field_delimiter: byte(csv, "FieldDelimiter", ",")?.unwrap_or(b','),
            quote,
            escape: byte(csv, "QuoteEscapeCharacter", "\"")?.filter(|escape| Some(*escape) != quote),
            comments: byte(csv, "Comments", "")?,
            quoted_delimiters: flag(csv, "AllowQuotedRecordDelimiter", true)?,
        })
    }
}

impl Output {
    fn from_xml(output: &Element) -> Result<Self, Error> {
        match (output.child("CSV"), output.child("JSON")) {
            (Some(csv), None) => {
                let always_quote = match csv.child_text("QuoteFields").unwrap_or("ASNEEDED") {
                    kind if kind.eq_ignore_ascii_case("ASNEEDED") => false,
                    kind if kind.eq_ignore_ascii_case("ALWAYS") => true,
                    _ => return Err(Code::InvalidQuoteFields.into()),
                };
                let quote = text(csv, "QuoteCharacter", "\"").to_owned();
                Ok(Self::Csv(CsvOutput {
                    always_quote,
                    record_delimiter: text(csv, "RecordDelimiter", "\n").to_owned(),
                    field_delimiter: text(csv, "FieldDelimiter", ",").to_owned(),
                    escape: text(csv, "QuoteEscapeCharacter", &quote).to_owned(),
                    quote,
                }))
            }
            (None, Some(json)) => Ok(Self::Json { record_delimiter: text(json, "RecordDelimiter", "\n").to_owned() }),
            (Some(_), Some(_)) => Err(Code::ObjectSerializationConflict.into()),
            (None, None) => Err(missing("CSV or JSON")),
        }
    }
}

fn is_gzip(input: &Element) -> Result<bool, Error> {
    match input.child_text("CompressionType").unwrap_or("NONE") {
        kind if kind.eq_ignore_ascii_case("NONE") => Ok(false),
        kind if kind.eq_ignore_ascii_case("GZIP") => Ok(true),
        kind if kind.eq_ignore_ascii_case("BZIP2") => {
            Err(Error::new(Code::NotImplemented, "The emulator does not read bzip2."))
        }
        _ => Err(Code::InvalidCompressionFormat.into()),
    }
}

fn one_of(text: &str, all: &[&str]) -> bool {
    all.iter().any(|one| one.eq_ignore_ascii_case(text))
}

fn missing(name: &str) -> Error {
    Error::new(Code::MissingRequiredParameter, format!("The request lacks {name}."))
}

fn required<'a>(parent: &'a Element, name: &str) -> Result<&'a Element, Error> {
    parent.child(name).ok_or_else(|| missing(name))
}

/// The text of a child as it stands: white space is a delimiter like any other.
fn text<'a>(parent: &'a Element, name: &str, default: &'a str) -> &'a str {
    parent.child(name).map_or(default, |child| child.text.as_str())
}

/// A child that is one byte, or nothing.
fn byte(parent: &Element, name: &str, default: &str) -> Result<Option<u8>, Error> {
    match text(parent, name, default).as_bytes() {
        [] => Ok(None),
        [byte] => Ok(Some(*byte)),
        _ => {
            let message = format!("The emulator does not implement a {name} of several bytes.");
            Err(Error::new(Code::NotImplemented, message))
        }
    }
}

fn flag(parent: &Element, name: &str, default: bool) -> Result<bool, Error> {
    match parent.child_text(name) {
        None | Some("") => Ok(default),
        Some(value) if value.eq_ignore_ascii_case("TRUE") => Ok(true),
        Some(value) if value.eq_ignore_ascii_case("FALSE") => Ok(false),
        Some(_) => Err(Error::new(Code::InvalidArgument, format!("invalid {name}"))),
    }
}
