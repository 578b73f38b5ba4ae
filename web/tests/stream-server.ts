// A server of events, as far as a client sees it: the test answers what it is asked.

import { vi } from 'vitest';

/** A request for the stream, which the test answers. */
export interface Asked {
  path: string;
  headers: Record<string, string>;
  signal: AbortSignal;
  /** Answers with a stream. */
  begins(): void;
  sends(text: string): void;
  ends(): void;
  refuses(status: number, code: string, headers?: Record<string, string>): void;
  breaks(): void;
}

/** Puts such a server in the place of the one that isn't there. Returns what it is asked. */
export function serveStreams(): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', (path: string, { headers, signal }: { headers: Record<string, string>; signal: AbortSignal }) => {
    return new Promise<Response>((resolve, reject) => {
      let pen: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({ start: (controller) => void (pen = controller) });
      const abort = () => {
        const error = new DOMException('aborted', 'AbortError');
        reject(error);
        pen.error(error);
      };
      signal.addEventListener('abort', abort);
      asked.push({
        path,
        headers,
        signal,
        begins: () => resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })),
        sends: (text) => pen.enqueue(new TextEncoder().encode(text)),
        ends: () => pen.close(),
        refuses: (status, code, headers = {}) => {
          const problem = JSON.stringify({ detail: 'No.', code });
          resolve(new Response(problem, { status, headers: { 'Content-Type': 'application/problem+json', ...headers } }));
        },
        breaks: () => {
          reject(new TypeError('no line'));
          pen.error(new TypeError('no line'));
        },
      });
    });
  });
  return asked;
}
