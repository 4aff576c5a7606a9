//! Batch jobs, which process the objects that already are in a bucket.

use http::Method;

use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;

impl CosS3Client {
    /// Starts a batch job, which processes the objects that already are in a bucket.
    ///
    /// Python: `client.ci_create_inventory_trigger_jobs(Bucket='examplebucket-1250000000', JobBody={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/80155>
    pub fn ci_create_inventory_trigger_jobs(
        &self,
        bucket: impl Into<String>,
        job_body: impl Into<Dict>,
    ) -> Call<'_, Response> {
        self.ci_call("ci_create_inventory_trigger_jobs", Method::POST, bucket, "/inventorytriggerjob")
            .draft("Request", job_body)
            .answer(&["JobsDetail"])
    }

    /// Reads a batch job.
    ///
    /// Python: `client.ci_get_inventory_trigger_jobs(Bucket='examplebucket-1250000000', JobID='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/76893>
    pub fn ci_get_inventory_trigger_jobs(
        &self,
        bucket: impl Into<String>,
        job_id: impl Into<String>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_get_inventory_trigger_jobs", Method::GET, bucket, "/inventorytriggerjob/", job_id)
            .answer(&["JobsDetail"])
    }

    /// Lists batch jobs.
    ///
    /// Python: `client.ci_list_inventory_trigger_jobs(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/76894>
    pub fn ci_list_inventory_trigger_jobs(&self, bucket: impl Into<String>) -> CiListInventoryTriggerJobs<'_> {
        self.ci_call("ci_list_inventory_trigger_jobs", Method::GET, bucket, "/inventorytriggerjob")
            .ordered(&[
                "type",
                "orderByTime",
                "states",
                "size",
                "nextToken",
                "workflowId",
                "jobId",
                "name",
                "startCreationTime",
                "endCreationTime",
            ])
            .defaults(&[
                ("type", "Workflow"),
                ("orderByTime", "Desc"),
                ("states", "All"),
                ("size", "10"),
                ("nextToken", ""),
                ("workflowId", ""),
                ("jobId", ""),
            ])
            .answer(&["JobsDetail"])
            .into()
    }

    /// Cancels a batch job.
    ///
    /// Python: `client.ci_delete_inventory_trigger_jobs(Bucket='examplebucket-1250000000', JobId='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/76892>
    pub fn ci_delete_inventory_trigger_jobs(
        &self,
        bucket: impl Into<String>,
        job_id: impl Into<String>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_delete_inventory_trigger_jobs", Method::PUT, bucket, "/inventorytriggerjob/", job_id)
            .param("cancel", "")
            .answer(&[])
    }
}

call! {
    /// Builds a [`ci_list_inventory_trigger_jobs`](CosS3Client::ci_list_inventory_trigger_jobs) request.
    pub struct CiListInventoryTriggerJobs -> Response {
        /// Sets the kind of jobs: `Workflow` or `Job`. Python: `Type`. Default: `Workflow`.
        r#type: query("type"),
        /// Lists only those of this workflow. Python: `WorkflowId`. Default: all.
        workflow_id: query("workflowId"),
        /// Lists only the one with this id. Python: `JobId`. Default: all.
        job_id: query("jobId"),
        /// Lists only those with this name. Python: `Name`. Default: all.
        name: query("name"),
    }
    from ci: job_list;
}
