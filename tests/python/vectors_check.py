"""The official SDK's client of vector buckets against the emulator, and this crate's client beside it.

usage: vectors_check.py EMULATOR CLI

EMULATOR is the program `cos-emulator`, CLI the example `cli` of this crate. 10,000 vectors of 256 dimensions are stored,
and what the emulator calls the nearest is compared with a search through all of them. Prints "N passed, 0 failed" and
exits with a status other than 0 if anything failed.
"""

import json
import math
import operator
import random
import sys
import traceback

from qcloud_cos import CosConfig
from qcloud_cos.cos_exception import CosServiceError
from qcloud_cos.cos_vectors_client import CosVectorsClient

from cross_check import lead_every_host_to, runner, start

BUCKET = "vectors-1250000000"
COUNT, DIMENSION, TOP, BATCH = 10_000, 256, 10, 500


def dot(a, b):
    return sum(map(operator.mul, a, b))


def cosine(a, b):
    return 1 - dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


def euclidean(a, b):
    return math.dist(a, b)


class Check:
    def __init__(self, python, rust):
        self.python, self.rust = python, rust
        drawn = random.Random(7)
        # Multiples of a power of two, which a float of 32 bits holds exactly.
        vector = lambda: [drawn.randrange(-1024, 1025) / 1024 for _ in range(DIMENSION)]
        self.vectors = [vector() for _ in range(COUNT)]
        self.queries = [vector() for _ in range(3)]

    def buckets_and_indexes(self):
        self.python.create_vector_bucket(Bucket=BUCKET)
        _, there = self.python.get_vector_bucket(Bucket=BUCKET)
        assert there["vectorBucket"]["vectorBucketName"] == BUCKET, there
        _, buckets = self.python.list_vector_buckets()
        assert [bucket["vectorBucketName"] for bucket in buckets["vectorBuckets"]] == [BUCKET], buckets
        for index in ["cosine", "euclidean"]:
            self.python.create_index(
                Bucket=BUCKET, Index=index, DataType="float32", Dimension=DIMENSION, DistanceMetric=index)
        _, indexes = self.python.list_indexes(Bucket=BUCKET)
        assert [index["indexName"] for index in indexes["indexes"]] == ["cosine", "euclidean"], indexes

    def vectors_are_stored_and_listed_in_segments(self):
        for index in ["cosine", "euclidean"]:
            for at in range(0, COUNT, BATCH):
                self.python.put_vectors(Bucket=BUCKET, Index=index, Vectors=[
                    {"key": "v%05d" % n, "data": {"float32": self.vectors[n]}, "metadata": {"third": n % 3}}
                    for n in range(at, at + BATCH)])
        listed = []
        for segment in range(4):
            token = None
            while True:
                _, page = self.python.list_vectors(
                    Bucket=BUCKET, Index="cosine", SegmentCount=4, SegmentIndex=segment, NextToken=token)
                listed += [vector["key"] for vector in page["vectors"]]
                token = page.get("nextToken")
                if not token:
                    break
        assert sorted(listed) == ["v%05d" % n for n in range(COUNT)], len(listed)
        _, got = self.python.get_vectors(Bucket=BUCKET, Index="cosine", Keys=["v00007"], ReturnData=True)
        assert got["vectors"][0]["data"]["float32"] == self.vectors[7]

    def the_nearest_are_those_of_a_search_through_all(self):
        for index, distance in [("cosine", cosine), ("euclidean", euclidean)]:
            for query in self.queries:
                for kind in [None, {"third": {"$eq": 1}}]:
                    numbers = range(COUNT) if kind is None else range(1, COUNT, 3)
                    nearest = sorted((distance(query, self.vectors[n]), "v%05d" % n) for n in numbers)[:TOP]
                    _, found = self.python.query_vectors(
                        Bucket=BUCKET, Index=index, QueryVector={"float32": query}, TopK=TOP, Filter=kind,
                        ReturnDistance=True)
                    self.equal(index, nearest, found)
                    if kind is None:
                        words = ["query-vectors", BUCKET, index, json.dumps({"float32": query}), str(TOP)]
                        self.equal(index, nearest, json.loads(self.rust(*words)))

    def equal(self, index, nearest, found):
        assert [key for _, key in nearest] == [vector["key"] for vector in found["vectors"]], (index, nearest, found)
        for (distance, key), vector in zip(nearest, found["vectors"]):
            assert abs(vector["distance"] - distance) < 1e-4, (index, key, distance, vector)

    def rust_writes_and_python_reads(self):
        vectors = [{"key": "rust", "data": {"float32": self.queries[0]}, "metadata": {"third": 9}}]
        self.rust("put-vectors", BUCKET, "cosine", json.dumps(vectors))
        _, found = self.python.query_vectors(
            Bucket=BUCKET, Index="cosine", QueryVector={"float32": self.queries[0]}, TopK=1, ReturnMetaData=True)
        assert (found["vectors"][0]["key"], found["vectors"][0]["metadata"]) == ("rust", {"third": 9}), found

    def deletions(self):
        self.python.delete_vectors(Bucket=BUCKET, Index="cosine", Keys=["rust", "v00000"])
        _, left = self.python.get_vectors(Bucket=BUCKET, Index="cosine", Keys=["rust", "v00000", "v00001"])
        assert [vector["key"] for vector in left["vectors"]] == ["v00001"], left
        for index in ["cosine", "euclidean"]:
            self.python.delete_index(Bucket=BUCKET, Index=index)
        self.python.delete_vector_bucket(Bucket=BUCKET)
        try:
            self.python.get_vector_bucket(Bucket=BUCKET)
        except CosServiceError as e:
            assert e.get_status_code() == 404, e
        else:
            raise AssertionError("the bucket is still there")


def main(emulator, cli):
    process, port, printed = start(emulator)
    try:
        lead_every_host_to(port)
        known = dict(Region=printed["Region"], SecretId=printed["SecretId"], SecretKey=printed["SecretKey"])
        domain = "vectors.%s.coslake.com" % known["Region"]
        python = CosVectorsClient(CosConfig(Scheme="http", Domain=domain, **known))
        check = Check(python, runner(cli, known, port))
        checks = [
            check.buckets_and_indexes,
            check.vectors_are_stored_and_listed_in_segments,
            check.the_nearest_are_those_of_a_search_through_all,
            check.rust_writes_and_python_reads,
            check.deletions,
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
