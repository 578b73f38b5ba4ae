// A photo or video on its way to the server, before its share: with its progress, and what keeps it from arriving.

import type { Api } from '../api/client';
import { ApiError, FileGone } from '../api/errors';
import { sendFile } from '../api/tus';
import type { Picture } from '../photos/chosen';

/** `waiting`: it is tried again by itself. `refused`: only if somebody says so. */
export type UploadState = 'queued' | 'sending' | 'waiting' | 'done' | 'refused';

/** Where the parts of one are at the server: the file, and of a video the picture that it is shown by. */
export interface UploadPaths {
  file: string | null;
  poster: string | null;
}

/** What an attempt has come to: it needn't go on, or not before this many milliseconds have passed; null: not before `wake`. */
export type Attempt = { isOver: true } | { isOver: false; wait: number | null };

export interface UploadDeps {
  api: Pick<Api, 'report' | 'deleteUpload'>;
  /** Whose it is. */
  user: number;
}

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
/** How often the server may fail at one, without a byte of progress, before somebody has to say that it be tried again. */
const FAILURES = 5;
/** Refusals that concern the moment and not the file. */
const PASSING = ['upload_in_use', 'upload_offset', 'upload_checksum', 'no_such_upload'];

export class FileUpload {
  state = $state<UploadState>('queued');
  /** The bytes that are on their way or there. */
  sent = $state(0);
  /** Why it waits or is refused. */
  error = $state.raw<unknown>(null);
  /** Its user has to sign in before it continues. */
  isLocked = $state(false);
  readonly total: number;

  #sentOf = { file: 0, poster: 0 };
  #paths: UploadPaths;
  #failures = 0;
  #abort = new AbortController();
  #waiting: (() => void)[] = [];

  constructor(
    private picture: Picture,
    private readonly deps: UploadDeps,
    /** Called when its parts have other addresses. */
    private readonly onpaths: () => void = () => undefined,
    paths: UploadPaths = { file: null, poster: null },
  ) {
    this.#paths = paths;
    this.total = sizeOf(picture) + (picture.video?.poster?.size ?? 0);
  }

  get isCancelled(): boolean {
    return this.#abort.signal.aborted;
  }

  get paths(): UploadPaths {
    return this.#paths;
  }

  /** As a share names it, once it is done. */
  get ids(): { upload: number; poster?: number } {
    const { file, poster } = this.#paths;
    return { upload: idIn(file), ...(poster !== null && { poster: idIn(poster) }) };
  }

  /** Sends it, as far as that is possible now. To be called by the queue alone. */
  async attempt(): Promise<Attempt> {
    this.state = 'sending';
    this.isLocked = false;
    const before = this.#sentOf.file;
    try {
      const { file, unkept, video } = this.picture;
      await this.#send('file', unkept ? null : file, sizeOf(this.picture));
      if (video?.poster) await this.#send('poster', video.poster, video.poster.size);
      this.#end('done', null);
      return { isOver: true };
    } catch (error) {
      if (this.isCancelled) return { isOver: true };
      return this.#failed(error, this.#sentOf.file > before);
    }
  }

  /** When it is done, refused, locked or cancelled. */
  async settled(): Promise<void> {
    if (this.isCancelled || this.isLocked || this.state === 'done' || this.state === 'refused') return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** To be sent again, from the beginning where the server has nothing of it any more. */
  again(): void {
    this.#failures = 0;
    this.error = null;
    this.state = 'queued';
  }

  /** Its file was chosen again. */
  supply(picture: Picture): void {
    this.picture = picture;
  }

  /** Stops it, and deletes what the server has of it. */
  async cancel(): Promise<void> {
    this.stop();
    const paths = Object.values(this.#paths).filter((path) => path !== null);
    await Promise.all(paths.map((path) => this.#delete(path)));
  }

  /** Stops it. What the server has of it stays. */
  stop(): void {
    this.#abort.abort();
    this.#release();
  }

  async #send(part: keyof UploadPaths, file: Blob | null, size: number): Promise<void> {
    await sendFile({
      api: this.deps.api,
      user: this.deps.user,
      signal: this.#abort.signal,
      file,
      size,
      path: this.#paths[part],
      onpath: (path) => this.#find(part, path),
      onsent: (bytes) => {
        this.#sentOf[part] = bytes;
        this.sent = this.#sentOf.file + this.#sentOf.poster;
      },
    });
  }

  #find(part: keyof UploadPaths, path: string | null): void {
    if (path !== null && this.isCancelled) {
      void this.#delete(path);
      return;
    }
    this.#paths = { ...this.#paths, [part]: path };
    this.onpaths();
  }

  /** If that fails, the server deletes it a day later. */
  async #delete(path: string): Promise<void> {
    await this.deps.api.deleteUpload(path).catch(() => undefined);
  }

  #failed(error: unknown, hasMoved: boolean): Attempt {
    if (hasMoved) this.#failures = 0;
    const refusal = error instanceof ApiError ? error : null;
    if (error instanceof FileGone || !refusal) return this.#end('refused', error);
    if (refusal.status === 401 || refusal.code === 'other_account') {
      this.state = 'waiting';
      this.isLocked = true;
      this.#release();
      return { isOver: false, wait: null };
    }
    const isPassing = refusal.unreachable || [408, 423, 429, 503].includes(refusal.status) || PASSING.includes(refusal.code);
    this.#failures += 1;
    const isTried = isPassing || (refusal.status === 500 && this.#failures < FAILURES);
    if (!isTried) {
      // What is refused as a whole, the server has deleted.
      this.#paths = { file: null, poster: this.#paths.poster };
      return this.#end('refused', error);
    }
    this.error = error;
    this.state = 'waiting';
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.#failures - 1)) * (0.75 + Math.random() / 2);
    return { isOver: false, wait: Math.max(wait, (refusal.retryAfter ?? 0) * 1000) };
  }

  #end(state: 'done' | 'refused', error: unknown): Attempt {
    this.state = state;
    this.error = error;
    this.#release();
    return { isOver: true };
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const sizeOf = ({ file, unkept }: Picture): number => unkept?.size ?? file.size;

const idIn = (path: string | null): number => Number(path?.split('/').at(-1) ?? NaN);
