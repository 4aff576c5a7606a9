//! Carrying the bytes of one connection, with what goes wrong.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::fault::{Act, Fault, Way};
use crate::reset;

const CHUNK: usize = 64 * 1024;
/// How long a connection may stand still, frozen or silent, before it is cleared away.
const PATIENCE: Duration = Duration::from_secs(120);
/// The longest head of a request.
const HEAD_LIMIT: usize = 64 * 1024;

/// What ends a connection that stands still.
struct Ends<'e> {
    stop: &'e AtomicBool,
    /// The other way is done.
    other: &'e AtomicBool,
}

impl Ends<'_> {
    fn came(&self) -> bool {
        self.stop.load(Ordering::SeqCst) || self.other.load(Ordering::SeqCst)
    }
}

/// Carries both ways until both ends are done.
pub(crate) fn carry(client: &TcpStream, server: &TcpStream, fault: Option<Fault>, stop: &AtomicBool) {
    let at = match fault {
        Some(Fault::Answer(answer)) => {
            if read_request(client).is_ok() {
                let _ = (&*client).write_all(&answer);
            }
            return hang_up(client);
        }
        Some(Fault::Replace(answer)) => {
            let read = read_request(client).and_then(|request| (&*server).write_all(&request));
            // The answer has begun, so the request was carried out.
            if read.is_ok() && matches!((&*server).read(&mut [0]), Ok(1)) {
                let _ = (&*client).write_all(&answer);
            }
            return hang_up(client);
        }
        Some(Fault::At { way, after, act }) => Some((way, after, act)),
        Some(Fault::Refuse) | None => None,
    };
    let of = |wanted: Way| at.filter(|(way, ..)| *way == wanted).map(|(_, after, act)| (after, act));
    let (up, down) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            one_way(client, server, of(Way::Up), &Ends { stop, other: &down });
            up.store(true, Ordering::SeqCst);
        });
        one_way(server, client, of(Way::Down), &Ends { stop, other: &up });
        down.store(true, Ordering::SeqCst);
    });
}

/// Closes a connection so that the last bytes still arrive: what is left unread would reset it.
fn hang_up(stream: &TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
    let mut from = stream;
    let mut buffer = vec![0; CHUNK];
    while from.read(&mut buffer).is_ok_and(|read| read > 0) {}
}

fn one_way(mut from: &TcpStream, mut to: &TcpStream, mut at: Option<(u64, Act)>, ends: &Ends<'_>) {
    let mut buffer = vec![0; CHUNK];
    let mut carried = 0;
    loop {
        let wanted = match at {
            Some((after, _)) if carried == after => 0,
            Some((after, _)) => usize::try_from(after - carried).map_or(CHUNK, |left| left.min(CHUNK)),
            None => CHUNK,
        };
        if wanted == 0 {
            // It happens when the next byte comes, which may be after a request was carried out.
            if !matches!(from.peek(&mut [0]), Ok(1)) {
                return end(from, to);
            }
            match at.take().map(|(_, act)| act) {
                Some(Act::Reset) => {
                    for stream in [from, to] {
                        reset(stream);
                        // Wakes the thread of the other way, and tells the ends nothing yet.
                        let _ = stream.shutdown(Shutdown::Read);
                    }
                    return;
                }
                Some(Act::Close) => return cut(from, to),
                Some(Act::Hang) => {
                    while from.read(&mut buffer).is_ok_and(|read| read > 0) {}
                    return stand_still(from, to, ends);
                }
                Some(Act::Freeze) => return stand_still(from, to, ends),
                Some(Act::Crawl(bytes, pause)) => return crawl(from, to, bytes.clamp(1, CHUNK), pause, ends),
                Some(Act::Flip) => match from.read(&mut buffer[..1]) {
                    Ok(1) => {
                        buffer[0] ^= 1;
                        carried += 1;
                        if to.write_all(&buffer[..1]).is_err() {
                            return end(from, to);
                        }
                    }
                    _ => return end(from, to),
                },
                None => {}
            }
            continue;
        }
        match from.read(&mut buffer[..wanted]) {
            Ok(read @ 1..) if to.write_all(&buffer[..read]).is_ok() => carried += read as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // What is left of a reset connection must not be closed in order.
            Ok(0) if socket2::SockRef::from(from).linger().is_ok_and(|linger| linger.is_some()) => return,
            Ok(0) => {
                let _ = to.shutdown(Shutdown::Write);
                return;
            }
            _ => return end(from, to),
        }
    }
}

/// Ends both connections at once, unread bytes or not.
fn cut(from: &TcpStream, to: &TcpStream) {
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

/// One end is gone: the other learns it.
fn end(from: &TcpStream, to: &TcpStream) {
    let _ = from.shutdown(Shutdown::Read);
    let _ = to.shutdown(Shutdown::Both);
}

/// Does nothing until somebody gives up.
fn stand_still(from: &TcpStream, to: &TcpStream, ends: &Ends<'_>) {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE && !ends.came() && !is_gone(from) {
        thread::sleep(Duration::from_millis(10));
    }
    cut(from, to);
}

/// Whether the other end has closed or reset the connection, with or without unread bytes before that.
fn is_gone(stream: &TcpStream) -> bool {
    let socket = socket2::SockRef::from(stream);
    matches!(socket.take_error(), Ok(Some(_)) | Err(_)) || stream.peer_addr().is_err()
}

fn crawl(mut from: &TcpStream, mut to: &TcpStream, bytes: usize, pause: Duration, ends: &Ends<'_>) {
    let mut buffer = vec![0; bytes];
    while !ends.stop.load(Ordering::SeqCst) {
        thread::sleep(pause);
        match from.read(&mut buffer) {
            Ok(0) => {
                let _ = to.shutdown(Shutdown::Write);
                return;
            }
            Ok(read) if to.write_all(&buffer[..read]).is_ok() => {}
            _ => return end(from, to),
        }
    }
}

/// Reads one request of HTTP/1.1 with its body.
fn read_request(mut stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        if request.len() > HEAD_LIMIT || stream.read(&mut byte)? == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        request.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    if header("transfer-encoding:") == Some("chunked") {
        while !request.ends_with(b"\r\n0\r\n\r\n") {
            if stream.read(&mut byte)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            request.push(byte[0]);
        }
        return Ok(request);
    }
    let length = header("content-length:").and_then(|length| length.parse().ok()).unwrap_or(0);
    let head_len = request.len() as u64;
    stream.take(length).read_to_end(&mut request)?;
    if request.len() as u64 == head_len + length { Ok(request) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
