//! Every fault, as the two ends of a connection meet it.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use fault_proxy::{Fault, Proxy, Way};

/// A server that answers each connection's bytes, until its end, with as many bytes `a`.
fn start() -> (Proxy, thread::JoinHandle<Vec<u8>>) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = Proxy::start(server.local_addr().unwrap()).unwrap();
    let heard = thread::spawn(move || {
        let (mut stream, _) = server.accept().unwrap();
        let mut heard = Vec::new();
        let mut buffer = [0; 1000];
        while let Ok(read @ 1..) = stream.read(&mut buffer) {
            heard.extend_from_slice(&buffer[..read]);
            if stream.write_all(&vec![b'a'; read]).is_err() {
                break;
            }
        }
        heard
    });
    (proxy, heard)
}

/// What the client hears back for ten bytes, and with which error that ends; and what the server heard.
fn talk(fault: Option<Fault>) -> (Vec<u8>, Option<ErrorKind>, Vec<u8>) {
    let (proxy, server) = start();
    proxy.plan(move |number| fault.clone().filter(|_| number == 0));
    let mut client = TcpStream::connect(proxy.addr()).unwrap();
    let wrote = client.write_all(b"0123456789").map_err(|e| e.kind()).err();
    let _ = client.shutdown(std::net::Shutdown::Write);
    let mut heard = Vec::new();
    let read = client.read_to_end(&mut heard).map_err(|e| e.kind()).err();
    assert_eq!(proxy.connections(), 1);
    (heard, wrote.or(read), server.join().unwrap())
}

#[test]
fn without_a_fault_everything_is_carried() {
    assert_eq!(talk(None), (b"aaaaaaaaaa".to_vec(), None, b"0123456789".to_vec()));
}

#[test]
fn closes_and_resets_at_a_byte() {
    let (heard, error, server) = talk(Some(Fault::close(Way::Down, 4)));
    assert_eq!((heard, error, server), (b"aaaa".to_vec(), None, b"0123456789".to_vec()));
    let (_, error, server) = talk(Some(Fault::reset(Way::Up, 4)));
    assert_eq!((error, server), (Some(ErrorKind::ConnectionReset), b"0123".to_vec()));
    let (_, error, _) = talk(Some(Fault::reset(Way::Down, 4)));
    assert_eq!(error, Some(ErrorKind::ConnectionReset));
}

#[test]
fn damages_one_byte() {
    assert_eq!(talk(Some(Fault::flip(Way::Up, 3))).2, b"0122456789");
    assert_eq!(talk(Some(Fault::flip(Way::Down, 9))).0, b"aaaaaaaaa`");
}

#[test]
fn crawls() {
    let begin = Instant::now();
    let (heard, error, _) = talk(Some(Fault::crawl(Way::Down, 5, 1, Duration::from_millis(20))));
    assert_eq!((heard.len(), error), (10, None));
    assert!(begin.elapsed() >= Duration::from_millis(100));
}

#[test]
fn refuses() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = Proxy::start(server.local_addr().unwrap()).unwrap();
    proxy.plan(|_| Some(Fault::Refuse));
    let mut client = TcpStream::connect(proxy.addr()).unwrap();
    assert_eq!(client.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_frozen_window_stays_shut() {
    let (proxy, _server) = start();
    proxy.plan(|_| Some(Fault::freeze(Way::Up, 10)));
    let mut client = TcpStream::connect(proxy.addr()).unwrap();
    client.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    let error = client.write_all(&vec![0; 64 * 1024 * 1024]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
}

#[test]
fn answers_and_replaces() {
    let request = |fault: Fault| {
        let (proxy, server) = start();
        proxy.plan(move |_| Some(fault.clone()));
        let mut client = TcpStream::connect(proxy.addr()).unwrap();
        client.write_all(b"PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi").unwrap();
        let mut heard = String::new();
        client.read_to_string(&mut heard).unwrap();
        drop((client, proxy));
        (heard, server)
    };
    let (heard, _) = request(Fault::answer(503, &[("Retry-After", "1")], "busy"));
    assert!(heard.starts_with("HTTP/1.1 503 ") && heard.ends_with("\r\n\r\nbusy"), "{heard}");
    let (heard, server) = request(Fault::replace(504, &[], ""));
    assert!(heard.starts_with("HTTP/1.1 504 "), "{heard}");
    assert!(server.join().unwrap().ends_with(b"\r\n\r\nhi"));
}
