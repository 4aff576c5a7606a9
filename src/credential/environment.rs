//! Credentials from the environment.

use std::env;
use std::ffi::OsString;

use zeroize::Zeroizing;

use super::{CredentialProvider, Credentials};
use crate::error::{CosClientError, CosError};

/// Names of id, key and tokens that belong together: COS's samples; Tencent Cloud's SDKs and tools; its
/// cloud functions, which set them for the code they run.
const NAMES: [(&str, &str, &[&str]); 3] = [
    ("COS_SECRET_ID", "COS_SECRET_KEY", &["COS_TOKEN", "COS_SECRET_TOKEN", "COS_SECURITY_TOKEN"]),
    ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", &["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"]),
    ("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", &["TENCENTCLOUD_SESSIONTOKEN"]),
];

/// Reads the credentials from environment variables, anew for every request.
///
/// The first of these whose id or key is set is used; an empty variable counts as not set:
///
/// | Id | Key | Token of temporary credentials |
/// |---|---|---|
/// | `COS_SECRET_ID` | `COS_SECRET_KEY` | `COS_TOKEN`, `COS_SECRET_TOKEN` or `COS_SECURITY_TOKEN` |
/// | `TENCENTCLOUD_SECRET_ID` | `TENCENTCLOUD_SECRET_KEY` | `TENCENTCLOUD_TOKEN` or `TENCENTCLOUD_SECURITY_TOKEN` |
/// | `TENCENTCLOUD_SECRETID` | `TENCENTCLOUD_SECRETKEY` | `TENCENTCLOUD_SESSIONTOKEN` |
///
/// If none of them is set, the error's kind is [`NoCredentials`](crate::ClientErrorKind::NoCredentials). An id without
/// its key, or a key without its id, is an error that names the missing variable.
///
/// Python: `CosConfig(SecretId=os.environ['COS_SECRET_ID'], SecretKey=os.environ['COS_SECRET_KEY'])`
///
/// ```
/// use qcloud_cos::CosConfig;
/// use qcloud_cos::credentials::EnvironmentCredentials;
///
/// let config = CosConfig::builder().region("ap-beijing").credential_instance(EnvironmentCredentials::new()).build()?;
/// # Ok::<(), qcloud_cos::CosError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct EnvironmentCredentials;

impl EnvironmentCredentials {
    /// Makes the provider, without reading anything yet.
    pub fn new() -> Self {
        Self
    }
}

impl CredentialProvider for EnvironmentCredentials {
    fn credentials(&self) -> Result<Credentials, CosError> {
        from(|name| env::var_os(name))
    }
}

fn from(variable: impl Fn(&str) -> Option<OsString>) -> Result<Credentials, CosError> {
    let set = |name: &str| {
        let value = variable(name).filter(|value| !value.is_empty()).map(OsString::into_string).transpose();
        // Without the value, which the cause would show.
        value.map(|value| value.map(Zeroizing::new)).map_err(|_| CosClientError::invalid(name, "is not UTF-8"))
    };
    for (id_name, key_name, token_names) in NAMES {
        let (id, key) = match (set(id_name)?, set(key_name)?) {
            (None, None) => continue,
            (Some(id), Some(key)) => (id, key),
            (id, _) => {
                let missing = if id.is_some() { key_name } else { id_name };
                return Err(CosClientError::invalid(missing, "is not set, but the other half of the pair is").into());
            }
        };
        let credentials = match token_names.iter().find_map(|name| set(name).transpose()).transpose()? {
            Some(token) => Credentials::with_token(id.as_str(), key.as_str(), token.as_str()),
            None => Credentials::new(id.as_str(), key.as_str()),
        };
        credentials.check()?;
        return Ok(credentials);
    }
    Err(CosError::no_credentials("the environment has neither COS_SECRET_ID nor TENCENTCLOUD_SECRET_ID"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ClientErrorKind;

    fn of(set: &[(&str, &str)]) -> Result<Credentials, CosError> {
        from(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into()))
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_no_text_is_named_and_not_taken_for_none() {
        use std::os::unix::ffi::OsStringExt;
        for wrong in ["COS_SECRET_ID", "COS_SECRET_KEY", "COS_TOKEN"] {
            let value =
                |name: &str| if name == wrong { OsString::from_vec(b"secret\xff".to_vec()) } else { "a".into() };
            let error = from(|name| name.starts_with("COS_").then(|| value(name))).unwrap_err();
            assert_eq!(error.to_string(), format!("{wrong}: is not UTF-8"));
        }
    }

    #[test]
    fn each_set_of_names_is_read_with_its_own_token() {
        let [cos, cloud, function] = [
            [("COS_SECRET_ID", "a"), ("COS_SECRET_KEY", "b"), ("COS_TOKEN", "c")],
            [("TENCENTCLOUD_SECRET_ID", "d"), ("TENCENTCLOUD_SECRET_KEY", "e"), ("TENCENTCLOUD_TOKEN", "f")],
            [("TENCENTCLOUD_SECRETID", "g"), ("TENCENTCLOUD_SECRETKEY", "h"), ("TENCENTCLOUD_SESSIONTOKEN", "i")],
        ];
        assert_eq!(of(&cos).unwrap(), Credentials::with_token("a", "b", "c"));
        assert_eq!(of(&cloud).unwrap(), Credentials::with_token("d", "e", "f"));
        assert_eq!(of(&function).unwrap(), Credentials::with_token("g", "h", "i"));
        assert_eq!(of(&[&cloud[..], &cos[..]].concat()).unwrap(), Credentials::with_token("a", "b", "c"));
        // A token of another set belongs to another key.
        let mixed = [cos[0], cos[1], cloud[2], ("COS_TOKEN", "")];
        assert_eq!(of(&mixed).unwrap(), Credentials::new("a", "b"));
        let other_name = [cloud[0], cloud[1], ("TENCENTCLOUD_SECURITY_TOKEN", "t")];
        assert_eq!(of(&other_name).unwrap(), Credentials::with_token("d", "e", "t"));
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let kind = |set: &[(&str, &str)]| of(set).unwrap_err().kind().cloned().unwrap();
        let named = |name: &str| ClientErrorKind::InvalidInput { field: name.to_owned() };
        assert_eq!(kind(&[]), ClientErrorKind::NoCredentials);
        assert_eq!(kind(&[("COS_SECRET_ID", ""), ("COS_TOKEN", "t")]), ClientErrorKind::NoCredentials);
        assert_eq!(kind(&[("COS_SECRET_ID", "a")]), named("COS_SECRET_KEY"));
        assert_eq!(kind(&[("TENCENTCLOUD_SECRET_KEY", "a")]), named("TENCENTCLOUD_SECRET_ID"));
        assert_eq!(kind(&[("COS_SECRET_ID", "a"), ("COS_SECRET_KEY", "b ")]), named("secret_key"));
    }
}
