//! The official documents' samples of client-side encryption: an AES key, and an RSA key pair. Then the same in
//! native mode, which also authenticates the content, and which Python does not read.
//!
//! ```python
//! aes_provider = AESProvider(aes_key='MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=')
//! client_for_aes = CosEncryptionClient(conf, aes_provider)
//! response = client_for_aes.put_object(Bucket='examplebucket-1250000000', Body=b'12345678', Key='exampleobject')
//! response = client_for_aes.get_object(Bucket='examplebucket-1250000000', Key='exampleobject')
//! ```
//!
//! Runs against the emulator: `cargo run --features encryption --example encryption`.

use std::error::Error;
use std::path::Path;

use cos_emulator::CosEmulator;
use qcloud_cos::encryption::{AESProvider, EncryptionMode, RSAProvider};
use qcloud_cos::{CosConfig, CosEncryptionClient};

const BUCKET: &str = "examplebucket-1250000000";

fn main() -> Result<(), Box<dyn Error>> {
    let cos = CosEmulator::start()?; // instead of the real COS
    let conf = CosConfig::builder()
        .region(cos.region())
        .secret_id(cos.secret_id())
        .secret_key(cos.secret_key())
        .scheme("http")
        .connect_to(cos.addr())
        .build()?;
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);

    // Sample 1: a symmetric AES key, of 16, 24 or 32 bytes.
    // Method 1: initializing the encryption client using the key value, in Base64
    let aes_provider = AESProvider::aes_key("MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=")?;
    let client_for_aes = CosEncryptionClient::new(conf.clone(), aes_provider)?;
    client_for_aes.inner().create_bucket(BUCKET).send()?;
    store_and_read(&client_for_aes, folder.path())?;
    // Method 2: initializing the encryption client using the key path. Keys are made only when asked for.
    AESProvider::generate_key_file(path("aes_key"))?;
    let client_for_aes = CosEncryptionClient::new(conf.clone(), AESProvider::aes_key_path(path("aes_key"))?)?;
    store_and_read(&client_for_aes, folder.path())?;

    // Sample 2: an asymmetric RSA key pair.
    RSAProvider::generate_key_files(path("public_key.pem"), path("private_key.pem"))?;
    // Method 1: initializing the encryption client using the key values
    let public_key = std::fs::read_to_string(path("public_key.pem"))?;
    let private_key = std::fs::read_to_string(path("private_key.pem"))?;
    let rsa_provider = RSAProvider::new(RSAProvider::get_rsa_key_pair(public_key, private_key))?;
    store_and_read(&CosEncryptionClient::new(conf.clone(), rsa_provider)?, folder.path())?;
    // Method 2: initializing the encryption client using the key paths
    let rsa_key_pair = RSAProvider::get_rsa_key_pair_path(path("public_key.pem"), path("private_key.pem"));
    let client_for_rsa = CosEncryptionClient::new(conf.clone(), RSAProvider::new(rsa_key_pair)?)?;
    store_and_read(&client_for_rsa, folder.path())?;

    // Native mode: what was changed on the way or in the bucket is an error, and none of it is handed out.
    let native = CosEncryptionClient::new(conf, AESProvider::aes_key_path(path("aes_key"))?)?;
    let native = native.mode(EncryptionMode::Native);
    store_and_read(&native, folder.path())?;
    let response = native.get_object(BUCKET, "exampleobject").range("bytes=1-3").send()?;
    println!("bytes 1 to 3 of it: {}", std::io::read_to_string(response.body)?);
    // It reads no object in Python's format, unless it is told to.
    client_for_rsa.put_object(BUCKET, b"bytes", "python").send()?;
    println!("refused: {}", native.get_object(BUCKET, "python").send().err().ok_or("it was read")?);
    Ok(())
}

fn store_and_read(client: &CosEncryptionClient, folder: &Path) -> Result<(), Box<dyn Error>> {
    // Upload an object
    client.put_object(BUCKET, b"bytes", "exampleobject").enable_md5(false).send()?;

    // Download an object
    let response = client.get_object(BUCKET, "exampleobject").send()?;
    println!("the key is proven: {:?}", response.key_proof);
    println!("{}", std::io::read_to_string(response.body)?);

    // Upload an object in parts. Except for the last part, the size of each is a multiple of 16 bytes, and
    // in native mode of 64 KiB.
    let upload_id = client.create_multipart_upload(BUCKET, "exampleobject_upload").send()?.into_inner().upload_id;
    client.upload_part(BUCKET, "exampleobject_upload", b"bytes", 1, &upload_id).send()?;
    let response = client.list_parts(BUCKET, "exampleobject_upload", &upload_id).send()?;
    client.complete_multipart_upload(BUCKET, "exampleobject_upload", &upload_id, response.into_inner().part).send()?;

    // Upload a file, in parallel parts
    let local = folder.join("local.txt");
    std::fs::write(&local, vec![b'x'; 21 * 1024 * 1024])?;
    client.upload_file(BUCKET, "local.txt", &local).part_size(10).max_thread(10).send()?;
    client.download_file(BUCKET, "local.txt", folder.join("copy.txt")).send()?;
    assert!(std::fs::read(&local)? == std::fs::read(folder.join("copy.txt"))?);
    Ok(())
}
