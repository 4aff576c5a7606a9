//! Says who may read and write a bucket and an object: by a canned ACL, by grants, and by a policy.
//!
//! ```python
//! response = client.put_bucket_acl(
//!     Bucket='test01-123456789', ACL='private'|'public-read'|'public-read-write',
//!     GrantFullControl='string', GrantRead='string', GrantWrite='string',
//!     AccessControlPolicy={
//!         'Grant': [{'Grantee': {'DisplayName': 'string', 'Type': 'CanonicalUser'|'Group', 'ID': 'string',
//!                                'URI': 'string'},
//!                    'Permission': 'FULL_CONTROL'|'WRITE'|'READ'}],
//!         'Owner': {'DisplayName': 'string', 'ID': 'string'}})
//! response = client.get_bucket_acl(Bucket='test01-123456789')
//! response = client.put_object_acl(Bucket='test01-123456789', Key='test.txt', ACL='private'|'public-read')
//! ```

use std::error::Error;

use qcloud_cos::acl::{AccessControlPolicy, Grant};
use qcloud_cos::json;
use qcloud_cos::{Acl, CosS3Client};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let bucket = place.new_bucket("acl")?; // nobody's own bucket is opened to the public
    let outcome = show(&place.client, &bucket);
    place.drop_bucket(&bucket)?;
    outcome
}

fn show(client: &CosS3Client, bucket: &str) -> Result<(), Box<dyn Error>> {
    // A canned ACL, as Python's word or as a value.
    client.put_bucket_acl(bucket).acl("public-read").send()?;
    println!("bucket: {}", client.get_bucket_acl(bucket).send()?.canned_acl);
    client.put_bucket_acl(bucket).acl(Acl::Private).send()?;
    println!("bucket: {}", client.get_bucket_acl(bucket).send()?.canned_acl);

    // Grants to accounts, in a header.
    let owner = client.get_bucket_acl(bucket).send()?.into_inner().owner;
    let account = owner.id.clone().unwrap_or_default();
    client.put_bucket_acl(bucket).grant_read(format!("id=\"{account}\"")).send()?;
    show_grants("bucket", &client.get_bucket_acl(bucket).send()?.access_control_list.grant);

    // A policy: the dict of the documents, pasted.
    let policy = json!({
        "Grant": [{
            "Grantee": {"Type": "Group", "URI": "http://cam.qcloud.com/groups/global/AllUsers"},
            "Permission": "READ"
        }],
        "Owner": {"ID": account}
    });
    client.put_bucket_acl(bucket).access_control_policy(policy).send()?;
    show_grants("bucket", &client.get_bucket_acl(bucket).send()?.access_control_list.grant);

    // An object has its bucket's ACL until it gets one of its own. COS keeps 1000 of them, so rather set
    // those of buckets.
    client.put_object(bucket, b"x", "test.txt").send()?;
    println!("object: {}", client.get_object_acl(bucket, "test.txt").send()?.canned_acl);
    client.put_object_acl(bucket, "test.txt").acl("public-read").send()?;
    let response = client.get_object_acl(bucket, "test.txt").send()?;
    println!("object: {}", response.canned_acl);

    // What was read can be written again, here with one grant less.
    let mut policy = AccessControlPolicy::from(response.into_inner());
    policy.access_control_list.get_or_insert_default().grant.pop();
    client.put_object_acl(bucket, "test.txt").access_control_policy(policy).send()?;
    show_grants("object", &client.get_object_acl(bucket, "test.txt").send()?.access_control_list.grant);
    Ok(())
}

fn show_grants(what: &str, grants: &[Grant]) {
    for Grant { grantee, permission, .. } in grants {
        let who = grantee.id.as_ref().or(grantee.uri.as_ref()).map_or("?", String::as_str);
        println!("{what}: {permission} for {who}");
    }
}
