// One request that shows how much of its body has been sent. `fetch` can't do that, so this is the one XMLHttpRequest.

import { base } from '../dom/base';
import { accountHeader } from './account';
import type { Api } from './client';
import { ApiError, readRefusal } from './errors';

/** Who asks, and who hears how it went. */
export interface Asking {
  api: Pick<Api, 'report'>;
  /** Whose request it is. */
  user: number;
  /** Gives it up: it then fails with an `AbortError`. */
  signal: AbortSignal;
}

interface Transfer extends Asking {
  method: 'POST' | 'PATCH' | 'HEAD';
  path: string;
  headers: Record<string, string>;
  body?: ArrayBuffer;
  /** Called with how many bytes of the body have been sent. */
  progress?: (bytes: number) => void;
}

/** A connection on which nothing has moved for this many milliseconds is considered lost. */
const TIMEOUT = 45_000;
/** Once all has been sent, the server cleans and stores it, at this many bytes a millisecond or faster: films on slow disks too. */
const STORED = 500;

/** How long an answer may take once this many bytes are with the server. */
export const timeoutFor = (bytes: number): number => TIMEOUT + bytes / STORED;

/** Sends it, and returns the headers of a good answer. `storing` is how many bytes the server has to clean with it. The outcome is
reported like that of every request of `api`. */
export function transfer(what: Transfer, storing = 0): Promise<(header: string) => string | null> {
  const request = new XMLHttpRequest();
  const { api, signal } = what;
  const cancel = () => request.abort();
  const answer = new Promise<(header: string) => string | null>((resolve, reject) => {
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
    const moved = (timeout = TIMEOUT) => {
      clearTimeout(timer);
      timer = setTimeout(stalled, timeout);
    };
    request.upload.onload = () => moved(timeoutFor(storing));
    request.upload.onprogress = (event) => {
      moved();
      what.progress?.(event.loaded);
    };
    request.onerror = () => refuse(new ApiError(0, '', 'unreachable'));
    request.onabort = () => {
      clearTimeout(timer);
      reject(new DOMException('given up', 'AbortError'));
    };
    request.onload = () => {
      clearTimeout(timer);
      if (request.status >= 200 && request.status < 300) {
        api.report(null);
        resolve((header) => request.getResponseHeader(header));
      } else {
        refuse(readRefusal(request.status, headersOf(request), request.responseText));
      }
    };
    request.open(what.method, base + what.path);
    const headers = { Accept: 'application/json', ...accountHeader(what.user), ...what.headers };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    signal.throwIfAborted();
    signal.addEventListener('abort', cancel);
    request.send(what.body ?? null);
    // Nothing is reported of a body without bytes, with which the server finishes what has arrived.
    moved(timeoutFor(what.body?.byteLength ? 0 : storing));
  });
  return answer.finally(() => signal.removeEventListener('abort', cancel));
}

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const name of ['Content-Type', 'Retry-After']) {
    const value = request.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}
