//! A walk through a document, for the answers that are long and many, and for those that are read as a dict.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::bounds::{Bounds, error, text, unexpected};
use super::values::{parse_boolean, parse_number};
use crate::dict::Dict;
use crate::error::CosClientError;

/// Reads a document as the official SDK's dict: an element that repeats is a list, an empty one is null, and
/// attributes are names beside the children. The root must be `root`, or anything but a web page where that is empty,
/// and its name is left out.
pub(crate) fn parse_dict(root: &str, body: &[u8]) -> Result<Dict, CosClientError> {
    let (mut elements, tag) = Elements::open(body)?;
    let found = tag.local_name().as_ref().to_owned();
    if !is_root(root, &found) {
        return Err(unexpected(root, &found));
    }
    // The text of a root that has no children stands under the root's name.
    match elements.value(&found, attributes(&tag)?)? {
        Dict::Text(text) => Ok([(found, Dict::Text(text))].into_iter().collect()),
        Dict::Null => Ok(Dict::Map(Vec::new())),
        dict => Ok(dict),
    }
}

fn is_root(wanted: &str, found: &str) -> bool {
    found == wanted || wanted.is_empty() && !found.eq_ignore_ascii_case("html")
}

/// Returns the attributes of an element by their local names, without declarations of namespaces.
fn attributes(tag: &BytesStart<'_>) -> Result<Dict, CosClientError> {
    let mut found = Dict::Null;
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|cause| error(cause.to_string()).caused_by(cause))?;
        let name = attribute.key;
        if name.as_ref() == "xmlns" || name.as_ref().starts_with("xmlns:") {
            continue;
        }
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|cause| error(cause.to_string()).caused_by(cause))?;
        found.add(name.local_name().as_ref(), Dict::Text(value.into_owned()));
    }
    Ok(found)
}

/// A walk through a document, element by element: less than half of what serde takes, for the answers
/// that are long and many.
///
/// Inside an element one of [`children`](Self::children), [`text`](Self::text), [`number`](Self::number) and
/// [`skip`](Self::skip) goes to its end. Texts are taken as they are, blanks included.
pub(crate) struct Elements<'x> {
    reader: Reader<&'x [u8]>,
    bounds: Bounds,
}

impl<'x> Elements<'x> {
    /// Goes into the root, which must be `root`.
    pub(crate) fn of(root: &str, body: &'x [u8]) -> Result<Self, CosClientError> {
        let (elements, tag) = Self::open(body)?;
        let found = tag.local_name();
        if found.as_ref() == root { Ok(elements) } else { Err(unexpected(root, found.as_ref())) }
    }

    /// Goes into the root, whatever that is.
    pub(super) fn open(body: &'x [u8]) -> Result<(Self, BytesStart<'x>), CosClientError> {
        let mut reader = Reader::from_str(text(body)?);
        reader.config_mut().expand_empty_elements = true;
        let mut elements = Self { reader, bounds: Bounds::default() };
        loop {
            match elements.bounds.event(&mut elements.reader)? {
                Event::Start(tag) => return Ok((elements, tag)),
                Event::Eof => return Err(error("is empty")),
                _ => {}
            }
        }
    }

    /// Goes from the end of the root to that of the document.
    pub(super) fn end(&mut self) -> Result<(), CosClientError> {
        while !matches!(self.bounds.event(&mut self.reader)?, Event::Eof) {}
        Ok(())
    }

    /// Calls `each` with the local name of every child, for it to go to the child's end.
    pub(crate) fn children(
        &mut self,
        mut each: impl FnMut(&mut Self, &str) -> Result<(), CosClientError>,
    ) -> Result<(), CosClientError> {
        loop {
            match self.next()? {
                Event::Start(tag) => each(self, tag.local_name().as_ref())?,
                Event::End(_) => return Ok(()),
                _ => {}
            }
        }
    }

    /// Reads the text of an element.
    pub(crate) fn text(&mut self) -> Result<String, CosClientError> {
        let mut text = String::new();
        loop {
            match self.next()? {
                Event::Text(more) => text.push_str(&more),
                Event::CData(more) => text.push_str(&more),
                Event::GeneralRef(reference) => push_reference(&mut text, &reference)?,
                Event::Start(_) => self.skip()?,
                Event::End(_) => return Ok(text),
                _ => {}
            }
        }
    }

    /// Reads the rest of the element `name`, which has these attributes, as a value. The depth is bounded by
    /// [`Bounds`].
    fn value(&mut self, name: &str, attributes: Dict) -> Result<Dict, CosClientError> {
        let (mut dict, mut text, mut has_children) = (attributes, String::new(), false);
        loop {
            match self.next()? {
                Event::Start(tag) => {
                    let child = tag.local_name().as_ref().to_owned();
                    let own = self::attributes(&tag)?;
                    let value = self.value(&child, own)?;
                    dict.add(&child, value);
                    has_children = true;
                }
                Event::Text(more) => text.push_str(&more),
                Event::CData(more) => text.push_str(&more),
                Event::GeneralRef(reference) => push_reference(&mut text, &reference)?,
                Event::End(_) => break,
                _ => {}
            }
        }
        // Between children there are only line breaks.
        match dict {
            Dict::Null if text.is_empty() => Ok(Dict::Null),
            Dict::Null => Ok(Dict::Text(text)),
            mut dict if !has_children && !text.is_empty() => {
                dict.add(name, Dict::Text(text));
                Ok(dict)
            }
            dict => Ok(dict),
        }
    }

    /// Reads a number that may be an empty element.
    pub(crate) fn number<N>(&mut self) -> Result<N, CosClientError>
    where
        N: std::str::FromStr + Default,
        N::Err: std::fmt::Display,
    {
        parse_number(&self.text()?).map_err(error)
    }

    /// Reads a bool that may be an empty element.
    pub(crate) fn boolean(&mut self) -> Result<bool, CosClientError> {
        parse_boolean(&self.text()?).map_err(error)
    }

    /// Passes over an element.
    pub(crate) fn skip(&mut self) -> Result<(), CosClientError> {
        // A counter instead of recursion, because a document may be nested deeper than the stack allows.
        let mut open = 1_usize;
        while open > 0 {
            match self.next()? {
                Event::Start(_) => open += 1,
                Event::End(_) => open -= 1,
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn next(&mut self) -> Result<Event<'x>, CosClientError> {
        match self.bounds.event(&mut self.reader)? {
            Event::Eof => Err(error("is cut")),
            event => Ok(event),
        }
    }
}

pub(super) fn push_reference(text: &mut String, reference: &BytesRef<'_>) -> Result<(), CosClientError> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => text.push(character),
        Ok(None) => match resolve_xml_entity(reference) {
            Some(known) => text.push_str(known),
            None => return Err(error(format!("holds an unknown reference {:?}", &**reference))),
        },
        Err(cause) => return Err(error(cause.to_string()).caused_by(cause)),
    }
    Ok(())
}
