//! Regions, buckets and services, and the hosts that they resolve to.

use super::host::is_name;
use crate::error::CosClientError;

/// The settings that decide where requests go.
#[derive(Debug, Clone, Default)]
pub(crate) struct Addressing {
    pub(crate) scheme: String,
    pub(crate) appid: Option<String>,
    pub(crate) endpoint: String,
    /// The region, where one is set.
    pub(crate) region: Option<String>,
    pub(crate) endpoint_ci: Option<String>,
    /// Whether `endpoint_ci` was set, and not made from the region.
    pub(crate) own_endpoint_ci: bool,
    pub(crate) domain: Option<String>,
    /// The host that lists buckets.
    pub(crate) service: String,
    pub(crate) ip: Option<String>,
    pub(crate) port: Option<u16>,
    /// Whether regions resolve to `myqcloud.com`, and else whether to the hosts inside Tencent's network.
    pub(crate) old_domain: bool,
    pub(crate) internal_domain: bool,
}

/// The host of a service beside the storage of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "ci"), allow(dead_code, reason = "most belong to it"))]
pub(crate) enum ServiceHost {
    /// Data processing of a bucket: `{bucket}.ci.{region}.myqcloud.com`.
    Ci { bucket: String },
    /// Data processing of a region: `ci.{region}.myqcloud.com`.
    CiRegion,
    /// Data processing of an account: `{appid}.ci.{region}.myqcloud.com`.
    CiAccount,
    /// Image styles of a bucket: `{bucket}.pic.{region}.myqcloud.com`.
    Pic { bucket: String },
    /// Vector buckets of a region: `vectors.{region}.coslake.com`.
    Vectors,
    /// Fetch tasks of a region: `{region}.migration.myqcloud.com`.
    Migration,
}

impl ServiceHost {
    /// Returns the host of the URL. `EndpointCi` stands for all hosts of data processing, and none of them is on the
    /// new domain.
    pub(super) fn resolve(&self, addressing: &Addressing) -> Result<String, CosClientError> {
        if let Some(domain) = &addressing.domain {
            return Ok(domain.clone());
        }
        let region = || {
            let missing = || CosClientError::invalid("region", "is required for this call");
            addressing.region.as_deref().ok_or_else(missing)
        };
        let ci = || {
            let missing = || CosClientError::invalid("region", "is required for this call, or an endpoint_ci");
            addressing.endpoint_ci.clone().ok_or_else(missing)
        };
        let below = |name: &str, endpoint: String| [name, ".", &endpoint].concat();
        let appid = addressing.appid.as_deref();
        match self {
            Self::Ci { bucket } => Ok(below(&bucket_name(bucket, appid)?, ci()?)),
            Self::CiRegion => ci(),
            Self::CiAccount => match appid {
                Some(appid) => Ok(below(appid, ci()?)),
                None => Err(CosClientError::invalid("appid", "is required for this call")),
            },
            Self::Pic { bucket } => {
                let pic = || region_endpoint(region()?, Module::Pic, true, false);
                let endpoint = if addressing.own_endpoint_ci { ci()? } else { pic()? };
                Ok(below(&bucket_name(bucket, appid)?, endpoint))
            }
            Self::Vectors => Ok(format!("vectors.{}.coslake.com", region()?)),
            Self::Migration => Ok(format!("{}.migration.myqcloud.com", region()?)),
        }
    }

    /// Returns the header that carries the token of temporary credentials.
    pub(crate) fn token_header(&self) -> &'static str {
        match self {
            Self::Ci { .. } | Self::CiRegion | Self::CiAccount => "x-ci-security-token",
            Self::Pic { .. } | Self::Vectors | Self::Migration => "x-cos-security-token",
        }
    }
}

/// Returns the full bucket name, with the appid appended where the settings give one.
pub(crate) fn bucket_name(bucket: &str, appid: Option<&str>) -> Result<String, CosClientError> {
    if bucket.is_empty() {
        return Err(CosClientError::invalid("bucket", "is empty"));
    }
    if !is_name(bucket, b"-") {
        let why = format!("{bucket:?} may hold only letters, digits and '-', and no '-' at its ends");
        return Err(CosClientError::invalid("bucket", why));
    }
    match appid {
        Some(appid) if !bucket.ends_with(&format!("-{appid}")) => Ok(format!("{bucket}-{appid}")),
        _ => Ok(bucket.to_owned()),
    }
}

/// Which service's endpoint a region stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Module {
    Cos,
    Ci,
    Pic,
}

/// Regions of the first generation, whose host has no `cos.` in it.
const BARE_REGIONS: [&str; 6] = ["cn-north", "cn-south", "cn-east", "cn-south-2", "cn-southwest", "sg"];

/// Second-generation region names and what they are called today.
const OLD_REGIONS: [(&str, &str); 9] = [
    ("cossh", "ap-shanghai"),
    ("cosgz", "ap-guangzhou"),
    ("cosbj", "ap-beijing"),
    ("costj", "ap-beijing-1"),
    ("coscd", "ap-chengdu"),
    ("cossgp", "ap-singapore"),
    ("coshk", "ap-hongkong"),
    ("cosca", "na-toronto"),
    ("cosger", "eu-frankfurt"),
];

/// Returns the endpoint of a region: `cos.ap-guangzhou.myqcloud.com`.
pub(crate) fn region_endpoint(
    region: &str,
    module: Module,
    old_domain: bool,
    internal: bool,
) -> Result<String, CosClientError> {
    if region.is_empty() {
        return Err(CosClientError::invalid("region", "is empty"));
    }
    if !is_name(region, b".-") || region.len() < 2 {
        let why = format!("{region:?} may hold only letters, digits, '.' and '-'");
        return Err(CosClientError::invalid("region", why));
    }
    let prefix = match module {
        Module::Cos => "cos.",
        Module::Ci => "ci.",
        Module::Pic => "pic.",
    };
    let name = if region.contains(prefix) || BARE_REGIONS.contains(&region) {
        region.to_owned()
    } else {
        let today = OLD_REGIONS.iter().find(|(old, _)| *old == region).map_or(region, |(_, new)| *new);
        // Only the new domain has internal hosts.
        let inside = !old_domain && internal && module == Module::Cos;
        format!("{}{today}", if inside { "cos-internal." } else { prefix })
    };
    Ok(format!("{name}.{}", if old_domain { "myqcloud.com" } else { "tencentcos.cn" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_of_all_generations_become_endpoints() {
        let endpoint = |region, module, old_domain, internal| {
            region_endpoint(region, module, old_domain, internal).unwrap_or_else(|e| e.to_string())
        };
        for (region, expected) in [
            ("ap-guangzhou", "cos.ap-guangzhou.myqcloud.com"),
            ("cos.ap-guangzhou", "cos.ap-guangzhou.myqcloud.com"),
            ("sg", "sg.myqcloud.com"),
            ("cossh", "cos.ap-shanghai.myqcloud.com"),
        ] {
            assert_eq!(endpoint(region, Module::Cos, true, true), expected);
        }
        assert_eq!(endpoint("ap-a", Module::Cos, false, true), "cos-internal.ap-a.tencentcos.cn");
        assert_eq!(endpoint("ap-a", Module::Cos, false, false), "cos.ap-a.tencentcos.cn");
        assert_eq!(endpoint("ap-a", Module::Ci, false, true), "ci.ap-a.tencentcos.cn");
        for region in ["", "a", "-a", "a/b"] {
            assert!(endpoint(region, Module::Cos, true, true).starts_with("region: "), "{region:?}");
        }
    }
}
