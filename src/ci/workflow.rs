//! Workflows and their runs.

use http::Method;

use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::param::Param;

impl CosS3Client {
    /// Creates a workflow.
    ///
    /// Python: `client.ci_create_workflow(Bucket='examplebucket-1250000000', Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/76856>
    pub fn ci_create_workflow(&self, bucket: impl Into<String>, body: impl Into<Dict>) -> Call<'_, Response> {
        self.ci_call("ci_create_workflow", Method::POST, bucket, "/workflow").draft("Request", body).answer(&[])
    }

    /// Replaces a workflow.
    ///
    /// Python: `client.ci_update_workflow(Bucket='examplebucket-1250000000', WorkflowId='w1', Body={..})`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/76861>
    pub fn ci_update_workflow(
        &self,
        bucket: impl Into<String>,
        workflow_id: impl Into<String>,
        body: impl Into<Dict>,
    ) -> Call<'_, Response> {
        self.ci_item("ci_update_workflow", Method::PUT, bucket, "/workflow/", workflow_id)
            .draft("Request", body)
            .answer(&[])
    }

    /// Switches a workflow on or off.
    ///
    /// Python:
    /// ```python
    /// client.ci_update_workflow_state(Bucket='examplebucket-1250000000', WorkflowId='w1', UpdateState='Active')
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/76861>
    pub fn ci_update_workflow_state(
        &self,
        bucket: impl Into<String>,
        workflow_id: impl Into<String>,
        update_state: impl Param,
    ) -> Call<'_, Response> {
        self.ci_item("ci_update_workflow_state", Method::PUT, bucket, "/workflow/", workflow_id)
            .param(&update_state.into_param().unwrap_or_default(), "")
            .answer(&[])
    }

    /// Lists workflows.
    ///
    /// Python: `client.ci_get_workflow(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/76857>
    pub fn ci_get_workflow(&self, bucket: impl Into<String>) -> CiGetWorkflow<'_> {
        self.ci_call("ci_get_workflow", Method::GET, bucket, "/workflow")
            .defaults(&[("ids", ""), ("name", ""), ("pageNumber", ""), ("pageSize", "")])
            .answer(&["MediaWorkflowList"])
            .into()
    }

    /// Deletes a workflow.
    ///
    /// Python: `client.ci_delete_workflow(Bucket='examplebucket-1250000000', WorkflowId='w1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/76860>
    pub fn ci_delete_workflow(&self, bucket: impl Into<String>, workflow_id: impl Into<String>) -> Call<'_, Response> {
        self.ci_item("ci_delete_workflow", Method::DELETE, bucket, "/workflow/", workflow_id).answer(&[])
    }

    /// Runs a workflow for an object.
    ///
    /// Python: `client.ci_trigger_workflow(Bucket='examplebucket-1250000000', WorkflowId='w1', Key='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/54641>
    pub fn ci_trigger_workflow(
        &self,
        bucket: impl Into<String>,
        workflow_id: impl Param,
        key: impl Param,
    ) -> Call<'_, Response> {
        self.ci_call("ci_trigger_workflow", Method::POST, bucket, "/triggerworkflow")
            .arg("workflowId", workflow_id)
            .arg("object", key)
            .answer(&[])
    }

    /// Reads one run of a workflow.
    ///
    /// Python: `client.ci_get_workflowexecution(Bucket='examplebucket-1250000000', RunId='r1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/53992>
    pub fn ci_get_workflowexecution(&self, bucket: impl Into<String>, run_id: impl Into<String>) -> Call<'_, Response> {
        self.ci_item("ci_get_workflowexecution", Method::GET, bucket, "/workflowexecution/", run_id)
            .answer(&["WorkflowExecution"])
    }

    /// Lists the runs of a workflow.
    ///
    /// Python: `client.ci_list_workflowexecution(Bucket='examplebucket-1250000000', WorkflowId='w1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/80048>
    pub fn ci_list_workflowexecution(
        &self,
        bucket: impl Into<String>,
        workflow_id: impl Param,
    ) -> CiListWorkflowexecution<'_> {
        self.ci_call("ci_list_workflowexecution", Method::GET, bucket, "/workflowexecution")
            .ordered(&[
                "workflowId",
                "name",
                "orderByTime",
                "states",
                "size",
                "nextToken",
                "startCreationTime",
                "endCreationTime",
                "jobId",
            ])
            .arg("workflowId", workflow_id)
            .defaults(&[("name", ""), ("orderByTime", "Desc"), ("states", "All"), ("size", "10"), ("nextToken", "")])
            .answer(&["WorkflowExecution"])
            .into()
    }
}

call! {
    /// Builds a [`ci_get_workflow`](CosS3Client::ci_get_workflow) request.
    pub struct CiGetWorkflow -> Response {
        /// Lists only those with these ids, separated by commas. Python: `Ids`. Default: all.
        ids: query("ids"),
        /// Lists only those with this name. Python: `Name`. Default: all.
        name: query("name"),
    }
    from ci: page;
}

call! {
    /// Builds a [`ci_list_workflowexecution`](CosS3Client::ci_list_workflowexecution) request.
    pub struct CiListWorkflowexecution -> Response {
        /// Lists only those with this name. Python: `Name`. Default: all.
        name: query("name"),
        /// Lists only those of this batch job. Python: `BatchJobId`. Default: all.
        batch_job_id: query("jobId"),
    }
    from ci: job_list;
}
