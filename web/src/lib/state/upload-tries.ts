// How often an upload that fails is tried again, when, and in chunks of which size.

import type { ApiError } from '../api/errors';
import { CHUNK } from '../api/tus';

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
/** How often one may fail, without another byte at the server, before somebody has to say that it be tried again: by an error of the
server, and by chunks that don't get through though the server answers, or that it always wants later. */
const ERRORS = 5;
const FAILURES = 10;
/** Where chunks don't get through, smaller ones may: half of the last one each time, down to this many bytes. */
const SMALLEST = 256 * 1024;
/** Refusals that concern the moment and not the file. */
const PASSING = ['upload_in_use', 'upload_offset', 'upload_checksum', 'no_such_upload'];

/** When it is tried again, in milliseconds, and whether a connection that is back shortens that. */
interface Next {
  wait: number;
  canWake: boolean;
}

export class UploadTries {
  /** What the server says that it has of each part, and the most of that at an earlier attempt. */
  #there = { file: 0, poster: 0 };
  #most = 0;
  /** Whether it has answered in this attempt. */
  #isReached = false;
  /** Attempts without progress: all, and those in which the server was reached. */
  #attempts = 0;
  #failures = 0;

  /** How many bytes are sent at once. */
  get chunk(): number {
    return Math.max(SMALLEST, CHUNK / 2 ** this.#failures);
  }

  /** An attempt begins. */
  begin(): void {
    this.#isReached = false;
  }

  /** The server says that it has as many bytes of a part. */
  reached(part: 'file' | 'poster', bytes: number): void {
    this.#there[part] = bytes;
    this.#isReached = true;
  }

  /** An attempt has failed; null if it isn't tried again. */
  after(refusal: ApiError): Next | null {
    const there = this.#there.file + this.#there.poster;
    if (there > this.#most) {
      this.#most = there;
      this.#attempts = this.#failures = 0;
    }
    const isPassing = refusal.unreachable || [408, 423, 429, 503].includes(refusal.status) || PASSING.includes(refusal.code);
    this.#attempts += 1;
    // A line that is away is waited for, however long that is.
    if (this.#isReached || !refusal.unreachable) this.#failures += 1;
    const isTried = isPassing ? this.#failures < FAILURES : refusal.status === 500 && this.#failures < ERRORS;
    if (!isTried) return null;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.#attempts - 1)) * (0.75 + Math.random() / 2);
    return { wait: Math.max(wait, (refusal.retryAfter ?? 0) * 1000), canWake: refusal.unreachable && this.#failures < 2 };
  }
}
