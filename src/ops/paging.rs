//! Listings that continue: pages and items as iterators, which end even on a wrong answer.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::CosS3Client;
use crate::control::Control;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::ops::ahead::Ahead;
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
    /// Whether a page may be fetched before it is asked for.
    fn prefetches(&self) -> bool;
    /// Returns a copy that asks for the same page, and that this control cancels unless a transfer's does.
    fn steered_by(&self, control: &Control) -> Self;
}

/// What a page of a list knows about itself.
pub(crate) trait Page: Serialize + DeserializeOwned + Send + 'static {
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
pub(crate) struct Pages<P> {
    client: CosS3Client,
    request: Request<'static>,
    how: Reading,
    within: Within,
    page: std::marker::PhantomData<fn() -> P>,
}

/// How a listing is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Whether names are decoded, or handed out as COS wrote them.
    pub(crate) decode: bool,
    pub(crate) prefetch: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self { decode: true, prefetch: true }
    }
}

impl<P> Pages<P> {
    pub(crate) fn new(client: &CosS3Client, request: &Request<'_>, how: Reading) -> Self {
        let (client, request) = (client.clone(), request.repeat());
        Self { client, request, how, within: Within::default(), page: std::marker::PhantomData }
    }
}

impl<P: Page> Listing for Pages<P> {
    type Page = Response<P>;

    fn fetch(&self) -> Result<Response<P>, CosError> {
        let answer = self.client.execute(self.request.repeat())?;
        let mut page = answer.read(P::parse)?;
        page.tidy();
        // Python decodes in any case, and takes the key `a%2Fb` for `a/b` where the answer is as it is.
        if self.how.decode && is_encoded(&page) {
            for name in page.encoded() {
                *name = decode_name(name).map_err(|error| error.with_attempts(answer.attempts))?;
            }
        }
        Ok(Response::of_fields(page, answer.headers).also(P::ALIASES))
    }

    fn advance(&mut self, page: &Response<P>) -> Result<bool, CosError> {
        let plain = if self.how.decode || !is_encoded(&**page) { |name: &str| name.to_owned() } else { decode };
        P::advance(page, &mut self.request, &mut self.within, plain)
    }

    fn prefetches(&self) -> bool {
        self.how.prefetch
    }

    fn steered_by(&self, control: &Control) -> Self {
        let client =
            if self.client.control().is_some() { self.client.clone() } else { self.client.steered_by(control) };
        Self::new(&client, &self.request, self.how)
    }
}

fn is_encoded(page: &impl Page) -> bool {
    page.encoding().eq_ignore_ascii_case("url")
}

/// Declares the builder of a list: its keyword arguments, and the iterator over its items.
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
            how: $crate::ops::paging::Reading,
        }

        impl<'a> $Builder<'a> {
            $crate::ops::options::setters! { $($own)* }
            $($($crate::ops::options::$group!();)+)?
            $crate::ops::options::prefetch!();

            /// Fetches one page.
            pub fn send(self) -> Result<$crate::ops::response::Response<$Page>, $crate::error::CosError> {
                $crate::ops::paging::Listing::fetch(&self.list())
            }

            /// Iterates over all pages from here on. See [`prefetch`](Self::prefetch) for when they are fetched.
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
                Self { client, request, how: $crate::ops::paging::Reading::default() }
            }

            fn list(self) -> $crate::ops::paging::Pages<$Page> {
                $crate::ops::paging::Pages::new(self.client, &self.request, self.how)
            }
        }

        impl $Builder<'_> {
            $crate::ops::options::every!();
        }
    };
}

pub(crate) use listing;

/// Goes through the pages of a listing. After an error it ends.
pub(crate) fn pages<L>(listing: L) -> impl Iterator<Item = Result<L::Page, CosError>>
where
    L: Listing + Send + 'static,
    L::Page: Send + 'static,
{
    let (mut next, mut ahead, mut is_first) = (Some(Ok(listing)), None::<Ahead<L::Page>>, true);
    std::iter::from_fn(move || {
        let mut listing = match next.take()? {
            Ok(listing) => listing,
            Err(error) => return Some(Err(error)),
        };
        let came = ahead.as_mut().and_then(Ahead::wait);
        let page = match came.unwrap_or_else(|| listing.fetch()) {
            Ok(page) => page,
            Err(error) => return Some(Err(error)),
        };
        // A page that came is handed out, even if the way to the next one is wrong.
        next = match listing.advance(&page) {
            Ok(true) => {
                // A program that looks at the first page only is not made to request another.
                if !is_first && listing.prefetches() {
                    let ahead = ahead.get_or_insert_with(Ahead::start);
                    let again = listing.steered_by(ahead.control());
                    ahead.ask(move || again.fetch());
                }
                Some(Ok(listing))
            }
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        };
        if !matches!(next, Some(Ok(_))) {
            ahead = None;
        }
        is_first = false;
        Some(Ok(page))
    })
}

/// Goes through the items of all pages.
pub(crate) fn items<L, T>(listing: L, of: impl Fn(L::Page) -> Vec<T>) -> impl Iterator<Item = Result<T, CosError>>
where
    L: Listing + Send + 'static,
    L::Page: Send + 'static,
{
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
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    use http::Method;

    use super::*;
    use crate::wire::uri::Target;

    /// Counts to `last` by `step`; a step of 0 is a server whose marker stands still.
    #[derive(Clone)]
    struct Count {
        at: u32,
        step: u32,
        last: u32,
        fetched: Sender<u32>,
    }

    fn count(at: u32, step: u32, last: u32) -> (Count, Receiver<u32>) {
        let (sender, fetches) = channel();
        (Count { at, step, last, fetched: sender }, fetches)
    }

    impl Listing for Count {
        type Page = Vec<u32>;

        fn fetch(&self) -> Result<Vec<u32>, CosError> {
            let _ = self.fetched.send(self.at);
            Ok(vec![self.at])
        }

        fn advance(&mut self, _: &Vec<u32>) -> Result<bool, CosError> {
            if self.step == 0 {
                return Err(stuck());
            }
            self.at += self.step;
            Ok(self.at <= self.last)
        }

        fn prefetches(&self) -> bool {
            true
        }

        fn steered_by(&self, _: &Control) -> Self {
            self.clone()
        }
    }

    #[test]
    fn items_of_all_pages() {
        let all: Result<Vec<u32>, _> = items(count(1, 2, 7).0, |page| page).collect();
        assert_eq!(all.unwrap(), [1, 3, 5, 7]);
    }

    #[test]
    fn a_page_is_fetched_ahead_once_a_second_one_was_wanted() {
        let (listing, fetches) = count(1, 1, 5);
        let mut all = pages(listing);
        let mut next = || all.next().unwrap().unwrap()[0];
        assert_eq!((next(), fetches.try_iter().collect::<Vec<_>>()), (1, vec![1]));
        assert_eq!(next(), 2);
        // The second one was asked for, the third one comes by itself, and none after it.
        assert_eq!((fetches.recv(), fetches.recv()), (Ok(2), Ok(3)));
        assert!(fetches.recv_timeout(Duration::from_millis(50)).is_err());
        assert_eq!((next(), next(), next()), (3, 4, 5));
        assert!(all.next().is_none());
        drop(all);
        assert_eq!(fetches.iter().collect::<Vec<_>>(), [4, 5]);
    }

    #[test]
    fn a_marker_that_stands_still_is_an_error_after_its_page() {
        let mut all = pages(count(1, 0, 7).0);
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
