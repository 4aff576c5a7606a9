"""A test of a Python program against the emulator, to start from.

    pip install cos-python-sdk-v5
    python3 python_test.py PATH/TO/cos-emulator
"""

import json
import subprocess
import sys
import unittest
import urllib.request

from qcloud_cos import CosConfig, CosS3Client

EMULATOR = sys.argv.pop(1) if len(sys.argv) > 1 else 'cos-emulator'
BUCKET = 'examplebucket-1250000000'


def save_report(client, text):
    """The program under test."""
    client.put_object(Bucket=BUCKET, Key='report.txt', Body=text.encode())


class ReportTest(unittest.TestCase):
    def setUp(self):
        # A free port; the first line that is printed says which.
        self.emulator = subprocess.Popen(
            [EMULATOR, '--port', '0', '--bucket', BUCKET, '--control'], stdout=subprocess.PIPE, text=True)
        self.url = self.emulator.stdout.readline().split()[-1]
        port = int(self.url.rsplit(':', 1)[1])
        self.client = CosS3Client(CosConfig(
            Region='ap-guangzhou', Scheme='http', IP='127.0.0.1', Port=port,
            SecretId='AKIDEMULATOREXAMPLE0000000000000001', SecretKey='EmulatorSecretKeyExample00000001'))

    def tearDown(self):
        self.emulator.kill()
        self.emulator.communicate()

    def control(self, method, what, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f'{self.url}/_emulator/{what}', data, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return json.load(answer)

    def test_a_report_is_saved(self):
        save_report(self.client, 'all is well')
        body = self.client.get_object(Bucket=BUCKET, Key='report.txt')['Body']
        self.assertEqual(body.get_raw_stream().read(), b'all is well')

    def test_a_busy_server_is_asked_again(self):
        busy = {'answer': {'status': 503, 'code': 'SlowDown'}}
        self.control('POST', 'faults', {'fault': busy, 'match': {'method': 'PUT'}})
        save_report(self.client, 'all is well')
        sent = self.control('GET', 'requests')['requests']
        self.assertEqual([request['status'] for request in sent], [503, 200])


if __name__ == '__main__':
    unittest.main()
