// Sends a share, and gives it up where no answer comes.

import type { Api } from '../api/client';
import { ApiError } from '../api/errors';
import type { NewShare, Share } from '../api/types';

/** How long the answer to a share may take, in milliseconds, and how many more for each of its photos and videos. */
const TIMEOUT = 45_000;
const EACH = 60_000;

export class SharePost {
  #request: AbortController | null = null;

  constructor(
    private readonly api: Pick<Api, 'report' | 'createShare'>,
    private readonly space: number,
  ) {}

  async send(share: NewShare, key: string): Promise<Share> {
    const request = (this.#request = new AbortController());
    const lost = new ApiError(0, '', 'unreachable');
    const timer = setTimeout(() => request.abort(lost), TIMEOUT + EACH * share.media.length);
    try {
      return await this.api.createShare(this.space, share, key, request.signal);
    } catch (error) {
      if (error === lost) this.api.report(lost);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Returns the share that the server has under this key; null if it has none. Throws if it doesn't say. */
  async find(text: string, key: string): Promise<Share | null> {
    try {
      // There can't be such an upload: where there is no share either, it is refused, and none is made.
      return await this.send({ text, media: [{ upload: 0 }] }, key);
    } catch (error) {
      if (error instanceof ApiError && !error.unreachable) return null;
      throw error;
    }
  }

  abort(): void {
    this.#request?.abort();
  }
}
