//! Forms by which browsers upload (POST Object). Nothing here is sent.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::client::CosS3Client;
use crate::error::{CosClientError, CosError};
use crate::param::Param;
use crate::wire::tc3;
use crate::wire::uri::{Target, bucket_name, locate};

/// The placeholder in a key for the name of the uploaded file.
const FILE_NAME: &str = "${filename}";

impl CosS3Client {
    /// Makes the fields of a form that lets a browser upload a file under a key. Anyone who has the fields can do so
    /// until they expire. The form goes to the `url` as `multipart/form-data`, with the field `file` last.
    ///
    /// A key that ends in `${filename}` takes the name of the file, under a fixed start.
    ///
    /// Beyond Python, which signs no forms.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// let form = client
    ///     .get_post_object_form(bucket, "uploads/${filename}")
    ///     .expired(600)
    ///     .field("success_action_status", "200")
    ///     .content_length_range(1, 10 * 1024 * 1024)
    ///     .sign()?;
    /// println!("<form action=\"{}\" method=\"post\" enctype=\"multipart/form-data\">", form.url);
    /// for (name, value) in &form.fields {
    ///     println!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/14690>
    pub fn get_post_object_form(&self, bucket: impl Into<String>, key: impl Into<String>) -> GetPostObjectForm<'_> {
        let (bucket, key) = (bucket.into(), key.into());
        let key = key.strip_prefix('/').map(str::to_owned).unwrap_or(key);
        GetPostObjectForm {
            client: self,
            bucket,
            key,
            expired: 300,
            fields: Vec::new(),
            conditions: Vec::new(),
            error: None,
        }
    }
}

/// Builds a [`get_post_object_form`](CosS3Client::get_post_object_form).
#[derive(Debug)]
#[must_use = "nothing is signed before `sign`"]
pub struct GetPostObjectForm<'a> {
    client: &'a CosS3Client,
    bucket: String,
    key: String,
    expired: u64,
    fields: Vec<(String, String)>,
    conditions: Vec<Value>,
    error: Option<CosClientError>,
}

/// The fields of a form. They hold a signature: anyone who has them may upload.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostObjectForm {
    /// Where the form goes: the bucket.
    pub url: String,
    /// The fields, in their order; the file comes after them.
    pub fields: Vec<(String, String)>,
}

impl GetPostObjectForm<'_> {
    /// Sets for how many seconds from now the form can be sent. Default: 300.
    pub fn expired(mut self, seconds: u64) -> Self {
        self.expired = seconds;
        self
    }

    /// Adds a field that must have this value: `Content-Type`, `acl`, `success_action_status`, `x-cos-meta-*`.
    pub fn field(mut self, name: impl Into<String>, value: impl Param) -> Self {
        if let Some(value) = value.into_param() {
            let name = name.into();
            let own = ["key", "policy", "bucket", "file"].iter().any(|own| name.eq_ignore_ascii_case(own));
            if own || name.to_ascii_lowercase().starts_with("q-") {
                self.error.get_or_insert(CosClientError::invalid("field", format!("{name:?} is set by the form")));
            }
            self.conditions.push(Value::Object([(name.clone(), value.clone().into())].into_iter().collect()));
            self.fields.push((name, value));
        }
        self
    }

    /// Lets the sender choose the value of a field, as long as it starts with this: `Content-Type` with `image/`.
    pub fn starts_with(mut self, name: impl AsRef<str>, start: impl Into<String>) -> Self {
        self.conditions.push(json!(["starts-with", format!("${}", name.as_ref()), start.into()]));
        self
    }

    /// Sets how many bytes the file may have. Default: any number, up to 5 GB.
    pub fn content_length_range(mut self, least: u64, most: u64) -> Self {
        if least > most {
            let why = format!("{least} is more than {most}");
            self.error.get_or_insert(CosClientError::invalid("content_length_range", why));
        }
        self.conditions.push(json!(["content-length-range", least, most]));
        self
    }

    /// Makes the fields. An anonymous client cannot sign them, which is an error.
    pub fn sign(self) -> Result<PostObjectForm, CosError> {
        if let Some(error) = self.error {
            return Err(error.into());
        }
        if self.key.is_empty() {
            return Err(CosClientError::invalid("key", "is empty").into());
        }
        let config = self.client.get_conf();
        let addressing = config.addressing();
        let url = locate(&addressing, &Target::bucket(&self.bucket), &addressing.endpoint)?.url();
        let bucket = bucket_name(&self.bucket, addressing.appid.as_deref())?;
        let missing = || CosClientError::invalid("secret_id", "is required for a form");
        let credentials = config.credentials()?.ok_or_else(missing)?;
        let signer = self.client.signer(&credentials, self.expired);
        let time = signer.time();
        let mut conditions = vec![
            json!({"bucket": bucket}),
            match self.key.strip_suffix(FILE_NAME) {
                Some(start) => json!(["starts-with", "$key", start]),
                None => json!({"key": self.key}),
            },
            json!({"q-sign-algorithm": "sha1"}),
            json!({"q-ak": signer.secret_id}),
            json!({"q-sign-time": time}),
        ];
        let mut fields = vec![("key".to_owned(), self.key)];
        fields.extend(self.fields);
        conditions.extend(self.conditions);
        if let Some(token) = credentials.token() {
            conditions.push(json!({"x-cos-security-token": token}));
            fields.push(("x-cos-security-token".to_owned(), token.to_owned()));
        }
        let second = signer.end % 86_400;
        let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
        let expiration = format!("{}T{hours:02}:{minutes:02}:{seconds:02}.000Z", tc3::date(signer.end));
        let policy = json!({"expiration": expiration, "conditions": conditions}).to_string();
        let signature = signer.sign_policy(&policy);
        fields.extend(
            [
                ("policy", BASE64_STANDARD.encode(&policy).as_str()),
                ("q-sign-algorithm", "sha1"),
                ("q-ak", signer.secret_id),
                ("q-key-time", &time),
                ("q-signature", &signature),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        Ok(PostObjectForm { url, fields })
    }
}
