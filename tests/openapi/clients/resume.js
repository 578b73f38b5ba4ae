// The client of tus itself, at a server of its own: whole, several at once, and resumed after the server was killed. Whether
// what came is the same, the share of it shows.

import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';

import { Upload } from 'tus-js-client';

const [executable, film] = process.argv.slice(2);
const MIB = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'tus-'));
const port = await new Promise((resolve) => {
  const free = createServer().listen(0, '127.0.0.1', () => {
    const { port } = free.address();
    free.close(() => resolve(port));
  });
});
const url = `http://localhost:${port}`;
let server;

async function start() {
  const env = { ...process.env, ROCKET_PORT: String(port), SHARED_SPACES_RATE_LIMITS__ENABLED: 'false' };
  server = spawn(executable, ['--data-dir', join(folder, 'data')], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  await once(server.stdout, 'data');
}

async function kill() {
  server.kill('SIGKILL');
  await once(server, 'exit');
}

const send = async (method, path, body, headers = {}) => {
  const answer = await fetch(url + path, {
    method, body: body && JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...headers },
  });
  assert(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
};

/** A film with this many bytes of padding, so that it is large. */
function large(bytes) {
  const box = Buffer.alloc(bytes + 8, 7);
  box.writeUInt32BE(bytes + 8, 0);
  box.write('free', 4);
  return Buffer.concat([readFileSync(film), box]);
}

/** Sends a file; returns its address, and where it went on after each break. */
function upload(file, headers, options = {}) {
  const resumed = [];
  return new Promise((resolve, reject) => {
    const sending = new Upload(file, {
      endpoint: `${url}/uploads`,
      headers,
      retryDelays: Array(60).fill(250),
      onAfterResponse: (request, answer) => {
        if (request.getMethod() === 'HEAD') resumed.push(Number(answer.getHeader('Upload-Offset')));
      },
      onError: reject,
      onSuccess: () => resolve({ at: sending.url, resumed }),
      ...options,
    });
    sending.start();
  });
}

try {
  await start();
  const account = { login: 'tess', password: 'correct horse', 'confirm-password': 'correct horse' };
  await send('POST', '/register', account);
  const session = await send('POST', '/login', account);
  const headers = { Authorization: `Bearer ${session.access_token}` };
  await send('POST', '/spaces', { name: 'Family' }, headers);
  const file = large(24 * MIB);
  const whole = await upload(file, headers);
  const first = await upload(file, headers, { uploadDataDuringCreation: true, chunkSize: 5 * MIB });
  const several = await Promise.all([1, 2, 3].map((n) => upload(large(n * MIB), headers, { chunkSize: MIB })));

  let killed = null;
  const cut = await upload(file, headers, {
    chunkSize: 8 * MIB,
    onProgress: (sent) => {
      if (sent > 12 * MIB) killed ??= kill().then(start);
    },
  });
  assert(killed, 'the server was killed');
  assert(cut.resumed.some((offset) => offset >= 8 * MIB && offset < file.length), `resumed at ${cut.resumed}`);

  const all = [whole, first, ...several, cut];
  const told = await Promise.all(all.map(({ at }) => send('GET', new URL(at).pathname, undefined, headers)));
  assert.deepEqual(told.map(({ kind }) => kind), all.map(() => 'video'));
  const media = told.map(({ id }) => ({ upload: id }));
  const share = await send('POST', '/spaces/1/shares', { media }, headers);
  const shown = await Promise.all(
    share.media.map(async (medium) => Buffer.from(await (await fetch(medium.url)).arrayBuffer())),
  );
  for (const [n, bytes] of shown.entries()) assert.deepEqual(bytes, shown[0], `medium ${n}`);

  const unfinished = new Upload(file, { endpoint: `${url}/uploads`, headers, chunkSize: MIB });
  await new Promise((resolve) => {
    unfinished.options.onChunkComplete = () => unfinished.abort(true).then(resolve);
    unfinished.start();
  });
  assert.equal((await fetch(unfinished.url ?? `${url}/uploads/9`, { headers })).status, 404);
} finally {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
