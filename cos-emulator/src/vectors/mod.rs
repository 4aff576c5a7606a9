//! Vector buckets: their content and its search.

mod filter;
mod state;

pub(crate) use state::{Failure, Vectors};
