"""What the official Python SDK encrypts, this crate decrypts, and the other way round.

usage: encryption_interop.py EMULATOR ENCRYPTION_CLI

EMULATOR is the program `cos-emulator`, ENCRYPTION_CLI the example `encryption_cli` of this crate. For each kind of
key: 100 objects in each direction, of 0 bytes to 3 MiB, in one request and in parts, with random ranges.
Prints "N passed, 0 failed" and exits with a status other than 0 if anything failed.
"""

import base64
import os
import random
import socket
import subprocess
import sys
import tempfile

from Crypto.PublicKey import RSA
from qcloud_cos import CosConfig
from qcloud_cos.cos_encryption_client import CosEncryptionClient
from qcloud_cos.crypto import AESProvider, RSAProvider

BUCKET = "encryption-1250000000"
MIB = 1024 * 1024
OBJECTS = 100
SIZES = [0, 1, 15, 16, 17, 31, 32, 33, 1000, 4095, 4096, 4097, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB - 5, 3 * MIB]


def start(program):
    process = subprocess.Popen([program, "--port", "0", "--bucket", BUCKET], stdout=subprocess.PIPE, text=True)
    first = process.stdout.readline()
    return process, int(first.rsplit(":", 1)[1]), dict(
        line.split(None, 1) for line in (process.stdout.readline().strip() for _ in range(3))
    )


def lead_every_host_to(port):
    real = socket.getaddrinfo
    socket.getaddrinfo = lambda host, _port, *rest, **named: real("127.0.0.1", port, *rest, **named)


class Rust:
    def __init__(self, program, key, environment, folder):
        self.process = subprocess.Popen([program, BUCKET, *key], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=environment, text=True)
        self.path = os.path.join(folder, "rust")

    def do(self, *words):
        self.process.stdin.write("\t".join(words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer == "ok\n", (words, answer)

    def write(self, how, key, data):
        with open(self.path, "wb") as fp:
            fp.write(data)
        self.do(how, key, self.path)

    def read(self, *words):
        self.do(*words, self.path)
        with open(self.path, "rb") as fp:
            return fp.read()


class Python:
    def __init__(self, client):
        self.client = client

    def write(self, how, key, data):
        if how == "put":
            self.client.put_object(Bucket=BUCKET, Key=key, Body=data)
            return
        upload = self.client.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        parts = []
        for at in range(0, len(data), MIB):
            number = at // MIB + 1
            response = self.client.upload_part(Bucket=BUCKET, Key=key, Body=data[at:at + MIB], PartNumber=number,
                                               UploadId=upload)
            parts.append({"PartNumber": number, "ETag": response["ETag"]})
        self.client.complete_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload={"Part": parts})

    def read(self, key, **named):
        body = self.client.get_object(Bucket=BUCKET, Key=key, **named)["Body"]
        whole = b""
        while True:
            # Its small reads give wrong bytes.
            chunk = body.read(4 * MIB)
            if not chunk:
                return whole
            whole += chunk


def check(rust, python, chosen):
    """Both directions; returns how many objects and ranges were compared, and those that differ."""
    compared, wrong = 0, []

    def compare(what, found, expected):
        nonlocal compared
        compared += 1
        if found != expected:
            wrong.append(what)

    for number in range(OBJECTS):
        size = SIZES[number] if number < len(SIZES) else chosen.randrange(3 * MIB + 1)
        data = chosen.randbytes(size)
        first = chosen.randrange(size) if size else 0
        last = chosen.randrange(first, size) if size else 0
        span = "bytes=%d-%d" % (first, last)

        how = ["put", "parts"][number % 2] if size else "put"
        python.write(how, "python", data)
        reading = ["get", "download"][number // 2 % 2]
        compare(("python", how, reading, size), rust.read(reading, "python"), data)
        if size:
            compare(("python", how, span, size), rust.read("range", "python", span), data[first:last + 1])

        how = ["put", "parts", "upload"][number % 3] if size else "put"
        rust.write(how, "rust", data)
        compare(("rust", how, size), python.read("rust"), data)
        if size:
            compare(("rust", how, span, size), python.read("rust", Range=span), data[first:last + 1])
    return compared, wrong


def forms_of_keys(pair, folder):
    """Yields name, public and private file, and passphrase, for the forms in which keys are written."""
    public, words = pair.publickey(), "a passphrase"
    for name, public_form, private_form, passphrase in [
        ("PKCS#1", public.exportKey(), pair.exportKey(), []),
        ("PKCS#8", public.exportKey(), pair.exportKey(pkcs=8), []),
        ("DER", public.exportKey("DER"), pair.exportKey("DER"), []),
        ("DER of PKCS#8", public.exportKey("DER"), pair.exportKey("DER", pkcs=8), []),
        ("encrypted PKCS#1", public.exportKey(), pair.exportKey(passphrase=words), [words]),
        ("encrypted PKCS#8", public.exportKey(), pair.exportKey(pkcs=8, passphrase=words), [words]),
    ]:
        paths = [os.path.join(folder, "form-" + which) for which in ["public", "private"]]
        for path, content in zip(paths, [public_form, private_form]):
            with open(path, "wb") as fp:
                fp.write(content)
        yield name, [*paths, *passphrase]


def main(emulator, cli):
    process, port, printed = start(emulator)
    passed = failed = 0
    try:
        lead_every_host_to(port)
        known = dict(Region=printed["Region"], SecretId=printed["SecretId"], SecretKey=printed["SecretKey"], Scheme="http")
        environment = dict(
            os.environ,
            COS_REGION=known["Region"],
            COS_SECRET_ID=known["SecretId"],
            COS_SECRET_KEY=known["SecretKey"],
            COS_SCHEME="http",
            COS_CONNECT_TO="127.0.0.1:%d" % port,
        )
        with tempfile.TemporaryDirectory() as folder:
            os.environ["HOME"] = folder
            chosen = random.Random(11)
            key = base64.b64encode(chosen.randbytes(32)).decode()
            pair = RSA.generate(2048)
            public, private, locked = (os.path.join(folder, name) for name in ["public", "private", "locked"])
            for path, content in [
                (public, pair.publickey().exportKey()),
                (private, pair.exportKey()),
                # PKCS#1, encrypted in OpenSSL's old way: what Python makes of a passphrase.
                (locked, pair.exportKey(passphrase="a passphrase")),
            ]:
                with open(path, "wb") as fp:
                    fp.write(content)
            values = RSAProvider.get_rsa_key_pair(pair.publickey().exportKey(), pair.exportKey())
            files = RSAProvider.get_rsa_key_pair_path(public, locked)
            kinds = [
                ("AES", ["aes", key], AESProvider(aes_key=key)),
                ("RSA values", ["rsa", public, private], RSAProvider(key_pair_info=values)),
                ("RSA files", ["rsa-files", public, locked, "a passphrase"],
                 RSAProvider(key_pair_info=files, passphrase="a passphrase")),
            ]
            for name, words, provider in kinds:
                rust = Rust(cli, words, environment, folder)
                try:
                    python = Python(CosEncryptionClient(CosConfig(**known), provider))
                    compared, wrong = check(rust, python, chosen)
                finally:
                    rust.process.stdin.close()
                    rust.process.wait()
                passed, failed = passed + compared - len(wrong), failed + len(wrong)
                print("%s: %d compared, %d differ %s" % (name, compared, len(wrong), wrong[:5]))
            # The last kind's client: OAEP, as for files.
            python.write("put", "form", b"content")
            for name, words in forms_of_keys(pair, folder):
                rust = Rust(cli, ["rsa-files", *words], environment, folder)
                try:
                    same = rust.read("get", "form") == b"content"
                finally:
                    rust.process.stdin.close()
                    rust.process.wait()
                passed, failed = passed + same, failed + (not same)
                print("%s: %s" % (name, "ok" if same else "FAILED"))
    finally:
        process.kill()
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
