//! The limits of COS, all in one place.

/// One MiB in bytes, the unit of `part_size`.
pub(crate) const MIB: u64 = 1024 * 1024;

/// The most parts that an upload may have.
pub(crate) const MAX_PARTS: u32 = 10_000;

/// The largest part, in MiB.
pub(crate) const MAX_PART_SIZE: u64 = 5 * 1024;

/// The largest object or part that one request can carry, in bytes: 5 GiB.
pub(crate) const MAX_REQUEST: u64 = MAX_PART_SIZE * MIB;
