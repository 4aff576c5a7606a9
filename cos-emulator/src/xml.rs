//! XML bodies: a small writer, and a reader that turns a document into a tree.

use std::fmt::{Display, Write};

use quick_xml::Reader;
use quick_xml::events::Event;

/// A document that is not well-formed, or has another root.
#[derive(Debug)]
pub(crate) struct Malformed;

/// Deeper documents are refused: COS has none, and recursion over them must stay bounded.
const MAX_DEPTH: usize = 32;

const DECLARATION: &str = "<?xml version='1.0' encoding='utf-8' ?>\n";

/// A document being written.
pub(crate) struct Xml {
    out: String,
    open: Vec<&'static str>,
}

impl Xml {
    pub(crate) fn root(name: &'static str) -> Self {
        let mut xml = Self { out: String::from(DECLARATION), open: Vec::new() };
        xml.open(name);
        xml
    }

    /// A document that is one element with text.
    pub(crate) fn leaf(name: &str, value: impl Display) -> String {
        let mut xml = Self { out: String::from(DECLARATION), open: Vec::new() };
        xml.text(name, value);
        xml.out
    }

    pub(crate) fn open(&mut self, name: &'static str) -> &mut Self {
        let _ = write!(self.out, "<{name}>");
        self.open.push(name);
        self
    }

    pub(crate) fn close(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            let _ = write!(self.out, "</{name}>");
        }
        self
    }

    pub(crate) fn text(&mut self, name: &str, value: impl Display) -> &mut Self {
        let value = value.to_string();
        if value.is_empty() {
            let _ = write!(self.out, "<{name}/>");
        } else {
            let _ = write!(self.out, "<{name}>");
            escape_into(&mut self.out, &value);
            let _ = write!(self.out, "</{name}>");
        }
        self
    }

    /// Writes markup that is XML already.
    pub(crate) fn raw(&mut self, markup: &str) -> &mut Self {
        self.out.push_str(markup);
        self
    }

    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out
    }
}

/// Escapes text; control characters go out as references, because a parser would turn a bare
/// carriage return into a line feed and change the key.
fn escape_into(out: &mut String, text: &str) {
    for char in text.chars() {
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            control if control.is_ascii_control() && control != '\n' => {
                let _ = write!(out, "&#{};", control as u32);
            }
            other => out.push(other),
        }
    }
}

/// An element of a parsed document.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) children: Vec<Element>,
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The trimmed text of a child, if there is such a child.
    pub(crate) fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim())
    }
}

/// Parses a request body whose root element must be `root`.
pub(crate) fn parse(body: &[u8], root: &str) -> Result<Element, Malformed> {
    let text = std::str::from_utf8(body).map_err(|_| Malformed)?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut stack = vec![Element::default()];
    loop {
        match reader.read_event().map_err(|_| Malformed)? {
            Event::Start(tag) => {
                if stack.len() > MAX_DEPTH {
                    return Err(Malformed);
                }
                stack.push(element(&tag).ok_or(Malformed)?);
            }
            Event::Empty(tag) => {
                let element = element(&tag).ok_or(Malformed)?;
                stack.last_mut().ok_or(Malformed)?.children.push(element);
            }
            Event::End(_) => {
                let done = stack.pop().ok_or(Malformed)?;
                stack.last_mut().ok_or(Malformed)?.children.push(done);
            }
            Event::Text(piece) => {
                stack.last_mut().ok_or(Malformed)?.text.push_str(&piece.xml10_content());
            }
            Event::CData(piece) => {
                stack.last_mut().ok_or(Malformed)?.text.push_str(&piece.xml10_content());
            }
            Event::GeneralRef(reference) => {
                let text = &mut stack.last_mut().ok_or(Malformed)?.text;
                if let Some(char) = reference.resolve_char_ref().map_err(|_| Malformed)? {
                    text.push(char);
                } else {
                    let resolved = quick_xml::escape::resolve_predefined_entity(&reference);
                    text.push_str(resolved.ok_or(Malformed)?);
                }
            }
            Event::DocType(_) => return Err(Malformed),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    let mut top = stack.pop().filter(|_| stack.is_empty()).ok_or(Malformed)?;
    match (top.children.pop(), top.children.is_empty()) {
        (Some(element), true) if element.name == root => Ok(element),
        _ => Err(Malformed),
    }
}

fn element(tag: &quick_xml::events::BytesStart<'_>) -> Option<Element> {
    // Nothing here depends on attributes, but broken ones break the document.
    let whole = tag.attributes().all(|attribute| attribute.is_ok());
    whole.then(|| Element { name: tag.local_name().as_ref().to_owned(), ..Element::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let mut xml = Xml::root("A");
        xml.open("B").text("C", "a<b>&c\r\n\u{1}é").close().text("D", "");
        let tree = parse(xml.finish().as_bytes(), "A").unwrap();
        let inner = tree.child("B").unwrap().child("C").unwrap();
        assert_eq!(inner.text, "a<b>&c\r\n\u{1}é");
        assert_eq!(tree.child_text("D"), Some(""));
    }

    #[test]
    fn broken_documents_are_refused() {
        for text in [
            "",
            "<A>",
            "<A></B>",
            "<B/>",
            "<A/><A/>",
            "plain",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><A>&x;</A>",
            "<A>&unknown;</A>",
        ] {
            assert!(parse(text.as_bytes(), "A").is_err(), "{text}");
        }
        let deep = "<A>".repeat(100);
        assert!(parse(deep.as_bytes(), "A").is_err());
    }
}
