//! What goes wrong with a connection.

use std::time::Duration;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// What goes wrong with one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The connection is reset as soon as it is made.
    Refuse,
    /// Something happens once so many bytes went one way.
    At {
        /// Which bytes are counted.
        way: Way,
        /// How many go through unharmed.
        after: u64,
        /// What happens then.
        act: Act,
    },
    /// The first request is read and answered by these bytes; the server never sees it.
    Answer(Vec<u8>),
    /// The first request is carried out, but its answer is replaced by these bytes.
    Replace(Vec<u8>),
}

/// What happens at a certain byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Both connections are reset.
    Reset,
    /// Both connections are closed in order.
    Close,
    /// No byte goes this way any more, though they are still taken in.
    Hang,
    /// Nothing is read this way any more, so that the sender's window fills and stays shut.
    Freeze,
    /// From here on only so many bytes go at a time, with a pause before each.
    Crawl(usize, Duration),
    /// The lowest bit of the next byte is flipped.
    Flip,
}

impl Fault {
    /// Resets both connections after so many bytes.
    pub fn reset(way: Way, after: u64) -> Self {
        Self::At { way, after, act: Act::Reset }
    }

    /// Closes both connections after so many bytes.
    pub fn close(way: Way, after: u64) -> Self {
        Self::At { way, after, act: Act::Close }
    }

    /// Falls silent after so many bytes.
    pub fn hang(way: Way, after: u64) -> Self {
        Self::At { way, after, act: Act::Hang }
    }

    /// Stops reading after so many bytes.
    pub fn freeze(way: Way, after: u64) -> Self {
        Self::At { way, after, act: Act::Freeze }
    }

    /// Lets only so many bytes through at a time after so many bytes, with a pause before each.
    pub fn crawl(way: Way, after: u64, bytes: usize, pause: Duration) -> Self {
        Self::At { way, after, act: Act::Crawl(bytes, pause) }
    }

    /// Damages the byte after so many.
    pub fn flip(way: Way, after: u64) -> Self {
        Self::At { way, after, act: Act::Flip }
    }

    /// An answer of HTTP with this body and an honest length, after which the connection ends.
    pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        Self::Answer(http(status, headers, body))
    }

    /// The same instead of the server's own, to a request that was carried out.
    pub fn replace(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        Self::Replace(http(status, headers, body))
    }
}

fn http(status: u16, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let status = format!("HTTP/1.1 {status} Fault\r\nContent-Length: {}\r\nConnection: close", body.len());
    let lines = headers.iter().map(|(name, value)| format!("{name}: {value}"));
    let head: Vec<String> = std::iter::once(status).chain(lines).collect();
    format!("{}\r\n\r\n{body}", head.join("\r\n")).into_bytes()
}
