//! Recognition of what pictures hold.

use crate::ci::call::StreamOutput;
use crate::client::CosS3Client;
use crate::ops::call::{Call, call};
use crate::ops::response::Response;
use crate::param::Param;

impl CosS3Client {
    /// Rates how a picture looks.
    ///
    /// Python: `client.ci_image_assess_quality(Bucket='examplebucket-1250000000', Key='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/63228>
    pub fn ci_image_assess_quality(&self, bucket: impl Into<String>, key: impl Into<String>) -> Call<'_, Response> {
        self.process_call("ci_image_assess_quality", bucket, key, "AssessQuality").answer(&[])
    }

    /// Finds cars in a picture, with their brand and colour.
    ///
    /// Python: `client.ci_image_detect_car(Bucket='examplebucket-1250000000', Key='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/63225>
    pub fn ci_image_detect_car(&self, bucket: impl Into<String>, key: impl Into<String>) -> Call<'_, Response> {
        self.process_call("ci_image_detect_car", bucket, key, "DetectCar").answer(&[])
    }

    /// Names what a picture shows.
    ///
    /// Python: `client.ci_image_detect_label(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/39082>
    pub fn ci_image_detect_label(&self, bucket: impl Into<String>) -> CiImageDetectLabel<'_> {
        self.process_any_call("ci_image_detect_label", bucket, "detect-label")
            .ordered(&["ci-process", "scenes", "detect-url"])
            .answer(&[])
            .into()
    }

    /// Makes a QR code; the picture comes in Base64 as `ResultImage`.
    ///
    /// Python: `client.ci_qrcode_generate(Bucket='examplebucket-1250000000', QrcodeContent='text', Width=200)`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/54071>
    pub fn ci_qrcode_generate(
        &self,
        bucket: impl Into<String>,
        qrcode_content: impl Param,
        width: impl Param,
    ) -> CiQrcodeGenerate<'_> {
        self.process_any_call("ci_qrcode_generate", bucket, "qrcode-generate")
            .arg("qrcode-content", qrcode_content)
            .arg("width", width)
            .defaults(&[("mode", "0")])
            .answer(&[])
            .into()
    }

    /// Finds the QR codes and bar codes in a picture.
    ///
    /// Python: `client.ci_get_object_qrcode(Bucket='examplebucket-1250000000', Key='test.jpg', Cover=0)`
    ///
    /// API: <https://cloud.tencent.com/document/product/436/54070>
    pub fn ci_get_object_qrcode(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        cover: impl Param,
    ) -> CiGetObjectQrcode<'_> {
        self.process_call("ci_get_object_qrcode", bucket, key, "QRcode")
            .ordered(&["response-", "versionId", "ci-process", "cover", "bar-type"])
            .arg("cover", cover)
            .defaults(&[("bar-type", "0")])
            .answer(&[])
            .into()
    }

    /// Reads the text in a picture.
    ///
    /// Python: `client.ci_ocr_process(Bucket='examplebucket-1250000000', Key='test.jpg')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/63227>
    pub fn ci_ocr_process(&self, bucket: impl Into<String>, key: impl Into<String>) -> CiOcrProcess<'_> {
        self.process_call("ci_ocr_process", bucket, key, "OCR")
            .defaults(&[
                ("type", "general"),
                ("language-type", "zh"),
                ("ispdf", "false"),
                ("pdf-pagenumber", "1"),
                ("isword", "false"),
                ("enable-word-polygon", "false"),
            ])
            .answer(&[])
            .into()
    }

    /// Finds the logos in a picture.
    ///
    /// Python: `client.ci_recognize_logo_process(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/79736>
    pub fn ci_recognize_logo_process(&self, bucket: impl Into<String>) -> CiRecognizeLogoProcess<'_> {
        self.process_any_call("ci_recognize_logo_process", bucket, "RecognizeLogo")
            .ordered(&["ci-process", "detect-url"])
            .answer(&[])
            .into()
    }

    /// Doubles the resolution of a picture, and returns the new one.
    ///
    /// Python: `client.ci_super_resolution_process(Bucket='examplebucket-1250000000')`
    ///
    /// API: <https://cloud.tencent.com/document/product/460/83793>
    pub fn ci_super_resolution_process(&self, bucket: impl Into<String>) -> CiSuperResolutionProcess<'_> {
        self.process_any_call("ci_super_resolution_process", bucket, "AISuperResolution")
            .ordered(&["ci-process", "detect-url"])
            .stream()
            .into()
    }
}

call! {
    /// Builds a [`ci_image_detect_label`](CosS3Client::ci_image_detect_label) request.
    pub struct CiImageDetectLabel -> Response {
        /// Processes this object. Python: `Key`. Default: none.
        key: key("Key"),
        /// Sets for which scenes to look: `web`, `camera`, `album`, `news`; separated by commas. Python: `Scenes`.
        /// Default: none.
        scenes: query("scenes"),
        /// Processes the picture at this URL instead of an object. Python: `DetectUrl`. Default: none.
        detect_url: query("detect-url"),
    }
}

call! {
    /// Builds a [`ci_qrcode_generate`](CosS3Client::ci_qrcode_generate) request.
    pub struct CiQrcodeGenerate -> Response {
        /// Sets the kind: 0 for a QR code, 1 for a bar code. Python: `Mode`. Default: 0.
        mode: query("mode"),
    }
}

call! {
    /// Builds a [`ci_get_object_qrcode`](CosS3Client::ci_get_object_qrcode) request.
    pub struct CiGetObjectQrcode -> Response {
        /// Sets what to look for: 0 for all, 1 for QR codes, 2 for bar codes. Python: `BarType`. Default: 0.
        bar_type: query("bar-type"),
    }
    plus version_id;
}

call! {
    /// Builds a [`ci_ocr_process`](CosS3Client::ci_ocr_process) request.
    pub struct CiOcrProcess -> Response {
        /// Sets the kind of picture: `general`, `accurate`, `efficient`, `fast`, `handwriting`. Python: `Type`.
        /// Default: `general`.
        r#type: query("type"),
        /// Sets the language. Python: `LanguageType`. Default: `zh`.
        language_type: query("language-type"),
        /// Says that the object is a PDF. Python: `Ispdf`. Default: false.
        ispdf: lower("ispdf"),
        /// Sets the page of a PDF. Python: `PdfPagenumber`. Default: 1.
        pdf_pagenumber: query("pdf-pagenumber"),
        /// Returns words, too. Python: `Isword`. Default: false.
        isword: lower("isword"),
        /// Returns where words lie. Python: `EnableWordPolygon`. Default: false.
        enable_word_polygon: lower("enable-word-polygon"),
    }
}

call! {
    /// Builds a [`ci_recognize_logo_process`](CosS3Client::ci_recognize_logo_process) request.
    pub struct CiRecognizeLogoProcess -> Response {
        /// Processes this object. Python: `Key`. Default: none.
        key: key("Key"),
        /// Processes the file at this URL instead of an object. Python: `Url`. Default: none.
        url: query("detect-url"),
    }
}

call! {
    /// Builds a [`ci_super_resolution_process`](CosS3Client::ci_super_resolution_process) request.
    pub struct CiSuperResolutionProcess -> StreamOutput {
        /// Processes this object. Python: `Key`. Default: none.
        key: key("Key"),
        /// Processes the file at this URL instead of an object. Python: `Url`. Default: none.
        url: query("detect-url"),
    }
}
