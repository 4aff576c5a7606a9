//! Numbers and bools, which COS leaves empty where it has none.

use serde::Deserialize;
use serde::de::Deserializer;

/// Reads a number that may be an empty element: `<MaxKeys/>` is 0.
pub(crate) fn number<'de, D, N>(deserializer: D) -> Result<N, D::Error>
where
    D: Deserializer<'de>,
    N: std::str::FromStr + Default,
    N::Err: std::fmt::Display,
{
    parse_number(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

pub(super) fn parse_number<N: std::str::FromStr + Default>(text: &str) -> Result<N, N::Err> {
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

pub(super) fn parse_boolean(text: &str) -> Result<bool, String> {
    match text.trim() {
        "true" => Ok(true),
        "false" | "" => Ok(false),
        other => Err(format!("{other:?} is neither true nor false")),
    }
}
