//! Uses temporary credentials that may do little and end soon, in place of a key that may do everything for ever.
//!
//! ```python
//! sts = Sts({'secret_id': os.environ['COS_SECRET_ID'], 'secret_key': os.environ['COS_SECRET_KEY'],
//!            'bucket': 'examplebucket-1250000000', 'region': 'ap-guangzhou', 'allow_prefix': ['examples/uploads/*'],
//!            'allow_actions': ['name/cos:PutObject', 'name/cos:DeleteObject'], 'duration_seconds': 1800})
//! response = sts.get_credential()
//! ```

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use qcloud_cos::credentials::{
    CredentialChain, FederationTokenCredentials, InstanceRoleCredentials, StsPolicy, StsStatement,
};
use qcloud_cos::{CosError, CosS3Client, CredentialProvider, Credentials};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let bucket = place.bucket.as_str();

    // Whose permission is passed on: the emulator's, or who the environment, coscli's file or the instance's role says
    // that we are.
    let source = match &place.emulator {
        Some(cos) => CredentialChain::new(Credentials::new(cos.secret_id(), cos.secret_key())),
        None => CredentialChain::standard(),
    };

    // What is passed on: uploads below one folder, for half an hour.
    let uploads = StsStatement::allow(["name/cos:PutObject", "name/cos:DeleteObject"]);
    let policy = StsPolicy::new().statement(uploads.prefix(bucket, &place.region, "examples/uploads/*"));
    let mut provider = FederationTokenCredentials::new(source, policy).name("uploader").duration_seconds(1800);
    if let Some(cos) = &place.emulator {
        provider = provider.scheme("http").connect_to(cos.addr());
    }
    let provider = Arc::new(provider);
    if let Some(end) = provider.credentials()?.expires_at() {
        println!("good for {:?}", end.duration_since(SystemTime::now())?);
    }

    // The provider keeps them, and gets others 5 minutes before they end.
    let config = place.settings().credential_instance(Arc::clone(&provider));
    let uploader = CosS3Client::new(config.build()?)?;
    uploader.put_object(bucket, b"by its holder", "examples/uploads/k").send()?;
    println!("uploaded");
    match uploader.get_object(bucket, "examples/uploads/k").send() {
        Err(CosError::Service(e)) => println!("read: {} {}", e.get_status_code(), e.get_error_code()),
        other => return Err(format!("a key for uploads could read: {other:?}").into()),
    }
    uploader.delete_object(bucket, "examples/uploads/k").send()?;

    // On an instance that has a role there is no key to keep at all.
    if let Some(cos) = &place.emulator {
        let role = InstanceRoleCredentials::new().connect_to(cos.addr()); // on a real one: without `connect_to`
        let client = CosS3Client::new(place.settings().credential_instance(role).build()?)?;
        client.head_bucket(bucket).send()?;
        println!("the instance's role sees the bucket");
    }
    Ok(())
}
