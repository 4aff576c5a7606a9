"""Runs the official Python SDK against a running emulator: official_sdk.py PORT [ID KEY].

Prints "N passed, 0 failed", and exits with a status other than 0 if anything failed.
"""

import hashlib
import os
import socket
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

from qcloud_cos import CosConfig, CosS3Client
from qcloud_cos.cos_exception import CosClientError, CosServiceError

PORT = int(sys.argv[1])
ID = sys.argv[2] if len(sys.argv) > 2 else "AKIDEMULATOREXAMPLE0000000000000001"
KEY = sys.argv[3] if len(sys.argv) > 3 else "EmulatorSecretKeyExample00000001"
REGION = "ap-guangzhou"
BUCKET = "sdkcheck-1250000000"
OTHER = "sdkcheck-other-1250000000"

NASTY_KEYS = [
    "plain.txt",
    "with space",
    "plus+plus",
    "percent%20sign%",
    "a//b",
    "a/./b",
    "a/../b",
    "dir/.hidden./x",
    "question?mark",
    "hash#mark",
    "amp&ersand=1",
    "emoji-\U0001f600",
    "\u4e2d\u6587/\u952e",
    "trailing/",
    "quote'\"<xml>",
    "back\\slash",
    "~tilde!*'();:@$,[]",
    "tab\tnew\nline\x01",
    "k" * 850,
    "\u952e" * 283 + "x",
]

# Host names that carry a bucket need no entry in any name service.
real_getaddrinfo = socket.getaddrinfo


def local_getaddrinfo(host, *rest, **named):
    return real_getaddrinfo("127.0.0.1", *rest, **named)


socket.getaddrinfo = local_getaddrinfo


def client(retry=1, **config):
    settings = dict(Region=REGION, SecretId=ID, SecretKey=KEY, Scheme="http", IP="127.0.0.1", Port=PORT)
    settings["ServiceDomain"] = "127.0.0.1:%d" % PORT
    settings.update(config)
    return CosS3Client(CosConfig(**settings), retry=retry)


cos = client()
by_endpoint = client(IP=None, Port=None, Endpoint="localhost:%d" % PORT)

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def refused(status, code, call, *args, **named):
    try:
        call(*args, **named)
    except CosServiceError as error:
        got = (error.get_status_code(), error.get_error_code())
        assert got == (status, code), got
        assert error.get_request_id()
        return error
    raise AssertionError("was not refused")


def read(response):
    return response["Body"].get_raw_stream().read()


def fetch(url, method="GET", data=None, headers=None):
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def empty(bucket):
    for upload in cos.list_multipart_uploads(Bucket=bucket).get("Upload", []):
        cos.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    while True:
        listing = cos.list_objects_versions(Bucket=bucket)
        found = listing.get("Version", []) + listing.get("DeleteMarker", [])
        for item in found:
            cos.delete_object(Bucket=bucket, Key=item["Key"], VersionId=item["VersionId"])
        if not found:
            return


def start():
    for bucket in (BUCKET, OTHER):
        if cos.bucket_exists(Bucket=bucket):
            empty(bucket)
            cos.delete_bucket(Bucket=bucket)


@check
def buckets():
    cos.create_bucket(Bucket=BUCKET)
    cos.create_bucket(Bucket=OTHER, BucketAZConfig="MAZ")
    refused(409, "BucketAlreadyOwnedByYou", cos.create_bucket, Bucket=BUCKET)
    refused(400, "InvalidBucketName", cos.create_bucket, Bucket="NoAppid")
    assert cos.head_bucket(Bucket=BUCKET)["x-cos-bucket-region"] == REGION
    assert cos.head_bucket(Bucket=OTHER)["x-cos-bucket-az-type"] == "MAZ"
    assert cos.bucket_exists(Bucket=BUCKET)
    assert not cos.bucket_exists(Bucket="nobody-1250000000")
    refused(404, "NoSuchResource", cos.head_bucket, Bucket="nobody-1250000000")
    refused(404, "NoSuchBucket", cos.list_objects, Bucket="nobody-1250000000")
    assert cos.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == REGION
    names = [bucket["Name"] for bucket in cos.list_buckets()["Buckets"]["Bucket"]]
    assert BUCKET in names and OTHER in names, names
    assert cos.list_buckets(Region="ap-nowhere")["Buckets"] is None


@check
def nasty_keys():
    for key in NASTY_KEYS:
        body = ("body of " + key).encode()
        etag = '"%s"' % hashlib.md5(body).hexdigest()
        assert cos.put_object(Bucket=BUCKET, Body=body, Key=key)["ETag"] == etag, key
        response = cos.get_object(Bucket=BUCKET, Key=key)
        assert response["ETag"] == etag and read(response) == body, key
        assert int(cos.head_object(Bucket=BUCKET, Key=key)["Content-Length"]) == len(body), key
        assert cos.object_exists(Bucket=BUCKET, Key=key), key
    listed = [item["Key"] for item in cos.list_objects(Bucket=BUCKET)["Contents"]]
    assert listed == sorted(NASTY_KEYS, key=lambda key: key.encode()), listed
    for key in NASTY_KEYS:
        cos.delete_object(Bucket=BUCKET, Key=key)
        assert not cos.object_exists(Bucket=BUCKET, Key=key), key
    refused(400, "KeyTooLong", cos.put_object, Bucket=BUCKET, Body=b"", Key="k" * 851)


@check
def nasty_keys_by_host_name():
    for key in NASTY_KEYS:
        by_endpoint.put_object(Bucket=BUCKET, Body=key.encode(), Key=key)
        assert read(by_endpoint.get_object(Bucket=BUCKET, Key=key)) == key.encode(), key
        by_endpoint.delete_object(Bucket=BUCKET, Key=key)
    assert "Contents" not in cos.list_objects(Bucket=BUCKET)


@check
def attributes_of_objects():
    cos.put_object(
        Bucket=BUCKET, Body=b"x", Key="attributes", ContentType="text/plain", CacheControl="no-cache",
        ContentDisposition="attachment", ContentEncoding="identity", ContentLanguage="en",
        Expires="Wed, 28 Oct 2054 20:30:00 GMT", StorageClass="STANDARD_IA", EnableMD5=True,
        Metadata={"x-cos-meta-one": "1", "x-cos-meta-two": "\u4e2d"},
    )
    head = cos.head_object(Bucket=BUCKET, Key="attributes")
    expected = {
        "Content-Type": "text/plain", "Cache-Control": "no-cache", "Content-Disposition": "attachment",
        "Content-Encoding": "identity", "Content-Language": "en", "Expires": "Wed, 28 Oct 2054 20:30:00 GMT",
        "x-cos-storage-class": "STANDARD_IA", "x-cos-meta-one": "1", "Accept-Ranges": "bytes",
    }
    lower = {name.lower(): value for name, value in head.items()}
    for name, value in expected.items():
        assert lower[name.lower()] == value, (name, lower)
    assert lower["x-cos-meta-two"].encode("latin-1").decode() == "\u4e2d"
    changed = cos.get_object(Bucket=BUCKET, Key="attributes", ResponseContentType="a/b", ResponseCacheControl="c")
    assert changed["Content-Type"] == "a/b" and changed["Cache-Control"] == "c"
    changed["Body"].get_raw_stream().read()
    refused(400, "BadDigest", cos.put_object, Bucket=BUCKET, Body=b"x", Key="k", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    refused(400, "InvalidDigest", cos.put_object, Bucket=BUCKET, Body=b"x", Key="k", ContentMD5="nonsense")
    assert not cos.object_exists(Bucket=BUCKET, Key="k")


@check
def ranges_and_conditions():
    put = cos.put_object(Bucket=BUCKET, Body=b"0123456789", Key="range")
    for header, body, shown in [
        ("bytes=2-4", b"234", "bytes 2-4/10"), ("bytes=7-", b"789", "bytes 7-9/10"), ("bytes=-2", b"89", "bytes 8-9/10"),
    ]:
        response = cos.get_object(Bucket=BUCKET, Key="range", Range=header)
        assert response["Content-Range"] == shown and read(response) == body
    refused(416, "InvalidRange", cos.get_object, Bucket=BUCKET, Key="range", Range="bytes=10-")
    refused(412, "PreconditionFailed", cos.get_object, Bucket=BUCKET, Key="range", IfMatch='"other"')
    assert read(cos.get_object(Bucket=BUCKET, Key="range", IfMatch=put["ETag"])) == b"0123456789"
    # The SDK takes "not modified" for success, and shows it by the missing length alone.
    assert "Content-Length" not in cos.head_object(Bucket=BUCKET, Key="range", IfNoneMatch=put["ETag"])
    refused(404, "NoSuchKey", cos.get_object, Bucket=BUCKET, Key="nothing")
    refused(404, "NoSuchResource", cos.head_object, Bucket=BUCKET, Key="nothing")
    cos.delete_object(Bucket=BUCKET, Key="nothing")
    forbid = {"x-cos-forbid-overwrite": "true"}
    refused(409, "FileAlreadyExists", cos.put_object, Bucket=BUCKET, Body=b"", Key="range", Metadata=forbid)


@check
def streams_and_empty_bodies():
    with tempfile.NamedTemporaryFile() as file:
        file.write(os.urandom(300000))
        file.flush()
        cos.put_object_from_local_file(Bucket=BUCKET, LocalFilePath=file.name, Key="file")
        file.seek(0)
        assert read(cos.get_object(Bucket=BUCKET, Key="file")) == file.read()
    with tempfile.NamedTemporaryFile() as file:
        # An empty file goes out in chunks, without a length.
        cos.put_object(Bucket=BUCKET, Body=file, Key="empty")
        assert cos.head_object(Bucket=BUCKET, Key="empty")["Content-Length"] == "0"

    def pieces():
        yield b"one"
        yield b"two"

    cos.put_object(Bucket=BUCKET, Body=pieces(), Key="pieces")
    assert read(cos.get_object(Bucket=BUCKET, Key="pieces")) == b"onetwo"


@check
def listing():
    keys = ["l/a", "l/b/1", "l/b/2", "l/c", "l/d/1", "l/e"]
    for key in keys:
        cos.put_object(Bucket=BUCKET, Body=b"", Key=key)
    page = cos.list_objects(Bucket=BUCKET, Prefix="l/", Delimiter="/")
    assert [item["Key"] for item in page["Contents"]] == ["l/a", "l/c", "l/e"]
    assert [item["Prefix"] for item in page["CommonPrefixes"]] == ["l/b/", "l/d/"]
    for delimiter in ("", "/"):
        found, marker, pages = [], "", 0
        while True:
            page = cos.list_objects(Bucket=BUCKET, Prefix="l/", Delimiter=delimiter, Marker=marker, MaxKeys=2)
            found += [item["Key"] for item in page.get("Contents", [])]
            found += [item["Prefix"] for item in page.get("CommonPrefixes", [])]
            pages += 1
            if page["IsTruncated"] == "false":
                break
            marker = page["NextMarker"]
        assert pages == 3, pages
        assert sorted(found) == (keys if not delimiter else ["l/a", "l/b/", "l/c", "l/d/", "l/e"]), found
    assert "Contents" not in cos.list_objects(Bucket=BUCKET, Prefix="l/", MaxKeys=0)
    refused(400, "InvalidArgument", cos.list_objects, Bucket=BUCKET, MaxKeys="many")


@check
def multipart():
    key = "multi/\u4e2d part+"
    first, second = os.urandom(1024 * 1024), b"the end"
    id = cos.create_multipart_upload(Bucket=BUCKET, Key=key, ContentType="text/plain")["UploadId"]
    etags = []
    for number, body in ((1, first), (2, second)):
        part = cos.upload_part(Bucket=BUCKET, Key=key, Body=body, PartNumber=number, UploadId=id, EnableMD5=True)
        assert part["ETag"] == '"%s"' % hashlib.md5(body).hexdigest()
        etags.append(part["ETag"])
    page = cos.list_parts(Bucket=BUCKET, Key=key, UploadId=id, MaxParts=1, EncodingType="url")
    assert page["IsTruncated"] == "true" and page["NextPartNumberMarker"] == "1"
    page = cos.list_parts(Bucket=BUCKET, Key=key, UploadId=id, PartNumberMarker=1)
    assert [part["PartNumber"] for part in page["Part"]] == ["2"]
    uploads = cos.list_multipart_uploads(Bucket=BUCKET, Prefix="multi/")["Upload"]
    assert [(upload["Key"], upload["UploadId"]) for upload in uploads] == [(key, id)]

    def complete(*parts):
        listed = [{"PartNumber": number, "ETag": etag} for number, etag in parts]
        return cos.complete_multipart_upload(Bucket=BUCKET, Key=key, UploadId=id, MultipartUpload={"Part": listed})

    refused(400, "InvalidPartOrder", complete, (2, etags[1]), (1, etags[0]))
    refused(400, "InvalidPart", complete, (1, etags[1]))
    refused(400, "InvalidPart", complete, (3, etags[1]))
    done = complete((1, etags[0]), (2, etags[1]))
    digests = hashlib.md5(first).digest() + hashlib.md5(second).digest()
    assert done["ETag"] == '"%s-2"' % hashlib.md5(digests).hexdigest(), done
    response = cos.get_object(Bucket=BUCKET, Key=key)
    assert response["Content-Type"] == "text/plain" and read(response) == first + second
    refused(404, "NoSuchUpload", complete, (1, etags[0]))
    id = cos.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
    small = [cos.upload_part(Bucket=BUCKET, Key=key, Body=b"x", PartNumber=number, UploadId=id)["ETag"] for number in (1, 2)]
    refused(400, "EntityTooSmall", complete, (1, small[0]), (2, small[1]))
    refused(400, "InvalidArgument", cos.upload_part, Bucket=BUCKET, Key=key, Body=b"", PartNumber=10001, UploadId=id)
    refused(404, "NoSuchUpload", cos.upload_part, Bucket=BUCKET, Key=key, Body=b"", PartNumber=1, UploadId="none")
    cos.abort_multipart_upload(Bucket=BUCKET, Key=key, UploadId=id)
    refused(404, "NoSuchUpload", cos.abort_multipart_upload, Bucket=BUCKET, Key=key, UploadId=id)
    assert "Upload" not in cos.list_multipart_uploads(Bucket=BUCKET)


@check
def managed_transfers():
    with tempfile.TemporaryDirectory() as scratch:
        source, target = os.path.join(scratch, "source"), os.path.join(scratch, "target")
        content = os.urandom(5 * 1024 * 1024 + 17)
        with open(source, "wb") as file:
            file.write(content)
        cos.upload_file(Bucket=BUCKET, Key="managed", LocalFilePath=source, PartSize=1, MAXThread=4)
        assert cos.head_object(Bucket=BUCKET, Key="managed")["ETag"].endswith('-6"')
        cos.download_file(
            Bucket=BUCKET, Key="managed", DestFilePath=target, PartSize=1, EnableCRC=True, DumpRecordDir=scratch)
        with open(target, "rb") as file:
            assert file.read() == content
        with open(source, "rb") as file:
            cos.upload_file_from_buffer(Bucket=BUCKET, Key="buffered", Body=file, PartSize=1)
        assert read(cos.get_object(Bucket=BUCKET, Key="buffered")) == content
        source = {"Bucket": BUCKET, "Key": "managed", "Endpoint": "localhost:%d" % PORT}
        by_endpoint.copy(Bucket=OTHER, Key="copied", CopySource=source)
        assert read(cos.get_object(Bucket=OTHER, Key="copied")) == content


@check
def copies():
    cos.put_object(Bucket=BUCKET, Body=b"0123456789", Key="source ?\u4e2d", ContentType="a/b", Metadata={"x-cos-meta-a": "1"})
    source = {"Bucket": BUCKET, "Key": "source ?\u4e2d", "Region": REGION}
    copied = cos.copy_object(Bucket=OTHER, Key="copy", CopySource=source)
    head = cos.head_object(Bucket=OTHER, Key="copy")
    assert copied["ETag"] == head["ETag"] and head["x-cos-meta-a"] == "1" and head["Content-Type"] == "a/b"
    cos.copy_object(Bucket=OTHER, Key="copy", CopySource=source, CopyStatus="Replaced", Metadata={"x-cos-meta-b": "2"})
    head = cos.head_object(Bucket=OTHER, Key="copy")
    assert "x-cos-meta-a" not in head and head["x-cos-meta-b"] == "2"
    refused(412, "PreconditionFailed", cos.copy_object, Bucket=OTHER, Key="copy", CopySource=source, CopySourceIfMatch="x")
    missing = {"Bucket": BUCKET, "Key": "nothing", "Region": REGION}
    refused(404, "NoSuchKey", cos.copy_object, Bucket=OTHER, Key="copy", CopySource=missing)
    cos.change_object_storage_class(Bucket=BUCKET, Key="source ?\u4e2d", StorageClass="STANDARD_IA")
    assert cos.head_object(Bucket=BUCKET, Key="source ?\u4e2d")["x-cos-storage-class"] == "STANDARD_IA"
    id = cos.create_multipart_upload(Bucket=OTHER, Key="parts")["UploadId"]
    part = cos.upload_part_copy(
        Bucket=OTHER, Key="parts", PartNumber=1, UploadId=id, CopySource=source, CopySourceRange="bytes=2-5")
    parts = {"Part": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    cos.complete_multipart_upload(Bucket=OTHER, Key="parts", UploadId=id, MultipartUpload=parts)
    assert read(cos.get_object(Bucket=OTHER, Key="parts")) == b"2345"
    id = cos.create_multipart_upload(Bucket=OTHER, Key="whole")["UploadId"]
    part = cos.upload_part_copy(Bucket=OTHER, Key="whole", PartNumber=1, UploadId=id, CopySource=source)
    assert cos.list_parts(Bucket=OTHER, Key="whole", UploadId=id)["Part"][0]["Size"] == "10", part
    cos.abort_multipart_upload(Bucket=OTHER, Key="whole", UploadId=id)


@check
def delete_many():
    for key in NASTY_KEYS[:-2]:
        cos.put_object(Bucket=OTHER, Body=b"", Key="many/" + key)
    keys = [item["Key"] for item in cos.list_objects(Bucket=OTHER, Prefix="many/")["Contents"]]
    # A client's own XML library decides what becomes of these.
    plain = [key for key in keys if key.isprintable()]
    answer = cos.delete_objects(Bucket=OTHER, Delete={"Object": [{"Key": key} for key in plain], "Quiet": "false"})
    assert sorted(item["Key"] for item in answer["Deleted"]) == sorted(plain)
    answer = cos.delete_objects(Bucket=OTHER, Delete={"Object": [{"Key": "nothing"}], "Quiet": "true"})
    assert "Deleted" not in answer
    assert len(cos.list_objects(Bucket=OTHER, Prefix="many/").get("Contents", [])) == len(keys) - len(plain)


@check
def versions():
    assert cos.get_bucket_versioning(Bucket=OTHER).get("Status") is None
    cos.put_object(Bucket=OTHER, Body=b"null", Key="v")
    cos.put_bucket_versioning(Bucket=OTHER, Status="Enabled")
    assert cos.get_bucket_versioning(Bucket=OTHER)["Status"] == "Enabled"
    one = cos.put_object(Bucket=OTHER, Body=b"one", Key="v")["x-cos-version-id"]
    two = cos.put_object(Bucket=OTHER, Body=b"two", Key="v")["x-cos-version-id"]
    assert read(cos.get_object(Bucket=OTHER, Key="v")) == b"two"
    assert read(cos.get_object(Bucket=OTHER, Key="v", VersionId=one)) == b"one"
    assert read(cos.get_object(Bucket=OTHER, Key="v", VersionId="null")) == b"null"
    refused(404, "NoSuchVersion", cos.get_object, Bucket=OTHER, Key="v", VersionId="other")
    marker = cos.delete_object(Bucket=OTHER, Key="v")
    assert marker["x-cos-delete-marker"] == "true"
    refused(404, "NoSuchKey", cos.get_object, Bucket=OTHER, Key="v")
    refused(404, "NoSuchKey", cos.get_object, Bucket=OTHER, Key="v", VersionId=marker["x-cos-version-id"])
    found, key_marker, id_marker = [], "", ""
    while True:
        page = cos.list_objects_versions(
            Bucket=OTHER, Prefix="v", MaxKeys=1, KeyMarker=key_marker, VersionIdMarker=id_marker)
        found += [item["VersionId"] for item in page.get("Version", []) + page.get("DeleteMarker", [])]
        if page["IsTruncated"] == "false":
            break
        key_marker, id_marker = page["NextKeyMarker"], page["NextVersionIdMarker"]
    assert found == [marker["x-cos-version-id"], two, one, "null"], found
    cos.delete_object(Bucket=OTHER, Key="v", VersionId=marker["x-cos-version-id"])
    assert read(cos.get_object(Bucket=OTHER, Key="v")) == b"two"
    source = {"Bucket": OTHER, "Key": "v", "Region": REGION, "VersionId": one}
    cos.copy_object(Bucket=BUCKET, Key="old version", CopySource=source)
    assert read(cos.get_object(Bucket=BUCKET, Key="old version")) == b"one"
    cos.put_bucket_versioning(Bucket=OTHER, Status="Suspended")
    cos.put_object(Bucket=OTHER, Body=b"again", Key="v")
    assert read(cos.get_object(Bucket=OTHER, Key="v", VersionId="null")) == b"again"


@check
def append():
    answer = cos.append_object(Bucket=BUCKET, Key="log", Position=0, Data=b"abc")
    assert answer["x-cos-next-append-position"] == "3"
    cos.append_object(Bucket=BUCKET, Key="log", Position=3, Data=b"def")
    assert read(cos.get_object(Bucket=BUCKET, Key="log")) == b"abcdef"
    refused(409, "PositionNotEqualToLength", cos.append_object, Bucket=BUCKET, Key="log", Position=3, Data=b"")
    refused(409, "ObjectNotAppendable", cos.append_object, Bucket=BUCKET, Key="file", Position=0, Data=b"")


@check
def access_control():
    url = by_endpoint.get_object_url(Bucket=BUCKET, Key="range")
    assert fetch(url)[0] == 403
    assert cos.get_bucket_acl(Bucket=BUCKET)["CannedACL"] == "private"
    assert cos.get_object_acl(Bucket=BUCKET, Key="range")["CannedACL"] == "default"
    cos.put_object_acl(Bucket=BUCKET, Key="range", ACL="public-read")
    assert cos.get_object_acl(Bucket=BUCKET, Key="range")["CannedACL"] == "public-read"
    assert fetch(url) == (200, b"0123456789")
    assert fetch(url, "DELETE")[0] == 403
    assert fetch(url + "?response-content-type=a")[0] == 400
    assert fetch(by_endpoint.get_object_url(Bucket=BUCKET, Key="log"))[0] == 403
    cos.put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    assert cos.get_bucket_acl(Bucket=BUCKET)["CannedACL"] == "public-read"
    assert fetch(by_endpoint.get_object_url(Bucket=BUCKET, Key="log")) == (200, b"abcdef")
    cos.put_object_acl(Bucket=BUCKET, Key="range", ACL="private")
    assert fetch(url)[0] == 403
    anonymous = client(Anonymous=True, SecretId=None, SecretKey=None)
    assert read(anonymous.get_object(Bucket=BUCKET, Key="log")) == b"abcdef"
    refused(403, "AccessDenied", anonymous.put_object, Bucket=BUCKET, Body=b"", Key="log")
    refused(403, "AccessDenied", anonymous.get_bucket_acl, Bucket=BUCKET)
    policy = cos.get_bucket_acl(Bucket=BUCKET)
    policy.pop("CannedACL")
    cos.put_bucket_acl(Bucket=BUCKET, AccessControlPolicy={
        "Owner": policy["Owner"],
        "AccessControlList": {"Grant": [{
            "Grantee": {"@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "@xsi:type": "Group",
                        "URI": "http://cam.qcloud.com/groups/global/AllUsers"},
            "Permission": permission} for permission in ("READ", "WRITE")]}})
    assert cos.get_bucket_acl(Bucket=BUCKET)["CannedACL"] == "public-read-write"
    anonymous.put_object(Bucket=BUCKET, Body=b"open", Key="open")
    cos.put_bucket_acl(Bucket=BUCKET, ACL="private")
    refused(403, "AccessDenied", anonymous.get_object, Bucket=BUCKET, Key="open")


@check
def configurations():
    rules = {"CORSRule": [{"ID": "1", "AllowedOrigin": ["*"], "AllowedMethod": ["GET"], "MaxAgeSeconds": "5"}]}
    refused(404, "NoSuchCORSConfiguration", cos.get_bucket_cors, Bucket=BUCKET)
    cos.put_bucket_cors(Bucket=BUCKET, CORSConfiguration=rules)
    assert cos.get_bucket_cors(Bucket=BUCKET)["CORSRule"] == rules["CORSRule"]
    cos.delete_bucket_cors(Bucket=BUCKET)
    refused(404, "NoSuchCORSConfiguration", cos.get_bucket_cors, Bucket=BUCKET)
    rules = {"Rule": [{"ID": "1", "Filter": {"Prefix": "a"}, "Status": "Enabled", "Expiration": {"Days": "3"}}]}
    cos.put_bucket_lifecycle(Bucket=BUCKET, LifecycleConfiguration=rules)
    assert cos.get_bucket_lifecycle(Bucket=BUCKET)["Rule"][0]["Expiration"]["Days"] == "3"
    cos.delete_bucket_lifecycle(Bucket=BUCKET)
    refused(404, "NoSuchLifecycleConfiguration", cos.get_bucket_lifecycle, Bucket=BUCKET)
    tags = {"TagSet": {"Tag": [{"Key": "team", "Value": "one & two"}]}}
    cos.put_bucket_tagging(Bucket=BUCKET, Tagging=tags)
    assert cos.get_bucket_tagging(Bucket=BUCKET)["TagSet"]["Tag"] == tags["TagSet"]["Tag"]
    found = cos.list_buckets(TagKey="team", TagValue="one & two")["Buckets"]["Bucket"]
    assert [bucket["Name"] for bucket in found] == [BUCKET]
    cos.delete_bucket_tagging(Bucket=BUCKET)
    refused(404, "NoSuchTagSet", cos.get_bucket_tagging, Bucket=BUCKET)
    cos.put_bucket_policy(Bucket=BUCKET, Policy={"version": "2.0"})
    assert cos.get_bucket_policy(Bucket=BUCKET)["Policy"] == '{"version": "2.0"}'
    cos.delete_bucket_policy(Bucket=BUCKET)
    refused(404, "ObjectLockConfigurationNotFoundError", cos.get_bucket_object_lock, Bucket=BUCKET)


@check
def every_other_setting():
    """Each is got as it was put; each has COS's error once it is deleted, where there is one."""
    domain = {"DomainRule": [{"Name": "www.example.com", "Type": "REST", "Status": "ENABLED"}]}
    origin = {"OriginRule": [{"RulePriority": "1", "OriginType": "Mirror", "OriginCondition": {"HTTPStatusCode": "404"}}]}
    replication = {"Role": "qcs::cam::uin/1:uin/1", "Rule": [{
        "ID": "1", "Status": "Enabled", "Prefix": "a", "Destination": {"Bucket": "qcs::cos:ap-beijing::other-1"}}]}
    encryption = {"Rule": [{"ApplySideEncryptionConfiguration": {"SSEAlgorithm": "AES256"}}]}
    for name, argument, value, code in [
        ("website", "WebsiteConfiguration", {"IndexDocument": {"Suffix": "index.html"}}, "NoSuchWebsiteConfiguration"),
        ("replication", "ReplicationConfiguration", replication, "ReplicationConfigurationNotFoundError"),
        ("encryption", "ServerSideEncryptionConfiguration", encryption, "NoSuchEncryptionConfiguration"),
        ("domain", "DomainConfiguration", domain, "NoSuchDomainConfiguration"),
        ("origin", "OriginConfiguration", origin, "NoSuchOriginConfiguration"),
        ("response_control", "ResponseControlConfiguration",
         {"ControlParamList": {"Param": ["response-content-type"]}}, "NoSuchResponseControlConfiguration"),
    ]:
        get, delete = getattr(cos, "get_bucket_" + name), getattr(cos, "delete_bucket_" + name)
        refused(404, code, get, Bucket=BUCKET)
        getattr(cos, "put_bucket_" + name)(Bucket=BUCKET, **{argument: value})
        found = get(Bucket=BUCKET)
        for key in value:
            assert found[key] == value[key], (name, found)
        delete(Bucket=BUCKET)
        refused(404, code, get, Bucket=BUCKET)
    referer = {"Status": "Disabled", "RefererType": "White-List", "DomainList": {"Domain": ["*.example.com"]}}
    refused(404, "NoSuchRefererConfiguration", cos.get_bucket_referer, Bucket=BUCKET)
    cos.put_bucket_referer(Bucket=BUCKET, RefererConfiguration=referer)
    assert cos.get_bucket_referer(Bucket=BUCKET)["DomainList"] == referer["DomainList"]
    cos.delete_bucket_referer(Bucket=BUCKET)
    refused(404, "NoSuchRefererConfiguration", cos.get_bucket_referer, Bucket=BUCKET)
    logging = {"LoggingEnabled": {"TargetBucket": "logs-1250000000", "TargetPrefix": "a"}}
    assert "LoggingEnabled" not in cos.get_bucket_logging(Bucket=BUCKET)
    cos.put_bucket_logging(Bucket=BUCKET, BucketLoggingStatus=logging)
    assert cos.get_bucket_logging(Bucket=BUCKET) == logging
    cos.put_bucket_intelligenttiering(Bucket=BUCKET, IntelligentTieringConfiguration={"Status": "Enabled"})
    assert cos.get_bucket_intelligenttiering(Bucket=BUCKET)["Status"] == "Enabled"


@check
def settings_by_their_ids():
    inventory = {"IsEnabled": "true", "Schedule": {"Frequency": "Daily"}, "IncludedObjectVersions": "All",
                 "OptionalFields": {"Field": ["Size"]},
                 "Destination": {"COSBucketDestination": {"Bucket": "qcs::cos:x::logs-1", "Format": "CSV"}}}
    refused(404, "NoSuchConfiguration", cos.get_bucket_inventory, Bucket=BUCKET, Id="a")
    for name in ("a", "b"):
        cos.put_bucket_inventory(Bucket=BUCKET, Id=name, InventoryConfiguration=dict(inventory))
    assert cos.get_bucket_inventory(Bucket=BUCKET, Id="a")["Schedule"] == inventory["Schedule"]
    listed = cos.list_bucket_inventory_configurations(Bucket=BUCKET)
    assert [one["Id"] for one in listed["InventoryConfiguration"]] == ["a", "b"]
    cos.post_bucket_inventory(Bucket=BUCKET, Id="once", InventoryConfiguration=dict(inventory))
    cos.delete_bucket_inventory(Bucket=BUCKET, Id="a")
    refused(404, "NoSuchConfiguration", cos.get_bucket_inventory, Bucket=BUCKET, Id="a")
    tiering = {"Id": "t", "Status": "Enabled", "Tiering": {"AccessTier": "INFREQUENT", "Days": "30"}}
    cos.put_bucket_intelligenttiering_v2(Bucket=BUCKET, Id="t", IntelligentTieringConfiguration=tiering)
    assert cos.get_bucket_intelligenttiering_v2(Bucket=BUCKET, Id="t")["Tiering"]["Days"] == "30"
    listed = cos.list_bucket_intelligenttiering_configurations(Bucket=BUCKET)
    assert listed["IntelligentTieringConfiguration"]["Id"] == "t"
    certificate = {"CertificateInfo": {"CertType": "CustomCert", "CustomCert": {"Cert": "c", "PrivateKey": "k"}},
                   "DomainList": {"DomainName": "www.example.com"}}
    cos.put_bucket_domain_certificate(Bucket=BUCKET, DomainCertificateConfiguration=certificate)
    cos.get_bucket_domain_certificate(Bucket=BUCKET, DomainName="www.example.com")
    cos.delete_bucket_domain_certificate(Bucket=BUCKET, DomainName="www.example.com")
    refused(404, "NoSuchDomainCertificate", cos.get_bucket_domain_certificate, Bucket=BUCKET,
            DomainName="www.example.com")


@check
def symlinks():
    cos.put_object(Bucket=BUCKET, Key="target \u4e2d", Body=b"content")
    cos.put_symlink(Bucket=BUCKET, SymlinkName="link", SymlinkTarget="target \u4e2d")
    assert cos.get_symlink(Bucket=BUCKET, SymlinkName="link")["x-cos-symlink-target"] == "target%20%E4%B8%AD"
    assert read(cos.get_object(Bucket=BUCKET, Key="link")) == b"content"
    assert cos.head_object(Bucket=BUCKET, Key="link")["Content-Length"] == "7"


@check
def live_channels():
    target = {"Type": "HLS", "FragDuration": "7", "FragCount": "3", "PlaylistName": "p.m3u8"}
    created = cos.put_live_channel(Bucket=BUCKET, ChannelName="ch1", LiveChannelConfiguration={
        "Description": "d", "Switch": "Enabled", "Target": target})
    assert created["PublishUrls"]["Url"].startswith("rtmp://"), created
    assert cos.get_live_channel_info(Bucket=BUCKET, ChannelName="ch1")["Target"] == target
    cos.put_live_channel_switch(Bucket=BUCKET, ChannelName="ch1", Switch="disabled")
    assert cos.get_live_channel_status(Bucket=BUCKET, ChannelName="ch1")["Status"] == "Disabled"
    cos.get_live_channel_history(Bucket=BUCKET, ChannelName="ch1")
    assert [one["Name"] for one in cos.list_live_channel(Bucket=BUCKET)["LiveChannel"]] == ["ch1"]
    assert cos.get_vod_playlist(Bucket=BUCKET, ChannelName="ch1", StartTime=1, EndTime=2).startswith(b"#EXTM3U")
    cos.post_vod_playlist(Bucket=BUCKET, ChannelName="ch1", PlaylistName="l.m3u8", StartTime=1, EndTime=2)
    cos.delete_live_channel(Bucket=BUCKET, ChannelName="ch1")
    refused(404, "NoSuchLiveChannel", cos.get_live_channel_info, Bucket=BUCKET, ChannelName="ch1")


@check
def a_bucket_of_its_own():
    """What changes a bucket for good."""
    bucket = "sdkcheck2-1250000000"
    cos.create_bucket(Bucket=bucket)
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    cos.put_bucket_versioning(Bucket=bucket, Status="Suspended")
    cos.append_object(Bucket=bucket, Key="log", Position=0, Data=b"abc")
    cos.append_object(Bucket=bucket, Key="log", Position=3, Data=b"def")
    assert read(cos.get_object(Bucket=bucket, Key="log")) == b"abcdef"
    meta = cos.get_bucket_meta(Bucket=bucket)
    assert meta["Versioning"] and not meta["ObjectLock"] and meta["Encryption"] is None, meta
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Days": "1"}}}
    cos.put_bucket_object_lock(Bucket=bucket, ObjectLockConfiguration=lock)
    assert cos.get_bucket_object_lock(Bucket=bucket)["Rule"]["DefaultRetention"]["Days"] == "1"
    cos.put_object(Bucket=bucket, Key="locked", Body=b"x")
    refused(409, "ObjectLocked", cos.put_object, Bucket=bucket, Key="locked", Body=b"y")


@check
def object_tags():
    tags = {"TagSet": {"Tag": [{"Key": "a", "Value": "1"}, {"Key": "\u4e2d", "Value": ""}]}}
    cos.put_object_tagging(Bucket=BUCKET, Key="range", Tagging=tags)
    found = cos.get_object_tagging(Bucket=BUCKET, Key="range")["TagSet"]["Tag"]
    assert [(tag["Key"], tag["Value"] or "") for tag in found] == [("a", "1"), ("\u4e2d", "")]
    cos.delete_object_tagging(Bucket=BUCKET, Key="range")
    assert cos.get_object_tagging(Bucket=BUCKET, Key="range")["TagSet"] is None
    cos.put_object(Bucket=BUCKET, Body=b"", Key="tagged", Tagging="a=1&b=2")
    assert cos.head_object(Bucket=BUCKET, Key="tagged")["x-cos-tagging-count"] == "2"


@check
def archive():
    cos.put_object(Bucket=BUCKET, Body=b"cold", Key="cold", StorageClass="ARCHIVE")
    refused(403, "InvalidObjectState", cos.get_object, Bucket=BUCKET, Key="cold")
    cos.restore_object(Bucket=BUCKET, Key="cold", RestoreRequest={"Days": 1, "CASJobParameters": {"Tier": "Standard"}})
    assert read(cos.get_object(Bucket=BUCKET, Key="cold")) == b"cold"
    assert "x-cos-restore" in cos.head_object(Bucket=BUCKET, Key="cold")


@check
def select():
    def ask(expression, source, **rest):
        answer = cos.select_object_content(
            Bucket=BUCKET, Key="table", Expression=expression, ExpressionType="SQL", InputSerialization=source,
            OutputSerialization={"CSV": {"RecordDelimiter": "\n"}}, **rest)
        return answer["Payload"]

    csv = {"CompressionType": "NONE", "CSV": {"FileHeaderInfo": "USE", "RecordDelimiter": "\n", "FieldDelimiter": ","}}
    lines = {"CompressionType": "NONE", "JSON": {"Type": "LINES"}}
    cos.put_object(Bucket=BUCKET, Body="name,age\nAnn,9\n\u4e2d,10\n".encode(), Key="table")
    assert ask("Select * from COSObject", csv).get_select_result().decode() == "Ann,9\n\u4e2d,10\n"
    assert ask("Select s.name from COSObject s where s.age < 10", csv).get_select_result() == b"Ann\n"
    events = list(ask("Select count(*) from COSObject", csv, RequestProgress={"Enabled": "TRUE"}))
    assert [next(iter(event)) for event in events] == ["Records", "Progress", "Stats", "End"], events
    assert events[2]["Stats"]["Details"]["BytesReturned"] == "2"
    refused(400, "ParseUnexpectedToken", ask, "Select * form COSObject", csv)
    cos.put_object(Bucket=BUCKET, Body=b"1\nx\n", Key="table")
    broken = ask("Select cast(_1 as int) from COSObject", {"CSV": {"RecordDelimiter": "\n"}})
    refused(200, "CastFailed", broken.get_select_result)
    cos.put_object(Bucket=BUCKET, Body=b'{"b": 1, "a": [2]}\n{"b": 3}\n', Key="table")
    assert ask("Select * from COSObject", lines).get_select_result() == b"1,[2]\n3\n"
    with tempfile.TemporaryDirectory() as folder:
        ask("Select s.a[0] from COSObject s limit 1", lines).get_select_result_to_file(os.path.join(folder, "result"))
        with open(os.path.join(folder, "result"), "rb") as result:
            assert result.read() == b"2\n"


@check
def customer_keys():
    import base64

    def key(letter):
        raw = letter * 32
        digest = base64.b64encode(hashlib.md5(raw).digest()).decode()
        return dict(SSECustomerAlgorithm="AES256", SSECustomerKey=base64.b64encode(raw).decode(), SSECustomerKeyMD5=digest)

    cos.put_object(Bucket=BUCKET, Body=b"secret", Key="sse", **key(b"a"))
    assert read(cos.get_object(Bucket=BUCKET, Key="sse", **key(b"a"))) == b"secret"
    refused(400, "InvalidRequest", cos.get_object, Bucket=BUCKET, Key="sse")
    refused(403, "SSEContentNotMatch", cos.get_object, Bucket=BUCKET, Key="sse", **key(b"b"))


@check
def signatures():
    wrong = client(SecretKey="wrong")
    refused(403, "SignatureDoesNotMatch", wrong.list_objects, Bucket=BUCKET)
    refused(403, "SignatureDoesNotMatch", wrong.put_object, Bucket=BUCKET, Body=b"x" * 3000000, Key="k")
    refused(403, "InvalidAccessKeyId", client(SecretId="AKIDnobody").list_objects, Bucket=BUCKET)
    refused(403, "InvalidSecurityToken", client(Token="unasked").list_objects, Bucket=BUCKET)
    client(SignHost=False).list_objects(Bucket=BUCKET)
    client(SignParams=False).list_objects(Bucket=BUCKET, Prefix="a b")
    real_time = time.time
    try:
        time.time = lambda: real_time() - 20000
        expired = refused(403, "AccessDenied", cos.list_objects, Bucket=BUCKET)
        assert expired.get_error_msg() == "Request has expired"
        time.time = lambda: real_time() + 3600
        refused(403, "RequestTimeTooSkewed", cos.list_objects, Bucket=BUCKET)
    finally:
        time.time = real_time


@check
def presigned_urls():
    key = "presigned/\u4e2d a+b?"
    url = by_endpoint.get_presigned_url(Bucket=BUCKET, Key=key, Method="PUT", Headers={"Content-Type": "text/plain"})
    assert fetch(url, "PUT", b"content", {"Content-Type": "text/plain"})[0] == 200
    assert fetch(url, "PUT", b"content", {"Content-Type": "text/html"})[0] == 403
    assert fetch(url)[0] == 403
    url = by_endpoint.get_presigned_download_url(Bucket=BUCKET, Key=key, Params={"response-content-type": "a/b c"})
    assert fetch(url) == (200, b"content")
    assert fetch(url.replace("b+c", "b+d"))[0] == 403
    assert fetch(url.replace("presigned", "Presigned"))[0] == 403
    assert fetch(url.replace("q-signature=", "q-signature=0"))[0] == 403
    host = BUCKET + ".localhost"
    assert fetch(url.replace(host, OTHER + ".localhost"))[0] == 403
    expired = by_endpoint.get_presigned_url(Bucket=BUCKET, Key=key, Method="GET", Expired=-10)
    status, body = fetch(expired)
    assert status == 403 and b"Request has expired" in body
    unsigned_host = by_endpoint.get_presigned_url(Bucket=BUCKET, Key=key, Method="GET", SignHost=False)
    assert fetch(unsigned_host) == (200, b"content")


@check
def tampered_requests():
    class Tamper:
        """Changes a request after it was signed."""

        def __init__(self, change):
            self.change = change
            self.old = cos._session.send

        def __enter__(self):
            def send(request, **named):
                self.change(request)
                return self.old(request, **named)
            cos._session.send = send

        def __exit__(self, *_):
            cos._session.send = self.old

    def header(request):
        request.headers["x-cos-meta-a"] = b"2"

    def query(request):
        request.url = request.url.replace("prefix=a", "prefix=b")

    def path(request):
        request.url = request.url.replace("/range", "/log")

    def host(request):
        request.headers["Host"] = request.headers["Host"].replace(BUCKET.encode(), OTHER.encode()) \
            if isinstance(request.headers["Host"], bytes) else request.headers["Host"].replace(BUCKET, OTHER)

    def method(request):
        request.method = "DELETE"

    mismatch = (403, "SignatureDoesNotMatch")
    with Tamper(header):
        refused(*mismatch, cos.put_object, Bucket=BUCKET, Body=b"", Key="k", Metadata={"x-cos-meta-a": "1"})
    with Tamper(query):
        refused(*mismatch, cos.list_objects, Bucket=BUCKET, Prefix="a")
    with Tamper(path):
        refused(*mismatch, cos.get_object, Bucket=BUCKET, Key="range")
    with Tamper(host):
        refused(*mismatch, cos.get_object, Bucket=BUCKET, Key="range")
    with Tamper(method):
        refused(*mismatch, cos.get_object, Bucket=BUCKET, Key="range")
    assert read(cos.get_object(Bucket=BUCKET, Key="range")) == b"0123456789"


@check
def path_style():
    # The SDK has no path style; a domain with the bucket in its path makes one.
    path = client(IP=None, Port=None, Domain="127.0.0.1:%d/%s" % (PORT, BUCKET))
    path.put_object(Bucket=BUCKET, Body=b"by path", Key="by/path \u4e2d")
    assert read(cos.get_object(Bucket=BUCKET, Key="by/path \u4e2d")) == b"by path"


@check
def the_end():
    refused(409, "BucketNotEmpty", cos.delete_bucket, Bucket=BUCKET)
    for bucket in (BUCKET, OTHER):
        empty(bucket)
        cos.delete_bucket(Bucket=bucket)
        assert not cos.bucket_exists(Bucket=bucket)


def main():
    start()
    passed = failed = 0
    for function in CHECKS:
        try:
            function()
            passed += 1
        except (Exception, CosClientError):
            failed += 1
            print("FAILED", function.__name__)
            traceback.print_exc()
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
