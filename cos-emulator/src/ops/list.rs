//! Listing objects, and the paging that all listings share.

use std::ops::Bound;

use crate::acl::{OWNER, write_user};
use crate::context::Call;
use crate::encode;
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::text::{number, quoted};
use crate::store::{ObjectInfo, Version};
use crate::time;
use crate::xml::Xml;

/// The parameters every listing takes.
pub(crate) struct Paging {
    pub(crate) prefix: String,
    pub(crate) delimiter: String,
    pub(crate) max: usize,
    pub(crate) url_encoded: bool,
}

impl Paging {
    /// Reads the parameters; `max` is the name of the one that limits the page.
    pub(crate) fn of(call: &Call<'_, '_>, max: &'static str) -> Result<Self, Error> {
        let text = |name| call.param(name).unwrap_or_default().to_owned();
        let url_encoded = match call.param("encoding-type").unwrap_or_default() {
            "" => false,
            "url" => true,
            _ => return Err(Error::new(Code::InvalidArgument, "invalid encoding-type")),
        };
        Ok(Self {
            prefix: text("prefix"),
            delimiter: text("delimiter"),
            max: match text(max) {
                given if given.is_empty() => 1000,
                given => number::<usize>(max, &given)?.min(1000),
            },
            url_encoded,
        })
    }

    /// A key as the client wants it written.
    pub(crate) fn show(&self, key: &str) -> String {
        if self.url_encoded { encode::value(key) } else { key.to_owned() }
    }

    /// Where a sorted map is entered to list what comes after a marker.
    pub(crate) fn start<'a>(&'a self, marker: &'a str) -> Bound<&'a str> {
        if marker.is_empty() || marker < self.prefix.as_str() {
            Bound::Included(&self.prefix)
        } else {
            Bound::Excluded(marker)
        }
    }

    /// One page of sorted entries, those with a common prefix folded into one.
    ///
    /// `marker` is where the last page ended; if that was a common prefix, it is done with.
    pub(crate) fn page<'a, T>(&self, marker: &str, entries: impl Iterator<Item = (&'a str, T)>) -> Page<'a, T> {
        let mut page = Page { items: Vec::new(), prefixes: Vec::new(), truncated: false, last: Last::Nothing };
        for (key, item) in entries.take_while(|(key, _)| key.starts_with(&self.prefix)) {
            let common = self.common_prefix(key);
            if let Some(common) = common
                && (common == marker || page.prefixes.last() == Some(&common))
            {
                continue;
            }
            if page.items.len() + page.prefixes.len() == self.max {
                // A page of nothing has no end to go on from.
                page.truncated = self.max > 0;
                break;
            }
            if let Some(common) = common {
                page.prefixes.push(common);
                page.last = Last::Prefix;
            } else {
                page.items.push((key, item));
                page.last = Last::Item;
            }
        }
        page
    }

    fn common_prefix<'a>(&self, key: &'a str) -> Option<&'a str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let rest = &key[self.prefix.len()..];
        let end = rest.find(&self.delimiter)? + self.delimiter.len();
        Some(&key[..self.prefix.len() + end])
    }

    /// Writes the parameters back, as every listing does.
    pub(crate) fn write(&self, xml: &mut Xml) {
        if self.url_encoded {
            xml.text("EncodingType", "url");
        }
        xml.text("Prefix", self.show(&self.prefix));
        if !self.delimiter.is_empty() {
            xml.text("Delimiter", &self.delimiter);
        }
    }

    pub(crate) fn write_prefixes(&self, xml: &mut Xml, prefixes: &[&str]) {
        for prefix in prefixes {
            xml.open("CommonPrefixes").text("Prefix", self.show(prefix)).close();
        }
    }
}

/// One page of a listing.
pub(crate) struct Page<'a, T> {
    pub(crate) items: Vec<(&'a str, T)>,
    pub(crate) prefixes: Vec<&'a str>,
    pub(crate) truncated: bool,
    pub(crate) last: Last,
}

/// What a page ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Last {
    Nothing,
    Item,
    Prefix,
}

impl<T> Page<'_, T> {
    /// The key or common prefix the page ended with.
    pub(crate) fn last_key(&self) -> Option<&str> {
        match self.last {
            Last::Nothing => None,
            Last::Item => self.items.last().map(|(key, _)| *key),
            Last::Prefix => self.prefixes.last().copied(),
        }
    }
}

pub(crate) fn list_objects(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let paging = Paging::of(call, "max-keys")?;
    let marker = call.param("marker").unwrap_or_default();
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    let entries = bucket
        .objects
        .range::<str, _>((paging.start(marker), Bound::Unbounded))
        .filter_map(|(key, versions)| Some((key.as_str(), versions.first()?)))
        .filter(|(_, latest)| !latest.info.delete_marker);
    let page = paging.page(marker, entries);
    let mut xml = Xml::root("ListBucketResult");
    xml.text("Name", &bucket.info.name);
    paging.write(&mut xml);
    xml.text("Marker", paging.show(marker)).text("MaxKeys", paging.max).text("IsTruncated", page.truncated);
    if page.truncated
        && let Some(next) = page.last_key()
    {
        xml.text("NextMarker", paging.show(next));
    }
    for (key, Version { info, .. }) in &page.items {
        xml.open("Contents").text("Key", paging.show(key));
        write_facts(&mut xml, info);
        xml.close();
    }
    paging.write_prefixes(&mut xml, &page.prefixes);
    Ok(Response::new(200).xml(xml.finish()))
}

/// What listings say about an object.
pub(crate) fn write_facts(xml: &mut Xml, info: &ObjectInfo) {
    xml.text("LastModified", time::iso_millis(info.modified)).text("ETag", quoted(&info.etag)).text("Size", info.size);
    write_user(xml.open("Owner"), OWNER).close();
    xml.text("StorageClass", &info.storage_class);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(keys: &[&'static str], delimiter: &str, max: usize) -> Vec<Vec<String>> {
        let mut sorted = keys.to_vec();
        sorted.sort_unstable();
        let paging = Paging { prefix: String::new(), delimiter: delimiter.to_owned(), max, url_encoded: false };
        let mut marker = String::new();
        let mut pages = Vec::new();
        loop {
            let entries = sorted.iter().filter(|key| **key > marker.as_str()).map(|key| (*key, ()));
            let page = paging.page(&marker, entries);
            let mut found: Vec<String> = page.items.iter().map(|(key, ())| (*key).to_owned()).collect();
            found.extend(page.prefixes.iter().map(|prefix| format!("[{prefix}]")));
            let next = page.last_key().map(str::to_owned);
            pages.push(found);
            match next {
                Some(next) if page.truncated => marker = next,
                _ => return pages,
            }
        }
    }

    #[test]
    fn pages_cover_everything_once() {
        let keys = ["a", "b/1", "b/2", "c/1", "d", "e/x/y"];
        assert_eq!(pages(&keys, "", 4), [vec!["a", "b/1", "b/2", "c/1"], vec!["d", "e/x/y"]]);
        for max in 1..7 {
            let mut all: Vec<String> = pages(&keys, "/", max).concat();
            all.sort();
            assert_eq!(all, ["[b/]", "[c/]", "[e/]", "a", "d"], "{max}");
        }
        assert_eq!(pages(&keys, "/", 5).len(), 1);
        assert_eq!(pages(&keys, "/", 0), [Vec::<String>::new()]);
    }
}
