//! Listings that continue: pages and items as iterators, which end even on a wrong answer.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::CosS3Client;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::ops::response::Response;
use crate::wire::request::Request;
use crate::wire::uri::{decode, decode_name};
use crate::wire::xml;

/// A listing that can be continued.
pub(crate) trait Listing {
    type Page;
    /// Fetches the page that the request now asks for.
    fn fetch(&self) -> Result<Self::Page, CosError>;
    /// Moves the request to the page after this one; false: that was the last.
    fn advance(&mut self, page: &Self::Page) -> Result<bool, CosError>;
}

/// What a page of a list knows about itself.
pub(crate) trait Page: Serialize + DeserializeOwned {
    /// The root of its document.
    const ROOT: &'static str;
    /// See [`Response::also`].
    const ALIASES: &'static [(&'static str, &'static [&'static str])] = &[];

    /// Reads the document.
    fn parse(body: &[u8]) -> Result<Self, CosClientError> {
        xml::parse(Self::ROOT, body)
    }

    /// Removes the items of empty elements, which stand for none.
    fn tidy(&mut self);

    /// Returns the names that COS wrote percent-encoded.
    fn encoded(&mut self) -> Vec<&mut String>;

    /// Returns how the answer says that its names are encoded; empty if not at all.
    fn encoding(&self) -> &str;

    /// Moves the request to the page after this one; false: this was the last. `plain` undoes the encoding of a name
    /// that the caller wanted to keep.
    fn advance(
        &self,
        request: &mut Request<'_>,
        within: &mut Within,
        plain: fn(&str) -> String,
    ) -> Result<bool, CosError>;
}

/// The request of a listing, and where in the list it is.
#[derive(Debug)]
pub(crate) struct Pages<'a, P> {
    client: &'a CosS3Client,
    request: Request<'a>,
    /// Whether names are decoded, or handed out as COS wrote them.
    decode: bool,
    within: Within,
    page: std::marker::PhantomData<fn() -> P>,
}

impl<'a, P> Pages<'a, P> {
    pub(crate) fn new(client: &'a CosS3Client, request: Request<'a>, decode: bool) -> Self {
        Self { client, request, decode, within: Within::default(), page: std::marker::PhantomData }
    }
}

impl<P: Page> Listing for Pages<'_, P> {
    type Page = Response<P>;

    fn fetch(&self) -> Result<Response<P>, CosError> {
        let answer = self.client.execute(self.request.repeat())?;
        let mut page = answer.read(P::parse)?;
        page.tidy();
        // Python decodes in any case, and takes the key `a%2Fb` for `a/b` where the answer is as it is.
        if self.decode && is_encoded(&page) {
            for name in page.encoded() {
                *name = decode_name(name).map_err(|error| error.with_attempts(answer.attempts))?;
            }
        }
        Ok(Response::of_fields(page, answer.headers).also(P::ALIASES))
    }

    fn advance(&mut self, page: &Response<P>) -> Result<bool, CosError> {
        let plain = if self.decode || !is_encoded(&**page) { |name: &str| name.to_owned() } else { decode };
        P::advance(page, &mut self.request, &mut self.within, plain)
    }
}

/// Declares the builder of a list: its keyword arguments, and the iterator over its items.
fn is_encoded(page: &impl Page) -> bool {
    page.encoding().eq_ignore_ascii_case("url")
}

macro_rules! listing {
    (
        $(#[$docs:meta])*
        pub struct $Builder:ident -> $Page:ident { $($own:tt)* }
        $(plus $($group:ident),+;)?
        $(#[$each_docs:meta])*
        each $each:ident: $Item:ident = $items:expr;
    ) => {
        $(#[$docs])*
        #[derive(Debug)]
        #[must_use = "nothing is sent before `send`"]
        pub struct $Builder<'a> {
            client: &'a $crate::client::CosS3Client,
            request: $crate::wire::request::Request<'a>,
            decode: bool,
        }

        impl<'a> $Builder<'a> {
            $crate::ops::options::setters! { $($own)* }
            $($($crate::ops::options::$group!();)+)?

            /// Fetches one page.
            pub fn send(self) -> Result<$crate::ops::response::Response<$Page>, $crate::error::CosError> {
                $crate::ops::paging::Listing::fetch(&self.list())
            }

            /// Iterates over all pages from here on. Each page is fetched when the iterator reaches it.
            pub fn pages(
                self,
            ) -> impl Iterator<Item = Result<$crate::ops::response::Response<$Page>, $crate::error::CosError>> + 'a {
                $crate::ops::paging::pages(self.list())
            }

            $(#[$each_docs])*
            pub fn $each(self) -> impl Iterator<Item = Result<$Item, $crate::error::CosError>> + 'a {
                let items: fn($Page) -> Vec<$Item> = $items;
                $crate::ops::paging::items(self.list(), move |page| items(page.into_inner()))
            }

            fn new(client: &'a $crate::client::CosS3Client, request: $crate::wire::request::Request<'a>) -> Self {
                Self { client, request, decode: true }
            }

            fn list(self) -> $crate::ops::paging::Pages<'a, $Page> {
                $crate::ops::paging::Pages::new(self.client, self.request, self.decode)
            }
        }

        impl $Builder<'_> {
            $crate::ops::options::every!();
        }
    };
}

pub(crate) use listing;

/// Goes through the pages of a listing. After an error it ends.
pub(crate) fn pages<L: Listing>(listing: L) -> impl Iterator<Item = Result<L::Page, CosError>> {
    let mut next = Some(Ok(listing));
    std::iter::from_fn(move || {
        let mut listing = match next.take()? {
            Ok(listing) => listing,
            Err(error) => return Some(Err(error)),
        };
        let page = match listing.fetch() {
            Ok(page) => page,
            Err(error) => return Some(Err(error)),
        };
        // A page that came is handed out, even if the way to the next one is wrong.
        next = match listing.advance(&page) {
            Ok(true) => Some(Ok(listing)),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        };
        Some(Ok(page))
    })
}

/// Goes through the items of all pages.
pub(crate) fn items<L: Listing, T>(
    listing: L,
    of: impl Fn(L::Page) -> Vec<T>,
) -> impl Iterator<Item = Result<T, CosError>> {
    pages(listing).flat_map(move |page| {
        let (items, error) = match page {
            Ok(page) => (of(page), None),
            Err(error) => (Vec::new(), Some(Err(error))),
        };
        items.into_iter().map(Ok).chain(error)
    })
}

/// The way through a list whose items have a key and, within it, an id.
#[derive(Debug, Default)]
pub(crate) struct Within {
    /// The ids that were markers under the present key: ids have no order to check.
    seen: Vec<String>,
}

impl Within {
    /// Moves the request's markers to `next`, a key and an id in it, which must lie further on.
    pub(crate) fn advance(
        &mut self,
        request: &mut Request<'_>,
        id_marker: &str,
        next: (String, String),
    ) -> Result<(), CosError> {
        let (key, id) = next;
        let (now, id_now) = (request.query("key-marker"), request.query(id_marker));
        if key.as_str() < now || (key == now && (id.is_empty() || id == id_now || self.seen.contains(&id))) {
            return Err(stuck());
        }
        if key != now {
            self.seen.clear();
        }
        self.seen.push(id.clone());
        request.set_query("key-marker", key);
        request.set_query(id_marker, id);
        Ok(())
    }
}

/// The error of a list that says it goes on, but not where.
pub(crate) fn stuck() -> CosError {
    let why = "the list is truncated, but its next marker does not move on";
    CosClientError::answered(ClientErrorKind::Protocol, why).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::uri::Target;
    use http::Method;

    /// Counts to `last` by `step`; a step of 0 is a server whose marker stands still.
    struct Count {
        at: u32,
        step: u32,
        last: u32,
    }

    impl Listing for Count {
        type Page = Vec<u32>;

        fn fetch(&self) -> Result<Vec<u32>, CosError> {
            Ok(vec![self.at])
        }

        fn advance(&mut self, _: &Vec<u32>) -> Result<bool, CosError> {
            if self.step == 0 {
                return Err(stuck());
            }
            self.at += self.step;
            Ok(self.at <= self.last)
        }
    }

    #[test]
    fn items_of_all_pages() {
        let all: Result<Vec<u32>, _> = items(Count { at: 1, step: 2, last: 7 }, |page| page).collect();
        assert_eq!(all.unwrap(), [1, 3, 5, 7]);
    }

    #[test]
    fn a_marker_that_stands_still_is_an_error_after_its_page() {
        let mut all = pages(Count { at: 1, step: 0, last: 7 });
        assert_eq!(all.next().unwrap().unwrap(), [1]);
        assert!(all.next().unwrap().is_err());
        assert!(all.next().is_none());
    }

    #[test]
    fn markers_of_key_and_id_never_come_back() {
        let mut request = Request::new("t", Method::GET, Target::bucket("b-1")).param("key-marker", "");
        let mut within = Within::default();
        let mut step = |key: &str, id: &str| {
            within.advance(&mut request, "version-id-marker", (key.to_owned(), id.to_owned())).is_ok()
        };
        assert!(!step("", ""));
        assert!(step("a", "2") && step("a", "1") && step("b", "") && step("b", "2"));
        assert!(!step("b", "2") && !step("b", "") && !step("a", "3"));
        assert_eq!((request.query("key-marker"), request.query("version-id-marker")), ("b", "2"));
        // Where the caller begins within a key, that id counts, too.
        let mut again = Within::default();
        assert!(again.advance(&mut request, "version-id-marker", ("b".to_owned(), "2".to_owned())).is_err());
    }
}
