//! Dict arguments of methods, in the forms in which a port of a Python script writes them.
//!
//! [`Arg`] is a trait and not a wrapper type, so that the compiler's message can say what fits in its place.

use std::collections::{BTreeMap, HashMap};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::dict::Dict;
use crate::error::CosClientError;
use crate::ops::response::Response;

/// A type that a caller may also give as Python's dict.
pub trait DictArgument: DeserializeOwned + Clone {}

/// A dict argument of type `T`: a `T`, a `&T`, Python's dict as `json!({..})`, or what another call returned.
///
/// ```
/// use qcloud_cos::bucket::{CorsConfiguration, CorsRule};
/// use qcloud_cos::{Arg, json};
///
/// fn takes(cors_configuration: impl Arg<CorsConfiguration>) {}
///
/// takes(json!({"CORSRule": [{"AllowedOrigin": "*", "AllowedMethod": "GET"}]}));
/// takes(vec![CorsRule { allowed_origin: vec!["*".into()], ..CorsRule::default() }]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `{T}`, and no dict of one",
    label = "expected `{T}` or `json!({{..}})`",
    note = "write the Python dict inline as `json!({{..}})` (`use qcloud_cos::json;`), or pass a `{T}`"
)]
pub trait Arg<T> {
    /// Returns the argument, or what is wrong with the dict.
    #[doc(hidden)]
    fn into_arg(self) -> Result<T, serde_json::Error>;
}

impl<T: DictArgument> Arg<T> for T {
    fn into_arg(self) -> Result<T, serde_json::Error> {
        Ok(self)
    }
}

impl<T: DictArgument> Arg<T> for &T {
    fn into_arg(self) -> Result<T, serde_json::Error> {
        Ok(self.clone())
    }
}

impl<T: DictArgument> Arg<T> for Value {
    fn into_arg(mut self) -> Result<T, serde_json::Error> {
        // The dict of an answer has the namespaces of its document, which are no setting.
        if let Self::Object(dict) = &mut self {
            dict.retain(|name, _| !name.starts_with("@xmlns"));
        }
        serde_json::from_value(self)
    }
}

impl<T: DictArgument> Arg<T> for &Value {
    fn into_arg(self) -> Result<T, serde_json::Error> {
        self.clone().into_arg()
    }
}

impl<T: DictArgument> Arg<T> for Dict {
    fn into_arg(self) -> Result<T, serde_json::Error> {
        Value::from(self).into_arg()
    }
}

impl<T: DictArgument> Arg<T> for &Dict {
    fn into_arg(self) -> Result<T, serde_json::Error> {
        self.clone().into_arg()
    }
}

/// The answer of a `get_` call is an argument of its `put_` call.
impl<T: DictArgument> Arg<T> for Response<T> {
    fn into_arg(self) -> Result<T, serde_json::Error> {
        Ok(self.into_inner())
    }
}

impl<T: DictArgument> Arg<T> for &Response<T> {
    fn into_arg(self) -> Result<T, serde_json::Error> {
        Ok(T::clone(self))
    }
}

/// Several names and values: Python's dict as `json!({..})`, or pairs of texts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no dict of texts",
    label = "expected `json!({{..}})` or pairs",
    note = "write the Python dict inline as `json!({{..}})`, or pairs as `[(\"name\", \"value\")]`"
)]
pub trait Pairs {
    /// Returns the pairs, or what is wrong with the dict.
    #[doc(hidden)]
    fn into_pairs(self) -> Result<Vec<(String, String)>, String>;
}

macro_rules! pairs {
    ($([$($generic:tt)*] $kind:ty;)*) => {
        $(impl<K: AsRef<str>, V: AsRef<str> $($generic)*> Pairs for $kind {
            fn into_pairs(self) -> Result<Vec<(String, String)>, String> {
                Ok(self.into_iter().map(|(name, value)| (name.as_ref().to_owned(), value.as_ref().to_owned())).collect())
            }
        })*
    };
}

pairs! {
    [, const N: usize] [(K, V); N];
    [] Vec<(K, V)>;
    [] HashMap<K, V>;
    [] &HashMap<K, V>;
    [] BTreeMap<K, V>;
    [] &BTreeMap<K, V>;
}

impl<K: AsRef<str>, V: AsRef<str>> Pairs for &[(K, V)] {
    fn into_pairs(self) -> Result<Vec<(String, String)>, String> {
        Ok(self.iter().map(|(name, value)| (name.as_ref().to_owned(), value.as_ref().to_owned())).collect())
    }
}

impl Pairs for Dict {
    fn into_pairs(self) -> Result<Vec<(String, String)>, String> {
        if !matches!(self, Self::Map(_)) {
            return Err(format!("{self:?} is no dict"));
        }
        let text = |(name, value): (&str, &Self)| match value {
            Self::List(_) | Self::Map(_) => Err(format!("{name:?} is no text")),
            Self::Null => Ok((name.to_owned(), String::new())),
            value => Ok((name.to_owned(), value.to_string())),
        };
        self.items().map(text).collect()
    }
}

impl Pairs for Value {
    fn into_pairs(self) -> Result<Vec<(String, String)>, String> {
        Dict::from(self).into_pairs()
    }
}

/// Takes an argument; an error names it, and the key that is wrong.
pub(crate) fn take<T>(name: &str, argument: impl Arg<T>) -> Result<T, CosClientError> {
    argument.into_arg().map_err(|e| CosClientError::invalid(name, &e).caused_by(e))
}

/// Declares dict arguments, two lines a field: the docs, then the name and the kind. Kinds are `text`, `required` text,
/// `number(u32)`, `switch`, `list(Item)` and `one(Nested)`; every kind but `required` and `list` is optional. A field is
/// called in the dict as in Rust, in Pascal case, or by what follows `as`.
///
/// The types are strict to a caller's dict and lenient to an answer, as `wire::dict` says.
macro_rules! dicts {
    ($($(#[$docs:meta])* pub struct $Name:ident { $($fields:tt)* })+) => {
        $($crate::ops::argument::dicts! { @field [$(#[$docs])* $Name] [] $($fields)* })+
    };
    (@field [$(#[$docs:meta])* $Name:ident] [$($done:tt)*]) => {
        $(#[$docs])*
        #[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
        pub struct $Name { $($done)* }

        impl $crate::ops::argument::DictArgument for $Name {}
    };
    (@field $head:tt $done:tt $(#[$docs:meta])* $name:ident: text $(as $wire:literal)?, $($rest:tt)*) => {
        $crate::ops::argument::dicts! { @optional $head $done [$(#[$docs])*]
            [$(rename = $wire,)? deserialize_with = "crate::wire::dict::text",] $name String; $($rest)* }
    };
    (@field $head:tt $done:tt $(#[$docs:meta])* $name:ident: switch $(as $wire:literal)?, $($rest:tt)*) => {
        $crate::ops::argument::dicts! { @optional $head $done [$(#[$docs])*]
            [$(rename = $wire,)? deserialize_with = "crate::wire::dict::switch",] $name bool; $($rest)* }
    };
    (@field $head:tt $done:tt $(#[$docs:meta])* $name:ident: number($N:ty) $(as $wire:literal)?, $($rest:tt)*) => {
        $crate::ops::argument::dicts! { @optional $head $done [$(#[$docs])*]
            [$(rename = $wire,)? deserialize_with = "crate::wire::dict::number",] $name $N; $($rest)* }
    };
    (@field $head:tt $done:tt $(#[$docs:meta])* $name:ident: one($T:ty) $(as $wire:literal)?, $($rest:tt)*) => {
        $crate::ops::argument::dicts! { @optional $head $done [$(#[$docs])*] [$(rename = $wire,)?] $name $T; $($rest)* }
    };
    (@field $head:tt [$($done:tt)*] $(#[$docs:meta])* $name:ident: required $(as $wire:literal)?, $($rest:tt)*) => {
        $crate::ops::argument::dicts! { @field $head [$($done)* $(#[$docs])*
            #[serde($(rename = $wire,)? deserialize_with = "crate::wire::dict::required_text")]
            pub $name: String,] $($rest)* }
    };
    (@field $head:tt [$($done:tt)*] $(#[$docs:meta])* $name:ident: list($T:ty) $(as $wire:literal)?, $($rest:tt)*) => {
        $crate::ops::argument::dicts! { @field $head [$($done)* $(#[$docs])*
            #[serde($(rename = $wire,)? deserialize_with = "crate::wire::dict::list", skip_serializing_if = "Vec::is_empty")]
            pub $name: Vec<$T>,] $($rest)* }
    };
    (@optional $head:tt [$($done:tt)*] [$($docs:tt)*] [$($serde:tt)*] $name:ident $T:ty; $($rest:tt)*) => {
        $crate::ops::argument::dicts! { @field $head [$($done)* $($docs)*
            #[serde($($serde)* skip_serializing_if = "Option::is_none")]
            pub $name: Option<$T>,] $($rest)* }
    };
}

pub(crate) use dicts;
