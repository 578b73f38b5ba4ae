import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FileGone } from '../src/lib/api/errors';
import { sendFile, type Sending } from '../src/lib/api/tus';

/** A server that keeps what arrives, behind a line that may break. */
class Server {
  bytes = new Map<string, number[]>();
  requests: string[] = [];
  /** How many bytes get through before the line breaks. */
  breaksAfter = Infinity;
  /** What is answered to the next request in place of an answer. */
  status: number | null = null;
  #lengths = new Map<string, number>();

  answer(method: string, path: string, headers: Record<string, string>, body: ArrayBuffer | null): [number, Record<string, string>] | null {
    this.requests.push(method);
    if (this.status !== null) {
      const { status } = this;
      this.status = null;
      return [status, {}];
    }
    if (method === 'POST') {
      const made = `/uploads/${this.bytes.size + 1}`;
      this.bytes.set(made, []);
      this.#lengths.set(made, Number(headers['Upload-Length']));
      return [201, { Location: made }];
    }
    const there = this.bytes.get(path);
    if (!there) return [404, {}];
    if (method === 'PATCH') {
      if (Number(headers['Upload-Offset']) !== there.length) return [409, {}];
      const sent = new Uint8Array(body ?? new ArrayBuffer(0));
      const through = sent.subarray(0, this.breaksAfter);
      for (const byte of through) there.push(byte);
      this.breaksAfter = Infinity;
      if (through.length < sent.length) return null;
    }
    return [method === 'HEAD' ? 200 : 204, { 'Upload-Offset': String(there.length) }];
  }
}

let server: Server;
beforeEach(() => {
  server = new Server();
  class Request {
    status = 0;
    responseText = '';
    upload: { onload?: () => void; onprogress?: (event: { loaded: number }) => void } = {};
    onload = () => undefined;
    onerror = () => undefined;
    onabort: (() => void) | null = null;
    #what = ['', ''] as [string, string];
    #headers: Record<string, string> = {};
    #answer: Record<string, string> = {};
    open(method: string, path: string) {
      this.#what = [method, path];
    }
    setRequestHeader(name: string, value: string) {
      this.#headers[name] = value;
    }
    getResponseHeader(name: string) {
      return this.#answer[name] ?? null;
    }
    abort() {
      this.onabort?.();
    }
    send(body: ArrayBuffer | null) {
      const answer = server.answer(...this.#what, this.#headers, body);
      queueMicrotask(() => {
        if (!answer) return this.onerror();
        [this.status, this.#answer] = answer;
        this.upload.onprogress?.({ loaded: body?.byteLength ?? 0 });
        this.upload.onload?.();
        this.onload();
      });
    }
  }
  vi.stubGlobal('XMLHttpRequest', Request);
});
afterEach(() => void vi.unstubAllGlobals());

function sending(file: Blob | null, size = file?.size ?? 0) {
  const all = { paths: [] as (string | null)[], sent: [] as number[], there: [] as number[] };
  const what: Sending = {
    api: { report: () => undefined },
    user: 1,
    signal: new AbortController().signal,
    file,
    size,
    path: null,
    onpath: (path) => {
      all.paths.push(path);
      what.path = path;
    },
    onsent: (bytes) => all.sent.push(bytes),
    onthere: (bytes) => all.there.push(bytes),
  };
  return { what, ...all };
}

test('a file is begun and sent in pieces that proxies take', async () => {
  const { what, sent } = sending(new Blob([new Uint8Array(9 * 1024 * 1024)]));
  await sendFile(what);
  expect(server.requests).toEqual(['POST', 'PATCH', 'PATCH']);
  expect(server.bytes.get('/uploads/1')).toHaveLength(what.size);
  expect(sent.at(-1)).toBe(what.size);
});

test('after a line that broke, the rest is sent from where the server is', async () => {
  const { what, paths } = sending(new Blob(['0123456789']));
  server.breaksAfter = 4;
  await expect(sendFile(what)).rejects.toMatchObject({ code: 'unreachable' });
  await sendFile(what);
  expect(server.requests).toEqual(['POST', 'PATCH', 'HEAD', 'PATCH']);
  expect(String.fromCharCode(...(server.bytes.get('/uploads/1') ?? []))).toBe('0123456789');
  expect(paths).toEqual(['/uploads/1']);
});

test('a server that is just restarting when it is asked does not lose what it has', async () => {
  const { what } = sending(new Blob(['0123456789']));
  server.breaksAfter = 4;
  await expect(sendFile(what)).rejects.toThrow();
  server.status = 503;
  await expect(sendFile(what)).rejects.toMatchObject({ status: 503 });
  await sendFile(what);
  expect(server.bytes.size).toBe(1);
});

test('where another user has signed in meanwhile, the upload waits for the first and is not taken for refused', async () => {
  const { what, paths } = sending(new Blob(['0123456789']));
  server.breaksAfter = 4;
  await expect(sendFile(what)).rejects.toThrow();
  // An answer to HEAD, without a body that would say which conflict it is.
  server.status = 409;
  await expect(sendFile(what)).rejects.toMatchObject({ status: 409, code: 'other_account' });
  await sendFile(what);
  expect(paths).toEqual(['/uploads/1']);
});

test('an upload that has expired is sent again, from the file that is still here', async () => {
  const { what, paths } = sending(new Blob(['0123456789']));
  await sendFile(what);
  server.bytes.set('/uploads/1', []);
  server.bytes.delete('/uploads/1');
  await sendFile(what);
  expect(paths).toEqual(['/uploads/1', null, '/uploads/1']);
  server.bytes.clear();
  await expect(sendFile({ ...what, file: null })).rejects.toBeInstanceOf(FileGone);
});

test('of one that has arrived, nothing is sent again, but the server is asked to finish it', async () => {
  const { what } = sending(new Blob(['0123456789']));
  await sendFile(what);
  await sendFile({ ...what, file: null });
  expect(server.requests).toEqual(['POST', 'PATCH', 'HEAD', 'PATCH']);
});

test('of a file that has changed since it was chosen, the bytes that are kept go on, unless they are others', async () => {
  const lost = { size: 10, slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError')) }) } as unknown as Blob;
  const { what } = sending(lost);
  await sendFile({ ...what, kept: () => Promise.resolve(new Blob(['0123456789'])) });
  expect(server.bytes.get('/uploads/1')).toEqual([...new TextEncoder().encode('0123456789')]);
  for (const kept of [null, new Blob(['0123'])]) {
    await expect(sendFile({ ...sending(lost).what, kept: () => Promise.resolve(kept) })).rejects.toBeInstanceOf(FileGone);
  }
});

test('a file that has changed since it was chosen is not taken for a broken line', async () => {
  const file = { size: 4, slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError')) }) };
  await expect(sendFile(sending(file as unknown as Blob).what)).rejects.toBeInstanceOf(FileGone);
});
