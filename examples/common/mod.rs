//! Where the examples run: on the embedded emulator, or on a real bucket.

#![allow(dead_code)] // no example uses all of it

use std::env;
use std::error::Error;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use cos_emulator::CosEmulator;
use qcloud_cos::object::{Delete, DeleteKey};
use qcloud_cos::{CosConfig, CosConfigBuilder, CosS3Client};

const BUCKET: &str = "examplebucket-1250000000";

/// A client and a bucket to work in; the emulator lives as long as this.
pub(crate) struct Place {
    pub(crate) client: CosS3Client,
    pub(crate) bucket: String,
    pub(crate) region: String,
    pub(crate) emulator: Option<CosEmulator>,
}

impl Place {
    /// The real bucket if `COS_REGION`, `COS_SECRET_ID`, `COS_SECRET_KEY` and `COS_BUCKET` are set
    /// (`COS_TOKEN` for temporary credentials), else an emulator that keeps its data in memory. With
    /// `COS_EXAMPLE_TLS` set, the emulator is reached over HTTPS. `RUST_LOG=qcloud_cos=debug` shows each call.
    pub(crate) fn choose() -> Result<Self, Box<dyn Error>> {
        Self::choose_with(None)
    }

    /// The same with the emulator's data on disk, for large files.
    pub(crate) fn choose_in(folder: &Path) -> Result<Self, Box<dyn Error>> {
        Self::choose_with(Some(folder))
    }

    fn choose_with(folder: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        env_logger::init();
        let names = ["COS_REGION", "COS_SECRET_ID", "COS_SECRET_KEY", "COS_BUCKET"];
        let set: Vec<String> = names.iter().filter_map(|name| env::var(name).ok()).collect();
        if let [region, secret_id, secret_key, bucket] = set.as_slice() {
            let mut config = CosConfig::builder().region(region).secret_id(secret_id).secret_key(secret_key);
            if let Ok(token) = env::var("COS_TOKEN") {
                config = config.token(token);
            }
            let client = CosS3Client::new(config.build()?)?;
            return Ok(Self { client, bucket: bucket.clone(), region: region.clone(), emulator: None });
        }
        let mut emulator = CosEmulator::builder().custom_domain("127.0.0.1", BUCKET).instance_role("reader");
        if env::var_os("COS_EXAMPLE_TLS").is_some() {
            emulator = emulator.tls();
        }
        if let Some(folder) = folder {
            emulator = emulator.data_dir(folder.join("cos"));
        }
        let emulator = emulator.start()?;
        let client = CosS3Client::new(emulated(&emulator).connect_to(emulator.addr()).build()?)?;
        client.create_bucket(BUCKET).send()?;
        let region = emulator.region().to_owned();
        Ok(Self { client, bucket: BUCKET.to_owned(), region, emulator: Some(emulator) })
    }

    /// Creates a bucket of its own for what changes a whole bucket, so that nobody's settings are lost.
    pub(crate) fn new_bucket(&self, theme: &str) -> Result<String, Box<dyn Error>> {
        let (_, appid) = self.bucket.rsplit_once('-').ok_or("COS_BUCKET is not of the form name-appid")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let bucket = format!("example-{theme}-{now}-{appid}");
        self.client.create_bucket(&bucket).send()?;
        Ok(bucket)
    }

    /// Deletes a bucket that [`Self::new_bucket`] made, with all versions of all it holds.
    pub(crate) fn drop_bucket(&self, bucket: &str) -> Result<(), Box<dyn Error>> {
        for page in self.client.list_objects_versions(bucket).pages() {
            let page = page?;
            let page = page.into_inner();
            let versions = page.version.into_iter().map(|version| (version.key, version.version_id));
            let markers = page.delete_marker.into_iter().map(|marker| (marker.key, marker.version_id));
            let keys = versions.chain(markers).map(|(key, id)| DeleteKey { key, version_id: Some(id) });
            let keys: Vec<DeleteKey> = keys.collect();
            if !keys.is_empty() {
                self.client.delete_objects(bucket, Delete { object: keys, quiet: Some(true) }).send()?;
            }
        }
        self.client.delete_bucket(bucket).send()?;
        Ok(())
    }

    /// Settings for the same place, without anybody's credentials.
    pub(crate) fn settings(&self) -> CosConfigBuilder {
        match &self.emulator {
            Some(emulator) => at(emulator).connect_to(emulator.addr()),
            None => CosConfig::builder().region(&self.region),
        }
    }

    /// A client whose presigned URLs any HTTP client can follow. The emulator's buckets have no names in
    /// DNS, so there the bucket is the emulator's own address.
    pub(crate) fn signer(&self) -> Result<CosS3Client, Box<dyn Error>> {
        let Some(emulator) = &self.emulator else { return Ok(self.client.clone()) };
        let config = emulated(emulator).domain(emulator.addr().to_string());
        Ok(CosS3Client::new(config.build()?)?)
    }

    /// A plain HTTP client that knows nothing of COS; on the way to the emulator no proxy is used.
    pub(crate) fn http(&self) -> ureq::Agent {
        let config = ureq::Agent::config_builder();
        if self.emulator.is_some() { config.proxy(None) } else { config }.build().into()
    }
}

fn emulated(emulator: &CosEmulator) -> CosConfigBuilder {
    at(emulator).secret_id(emulator.secret_id()).secret_key(emulator.secret_key())
}

fn at(emulator: &CosEmulator) -> CosConfigBuilder {
    let config = CosConfig::builder().region(emulator.region()).proxies(Vec::<(&str, &str)>::new());
    match emulator.ca_file() {
        Some(authority) => config.scheme("https").ca_bundle(authority),
        None => config.scheme("http"),
    }
}
