// The endpoints of notices: the inbox, how much one is told, and the browsers that are told of it. Loaded late.

import type { Api } from './client';
import type { Notice, NoticeSettings, Page } from './types';

/** A browser that gets messages, and in which language and time zone it is. */
export type NewSubscription = PushSubscriptionJSON & { language: string; time_zone: string };

export class NoticesApi {
  constructor(private readonly api: Pick<Api, 'request'>) {}

  async #page(path: string): Promise<Page<Notice>> {
    const { data, next } = await this.api.request<Notice[]>('GET', path);
    return { rows: data, next };
  }

  /** The newest first. */
  list = (limit: number) => this.#page(`/notices?limit=${limit}`);
  more = (next: string) => this.#page(next);
  markRead = (upTo: number) => this.api.request('PUT', '/notices/read', { json: { up_to: upTo } });

  settings = async (space: number) => (await this.api.request<NoticeSettings>('GET', `/spaces/${space}/notices`)).data;
  set = async (space: number, settings: Partial<NoticeSettings> & Pick<NoticeSettings, 'level'>) =>
    (await this.api.request<NoticeSettings>('PUT', `/spaces/${space}/notices`, { json: settings })).data;

  pushKey = async () => (await this.api.request<{ key: string }>('GET', '/push-key')).data.key;
  subscribe = async (subscription: NewSubscription) =>
    (await this.api.request<{ id: number }>('POST', '/push-subscriptions', { json: subscription })).data.id;
  unsubscribe = (id: number) => this.api.request('DELETE', `/push-subscriptions/${id}`);
}
