//! Lets scripts of other sites use a bucket: set, read and delete its CORS rules.
//!
//! ```python
//! response = client.put_bucket_cors(
//!     Bucket='test01-123456789',
//!     CORSConfiguration={'CORSRule': [{'ID': 'string', 'MaxAgeSeconds': 100, 'AllowedOrigin': ['string'],
//!                                      'AllowedMethod': ['string'], 'AllowedHeader': ['string'],
//!                                      'ExposeHeader': ['string']}]})
//! response = client.get_bucket_cors(Bucket='test01-123456789')
//! response = client.delete_bucket_cors(Bucket='test01-123456789')
//! ```

use std::error::Error;

use qcloud_cos::bucket::CorsRule;
use qcloud_cos::json;
use qcloud_cos::{CosError, CosS3Client};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let bucket = place.new_bucket("cors")?; // setting the rules replaces all that there are
    let outcome = show(&place.client, &bucket);
    place.drop_bucket(&bucket)?;
    outcome
}

fn show(client: &CosS3Client, bucket: &str) -> Result<(), Box<dyn Error>> {
    // Python's dict, pasted ...
    let rules = json!({
        "CORSRule": [{
            "ID": "site",
            "MaxAgeSeconds": 100,
            "AllowedOrigin": ["https://www.example.com"],
            "AllowedMethod": ["GET", "PUT"],
            "AllowedHeader": ["*"],
            "ExposeHeader": ["ETag"]
        }]
    });
    client.put_bucket_cors(bucket, rules).send()?;

    // ... and what was read, with one rule more, as a struct.
    let mut rules = client.get_bucket_cors(bucket).send()?.into_inner().cors_rule;
    rules.push(CorsRule {
        id: Some("anyone".into()),
        allowed_origin: vec!["*".into()],
        allowed_method: vec!["GET".into()],
        ..CorsRule::default()
    });
    client.put_bucket_cors(bucket, rules).send()?;
    for rule in client.get_bucket_cors(bucket).send()?.into_inner().cors_rule {
        let id = rule.id.unwrap_or_default();
        println!("{id}: {} from {}", rule.allowed_method.join(", "), rule.allowed_origin.join(", "));
    }

    client.delete_bucket_cors(bucket).send()?;
    // No rules at all is an error of COS, not an empty list.
    match client.get_bucket_cors(bucket).send() {
        Err(CosError::Service(e)) => println!("deleted: {}", e.get_error_code()),
        Err(e) => return Err(e.into()),
        Ok(_) => return Err("the rules are still there".into()),
    }
    Ok(())
}
