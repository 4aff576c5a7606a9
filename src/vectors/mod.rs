//! Vector buckets: storing vectors and finding neighbours.

mod vector;

use http::Method;
use serde_json::json;

use crate::ci::call::client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::wire::request::UNSET;
use crate::wire::uri::{ServiceHost, Target};

pub use vector::{Data, QueryResult, Vector};

client! {
    /// A client for vector buckets, with all methods of [`CosS3Client`](crate::CosS3Client).
    ///
    /// Python: `CosVectorsClient(config)`
    CosVectorsClient
}

impl CosVectorsClient {
    /// Creates a vector bucket.
    ///
    /// Python: `client.create_vector_bucket(Bucket='examplebucket-1250000000')`
    pub fn create_vector_bucket(&self, bucket: impl Into<String>) -> CreateVectorBucket<'_> {
        let name: String = bucket.into();
        let draft = json!({ "vectorBucketName": name, "encryptionConfiguration": { "sseType": UNSET } });
        self.call("create_vector_bucket", Method::POST, Target::other(ServiceHost::Vectors, "/CreateVectorBucket"))
            .draft("", draft)
            .content_type("application/json")
            .answer(&[])
            .into()
    }

    /// Reads the attributes of a vector bucket.
    ///
    /// Python: `client.get_vector_bucket(Bucket='examplebucket-1250000000')`
    pub fn get_vector_bucket(&self, bucket: impl Into<String>) -> Call<'_, Response> {
        let name: String = bucket.into();
        let draft = json!({ "vectorBucketName": name });
        self.call("get_vector_bucket", Method::POST, Target::other(ServiceHost::Vectors, "/GetVectorBucket"))
            .draft("", draft)
            .content_type("application/json")
            .idempotent()
            .answer(&[])
    }

    /// Lists vector buckets.
    ///
    /// Python: `client.list_vector_buckets()`
    pub fn list_vector_buckets(&self) -> ListVectorBuckets<'_> {
        let draft = json!({ "maxResults": UNSET, "nextToken": UNSET, "prefix": UNSET });
        self.call("list_vector_buckets", Method::POST, Target::other(ServiceHost::Vectors, "/ListVectorBuckets"))
            .draft("", draft)
            .content_type("application/json")
            .idempotent()
            .answer(&[])
            .into()
    }

    /// Deletes an empty vector bucket.
    ///
    /// Python: `client.delete_vector_bucket(Bucket='examplebucket-1250000000')`
    pub fn delete_vector_bucket(&self, bucket: impl Into<String>) -> Call<'_, Response<()>> {
        let name: String = bucket.into();
        let draft = json!({ "vectorBucketName": name });
        self.call("delete_vector_bucket", Method::POST, Target::other(ServiceHost::Vectors, "/DeleteVectorBucket"))
            .draft("", draft)
            .content_type("application/json")
            .headers()
    }

    /// Creates an index in a vector bucket.
    ///
    /// Python:
    /// ```python
    /// client.create_index(Bucket='examplebucket-1250000000', Index='idx', DataType='float32', Dimension=128,
    ///     DistanceMetric='cosine')
    /// ```
    pub fn create_index(
        &self,
        bucket: impl Into<String>,
        index: impl Into<Dict>,
        data_type: impl Into<Dict>,
        dimension: impl Into<Dict>,
        distance_metric: impl Into<Dict>,
    ) -> CreateIndex<'_> {
        let name: String = bucket.into();
        let [index, data_type, dimension, distance_metric]: [Dict; 4] =
            [index.into(), data_type.into(), dimension.into(), distance_metric.into()];
        let draft = json!({
            "dataType": data_type, "dimension": dimension, "distanceMetric": distance_metric,
            "metadataConfiguration": { "nonFilterableMetadataKeys": UNSET },
            "indexName": index, "vectorBucketName": name,
        });
        self.call("create_index", Method::POST, Target::other(ServiceHost::Vectors, "/CreateIndex"))
            .draft("", draft)
            .content_type("application/json")
            .answer(&[])
            .into()
    }

    /// Reads the attributes of an index.
    ///
    /// Python: `client.get_index(Bucket='examplebucket-1250000000', Index='idx')`
    pub fn get_index(&self, bucket: impl Into<String>, index: impl Into<Dict>) -> Call<'_, Response> {
        let name: String = bucket.into();
        let index: Dict = index.into();
        let draft = json!({ "indexName": index, "vectorBucketName": name });
        self.call("get_index", Method::POST, Target::other(ServiceHost::Vectors, "/GetIndex"))
            .draft("", draft)
            .content_type("application/json")
            .idempotent()
            .answer(&[])
    }

    /// Lists the indexes of a vector bucket.
    ///
    /// Python: `client.list_indexes(Bucket='examplebucket-1250000000')`
    pub fn list_indexes(&self, bucket: impl Into<String>) -> ListIndexes<'_> {
        let name: String = bucket.into();
        let draft = json!({
            "vectorBucketName": name, "maxResults": UNSET, "nextToken": UNSET, "prefix": UNSET
        });
        self.call("list_indexes", Method::POST, Target::other(ServiceHost::Vectors, "/ListIndexes"))
            .draft("", draft)
            .content_type("application/json")
            .idempotent()
            .answer(&[])
            .into()
    }

    /// Deletes an index with its vectors.
    ///
    /// Python: `client.delete_index(Bucket='examplebucket-1250000000', Index='idx')`
    pub fn delete_index(&self, bucket: impl Into<String>, index: impl Into<Dict>) -> Call<'_, Response<()>> {
        let name: String = bucket.into();
        let index: Dict = index.into();
        let draft = json!({ "indexName": index, "vectorBucketName": name });
        self.call("delete_index", Method::POST, Target::other(ServiceHost::Vectors, "/DeleteIndex"))
            .draft("", draft)
            .content_type("application/json")
            .headers()
    }

    /// Writes vectors into an index; those with the same keys are replaced.
    ///
    /// Python: `client.put_vectors(Bucket='examplebucket-1250000000', Index='idx', Vectors=[..])`
    pub fn put_vectors(
        &self,
        bucket: impl Into<String>,
        index: impl Into<Dict>,
        vectors: impl Into<Dict>,
    ) -> Call<'_, Response<()>> {
        let name: String = bucket.into();
        let [index, vectors]: [Dict; 2] = [index.into(), vectors.into()];
        let draft = json!({ "indexName": index, "vectorBucketName": name, "vectors": vectors });
        self.call("put_vectors", Method::POST, Target::other(ServiceHost::Vectors, "/PutVectors"))
            .draft("", draft)
            .content_type("application/json")
            .headers()
    }

    /// Reads vectors by their keys.
    ///
    /// Python: `client.get_vectors(Bucket='examplebucket-1250000000', Index='idx', Keys=['v1'])`
    pub fn get_vectors(
        &self,
        bucket: impl Into<String>,
        index: impl Into<Dict>,
        keys: impl Into<Dict>,
    ) -> GetVectors<'_> {
        let name: String = bucket.into();
        let [index, keys]: [Dict; 2] = [index.into(), keys.into()];
        let draft = json!({
            "indexName": index, "vectorBucketName": name, "keys": keys,
            "returnData": UNSET, "returnMetaData": UNSET,
        });
        self.call("get_vectors", Method::POST, Target::other(ServiceHost::Vectors, "/GetVectors"))
            .draft("", draft)
            .content_type("application/json")
            .idempotent()
            .answer(&[])
            .into()
    }

    /// Lists the vectors of an index.
    ///
    /// Python: `client.list_vectors(Bucket='examplebucket-1250000000', Index='idx')`
    pub fn list_vectors(&self, bucket: impl Into<String>, index: impl Into<Dict>) -> ListVectors<'_> {
        let name: String = bucket.into();
        let index: Dict = index.into();
        let draft = json!({
            "indexName": index, "vectorBucketName": name, "maxResults": UNSET, "nextToken": UNSET,
            "returnData": UNSET, "returnMetaData": UNSET, "segmentCount": UNSET, "segmentIndex": UNSET, "filter": UNSET,
        });
        self.call("list_vectors", Method::POST, Target::other(ServiceHost::Vectors, "/ListVectors"))
            .draft("", draft)
            .content_type("application/json")
            .idempotent()
            .answer(&[])
            .into()
    }

    /// Deletes vectors by their keys.
    ///
    /// Python: `client.delete_vectors(Bucket='examplebucket-1250000000', Index='idx', Keys=['v1'])`
    pub fn delete_vectors(
        &self,
        bucket: impl Into<String>,
        index: impl Into<Dict>,
        keys: impl Into<Dict>,
    ) -> Call<'_, Response<()>> {
        let name: String = bucket.into();
        let [index, keys]: [Dict; 2] = [index.into(), keys.into()];
        let draft = json!({ "indexName": index, "vectorBucketName": name, "keys": keys });
        self.call("delete_vectors", Method::POST, Target::other(ServiceHost::Vectors, "/DeleteVectors"))
            .draft("", draft)
            .content_type("application/json")
            .headers()
    }

    /// Finds the vectors of an index that are nearest to one.
    ///
    /// Python: `client.query_vectors(Bucket='examplebucket-1250000000', Index='idx', QueryVector={..}, TopK=10)`
    pub fn query_vectors(
        &self,
        bucket: impl Into<String>,
        index: impl Into<Dict>,
        query_vector: impl Into<Dict>,
        top_k: impl Into<Dict>,
    ) -> QueryVectors<'_> {
        let name: String = bucket.into();
        let [index, query_vector, top_k]: [Dict; 3] = [index.into(), query_vector.into(), top_k.into()];
        let draft = json!({
            "indexName": index, "vectorBucketName": name, "queryVector": query_vector, "topK": top_k,
            "filter": UNSET, "returnDistance": UNSET, "returnMetaData": UNSET,
        });
        self.call("query_vectors", Method::POST, Target::other(ServiceHost::Vectors, "/QueryVectors"))
            .draft("", draft)
            .content_type("application/json")
            .idempotent()
            .answer(&[])
            .into()
    }

    /// Sets the policy of a vector bucket.
    ///
    /// Python: `client.put_vector_bucket_policy(Bucket='examplebucket-1250000000', Policy={..})`
    pub fn put_vector_bucket_policy(
        &self,
        bucket: impl Into<String>,
        policy: impl Into<Dict>,
    ) -> Call<'_, Response<()>> {
        let name: String = bucket.into();
        // A dict becomes the text of it.
        let policy: Dict = policy.into();
        let wrong = !matches!(policy, Dict::Text(_) | Dict::Map(_));
        let policy = policy.to_string();
        let draft = json!({ "policy": policy, "vectorBucketName": name });
        self.call(
            "put_vector_bucket_policy",
            Method::POST,
            Target::other(ServiceHost::Vectors, "/PutVectorBucketPolicy"),
        )
        .draft("", draft)
        .refuse_if(wrong, "policy", || "is neither a dict nor JSON text".to_owned())
        .content_type("application/json")
        .headers()
    }

    /// Reads the policy of a vector bucket.
    ///
    /// Python: `client.get_vector_bucket_policy(Bucket='examplebucket-1250000000')`
    pub fn get_vector_bucket_policy(&self, bucket: impl Into<String>) -> Call<'_, Response> {
        let name: String = bucket.into();
        let draft = json!({ "vectorBucketName": name });
        self.call(
            "get_vector_bucket_policy",
            Method::POST,
            Target::other(ServiceHost::Vectors, "/GetVectorBucketPolicy"),
        )
        .draft("", draft)
        .content_type("application/json")
        .idempotent()
        .answer(&[])
    }

    /// Deletes the policy of a vector bucket.
    ///
    /// Python: `client.delete_vector_bucket_policy(Bucket='examplebucket-1250000000')`
    pub fn delete_vector_bucket_policy(&self, bucket: impl Into<String>) -> Call<'_, Response<()>> {
        let name: String = bucket.into();
        let draft = json!({ "vectorBucketName": name });
        self.call(
            "delete_vector_bucket_policy",
            Method::POST,
            Target::other(ServiceHost::Vectors, "/DeleteVectorBucketPolicy"),
        )
        .draft("", draft)
        .content_type("application/json")
        .headers()
    }
}

call! {
    /// Builds a [`create_vector_bucket`](CosVectorsClient::create_vector_bucket) request.
    pub struct CreateVectorBucket -> Response {
        /// Sets the encryption: `AES256`. Python: `SseType`. Default: none.
        sse_type: body("encryptionConfiguration.sseType"),
    }
}

call! {
    /// Builds a [`list_vector_buckets`](CosVectorsClient::list_vector_buckets) request.
    pub struct ListVectorBuckets -> Response {
        /// Sets the size of the page. Python: `MaxResults`. Default: none.
        max_results: body("maxResults"),
        /// Sets the start of the page, as the page before named it. Python: `NextToken`. Default: none.
        next_token: body("nextToken"),
        /// Lists only names that start with this. Python: `Prefix`. Default: all.
        prefix: body("prefix"),
    }
}

call! {
    /// Builds a [`create_index`](CosVectorsClient::create_index) request.
    pub struct CreateIndex -> Response {
        /// Sets the metadata keys that filters cannot use. Python: `NonFilterableMetadataKeys`. Default: none.
        non_filterable_metadata_keys: body("metadataConfiguration.nonFilterableMetadataKeys"),
    }
}

call! {
    /// Builds a [`list_indexes`](CosVectorsClient::list_indexes) request.
    pub struct ListIndexes -> Response {
        /// Sets the size of the page. Python: `MaxResults`. Default: none.
        max_results: body("maxResults"),
        /// Sets the start of the page, as the page before named it. Python: `NextToken`. Default: none.
        next_token: body("nextToken"),
        /// Lists only names that start with this. Python: `Prefix`. Default: all.
        prefix: body("prefix"),
    }
}

call! {
    /// Builds a [`get_vectors`](CosVectorsClient::get_vectors) request.
    pub struct GetVectors -> Response {
        /// Returns the vectors' data, too. Python: `ReturnData`. Default: none.
        return_data: body("returnData"),
        /// Returns the metadata, too. Python: `ReturnMetaData`. Default: none.
        return_meta_data: body("returnMetaData"),
    }
}

call! {
    /// Builds a [`list_vectors`](CosVectorsClient::list_vectors) request.
    pub struct ListVectors -> Response {
        /// Sets the size of the page. Python: `MaxResults`. Default: none.
        max_results: body("maxResults"),
        /// Sets the start of the page, as the page before named it. Python: `NextToken`. Default: none.
        next_token: body("nextToken"),
        /// Returns the vectors' data, too. Python: `ReturnData`. Default: none.
        return_data: body("returnData"),
        /// Returns the metadata, too. Python: `ReturnMetaData`. Default: none.
        return_meta_data: body("returnMetaData"),
        /// Sets into how many parts the list is split; `segment_index` says which is read. Python: `SegmentCount`.
        /// Default: none.
        segment_count: body("segmentCount"),
        /// Sets which part of the list is read, from 0. Python: `SegmentIndex`. Default: none.
        segment_index: body("segmentIndex"),
        /// Sets the condition on metadata, a dict. Python: `Filter`. Default: none.
        filter: body("filter"),
    }
}

call! {
    /// Builds a [`query_vectors`](CosVectorsClient::query_vectors) request.
    pub struct QueryVectors -> Response {
        /// Sets the condition on metadata, a dict. Python: `Filter`. Default: none.
        filter: body("filter"),
        /// Returns the distances, too. Python: `ReturnDistance`. Default: none.
        return_distance: body("returnDistance"),
        /// Returns the metadata, too. Python: `ReturnMetaData`. Default: none.
        return_meta_data: body("returnMetaData"),
    }
}
