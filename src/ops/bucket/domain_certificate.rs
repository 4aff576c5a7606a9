//! The certificates of a bucket's custom domains.

use std::fmt;

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, DictArgument, dicts};
use crate::ops::call::Call;
use crate::ops::response::Response;
use crate::wire::dict;

impl CosS3Client {
    /// Sets the certificate of custom domains of a bucket.
    ///
    /// Python: `client.put_bucket_domain_certificate(Bucket='examplebucket-1250000000', DomainCertificateConfiguration={..})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # let (certificate, key) = ("-----BEGIN CERTIFICATE-----", "-----BEGIN PRIVATE KEY-----");
    /// use qcloud_cos::json;
    ///
    /// let configuration = json!({
    ///     "CertificateInfo": {
    ///         "CertType": "CustomCert",
    ///         "CustomCert": {"Cert": certificate, "PrivateKey": key}
    ///     },
    ///     "DomainList": [{"DomainName": "www.example.com"}]
    /// });
    /// client.put_bucket_domain_certificate(bucket, configuration).send()?;
    /// let response = client.get_bucket_domain_certificate(bucket, "www.example.com").send()?;
    /// println!("{:?}", response.status);
    /// client.delete_bucket_domain_certificate(bucket, "www.example.com").send()?;
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn put_bucket_domain_certificate(
        &self,
        bucket: impl Into<String>,
        domain_certificate_configuration: impl Arg<DomainCertificate>,
    ) -> Call<'_, ()> {
        self.bucket_call("put_bucket_domain_certificate", Method::PUT, bucket, "domaincertificate")
            .argument("DomainCertificate", "domain_certificate_configuration", domain_certificate_configuration)
            .with_md5()
    }

    /// Reads which certificate a custom domain of a bucket has. Returns [`Response`]`<`[`DomainCertificate`]`>`.
    ///
    /// Python: `response = client.get_bucket_domain_certificate(Bucket='examplebucket-1250000000', DomainName='www.example.com')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn get_bucket_domain_certificate(
        &self,
        bucket: impl Into<String>,
        domain_name: impl Into<String>,
    ) -> Call<'_, Response<DomainCertificate>> {
        self.bucket_call("get_bucket_domain_certificate", Method::GET, bucket, "domaincertificate")
            .param("domainname", domain_name.into())
            .xml("DomainCertificate", &[])
    }

    /// Removes the certificate of a custom domain of a bucket.
    ///
    /// Python: `client.delete_bucket_domain_certificate(Bucket='examplebucket-1250000000', DomainName='www.example.com')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn delete_bucket_domain_certificate(
        &self,
        bucket: impl Into<String>,
        domain_name: impl Into<String>,
    ) -> Call<'_, ()> {
        self.bucket_call("delete_bucket_domain_certificate", Method::DELETE, bucket, "domaincertificate")
            .param("domainname", domain_name.into())
    }
}

dicts! {
    /// The certificate of custom domains of a bucket.
    pub struct DomainCertificate {
        /// Of an answer: `Enabled` or `Disabled`.
        status: text,
        /// The certificate.
        certificate_info: one(CertificateInfo),
        /// The domains that get it.
        domain_list: list(CertificateDomain),
    }

    /// A certificate.
    pub struct CertificateInfo {
        /// Where it comes from: `CustomCert`.
        cert_type: text,
        /// The certificate itself.
        custom_cert: one(CustomCert),
        /// Of an answer: its id at Tencent Cloud.
        cert_id: text,
        /// Of an answer: from when it is valid, in seconds since 1970.
        validity_begin: number(i64),
        /// Of an answer: until when it is valid, in seconds since 1970.
        validity_expire: number(i64),
    }

    /// A domain that gets a certificate.
    pub struct CertificateDomain {
        /// The domain: `www.example.com`.
        domain_name: required,
    }
}

/// A certificate in PEM and its private key, or the id of one that Tencent Cloud keeps.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct CustomCert {
    /// The id of a certificate that Tencent Cloud keeps.
    #[serde(deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub cert_id: Option<String>,
    /// The certificate, in PEM.
    #[serde(deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub cert: Option<String>,
    /// Its private key, in PEM. `Debug` hides it.
    #[serde(deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub private_key: Option<String>,
}

impl DictArgument for CustomCert {}

impl fmt::Debug for CustomCert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = self.private_key.as_ref().map(|_| "***");
        let mut shown = f.debug_struct("CustomCert");
        shown.field("cert_id", &self.cert_id).field("cert", &self.cert).field("private_key", &hidden).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_does_not_show() {
        let cert = CustomCert { private_key: Some("secret".into()), ..CustomCert::default() };
        assert!(!format!("{cert:?}").contains("secret"));
    }
}
