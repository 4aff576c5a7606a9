//! Listings.

use std::hint::black_box;
use std::sync::mpsc;
use std::thread;

use bench_common::{Args, HOST, flag, sign};
use quick_xml::events::Event;
use serde::Deserialize;
use ureq::Agent;

use crate::agent;

/// Fetches a page of the list as XML.
fn page(agent: &Agent, args: &Args, prefix: &str, marker: &str) -> String {
    let params =
        [("delimiter", ""), ("encoding-type", "url"), ("marker", marker), ("max-keys", "1000"), ("prefix", prefix)];
    let query = format!("prefix={prefix}&delimiter=&marker={marker}&max-keys=1000&encoding-type=url");
    let request = agent.get(format!("{}/?{query}", args.endpoint)).header("Host", HOST);
    let mut answer = request.header("Authorization", sign("get", "/", &params)).call().unwrap();
    answer.body_mut().read_to_string().unwrap()
}

/// Parses the pages of a list one by one.
pub(crate) fn pages(args: &Args) -> u64 {
    let agent = agent(1);
    let mut keys = 0;
    for number in 0..args.count {
        let xml = page(&agent, args, "", &format!("page-{number}"));
        let objects = if flag("--serde") { by_serde(&xml) } else { by_events(&xml) };
        keys += black_box(objects).len() as u64;
    }
    assert_eq!(keys, args.count * 1000);
    keys
}

/// Goes through all keys while a thread is one page ahead.
pub(crate) fn all(args: &Args) -> u64 {
    let (ahead, behind) = mpsc::sync_channel(0);
    thread::scope(|scope| {
        scope.spawn(move || {
            each_page(args, "", |objects| ahead.send(objects).unwrap());
        });
        let keys = behind.iter().flatten().map(black_box).count() as u64;
        assert_eq!(keys, args.count * 1000);
        keys
    })
}

/// Calls this with the objects of each page, until a page says that it is the last.
pub(crate) fn each_page(args: &Args, prefix: &str, mut page_of: impl FnMut(Vec<Object>)) {
    let agent = agent(1);
    let mut marker = String::new();
    loop {
        let mut page: Page = quick_xml::de::from_str(&page(&agent, args, prefix, &marker)).unwrap();
        for object in &mut page.contents {
            object.key = unquote(&object.key);
        }
        page_of(page.contents);
        if !page.is_truncated {
            return;
        }
        marker = page.next_marker.unwrap().replace('/', "%2F");
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)]
pub(crate) struct Object {
    pub(crate) key: String,
    last_modified: String,
    #[serde(rename = "ETag")]
    etag: String,
    size: u64,
    storage_class: String,
    #[serde(default)]
    owner: Owner,
}

#[derive(Default, Deserialize)]
#[allow(dead_code)]
struct Owner {
    #[serde(rename = "ID")]
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)]
struct Page {
    #[serde(default)]
    contents: Vec<Object>,
    is_truncated: bool,
    next_marker: Option<String>,
}

fn by_serde(xml: &str) -> Vec<Object> {
    let mut page: Page = quick_xml::de::from_str(xml).unwrap();
    for object in &mut page.contents {
        object.key = unquote(&object.key);
    }
    page.contents
}

fn by_events(xml: &str) -> Vec<Object> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut objects: Vec<Object> = Vec::with_capacity(1000);
    let mut text = String::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                text.clear();
                if tag.name().as_ref() == "Contents" {
                    objects.push(Object::default());
                }
            }
            Event::Text(more) => text.push_str(&more),
            Event::GeneralRef(name) => text.push_str(match &*name {
                "quot" => "\"",
                "amp" => "&",
                "lt" => "<",
                "gt" => ">",
                _ => "'",
            }),
            Event::End(tag) => {
                if let Some(object) = objects.last_mut() {
                    match tag.name().as_ref() {
                        "Key" => object.key = unquote(&text),
                        "LastModified" => object.last_modified = std::mem::take(&mut text),
                        "ETag" => object.etag = std::mem::take(&mut text),
                        "Size" => object.size = text.parse().unwrap(),
                        "StorageClass" => object.storage_class = std::mem::take(&mut text),
                        "ID" => object.owner.id = std::mem::take(&mut text),
                        _ => {}
                    }
                }
                text.clear();
            }
            Event::Eof => return objects,
            _ => {}
        }
    }
}

/// Undoes percent-encoding.
fn unquote(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}
