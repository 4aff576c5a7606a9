//! Types that serve both as a caller's dict and as COS's answer.
//!
//! A dict is read strictly, so that a misspelt name is an error that names it, and loosely in its
//! values, as the official SDK writes whatever it is given: a number may be text, a list of one may be
//! its item. An answer is read from `xml::tree`, which skips what a type does not know.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};

/// Reads text. A dict may hold a number or a switch in its place, and `None`, which is written as an
/// empty element.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    scalar(deserializer).map(Some)
}

/// Reads text that must be there.
pub(crate) fn required_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    scalar(deserializer)
}

/// Reads a number, or text that holds one. Empty text is `None`.
pub(crate) fn number<'de, D, N>(deserializer: D) -> Result<Option<N>, D::Error>
where
    D: Deserializer<'de>,
    N: FromStr,
    N::Err: fmt::Display,
{
    let text = scalar(deserializer)?;
    match text.trim() {
        "" => Ok(None),
        digits => digits.parse().map(Some).map_err(|e| D::Error::custom(format!("{digits:?}: {e}"))),
    }
}

/// Reads a switch, or text that holds one. Empty text is `None`.
pub(crate) fn switch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    let text = scalar(deserializer)?;
    match text.trim() {
        "" => Ok(None),
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        other => Err(D::Error::custom(format!("{other:?} is neither true nor false"))),
    }
}

/// Reads a list, in a dict also one item without its list.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    if deserializer.is_human_readable() {
        deserializer.deserialize_any(OneOrMany(PhantomData))
    } else {
        Vec::deserialize(deserializer)
    }
}

fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    if deserializer.is_human_readable() {
        deserializer.deserialize_any(Scalar)
    } else {
        String::deserialize(deserializer)
    }
}

struct Scalar;

impl Visitor<'_> for Scalar {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a number or a switch")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_bool<E: Error>(self, switch: bool) -> Result<String, E> {
        Ok(switch.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_unit<E: Error>(self) -> Result<String, E> {
        Ok(String::new())
    }
}

struct OneOrMany<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or one item of it")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<Vec<T>, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(access))
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Vec<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(access)).map(|item| vec![item])
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
        T::deserialize(text.into_deserializer()).map(|item| vec![item])
    }

    fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::xml::parse;
    use serde::Deserialize;
    use serde_json::{Value, from_value, json};

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
    struct Rule {
        #[serde(rename = "ID", deserialize_with = "text")]
        id: Option<String>,
        #[serde(rename = "@xsi:type", alias = "@type")]
        kind: Option<String>,
        #[serde(deserialize_with = "number")]
        days: Option<u32>,
        #[serde(deserialize_with = "switch")]
        on: Option<bool>,
        #[serde(deserialize_with = "list")]
        word: Vec<String>,
        filter: Option<Filter>,
        #[serde(deserialize_with = "list")]
        part: Vec<Filter>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
    struct Filter {
        #[serde(deserialize_with = "text")]
        prefix: Option<String>,
    }

    fn filter(prefix: &str) -> Filter {
        Filter { prefix: Some(prefix.to_owned()) }
    }

    #[test]
    fn an_answer_may_hold_what_is_unknown_at_any_depth() {
        let xml = b"<Rule xmlns:xsi='u' xsi:type='t' new='a'><New><ID>no</ID></New><ID>1</ID><Days>5</Days>\
            <Filter><Prefix>p</Prefix><New/></Filter><On>true</On><Word>a</Word><Word>b</Word>\
            <Part><Prefix>q</Prefix><New>n</New></Part><Part><New/></Part></Rule>";
        let expected = Rule {
            id: Some("1".into()),
            kind: Some("t".into()),
            days: Some(5),
            on: Some(true),
            word: vec!["a".into(), "b".into()],
            filter: Some(filter("p")),
            part: vec![filter("q"), Filter::default()],
        };
        assert_eq!(parse::<Rule>("Rule", xml).unwrap(), expected);
        let empty = parse::<Rule>("Rule", b"<Rule><Days/><On/><Filter/></Rule>").unwrap();
        assert_eq!(empty, Rule { filter: Some(Filter::default()), ..Rule::default() });
    }

    #[test]
    fn a_dict_is_strict_in_names_and_loose_in_values() {
        let rule = |dict: Value| from_value::<Rule>(dict).map_err(|e| e.to_string());
        let loose = json!({"ID": 7, "Days": "5", "On": true, "Word": "a", "Part": {"Prefix": null}});
        let expected = Rule {
            id: Some("7".into()),
            days: Some(5),
            on: Some(true),
            word: vec!["a".into()],
            part: vec![filter("")],
            ..Rule::default()
        };
        assert_eq!(rule(loose).unwrap(), expected);
        assert!(rule(json!({"Filter": {"Prefx": ""}})).unwrap_err().contains("Prefx"));
        assert!(rule(json!({"Days": "five"})).unwrap_err().contains("five"));
        assert!(rule(json!({"On": "yes"})).unwrap_err().contains("yes"));
        assert!(rule(json!({"ID": ["a"]})).is_err());
    }
}
