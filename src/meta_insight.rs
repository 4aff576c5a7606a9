//! Meta insight: datasets of metadata, and searching them.

use http::Method;

use crate::ci::call::client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::param::Param;
use crate::wire::uri::{ServiceHost, Target};

client! {
    /// A client for meta insight, with all methods of [`CosS3Client`](crate::CosS3Client). Its configuration needs an
    /// `appid`.
    ///
    /// Python: `MetaInsightClient(config)`
    MetaInsightClient
}

impl MetaInsightClient {
    /// Creates a dataset.
    ///
    /// Python: `client.ci_create_dataset(Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106020>
    pub fn ci_create_dataset(&self, body: impl Into<Dict>) -> Call<'_, Response> {
        self.call("ci_create_dataset", Method::POST, Target::other(ServiceHost::CiAccount, "/dataset"))
            .draft("", body)
            .answer(&[])
    }

    /// Changes a dataset.
    ///
    /// Python: `client.ci_update_dataset(Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106156>
    pub fn ci_update_dataset(&self, body: impl Into<Dict>) -> Call<'_, Response> {
        self.call("ci_update_dataset", Method::PUT, Target::other(ServiceHost::CiAccount, "/dataset"))
            .draft("", body)
            .answer(&[])
    }

    /// Deletes a dataset.
    ///
    /// Python: `client.ci_delete_dataset(Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106157>
    pub fn ci_delete_dataset(&self, body: impl Into<Dict>) -> Call<'_, Response> {
        self.call("ci_delete_dataset", Method::DELETE, Target::other(ServiceHost::CiAccount, "/dataset"))
            .draft("", body)
            .answer(&[])
    }

    /// Binds a dataset to a bucket.
    ///
    /// Python: `client.ci_create_dataset_binding(Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106159>
    pub fn ci_create_dataset_binding(&self, body: impl Into<Dict>) -> Call<'_, Response> {
        self.call("ci_create_dataset_binding", Method::POST, Target::other(ServiceHost::CiAccount, "/datasetbinding"))
            .draft("", body)
            .answer(&[])
    }

    /// Unbinds a dataset from a bucket.
    ///
    /// Python: `client.ci_delete_dataset_binding(Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106160>
    pub fn ci_delete_dataset_binding(&self, body: impl Into<Dict>) -> Call<'_, Response> {
        self.call("ci_delete_dataset_binding", Method::DELETE, Target::other(ServiceHost::CiAccount, "/datasetbinding"))
            .draft("", body)
            .answer(&[])
    }

    /// Adds the metadata of a file to a dataset.
    ///
    /// Python: `client.ci_create_file_meta_index(Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106022>
    pub fn ci_create_file_meta_index(&self, body: impl Into<Dict>) -> Call<'_, Response> {
        self.call("ci_create_file_meta_index", Method::POST, Target::other(ServiceHost::CiAccount, "/filemeta"))
            .draft("", body)
            .answer(&[])
    }

    /// Changes the metadata of a file in a dataset.
    ///
    /// Python: `client.ci_update_file_meta_index(Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106162>
    pub fn ci_update_file_meta_index(&self, body: impl Into<Dict>) -> Call<'_, Response> {
        self.call("ci_update_file_meta_index", Method::PUT, Target::other(ServiceHost::CiAccount, "/filemeta"))
            .draft("", body)
            .answer(&[])
    }

    /// Removes the metadata of a file from a dataset.
    ///
    /// Python: `client.ci_delete_file_meta_index(Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106163>
    pub fn ci_delete_file_meta_index(&self, body: impl Into<Dict>) -> Call<'_, Response> {
        self.call("ci_delete_file_meta_index", Method::DELETE, Target::other(ServiceHost::CiAccount, "/filemeta"))
            .draft("", body)
            .answer(&[])
    }

    /// Searches a dataset by conditions on the metadata.
    ///
    /// Python: `client.ci_dataset_simple_query(Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106375>
    pub fn ci_dataset_simple_query(&self, body: impl Into<Dict>) -> Call<'_, Response> {
        self.call(
            "ci_dataset_simple_query",
            Method::POST,
            Target::other(ServiceHost::CiAccount, "/datasetquery/simple"),
        )
        .draft("", body)
        .idempotent()
        .answer(&[])
    }

    /// Searches a dataset for faces like those in a picture.
    ///
    /// Python: `client.ci_dataset_face_search(Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106166>
    pub fn ci_dataset_face_search(&self, body: impl Into<Dict>) -> Call<'_, Response> {
        self.call(
            "ci_dataset_face_search",
            Method::POST,
            Target::other(ServiceHost::CiAccount, "/datasetquery/facesearch"),
        )
        .draft("", body)
        .idempotent()
        .answer(&[])
    }

    /// Searches a dataset for pictures by a picture or a text.
    ///
    /// Python: `client.ci_search_image(Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106376>
    pub fn ci_search_image(&self, body: impl Into<Dict>) -> Call<'_, Response> {
        self.call("ci_search_image", Method::POST, Target::other(ServiceHost::CiAccount, "/datasetquery/imagesearch"))
            .draft("", body)
            .idempotent()
            .answer(&[])
    }

    /// Reads a dataset.
    ///
    /// Python: `client.ci_describe_dataset(DatasetName='test')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106155>
    pub fn ci_describe_dataset(&self, dataset_name: impl Param) -> CiDescribeDataset<'_> {
        self.call("ci_describe_dataset", Method::GET, Target::other(ServiceHost::CiAccount, "/dataset"))
            .arg("datasetname", dataset_name)
            .defaults(&[("statistics", "False")])
            .answer(&[])
            .into()
    }

    /// Lists datasets.
    ///
    /// Python: `client.ci_describe_datasets()`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106158>
    pub fn ci_describe_datasets(&self) -> CiDescribeDatasets<'_> {
        self.call("ci_describe_datasets", Method::GET, Target::other(ServiceHost::CiAccount, "/datasets"))
            .ordered(&["nexttoken", "prefix", "maxresults"])
            .defaults(&[("maxresults", "100")])
            .answer(&[])
            .into()
    }

    /// Reads the binding of a dataset to a bucket.
    ///
    /// Python: `client.ci_describe_dataset_binding(DatasetName='test', Uri='cos://..')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106485>
    pub fn ci_describe_dataset_binding(&self, dataset_name: impl Param, uri: impl Param) -> Call<'_, Response> {
        self.call("ci_describe_dataset_binding", Method::GET, Target::other(ServiceHost::CiAccount, "/datasetbinding"))
            .arg("datasetname", dataset_name)
            .arg("uri", uri)
            .answer(&[])
    }

    /// Lists the bindings of a dataset.
    ///
    /// Python: `client.ci_describe_dataset_bindings(DatasetName='test')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106161>
    pub fn ci_describe_dataset_bindings(&self, dataset_name: impl Param) -> CiDescribeDatasetBindings<'_> {
        self.call(
            "ci_describe_dataset_bindings",
            Method::GET,
            Target::other(ServiceHost::CiAccount, "/datasetbindings"),
        )
        .ordered(&["datasetname", "nexttoken", "maxresults"])
        .arg("datasetname", dataset_name)
        .defaults(&[("maxresults", "100")])
        .answer(&[])
        .into()
    }

    /// Reads the metadata of a file in a dataset.
    ///
    /// Python: `client.ci_describe_file_meta_index(DatasetName='test', Uri='cos://..')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/106164>
    pub fn ci_describe_file_meta_index(&self, dataset_name: impl Param, uri: impl Param) -> Call<'_, Response> {
        self.call("ci_describe_file_meta_index", Method::GET, Target::other(ServiceHost::CiAccount, "/filemeta"))
            .arg("datasetname", dataset_name)
            .arg("uri", uri)
            .answer(&[])
    }
}

call! {
    /// Builds a [`ci_describe_dataset`](MetaInsightClient::ci_describe_dataset) request.
    pub struct CiDescribeDataset -> Response {
        /// Counts the files, too. Python: `Statistics`. Default: false.
        statistics: capital("statistics"),
    }
}

call! {
    /// Builds a [`ci_describe_datasets`](MetaInsightClient::ci_describe_datasets) request.
    pub struct CiDescribeDatasets -> Response {
        /// Sets the start of the page, as the page before named it. Python: `NextToken`. Default: none.
        next_token: query("nexttoken"),
        /// Lists only names that start with this. Python: `Prefix`. Default: all.
        prefix: query("prefix"),
        /// Sets the size of the page. Python: `MaxResults`. Default: 100.
        max_results: query("maxresults"),
    }
}

call! {
    /// Builds a [`ci_describe_dataset_bindings`](MetaInsightClient::ci_describe_dataset_bindings) request.
    pub struct CiDescribeDatasetBindings -> Response {
        /// Sets the start of the page, as the page before named it. Python: `NextToken`. Default: none.
        next_token: query("nexttoken"),
        /// Sets the size of the page. Python: `MaxResults`. Default: 100.
        max_results: query("maxresults"),
    }
}
