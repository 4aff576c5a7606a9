//! What the tests of credential providers share: an emulator with an instance role, and providers that ask it.

#![allow(dead_code, reason = "every test file uses a part of it")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cos_emulator::{CosEmulator, Match, RecordedRequest};
use qcloud_cos::credentials::{
    AssumeRoleCredentials, FederationTokenCredentials, InstanceRoleCredentials, StsPolicy, StsStatement,
};
use qcloud_cos::{CosConfig, CosConfigBuilder, CosS3Client, CredentialProvider, Credentials};

use crate::common::{BUCKET, client};

pub(crate) const ROLE: &str = "/latest/meta-data/cam/security-credentials/reader";
pub(crate) const ARN: &str = "qcs::cam::uin/100000000001:roleName/reader";

pub(crate) fn start() -> CosEmulator {
    let cos = CosEmulator::builder().instance_role("reader").start().unwrap();
    cos.create_bucket(BUCKET).unwrap();
    cos
}

/// The settings of a client without credentials.
pub(crate) fn bare(cos: &CosEmulator) -> CosConfigBuilder {
    let config = CosConfig::builder().region(cos.region()).scheme("http").proxies(Vec::<(&str, &str)>::new());
    config.ip("127.0.0.1").port(cos.port())
}

pub(crate) fn client_of(cos: &CosEmulator, provider: impl CredentialProvider + 'static) -> CosS3Client {
    client(bare(cos).credential_instance(provider))
}

pub(crate) fn instance(cos: &CosEmulator) -> InstanceRoleCredentials {
    InstanceRoleCredentials::new().role("reader").connect_to(cos.addr())
}

pub(crate) fn key_of(cos: &CosEmulator) -> Credentials {
    Credentials::new(cos.secret_id(), cos.secret_key())
}

pub(crate) fn role_of(cos: &CosEmulator) -> AssumeRoleCredentials<Credentials> {
    AssumeRoleCredentials::new(key_of(cos), ARN).scheme("http").connect_to(cos.addr())
}

pub(crate) fn token_of(cos: &CosEmulator, policy: StsPolicy) -> FederationTokenCredentials<Credentials> {
    FederationTokenCredentials::new(key_of(cos), policy).scheme("http").connect_to(cos.addr())
}

pub(crate) fn everything() -> StsPolicy {
    StsPolicy::new().statement(StsStatement::allow(["name/cos:*"]).resource("*"))
}

/// The requests to a host whose name begins so.
pub(crate) fn asked(cos: &CosEmulator, host: &str) -> Vec<RecordedRequest> {
    cos.requests().into_iter().filter(|request| request.header("host").unwrap().starts_with(host)).collect()
}

pub(crate) fn at_metadata() -> Match {
    Match::any().host("metadata")
}

pub(crate) fn at_sts() -> Match {
    Match::any().host("sts.")
}

/// A time that a provider and the emulator share.
#[derive(Clone)]
pub(crate) struct Time(Arc<AtomicU64>);

impl Time {
    pub(crate) fn start() -> (Self, CosEmulator) {
        let time = Self(Arc::new(AtomicU64::new(1_760_000_000)));
        let cos = CosEmulator::builder().instance_role("reader").clock(time.clock()).start().unwrap();
        cos.create_bucket(BUCKET).unwrap();
        (time, cos)
    }

    pub(crate) fn clock(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static + use<> {
        let seconds = Arc::clone(&self.0);
        move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::SeqCst))
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn client(&self, cos: &CosEmulator, provider: impl CredentialProvider + 'static) -> CosS3Client {
        let config = bare(cos).credential_instance(provider).build().unwrap();
        CosS3Client::builder(config).clock(self.clock()).retry(0).sleeper(|_| {}).build().unwrap()
    }
}
