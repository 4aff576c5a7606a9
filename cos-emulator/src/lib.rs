//! A local server that speaks Tencent Cloud COS (Object Storage) and checks every signature.
//!
//! It is made for examples, tests and benchmarks of programs that use COS, whatever SDK they use.
//! Where something can go wrong on the way to COS, [`CosEmulator::inject`] makes it go wrong.
//!
//! ```
//! use cos_emulator::CosEmulator;
//!
//! let emulator = CosEmulator::start()?;
//! emulator.create_bucket("examplebucket-1250000000")?;
//! println!("listening on http://{}", emulator.addr());
//! // Point a client at it; then see what it sent:
//! assert!(emulator.requests().is_empty());
//! # std::io::Result::Ok(())
//! ```
//!
//! # Addressing
//! A bucket is named by the first label of the `Host` header, whatever follows it
//! (`examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com`, `examplebucket-1250000000.localhost`).
//! When the host is an IP address, `localhost`, or an endpoint without a bucket
//! (`cos.ap-guangzhou.myqcloud.com`, `service.cos.myqcloud.com`), the first segment of the path
//! names it; without one the request is to the service.
//!
//! # Finding one's way
//! A connection is served in `server`, which reads a request (`http`), lets a fault have its way
//! (`fault`) and asks `router` for the answer. What is not for COS goes to `cam`. `router` finds out what is addressed (`target`) and
//! by whom (`auth`, `signature`), and picks an operation from `ops`; operations work on `store`.

mod acl;
mod auth;
mod cam;
mod checksum;
mod context;
mod emulator;
mod error;
mod exchange;
mod fault;
mod http;
mod ids;
mod log;
mod ops;
mod router;
mod server;
pub mod signature;
mod store;
mod target;
mod time;
mod xml;

pub use emulator::{Builder, CosEmulator};
pub use fault::{Answer, Fault, Match, Moment};
pub use log::RecordedRequest;

/// The id of the key accepted unless [`Builder::credential`] sets another.
pub const SECRET_ID: &str = "AKIDEMULATOREXAMPLE0000000000000001";

/// The key that goes with [`SECRET_ID`].
pub const SECRET_KEY: &str = "EmulatorSecretKeyExample00000001";

/// The region of buckets unless [`Builder::region`] sets another.
pub const REGION: &str = "ap-guangzhou";
