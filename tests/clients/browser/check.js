'use strict';
// Runs the official browser SDK in headless Chromium against the emulator, with web security on: the page and the
// bucket have different origins, so that everything depends on the bucket's CORS rules.
//
//   node check.js http://127.0.0.1:9000 ca.pem

const { execFileSync, spawn } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');

const [, , emulator, ca] = process.argv;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'browser-check-'));

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

// What Chromium calls a certificate that it is to believe: the hash of its public key.
function keyHash() {
  const key = new crypto.X509Certificate(fs.readFileSync(ca)).publicKey.export({ type: 'spki', format: 'der' });
  return crypto.createHash('sha256').update(key).digest('base64');
}

// Serves the page, and takes in what it reports.
function serve() {
  const files = {
    '/': ['text/html', fs.readFileSync(path.join(__dirname, 'page.html'))],
    '/page.js': ['text/javascript', fs.readFileSync(path.join(__dirname, 'page.js'))],
    '/sdk.js': ['text/javascript', fs.readFileSync(require.resolve('cos-js-sdk-v5/dist/cos-js-sdk-v5.js'))],
  };
  let report;
  const reported = new Promise((resolve) => (report = resolve));
  const server = http.createServer((request, answer) => {
    if (request.method === 'POST') {
      let text = '';
      request.on('data', (piece) => (text += piece));
      request.on('end', () => {
        answer.end();
        report(JSON.parse(text));
      });
      return;
    }
    const [type, content] = files[request.url] || ['text/plain', ''];
    answer.writeHead(files[request.url] ? 200 : 404, { 'Content-Type': type }).end(content);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ server, reported })));
}

(async () => {
  const rule =
    '<AllowedOrigin>http://127.0.0.1:*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>' +
    '<AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod><AllowedMethod>DELETE</AllowedMethod>' +
    '<AllowedMethod>HEAD</AllowedMethod><AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader>' +
    '<ExposeHeader>Content-Length</ExposeHeader><ExposeHeader>x-cos-request-id</ExposeHeader>';
  const cors = `<CORSConfiguration><CORSRule>${rule}</CORSRule></CORSConfiguration>`;
  await control('POST', 'buckets', { name: 'browsercheck-1250000000', configurations: { cors } });
  const { server, reported } = await serve();
  const page = `http://127.0.0.1:${server.address().port}/`;
  const browser = spawn(
    'chromium',
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      `--user-data-dir=${folder}`,
      `--proxy-server=${new URL(emulator).host}`,
      // The page itself does not come through the emulator.
      '--proxy-bypass-list=127.0.0.1',
      `--ignore-certificate-errors-spki-list=${keyHash()}`,
      page,
    ],
    { stdio: 'ignore', detached: true }
  );
  const patience = setTimeout(() => end({ error: 'the page reported nothing for two minutes' }), 120000);
  const gone = new Promise((resolve) => browser.once('exit', resolve));
  async function end(result) {
    clearTimeout(patience);
    process.kill(-browser.pid, 'SIGKILL');
    await gone;
    server.close();
    // Its other processes may write to the folder for a moment yet.
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    for (const { name, error } of result.checks || []) console.log(error ? `FAILED  ${name}: ${error}` : `ok      ${name}`);
    if (result.error) console.log(result.error);
    const all = (result.checks || []).length;
    const failed = (result.checks || []).filter((check) => check.error).length;
    console.log(`Browser SDK: ${all - failed} of ${all} checks passed`);
    process.exit(failed || !all ? 1 : 0);
  }
  end(await reported);
})();
