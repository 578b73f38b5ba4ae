// Sends a share with its photo, and reports progress. `fetch` can't do that, so this is the one XMLHttpRequest.

import { accountHeader, type Api } from './client';
import { ApiError, readRefusal } from './errors';
import type { Share } from './types';

export interface Upload {
  done: Promise<Share>;
  /** Gives it up; `done` then fails with an `AbortError`. */
  cancel(): void;
}

interface Options {
  api: Pick<Api, 'report'>;
  /** Whose share it is. */
  user: number;
  space: number;
  form: FormData;
  /** Makes sure that a share which arrived though its answer didn't isn't made twice. */
  key: string;
  /** Called with how much has been sent, 0 to 1. */
  progress: (part: number) => void;
}

/** A connection on which nothing has moved for this many milliseconds is considered lost. */
const PATIENCE = 45_000;
/** Once all has been sent, the server cleans and stores it, at this many bytes a millisecond or faster: films on slow disks too. */
const STORED = 500;

/** Sends it. The outcome is reported like that of every request of `api`. */
export function upload({ api, user, space, form, key, progress }: Options): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<Share>((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout>;
    const refuse = (error: ApiError) => {
      clearTimeout(timer);
      api.report(error);
      reject(error);
    };
    const stalled = () => {
      request.onabort = null;
      request.abort();
      refuse(new ApiError(0, '', 'unreachable'));
    };
    const moved = (patience = PATIENCE) => {
      clearTimeout(timer);
      timer = setTimeout(stalled, patience);
    };
    request.upload.onload = (event) => moved(PATIENCE + event.loaded / STORED);
    request.upload.onprogress = (event) => {
      moved();
      if (event.lengthComputable && event.total > 0) progress(event.loaded / event.total);
    };
    request.onerror = () => refuse(new ApiError(0, '', 'unreachable'));
    request.onabort = () => {
      clearTimeout(timer);
      reject(new DOMException('given up', 'AbortError'));
    };
    request.onload = () => {
      clearTimeout(timer);
      if (request.status === 200) {
        api.report(null);
        resolve(JSON.parse(request.responseText) as Share);
      } else {
        refuse(readRefusal(request.status, headersOf(request), request.responseText));
      }
    };
    request.open('POST', `/spaces/${space}/shares`);
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Idempotency-Key', key);
    for (const [name, value] of Object.entries(accountHeader(user))) request.setRequestHeader(name, value);
    request.send(form);
    moved();
  });
  return { done, cancel: () => request.abort() };
}

/** A unique key. (`crypto.randomUUID` is missing on plain HTTP in a home network.) */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const name of ['Content-Type', 'Retry-After']) {
    const value = request.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}
