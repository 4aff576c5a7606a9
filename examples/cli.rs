//! A small command line tool over the SDK:
//!
//! ```text
//! cli put BUCKET KEY FILE            cli upload BUCKET KEY FILE
//! cli get BUCKET KEY FILE            cli download BUCKET KEY FILE
//! cli head BUCKET KEY                cli delete BUCKET KEY
//! cli list BUCKET [PREFIX]           cli presign METHOD BUCKET KEY [SECONDS]
//! ```
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
use qcloud_cos::{CosConfig, CosError, CosS3Client};

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
        _ => return Err(format!("cannot understand {words:?}; see the head of this example").into()),
    }
    Ok(())
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
        vec!["delete", bucket, "folder/hello world.txt"],
    ] {
        println!("$ cli {}", words.join(" "));
        run(&client, &words)?;
    }
    println!("{}", std::fs::read_to_string(&*copy)?);
    Ok(())
}
