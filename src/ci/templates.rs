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
        self.ci_call("ci_create_template", Method::POST, bucket, "/template")
            .draft("Request", template)
            .content_type("application/xml")
            .answer(&[])
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
    pub struct CiGetTemplate -> Response {
        /// Sets whose templates: `Official` or `Custom`. Python: `Category`. Default: `Custom`.
        category: query("category"),
        /// Lists only those with these ids, separated by commas. Python: `Ids`. Default: all.
        ids: query("ids"),
        /// Lists only those with this name. Python: `Name`. Default: all.
        name: query("name"),
        /// Sets the number of the page, from 1. Python: `PageNumber`. Default: 1.
        page_number: query("pageNumber"),
        /// Sets the size of the page. Python: `PageSize`. Default: 10.
        page_size: query("pageSize"),
    }
}
