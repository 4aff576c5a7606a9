//! Documents: preview, and jobs that convert.

use http::Method;
use serde_json::json;

use crate::ci::call::StreamOutput;
use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::wire::request::UNSET;

impl CosS3Client {
    /// Starts a job that converts a document.
    ///
    /// Python:
    /// ```python
    /// client.ci_create_doc_job(Bucket='examplebucket-1250000000', InputObject='test.doc',
    ///     OutputBucket='examplebucket-1250000000', OutputRegion='ap-guangzhou', OutputObject='out')
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46942>
    pub fn ci_create_doc_job(
        &self,
        bucket: impl Into<String>,
        input_object: impl Into<Dict>,
        output_bucket: impl Into<Dict>,
        output_region: impl Into<Dict>,
        output_object: impl Into<Dict>,
    ) -> CiCreateDocJob<'_> {
        let [input_object, output_bucket, output_region, output_object]: [Dict; 4] =
            [input_object.into(), output_bucket.into(), output_region.into(), output_object.into()];
        let draft = json!({
            "Input": { "Object": input_object }, "Tag": "DocProcess",
            "Operation": {
                "Output": { "Bucket": output_bucket, "Region": output_region, "Object": output_object },
                "DocProcess": {
                    "SrcType": UNSET, "TgtType": UNSET, "ImageParams": UNSET, "DocPassword": UNSET, "PageRanges": UNSET,
                    "StartPage": UNSET, "EndPage": -1, "SheetId": UNSET, "PaperDirection": UNSET, "PaperSize": UNSET,
                    "Quality": 100, "Zoom": 100, "PicPagination": UNSET, "ImageDpi": 96, "Comments": UNSET,
                },
            },
            "QueueId": UNSET,
        });
        self.ci_submit("ci_create_doc_job", bucket, "/doc_jobs", draft).answer(&[]).into()
    }

    /// Reads a document job.
    ///
    /// Python: `client.ci_get_doc_job(Bucket='examplebucket-1250000000', JobID='j1')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46943>
    pub fn ci_get_doc_job(&self, bucket: impl Into<String>, job_id: impl Into<String>) -> Call<'_, Response> {
        self.ci_item("ci_get_doc_job", Method::GET, bucket, "/doc_jobs/", job_id)
            .content_type("application/xml")
            .answer(&["JobsDetail"])
    }

    /// Lists document jobs.
    ///
    /// Python: `client.ci_list_doc_jobs(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/46944>
    pub fn ci_list_doc_jobs(&self, bucket: impl Into<String>) -> CiListDocJobs<'_> {
        self.ci_jobs("ci_list_doc_jobs", bucket, "/doc_jobs", "DocProcess").content_type("application/xml").into()
    }

    /// Converts a page of a document into a picture, and returns it.
    ///
    /// Python: `client.ci_doc_preview_process(Bucket='examplebucket-1250000000', Key='test.doc')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/47074>
    pub fn ci_doc_preview_process(&self, bucket: impl Into<String>, key: impl Into<String>) -> CiDocPreviewProcess<'_> {
        self.process_call("ci_doc_preview_process", bucket, key, "doc-preview")
            .ordered(&[
                "ci-process",
                "srcType",
                "page",
                "dstType",
                "password",
                "comment",
                "sheet",
                "excelPaperDirection",
                "excelRow",
                "excelCol",
                "excelPaperSize",
                "txtPagination",
                "ImageParams",
                "quality",
                "scale",
                "imageDpi",
            ])
            .defaults(&[
                ("comment", "0"),
                ("sheet", "1"),
                ("excelPaperDirection", "0"),
                ("excelRow", "0"),
                ("excelCol", "0"),
                ("txtPagination", "false"),
                ("quality", "100"),
                ("scale", "100"),
                ("imageDpi", "96"),
            ])
            .stream()
            .into()
    }

    /// Converts a document into a web page, and returns it.
    ///
    /// Python: `client.ci_doc_preview_html_process(Bucket='examplebucket-1250000000', Key='test.doc')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/52518>
    pub fn ci_doc_preview_html_process(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> CiDocPreviewHtmlProcess<'_> {
        self.process_call("ci_doc_preview_html_process", bucket, key, "doc-preview")
            .ordered(&[
                "ci-process",
                "srcType",
                "copyable",
                "dstType",
                "htmlParams",
                "htmlwaterword",
                "htmlfillstyle",
                "htmlfront",
                "htmlrotate",
                "htmlhorizontal",
                "htmlvertical",
                "htmltitle",
            ])
            .defaults(&[("copyable", "1"), ("dstType", "html")])
            .stream()
            .into()
    }
}

call! {
    /// Builds a [`ci_create_doc_job`](CosS3Client::ci_create_doc_job) request.
    pub struct CiCreateDocJob -> Response {
        /// Uses the queue with this id. Python: `QueueId`. Default: none.
        queue_id: body("QueueId"),
        /// Sets the type of the document. Python: `SrcType`. Default: none.
        src_type: body("Operation.DocProcess.SrcType"),
        /// Sets the type to convert to. Python: `TgtType`. Default: none.
        tgt_type: body("Operation.DocProcess.TgtType"),
        /// Sets the first page. Python: `StartPage`. Default: none.
        start_page: body("Operation.DocProcess.StartPage"),
        /// Sets the last page; -1 is that of the document. Python: `EndPage`. Default: -1.
        end_page: body("Operation.DocProcess.EndPage"),
        /// Sets the sheet of a table; 0 is all. Python: `SheetId`. Default: 0.
        sheet_id: body("Operation.DocProcess.SheetId"),
        /// Sets how a page of a table lies: 0 upright, 1 across. Python: `PaperDirection`. Default: 0.
        paper_direction: body("Operation.DocProcess.PaperDirection"),
        /// Sets the size of a page of a table: 0 for A4, 1 for A2. Python: `PaperSize`. Default: 0.
        paper_size: body("Operation.DocProcess.PaperSize"),
        /// Sets the password of the document. Python: `DocPassword`. Default: none.
        doc_password: body("Operation.DocProcess.DocPassword"),
        /// Sets whether comments are hidden. Python: `Comments`. Default: none.
        comments: body("Operation.DocProcess.Comments"),
        /// Sets the pages: `1,2-4`. Python: `PageRanges`. Default: none.
        page_ranges: body("Operation.DocProcess.PageRanges"),
        /// Sets how the pictures are processed. Python: `ImageParams`. Default: none.
        image_params: body("Operation.DocProcess.ImageParams"),
        /// Sets the quality of the pictures, from 1 to 100. Python: `Quality`. Default: 100.
        quality: body("Operation.DocProcess.Quality"),
        /// Sets the zoom in percent, from 10 to 200. Python: `Zoom`. Default: 100.
        zoom: body("Operation.DocProcess.Zoom"),
        /// Sets the resolution of the pictures, from 96 to 600. Python: `ImageDpi`. Default: 96.
        image_dpi: body("Operation.DocProcess.ImageDpi"),
        /// Sets how many pages a picture holds. Python: `PicPagination`. Default: 0.
        pic_pagination: body("Operation.DocProcess.PicPagination"),
    }
}

call! {
    /// Builds a [`ci_list_doc_jobs`](CosS3Client::ci_list_doc_jobs) request.
    pub struct CiListDocJobs -> Response {
        /// Uses the queue with this id. Python: `QueueId`. Default: none.
        queue_id: query("queueId"),
    }
    from ci: job_list;
}

call! {
    /// Builds a [`ci_doc_preview_process`](CosS3Client::ci_doc_preview_process) request.
    pub struct CiDocPreviewProcess -> StreamOutput {
        /// Sets the type of the document. Python: `SrcType`. Default: none.
        src_type: query("srcType"),
        /// Sets the page. Python: `Page`. Default: none.
        page: query("page"),
        /// Sets the type of the result. Python: `DstType`. Default: none.
        dst_type: query("dstType"),
        /// Sets the password of the document. Python: `PassWord`. Default: none.
        pass_word: query("password"),
        /// Sets whether comments are hidden. Python: `Comment`. Default: 0.
        comment: query("comment"),
        /// Sets the sheet of a table. Python: `Sheet`. Default: 1.
        sheet: query("sheet"),
        /// Sets how a page of a table lies: 0 upright, 1 across. Python: `ExcelPaperDirection`. Default: 0.
        excel_paper_direction: query("excelPaperDirection"),
        /// Puts all rows on one page with 1. Python: `ExcelRow`. Default: 0.
        excel_row: query("excelRow"),
        /// Puts all columns on one page with 1. Python: `ExcelCol`. Default: 0.
        excel_col: query("excelCol"),
        /// Sets the size of a page of a table: 0 for A4, 1 for A2. Python: `ExcelPaperSize`. Default: none.
        excel_paper_size: query("excelPaperSize"),
        /// Makes one long page of a text. Python: `TxtPagination`. Default: false.
        txt_pagination: lower("txtPagination"),
        /// Sets how the pictures are processed. Python: `ImageParams`. Default: none.
        image_params: query("ImageParams"),
        /// Sets the quality of the pictures, from 1 to 100. Python: `Quality`. Default: 100.
        quality: query("quality"),
        /// Sets the zoom in percent, from 10 to 200. Python: `Scale`. Default: 100.
        scale: query("scale"),
        /// Sets the resolution of the pictures, from 96 to 600. Python: `ImageDpi`. Default: 96.
        image_dpi: query("imageDpi"),
    }
}

call! {
    /// Builds a [`ci_doc_preview_html_process`](CosS3Client::ci_doc_preview_html_process) request.
    pub struct CiDocPreviewHtmlProcess -> StreamOutput {
        /// Sets the type of the document. Python: `SrcType`. Default: none.
        src_type: query("srcType"),
        /// Sets whether text can be copied: `1` or `0`. Python: `Copyable`. Default: `1`.
        copyable: query("copyable"),
        /// Sets the type of the result. Python: `DstType`. Default: `html`.
        dst_type: query("dstType"),
        /// Sets how the page looks, in Base64. Python: `HtmlParams`. Default: none.
        html_params: query("htmlParams"),
        /// Sets the text of the watermark, in Base64. Python: `HtmlWaterword`. Default: none.
        html_waterword: query("htmlwaterword"),
        /// Sets the colour of the watermark, in Base64. Python: `HtmlFillStyle`. Default: none.
        html_fill_style: query("htmlfillstyle"),
        /// Sets the font of the watermark, in Base64. Python: `HtmlFront`. Default: none.
        html_front: query("htmlfront"),
        /// Sets the angle of the watermark, from 0 to 360. Python: `HtmlRotate`. Default: none.
        html_rotate: query("htmlrotate"),
        /// Sets the distance of watermarks from side to side. Python: `HtmlHorizontal`. Default: none.
        html_horizontal: query("htmlhorizontal"),
        /// Sets the distance of watermarks from top to bottom. Python: `HtmlVertical`. Default: none.
        html_vertical: query("htmlvertical"),
        /// Sets the title, in Base64. Python: `HtmlTitle`. Default: none.
        html_title: query("htmltitle"),
    }
}
