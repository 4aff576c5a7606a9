//! The other samples of `README.md` and of the porting guide: code that compiles and runs, in a process of its own, because
//! they read and write files of the current folder.

#![allow(
    clippy::unnecessary_wraps,
    clippy::needless_borrow,
    reason = "samples have one signature, and an owned client"
)]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use cos_emulator::CosEmulator;
use qcloud_cos::{CosConfig, CosS3Client};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

type Done = Result<(), Box<dyn std::error::Error>>;

/// Set where this program runs again.
const CHILD: &str = "QCLOUD_COS_TEST_SAMPLES";

/// Only compiled: it asks for real keys.
#[allow(dead_code)]
#[rustfmt::skip] // as it stands in the README
fn first_code() -> Done {
    // sample
    use qcloud_cos::{CosConfig, CosError, CosS3Client};

    let config = CosConfig::builder().region("ap-beijing").secret_id("SecretId").secret_key("SecretKey").build()?;
    let client = CosS3Client::new(config)?;
    let response = client.put_object("examplebucket-1250000000", b"abcdefg", "test.txt").send()?;
    println!("{} {}", response.etag, response["ETag"]); // a struct, and Python's dict
    client.upload_file("examplebucket-1250000000", "big.bin", "/path/big.bin").part_size(10).max_thread(10).send()?;
    match client.get_object("examplebucket-1250000000", "test.txt").send() {
        Ok(object) => object.body.get_stream_to_file("/path/test.txt")?,
        Err(CosError::Service(e)) if e.get_status_code() == 404 => println!("{} is missing", e.get_resource_location()),
        Err(error) => return Err(error.into()),
    }
    // end
    Ok(())
}

/// Only compiled: its keys are files of their own.
#[cfg(feature = "encryption")]
#[allow(dead_code)]
#[rustfmt::skip] // as it stands in the README
fn native_mode(config: CosConfig, provider: qcloud_cos::encryption::AESProvider) -> Done {
    use qcloud_cos::CosEncryptionClient;
    use qcloud_cos::encryption::EncryptionMode;

    // sample
    let client = CosEncryptionClient::new(config, provider)?.mode(EncryptionMode::Native);
    // end
    drop(client);
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn simple_upload(client: &CosS3Client) -> Done {
    // sample
    let response = client
        .put_object("examplebucket-1250000000", b"abcdefg", "test.txt")
        .storage_class("STANDARD")
        .metadata("x-cos-meta-key1", "value1")
        .metadata("x-cos-meta-key2", "value2")
        .send()?;
    println!("{}", response.etag);
    // end
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn configuration(secret_id: &str, secret_key: &str, token: Option<String>) -> Done {
    // sample
    use qcloud_cos::{CosConfig, CosS3Client};

    let config = CosConfig::builder()
        .region("ap-beijing")
        .secret_id(secret_id)
        .secret_key(secret_key)
        .token(token) // leave it out for permanent keys
        .build()?;
    let client = CosS3Client::builder(config).retry(5).build()?; // or CosS3Client::new(config)?
    // end
    drop(client);
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn logging() -> Done {
    // sample
    env_logger::builder()
        .filter_module("qcloud_cos", log::LevelFilter::Debug)
        .target(env_logger::Target::Stdout)
        .init();
    // end
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn temporary_keys(bucket: &str, region: &str, secret_id: &str, secret_key: &str) -> Done {
    // sample
    use qcloud_cos::{CosConfig, Credentials};
    use qcloud_cos::credentials::{FederationTokenCredentials, StsPolicy, StsStatement};

    let uploads = StsStatement::allow(["name/cos:PutObject"]).prefix(bucket, region, "uploads/*");
    let source = Credentials::new(secret_id, secret_key);
    let provider = FederationTokenCredentials::new(source, StsPolicy::new().statement(uploads)).duration_seconds(1800);
    let config = CosConfig::builder().region(region).credential_instance(provider).build()?; // renews them in time
    // end
    drop(config);
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn keyword_arguments(client: &CosS3Client, bucket: &str, body: &[u8], key: &str) -> Done {
    // sample
    let content_type: Option<String> = std::env::var("CONTENT_TYPE").ok();
    client.put_object(bucket, body, key).content_type(content_type).traffic_limit("819200").send()?;
    // end
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn errors(client: &CosS3Client, bucket: &str, key: &str) -> Done {
    // sample
    use qcloud_cos::CosError;

    match client.head_object(bucket, key).send() {
        Ok(head) => println!("{}", head.etag),
        Err(CosError::Service(e)) if e.get_status_code() == 404 => println!("no such object"),
        Err(CosError::Service(e)) => println!("{} {}", e.get_error_code(), e.get_request_id()),
        Err(e) => println!("{e}"),
    }
    // end
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn one_try(client: &CosS3Client, bucket: &str) -> Done {
    // sample
    use qcloud_cos::{CosError, CosS3Client};

    fn back_up(client: &CosS3Client, bucket: &str) -> Result<(), CosError> {
        client.put_object(bucket, b"abcdefg", "test.txt").send()?;
        client.get_object(bucket, "test.txt").send()?.body.get_stream_to_file("local.txt")?;
        Ok(())
    }

    if let Err(e) = back_up(&client, bucket) {
        println!("{e}");
    }
    // end
    assert_eq!(std::fs::read_to_string("local.txt")?, "abcdefg");
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn bodies(client: &CosS3Client, bucket: &str, key: &str, other_key: &str) -> Done {
    // sample
    use std::fs::File;
    use qcloud_cos::Body;

    client.put_object(bucket, b"abc", key).send()?;
    client.put_object(bucket, Body::text("广州"), key).send()?;
    client.put_object(bucket, File::open("local.txt")?, key).send()?;
    client.put_object(bucket, client.get_object(bucket, other_key).send()?.body, key).send()?; // no file in between
    client.put_object(bucket, Body::reader(std::io::stdin()), key).send()?; // length unknown: no retry
    client.put_object_from_local_file(bucket, "local.txt", key).send()?;
    // end
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn streams(client: &CosS3Client, bucket: &str, key: &str) -> Done {
    // sample
    client.get_object(bucket, key).send()?.body.get_stream_to_file("local.txt")?;

    let mut response = client.get_object(bucket, key).range("bytes=0-100").send()?;
    std::io::copy(&mut response.body, &mut std::io::stdout())?;
    // end
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn lists(client: &CosS3Client, bucket: &str) -> Done {
    // sample
    for object in client.list_objects(bucket).prefix("logs/").objects() {
        let object = object?;
        client.delete_object(bucket, &object.key).send()?;
    }
    // end
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn threads(client: &CosS3Client, bucket: &'static str, files: Vec<(String, PathBuf)>) -> Done {
    // sample
    use qcloud_cos::SimpleThreadPool;

    let pool = SimpleThreadPool::new(5)?;
    for (key, path) in files {
        let client = client.clone(); // cheap; shares connections
        pool.add_task(move || client.upload_file(bucket, key, path).send());
    }
    pool.wait_completion();
    if !pool.get_result().success_all {
        println!("not all files were uploaded");
    }
    // end
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn parallel(client: &CosS3Client, bucket: &str, files: &[(String, PathBuf)]) -> Done {
    // sample
    let failed: Vec<_> = files
        .par_iter()
        .filter_map(|(key, path)| client.upload_file(bucket, key, path).send().err())
        .collect();
    // end
    assert!(failed.is_empty());
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn progress(client: &CosS3Client, bucket: &str, key: &str) -> Done {
    // sample
    client
        .upload_file(bucket, key, "local.txt")
        .part_size(10) // MiB, as in Python
        .max_thread(10)
        .progress_callback(|done, total| println!("{}%", 100 * done / total.max(1)))
        .send()?;
    // end
    Ok(())
}

fn run() -> Done {
    logging()?;
    let cos = CosEmulator::start()?;
    let config = CosConfig::builder().region("ap-guangzhou").secret_id(cos.secret_id()).secret_key(cos.secret_key());
    let client = &CosS3Client::new(config.scheme("http").connect_to(cos.addr()).build()?)?;
    let (bucket, key) = ("examplebucket-1250000000", "test.txt");
    client.create_bucket(bucket).send()?;
    simple_upload(client)?;
    configuration("id", "key", None)?;
    temporary_keys(bucket, "ap-guangzhou", "id", "key")?;
    keyword_arguments(client, bucket, b"abc", key)?;
    errors(client, bucket, key)?;
    one_try(client, bucket)?;
    client.put_object(bucket, b"other", "other.txt").send()?;
    bodies(client, bucket, key, "other.txt")?;
    streams(client, bucket, key)?;
    client.put_object(bucket, b"old", "logs/1").send()?;
    lists(client, bucket)?;
    assert_eq!(client.list_objects(bucket).prefix("logs/").objects().count(), 0);
    let files = ["one", "two"].map(|key| (key.to_owned(), PathBuf::from("local.txt"))).to_vec();
    parallel(client, bucket, &files)?;
    threads(client, bucket, files)?;
    assert!(client.object_exists(bucket, "two").send()?);
    progress(client, bucket, key)
}

#[test]
fn the_other_samples_run() {
    if std::env::var_os(CHILD).is_some() {
        return run().unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "guide::the_other_samples_run"]).env(CHILD, "1");
    let status = child.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
}
