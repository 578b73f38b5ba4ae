// A server that takes uploads, as far as the app knows one: what has arrived stays, whatever becomes of the line.

import { ApiError } from '../../src/lib/api/errors';
import type { Sending } from '../../src/lib/api/tus';

/** What a test lets become of an attempt to send a file. */
export type Fate = 'arrives' | 'breaks' | Error;

export const unreachable = () => new ApiError(0, '', 'unreachable');

export class Line {
  /** What becomes of the next attempts, by the name of the file; without one, it arrives. */
  fates = new Map<string, Fate[]>();
  /** Attempts that wait until the test lets them go on; null: none waits. */
  held: (() => void)[] | null = null;
  begun: string[] = [];
  /** How large the chunks of each attempt may be. */
  chunks: number[] = [];
  /** What the server has of a file that breaks. */
  there = new Map<string, number>();
  /** The server isn't reached at all. */
  isAway = false;
  deleted: string[] = [];
  /** Files that are motion photos. */
  moving: string[] = [];
  now = 0;
  most = 0;
  #ids = 0;
  #names = new Map<string, string>();

  /** In place of `sendFile`. */
  send = async (sending: Sending): Promise<void> => {
    const name = await (sending.file ?? new Blob()).text();
    this.most = Math.max(this.most, (this.now += 1));
    try {
      await this.#send(sending, name);
    } finally {
      this.now -= 1;
    }
  };

  async #send({ path, size, onpath, onsent, onthere, chunk, signal }: Sending, name: string): Promise<void> {
    if (path === null || this.deleted.includes(path)) {
      this.begun.push(name);
      path = `/uploads/${(this.#ids += 1)}`;
      this.#names.set(path, name);
      onpath(path);
    }
    this.chunks.push(chunk ?? 0);
    if (!this.isAway) onthere(this.there.get(name) ?? 0);
    if (this.held) await new Promise<void>((go) => this.held?.push(go));
    signal.throwIfAborted();
    const fate = this.fates.get(name)?.shift() ?? 'arrives';
    if (fate === 'breaks') {
      onsent(size / 2);
      throw unreachable();
    }
    if (fate !== 'arrives') throw fate;
    onsent(size);
    onthere(size);
  }

  /** Lets all that wait go on. */
  release(): void {
    for (const go of this.held?.splice(0) ?? []) go();
  }

  nameOf(upload: number): string | undefined {
    return this.#names.get(`/uploads/${upload}`);
  }

  api = {
    report: () => undefined,
    deleteUpload: (path: string) => {
      this.deleted.push(path);
      return Promise.resolve({ data: undefined, next: null });
    },
    request: <T>(_: string, path: string) => {
      const dropped = this.moving.includes(this.#names.get(path) ?? '') ? 'motion_photo_film' : null;
      return Promise.resolve({ data: { dropped } as T, next: null });
    },
  };
}
