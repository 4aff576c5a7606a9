//! The floor: what the SDK's HTTP library and thread pool cost with a COS signature on each request, and nothing
//! else of an SDK. No retries, no checks of answers, no resumption.
//!
//! `--crc` computes the CRC-64 of what goes over the wire (w1, w2, w3, w6); `--serde` parses listings by serde
//! instead of by events (w4).

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

use bench_common::{Args, HOST, args, flag, lacks, measure, sign};
use crc_fast::{CrcAlgorithm, Digest};
use quick_xml::events::Event;
use rayon::prelude::*;
use serde::Deserialize;
use ureq::{Agent, SendBody};

/// As in the SDK.
const CHUNK: usize = 256 * 1024;
/// As the SDK writes downloads.
const WRITE: usize = 1024 * 1024;

fn main() {
    let args = args();
    match args.workload.as_str() {
        "w1" | "w6" => measure(|| upload(&args)),
        "w2" => measure(|| download(&args)),
        "w3" => measure(|| put_small(&args)),
        "w4" => measure(|| list(&args)),
        "w5" => measure(|| presign(&args)),
        "w7" => measure(|| put_files(&args)),
        other => lacks(other),
    }
}

fn agent(threads: usize) -> Agent {
    let config = Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_idle_connections(threads)
        .max_idle_connections_per_host(threads)
        .input_buffer_size(CHUNK)
        .output_buffer_size(CHUNK);
    config.build().into()
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// A CRC-64 where it is asked for.
struct Crc(Option<Digest>);

impl Crc {
    fn new() -> Self {
        Self(flag("--crc").then(|| Digest::new(CrcAlgorithm::Crc64Xz)))
    }

    fn update(&mut self, bytes: &[u8]) {
        if let Some(digest) = &mut self.0 {
            digest.update(bytes);
        }
    }
}

impl Drop for Crc {
    fn drop(&mut self) {
        black_box(self.0.as_ref().map(Digest::finalize));
    }
}

/// A part of a file.
struct Section<'a> {
    file: &'a File,
    offset: u64,
    left: u64,
    crc: Crc,
}

impl Read for Section<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let wanted = (buf.len() as u64).min(self.left) as usize;
        let read = self.file.read_at(&mut buf[..wanted], self.offset)?;
        self.crc.update(&buf[..read]);
        self.offset += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}

fn post(agent: &Agent, args: &Args, query: &str, params: &[(&str, &str)], body: &str) -> String {
    let request = agent.post(format!("{}/k?{query}", args.endpoint)).header("Host", HOST);
    let mut answer = request.header("Authorization", sign("post", "/k", params)).send(body).unwrap();
    answer.body_mut().read_to_string().unwrap()
}

fn upload(args: &Args) -> u64 {
    let agent = agent(args.threads);
    let file = File::open(&args.file).unwrap();
    let created = post(&agent, args, "uploads", &[("uploads", "")], "");
    let id = created.split("<UploadId>").nth(1).unwrap().split('<').next().unwrap();
    let parts: Vec<_> = (1..).zip(args.parts()).collect();
    let etags: Vec<(u32, String)> = pool(args.threads).install(|| {
        parts
            .par_iter()
            .with_max_len(1)
            .map(|&(number, part)| (number, part_of(&agent, args, &file, id, number, part)))
            .collect()
    });
    let parts: String = etags
        .iter()
        .map(|(number, etag)| format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"))
        .collect();
    let xml = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    let done = post(&agent, args, &format!("uploadId={id}"), &[("uploadid", id)], &xml);
    assert!(done.contains("CompleteMultipartUploadResult"));
    args.size
}

fn part_of(agent: &Agent, args: &Args, file: &File, id: &str, number: u32, (offset, left): (u64, u64)) -> String {
    let name = number.to_string();
    let mut section = Section { file, offset, left, crc: Crc::new() };
    let answer = agent
        .put(format!("{}/k?partNumber={name}&uploadId={id}", args.endpoint))
        .header("Host", HOST)
        .header("Authorization", sign("put", "/k", &[("partnumber", &name), ("uploadid", id)]))
        .header("Content-Length", left)
        .send(SendBody::from_reader(&mut section))
        .unwrap();
    assert_eq!(answer.status(), 200);
    answer.headers()["etag"].to_str().unwrap().to_owned()
}

fn download(args: &Args) -> u64 {
    let agent = agent(args.threads);
    let url = format!("{}/k", args.endpoint);
    let head = agent.head(&url).header("Host", HOST).header("Authorization", sign("head", "/k", &[])).call().unwrap();
    assert_eq!(head.headers()["content-length"], args.size.to_string());
    let file = File::create(&args.file).unwrap();
    pool(args.threads).install(|| {
        args.parts().par_iter().with_max_len(1).for_each(|&(offset, len)| {
            let answer = agent
                .get(&url)
                .header("Host", HOST)
                .header("Range", format!("bytes={offset}-{}", offset + len - 1))
                .header("Authorization", sign("get", "/k", &[]))
                .call()
                .unwrap();
            assert_eq!(answer.status(), 206);
            let (mut body, mut at, mut crc) = (answer.into_body().into_reader(), offset, Crc::new());
            let mut buffer = vec![0; WRITE];
            loop {
                let mut filled = 0;
                while filled < WRITE {
                    match body.read(&mut buffer[filled..WRITE.min(filled + CHUNK)]).unwrap() {
                        0 => break,
                        read => filled += read,
                    }
                }
                if filled == 0 {
                    break;
                }
                crc.update(&buffer[..filled]);
                file.write_all_at(&buffer[..filled], at).unwrap();
                at += filled as u64;
            }
            assert_eq!(at, offset + len);
        });
    });
    args.size
}

fn put(agent: &Agent, args: &Args, number: usize, body: &[u8]) {
    let mut crc = Crc::new();
    crc.update(body);
    let path = format!("/small/{number}");
    let request = agent.put(format!("{}{path}", args.endpoint)).header("Host", HOST);
    let answer = request.header("Authorization", sign("put", &path, &[])).send(body).unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers().contains_key("etag"));
}

fn put_small(args: &Args) -> u64 {
    let agent = agent(1);
    let body = vec![b'x'; 4096];
    for number in 0..args.count {
        put(&agent, args, number as usize, &body);
    }
    args.count
}

fn put_files(args: &Args) -> u64 {
    let agent = agent(args.threads);
    pool(args.threads).install(|| {
        (0..args.count as usize).into_par_iter().with_max_len(1).for_each(|number| {
            put(&agent, args, number, &fs::read(format!("{}/f{number}", args.file)).unwrap());
        });
    });
    args.count
}

fn list(args: &Args) -> u64 {
    let agent = agent(1);
    let mut keys = 0;
    for page in 0..args.count {
        let marker = format!("page-{page}");
        let params =
            [("delimiter", ""), ("encoding-type", "url"), ("marker", &marker), ("max-keys", "1000"), ("prefix", "")];
        let query = format!("prefix=&delimiter=&marker={marker}&max-keys=1000&encoding-type=url");
        let request = agent.get(format!("{}/?{query}", args.endpoint)).header("Host", HOST);
        let mut answer = request.header("Authorization", sign("get", "/", &params)).call().unwrap();
        let xml = answer.body_mut().read_to_string().unwrap();
        let objects = if flag("--serde") { by_serde(&xml) } else { by_events(&xml) };
        keys += black_box(objects).len() as u64;
    }
    assert_eq!(keys, args.count * 1000);
    keys
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)]
struct Object {
    key: String,
    last_modified: String,
    #[serde(rename = "ETag")]
    etag: String,
    size: u64,
    storage_class: String,
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

fn presign(args: &Args) -> u64 {
    for number in 0..args.count {
        let path = format!("/dir/object-{number}.bin");
        black_box(format!("https://{HOST}{path}?{}", sign("get", &path, &[])));
    }
    args.count
}
