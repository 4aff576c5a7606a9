//! Python's nested dict: what an answer holds, indexed by name and number.

mod compare;
mod convert;
mod read;

use std::fmt;
use std::ops::Index;
use std::str::FromStr;

use crate::error::{CosClientError, CosError};

/// A value of an answer, as Python's dict has it: nothing, a switch, a number, text, a list or a dict.
///
/// Indexing never panics: what is missing is [`Dict::Null`], so that `response["JobsDetail"][0]["State"]` is
/// safe whatever COS answered. [`get`](Self::get) tells a missing value from an empty one.
///
/// XML holds text only, and COS is free to answer `5` or `"5"`: values compare as their texts do, so that
/// `dict["Size"] == 5`, `dict["Size"] == "5"` and `dict["IsTruncated"] == "false"` all work.
///
/// It prints as JSON, written as Python's `json.dumps` does; `{:#}` breaks the lines.
///
/// ```
/// use qcloud_cos::{Dict, json};
///
/// let response = Dict::from(json!({"JobsDetail": [{"JobId": "j1", "State": "Success"}], "Size": "5"}));
/// assert_eq!(response["JobsDetail"][0]["State"], "Success");
/// assert_eq!(response["Size"], 5);
/// assert!(response["JobsDetail"][7]["State"].is_null());
/// for job in &response["JobsDetail"] {
///     println!("{}", job["JobId"]);
/// }
/// assert_eq!(response.to_string(), r#"{"JobsDetail": [{"JobId": "j1", "State": "Success"}], "Size": "5"}"#);
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Dict {
    /// Nothing: an empty element, JSON's `null`, or a name that is not there. Python: `None`.
    #[default]
    Null,
    /// A switch of a JSON answer.
    Bool(bool),
    /// A number of a JSON answer.
    Number(Number),
    /// Text; all that is in an XML answer.
    Text(String),
    /// A list.
    List(Vec<Dict>),
    /// Names and values, in the order of the answer.
    Map(Vec<(String, Dict)>),
}

/// A number of a JSON answer, as it was written there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Number(serde_json::Number);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What indexing answers for what is missing.
const MISSING: &Dict = &Dict::Null;

impl Dict {
    /// Returns the value of a name; `None` if this is no dict or has no such name.
    ///
    /// Python: `dict.get(name)`
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(known, _)| known == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Returns the value of a header's name, in any case.
    pub(crate) fn get_header(&self, name: &str) -> Option<&Self> {
        self.get(name).or_else(|| {
            let mut entries = self.items();
            entries.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        })
    }

    /// Tells whether a dict has this name.
    ///
    /// Python: `name in dict`
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Goes through the names and values of a dict in their order; nothing else has any.
    ///
    /// Python: `dict.items()`
    pub fn items(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries = match self {
            Self::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Goes through the names of a dict in their order.
    ///
    /// Python: `dict.keys()`
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.items().map(|(name, _)| name)
    }

    /// Goes through the items of a list. Null has none, and anything else is one item: XML does not tell a list of
    /// one from its only item, and a loop works on both.
    pub fn iter(&self) -> std::slice::Iter<'_, Self> {
        match self {
            Self::Null => [].iter(),
            Self::List(items) => items.iter(),
            one => std::slice::from_ref(one).iter(),
        }
    }

    /// Returns how many items a list, or names a dict has; the length of a text in bytes; 0 for null.
    ///
    /// Python: `len(value)`
    pub fn len(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) => 0,
            Self::Text(text) => text.len(),
            Self::List(items) => items.len(),
            Self::Map(entries) => entries.len(),
        }
    }

    /// Tells whether this is null, an empty text, an empty list or an empty dict.
    pub fn is_empty(&self) -> bool {
        self.len() == 0 && !matches!(self, Self::Bool(_) | Self::Number(_))
    }

    /// Tells whether this is nothing.
    ///
    /// Python: `value is None`
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the text; `None` if this is no text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the number, also of a text that holds one.
    ///
    /// Python: `int(value)`
    pub fn as_u64(&self) -> Option<u64> {
        self.parsed()
    }

    /// Returns the number, also of a text that holds one.
    ///
    /// Python: `int(value)`
    pub fn as_i64(&self) -> Option<i64> {
        self.parsed()
    }

    /// Returns the number, also of a text that holds one.
    ///
    /// Python: `float(value)`
    pub fn as_f64(&self) -> Option<f64> {
        self.parsed()
    }

    /// Returns the switch, also of the texts `true` and `false`.
    pub fn as_bool(&self) -> Option<bool> {
        self.parsed()
    }

    /// Reads the number or text as another type.
    ///
    /// Python: `int(value)`
    ///
    /// ```
    /// # let head = qcloud_cos::Dict::from(qcloud_cos::json!({"Content-Length": "5"}));
    /// let length: u64 = head["Content-Length"].parse()?;
    /// assert!(head["ETag"].parse::<u64>().is_err());
    /// # Ok::<(), qcloud_cos::CosError>(())
    /// ```
    pub fn parse<N: FromStr>(&self) -> Result<N, CosError> {
        let wrong = || CosClientError::invalid("value", format!("{self:?} is no {}", std::any::type_name::<N>()));
        self.parsed().ok_or_else(|| wrong().into())
    }

    fn parsed<N: FromStr>(&self) -> Option<N> {
        self.scalar()?.trim().parse().ok()
    }

    /// Makes every value at the end of `path` a list, as the official SDK does for names that may repeat: null
    /// becomes an empty list, one item a list of it. The path's names are separated by dots; lists on the way are
    /// walked through, and `*` is any name. A path that ends in `?` takes null for an item, as the official SDK does in some places.
    pub(crate) fn make_list(&mut self, path: &str) {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        match self {
            Self::List(items) => items.iter_mut().for_each(|item| item.make_list(path)),
            Self::Map(entries) if name == "*" => {
                let rest = rest.unwrap_or_default();
                for (_, value) in entries {
                    value.make_list(rest);
                }
            }
            Self::Map(entries) => {
                let plain = name.trim_end_matches('?');
                let found = entries.iter_mut().find(|(known, _)| known == plain);
                let Some((_, value)) = found else { return };
                match rest {
                    Some(rest) => value.make_list(rest),
                    None => {
                        *value = match std::mem::take(value) {
                            Self::Null if plain == name => Self::List(Vec::new()),
                            Self::List(items) => Self::List(items),
                            one => Self::List(vec![one]),
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Adds a name; a name that is there already becomes a list of its values, as in the official SDK.
    pub(crate) fn add(&mut self, name: &str, value: Self) {
        if !matches!(self, Self::Map(_)) {
            *self = Self::Map(Vec::new());
        }
        let Self::Map(entries) = self else { return };
        match entries.iter_mut().find(|(known, _)| known == name) {
            None => entries.push((name.to_owned(), value)),
            Some((_, Self::List(items))) => items.push(value),
            Some((_, one)) => *one = Self::List(vec![std::mem::take(one), value]),
        }
    }

    /// Sets the value at the end of a path of names, separated by dots.
    #[cfg(feature = "ci")]
    pub(crate) fn set_path(&mut self, path: &str, value: Self) {
        let Some((name, rest)) = path.split_once('.') else { return self.set(path, value) };
        if !matches!(self.get(name), Some(Self::Map(_))) {
            self.set(name, Self::Map(Vec::new()));
        }
        if let Self::Map(entries) = self
            && let Some((_, inner)) = entries.iter_mut().find(|(known, _)| known == name)
        {
            inner.set_path(rest, value);
        }
    }

    /// Sets a name, replacing its value.
    pub(crate) fn set(&mut self, name: &str, value: Self) {
        let Self::Map(entries) = self else {
            *self = Self::Map(vec![(name.to_owned(), value)]);
            return;
        };
        match entries.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => entries.push((name.to_owned(), value)),
        }
    }
}

impl Index<&str> for Dict {
    type Output = Self;

    /// Returns the value of a name; null if there is none.
    fn index(&self, name: &str) -> &Self {
        self.get(name).unwrap_or(MISSING)
    }
}

impl Index<usize> for Dict {
    type Output = Self;

    /// Returns an item by its number, from 0; null if there is none. What is no list is its own first item.
    fn index(&self, number: usize) -> &Self {
        self.iter().as_slice().get(number).unwrap_or(MISSING)
    }
}

impl<'d> IntoIterator for &'d Dict {
    type Item = &'d Dict;
    type IntoIter = std::slice::Iter<'d, Dict>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Dict {
    type Item = Dict;
    type IntoIter = std::vec::IntoIter<Dict>;

    /// Goes through the same items as [`iter`](Dict::iter).
    fn into_iter(self) -> Self::IntoIter {
        let items = match self {
            Self::Null => Vec::new(),
            Self::List(items) => items,
            one => vec![one],
        };
        items.into_iter()
    }
}

impl Dict {
    /// Writes JSON in ASCII, as Python's `json.dumps` does.
    pub(crate) fn to_json(&self) -> String {
        let mut json = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_ascii() {
                json.push(c);
            } else {
                // All that is not ASCII stands in a text.
                json.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
            }
        }
        json
    }
}

impl fmt::Display for Dict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A text alone prints as itself, as in Python; inside of a list or dict it stands in quotes.
        match self {
            Self::Text(text) if !f.alternate() => f.pad(text),
            _ => self.write(f, 0),
        }
    }
}

impl fmt::Debug for Dict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

impl Dict {
    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(switch) => write!(f, "{switch}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => quoted(f, text),
            Self::List(items) => enclosed(f, depth, ('[', ']'), items.iter(), |f, item| item.write(f, depth + 1)),
            Self::Map(entries) => enclosed(f, depth, ('{', '}'), entries.iter(), |f, (name, value)| {
                quoted(f, name)?;
                f.write_str(": ")?;
                value.write(f, depth + 1)
            }),
        }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    // A text always is valid JSON once it is escaped.
    f.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

/// Writes items between brackets: on one line, or on one line each where the caller asked for `{:#}`.
fn enclosed<T>(
    f: &mut fmt::Formatter<'_>,
    depth: usize,
    (open, close): (char, char),
    items: impl ExactSizeIterator<Item = T>,
    mut each: impl FnMut(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    let (pretty, empty) = (f.alternate() && items.len() > 0, items.len() == 0);
    write!(f, "{open}")?;
    for (number, item) in items.enumerate() {
        match (pretty, number) {
            (true, 0) => write!(f, "\n{:1$}", "", 4 * (depth + 1))?,
            (true, _) => write!(f, ",\n{:1$}", "", 4 * (depth + 1))?,
            (false, 0) => {}
            (false, _) => f.write_str(", ")?,
        }
        each(f, item)?;
    }
    if pretty && !empty {
        write!(f, "\n{:1$}", "", 4 * depth)?;
    }
    write!(f, "{close}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn jobs() -> Dict {
        Dict::from(json!({"Z": 1, "A": {"B": [{"C": "x"}, null]}, "On": true, "Off": "false", "N": "07", "F": 1.5}))
    }

    #[test]
    fn what_is_missing_is_null_at_any_depth() {
        let dict = jobs();
        assert_eq!(dict["A"]["B"][0]["C"], "x");
        for missing in [&dict["A"]["B"][1]["C"], &dict["A"]["B"][9], &dict["No"]["B"][0], &dict["Z"]["B"]] {
            assert!(missing.is_null(), "{missing}");
        }
        assert!(dict.get("No").is_none() && dict.get("A").is_some() && !dict.contains_key("B"));
    }

    #[test]
    fn values_compare_as_their_texts() {
        let dict = jobs();
        assert!(dict["Z"] == 1 && dict["Z"] == "1" && dict["Z"] != 2 && dict["Z"] != "one");
        assert!(dict["On"] == true && dict["On"] == "true" && dict["Off"] == false && dict["Off"] != true);
        assert!(dict["N"] == "07" && dict["N"] == 7 && dict["N"] != "7");
        assert!(dict["F"] == 1.5 && dict["F"] == "1.5" && dict["A"] != "x");
        assert!("x" == dict["A"]["B"][0]["C"] && dict["A"]["B"][0]["C"] == "x".to_owned().as_str());
        assert_eq!(dict["A"], Dict::from(json!({"B": [{"C": "x"}, null]})));
        assert_ne!(dict["A"], Dict::from(json!({"B": [{"C": "x"}]})));
    }

    #[test]
    fn order_is_kept_and_printing_is_json_as_python_writes_it() {
        let dict = jobs();
        assert_eq!(dict.keys().collect::<Vec<_>>(), ["Z", "A", "On", "Off", "N", "F"]);
        let printed = dict.to_string();
        let python = r#"{"Z": 1, "A": {"B": [{"C": "x"}, null]}, "On": true, "Off": "false", "N": "07", "F": 1.5}"#;
        assert_eq!(printed, python);
        assert_eq!(format!("{dict:?}"), python);
        assert_eq!(Dict::from(serde_json::from_str::<serde_json::Value>(&printed).unwrap()), dict);
        let lines = format!("{:#}", dict["A"]);
        assert_eq!(lines, "{\n    \"B\": [\n        {\n            \"C\": \"x\"\n        },\n        null\n    ]\n}");
        let odd = Dict::from(json!(["\"\n中", {}, []]));
        assert_eq!(odd.to_string(), "[\"\\\"\\n中\", {}, []]");
        assert_eq!(format!("{} {:#}", odd[0], odd[1]), "\"\n中 {}");
    }

    #[test]
    fn a_loop_takes_one_for_a_list_of_one() {
        let count = |dict: Dict| (&dict).into_iter().count();
        assert_eq!(count(Dict::Null), 0);
        assert_eq!(count(Dict::from(json!([1, 2, 3]))), 3);
        assert_eq!(count(Dict::from(json!({"a": 1, "b": 2}))), 1);
        assert_eq!(Dict::from(json!({"a": 1}))[0]["a"], 1);
        assert!(Dict::Null[0].is_null());
    }

    #[test]
    fn lists_are_made_at_the_end_of_a_path() {
        let mut dict = Dict::from(json!({"A": [{"B": null}, {"B": "x"}, {"B": ["y"]}, {}], "B": "z"}));
        dict.make_list("A.B");
        dict.make_list("No.B");
        let expected = json!({"A": [{"B": []}, {"B": ["x"]}, {"B": ["y"]}, {}], "B": "z"});
        assert_eq!(dict, Dict::from(expected));
    }

    #[test]
    fn a_name_that_repeats_becomes_a_list() {
        let mut dict = Dict::Null;
        for (name, value) in [("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")] {
            dict.add(name, Dict::Text(value.into()));
        }
        assert_eq!(dict, Dict::from(json!({"a": ["1", "3", "4"], "b": "2"})));
    }
}
