//! XML as a tree of names, attributes, text and children, for comparing bodies
//! without regard to layout.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// An element. `text` is the character data outside its children, joined.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The first descendant (or this element) with that local name.
    pub(crate) fn find(&self, local: &str) -> Option<&Element> {
        if self.name.rsplit(':').next() == Some(local) {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(local))
    }
}

fn open(start: &BytesStart<'_>) -> Option<Element> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let value = quick_xml::escape::unescape(&attribute.value).ok()?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    attributes.sort();
    Some(Element { name: start.name().as_ref().to_owned(), attributes, ..Element::default() })
}

/// What a reference such as `&amp;` or `&#20013;` stands for.
fn reference(name: &str) -> Option<String> {
    quick_xml::escape::unescape(&format!("&{name};")).ok().map(std::borrow::Cow::into_owned)
}

/// The tree of a document; `None` when it is not well-formed XML with one root.
pub(crate) fn parse(data: &[u8]) -> Option<Element> {
    let text = std::str::from_utf8(data).ok()?;
    let mut reader = Reader::from_str(text);
    let mut stack: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let closed = match reader.read_event().ok()? {
            Event::Start(start) => {
                stack.push(open(&start)?);
                None
            }
            Event::Empty(start) => Some(open(&start)?),
            Event::End(_) => Some(stack.pop()?),
            Event::Text(chunk) => {
                match stack.last_mut() {
                    Some(top) => top.text.push_str(&chunk),
                    None if chunk.trim().is_empty() => {}
                    None => return None,
                }
                None
            }
            Event::CData(chunk) => {
                stack.last_mut()?.text.push_str(&chunk);
                None
            }
            Event::GeneralRef(name) => {
                stack.last_mut()?.text.push_str(&reference(&name)?);
                None
            }
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        if let Some(mut element) = closed {
            if !element.children.is_empty() && element.text.trim().is_empty() {
                // white space between children is layout
                element.text.clear();
            }
            match stack.last_mut() {
                Some(parent) => parent.children.push(element),
                None if root.is_none() => root = Some(element),
                None => return None,
            }
        }
    }
    if stack.is_empty() { root } else { None }
}

/// Where two trees differ, one line a place.
pub(crate) fn differences(path: &str, expected: &Element, actual: &Element, out: &mut Vec<String>) {
    if expected.name != actual.name {
        out.push(format!("{path}: element <{}>, got <{}>", expected.name, actual.name));
        return;
    }
    let path = format!("{path}/{}", expected.name);
    if expected.attributes != actual.attributes {
        out.push(format!("{path}: attributes {:?}, got {:?}", expected.attributes, actual.attributes));
    }
    if expected.text != actual.text {
        out.push(format!("{path}: text {:?}, got {:?}", expected.text, actual.text));
    }
    if expected.children.len() != actual.children.len() {
        let names = |element: &Element| element.children.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
        out.push(format!("{path}: children {:?}, got {:?}", names(expected), names(actual)));
        return;
    }
    for (one, other) in expected.children.iter().zip(&actual.children) {
        differences(&path, one, other, out);
    }
}

#[test]
fn trees_ignore_layout_and_escapes() {
    let one = parse(b"<?xml version=\"1.0\"?><A x='1'><B>a&amp;&quot;&#20013;<![CDATA[<]]></B><C/></A>").unwrap();
    let other = parse("<A x=\"1\">\n  <B>a&amp;\"中&lt;</B>\n  <C></C>\n</A>".as_bytes()).unwrap();
    assert_eq!(one, other);
    let mut out = Vec::new();
    differences("", &one, &parse(b"<A x='1'><C/><B>a</B></A>").unwrap(), &mut out);
    assert_eq!(out.len(), 2, "{out:?}");
    assert_eq!(parse(b"<A><B></A>"), None);
    assert_eq!(parse(b"text"), None);
    assert_eq!(one.find("B").map(|b| b.text.as_str()), Some("a&\"中<"));
}
