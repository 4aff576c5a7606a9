//! A small command line tool over the SDK:
//!
//! ```text
//! cli put BUCKET KEY FILE            cli upload BUCKET KEY FILE
//! cli get BUCKET KEY FILE            cli download BUCKET KEY FILE
//! cli head BUCKET KEY                cli delete BUCKET KEY
//! cli list BUCKET [PREFIX]           cli presign METHOD BUCKET KEY [SECONDS]
//! cli symlink BUCKET KEY TARGET      cli readlink BUCKET KEY
//! cli fetch BUCKET DICT              cli fetched BUCKET TASK
//! cli put-vectors BUCKET INDEX LIST  cli query-vectors BUCKET INDEX DICT COUNT
//! cli set SETTING BUCKET DICT [ID]   cli show SETTING BUCKET [ID]
//! ```
//!
//! SETTING is `tagging`, `website`, `encryption`, `object-lock`, `inventory`, `tiering` or `domain-certificate`, DICT
//! Python's dict as JSON.
//!
//! `COS_REGION` says where. The credentials are those of the standard chain: `COS_SECRET_ID`, `COS_SECRET_KEY` and, for
//! temporary ones, `COS_TOKEN`; or those of coscli; or those of the instance. `COS_SCHEME`, `COS_IP` and
//! `COS_CONNECT_TO` (each an address and a port) lead to a server of one's own, `COS_CONNECT_TO` past all proxies.
//! `COS_RETRY` sets how often a failed request is retried. `upload` and `download` use parts of `COS_PART_SIZE` MiB, 1
//! if that is not set. Without arguments it shows itself on the embedded emulator.

use std::env;
use std::error::Error;
use std::fs::File;

use cos_emulator::CosEmulator;
use qcloud_cos::credentials::CredentialChain;
use qcloud_cos::{CosConfig, CosError, CosS3Client, CosVectorsClient};
use serde_json::Value;

const MIB: u64 = 1024 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.is_empty() {
        return demonstrate();
    }
    let config = CosConfig::builder().region(env::var("COS_REGION")?);
    let mut config = config.credential_instance(CredentialChain::standard());
    if let Ok(scheme) = env::var("COS_SCHEME") {
        config = config.scheme(scheme);
    }
    if let Ok(address) = env::var("COS_CONNECT_TO") {
        config = config.connect_to(address.parse()?);
    }
    if let Ok(address) = env::var("COS_IP") {
        config = config.ip(address);
    }
    let retry = env::var("COS_RETRY").map_or(Ok(3), |retry| retry.parse())?;
    let client = CosS3Client::builder(config.build()?).retry(retry).build()?;
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let Err(error) = run(&client, &words) {
        if let Some(CosError::Service(e)) = error.downcast_ref() {
            println!("{} {}", e.get_status_code(), e.get_error_code());
        }
        return Err(error);
    }
    Ok(())
}

fn run(client: &CosS3Client, words: &[&str]) -> Result<(), Box<dyn Error>> {
    let part_size: u64 = env::var("COS_PART_SIZE").map_or(Ok(1), |mib| mib.parse())?;
    match *words {
        ["put", bucket, key, file] => {
            let response = client.put_object(bucket, File::open(file)?, key).send()?;
            println!("{}", serde_json::to_string(&response)?);
        }
        ["get", bucket, key, file] => client.get_object(bucket, key).send()?.body.get_stream_to_file(file)?,
        ["upload", bucket, key, file] => {
            let upload = client.upload_file(bucket, key, file).part_size(part_size).multipart_threshold(MIB);
            println!("{}", serde_json::to_string(&upload.send()?)?);
        }
        ["download", bucket, key, file] => {
            client.download_file(bucket, key, file).part_size(part_size).multipart_threshold(MIB).send()?;
        }
        ["head", bucket, key] => println!("{}", serde_json::to_string(&client.head_object(bucket, key).send()?)?),
        ["delete", bucket, key] => drop(client.delete_object(bucket, key).send()?),
        ["list", bucket] => list(client, bucket, "")?,
        ["list", bucket, prefix] => list(client, bucket, prefix)?,
        ["presign", method, bucket, key] => println!("{}", client.get_presigned_url(bucket, key, method).sign()?),
        ["presign", method, bucket, key, seconds] => {
            println!("{}", client.get_presigned_url(bucket, key, method).expired(seconds.parse()?).sign()?);
        }
        ["symlink", bucket, key, target] => drop(client.put_symlink(bucket, key, target).send()?),
        ["readlink", bucket, key] => println!("{}", client.get_symlink(bucket, key).send()?.symlink_target),
        ["fetch", bucket, dict] => {
            let task: Value = serde_json::from_str(dict)?;
            println!("{}", client.put_async_fetch_task(bucket, task).send()?);
        }
        ["fetched", bucket, task] => println!("{}", client.get_async_fetch_task(bucket, task).send()?),
        ["put-vectors", bucket, index, list] => {
            let vectors: Value = serde_json::from_str(list)?;
            CosVectorsClient::from(client.clone()).put_vectors(bucket, index, vectors).send()?;
        }
        ["query-vectors", bucket, index, dict, count] => {
            let (client, vector) = (CosVectorsClient::from(client.clone()), serde_json::from_str::<Value>(dict)?);
            let query = client.query_vectors(bucket, index, vector, count.parse::<u64>()?);
            println!("{}", query.return_distance(true).send()?);
        }
        ["set", setting, bucket, dict] => set(client, setting, bucket, dict, "")?,
        ["set", setting, bucket, dict, id] => set(client, setting, bucket, dict, id)?,
        ["show", setting, bucket] => println!("{}", show(client, setting, bucket, "")?),
        ["show", setting, bucket, id] => println!("{}", show(client, setting, bucket, id)?),
        _ => return Err(format!("cannot understand {words:?}; see the head of this example").into()),
    }
    Ok(())
}

fn set(client: &CosS3Client, setting: &str, bucket: &str, dict: &str, id: &str) -> Result<(), Box<dyn Error>> {
    let dict: Value = serde_json::from_str(dict)?;
    match setting {
        "tagging" => client.put_bucket_tagging(bucket, dict).send()?,
        "website" => client.put_bucket_website(bucket, dict).send()?,
        "encryption" => client.put_bucket_encryption(bucket, dict).send()?,
        "object-lock" => drop(client.put_bucket_object_lock(bucket, dict).send()?),
        "inventory" => client.put_bucket_inventory(bucket, id, dict).send()?,
        "tiering" if id.is_empty() => client.put_bucket_intelligenttiering(bucket, dict).send()?,
        "tiering" => client.put_bucket_intelligenttiering_v2(bucket, dict, id).send()?,
        "domain-certificate" => client.put_bucket_domain_certificate(bucket, dict).send()?,
        other => return Err(format!("no setting {other:?}").into()),
    }
    Ok(())
}

/// Returns Python's dict as JSON.
fn show(client: &CosS3Client, setting: &str, bucket: &str, id: &str) -> Result<String, Box<dyn Error>> {
    Ok(match setting {
        "tagging" => client.get_bucket_tagging(bucket).send()?.to_string(),
        "website" => client.get_bucket_website(bucket).send()?.to_string(),
        "encryption" => client.get_bucket_encryption(bucket).send()?.to_string(),
        "object-lock" => client.get_bucket_object_lock(bucket).send()?.to_string(),
        "inventory" => client.get_bucket_inventory(bucket, id).send()?.to_string(),
        "tiering" if id.is_empty() => client.get_bucket_intelligenttiering(bucket).send()?.to_string(),
        "tiering" => client.get_bucket_intelligenttiering_v2(bucket, id).send()?.to_string(),
        "domain-certificate" => client.get_bucket_domain_certificate(bucket, id).send()?.to_string(),
        other => return Err(format!("no setting {other:?}").into()),
    })
}

/// Prints each object as a line of JSON, since a key may hold a line break.
fn list(client: &CosS3Client, bucket: &str, prefix: &str) -> Result<(), Box<dyn Error>> {
    for object in client.list_objects(bucket).prefix(prefix).objects() {
        println!("{}", serde_json::to_string(&object?)?);
    }
    Ok(())
}

fn demonstrate() -> Result<(), Box<dyn Error>> {
    let cos = CosEmulator::start()?;
    let config = CosConfig::builder()
        .region(cos.region())
        .secret_id(cos.secret_id())
        .secret_key(cos.secret_key())
        .scheme("http")
        .connect_to(cos.addr());
    let client = CosS3Client::new(config.build()?)?;
    let folder = tempfile::tempdir()?;
    let (file, copy) = (folder.path().join("file"), folder.path().join("copy"));
    std::fs::write(&file, "Hello from Rust.")?;
    let (bucket, file, copy) = ("examplebucket-1250000000", file.to_string_lossy(), copy.to_string_lossy());
    client.create_bucket(bucket).send()?;
    for words in [
        vec!["upload", bucket, "folder/hello world.txt", &file],
        vec!["list", bucket, "folder/"],
        vec!["download", bucket, "folder/hello world.txt", &copy],
        vec!["presign", "GET", bucket, "folder/hello world.txt", "60"],
        vec!["symlink", bucket, "link", "folder/hello world.txt"],
        vec!["readlink", bucket, "link"],
        vec!["set", "tagging", bucket, r#"{"TagSet": {"Tag": [{"Key": "team", "Value": "storage"}]}}"#],
        vec!["show", "tagging", bucket],
        vec!["delete", bucket, "folder/hello world.txt"],
    ] {
        println!("$ cli {}", words.join(" "));
        run(&client, &words)?;
    }
    println!("{}", std::fs::read_to_string(&*copy)?);
    Ok(())
}
