//! AI recognition: the content of pictures, and pictures made of pictures.

mod client;
mod identity;
mod image_search;
mod pictures;
mod recognition;

pub use client::AIRecognitionClient;
pub use identity::*;
pub use image_search::*;
pub use pictures::*;
pub use recognition::*;
