//! XML bodies: parsing with the root's name checked first, and writing as the official SDK writes.

use quick_xml::XmlVersion;
use quick_xml::de::from_str;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use quick_xml::se::{QuoteLevel, Serializer};
use serde::de::{DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};

use super::dict::Lenient;
use crate::dict::Dict;
use crate::error::{ClientErrorKind, CosClientError};

/// The start of every XML body. The line break is the official SDK's, and Content-MD5 covers it.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
/// How deep elements may lie in each other; COS's go to 6.
const MAX_DEPTH: usize = 64;
/// How many attributes an element may have; COS's have 2.
const MAX_ATTRIBUTES: usize = 64;
/// How many elements a document may have; a page of 1000 keys has about 12,000.
const MAX_ELEMENTS: usize = 100_000;

/// Parses a document whose root must be `root`. Elements are matched by their local names; unknown
/// ones are skipped.
///
/// The root is checked first because with defaulted fields any document, an `<Error>` too, would
/// parse as an empty success.
pub(crate) fn parse<T: DeserializeOwned>(root: &str, body: &[u8]) -> Result<T, CosClientError> {
    let text = rooted(root, body)?;
    from_str(text).map_err(|e| error(format!("<{root}>: {e}")).caused_by(e))
}

/// Parses as [`parse`] does, into a type that is also a caller's dict and as such refuses unknown names.
pub(crate) fn parse_shared<T: DeserializeOwned>(root: &str, body: &[u8]) -> Result<T, CosClientError> {
    let text = rooted(root, body)?;
    let mut deserializer = quick_xml::de::Deserializer::from_str(text);
    T::deserialize(Lenient(&mut deserializer)).map_err(|e| error(format!("<{root}>: {e}")).caused_by(e))
}

fn rooted<'a>(root: &str, body: &'a [u8]) -> Result<&'a str, CosClientError> {
    let text = text(body)?;
    let found = survey(text)?;
    if found == root { Ok(text) } else { Err(unexpected(root, &found)) }
}

fn unexpected(root: &str, found: &str) -> CosClientError {
    error(format!("expected <{root}>, found <{found}>"))
}

/// Parses a document with any root, for answers that are errors already.
pub(crate) fn parse_any<T: DeserializeOwned>(body: &[u8]) -> Result<T, CosClientError> {
    let text = text(body)?;
    survey(text)?;
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
    let (mut reader, mut bounds) = (Reader::from_str(text), Bounds::default());
    loop {
        match bounds.event(&mut reader)? {
            Event::Start(tag) | Event::Empty(tag) => return Ok(tag.local_name().as_ref().to_owned()),
            Event::Eof => return Err(error("is empty")),
            _ => {}
        }
    }
}

/// Goes through a document before serde does, and returns the root's name.
fn survey(text: &str) -> Result<String, CosClientError> {
    let (mut reader, mut bounds) = (Reader::from_str(text), Bounds::default());
    let mut root = None;
    loop {
        match bounds.event(&mut reader)? {
            Event::Start(tag) | Event::Empty(tag) => {
                root.get_or_insert_with(|| tag.local_name().as_ref().to_owned());
            }
            Event::Eof => return root.ok_or_else(|| error("is empty")),
            _ => {}
        }
    }
}

/// Counts what a document has so far, and refuses what is made to cost time or memory.
#[derive(Default)]
struct Bounds {
    depth: usize,
    elements: usize,
}

impl Bounds {
    fn event<'x>(&mut self, reader: &mut Reader<&'x [u8]>) -> Result<Event<'x>, CosClientError> {
        let event = reader.read_event().map_err(|cause| error(cause.to_string()).caused_by(cause))?;
        match &event {
            Event::Start(tag) => {
                self.depth += 1;
                self.element(tag)?;
            }
            Event::Empty(tag) => self.element(tag)?,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            // COS sends none, and refusing it keeps entity bombs out.
            Event::DocType(_) => return Err(error("holds a document type")),
            _ => {}
        }
        Ok(event)
    }

    fn element(&mut self, tag: &BytesStart<'_>) -> Result<(), CosClientError> {
        self.elements += 1;
        if self.depth > MAX_DEPTH || self.elements > MAX_ELEMENTS {
            return Err(error(format!("has more than {MAX_ELEMENTS} elements, or {MAX_DEPTH} in each other")));
        }
        // Without the check for duplicates, which compares each with all before it.
        if tag.attributes().with_checks(false).nth(MAX_ATTRIBUTES).is_some() {
            return Err(error(format!("has an element of more than {MAX_ATTRIBUTES} attributes")));
        }
        Ok(())
    }
}

/// Reads a document as the official SDK's dict: an element that repeats is a list, an empty one is null, and
/// attributes are names beside the children. The root must be `root`, or anything but a web page where that is empty,
/// and its name is left out.
pub(crate) fn parse_dict(root: &str, body: &[u8]) -> Result<Dict, CosClientError> {
    let mut reader = Reader::from_str(text(body)?);
    reader.config_mut().expand_empty_elements = true;
    let mut elements = Elements { reader, bounds: Bounds::default() };
    loop {
        match elements.next()? {
            Event::Start(tag) if is_root(root, tag.local_name().as_ref()) => {
                let own = attributes(&tag)?;
                let root = tag.local_name().as_ref().to_owned();
                // The text of a root that has no children stands under the root's name.
                return match elements.value(&root, own)? {
                    Dict::Text(text) => Ok([(root, Dict::Text(text))].into_iter().collect()),
                    Dict::Null => Ok(Dict::Map(Vec::new())),
                    dict => Ok(dict),
                };
            }
            Event::Start(tag) => return Err(unexpected(root, tag.local_name().as_ref())),
            _ => {}
        }
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
        let mut reader = Reader::from_str(text(body)?);
        reader.config_mut().expand_empty_elements = true;
        let mut elements = Self { reader, bounds: Bounds::default() };
        loop {
            match elements.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == root => return Ok(elements),
                Event::Start(tag) => return Err(unexpected(root, tag.local_name().as_ref())),
                _ => {}
            }
        }
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

    fn next(&mut self) -> Result<Event<'x>, CosClientError> {
        match self.bounds.event(&mut self.reader)? {
            Event::Eof => Err(error("is cut")),
            event => Ok(event),
        }
    }
}

fn push_reference(text: &mut String, reference: &BytesRef<'_>) -> Result<(), CosClientError> {
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
    if holds(&xml) { Ok(xml) } else { Err(CosClientError::invalid(root, "holds a character that XML cannot hold")) }
}

/// Whether a text has only characters of XML 1.0; no escape brings another into a document.
pub(crate) fn holds(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..))
}

/// Reads a number that may be an empty element: `<MaxKeys/>` is 0.
pub(crate) fn number<'de, D, N>(deserializer: D) -> Result<N, D::Error>
where
    D: Deserializer<'de>,
    N: std::str::FromStr + Default,
    N::Err: std::fmt::Display,
{
    parse_number(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn parse_number<N: std::str::FromStr + Default>(text: &str) -> Result<N, N::Err> {
    match text.trim() {
        "" => Ok(N::default()),
        digits => digits.parse(),
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
    parse_boolean(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn parse_boolean(text: &str) -> Result<bool, String> {
    match text.trim() {
        "true" => Ok(true),
        "false" | "" => Ok(false),
        other => Err(format!("{other:?} is neither true nor false")),
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

    #[test]
    fn a_dict_is_that_of_the_official_sdk() {
        let read = |xml: &str| parse_dict("Root", xml.as_bytes()).map(|dict| dict.to_string()).unwrap();
        let xml = "<?xml version='1.0'?><x:Root xmlns:x='u'>\n <A>1</A><B/>\n <A> a&amp;b </A><C><D>2</D></C>\n\
                   <E xmlns:xsi='v' xsi:type='t'><F>3</F></E><G k='4'>5</G></x:Root>";
        let expected = r#"{"A": ["1", " a&b "], "B": null, "C": {"D": "2"}, "E": {"type": "t", "F": "3"}, "G": {"k": "4", "G": "5"}}"#;
        assert_eq!(read(xml), expected);
        assert_eq!(read("<Root/>"), "{}");
        assert_eq!(read("<Root>text</Root>"), r#"{"Root": "text"}"#);
        assert!(parse_dict("Root", b"<Error><Code>c</Code></Error>").is_err());
        assert!(parse_dict("Root", "<Root>".repeat(100).as_bytes()).is_err());
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
    fn a_root_is_known_before_its_document_is_whole() {
        for body in ["<Error/>", "<?xml version='1.0'?> <!-- c --><x:Error a='b'><Code>cut"] {
            assert!(has_root("Error", body.as_bytes()), "{body}");
        }
        for body in ["", " \n ", "<!-- <Error/> -->", "<Thing><Error/></Thing>", "not xml", "<!DOCTYPE t><Error/>"] {
            assert!(!has_root("Error", body.as_bytes()), "{body}");
        }
    }

    /// Reads what serde reads, by walking.
    fn walked(xml: &str) -> Result<Thing, CosClientError> {
        let mut thing = Thing::default();
        Elements::of("Thing", xml.as_bytes())?.children(|xml, name| {
            match name {
                "Name" => thing.name = xml.text()?,
                "Size" => thing.size = xml.number()?,
                "Item" => thing.item.push(xml.text()?),
                _ => xml.skip()?,
            }
            Ok(())
        })?;
        Ok(thing)
    }

    #[test]
    fn a_walk_reads_what_serde_reads() {
        for xml in [
            "<Thing/>",
            "<Thing><Name/><Size/></Thing>",
            "\u{feff}<?xml version='1.0'?>\n<!-- c --><x:Thing xmlns:x='u' a='b'><x:Name>a&lt;&#98;&#x63;\"&quot;</x:Name>\
             <Size> 7 </Size><Item>1</Item><New><Item>no</Item><Deep/></New><Item><![CDATA[<2>]]></Item></x:Thing>",
        ] {
            assert_eq!(walked(xml).unwrap(), thing(xml).unwrap(), "{xml}");
        }
        for bad in [
            "",
            "<Error/>",
            "<Error><Thing/></Error>",
            "<Thing>",
            "<Thing><Name>cut",
            "<Thing><Name>a</Size></Thing>",
            "<Thing><Size>x</Size></Thing>",
            "<Thing><Name>&unknown;</Name></Thing>",
            "<!DOCTYPE t [<!ENTITY a 'b'>]><Thing/>",
        ] {
            assert_eq!(*walked(bad).unwrap_err().kind(), ClientErrorKind::Xml, "{bad}");
            assert!(thing(bad).is_err(), "{bad}");
        }
        assert_eq!(walked("<Thing><Name> a </Name></Thing>").unwrap().name, " a ");
        assert_eq!(walked("<Thing><Name>a<New>b</New>c</Name></Thing>").unwrap().name, "ac");
        let items = |count: usize| format!("<Thing>{}</Thing>", "<Item/>".repeat(count));
        assert!(walked(&items(MAX_ELEMENTS - 1)).is_ok() && walked(&items(MAX_ELEMENTS)).is_err());
    }

    #[test]
    fn what_is_made_to_cost_is_refused() {
        let nested = |depth: usize| "<Thing>".repeat(depth) + &"</Thing>".repeat(depth);
        let attributes = |count: usize| {
            let all = (0..count).map(|n| format!(" a{n}='1'")).collect::<Vec<_>>().concat();
            format!("<Thing><Name{all}>n</Name></Thing>")
        };
        let elements = |count: usize| format!("<Thing>{}</Thing>", "<Item/>".repeat(count));
        assert!(thing(&nested(MAX_DEPTH)).is_ok() && thing(&nested(MAX_DEPTH + 1)).is_err());
        assert!(thing(&attributes(MAX_ATTRIBUTES)).is_ok() && thing(&attributes(MAX_ATTRIBUTES + 1)).is_err());
        assert!(thing(&elements(MAX_ELEMENTS - 1)).is_ok() && thing(&elements(MAX_ELEMENTS)).is_err());
        assert!(thing("<Thing><!DOCTYPE t><Name>n</Name></Thing>").is_err());
        assert!(parse_any::<Thing>(nested(MAX_DEPTH + 1).as_bytes()).is_err());
    }

    #[test]
    fn what_is_written_reads_back_and_what_xml_cannot_hold_is_refused() {
        for name in [" blanks ", "\r\n\t", "]]>&amp;<!--", "\u{85}\u{2028}", "\u{fffd}\u{10ffff}"] {
            let value = Thing { name: name.into(), size: 0, item: vec![name.into(), String::new()] };
            let written = write("Thing", &value).unwrap();
            assert_eq!(parse::<Thing>("Thing", &written).unwrap(), value, "{name:?}");
        }
        for name in ["\0", "a\u{1}", "\u{b}", "\u{fffe}", "\u{ffff}"] {
            let value = Thing { name: name.into(), ..Thing::default() };
            let error = write("Thing", &value).unwrap_err();
            assert!(matches!(error.kind(), ClientErrorKind::InvalidInput { field } if field == "Thing"), "{name:?}");
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
