//! S3, S4: requests go where they were addressed, encrypted unless told otherwise.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use qcloud_cos::multipart::{MultipartUpload, Part};
use qcloud_cos::{CopySource, CosConfig, CosError, CosS3Client};

use crate::common::{BUCKET, ByHand, client_with_retry, ends};

/// A server that counts every byte and connection it gets.
struct Bait {
    addr: SocketAddr,
    got: Arc<AtomicUsize>,
}

impl Bait {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (addr, got) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&got);
        thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                counted.fetch_add(1, Ordering::SeqCst);
                let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
                let mut bytes = [0; 1024];
                while let Ok(read @ 1..) = stream.read(&mut bytes) {
                    counted.fetch_add(read, Ordering::SeqCst);
                }
            }
        });
        Self { addr, got }
    }
}

/// Sends a request of every method and every way to make one; each must fail.
fn every_kind(client: &CosS3Client, folder: &std::path::Path) -> Vec<(&'static str, bool)> {
    let file = folder.join("file");
    std::fs::write(&file, b"x").unwrap();
    let source = || CopySource::new(BUCKET, "k", "ap-guangzhou");
    let parts = MultipartUpload { part: vec![Part { part_number: 1, etag: "\"e\"".into() }] };
    let sse = ["MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=", "U5L61r7jcwdNvT7frmUG8g=="];
    let with_key = client.get_object(BUCKET, "k").sse_customer_algorithm("AES256");
    let with_key = with_key.sse_customer_key(sse[0]).sse_customer_key_md5(sse[1]);
    vec![
        ("GET", client.get_object(BUCKET, "k").send().is_err()),
        ("GET with a key", with_key.send().is_err()),
        ("GET of a list", client.list_objects(BUCKET).send().is_err()),
        ("HEAD", client.head_object(BUCKET, "k").send().is_err()),
        ("PUT", client.put_object(BUCKET, b"body", "k").send().is_err()),
        ("PUT of a copy", client.copy_object(BUCKET, "k", source()).send().is_err()),
        ("PUT of a part", client.upload_part(BUCKET, "k", b"body", 1, "id").send().is_err()),
        ("POST of an upload", client.create_multipart_upload(BUCKET, "k").send().is_err()),
        ("POST of an end", client.complete_multipart_upload(BUCKET, "k", "id", parts).send().is_err()),
        ("POST of bytes", client.append_object(BUCKET, "k", 0, b"body").send().is_err()),
        ("POST of a list", client.delete_objects(BUCKET, ["k"]).send().is_err()),
        ("DELETE", client.delete_object(BUCKET, "k").send().is_err()),
        ("DELETE of an upload", client.abort_multipart_upload(BUCKET, "k", "id").send().is_err()),
        ("a download", client.download_file(BUCKET, "k", folder.join("copy")).send().is_err()),
        ("an upload", client.upload_file(BUCKET, "k", &file).send().is_err()),
    ]
}

/// What came of it all where every answer is this redirect.
fn redirected(status: u16, from_cos: bool, configure: fn(qcloud_cos::CosConfigBuilder) -> CosS3Client) -> usize {
    let bait = Bait::start();
    let id = if from_cos { "x-cos-request-id: id\r\n" } else { "" };
    let answer =
        format!("HTTP/1.1 {status} Elsewhere\r\n{id}Location: http://{}/k?x=1\r\nContent-Length: 0\r\n\r\n", bait.addr);
    let server = ByHand::start(move |_, stream: &mut TcpStream| stream.write_all(answer.as_bytes()).is_ok());
    let client = configure(server.config().token("CanaryToken"));
    let folder = tempfile::tempdir().unwrap();
    for (what, failed) in every_kind(&client, folder.path()) {
        assert!(failed, "{what} took a {status} for a success");
    }
    assert!(!folder.path().join("copy").exists(), "{status}");
    bait.got.load(Ordering::SeqCst)
}

#[test]
fn s04_no_redirect_of_any_status_and_method_reaches_another_server() {
    for status in [300, 301, 302, 303, 304, 305, 306, 307, 308, 399] {
        for from_cos in [true, false] {
            let got = redirected(status, from_cos, |config| client_with_retry(config, 0));
            assert_eq!(got, 0, "{status}, from COS: {from_cos}");
        }
    }
}

#[test]
fn s04_switching_domains_goes_to_no_redirects_target() {
    for status in [301, 302, 307] {
        let switching =
            |config: qcloud_cos::CosConfigBuilder| client_with_retry(config.auto_switch_domain_on_retry(true), 1);
        assert_eq!(redirected(status, false, switching), 0, "{status}");
    }
}

/// The first bytes that a client sends.
fn first_bytes(config: impl FnOnce(u16) -> qcloud_cos::CosConfigBuilder) -> (Vec<u8>, Result<(), CosError>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = client_with_retry(config(listener.local_addr().unwrap().port()), 0);
    let (send, heard) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut first = [0; 5];
        stream.read_exact(&mut first).unwrap();
        send.send(first.to_vec()).unwrap();
    });
    let result = ends(move || client.put_object(BUCKET, b"body", "k").send().map(drop));
    (heard.recv_timeout(Duration::from_secs(5)).unwrap(), result)
}

#[test]
fn s03_without_a_scheme_requests_are_encrypted() {
    let config = |port: u16| {
        let config = CosConfig::builder().region("ap-guangzhou").secret_id("AKIDEXAMPLE").secret_key("key");
        config.proxies(Vec::<(&str, &str)>::new()).ip("127.0.0.1").port(port)
    };
    let (first, result) = first_bytes(config);
    // A handshake record of TLS.
    assert_eq!(first[..2], [0x16, 0x03]);
    assert!(result.is_err());
    let (first, _) = first_bytes(|port| config(port).scheme("http"));
    assert_eq!(first, b"PUT /");
}
