//! XML bodies: parsing with the root's name checked first, and writing as the official SDK writes.

mod bounds;
mod elements;
mod tree;
mod values;
mod write;

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use self::bounds::{Bounds, error, text};
pub(crate) use self::elements::{Elements, parse_dict};
pub(crate) use self::tree::{parse, parse_any};
pub(crate) use self::values::{boolean, number, number_or_text};
pub(crate) use self::write::{holds, write, write_complete};
use crate::error::CosClientError;

/// Tells whether a body is a document with this root.
pub(crate) fn has_root(root: &str, body: &[u8]) -> bool {
    text(body).and_then(root_name).is_ok_and(|found| found == root)
}

/// Tells whether a document has a root and not its end.
pub(crate) fn is_cut(body: &[u8]) -> bool {
    let end = body.trim_ascii_end();
    let start = end.iter().rposition(|byte| *byte == b'<').unwrap_or_default();
    let tag = end.get(start..).unwrap_or_default();
    let closes = |root: String| tag.starts_with(b"</") && tag.ends_with(format!("{root}>").as_bytes());
    let is_whole = |root| closes(root) || tag.ends_with(b"/>") || tag.ends_with(b"-->");
    text(body).and_then(root_name).is_ok_and(|root| !is_whole(root))
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

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::bounds::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS};
    use super::*;
    use crate::error::ClientErrorKind;

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
