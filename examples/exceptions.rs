//! Handles errors: what COS answered, with every getter, and what went wrong on this side.
//!
//! ```python
//! try:
//!     response = client.get_object(Bucket='examplebucket-1250000000', Key='missing')
//! except CosServiceError as e:
//!     e.get_origin_msg()        # Get the original error message in the format XML
//!     e.get_digest_msg()        # Get the processed error message in the format dict
//!     e.get_status_code()       # Get http error code (such as 4XX, 5XX)
//!     e.get_error_code()        # Get the error code defined by Cos
//!     e.get_error_msg()         # Get a detailed description of the Cos error code
//!     e.get_trace_id()          # Get the requested trace_id
//!     e.get_request_id()        # Get the requested request_id
//!     e.get_resource_location() # Get the URL address
//! except CosClientError as e:
//!     print(e)
//! ```

use std::error::Error;

use qcloud_cos::{ClientErrorKind, CosConfig, CosError, CosS3Client};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());

    match client.get_object(bucket, "examples/exceptions/missing").send() {
        Err(CosError::Service(e)) => {
            println!("get_origin_msg: {}", e.get_origin_msg());
            println!("get_digest_msg: {:?}", e.get_digest_msg());
            println!("get_status_code: {}", e.get_status_code());
            println!("get_error_code: {}", e.get_error_code());
            println!("get_error_msg: {}", e.get_error_msg());
            println!("get_trace_id: {}", e.get_trace_id());
            println!("get_request_id: {}", e.get_request_id());
            println!("get_resource_location: {}", e.get_resource_location());
            // These have no twin in Python.
            println!("{} failed after {} attempts", e.operation(), e.attempts());
        }
        Err(CosError::Client(e)) => println!("{e}"),
        Err(e) => return Err(e.into()),
        Ok(_) => return Err("there is such an object".into()),
    }

    // The answer to a HEAD has no body, so this code is not COS's but, as in Python, the SDK's. The status is
    // COS's, and `is_not_found` is about that.
    let Err(error) = client.head_object(bucket, "examples/exceptions/missing").send() else {
        return Err("there is such an object".into());
    };
    println!("head_object: {error}");
    println!("is_not_found: {}", error.is_not_found());

    // Wrong input is found before anything is sent, and named.
    if let Err(CosError::Client(e)) = client.put_object(bucket, b"x", "").send() {
        match e.kind() {
            ClientErrorKind::InvalidInput { field } => println!("wrong argument {field:?}: {e}"),
            _ => println!("{e}"),
        }
    }

    // A server that is not there: nothing listens on port 1. No retry, so that it fails at once.
    let config = CosConfig::builder().region("ap-guangzhou").secret_id("id").secret_key("key").scheme("http");
    let config = config.proxies(Vec::<(&str, &str)>::new()).ip("127.0.0.1").port(1).build()?;
    let nowhere = CosS3Client::builder(config).retry(0).build()?;
    if let Err(CosError::Client(e)) = nowhere.head_bucket(bucket).send() {
        println!("{:?}: {e}", e.kind());
        let mut cause = Error::source(&e);
        while let Some(reason) = cause {
            println!("  because: {reason}");
            cause = reason.source();
        }
    }

    // Who does not care which it was, matches both.
    if let Err(e) = client.get_object(bucket, "examples/exceptions/missing").send() {
        println!("{e}");
    }
    Ok(())
}
