//! A folder by its handle, and what a system can do with a name in it. A name is one component: it leads neither up nor
//! down, and no link is followed.

mod kinds;
#[cfg(any(not(unix), test))]
mod portable;
#[cfg(unix)]
mod unix;

pub(crate) use kinds::Kind;
pub(super) use kinds::{Access, Identity, Metadata};
#[cfg(not(unix))]
pub(super) use portable::Dir;
#[cfg(unix)]
pub(super) use unix::{Dir, metadata_of_open};

#[cfg(test)]
mod tests;
