//! Makes a bucket a website: index document, error document, redirects.
//!
//! ```python
//! website_config = {
//!     'IndexDocument': {'Suffix': 'string'},
//!     'ErrorDocument': {'Key': 'string'},
//!     'RoutingRules': [{
//!         'Condition': {'HttpErrorCodeReturnedEquals': 'string', 'KeyPrefixEquals': 'string'},
//!         'Redirect': {'ReplaceKeyPrefixWith': 'string', 'ReplaceKeyWith': 'string'}}]}
//! response = client.put_bucket_website(Bucket='bucket', WebsiteConfiguration=website_config)
//! response = client.get_bucket_website(Bucket='bucket')
//! response = client.delete_bucket_website(Bucket='bucket')
//! ```

use std::error::Error;

use qcloud_cos::bucket::{RoutingCondition, RoutingRedirect, RoutingRule};
use qcloud_cos::{CosS3Client, json};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let bucket = place.new_bucket("website")?;
    let outcome = show(&place.client, &bucket);
    place.drop_bucket(&bucket)?;
    outcome
}

fn show(client: &CosS3Client, bucket: &str) -> Result<(), Box<dyn Error>> {
    // Python's dict, pasted.
    let website = json!({
        "IndexDocument": {"Suffix": "index.html"},
        "ErrorDocument": {"Key": "error.html"},
        "RoutingRules": [{
            "Condition": {"KeyPrefixEquals": "old/"},
            "Redirect": {"ReplaceKeyPrefixWith": "new/"}
        }]
    });
    client.put_bucket_website(bucket, website).send()?;

    // A rule as a struct, added to those that are there.
    let mut website = client.get_bucket_website(bucket).send()?;
    website.routing_rules.push(RoutingRule {
        condition: Some(RoutingCondition {
            http_error_code_returned_equals: Some("404".into()),
            ..RoutingCondition::default()
        }),
        redirect: Some(RoutingRedirect { replace_key_with: Some("404.html".into()), ..RoutingRedirect::default() }),
    });
    client.put_bucket_website(bucket, website).send()?;

    let website = client.get_bucket_website(bucket).send()?;
    println!("{}", website["IndexDocument"]["Suffix"]);
    for rule in &website["RoutingRules"] {
        println!("{} -> {}", rule["Condition"], rule["Redirect"]);
    }
    client.delete_bucket_website(bucket).send()?;
    Ok(())
}
