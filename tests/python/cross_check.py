"""What the official Python SDK writes, this crate reads, and the other way round.

usage: cross_check.py EMULATOR CLI

EMULATOR is the program `cos-emulator`, CLI the example `cli` of this crate; both run as processes of their own.
Prints "N passed, 0 failed" and exits with a status other than 0 if anything failed.
"""

import hashlib
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import traceback
import urllib.error
import urllib.parse
import urllib.request

from qcloud_cos import CosConfig, CosS3Client
from qcloud_cos.cos_exception import CosServiceError

BUCKET = "crosscheck-1250000000"
MIB = 1024 * 1024
KEYS = [
    "plain.txt",
    "with space and  two",
    "plus+plus",
    "percent%20and%zz",
    "a//b",
    "//double",
    "./dot",
    "a/./b",
    "../up",
    "a/../b",
    "question?mark=1",
    "hash#mark",
    "amp&ersand=1",
    "emoji-\U0001f600",
    "\u4e2d\u6587/\u952e.txt",
    "folder/",
    "quote'\"<xml>&amp;",
    "back\\slash",
    "~tilde!*'();:@$,[]|^`{}",
    "tab\tnew\nline\x01",
    "e\u0301/\u01d8",
    "k" * 850,
]


def start(program):
    """Starts the emulator on a free port; returns the process and the port."""
    process = subprocess.Popen([program, "--port", "0", "--bucket", BUCKET], stdout=subprocess.PIPE, text=True)
    first = process.stdout.readline()
    return process, int(first.rsplit(":", 1)[1]), dict(
        line.split(None, 1) for line in (process.stdout.readline().strip() for _ in range(3))
    )


def lead_every_host_to(port):
    """Bucket hosts have no entry in any name service here."""
    real = socket.getaddrinfo
    socket.getaddrinfo = lambda host, _port, *rest, **named: real("127.0.0.1", port, *rest, **named)


def runner(cli, known, port):
    """Returns a function that runs the example with the credentials and the address of the emulator."""
    environment = dict(
        os.environ,
        COS_REGION=known["Region"],
        COS_SECRET_ID=known["SecretId"],
        COS_SECRET_KEY=known["SecretKey"],
        COS_SCHEME="http",
        COS_CONNECT_TO="127.0.0.1:%d" % port,
    )

    def rust(*words, fails=False, **more):
        done = subprocess.run([cli, *words], env=dict(environment, **more), capture_output=True, text=True)
        assert (done.returncode != 0) == fails, (words, done.stdout, done.stderr)
        return done.stdout

    return rust


class Check:
    def __init__(self, python, rust, folder):
        self.python, self.rust, self.folder = python, rust, folder
        self.random = random.Random(7)

    def path(self, name, data=None):
        path = os.path.join(self.folder, name)
        if data is not None:
            with open(path, "wb") as fp:
                fp.write(data)
        elif os.path.exists(path):
            os.remove(path)
        return path

    def read(self, path):
        with open(path, "rb") as fp:
            return fp.read()

    def data(self, length):
        return self.random.randbytes(length)

    # One check each; the name is what is printed when it fails.

    def objects_with_nasty_keys_both_ways(self):
        for number, key in enumerate(KEYS):
            data = self.data(1000 + number)
            self.python.put_object(Bucket=BUCKET, Key=key, Body=data, Metadata={"x-cos-meta-n": str(number)})
            self.rust("get", BUCKET, key, self.path("out"))
            assert self.read(self.path_of("out")) == data, key
            head = json.loads(self.rust("head", BUCKET, key))
            assert head["x-cos-meta-n"] == str(number), key
            data = self.data(500 + number)
            self.rust("put", BUCKET, key, self.path("in", data))
            assert self.python.get_object(Bucket=BUCKET, Key=key)["Body"].read(MIB) == data, key

    def path_of(self, name):
        return os.path.join(self.folder, name)

    def lists_are_equal(self):
        response = self.python.list_objects(Bucket=BUCKET)
        python = [(o["Key"], o["ETag"], o["Size"], o["LastModified"]) for o in response["Contents"]]
        lines = [json.loads(line) for line in self.rust("list", BUCKET).splitlines()]
        rust = [(o["Key"], o["ETag"], str(o["Size"]), o["LastModified"]) for o in lines]
        assert python == rust and len(python) >= len(KEYS)

    def heads_are_equal(self):
        python = self.python.head_object(Bucket=BUCKET, Key="plain.txt")
        rust = json.loads(self.rust("head", BUCKET, "plain.txt"))
        for volatile in ["Date", "x-cos-request-id"]:
            python.pop(volatile, None), rust.pop(volatile, None)
        for name in ["Connection", "connection"]:
            python.pop(name, None), rust.pop(name, None)
        assert python == rust, (python, rust)

    def deletes_both_ways(self):
        self.python.put_object(Bucket=BUCKET, Key="gone", Body=b"x")
        self.rust("delete", BUCKET, "gone")
        assert not self.python.object_exists(Bucket=BUCKET, Key="gone")
        self.rust("put", BUCKET, "gone", self.path("in", b"x"))
        self.python.delete_object(Bucket=BUCKET, Key="gone")
        assert "404 NoSuchResource" in self.rust("head", BUCKET, "gone", fails=True)

    def files_in_parts_both_ways(self):
        for length in [MIB, MIB + 1, 3 * MIB, 5 * MIB + 12345]:
            key = "parts/\u6587\u4ef6 %d" % length
            data = self.data(length)
            self.python.upload_file(Bucket=BUCKET, Key=key, LocalFilePath=self.path("in", data), PartSize=1)
            self.rust("download", BUCKET, key, self.path("out"))
            assert self.read(self.path_of("out")) == data, length
            data = self.data(length)
            self.rust("upload", BUCKET, key, self.path("in", data))
            self.python.download_file(Bucket=BUCKET, Key=key, DestFilePath=self.path("out"), PartSize=1, EnableCRC=True)
            assert self.read(self.path_of("out")) == data, length
            etag = self.python.head_object(Bucket=BUCKET, Key=key)["ETag"]
            count = -(-length // MIB)
            md5s = b"".join(hashlib.md5(data[i * MIB:(i + 1) * MIB]).digest() for i in range(count))
            expected = hashlib.md5(md5s).hexdigest() + "-%d" % count if count > 1 else hashlib.md5(data).hexdigest()
            assert etag == '"%s"' % expected, length

    def rust_goes_on_with_a_python_upload(self):
        data = self.data(4 * MIB + 7)
        upload = self.python.create_multipart_upload(Bucket=BUCKET, Key="resumed-by-rust")["UploadId"]
        for number in [1, 3]:
            part = data[(number - 1) * MIB:number * MIB]
            self.python.upload_part(Bucket=BUCKET, Key="resumed-by-rust", Body=part, PartNumber=number, UploadId=upload)
        self.rust("upload", BUCKET, "resumed-by-rust", self.path("in", data))
        self.no_open_uploads()
        assert self.python.get_object(Bucket=BUCKET, Key="resumed-by-rust")["Body"].get_raw_stream().read() == data

    def python_goes_on_with_an_upload_cut_as_rust_cuts(self):
        # Both cut files in the same parts, so what either started the other can finish.
        data = self.data(3 * MIB + 1)
        upload = self.python.create_multipart_upload(Bucket=BUCKET, Key="resumed")["UploadId"]
        self.python.upload_part(Bucket=BUCKET, Key="resumed", Body=data[:MIB], PartNumber=1, UploadId=upload)
        self.python.upload_file(Bucket=BUCKET, Key="resumed", LocalFilePath=self.path("in", data), PartSize=1)
        self.no_open_uploads()
        self.rust("download", BUCKET, "resumed", self.path("out"))
        assert self.read(self.path_of("out")) == data

    def no_open_uploads(self):
        assert "Upload" not in self.python.list_multipart_uploads(Bucket=BUCKET)

    def rusts_presigned_urls_open(self):
        for key in KEYS:
            data = self.data(100)
            url = self.rust("presign", "PUT", BUCKET, key).rstrip("\n")
            urllib.request.urlopen(urllib.request.Request(url, data=data, method="PUT")).close()
            url = self.rust("presign", "GET", BUCKET, key).rstrip("\n")
            with urllib.request.urlopen(url) as response:
                assert response.read() == data, key
            assert urllib.parse.urlparse(url).query == urllib.parse.urlparse(url).query.replace("+", "%20")

    def changed_or_expired_urls_are_refused(self):
        url = self.rust("presign", "GET", BUCKET, "plain.txt").rstrip("\n")
        changed = [
            url.replace("plain.txt", "hash%23mark"),
            url.replace("q-signature=", "q-signature=0"),
            url.replace("q-ak=AKID", "q-ak=AKIX"),
            url.replace("crosscheck-", "other-"),
            url.replace("q-sign-time=1", "q-sign-time=2"),
            self.rust("presign", "PUT", BUCKET, "plain.txt").rstrip("\n"),
        ]
        for one in changed:
            assert one != url
            self.refused(one)

    def refused(self, url):
        try:
            urllib.request.urlopen(url).close()
        except urllib.error.HTTPError as e:
            assert e.code == 403, (e.code, url)
        else:
            raise AssertionError("accepted: " + url)

    def settings_both_ways(self):
        python, certificate = self.python, {"CertType": "CustomCert", "CustomCert": {"Cert": "c", "PrivateKey": "k"}}
        inventory = {
            "Destination": {"COSBucketDestination": {
                "AccountId": "100000000001", "Bucket": "qcs::cos:ap-guangzhou::" + BUCKET, "Format": "CSV"}},
            "IsEnabled": "true", "IncludedObjectVersions": "All", "OptionalFields": {"Field": ["Size"]},
            "Schedule": {"Frequency": "Daily"}}
        rule = {"Status": "Enabled", "Id": "rule", "Tiering": [
            {"AccessTier": "INFREQUENT", "Days": "30"}, {"AccessTier": "ARCHIVE", "Days": "90"}]}
        settings = [
            ("tagging", "", {"TagSet": {"Tag": [{"Key": "k", "Value": "\u503c"}]}},
             lambda d: python.put_bucket_tagging(BUCKET, d), lambda: python.get_bucket_tagging(BUCKET)),
            ("website", "", {"IndexDocument": {"Suffix": "i"}, "RoutingRules": [
                {"Condition": {"KeyPrefixEquals": "a"}, "Redirect": {"ReplaceKeyWith": "b"}}]},
             lambda d: python.put_bucket_website(BUCKET, d), lambda: python.get_bucket_website(BUCKET)),
            ("encryption", "", {"Rule": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
             lambda d: python.put_bucket_encryption(BUCKET, d), lambda: python.get_bucket_encryption(BUCKET)),
            ("inventory", "list1", inventory,
             lambda d: python.put_bucket_inventory(BUCKET, "list1", d), lambda: python.get_bucket_inventory(BUCKET, "list1")),
            ("tiering", "", {"Status": "Enabled", "Transition": {"Days": "30", "RequestFrequent": "1"}},
             lambda d: python.put_bucket_intelligenttiering(BUCKET, d), lambda: python.get_bucket_intelligenttiering(BUCKET)),
            ("tiering", "rule", rule,
             lambda d: python.put_bucket_intelligenttiering_v2(BUCKET, d, "rule"),
             lambda: python.get_bucket_intelligenttiering_v2(BUCKET, "rule")),
            ("domain-certificate", "www.example.com",
             {"CertificateInfo": certificate, "DomainList": [{"DomainName": "www.example.com"}]},
             lambda d: python.put_bucket_domain_certificate(BUCKET, d),
             lambda: python.get_bucket_domain_certificate(BUCKET, "www.example.com")),
        ]
        for setting, name, dict_, put, get in settings:
            named = [name] if name else []
            put(json.loads(json.dumps(dict_)))
            by_python = json.loads(self.rust("show", setting, BUCKET, *named))
            assert by_python == get(), (setting, by_python, get())
            self.rust("set", setting, BUCKET, json.dumps(dict_), *named)
            by_rust = json.loads(self.rust("show", setting, BUCKET, *named))
            assert by_rust == get() == by_python, (setting, by_rust, get(), by_python)

    def object_locks_both_ways(self):
        lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": "1"}}}
        for bucket, by_rust in [("lockp-1250000000", False), ("lockr-1250000000", True)]:
            self.python.create_bucket(Bucket=bucket)
            if by_rust:
                self.rust("set", "object-lock", bucket, json.dumps(lock))
            else:
                self.python.put_bucket_object_lock(bucket, lock)
            assert json.loads(self.rust("show", "object-lock", bucket)) == self.python.get_bucket_object_lock(bucket) == lock

    def symlinks_both_ways(self):
        self.python.put_object(Bucket=BUCKET, Key="\u76ee\u6807 a", Body=b"target")
        self.python.put_symlink(Bucket=BUCKET, SymlinkName="link-p", SymlinkTarget="\u76ee\u6807 a")
        assert self.rust("readlink", BUCKET, "link-p").rstrip("\n") == "\u76ee\u6807 a"
        self.rust("symlink", BUCKET, "link-r", "\u76ee\u6807 a")
        header = self.python.get_symlink(Bucket=BUCKET, SymlinkName="link-r")["x-cos-symlink-target"]
        assert urllib.parse.unquote(header) == "\u76ee\u6807 a", header
        for link in ["link-p", "link-r"]:
            assert self.python.get_object(Bucket=BUCKET, Key=link)["Body"].read(MIB) == b"target", link

    def fetch_tasks_both_ways(self):
        task = {"Url": "http://example.com/\u56fe.png", "Key": "fetched"}
        started = self.python.put_async_fetch_task(Bucket=BUCKET, FetchTaskConfiguration=task)["data"]["taskid"]
        by_rust = json.loads(self.rust("fetched", BUCKET, started))
        assert by_rust == self.python.get_async_fetch_task(Bucket=BUCKET, TaskId=started), by_rust
        started = json.loads(self.rust("fetch", BUCKET, json.dumps(task)))["data"]["taskid"]
        assert "data" in self.python.get_async_fetch_task(Bucket=BUCKET, TaskId=started)

    def wrong_keys_are_refused_alike(self):
        for environment in [{"COS_SECRET_KEY": "wrong"}, {"COS_SECRET_ID": "AKIDWRONG"}]:
            rust = self.rust("head", BUCKET, "plain.txt", fails=True, **environment)
            assert rust.startswith("403"), rust
            rust = self.rust("list", BUCKET, fails=True, **environment)
            python = self.python_code(environment)
            assert rust.startswith("403 " + python), (rust, python)

    def python_code(self, environment):
        known = self.known
        config = dict(known, **{"COS_SECRET_KEY": {"SecretKey": "wrong"}, "COS_SECRET_ID": {"SecretId": "AKIDWRONG"}}[
            next(iter(environment))])
        try:
            CosS3Client(CosConfig(**config)).list_objects(Bucket=BUCKET)
        except CosServiceError as e:
            assert e.get_status_code() == 403
            return e.get_error_code()
        raise AssertionError("accepted: %r" % (environment,))


def main(emulator, cli):
    process, port, printed = start(emulator)
    try:
        lead_every_host_to(port)
        known = dict(Region=printed["Region"], SecretId=printed["SecretId"], SecretKey=printed["SecretKey"], Scheme="http")
        rust = runner(cli, known, port)
        with tempfile.TemporaryDirectory() as folder:
            os.environ["HOME"] = folder
            check = Check(CosS3Client(CosConfig(**known)), rust, folder)
            check.known = known
            checks = [
                check.objects_with_nasty_keys_both_ways,
                check.lists_are_equal,
                check.heads_are_equal,
                check.deletes_both_ways,
                check.files_in_parts_both_ways,
                check.rust_goes_on_with_a_python_upload,
                check.python_goes_on_with_an_upload_cut_as_rust_cuts,
                check.rusts_presigned_urls_open,
                check.changed_or_expired_urls_are_refused,
                check.settings_both_ways,
                check.object_locks_both_ways,
                check.symlinks_both_ways,
                check.fetch_tasks_both_ways,
                check.wrong_keys_are_refused_alike,
            ]
            failed = 0
            for one in checks:
                try:
                    one()
                    print("ok     ", one.__name__)
                except Exception:
                    failed += 1
                    print("FAILED ", one.__name__)
                    traceback.print_exc()
    finally:
        process.kill()
    print("%d passed, %d failed" % (len(checks) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
