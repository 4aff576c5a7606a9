"""The workloads with the official Python SDK, under the same command line as the other clients."""
import json
import logging
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

logging.disable(logging.CRITICAL)
from qcloud_cos import CosConfig, CosS3Client  # noqa: E402
from qcloud_cos.cos_encryption_client import CosEncryptionClient  # noqa: E402
from qcloud_cos.cos_threadpool import SimpleThreadPool  # noqa: E402
from qcloud_cos.crypto import AESProvider  # noqa: E402

workload, arguments = sys.argv[1], sys.argv[2:]
BUCKET = "b-1250000000"


def option(name, default=None):
    return arguments[arguments.index(name) + 1] if name in arguments else default


file = option("--file", "")
size = int(option("--size", 1 << 30))
part = int(option("--part", 8 << 20)) >> 20
threads = int(option("--threads", 5))
count = int(option("--count", 5000))
scheme, _, address = option("--endpoint", "http://127.0.0.1:1").partition("://")
ip, _, port = address.partition(":")
config = CosConfig(Region="ap-beijing", SecretId="AKID" + "x" * 32, SecretKey="x" * 32,
                   Scheme=scheme, IP=ip, Port=int(port), Timeout=60)
client = CosS3Client(config)


def upload(client=client):
    client.upload_file(Bucket=BUCKET, Key="k", LocalFilePath=file, PartSize=part, MAXThread=threads)
    return size


def download():
    client.download_file(Bucket=BUCKET, Key="k", DestFilePath=file, PartSize=part, MAXThread=threads,
                         DumpRecordDir=file + ".record", EnableCRC="--crc" in arguments)
    assert os.path.getsize(file) == size
    return size


def put():
    body = b"x" * 4096
    for number in range(count):
        client.put_object(Bucket=BUCKET, Key="small/%d" % number, Body=body)
    return count


def list_keys():
    keys = 0
    for page in range(count):
        keys += len(client.list_objects(Bucket=BUCKET, Marker="page-%d" % page, MaxKeys=1000)["Contents"])
    assert keys == count * 1000
    return keys


def presign():
    for number in range(count):
        client.get_presigned_url(Bucket=BUCKET, Key="dir/object-%d.bin" % number, Method="GET", Expired=300)
    return count


def upload_files():
    def one(number):
        client.upload_file(Bucket=BUCKET, Key="small/%d" % number, LocalFilePath="%s/f%d" % (file, number))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(count)))
    return count


def upload_folder():
    # As the documents do it, without their HEAD before each file.
    pool = SimpleThreadPool(threads)
    for path, _, names in os.walk(file):
        for name in names:
            source = os.path.join(path, name)
            pool.add_task(client.upload_file, BUCKET, "d/" + name, source)
    return ended(pool)


def download_folder():
    # As the documents do it: first the whole list, then the files.
    pool, infos, marker = SimpleThreadPool(threads), [], ""
    while True:
        page = client.list_objects(Bucket=BUCKET, Prefix="d/", Marker=marker)
        infos.extend(page["Contents"])
        if page["IsTruncated"] == "false":
            break
        marker = page["NextMarker"]
    os.makedirs(file)
    for info in infos:
        pool.add_task(client.download_file, BUCKET, info["Key"], os.path.join(file, os.path.basename(info["Key"])))
    return ended(pool)


def ended(pool):
    pool.wait_completion()
    result = pool.get_result()
    assert result["success_all"], result
    return len(result["detail"])


def upload_by_default():
    client.upload_file(Bucket=BUCKET, Key="k", LocalFilePath=file)
    return size


def download_by_default():
    client.download_file(Bucket=BUCKET, Key="k", DestFilePath=file)
    assert os.path.getsize(file) == size
    return size


def upload_encrypted():
    return upload(CosEncryptionClient(config, AESProvider(aes_key="A" * 43 + "=")))


work = {"w1": upload, "w2": download, "w3": put, "w4": list_keys, "w5": presign, "w6": upload, "w7": upload_files,
        "w8": upload_encrypted, "w9": upload_folder, "w10": download_folder, "w11": upload_by_default,
        "w12": download_by_default, "w13": list_keys}[workload]
before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
ops = work()
wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
peak = [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:")][0]
print(json.dumps({"wall": wall, "user": after.ru_utime - before.ru_utime, "sys": after.ru_stime - before.ru_stime,
                  "hwm_kb": peak, "ops": ops}), flush=True)
# Without waiting for the SDK's idle threads.
os._exit(0)
