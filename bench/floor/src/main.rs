//! The floor: what the SDK's HTTP library and thread pool cost with a COS signature on each request, and nothing
//! else of an SDK. No retries, no checks of answers, no resumption.
//!
//! `--crc` computes the CRC-64 of what goes over the wire (w1, w2, w3, w6); `--serde` parses listings by serde
//! instead of by events (w4).

mod folder;
mod list;

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

use bench_common::{Args, HOST, args, flag, lacks, measure, sign};
use crc_fast::{CrcAlgorithm, Digest};
use rayon::prelude::*;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
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
        "w4" => measure(|| list::pages(&args)),
        "w5" => measure(|| presign(&args)),
        "w7" => measure(|| put_files(&args)),
        "w9" => measure(|| folder::upload(&args)),
        "w10" => measure(|| folder::download(&args)),
        "w13" => measure(|| list::all(&args)),
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
        .tls_config(tls())
        .input_buffer_size(CHUNK)
        .output_buffer_size(CHUNK);
    config.build().into()
}

/// Trusts what the variable of Python's requests names.
fn tls() -> TlsConfig {
    let config = TlsConfig::builder();
    let Some(path) = std::env::var_os("REQUESTS_CA_BUNDLE") else { return config.build() };
    let pem = fs::read(path).unwrap();
    let items = parse_pem(&pem).map(Result::unwrap);
    let certificates: Vec<Certificate<'_>> = items
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    config.root_certs(RootCerts::new_with_certs(&certificates)).build()
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

fn put(agent: &Agent, args: &Args, path: &str, body: &[u8]) {
    let mut crc = Crc::new();
    crc.update(body);
    let request = agent.put(format!("{}{path}", args.endpoint)).header("Host", HOST);
    let answer = request.header("Authorization", sign("put", path, &[])).send(body).unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers().contains_key("etag"));
}

fn put_small(args: &Args) -> u64 {
    let agent = agent(1);
    let body = vec![b'x'; 4096];
    for number in 0..args.count {
        put(&agent, args, &format!("/small/{number}"), &body);
    }
    args.count
}

fn put_files(args: &Args) -> u64 {
    let agent = agent(args.threads);
    pool(args.threads).install(|| {
        (0..args.count as usize).into_par_iter().with_max_len(1).for_each(|number| {
            put(&agent, args, &format!("/small/{number}"), &fs::read(format!("{}/f{number}", args.file)).unwrap());
        });
    });
    args.count
}

fn presign(args: &Args) -> u64 {
    for number in 0..args.count {
        let path = format!("/dir/object-{number}.bin");
        black_box(format!("https://{HOST}{path}?{}", sign("get", &path, &[])));
    }
    args.count
}
