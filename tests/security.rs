//! The security requirements of `SECURITY.md` that no other test shows, one file a theme.

mod common;

#[path = "security/addresses.rs"]
mod addresses;
#[path = "security/injection.rs"]
mod injection;
#[path = "security/isolation.rs"]
mod isolation;
#[path = "security/presigned.rs"]
mod presigned;
#[path = "security/redirects.rs"]
mod redirects;
#[path = "security/secrets.rs"]
mod secrets;
#[path = "security/xml.rs"]
mod xml;
