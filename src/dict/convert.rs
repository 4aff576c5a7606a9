//! From and to JSON values, and through serde.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::{Dict, Number};

/// Takes over a pasted dict: `Dict::from(json!({..}))`. The order of its names is kept.
impl From<Value> for Dict {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(switch) => Self::Bool(switch),
            Value::Number(number) => Self::Number(Number(number)),
            Value::String(text) => Self::Text(text),
            Value::Array(items) => items.into_iter().map(Self::from).collect(),
            Value::Object(entries) => {
                Self::Map(entries.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
        }
    }
}

impl From<Dict> for Value {
    fn from(dict: Dict) -> Self {
        match dict {
            Dict::Null => Self::Null,
            Dict::Bool(switch) => Self::Bool(switch),
            Dict::Number(Number(number)) => Self::Number(number),
            Dict::Text(text) => Self::String(text),
            Dict::List(items) => items.into_iter().map(Self::from).collect(),
            Dict::Map(entries) => entries.into_iter().collect(),
        }
    }
}

impl From<&str> for Dict {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

macro_rules! numbers {
    ($($kind:ty),*) => {
        $(impl From<$kind> for Dict {
            fn from(number: $kind) -> Self {
                Value::from(number).into()
            }
        })*
    };
}

numbers!(bool, i32, i64, u16, u32, u64, usize, f32, f64);

impl From<String> for Dict {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// A value of one answer as the argument of another call: `upload_part(.., &response["UploadId"])`. Null is empty text.
impl From<&Dict> for String {
    fn from(dict: &Dict) -> Self {
        if dict.is_null() { Self::new() } else { dict.to_string() }
    }
}

impl FromIterator<Dict> for Dict {
    fn from_iter<I: IntoIterator<Item = Dict>>(items: I) -> Self {
        Self::List(items.into_iter().collect())
    }
}

impl FromIterator<(String, Dict)> for Dict {
    fn from_iter<I: IntoIterator<Item = (String, Dict)>>(entries: I) -> Self {
        Self::Map(entries.into_iter().collect())
    }
}

impl Serialize for Dict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(switch) => serializer.serialize_bool(*switch),
            Self::Number(Number(number)) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (name, value) in entries {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl Dict {
    /// Makes the dict of anything that serializes; null if it does not.
    pub(crate) fn of<T: Serialize>(value: &T) -> Self {
        serde_json::to_value(value).map(Self::from).unwrap_or_default()
    }
}
