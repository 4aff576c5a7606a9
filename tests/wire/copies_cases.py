"""Copies, uploads from a reader and queries, where the SDK differs or answers are odd."""
from casekit import *

CASES = Cases()
c = CASES.add
DIRECT = {"transport": "direct"}
MB = 1024 * 1024
SRC = {"Bucket": "sourcebucket-1250000000", "Key": "exampleobject", "Region": "ap-guangzhou"}
FAR = {"Bucket": "sourcebucket-1250000000", "Key": "/源 文件", "Region": "ap-beijing"}
COPIED = xml("<CopyObjectResult><ETag>\"e\"</ETag><CRC64>123</CRC64><LastModified>2017-08-04T02:41:45Z</LastModified><VersionId>v</VersionId></CopyObjectResult>", headers={"x-cos-version-id": "v", "x-cos-copy-source-version-id": "w"})
PART_COPIED = xml("<CopyPartResult><ETag>\"e\"</ETag></CopyPartResult>")
INIT = xml("<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>exampleobject</Key><UploadId>upload1</UploadId></InitiateMultipartUploadResult>")
DONE = xml("<CompleteMultipartUploadResult><Location>l</Location><Bucket>b</Bucket><Key>exampleobject</Key><ETag>\"e-2\"</ETag></CompleteMultipartUploadResult>")
ERROR_200 = xml("<Error><Code>%s</Code><Message>m</Message><Resource>r</Resource><RequestId>q</RequestId><TraceId>t</TraceId></Error>" % "NoSuchKey")
LATE_200 = xml("<Error><Code>SlowDown</Code><Message>m</Message><Resource>r</Resource><RequestId>q</RequestId><TraceId>t</TraceId></Error>")
OPEN = {"unordered": True, "ordered_head": 2, "ordered_tail": 1}
SMALL = {"copy_part_threshold_size": MB}


def copy_rules(total, head=None, first=(), done=DONE):
    return [*first, rule(ok("", 200, dict({"Content-Length": str(total)}, **(head or {}))), "HEAD"), rule(INIT, "POST", r"\?uploads="),
            rule(PART_COPIED, "PUT", "partNumber="), rule(COPIED, "PUT"), rule(no_content(), "DELETE"), rule(done, "POST")]


def buffer_rules(first=(), done=DONE):
    return [*first, rule(INIT, "POST", r"\?uploads="), rule(etag(), "PUT"), rule(no_content(), "DELETE"), rule(done, "POST", "uploadId=")]


c("y-copy-object-body", "copy_object", obj(CopySource=SRC), COPIED)
for name, source in [("version-marks", dict(SRC, VersionId="a&b=c d#e/f+g")), ("version-empty", dict(SRC, VersionId="")), ("key-dot", dict(SRC, Key="a/./b")),
                     ("key-three", dict(SRC, Key="///a")), ("key-empty", dict(SRC, Key="")), ("key-root", dict(SRC, Key="/")), ("key-slash", dict(SRC, Key="//")), ("key-trailing", dict(SRC, Key="dir/")),
                     ("both", dict(SRC, Endpoint="cos.ap-beijing.myqcloud.com")), ("old-region", dict(SRC, Region="cossh")), ("bad-region", dict(SRC, Region="a_b")),
                     ("bad-bucket", dict(SRC, Bucket="a_b")), ("no-key", {"Bucket": "sourcebucket-1250000000", "Region": "ap-guangzhou"}),
                     ("appid-there", dict(SRC, Appid="1250000000"))]:
    c("y-copy-source-" + name, "copy_object", obj(CopySource=source), COPIED)
    c("y-part-source-" + name, "upload_part_copy", obj(PartNumber=1, UploadId="u", CopySource=source, CopySourceRange="bytes=0-9"), PART_COPIED)
    c("y-copy-any-" + name, "copy", obj(CopySource=source), copy_rules(10), **DIRECT)
c("y-copy-object-403", "copy_object", obj(CopySource=SRC), err(403, "AccessDenied"))
c("y-copy-object-412", "copy_object", obj(CopySource=SRC, CopySourceIfMatch='"x"'), err(412, "PreconditionFailed"))
c("y-copy-object-503", "copy_object", obj(CopySource=SRC), err(503, "ServiceUnavailable"))
c("y-copy-object-no-etag", "copy_object", obj(CopySource=SRC), xml("<CopyObjectResult><LastModified>x</LastModified></CopyObjectResult>"))
c("y-copy-object-late", "copy_object", obj(CopySource=SRC), [LATE_200, COPIED])
c("y-copy-object-denied-200", "copy_object", obj(CopySource=SRC), ERROR_200)
c("y-copy-object-sse", "copy_object", obj(CopySource=SRC, SSECustomerAlgorithm="AES256", SSECustomerKey="k", SSECustomerKeyMD5="m", ServerSideEncryption="AES256", Tagging="a=b", TrafficLimit="819200", Referer="r", IfMatch="e", GrantWrite="w"), COPIED)
c("y-copy-object-domain", "copy_object", obj(CopySource=SRC), COPIED, config={"Domain": "files.example.com"})
c("y-copy-object-token", "copy_object", obj(CopySource=SRC), COPIED, config={"Token": "tok"})
c("y-copy-object-appid", "copy_object", {"Bucket": "examplebucket", "Key": "k", "CopySource": SRC}, COPIED, config={"Appid": "1250000000"})
c("y-part-copy-error", "upload_part_copy", obj(PartNumber=1, UploadId="u", CopySource=SRC, CopySourceRange="bytes=0-9"), ERROR_200)
c("y-part-copy-late", "upload_part_copy", obj(PartNumber=1, UploadId="u", CopySource=SRC, CopySourceRange="bytes=0-9"), [LATE_200, PART_COPIED])
c("y-part-copy-404", "upload_part_copy", obj(PartNumber=1, UploadId="u", CopySource=SRC), err(404, "NoSuchUpload"))
c("y-part-copy-sse", "upload_part_copy", obj(PartNumber=2, UploadId="u", CopySource=SRC, CopySourceRange="bytes=0-9", SSECustomerAlgorithm="AES256", SSECustomerKey="k", SSECustomerKeyMD5="m", CopySourceSSECustomerAlgorithm="AES256", CopySourceSSECustomerKey="k", CopySourceSSECustomerKeyMD5="m"), PART_COPIED)
c("y-copy-pinned", "copy", obj(CopySource=FAR, PartSize=1), copy_rules(2 * MB, {"ETag": ETAG}), client=SMALL, **OPEN, **DIRECT)
c("y-copy-conditions", "copy", obj(CopySource=FAR, PartSize=1, CopySourceIfMatch='"x"', CopySourceIfUnmodifiedSince="Wed, 28 Oct 2026 20:30:00 GMT"), copy_rules(2 * MB, {"ETag": ETAG}), client=SMALL, **OPEN, **DIRECT)
c("y-copy-options", "copy", obj(CopySource=FAR, PartSize=1, CopyStatus="Replaced", ContentType="text/plain", Metadata={"x-cos-meta-a": "b"}, StorageClass="ARCHIVE", TrafficLimit="819200"), copy_rules(MB), client=SMALL, **DIRECT)
c("y-copy-small-replaced", "copy", obj(CopySource=FAR, CopyStatus="Replaced", ContentType="text/plain", Metadata={"x-cos-meta-a": "b"}), copy_rules(5), **DIRECT)
c("y-copy-bad-status", "copy", obj(CopySource=FAR, CopyStatus="Other"), copy_rules(5), **DIRECT)
c("y-copy-class-lower", "copy", obj(CopySource=SRC, StorageClass="standard_ia", PartSize=1), copy_rules(MB, {"x-cos-storage-class": "STANDARD_IA"}), client=SMALL, **DIRECT)
c("y-copy-class-other", "copy", obj(CopySource=SRC, PartSize=1), copy_rules(MB, {"x-cos-storage-class": "STANDARD_IA"}), client=SMALL, **DIRECT)
c("y-copy-empty", "copy", obj(CopySource=FAR), copy_rules(0), client=SMALL, **DIRECT)
c("y-copy-domain", "copy", obj(CopySource=FAR), copy_rules(5), config={"Domain": "files.example.com"}, **DIRECT)
c("y-copy-part-fails", "copy", obj(CopySource=FAR, PartSize=1, MAXThread=1), copy_rules(2 * MB, first=[rule(err(403, "AccessDenied"), "PUT", "partNumber=2&")]), client=SMALL, **OPEN, **DIRECT)
c("y-copy-part-errs", "copy", obj(CopySource=FAR, PartSize=1), copy_rules(MB, first=[rule(ERROR_200, "PUT", "partNumber=1&")]), client=SMALL, **DIRECT)
c("y-copy-create-fails", "copy", obj(CopySource=FAR, PartSize=1), copy_rules(MB, first=[rule(err(403, "AccessDenied"), "POST")]), client=SMALL, **DIRECT)
c("y-copy-complete-404", "copy", obj(CopySource=FAR, PartSize=1), copy_rules(MB, done=err(404, "NoSuchUpload")), client=SMALL, **DIRECT)
c("y-copy-complete-503", "copy", obj(CopySource=FAR, PartSize=1), copy_rules(MB, done=err(503, "ServiceUnavailable")), client=SMALL, **DIRECT)
c("y-buffer-headers", "upload_file_from_buffer", obj(Body={"$bytesio_gen": {"length": MB, "seed": 1}}, PartSize=1, SSECustomerAlgorithm="AES256", SSECustomerKey="k", SSECustomerKeyMD5="m", TrafficLimit="819200", Callback="Y2I=", CallbackVar="dg==", ContentType="text/plain"), buffer_rules())
c("y-buffer-empty", "upload_file_from_buffer", obj(Body={"$bytesio_b64": ""}), etag())
c("y-buffer-file", "upload_file_from_buffer", obj(Body={"$file_gen": {"length": 100, "seed": 1}}, PartSize=1, ACL="private"), etag())
c("y-buffer-small-buffer", "upload_file_from_buffer", obj(Body={"$bytesio_gen": {"length": 2 * MB, "seed": 1}}, PartSize=1, MaxBufferSize=0), buffer_rules(), unordered=True, ordered_head=1, ordered_tail=1)
c("y-buffer-part-fails", "upload_file_from_buffer", obj(Body={"$bytesio_gen": {"length": MB, "seed": 1}}, PartSize=1), buffer_rules(first=[rule(err(403, "AccessDenied"), "PUT")]))
c("y-buffer-complete-503", "upload_file_from_buffer", obj(Body={"$bytesio_gen": {"length": MB, "seed": 1}}, PartSize=1), buffer_rules(done=err(503, "ServiceUnavailable")))
c("y-buffer-create-fails", "upload_file_from_buffer", obj(Body={"$bytesio_gen": {"length": MB, "seed": 1}}, PartSize=1), err(403, "AccessDenied"))

ASK = dict(Expression="Select * from COSObject", ExpressionType="SQL", InputSerialization={"CSV": {"FileHeaderInfo": "USE", "RecordDelimiter": "\n", "FieldDelimiter": ",", "QuoteCharacter": '"', "QuoteEscapeCharacter": '"', "Comments": "#", "AllowQuotedRecordDelimiter": "FALSE"}, "CompressionType": "NONE"},
           OutputSerialization={"JSON": {"RecordDelimiter": "\n"}})
NUMBERS = "<Stats><BytesScanned>1</BytesScanned><BytesProcessed>2</BytesProcessed><BytesReturned>3</BytesReturned></Stats>"


def stream(*messages, **more):
    return ok(b"".join(messages), **more)


c("y-select-whole", "select_object_content", obj(**ASK), stream(records("a"), cont(), records(""), stats("Stats", NUMBERS), end()))
c("y-select-all-csv-out", "select_object_content", obj(**dict(ASK, OutputSerialization={"CSV": {"QuoteFields": "ASNEEDED", "RecordDelimiter": "\n", "FieldDelimiter": ",", "QuoteCharacter": '"', "QuoteEscapeCharacter": '"'}}, RequestProgress={"Enabled": True})), stream(end()))
c("y-select-empty-dicts", "select_object_content", obj(**dict(ASK, InputSerialization={"CSV": {}}, OutputSerialization={"CSV": {}})), stream(end()))
c("y-select-no-end", "select_object_content", obj(**ASK), stream(records("a")))
c("y-select-empty", "select_object_content", obj(**ASK), stream(b""))
c("y-select-cut", "select_object_content", obj(**ASK), stream(records("a"), records("bcdef")[:-6]))
c("y-select-cut-prelude", "select_object_content", obj(**ASK), stream(records("a"), b"\0\0\0"))
bad = bytearray(records("abc")); bad[-6] ^= 1
c("y-select-flipped", "select_object_content", obj(**ASK), stream(records("x"), bytes(bad), end()))
c("y-select-error-traced", "select_object_content", obj(**ASK), stream(event([(":message-type", "error"), (":error-code", "Broken"), (":error-message", "m")]), headers={"x-cos-trace-id": TID}))
c("y-select-after-end", "select_object_content", obj(**ASK), stream(records("a"), end(), b"rest"))
c("y-select-503", "select_object_content", obj(**ASK), err(503, "ServiceUnavailable"))
c("y-select-404", "select_object_content", obj(**ASK), err(404, "NoSuchKey"))
