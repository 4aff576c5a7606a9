//! What a call returns: typed, and as Python's dict.

use std::fmt;
use std::ops::{Deref, DerefMut, Index};
use std::sync::OnceLock;

use serde::ser::{Serialize, Serializer};

use crate::dict::Dict;
use crate::wire::respond::Headers;
use crate::wire::xml;

/// What COS answered: `response.tag_set.tag[0].key`, or as in Python `response["TagSet"]["Tag"][0]["Key"]`.
///
/// The fields of `T` are reached through it, and [`into_inner`](Self::into_inner) moves them out. Indexing by text
/// gives a [`Dict`], which is made when it is first asked for; where Python's result is a dict of headers the case of
/// the name does not matter. It prints and serializes as Python's dict.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (_cos, client, bucket) = start()?;
/// let response = client.put_object(bucket, b"abcdefg", "test.txt").send()?;
/// assert_eq!(response["ETag"], response.etag);
/// assert_eq!(response["etag"], response["ETag"]);
///
/// let response = client.list_objects(bucket).send()?;
/// assert_eq!(response["Contents"][0]["Key"], "test.txt");
/// println!("{response}");
/// # Ok(()) }
/// ```
pub struct Response<T = Dict> {
    value: T,
    /// The id of the request (`x-cos-request-id`), for questions to Tencent Cloud; empty if the answer has none.
    pub request_id: String,
    /// The headers of the answer.
    pub headers: Headers,
    view: View<T>,
    aliases: &'static [(&'static str, &'static [&'static str])],
}

/// Where Python's dict is.
enum View<T> {
    /// The result is that dict.
    Own(fn(&T) -> &Dict),
    /// It is made when it is first asked for.
    Made(Origin<T>, OnceLock<Dict>),
}

/// How a result becomes Python's dict.
enum Origin<T> {
    /// From the fields of the result alone.
    Fields(fn(&T) -> Dict),
    /// The headers of the answer, and after them the fields of the result.
    Headers(fn(&T) -> Dict),
    /// From the document itself, with all that the result has no field for.
    Document(Box<[u8]>, Shape),
}

/// How a document becomes Python's dict.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shape {
    pub(crate) root: &'static str,
    /// The names that are lists however often they occur, as paths such as `TagSet.Tag`.
    pub(crate) lists: &'static [&'static str],
    /// A member and the one in it that stands in its place.
    pub(crate) lifted: Option<(&'static str, &'static str)>,
    /// A header of the answer that is a member of the dict.
    pub(crate) header: Option<&'static str>,
}

impl Shape {
    /// Reads a document of this shape.
    pub(crate) fn read(self, body: &[u8]) -> Result<Dict, crate::error::CosClientError> {
        let mut dict = xml::parse_dict(self.root, body)?;
        self.lists.iter().for_each(|path| dict.make_list(path));
        if let Some((outer, inner)) = self.lifted
            && let Some(value) = dict.get(outer).and_then(|outer| outer.get(inner)).cloned()
        {
            dict.set(outer, value);
        }
        Ok(dict)
    }
}

impl<T> Response<T> {
    fn new(value: T, headers: Headers, view: View<T>) -> Self {
        let request_id = headers.request_id();
        Self { value, request_id, headers, view, aliases: &[] }
    }

    fn made(value: T, headers: Headers, origin: Origin<T>) -> Self {
        Self::new(value, headers, View::Made(origin, OnceLock::new()))
    }

    /// A result that is a document; what it has no field for stays readable.
    pub(crate) fn of_document(value: T, headers: Headers, body: Vec<u8>, shape: Shape) -> Self {
        Self::made(value, headers, Origin::Document(body.into(), shape))
    }

    /// Returns the result alone, for moving its fields out.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns Python's dict.
    pub fn dict(&self) -> &Dict {
        match &self.view {
            View::Own(own) => own(&self.value),
            View::Made(origin, dict) => dict.get_or_init(|| origin.dict(&self.value, &self.headers)),
        }
    }

    /// Returns the value of a name; `None` if COS did not send it or left it empty.
    ///
    /// Python: `response.get(name)`
    pub fn get(&self, name: &str) -> Option<&Dict> {
        self.find(name).filter(|value| !value.is_empty())
    }

    /// Returns whether COS sent something under this name. What it did not send is empty in the result.
    ///
    /// Python: `name in response`
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&Dict> {
        let found = match self.view {
            View::Made(Origin::Headers(_), _) => self.dict().get_header(name),
            _ => self.dict().get(name),
        };
        found.or_else(|| {
            let (_, path) = self.aliases.iter().find(|(alias, _)| *alias == name)?;
            path.iter().try_fold(self.dict(), |dict, name| dict.get(name))
        })
    }

    /// Adds names under which the documents show what COS calls otherwise, each with the path to it. They are found,
    /// and not printed.
    pub(crate) fn also(mut self, aliases: &'static [(&'static str, &'static [&'static str])]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Puts another result in the place of this one, with the same headers.
    pub(crate) fn map<U: Serialize>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        let origin = match self.view {
            View::Made(Origin::Headers(_), _) => Origin::Headers(Dict::of::<U>),
            _ => Origin::Fields(Dict::of::<U>),
        };
        Response::made(change(self.value), self.headers, origin)
    }
}

impl<T: Serialize> Response<T> {
    /// A result whose dict is its own fields.
    pub(crate) fn of_fields(value: T, headers: Headers) -> Self {
        Self::made(value, headers, Origin::Fields(Dict::of::<T>))
    }

    /// A result whose dict is the headers of the answer, with its own fields after them.
    pub(crate) fn of_headers(value: T, headers: Headers) -> Self {
        Self::made(value, headers, Origin::Headers(Dict::of::<T>))
    }
}

impl Response<Dict> {
    /// A result that has no type of its own.
    pub(crate) fn of_dict(value: Dict, headers: Headers) -> Self {
        Self::new(value, headers, View::Own(|dict| dict))
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Response<T> {
    fn deref_mut(&mut self) -> &mut T {
        // The dict must follow what is changed.
        if let View::Made(_, dict) = &mut self.view {
            dict.take();
        }
        &mut self.value
    }
}

impl<T> Index<&str> for Response<T> {
    type Output = Dict;

    /// Returns the value of a name of Python's dict; null if there is none.
    fn index(&self, name: &str) -> &Dict {
        self.find(name).unwrap_or(&Dict::Null)
    }
}

impl<T> fmt::Display for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.dict().fmt(f)
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("request_id", &self.request_id)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

impl<T> Serialize for Response<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.dict().serialize(serializer)
    }
}

impl<T: Clone> Clone for Response<T> {
    fn clone(&self) -> Self {
        let (request_id, headers) = (self.request_id.clone(), self.headers.clone());
        Self { value: self.value.clone(), request_id, headers, view: self.view.clone(), aliases: self.aliases }
    }
}

impl<T> Clone for View<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Own(own) => Self::Own(*own),
            Self::Made(origin, dict) => Self::Made(origin.clone(), dict.clone()),
        }
    }
}

impl<T> Origin<T> {
    fn dict(&self, value: &T, headers: &Headers) -> Dict {
        match self {
            Self::Fields(of) => of(value),
            Self::Headers(of) => with_headers(of(value), headers),
            Self::Document(body, shape) => of_document(body, *shape, headers),
        }
    }
}

fn with_headers(fields: Dict, headers: &Headers) -> Dict {
    let mut dict = Dict::of(headers);
    if let Dict::Map(fields) = fields {
        for (name, value) in fields {
            dict.set(&name, value);
        }
    }
    dict
}

fn of_document(body: &[u8], shape: Shape, headers: &Headers) -> Dict {
    // It was read once when the answer came.
    let mut dict = shape.read(body).unwrap_or_default();
    if let Some((name, value)) = shape.header.and_then(|name| Some((name, headers.get(name)?))) {
        dict.set(name, Dict::Text(value));
    }
    dict
}

impl<T> Clone for Origin<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Fields(of) => Self::Fields(*of),
            Self::Headers(of) => Self::Headers(*of),
            Self::Document(body, shape) => Self::Document(body.clone(), *shape),
        }
    }
}

/// Lets an output that carries a body, and so stays a struct, be used as its headers: by field, by index, by printing.
macro_rules! shown_as {
    ($Output:ident, $field:ident: $Response:ty) => {
        impl std::ops::Deref for $Output {
            type Target = $Response;

            fn deref(&self) -> &$Response {
                &self.$field
            }
        }

        impl std::fmt::Display for $Output {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.$field.fmt(f)
            }
        }

        impl serde::Serialize for $Output {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.$field.serialize(serializer)
            }
        }
    };
}

pub(crate) use shown_as;
