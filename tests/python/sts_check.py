"""Temporary keys: the official SDKs get them from the emulator's STS and metadata service, and use them; this crate's
command line tool uses the same keys, and reads the configuration file of coscli.

usage: sts_check.py EMULATOR CLI

EMULATOR is the program `cos-emulator`, CLI the example `cli` of this crate; both run as processes of their own.
Prints "N passed, 0 failed" and exits with a status other than 0 if anything failed.
"""

import base64
import os
import socket
import subprocess
import sys
import tempfile
import traceback

from Crypto.Cipher import AES
from qcloud_cos import CosConfig, CosS3Client
from qcloud_cos.cos_exception import CosServiceError
from sts.sts import Scope, Sts
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sts.v20180813 import models, sts_client

BUCKET = "stscheck-1250000000"
REGION = "ap-guangzhou"
ARN = "qcs::cam::uin/100000000001:roleName/reader"


def start(program):
    """Starts the emulator on a free port; returns the process, the port, id and key."""
    command = [program, "--port", "0", "--bucket", BUCKET, "--instance-role", "reader"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    port = int(process.stdout.readline().rsplit(":", 1)[1])
    known = dict(line.split(None, 1) for line in (process.stdout.readline().strip() for _ in range(2)))
    return process, port, known["SecretId"], known["SecretKey"]


def lead_every_host_to(port):
    """Bucket hosts have no entry in any name service here."""
    real = socket.getaddrinfo
    socket.getaddrinfo = lambda host, _port, *rest, **named: real("127.0.0.1", port, *rest, **named)


def hidden(text):
    """A value as coscli writes it."""
    data = text.encode()
    data += b"\0" * (16 - len(data) % 16)
    return base64.b64encode(AES.new(b"coscli-secret\0\0\0", AES.MODE_ECB).encrypt(data)).decode()


class Check:
    def __init__(self, port, secret_id, secret_key, cli, folder):
        self.port, self.id, self.key, self.cli, self.folder = port, secret_id, secret_key, cli, folder

    def client(self, secret_id, secret_key, token):
        return CosS3Client(
            CosConfig(Region=REGION, SecretId=secret_id, SecretKey=secret_key, Token=token, Scheme="http"), retry=0)

    def rust(self, *words, fails=False, **more):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("COS_", "TENCENT"))}
        environment.update(COS_REGION=REGION, COS_SCHEME="http", COS_CONNECT_TO="127.0.0.1:%d" % self.port,
                           HOME=self.folder, **more)
        done = subprocess.run([self.cli, *words], env=environment, capture_output=True, text=True)
        assert (done.returncode != 0) == fails, (words, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def path(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as fp:
            fp.write(text)
        return path

    def uses(self, secret_id, secret_key, token):
        """Both SDKs may write below a/ and nowhere else."""
        client = self.client(secret_id, secret_key, token)
        client.put_object(Bucket=BUCKET, Key="a/python", Body=b"x")
        refused(lambda: client.put_object(Bucket=BUCKET, Key="b/python", Body=b"x"), 403, "AccessDenied")
        refused(lambda: client.delete_object(Bucket=BUCKET, Key="a/python"), 403, "AccessDenied")
        known = {"COS_SECRET_ID": secret_id, "COS_SECRET_KEY": secret_key, "COS_TOKEN": token}
        file = self.path("file", "x")
        self.rust("put", BUCKET, "a/rust", file, **known)
        assert "403 AccessDenied" in self.rust("put", BUCKET, "b/rust", file, fails=True, **known)
        assert "403 InvalidSecurityToken" in self.rust(
            "put", BUCKET, "a/rust", file, fails=True, **dict(known, COS_TOKEN=token + "0"))

    def sts(self, **more):
        config = {"secret_id": self.id, "secret_key": self.key, "region": REGION, "bucket": BUCKET,
                  "allow_prefix": ["a/*"], "allow_actions": ["name/cos:PutObject"], "duration_seconds": 900,
                  "url": "http://127.0.0.1:%d/" % self.port}
        return Sts(dict(config, **more))

    def api(self, secret_id=None, secret_key=None, token=None):
        profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint="127.0.0.1:%d" % self.port))
        known = credential.Credential(secret_id or self.id, secret_key or self.key, token)
        return sts_client.StsClient(known, REGION, profile)

    # One check each; the name is what is printed when it fails.

    def the_cos_sts_sdk_gets_federation_tokens(self):
        answer = self.sts().get_credential()
        given = answer["credentials"]
        assert answer["expiredTime"] - answer["startTime"] == 900
        self.uses(given["tmpSecretId"], given["tmpSecretKey"], given["sessionToken"])

    def the_cos_sts_sdk_assumes_roles(self):
        given = self.sts().get_role_credential(ARN)["credentials"]
        self.uses(given["tmpSecretId"], given["tmpSecretKey"], given["sessionToken"])

    def the_cos_sts_sdk_makes_policies_of_scopes(self):
        policy = Sts.get_policy([Scope("name/cos:PutObject", BUCKET, REGION, "a/*")])
        given = self.sts(policy=policy).get_credential()["credentials"]
        self.uses(given["tmpSecretId"], given["tmpSecretKey"], given["sessionToken"])

    def the_api_sdk_assumes_roles_also_with_temporary_keys(self):
        request = models.AssumeRoleRequest()
        request.RoleArn, request.RoleSessionName, request.DurationSeconds = ARN, "check", 900
        first = self.api().AssumeRole(request).Credentials
        self.client(first.TmpSecretId, first.TmpSecretKey, first.Token).list_objects(Bucket=BUCKET)
        second = self.api(first.TmpSecretId, first.TmpSecretKey, first.Token).AssumeRole(request).Credentials
        self.client(second.TmpSecretId, second.TmpSecretKey, second.Token).list_objects(Bucket=BUCKET)

    def wrong_keys_and_tokens_get_nothing(self):
        request = models.AssumeRoleRequest()
        request.RoleArn, request.RoleSessionName = ARN, "check"
        for known, code in [
            (self.api(secret_key="another"), "AuthFailure.SignatureFailure"),
            (self.api(secret_id="another"), "AuthFailure.SecretIdNotFound"),
            (self.api(token="another"), "AuthFailure.TokenFailure"),
        ]:
            try:
                known.AssumeRole(request)
            except TencentCloudSDKException as e:
                assert e.get_code() == code, e
            else:
                raise AssertionError("was given a key")

    def the_api_sdk_asks_the_metadata_service(self):
        role = credential.CVMRoleCredential()
        role._role_endpoint = role._role_endpoint.replace("metadata.tencentyun.com", "127.0.0.1:%d" % self.port)
        secret_id, secret_key, token = role.get_credential_info()
        assert role.role == "reader"
        self.client(secret_id, secret_key, token).list_objects(Bucket=BUCKET)

    def the_file_of_coscli_is_read_hidden_or_plain(self):
        file = self.path("file", "x")
        for text, off in [(hidden, ""), (lambda value: value, "true"), (lambda value: value, "")]:
            values = {"disableencryption": '"%s"' % off, "mode": "SecretKey", "protocol": "https",
                      "secretid": text(self.id), "secretkey": text(self.key), "sessiontoken": text("") or '""'}
            lines = "".join("    %s: %s\n" % pair for pair in values.items())
            self.path(".cos.yaml", "cos:\n  base:\n%s  buckets:\n  - name: %s\n    ofs: false\n" % (lines, BUCKET))
            self.rust("put", BUCKET, "by-file", file)
        os.remove(os.path.join(self.folder, ".cos.yaml"))


def refused(call, status, code):
    try:
        call()
    except CosServiceError as e:
        assert (e.get_status_code(), e.get_error_code()) == (status, code), e
    else:
        raise AssertionError("was allowed")


def main(emulator, cli):
    process, port, secret_id, secret_key = start(emulator)
    failed = 0
    try:
        lead_every_host_to(port)
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]:
            os.environ.pop(name, None), os.environ.pop(name.lower(), None)
        with tempfile.TemporaryDirectory() as folder:
            os.environ["HOME"] = folder
            check = Check(port, secret_id, secret_key, cli, folder)
            checks = [
                check.the_cos_sts_sdk_gets_federation_tokens,
                check.the_cos_sts_sdk_assumes_roles,
                check.the_cos_sts_sdk_makes_policies_of_scopes,
                check.the_api_sdk_assumes_roles_also_with_temporary_keys,
                check.wrong_keys_and_tokens_get_nothing,
                check.the_api_sdk_asks_the_metadata_service,
                check.the_file_of_coscli_is_read_hidden_or_plain,
            ]
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
