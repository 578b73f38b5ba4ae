// The stream of events, kept open: when it breaks, falls silent or is ended by the server, there is another one from the same
// place. Read by `fetch` and not by an `EventSource`, which gives up at the 502 of a proxy whose server restarts, can't say for
// which account it is, and doesn't tell why it was refused.

import { base } from '../../dom/base';
import { ApiError, readRefusal } from '../errors';
import type { Refusal, StreamEvent } from './messages';
import { BlockParser } from './parse';

/** In milliseconds, the pauses before another try; each down to half as long, so that not all clients come at once. */
const [FIRST_PAUSE, LAST_PAUSE] = [1_000, 60_000];
/** The server says where its stream begins at once. If that doesn't arrive for so long, something in between keeps it back. */
const BEGINS_WITHIN = 15_000;
/** It sends something every 20 seconds. */
const SILENT_AFTER = 60_000;
/** When nothing has come for this long, the connection may have died while the device slept. */
const QUIET_AFTER = 25_000;
/** A stream that lasted this long was a good one. */
const GOOD_AFTER = 10_000;

const NO_STREAM: Refusal = { status: 0, sentence: '', code: 'no_stream', retryAfter: null, params: {} };

/** Until its user signs in again, another try has the same end. */
const isFinal = ({ status, code }: Refusal) => status === 401 || code === 'other_account';

interface Handlers {
  /** A stream has begun, at the place that `id` names. */
  opened: (id: string) => void;
  happened: (event: StreamEvent) => void;
  failed: (refusal: Refusal) => void;
}

export class EventStream {
  /** The reader's place: everything up to this event has arrived. */
  after: string | null = null;

  #current: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #heardAt = 0;

  constructor(
    private readonly headers: Record<string, string>,
    private readonly handlers: Handlers,
  ) {}

  get isRunning(): boolean {
    return this.#current !== null || this.#timer !== undefined;
  }

  /** Begins, or tries again now rather than later. */
  open(): void {
    if (this.#current) return;
    this.#clearTimer();
    void this.#read();
  }

  /** Begins again from the same place where the last sign is long ago. */
  check(): void {
    if (this.#current && Date.now() - this.#heardAt < QUIET_AFTER) return;
    this.#current?.abort();
    this.#current = null;
    this.open();
  }

  close(): void {
    this.#clearTimer();
    this.#current?.abort();
    this.#current = null;
  }

  async #read(): Promise<void> {
    const current = new AbortController();
    this.#current = current;
    const begun = Date.now();
    let silence: ReturnType<typeof setTimeout> | undefined;
    const expect = (within: number) => {
      this.#heardAt = Date.now();
      clearTimeout(silence);
      silence = setTimeout(() => current.abort(), within);
    };
    let refusal: Refusal | null = null;
    let pause: number | null = null;
    let isOpen = false;
    try {
      expect(BEGINS_WITHIN);
      const response = await this.#ask(current.signal);
      const parser = new BlockParser();
      for await (const piece of piecesOf(response)) {
        if (this.#current !== current) return;
        expect(SILENT_AFTER);
        for (const { id, kind, data, retry } of parser.push(piece)) {
          pause = retry ?? pause;
          if (id !== null) this.after = id;
          if (id !== null && (!isOpen || kind === 'reset')) this.handlers.opened(id);
          else if (id !== null && kind !== null) this.handlers.happened({ id, kind, data });
          isOpen ||= id !== null;
        }
      }
    } catch (error) {
      // Once it was open, only another try tells whether something is wrong.
      refusal = isOpen ? null : refusalOf(error);
    } finally {
      clearTimeout(silence);
    }
    if (this.#current !== current) return;
    current.abort();
    this.#current = null;
    if (isOpen && Date.now() - begun > GOOD_AFTER) this.#failures = 0;
    if (!isOpen) refusal ??= NO_STREAM;
    if (refusal) this.handlers.failed(refusal);
    if (refusal && isFinal(refusal)) return;
    this.#wait(pause ?? (refusal?.retryAfter ?? 0) * 1000);
  }

  async #ask(signal: AbortSignal): Promise<Response> {
    const query = this.after === null ? '' : `?after=${encodeURIComponent(this.after)}`;
    const headers = { Accept: 'text/event-stream, application/problem+json;q=0.9', ...this.headers };
    let response: Response;
    try {
      response = await fetch(`${base}/events${query}`, { headers, signal, credentials: 'same-origin', cache: 'no-store' });
    } catch {
      throw signal.aborted ? NO_STREAM : new ApiError(0, '', 'unreachable');
    }
    if (!response.ok) throw readRefusal(response.status, response.headers, await response.text());
    if (!response.headers.get('Content-Type')?.startsWith('text/event-stream')) throw NO_STREAM;
    return response;
  }

  #wait(min: number): void {
    const pause = Math.min(LAST_PAUSE, FIRST_PAUSE * 2 ** this.#failures);
    this.#failures += 1;
    const ms = Math.max(min, pause * (0.5 + Math.random() / 2));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.open();
    }, ms);
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** Errors don't cross from a worker to a page as they are. */
function refusalOf(error: unknown): Refusal {
  if (!(error instanceof ApiError)) return NO_STREAM;
  const { status, sentence, code, retryAfter, params } = error;
  return { status, sentence, code, retryAfter, params };
}

async function* piecesOf({ body }: Response): AsyncGenerator<string> {
  if (!body) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield decoder.decode(value, { stream: true });
  }
}
