//! Comparing: a value equals what has the same text, because XML knows texts only.

use std::borrow::Cow;

use super::Dict;

impl Dict {
    /// Returns a text, number or switch as its text.
    pub(super) fn scalar(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Bool(switch) => Some(Cow::Borrowed(if *switch { "true" } else { "false" })),
            Self::Null | Self::List(_) | Self::Map(_) => None,
        }
    }
}

/// Two dicts are equal whatever the order of their names, as in Python.
impl PartialEq for Dict {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::List(own), Self::List(other)) => own == other,
            (Self::Map(own), Self::Map(entries)) => {
                own.len() == entries.len() && own.iter().all(|(name, value)| other.get(name) == Some(value))
            }
            _ => match (self.scalar(), other.scalar()) {
                (Some(this), Some(that)) => this == that,
                _ => false,
            },
        }
    }
}

impl PartialEq<str> for Dict {
    fn eq(&self, text: &str) -> bool {
        self.scalar().is_some_and(|own| own == text)
    }
}

impl PartialEq<&str> for Dict {
    fn eq(&self, text: &&str) -> bool {
        *self == **text
    }
}

impl PartialEq<String> for Dict {
    fn eq(&self, text: &String) -> bool {
        *self == **text
    }
}

impl PartialEq<Dict> for str {
    fn eq(&self, dict: &Dict) -> bool {
        dict == self
    }
}

impl PartialEq<Dict> for &str {
    fn eq(&self, dict: &Dict) -> bool {
        dict == self
    }
}

impl PartialEq<Dict> for String {
    fn eq(&self, dict: &Dict) -> bool {
        dict == self
    }
}

/// Numbers compare by value: the text `07` equals 7.
macro_rules! numbers {
    ($($number:ty)*) => {
        $(
            impl PartialEq<$number> for Dict {
                fn eq(&self, number: &$number) -> bool {
                    self.scalar().and_then(|own| own.trim().parse::<$number>().ok()).is_some_and(|own| own == *number)
                }
            }

            impl PartialEq<Dict> for $number {
                fn eq(&self, dict: &Dict) -> bool {
                    dict == self
                }
            }
        )*
    };
}

numbers! { bool i32 u32 i64 u64 usize f64 }
