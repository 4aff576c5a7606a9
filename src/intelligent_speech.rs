//! Intelligent speech: tables of words that recognition shall prefer.

use http::Method;

use crate::ci::call::client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;

client! {
    /// A client for speech, with all methods of [`CosS3Client`](crate::CosS3Client).
    ///
    /// Python: `IntelligentSpeechClient(config)`
    IntelligentSpeechClient
}

impl IntelligentSpeechClient {
    /// Creates a table of words that speech recognition shall prefer.
    ///
    /// Python: `client.ci_create_asr_hot_vocabulary_table(Bucket='examplebucket-1250000000', Body={..})`
    pub fn ci_create_asr_hot_vocabulary_table(
        &self,
        bucket: impl Into<String>,
        body: impl Into<Dict>,
    ) -> Call<'_, Response> {
        self.ci_call("ci_create_asr_hot_vocabulary_table", Method::POST, bucket, "/asrhotvocabtable")
            .draft("Request", body)
            .answer(&[])
    }

    /// Replaces a table of preferred words.
    ///
    /// Python: `client.ci_update_asr_hot_vocabulary_table(Bucket='examplebucket-1250000000', Body={..})`
    pub fn ci_update_asr_hot_vocabulary_table(
        &self,
        bucket: impl Into<String>,
        body: impl Into<Dict>,
    ) -> Call<'_, Response> {
        self.ci_call("ci_update_asr_hot_vocabulary_table", Method::PUT, bucket, "/asrhotvocabtable")
            .draft("Request", body)
            .answer(&[])
    }

    /// Reads a table of preferred words.
    ///
    /// Python: `client.ci_get_asr_hot_vocabulary_table(Bucket='examplebucket-1250000000', TableId='t1')`
    pub fn ci_get_asr_hot_vocabulary_table(
        &self,
        bucket: impl Into<String>,
        table_id: impl Into<String>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_get_asr_hot_vocabulary_table", Method::GET, bucket, "/asrhotvocabtable/", table_id).answer(&[])
    }

    /// Lists the tables of preferred words.
    ///
    /// Python: `client.ci_list_asr_hot_vocabulary_table(Bucket='examplebucket-1250000000')`
    pub fn ci_list_asr_hot_vocabulary_table(&self, bucket: impl Into<String>) -> CiListAsrHotVocabularyTable<'_> {
        self.ci_call("ci_list_asr_hot_vocabulary_table", Method::GET, bucket, "/asrhotvocabtable")
            .ordered(&["offset", "limit", "response-"])
            .defaults(&[("offset", "0"), ("limit", "10")])
            .answer(&[])
            .into()
    }

    /// Deletes a table of preferred words.
    ///
    /// Python: `client.ci_delete_asr_hot_vocabulary_table(Bucket='examplebucket-1250000000', TableId='t1')`
    pub fn ci_delete_asr_hot_vocabulary_table(
        &self,
        bucket: impl Into<String>,
        table_id: impl Into<String>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_delete_asr_hot_vocabulary_table", Method::DELETE, bucket, "/asrhotvocabtable/", table_id)
            .answer(&[])
    }
}

call! {
    /// Builds a [`ci_list_asr_hot_vocabulary_table`](IntelligentSpeechClient::ci_list_asr_hot_vocabulary_table) request.
    pub struct CiListAsrHotVocabularyTable -> Response {
        /// Skips this many. Python: `Offset`. Default: 0.
        offset: query("offset"),
        /// Returns this many at most. Python: `Limit`. Default: 10.
        limit: query("limit"),
    }
}
