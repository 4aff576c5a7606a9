//! Templates of processing parameters.

use http::Method;

use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;

impl CosS3Client {
    /// Creates a template of processing parameters.
    ///
    /// Python: `client.ci_create_template(Bucket='examplebucket-1250000000', Template={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/78939>
    pub fn ci_create_template(&self, bucket: impl Into<String>, template: impl Into<Dict>) -> Call<'_, Response> {
        self.ci_submit("ci_create_template", bucket, "/template", template).answer(&[])
    }

    /// Replaces a template.
    ///
    /// Python: `client.ci_update_template(Bucket='examplebucket-1250000000', TemplateId='t1', Template={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/78942>
    pub fn ci_update_template(
        &self,
        bucket: impl Into<String>,
        template_id: impl Into<String>,
        template: impl Into<Dict>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_update_template", Method::PUT, bucket, "/template/", template_id)
            .draft("Request", template)
            .content_type("application/xml")
            .answer(&[])
    }

    /// Lists templates.
    ///
    /// Python: `client.ci_get_template(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46943>
    pub fn ci_get_template(&self, bucket: impl Into<String>) -> CiGetTemplate<'_> {
        self.ci_call("ci_get_template", Method::GET, bucket, "/template")
            .defaults(&[("category", "Custom"), ("ids", ""), ("name", ""), ("pageNumber", "1"), ("pageSize", "10")])
            .answer(&["TemplateList"])
            .into()
    }

    /// Deletes a template.
    ///
    /// Python: `client.ci_delete_template(Bucket='examplebucket-1250000000', TemplateId='t1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46943>
    pub fn ci_delete_template(&self, bucket: impl Into<String>, template_id: impl Into<String>) -> Call<'_, Response> {
        self.ci_item("ci_delete_template", Method::DELETE, bucket, "/template/", template_id).answer(&[])
    }
}

call! {
    /// Builds a [`ci_get_template`](CosS3Client::ci_get_template) request.
    pub struct CiGetTemplate -> Response {}
    from ci: page_of_ten, template_list;
}
