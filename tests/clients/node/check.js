'use strict';
// Runs the official Node SDK, with default options, against the emulator.
//
//   cos-emulator --tls-ca ca.pem --control --port 9000
//   HTTPS_PROXY=http://127.0.0.1:9000 NODE_EXTRA_CA_CERTS=ca.pem node check.js http://127.0.0.1:9000
//
// The SDK asks for COS's own hosts over HTTPS; the emulator is the proxy that leads there.

const assert = require('assert');
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');
const COS = require('cos-nodejs-sdk-v5');
// The SDK's own HTTP library, which goes the same way.
const request = require(require.resolve('cos-request', { paths: [require.resolve('cos-nodejs-sdk-v5')] }));

const emulator = process.argv[2];
const Bucket = 'nodecheck-1250000000';
const Region = 'ap-guangzhou';
const cos = new COS({
  SecretId: 'AKIDEMULATOREXAMPLE0000000000000001',
  SecretKey: 'EmulatorSecretKeyExample00000001',
});
const MiB = 1024 * 1024;
const place = { Bucket, Region };
const object = (Key) => ({ Bucket, Region, Key });
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'node-check-'));

// Sends a control request to the emulator.
function control(method, what, body) {
  return new Promise((resolve, reject) => {
    const sent = http.request(`${emulator}/_emulator/${what}`, { method }, (answer) => {
      let text = '';
      answer.on('data', (piece) => (text += piece));
      answer.on('end', () => resolve(JSON.parse(text)));
    });
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

// The SDK as a program has it that was started again: it holds no upload for one that is under way.
function restarted() {
  for (const file of Object.keys(require.cache)) {
    if (file.includes('cos-nodejs-sdk-v5')) delete require.cache[file];
  }
  const Fresh = require('cos-nodejs-sdk-v5');
  return new Fresh({ SecretId: cos.options.SecretId, SecretKey: cos.options.SecretKey });
}

async function refused(promise, status, code) {
  const error = await promise.then(
    () => assert.fail('it was not refused'),
    (error) => error
  );
  assert.strictEqual(error.statusCode, status, JSON.stringify(error));
  if (code) assert.strictEqual(error.code, code);
}

const checks = {
  async 'a bucket is created and found'() {
    await cos.putBucket(place);
    assert.strictEqual((await cos.headBucket(place)).statusCode, 200);
    const { Buckets } = await cos.getService({ Region: '' });
    assert(Buckets.some((bucket) => bucket.Name === Bucket));
    await refused(cos.headBucket({ Bucket: 'none-1250000000', Region }), 404);
  },

  async 'put, head and get'() {
    for (const Body of ['text', Buffer.from([0, 255, 13, 10]), '']) {
      const put = await cos.putObject({ ...object('a/b.txt'), Body });
      const md5 = crypto.createHash('md5').update(Body).digest('hex');
      assert.strictEqual(put.ETag, `"${md5}"`);
      const head = await cos.headObject(object('a/b.txt'));
      assert.strictEqual(head.headers['content-length'], String(Buffer.byteLength(Body)));
      assert.strictEqual(head.headers['content-type'], 'text/plain');
      assert.strictEqual(head.headers['cache-control'], undefined);
      const got = await cos.getObject(object('a/b.txt'));
      assert(got.Body.equals(Buffer.from(Body)));
    }
    await refused(cos.getObject(object('none')), 404, 'NoSuchKey');
  },

  async 'put and get of streams and ranges'() {
    const file = path.join(folder, 'stream');
    fs.writeFileSync(file, crypto.randomBytes(300000));
    await cos.putObject({ ...object('stream'), Body: fs.createReadStream(file), ContentLength: 300000 });
    const Output = path.join(folder, 'out');
    await cos.getObject({ ...object('stream'), Output });
    assert(fs.readFileSync(Output).equals(fs.readFileSync(file)));
    const part = await cos.getObject({ ...object('stream'), Range: 'bytes=10-19' });
    assert.strictEqual(part.statusCode, 206);
    assert(part.Body.equals(fs.readFileSync(file).subarray(10, 20)));
  },

  async 'headers and metadata are kept'() {
    const headers = { CacheControl: 'no-cache', ContentDisposition: 'attachment', ContentType: 'text/x-own' };
    await cos.putObject({ ...object('meta'), Body: 'x', ...headers, Headers: { 'x-cos-meta-a': 'b' } });
    const head = await cos.headObject(object('meta'));
    assert.strictEqual(head.headers['cache-control'], 'no-cache');
    assert.strictEqual(head.headers['content-disposition'], 'attachment');
    assert.strictEqual(head.headers['content-type'], 'text/x-own');
    assert.strictEqual(head.headers['x-cos-meta-a'], 'b');
  },

  async 'a listing of 1,001 keys, and with a delimiter'() {
    const keys = Array.from({ length: 1001 }, (_, number) => `list/${number % 7}/${String(number).padStart(4, '0')}`);
    for (let at = 0; at < keys.length; at += 50) {
      await Promise.all(keys.slice(at, at + 50).map((key) => cos.putObject({ ...object(key), Body: '' })));
    }
    const found = [];
    let Marker = '';
    let pages = 0;
    for (;;) {
      const page = await cos.getBucket({ ...place, Prefix: 'list/', Marker });
      found.push(...page.Contents.map((content) => content.Key));
      pages += 1;
      if (page.IsTruncated !== 'true') break;
      Marker = page.NextMarker;
    }
    assert.deepStrictEqual(found, keys.slice().sort());
    assert.strictEqual(pages, 2);
    const folded = await cos.getBucket({ ...place, Prefix: 'list/', Delimiter: '/' });
    assert.strictEqual(folded.CommonPrefixes.length, 7);
    assert.strictEqual(folded.Contents.length, 0);
  },

  async 'deleting many'() {
    const { Contents } = await cos.getBucket({ ...place, Prefix: 'list/', MaxKeys: 1000 });
    const Objects = Contents.map((content) => ({ Key: content.Key }));
    const { Deleted, Error } = await cos.deleteMultipleObject({ ...place, Objects });
    assert.strictEqual(Deleted.length, 1000);
    assert.strictEqual(Error.length, 0);
    await cos.deleteObject(object('list/6/1000'));
    await cos.deleteObject(object('list/0/1000'));
    const left = await cos.getBucket({ ...place, Prefix: 'list/' });
    assert(left.Contents.length <= 1);
    for (const { Key } of left.Contents) await cos.deleteObject(object(Key));
  },

  async 'an upload in parts that breaks and is resumed'() {
    const FilePath = path.join(folder, 'parts');
    fs.writeFileSync(FilePath, crypto.randomBytes(5 * MiB + 123));
    await control('DELETE', 'requests');
    const match = { method: 'PUT', query: 'partNumber=3&' };
    await control('POST', 'faults', { fault: { answer: { status: 400, code: 'Broken' } }, match, times: 0 });
    const options = { ...object('parts'), FilePath, SliceSize: MiB, ChunkSize: MiB, AsyncLimit: 1 };
    await refused(cos.sliceUploadFile(options), 400, 'Broken');
    await control('DELETE', 'faults');
    const result = await restarted().sliceUploadFile(options);
    assert(result.ETag.endsWith('-6"'), result.ETag);
    const got = await cos.getObject(object('parts'));
    assert(got.Body.equals(fs.readFileSync(FilePath)));
    const { requests } = await control('GET', 'requests');
    const begun = requests.filter((sent) => sent.method === 'POST' && /[?&]uploads/.test(sent.target));
    assert.strictEqual(begun.length, 1, 'it was not resumed');
    const first = requests.filter((sent) => sent.method === 'PUT' && sent.target.includes('partNumber=1&'));
    assert.strictEqual(first.length, 1, 'the first part was sent again');
  },

  async 'parts by hand, listed and aborted'() {
    const { UploadId } = await cos.multipartInit(object('by-hand'));
    const Body = Buffer.alloc(MiB, 'a');
    const { ETag } = await cos.multipartUpload({ ...object('by-hand'), UploadId, PartNumber: 1, Body });
    const listed = await cos.multipartListPart({ ...object('by-hand'), UploadId });
    assert.deepStrictEqual([listed.Part.length, listed.Part[0].ETag, listed.Part[0].Size], [1, ETag, String(MiB)]);
    const uploads = await cos.multipartList({ ...place, Prefix: 'by-hand' });
    assert.strictEqual(uploads.Upload[0].UploadId, UploadId);
    await cos.multipartAbort({ ...object('by-hand'), UploadId });
    await refused(cos.multipartListPart({ ...object('by-hand'), UploadId }), 404, 'NoSuchUpload');
  },

  async 'copies, whole and in parts'() {
    const CopySource = `${Bucket}.cos.${Region}.myqcloud.com/parts`;
    const copied = await cos.putObjectCopy({ ...object('copy'), CopySource });
    const head = await cos.headObject(object('parts'));
    assert.strictEqual(copied.ETag, head.ETag);
    await cos.sliceCopyFile({ ...object('copy-parts'), CopySource, SliceSize: MiB, CopySliceSize: MiB });
    const got = await cos.headObject(object('copy-parts'));
    assert.strictEqual(got.headers['x-cos-hash-crc64ecma'], head.headers['x-cos-hash-crc64ecma']);
  },

  async 'lists of grants of a bucket'() {
    const owner = (await cos.getBucketAcl(place)).Owner.ID;
    await cos.putBucketAcl({ ...place, ACL: 'public-read' });
    assert.strictEqual((await cos.getBucketAcl(place)).ACL, 'public-read');
    const GrantRead = 'id="qcs::cam::uin/1001:uin/1001",id="qcs::cam::uin/1002:uin/1002"';
    await cos.putBucketAcl({ ...place, GrantRead });
    assert.strictEqual((await cos.getBucketAcl(place)).GrantRead, GrantRead);
    const ID = 'qcs::cam::uin/10002:uin/10002';
    const AccessControlPolicy = { Owner: { ID: owner }, Grants: [{ Grantee: { ID }, Permission: 'READ' }] };
    await cos.putBucketAcl({ ...place, AccessControlPolicy });
    const { Grants } = await cos.getBucketAcl(place);
    assert.deepStrictEqual([Grants.length, Grants[0].Grantee.ID], [1, ID]);
    await cos.putBucketAcl({ ...place, ACL: 'private' });
    assert.strictEqual((await cos.getBucketAcl(place)).ACL, 'private');
  },

  async 'lists of grants of an object'() {
    assert.strictEqual((await cos.getObjectAcl(object('meta'))).ACL, 'default');
    await cos.putObjectAcl({ ...object('meta'), ACL: 'public-read' });
    assert.strictEqual((await cos.getObjectAcl(object('meta'))).ACL, 'public-read');
    await cos.putObjectAcl({ ...object('meta'), ACL: 'default' });
    assert.strictEqual((await cos.getObjectAcl(object('meta'))).ACL, 'default');
  },

  async 'CORS rules, in effect'() {
    const rule = {
      AllowedOrigins: ['https://example.com'],
      AllowedMethods: ['GET', 'PUT'],
      AllowedHeaders: ['*'],
      ExposeHeaders: ['ETag'],
      MaxAgeSeconds: '60',
    };
    assert.deepStrictEqual((await cos.getBucketCors(place)).CORSRules, []);
    await cos.putBucketCors({ ...place, CORSRules: [rule] });
    const { CORSRules } = await cos.getBucketCors(place);
    assert.deepStrictEqual(CORSRules[0].AllowedMethods, rule.AllowedMethods);
    const ask = { Origin: 'https://example.com', AccessControlRequestMethod: 'PUT', AccessControlRequestHeaders: 'x-a' };
    const allowed = await cos.optionsObject({ ...object('meta'), ...ask });
    assert.strictEqual(allowed.AccessControlAllowOrigin, 'https://example.com');
    const forbidden = await cos.optionsObject({ ...object('meta'), ...ask, Origin: 'https://example.org' });
    assert(forbidden.OptionsForbidden);
    await cos.deleteBucketCors(place);
    assert.deepStrictEqual((await cos.getBucketCors(place)).CORSRules, []);
  },

  async 'lifecycle rules'() {
    assert.deepStrictEqual((await cos.getBucketLifecycle(place)).Rules, []);
    const rule = {
      ID: '1',
      Filter: { Prefix: 'logs/' },
      Status: 'Enabled',
      Transition: { Days: '30', StorageClass: 'STANDARD_IA' },
    };
    await cos.putBucketLifecycle({ ...place, Rules: [rule] });
    const { Rules } = await cos.getBucketLifecycle(place);
    assert.deepStrictEqual([Rules[0].ID, Rules[0].Transition.StorageClass], ['1', 'STANDARD_IA']);
    const { Status, ...withoutStatus } = rule;
    await refused(cos.putBucketLifecycle({ ...place, Rules: [withoutStatus] }), 400, 'MalformedXML');
    await cos.deleteBucketLifecycle(place);
  },

  async 'versions of an object'() {
    await cos.putBucketVersioning({ ...place, VersioningConfiguration: { Status: 'Enabled' } });
    const one = await cos.putObject({ ...object('versioned'), Body: 'one' });
    await cos.putObject({ ...object('versioned'), Body: 'two' });
    const VersionId = one.headers['x-cos-version-id'];
    assert.strictEqual(String((await cos.getObject({ ...object('versioned'), VersionId })).Body), 'one');
    assert.strictEqual(String((await cos.getObject(object('versioned'))).Body), 'two');
    const { Versions } = await cos.listObjectVersions({ ...place, Prefix: 'versioned' });
    assert.strictEqual(Versions.length, 2);
    for (const version of Versions) await cos.deleteObject({ ...object('versioned'), VersionId: version.VersionId });
    await cos.putBucketVersioning({ ...place, VersioningConfiguration: { Status: 'Suspended' } });
    assert.strictEqual((await cos.getBucketVersioning(place)).VersioningConfiguration.Status, 'Suspended');
  },

  async 'appending where versioning is suspended'() {
    const one = await cos.appendObject({ ...object('log'), Body: 'one', Position: 0 });
    assert.strictEqual(one.headers['x-cos-next-append-position'], '3');
    await cos.appendObject({ ...object('log'), Body: 'two', Position: 3 });
    assert.strictEqual(String((await cos.getObject(object('log'))).Body), 'onetwo');
  },

  async 'tags of a bucket and of an object'() {
    const Tags = [{ Key: 'k1', Value: 'v1' }];
    assert.deepStrictEqual((await cos.getBucketTagging(place)).Tags, []);
    assert.strictEqual((await cos.putBucketTagging({ ...place, Tags })).statusCode, 204);
    assert.deepStrictEqual((await cos.getBucketTagging(place)).Tags, Tags);
    await cos.deleteBucketTagging(place);
    await cos.putObjectTagging({ ...object('meta'), Tags });
    assert.deepStrictEqual((await cos.getObjectTagging(object('meta'))).Tags, Tags);
    await cos.deleteObjectTagging(object('meta'));
    assert.deepStrictEqual((await cos.getObjectTagging(object('meta'))).Tags, []);
  },

  async 'other settings of a bucket'() {
    const website = { IndexDocument: { Suffix: 'index.html' }, ErrorDocument: { Key: 'error.html' } };
    await cos.putBucketWebsite({ ...place, WebsiteConfiguration: website });
    assert.deepStrictEqual((await cos.getBucketWebsite(place)).WebsiteConfiguration.IndexDocument, website.IndexDocument);
    await cos.deleteBucketWebsite(place);
    const referer = { Status: 'Enabled', RefererType: 'White-List', DomainList: { Domains: ['*.example.com'] } };
    await cos.putBucketReferer({ ...place, RefererConfiguration: { ...referer, EmptyReferConfiguration: 'Allow' } });
    assert.strictEqual((await cos.getBucketReferer(place)).RefererConfiguration.RefererType, 'White-List');
    // The SDK knows by COS's code that there is none.
    assert.deepStrictEqual((await cos.getBucketEncryption(place)).EncryptionConfiguration.Rules, []);
    const policy = { version: '2.0', statement: [] };
    await cos.putBucketPolicy({ ...place, Policy: policy });
    assert.strictEqual((await cos.getBucketPolicy(place)).Policy.version, '2.0');
    await cos.deleteBucketPolicy(place);
  },

  async 'presigned URLs'() {
    const Url = cos.getObjectUrl({ ...object('a/b.txt'), Sign: true, Query: { 'response-content-type': 'text/x y' } });
    assert(Url.startsWith('https://'), Url);
    const [answer] = await new Promise((resolve, reject) =>
      request(Url, (error, answer, body) => (error ? reject(error) : resolve([answer, body])))
    );
    assert.deepStrictEqual([answer.statusCode, answer.headers['content-type']], [200, 'text/x y']);
    const broken = await new Promise((resolve, reject) =>
      request(Url.replace('b.txt', 'c.txt'), (error, answer) => (error ? reject(error) : resolve(answer)))
    );
    assert.strictEqual(broken.statusCode, 403);
    assert(broken.body.includes('<FormatString>get'));
  },

  async 'nasty keys'() {
    const keys = ['a b', 'a+b', '中文/键', '😀', 'a&b=c', '%41', "'()*!", '#?', 'dir//x', '<>"'];
    for (const key of keys) {
      await cos.putObject({ ...object(`nasty/${key}`), Body: key });
      assert.strictEqual(String((await cos.getObject(object(`nasty/${key}`))).Body), key);
    }
    const { Contents } = await cos.getBucket({ ...place, Prefix: 'nasty/' });
    assert.deepStrictEqual(Contents.map((content) => content.Key).sort(), keys.map((key) => `nasty/${key}`).sort());
  },

  async 'a restored archive'() {
    await cos.putObject({ ...object('cold'), Body: 'x', StorageClass: 'ARCHIVE' });
    await refused(cos.getObject(object('cold')), 403, 'InvalidObjectState');
    await cos.restoreObject({ ...object('cold'), RestoreRequest: { Days: 1, CASJobParameters: { Tier: 'Expedited' } } });
    assert.strictEqual(String((await cos.getObject(object('cold'))).Body), 'x');
  },

  async 'a busy server is asked again'() {
    await control('POST', 'faults', { fault: { answer: { status: 503, code: 'SlowDown' } }, match: { method: 'PUT' } });
    assert.strictEqual((await cos.putObject({ ...object('again'), Body: 'x' })).statusCode, 200);
    assert.strictEqual((await control('GET', 'faults')).pending_faults, 0);
  },

  async 'temporary keys'() {
    const key = await control('POST', 'credentials', { lifetime_seconds: 600 });
    const temporary = new COS({ SecretId: key.secret_id, SecretKey: key.secret_key, SecurityToken: key.token });
    assert.strictEqual((await temporary.headObject(object('meta'))).statusCode, 200);
    const wrong = new COS({ SecretId: key.secret_id, SecretKey: key.secret_key, SecurityToken: 'wrong' });
    await refused(wrong.getObject(object('meta')), 403, 'InvalidSecurityToken');
  },

  async 'everything went over HTTPS'() {
    const { requests } = await control('GET', 'requests');
    assert(requests.length > 100 && requests.every((sent) => sent.secure));
  },
};

(async () => {
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      console.log(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}: ${(error && error.stack) || JSON.stringify(error)}`);
    }
  }
  const all = Object.keys(checks).length;
  console.log(`Node SDK: ${all - failed} of ${all} checks passed`);
  fs.rmSync(folder, { recursive: true });
  process.exit(failed ? 1 : 0);
})();
