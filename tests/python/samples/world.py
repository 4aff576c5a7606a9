"""What is there before a sample of the documents runs, and what must hold after it."""

import base64
import gzip
import os
import re
import urllib.request

from Crypto.PublicKey import RSA
from qcloud_cos import CosServiceError
from qcloud_cos.cos_encryption_client import CosEncryptionClient
from qcloud_cos.crypto import AESProvider, RSAProvider

MIB = 1024 * 1024
CONTENT = b"0123456789" * 100
LINES = b'{"name":"Ann","age":9}\n{"name":"Bob","age":10}\n'
AES_KEY = base64.b64encode(b"k" * 32).decode()
RSA_KEY = RSA.generate(2048)
PUBLIC, PRIVATE = RSA_KEY.publickey().exportKey().decode(), RSA_KEY.exportKey().decode()
FOLDER = {"a.log": b"a", "deep/b.log": b"b" * 3000, "deep/er/c.log": b""}
FOLDER_BUCKET = "examplebucket-125000000"
DOWNLOAD_BUCKET = "chenxi-1253870963"
BUCKETS = re.compile(r"'((?:examplebucket|sourcebucket|chenxi|test\d\d)-\d+)'")
CONFIGURATIONS = {
    "bucket_cors": {"CORSConfiguration": {"CORSRule": [{"AllowedOrigin": ["*"], "AllowedMethod": ["GET"]}]}},
    "bucket_lifecycle": {"LifecycleConfiguration": {
        "Rule": [{"ID": "1", "Filter": {"Prefix": "a"}, "Status": "Enabled", "Expiration": {"Days": "3"}}]}},
}


class Alternative:
    """`file` in `Body=b'bytes'|file`: either will do, so bytes it is."""

    def __ror__(self, other):
        return other


class World:
    """The surroundings of one sample: buckets, objects, uploads, local files, names, values to put in.

    cos -- a client to prepare and check with
    code -- the sample
    names -- the names the sample can use
    values -- texts the document tells its reader to replace, and what with; one after the other if several
    errors -- what the service may refuse
    """

    def __init__(self, cos, code, imports):
        self.cos, self.code = cos, code
        self.names = dict(imports)
        self.values = {}
        self.errors = set()
        self.upload = None
        buckets = BUCKETS.findall(code)
        self.bucket = buckets[0] if buckets else "examplebucket-1250000000"
        keys = re.findall(r"\bKey='([^']*)'", code)
        self.key = keys[0] if keys else "exampleobject"
        self.called = re.findall(r"\bclient\w*\.(\w+)", code)
        self.encrypted = "CosEncryptionClient" in code

    def has(self, *methods):
        return any(method in self.called for method in methods)

    # Before.

    def prepare(self):
        if not self.has("create_bucket"):
            self.create_buckets()
        self.write_files()
        self.create_objects()
        self.create_uploads()
        for name, configuration in CONFIGURATIONS.items():
            if self.has("get_" + name, "delete_" + name):
                getattr(self.cos, "put_" + name)(Bucket=self.bucket, **configuration)
        self.names.update(client=self.cos, file=Alternative(), file_name="test.txt")
        if "E." in self.code:
            try:
                self.cos.get_object(Bucket=self.bucket, Key="nothing")
            except CosServiceError as error:
                self.names["E"] = error
        if self.encrypted:
            self.values["COS_REGION"] = ["ap-guangzhou"]
            self.values.update(aes_key_value=[AES_KEY], public_key_value=[PUBLIC], private_key_value=[PRIVATE])
            # The method these are given to takes the keys themselves.
            self.values.update(public_key_path=[PUBLIC], private_key_path=[PRIVATE])

    def create_buckets(self):
        for bucket in set(BUCKETS.findall(self.code)) | {self.bucket}:
            self.cos.create_bucket(Bucket=bucket)
        if "'Appid': '1252408340'" in self.code:
            self.cos.create_bucket(Bucket="test02-1252408340")

    def write_files(self):
        # Larger than a part, so that the uploads of the samples are uploads in parts. Not so for those that encrypt:
        # the threads of the official SDK share one cipher, and nobody can read what they upload.
        self.local = os.urandom(3 * MIB + 1)
        files = {"local.txt": self.local, "test.txt": b"text", "test.bin": b"binary", "aes_key_path": AES_KEY.encode()}
        files.update(("logs/" + name, data) for name, data in FOLDER.items())
        if self.has("download_file"):
            files.pop("local.txt")
        for name, data in files.items():
            os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
            with open(name, "wb") as file:
                file.write(data)

    def put(self, bucket, key, data=CONTENT, **headers):
        self.cos.put_object(Bucket=bucket, Key=key, Body=data, **headers)

    def create_objects(self):
        if self.has("create_bucket", "delete_bucket", "append_object"):
            return
        if self.has("restore_object"):
            return self.put(self.bucket, self.key, StorageClass="ARCHIVE")
        if self.has("select_object_content"):
            return self.put(self.bucket, self.key, gzip.compress(LINES) if "GZIP" in self.code else LINES)
        if "root/logs'" in self.code and self.has("delete_object"):
            for name in FOLDER:
                self.put(self.bucket, "root/logs/" + name)
            return self.put(self.bucket, "root/other")
        if DOWNLOAD_BUCKET in self.code:
            for name, data in FOLDER.items():
                self.put(DOWNLOAD_BUCKET, "data/" + name, data)
            return self.put(DOWNLOAD_BUCKET, "data/folder/", b"")
        if "/root/logs'" in self.code:
            # One file is there already: the sample asks for each.
            self.errors = {("HEAD", 404)}
            return None
        for key in {"exampleobject", "exampleobject1", "exampleobject2", "src_object_key", "path/to/delete/dir/", self.key}:
            self.put(self.bucket, key)
        if "sourcebucket-1250000000" in self.code:
            self.put("sourcebucket-1250000000", "exampleobject")
            self.put("sourcebucket-1250000000", "sourceObject", b"s" * 3 * MIB)
        return None

    def create_uploads(self):
        needed = self.has("upload_part", "upload_part_copy", "list_parts", "complete_multipart_upload",
                          "abort_multipart_upload", "list_multipart_uploads")
        if not needed or self.encrypted:
            return
        self.upload = self.cos.create_multipart_upload(Bucket=self.bucket, Key=self.key)["UploadId"]
        self.names["uploadid"] = self.upload
        self.values["exampleUploadId"] = [self.upload]
        if self.has("list_parts", "complete_multipart_upload"):
            parts = [
                self.cos.upload_part(
                    Bucket=self.bucket, Key=self.key, Body=b"p" * MIB, PartNumber=number, UploadId=self.upload)
                for number in (1, 2)
            ]
            self.values["string"] = [part["ETag"] for part in parts]

    # After.

    def check(self):
        for method in dict.fromkeys(self.called):
            after = getattr(self, "after_" + method, None)
            if after:
                after()

    def read(self, bucket=None, key=None):
        return self.cos.get_object(Bucket=bucket or self.bucket, Key=key or self.key)["Body"].get_raw_stream().read()

    def response(self):
        return self.names["response"] if "response" in self.names else self.names["Response"]

    def after_create_bucket(self):
        assert self.cos.bucket_exists(Bucket=self.bucket)

    def after_delete_bucket(self):
        assert not self.cos.bucket_exists(Bucket=self.bucket)

    def after_get_bucket_location(self):
        assert self.response()["LocationConstraint"]

    def after_list_objects(self):
        if not self.has("delete_object") and DOWNLOAD_BUCKET not in self.code:
            assert self.response()["Name"] == self.bucket

    def after_list_objects_versions(self):
        assert self.response()["Name"] == self.bucket

    def after_list_multipart_uploads(self):
        if "Marker" not in self.code:
            found = self.response().get("Upload", [])
            wanted = re.search(r"Prefix='([^']*)'", self.code)
            matches = wanted is None or self.key.startswith(wanted[1])
            assert [upload["UploadId"] for upload in found] == [self.upload] * matches, found

    def after_get_bucket_cors(self):
        assert self.response()["CORSRule"][0]["AllowedMethod"] == ["GET"]

    def after_get_bucket_lifecycle(self):
        assert self.response()["Rule"][0]["ID"] == "1"

    def after_delete_bucket_cors(self):
        self.refused("NoSuchCORSConfiguration", self.cos.get_bucket_cors, Bucket=self.bucket)

    def after_delete_bucket_lifecycle(self):
        self.refused("NoSuchLifecycleConfiguration", self.cos.get_bucket_lifecycle, Bucket=self.bucket)

    def refused(self, code, call, **arguments):
        try:
            call(**arguments)
        except CosServiceError as error:
            assert error.get_error_code() == code, error
        else:
            raise AssertionError("was not refused")

    def after_put_object(self):
        if self.encrypted:
            return
        assert self.response()["ETag"]
        if "dir_to_create" in self.code:
            assert self.read(key="path/to/create/dir/") == b""
        elif "dir_name" in self.code:
            assert self.read(key="path/to/dir/test.txt") == b"text"
        elif "'test.bin'" in self.code:
            assert self.read(key="exampleobject") == b"binary"
        if "value1" in self.code:
            assert self.cos.head_object(Bucket=self.bucket, Key="test.txt")["x-cos-meta-key1"] == "value1"

    def after_get_object(self):
        if self.encrypted or DOWNLOAD_BUCKET in self.code:
            return
        stored = self.response()["Body"].get_raw_stream().read()
        part = re.search(r"Range='bytes=(\d+)-(\d+)'", self.code)
        wanted = CONTENT[int(part[1]):int(part[2]) + 1] if part else CONTENT
        assert stored in (wanted, b""), stored
        if not stored:
            with open("exampleobject", "rb") as file:
                assert file.read() == wanted

    def after_head_object(self):
        if self.upload is None and "/root/logs" not in self.code:
            assert self.response()["Content-Length"] == str(len(CONTENT))

    def after_get_presigned_download_url(self):
        with urllib.request.urlopen(self.response()) as answer:
            assert answer.read() == CONTENT

    def after_copy_object(self):
        if "destKey" in self.code:
            assert self.read(key="dest_object_key") == CONTENT
            assert not self.cos.object_exists(Bucket=self.bucket, Key="src_object_key")
            return
        assert self.read() == CONTENT
        head = self.cos.head_object(Bucket=self.bucket, Key=self.key)
        if "'x-cos-meta-key1'" in self.code:
            assert head["x-cos-meta-key1"] == "value1"
        kind = re.search(r"StorageClass='(\w+)'", self.code)
        if kind:
            assert head.get("x-cos-storage-class", "STANDARD") == kind[1]

    def after_copy(self):
        assert self.read() == CONTENT

    def after_delete_object(self):
        keys = [item["Key"] for item in self.cos.list_objects(Bucket=self.bucket).get("Contents", [])]
        if "prefix = " in self.code:
            assert keys == ["root/other"], keys
        elif "to_delete_dir" in self.code:
            assert "path/to/delete/dir/" not in keys
        elif "VersionId" in self.code:
            assert self.key in keys
        elif "srcKey" not in self.code:
            assert self.key not in keys

    def after_delete_objects(self):
        assert sorted(item["Key"] for item in self.response()["Deleted"]) == ["exampleobject1", "exampleobject2"]

    def after_get_object_acl(self):
        assert self.response()["Owner"]["ID"]

    after_get_bucket_acl = after_get_object_acl

    def after_restore_object(self):
        assert self.read() == CONTENT

    def after_select_object_content(self):
        assert self.response()["Payload"].get_select_result() == b"Ann,9\nBob,10\n"

    def after_append_object(self):
        positions = re.findall(r"Position=", self.code)
        length = int(self.cos.head_object(Bucket=self.bucket, Key=self.key)["Content-Length"])
        assert length > 0 and positions, length

    def after_create_multipart_upload(self):
        if not self.encrypted:
            uploads = self.cos.list_multipart_uploads(Bucket=self.bucket)["Upload"]
            assert self.response()["UploadId"] in [upload["UploadId"] for upload in uploads]

    def after_upload_part(self):
        if not self.encrypted:
            parts = self.cos.list_parts(Bucket=self.bucket, Key=self.key, UploadId=self.upload)["Part"]
            assert [part["ETag"] for part in parts] == [self.response()["ETag"]]

    after_upload_part_copy = after_upload_part

    def after_list_parts(self):
        if not self.encrypted and "PartNumberMarker" not in self.code:
            assert [part["PartNumber"] for part in self.response()["Part"]] == ["1", "2"]

    def after_complete_multipart_upload(self):
        if not self.encrypted:
            assert self.read() == b"p" * 2 * MIB

    def after_abort_multipart_upload(self):
        assert "Upload" not in self.cos.list_multipart_uploads(Bucket=self.bucket)

    def after_upload_file(self):
        if self.encrypted:
            return self.check_encryption()
        if "/root/logs" not in self.code:
            return self.check_equal(self.read(), self.local)
        found = {item["Key"]: item["Size"] for item in self.cos.list_objects(Bucket=FOLDER_BUCKET)["Contents"]}
        folder = os.path.join(os.getcwd(), "logs").strip("/")
        wanted = {folder + "/" + name: str(len(data)) for name, data in FOLDER.items()}
        assert found == wanted, found
        return None

    def check_equal(self, got, wanted):
        assert got == wanted, "%d bytes instead of %d" % (len(got), len(wanted))

    def check_encryption(self):
        if "AESProvider" in self.code:
            provider = AESProvider(aes_key=AES_KEY)
        else:
            provider = RSAProvider(key_pair_info=RSAProvider.get_rsa_key_pair(PUBLIC, PRIVATE))
        reader = CosEncryptionClient(self.names["conf"], provider)
        for bucket, key, wanted in [
            (self.bucket, "exampleobject", b"bytes"),
            (self.bucket, "exampleobject_upload", b"bytes"),
            ("test04-123456789", "test.txt", self.local),
        ]:
            assert self.read(bucket, key) != wanted, key
            body = reader.get_object(Bucket=bucket, Key=key)["Body"]
            body.get_stream_to_file("decrypted")
            with open("decrypted", "rb") as file:
                self.check_equal(file.read(), wanted)

    def after_download_file(self):
        if DOWNLOAD_BUCKET not in self.code:
            with open("local.txt", "rb") as file:
                assert file.read() == CONTENT
            return
        for name, data in FOLDER.items():
            with open("download/data/" + name, "rb") as file:
                assert file.read() == data
