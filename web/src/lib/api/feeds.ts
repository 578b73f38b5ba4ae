// The endpoints of feeds. Loaded with the settings of a space.

import type { Api } from './client';
import type { Feed, NewFeed } from './types';

export class FeedsApi {
  constructor(private readonly api: Pick<Api, 'request'>) {}

  /** A member has a few at most, which is one page. */
  list = async (space: number) => (await this.api.request<Feed[]>('GET', `/spaces/${space}/feeds`)).data;
  create = async (space: number) => (await this.api.request<NewFeed>('POST', `/spaces/${space}/feeds`)).data;
  revoke = (space: number, feed: number) => this.api.request('DELETE', `/spaces/${space}/feeds/${feed}`);
}
