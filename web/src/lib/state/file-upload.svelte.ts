// A photo or video on its way to the server, before its share: with its progress, and what keeps it from arriving.

import type { Api } from '../api/client';
import { ApiError, FileGone } from '../api/errors';
import type { Upload } from '../api/types';
import { sendFile } from '../api/tus';
import type { Picture } from '../photos/chosen';
import { UploadTries } from './upload-tries';

/** `waiting`: it is tried again by itself. `refused`: only if somebody says so. */
export type UploadState = 'queued' | 'sending' | 'waiting' | 'done' | 'refused';

/** Where the parts of one are at the server: the file, and of a video the picture that it is shown by. */
export interface UploadPaths {
  file: string | null;
  poster: string | null;
}

/** What an attempt has come to: it needn't go on, or not before this many milliseconds have passed (null: not before it is woken),
and whether `wake` shortens that. */
export type Attempt = { isOver: true } | { isOver: false; wait: number | null; canWake: boolean };

/** Photos that no film can be attached to. */
const FILMLESS = ['image/png', 'image/gif', 'image/webp'];
/** What isn't said of a photo within this many milliseconds isn't worth waiting for. */
const LEARNING_MS = 5000;

export interface UploadDeps {
  api: Pick<Api, 'report' | 'deleteUpload' | 'request'>;
  /** Whose it is. */
  user: number;
}

export class FileUpload {
  state = $state<UploadState>('queued');
  /** The bytes that are on their way or there. */
  sent = $state(0);
  /** Why it waits or is refused. */
  error = $state.raw<unknown>(null);
  /** Its user has to sign in before it continues. */
  isLocked = $state(false);
  /** It was a motion photo, whose film isn't kept. Known once it is done. */
  hasLostFilm = $state(false);
  readonly total: number;

  #sentOf = { file: 0, poster: 0 };
  #paths: UploadPaths;
  #tries = new UploadTries();
  #abort = new AbortController();
  #waiting: (() => void)[] = [];

  constructor(
    private picture: Picture,
    private readonly deps: UploadDeps,
    /** Called when its parts have other addresses. */
    private readonly onpaths: () => void = () => undefined,
    paths: UploadPaths = { file: null, poster: null },
    private readonly kept: () => Promise<Blob | null> = () => Promise.resolve(null),
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
    this.#tries.begin();
    try {
      const { file, unkept, video } = this.picture;
      await this.#send('file', unkept ? null : file, sizeOf(this.picture));
      if (video?.poster) await this.#send('poster', video.poster, video.poster.size);
      if (!video) await this.#learn();
      this.#end('done', null);
      return { isOver: true };
    } catch (error) {
      if (this.isCancelled) return { isOver: true };
      return this.#failed(error);
    }
  }

  /** When it is done, refused, locked or cancelled. */
  async settled(): Promise<void> {
    if (this.isCancelled || this.isLocked || this.state === 'done' || this.state === 'refused') return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** To be sent again, from the beginning where the server has nothing of it any more. */
  again(): void {
    this.#tries = new UploadTries();
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
      ...(part === 'file' && { kept: this.kept }),
      size,
      path: this.#paths[part],
      onpath: (path) => this.#find(part, path),
      onsent: (bytes) => {
        this.#sentOf[part] = bytes;
        this.sent = this.#sentOf.file + this.#sentOf.poster;
      },
      onthere: (bytes) => this.#tries.reached(part, bytes),
      chunk: this.#tries.chunk,
    });
  }

  /** Finds out what of a photo isn't kept. The photo has arrived: where that can't be had, nothing is said. */
  async #learn(): Promise<void> {
    const { file } = this.#paths;
    if (file === null || FILMLESS.includes(this.picture.file.type)) return;
    const answer = await this.deps.api.request<Upload>('GET', file, { signal: AbortSignal.timeout(LEARNING_MS) }).catch(() => null);
    this.hasLostFilm = answer?.data.dropped === 'motion_photo_film';
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

  #failed(error: unknown): Attempt {
    const refusal = error instanceof ApiError ? error : null;
    if (error instanceof FileGone || !refusal) return this.#end('refused', error);
    if (refusal.status === 401 || refusal.code === 'other_account') {
      this.state = 'waiting';
      this.isLocked = true;
      this.#release();
      return { isOver: false, wait: null, canWake: true };
    }
    const next = this.#tries.after(refusal);
    // What the server still has of it goes on where it is.
    if (!next) return this.#end('refused', error);
    this.error = error;
    this.state = 'waiting';
    return { isOver: false, ...next };
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
