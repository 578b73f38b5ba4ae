// What a request may be, and what it brings.

import type { Kept } from './kept';

export interface Options {
  json?: unknown;
  signal?: AbortSignal;
  /** The request outlives the page. */
  keepalive?: boolean;
  /** The version of a share that is changed: if it has another one by now, nothing is. */
  version?: string;
  /** The answer is for when there is no connection too. */
  kept?: Kept | undefined;
  /** What is answered is large, and only whether it is a good answer is to be known. */
  unread?: boolean;
  /** The request finds out whose session it is, or starts one, and so isn't made for a particular account. */
  anybody?: boolean;
  /** What is made under one key is made once, however often that is asked for. */
  key?: string;
  /** A file, as it is. */
  file?: Blob;
}

export interface Answer<T> {
  data: T;
  next: string | null;
}
