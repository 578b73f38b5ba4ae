// Sends the chosen files of all drafts: several at once, the others in their order, and again what broke off.

import type { Attempt, FileUpload } from './file-upload.svelte';

/** More at once don't make a line faster, and take places from other users. */
const AT_ONCE = 3;

export class UploadQueue {
  #queued: FileUpload[] = [];
  #sending = new Set<FileUpload>();
  /** Those that wait until they are tried again, with what ends that, and whether `wake` does. */
  #waiting = new Map<FileUpload, { timer: ReturnType<typeof setTimeout> | undefined; canWake: boolean }>();

  /** Puts one at the end. */
  add(upload: FileUpload): void {
    this.#queued.push(upload);
    this.#next();
  }

  /** The line is back, or whose they are: what waits for that is tried at once. What has failed though the server answers is not:
  it would be sent without end. */
  wake(): void {
    const woken = [...this.#waiting].filter(([, { canWake }]) => canWake);
    for (const [upload, { timer }] of woken) {
      clearTimeout(timer);
      this.#waiting.delete(upload);
    }
    this.#queued.unshift(...woken.map(([upload]) => upload));
    this.#next();
  }

  #next(): void {
    while (this.#sending.size < AT_ONCE) {
      const upload = this.#queued.shift();
      if (!upload) return;
      if (!upload.isCancelled) void this.#send(upload);
    }
  }

  async #send(upload: FileUpload): Promise<void> {
    this.#sending.add(upload);
    const attempt = await upload.attempt();
    this.#sending.delete(upload);
    if (!attempt.isOver && !upload.isCancelled) {
      const { canWake } = attempt;
      this.#waiting.set(upload, { timer: this.#timer(upload, attempt), canWake });
    }
    this.#next();
  }

  #timer(upload: FileUpload, { wait }: Extract<Attempt, { isOver: false }>): ReturnType<typeof setTimeout> | undefined {
    if (wait === null) return undefined;
    return setTimeout(() => {
      this.#waiting.delete(upload);
      this.#queued.unshift(upload);
      this.#next();
    }, wait);
  }
}
