//! Lets COS encrypt objects: with its own keys (SSE-COS), with keys of KMS (SSE-KMS), and with the caller's (SSE-C).
//!
//! ```python
//! import base64
//! from qcloud_cos import CosConfig, CosS3Client
//! from qcloud_cos.cos_comm import get_md5
//!
//! KEY = b'0123456789ABCDEF0123456789ABCDEF'
//! OTHER = b'abcdefghijklmnopabcdefghijklmnop'
//!
//! def sse_cos(client, bucket):
//!     client.put_object(Bucket=bucket, Key='sse-cos', Body=b'123', ServerSideEncryption='AES256')
//!     response = client.head_object(Bucket=bucket, Key='sse-cos')
//!     print(response['x-cos-server-side-encryption'])
//!
//! def sse_kms(client, bucket, kms_key_id):
//!     client.put_object(
//!         Bucket=bucket, Key='sse-kms', Body=b'123',
//!         ServerSideEncryption='cos/kms', SSEKMSKeyId=kms_key_id)
//!
//! def sse_c(client, bucket, path):
//!     key = base64.standard_b64encode(KEY).decode()
//!     key_md5 = get_md5(KEY)
//!     client.put_object(
//!         Bucket=bucket, Key='sse-c', Body=b'123',
//!         SSECustomerAlgorithm='AES256', SSECustomerKey=key, SSECustomerKeyMD5=key_md5)
//!     response = client.get_object(
//!         Bucket=bucket, Key='sse-c',
//!         SSECustomerAlgorithm='AES256', SSECustomerKey=key, SSECustomerKeyMD5=key_md5)
//!     print(response['Body'].get_raw_stream().read())
//!     client.upload_file(
//!         Bucket=bucket, Key='sse-c-file', LocalFilePath=path,
//!         SSECustomerAlgorithm='AES256', SSECustomerKey=key, SSECustomerKeyMD5=key_md5)
//!
//! def change_key(client, bucket, region):
//!     key = base64.standard_b64encode(OTHER).decode()
//!     client.copy_object(
//!         Bucket=bucket, Key='sse-c-copy',
//!         CopySource={'Bucket': bucket, 'Key': 'sse-c', 'Region': region},
//!         CopySourceSSECustomerAlgorithm='AES256',
//!         CopySourceSSECustomerKey=base64.standard_b64encode(KEY).decode(),
//!         CopySourceSSECustomerKeyMD5=get_md5(KEY),
//!         SSECustomerAlgorithm='AES256', SSECustomerKey=key, SSECustomerKeyMD5=get_md5(OTHER))
//! ```

use std::error::Error;
use std::fs;
use std::path::Path;

use qcloud_cos::{CosError, CosS3Client, json};

mod common;
use common::Place;

const KEY: &[u8; 32] = b"0123456789ABCDEF0123456789ABCDEF";
const OTHER: &[u8; 32] = b"abcdefghijklmnopabcdefghijklmnop";

fn sse_cos(client: &CosS3Client, bucket: &str) -> Result<(), CosError> {
    client.put_object(bucket, b"123", "sse-cos").server_side_encryption("AES256").send()?;
    let response = client.head_object(bucket, "sse-cos").send()?;
    println!("{}", response["x-cos-server-side-encryption"]);
    Ok(())
}

fn sse_kms(client: &CosS3Client, bucket: &str, kms_key_id: &str) -> Result<(), CosError> {
    let put = client.put_object(bucket, b"123", "sse-kms").server_side_encryption("cos/kms");
    put.sse_kms_key_id(kms_key_id).send()?;
    Ok(())
}

fn sse_c(client: &CosS3Client, bucket: &str, path: &Path) -> Result<(), CosError> {
    client.put_object(bucket, b"123", "sse-c").sse_c(KEY).send()?;
    let response = client.get_object(bucket, "sse-c").sse_c(KEY).send()?;
    println!("{:?}", response.body.read_all()?);
    client.upload_file(bucket, "sse-c-file", path).sse_c(KEY).send()?;
    Ok(())
}

fn change_key(client: &CosS3Client, bucket: &str, region: &str) -> Result<(), CosError> {
    let source = json!({"Bucket": bucket, "Key": "sse-c", "Region": region});
    client.copy_object(bucket, "sse-c-copy", source).copy_source_sse_c(KEY).sse_c(OTHER).send()?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.new_bucket("encrypt")?);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("local.txt");
    fs::write(&path, b"from a file")?;

    sse_cos(client, &bucket)?;
    if place.emulator.is_some() {
        sse_kms(client, &bucket, "kms-key")?; // a real bucket wants a key of your own
    }
    sse_c(client, &bucket, &path)?;
    change_key(client, &bucket, &place.region)?;
    let head = client.head_object(&bucket, "sse-c-copy").sse_c(OTHER).send()?;
    println!("{} bytes under the other key", head["Content-Length"]);
    place.drop_bucket(&bucket)
}
