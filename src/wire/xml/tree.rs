//! Documents as trees, and reading a type from one.
//!
//! quick-xml reads types from its events, too, but compiles to so much code for each that it was a quarter of this
//! crate. A tree is built by code that knows no type, and what is compiled for each is small.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::bounds::{error, unexpected};
use super::elements::{Elements, push_reference};
use crate::error::CosClientError;

/// Parses a document whose root must be `root`. Elements are matched by their local names; unknown ones are skipped,
/// also by types that refuse them in a caller's dict.
///
/// The root is checked first because with defaulted fields any document, an `<Error>` too, would
/// parse as an empty success.
pub(crate) fn parse<T: DeserializeOwned>(root: &str, body: &[u8]) -> Result<T, CosClientError> {
    let tree = Element::of(root, body)?;
    T::deserialize(tree.node()).map_err(|cause| misfit(root, cause))
}

/// Parses a document with any root, for answers that are errors already.
pub(crate) fn parse_any<T: DeserializeOwned>(body: &[u8]) -> Result<T, CosClientError> {
    let tree = Element::of("", body)?;
    T::deserialize(tree.node()).map_err(|cause| misfit("Error", cause))
}

fn misfit(root: &str, cause: Error) -> CosClientError {
    error(format!("<{root}>: {cause}")).caused_by(cause)
}

/// An element with all that is in it.
struct Element<'x> {
    tag: BytesStart<'x>,
    text: Cow<'x, str>,
    children: Vec<Element<'x>>,
}

impl<'x> Element<'x> {
    /// Reads a document to its end. Its root must be `root`, or anything where that is empty.
    fn of(root: &str, body: &'x [u8]) -> Result<Self, CosClientError> {
        let (mut elements, tag) = Elements::open(body)?;
        let tree = Self::read(&mut elements, tag)?;
        elements.end()?;
        if root.is_empty() || tree.name() == root { Ok(tree) } else { Err(unexpected(root, tree.name())) }
    }

    /// Reads the rest of an element. The depth is bounded.
    fn read(elements: &mut Elements<'x>, tag: BytesStart<'x>) -> Result<Self, CosClientError> {
        let (mut text, mut children) = (Cow::Borrowed(""), Vec::new());
        loop {
            let more = match elements.next()? {
                Event::Start(tag) => {
                    children.push(Self::read(elements, tag)?);
                    continue;
                }
                Event::Text(more) => more.xml10_content(),
                Event::CData(more) => more.xml10_content(),
                Event::GeneralRef(reference) => {
                    push_reference(text.to_mut(), &reference)?;
                    continue;
                }
                Event::End(_) => return Ok(Self { tag, text, children }),
                _ => continue,
            };
            if text.is_empty() { text = more } else { text.to_mut().push_str(&more) }
        }
    }

    fn name(&self) -> &str {
        self.tag.local_name().into_inner()
    }

    fn is_empty(&self) -> bool {
        self.children.is_empty() && self.text.trim().is_empty() && self.tag.attributes_raw().trim().is_empty()
    }

    fn node(&self) -> Node<'_> {
        Node::Elements(std::slice::from_ref(self))
    }

    /// Returns the values of these fields that the element has, in its order.
    fn values(&self, fields: &'static [&'static str]) -> Result<Vec<(&'static str, Node<'_>)>, Error> {
        let mut values = Vec::new();
        if fields.iter().any(|field| field.starts_with('@')) {
            self.attributes(fields, &mut values)?;
        }
        let mut rest = self.children.as_slice();
        while let Some((child, after)) = rest.split_first() {
            let name = child.name();
            if let Some(field) = fields.iter().find(|field| **field == name)
                && !values.iter().any(|(known, _)| known == field)
            {
                values.push((*field, Node::Elements(rest)));
            }
            rest = after;
        }
        if let Some(field) = fields.iter().find(|field| **field == "$text")
            && !self.text.trim().is_empty()
        {
            values.push((*field, Node::Text(Cow::Borrowed(&self.text))));
        }
        Ok(values)
    }

    /// Adds the attributes, whose fields start with `@`: by their local names, but declarations of namespaces by their
    /// whole ones.
    fn attributes<'de>(
        &'de self,
        fields: &'static [&'static str],
        values: &mut Vec<(&'static str, Node<'de>)>,
    ) -> Result<(), Error> {
        for attribute in self.tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(serde::de::Error::custom)?;
            let key = attribute.key;
            let name = if key.as_namespace_binding().is_some() { key.as_ref() } else { key.local_name().into_inner() };
            if let Some(field) = fields.iter().find(|field| field.strip_prefix('@') == Some(name)) {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(serde::de::Error::custom)?;
                values.push((*field, Node::Text(value)));
            }
        }
        Ok(())
    }
}

/// What a value is read from.
enum Node<'de> {
    Text(Cow<'de, str>),
    /// The first of these, and the others that have its name. There is one at least.
    Elements(&'de [Element<'de>]),
}

impl Default for Node<'_> {
    fn default() -> Self {
        Self::Text(Cow::Borrowed(""))
    }
}

impl<'de> Node<'de> {
    /// Returns the element; more of them are no single value.
    fn element(elements: &'de [Element<'de>]) -> Result<&'de Element<'de>, Error> {
        let mut named = Named::of(elements);
        match (named.next(), named.next()) {
            (Some(element), None) => Ok(element),
            _ => Err(serde::de::Error::custom(format!("duplicate field `{}`", named.name))),
        }
    }

    /// Returns all elements; an attribute has none.
    fn elements(self) -> Result<&'de [Element<'de>], Error> {
        match self {
            Self::Elements(elements) => Ok(elements),
            Self::Text(text) => Err(serde::de::Error::invalid_type(Unexpected::Str(&text), &"elements")),
        }
    }

    fn fields(self, fields: &'static [&'static str]) -> Result<Fields<'de>, Error> {
        let values = Self::element(self.elements()?)?.values(fields)?;
        Ok(Fields { values: values.into_iter(), value: Node::default() })
    }

    fn text(self) -> Result<Cow<'de, str>, Error> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Elements(elements) => match Self::element(elements)? {
                Element { text, children, .. } if children.is_empty() => Ok(Cow::Borrowed(text)),
                _ => Err(serde::de::Error::invalid_type(Unexpected::Map, &"text")),
            },
        }
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let text = self.text()?;
            match text.trim().parse() {
                Ok(number) => visitor.$visit(number),
                Err(_) => visitor.visit_str(&text),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Error;

    /// Tells the functions of `wire::dict` that this is an answer: its numbers are text and its lists repeat.
    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(&self.text()?)
    }

    numbers! {
        deserialize_u8 visit_u8 deserialize_u16 visit_u16 deserialize_u32 visit_u32 deserialize_u64 visit_u64
        deserialize_i32 visit_i32 deserialize_i64 visit_i64 deserialize_f64 visit_f64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.text()?;
        match text.trim() {
            "1" | "true" => visitor.visit_bool(true),
            "0" | "false" => visitor.visit_bool(false),
            _ => visitor.visit_str(&text),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let elements = self.elements()?;
        // As in Python, a list of one empty element is empty.
        let is_empty = Self::element(elements).is_ok_and(Element::is_empty);
        visitor.visit_seq(Named::of(if is_empty { &[] } else { elements }))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(self.fields(fields)?)
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 char str string bytes byte_buf unit unit_struct tuple tuple_struct map enum identifier
    }
}

/// The fields that an element has values for.
struct Fields<'de> {
    values: std::vec::IntoIter<(&'static str, Node<'de>)>,
    /// The value of the field that was named last.
    value: Node<'de>,
}

impl Fields<'_> {
    fn next(&mut self) -> Option<&'static str> {
        let (field, value) = self.values.next()?;
        self.value = value;
        Some(field)
    }
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.next().map(|field| seed.deserialize(StrDeserializer::new(field))).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(std::mem::take(&mut self.value))
    }
}

/// The elements that have the name of the first.
struct Named<'de> {
    name: &'de str,
    rest: std::slice::Iter<'de, Element<'de>>,
}

impl<'de> Named<'de> {
    fn of(elements: &'de [Element<'de>]) -> Self {
        Self { name: elements.first().map_or("", Element::name), rest: elements.iter() }
    }

    fn next(&mut self) -> Option<&'de Element<'de>> {
        self.rest.find(|element| element.name() == self.name)
    }
}

impl<'de> SeqAccess<'de> for Named<'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.next().map(|element| seed.deserialize(element.node())).transpose()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "PascalCase", default)]
    struct Thing {
        #[serde(rename = "@type")]
        kind: Option<String>,
        #[serde(rename = "@xmlns:x")]
        namespace: String,
        name: String,
        size: Option<u32>,
        on: Option<bool>,
        word: Vec<String>,
        inner: Option<Box<Thing>>,
        many: Vec<Thing>,
        #[serde(rename = "$text")]
        text: String,
    }

    /// What quick-xml reads; `None` for an error.
    fn both<T: DeserializeOwned + Debug + PartialEq>(xml: &str) -> Option<T> {
        let expected = quick_xml::de::from_str::<T>(xml).ok();
        assert_eq!(parse::<T>("Thing", xml.as_bytes()).ok(), expected, "{xml}");
        expected
    }

    #[test]
    fn reads_what_quick_xml_reads() {
        for xml in [
            "<Thing/>",
            "<Thing></Thing>",
            "<Thing> \n </Thing>",
            "<Thing> a\r\nb </Thing>",
            "<Thing><Name/><Size>7</Size><On>true</On><Word/><Word/></Thing>",
            "<Thing><Name> a\r\nb&lt;&#98;<!-- c --><![CDATA[<c>]]> </Name><Size> 7 </Size><On>0</On></Thing>",
            "<Thing><Name>  </Name><Word> </Word><Word>a b</Word></Thing>",
            "<x:Thing xmlns:x='u' x:type='t&amp;' new='n'><x:Name new='n'>n</x:Name></x:Thing>",
            "<Thing>\n<Many><Name>1</Name></Many><Word>a</Word><New><Word>no</Word></New><Many/><Word>b</Word></Thing>",
            "<Thing><Inner/></Thing>",
            "<Thing><Inner type='t'>text</Inner></Thing>",
            "<Thing><Inner><Inner><Many><Many/><Many/></Many></Inner></Inner></Thing>",
            "<Thing><New>a<b/>c</New></Thing>",
        ] {
            assert!(both::<Thing>(xml).is_some(), "{xml}");
        }
        for xml in [
            "<Thing><Name>a</Name><Name>b</Name></Thing>",
            "<Thing><Name>a</Name><Size/><Name>b</Name></Thing>",
            "<Thing><Name><New/></Name></Thing>",
            "<Thing><Word><New/></Word></Thing>",
            "<Thing><Size>x</Size></Thing>",
            "<Thing><Size>-1</Size></Thing>",
            "<Thing><On>yes</On></Thing>",
            "<Thing><Inner/><Inner/></Thing>",
            "<Thing><Name>&unknown;</Name></Thing>",
            "<Thing><Name>cut</Thing>",
        ] {
            assert_eq!(both::<Thing>(xml), None, "{xml}");
        }
    }

    #[test]
    fn a_list_of_one_empty_element_is_empty() {
        for xml in ["<Thing><Many/></Thing>", "<Thing><Many> </Many><Word></Word></Thing>"] {
            assert_eq!(parse::<Thing>("Thing", xml.as_bytes()).unwrap(), Thing::default(), "{xml}");
        }
        let thing = parse::<Thing>("Thing", b"<Thing><Many type='t'/><Word/><Word/></Thing>").unwrap();
        assert_eq!((thing.many.len(), thing.word.len()), (1, 2));
    }

    #[test]
    fn names_what_does_not_fit() {
        for (xml, expected) in [
            ("<Thing><Name>a</Name><Name>b</Name></Thing>", "duplicate field `Name`"),
            ("<Thing><Name><New/></Name></Thing>", "invalid type: map, expected text"),
            ("<Thing><Size>x</Size></Thing>", "invalid type: string \"x\", expected u32"),
        ] {
            let error = parse::<Thing>("Thing", xml.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("<Thing>: ") && error.contains(expected), "{error}");
        }
    }
}
