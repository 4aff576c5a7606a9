//! Values of records and expressions: comparing, casting, matching, writing.

use std::cmp::Ordering;

use serde_json::Value as Json;

use crate::error::{Code, Error};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A value that the record lacks; like `Null`, except in the output.
    Missing,
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// An array or an object.
    Json(Json),
}

/// The types of a cast.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Int,
    Float,
    Text,
    Bool,
}

impl Value {
    pub(super) fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => {
                let float = || Self::Float(number.as_f64().unwrap_or(f64::NAN));
                number.as_i64().map_or_else(float, Self::Int)
            }
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(_) | Json::Object(_) => Self::Json(json.clone()),
        }
    }

    pub(super) fn into_json(self) -> Json {
        match self {
            Self::Missing | Self::Null => Json::Null,
            Self::Bool(value) => value.into(),
            Self::Int(value) => value.into(),
            Self::Float(value) => value.into(),
            Self::Text(value) => value.into(),
            Self::Json(value) => value,
        }
    }

    /// The value as a field of a CSV record.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Missing | Self::Null => String::new(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => value.to_string(),
            Self::Text(value) => value,
            Self::Json(value) => value.to_string(),
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Missing | Self::Null)
    }

    /// The value as a condition; `None` is SQL's unknown.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Text(text) => match text.to_ascii_lowercase().as_str() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn from_truth(truth: Option<bool>) -> Self {
        truth.map_or(Self::Null, Self::Bool)
    }

    fn is_number(&self) -> bool {
        matches!(self, Self::Int(_) | Self::Float(_))
    }

    /// The value as a number, if it is or reads like one.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "comparing with a fraction has no more precision")]
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// How two values compare. One number is enough for both to be taken as numbers.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => Some(left.cmp(right)),
            (Self::Bool(left), right) | (right, Self::Bool(left)) => {
                let order = left.cmp(&right.truth()?);
                Some(if matches!(self, Self::Bool(_)) { order } else { order.reverse() })
            }
            (left, right) if left.is_number() || right.is_number() => left.number()?.partial_cmp(&right.number()?),
            (Self::Text(left), Self::Text(right)) => Some(left.cmp(right)),
            _ => None,
        }
    }

    pub(super) fn cast(self, kind: Kind) -> Result<Self, Error> {
        if self.is_null() {
            return Ok(self);
        }
        let failed = |value: &Self| {
            Error::new(Code::CastFailed, format!("{:?} cannot be cast to {kind:?}.", value.clone().into_text()))
        };
        let cast = match (&self, kind) {
            (_, Kind::Text) => return Ok(Self::Text(self.into_text())),
            (Self::Text(text), Kind::Int) => text.trim().parse().ok().map(Self::Int),
            (Self::Int(value), Kind::Int) => Some(Self::Int(*value)),
            (Self::Float(value), Kind::Int) => Some(Self::Int(*value as i64)),
            (Self::Bool(value), Kind::Int) => Some(Self::Int((*value).into())),
            (Self::Int(value), Kind::Bool) => Some(Self::Bool(*value != 0)),
            (_, Kind::Bool) => self.truth().map(Self::Bool),
            (_, Kind::Float) => self.number().map(Self::Float),
            (Self::Missing | Self::Null | Self::Json(_), Kind::Int) => None,
        };
        cast.ok_or_else(|| failed(&self))
    }
}

/// Whether text fits a `LIKE` pattern.
pub(super) fn like(text: &str, pattern: &str, escape: Option<char>) -> bool {
    enum Part {
        Char(char),
        One,
        Any,
    }
    let mut parts = Vec::new();
    let mut chars = pattern.chars();
    while let Some(char) = chars.next() {
        parts.push(match char {
            char if Some(char) == escape => Part::Char(chars.next().unwrap_or(char)),
            '%' => Part::Any,
            '_' => Part::One,
            char => Part::Char(char),
        });
    }
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut part) = (0, 0);
    // Where to go on when the last `%` has to take one character more.
    let mut retry = None;
    while at < text.len() {
        match parts.get(part) {
            Some(Part::Any) => {
                retry = Some((at, part));
                part += 1;
                continue;
            }
            Some(Part::One) => {}
            Some(Part::Char(char)) if *char == text[at] => {}
            _ => {
                let Some((start, any)) = retry else { return false };
                retry = Some((start + 1, any));
                (at, part) = (start + 1, any + 1);
                continue;
            }
        }
        at += 1;
        part += 1;
    }
    parts[part..].iter().all(|part| matches!(part, Part::Any))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_compare() {
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(text("10").compare(&Value::Int(9)), Some(Ordering::Greater));
        assert_eq!(Value::Int(9).compare(&text("10.5")), Some(Ordering::Less));
        assert_eq!(text("10").compare(&text("9")), Some(Ordering::Less));
        assert_eq!(text("x").compare(&Value::Int(9)), None);
        assert_eq!(Value::Missing.compare(&Value::Null), None);
        assert_eq!(Value::Int(i64::MAX).compare(&Value::Int(i64::MAX - 1)), Some(Ordering::Greater));
        assert_eq!(text("true").compare(&Value::Bool(false)), Some(Ordering::Greater));
        assert_eq!(Value::Bool(false).compare(&text("true")), Some(Ordering::Less));
    }

    #[test]
    fn patterns() {
        for (text, pattern, fits) in [
            ("", "", true),
            ("", "%", true),
            ("abc", "a%", true),
            ("abc", "%c", true),
            ("abc", "a_c", true),
            ("abc", "_", false),
            ("aXbXc", "%X%X%", true),
            ("aab", "%ab", true),
            ("abc", "abcd", false),
            ("中文", "_文", true),
            ("50%", "50!%", true),
            ("500", "50!%", false),
        ] {
            assert_eq!(like(text, pattern, Some('!')), fits, "{text} LIKE {pattern}");
        }
    }
}
