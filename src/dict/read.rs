//! From a dict to a type of the caller.

use std::any::type_name;

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use super::{Dict, Number};
use crate::error::{ClientErrorKind, CosClientError, CosError};

impl Dict {
    /// Reads the value into a type that implements [`Deserialize`].
    ///
    /// The types of the fields decide: a number or a switch is read from text, too, because XML holds text only; one
    /// item is read as a list of it; null is `None`, an empty list or an empty text. A value that does not fit is an
    /// error that says what was expected.
    ///
    /// ```
    /// use qcloud_cos::{Dict, json};
    ///
    /// #[derive(serde::Deserialize)]
    /// #[serde(rename_all = "PascalCase")]
    /// struct Job {
    ///     job_id: String,
    ///     progress: u8,
    /// }
    ///
    /// # fn main() -> Result<(), qcloud_cos::CosError> {
    /// let response = Dict::from(json!({"JobsDetail": {"JobId": "j1", "Progress": "100"}}));
    /// let jobs: Vec<Job> = response["JobsDetail"].read()?;
    /// assert_eq!((jobs[0].job_id.as_str(), jobs[0].progress), ("j1", 100));
    /// # Ok(()) }
    /// ```
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, CosError> {
        T::deserialize(self).map_err(|error| {
            let what = type_name::<T>();
            CosClientError::new(ClientErrorKind::Protocol, format!("cannot read the answer as {what}: {error}")).into()
        })
    }
}

impl<'de> Deserialize<'de> for Dict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

impl<'de> IntoDeserializer<'de, Error> for &'de Dict {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Reads text as the number that the type wants.
macro_rules! from_text {
    ($($method:ident => $visit:ident),*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self {
                Dict::Text(_) => match self.parsed() {
                    Some(parsed) => visitor.$visit(parsed),
                    None => self.deserialize_any(visitor),
                },
                _ => self.deserialize_any(visitor),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for &'de Dict {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Dict::Null => visitor.visit_unit(),
            Dict::Bool(switch) => visitor.visit_bool(*switch),
            Dict::Number(Number(number)) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., Some(number)) => visitor.visit_f64(number),
                _ => visitor.visit_string(number.to_string()),
            },
            Dict::Text(text) => visitor.visit_borrowed_str(text),
            Dict::List(items) => visitor.visit_seq(SeqDeserializer::new(items.iter())),
            Dict::Map(_) => visitor.visit_map(MapDeserializer::new(self.items())),
        }
    }

    from_text! {
        deserialize_bool => visit_bool, deserialize_i8 => visit_i64, deserialize_i16 => visit_i64,
        deserialize_i32 => visit_i64, deserialize_i64 => visit_i64, deserialize_u8 => visit_u64,
        deserialize_u16 => visit_u64, deserialize_u32 => visit_u64, deserialize_u64 => visit_u64,
        deserialize_f32 => visit_f64, deserialize_f64 => visit_f64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Dict::Null => visitor.visit_borrowed_str(""),
            Dict::Bool(_) | Dict::Number(_) => visitor.visit_string(self.to_string()),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SeqDeserializer::new(self.iter()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Dict::Null => visitor.visit_map(MapDeserializer::new(self.items())),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Dict::Text(text) => text.as_str().into_deserializer().deserialize_enum(name, variants, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize, Debug, PartialEq, Default)]
    #[serde(rename_all = "PascalCase", default)]
    struct Item {
        number: i32,
        ratio: f64,
        switch: bool,
        text: String,
        absent: Option<u64>,
        list: Vec<String>,
        inner: Dict,
        kind: Kind,
    }

    #[derive(Deserialize, Debug, PartialEq, Default)]
    enum Kind {
        #[default]
        One,
        Two,
    }

    #[test]
    fn xml_and_json_read_alike() {
        let expected = Item {
            number: -5,
            ratio: 0.5,
            switch: true,
            text: "7".to_owned(),
            absent: None,
            list: vec!["a".to_owned()],
            inner: json!({"A": "1"}).into(),
            kind: Kind::Two,
        };
        for dict in [
            json!({"Number": "-5", "Ratio": "0.5", "Switch": "true", "Text": "7", "Absent": null, "List": "a",
                   "Inner": {"A": "1"}, "Kind": "Two", "Unknown": [1]}),
            json!({"Number": -5, "Ratio": 0.5, "Switch": true, "Text": 7, "List": ["a"], "Inner": {"A": "1"},
                   "Kind": "Two"}),
        ] {
            assert_eq!(Dict::from(dict).read::<Item>().unwrap(), expected);
        }
        assert_eq!(Dict::Null.read::<Item>().unwrap(), Item::default());
        assert!(Dict::Null.read::<Vec<Item>>().unwrap().is_empty());
        assert_eq!(
            Dict::from(json!({"a": "1", "b": 2})).read::<std::collections::BTreeMap<String, u8>>().unwrap()["b"],
            2
        );
    }

    #[test]
    fn a_value_that_does_not_fit_is_named() {
        let error = |value| Dict::from(json!({ "Number": value })).read::<Item>().unwrap_err().to_string();
        assert!(
            error(json!("many")).contains("invalid type: string \"many\", expected i32"),
            "{}",
            error(json!("many"))
        );
        assert!(error(json!("5000000000")).contains("invalid value"), "{}", error(json!("5000000000")));
        assert!(error(json!([1])).contains("expected i32"), "{}", error(json!([1])));
    }
}
