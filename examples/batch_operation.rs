//! Uploads, lists, downloads and deletes folders, a task a file, and says the same in one call each.
//!
//! ```python
//! import os
//! from qcloud_cos import CosConfig, CosS3Client
//! from qcloud_cos.cos_threadpool import SimpleThreadPool
//!
//! def upload_folder(client, bucket, folder, prefix):
//!     pool = SimpleThreadPool()
//!     for path, _, names in os.walk(folder):
//!         for name in names:
//!             local = os.path.join(path, name)
//!             key = prefix + os.path.relpath(local, folder)
//!             pool.add_task(client.upload_file, bucket, key, local)
//!     pool.wait_completion()
//!     result = pool.get_result()
//!     if not result['success_all']:
//!         print('not all files were uploaded, please retry')
//!
//! def list_folder(client, bucket, prefix):
//!     infos = []
//!     marker = ''
//!     while True:
//!         response = client.list_objects(Bucket=bucket, Prefix=prefix, Marker=marker)
//!         if 'Contents' in response:
//!             infos.extend(response['Contents'])
//!         if response['IsTruncated'] == 'false':
//!             break
//!         marker = response['NextMarker']
//!     return infos
//!
//! def download_folder(client, bucket, prefix, folder):
//!     pool = SimpleThreadPool()
//!     for info in list_folder(client, bucket, prefix):
//!         local = os.path.join(folder, info['Key'])
//!         os.makedirs(os.path.dirname(local), exist_ok=True)
//!         pool.add_task(client.download_file, bucket, info['Key'], local)
//!     pool.wait_completion()
//!     result = pool.get_result()
//!     if not result['success_all']:
//!         print('not all files were downloaded, please retry')
//!
//! def delete_folder(client, bucket, prefix):
//!     infos = list_folder(client, bucket, prefix)
//!     for start in range(0, len(infos), 1000):
//!         keys = [{'Key': info['Key']} for info in infos[start:start + 1000]]
//!         response = client.delete_objects(Bucket=bucket, Delete={'Object': keys, 'Quiet': 'true'})
//!         if 'Error' in response:
//!             print(response['Error'])
//! ```

use std::{error::Error, fs, path::Path};

use qcloud_cos::bucket::Object;
use qcloud_cos::{CosError, CosS3Client, SimpleThreadPool};

mod common;
use common::Place;

const PREFIX: &str = "examples/batch_operation/";

fn upload_folder(client: &CosS3Client, bucket: &str, folder: &Path, prefix: &str) -> Result<(), Box<dyn Error>> {
    let pool = SimpleThreadPool::default();
    for entry in walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|e| e.file_type().is_file()) {
        let key = format!("{prefix}{}", entry.path().strip_prefix(folder)?.display());
        let (client, bucket) = (client.clone(), bucket.to_owned());
        pool.add_task(move || client.upload_file(bucket, key, entry.path()).send());
    }
    pool.wait_completion();
    if !pool.get_result().success_all {
        println!("not all files were uploaded, please retry");
    }
    Ok(())
}

fn list_folder(client: &CosS3Client, bucket: &str, prefix: &str) -> Result<Vec<Object>, CosError> {
    client.list_objects(bucket).prefix(prefix).objects().collect()
}

fn download_folder(client: &CosS3Client, bucket: &str, prefix: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let pool = SimpleThreadPool::default();
    for info in list_folder(client, bucket, prefix)? {
        let local = folder.join(&info.key);
        fs::create_dir_all(local.parent().unwrap_or(folder))?;
        let (client, bucket) = (client.clone(), bucket.to_owned());
        pool.add_task(move || client.download_file(bucket, info.key, local).send());
    }
    pool.wait_completion();
    if !pool.get_result().success_all {
        println!("not all files were downloaded, please retry");
    }
    Ok(())
}

fn delete_folder(client: &CosS3Client, bucket: &str, prefix: &str) -> Result<(), CosError> {
    let keys: Vec<String> = list_folder(client, bucket, prefix)?.into_iter().map(|info| info.key).collect();
    let response = client.delete_objects(bucket, keys).send()?; // any number of keys, 1000 a request
    if !response.error.is_empty() {
        println!("{}", response["Error"]);
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    let (from, to) = (tempfile::tempdir()?, tempfile::tempdir()?);
    fs::create_dir(from.path().join("logs"))?;
    for name in ["a.txt", "b.txt", "logs/1.log"] {
        fs::write(from.path().join(name), name)?;
    }

    upload_folder(client, bucket, from.path(), PREFIX)?;
    println!("{} objects are there", list_folder(client, bucket, PREFIX)?.len());
    download_folder(client, bucket, PREFIX, to.path())?;
    println!("{}", fs::read_to_string(to.path().join(PREFIX).join("logs/1.log"))?);
    delete_folder(client, bucket, PREFIX)?;
    println!("{} objects are left", list_folder(client, bucket, PREFIX)?.len());

    // The same in one call each; no key leads out of the folder, and a failed file is told with its reason.
    println!("{} uploaded", client.upload_directory(bucket, PREFIX, from.path()).send()?.transferred);
    println!("{} downloaded", client.download_directory(bucket, PREFIX, to.path()).send()?.transferred);
    println!("{} deleted", client.delete_prefix(bucket, PREFIX).send()?.deleted);
    Ok(())
}
