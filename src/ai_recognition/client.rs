//! The client of AI recognition.

use crate::ci::call::client;

client! {
    /// A client for AI recognition, with all methods of [`CosS3Client`](crate::CosS3Client).
    ///
    /// Python: `AIRecognitionClient(config)`
    AIRecognitionClient
}
