//! Encrypted objects from the command line: one command a line on the standard input, its parts separated by
//! tabs; the answer is `ok` or `error` and what went wrong. The interop test with the official Python SDK
//! (`tests/python/encryption_interop.py`) drives it.
//!
//! ```text
//! encryption_cli BUCKET aes KEY
//! encryption_cli BUCKET aes-file PATH
//! encryption_cli BUCKET rsa PUBLIC_KEY_FILE PRIVATE_KEY_FILE [PASSPHRASE]         as texts: PKCS#1 v1.5
//! encryption_cli BUCKET rsa-files PUBLIC_KEY_FILE PRIVATE_KEY_FILE [PASSPHRASE]   as files: OAEP
//!
//! put KEY FILE    upload KEY FILE    parts KEY FILE    get KEY FILE    range KEY RANGE FILE    download KEY FILE
//! ```
//!
//! `COS_REGION`, `COS_SECRET_ID`, `COS_SECRET_KEY`, `COS_SCHEME` and `COS_CONNECT_TO` say where.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{BufRead as _, stdin};

use qcloud_cos::encryption::{AESProvider, Provider, RSAProvider, RsaKeys};
use qcloud_cos::multipart::Part;
use qcloud_cos::{CosConfig, CosEncryptionClient};

const MIB: usize = 1024 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some((bucket, key)) = words.split_first() else {
        println!("needs a bucket and a key; see the head of this example");
        return Ok(());
    };
    let mut config = CosConfig::builder()
        .region(env::var("COS_REGION")?)
        .secret_id(env::var("COS_SECRET_ID")?)
        .secret_key(env::var("COS_SECRET_KEY")?)
        .scheme(env::var("COS_SCHEME").unwrap_or_else(|_| "https".to_owned()));
    if let Ok(address) = env::var("COS_CONNECT_TO") {
        config = config.connect_to(address.parse()?);
    }
    // The official Python SDK writes no tags.
    let client = CosEncryptionClient::new(config.build()?, provider(key)?)?.require_key_tag(false);
    for line in stdin().lock().lines() {
        let line = line?;
        match run(&client, bucket, &line.split('\t').collect::<Vec<_>>()) {
            Ok(()) => println!("ok"),
            Err(error) => println!("error {error}"),
        }
    }
    Ok(())
}

fn provider(words: &[&str]) -> Result<Provider, Box<dyn Error>> {
    let read = |path: &str| fs::read_to_string(path);
    let rsa = |keys: RsaKeys, passphrase: Option<&&str>| match passphrase {
        Some(passphrase) => RSAProvider::with_passphrase(keys, passphrase),
        None => RSAProvider::new(keys),
    };
    Ok(match words {
        ["aes", key] => AESProvider::aes_key(key)?.into(),
        // The official Python SDK makes such files.
        ["aes-file", path] => AESProvider::aes_key_path_readable_by_others(path)?.into(),
        ["rsa", public, private, rest @ ..] => {
            rsa(RSAProvider::get_rsa_key_pair(read(public)?, read(private)?).into(), rest.first())?.into()
        }
        ["rsa-files", public, private, rest @ ..] => {
            let pair = RSAProvider::get_rsa_key_pair_path(*public, *private).readable_by_others();
            rsa(pair.into(), rest.first())?.into()
        }
        _ => return Err(format!("cannot understand {words:?}; see the head of this example").into()),
    })
}

fn run(client: &CosEncryptionClient, bucket: &str, words: &[&str]) -> Result<(), Box<dyn Error>> {
    match *words {
        ["put", key, file] => drop(client.put_object(bucket, fs::File::open(file)?, key).send()?),
        ["upload", key, file] => {
            client.upload_file(bucket, key, file).part_size(1).max_thread(10).multipart_threshold(0).send()?;
        }
        ["parts", key, file] => parts(client, bucket, key, &fs::read(file)?)?,
        ["get", key, file] => client.get_object(bucket, key).send()?.body.get_stream_to_file(file)?,
        ["range", key, range, file] => {
            client.get_object(bucket, key).range(range).send()?.body.get_stream_to_file(file)?;
        }
        ["download", key, file] => {
            client.download_file(bucket, key, file).part_size(1).max_thread(10).multipart_threshold(0).send()?;
        }
        _ => return Err(format!("cannot understand {words:?}").into()),
    }
    Ok(())
}

fn parts(client: &CosEncryptionClient, bucket: &str, key: &str, data: &[u8]) -> Result<(), Box<dyn Error>> {
    let upload_id = client.create_multipart_upload(bucket, key).send()?.into_inner().upload_id;
    let mut parts = Vec::new();
    for (part_number, piece) in (1..).zip(data.chunks(MIB)) {
        let response = client.upload_part(bucket, key, piece, part_number, &upload_id).send()?;
        parts.push(Part { part_number, etag: response.into_inner().etag });
    }
    client.complete_multipart_upload(bucket, key, &upload_id, parts).send()?;
    Ok(())
}
