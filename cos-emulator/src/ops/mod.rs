//! The operations of COS, a file for each family.

pub(crate) mod acl;
pub(crate) mod append;
mod attributes;
pub(crate) mod bucket;
mod conditions;
pub(crate) mod configuration;
pub(crate) mod copy;
pub(crate) mod delete;
mod encryption;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod locks;
pub(crate) mod multipart;
pub(crate) mod post_object;
pub(crate) mod put;
mod receive;
mod referer;
pub(crate) mod restore;
pub(crate) mod select;
pub(crate) mod service;
pub(crate) mod symlink;
pub(crate) mod tagging;
mod tags;
mod text;
pub(crate) mod uploads;
pub(crate) mod versions;
pub(crate) mod website;
