//! XML bodies: parsing with the root's name checked first, and writing as the official SDK writes.

use quick_xml::de::from_str;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use quick_xml::se::{QuoteLevel, Serializer};
use serde::de::{DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};

use crate::error::{ClientErrorKind, CosClientError};

/// What starts every XML body; the line break is the official SDK's, and Content-MD5 covers it.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

/// Parses a document whose root must be `root`. Elements are matched by their local names; unknown
/// ones are skipped.
///
/// The root is checked first because with defaulted fields any document, an `<Error>` too, would
/// parse as an empty success.
pub(crate) fn parse<T: DeserializeOwned>(root: &str, body: &[u8]) -> Result<T, CosClientError> {
    let text = text(body)?;
    let found = root_name(text)?;
    if found != root {
        return Err(error(format!("expected <{root}>, found <{found}>")));
    }
    from_str(text).map_err(|e| error(format!("<{root}>: {e}")).caused_by(e))
}

/// Parses a document with any root, for what is an error already.
pub(crate) fn parse_any<T: DeserializeOwned>(body: &[u8]) -> Result<T, CosClientError> {
    let text = text(body)?;
    root_name(text)?;
    from_str(text).map_err(|e| error(&e).caused_by(e))
}

/// Tells whether a body is a document with this root.
pub(crate) fn has_root(root: &str, body: &[u8]) -> bool {
    text(body).and_then(root_name).is_ok_and(|found| found == root)
}

fn text(body: &[u8]) -> Result<&str, CosClientError> {
    let text = std::str::from_utf8(body).map_err(|e| error("is not UTF-8").caused_by(e))?;
    Ok(text.trim_start_matches('\u{feff}').trim())
}

fn root_name(text: &str) -> Result<String, CosClientError> {
    let mut reader = Reader::from_str(text);
    loop {
        let event = reader.read_event().map_err(|e| error(e.to_string()).caused_by(e))?;
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                return Ok(tag.local_name().as_ref().to_owned());
            }
            // COS sends none; refusing it closes the door to entity bombs.
            Event::DocType(_) => return Err(error("holds a document type")),
            Event::Eof => return Err(error("is empty")),
            _ => {}
        }
    }
}

fn error(why: impl std::fmt::Display) -> CosClientError {
    CosClientError::new(ClientErrorKind::Xml, format!("the XML answer {why}"))
}

/// Writes a document as the official SDK's `format_xml` does, byte for byte.
pub(crate) fn write<T: Serialize>(root: &str, value: &T) -> Result<Vec<u8>, CosClientError> {
    // Only `<`, `>` and `&` are escaped in texts there.
    serialize(root, value, QuoteLevel::Partial).map(|xml| (DECLARATION.to_owned() + &xml).into_bytes())
}

/// Writes a document as the official SDK writes `CompleteMultipartUpload`: without a line break, and
/// with quotes escaped.
pub(crate) fn write_complete<T: Serialize>(root: &str, value: &T) -> Result<Vec<u8>, CosClientError> {
    let xml = serialize(root, value, QuoteLevel::Full)?;
    Ok((DECLARATION.trim_end().to_owned() + &xml).into_bytes())
}

fn serialize<T: Serialize>(root: &str, value: &T, quotes: QuoteLevel) -> Result<String, CosClientError> {
    let mut xml = String::new();
    let written = Serializer::with_root(&mut xml, Some(root)).and_then(|mut serializer| {
        serializer.expand_empty_elements(true).set_quote_level(quotes);
        value.serialize(serializer)
    });
    written.map_err(|e| CosClientError::invalid(root, e.to_string()).caused_by(e))?;
    Ok(xml)
}

/// Reads a number that may be an empty element: `<MaxKeys/>` is 0.
pub(crate) fn number<'de, D, N>(deserializer: D) -> Result<N, D::Error>
where
    D: Deserializer<'de>,
    N: std::str::FromStr + Default,
    N::Err: std::fmt::Display,
{
    let text: String = serde::Deserialize::deserialize(deserializer)?;
    match text.trim() {
        "" => Ok(N::default()),
        digits => digits.parse().map_err(serde::de::Error::custom),
    }
}

/// Reads a number that a pasted Python dict may hold as text: `"1"` as well as `1`.
pub(crate) fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        Number(u32),
        Text(String),
    }
    match Given::deserialize(deserializer)? {
        Given::Number(number) => Ok(number),
        Given::Text(text) => text.trim().parse().map_err(serde::de::Error::custom),
    }
}

/// Reads a bool that may be an empty element.
pub(crate) fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let text: String = serde::Deserialize::deserialize(deserializer)?;
    match text.trim() {
        "true" => Ok(true),
        "false" | "" => Ok(false),
        other => Err(serde::de::Error::custom(format!("{other:?} is neither true nor false"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "PascalCase", default)]
    struct Thing {
        name: String,
        #[serde(deserialize_with = "number")]
        size: u64,
        item: Vec<String>,
    }

    fn thing(xml: &str) -> Result<Thing, CosClientError> {
        parse("Thing", xml.as_bytes())
    }

    #[test]
    fn reads_by_local_names_and_skips_the_unknown() {
        let xml = "\u{feff}<?xml version='1.0'?><x:Thing xmlns:x='u'><x:Name>a&lt;b</x:Name><Size/>\
                   <Item>1</Item><New><Deep/></New><Item>2</Item></x:Thing>";
        let expected = Thing { name: "a<b".into(), size: 0, item: vec!["1".into(), "2".into()] };
        assert_eq!(thing(xml).unwrap(), expected);
    }

    #[test]
    fn refuses_what_is_not_the_expected_document() {
        for bad in [
            "",
            "   ",
            "<Error><Code>c</Code></Error>",
            "<Thing><Size>x</Size></Thing>",
            "<Thing><Name>cut",
            "<!DOCTYPE t [<!ENTITY a 'b'>]><Thing/>",
            "not xml",
        ] {
            let error = thing(bad).unwrap_err();
            assert_eq!(*error.kind(), ClientErrorKind::Xml, "{bad}");
        }
    }

    #[test]
    fn writes_as_recorded() {
        let value = Thing { name: "a\"&<>'".into(), size: 1, item: vec![] };
        let xml = String::from_utf8(write("Thing", &value).unwrap()).unwrap();
        let expected = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                        <Thing><Name>a\"&amp;&lt;&gt;'</Name><Size>1</Size></Thing>";
        assert_eq!(xml, expected);
    }
}
