//! Builds a case's configuration and client.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use qcloud_cos::{CosConfig, CosS3Client, Credentials};
use serde_json::{Map, Value};

use crate::case::{BASE_CONFIG, Case, FROZEN_TIME, text};
use crate::inputs::{entries, flag, number, param, string};
use crate::outcome::Stop;

/// Calls whose host is not the bucket's: Python ignores `IP` for them, so that behind an IP as well
/// only this keeps their connections from leaving the machine.
const BESIDES_IP: [&str; 1] = ["list_buckets"];

/// Python's keyword arguments of `CosConfig`: the base, the transport's, the case's own.
fn settings(case: &Case, address: SocketAddr) -> Map<String, Value> {
    let mut all: Map<String, Value> = BASE_CONFIG.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect();
    if case.transport == "ip" {
        all.insert("IP".to_owned(), address.ip().to_string().into());
        all.insert("Port".to_owned(), address.port().into());
    }
    all.extend(case.config.clone());
    all.retain(|_, value| !value.is_null());
    all
}

fn config(case: &Case, address: SocketAddr) -> Result<CosConfig, Stop> {
    let all = settings(case, address);
    // recorded answers hold no more than their case is about (D-success)
    let mut config = CosConfig::builder().require_request_id(false);
    if case.transport == "direct" || BESIDES_IP.contains(&case.call.as_str()) {
        // URL, Host and signature stay those of COS; only the connection comes here
        config = config.connect_to(address);
    }
    // as in Python, SecretId and SecretKey go before their older spellings
    let preferred = all.contains_key("SecretId") && all.contains_key("SecretKey");
    for (name, value) in &all {
        let name = name.as_str();
        config = match name {
            "Secret_id" | "Secret_key" if preferred => config,
            "Appid" => config.appid(param(name, value)?),
            "Region" => config.region(string(name, value)?),
            "SecretId" | "Secret_id" => config.secret_id(string(name, value)?),
            "SecretKey" | "Secret_key" => config.secret_key(string(name, value)?),
            "Access_id" => config.access_id(string(name, value)?),
            "Access_key" => config.access_key(string(name, value)?),
            "Token" => config.token(string(name, value)?),
            "CredentialInstance" => {
                let instance = &value["$credential"];
                let part = |name: &str| param(name, &instance[name]);
                let (id, key) = (part("secret_id")?, part("secret_key")?);
                match &instance["token"] {
                    Value::Null => config.credential_instance(Credentials::new(id, key)),
                    token => config.credential_instance(Credentials::with_token(id, key, text(token))),
                }
            }
            "Scheme" => config.scheme(string(name, value)?),
            "Timeout" => config.timeout(number(name, value)?),
            "Endpoint" => config.endpoint(string(name, value)?),
            // Python never reads it
            "EndpointPic" => config,
            "EndpointCi" => config.endpoint_ci(string(name, value)?),
            "IP" => config.ip(string(name, value)?),
            "Port" => config.port(number(name, value)?),
            "Anonymous" => config.anonymous(flag(name, value)?),
            "UA" => config.ua(string(name, value)?),
            "Proxies" => config.proxies(entries(name, value)?),
            "Domain" => config.domain(string(name, value)?),
            "ServiceDomain" => config.service_domain(string(name, value)?),
            "KeepAlive" => config.keep_alive(flag(name, value)?),
            "PoolConnections" => config.pool_connections(number(name, value)?),
            "PoolMaxSize" => config.pool_max_size(number(name, value)?),
            "AllowRedirects" => config.allow_redirects(flag(name, value)?),
            "SignHost" => config.sign_host(flag(name, value)?),
            "SignParams" => config.sign_params(flag(name, value)?),
            "EnableOldDomain" => config.enable_old_domain(flag(name, value)?),
            "EnableInternalDomain" => config.enable_internal_domain(flag(name, value)?),
            "AutoSwitchDomainOnRetry" => config.auto_switch_domain_on_retry(flag(name, value)?),
            "VerifySSL" => match value {
                Value::String(path) => config.ca_bundle(path),
                other => config.verify_ssl(flag(name, other)?),
            },
            "SSLCert" => match value.as_array().map(Vec::as_slice) {
                Some([cert, key]) => config.ssl_cert_and_key(text(cert), text(key)),
                _ => config.ssl_cert(string(name, value)?),
            },
            other => return Err(Stop::Unknown(format!("the setting {other}"))),
        };
    }
    Ok(config.build()?)
}

/// The client of a case, with a clock that stands still and pauses that take no time.
pub(crate) fn client(case: &Case, address: SocketAddr) -> Result<CosS3Client, Stop> {
    let config = config(case, address)?;
    let threshold = case.client.get("copy_part_threshold_size").and_then(Value::as_u64);
    let mut builder = CosS3Client::builder(config)
        .clock(|| SystemTime::UNIX_EPOCH + Duration::from_secs(FROZEN_TIME))
        .sleeper(|_| ());
    if let Some(retry) = case.client.get("retry") {
        builder = builder.retry(number("retry", retry)?);
    }
    let client = builder.build()?;
    if let Some(threshold) = threshold {
        client.get_conf().set_copy_part_threshold_size(threshold);
    }
    Ok(client)
}
