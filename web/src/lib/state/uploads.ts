// The way to the queue of uploads, which is loaded with the first file: a first visit is to cost little.

import type { Api } from '../api/client';
import type { Picture } from '../photos/chosen';
import type { FileUpload, UploadPaths } from './file-upload.svelte';
import type { Session } from './session.svelte';

/** Begins to send a picture, or continues; `onpaths` is called when its parts have other addresses at the server, `kept` where its file
can't be read any more. */
export type Begin = (picture: Picture, onpaths?: () => void, paths?: UploadPaths, kept?: () => Promise<Blob | null>) => FileUpload;

export interface Loaded {
  begin: Begin;
  /** Sends one that was refused again. */
  again: (upload: FileUpload) => void;
  wake: () => void;
}

export class Uploads {
  #loading: Promise<Loaded | null> | null = null;

  constructor(
    private readonly api: Pick<Api, 'report' | 'deleteUpload' | 'request'>,
    private readonly session: Pick<Session, 'me'>,
  ) {}

  /** Loads it; null if it can't be had now. */
  load(): Promise<Loaded | null> {
    this.#loading ??= this.#load().catch(() => {
      this.#loading = null;
      return null;
    });
    return this.#loading;
  }

  /** The line is back, or whose they are: what waits is sent at once. */
  async wake(): Promise<void> {
    (await this.#loading)?.wake();
  }

  async #load(): Promise<Loaded> {
    const [{ UploadQueue }, { FileUpload }] = await Promise.all([import('./upload-queue'), import('./file-upload.svelte')]);
    const queue = new UploadQueue();
    return {
      begin: (picture, onpaths, paths, kept) => {
        const upload = new FileUpload(picture, { api: this.api, user: this.session.me.id }, onpaths, paths, kept);
        queue.add(upload);
        return upload;
      },
      again: (upload) => {
        upload.again();
        queue.add(upload);
      },
      wake: () => queue.wake(),
    };
  }
}
