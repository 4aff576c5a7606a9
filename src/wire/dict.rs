//! Types that serve both as a caller's dict and as COS's answer.
//!
//! A dict is read strictly, so that a misspelt name is an error that names it, and loosely in its
//! values, as the official SDK writes whatever it is given: a number may be text, a list of one may be
//! its item. An answer is read through [`Lenient`], which skips what it does not know.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};

/// Reads an answer into types that refuse unknown names, by keeping those names from them.
pub(crate) struct Lenient<T>(pub(crate) T);

macro_rules! unchanged {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(visitor)
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Lenient<D> {
    type Error = D::Error;

    /// Tells the functions below that this is an answer: its numbers are text and its lists repeat.
    fn is_human_readable(&self) -> bool {
        false
    }

    unchanged! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_unit deserialize_map deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(Reading { visitor, fields: &[] })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_seq(Reading { visitor, fields: &[] })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, Reading { visitor, fields })
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple_struct(name, len, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }
}

/// Hands values on to a visitor, with everything below them wrapped again.
struct Reading<V> {
    visitor: V,
    fields: &'static [&'static str],
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Reading<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Lenient(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(Lenient(access))
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Known { access, fields: self.fields })
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Lenient<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Lenient(deserializer))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Lenient<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Lenient(seed))
    }
}

/// The entries of a struct that it has fields for.
struct Known<A> {
    access: A,
    fields: &'static [&'static str],
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Known<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        while let Some(name) = self.access.next_key::<String>()? {
            if self.fields.contains(&name.as_str()) {
                return seed.deserialize(name.into_deserializer()).map(Some);
            }
            self.access.next_value::<IgnoredAny>()?;
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.access.next_value_seed(Lenient(seed))
    }
}

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
    use crate::wire::xml::parse_shared;
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
        assert_eq!(parse_shared::<Rule>("Rule", xml).unwrap(), expected);
        let empty = parse_shared::<Rule>("Rule", b"<Rule><Days/><On/><Filter/></Rule>").unwrap();
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
