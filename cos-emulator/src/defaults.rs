//! The defaults of the builder.

/// The id of the key accepted unless [`Builder::credential`](crate::Builder::credential) sets another.
pub const SECRET_ID: &str = "AKIDEMULATOREXAMPLE0000000000000001";

/// The key that goes with [`SECRET_ID`].
pub const SECRET_KEY: &str = "EmulatorSecretKeyExample00000001";

/// The region of buckets unless [`Builder::region`](crate::Builder::region) sets another.
pub const REGION: &str = "ap-guangzhou";

/// How many requests the log keeps unless [`Builder::log_capacity`](crate::Builder::log_capacity) sets another number.
pub(crate) const LOG_CAPACITY: usize = 100_000;
