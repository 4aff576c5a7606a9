//! HTTPS, and the emulator as the proxy of clients that know only COS's own hosts.

#![cfg(feature = "tls")]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use common::{Answer, BUCKET, Client};
use cos_emulator::CosEmulator;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// A connection in TLS to a host, trusting this authority.
fn connect(tcp: TcpStream, host: &str, ca: &str) -> std::io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), tcp);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

fn started() -> (CosEmulator, Client) {
    let emulator = CosEmulator::builder().tls().start().unwrap();
    let client = Client::of(&emulator);
    (emulator, client)
}

fn send(stream: &mut (impl Read + Write), head: &str, body: &[u8]) -> Answer {
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    Answer::read(&mut BufReader::new(stream), head.starts_with("HEAD")).unwrap()
}

#[test]
fn every_host_has_a_certificate_that_the_authority_signed() {
    let (emulator, client) = started();
    for host in [
        client.host.as_str(),
        "examplebucket-1250000000.cos.ap-beijing.myqcloud.com",
        "service.cos.myqcloud.com",
        "files.example.com",
        "localhost",
        "127.0.0.1",
    ] {
        let mut stream = connect(client.connect(), host, emulator.ca_pem().unwrap()).unwrap();
        let head = client.request("GET", "/").head();
        assert_eq!(send(&mut stream, &head, b"").status, 200, "{host}");
    }
    assert!(emulator.requests().iter().all(|request| request.secure));
    let other = CosEmulator::builder().tls().start().unwrap();
    assert!(connect(client.connect(), &client.host, other.ca_pem().unwrap()).is_err());
}

#[test]
fn one_port_serves_both() {
    let (emulator, client) = started();
    let body = vec![b'x'; 3_000_000];
    let mut stream = connect(client.connect(), &client.host, emulator.ca_pem().unwrap()).unwrap();
    let head = client.request("PUT", "/k").body(body.clone()).head();
    assert_eq!(send(&mut stream, &head, &body).status, 200);
    assert_eq!(send(&mut stream, &client.request("GET", "/k").head(), b"").body, body);
    drop(stream);
    assert!(client.get("/k").body == body);
    let secure: Vec<bool> = emulator.requests().iter().map(|request| request.secure).collect();
    assert_eq!(secure, [true, true, false]);
}

#[test]
fn stored_files_are_served_in_tls() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = CosEmulator::builder().data_dir(folder.path()).tls().start().unwrap();
    let client = Client::of(&emulator);
    let body: Vec<u8> = (0..1_000_000u32).map(|number| number as u8).collect();
    client.put("/k", body.clone());
    let mut stream = connect(client.connect(), &client.host, emulator.ca_pem().unwrap()).unwrap();
    let head = client.request("GET", "/k").header("range", "bytes=10-900000").header("connection", "close").head();
    assert!(send(&mut stream, &head, b"").body == body[10..=900_000]);
    // The end is said in TLS, or a client could not tell it from a cut connection.
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_client_behind_a_proxy_ends_up_here() {
    let (emulator, client) = started();
    for tls in [true, false] {
        let tcp = client.connect();
        (&tcp).write_all(format!("CONNECT {0}:443 HTTP/1.1\r\nHost: {0}:443\r\n\r\n", client.host).as_bytes()).unwrap();
        let mut line = String::new();
        let mut reader = BufReader::with_capacity(1, &tcp);
        reader.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 200 "), "{line}");
        reader.read_line(&mut line).unwrap();
        let head = client.request("GET", "/").head();
        let answer = if tls {
            send(&mut connect(tcp, &client.host, emulator.ca_pem().unwrap()).unwrap(), &head, b"")
        } else {
            send(&mut &tcp, &head, b"")
        };
        assert_eq!((answer.status, answer.element("Name")), (200, BUCKET));
    }
    let secure: Vec<bool> = emulator.requests().iter().map(|request| request.secure).collect();
    assert_eq!(secure, [true, false]);
}

#[test]
fn the_authority_is_written_to_a_file() {
    let (emulator, _) = started();
    let path = emulator.ca_file().unwrap().to_owned();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), emulator.ca_pem().unwrap());
    drop(emulator);
    assert!(!path.exists());
    let folder = tempfile::tempdir().unwrap();
    let chosen = folder.path().join("ca.pem");
    let emulator = CosEmulator::builder().tls_ca(&chosen).start().unwrap();
    assert_eq!(emulator.ca_file(), Some(chosen.as_path()));
    drop(emulator);
    assert!(chosen.exists());
    assert!(CosEmulator::start().unwrap().ca_file().is_none());
}
