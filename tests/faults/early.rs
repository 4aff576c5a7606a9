//! Answers that come before all of a body was sent, and what surrounds a body and never ends.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use fault_proxy::{Certificates, TlsFront};
use qcloud_cos::{Body, ClientErrorKind, CosConfig, CosConfigBuilder, Sent};

use super::scene::{Scene, within};
use crate::common::{BUCKET, MIB, client, code, failed, get, lock, noise, recording_client};

/// A server that reads the head of a request and no more, answers, and closes the connection. It serves one request a
/// connection and passes those on to which it has nothing to say.
struct Hasty {
    addr: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Hasty {
    fn start(answer: impl Fn(usize) -> Option<String> + Send + Sync + 'static, upstream: Option<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let (count, answer) = (Arc::clone(&requests), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (count, answer) = (Arc::clone(&count), Arc::clone(&answer));
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let head = head(&mut stream);
                    match (answer(count.fetch_add(1, Ordering::SeqCst)), upstream) {
                        (Some(answer), _) => stream.write_all(answer.as_bytes()).unwrap(),
                        (None, Some(upstream)) => {
                            let server = TcpStream::connect(upstream).unwrap();
                            (&server).write_all(&head).unwrap();
                            thread::scope(|scope| {
                                scope.spawn(|| drop(std::io::copy(&mut &stream, &mut &server)));
                                drop(std::io::copy(&mut &server, &mut &stream));
                                let _ = stream.shutdown(std::net::Shutdown::Both);
                            });
                        }
                        (None, None) => {}
                    }
                });
            }
        });
        Self { addr, requests }
    }

    fn config(&self) -> CosConfigBuilder {
        let config = CosConfig::builder().region("ap-guangzhou").secret_id("AKIDEXAMPLE").secret_key("key");
        config.scheme("http").no_proxy().ip("127.0.0.1").port(self.addr.port())
    }

    fn requests(&self) -> usize {
        self.requests.swap(0, Ordering::SeqCst)
    }
}

fn head(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    head
}

fn error(status: u16, code: &str, headers: &str) -> String {
    let body = format!("<Error><Code>{code}</Code><Message>m</Message></Error>");
    format!(
        "HTTP/1.1 {status} Refused\r\nContent-Length: {}\r\nx-cos-request-id: id\r\n{headers}\r\n{body}",
        body.len()
    )
}

#[test]
fn fault_68_an_answer_before_the_end_of_the_body_is_read() {
    let content = noise(1, 64 * MIB);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &content).unwrap();
    for (status, name) in [(403, "AccessDenied"), (400, "EntityTooLarge"), (507, "InsufficientStorage")] {
        let server = Hasty::start(move |_| Some(error(status, name, "")), None);
        let client = crate::common::client_with_retry(server.config(), 0);
        let expected = (status, name.to_owned());
        assert_eq!(code(client.put_object(BUCKET, &content, "k").send()), expected);
        assert_eq!(code(client.put_object(BUCKET, Body::reader(&content[..]), "k").send()), expected);
        if status < 500 {
            assert_eq!(code(client.append_object(BUCKET, "k", 0, &content).send()), expected);
        }
        assert_eq!(code(client.upload_part(BUCKET, "k", &content, 1, "id").send()), expected);
        assert_eq!(code(client.put_object_from_local_file(BUCKET, file.path(), "k").send()), expected);
        assert_eq!(server.requests(), if status < 500 { 5 } else { 4 });
    }
}

#[test]
fn fault_68_a_body_is_not_read_to_its_end_for_nothing() {
    let server = Hasty::start(|_| Some(error(403, "AccessDenied", "")), None);
    let client = client(server.config());
    let read = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&read);
    let body = std::io::repeat(7).take(4 << 30);
    let body = Body::sized_reader(Counting(body, counted), 4 << 30);
    assert_eq!(code(client.put_object(BUCKET, body, "k").send()), (403, "AccessDenied".to_owned()));
    assert!(read.load(Ordering::SeqCst) < 256 * MIB);
}

struct Counting<R>(R, Arc<AtomicUsize>);

impl<R: std::io::Read> std::io::Read for Counting<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buf)?;
        self.1.fetch_add(read, Ordering::SeqCst);
        Ok(read)
    }
}

#[test]
fn fault_68_what_an_early_answer_asks_for_is_done() {
    let scene = Scene::new();
    let content = noise(1, 32 * MIB);
    // A pause, and then it goes through.
    let busy = |number| (number == 0).then(|| error(503, "SlowDown", "Retry-After: 7\r\n"));
    let server = Hasty::start(busy, Some(scene.cos.addr()));
    let config = crate::common::keys(&scene.cos).ip("127.0.0.1").port(server.addr.port());
    let (slow, pauses) = recording_client(config, 3);
    slow.put_object(BUCKET, &content, "slow").send().unwrap();
    let pauses = pauses.take();
    assert!(pauses.len() == 1 && pauses[0] >= Duration::from_secs(7), "{pauses:?}");
    assert!(get(&scene.client, "slow") == content);
    // An early success is none.
    let server = Hasty::start(|_| Some("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 0\r\n\r\n".to_owned()), None);
    let error = failed(client(server.config()).put_object(BUCKET, &content, "k").send());
    assert_eq!((error.kind(), error.attempts(), error.sent()), (&ClientErrorKind::Transport, 4, Sent::Maybe));
}

#[test]
fn fault_68_an_early_answer_is_read_through_tls() {
    let server = Hasty::start(|_| Some(error(403, "AccessDenied", "")), None);
    let certificates = Certificates::new().unwrap();
    let front = TlsFront::start(&certificates, "127.0.0.1", false, server.addr).unwrap();
    let mut authority = tempfile::NamedTempFile::new().unwrap();
    authority.write_all(certificates.pem().as_bytes()).unwrap();
    let config = server.config().scheme("https").port(front.addr().port()).ca_bundle(authority.path());
    let answered = code(client(config).put_object(BUCKET, noise(1, 64 * MIB), "k").send());
    assert_eq!(answered, (403, "AccessDenied".to_owned()));
}

#[test]
fn fault_68_a_server_that_answers_early_and_keeps_the_connection_is_heard_and_asked_by_another_one() {
    // On a kept connection and on a new one.
    for is_kept in [true, false] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        thread::spawn(move || {
            let ok = "HTTP/1.1 200 OK\r\nx-cos-request-id: id\r\nETag: \"e\"\r\nContent-Length: 0\r\n\r\n";
            let (mut early, _) = listener.accept().unwrap();
            if is_kept {
                head(&mut early);
                early.write_all(ok.as_bytes()).unwrap();
            }
            head(&mut early);
            early.write_all(error(403, "AccessDenied", "").as_bytes()).unwrap();
            // Of this one nothing is read any more.
            let (mut other, _) = listener.accept().unwrap();
            head(&mut other);
            other.write_all(ok.as_bytes()).unwrap();
        });
        let config = CosConfig::builder().region("ap-guangzhou").secret_id("AKIDEXAMPLE").secret_key("key");
        let config = config.scheme("http").no_proxy().ip("127.0.0.1").port(addr.port());
        let patience = Duration::from_secs(1);
        let client = crate::common::client_with_retry(config.stall_timeout(patience).response_timeout(5 * patience), 0);
        if is_kept {
            client.head_object(BUCKET, "k").send().unwrap();
        }
        let refused = code(client.put_object(BUCKET, noise(1, 64 * MIB), "k").send());
        assert_eq!(refused, (403, "AccessDenied".to_owned()));
        // A server that still reads from that connection would take this request for the rest of the body.
        client.head_object(BUCKET, "k").send().unwrap();
    }
}

/// Answers each request by these bytes, and then by others again and again.
fn endless(start: &'static str, again: &'static str) -> Hasty {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    thread::spawn(move || {
        for stream in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || {
                let mut stream = stream.unwrap();
                head(&mut stream);
                stream.write_all(start.as_bytes()).unwrap();
                while stream.write_all(again.as_bytes()).is_ok() {
                    thread::sleep(Duration::from_millis(20));
                }
            });
        }
    });
    Hasty { addr, requests }
}

#[test]
fn fault_69_what_surrounds_a_body_may_not_trickle_for_ever() {
    let head = "HTTP/1.1 200 OK\r\nx-cos-request-id: id\r\nETag: \"e\"\r\nTransfer-Encoding: chunked\r\n\r\n";
    let second = Duration::from_secs(1);
    for (name, server) in [
        ("size of a chunk", endless(head, "0")),
        (
            "extension of a chunk",
            endless("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nTransfer-Encoding: chunked\r\n\r\n1;", "a"),
        ),
        ("trailer", endless("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "a")),
        ("head", endless("HTTP/1.1 200 OK\r\n", "a")),
    ] {
        let config = server.config().minimum_throughput(1, second).response_timeout(second).stall_timeout(second);
        let client = crate::common::client_with_retry(config, 0);
        let read = within(Duration::from_secs(8), || {
            let answer = client.get_object(BUCKET, "k").send().map_err(|error| error.to_string())?;
            let mut content = Vec::new();
            answer.body.get_raw_stream().read_to_end(&mut content).map_err(|error| error.to_string())
        });
        assert!(read.is_err(), "{name}: {read:?}");
        let error = within(Duration::from_secs(8), || failed(client.list_objects(BUCKET).send()));
        assert!(matches!(error.kind(), ClientErrorKind::Stalled | ClientErrorKind::Timeout), "{name}: {error}");
    }
}

#[test]
fn fault_70_a_pause_does_not_end_a_body_that_ends_with_its_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let content = noise(3, MIB);
    let sent = content.clone();
    let gate = Arc::new(Mutex::new(()));
    let waited_for = Arc::clone(&gate);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (sent, gate) = (sent.clone(), Arc::clone(&waited_for));
            thread::spawn(move || {
                let mut stream = stream.unwrap();
                let head = String::from_utf8(head(&mut stream)).unwrap();
                let answer = "HTTP/1.1 200 OK\r\nx-cos-request-id: id\r\nETag: \"e\"\r\n";
                if head.starts_with("HEAD") {
                    let answer = format!("{answer}Content-Length: {}\r\n\r\n", sent.len());
                    return stream.write_all(answer.as_bytes()).unwrap();
                }
                let _ = stream.write_all(format!("{answer}\r\n").as_bytes());
                let _ = stream.write_all(&sent[..MIB / 2]);
                drop(lock(&gate));
                let _ = stream.write_all(&sent[MIB / 2..]);
            });
        }
    });
    let config = CosConfig::builder().region("ap-guangzhou").secret_id("AKIDEXAMPLE").secret_key("key");
    let client = client(config.scheme("http").no_proxy().ip("127.0.0.1").port(addr.port()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    // Often, because the pause must come while a read waits, and nothing tells when one does.
    for _ in 0..24 {
        let closed = lock(&gate);
        let handle = client.download_file(BUCKET, "k", &path).start().unwrap();
        while handle.progress().consumed < MIB as u64 / 2 {
            thread::yield_now();
        }
        handle.pause();
        drop(closed);
        handle.resume();
        handle.wait().unwrap();
        assert!(std::fs::read(&path).unwrap() == content);
    }
}

#[test]
fn fault_71_a_reader_of_exactly_the_length_meets_the_checksum() {
    let scene = Scene::new();
    scene.cos.inject(cos_emulator::Fault::FlipAnswer(3), cos_emulator::Match::any().method("GET"), 1);
    let mut answer = scene.client.get_object(BUCKET, "k").send().unwrap().body;
    let mut content = vec![0; usize::try_from(answer.content_length().unwrap()).unwrap()];
    let error = answer.read_exact(&mut content).unwrap_err();
    assert!(error.to_string().contains("crc64"), "{error}");
    // As often as it takes: the last byte does not come.
    assert!(answer.read(&mut content).is_err());
}

#[test]
fn fault_71_the_rest_of_a_body_is_of_the_same_object() {
    use cos_emulator::{Fault, Match};
    let scene = Scene::new();
    scene.cos.inject(Fault::CutBody(1000), Match::any().method("GET"), 1);
    scene.cos.inject(Fault::SetHeader("ETag".to_owned(), "\"other\"".to_owned()), Match::any().method("GET"), 1);
    let answer = scene.client.get_object(BUCKET, "k").send().unwrap().body;
    let error = answer.get_raw_stream().read_to_end(&mut Vec::new()).unwrap_err();
    let error = error.downcast::<qcloud_cos::CosClientError>().unwrap();
    assert_eq!(*error.kind(), ClientErrorKind::ObjectChanged, "{error}");
}
