'use strict';
// Runs in the page: what the browser SDK does with a bucket of another origin.

const place = { Bucket: 'browsercheck-1250000000', Region: 'ap-guangzhou' };
const cos = new COS({
  SecretId: 'AKIDEMULATOREXAMPLE0000000000000001',
  SecretKey: 'EmulatorSecretKeyExample00000001',
});
const object = (Key) => ({ ...place, Key });
const MiB = 1024 * 1024;

function equal(have, expected) {
  if (JSON.stringify(have) !== JSON.stringify(expected)) {
    throw new Error(`${JSON.stringify(have)} is not ${JSON.stringify(expected)}`);
  }
}

function random(size) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65536, size)));
  return bytes;
}

async function text(body) {
  return typeof body === 'string' ? body : new Response(body).text();
}

const checks = {
  async 'put, with the ETag exposed'() {
    const put = await cos.putObject({ ...object('a/b c.txt'), Body: new Blob(['content']) });
    equal(put.ETag, '"9a0364b9e99bb480dd25e1f0284c8555"');
  },
  async 'get and head'() {
    const got = await cos.getObject(object('a/b c.txt'));
    equal(await text(got.Body), 'content');
    equal((await cos.headObject(object('a/b c.txt'))).headers['content-length'], '7');
  },
  async 'an error can be read'() {
    const error = await cos.getObject(object('none')).then(() => ({}), (error) => error);
    equal([error.statusCode, error.code], [404, 'NoSuchKey']);
  },
  async 'list'() {
    await cos.putObject({ ...object('a/中文'), Body: 'x' });
    const { Contents } = await cos.getBucket({ ...place, Prefix: 'a/' });
    equal(Contents.map((content) => content.Key), ['a/b c.txt', 'a/中文']);
  },
  async 'an upload in parts'() {
    const bytes = random(3 * MiB + 17);
    const Body = new File([bytes], 'parts.bin');
    const done = await cos.sliceUploadFile({ ...object('parts'), Body, SliceSize: MiB, ChunkSize: MiB });
    if (!done.ETag.endsWith('-4"')) throw new Error(done.ETag);
    const got = await cos.getObject({ ...object('parts'), DataType: 'arraybuffer' });
    const have = new Uint8Array(got.Body);
    equal(have.length, bytes.length);
    if (!have.every((byte, at) => byte === bytes[at])) throw new Error('the bytes differ');
  },
  async 'uploadFile chooses the way'() {
    const done = await cos.uploadFile({ ...object('chosen'), Body: new File(['small'], 's'), SliceSize: MiB });
    equal(done.statusCode, 200);
  },
  async 'copy'() {
    const CopySource = `${place.Bucket}.cos.${place.Region}.myqcloud.com/parts`;
    equal((await cos.putObjectCopy({ ...object('copy'), CopySource })).statusCode, 200);
  },
  async 'a presigned URL with fetch'() {
    const url = cos.getObjectUrl({ ...object('a/b c.txt'), Sign: true });
    equal(await (await fetch(url)).text(), 'content');
  },
  async 'a form'() {
    const authorization = COS.getAuthorization({
      SecretId: cos.options.SecretId,
      SecretKey: cos.options.SecretKey,
      Method: 'post',
      Key: '',
    });
    const form = new FormData();
    form.append('key', 'form/${filename}');
    form.append('Signature', authorization);
    form.append('success_action_status', '200');
    form.append('file', new File(['from a form'], 'a.txt'));
    const answer = await fetch(`https://${place.Bucket}.cos.${place.Region}.myqcloud.com/`, { method: 'POST', body: form });
    equal(answer.status, 200);
    equal(await text((await cos.getObject(object('form/a.txt'))).Body), 'from a form');
  },
  async 'delete, one and many'() {
    equal((await cos.deleteObject(object('copy'))).statusCode, 204);
    const { Contents } = await cos.getBucket(place);
    const Objects = Contents.map((content) => ({ Key: content.Key }));
    const { Deleted } = await cos.deleteMultipleObject({ ...place, Objects });
    equal(Deleted.length, Objects.length);
    equal((await cos.getBucket(place)).Contents, []);
  },
  async 'what no rule allows is refused by the browser'() {
    const answer = await fetch(`https://other-1250000000.cos.${place.Region}.myqcloud.com/`).then(
      () => 'answered',
      () => 'refused'
    );
    equal(answer, 'refused');
  },
};

(async () => {
  const results = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      results.push({ name });
    } catch (error) {
      results.push({ name, error: (error && (error.message || error.stack)) || JSON.stringify(error) });
    }
  }
  await fetch('/report', { method: 'POST', body: JSON.stringify({ checks: results }) });
})();
