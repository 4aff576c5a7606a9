//! Stands in for TLS where the feature is off: there is no such server.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, TcpStream};

pub(crate) struct Server(Infallible);

impl Server {
    pub(crate) fn new(_: IpAddr) -> io::Result<Self> {
        let message = "TLS needs the feature `tls` of cos-emulator";
        Err(io::Error::new(io::ErrorKind::Unsupported, message))
    }

    pub(crate) fn authority(&self) -> &str {
        match self.0 {}
    }

    pub(crate) fn session(&self) -> io::Result<Session> {
        match self.0 {}
    }
}

pub(crate) struct Session(Infallible);

impl Session {
    pub(crate) fn read(&self, _: &TcpStream, _: &mut [u8]) -> io::Result<usize> {
        match self.0 {}
    }

    pub(crate) fn write(&self, _: &TcpStream, _: &[u8]) -> io::Result<usize> {
        match self.0 {}
    }

    pub(crate) fn close(&self, _: &TcpStream) {
        match self.0 {}
    }
}
