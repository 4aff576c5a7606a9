//! Vector buckets: what they hold and how they are searched.

mod filter;
mod state;

pub(crate) use state::{Failure, Vectors};
