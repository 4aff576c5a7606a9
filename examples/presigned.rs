//! Makes URLs that let anybody upload or download one object for a while, and uses them with a plain HTTP client.
//!
//! ```python
//! response = client.get_presigned_download_url(Bucket='test01-123456789', Key='test.txt')
//! response = client.get_auth(Method='GET', Bucket='test01-123456789', Key='test.txt', Expired=300,
//!                            Headers={'Content-Length': 'string'}, Params={'param1': 'string'})
//! url = client.get_presigned_url(Bucket='examplebucket-1250000000', Key='test.txt', Method='PUT', Expired=120)
//! ```

use std::error::Error;

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (place.signer()?, place.bucket.as_str());
    let http = place.http(); // it has no keys
    let key = "examples/presigned/test.txt";

    // A URL to upload with. What it was signed with, here the type, must be sent as it was signed.
    let url = client.get_presigned_url(bucket, key, "PUT").expired(120).header("Content-Type", "text/plain").sign()?;
    println!("PUT {}?...", without_signature(&url));
    let response = http.put(&url).header("Content-Type", "text/plain").send("uploaded without keys")?;
    println!("{}", response.status());

    // A URL to download with. Parameters can set the answer's headers; they are part of the signature.
    let url = client
        .get_presigned_download_url(bucket, key)
        .expired(60)
        .param("response-content-disposition", "attachment; filename=test.txt")
        .sign()?;
    println!("GET {}?...", without_signature(&url));
    let mut response = http.get(&url).call()?;
    println!("{} {:?}", response.status(), response.headers().get("content-disposition"));
    println!("{}", response.body_mut().read_to_string()?);

    // A URL is good for what it was signed for and for nothing else.
    match http.delete(&url).call() {
        Err(ureq::Error::StatusCode(status)) => println!("DELETE with it: {status}"),
        other => return Err(format!("a GET's URL deleted: {other:?}").into()),
    }

    // The bare signature, for an Authorization header of one's own.
    let authorization = client.get_auth("GET", bucket, key).expired(60).sign()?;
    let response = http.get(client.get_object_url(bucket, key)?).header("Authorization", authorization).call()?;
    println!("GET with a header: {}", response.status());

    client.delete_object(bucket, key).send()?;
    Ok(())
}

/// Anyone who reads the whole of such a URL can use it, so it belongs in no log.
fn without_signature(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}
