//! A local server that speaks Tencent Cloud COS (Object Storage) and checks every signature.
//!
//! It is made for examples, tests and benchmarks of programs that use COS, with any SDK. [`CosEmulator::inject`] makes
//! happen what can go wrong between a program and COS.
//!
//! ```
//! use cos_emulator::CosEmulator;
//!
//! let emulator = CosEmulator::start()?;
//! emulator.create_bucket("examplebucket-1250000000")?;
//! println!("listening on http://{}", emulator.addr());
//! // Point a client at it; then look at the client's requests:
//! assert!(emulator.requests().is_empty());
//! # std::io::Result::Ok(())
//! ```
//!
//! # Addressing
//! The first label of the `Host` header names the bucket, and the rest of the host does not matter
//! (`examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com`, `examplebucket-1250000000.localhost`).
//! When the host is an IP address, `localhost`, or an endpoint without a bucket
//! (`cos.ap-guangzhou.myqcloud.com`, `service.cos.myqcloud.com`), the first segment of the path
//! names it; a request without such a segment is to the service.
//!
//! # Beyond Rust
//! The program `cos-emulator` is the same server for any language: [`Builder::tls`] serves HTTPS and makes it a proxy
//! that clients with default settings reach, [`Builder::control`] opens faults, log, clock and keys to requests. The
//! README has a chapter for each.
//!
//! # Layout
//! `server` accepts connections and reads requests (`http`, `tls`). `exchange` answers one: it applies faults (`fault`)
//! and asks `router`. Requests to access management go to `cam`, those to the emulator itself to `control`. For the
//! rest `router` finds the target (`target`) and the sender (`auth`, `signature`), and `routes` picks an operation from
//! `ops`; operations work on `store`. `cors` adds the headers for browsers.

mod acl;
mod answers;
mod auth;
mod blob;
mod builder;
mod cam;
mod checksum;
mod clock;
mod context;
mod control;
mod cors;
mod credential;
mod defaults;
mod emulator;
mod encode;
mod error;
mod error_document;
mod exchange;
mod fault;
mod http;
mod ids;
mod log;
mod ops;
mod router;
mod routes;
mod server;
pub mod signature;
mod spec;
mod stop;
mod store;
mod target;
mod tasks;
mod time;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "tls_absent.rs"]
mod tls;
mod vectors;
mod xml;

pub use builder::Builder;
pub use defaults::{REGION, SECRET_ID, SECRET_KEY};
pub use emulator::CosEmulator;
pub use fault::{Answer, Fault, Match, Moment};
pub use log::RecordedRequest;
