//! Writing documents as the official SDK writes them, byte for byte.

use quick_xml::se::{QuoteLevel, Serializer};
use serde::Serialize;

use crate::dict::Dict;
use crate::error::CosClientError;

/// The start of every XML body. The line break is the official SDK's, and Content-MD5 covers it.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

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

/// Writes every type as the dict that it is, because quick-xml's code for each would be long.
fn serialize<T: Serialize>(root: &str, value: &T, quotes: QuoteLevel) -> Result<String, CosClientError> {
    let dict = serde_json::to_value(value).map_err(|e| CosClientError::invalid(root, e.to_string()).caused_by(e))?;
    serialize_dict(root, &dict.into(), quotes)
}

fn serialize_dict(root: &str, dict: &Dict, quotes: QuoteLevel) -> Result<String, CosClientError> {
    let mut xml = String::new();
    let written = Serializer::with_root(&mut xml, Some(root)).and_then(|mut serializer| {
        serializer.expand_empty_elements(true).set_quote_level(quotes);
        dict.serialize(serializer)
    });
    written.map_err(|e| CosClientError::invalid(root, e.to_string()).caused_by(e))?;
    if holds(&xml) { Ok(xml) } else { Err(CosClientError::invalid(root, "holds a character that XML cannot hold")) }
}

/// Whether a text has only characters of XML 1.0; no escape brings another into a document.
pub(crate) fn holds(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..))
}
