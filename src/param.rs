//! The values that setters take: text and numbers, in the ways that a port of a Python script writes them.

use std::borrow::Cow;

use crate::dict::Dict;

/// The value of a keyword argument: text, a number, a switch, or `None` for the default.
///
/// Implemented for `&str`, `String`, the numbers, `bool`, `Option<String>`, and for the enums of this crate that stand
/// for text. The documents write many numbers as text (`'819200'`); both forms work.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a keyword argument",
    note = "pass text (`&str` or `String`), a number, a `bool`, or `None`; an `Option<&str>` needs `.map(str::to_owned)`"
)]
pub trait Param {
    /// Returns the value as text; `None` leaves the default.
    #[doc(hidden)]
    fn into_param(self) -> Option<String>;
}

macro_rules! params {
    ($($kind:ty: $value:ident => $text:expr;)*) => {
        $(impl Param for $kind {
            fn into_param(self) -> Option<String> {
                let $value = self;
                $text
            }
        })*
    };
}

params! {
    &str: text => Some(text.to_owned());
    &&str: text => Some((*text).to_owned());
    &String: text => Some(text.clone());
    String: text => Some(text);
    Cow<'_, str>: text => Some(text.into_owned());
    // The only `Option` by value, so that `None` alone is understood.
    Option<String>: text => text;
    &Option<String>: text => text.clone();
    &Dict: value => value.to_param();
    bool: switch => Some(switch.to_string());
    i32: number => Some(number.to_string());
    i64: number => Some(number.to_string());
    u16: number => Some(number.to_string());
    u32: number => Some(number.to_string());
    u64: number => Some(number.to_string());
    usize: number => Some(number.to_string());
    f64: number => Some(number.to_string());
}

impl Dict {
    /// A value of one answer as the argument of another call.
    fn to_param(&self) -> Option<String> {
        match self {
            Self::Null => None,
            value => Some(value.to_string()),
        }
    }
}
